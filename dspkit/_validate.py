"""Checks of arguments, each with an error that says what came, what was expected and what to do."""

from __future__ import annotations

import difflib
import math
import operator
import sys
from collections.abc import Iterable
from typing import Any

import numpy as np

from .errors import ParameterError, SampleTypeError


def positive_int(value: Any, name: str, *, minimum: int = 1, unit: str = "") -> int:
    """``value`` as an int that is at least ``minimum``; ``unit`` ("samples") is for the message."""
    try:
        # 1024.0 is as good as 1024: what comes out of a division is a float.
        number = int(value) if isinstance(value, float | np.floating) and value == int(value) else operator.index(value)
    except (TypeError, ValueError, OverflowError):
        near = round(value) if isinstance(value, float) and math.isfinite(value) else 1
        whole = f"{name}={max(near, minimum, 1)}"
        raise SampleTypeError(
            f"{name}={value!r} is a {type(value).__name__}; expected a whole number"
            f"{' of ' + unit if unit else ''}, such as {whole}."
        ) from None
    if number < minimum:
        raise ParameterError(f"{name}={number} is too small; expected at least {minimum}{' ' + unit if unit else ''}.")
    return number


# More than these do nothing sooner, and a mistyped number of them would take seconds to start.
MOST_THREADS = 64


def threads(workers: Any) -> int | None:
    """The number of threads asked for (64 at most), or None for as many as help."""
    return None if workers is None else min(positive_int(workers, "workers", unit="threads"), MOST_THREADS)


def positive_number(value: Any, name: str, *, unit: str = "", zero: bool = False) -> float:
    """``value`` as a finite float above zero (or, with ``zero``, from zero on)."""
    try:
        if isinstance(value, bool | np.bool_ | str | bytes):  # float() takes them; nobody means them
            raise TypeError
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        raise SampleTypeError(f"{name}={value!r} is a {type(value).__name__}; expected a number.") from None
    if not math.isfinite(number) or number < 0 or (number == 0 and not zero):
        least = "zero or a positive number" if zero else "a positive number"
        raise ParameterError(f"{name}={value!r}; expected {least}{' of ' + unit if unit else ''}.")
    return number


def outside() -> int:
    """The stack level, for a warning, of the first caller outside this package: the line that the warning is about."""
    level, caller = 1, sys._getframe(1)
    while caller.f_back is not None and caller.f_globals.get("__name__", "").startswith(__package__):
        level, caller = level + 1, caller.f_back
    return level


def one_of(value: Any, options: Iterable[str], name: str) -> str:
    """``value`` if it is among ``options``; else an error that names the close ones."""
    options = list(options)
    if value in options:
        return value
    lower = {option.lower(): option for option in options}
    close = [lower[c] for c in difflib.get_close_matches(str(value).lower(), lower, n=3, cutoff=0.5)]
    hint = f"Did you mean {' or '.join(repr(c) for c in close)}? " if close else ""
    raise ParameterError(f"{name}={value!r} is not known. {hint}Known: {', '.join(options)}.")


def axis_index(axis: Any, ndim: int, name: str = "axis") -> int:
    """``axis`` as an index from the end (−1 is the last): the same in any number of dimensions."""
    axis = operator.index(axis)
    if not -ndim <= axis < ndim:
        raise ParameterError(f"{name}={axis} is outside an array of {ndim} dimensions.")
    return axis - ndim if axis >= 0 else axis
