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


def test_a_function_that_sometimes_forgets_to_return_has_been_tried():
    verdict = dk.check.dft(lambda x: np.fft.fft(x) if x.shape[-1] > 3 else None)
    assert verdict.status == "failed"
    assert "returned nothing (is a return missing?)" in str(verdict)


@pytest.mark.parametrize(("error", "status"), [(1e-12, "passed"), (1e-8, "failed")])
def test_the_limit_is_that_of_the_arithmetic(error, status):
    assert dk.check.dft(lambda x: np.fft.fft(x) * (1 + error * (x.dtype != "float32"))).status == status


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
        "returned complex values of shape (1,); expected complex values of shape (2,). That is one too few.",
    ),
    "one too many": (lambda x: np.append(np.fft.fft(x), 0), "That is one too many."),
    "real values": (lambda x: np.fft.fft(x).real ** 2, "real where complex was expected"),
    "NaN": (lambda x: np.fft.fft(x) * np.nan, "NaN or infinite"),
    "zeros": (lambda x: 0 * np.fft.fft(x), "All of them are 0."),
    "right in some cases": (lambda x: np.fft.fft(x) * (1 + (x.shape[-1] == 8)), "Right in 6 of 8 cases."),
    "only some cases wrong": (lambda x: np.fft.fft(x) * (1 + (x.shape[-1] == 8)), "All values are 2 times"),
    "another factor with one value": (lambda x: np.fft.fft(x) * 3, "its value is not"),
    "one wrong phase": (lambda x: np.fft.fft(x) * (1 if len(x) < 3 else 1j), "one and the same wrong phase"),
    "wrong phases": (lambda x: np.abs(np.fft.fft(x)) * np.exp(1j * np.arange(x.shape[-1])), "magnitudes are right"),
    "a conjugate": (lambda x: np.conj(np.fft.fft(x)) if x.shape == (8,) else np.fft.fft(x), "the sign of j"),
    "π = 3.1416": (lambda x: np.fft.fft(x) * (1 + 1e-6j * np.arange(x.shape[-1])), "fewer digits"),
    "swapped axes": (lambda x: np.fft.fft(x).T, "The axes are swapped"),
    "takes too many": (lambda x, sr: x, "the check calls your function with (x); yours takes (x, sr)"),
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


def test_a_list_of_sounds_is_copied_too():
    def careless(sounds):
        total = sum(float(np.sum(s)) for s in sounds)
        for s in sounds:
            s *= 0
        return total

    case = dk.check.Case("two sounds", ([np.ones(2), np.ones(3)],))
    check = dk.check.Check("total", lambda sounds: sum(s.sum() for s in sounds), [case])
    assert check(careless)
    assert check(careless)


SMALL = {
    "True for 1 is no mistake": (lambda: True, lambda: np.True_, "passed"),
    "False for True": (lambda: True, lambda: False, "failed"),
    "uint8 does not wrap around": (lambda: np.array([1], "uint8"), lambda: np.array([2], "uint8"), "failed"),
    "the same text": (lambda: "9#", lambda: "9#", "passed"),
    "another text": (lambda: "9#", lambda: "99", "failed"),
    "a number for a text": (lambda: "9#", lambda: 9, "failed"),
    "a text for a number": (lambda: 9, lambda: "9", "failed"),
    "a tuple of two": (lambda: (1, np.ones(2)), lambda: (1.0, [1, 1]), "passed"),
    "one of two": (lambda: (1, np.ones(2)), lambda: np.ones(2), "failed"),
    "infinity where it belongs": (lambda: [1, np.inf], lambda: [1, np.inf], "passed"),
    "infinity with the other sign": (lambda: [1, np.inf], lambda: [1, -np.inf], "failed"),
    "a number for infinity": (lambda: [1, np.inf], lambda: [1, 3], "failed"),
    "NaN where it belongs": (lambda: [1, np.nan], lambda: [1, np.nan], "passed"),
    "a wrong number beside NaN": (lambda: [1, np.nan], lambda: [2, np.nan], "failed"),
    "an empty array": (lambda: np.zeros(0), lambda: np.zeros(0), "passed"),
    "text inside an array": (lambda: np.ones(2), lambda: np.array(["a", "b"]), "failed"),
    "a ragged list": (lambda: np.ones(2), lambda: [[1], [1, 2]], "failed"),
}


@pytest.mark.parametrize(("reference", "answer", "status"), SMALL.values(), ids=SMALL.keys())
def test_kinds_of_answers(reference, answer, status):
    assert dk.check.Check("small", reference, [dk.check.Case("nothing", ())])(answer).status == status


def test_an_expected_text_is_not_shown():
    text = str(dk.check.Check("text", lambda: "secret", [dk.check.Case("nothing", ())])(lambda: "public"))
    assert "'public'" in text
    assert "secret" not in text


def test_settings_by_name_are_part_of_the_call():
    case = dk.check.Case("three numbers, doubled", (np.ones(3, "float32"),), {"factor": 2})
    check = dk.check.Check("scaled", lambda x, *, factor: factor * x, [case])
    assert check(lambda x, factor: factor * x * (1 + 1e-6))  # float32 is allowed its rounding
    assert "with (x, factor=…); yours takes (x)" in str(check(lambda x: x))


CHECKS = {name: c for name in dk.check.__all__ if isinstance(c := getattr(dk.check, name), dk.check.Check)}
MISTAKES = [
    pytest.param(check, mistake, id=f"{name}: {mistake.name}")
    for name, check in CHECKS.items()
    for mistake in check.mistakes
]


@pytest.mark.parametrize(("check", "mistake"), MISTAKES)
def test_every_known_mistake_is_named(check, mistake):
    verdict = check(mistake.wrong)
    assert verdict.status == "recognised"
    assert verdict.mistake == mistake.name
    assert mistake.advice in str(verdict)


@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS.keys())
def test_every_check_passes_its_own_reference_and_reads_well(check):
    assert check(check.reference)
    assert len({mistake.name for mistake in check.mistakes}) == len(check.mistakes)
    assert all(mistake.advice.strip().endswith((".", "?")) for mistake in check.mistakes)
    assert all(case.words and not case.words.endswith(".") for case in check.cases)


def test_what_numpy_warns_of_in_a_known_mistake_is_not_shown():
    mistake = dk.check.Mistake("a division by zero", lambda x: x / 0, "Divide by N.")
    check = dk.check.Check("mean", lambda x: x / x.size, [dk.check.Case("ones", (np.ones(2),))], [mistake])
    assert check(lambda x: 3 * x).status == "failed"  # pytest makes an error of every warning
