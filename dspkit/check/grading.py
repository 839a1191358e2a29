"""Grade a folder of homework notebooks: ``python -m dspkit.check grade FOLDER --sheet SHEET``.

Each notebook runs in a process and a folder of its own (:mod:`dspkit.check._student`), which sends back what the
student's functions gave for the checks' cases. Judged is here, by the checks as they are here. One notebook that is
broken, loops without end or ends its process costs its own points and nothing else.
"""

from __future__ import annotations

import ast
import csv
import functools
import hashlib
import html
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from .. import check as checks
from ..errors import ParameterError
from ._check import Check, Verdict
from ._student import decode
from ._trial import Trial

# For each check, in seconds; a cell gets three times as much, and the whole notebook so many times.
TIMEOUT = 10.0
TIMES = 18


@dataclass(frozen=True)
class Exercise:
    """What a sheet asks for: a check, the name of the function that is handed to it, and what it is worth."""

    check: str
    function: str
    points: float = 1.0


@dataclass(frozen=True)
class Result:
    """One exercise of one student."""

    check: str
    status: str
    text: str
    mistake: str | None
    points: float


@dataclass(frozen=True)
class Grade:
    """One notebook, graded.

    Attributes
    ----------
    file : str
        The notebook, as a path below the graded folder.
    results : list of Result
        One for each exercise.
    points : float
        Their sum.
    problems : list of str
        What went wrong while the notebook ran, one line for each cell; or why it could not run at all.
    work : dict
        The text of each graded function, without comments and docstring, as a hash: the same for identical work.
    digest : str
        Of the notebook and of what is asked: a grade is kept as long as this is the same.

    """

    file: str
    results: list[Result]
    points: float
    problems: list[str] = field(default_factory=list)
    work: dict[str, str] = field(default_factory=dict)
    digest: str = ""


def exercises(sheet: str | os.PathLike[str]) -> list[Exercise]:
    """What a homework sheet (or its solution) asks for: every last line ``dk.check.name(function)`` of a cell.

    A cell's metadata may say what it is worth: ``{"points": 3}``; 1 if it does not.

    Parameters
    ----------
    sheet : path
        A notebook, such as ``notebooks/homework/07_windows.ipynb``.

    Returns
    -------
    list of Exercise

    Raises
    ------
    ParameterError
        The file is not a notebook, or has no check in it.

    """
    path = Path(sheet)
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        found = [e for cell in content["cells"] if cell["cell_type"] == "code" for e in _asked(cell)]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ParameterError(f"{path} cannot be read as a notebook: {error}. Name a sheet of the course.") from error
    if not found:
        raise ParameterError(f"{path} has no line dk.check.name(function); expected a homework sheet.")
    return found


def _asked(cell: Mapping[str, Any]) -> Iterator[Exercise]:
    try:
        body = ast.parse("".join(cell["source"])).body
    except SyntaxError:
        return
    call = body[-1].value if body and isinstance(body[-1], ast.Expr) else None
    if isinstance(call, ast.Call) and len(call.args) == 1 and isinstance(call.args[0], ast.Name):
        owner, _, name = ast.unparse(call.func).rpartition(".")
        if owner == "dk.check" and isinstance(getattr(checks, name, None), Check):
            yield Exercise(name, call.args[0].id, float(cell.get("metadata", {}).get("points", 1.0)))


def grade(
    folder: str | os.PathLike[str],
    sheet: str | os.PathLike[str],
    *,
    workers: int | None = None,
    timeout: float = TIMEOUT,
    kept: str | os.PathLike[str] | None = None,
    told: Callable[[Grade, int, int], None] | None = None,
) -> list[Grade]:
    """Grade every notebook in ``folder`` and below it.

    Parameters
    ----------
    folder : path
        The submissions: one notebook for each student, under any names and in any folders.
    sheet : path
        The homework sheet, which says what is graded (see :func:`exercises`).
    workers : int, optional
        How many notebooks run at once; as many as there are processors by default.
    timeout : float
        Seconds for each check. A cell may take three times as long, a notebook 18 times: then it is stopped.
    kept : path, optional
        A JSON file of grades. Those in it whose notebook has not changed are taken as they are; new ones are added at
        once, so that a run which is stopped goes on where it was.
    told : function, optional
        Called with each new grade, how many there are by then, and how many there will be.

    Returns
    -------
    list of Grade
        In the order of the files' names.

    Raises
    ------
    ParameterError
        There is no notebook in the folder, or the sheet asks for nothing.

    """
    root = Path(folder)
    asked = exercises(sheet)
    notebooks = sorted(p for p in root.rglob("*.ipynb") if ".ipynb_checkpoints" not in p.parts)
    if not notebooks:
        raise ParameterError(f"{root} holds no notebook (*.ipynb); expected a folder of submissions.")
    known = _read_kept(kept)
    grades: dict[str, Grade] = {}
    with ThreadPoolExecutor(workers or os.cpu_count() or 1) as pool:
        waiting = []
        for path in notebooks:
            name, digest = path.relative_to(root).as_posix(), _digest(path, asked)
            if name in known and known[name].digest == digest:
                grades[name] = known[name]
            else:
                waiting.append(pool.submit(_grade_one, path, name, digest, asked, timeout))
        for done in as_completed(waiting):
            new = done.result()
            grades[new.file] = new
            if kept is not None:
                _write(kept, json.dumps([asdict(g) for g in grades.values()], indent=1))
            if told is not None:
                told(new, len(grades), len(notebooks))
    return [grades[name] for name in sorted(grades)]


def _digest(path: Path, asked: Sequence[Exercise]) -> str:
    return hashlib.sha256(path.read_bytes() + repr(asked).encode()).hexdigest()[:32]


def _read_kept(kept: str | os.PathLike[str] | None) -> dict[str, Grade]:
    if kept is None or not Path(kept).exists():
        return {}
    try:
        content = json.loads(Path(kept).read_text(encoding="utf-8"))
        grades = [Grade(**{**g, "results": [Result(**r) for r in g["results"]]}) for g in content]
    except (ValueError, TypeError, KeyError) as error:
        raise ParameterError(f"{kept} holds no grades: {error}. Name another file, or delete it.") from error
    return {g.file: g for g in grades}


def _write(path: str | os.PathLike[str], text: str) -> None:
    """Whole, or not at all."""
    beside = Path(f"{path}.part")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)


def _grade_one(path: Path, name: str, digest: str, asked: Sequence[Exercise], timeout: float) -> Grade:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as own:
        home = Path(own)
        for fonts in _font_lists():
            shutil.copy(fonts, home)
        (home / "asked.json").write_text(json.dumps({e.check: e.function for e in asked}), encoding="utf-8")
        command = [sys.executable, "-m", "dspkit.check._student", str(path.resolve()), "asked.json", "done.json"]
        try:
            ended = subprocess.run(
                [*command, str(timeout)], cwd=home, env=_environment(home), capture_output=True, text=True,
                errors="replace", timeout=TIMES * timeout, check=False,
            )  # fmt: skip
            problem = f"its process ended with status {ended.returncode}: {_last_line(ended.stderr)}"
        except subprocess.TimeoutExpired:
            problem = f"stopped after {TIMES * timeout:g} s"
        try:
            given = json.loads((home / "done.json").read_text(encoding="utf-8"))
            with np.load(home / "answers.npz", allow_pickle=False) as stored:
                arrays = dict(stored)
        except (OSError, ValueError, EOFError):
            lost = [
                Result(e.check, "failed", f"✗ {e.check}: the notebook did not run: {problem}", None, 0.0) for e in asked
            ]
            return Grade(name, lost, 0.0, [problem], {}, digest)
    results = [_judged(e, given["given"][e.check], arrays) for e in asked]
    work = {f: hashlib.sha256(text.encode()).hexdigest()[:16] for f, text in given["sources"].items()}
    return Grade(name, results, sum(r.points for r in results), given["wrong"], work, digest)


def _environment(home: Path) -> dict[str, str]:
    """The grader's own, with this dspkit to be found; what programs write beside themselves goes to ``home``."""
    paths = [str(Path(checks.__file__).parents[2]), *filter(None, [os.environ.get("PYTHONPATH")])]
    keep = {
        "MPLCONFIGDIR": str(home),
        "NUMBA_CACHE_DIR": str(home),
        "PYTHONDONTWRITEBYTECODE": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "TMPDIR": str(home),
    }
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths), **keep}


@functools.cache
def _font_lists() -> tuple[Path, ...]:
    """Matplotlib's list of fonts, which each process would otherwise take seconds to make anew."""
    try:
        from matplotlib import font_manager, get_cachedir
    except ImportError:
        return ()
    font_manager.findfont("DejaVu Sans")  # makes the list if there is none
    return tuple(Path(get_cachedir()).glob("fontlist-*.json"))


def _last_line(text: str) -> str:
    lines = [line for line in text.strip().splitlines() if line.strip()]
    return lines[-1][:200] if lines else "no message"


def _judged(exercise: Exercise, given: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> Result:
    """The verdict of this process's own check on what a student's process sent."""
    check: Check = getattr(checks, exercise.check)
    if "missing" in given:
        verdict = Verdict("not tried yet", f"… {check.name}: there is no function {given['missing']}.")
    elif "call" in given:
        verdict = Verdict("failed", f"✗ {check.name}: {given['call']}")
    elif not given["in_time"]:
        words = check.cases[min(len(given["trials"]), len(check.cases) - 1)].words
        verdict = Verdict("failed", f"✗ {check.name}: took too long, at {words}: a loop that never ends?")
    else:
        trials = [Trial(decode(t["answer"], arrays), str(t["printed"]), str(t["changed"])) for t in given["trials"]]
        verdict = check.judge(trials, lambda: given["uses"])
    return Result(exercise.check, verdict.status, verdict.text, verdict.mistake, exercise.points if verdict else 0.0)


# ---- What is handed to a teacher ----


def as_csv(grades: Sequence[Grade]) -> str:
    """One line for each notebook: its points for each check, and their sum."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    names = [r.check for r in grades[0].results] if grades else []
    writer.writerow(["file", *names, "points", "problems"])
    for g in grades:
        writer.writerow([g.file, *(f"{r.points:g}" for r in g.results), f"{g.points:g}", "; ".join(g.problems)])
    return out.getvalue()


def identical(grades: Iterable[Grade]) -> list[tuple[str, list[str]]]:
    """Functions that several notebooks have to the letter, comments apart: (function, files), the largest group first.

    A short function is alike in many right answers; alike mistakes say more.
    """
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for g in grades:
        for function, digest in g.work.items():
            groups[function, digest].append(g.file)
    alike = [(function, files) for (function, _), files in groups.items() if len(files) > 1]
    return sorted(alike, key=lambda item: (-len(item[1]), item[0]))


def as_html(grades: Sequence[Grade], title: str) -> str:
    """The class on one page: scores, the mistakes it made, whom to talk to, who handed in the same."""
    names = [r.check for r in grades[0].results] if grades else []
    most = {n: max((r.points for g in grades for r in g.results if r.check == n), default=0.0) for n in names}
    mistakes = Counter((r.check, r.mistake) for g in grades for r in g.results if r.mistake)
    unnamed = Counter(r.check for g in grades for r in g.results if r.status == "failed")
    rows = []
    for n in names:
        of = [r for g in grades for r in g.results if r.check == n]
        passed = sum(r.status == "passed" for r in of)
        counts = [sum(r.status == s for r in of) for s in ("recognised", "failed", "not tried yet")]
        rows.append([_code(n), _bar(passed, len(of)), *map(str, counts)])
    named = [[_code(c), html.escape(str(m)), _bar(k, len(grades))] for (c, m), k in mistakes.most_common(15)]
    others = ", ".join(f"{_code(c)} {k}" for c, k in unnamed.most_common())
    worst = sorted(grades, key=lambda g: (g.points, g.file))[:10]
    low = [[html.escape(g.file), f"{g.points:g}", html.escape("; ".join(g.problems) or "–")] for g in worst]
    marks = {"passed": "✓", "recognised": "≈", "failed": "✗", "not tried yet": "…"}
    every = [
        [html.escape(g.file), *(f'<span title="{html.escape(r.text)}">{marks[r.status]}</span>' for r in g.results),
         f"{g.points:g}"]
        for g in grades
    ]  # fmt: skip
    same = [[_code(f), html.escape(", ".join(files[:12])), str(len(files))] for f, files in identical(grades)[:15]]
    mean = sum(g.points for g in grades) / max(1, len(grades))
    parts = [
        f"<h1>{html.escape(title)}</h1><p>{len(grades)} notebooks, {mean:.2f} of {sum(most.values()):g} points on "
        "average.</p>",
        "<h2>Exercises</h2>",
        _table(["check", "passed", "known mistake", "other mistake", "not tried"], rows),
        "<h2>What to teach next: the mistakes that the class made</h2>",
        _table(["check", "mistake", "how many"], named) if named else "<p>None that has a name.</p>",
        f"<p>Besides, mistakes without a name: {others or 'none'}.</p>",
        "<h2>Fewest points</h2>",
        _table(["file", "points", "what went wrong while it ran"], low),
        "<h2>Identical functions</h2><p>To the letter, comments apart. Short functions are alike in many right "
        "answers; alike mistakes say more.</p>",
        _table(["function", "files", "how many"], same) if same else "<p>None.</p>",
        "<h2>All</h2><p>✓ passed, ≈ a known mistake, ✗ another, … not tried; rest the pointer on a mark to read the "
        "verdict.</p>",
        _table(["file", *map(_code, names), "points"], every),
    ]
    style = (
        "body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b;"
        "background:#fff}table{border-collapse:collapse;margin:.5rem 0 1.5rem}td,th{padding:.25rem .7rem;"
        "border-bottom:1px solid #ccc;text-align:left;vertical-align:top}meter{width:9rem;height:1rem}"
    )
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{html.escape(title)}</title>'
        f"<style>{style}</style></head><body>{''.join(parts)}</body></html>\n"
    )


def _code(name: str) -> str:
    return f"<code>{html.escape(name)}</code>"


def _bar(count: int, of: int) -> str:
    return f'<meter min="0" max="{max(1, of)}" value="{count}"></meter> {count} of {of}'


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    cells = "".join("<tr>" + "".join(f"<td>{c}</td>" for c in row) + "</tr>" for row in rows)
    return f"<table><tr>{''.join(f'<th>{h}</th>' for h in head)}</tr>{cells}</table>"
