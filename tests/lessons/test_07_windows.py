"""Lesson 07: what its sentences claim and its outputs do not show."""

import numpy as np
import pytest
import scipy.signal

import dspkit as dk


def db(gain):
    return 20 * np.log10(gain)


def spectrum(y):
    return np.abs(np.fft.rfft(y)) ** 2


# --- the bell: three tones, skirts between them, and the seam that makes them ---


def test_three_tones_stand_out_of_the_bell_and_no_bin_is_empty(lesson):
    assert len(lesson.seen) == 513
    assert lesson.seen.min() > -105
    peaks = scipy.signal.find_peaks(lesson.seen, prominence=25)[0]
    np.testing.assert_allclose(lesson.hertz[peaks], [1312.5, 3625, 6750])
    for marks, off in ((lesson.peaks, 0.5), (lesson.asked, 2)):  # the circles; the arrows, which end 2 dB above
        for hertz, level in marks.values():
            assert lesson.seen[np.argmin(np.abs(lesson.hertz - hertz))] == pytest.approx(level, abs=off)
    assert lesson.moment.size / lesson.bell_sr == 0.032
    assert lesson.hertz[1] == 31.25


def five_longer_frames(lesson, band):
    """The strongest bin of a band, in 8192 samples from 0.3 to 1.1 s: dB over the median within 600 Hz, and hertz."""
    w = dk.get_window("blackmanharris", 8192)
    f = dk.fft_frequencies(sr=lesson.bell_sr, n_fft=8192)
    for start in (0.3, 0.5, 0.7, 0.9, 1.1):
        y = lesson.bell[round(start * lesson.bell_sr) :][:8192].astype("float64")
        level = db(np.abs(np.fft.rfft(w * y)))
        inside = np.flatnonzero((f > band[0]) & (f < band[1]))
        k = inside[np.argmax(level[inside])]
        yield level[k] - np.median(level[np.abs(f - f[k]) < 600]), f[k]


def test_the_peak_below_200_hz_is_rumble(lesson):
    w = dk.get_window("blackmanharris", 1024)
    frames = [lesson.bell[round(t * lesson.bell_sr) :][:1024].astype("float64") for t in (0.4, 0.6, 0.8, 1.4, 2.0)]
    levels = [db(np.abs(np.fft.rfft(w * y))) for y in frames]
    low, bell = (np.diff([level[band].max() for level in levels]) for band in (slice(2, 7), slice(110, 122)))
    assert np.all(bell < 0)  # the bell fades
    assert list(np.sign(low)) == [1, 1, -1, 1]  # the rumble comes and goes
    assert np.min(np.abs(low)) > 3


def test_the_skirts_are_not_the_bells_own_but_7_2_and_4_9_khz_are(lesson):
    for at in (160, 300, 384):  # 5, 9.4 and 12 kHz
        assert np.median(lesson.seen[at - 8 : at + 9]) > np.median(lesson.softer[at - 8 : at + 9]) + 12
    assert np.median(lesson.softer[352:417]) == pytest.approx(-110, abs=1.5)  # the hiss around 12 kHz
    assert lesson.softer[374:395].max() < -100  # and no line in it
    assert lesson.softer[341] - np.median(lesson.softer[321:362]) > 12  # a line at 10.7 kHz
    for place, hertz in five_longer_frames(lesson, (10_600, 10_720)):  # in longer frames as well
        assert hertz == pytest.approx(10_662, abs=3)
        assert place > 14
    above = lesson.seen[lesson.hertz > 500] - lesson.softer[lesson.hertz > 500]
    assert np.mean(above > 6) > 0.9  # well above the hiss at nearly every frequency
    for k in (158, 232):  # 4937.5 and 7250 Hz
        assert lesson.softer[k] - np.median(lesson.softer[k - 20 : k + 21]) > 12
        assert lesson.seen[k] - max(lesson.seen[k - 1], lesson.seen[k + 1]) == pytest.approx(3, abs=0.6)  # a bump
    assert lesson.softer.max() - lesson.softer[158] == pytest.approx(49, abs=1)


def test_the_repeated_frame_has_the_frequencies_of_the_bins_and_no_others(lesson):
    for frame in lesson.frames.values():
        buzz = np.abs(np.fft.rfft(np.tile(frame, 125)))  # bins 1 Hz apart
        np.testing.assert_allclose(buzz[::125], 125 * np.abs(np.fft.rfft(frame)), atol=1e-9)
        buzz[::125] = 0
        assert np.max(buzz) < 1e-9


def test_the_wave_does_not_go_on_at_the_seam_and_hann_takes_the_seam_away(lesson):
    def off(y, after):  # how far the frame's beginning is from how the sound went on
        return np.abs(y[0] - after) / np.sqrt(np.mean(y**2))

    assert off(lesson.moment, lesson.bell[lesson.start + 1024]) > 0.2
    assert off(lesson.between, np.cos(2 * np.pi * 5.5)) > 2
    assert off(lesson.on_bin, np.cos(2 * np.pi * 5)) < 1e-12
    first, last = (np.sqrt(np.mean(part**2)) for part in (lesson.moment[:256], lesson.moment[-256:]))
    assert db(last / first) == pytest.approx(-1.9, abs=0.1)  # the bell fades within the frame
    hann = dk.get_window("hann", 1024)
    assert np.max(np.abs(hann * lesson.moment)[[0, -1]]) < 1e-5 * np.max(np.abs(lesson.moment))


def test_the_loop_flutters_31_times_a_second(lesson):
    assert lesson.bell_sr / lesson.moment.size == pytest.approx(31, abs=0.5)


# --- one tone ---


def test_5_periods_fill_one_bin_and_5_and_a_half_fill_all(lesson):
    one, all_ = spectrum(lesson.on_bin), spectrum(lesson.between)
    assert np.sum(one > 1e-20 * one.max()) == 1
    assert all_.min() > 1e-4 * all_.max()
    assert np.sum(np.sort(all_)[-2:]) / np.sum(all_) == pytest.approx(8 / np.pi**2, abs=0.01)  # 81 %
    np.testing.assert_allclose(dk.idft(dk.dft(lesson.between)), lesson.between, atol=1e-13)


def test_the_boxcars_kernel_is_zero_at_whole_bins_and_3_9_db_down_at_half_a_bin(lesson):
    whole = np.abs(dk.dtft(lesson.boxcar, 2 * np.pi * np.arange(1, 64) / 64))
    assert np.max(whole) < 1e-12
    x = np.array([0.3, 0.5, 2.5, 7.9])
    kernel = np.abs(dk.dtft(lesson.boxcar, 2 * np.pi * x / 64)) / 64
    np.testing.assert_allclose(kernel, np.abs(np.sin(np.pi * x) / (64 * np.sin(np.pi * x / 64))))  # the table's D
    assert db(kernel[1]) == pytest.approx(-3.92, abs=0.01)


def test_the_two_copies_of_w_peak_at_687_5_hz_and_at_its_mirror_image(lesson):
    for spectrum_, hertz in zip(lesson.copies.values(), (687.5, -687.5), strict=True):
        assert lesson.axis[np.argmax(np.abs(spectrum_))] == pytest.approx(hertz, abs=5)
        assert np.max(np.abs(spectrum_)) == pytest.approx(32, rel=1e-3)  # half of N


def test_hann_makes_the_smear_fall_fast_and_three_lines_of_one(lesson):
    smear, boxcar = lesson.level(lesson.between, "hann"), lesson.level(lesson.between, "boxcar")
    assert 125 * (1 + np.flatnonzero(smear >= -75)[-1]) == 2375
    assert boxcar[19] == pytest.approx(-28, abs=0.5)
    lines = 2 * np.abs(np.fft.rfft(lesson.hann * lesson.on_bin)) / np.sum(lesson.hann)
    np.testing.assert_allclose(lines[3:8], [0, 0.5, 1, 0.5, 0], atol=1e-12)


# --- why it works, and the family ---


def test_three_kernels_cancel_at_2_5_bins_and_the_outer_ones_win_between_1_and_2(lesson):
    x = np.linspace(-6, 6, 601)
    at = [float(part[np.argmin(np.abs(x - 2.5))].real) for part in lesson.parts.values()]
    np.testing.assert_allclose(at, [0.064, -0.053, -0.023], atol=6e-4)
    assert sum(at) == pytest.approx(-0.012, abs=6e-4)
    assert np.max(np.abs(lesson.D(x).imag)) <= 1.001 / 1024
    W = dk.dtft(np.ones(1024), 2 * np.pi * x / 1024)
    np.testing.assert_allclose(np.abs(lesson.D(x)), np.abs(W) / 1024, atol=1e-12)  # the kernel is W
    middle, right, left = (part[np.argmin(np.abs(x - 1.5))].real for part in lesson.parts.values())
    np.testing.assert_allclose([middle, right, left], [-0.106, 0.159, 0.032], atol=6e-4)
    assert np.all(lesson.H.real[(x > -1.99) & (x < 1.99)] > 0)  # one main lobe from -2 to 2
    assert lesson.H.real[np.argmin(np.abs(x - 2))] == pytest.approx(0, abs=1e-5)
    lobes = np.sign([float(np.real(lesson.D(np.array([k + 0.5]))[0])) for k in range(1, 6)])
    np.testing.assert_array_equal(lobes, [-1, 1, -1, 1, -1])  # neighbouring side lobes alternate


@pytest.mark.parametrize(("name", "bins", "lobe"), [("boxcar", 2, -13), ("hann", 4, -31), ("blackmanharris", 8, -92)])
def test_main_lobes_from_foot_to_foot_and_side_lobes(lesson, name, bins, lobe):
    w = lesson.family[name]
    foot = 2 * np.pi * np.array([bins / 2 - 0.5, bins / 2]) / w.size
    inside, at = np.abs(dk.dtft(w, foot)) / np.sum(w)
    assert at < 2e-5  # what is left there of a periodic window
    assert inside > 100 * at
    assert dk.window_figures(w).highest_side_lobe == pytest.approx(lobe, abs=0.6)


def test_hamming_has_hanns_width_and_pays_far_away(lesson):
    hann, hamming = (dk.window_figures(dk.get_window(name, 4096)) for name in ("hann", "hamming"))
    assert hann.highest_side_lobe - hamming.highest_side_lobe == pytest.approx(11, abs=0.5)
    assert (round(hann.fall_off), round(hamming.fall_off)) == (-18, -6)
    assert round(dk.window_figures(np.ones(4096)).fall_off) == -6


def test_kaisers_beta(lesson):
    np.testing.assert_array_equal(dk.get_window(("kaiser", 0.0), 512), np.ones(512))
    f = dk.window_figures(dk.get_window(("kaiser", 14.0), 512))
    assert f.highest_side_lobe == pytest.approx(-106, abs=0.5)
    foot = 2 * np.pi * 9.1 / 2 / 512
    at = np.abs(dk.dtft(dk.get_window(("kaiser", 14.0), 512), foot * np.array([0.97, 1.003, 1.03])))
    assert at[1] < min(at[0], at[2]) / 5


# --- levels ---


def test_only_blackman_harris_shows_the_weak_tone(lesson):
    at = {name: view[108] for name, view in lesson.views.items()}  # bin 108: 843.75 Hz
    assert at["boxcar"] == pytest.approx(-60 + 32, abs=0.5)
    assert at["hann"] == pytest.approx(-57, abs=0.5)
    assert at["blackmanharris"] == pytest.approx(-60, abs=0.15)
    assert lesson.views["hann"][108] - lesson.views["hann"][107] == pytest.approx(2.5, abs=0.3)  # the bump
    quarter = 0.001 * np.cos(2 * np.pi * 108.0 * np.arange(1024) / 1024 + np.pi)
    assert np.all(np.diff(lesson.level(lesson.strong + quarter, "hann")[107:110]) < 0)  # at another phase: no bump
    assert lesson.views["blackmanharris"][108] - lesson.views["blackmanharris"][105:108].min() > 25
    assert np.all(np.diff(lesson.views["boxcar"][105:112]) < 0)  # nothing at all
    strong = 100.4 * 8000 / 1024
    assert round(strong) == 784


def test_a_tone_divided_by_n_through_hann_is_6_db_too_low(lesson):
    w, tone = dk.get_window("hann", 1024), lesson.tones[15]  # on bin 256, amplitude 1
    assert db(2 * np.max(np.abs(np.fft.rfft(w * tone))) / 1024) == pytest.approx(-6.02, abs=0.003)
    assert lesson.level(tone, "hann").max() == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(("name", "worst"), [("boxcar", -3.92), ("hann", -1.42), ("flattop", -0.01)])
def test_scalloping_as_the_answer_says(lesson, name, worst):
    assert lesson.readings[name].min() == pytest.approx(worst, abs=0.005)
    np.testing.assert_allclose(lesson.position[[0, 30, 60, 90]] % 1, 0.5)
    np.testing.assert_allclose(lesson.readings[name][[0, 30, 60, 90]], lesson.readings[name].min(), atol=5e-3)


def test_each_scale_is_true_for_one_of_tone_and_noise(lesson):
    (f, a_short, d_short), (g, a_long, d_long) = lesson.spectra[256], lesson.spectra[4096]
    tone, hiss = (f == 1000, g == 1000), ((f > 1500) & (f < 3800), (g > 1500) & (g < 3800))
    assert a_short[tone[0]] == pytest.approx(-20, abs=0.05)
    assert a_long[tone[1]] == pytest.approx(-20, abs=0.05)
    assert d_long[tone[1]] - d_short[tone[0]] == pytest.approx(12, abs=0.1)
    noise = [
        10 * np.log10(np.mean(10 ** (s[k] / 10)))
        for s, k in zip((a_short, a_long, d_short, d_long), hiss * 2, strict=True)
    ]
    assert noise[0] - noise[1] == pytest.approx(12, abs=0.2)
    assert noise[2] == pytest.approx(-76, abs=0.15)
    assert noise[3] == pytest.approx(-76, abs=0.15)
    assert lesson.truth["density"] == pytest.approx(-76, abs=0.05)


@pytest.mark.parametrize(("name", "bins"), [("boxcar", 1), ("hann", 1.5)])
def test_enbw_is_the_ratio_of_the_two_scales(name, bins):
    w = dk.get_window(name, 1024)
    amplitude, density = 4 / np.sum(w) ** 2, 2 / (8000 * np.sum(w**2))
    assert amplitude / 2 / density / (8000 / 1024) == pytest.approx(bins, abs=1e-3)  # an amplitude's mean square: half


def test_the_hiss_has_a_density_and_no_level(lesson):
    for n, level in ((1024, -109.9), (4096, -115.8)):
        high = slice(n * 11 // 32, n * 15 // 32)
        amplitude, density = (10 ** (v[high] / 10) for v in lesson.two_scales(lesson.hiss, lesson.bell_sr, n)[1:])
        assert 10 * np.log10(np.mean(amplitude)) == pytest.approx(level, abs=0.1)
        assert 10 * np.log10(np.mean(density)) == pytest.approx(-129.6, abs=0.1)
        assert np.mean(amplitude) / 2 == pytest.approx(np.mean(density) * 1.5 * lesson.bell_sr / n, rel=1e-6)


# --- overlap ---


def welch(w, hop, frames):
    """Welch 1967, section IV: standard deviation over mean of the average of overlapping frames of noise."""
    rho = np.array([np.sum(w[s:] * w[: len(w) - s]) / np.sum(w**2) for s in range(hop, len(w), hop)][: frames - 1])
    j = np.arange(1, len(rho) + 1)
    return np.sqrt((1 + 2 * np.sum((1 - j / frames) * rho**2)) / frames)


def test_scatter_is_what_welchs_formula_says(lesson):
    for name, measured in lesson.scatter.items():
        w = dk.get_window(name, 256)
        for overlap, value in zip(lesson.overlap, measured, strict=True):
            hop = round(256 * (1 - overlap / 100))
            assert value == pytest.approx(100 * welch(w, hop, 1 + (2048 - 256) // hop), rel=0.02)


def test_the_numbers_of_the_overlap_answer(lesson):
    hann = dict(zip(lesson.overlap, lesson.scatter["hann"], strict=True))

    def rho(name, hop):
        w = dk.get_window(name, 256)
        return np.sum(w[hop:] * w[:-hop]) / np.sum(w**2)

    assert hann[0] == pytest.approx(35.4, abs=0.1)
    assert hann[50] == pytest.approx(26.5, abs=0.1)
    assert hann[87.5] == pytest.approx(25.8, abs=0.1)
    assert hann[0] / hann[50] == pytest.approx(1.34, abs=0.01)
    frames = [dk.frame(np.zeros(2048), frame_length=256, hop_length=hop).shape[-1] for hop in (256, 128, 32)]
    assert frames == [8, 15, 57]
    assert rho("hann", 128) == pytest.approx(1 / 6, abs=1e-3)
    assert [round(100 * rho("hann", hop) ** 2) for hop in (128, 32)] == [3, 81]  # 50 and 87.5 %
    assert list(lesson.overlap[[2, 4]]) == [50, 75]
    assert rho("boxcar", 128) ** 2 == pytest.approx(0.25)
    worth = 1 / welch(lesson.hann.repeat(4), 128, 15) ** 2  # independent frames that scatter as much
    assert worth == pytest.approx(14.3, abs=0.1)
    assert np.sqrt(worth / 8) == pytest.approx(1.34, abs=0.005)


def test_a_bin_of_one_frame_of_noise_scatters_by_all_of_its_mean(lesson):
    power = np.abs(np.fft.rfft(lesson.noises.reshape(-1, 256))[:, 8:-8]) ** 2
    assert np.std(power) / np.mean(power) == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize(("name", "percent"), [("hann", 50), ("blackmanharris", 66), ("flattop", 75.4)])
def test_recommended_overlaps_are_heinzels(lesson, name, percent):
    # Heinzel 2002, section 10: where the flatness of the added windows exceeds the overlap correlation by most.
    w = dk.get_window(name, 1000)

    def gain(hop):
        sums = np.pad(w, (0, -w.size % hop)).reshape(-1, hop).sum(axis=0)
        return sums.min() / sums.max() - np.sum(w[hop:] * w[: w.size - hop]) / np.sum(w**2)

    best = max(range(100, 1000), key=gain)
    assert 100 * (1 - best / 1000) == pytest.approx(percent, abs=0.2)


# --- periodic or symmetric, and the three recordings ---


def test_the_symmetric_window_leaks_into_every_bin(lesson):
    symmetric, periodic = (np.abs(np.fft.rfft(w * lesson.on_bin)) for w in (np.hanning(64), lesson.hann))
    assert np.sum(periodic > 1e-12) == 3
    assert np.all(symmetric > 1e-6)
    others = 2 * np.sort(symmetric)[-4] / np.sum(np.hanning(64))
    assert db(others) == pytest.approx(-45, abs=0.5)
    np.testing.assert_allclose(scipy.signal.windows.hann(64), np.hanning(64), atol=1e-14)
    np.testing.assert_allclose(scipy.signal.get_window("hann", 64), lesson.hann, atol=1e-14)
    np.testing.assert_allclose(lesson.hann[:32] + lesson.hann[32:], 1, atol=1e-15)


def test_the_bells_weak_lines(lesson):
    take = lesson.takes["bell"]
    right, wrong = take["levels"]["blackmanharris"], take["levels"]["boxcar"]
    hann = lesson.level(take["frame"], "hann")
    for hertz, below in ((7250, 45), (4937.5, 49), (5906.25, 56)):
        k = int(np.argmin(np.abs(take["frequencies"] - hertz)))
        for level in (right, hann) if below < 56 else (right,):
            assert level.max() - level[k] == pytest.approx(below, abs=1)
            assert level[k] == level[k - 4 : k + 5].max()
            assert level[k] - np.median(level[k - 20 : k + 21]) > 11
    asked = (take["frequencies"] > 4000) & (take["frequencies"] < 8000)
    found = scipy.signal.find_peaks(right[asked], prominence=8, height=right.max() - 56)[0]
    np.testing.assert_allclose(take["frequencies"][asked][found], [4937.5, 5906.25, 6750, 7250])
    for hertz, high in ((7250, 9), (4937.5, 4)):
        k = int(np.argmin(np.abs(take["frequencies"] - hertz)))
        assert wrong[k] - right[k] == pytest.approx(high, abs=0.5)
    assert wrong[189] - max(wrong[188], wrong[190]) < 1  # 5.9 kHz: the boxcar hardly shows it
    assert right[189] - np.median(right[169:210]) == pytest.approx(12, abs=0.5)  # it could be hiss,
    hiss = right[352:480]  # 11 to 15 kHz
    assert 9 < hiss.max() - np.median(hiss) < 13  # which does nearly as much
    for over, hertz in five_longer_frames(lesson, (5850, 5990)):  # but there it is in longer frames
        assert 5920 < hertz < 5935
        assert over > 11


def test_the_guitars_two_lines(lesson):
    take = lesson.takes["guitar"]
    fine = np.linspace(345, 430, 1701)

    def lines(window, frame=take["frame"]):
        w = dk.get_window(window, frame.size)
        curve = db(np.abs(dk.dtft(w * frame, 2 * np.pi * fine / take["sr"])))
        peaks = scipy.signal.find_peaks(curve, height=curve.max() - 8)[0]  # no side lobe of a boxcar is so high
        return fine[peaks], curve[peaks]

    (f_sharp, g), (low, high) = lines("boxcar")
    assert f_sharp == pytest.approx(373, abs=0.5)
    assert g == pytest.approx(397, abs=0.5)
    assert high - low == pytest.approx(3, abs=0.5)
    assert (g - f_sharp) / take["frequencies"][1] == pytest.approx(2.3, abs=0.1)
    assert 12 * np.log2(g / f_sharp) == pytest.approx(1, abs=0.1)  # a semitone
    for window in ("hann", "blackmanharris", "flattop"):
        assert len(lines(window)[0]) == 1
    sound, sr = dk.recording("guitar")
    longer = sound[round(1.75 * sr) :][:4096].astype("float64")
    np.testing.assert_allclose(lines("hann", longer)[0], [375, 396], atol=1.5)  # a longer frame: Hann does
    for start in np.arange(1.6, 1.9, 0.0125):  # the boxcar shows two wherever the frame begins
        y = sound[round(start * sr) :][:3072].astype("float64")
        level = lesson.level(y, "boxcar")
        assert min(level[36], level[38]) - level[37] > 10
    drawn = dk.viz.window_choices({"guitar": take}).axes[1]
    assert [t.get_text() for t in drawn.texts][-2:] == ["373", "397"]


def test_the_pianos_level(lesson):
    take = lesson.takes["piano"]
    here = (take["frequencies"] > 270) & (take["frequencies"] < 320)
    assert lesson.level(take["frame"], "boxcar")[here].max() == pytest.approx(-39.8, abs=0.05)
    assert lesson.level(take["frame"], "flattop")[here].max() == pytest.approx(-37.1, abs=0.05)
    omega = 2 * np.pi * np.linspace(285, 305, 400) / take["sr"]
    for window in ("boxcar", "hann", "blackmanharris", "flattop"):
        w = dk.get_window(window, 4096)
        assert db(2 * np.max(np.abs(dk.dtft(w * take["frame"], omega))) / np.sum(w)) == pytest.approx(-37.1, abs=0.1)


# --- the reference part ---


def test_no_window_costs_42_db(lesson):
    assert lesson.level(lesson.between, "boxcar")[15] - lesson.level(lesson.between, "hann")[15] == pytest.approx(
        42, abs=0.5
    )


def test_what_the_other_traps_cost(lesson):
    assert 10 * np.log10(lesson.wrong / lesson.right) == pytest.approx(1.76, abs=0.01)
    made, cut = (dk.window_figures(w) for w in (dk.get_window("hann", 512), dk.get_window("hann", 1024)[256:768]))
    assert cut.highest_side_lobe - made.highest_side_lobe == pytest.approx(14, abs=0.5)
    right, wrong = (dk.window_figures(dk.get_window(("kaiser", b), 1024)) for b in (2 * np.pi, 2.0))
    assert wrong.highest_side_lobe - right.highest_side_lobe == pytest.approx(27.5, abs=0.1)
    hamming = -db(2 / np.pi * (1 + 0.46 / 0.54 / 3))  # Harris prints 1.78
    assert hamming == pytest.approx(1.75, abs=0.005)


def test_nobody_is_in_the_lower_left_corner(lesson):
    assert not [n for n, f in lesson.merits.items() if f.width_6db < 2.2 and f.highest_side_lobe < -60]
    falls = {name: round(f.fall_off) for name, f in lesson.merits.items()}
    assert (falls["hann"], falls["hamming"], falls["nuttall"], falls["blackmanharris"]) == (-18, -6, -6, -6)
    assert min(lesson.merits, key=lambda name: lesson.merits[name].scalloping_loss) == "flattop"


def test_nuttalls_three_terms_on_the_sheet(lesson):
    w = dk.get_window(("general_cosine", [0.4243801, 0.4973406, 0.0782793]), 4096)
    f = dk.window_figures(w)
    assert f.highest_side_lobe == pytest.approx(-71.5, abs=0.05)
    assert round(f.fall_off) == -6  # with 512 samples: -5


def test_the_courses_sentence_leaks_above_4_khz(lesson):
    high = lesson.my_hertz > 4000
    assert round(np.median((lesson.my_levels["boxcar"] - lesson.my_levels["hann"])[high])) == 28
    assert lesson.merits["boxcar"].width_6db == min(f.width_6db for f in lesson.merits.values())
