"""Lesson 10: cosine transforms, cepstra and what is made with them."""

import math

import numpy as np
import pytest
import scipy.fft
import scipy.signal

import dspkit as dk
from dspkit._arrays import dtype_name


def relative_error(got, expected):
    return np.max(np.abs(got - expected)) / np.max(np.abs(expected))


# -------------------------------------------------------------------------------------------- cosine transforms

KINDS = [(type, norm) for type in (1, 2, 3, 4) for norm in (None, "backward", "ortho", "forward")]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("n", [2, 3, 16, 101])
@pytest.mark.parametrize(("type", "norm"), KINDS)
def test_dct_and_inverse_equal_scipy(arrays, rng, type, norm, n, dtype):
    x = rng.standard_normal((3, n)).astype(dtype)
    limit = 2e-6 if dtype == "float32" else 1e-14
    for ours, scipys in ((dk.dct, scipy.fft.dct), (dk.idct, scipy.fft.idct)):
        got = arrays.back(ours(arrays(x), type=type, norm=norm))
        assert got.dtype == dtype
        assert relative_error(got, scipys(x.astype(float), type=type, norm=norm)) < limit


@pytest.mark.parametrize(("type", "norm"), KINDS)
def test_the_sums_and_the_fft_are_the_same_transform(rng, type, norm):
    for n in (2, 3, 4, 15, 128):
        x = rng.standard_normal(n)
        C = dk.dct_matrix(n, type=type, norm=norm)
        assert relative_error(C @ x, scipy.fft.dct(x, type=type, norm=norm)) < 1e-13
        assert relative_error(dk.dct(x, type=type, norm=norm), C @ x) < 1e-13


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_dct_along_any_axis_and_there_and_back(arrays, rng, axis):
    x = rng.standard_normal((5, 6, 7))
    got = dk.dct(arrays(x), axis=axis)
    assert relative_error(arrays.back(got), scipy.fft.dct(x, axis=axis)) < 1e-14
    assert relative_error(arrays.back(dk.idct(got, axis=axis)), x) < 1e-14


@pytest.mark.parametrize("type", [1, 2, 3, 4])
def test_ortho_is_a_rotation(type):
    C = dk.dct_matrix(12, type=type, norm="ortho")
    np.testing.assert_allclose(C @ C.T, np.eye(12), atol=1e-14)


def test_the_matrix_stays_exact_for_large_indices():
    # π·k·(2m + 1)/2n with k·(2m + 1) up to 8 million: reduced in whole numbers first.
    n = 2048
    C = dk.dct_matrix(n)
    np.testing.assert_allclose(C[0::2, ::-1], C[0::2], rtol=0, atol=2e-15)  # even rows are even, odd rows odd
    np.testing.assert_allclose(C[1::2, ::-1], -C[1::2], rtol=0, atol=2e-15)


def test_dct_of_one_number():
    assert dk.dct(np.array([3.0])).tolist() == [6.0]
    assert dk.dct(np.array([3.0]), norm="ortho")[0] == pytest.approx(3.0, rel=1e-15)


def test_dct_nearly_decorrelates_what_neighbours_share():
    # A first-order process, each value 0.9 of the one before and something new: off the diagonal little is left.
    R = 0.9 ** np.abs(np.subtract.outer(np.arange(24), np.arange(24)))
    C = dk.dct_matrix(24, norm="ortho")
    rotated = C @ R @ C.T
    off = rotated - np.diag(np.diag(rotated))
    assert np.linalg.norm(off) < 0.2 * np.linalg.norm(R - np.eye(24))


# ----------------------------------------------------------------------------------------------------- cepstrum


def test_real_cepstrum_from_its_definition(arrays, rng):
    x = rng.standard_normal((2, 60))
    for n_fft in (60, 61, 128):
        expected = np.fft.ifft(np.log(np.abs(np.fft.fft(x, n=n_fft)))).real
        got = arrays.back(dk.real_cepstrum(arrays(x), n_fft=n_fft))
        assert got.shape == (2, n_fft)
        assert relative_error(got, expected) < 1e-13
    got = arrays.back(dk.real_cepstrum(arrays(x.astype("float32")), axis=0))
    assert got.dtype == "float32"
    assert relative_error(got, np.fft.ifft(np.log(np.abs(np.fft.fft(x, axis=0))), axis=0).real) < 1e-5


def test_an_echo_is_a_peak_at_its_delay():
    # ln|1 + a·e^(−jωd)| = Re Σ (−1)^(k+1) a^k/k · e^(−jωdk): half of it at each multiple of the delay (Bogert 1963).
    x = np.zeros(1024)
    x[0], x[100] = 1.0, 0.6
    c = dk.real_cepstrum(x, n_fft=1 << 15)
    for k in (1, 2, 3):
        assert c[100 * k] == pytest.approx((-1) ** (k + 1) * 0.6**k / (2 * k), abs=1e-12)
    assert abs(c[50]) < 1e-12


def test_convolution_becomes_a_sum(rng):
    a, b = rng.standard_normal((2, 40))
    both = dk.real_cepstrum(np.convolve(a, b), n_fft=256)
    np.testing.assert_allclose(both, dk.real_cepstrum(a, n_fft=256) + dk.real_cepstrum(b, n_fft=256), atol=1e-12)


def test_silence_has_a_cepstrum():
    c = dk.real_cepstrum(np.zeros(8), amin=1e-5)
    assert c[0] == pytest.approx(math.log(1e-5))
    np.testing.assert_allclose(c[1:], 0.0, atol=1e-15)


# --------------------------------------------------------------------------------------------------------- mfcc

CEPSTRA = [
    {},
    {"n_mfcc": 13, "lifter": 22},
    {"dct_type": 3},
    {"dct_type": 1, "n_mfcc": 40, "norm": None},
    {"norm": None, "lifter": 0.5},
]


@pytest.mark.parametrize("settings", CEPSTRA, ids=str)
def test_mfcc_equals_librosa(arrays, rng, settings):
    librosa = pytest.importorskip("librosa")
    y = rng.standard_normal((2, 6000))
    mel = {"n_fft": 512, "hop_length": 160, "n_mels": 40, "htk": True, "fmin": 50.0}
    S = librosa.power_to_db(librosa.feature.melspectrogram(y=y, sr=16000, norm=None, dtype=np.float64, **mel))
    expected = librosa.feature.mfcc(S=S, **settings)
    got = arrays.back(dk.mfcc(arrays(y), sr=16000, mel_norm=None, **mel, **settings))
    assert relative_error(got, expected) < 1e-12
    assert relative_error(arrays.back(dk.mfcc(S=arrays(S), **settings)), expected) < 1e-12


def test_mfcc_defaults_are_librosas(rng):
    librosa = pytest.importorskip("librosa")
    y = rng.standard_normal(9000).astype("float32")
    got = dk.mfcc(y, sr=22050)
    assert got.dtype == "float32"
    assert relative_error(got, librosa.feature.mfcc(y=y, sr=22050)) < 1e-5


@pytest.mark.parametrize(("first", "k"), [(0, 4), (1, 3)])
def test_lifter_from_its_formula(arrays, first, k):
    C = np.ones((2, 10, 3), "float32")
    got = arrays.back(dk.lifter(arrays(C), 22, first=first))
    assert got.dtype == "float32"
    assert got[0, k, 1] == pytest.approx(1 + 11 * math.sin(math.pi * 4 / 22), rel=1e-6)
    assert got[0, 0, 0] == pytest.approx(1.0 if first == 0 else 1 + 11 * math.sin(math.pi / 22), rel=1e-6)
    np.testing.assert_array_equal(arrays.back(dk.lifter(arrays(C), 0)), C)


def test_lifter_along_another_axis(rng):
    C = rng.standard_normal((3, 13))
    np.testing.assert_allclose(dk.lifter(C, axis=-1), dk.lifter(C.T).T)


# -------------------------------------------------------------------------------------------------------- delta


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("mode", ["interp", "nearest"])
@pytest.mark.parametrize(("width", "order"), [(9, 1), (9, 2), (3, 1), (5, 3), (21, 2)])
def test_delta_equals_savgol(arrays, rng, width, order, mode, dtype):
    data = rng.standard_normal((2, 5, 40)).astype(dtype)
    expected = scipy.signal.savgol_filter(data.astype(float), width, deriv=order, polyorder=order, axis=-1, mode=mode)
    got = arrays.back(dk.delta(arrays(data), width=width, order=order, mode=mode))
    assert got.dtype == dtype
    assert relative_error(got, expected) < (1e-5 if dtype == "float32" else 1e-12)


def test_delta_equals_librosa(rng):
    librosa = pytest.importorskip("librosa")
    data = rng.standard_normal((13, 30))
    for order in (1, 2):
        assert relative_error(dk.delta(data, order=order), librosa.feature.delta(data, order=order)) < 1e-12
    assert relative_error(dk.delta(data, axis=0), librosa.feature.delta(data, axis=0)) < 1e-12
    assert relative_error(dk.delta(data[:, :9]), librosa.feature.delta(data[:, :9])) < 1e-12  # as many frames as width


@pytest.mark.parametrize("order", [1, 2])
def test_regression_is_htks_formula(arrays, rng, order):
    # HTK Book, equation 5.16: Σ θ(c[t+θ] − c[t−θ]) / 2Σθ² over ±2, denominator 10, first and last frame repeated.
    expected = data = rng.standard_normal((3, 12))
    for _ in range(order):
        c = np.pad(expected, [(0, 0), (2, 2)], mode="edge")
        expected = (c[:, 3:-1] - c[:, 1:-3] + 2 * (c[:, 4:] - c[:, :-4])) / 10
    got = arrays.back(dk.delta(arrays(data), width=5, order=order, method="regression"))
    np.testing.assert_allclose(got, expected, atol=1e-15)


def test_both_methods_agree_for_slopes_away_from_the_ends(rng):
    data = rng.standard_normal(50)
    a, b = dk.delta(data, width=5), dk.delta(data, width=5, method="regression")
    np.testing.assert_allclose(a[2:-2], b[2:-2], atol=1e-14)
    assert np.max(np.abs(a - b)) > 0.01


def test_delta_of_a_parabola_is_its_derivative():
    t = np.arange(20.0)
    np.testing.assert_allclose(dk.delta(t**2, width=5, order=2), 2.0, atol=1e-10)
    np.testing.assert_allclose(dk.delta(5 * t, width=7), 5.0, atol=1e-12)


# ------------------------------------------------------------------------------------------------------- errors

Y = np.random.default_rng(1).standard_normal(2000)
ERRORS = [
    (lambda: dk.dct(Y, type=5), dk.ParameterError, "type=5 is not known; expected 1, 2, 3 or 4"),
    (lambda: dk.dct(Y, norm="orto"), dk.ParameterError, "Did you mean 'ortho'"),
    (lambda: dk.dct(Y, axis=1), dk.ParameterError, "axis=1 is outside an array of 1 dimensions"),
    (lambda: dk.dct([1.0], type=1), dk.ParameterError, "length of x along axis -1=1 is too small; expected at least 2"),
    (lambda: dk.dct([]), dk.ParameterError, r"x is empty: shape \(0,\)"),
    (lambda: dk.dct(3.0), dk.ParameterError, "x is a single number"),
    (lambda: dk.dct([1j]), dk.SampleTypeError, "x is complex; expected real numbers"),
    (lambda: dk.dct([math.nan, 1.0]), dk.ParameterError, "1 values that are NaN"),
    (lambda: dk.dct_matrix(0), dk.ParameterError, "n=0 is too small"),
    (lambda: dk.real_cepstrum(Y, n_fft=1999), dk.ParameterError, "n_fft=1999 is shorter than x, 2000 samples"),
    (lambda: dk.real_cepstrum(Y, amin=0), dk.ParameterError, "amin=0; expected a positive number"),
    (lambda: dk.mfcc(sr=16000), dk.ParameterError, "Neither y and S came"),
    (lambda: dk.mfcc(Y), dk.ParameterError, "sr is missing"),
    (lambda: dk.mfcc(Y, sr=16000, n_fft=512, n_mels=20, n_mfcc=21), dk.ParameterError, "n_mfcc=21 is more than"),
    (lambda: dk.mfcc(Y, sr=16000, n_mfcc=0), dk.ParameterError, "n_mfcc=0 is too small"),
    (lambda: dk.mfcc(Y, sr=16000, lifter=-1), dk.ParameterError, "L=-1; expected zero or a positive number"),
    (lambda: dk.mfcc(Y.astype("int16"), sr=16000), dk.SampleTypeError, "int16 samples"),
    (lambda: dk.mfcc(S=Y), dk.ParameterError, r"S has shape \(2000,\); expected \(..., n_mels, n_frames\)"),
    (lambda: dk.mfcc(S=np.ones((40, 3)), n_fft=512), dk.ParameterError, "n_fft: of no use with S"),
    (lambda: dk.mfcc(Y, sr=16000, preset="kaldi", norm=None), dk.ParameterError, "A preset works on samples"),
    (lambda: dk.mfcc(Y, sr=16000, preset="whisper"), dk.ParameterError, "'whisper' has no MFCCs"),
    (lambda: dk.lifter(np.ones((13, 2)), first=2), dk.ParameterError, "first=2; expected 0"),
    (lambda: dk.delta(Y, width=4), dk.ParameterError, "width=4 is even"),
    (lambda: dk.delta(Y, width=1), dk.ParameterError, "width=1 is too small"),
    (lambda: dk.delta(Y[:5]), dk.ParameterError, "data has 5 frames, fewer than width=9"),
    (lambda: dk.delta(Y, width=3, order=3), dk.ParameterError, "order=3 needs more frames than width=3: take width=5"),
    (lambda: dk.delta(Y, method="htk"), dk.ParameterError, "method='htk' is not known"),
    (lambda: dk.delta(Y, mode="mirror"), dk.ParameterError, "mode='mirror' is not known"),
]


@pytest.mark.parametrize(("call", "error", "text"), ERRORS, ids=[text for _, _, text in ERRORS])
def test_errors_say_what_came_and_what_to_do(call, error, text):
    with pytest.raises(error, match=text):
        call()


def test_kinds_of_numbers(arrays):
    assert dtype_name(dk.idct(arrays(np.ones(4, "float32")))) == "float32"
    assert dk.dct([1, 2, 3]).dtype == "float64"
