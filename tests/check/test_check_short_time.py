"""The homework checks of lesson 08: libraries pass, every known mistake is named."""

import numpy as np
import pytest

import dspkit as dk


def _scipy_stft(y, *, n_fft, hop_length, win_length):
    """scipy's ShortTimeFFT, brought to librosa's conventions."""
    from scipy.signal import ShortTimeFFT, get_window

    left = (n_fft - win_length) // 2
    w = np.pad(get_window("hann", win_length), (left, n_fft - win_length - left))
    y = np.pad(y, [(0, 0)] * (y.ndim - 1) + [(n_fft // 2, n_fft // 2)])
    frames = 1 + (y.shape[-1] - n_fft) // hop_length
    transform = ShortTimeFFT(w, hop=hop_length, fs=1, mfft=n_fft, phase_shift=None)
    first = -(-(n_fft // 2) // hop_length)
    # Frames of ShortTimeFFT have their middle at p·hop; shift the signal so that one begins at its first sample.
    late = first * hop_length - n_fft // 2
    y = np.concatenate([np.zeros((*y.shape[:-1], late)), y], axis=-1)
    return transform.stft(y, p0=first, p1=first + frames)


DSPKIT = [
    (dk.check.frame, dk.frame),
    (dk.check.frame_count, lambda n, n_fft, hop, c: dk.frame_count(n, frame_length=n_fft, hop_length=hop, center=c)),
    (dk.check.stft, dk.stft),
    (dk.check.stft, _scipy_stft),
    (dk.check.spectrogram, dk.spectrogram),
    (dk.check.power_to_db, dk.power_to_db),
    (dk.check.istft, dk.istft),
]


@pytest.mark.parametrize(("check", "function"), DSPKIT)
def test_right_answers_agree(check, function):
    assert check.agrees(function), check(function)


def test_librosas_functions_pass():
    librosa = pytest.importorskip("librosa")
    answers = [
        (dk.check.frame, librosa.util.frame),
        (dk.check.stft, librosa.stft),
        (dk.check.spectrogram, lambda y, **s: np.abs(librosa.stft(y, **s)) ** 2),
        (dk.check.power_to_db, librosa.power_to_db),
        (dk.check.istft, librosa.istft),
    ]
    for check, function in answers:
        verdict = check(function)
        assert verdict, verdict


def test_scipys_own_stft_is_told_its_scale():
    import scipy.signal

    def scipys(y, n_fft, hop_length, win_length):
        return scipy.signal.stft(
            y, nperseg=n_fft, noverlap=n_fft - hop_length, boundary="zeros", padded=False, return_onesided=True
        )[2]

    case = [c for c in dk.check.stft.cases if c.kwargs["win_length"] == c.kwargs["n_fft"]]
    verdict = dk.check.Check("stft", dk.check.stft.reference, case, dk.check.stft.mistakes)(scipys)
    assert verdict.mistake == "scaled by 1/Σw (scipy.signal.stft's convention)"
