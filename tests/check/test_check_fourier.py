"""The homework checks of lesson 05: libraries pass, every known mistake is named."""

import numpy as np
import pytest
import scipy.fft

import dspkit as dk

LIBRARIES = [
    (dk.check.dft, np.fft.fft),
    (dk.check.dft, scipy.fft.fft),
    (dk.check.dft, dk.dft),
    (dk.check.idft, np.fft.ifft),
    (dk.check.idft, scipy.fft.ifft),
    (dk.check.goertzel, lambda x, f, sr: abs(dk.dtft(x, 2 * np.pi * f / sr))),
    (dk.check.bin_frequencies, lambda sr, n_fft: np.fft.rfftfreq(n_fft, 1 / sr)),
]


@pytest.mark.parametrize(("check", "function"), LIBRARIES)
def test_right_answers_pass(check, function):
    verdict = check(function)
    assert verdict, verdict


MISTAKES = [
    pytest.param(check, mistake, id=f"{check.name}: {mistake.name}")
    for check in (dk.check.dft, dk.check.idft, dk.check.goertzel, dk.check.bin_frequencies)
    for mistake in check.mistakes
]


@pytest.mark.parametrize(("check", "mistake"), MISTAKES)
def test_every_mistake_is_named(check, mistake):
    verdict = check(mistake.wrong)
    assert verdict.status == "recognised"
    assert verdict.mistake == mistake.name
    assert mistake.advice in str(verdict)
