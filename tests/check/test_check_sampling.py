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


def same_samples(f, sr, fmax):
    tones = np.arange(0, fmax + 1, 500.0)
    n = np.arange(40)
    return tones[
        np.max(np.abs(np.cos(2 * np.pi * np.outer(tones, n) / sr) - np.cos(2 * np.pi * f * n / sr)), axis=1) < 1e-9
    ]


def shaped(y, bits, weights):
    step, errors, out = 2.0 ** (1 - bits), np.zeros(len(weights)), np.empty(len(y))
    for n, sample in enumerate(y):
        wanted = sample - weights @ errors
        out[n] = step * np.round(wanted / step)
        errors = np.append(out[n] - wanted, errors[:-1])
    return out


RIGHT = [
    (dk.check.recorder, lambda sr, bits: (sr / 2, 10 * np.log10(1.5 * 4.0**bits), sr * bits * 450)),
    (dk.check.impostors, same_samples),
    (dk.check.noise_shaped, shaped),
    (dk.check.quantize_tread, dk.quantize),
    (dk.check.quantize_tread, rounded),
    (dk.check.alias_of, dk.alias_frequency),
    (dk.check.alias_of, folded),
    (dk.check.signal_to_noise, lambda y, c: 20 * np.log10(np.linalg.norm(y) / np.linalg.norm(c - y))),
    (dk.check.sinc_sum, lambda y, times, sr: dk.reconstruct(y, times, sr=sr)),
]


@pytest.mark.parametrize(("check", "function"), RIGHT)
def test_right_answers_pass(check, function):
    verdict = check(function)
    assert verdict, verdict


@pytest.mark.parametrize(
    ("check", "function"),
    [
        (dk.check.signal_to_noise, lambda y, changed: float(dk.snr(y, changed))),
        (dk.check.noise_shaped, lambda y, bits, weights: dk.quantize(y, bits, shape=weights)),
        (
            dk.check.impostors,
            lambda f, sr, fmax: np.array(
                [g for g in np.arange(0.0, fmax + 1, 500) if dk.alias_frequency(g, sr) == dk.alias_frequency(f, sr)]
            ),
        ),
    ],
)
def test_our_own_functions_are_right_and_refused(check, function):
    """What is to be built may not be called."""
    assert check.agrees(function)
    verdict = check(function)
    assert verdict.status == "failed"
    assert "dspkit.sampling" in str(verdict)
