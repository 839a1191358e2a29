"""The sliders of lesson 03 draw what their titles say."""

import numpy as np
import pytest

import dspkit as dk


def said(explorer, **values):
    figure = explorer.draw(**{**explorer.values, **values})
    return figure.axes[0].get_title(loc="left")


def test_a_moved_control_changes_the_picture():
    explorer = dk.explore.frame_and_hop()
    assert explorer.message.value == ""
    before = explorer.picture.value
    assert bytes(before[:4]) == b"\x89PNG"
    explorer.controls["frame_length"].value = 4096
    assert explorer.picture.value != before


# 2 s at 22,050 samples a second: 1 + 44100 // hop centred frames.
@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, "512 samples (23.2 ms) every 128: 345 numbers for 2.0 s"),
        ({"frame_length": 4096, "hop": "1 frame"}, "4096 samples (185.8 ms) every 4096: 11 numbers for 2.0 s"),
        ({"hop": "2 frames", "feature": "amplitude envelope"}, "512 samples (23.2 ms) every 1024: 44 numbers"),
        ({"frame_length": 32, "hop": "1/8 frame"}, "32 samples (1.5 ms) every 4: 11026 numbers"),
        ({"frame_length": 16384}, "16384 samples (743.0 ms) every 4096: 11 numbers"),
    ],
)
def test_frames_are_counted(values, words):
    assert words in said(dk.explore.frame_and_hop(), **values)


def test_the_curve_is_the_features():
    y = dk.sine(100, sr=8000, duration=0.5)
    explorer = dk.explore.frame_and_hop(y, 8000, feature="amplitude envelope", hop="1/2 frame")
    line = explorer.draw(**explorer.values).axes[0].lines[-1]
    np.testing.assert_array_equal(line.get_ydata(), dk.amplitude_envelope(y, frame_length=512, hop_length=256))
    np.testing.assert_allclose(line.get_xdata(), np.arange(16) * 256 / 8000)


def test_lag_says_pitch_and_product():
    y = np.tile(dk.sine(80, sr=8000, duration=0.0125, dtype="float64"), 20)  # twenty periods of 100 samples
    explorer = dk.explore.lag(y, 8000, lag=100, max_size=300)
    assert said(explorer) == "100 samples later (80.0 Hz) the product is +0.95 of the energy"
    assert said(explorer, lag=50) == "50 samples later (160.0 Hz) the product is -0.97 of the energy"
    assert said(explorer, lag=0) == "0 samples later (no pitch) the product is +1.00 of the energy"
    assert "299 samples" in said(explorer, lag=299)


def test_lag_has_a_vowel_of_its_own():
    assert "40 samples later (551.2 Hz)" in said(dk.explore.lag())


BAD = {
    "integers": (lambda: dk.explore.lag(np.arange(5000)), TypeError, "to_float"),
    "stereo": (lambda: dk.explore.frame_and_hop(np.zeros((2, 900))), ValueError, r"shape \(2, 900\); expected one"),
    "short": (lambda: dk.explore.lag(np.ones(900)), ValueError, "y has 900 samples; expected 1000 or more"),
    "no rate": (lambda: dk.explore.lag(sr=0), ValueError, "sr=0"),
}


@pytest.mark.parametrize(("call", "error", "message"), BAD.values(), ids=BAD.keys())
def test_what_cannot_be_moved_is_refused_in_words(call, error, message):
    with pytest.raises(error, match=message):
        call()
