"""Who does the work: processes of our own, this process, or any executor; and what happens when a worker dies."""

from __future__ import annotations

import contextlib
import os
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Executor, Future, wait
from typing import Any

from .._threads import _cpus
from .._validate import positive_int
from ..errors import DatasetError
from . import _work
from ._work import Job, Result, Task

CHUNK = 8  # sounds sent at once: one by one, the sending costs as much as the work
CHUNKS_PER_WORKER = 2  # one being worked on, one that waits
FOREIGN_CHUNKS = 32  # for executors that do not say how many workers they have

# For worker processes. A library's threads inside each worker fight over the same processors; and glibc hands memory
# of this size back to the system after each file, to fetch it page by page for the next: a third of the time.
ENVIRONMENT = {
    **dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
    **{"MALLOC_TRIM_THRESHOLD_": str(1 << 28), "MALLOC_MMAP_THRESHOLD_": str(1 << 25)},
}
_environment_lock = threading.Lock()


class Processes(Executor):
    """Worker processes, started afresh (never forked), each with one thread for linear algebra.

    :func:`extract` makes its own when it is given no executor. Given to several calls, the processes stay warm:
    their start, about a second, is paid once.

    Examples
    --------
    >>> with Processes(2) as pool:  # doctest: +SKIP
    ...     extract("sounds", "features", MelStack(), executor=pool)
    ...     extract("more", "features_of_more", MelStack(), executor=pool)

    """

    def __init__(self, workers: int | None = None) -> None:
        self.workers = _cpus() if workers is None else positive_int(workers, "workers")
        self._pool: Any = None

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        if self._pool is None:
            from concurrent.futures import ProcessPoolExecutor
            from multiprocessing import get_context

            self._pool = ProcessPoolExecutor(self.workers, mp_context=get_context("spawn"), initializer=_work.begin)
        with _environment():  # a call starts a process if none is idle
            return self._pool.submit(fn, *args, **kwargs)

    def kill(self) -> None:
        """End the processes whatever they do; the next call starts new ones."""
        pool, self._pool = self._pool, None
        if pool is not None:
            for process in list((getattr(pool, "_processes", None) or {}).values()):
                process.kill()
            pool.shutdown(wait=True, cancel_futures=True)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=wait, cancel_futures=cancel_futures)


@contextlib.contextmanager
def _environment() -> Iterator[None]:
    """The environment that worker processes start with; what the user has set stays."""
    with _environment_lock:
        added = {name: value for name, value in ENVIRONMENT.items() if name not in os.environ}
        os.environ.update(added)
        try:
            yield
        finally:
            for name in added:
                del os.environ[name]


class Here(Executor):
    """No worker at all: each call is done at once, in this process."""

    workers = 1

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


def results(
    job: Job, tasks: Sequence[Task], executor: Executor, workers: int | None, patience: float
) -> Iterator[Sequence[Result]]:
    """What became of each task, some at a time, in the order in which they are done.

    A task whose worker dies is given to a worker of its own once more; if that dies, too, the task has failed.
    """
    _check_ready(job, executor, patience)
    workers = workers or getattr(executor, "workers", None) or getattr(executor, "_max_workers", None)
    most = 1 if isinstance(executor, Here) else workers * CHUNKS_PER_WORKER if workers else FOREIGN_CHUNKS
    # At the end the chunks get smaller, so that no worker waits for the last one's last chunk.
    chunks = deque(_chunks(tasks, CHUNK, workers or 1))
    running: dict[Future[list[Result]], Sequence[Task]] = {}
    while chunks or running:
        suspects: list[Task] = []
        done: list[Sequence[Result]] = []
        broken = False
        try:
            while chunks and len(running) < most:
                future = executor.submit(_work.make, job, chunks[0])
                running[future] = chunks.popleft()
        except BrokenExecutor:
            broken = True
        finished = wait(running, timeout=0 if broken else patience, return_when=FIRST_COMPLETED).done
        broken = broken or not finished
        for future in finished:
            chunk = running.pop(future)
            try:
                done.append(future.result())
            except Exception as error:
                broken = broken or isinstance(error, BrokenExecutor)
                if not _worker_died(error):
                    raise DatasetError(f"the workers cannot do it: {type(error).__name__}: {error}") from error
                suspects += chunk
        yield from done
        if broken:
            suspects += [task for chunk in running.values() for task in chunk]
            running.clear()
            _restart(job, executor, suspects, patience)
        if suspects:
            yield from _alone(job, suspects, executor, patience)


def _chunks(tasks: Sequence[Task], size: int, workers: int) -> Iterator[Sequence[Task]]:
    start = 0
    while start < len(tasks):
        n = max(1, min(size, (len(tasks) - start) // workers))
        yield tasks[start : start + n]
        start += n


def _worker_died(error: Exception) -> bool:
    # Dask's words for it; its class is not imported for the sake of its name.
    return isinstance(error, BrokenExecutor | CancelledError | TimeoutError) or type(error).__name__ == "KilledWorker"


def _check_ready(job: Job, executor: Executor, patience: float) -> None:
    """Start the workers and see that they can work at all, before anything is blamed on a sound."""
    try:
        executor.submit(_work.ready, job).result(timeout=patience)
    except Exception as error:
        if isinstance(executor, Processes):
            executor.kill()
        if isinstance(error, ImportError) and "pip install" in str(error):
            raise
        reason = f"{type(error).__name__}: {error}"
        raise DatasetError(
            f'no worker could start ({reason}). In a script, the call belongs under `if __name__ == "__main__":`, '
            "since each worker runs the script's other lines first; a function of yours must be in a module that "
            "workers can import, not in a notebook. workers=1 does without workers."
        ) from error


def _restart(job: Job, executor: Executor, suspects: Sequence[Task], patience: float) -> None:
    """New workers, after one has died or none has answered for ``patience`` seconds."""
    if isinstance(executor, Processes):
        executor.kill()
        _check_ready(job, executor, patience)
        return
    raise DatasetError(
        f"the executor's workers died, or gave no answer for {patience:g} s, while they worked on "
        f"{', '.join(task.sound for task in suspects[:4])}{' …' if len(suspects) > 4 else ''}. What is done is kept: "
        "the same call goes on from there. Without executor= it also finds the sound that does it."
    )


def _alone(job: Job, suspects: Sequence[Task], executor: Executor, patience: float) -> Iterator[Sequence[Result]]:
    """A second try for each sound that a dead worker may have had, in a worker with nothing else to do."""
    lone = Processes(1) if isinstance(executor, Processes) else executor
    try:
        for task in suspects:
            try:
                yield lone.submit(_work.make, job, [task]).result(timeout=patience)
            except Exception as error:
                if not _worker_died(error):
                    raise
                said = f"gave no answer for {patience:g} s" if isinstance(error, TimeoutError) else "died"
                reason = f"the worker that had it {said}, and again when it had nothing else to do"
                if isinstance(lone, Processes):
                    lone.kill()
                yield [Result(task, {"sound": task.sound, "state": "failed", "reason": reason})]
    finally:
        if lone is not executor:
            lone.shutdown()
