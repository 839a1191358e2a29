"""The discrete Fourier transform, from its definition.

Lesson: ``notebooks/05_fourier.ipynb``. The forms here are the ones a textbook writes down: a sum, or a
matrix times a vector, N² multiplications. The fast forms, with the same results, are in
:mod:`dspkit.fast_fourier`.

Sources: A. V. Oppenheim and R. W. Schafer, *Discrete-Time Signal Processing*, 3rd ed., chapters 5 and 8;
G. Goertzel, "An algorithm for the evaluation of finite trigonometric series", *American Mathematical
Monthly* 65 (1958), 34–35.
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable
from typing import Any

from ._arrays import (
    Array,
    arange,
    as_numbers,
    as_samples,
    check_finite,
    complex_dtype,
    is_complex,
    like,
    namespace,
    zeros,
)
from ._validate import axis_index, one_of, positive_int, positive_number
from .errors import ParameterError, SampleTypeError

__all__ = ["dft", "dft_matrix", "dtft", "fft_frequencies", "goertzel", "idft"]

NORMS = ("backward", "ortho", "forward")


def dft_matrix(n: int, *, xp: Any = None) -> Array:
    """The matrix of the DFT: row k is the winding phasor that bin k compares the signal with.

    .. math:: W[k, m] = e^{-2πj·k·m/n}

    Parameters
    ----------
    n : int
        Length of the transform, in samples.
    xp : array namespace, optional
        Where the matrix is wanted: ``numpy`` (the default) or ``cupy``.

    Returns
    -------
    complex128 array (n, n)
        ``dft_matrix(n) @ x`` is the DFT of ``x``. The matrix is symmetric, and its inverse is its
        conjugate over n.

    Examples
    --------
    >>> dft_matrix(4).round(12) + 0
    array([[ 1.+0.j,  1.+0.j,  1.+0.j,  1.+0.j],
           [ 1.+0.j,  0.-1.j, -1.+0.j,  0.+1.j],
           [ 1.+0.j, -1.+0.j,  1.+0.j, -1.+0.j],
           [ 1.+0.j,  0.+1.j, -1.+0.j,  0.-1.j]])

    """
    n = positive_int(n, "n", unit="samples")
    if xp is None:
        import numpy as xp
    return _phasors(xp.arange(n), n)


def _phasors(k: Array, n: int) -> Array:
    """``exp(-2πj k m / n)`` for bins ``k`` (K,) and m = 0 … n − 1: (K, n), complex128.

    A phasor that has turned k·m/n times stands where the fraction of a turn alone would have brought it, so
    there are only n places to stand: the n-th roots of one. Taking k·m modulo n in whole numbers *before*
    multiplying by 2π is exact; without it the angle grows up to 2π·n, and its rounding error with it (about
    1e-12 at n = 1000).
    """
    xp = namespace(k)
    m = arange(k, n)
    roots = _expj(m, -2.0 * math.pi / n)
    places = (k[:, None] * m[None, :]) % n
    return xp.reshape(xp.take(roots, xp.reshape(places, (-1,))), places.shape)


def _expj(x: Array, factor: float) -> Array:
    """``exp(1j * factor * x)`` in double precision."""
    xp = namespace(x)
    angle = factor * xp.astype(x, xp.float64)
    return xp.astype(xp.cos(angle), xp.complex128) + 1j * xp.astype(xp.sin(angle), xp.complex128)


def scale(n: int, norm: str, *, inverse: bool) -> float:
    """The factor that ``norm`` puts on a transform of length n: 1, 1/√n or 1/n."""
    one_of(norm, NORMS, "norm")
    if norm == "ortho":
        return 1.0 / math.sqrt(n)
    return 1.0 / n if (norm == "backward") == inverse else 1.0


def dft(x: Array, *, axis: int = -1, norm: str = "backward") -> Array:
    """The discrete Fourier transform, by its definition: N² multiplications.

    .. math:: X[k] = Σ_{m=0}^{N-1} x[m] · e^{-2πj·k·m/N}

    Parameters
    ----------
    x : array, real or complex, or a list of numbers
        Any length, any number of dimensions.
    axis : int
        The axis that is time; it becomes the axis of the bins.
    norm : {"backward", "ortho", "forward"}
        Where the factor 1/N stands, as in NumPy: on the inverse, as 1/√N on both, on the forward transform.

    Returns
    -------
    complex array of the shape of x: complex64 for float32 and complex64 input, else complex128.
        Bin k lies at k/N of the sample rate. For real input, bin N − k is the conjugate of bin k.

    Raises
    ------
    ParameterError
        If ``x`` is empty along ``axis`` or holds NaN or infinity (one of them would spoil every bin), or if
        ``norm`` is unknown.

    Notes
    -----
    For long signals use :func:`dspkit.fft`: the same values in N·log N steps. This one needs seconds
    for N = 10 000.

    Examples
    --------
    >>> dft([1.0, 2.0, 3.0, 4.0]).round(12) + 0
    array([10.+0.j, -2.+2.j, -2.+0.j, -2.-2.j])

    """
    return _transform(x, axis, norm, inverse=False)


def idft(X: Array, *, axis: int = -1, norm: str = "backward") -> Array:
    """The inverse discrete Fourier transform, by its definition.

    .. math:: x[m] = (1/N) Σ_{k=0}^{N-1} X[k] · e^{+2πj·k·m/N}

    Parameters and result are as for :func:`dft`; the result is complex, also where its imaginary part is
    zero up to rounding (take ``.real`` when the signal is known to be real).

    Examples
    --------
    >>> idft(dft([1.0, 2.0, 3.0])).real.round(12)
    array([1., 2., 3.])

    """
    return _transform(X, axis, norm, inverse=True)


def _transform(x: Array, axis: int, norm: str, *, inverse: bool) -> Array:
    name = "X" if inverse else "x"
    x, xp = as_numbers(x, name=name)
    n = _length(x, axis, name)
    check_finite(x, name=name)

    def waves(first: int, last: int) -> Array:
        W = _phasors(arange(x, last, start=first), n)
        return xp.conj(W) if inverse else W

    X = scale(n, norm, inverse=inverse) * _compare(xp.moveaxis(x, axis, -1), waves, n)
    return xp.moveaxis(X, -1, axis)


# All phasors of a long transform do not fit into memory (one second at 44.1 kHz: 31 GB), so they are made and
# used some rows, this many phasors (4 MB), at a time.
_PHASORS_AT_A_TIME = 1 << 18


def _compare(x: Array, waves: Callable[[int, int], Array], count: int) -> Array:
    """The sums Σ_m W[k, m]·x[m] for k = 0 … count − 1: (..., n) → (..., count).

    ``waves(first, last)`` gives rows first … last − 1 of W, shape (last − first, n).
    """
    xp = namespace(x)
    dtype = complex_dtype(x)
    x = xp.astype(x, dtype)
    step = max(1, _PHASORS_AT_A_TIME // x.shape[-1])
    parts = []
    for first in range(0, count, step):
        W = xp.astype(waves(first, min(first + step, count)), dtype, copy=False)
        parts.append(x @ xp.matrix_transpose(W))
    return xp.concat(parts, axis=-1)


def _length(x: Array, axis: int, name: str = "x") -> int:
    """The length of ``x`` along ``axis``, which must be there and not be 0."""
    if x.ndim == 0:
        raise ParameterError(
            f"{name} is a single number; expected at least one axis, such as {name} = [1.0, 2.0, 3.0]."
        )
    axis = axis_index(axis, x.ndim)
    n = x.shape[axis]
    if n == 0:
        raise ParameterError(
            f"{name} of shape {tuple(x.shape)} is empty along axis {axis}; the DFT of nothing is not defined."
        )
    return n


def dtft(x: Array, omega: Array) -> Array:
    """The discrete-time Fourier transform at any angular frequencies: the curve on which the DFT's bins lie.

    .. math:: X(ω) = Σ_m x[m] · e^{-jωm}

    Parameters
    ----------
    x : array (..., n), real or complex
        Samples, time last; the signal is taken to be zero outside.
    omega : float or real array (k,)
        Angular frequencies in radians per sample; 2π·f/sr for f in hertz.

    Returns
    -------
    complex array (..., k), or (...) for a single frequency; complex64 for 32-bit input

    Raises
    ------
    ParameterError
        If ``x`` is empty, or ``x`` or ``omega`` hold NaN or infinity, or ``omega`` has two axes or more.
    SampleTypeError
        If ``omega`` is complex.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.array([1.0, 2.0, 3.0, 4.0])
    >>> bins = 2 * np.pi * np.arange(4) / 4
    >>> bool(np.allclose(dtft(x, bins), dft(x)))
    True

    """
    x, xp = as_numbers(x)
    n = _length(x, -1)
    check_finite(x, name="x")
    omega, _ = as_numbers(omega, name="omega")
    if is_complex(omega):
        raise SampleTypeError("omega is complex; expected real angular frequencies, in radians per sample.")
    if omega.ndim > 1:
        raise ParameterError(f"omega has shape {tuple(omega.shape)}; expected one number or one axis, shape (k,).")
    check_finite(omega, name="omega")
    rows = xp.reshape(like(omega, x, dtype=xp.float64), (-1, 1))
    m = xp.astype(arange(x, n), xp.float64)
    X = _compare(x, lambda first, last: _expj(rows[first:last, :] * m[None, :], -1.0), rows.shape[0])
    return X[..., 0] if omega.ndim == 0 else X


def goertzel(x: Array, freq: float, sr: float) -> Array:
    r"""One value of the Fourier transform, at ``freq`` hertz, by Goertzel's recursion.

    One real multiplication a sample, where the sum of the definition takes a complex one: the way to ask for
    a single frequency (a telephone key, a tuning note). The frequency need not be that of a bin.

    .. math:: s[m] = x[m] + 2·cos ω·s[m-1] - s[m-2], \qquad X(ω) = e^{-jω(N-1)}·(s[N-1] - e^{-jω}·s[N-2])

    Parameters
    ----------
    x : float array (..., n)
        Samples, time last. Integers are refused, as everywhere where sound is asked for.
    freq, sr : float
        Frequency and sample rate in hertz, with 0 ≤ freq ≤ sr/2.

    Returns
    -------
    complex array (...), equal to ``dtft(x, 2π·freq/sr)``
        complex64 for float32 samples. The recursion itself runs in double precision, since its rounding error
        grows with n, and most where freq is near 0 or sr/2.

    Raises
    ------
    SampleTypeError
        If ``x`` holds integers or complex numbers.
    ParameterError
        If ``x`` is empty or holds NaN or infinity, or ``freq`` is negative or above sr/2.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.cos(2 * np.pi * 1000 * np.arange(80) / 8000)
    >>> print(f"{abs(goertzel(x, 1000, 8000)):.6f}")
    40.000000

    """
    if hasattr(x, "dtype") and is_complex(x):
        raise SampleTypeError("x is complex; Goertzel's recursion here is for real samples. Use dtft(x, omega).")
    x, _ = as_samples(x, name="x")
    check_finite(x, name="x")
    sr = positive_number(sr, "sr", unit="hertz")
    freq = positive_number(freq, "freq", unit="hertz", zero=True)
    if freq > sr / 2:
        raise ParameterError(f"freq={freq:g} Hz is above half the sample rate, {sr / 2:g} Hz: it cannot be in x.")
    return _goertzel(x, 2.0 * math.pi * freq / sr)


def _goertzel(x: Array, omega: float) -> Array:
    xp = namespace(x)
    n = x.shape[-1]
    x64 = xp.astype(x, xp.float64)
    s1 = s2 = zeros(x64, x64.shape[:-1])  # s[m − 1] and s[m − 2]
    for m in range(n):
        s1, s2 = x64[..., m] + 2.0 * math.cos(omega) * s1 - s2, s1
    # Σ_m e^{jω(N−1−m)}·x[m], the sum with its phase counted from the last sample, then from the first
    from_last = xp.astype(s1, xp.complex128) - cmath.exp(-1j * omega) * xp.astype(s2, xp.complex128)
    return xp.astype(cmath.exp(-1j * omega * (n - 1)) * from_last, complex_dtype(x))


def fft_frequencies(sr: float, n_fft: int, *, xp: Any = None) -> Array:
    """The frequencies in hertz of the bins of a real transform: ``k * sr / n_fft`` for k = 0 … n_fft // 2.

    Parameters
    ----------
    sr : float
        Sample rate in hertz.
    n_fft : int
        Length of the transform, in samples.
    xp : array namespace, optional
        Where the frequencies are wanted: ``numpy`` (the default) or ``cupy``.

    Returns
    -------
    float64 array (1 + n_fft // 2,)
        The last is sr/2 (the Nyquist frequency) for an even ``n_fft`` only.

    Examples
    --------
    >>> fft_frequencies(sr=8000, n_fft=8)
    array([   0., 1000., 2000., 3000., 4000.])

    """
    sr = positive_number(sr, "sr", unit="hertz")
    n_fft = positive_int(n_fft, "n_fft", unit="samples")
    if xp is None:
        import numpy as xp
    k = xp.arange(1 + n_fft // 2)
    xp = namespace(k)
    return xp.astype(k, xp.float64) * (sr / n_fft)
