"""The sliders of lesson 07 draw what their titles say."""

import re

import numpy as np
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
    explorer = dk.explore.weak_tone()
    assert "blackmanharris: a second tone at −60 dB, 6.5 bins away" in said(explorer, window="blackmanharris")
    line, ring = explorer.draw(level=-60, distance=6.5, window="blackmanharris").axes[0].lines
    assert (ring.get_xdata()[0], ring.get_ydata()[0]) == (26.8 * 62.5, -60)
    assert line.get_ydata()[27] == pytest.approx(-60, abs=1)  # the weak tone, seen


@pytest.mark.parametrize(
    ("beta", "words"),
    [
        (0.0, "β = 0.0: 2.0 bins from foot to foot, side lobes −13 dB"),
        (8.6, "β = 8.6: 5.8 bins from foot to foot, side lobes −63 dB"),
        (14.0, "β = 14.0: 9.1 bins from foot to foot, side lobes −106 dB"),
        (20.0, "β = 20.0: 12.9 bins from foot to foot"),
    ],
)
def test_kaisers_beta_moves_the_figures_of_merit(beta, words):
    assert words in said(dk.explore.kaiser(), beta=beta)


def test_kaiser_draws_the_boxcar_behind():
    figure = dk.explore.kaiser().draw(beta=0.0)
    kaiser, boxcar = figure.axes[1].lines
    np.testing.assert_allclose(kaiser.get_ydata(), boxcar.get_ydata())


def tasks():
    t = np.arange(256) / 8000
    near = {"frame": 0.1 * np.cos(2 * np.pi * 1000 * t), "sr": 8000, "x_limits": (500, 1500), "y_limits": (-90, 0)}
    return {"a tone": near, "nothing": {**near, "frame": np.zeros(256, dtype="float32")}}


@pytest.mark.parametrize("window", ["boxcar", "hann", "flattop"])
def test_a_chosen_window_shows_the_level_of_the_tone(window):
    explorer = dk.explore.choose_window(tasks(), window=window)
    assert said(explorer) == f" | a tone, seen through {window}"
    (line,) = explorer.draw(**explorer.values).axes[0].lines
    hertz, level = line.get_data()
    assert hertz[np.argmax(level)] == 1000
    assert level.max() == pytest.approx(-20, abs=1e-9)


def test_a_chosen_recording_may_be_silent():
    assert "nothing, seen through boxcar" in said(dk.explore.choose_window(tasks()), task="nothing")


def test_both_ends_of_the_other_sliders_can_be_drawn():
    for bins in (6.0, 10.0):
        assert "%" in said(dk.explore.leakage(), bins=bins)
    for level, distance in ((-110, 0.5), (0, 20.0)):
        assert "away" in said(dk.explore.weak_tone(), level=level, distance=distance)


def test_frames_too_short_for_the_picture_are_refused():
    with pytest.raises(ValueError, match="n=16 is too small"):
        dk.explore.leakage(n=16)
    with pytest.raises(ValueError, match="tasks is empty"):
        dk.explore.choose_window({})
