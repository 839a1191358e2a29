"""The folder of one set of features: its lock, its manifest, and what is put into its place."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import io
import json
import os
import secrets
import shutil
import socket
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..errors import DatasetError

SETTINGS, MANIFEST, LOCK = "settings.json", "manifest.jsonl", "lock"
PARTS = "~parts-"  # and a random name: a run's own folder
TEXT = "surrogateescape"  # names of files may be no valid text


def settings_of(features: Any, segment: tuple[float, float] | None) -> dict[str, Any]:
    """All that decides what the arrays hold."""
    from .. import __version__

    return {"dspkit": __version__, "segment": list(segment) if segment else None, **features.settings}


@contextlib.contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Say in one line why nothing can be written there."""
    try:
        yield
    except OSError as error:
        raise DatasetError(f"{folder} cannot be written to: {error.strerror or error}.") from error


def set_folder(out: Path, name: str, settings: dict[str, Any]) -> Path:
    """Where a set with these settings lies: its name holds their hash, so that no two are ever mixed."""
    digest = hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()
    return out / f"{name}-{digest[:10]}"


def write_settings(folder: Path, parts: Path, settings: dict[str, Any]) -> None:
    if not (folder / SETTINGS).exists():
        with writing(folder):
            text = json.dumps(settings, indent=2, ensure_ascii=False) + "\n"
            replace_text(folder / SETTINGS, text, parts / SETTINGS)


def replace_text(path: Path, text: str, beside: Path) -> None:
    """Write a file ``beside`` its place, see it onto the disk, and rename it: the old one is there, or the new one."""
    with open(beside, "w", encoding="utf-8", errors=TEXT, newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, path)


def item_names(record: dict[str, Any], segmented: bool) -> list[str]:
    """The names of the items made from a sound; ``.npy`` is added for the file."""
    n = len(record.get("bytes", ()))
    return [f"{record['sound']}@{k:06d}" for k in range(n)] if segmented else [record["sound"]] * n


@contextlib.contextmanager
def parts_folder(folder: Path) -> Iterator[Path]:
    """A new folder for this run's unfinished files; those that killed runs have left behind are cleared away."""
    for left in folder.glob(f"{PARTS}*"):
        shutil.rmtree(left, ignore_errors=True)
    parts = folder / f"{PARTS}{secrets.token_hex(8)}"
    with writing(folder):
        parts.mkdir()
    try:
        yield parts
    finally:
        shutil.rmtree(parts, ignore_errors=True)


def sync(path: str) -> None:
    """Wait until a file's content is on the disk."""
    file = os.open(path, os.O_RDWR | getattr(os, "O_BINARY", 0))
    try:
        os.fsync(file)
    finally:
        os.close(file)


# --- The lock. ---------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Only one run at a time writes here; a second one is told who does.

    The operating system holds the lock and lets go of it when its owner ends, however that happens: a killed run's
    is free. The file says who has it, for people; it stays, empty.
    """
    with writing(folder):
        file = open(folder / LOCK, "a+b")  # noqa: SIM115 (closed below)
    with file:
        if not _acquire(file.fileno()):
            raise DatasetError(
                f"{folder} is in use: {_owner(folder)} is writing there. Wait until it is done, or end it."
            )
        try:
            file.truncate(0)
            file.write(f"process {os.getpid()} on {socket.gethostname()}\n".encode())
            file.flush()
            yield
        finally:
            with contextlib.suppress(OSError):
                file.truncate(0)


def _owner(folder: Path) -> str:
    try:
        return (folder / LOCK).read_text(encoding="utf-8").strip() or "another run"
    except OSError:
        return "another run"


def _acquire(file: int) -> bool:
    """Ask the operating system for the lock on an open file, without waiting."""
    try:
        if os.name == "nt":
            import msvcrt

            os.lseek(file, 1 << 30, os.SEEK_SET)  # a byte far behind the text, which others may then read
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError as error:
        warnings.warn(
            f"this file system keeps no locks ({error.strerror}): see to it that one run at a time writes here.",
            stacklevel=4,
        )
    return True


# --- The manifest. -----------------------------------------------------------------------------------------------


class Manifest:
    """One line of JSON for each sound, in ``manifest.jsonl``; of several for one sound, the last counts.

    Lines are only ever added, by one process. A line cut short (the last, when a run was killed) is as if it
    were not there. ``state`` is "done"; "skipped", with a reason that will be the same the next time; "failed", with
    one that may not; or "removed", when the sound is no longer there.
    """

    def __init__(self, folder: Path, parts: Path | None = None) -> None:
        self.folder, self.parts = folder, parts  # without the run's own folder, only to be read
        self.path = folder / MANIFEST
        self.segmented = json.loads((folder / SETTINGS).read_text(encoding="utf-8"))["segment"] is not None
        self._lines: dict[str, str] = {}  # as text: an object for each would take five times the memory
        self._old_items: set[str] = set()
        self._waiting: list[str] = []
        self._file: io.FileIO | None = None
        data = self.path.read_bytes() if self.path.exists() else b""
        whole = data[: data.rfind(b"\n") + 1]
        for line in whole.splitlines():
            with contextlib.suppress(ValueError, KeyError, TypeError):
                self._remember(json.loads(line.decode("utf-8", TEXT)))
        self._size = len(whole)
        self._untidy = self._tidied().encode("utf-8", TEXT) != data

    def __enter__(self) -> Manifest:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __iter__(self) -> Iterator[str]:
        return iter(self._lines)

    def __len__(self) -> int:
        return len(self._lines)

    def get(self, sound: str) -> dict[str, Any] | None:
        """The line that counts, or None."""
        line = self._lines.get(sound)
        return None if line is None else json.loads(line)

    def _remember(self, record: dict[str, Any]) -> str:
        sound = record["sound"]
        before = self.get(sound)
        if before:
            self._old_items.update(item_names(before, self.segmented))
        line = json.dumps(record, ensure_ascii=False)
        self._lines[sound] = line
        return line

    def add(self, record: dict[str, Any]) -> None:
        """Add a line. Where there is no room for it, it waits; :meth:`close` tries once more."""
        self._waiting.append(self._remember(record) + "\n")
        self._untidy = True
        with contextlib.suppress(OSError):
            self._write()

    def _write(self) -> None:
        if self._file is None:
            self._file = io.FileIO(self.path, "a")
            self._file.truncate(self._size)  # without the half line of a killed run
        data = "".join(self._waiting).encode("utf-8", TEXT)
        try:
            if self._file.write(data) != len(data):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except OSError:
            with contextlib.suppress(OSError):
                self._file.truncate(self._size)  # half a line would spoil the next
            raise
        self._size += len(data)
        self._waiting.clear()

    def _tidied(self) -> str:
        """One line for each sound, in the order of their names."""
        lines = ((sound, self._lines[sound]) for sound in sorted(self._lines))
        return "".join(f"{line}\n" for sound, line in lines if '"removed"' not in line or self._items(sound))

    def _items(self, sound: str) -> list[str]:
        return item_names(self.get(sound) or {}, self.segmented)

    def close(self) -> None:
        """Write what waits; then leave one line for each sound, and no file of an item that none names.

        So the same sounds give the same bytes, whatever happened on the way.
        """
        try:
            if self._waiting:
                self._write()
        except OSError as error:
            raise DatasetError(
                f"{self.path} could not be written to its end: {error.strerror or error}. The features made are kept; "
                f"the same call, when there is room, goes on from what could be noted."
            ) from error
        finally:
            if self._file is not None:
                self._file.close()
        if self._untidy and self.parts:
            with contextlib.suppress(OSError):  # all is noted: the next run may tidy
                named = {item for sound in self._lines for item in self._items(sound)}
                for item in self._old_items - named:
                    (self.folder / f"{item}.npy").unlink(missing_ok=True)
                replace_text(self.path, self._tidied(), self.parts / MANIFEST)
