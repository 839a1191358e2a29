"""The cepstrum: the spectrum of a logarithmic spectrum, in which source and filter come apart.

Lesson: ``notebooks/10_cepstrum.ipynb``. The discrete cosine transforms stand first as sums, :func:`dct_matrix`,
then by FFT, :func:`dct`. :func:`mfcc` is three steps: mel bands, decibels, cosine transform.

Sources: B. P. Bogert, M. J. R. Healy and J. W. Tukey, "The quefrency alanysis of time series for echoes", *Proc.
Symposium on Time Series Analysis* (1963), 209–243; N. Ahmed, T. Natarajan and K. R. Rao, "Discrete cosine
transform", *IEEE Trans. Computers* C-23 (1974), 90–93; S. B. Davis and P. Mermelstein, "Comparison of parametric
representations for monosyllabic word recognition in continuously spoken sentences", *IEEE Trans. ASSP* 28
(1980), 357–366; S. Young et al., *The HTK Book* (version 3.4), sections 5.6, 5.9; A. Savitzky and M. J. E.
Golay, "Smoothing and differentiation of data by simplified least squares procedures", *Analytical Chemistry* 36
(1964), 1627–1639.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ._arrays import (
    Array,
    arange,
    as_numbers,
    check_finite,
    complex_dtype,
    dtype_name,
    irfft,
    is_complex,
    like,
    namespace,
    rfft,
    zeros,
)
from ._validate import axis_index, one_of, positive_int, positive_number
from .decibels import power_to_db
from .errors import ParameterError, SampleTypeError
from .mel import melspectrogram
from .presets import Preset, _energies, _logarithm, get

__all__ = ["dct", "dct_matrix", "delta", "idct", "lifter", "mfcc", "real_cepstrum"]

# --- Cosine transforms. -------------------------------------------------------------------------------------------

_NORMS = ("backward", "ortho", "forward")
_INVERSE_TYPE = {1: 1, 2: 3, 3: 2, 4: 4}
_INVERSE_NORM = {"backward": "forward", "ortho": "ortho", "forward": "backward"}


def dct_matrix(n: int, *, type: int = 2, norm: str | None = None) -> np.ndarray:
    r"""The cosines of a discrete cosine transform of ``n`` numbers: a row for each coefficient.

    .. math::

        C_1[k, m] &= 2 \cos(π·k·m / (n - 1)) \text{, half of it for m = 0 and m = n - 1}

        C_2[k, m] &= 2 \cos(π·k·(2m + 1) / 2n)

        C_3[k, m] &= 2 \cos(π·(2k + 1)·m / 2n) \text{, half of it for m = 0}

        C_4[k, m] &= 2 \cos(π·(2k + 1)(2m + 1) / 4n)

    Type 2 is "the" DCT, type 3 its inverse up to a factor. With ``norm="ortho"`` every row has length 1 and
    they stand at right angles.

    Parameters
    ----------
    n : int
        How many numbers are transformed.
    type : {1, 2, 3, 4}
    norm : {None, "backward", "ortho", "forward"}
        As for :func:`dct`.

    Returns
    -------
    float64 NumPy array (n, n)

    Examples
    --------
    >>> dct_matrix(3, norm="ortho").round(3)
    array([[ 0.577,  0.577,  0.577],
           [ 0.707,  0.   , -0.707],
           [ 0.408, -0.816,  0.408]])

    """
    type, norm = _kind(type, norm)
    n = positive_int(n, "n", minimum=2 if type == 1 else 1)
    k, m = np.arange(n)[:, None], np.arange(n)[None, :]
    # The angle is angle·π/half; it is reduced to one turn in whole numbers, which keeps it exact.
    angle, half = {
        1: (k * m, n - 1),
        2: (k * (2 * m + 1), 2 * n),
        3: ((2 * k + 1) * m, 2 * n),
        4: ((2 * k + 1) * (2 * m + 1), 4 * n),
    }[type]
    C = 2.0 * np.cos(math.pi * (angle % (2 * half)) / half)
    if type in (1, 3):
        C[:, 0] /= 2.0
    if type == 1:
        C[:, -1] /= 2.0
    before, after = _scales(n, type, norm)
    return after[:, None] * C * before


def _scales(n: int, type: int, norm: str) -> tuple[np.ndarray, np.ndarray]:
    """What a norm multiplies the numbers with before the plain transform, and the coefficients after it."""
    before, after = np.ones(n), np.ones(n)
    period = 2.0 * (n - 1) if type == 1 else 2.0 * n  # plain transform and plain inverse give so many times x
    if norm == "forward":
        after /= period
    elif norm == "ortho":
        after /= math.sqrt(period)
        # The cosines of half weight, and those of twice the length, brought to the others' length.
        if type in (1, 3):
            before[0] *= math.sqrt(2.0)
        if type in (1, 2):
            after[0] /= math.sqrt(2.0)
        if type == 1:
            before[-1] *= math.sqrt(2.0)
            after[-1] /= math.sqrt(2.0)
    return before, after


def dct(x: Array, *, type: int = 2, norm: str | None = None, axis: int = -1) -> Array:
    """The discrete cosine transform (:func:`dct_matrix` says which cosines), by FFT.

    Parameters
    ----------
    x : float array
    type : {1, 2, 3, 4}
    norm : {None, "backward", "ortho", "forward"}
        None or "backward": the sums as they are. "ortho": scaled to a rotation; for type 2, row 0 by
        √(1/4n) and the others by √(1/2n) (the sums carry a 2). "forward": divided by 2n (type 1: 2n − 2).
    axis : int

    Returns
    -------
    float array, of the shape and dtype of x

    Notes
    -----
    Types, norms and values are those of ``scipy.fft.dct``.

    Examples
    --------
    >>> import numpy as np
    >>> dct(np.array([1.0, 2.0, 3.0, 5.0]), norm="ortho").round(3)
    array([ 5.5  , -2.884,  0.5  , -0.429])

    """
    x, xp = _real(x, "x")
    type, norm = _kind(type, norm)
    axis = axis_index(axis, x.ndim)
    n = positive_int(x.shape[axis], f"the length of x along axis {axis}", minimum=2 if type == 1 else 1)
    before, after = (like(s.astype(dtype_name(x)), x) for s in _scales(n, type, norm))
    return xp.moveaxis(after * _plain_dct(xp.moveaxis(x, axis, -1) * before, type), -1, axis)


def _plain_dct(x: Array, type: int) -> Array:
    """The sums of :func:`dct_matrix`: the real part of a Fourier transform twice as long, turned by its phase."""
    xp, n = namespace(x), x.shape[-1]
    if type == 1:  # x is half of an even spectrum
        return irfft(x + 0j, n=2 * (n - 1))[..., :n] * (2 * (n - 1))
    quarter = _phases(x, arange(x, n), 2 * n)  # e^(−jπk / 2n)
    if type == 2:
        return 2.0 * xp.real(quarter * rfft(x, n=2 * n)[..., :n])
    if type == 3:
        half = xp.concat([x * xp.conj(quarter), zeros(x, (*x.shape[:-1], 1), dtype=quarter.dtype)], axis=-1)
        return irfft(half, n=2 * n)[..., :n] * (2 * n)
    spectrum = xp.fft.fft(x * quarter, n=2 * n, axis=-1)[..., :n]
    return 2.0 * xp.real(_phases(x, 2 * arange(x, n) + 1, 4 * n) * spectrum)


def _phases(x: Array, k: Array, half: int) -> Array:
    """``e^(−jπ·k / half)`` in the precision of ``x``."""
    xp = namespace(x)
    angle = xp.astype(k, xp.float64) * (-math.pi / half)
    return xp.astype(xp.cos(angle) + 1j * xp.sin(angle), complex_dtype(x))


def idct(x: Array, *, type: int = 2, norm: str | None = None, axis: int = -1) -> Array:
    """The inverse of :func:`dct` with the same ``type`` and ``norm``.

    It is a cosine transform too: types 1 and 4 are their own inverse, 2 and 3 each other's.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.array([1.0, 2.0, 3.0, 4.0])
    >>> idct(dct(x)).round(12)
    array([1., 2., 3., 4.])

    """
    type, norm = _kind(type, norm)
    return dct(x, type=_INVERSE_TYPE[type], norm=_INVERSE_NORM[norm], axis=axis)


# --- Cepstra. -----------------------------------------------------------------------------------------------------


def real_cepstrum(x: Array, *, n_fft: int | None = None, amin: float = 1e-10, axis: int = -1) -> Array:
    r"""The real cepstrum: the inverse Fourier transform of the logarithm of the magnitude.

    .. math:: c[n] = \frac{1}{N} Σ_k \ln|X[k]| · e^{2πj·k·n/N}

    What is convolved in time (a voice's pulses with the mouth) is multiplied in the spectrum and *added* here:
    the mouth's smooth curve near n = 0, the pulses at their period in samples.

    Parameters
    ----------
    x : float array
        A windowed frame, or frames.
    n_fft : int, optional
        Length of the transform; the length of x if not given. Longer ones are padded with zeros, which
        keeps the cepstrum from folding over itself.
    amin : float
        Magnitudes below this count as this: the logarithm of 0 is not a number.
    axis : int
        Along which the samples of a frame lie.

    Returns
    -------
    float array, of the dtype of x, with n_fft values along ``axis``
        Quefrencies in samples; they mirror about n_fft / 2, as the magnitude does.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.zeros(64)
    >>> x[0], x[20] = 1.0, 0.5  # a click and its echo, half as strong
    >>> real_cepstrum(x, n_fft=512)[[19, 20, 21, 40]].round(4)  # 0.5 / 2 after 20 samples, −0.5² / 4 after 40
    array([ 0.    ,  0.25  ,  0.    , -0.0625])

    """
    x, xp = _real(x, "x")
    axis = axis_index(axis, x.ndim)
    n = positive_int(x.shape[axis], f"the length of x along axis {axis}")
    n_fft = n if n_fft is None else positive_int(n_fft, "n_fft", unit="samples")
    if n_fft < n:
        raise ParameterError(f"n_fft={n_fft} is shorter than x, {n} samples; expected {n} or more.")
    magnitude = xp.abs(rfft(x, n=n_fft, axis=axis))
    log_magnitude = xp.log(xp.maximum(magnitude, like(positive_number(amin, "amin"), x, dtype=x.dtype)))
    return irfft(log_magnitude + 0j, n=n_fft, axis=axis)


def mfcc(
    y: Array | None = None,
    sr: float | None = None,
    *,
    S: Array | None = None,
    n_mfcc: int | None = None,
    dct_type: int = 2,
    norm: str | None = "ortho",
    lifter: float | None = None,
    mel_norm: str | float | None = "slaney",
    preset: str | Preset | None = None,
    **settings: Any,
) -> Array:
    """Mel-frequency cepstral coefficients: the cosine transform of mel bands in decibels.

    Parameters
    ----------
    y : float array (..., n)
        Samples, time last. Either these (with ``sr``) or ``S``.
    sr : float
        Sample rate in hertz.
    S : float array (..., n_mels, n_frames)
        A mel spectrogram *in decibels*, to take the coefficients of.
    n_mfcc : int, optional
        How many coefficients are kept, from c0 on; 20, or the preset's number.
    dct_type, norm : as for :func:`dct`
    lifter : float, optional
        0 for none, else the L of ``1 + L/2 · sin(π(k + 1) / L)``, librosa's weights. HTK's have k for k + 1:
        see :func:`lifter`. If not given, 0 or the preset's.
    mel_norm : as ``norm`` of :func:`dspkit.mel_filterbank`
    preset : {"librosa", "torchaudio", "htk", "kaldi"} or Preset, optional
        Follow all conventions of that library. Further settings are then those of
        :class:`dspkit.presets.Preset`, in place of ``dct_type``, ``norm`` and ``mel_norm``.
    **settings
        The other settings of :func:`dspkit.melspectrogram` (with ``preset``: of the preset).

    Returns
    -------
    float array (..., n_mfcc, n_frames), of the dtype of y
        c0 first, also for HTK, which writes it last.

    Notes
    -----
    Without a preset, parameters and values are those of ``librosa.feature.mfcc``: the decibels are cut off 80 dB
    below the loudest value of all that came in.

    Examples
    --------
    >>> import numpy as np
    >>> y = np.random.default_rng(0).standard_normal(8000)
    >>> mfcc(y, sr=8000, n_mfcc=13, n_fft=256, hop_length=80, n_mels=24).shape
    (13, 101)
    >>> mfcc(y, sr=8000, preset="kaldi").shape
    (13, 98)

    """
    if (y is None) == (S is None):
        raise ParameterError(f"{'Neither' if y is None else 'Both'} y and S came; expected samples y or mel bands S.")
    if S is None and sr is None:
        raise ParameterError("sr is missing; expected the sample rate of y in hertz.")
    rate = 1.0 if sr is None else sr  # of no use to S
    if preset is not None:
        if S is not None or (dct_type, norm, mel_norm) != (2, "ortho", "slaney"):
            raise ParameterError(
                "A preset works on samples y, and has a norm and a dct_norm of its own; change them with "
                "preset=dspkit.presets.get(name, norm=…)."
            )
        given = {"n_mfcc": n_mfcc, "lifter": lifter}
        settings.update({name: value for name, value in given.items() if value is not None})
        return _mfcc_of(y, rate, get(preset, **settings))
    if S is None:
        S = power_to_db(melspectrogram(y, sr=rate, norm=mel_norm, **settings))
    elif settings:
        raise ParameterError(f"{', '.join(settings)}: of no use with S, which is a mel spectrogram already.")
    return _cepstra(_bands(S), 20 if n_mfcc is None else n_mfcc, dct_type, norm, lifter or 0, 1)


def _mfcc_of(y: Array, sr: float, p: Preset) -> Array:
    """The coefficients that a preset describes."""
    if p.n_mfcc is None:
        raise ParameterError(f"The preset {p.name!r} has no MFCCs: {p.name} uses the mel bands. Give n_mfcc for some.")
    E, energy = _energies(y, sr, p)
    C = _cepstra(_logarithm(E, p, p.mfcc_top), p.n_mfcc, 2, "ortho", p.lifter, p.lifter_first)
    xp, c0 = namespace(C), C[..., :1, :]
    if p.dct_norm == "htk":  # √(2/n) for c0 too, where the orthogonal transform has √(1/n)
        c0 = c0 * math.sqrt(2.0)
    if energy is not None and p.c0 == "energy":
        c0 = _logarithm(energy[..., None, :], p, None)
    return xp.concat([c0, C[..., 1:, :]], axis=-2)


def _cepstra(S: Array, n_mfcc: int, dct_type: int, norm: str | None, L: float, first: int) -> Array:
    """Cosine transform over the bands, the first coefficients kept, lifter."""
    n_mfcc = positive_int(n_mfcc, "n_mfcc")
    if n_mfcc > S.shape[-2]:
        raise ParameterError(f"n_mfcc={n_mfcc} is more than there are mel bands, {S.shape[-2]}; take more n_mels.")
    C = dct(S, type=dct_type, norm=norm, axis=-2)[..., :n_mfcc, :]
    return lifter(C, L, first=first)


def lifter(C: Array, L: float = 22, *, first: int = 0, axis: int = -2) -> Array:
    r"""Weights on cepstral coefficients that bring the high ones, small by nature, to the size of the low.

    .. math:: C[k] · \left(1 + \frac{L}{2} \sin\frac{π(k + first)}{L}\right)

    Parameters
    ----------
    C : float array (..., n_coefficients, n_frames), c0 first
    L : float
        The lifter's parameter: the weight is largest at k = L/2. 0 changes nothing.
    first : {0, 1}
        What c0 counts as. 0: its weight is 1 (HTK, Kaldi); 1: it counts as 1, and each coefficient has the
        weight that the next one has in HTK (librosa).
    axis : int
        Along which the coefficients lie.

    Examples
    --------
    >>> import numpy as np
    >>> lifter(np.ones((4, 1)))[:, 0].round(3)
    array([1.   , 2.565, 4.099, 5.57 ])
    >>> lifter(np.ones((4, 1)), first=1)[:, 0].round(3)
    array([2.565, 4.099, 5.57 , 6.947])

    """
    C, xp = _real(C, "C")
    axis = axis_index(axis, C.ndim)
    L = positive_number(L, "L", zero=True)
    if first not in (0, 1):
        raise ParameterError(f"first={first!r}; expected 0 (HTK, Kaldi) or 1 (librosa).")
    if L == 0:
        return C
    k = np.arange(C.shape[axis]) + first
    weights = like((1.0 + L / 2.0 * np.sin(math.pi * k / L)).astype(dtype_name(C)), C)
    return C * xp.reshape(weights, (-1, *[1] * (-axis - 1)))


# --- How they change. ---------------------------------------------------------------------------------------------


def delta(
    data: Array, *, width: int = 9, order: int = 1, axis: int = -1, mode: str = "interp", method: str = "savgol"
) -> Array:
    r"""How fast ``data`` changes from frame to frame: the slope of a curve fitted to ``width`` frames.

    .. math:: d[t] = Σ_{θ=1}^{Θ} θ·(c[t+θ] - c[t-θ]) \;/\; 2 Σ_{θ=1}^{Θ} θ², \qquad width = 2Θ + 1

    for a first order: the slope of the straight line nearest to the frames.

    Parameters
    ----------
    data : float array, frames along ``axis``
    width : int
        Frames that are looked at, odd, at least 3. librosa's default is 9, HTK's 5 (Θ = 2).
    order : int
        1 for the slope, 2 for the curvature.
    axis : int
    mode : {"interp", "nearest"}
        At the ends: "interp" continues the curve fitted to the first (last) ``width`` frames; "nearest" repeats
        the first (last) frame, as HTK does. Only for ``method="savgol"``.
    method : {"savgol", "regression"}
        "savgol": the ``order``-th derivative of a polynomial of that degree (librosa). "regression": the slope
        of the slope, with the ends repeated each time (HTK). Both agree for order 1, away from the ends.

    Returns
    -------
    float array, of the shape and dtype of data

    Examples
    --------
    >>> import numpy as np
    >>> ramp = 3.0 * np.arange(7)
    >>> delta(ramp, width=5).round(12)
    array([3., 3., 3., 3., 3., 3., 3.])
    >>> delta(ramp, width=5, method="regression").round(12)
    array([1.5, 2.4, 3. , 3. , 3. , 2.4, 1.5])

    """
    data, xp = _real(data, "data")
    axis = axis_index(axis, data.ndim)
    width = positive_int(width, "width", minimum=3, unit="frames")
    order = positive_int(order, "order")
    one_of(method, ["savgol", "regression"], "method")
    one_of(mode, ["interp", "nearest"], "mode")
    n = data.shape[axis]
    if width % 2 == 0:
        raise ParameterError(f"width={width} is even; expected an odd number of frames, with one in the middle.")
    x, half = xp.moveaxis(data, axis, -1), width // 2
    if method == "regression":
        for _ in range(order):
            x = _slid(_repeated(x, half), _fit(width, 1))
        return xp.moveaxis(x, -1, axis)
    if order >= width:
        raise ParameterError(f"order={order} needs more frames than width={width}: take width={order + 1 + order % 2}.")
    if mode == "nearest":
        return xp.moveaxis(_slid(_repeated(x, half), _fit(width, order)), -1, axis)
    if n < width:
        raise ParameterError(
            f"data has {n} frames, fewer than width={width}; take a smaller width, or mode='nearest', which repeats "
            f"the ends."
        )
    # The derivative of that order is the same everywhere on one polynomial: the first one's holds from the first frame.
    return xp.moveaxis(_repeated(_slid(x, _fit(width, order)), half), -1, axis)


def _fit(width: int, order: int) -> np.ndarray:
    """The weights of ``width`` frames that give the derivative of that order of the polynomial fitted to them."""
    t = np.arange(width) - width // 2.0
    powers = t[:, None] ** np.arange(order + 1)  # the polynomial's values are powers @ coefficients
    return math.factorial(order) * np.linalg.pinv(powers)[order]  # least squares; t^p derived p times is p!


def _slid(x: Array, weights: np.ndarray) -> Array:
    """``Σ_i weights[i] · x[t + i]`` for every t for which there are all frames."""
    n = x.shape[-1] - len(weights) + 1
    total = zeros(x, (*x.shape[:-1], n))
    for i, weight in enumerate(weights.tolist()):
        total = total + weight * x[..., i : i + n]
    return total


def _repeated(x: Array, pad: int) -> Array:
    """``x`` with its first and last frame repeated ``pad`` times."""
    xp = namespace(x)
    return xp.concat([x[..., :1]] * pad + [x] + [x[..., -1:]] * pad, axis=-1)


# --- Checks of the arguments. -------------------------------------------------------------------------------------


def _kind(type: Any, norm: Any) -> tuple[int, str]:
    """``type`` and ``norm``, checked; None is "backward"."""
    if type not in _INVERSE_TYPE:
        raise ParameterError(f"type={type!r} is not known; expected 1, 2, 3 or 4. Type 2 is the usual DCT.")
    return type, one_of("backward" if norm is None else norm, _NORMS, "norm")


def _real(x: Any, name: str) -> tuple[Array, Any]:
    """``x`` as real, finite numbers with at least one axis, and its namespace."""
    x, xp = as_numbers(x, name=name)
    if is_complex(x):
        raise SampleTypeError(f"{name} is complex; expected real numbers.")
    if x.ndim == 0:
        raise ParameterError(f"{name} is a single number; expected an array.")
    if 0 in x.shape:
        raise ParameterError(f"{name} is empty: shape {tuple(x.shape)}.")
    check_finite(x, name=name)
    return x, xp


def _bands(S: Any) -> Array:
    S, _ = _real(S, "S")
    if S.ndim < 2:
        raise ParameterError(f"S has shape {tuple(S.shape)}; expected (..., n_mels, n_frames), in decibels.")
    return S
