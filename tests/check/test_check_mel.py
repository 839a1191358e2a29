"""The homework checks of lesson 09: libraries pass, every known mistake is named."""

import numpy as np
import pytest

import dspkit as dk

CHECKS = (
    dk.check.hz_to_mel,
    dk.check.mel_to_hz,
    dk.check.mel_filterbank,
    dk.check.empty_filters,
    dk.check.melspectrogram,
    dk.check.log_mel,
)


FRAMES = {"n_fft": 256, "hop_length": 64}


def _melspectrogram(y, sr, n_mels):
    return dk.melspectrogram(y, sr=sr, n_mels=n_mels, **FRAMES)


def _log_mel(y, sr, n_mels, ref):
    return 10 * np.log10(np.maximum(_melspectrogram(y, sr, n_mels), 1e-10) / ref)


@pytest.mark.filterwarnings("ignore::dspkit.EmptyFilterWarning")
@pytest.mark.parametrize(
    ("check", "function"),
    [
        (dk.check.hz_to_mel, dk.hz_to_mel),
        (dk.check.mel_to_hz, dk.mel_to_hz),
        (dk.check.mel_filterbank, dk.mel_filterbank),
        (dk.check.empty_filters, dk.empty_filters),
        (dk.check.empty_filters, lambda fb: [i for i, row in enumerate(fb) if not row.any()]),
        (dk.check.melspectrogram, _melspectrogram),
        (dk.check.log_mel, _log_mel),
    ],
)
def test_right_answers_agree(check, function):
    assert check.agrees(function), check(function)


@pytest.mark.filterwarnings("ignore:Empty filters detected")
def test_librosas_functions_pass():
    librosa = pytest.importorskip("librosa")

    def melspectrogram(y, sr, n_mels):
        return librosa.feature.melspectrogram(y=y, sr=sr, n_mels=n_mels, **FRAMES)

    def log_mel(y, sr, n_mels, ref):
        return librosa.power_to_db(melspectrogram(y, sr, n_mels), ref=ref, top_db=None)

    for check, function in [
        (dk.check.hz_to_mel, librosa.hz_to_mel),
        (dk.check.mel_to_hz, librosa.mel_to_hz),
        (dk.check.mel_filterbank, librosa.filters.mel),
        (dk.check.melspectrogram, melspectrogram),
        (dk.check.log_mel, log_mel),
    ]:
        verdict = check(function)
        assert verdict, verdict


MISTAKES = [
    pytest.param(check, mistake, id=f"{check.name}: {mistake.name}") for check in CHECKS for mistake in check.mistakes
]


@pytest.mark.parametrize(("check", "mistake"), MISTAKES)
def test_every_mistake_is_named(check, mistake):
    verdict = check(mistake.wrong)
    assert verdict.status == "recognised", verdict
    assert verdict.mistake == mistake.name
    assert mistake.advice in str(verdict)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_an_empty_stub_is_not_tried_yet(check):
    assert check(lambda *arguments, **settings: ...).status == "not tried yet"


def test_python_speech_features_filters_are_told_what_they_are():
    """Its get_filterbanks on Slaney's scale: edges floored to bins, even steps up and down, no norm."""

    def floored(sr, n_fft, n_mels):
        points = dk.mel_to_hz(np.linspace(0, dk.hz_to_mel(sr / 2), n_mels + 2))
        edges = np.floor((n_fft + 1) * points / sr)
        fb = np.zeros((n_mels, n_fft // 2 + 1))
        for j in range(n_mels):
            for i in range(int(edges[j]), int(edges[j + 1])):
                fb[j, i] = (i - edges[j]) / (edges[j + 1] - edges[j])
            for i in range(int(edges[j + 1]), int(edges[j + 2])):
                fb[j, i] = (edges[j + 2] - i) / (edges[j + 2] - edges[j + 1])
        return fb

    verdict = dk.check.mel_filterbank(floored)
    assert verdict.mistake == "band edges floored to bins, and no norm", verdict
