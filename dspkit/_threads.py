"""Work shared out to threads, and memory that each of them keeps.

NumPy and SciPy let go of the interpreter's lock while they compute, so threads are enough. They are started once and
wait: to start one for each call takes longer than the spectrogram of a short sound. For the same reason each keeps
its scratch: memory that is given back and taken anew comes page by page, a third of the time of a short sound.
"""

from __future__ import annotations

import math
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import pairwise
from typing import Any

import numpy as np

from ._validate import MOST_THREADS

MOST_WORKERS = 4
# Each thread takes this many runs of blocks, one after another: whoever is done early takes what is left.
RUNS_PER_WORKER = 8
# Scratch beyond this, in bytes, is not kept: a single long frame.
MOST_KEPT = 8 << 20

# Work on channel (its index), from one block to before another.
Run = Callable[[tuple[int, ...], int, int], None]

_own = threading.local()


def scratch(what: str, shape: tuple[int, ...], dtype: Any) -> np.ndarray:
    """The thread's own memory for ``what``, with anything in it; it is the same again when next asked for."""
    dtype = np.dtype(dtype)
    size = math.prod(shape) * dtype.itemsize
    kept = _own.__dict__.get(what)
    if kept is None or kept.nbytes < size:
        kept = np.empty(size, dtype=np.uint8)
        if size <= MOST_KEPT:
            _own.__dict__[what] = kept
    return kept[:size].view(dtype).reshape(shape)


def worth(workers: int | None, samples: int, samples_per_worker: int) -> int:
    """The number of threads asked for, or one for each so many samples (within reason)."""
    if workers is not None:
        return workers
    return max(1, min(MOST_WORKERS, _cpus(), samples // samples_per_worker))


def in_threads(work: Callable[..., None], items: Iterable[tuple[Any, ...]], workers: int) -> None:
    """Call ``work(*item)`` for every item; this thread works, too, beside ``workers - 1`` others."""
    left = deque(items)

    def take() -> None:
        while True:
            try:
                item = left.popleft()
            except IndexError:  # all are done, or others are at them
                return
            try:
                work(*item)
            except BaseException:
                left.clear()  # nothing new is begun
                raise

    others = []
    with suppress(RuntimeError):  # no thread starts any more while the interpreter ends: then this one does it all
        for _ in range(min(workers, len(left), MOST_THREADS) - 1):
            others.append(_pool().submit(take))
    try:
        take()
    finally:  # those that have not begun find nothing to do; the others are waited for, whatever happened here
        errors = [other.exception() for other in others if not other.cancel()]
    for error in errors:
        if error is not None:
            raise error


_threads: ThreadPoolExecutor | None = None
_lock = threading.Lock()


def _pool() -> ThreadPoolExecutor:
    global _threads
    with _lock:
        if _threads is None:
            _threads = ThreadPoolExecutor(MOST_THREADS, thread_name_prefix="dspkit")
        return _threads


def _forget() -> None:
    """In a forked child there are no threads but the one that forked."""
    global _threads, _lock
    _threads, _lock = None, threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


def share_out(
    run: Run, batch: tuple[int, ...], blocks: range, block_samples: int, workers: int | None, samples_per_worker: int
) -> None:
    """Call ``run(channel, first, last)`` until every channel has all its ``blocks``, in ``workers`` threads."""
    channels = list(np.ndindex(batch))
    workers = worth(workers, len(channels) * len(blocks) * block_samples, samples_per_worker)
    n_runs = workers if workers == 1 else workers * RUNS_PER_WORKER
    runs_each = -(-n_runs // max(1, len(channels)))
    edges = np.linspace(blocks.start, blocks.stop, runs_each + 1).astype(int).tolist()
    in_threads(run, [(channel, a, b) for channel in channels for a, b in pairwise(edges) if a < b], workers)


def _cpus() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
