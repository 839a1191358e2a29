"""The homework checks of lesson 10: libraries pass, every known mistake is named."""

import numpy as np
import pytest
import scipy.fft

import dspkit as dk

CHECKS = (dk.check.dct, dk.check.real_cepstrum, dk.check.pitch, dk.check.lifter, dk.check.mfcc, dk.check.delta)


def _cepstrum_by_whole_transforms(x, n_fft):
    return np.fft.ifft(np.log(np.abs(np.fft.fft(x, n=n_fft)))).real


def _lifter(C, L):
    return C * (1 + L / 2 * np.sin(np.pi * np.arange(C.shape[-2]) / L))[:, None]


@pytest.mark.parametrize(
    ("check", "function"),
    [
        (dk.check.dct, lambda x: dk.dct(x, norm="ortho")),
        (dk.check.dct, lambda x: scipy.fft.dct(x, norm="ortho")),
        (dk.check.dct, lambda x: x @ dk.dct_matrix(x.shape[-1], norm="ortho").T),
        (dk.check.real_cepstrum, lambda x, n_fft: dk.real_cepstrum(x, n_fft=n_fft)),
        (dk.check.real_cepstrum, _cepstrum_by_whole_transforms),
        (dk.check.mfcc, lambda S, n_mfcc: dk.mfcc(S=S, n_mfcc=n_mfcc)),
        (dk.check.mfcc, lambda S, n_mfcc: scipy.fft.dct(S, axis=-2, norm="ortho")[..., :n_mfcc, :]),
        (dk.check.lifter, dk.lifter),
        (dk.check.lifter, _lifter),
        (dk.check.delta, lambda c, reach: dk.delta(c, width=2 * reach + 1, method="regression")),
        (dk.check.delta, lambda c, reach: dk.delta(c, width=2 * reach + 1, mode="nearest")),
    ],
)
def test_right_answers_pass(check, function):
    verdict = check(function)
    assert verdict, verdict


def test_librosas_functions_pass():
    librosa = pytest.importorskip("librosa")
    assert dk.check.mfcc(lambda S, n_mfcc: librosa.feature.mfcc(S=S, n_mfcc=n_mfcc))
    assert dk.check.delta(lambda c, reach: librosa.feature.delta(c, width=2 * reach + 1, mode="nearest"))


def test_scipys_default_is_told_its_scale():
    assert "without scale" in dk.check.dct(scipy.fft.dct).mistake


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
