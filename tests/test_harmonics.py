"""Lesson 02: oscillators, strings, partials, pitch, instruments."""

import math

import numpy as np
import pytest
import scipy.integrate

import dspkit as dk

SR = 8000
OMEGA = 2 * np.pi * 3.0  # a spring of 3 Hz with a mass of 1 kg


def solved(stiffness, mass, damping, position, velocity, t):
    """Newton's equation, integrated by SciPy."""

    def slopes(_t, state):
        return state[1], -(stiffness * state[0] + damping * state[1]) / mass

    return scipy.integrate.solve_ivp(slopes, (0, t[-1]), (position, velocity), t_eval=t, rtol=1e-11, atol=1e-12).y


# --- Things that swing --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("damping", [0.0, 0.8, 7.999, 8.0, 8.001, 30.0])  # critical: 2·√(2·8) = 8
def test_the_closed_form_is_newtons_equation(damping):
    given = {"stiffness": 8.0, "mass": 2.0, "damping": damping, "position": 0.3, "velocity": -1.2}
    got = dk.harmonic_oscillator(**given, sr=50, duration=6.0)
    x, v = solved(**given, t=np.arange(300) / 50)
    np.testing.assert_allclose(got.position, x, atol=1e-8)
    np.testing.assert_allclose(got.velocity, v, atol=1e-8)
    np.testing.assert_allclose(got.energy, v**2 + 4 * x**2, atol=1e-8)


def test_heavy_friction_is_computed_without_a_difference_of_near_numbers():
    """Then x' = −(stiffness / damping)·x."""
    x = dk.harmonic_oscillator(stiffness=1.0, damping=1e8, sr=1e-7, duration=1e9).position
    np.testing.assert_allclose(x, np.exp(-np.arange(100) / 10), rtol=1e-6)
    near = dk.harmonic_oscillator(stiffness=1.0, damping=2 * (1 + 1e-15), sr=10, duration=3).position
    exact = dk.harmonic_oscillator(stiffness=1.0, damping=2.0, sr=10, duration=3).position
    np.testing.assert_allclose(near, exact, atol=1e-13)


def test_energy_is_kept_without_friction_and_lost_with_it():
    free = dk.harmonic_oscillator(stiffness=OMEGA**2, velocity=2.0, sr=1000, duration=5.0)
    np.testing.assert_allclose(free.energy, 0.5 * OMEGA**2 + 2.0, rtol=1e-12)
    rubbed = dk.harmonic_oscillator(stiffness=OMEGA**2, damping=1.0, sr=1000, duration=5.0)
    assert np.all(np.diff(rubbed.energy) <= 0)


def test_eulers_energy_grows_by_the_factor_in_the_docstring():
    E = dk.harmonic_oscillator(stiffness=OMEGA**2, sr=1000, duration=1.0, method="euler").energy
    np.testing.assert_allclose(E[1:] / E[:-1], 1 + (OMEGA / 1000) ** 2, rtol=1e-12)


def test_verlets_energy_stays_near_and_its_pitch_is_the_formulas():
    sr, f = 100.0, 3.0
    got = dk.harmonic_oscillator(stiffness=OMEGA**2, sr=sr, duration=100.0, method="verlet")
    E = got.energy / (0.5 * OMEGA**2)
    assert np.max(np.abs(E - 1)) < 1.01 * (OMEGA / sr / 2) ** 2  # about the right one, for ever
    sharp = np.arcsin(np.pi * f / sr) * sr / np.pi
    assert sharp > f * 1.001
    n = np.arange(got.position.size)
    np.testing.assert_allclose(got.position, np.cos(2 * np.pi * sharp * n / sr), atol=1e-9)


@pytest.mark.parametrize("damping", [0.0, 2.0])
def test_verlet_is_of_second_order_and_euler_of_first(damping):
    given = {"stiffness": OMEGA**2, "damping": damping, "velocity": 1.0, "duration": 1.0}

    def error(method, sr):
        exact = dk.harmonic_oscillator(**given, sr=sr)
        return np.max(np.abs(dk.harmonic_oscillator(**given, sr=sr, method=method).position - exact.position))

    assert error("verlet", 500) / error("verlet", 1000) == pytest.approx(4, rel=0.02)
    assert error("euler", 20_000) / error("euler", 40_000) == pytest.approx(2, rel=0.05)


def test_a_standing_wave_is_two_waves_that_meet(arrays):
    x, t = np.linspace(0, 0.6, 13), np.linspace(0, 0.01, 7)
    got = arrays.back(dk.standing_wave(arrays(x), arrays(t), mode=3, length=0.6, speed=150.0, amplitude=2.0))
    assert got.shape == (13, 7)
    both = [
        arrays.back(dk.travelling_wave(arrays(x), arrays(t), wavelength=0.4, speed=150.0, amplitude=1.0, direction=d))
        for d in (1, -1)
    ]
    np.testing.assert_allclose(got, both[0] + both[1], atol=1e-12)
    np.testing.assert_allclose(got[[0, 4, 8, 12]], 0, atol=1e-12)  # the nodes
    period = 2 * 0.6 / (3 * 150.0)
    later = arrays.back(dk.standing_wave(arrays(x), arrays(t + period), mode=3, length=0.6, speed=150.0, amplitude=2.0))
    np.testing.assert_allclose(got, later, atol=1e-12)


def test_a_travelling_wave_moves_by_speed_times_time():
    x = np.linspace(0, 1, 50)
    moved = dk.travelling_wave(x, [0.02], wavelength=0.7, speed=3.0)
    np.testing.assert_allclose(moved, dk.travelling_wave(x - 0.06, [0.0], wavelength=0.7, speed=3.0), atol=1e-12)
    back = dk.travelling_wave(x, [0.02], wavelength=0.7, speed=3.0, direction=-1)
    np.testing.assert_allclose(back, dk.travelling_wave(x + 0.06, [0.0], wavelength=0.7, speed=3.0), atol=1e-12)


@pytest.mark.parametrize("beta", [0.1, 0.2, 0.5, 0.73])
def test_modes_of_a_plucked_string_add_up_to_its_shape(beta):
    modes = dk.string_modes(100.0, 4000, position=beta)
    x = np.linspace(0, 1, 41)
    shape = np.where(x < beta, x / beta, (1 - x) / (1 - beta))
    added = np.sin(np.pi * x[:, None] * np.arange(1, 4001)) @ modes.amplitudes
    np.testing.assert_allclose(added, shape, atol=2e-3)
    np.testing.assert_array_equal(modes.freqs, 100.0 * np.arange(1, 4001))


def test_modes_of_a_struck_string_are_those_of_a_blow_at_a_point():
    """A narrow blow's velocity, projected on the modes; each displacement is that over n·π."""
    beta, width = 0.3, 1e-4
    x = np.linspace(beta - width, beta + width, 2001)
    n = np.arange(1, 9)
    velocity = 2 * np.trapezoid(np.sin(np.pi * n[:, None] * x) / (2 * width), x, axis=1)
    got = dk.string_modes(100.0, 8, position=beta, excitation="struck").amplitudes
    np.testing.assert_allclose(got, velocity / (n * np.pi), atol=1e-6)


def test_a_blow_gives_every_mode_a_velocity_whatever_its_frequency():
    ideal, stiff = (dk.string_modes(50.0, 20, excitation="struck", inharmonicity=B) for B in (0.0, 4e-4))
    np.testing.assert_allclose(stiff.amplitudes * stiff.freqs, ideal.amplitudes * ideal.freqs, atol=1e-12)


def test_a_stiff_string_is_sharper_the_higher_the_mode():
    ideal, stiff = dk.string_modes(50.0, 20), dk.string_modes(50.0, 20, inharmonicity=4e-4)
    assert stiff.freqs[0] == 50.0
    up = dk.cents(ideal.freqs, stiff.freqs)
    np.testing.assert_allclose(up, 600 * np.log2((1 + 4e-4 * np.arange(1, 21) ** 2) / (1 + 4e-4)), atol=1e-9)
    assert up[-1] > 100


# --- Partials -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_additive_is_its_sum(arrays, rng, dtype):
    f, a, phi = rng.uniform(50, 3900, 5), rng.uniform(-1, 1, 5), rng.uniform(0, 6, 5)
    got = arrays.back(dk.additive(arrays(f), arrays(a), phases=arrays(phi), sr=SR, duration=0.1, dtype=dtype))
    t = np.arange(800) / SR
    expected = sum(a[k] * np.sin(2 * np.pi * f[k] * t + phi[k]) for k in range(5))
    assert got.dtype == dtype
    np.testing.assert_allclose(got, expected, atol=1e-11 if dtype == "float64" else 3e-7)


def test_partials_follow_frequencies_and_envelopes(arrays):
    n = np.arange(400)
    f = np.stack([500 + n, np.full(400, 700.0)])
    a = np.stack([np.linspace(0, 1, 400), np.exp(-n / 100)])
    got = arrays.back(dk.additive(arrays(f), arrays(a), sr=SR, dtype="float64"))
    glide = 2 * np.pi * (500 * n + n * (n - 1) / 2) / SR  # Σ of the frequencies before
    expected = a[0] * np.sin(glide) + a[1] * np.sin(2 * np.pi * 700 * n / SR)
    np.testing.assert_allclose(got, expected, atol=1e-11)
    np.testing.assert_array_equal(
        arrays.back(dk.additive(arrays([100.0, 700.0]), 0.5, sr=SR, duration=0.05, dtype="float64")),
        arrays.back(dk.additive(arrays([100.0, 700.0]), arrays([0.5, 0.5]), sr=SR, duration=0.05, dtype="float64")),
    )


def test_partials_at_and_above_half_the_rate_are_silent_while_they_are_there():
    assert not np.any(dk.additive([4000.0, 5000.0], sr=SR, duration=0.01, phases=[1.0, 1.0]))
    f = np.linspace(3000, 5000, 801)[None]
    y = dk.additive(f, sr=SR)
    assert np.all(y[f[0] >= 4000] == 0)
    assert dk.rms(y[f[0] < 4000]) > 0.6


def test_additive_is_the_harmonic_tone():
    k = np.arange(1, 9)
    mine = dk.additive(220.0 * k, 0.1 / k, sr=SR, duration=0.2, dtype="float64")
    np.testing.assert_allclose(mine, dk.harmonic_tone(220.0, sr=SR, duration=0.2, dtype="float64"), atol=1e-12)


# --- Pitch --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_midi_and_hertz_in_every_namespace(arrays, dtype):
    midi = np.array([[0.0, 57.0, 69.0], [60.0, 127.0, 69.5]], dtype=dtype)
    f = arrays.back(dk.midi_to_hz(arrays(midi)))
    assert f.dtype == dtype
    np.testing.assert_allclose(f, 440 * np.exp(np.log(2) * (midi.astype("float64") - 69) / 12), rtol=3e-7)
    back = arrays.back(dk.hz_to_midi(arrays(f)))
    assert back.dtype == dtype
    np.testing.assert_allclose(back, midi, atol=2e-5 if dtype == "float32" else 1e-12)
    up = arrays.back(dk.cents(arrays(f), arrays(2 * f)))
    np.testing.assert_allclose(up, 1200.0, rtol=1e-6)


def test_intervals_and_scales():
    assert dk.cents(440, 220) == -1200
    assert dk.cents(1.0, 1.5) == pytest.approx(701.9550008653874, abs=1e-12)
    scale = dk.equal_temperament(freq=100.0, octaves=2)
    assert scale.shape == (25,)
    np.testing.assert_allclose(np.diff(np.log2(scale)), 1 / 12)
    assert scale[[0, 12, 24]] == pytest.approx([100, 200, 400])
    np.testing.assert_allclose(dk.cents(scale[:-1], scale[1:]), 100, atol=1e-9)


def test_notes_are_librosas():
    librosa = pytest.importorskip("librosa")
    names = [
        n + a + o
        for n in "CdEFgAB"
        for a in ("", "#", "♯", "b", "♭", "!", "𝄪", "𝄫", "♭𝄫")
        for o in ("", "0", "4", "-1")
    ]
    names += ["A4+30", "C#3-45"]
    np.testing.assert_array_equal(dk.note_to_midi(names), librosa.note_to_midi(names))
    for name in names:
        assert dk.note_to_midi(name, round_midi=False) == pytest.approx(librosa.note_to_midi(name, round_midi=False))
        assert dk.note_to_hz(name) == pytest.approx(librosa.note_to_hz(name, round_midi=False))
    midi = np.arange(0, 128)
    assert dk.midi_to_note(midi) == list(librosa.midi_to_note(midi))
    assert dk.midi_to_note(midi, unicode=False, octave=False) == list(
        librosa.midi_to_note(midi, unicode=False, octave=False)
    )
    f = dk.midi_to_hz(np.array([40.3, 69.27, 71.9, 60.0]))
    assert dk.hz_to_note(f, cents=True) == list(librosa.hz_to_note(f, cents=True))
    np.testing.assert_allclose(dk.hz_to_midi(f), librosa.hz_to_midi(f))
    np.testing.assert_allclose(dk.midi_to_hz(midi), librosa.midi_to_hz(midi))


def test_librosas_octaves_below_midi_0_are_wrong():
    """The B under C-1 is B-2: names must be read back as they were written."""
    librosa = pytest.importorskip("librosa")
    assert dk.midi_to_note(-1) == "B-2"
    assert dk.note_to_midi("B-2") == librosa.note_to_midi("B-2") == -1
    assert librosa.midi_to_note(-1) == "B-1"  # which is 11


@pytest.mark.parametrize("midi", [-13, -12, -1, 0, 59, 60, 61, 127])
def test_names_are_read_back_as_they_were_written(midi):
    assert dk.note_to_midi(dk.midi_to_note(midi)) == midi
    assert dk.note_to_midi(dk.midi_to_note(midi, unicode=False)) == midi
    assert dk.note_to_midi(dk.midi_to_note(midi + 0.4, cents=True), round_midi=False) == pytest.approx(midi + 0.4)


# --- Instruments --------------------------------------------------------------------------------------------------

NAMES = list(dk.INSTRUMENTS)


def spectrum(y, sr):
    """Amplitude over hertz, 0.25 Hz apart: of a sine, its amplitude."""
    w = np.hanning(y.size)
    return np.abs(np.fft.rfft(y * w, 4 * sr)) / np.sum(w) * 2


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("freq", "sr", "duration"), [(220.0, 22050, 1.0), (61.7, 8000, 0.35), (1500.0, 16000, 2.0)])
def test_notes_have_the_pitch_level_and_length_that_was_asked(name, freq, sr, duration, dtype):
    y = dk.instrument(name, freq, sr=sr, duration=duration, rms=0.03, dtype=dtype)
    assert y.shape == (round(duration * sr),)
    assert y.dtype == dtype
    assert float(dk.rms(y)) == pytest.approx(0.03, rel=1e-6)
    assert np.max(np.abs(y)) < 1
    assert abs(y[-1]) < 1e-4
    S = spectrum(y[: sr // 4].astype("float64"), sr)  # before the vibrato
    around = slice(int(4 * freq * 0.9), int(4 * freq * 1.1))
    found = (around.start + int(np.argmax(S[around]))) / 4
    assert abs(dk.cents(freq, found)) < 35  # of a quarter of a second


def test_the_five_differ_as_their_physics_says():
    sr, f = 22050, 220.0
    notes = {name: dk.instrument(name, f, sr=sr, dtype="float64") for name in NAMES}
    early, late = slice(2000, 6000), slice(16000, 20000)
    fall = {name: 20 * np.log10(dk.rms(y[early]) / dk.rms(y[late])) for name, y in notes.items()}
    assert all(fall[name] > 9 for name in ("plucked", "struck"))
    assert all(abs(fall[name]) < 1 for name in ("bowed", "blown", "sung"))
    start = {name: dk.rms(y[:200]) / dk.rms(y) for name, y in notes.items()}
    assert min(start["plucked"], start["struck"]) > 1 > 0.2 > max(start["bowed"], start["blown"], start["sung"])
    S = {name: spectrum(y[2000:8000], sr) for name, y in notes.items()}

    def at(name, ratio):
        k = round(4 * f * ratio)
        return 20 * np.log10(np.max(S[name][k - 12 : k + 13]) / np.max(S[name]))

    assert at("plucked", 5) < at("plucked", 4) - 15  # plucked at a fifth: no fifth partial
    assert at("blown", 2) < at("blown", 3) - 12
    assert at("struck", 2) < -50  # nothing where a string has its octave
    assert at("struck", 2.7565) > -10
    formant = max(range(1, 12), key=lambda k: at("sung", k))
    assert 600 < formant * f < 1200
    assert at("sung", 13) < -25  # 2860 Hz: between formants
    assert at("bowed", 10) > at("blown", 10) + 15


def test_partials_decay_as_the_table_says():
    sr, f = 22050, 220.0
    kind = dk.INSTRUMENTS["struck"]
    y = dk.instrument("struck", f, sr=sr, duration=2.0, dtype="float64")
    t = np.arange(y.size) / sr
    for ratio in (1.0, 2.7565, 5.4039):
        mixed = y * np.exp(-2j * np.pi * ratio * f * t)
        a, b = (np.abs(np.mean(mixed[n : n + 2000] * np.hanning(2000))) for n in (2000, 20_000))
        T60 = 3 * 18_000 / sr / np.log10(a / b)
        assert pytest.approx(kind.decay / ratio**kind.damping, rel=0.03) == T60


def test_the_vibrato_swings_by_its_cents():
    sr, f, kind = 22050, 400.0, dk.INSTRUMENTS["sung"]
    y = dk.instrument("sung", f, sr=sr, duration=2.0, dtype="float64")
    D = dk.stft(y, n_fft=1024, hop_length=128)
    track = dk.instantaneous_frequency(D, sr=sr, hop_length=128)[round(f * 1024 / sr), 180:300]  # after a second
    swing = dk.cents(f, track)
    assert np.max(swing) == pytest.approx(kind.vibrato, abs=4)
    assert np.min(swing) == pytest.approx(-kind.vibrato, abs=4)


def test_seeds_and_variation():
    same = [dk.instrument("plucked", 220.0, seed=3, variation=1.0) for _ in range(2)]
    np.testing.assert_array_equal(*same)
    other = dk.instrument("plucked", 220.0, seed=4, variation=1.0)
    steady = [spectrum(dk.instrument("blown", 220.0, seed=s, dtype="float64")[4000:9000], 22050) for s in (1, 2)]
    varied = [
        spectrum(dk.instrument("blown", 220.0, seed=s, variation=1.0, dtype="float64")[4000:9000], 22050)
        for s in (1, 2)
    ]
    assert not np.array_equal(same[0], other)
    tops = [[20 * np.log10(np.max(S[4 * 220 * k - 9 : 4 * 220 * k + 10])) for k in (1, 3, 5)] for S in steady + varied]
    assert np.max(np.abs(np.subtract(tops[0], tops[1]))) < 0.5  # another breath, the same partials
    assert np.max(np.abs(np.subtract(tops[2], tops[3]))) > 1


@pytest.mark.parametrize("freq", [61.0, 220.0, 555.5])
@pytest.mark.parametrize("name", NAMES)
def test_the_level_that_is_advised_is_taken(name, freq):
    with pytest.raises(dk.ParameterError, match="take rms=") as refused:
        dk.instrument(name, freq, rms=0.95)
    advised = float(str(refused.value).split("rms=")[2].split(" ")[0])
    assert np.max(np.abs(dk.instrument(name, freq, rms=advised))) <= 1


def test_the_shortest_note_and_the_end_of_the_string():
    assert dk.instrument("sung", 220.0, sr=11025, duration=0.1).shape == (1102,)
    assert dk.standing_wave(np.arange(4) * 0.1, [0.0], length=0.3).shape == (4, 1)  # 0.1·3 is a trifle above 0.3


BAD = {
    "no spring": (lambda: dk.harmonic_oscillator(stiffness=0.0), ValueError, "stiffness=0.0; expected a positive"),
    "too slow": (
        lambda: dk.harmonic_oscillator(stiffness=OMEGA**2, sr=9.0, method="verlet"),
        ValueError,
        r"sr=9 Hz is too slow for a spring of 3 Hz.*more than π·f = 9.42478",
    ),
    "method": (lambda: dk.harmonic_oscillator(stiffness=1.0, method="varlet"), ValueError, "Did you mean 'verlet'"),
    "nan": (lambda: dk.harmonic_oscillator(stiffness=1.0, position=math.nan), ValueError, "position=nan"),
    "off the string": (
        lambda: dk.standing_wave([0.0, 1.1], [0.0]),
        ValueError,
        "off the string; expected 0 to length=1",
    ),
    "direction": (
        lambda: dk.travelling_wave([0.0], [0.0], wavelength=1, speed=1, direction=0),
        ValueError,
        "direction=0",
    ),
    "a grid": (lambda: dk.standing_wave(np.zeros((2, 2)), [0.0]), ValueError, r"x has shape \(2, 2\)"),
    "beta": (lambda: dk.string_modes(100.0, position=1.0), ValueError, "position=1 is not on the string"),
    "no length": (lambda: dk.additive([100.0]), ValueError, "duration is missing"),
    "two lengths": (
        lambda: dk.additive(np.ones((1, 5)), np.ones((1, 6))),
        ValueError,
        r"ask for \[5, 6\] samples; expected one",
    ),
    "count": (
        lambda: dk.additive([1.0, 2.0], [1.0, 2.0, 3.0], duration=1),
        ValueError,
        r"2 partials, but amplitudes of shape \(3,\)",
    ),
    "negative": (lambda: dk.additive([-1.0], duration=1), ValueError, "negative or not finite"),
    "3-D": (lambda: dk.additive(np.ones((1, 1, 1))), ValueError, r"shape \(1, 1, 1\); expected a frequency for each"),
    "dtype": (lambda: dk.additive([1.0], duration=1, dtype="int16"), TypeError, "dtype=int16"),
    "complex": (lambda: dk.additive([1.0], np.array([1j]), duration=1), TypeError, "are complex"),
    "a grid of notes": (lambda: dk.midi_to_note(np.zeros((2, 2))), ValueError, r"notes has shape \(2, 2\)"),
    "no number": (lambda: dk.hz_to_midi([440.0, math.nan]), ValueError, "NaN, 0 or less"),
    "0 Hz": (lambda: dk.hz_to_midi(0.0), ValueError, "no pitch; expected hertz above 0"),
    "interval": (lambda: dk.cents(440.0, -1.0), ValueError, "f2 holds"),
    "note": (lambda: dk.note_to_midi("H4"), ValueError, "'H4' is not known; expected a letter A to G"),
    "rest": (lambda: dk.note_to_midi("C4x"), ValueError, "'C4x' is not known"),
    "cents without octave": (lambda: dk.midi_to_note(60, cents=True, octave=False), ValueError, "cents=True with"),
    "instrument": (lambda: dk.instrument("bowd", 220.0), ValueError, "Did you mean 'bowed'"),
    "high": (lambda: dk.instrument("sung", 6000.0), ValueError, "from 20 Hz up to sr/4 = 5512.5 Hz"),
    "variation": (lambda: dk.instrument("sung", 200.0, variation=2), ValueError, "variation=2; expected 0"),
    "short": (lambda: dk.instrument("sung", 200.0, duration=0.05), ValueError, "0.1 s or more"),
    "loud": (lambda: dk.instrument("struck", 220.0, rms=0.3), ValueError, "above full scale: take rms=0.1"),
}


@pytest.mark.parametrize(("call", "error", "message"), BAD.values(), ids=BAD.keys())
def test_refuses(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_no_partial_of_an_instrument_comes_back_as_another_frequency():
    """The bar's second mode, 2.76 · 2000 Hz, lies above sr/2 = 4000 Hz: it would come back at 2487 Hz."""
    sr = 8000
    S = spectrum(dk.instrument("struck", 2000.0, sr=sr, dtype="float64"), sr)
    assert np.max(S[4 * 2400 : 4 * 2600]) < 1e-3 * np.max(S)
