"""The inverse short-time transform with an overlap-add that gathers: ``overlap_add.cu``.

The plain twin is :func:`dspkit._blocks.synthesise`, and the tests hold this to it.
"""

from __future__ import annotations

import math

import numpy as np

from .._arrays import Array, dtype_name, empty, irfft, namespace, real_dtype
from ..frames import OverlapSum
from . import _launch
from ._launch import constant, real_type

# Frames that lie in memory at once, in bytes: the long output is made in pieces.
CHUNK_BYTES = 256 << 20
THREADS = 256


def overlap_add_spectra(D: Array, w: np.ndarray, weight: OverlapSum, start: int, stop: int) -> Array:
    """Samples ``start … stop - 1`` of the signal of ``D`` (..., n_bins, n_frames): inverse FFT, window, overlap-add.

    Divided by ``weight``, the overlap-added square of the window.
    """
    xp = namespace(D)
    n_fft, hop, n_frames = len(w), weight.hop_length, D.shape[-1]
    channels = math.prod(D.shape[:-2])
    spectra = xp.reshape(xp.moveaxis(D, -1, -2), (channels, n_frames, D.shape[-2]))
    y = empty(D, (channels, stop - start), dtype=real_dtype(D))
    dtype = dtype_name(y)
    table = weight.divisors(dtype)
    # Samples whose frames, all channels together, fit into a chunk.
    frames_at_once = max(1, CHUNK_BYTES // (n_fft * channels * np.dtype(dtype).itemsize) - weight.pieces)
    for begin in range(start, stop, frames_at_once * hop):
        end = min(begin + frames_at_once * hop, stop)
        first = max(0, begin // hop - weight.pieces + 1)
        last = max(first + 1, min(n_frames, -(-end // hop)))
        rows = irfft(spectra[:, min(first, n_frames - 1) : last, :], n=n_fft, axis=-1)
        sizes = [min(first, n_frames - 1), rows.shape[1], n_fft, hop]
        shape = [weight.distinct, weight.repeated, len(table), begin, end - begin, begin - start, stop - start]
        _launch.launch(
            y,
            "overlap_add",
            "overlap_add",
            {"REAL": real_type(y)},
            blocks=channels * -(-(end - begin) // THREADS),
            threads=(THREADS, 1),
            arguments=[
                namespace(rows).ascontiguousarray(rows),
                *map(np.int64, sizes),
                constant(w.astype(dtype), y),
                constant(table, y),
                *map(np.int64, shape),
                y,
            ],
        )
    return xp.reshape(y, (*D.shape[:-2], stop - start))
