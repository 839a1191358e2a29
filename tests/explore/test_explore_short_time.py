"""The sliders of lesson 08 redraw, and their titles say true things."""

import numpy as np
import pytest

import dspkit as dk
from dspkit.explore.short_time import resolution

SR = 8000


def title(explorer):
    return repr(explorer.draw(**explorer.values))


def test_the_spectrogram_explorer_says_what_a_setting_buys():
    explorer = dk.explore.spectrogram(dk.melody(sr=SR, duration=0.5), SR, fmax=2000)
    assert "n_fft 1024, hop 256: a tone is 16 Hz wide, a click 64.1 ms, 2.1 values a sample" in title(explorer)
    before = explorer.picture.value
    explorer.controls["log2_n_fft"].value = 7
    assert "n_fft 128, hop 32: a tone is 125 Hz wide, a click 8.1 ms" in title(explorer)
    assert explorer.picture.value != before
    explorer.controls["hop"].value = 1
    assert "hop 128" in title(explorer)
    for window in explorer.controls["window"].options:
        explorer.controls["window"].value = window
        assert explorer.message.value == ""


@pytest.mark.parametrize(("window", "hertz", "samples"), [("hann", 2.0, 0.5), ("boxcar", 1.21, 1.0)])
def test_resolution_is_that_of_the_window(window, hertz, samples):
    # Full width at −6 dB: Hann 2.00 bins, boxcar 1.21 (Harris 1978, Table 1); in time half of the frame, and all.
    got_hertz, got_seconds = resolution(window, 1024, 1024)
    assert got_hertz == pytest.approx(hertz, abs=0.005)
    assert got_seconds == pytest.approx(samples, abs=0.002)


SETTINGS = [(128, "hann", "COLA holds, NOLA holds"), (160, "hann", "COLA fails, NOLA holds"),
            (512, "hann", "COLA fails, NOLA fails"), (512, "boxcar", "COLA holds, NOLA holds")]  # fmt: skip


@pytest.mark.parametrize(("hop_length", "window", "words"), SETTINGS)
def test_the_overlap_explorer_names_cola_and_nola(hop_length, window, words):
    explorer = dk.explore.overlap_add()
    explorer.controls["hop_length"].value = hop_length
    explorer.controls["window"].value = window
    assert explorer.message.value == ""
    assert explorer.draw(hop_length=hop_length, window=window).get_suptitle() == f"hop {hop_length} of 512: {words}"


def test_beyond_the_window_there_are_gaps():
    explorer = dk.explore.overlap_add()
    explorer.controls["hop_length"].value = 560
    assert explorer.message.value != "" or "NOLA fails" in explorer.draw(hop_length=560, window="boxcar").get_suptitle()
    assert np.frombuffer(explorer.picture.value, dtype="uint8").size > 1000
