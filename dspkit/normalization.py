"""Bringing sounds to a level, and features to a range.

Lesson: ``notebooks/12_normalization.ipynb``. A gain is one number for the whole sound; a limiter is a gain that
moves; a range for a network is a straight line from decibels to numbers, and must be known to come back.

Sources: EBU R 128 (2023) for loudness and true-peak targets; T. F. Chan, G. H. Golub and R. J. LeVeque, "Algorithms for
computing the sample variance", *The American Statistician* 37 (1983), equation 2.1, for :class:`Standardizer`;
J. Engel et al., "GANSynth", *ICLR* 2019, section 2.3, for log-magnitude and instantaneous frequency in [-1, 1].
"""

from __future__ import annotations

import math
import os
import zipfile
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from ._arrays import (
    Array,
    arange,
    as_numbers,
    as_samples,
    check_finite,
    dtype_name,
    empty,
    irfft,
    is_complex,
    is_numpy,
    like,
    namespace,
    rfft,
    to_numpy,
    zeros,
)
from ._files import replacing
from ._validate import axis_index, positive_int, positive_number
from .errors import ParameterError, SampleTypeError
from .loudness import integrated_loudness, peak, true_peak
from .time_domain import rms

__all__ = [
    "ClipReport",
    "NormalizedLoudness",
    "Standardizer",
    "clip_report",
    "from_log_magnitude_phase",
    "limit",
    "log_magnitude_phase",
    "normalize_loudness",
    "normalize_peak",
    "normalize_rms",
    "scale_db",
    "unscale_db",
    "zscore",
]

# ---- A gain for the whole sound ----


def _level(db: Any, name: str) -> float:
    value = float(db) if isinstance(db, int | float | np.number) and not isinstance(db, bool) else math.nan
    if not math.isfinite(value):
        raise ParameterError(f"{name}={db!r}; expected a level in dB, such as -20.0.")
    return value


def _gain(y: Array, now: Array, target_db: float) -> Array:
    """``y`` brought from the level ``now`` (a number above 0, or 0 for silence) to ``target_db``."""
    xp = namespace(y)
    now = xp.astype(xp.where(now == 0, xp.ones_like(now), now), y.dtype)
    # Divided first: of a very quiet sound (1e-40) the factor would overflow, though the product does not.
    return y / now * 10 ** (target_db / 20)


def normalize_peak(y: Array, target_db: float = 0.0) -> Array:
    """Bring the largest sample of a sound to a level; all channels with the same gain.

    Parameters
    ----------
    y : float array (..., n)
        Samples, time last. All of it is one sound: the balance between channels stays.
    target_db : float
        Level in dB relative to full scale (1.0).

    Returns
    -------
    float array of the shape and dtype of y
        Silence stays silence.

    Examples
    --------
    >>> import numpy as np
    >>> normalize_peak(np.array([0.1, -0.2]), -6.0206).round(3)
    array([ 0.25, -0.5 ])

    """
    y, xp = as_samples(y)
    return _gain(y, xp.max(peak(y)), _level(target_db, "target_db"))


def normalize_rms(y: Array, target_db: float = -20.0) -> Array:
    """Bring the RMS of a sound (over all its channels) to a level. Peaks may then lie beyond full scale.

    Parameters and result are those of :func:`normalize_peak`.

    Examples
    --------
    >>> import numpy as np
    >>> y = np.sin(2 * np.pi * np.arange(800) / 80)
    >>> print(f"{20 * np.log10(np.sqrt(np.mean(normalize_rms(y, -20.0) ** 2))):.2f}")
    -20.00

    """
    y, xp = as_samples(y)
    check_finite(y)
    return _gain(y, rms(xp.reshape(y, (-1,))), _level(target_db, "target_db"))


class NormalizedLoudness(NamedTuple):
    """What :func:`normalize_loudness` did."""

    y: Array
    """The sound, louder or quieter."""
    gain_db: float
    """By how much, in dB."""
    loudness: float
    """Its integrated loudness now, LUFS."""
    true_peak: float
    """Its true peak now, dBTP."""
    ceiling_won: bool
    """Whether the true-peak ceiling kept it below the target."""


def normalize_loudness(
    y: Array, sr: float, target: float = -23.0, *, ceiling: float | None = -1.0, layout: Any = None
) -> NormalizedLoudness:
    """Bring the integrated loudness of a programme to a target, as far as its true peak allows.

    EBU R 128: -23.0 LUFS, true peak at most -1 dBTP. Only a gain is applied: where the ceiling is met first, the sound
    stays quieter than asked, and the result says so. (Then :func:`limit` is what helps.)

    Parameters
    ----------
    y : float array (n,) or (channels, n)
        One programme, time last.
    sr : float
        Sample rate in hertz.
    target : float
        Integrated loudness in LUFS.
    ceiling : float, optional
        Highest true peak in dBTP; None for none.
    layout
        As for :func:`dspkit.integrated_loudness`.

    Returns
    -------
    NormalizedLoudness
        With ``y`` of the shape and dtype of y.

    Raises
    ------
    ParameterError
        For a programme without loudness (silence, or all of it below -70 LUFS).

    Examples
    --------
    >>> import numpy as np
    >>> y = 0.01 * np.sin(2 * np.pi * 997 * np.arange(48000) / 48000)
    >>> y[24000] = 0.5  # a click: its peak allows 5 dB, and 20 would be needed
    >>> found = normalize_loudness(y, 48000)
    >>> found.ceiling_won, round(found.gain_db, 1)
    (True, 5.0)

    """
    y, _ = as_samples(y)
    if y.ndim > 2:
        raise ParameterError(f"y has shape {tuple(y.shape)}; expected one programme, (n,) or (channels, n).")
    target = _level(target, "target")
    before = float(to_numpy(integrated_loudness(y, sr, layout=layout)))
    if math.isinf(before):
        raise ParameterError(
            "y has no loudness: it is silent, or all of it lies below -70 LUFS (the absolute gate). There is no gain "
            "that brings it to a target."
        )
    highest = float(np.max(to_numpy(true_peak(y, sr))))
    top = math.inf if ceiling is None else _level(ceiling, "ceiling") - highest  # the largest gain allowed
    gain = target - before
    for attempt in range(5):  # windows that cross the absolute gate count, or count no more: then a gain misses
        won, gain = gain > top, min(gain, top)
        louder = y * 10 ** (gain / 20)
        after = float(to_numpy(integrated_loudness(louder, sr, layout=layout)))
        if won or attempt == 4 or math.isinf(after) or abs(target - after) < 1e-3:
            break
        gain += target - after
    return NormalizedLoudness(louder, gain, after, highest + gain, won)


# ---- Clipping ----


class ClipReport(NamedTuple):
    """What :func:`clip_report` found in each channel; arrays (...)."""

    beyond: np.ndarray
    """How many samples lie beyond full scale: 16 bits would cut them off."""
    flat: np.ndarray
    """How many lie in flat tops (three samples or more side by side at full scale): they have been cut off already."""
    longest: np.ndarray
    """The longest flat top, in samples."""

    @property
    def clean(self) -> bool:
        """Whether nothing was found."""
        return not (np.any(self.beyond) or np.any(self.flat))


FLAT_TOP = 3  # samples: two equal ones at full scale may be a peak between them


def clip_report(y: Array, *, full_scale: float = 1.0) -> ClipReport:
    """Look for samples beyond full scale, and for flat tops at it.

    Parameters
    ----------
    y : float array (..., n)
        Samples, time last.
    full_scale : float
        The level at which samples are cut off. int16 samples come to at most 32767/32768: a top within one part in
        30,000 of ``full_scale`` counts as at it.

    Returns
    -------
    ClipReport

    Examples
    --------
    >>> import numpy as np
    >>> loud = 1.5 * np.sin(2 * np.pi * np.arange(100) / 100)
    >>> int(clip_report(loud).beyond), int(clip_report(np.clip(loud, -1, 1)).longest)
    (54, 27)

    """
    y, xp = as_samples(y)
    check_finite(y)
    full = positive_number(full_scale, "full_scale")
    magnitude = to_numpy(xp.abs(y))
    at = magnitude >= full * (1.0 - 1.0 / 30_000.0)
    signs = to_numpy(y) > 0
    beyond = np.sum(magnitude > full, axis=-1)
    flat, longest = np.zeros(y.shape[:-1], dtype=np.int64), np.zeros(y.shape[:-1], dtype=np.int64)
    for channel in np.ndindex(tuple(y.shape[:-1])):
        # A run ends where a sample leaves full scale, or jumps to the other side.
        state = np.where(at[channel] & (magnitude[channel] <= full), np.where(signs[channel], 1, -1), 0)
        starts = np.flatnonzero(np.diff(state, prepend=2))
        lengths = np.diff(np.append(starts, state.size))
        tops = lengths[(state[starts] != 0) & (lengths >= FLAT_TOP)]
        flat[channel], longest[channel] = tops.sum(), tops.max(initial=0)
    return ClipReport(beyond, flat, longest)


def limit(y: Array, sr: float, *, ceiling: float = -1.0, attack: float = 0.005, release: float = 0.05) -> Array:
    """Turn the gain down just before a peak that would exceed the ceiling, and up again after it.

    How far each sample must come down (in dB) is known at once. That falls back to zero slowly (release), is taken
    from as far ahead as the attack is long (look-ahead), and its steps are smoothed by a window just as long. All
    three only ever take larger reductions, or means of such: no sample exceeds the ceiling.

    Parameters
    ----------
    y : float array (n,) or (channels, n)
        Samples, time last. All channels get the same gain: nothing moves sideways.
    sr : float
        Sample rate in hertz.
    ceiling : float
        Highest sample in dBFS. It holds for the samples; the true peak between them may lie higher.
    attack : float
        Seconds before a peak in which the gain goes down; 10 at most.
    release : float
        Seconds after a peak in which the reduction (in dB) falls to 37 %.

    Returns
    -------
    float array of the shape and dtype of y
        The same samples, to the bit, if none exceeds the ceiling, and wherever no peak is near.

    Examples
    --------
    >>> import numpy as np
    >>> y = 0.4 * np.sin(2 * np.pi * np.arange(8000) / 80)
    >>> y[4000:4080] *= 4
    >>> quiet = limit(y, 8000, ceiling=-6.0)
    >>> bool(abs(quiet).max() <= 10 ** (-6 / 20)), bool(np.array_equal(quiet[:3900], y[:3900]))
    (True, True)

    """
    y, xp = as_samples(y)
    check_finite(y)
    if y.ndim > 2:
        raise ParameterError(f"y has shape {tuple(y.shape)}; expected one sound, (n,) or (channels, n).")
    sr = positive_number(sr, "sr", unit="hertz")
    top = 10 ** (_level(ceiling, "ceiling") / 20)
    attack = positive_number(attack, "attack", unit="seconds")
    if attack > LONGEST_ATTACK:
        raise ParameterError(
            f"attack={attack:g} s; expected at most {LONGEST_ATTACK:g} s. A gain that moves so slowly is that of "
            f"normalize_peak."
        )
    ahead = max(1, round(attack * sr))
    decay = 1.0 / (positive_number(release, "release", unit="seconds") * sr)
    # What rounding (float32) leaves above the ceiling is cut off: a part in ten millions.
    below = _below(top, dtype_name(y))
    limited = empty(y, tuple(y.shape))
    for start, stop, gain in _gains(y, top, ahead, decay):
        limited[..., start:stop] = xp.clip(y[..., start:stop] * gain, -below, below)
    return limited


def _gains(y: Array, top: float, ahead: int, decay: float) -> Iterator[tuple[int, int, Array]]:
    """The gain of each block of samples: from where to where, and the factors, of the dtype of y."""
    xp, n = namespace(y), y.shape[-1]
    whole = max(_LIMIT_BLOCK, 1 << (4 * ahead).bit_length())  # the length of a transform
    size = whole - ahead
    window = rfft(like(_raised_cosine(ahead), y), n=whole)
    before = xp.full_like(zeros(y, (1,), dtype=xp.float64), -math.inf)  # logarithm of what is held from the last block
    needed = zeros(y, (0,), dtype=xp.float64)  # from ``start`` on
    held = zeros(y, (ahead,), dtype=xp.float64)  # from ``ahead`` samples before ``start`` on
    done = 0
    for start in range(0, n, size):
        stop = min(start + size, n)
        end = min(stop + ahead, n)  # so far the reductions must be known
        new = _needed(y[..., done:end], top)
        released, before = _released(new, decay, before)
        after = zeros(held, (stop + ahead - end,))
        needed, held, done = xp.concat([needed, new]), xp.concat([held, released, after]), end
        if is_numpy(y) and not np.any(held):
            gain = np.ones(1, dtype=y.dtype)
        else:
            latest = _running_maximum(held, ahead + 1)  # of now and what lies ahead
            reduction = xp.maximum(_smoothed(latest, window, ahead, whole), needed[: stop - start])
            factors = xp.exp(reduction * (-math.log(10.0) / 20.0))
            gain = xp.astype(xp.where(reduction > LEAST_REDUCTION, factors, xp.ones_like(factors)), y.dtype)
        yield start, stop, gain
        needed, held = needed[stop - start :], held[stop - start : held.shape[0] - after.shape[0]]


_LIMIT_BLOCK = 1 << 16


def _needed(y: Array, top: float) -> Array:
    """How far (dB) each sample, the loudest of all channels, must come down."""
    xp = namespace(y)
    highest = xp.abs(y) if y.ndim == 1 else xp.max(xp.abs(y), axis=0)
    over = highest > _below(top, dtype_name(y))
    if is_numpy(y):  # few are: logarithms of those alone
        needed, where = np.zeros(len(over)), np.flatnonzero(over)
        needed[where] = 20.0 * np.log10(highest[where].astype(np.float64) / top)
        return needed
    highest = xp.astype(highest, xp.float64)
    return xp.where(over, 20.0 * xp.log10(xp.where(over, highest / top, xp.ones_like(highest))), zeros(highest, ()))


LONGEST_ATTACK = 10.0  # seconds
LEAST_REDUCTION = 1e-6  # dB: less is nothing, neither after a peak nor from the rounding of a mean


def _below(top: float, dtype: str) -> float:
    """The largest number of this dtype that is not above ``top``."""
    kind = np.dtype(dtype).type
    value = kind(top)
    return float(value if float(value) <= top else np.nextafter(value, kind(0)))


def _released(needed: Array, decay: float, before: Array) -> tuple[Array, Array]:
    """``r[n] = max(needed[n], r[n-1] * e^-decay)``, for all n at once: a running maximum of logarithms on a slope.

    ``before`` (1,) is the logarithm of r[-1]; the second result is that of the last r.
    """
    xp, n = namespace(needed), needed.shape[0]
    if is_numpy(needed) and before[0] <= math.log(LEAST_REDUCTION) and not np.any(needed):
        return needed, before - decay * n
    slope = decay * xp.astype(arange(needed, n + 1), xp.float64)
    if is_numpy(needed):
        logs, where = np.full(n, -math.inf), np.flatnonzero(needed)
        logs[where] = np.log(needed[where])
    else:
        some = needed > 0
        logs = xp.where(some, xp.log(xp.where(some, needed, xp.ones_like(needed))), xp.full_like(needed, -math.inf))
    raised = _running_maximum_so_far(xp.concat([before, logs + slope[1:]]))
    held = xp.exp(raised[1:] - slope[1:])
    return xp.where(held > LEAST_REDUCTION, held, xp.zeros_like(held)), raised[n:] - slope[n:]


def _running_maximum_so_far(x: Array) -> Array:
    """The largest of x[0] … x[i], for each i."""
    if is_numpy(x):
        return np.maximum.accumulate(x)
    xp, distance = namespace(x), 1
    while distance < x.shape[0]:
        x = xp.concat([x[:distance], xp.maximum(x[distance:], x[:-distance])], axis=0)
        distance *= 2
    return x


def _running_maximum(x: Array, length: int) -> Array:
    """The largest of x[i] … x[i + length - 1], for each i that has as many: windows joined to ever longer ones."""
    xp, reach = namespace(x), 1
    while reach < length:
        step = min(reach, length - reach)
        x = xp.maximum(x[: x.shape[0] - step], x[step:])
        reach += step
    return x


def _raised_cosine(ahead: int) -> np.ndarray:
    """``ahead + 1`` weights that add up to 1."""
    window = np.sin(np.pi * np.arange(1, ahead + 2) / (ahead + 2)) ** 2
    return window / window.sum()


def _smoothed(x: Array, window: Array, ahead: int, size: int) -> Array:
    """Means of ``ahead + 1`` values under the window whose transform came: (n + ahead) → (n), n + ahead ≤ size."""
    # What wraps around falls on the first ``ahead`` values, which are left out.
    return irfft(rfft(x, n=size) * window, n=size)[ahead : x.shape[0]]


# ---- Ranges for a network ----


def _interval(values: Any, name: str) -> tuple[float, float]:
    try:
        low, high = (float(v) for v in values)
    except (TypeError, ValueError):
        low = high = math.nan
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise ParameterError(f"{name}={values!r}; expected two numbers, the lower one first, such as (-80.0, 0.0).")
    return low, high


def _real(x: Any, name: str) -> tuple[Array, Any]:
    x, xp = as_numbers(x, name=name)
    if is_complex(x):
        raise SampleTypeError(f"{name} is complex; expected real numbers. Take the magnitude first: abs({name}).")
    return x, xp


def scale_db(
    S_db: Array, *, source: tuple[float, float] = (-80.0, 0.0), to: tuple[float, float] = (-1.0, 1.0)
) -> Array:
    """Decibels on a fixed straight line to a range: what lies outside ``source`` is cut off at its ends.

    Usual ones: ``to=(0, 80)``, ``source=(-120, 0), to=(-120, 0)`` (cut off only), ``to=(-1, 1)`` for a tanh output.
    The line does not depend on the sound, so that levels can be compared, and :func:`unscale_db` comes back.

    Parameters
    ----------
    S_db : float array (...)
        Levels in dB.
    source, to : (float, float)
        The levels that come to the ends of the range, and the range.

    Returns
    -------
    float array of the shape and dtype of S_db

    Examples
    --------
    >>> import numpy as np
    >>> scale_db(np.array([-100.0, -80.0, -40.0, 0.0]))
    array([-1., -1.,  0.,  1.])
    >>> scale_db(np.array([-20.0]), to=(0.0, 80.0))
    array([60.])

    """
    S_db, xp = _real(S_db, "S_db")
    (low, high), (bottom, top) = _interval(source, "source"), _interval(to, "to")
    return bottom + (xp.clip(S_db, low, high) - low) * ((top - bottom) / (high - low))


def unscale_db(x: Array, *, source: tuple[float, float] = (-80.0, 0.0), to: tuple[float, float] = (-1.0, 1.0)) -> Array:
    """The inverse of :func:`scale_db`, for values inside the range ``to``.

    Examples
    --------
    >>> import numpy as np
    >>> unscale_db(np.array([-1.0, 0.5]))
    array([-80., -20.])

    """
    x, _ = _real(x, "x")
    (low, high), (bottom, top) = _interval(source, "source"), _interval(to, "to")
    return low + (x - bottom) * ((high - low) / (top - bottom))


# A deviation of so small a part of the values is the rounding of their mean: the feature never changed.
ROUNDING = 1e-13


def zscore(X: Array, *, axis: int = -1) -> Array:
    """Each feature less its own mean over time, over its own deviation: normalised by the file itself.

    It needs no training set, and takes away how loud the file was. A feature that does not change becomes 0.

    Parameters
    ----------
    X : float array (..., n_features, n_frames)
    axis : int
        Over which to take mean and deviation; time is the last one.

    Returns
    -------
    float array of the shape and dtype of X

    Examples
    --------
    >>> import numpy as np
    >>> zscore(np.array([[1.0, 3.0], [5.0, 5.0]]))
    array([[-1.,  1.],
           [ 0.,  0.]])

    """
    X, xp = _real(X, "X")
    axis = axis_index(axis, X.ndim)
    wide = xp.astype(X, xp.float64)
    centred = wide - xp.mean(wide, axis=axis, keepdims=True)
    deviation = xp.sqrt(xp.mean(centred**2, axis=axis, keepdims=True))
    flat = deviation <= ROUNDING * xp.max(xp.abs(wide), axis=axis, keepdims=True)
    return xp.astype(xp.where(flat, 0.0 * centred, centred / xp.where(flat, 1.0 + 0.0 * deviation, deviation)), X.dtype)


class Standardizer:
    """Features to mean 0 and deviation 1, by the statistics of the *training* data.

    Fit it on the training files, one after another (:meth:`fit` or :meth:`partial_fit`), then use it on all files.
    Fitted on all files it would carry what is in the test set into training: a leak.

    Parameters
    ----------
    axis : int
        Which axis the features have: by default the second from the end, (..., n_features, n_frames). Statistics are
        taken over all others.

    Attributes
    ----------
    mean, deviation : float64 arrays (n_features,)
        On the host. A feature that never changed has deviation 0 and is only centred.
    count : int
        How many values of each feature they were taken from.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> files = [5 + 2 * rng.standard_normal((3, 100)) for _ in range(10)]
    >>> standard = Standardizer().fit(files)
    >>> print(np.round(standard.mean), np.round(standard.deviation))
    [5. 5. 5.] [2. 2. 2.]
    >>> standard.transform(files[0]).shape
    (3, 100)

    """

    def __init__(self, *, axis: int = -2) -> None:
        if isinstance(axis, bool) or not isinstance(axis, int):
            raise ParameterError(f"axis={axis!r}; expected an integer, such as -2.")
        self.axis = axis
        self.count = 0
        self.mean = np.zeros(0)
        self._squares = np.zeros(0)  # sum of squared distances from the mean

    @property
    def deviation(self) -> np.ndarray:
        """Root of the mean squared distance from the mean, (n_features,)."""
        return np.sqrt(self._squares / max(1, self.count))

    def fit(self, files: Any) -> Standardizer:
        """Forget what was, and take in each array of ``files`` (or a single array)."""
        self.count, self.mean, self._squares = 0, np.zeros(0), np.zeros(0)
        for X in [files] if hasattr(files, "dtype") else files:
            self.partial_fit(X)
        if not self.count:
            raise ParameterError("files is empty; expected the training set's arrays.")
        return self

    def partial_fit(self, X: Array) -> Standardizer:
        """Take in one more array. Means and squares are joined, not totals: exact for any number of files."""
        X, axis = self._features(X)
        xp = namespace(X)
        wide = xp.astype(X, xp.float64)
        check_finite(wide, name="X")
        others = tuple(i for i in range(X.ndim) if i != axis)
        mean = xp.mean(wide, axis=others, keepdims=True)
        squares = to_numpy(xp.sum((wide - mean) ** 2, axis=others))
        here = to_numpy(xp.reshape(mean, (-1,)))
        n = math.prod(X.shape) // X.shape[axis]
        if not self.count:
            self.count, self.mean, self._squares = n, here, squares
            return self
        total, step = self.count + n, here - self.mean
        self.mean = self.mean + step * (n / total)
        self._squares = self._squares + squares + step**2 * (self.count * n / total)
        self.count = total
        return self

    def _features(self, X: Array) -> tuple[Array, int]:
        X, _ = _real(X, "X")
        if not -X.ndim <= self.axis < X.ndim or 0 in X.shape:
            raise ParameterError(
                f"X has shape {tuple(X.shape)}; expected features along axis {self.axis}, and none empty."
            )
        axis = self.axis % X.ndim
        if self.count and X.shape[axis] != len(self.mean):
            raise ParameterError(
                f"X has {X.shape[axis]} features along axis {self.axis}, shape {tuple(X.shape)}; this Standardizer was "
                f"fitted on {len(self.mean)}."
            )
        return X, axis

    def _columns(self, X: Array) -> tuple[Array, Array, Array]:
        if not self.count:
            raise ParameterError("this Standardizer has not been fitted; call fit(training_files) first.")
        X, axis = self._features(X)
        shape = tuple(-1 if i == axis else 1 for i in range(X.ndim))
        scale = np.where(self.deviation > ROUNDING * np.abs(self.mean), self.deviation, 1.0)
        mean, scale = (like(v.reshape(shape).astype(dtype_name(X)), X) for v in (self.mean, scale))
        return X, mean, scale

    def transform(self, X: Array) -> Array:
        """``(X - mean) / deviation``, of the shape and dtype of X."""
        X, mean, scale = self._columns(X)
        return (X - mean) / scale

    def inverse_transform(self, X: Array) -> Array:
        """Back from :meth:`transform`."""
        X, mean, scale = self._columns(X)
        return X * scale + mean

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the statistics to a ``.npz`` file (plain arrays, no pickle), whole or not at all."""
        if not self.count:
            raise ParameterError("this Standardizer has not been fitted; there is nothing to save.")
        with replacing(path) as temporary, temporary.open("xb") as file:
            np.savez(file, axis=self.axis, count=self.count, mean=self.mean, squares=self._squares)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Standardizer:
        """Read what :meth:`save` wrote."""
        try:
            with open(path, "rb") as file, np.load(file, allow_pickle=False) as found:
                standard = cls(axis=int(found["axis"]))
                standard.count = int(found["count"])
                standard.mean, standard._squares = found["mean"], found["squares"]
            if standard.mean.ndim != 1 or standard.mean.shape != standard._squares.shape:
                raise ValueError(f"means {standard.mean.shape}, squares {standard._squares.shape}")
            numbers = np.concatenate([standard.mean, standard._squares])
            if standard.count < 1 or not np.all(np.isfinite(numbers)) or np.any(standard._squares < 0):
                raise ValueError(f"count {standard.count}, means and squares that are no statistics")
        except FileNotFoundError:
            raise
        except (KeyError, ValueError, TypeError, AttributeError, OSError, EOFError, zipfile.BadZipFile) as error:
            raise ParameterError(f"{path} is not a file that Standardizer.save wrote ({error}).") from None
        return standard

    def __repr__(self) -> str:
        fitted = f"{len(self.mean)} features, {self.count} values of each" if self.count else "not fitted"
        return f"<Standardizer: {fitted}>"


# ---- Magnitude and phase, both in [-1, 1] ----


def log_magnitude_phase(
    D: Array, *, hop_length: int, n_fft: int | None = None, source: tuple[float, float] = (-120.0, 60.0)
) -> Array:
    """A short-time spectrum as two real pictures in [-1, 1]: log-magnitude, and instantaneous frequency.

    The phase itself looks like noise. What it advances by from frame to frame, less what a tone in the middle of its
    bin would advance by, is smooth: ±1 is half a turn. The first frame keeps its phase.

    Parameters
    ----------
    D : complex array (..., n_bins, n_frames)
        As :func:`dspkit.stft` gives it.
    hop_length, n_fft : int
        Those of the stft; ``n_fft`` is ``2 * (n_bins - 1)`` if not given.
    source : (float, float)
        Levels (dB of the magnitude) that come to -1 and 1; beyond them magnitudes are cut off.

    Returns
    -------
    float array (..., 2, n_bins, n_frames), of the precision of D

    Examples
    --------
    >>> import numpy as np
    >>> from dspkit import stft
    >>> D = stft(np.sin(np.arange(4000) / 5), n_fft=256, hop_length=64)
    >>> x = log_magnitude_phase(D, hop_length=64)
    >>> x.shape, bool(np.max(np.abs(x)) <= 1)
    ((2, 129, 63), True)
    >>> back = from_log_magnitude_phase(x, hop_length=64)
    >>> bool(np.max(np.abs(back - D)) < 2e-6)  # what lay below -120 dB is at -120 dB now
    True

    """
    D, xp = as_numbers(D, name="D")
    if not is_complex(D) or D.ndim < 2 or 0 in D.shape:
        raise SampleTypeError(
            f"D has dtype {dtype_name(D)}, shape {tuple(D.shape)}; expected stft's (..., n_bins, n_frames)."
        )
    low, high = _interval(source, "source")
    magnitude = xp.abs(D)
    floor = 10 ** (low / 20)
    level = 20.0 * xp.log10(xp.where(magnitude > floor, magnitude, xp.full_like(magnitude, floor)))
    turns = xp.atan2(xp.imag(D), xp.real(D)) / (2.0 * math.pi)
    ahead = turns[..., 1:] - turns[..., :-1] - _advance(turns, hop_length, n_fft)
    frequency = xp.concat([turns[..., :1], ahead - xp.round(ahead)], axis=-1)
    return xp.stack([scale_db(level, source=(low, high)), 2.0 * frequency], axis=-3)


def _advance(turns: Array, hop_length: Any, n_fft: Any) -> Array:
    """By how many turns a tone in the middle of each bin advances in a hop, (n_bins, 1); whole turns left out."""
    hop, bins = positive_int(hop_length, "hop_length", unit="samples"), turns.shape[-2]
    size = 2 * (bins - 1) if n_fft is None else positive_int(n_fft, "n_fft", unit="samples")
    if size // 2 + 1 != bins:
        raise ParameterError(f"{bins} bins belong to n_fft={2 * bins - 2} or {2 * bins - 1}; n_fft={n_fft} came.")
    exact = (np.arange(bins) * hop % size) / size
    return like(exact[:, None].astype(dtype_name(turns)), turns)


def from_log_magnitude_phase(
    x: Array, *, hop_length: int, n_fft: int | None = None, source: tuple[float, float] = (-120.0, 60.0)
) -> Array:
    """The inverse of :func:`log_magnitude_phase`: a complex spectrum (..., n_bins, n_frames).

    Exact but for rounding (float64: 1e-12 of each magnitude for some hundred frames; float32: 1e-4), and for
    magnitudes below the range, which come back at its lower end.
    """
    x, xp = as_numbers(x)
    if is_complex(x) or x.ndim < 3 or x.shape[-3] != 2 or 0 in x.shape:
        raise ParameterError(
            f"x has dtype {dtype_name(x)}, shape {tuple(x.shape)}; expected real, (..., 2, n_bins, n_frames)."
        )
    level, frequency = x[..., 0, :, :], x[..., 1, :, :] / 2.0
    magnitude = 10.0 ** (unscale_db(level, source=source) / 20.0)
    steps = xp.concat([frequency[..., :1], frequency[..., 1:] + _advance(frequency, hop_length, n_fft)], axis=-1)
    turns = xp.cumulative_sum(xp.astype(steps, xp.float64), axis=-1)
    angle = xp.astype(2.0 * math.pi * (turns - xp.round(turns)), x.dtype)
    return magnitude * (xp.cos(angle) + 1j * xp.sin(angle))
