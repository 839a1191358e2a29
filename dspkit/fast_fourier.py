"""The fast Fourier transform: the DFT's numbers with N·log N operations, for any length N.

Lesson: ``notebooks/06_fast_fourier.ipynb``. First the two textbook forms for powers of two, which are there to be
read (:func:`fft_recursive`, :func:`fft_in_place`); below them what :func:`fft`, :func:`ifft`, :func:`rfft` and
:func:`irfft` run on: mixed radix for lengths with small prime factors, Bluestein's chirp for all others, and the
half-length trick for real input. They take NumPy, CuPy and other array-API arrays, and compute in the precision
of their input.

Sources: J. W. Cooley and J. W. Tukey, "An algorithm for the machine calculation of complex Fourier series",
*Mathematics of Computation* 19 (1965), 297–301; L. I. Bluestein, "A linear filtering approach to the computation
of discrete Fourier transform", *IEEE Trans. Audio Electroacoust.* 18 (1970), 451–455; C. Van Loan, *Computational
Frameworks for the Fast Fourier Transform* (1992): the self-sorting form is its section 1.7; H. V. Sorensen et al.,
"Real-valued fast Fourier transform algorithms", *IEEE Trans. ASSP* 35 (1987), 849–863.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import lru_cache
from types import ModuleType
from typing import Any

import array_api_compat as compat
import numpy as np

from ._arrays import Array, as_numbers, complex_dtype, dtype_name, is_complex, is_numpy, like, namespace, zeros
from ._validate import axis_index, positive_int
from .errors import ParameterError, SampleTypeError
from .fourier import scale

__all__ = [
    "Operations", "bit_reversal", "dft_operations", "fft", "fft_bluestein", "fft_in_place", "fft_recursive", "ifft",
    "irfft", "operation_count", "prime_factors", "rfft", "roots_of_unity",
]  # fmt: skip

# A prime factor above this goes to Bluestein. By counting, the chirp is ahead from about p = 30 on; by the clock, a
# product with a small matrix wins for longer, up to the size (64 × 64) at which BLAS wakes its threads.
LARGEST_RADIX_PRIME = 61
# Prime factors are joined into radices up to this: fewer stages, each a product with a matrix that fits a cache.
LARGEST_RADIX = 32
# So many multiplications in a product with a matrix leave OpenBLAS on one thread; from 2^16 on it takes two or more.
QUIET_PRODUCT = 60_000


# ------------------------------------------------------------------------------------------ the textbook's forms


def roots_of_unity(k: Any, n: int) -> np.ndarray:
    """The phasors ``exp(-2πj·k/n)`` for whole numbers ``k``, as exact as double precision holds them.

    The quarter turns are taken out in whole numbers first. What is left for the cosine and the sine is an angle
    of at most π/4, so that 1, −j, −1 and j come out exactly, and no digit is lost for large ``k``.

    Parameters
    ----------
    k : int or array of int
    n : int
        Steps in a whole turn.

    Returns
    -------
    complex128 array of the shape of k (NumPy)

    Examples
    --------
    >>> roots_of_unity([0, 1, 2, 3], 4) + 0
    array([ 1.+0.j,  0.-1.j, -1.+0.j,  0.+1.j])

    """
    n = positive_int(n, "n")
    if n >= 2**61:
        raise ParameterError(f"{n=} is too large; expected less than 2^61 steps in a turn.")
    k = np.asarray(k)
    if k.dtype.kind not in "iu":
        raise SampleTypeError(f"k has dtype {k.dtype}; expected whole numbers: k counts steps of 1/n of a turn.")
    # In 64 bits with a sign: the turns of 4k would not fit into int8, and uint64 would make floats of them.
    k = (k % np.uint64(n) if k.dtype == np.uint64 else k.astype(np.int64) % n).astype(np.int64)
    quarter = (4 * k + n // 2) // n  # the nearest quarter turn …
    rest = 4 * k - quarter * n  # … and what is left, in steps of 1/(4n) of a turn
    return np.array([1, -1j, -1, 1j])[quarter % 4] * np.exp(-0.5j * np.pi * rest / n)


def fft_recursive(x: Array) -> Array:
    r"""The FFT as Cooley and Tukey's idea reads: two half-length FFTs and one line to join them.

    .. math:: X[k] = E[k] + W^k·O[k], \qquad X[k + N/2] = E[k] - W^k·O[k], \qquad W = e^{-2πj/N}

    E and O are the transforms of the samples with even and with odd numbers.

    Parameters
    ----------
    x : array (..., n), real or complex
        n is a power of two, time last.

    Returns
    -------
    complex array (..., n); complex64 for float32 and complex64 input

    Raises
    ------
    ParameterError
        If n is not a power of two: an odd length has no two equal halves (:func:`fft` takes any length).

    Examples
    --------
    >>> fft_recursive([1.0, 2.0, 3.0, 4.0]) + 0
    array([10.+0.j, -2.+2.j, -2.+0.j, -2.-2.j])

    """
    x, xp = as_numbers(x)
    _power_of_two(x.shape[-1] if x.ndim else 0)
    return _recursive(xp.astype(x, complex_dtype(x)), xp)


def _recursive(x: Array, xp: ModuleType) -> Array:
    n = x.shape[-1]
    if n == 1:
        return x
    E = _recursive(x[..., 0::2], xp)
    O = _recursive(x[..., 1::2], xp)
    T = _twiddles(n, x) * O
    return xp.concat([E + T, E - T], axis=-1)


def _twiddles(n: int, x: Array) -> Array:
    """W^k for k = 0 … n/2 − 1: how far each bin of the odd half has to be turned."""
    return like(roots_of_unity(np.arange(n // 2), n), x, dtype=x.dtype)


def bit_reversal(n: int) -> np.ndarray:
    """The order in which the recursion arrives at its samples: every index with its binary digits reversed.

    Parameters
    ----------
    n : int
        A power of two.

    Returns
    -------
    int64 array (n,) (NumPy)
        ``x[bit_reversal(n)]`` is even before odd at every level. Doing it twice undoes it.

    Examples
    --------
    >>> bit_reversal(8)
    array([0, 4, 2, 6, 1, 5, 3, 7])

    """
    _power_of_two(positive_int(n, "n"))
    order = np.zeros(1, dtype=np.int64)
    while len(order) < n:
        order = np.concatenate([2 * order, 2 * order + 1])  # a new lowest digit is the old order's highest
    return order


def fft_in_place(x: Array) -> Array:
    """The radix-2 FFT without recursion and without a second array: ``x`` itself becomes the spectrum.

    First the samples are put in bit-reversed order; then log2(n) stages of butterflies join spectra of length
    1, 2, 4 … pair by pair, each pair in its own two places. A step of the loop does all butterflies that share a
    twiddle: n − 1 steps in all.

    Parameters
    ----------
    x : complex64 or complex128 array (..., n)
        n is a power of two. The samples are overwritten.

    Returns
    -------
    x, the same array

    Examples
    --------
    >>> import numpy as np
    >>> x = np.array([1.0, 2.0, 3.0, 4.0]) + 0j
    >>> fft_in_place(x) is x
    True
    >>> x + 0
    array([10.+0.j, -2.+2.j, -2.+0.j, -2.-2.j])

    """
    if not compat.is_array_api_obj(x) or not is_complex(x):
        raise SampleTypeError("x is not a complex array, so the spectrum cannot take its place. Use x + 0j, or fft(x).")
    xp = namespace(x)
    n = _power_of_two(x.shape[-1] if x.ndim else 0)
    x[...] = xp.take(x, like(bit_reversal(n), x), axis=-1)
    half = 1
    while half < n:
        for k, W in enumerate(roots_of_unity(np.arange(half), 2 * half)):
            upper, lower = np.s_[..., k :: 2 * half], np.s_[..., k + half :: 2 * half]
            E, T = x[upper], complex(W) * x[lower]
            x[lower] = E - T  # this line first: E is a view, the samples themselves
            x[upper] = E + T
        half *= 2
    return x


def _power_of_two(n: int) -> int:
    if n < 1:
        raise ParameterError("x is empty (or a single number); the transform of nothing is not defined.")
    if n & (n - 1):
        factors = prime_factors(n)
        why = f"{n} is prime" if len(factors) == 1 else f"{n} = {'·'.join(str(p) for p in factors)}"
        raise ParameterError(
            f"n={n} is not a power of two ({why}), so it cannot be halved down to 1. fft(x) takes any length; "
            f"zero-padding to {1 << n.bit_length()} would give other frequencies."
        )
    return n


# ----------------------------------------------------------------------------------------------- the public four


def fft(x: Array, n: int | None = None, axis: int = -1, norm: str = "backward") -> Array:
    """The discrete Fourier transform, fast, for any length: the numbers of :func:`~dspkit.fourier.dft`.

    Parameters
    ----------
    x : array, real or complex, or a list of numbers
    n : int, optional
        Length of the transform: ``x`` is cut, or padded with zeros at its end. By default the length of ``x``.
    axis : int
        The axis that is time; it becomes the axis of the bins.
    norm : {"backward", "ortho", "forward"}
        Where the factor 1/n stands: on the inverse, as 1/√n on both, on the forward transform.

    Returns
    -------
    complex array of the shape of x, with n along ``axis``: complex64 for 32-bit input, else complex128.
        The relative error is below 1e-14 in double and 1e-6 in single precision, at any length up to 2^20.

    Raises
    ------
    ParameterError
        If ``x`` is empty along ``axis``, ``n`` is below 1, or ``norm`` is unknown.

    Examples
    --------
    >>> fft([1.0, 2.0, 3.0, 4.0]) + 0
    array([10.+0.j, -2.+2.j, -2.+0.j, -2.-2.j])
    >>> fft([1.0, 1.0, 1.0]).round(12) + 0
    array([3.+0.j, 0.+0.j, 0.+0.j])

    """
    x, n = _rows(x, n, axis, name="x")
    factor = scale(n, norm, inverse=False)
    return _scaled(_transform(namespace(x).astype(x, complex_dtype(x))), factor, axis)


def ifft(X: Array, n: int | None = None, axis: int = -1, norm: str = "backward") -> Array:
    """The inverse of :func:`fft`; parameters as there.

    A transform that winds the other way is the conjugate of the transform of the conjugate.

    Examples
    --------
    >>> ifft(fft([1.0, 2.0, 3.0])).real.round(12)
    array([1., 2., 3.])

    """
    X, n = _rows(X, n, axis, name="X")
    factor = scale(n, norm, inverse=True)
    return _scaled(_inverse(namespace(X).astype(X, complex_dtype(X))), factor, axis)


def rfft(x: Array, n: int | None = None, axis: int = -1, norm: str = "backward") -> Array:
    """The transform of real samples: bins 0 … n // 2 only, for half the work.

    The other bins are the conjugates of these. For even n the samples are taken in pairs as n/2 complex numbers,
    transformed once, and the two spectra inside are taken apart.

    Parameters and errors are as for :func:`fft`; a complex ``x`` raises SampleTypeError.

    Returns
    -------
    complex array with n // 2 + 1 bins along ``axis``

    Examples
    --------
    >>> rfft([1.0, 2.0, 3.0, 4.0]) + 0
    array([10.+0.j, -2.+2.j, -2.+0.j])

    """
    x, n = _rows(x, n, axis, name="x")
    if is_complex(x):
        raise SampleTypeError("x is complex; rfft is for real samples. Use fft(x).")
    factor = scale(n, norm, inverse=False)
    return _scaled(_real_even(x) if n % 2 == 0 else _real_odd(x), factor, axis)


def irfft(X: Array, n: int | None = None, axis: int = -1, norm: str = "backward") -> Array:
    """The inverse of :func:`rfft`: real samples from bins 0 … n // 2.

    Parameters
    ----------
    X : array with n // 2 + 1 bins along ``axis``
        Bins are cut, or padded with zeros, to that number. The imaginary parts of bin 0 and, for even n, of the
        last bin are taken to be zero: a real signal has none there.
    n : int, optional
        Number of samples. By default 2·(bins − 1), which is even: for a signal of odd length, **give n**, or one
        sample is lost and all others are wrong.
    axis, norm
        As for :func:`fft`.

    Returns
    -------
    real array with n samples along ``axis``: float32 for complex64 input, else float64

    Examples
    --------
    >>> irfft(rfft([1.0, 2.0, 3.0]), n=3).round(12)
    array([1., 2., 3.])

    """
    X, _ = as_numbers(X, name="X")
    axis = axis_index(axis, X.ndim) if X.ndim else axis
    if n is None and X.ndim:
        n = 2 * (X.shape[axis] - 1)
        if n == 0:
            raise ParameterError("X has one bin, which is a signal of n=1 or half of n=2: say which, with n=.")
    n = positive_int(n, "n", unit="samples") if X.ndim else 1
    X, _ = _rows(X, n // 2 + 1, axis, name="X")
    factor = scale(n, norm, inverse=True)
    X = namespace(X).astype(X, complex_dtype(X))
    return _scaled(_inverse_real_even(X) if n % 2 == 0 else _inverse_real_odd(X, n), factor, axis)


def fft_bluestein(x: Array) -> Array:
    r"""The DFT of any length n as one convolution with a chirp (Bluestein 1970).

    Since k·m = (k² + m² − (k − m)²)/2, with the chirp c[m] = e^{-jπm²/n}

    .. math:: X[k] = c[k] · Σ_m (x[m]·c[m]) · \overline{c[k - m]}

    a sum that is a convolution, and so can be done with FFTs of any convenient length m ≥ 2n − 1.
    :func:`fft` comes here by itself where n has a prime factor above 61.

    Parameters
    ----------
    x : array (..., n), real or complex

    Returns
    -------
    complex array (..., n)

    Examples
    --------
    >>> (fft_bluestein([1.0, 0.0, 0.0]) - 1).round(12) + 0
    array([0.+0.j, 0.+0.j, 0.+0.j])

    """
    x, n = _rows(x, None, -1, name="x")
    x = namespace(x).astype(x, complex_dtype(x))
    return _scaled(_flat(x, lambda rows: _bluestein(rows, _bluestein_plan(n, _Kind.of(x)))), 1.0, -1)


def _rows(x: Any, n: int | None, axis: int, *, name: str) -> tuple[Array, int]:
    """``x`` as an array with its transform axis last, cut or zero-padded to length ``n``."""
    x, xp = as_numbers(x, name=name)
    if x.ndim == 0:
        raise ParameterError(f"{name} is a single number; expected at least one axis, such as [1.0, 2.0, 3.0].")
    axis = axis_index(axis, x.ndim)
    if x.shape[axis] == 0:
        raise ParameterError(
            f"{name} of shape {tuple(x.shape)} is empty along axis {axis}; the transform of nothing is not defined."
        )
    n = x.shape[axis] if n is None else positive_int(n, "n", unit="samples")
    return _fit(xp.moveaxis(x, axis, -1), n), n


def _fit(x: Array, n: int) -> Array:
    """The last axis cut, or padded with zeros, to ``n``."""
    have = x.shape[-1]
    if have >= n:
        return x[..., :n]
    return namespace(x).concat([x, zeros(x, (*x.shape[:-1], n - have))], axis=-1)


def _scaled(X: Array, factor: float, axis: int) -> Array:
    """``X`` times ``factor``, with its last axis back at ``axis``."""
    return namespace(X).moveaxis(X if factor == 1.0 else factor * X, -1, axis)


def _transform(x: Array) -> Array:
    """The unscaled forward transform of complex ``x`` (..., n) along its last axis."""
    plan = _plan(x.shape[-1], _Kind.of(x))
    return _flat(x, lambda rows: _bluestein(rows, plan) if plan.chirps else _mixed_radix(rows, plan))


def _inverse(X: Array) -> Array:
    """The unscaled inverse: the conjugate of the transform of the conjugate."""
    xp = namespace(X)
    return xp.conj(_transform(xp.conj(X)))


def _flat(x: Array, transform: Any) -> Array:
    """``transform`` called with all leading axes of ``x`` as one: (batch, n)."""
    xp = namespace(x)
    return xp.reshape(transform(xp.reshape(x, (math.prod(x.shape[:-1]), x.shape[-1]))), x.shape)


# ------------------------------------------------------------------------------------------------- real samples


def _real_even(x: Array) -> Array:
    """The half spectrum of real ``x`` of even length n, by one complex transform of length n/2.

    With z[m] = x[2m] + j·x[2m+1], the spectra of the even and odd samples are the conjugate-symmetric and
    -antisymmetric parts of Z; they are then joined as in the recursion.
    """
    xp = namespace(x)
    Z = _transform(_as_pairs(x))
    Z = xp.concat([Z, Z[..., :1]], axis=-1)  # Z[n/2] = Z[0]: bins 0 … n/2
    R = xp.conj(xp.flip(Z, axis=-1))  # R[k] = conj(Z[n/2 − k])
    return 0.5 * (Z + R) + _half_turns(x.shape[-1], _Kind.of(Z)) * (Z - R)


def _inverse_real_even(X: Array) -> Array:
    """Unscaled inverse of :func:`_real_even`: the same steps backwards."""
    xp = namespace(X)
    ends = [xp.astype(xp.real(X[..., k : k + 1]), X.dtype) for k in (0, X.shape[-1] - 1)]
    X = xp.concat([ends[0], X[..., 1:-1], ends[1]], axis=-1)
    R = xp.conj(xp.flip(X, axis=-1))
    Z = (X + R) + 2.0 * xp.conj(_half_turns(2 * (X.shape[-1] - 1), _Kind.of(X))) * (X - R)
    return _from_pairs(_inverse(Z[..., :-1]))


def _real_odd(x: Array) -> Array:
    """The half spectrum of real ``x`` of odd length: the complex transform, and its upper half left out."""
    return _transform(namespace(x).astype(x, complex_dtype(x)))[..., : x.shape[-1] // 2 + 1]


def _inverse_real_odd(X: Array, n: int) -> Array:
    """Unscaled inverse of :func:`_real_odd`: bins k and n − k add up to twice the real part of one of them."""
    xp = namespace(X)
    half = xp.concat([0.5 * X[..., :1], X[..., 1:]], axis=-1)  # bin 0 has no partner
    return 2.0 * xp.real(_inverse(_fit(half, n)))


def _as_pairs(x: Array) -> Array:
    """z[m] = x[2m] + j·x[2m+1]. In memory a complex number is such a pair already: NumPy need not copy."""
    if is_numpy(x):
        return np.ascontiguousarray(x).view(complex_dtype(x))
    xp = namespace(x)
    return xp.astype(x[..., 0::2], complex_dtype(x)) + 1j * xp.astype(x[..., 1::2], complex_dtype(x))


def _from_pairs(z: Array) -> Array:
    """The inverse of :func:`_as_pairs`."""
    xp = namespace(z)
    if is_numpy(z):
        return np.ascontiguousarray(z).view(z.real.dtype)
    return xp.reshape(xp.stack([xp.real(z), xp.imag(z)], axis=-1), (*z.shape[:-1], 2 * z.shape[-1]))


# ------------------------------------------------------------------------------------ mixed radix, and Bluestein


def _mixed_radix(x: Array, plan: _Plan) -> Array:
    """The transform of rows ``x`` (batch, n) in stages, one for each radix r; n is the product of the radices.

    After the stages so far, with radices of product L, ``A[k, m]`` is bin k of the length-L transform of the
    samples m, m + n/L, m + 2n/L … A stage joins r of these transforms into one of length L·r:

    .. math:: A'[k + L·p, m] = Σ_q e^{-2πj·pq/r} · (e^{-2πj·qk/(Lr)} · A[k, m + q·n/(Lr)])

    The twiddles are the inner factor, and the sum is a product with the r × r matrix of the DFT. At the end
    L = n, and A[k, 0] is bin k: in order, with no bit reversal ("self-sorting").
    """
    xp = namespace(x)
    batch, n = x.shape
    A = x
    stage = _numpy_stage if is_numpy(x) else _stage
    for L, r, twiddles, F in plan.stages:
        A = xp.permute_dims(xp.reshape(A, (batch, L, r, n // (L * r))), (0, 2, 1, 3))
        A = stage(A, twiddles, F)
    return xp.reshape(A, (batch, n))


def _stage(A: Array, twiddles: Array, F: Array) -> Array:
    """One stage: ``A`` (batch, r, L, M) times the twiddles (r, L, 1), and the DFT matrix of r points along r."""
    batch, r, L, M = A.shape
    return F @ namespace(A).reshape(A * twiddles, (batch, r, L * M))


def _numpy_stage(A: np.ndarray, twiddles: np.ndarray, F: np.ndarray) -> np.ndarray:
    """:func:`_stage` for NumPy: the same two products, without the copies, and on one thread.

    The transposed view is brought into order by the multiplication itself (``order="C"``); in the first stage
    all twiddles are 1. The product goes to BLAS in pieces below the size at which it would wake its threads:
    for matrices this small, waiting for them costs more than the work, up to a hundred times on a busy machine.
    """
    batch, r, L, M = A.shape
    A = (np.multiply(A, twiddles, order="C") if L > 1 else A).reshape(batch, r, L * M)
    columns = QUIET_PRODUCT // (8 * r * r) * 8  # a multiple of 8 keeps the pieces on cache lines
    if A.shape[-1] <= columns:
        return F @ A
    out = np.empty_like(A)
    for start in range(0, A.shape[-1], columns):
        piece = np.s_[..., start : start + columns]
        np.matmul(F, A[piece], out=out[piece])
    return out


def _bluestein(x: Array, plan: _Plan) -> Array:
    """The transform of rows ``x`` (batch, n) as a convolution with a chirp: see :func:`fft_bluestein`."""
    xp = namespace(x)
    assert plan.chirps is not None
    chirp, chirp_spectrum = plan.chirps
    Y = _mixed_radix(_fit(x * chirp, chirp_spectrum.shape[0]), plan) * chirp_spectrum
    y = xp.conj(_mixed_radix(xp.conj(Y), plan))  # 1/m is in chirp_spectrum
    return y[:, : x.shape[-1]] * chirp


@dataclass(frozen=True)
class _Kind:
    """What kind of arrays tables are wanted in: precision, namespace, device. Hashable, to remember tables by."""

    dtype: str
    xp: ModuleType
    device_name: str
    device: Any = field(compare=False)

    @classmethod
    def of(cls, x: Array) -> _Kind:
        device = compat.device(x)
        return cls(dtype_name(x), namespace(x), str(device), device)

    def table(self, values: np.ndarray) -> Array:
        """``values``, made in double precision on the host, as an array of this kind."""
        return self.xp.asarray(values, dtype=getattr(self.xp, self.dtype), device=self.device)


@dataclass(frozen=True)
class _Plan:
    """The tables of one length: stages (L, radix, twiddles, matrix); for Bluestein also the two chirps."""

    stages: tuple[tuple[int, int, Array, Array], ...]
    chirps: tuple[Array, Array] | None = None


def _plan(n: int, kind: _Kind) -> _Plan:
    """The remembered tables for length ``n``: of 32 short lengths, and of the two last long ones."""
    return _short_plan(n, kind) if n <= 1 << 14 else _long_plan(n, kind)


def _make_plan(n: int, kind: _Kind) -> _Plan:
    if max(prime_factors(n), default=1) > LARGEST_RADIX_PRIME:
        return _bluestein_plan(n, kind)
    stages, L = [], 1
    for r in _radices(n):
        q, k = np.arange(r)[:, None], np.arange(L)[None, :]
        twiddles = roots_of_unity(q * k, L * r)[:, :, None]  # (r, L, 1): e^{-2πj·qk/(Lr)}
        F = roots_of_unity(q * q.T, r)  # (r, r): e^{-2πj·pq/r}
        stages.append((L, r, kind.table(twiddles), kind.table(F)))
        L *= r
    return _Plan(tuple(stages))


_short_plan = lru_cache(maxsize=32)(_make_plan)
_long_plan = lru_cache(maxsize=2)(_make_plan)


def _bluestein_plan(n: int, kind: _Kind) -> _Plan:
    m = _convenient_length(2 * n - 1)
    i = np.arange(n)
    chirp = roots_of_unity(i * i, 2 * n)  # e^{-jπi²/n}; i² is reduced modulo 2n in whole numbers
    ring = np.zeros(m, dtype=np.complex128)  # conj(c[i]) for i = −(n − 1) … n − 1, on a ring of m places
    ring[:n] = chirp.conj()
    ring[m - n + 1 :] = chirp[:0:-1].conj()
    host = _mixed_radix(ring[None, :], _make_plan(m, _Kind.of(ring)))[0]
    return _Plan(_make_plan(m, kind).stages, (kind.table(chirp), kind.table(host / m)))


@lru_cache(maxsize=32)
def _half_turns(n: int, kind: _Kind) -> Array:
    """W^k/(2j) for k = 0 … n/2: what takes the odd samples' spectrum out of a difference and turns it in place."""
    return kind.table(-0.5j * roots_of_unity(np.arange(n // 2 + 1), n))


def _radices(n: int) -> list[int]:
    """``n`` as a product of as few radices as go up to 32, of nearly equal size, smallest first."""
    primes = sorted(prime_factors(n), reverse=True)
    count = 1
    while primes:
        radices = [1] * count
        for p in primes:  # the next largest prime goes to the smallest radix
            radices[radices.index(min(radices))] *= p
        if max(radices) <= max(LARGEST_RADIX, primes[0]):
            return sorted(radices)
        count += 1
    return []


def _convenient_length(least: int) -> int:
    """The smallest of 2^a, 3·2^a, 5·2^a, 9·2^a and 15·2^a that is not below ``least``: at most a quarter above."""
    return min(f << max(0, (-(-least // f) - 1).bit_length()) for f in (1, 3, 5, 9, 15))


# ------------------------------------------------------------------------------------------- counting operations


def prime_factors(n: int) -> list[int]:
    """The prime factors of ``n`` in ascending order; none for 1.

    Examples
    --------
    >>> prime_factors(360)
    [2, 2, 2, 3, 3, 5]

    """
    n = positive_int(n, "n")
    factors, p = [], 2
    while p * p <= n:
        while n % p == 0:
            factors.append(p)
            n //= p
        p += 1
    return [*factors, n] if n > 1 else factors


@dataclass(frozen=True)
class Operations:
    """How many complex multiplications and additions a transform takes, and by which method."""

    method: str
    multiplications: int
    additions: int

    @property
    def flops(self) -> int:
        """Real operations: a complex multiplication is 4 multiplications and 2 additions, an addition is 2."""
        return 6 * self.multiplications + 2 * self.additions


def dft_operations(n: int) -> Operations:
    """The operations of the DFT by its definition: n products for each of n bins, and n − 1 additions.

    Examples
    --------
    >>> dft_operations(1024)
    Operations(method='definition', multiplications=1048576, additions=1047552)

    """
    n = positive_int(n, "n", unit="samples")
    return Operations("definition", n * n, n * (n - 1))


def operation_count(n: int) -> Operations:
    """The operations of the textbook's FFT of length ``n``, split down to its prime factors.

    A stage of prime p consists of n/p small DFTs of p points, twiddles before them: n·(p − 1) multiplications
    and as many additions. For p = 2 the small DFT only adds and subtracts, which leaves n/2 multiplications: for
    n = 2^s that is the well-known (n/2)·log2 n. Where a prime factor is above 61, as in :func:`fft`, the count is
    that of Bluestein: two transforms of the convenient length m (that of the chirp is made once), and
    2n + m multiplications.

    :func:`fft` itself spends *more*: it joins primes to radices up to 32, since a few products with matrices of
    that size take less time than many passes over the data with little to do in each.

    Examples
    --------
    >>> operation_count(1024)
    Operations(method='mixed radix', multiplications=5120, additions=10240)
    >>> operation_count(1024).flops == 5 * 1024 * 10
    True
    >>> operation_count(1021).method
    'Bluestein'

    """
    n = positive_int(n, "n", unit="samples")
    primes = prime_factors(n)
    if max(primes, default=1) > LARGEST_RADIX_PRIME:
        m = _convenient_length(2 * n - 1)
        once = operation_count(m)
        return Operations("Bluestein", 2 * once.multiplications + 2 * n + m, 2 * once.additions)
    multiplications = sum(n * (p - 1) if p > 2 else n // 2 for p in primes)
    return Operations("mixed radix", multiplications, sum(n * (p - 1) for p in primes))
