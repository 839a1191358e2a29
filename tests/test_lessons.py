"""The lessons: that the comparison sees what it must see, and what must hold in every notebook."""

from __future__ import annotations

import ast
import base64
import copy
import functools
import io
import os
import re
import subprocess
import sys
import wave
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path
from typing import Any

import homework
import lessons
import numpy as np
import pytest

import dspkit as dk

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
    "movie": (
        """\
import sys
from pathlib import Path
sys.path.insert(0, str(Path.cwd()))
import dspkit as dk
x = np.linspace(0, 1, 200)
fig = dk.viz.lines(x, {"a": np.sin(9 * x)}, x_label="t", y_label="y")
def update(k):
    fig.axes[0].lines[0].set_ydata(np.sin(9 * x + 0.1 * k + 0.00 * (k == 3)))
    return fig.axes[0].lines
dk.viz.movie(fig, update, 6, what="a wave", seconds=1.0, hold=1.0)""",
        [],
    ),
    "difference": ("print('stft: largest difference', 3e-15 * 1, end=', allowed 1e-12 (float64)')", []),
    "sound": (
        """\
from IPython.display import Audio
Audio(1.00 * 0.3 * np.sin(2 * np.pi * 440 / 8000 * np.arange(2000)), rate=8000, normalize=False)""",
        [],
    ),
    "error": ("raise ValueError('one frame is too short')", ["raises-exception"]),
    "folded": ("print('the answer is', 42)", ["hide-output"]),
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
    "movie_with_another_picture": ("movie", replace("0.00", "0.03"), True),
    "movie_with_fewer_pictures": ("movie", replace("6, what", "5, what"), True),
    "movie_at_another_pace": ("movie", replace("seconds=1.0", "seconds=1.2"), True),
    "movie_equal_but_for_rounding": ("movie", replace("0.00", "1e-6"), False),
    "movie_cleared": ("movie", clear, True),
    "difference_of_other_noise": ("difference", replace("* 1", "* 2"), False),
    "difference_beyond_its_limit": ("difference", replace("* 1", "* 1000"), True),
    "difference_of_nan": ("difference", replace("3e-15 * 1", "'nan'"), True),
    "difference_with_another_limit": ("difference", replace("1e-12", "1e-9"), True),
    "difference_of_something_else": ("difference", replace("stft", "istft"), True),
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
    "folded_with_another_answer": ("folded", replace("42", "43"), True),
    "folded_and_cleared": ("folded", clear, True),
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
    nbclient.NotebookClient(
        new.new_notebook(cells=[setup, *cells.values()]), timeout=60, kernel_name="python3"
    ).execute()
    cells["folded"].outputs.insert(0, lessons.first_line())
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


# ---- What holds in every notebook ----

TAGS = {"hide-output", "nbval-ignore-output", "raises-exception", "stub", "solution"}
MIME_TYPES = {"text/plain", "text/html", "text/latex", "text/markdown", "image/png"}
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:home|root|work|tmp|Users|usr|opt)/|[A-Z]:\\\\|site-packages")
CHECKED = re.compile(r"^dk\.check\.[^\n]*\Z", flags=re.MULTILINE)  # a check in the last line shows its verdict
PARTS = ("Compare", "What can go wrong", "On the GPU", "Exercises", "Bring your own sound", "Further reading")

on_notebooks = pytest.mark.parametrize("path", LESSONS + SHEETS + SOLUTIONS, ids=ident)
on_lessons = pytest.mark.parametrize("path", LESSONS, ids=ident)
# The lessons that tell a story, whose claims are tested in tests/lessons/; the others have the parts of before.
STORIES = [p for p in LESSONS if (ROOT / "tests" / "lessons" / f"test_{p.stem}.py").exists()]
on_topics = pytest.mark.parametrize(
    "path", [p for p in LESSONS if not p.stem.startswith("00_") and p not in STORIES], ids=ident
)
on_stories = pytest.mark.parametrize("path", STORIES, ids=ident)
on_solutions = pytest.mark.parametrize("path", SOLUTIONS, ids=ident)


@functools.cache
def read(path: Path) -> Any:
    return pytest.importorskip("nbformat").read(path, as_version=4)


def code(path: Path, tag: str | None = None) -> list[Any]:
    """The code cells, all or those with a tag."""
    cells = [cell for cell in read(path).cells if cell.cell_type == "code"]
    return cells if tag is None else [cell for cell in cells if tag in cell.metadata.get("tags", [])]


def text(cell: Any) -> str:
    """What a cell prints or returns, as text."""
    return "\n".join(str(o.get("text", "")) + str(o.get("data", {}).get("text/plain", "")) for o in cell.outputs)


def test_there_are_lessons_and_each_has_its_homework() -> None:
    assert LESSONS
    assert [p.stem for p in LESSONS] == [p.stem for p in SOLUTIONS] == [p.stem for p in SHEETS]


@on_notebooks
def test_file_is_small(path: Path) -> None:
    assert path.stat().st_size < 2.5e6


@on_notebooks
def test_stored_as_the_tool_stores(path: Path) -> None:
    """No machine's metadata, ids from the cells' sources: two authors' notebooks differ only in what they wrote."""
    nbformat = pytest.importorskip("nbformat")
    assert path.read_text(encoding="utf-8") == nbformat.writes(lessons.normalise(copy.deepcopy(read(path)))) + "\n"


@on_notebooks
def test_every_code_cell_ran_in_order(path: Path) -> None:
    assert [cell.execution_count for cell in code(path)] == list(range(1, len(code(path)) + 1))


@on_notebooks
def test_outputs_are_fit_to_be_kept(path: Path) -> None:
    for cell in code(path):
        for output in cell.outputs:
            assert output.get("name") != "stderr", cell.source
            assert output.output_type != "error" or "raises-exception" in cell.metadata.tags, cell.source
            assert set(output.get("data", {})) <= MIME_TYPES, cell.source
        assert "Warning:" not in text(cell), cell.source
        assert not MACHINE_PATH.search(text(cell)), text(cell)


@on_notebooks
def test_what_is_not_compared_claims_nothing(path: Path) -> None:
    """Only sliders, times, and what is not installed everywhere may differ: no result hides in such a cell."""
    for cell in code(path):
        tags = set(cell.metadata.get("tags", []))
        assert tags <= TAGS, tags
        assert not re.search(r"#\s*NBVAL_|#\s*PYTEST_VALIDATE", cell.source), cell.source
    for cell in code(path, "nbval-ignore-output"):
        assert not re.search(r"\bassert\b", cell.source), cell.source
        assert re.search(r"dk\.explore\.|perf_counter|timeit|except [\w.]*Error", cell.source), cell.source
        assert "print(" not in cell.source or re.search(r"perf_counter|timeit|except [\w.]*Error", cell.source), (
            cell.source
        )
    assert len(code(path, "nbval-ignore-output")) <= 0.25 * len(code(path))


@on_lessons
def test_reads_as_a_text(path: Path) -> None:
    """Never more than three code cells without a sentence; a cell is small; a picture or a sound comes soon."""
    cells = read(path).cells
    kinds = "".join("c" if cell.cell_type == "code" else "m" for cell in cells)
    assert "cccc" not in kinds, f"four code cells in a row from cell {kinds.index('cccc')}"
    assert cells[0].source.startswith("# ")
    for cell in code(path):
        assert 0 < len([line for line in cell.source.splitlines() if line.strip()]) <= 18, cell.source
    early = [output.get("data", {}) for cell in code(path)[:3] for output in cell.outputs]
    assert any("image/png" in data or "<audio" in str(data.get("text/html")) for data in early)


@on_topics
def test_has_the_parts_that_every_lesson_has(path: Path) -> None:
    markdown = [cell.source for cell in read(path).cells if cell.cell_type == "markdown"]
    headings = re.findall(r"^##+ +(.*)$", "\n".join(markdown), flags=re.MULTILINE)
    places = [next((i for i, h in enumerate(headings) if h.startswith(part)), None) for part in PARTS]
    assert None not in places, dict(zip(PARTS, places, strict=True))
    assert 1_800 <= len(re.findall(r"\w+", " ".join(markdown))) <= 4_000
    assert code(path, "nbval-ignore-output"), "no slider"


PRACTICE = ("Exercises", "Bring your own sound")
REFERENCE = (
    *("Compare", "What can go wrong", "Formulas", "On the GPU", "Look inside", "Further reading"),
    "What the next lesson needs",
)
ANSWERS = "## The five questions, answered"
FOLD = re.compile(r"<details>\s*<summary>.+?</summary>\n\n.+?\n\n</details>", flags=re.DOTALL)


def parts(path: Path) -> dict[str, list[Any]]:
    """The cells of a lesson's three parts; each begins with a cell that begins with its heading."""
    cells = read(path).cells
    story, practice, reference = (
        next(i for i, c in enumerate(cells) if c.source.startswith(heading))
        for heading in ("# ", "## Practice", "## Reference")
    )
    assert 0 == story < practice < reference
    return {"story": cells[:practice], "practice": cells[practice:reference], "reference": cells[reference:]}


def headings(cells: list[Any], level: int) -> list[str]:
    found = re.compile(rf"^{'#' * level} +(.+)$", flags=re.MULTILINE)
    return [h for cell in cells if cell.cell_type == "markdown" for h in found.findall(cell.source)]


def lines_of_code(cell: Any) -> int:
    return len([line for line in cell.source.splitlines() if line.strip() and not line.strip().startswith("#")])


def movie_lengths(cells: list[Any]) -> list[int]:
    """The number of pictures in each figure."""
    image = pytest.importorskip("PIL.Image")
    data = [o["data"]["image/png"] for c in cells for o in c.get("outputs", []) if "image/png" in o.get("data", {})]
    return [getattr(image.open(io.BytesIO(base64.b64decode(png))), "n_frames", 1) for png in data]


@on_stories
def test_story_practice_reference(path: Path) -> None:
    """The three parts, in this order, and what each must have."""
    lesson = parts(path)
    assert headings(lesson["story"], 2)[-1] == ANSWERS.removeprefix("## ")
    assert headings(lesson["practice"], 3) == list(PRACTICE)
    given = headings(lesson["reference"], 3)
    assert given == [h for h in REFERENCE if h in given]
    assert set(REFERENCE) - set(given) <= {"Look inside"}
    assert not headings(lesson["story"], 3)
    words = len(re.findall(r"\w+", " ".join(c.source for c in read(path).cells if c.cell_type == "markdown")))
    assert 1_800 <= words <= 4_500


@on_stories
def test_story_is_short(path: Path) -> None:
    """Twenty to thirty minutes: few cells, few lines, never a wall of code."""
    story = parts(path)["story"]
    assert len(story) <= 40
    assert sum(lines_of_code(c) for c in story if c.cell_type == "code") <= 150
    cells = read(path).cells
    assert "ccc" not in "".join("c" if cell.cell_type == "code" else "m" for cell in cells)
    for cell in code(path):
        assert lines_of_code(cell) <= 14, cell.source


@on_stories
def test_story_begins_with_a_recording_and_moves(path: Path) -> None:
    """A recording is heard and seen within the first three cells; one picture moves, and says what."""
    story = parts(path)["story"]
    assert re.findall(r"^(\d)\. ", story[0].source, flags=re.MULTILINE) == list("12345")
    early = story[1:4]
    assert any("dk.recording(" in c.source for c in early if c.cell_type == "code")
    shown = [o.get("data", {}) for c in early for o in c.get("outputs", [])]
    assert any("<audio" in str(data.get("text/html")) for data in shown)
    assert any("image/png" in data for data in shown)
    assert max(movie_lengths(story)) >= 20
    assert code(path, "nbval-ignore-output"), "no slider"


@on_stories
def test_predictions_and_answers_are_folded(path: Path) -> None:
    """A prediction's answer follows within three cells, folded; the five answers are; no exercise is answered."""
    cells = read(path).cells
    asked = [i for i, c in enumerate(cells) if c.cell_type == "markdown" and "**Predict" in c.source]
    assert len(asked) >= 4
    for i in asked:
        after = cells[i].source.rsplit("**Predict", 1)[1]
        following = [c.source for c in cells[i + 1 : i + 4] if c.cell_type == "markdown"]
        assert FOLD.search(after) or (following and FOLD.match(following[0])), cells[i].source
    story = parts(path)["story"]
    start = next(i for i, c in enumerate(story) if c.source.startswith(ANSWERS))
    answers = "\n".join(c.source for c in story[start:] if c.cell_type == "markdown")
    assert len(FOLD.findall(answers)) == 5
    exercises = next(c for c in cells if "### Exercises" in c.source)
    assert not FOLD.search(exercises.source)


@pytest.mark.parametrize("path", LESSONS, ids=ident)
def test_folded_output_does_not_show_its_first_line(path: Path) -> None:
    for cell in code(path, lessons.FOLDED):
        assert cell.metadata.jupyter.outputs_hidden
        assert cell.outputs[0] == lessons.first_line()
        assert len(cell.outputs) > 1, cell.source


@on_stories
def test_checks_show_numbers(path: Path) -> None:
    """No assertion and no verdict in the reader's way: a number beside its limit. What else must hold has its test."""
    for cell in code(path):
        assert not [n for n in ast.walk(ast.parse(cell.source)) if isinstance(n, ast.Assert)], cell.source
        assert not re.search(r"\b(True|False)\b", text(cell)), text(cell)
    tests = ROOT / "tests" / "lessons" / f"test_{path.stem}.py"
    assert len(re.findall(r"^def test_\w+\(lesson", tests.read_text(encoding="utf-8"), flags=re.MULTILINE)) >= 5


@on_stories
def test_sounds_offered_for_comparison_are_equally_loud(path: Path) -> None:
    """Within 0.5 LU, measured on what the players hold, unless the cell says that the level is the point."""
    for cell in code(path):
        for output in cell.outputs:
            data = output.get("data", {})
            if data.get("text/plain", "").startswith("<Players:") and "levels of their own" not in data["text/plain"]:
                clips = [heard(encoded) for encoded in re.findall(r"base64,([A-Za-z0-9+/=]+)", data["text/html"])]
                levels = [level for level in clips if np.isfinite(level)]
                assert len(clips) >= 2
                assert max(levels, default=0.0) - min(levels, default=0.0) <= 0.5, (cell.source, clips)


def heard(encoded: str) -> float:
    """The integrated loudness, in LUFS, of a WAV file in base64; of a short one as if it were repeated."""
    with wave.open(io.BytesIO(base64.b64decode(encoded))) as file:
        sr, y = file.getframerate(), np.frombuffer(file.readframes(file.getnframes()), dtype="<i2") / 32768.0
        y = y.reshape(-1, file.getnchannels()).T
    if sr < 8000:  # K-weighting is known from there on
        y, sr = dk.resample(y, orig_sr=sr, target_sr=4 * sr), 4 * sr
    return float(dk.integrated_loudness(np.tile(y, max(1, int(np.ceil(0.4 * sr / y.shape[-1])))), sr))


@on_notebooks
def test_plots_through_the_package(path: Path) -> None:
    """No plotting code in a lesson: plotting styles age, and what ages lies in one place, tested."""
    for cell in code(path):
        for node in ast.walk(ast.parse(cell.source)):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not [n for n in names if n.split(".")[0] in {"matplotlib", "pylab", "ipywidgets"}], cell.source


@on_notebooks
def test_links_lead_somewhere(path: Path) -> None:
    for cell in read(path).cells:
        if cell.cell_type == "markdown":
            for target in re.findall(r"\]\(([^)#\s]+)", cell.source):
                assert "://" in target or (path.parent / target).exists(), target


@on_solutions
def test_sheet_is_what_its_solution_gives(path: Path) -> None:
    pytest.importorskip("nbconvert")
    stored = read(ROOT / "notebooks" / "homework" / path.name)
    assert homework.sources(stored) == homework.sources(homework.sheet(path))


@on_solutions
def test_solutions_pass_and_stubs_are_not_tried_yet(path: Path) -> None:
    sheet = ROOT / "notebooks" / "homework" / path.name
    solved = [text(cell) for cell in code(path) if CHECKED.search(cell.source)]
    empty = [text(cell) for cell in code(sheet) if CHECKED.search(cell.source)]
    assert len(solved) == len(empty) >= 3
    assert [answer for answer in solved if not answer.startswith("✓")] == []
    assert [answer for answer in empty if "not tried yet" not in answer] == []


# ---- Bring your own sound: a whole lesson on a file from outside ----

FORMATS = ("flac", "mp3", "wav")


def own_sound(folder: Path, extension: str) -> Path:
    """Three seconds of stereo at 48 kHz, unlike the course's own sounds: tones that glide and beats that fade."""
    soundfile = pytest.importorskip("soundfile")
    t = np.arange(3 * 48_000) / 48_000
    beats = np.exp(-8 * (t % 0.4)) * np.random.default_rng(5).normal(size=len(t)) * 0.05
    left = 0.2 * np.sin(2 * np.pi * (200 * t + 60 * t**2)) + beats
    right = 0.1 * np.sin(2 * np.pi * 331.7 * t) + beats
    path = folder / f"my own sound.{extension}"
    soundfile.write(path, np.stack([left, right], axis=1).astype(np.float32), 48_000)
    return path


@pytest.mark.parametrize(
    ("path", "extension"),
    [pytest.param(p, FORMATS[i % 3], id=f"{p.stem}-{FORMATS[i % 3]}") for i, p in enumerate(LESSONS)],
)
def test_lesson_runs_with_a_sound_from_outside(
    path: Path, extension: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nbclient = pytest.importorskip("nbclient")
    assert any("dk.audio.bring(" in cell.source or "dk.bring(" in cell.source for cell in code(path))
    monkeypatch.setenv("DSPKIT_SOUND", str(own_sound(tmp_path, extension)))
    notebook = copy.deepcopy(read(path))
    client = nbclient.NotebookClient(
        notebook,
        timeout=120,
        kernel_name="python3",
        store_widget_state=False,
        resources={"metadata": {"path": path.parent}},
    )
    client.execute()
    said = [o for cell in notebook.cells for o in cell.get("outputs", []) if o.get("name") == "stderr"]
    assert not said, said[0].text


# ---- The package's order is the syllabus' order ----

# Each module may import those before it; an import inside a function may look ahead, and says so. Beside them
# stand viz, explore and check, which may import all of these.
ORDER = [
    *("errors", "_files", "_containers", "_validate", "_arrays", "agreement", "decibels", "frames", "signals"),
    *("recorded", "audio"),
    *(
        "sampling",
        "harmonics",
        "time_domain",
        "convolution",
        "fourier",
        "fast_fourier",
        "windows",
        "_threads",
        "_blocks",
        "cuda",
        "_engine",
        "short_time",
    ),
    *("mel", "cepstrum", "presets", "filters", "hearing", "loudness", "normalization", "players", "companding"),
    *("datasets",),
]
MODULES = sorted((ROOT / "dspkit").glob("*.py"))


@pytest.mark.parametrize("path", [p for p in MODULES if p.stem != "__init__"], ids=lambda p: p.stem)
def test_no_module_imports_a_later_one(path: Path) -> None:
    assert path.stem in ORDER, "a new module: where does it stand?"
    before, source = ORDER[: ORDER.index(path.stem)], path.read_text(encoding="utf-8")
    for node in ast.walk(ast.parse(source)):
        if (
            isinstance(node, ast.ImportFrom)
            and node.col_offset
            and "looks ahead" in source.splitlines()[node.lineno - 1]
        ):
            continue
        if isinstance(node, ast.ImportFrom) and (node.level or (node.module or "").startswith("dspkit")):
            module = (node.module or "").removeprefix("dspkit").lstrip(".")
            for name in [module.split(".")[0]] if module else [alias.name for alias in node.names]:
                assert name in before, f"line {node.lineno}: {path.stem} imports {name}, which comes later"
        if isinstance(node, ast.Import):
            assert not [a.name for a in node.names if a.name.split(".")[0] == "dspkit"], f"line {node.lineno}"
