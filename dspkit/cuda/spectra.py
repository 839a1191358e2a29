"""The short-time transform, its power and its mel bands, each in one kernel: ``spectra.cu``.

The plain twin is :func:`dspkit.stft` on NumPy arrays, and the tests hold these to it.
"""

from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np

from .._arrays import Array, complex_dtype, dtype_name, empty, is_cupy, namespace
from .._blocks import Bands, Framing
from . import _launch
from ._launch import constant, real_type

# The longest transform: beyond it, too few blocks fit into a multiprocessor side by side.
LONGEST = 4096
# What one block may have of the fast memory that its threads share, in bytes, without asking for more.
SHARED_BYTES = 48 << 10
THREADS_PER_BLOCK = 256
# How the kernel itself continues the signal; for other ways it gets a padded copy.
REFLECT = {"constant": 0, "reflect": 1}


def can_transform(n_fft: int, dtype: str) -> bool:
    """Whether the kernel has this length: even, 16 to 4096, and n_fft / 2 made of the factors 2, 3, 5 and 7."""
    return n_fft % 2 == 0 and 16 <= n_fft <= LONGEST and _radices(n_fft // 2) is not None and _fits(n_fft, dtype)


def has_kernel(y: Array, n_fft: int) -> bool:
    """Whether ``y`` lies on a GPU, and there is a kernel for its dtype and this length."""
    return is_cupy(y) and can_transform(n_fft, dtype_name(y))


def _fits(n_fft: int, dtype: str) -> bool:
    places = n_fft // 2 + n_fft // 32 + 1
    return places * 2 * np.dtype(dtype).itemsize <= SHARED_BYTES


@functools.cache
def _radices(n: int) -> tuple[int, ...] | None:
    """Factors of n from 8, 4, 2, 7, 5 and 3, in the order of the stages; None where another prime is in it.

    >>> _radices(1024), _radices(200), _radices(22)
    ((8, 8, 4, 4), (8, 5, 5), None)

    """
    factors = []
    for radix in (8, 4, 2, 7, 5, 3):
        while n % radix == 0:
            factors.append(radix)
            n //= radix
    if factors.count(2) and factors.count(8):  # 8 · 2 = 4 · 4, which keeps all threads busier
        last8 = factors.count(8) - 1
        factors[last8] = factors[factors.index(2)] = 4
    return tuple(factors) if n == 1 else None


def _layout(n_fft: int, dtype: str) -> tuple[int, int]:
    """How many threads work on a frame (a multiple of 32, one for each 8 values), and how many frames share a block."""
    threads = min(max(32, 32 * math.ceil(n_fft / 16 / 32)), THREADS_PER_BLOCK)
    bytes_each = (n_fft // 2 + n_fft // 32 + 1) * 2 * np.dtype(dtype).itemsize
    return threads, max(1, min(THREADS_PER_BLOCK // threads, SHARED_BYTES // bytes_each))


def _run(kernel: str, y: Array, framing: Framing, last: list[Any]) -> None:
    """Launch ``kernel`` over all frames of ``y`` (channels, n); ``last`` are the arguments of its own."""
    n_fft, dtype, pad = len(framing.w), dtype_name(y), framing.pad
    n_frames = framing.n_frames(y)
    if framing.pad_mode not in REFLECT:
        y, pad = framing.padded(y), 0
    y = namespace(y).ascontiguousarray(y)
    threads, frames = _layout(n_fft, dtype)
    constants = {
        "REAL": real_type(y),
        "N_FFT": n_fft,
        "RADICES": ", ".join(map(str, _radices(n_fft // 2) or ())),
        "THREADS": threads,
        "FRAMES": frames,
        "REFLECT": REFLECT.get(framing.pad_mode, 0),
    }
    sizes = [np.int64(value) for value in (y.shape[-1], n_frames, framing.hop_length, pad)]
    tables = [constant(framing.w.astype(dtype), y), constant(_roots(n_fft, dtype), y)]
    blocks = y.shape[0] * -(-n_frames // frames)
    _launch.launch(
        y, "spectra", kernel, constants, blocks=blocks, threads=(threads, frames), arguments=[y, *sizes, *tables, *last]
    )


@functools.lru_cache(maxsize=32)
def _roots(n_fft: int, dtype: str) -> np.ndarray:
    """``e^{-2πj k / n_fft}`` for k from 0 on."""
    return np.exp(-2j * np.pi * np.arange(n_fft) / n_fft).astype("complex64" if dtype == "float32" else "complex128")


def _flat(y: Array) -> Array:
    return namespace(y).reshape(y, (math.prod(y.shape[:-1]), y.shape[-1]))


def analyse(y: Array, framing: Framing, power: float | None, bands: Bands | None) -> Array:
    """As :func:`dspkit._engine.analyse`, for a length that the kernel has."""
    if power is None:
        return stft(y, framing)
    return spectrogram(y, framing, power) if bands is None else melspectrogram(y, framing, bands, power)


def stft(y: Array, framing: Framing) -> Array:
    """As :func:`dspkit.stft`: (..., n_bins, n_frames), stored frame by frame."""
    shape = (framing.n_frames(y), 1 + len(framing.w) // 2)
    rows = empty(y, (*y.shape[:-1], *shape), dtype=complex_dtype(y))
    _run("spectra", _flat(y), framing, [rows])
    return namespace(y).moveaxis(rows, -1, -2)


def spectrogram(y: Array, framing: Framing, power: float) -> Array:
    """As :func:`dspkit.spectrogram`, stored frame by frame."""
    shape = (framing.n_frames(y), 1 + len(framing.w) // 2)
    rows = empty(y, (*y.shape[:-1], *shape), dtype=y.dtype)
    _run("powers", _flat(y), framing, [_number(power, y), rows])
    return namespace(y).moveaxis(rows, -1, -2)


def melspectrogram(y: Array, framing: Framing, bands: Bands, power: float) -> Array:
    """As :func:`dspkit.melspectrogram`: each band is a run of bins, and only these are summed."""
    M = empty(y, (*y.shape[:-1], len(bands), framing.n_frames(y)), dtype=y.dtype)
    tables = [constant(table, y) for table in (bands.first, bands.begins, bands.weights.astype(dtype_name(y)))]
    _run("bands", _flat(y), framing, [_number(power, y), np.int32(len(bands)), *tables, M])
    return M


def _number(value: float, y: Array) -> np.generic:
    return np.dtype(dtype_name(y)).type(value)
