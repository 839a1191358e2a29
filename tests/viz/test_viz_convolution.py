"""The figures of lesson 04 show what they are given."""

import numpy as np
import pytest

import dspkit as dk

X, W = np.array([0.0, 3, 4, 5]), np.array([1.0, 2])

FIGURES = {
    "steps": lambda a: dk.viz.kernel_steps(a(X), a(W), title="found"),
    "padded": lambda a: dk.viz.padded_sounds(a(X), 3, title="found"),
}


@pytest.mark.parametrize("draw", FIGURES.values(), ids=FIGURES.keys())
def test_figures_have_title_units_and_pixels(arrays, draw):
    fig = draw(arrays)
    assert repr(fig) == "<Figure: found>"
    assert fig.png().startswith(b"\x89PNG")
    assert "[" in fig.axes[-1].get_xlabel()


def test_steps_write_out_each_product_and_draw_what_came_out():
    fig = dk.viz.kernel_steps(X, W)
    assert [ax.get_title(loc="right") for ax in fig.axes[1::2]] == ["1·0 + 2·3 = 6", "1·3 + 2·4 = 11", "1·4 + 2·5 = 14"]
    for i, out in enumerate(fig.axes[1::2]):
        assert [bar.get_height() for bar in out.patches] == [6, 11, 14][: i + 1]
    first = fig.axes[0]
    assert [bar.get_height() for bar in first.patches] == X.tolist()
    assert [(t.get_position()[0], t.get_text()) for t in first.texts] == [(0, "×1"), (1, "×2")]


def test_padding_stride_and_dilation_are_drawn_where_they_are():
    fig = dk.viz.kernel_steps(X, W, at=[1], padding="causal", stride=2, dilation=2)
    ax, out = fig.axes
    np.testing.assert_array_equal(ax.lines[0].get_xdata(), [-2, -1])  # boxes of zeros
    assert [t.get_position()[0] for t in ax.texts] == [0, 2]
    assert out.get_title(loc="right") == "1·0 + 2·4 = 8"


def test_padded_sounds_are_those_of_numpy():
    fig = dk.viz.padded_sounds(X, 2)
    for ax, mode in zip(fig.axes, ("constant", "reflect", "edge", "wrap"), strict=True):
        own, beyond = (ax.lines[i].get_data() for i in (1, 2))
        np.testing.assert_array_equal(own[1], X)
        np.testing.assert_array_equal(beyond[0], [-2, -1, 4, 5])
        np.testing.assert_array_equal(beyond[1], np.pad(X, 2, mode=mode)[[0, 1, 6, 7]])
    assert [ax.texts[0].get_text() for ax in fig.axes] == ["zeros", "reflect", "replicate", "circular"]


def test_receptive_fields_are_counted_and_drawn():
    fig = dk.viz.receptive_field({"plain": ([2, 2, 2], [1, 1, 1]), "dilated": ([2, 2, 2], [1, 2, 4])}, title="found")
    assert [ax.get_title(loc="left") for ax in fig.axes] == ["plain: 4 samples", "dilated: 8 samples"]
    assert fig.axes[1].lines[-1].get_xdata().tolist() == list(range(-7, 1))
    assert fig.axes[0].lines[-1].get_xdata().tolist() == [-3, -2, -1, 0]
    assert fig.png().startswith(b"\x89PNG")


BAD = {
    "place": (lambda: dk.viz.kernel_steps(X, W, at=[3]), r"at=\[3\]; expected some of the 3 outputs, 0 to 2"),
    "no place": (lambda: dk.viz.kernel_steps(X, W, at=[]), "expected some of"),
    "grid": (lambda: dk.viz.kernel_steps(X[None], W), r"x has shape \(1, 4\)"),
    "pad": (lambda: dk.viz.padded_sounds(X, 4), "pad=4 samples for a sound of 4"),
    "mode": (lambda: dk.viz.padded_sounds(X, 2, modes=["edge"]), "expected some of zeros, reflect"),
    "layers": (lambda: dk.viz.receptive_field({}), "layers is empty"),
}


@pytest.mark.parametrize(("call", "message"), BAD.values(), ids=BAD.keys())
def test_what_cannot_be_drawn_is_refused_in_words(call, message):
    with pytest.raises(ValueError, match=message):
        call()
