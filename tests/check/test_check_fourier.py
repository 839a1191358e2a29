"""The homework checks of lesson 05 pass what libraries return. (test_check.py: every known mistake is named.)"""

import numpy as np
import pytest
import scipy.fft

import dspkit as dk


def right_amplitudes(x):
    """From the whole spectrum: the amplitudes of bin k and of its mirror image, where it has one."""
    n = x.shape[-1]
    a = np.abs(scipy.fft.fft(x, norm="forward"))
    return np.stack([a[..., k] + (a[..., n - k] if k > 0 and 2 * k != n else 0) for k in range(n // 2 + 1)], axis=-1)


def phone_number_by_dft(sounds, sr):
    """Without Goertzel: the strongest zero-padded FFT bins below and above 1075 Hz."""
    keys = ""
    for y in sounds:
        magnitude, freqs = np.abs(np.fft.rfft(y, 1 << 16)), np.fft.rfftfreq(1 << 16, 1 / sr)
        low = freqs[np.argmax(magnitude * (freqs < 1075))]
        high = freqs[np.argmax(magnitude * ((freqs > 1075) & (freqs < 1600)))]
        row = np.argmin(np.abs(np.array([697, 770, 852, 941]) - low))
        column = np.argmin(np.abs(np.array([1209, 1336, 1477]) - high))
        keys += "123456789*0#"[3 * row + column]
    return keys


def librosa_frequencies(sr, n_fft):
    librosa = pytest.importorskip("librosa")
    return librosa.fft_frequencies(sr=sr, n_fft=n_fft)


LIBRARIES = [
    (dk.check.dft, np.fft.fft),
    (dk.check.dft, scipy.fft.fft),
    (dk.check.dft, dk.dft),
    (dk.check.idft, np.fft.ifft),
    (dk.check.idft, scipy.fft.ifft),
    (dk.check.goertzel, lambda x, f, sr: abs(dk.dtft(x, 2 * np.pi * f / sr))),
    (dk.check.idft, dk.idft),
    (dk.check.goertzel, lambda x, f, sr: abs(dk.goertzel(x, f, sr))),
    (dk.check.goertzel, lambda x, f, sr: abs(np.sum(x * np.exp(-2j * np.pi * f / sr * np.arange(len(x)))))),
    (dk.check.amplitudes, right_amplitudes),
    (dk.check.phone_number, phone_number_by_dft),
    (dk.check.bin_frequencies, lambda sr, n_fft: dk.fft_frequencies(sr=sr, n_fft=n_fft)),
    (dk.check.bin_frequencies, librosa_frequencies),
    (dk.check.bin_frequencies, lambda sr, n_fft: np.fft.rfftfreq(n_fft, 1 / sr)),
]


@pytest.mark.parametrize(("check", "function"), LIBRARIES)
def test_right_answers_agree(check, function):
    assert check.agrees(function), check(function)
