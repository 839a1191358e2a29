"""The lessons: that the comparison sees what it must see, and what must hold in every notebook."""

from __future__ import annotations

import ast
import base64
import copy
import io
import json
import os
import re
import subprocess
import sys
import wave
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[1]
LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))
SHEETS = sorted((ROOT / "notebooks" / "homework").glob("*.ipynb"))
SOLUTIONS = sorted((ROOT / "solutions").glob("*.ipynb"))


def ident(path: Path) -> str:
    return f"{path.parent.name}-{path.stem}"


# ---- The comparison is strict: cells of each kind, and what nbval says to each way of spoiling them ----

SETUP = "import numpy as np"
# Each kind of cell: its source, and its tags.
CELLS: dict[str, tuple[str, list[str]]] = {
    "number": ("print(round(2 / 3, 6), 's')", []),
    "figure": (
        """\
import io
from IPython.display import Image
from matplotlib.figure import Figure
fig = Figure(figsize=(7, 3), dpi=80, layout="constrained")
ax = fig.subplots()
ax.plot(np.linspace(0, 1, 500), 1.00 * 0.5 * np.sin(np.linspace(0, 40, 500)), linewidth=0.8)
ax.set(ylim=(-1, 1), title="A thin curve", xlabel="Time in s")
picture = io.BytesIO()
fig.savefig(picture)
Image(picture.getvalue())""",
        [],
    ),
    "sound": (
        """\
from IPython.display import Audio
Audio(1.00 * 0.3 * np.sin(2 * np.pi * 440 / 8000 * np.arange(2000)), rate=8000, normalize=False)""",
        [],
    ),
    "error": ("raise ValueError('one frame is too short')", ["raises-exception"]),
    "slider": ("import time; print(time.perf_counter())", ["nbval-ignore-output"]),
}


def replace(old: str, new: str) -> Callable[[Any], None]:
    """Change the cell's source; what is stored stays."""

    def change(cell: Any) -> None:
        assert cell.source.count(old) == 1
        cell.source = cell.source.replace(old, new)

    return change


def clear(cell: Any) -> None:
    """Clear the stored outputs, but not the count that says that the cell ran."""
    cell.outputs = []


def never_ran(cell: Any) -> None:
    """Clear the outputs as a notebook editor does it."""
    cell.outputs, cell.execution_count = [], None


def shift_samples(steps: int) -> Callable[[Any], None]:
    """Move every sample of the stored sound by some steps of 16 bits."""

    def change(cell: Any) -> None:
        data = cell.outputs[0]["data"]
        encoded = re.search(r"base64,([A-Za-z0-9+/=]+)", data["text/html"]).group(1)
        with wave.open(io.BytesIO(base64.b64decode(encoded))) as file:
            params, samples = file.getparams(), np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")
        buffer = io.BytesIO()
        with wave.open(buffer, "wb") as file:
            file.setparams(params)
            file.writeframes((samples + np.int16(steps)).astype("<i2").tobytes())
        data["text/html"] = data["text/html"].replace(encoded, base64.b64encode(buffer.getvalue()).decode())

    return change


# A kind of cell, what is done to it, and whether it must fail then.
VARIANTS: dict[str, tuple[str, Callable[[Any], None], bool]] = {
    **{f"{kind}_as_stored": (kind, lambda cell: None, False) for kind in CELLS},
    "sound_one_step_off": ("sound", shift_samples(1), False),
    "sound_three_steps_off": ("sound", shift_samples(3), True),
    "sound_1_percent_louder": ("sound", replace("1.00", "1.01"), True),
    "sound_shorter": ("sound", replace("2000", "1999"), True),
    "sound_at_another_rate": ("sound", replace("rate=8000", "rate=8001"), True),
    "sound_gone": ("sound", replace("\nAudio(", "\nprint("), True),
    "sound_cleared": ("sound", clear, True),
    "figure_2_percent_larger": ("figure", replace("1.00", "1.02"), True),
    "figure_2_percent_smaller": ("figure", replace("1.00", "0.98"), True),
    "figure_equal_but_for_rounding": ("figure", replace("1.00", "1.00001"), False),
    "figure_with_another_title": ("figure", replace("A thin curve", "A thin carve"), True),
    "figure_of_another_size": ("figure", replace("(7, 3)", "(7.1, 3)"), True),
    "figure_gone": ("figure", replace("\nImage(", "\ntype("), True),
    "figure_cleared": ("figure", clear, True),
    "figure_never_ran": ("figure", never_ran, True),
    "number_changed": ("number", replace("2 / 3", "2 / 3.0001"), True),
    "number_of_another_unit": ("number", replace("'s'", "'ms'"), True),
    "number_cleared": ("number", clear, True),
    "number_never_ran": ("number", never_ran, True),
    "warning_appears": ("number", replace("print", "import sys; print('careful', file=sys.stderr); print"), True),
    "error_appears": ("number", replace("print", "1 / 0; print"), True),
    "error_gone": ("error", replace("raise ", ""), True),
    "error_with_another_text": ("error", replace("one frame", "two frames"), True),
    "slider_never_ran": ("slider", never_ran, True),
    "slider_cleared": ("slider", clear, True),
    "slider_raises": ("slider", replace("print", "1 / 0; print"), True),
}


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What nbval says to each variant of a cell: "" for passed, else the message."""
    nbformat, nbclient = pytest.importorskip("nbformat"), pytest.importorskip("nbclient")
    pytest.importorskip("nbval")
    new = nbformat.v4
    cells = {k: new.new_code_cell(source, metadata={"tags": tags}) for k, (source, tags) in CELLS.items()}
    setup = new.new_code_cell(SETUP)
    nbclient.NotebookClient(new.new_notebook(cells=[setup, *cells.values()]), timeout=60, kernel_name="python3").execute()
    notebook = new.new_notebook(cells=[setup])
    for number, (kind, change, _) in enumerate(VARIANTS.values()):
        cell = copy.deepcopy(cells[kind])
        cell.id = f"variant-{number}"
        change(cell)
        notebook.cells.append(cell)
    folder = tmp_path_factory.mktemp("spoilt")
    nbformat.write(notebook, folder / "spoilt.ipynb")
    report = folder / "report.xml"
    command = [
        *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "conftest", "-c", os.devnull),
        *("--nbval", "--nbval-current-env", f"--nbval-sanitize-with={ROOT / 'tools' / 'nbval.cfg'}"),
        *(f"--rootdir={folder}", f"--junitxml={report}", str(folder)),
    ]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST")} | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, timeout=300)
    assert report.exists(), done.stdout + done.stderr
    cases = ElementTree.parse(report).getroot().iter("testcase")
    said = ["\n".join(e.text or "failed" for e in case if e.tag in {"failure", "error"}) for case in cases]
    assert len(said) == 1 + len(VARIANTS)
    assert said[0] == ""
    return dict(zip(VARIANTS, said[1:], strict=True))


@pytest.mark.parametrize("name", VARIANTS)
def test_comparison_sees(name: str, verdicts: dict[str, str]) -> None:
    assert bool(verdicts[name]) == VARIANTS[name][2], verdicts[name] or "it passed"
