"""The homework checks of lesson 07: libraries pass, every known mistake is named."""

import numpy as np
import pytest

import dspkit as dk


def scipy_hann(n):
    import scipy.signal

    return scipy.signal.windows.hann(n, sym=False)


def librosa_hann(n):
    return pytest.importorskip("librosa").filters.get_window("hann", n, fftbins=True)


def figures_enbw(w):
    return dk.window_figures(np.repeat(w, 64)).enbw  # ENBW in bins does not depend on how finely w is sampled


def scalloping(w):
    n = len(w)
    return -20 * np.log10(abs(dk.dtft(w, np.pi / n)) / abs(dk.dtft(w, 0.0)))


def amplitude(x, w):
    import scipy.signal

    # SciPy's "spectrum" scaling gives the power of a tone: half its squared amplitude.
    _, power = scipy.signal.periodogram(x, window=w, detrend=False, scaling="spectrum")
    return np.sqrt(2 * np.max(power))


RIGHT = [
    (dk.check.hann, scipy_hann),
    (dk.check.hann, librosa_hann),
    (dk.check.hann, lambda n: np.hanning(n + 1)[:-1]),
    (dk.check.hann, lambda n: dk.get_window("hann", n)),
    (dk.check.coherent_gain, np.mean),
    (dk.check.coherent_gain, lambda w: abs(np.fft.fft(w)[0]) / len(w)),
    (dk.check.enbw, figures_enbw),
    (dk.check.enbw, lambda w: np.mean(w**2) / np.mean(w) ** 2),
    (dk.check.scalloping_loss, scalloping),
    (dk.check.tone_amplitude, amplitude),
]


@pytest.mark.parametrize(("check", "function"), RIGHT)
def test_right_answers_pass(check, function):
    verdict = check(function)
    assert verdict, verdict
