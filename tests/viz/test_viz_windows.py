"""The figures of lesson 07 show what they are given."""

import numpy as np
import pytest

import dspkit as dk

N, SR = 64, 8000
M = np.arange(N)
ON, BETWEEN = np.cos(2 * np.pi * 5 * M / N), np.cos(2 * np.pi * 5.5 * M / N)


def test_leakage_draws_the_bins_at_the_tones_level_on_the_continuous_spectrum():
    w = dk.get_window("hann", N)
    figure = dk.viz.leakage({"on": 0.5 * ON, "between": BETWEEN}, sr=SR, w=w, floor=-90.0, title="found")
    assert figure.get_suptitle() == "found"
    assert [ax.get_title(loc="left") for ax in figure.axes] == ["on", "between", "", ""]
    assert [ax.get_xlabel() for ax in figure.axes] == ["Sample", "Sample", "Frequency [Hz]", "Frequency [Hz]"]
    low = figure.axes[2]
    curve, dots = low.lines
    frequencies, levels = dots.get_data()
    np.testing.assert_allclose(frequencies, dk.fft_frequencies(sr=SR, n_fft=N))
    assert levels[5] == pytest.approx(20 * np.log10(0.5))
    np.testing.assert_allclose(levels[[4, 6]], 20 * np.log10(0.25))
    assert np.max(np.delete(levels, [4, 5, 6])) == -90.0  # the floor
    x, y = curve.get_data()
    expected = 2 * abs(dk.dtft(w * 0.5 * ON, 2 * np.pi * x / SR)) / np.sum(w)
    np.testing.assert_allclose(y, 20 * np.log10(np.maximum(expected, 10**-4.5)), atol=1e-6)
    assert figure.png().startswith(b"\x89PNG")


def test_leakage_repeats_the_frame_as_the_transform_takes_it():
    top = dk.viz.leakage({"between": BETWEEN}, sr=SR).axes[0]
    repeated, *seams = top.lines[:3]
    x, y = repeated.get_data()
    np.testing.assert_array_equal(y, BETWEEN[x % N])
    np.testing.assert_array_equal(seams[1].get_data(), ([N - 1, N], [BETWEEN[-1], BETWEEN[0]]))
    assert len(dk.viz.leakage({"between": BETWEEN}, sr=SR, repeat=False).axes[0].lines) == len(top.lines) - 3


def test_leakage_draws_nothing_above_fmax():
    low = dk.viz.leakage({"on": ON}, sr=SR, fmax=1000.0).axes[1]
    assert low.get_xlim() == (0.0, 1000.0)
    assert low.lines[1].get_xdata()[-1] == 1000.0


def test_window_spectra_are_those_of_the_dtft():
    w = dk.get_window("blackman", N)
    figure = dk.viz.window_spectra({"blackman": w, "own": 3 * w}, bins=6.0, floor=-70.0, title="found")
    shape, spectrum = figure.axes
    np.testing.assert_allclose(shape.lines[1].get_ydata(), w / w.max())
    x, y = spectrum.lines[0].get_data()
    assert (x[0], x[-1]) == (-6.0, 6.0)
    level = 20 * np.log10(np.maximum(abs(dk.dtft(w, 2 * np.pi * x / N)) / np.sum(w), 10**-3.5))
    np.testing.assert_allclose(y, level, atol=1e-9)
    assert spectrum.get_title(loc="left") == "found"
    assert len(dk.viz.window_spectra({"blackman": w}, shapes=False).axes) == 1


def test_the_window_map_names_its_points():
    figures = {name: dk.window_figures(dk.get_window(name, 256)) for name in ("boxcar", "hann", "flattop")}
    ax = dk.viz.window_map(figures).axes[0]
    assert [t.get_text() for t in ax.texts] == list(figures)
    for line, f in zip(ax.lines, figures.values(), strict=True):
        assert (line.get_xdata()[0], line.get_ydata()[0]) == (f.width_6db, f.highest_side_lobe)


BAD = {
    "no frames": (lambda: dk.viz.leakage({}, sr=SR), "frames is empty"),
    "two channels": (lambda: dk.viz.leakage({"a": np.ones((2, 8))}, sr=SR), r"shape \(2, 8\)"),
    "another length": (lambda: dk.viz.leakage({"a": ON}, sr=SR, w=np.ones(8)), "w has 8 samples and the frame 'a'"),
    "rate 0": (lambda: dk.viz.leakage({"a": ON}, sr=0), "sr=0"),
    "no windows": (lambda: dk.viz.window_spectra({}), "windows is empty"),
    "no bins": (lambda: dk.viz.window_spectra({"a": ON}, bins=0), "bins=0"),
    "no figures": (lambda: dk.viz.window_map({}), "figures is empty"),
}


@pytest.mark.parametrize(("call", "message"), BAD.values(), ids=BAD.keys())
def test_what_cannot_be_drawn_is_refused_in_words(call, message):
    with pytest.raises(ValueError, match=message):
        call()
