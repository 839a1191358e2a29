"""How a student's function is tried: on copies, within a time, with what it printed, changed and called noticed."""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import importlib.util
import inspect
import io
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import CodeType, FrameType
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Case:
    """One hidden input: the arguments, and words that describe it without giving the answer away."""

    words: str
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Trial:
    """What came of one call: the answer, or the error that was raised; what it printed; what input it changed."""

    answer: Any
    printed: str = ""
    changed: str = ""  # the name of the argument


class TooLong(BaseException):
    """Raised inside a student's function when its time is over; no ``except Exception`` catches it."""


class ExitError(Exception):
    """In place of SystemExit, which would end the student's notebook."""


def attempt(function: Callable[..., Any], case: Case, names: Sequence[str] = ()) -> Trial:
    """Call ``function`` on a copy of the case's arguments. ``names`` are those that a message may use for them."""
    given = [copied(a) for a in case.args]
    named = {name: copied(a) for name, a in case.kwargs.items()}
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        try:
            answer = function(*given, **named)
        except SystemExit:
            answer = ExitError("it ended the program (sys.exit or exit). Use return instead")
        except Exception as error:
            answer = error
    if printed.getvalue():
        print(printed.getvalue(), end="")
    arguments = [*zip(names, case.args, given, strict=False), *((n, case.kwargs[n], named[n]) for n in named)]
    changed = next((name for name, before, after in arguments if not _same(before, after)), "")
    return Trial(answer, printed.getvalue(), changed)


def answer_of(function: Callable[..., Any], case: Case) -> Any:
    """The answer of one of our own functions; what NumPy warns of in a wrong one is not the student's."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return attempt(function, case).answer


def copied(argument: Any) -> Any:
    if isinstance(argument, list | tuple):
        return type(argument)(copied(a) for a in argument)
    return argument.copy() if hasattr(argument, "copy") else argument


def _same(before: Any, after: Any) -> bool:
    """Whether an argument is as it was, whatever it is."""
    if isinstance(before, list | tuple):
        return len(before) == len(after) and all(_same(b, a) for b, a in zip(before, after, strict=True))
    if isinstance(before, np.ndarray):
        return before.shape == after.shape and before.tobytes() == after.tobytes()
    return True


@contextlib.contextmanager
def within(seconds: float | None) -> Iterator[None]:
    """Raise :class:`TooLong` in this thread once ``seconds`` are over.

    It is raised between two steps of Python, so a single long call of compiled code is waited for. Where threads or
    CPython's own interface are missing, nothing is stopped.
    """
    pythonapi = getattr(ctypes, "pythonapi", None)
    if seconds is None or pythonapi is None:
        yield
        return
    me, lock = ctypes.c_ulong(threading.get_ident()), threading.Lock()
    done = fired = False

    def stop() -> None:
        nonlocal fired
        with lock:
            if not done:
                fired = True
                pythonapi.PyThreadState_SetAsyncExc(me, ctypes.py_object(TooLong))

    timer = threading.Timer(seconds, stop)
    timer.daemon = True
    try:
        timer.start()
    except RuntimeError:  # no threads here (in a browser)
        yield
        return
    try:
        yield
    finally:
        with lock:
            done = True
        timer.cancel()
        arrived = isinstance(sys.exc_info()[1], TooLong)
        while fired and not arrived:  # raised at the last moment: here it comes
            time.sleep(0.001)


def used(function: Callable[..., Any], cases: Sequence[Case], forbidden: Mapping[str, Sequence[Any]]) -> str | None:
    """The first of the forbidden names that ``function`` calls, under whatever name it knows it.

    ``forbidden`` gives for each name its code: as a code object, a compiled function, or (a text) the module whose
    functions are meant, all of them.
    """
    codes = {id(code): name for name, items in forbidden.items() for code in items if not isinstance(code, str)}
    modules = {code: name for name, items in forbidden.items() for code in items if isinstance(code, str)}
    found: list[str] = []

    def watch(frame: FrameType, event: str, argument: Any) -> None:
        if found:
            return
        if event == "call":
            module = str(frame.f_globals.get("__name__", ""))
            inside = [name for m, name in modules.items() if module == m or module.startswith(m + ".")]
            name = codes.get(id(frame.f_code), f"{inside[0]}.{frame.f_code.co_name}" if inside else "")
        else:
            name = codes.get(id(argument), "") if event == "c_call" else ""
        if name:
            found.append(name)

    before = sys.getprofile()
    for case in cases:
        sys.setprofile(watch)
        try:
            with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(Exception, SystemExit):
                function(*(copied(a) for a in case.args), **{k: copied(a) for k, a in case.kwargs.items()})
        finally:
            sys.setprofile(before)
    return found[0] if found else None


def code_of(name: str) -> Sequence[Any]:
    """What to look for to see a call of ``name``: a module (``numpy.fft``) or a function (``numpy.convolve``).

    A module is not imported for it: the name is enough.
    """
    with contextlib.suppress(ImportError):  # the name before the last dot is no package
        if importlib.util.find_spec(name):
            return [name]
    module, _, attribute = name.rpartition(".")
    try:
        function = inspect.unwrap(getattr(importlib.import_module(module), attribute))
    except (ImportError, AttributeError):  # a library that is not installed here
        return []
    code: CodeType | None = getattr(function, "__code__", None)
    return [function if code is None else code]
