"""Loudness as broadcasters measure it: K-weighting, gates, LUFS, loudness range, true peak.

Lesson: ``notebooks/11_loudness.ipynb``. From RMS to LUFS it is four steps, and each is a function or a line here:
filter (:func:`k_weighting`), mean square in overlapping windows, a weighted sum over the channels with a logarithm
(:func:`_lufs`), and gates (:func:`_gated`).

Sources: Recommendation ITU-R BS.1770-5 (2023), Annex 1 (loudness), Annex 2 (true peak), Annex 3 (channel
positions); EBU Tech 3341 (2023, meters) and EBU Tech 3342 (2023, loudness range), which make up EBU R 128; the
filters at other rates than 48 kHz after B. De Man, "Evaluation of implementations of the EBU R128 loudness
measurement", *AES Convention* 145 (2018).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from ._arrays import (
    Array,
    as_numbers,
    as_samples,
    check_finite,
    dtype_name,
    is_complex,
    is_numpy,
    is_on_cpu,
    like,
    namespace,
    to_numpy,
    zeros,
)
from ._threads import scratch, share_out
from ._validate import one_of, positive_number, threads
from .errors import ParameterError, SampleTypeError
from .filters import filter_sos, forget, in_place
from .time_domain import rms

__all__ = [
    "LAYOUTS",
    "Loudness",
    "LoudnessMeter",
    "channel_weight",
    "crest_factor",
    "dbfs",
    "integrated_loudness",
    "k_weighting",
    "loudness_range",
    "measure_loudness",
    "momentary_loudness",
    "peak",
    "short_term_loudness",
    "true_peak",
]

# ---- Levels ----


def peak(y: Array) -> Array:
    """The largest magnitude of each channel.

    Parameters
    ----------
    y : float array (..., n)
        Samples, time last.

    Returns
    -------
    float array (...), of the dtype of y

    Examples
    --------
    >>> import numpy as np
    >>> float(peak(np.array([0.1, -0.5, 0.3])))
    0.5

    """
    y, xp = as_samples(y)
    check_finite(y)
    return xp.maximum(xp.max(y, axis=-1), -xp.min(y, axis=-1))  # without a copy of all magnitudes


def crest_factor(y: Array) -> Array:
    """Peak over RMS of each channel: √2 for a sine, 1 for a square wave, large for clicks; NaN is never, 1 for silence.

    Parameters
    ----------
    y : float array (..., n)
        Samples, time last.

    Returns
    -------
    float array (...), of the dtype of y
        A ratio: ``20 * log10`` of it is in dB.

    Examples
    --------
    >>> import numpy as np
    >>> y = np.sin(2 * np.pi * np.arange(1000) / 100)
    >>> print(f"{crest_factor(y):.3f}")
    1.414

    """
    highest, level = peak(y), rms(y)
    xp = namespace(highest)
    silent = level == 0
    return xp.where(silent, xp.ones_like(level), highest / xp.where(silent, xp.ones_like(level), level))


def dbfs(level: Any, *, full_scale: str = "square") -> Any:
    """A level (peak or RMS) in decibels relative to full scale.

    Parameters
    ----------
    level : float or array, not negative
        1.0 is the largest sample that there is.
    full_scale : {"square", "sine"}
        What reads 0 dBFS. "square": a level of 1.0, so that the RMS of a full-scale sine reads -3.01 (as in
        BS.1770). "sine": the RMS of a full-scale sine (AES17), 3.01 dB more.

    Returns
    -------
    float or array
        -inf for silence.

    Examples
    --------
    >>> round(float(dbfs(0.5**0.5)), 2), round(float(dbfs(0.5**0.5, full_scale="sine")), 2)
    (-3.01, 0.0)

    """
    reference = {"square": 1.0, "sine": math.sqrt(0.5)}[one_of(full_scale, ("square", "sine"), "full_scale")]
    if not hasattr(level, "dtype"):
        level = np.asarray(level, dtype=np.float64)
    level, xp = as_numbers(level, name="level")
    if is_complex(level):
        raise SampleTypeError("level is complex; expected a peak or an RMS.")
    if is_on_cpu(level) and bool(xp.any(~(level >= 0))):
        raise ParameterError(f"level={level}; expected a peak or an RMS, not negative.")
    with np.errstate(divide="ignore"):
        return 20.0 * xp.log10(level / reference)


# ---- Channels ----

# BS.1770-5, Annex 1, Table 3: channels in the order of WAV files, and their weights. Without LFE, which does not count.
LAYOUTS: dict[str, tuple[tuple[str, ...], tuple[float, ...]]] = {
    "mono": (("M",), (1.0,)),
    "stereo": (("L", "R"), (1.0, 1.0)),
    "3.0": (("L", "R", "C"), (1.0, 1.0, 1.0)),
    "4.0": (("L", "R", "Ls", "Rs"), (1.0, 1.0, 1.41, 1.41)),
    "5.0": (("L", "R", "C", "Ls", "Rs"), (1.0, 1.0, 1.0, 1.41, 1.41)),
    "5.1": (("L", "R", "C", "LFE", "Ls", "Rs"), (1.0, 1.0, 1.0, 0.0, 1.41, 1.41)),
    "7.1": (("L", "R", "C", "LFE", "Lb", "Rb", "Ls", "Rs"), (1.0, 1.0, 1.0, 0.0, 1.0, 1.0, 1.41, 1.41)),
}
_BY_COUNT = {1: "mono", 2: "stereo", 3: "3.0", 5: "5.0", 6: "5.1", 8: "7.1"}


def channel_weight(azimuth: float, *, elevation: float = 0.0) -> float:
    """The weight of a loudspeaker by where it stands: 1.41 at the listener's sides, 1 elsewhere.

    BS.1770-5, Annex 3, Table 4.

    Parameters
    ----------
    azimuth : float
        Degrees from the front, -180 to 180.
    elevation : float
        Degrees above the ears, -90 to 90.

    Examples
    --------
    >>> channel_weight(30), channel_weight(-110), channel_weight(135), channel_weight(90, elevation=45)
    (1.0, 1.41, 1.0, 1.0)

    """
    if not (-180 <= azimuth <= 180 and -90 <= elevation <= 90):
        raise ParameterError(f"{azimuth=}, {elevation=}; expected degrees from -180 to 180 and from -90 to 90.")
    return 1.41 if abs(elevation) < 30 and 60 <= abs(azimuth) <= 120 else 1.0


def _weights(layout: Any, channels: int | None) -> np.ndarray:
    """The weight of each channel, of which there are so many (None: as many as in the layout)."""
    if layout is None:
        if channels not in _BY_COUNT:
            raise ParameterError(
                f"y has {channels} channels (second axis from the end), for which there is no usual layout. Give "
                f"layout=, a name ({', '.join(LAYOUTS)}) or a weight for each channel (see channel_weight; 0 for LFE)."
            )
        layout = _BY_COUNT[channels]
    if isinstance(layout, str):
        weights = LAYOUTS[one_of(layout, LAYOUTS, "layout")][1]
    else:
        if not np.iterable(layout):
            raise SampleTypeError(
                f"layout={layout!r} is a {type(layout).__name__}; expected a name ({', '.join(LAYOUTS)}) or a weight "
                f"for each channel."
            )
        weights = tuple(positive_number(w, "layout", zero=True) for w in layout)
    if channels is not None and len(weights) != channels:
        raise ParameterError(f"layout={layout!r} has {len(weights)} channels, and y has {channels}; expected the same.")
    return np.array(weights)


# ---- K-weighting ----

# BS.1770-5, Annex 1, Tables 1 and 2: at 48 kHz, as printed.
_AT_48_KHZ = (
    (1.53512485958697, -2.69169618940638, 1.19839281085285, 1.0, -1.69065929318241, 0.73248077421585),
    (1.0, -2.0, 1.0, 1.0, -1.99004745483398, 0.99007225036621),
)
# The analogue filters behind them (De Man 2018): a shelf, and a high-pass.
_SHELF_HZ, _SHELF_DB, _SHELF_Q, _SHELF_EXPONENT = (
    1681.974450955533,
    3.999843853973347,
    0.7071752369554196,
    0.4996667741545416,
)
_HIGH_PASS_HZ, _HIGH_PASS_Q = 38.13547087602444, 0.5003270373238773
LOWEST_SR, HIGHEST_SR = 8_000, 384_000


def k_weighting(sr: float) -> np.ndarray:
    """The K-weighting filter as second-order sections: a shelf (the head), then a high-pass.

    At 48 kHz these are the numbers printed in BS.1770-5 (Annex 1, Tables 1 and 2). At other rates the analogue
    filters behind them go through the bilinear transform, the high-pass with the gain that it has at 48 kHz.

    Worst deviation from the response at 48 kHz, below 20 kHz and 0.49 sr: 0.0015 dB at 44.1 kHz, 0.009 dB from 88.2 to
    384 kHz, 0.011 dB at 32 kHz, 0.031 at 22.05, 0.066 at 16, 0.15 at 11.025 and 0.29 at 8 kHz. Below 32 kHz,
    resampling to 48 kHz first is the accurate way.

    Parameters
    ----------
    sr : float
        Sample rate in hertz, 8000 to 384000.

    Returns
    -------
    float64 array (2, 6)
        For :func:`dspkit.filter_sos`.

    Examples
    --------
    >>> k_weighting(48000)[0, :3]
    array([ 1.53512486, -2.69169619,  1.19839281])

    """
    sr = positive_number(sr, "sr", unit="hertz")
    if not LOWEST_SR <= sr <= HIGHEST_SR:
        raise ParameterError(
            f"sr={sr:g} Hz; expected {LOWEST_SR} to {HIGHEST_SR} Hz. Resample first: dk.resample(y, orig_sr={sr:g}, "
            f"target_sr=48000)."
        )
    return _k_weighting(sr).copy()


@lru_cache(maxsize=32)
def _k_weighting(sr: float) -> np.ndarray:
    if sr == 48_000:
        sos = np.array(_AT_48_KHZ)
    else:
        K, Q = math.tan(math.pi * _SHELF_HZ / sr), _SHELF_Q
        high = 10 ** (_SHELF_DB / 20)
        band = high**_SHELF_EXPONENT
        a0 = 1 + K / Q + K * K
        shelf = [(high + band * K / Q + K * K) / a0, 2 * (K * K - high) / a0, (high - band * K / Q + K * K) / a0]
        shelf += [1.0, 2 * (K * K - 1) / a0, (1 - K / Q + K * K) / a0]
        K, a0 = _high_pass(sr)
        gain = _high_pass(48_000)[1] / a0  # the table's 1, -2, 1 is not quite unit gain: keep what it has at 48 kHz
        high_pass = [gain, -2 * gain, gain, 1.0, 2 * (K * K - 1) / a0, (1 - K / _HIGH_PASS_Q + K * K) / a0]
        sos = np.array([shelf, high_pass])
    return sos


def _high_pass(sr: float) -> tuple[float, float]:
    K = math.tan(math.pi * _HIGH_PASS_HZ / sr)
    return K, 1 + K / _HIGH_PASS_Q + K * K


# ---- Energies: all that the meters need to know of the sound ----

STEPS = 100  # a second: energies are kept for every 10 ms
GATE_STEP, MOMENTARY, SHORT_TERM = 10, 40, 300  # in steps: 100 ms, 400 ms, 3 s
# The filters forget: what a sound did this long before, in seconds, has fallen below 1e-25.
RUN_IN = 0.25
# A thread is worth waking for so many samples.
SAMPLES_PER_WORKER = 1 << 17


def _edges(n: int, sr: float) -> np.ndarray:
    """Where the steps begin, in samples, and where the last whole one ends: the nearest sample to each 10 ms."""
    count = int(n * STEPS / sr) + 1
    edges = _edge(np.arange(count + 1), sr)
    return edges[edges <= n]


def _edge(step: np.ndarray, sr: float) -> np.ndarray:
    """The sample at which a step begins."""
    return np.floor(step * (sr / STEPS) + 0.5).astype(np.int64)


@dataclass(frozen=True)
class _Energy:
    """What is left of a sound: energy per step, and how many samples that was."""

    sums: Array  # (..., channels, n_steps): sums of squares of the K-weighted samples
    counts: np.ndarray  # (n_steps,)
    rest: Array  # (..., channels): of the samples after the last whole step
    n_rest: int


def _energy(y: Array, sr: float, workers: int | None) -> _Energy:
    """Filter, square, and add up: block by block and in threads for NumPy arrays."""
    sos, edges = k_weighting(sr), _edges(y.shape[-1], sr)
    n_steps = len(edges) - 1
    if is_numpy(y):
        sums = np.zeros((*y.shape[:-1], n_steps + 1))
        _energy_in_blocks(y, sr, sos, np.append(edges, y.shape[-1]), sums, workers)
        sums, rest = sums[..., :-1], sums[..., -1]
    else:
        xp = namespace(y)
        squares = xp.astype(filter_sos(y, sos), xp.float64) ** 2
        check_finite(y)
        longest = int(np.max(np.diff(edges), initial=0))
        index = edges[:-1, None] + np.arange(longest)
        inside = index < edges[1:, None]
        flat = xp.take(squares, like(np.where(inside, index, 0).reshape(-1), y), axis=-1)
        steps = xp.reshape(flat, (*y.shape[:-1], n_steps, longest))
        sums = xp.sum(steps * like(inside.astype(np.float64), y), axis=-1)
        rest = xp.sum(squares[..., int(edges[-1]) :], axis=-1)
    return _Energy(sums, np.diff(edges), rest, y.shape[-1] - int(edges[-1]))


def _energy_in_blocks(
    y: np.ndarray, sr: float, sos: np.ndarray, edges: np.ndarray, sums: np.ndarray, workers: int | None
) -> None:
    """Each thread begins a little before its part, from rest: by then the filters have forgotten that they did."""
    run_in, filtered = math.ceil(RUN_IN * sr), in_place()

    def run(channel: tuple[int, ...], first: int, last: int) -> None:
        samples, begin, state = y[channel], int(edges[first * STEPS]), np.zeros((1, 2, 2))

        def energies(start: int, stop: int) -> np.ndarray:
            """The squares of the filtered samples; in double precision, of a second at most."""
            z = scratch("double", (1, stop - start), np.float64)
            z[...] = samples[start:stop]
            filtered(sos, z, state)
            state[...] = forget(state)
            with np.errstate(over="ignore"):  # looked for afterwards
                return np.multiply(z, z, out=z)[0]

        energies(max(0, begin - run_in), begin)
        for block in range(first, last):
            ends = edges[block * STEPS : (block + 1) * STEPS + 1]
            if ends[0] == ends[-1]:  # nothing is left after the last step
                continue
            z = energies(int(ends[0]), int(ends[-1]))
            starts = ends[:-1] - ends[0]
            filled = starts < len(z)  # the rest after the last step may be empty
            sums[channel][block * STEPS : block * STEPS + len(starts)][filled] = np.add.reduceat(z, starts[filled])

    share_out(run, y.shape[:-1], range(-(-(len(edges) - 1) // STEPS)), int(sr), workers, SAMPLES_PER_WORKER)
    if not np.all(np.isfinite(sums)):  # what the filters met once, they keep
        check_finite(y)
        raise ParameterError("y has samples whose squares are too large to add up; expected full scale at 1.0.")


def _windows(energy: _Energy, length: int, hop: int) -> Array:
    """Mean squares (..., channels, n) over windows of ``length`` steps, ``hop`` apart.

    Sums of sums: ten steps, then tens of steps. (A running total would be quicker, and lose quiet passages after
    loud ones.)
    """
    n_steps = len(energy.counts)
    sums, counts = energy.sums, energy.counts.astype(np.float64)
    for distance, times in ((1, GATE_STEP), (GATE_STEP, length // GATE_STEP)):
        n = sums.shape[-1] - distance * (times - 1)
        sums = sum(sums[..., distance * i : distance * i + n] for i in range(1, times)) + sums[..., :n]
        counts = sum(counts[distance * i : distance * i + n] for i in range(1, times)) + counts[:n]
    assert sums.shape[-1] == n_steps - length + 1
    return sums[..., ::hop] / like(counts[::hop], sums)


def _lufs(z: Array, weights: np.ndarray) -> Array:
    """Loudness of mean squares z (..., channels, n): −0.691 + 10·log₁₀ Σ G·z (BS.1770-5, Annex 1, equation 2)."""
    return _decibels(_weighted(z, weights))


def _weighted(z: Array, weights: np.ndarray) -> Array:
    return namespace(z).sum(z * like(weights[:, None], z), axis=-2)


def _decibels(power: Array) -> Array:
    with np.errstate(divide="ignore"):
        return -0.691 + 10.0 * namespace(power).log10(power)


ABSOLUTE_GATE = -70.0  # LUFS


def _gated(power: Array, relative: float) -> tuple[Array, Array]:
    """Which windows count, and the mean power of those: above −70 LUFS, and above ``relative`` LU from their mean.

    BS.1770-5, Annex 1, equations 4 to 7: the mean is taken of powers, not of decibels, and the second gate lies below
    the mean of what passed the first.
    """
    xp = namespace(power)

    def mean(passed: Array) -> Array:
        count = xp.sum(xp.astype(passed, power.dtype), axis=-1, keepdims=True)
        total = xp.sum(xp.where(passed, power, xp.zeros_like(power)), axis=-1, keepdims=True)
        return total / xp.where(count > 0, count, xp.ones_like(count))

    loudness = _decibels(power)
    passed = loudness > ABSOLUTE_GATE
    passed = passed & (loudness > _decibels(mean(passed)) + relative)
    return passed, mean(passed)[..., 0]


# ---- The meters ----


def _programme(y: Any, layout: Any) -> tuple[Array, np.ndarray]:
    """Samples (..., channels, n), and the channels' weights."""
    y, xp = as_samples(y)
    if y.ndim == 1:
        y = xp.reshape(y, (1, y.shape[0]))
    return y, _weights(layout, y.shape[-2])


def _series(y: Any, sr: float, layout: Any, length: int, hop: float, workers: int | None, name: str) -> Array:
    y, weights = _programme(y, layout)
    steps = positive_number(hop, "hop", unit="seconds") * STEPS
    if abs(steps - round(steps)) > 1e-6 or round(steps) < 1:
        raise ParameterError(f"hop={hop} s; expected a multiple of 0.01 s, such as 0.1.")
    energy = _energy(y, sr, _workers(workers))
    if len(energy.counts) < length:
        raise ParameterError(
            f"y has {y.shape[-1] / sr:.3g} s; a {name} loudness is taken over {length / STEPS:g} s: expected "
            f"at least that."
        )
    return _lufs(_windows(energy, length, round(steps)), weights)


def _workers(workers: int | None) -> int | None:
    return threads(workers)


def momentary_loudness(
    y: Array, sr: float, *, layout: Any = None, hop: float = 0.1, workers: int | None = None
) -> Array:
    """Loudness over the last 400 ms, again and again: no gate.

    BS.1770-5, Annex 1; EBU Tech 3341, 2.2.

    Parameters
    ----------
    y : float array (n,) or (..., channels, n)
        Samples, time last, full scale at 1.0.
    sr : float
        Sample rate in hertz, 8000 to 384000.
    layout : str or sequence of float, optional
        Name of the channel layout (``LAYOUTS``), or a weight for each channel. By the number of channels if not
        given: mono, stereo, 3.0, 5.0, 5.1 (L R C LFE Ls Rs), 7.1 (L R C LFE Lb Rb Ls Rs).
    hop : float
        Seconds between two windows, a multiple of 10 ms.
    workers : int, optional
        How many threads may work on it, for NumPy arrays.

    Returns
    -------
    float64 array (...,  n_windows)
        In LUFS; -inf where it is silent. Window i begins at ``i * hop`` seconds (where 10 ms are no whole number of
        samples, at the nearest sample).

    Raises
    ------
    ParameterError
        For sounds shorter than 400 ms, samples that are not finite, unknown layouts and rates out of range.

    Examples
    --------
    >>> import numpy as np
    >>> y = np.sin(2 * np.pi * 997 * np.arange(48000) / 48000)
    >>> M = momentary_loudness(y, 48000)
    >>> M.shape, round(float(M[-1]), 2)
    ((7,), -3.01)

    """
    return _series(y, sr, layout, MOMENTARY, hop, workers, "momentary")


def short_term_loudness(
    y: Array, sr: float, *, layout: Any = None, hop: float = 0.1, workers: int | None = None
) -> Array:
    """Loudness over the last 3 seconds: as :func:`momentary_loudness`, with a longer window.

    Examples
    --------
    >>> import numpy as np
    >>> y = np.sin(2 * np.pi * 997 * np.arange(5 * 48000) / 48000)
    >>> round(float(short_term_loudness(np.stack([y, y]), 48000)[0]), 2)
    -0.0

    """
    return _series(y, sr, layout, SHORT_TERM, hop, workers, "short-term")


def integrated_loudness(y: Array, sr: float, *, layout: Any = None, workers: int | None = None) -> Array:
    """The loudness of a whole programme, in LUFS (LKFS): mean power of its 400 ms windows that pass both gates.

    BS.1770-5, Annex 1: windows every 100 ms; those at or below -70 LUFS do not count, nor those at or below 10 LU under
    the mean of the others.

    Parameters
    ----------
    y, sr, layout, workers
        As for :func:`momentary_loudness`. A sound shorter than 400 ms is one window of its own length (for which the
        standard has no rule).

    Returns
    -------
    float64 array (...)
        -inf when nothing passes the gates: silence, or all below -70 LUFS.

    Examples
    --------
    >>> import numpy as np
    >>> y = 0.1 * np.sin(2 * np.pi * 997 * np.arange(2 * 48000) / 48000)
    >>> round(float(integrated_loudness(y, 48000)), 2)  # -3.01 at full scale, 20 dB less
    -23.01

    """
    y, weights = _programme(y, layout)
    return _integrated(_energy(y, sr, _workers(workers)), weights)


def _integrated(energy: _Energy, weights: np.ndarray) -> Array:
    if len(energy.counts) < MOMENTARY:  # one window, as long as there is
        n = int(energy.counts.sum()) + energy.n_rest
        z = (namespace(energy.sums).sum(energy.sums, axis=-1) + energy.rest)[..., None] / n
    else:
        z = _windows(energy, MOMENTARY, GATE_STEP)
    return _decibels(_gated(_weighted(z, weights), -10.0)[1])


def loudness_range(y: Array, sr: float, *, layout: Any = None, workers: int | None = None) -> Array:
    """How far the loudness of a programme moves, in LU: from the 10th to the 95th percentile of short-term loudness.

    EBU Tech 3342: windows of 3 s every 100 ms; those at or below -70 LUFS do not count, nor those at or below 20 LU
    under the mean of the others. The percentiles are values that occurred (nearest rank).

    Parameters
    ----------
    y, sr, layout, workers
        As for :func:`momentary_loudness`.

    Returns
    -------
    float64 array (...)
        0 when no window passes the gates, or for a sound shorter than 3 s: nothing has moved.

    Examples
    --------
    >>> import numpy as np
    >>> t = np.arange(20 * 8000) / 8000
    >>> tone = np.sin(2 * np.pi * 1000 * t)
    >>> y = np.concatenate([0.1 * tone, 0.1 * 10**-0.5 * tone])  # 10 dB down after 20 s
    >>> round(float(loudness_range(y, 8000)), 1)
    10.0

    """
    y, weights = _programme(y, layout)
    return _range(_energy(y, sr, _workers(workers)), weights)


def _range(energy: _Energy, weights: np.ndarray) -> Array:
    if len(energy.counts) < SHORT_TERM:
        return zeros(energy.sums, energy.sums.shape[:-2])
    power = _weighted(_windows(energy, SHORT_TERM, GATE_STEP), weights)
    xp = namespace(power)
    passed, _ = _gated(power, -20.0)
    # Those that passed in order, from the left; the others behind them.
    loudness = xp.sort(xp.where(passed, _decibels(power), xp.full_like(power, math.inf)), axis=-1)
    count = xp.sum(xp.astype(passed, power.dtype), axis=-1, keepdims=True)
    place = like(np.arange(power.shape[-1], dtype=np.float64), power)

    def percentile(p: float) -> Array:
        rank = xp.floor(p * xp.where(count > 0, count - 1.0, count) + 0.5)
        found = xp.where((place == rank) & (count > 0), loudness, xp.zeros_like(loudness))
        return xp.sum(found, axis=-1)

    return percentile(0.95) - percentile(0.10)


# ---- True peak ----

# BS.1770-5, Annex 2, Table: 48 taps in four phases; phases 2 and 3 are 1 and 0 backwards.
_PHASE_0 = (
    0.001708984375, 0.010986328125, -0.0196533203125, 0.033203125, -0.0594482421875, 0.1373291015625, 0.97216796875,
    -0.102294921875, 0.047607421875, -0.026611328125, 0.014892578125, -0.00830078125,
)  # fmt: skip
_PHASE_1 = (
    -0.0291748046875, 0.029296875, -0.0517578125, 0.089111328125, -0.16650390625, 0.465087890625, 0.77978515625,
    -0.2003173828125, 0.1015625, -0.0582275390625, 0.0330810546875, -0.0189208984375,
)  # fmt: skip
_PHASES = (_PHASE_0, _PHASE_1, _PHASE_1[::-1], _PHASE_0[::-1])
_TAPS = len(_PHASE_0)
_MOST_GAIN = max(sum(map(abs, phase)) for phase in _PHASES)  # a block cannot come out louder than this times its peak
_PEAK_BLOCK, _PRODUCT = 1 << 15, 1 << 12
OVERSAMPLED_FROM = 192_000  # a rate this high needs no more samples (Annex 2: 4 times at 48 kHz)


def true_peak(y: Array, sr: float, *, workers: int | None = None) -> Array:
    """The peak of the sound between its samples, in dBTP.

    BS.1770-5, Annex 2: four times as many samples, by the 48 taps printed there. They leave the samples themselves out,
    so that the largest of these counts, too: a true peak is never below the sample peak.

    Parameters
    ----------
    y : float array (..., n)
        Samples, time last, full scale at 1.0.
    sr : float
        Sample rate in hertz. From 192 kHz on, the samples lie close enough and are taken as they are.
    workers : int, optional
        How many threads may work on it, for NumPy arrays.

    Returns
    -------
    float64 array (...)
        For each channel, in decibels relative to full scale; -inf for silence. Of a steady tone up to 0.45 sr, whatever
        its phase, at most 0.11 dB too low and 0.22 dB too high: the standard's own filter.

    Examples
    --------
    >>> import numpy as np
    >>> y = 0.5 * np.sin(2 * np.pi * np.arange(4801) / 4 + np.pi / 4)  # a quarter of sr, all samples at 0.354
    >>> y *= np.hanning(4801)
    >>> print(f"{dbfs(peak(y)):.1f} dBFS, {true_peak(y, 48000):.1f} dBTP")
    -9.0 dBFS, -6.0 dBTP

    """
    y, xp = as_samples(y)
    sr = positive_number(sr, "sr", unit="hertz")
    highest = xp.astype(peak(y), xp.float64)
    if sr < OVERSAMPLED_FROM:
        highest = xp.maximum(highest, _between(y, highest, _workers(workers)))
    return dbfs(highest)


def _between(y: Array, known: Array, workers: int | None) -> Array:
    """The largest magnitude between the samples of each channel; ``known`` is the largest at them."""
    xp = namespace(y)
    if is_numpy(y):
        return _between_in_blocks(y, np.array(known), workers)
    pad = zeros(y, (*y.shape[:-1], _TAPS - 1))
    padded = xp.concat([pad, y, pad], axis=-1)
    size = max(1, _PEAK_BLOCK * 64 // max(1, math.prod(y.shape[:-1])))
    total = y.shape[-1] + _TAPS - 1  # values of each phase
    starts = range(0, total, size)
    peaks = [_interpolated_peak(padded[..., a : min(a + size, total) + _TAPS - 1]) for a in starts]
    return xp.astype(xp.max(xp.stack(peaks), axis=0), xp.float64)


def _between_in_blocks(y: np.ndarray, highest: np.ndarray, workers: int | None) -> np.ndarray:
    found: list[tuple[tuple[int, ...], float]] = []

    def run(channel: tuple[int, ...], first: int, last: int) -> None:
        samples, most = y[channel], float(highest[channel])
        for start in range(first * _PEAK_BLOCK, last * _PEAK_BLOCK, _PEAK_BLOCK):
            stop = start + _PEAK_BLOCK
            piece = samples[max(0, start - _TAPS + 1) : stop]
            if np.max(np.abs(piece), initial=0.0) * _MOST_GAIN <= most:  # nothing here can reach the highest so far
                continue
            left = max(0, _TAPS - 1 - start)
            right = _TAPS - 1 if stop >= len(samples) else 0
            most = max(most, float(_interpolated_peak(np.pad(piece, (left, right)))))
        found.append((channel, most))

    share_out(run, y.shape[:-1], range(-(-y.shape[-1] // _PEAK_BLOCK)), _PEAK_BLOCK, workers, SAMPLES_PER_WORKER)
    for channel, most in found:
        highest[channel] = max(highest[channel], most)
    return highest


def _interpolated_peak(padded: Array) -> Array:
    """The largest magnitude that the four phases make of samples (..., n + 11)."""
    xp, n = namespace(padded), padded.shape[-1] - _TAPS + 1
    delayed = xp.stack([padded[..., _TAPS - 1 - k : _TAPS - 1 - k + n] for k in range(_TAPS)], axis=-2)
    phases = like(np.array(_PHASES, dtype=dtype_name(padded)), padded)
    # A larger product would go to all of BLAS's threads, and ours are busy already.
    size = _PRODUCT if is_numpy(padded) else n
    peaks = [xp.max(xp.abs(phases @ delayed[..., a : min(a + size, n)]), axis=(-2, -1)) for a in range(0, n, size)]
    return xp.max(xp.stack(peaks), axis=0)


# ---- All in one, at once or as it comes ----


@dataclass(frozen=True)
class Loudness:
    """What a meter shows at the end of a programme."""

    integrated: float
    """Integrated loudness, LUFS; -inf when nothing passed the gates."""
    loudness_range: float
    """Loudness range, LU."""
    max_momentary: float
    """The highest momentary loudness (every 10 ms), LUFS; -inf for less than 400 ms."""
    max_short_term: float
    """The highest short-term loudness (every 10 ms), LUFS; -inf for less than 3 s."""
    true_peak: float
    """The highest true peak of all channels, dBTP."""
    sample_peak: float
    """The highest sample of all channels, dBFS."""


def measure_loudness(y: Array, sr: float, *, layout: Any = None, workers: int | None = None) -> Loudness:
    """All that a loudness meter shows, in one pass over the sound.

    Parameters
    ----------
    y : float array (n,) or (channels, n)
        Samples, time last, full scale at 1.0: one programme.
    sr, layout, workers
        As for :func:`momentary_loudness`.

    Examples
    --------
    >>> import numpy as np
    >>> y = 0.1 * np.sin(2 * np.pi * 1000 * np.arange(4 * 48000) / 48000)
    >>> found = measure_loudness(np.stack([y, y]), 48000)
    >>> print(f"{found.integrated:.1f} LUFS, {found.true_peak:.1f} dBTP, {found.loudness_range:.1f} LU")
    -20.0 LUFS, -20.0 dBTP, 0.0 LU

    """
    y, weights = _programme(y, layout)
    if y.ndim != 2:
        raise ParameterError(f"y has shape {tuple(y.shape)}; expected one programme, (n,) or (channels, n).")
    energy = _energy(y, sr, _workers(workers))
    host = _Energy(to_numpy(energy.sums), energy.counts, to_numpy(energy.rest), energy.n_rest)
    peaks = float(np.max(to_numpy(true_peak(y, sr, workers=workers)))), float(np.max(to_numpy(dbfs(peak(y)))))
    return _reading(host, weights, *peaks)


def _reading(energy: _Energy, weights: np.ndarray, highest: float, sample: float) -> Loudness:
    def most(length: int) -> float:
        if len(energy.counts) < length:
            return -math.inf
        return float(np.max(_lufs(_windows(energy, length, 1), weights)))

    integrated, moved = float(_integrated(energy, weights)), float(_range(energy, weights))
    return Loudness(integrated, moved, most(MOMENTARY), most(SHORT_TERM), highest, sample)


_LARGEST = 1e140  # the squares of a million years of such samples can be added up


class LoudnessMeter:
    """A meter that is fed as the sound comes, in pieces of any length.

    What it shows at the end does not depend on the pieces: it is what :func:`measure_loudness` gives for all of
    them together.

    Parameters
    ----------
    sr : float
        Sample rate in hertz, 8000 to 384000.
    layout : str or sequence of float
        As for :func:`momentary_loudness`; "stereo" if not given.

    Examples
    --------
    >>> import numpy as np
    >>> y = 0.1 * np.sin(2 * np.pi * 1000 * np.arange(4 * 48000) / 48000)
    >>> meter = LoudnessMeter(48000, layout="mono")
    >>> for start in range(0, len(y), 1000):
    ...     meter.feed(y[start : start + 1000])
    >>> print(f"{meter.momentary:.1f} LUFS now, {meter.result().integrated:.1f} LUFS in all")
    -23.0 LUFS now, -23.0 LUFS in all

    """

    def __init__(self, sr: float, *, layout: str | Sequence[float] = "stereo") -> None:
        self.sos = k_weighting(sr)
        self.sr = float(sr)
        self.weights = _weights(layout, None)
        channels = len(self.weights)
        self._state: np.ndarray = np.zeros((channels, 2, 2))
        self._steps: list[np.ndarray] = []  # energies (channels, some steps)
        self._n_steps = 0  # so many in all
        self._rest = np.zeros(channels)  # of the step that has begun
        self._n = 0  # samples so far
        self._last = np.zeros((channels, _TAPS - 1))  # samples, for peaks across the seam
        self._highest = np.zeros(channels)
        self._sample = np.zeros(channels)

    @property
    def channels(self) -> int:
        """How many channels a piece must have."""
        return len(self.weights)

    @property
    def seconds(self) -> float:
        """How much sound the meter has been fed."""
        return self._n / self.sr

    def feed(self, y: Array) -> None:
        """Take the next piece: samples (channels, n), or (n,) for one channel. A piece may be empty."""
        if hasattr(y, "shape") and y.shape and y.shape[-1] == 0:
            return
        y, _ = as_samples(y)
        y = to_numpy(y)
        if y.ndim == 1:
            y = y[None, :]
        if y.ndim != 2 or y.shape[0] != self.channels:
            raise ParameterError(
                f"a piece of shape {y.shape} came; expected ({self.channels}, n), the meter's channels."
            )
        check_finite(y)
        if float(np.max(np.abs(y))) > _LARGEST:
            raise ParameterError("y has samples whose squares are too large to add up; expected full scale at 1.0.")
        block = math.ceil(10 * self.sr)
        for start in range(0, y.shape[-1], block):
            self._take(y[:, start : start + block].astype(np.float64))

    def _take(self, samples: np.ndarray) -> None:
        weighted, self._state = filter_sos(samples, self.sos, state=self._state, return_state=True)
        self._add(weighted**2)
        self._sample = np.maximum(self._sample, np.max(np.abs(samples), axis=-1))
        joined = np.concatenate([self._last, samples], axis=-1)
        if self.sr < OVERSAMPLED_FROM:
            self._highest = np.maximum(self._highest, _interpolated_peak(joined))
        self._last = joined[:, joined.shape[-1] - _TAPS + 1 :]

    def _add(self, squares: np.ndarray) -> None:
        """Squares onto the steps' energies: the first of them belong to the step that has begun."""
        begin, self._n = self._n, self._n + squares.shape[-1]
        most = int(squares.shape[-1] * STEPS / self.sr) + 2
        edges = _edge(self._n_steps + np.arange(1, most + 1), self.sr)
        ended = edges[edges <= self._n] - begin  # where in the piece a step ends
        self._n_steps += len(ended)
        if len(ended):
            starts = np.concatenate([[0], ended[:-1]])
            sums = np.add.reduceat(squares[:, : ended[-1]], starts, axis=-1)
            sums[:, 0] += self._rest
            self._steps.append(sums)
            self._rest = np.sum(squares[:, ended[-1] :], axis=-1)
        else:
            self._rest = self._rest + np.sum(squares, axis=-1)

    def _energy(self) -> _Energy:
        sums = np.concatenate([np.zeros((self.channels, 0)), *self._steps], axis=-1)
        edges = _edges(self._n, self.sr)
        return _Energy(sums, np.diff(edges), self._rest, self._n - int(edges[-1]))

    @property
    def momentary(self) -> float:
        """Loudness over the last 400 ms, LUFS; -inf before there are as many."""
        return self._now(MOMENTARY)

    @property
    def short_term(self) -> float:
        """Loudness over the last 3 s, LUFS; -inf before there are as many."""
        return self._now(SHORT_TERM)

    def _now(self, length: int) -> float:
        if self._n_steps < length:
            return -math.inf
        parts, found = [], 0
        for sums in reversed(self._steps):
            parts.append(sums)
            found += sums.shape[-1]
            if found >= length:
                break
        edges = _edge(np.arange(self._n_steps - length, self._n_steps + 1), self.sr)
        sums = np.concatenate(parts[::-1], axis=-1)[:, -length:]
        recent = _Energy(sums, np.diff(edges), self._rest, self._n - int(edges[-1]))
        return float(_lufs(_windows(recent, length, 1), self.weights)[0])

    def result(self) -> Loudness:
        """What the meter has seen so far; feeding may go on."""
        if not self._n:
            raise ParameterError("the meter has been fed nothing; call feed(y) first.")
        highest = np.maximum(self._highest, self._sample)
        if self.sr < OVERSAMPLED_FROM:  # behind the last sample there is silence
            end = np.concatenate([self._last, np.zeros((self.channels, _TAPS - 1))], axis=-1)
            highest = np.maximum(highest, _interpolated_peak(end))
        return _reading(self._energy(), self.weights, float(dbfs(np.max(highest))), float(dbfs(np.max(self._sample))))

    def __repr__(self) -> str:
        return f"<LoudnessMeter: {self.channels} channels at {self.sr:g} Hz, {self.seconds:.3f} s so far>"
