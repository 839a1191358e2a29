"""The figures of lesson 01 draw the numbers that they are given."""

import numpy as np
import pytest

import dspkit as dk


def test_dots_lie_on_their_tones():
    (ax,) = dk.viz.samples_of_tones([1000, 7000], sr=8000, n=5).axes
    first, second = ax.lines[1], ax.lines[3]
    assert np.allclose(first.get_ydata(), second.get_ydata())
    assert np.allclose(first.get_xdata(), np.arange(5) / 8)


def test_staircases():
    y = np.linspace(-1, 1, 9)
    (ax,) = dk.viz.levels_of({"y": y, "q": dk.quantize(y, 2)}, sr=1000).axes
    assert np.array_equal(ax.lines[1].get_ydata(), dk.quantize(y, 2))
    assert ax.lines[1].get_drawstyle() == "steps-post"
    with pytest.raises(dk.ParameterError, match="sounds have shapes"):
        dk.viz.levels_of({"y": y, "q": y[:3]}, sr=1000)


def test_a_tone_of_the_error_has_its_level():
    error = 0.01 * np.cos(2 * np.pi * 64 / 1024 * np.arange(8192))
    (ax,) = dk.viz.error_spectra({"e": error}, sr=8000).axes
    assert np.max(ax.lines[0].get_ydata()) == pytest.approx(-40, abs=0.01)
    assert ax.lines[0].get_xdata()[np.argmax(ax.lines[0].get_ydata())] == pytest.approx(0.5)
    with pytest.raises(dk.ParameterError, match="n of 1024 or more"):
        dk.viz.error_spectra({"e": error[:10]}, sr=8000)


def test_snr_over_bits():
    (ax,) = dk.viz.snr_over_bits([1, 2], [7.0, 13.0], [7.8, 13.8]).axes
    assert np.array_equal(ax.lines[0].get_ydata(), [7.8, 13.8])
    assert np.array_equal(ax.lines[1].get_ydata(), [7.0, 13.0])
