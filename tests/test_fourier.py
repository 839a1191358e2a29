"""Lesson 05: the DFT from its definition."""

import math

import numpy as np
import pytest

import dspkit as dk
from dspkit._arrays import to_numpy


def relative_error(got, expected):
    return np.max(np.abs(got - expected)) / np.max(np.abs(expected))


SIGNALS = {
    "one sample": (1,),
    "two": (2,),
    "odd": (15,),
    "prime": (101,),
    "power of two": (64,),
    "long": (1000,),
    "batch": (3, 2, 24),
}


@pytest.mark.parametrize("norm", ["backward", "ortho", "forward"])
@pytest.mark.parametrize("dtype", ["float32", "float64", "complex64", "complex128"])
@pytest.mark.parametrize("shape", SIGNALS.values(), ids=SIGNALS.keys())
def test_dft_and_inverse_equal_numpy(arrays, rng, shape, dtype, norm):
    x = rng.standard_normal(shape)
    if "complex" in dtype:
        x = x + 1j * rng.standard_normal(shape)
    x = x.astype(dtype)
    limit = 3e-6 if dtype in {"float32", "complex64"} else 2e-14
    for ours, numpys in ((dk.dft, np.fft.fft), (dk.idft, np.fft.ifft)):
        got = arrays.back(ours(arrays(x), norm=norm))
        assert got.dtype == ("complex64" if dtype in {"float32", "complex64"} else "complex128")
        assert relative_error(got, numpys(x.astype(complex), norm=norm)) < limit


@pytest.mark.parametrize("axis", [0, 1, -1, -2])
def test_dft_along_any_axis(arrays, rng, axis):
    x = rng.standard_normal((5, 7))
    assert relative_error(arrays.back(dk.dft(arrays(x), axis=axis)), np.fft.fft(x, axis=axis)) < 1e-14


def test_dft_of_non_contiguous_and_integer_input(rng):
    x = rng.standard_normal(20)[::2]
    assert relative_error(dk.dft(x), np.fft.fft(x)) < 1e-14
    assert relative_error(dk.dft([1, 2, 3, 4]), np.array([10, -2 + 2j, -2, -2 - 2j])) < 1e-15
    assert relative_error(dk.dft(np.array([1, 2, 3, 4], dtype="int16")), np.fft.fft([1, 2, 3, 4])) < 1e-15


def test_a_transform_made_in_pieces_is_the_same(arrays, rng, monkeypatch):
    # A long transform's phasors are made some rows at a time; here a few rows, the last piece smaller.
    x = rng.standard_normal((2, 50))
    monkeypatch.setattr(dk.fourier, "_PHASORS_AT_A_TIME", 7 * 50)
    assert relative_error(arrays.back(dk.dft(arrays(x))), np.fft.fft(x)) < 2e-14
    assert relative_error(arrays.back(dk.idft(arrays(x))), np.fft.ifft(x)) < 2e-14
    bins = 2 * np.pi * np.arange(50) / 50
    assert relative_error(arrays.back(dk.dtft(arrays(x), arrays(bins))), np.fft.fft(x)) < 1e-13


def test_dft_matrix_is_unitary_after_scaling_by_root_n(arrays):
    W = to_numpy(dk.dft_matrix(12, xp=arrays.xp))
    np.testing.assert_allclose(W @ W.conj().T, 12 * np.eye(12), atol=1e-13)
    np.testing.assert_array_equal(W, W.T)


def test_dft_matrix_stays_exact_for_large_k_times_m():
    # exp(-2πj·k·m/n) for large k·m: the angle is reduced in whole numbers first (see _phasors).
    n = 1 << 12
    W = dk.dft_matrix(n)
    assert W[n // 4, n - 1] == pytest.approx(1j, abs=1e-16 * 2)
    assert W[n - 1, n - 1] == pytest.approx(complex(math.cos(2 * math.pi / n), -math.sin(2 * math.pi / n)), abs=3e-16)


def test_parseval_under_each_norm(rng):
    x = rng.standard_normal(50) + 1j * rng.standard_normal(50)
    energy = np.sum(np.abs(x) ** 2)
    for norm, factor in (("backward", 1 / 50), ("ortho", 1.0), ("forward", 50.0)):
        assert factor * np.sum(np.abs(dk.dft(x, norm=norm)) ** 2) == pytest.approx(energy, rel=1e-14)


def test_shift_theorem_and_conjugate_symmetry(rng):
    x = rng.standard_normal(16)
    k = np.arange(16)
    np.testing.assert_allclose(dk.dft(np.roll(x, 3)), dk.dft(x) * np.exp(-2j * np.pi * k * 3 / 16), atol=1e-13)
    np.testing.assert_allclose(dk.dft(x)[-k], np.conj(dk.dft(x)), atol=1e-13)


def test_dtft_of_a_rectangle_is_the_dirichlet_kernel(arrays):
    n = 8
    omega = np.linspace(0.1, 3.0, 50)
    expected = np.exp(-0.5j * omega * (n - 1)) * np.sin(omega * n / 2) / np.sin(omega / 2)
    got = arrays.back(dk.dtft(arrays(np.ones(n)), arrays(omega)))
    np.testing.assert_allclose(got, expected, atol=1e-14)


@pytest.mark.parametrize("shape", [(40,), (3, 40)])
def test_dtft_passes_through_the_bins_of_every_zero_padded_dft(arrays, rng, shape):
    x = rng.standard_normal(shape)
    for n in (40, 64, 200):
        omega = 2 * np.pi * np.arange(n) / n
        got = arrays.back(dk.dtft(arrays(x), arrays(omega)))
        assert relative_error(got, np.fft.fft(x, n=n)) < 1e-13


def test_dtft_at_one_frequency_is_one_number(arrays, rng):
    x = rng.standard_normal((2, 9)).astype("float32")
    got = arrays.back(dk.dtft(arrays(x), 0.0))
    assert got.shape == (2,)
    assert got.dtype == "complex64"
    np.testing.assert_allclose(got, x.sum(axis=-1), rtol=1e-5)


@pytest.mark.parametrize("freq", [0.0, 437.0, 697.0, 1000.0, 3999.0, 4000.0])
def test_goertzel_equals_the_dtft_sum(arrays, rng, freq):
    x = rng.standard_normal((2, 205))
    expected = np.sum(x * np.exp(-2j * np.pi * freq / 8000 * np.arange(205)), axis=-1)
    got = arrays.back(dk.goertzel(arrays(x), freq, 8000))
    assert relative_error(got, expected) < 1e-10


def test_goertzel_keeps_float32_but_not_its_rounding(arrays):
    # Near 0 Hz a recursion in float32 would be off by 2e-4 after 4000 samples.
    x = np.cos(2 * np.pi * 10 * np.arange(4000) / 8000).astype("float32")
    got = arrays.back(dk.goertzel(arrays(x), 10.0, 8000))
    assert got.dtype == "complex64"
    assert abs(got) == pytest.approx(2000, rel=1e-6)


@pytest.mark.parametrize(("sr", "n_fft"), [(8000, 8), (8000, 9), (22050, 2048), (44100, 1)])
def test_fft_frequencies(arrays, sr, n_fft):
    got = dk.fft_frequencies(sr=sr, n_fft=n_fft, xp=arrays.xp)
    assert type(got) is type(arrays([0.0]))
    np.testing.assert_allclose(to_numpy(got), np.fft.rfftfreq(n_fft, 1 / sr), rtol=1e-15)
    np.testing.assert_array_equal(dk.fft_frequencies(sr=sr, n_fft=n_fft), to_numpy(got))


BAD = {
    "empty": (lambda: dk.dft(np.zeros(0)), ValueError, "empty along axis -1"),
    "empty batch axis": (lambda: dk.dft(np.zeros((3, 0))), ValueError, r"\(3, 0\)"),
    "a number": (lambda: dk.dft(3.0), ValueError, "single number"),
    "no such axis": (lambda: dk.dft(np.ones(4), axis=1), ValueError, "axis=1 is outside"),
    "unknown norm": (lambda: dk.dft(np.ones(4), norm="forwards"), ValueError, "Did you mean 'forward'"),
    "text": (lambda: dk.dft(np.array(["a"])), TypeError, "expected numbers"),
    "float16": (lambda: dk.dft(np.ones(4, dtype="float16")), TypeError, "float16"),
    "ragged": (lambda: dk.dft([[1.0], [1.0, 2.0]]), TypeError, "not an array of numbers"),
    "matrix of nothing": (lambda: dk.dft_matrix(0), ValueError, "n=0 is too small"),
    "matrix of 2.5": (lambda: dk.dft_matrix(2.5), TypeError, "whole number"),
    "above Nyquist": (lambda: dk.goertzel(np.ones(9), 5000, 8000), ValueError, "above half the sample rate"),
    "negative frequency": (lambda: dk.goertzel(np.ones(9), -1, 8000), ValueError, "freq=-1"),
    "complex Goertzel": (lambda: dk.goertzel(np.ones(9) + 0j, 1, 8000), TypeError, "dtft"),
    "integer samples": (lambda: dk.goertzel(np.ones(9, dtype="int16"), 1, 8000), TypeError, r"dspkit.to_float\(x\)"),
    "empty Goertzel": (lambda: dk.goertzel(np.zeros((2, 0)), 1, 8000), ValueError, r"\(2, 0\)"),
    "a number for Goertzel": (lambda: dk.goertzel(1.0, 1, 8000), ValueError, "single number"),
    "rate of text": (lambda: dk.goertzel(np.ones(9), 1, "8k"), TypeError, "sr='8k'"),
    "NaN": (lambda: dk.dft([1.0, math.nan]), ValueError, "x holds 1 values that are NaN"),
    "infinity in a spectrum": (lambda: dk.idft([1.0, math.inf]), ValueError, "X holds 1 values"),
    "NaN in one channel": (lambda: dk.goertzel([[1.0, 1.0], [math.nan] * 2], 1, 8), ValueError, "x holds 2 values"),
    "NaN for the dtft": (lambda: dk.dtft([1.0, math.nan], 0.0), ValueError, "x holds 1 values"),
    "omega not finite": (lambda: dk.dtft(np.ones(4), [0.0, math.inf]), ValueError, "omega holds 1 values"),
    "omega of two axes": (lambda: dk.dtft(np.ones(4), np.zeros((2, 3))), ValueError, r"omega has shape \(2, 3\)"),
    "omega complex": (lambda: dk.dtft(np.ones(4), 1j), TypeError, "omega is complex"),
    "empty spectrum": (lambda: dk.idft(np.zeros(0)), ValueError, "X of shape"),
    "n_fft zero": (lambda: dk.fft_frequencies(sr=8000, n_fft=0), ValueError, "n_fft=0 is too small"),
    "sr negative": (lambda: dk.fft_frequencies(sr=-1, n_fft=8), ValueError, "sr=-1"),
    "rate zero": (lambda: dk.fft_frequencies(sr=0, n_fft=8), ValueError, "sr=0"),
}


@pytest.mark.parametrize(("call", "error", "message"), BAD.values(), ids=BAD.keys())
def test_bad_input_is_refused_in_words(call, error, message):
    with pytest.raises(error, match=message):
        call()
