"""The lessons' own functions and numbers: a lesson's claims are tested here, out of its reader's way."""

from __future__ import annotations

import ast
import functools
from pathlib import Path
from types import SimpleNamespace

import pytest

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
NOT_RUN = {"nbval-ignore-output", "raises-exception"}  # sliders and times hold no claim


@functools.cache
def run(name: str) -> SimpleNamespace:
    """What stands after the lesson's last cell: all its names. Figures are made, but nothing is drawn or shown."""
    nbformat = pytest.importorskip("nbformat", reason="nbformat is not installed")
    pytest.importorskip("matplotlib", reason="Matplotlib is not installed")
    names: dict[str, object] = {"__name__": name}
    for number, cell in enumerate(nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4).cells):
        if cell.cell_type == "code" and not NOT_RUN & set(cell.metadata.get("tags", [])):
            exec(compile(ast.parse(cell.source), f"<{name}, cell {number}>", "exec"), names)
    return SimpleNamespace(**names)


@pytest.fixture
def lesson(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """The lesson that the test file is named after: ``test_01_sampling.py`` tests ``01_sampling.ipynb``."""
    monkeypatch.delenv("DSPKIT_SOUND", raising=False)
    monkeypatch.chdir(NOTEBOOKS)
    return run(request.path.stem.removeprefix("test_"))
