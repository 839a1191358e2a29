"""Lesson 03: envelope, RMS, energy, zero crossings, autocorrelation and a first pitch, frame by frame."""

import itertools
import math

import numpy as np
import pytest

import dspkit as dk

SR = 8000

# frame_length, hop_length, center, pad_mode, number of samples
FRAMINGS = [
    (2048, 512, True, "constant", 9000),
    (2048, 512, False, "constant", 9000),
    (400, 160, True, "reflect", 3000),
    (401, 100, True, "edge", 3000),  # odd: 200 samples on either side
    (64, 64, False, "constant", 640),  # frames side by side
    (10, 25, True, "wrap", 300),  # gaps between frames
    (16, 3, True, "linear_ramp", 100),
    (256, 64, True, "symmetric", 300),
    (8, 1, False, "constant", 8),  # exactly one frame
    (512, 128, True, "constant", 5),  # a sound much shorter than a frame
]
on_framings = pytest.mark.parametrize(("frame_length", "hop_length", "center", "pad_mode", "n"), FRAMINGS)
on_dtypes = pytest.mark.parametrize("dtype", ["float32", "float64"])


def sound(rng, *shape, dtype="float64"):
    """Noise on a slow wave, with zeros among the samples: signs that change now seldom, now often."""
    y = rng.standard_normal(shape) * 0.1 + 0.3 * np.sin(np.arange(shape[-1]) / 20)
    y[..., rng.integers(0, shape[-1], shape[-1] // 10)] = 0.0
    return y.astype(dtype)


def cut(y, frame_length, hop_length, center, pad_mode):
    """Frames by slicing what numpy.pad gives, one after the other."""
    if center:
        side = [(0, 0)] * (y.ndim - 1) + [(frame_length // 2, frame_length // 2)]
        y = np.pad(y, side, mode=pad_mode)
    starts = range(0, y.shape[-1] - frame_length + 1, hop_length)
    return np.stack([y[..., s : s + frame_length] for s in starts], axis=-2)


def crossings_by_hand(y, threshold, zero_pos):
    """Sign by sign, in plain Python."""
    count = 0
    signs = [0 if abs(v) <= threshold else math.copysign(1, v) for v in y]
    for a, b in itertools.pairwise(signs):
        count += (a < 0) != (b < 0) if zero_pos else a != b
    return count


BY_HAND = {
    "rms": lambda f: np.sqrt(np.mean(f**2, axis=-1)),
    "amplitude_envelope": lambda f: np.max(np.abs(f), axis=-1),
    "short_time_energy": lambda f: np.sum(f**2, axis=-1),
}


# --- One number for each frame ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", BY_HAND)
@on_dtypes
@on_framings
def test_features_are_their_formulas_on_every_frame(
    arrays, rng, name, dtype, frame_length, hop_length, center, pad_mode, n
):
    y = sound(rng, 2, 3, n, dtype=dtype)
    sizes = {"frame_length": frame_length, "hop_length": hop_length, "center": center, "pad_mode": pad_mode}
    got = arrays.back(getattr(dk, name)(arrays(y), **sizes))
    assert got.dtype == dtype
    expected = BY_HAND[name](cut(y, **sizes).astype("float64"))
    assert got.shape == expected.shape
    np.testing.assert_allclose(got, expected, rtol=1e-13 if dtype == "float64" else 2e-7)
    kept = arrays.back(getattr(dk, name)(arrays(y), **sizes, keepdims=True))
    np.testing.assert_array_equal(kept, got[..., None, :])


@on_dtypes
@on_framings
def test_rms_is_librosas(rng, dtype, frame_length, hop_length, center, pad_mode, n):
    librosa = pytest.importorskip("librosa")
    y = sound(rng, 2, n, dtype=dtype)
    sizes = {"frame_length": frame_length, "hop_length": hop_length, "center": center, "pad_mode": pad_mode}
    theirs = librosa.feature.rms(y=y, **sizes)  # float32, whatever came
    np.testing.assert_allclose(dk.rms(y, **sizes, keepdims=True), theirs, rtol=2e-6)


def test_a_quarter_frame_is_the_hop_if_not_said(rng):
    librosa = pytest.importorskip("librosa")
    y = sound(rng, 9000)
    np.testing.assert_allclose(dk.rms(y, frame_length=2048), librosa.feature.rms(y=y)[0], rtol=2e-6)
    for name in ("amplitude_envelope", "short_time_energy", "zero_crossing_rate"):
        function = getattr(dk, name)
        np.testing.assert_array_equal(function(y), function(y, frame_length=2048, hop_length=512))
    assert dk.rms(y, frame_length=3).shape == (9000,)  # a hop of 3 // 4 would stand still: it is 1


@on_dtypes
def test_without_frames_rms_is_one_number_for_each_channel(arrays, rng, dtype):
    y = sound(rng, 2, 3, 999, dtype=dtype)
    expected = np.sqrt(np.mean(y.astype("float64") ** 2, axis=-1))
    got = arrays.back(dk.rms(arrays(y)))
    assert (got.shape, got.dtype) == ((2, 3), dtype)
    np.testing.assert_allclose(got, expected, rtol=2e-7)
    np.testing.assert_array_equal(arrays.back(dk.rms(arrays(y), keepdims=True)), got[..., None])
    one = arrays.back(dk.rms(arrays(y[0, 0])))
    assert (one.shape, one.dtype) == ((), dtype)
    assert float(one) == float(got[0, 0])


# The level of a wave of amplitude 1, over whole periods.
WAVES = {
    "sine": (lambda turn: np.sin(2 * np.pi * turn), 1 / math.sqrt(2)),
    "square": (lambda turn: np.where(turn < 0.5, 1.0, -1.0), 1.0),
    "triangle of steps h = 0.04": (lambda turn: 4 * np.abs(turn - 0.5) - 1, math.sqrt(1 / 3 + 0.04**2 / 6)),
    "constant": (lambda turn: np.ones_like(turn), 1.0),
    "one sample of 100": (lambda turn: (turn == 0).astype("float64"), 0.1),
}


@pytest.mark.parametrize(("wave", "expected"), WAVES.values(), ids=WAVES.keys())
def test_rms_of_known_waves(wave, expected):
    y = wave(np.arange(800) % 100 / 100)
    np.testing.assert_allclose(dk.rms(y), expected, rtol=1e-14)
    np.testing.assert_allclose(dk.rms(y, frame_length=200, hop_length=50, center=False), expected, rtol=1e-14)


@pytest.mark.parametrize(("dtype", "value"), [("float32", 3e38), ("float32", 1e-30), ("float64", 1e150)])
def test_rms_of_huge_and_tiny_samples(arrays, dtype, value):
    y = np.full(600, value, dtype=dtype)
    np.testing.assert_allclose(arrays.back(dk.rms(arrays(y))), y[0], rtol=3e-7)
    np.testing.assert_allclose(arrays.back(dk.rms(arrays(y), frame_length=64, center=False)), y[0], rtol=3e-7)


def test_many_float32_squares_are_added_up_in_float64(arrays):
    y = np.full(1 << 20, 0.1, dtype="float32")
    assert float(arrays.back(dk.rms(arrays(y)))) == float(y[0])


def test_one_sample_is_a_sound():
    y = np.array([-0.5])
    assert dk.rms(y) == 0.5
    np.testing.assert_array_equal(dk.amplitude_envelope(y, frame_length=1), [0.5])
    np.testing.assert_array_equal(dk.short_time_energy(y, frame_length=1, center=False), [0.25])
    np.testing.assert_array_equal(dk.zero_crossing_rate(y, frame_length=4, hop_length=2), [0.0])
    np.testing.assert_array_equal(dk.zero_crossings(y), [True])
    np.testing.assert_allclose(dk.autocorrelation(y), [0.25], rtol=1e-15)


def test_the_envelope_is_never_below_the_rms(rng):
    y = sound(rng, 3, 2000)
    sizes = {"frame_length": 100, "hop_length": 30}
    assert np.all(dk.amplitude_envelope(y, **sizes) >= dk.rms(y, **sizes))


# --- Zero crossings -----------------------------------------------------------------------------------------------

# samples, threshold, crossings with zero as +, crossings with zero as a sign of its own
SIGNS = {
    "through zero upwards": ([-1.0, 0.0, 1.0], 0.0, 1, 2),
    "through zero downwards": ([1.0, 0.0, -1.0], 0.0, 1, 2),
    "touching zero from above": ([1.0, 0.0, 1.0], 0.0, 0, 2),
    "touching zero from below": ([-1.0, 0.0, -1.0], 0.0, 2, 2),
    "the other zero": ([1.0, -0.0, 1.0], 0.0, 0, 2),
    "two kinds of zero": ([0.0, -0.0, 0.0], 0.0, 0, 0),
    "silence": ([0.0] * 5, 1e-10, 0, 0),
    "no sign change": ([0.1, 0.2, 0.1], 1e-10, 0, 0),
    "every sample": ([1.0, -1.0] * 4, 1e-10, 7, 7),
    "below the threshold": ([1e-3, -1e-3] * 4, 1e-2, 0, 0),
    "at the threshold": ([0.5, -0.5, 0.5], 0.5, 0, 0),
    "just above the threshold": ([0.5, -0.75, 0.5], 0.5, 2, 2),
    "no threshold": ([1e-300, -1e-300], 0.0, 1, 1),
}


@pytest.mark.parametrize(("y", "threshold", "plus", "own"), SIGNS.values(), ids=SIGNS.keys())
def test_signs_of_zero(arrays, y, threshold, plus, own):
    y = np.array(y)
    for zero_pos, count in ((True, plus), (False, own)):
        assert crossings_by_hand(y, threshold, zero_pos) == count
        got = arrays.back(dk.zero_crossings(arrays(y), threshold=threshold, zero_pos=zero_pos, pad=False))
        assert got.dtype == bool
        assert got.sum() == count
        assert not got[0]
        padded = arrays.back(dk.zero_crossings(arrays(y), threshold=threshold, zero_pos=zero_pos))
        assert padded[0]
        np.testing.assert_array_equal(padded[1:], got[1:])


@pytest.mark.parametrize("zero_pos", [True, False])
@pytest.mark.parametrize("threshold", [0.0, 1e-10, 0.05])
@on_dtypes
def test_zero_crossings_are_librosas(rng, dtype, threshold, zero_pos):
    librosa = pytest.importorskip("librosa")
    y = sound(rng, 2, 3000, dtype=dtype)
    for pad in (True, False):
        settings = {"threshold": threshold, "zero_pos": zero_pos, "pad": pad}
        np.testing.assert_array_equal(dk.zero_crossings(y, **settings), librosa.zero_crossings(y, **settings))


@pytest.mark.parametrize("settings", [{}, {"zero_pos": False}, {"threshold": 0.05}, {"pad": True}], ids=str)
@on_framings
def test_zero_crossing_rate_by_hand_and_librosas(arrays, rng, settings, frame_length, hop_length, center, pad_mode, n):
    y = sound(rng, 2, n)
    sizes = {"frame_length": frame_length, "hop_length": hop_length, "center": center}
    got = arrays.back(dk.zero_crossing_rate(arrays(y), **sizes, pad_mode=pad_mode, **settings))
    signs = {"threshold": 1e-10, "zero_pos": True, **settings}
    first = signs.pop("pad", False)
    frames = cut(y, **sizes, pad_mode=pad_mode)
    expected = [[(first + crossings_by_hand(f, **signs)) / frame_length for f in channel] for channel in frames]
    np.testing.assert_allclose(got, expected, rtol=1e-15)
    if arrays.name == "numpy":
        librosa = pytest.importorskip("librosa")
        theirs = librosa.feature.zero_crossing_rate(y, **sizes, **settings)  # always continues by edge values
        ours = dk.zero_crossing_rate(y, **sizes, **settings, keepdims=True)
        np.testing.assert_allclose(ours, theirs, rtol=1e-15)


def test_zero_crossing_rate_keeps_float32(arrays, rng):
    assert dk.zero_crossing_rate(arrays(sound(rng, 900, dtype="float32")), frame_length=100).dtype == arrays.xp.float32


@pytest.mark.parametrize("freq", [50.0, 440.0, 1700.0, 3990.0])
def test_a_sine_crosses_zero_twice_in_a_period(freq):
    y = dk.sine(freq, sr=SR, duration=2.0, phase=0.3)
    rate = dk.zero_crossing_rate(y, frame_length=4000, hop_length=1000, center=False)
    assert np.max(np.abs(rate - 2 * freq / SR)) <= 1.01 / 4000  # one crossing more or less


def test_white_noise_changes_its_sign_at_every_other_sample():
    y = dk.noise(sr=SR, duration=32.0, seed=3)
    rate = dk.zero_crossings(y, pad=False).mean()
    assert abs(rate - 0.5) < 4 * 0.5 / math.sqrt(y.size)  # four standard deviations


# --- Autocorrelation ----------------------------------------------------------------------------------------------


@on_dtypes
@pytest.mark.parametrize("n", [1, 2, 3, 100, 257])
def test_autocorrelation_is_its_sum(arrays, rng, dtype, n):
    y = sound(rng, 2, 3, n, dtype=dtype) + np.float32(0.1)
    exact = np.array([np.correlate(x, x, "full")[n - 1 :] for x in y.reshape(-1, n).astype("float64")])
    atol = (1e-14 if dtype == "float64" else 1e-6) * exact.max()
    for method in ("fft", "direct"):
        got = arrays.back(dk.autocorrelation(arrays(y), method=method))
        assert got.dtype == dtype
        np.testing.assert_allclose(got.reshape(exact.shape), exact, rtol=0, atol=atol)
    for size in (1, min(n, 7), 10 * n):
        few = arrays.back(dk.autocorrelation(arrays(y), max_size=size))
        assert few.shape == (2, 3, min(n, size))
        np.testing.assert_allclose(few.reshape(6, -1), exact[:, :size], rtol=0, atol=atol)


def test_autocorrelation_is_librosas(rng):
    librosa = pytest.importorskip("librosa")
    y = sound(rng, 2, 3000)
    for size in (None, 500, 9000):
        np.testing.assert_allclose(
            dk.autocorrelation(y, max_size=size), librosa.autocorrelate(y, max_size=size), atol=1e-11
        )


@pytest.mark.parametrize("method", ["fft", "direct"])
def test_scales(arrays, rng, method):
    y = 1e-3 * sound(rng, 2, 100)
    r = np.array([np.correlate(x, x, "full")[99:] for x in y])
    expected = {
        None: r,
        "biased": r / 100,
        "unbiased": r / (100 - np.arange(100)),
        "coeff": r / r[:, :1],
    }
    for scale, values in expected.items():
        got = arrays.back(dk.autocorrelation(arrays(y), scale=scale, method=method))
        np.testing.assert_allclose(got, values, rtol=0, atol=1e-13 * values.max())
    silence = arrays(np.zeros((2, 5)))
    np.testing.assert_array_equal(
        arrays.back(dk.autocorrelation(silence, scale="coeff", method=method)), np.zeros((2, 5))
    )


def test_no_lag_is_above_lag_0_and_a_period_comes_back():
    y = np.tile([0.3, -0.1, 0.2, -0.5, 0.1], 40)
    r = dk.autocorrelation(y, scale="unbiased")
    np.testing.assert_allclose(r[::5][:39], r[0], rtol=1e-12)
    assert np.all(np.abs(dk.autocorrelation(y)[1:]) < dk.autocorrelation(y)[0])


# --- Pitch --------------------------------------------------------------------------------------------------------


def cents(f, reference):
    return 1200 * np.log2(f / reference)


@on_dtypes
@pytest.mark.parametrize("freq", [82.41, 110.0, 146.83, 220.0, 440.0, 659.26, 880.0])
@pytest.mark.parametrize("partials", [1, 8])
def test_pitch_of_steady_tones(arrays, dtype, freq, partials):
    y = dk.harmonic_tone(freq, sr=22050, duration=0.5, partials=partials, dtype=dtype)
    f0, strength = dk.pitch_autocorrelation(arrays(y), sr=22050, center=False)
    f0, strength = arrays.back(f0), arrays.back(strength)
    assert f0.dtype == strength.dtype == dtype
    assert f0.shape == strength.shape == (18,)
    assert np.max(np.abs(cents(f0, freq))) < 4.0
    assert abs(np.median(cents(f0, freq))) < 0.9
    # A periodic frame of n samples: n − T products of n are left at lag T.
    np.testing.assert_allclose(strength, 1 - 22050 / freq / 2048, atol=0.02)


def test_between_two_lags_the_parabola_finds_the_top():
    # 430.1 Hz has a period of 51.27 samples; the nearest whole lag, 51, would be 432.4 Hz, 9 cents too high.
    y = dk.sine(430.1, sr=22050, duration=0.5)
    f0, _ = dk.pitch_autocorrelation(y, sr=22050, center=False)
    assert np.max(np.abs(cents(f0, 430.1))) < 1.5
    assert cents(22050 / 51, 430.1) > 9


def test_pitch_of_a_batch_is_that_of_each_sound(arrays, rng):
    y = np.stack([dk.sine(f, sr=SR, duration=0.4) for f in (100.0, 200.0, 300.0)]).reshape(3, 1, -1)
    both = dk.pitch_autocorrelation(arrays(y), sr=SR, frame_length=512, fmin=70, fmax=400)
    assert both.f0.shape == both.strength.shape == (3, 1, 26)
    for i in range(3):
        one = dk.pitch_autocorrelation(arrays(y[i, 0]), sr=SR, frame_length=512, fmin=70, fmax=400)
        np.testing.assert_allclose(arrays.back(both.f0)[i, 0], arrays.back(one.f0), rtol=1e-5)


def test_more_frames_than_fit_into_one_block():
    y = dk.chirp(100.0, 300.0, sr=SR, duration=1.0, dtype="float64")
    sizes = {"sr": SR, "frame_length": 256, "hop_length": 5, "fmin": 80, "center": False}
    f0, _ = dk.pitch_autocorrelation(y, **sizes)
    assert f0.shape == (1549,)
    for t in (0, 511, 512, 1023, 1024, 1548):
        alone = dk.pitch_autocorrelation(y[5 * t : 5 * t + 256], **sizes)
        np.testing.assert_allclose(f0[t], alone.f0, rtol=1e-12)


@pytest.mark.parametrize("level", [0.0, 0.1, -0.7, 1e30])
@pytest.mark.parametrize("scale", ["biased", "unbiased"])
@on_dtypes
def test_silence_and_constants_have_no_pitch(arrays, dtype, scale, level):
    y = arrays(np.full((2, 3000), level, dtype=dtype))
    f0, strength = dk.pitch_autocorrelation(y, sr=SR, frame_length=1024, scale=scale, center=False)
    assert np.all(np.isnan(arrays.back(f0)))
    assert np.all(arrays.back(strength) == 0)


@on_dtypes
def test_steps_of_the_last_bit_have_no_pitch(dtype):
    level = np.array(0.7, dtype=dtype)
    y = np.where(np.arange(3000) % 50 < 25, level, np.nextafter(level, np.array(1, dtype=dtype)))
    assert np.all(np.isnan(dk.pitch_autocorrelation(y, sr=SR, frame_length=1024, center=False).f0))


# A period of 51.27 samples has its peak at lag 51, one of 51.7 at lag 52: outside of the range, if the ends of the
# range are rounded the wrong way.
@pytest.mark.parametrize("limits", [{"fmin": 200.0, "fmax": 430.1}, {"fmin": 426.5, "fmax": 900.0}])
def test_the_ends_of_the_range_are_in_it(limits):
    freq = limits["fmax"] if limits["fmax"] < 900 else limits["fmin"]
    f0, _ = dk.pitch_autocorrelation(dk.sine(freq, sr=22050), sr=22050, center=False, **limits)
    assert np.max(np.abs(cents(f0, freq))) < 1.5


@pytest.mark.parametrize("factor", [1e-30, 1e-6, 1e30])
def test_pitch_does_not_depend_on_level(factor):
    y = dk.sine(150.0, sr=SR, duration=0.4)
    expected = dk.pitch_autocorrelation(y, sr=SR, frame_length=512)
    got = dk.pitch_autocorrelation(y * np.float32(factor), sr=SR, frame_length=512)
    np.testing.assert_allclose(got.f0, expected.f0, rtol=1e-5)
    np.testing.assert_allclose(got.strength, expected.strength, atol=1e-5)


def test_a_steady_offset_does_not_change_the_pitch():
    y = dk.sine(150.0, sr=SR, duration=0.4, dtype="float64")
    sizes = {"sr": SR, "frame_length": 640, "center": False}  # twelve periods: the sine's own mean is 0
    expected, got = dk.pitch_autocorrelation(y, **sizes), dk.pitch_autocorrelation(y + 0.7, **sizes)
    np.testing.assert_allclose(got.f0, expected.f0, rtol=1e-10)


def test_noise_is_weak():
    strength = dk.pitch_autocorrelation(dk.noise(sr=22050, duration=1.0), sr=22050, center=False).strength
    # White noise: r / r[0] has a standard deviation of 1/√n; the highest of some 300 lags is about three of them.
    assert np.max(strength) < 5 / math.sqrt(2048)
    assert np.min(strength) > 1 / math.sqrt(2048)


def test_octave_errors_are_those_of_the_scale():
    # On the unbiased curve all multiples of the period are as high as the first, and chance chooses among them.
    y = dk.harmonic_tone(523.0, sr=22050, duration=0.5, partials=10)
    right = dk.pitch_autocorrelation(y, sr=22050, center=False)
    wrong = dk.pitch_autocorrelation(y, sr=22050, center=False, scale="unbiased")
    assert np.max(np.abs(cents(right.f0, 523.0))) < 1.0
    periods = np.round(523.0 / wrong.f0)
    assert np.max(np.abs(cents(wrong.f0, 523.0 / periods))) < 1.0
    assert np.mean(periods > 1) > 0.5
    narrow = dk.pitch_autocorrelation(y, sr=22050, center=False, scale="unbiased", fmin=400, fmax=700)
    assert np.max(np.abs(cents(narrow.f0, 523.0))) < 1.0


def test_an_octave_too_high_where_every_other_partial_is_weak():
    y = dk.harmonic_tone(150.0, sr=22050, duration=0.5, partials=[0.02, 1.0, 0.02, 1.0, 0.02, 1.0])
    f0, _ = dk.pitch_autocorrelation(y, sr=22050, center=False)
    assert np.max(np.abs(cents(f0, 300.0))) < 5.0


# --- What is refused ----------------------------------------------------------------------------------------------

FEATURES = {
    "rms": lambda y, **k: dk.rms(y, **{"frame_length": 64, **k}),
    "amplitude_envelope": lambda y, **k: dk.amplitude_envelope(y, **{"frame_length": 64, **k}),
    "short_time_energy": lambda y, **k: dk.short_time_energy(y, **{"frame_length": 64, **k}),
    "zero_crossing_rate": lambda y, **k: dk.zero_crossing_rate(y, **{"frame_length": 64, **k}),
    "pitch_autocorrelation": lambda y, **k: dk.pitch_autocorrelation(y, **{"sr": SR, "frame_length": 256, **k}),
}
OTHERS = {
    "rms of all": lambda y: dk.rms(y),
    "zero_crossings": lambda y: dk.zero_crossings(y),
    "autocorrelation": lambda y: dk.autocorrelation(y),
    "autocorrelation, direct": lambda y: dk.autocorrelation(y, method="direct"),
}
BAD_SOUNDS = {
    "int16": (np.ones(999, dtype="int16"), TypeError, r"y holds int16 samples.*to_float\(y\)"),
    "complex": (np.ones(999, dtype="complex64"), TypeError, "Take the real part"),
    "empty": (np.zeros((2, 0)), ValueError, r"y is empty: shape \(2, 0\)"),
    "a number": (np.float64(0.5), ValueError, "y is a single number"),
    "NaN": (np.where(np.arange(999) == 500, np.nan, 0.1), ValueError, "y holds 1 values that are NaN or infinite"),
    "infinite": (np.where(np.arange(999) == 500, -np.inf, 0.1), ValueError, "y holds 1 values that are NaN or inf"),
}


@pytest.mark.parametrize(("y", "error", "message"), BAD_SOUNDS.values(), ids=BAD_SOUNDS.keys())
@pytest.mark.parametrize("feature", [*FEATURES.values(), *OTHERS.values()], ids=[*FEATURES, *OTHERS])
def test_bad_sounds_are_refused_by_every_feature(feature, y, error, message):
    with pytest.raises(error, match=message):
        feature(y)


BAD_SIZES = {
    "frame of nothing": ({"frame_length": 0}, ValueError, "frame_length=0 is too small"),
    "half a frame": ({"frame_length": 64.5}, TypeError, "frame_length=64.5 is a float; expected a whole number"),
    "no hop": ({"hop_length": 0}, ValueError, "hop_length=0 is too small; expected at least 1 samples"),
    "backwards": ({"hop_length": -5}, ValueError, "hop_length=-5"),
    "unknown padding": ({"pad_mode": "reflex"}, ValueError, "pad_mode='reflex' is not known. Did you mean 'reflect'"),
    "too short": ({"frame_length": 2048, "center": False}, ValueError, r"shape \(999,\) is shorter than one frame"),
}


@pytest.mark.parametrize(("settings", "error", "message"), BAD_SIZES.values(), ids=BAD_SIZES.keys())
@pytest.mark.parametrize("feature", FEATURES.values(), ids=FEATURES)
def test_bad_sizes_are_refused_by_every_feature(feature, settings, error, message):
    with pytest.raises(error, match=message):
        feature(np.full(999, 0.1), **settings)


Y = np.full(999, 0.1)
BAD_SETTINGS = {
    "hop without frame": (lambda: dk.rms(Y, hop_length=64), "hop_length=64 came without frame_length"),
    "one sample has no neighbour": (lambda: dk.zero_crossing_rate(Y, frame_length=1), "expected at least 2 samples"),
    "negative threshold": (lambda: dk.zero_crossings(Y, threshold=-1), "threshold=-1; expected zero or a positive"),
    "NaN threshold": (lambda: dk.zero_crossing_rate(Y, threshold=np.nan), "threshold=nan"),
    "no lags": (lambda: dk.autocorrelation(Y, max_size=0), "max_size=0 is too small; expected at least 1 lags"),
    "unknown scale": (lambda: dk.autocorrelation(Y, scale="unbias"), "Did you mean 'unbiased'"),
    "unknown method": (lambda: dk.autocorrelation(Y, method="fast"), "method='fast' is not known"),
    "pitch by coefficient": (lambda: dk.pitch_autocorrelation(Y, sr=SR, scale="coeff"), "scale='coeff' is not known"),
    "no rate": (lambda: dk.pitch_autocorrelation(Y, sr=0), "sr=0; expected a positive number of hertz"),
    "fmin 0": (lambda: dk.pitch_autocorrelation(Y, sr=SR, fmin=0), "fmin=0"),
    "fmin above fmax": (lambda: dk.pitch_autocorrelation(Y, sr=SR, fmin=500, fmax=400), "fmin=500 Hz is not below"),
    "fmin at fmax": (lambda: dk.pitch_autocorrelation(Y, sr=SR, fmin=400, fmax=400), "fmin=400 Hz is not below"),
    "fmax too high": (
        lambda: dk.pitch_autocorrelation(Y, sr=SR, fmax=3000),
        r"fmax=3000 Hz has a period of 2.7 samples; expected 4 or more, fmax up to 2000 Hz",
    ),
    "frame too short": (
        lambda: dk.pitch_autocorrelation(Y, sr=SR, fmin=60, frame_length=256),
        r"frame_length=256 holds less than two periods of fmin=60 Hz.*Take frame_length=267 or more",
    ),
    "squares too large": (lambda: dk.rms(np.full(9, 1e200)), "up to 1e.200: their squares are too large for float64"),
    "products too large": (
        lambda: dk.autocorrelation(np.full(9, 1e30, dtype="float32")),
        r"values up to 1e\+30: their squares are too large for float32",
    ),
    "sums too large": (
        lambda: dk.short_time_energy(np.full(9, 1e30, dtype="float32"), frame_length=2),
        "too large for float32",
    ),
}


@pytest.mark.parametrize(("call", "message"), BAD_SETTINGS.values(), ids=BAD_SETTINGS.keys())
def test_what_cannot_be_is_refused_in_words(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_the_frame_length_in_the_message_is_enough():
    dk.pitch_autocorrelation(Y, sr=SR, fmin=60, frame_length=267)
