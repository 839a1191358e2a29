"""The figures of lesson 08 show what they are given: axes in hertz, seconds and decibels."""

import numpy as np
import pytest

import dspkit as dk

SR, N_FFT, HOP = 8000, 256, 64


@pytest.fixture
def levels():
    y = dk.sine(1000, sr=SR, duration=0.5, dtype="float64")
    return dk.power_to_db(dk.spectrogram(y, n_fft=N_FFT, hop_length=HOP))


def labels(figure):
    return [text for ax in figure.axes for text in (ax.get_xlabel(), ax.get_ylabel()) if text]


def test_a_spectrogram_has_hertz_seconds_and_decibels(levels):
    figure = dk.viz.spectrogram(levels, sr=SR, hop_length=HOP)
    assert labels(figure) == ["Time [s]", "Frequency [Hz]", "Level [dB]"]
    image = figure.axes[0].images[0]
    left, right, bottom, top = image.get_extent()
    # Row k of the picture is centred on k·sr/n_fft, column t on t·hop/sr.
    row, column = SR / N_FFT, HOP / SR
    assert (left + column / 2, bottom + row / 2) == pytest.approx((0, 0))
    assert top - row / 2 == pytest.approx(SR / 2)
    assert right - column / 2 == pytest.approx((levels.shape[1] - 1) * HOP / SR)
    assert image.get_clim() == pytest.approx((levels.max() - 80, levels.max()))
    assert figure.png().startswith(b"\x89PNG")


def test_a_spectrogram_of_frames_that_were_not_centred_starts_later(levels):
    image = dk.viz.spectrogram(levels, sr=SR, hop_length=HOP, start=N_FFT / 2 / SR, fmax=2000).axes[0].images[0]
    assert image.get_extent()[0] == pytest.approx((N_FFT / 2 - HOP / 2) / SR)
    assert image.axes.get_ylim() == (0, 2000)


def test_an_odd_n_fft_can_be_told(levels):
    top = dk.viz.spectrogram(levels, sr=SR, hop_length=HOP, n_fft=257).axes[0].images[0].get_extent()[3]
    assert top == pytest.approx(128.5 * SR / 257)


def test_spectrograms_side_by_side_share_axes_and_colours(levels):
    figure = dk.viz.spectrograms({"one": levels, "two": levels - 20, "three": levels}, sr=SR, hop_length=HOP, title="t")
    pictures = [ax for ax in figure.axes if ax.images]
    assert [ax.get_title(loc="left") for ax in pictures] == ["one", "two", "three"]
    assert len({ax.images[0].get_clim() for ax in pictures}) == 1
    assert "Level [dB]" in labels(figure)
    assert figure.png()


def test_a_part_of_several_spectrograms(levels):
    figure = dk.viz.spectrograms([levels], titles=["a"], sr=SR, hop_length=HOP, seconds=(0.1, 0.2), fmin=500, fmax=900)
    assert figure.axes[0].get_xlim() == (0.1, 0.2)
    assert figure.axes[0].get_ylim() == (500, 900)
    whole = dk.viz.spectrograms([levels], sr=SR, hop_length=HOP).axes[0]
    assert whole.get_xlim() == pytest.approx(whole.images[0].get_extent()[:2])


@pytest.mark.parametrize(
    ("levels", "message"),
    [
        (np.zeros((2, 5, 6)), "one channel"),
        (np.zeros(5), r"\(n_bins, n_frames\)"),
        (np.zeros((5, 0)), r"\(5, 0\)"),
        (np.zeros((5, 6)) + 1j, "amplitude_to_db"),
    ],
)
def test_a_spectrogram_of_something_else_is_refused(levels, message):
    with pytest.raises(dk.ParameterError, match=message):
        dk.viz.spectrogram(levels, sr=SR, hop_length=HOP)
    with pytest.raises(dk.ParameterError, match=message):
        dk.viz.spectrograms([levels], sr=SR, hop_length=HOP)


def test_no_spectrograms_are_refused():
    with pytest.raises(dk.ParameterError, match="at least one"):
        dk.viz.spectrograms({}, sr=SR, hop_length=HOP)


@pytest.mark.parametrize("center", [True, False])
def test_frames_stand_where_the_stft_puts_them(center):
    figure = dk.viz.frames(dk.sine(100, sr=SR, duration=0.2), SR, n_fft=N_FFT, hop_length=HOP, center=center, count=3)
    low = figure.axes[1]
    middles = [line.get_xdata()[0] for line in low.lines if line.get_marker() == "|"]
    first = 0 if center else N_FFT / 2
    assert middles == pytest.approx([1000 * (first + t * HOP) / SR for t in range(3)])
    assert "4 frames" in figure.axes[0].get_title(loc="left")
    assert labels(figure) == ["Sample value", "Time [ms]", "Frame"]
    assert figure.png()


SUMS = [
    ("hann", 256, "Σw = 2, constant", "Σw² = 1.5, constant"),
    ("hann", 512, "Σw = 1, constant", "Σw² from 0.5 to 1"),
]


@pytest.mark.parametrize(("window", "hop_length", "left", "right"), SUMS)
def test_overlap_add_says_what_the_windows_add_up_to(window, hop_length, left, right):
    figure = dk.viz.overlap_add(window, win_length=1024, hop_length=hop_length)
    assert [ax.get_title(loc="left") for ax in figure.axes] == [left, right]
    assert dk.viz.overlap_add(window, hop_length=hop_length, title="all").get_suptitle() == "all"
    assert figure.png()


def test_instantaneous_frequency_marks_the_tone():
    f = np.array([400.0, 430.0, 460.0])
    figure = dk.viz.instantaneous_frequency(f, np.full(3, 440.0), np.array([-10.0, -1.0, -8.0]), tone=440.0)
    words = [text.get_text() for text in figure.axes[1].get_legend().get_texts()]
    assert "the tone, 440 Hz" in words
    assert labels(figure) == ["Level [dB]", "Frequency of the bin [Hz]", "Estimate [Hz]"]
    assert figure.png()


def test_kernels_are_windowed_cosines_and_sines():
    kernels = dk.stft_kernels(64)
    figure = dk.viz.stft_kernels(kernels, bins=(0, 3), sr=6400)
    assert [ax.get_title(loc="left") for ax in figure.axes] == ["Bin 0: 0 Hz", "Bin 3: 300 Hz"]
    np.testing.assert_array_equal(figure.axes[1].lines[0].get_ydata(), kernels[3])
    np.testing.assert_array_equal(figure.axes[1].lines[1].get_ydata(), kernels[33 + 3])
    assert figure.png()
    with pytest.raises(dk.ParameterError, match="0 … 32"):
        dk.viz.stft_kernels(kernels, bins=(33,))
    with pytest.raises(dk.ParameterError, match="cosines first"):
        dk.viz.stft_kernels(dk.dft_matrix(64))


def test_convergence_is_drawn_in_decibels():
    figure = dk.viz.convergence({"plain": ([1, 10], [1.0, 0.1]), "fast": ([1, 10], [1.0, 0.0])})
    lines = figure.axes[0].lines
    np.testing.assert_allclose(lines[0].get_ydata(), [0, -20])
    np.testing.assert_allclose(lines[1].get_ydata(), [0, -240])
    assert labels(figure) == ["Iterations", "Spectral error [dB]"]
    assert figure.png()
