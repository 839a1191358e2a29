"""The sliders of lesson 09 redraw, and their titles say true things."""

import numpy as np
import pytest

import dspkit as dk

SR = 16000


def title(explorer):
    return repr(explorer.draw(**explorer.values))


def test_the_filterbank_explorer_counts_the_empty_filters():
    explorer = dk.explore.mel_filterbank(sr=SR, n_fft=256, n_mels=128)
    assert "13 of 128 filters are empty: bins 62.5 Hz apart, narrowest filter 46.8 Hz" in title(explorer)
    crosses = next(line for line in explorer.draw(**explorer.values).axes[0].lines if line.get_marker() == "x")
    # Number 0 peaks at 1/129 of 45.245 mel, the last of the 13, number 50, at 51/129 of it.
    last = 1000 * 6.4 ** ((51 / 129 * dk.hz_to_mel(8000.0) - 15) / 27)
    assert crosses.get_xdata()[[0, -1]] == pytest.approx([200 / 3 / 129 * dk.hz_to_mel(8000.0), last])
    assert len(crosses.get_xdata()) == 13
    before = explorer.picture.value
    explorer.controls["n_mels"].value = 95
    assert "None of 95 filters are empty" in title(explorer)
    assert explorer.picture.value != before
    explorer.controls["n_mels"].value = 57  # the largest without an empty one on HTK's scale
    explorer.controls["scale"].value = "HTK"
    assert "None of 57 filters" in title(explorer)
    explorer.controls["n_mels"].value = 58
    assert "1 of 58 filters is empty" in title(explorer)
    explorer.controls["log2_n_fft"].value = 9
    assert "None of 58 filters are empty: bins 31.2 Hz apart" in title(explorer)


@pytest.mark.parametrize(("norm", "expected"), [("slaney", 2.0), (None, None), (1, 1.0)])
def test_the_norm_is_the_one_that_is_chosen(norm, expected):
    explorer = dk.explore.mel_filterbank(sr=SR, n_fft=1024, n_mels=20)
    explorer.controls["norm"].value = norm
    lines = explorer.draw(**explorer.values).axes[0].lines
    width, weights = dk.mel_frequencies(22, fmax=SR / 2), lines[10].get_ydata()
    if norm == "slaney":
        assert weights.max() == pytest.approx(expected / (width[12] - width[10]), rel=0.1)
    elif norm == 1:
        assert weights.sum() == pytest.approx(expected)
    else:
        assert 0.9 < weights.max() <= 1
    assert explorer.message.value == ""


def test_the_spectrogram_explorer_shows_the_sound_through_the_filters():
    y = dk.vowels(sr=SR, duration=0.5)
    explorer = dk.explore.melspectrogram(y, SR, n_fft=256, n_mels=128)
    figure = explorer.draw(**explorer.values)
    assert "13 of 128 filters are empty" in repr(figure)
    image = figure.axes[0].images[0].get_array()
    assert image.shape == (128, 1 + len(y) // 160)
    assert np.all(image[[0, 3, 6]] == image.min())
    with pytest.warns(dk.EmptyFilterWarning):
        M = dk.melspectrogram(y, sr=SR, n_fft=256, hop_length=160, n_mels=128)
    assert image.max() == pytest.approx(10 * np.log10(M.max()))
    explorer.controls["n_mels"].value = 20
    assert "None of 20 filters are empty" in title(explorer)
    assert explorer.message.value == ""
    assert dk.explore.melspectrogram(y, SR, hop_length=80).message.value == ""
