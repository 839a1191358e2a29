"""The project around the package: what is installed, what an import costs, and what the documents promise."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import venv
import zipfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

import environment
import lab
import pytest

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
HEAVY = (
    *("matplotlib", "librosa", "IPython", "ipywidgets", "soundfile", "soxr", "numba", "scipy.signal", "scipy.stats"),
    *("tqdm", "distributed", "multiprocessing"),
)


def run(command: list[str | Path], **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=300, **options)


# ---- What is installed ----


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package as `pip install .` gets it."""
    pytest.importorskip("build")
    folder = tmp_path_factory.mktemp("wheel")
    needs_network(run([sys.executable, "-m", "build", "--wheel", "--outdir", folder, ROOT]))
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def bare(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment with nothing but the package and what it pulls in."""
    folder = tmp_path_factory.mktemp("bare")
    venv.create(folder, with_pip=True)
    python = environment.venv_python(folder)
    needs_network(run([python, "-m", "pip", "install", "-q", "-c", ROOT / "constraints.txt", wheel]))
    return python


def needs_network(done: subprocess.CompletedProcess[str]) -> None:
    """Skip where the packages cannot be fetched; where everything must run, and after any other failure, fail."""
    if done.returncode:
        said = done.stdout + done.stderr
        offline = re.search(r"NewConnectionError|ConnectionError|Temporary failure|Name or service not known", said)
        if offline and not os.environ.get("CI"):
            pytest.skip("no network: the packages of a bare environment cannot be fetched")
        pytest.fail(said)


def test_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names} == {"dspkit", f"dspkit-{PROJECT['version']}.dist-info"}
    sources = {p.relative_to(ROOT).as_posix() for kind in ("*.py", "*.cu") for p in (ROOT / "dspkit").rglob(kind)}
    sounds = {p.relative_to(ROOT).as_posix() for p in (ROOT / "dspkit/recordings").iterdir()}
    assert {name for name in names if name.startswith("dspkit/")} == sources | sounds | {"dspkit/py.typed"}
    assert any(name.endswith("LICENSE") for name in names)


def test_bare_environment_is_light(bare: Path) -> None:
    listed = json.loads(run([bare, "-m", "pip", "list", "--format=json"]).stdout)
    assert {p["name"] for p in listed} - {"pip", "setuptools"} == {"dspkit", "numpy", "scipy", "array-api-compat"}


def test_homework_needs_only_the_light_package(bare: Path, tmp_path: Path) -> None:
    program = """
import numpy as np
import dspkit as dk
y = dk.sine(440, sr=8000, duration=0.5)
D = dk.stft(y, n_fft=512)
assert np.argmax(np.abs(D[:, 4])) == round(440 * 512 / 8000)
assert np.allclose(dk.istft(D, length=len(y)), y, atol=1e-6)
assert all(dk.recording(line.name)[0].size for line in dk.recordings()) and dk.phonemes() and dk.bring()
assert dk.check.dft.agrees(np.fft.fft)
assert not dk.check.dft(np.fft.ifft)
for use in (lambda: dk.viz, lambda: dk.explore, lambda: dk.load("some.wav")):
    try:
        use()
    except ImportError as error:
        assert 'pip install "dspkit[course]"' in str(error), error
    else:
        raise AssertionError("works without the course's packages?")
"""
    (tmp_path / "some.wav").write_bytes(bytes(100))
    done = run([bare, "-c", program], cwd=tmp_path)
    assert done.returncode == 0, done.stderr


def test_import_is_light_where_everything_is_installed() -> None:
    program = f"import sys, dspkit; print([name for name in {HEAVY} if name in sys.modules])"
    done = run([sys.executable, "-c", program])
    assert done.stdout.strip() == "[]", done.stdout + done.stderr


def test_versions_agree() -> None:
    import dspkit

    first = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert first
    assert dspkit.__version__ == PROJECT["version"] == first.group(1)


def test_commands_know_the_supported_pythons() -> None:
    (oldest, newest) = environment.OLDEST, environment.NEWEST
    assert PROJECT["requires-python"] == f">={oldest[0]}.{oldest[1]},<{newest[0]}.{newest[1] + 1}"


# ---- What is pinned ----


def test_every_requirement_is_pinned_within_its_bounds() -> None:
    requirements = pytest.importorskip("packaging.requirements")
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [requirements.Requirement(line) for line in lines if not line.startswith("#")]
    assert all(re.fullmatch(r"==[\w.]+", str(pin.specifier)) and pin.url is None for pin in pins)
    for wanted in map(
        requirements.Requirement, PROJECT["dependencies"] + EXTRAS["course"] + EXTRAS["cluster"] + EXTRAS["test"]
    ):
        if wanted.name != "dspkit":
            found = [pin for pin in pins if pin.name == wanted.name]
            assert found, f"{wanted.name} is not pinned: make constraints"
            for pin in found:
                assert wanted.specifier.contains(str(pin.specifier)[2:]), f"{pin} is outside {wanted}: make constraints"


CONDA_NAMES = {"matplotlib": "matplotlib-base", "soundfile": "pysoundfile", "soxr": "soxr-python"}


def test_conda_environment_asks_for_what_pyproject_asks_for() -> None:
    yaml, requirements = pytest.importorskip("yaml"), pytest.importorskip("packaging.requirements")
    file = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    assert set(file) == {"name", "channels", "dependencies"}
    specs = [d for d in file["dependencies"] if isinstance(d, str)]
    # conda wants pip named before a pip block, and the block installs this folder.
    assert file["dependencies"][-2:] == ["pip", {"pip": ["-e ."]}]
    wanted = {"python": PROJECT["requires-python"], "pip": ""}
    for requirement in map(requirements.Requirement, PROJECT["dependencies"] + EXTRAS["course"]):
        wanted[CONDA_NAMES.get(requirement.name, requirement.name)] = str(requirement.specifier)
    asked = {name: bounds.strip() for name, _, bounds in (spec.partition(" ") for spec in specs)}
    assert {name: set(bounds.split(",")) for name, bounds in asked.items()} == {
        name: set(bounds.split(",")) for name, bounds in wanted.items()
    }


def test_conda_can_read_the_environment_and_this_one_is_within_it() -> None:
    """conda's own grammar, without conda; and each bound holds for what the lessons were stored with."""
    yaml, rattler = pytest.importorskip("yaml"), pytest.importorskip("rattler")
    file = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    names = {conda: pypi for pypi, conda in CONDA_NAMES.items()}
    for spec in (d for d in file["dependencies"] if isinstance(d, str) and d != "pip"):
        bounds = rattler.MatchSpec(spec, strict=True)
        name = spec.split()[0]
        here = sys.version.split()[0] if name == "python" else version(names.get(name, name))
        assert rattler.VersionSpec(str(bounds.version)).matches(rattler.Version(here)), f"{spec}: here {here}"


# ---- What the documents promise ----

DOCUMENTS = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_lead_somewhere(name: str) -> None:
    links = re.findall(r"\]\(([^)#\s]+)", (ROOT / name).read_text(encoding="utf-8"))
    assert [link for link in links if "://" not in link and not (ROOT / link).exists()] == []


def test_syllabus_links_every_lesson_that_is_there_and_no_other() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (?:\[)?(\d\d_\w+)(\]\(\S+\))? \|", readme, flags=re.MULTILINE)
    assert len(rows) == 17
    linked = {name for name, link in rows if link == f"](notebooks/{name}.ipynb)"}
    assert linked == {p.stem for p in (ROOT / "notebooks").glob("*.ipynb")}
    assert not [name for name, link in rows if link and name not in linked]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_documents_name_commands_that_exist(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    named = re.findall(r"`make ([a-z]+)", text) + re.findall(r"^(?:make|py tools/lab\.py) ([a-z]+)", text, re.MULTILINE)
    assert set(named) <= set(lab.COMMANDS)


def test_make_lists_every_target() -> None:
    if shutil.which("make") is None:
        pytest.skip("make is not installed")
    targets = re.search(r"^TARGETS = (.*)$", (ROOT / "Makefile").read_text(), flags=re.MULTILINE).group(1).split()
    assert {*targets, "help"} == set(lab.COMMANDS)
    done = run(["make", "--no-print-directory", f"PYTHON={sys.executable}"], cwd=ROOT)
    assert done.returncode == 0, done.stderr
    assert re.findall(r"^make (\w+) ", done.stdout, flags=re.MULTILINE) == targets


def test_readme_example_says_what_the_readme_says() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```python\n(.*?)```", readme, flags=re.DOTALL)
    body, _, last = example.strip().rpartition("\n")
    names: dict[str, Any] = {}
    exec(body, names)
    verdict = eval(last, names)
    assert verdict.status == "recognised"
    assert "sign" in verdict.text
