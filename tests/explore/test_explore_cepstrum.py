"""The sliders of lesson 10 draw what their titles say."""

import re

import numpy as np
import pytest

import dspkit as dk

SR = 8000
VOWEL = dk.vowels("a", sr=SR, duration=0.4, f0=110)


def said(explorer, **values):
    return explorer.draw(**{**explorer.values, **values}).axes[0].get_title(loc="left")


def test_a_moved_slider_changes_the_picture():
    explorer = dk.explore.cepstral_envelope(VOWEL, SR)
    assert explorer.message.value == ""
    before = explorer.picture.value
    assert bytes(before[:4]) == b"\x89PNG"
    explorer.controls["cut"].value = 10
    assert explorer.picture.value != before


def test_the_envelope_finds_the_formants_that_the_vowel_was_made_with():
    # Formants 730, 1090, 2440 Hz (Peterson and Barney), seen at harmonics that lie 105 Hz apart.
    words = said(dk.explore.cepstral_envelope(VOWEL, SR), cut=24)
    assert words.startswith("24 of")
    tops = [float(f) for f in re.findall(r"\d+", words.partition(" at ")[2])]
    for formant in (730, 1090, 2440):
        assert min(abs(top - formant) for top in tops) < 70


def test_with_one_number_kept_nothing_is_left_but_the_mean():
    explorer = dk.explore.cepstral_envelope(VOWEL, SR)
    spectrum, curve = (line.get_ydata() for line in explorer.draw(cut=1, at=0.2).axes[0].lines)
    np.testing.assert_allclose(curve, np.mean(np.r_[spectrum, spectrum[1:-1]]), atol=1e-9)
    assert "none" in said(explorer, cut=1)


def test_all_coefficients_give_the_bands_back_and_one_gives_their_mean():
    explorer = dk.explore.mfcc_smoothing(VOWEL, SR, n_mels=32)
    assert said(explorer, n_mfcc=32) == "32 of 32 coefficients: 0.0 dB RMS from the bands"
    bands, kept = (line.get_ydata() for line in explorer.draw(n_mfcc=1, at=0.2).axes[0].lines)
    np.testing.assert_allclose(kept, np.mean(bands), atol=1e-9)
    misses = [float(said(explorer, n_mfcc=k).split(": ")[1].split(" dB")[0]) for k in (1, 4, 8, 13, 20, 32)]
    assert misses == sorted(misses, reverse=True)


@pytest.mark.parametrize("name", ["cepstral_envelope", "mfcc_smoothing"])
@pytest.mark.parametrize("n", [SR, 700, 100])
def test_every_end_of_every_slider_can_be_drawn(name, n):
    explorer = getattr(dk.explore, name)(np.resize(VOWEL, n), SR)
    first, at = explorer.controls.values()
    for value in (first.min, first.max):
        for seconds in (0.0, at.max):
            assert said(explorer, **{next(iter(explorer.controls)): value, "at": seconds})


def test_silence_can_be_drawn():
    assert "1 of" in said(dk.explore.mfcc_smoothing(np.zeros(SR), SR), n_mfcc=1)
    assert "none" in said(dk.explore.cepstral_envelope(np.zeros(SR), SR))


BAD = {
    "stereo": (lambda: dk.explore.cepstral_envelope(np.zeros((2, SR)), SR), "one channel"),
    "stereo, too": (lambda: dk.explore.mfcc_smoothing(np.zeros((2, SR)), SR), "one channel"),
    "rate 0": (lambda: dk.explore.cepstral_envelope(VOWEL, 0), "sr=0"),
    "no bands": (lambda: dk.explore.mfcc_smoothing(VOWEL, SR, n_mels=0), "n_mels=0"),
    "no frame": (lambda: dk.explore.cepstral_envelope(VOWEL, SR, n=0), "n=0"),
}


@pytest.mark.parametrize(("call", "message"), BAD.values(), ids=BAD.keys())
def test_what_cannot_be_drawn_is_refused_in_words(call, message):
    with pytest.raises(ValueError, match=message):
        call()
