"""How a homework check works: hidden cases, mistakes known by name, and one of four answers."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from ..errors import ParameterError
from ._trial import Case, TooLong, Trial, answer_of, attempt, code_of, used, within
from ._words import agree, describe, is_empty, more_words, wrong_kind

Status = Literal["passed", "recognised", "failed", "not tried yet"]
# How long all cases of a check may take together, in seconds.
TIME_LIMIT = 10.0
# Answers nearer than this, relative to the largest, are the same but for rounding.
TO_THE_DIGIT = 1e-9


@dataclass(frozen=True)
class Mistake:
    """A mistake known by name: a small wrong implementation, and the words that put it right."""

    name: str
    wrong: Callable[..., Any]
    advice: str


@dataclass(frozen=True, repr=False)
class Verdict:
    """The answer of a check. It is true if, and only if, the student's function passed.

    Attributes
    ----------
    status : str
        ``"passed"``, ``"recognised"``, ``"failed"`` or ``"not tried yet"``.
    text : str
        What it says.
    mistake : str or None
        The name of a mistake that was recognised.
    case : Case or None
        The case that failed: ``my_function(*verdict.case.args, **verdict.case.kwargs)`` makes it again.
    name : str
        What was checked.

    """

    status: Status
    text: str
    mistake: str | None = None
    case: Case | None = None
    name: str = ""
    _more: list[str] = field(default_factory=list, compare=False)
    _error: tuple[np.ndarray, ...] = field(default=(), compare=False)

    def __bool__(self) -> bool:
        return self.status == "passed"

    def __repr__(self) -> str:
        return self.text

    def hint(self) -> str:
        """More about what is wrong; each call says one thing more, and never the answer."""
        if self._more:
            return self._more.pop(0)
        if self.status in {"failed", "recognised"}:
            return "There is no further hint. Make the failing case again: my_function(*verdict.case.args)."
        return "There is nothing to hint at."

    def show(self) -> Any:
        """Draw the error of the failing case, as a share of the largest right value: its shape, not the answer."""
        if not self._error:
            raise ParameterError(f"{self.name or 'The check'} has no error to draw: {self.text}")
        from .. import viz

        error = self._error[0]
        parts = {"real part": error.real, "imaginary part": error.imag} if np.iscomplexobj(error) else {"error": error}
        words = "" if self.case is None else f" for {self.case.words}"
        worst = int(np.argmax(np.abs(error)))
        return viz.lines(
            np.arange(error.size),
            parts,
            x_label="number of the value",
            y_label="error ÷ largest right value",
            title=f"{self.name}{words}: the largest error is at number {worst}",
        )


@dataclass(frozen=True)
class Check:
    """A check of one exercise: call it with the student's function.

    Parameters
    ----------
    name : str
        What is checked, for the messages.
    reference : function
        The right answer for the arguments of a case: an array, a number, a text, or a tuple of these. The names
        of its parameters are those that a message names. Where it returns whole numbers, whole numbers are asked;
        where it returns real ones, complex ones are not taken.
    cases : sequence of Case
        From the smallest to the largest: the first that fails is the one that is shown.
    mistakes : sequence of Mistake
        A mistake is recognised when its wrong implementation gives what the student's function gives, in
        every case, and the reference does not.
    rtol : float
        How far the answer may be from the reference, relative to the reference's largest magnitude, for
        64-bit input. 32-bit input is allowed ``rtol32``.
    forbidden : sequence of str
        What an exercise that is to be written from scratch may not call: modules (``"numpy.fft"``) or functions
        (``"numpy.convolve"``) by their full names. The calls are watched, under whatever name; the reference itself
        is always forbidden.

    Examples
    --------
    >>> import numpy as np
    >>> double = Check("double", lambda x: 2 * x, [Case("three numbers", (np.arange(3.0),))])
    >>> double(lambda x: x + x)
    ✓ double: passed, 1 case.
    >>> verdict = double(lambda x: x)
    >>> verdict
    ✗ double: wrong for three numbers. The shape is right, real values of shape (3,), but 2 of 3 values are not.
    All values are 0.5 times what they should be: a factor is missing or too much.
    >>> verdict.case.args
    (array([0., 1., 2.]),)
    >>> double(lambda x: ...)
    … double: not tried yet. Write the function, then run this cell again.

    """

    name: str
    reference: Callable[..., Any]
    cases: Sequence[Case]
    mistakes: Sequence[Mistake] = ()
    rtol: float = 1e-9
    rtol32: float = 1e-4
    forbidden: Sequence[str] = ()

    def __call__(self, function: Callable[..., Any], *, time_limit: float | None = TIME_LIMIT) -> Verdict:
        """Try ``function`` on every case and say: passed, which mistake, what failed first, or not tried yet.

        All cases together may take ``time_limit`` seconds (None for no limit), so that a loop without an end is
        stopped.
        """
        if not callable(function):
            return self._says(
                "failed",
                f"✗ {self.name}: got a {type(function).__name__}, expected a function. Hand over the function "
                f"itself, without calling it: no brackets after its name.",
            )
        if complaint := wrong_call(function, self.reference, self.cases[0]):
            return self._says("failed", f"✗ {self.name}: {complaint}")
        trials, in_time = self.try_all(function, time_limit)
        if not in_time:
            return self._too_long(self.cases[len(trials)], time_limit)
        return self.judge(trials, lambda: self.uses(function))

    def try_all(self, function: Callable[..., Any], time_limit: float | None) -> tuple[list[Trial], bool]:
        """What ``function`` gives for the cases, up to the one that took too long; and whether all were in time."""
        trials: list[Trial] = []
        try:
            with within(time_limit):
                for case in self.cases:
                    trials.append(attempt(function, case, self._names))
        except TooLong:
            return trials, False
        return trials, True

    def uses(self, function: Callable[..., Any]) -> str | None:
        """What ``function`` calls that this exercise forbids."""
        watched: dict[str, Sequence[Any]] = {name: code_of(name) for name in self.forbidden}
        if code := getattr(self.reference, "__code__", None):
            ours = self.reference.__module__.rpartition(".")[0] == "dspkit"
            watched[f"dk.{self.reference.__name__}" if ours else "the check's own reference"] = [code]
        return used(function, (self.cases[0], self.cases[-1]), watched)

    def _too_long(self, case: Case, time_limit: float | None) -> Verdict:
        return self._says(
            "failed",
            f"✗ {self.name}: stopped after {time_limit:g} s, at {case.words}. Is there a loop that never ends? "
            f"If it is only slow, give it more: time_limit=60.",
            case=case,
        )

    def agrees(self, function: Callable[..., Any]) -> bool:
        """Whether ``function`` gives the right answers, by whatever means: for holding libraries against a check."""
        answers = [attempt(function, case).answer for case in self.cases]
        expected = [answer_of(self.reference, case) for case in self.cases]
        return not any(self._wrong(answers, expected)) and not any(map(wrong_kind, answers, expected))

    @property
    def _names(self) -> list[str]:
        try:
            return list(inspect.signature(self.reference).parameters)
        except (TypeError, ValueError):  # some functions written in C do not tell
            return []

    def _says(self, status: Status, text: str, mistake: str | None = None, case: Case | None = None) -> Verdict:
        return Verdict(status, text, mistake, case, self.name)

    def _limit(self, case: Case) -> float:
        kinds = {str(getattr(a, "dtype", "")) for a in (*case.args, *case.kwargs.values())}
        return self.rtol32 if kinds & {"float32", "complex64"} else self.rtol

    def _wrong(self, answers: Sequence[Any], expected: Sequence[Any]) -> list[bool]:
        limits = [self._limit(case) for case in self.cases]
        return [not agree(a, e, r) for a, e, r in zip(answers, expected, limits, strict=True)]

    def judge(self, trials: Sequence[Trial], uses: Callable[[], str | None]) -> Verdict:
        """The verdict on what came of all cases; ``uses`` is asked only if the values are right."""
        answers = [trial.answer for trial in trials]
        if all(is_empty(answer) for answer in answers):
            if said := next((trial.printed.strip() for trial in trials if trial.printed.strip()), ""):
                last = said.splitlines()[-1][:60]
                return self._says(
                    "failed", f"✗ {self.name}: it printed {last!r} but returned nothing. Use return in place of print."
                )
            return self._says(
                "not tried yet", f"… {self.name}: not tried yet. Write the function, then run this cell again."
            )
        expected = [answer_of(self.reference, case) for case in self.cases]
        wrong = self._wrong(answers, expected)
        if not any(wrong):
            return self._right(trials, expected, uses)
        first = wrong.index(True)
        case, limit = self.cases[first], self._limit(self.cases[first])
        hints, error = more_words(answers[first], expected[first], limit)
        hints.append("Make it again: args = verdict.case.args, then my_function(*args).")
        if mistake := self._recognised(answers):
            text = f"✗ {self.name}: this is {mistake.name}. {mistake.advice}"
            return Verdict("recognised", text, mistake.name, case, self.name, hints, error)
        right = len(wrong) - sum(wrong)
        others = f" Right in {right} of {len(wrong)} cases." if right else ""
        if changed := next((trial.changed for trial in trials if trial.changed), ""):
            others += f" It also changes its input {changed}: work on a copy."
        difference = describe(answers[first], expected[first], limit)
        text = f"✗ {self.name}: wrong for {case.words}. {difference}{others}"
        return Verdict("failed", text, None, case, self.name, hints, error)

    def _recognised(self, answers: Sequence[Any]) -> Mistake | None:
        """The mistake that gives these answers: to the last digits, or else within what the exercise allows."""
        near = None
        for mistake in self.mistakes:
            theirs = [answer_of(mistake.wrong, case) for case in self.cases]
            if all(agree(a, t, TO_THE_DIGIT) for a, t in zip(answers, theirs, strict=True)):
                return mistake
            if near is None and not any(self._wrong(answers, theirs)):
                near = mistake
        return near

    def _right(self, trials: Sequence[Trial], expected: Sequence[Any], uses: Callable[[], str | None]) -> Verdict:
        """The values are right: are they of the right kind, was the input left alone, was it done as asked?"""
        for case, trial, wanted in zip(self.cases, trials, expected, strict=True):
            if words := wrong_kind(trial.answer, wanted):
                return self._says("failed", f"✗ {self.name}: the values are right, but {words}", case=case)
        for case, trial in zip(self.cases, trials, strict=True):
            if trial.changed:
                return self._says(
                    "failed",
                    f"✗ {self.name}: the values are right, but it changes its input {trial.changed}, which its caller "
                    f"still needs. Make a new array ({trial.changed} = {trial.changed} * 2, not {trial.changed} *= 2), "
                    f"or work on a copy.",
                    case=case,
                )
        if name := uses():
            return self._says(
                "failed",
                f"✗ {self.name}: the values are right, but they come from {name}. This exercise asks for your own "
                f"arithmetic.",
            )
        count = len(self.cases)
        return self._says("passed", f"✓ {self.name}: passed, {count} case{'s' if count > 1 else ''}.")


def wrong_call(function: Callable[..., Any], reference: Callable[..., Any], case: Case) -> str:
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
