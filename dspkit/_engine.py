"""The one door to the short-time transform: frames in, spectra visited, result out.

Behind it are three engines, of which one is chosen for an array: NumPy's goes in blocks (:mod:`dspkit._blocks`), CuPy's
has kernels (:mod:`dspkit.cuda`), and for all other arrays there is the textbook form itself, in pieces that fit into
memory. What they give is the same.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from . import _blocks
from ._arrays import (
    Array,
    check_finite,
    complex_dtype,
    dtype_name,
    empty,
    is_cupy,
    is_numpy,
    is_on_cpu,
    like,
    namespace,
    real_dtype,
)
from ._blocks import Bands, Framing
from .cuda import inverse, spectra
from .frames import OverlapSum, extend

# Frames that lie in memory at once where there is neither a kernel nor a processor's cache to fit them to, in bytes.
FRAME_BYTES = 256 << 20


def analyse(
    y: Array,
    framing: Framing,
    transform: Callable[[Array, Array, int], Array],
    *,
    power: float | None = None,
    bands: Bands | None = None,
    out: Array | None = None,
) -> Array:
    """What is kept of the spectra of ``y`` (..., n): themselves, their magnitude to a power, or bands of that.

    ``transform(y, w, hop_length)`` is the textbook form. Returns (..., n_bins or n_bands, n_frames), in ``out`` if
    that is given.
    """
    if is_numpy(y):
        result = _blocks.analyse(y, framing, power, bands, out)
    elif spectra.has_kernel(y, len(framing.w)):
        result = spectra.analyse(y, framing, power, bands)
    else:
        result = _in_pieces(y, framing, transform, power, bands)
    _check(result, y, bands)
    if out is not None and result is not out:
        out[...] = result
        return out
    return result


def _in_pieces(
    y: Array,
    framing: Framing,
    transform: Callable[[Array, Array, int], Array],
    power: float | None,
    bands: Bands | None,
) -> Array:
    """By the textbook form, of at most FRAME_BYTES of frames at a time."""
    w, hop, n_frames = like(framing.w, y), framing.hop_length, framing.n_frames(y)
    W = None if bands is None else like(bands.dense(dtype_name(y)), y)

    def of(y: Array) -> Array:
        D = transform(y, w, hop)
        S = D if power is None else powers(D, power)
        return S if W is None else W @ S

    size = max(1, FRAME_BYTES // (max(1, math.prod(y.shape[:-1])) * framing.w.nbytes))
    if size >= n_frames:
        return of(framing.padded(y))
    n_rows, dtype = len(bands) if bands else framing.n_bins, complex_dtype(y) if power is None else y.dtype
    out = empty(y, (*y.shape[:-1], n_rows, n_frames), dtype=dtype)
    for start in range(0, n_frames, size):
        stop = min(start + size, n_frames)
        out[..., start:stop] = of(extend(y, *framing.samples(start, stop), framing.pad_mode, framing.pad))
    return out


def powers(D: Array, power: float) -> Array:
    """|D|^power; the square without the square root on the way."""
    xp = namespace(D)
    if power == 2:
        return xp.real(D) ** 2 + xp.imag(D) ** 2
    return xp.abs(D) if power == 1 else xp.abs(D) ** power


def _check(result: Array, y: Array, bands: Bands | None) -> None:
    """Refuse NaN and infinity in ``y``: a frame that has one has it in all its bins, and in all bands that have bins.

    That is one number to look at for each frame. Only if one of them is not finite, look at all of ``y``.
    """
    filled = range(1) if bands is None else bands.filled
    xp = namespace(y)
    if is_on_cpu(y) and not (len(filled) and bool(xp.all(xp.isfinite(result[..., int(filled[0]), :])))):
        check_finite(y)


def synthesise(
    D: Array,
    w: Array,
    weight: OverlapSum,
    start: int,
    stop: int,
    textbook: Callable[[Array, Array, OverlapSum], Array],
    *,
    workers: int | None,
) -> Array:
    """Samples ``start … stop - 1`` of the signal whose spectra are ``D``: the inverse, divided by ``weight``."""
    if is_numpy(D):
        return _blocks.synthesise(D, w, weight, start, stop, workers)
    if is_cupy(D):
        return inverse.overlap_add_spectra(D, w, weight, start, stop)
    return textbook(D, like(w, D, dtype=real_dtype(D)), weight)[..., start:stop]
