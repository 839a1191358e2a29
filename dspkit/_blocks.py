"""The short-time transform and its inverse on NumPy arrays, block by block: the same numbers, sooner.

The textbook form (``short_time._transform``) makes all frames, then all windowed frames, then all spectra: each
step sends gigabytes through the memory. Here a block of frames goes through all three steps while it lies in
the processor's cache, and each thread takes runs of neighbouring blocks, with buffers of its own. NumPy
and SciPy let go of the interpreter's lock while they compute, so threads are enough.

No meaning is added here: the tests hold these functions equal to the textbook form.
"""

from __future__ import annotations

import functools
import importlib
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ._arrays import Array, complex_dtype
from .frames import OverlapSum, add_rows, extend, frame_rows

# Bytes of one block of frames: 128 frames of 2048 float32. Half of it costs more turns of the interpreter,
# twice as much falls out of the cache.
BLOCK_BYTES = 1 << 20
# A thread is worth starting for this many samples of frames: some milliseconds of work.
SAMPLES_PER_WORKER = 1 << 22
MOST_WORKERS = 4
# Each thread takes this many runs of blocks, one after another: whoever is done early takes what is left.
RUNS_PER_WORKER = 8

# Work on channel (its index), from one block to before another.
Run = Callable[[tuple[int, ...], int, int], None]
# Channel, first frame, frame after the last, and their spectra (n, n_bins).
Visit = Callable[[tuple[int, ...], int, int, np.ndarray], None]


@dataclass(frozen=True)
class Framing:
    """How a signal is cut into windowed frames."""

    w: np.ndarray  # the window, n_fft samples
    hop_length: int
    pad: int  # samples by which the signal is continued on both sides
    pad_mode: str
    workers: int | None = 1

    def n_frames(self, y: Array) -> int:
        return 1 + (y.shape[-1] + 2 * self.pad - len(self.w)) // self.hop_length

    def padded(self, y: Array) -> Array:
        """``y``, continued at both ends."""
        return extend(y, -self.pad, y.shape[-1] + self.pad, self.pad_mode, self.pad)

    def rows_of(self, y: np.ndarray) -> Callable[[int, int], np.ndarray]:
        """A function ``(start, stop)`` → frames start … stop - 1 of the samples ``y`` (n,), a row for each.

        They are views into ``y``; only those that reach beyond its ends come from a padded copy of a piece.
        """
        n_fft, hop = len(self.w), self.hop_length
        inside = frame_rows(y, n_fft, 1) if len(y) >= n_fft else None

        def rows(start: int, stop: int) -> np.ndarray:
            first, last = start * hop - self.pad, (stop - 1) * hop - self.pad  # where the frames begin
            if inside is not None and first >= 0 and last < len(inside):
                return inside[first : last + 1 : hop]
            return frame_rows(extend(y, first, last + n_fft, self.pad_mode, self.pad), n_fft, hop)

        return rows


def visit_spectra(
    y: np.ndarray,
    framing: Framing,
    visit: Visit | None = None,
    *,
    out: np.ndarray | None = None,
    by_bin: bool = False,
) -> None:
    """Transform all frames: into ``out`` (..., n_frames, n_bins), or block by block for ``visit``, or both.

    ``visit(channel, start, stop, X)`` gets the spectra of frames start … stop - 1, a row for each. It may write
    to ``X``, which (without ``out``) is overwritten after it returns. With ``by_bin`` it lies in memory as
    (n_bins, n): the same shape, but ``X.T`` is what is contiguous. Blocks come in any order and from several
    threads at once; no frame comes twice.
    """
    w, n_fft, n_frames = framing.w, len(framing.w), framing.n_frames(y)
    size = _frames_per_block(w)
    rfft = _rfft_into()

    def run(channel: tuple[int, ...], first: int, last: int) -> None:
        rows = framing.rows_of(y[channel])
        windowed = np.empty((size, n_fft), dtype=y.dtype)
        if out is None:
            spectra = np.empty((size, 1 + n_fft // 2), dtype=complex_dtype(y), order="F" if by_bin else "C")
        else:
            spectra = out[channel]
        for start in range(first * size, min(last * size, n_frames), size):
            stop = min(start + size, n_frames)
            X = spectra[: stop - start] if out is None else spectra[start:stop]
            with np.errstate(invalid="ignore"):  # infinity times zero: the caller looks for what is not finite
                # rows · w. np.multiply begins anew in each row, and takes nearly twice the time.
                np.einsum("tn,n->tn", rows(start, stop), w, out=windowed[: stop - start])
            rfft(windowed[: stop - start], X)
            if visit is not None:
                visit(channel, start, stop, X)

    share_out(run, y.shape[:-1], range(-(-n_frames // size)), size * n_fft, framing.workers)


@functools.cache
def _rfft_into() -> Callable[[np.ndarray, np.ndarray], None]:
    """A function ``(x, out)`` that writes the FFT of the real rows of ``x`` to ``out``.

    ``scipy.fft.rfft`` returns a new array, and to copy it costs an eighth of the time of a whole STFT. The
    compiled function behind it writes where it is told. That one is not SciPy's public face: it is looked
    for, tried, and done without where it is not what it was.
    """
    from scipy import fft

    x = np.arange(8, dtype=np.float32).reshape(2, 4)
    for library in ("_duccfft", "_pocketfft"):  # SciPy from 1.18 on, and before
        try:
            r2c = importlib.import_module(f"scipy.fft.{library}.basic").pfft.r2c
            out = np.empty((2, 3), dtype=np.complex64)
            r2c(x, (-1,), True, 0, out, 1)  # axes, forward, no scaling, result, threads
            if np.array_equal(out, fft.rfft(x)):
                return lambda x, out: r2c(x, (-1,), True, 0, out, 1)
        except (ImportError, AttributeError, TypeError, ValueError):
            continue
    return _rfft_and_copy


def _rfft_and_copy(x: np.ndarray, out: np.ndarray) -> None:
    from scipy import fft

    out[...] = fft.rfft(x, axis=-1)


def overlap_add_spectra(
    D: np.ndarray, w: np.ndarray, weight: OverlapSum, out: np.ndarray, *, start: int, workers: int | None
) -> None:
    """Inverse FFT, window, overlap-add, division by ``weight``; ``out`` (..., n) begins at sample ``start``.

    A run of hops of the output belongs to one thread. The blocks of frames that reach into it from before
    are computed once more, so that no two threads write to the same sample, and all add in the same order.
    """
    from scipy.fft import irfft

    n_fft, n_frames, hop, pieces = len(w), D.shape[-1], weight.hop_length, weight.pieces
    size = _frames_per_block(w)
    stop = start + out.shape[-1]
    divisor = weight.divisor(out.dtype)

    def run(channel: tuple[int, ...], first: int, last: int) -> None:
        rows, samples = D[channel].T, out[channel]
        # Sums on the hops from the block's first on; those that later frames will add to are carried along.
        sums = np.zeros((size + pieces - 1, hop), dtype=out.dtype)
        before = max(0, (first * size - pieces + 1) // size)
        for begin in range(before * size, last * size, size):
            if begin < n_frames:  # behind the last frame there are hops that only earlier frames reach
                add_rows(sums, irfft(rows[begin : begin + size], n=n_fft, axis=-1) * w, hop)
            if begin >= first * size:
                done = (sums[:size] / divisor(begin, begin + size)).reshape(-1)
                here = begin * hop
                low, high = max(here, start), min(here + len(done), stop)
                samples[low - start : high - start] = done[low - here : high - here]
            sums[: pieces - 1] = sums[size:].copy()
            sums[pieces - 1 :] = 0

    blocks = range(start // hop // size, -(-stop // (hop * size)))
    share_out(run, D.shape[:-2], blocks, size * n_fft, workers)


def _frames_per_block(w: np.ndarray) -> int:
    return max(1, BLOCK_BYTES // w.nbytes)


def share_out(run: Run, batch: tuple[int, ...], blocks: range, block_samples: int, workers: int | None) -> None:
    """Call ``run(channel, first, last)`` until every channel has all its ``blocks``, in ``workers`` threads."""
    channels = list(np.ndindex(batch))
    if workers is None:
        samples = len(channels) * len(blocks) * block_samples
        workers = min(MOST_WORKERS, _cpus(), 1 + samples // SAMPLES_PER_WORKER)
    n_runs = workers if workers == 1 else workers * RUNS_PER_WORKER
    runs_each = -(-n_runs // max(1, len(channels)))
    edges = np.linspace(blocks.start, blocks.stop, runs_each + 1).astype(int).tolist()
    runs = [(channel, a, b) for channel in channels for a, b in pairwise(edges) if a < b]
    if workers == 1 or len(runs) < 2:
        for each in runs:
            run(*each)
    else:
        begun = []
        with ThreadPoolExecutor(workers) as pool, suppress(RuntimeError):
            for each in runs:
                begun.append(pool.submit(run, *each))
        for part in begun:
            part.result()
        for each in runs[len(begun) :]:  # no thread starts any more while the interpreter ends
            run(*each)


def _cpus() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
