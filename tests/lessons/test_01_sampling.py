"""Lesson 01: what its sentences claim, on its own sounds and numbers."""

import numpy as np
import pytest
from scipy.signal import firwin

import dspkit as dk


def db(ratio):
    return 10 * np.log10(ratio)


def band_power(y, sr, low, high):
    """Mean power between two frequencies in hertz."""
    Y = np.abs(np.fft.rfft(y)) ** 2
    f = np.fft.rfftfreq(len(y), 1 / sr)
    return 2 * np.sum(Y[(f >= low) & (f < high)]) / len(y) ** 2


def test_dots_follow_the_vowel_and_miss_the_s(lesson):
    """Figure 1: nearly all of the vowel's power lies below half the dots' rate, and hardly any of the s."""
    sr, share = lesson.voice_sr, []
    for middle in lesson.seen.values():
        piece = lesson.voice[round((middle - 0.02) * sr) : round((middle + 0.02) * sr)] * np.hanning(640)
        share.append(band_power(piece, sr, 0, 2000) / band_power(piece, sr, 0, 8001))
    assert share[0] > 0.95
    assert share[1] < 0.1


def test_the_pictures_are_in_the_phonemes_that_they_are_said_to_be_in(lesson):
    spoken = {p.phoneme: p for p in dk.phonemes("speech") if 1.05 < p.start < 3.5}
    vowel, s = (1.05 + t for t in lesson.seen.values())
    assert spoken["AE"].start < vowel < spoken["AE"].end
    assert spoken["S"].start < s < spoken["S"].end
    start = 1.05 + 1.2  # the phrase's
    assert spoken["S"].start <= start + lesson.s.start / lesson.voice_sr
    assert start + lesson.s.stop / lesson.voice_sr <= spoken["S"].end
    assert spoken["SH"].start < start + lesson.there[1][0] < spoken["SH"].end


def test_the_s_is_strongest_between_3_and_5_khz_and_lands_below_2(lesson):
    s = lesson.phrase[lesson.s]
    whole = band_power(s, 16_000, 0, 8001)
    assert band_power(s, 16_000, 3000, 5000) > 0.8 * whole
    assert band_power(s, 16_000, 0, 2000) < 0.03 * whole
    assert band_power(lesson.same_rate["no filter"][lesson.s], 16_000, 0, 2000) > 0.8 * whole


def test_the_glide_turns_at_4_and_at_8_khz(lesson):
    """Heard: 4 kHz at first, then 0."""
    seconds = np.arange(lesson.S_db.shape[1]) * 64 / 8000
    heard = np.argmax(lesson.S_db, axis=0) * 8000 / 256
    true = 500 + 11_000 * seconds / 2
    inside = (seconds > 0.05) & (seconds < 1.95)
    assert np.max(np.abs(heard - dk.alias_frequency(true, 8000))[inside]) < 100
    first, second = (inside & (np.abs(true - f) < 200) for f in (4000, 8000))
    assert np.max(heard[first]) > 3850
    assert np.min(heard[second]) < 150


def test_at_the_nyquist_frequency_the_samples_may_all_be_zero(lesson):
    n = np.arange(20)
    assert np.array_equal(np.round(np.cos(np.pi * n), 9), np.where(n % 2, -1.0, 1.0))
    assert np.max(np.abs(np.sin(np.pi * n))) < 1e-9


def test_filtering_afterwards_does_not_help(lesson):
    """The s keeps its level without a filter and with one that comes too late; the filter first takes 17 dB of it."""
    level = {name: 20 * np.log10(dk.rms(y[lesson.s])) for name, y in lesson.same_rate.items()}
    recording = 20 * np.log10(dk.rms(lesson.phrase[lesson.s]))
    assert level["no filter"] == pytest.approx(recording, abs=0.6)
    assert level["filter afterwards"] == pytest.approx(level["no filter"], abs=0.6)
    assert recording - level["filter first"] == pytest.approx(17, abs=0.7)
    h = firwin(2001, 2000, window=("kaiser", 14), fs=16_000)
    above = lesson.phrase - np.convolve(lesson.phrase.astype("float64"), h, mode="same")  # above 2 kHz
    left = dk.resample(dk.decimate(above, 4), orig_sr=4000, target_sr=16_000)[lesson.s]
    assert 20 * np.log10(dk.rms(left)) < level["filter first"] - 30  # what is left of the s was spoken below 2 kHz


def test_three_samples_of_four_come_back(lesson):
    """By less than a millionth, where half a step of 16 bits is 0.000015 and the peak is 0.2."""
    assert np.max(np.abs(lesson.found - lesson.low[21_600:22_000])) < 1e-6 < 0.5 / 32_768 < 1.6e-5
    assert np.max(np.abs(lesson.found)) == pytest.approx(0.2, abs=0.02)
    assert lesson.t[0] * lesson.voice_sr % 4 == 0  # every fourth of these samples was kept
    assert db(band_power(lesson.low, 16_000, 2000, 8001) / band_power(lesson.low, 16_000, 0, 2000)) < -80


def test_the_stairs_hold_images_and_the_sincs_do_not(lesson):
    """500 Hz and 3500 Hz have the same samples at 4000 Hz, and stairs play both."""
    assert np.array_equal(lesson.held[::4], lesson.low[::4])
    low, held = lesson.pair["sinc sum"], lesson.pair["stairs"]
    assert db(band_power(held, 16_000, 2000, 8001) / band_power(low, 16_000, 0, 2000)) == pytest.approx(-13, abs=1)
    assert 20 * np.log10(np.sinc(0.5)) == pytest.approx(-3.9, abs=0.05)  # what holding takes at half the rate
    assert db(band_power(low, 16_000, 2100, 8000) / band_power(low, 16_000, 0, 2000)) < -60
    f = np.fft.rfftfreq(len(low), 1 / 16_000)
    power = [np.abs(np.fft.rfft(y)) ** 2 for y in (low, held)]
    assert [np.sum(f * P) / np.sum(P) for P in power] == pytest.approx([420, 600], abs=6)  # their mean frequency
    tone = dk.sample_and_hold(np.cos(2 * np.pi * 500 * np.arange(16_000) / 16_000), 4)
    spectrum = np.abs(np.fft.rfft(tone)) / 8000
    assert sorted(np.argsort(spectrum)[-2:]) == [500, 3500]


def test_levels_and_errors_of_three_bits(lesson):
    for rounded, highest in ((lesson.tread, 1 - lesson.step), (lesson.rise, 1 - lesson.step / 2)):
        assert len(np.unique(rounded)) == 8
        assert np.max(rounded) == highest
        inside = np.abs(lesson.wave) < highest
        assert np.max(np.abs(rounded - lesson.wave)[inside]) <= lesson.step / 2 + 1e-12
    assert np.max(np.abs(lesson.tread - lesson.wave)) > 0.9 * lesson.step  # the exception: cut off


def test_where_the_slider_of_bits_starts(lesson):
    sine = 0.2 * np.sin(np.linspace(0, 9, 500))
    assert np.all(dk.quantize(sine, 2) == 0)
    assert set(np.unique(dk.quantize(sine, 2, kind="mid-rise"))) == {-0.25, 0.25}
    assert np.max(sine) < 0.25


def test_the_phrase_in_few_bits(lesson):
    """36 dB and 12 dB in 8 and 4 bits; 2.8 or −2.6 dB in 2; f is gone, of s and sh one sample in a hundred is left."""
    got = {name: float(dk.snr(lesson.loud, y)) for name, y in lesson.coarse.items()}
    assert got["8 bits"] == pytest.approx(36, abs=0.6)
    assert got["4 bits"] == pytest.approx(12, abs=0.6)
    assert got["2 bits"] == pytest.approx(2.8, abs=0.1)
    assert got["2 bits, mid-rise"] == pytest.approx(-2.6, abs=0.1)
    s, f, sh = (np.mean(lesson.coarse["2 bits"][consonant] != 0) for consonant in consonants())
    assert f == 0
    assert s == pytest.approx(0.01, abs=0.006)
    assert sh == pytest.approx(0.01, abs=0.006)
    assert np.min(np.abs(lesson.coarse["2 bits, mid-rise"])) == 0.25


def test_every_bit_brings_six_decibels(lesson):
    """Of a sine and of speech; the speech lies 13 dB lower with the same peak."""
    for name in ("sine", "phrase"):
        slope = np.polyfit(lesson.bits, lesson.measured[name], 1)[0]
        assert slope == pytest.approx(6.02, abs=0.1)
        assert np.max(np.abs(np.array(lesson.measured[name]) - lesson.formula[name])) < 1.0
    assert 6.02 * lesson.bits + 1.76 - lesson.formula["sine"] == pytest.approx(0.9, abs=0.05)
    assert 6.02 * lesson.bits + 1.76 - lesson.formula["phrase"] == pytest.approx(14, abs=0.2)
    below = [10 * np.log10(0.5 / np.mean(x.astype("float64") ** 2)) for x in (lesson.sine, lesson.loud)]
    assert below == pytest.approx([0.9, 14], abs=0.5)
    assert np.max(np.abs(lesson.sine)) <= 1 - 2.0**-4  # nothing is clipped in 4 bits: Δ/2 below full scale
    assert np.array(lesson.formula["sine"]) - lesson.formula["phrase"] == pytest.approx(13, abs=0.5)


def test_the_error_of_a_soft_tone(lesson):
    """In steps²: 0.11, a quarter with dither; the lines, odd multiples of 250 Hz, become a floor."""
    power = [np.mean(e**2) * 2**14 for e in lesson.errors.values()]
    assert power == pytest.approx([0.109, 0.25], abs=0.005)
    assert np.max(np.abs(lesson.soft)) * 2**7 == pytest.approx(2.56)
    rounded, dithered = (lesson.bins(lesson.errors[name], 1024) for name in ("rounded", "with dither"))
    assert np.argmax(rounded) * 16_000 / 1024 == 1750  # the seventh harmonic
    E = np.abs(np.fft.rfft(lesson.errors["rounded"])) ** 2  # two seconds: bins of half a hertz
    assert np.sum(E[250 * 2 :: 500 * 2]) > 0.999 * np.sum(E)
    assert db(E[250 * 2] / np.median(E)) > 60  # 250 Hz itself is one of the lines
    assert db(np.max(dithered) / np.median(dithered)) < 2  # no lines


@pytest.mark.parametrize(("n_fft", "above"), [(256, 10.5), (1024, 16.6), (4096, 22.7)])
def test_a_line_over_the_floor_depends_on_the_resolution(lesson, n_fft, above):
    line = np.max(lesson.bins(lesson.errors["rounded"], n_fft))
    floor = np.median(lesson.bins(lesson.errors["with dither"], n_fft))
    assert db(line / floor) == pytest.approx(above, abs=0.2)


@pytest.mark.parametrize("shape", ["first", "second"])
def test_on_the_sheet_the_curves_cross_at_a_sixth_of_the_rate(lesson, shape):
    errors = (dk.quantization_error(lesson.soft, 8, dither="tpdf", shape=s) for s in (None, shape))
    flat, shaped = (lesson.bins(e, 1024) for e in errors)
    f = np.arange(513) * 16_000 / 1024
    gain = shaped / flat
    assert np.mean(gain[(f > 200) & (f < 2300)]) < 0.6
    assert np.mean(gain[f > 3100]) > 1.5
    near = (f > 2500) & (f < 2900)
    assert np.mean(gain[near]) == pytest.approx(1, abs=0.15)


def consonants():
    """The s, f and sh of "selfish" in the phrase, which begins 2.25 s after the recording does."""
    spoken = [p for p in dk.phonemes("speech") if p.phoneme in {"S", "F", "SH"} and 2.6 < p.start < 3.3]
    assert [p.phoneme for p in spoken] == ["S", "F", "SH"]
    return [slice(round((p.start - 2.25) * 16_000), round((p.end - 2.25) * 16_000)) for p in spoken]


def test_a_tone_below_half_a_step_is_silent_and_sings_with_dither(lesson):
    assert np.max(np.abs(lesson.faint)) * 2**7 == pytest.approx(0.4, abs=0.02)
    assert not np.any(lesson.faint_too["rounded"])
    dithered = lesson.faint_too["dither"]
    assert len(np.unique(dithered)) == 3
    up = lesson.faint > 0.9 * np.max(lesson.faint)
    assert np.mean(dithered[up] > 0) > 3 * np.mean(dithered[up] < 0)
    bins = np.abs(np.fft.rfft(dithered)) / len(dithered) * 2
    assert bins[500] == pytest.approx(0.003, rel=0.1)  # two seconds: bin 500 is 250 Hz
    assert bins[500] > 10 * np.median(bins)


def test_the_first_dots_of_the_s_lie_on_the_upper_side(lesson):
    begin = round((list(lesson.seen.values())[1] - 0.003) * lesson.voice_sr)
    n = np.arange(begin, begin + 100)
    assert np.all(lesson.voice[n[n % 4 == 0]][:9] > 0)


def test_with_dither_s_and_sh_keep_their_strength(lesson):
    """In two bits: within 12 % of it, inside a hiss 5 dB above the voice; without, a seventh and a quarter are left."""

    def strength(y):  # of the sound in y: what y has in common with it, relative to the sound itself
        return [np.dot(y[c], lesson.loud[c]) / np.dot(lesson.loud[c], lesson.loud[c]) for c in consonants()[::2]]

    assert strength(lesson.pairs["2 bits, dither"]) == pytest.approx([1, 1], abs=0.12)
    assert strength(lesson.pairs["2 bits"]) == pytest.approx([1 / 7, 1 / 4], abs=0.02)
    assert dk.snr(lesson.loud, lesson.pairs["2 bits, dither"]) == pytest.approx(-5, abs=0.1)
    for bits in (4, 2):  # the error is stronger than without
        dithered = lesson.pairs[f"{bits} bits, dither"]
        assert dk.snr(lesson.loud, dithered) < dk.snr(lesson.loud, lesson.pairs[f"{bits} bits"]) - 4


def test_with_dither_the_error_is_the_same_everywhere(lesson):
    """In two bits: within 0.5 dB in all phonemes; without, 4 to 5 dB weaker in s and sh than in e, 20 dB in f."""
    spoken = [p for p in dk.phonemes("speech") if 2.25 < p.start < 3.4]
    assert len(spoken) > 8
    where = [slice(round((p.start - 2.25) * 16_000), round((p.end - 2.25) * 16_000)) for p in spoken]
    plain, dithered = (
        {p.phoneme: db(np.mean((lesson.pairs[name] - lesson.loud)[w] ** 2)) for p, w in zip(spoken, where, strict=True)}
        for name in ("2 bits", "2 bits, dither")
    )
    assert np.ptp(list(dithered.values())) < 0.55
    assert all(4 < plain["EH"] - plain[consonant] < 5 for consonant in ("S", "SH"))
    assert plain["EH"] - plain["F"] == pytest.approx(19.5, abs=0.2)


def test_codes_mistaken_for_floats_leave_signs(lesson):
    assert lesson.codes.dtype == np.int16
    assert np.array_equal(lesson.codes / 32_768, lesson.floats)
    assert 20 * np.log10(32_768) == pytest.approx(90.3, abs=0.05)
    assert np.mean(np.abs(lesson.cut_off) == 0.1) > 0.95
    with pytest.raises(dk.SampleTypeError, match="to_float"):
        dk.play(lesson.codes, lesson.voice_sr)
    for refuses in (dk.rms, dk.spectrogram, lambda y: dk.decimate(y, 4), lambda y: dk.integrated_loudness(y, 16_000)):
        with pytest.raises(dk.SampleTypeError):
            refuses(lesson.codes)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of librosa's own imports
def test_what_the_readers_hand_over(lesson, tmp_path):
    librosa = pytest.importorskip("librosa")
    dk.save(tmp_path / "a.wav", lesson.phrase, 16_000)
    assert np.max(np.abs(librosa.load(tmp_path / "a.wav", sr=None)[0])) < 1


def test_mp3_is_smaller_and_not_equal(lesson, tmp_path):
    sizes = {}
    for ending in ("wav", "flac", "mp3"):
        dk.save(tmp_path / f"a.{ending}", lesson.long, 16_000)
        sizes[ending] = (tmp_path / f"a.{ending}").stat().st_size
    assert sizes["mp3"] < sizes["flac"] < sizes["wav"]
    assert sizes["wav"] - 2 * len(lesson.long) < 200
    assert len(lesson.long) / 16_000 == pytest.approx(29.4, abs=0.1)
    assert dk.snr(lesson.long, lesson.mp3) == pytest.approx(26, abs=1)


def test_half_of_soundfiles_codes_are_one_below(lesson):
    off = lesson.ours_16.astype(int) - lesson.theirs_16
    assert set(np.unique(off)) == {0, 1}
    assert np.mean(off) == pytest.approx(0.5, abs=0.1)
    assert np.mean(lesson.theirs_16 == np.floor(lesson.inside * 32_768)) > 0.999


def test_folds_and_ratios_of_the_reference():
    assert [round(6.02 * bits + 1.76) for bits in (8, 16, 24)] == [50, 98, 146]


def test_a_quiet_sine_in_mid_rise_is_five_decibels_stronger():
    sine = 0.2 * np.sin(2 * np.pi * 1.5 * np.arange(480) / 480)
    square = dk.quantize(sine, 2, kind="mid-rise")
    assert db(np.mean(square**2) / np.mean(sine**2)) == pytest.approx(5, abs=0.3)


def test_decimate_is_six_decibels_down_at_the_fold():
    tone = np.cos(2 * np.pi * 1999.0 * np.arange(64_000) / 16_000)
    assert db(np.mean(dk.decimate(tone, 4)[200:-200] ** 2) / 0.5) == pytest.approx(-6, abs=0.5)


def test_a_voice_of_60_db_is_two_hundredths_of_a_pascal(lesson):
    pascal = 2e-5 * 10 ** (60 / 20)
    assert pascal == pytest.approx(0.02)


def test_noise_after_rounding_leaves_the_line(lesson):
    k = 1750 * 1024 // 16_000
    line, after, before = (
        np.mean(dk.spectrogram(e, n_fft=1024)[k])
        for e in (lesson.errors["rounded"], lesson.after, lesson.errors["with dither"])
    )
    assert abs(db(after / line)) < 0.3
    assert db(before / line) < -15


def test_what_this_voice_needs(lesson):
    """Two fifths of the s below 4 kHz; 12 bits are 60 dB below the voice, 16 bits 24 more; little of it in one band."""
    s = lesson.phrase[lesson.s].astype("float64")
    assert band_power(s, 16_000, 0, 4000) / band_power(s, 16_000, 0, 8001) == pytest.approx(0.4, abs=0.02)
    snr = {bits: float(dk.snr(lesson.loud, dk.quantize(lesson.loud, bits))) for bits in (12, 16)}
    assert snr[12] == pytest.approx(60, abs=0.5)
    assert snr[16] - 60 == pytest.approx(24, abs=0.5)
    band = 24.7 * (4.37 * 3.15 + 1)  # Glasberg and Moore's equivalent rectangular bandwidth at 3.15 kHz
    assert band == pytest.approx(365, abs=0.5)
    e = (dk.quantize(lesson.loud, 12) - lesson.loud).astype("float64")
    part = band_power(e, 16_000, 3150 - band / 2, 3150 + band / 2) / band_power(e, 16_000, 0, 8001)
    assert db(part) == pytest.approx(-14, abs=0.5)


def test_what_is_left_between_the_samples_comes_from_the_ends(lesson):
    """With the filter's whole output, twenty times and more of the difference is gone."""
    whole = np.convolve(lesson.voice.astype("float64"), lesson.h)  # 400 samples more on either side
    assert np.array_equal(whole[400:-400], lesson.low)
    found = np.array([lesson.between(whole[::4], 4000, t + 400 / 16_000) for t in lesson.t])
    off = np.max(np.abs(found - whole[22_000:22_400]))
    assert off < 2e-9
    assert np.max(np.abs(lesson.found - lesson.low[21_600:22_000])) > 20 * off
    assert abs(lesson.low[0]) > 5e-4  # the jump


def test_nearly_the_whole_range_of_levels_is_used(lesson):
    half = {8: 128, 4: 8}
    for bits, top in half.items():
        codes = np.round(lesson.coarse[f"{bits} bits"] * top)
        assert np.min(codes) < -0.8 * top
        assert np.max(codes) > 0.85 * (top - 1)


def test_two_numbers_are_needed_for_a_steady_error():
    """TPDF dither, whatever the sound; with one random number the power still follows it."""
    power = {
        kind: [
            np.mean(dk.quantization_error(np.full(100_000, c / 128), 8, dither=kind) ** 2) * 2**14
            for c in (0, 0.25, 0.5)
        ]
        for kind in ("tpdf", "rpdf")
    }
    assert power["tpdf"] == pytest.approx([0.25] * 3, abs=0.005)
    assert power["rpdf"] == pytest.approx([0, 0.1875, 0.25], abs=0.005)


def test_in_two_bits_the_rule_fails(lesson):
    below = db(0.5 / np.mean(lesson.loud.astype("float64") ** 2))
    assert 6.02 * 2 + 1.76 - below == pytest.approx(-0.3, abs=0.05)
    assert dk.snr(lesson.loud, lesson.coarse["2 bits"]) == pytest.approx(2.8, abs=0.05)
    assert np.mean(np.abs(lesson.loud) <= 0.25) == pytest.approx(0.92, abs=0.005)  # these become 0
    lost = [dk.snr(lesson.loud, lesson.pairs[k]) - dk.snr(lesson.loud, lesson.pairs[f"{k}, dither"])
            for k in ("4 bits", "2 bits")]  # fmt: skip
    assert lost == pytest.approx([5, 8], abs=0.5)


def test_a_sinc_holds_nothing_above_half_the_rate():
    """Four values a sample, over 4000 samples: its spectrum is flat up to sr/2 and ends there."""
    S = np.abs(np.fft.rfft(np.sinc(np.arange(-8000, 8000) / 4) * np.hanning(16_000)))
    edge = len(S) // 4
    assert np.ptp(S[10 : edge - 20]) < 0.01 * S[100]
    assert np.max(S[edge + 20 :]) < 1e-3 * S[100]


def test_speech_over_many_levels_has_an_error_like_noise(lesson):
    """In 8 bits: no line stands out of it, as the seventh harmonic of the soft tone does, by 17 dB."""
    e = lesson.coarse["8 bits"] - lesson.loud
    f = np.arange(513) * 16_000 / 1024
    spectrum = lesson.bins(e, 1024)[f > 200]
    assert db(np.max(spectrum) / np.median(spectrum)) < 5


def test_the_low_pass_lets_next_to_nothing_through(lesson):
    """140 dB down from 2 kHz on."""
    H = np.abs(np.fft.rfft(lesson.h, 65_536))
    f = np.fft.rfftfreq(65_536, 1 / 16_000)
    assert 20 * np.log10(np.max(H[f >= 2000])) < -138
