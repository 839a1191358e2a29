"""The sliders of lesson 01 draw what their values say."""

import pytest

import dspkit as dk

pytest.importorskip("ipywidgets")


def title(figure):
    return figure.axes[0].get_title(loc="left")


def test_alias():
    explorer = dk.explore.alias(freq=7000, sr=8000)
    assert "one of 1000 Hz" in title(explorer.draw(freq=7000))
    assert "is what it is" in title(explorer.draw(freq=3000))
    before = explorer.picture.value
    explorer.controls["freq"].value = 9500
    assert explorer.picture.value != before


def test_bits():
    explorer = dk.explore.bits(bits=4)
    assert "16 levels" in title(explorer.draw(**explorer.values))
    assert title(explorer.draw(bits=8, kind="mid-tread")) != title(explorer.draw(bits=2, kind="mid-tread"))
