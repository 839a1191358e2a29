"""The slider of lesson 15 draws what its title says."""

import pytest

import dspkit as dk


def said(explorer, length):
    return explorer.draw(length=length).axes[0].get_title(loc="left")


def test_a_moved_slider_changes_the_picture():
    explorer = dk.explore.batch_length()
    assert explorer.message.value == ""
    before = explorer.picture.value
    explorer.controls["length"].value = 40
    assert explorer.picture.value != before


def test_the_shortest_cuts_and_the_longest_fills():
    explorer = dk.explore.batch_length([50, 100, 150])
    assert said(explorer, 50) == "At 50 frames, 0 % of the batch is padding, and 50 % of the sounds is cut off"
    assert said(explorer, 150) == "At 150 frames, 33 % of the batch is padding, and 0 % of the sounds is cut off"
    assert explorer.controls["length"].max == 150


def test_lengths_are_frames():
    with pytest.raises(ValueError, match="one number of frames or more"):
        dk.explore.batch_length([])
