"""Files written whole or not at all."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from .errors import AudioFileError, SampleTypeError


def name_of(path: Any) -> Path:
    """The name of a file, given as text, bytes or a path."""
    if not isinstance(path, str | bytes | os.PathLike):
        raise SampleTypeError(
            f"path is a {type(path).__name__}; expected the name of a file, as text, or a file opened for bytes."
        )
    return Path(os.fsdecode(path))


@contextmanager
def replacing(path: Any) -> Iterator[Path]:
    """A name beside ``path`` to write to; when all went well, that file takes the place of ``path``.

    Where ``path`` is a link, what it leads to is replaced; permissions stay as they are. The name for the meantime is
    short, since that of ``path`` may be as long as names can be.
    """
    name = name_of(path)
    try:
        target = Path(os.path.realpath(name))
        if not target.parent.is_dir():
            raise AudioFileError(f"the folder {name.parent} does not exist; make it first.")
    except (OSError, ValueError) as error:  # a name too long, or with a zero in it
        if isinstance(error, AudioFileError):
            raise
        raise AudioFileError(f"{path!r} is no name that a file can have: {error}.") from None
    temporary = target.with_name(f".{secrets.token_hex(8)}{target.suffix[:20]}")
    try:
        yield temporary
        if target.exists():
            shutil.copymode(target, temporary)
        temporary.replace(target)
    except AudioFileError:
        raise
    except OSError as error:
        raise AudioFileError(f"{name} could not be written: {error}") from None
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
