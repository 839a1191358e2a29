"""The homework checks of lesson 01: right answers pass."""

import numpy as np
import pytest

import dspkit as dk


def rounded(y, bits):
    half = 2.0 ** (bits - 1)
    return np.clip(np.floor(y * half + 0.5), -half, half - 1) / half


def folded(f, sr):
    rest = np.mod(f, sr)
    return np.minimum(rest, sr - rest)


RIGHT = [
    (dk.check.quantize_tread, dk.quantize),
    (dk.check.quantize_tread, rounded),
    (dk.check.alias_of, dk.alias_frequency),
    (dk.check.alias_of, folded),
    (dk.check.signal_to_noise, dk.snr),
    (dk.check.signal_to_noise, lambda y, c: 20 * np.log10(np.linalg.norm(y) / np.linalg.norm(c - y))),
    (dk.check.sinc_sum, lambda y, times, sr: dk.reconstruct(y, times, sr=sr)),
]


@pytest.mark.parametrize(("check", "function"), RIGHT)
def test_right_answers_pass(check, function):
    verdict = check(function)
    assert verdict, verdict
