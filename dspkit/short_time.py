"""The short-time Fourier transform: a spectrum for each moment, and the way back to sound.

Lesson: ``notebooks/08_short_time.ipynb``. The transform itself is three lines, :func:`_transform`: cut into
frames, multiply by the window, Fourier transform. Conventions are librosa's: the spectrum is
(..., 1 + n_fft // 2, n_frames), unscaled, and with ``center`` frame ``t`` has its middle at sample
``t * hop_length``.

Sources: J. B. Allen and L. R. Rabiner, "A unified approach to short-time Fourier analysis and synthesis",
*Proc. IEEE* 65 (1977), 1558–1564; D. W. Griffin and J. S. Lim, "Signal estimation from modified short-time
Fourier transform", *IEEE Trans. ASSP* 32 (1984), 236–243; N. Perraudin, P. Balazs and P. L. Søndergaard, "A
fast Griffin-Lim algorithm", *WASPAA* 2013; J. L. Flanagan and R. M. Golden, "Phase vocoder", *Bell System
Technical Journal* 45 (1966), 1493–1509.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np

from . import _engine
from ._arrays import (
    Array,
    arange,
    as_numbers,
    as_samples,
    check_finite,
    complex_dtype,
    dtype_name,
    irfft,
    is_complex,
    is_on_cpu,
    like,
    namespace,
    real_dtype,
    rfft,
    to_numpy,
)
from ._blocks import Framing
from ._validate import one_of, positive_int, positive_number, threads
from .errors import ParameterError, ReconstructionError, SampleTypeError
from .frames import PAD_MODES, OverlapSum, frame, frame_count, overlap_add
from .windows import get_window

__all__ = [
    "check_cola",
    "check_nola",
    "dual_window",
    "griffinlim",
    "instantaneous_frequency",
    "istft",
    "spectrogram",
    "stft",
    "stft_convolution",
    "stft_kernels",
]

# A window by name, by name and parameter such as ("kaiser", 8.6), as its values, or a function that makes them.
Window = Any


def stft(
    y: Array,
    *,
    n_fft: int = 2048,
    hop_length: int | None = None,
    win_length: int | None = None,
    window: Window = "hann",
    center: bool = True,
    pad_mode: str = "constant",
    workers: int | None = None,
    out: Array | None = None,
) -> Array:
    """The short-time Fourier transform: one spectrum every ``hop_length`` samples.

    .. math:: D[k, t] = Σ_{m=0}^{n_fft - 1} w[m] · y[t · hop + m] · e^{-2πj·k·m/n_fft}

    With ``center`` the signal is first continued by ``n_fft // 2`` samples on both sides.

    Parameters
    ----------
    y : float array (..., n)
        Samples, time last; channels or a batch before it.
    n_fft : int
        Length of a frame and of its Fourier transform, in samples.
    hop_length : int, optional
        Distance between two frames, in samples; ``win_length // 4`` if not given.
    win_length : int, optional
        Length of the window; ``n_fft`` if not given. A shorter window stands in the middle of the frame,
        with zeros around it.
    window : str, tuple or array (win_length,)
        As for :func:`dspkit.get_window`, in its periodic form; or the window's own values.
    center : bool
        Whether frame ``t`` has its middle (rather than its start) at sample ``t * hop_length``.
    pad_mode : {"constant", "edge", "linear_ramp", "reflect", "symmetric", "wrap"}
        How ``center`` continues the signal beyond its ends, as in :func:`numpy.pad`; "constant" is zeros. A
        signal shorter than the continuation is reflected again and again.
    workers : int, optional
        How many threads may work on it; by default one for short input and up to four for long. Only
        for NumPy arrays.
    out : complex array (..., 1 + n_fft // 2, n_frames), optional
        Where to write the result, which is then this array: in a loop, that of the turn before, whose memory
        is there already.

    Returns
    -------
    complex array (..., 1 + n_fft // 2, n_frames)
        complex64 for float32 samples. ``dspkit.frame_count`` says how many frames there are.

    Raises
    ------
    ParameterError
        For samples that are not finite, a signal shorter than one frame with ``center=False``, an array
        that seems to have time first, and sizes or names that cannot be.
    SampleTypeError
        For integer (PCM) samples.

    Examples
    --------
    >>> import numpy as np
    >>> y = np.cos(2 * np.pi * 1000 * np.arange(8000) / 8000)
    >>> D = stft(y, n_fft=256, hop_length=64)
    >>> D.shape
    (129, 126)
    >>> int(abs(D[:, 60]).argmax()), 1000 * 256 / 8000
    (32, 32.0)

    """
    y, framing = _framed(y, n_fft, hop_length, win_length, window, center, pad_mode, workers)
    return _engine.analyse(y, framing, _transform, out=_checked_out(out, y, framing))


def _transform(y: Array, w: Array, hop_length: int) -> Array:
    """Frames, window, FFT: the short-time Fourier transform of ``y``, from its first sample on."""
    frames = frame(y, frame_length=w.shape[0], hop_length=hop_length)
    windowed = frames * w[:, None]
    return rfft(windowed, axis=-2)


def _framed(
    y: Any,
    n_fft: int,
    hop_length: int | None,
    win_length: int | None,
    window: Window,
    center: bool,
    pad_mode: str,
    workers: int | None = None,
) -> tuple[Array, Framing]:
    """The arguments of :func:`stft`, checked, with the window in the precision of ``y``."""
    y, _ = as_samples(y)
    n_fft, hop_length, w = _settings(n_fft, hop_length, win_length, window)
    _check_length(y, n_fft, center)
    return y, Framing(
        w=w.astype(dtype_name(y)),
        hop_length=hop_length,
        pad=n_fft // 2 if center else 0,
        pad_mode=one_of(pad_mode, PAD_MODES, "pad_mode"),
        workers=_workers(workers),
    )


def _checked_out(out: Array | None, y: Array, framing: Framing) -> Array | None:
    """``out`` of :func:`stft`, if the transform of ``y`` fits into it."""
    shape, dtype = (*y.shape[:-1], framing.n_bins, framing.n_frames(y)), f"complex{2 * int(dtype_name(y)[5:])}"
    if out is None or (type(out) is type(y) and tuple(out.shape) == shape and dtype_name(out) == dtype):
        return out
    raise ParameterError(
        f"out is a {type(out).__name__} of shape {tuple(np.shape(out))} and dtype {getattr(out, 'dtype', None)}; "
        f"expected {shape} and {dtype}, of the same kind as y. Take the result of an earlier call."
    )


def _workers(workers: int | None) -> int | None:
    return threads(workers)


def _settings(n_fft: Any, hop_length: Any, win_length: Any, window: Window) -> tuple[int, int, np.ndarray]:
    """``n_fft`` and ``hop_length``, checked, and the window in the middle of ``n_fft`` samples (float64)."""
    n_fft = positive_int(n_fft, "n_fft", unit="samples")
    win_length = n_fft if win_length is None else positive_int(win_length, "win_length", unit="samples")
    if win_length > n_fft:
        raise ParameterError(
            f"win_length={win_length} is larger than n_fft={n_fft}; the window must fit into the frame. "
            f"Take n_fft={win_length} or more, or a shorter window."
        )
    if hop_length is None:
        hop_length = max(1, win_length // 4)
    hop_length = positive_int(hop_length, "hop_length", unit="samples")
    make = _known_window if isinstance(window, str) else _window
    return n_fft, hop_length, make(window, win_length, n_fft)


def _window(window: Window, win_length: int, n_fft: int) -> np.ndarray:
    """The window in the middle of ``n_fft`` samples, on the host and in double precision."""
    values = np.asarray(to_numpy(get_window(window, win_length)), dtype=np.float64)
    left = (n_fft - win_length) // 2
    w = np.pad(values, (left, n_fft - win_length - left))
    w.flags.writeable = False
    return w


_known_window = lru_cache(maxsize=64)(_window)


def _check_length(y: Array, n_fft: int, center: bool) -> None:
    """Refuse what is too short for one frame, and what seems to have time first."""
    n = y.shape[-1]
    time_first = ""
    if y.ndim > 1 and n <= MOST_CHANNELS < n_fft <= y.shape[-2]:
        time_first = f" The shape {tuple(y.shape)} looks like time first; time is the last axis: pass y.T."
    if time_first or (n < n_fft and not center):
        raise ParameterError(
            f"y has {n} samples in time (last axis), too short for one frame of n_fft={n_fft}.{time_first}"
            + ("" if time_first else f" Take center=True, which pads, or n_fft={n} or less.")
        )


# More signals than n_fft, none of them longer than this: that is no batch, but an array with time first.
MOST_CHANNELS = 8


def istft(
    D: Array,
    *,
    hop_length: int | None = None,
    win_length: int | None = None,
    n_fft: int | None = None,
    window: Window = "hann",
    center: bool = True,
    length: int | None = None,
    workers: int | None = None,
) -> Array:
    r"""The inverse of :func:`stft`: the signal whose transform comes nearest to ``D`` (least squares).

    .. math:: y[n] = Σ_t w[n - t·hop] · x_t[n - t·hop] \;/\; Σ_t w²[n - t·hop]

    where x_t is the inverse Fourier transform of column t. If ``D`` is the transform of a signal, it comes
    back exactly, up to rounding (Griffin and Lim 1984, eq. 6).

    Parameters
    ----------
    D : complex array (..., 1 + n_fft // 2, n_frames)
        A short-time spectrum.
    hop_length, win_length, window, center
        As they were for :func:`stft`.
    n_fft : int, optional
        ``2 * (D.shape[-2] - 1)`` if not given, which is right for an even n_fft only: give an odd one.
    length : int, optional
        How many samples are wanted. Without it, the samples behind the last frame's middle (``center``)
        are lost: less than ``hop_length`` of them.
    workers : int, optional
        As for :func:`stft`.

    Returns
    -------
    float array (..., length)
        float32 for complex64 spectra.

    Raises
    ------
    ReconstructionError
        If some of the samples lie under no window, or only where it is zero: nothing is known of them. The
        message names them. (Where the window is small, but not zero, the sample comes back with a rounding
        error that is larger by ``1 / sqrt(Σ w²)``.)
    ParameterError
        If the number of bins does not belong to ``n_fft``, or D is not finite.

    Examples
    --------
    >>> import numpy as np
    >>> y = np.random.default_rng(0).standard_normal(1000)
    >>> D = stft(y, n_fft=256, hop_length=64)
    >>> bool(abs(istft(D, hop_length=64, length=1000) - y).max() < 1e-13)
    True

    """
    D, _ = _as_spectrum(D)
    bins, n_frames = D.shape[-2:]
    n_fft, hop_length, w = _settings(2 * (bins - 1) if n_fft is None else n_fft, hop_length, win_length, window)
    if bins != 1 + n_fft // 2:
        raise ParameterError(
            f"D has {bins} bins (second axis from the end), and n_fft={n_fft} has {1 + n_fft // 2}; expected the same. "
            f"{bins} bins belong to n_fft={2 * bins - 2} or {2 * bins - 1}."
        )
    start = n_fft // 2 if center else 0
    stop = n_fft + (n_frames - 1) * hop_length - start
    if length is not None:
        stop = start + positive_int(length, "length", unit="samples")
    elif stop <= start:
        raise ParameterError(f"D has {n_frames} frames, from which nothing is left after centring; give length=.")
    weight = OverlapSum(w**2, hop_length, n_frames)
    _check_covered(weight, start, stop, dtype_name(D))
    y = _engine.synthesise(D, w, weight, start, stop, _inverse, workers=_workers(workers))
    check_finite(y, name="the signal of D")
    return y


def _inverse(D: Array, w: Array, weight: OverlapSum) -> Array:
    """Inverse FFT, window, overlap-add, divided by the overlap-added square of the window."""
    frames = irfft(D, n=w.shape[0], axis=-2)
    windowed = frames * w[:, None]
    y = overlap_add(windowed, hop_length=weight.hop_length)
    squares = weight.divisor(np.float64)(0, D.shape[-1] + weight.pieces).reshape(-1)[: y.shape[-1]]
    return y / like(squares, y, dtype=y.dtype)


def _as_spectrum(D: Any, *, name: str = "D") -> tuple[Array, Any]:
    """``D`` as a complex array (..., n_bins, n_frames), neither of them 0, and its namespace."""
    D, xp = as_numbers(D, name=name)
    if not is_complex(D):
        raise SampleTypeError(
            f"{name} has dtype {dtype_name(D)}; expected a complex spectrum as stft gives it. A magnitude has lost "
            f"its phase: dspkit.griffinlim finds one that fits."
        )
    if D.ndim < 2 or 0 in D.shape[-2:]:
        raise ParameterError(f"{name} has shape {tuple(D.shape)}; expected (..., 1 + n_fft // 2, n_frames), not empty.")
    return D, xp


def _check_covered(weight: OverlapSum, start: int, stop: int, dtype: str) -> None:
    """Raise if, of the samples ``start … stop - 1``, some lie under no window: Σw² vanishes there."""
    eps = float(np.finfo(dtype).eps)
    lost = weight.vanishing(eps**2, start, stop)
    if len(lost):
        raise ReconstructionError(
            f"{len(lost)} of {stop - start} samples cannot be recovered: {_ranges(lost)}. No window reaches them, "
            f"or only where it is zero (NOLA, nonzero overlap-add, is violated there). Use center=True in stft and "
            f"istft, a hop_length below win_length, a window without zeros such as 'hamming', or a smaller length."
        )


def _ranges(indices: np.ndarray, *, most: int = 3) -> str:
    """Sample numbers in words: ``0, 5 to 9 and 3 more ranges``."""
    runs = np.split(indices, np.flatnonzero(np.diff(indices) > 1) + 1)
    text = [str(run[0]) if len(run) == 1 else f"{run[0]} to {run[-1]}" for run in runs[:most]]
    more = len(runs) - most
    return ", ".join(text) + (f" and {more} more range{'s' if more > 1 else ''}" if more > 0 else "")


def spectrogram(
    y: Array,
    *,
    power: float = 2.0,
    n_fft: int = 2048,
    hop_length: int | None = None,
    win_length: int | None = None,
    window: Window = "hann",
    center: bool = True,
    pad_mode: str = "constant",
    workers: int | None = None,
) -> Array:
    """The magnitude of :func:`stft` to a power: 2 for power (energy), 1 for magnitude.

    Parameters are those of :func:`stft`.

    Returns
    -------
    float array (..., 1 + n_fft // 2, n_frames), of the dtype of y

    Examples
    --------
    >>> import numpy as np
    >>> y = np.cos(2 * np.pi * 1000 * np.arange(8000) / 8000)
    >>> S = spectrogram(y, power=1.0, n_fft=256)
    >>> print(f"{S[32, 60]:.3f}")  # a cosine of amplitude 1 under a window of sum 128: 1/2 · 128
    64.000

    """
    power = positive_number(power, "power")
    y, framing = _framed(y, n_fft, hop_length, win_length, window, center, pad_mode, workers)
    return _engine.analyse(y, framing, _transform, power=power)


def check_cola(window: Window, win_length: int, hop_length: int, *, tol: float = 1e-10) -> bool:
    r"""Whether shifted copies of the window add up to a constant (COLA, constant overlap-add).

    .. math:: Σ_t w[n - t·hop] = c \quad \text{for all } n

    Then frames cut with the window and added up again are the signal, times c. :func:`istft` does not need
    it: it divides by what the windows add up to, for which :func:`check_nola` is enough.

    Parameters
    ----------
    window : str, tuple or array (win_length,)
        To ask about w², as it stands in the inverse, give ``get_window("hann", n) ** 2``.
    win_length, hop_length : int
        In samples.
    tol : float
        How far, relative to the mean of the sum, it may stray.

    Examples
    --------
    >>> check_cola("hann", 512, 256), check_cola("hann", 512, 200)
    (True, False)

    """
    total = _overlap_of_all(_settings(win_length, hop_length, win_length, window)[2], hop_length)
    mean = total.mean()
    return bool(np.max(np.abs(total - mean)) <= tol * abs(mean))


def check_nola(window: Window, win_length: int, hop_length: int, *, tol: float = 1e-10) -> bool:
    r"""Whether the squares of shifted windows add up to zero nowhere (NOLA, nonzero overlap-add).

    .. math:: Σ_t w²[n - t·hop] > 0 \quad \text{for all } n

    Then no sample is lost *between* frames. At the two ends of a signal there are fewer frames, and samples
    may be lost all the same: a periodic Hann window begins with a zero, and without centring the first
    sample lies under that zero alone. :func:`istft` looks at the frames that there are, and says so.

    Parameters are those of :func:`check_cola`; ``tol`` is relative to the largest value of the sum.

    Examples
    --------
    >>> check_nola("hann", 512, 511), check_nola("hann", 512, 512)
    (True, False)

    """
    total = _overlap_of_all(_settings(win_length, hop_length, win_length, window)[2] ** 2, hop_length)
    return bool(np.min(total) > tol * np.max(total))


def _overlap_of_all(v: np.ndarray, hop_length: int) -> np.ndarray:
    """Σ_t v[n - t·hop] over all t, for one period n = 0 … hop - 1: the sum far from the ends of a signal."""
    return OverlapSum(v, hop_length, 1).inner


def dual_window(window: Window, *, hop_length: int, win_length: int | None = None) -> np.ndarray:
    r"""The window that undoes ``window``: synthesis with it needs no division afterwards.

    .. math:: w_d[m] = w[m] \;/\; Σ_t w²[m - t·hop]

    Of all windows that do so, it is the one of least energy (the canonical dual).

    Parameters
    ----------
    window : array (win_length,), or str or tuple with ``win_length``
    hop_length : int
        In samples.
    win_length : int, optional
        The array's length, if not given.

    Returns
    -------
    float64 NumPy array (win_length,)

    Raises
    ------
    ReconstructionError
        If there is none, since NOLA is violated.

    Examples
    --------
    >>> import numpy as np
    >>> w = get_window("hann", 512)
    >>> d = dual_window(w, hop_length=128)
    >>> overlap = (w * d).reshape(4, 128).sum(axis=0)
    >>> bool(np.allclose(overlap, 1.0))
    True

    """
    if win_length is None:
        if isinstance(window, str | tuple | float):
            raise ParameterError(f"window={window!r} has no length of its own; give win_length= too.")
        win_length = np.shape(window)[-1] if np.ndim(window) else 0
    win_length, hop_length, w = _settings(win_length, hop_length, win_length, window)
    if not check_nola(w, win_length, hop_length):
        raise ReconstructionError(
            f"This window of {win_length} samples has no dual at hop_length={hop_length}: between two frames its "
            f"squares add up to zero (NOLA is violated). Take a smaller hop_length."
        )
    total = _overlap_of_all(w**2, hop_length)
    return w / total[np.arange(win_length) % hop_length]


def stft_kernels(n_fft: int, *, win_length: int | None = None, window: Window = "hann") -> np.ndarray:
    """The STFT's filters: the window times a cosine for each bin, then the window times minus a sine.

    Returns
    -------
    float64 NumPy array (2 * (1 + n_fft // 2), n_fft)
        Real parts first, imaginary parts after: the weights of a 1-D convolution.

    Examples
    --------
    >>> stft_kernels(2048).shape
    (2050, 2048)

    """
    n_fft, _, w = _settings(n_fft, None, win_length, window)
    k, m = np.arange(1 + n_fft // 2)[:, None], np.arange(n_fft)[None, :]
    angle = 2.0 * math.pi * ((k * m) % n_fft) / n_fft
    return np.concatenate([w * np.cos(angle), w * -np.sin(angle)])


def stft_convolution(
    y: Array,
    *,
    n_fft: int = 2048,
    hop_length: int | None = None,
    win_length: int | None = None,
    window: Window = "hann",
    center: bool = True,
    pad_mode: str = "constant",
) -> Array:
    """:func:`stft` as a 1-D convolution with stride ``hop_length``: each bin is two filters.

    This is what a network's first layer computes, if its weights are :func:`stft_kernels`. It takes n_fft
    multiplications for each number, where the FFT takes about log2(n_fft): for understanding, not for use.

    Parameters and result are those of :func:`stft`.

    Examples
    --------
    >>> import numpy as np
    >>> y = np.random.default_rng(0).standard_normal(1000)
    >>> bool(np.allclose(stft_convolution(y, n_fft=64), stft(y, n_fft=64)))
    True

    """
    y, framing = _framed(y, n_fft, hop_length, win_length, window, center, pad_mode)
    n_fft = len(framing.w)
    check_finite(y)
    kernels = like(stft_kernels(n_fft, window=framing.w).astype(dtype_name(y)), y)
    # A convolution layer with a stride: out[filter, t] = Σ_m kernel[filter, m] · y[t·stride + m].
    out = kernels @ frame(framing.padded(y), frame_length=n_fft, hop_length=framing.hop_length)
    bins = 1 + n_fft // 2
    return out[..., :bins, :] + 1j * out[..., bins:, :]


def instantaneous_frequency(D: Array, sr: float, *, hop_length: int | None = None, n_fft: int | None = None) -> Array:
    r"""The frequency in hertz of what each bin holds, from how far its phase turns between two frames.

    .. math:: f[k, t] = \frac{sr}{n_{fft}} k + \frac{sr}{2π·hop} · princ(∠D[k, t+1] - ∠D[k, t] - 2π·k·hop/n_fft)

    princ takes the angle into [-π, π]. A bin alone tells a frequency to sr/n_fft; the phase tells it exactly,
    where one steady tone rules the bin (the phase vocoder, Flanagan and Golden 1966).

    Parameters
    ----------
    D : complex array (..., 1 + n_fft // 2, n_frames), at least two frames
    sr : float
        Sample rate in hertz.
    hop_length, n_fft : int, optional
        As they were for :func:`stft`; ``n_fft // 4`` and ``2 * (D.shape[-2] - 1)`` if not given.

    Returns
    -------
    float array (..., 1 + n_fft // 2, n_frames - 1), in hertz
        Within ±sr / (2 * hop_length) of the bin's own frequency: a smaller hop sees further. Column t is for
        the time between frames t and t + 1. Bins that hold nothing give their own frequency, or noise.

    Examples
    --------
    >>> import numpy as np
    >>> y = np.cos(2 * np.pi * 440.3 * np.arange(8000) / 8000)
    >>> f = instantaneous_frequency(stft(y, n_fft=512, hop_length=128), sr=8000)
    >>> print(f"bin 28 is at {28 * 8000 / 512} Hz, and holds {f[28, 30]:.2f} Hz")
    bin 28 is at 437.5 Hz, and holds 440.30 Hz

    """
    D, xp = _as_spectrum(D)
    sr = positive_number(sr, "sr", unit="hertz")
    bins, n_frames = D.shape[-2:]
    n_fft = 2 * (bins - 1) if n_fft is None else positive_int(n_fft, "n_fft", unit="samples")
    hop_length = positive_int(max(1, n_fft // 4) if hop_length is None else hop_length, "hop_length", unit="samples")
    if n_frames < 2 or bins != 1 + n_fft // 2:
        raise ParameterError(
            f"D has shape {tuple(D.shape)}; expected (..., {1 + n_fft // 2}, n_frames) for n_fft={n_fft}, with at "
            f"least two frames: the frequency is in the difference of their phases."
        )
    k = arange(D, bins)
    # The bin's own phasor turns k·hop/n_fft times from frame to frame. Turned back by the whole-number
    # remainder of that, what is left is small, and float32 keeps its digits.
    expected = xp.astype((k * hop_length) % n_fft, real_dtype(D)) * (2.0 * math.pi / n_fft)
    step = D[..., :, 1:] * xp.conj(D[..., :, :-1])
    measured = xp.atan2(xp.imag(step), xp.real(step))
    turns = (measured - expected[:, None]) / (2.0 * math.pi)
    deviation = turns - xp.round(turns)
    own = xp.astype(k, real_dtype(D)) * (sr / n_fft)
    return own[:, None] + deviation * (sr / hop_length)


def griffinlim(
    S: Array,
    *,
    n_iter: int = 32,
    hop_length: int | None = None,
    win_length: int | None = None,
    n_fft: int | None = None,
    window: Window = "hann",
    center: bool = True,
    length: int | None = None,
    pad_mode: str = "constant",
    momentum: float = 0.99,
    init: str | None = "random",
    random_state: int | np.random.Generator | None = None,
) -> Array:
    """A signal whose magnitude spectrogram comes near to ``S``: the phase is guessed, then made consistent.

    Over and over: go to sound and back, keep the phase that comes out, put the wanted magnitude to it.
    The spectrogram's distance from ``S`` never grows with ``momentum=0`` (Griffin and Lim 1984); with
    momentum it falls faster (Perraudin, Balazs and Søndergaard 2013).

    Parameters
    ----------
    S : float array (..., 1 + n_fft // 2, n_frames)
        Magnitudes (not power).
    n_iter : int
        How many times; 0 only puts the first guess to it.
    momentum : float
        How far to go on in the direction of the last step; 0 is the original method, 1 may not converge.
    init : {"random", None}
        The first guess: random phases, or zero.
    random_state : int or numpy.random.Generator, optional
        The seed of the random phases: the same seed gives the same sound.
    hop_length, win_length, n_fft, window, center, length, pad_mode
        As for :func:`istft` and :func:`stft`.

    Returns
    -------
    float array (..., length), of the dtype of S

    Examples
    --------
    >>> import numpy as np
    >>> y = np.cos(2 * np.pi * 1000 * np.arange(4000) / 8000)
    >>> S = spectrogram(y, power=1.0, n_fft=256)
    >>> guess = griffinlim(S, length=4000, random_state=0)
    >>> error = np.linalg.norm(spectrogram(guess, power=1.0, n_fft=256) - S) / np.linalg.norm(S)
    >>> bool(error < 0.1)
    True

    """
    S, xp = as_numbers(S, name="S")
    if is_complex(S):
        raise SampleTypeError("S is complex; expected magnitudes. Use abs(S), or istft(S), which needs no guess.")
    if S.ndim < 2 or 0 in S.shape[-2:]:
        raise ParameterError(f"S has shape {tuple(S.shape)}; expected (..., 1 + n_fft // 2, n_frames), not empty.")
    if is_on_cpu(S) and bool(xp.any(S < 0)):
        raise ParameterError("S holds values below zero; expected magnitudes. Undo decibels with db_to_amplitude(S).")
    check_finite(S, name="S")
    n_iter = positive_int(n_iter, "n_iter", minimum=0)
    step = positive_number(momentum, "momentum", zero=True) / (1.0 + momentum)
    n_fft, hop_length, w = _settings(2 * (S.shape[-2] - 1) if n_fft is None else n_fft, hop_length, win_length, window)
    framing: dict[str, Any] = {"n_fft": n_fft, "hop_length": hop_length, "window": w, "center": center}
    _check_frames_fit(S.shape[-1], length, framing)

    D = S * _first_phases(S, init, random_state)
    previous = 0 * D
    for _ in range(n_iter):
        consistent = stft(istft(D, length=length, **framing), pad_mode=pad_mode, **framing)
        ahead = consistent - step * previous
        D = S * ahead / (xp.abs(ahead) + _tiny(S))
        previous = consistent
    return istft(D, length=length, **framing)


def _first_phases(S: Array, init: str | None, random_state: Any) -> Array:
    """Complex numbers of magnitude 1 in the shape of ``S``: random phases, or 1."""
    xp = namespace(S)
    if init is None:
        return xp.ones_like(S, dtype=complex_dtype(S))
    one_of(init, ["random"], "init")
    turns = np.random.default_rng(random_state).random(tuple(S.shape))
    return like(np.exp(2j * np.pi * turns), S, dtype=complex_dtype(S))


def _check_frames_fit(n_frames: int, length: int | None, framing: dict[str, Any]) -> None:
    """Raise if a signal of ``length`` samples does not have ``n_frames`` frames."""
    if length is None:
        return
    length = positive_int(length, "length", unit="samples")
    count = frame_count(
        length, frame_length=framing["n_fft"], hop_length=framing["hop_length"], center=framing["center"]
    )
    if count != n_frames:
        raise ParameterError(
            f"length={length} has {count} frames, and S has {n_frames}; give the length of the signal that S was made "
            f"from, or none."
        )


def _tiny(x: Array) -> float:
    """The smallest normal number of x's precision: added to a magnitude, it makes a division by 0 harmless."""
    return float(namespace(x).finfo(x.dtype).smallest_normal)
