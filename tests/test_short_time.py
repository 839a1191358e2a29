"""Lesson 08: the short-time Fourier transform and its inverse."""

import itertools
import time
import warnings

import numpy as np
import pytest

import dspkit as dk
from dspkit import _blocks, _engine, short_time
from dspkit.frames import PAD_MODES, OverlapSum

LIMIT = {"float32": 1e-6, "float64": 1e-14}


def relative_error(got, expected):
    assert got.shape == expected.shape
    return np.max(np.abs(got - expected)) / np.max(np.abs(expected))


def definition(y, *, n_fft, hop_length, w, center=True, pad_mode="constant"):
    """Pad, cut, weigh, transform: one frame after the other, in double precision."""
    y = np.asarray(y, dtype="float64")
    pad = n_fft // 2 if center else 0
    y = np.pad(y, [(0, 0)] * (y.ndim - 1) + [(pad, pad)], mode=pad_mode)
    left = (n_fft - len(w)) // 2
    weights = np.zeros(n_fft)
    weights[left : left + len(w)] = w
    starts = range(0, y.shape[-1] - n_fft + 1, hop_length)
    return np.stack([np.fft.rfft(weights * y[..., a : a + n_fft]) for a in starts], axis=-1)


SHAPES = {"mono": (), "stereo": (2,), "batch": (2, 3)}
LENGTHS = {"shorter than a frame": 41, "not a multiple of the hop": 500, "a multiple": 512}


def combinations(pad_modes):
    return [
        pytest.param(n_fft, win, center, mode, shape, n, id=f"{n_fft}-{win}-{mode if center else 'uncentred'}-{s}-{n}")
        for n_fft, win, (center, mode), (s, shape), n in itertools.product(
            (64, 63),
            (None, 40),
            [(False, "constant"), *[(True, mode) for mode in pad_modes]],
            SHAPES.items(),
            LENGTHS.values(),
        )
        if center or n >= n_fft
    ]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("n_fft", "win_length", "center", "pad_mode", "shape", "n"), combinations(PAD_MODES))
def test_stft_equals_its_definition(arrays, rng, n_fft, win_length, center, pad_mode, shape, n, dtype):
    y = rng.standard_normal((*shape, n)).astype(dtype)
    w = dk.get_window("hann", win_length or n_fft)
    hop_length = len(w) // 4
    expected = definition(y, n_fft=n_fft, hop_length=hop_length, w=w, center=center, pad_mode=pad_mode)
    got = dk.stft(arrays(y), n_fft=n_fft, win_length=win_length, center=center, pad_mode=pad_mode)
    got = arrays.back(got)
    assert got.dtype == ("complex64" if dtype == "float32" else "complex128")
    assert relative_error(got, expected) < LIMIT[dtype]
    assert got.shape[-1] == dk.frame_count(n, frame_length=n_fft, hop_length=hop_length, center=center)


LIBROSAS = [mode for mode in PAD_MODES if mode != "wrap"]  # librosa.stft refuses that one


@pytest.fixture
def librosa():
    return pytest.importorskip("librosa")


@pytest.mark.parametrize("hop_length", [None, 10, 24])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("n_fft", "win_length", "center", "pad_mode", "shape", "n"), combinations(LIBROSAS))
def test_stft_equals_librosa(librosa, rng, n_fft, win_length, center, pad_mode, shape, n, dtype, hop_length):
    y = rng.standard_normal((*shape, n)).astype(dtype)
    how = {"n_fft": n_fft, "hop_length": hop_length, "win_length": win_length, "center": center, "pad_mode": pad_mode}
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="n_fft=.* is too large for input signal")
        expected = librosa.stft(y, **how)
    got = dk.stft(y, **how)
    assert got.dtype == expected.dtype
    assert relative_error(got, expected) < LIMIT[dtype]


@pytest.mark.parametrize("window", ["hann", "hamming", "boxcar", "blackmanharris", ("kaiser", 8.6), ("tukey", 0.25)])
def test_stft_with_any_window_equals_librosa(librosa, rng, window):
    y = rng.standard_normal(3000)
    for win_length in (None, 301, 400):
        got = dk.stft(y, n_fft=512, win_length=win_length, window=window)
        assert relative_error(got, librosa.stft(y, n_fft=512, win_length=win_length, window=window)) < 1e-14


def test_where_librosa_reflects_too_little(librosa, rng):
    # With a hop of more than half a frame, librosa reflects the last frame's padding from too short a piece of
    # the signal (it pads head and tail on their own). numpy.pad of the whole signal is what is meant.
    y = rng.standard_normal(1000)
    how = {"n_fft": 64, "hop_length": 40, "pad_mode": "reflect"}
    expected = definition(y, w=dk.get_window("hann", 64), **how)
    assert relative_error(dk.stft(y, **how), expected) < 1e-14
    wrong = np.abs(librosa.stft(y, **how) - expected).max(axis=0)
    assert np.flatnonzero(wrong > 1e-9).tolist() == [expected.shape[-1] - 1]


def test_default_hop_is_a_quarter_of_the_window():
    assert dk.stft(np.ones(2048)).shape == (1025, 1 + 2048 // 512)
    assert dk.stft(np.ones(2048), win_length=400).shape == (1025, 1 + 2048 // 100)
    assert dk.stft(np.ones(9), n_fft=2).shape == (2, 10)  # 2 // 4 is 0; a hop is at least 1


def test_window_given_as_an_array(arrays, rng):
    y = rng.standard_normal(300)
    w = rng.uniform(0.1, 1.0, 50)
    got = arrays.back(dk.stft(arrays(y), n_fft=64, win_length=50, hop_length=16, window=arrays(w)))
    assert relative_error(got, definition(y, n_fft=64, hop_length=16, w=w)) < 1e-14


# The fast path


@pytest.mark.parametrize("workers", [1, 3, 100])
@pytest.mark.parametrize("block", [1, 5000, 1 << 20])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("n_fft", "hop_length"), [(64, 16), (63, 20), (64, 64), (64, 100), (16, 1)])
def test_blocks_and_threads_change_nothing(rng, monkeypatch, n_fft, hop_length, dtype, block, workers):
    monkeypatch.setattr(_blocks, "BLOCK_BYTES", block)
    y = rng.standard_normal((2, 1013)).astype(dtype)
    w = dk.get_window("hamming", n_fft).astype(dtype)
    framing = _blocks.Framing(w, hop_length, n_fft // 2, "reflect")
    plain = short_time._transform(framing.padded(y), w, hop_length)
    how = {"hop_length": hop_length, "window": "hamming", "workers": workers}
    D = dk.stft(y, n_fft=n_fft, pad_mode="reflect", **how)
    assert relative_error(D, plain) < LIMIT[dtype]
    S = dk.spectrogram(y, n_fft=n_fft, pad_mode="reflect", **how)
    assert relative_error(S, np.abs(plain) ** 2) < LIMIT[dtype]

    n = D.shape[-1]
    sums = OverlapSum(w.astype("float64") ** 2, hop_length, n)
    middle = slice(n_fft // 2, n_fft // 2 + min(1013, (n - 1) * hop_length))
    if hop_length <= n_fft:
        expected = short_time._inverse(plain, w, sums)[..., middle]
        got = dk.istft(D, n_fft=n_fft, length=expected.shape[-1], **how)
        assert relative_error(got, expected) < 3 * LIMIT[dtype]


def test_without_scipys_inner_functions_copies_are_made(rng, monkeypatch):
    y = rng.standard_normal((2, 5000), dtype="float32")

    def results():
        D = dk.stft(y)
        return D, dk.spectrogram(y), dk.istft(D), dk.melspectrogram(y, sr=8000, n_mels=30)

    import scipy

    before, names = (
        results(),
        {"_rfft_into": "_rfft_and_copy", "_irfft_into": "_irfft_and_copy", "_add_up": "_add_up_and_copy"},
    )
    # What this SciPy has under its public face is used; if not, this test says so, and all else still passes.
    for name, copying in names.items():
        assert getattr(_blocks, name)() is not getattr(_blocks, copying), f"SciPy {scipy.__version__}: {name}"
    with monkeypatch.context() as patched:
        patched.setattr(_blocks.importlib, "import_module", lambda name: None)
        for name, copying in names.items():
            assert getattr(_blocks, name).__wrapped__() is getattr(_blocks, copying)
    for name, copying in names.items():
        monkeypatch.setattr(_blocks, name, lambda copying=copying: getattr(_blocks, copying))
    for one, other in zip(results(), before, strict=True):
        np.testing.assert_array_equal(one, other)


def test_threads_give_the_same_bits(rng):
    y = rng.standard_normal((2, 200_000), dtype="float32")
    D = dk.stft(y, workers=1)
    np.testing.assert_array_equal(dk.stft(y, workers=4), D)
    np.testing.assert_array_equal(dk.stft(y), D)
    np.testing.assert_array_equal(dk.istft(D, workers=4), dk.istft(D, workers=1))


@pytest.mark.parametrize("pad_mode", ["constant", "reflect"])
@pytest.mark.parametrize(("shape", "n_fft"), [((300, 700), 256), ((7, 3, 5000), 512), ((2, 50_000), 400)])
def test_a_batch_is_its_signals(rng, shape, n_fft, pad_mode):
    """Whether a block holds several of them or a part of one, and in whatever order they lie in memory."""
    y = rng.standard_normal(shape, dtype="float32")
    given = {"n_fft": n_fft, "hop_length": n_fft // 4, "pad_mode": pad_mode}
    calls = [
        lambda y, **w: dk.stft(y, **given, **w),
        lambda y, **w: dk.spectrogram(y, power=1.0, **given, **w),
        lambda y, **w: dk.melspectrogram(y, sr=8000, n_mels=20, **given, **w),
        lambda y, **w: dk.istft(dk.stft(y, **given), n_fft=n_fft, length=shape[-1], **w),
    ]
    strided = np.moveaxis(np.ascontiguousarray(np.moveaxis(y, -1, 0)), 0, -1)
    for call in calls:
        whole = call(y)
        flat = y.reshape(-1, shape[-1])
        for i in range(0, len(flat), 29):
            one = call(flat[i])
            np.testing.assert_allclose(whole.reshape(-1, *one.shape)[i], one, rtol=0, atol=1e-6 * np.max(np.abs(one)))
        for other in (call(y, workers=1), call(y, workers=3), call(strided)):
            np.testing.assert_array_equal(other, whole)


@pytest.mark.parametrize("shape", [(3000,), (2, 3, 3000)])
def test_the_result_goes_where_it_is_wanted(arrays, rng, shape):
    y = rng.standard_normal(shape)
    given = {"n_fft": 128, "hop_length": 50}
    expected = dk.stft(y, **given)
    out = dk.stft(arrays(np.zeros(shape)), **given)
    assert dk.stft(arrays(y), out=out, **given) is out
    np.testing.assert_allclose(arrays.back(out), expected, atol=1e-12)
    if arrays.name == "numpy":  # an array laid out otherwise, and axes that cannot be seen as one
        other = np.zeros((*expected.shape[::-1],), dtype=complex).T
        assert dk.stft(y, out=other, **given) is other
        np.testing.assert_array_equal(other, expected)


@pytest.mark.parametrize(
    "out", [np.zeros((65, 60), complex), np.zeros((65, 61), "complex64"), np.zeros((65, 61)), [[0j] * 61] * 65]
)
def test_a_place_that_does_not_fit_is_refused(out):
    with pytest.raises(dk.ParameterError, match=r"expected \(65, 61\) and complex128"):
        dk.stft(np.zeros(3000), n_fft=128, hop_length=50, out=out)


def test_what_is_kept_is_out_of_reach():
    """Windows and filters are made once; what a caller gets of them is a copy, or cannot be changed."""
    y = np.sin(np.arange(4000.0))
    before = dk.stft(y), dk.melspectrogram(y, sr=8000)
    for made in (
        dk.get_window("hann", 2048),
        dk.mel_filterbank(sr=8000, n_fft=2048),
        dk.dual_window("hann", hop_length=512, win_length=2048),
    ):
        made[...] = 7.0
    kept = short_time._known_window("hann", 2048, 2048)
    with pytest.raises(ValueError, match="read-only"):
        kept[0] = 1.0
    after = dk.stft(y), dk.melspectrogram(y, sr=8000)
    for one, other in zip(before, after, strict=True):
        np.testing.assert_array_equal(one, other)


def test_input_is_left_as_it_was(rng):
    y = rng.standard_normal(5000, dtype="float32")
    y.setflags(write=False)
    D = dk.stft(y, n_fft=256)
    D.setflags(write=False)
    before = D.copy()
    dk.istft(D)
    dk.griffinlim(np.abs(D), n_iter=1, random_state=0)
    np.testing.assert_array_equal(D, before)


@pytest.mark.parametrize("center", [True, False])
def test_strided_and_reversed_input(rng, center):
    both = rng.standard_normal((3000, 2))
    for y in (both.T, both[::-1, 0], both[::3, 1]):
        expected = definition(y, n_fft=128, hop_length=32, w=dk.get_window("hann", 128), center=center)
        assert relative_error(dk.stft(y, n_fft=128, center=center), expected) < 1e-14


def test_spectrum_in_rows_or_columns_inverts_alike(rng):
    D = dk.stft(rng.standard_normal((2, 3000)), n_fft=128)
    np.testing.assert_array_equal(dk.istft(np.ascontiguousarray(D)), dk.istft(D))


# The way back


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("window", ["hann", "hamming", "boxcar", "blackmanharris"])
@pytest.mark.parametrize(
    ("n_fft", "win_length", "hop_length", "n"),
    [
        (64, None, None, 500),
        (63, None, 10, 501),
        (64, 40, 10, 500),
        (63, 33, 7, 499),
        (64, None, 16, 20),
        (2048, None, 512, 8000),
    ],
)
def test_round_trip_is_exact(arrays, rng, n_fft, win_length, hop_length, n, window, dtype):
    how = {"n_fft": n_fft, "win_length": win_length, "hop_length": hop_length, "window": window}
    for shape in SHAPES.values():
        y = rng.uniform(-1, 1, (*shape, n)).astype(dtype)
        back = arrays.back(dk.istft(dk.stft(arrays(y), **how), length=n, **how))
        assert back.dtype == dtype
        assert np.max(np.abs(back - y)) < {"float32": 1e-6, "float64": 1e-13}[dtype]


@pytest.mark.parametrize("length", [None, 300, 488])
@pytest.mark.parametrize("center", [True, False])
@pytest.mark.parametrize(("n_fft", "win_length", "hop_length"), [(64, None, 16), (63, 40, 9), (64, 64, 32)])
def test_istft_of_any_spectrum_equals_librosa(librosa, rng, n_fft, win_length, hop_length, center, length):
    D = rng.standard_normal((2, 1 + n_fft // 2, 60)) + 1j * rng.standard_normal((2, 1 + n_fft // 2, 60))
    how = {"n_fft": n_fft, "win_length": win_length, "hop_length": hop_length, "window": "hamming", "length": length}
    if win_length and not center and win_length < n_fft:
        with pytest.raises(dk.ReconstructionError, match="0 to"):  # under the zeros beside the window
            dk.istft(D, center=center, **how)
        return
    assert relative_error(dk.istft(D, center=center, **how), librosa.istft(D, center=center, **how)) < 1e-13


def test_istft_is_the_least_squares_signal(rng):
    # The matrix of the STFT, made from the transforms of unit impulses; each bin between 0 and Nyquist stands
    # for two of the full transform.
    how = {"n_fft": 8, "hop_length": 2, "center": False, "window": "hamming"}
    n = 20
    bins = np.sqrt([1, 2, 2, 2, 1])[:, None]
    columns = [bins * dk.stft(row, **how) for row in np.eye(n)]
    A = np.stack([np.concatenate([c.real, c.imag]).ravel() for c in columns], axis=1)
    D = rng.standard_normal((5, 7)) + 1j * rng.standard_normal((5, 7))
    D[[0, -1]] = D[[0, -1]].real  # what a real signal can have
    b = np.concatenate([(bins * D).real, (bins * D).imag]).ravel()
    best = np.linalg.lstsq(A, b, rcond=None)[0]
    assert relative_error(dk.istft(D, hop_length=2, center=False, window="hamming"), best) < 1e-12


def test_without_length_the_tail_is_lost():
    y = np.ones(16050)
    D = dk.stft(y, n_fft=512, hop_length=200)
    assert dk.istft(D, n_fft=512, hop_length=200).shape == (16000,)
    assert np.max(np.abs(dk.istft(D, n_fft=512, hop_length=200, length=16050) - y)) < 1e-13


def test_odd_n_fft_has_to_be_told(librosa, rng):
    y = rng.uniform(-1, 1, 3000)
    D = dk.stft(y, n_fft=255, hop_length=64)
    right = dk.istft(D, n_fft=255, hop_length=64, length=3000)
    guessed = dk.istft(D, hop_length=64, length=3000)
    assert np.max(np.abs(right - y)) < 1e-14
    assert np.max(np.abs(guessed - y)) > 0.1
    assert relative_error(guessed, librosa.istft(D, hop_length=64, length=3000)) < 1e-12


LOST = {
    "Hann begins with zero": ({"center": False}, 1000, None, r"1 of 1000 samples .*: 0\. "),
    "a window shorter than the frame": ({"center": False, "win_length": 32}, 1000, None, r"0 to 16, 984 to 999\. "),
    "gaps between frames": ({"hop_length": 100}, 1000, 901, r"32 to 68, 132 to 168, 232 to 268 and \d+ more ranges"),
    "zeros meet": ({"hop_length": 64}, 640, None, r"32, 96, 160 and 7 more ranges"),
    "behind the last frame": ({"center": False, "window": "boxcar"}, 1000, 1016, r"16 of 1016 .*: 1000 to 1015\. "),
}


@pytest.mark.parametrize(("how", "n", "length", "message"), LOST.values(), ids=LOST.keys())
def test_istft_names_the_samples_that_cannot_be_recovered(arrays, how, n, length, message):
    D = dk.stft(arrays(np.ones(n)), n_fft=64, **{"hop_length": 8, **how})
    with pytest.raises(dk.ReconstructionError, match=message):
        dk.istft(D, n_fft=64, length=length, **{"hop_length": 8, **how})


def test_what_peers_do_with_the_sample_under_the_zero(librosa, rng):
    signal = pytest.importorskip("scipy.signal")
    y = rng.uniform(0.5, 1, 1024)
    D = dk.stft(y, n_fft=256, center=False)
    with pytest.raises(dk.ReconstructionError, match=r": 0\. "):
        dk.istft(D, center=False)
    assert librosa.istft(D, center=False)[0] == 0.0  # and says nothing
    assert signal.check_NOLA("hann", 256, 192)  # NOLA holds between frames, and does not help sample 0
    assert dk.check_nola("hann", 256, 64)
    np.testing.assert_allclose(dk.istft(dk.stft(y, n_fft=256), length=1024), y, atol=1e-14)


# Overlap conditions


WINDOWS = ["hann", "hamming", "boxcar", "bartlett", "blackman", "cosine", ("tukey", 0.5), "flattop"]


@pytest.mark.parametrize("win_length", [8, 60, 63, 64])
@pytest.mark.parametrize("window", WINDOWS)
def test_cola_and_nola_equal_scipys(window, win_length):
    signal = pytest.importorskip("scipy.signal")
    for hop_length in range(1, win_length + 1):
        overlap = win_length - hop_length
        assert dk.check_cola(window, win_length, hop_length) == signal.check_COLA(window, win_length, overlap)
        assert dk.check_nola(window, win_length, hop_length) == signal.check_NOLA(window, win_length, overlap)


def test_gaps_between_windows_break_nola():
    assert not dk.check_nola("boxcar", 8, 9)
    assert not dk.check_cola("boxcar", 8, 9)
    assert dk.check_nola("boxcar", 8, 8)


def test_symmetric_hann_is_not_cola():
    assert dk.check_cola("hann", 512, 128)
    assert not dk.check_cola(dk.get_window("hann", 512, sym=True), 512, 128)
    assert dk.check_cola(dk.get_window("hann", 512) ** 2, 512, 128)  # what the inverse adds up
    assert not dk.check_cola(dk.get_window("hann", 512) ** 2, 512, 256)


@pytest.mark.parametrize(("window", "n", "hop_length"), [("hann", 64, 16), ("hamming", 63, 20), ("boxcar", 10, 10)])
def test_dual_window_equals_scipys(window, n, hop_length):
    signal = pytest.importorskip("scipy.signal")
    w = dk.get_window(window, n)
    np.testing.assert_allclose(
        dk.dual_window(w, hop_length=hop_length), signal.ShortTimeFFT(w, hop_length, fs=1.0).dual_win, atol=1e-14
    )
    by_name = dk.dual_window(window, win_length=n, hop_length=hop_length)
    np.testing.assert_array_equal(by_name, dk.dual_window(w, hop_length=hop_length))


def test_dual_window_undoes_the_window_without_a_division(rng):
    y = rng.standard_normal(640)
    w = dk.get_window("hann", 64)
    frames = dk.frame(y, frame_length=64, hop_length=16) * (w * dk.dual_window(w, hop_length=16))[:, None]
    middle = slice(64, -64)
    np.testing.assert_allclose(dk.overlap_add(frames, hop_length=16)[middle], y[middle], atol=1e-14)


# What rests on it


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("power", [0.5, 1.0, 2.0])
def test_spectrogram_is_the_magnitude_to_a_power(arrays, rng, power, dtype):
    y = rng.standard_normal((2, 700)).astype(dtype)
    D = definition(y, n_fft=64, hop_length=16, w=dk.get_window("hann", 64))
    S = arrays.back(dk.spectrogram(arrays(y), power=power, n_fft=64))
    assert S.dtype == dtype
    assert relative_error(S, np.abs(D) ** power) < LIMIT[dtype]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("n_fft", "win_length"), [(64, None), (63, 40)])
def test_stft_is_a_strided_convolution(arrays, rng, n_fft, win_length, dtype):
    y = rng.standard_normal((2, 700)).astype(dtype)
    how = {"n_fft": n_fft, "win_length": win_length, "hop_length": 10}
    got = arrays.back(dk.stft_convolution(arrays(y), pad_mode="reflect", **how))
    w = dk.get_window("hann", win_length or n_fft)
    expected = definition(y, n_fft=n_fft, hop_length=10, w=w, pad_mode="reflect")
    assert got.dtype == ("complex64" if dtype == "float32" else "complex128")
    assert relative_error(got, expected) < 10 * LIMIT[dtype]


def test_each_kernel_filters_one_bin(rng):
    # A row of stft_kernels, turned round, is the impulse response of a filter: numpy.convolve agrees.
    y = rng.standard_normal(300)
    kernels = dk.stft_kernels(64)
    D = dk.stft_convolution(y, n_fft=64, hop_length=1, center=False)
    for k in (0, 5, 32):
        np.testing.assert_allclose(D[k].real, np.convolve(y, kernels[k, ::-1], "valid"), atol=1e-12)
        np.testing.assert_allclose(D[k].imag, np.convolve(y, kernels[33 + k, ::-1], "valid"), atol=1e-12)


@pytest.mark.parametrize(("dtype", "limit"), [("float32", 1e-3), ("float64", 1e-4)])
@pytest.mark.parametrize("freq", [440.0, 446.9, 1234.5, 3000.0])
@pytest.mark.parametrize("n_fft", [512, 511])
def test_a_tone_between_bins_is_found_by_its_phase(arrays, freq, n_fft, dtype, limit):
    sr = 8000
    y = np.cos(2 * np.pi * freq * np.arange(sr) / sr + 0.3).astype(dtype)
    D = dk.stft(arrays(y), n_fft=n_fft, hop_length=128, window="blackmanharris")
    f = arrays.back(dk.instantaneous_frequency(D, sr=sr, hop_length=128, n_fft=n_fft))
    assert f.dtype == dtype
    assert f.shape == (1 + n_fft // 2, D.shape[-1] - 1)
    k = round(freq * n_fft / sr)
    assert np.max(np.abs(f[k, 4:-4] - freq)) < limit


def test_a_chirp_is_followed(librosa):
    sr, n = 22050, 22050
    t = np.arange(n) / sr
    y = np.cos(2 * np.pi * (1000 * t + 0.5 * 2000 * t**2))  # 1000 Hz + 2000 Hz/s
    how = {"n_fft": 512, "hop_length": 64, "window": "blackmanharris"}
    D = dk.stft(y, **how)
    f = dk.instantaneous_frequency(D, sr=sr, hop_length=64)
    middle = np.arange(10, f.shape[-1] - 10)
    k = np.abs(D).argmax(axis=0)[middle]
    seconds = (middle + 0.5) * 64 / sr  # between two frames
    assert np.max(np.abs(f[k, middle] - (1000 + 2000 * seconds))) < 0.5
    # librosa gets the same from derivatives of the window (reassignment), at the frames themselves.
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="'where' used without 'out'")
        reassigned, *_ = librosa.reassigned_spectrogram(y, sr=sr, reassign_times=False, **how)
    assert np.max(np.abs(f[k, middle] - (reassigned[k, middle] + 2000 * 32 / sr))) < 1.0


def inconsistency(guess, S, **how):
    return np.linalg.norm(np.abs(dk.stft(guess, **how)) - S) / np.linalg.norm(S)


@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.99])
@pytest.mark.parametrize("n_iter", [0, 1, 10])
def test_griffinlim_from_zero_phase_equals_librosa(librosa, rng, n_iter, momentum):
    S = np.abs(dk.stft(rng.standard_normal((2, 3000)), n_fft=128))
    how = {"n_iter": n_iter, "momentum": momentum, "init": None}
    assert relative_error(dk.griffinlim(S, **how), librosa.griffinlim(S, **how)) < 1e-9


def test_griffinlim_from_random_phases_comes_as_near_as_librosa(librosa, rng):
    S = np.abs(dk.stft(rng.standard_normal(4000), n_fft=256))
    ours = [inconsistency(dk.griffinlim(S, random_state=i, length=4000), S, n_fft=256) for i in range(5)]
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*'random_state' has been renamed")  # librosa 1.0 calls it rng
        theirs = [inconsistency(librosa.griffinlim(S, random_state=i, length=4000), S, n_fft=256) for i in range(5)]
    assert np.mean(ours) < 1.1 * np.mean(theirs)


def test_griffinlim_without_momentum_never_gets_worse(rng):
    S = np.abs(dk.stft(rng.standard_normal(2000), n_fft=128))
    errors = [
        inconsistency(dk.griffinlim(S, n_iter=i, momentum=0, random_state=1, length=2000), S, n_fft=128)
        for i in range(12)
    ]
    assert np.all(np.diff(errors) <= 1e-12)
    fast = inconsistency(dk.griffinlim(S, n_iter=11, random_state=1, length=2000), S, n_fft=128)
    assert fast < errors[-1]


def test_griffinlim_is_seeded_and_keeps_kind(arrays, rng):
    S = np.abs(dk.stft(rng.standard_normal((2, 1000), dtype="float32"), n_fft=64))
    first, again, other = (
        arrays.back(dk.griffinlim(arrays(S), n_iter=2, random_state=i, length=1000)) for i in (3, 3, 4)
    )
    assert first.dtype == "float32"
    assert first.shape == (2, 1000)
    np.testing.assert_array_equal(first, again)
    assert np.max(np.abs(first - other)) > 0.1
    generator = dk.griffinlim(S, n_iter=2, random_state=np.random.default_rng(3), length=1000)
    np.testing.assert_allclose(generator, first, atol=1e-5)


def test_griffinlim_of_silence_is_silence():
    np.testing.assert_array_equal(dk.griffinlim(np.zeros((33, 5)), random_state=0), np.zeros(64))


# What is refused


SPECTRUM = np.ones((33, 9), dtype="complex128")
NAN = np.r_[np.ones(500), np.nan, np.ones(499)]
BAD = {
    "PCM": (lambda: dk.stft(np.ones(999, dtype="int16")), TypeError, "int16 samples.*to_float"),
    "a list of integers": (lambda: dk.stft([1, 2, 3]), TypeError, "int64 samples"),
    "complex samples": (lambda: dk.stft(np.ones(999) + 0j), TypeError, "real part"),
    "nothing": (lambda: dk.stft(np.zeros((2, 0))), ValueError, r"empty: shape \(2, 0\)"),
    "a number": (lambda: dk.stft(1.0), ValueError, "single number"),
    "NaN": (lambda: dk.stft(NAN, n_fft=64), ValueError, "1 values that are NaN or infinite"),
    "infinite": (lambda: dk.stft(np.r_[NAN[:500], np.inf, -np.inf], n_fft=64), ValueError, "2 values"),
    "NaN in a spectrogram": (lambda: dk.spectrogram(NAN, n_fft=64), ValueError, "1 values"),
    "NaN in a convolution": (lambda: dk.stft_convolution(NAN, n_fft=64), ValueError, "1 values"),
    "too short": (lambda: dk.stft(np.ones(99), center=False), ValueError, "99 samples.*n_fft=2048.*center=True"),
    "time first": (lambda: dk.stft(np.ones((9000, 2))), ValueError, r"\(9000, 2\) of y looks like time first.*y\.T"),
    "time first, uncentred": (lambda: dk.stft(np.ones((9000, 2)), center=False), ValueError, "time first"),
    "no frame": (lambda: dk.stft(np.ones(99), n_fft=0), ValueError, "n_fft=0 is too small"),
    "no hop": (lambda: dk.stft(np.ones(99), hop_length=0), ValueError, "hop_length=0 is too small"),
    "negative hop": (lambda: dk.stft(np.ones(99), hop_length=-5), ValueError, "hop_length=-5"),
    "hop of 1.5": (lambda: dk.stft(np.ones(99), hop_length=1.5), TypeError, "whole number"),
    "no window": (lambda: dk.stft(np.ones(99), win_length=0), ValueError, "win_length=0"),
    "window too long": (lambda: dk.stft(np.ones(99), n_fft=64, win_length=65), ValueError, "larger than n_fft=64"),
    "unknown window": (lambda: dk.stft(np.ones(99), window="han"), ValueError, "'hann'"),
    "window of other length": (lambda: dk.stft(np.ones(99), n_fft=64, window=np.ones(63)), ValueError, "63.*64"),
    "unknown padding": (lambda: dk.stft(np.ones(99), pad_mode="reflekt"), ValueError, "Did you mean 'reflect'"),
    "no workers": (lambda: dk.stft(np.ones(99), workers=0), ValueError, "workers=0"),
    "power zero": (lambda: dk.spectrogram(np.ones(99), power=0), ValueError, "power=0"),
    "inverse of a magnitude": (lambda: dk.istft(np.ones((33, 9))), TypeError, "float64.*griffinlim"),
    "inverse of a vector": (lambda: dk.istft(np.ones(33) + 0j), ValueError, r"shape \(33,\)"),
    "inverse of no frames": (lambda: dk.istft(SPECTRUM[:, :0]), ValueError, r"\(33, 0\)"),
    "bins of another n_fft": (lambda: dk.istft(SPECTRUM, n_fft=128), ValueError, "33 bins.*n_fft=128 has 65"),
    "NaN in the spectrum": (lambda: dk.istft(SPECTRUM * np.nan), ValueError, "NaN or infinite"),
    "length zero": (lambda: dk.istft(SPECTRUM, length=0), ValueError, "length=0"),
    "one frame, centred": (lambda: dk.istft(SPECTRUM[:, :1]), ValueError, "nothing is left.*length="),
    "dual without length": (lambda: dk.dual_window("hann", hop_length=8), ValueError, "win_length="),
    "no dual": (lambda: dk.dual_window(dk.get_window("hann", 8), hop_length=8), ValueError, "no dual at hop_length=8"),
    "one frame, no phase step": (lambda: dk.instantaneous_frequency(SPECTRUM[:, :1], sr=1), ValueError, "two frames"),
    "frequency of other bins": (lambda: dk.instantaneous_frequency(SPECTRUM, sr=1, n_fft=9), ValueError, "n_fft=9"),
    "rate zero": (lambda: dk.instantaneous_frequency(SPECTRUM, sr=0), ValueError, "sr=0"),
    "guess from complex": (lambda: dk.griffinlim(SPECTRUM), TypeError, "magnitudes"),
    "guess from decibels": (lambda: dk.griffinlim(-np.ones((33, 9))), ValueError, "db_to_amplitude"),
    "guess from NaN": (lambda: dk.griffinlim(np.nan * np.ones((33, 9))), ValueError, "NaN"),
    "guess from a vector": (lambda: dk.griffinlim(np.ones(9)), ValueError, r"\(9,\)"),
    "guess, wrong length": (lambda: dk.griffinlim(np.ones((33, 9)), length=999), ValueError, "63 frames, and S has 9"),
    "guess, unknown start": (lambda: dk.griffinlim(np.ones((33, 9)), init="zero"), ValueError, "random"),
    "guess, negative momentum": (lambda: dk.griffinlim(np.ones((33, 9)), momentum=-1), ValueError, "momentum=-1"),
}  # fmt: skip


@pytest.mark.parametrize(("call", "error", "message"), BAD.values(), ids=BAD.keys())
def test_bad_input_is_refused_in_words(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_errors_are_the_packages_own():
    with pytest.raises(dk.ReconstructionError) as caught:
        dk.istft(dk.stft(np.ones(500), n_fft=64, center=False), center=False)
    assert isinstance(caught.value, dk.ParameterError)


def test_large_but_finite_samples_pass():
    with np.errstate(over="ignore"):
        D = dk.stft(np.full(500, 3e38, dtype="float32"), n_fft=64)
    assert not np.all(np.isfinite(D))  # the sum of a frame overflows: no fault of the samples


@pytest.mark.parametrize("frame_bytes", [1, 40_000])
@pytest.mark.parametrize("pad_mode", ["constant", "reflect"])
def test_in_pieces_where_there_is_no_fast_path(monkeypatch, arrays, rng, pad_mode, frame_bytes):
    """However few frames may lie in memory at once (one, or some), what comes is the same."""
    if arrays.name == "numpy":
        pytest.skip("NumPy arrays have blocks of their own")
    y = arrays(rng.standard_normal((2, 3000)))
    given = {"n_fft": 510, "hop_length": 100, "pad_mode": pad_mode}  # 255 has the prime 17: no kernel either
    whole = [dk.stft(y, **given), dk.spectrogram(y, **given), dk.melspectrogram(y, sr=8000, n_mels=9, **given)]
    monkeypatch.setattr(_engine, "FRAME_BYTES", frame_bytes)
    pieces = [dk.stft(y, **given), dk.spectrogram(y, **given), dk.melspectrogram(y, sr=8000, n_mels=9, **given)]
    for one, other in zip(whole, pieces, strict=True):
        expected = arrays.back(one)
        np.testing.assert_allclose(arrays.back(other), expected, rtol=0, atol=1e-14 * np.max(np.abs(expected)))


def test_threads_that_cannot_start_any_more_are_done_without(tmp_path):
    """At the end of a program, where what ``atexit`` calls may ask for threads."""
    import subprocess
    import sys

    program = (
        "import atexit, numpy as np, dspkit as dk\n"
        "y = np.random.default_rng(0).standard_normal(1 << 19)\n"
        "expected = dk.stft(y, workers=1)\n"
        "atexit.register(lambda: print(np.array_equal(dk.stft(y, workers=4), expected)))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120)
    assert (done.stdout.strip(), done.stderr) == ("True", "")


def test_a_mistyped_number_of_threads_costs_nothing():
    y = np.random.default_rng(0).standard_normal(3000)
    start = time.perf_counter()
    D = dk.stft(y, workers=10**6)
    assert time.perf_counter() - start < 1.0
    np.testing.assert_array_equal(D, dk.stft(y, workers=1))
