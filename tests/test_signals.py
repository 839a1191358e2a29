"""Lesson 00's sounds: each is what its formula says, at the level it says, on every run."""

import math

import numpy as np
import pytest

import dspkit as dk

SOUNDS = {
    "sine": lambda **k: dk.sine(440, **k),
    "linear chirp": lambda **k: dk.chirp(100, 3000, **k),
    "exponential chirp": lambda **k: dk.chirp(100, 3000, kind="exponential", **k),
    "click": lambda **k: dk.click(0.1, **k),
    "white noise": lambda **k: dk.noise(kind="white", **k),
    "pink noise": lambda **k: dk.noise(kind="pink", **k),
    "harmonic tone": lambda **k: dk.harmonic_tone(220, **k),
    "pluck": lambda **k: dk.pluck(220, **k),
    "melody": lambda **k: dk.melody(**k),
    "drum loop": lambda **k: dk.drum_loop(**k),
    "vowels": lambda **k: dk.vowels(**k),
}
RANDOM = {name: SOUNDS[name] for name in ("white noise", "pink noise", "pluck", "melody", "drum loop")}
each_sound = pytest.mark.parametrize("sound", SOUNDS.values(), ids=SOUNDS.keys())


def db(ratio):
    return 20 * math.log10(ratio)


def rms(y):
    return math.sqrt(np.mean(np.square(y, dtype="float64")))


@each_sound
@pytest.mark.parametrize(("sr", "duration", "n"), [(8000, 0.5, 4000), (22050, 1.0, 22050), (44100, 0.3333, 14699)])
def test_length_dtype_and_repetition(sound, sr, duration, n):
    y = sound(sr=sr, duration=duration)
    assert (y.shape, y.dtype) == ((n,), "float32")
    assert np.all(np.isfinite(y))
    np.testing.assert_array_equal(y, sound(sr=sr, duration=duration))
    exact = sound(sr=sr, duration=duration, dtype="float64")
    assert exact.dtype == "float64"
    np.testing.assert_array_equal(y, exact.astype("float32"))  # the same sound, rounded once


@each_sound
def test_levels_are_low_enough_to_be_played_as_they_are(sound):
    y = sound(duration=2.0)
    assert np.max(np.abs(y)) <= 0.5
    assert db(rms(y)) < -16.5


SHORT = {**SOUNDS, "click": dk.click}


@pytest.mark.parametrize(
    ("name", "n"), [(name, n) for name in SHORT for n in (1, 2, 3, 50) if (name, n) != ("pink noise", 1)]
)
def test_very_short_sounds(name, n):
    assert SHORT[name](sr=8000, duration=n / 8000).shape == (n,)


@pytest.mark.parametrize("sound", RANDOM.values(), ids=RANDOM.keys())
def test_seeds(sound):
    first, again, other = (sound(duration=0.5, seed=seed) for seed in (3, 3, 4))
    np.testing.assert_array_equal(first, again)
    assert abs(np.corrcoef(first, other)[0, 1]) < 0.999


def test_sine_is_the_formula():
    t = np.arange(441) / 44100
    y = dk.sine(997, sr=44100, duration=0.01, amplitude=0.3, phase=0.7, dtype="float64")
    np.testing.assert_allclose(y, 0.3 * np.sin(2 * np.pi * 997 * t + 0.7), atol=1e-13)
    whole = dk.sine(100, sr=8000, duration=1.0, amplitude=0.3, dtype="float64")  # whole periods
    assert rms(whole) == pytest.approx(0.3 / math.sqrt(2), rel=1e-14)
    cosine = dk.sine(100, sr=8000, phase=math.pi / 2, amplitude=1.0)
    assert cosine[0] == 1.0


@pytest.mark.parametrize("kind", ["linear", "exponential"])
@pytest.mark.parametrize(("f0", "f1"), [(200.0, 3000.0), (3000.0, 200.0), (500.0, 500.0)])
def test_chirp_has_the_instantaneous_frequency_of_its_formula(kind, f0, f1):
    import scipy.signal

    sr, duration = 48000, 2.0
    y = dk.chirp(f0, f1, sr=sr, duration=duration, kind=kind, amplitude=0.4, phase=0.3, dtype="float64")
    t = np.arange(y.size) / sr
    peer = scipy.signal.chirp(
        t, f0, duration, f1, method="linear" if kind == "linear" else "logarithmic", phi=math.degrees(0.3) - 90
    )
    np.testing.assert_allclose(y, 0.4 * peer, atol=1e-9)
    # And without a peer: the phase of the analytic signal moves at f(t).
    phase = np.unwrap(np.angle(scipy.signal.hilbert(y)))
    measured = np.diff(phase) * sr / (2 * np.pi)
    middle = t[:-1] + 0.5 / sr
    x = middle / duration
    formula = f0 + (f1 - f0) * x if kind == "linear" else f0 * (f1 / f0) ** x
    inside = slice(sr // 5, -sr // 5)
    np.testing.assert_allclose(measured[inside], formula[inside], atol=0.02 * max(f0, f1))


def test_chirp_may_start_at_zero_hertz_if_linear():
    y = dk.chirp(0, 1000, sr=8000, duration=1.0, dtype="float64")
    t = np.arange(8000) / 8000
    np.testing.assert_allclose(y, 0.2 * np.sin(2 * np.pi * 500 * t**2), atol=1e-12)


def test_clicks_stand_where_they_were_asked():
    y = dk.click([0.0, 0.25, 0.9999], sr=10000, duration=1.0, amplitude=0.25)
    np.testing.assert_array_equal(np.flatnonzero(y), [0, 2500, 9999])
    assert set(y[[0, 2500, 9999]]) == {0.25}
    spectrum = np.abs(np.fft.rfft(dk.click(0.1, sr=1000, duration=0.512, dtype="float64")))
    np.testing.assert_allclose(spectrum, 0.5, rtol=1e-12)  # flat: all frequencies alike


@pytest.mark.parametrize("kind", ["white", "pink"])
@pytest.mark.parametrize("level", [0.1, 0.01])
def test_noise_has_exactly_the_rms_asked_for(kind, level):
    y = dk.noise(kind=kind, rms=level, duration=3.0, dtype="float64")
    assert rms(y) == pytest.approx(level, rel=1e-13)


@pytest.mark.parametrize(("kind", "db_per_octave"), [("white", 0.0), ("pink", -10 * math.log10(2))])
def test_noise_slope(kind, db_per_octave):
    import scipy.signal

    sr = 44100
    y = dk.noise(kind=kind, sr=sr, duration=20.0, dtype="float64", seed=7)
    f, power = scipy.signal.welch(y, sr, nperseg=8192)
    band = (f > 40) & (f < 20000)
    slope = np.polyfit(np.log2(f[band]), 10 * np.log10(power[band]), 1, w=1 / np.sqrt(f[band]))[0]
    assert slope == pytest.approx(db_per_octave, abs=0.06)
    octaves = [power[(f > low) & (f <= 2 * low)].sum() for low in (100, 200, 400, 800, 1600, 3200, 6400)]
    steps = 10 * np.log10(np.array(octaves[1:]) / octaves[:-1])
    np.testing.assert_allclose(steps, db_per_octave + 10 * math.log10(2), atol=0.6)


def test_white_noise_is_gaussian():
    import scipy.stats

    y = dk.noise(duration=5.0, dtype="float64") / 0.1
    assert scipy.stats.kstest(y, "norm").pvalue > 0.01
    assert abs(np.mean(y)) < 4 / math.sqrt(y.size)


def test_pink_noise_has_no_dc():
    y = dk.noise(kind="pink", duration=1.0, dtype="float64")
    assert abs(np.mean(y)) < 1e-15


def test_harmonic_tone_has_the_partials_asked_for_and_none_above_half_the_sample_rate():
    sr, strengths = 8000, (1.0, 0.0, 0.5, 0.25)
    y = dk.harmonic_tone(500, sr=sr, duration=1.0, partials=strengths, amplitude=0.2, dtype="float64")
    amplitudes = 2 * np.abs(np.fft.rfft(y)) / y.size  # one bin a hertz
    np.testing.assert_allclose(amplitudes[[500, 1000, 1500, 2000]], 0.2 * np.array(strengths), atol=1e-12)
    many = dk.harmonic_tone(1500, sr=sr, duration=1.0, partials=20, dtype="float64")  # 1500 and 3000 fit
    lines = 2 * np.abs(np.fft.rfft(many)) / many.size
    assert set(np.flatnonzero(lines > 1e-9)) == {1500, 3000}


@pytest.mark.parametrize("sr", [22050, 44100, 48000])
@pytest.mark.parametrize("freq", [27.5, 82.41, 110.0, 261.63, 440.0, 987.77, 1318.51])
def test_pluck_is_in_tune_to_a_twentieth_of_a_cent(freq, sr):
    y = dk.pluck(freq, sr=sr, duration=2.0, dtype="float64")
    f, Y = _spectrum(y, sr)
    near = (f > freq / 1.1) & (f < freq * 1.1)
    k = int(np.argmax(np.where(near, Y, 0.0)))
    a, b, c = np.log(Y[k - 1 : k + 2])  # a Gaussian window's peak is a parabola in decibels: exact
    peak = f[k] + (a - c) / (2 * (a - 2 * b + c)) * (f[1] - f[0])
    assert abs(1200 * math.log2(peak / freq)) < 0.05


def _spectrum(y, sr):
    x = (np.arange(y.size) - y.size / 2) / y.size
    padded = 4 * y.size
    return np.arange(padded // 2 + 1) * sr / padded, np.abs(np.fft.rfft(y * np.exp(-50 * x**2), padded))


@pytest.mark.parametrize(("freq", "decay"), [(110.0, 4.0), (110.0, 1.0), (220.0, 2.0), (440.0, 1.0)])
def test_pluck_fundamental_dies_by_60_db_in_decay_seconds(freq, decay):
    sr = 44100
    y = dk.pluck(freq, sr=sr, duration=1.5, decay=decay, dtype="float64")
    early, late = (
        abs(np.sum(part * np.hanning(part.size) * np.exp(-2j * np.pi * freq * np.arange(part.size) / sr)))
        for part in (y[sr // 4 : sr // 2], y[sr : sr + sr // 4])
    )
    assert db(early / late) == pytest.approx(60 * 0.75 / decay, rel=0.02)


def test_pluck_is_the_recursion_of_karplus_and_strong():
    # Where a period is N + 1/2 + 1 samples, C = 0: the loop is a delay of N + 1 and the plain average.
    sr, N = 8000, 40
    y = dk.pluck(sr / (N + 1.5), sr=sr, duration=0.2, decay=0.5, amplitude=0.3, dtype="float64")
    rest = y[N + 2 :] / (0.5 * (y[1 : -N - 1] + y[: -N - 2]))
    np.testing.assert_allclose(rest[np.abs(y[N + 2 :]) > 1e-4], np.median(rest), rtol=1e-9)
    assert 0.9 < np.median(rest) < 1.0


@pytest.mark.parametrize(
    ("vowel", "formants"),
    [("a", (730, 1090)), ("e", (530, 1840)), ("i", (270, 2290)), ("o", (570, 840)), ("u", (300, 870))],
)
def test_vowels_have_the_formants_of_peterson_and_barney(vowel, formants):
    import scipy.linalg
    import scipy.signal

    sr = 8000
    y = dk.vowels(vowel, sr=sr, duration=1.0, dtype="float64", f0=80)
    y = scipy.signal.lfilter([1, -0.97], [1], y)[2000:6000] * np.hanning(4000)  # flatten the source: 1/k
    r = np.correlate(y, y, "full")[3999 : 3999 + 9]
    a = scipy.linalg.solve_toeplitz(r[:8], -r[1:9])  # linear prediction of order 8
    poles = np.roots(np.concatenate([[1.0], a]))
    poles = poles[(poles.imag > 0) & (np.abs(poles) > 0.8)]
    found = np.sort(np.angle(poles) * sr / (2 * np.pi))
    for formant in formants:
        assert np.min(np.abs(found - formant)) < max(0.08 * formant, 45), found


def test_vowels_pitch_sinks_by_a_tenth_and_all_vowels_are_about_equally_strong():
    y = dk.vowels("ai", duration=2.0, dtype="float64")
    a, i = y[6000:16000], y[28000:38000]
    assert db(rms(a) / rms(i)) == pytest.approx(0.0, abs=1.0)
    for part, middle in ((a, 11000 / 44100), (i, 33000 / 44100)):
        r = np.correlate(part, part, "full")[part.size - 1 :]
        lag = 100 + int(np.argmax(r[100:400]))
        assert 22050 / lag == pytest.approx(120 * (1 - 0.1 * middle), rel=0.015)


def test_melody_plays_its_notes():
    sr = 22050
    y = dk.melody(sr=sr, dtype="float64")
    for step, midi in ((1, 76), (2, 74), (5, 72), (10, 79), (13, 78)):
        part = y[round((step * 0.25 + 0.02) * sr) : round((step * 0.25 + 0.24) * sr)]
        levels = {
            m: abs(np.sum(part * np.hanning(part.size) * np.exp(-2j * np.pi * f * np.arange(part.size) / sr)))
            for m in range(midi - 2, midi + 3)
            for f in [440 * 2 ** ((m - 69) / 12)]
        }
        assert max(levels, key=levels.get) == midi
    longer = dk.melody(sr=sr, duration=8.0, seed=0, dtype="float64")
    assert rms(longer[4 * sr :]) > 0.5 * rms(longer[: 4 * sr])  # it begins anew


def test_drum_loop_strikes_on_the_beat():
    sr = 22050
    y = dk.drum_loop(sr=sr, duration=4.0, tempo=120)
    for strike in range(1, 16):
        before, after = y[strike * sr // 4 - 220 : strike * sr // 4], y[strike * sr // 4 : strike * sr // 4 + 220]
        high_before, high_after = rms(np.diff(before)), rms(np.diff(after))
        assert high_after > 3 * high_before
    fast = dk.drum_loop(sr=sr, duration=2.0, tempo=240)
    assert rms(np.diff(fast[sr // 8 : sr // 8 + 200])) > 3 * rms(np.diff(fast[sr // 8 - 200 : sr // 8]))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shape", [(100,), (2, 100), (3, 2, 100)])
@pytest.mark.parametrize("ends", ["both", "in", "out"])
def test_fade(arrays, shape, dtype, ends):
    y = np.ones(shape, dtype=dtype)
    got = arrays.back(dk.fade(arrays(y), 1000, 0.02, ends=ends))
    assert (got.shape, got.dtype) == (shape, dtype)
    rise = 0.5 - 0.5 * np.cos(np.pi * np.arange(20) / 20)
    expected = np.ones(100)
    if ends != "out":
        expected[:20] *= rise
    if ends != "in":
        expected[-20:] *= rise[::-1]
    np.testing.assert_allclose(got, np.broadcast_to(expected, shape), atol=1e-7 if dtype == "float32" else 1e-15)
    assert np.all(y == 1)  # a copy


def test_fade_may_meet_in_the_middle():
    assert dk.fade(np.ones(4), 1000, 0.002).shape == (4,)
    np.testing.assert_array_equal(dk.fade(np.ones(2), 1000, 1e-5), [1.0, 1.0])  # less than a sample: nothing


BAD = {
    "above Nyquist": (lambda: dk.sine(5000, sr=8000), ValueError, "freq=5000 Hz is above half the sample rate, 4000"),
    "chirp above Nyquist": (lambda: dk.chirp(100, 5000, sr=8000), ValueError, "f1=5000"),
    "exponential from 0": (lambda: dk.chirp(0, 100, kind="exponential"), ValueError, "never reaches 0 Hz"),
    "chirp kind": (lambda: dk.chirp(1, 2, kind="exponentail"), ValueError, "Did you mean 'exponential'"),
    "no length": (lambda: dk.sine(100, duration=0), ValueError, "duration=0"),
    "less than a sample": (lambda: dk.sine(100, duration=1e-6), ValueError, "less than one sample"),
    "negative rate": (lambda: dk.melody(sr=-1), ValueError, "sr=-1"),
    "endless": (lambda: dk.vowels(duration=math.inf), ValueError, "duration=inf"),
    "loud": (lambda: dk.sine(100, amplitude=20), ValueError, "amplitude=20 is above full scale"),
    "int dtype": (lambda: dk.sine(100, dtype="int16"), TypeError, "to_pcm16"),
    "no dtype": (lambda: dk.sine(100, dtype="nonsense"), TypeError, "float32 or float64"),
    "noise kind": (lambda: dk.noise(kind="pnik"), ValueError, "Did you mean 'pink'"),
    "noise level": (lambda: dk.noise(rms=0), ValueError, "rms=0"),
    "one pink sample": (lambda: dk.noise(kind="pink", sr=1000, duration=0.001), ValueError, "at least 2"),
    "negative seed": (lambda: dk.noise(seed=-1), ValueError, "seed=-1"),
    "half a seed": (lambda: dk.pluck(100, seed=0.5), TypeError, "whole number"),
    "late click": (lambda: dk.click(2.0, duration=1.0), ValueError, "click at 2 s is outside"),
    "early click": (lambda: dk.click(-0.1), ValueError, "times=-0.1"),
    "no partials": (lambda: dk.harmonic_tone(100, partials=()), ValueError, "partials="),
    "zero partials": (lambda: dk.harmonic_tone(100, partials=0), ValueError, "partials=0"),
    "partials in text": (lambda: dk.harmonic_tone(100, partials="many"), ValueError, "partials='many'"),
    "NaN partial": (lambda: dk.harmonic_tone(100, partials=[1, math.nan]), ValueError, "partials="),
    "low string": (lambda: dk.pluck(1), ValueError, "from 20 Hz"),
    "high string": (lambda: dk.pluck(8000), ValueError, "5512.5 Hz"),
    "no decay": (lambda: dk.pluck(100, decay=0), ValueError, "decay=0"),
    "no tempo": (lambda: dk.drum_loop(tempo=0), ValueError, "tempo=0"),
    "no vowel": (lambda: dk.vowels(""), ValueError, "expected vowels"),
    "consonant": (lambda: dk.vowels("aba"), ValueError, "'b' is not known"),
    "long fade": (lambda: dk.fade(np.ones(10), 1000, 0.006), ValueError, "at both ends does not fit into 10"),
    "fade of integers": (lambda: dk.fade(np.ones(10, dtype="int16"), 1000), TypeError, "to_float"),
    "fade ends": (lambda: dk.fade(np.ones(1000), 1000, ends="start"), ValueError, "Known: both, in, out"),
}


@pytest.mark.parametrize(("call", "error", "message"), BAD.values(), ids=BAD.keys())
def test_bad_input_is_refused_in_words(call, error, message):
    with pytest.raises(error, match=message):
        call()
