"""The sliders of lesson 13 draw what their titles say."""

import re

import numpy as np
import pytest

import dspkit as dk


def said(explorer, **values):
    figure = explorer.draw(**{**explorer.values, **values})
    return figure.axes[0].get_title(loc="left")


def numbers(title):
    return [int(n) for n in re.findall(r"(\d+) dB", title)]


def test_a_moved_control_changes_the_picture():
    for explorer, name, value in (
        (dk.explore.companding_level(), "level", -60),
        (dk.explore.companding_strength(), "mu", 1),
    ):
        assert explorer.message.value == ""
        before = explorer.picture.value
        explorer.controls[name].value = value
        assert explorer.picture.value != before


def test_the_quieter_the_more_companding_gains():
    explorer = dk.explore.companding_level()
    gains = []
    for level in (-20, -40, -60):
        at, linear, companded = numbers(said(explorer, level=level))
        assert at == -level
        gains.append(companded - linear)
    assert gains[0] < gains[1] < gains[2]
    assert "with A-law" in said(explorer, law="A-law")


def test_the_pieces_are_the_sound_and_its_two_codecs():
    y = dk.sine(200, sr=8000, duration=0.2, phase=0.1, dtype="float64")
    explorer = dk.explore.companding_level(y, level=-30)
    drawn = [line.get_ydata() for line in explorer.draw(**explorer.values).axes[0].lines]
    sound, linear, companded = drawn
    np.testing.assert_allclose(np.max(np.abs(sound)), np.sqrt(2) * 10 ** (-30 / 20), rtol=5e-3)
    np.testing.assert_allclose(linear, np.floor(sound * 128 + 0.5) / 128)
    np.testing.assert_allclose(companded, dk.mu_expand(np.floor(dk.mu_compress(sound) * 128 + 0.5) / 128))


def test_more_mu_is_flatter_and_lower():
    explorer = dk.explore.companding_strength()
    spread = [numbers(said(explorer, mu=mu))[-3::2] for mu in (5, 255, 5000)]
    best = [numbers(said(explorer, mu=mu))[0] for mu in (15, 255, 5000)]
    assert spread[0][0] > spread[1][0] > spread[2][0]
    assert best == sorted(best, reverse=True)


def test_a_peaky_sound_is_not_brought_beyond_full_scale():
    y = np.zeros(4000)
    y[::1000] = 0.5
    explorer = dk.explore.companding_level(y)
    assert explorer.controls["level"].max == -30  # its RMS lies 30 dB below its peak
    assert "30 dB" in said(dk.explore.companding_strength(y))


BAD = {
    "integers": (lambda: dk.explore.companding_level(np.arange(5000)), TypeError, "to_float"),
    "stereo": (
        lambda: dk.explore.companding_strength(np.ones((2, 900))),
        ValueError,
        r"shape \(2, 900\); expected one",
    ),
    "short": (lambda: dk.explore.companding_level(np.ones(99)), ValueError, "500 samples or more"),
    "silent": (lambda: dk.explore.companding_level(np.zeros(900)), ValueError, "not silent"),
    "law": (lambda: dk.explore.companding_level(law="B-law"), ValueError, "Did you mean"),
}


@pytest.mark.parametrize(("call", "error", "message"), BAD.values(), ids=BAD.keys())
def test_what_cannot_be_moved_is_refused_in_words(call, error, message):
    with pytest.raises(error, match=message):
        call()
