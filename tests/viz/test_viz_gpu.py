"""The figures of lesson 14 draw the numbers that they are given."""

import numpy as np
import pytest

import dspkit as dk


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


def test_timeline_numbers_the_readings():
    gpu = dk.cuda.SimulatedGPU()
    gpu.run("mel", bytes_moved=3e9)
    (ax,) = dk.viz.timeline(gpu.events, read=[0.0, 0.5, 0.501]).axes
    assert [(t.get_text().strip(), t.get_position()[0]) for t in ax.texts] == [("1", 0.0), ("2", 500.0), ("3", 501.0)]


def test_labels_on_the_flat_part_do_not_share_a_side():
    fig = dk.viz.roofline({"a": 20.0, "b": 100.0}, memory_rate=1e12, arithmetic_rate=1e13)
    a, b = (t for t in fig.axes[0].texts if t.get_text()[0] in "ab")
    assert a.get_position()[1] < 0 < b.get_position()[1]


def test_roofline_counts_what_memory_limits():
    fig = dk.viz.roofline({"a": 1.0, "b": 2.0, "c": 100.0}, memory_rate=1e12, arithmetic_rate=1e13)
    assert fig.axes[0].get_title(loc="left") == "Simulated: memory limits 2 of 3, arithmetic the others"


def test_least_times_are_the_bars_and_the_title_has_the_share_of_the_longest():
    (ax,) = dk.viz.least_times({"way": 3e-3, "work": 1e-3}).axes
    assert np.allclose([patch.get_width() for patch in ax.patches], [3.0, 1.0])
    assert ax.get_xscale() == "linear"  # so that a length is a time
    assert ax.get_title(loc="left") == "Simulated: way takes 75 % of the time"
    assert dk.viz.least_times({"a": 1.0}, title="t").axes[0].get_title(loc="left") == "t"
    with pytest.raises(dk.ParameterError, match="above zero"):
        dk.viz.least_times({"a": 0.0})


@pytest.mark.parametrize("sizes", [(2048, 512, 128), (400, 160, 80)])
def test_bytes_moving_fills_the_bars_at_one_rate(sizes):
    n_fft, hop_length, n_mels = sizes
    movie = dk.viz.bytes_moving(n_fft=n_fft, hop_length=hop_length, n_mels=n_mels)
    totals = [sum(s.values()) for s in dk.cuda.mel_traffic(n_fft=n_fft, hop_length=hop_length, n_mels=n_mels).values()]
    bars = movie.figure.axes[1], movie.figure.axes[3]
    assert [len(ax.patches) for ax in bars] == [8, 2]
    for k in (0, 1, 20, movie.frames - 1):
        movie.update(k)
        moved = max(totals) * k / (movie.frames - 1)
        for ax, total in zip(bars, totals, strict=True):
            assert sum(p.get_width() for p in ax.patches) == pytest.approx(min(moved, total))
    said = [movie.figure.axes[i].texts[2].get_text() for i in (0, 2)]
    assert said == ["done", "done"]
    assert bars[0].get_title(loc="left") == f"The steps move {totals[0] / totals[1]:.0f} times as many bytes"


def test_bytes_moving_names_what_is_on_its_way():
    movie = dk.viz.bytes_moving()
    movie.update(12)  # 24 of 85 bytes: the sound is read, the frames are written
    steps, one = (movie.figure.axes[i].texts[2].get_text() for i in (0, 2))
    assert steps == "reads the frames"
    assert one == "done"
    names = [t.get_text() for t in movie.figure.axes[1].texts if t.get_text() in ("window", "FFT", "power", "bands")]
    assert names == ["window"]
    movie.update(movie.frames - 1)
    names = [t.get_text() for t in movie.figure.axes[1].texts if t.get_text() in ("window", "FFT", "power", "bands")]
    assert names == ["window", "FFT", "power", "bands"]


def test_crossover_draws_the_lines():
    (ax,) = dk.viz.crossover([1, 10], {"CPU": [1e-3, 2e-3]}, marks={"equal": 5.0, "never": np.inf}).axes
    assert ax.lines[0].get_ydata().tolist() == [1.0, 2.0]
    assert len(ax.lines) == 2
    with pytest.raises(dk.ParameterError, match="'CPU' has 3 times for 2 lengths"):
        dk.viz.crossover([1, 10], {"CPU": [1, 2, 3]})
