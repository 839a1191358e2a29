"""Lesson 09: the mel scale, its filters and what is made with them."""

import math
import warnings

import numpy as np
import pytest

import dspkit as dk
from dspkit._arrays import dtype_name, to_numpy


def relative_error(got, expected):
    return np.max(np.abs(got - expected)) / np.max(np.abs(expected))


def quietly(function, *args, **kwargs):
    """The result without warnings of empty filters: for tests of something else."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=dk.EmptyFilterWarning)
        warnings.filterwarnings("ignore", message="Empty filters detected")  # librosa's
        return function(*args, **kwargs)


# ---------------------------------------------------------------------------------------------------- scale


def test_the_scales_known_points(arrays):
    # Slaney: 3 mels in 200 Hz up to 15 mels at 1000 Hz, then 27 mels for a factor of 6.4.
    f = np.array([0.0, 200.0, 1000.0, 6400.0, 1000.0 * 6.4 ** (1 / 27)])
    m = np.array([0.0, 3.0, 15.0, 42.0, 16.0])
    np.testing.assert_allclose(arrays.back(dk.hz_to_mel(arrays(f))), m, rtol=1e-15, atol=1e-15)
    np.testing.assert_allclose(arrays.back(dk.mel_to_hz(arrays(m))), f, rtol=1e-15, atol=1e-15)
    # HTK: a factor of ten in 1 + f/700 are 2595 mels.
    f, m = np.array([0.0, 6300.0, 69300.0]), np.array([0.0, 2595.0, 5190.0])
    np.testing.assert_allclose(arrays.back(dk.hz_to_mel(arrays(f), htk=True)), m, rtol=1e-15)
    np.testing.assert_allclose(arrays.back(dk.mel_to_hz(arrays(m), htk=True)), f, rtol=1e-14)


@pytest.mark.parametrize("htk", [False, True])
def test_scale_equals_librosa_there_and_back(arrays, htk):
    librosa = pytest.importorskip("librosa")
    f = np.concatenate([np.linspace(0, 2000, 97), np.geomspace(1, 96000, 89)])
    m = dk.hz_to_mel(arrays(f), htk=htk)
    assert relative_error(arrays.back(m), librosa.hz_to_mel(f, htk=htk)) < 1e-15
    assert relative_error(arrays.back(dk.mel_to_hz(m, htk=htk)), f) < 1e-14
    back = librosa.mel_to_hz(librosa.hz_to_mel(f, htk=htk), htk=htk)
    assert relative_error(arrays.back(dk.mel_to_hz(m, htk=htk)), back) < 1e-14


def test_scale_keeps_numbers_shapes_and_float32(arrays):
    assert dk.hz_to_mel(1000) == 15.0
    assert np.ndim(dk.mel_to_hz(15.0)) == 0
    assert dtype_name(dk.hz_to_mel(arrays(np.ones((2, 3), "float32")))) == "float32"
    assert dk.mel_to_hz(arrays(np.ones((2, 3), "float32")), htk=True).shape == (2, 3)


@pytest.mark.parametrize("htk", [False, True])
@pytest.mark.parametrize(("n_mels", "fmin", "fmax"), [(1, 0.0, 4000.0), (2, 0.0, 4000.0), (40, 55.5, 7600.0)])
def test_mel_frequencies_equal_librosa(n_mels, fmin, fmax, htk):
    librosa = pytest.importorskip("librosa")
    expected = librosa.mel_frequencies(n_mels, fmin=fmin, fmax=fmax, htk=htk)
    np.testing.assert_allclose(dk.mel_frequencies(n_mels, fmin=fmin, fmax=fmax, htk=htk), expected, rtol=1e-14)


# -------------------------------------------------------------------------------------------------- filters

GRIDS = [
    # sr, n_fft, n_mels, fmin, fmax
    (16000, 512, 40, 0.0, None),
    (16000, 400, 80, 0.0, None),
    (22050, 2048, 128, 0.0, None),
    (44100, 2048, 512, 0.0, None),
    (8000, 255, 23, 0.0, None),  # odd
    (16000, 1001, 64, 133.3, 6855.5),  # odd, and a band
    (48000, 1024, 1, 20.0, 24000.0),
    (11025, 17, 8, 0.0, 5000.0),  # few bins
]


@pytest.mark.parametrize("norm", ["slaney", None, 1, 2, 0.5, np.inf])
@pytest.mark.parametrize("htk", [False, True])
@pytest.mark.parametrize(("sr", "n_fft", "n_mels", "fmin", "fmax"), GRIDS)
def test_filterbank_equals_librosa(sr, n_fft, n_mels, fmin, fmax, htk, norm):
    librosa = pytest.importorskip("librosa")
    grid = {"sr": sr, "n_fft": n_fft, "n_mels": n_mels, "fmin": fmin, "fmax": fmax, "htk": htk, "norm": norm}
    expected = quietly(librosa.filters.mel, **grid, dtype=np.float64)
    assert np.max(np.abs(quietly(dk.mel_filterbank, **grid) - expected)) < 1e-12


def test_every_number_of_filters_up_to_512_equals_librosa():
    librosa = pytest.importorskip("librosa")
    for n_mels in range(1, 513, 7):
        expected = quietly(librosa.filters.mel, sr=16000, n_fft=512, n_mels=n_mels, dtype=np.float64)
        assert np.max(np.abs(quietly(dk.mel_filterbank, sr=16000, n_fft=512, n_mels=n_mels) - expected)) < 1e-12


@pytest.mark.parametrize("triangles", ["hz", "mel"])
@pytest.mark.parametrize("htk", [False, True])
def test_a_triangle_is_what_it_says(htk, triangles):
    """Straight lines between zero at one edge, one at the next, zero at the one after, over the axis named."""
    sr, n_fft, n_mels = 16000, 16000, 20  # a bin for each hertz
    fb = dk.mel_filterbank(sr=sr, n_fft=n_fft, n_mels=n_mels, htk=htk, norm=None, triangles=triangles)
    edges = dk.mel_frequencies(n_mels + 2, fmax=sr / 2, htk=htk)
    f = np.arange(sr // 2 + 1.0)
    if triangles == "mel":
        edges, f = dk.hz_to_mel(edges, htk=htk), dk.hz_to_mel(f, htk=htk)
    for i in (0, 7, n_mels - 1):
        np.testing.assert_allclose(fb[i], np.interp(f, edges[i : i + 3], [0.0, 1.0, 0.0]), atol=1e-12)
    inside = (f > edges[1]) & (f < edges[-2])  # between the first top and the last, all filters add up to one
    np.testing.assert_allclose(fb.sum(axis=0)[inside], 1.0, atol=1e-12)


def test_norms_are_what_they_say():
    sr, n_fft, n_mels = 16000, 16000, 30
    fb = {norm: dk.mel_filterbank(sr=sr, n_fft=n_fft, n_mels=n_mels, norm=norm) for norm in ("slaney", None, 1, 2, 3)}
    # The area in hertz, summed with a step of 1 Hz; the edges fall between bins.
    np.testing.assert_allclose(fb["slaney"].sum(axis=1), 1.0, atol=3e-4)
    assert fb[None].max() <= 1.0
    for p in (1, 2, 3):
        np.testing.assert_allclose(np.linalg.norm(fb[p], ord=p, axis=1), 1.0, rtol=1e-14)


def test_filterbank_dtype_and_namespace(arrays):
    assert dk.mel_filterbank(sr=8000, n_fft=256, n_mels=20, dtype="float32").dtype == "float32"
    fb = dk.mel_filterbank(sr=8000, n_fft=256, n_mels=20, xp=arrays.xp)
    assert dtype_name(fb) == "float64"
    np.testing.assert_array_equal(to_numpy(fb), dk.mel_filterbank(sr=8000, n_fft=256, n_mels=20))


# -------------------------------------------------------------------------------------------- empty filters

CROWDED = [(16000, 256, 128, False), (16000, 256, 128, True), (16000, 400, 128, True), (22050, 200, 70, False),
           (22050, 255, 90, True), (8000, 64, 40, False), (8000, 16, 40, True),
           (16000, 256, 96, False), (16000, 342, 128, False)]  # fmt: skip


def none_empty(sr, n_fft, n_mels, htk, fmin=0.0):
    """Whether every filter has a bin, straight from the matrix."""
    fb = quietly(dk.mel_filterbank, sr=sr, n_fft=n_fft, n_mels=n_mels, htk=htk, fmin=fmin)
    return bool(np.all(fb.max(axis=1) > 0))


@pytest.mark.parametrize(("sr", "n_fft", "n_mels", "htk"), CROWDED)
def test_the_warning_names_the_empty_filters_and_what_mends_them(sr, n_fft, n_mels, htk):
    with pytest.warns(dk.EmptyFilterWarning) as caught:
        fb = dk.mel_filterbank(sr=sr, n_fft=n_fft, n_mels=n_mels, htk=htk)
    empty = np.flatnonzero(fb.max(axis=1) == 0)
    np.testing.assert_array_equal(dk.empty_filters(fb), empty)
    text = str(caught[0].message)
    assert f"{len(empty)} of {n_mels} mel filters" in text
    assert ", ".join(str(i) for i in empty[:7]) in text.replace(" and", ",")
    assert caught[0].filename == __file__
    # By trying them all, one after the other: the largest number below, the smallest length above.
    fewer = next((n for n in range(n_mels - 1, 0, -1) if none_empty(sr, n_fft, n, htk)), None)
    longer = next(n for n in range(n_fft + 1, 20 * n_fft) if none_empty(sr, n, n_mels, htk))
    assert (f"n_mels={fewer}," in text) == (fewer is not None)
    assert f"n_fft={longer}," in text


@pytest.mark.parametrize("htk", [False, True])
@pytest.mark.parametrize(("sr", "n_fft", "fmin"), [(16000, 256, 0.0), (16000, 400, 0.0), (8000, 65, 300.0)])
def test_largest_n_mels_is_the_largest(sr, n_fft, fmin, htk):
    best = dk.largest_n_mels(sr=sr, n_fft=n_fft, fmin=fmin, htk=htk)
    assert none_empty(sr, n_fft, best, htk, fmin)
    assert not any(none_empty(sr, n_fft, n, htk, fmin) for n in range(best + 1, n_fft + 2))


@pytest.mark.parametrize("htk", [False, True])
def test_smallest_n_fft_is_the_smallest(htk):
    best = dk.smallest_n_fft(sr=16000, n_mels=80, htk=htk)
    assert none_empty(16000, best, 80, htk)
    assert not any(none_empty(16000, n, 80, htk) for n in range(1, best))


def test_no_warning_without_an_empty_filter_and_one_from_every_entrance():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        dk.mel_filterbank(sr=16000, n_fft=256, n_mels=95)
        dk.mel_filterbank(sr=16000, n_fft=343, n_mels=128)
    y = np.ones(1000)
    for call in (
        lambda: dk.melspectrogram(y, sr=16000, n_fft=256),
        lambda: dk.mfcc(y, sr=16000, n_fft=256),
        lambda: dk.log_mel(y, 16000, preset="torchaudio"),
    ):
        with pytest.warns(dk.EmptyFilterWarning, match="are empty") as caught:
            call()
        assert caught[0].filename == __file__


def test_torchaudios_default_has_four_empty_filters():
    fb = quietly(dk.mel_filterbank, sr=16000, n_fft=400, n_mels=128, htk=True, norm=None)
    assert len(dk.empty_filters(fb)) == 4


# ------------------------------------------------------------------------------------------ mel spectrogram


def textbook(y, *, sr, n_fft, hop_length, power=2.0, **filters):
    """``fb @ |frames · w → rfft|^power``, in double precision by NumPy alone."""
    w = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n_fft) / n_fft)
    padded = np.pad(y.astype(float), [(0, 0)] * (y.ndim - 1) + [(n_fft // 2, n_fft // 2)])
    frames = np.lib.stride_tricks.sliding_window_view(padded, n_fft, axis=-1)[..., ::hop_length, :]
    S = np.abs(np.fft.rfft(frames * w)) ** power
    return np.swapaxes(S @ quietly(dk.mel_filterbank, sr=sr, n_fft=n_fft, **filters).T, -1, -2)


@pytest.mark.parametrize("power", [2.0, 1.0, 0.7])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    ("shape", "n_fft", "hop_length", "n_mels"),
    [((3000,), 512, 128, 40), ((2, 3, 700), 255, 100, 17), ((50_000,), 64, 16, 20), ((40,), 128, 500, 5)],
)
def test_melspectrogram_equals_its_definition(arrays, rng, shape, n_fft, hop_length, n_mels, dtype, power):
    y = rng.standard_normal(shape).astype(dtype)
    settings = {"sr": 16000, "n_fft": n_fft, "hop_length": hop_length, "power": power, "n_mels": n_mels}
    got = arrays.back(dk.melspectrogram(arrays(y), **settings))
    assert got.dtype == dtype
    assert relative_error(got, textbook(y, **settings)) < (2e-6 if dtype == "float32" else 1e-14)


@pytest.mark.parametrize("workers", [1, 3, None])
def test_blocks_and_threads_give_the_same_numbers(rng, workers, monkeypatch):
    y = rng.standard_normal((2, 30_000))
    settings = {"sr": 16000, "n_fft": 512, "hop_length": 64, "n_mels": 60}
    monkeypatch.setattr("dspkit._blocks.BLOCK_BYTES", 7 * 512 * 8)  # seven frames at a time, the last block smaller
    assert relative_error(dk.melspectrogram(y, workers=workers, **settings), textbook(y, **settings)) < 1e-14


@pytest.mark.parametrize("center", [True, False])
@pytest.mark.parametrize("norm", ["slaney", None, 1])
@pytest.mark.parametrize("htk", [False, True])
def test_melspectrogram_and_its_decibels_equal_librosa(rng, htk, norm, center):
    librosa = pytest.importorskip("librosa")
    y = rng.standard_normal((2, 8000))
    settings = {"sr": 16000, "n_fft": 500, "hop_length": 160, "win_length": 400, "window": "hamming", "n_mels": 40,
                "fmin": 60.0, "fmax": 7000.0, "htk": htk, "norm": norm, "center": center}  # fmt: skip
    expected = librosa.feature.melspectrogram(y=y, pad_mode="reflect", dtype=np.float64, **settings)
    got = dk.melspectrogram(y, pad_mode="reflect", **settings)
    assert relative_error(got, expected) < 1e-12
    np.testing.assert_allclose(dk.power_to_db(got), librosa.power_to_db(expected), atol=1e-10)


def test_defaults_are_librosas(rng):
    librosa = pytest.importorskip("librosa")
    y = rng.standard_normal(9000).astype("float32")
    expected = librosa.feature.melspectrogram(y=y, sr=22050)
    got = dk.melspectrogram(y, sr=22050)
    assert got.dtype == expected.dtype
    assert relative_error(got, expected) < 1e-6
    assert dk.melspectrogram(y, sr=22050, n_fft=1024).shape[-1] == 1 + 9000 // 512


def test_bands_of_a_spectrogram(arrays, rng):
    y = rng.standard_normal((2, 4000))
    for n_fft in (400, 401):
        S = dk.spectrogram(y, n_fft=n_fft, hop_length=100)
        expected = dk.melspectrogram(y, sr=16000, n_fft=n_fft, hop_length=100, n_mels=30)
        got = arrays.back(dk.melspectrogram(S=arrays(S), sr=16000, n_fft=n_fft, n_mels=30))
        assert relative_error(got, expected) < 1e-14
    even = dk.melspectrogram(S=dk.spectrogram(y, n_fft=400), sr=16000, n_mels=30)  # n_fft from the bins
    assert relative_error(even, dk.melspectrogram(y, sr=16000, n_fft=400, hop_length=100, n_mels=30)) < 1e-14


def test_frames_of_twelve_seconds():
    # 12 s at 8 kHz are 96,000 samples: 375 hops of 256, and one frame more than hops. Without centring, 374.
    y = np.zeros(96_000, "float32")
    y[0] = 1.0
    assert dk.melspectrogram(y, sr=8000, n_fft=512, hop_length=256, n_mels=20).shape == (20, 376)
    assert dk.melspectrogram(y, sr=8000, n_fft=512, hop_length=256, n_mels=20, center=False).shape == (20, 374)


# ------------------------------------------------------------------------------------------------- and back


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_mel_to_linear_has_the_same_bands(arrays, rng, dtype):
    settings = {"sr": 16000, "fmin": 50.0, "norm": "slaney"}
    S = rng.random((2, 257, 6))
    M = dk.melspectrogram(S=S, n_mels=40, **settings).astype(dtype)
    found = dk.mel_to_linear(arrays(M), n_fft=512, n_iter=300, **settings)
    assert dtype_name(found) == dtype
    found = arrays.back(found)
    assert found.shape == S.shape
    assert found.min() >= 0
    assert relative_error(dk.melspectrogram(S=found, n_mels=40, **settings), M) < (1e-5 if dtype == "float32" else 1e-6)


def test_mel_to_linear_is_the_least_squares_solution(rng):
    """Where the bands fit no spectrogram, the distance is the one that scipy's solver (an exact one) finds."""
    scipy_optimize = pytest.importorskip("scipy.optimize")
    fb = dk.mel_filterbank(sr=16000, n_fft=128, n_mels=24, norm=None)
    M = rng.random((24, 4)) ** 4
    found = dk.mel_to_linear(M, sr=16000, n_fft=128, norm=None, n_iter=3000)
    best = [scipy_optimize.nnls(fb, column)[1] for column in M.T]
    np.testing.assert_allclose(np.linalg.norm(fb @ found - M, axis=0), best, rtol=1e-6)


def test_mel_to_linear_comes_nearer_than_librosa():
    librosa = pytest.importorskip("librosa")
    M = dk.melspectrogram(dk.melody(sr=16000, dtype="float64")[:12_000], sr=16000, n_fft=512, n_mels=40)
    fb = dk.mel_filterbank(sr=16000, n_fft=512, n_mels=40)
    ours = dk.mel_to_linear(M, sr=16000, n_fft=512)
    theirs = librosa.feature.inverse.mel_to_stft(M, sr=16000, n_fft=512, power=1.0)
    assert np.linalg.norm(fb @ ours - M) < 0.5 * np.linalg.norm(fb @ theirs - M)


# -------------------------------------------------------------------------------------- several resolutions


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_multi_resolution_is_a_stack_of_mel_spectrograms(arrays, rng, dtype):
    y = rng.standard_normal((2, 4000)).astype(dtype)
    got = arrays.back(dk.multi_resolution_mel(arrays(y), 16000))
    assert got.shape == (2, 4, 64, 26)
    assert got.dtype == dtype
    for i, (win_length, n_fft) in enumerate([(200, 256), (400, 512), (800, 1024), (1600, 2048)]):
        one = dk.melspectrogram(y, sr=16000, n_fft=n_fft, win_length=win_length, hop_length=160, n_mels=64)
        assert relative_error(got[:, i], one) < (1e-6 if dtype == "float32" else 1e-14)


def test_multi_resolution_with_lengths_of_your_own(rng):
    y = rng.standard_normal(3000)
    assert dk.multi_resolution_mel(y, 16000, win_lengths=[256, 512], n_fft=1024, n_mels=20).shape == (2, 20, 19)
    assert dk.multi_resolution_mel(y, 16000, win_lengths=[256, 512], n_fft=(256, 512), n_mels=20).shape == (2, 20, 19)
    assert dk.multi_resolution_mel(y, 16000, win_lengths=[256], n_mels=9, fmin=100.0, htk=True).shape == (1, 9, 19)


def test_the_stack_of_the_course_has_no_empty_filter():
    # 64 mels at 16 kHz: with the shortest window, 256 bins apart by 62.5 Hz, up to 95 would do.
    assert dk.largest_n_mels(sr=16000, n_fft=256) == 95


# ----------------------------------------------------------------------------------------------------- PCEN

CONSTANTS = [
    {},
    {"gain": 0.8, "bias": 10.0, "power": 0.25, "time_constant": 0.06},
    {"power": 0.0},
    {"bias": 0.0},
    {"b": 0.3, "eps": 1e-3},
    {"b": 1.0},
    {"gain": 0.0},
]


@pytest.mark.parametrize("constants", CONSTANTS, ids=str)
def test_pcen_equals_librosa(arrays, rng, constants):
    librosa = pytest.importorskip("librosa")
    S = rng.random((2, 5, 200)) * 1e4
    expected = librosa.pcen(S, sr=16000, hop_length=160, **constants)
    got = arrays.back(dk.pcen(arrays(S), sr=16000, hop_length=160, **constants))
    assert relative_error(got, expected) < 1e-12
    S32 = S.astype("float32")
    got = arrays.back(dk.pcen(arrays(S32), sr=16000, hop_length=160, **constants))
    assert got.dtype == "float32"
    assert relative_error(got, expected) < 1e-5


def test_pcen_from_its_recursion(rng):
    S = rng.random((3, 150))
    start = rng.random((3, 1))
    M, out = start[:, 0], []
    for t in range(S.shape[1]):
        M = 0.9 * M + 0.1 * S[:, t]
        out.append((S[:, t] / (1e-6 + M) ** 0.98 + 2.0) ** 0.5 - 2.0**0.5)
    got = dk.pcen(S, sr=16000, b=0.1, start=start)
    np.testing.assert_allclose(got, np.array(out).T, rtol=1e-12)


def test_pcen_in_pieces_is_pcen(rng, monkeypatch):
    S = rng.random((3, 150))
    whole = dk.pcen(S, sr=16000)
    monkeypatch.setattr(dk.mel, "_SMOOTHED_AT_A_TIME", 7)
    np.testing.assert_allclose(dk.pcen(S, sr=16000), whole, rtol=1e-12)


def test_pcen_starts_level_with_start_none():
    S = np.full((2, 30), 500.0)
    P = dk.pcen(S, sr=16000, start=None)
    np.testing.assert_allclose(P, P[0, 0], rtol=1e-12)
    assert dk.pcen(S, sr=16000)[0, 0] > 2 * P[0, 0]  # librosa's start: from 1, whatever the level


# --------------------------------------------------------------------------------------------------- errors

Y = np.random.default_rng(1).standard_normal(2000)
FILTERS = {"sr": 16000, "n_fft": 512, "n_mels": 20}
ERRORS = [
    (lambda: dk.hz_to_mel([-1.0]), dk.ParameterError, "frequencies holds values below zero"),
    (lambda: dk.mel_to_hz(1j), dk.SampleTypeError, "mels is complex"),
    (lambda: dk.mel_frequencies(0), dk.ParameterError, "n_mels=0 is too small"),
    (lambda: dk.mel_filterbank(sr=0, n_fft=512), dk.ParameterError, "sr=0; expected a positive number of hertz"),
    (lambda: dk.mel_filterbank(sr=16000, n_fft=512.5), dk.SampleTypeError, "n_fft=512.5 is a float.* n_fft=512"),
    (lambda: dk.mel_filterbank(sr=16000, n_fft=512, n_mels=-3), dk.ParameterError, "n_mels=-3 is too small"),
    (lambda: dk.mel_filterbank(**FILTERS, fmax=8001), dk.ParameterError, "above half the sample rate, 8000 Hz"),
    (lambda: dk.mel_filterbank(**FILTERS, fmin=500, fmax=400), dk.ParameterError, "fmin=500 is not below fmax=400"),
    (lambda: dk.mel_filterbank(**FILTERS, fmin=-1), dk.ParameterError, "fmin=-1; expected zero or a positive"),
    (lambda: dk.mel_filterbank(**FILTERS, norm="slany"), dk.ParameterError, "Did you mean 'slaney'"),
    (lambda: dk.mel_filterbank(**FILTERS, norm=-1), dk.ParameterError, "norm=-1; expected 'slaney', None or a number"),
    (lambda: dk.mel_filterbank(**FILTERS, triangles="mels"), dk.ParameterError, "Did you mean 'mel'"),
    (lambda: dk.mel_filterbank(**FILTERS, dtype="int16"), dk.ParameterError, "dtype='int16' is not known"),
    (lambda: dk.melspectrogram(sr=16000), dk.ParameterError, "Neither y and S came"),
    (lambda: dk.melspectrogram(Y, S=Y, sr=16000), dk.ParameterError, "Both y and S came"),
    (lambda: dk.melspectrogram(S=Y, sr=16000), dk.ParameterError, r"S has shape \(2000,\)"),
    (lambda: dk.melspectrogram(S=np.ones((1, 4)), sr=16000), dk.ParameterError, "S has one bin only"),
    (lambda: dk.melspectrogram(S=-np.ones((9, 4)), sr=16000), dk.ParameterError, "Undo decibels with db_to_power"),
    (lambda: dk.melspectrogram(S=1j * np.ones((9, 4)), sr=16000), dk.SampleTypeError, "S is complex; expected power"),
    (lambda: dk.melspectrogram(S=np.full((9, 4), np.nan), sr=16000), dk.ParameterError, "36 values that are NaN"),
    (lambda: dk.melspectrogram(Y.astype("int16"), sr=16000), dk.SampleTypeError, "int16 samples"),
    (lambda: dk.melspectrogram(Y[:0], sr=16000), dk.ParameterError, "y is empty"),
    (lambda: dk.melspectrogram(Y[:100], sr=16000, center=False), dk.ParameterError, "too short for one frame"),
    (lambda: dk.melspectrogram(Y, sr=16000, power=0), dk.ParameterError, "power=0; expected a positive number"),
    (lambda: dk.melspectrogram(Y, sr=16000, hop_length=0), dk.ParameterError, "hop_length=0 is too small"),
    (lambda: dk.mel_to_linear(-np.ones((20, 3)), sr=16000, n_fft=512), dk.ParameterError, "M holds values below zero"),
    (lambda: dk.mel_to_linear(np.ones((20, 3)), sr=16000, n_fft=512, n_iter=0), dk.ParameterError, "n_iter=0"),
    (lambda: dk.multi_resolution_mel(Y, 16000, win_lengths=()), dk.ParameterError, "win_lengths is empty"),
    (lambda: dk.multi_resolution_mel(Y, 16000, win_lengths=400), dk.ParameterError, "win_lengths is empty or no"),
    (lambda: dk.multi_resolution_mel(Y, 16000, n_fft="pow2"), dk.ParameterError, "Did you mean 'next_pow2'"),
    (lambda: dk.multi_resolution_mel(Y, 16000, n_fft=(512, 512)), dk.ParameterError, "2 lengths for 4 win_lengths"),
    (lambda: dk.multi_resolution_mel(Y, 16000, n_fft=1601), dk.ParameterError, "n_fft=1601 is odd"),
    (
        lambda: dk.multi_resolution_mel(Y, 16000, n_fft=512),
        dk.ParameterError,
        "win_length=800 is larger",
    ),
    (lambda: dk.pcen(-np.ones((2, 3)), sr=16000), dk.ParameterError, "S holds values below zero"),
    (lambda: dk.pcen(np.ones((2, 3)), sr=16000, b=1.5), dk.ParameterError, "b=1.5 is too large"),
    (lambda: dk.pcen(np.ones((2, 3)), sr=16000, eps=0), dk.ParameterError, "eps=0; expected a positive"),
    (lambda: dk.pcen(np.ones((2, 3)), sr=16000, time_constant=0), dk.ParameterError, "time_constant=0; expected"),
]


@pytest.mark.parametrize(("call", "error", "text"), ERRORS, ids=[text for _, _, text in ERRORS])
def test_errors_say_what_came_and_what_to_do(call, error, text):
    with pytest.raises(error, match=text):
        call()


@pytest.mark.parametrize("bad", [math.nan, math.inf])
@pytest.mark.parametrize("power", [2.0, 1.0])
def test_samples_that_are_not_finite_are_refused(bad, power):
    for where in (0, 999, 1999):
        y = Y.copy()
        y[where] = bad
        with pytest.raises(dk.ParameterError, match="1 values that are NaN or infinite"):
            dk.melspectrogram(y, sr=16000, n_fft=512, hop_length=100, n_mels=20, power=power)


def test_an_empty_first_filter_does_not_hide_nan():
    y = Y.copy()
    y[500] = math.nan
    with pytest.raises(dk.ParameterError, match="NaN"):
        quietly(dk.melspectrogram, y, sr=16000, n_fft=256, hop_length=100, n_mels=128)


def test_a_filter_with_a_bin_on_its_end_alone_is_empty():
    # The bin of 100 Hz lies at the beginning of the first filter: rounding leaves it a weight of 5e-15.
    with pytest.warns(dk.EmptyFilterWarning, match="numbers? 0"):
        fb = dk.mel_filterbank(sr=8000, n_fft=400, fmin=100, htk=True, n_mels=160)
    empty = dk.empty_filters(fb)
    assert 0 in empty
    assert np.max(fb[empty]) < 1e-12
    n_mels = dk.largest_n_mels(sr=8000, n_fft=400, fmin=100, htk=True)
    assert len(dk.empty_filters(dk.mel_filterbank(sr=8000, n_fft=400, fmin=100, htk=True, n_mels=n_mels))) == 0
    n_fft = dk.smallest_n_fft(sr=8000, n_mels=160, fmin=100, htk=True)
    assert len(dk.empty_filters(dk.mel_filterbank(sr=8000, n_fft=n_fft, fmin=100, htk=True, n_mels=160))) == 0
