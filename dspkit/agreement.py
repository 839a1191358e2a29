"""How far two results lie apart, beside how far they may: the line that a lesson prints where it checks an idea."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ._arrays import to_numpy
from ._validate import positive_number
from .errors import ParameterError

__all__ = ["Agreement", "largest_difference"]


class Agreement(NamedTuple):
    """What :func:`largest_difference` found; prints itself as "largest difference 3e-15, allowed 1e-12"."""

    difference: float
    allowed: float

    def __repr__(self) -> str:
        # One digit is enough, unless it says more than is allowed: 1.5e-05 of 1.6e-05.
        short = (f"{self.difference:.{digits}g}" for digits in range(1, 18))
        said = next((text for text in short if float(text) <= self.allowed), f"{self.difference:g}")
        return f"largest difference {said}, allowed {self.allowed:g}"


def largest_difference(ours: Any, theirs: Any, *, allowed: float) -> Agreement:
    """The largest magnitude of ``ours − theirs``, and the limit that it keeps.

    Parameters
    ----------
    ours, theirs : numbers or arrays of one shape, real or complex, on any device
    allowed : float
        The limit, in the unit of the values; 0.0 asks for equality.

    Returns
    -------
    Agreement
        ``difference`` and ``allowed``; prints as "largest difference 3e-15, allowed 1e-12".

    Raises
    ------
    AssertionError
        If the difference is larger than allowed, or not a number: a lesson stops here.
    ParameterError
        For two shapes, or nothing to compare.

    Examples
    --------
    >>> import numpy as np
    >>> largest_difference(np.array([1.0, 2.0]), np.array([1.0, 2.125]), allowed=0.25)
    largest difference 0.1, allowed 0.25

    """
    allowed = positive_number(allowed, "allowed", zero=True)
    a, b = (to_numpy(x) if hasattr(x, "dtype") else np.asarray(x) for x in (ours, theirs))
    if a.shape != b.shape:
        raise ParameterError(f"ours has shape {a.shape} and theirs {b.shape}; expected the same.")
    if a.size == 0:
        raise ParameterError("two empty arrays: nothing was compared. Hand over what was computed.")
    wide = np.result_type(a.dtype, b.dtype, "float64")  # integers would wrap around, single precision would round
    difference = float(np.max(np.abs(a.astype(wide) - b.astype(wide))))
    if not difference <= allowed:
        raise AssertionError(f"largest difference {difference:.3g}, more than the {allowed:.3g} that are allowed.")
    return Agreement(difference, allowed)
