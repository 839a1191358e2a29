"""What a worker does: one sound after another becomes records and arrays, written where nobody reads yet.

A worker never touches a finished file. It writes parts into a folder that belongs to this run alone; whoever started
the run puts them in their place and notes them. A worker that outlives its run finds its folder gone, and can do no
harm.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ..audio import _course_package, load, resample
from ..errors import AudioFileError

STAGES = ("hash", "decode", "features", "write")


@dataclass(frozen=True)
class Job:
    """What holds for all sounds of a run."""

    features: Any
    segment: tuple[float, float] | None
    """Length and hop of the items in seconds; None where a sound is one item."""
    parts: str
    """The run's own folder."""


class Task(NamedTuple):
    """One sound to be worked on."""

    number: int
    sound: str
    """Its name: the path below the folder of sounds, with slashes."""
    path: str


@dataclass
class Result:
    """What became of a sound: a line for the manifest, and the parts written."""

    task: Task
    record: dict[str, Any]
    parts: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    """Time taken by each of the STAGES."""


class UnusableError(Exception):
    """The sound's own fault, which will be the same the next time."""


def begin() -> None:
    """Called once in each worker process: it goes when its parent goes, and leaves Ctrl-C to the parent."""
    import multiprocessing

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:

        def watch() -> None:
            parent.join()
            os._exit(1)

        threading.Thread(target=watch, daemon=True).start()


def ready(job: Job) -> bool:
    """Say that the worker has started, found the features, and can read sounds."""
    _course_package("soundfile")
    _course_package("soxr")
    return callable(job.features)


def make(job: Job, tasks: Sequence[Task]) -> list[Result]:
    """Work on the sounds, one after another."""
    return [_make_one(job, task) for task in tasks]


def _make_one(job: Job, task: Task) -> Result:
    result = Result(task, {"sound": task.sound})
    try:
        _into(result, job)
        return result
    except UnusableError as reason:
        state, said = "skipped", str(reason)
    except ImportError:
        raise  # nothing will work: said once, not for each file
    except FileNotFoundError as error:
        gone = not os.path.exists(task.path)
        state, said = "failed", "it vanished" if gone else _words(error)
    except Exception as error:  # whatever the reader's function raises
        state, said = "failed", _words(error)
    for part in result.parts:
        with contextlib.suppress(OSError):
            os.unlink(part)
    return Result(task, {**result.record, "state": state, "reason": said}, [], result.seconds)


def _words(error: Exception) -> str:
    """An error in one line."""
    text = " ".join(str(error).split())
    if isinstance(error, OSError):
        return error.strerror or text
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _into(result: Result, job: Job) -> None:
    record, task, features = result.record, result.task, job.features
    with _clock(result, "hash"):
        record.update(fingerprint(task.path))
    with _clock(result, "decode"):
        y, sr, seconds = decode(task.path, features.sr, mono=features.mono)
    record["seconds"] = round(seconds, 6)
    length, hop = _lengths(y, sr, job.segment, features.shortest)
    if job.segment is not None:
        record["segment"] = [round(length / sr, 9), round(hop / sr, 9)]  # in whole samples
    bytes_written = []
    for k, start in enumerate(range(0, y.shape[-1] - length + 1, hop)):
        with _clock(result, "features"):
            X = np.asarray(features(y[..., start : start + length], sr))
        if X.dtype.kind not in "biufc":
            raise TypeError(f"the features are an array of {X.dtype}; expected numbers")
        if X.ndim == 0 or X.size == 0:
            raise ValueError(f"the features have shape {X.shape}; expected an array with time last")
        if X.dtype.kind in "fc" and not np.all(np.isfinite(X)):
            raise ValueError("the features hold NaN or infinity")
        with _clock(result, "write"):
            part = os.path.join(job.parts, f"{task.number}-{k}.npy")
            result.parts.append(part)
            with open(part, "wb") as file:
                np.save(file, X, allow_pickle=False)
            bytes_written.append(os.path.getsize(part))
    if fingerprint_of(os.stat(task.path)) != {key: record[key] for key in ("size", "mtime_ns")}:
        raise OSError("it changed while it was read")
    record.update(state="done", shape=list(X.shape), dtype=X.dtype.name, bytes=bytes_written)


@contextlib.contextmanager
def _clock(result: Result, stage: str) -> Iterator[None]:
    start = time.perf_counter()
    try:
        yield
    finally:
        result.seconds[stage] = result.seconds.get(stage, 0.0) + time.perf_counter() - start


def fingerprint_of(stat: os.stat_result) -> dict[str, Any]:
    """What the file system knows of a file's content."""
    return {"size": stat.st_size, "mtime_ns": stat.st_mtime_ns}


def fingerprint(path: str) -> dict[str, Any]:
    """Size, time of change, and SHA-256 of a file."""
    with open(path, "rb") as file:
        return {
            **fingerprint_of(os.fstat(file.fileno())),
            "sha256": hashlib.file_digest(file, "sha256").hexdigest(),
        }


def decode(path: str, sr: float | None, *, mono: bool = True) -> tuple[np.ndarray, float, float]:
    """A sound at the sample rate ``sr`` (None: its own), that rate, and its length in seconds.

    Raises :class:`UnusableError` with the reason where there is nothing to work with.
    """
    try:
        with quiet(), np.errstate(invalid="ignore"):
            y, rate = load(path, mono=mono)
    except AudioFileError as error:
        if not os.path.exists(path):
            raise FileNotFoundError(path) from None
        raise UnusableError(str(error).removeprefix(str(Path(path))).strip()) from None
    low, high = float(y.min()), float(y.max())
    if not (np.isfinite(low) and np.isfinite(high)):
        raise UnusableError("holds samples that are NaN or infinite")
    if low == high:
        raise UnusableError("is silent: all samples are the same")
    seconds = y.shape[-1] / rate
    if sr is None or sr == rate:
        return y, rate, seconds
    return resample(y, orig_sr=rate, target_sr=sr), sr, seconds


def _lengths(y: np.ndarray, sr: float, segment: tuple[float, float] | None, shortest: int) -> tuple[int, int]:
    """Length and hop of the items in samples; without segments, a sound is one item."""
    n = y.shape[-1]
    length, hop = (n, n) if segment is None else (max(1, round(seconds * sr)) for seconds in segment)
    if length < shortest:
        what = "is too short" if segment is None else "is cut too short"
        raise UnusableError(f"{what}: {length / sr:.3g} s, where the longest window takes {shortest / sr:.3g} s")
    if n < length:
        raise UnusableError(f"is too short: {n / sr:.3g} s, where a segment takes {length / sr:.3g} s")
    return length, hop


# --- libsndfile writes notes on MP3 files straight to the process's error output, past Python. -------------------

_quiet_lock = threading.Lock()
_quiet_now = 0
_saved: int | None = None


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """While any thread is in here, the process's error output (file 2) goes nowhere."""
    global _quiet_now, _saved
    with _quiet_lock:
        _quiet_now += 1
        if _quiet_now == 1:
            _saved = _redirected()
    try:
        yield
    finally:
        with _quiet_lock:
            _quiet_now -= 1
            if _quiet_now == 0 and _saved is not None:
                os.dup2(_saved, 2)
                os.close(_saved)
                _saved = None


def _redirected() -> int | None:
    """Send file 2 to nowhere and return a copy of what it was; None where there is none (a window without console)."""
    try:
        saved = os.dup(2)
    except OSError:
        return None
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    return saved
