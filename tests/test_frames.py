"""Frames, their overlap-add, and what is their number and their time (lesson 08)."""

import numpy as np
import pytest

import dspkit as dk
from dspkit.frames import PAD_MODES, OverlapSum, extend

SHAPES = {"mono": (), "stereo": (2,), "batch": (2, 3)}
FRAMES = [(8, 4), (8, 3), (7, 7), (5, 9), (1, 1), (16, 1), (50, 10)]


@pytest.fixture
def librosa():
    return pytest.importorskip("librosa")


@pytest.mark.parametrize("dtype", ["float32", "float64", "complex64", "complex128"])
@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())
@pytest.mark.parametrize(("frame_length", "hop_length"), FRAMES)
def test_frame_and_overlap_add_equal_a_loop(arrays, rng, frame_length, hop_length, shape, dtype):
    y = rng.standard_normal((*shape, 50)).astype(dtype)
    starts = range(0, 50 - frame_length + 1, hop_length)
    expected = np.stack([y[..., a : a + frame_length] for a in starts], axis=-1)
    frames = dk.frame(arrays(y), frame_length=frame_length, hop_length=hop_length)
    np.testing.assert_array_equal(arrays.back(frames), expected)

    total = np.zeros((*shape, starts[-1] + frame_length), dtype=dtype)
    for t, a in enumerate(starts):
        total[..., a : a + frame_length] += expected[..., t]
    added = arrays.back(dk.overlap_add(frames, hop_length=hop_length))
    assert added.dtype == dtype
    np.testing.assert_allclose(added, total, rtol=1e-5 if dtype in {"float32", "complex64"} else 1e-13, atol=1e-6)


@pytest.mark.parametrize(("frame_length", "hop_length"), FRAMES)
def test_frame_equals_librosas(librosa, rng, frame_length, hop_length):
    y = rng.standard_normal((2, 50))
    expected = librosa.util.frame(y, frame_length=frame_length, hop_length=hop_length)
    np.testing.assert_array_equal(dk.frame(y, frame_length=frame_length, hop_length=hop_length), expected)


def test_frames_of_numpy_cost_no_memory_and_cannot_be_written():
    y = np.zeros(1000)
    frames = dk.frame(y, frame_length=100, hop_length=1)
    assert np.shares_memory(frames, y)
    with pytest.raises(ValueError, match="read-only"):
        frames[0, 0] = 1.0


@pytest.mark.parametrize("pad_mode", PAD_MODES)
@pytest.mark.parametrize("n", [1, 2, 5, 40])
def test_extend_is_a_piece_of_numpy_pad(arrays, rng, n, pad_mode):
    y = rng.standard_normal((2, n)).astype("float32")
    pad = 13
    expected = np.pad(y, [(0, 0), (pad, pad)], mode=pad_mode)
    for start, stop in [(-pad, n + pad), (-pad, 1), (-3, n), (0, n), (n - 1, n + pad), (-pad, -2), (n + 1, n + 2)]:
        got = arrays.back(extend(arrays(y), start, stop, pad_mode, pad))
        assert got.dtype == "float32"
        np.testing.assert_allclose(got, expected[:, start + pad : stop + pad], rtol=1e-6)


@pytest.mark.parametrize("n_frames", [1, 2, 3, 10])
@pytest.mark.parametrize(("frame_length", "hop_length"), FRAMES)
def test_overlap_sum_is_the_overlap_add_of_equal_frames(rng, frame_length, hop_length, n_frames):
    v = rng.uniform(0, 1, frame_length)
    v[0] = 0.0 if frame_length > 1 else 1.0
    sums = OverlapSum(v, hop_length, n_frames)
    full = dk.overlap_add(np.repeat(v[:, None], n_frames, axis=1), hop_length=hop_length)
    hops = -(-len(full) // hop_length) + 3  # and some behind the last frame
    full = np.pad(full, (0, hops * hop_length - len(full)))
    expected = np.where(full > 0, full, 1.0)
    np.testing.assert_allclose(sums.divisor("float64")(0, hops).ravel(), expected, rtol=1e-14)
    np.testing.assert_array_equal(sums.divisor("float64")(1, 2), sums.divisor("float64")(0, hops)[1:2])
    for start, stop in [(0, len(full)), (3, 4), (frame_length // 2, frame_length + 1)]:
        np.testing.assert_array_equal(sums.vanishing(1e-30, start, stop), np.flatnonzero(full[start:stop] == 0))


# The number of frames, as the libraries have it: n samples, n_fft, hop.
COUNTS = [(16000, 512, 128), (16000, 511, 128), (16050, 512, 200), (16001, 400, 160), (512, 512, 128), (700, 512, 700)]


@pytest.mark.parametrize(("n", "n_fft", "hop_length"), COUNTS)
def test_frame_count_equals_librosas(librosa, n, n_fft, hop_length):
    for center in (True, False):
        D = librosa.stft(np.zeros(n), n_fft=n_fft, hop_length=hop_length, center=center)
        assert dk.frame_count(n, frame_length=n_fft, hop_length=hop_length, center=center) == D.shape[-1]
    if n_fft % 2 == 0:
        assert dk.frame_count(n, frame_length=n_fft, hop_length=hop_length) == 1 + n // hop_length
    else:
        assert dk.frame_count(n, frame_length=n_fft, hop_length=hop_length) == 1 + (n - 1) // hop_length


def test_frame_count_of_scipy_differs_by_its_padding():
    signal = pytest.importorskip("scipy.signal")
    ours = dk.frame_count(16000, frame_length=512, hop_length=128)
    assert ours == signal.stft(np.zeros(16000), nperseg=512, noverlap=384)[2].shape[-1] == 126
    # Every frame that touches a sample counts there, also those that begin before the first one.
    assert signal.ShortTimeFFT(np.ones(512), 128, fs=1.0).stft(np.zeros(16000)).shape[-1] == 128


def test_no_frame_fits():
    assert dk.frame_count(511, frame_length=512, hop_length=128, center=False) == 0
    assert dk.frame_count(0, frame_length=512, hop_length=128, center=False) == 0


@pytest.mark.parametrize("n_fft", [None, 512])
@pytest.mark.parametrize(("sr", "hop_length"), [(22050, 512), (16000, 160), (44100, 441), (8000, 1)])
def test_times_of_frames_equal_librosas_and_go_back(arrays, librosa, sr, hop_length, n_fft):
    frames = np.arange(10_000)
    seconds = dk.frames_to_time(arrays(frames), sr=sr, hop_length=hop_length, n_fft=n_fft)
    expected = librosa.frames_to_time(frames, sr=sr, hop_length=hop_length, n_fft=n_fft)
    np.testing.assert_allclose(arrays.back(seconds), expected, rtol=1e-15)
    back = arrays.back(dk.time_to_frames(seconds, sr=sr, hop_length=hop_length, n_fft=n_fft))
    np.testing.assert_array_equal(back, frames)


def test_where_librosa_comes_out_one_frame_early(librosa):
    # Frame 15 is at 15 · 512 / 22050 s. In double precision that, times 22050, is 7679.999…, and librosa cuts the
    # fraction off.
    frames = np.arange(10_000)
    seconds = librosa.frames_to_time(frames, sr=22050, hop_length=512)
    early = frames - librosa.time_to_frames(seconds, sr=22050, hop_length=512)
    assert early.max() == 1
    assert np.flatnonzero(early)[0] == 15
    np.testing.assert_array_equal(dk.time_to_frames(seconds, sr=22050, hop_length=512), frames)


def test_a_time_between_frames_belongs_to_the_earlier():
    assert dk.time_to_frames([0.0319, 0.032, 0.0639], sr=8000, hop_length=256).tolist() == [0, 1, 1]


BAD = {
    "too short": (lambda: dk.frame(np.ones(7), frame_length=8, hop_length=4), ValueError, r"\(7,\) is shorter"),
    "time first": (lambda: dk.frame(np.ones((99, 2)), frame_length=8, hop_length=4), ValueError, "is the last axis"),
    "a number": (lambda: dk.frame(1.0, frame_length=1, hop_length=1), ValueError, "shorter than one frame"),
    "no length": (lambda: dk.frame(np.ones(9), frame_length=0, hop_length=4), ValueError, "frame_length=0"),
    "no hop": (lambda: dk.frame(np.ones(9), frame_length=2, hop_length=0), ValueError, "hop_length=0"),
    "hop of 1.5": (lambda: dk.frame(np.ones(9), frame_length=2, hop_length=1.5), TypeError, "whole number"),
    "one frame alone": (lambda: dk.overlap_add(np.ones(8), hop_length=4), ValueError, r"\(8,\)"),
    "no frames": (lambda: dk.overlap_add(np.ones((8, 0)), hop_length=4), ValueError, r"\(8, 0\)"),
    "negative length": (lambda: dk.frame_count(-1, frame_length=8, hop_length=4), ValueError, "n_samples=-1"),
    "rate zero": (lambda: dk.frames_to_time([1], sr=0), ValueError, "sr=0"),
    "rate of text": (lambda: dk.time_to_frames([1.0], sr="fast"), TypeError, "expected a number"),
}  # fmt: skip


@pytest.mark.parametrize(("call", "error", "message"), BAD.values(), ids=BAD.keys())
def test_bad_input_is_refused_in_words(call, error, message):
    with pytest.raises(error, match=message):
        call()


@pytest.mark.parametrize("bad", [np.nan, np.inf, [0.1, -np.inf]])
def test_times_that_are_none_have_no_frame(bad):
    with pytest.raises(ValueError, match="times holds 1 values that are NaN or infinite"):
        dk.time_to_frames(bad, sr=8000)
