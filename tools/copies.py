"""The student's copies of the lessons: laid out once, brought up to date only where the student changed nothing.

JupyterLab saves by itself, so nobody works in the course's own files: an update would touch what a student wrote. Each
file is written to a name beside it first and then renamed: a start that is interrupted leaves no half of a lesson.
"""

import hashlib
import json
import os
from pathlib import Path


class CourseError(Exception):
    """Something that the user must put right; its text says what."""


def digest(path: Path) -> str:
    """What a file holds, in short; "" where there is none."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(content)
    os.replace(str(part), str(path))


def course_files(course: Path) -> list:
    """The files of the course that a student works on, as paths inside the course's folder."""
    paths = (path.relative_to(course) for path in sorted(course.rglob("*")) if path.is_file())
    return [path for path in paths if not any(part.startswith(".") for part in path.parts)]


def beside(path: Path, version: str, offered: str) -> Path:
    """Where the course's version may lie beside a student's file: where nothing lies, or nothing of the student's."""
    number = 1
    while True:
        words = "newer version" if number == 1 else f"newer version {number}"
        place = path.with_name(f"{path.stem} ({words}){path.suffix}")
        if digest(place) in ("", version, offered):
            return place
        number += 1


def lay_out(course: Path, work: Path) -> list:
    """Lay the course's files out in the student's folder, and return what there is to tell.

    ``.course.json`` records for each file which version was laid out, and which was offered beside it. A file
    that is as it was laid out is the course's, and follows the course; a file that differs is the student's, and
    nothing here writes to it: a newer version is laid beside it, once. A file that is gone is laid out again.
    """
    if work.exists() and not work.is_dir():
        raise CourseError(f"{work} is a file; your copies of the lessons need a folder of that name. Rename the file.")
    try:
        record = json.loads((work / ".course.json").read_text(encoding="utf-8"))
        laid, offered = dict(record["laid"]), dict(record["offered"])
    except (OSError, ValueError, KeyError, TypeError):
        laid, offered = {}, {}
    news, new = [], 0
    for name in course_files(course):
        key, theirs = name.as_posix(), work / name
        content = (course / name).read_bytes()
        version, now = hashlib.sha256(content).hexdigest(), digest(theirs)
        if now != version:
            if now in ("", laid.get(key)):
                write(theirs, content)
                if key in laid and not now:
                    news.append(f"{key} was gone, and is there again")
                new += key not in laid
            elif version not in (laid.get(key), offered.get(key)):
                place = beside(theirs, version, offered.get(key, ""))
                write(place, content)
                offered[key] = version
                news.append(f"{key}: yours stays as it is; the course's new version lies beside it: {place.name}")
                continue
            else:
                continue
        laid[key] = version
    write(work / ".course.json", json.dumps({"laid": laid, "offered": offered}, indent=1, sort_keys=True).encode())
    return ([f"{new} files laid out in {work.name}/: your own copies, to change as you like"] if new else []) + news
