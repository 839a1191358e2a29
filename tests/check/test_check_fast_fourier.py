"""The homework checks of lesson 06: libraries pass, every known mistake is named."""

import numpy as np
import pytest
import scipy.fft
import scipy.signal

import dspkit as dk

LIBRARIES = [
    (dk.check.butterfly_multiplications, lambda n: int(n * np.log2(n)) // 2),
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
def test_right_answers_agree(check, function):
    assert check.agrees(function), check(function)
