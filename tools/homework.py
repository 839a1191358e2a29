"""Make the student's homework sheets from the solutions: ``python tools/homework.py [--check] [NAME …]``.

The solution notebook is the one source. Cells tagged ``solution`` are left out of the sheet (nbconvert's
``TagRemovePreprocessor``); cells tagged ``stub`` are what the student fills in. The sheet is then executed, as it
is, and must run through: a stub is "not tried yet", not an error. ``--check`` changes nothing and fails if a
sheet is not what its solution gives.
"""

from __future__ import annotations

import sys
from pathlib import Path

import nbformat
from lessons import ROOT, execute, normalise
from nbconvert.preprocessors import ClearOutputPreprocessor, TagRemovePreprocessor

SOLUTIONS = ROOT / "solutions"
SHEETS = ROOT / "notebooks" / "homework"


def sheet(solution: Path) -> nbformat.NotebookNode:
    """The student's sheet of a solution notebook, without outputs."""
    nb = nbformat.read(solution, as_version=4)
    if not any("stub" in c.metadata.get("tags", []) for c in nb.cells):
        raise SystemExit(f"{solution.name}: no cell is tagged 'stub'; the sheet would have nothing to fill in.")
    remove = TagRemovePreprocessor(remove_cell_tags={"solution"}, enabled=True)
    nb, _ = remove.preprocess(nb, {})
    nb, _ = ClearOutputPreprocessor(enabled=True).preprocess(nb, {})
    return normalise(nb)


def sources(nb: nbformat.NotebookNode) -> list[tuple[str, str, tuple[str, ...]]]:
    """What must agree between a sheet and its solution: kinds, sources and tags of the cells, in order."""
    return [(c.cell_type, c.source, tuple(c.metadata.get("tags", []))) for c in nb.cells]


def main(arguments: list[str]) -> int:
    """Write (or with ``--check`` compare) the sheets of the named solutions, or of all."""
    check = "--check" in arguments
    names = [a for a in arguments if a != "--check"]
    paths = [SOLUTIONS / f"{Path(n).stem}.ipynb" for n in names] or sorted(SOLUTIONS.glob("*.ipynb"))
    failed = False
    for path in paths:
        target, fresh = SHEETS / path.name, sheet(path)
        same = target.exists() and sources(nbformat.read(target, as_version=4)) == sources(fresh)
        if check:
            print(f"{path.name}: {'as its solution gives it' if same else 'DIFFERS: run python tools/homework.py'}")
            failed |= not same
        elif same:
            print(f"{path.name}: unchanged")
        else:
            target.write_text(nbformat.writes(fresh) + "\n", encoding="utf-8", newline="\n")
            report = execute(target)
            print(report)
            failed |= "FAILED" in report
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
