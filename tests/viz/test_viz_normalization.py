"""The figures of lesson 12 draw the numbers that they are given."""

import numpy as np
import pytest

import dspkit as dk

SR = 8000


@pytest.fixture(scope="module")
def pair():
    """A quiet tone, and a loud stretch from 100 ms on: before and after a limiter."""
    n = np.arange(1600)
    y = np.where((n >= 800) & (n < 960), 2.0, 0.3) * np.sin(2 * np.pi * n / 16 + 0.3)
    return y, dk.limit(y, SR, ceiling=-1.0)


def test_ways_to_level_draws_a_line_for_each_sound_and_names_the_closest_way():
    heard = {"equal peak": {"a": -20.0, "b": -14.0}, "equal loudness": {"a": -23.0, "b": -23.0}}
    (ax,) = dk.viz.ways_to_level(heard).axes
    assert [line.get_ydata().tolist() for line in ax.lines] == [[-20.0, -23.0], [-14.0, -23.0]]
    assert [text.get_text() for text in ax.texts] == ["6.0 LU apart", "0.0 LU apart"]
    assert ax.get_title(loc="left") == "Equal loudness alone makes them equally loud"
    with pytest.raises(dk.ParameterError, match="different sounds"):
        dk.viz.ways_to_level({"x": {"a": 1.0}, "y": {"b": 1.0}})


def test_limiter_steps_says_whether_each_need_is_covered():
    need = np.array([0.0, 0.0, 3.0, 0.0])
    covered = dk.viz.limiter_steps({"need": need, "smooth": np.array([1.0, 2.0, 3.0, 2.0])}, sr=1000)
    (ax,) = covered.axes
    assert ax.lines[0].get_ydata().tolist() == [1.0, 2.0, 3.0, 2.0]
    assert ax.texts[0].xy == (2.0, 3.0)
    assert "no need is left uncovered" in ax.get_title(loc="left")
    (ax,) = dk.viz.limiter_steps({"need": need, "smooth": need / 2}, sr=1000, start=0.001, duration=0.002).axes
    assert ax.lines[0].get_ydata().tolist() == [0.0, 1.5]
    assert "not covered" in ax.get_title(loc="left")
    with pytest.raises(dk.ParameterError, match="fewer than two curves"):
        dk.viz.limiter_steps({"need": need}, sr=1000)


def test_gain_curve_reads_the_gain_off_the_samples(pair):
    y, _ = pair
    figure = dk.viz.gain_curve(y, y / 2, SR, title="found")
    top, low = figure.axes
    np.testing.assert_array_equal(top.lines[0].get_ydata(), y)
    np.testing.assert_array_equal(top.lines[1].get_ydata(), y / 2)
    np.testing.assert_allclose(low.lines[0].get_ydata(), 20 * np.log10(0.5), atol=1e-9)
    assert figure.get_suptitle() == "found"
    silent = dk.viz.gain_curve(np.zeros(10), np.zeros(10), SR).axes[1].lines[0].get_ydata()
    assert not silent.any()
    with pytest.raises(dk.ParameterError, match="shapes"):
        dk.viz.gain_curve(y, y[1:], SR)


@pytest.mark.parametrize("k", [0, 10, 19])
def test_the_gain_rides_as_far_as_the_play_head(pair, k):
    y, z = pair
    film = dk.viz.riding_gain(y, z, SR, frames=20)
    film.update(k)
    top, low = film.figure.axes
    now = round(1599 * k / 19)
    np.testing.assert_array_equal(top.lines[1].get_ydata(), z[: now + 1])
    curve, head, dot = low.lines
    assert len(curve.get_ydata()) == now + 1
    assert dot.get_xdata()[0] == head.get_xdata()[0] == pytest.approx(1e3 * now / SR)
    last = k == 19
    assert head.get_visible() != last
    assert [text.get_visible() for text in (*top.texts, *low.texts)] == [last] * 2
    assert ("before the first sample that is too high" in film.figure.get_suptitle()) == last


def test_the_gain_falls_within_the_attack(pair):
    film = dk.viz.riding_gain(*pair, SR, frames=20)
    film.update(19)
    lead = float(film.figure.get_suptitle().split(" ms")[0].split()[-1])
    assert 3.0 < lead <= 5.0
    assert film.png().startswith(b"\x89PNG")
    with pytest.raises(dk.ParameterError, match="nothing to turn down"):
        dk.viz.riding_gain(0.1 * pair[0], 0.1 * pair[0], SR)


def test_scores_names_the_best_way_and_draws_each_value():
    (ax,) = dk.viz.scores({"honest": [0.4, 0.6], "leaked": [0.9, 0.9, 0.9]}).axes
    dots = ax.lines[::2][:2]
    assert [sorted(line.get_xdata()) for line in dots] == [[0.4, 0.6], [0.9, 0.9, 0.9]]
    assert len(set(dots[1].get_ydata())) == 3  # equal values stand above each other
    assert [t.get_text() for t in ax.get_yticklabels()] == ["honest\nmean 50 %", "leaked\nmean 90 %"]
    assert ax.get_title(loc="left") == "Leaked: 90 %, where guessing gives 50 %"
    with pytest.raises(dk.ParameterError, match="empty"):
        dk.viz.scores({})


def test_level_kept_names_the_ways_that_tell_levels_apart():
    t = np.arange(5.0)
    ways = {"line": {"loud": t, "soft": t - 1}, "z": {"loud": t, "soft": t.copy()}}
    figure = dk.viz.level_kept(t, ways)
    assert figure.get_suptitle() == "The level survives only in: line"
    assert [ax.get_title(loc="left") for ax in figure.axes] == ["line", "z"]
    np.testing.assert_array_equal(figure.axes[0].lines[1].get_ydata(), t - 1)
    assert dk.viz.level_kept(t, {"z": ways["z"]}).get_suptitle().endswith("none")
    with pytest.raises(dk.ParameterError, match="empty"):
        dk.viz.level_kept(t, {})


def test_nearest_sources_names_the_largest_share_of_a_row():
    share = np.array([[0.0, 0.7, 0.3], [1.0, 0.0, 0.0], [0.05, 0.95, 0.0]])
    (ax,) = dk.viz.nearest_sources(share, ["a", "b", "c"], row="a").axes
    assert ax.get_title(loc="left") == "70 % of the nearest frames to a come from b"
    assert [text.get_text() for text in ax.texts] == ["70 %", "30 %", "100 %", "95 %"]
    np.testing.assert_array_equal(ax.images[0].get_array(), share)
    with pytest.raises(dk.ParameterError, match="not among the names"):
        dk.viz.nearest_sources(share, ["a", "b", "c"], row="d")
    with pytest.raises(dk.ParameterError, match="a square"):
        dk.viz.nearest_sources(share[:2], ["a", "b", "c"], row="a")
