"""``python -m dspkit.check grade FOLDER --sheet SHEET``: grade a class's notebooks."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from ..errors import ParameterError
from . import grading


def main(given: Sequence[str] | None = None) -> int:
    """Grade, write what was asked for, and return 0; 2 if nothing could be graded."""
    parser = argparse.ArgumentParser(prog="python -m dspkit.check", description="Homework checks, for teachers.")
    commands = parser.add_subparsers(dest="command", required=True)
    grade = commands.add_parser("grade", help="grade every notebook in a folder")
    grade.add_argument("folder", help="the submissions, one notebook for each student")
    grade.add_argument("--sheet", required=True, help="the homework sheet, as notebooks/homework/07_windows.ipynb")
    grade.add_argument("--csv", metavar="FILE", help="points: a line for each notebook")
    grade.add_argument("--json", metavar="FILE", help="every verdict; a run with the same file goes on where it was")
    grade.add_argument("--html", metavar="FILE", help="the class on one page")
    grade.add_argument("--workers", type=int, help="notebooks at once (default: as many as processors)")
    grade.add_argument("--timeout", type=float, default=grading.TIMEOUT, help="seconds for a check")
    args = parser.parse_args(given)
    try:
        grades = grading.grade(
            args.folder, args.sheet, workers=args.workers, timeout=args.timeout, kept=args.json, told=_tell
        )
    except ParameterError as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 2
    if args.json:
        Path(args.json).write_text(json.dumps([asdict(g) for g in grades], indent=1), encoding="utf-8")
    if args.csv:
        Path(args.csv).write_text(grading.as_csv(grades), encoding="utf-8")
    if args.html:
        title = f"{Path(args.sheet).stem}: the class"
        Path(args.html).write_text(grading.as_html(grades, title), encoding="utf-8")
    if not (args.csv or args.html or args.json):
        print(grading.as_csv(grades), end="")
    return 0


def _tell(grade: grading.Grade, done: int, of: int) -> None:
    print(f"{done} of {of}: {grade.file}, {grade.points:g} points", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
