"""From a folder of sounds to a folder of features."""

from __future__ import annotations

import contextlib
import html
import os
import sys
import time
import unicodedata
from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .._threads import _cpus
from .._validate import one_of, positive_int, positive_number
from ..audio import _course_package
from ..errors import DatasetError, ParameterError, SampleTypeError
from . import _store, _work
from ._engines import Here, Processes, results
from ._store import Manifest, item_names
from ._work import Job, Result, Task
from .features import as_features

# A folder of sounds also holds tables, notes and pictures. Sounds that libsndfile cannot read are among these: they
# are reported, not passed over.
ENDINGS = {
    *("aif", "aifc", "aiff", "au", "caf", "flac", "mp1", "mp2", "mp3", "nist", "oga", "ogg", "opus", "rf64", "sd2"),
    *("snd", "sph", "voc", "w64", "wav", "wave"),
    *("aac", "alac", "amr", "ape", "avi", "m4a", "mka", "mkv", "mov", "mp4", "mpc", "mpeg", "spx", "tta", "webm"),
    *("wma", "wv"),
}


@dataclass(frozen=True)
class Report:
    """What :func:`extract` has done."""

    folder: Path
    """Where the features are: ``FeatureDataset(report.folder)`` reads them."""
    done: int = 0
    """Sounds worked on now."""
    reused: int = 0
    """Sounds whose features were there already."""
    skipped: Mapping[str, str] = field(default_factory=dict)
    """Sounds without features, and why."""
    removed: tuple[str, ...] = ()
    """Sounds that were there at the last run and are no more; the dataset leaves them out."""
    ignored: Mapping[str, int] = field(default_factory=dict)
    """How many files have an ending that no sound has."""
    seconds: float = 0.0
    stages: Mapping[str, float] = field(default_factory=dict)
    """Seconds that the workers spent on each of hash, decode, features, write, all workers together."""

    @property
    def per_second(self) -> float:
        """Sounds worked on in a second."""
        return self.done / self.seconds if self.seconds else 0.0

    def _rows(self, most: int = 20) -> Iterator[tuple[str, str]]:
        yield "done", f"{self.done} in {self.seconds:.1f} s ({self.per_second:.0f} a second)"
        if self.reused:
            yield "there already", str(self.reused)
        if self.ignored:
            kinds = ", ".join(f"{n} {ending or 'without ending'}" for ending, n in sorted(self.ignored.items()))
            yield "no sounds", kinds
        if self.removed:
            more = f" and {len(self.removed) - 3} more" if len(self.removed) > 3 else ""
            yield "removed", f"{len(self.removed)}: {', '.join(self.removed[:3])}{more}"
        if self.skipped:
            yield "skipped", str(len(self.skipped))
            for sound in list(self.skipped)[:most]:
                yield f"  {sound}", self.skipped[sound]
            if len(self.skipped) > most:
                yield "  …", f"{len(self.skipped) - most} more: report.skipped"
        yield "folder", str(self.folder)

    def __str__(self) -> str:
        rows = list(self._rows())
        width = max(len(name) for name, _ in rows)
        return "\n".join(f"{name:<{width}}  {said}" for name, said in rows)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        cell = '<td style="text-align:left;white-space:pre">'
        cells = "".join(
            f"<tr>{cell}{html.escape(name)}</td>{cell}{html.escape(said)}</td></tr>" for name, said in self._rows()
        )
        return f"<table>{cells}</table>"


def extract(
    sounds: str | os.PathLike[str] | Iterable[str | os.PathLike[str]],
    out: str | os.PathLike[str],
    features: Any,
    *,
    pattern: str = "**/*",
    root: str | os.PathLike[str] | None = None,
    segment: tuple[float, float] | None = None,
    workers: int | None = None,
    executor: Executor | None = None,
    progress: bool = True,
    errors: str = "skip",
    hash: str = "content",
    patience: float = 600.0,
) -> Report:
    """Make the features of all sounds in a folder, each in a file of its own. Call it again, and it goes on.

    Whatever ends a run (an error, Ctrl-C, ``kill -9``, a power cut), the same call makes exactly what is missing; no
    file is ever half-written.

    Parameters
    ----------
    sounds : path, or sequence of paths
        A folder, of which the files are taken that match ``pattern`` and have a sound's ending; or files, whatever
        their endings.
    out : path
        The features go to ``out/<name>-<hash of the settings>/``: other settings never mix with these. There lies
        ``a/b.wav.npy`` for ``a/b.wav``, its ending kept, so that ``b.flac`` has another place; ``settings.json`` says
        what was made, ``manifest.jsonl`` has a line for each sound.
    features : MelStack, LogMel, MFCC, Function, or a function ``(y, sr)`` → array
        Sounds are decoded, mixed to one channel and resampled as it says.
    pattern : str
        As for :meth:`pathlib.Path.glob`. Hidden files are left out.
    root : path, optional
        For a sequence of files: the folder from which they are named; the deepest that holds them all if not given.
    segment : (seconds, seconds), optional
        Cut each sound into items of this length and hop, named ``a/b.wav@000000`` and so on. What is left at the end
        is dropped. (A sound is decoded as a whole: an hour at 44.1 kHz takes 0.6 GB a channel.)
    workers : int, optional
        How many processes; as many as there are processors if not given. 1: this process does it all, which is good
        for finding errors in a function of yours; a decoder that crashes then takes it along.
    executor : concurrent.futures.Executor, optional
        Who does the work instead: :class:`Processes` kept warm, threads, ``client.get_executor()`` of
        ``dask.distributed``. Its workers must see the same files under the same paths, and be able to import the
        features. ``workers`` then says how many there are, for how much is sent ahead.
    progress : bool
        Show a bar (tqdm): in a notebook, in a terminal, as a line now and then in a log.
    errors : {"skip", "raise"}
        What a sound that cannot be used does: it is listed with the reason, or it ends the run.
    hash : {"content", "stat"}
        How a changed file is known: by its content, read anew at each run, or by its size and time of change.
    patience : float
        Seconds without any answer after which the workers are given up.

    Returns
    -------
    Report

    Raises
    ------
    DatasetError
        If another run writes there, no worker starts, or (``errors="raise"``) a sound cannot be used.
    ParameterError
        If there are no sounds, or two would have the same name.

    Examples
    --------
    >>> import pathlib, tempfile, dspkit as dk
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     sounds = pathlib.Path(folder, "sounds")
    ...     sounds.mkdir()
    ...     for i, hertz in enumerate((220, 440)):
    ...         dk.save(sounds / f"{i}.wav", dk.sine(hertz, sr=16000), 16000)
    ...     (sounds / "2.wav").write_bytes(b"no sound at all")
    ...     report = extract(sounds, folder, dk.datasets.MelStack(), workers=1, progress=False)
    ...     report.done, report.skipped
    15
    (2, {'2.wav': 'cannot be read as sound (...): ...'})

    """
    began = time.perf_counter()
    features = as_features(features)
    segment = _checked_segment(segment)
    errors, hash = one_of(errors, ["skip", "raise"], "errors"), one_of(hash, ["content", "stat"], "hash")
    patience = positive_number(patience, "patience", unit="seconds")
    if not isinstance(executor, Executor | None):
        raise SampleTypeError(
            f"executor is a {type(executor).__name__}; expected a concurrent.futures.Executor. Dask's is "
            f"client.get_executor()."
        )
    workers = None if workers is None else positive_int(workers, "workers")
    _refuse_inside_worker()
    for package in ("soundfile", "soxr", *(["tqdm"] if progress else [])):
        _course_package(package)
    names, place, ignored = _listed(sounds, pattern, root)
    settings = _store.settings_of(features, segment)
    folder = _store.set_folder(Path(out).absolute(), features.name, settings)
    with _store.writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
    with _store.locked(folder), _store.parts_folder(folder) as parts:
        _store.write_settings(folder, parts, settings)
        _refuse_same_place(names, folder)
        with Manifest(folder, parts) as manifest:
            skipped: dict[str, str] = {}
            removed = _note_removed(manifest, names, place)
            tasks = _still_to_do(manifest, names, place, hash, skipped)
            reused = len(names) - len(tasks) - len(skipped)
            done, stages = 0, dict.fromkeys(_work.STAGES, 0.0)
            _raise_first(skipped, errors)
            batches = _results(Job(features, segment, str(parts)), tasks, executor, workers, patience)
            # Each file is seen onto the disk before it gets its name: else a power cut leaves empty files with good
            # names. That takes milliseconds a file; eight wait together, and the workers go on meanwhile.
            with (
                ThreadPoolExecutor(8) as disk,
                _bar(progress, tasks, len(names)) as step,
                contextlib.closing(batches),  # whatever ends the loop ends the workers
            ):
                for batch in batches:
                    on_disk = {part: disk.submit(_store.sync, part) for result in batch for part in result.parts}
                    for result in batch:
                        record = _put_in_place(result, on_disk, manifest)
                        step()
                        for stage, seconds in result.seconds.items():
                            stages[stage] += seconds
                        if record["state"] == "done":
                            done += 1
                        else:
                            skipped[record["sound"]] = record["reason"]
                            _raise_first(skipped, errors)
    return Report(
        folder, done, reused, dict(sorted(skipped.items())), removed, ignored, time.perf_counter() - began, stages
    )


# --- What there is to do. ----------------------------------------------------------------------------------------


def _listed(sounds: Any, pattern: str, root: Any) -> tuple[list[str], str, dict[str, int]]:
    """The names of the sounds, in order; the folder below which they are; and how many files are no sounds."""
    ignored: Counter[str] = Counter()
    if isinstance(sounds, str | os.PathLike):
        place = Path(sounds).absolute()
        if not place.is_dir():
            said = "is a file: give it in a list" if place.exists() else "does not exist"
            raise ParameterError(f"sounds={str(sounds)!r} {said}; expected a folder, or a list of files.")
        if root is not None:
            raise ParameterError("root= is for a list of files; the names in a folder begin there.")
        names = []
        for path in place.glob(pattern):
            name = path.relative_to(place)
            if path.is_file() and not any(part.startswith(".") for part in name.parts):
                if path.suffix.lower().removeprefix(".") in ENDINGS:
                    names.append(name.as_posix())
                else:
                    ignored[path.suffix.lower()] += 1
        if not names:
            other = f" ({sum(ignored.values())} other files)" if ignored else ""
            raise ParameterError(f"{place} holds no sounds that match {pattern!r}{other}; expected some to work on.")
        return sorted(names), str(place), dict(ignored)
    try:
        files = sorted({os.path.abspath(path) for path in sounds})
        above = os.path.abspath(root) if root is not None else os.path.commonpath([os.path.dirname(f) for f in files])
    except TypeError:
        raise SampleTypeError(f"sounds={sounds!r}; expected a folder, or a list of files.") from None
    except ValueError:
        said = "are on different drives: make a set for each" if files else "is empty"
        raise ParameterError(f"the list of sounds {said}.") from None
    names = [Path(os.path.relpath(file, above)).as_posix() for file in files]
    if outside := [name for name in names if name.startswith("../")]:
        raise ParameterError(f"{outside[0]} is outside root={above}; expected files below it.")
    return names, above, {}


def _checked_segment(segment: Any) -> tuple[float, float] | None:
    if segment is None:
        return None
    try:
        length, hop = segment
    except (TypeError, ValueError):
        raise SampleTypeError(f"segment={segment!r}; expected (length, hop) in seconds, such as (4, 2).") from None
    return (
        positive_number(length, "the segment's length", unit="seconds"),
        positive_number(hop, "the segment's hop", unit="seconds"),
    )


def _refuse_inside_worker() -> None:
    import multiprocessing

    if getattr(multiprocessing.current_process(), "_inheriting", False):
        raise DatasetError(
            "extract was called by a worker process that was only starting: it runs the lines of your script first. "
            'Put the call under `if __name__ == "__main__":`.'
        )


def _refuse_same_place(names: Sequence[str], folder: Path) -> None:
    """Where the file system takes A.wav and a.wav for one, only one of them has a place."""
    if not _one_case(folder):
        return
    seen: dict[str, str] = {}
    for name in names:
        other = seen.setdefault(unicodedata.normalize("NFC", name).casefold(), name)
        if other != name:
            raise ParameterError(f"{other} and {name} would be one file in {folder}; rename one of them.")


def _one_case(folder: Path) -> bool:
    return (folder / _store.SETTINGS.upper()).exists()


def _note_removed(manifest: Manifest, names: Sequence[str], place: str) -> tuple[str, ...]:
    """The sounds that have a line and are no more, which the manifest then says."""
    here, removed = set(names), []
    for sound in list(manifest):
        if sound not in here and not os.path.exists(os.path.join(place, sound)):
            record = manifest.get(sound) or {}
            if record["state"] != "removed":
                removed.append(sound)
                # What was made of it stays, should it come back.
                manifest.add({**(record if record["state"] == "done" else {"sound": sound}), "state": "removed"})
    return tuple(sorted(removed))


def _still_to_do(
    manifest: Manifest, names: Sequence[str], place: str, hash: str, skipped: dict[str, str]
) -> list[Task]:
    """The sounds that are new, changed, or were not finished. ``skipped`` gets those known to be of no use."""

    def known(sound: str) -> dict[str, Any] | None:
        record = manifest.get(sound)
        return record if record and _holds(record, os.path.join(place, sound), manifest, hash) else None

    tasks: list[Task] = []
    with ThreadPoolExecutor(_cpus() + 2) as threads:  # to hash is to wait for the disk, or for code without the lock
        for start in range(0, len(names), 1024):
            some = names[start : start + 1024]
            for number, (sound, record) in enumerate(zip(some, threads.map(known, some), strict=True), start):
                if record is None:
                    tasks.append(Task(number, sound, os.path.join(place, sound)))
                elif record["state"] == "skipped":
                    skipped[sound] = record["reason"]
                elif record["state"] == "removed":
                    manifest.add({**record, "state": "done"})
    return tasks


def _holds(record: dict[str, Any], path: str, manifest: Manifest, hash: str) -> bool:
    """Whether a line still holds: the sound is the same, and all that was made of it is there."""
    if record["state"] not in ("done", "skipped", "removed"):
        return False
    items = item_names(record, manifest.segmented)
    if record["state"] == "removed" and not items:
        return False
    try:
        for item, size in zip(items, record.get("bytes", ()), strict=True):
            if os.stat(manifest.folder / f"{item}.npy").st_size != size:
                return False
        now = _work.fingerprint_of(os.stat(path))
        if hash == "content":
            if now["size"] != record.get("size"):
                return False
            now = {"sha256": _work.fingerprint(path)["sha256"]}
    except OSError:
        return False
    return all(record.get(key) == value for key, value in now.items())


# --- The run. ----------------------------------------------------------------------------------------------------


def _results(
    job: Job, tasks: Sequence[Task], executor: Executor | None, workers: int | None, patience: float
) -> Generator[Sequence[Result], None, None]:
    """The results of the engine that was asked for, which is ended if it is our own."""
    if not tasks:
        return
    if executor is not None:
        yield from results(job, tasks, executor, workers, patience)
    elif workers == 1:
        yield from results(job, tasks, Here(), 1, patience)
    else:
        with Processes(workers) as own:
            try:
                yield from results(job, tasks, own, workers, patience)
            except BaseException:  # also Ctrl-C, and a caller who has heard enough
                own.kill()
                raise


def _put_in_place(result: Result, on_disk: Mapping[str, Future[None]], manifest: Manifest) -> dict[str, Any]:
    """Move what a worker has written to its place, and note it. The order is what makes a power cut harmless."""
    record, sound = result.record, result.task.sound
    if record["state"] == "done":
        before = manifest.get(sound)
        if before and before.get("bytes"):  # from now on its old line does not hold
            manifest.add({"sound": sound, "state": "failed", "reason": "was being made anew when the run ended"})
        try:
            for part in result.parts:
                on_disk[part].result()
            for part, item in zip(result.parts, item_names(record, manifest.segmented), strict=True):
                target = manifest.folder / f"{item}.npy"
                target.parent.mkdir(parents=True, exist_ok=True)
                os.replace(part, target)
        except OSError as error:
            record = {"sound": sound, "state": "failed", "reason": error.strerror or str(error)}
            for part in result.parts:
                with contextlib.suppress(OSError):
                    os.unlink(part)
    manifest.add(record)
    return record


def _raise_first(skipped: Mapping[str, str], errors: str) -> None:
    if skipped and errors == "raise":
        sound, reason = next(iter(skipped.items()))
        raise DatasetError(f"{sound}: {reason}. What was done before is kept; errors='skip' lists it and goes on.")


@contextlib.contextmanager
def _bar(progress: bool, tasks: Sequence[Task], total: int) -> Iterator[Any]:
    """A function to call after each sound."""
    if not progress or not tasks:
        yield lambda: None
        return
    tqdm = _course_package("tqdm.auto").tqdm
    in_notebook = any("notebook" in base.__module__ for base in tqdm.__mro__)
    # In a log each change of the bar is a new line: one in half a minute is enough.
    pace = 0.1 if in_notebook or sys.stderr.isatty() else 30.0
    with tqdm(total=total, initial=total - len(tasks), unit="sound", mininterval=pace, maxinterval=pace) as bar:
        yield bar.update
