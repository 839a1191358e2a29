"""Figures of sounds: what is drawn is what was given, labelled with its units."""

import numpy as np
import pytest

pytest.importorskip("matplotlib", reason="matplotlib is not installed")

import dspkit as dk

SR = 8000
Y = dk.sine(100, sr=SR, duration=0.5, amplitude=0.4)

FIGURES = {
    "waveform": lambda y: dk.viz.waveform(y, SR, title="found"),
    "stretch": lambda y: dk.viz.waveform(y, SR, start=0.1, duration=0.01, mark=(0.1, 0.105), limit=1.0, title="found"),
    "waveforms": lambda y: dk.viz.waveforms({"one": y, "other": y[: y.size // 2]}, SR, title="found"),
    "two rates": lambda y: dk.viz.waveforms({"a": y, "b": y}, {"a": SR, "b": 2 * SR}, title="found"),
    "zoom": lambda y: dk.viz.zoom(y, SR, at=0.2, title="found"),
    "lines": lambda y: dk.viz.lines(y, {"a": y, "b": 2 * y}, x_label="Time [s]", y_label="Level [dB]", title="found"),
}


@pytest.mark.parametrize("draw", FIGURES.values(), ids=FIGURES.keys())
def test_figures_have_title_units_and_pixels(draw):
    fig = draw(Y)
    assert repr(fig) == "<Figure: found>"
    assert fig.png().startswith(b"\x89PNG")
    assert "[s]" in fig.axes[-1].get_xlabel()
    assert all(ax.get_ylabel() for ax in fig.axes)


def test_figures_take_arrays_of_every_kind(arrays):
    y = arrays(Y)
    ours, numpys = dk.viz.waveform(y, SR).png(), dk.viz.waveform(Y, SR).png()
    assert ours == numpys
    assert dk.viz.zoom(y, SR, at=0.1).png() == dk.viz.zoom(Y, SR, at=0.1).png()


def test_few_samples_get_dots_at_their_times_and_values():
    (ax,) = dk.viz.waveform(Y, SR, start=0.1, duration=0.005).axes
    t, values = ax.lines[0].get_data()
    np.testing.assert_allclose(t, np.arange(800, 841) / SR)
    np.testing.assert_array_equal(values, Y[800:841])
    assert ax.lines[0].get_marker() == "o"


def test_many_samples_keep_their_extremes():
    y = np.zeros(200_000, dtype="float32")
    y[123_457] = 0.5
    y[150_001] = -0.25
    (ax,) = dk.viz.waveform(y, 44100).axes
    drawn = ax.collections[0].get_paths()[0].vertices[:, 1]
    assert (drawn.max(), drawn.min()) == (0.5, -0.25)


def test_channels_are_rows_and_share_the_amplitude_axis():
    fig = dk.viz.waveform(np.stack([Y, Y / 10]), SR, title="left is louder")
    assert len(fig.axes) == 2
    assert fig.axes[0].get_ylim() == fig.axes[1].get_ylim()


def test_zoom_ends_at_the_sounds_ends():
    for at in (0.0, 0.5):
        left, right = dk.viz.zoom(Y, SR, at=at, widths=(0.1, 0.01)).axes[-1].get_xlim()
        assert 0 <= left < right <= 0.5
        assert right - left == pytest.approx(0.01)


BAD = {
    "integers": (lambda: dk.viz.waveform(np.arange(9), SR), TypeError, "to_float"),
    "time first": (lambda: dk.viz.waveform(np.zeros((99, 2)), SR), ValueError, r"looks like time first .* pass y\.T"),
    "start beyond": (lambda: dk.viz.waveform(Y, SR, start=1.0), ValueError, "start=1 s is at or after the end"),
    "no rate": (lambda: dk.viz.waveform(Y, 0), ValueError, "sr=0"),
    "zoom beyond": (lambda: dk.viz.zoom(Y, SR, at=0.6), ValueError, "at=0.6 s is outside"),
    "zoom of nothing": (lambda: dk.viz.zoom(Y, SR, at=0.1, widths=(0,)), ValueError, "widths=0"),
    "no sounds": (lambda: dk.viz.waveforms({}, SR), ValueError, "sounds is empty"),
    "no curves": (lambda: dk.viz.lines(Y, {}, x_label="", y_label=""), ValueError, "curves is empty"),
}


@pytest.mark.parametrize(("call", "error", "message"), BAD.values(), ids=BAD.keys())
def test_bad_input_is_refused_in_words(call, error, message):
    with pytest.raises(error, match=message):
        call()
