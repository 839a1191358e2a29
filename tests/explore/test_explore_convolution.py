"""The slider of lesson 04 draws what its title says."""

import pytest

import dspkit as dk


def drawn(explorer, **values):
    return explorer.draw(**{**explorer.values, **values}).axes


def test_a_moved_control_changes_the_picture():
    explorer = dk.explore.sliding_kernel()
    assert explorer.message.value == ""
    before = explorer.picture.value
    assert bytes(before[:4]) == b"\x89PNG"
    explorer.controls["place"].value = 3
    assert explorer.picture.value != before
    assert explorer.children[0].description == "slide"  # the play button stands first


@pytest.mark.parametrize(
    ("values", "title", "sum_"),
    [
        ({}, "Output y[0], one of 7: stride 1, valid, dilation 1", "1·2 + 2·3 = 8"),
        ({"place": 7, "padding": "causal"}, "Output y[7], one of 8: stride 1, causal, dilation 1", "1·1 + 2·3 = 7"),
        ({"place": 7, "stride": 3}, "Output y[2], one of 3: stride 3, valid, dilation 1", "1·1 + 2·3 = 7"),
        ({"dilation": 4}, "Output y[0], one of 4: stride 1, valid, dilation 4", "1·2 + 2·2 = 6"),
    ],
)
def test_places_are_counted(values, title, sum_):
    ax, out = drawn(dk.explore.sliding_kernel(), **values)
    assert ax.get_title(loc="left") == title
    assert out.get_title(loc="right") == sum_


def test_a_kernel_that_does_not_fit_is_said_and_the_picture_stays():
    explorer = dk.explore.sliding_kernel((1, 2, 3), (1, 1, 1))
    before = explorer.picture.value
    explorer.controls["dilation"].value = 3
    assert "spans 7 samples" in explorer.message.value
    assert explorer.picture.value == before


def test_what_cannot_be_moved_is_refused_in_words():
    with pytest.raises(ValueError, match=r"k ≤ n ≤ 40"):
        dk.explore.sliding_kernel((1, 2), (1, 2, 3))
    with pytest.raises(ValueError, match="Did you mean 'same'"):
        dk.explore.sliding_kernel(padding="sam")
