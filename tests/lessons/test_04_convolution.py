"""What lesson 04 says, and its stored outputs do not show."""

import csv
from pathlib import Path

import numpy as np
import pytest
import scipy.signal

import dspkit as dk

RECORDINGS = Path(dk.__file__).parent / "recordings"
ROWS = csv.DictReader((RECORDINGS / "speech.csv").read_text(encoding="utf-8").splitlines())
PHONEMES = [(row["phoneme"], float(row["start_s"]), float(row["end_s"])) for row in ROWS]
VOWELS = {"AA", "AE", "AH", "AO", "AW", "AY", "EH", "ER", "EY", "IH", "IY", "OW", "OY", "UH", "UW"}


def decibels(power):
    return 10 * np.log10(power)


def levels(y, sr):
    """RMS in frames of 10 ms, in dB."""
    return decibels(np.mean(y[: y.size // (sr // 100) * (sr // 100)].reshape(-1, sr // 100) ** 2, axis=1) + 1e-20)


def test_the_words_are_those_of_the_comments(lesson):
    """The sentence is cut after "hearted", the words after "be", and not within a phoneme."""
    ends = [end for _, _, end in PHONEMES]
    assert lesson.speech.size / lesson.sr in ends
    assert lesson.words.size == int(0.74 * lesson.sr)
    assert 0.74 in ends
    said = [name for name, start, end in PHONEMES if end <= 2.1 and name != "SIL"]
    assert said[-6:] == ["HH", "AA", "R", "T", "IH", "D"]
    assert len([name for name in said if name in VOWELS]) == 9  # syllables
    first = next(start for name, start, _ in PHONEMES if name != "SIL")
    assert 2.1 - first == pytest.approx(1.95)
    assert (2.1 - first) / 9 * lesson.sr == pytest.approx(3500, abs=50)
    assert first >= 0.15  # "nobody has spoken yet"


def test_the_room_is_the_model_that_the_text_describes(lesson):
    """A 1, three reflections, noise that falls by 60 dB within a second."""
    room, sr = lesson.room, lesson.sr
    assert room.size == sr
    assert room[0] == 1.0
    assert np.argsort(-np.abs(room))[:4].tolist()[0] == 0
    assert np.flatnonzero(np.abs(room) > 0.24).tolist() == [0, 144, 224, 368]
    assert room[[144, 224, 368]].tolist() == [0.5, 0.45, 0.4]
    assert np.flatnonzero(room[:400]).tolist() == [0, 144, 224, 368]  # no noise before 25 ms
    assert np.all(room[400:420] != 0)
    level = levels(room[sr // 10 :], sr)
    slope = np.polyfit(np.arange(level.size) / 100, level, 1)[0]
    assert slope == pytest.approx(-60, abs=2)


def test_the_crack_is_short_and_comes_out_as_a_fading_noise(lesson):
    """14 ms of the recording, around its peak; what comes out lasts a second and fades as the room does."""
    assert lesson.crack.size / lesson.sr == pytest.approx(0.014)
    assert lesson.snap_in_room.size / lesson.sr == pytest.approx(1.014, abs=1e-3)
    level = levels(lesson.snap_in_room[int(0.4 * lesson.sr) : int(0.95 * lesson.sr)], lesson.sr)
    assert np.polyfit(np.arange(level.size) / 100, level, 1)[0] == pytest.approx(-60, abs=6)


def test_the_snap_as_recorded_has_a_small_room_of_its_own(lesson):
    """The file is 0.3 s long; behind its peak the level falls by 60 dB in about a third of a second."""
    whole, sr = dk.recording("snap")
    assert whole.size / sr == pytest.approx(0.3, abs=0.01)
    left = np.cumsum(whole[np.argmax(np.abs(whole)) :][::-1].astype(float) ** 2)[::-1]
    fall = decibels(left / left[0] + 1e-20)
    assert 3 * (np.argmax(fall < -25) - np.argmax(fall < -5)) / sr == pytest.approx(0.34, abs=0.02)
    power = np.abs(np.fft.rfft(lesson.crack, lesson.sr)) ** 2  # of the crack, 1 Hz a bin
    assert decibels(power[2000:6000].sum() / power[:2000].sum()) > 10


def test_the_silence_after_the_sentence_is_filled_for_about_a_second(lesson):
    after = levels(lesson.speech_in_room[lesson.speech.size :], lesson.sr)
    assert after.size == pytest.approx(99, abs=1)
    assert after[:10].mean() > -40
    assert after[:10].mean() - after[60:70].mean() == pytest.approx(36, abs=4)
    assert after[50:60].mean() < -50  # "after half a second little is left to hear"


def test_the_recorded_snap_puts_the_voice_into_the_room(lesson):
    """No room in it but the recording; it lasts as the room does, and is not the same (the snap's colour)."""
    expected = scipy.signal.fftconvolve(lesson.speech, lesson.snap_in_room)[: lesson.speech_in_room.size]
    np.testing.assert_allclose(lesson.by_snap, expected, atol=1e-9)
    ours, room = (levels(y[lesson.speech.size :], lesson.sr) for y in (lesson.by_snap, lesson.speech_in_room))
    assert ours[10:20].mean() - ours[60:70].mean() == pytest.approx(room[10:20].mean() - room[60:70].mean(), abs=4)


def test_what_comes_out_lasts_as_long_as_the_room(lesson):
    """The lowest row begins with the snap and goes on answering: where the snap is 40 dB down, y is not."""
    snap, y = (levels(v / np.max(np.abs(v)), lesson.sr) for v in (lesson.crack, lesson.snap_in_room))
    assert np.flatnonzero(y > y.max() - 40)[-1] > 2 * np.flatnonzero(snap > snap.max() - 40)[-1]


def test_the_overdrives_prediction_is_too_quiet_and_lacks_its_distortion(lesson):
    out = lesson.devices["overdrive"](lesson.speech)
    assert decibels(dk.rms(out) ** 2 / dk.rms(lesson.speech) ** 2) == pytest.approx(14, abs=0.5)
    boost = np.dot(out, lesson.speech) / np.dot(lesson.speech, lesson.speech)
    assert dk.rms(out - boost * lesson.speech) / dk.rms(out) > 0.3  # what no volume control removes


def test_the_reflections_stand_alone_and_the_first_made_a_detour_of_three_metres(lesson):
    """Arrows at the three samples that stand out; between them nothing is half as large."""
    detour = 343 * 0.009
    assert detour == pytest.approx(3, abs=0.1)
    tips = {int(seconds * lesson.sr): height for seconds, height in lesson.marks.values() if height > 0.1}
    assert tips == {n: lesson.room[n] for n in (0, 144, 224, 368)}
    others = np.delete(np.abs(lesson.room[:640]), list(tips))
    assert others.max() < 0.5 * min(tips.values())


def test_arrows_one_behind_the_other_end_at_the_gain(lesson):
    """Each tap an arrow of length h[j], turned by 2πfj/sr: the chain's end is A to the side and B above its start."""
    for name, kernel in lesson.kernels.items():
        for f in (0.0, 300.0, 1000.0, 5000.0):
            turned = 2 * np.pi * f * np.arange(len(kernel)) / lesson.sr
            chain = np.cumsum(np.stack([kernel * np.cos(turned), kernel * np.sin(turned)]), axis=1)
            assert np.hypot(*chain[:, -1]) == pytest.approx(lesson.gain(kernel, f), abs=1e-9), name


def test_the_order_of_room_and_overdrive_matters(lesson):
    """By more than half of the output; that of two convolutions not."""
    apart = {name: dk.rms(a - b) / dk.rms(b) for name, (a, b) in lesson.orders.items()}
    assert apart.pop("overdrive before or after the room") > 0.5
    assert max(apart.values()) < 1e-12


def test_neighbours_are_alike_in_the_toy_and_in_speech(lesson):
    """What two taps see: their cosine is near 1, so one can be traded for the other, at a small price."""
    for y in (lesson.sound, lesson.speech):
        assert np.dot(y[1:], y[:-1]) / np.linalg.norm(y[1:]) / np.linalg.norm(y[:-1]) > 0.9
    error = [np.mean((dk.conv1d(lesson.sound, w) - lesson.wanted) ** 2) for w in ([2.0, 3], [2.0, 1])]
    np.testing.assert_allclose(error, [46.3, 3.7], atol=0.05)


def test_one_gradient_by_hand(lesson):
    """At [3, -1]: the outputs, g, and that of tap 0; against it the error falls."""
    out = dk.conv1d(lesson.sound, [3.0, -1.0])
    g = 2 / 3 * (out - lesson.wanted)
    assert out.tolist() == [-3, 5, 7]
    np.testing.assert_allclose(g, [-6, -4, -4.67], atol=0.005)
    assert np.sum(g * lesson.sound[:3]) == pytest.approx(-30.7, abs=0.05)
    closer = np.mean((dk.conv1d(lesson.sound, [3.1, -1.0]) - lesson.wanted) ** 2)
    assert closer < np.mean((out - lesson.wanted) ** 2)


def test_a_layer_in_one_line_needs_the_pad():
    """The text's line on xp is conv1d; on x itself index -1 is the last sample."""
    x, w, b, K = np.arange(1.0, 11), [1.0, 2, 3], 0.5, 3
    for s, d, p in ((1, 1, 1), (2, 1, 1), (2, 3, 2)):
        xp = np.pad(x, p)
        y = dk.conv1d(x, w, bias=b, stride=s, dilation=d, padding=p)
        mine = [b + sum(w[j] * xp[s * n + d * j] for j in range(K)) for n in range(y.size)]
        np.testing.assert_allclose(mine, y, atol=1e-13)
    assert sum(w[j] * x[j - 1] for j in range(K)) == 18 != dk.conv1d(x, w, padding=1)[0]


def test_pulled_apart_two_taps_dull_colour_and_echo(lesson):
    """Gains of [1, 1]: with dilation 1 high partials are weaker, 16 is a comb; 3200 samples are 0.2 s."""
    assert lesson.gain(np.ones(2), 6000) < 0.5 * lesson.gain(np.ones(2), 100)
    comb = np.eye(17)[0] + np.eye(17)[16]
    assert lesson.gain(comb, 500) < 1e-12
    assert lesson.gain(comb, 1000) == pytest.approx(2)
    echo = lesson.words + np.r_[np.zeros(3200), lesson.words[:-3200]]
    np.testing.assert_allclose(lesson.apart["dilation 3200"], echo, atol=1e-12)
    assert 3200 / lesson.sr == 0.2


def test_each_sample_launches_a_copy_and_only_its_own(lesson):
    """A sample that changes by δ changes y by δ·h, from there on, K outputs long; N + K − 1 come out."""
    x = np.random.default_rng(1).standard_normal(9)
    h = np.random.default_rng(2).standard_normal(4)
    changed = x + 0.5 * (np.arange(9) == 3)
    expected = np.r_[np.zeros(3), 0.5 * h, np.zeros(5)]
    np.testing.assert_allclose(lesson.convolve(changed, h) - lesson.convolve(x, h), expected, atol=1e-14)
    assert lesson.convolve(x, h).size == 9 + 4 - 1
    np.testing.assert_allclose(lesson.convolve(x, h), scipy.signal.convolve(x, h), atol=1e-13)
    assert lesson.speech.size == 33_600


@pytest.mark.parametrize(("name", "adds", "alike"), [("room", 1, 1), ("overdrive", 0, 1), ("tremolo", 1, 0)])
def test_devices_fail_where_the_text_says(lesson, name, adds, alike):
    """Adding, scaling and delaying, on noise of the sentence's level."""
    rng, device = np.random.default_rng(3), lesson.devices[name]
    a, b = 0.1 * rng.standard_normal((2, 8000))
    a[-2000:] = 0.0
    size = np.max(np.abs(device(a)))
    assert (np.max(np.abs(device(a + b) - device(a) - device(b))) < 1e-9 * size) == adds
    assert (np.max(np.abs(device(0.37 * a) - 0.37 * device(a))) < 1e-9 * size) == adds
    assert (np.max(np.abs(device(np.roll(a, 2000))[2000:] - device(a)[:-2000])) < 1e-9 * size) == alike


def test_overdrive_and_tremolo_answer_a_click_with_a_click(lesson):
    """So the prediction is the clean sentence."""
    for name in ("overdrive", "tremolo"):
        answer = lesson.devices[name](lesson.click)
        assert np.flatnonzero(answer).tolist() == [0]
        assert answer[0] == pytest.approx(1.0, abs=1e-6)


def test_the_order_of_convolutions_does_not_matter(lesson):
    assert dk.largest_difference(lesson.dull_words, lesson.dull_room, allowed=1e-12)
    rng = np.random.default_rng(4)
    a, b, c = rng.standard_normal(7), rng.standard_normal(5), rng.standard_normal(6)
    one, other = np.convolve(np.convolve(a, b), c), np.convolve(np.convolve(c, a), b)
    np.testing.assert_allclose(one, other, atol=1e-12)


def test_pre_emphasis_lifts_the_hiss_and_the_mean_lowers_it(lesson):
    """The s of "unless" against the vowel before it, in dB; and the text's gains at both ends."""
    sr, ratio = lesson.sr, {}
    for name, y in {"dry": lesson.speech, **lesson.filtered}.items():
        hiss, vowel = (y[int(a * sr) : int(b * sr)] for a, b in ((0.41, 0.45), (0.32, 0.38)))
        ratio[name] = decibels(np.mean(hiss**2) / np.mean(vowel**2))
    assert ratio["pre-emphasis"] > ratio["dry"] + 10
    assert ratio["mean of nine"] < ratio["dry"] - 8
    pre = lesson.kernels["pre-emphasis"]
    assert lesson.gain(pre, 0) == pytest.approx(0.03)
    assert lesson.gain(pre, sr / 2) == pytest.approx(1.97)


def test_the_mean_of_nine_removes_its_notches_altogether(lesson):
    """The truth at sr/9 and its multiples is zero, no artefact of a grid: by formula, and by a tone sent through."""
    for m in (1, 2, 3, 4):
        assert lesson.gain(lesson.mean, m * lesson.sr / 9) < 1e-15
        tone = np.cos(2 * np.pi * m / 9 * np.arange(900))
        assert np.max(np.abs(np.convolve(tone, lesson.mean, "valid"))) < 1e-13
    assert lesson.sr / 9 in lesson.freqs


def test_the_reflection_is_a_comb(lesson):
    """0.1 at 500 Hz, 1.9 at 1000 Hz."""
    kernel = lesson.kernels["copy after 1 ms"]
    assert lesson.gain(kernel, 500) == pytest.approx(0.1)
    assert lesson.gain(kernel, 1000) == pytest.approx(1.9)
    assert np.flatnonzero(kernel).tolist() == [0, 16]
    assert np.flatnonzero(lesson.kernels["copy after 300 ms"]).tolist() == [0, 4800]


@pytest.mark.parametrize("f", [0.0, 137.0, 1000.0, 6543.2, 8000.0])
def test_gain_is_that_of_scipy_and_a_filter_moves_no_partial(lesson, f):
    for kernel in lesson.kernels.values():
        theirs = np.abs(scipy.signal.freqz(kernel, worN=[f], fs=lesson.sr)[1][0])
        assert lesson.gain(kernel, f) == pytest.approx(theirs, abs=1e-9)
    n = np.arange(400)  # what comes out is a·cos + b·sin of the same frequency, to the last digit
    out = np.convolve(np.cos(2 * np.pi * f * n / lesson.sr), lesson.mean, "valid")
    basis = np.stack([np.cos(2 * np.pi * f * n[8:] / lesson.sr), np.sin(2 * np.pi * f * n[8:] / lesson.sr)], axis=1)
    np.testing.assert_allclose(basis @ np.linalg.lstsq(basis, out, rcond=None)[0], out, atol=1e-12)


def test_without_the_flip_the_reverberation_comes_before_the_words(lesson):
    """The quiet second before the first vowel's end is full; the rule with [::-1] is NumPy's convolution."""
    assert lesson.right.size == lesson.forgotten.size == lesson.words.size + lesson.K - 1
    assert np.argmax(lesson.room[::-1]) == lesson.K - 1 == 15_999
    reversed_room = scipy.signal.fftconvolve(lesson.words, lesson.room[::-1])
    np.testing.assert_allclose(lesson.forgotten, reversed_room, atol=1e-12)
    first = int(0.15 * lesson.sr)
    after_flip = levels(lesson.forgotten[: lesson.K - 1 + first], lesson.sr)
    assert after_flip[-10:].mean() > after_flip[:10].mean() + 20  # swells
    assert levels(lesson.right[:first], lesson.sr).max() < -40
    wrong = dk.conv1d(lesson.x, lesson.h, padding=2)
    np.testing.assert_allclose(wrong, np.correlate(lesson.x, lesson.h, "full"), atol=1e-14)


def test_on_a_short_loop_the_end_is_added_to_the_beginning(lesson):
    x, h = np.random.default_rng(5).standard_normal((2, 12))
    y = np.convolve(x, h)
    for n in (12, 17, 23, 30):
        wrapped = np.bincount(np.arange(23) % n, weights=y, minlength=n)
        np.testing.assert_allclose(lesson.by_partials(x, h, n), wrapped, atol=1e-12)
    assert lesson.levels[1] - lesson.levels[0] > 20


def test_lengths_are_those_of_conv1d(lesson):
    for N in range(1, 30):
        for K, s, d, p in ((1, 1, 1, 0), (3, 2, 1, 0), (3, 1, 4, 2), (4, 3, 2, 1), (5, 7, 3, 3)):
            if N + 2 * p >= d * (K - 1) + 1:
                y = dk.conv1d(np.zeros(N), np.zeros(K), stride=s, dilation=d, padding=p)
                assert y.size == lesson.n_out(N, K, s, d, p)


def test_each_of_the_1024_samples_has_one_path(lesson):
    seen = np.zeros(1024)
    for i in range(1024):
        y = np.eye(1, 1024, i)[0]
        for layer in range(10):
            y = dk.conv1d(y, [1.0, 1.0], dilation=2**layer)
        seen[i] = y[0]
    assert np.all(seen == 1)
    assert lesson.twelve == 4096  # samples, with 24 weights, where a syllable takes 3500
    assert dk.receptive_field([2] * 11, dilations=[2**i for i in range(11)]) < 3500


def test_the_separable_pair_needs_nearly_nine_times_fewer_parameters():
    full, separable = dk.conv1d_cost(128, 256, 9), dk.separable_conv1d_cost(128, 256, 9)
    assert 8.5 < full.parameters / separable.parameters < 9
    rank = np.linalg.matrix_rank(np.random.default_rng(6).standard_normal((256, 9)))
    assert rank > 1  # a separable pair has rank 1 for each input channel: not every full layer can be written so


def test_gradient_is_the_slope_and_the_package_agrees(lesson):
    """By finite differences, at the start of the path."""

    def error(w):
        return np.mean((dk.conv1d(lesson.sound, w) - lesson.wanted) ** 2)

    w = lesson.path[0]
    g = 2 / 3 * (dk.conv1d(lesson.sound, w) - lesson.wanted)
    by_package = dk.conv1d_gradients(lesson.sound, w, g).kernel
    for j in range(2):
        step = 1e-6 * (np.arange(2) == j)
        slope = (error(w + step) - error(w - step)) / 2e-6
        assert slope == pytest.approx(by_package[j], rel=1e-6)
        assert np.sum(g * lesson.sound[j : j + 3]) == pytest.approx(by_package[j])


def test_the_path_leaps_across_the_valley_and_creeps_along_it(lesson):
    """The valley's floor is where one tap grows as the other shrinks; the error is symmetric around [1, 2]."""
    seen = np.stack([lesson.sound[:3], lesson.sound[1:]])
    values, vectors = np.linalg.eigh(seen @ seen.T / 3)
    floor, slope = vectors[:, 0], vectors[:, 1]
    assert floor[0] * floor[1] < 0 < slope[0] * slope[1]
    assert values[1] > 20 * values[0]
    off = (np.array(lesson.path) - [1, 2]) @ slope
    assert np.all(np.sign(off[:6]) == np.sign(off[0]) * (-1.0) ** np.arange(6))  # from one side to the other
    along = np.abs((np.array(lesson.path) - [1, 2]) @ floor)
    assert np.all(np.diff(along) < 0)
    assert along[20] > 0.1 * along[0]
    np.testing.assert_allclose(lesson.w, [1, 2], atol=0.01)


def test_partials_of_the_last_picture_multiply(lesson):
    np.testing.assert_allclose(lesson.strengths["X"] * lesson.strengths["H"], lesson.strengths["Y"], atol=1e-12)
    assert lesson.strengths["X"].size == 4


def test_cards_cost_what_they_say(lesson):
    """0.6 of the mean of five ones; one output too many; 100 dB quieter."""
    assert dk.conv1d(np.ones(20), np.full(5, 0.2), padding="same")[0] == pytest.approx(0.6)
    assert dk.conv1d(np.zeros(100), np.zeros(4), padding=2).size == 101
    assert decibels(np.mean(lesson.loud[4000:] ** 2) / np.mean(lesson.loud[:3000] ** 2)) == pytest.approx(-100, abs=1)
