"""The homework checks of lesson 06: libraries pass, every known mistake is named."""

import numpy as np
import pytest
import scipy.fft
import scipy.signal

import dspkit as dk

CHECKS = (
    dk.check.butterfly_multiplications, dk.check.fft, dk.check.bit_reversal, dk.check.rfft, dk.check.irfft,
    dk.check.fast_convolve, dk.check.bluestein,
)  # fmt: skip

LIBRARIES = [
    (dk.check.butterfly_multiplications, lambda n: n * np.log2(n) / 2),
    (dk.check.fft, np.fft.fft),
    (dk.check.fft, scipy.fft.fft),
    (dk.check.fft, dk.dft),
    (dk.check.fft, dk.fft_recursive),
    (dk.check.fft, lambda x: dk.fft_in_place(x + 0j)),
    (dk.check.bit_reversal, lambda n: sorted(range(n), key=lambda i: format(i, "010b")[::-1])),
    (dk.check.rfft, np.fft.rfft),
    (dk.check.rfft, scipy.fft.rfft),
    (dk.check.irfft, np.fft.irfft),
    (dk.check.irfft, scipy.fft.irfft),
    (dk.check.fast_convolve, scipy.signal.fftconvolve),
    (dk.check.fast_convolve, scipy.signal.oaconvolve),
    (dk.check.bluestein, np.fft.fft),
    (dk.check.bluestein, scipy.signal.czt),
]


@pytest.mark.parametrize(("check", "function"), LIBRARIES)
def test_right_answers_pass(check, function):
    verdict = check(function)
    assert verdict, verdict


MISTAKES = [
    pytest.param(check, mistake, id=f"{check.name}: {mistake.name}") for check in CHECKS for mistake in check.mistakes
]


@pytest.mark.parametrize(("check", "mistake"), MISTAKES)
def test_every_mistake_is_named(check, mistake):
    verdict = check(mistake.wrong)
    assert verdict.status == "recognised"
    assert verdict.mistake == mistake.name
    assert mistake.advice in str(verdict)
