"""What a sound tells before any spectrum is taken: how loud, how rough, how high, frame by frame.

Lesson: ``notebooks/03_time_domain.ipynb``. Every function here cuts the sound into frames and says one number
for each: the largest sample (:func:`amplitude_envelope`), the root of the mean square (:func:`rms`), the sum of
squares (:func:`short_time_energy`), how often the sign changes (:func:`zero_crossing_rate`). The
:func:`autocorrelation` compares a sound with itself some samples later, which gives a first estimate of pitch.

Frames are librosa's: with ``center`` frame ``t`` has its middle at sample ``t * hop_length``. The result has
shape (..., n_frames), where librosa keeps one more axis, (..., 1, n_frames); ``keepdims=True`` keeps it too.

Sources: L. R. Rabiner and R. W. Schafer, *Digital Processing of Speech Signals* (Prentice-Hall 1978), sections
4.2 (energy), 4.3 (zero crossings), 4.6 (autocorrelation) and 4.8 (pitch); L. R. Rabiner, "On the use of
autocorrelation analysis for pitch detection", *IEEE Trans. ASSP* 25 (1977), 24–33.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

from ._arrays import Array, arange, as_samples, check_finite, dtype_name, irfft, is_on_cpu, namespace, rfft, zeros
from ._validate import one_of, positive_int, positive_number
from .errors import ParameterError
from .frames import PAD_MODES, extend, frame, frame_rows

__all__ = [
    "PitchTrack",
    "amplitude_envelope",
    "autocorrelation",
    "pitch_autocorrelation",
    "rms",
    "short_time_energy",
    "zero_crossing_rate",
    "zero_crossings",
]

# --- Loudness, roughly. -------------------------------------------------------------------------------------------


def rms(
    y: Array,
    *,
    frame_length: int | None = None,
    hop_length: int | None = None,
    center: bool = True,
    pad_mode: str = "constant",
    keepdims: bool = False,
) -> Array:
    r"""The root mean square: of all samples, or of each frame.

    .. math:: \mathrm{rms}[t] = \sqrt{\frac{1}{L} Σ_{m=0}^{L-1} y[t · hop + m]^2}

    A sine of amplitude A has the RMS A/√2, in a frame of whole periods.

    Parameters
    ----------
    y : float array (..., n)
        Samples, time last; channels or a batch before it.
    frame_length : int, optional
        Length L of a frame in samples. Without it, all n samples are one frame.
    hop_length : int, optional
        Distance between two frames, in samples; ``frame_length // 4`` if not given.
    center : bool
        Whether frame ``t`` has its middle (rather than its start) at sample ``t * hop_length``; the signal is
        then continued by ``frame_length // 2`` samples on both sides.
    pad_mode : {"constant", "edge", "linear_ramp", "reflect", "symmetric", "wrap"}
        How ``center`` continues the signal, as in :func:`numpy.pad`; "constant" is zeros.
    keepdims : bool
        Whether the axis of the samples in a frame stays, with length 1: librosa's (..., 1, n_frames).

    Returns
    -------
    float array, of the dtype of y
        (..., n_frames) with a ``frame_length``, (...) without: one number for each channel. float32 samples
        are squared and added up in float64.

    Raises
    ------
    ParameterError
        For samples that are not finite, ``hop_length`` without ``frame_length``, a signal shorter than one
        frame with ``center=False``, and sizes or names that cannot be.
    SampleTypeError
        For integer (PCM) samples.

    Notes
    -----
    With the same sizes the numbers are those of ``librosa.feature.rms(y=y)``, which always gives float32.

    Examples
    --------
    >>> import numpy as np
    >>> y = 0.5 * np.sin(2 * np.pi * 100 * np.arange(8000) / 8000)
    >>> print(f"{rms(y):.4f}", rms(y, frame_length=400, center=False).shape)
    0.3536 (77,)

    """
    y, _ = as_samples(y)
    if frame_length is None:
        if hop_length is not None:
            raise ParameterError(f"hop_length={hop_length} came without frame_length; give both, or neither.")
        return _settled(_root_mean_square(_powers(y)), y, keepdims, axis=-1)
    framing = _framing(frame_length, hop_length, center, pad_mode)
    return _settled(_root_mean_square(framing.rows(_powers(framing.padded(y)))), y, keepdims)


def _root_mean_square(powers: Array) -> Array:
    """√(mean of the squares), along the last axis."""
    xp = namespace(powers)
    return xp.sqrt(xp.mean(powers, axis=-1))


def _powers(y: Array) -> Array:
    """``y²`` in float64, in which the square of no float32 number is too large or too small."""
    xp = namespace(y)
    with np.errstate(over="ignore", invalid="ignore"):
        return xp.astype(y, xp.float64) ** 2


def amplitude_envelope(
    y: Array,
    *,
    frame_length: int = 2048,
    hop_length: int | None = None,
    center: bool = True,
    pad_mode: str = "constant",
    keepdims: bool = False,
) -> Array:
    """The largest magnitude in each frame: ``max |y[t * hop + m]|`` for m = 0 … frame_length - 1.

    It jumps with every single click, where :func:`rms` hardly moves: it answers "will this clip?", not "how
    loud is this?". Never below the RMS of the same frame.

    Parameters and errors are as for :func:`rms`, but there are always frames: 2048 samples if not said.

    Returns
    -------
    float array (..., n_frames), of the dtype of y

    Examples
    --------
    >>> import numpy as np
    >>> y = np.array([0.1, -0.2, 0.1, 0.5, -0.1, 0.0])
    >>> amplitude_envelope(y, frame_length=2, hop_length=2, center=False)
    array([0.2, 0.5, 0.1])

    """
    y, xp = as_samples(y)
    framing = _framing(frame_length, hop_length, center, pad_mode)
    return _settled(xp.max(framing.rows(xp.abs(framing.padded(y))), axis=-1), y, keepdims)


def short_time_energy(
    y: Array,
    *,
    frame_length: int = 2048,
    hop_length: int | None = None,
    center: bool = True,
    pad_mode: str = "constant",
    keepdims: bool = False,
) -> Array:
    """The sum of the squared samples of each frame: ``frame_length * rms ** 2``.

    It grows with the frame, so that energies of frames of different lengths cannot be compared: take
    :func:`rms` for that.

    Parameters and errors are as for :func:`rms`, but there are always frames: 2048 samples if not said.

    Returns
    -------
    float array (..., n_frames), of the dtype of y

    Examples
    --------
    >>> import numpy as np
    >>> y = np.array([0.5, -0.5, 0.5, 0.5, 1.0, 0.0])
    >>> short_time_energy(y, frame_length=2, hop_length=2, center=False)
    array([0.5, 0.5, 1. ])

    """
    y, xp = as_samples(y)
    framing = _framing(frame_length, hop_length, center, pad_mode)
    return _settled(xp.sum(framing.rows(_powers(framing.padded(y))), axis=-1), y, keepdims)


# --- Roughness: how often the sign changes. -----------------------------------------------------------------------


def zero_crossings(y: Array, *, threshold: float = 1e-10, zero_pos: bool = True, pad: bool = True) -> Array:
    """Where the sign changes: True at sample ``m`` if it differs in sign from sample ``m - 1``.

    Parameters
    ----------
    y : float array (..., n)
        Samples, time last.
    threshold : float
        Samples from −threshold to threshold count as 0: what is smaller than the noise has no sign worth counting.
    zero_pos : bool
        Whether 0 counts as positive. If not, 0 is a sign of its own: a step from − through 0 to + counts twice.
    pad : bool
        What to say of the first sample, which has none before it.

    Returns
    -------
    bool array (..., n)

    Notes
    -----
    Parameters and values are those of ``librosa.zero_crossings``.

    Examples
    --------
    >>> import numpy as np
    >>> y = np.array([1.0, -1.0, 0.0, 1.0, 0.0, 0.0, -1.0])
    >>> zero_crossings(y, pad=False).nonzero()[0]
    array([1, 2, 6])
    >>> zero_crossings(y, pad=False, zero_pos=False).nonzero()[0]
    array([1, 2, 3, 4, 6])

    """
    y, xp = as_samples(y)
    check_finite(y)
    changes = _sign_changes(y, positive_number(threshold, "threshold", unit="full scale", zero=True), zero_pos)
    first = xp.astype(zeros(y, (*y.shape[:-1], 1)) + float(bool(pad)), changes.dtype)
    return xp.concat([first, changes], axis=-1)


def _sign_changes(y: Array, threshold: float, zero_pos: bool) -> Array:
    """For each pair of neighbours in time, (..., n - 1), whether their signs differ."""
    xp = namespace(y)
    sign = y < -threshold  # True is −; everything else, zero too, is +
    if not zero_pos:
        sign = xp.astype(y > threshold, xp.int8) - xp.astype(sign, xp.int8)  # −1, 0, 1
    return sign[..., 1:] != sign[..., :-1]


def zero_crossing_rate(
    y: Array,
    *,
    frame_length: int = 2048,
    hop_length: int | None = None,
    center: bool = True,
    pad_mode: str = "edge",
    threshold: float = 1e-10,
    zero_pos: bool = True,
    pad: bool = False,
    keepdims: bool = False,
) -> Array:
    """How many of a frame's samples differ in sign from the sample before: from 0 to nearly 1.

    A sine of frequency f changes its sign 2·f times a second: a rate of 2·f/sr, so that ``rate * sr / 2`` is a
    rough frequency. White noise changes it at every other sample, a rate of 0.5.

    Parameters
    ----------
    y : float array (..., n)
        Samples, time last.
    frame_length : int
        Length of a frame in samples, 2 or more.
    hop_length, center, keepdims : as for :func:`rms`
    pad_mode : str
        As for :func:`rms`; "edge" repeats the first and the last sample, which adds no crossing.
    threshold, zero_pos : as for :func:`zero_crossings`
    pad : bool
        Whether the first sample of every frame counts as a crossing.

    Returns
    -------
    float array (..., n_frames), of the dtype of y
        Crossings in the frame, divided by ``frame_length``.

    Notes
    -----
    With the same sizes the numbers are those of ``librosa.feature.zero_crossing_rate``.

    Examples
    --------
    >>> import numpy as np
    >>> y = np.sin(2 * np.pi * 100 * (np.arange(8000) + 0.5) / 8000)
    >>> rate = zero_crossing_rate(y, frame_length=800, center=False)
    >>> print(f"{rate[0] * 8000 / 2:.0f} Hz, and 1 crossing in 800 samples is {8000 / 800 / 2:.0f} Hz")
    95 Hz, and 1 crossing in 800 samples is 5 Hz

    """
    y, xp = as_samples(y)
    check_finite(y)
    threshold = positive_number(threshold, "threshold", unit="full scale", zero=True)
    framing = _framing(frame_length, hop_length, center, pad_mode, minimum=2)
    padded = framing.padded(y)
    framing.check_fits(padded)
    changes = xp.astype(_sign_changes(padded, threshold, zero_pos), xp.int8)
    pairs = frame_rows(changes, framing.frame_length - 1, framing.hop_length)  # L samples have L - 1 neighbours
    counts = xp.astype(xp.sum(pairs, axis=-1), y.dtype) + float(bool(pad))
    return _settled(counts / framing.frame_length, y, keepdims)


# --- Height: a sound beside itself, some samples later. -----------------------------------------------------------


def autocorrelation(y: Array, *, max_size: int | None = None, scale: str | None = None, method: str = "fft") -> Array:
    r"""How well a sound goes with itself ``lag`` samples later, for lags from 0 on.

    .. math:: r[lag] = Σ_{m=0}^{n - 1 - lag} y[m] · y[m + lag]

    r[0] is the energy, and no other value is larger. A sound of period T has a peak at lag T, and at 2T, 3T …

    Parameters
    ----------
    y : float array (..., n)
        Samples, time last.
    max_size : int, optional
        How many lags, from 0 on; at most, and by default, n.
    scale : {None, "biased", "unbiased", "coeff"}
        None: the sums as they are. "biased": divided by n, so that long lags, with their fewer products, sink.
        "unbiased": each divided by its number of products, n - lag; long lags are noisy. "coeff": divided by
        r[0], so that lag 0 says 1 (silence says 0).
    method : {"fft", "direct"}
        By Fourier transform (n·log n operations), or product by product as the sum says (n · max_size). FFT
        errors are relative to r[0].

    Returns
    -------
    float array (..., max_size), of the dtype of y

    Raises
    ------
    ParameterError
        For samples that are not finite or too large to be squared, and names or sizes that cannot be.
    SampleTypeError
        For integer (PCM) samples.

    Notes
    -----
    Without ``scale`` the numbers are those of ``librosa.autocorrelate``.

    Examples
    --------
    >>> import numpy as np
    >>> y = np.array([1.0, 2.0, 3.0])
    >>> autocorrelation(y, method="direct")
    array([14.,  8.,  3.])
    >>> autocorrelation(y, scale="unbiased").round(4)
    array([4.6667, 4.    , 3.    ])

    """
    y, _ = as_samples(y)
    n = y.shape[-1]
    size = n if max_size is None else min(n, positive_int(max_size, "max_size", unit="lags"))
    sums = _lagged_products if one_of(method, ("fft", "direct"), "method") == "direct" else _by_fft
    scale = scale if scale is None else one_of(scale, ("biased", "unbiased", "coeff"), "scale")
    with np.errstate(over="ignore", invalid="ignore"):
        return _settled(_scaled(sums(y, size), n, scale), y, False)


def _lagged_products(y: Array, size: int) -> Array:
    """The definition: multiply with what comes ``lag`` samples later, add up."""
    xp, n = namespace(y), y.shape[-1]
    return xp.stack([xp.sum(y[..., : n - lag] * y[..., lag:], axis=-1) for lag in range(size)], axis=-1)


def _by_fft(y: Array, size: int) -> Array:
    """The same sums: the inverse transform of the power spectrum (Wiener and Khinchin), with zeros behind ``y``.

    Without the zeros the end would be multiplied with the beginning, as if ``y`` went round in a circle.
    """
    from scipy.fft import next_fast_len

    xp = namespace(y)
    n_fft = next_fast_len(y.shape[-1] + size - 1, real=True)
    Y = rfft(y, n=n_fft)
    power = xp.real(Y) ** 2 + xp.imag(Y) ** 2
    return irfft(power + 0j, n=n_fft)[..., :size]


def _scaled(r: Array, n: int, scale: str | None) -> Array:
    """Sums of ``n`` products at lag 0, n - 1 at lag 1 … as :func:`autocorrelation`'s ``scale`` says."""
    xp = namespace(r)
    if scale == "biased":
        return r / n
    if scale == "unbiased":
        return r / xp.astype(n - arange(r, r.shape[-1]), r.dtype)
    if scale == "coeff":
        energy = r[..., :1]
        return r / xp.where(energy > 0, energy, xp.ones_like(energy))
    return r


class PitchTrack(NamedTuple):
    """What :func:`pitch_autocorrelation` finds in each frame."""

    f0: Array  # hertz, NaN where nothing repeats
    strength: Array  # height of the peak, relative to lag 0


def pitch_autocorrelation(
    y: Array,
    sr: float,
    *,
    fmin: float = 65.0,
    fmax: float = 1000.0,
    frame_length: int = 2048,
    hop_length: int | None = None,
    center: bool = True,
    pad_mode: str = "constant",
    scale: str = "biased",
) -> PitchTrack:
    """A first estimate of pitch: the lag, in each frame, at which the frame is most like itself.

    Four steps: take the frame's mean away; :func:`autocorrelation`; lay a parabola through every peak between the
    periods of ``fmax`` and ``fmin`` and its two neighbours, since the true top lies between two samples; take
    the highest.

    It is right for a clean, steady, voiced sound, and makes the errors of its kind: an octave too low where two periods
    fit better than one, an octave too high where every other partial is weak, any pitch at all for noise. Look
    at ``strength``.

    Parameters
    ----------
    y : float array (..., n)
        Samples, time last.
    sr : float
        Sample rate in hertz.
    fmin, fmax : float
        Lowest and highest pitch looked for, in hertz. The narrower, the fewer errors.
    frame_length : int
        Length of a frame in samples; two periods of ``fmin`` or more.
    hop_length, center, pad_mode : as for :func:`rms`
    scale : {"biased", "unbiased"}
        Which autocorrelation: with "biased" later peaks sink, and of equal ones the first wins; with
        "unbiased" every multiple of the period is as good as the period itself.

    Returns
    -------
    PitchTrack of f0 and strength, two float arrays (..., n_frames), of the dtype of y
        ``f0`` in hertz, NaN where the autocorrelation has no peak above 0. ``strength`` is the peak's height
        relative to lag 0: for a steady tone of period T, "biased" reaches 1 - T/frame_length; for noise
        it is small; 0 where f0 is NaN.

    Raises
    ------
    ParameterError
        For samples that are not finite, ``fmin`` not below ``fmax``, ``fmax`` above sr/4 and frames shorter than two
        periods of ``fmin``.
    SampleTypeError
        For integer (PCM) samples.

    Examples
    --------
    >>> import numpy as np
    >>> t = np.arange(8000) / 8000
    >>> y = np.sin(2 * np.pi * 150 * t) + np.sin(2 * np.pi * 300 * t)
    >>> f0, strength = pitch_autocorrelation(y, sr=8000, frame_length=1024, center=False)
    >>> print(f"{f0[0]:.1f} Hz, strength {strength[0]:.2f}")
    150.0 Hz, strength 0.95

    """
    y, xp = as_samples(y)
    check_finite(y)
    framing = _framing(frame_length, hop_length, center, pad_mode)
    shortest, longest = _lag_range(sr, fmin, fmax, framing.frame_length)
    rows = framing.rows(framing.padded(y))
    scale = one_of(scale, ("biased", "unbiased"), "scale")
    blocks = [
        _period(rows[..., start : min(start + _FRAMES_AT_ONCE, rows.shape[-2]), :], shortest, longest, scale)
        for start in range(0, rows.shape[-2], _FRAMES_AT_ONCE)
    ]
    lag, strength = (xp.concat(parts, axis=-1) for parts in zip(*blocks, strict=True))
    return PitchTrack(float(sr) / lag, strength)


_FRAMES_AT_ONCE = 512  # keeps the transforms of a long sound in little memory


def _lag_range(sr: float, fmin: float, fmax: float, frame_length: int) -> tuple[int, int]:
    """The whole lags between the periods of ``fmax`` and ``fmin``, one more on either side of each."""
    sr = positive_number(sr, "sr", unit="hertz")
    fmin, fmax = positive_number(fmin, "fmin", unit="hertz"), positive_number(fmax, "fmax", unit="hertz")
    if fmin >= fmax:
        raise ParameterError(f"fmin={fmin:g} Hz is not below fmax={fmax:g} Hz; expected fmin < fmax.")
    if fmax > sr / 4:
        raise ParameterError(
            f"fmax={fmax:g} Hz has a period of {sr / fmax:.1f} samples; expected 4 or more, fmax up to {sr / 4:g} Hz."
        )
    if 2 * sr / fmin > frame_length:
        raise ParameterError(
            f"frame_length={frame_length} holds less than two periods of fmin={fmin:g} Hz, which has {sr / fmin:.1f} "
            f"samples in one. Take frame_length={math.ceil(2 * sr / fmin)} or more, or a higher fmin."
        )
    return math.floor(sr / fmax), math.ceil(sr / fmin)


def _period(frames: Array, shortest: int, longest: int, scale: str) -> tuple[Array, Array]:
    """The lag of the highest peak in the autocorrelation of each frame (..., frame_length), and its height."""
    xp, n = namespace(frames), frames.shape[-1]
    peak = xp.max(xp.abs(frames), axis=-1, keepdims=True)
    x = frames / xp.where(peak > 0, peak, xp.ones_like(peak))  # no level is too high or too low to be squared
    x = x - xp.mean(x, axis=-1, keepdims=True)
    x = xp.where(xp.abs(x) > 8 * xp.finfo(x.dtype).eps, x, xp.zeros_like(x))  # rounding has no pitch
    biased = _scaled(_by_fft(x, longest + 2), n, "coeff")
    unbiased = n * _scaled(biased, n, "unbiased")

    before, here, after = _neighbours(biased if scale == "biased" else unbiased, shortest, longest)
    _, height = _parabola(before, here, after)
    height = xp.where((here > before) & (here >= after), height, xp.zeros_like(here))
    strength, best = xp.max(height, axis=-1), xp.argmax(height, axis=-1)

    # The unbiased curve has its top where the period is; the other leans towards lag 0.
    top, _ = _parabola(*_neighbours(unbiased, shortest, longest))
    lags = xp.astype(arange(here, longest + 1, start=shortest), here.dtype) + top
    chosen = arange(here, here.shape[-1]) == xp.expand_dims(best, axis=-1)
    period = xp.sum(xp.where(chosen, lags, xp.zeros_like(lags)), axis=-1)
    return xp.where(strength > 0, period, xp.full_like(period, math.nan)), strength


def _parabola(before: Array, here: Array, after: Array) -> tuple[Array, Array]:
    """Where the top of the parabola through three neighbours is, in steps from the middle one, and how high.

    Where the three do not bend downwards there is no top: 0 and the middle one, then.
    """
    xp = namespace(here)
    slope, bend = (after - before) / 2, before - 2 * here + after  # y(x) = here + slope·x + bend/2·x²
    is_top = bend < 0
    top = xp.where(is_top, -slope / xp.where(is_top, bend, -xp.ones_like(bend)), xp.zeros_like(bend))
    top = xp.clip(top, -1.0, 1.0)
    return top, here + slope * top / 2


def _neighbours(r: Array, first: int, last: int) -> tuple[Array, Array, Array]:
    """The values at lags ``first … last``, with those one lag before and one lag after them."""
    return r[..., first - 1 : last], r[..., first : last + 1], r[..., first + 1 : last + 2]


# --- What all of them share. --------------------------------------------------------------------------------------


class _Framing(NamedTuple):
    """How a sound is cut into frames."""

    frame_length: int
    hop_length: int
    center: bool
    pad_mode: str

    def padded(self, y: Array) -> Array:
        """``y`` continued by half a frame on both sides, if frames are centred."""
        pad = self.frame_length // 2 if self.center else 0
        return extend(y, -pad, y.shape[-1] + pad, self.pad_mode, pad)

    def rows(self, y: Array) -> Array:
        """The frames of ``y`` (padded already) as rows: (..., n_frames, frame_length)."""
        self.check_fits(y)
        return frame_rows(y, self.frame_length, self.hop_length)

    def check_fits(self, y: Array) -> None:
        if y.shape[-1] < self.frame_length:
            frame(y, frame_length=self.frame_length, hop_length=self.hop_length)  # its error says what to do


def _framing(frame_length: Any, hop_length: Any, center: bool, pad_mode: str, *, minimum: int = 1) -> _Framing:
    frame_length = positive_int(frame_length, "frame_length", minimum=minimum, unit="samples")
    if hop_length is None:
        hop_length = max(1, frame_length // 4)
    hop_length = positive_int(hop_length, "hop_length", unit="samples")
    return _Framing(frame_length, hop_length, bool(center), one_of(pad_mode, PAD_MODES, "pad_mode"))


def _settled(values: Array, y: Array, keepdims: bool, *, axis: int = -2) -> Array:
    """A feature in the dtype of ``y``, after a look whether it is finite (on a GPU, looking costs a wait)."""
    xp = namespace(values)
    with np.errstate(over="ignore"):
        values = xp.astype(values, y.dtype)
    if is_on_cpu(values) and not bool(xp.all(xp.isfinite(values))):
        check_finite(y)
        raise ParameterError(
            f"y holds values up to {float(xp.max(xp.abs(y))):.3g}: their squares are too large for {dtype_name(y)}. "
            f"Full scale is 1.0; divide y first."
        )
    return xp.expand_dims(values, axis=axis) if keepdims else values
