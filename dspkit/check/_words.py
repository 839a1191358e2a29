"""How an answer is compared with the right one, and what is said about the difference: never the right values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np


def is_empty(answer: Any) -> bool:
    return answer is None or answer is Ellipsis or isinstance(answer, NotImplementedError)


def _parts(answer: Any, expected: Any = None) -> list[np.ndarray] | None:
    """The answer as a list of numeric arrays (one, unless a tuple is expected), or None if it is nothing of the kind.

    A list or an array does for a tuple of numbers, and a tuple of numbers for an array. Whole numbers and True/False
    become floats, so that a difference of two answers cannot wrap around.
    """
    if isinstance(answer, Exception) or is_empty(answer):
        return None
    expected = answer if expected is None else expected
    try:
        parts = [np.asarray(a) for a in _items(answer, expected)]
    except (TypeError, ValueError):
        return None
    if not all(p.dtype.kind in "biufc" for p in parts):
        return None
    return [p.astype("float64") if p.dtype.kind in "biu" else p for p in parts]


def _items(answer: Any, expected: Any) -> Sequence[Any]:
    """The values of an answer: several where a tuple is expected, else one."""
    if isinstance(expected, tuple) and (isinstance(answer, tuple | list) or np.ndim(answer)):
        return tuple(answer)
    return (answer,)


def _close(a: np.ndarray, e: np.ndarray, limit: float) -> np.ndarray:
    """Where ``a`` is ``e``: within ``limit`` of the largest finite magnitude; NaN and infinity, where both are."""
    finite = np.isfinite(e)
    room = limit * max(float(np.max(np.abs(e), where=finite, initial=0.0)), 1e-30)
    same = (a == e) | (np.isnan(a) & np.isnan(e))
    with np.errstate(invalid="ignore"):  # ∞ − ∞
        return np.where(finite, np.abs(a - e) <= room, same)


def agree(answer: Any, expected: Any, limit: float) -> bool:
    """Whether two answers have the same shapes, and values within ``limit`` of the largest magnitude."""
    if isinstance(answer, str) or isinstance(expected, str):
        return isinstance(answer, str) and isinstance(expected, str) and answer == expected
    a_parts, e_parts = _parts(answer, expected), _parts(expected)
    if a_parts is None or e_parts is None:
        # The same error in the same place is the same behaviour (a wrong implementation that fails too).
        return isinstance(answer, Exception) and type(answer) is type(expected)
    return len(a_parts) == len(e_parts) and all(
        a.shape == e.shape and bool(np.all(_close(a, e, limit))) for a, e in zip(a_parts, e_parts, strict=True)
    )


def describe(answer: Any, expected: Any, limit: float) -> str:
    """What came and what was expected, in shape and kind: never the expected values."""
    if isinstance(answer, Exception):
        return f"It raised {type(answer).__name__}: {answer}"
    if isinstance(expected, str):
        if isinstance(answer, str):
            return f"It returned {answer!r}; expected another text of {len(expected)} characters."
        return f"It returned {_kind(answer)}; expected a text (str)."
    parts, wanted = _parts(answer, expected), _parts(expected) or []
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
        whole = np.asarray(_items(expected, expected)[0]).dtype.kind in set("iu")
        number = _number_hint(parts[0].item(), wanted[0].item(), whole)
        text = f"The kind is right, {_kinds(wanted)}, but its value is not.{number}"
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


def _number_hint(a: Any, e: Any, whole: bool) -> str:
    """What one number is, and how far it is off: as a difference where whole ones are asked, else as a ratio."""
    if isinstance(a, complex) or isinstance(e, complex) or not (np.isfinite(a) and np.isfinite(e)) or not a or not e:
        return f" It returned {a:.6g}."
    if whole and a == round(a):
        return f" It returned {a:.0f}, which is {abs(a - e):.0f} too {'many' if a > e else 'few'}."
    if a / e < 0:
        return f" It returned {a:.6g}: the sign is wrong."
    return f" It returned {a:.6g}, which is {a / e:.4g} times what it should be."


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
    if off < 1e-6:
        return (
            f" They are off by {off:.0e} of the largest only: was something computed with fewer digits "
            f"(float32, π typed by hand, angles that grow large)?"
        )
    factor = np.vdot(e, a) / np.vdot(e, e)  # the least-squares fit of a = factor·e
    if np.count_nonzero(e) > 1 and np.all(_close(a, factor * e, max(limit, 1e-9))):
        if abs(factor.imag) <= 1e-6 * abs(factor):
            times = f"{factor.real:.4g}"
            return f" All values are {times} times what they should be: a factor is missing or too much."
        return " All values have the right magnitude up to one factor, and one and the same wrong phase."
    if np.iscomplexobj(e) and np.any(e.imag) and np.all(_close(np.conj(a), e, limit)):
        return " They are the complex conjugates of the right ones: look at the sign of j."
    if np.iscomplexobj(e) and np.all(_close(np.abs(a), np.abs(e), limit)):
        return " The magnitudes are right; the phases are not."
    return ""


def wrong_kind(answer: Any, expected: Any) -> str:
    """What to say of right values that are complex where real ones, or fractional where whole ones are asked."""
    if isinstance(expected, str):
        return ""
    for a, e in zip(_items(answer, expected), _items(expected, expected), strict=True):
        given, wanted = (np.asarray(x).dtype.kind if np.size(x) else "" for x in (a, e))
        if given == "c" and wanted in set("biuf"):
            return "they are complex numbers, and real ones are asked: take .real where the rest is rounding."
        if given == "f" and wanted in set("iu"):
            return (
                "they are floating-point numbers (7.0), and whole ones are asked: use //, int(…) or an integer array."
            )
    return ""


def more_words(answer: Any, expected: Any, limit: float) -> tuple[list[str], tuple[np.ndarray, ...]]:
    """Hints about where the values are wrong, and the error as a share of the largest right value."""
    parts, wanted = _parts(answer, expected), _parts(expected)
    if not parts or not wanted or [p.shape for p in parts] != [e.shape for e in wanted] or wanted[0].size < 2:
        return [], ()
    a, e = parts[0], wanted[0]
    bad = np.flatnonzero(~_close(a, e, limit))
    size = float(np.max(np.abs(e), where=np.isfinite(e), initial=0.0)) or 1.0
    with np.errstate(invalid="ignore"):  # ∞ − ∞
        error = ((a - e) / size).ravel()
    if not bad.size:
        return [], ()
    runs = f"from number {bad[0]} to number {bad[-1]}" if bad.size == bad[-1] - bad[0] + 1 > 1 else ""
    where = runs or f"the first at number {bad[0]}, the last at number {bad[-1]}" if bad.size > 1 else f"{bad[0]}"
    index = np.unravel_index(bad[0], e.shape)
    at = f" (index {tuple(int(i) for i in index)})" if e.ndim > 1 else ""
    wrong = "One value is wrong, number " if bad.size == 1 else f"{bad.size} of {e.size} values are wrong, "
    return [f"{wrong}{where}{at}. Yours begins there with {a.flat[bad[0]]:.6g}."], (np.nan_to_num(error),)


def _kind(answer: Any) -> str:
    return "nothing (is a return missing?)" if is_empty(answer) else f"a {type(answer).__name__}"


def _kinds(parts: Sequence[np.ndarray]) -> str:
    words = [
        f"one {'complex' if np.iscomplexobj(p) else 'real'} number"
        if p.ndim == 0
        else f"{'complex' if np.iscomplexobj(p) else 'real'} values of shape {p.shape}"
        for p in parts
    ]
    return " and ".join(words)
