"""The figures of lesson 02 show what they are given."""

import numpy as np
import pytest

import dspkit as dk

RUN = dk.harmonic_oscillator(stiffness=40.0, sr=100, duration=1.0)
TONE = dk.harmonic_tone(200.0, sr=8000, duration=0.5, partials=5)
F, A = np.array([100.0, 200.0, 300.0]), np.array([1.0, -0.1, 1e-9])

FIGURES = {
    "motions": lambda a: dk.viz.motions({"free": RUN}, sr=100, title="found"),
    "strings": lambda a: dk.viz.string_shapes(3, freq=110.0, title="found"),
    "partials": lambda a: dk.viz.partials({"x": (a(F), a(A)), "y": (a(F), a(F))}, title="found"),
    "pitches": lambda a: dk.viz.pitches(a(F), ["A", "", "C"], title="found"),
    "bar": lambda a: dk.viz.bar_against_string(110.0, a(np.array([4.73, 7.853, 10.996])), title="found"),
    "ladders": lambda a: dk.viz.ladders({"x": (a(TONE), 8000, 200.0)}, title="found"),
}


@pytest.mark.parametrize("draw", FIGURES.values(), ids=FIGURES.keys())
def test_figures_have_title_units_and_pixels(arrays, draw):
    fig = draw(arrays)
    assert repr(fig) == "<Figure: found>"
    assert fig.png().startswith(b"\x89PNG")
    assert "[" in fig.axes[-1].get_xlabel()


def test_motions_draw_position_and_energy_in_seconds():
    other = dk.harmonic_oscillator(stiffness=40.0, damping=1.0, sr=100, duration=0.5)
    top, low = dk.viz.motions({"free": RUN, "rubbed": other}, sr=100).axes
    for line, run in zip(top.lines, (RUN, other), strict=True):
        t, x = line.get_data()
        np.testing.assert_array_equal(x, run.position)
        np.testing.assert_allclose(t, np.arange(len(x)) / 100)
    np.testing.assert_array_equal(low.lines[1].get_ydata(), other.energy)
    assert [text.get_text() for text in low.get_legend().get_texts()] == ["free", "rubbed"]


def test_string_shapes_have_their_bellies_and_nodes():
    fig = dk.viz.string_shapes(3, freq=110.0)
    for k, ax in enumerate(fig.axes, start=1):
        x, y = ax.lines[0].get_data()
        np.testing.assert_allclose(y, np.sin(k * np.pi * x), atol=1e-12)
        np.testing.assert_allclose(ax.lines[1].get_ydata(), -y, atol=1e-12)  # half a period later
        np.testing.assert_allclose(ax.lines[2].get_xdata(), np.arange(k + 1) / k)
        assert ax.texts[0].get_text() == f"mode {k}: {110 * k} Hz"
    assert dk.viz.string_shapes(1).axes[0].texts[0].get_text() == "mode 1"


def test_partials_are_in_decibels_below_the_strongest():
    (ax,) = dk.viz.partials({"x": (F, 7 * A)}, fmax=500.0).axes
    f, level = ax.lines[0].get_data()
    np.testing.assert_array_equal(f, [100, 200])  # the third is below the axis
    np.testing.assert_allclose(level, [0, -20], atol=1e-9)
    crosses = ax.lines[1]
    assert (crosses.get_marker(), list(crosses.get_xdata())) == ("x", [300])
    assert ax.get_xlim() == (0.0, 500.0)
    assert dk.viz.partials({"x": (F, A)}, log=True).axes[0].get_xscale() == "log"


def test_pitches_lie_on_both_axes():
    linear, ratios = dk.viz.pitches(F, ["A", "", "C"]).axes
    assert (linear.get_xscale(), ratios.get_xscale()) == ("linear", "log")
    for ax in (linear, ratios):
        np.testing.assert_array_equal(ax.lines[0].get_xdata(), F)
        assert [(t.get_position()[0], t.get_text()) for t in ax.texts] == [(100, "A"), (200, ""), (300, "C")]
    assert [t.get_text() for t in ratios.get_xticklabels()] == ["100", "300"]


def test_pitches_say_what_is_even():
    names = ["", "", "", ""]
    assert "Equal ratios" in repr(dk.viz.pitches([100.0, 200.0, 400.0, 800.0], names))
    assert "Equal differences" in repr(dk.viz.pitches([100.0, 200.0, 300.0, 400.0], names))
    assert repr(dk.viz.pitches([100.0, 200.0, 300.0, 500.0], names)) == "<Figure: >"


def test_multiples_are_marked_up_to_the_end_of_the_axis():
    (ax,) = dk.viz.partials({"x": (F, A)}, fmax=500.0, multiples_of=90.0).axes
    marked = [segment[0][0] for segment in ax.collections[-1].get_segments()]
    np.testing.assert_allclose(marked, [90, 180, 270, 360, 450])


def test_the_two_waves_of_a_plucked_string_keep_its_ends_still_and_come_back():
    movie = dk.viz.plucked_string(0.3, n_frames=21)
    assert movie.frames == 21
    right, left, string, clock, title, to_right, to_left = movie.update(0)
    x, start = right.get_xdata(), string.get_ydata().copy()
    np.testing.assert_allclose(start, np.minimum(x / 0.3, (1 - x) / 0.7), atol=1e-12)
    for k in range(1, 20):
        movie.update(k)
        np.testing.assert_allclose(string.get_ydata(), right.get_ydata() + left.get_ydata())
        np.testing.assert_allclose(string.get_ydata()[[0, -1]], 0, atol=1e-12)
        assert title.get_text() == " "
    movie.update(5)  # a quarter of a period: half a length
    assert x[np.argmax(right.get_ydata())] == pytest.approx(0.8)
    assert clock.get_text() == "0.25 of a period"
    for heads, wave, corners in ((to_right, right, [0.8, 0.2]), (to_left, left, [0.2, 0.8])):
        places, heights = heads.get_data()
        assert all(place in np.round(corners, 9) for place in np.round(places, 9))
        np.testing.assert_allclose(heights, np.interp(places, x, wave.get_ydata()), atol=1e-9)
    movie.update(20)
    np.testing.assert_allclose(string.get_ydata(), start, atol=1e-9)
    assert "where it began" in title.get_text()


def test_a_bars_modes_stand_above_a_strings():
    left, right = dk.viz.bar_against_string(100.0, [1.0, 1.5, 2.0]).axes
    np.testing.assert_allclose(left.lines[2].get_xdata(), [1, 1.5, 2])
    np.testing.assert_allclose(right.lines[0].get_xdata(), [100, 200, 300, 400, 500])
    np.testing.assert_allclose(right.lines[1].get_xdata(), [100, 225, 400])
    assert "3 modes, 1 are no whole" in repr(right.figure)


def test_ladders_point_at_what_stands_on_no_rung():
    bar = dk.additive([200.0, 551.0, 1081.0], 0.1, sr=8000, duration=0.5)
    fig = dk.viz.ladders({"string": (TONE, 8000, 200.0), "bar": (bar, 8000, 200.0)}, fmax=7)
    assert repr(fig) == "<Figure: Strong partials at whole multiples: string; elsewhere: bar>"
    assert not fig.axes[0].texts
    pointed = fig.axes[1].texts
    assert [text.get_text() for text in pointed] == ["2.75", "5.41"]
    np.testing.assert_allclose([text.xy[0] for text in pointed], [2.755, 5.405], atol=0.01)


BAD = {
    "no runs": (lambda: dk.viz.motions({}, sr=1), "runs is empty"),
    "no parts": (lambda: dk.viz.partials({}), "parts is empty"),
    "count": (lambda: dk.viz.partials({"x": (F, A[:2])}), "x: 3 frequencies, 2 amplitudes"),
    "silent": (lambda: dk.viz.partials({"x": (F, 0 * A)}), "not all 0"),
    "a grid": (lambda: dk.viz.partials({"x": (F[None], A)}), r"frequencies has shape \(1, 3\)"),
    "names": (lambda: dk.viz.pitches(F, ["A"]), "3 frequencies, 1 names"),
    "0 Hz": (lambda: dk.viz.pitches([0.0], ["A"]), "all hertz above 0"),
    "modes": (lambda: dk.viz.string_shapes(0), "n_modes=0"),
    "no notes": (lambda: dk.viz.ladders({}), "sounds is empty"),
    "off the string": (lambda: dk.viz.plucked_string(1.0), "position=1 is not on the string"),
}


@pytest.mark.parametrize(("call", "message"), BAD.values(), ids=BAD.keys())
def test_what_cannot_be_drawn_is_refused_in_words(call, message):
    with pytest.raises(ValueError, match=message):
        call()
