"""The course's commands, without make: ``python tools/lab.py [COMMAND]`` (Windows: ``py tools/lab.py``).

Environment variables, which ``make NAME=value`` sets too: ``PYTHON`` (the interpreter to make the environment with),
``VENV`` (the environment's folder), and options that are passed on: ``LAB_ARGS``, ``TEST_ARGS``, ``BENCH_ARGS``.
Arguments after the command are passed on as well.
"""

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from copies import CourseError, lay_out, write
from environment import OLDEST, ROOT, dotted, ensure_environment, say, venv_folder

FIRST_LESSON = "00_start_here.ipynb"
HELP = """\
make lab          make the environment, lay out your copies in work/, open JupyterLab on the first lesson
make test         everything: unit tests, doctests, each lesson and homework sheet against what it stores
make env          the environment alone, in .venv
make copies       your copies in work/ alone, laid out or brought up to date
make lessons      run the lessons again and store what they print, draw and play
make bench        speed, error and memory beside the peers
make lint         ruff (check and format) and mypy
make constraints  pin the newest versions in constraints.txt (needs uv)
make clean        remove the environment and the caches; your work/ stays

Without make (Windows): py tools/lab.py COMMAND. Options: LAB_ARGS="--no-browser", TEST_ARGS="-k windows",
BENCH_ARGS="short_time", PYTHON=python3.12, VENV=folder."""


def options(name: str, given: list) -> list:
    """What is passed on to the program: the variable's words, then the arguments after the command."""
    return shlex.split(os.environ.get(name, ""), posix=os.name != "nt") + given


def lab(given: list) -> int:
    """Bring the student's copies up to date and open JupyterLab on the first lesson."""
    python = ensure_environment("course")
    copies(given)
    say(f"Starting JupyterLab on work/{FIRST_LESSON}. Its address stands below; Ctrl-C stops it.")
    return start([*lab_command(python, ROOT), *options("LAB_ARGS", given)])


def copies(given: list) -> int:
    """The student's copies alone, for those who start JupyterLab from an environment of their own."""
    for line in lay_out(ROOT / "notebooks", ROOT / "work"):
        say(f"- {line}.")
    return 0


def lab_command(python: Path, folder: Path) -> list:
    """JupyterLab in a folder, for this machine only; it makes a token, and takes the next port where one is taken."""
    command = [str(python), "-m", "jupyterlab", f"--ServerApp.root_dir={folder}", "--ServerApp.ip=127.0.0.1"]
    command.append(f"--LabApp.default_url=/lab/tree/work/{FIRST_LESSON}")  # in the address that is printed, too
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")  # a container; JupyterLab refuses otherwise
    if sys.platform.startswith("linux") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        command.append("--no-browser")  # no screen: the address is printed, and no text browser takes the terminal
    return command


def start(command: list) -> int:
    """Hand over to a program: it gets the keyboard's Ctrl-C, and its exit status is ours."""
    os.chdir(str(ROOT))
    sys.stdout.flush()
    if os.name == "posix":
        os.execv(command[0], command)
    return subprocess.call(command)


def test(given: list) -> int:
    """Everything in one run of pytest, on all cores that this process may use."""
    python = str(ensure_environment("test"))
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    # By file: a notebook's cells stay together, in one kernel.
    command = [python, "-m", "pytest", f"-n{cores}", "--dist=loadfile", "-rs", "--nbval", "--nbval-current-env"]
    command += ["--nbval-sanitize-with=tools/nbval.cfg", "--nbval-cell-timeout=120"]
    return start(command + options("TEST_ARGS", given) + ["tests", "dspkit", "notebooks", "solutions"])


def env(given: list) -> int:
    """The environment alone."""
    say(f"The environment's Python: {ensure_environment('course')}")
    return 0


def lessons(given: list) -> int:
    """Run and store the lessons, then make the homework sheets from their solutions."""
    python = str(ensure_environment("test"))
    status = subprocess.call([python, str(ROOT / "tools" / "lessons.py"), *given], cwd=str(ROOT))
    return status or subprocess.call([python, str(ROOT / "tools" / "homework.py")], cwd=str(ROOT))


def bench(given: list) -> int:
    """The benchmarks, all or those named."""
    return start([str(ensure_environment("test")), "-m", "benchmarks", *options("BENCH_ARGS", given)])


def lint(given: list) -> int:
    """Formatting, lint and types; all three run, whatever the first says."""
    python = str(ensure_environment("test"))
    commands = (["ruff", "check", "."], ["ruff", "format", "--check", "."], ["mypy"])
    return max(subprocess.call([python, "-m", *command], cwd=str(ROOT)) for command in commands)


def constraints(given: list) -> int:
    """Pin the newest versions that fit together, for every supported Python and system at once."""
    if shutil.which("uv") is None:
        raise CourseError(
            "uv was not found. It resolves for all Pythons at once: pip install uv, then give the same command again."
        )
    command = ["uv", "pip", "compile", "pyproject.toml", "--universal", f"--python-version={dotted(OLDEST)}"]
    command += ["--extra=course", "--extra=test", "--no-header", "--no-annotate", "--no-emit-index-url", "--quiet"]
    pinned = subprocess.run(command, cwd=str(ROOT), stdout=subprocess.PIPE, check=False)
    if pinned.returncode != 0:
        raise CourseError("uv found no versions that fit together; what it said stands above.")
    head = "# Written by `make constraints`: versions that fit together, for every supported Python and system.\n"
    write(ROOT / "constraints.txt", head.encode() + pinned.stdout.replace(b"\r\n", b"\n"))
    say(f"constraints.txt: {len(pinned.stdout.splitlines())} versions. Now: make test, on each Python you have.")
    return 0


def clean(given: list) -> int:
    """Remove what was made here, but for the student's work."""
    made = [ROOT / name for name in ("build", "dist", ".pytest_cache", ".ruff_cache", ".mypy_cache", ".hypothesis")]
    made += [path for top in ("dspkit", "tests", "tools", "benchmarks") for path in (ROOT / top).rglob("__pycache__")]
    if (venv_folder() / "pyvenv.cfg").exists():
        made.append(venv_folder())
    for path in made:
        if path.is_dir():
            say(f"removing {path}")
            shutil.rmtree(str(path))
    return 0


def show_help(given: list) -> int:
    """What there is."""
    say(HELP)
    return 0


COMMANDS = {
    "help": show_help, "lab": lab, "test": test, "env": env, "copies": copies, "lessons": lessons, "bench": bench,
    "lint": lint, "constraints": constraints, "clean": clean,
}  # fmt: skip


def main(arguments: list) -> int:
    """Do the named command; without a name, open the lab."""
    name = arguments[0] if arguments else "lab"
    if name not in COMMANDS:
        say(f"There is no command {name!r}.\n\n{HELP}")
        return 2
    try:
        return COMMANDS[name](arguments[1:])
    except CourseError as error:
        say(f"\n{error}")
        return 1
    except KeyboardInterrupt:
        say("\nStopped. Give the same command again to go on.")
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
