"""Lesson 12: what its sentences claim and its outputs do not show."""

import numpy as np
import pytest
import scipy.signal

import dspkit as dk


def db(gain):
    return 20 * np.log10(gain)


def spread(levels):
    return max(levels.values()) - min(levels.values())


# --- three ways to be equal ---


def test_each_way_makes_its_own_level_equal_and_leaves_loudness_apart(lesson):
    for y in lesson.ways["equal peak"].values():
        assert db(np.max(np.abs(y))) == pytest.approx(-6, abs=1e-9)
    for y in lesson.ways["equal RMS"].values():
        assert db(np.sqrt(np.mean(y**2))) == pytest.approx(-26, abs=1e-9)
    assert spread(lesson.heard["equal peak"]) == pytest.approx(7, abs=0.3)
    assert 5 < spread(lesson.heard["equal RMS"]) < 6
    assert spread(lesson.heard["equal loudness"]) < 1e-9
    assert max(lesson.heard["equal peak"], key=lesson.heard["equal peak"].get) == "violin"
    assert max(lesson.heard["equal RMS"], key=lesson.heard["equal RMS"].get) == "bell"


def test_the_package_has_the_same_three_gains(lesson):
    y = lesson.clips["speech"]
    np.testing.assert_allclose(dk.normalize_peak(y, -6.0), lesson.ways["equal peak"]["speech"], atol=1e-12)
    np.testing.assert_allclose(dk.normalize_rms(y, -26.0), lesson.ways["equal RMS"]["speech"], atol=1e-12)
    found = dk.normalize_loudness(y, lesson.sr, -26.0).y
    np.testing.assert_allclose(found, lesson.ways["equal loudness"]["speech"], atol=1e-9)


def test_the_bell_lies_above_1_khz_and_k_weighting_explains_most_of_its_lead(lesson):
    def above(y, hertz):
        power = np.abs(np.fft.rfft(y)) ** 2
        return power[np.fft.rfftfreq(len(y), 1 / lesson.sr) > hertz].sum() / power.sum()

    assert above(lesson.clips["bell"], 1000) > 0.99
    assert max(above(lesson.clips[name], 1000) for name in ("speech", "tabla")) < 0.1

    def weighted(y):
        return db(np.std(scipy.signal.sosfilt(dk.k_weighting(lesson.sr), y)) / np.std(y))

    lead = {name: weighted(y) for name, y in lesson.clips.items()}
    assert lead["bell"] - max(lead["speech"], lead["tabla"]) > 0.7 * spread(lesson.heard["equal RMS"])


def test_the_drum_falls_from_its_peak_and_the_violin_stays_near_it(lesson):
    def blocks(y):
        return np.max(np.abs(y[: len(y) // 320 * 320].reshape(-1, 320)), axis=-1) / np.max(np.abs(y))

    at = int(np.argmax(np.abs(lesson.drum))) + lesson.sr // 10
    fallen = -db(np.max(np.abs(lesson.drum[at : at + 160])) / np.max(np.abs(lesson.drum)))
    assert fallen == pytest.approx(9, abs=0.7)
    assert np.mean(blocks(lesson.drum) > 0.5) < 0.15
    assert np.mean(blocks(lesson.clips["violin"]) > 0.5) > 0.65


def test_the_gate_makes_the_rest_of_the_bells_lead(lesson):
    def ungated(y):
        return db(np.std(scipy.signal.sosfilt(dk.k_weighting(lesson.sr), y)))

    levels = {name: ungated(y) for name, y in lesson.ways["equal RMS"].items()}
    assert spread(levels) == pytest.approx(4.5, abs=0.2)  # of 5.4 LU


# --- the ceiling ---


def test_the_drum_cannot_reach_minus_9(lesson):
    assert lesson.loudness(lesson.drum) == pytest.approx(-23, abs=0.1)
    assert db(np.max(np.abs(lesson.drum))) == pytest.approx(-5, abs=0.2)
    assert lesson.found_drum.ceiling_won
    assert lesson.found_drum.gain_db < 4
    assert -9 - lesson.found_drum.loudness == pytest.approx(10, abs=0.2)
    assert lesson.loudness(lesson.louder) - lesson.loudness(lesson.drum) == pytest.approx(14, abs=0.1)


def test_clipping_fills_the_dark_places_and_limiting_does_not(lesson):
    assert db(np.max(np.abs(lesson.high)) / lesson.ceiling) == pytest.approx(11, abs=1e-6)
    assert lesson.new["clipped"] > 15
    assert lesson.new["limited"] < 1
    assert spread({name: lesson.loudness(y) for name, y in lesson.bells.items()}) < 1e-6
    first, later = slice(0, lesson.sr // 10), slice(lesson.sr // 2, lesson.sr)
    contrast = {name: np.max(np.abs(y[first])) / np.std(y[later]) for name, y in lesson.bells.items()}
    assert db(contrast["bell"] / contrast["limited"]) > 5  # the stroke stands out less from the ringing


# --- the limiter ---


def test_each_step_covers_the_need_and_no_sample_slips_through(lesson):
    need, *later = lesson.steps.values()
    for step in (*later[:1], later[-1]):
        assert np.all(step >= need - 1e-9)
    assert np.max(np.abs(lesson.limited)) <= lesson.ceiling * (1 + 1e-12)
    assert np.max(need) > 9
    as_it_is = lesson.louder * 10 ** (-need / 20)  # the need applied as it is: clipping
    np.testing.assert_allclose(as_it_is, np.clip(lesson.louder, -lesson.ceiling, lesson.ceiling), atol=1e-12)


def test_my_limit_is_the_packages(lesson):
    for attack, release in ((0.005, 0.05), (0.002, 0.2)):
        mine, _ = lesson.my_limit(lesson.louder, lesson.ceiling, attack, release)
        theirs = dk.limit(lesson.louder, lesson.sr, ceiling=-1.0, attack=attack, release=release)
        np.testing.assert_allclose(mine, theirs, atol=1e-6)


def test_the_gain_falls_within_the_attack_and_does_not_follow_the_swings(lesson):
    y, z = lesson.louder[lesson.part], lesson.limited[lesson.part]
    assert len(y) / lesson.sr == pytest.approx(0.09)
    gain = -lesson.steps["smooth s"][lesson.part]
    first = int(np.argmax(np.abs(y) > lesson.ceiling))
    falls = int(np.flatnonzero(gain[: first + 1] > gain[: first + 1].max() - 0.05)[-1])
    assert 3.8 < 1e3 * (first - falls) / lesson.sr < 5
    lowest = int(np.argmin(gain))
    assert np.all(np.diff(gain[lowest + 160 :]) > 0)  # 10 ms later it only comes back
    swing = lesson.drum[int(1.02 * lesson.sr) : int(1.3 * lesson.sr)]
    spectrum = np.abs(np.fft.rfft(swing * np.hanning(len(swing)), 1 << 16))
    assert 1e3 / (np.argmax(spectrum) * lesson.sr / (1 << 16)) == pytest.approx(8, abs=0.6)
    heard = np.abs(y) > 1e-3
    np.testing.assert_allclose(db(np.abs(z[heard] / y[heard])), gain[heard], atol=1e-9)


def test_how_much_louder_at_the_sliders_settings(lesson):
    def gained(gain, release):
        y = dk.limit(lesson.drum * 10 ** (gain / 20), lesson.sr, ceiling=-1.0, release=release)
        return lesson.loudness(y) - lesson.loudness(lesson.drum)

    assert gained(12, 0.05) == pytest.approx(8.5, abs=0.1)
    assert db(np.max(np.abs(lesson.asked)) / lesson.ceiling) == pytest.approx(8, abs=0.2)  # the most it turns down
    power = scipy.signal.sosfilt(dk.k_weighting(lesson.sr), lesson.asked) ** 2
    turned_down = np.abs(lesson.got) < 0.89 * np.abs(lesson.asked)  # by more than 1 dB
    assert np.mean(turned_down) < 0.4
    assert np.sum(power[turned_down]) > 0.8 * np.sum(power)
    assert gained(24, 0.05) - gained(12, 0.05) == pytest.approx(3, abs=0.4)
    assert gained(12, 0.005) - gained(12, 0.05) == pytest.approx(1, abs=0.4)


# --- numbers for a model ---


def test_the_line_keeps_20_db_and_the_z_score_keeps_nothing(lesson):
    (a, b), (c, d) = (list(sounds.values()) for sounds in lesson.curves.values())
    np.testing.assert_allclose(a - b, 0.25, atol=1e-9)
    np.testing.assert_allclose(c, d, atol=1e-9)
    loud, soft = lesson.mel_db(lesson.clips["speech"]), lesson.mel_db(0.1 * lesson.clips["speech"])
    np.testing.assert_allclose(loud - soft, 20, atol=1e-3)  # nowhere does a clamp hold
    np.testing.assert_allclose(dk.scale_db(loud, source=(-140, 20))[10], a, atol=1e-9)
    standard = dk.Standardizer().fit(loud)
    np.testing.assert_allclose(standard.inverse_transform(standard.transform(soft)), soft, atol=1e-9)
    assert np.mean(standard.transform(loud) - standard.transform(soft)) > 0.5  # by the training set the level stays


# --- leaks ---


def test_selection_on_all_files_makes_a_score_of_noise(lesson):
    mean = {way: np.mean(found) for way, found in lesson.results.items()}
    assert mean["selected by all files"] == pytest.approx(0.88, abs=0.02)
    assert mean["selected by training files"] == pytest.approx(0.5, abs=0.03)
    assert mean["z-score by all files"] == pytest.approx(0.5, abs=0.03)


def test_a_z_score_by_all_files_scores_as_one_by_the_training_files(lesson):
    rng, gained = np.random.default_rng(3), []
    for _ in range(200):
        X = rng.standard_normal((40, 1000))
        half = X[lesson.train]
        leaked = lesson.accuracy((X - X.mean(axis=0)) / X.std(axis=0))
        gained.append(leaked - lesson.accuracy((X - half.mean(axis=0)) / half.std(axis=0)))
    assert abs(np.mean(gained)) < 0.02


def test_twins_of_the_same_recording_make_a_score_of_a_coin(lesson):
    mean = {way: np.mean(found) for way, found in lesson.splits.items()}
    assert mean["frames split at random"] == pytest.approx(0.957, abs=0.008)
    assert mean["split by recording"] == pytest.approx(0.5, abs=0.05)
    everything = np.where(np.eye(len(lesson.source), dtype=bool), np.inf, lesson.distance)
    twins = lesson.source[np.argmin(everything, axis=-1)] == lesson.source
    assert np.mean(twins) > 0.9


def test_the_reader_comes_back_in_the_other_recording(lesson):
    i, j = lesson.names.index("speech"), lesson.names.index("speech_voiced")
    assert lesson.share[i, j] == pytest.approx(2 / 3, abs=0.05)
    assert lesson.share[j, i] > 0.6
    assert np.sum(lesson.source == lesson.names.index("snap")) == 5
    others = lesson.source != i
    assert np.sum(lesson.source == lesson.names.index("crow")) == 8
    assert np.mean(lesson.source[others] == j) < 1 / 9 + 0.01
    for voice in ("faster", "slower"):
        assert np.mean(lesson.to("same") < lesson.to(voice)) > 0.7
        few = min(len(lesson.frames_of["same"]), len(lesson.frames_of[voice]))  # equally many candidates for each
        rng, shares = np.random.default_rng(0), []
        for _ in range(20):
            nearest = []
            for name in ("same", voice):
                some = rng.permutation(lesson.frames_of[name])[:few]
                apart = ((lesson.frames_of["speech"][:, None] - some) / lesson.scale) ** 2
                nearest.append(np.min(np.sum(apart, axis=-1), axis=-1))
            shares.append(np.mean(nearest[0] < nearest[1]))
        assert np.mean(shares) > 0.65
    power = np.abs(np.fft.rfft(lesson.voices["slower"])) ** 2
    hertz = np.fft.rfftfreq(len(lesson.voices["slower"]), 1 / lesson.sr)
    assert np.mean(power[hertz > 6900]) < 1e-8 * np.mean(power[(hertz > 5000) & (hertz < 6500)])
    assert len(lesson.voices["same"]) / len(lesson.voices["faster"]) == pytest.approx(1.2, abs=0.01)
    assert len(lesson.voices["slower"]) / len(lesson.voices["same"]) == pytest.approx(1.2, abs=0.01)


def test_the_sum_up(lesson):
    gain, clipped, limited = (
        np.array(lesson.asked_and_got[k]) for k in ("a gain, up to the ceiling", "clipped", "limited")
    )
    low, high = lesson.targets < -19.2, lesson.targets > -18
    np.testing.assert_allclose(gain[low], lesson.targets[low], atol=0.01)
    assert np.all(gain[high] < limited[high])
    assert np.all(limited[high] < clipped[high])
    assert np.all(clipped[high] < lesson.targets[high])


# --- the reference ---


def test_the_phase_advance_is_steadier_along_partials_than_between(lesson):
    level, advance = lesson.both[:, 4:80, 30:]  # up to 2.5 kHz, after the onset
    jump = np.abs(np.diff(advance, axis=-1))
    strong = level[:, 1:] > np.quantile(level, 0.9)
    weak = level[:, 1:] < np.quantile(level, 0.5)
    assert np.median(jump[strong]) < 0.2 * np.median(jump[weak])
