"""What every homework check does, whatever its topic."""

import sys
import time

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
    n = np.arange

    def dft(x):
        W = np.exp(-2j * np.pi * np.outer(n(x.shape[-1]), n(x.shape[-1])) / x.shape[-1])
        return x @ W * (1 + error * (x.dtype != "float32"))

    assert dk.check.dft(dft).status == status


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
    "float32 inside": (lambda x: np.fft.fft(x.astype("complex64")).astype("complex128"), "fewer digits"),
    "a wrong formula, nearly right": (lambda x: np.fft.fft(x) * (1 + 1e-4j * np.arange(x.shape[-1])), "values are not"),
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


def test_a_function_that_changes_its_input_is_told_so_and_does_not_spoil_the_check():
    def careless(x):
        X = np.fft.fft(x)
        x *= 0
        return X

    assert "it changes its input x" in str(dk.check.dft(careless))
    assert dk.check.dft.agrees(np.fft.fft)


def test_a_list_of_sounds_is_copied_too():
    def careless(sounds):
        total = sum(float(np.sum(s)) for s in sounds)
        for s in sounds:
            s *= 0
        return total

    case = dk.check.Case("two sounds", ([np.ones(2), np.ones(3)],))
    check = dk.check.Check("total", lambda sounds: sum(s.sum() for s in sounds), [case])
    assert "changes its input sounds" in str(check(careless))
    assert "changes its input sounds" in str(check(careless))


SMALL = {
    "True for 1 is no mistake": (lambda: True, lambda: np.True_, "passed"),
    "False for True": (lambda: True, lambda: False, "failed"),
    "uint8 does not wrap around": (lambda: np.array([1], "uint8"), lambda: np.array([2], "uint8"), "failed"),
    "the same text": (lambda: "9#", lambda: "9#", "passed"),
    "another text": (lambda: "9#", lambda: "99", "failed"),
    "a number for a text": (lambda: "9#", lambda: 9, "failed"),
    "a text for a number": (lambda: 9, lambda: "9", "failed"),
    "a tuple of two": (lambda: (1, np.ones(2)), lambda: (1, [1, 1]), "passed"),
    "a list for two numbers": (lambda: (1, 2), lambda: [1, 2], "passed"),
    "an array for two numbers": (lambda: (1.5, 2.0), lambda: np.array([1.5, 2.0]), "passed"),
    "a tuple for an array": (lambda: np.ones(2), lambda: (1.0, 1.0), "passed"),
    "what np.where gives": (lambda: np.arange(2), lambda: np.where(np.ones(2)), "failed"),
    "1.0 for a whole number": (lambda: 1, lambda: 1.0, "failed"),
    "1.0 in an array of whole numbers": (lambda: np.arange(3), lambda: np.arange(3.0), "failed"),
    "a whole number for 1.0": (lambda: 1.0, lambda: 1, "passed"),
    "complex for real": (lambda: np.ones(2), lambda: np.ones(2) + 0j, "failed"),
    "an empty list of whole numbers": (lambda: np.arange(0), lambda: [], "passed"),
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


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # of the mistake: it need not be quiet to be known
@pytest.mark.parametrize(("check", "mistake"), MISTAKES)
def test_every_known_mistake_is_named(check, mistake):
    verdict = check(mistake.wrong)
    assert verdict.status == "recognised"
    assert verdict.mistake == mistake.name
    assert mistake.advice in str(verdict)


@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS.keys())
def test_every_empty_stub_is_not_tried_yet(check):
    assert check(lambda *args, **kwargs: ...).status == "not tried yet"


@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS.keys())
def test_every_check_reads_well_and_knows_its_own_reference(check):
    assert check.agrees(check.reference)
    if hasattr(check.reference, "__code__"):
        verdict = check(lambda *args, **named: check.reference(*args, **named))
        assert "the values are right, but they come from" in str(verdict)
    assert len({mistake.name for mistake in check.mistakes}) == len(check.mistakes)
    assert all(mistake.advice.strip().endswith((".", "?")) for mistake in check.mistakes)
    assert all(case.words and not case.words.endswith(".") for case in check.cases)


def test_of_two_mistakes_within_the_limit_the_nearer_is_named():
    mistakes = [dk.check.Mistake(f"{f} times", lambda x, f=f: f * x, "No.") for f in (2.0, 2.001)]
    check = dk.check.Check("same", lambda x: x, [dk.check.Case("one", (np.ones(1),))], mistakes, rtol=0.01)
    assert check(lambda x: 2.001 * x).mistake == "2.001 times"
    assert check(lambda x: 2.002 * x).mistake == "2.0 times"


def test_what_numpy_warns_of_in_a_known_mistake_is_not_shown():
    mistake = dk.check.Mistake("a division by zero", lambda x: x / 0, "Divide by N.")
    check = dk.check.Check("mean", lambda x: x / x.size, [dk.check.Case("ones", (np.ones(2),))], [mistake])
    assert check(lambda x: 3 * x).status == "failed"  # pytest makes an error of every warning


def test_an_endless_loop_is_stopped():
    def endless(x):
        while True:
            x = x + 1

    verdict = dk.check.dft(endless, time_limit=0.2)
    assert "stopped after 0.2 s, at one sample" in str(verdict)
    assert verdict.status == "failed"

    def deaf(x):
        while True:
            try:
                endless(x)
            except Exception:
                continue

    assert "stopped after 0.2 s" in str(dk.check.dft(deaf, time_limit=0.2))


def test_a_check_that_was_in_time_leaves_no_alarm_behind():
    for _ in range(20):
        assert not dk.check.dft(lambda x: x, time_limit=0.001 * (1 + _ % 3))
    time.sleep(0.02)


def test_the_end_of_the_program_is_a_verdict():
    verdict = dk.check.dft(lambda x: sys.exit(1))
    assert "it ended the program (sys.exit or exit). Use return instead" in str(verdict)


def test_a_print_is_no_return(capsys):
    verdict = dk.check.rms(lambda y: print(f"{np.sqrt(np.mean(y**2)):.3f}"))
    assert verdict.status == "failed"
    assert "it printed '0.289' but returned nothing" in str(verdict)
    assert "Use return" in str(verdict)
    assert capsys.readouterr().out  # what is printed is still seen
    assert dk.check.rms(lambda y: print("here")).status == "failed"


FORBIDDEN = {
    "by name": (lambda: lambda x: np.fft.fft(x), "numpy.fft"),
    "by another name": (lambda: (lambda f: lambda x: f(x))(np.fft.fft), "numpy.fft"),
    "scipy's": (lambda: lambda x: __import__("scipy.fft").fft.fft(x), "scipy.fft"),
    "dspkit's own": (lambda: lambda x: dk.dft(x), "dk.dft"),
    "the reference": (lambda: dk.check.dft.reference, "dk.dft"),
}


@pytest.mark.parametrize(("make", "name"), FORBIDDEN.values(), ids=FORBIDDEN.keys())
def test_what_an_exercise_forbids_is_seen_when_it_is_called(make, name):
    verdict = dk.check.dft(make())
    assert verdict.status == "failed"
    assert f"the values are right, but they come from {name}" in str(verdict)


def test_own_arithmetic_passes_and_the_profiler_is_put_back():
    before = sys.getprofile()
    n = np.arange
    assert dk.check.dft(lambda x: x @ np.exp(-2j * np.pi * np.outer(n(x.shape[-1]), n(x.shape[-1])) / x.shape[-1]))
    assert sys.getprofile() is before


def test_the_failing_case_can_be_made_again_and_drawn():
    verdict = dk.check.dft(lambda x: np.fft.fft(x) + (np.arange(x.shape[-1]) == 5))
    assert verdict.case.words == "a real signal of length 8"
    assert verdict.case.args[0].shape == (8,)
    assert "One value is wrong, number 5." in verdict.hint()
    assert "verdict.case.args" in verdict.hint()
    assert "no further hint" in verdict.hint()
    assert "nothing to hint at" in dk.check.dft(lambda x: ...).hint()
    with pytest.raises(ValueError, match="no error to draw"):
        dk.check.dft(lambda x: None).show()


def test_the_picture_shows_the_error_and_not_the_answer():
    pytest.importorskip("matplotlib", reason="Matplotlib is not installed")
    x = np.arange(4.0)
    check = dk.check.Check("square", lambda x: x**2, [dk.check.Case("four numbers", (x,))])
    figure = check(lambda x: x**2 + (x == 2)).show()
    axes = figure.axes[0]
    np.testing.assert_allclose(axes.lines[0].get_ydata(), [0, 0, 1 / 9, 0])
    assert "number 2" in axes.get_title(loc="left")


def test_one_number_is_shown_with_its_ratio():
    count = dk.check.Check("count", lambda: 4, [dk.check.Case("nothing", ())])
    assert "It returned 6, which is 2 too many." in str(count(lambda: 6))
    check = dk.check.Check("level", lambda: 4.0, [dk.check.Case("nothing", ())])
    assert "It returned 6.1, which is 1.525 times what it should be." in str(check(lambda: 6.1))
    assert "It returned -4: the sign is wrong." in str(check(lambda: -4.0))


def test_no_two_checks_share_a_name():
    """Of two lessons' checks with one name, only the last would be reached."""
    assert len(set(dk.check.__all__)) == len(dk.check.__all__)
