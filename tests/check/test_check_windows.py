"""The homework checks of lesson 07: libraries pass, every known mistake is named."""

import numpy as np
import pytest

import dspkit as dk


def scipy_hann(n):
    import scipy.signal

    return scipy.signal.windows.hann(n, sym=False)


def librosa_hann(n):
    return pytest.importorskip("librosa").filters.get_window("hann", n, fftbins=True)


def scalloping(w):
    n = len(w)
    return -20 * np.log10(abs(dk.dtft(w, np.pi / n)) / abs(dk.dtft(w, 0.0)))


def padded(y, sr):
    w = np.hanning(len(y) + 1)[:-1]
    return 2 * np.max(np.abs(np.fft.rfft(w * y, n=16 * len(y)))) / np.sum(w)


def summed(y, sr):
    w = dk.get_window("hann", len(y))
    top = np.argmax(np.abs(np.fft.rfft(w * y))) * sr / len(y)
    hertz = top + sr / len(y) * np.linspace(-1, 1, 201)
    return 2 * np.max(np.abs(dk.dtft(w * y, 2 * np.pi * hertz / sr))) / np.sum(w)


def searched(y, sr):
    import scipy.optimize
    import scipy.signal

    w = scipy.signal.get_window("hann", len(y))
    bins = np.argmax(np.abs(np.fft.rfft(w * y)))
    turn = 2j * np.pi * np.arange(len(y)) / len(y)
    lower = scipy.optimize.minimize_scalar(
        lambda x: -abs(np.sum(w * y * np.exp(-turn * x))), bounds=(bins - 1, bins + 1), method="bounded"
    )
    return -2 * lower.fun / w.sum()


def zoomed(y, sr):
    import scipy.signal

    w = scipy.signal.get_window("blackman", len(y))
    return 2 * np.max(np.abs(scipy.signal.zoom_fft(w * y, [0, sr / 2], m=8192, fs=sr))) / w.sum()


RIGHT = [
    (dk.check.hann, scipy_hann),
    (dk.check.hann, librosa_hann),
    (dk.check.hann, lambda n: np.hanning(n + 1)[:-1]),
    (dk.check.hann, lambda n: dk.get_window("hann", n)),
    (dk.check.scalloping_loss, scalloping),
    (dk.check.tone_amplitude, padded),
    (dk.check.tone_amplitude, summed),
    (dk.check.tone_amplitude, searched),
    (dk.check.tone_amplitude, zoomed),
]


@pytest.mark.parametrize(("check", "function"), RIGHT)
def test_right_answers_pass(check, function):
    verdict = check(function)
    assert verdict, verdict


@pytest.mark.parametrize(("wrong_by", "passes"), [(0.03, True), (-0.03, True), (0.07, False), (-0.07, False)])
def test_the_level_meter_may_be_off_by_0_05_db(wrong_by, passes):
    assert bool(dk.check.tone_amplitude(lambda y, sr: summed(y, sr) * 10 ** (wrong_by / 20))) is passes


def test_the_reference_finds_the_amplitude_that_was_put_in():
    for case, amplitude in zip(dk.check.tone_amplitude.cases, (0.5, 0.5, 0.2, 0.8, 0.5, 12.0), strict=True):
        assert abs(20 * np.log10(dk.check.tone_amplitude.reference(*case.args) / amplitude)) < 0.02
