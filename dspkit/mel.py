"""The mel scale and its filters: a spectrum as the ear divides it.

Lesson: ``notebooks/09_mel.ipynb``. The filterbank is three lines, :func:`_triangles`: points at equal distances
on the mel scale, a line that rises from each to the next, a line that falls from there to the one after it.
Everything else is a convention, and has a name here: the scale (``htk``), the height (``norm``), the axis on
which the sides are straight (``triangles``).

Sources: S. S. Stevens, J. Volkmann and E. B. Newman, "A scale for the measurement of the psychological magnitude
pitch", *J. Acoust. Soc. Am.* 8 (1937), 185–190; M. Slaney, *Auditory Toolbox*, Interval Research technical report
1998-010; S. Young et al., *The HTK Book* (version 3.4, section 5.4); Y. Wang et al., "Trainable frontend for
robust and far-field keyword spotting", *ICASSP* 2017, for :func:`pcen`.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from . import _engine
from ._arrays import (
    Array,
    as_numbers,
    check_finite,
    dtype_name,
    empty,
    is_complex,
    is_on_cpu,
    like,
    namespace,
    plain,
    zeros,
)
from ._blocks import Bands
from ._validate import one_of, outside, positive_int, positive_number
from .errors import EmptyFilterWarning, ParameterError, SampleTypeError
from .short_time import _framed, _transform

__all__ = [
    "empty_filters",
    "hz_to_mel",
    "largest_n_mels",
    "mel_filterbank",
    "mel_frequencies",
    "mel_to_hz",
    "mel_to_linear",
    "melspectrogram",
    "multi_resolution_mel",
    "pcen",
    "smallest_n_fft",
]

# --- The scale. ---------------------------------------------------------------------------------------------------

# Slaney 1998, as in his Auditory Toolbox: 3 mels for 200 Hz up to 1000 Hz, then 27 mels for a factor of 6.4.
_HZ_PER_MEL = 200.0 / 3.0
_BREAK_HZ, _BREAK_MEL = 1000.0, 15.0
_LN_PER_MEL = math.log(6.4) / 27.0
# HTK Book, equation 5.13.
_HTK_SCALE, _HTK_HZ = 2595.0, 700.0


def hz_to_mel(frequencies: Any, *, htk: bool = False) -> Array:
    r"""Hertz to mel.

    .. math::

        m &= 3f / 200 \text{ up to 1000 Hz, then } 15 + 27·\ln(f / 1000) / \ln 6.4 \quad\text{(Slaney)}

        m &= 2595·\log_{10}(1 + f / 700) \quad\text{(HTK)}

    Parameters
    ----------
    frequencies : number or array, in hertz, not below zero
    htk : bool
        Whether to use HTK's formula instead of Slaney's. The two count in different units: 1000 Hz are 15
        mels of Slaney's and 1000 of HTK's.

    Returns
    -------
    array or number, of the input's shape and dtype, in mel

    Examples
    --------
    >>> import numpy as np
    >>> hz_to_mel(np.array([0.0, 440.0, 1000.0, 6400.0]))
    array([ 0. ,  6.6, 15. , 42. ])
    >>> hz_to_mel(np.array([0.0, 440.0, 1000.0, 6400.0]), htk=True).round(1)
    array([   0. ,  549.6, 1000. , 2611. ])

    """
    f, xp = _not_negative(frequencies, "frequencies")
    if htk:
        mels = _HTK_SCALE * xp.log10(1.0 + f / _HTK_HZ)
    else:
        above = _BREAK_MEL + xp.log(xp.maximum(f, like(_BREAK_HZ, f, dtype=f.dtype)) / _BREAK_HZ) / _LN_PER_MEL
        mels = xp.where(f < _BREAK_HZ, f / _HZ_PER_MEL, above)
    return plain(mels)


def mel_to_hz(mels: Any, *, htk: bool = False) -> Array:
    """Mel to hertz, the inverse of :func:`hz_to_mel`.

    Examples
    --------
    >>> import numpy as np
    >>> mel_to_hz(np.array([0.0, 15.0, 42.0]))
    array([   0., 1000., 6400.])
    >>> mel_to_hz(1000.0, htk=True).round(2)
    np.float64(1000.02)

    """
    m, xp = _not_negative(mels, "mels")
    if htk:
        f = _HTK_HZ * (10.0 ** (m / _HTK_SCALE) - 1.0)
    else:
        # Where the straight part holds, the exponent is kept at zero.
        beyond = xp.maximum(m - _BREAK_MEL, zeros(m, ()))
        f = xp.where(m < _BREAK_MEL, m * _HZ_PER_MEL, _BREAK_HZ * xp.exp(beyond * _LN_PER_MEL))
    return plain(f)


def mel_frequencies(n_mels: int = 128, *, fmin: float = 0.0, fmax: float = 11025.0, htk: bool = False) -> np.ndarray:
    """``n_mels`` frequencies in hertz, from ``fmin`` to ``fmax``, at equal distances on the mel scale.

    A filterbank of n filters stands on n + 2 of them: filter i begins at the one numbered i, has its top at the
    next and ends at the one after that.

    Returns
    -------
    float64 NumPy array (n_mels,)

    Examples
    --------
    >>> mel_frequencies(5, fmax=6400.0).round(2)
    array([   0.  ,  700.  , 1510.61, 3109.32, 6400.  ])

    """
    n_mels = positive_int(n_mels, "n_mels")
    fmin = positive_number(fmin, "fmin", unit="hertz", zero=True)
    fmax = positive_number(fmax, "fmax", unit="hertz", zero=True)
    low, high = hz_to_mel(fmin, htk=htk), hz_to_mel(fmax, htk=htk)
    return mel_to_hz(np.linspace(low, high, n_mels), htk=htk)


# --- The filters. -------------------------------------------------------------------------------------------------


def mel_filterbank(
    sr: float,
    n_fft: int,
    *,
    n_mels: int = 128,
    fmin: float = 0.0,
    fmax: float | None = None,
    htk: bool = False,
    norm: str | float | None = "slaney",
    triangles: str = "hz",
    dtype: Any = "float64",
    xp: Any = None,
) -> Array:
    """The weights with which the bins of a spectrum add up to mel bands: a triangle for each band.

    Parameters
    ----------
    sr : float
        Sample rate in hertz.
    n_fft : int
        Length of the Fourier transform in samples; bin k lies at ``k * sr / n_fft`` hertz.
    n_mels : int
        How many filters.
    fmin, fmax : float
        Where the first filter begins and the last one ends, in hertz; ``fmax`` is sr/2 if not given.
    htk : bool
        HTK's mel scale instead of Slaney's (:func:`hz_to_mel`).
    norm : {"slaney", None} or number p
        The height. None: every triangle has height 1. "slaney": every triangle has area 1 (in hertz), height
        2 / (width). A number p: the p-norm of every filter's weights is 1; ``inf`` makes the largest weight 1.
    triangles : {"hz", "mel"}
        Whether the sides are straight lines over hertz (librosa, torchaudio) or over mel (HTK, Kaldi).
    dtype : {"float64", "float32"}
    xp : array namespace, optional
        Where the filters are wanted: ``numpy`` (the default) or ``cupy``. They are always computed by NumPy.

    Returns
    -------
    array (n_mels, 1 + n_fft // 2)
        Mel bands are ``mel_filterbank(...) @ S``, for S of shape (..., 1 + n_fft // 2, n_frames).

    Warns
    -----
    EmptyFilterWarning
        If a filter lies between two bins, so that all its weights are zero. The message says which, and what to
        change.

    Examples
    --------
    >>> fb = mel_filterbank(sr=8000, n_fft=16, n_mels=3, norm=None)
    >>> fb.round(2)
    array([[0.  , 0.85, 0.32, 0.  , 0.  , 0.  , 0.  , 0.  , 0.  ],
           [0.  , 0.  , 0.68, 0.69, 0.19, 0.  , 0.  , 0.  , 0.  ],
           [0.  , 0.  , 0.  , 0.31, 0.81, 0.83, 0.55, 0.28, 0.  ]])

    """
    settings = _bank(sr, n_fft, n_mels, fmin, fmax, htk, norm, triangles)
    weights = _weights(*settings)
    _warn_of_empty(empty_filters(weights), *settings)
    weights = weights.astype(one_of(np.dtype(dtype).name, ["float32", "float64"], "dtype"))
    return weights if xp is None else xp.asarray(weights)


# The settings of a filterbank, checked: sr, n_fft, n_mels, fmin, fmax, htk, norm, triangles.
_Bank = tuple[float, int, int, float, float, bool, "str | float | None", str]


def _bank(sr: Any, n_fft: Any, n_mels: Any, fmin: Any, fmax: Any, htk: bool, norm: Any, triangles: Any) -> _Bank:
    sr, n_fft, fmin, fmax = _band(sr, n_fft, fmin, fmax)
    if norm is not None and not isinstance(norm, str):
        if math.isnan(norm) or norm <= 0:
            raise ParameterError(f"norm={norm!r}; expected 'slaney', None or a number above zero (1, 2, inf).")
        norm = float(norm)
    elif norm is not None:
        one_of(norm, ["slaney"], "norm")
    n_mels, triangles = positive_int(n_mels, "n_mels"), one_of(triangles, ["hz", "mel"], "triangles")
    return sr, n_fft, n_mels, fmin, fmax, bool(htk), norm, triangles


def _weights(
    sr: float, n_fft: int, n_mels: int, fmin: float, fmax: float, htk: bool, norm: str | float | None, triangles: str
) -> np.ndarray:
    """The filters: straight over hertz or over mel, and of the height that ``norm`` asks for."""
    bins, hertz = np.fft.rfftfreq(n_fft, 1.0 / sr), mel_frequencies(n_mels + 2, fmin=fmin, fmax=fmax, htk=htk)
    if triangles == "mel":
        low, high = hz_to_mel(fmin, htk=htk), hz_to_mel(fmax, htk=htk)
        weights = _triangles(hz_to_mel(bins, htk=htk), np.linspace(low, high, n_mels + 2))
    else:
        weights = _triangles(bins, hertz)
    weights[np.max(weights, axis=1) <= _HAIR] = 0.0  # a filter with nothing but rounding is empty
    return _normalised(weights, norm, hertz)


def checked_bands(**given: Any) -> Bands:
    """The filters of :func:`mel_filterbank` without their zeros; with a warning if some have nothing else."""
    settings = _bank(**given)
    bands = _bands(*settings)
    _warn_of_empty(bands.empty, *settings)
    return bands


@lru_cache(maxsize=64)
def _bands(*settings: Any) -> Bands:
    """Made once for each filterbank, and kept."""
    return Bands.of(_weights(*settings))


def _triangles(bins: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Triangles of height 1: filter i rises from edge i to edge i + 1 and falls to edge i + 2."""
    left, middle, right = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    rising, falling = (bins - left) / (middle - left), (right - bins) / (right - middle)
    return np.maximum(0.0, np.minimum(rising, falling))


# Where a bin lies on the end of a filter, rounding leaves a weight of 5e-15 instead of 0: as good as none.
_HAIR = 1e-12


def _normalised(weights: np.ndarray, norm: str | float | None, edges: np.ndarray) -> np.ndarray:
    """The filters (height 1, edges in hertz) with the height that ``norm`` asks for."""
    if norm is None:
        return weights
    if isinstance(norm, str):
        return weights * (2.0 / (edges[2:] - edges[:-2]))[:, None]
    size = weights.max(axis=1) if math.isinf(norm) else np.sum(weights**norm, axis=1) ** (1.0 / norm)
    return weights / np.where(size > 0, size, 1.0)[:, None]


# --- Empty filters. -----------------------------------------------------------------------------------------------


def empty_filters(fb: Any) -> np.ndarray:
    """The numbers of the filters whose weights are all zero: whatever comes in, these bands stay silent.

    Parameters
    ----------
    fb : array (n_mels, n_bins)

    Examples
    --------
    >>> import warnings
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("ignore", EmptyFilterWarning)
    ...     empty_filters(mel_filterbank(sr=16000, n_fft=256, n_mels=128))
    array([ 0,  3,  6, 11, 14, 19, 22, 27, 30, 35, 38, 43, 50])

    """
    return np.flatnonzero(~np.any(np.asarray(fb) != 0, axis=-1))


def largest_n_mels(sr: float, n_fft: int, *, fmin: float = 0.0, fmax: float | None = None, htk: bool = False) -> int:
    """The largest number of mel filters of which none is empty, for bins ``sr / n_fft`` hertz apart.

    Fewer may have an empty one again, where a filter happens to lie between two bins. The warning of
    :func:`mel_filterbank` looks for the largest number below the one asked for.

    Examples
    --------
    >>> largest_n_mels(sr=16000, n_fft=256)
    95
    >>> largest_n_mels(sr=16000, n_fft=256, htk=True)
    57

    """
    sr, n_fft, fmin, fmax = _band(sr, n_fft, fmin, fmax)
    # Each bin lies in two filters at most: no need to look at more filters than that.
    return _largest_n_mels(2 * (1 + n_fft // 2), sr, n_fft, fmin, fmax, htk)


def smallest_n_fft(sr: float, *, n_mels: int, fmin: float = 0.0, fmax: float | None = None, htk: bool = False) -> int:
    """The smallest length of the transform with which none of ``n_mels`` filters is empty.

    Zero-padding to that length is enough: a filter that lies between two bins needs a bin, not a longer window.

    Examples
    --------
    >>> smallest_n_fft(sr=16000, n_mels=128)
    343

    """
    sr, _, fmin, fmax = _band(sr, 1, fmin, fmax)
    return _smallest_n_fft(1, sr, positive_int(n_mels, "n_mels"), fmin, fmax, htk)


def _has_empty(bins: np.ndarray, edges: np.ndarray) -> bool:
    """Whether a filter has no bin strictly between its two ends: counted, without making the weights."""
    steps = _HAIR * np.diff(edges)
    up_to_left = np.searchsorted(bins, edges[:-2] + steps[:-1], side="right")
    before_right = np.searchsorted(bins, edges[2:] - steps[1:], side="left")
    return bool(np.any(before_right <= up_to_left))


@lru_cache(maxsize=64)
def _largest_n_mels(most: int, sr: float, n_fft: int, fmin: float, fmax: float, htk: bool) -> int:
    """The largest number of filters up to ``most`` without an empty one, or 0."""
    bins = np.fft.rfftfreq(n_fft, 1.0 / sr)
    above = bins[bins > fmin]
    if not len(above):
        return 0
    # The first filter must reach beyond the first bin above fmin, and more filters make it narrower: so much is sure
    # at once, and spares the search most of its way.
    reach = hz_to_mel(above[0], htk=htk) - hz_to_mel(fmin, htk=htk)
    most = min(most, math.ceil(2.0 * (hz_to_mel(fmax, htk=htk) - hz_to_mel(fmin, htk=htk)) / reach))
    edges = (mel_frequencies(n + 2, fmin=fmin, fmax=fmax, htk=htk) for n in range(most, 0, -1))
    return next((len(e) - 2 for e in edges if not _has_empty(bins, e)), 0)


@lru_cache(maxsize=64)
def _smallest_n_fft(least: int, sr: float, n_mels: int, fmin: float, fmax: float, htk: bool) -> int:
    """The smallest transform from ``least`` on with which no filter is empty."""
    edges = mel_frequencies(n_mels + 2, fmin=fmin, fmax=fmax, htk=htk)
    # Bins closer together than the narrowest filter is wide leave none empty: there the search ends.
    enough = max(least, math.ceil(sr / float(np.min(edges[2:] - edges[:-2]))) + 1)
    for first in range(least, enough, _LENGTHS_AT_A_TIME):
        n_fft = np.arange(first, min(first + _LENGTHS_AT_A_TIME, enough))[:, None]
        # The bin after the left end must stand before the right end; a hair of room, then without.
        after_left = np.floor(edges[:-2] * n_fft / sr - 1e-9) + 1.0
        for n in n_fft[np.all(after_left < edges[2:] * n_fft / sr + 1e-9, axis=1), 0].tolist():
            if not _has_empty(np.fft.rfftfreq(n, 1.0 / sr), edges):
                return n
    return enough


_LENGTHS_AT_A_TIME = 256


def _warn_of_empty(
    empty: np.ndarray, sr: float, n_fft: int, n_mels: int, fmin: float, fmax: float, htk: bool, *_: Any
) -> None:
    if not len(empty):
        return
    fewer = _largest_n_mels(n_mels - 1, sr, n_fft, fmin, fmax, htk)
    longer = _smallest_n_fft(n_fft + 1, sr, n_mels, fmin, fmax, htk)
    many = len(empty) > 1
    warnings.warn(
        f"{len(empty)} of {n_mels} mel filters {'are' if many else 'is'} empty: "
        f"number{'s' if many else ''} {_listed(empty)}. {'They lie' if many else 'It lies'} between two bins, which "
        f"are {sr / n_fft:.4g} Hz apart (sr={sr:g}, n_fft={n_fft}). Take "
        + (f"n_mels={fewer}, the largest number below with none, or " if fewer else "")
        + f"n_fft={longer}, the smallest length above with none (zero-padding will do).",
        EmptyFilterWarning,
        stacklevel=outside(),
    )


def _listed(numbers: np.ndarray, *, most: int = 8) -> str:
    """Numbers in words: ``0, 3, 6 and 9 more``."""
    shown = [str(n) for n in numbers[:most]]
    if len(numbers) > most:
        return ", ".join(shown) + f" and {len(numbers) - most} more"
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


# --- Mel spectrograms. --------------------------------------------------------------------------------------------


def melspectrogram(
    y: Array | None = None,
    sr: float | None = None,
    *,
    S: Array | None = None,
    n_fft: int = 2048,
    hop_length: int = 512,
    win_length: int | None = None,
    window: Any = "hann",
    center: bool = True,
    pad_mode: str = "constant",
    power: float = 2.0,
    n_mels: int = 128,
    fmin: float = 0.0,
    fmax: float | None = None,
    htk: bool = False,
    norm: str | float | None = "slaney",
    triangles: str = "hz",
    workers: int | None = None,
) -> Array:
    """The energy in each mel band, frame by frame: ``mel_filterbank(...) @ spectrogram(...)``.

    Parameters
    ----------
    y : float array (..., n)
        Samples, time last. Either these or ``S``.
    sr : float
        Sample rate in hertz. It must be given: a wrong one moves every band.
    S : float array (..., 1 + n_fft // 2, n_frames)
        A spectrogram to take the bands of, instead of ``y``. Its number of bins says what ``n_fft`` was (even,
        unless ``n_fft`` is given).
    n_fft, hop_length, win_length, window, center, pad_mode, workers
        As for :func:`dspkit.stft`, except that the hop is 512 samples if not given, as in librosa.
    power : float
        2 for power, 1 for magnitude, before the bands are added up.
    n_mels, fmin, fmax, htk, norm, triangles
        As for :func:`mel_filterbank`.

    Returns
    -------
    float array (..., n_mels, n_frames), of the dtype of y

    Examples
    --------
    >>> import numpy as np
    >>> y = np.cos(2 * np.pi * 1000 * np.arange(8000) / 8000)
    >>> M = melspectrogram(y, sr=8000, n_fft=256, hop_length=64, n_mels=24)
    >>> M.shape
    (24, 126)
    >>> int(M[:, 60].argmax()), int(np.argmin(abs(mel_frequencies(26, fmax=4000.0)[1:-1] - 1000)))
    (10, 10)

    """
    if (y is None) == (S is None):
        raise ParameterError(f"{'Neither' if y is None else 'Both'} y and S came; expected samples y or a spectrum S.")
    if sr is None:
        raise ParameterError("sr is missing; expected the sample rate in hertz, as in melspectrogram(y, sr).")
    if S is not None:
        S, n_fft = _as_spectrogram(S, n_fft)
    bands = checked_bands(
        sr=sr, n_fft=n_fft, n_mels=n_mels, fmin=fmin, fmax=fmax, htk=htk, norm=norm, triangles=triangles
    )
    if S is not None:
        return like(bands.dense(dtype_name(S)), S) @ S
    power = positive_number(power, "power")
    y, framing = _framed(y, n_fft, hop_length, win_length, window, center, pad_mode, workers)
    return _engine.analyse(y, framing, _transform, power=power, bands=bands)


def mel_to_linear(
    M: Array,
    sr: float,
    *,
    n_fft: int,
    fmin: float = 0.0,
    fmax: float | None = None,
    htk: bool = False,
    norm: str | float | None = "slaney",
    triangles: str = "hz",
    n_iter: int = 100,
) -> Array:
    r"""A spectrogram on linear frequencies whose mel bands are ``M``: least squares, not below zero.

    .. math:: \min_{S ≥ 0} \; ‖fb · S - M‖^2

    There are fewer bands than bins, so that many spectrograms have these bands: this is one of them. If ``M``
    is power, so is the result; :func:`dspkit.griffinlim` wants its square root.

    Parameters
    ----------
    M : float array (..., n_mels, n_frames), not below zero
    n_iter : int
        How many steps of the accelerated projected gradient (Beck and Teboulle 2009).
    sr, n_fft, fmin, fmax, htk, norm, triangles
        As they were for :func:`melspectrogram`.

    Returns
    -------
    float array (..., 1 + n_fft // 2, n_frames), of the dtype of M

    Examples
    --------
    >>> import numpy as np
    >>> S = np.random.default_rng(0).random((129, 5))
    >>> M = melspectrogram(S=S, sr=8000, n_mels=32)
    >>> back = melspectrogram(S=mel_to_linear(M, sr=8000, n_fft=256), sr=8000, n_mels=32)
    >>> bool(abs(back - M).max() / M.max() < 1e-3)
    True

    """
    M, xp = _as_energies(M, "M")
    fb = mel_filterbank(
        sr=sr, n_fft=n_fft, n_mels=M.shape[-2], fmin=fmin, fmax=fmax, htk=htk, norm=norm, triangles=triangles
    )
    n_iter = positive_int(n_iter, "n_iter")
    # Each bin's own step, 1 over its row's sum in fbᵀ·fb: a majorant of the least squares (no entry is negative).
    rows = fb.T @ fb.sum(axis=1)
    step = like((1.0 / np.where(rows > 0, rows, np.inf)).astype(dtype_name(M))[:, None], M)
    W = like(fb.astype(dtype_name(M)), M)
    Wt = like(np.ascontiguousarray(fb.T).astype(dtype_name(M)), M)
    zero = zeros(M, ())
    S = ahead = step * (Wt @ M)
    t = 1.0
    for _ in range(n_iter):
        previous, S = S, xp.maximum(ahead - step * (Wt @ (W @ ahead - M)), zero)
        t_next = (1.0 + math.sqrt(1.0 + 4.0 * t * t)) / 2.0
        ahead = S + ((t - 1.0) / t_next) * (S - previous)
        t = t_next
    return S


def multi_resolution_mel(
    y: Array,
    sr: float,
    *,
    win_lengths: Sequence[int] = (200, 400, 800, 1600),
    n_fft: str | int | Sequence[int] = "next_pow2",
    hop_length: int = 160,
    n_mels: int = 64,
    window: Any = "hann",
    pad_mode: str = "constant",
    power: float = 2.0,
    fmin: float = 0.0,
    fmax: float | None = None,
    htk: bool = False,
    norm: str | float | None = "slaney",
    triangles: str = "hz",
    workers: int | None = None,
) -> Array:
    """Mel spectrograms with windows of several lengths, over the same frames, stacked like an image's colours.

    A short window tells when, a long one tells at which frequency: a stack tells both. Frames are centred,
    so that frame ``t`` has its middle at sample ``t * hop_length`` in all of them.

    Parameters
    ----------
    y : float array (..., n)
        Samples, time last.
    sr : float
        Sample rate in hertz.
    win_lengths : sequence of int
        Lengths of the windows in samples. The defaults are 12.5, 25, 50 and 100 ms at 16 kHz.
    n_fft : "next_pow2", int or sequence of int
        Length of the transforms: for each window the next power of two, one for all, or one for each. All even
        (odd ones have another number of frames).
    hop_length, n_mels, window, pad_mode, power, fmin, fmax, htk, norm, triangles, workers
        As for :func:`melspectrogram`.

    Returns
    -------
    float array (..., len(win_lengths), n_mels, n_frames), of the dtype of y

    Examples
    --------
    >>> import numpy as np
    >>> y = np.random.default_rng(0).standard_normal(16000).astype("float32")
    >>> multi_resolution_mel(y, 16000).shape
    (4, 64, 101)

    """
    lengths = [positive_int(n, "win_lengths", unit="samples") for n in _sequence(win_lengths, "win_lengths")]
    sizes = _transform_lengths(n_fft, lengths)
    power = positive_number(power, "power")
    stack = None
    for i, (length, size) in enumerate(zip(lengths, sizes, strict=True)):
        bands = checked_bands(
            sr=sr, n_fft=size, n_mels=n_mels, fmin=fmin, fmax=fmax, htk=htk, norm=norm, triangles=triangles
        )
        y, framing = _framed(y, size, hop_length, length, window, True, pad_mode, workers)
        if stack is None:
            stack = empty(y, (*y.shape[:-1], len(lengths), len(bands), framing.n_frames(y)))
        _engine.analyse(y, framing, _transform, power=power, bands=bands, out=stack[..., i, :, :])
    return stack


def pcen(
    S: Array,
    sr: float,
    *,
    hop_length: int = 512,
    gain: float = 0.98,
    bias: float = 2.0,
    power: float = 0.5,
    time_constant: float = 0.4,
    eps: float = 1e-6,
    b: float | None = None,
    start: float | Array | None = 1.0,
) -> Array:
    r"""Per-channel energy normalisation: every band divided by its own recent past, then compressed.

    .. math::

        M[t] &= (1 - b)·M[t-1] + b·S[t]

        P[t] &= (S[t] / (ε + M[t])^{gain} + bias)^{power} - bias^{power}

    It takes the place of the logarithm: a steady background becomes about 1 whatever its level, and what begins
    stands out (Wang et al. 2017, equations 1 and 2).

    Parameters
    ----------
    S : float array (..., n_bands, n_frames), not below zero
        Energies or magnitudes, time last. The constants fit samples scaled like 32-bit integers
        (``S * 2**31``), as in librosa.
    sr, hop_length : float, int
        Sample rate in hertz and hop in samples, for ``time_constant``.
    gain, bias, power, eps : float
        As in the formula.
    time_constant : float
        How far the past reaches, in seconds; ``b`` follows from it as in librosa.
    b : float, optional
        The smoothing coefficient itself, 0 to 1.
    start : float, array (..., n_bands, 1) or None
        M before the first frame. librosa takes 1.0 whatever the level, which lets quiet sounds begin with a
        fade; None takes the first frame's own value.

    Returns
    -------
    float array, of the shape and dtype of S

    Examples
    --------
    >>> import numpy as np
    >>> S = np.array([[1e3] * 4, [1e7] * 4])  # two steady bands, 40 dB apart
    >>> pcen(S, sr=16000, hop_length=160, start=None).round(2)
    array([[0.36, 0.36, 0.36, 0.36],
           [0.42, 0.42, 0.42, 0.42]])

    """
    S, xp = _as_energies(S, "S")
    gain = positive_number(gain, "gain", zero=True)
    bias = positive_number(bias, "bias", zero=True)
    power = positive_number(power, "power", zero=True)
    eps = positive_number(eps, "eps")
    M = _smoothed(S, _smoothing(b, time_constant, sr, hop_length), start)
    # (ε + M)^−gain through logarithms: small numbers keep their digits.
    quotient = S * xp.exp(-gain * (math.log(eps) + xp.log1p(M / eps)))
    if power == 0:
        return xp.log1p(quotient)
    if bias == 0:
        return quotient**power
    return bias**power * xp.expm1(power * xp.log1p(quotient / bias))


def _smoothing(b: float | None, time_constant: float, sr: float, hop_length: int) -> float:
    """The coefficient of the smoothing: given, or from the time constant in frames (librosa's formula)."""
    if b is not None:
        b = positive_number(b, "b", zero=True)
        if b > 1:
            raise ParameterError(f"b={b:g} is too large; expected 0 (M never changes) to 1 (M is S).")
        return b
    frames = positive_number(time_constant, "time_constant", unit="seconds") * positive_number(
        sr, "sr", unit="hertz"
    ) / positive_int(hop_length, "hop_length", unit="samples")  # fmt: skip
    return (math.sqrt(1.0 + 4.0 * frames**2) - 1.0) / (2.0 * frames**2)


# So many frames are smoothed with one matrix product.
_SMOOTHED_AT_A_TIME = 64


def _smoothed(S: Array, b: float, start: float | Array | None) -> Array:
    """``M[t] = (1 − b)·M[t−1] + b·S[t]`` along the last axis, block by block.

    Within a block, written out: ``M[t] = (1 − b)^(t+1)·M[−1] + Σ_τ b·(1 − b)^(t−τ)·S[τ]``, a triangular matrix.
    """
    xp = namespace(S)
    n = _SMOOTHED_AT_A_TIME
    t = np.arange(n)
    decay = ((1.0 - b) ** (t + 1)).astype(dtype_name(S))
    lags = t[None, :] - t[:, None]  # from τ (row) to t (column)
    weights = np.where(lags >= 0, b * (1.0 - b) ** np.maximum(lags, 0), 0.0).astype(dtype_name(S))
    decay, weights = like(decay, S), like(weights, S)
    last = S[..., :1] if start is None else like(start, S, dtype=S.dtype) + 0 * S[..., :1]
    blocks = []
    for first in range(0, S.shape[-1], n):
        block = S[..., first : min(first + n, S.shape[-1])]
        size = block.shape[-1]
        blocks.append(block @ weights[:size, :size] + last * decay[:size])
        last = blocks[-1][..., -1:]
    return xp.concat(blocks, axis=-1)


# --- Checks of the arguments. -------------------------------------------------------------------------------------


def _not_negative(values: Any, name: str) -> tuple[Array, Any]:
    """Real numbers, none below zero, and their namespace."""
    x, xp = as_numbers(values, name=name)
    if is_complex(x):
        raise SampleTypeError(f"{name} is complex; expected real numbers.")
    if is_on_cpu(x) and bool(xp.any(x < 0)):
        raise ParameterError(f"{name} holds values below zero, where the mel scale has none; expected 0 or more.")
    return x, xp


def _band(sr: Any, n_fft: Any, fmin: Any, fmax: Any) -> tuple[float, int, float, float]:
    """``sr``, ``n_fft``, ``fmin``, ``fmax``, checked; ``fmax`` is sr/2 if it is None."""
    sr = positive_number(sr, "sr", unit="hertz")
    n_fft = positive_int(n_fft, "n_fft", unit="samples")
    fmin = positive_number(fmin, "fmin", unit="hertz", zero=True)
    fmax = sr / 2 if fmax is None else positive_number(fmax, "fmax", unit="hertz")
    if fmax > sr / 2:
        raise ParameterError(
            f"fmax={fmax:g} is above half the sample rate, {sr / 2:g} Hz, where a spectrum ends; take fmax=None."
        )
    if fmin >= fmax:
        raise ParameterError(f"fmin={fmin:g} is not below fmax={fmax:g}; expected a band, in hertz.")
    return sr, n_fft, fmin, fmax


def _as_energies(S: Any, name: str) -> tuple[Array, Any]:
    """``S`` as a real array (..., bands, frames), finite and not below zero, and its namespace."""
    S, xp = as_numbers(S, name=name)
    if is_complex(S):
        raise SampleTypeError(f"{name} is complex; expected power or magnitude: abs({name}) ** 2, or abs({name}).")
    if S.ndim < 2 or 0 in S.shape[-2:]:
        raise ParameterError(f"{name} has shape {tuple(S.shape)}; expected (..., bands, frames), not empty.")
    check_finite(S, name=name)
    if is_on_cpu(S) and bool(xp.any(S < 0)):
        raise ParameterError(
            f"{name} holds values below zero; expected power or magnitude. Undo decibels with db_to_power({name})."
        )
    return S, xp


def _as_spectrogram(S: Any, n_fft: Any) -> tuple[Array, int]:
    """A spectrogram, and the ``n_fft`` that its bins belong to: the given one if it fits, else the even one."""
    S, _ = _as_energies(S, "S")
    bins, n_fft = S.shape[-2], positive_int(n_fft, "n_fft", unit="samples")
    if bins == 1 + n_fft // 2:
        return S, n_fft
    if bins == 1:
        raise ParameterError("S has one bin only (second axis from the end); expected (..., 1 + n_fft // 2, n_frames).")
    return S, 2 * (bins - 1)


def _sequence(values: Any, name: str) -> list[Any]:
    try:
        values = list(values)
    except TypeError:
        values = []
    if not values:
        raise ParameterError(f"{name} is empty or no sequence; expected lengths in samples, such as (200, 400).")
    return values


def _transform_lengths(n_fft: Any, win_lengths: list[int]) -> list[int]:
    """The transform's length for each window, all even and none shorter than its window."""
    if isinstance(n_fft, str):
        one_of(n_fft, ["next_pow2"], "n_fft")
        return [1 << max(1, (n - 1).bit_length()) for n in win_lengths]
    try:
        sizes = [positive_int(n_fft, "n_fft", unit="samples")] * len(win_lengths)
    except SampleTypeError:
        sizes = [positive_int(n, "n_fft", unit="samples") for n in _sequence(n_fft, "n_fft")]
    if len(sizes) != len(win_lengths):
        raise ParameterError(
            f"n_fft has {len(sizes)} lengths for {len(win_lengths)} win_lengths; expected one for each."
        )
    if any(size % 2 for size in sizes):
        raise ParameterError(f"n_fft={n_fft} is odd, and has another number of frames; expected even lengths.")
    return sizes
