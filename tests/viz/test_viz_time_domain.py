"""The figures of lesson 03 show what they are given, at its place in time."""

import numpy as np
import pytest

import dspkit as dk

SR = 8000
Y = dk.sine(100, sr=SR, duration=0.5, amplitude=0.4)
CURVES = {"one": np.linspace(0, 0.4, 11), "other": np.full(21, 0.2)}
HOPS = {"one": 400, "other": 200}

FIGURES = {
    "one axis": lambda y: dk.viz.feature_curves(y, SR, CURVES, hop_length=400, title="found"),
    "panels": lambda y: dk.viz.feature_curves(y, SR, CURVES, hop_length=HOPS, panels=True, title="found"),
    "changes": lambda y: dk.viz.sign_changes({"a": y[:300], "b": 0 * y[:300]}, SR, title="found"),
    "lag": lambda y: dk.viz.lag(y, 80, sr=SR, max_size=300, marks={"two": 160}, title="found"),
}


@pytest.mark.parametrize("draw", FIGURES.values(), ids=FIGURES.keys())
def test_figures_have_title_units_and_pixels(arrays, draw):
    fig = draw(arrays(Y))
    assert repr(fig) == "<Figure: found>"
    assert fig.png().startswith(b"\x89PNG")
    assert "[" in fig.axes[-1].get_xlabel()
    assert all(ax.get_ylabel() for ax in fig.axes)


def test_each_curve_stands_at_its_frames_times():
    fig = dk.viz.feature_curves(Y, SR, CURVES, hop_length=HOPS, panels=True)
    assert len(fig.axes) == 2
    for ax, (name, values) in zip(fig.axes, CURVES.items(), strict=True):
        t, drawn = ax.lines[-1].get_data()
        np.testing.assert_array_equal(drawn, values)
        np.testing.assert_allclose(t, np.arange(values.size) * HOPS[name] / SR)
        assert ax.texts[0].get_text() == name


def test_a_part_of_the_sound_is_drawn_with_the_same_times():
    (ax,) = dk.viz.feature_curves(Y, SR, {"one": CURVES["one"]}, hop_length=400, start=0.1, duration=0.2).axes
    assert ax.get_xlim() == pytest.approx((0.1, 0.3))
    assert ax.get_legend() is None
    t, values = ax.lines[0].get_data()
    np.testing.assert_array_equal(values, Y[800:2401])
    np.testing.assert_allclose(t, np.arange(800, 2401) / SR)


def test_sign_changes_are_marked_where_the_line_crosses_zero():
    y = np.array([0.1, -0.3, -0.1, 0.1, 0.2])
    (ax,) = dk.viz.sign_changes({"y": y}, 1000).axes
    dots = ax.lines[-1].get_xdata()
    np.testing.assert_allclose(dots, [0.25, 2.5])  # in milliseconds
    assert ax.texts[0].get_text() == "y: 2 changes of sign, rate 0.400"
    (quiet,) = dk.viz.sign_changes({"y": np.zeros(9)}, 1000).axes
    assert quiet.lines[-1].get_xdata().size == 0


def test_lag_draws_the_copy_late_and_marks_the_value():
    top, low = dk.viz.lag(Y, 80, sr=SR, max_size=300).axes
    t, copy = top.lines[1].get_data()
    np.testing.assert_allclose(t[0], 10.0)  # 80 samples in milliseconds
    np.testing.assert_array_equal(copy, Y[: 600 - 80])
    r = dk.autocorrelation(Y.astype("float64"), max_size=300, scale="coeff")
    np.testing.assert_allclose(low.lines[1].get_ydata(), r, atol=1e-12)
    assert low.lines[2].get_data() == ([80], [pytest.approx(r[80])])
    assert top.get_title(loc="left") == "80 samples later: 0.98 of the energy"
    assert "0.00" in dk.viz.lag(np.zeros(50), 3, sr=SR).axes[0].get_title(loc="left")


def test_pitch_tracks_have_octaves_as_ticks_and_leave_gaps():
    f0 = np.array([100.0, np.nan, 200.0])
    fig = dk.viz.pitch_tracks({"a": f0, "b": 2 * f0}, sr=SR, hop_length=800, expected=f0, fmin=80, fmax=500, title="t")
    (ax,) = fig.axes
    assert ax.get_yscale() == "log"
    assert [label.get_text() for label in ax.get_yticklabels()] == ["100", "200", "400"]
    t, drawn = ax.lines[1].get_data()
    np.testing.assert_allclose(t, [0, 0.1, 0.2])
    np.testing.assert_array_equal(drawn, f0)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["true", "a", "b"]
    assert fig.png().startswith(b"\x89PNG")


BAD = {
    "no curves": (lambda: dk.viz.feature_curves(Y, SR, {}, hop_length=1), ValueError, "curves is empty"),
    "stereo": (lambda: dk.viz.feature_curves(np.stack([Y, Y]), SR, CURVES, hop_length=1), ValueError, r"\(2, 4000\)"),
    "integers": (lambda: dk.viz.feature_curves(np.arange(9), SR, CURVES, hop_length=1), TypeError, "to_float"),
    "hop 0": (lambda: dk.viz.feature_curves(Y, SR, CURVES, hop_length=0), ValueError, "hop_length=0"),
    "late": (lambda: dk.viz.feature_curves(Y, SR, CURVES, hop_length=9, start=2.0), ValueError, "start=2 s is at or"),
    "no sounds": (lambda: dk.viz.sign_changes({}, SR), ValueError, "sounds is empty"),
    "lag outside": (lambda: dk.viz.lag(Y, 300, sr=SR, max_size=300), ValueError, "lag=300 lies outside the 300"),
    "negative lag": (lambda: dk.viz.lag(Y, -1, sr=SR), ValueError, "lag=-1"),
    "no tracks": (lambda: dk.viz.pitch_tracks({}, sr=SR, hop_length=9), ValueError, "tracks is empty"),
    "rate 0": (lambda: dk.viz.pitch_tracks({"a": Y}, sr=0, hop_length=9), ValueError, "sr=0"),
    "text": (lambda: dk.viz.pitch_tracks({"a": "x"}, sr=SR, hop_length=9), TypeError, "a has dtype"),
}


@pytest.mark.parametrize(("call", "error", "message"), BAD.values(), ids=BAD.keys())
def test_what_cannot_be_drawn_is_refused_in_words(call, error, message):
    with pytest.raises(error, match=message):
        call()
