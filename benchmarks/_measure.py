"""How the benchmarks measure: time in turns, memory in a process of its own, and a table for the result."""

from __future__ import annotations

import contextlib
import ctypes
import multiprocessing
import os
import platform
import random
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

RUNS = 3
# Between two calls, in seconds: OpenMP's threads (PyTorch's) go on spinning for 0.2 s after their work is done.
PAUSE = 0.4


def median_seconds(calls: Mapping[str, Callable[[], Any]], *, runs: int = RUNS, least: float = 0.0) -> dict[str, float]:
    """The median time of each call, after one to warm up.

    The calls take turns, so that whatever else the machine does falls on all of them alike; and in another
    order each time, since the next in turn pays for memory that a call left in small pieces. One that takes less than
    ``least`` seconds is repeated until it has, and its mean counts; such short ones are called once more before the
    clock starts, since a processor and pages that have slept through the pause are slow at first.
    """
    taken: dict[str, list[float]] = {name: [] for name in calls}
    times = dict.fromkeys(calls, 1)
    for turn in range(runs + 1):
        for name in random.Random(turn).sample(list(calls), len(calls)):
            time.sleep(PAUSE)
            if turn and least and times[name] * least < 1:
                calls[name]()
            begin = time.perf_counter()
            for _ in range(times[name]):
                result = calls[name]()
            seconds = (time.perf_counter() - begin) / times[name]
            del result  # its memory is given back outside the clock
            if turn:
                taken[name].append(seconds)
            elif seconds < least:  # the first is slower than those to come
                calls[name]()
                begin = time.perf_counter()
                calls[name]()
                times[name] = 1 + int(least / (time.perf_counter() - begin))
    return {name: statistics.median(seconds) for name, seconds in taken.items()}


def extra_megabytes(make: Callable[[], Any], call: Callable[[Any], Any], warm: Callable[[Any], Any]) -> float | None:
    """How far the process grows during ``call(make())``, beyond its input and its result, in MB.

    Counted by the operating system (resident memory at its highest), since much of what the libraries take
    is not seen by Python. ``warm`` is called first, on the same input, so that imports and caches do not count. All
    three are functions at the top of a module. None where the system does not tell (it is Linux that does).
    """
    if not Path("/proc/self/clear_refs").exists():
        return None
    context = multiprocessing.get_context("spawn")
    answer = context.SimpleQueue()
    process = context.Process(target=_grow, args=(make, call, warm, answer))
    process.start()
    process.join()
    return None if process.exitcode else answer.get()


def _grow(make: Callable[[], Any], call: Callable[[Any], Any], warm: Callable[[Any], Any], answer: Any) -> None:
    given = make()
    warm(given)
    with contextlib.suppress(AttributeError, OSError):  # hand freed memory back, so that it is counted when taken anew
        ctypes.CDLL(None).malloc_trim(0)
    Path("/proc/self/clear_refs").write_text("5")  # forget the highest mark so far
    before = _status("VmRSS")
    result = call(given)
    grown = _status("VmHWM") - before
    size = result.nbytes if hasattr(result, "nbytes") else result.element_size() * result.nelement()
    answer.put(grown - size / 1e6)


def _status(key: str) -> float:
    """A line of the process's own status, in MB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(key + ":"):
            return int(line.split()[1]) * 1024 / 1e6
    raise KeyError(key)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown, its columns aligned: the first to the left, numbers to the right."""
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]

    def line(cells: Sequence[str]) -> str:
        first, *numbers = cells
        aligned = [cell.rjust(width) for cell, width in zip(numbers, widths[1:], strict=True)]
        return "| " + " | ".join([first.ljust(widths[0]), *aligned]) + " |"

    rule = ["-" * widths[0], *("-" * (w - 1) + ":" for w in widths[1:])]
    return "\n".join([line(head), line(rule), *map(line, rows)])


def machine() -> str:
    """What the figures were taken on, in one line."""
    load = f", load {os.getloadavg()[0]:.1f} before the start" if hasattr(os, "getloadavg") else ""
    return f"{_processor()}, {os.cpu_count()} cores{load}; Python {platform.python_version()}"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.split(": ", 1)[1] for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()
