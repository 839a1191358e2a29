"""How a homework check works: hidden cases, mistakes known by name, and one of four answers."""

from __future__ import annotations

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
        The right answer for the arguments of a case: an array, a number, or a tuple of them.
    cases : sequence of Case
        From the smallest to the largest: the first that fails is the one that is shown.
    mistakes : sequence of Mistake
        A mistake is recognised when its wrong implementation gives what the student's function gives, in
        every case, and the reference does not.
    rtol : float
        How far the answer may be from the reference, relative to the reference's largest magnitude, for
        64-bit input. 32-bit input is allowed ``rtol32``.

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
        outcomes = [_run(function, case) for case in self.cases]
        if all(_is_empty(answer) for answer in outcomes):
            return Verdict(
                "not tried yet",
                f"… {self.name}: not tried yet. Write the function, then run this cell again.",
            )
        expected = [_run(self.reference, case) for case in self.cases]
        limits = [self._limit(case) for case in self.cases]
        wrong = [not _agree(a, e, r) for a, e, r in zip(outcomes, expected, limits, strict=True)]
        if not any(wrong):
            return Verdict("passed", f"✓ {self.name}: passed, {len(self.cases)} cases.")
        for mistake in self.mistakes:
            theirs = [_run(mistake.wrong, case) for case in self.cases]
            if all(_agree(a, t, r) for a, t, r in zip(outcomes, theirs, limits, strict=True)):
                return Verdict("recognised", f"✗ {self.name}: this is {mistake.name}. {mistake.advice}", mistake.name)
        first = wrong.index(True)
        difference = _describe(outcomes[first], expected[first], limits[first])
        return Verdict("failed", f"✗ {self.name}: wrong for {self.cases[first].words}. {difference}")

    def _limit(self, case: Case) -> float:
        kinds = {str(getattr(a, "dtype", "")) for a in case.args}
        return self.rtol32 if kinds & {"float32", "complex64"} else self.rtol


def _run(function: Callable[..., Any], case: Case) -> Any:
    """The function's answer for a case, or the error that it raised. Each call gets its own copy of the input."""
    args = [a.copy() if isinstance(a, np.ndarray) else a for a in case.args]
    try:
        return function(*args, **case.kwargs)
    except Exception as error:
        return error


def _is_empty(answer: Any) -> bool:
    return answer is None or answer is Ellipsis or isinstance(answer, NotImplementedError)


def _parts(answer: Any) -> list[np.ndarray] | None:
    """The answer as a list of numeric arrays (one, unless it is a tuple), or None if it is nothing of the kind."""
    if isinstance(answer, Exception) or _is_empty(answer):
        return None
    try:
        parts = [np.asarray(a) for a in (answer if isinstance(answer, tuple) else (answer,))]
    except (TypeError, ValueError):
        return None
    return parts if all(p.dtype.kind in "biufc" for p in parts) else None


def _agree(answer: Any, expected: Any, limit: float) -> bool:
    """Whether two answers have the same shapes, and values within ``limit`` of the largest magnitude."""
    a_parts, e_parts = _parts(answer), _parts(expected)
    if a_parts is None or e_parts is None:
        # The same error in the same place is the same behaviour (a wrong implementation that fails too).
        return isinstance(answer, Exception) and type(answer) is type(expected)
    if len(a_parts) != len(e_parts):
        return False
    for a, e in zip(a_parts, e_parts, strict=True):
        if a.shape != e.shape:
            return False
        if e.size and not np.max(np.abs(a - e)) <= limit * max(float(np.max(np.abs(e))), 1e-30):
            return False
    return True


def _describe(answer: Any, expected: Any, limit: float) -> str:
    """What came and what was expected, in shape and kind: never the expected values."""
    if isinstance(answer, Exception):
        return f"It raised {type(answer).__name__}: {answer}"
    parts, wanted = _parts(answer), _parts(expected) or []
    if parts is None:
        return f"It returned {_kind(answer)}; expected {_kinds(wanted)}."
    if [p.shape for p in parts] != [e.shape for e in wanted]:
        return f"It returned {_kinds(parts)}; expected {_kinds(wanted)}."
    if any(np.iscomplexobj(e) and not np.iscomplexobj(p) for p, e in zip(parts, wanted, strict=True)):
        return f"It returned {_kinds(parts)}; expected {_kinds(wanted)}: real where complex was expected."
    bad = total = 0
    for p, e in zip(parts, wanted, strict=True):
        room = limit * max(float(np.max(np.abs(e), initial=0.0)), 1e-30)
        bad += int(np.sum(~(np.abs(p - e) <= room)))
        total += e.size
    return f"The shape is right, {_kinds(wanted)}, but {bad} of {total} values are not."


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
