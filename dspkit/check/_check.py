"""How a homework check works: hidden cases, mistakes known by name, and one of four answers."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

Status = Literal["passed", "recognised", "failed", "not tried yet"]


@dataclass(frozen=True)
class Case:
    """One hidden input: the arguments, and words that describe it without giving the answer away."""

    words: str
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Mistake:
    """A mistake known by name: a small wrong implementation, and the words that put it right."""

    name: str
    wrong: Callable[..., Any]
    advice: str


@dataclass(frozen=True, repr=False)
class Verdict:
    """The answer of a check. It is true if, and only if, the student's function passed."""

    status: Status
    text: str
    mistake: str | None = None

    def __bool__(self) -> bool:
        return self.status == "passed"

    def __repr__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Check:
    """A check of one exercise: call it with the student's function.

    Parameters
    ----------
    name : str
        What is checked, for the messages.
    reference : function
        The right answer for the arguments of a case: an array, a number, a text, or a tuple of these. The names
        of its parameters are those that a message names.
    cases : sequence of Case
        From the smallest to the largest: the first that fails is the one that is shown.
    mistakes : sequence of Mistake
        A mistake is recognised when its wrong implementation gives what the student's function gives, in
        every case, and the reference does not.
    rtol : float
        How far the answer may be from the reference, relative to the reference's largest magnitude, for
        64-bit input. 32-bit input is allowed ``rtol32``.

    Examples
    --------
    >>> import numpy as np
    >>> double = Check("double", lambda x: 2 * x, [Case("three numbers", (np.arange(3.0),))])
    >>> double(lambda x: x + x)
    ✓ double: passed, 1 case.
    >>> double(lambda x: x)
    ✗ double: wrong for three numbers. The shape is right, real values of shape (3,), but 2 of 3 values are not.
    All values are 0.5 times what they should be: a factor is missing or too much.
    >>> double(lambda x: ...)
    … double: not tried yet. Write the function, then run this cell again.

    """

    name: str
    reference: Callable[..., Any]
    cases: Sequence[Case]
    mistakes: Sequence[Mistake] = ()
    rtol: float = 1e-9
    rtol32: float = 1e-4

    def __call__(self, function: Callable[..., Any]) -> Verdict:
        """Try ``function`` on every case and say: passed, which mistake, what failed first, or not tried yet."""
        if not callable(function):
            return Verdict(
                "failed",
                f"✗ {self.name}: got a {type(function).__name__}, expected a function. Hand over the function "
                f"itself, without calling it: no brackets after its name.",
            )
        if complaint := _wrong_call(function, self.reference, self.cases[0]):
            return Verdict("failed", f"✗ {self.name}: {complaint}")
        outcomes = [_run(function, case) for case in self.cases]
        if all(_is_empty(answer) for answer in outcomes):
            return Verdict(
                "not tried yet",
                f"… {self.name}: not tried yet. Write the function, then run this cell again.",
            )
        limits = [self._limit(case) for case in self.cases]
        expected = [_run_quietly(self.reference, case) for case in self.cases]
        wrong = [not _agree(a, e, r) for a, e, r in zip(outcomes, expected, limits, strict=True)]
        if not any(wrong):
            count = len(self.cases)
            return Verdict("passed", f"✓ {self.name}: passed, {count} case{'s' if count > 1 else ''}.")
        for mistake in self.mistakes:
            theirs = [_run_quietly(mistake.wrong, case) for case in self.cases]
            if all(_agree(a, t, r) for a, t, r in zip(outcomes, theirs, limits, strict=True)):
                return Verdict("recognised", f"✗ {self.name}: this is {mistake.name}. {mistake.advice}", mistake.name)
        first = wrong.index(True)
        difference = _describe(outcomes[first], expected[first], limits[first])
        right = len(wrong) - sum(wrong)
        others = f" Right in {right} of {len(wrong)} cases." if right else ""
        return Verdict("failed", f"✗ {self.name}: wrong for {self.cases[first].words}. {difference}{others}")

    def _limit(self, case: Case) -> float:
        kinds = {str(getattr(a, "dtype", "")) for a in (*case.args, *case.kwargs.values())}
        return self.rtol32 if kinds & {"float32", "complex64"} else self.rtol


def _wrong_call(function: Callable[..., Any], reference: Callable[..., Any], case: Case) -> str:
    """What to say if ``function`` cannot take the arguments of a case at all; else nothing."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # some functions written in C do not tell
        return ""
    try:
        signature.bind(*case.args, **case.kwargs)
    except TypeError:
        names = [*list(inspect.signature(reference).parameters)[: len(case.args)], *(f"{k}=…" for k in case.kwargs)]
        return f"the check calls your function with ({', '.join(names)}); yours takes {signature}."
    return ""


def _run(function: Callable[..., Any], case: Case) -> Any:
    """The function's answer for a case, or the error that it raised. Each call gets its own copy of the input."""
    args = [_copy(a) for a in case.args]
    kwargs = {name: _copy(a) for name, a in case.kwargs.items()}
    try:
        return function(*args, **kwargs)
    except Exception as error:
        return error


def _run_quietly(function: Callable[..., Any], case: Case) -> Any:
    """As :func:`_run`, for our own functions: what NumPy warns of in a wrong one is not the student's."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _run(function, case)


def _copy(argument: Any) -> Any:
    if isinstance(argument, list | tuple):
        return type(argument)(_copy(a) for a in argument)
    return argument.copy() if hasattr(argument, "copy") else argument


def _is_empty(answer: Any) -> bool:
    return answer is None or answer is Ellipsis or isinstance(answer, NotImplementedError)


def _parts(answer: Any) -> list[np.ndarray] | None:
    """The answer as a list of numeric arrays (one, unless it is a tuple), or None if it is nothing of the kind.

    Whole numbers and True/False become floats, so that a difference of two answers cannot wrap around.
    """
    if isinstance(answer, Exception) or _is_empty(answer):
        return None
    try:
        parts = [np.asarray(a) for a in (answer if isinstance(answer, tuple) else (answer,))]
    except (TypeError, ValueError):
        return None
    if not all(p.dtype.kind in "biufc" for p in parts):
        return None
    return [p.astype("float64") if p.dtype.kind in "biu" else p for p in parts]


def _close(a: np.ndarray, e: np.ndarray, limit: float) -> np.ndarray:
    """Where ``a`` is ``e``: within ``limit`` of the largest finite magnitude; NaN and infinity, where both are."""
    finite = np.isfinite(e)
    room = limit * max(float(np.max(np.abs(e), where=finite, initial=0.0)), 1e-30)
    same = (a == e) | (np.isnan(a) & np.isnan(e))
    with np.errstate(invalid="ignore"):  # ∞ − ∞
        return np.where(finite, np.abs(a - e) <= room, same)


def _agree(answer: Any, expected: Any, limit: float) -> bool:
    """Whether two answers have the same shapes, and values within ``limit`` of the largest magnitude."""
    if isinstance(answer, str) or isinstance(expected, str):
        return isinstance(answer, str) and isinstance(expected, str) and answer == expected
    a_parts, e_parts = _parts(answer), _parts(expected)
    if a_parts is None or e_parts is None:
        # The same error in the same place is the same behaviour (a wrong implementation that fails too).
        return isinstance(answer, Exception) and type(answer) is type(expected)
    return len(a_parts) == len(e_parts) and all(
        a.shape == e.shape and bool(np.all(_close(a, e, limit))) for a, e in zip(a_parts, e_parts, strict=True)
    )


def _describe(answer: Any, expected: Any, limit: float) -> str:
    """What came and what was expected, in shape and kind: never the expected values."""
    if isinstance(answer, Exception):
        return f"It raised {type(answer).__name__}: {answer}"
    if isinstance(expected, str):
        if isinstance(answer, str):
            return f"It returned {answer!r}; expected another text of {len(expected)} characters."
        return f"It returned {_kind(answer)}; expected a text (str)."
    parts, wanted = _parts(answer), _parts(expected) or []
    if parts is None:
        return f"It returned {_kind(answer)}; expected {_kinds(wanted)}."
    if [p.shape for p in parts] != [e.shape for e in wanted]:
        return f"It returned {_kinds(parts)}; expected {_kinds(wanted)}.{_shape_hint(parts, wanted)}"
    if any(np.iscomplexobj(e) and not np.iscomplexobj(p) for p, e in zip(parts, wanted, strict=True)):
        return f"It returned {_kinds(parts)}; expected {_kinds(wanted)}: real where complex was expected."
    bad = total = 0
    for p, e in zip(parts, wanted, strict=True):
        bad += int(np.sum(~_close(p, e, limit)))
        total += e.size
    if total == 1:
        text = f"The kind is right, {_kinds(wanted)}, but its value is not."
    else:
        text = f"The shape is right, {_kinds(wanted)}, but {bad} of {total} values are not."
    return text + (_value_hint(parts[0], wanted[0], limit) if len(parts) == 1 else "")


def _shape_hint(parts: Sequence[np.ndarray], wanted: Sequence[np.ndarray]) -> str:
    if len(parts) != len(wanted):
        return ""
    a, e = parts[0].shape, wanted[0].shape
    if len(a) > 1 and a == e[::-1]:
        return " The axes are swapped: time is the last one."
    if len(a) == len(e) and sum(i != j for i, j in zip(a, e, strict=True)) == 1:
        few = sum(i - j for i, j in zip(a, e, strict=True))
        if abs(few) == 1:
            return f" That is one too {'many' if few > 0 else 'few'}."
    return ""


def _value_hint(a: np.ndarray, e: np.ndarray, limit: float) -> str:
    """What kind of wrong the values are, where it can be said in one sentence."""
    if not np.all(np.isfinite(a)) and np.all(np.isfinite(e)):
        return " There are NaN or infinite values among them: is something divided by zero?"
    size = float(np.max(np.abs(e), initial=0.0))
    if not np.isfinite(size) or not np.any(np.isfinite(a)):
        return ""
    if not size or not np.any(a):
        return " All of them are 0." if not np.any(a) else ""
    off = float(np.max(np.abs(a - e))) / size
    if off < 3e-3:
        return (
            f" They are off by {off:.0e} of the largest only: was something computed with fewer digits "
            f"(float32, π typed by hand, angles that grow large)?"
        )
    factor = np.vdot(e, a) / np.vdot(e, e)  # the least-squares fit of a = factor·e
    if e.size > 1 and np.all(_close(a, factor * e, max(limit, 1e-9))):
        if abs(factor.imag) <= 1e-6 * abs(factor):
            times = f"{factor.real:.4g}"
            return f" All values are {times} times what they should be: a factor is missing or too much."
        return " All values have the right magnitude up to one factor, and one and the same wrong phase."
    if np.iscomplexobj(e) and np.any(e.imag) and np.all(_close(np.conj(a), e, limit)):
        return " They are the complex conjugates of the right ones: look at the sign of j."
    if np.iscomplexobj(e) and np.all(_close(np.abs(a), np.abs(e), limit)):
        return " The magnitudes are right; the phases are not."
    return ""


def _kind(answer: Any) -> str:
    return "nothing (is a return missing?)" if _is_empty(answer) else f"a {type(answer).__name__}"


def _kinds(parts: Sequence[np.ndarray]) -> str:
    words = [
        f"one {'complex' if np.iscomplexobj(p) else 'real'} number"
        if p.ndim == 0
        else f"{'complex' if np.iscomplexobj(p) else 'real'} values of shape {p.shape}"
        for p in parts
    ]
    return " and ".join(words)
