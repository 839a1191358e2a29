"""The figures of lesson 06 show what they are given."""

import numpy as np
import pytest

import dspkit as dk


def title(figure):
    return figure.axes[0].get_title(loc="left")


@pytest.mark.parametrize(("n", "stages", "pairs"), [(2, 1, 1), (8, 3, 4), (16, 4, 8)])
def test_the_butterflies_are_n_half_in_each_stage(n, stages, pairs):
    figure = dk.viz.butterflies(n)
    ax = figure.axes[0]
    assert len(ax.lines) == 4 * pairs * stages + 1  # four lines a butterfly, and the nodes
    assert title(figure).startswith(f"{n} samples: {stages} stage")
    texts = [t.get_text() for t in ax.texts]
    assert [t for t in texts if t.startswith("x[")] == [f"x[{i}]" for i in dk.bit_reversal(n)]
    assert figure.png().startswith(b"\x89PNG")


def test_the_flow_graph_computes_the_transform(rng):
    # Walk along the lines that are drawn, with the twiddles that are written: the graph itself is the algorithm.
    n = 8
    x = rng.standard_normal(n)
    figure = dk.viz.butterflies(n)
    lines = figure.axes[0].lines[:-1]
    twiddles = {t.get_position(): int(t.get_text()[4:-2]) for t in figure.axes[0].texts if "W" in t.get_text()}
    values = x[dk.bit_reversal(n)] + 0j
    for stage in range(3):
        following = np.zeros(n, dtype=complex)
        for line in lines:
            (start, _), (source, target) = line.get_xdata(), line.get_ydata()
            if start == stage:
                dashed = line.get_linestyle() == "--"
                weight = np.exp(-2j * np.pi * twiddles[stage + 0.06, source] / n) if dashed else 1
                following[target] += weight * values[source] * (-1 if dashed and source == target else 1)
        values = following
    np.testing.assert_allclose(values, np.fft.fft(x), atol=1e-14)


def test_one_stage_is_drawn_in_colour():
    grey = [line.get_color() for line in dk.viz.butterflies(8, stage=2).axes[0].lines[:-1]].count("0.8")
    assert grey == 2 * 4 * 4


def test_growth_draws_powers_as_straight_lines():
    n = 2 ** np.arange(3, 8)
    figure = dk.viz.growth(n, {"square": n**2, "n": n}, y_label="Count", limits=(1, 1e5), title="Squares are steeper")
    ax = figure.axes[0]
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), n**2)
    assert title(figure) == "Squares are steeper"


def test_costs_of_lengths_are_those_that_are_counted():
    figure = dk.viz.length_costs(128, mark=60)
    definition, split, bluestein, radix_2 = figure.axes[0].lines[:4]
    assert definition.get_ydata()[126] == dk.dft_operations(128).flops
    assert split.get_ydata()[-1] == dk.operation_count(128).flops == radix_2.get_ydata()[-1]
    assert list(bluestein.get_xdata()) == [67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109, 113, 127]
    assert "60 = 2 · 2 · 3 · 5" in title(figure)


BAD = {
    "not a power": (lambda: dk.viz.butterflies(6), "not a power of two"),
    "one": (lambda: dk.viz.butterflies(1), "n = 2 to 32"),
    "too many": (lambda: dk.viz.butterflies(64), "n = 2 to 32"),
    "no such stage": (lambda: dk.viz.butterflies(8, stage=4), "has 3 stages"),
    "no curves": (lambda: dk.viz.growth([1, 2], {}, y_label="y"), "curves is empty"),
    "too short": (lambda: dk.viz.length_costs(4), "longest=4"),
}


@pytest.mark.parametrize(("call", "message"), BAD.values(), ids=BAD.keys())
def test_bad_input_is_refused_in_words(call, message):
    with pytest.raises(ValueError, match=message):
        call()
