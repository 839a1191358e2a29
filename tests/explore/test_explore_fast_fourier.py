"""The sliders of lesson 06 redraw, and what they say is true."""

import dspkit as dk


def title(explorer):
    return explorer.draw(**explorer.values).axes[0].get_title(loc="left")


def test_a_stage_that_a_short_transform_has_not_shows_its_last():
    explorer = dk.explore.butterfly_stages(n=8, stage=3)
    before = explorer.picture.value
    explorer.controls["n"].value = 2
    assert explorer.picture.value != before
    assert title(explorer) == "2 samples: 1 stage of 1 butterfly"
    assert explorer.message.value == ""


def test_the_length_names_its_factors_and_its_cost():
    explorer = dk.explore.transform_length(n=509)
    assert title(explorer).startswith("509 = 509: ")
    before = explorer.picture.value
    explorer.controls["n"].value = 512
    assert explorer.picture.value != before
    assert "512 = 2 · 2 · 2 · 2 · 2 · 2 · 2 · 2 · 2: 23,040 operations, 91.0 times fewer" in title(explorer)
