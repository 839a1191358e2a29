"""The one place that knows about array namespaces.

Every function of dspkit asks :func:`as_numbers` or :func:`as_samples` for its input and gets back the
array and its namespace ``xp``: NumPy, CuPy, or array-api-strict in the tests. From there on the code is
the same for all of them, as long as it uses what the `array API standard
<https://data-apis.org/array-api/latest/>`_ has. What the standard lacks, or does slowly, is here.
"""

from __future__ import annotations

import functools
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypeAlias

import array_api_compat as compat
import numpy as np

from .errors import ParameterError, SampleTypeError

# NumPy, CuPy and array-api-strict arrays share no base class: shapes and dtypes stand in the docstrings. To an editor
# they are NumPy's, so that it can complete what a function returns; "or anything" lets the others (and lists) in.
if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array: TypeAlias = NDArray[Any] | Any
else:
    Array = Any

_NAMES = {
    "float32": "complex64",
    "float64": "complex128",
    "complex64": "complex64",
    "complex128": "complex128",
}
_REAL = {"complex64": "float32", "complex128": "float64"}


def namespace(*arrays: Array) -> ModuleType:
    """The array namespace (``xp``) that the given arrays share."""
    if len(arrays) == 1 and is_numpy(arrays[0]):
        return _numpy_namespace()
    return compat.array_namespace(*arrays)


@functools.cache
def _numpy_namespace() -> ModuleType:
    """The answer for NumPy arrays, without asking around: that takes a tenth of the time of a short spectrogram."""
    return compat.array_namespace(np.empty(0))


def is_numpy(x: Array) -> bool:
    """Whether ``x`` is a NumPy array: the fast paths for the CPU ask this."""
    return isinstance(x, np.ndarray)


def is_cupy(x: Array) -> bool:
    """Whether ``x`` is a CuPy array: the kernels for the GPU ask this."""
    return compat.is_cupy_array(x)


def is_on_cpu(x: Array) -> bool:
    """Whether the values of ``x`` can be looked at without waiting for a device."""
    return str(compat.device(x)) in {"cpu", "CPU_DEVICE"}


def dtype_name(x: Array) -> str:
    """The dtype's plain name in every namespace, such as ``"float32"``."""
    return _numpy_name(x.dtype) if is_numpy(x) else str(x.dtype).rsplit(".", 1)[-1]


@functools.lru_cache(maxsize=64)
def _numpy_name(dtype: np.dtype) -> str:
    return str(dtype)  # NumPy makes it anew each time


def to_numpy(x: Array) -> np.ndarray:
    """A NumPy array with the values of ``x``: the explicit way back to the host, for figures and files."""
    if hasattr(x, "get"):  # CuPy
        return x.get()
    try:
        return np.asarray(x)
    except (TypeError, ValueError, RuntimeError):  # array-api-strict off its CPU device
        return np.asarray(compat.to_device(x, namespace(x).Device("CPU_DEVICE")))


def like(values: Any, x: Array, *, dtype: Any = None) -> Array:
    """``values`` (a NumPy array or numbers) as an array of the kind, and on the device, of ``x``.

    ``dtype`` is a dtype of the namespace of ``x``; without it, the values keep theirs.
    """
    xp = namespace(x)
    return xp.asarray(values, dtype=dtype, device=compat.device(x))


def arange(x: Array, stop: int, *, start: int = 0, dtype: Any = None) -> Array:
    """``start … stop − 1`` as an array of the kind, and on the device, of ``x``."""
    return namespace(x).arange(start, stop, dtype=dtype, device=compat.device(x))


def plain(x: Array) -> Array:
    """A NumPy array without axes as the number it holds; everything else as it is."""
    return x[()] if is_numpy(x) else x


def zeros(x: Array, shape: tuple[int, ...], *, dtype: Any = None) -> Array:
    """Zeros of the kind, on the device and (by default) with the dtype of ``x``."""
    if is_numpy(x):
        return np.zeros(shape, dtype=x.dtype if dtype is None else dtype)
    return namespace(x).zeros(shape, dtype=x.dtype if dtype is None else dtype, device=compat.device(x))


def empty(x: Array, shape: tuple[int, ...], *, dtype: Any = None) -> Array:
    """An array of the kind, on the device and (by default) with the dtype of ``x``, with anything in it."""
    return namespace(x).empty(shape, dtype=x.dtype if dtype is None else dtype, device=compat.device(x))


def complex_dtype(x: Array) -> Any:
    """The complex dtype with the precision of ``x``: float32 gives complex64."""
    return getattr(namespace(x), _NAMES[dtype_name(x)])


def real_dtype(x: Array) -> Any:
    """The real dtype with the precision of ``x``: complex64 gives float32."""
    name = dtype_name(x)
    return getattr(namespace(x), _REAL.get(name, name))


def is_complex(x: Array) -> bool:
    """Whether ``x`` has a complex dtype."""
    return dtype_name(x) in _REAL


def as_numbers(x: Any, *, name: str = "x") -> tuple[Array, ModuleType]:
    """``x`` as a float32, float64, complex64 or complex128 array, and its namespace.

    For mathematics on numbers (the DFT of a list): integers and lists become float64, as in NumPy.
    """
    if not compat.is_array_api_obj(x):
        try:
            x = np.asarray(x)
        except ValueError as error:  # ragged lists
            raise SampleTypeError(f"{name} is not an array of numbers ({error}).") from None
    _refuse_masks(x, name)
    xp = namespace(x)
    kind = dtype_name(x)
    if kind in _NAMES:
        return x, xp
    if kind.startswith(("int", "uint", "bool")):
        return xp.astype(x, xp.float64), xp
    raise SampleTypeError(
        f"{name} has dtype {kind}; expected numbers: float32, float64, complex64, complex128 or integers. "
        f"Convert it first, for example with {name}.astype('float64')."
    )


def as_samples(y: Any, *, name: str = "y") -> tuple[Array, ModuleType]:
    """Sound samples ``y`` (float32 or float64, time last, not empty) and their namespace.

    For functions on sound: integer samples are refused, since 32767 would be taken for 32767 times full
    scale. Lists of floats become float64 arrays.
    """
    if not compat.is_array_api_obj(y):
        y = np.asarray(y)
    _refuse_masks(y, name)
    kind = dtype_name(y)
    if is_numpy(y) and not y.dtype.isnative:
        raise SampleTypeError(
            f"{name} has dtype {y.dtype}, the other byte order; expected this machine's. Convert it with "
            f"{name}.astype({name}.dtype.newbyteorder('='))."
        )
    if kind.startswith(("int", "uint")):
        raise SampleTypeError(
            f"{name} holds {kind} samples; expected float samples with full scale at 1.0. "
            f"Convert them with dspkit.to_float({name})."
        )
    if kind not in {"float32", "float64"}:
        raise SampleTypeError(
            f"{name} has dtype {kind}; expected float32 or float64 samples. "
            + ("Take the real part first." if kind in _REAL else f"Convert with {name}.astype('float32').")
        )
    if y.ndim == 0:
        raise ParameterError(f"{name} is a single number; expected samples, shape (n,) or (channels, n).")
    if 0 in y.shape:
        raise ParameterError(
            f"{name} is empty: shape {tuple(y.shape)}; expected at least one sample in time (last axis)."
        )
    if y.ndim > 1 and y.shape[-1] <= MOST_CHANNELS and y.shape[-2] >= LEAST_SAMPLES:
        raise ParameterError(
            f"The shape {tuple(y.shape)} of {name} looks like time first (as soundfile.read returns it); time is the "
            f"last axis: pass {name}.T."
        )
    return y, namespace(y)


# As many signals or more, none longer than MOST_CHANNELS samples: that is no batch, but one sound with time first.
MOST_CHANNELS, LEAST_SAMPLES = 8, 32


def _refuse_masks(x: Any, name: str) -> None:
    if isinstance(x, np.ma.MaskedArray):
        raise SampleTypeError(
            f"{name} is a masked array; expected numbers throughout. Fill the gaps first, with {name}.filled(0.0)."
        )


def check_finite(y: Array, *, name: str = "y") -> None:
    """Raise if ``y`` holds NaN or infinity; on a GPU, where looking costs a wait, do nothing."""
    if not is_on_cpu(y) or _sum_is_finite(y):
        return
    xp = namespace(y)
    bad = int(xp.sum(xp.astype(~xp.isfinite(y), xp.int64)))
    if bad:
        raise ParameterError(
            f"{name} holds {bad} values that are NaN or infinite; expected finite samples. "
            f"Look where with numpy.argwhere(~numpy.isfinite({name}))."
        )


def _sum_is_finite(y: Array) -> bool:
    """Whether the sum of ``y`` is finite; then all of it is. One pass, and no array of answers."""
    xp = namespace(y)
    with np.errstate(over="ignore", invalid="ignore"):
        return bool(xp.isfinite(xp.sum(y)))


def rfft(x: Array, *, n: int | None = None, axis: int = -1) -> Array:
    """The library's FFT of real ``x``, n → n // 2 + 1 along ``axis``: scipy.fft for NumPy, cuFFT for CuPy."""
    if is_numpy(x):
        import scipy.fft

        return scipy.fft.rfft(x, n=n, axis=axis)
    return namespace(x).fft.rfft(x, n=n, axis=axis)


def irfft(x: Array, *, n: int, axis: int = -1) -> Array:
    """The library's inverse of :func:`rfft`: n // 2 + 1 → real n along ``axis``."""
    if is_numpy(x):
        import scipy.fft

        return scipy.fft.irfft(x, n=n, axis=axis)
    return namespace(x).fft.irfft(x, n=n, axis=axis)
