"""Recursive filters: the difference equation, SciPy and the scan agree; pre-emphasis and back."""

import numpy as np
import pytest
from scipy.signal import butter, lfilter, sosfilt, sosfreqz

import dspkit as dk
from dspkit import filters

HIGH_PASS = butter(2, 40, "highpass", fs=48000, output="sos")  # poles near 1
SOS = {"one section": HIGH_PASS, "three sections": butter(6, 0.3, output="sos"), "a0 is not 1": 2.0 * HIGH_PASS}


@pytest.mark.parametrize(("b", "a"), [([1.0, -0.97], [1.0]), ([0.2], [1.0, -0.8]), ([0.1, 0.2, 0.1], [2.0, -1.1, 0.6])])
def test_difference_equation_is_scipys(arrays, rng, b, a):
    x = rng.standard_normal((2, 40))
    got = arrays.back(dk.difference_equation(arrays(x), b, a))
    assert np.max(np.abs(got - lfilter(b, a, x))) < 1e-13


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("case", SOS)
@pytest.mark.parametrize("n", [1, 2, 50, 101])
def test_sections_are_the_difference_equation(arrays, rng, case, n, dtype):
    y = rng.standard_normal((2, 3, n)).astype(dtype)
    expected = y.astype(np.float64)
    for section in SOS[case]:
        expected = dk.difference_equation(expected, section[:3], section[3:])
    got = arrays.back(dk.filter_sos(arrays(y), SOS[case]))
    assert got.dtype == dtype
    limit = 1e-12 if dtype == "float64" else 2e-7
    assert np.max(np.abs(got - expected)) <= limit * np.max(np.abs(expected))


@pytest.mark.parametrize("cut", [1, 37, 99])
def test_the_state_carries_on(arrays, rng, cut):
    y = rng.standard_normal((2, 100))
    whole, last = dk.filter_sos(arrays(y), SOS["three sections"], return_state=True)
    first, state = dk.filter_sos(arrays(y[:, :cut]), SOS["three sections"], return_state=True)
    second, end = dk.filter_sos(arrays(y[:, cut:]), SOS["three sections"], state=state, return_state=True)
    parts = np.concatenate([arrays.back(first), arrays.back(second)], axis=-1)
    assert np.max(np.abs(parts - arrays.back(whole))) < 1e-13
    assert np.max(np.abs(arrays.back(end) - arrays.back(last))) < 1e-12
    zi = np.zeros((3, 2, 2))
    expected = sosfilt(SOS["three sections"], y, zi=zi)[1].transpose(1, 0, 2)  # SciPy has the sections first
    assert np.max(np.abs(arrays.back(last) - expected)) < 1e-12


def test_long_signals_go_in_blocks(monkeypatch, rng):
    y = rng.standard_normal(1000).astype(np.float32)
    whole = dk.filter_sos(y, HIGH_PASS)
    monkeypatch.setattr(filters, "BLOCK", 7)
    assert np.array_equal(dk.filter_sos(y, HIGH_PASS), whole)
    assert np.max(np.abs(whole - sosfilt(HIGH_PASS, y.astype(np.float64)))) < 3e-7


def test_scipys_loop_is_taken_from_its_file_or_else_called_by_its_name(monkeypatch, rng):
    y = rng.standard_normal((2, 1000)).astype(np.float32)
    expected = dk.filter_sos(y, HIGH_PASS)
    assert filters.in_place() is not filters._by_the_public_function, "SciPy has moved its _sosfilt"
    monkeypatch.setattr(filters, "_compiled_loop", lambda: None)
    assert filters.in_place.__wrapped__() is filters._by_the_public_function
    monkeypatch.setattr(filters, "in_place", lambda: filters._by_the_public_function)
    assert np.array_equal(dk.filter_sos(y, HIGH_PASS), expected)


def test_frequency_response_is_scipys():
    f = np.linspace(0, 24000, 50)
    for sos in (HIGH_PASS, SOS["three sections"]):
        _, expected = sosfreqz(sos, f, fs=48000)
        assert np.max(np.abs(dk.frequency_response(sos, f, sr=48000) - expected)) < 1e-12
    assert np.allclose(
        dk.frequency_response(2.0 * HIGH_PASS, f, sr=48000), dk.frequency_response(HIGH_PASS, f, sr=48000)
    )
    assert dk.frequency_response(HIGH_PASS, 100.0, sr=48000).shape == ()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("first", filters.FIRST)
def test_preemphasis_and_back(arrays, rng, first, dtype):
    y = rng.standard_normal((2, 60)).astype(dtype)
    there = dk.preemphasis(arrays(y), first=first)
    assert arrays.back(there).dtype == dtype
    back = arrays.back(dk.deemphasis(there, first=first))
    assert np.max(np.abs(back - y)) < (1e-13 if dtype == "float64" else 2e-6)


def test_preemphasis_is_librosas_with_its_first_sample(rng):
    librosa = pytest.importorskip("librosa")
    y = rng.standard_normal(50)
    assert np.max(np.abs(dk.preemphasis(y, first="librosa") - librosa.effects.preemphasis(y))) < 1e-14
    assert np.max(np.abs(dk.deemphasis(y, first="librosa") - librosa.effects.deemphasis(y))) < 1e-12
    assert np.array_equal(dk.preemphasis(y)[1:], dk.preemphasis(y, first="librosa")[1:])
    assert dk.preemphasis(y, coef=0.9, first="edge")[0] == pytest.approx(0.1 * y[0], rel=1e-12)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: dk.difference_equation(np.ones(3), [1.0], [0.0, 1.0]), r"a\[0\] is 0"),
        (lambda: dk.difference_equation(np.ones(3), [], [1.0]), r"b=\[\]; expected a sequence"),
        (lambda: dk.difference_equation(np.ones(3), [1.0], [[1.0]]), "expected a sequence of finite numbers"),
        (lambda: dk.filter_sos(np.ones(3), np.ones((2, 5))), r"sos has shape \(2, 5\); expected \(n_sections, 6\)"),
        (lambda: dk.filter_sos(np.ones(3), np.zeros((1, 6))), "a0"),
        (
            lambda: dk.filter_sos(np.ones(3), HIGH_PASS, state=np.zeros((2, 2))),
            r"state has shape \(2, 2\); expected \(1, 2\)",
        ),
        (lambda: dk.filter_sos(np.array([1.0, np.nan]), HIGH_PASS), "1 values that are NaN"),
        (lambda: dk.filter_sos(np.zeros(0), HIGH_PASS), "empty"),
        (lambda: dk.preemphasis(np.ones(3), coef=1.0), "coef=1.0; expected a number between -1 and 1"),
        (lambda: dk.preemphasis(np.ones(3), first="librosas"), "librosa"),
        (lambda: dk.preemphasis(np.ones(1), first="librosa"), "needs two samples"),
        (lambda: dk.frequency_response(HIGH_PASS, 100.0, sr=0), "sr"),
    ],
)
def test_refuses(call, message):
    with pytest.raises(dk.ParameterError, match=message):
        call()


def test_refuses_integer_samples():
    with pytest.raises(dk.SampleTypeError, match="int16 samples"):
        dk.filter_sos(np.ones(3, dtype=np.int16), HIGH_PASS)
