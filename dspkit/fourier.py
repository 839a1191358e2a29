"""The discrete Fourier transform, from its definition.

Lesson: ``notebooks/05_fourier.ipynb``. The forms here are the ones a textbook writes down: a sum, or a
matrix times a vector, N² multiplications. The fast forms, with the same results, are in
:mod:`dspkit.fast_fourier`.

Sources: A. V. Oppenheim and R. W. Schafer, *Discrete-Time Signal Processing*, 3rd ed., chapters 5 and 8;
G. Goertzel, "An algorithm for the evaluation of finite trigonometric series", *American Mathematical
Monthly* 65 (1958), 34–35.
"""

from __future__ import annotations

import math
from typing import Any

from ._arrays import Array, arange, as_numbers, complex_dtype, is_complex, like, namespace
from ._validate import axis_index, one_of, positive_int, positive_number
from .errors import ParameterError

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

    A phasor that has turned k·m/n times stands where it stands after the fraction of a turn alone. Taking
    k·m modulo n in whole numbers *before* multiplying by 2π keeps that exact; without, the angle grows to
    2π·n and its rounding error with it (1e-12 at n = 1000).
    """
    turns = (k[:, None] * arange(k, n)[None, :]) % n
    return _expj(turns, -2.0 * math.pi / n)


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
        If ``x`` is empty along ``axis``, or ``norm`` is unknown.

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
    x, xp = as_numbers(x, name="X" if inverse else "x")
    n = _length(x, axis)
    factor = scale(n, norm, inverse=inverse)
    W = _phasors(arange(x, n), n)
    if inverse:
        W = xp.conj(W)
    W = xp.astype(factor * W, complex_dtype(x))
    x = xp.moveaxis(xp.astype(x, complex_dtype(x)), axis, -1)
    return xp.moveaxis(x @ W, -1, axis)  # W is symmetric: x @ W is W @ x for a row x


def _length(x: Array, axis: int) -> int:
    """The length of ``x`` along ``axis``, which must be there and not be 0."""
    if x.ndim == 0:
        raise ParameterError("x is a single number; expected at least one axis, such as x = [1.0, 2.0, 3.0].")
    axis = axis_index(axis, x.ndim)
    n = x.shape[axis]
    if n == 0:
        raise ParameterError(
            f"x of shape {tuple(x.shape)} is empty along axis {axis}; the DFT of nothing is not defined."
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
    dtype = complex_dtype(x)
    omega = like(omega, x, dtype=xp.float64)
    m = xp.astype(arange(x, n), xp.float64)
    E = xp.astype(_expj(m[:, None] * xp.reshape(omega, (1, -1)), -1.0), dtype)
    X = xp.astype(x, dtype) @ E
    return X[..., 0] if omega.ndim == 0 else X


def goertzel(x: Array, freq: float, sr: float) -> Array:
    r"""One value of the Fourier transform, at ``freq`` hertz, by Goertzel's recursion.

    One real multiplication a sample, where the sum of the definition takes a complex one: the way to ask for
    a single frequency (a telephone key, a tuning note). The frequency need not be that of a bin.

    .. math:: s[m] = x[m] + 2·cos ω·s[m-1] - s[m-2], \qquad X(ω) = e^{-jω(N-1)}·(s[N-1] - e^{-jω}·s[N-2])

    Parameters
    ----------
    x : real array (..., n)
        Samples, time last.
    freq, sr : float
        Frequency and sample rate in hertz, with 0 ≤ freq ≤ sr/2.

    Returns
    -------
    complex array (...), equal to ``dtft(x, 2π·freq/sr)``. The recursion runs in double precision, since its
    rounding error grows with n, and most where freq is near 0 or sr/2.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.cos(2 * np.pi * 1000 * np.arange(80) / 8000)
    >>> print(f"{abs(goertzel(x, 1000, 8000)):.6f}")
    40.000000

    """
    x, xp = as_numbers(x)
    if is_complex(x):
        raise ParameterError("x is complex; Goertzel's recursion here is for real samples. Use dtft(x, omega).")
    n = _length(x, -1)
    sr = positive_number(sr, "sr", unit="hertz")
    freq = positive_number(freq, "freq", unit="hertz", zero=True)
    if freq > sr / 2:
        raise ParameterError(f"freq={freq:g} Hz is above half the sample rate, {sr / 2:g} Hz: it cannot be in x.")
    omega = 2.0 * math.pi * freq / sr
    coefficient = 2.0 * math.cos(omega)
    x64 = xp.astype(x, xp.float64)
    s1 = s2 = 0.0 * x64[..., 0]
    for m in range(n):
        s1, s2 = x64[..., m] + coefficient * s1 - s2, s1
    turn = complex(math.cos(omega), -math.sin(omega))
    last = complex(math.cos(omega * (n - 1)), -math.sin(omega * (n - 1)))
    s1, s2 = xp.astype(s1, xp.complex128), xp.astype(s2, xp.complex128)
    return xp.astype(last * (s1 - turn * s2), complex_dtype(x))


def fft_frequencies(*, sr: float, n_fft: int, xp: Any = None) -> Array:
    """The frequencies in hertz of the bins of a real transform: ``k * sr / n_fft`` for k = 0 … n_fft // 2.

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
    return xp.astype(xp.arange(1 + n_fft // 2), xp.float64) * (sr / n_fft)
