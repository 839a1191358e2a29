"""The commands: the student's copies are never overwritten, an environment is made once, JupyterLab opens safely."""

from __future__ import annotations

import ast
import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import copies
import environment
import lab
import pytest

ROOT = Path(__file__).resolve().parents[1]
POSIX = pytest.mark.skipif(os.name != "posix", reason="the stand-ins for interpreters are shell scripts")


# ---- The student's copies ----


class Desk:
    """A course of three files, a student's folder, and what happens to them."""

    def __init__(self, folder: Path) -> None:
        self.course, self.work = folder / "the course", folder / "my work"
        self.publish("07_windows.ipynb", "v1")
        self.publish("homework/07_windows.ipynb", "sheet v1")
        self.publish("picture.png", "pixels v1")

    def publish(self, name: str, text: str) -> None:
        copies.write(self.course / name, text.encode())

    def start(self) -> list[str]:
        return copies.lay_out(self.course, self.work)

    def edit(self, name: str, text: str) -> None:
        (self.work / name).write_text(text)

    def text(self, name: str) -> str:
        return (self.work / name).read_text()

    def files(self) -> set[str]:
        return {p.relative_to(self.work).as_posix() for p in self.work.rglob("*") if p.is_file()} - {".course.json"}


LESSON, NEWER, NEWER_2 = "07_windows.ipynb", "07_windows (newer version).ipynb", "07_windows (newer version 2).ipynb"
LAID_OUT = {LESSON, "homework/07_windows.ipynb", "picture.png"}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path)
    assert desk.start() == ["3 files laid out in my work/: your own copies, to change as you like"]
    return desk


def test_first_start_lays_everything_out_as_it_lies_in_the_course(desk: Desk) -> None:
    assert desk.files() == LAID_OUT
    assert [desk.text(name) for name in sorted(LAID_OUT)] == ["v1", "sheet v1", "pixels v1"]


def test_nothing_new_nothing_said(desk: Desk) -> None:
    desk.edit(LESSON, "mine")
    assert desk.start() == []
    assert desk.text(LESSON) == "mine"


def test_untouched_file_follows_the_course_silently(desk: Desk) -> None:
    for version in ("v2", "v3"):
        desk.publish(LESSON, version)
        assert desk.start() == []
        assert desk.text(LESSON) == version
    assert desk.files() == LAID_OUT


def test_changed_file_stays_and_the_newer_lies_beside_it_told_once(desk: Desk) -> None:
    desk.edit(LESSON, "mine")
    desk.publish(LESSON, "v2")
    (told,) = desk.start()
    assert LESSON in told
    assert NEWER in told
    assert desk.start() == []
    assert (desk.text(LESSON), desk.text(NEWER)) == ("mine", "v2")
    assert desk.files() == LAID_OUT | {NEWER}


def test_a_still_newer_version_takes_the_place_of_the_one_beside_it(desk: Desk) -> None:
    desk.edit(LESSON, "mine")
    for version in ("v2", "v3"):
        desk.publish(LESSON, version)
        assert len(desk.start()) == 1
        assert (desk.text(LESSON), desk.text(NEWER)) == ("mine", version)


def test_the_version_beside_is_the_students_once_changed(desk: Desk) -> None:
    desk.edit(LESSON, "mine")
    desk.publish(LESSON, "v2")
    desk.start()
    desk.edit(NEWER, "mine too")
    desk.publish(LESSON, "v3")
    (told,) = desk.start()
    assert NEWER_2 in told
    assert (desk.text(LESSON), desk.text(NEWER), desk.text(NEWER_2)) == ("mine", "mine too", "v3")


def test_the_version_beside_is_not_laid_out_again_once_thrown_away(desk: Desk) -> None:
    desk.edit(LESSON, "mine")
    desk.publish(LESSON, "v2")
    desk.start()
    (desk.work / NEWER).unlink()
    assert desk.start() == []
    assert desk.files() == LAID_OUT


def test_who_takes_the_newer_version_follows_the_course_again(desk: Desk) -> None:
    desk.edit(LESSON, "mine")
    desk.publish(LESSON, "v2")
    desk.start()
    os.replace(desk.work / NEWER, desk.work / LESSON)
    assert desk.start() == []
    desk.publish(LESSON, "v3")
    assert desk.start() == []
    assert desk.text(LESSON) == "v3"
    assert desk.files() == LAID_OUT


def test_who_undoes_a_change_follows_the_course_again(desk: Desk) -> None:
    desk.edit(LESSON, "mine")
    desk.start()
    desk.edit(LESSON, "v1")
    desk.publish(LESSON, "v2")
    assert desk.start() == []
    assert desk.text(LESSON) == "v2"


@pytest.mark.parametrize("changed_before", [False, True])
def test_deleted_file_comes_back(desk: Desk, changed_before: bool) -> None:
    if changed_before:
        desk.edit(LESSON, "mine")
        desk.start()
    (desk.work / LESSON).unlink()
    desk.publish(LESSON, "v2")
    assert desk.start() == [f"{LESSON} was gone, and is there again"]
    assert desk.text(LESSON) == "v2"


def test_new_lesson_is_laid_out_and_a_students_own_file_stays(desk: Desk) -> None:
    desk.edit("my notes.ipynb", "notes")
    desk.publish("08_short_time.ipynb", "v1")
    assert desk.start() == ["1 files laid out in my work/: your own copies, to change as you like"]
    assert desk.text("my notes.ipynb") == "notes"


def test_a_students_file_with_a_new_lessons_name_is_never_overwritten(desk: Desk) -> None:
    desk.edit("08_short_time.ipynb", "my own try")
    desk.publish("08_short_time.ipynb", "v1")
    (told,) = desk.start()
    assert "08_short_time (newer version).ipynb" in told
    assert desk.text("08_short_time.ipynb") == "my own try"


def test_lesson_taken_out_of_the_course_stays_with_the_student(desk: Desk) -> None:
    (desk.course / LESSON).unlink()
    assert desk.start() == []
    assert desk.text(LESSON) == "v1"


@pytest.mark.parametrize("record", [None, "", "{", "[]", '{"laid": 3}'])
def test_lost_record_loses_nothing(desk: Desk, record: str | None) -> None:
    desk.edit(LESSON, "mine")
    path = desk.work / ".course.json"
    path.unlink() if record is None else path.write_text(record)
    desk.publish(LESSON, "v2")
    assert len(desk.start()) == 1
    assert (desk.text(LESSON), desk.text(NEWER)) == ("mine", "v2")
    assert desk.start() == []


def test_editors_checkpoints_are_not_laid_out(desk: Desk) -> None:
    desk.publish(".ipynb_checkpoints/07_windows-checkpoint.ipynb", "old")
    assert desk.start() == []
    assert desk.files() == LAID_OUT


@pytest.mark.parametrize("step", range(4))
@pytest.mark.parametrize("when", ["before the rename", "after the rename"])
def test_interrupted_start_leaves_no_half_and_the_next_one_ends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int, when: str
) -> None:
    desk = Desk(tmp_path)
    rename, left = os.replace, [step]

    def interrupted(source: str, target: str) -> None:
        left[0] -= 1
        if left[0] < 0 and when == "before the rename":
            raise KeyboardInterrupt
        rename(source, target)
        if left[0] < 0:
            raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        desk.start()
    monkeypatch.setattr(os, "replace", rename)
    whole = {"v1", "sheet v1", "pixels v1"}
    assert {desk.text(name) for name in desk.files() & LAID_OUT} <= whole
    desk.publish(LESSON, "v2")  # what was laid out, but not recorded, counts as the student's: laid beside, never lost
    desk.start()
    assert desk.files() >= LAID_OUT
    assert not list(desk.work.rglob(".*.part"))
    assert "v2" in {desk.text(name) for name in desk.files()}


def test_a_file_in_the_folders_place_is_named(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.work.write_text("shopping list")
    with pytest.raises(copies.CourseError, match=r"is a file; .*Rename"):
        desk.start()


# ---- The interpreter ----


def stand_in(folder: Path, name: str, version: str, *, venv: bool = True) -> Path:
    """A program that answers as an interpreter of that version would."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho {version}\nexit {0 if venv else 1}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A search path of its own, and no wish for an interpreter."""
    folder = tmp_path / "bin of mine"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.delenv("PYTHON", raising=False)
    return folder


@POSIX
@pytest.mark.parametrize(
    ("running", "others", "chosen"),
    [
        ("3 11 2", {}, "running"),
        ("3 13 0", {"python3.12": "3 12 1"}, "running"),
        ("3 9 18", {"python3.11": "3 11 7", "python3.12": "3 12 1"}, "python3.12"),
        ("3 14 0", {"python3.13": "3 13 1"}, "python3.13"),
        ("3 9 18", {"python3.13": "pyenv: command not found", "python3.11": "3 11 7"}, "python3.11"),
    ],
)
def test_supported_interpreter_is_found(
    only: Path, monkeypatch: pytest.MonkeyPatch, running: str, others: dict[str, str], chosen: str
) -> None:
    monkeypatch.setattr(sys, "executable", str(stand_in(only, "running", running)))
    for name, version in others.items():
        stand_in(only, name, version)
    command, version = environment.choose_python()
    assert command == [str(only / chosen)]
    assert (3, 11) <= version[:2] <= (3, 13)


@POSIX
@pytest.mark.parametrize(
    ("version", "venv", "message"),
    [
        ("3 9 18", True, r"Python 3\.11 to 3\.13 is needed; found only: .*running \(3\.9\.18\)"),
        ("3 14 0", True, r"Python 3\.11 to 3\.13 is needed; found only: .*running \(3\.14\.0\)"),
        ("no such version", True, r"found only: .*running \(does not run\)"),
        ("3 11 2", False, r"(?s)Python 3\.11\.2 is here, but not its venv module.*sudo apt install python3\.11-venv"),
    ],
)
def test_unusable_interpreter_is_named_with_what_to_install(
    only: Path, monkeypatch: pytest.MonkeyPatch, version: str, venv: bool, message: str
) -> None:
    monkeypatch.setattr(sys, "executable", str(stand_in(only, "running", version, venv=venv)))
    with pytest.raises(copies.CourseError, match=message):
        environment.choose_python()


@POSIX
def test_interpreter_asked_for_is_the_only_one_tried(only: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHON", str(stand_in(only, "mine", "3 8 2")))
    stand_in(only, "python3.12", "3 12 1")
    with pytest.raises(copies.CourseError, match=r"found only: .*mine \(3\.8\.2\)\.\n"):
        environment.choose_python()


@pytest.mark.parametrize("name", ["lab", "environment", "copies"])
def test_old_pythons_can_read_the_commands(name: str) -> None:
    tree = ast.parse((ROOT / "tools" / f"{name}.py").read_text(encoding="utf-8"), feature_version=(3, 7))
    annotations = [
        a for node in ast.walk(tree) for a in (getattr(node, "annotation", None), getattr(node, "returns", None))
    ]
    assert not [a for a in annotations if isinstance(a, ast.Subscript | ast.BinOp)], "Python 3.6 cannot evaluate these"
    imported = {a.name for node in ast.walk(tree) if isinstance(node, ast.Import) for a in node.names}
    imported |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
    assert imported - {"copies", "environment"} <= sys.stdlib_module_names


# ---- The environment ----


class Machine:
    """A project in a folder of its own, where making an environment and running pip take no time."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root, self.folder, self.done, self.failure = root, root / ".venv", [], None
        root.mkdir()
        for name in ("pyproject.toml", "constraints.txt"):
            (root / name).write_text("numpy==2.4.6\n")
        monkeypatch.setattr(environment, "ROOT", root)
        monkeypatch.setattr(environment, "make_venv", self.make_venv)
        monkeypatch.setattr(environment, "install", self.install)
        monkeypatch.setattr(environment, "has_pip", lambda folder: True)
        monkeypatch.delenv("PYTHON", raising=False)
        monkeypatch.delenv("VENV", raising=False)

    def make_venv(self, folder: Path) -> None:
        self.done.append("venv")
        (folder / "pyvenv.cfg").parent.mkdir(exist_ok=True)
        (folder / "pyvenv.cfg").write_text("home = /somewhere\nversion = 3.12.1\n")
        environment.venv_python(folder).parent.mkdir(exist_ok=True)
        environment.venv_python(folder).touch()

    def install(self, command: list[str], log: Path) -> None:
        self.done.append(command[-1])
        if self.failure is not None:
            raise self.failure

    def ensure(self, extra: str) -> list[str]:
        """What is done for an environment with that extra."""
        self.done.clear()
        assert environment.ensure_environment(extra) == environment.venv_python(self.folder)
        return list(self.done)


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(tmp_path / "a course", monkeypatch)


def test_environment_is_made_once(machine: Machine) -> None:
    assert machine.ensure("course") == ["venv", ".[course]"]
    assert machine.ensure("course") == []


def test_tests_add_to_the_course_and_hold_it(machine: Machine) -> None:
    machine.ensure("course")
    assert machine.ensure("test") == [".[test]"]
    assert machine.ensure("test") == []
    assert machine.ensure("course") == []


@pytest.mark.parametrize("name", ["pyproject.toml", "constraints.txt"])
def test_other_versions_are_installed_over_and_nothing_is_lost(machine: Machine, name: str) -> None:
    machine.ensure("test")
    (machine.root / name).write_text("numpy==2.5.5\n")
    assert machine.ensure("course") == [".[test]"]
    assert machine.ensure("test") == []


def test_interrupted_installation_is_not_taken_for_a_finished_one(machine: Machine) -> None:
    machine.failure = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        machine.ensure("course")
    machine.failure = None
    assert machine.ensure("course") == ["venv", ".[course]"]
    assert machine.ensure("course") == []


def test_interrupted_update_is_made_anew(machine: Machine) -> None:
    machine.ensure("course")
    (machine.root / "constraints.txt").write_text("numpy==2.5.5\n")
    machine.failure = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        machine.ensure("course")
    machine.failure = None
    assert machine.ensure("course") == ["venv", ".[course]"]


def test_without_a_network_the_next_call_goes_on(machine: Machine) -> None:
    machine.failure = copies.CourseError("no network")
    with pytest.raises(copies.CourseError):
        machine.ensure("course")
    machine.failure = None
    assert machine.ensure("course") == [".[course]"]


def test_moved_folder_gets_a_new_environment(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    machine.ensure("course")
    moved = machine.root.with_name("moved")
    machine.root.rename(moved)
    monkeypatch.setattr(environment, "ROOT", moved)
    machine.folder = moved / ".venv"
    assert machine.ensure("course") == ["venv", ".[course]"]


@pytest.mark.parametrize("change", ["python gone", "pip gone", "another Python asked for"])
def test_environment_that_does_not_serve_is_made_anew(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    machine.ensure("course")
    if change == "python gone":
        environment.venv_python(machine.folder).unlink()
    elif change == "pip gone":
        monkeypatch.setattr(environment, "has_pip", lambda folder: False)
        (machine.folder / "dspkit-installed.json").unlink()
    else:
        monkeypatch.setenv("PYTHON", sys.executable)
        monkeypatch.setattr(environment, "ask", lambda command: ((3, 13, 0), True))
    assert machine.ensure("course") == ["venv", ".[course]"]


def test_environment_made_by_hand_is_added_to(machine: Machine) -> None:
    machine.make_venv(machine.folder)
    assert machine.ensure("course") == [".[course]"]


def test_a_folder_of_other_things_is_never_cleared(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("all of it")
    with pytest.raises(copies.CourseError, match="is no virtual environment"):
        environment.make_venv(tmp_path)
    assert (tmp_path / "thesis.txt").exists()


@pytest.mark.parametrize("failing", [False, True])
def test_pip_is_followed_and_its_errors_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], failing: bool
) -> None:
    log = tmp_path / "pip.log"
    program = "print('Collecting numpy'); print('ERROR: no such version' if {0} else 'done'); raise SystemExit({0})"
    command = [sys.executable, "-c", program.format(int(failing))]
    if failing:
        with pytest.raises(copies.CourseError, match=r"(?s)ERROR: no such version.*pip failed"):
            environment.install(command, log)
        assert "ERROR: no such version" in capsys.readouterr().out
    else:
        environment.install(command, log)
    assert log.read_text().startswith("Collecting numpy\n")


def test_progress_says_what_and_how_long(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    now = [100.0]
    monkeypatch.setattr(environment.time, "time", lambda: now[0])
    progress = environment.Progress()
    for line, seconds in (
        ("Collecting numpy<2.6", 14),
        ("Collecting scipy", 61),
        ("Installing collected packages: a, b", 76),
    ):
        now[0] = 100.0 + seconds
        progress.read(line)
        progress.show()
    assert capsys.readouterr().out == "      1:01  package 2: scipy\n      1:16  unpacking 2 packages\n"


# ---- JupyterLab ----


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[str, int]]:
    """The address of JupyterLab, started in a folder whose name has a space, and the port that it found taken."""
    pytest.importorskip("jupyterlab")
    folder = tmp_path / "my course"
    (folder / "work").mkdir(parents=True)
    (folder / "work" / lab.FIRST_LESSON).write_text('{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}')
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        command = [*lab.lab_command(Path(sys.executable), folder), "--no-browser", f"--port={port}"]
        jupyter = {f"JUPYTER_{name}_DIR": str(tmp_path / name) for name in ("CONFIG", "RUNTIME", "DATA")}
        process = subprocess.Popen(
            command,
            env=os.environ | jupyter | {"PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        watchdog = threading.Timer(60, process.kill)
        watchdog.start()
        said = ""
        try:
            for line in process.stdout:
                said += line
                if found := re.search(r"http://127\.0\.0\.1:\d+/lab\S+", line):
                    yield found.group(), port
                    break
            else:
                pytest.fail(said)
        finally:
            watchdog.cancel()
            process.terminate()
            process.communicate(timeout=30)


def status(address: str) -> tuple[int, bytes]:
    """What a server answers, given a moment: JupyterLab prints its address just before it listens."""
    for _ in range(200):
        try:
            with urllib.request.urlopen(address, timeout=20) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read()
        except urllib.error.URLError:
            time.sleep(0.1)
    pytest.fail(f"{address} does not answer")


def test_lab_opens_the_students_copy_on_this_machine_with_a_token(server: tuple[str, int]) -> None:
    address, taken = server
    origin, port, token = re.fullmatch(
        rf"(http://127\.0\.0\.1:(\d+))/lab/tree/work/{lab.FIRST_LESSON}\?token=(\w{{20,}})", address
    ).groups()
    assert int(port) != taken
    contents = f"{origin}/api/contents/work/{lab.FIRST_LESSON}"
    assert status(contents)[0] == 403
    code, answer = status(f"{contents}?token={token}")
    assert (code, json.loads(answer)["name"]) == (200, lab.FIRST_LESSON)
    if sys.platform == "linux":
        with socket.socket() as other:
            other.bind(("127.0.0.2", int(port)))  # would be taken if it listened on every address
