"""The line that a lesson prints where it checks an idea: the number, the limit, and a stop where it is not kept."""

import numpy as np
import pytest

import dspkit as dk

CASES = {
    "equal": ([1, 2], [1, 2], 0.0, "largest difference 0, allowed 0"),
    "rounding": (1.0, 1.0 + 2**-50, 1e-12, "largest difference 9e-16, allowed 1e-12"),
    "complex": ([1j], [1.0], 1.5, "largest difference 1, allowed 1.5"),
    "unsigned": (np.array([1], "uint8"), np.array([3], "uint8"), 2, "largest difference 2, allowed 2"),
    "near the limit": (1.0, 1.0 + 1.9e-5, 1.95e-5, "largest difference 1.9e-05, allowed 1.95e-05"),
    "single": (np.float32([1.0]), np.float64([1.0 + 2**-40]), 1e-9, "largest difference 9e-13, allowed 1e-09"),
}


@pytest.mark.parametrize(("a", "b", "allowed", "said"), CASES.values(), ids=CASES.keys())
def test_says_the_number_and_the_limit(a, b, allowed, said):
    found = dk.largest_difference(a, b, allowed=allowed)
    assert repr(found) == str(found) == f"{found}" == said
    assert found.difference <= found.allowed == allowed


def test_takes_arrays_of_any_device(arrays):
    found = dk.largest_difference(arrays([1.0, -2.0]), np.array([1.5, -2.0]), allowed=0.5)
    assert found.difference == 0.5


@pytest.mark.parametrize("theirs", [[1.0, 2.1], [1.0, np.nan], [1.0, np.inf]])
def test_stops_beyond_the_limit(theirs):
    with pytest.raises(AssertionError, match=r"more than the 0\.05 that are allowed"):
        dk.largest_difference([1.0, 2.0], theirs, allowed=0.05)


def test_never_compares_what_cannot_be_compared():
    with pytest.raises(dk.ParameterError, match=r"shape \(2,\) and theirs \(1,\)"):
        dk.largest_difference([1.0, 2.0], [1.0], allowed=1.0)
    with pytest.raises(dk.ParameterError, match="nothing was compared"):
        dk.largest_difference([], [], allowed=1.0)
    with pytest.raises(dk.ParameterError, match="allowed=nan"):
        dk.largest_difference(1.0, 1.0, allowed=float("nan"))
