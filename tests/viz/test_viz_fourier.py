"""The figures of lesson 05 show what they are given."""

import numpy as np
import pytest

import dspkit as dk

N = 32
M = np.arange(N)
TONE = np.cos(2 * np.pi * 3 * M / N)


def titles(figure):
    return [ax.get_title(loc="left") for ax in figure.axes]


def test_the_inner_product_prints_its_sums():
    waves = {"3 turns": TONE, "4 turns": np.cos(2 * np.pi * 4 * M / N)}
    figure = dk.viz.inner_product(TONE, waves, title="found")
    assert titles(figure)[:2] == ["3 turns", "4 turns"]
    assert titles(figure)[2:] == ["sum of the products: 16.0", "sum of the products: 0.0"]
    assert figure.get_suptitle() == "found"
    assert figure.png().startswith(b"\x89PNG")


def test_winding_draws_the_samples_and_their_mean():
    figure = dk.viz.winding(TONE, [2, 3])
    assert titles(figure) == ["2 turns: |mean| = 0.00", "3 turns: |mean| = 0.50"]
    path, points, mean = figure.axes[1].lines
    expected = TONE * np.exp(-2j * np.pi * 3 * M / N)
    np.testing.assert_allclose(points.get_xdata() + 1j * points.get_ydata(), expected)
    np.testing.assert_allclose(path.get_xdata(), expected.real)
    assert mean.get_xdata()[0] == pytest.approx(dk.dft(TONE)[3].real / N)
    assert len(dk.viz.winding(TONE, 2.5).axes) == 1


def test_the_winding_machine_shows_where_on_the_curve_it_stands():
    at = np.linspace(0, 8, 81)
    curve = np.abs(dk.dtft(TONE, 2 * np.pi * at / N)) / N
    right = dk.viz.winding_and_spectrum(TONE, 3.0, (at, curve)).axes[1]
    assert right.get_title(loc="left") == "3 turns: the mean lies 0.500 from 0"
    np.testing.assert_array_equal(right.lines[0].get_ydata(), curve)
    assert (right.lines[1].get_xdata()[0], right.lines[1].get_ydata()[0]) == (3.0, pytest.approx(0.5))


def test_the_matrix_is_a_grid_of_clock_hands():
    W = dk.dft_matrix(8)
    ax = dk.viz.phasor_matrix(W).axes[0]
    hands = ax.collections[0]
    np.testing.assert_allclose(hands.U + 1j * hands.V, W.ravel())
    assert ax.get_ylim()[0] > ax.get_ylim()[1]  # row 0 on top
    with pytest.raises(ValueError, match=r"shape \(33, 33\)"):
        dk.viz.phasor_matrix(dk.dft_matrix(33))


def test_bins_show_the_part_that_was_asked_for():
    freqs, values = np.arange(17) * 100.0, np.arange(17) / 10
    figure = dk.viz.bins(freqs, values, curve=(freqs, values), marks={"here": 500.0}, fmin=200, fmax=800)
    ax = figure.axes[0]
    assert ax.get_xlabel() == "Frequency [Hz]"
    curve, _, dots = ax.lines
    np.testing.assert_array_equal(dots.get_xdata(), np.arange(2, 9) * 100.0)
    np.testing.assert_array_equal(curve.get_ydata(), values[2:9])
    assert [t.get_text() for t in ax.texts] == ["here"]
    assert dk.viz.bins(np.arange(2000.0), np.ones(2000)).axes[0].lines[0].get_linestyle() == "-"


def test_panels_share_their_axes():
    row = (np.arange(4.0), np.arange(4.0))
    figure = dk.viz.bin_panels({"short": row, "long": (*row, row)}, title="found")
    assert titles(figure) == ["short", "long"]
    assert figure.axes[0].get_xlim() == figure.axes[1].get_xlim()
    assert len(figure.axes[1].lines) == len(figure.axes[0].lines) + 1


BAD = {
    "stereo": (lambda: dk.viz.winding(np.ones((2, 8)), 1), "choose a channel"),
    "complex": (lambda: dk.viz.bins(np.arange(3.0), np.ones(3) + 0j), r"take abs\(\)"),
    "two lengths": (lambda: dk.viz.bins(np.arange(3.0), np.ones(4)), "3 frequencies came with 4 values"),
    "a wave of another length": (lambda: dk.viz.inner_product(TONE, {"w": TONE[1:]}), "w has 31 samples"),
    "no waves": (lambda: dk.viz.inner_product(TONE, {}), "expected one to three"),
    "no panels": (lambda: dk.viz.bin_panels({}), "number of panels=0"),
    "empty": (lambda: dk.viz.winding(np.zeros(0), 1), r"shape \(0,\)"),
}


@pytest.mark.parametrize(("call", "message"), BAD.values(), ids=BAD.keys())
def test_what_cannot_be_drawn_is_refused_in_words(call, message):
    with pytest.raises(ValueError, match=message):
        call()
