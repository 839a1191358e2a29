"""What every homework check does, whatever its topic."""

import numpy as np
import pytest

import dspkit as dk

STUBS = {"returns nothing": lambda x: None, "returns ...": lambda x: ..., "pass": lambda x: None}


def _raise_not_implemented(x):
    raise NotImplementedError


@pytest.mark.parametrize("stub", [*STUBS.values(), _raise_not_implemented])
def test_an_empty_stub_is_not_tried_yet(stub):
    verdict = dk.check.dft(stub)
    assert verdict.status == "not tried yet"
    assert not verdict
    assert "not tried yet" in repr(verdict)


def test_an_unknown_mistake_shows_the_smallest_failing_case_without_the_answer():
    verdict = dk.check.dft(lambda x: np.fft.fft(x) + (x.shape[-1] == 13))
    assert verdict.status == "failed"
    assert "prime length 13" in str(verdict)
    assert "13 of 13 values are not" in str(verdict)


ANSWERS = {
    "an error": (lambda x: x.nonsense, "raised AttributeError"),
    "a text": (lambda x: "spectrum", "returned a str"),
    "too few values": (
        lambda x: np.fft.fft(x)[..., :1],
        r"returned complex values of shape (1,); expected complex values of shape (2,)",
    ),
    "real values": (lambda x: np.fft.fft(x).real ** 2, "real where complex was expected"),
    "NaN": (lambda x: np.fft.fft(x) * np.nan, "NaN or infinite"),
}


@pytest.mark.parametrize(("function", "words"), ANSWERS.values(), ids=ANSWERS.keys())
def test_what_came_and_what_was_expected(function, words):
    verdict = dk.check.dft(function)
    assert verdict.status == "failed"
    assert words in str(verdict)


def test_a_call_instead_of_a_function():
    assert "without calling it" in str(dk.check.dft(np.fft.fft(np.ones(3))))


def test_a_function_that_changes_its_input_does_not_spoil_the_check():
    def careless(x):
        X = np.fft.fft(x)
        x *= 0
        return X

    assert dk.check.dft(careless)
    assert dk.check.dft(np.fft.fft)
