"""The sliders of lesson 07 draw what their titles say."""

import re

import pytest

import dspkit as dk


def said(explorer, **values):
    figure = explorer.draw(**{**explorer.values, **values})
    return " | ".join([figure.get_suptitle(), *(ax.get_title(loc="left") for ax in figure.axes)])


def test_a_moved_slider_changes_the_picture():
    explorer = dk.explore.leakage()
    assert explorer.message.value == ""
    before = explorer.picture.value
    assert bytes(before[:4]) == b"\x89PNG"
    explorer.controls["bins"].value = 8.0
    assert explorer.picture.value != before


# Half-way between two bins of a boxcar, the four nearest hold (8/π²)(1 + 1/9) = 90.06 % of the energy.
@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"bins": 8.0}, r"^0\.0 % of the energy.*1000 Hz, 8\.00 periods"),
        ({"bins": 8.5}, r"^10\.0 %.*1062 Hz"),
        ({"bins": 8.5, "window": "hann"}, r"^0\.1 %.*through hann"),
    ],
)
def test_leakage_says_how_much_energy_is_elsewhere(values, words):
    assert re.search(words, said(dk.explore.leakage(), **values))


def test_weak_tone_says_where_it_is():
    assert "blackmanharris: a second tone at -60 dB, 6.5 bins away" in said(
        dk.explore.weak_tone(), window="blackmanharris"
    )


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"window": "kaiser", "percent": 43}, "β = 8.60: ENBW 1.72 bins, side lobe -63 dB"),
        ({"window": "kaiser", "percent": 0}, "β = 0.00: ENBW 1.00 bins, side lobe -13 dB"),
        ({"window": "tukey", "percent": 100}, "α = 1.00: ENBW 1.50 bins, side lobe -31 dB"),
        ({"window": "chebwin", "percent": 50}, "attenuation [dB] = 85.00: ENBW 1.80 bins, side lobe -85 dB"),
    ],
)
def test_a_parameter_moves_the_figures_of_merit(values, words):
    assert words in said(dk.explore.window_parameter(), **values)


@pytest.mark.parametrize("window", ["kaiser", "tukey", "gaussian", "chebwin", "dpss"])
@pytest.mark.parametrize("percent", [0, 100])
def test_every_end_of_every_slider_can_be_drawn(window, percent):
    assert "ENBW" in said(dk.explore.window_parameter(), window=window, percent=percent)


def test_both_ends_of_the_other_sliders_can_be_drawn():
    for bins in (6.0, 10.0):
        assert "%" in said(dk.explore.leakage(), bins=bins)
    for level, distance in ((-110, 0.5), (0, 20.0)):
        assert "away" in said(dk.explore.weak_tone(), level=level, distance=distance)


def test_frames_too_short_for_the_picture_are_refused():
    with pytest.raises(ValueError, match="n=16 is too small"):
        dk.explore.leakage(n=16)
