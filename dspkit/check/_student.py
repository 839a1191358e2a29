"""One student's notebook, run in a process of its own: ``python -m dspkit.check._student NOTEBOOK ASKED OUT SECONDS``.

It runs the code cells one after another, as far as they go, calls the functions that they define with the checks'
cases, and writes what came to ``OUT``. It judges nothing: the process that graded it knows the right answers, and
whatever the notebook patches here changes nothing there. What the notebook could do to the machine is held back by an
audit hook: no network, no other program, no file written, moved or removed outside the folder that it runs in. That
stops accidents and plain attempts; it is no prison for somebody who is determined to break out.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import io
import json
import os
import sys
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from .. import check
from ._check import Check, wrong_call
from ._trial import TooLong, Trial, within

# Beyond this, an allocation fails, where the system knows such a limit: in bytes.
MOST_MEMORY = 4 << 30
# A cell may take so many times as long as a check: it may import a library, or draw.
CELL_TIMES = 3
FORBIDDEN = ("socket.connect", "socket.bind", "socket.getaddrinfo", "subprocess.", "os.system", "os.exec", "os.spawn",
             "os.posix_spawn", "os.fork")  # fmt: skip
CHANGES = {"os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.truncate", "shutil.rmtree"}


def encode(answer: Any, arrays: dict[str, np.ndarray]) -> dict[str, Any]:
    """An answer as plain JSON, its numbers put into ``arrays``: nothing in it is run when it is read."""
    if answer is None or answer is Ellipsis:
        return {"kind": "nothing"}
    if isinstance(answer, str):
        return {"kind": "text", "text": answer}
    if isinstance(answer, Exception):
        return {"kind": "error", "type": type(answer).__name__, "text": str(answer)}
    if isinstance(answer, tuple):
        return {"kind": "tuple", "items": [encode(a, arrays) for a in answer]}
    try:
        numbers = np.asarray(answer)
    except (TypeError, ValueError):
        numbers = np.asarray(None)
    if numbers.dtype.kind not in "biufc":
        return {"kind": "other", "type": type(answer).__name__}
    name = f"a{len(arrays)}"
    arrays[name] = numbers
    return {"kind": "numbers", "name": name}


def decode(given: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> Any:
    """What :func:`encode` wrote."""
    kind = given["kind"]
    if kind == "numbers":
        return arrays[given["name"]]
    if kind == "tuple":
        return tuple(decode(a, arrays) for a in given["items"])
    if kind == "text":
        return str(given["text"])
    if kind == "error":
        known = getattr(builtins, given["type"], None)
        kinds = known if isinstance(known, type) and issubclass(known, Exception) else Exception
        error = kinds.__new__(kinds)
        error.args = (given["text"],)
        return error
    return None if kind == "nothing" else Unknown(given["type"])


@dataclass(frozen=True)
class Unknown:
    """In place of an answer that is neither numbers nor text."""

    type_name: str


def cells(notebook: Path) -> list[str]:
    """The sources of the code cells."""
    content = json.loads(notebook.read_text(encoding="utf-8"))
    return ["".join(cell["source"]) for cell in content["cells"] if cell["cell_type"] == "code"]


def plain(source: str) -> str:
    """A cell without IPython's magic and shell lines."""
    return "\n".join(line for line in source.splitlines() if not line.lstrip().startswith(("%", "!", "?")))


def definitions(sources: Sequence[str], names: Sequence[str]) -> dict[str, str]:
    """The last definition of each function, without docstring and comments: equal text is equal work."""
    found = {}
    for source in sources:
        try:
            tree = ast.parse(plain(source))
        except SyntaxError:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and node.name in names:
                if node.body and isinstance(node.body[0], ast.Expr) and isinstance(node.body[0].value, ast.Constant):
                    node.body = node.body[1:] or [ast.Pass()]
                found[node.name] = ast.unparse(node)
    return found


def run_cells(sources: Sequence[str], space: dict[str, Any], seconds: float) -> list[str]:
    """Run every cell in ``space``; what went wrong, a line each. A cell that fails does not stop those behind it."""
    wrong = []
    for number, source in enumerate(sources, 1):
        try:
            with within(seconds), contextlib.redirect_stdout(io.StringIO()):
                exec(compile(plain(source), f"<cell {number}>", "exec"), space)
        except TooLong:
            wrong.append(f"cell {number}: stopped after {seconds:g} s")
        except SystemExit:
            wrong.append(f"cell {number}: it ended the program")
        except BaseException as error:  # a student's own class of errors included
            wrong.append(f"cell {number}: {traceback.format_exception_only(error)[-1].strip()[:200]}")
    return wrong


def answers(
    asked: Mapping[str, str], checks: Mapping[str, Check], space: Mapping[str, Any], seconds: float
) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """For each check, what the student's function gave for each of its cases."""
    arrays: dict[str, np.ndarray] = {}
    given: dict[str, Any] = {}
    for name, function_name in asked.items():
        function, check_ = space.get(function_name), checks[name]
        if not callable(function):
            given[name] = {"missing": function_name}
            continue
        if words := wrong_call(function, check_.reference, check_.cases[0]):
            given[name] = {"call": words}
            continue
        trials, in_time = check_.try_all(function, seconds)
        try:
            with within(seconds):
                used = check_.uses(function) if in_time else None
        except TooLong:
            used = None
        given[name] = {"trials": [_encoded(trial, arrays) for trial in trials], "in_time": in_time, "uses": used}
    return given, arrays


def _encoded(trial: Trial, arrays: dict[str, np.ndarray]) -> dict[str, Any]:
    return {"answer": encode(trial.answer, arrays), "printed": trial.printed[-200:], "changed": trial.changed}


def hold_back(folder: Path) -> None:
    """From now on: no network, no other program, nothing written outside ``folder``."""
    home = str(folder.resolve())

    def inside(path: Any) -> bool:
        return isinstance(path, int) or os.path.realpath(os.fsdecode(path)).startswith(home + os.sep)

    def hook(event: str, args: tuple[Any, ...]) -> None:
        if event.startswith(FORBIDDEN):
            raise PermissionError(f"a graded notebook may not do this: {event}")
        if event == "open" and args[0] is not None and not inside(args[0]):
            mode, flags = str(args[1] or ""), int(args[2] or 0)
            if set(mode) & set("wax+") or flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC):
                raise PermissionError(f"a graded notebook may write in its own folder only, not to {args[0]}")
        if event in CHANGES and not all(inside(a) for a in args if isinstance(a, str | bytes | os.PathLike)):
            raise PermissionError(f"a graded notebook may change files in its own folder only: {event}")

    sys.addaudithook(hook)


def limit_memory() -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))


def main(notebook: str, asked_in: str, out: str, seconds: str) -> None:
    asked = json.loads(Path(asked_in).read_text(encoding="utf-8"))
    checks = {name: getattr(check, name) for name in asked}  # as they are before the notebook runs
    sources = cells(Path(notebook))
    target, folder = Path(out), Path.cwd()
    os.environ.setdefault("MPLBACKEND", "Agg")
    limit_memory()
    hold_back(folder)
    space: dict[str, Any] = {"__name__": "__main__"}
    wrong = run_cells(sources, space, CELL_TIMES * float(seconds))
    given, arrays = answers(asked, checks, space, float(seconds))
    np.savez(folder / "answers.npz", **arrays)  # type: ignore[arg-type]
    words = json.dumps({"wrong": wrong, "given": given, "sources": definitions(sources, list(asked.values()))})
    (folder / "answers.json").write_text(words, encoding="utf-8")
    (folder / "answers.json").rename(target)  # inside the folder: complete, or not there


if __name__ == "__main__":
    main(*sys.argv[1:])
