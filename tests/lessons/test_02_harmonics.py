"""Lesson 02: what its sentences claim and its outputs do not show."""

import numpy as np
import pytest
import scipy.signal

import dspkit as dk


def lines_of(y, sr, highest=8000.0, floor=-25.0):
    """Frequencies in hertz and levels in dB below the strongest, of the peaks of a spectrum."""
    size = 1 << 18
    level = 20 * np.log10(np.abs(np.fft.rfft(np.blackman(len(y)) * y, size)) + 1e-12)
    f = np.fft.rfftfreq(size, 1 / sr)
    level -= level[(f > 70) & (f < highest)].max()
    peaks = scipy.signal.find_peaks(level, height=floor, distance=int(30 * size / sr))[0]
    peaks = peaks[(f[peaks] > 70) & (f[peaks] < highest)]
    return f[peaks], level[peaks]


def likeness(y, lag):
    """How much a sound is like itself ``lag`` samples later: 1 is the same."""
    a, b = y[:-lag], y[lag:]
    return np.sum(a * b) / np.sqrt(np.sum(a**2) * np.sum(b**2))


# --- the recordings: what repeats, and where their partials lie ---


def test_violin_and_guitar_repeat_and_the_bell_does_not(lesson):
    lags = range(10, 81)  # up to 5 ms
    best = {name: max(lags, key=lambda lag: likeness(y, lag)) for name, y in lesson.pieces.items()}
    assert likeness(lesson.pieces["violin"], 36) > 0.95
    assert lesson.sr / 36 == pytest.approx(440, abs=6)
    assert likeness(lesson.pieces["guitar"], best["guitar"]) > 0.98
    assert lesson.sr / best["guitar"] == pytest.approx(248, abs=3)
    assert likeness(lesson.pieces["bell"], best["bell"]) < 0.92
    again = [likeness(lesson.pieces["bell"], k * best["bell"]) for k in (2, 3)]
    assert max(again) < 0.9  # what nearly comes once does not come again and again


def test_strings_have_whole_multiples_and_the_bell_has_not(lesson):
    for name in ("violin", "piano", "guitar"):
        y, sr, lowest = lesson.looked[name]
        ratio = lines_of(y, sr, highest=5.5 * lowest, floor=-35)[0] / lowest
        ratio = ratio[ratio > 0.9]
        assert len(ratio) >= 4, name
        np.testing.assert_allclose(ratio, np.round(ratio), atol=0.04)
    for y, sr, lowest in lesson.looked.values():  # left of 1
        level = np.abs(np.fft.rfft(np.blackman(len(y)) * y, 1 << 17))
        f = np.fft.rfftfreq(1 << 17, 1 / sr)
        assert 20 * np.log10(level[f < 0.9 * lowest].max() / level[f < 6 * lowest].max()) < -20
    y, sr, lowest = lesson.looked["bell"]
    f, level = lines_of(y, sr)
    strong = f[level > -20] / lowest
    np.testing.assert_allclose(strong, [1, 2.77, 5.16], atol=0.006)


def test_each_note_stands_alone_where_it_is_looked_at(lesson):
    assert dk.rms(lesson.real["piano"][: round(0.095 * lesson.sr)]) < 1e-3  # the piano begins after that
    assert dk.hz_to_note(lesson.looked["piano"][2]) == "D3"
    assert dk.hz_to_note(lesson.looked["violin"][2]) == "A4"


# --- the spring ---


def test_four_times_as_stiff_is_an_octave_and_friction_leaves_the_pitch(lesson):
    np.testing.assert_allclose(list(lesson.frequency.values()), [220, 311.127, 440, 622.254], atol=1e-3)
    assert lesson.octave == "4 × k"
    for name, y in lesson.swings.items():
        crossings = np.flatnonzero((y[:-1] < 0) & (y[1:] >= 0))
        exact = crossings - y[crossings] / (y[crossings + 1] - y[crossings])
        heard = lesson.sr * (len(exact) - 1) / (exact[-1] - exact[0])
        assert heard == pytest.approx(lesson.frequency[name], abs=0.01)


def test_friction_takes_half_of_the_energy_every_0_12_s(lesson):
    for times in (1, 2, 4, 8):
        given = {"stiffness": times * lesson.k, "mass": lesson.m, "damping": 0.006, "position": 0.001}
        energy = dk.harmonic_oscillator(**given, sr=48_000, duration=0.6).energy
        for start in (0, 10_000):
            left = energy[start + round(0.1155 * 48_000)] / energy[start]
            assert left == pytest.approx(0.5, abs=0.005)


def test_how_far_it_is_pulled_does_not_change_the_pitch(lesson):
    a, b = (
        dk.harmonic_oscillator(stiffness=lesson.k, mass=lesson.m, damping=0.006, position=x, sr=8000).position
        for x in (0.001, 0.01)
    )
    np.testing.assert_allclose(10 * a, b, rtol=1e-12, atol=1e-15)


# --- the string: two waves, or many modes ---


def test_the_movies_waves_add_up_to_the_sum_of_the_modes(lesson):
    movie = dk.viz.plucked_string(0.2)
    right, left, string = movie.update(0)[:3]
    modes = dk.string_modes(1.0, 4000, position=0.2)
    x = right.get_xdata()
    shapes = np.sin(np.pi * np.outer(x, np.arange(1, 4001)))
    for k in (0, 5, 16, 32):
        movie.update(k)
        t = k / 32  # periods
        expected = shapes @ (modes.amplitudes * np.cos(2 * np.pi * modes.freqs * t))
        np.testing.assert_allclose(string.get_ydata(), expected, atol=2e-3)
        np.testing.assert_allclose(right.get_ydata() + left.get_ydata(), string.get_ydata(), atol=1e-12)
        np.testing.assert_allclose(string.get_ydata()[[0, -1]], 0, atol=1e-12)
    movie.update(16)  # half a period: upside down, at the other end
    assert x[np.argmin(string.get_ydata())] == pytest.approx(0.8)
    assert string.get_ydata().min() == pytest.approx(-1)


def test_a_wave_goes_there_and_back_220_times_a_second(lesson):
    assert lesson.f1 == pytest.approx(220, abs=0.05)
    mode3 = dk.standing_wave(lesson.place, lesson.time, mode=3, length=lesson.L, speed=lesson.c)
    np.testing.assert_allclose(lesson.standing, mode3, atol=1e-12)
    still = lesson.place[np.max(np.abs(mode3), axis=1) < 0.02]
    np.testing.assert_allclose(still / lesson.L, [0, 1 / 3, 2 / 3, 1], atol=0.005)


def test_sines_add_up_to_the_triangle(lesson):
    triangle = np.minimum(lesson.x / 0.2, (1 - lesson.x) / 0.8)
    assert np.max(np.abs(lesson.sums["modes 1 to 50"] - triangle)) < 0.03
    np.testing.assert_allclose(
        dk.string_modes(220.0, 50, position=0.2).amplitudes,
        2 * np.sin(lesson.n * np.pi * 0.2) / (lesson.n**2 * np.pi**2 * 0.2 * 0.8),
    )


def test_what_is_missing_and_what_is_nearly_as_strong(lesson):
    assert lesson.gone["plucked at 0.5"] == list(range(2, 21, 2))
    assert lesson.gone["plucked at 0.2"] == [5, 10, 15, 20]
    assert lesson.gone["plucked at 0.05"] == [20]
    near, middle = (np.abs(lesson.ladder[f"plucked at {b}"][1]) for b in (0.05, 0.5))
    assert 20 * np.log10(near[0] / near[9]) < 4  # the first ten within 4 dB
    assert 20 * np.log10(middle[0] / middle[8]) == pytest.approx(19, abs=0.5)

    def centre(y):  # the brighter, the higher
        power = np.abs(np.fft.rfft(y)) ** 2
        return np.sum(power * np.arange(power.size)) / np.sum(power)

    assert centre(lesson.notes["plucked at 0.05"]) > 1.5 * centre(lesson.notes["plucked at 0.2"])
    for beta, gone in ((0.25, [4, 8, 12, 16, 20]), (0.1, [10, 20])):  # the slider
        a = dk.string_modes(110.0, 20, position=beta).amplitudes
        np.testing.assert_array_equal(1 + np.flatnonzero(np.abs(a) < 1e-9), gone)


# --- the bar ---


def test_the_bars_roots_solve_its_equation(lesson):
    np.testing.assert_allclose(np.cos(lesson.b) * np.cosh(lesson.b), 1, atol=1e-6)
    np.testing.assert_allclose(lesson.bar, [1, 2.7565, 5.4039, 8.9330, 13.3443], atol=1e-4)
    squares = (2 * np.arange(1, 6) + 1) ** 2
    np.testing.assert_array_equal(squares[:4], [9, 25, 49, 81])
    np.testing.assert_allclose(lesson.b, (2 * np.arange(1, 6) + 1) * np.pi / 2, rtol=0.005)
    ratios, _ = dk.INSTRUMENTS["struck"].partials(220.0, lesson.sr, 0.2)
    np.testing.assert_allclose(ratios[:5], lesson.bar, rtol=1e-7)


def test_bar_and_string_are_both_strongest_at_440_hz(lesson):
    for y in lesson.pair.values():
        f, level = lines_of(np.asarray(y, "float64"), lesson.sr)
        assert f[np.argmax(level)] == pytest.approx(440, abs=1)


# --- ratios ---


def test_the_rows_climb_as_the_answer_says(lesson):
    even = {name: np.diff(np.log2(row)) * 1200 for name, row in lesson.rows.items()}
    np.testing.assert_allclose(even["equal ratios"], 1200)
    assert np.all(np.diff(even["equal differences"]) < 0)
    np.testing.assert_allclose(lesson.interval, even["equal ratios"])  # the last row of the cell


def test_which_partials_an_interval_shares(lesson):
    low = np.arange(1, 25)
    for ratio, every in ((2, 1), (3 / 2, 2), (5 / 4, 4)):
        shared = [k for k in range(1, 13) if np.min(np.abs(low - ratio * k)) < 1e-9]
        assert shared == list(range(every, 13, every))


def test_fifths_and_thirds_of_a_piano(lesson):
    assert dk.cents(2.0, 3.0) == pytest.approx(702, abs=0.1)
    assert 400 - dk.cents(4.0, 5.0) == pytest.approx(14, abs=0.4)
    assert 1200 * np.log(2) == pytest.approx(832, abs=0.5)
    steps = [dk.cents(a, b) for a, b in zip([220, 440, 660], [440, 660, 880], strict=True)]
    np.testing.assert_allclose(steps, [1200, 702, 498], atol=0.1)  # octave, fifth, fourth


def test_the_pianos_third_trembles_8_7_times_a_second(lesson):
    together = {}
    for name, y in lesson.chords.items():
        sos = scipy.signal.butter(4, [1050, 1150], "bandpass", fs=lesson.sr, output="sos")
        band = scipy.signal.sosfiltfilt(sos, np.asarray(y, "float64"))
        envelope = np.abs(scipy.signal.hilbert(band))[3200:12_800]  # 0.2 to 0.8 s
        together[name] = envelope
    assert together["pure third"].min() / together["pure third"].max() > 0.9
    piano = together["third of a piano"]
    assert piano.min() / piano.max() < 0.15
    dips = scipy.signal.find_peaks(-piano, prominence=0.5 * piano.max())[0]
    assert lesson.sr / np.mean(np.diff(dips)) == pytest.approx(8.7, abs=0.3)


# --- pitch without a fundamental, timbre without its life ---


def test_the_pitch_stays_without_its_lowest_partials(lesson):
    assert 220 * lesson.ratio[2] == 660
    lowest, _ = lines_of(np.asarray(lesson.without, "float64"), lesson.sr, floor=-60)
    assert lowest[0] == pytest.approx(660, abs=2)
    pitch = dk.pitch_autocorrelation(lesson.without, sr=lesson.sr, fmin=100.0)
    assert np.median(pitch.f0) == pytest.approx(220, abs=0.5)


def test_the_voice_keeps_its_pitch_above_300_hz(lesson):
    found = {}
    for name in ("voice", "phone"):
        track = dk.pitch_autocorrelation(getattr(lesson, name), sr=lesson.sr, fmin=60.0, fmax=150.0)
        found[name] = track
    sure = (found["voice"].strength > 0.5) & (found["phone"].strength > 0.5)
    assert np.sum(sure) >= 8
    off = dk.cents(found["voice"].f0[sure], found["phone"].f0[sure])
    assert np.median(np.abs(off)) < 15
    assert 85 < np.median(found["voice"].f0[sure]) < 100
    sos = scipy.signal.butter(8, 300, "highpass", fs=lesson.sr, output="sos")
    gain = 40 * np.log10(np.abs(scipy.signal.sosfreqz(sos, worN=[90, 180, 200, 270], fs=lesson.sr)[1]))
    assert np.all(gain[:3] < -50)  # the first two partials of a voice at 70 to 100 Hz are gone
    assert gain[3] > -20  # the third is not
    low = np.abs(np.fft.rfft(lesson.phone))[: round(270 * lesson.phone.size / lesson.sr)]
    assert np.sum(low**2) < 0.03 * np.sum(np.abs(np.fft.rfft(lesson.voice))[: low.size] ** 2)


def test_backwards_the_bell_swells(lesson):
    bell, backwards = lesson.levels.values()
    np.testing.assert_allclose(bell, backwards[::-1], atol=1e-9)
    assert bell[:3].mean() - bell[-3:].mean() > 25
    assert np.argmax(bell) < 5


def test_the_bar_leaves_the_ladder_at_once_and_the_plucked_string_slowly(lesson):
    for name, (f, _) in lesson.recipes.items():
        off = f - 220 * np.arange(1, f.size + 1)
        if name == "struck":
            assert off[1] > 0.5 * 220
        elif name == "plucked":
            assert off[13] == pytest.approx(30, abs=0.5)
            assert np.all(np.diff(off) > 0)
        else:
            np.testing.assert_allclose(off, 0, atol=1e-9)


# --- the reference part ---


def test_euler_makes_energy_as_the_card_says_and_the_right_line_does_not(lesson):
    w2, h = 100.0 / 0.01, 1 / 1000
    euler = lesson.runs["Euler steps"].energy
    np.testing.assert_allclose(euler[1:] / euler[:-1], 1 + h**2 * w2)
    verlet = lesson.runs["Verlet steps"]
    assert np.max(np.abs(verlet.energy / verlet.energy[0] - 1)) < 0.01
    x, v = 0.002, h / 2 * w2 * 0.002  # the velocity half a step before: the same motion as Verlet's
    for position in verlet.position:
        assert x == pytest.approx(position, abs=1e-12)
        v = v - h * w2 * x
        x = x + h * v


def test_what_the_cards_cost(lesson):
    f = 1100.0 * np.arange(1, 11)
    assert np.sum(f >= lesson.sr / 2) == 3
    aliases = dk.alias_frequency(f[f >= lesson.sr / 2], lesson.sr)
    assert np.all((aliases > f[0]) & (aliases < f[6]))  # between the right ones, on no ladder
    assert np.min(np.abs(aliases / 1100 - np.round(aliases / 1100))) > 0.4
    assert 20 * np.log10(dk.rms(lesson.plain - lesson.careful) / dk.rms(lesson.careful)) == pytest.approx(-4, abs=0.5)
    assert max(lesson.at_one_rms) - min(lesson.at_one_rms) == pytest.approx(2.1, abs=0.05)
    assert dk.note_to_midi("C4") == 60


def test_librosa_reads_its_own_name_for_minus_1_as_11():
    librosa = pytest.importorskip("librosa")
    assert librosa.note_to_midi(note=librosa.midi_to_note(-1)) == 11
    assert dk.note_to_midi(dk.midi_to_note(-1)) == -1
