"""The figures of lesson 11 draw the numbers that they are given."""

import numpy as np
import pytest

import dspkit as dk


def test_contours_of_both_editions():
    (ax,) = dk.viz.equal_loudness((40,)).axes
    new, old, point = ax.lines
    assert np.allclose(new.get_ydata(), dk.equal_loudness_contour(40, new.get_xdata()))
    assert np.allclose(old.get_ydata(), dk.equal_loudness_contour(40, old.get_xdata(), edition=2003))
    assert (float(point.get_xdata()[0]), float(point.get_ydata()[0])) == (1000.0, 40.0)


def test_curves_over_frequency():
    f = np.array([20.0, 1000.0, 20_000.0])
    (ax,) = dk.viz.curves_over_frequency(f, {"A": dk.a_weighting(f)}, ylim=(-60, 5), title="t").axes
    assert np.allclose(ax.lines[0].get_ydata(), dk.a_weighting(f))
    assert ax.get_ylim() == (-60, 5)
    with pytest.raises(dk.ParameterError, match="'A' has 2 values for 3 frequencies"):
        dk.viz.curves_over_frequency(f, {"A": [1, 2]})


def test_loudness_over_time_stops_at_the_floor():
    (ax,) = dk.viz.loudness_over_time({"M": ([1, 2], [-20.0, -np.inf])}, lines={"gate": -70.0}, floor=-75).axes
    assert ax.lines[0].get_ydata().tolist() == [-20.0, -75.0]
    assert ax.lines[1].get_ydata()[0] == -70.0


def test_between_goes_through_the_samples():
    y = np.random.default_rng(0).standard_normal(12)
    (ax,) = dk.viz.samples_and_between(y, sr=1000).axes
    curve, dots = ax.lines[:2]
    assert np.allclose(dots.get_ydata(), y)
    assert np.interp(0.0, curve.get_xdata(), curve.get_ydata()) == pytest.approx(y[0])
    with pytest.raises(dk.ParameterError, match="expected one channel"):
        dk.viz.samples_and_between(np.ones((2, 3)), sr=8000)
