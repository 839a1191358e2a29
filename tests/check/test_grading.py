"""A class is graded: right, wrong, looping, exiting, patched, empty and broken notebooks, each as it deserves."""

import csv
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import dspkit as dk
from dspkit.check import _student, grading

ROOT = Path(__file__).resolve().parents[2]
RIGHT = "def my_rms(y):\n    return np.sqrt(np.mean(y**2))"
CROSSINGS = "def my_zero_crossing_rate(y):\n    low = y < 0\n    return np.sum(low[1:] != low[:-1]) / len(y)"
IMPORTS = "import numpy as np\nimport dspkit as dk"
# What a student hands in: the cells; the points for rms (2) and zero_crossing_rate (1); what the verdict on rms says.
CLASS: dict[str, tuple[list[str], tuple[float, float], str]] = {
    "right": ([IMPORTS, RIGHT, CROSSINGS], (2, 1), "passed"),
    "right, in other words": ([IMPORTS, "my_rms = lambda y: (y @ y / y.size) ** 0.5", CROSSINGS], (2, 1), "passed"),
    "magic": (["%matplotlib inline\n!ls", IMPORTS, RIGHT, CROSSINGS], (2, 1), "passed"),
    "wrong": ([IMPORTS, "def my_rms(y):\n    return np.mean(np.abs(y))"], (0, 0), "this is the mean of the magnitudes"),
    "a wrong number": ([IMPORTS, "def my_rms(y):\n    return 0.123 + np.mean(y)"], (0, 0), "It returned"),
    "the sheet as it was": ([IMPORTS, "def my_rms(y):\n    ..."], (0, 0), "not tried yet"),
    "nothing": ([], (0, 0), "there is no function my_rms"),
    "an endless cell": ([IMPORTS, RIGHT, "while True:\n    pass", CROSSINGS], (2, 1), "passed"),
    "an endless function": ([IMPORTS, "def my_rms(y):\n    while 1:\n        2", CROSSINGS], (0, 1), "took too long"),
    "ends the program": ([IMPORTS, "import sys", "sys.exit()", RIGHT, CROSSINGS], (2, 1), "passed"),
    "ends in its function": ([IMPORTS, "def my_rms(y):\n    exit()", CROSSINGS], (0, 1), "it ended the program"),
    "kills its process": ([IMPORTS, "import os\nos._exit(3)", RIGHT], (0, 0), "ended with status 3"),
    "an error on the way": ([IMPORTS, "1 / 0", RIGHT, CROSSINGS], (2, 1), "passed"),
    "not Python": ([IMPORTS, "def def", RIGHT, CROSSINGS], (2, 1), "passed"),
    "the check patched": (
        [IMPORTS, "type(dk.check.rms).__call__ = type(dk.check.rms).judge = lambda *a, **k: True",
         "dk.check.rms = lambda f: True", "def my_rms(y):\n    return 1.0", CROSSINGS],
        (0, 1), "wrong for",
    ),
    "the answer of the check itself": ([IMPORTS, "my_rms = dk.check.rms.reference", CROSSINGS], (0, 1), "come from"),
    "too much memory": (
        [IMPORTS, "def my_rms(y):\n    return np.ones(10**12).sum()", CROSSINGS], (0, 1), "MemoryError",
    ),
    "writes elsewhere": (
        [IMPORTS, "open('../outside.txt', 'w')", "open('inside.txt', 'w').close()", RIGHT, CROSSINGS], (2, 1), "passed",
    ),
    "moves a file out": (
        [IMPORTS, "import os\nopen('inside.txt', 'w').close()\nos.rename('inside.txt', '../outside.txt')", RIGHT],
        (2, 0), "passed",
    ),
    "runs a program": ([IMPORTS, "import subprocess\nsubprocess.run(['true'])", RIGHT], (2, 0), "passed"),
    "goes online": (
        [IMPORTS, "import socket\nsocket.create_connection(('127.0.0.1', 9), 1)", RIGHT], (2, 0), "passed",
    ),
}  # fmt: skip
PROBLEMS = {
    "an endless cell": "cell 3: stopped after",
    "ends the program": "cell 3: it ended the program",
    "kills its process": "ended with status 3",
    "an error on the way": "ZeroDivisionError",
    "not Python": "SyntaxError",
    "writes elsewhere": "cell 2: PermissionError: a graded notebook may write in its own folder only",
    "moves a file out": "may change files in its own folder only: os.rename",
    "runs a program": "may not do this: subprocess.Popen",
    "goes online": "may not do this: socket.",
}


def notebook(cells: list[str], points: dict[str, float] | None = None) -> str:
    made = [
        {"cell_type": "code", "source": source.splitlines(keepends=True), "outputs": [], "execution_count": None,
         "metadata": {"points": points[source]} if points and source in points else {}}
        for source in cells
    ]  # fmt: skip
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


@pytest.fixture(scope="module")
def sheet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sheet") / "sheet.ipynb"
    asked = ["dk.check.rms(my_rms)", "dk.check.zero_crossing_rate(my_zero_crossing_rate)"]
    path.write_text(notebook([IMPORTS, *asked], {asked[0]: 2}))
    return path


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory, sheet: Path) -> tuple[Path, list[grading.Grade]]:
    folder = tmp_path_factory.mktemp("class")
    for name, (cells, _, _) in CLASS.items():
        (folder / name).mkdir()
        (folder / name / "03.ipynb").write_text(notebook(cells))
    (folder / "broken.ipynb").write_text("{not a notebook")
    return folder, grading.grade(folder, sheet, timeout=3.0, kept=folder / "kept.json")


def grade_of(graded: tuple[Path, list[grading.Grade]], name: str) -> grading.Grade:
    return next(g for g in graded[1] if g.file in {f"{name}/03.ipynb", name})


@pytest.mark.parametrize("name", CLASS)
def test_each_gets_what_it_deserves(graded, name):
    grade = grade_of(graded, name)
    _, points, words = CLASS[name]
    assert tuple(r.points for r in grade.results) == points, grade
    assert words in grade.results[0].text
    assert grade.points == sum(points)


@pytest.mark.parametrize("name", CLASS)
def test_what_went_wrong_is_said(graded, name):
    said = "\n".join(grade_of(graded, name).problems)
    if name in PROBLEMS:
        assert PROBLEMS[name] in said
    elif name != "magic":
        assert not said


def test_a_broken_file_costs_its_own_points_only(graded):
    grade = grade_of(graded, "broken.ipynb")
    assert grade.points == 0
    assert "the notebook did not run" in grade.results[0].text
    assert len(graded[1]) == len(CLASS) + 1


def test_nothing_was_written_outside(graded):
    folder, _ = graded
    assert not list(folder.rglob("*side.txt"))
    assert not (folder / "../outside.txt").exists()


def test_a_second_run_grades_what_is_new_and_nothing_else(graded, sheet):
    folder, grades = graded
    (folder / "late.ipynb").write_text(notebook([IMPORTS, RIGHT, "# late"]))
    new = []
    again = grading.grade(folder, sheet, timeout=3.0, kept=folder / "kept.json", told=lambda g, *_: new.append(g.file))
    (folder / "late.ipynb").unlink()
    assert new == ["late.ipynb"]
    assert [g for g in again if g.file != "late.ipynb"] == grades


def test_the_table_and_the_page_of_the_class(graded):
    grades = graded[1]
    rows = list(csv.DictReader(io.StringIO(grading.as_csv(grades))))
    assert [(r["file"], float(r["points"])) for r in rows] == [(g.file, g.points) for g in grades]
    assert float(rows[[g.file for g in grades].index("right/03.ipynb")]["rms"]) == 2
    page = grading.as_html(grades, "Class & sheet")
    assert "Class &amp; sheet" in page
    assert "the mean of the magnitudes" in page
    for g in grades:
        assert g.file in page
    assert not re.search(r"<script|https?://", page)


def test_identical_work_is_found(graded):
    alike = dict(grading.identical(graded[1]))
    assert {"right/03.ipynb", "magic/03.ipynb"} <= set(alike["my_rms"])
    assert "right, in other words/03.ipynb" not in alike["my_rms"]


def test_the_command(tmp_path, sheet):
    (tmp_path / "one.ipynb").write_text(notebook([IMPORTS, RIGHT, CROSSINGS]))
    files = {kind: tmp_path / f"grades.{kind}" for kind in ("csv", "json", "html")}
    options = [part for kind, path in files.items() for part in (f"--{kind}", str(path))]
    command = [sys.executable, "-m", "dspkit.check", "grade", str(tmp_path), "--sheet", str(sheet), *options]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert "1 of 1: one.ipynb, 3 points" in done.stderr
    assert json.loads(files["json"].read_text())[0]["points"] == 3
    assert "one.ipynb,2,1,3," in files["csv"].read_text()
    assert "1 notebooks" in files["html"].read_text()
    empty = subprocess.run(
        [*command[:4], str(sheet.parent / "none"), *command[5:]], env=environment, capture_output=True, text=True,
        timeout=120, check=False,
    )  # fmt: skip
    assert empty.returncode == 2
    assert "holds no notebook" in empty.stderr


@pytest.mark.parametrize("content", ["{", "[]", notebook(["x = 1"])])
def test_a_sheet_without_checks_is_refused(tmp_path, content):
    (tmp_path / "sheet.ipynb").write_text(content)
    with pytest.raises(dk.ParameterError, match=r"cannot be read as a notebook|has no line"):
        grading.exercises(tmp_path / "sheet.ipynb")


def test_every_sheet_of_the_course_says_what_it_asks_for():
    for path in sorted((ROOT / "notebooks" / "homework").glob("*.ipynb")):
        assert grading.exercises(path), path


ANSWERS = [1, 2.5, 1j, np.arange(3), np.ones((2, 2), "float32"), "text", None, (1, 2.5), (np.ones(2), "a"), [1, 2]]


@pytest.mark.parametrize("answer", ANSWERS, ids=repr)
def test_answers_arrive_as_they_were_sent(answer):
    arrays: dict[str, np.ndarray] = {}
    came = _student.decode(json.loads(json.dumps(_student.encode(answer, arrays))), arrays)
    assert type(came) is type(answer) or isinstance(came, np.ndarray)
    for c, a in zip(came, answer, strict=True) if isinstance(answer, tuple) else [(came, answer)]:
        assert np.array_equal(c, a)
        if not isinstance(a, str | None):
            assert np.asarray(c).dtype == np.asarray(a).dtype


def test_an_error_arrives_as_an_error_and_anything_else_by_the_name_of_its_kind():
    error = _student.decode(_student.encode(ZeroDivisionError("by zero"), {}), {})
    assert type(error) is ZeroDivisionError
    assert str(error) == "by zero"
    assert _student.decode(_student.encode(object(), {}), {}) == _student.Unknown("object")
