"""The sliders of lesson 05 redraw, and what they say is true."""

import numpy as np
import pytest

import dspkit as dk

N = 64
X = np.cos(2 * np.pi * 3 * np.arange(N) / N)


def title(explorer, panel=0):
    return explorer.draw(**explorer.values).axes[panel].get_title(loc="left")


def test_the_winding_machine_finds_the_tone():
    explorer = dk.explore.winding_machine(X)
    before = explorer.picture.value
    explorer.controls["cycles"].value = 3.0
    assert explorer.picture.value != before
    assert title(explorer, 1) == "3 turns: the mean lies 0.500 from 0"
    explorer.controls["cycles"].value = 4.0
    assert title(explorer, 1) == "4 turns: the mean lies 0.000 from 0"
    assert explorer.message.value == ""


def test_the_winding_machine_ends_at_half_the_sample_rate():
    assert dk.explore.winding_machine(X[:8]).controls["cycles"].max == 4.0


@pytest.mark.parametrize(("x", "message"), [(np.ones((2, 8)), "one channel"), (np.zeros(0), "empty")])
def test_the_winding_machine_refuses_in_words(x, message):
    with pytest.raises(ValueError, match=message):
        dk.explore.winding_machine(x)


def test_zeros_bring_more_bins_and_the_same_curve_time_another_one():
    explorer = dk.explore.two_tones(distance=20, milliseconds=25)

    def curve():
        return explorer.draw(**explorer.values).axes[0].lines[0].get_ydata()

    assert title(explorer) == "25 ms of sound: 1/T = 40 Hz; a bin every 40.0 Hz"
    short = curve()
    explorer.controls["padding"].value = 8
    assert title(explorer) == "25 ms of sound: 1/T = 40 Hz; a bin every 5.0 Hz"
    np.testing.assert_array_equal(curve(), short)
    explorer.controls["milliseconds"].value = 100
    assert np.max(np.abs(curve() - short)) > 0.05
    assert explorer.message.value == ""


@pytest.mark.parametrize(
    ("settings", "message"), [({"sr": 0}, "sr=0"), ({"freq": 100}, "freq=100 Hz"), ({"freq": 3900}, "150 to 3750 Hz")]
)
def test_two_tones_need_a_neighbourhood(settings, message):
    with pytest.raises(ValueError, match=message):
        dk.explore.two_tones(**settings)
