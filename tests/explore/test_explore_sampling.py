"""The sliders of lesson 01 draw what their values say."""

import pytest

import dspkit as dk

pytest.importorskip("ipywidgets")


def title(figure):
    return figure.get_suptitle()


def test_alias():
    explorer = dk.explore.alias(freq=7000, sr=8000)
    assert "one of 1000 Hz" in title(explorer.draw(freq=7000))
    assert "heard as it is" in title(explorer.draw(freq=3000))
    assert "one of 0 Hz" in title(explorer.draw(freq=8000))
    before = explorer.picture.value
    explorer.controls["freq"].value = 9500
    assert explorer.picture.value != before


def test_bits():
    explorer = dk.explore.bits(bits=2, amplitude=0.2)
    assert title(explorer.draw(**explorer.values)) == "1 of 4 levels is used"
    assert title(explorer.draw(bits=2, kind="mid-rise", amplitude=0.2)) == "2 of 4 levels are used"
    assert title(explorer.draw(bits=3, kind="mid-tread", amplitude=1.0)) == "8 of 8 levels are used"
