"""The figures of lesson 14 draw the numbers that they are given."""

import numpy as np
import pytest

import dspkit as dk


def test_traffic_bars_have_the_bytes():
    ways = dk.cuda.mel_traffic()
    fig = dk.viz.traffic(ways, title="t")
    (ax,) = fig.axes
    widths = [patch.get_width() for patch in ax.patches]
    assert np.allclose(widths, [v for steps in ways.values() for v in steps.values()])
    assert [t.get_text() for t in ax.get_yticklabels()] == list(ways)
    with pytest.raises(dk.ParameterError, match="ways is empty"):
        dk.viz.traffic({})


def test_points_stand_on_the_roof():
    fig = dk.viz.roofline({"a": 1.0, "b": 100.0}, memory_rate=1e12, arithmetic_rate=1e13)
    (ax,) = fig.axes
    points = [line for line in ax.lines if len(line.get_xdata()) == 1]
    assert [(float(p.get_xdata()[0]), float(p.get_ydata()[0])) for p in points] == [(1.0, 1.0), (100.0, 10.0)]
    assert ax.lines[1].get_xdata()[0] == 10.0  # the ridge
    with pytest.raises(dk.ParameterError, match="above zero"):
        dk.viz.roofline({"a": 0.0}, memory_rate=1.0, arithmetic_rate=1.0)


def test_timeline_has_a_bar_for_each_event():
    gpu = dk.cuda.SimulatedGPU()
    gpu.run("mel", bytes_moved=3e9)
    gpu.synchronize()
    (ax,) = dk.viz.timeline(gpu.events, read=[0.0]).axes
    assert np.allclose(
        [(p.get_x(), p.get_width()) for p in ax.patches], [(1e3 * a, 1e3 * (b - a)) for *_, a, b in gpu.events]
    )
    with pytest.raises(dk.ParameterError, match="events is empty"):
        dk.viz.timeline([])


def test_crossover_draws_the_lines():
    (ax,) = dk.viz.crossover([1, 10], {"CPU": [1e-3, 2e-3]}, marks={"equal": 5.0, "never": np.inf}).axes
    assert ax.lines[0].get_ydata().tolist() == [1.0, 2.0]
    assert len(ax.lines) == 2
    with pytest.raises(dk.ParameterError, match="'CPU' has 3 times for 2 lengths"):
        dk.viz.crossover([1, 10], {"CPU": [1, 2, 3]})
