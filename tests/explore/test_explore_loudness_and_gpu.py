"""The sliders of lessons 11, 12 and 14 draw what their values say."""

import numpy as np
import pytest

import dspkit as dk

pytest.importorskip("ipywidgets")


def title(figure):
    return figure.axes[0].get_title(loc="left")


def test_contour_and_weighting():
    explorer = dk.explore.equal_loudness(phon=40)
    assert "At 40 phon" in title(explorer.draw(**explorer.values))
    before = explorer.picture.value
    explorer.controls["phon"].value = 80
    assert explorer.picture.value != before
    curve = explorer.draw(phon=80).axes[0].lines[1]
    assert np.allclose(curve.get_ydata(), 80 - dk.equal_loudness_contour(80, curve.get_xdata()))


def test_limiter_says_how_much_louder():
    y = dk.drum_loop(sr=8000, duration=1.0).astype(np.float64)
    explorer = dk.explore.limiter(y, 8000, gain=0)
    assert explorer.draw(gain=0, release=50).get_suptitle() == "Asked for 0 dB, 0.0 dB louder"
    louder = explorer.draw(gain=20, release=50)
    gained = float(louder.get_suptitle().split(", ")[1].split()[0])
    assert 0 < gained < 20
    before, after = (line.get_ydata() for line in louder.axes[0].lines[:2])
    assert np.allclose(before, 10 * y)
    assert np.array_equal(after, dk.limit(10 * y, 8000, ceiling=-1.0))


def test_crossover_moves_with_what_is_carried():
    explorer = dk.explore.crossover()

    def crossing(**values):
        return float(
            title(explorer.draw(**{**explorer.values, **values})).split(" from ")[1].split()[0].replace(",", "")
        )

    assert crossing(transfers="none") < crossing(transfers="there and back")
    assert crossing(overhead_us=100) == pytest.approx(2 * crossing(overhead_us=50), rel=1e-3)
