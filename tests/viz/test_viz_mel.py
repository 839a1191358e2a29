"""The figures of lesson 09 show what they are given: hertz where they belong, empty filters and no others marked."""

import matplotlib.colors
import numpy as np
import pytest

import dspkit as dk

SR, N_FFT, HOP = 16000, 512, 160


@pytest.fixture
def levels():
    y = dk.sine(1000, sr=SR, duration=0.3, dtype="float64")
    return dk.power_to_db(dk.melspectrogram(y, sr=SR, n_fft=N_FFT, hop_length=HOP, n_mels=40))


def labels(figure):
    return [text for ax in figure.axes for text in (ax.get_xlabel(), ax.get_ylabel()) if text]


def titles(figure):
    return [ax.get_title(loc="left") for ax in figure.axes if ax.get_title(loc="left")]


@pytest.mark.parametrize("htk", [False, True])
def test_the_scale_is_1_at_1000_hertz_and_its_stairs_are_even(htk):
    figure = dk.viz.mel_scale(fmax=8000, n_steps=5, htk=htk)
    slaney, other, stairs = figure.axes[0].lines
    for line in (slaney, other):
        assert np.interp(1000, line.get_xdata(), line.get_ydata()) == pytest.approx(1)
    assert slaney.get_ydata()[-1] == pytest.approx(dk.hz_to_mel(8000.0) / 15)
    assert other.get_ydata()[-1] == pytest.approx(dk.hz_to_mel(8000.0, htk=True) / 1000, rel=1e-4)
    assert stairs.get_xdata()[[0, -1]] == pytest.approx([0, 8000])
    np.testing.assert_allclose(np.diff(stairs.get_ydata(), n=2), 0, atol=1e-12)
    assert labels(figure) == ["Frequency [Hz]", "Mel [value at 1 kHz]"]
    assert figure.png().startswith(b"\x89PNG")


def test_triangles_come_one_at_a_time_with_the_weights_of_the_filterbank():
    figure = dk.viz.mel_triangles(sr=8000, n_fft=256, n_mels=8, counts=(1, 2), title="all")
    assert titles(figure) == ["1 filter", "2 filters", "all"]
    fb = dk.mel_filterbank(sr=8000, n_fft=256, n_mels=8, norm=None)
    for ax, count in zip(figure.axes, (1, 2, 8), strict=True):
        dots = [line for line in ax.lines if line.get_marker() == "o"]
        assert len(dots) == count
        for weights, line in zip(fb, dots, strict=False):
            np.testing.assert_allclose(line.get_ydata(), weights[weights > 0], atol=1e-12)
    assert figure.png()
    assert len(dk.viz.mel_triangles(sr=8000, n_fft=256, n_mels=3, counts=(9,)).axes) == 2


def test_gaps_mark_the_empty_filters_and_no_others():
    figure = dk.viz.mel_gaps(sr=SR, n_fft=256, n_mels=128, upto=500)
    ax = figure.axes[0]
    numbers = [int(text.get_text()) for text in ax.texts]
    with pytest.warns(dk.EmptyFilterWarning):
        empty = dk.empty_filters(dk.mel_filterbank(sr=SR, n_fft=256, n_mels=128))
    assert numbers == [i for i in empty if dk.mel_frequencies(130, fmax=8000)[i] < 500]
    assert len(ax.patches) == len(numbers)
    assert titles(figure) == ["Filters 0, 3, 6, 11, 14, 19 fall between two bins"]
    assert "bins, 62.5 Hz apart" in [text.get_text() for text in ax.get_legend().get_texts()]
    assert figure.png()
    assert titles(dk.viz.mel_gaps(sr=SR, n_fft=256, n_mels=95)) == ["Every filter has a bin"]


def test_filterbanks_stand_below_each_other():
    fb = dk.mel_filterbank(sr=SR, n_fft=N_FFT, n_mels=20)
    figure = dk.viz.mel_filterbanks({"one": fb, "every other": fb[::2]}, sr=SR, title="both")
    assert titles(figure) == ["one", "every other"]
    assert [len(ax.lines) for ax in figure.axes] == [20, 10]
    first = figure.axes[0].lines[10]
    assert first.get_xdata()[np.argmax(first.get_ydata())] == pytest.approx(np.argmax(fb[10]) * SR / N_FFT)
    assert figure.get_suptitle() == "both"
    assert figure.png()
    part = dk.viz.mel_filterbanks({"one": fb}, sr=SR, every=3, upto=2000).axes[0]
    assert len(part.lines) == 7
    assert part.get_xlim() == (0, 2000)


def test_levels_of_bands_over_hertz():
    figure = dk.viz.band_levels({"a": [0, -6, -9], "b": [0, 0, 0]}, [125, 1000, 8000], title="t")
    assert labels(figure) == ["Middle of the band [Hz]", "Level [dB]"]
    assert figure.axes[0].get_xscale() == "log"
    np.testing.assert_array_equal(figure.axes[0].lines[0].get_ydata(), [0, -6, -9])
    assert figure.png()


@pytest.mark.parametrize("htk", [False, True])
def test_a_mel_spectrogram_is_labelled_with_the_hertz_of_its_bands(levels, htk):
    figure = dk.viz.mel_spectrogram(levels, sr=SR, hop_length=HOP, htk=htk)
    assert labels(figure) == ["Time [s]", "Frequency [Hz], mel", "Level [dB]"]
    ax = figure.axes[0]
    left, right, bottom, top = ax.images[0].get_extent()
    assert (bottom, top) == (-0.5, 39.5)
    assert left + HOP / SR / 2 == pytest.approx(0)
    assert right - HOP / SR / 2 == pytest.approx((levels.shape[1] - 1) * HOP / SR)
    # The place of each label, read off the middles of the bands.
    middles = dk.mel_frequencies(42, fmax=SR / 2, htk=htk)[1:-1]
    for row, text in zip(ax.get_yticks(), ax.get_yticklabels(), strict=True):
        frequency = float(text.get_text())
        if middles[0] <= frequency <= middles[-1]:
            mels = dk.hz_to_mel(middles, htk=htk)
            assert row == pytest.approx(np.interp(dk.hz_to_mel(frequency, htk=htk), mels, np.arange(40)))
    assert ax.images[0].get_clim() == pytest.approx((levels.max() - 80, levels.max()))
    assert figure.png()


def test_a_mel_spectrogram_of_part_of_the_band(levels):
    ax = dk.viz.mel_spectrogram(levels, sr=SR, hop_length=HOP, fmin=300, fmax=3800, range_db=None).axes[0]
    assert [text.get_text() for text in ax.get_yticklabels()] == ["500", "1000", "2000"]
    assert ax.images[0].get_clim()[0] == pytest.approx(levels.min())


def test_mel_spectrograms_share_their_colours(levels):
    figure = dk.viz.mel_spectrograms(
        {"40": levels, "20": levels[:20], "10": levels[:10]}, sr=SR, hop_length=HOP, title="t"
    )
    pictures = [ax for ax in figure.axes if ax.images]
    assert titles(figure) == ["40", "20", "10"]
    assert len({ax.images[0].get_clim() for ax in pictures}) == 1
    assert all(isinstance(ax.images[0].cmap, matplotlib.colors.Colormap) for ax in pictures)
    assert figure.png()


@pytest.mark.parametrize("wrong", [np.zeros((2, 5, 6)), np.zeros(5), np.zeros((5, 0)), np.zeros((5, 6)) + 1j])
def test_what_is_no_picture_is_refused(wrong):
    with pytest.raises(dk.ParameterError, match="one channel"):
        dk.viz.mel_spectrogram(wrong, sr=SR, hop_length=HOP)
    with pytest.raises(dk.ParameterError, match="one channel"):
        dk.viz.mel_spectrograms({"a": wrong}, sr=SR, hop_length=HOP)
    with pytest.raises(dk.ParameterError, match="a filterbank has shape"):
        dk.viz.mel_filterbanks({"a": wrong}, sr=SR)


def test_nothing_is_refused():
    with pytest.raises(dk.ParameterError, match="at least one"):
        dk.viz.mel_spectrograms({}, sr=SR, hop_length=HOP)
    with pytest.raises(dk.ParameterError, match="at least one"):
        dk.viz.mel_filterbanks({}, sr=SR)
