"""The environment: a supported Python is found, ``.venv`` is made with it, and the pinned packages are installed.

Standard library only, and written so that even Python 3.6 can read it: an old Python must be able to say that it is too
old. No type is subscripted and no newer syntax is used here, in ``copies.py`` and in ``lab.py``.
"""

import hashlib
import json
import os
import queue
import re
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

from copies import CourseError, write

ROOT = Path(__file__).resolve().parents[1]
OLDEST, NEWEST = (3, 11), (3, 13)
NOTHING = {"fingerprint": "", "extras": [], "root": ""}


def say(text: str) -> None:
    """Print at once, whatever is waiting to read."""
    print(text, flush=True)


def dotted(version: tuple) -> str:
    """The version as people write it."""
    return ".".join(str(part) for part in version)


def ask(command: list) -> tuple:
    """An interpreter's version, and whether it can make environments; version () if it does not run."""
    question = "import sys; print(*sys.version_info[:3], flush=True); import venv, ensurepip"
    try:
        done = subprocess.run([*command, "-c", question], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return (), False
    words = done.stdout.decode("ascii", "replace").split()[:3]
    if not all(word.isdigit() for word in words):
        return (), False
    return tuple(int(word) for word in words), done.returncode == 0


def candidates() -> list:
    """The interpreters to try, as commands: the one asked for, else this one, then supported ones on the path."""
    if os.environ.get("PYTHON"):
        return [[os.environ["PYTHON"]]]
    numbers = [f"3.{minor}" for minor in range(NEWEST[1], OLDEST[1] - 1, -1)]
    found = [[path] for path in (shutil.which(f"python{number}") for number in numbers) if path]
    launcher = shutil.which("py") if os.name == "nt" else None
    return [[sys.executable]] + found + ([[launcher, f"-{number}"] for number in numbers] if launcher else [])


def choose_python() -> tuple:
    """The command of a supported interpreter that can make environments, and its version."""
    seen, without_venv = [], ()
    for command in candidates():
        version, complete = ask(command)
        if OLDEST <= version[:2] <= NEWEST and complete:
            return command, version
        if OLDEST <= version[:2] <= NEWEST:
            without_venv = version
        seen.append(f"{' '.join(command)} ({dotted(version) if version else 'does not run'})")
    if without_venv:
        package = f"python{dotted(without_venv[:2])}-venv"
        raise CourseError(
            f"Python {dotted(without_venv)} is here, but not its venv module, which makes environments.\n"
            f"On Debian and Ubuntu: sudo apt install {package} (or python3-venv). Then give the same command again."
        )
    raise CourseError(
        f"Python {dotted(OLDEST)} to {dotted(NEWEST)} is needed; found only: {', '.join(seen)}.\n"
        "Install one (from python.org, your system's packages, pyenv, uv), then give the same command again.\n"
        "Where it has a name of its own, name it: make lab PYTHON=/path/to/python3.12"
    )


def venv_folder() -> Path:
    """The environment's folder."""
    return ROOT / (os.environ.get("VENV") or ".venv")


def venv_python(folder: Path) -> Path:
    """The environment's own interpreter."""
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def venv_version(folder: Path) -> tuple:
    """The version of the environment's Python, or () where there is none or it no longer starts."""
    try:
        lines = (folder / "pyvenv.cfg").read_text(encoding="utf-8").splitlines()
    except OSError:
        return ()
    settings = {key.strip(): value.strip() for key, _, value in (line.partition("=") for line in lines)}
    version = settings.get("version") or settings.get("version_info") or ""
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3]) if venv_python(folder).exists() else ()


def fingerprint(version: tuple) -> str:
    """What an installation depends on: what is asked for, what is pinned, the Python, and the place."""
    asked = [(ROOT / name).read_text(encoding="utf-8") for name in ("pyproject.toml", "constraints.txt")]
    return hashlib.sha256("\n".join([*asked, dotted(version), str(ROOT)]).encode()).hexdigest()


def ensure_environment(extra: str) -> Path:
    """Make the environment, or bring it up to date, or find it ready; return its interpreter.

    ``extra`` is "course" or "test", which holds the course. A stamp is written when everything is installed, and taken
    away before anything is: an interrupted installation is never taken for a finished one.
    """
    folder, started = venv_folder(), time.time()
    stamp = folder / "dspkit-installed.json"
    version, record = venv_version(folder), read_stamp(stamp)
    wanted = os.environ.get("PYTHON")
    right_python = not wanted or ask([wanted])[0] == version
    if version and right_python and record["fingerprint"] == fingerprint(version) and extra in record["extras"]:
        return venv_python(folder)
    usable = right_python and OLDEST <= version[:2] <= NEWEST and record["root"] == str(ROOT) and has_pip(folder)
    if not usable:
        make_venv(folder)
    else:
        say(f"[1/2] The environment {folder.name} is there (Python {dotted(version)}).")
        extra = "test" if "test" in record["extras"] else extra  # an update keeps what is there
    say("[2/2] Installing the packages pinned in constraints.txt (about 1 GB; a few minutes the first time) ...")
    # While this runs the stamp names no place: whoever comes after an interruption makes everything anew.
    write(stamp, json.dumps(NOTHING).encode())
    pip = [str(venv_python(folder)), "-m", "pip", "install", "--no-input", "--disable-pip-version-check"]
    try:
        install([*pip, "-c", "constraints.txt", "-e", f".[{extra}]"], folder / "pip.log")
    except CourseError:
        # pip gave up by itself (no network): what it found is still there, and the next call goes on from it.
        write(stamp, json.dumps(dict(NOTHING, root=str(ROOT))).encode())
        raise
    # JupyterLab asks nobody outside for news or updates, and asks the student nothing on the first start.
    notification = {"fetchNews": "false", "checkForUpdates": False}
    settings = folder / "share" / "jupyter" / "lab" / "settings" / "overrides.json"
    write(settings, json.dumps({"@jupyterlab/apputils-extension:notification": notification}).encode())
    extras = ["course", "test"] if extra == "test" else ["course"]
    done = {"fingerprint": fingerprint(venv_version(folder)), "extras": extras, "root": str(ROOT)}
    write(stamp, json.dumps(done).encode())
    say(f"      Ready after {time.time() - started:.0f} s.")
    return venv_python(folder)


def read_stamp(stamp: Path) -> dict:
    """What is installed, as the stamp says; an environment without one was made by other means, here."""
    try:
        record = json.loads(stamp.read_text(encoding="utf-8"))
        return {key: record[key] for key in NOTHING}
    except FileNotFoundError:
        return dict(NOTHING, root=str(ROOT))
    except (OSError, ValueError, KeyError, TypeError):
        return NOTHING


def has_pip(folder: Path) -> bool:
    """Whether the environment's pip starts; it does not where making the environment was interrupted."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.call([str(venv_python(folder)), "-m", "pip", "--version"], **quiet) == 0


def make_venv(folder: Path) -> None:
    """Make the environment anew: in an empty folder, or in place of an older environment and of nothing else."""
    if folder.exists() and not (folder / "pyvenv.cfg").exists() and any(folder.iterdir()):
        raise CourseError(f"{folder} is there, and is no virtual environment: name another folder with VENV=")
    command, version = choose_python()
    say(f"[1/2] Making the environment {folder.name} with Python {dotted(version)} ...")
    if subprocess.call([*command, "-m", "venv", "--clear", "--prompt", "dspkit", str(folder)]) != 0:
        raise CourseError("The environment could not be made; what Python said stands above.")


def install(command: list, log: Path) -> None:
    """Run pip, showing what it does, for how long, and its errors; all that it says goes into a log."""
    process = subprocess.Popen(
        command,
        cwd=str(ROOT),
        env=dict(os.environ, PYTHONUNBUFFERED="1"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        universal_newlines=True,
        errors="replace",
    )
    lines = queue.Queue()
    threading.Thread(target=read_lines, args=(process.stdout, lines), daemon=True).start()
    progress, said, line = Progress(), [], ""
    try:
        with log.open("w", encoding="utf-8") as file:
            while line is not None:
                try:
                    line = lines.get(timeout=0.5)
                except queue.Empty:
                    line = ""
                if line:
                    file.write(line)
                    said.append(line)
                    progress.read(line)
                progress.show()
    except BaseException:
        process.kill()
        raise
    finally:
        progress.close()
    if process.wait() != 0:
        raise CourseError(
            f"{''.join(said[-30:])}\npip failed; all that it said is in {log}.\n"
            "Without a network it cannot fetch the packages. When the cause is mended, give the same command again."
        )


def read_lines(stream: object, lines: queue.Queue) -> None:
    """Pass on a program's lines as they come, and None at its end: waiting for a line must not stop the clock."""
    with stream:
        for line in stream:
            lines.put(line)
    lines.put(None)


class Progress:
    """What pip does, and for how long: one line that changes on a terminal, a line now and then elsewhere."""

    def __init__(self) -> None:
        self.live = sys.stdout.isatty()
        self.started, self.shown, self.packages, self.doing = time.time(), 0.0, 0, "starting"

    def read(self, line: str) -> None:
        """Follow a line of pip's."""
        words = line.split()
        if line.startswith("Collecting "):
            self.packages += 1
            self.doing = f"package {self.packages}: {words[1]}"
        elif line.startswith("Installing collected packages"):
            self.doing = f"unpacking {len(words) - 3} packages"
        elif line.startswith("ERROR"):
            say(f"{self.start_of_line()}{line.rstrip()}")

    def show(self) -> None:
        """Say where we are, now on a terminal, every 15 s elsewhere."""
        elapsed = time.time() - self.started
        if not self.live and elapsed - self.shown < 15:
            return
        self.shown = elapsed
        text = f"      {int(elapsed) // 60}:{int(elapsed) % 60:02d}  {self.doing}"[:79]
        print(f"\r{text:<79}" if self.live else text, end="" if self.live else "\n", flush=True)

    def start_of_line(self) -> str:
        """What brings the terminal back to an empty line."""
        return f"\r{'':79}\r" if self.live else ""

    def close(self) -> None:
        """Leave an empty line behind."""
        print(self.start_of_line(), end="", flush=True)
