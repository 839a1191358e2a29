"""Checks for ``notebooks/homework/07_windows.ipynb``."""

from __future__ import annotations

import math

import numpy as np

from .. import windows
from ._check import Case, Check, Mistake

__all__ = ["coherent_gain", "enbw", "hann", "scalloping_loss", "tone_amplitude"]


def _turns(n: int) -> np.ndarray:
    """0 … 1 over one period of the window, the end left out."""
    return np.arange(n) / n


hann = Check(
    "hann (periodic)",
    lambda n: windows.get_window("hann", n),
    (
        Case("n=4", (4,)),
        Case("n=5 (odd)", (5,)),
        Case("n=2", (2,)),
        Case("n=512", (512,)),
    ),
    (
        Mistake(
            "a symmetric window where a periodic one was asked",
            np.hanning,
            "For a spectrum the next period starts at sample n: divide by n, not n − 1 (linspace: endpoint=False).",
        ),
        Mistake(
            "a window of n + 1 samples",
            lambda n: np.hanning(n + 1),
            "The symmetric window of n + 1 samples is right up to its last sample: drop it.",
        ),
        Mistake(
            "a Hamming window",
            lambda n: 0.54 - 0.46 * np.cos(2 * np.pi * _turns(n)),
            "Hamming stands on a step of 0.08. Hann (0.5 and 0.5) starts at zero.",
        ),
        Mistake(
            "the square root of a Hann window, a sine",
            lambda n: np.sin(np.pi * _turns(n)),
            "Half a sine, squared, is Hann: sin²(πm/n) = 0.5 − 0.5·cos(2πm/n).",
        ),
        Mistake(
            "the cosine window",
            lambda n: np.sin(np.pi * (np.arange(n) + 0.5) / n),
            "That is half a sine wave, sampled between the samples. Hann is a raised cosine: 0.5 − 0.5·cos(2πm/n).",
        ),
        Mistake(
            "a squared Hann window",
            lambda n: np.sin(np.pi * _turns(n)) ** 4,
            "Either the sine is squared or the raised cosine is taken; both together are one square too many.",
        ),
        Mistake(
            "a window with its top at sample 0 (plus where minus was asked)",
            lambda n: 0.5 + 0.5 * np.cos(2 * np.pi * _turns(n)),
            "With m counted from 0, the cosine starts at 1: it is 0.5 − 0.5·cos(2πm/n) that starts at 0.",
        ),
        Mistake(
            "half a window (π for 2π)",
            lambda n: 0.5 - 0.5 * np.cos(np.pi * _turns(n)),
            "It rises and never falls: over n samples the cosine makes one whole turn, 2π.",
        ),
        Mistake(
            "a window counted from 1 instead of 0",
            lambda n: 0.5 - 0.5 * np.cos(2 * np.pi * (np.arange(n) + 1) / n),
            "Samples count from 0: the first weight is 0.",
        ),
        Mistake(
            "a window twice too high",
            lambda n: 1 - np.cos(2 * np.pi * _turns(n)),
            "The largest weight is 1: halve it.",
        ),
        Mistake(
            "a window divided by its sum",
            lambda n: windows.get_window("hann", n) / np.sum(windows.get_window("hann", n)),
            "Correcting for the window comes later, and is another function. Its largest weight is 1.",
        ),
    ),
)

_WEIGHTS = (
    Case("a boxcar of 8 samples", (np.ones(8),)),
    Case("a Hann window of 16 samples", (windows.get_window("hann", 16),)),
    Case("a Blackman window of 64 samples", (windows.get_window("blackman", 64),)),
    Case("a Hann window of 64 samples, three times as high", (3.0 * windows.get_window("hann", 64),)),
    Case("a flat top of 101 samples (some weights are negative)", (windows.get_window("flattop", 101),)),
)


def _enbw(w: np.ndarray) -> float:
    return len(w) * np.sum(w**2) / np.sum(w) ** 2


coherent_gain = Check(
    "coherent_gain",
    np.mean,
    _WEIGHTS,
    (
        Mistake("the sum of the window, N missing", np.sum, "Divide by the number of samples: gain is per sample."),
        Mistake(
            "the RMS of the window (the gain of noise)",
            lambda w: np.sqrt(np.mean(w**2)),
            "Noise adds up in power, a tone in amplitude: take the plain mean.",
        ),
        Mistake(
            "the mean square of the window (the power gain of noise)",
            lambda w: np.mean(w**2),
            "Noise adds up in power, a tone in amplitude: take the plain mean.",
        ),
        Mistake(
            "ENBW in place of the coherent gain",
            _enbw,
            "ENBW is for noise. What one tone loses is the mean of the weights.",
        ),
        Mistake(
            "the largest weight", np.max, "The tone is weighted by all samples, not by the highest: take the mean."
        ),
        Mistake(
            "the correction, one over the gain",
            lambda w: 1.0 / np.mean(w),
            "That is what you multiply by to correct. The gain itself is the mean.",
        ),
        Mistake(
            "the mean of the magnitudes",
            lambda w: np.mean(np.abs(w)),
            "Negative weights (a flat top has some) count as negative: no abs.",
        ),
    ),
)

enbw = Check(
    "enbw (in bins)",
    _enbw,
    _WEIGHTS,
    (
        Mistake(
            "ENBW without N",
            lambda w: np.sum(w**2) / np.sum(w) ** 2,
            "In bins it is N times as large: a boxcar has exactly 1.",
        ),
        Mistake(
            "ENBW upside down",
            lambda w: np.sum(w) ** 2 / (len(w) * np.sum(w**2)),
            "A wider window collects more noise: Σw² goes on top, and the result is never below 1.",
        ),
        Mistake(
            "a sum of squares where the square of the sum was asked",
            lambda w: len(w) * np.sum(w**2) / np.sum(w**2),
            "Below the line, sum first and square then: (Σw)².",
        ),
        Mistake(
            "ENBW with the sum not squared",
            lambda w: len(w) * np.sum(w**2) / np.sum(w),
            "Noise power over tone power: the sum below the line is squared too.",
        ),
        Mistake(
            "the coherent gain in place of ENBW",
            np.mean,
            "That is the tone's gain. ENBW compares noise with it: N·Σw² / (Σw)².",
        ),
        Mistake(
            "the mean square of the window",
            lambda w: np.mean(w**2),
            "That is what the window leaves of noise power. Divide it by the tone's power gain, the squared mean.",
        ),
        Mistake(
            "ENBW in decibels",
            lambda w: 10 * np.log10(_enbw(w)),
            "In bins was asked: leave the logarithm out.",
        ),
        Mistake(
            "the square root of ENBW",
            lambda w: np.sqrt(_enbw(w)),
            "A bandwidth compares powers: no root.",
        ),
    ),
)


def _gain_at(w: np.ndarray, bins: float) -> float:
    """|W| at ``bins``, relative to the sum of the weights."""
    return float(abs(np.sum(w * np.exp(-2j * np.pi * bins * np.arange(len(w)) / len(w)))) / abs(np.sum(w)))


def _loss(gain: float) -> float:
    return -20.0 * math.log10(max(gain, 1e-300))


def _scalloping_loss(w: np.ndarray) -> float:
    return _loss(_gain_at(w, 0.5))


scalloping_loss = Check(
    "scalloping_loss (in dB)",
    _scalloping_loss,
    _WEIGHTS,
    (
        Mistake(
            "10·log₁₀ where 20·log₁₀ was asked",
            lambda w: _scalloping_loss(w) / 2,
            "The ratio is one of amplitudes: 20·log₁₀ (or 10·log₁₀ of its square).",
        ),
        Mistake(
            "a gain where a loss was asked",
            lambda w: -_scalloping_loss(w),
            "A loss is counted positive: change its sign.",
        ),
        Mistake(
            "10·log₁₀ where 20·log₁₀ was asked, and a gain where a loss was asked",
            lambda w: -_scalloping_loss(w) / 2,
            "The ratio is one of amplitudes (20·log₁₀), and a loss is counted positive.",
        ),
        Mistake(
            "the ratio, not yet in dB",
            lambda w: _gain_at(w, 0.5),
            "The ratio is right: −20·log₁₀ of it is the loss.",
        ),
        Mistake(
            "the loss at a whole bin rather than half a bin",
            lambda w: _loss(_gain_at(w, 1.0)),
            "The worst place is half-way between two bins: ω = 2π·0.5/N.",
        ),
        Mistake(
            "the loss at a quarter of a bin (π for 2π)",
            lambda w: _loss(_gain_at(w, 0.25)),
            "Half a bin is ω = 2π·0.5/N = π/N.",
        ),
        Mistake(
            "a loss relative to 1, not to the window's own gain",
            lambda w: _loss(_gain_at(w, 0.5) * float(abs(np.sum(w)))),
            "Compare with a tone on a bin: divide by |W(0)|, the sum of the weights.",
        ),
        Mistake(
            "a loss relative to N, not to the window's own gain",
            lambda w: _loss(_gain_at(w, 0.5) * float(abs(np.mean(w)))),
            "Compare with a tone on a bin: divide by |W(0)|, the sum of the weights, not by their number.",
        ),
        Mistake(
            "the worst-case processing loss",
            lambda w: _scalloping_loss(w) + 10 * math.log10(_enbw(w)),
            "That is the next figure: scalloping loss plus 10·log₁₀ of ENBW. Leave the bandwidth out.",
        ),
    ),
)


def _tone(n: int, bins: float, amplitude: float, phase: float) -> np.ndarray:
    return amplitude * np.cos(2 * np.pi * bins * np.arange(n) / n + phase)


def _peak(x: np.ndarray, w: np.ndarray) -> float:
    return float(np.max(np.abs(np.fft.rfft(x * w))))


def _tone_amplitude(x: np.ndarray, w: np.ndarray) -> float:
    return 2.0 * _peak(x, w) / np.sum(w)


tone_amplitude = Check(
    "tone_amplitude",
    _tone_amplitude,
    (
        Case("64 samples, boxcar", (_tone(64, 8, 0.5, 0.3), np.ones(64))),
        Case("64 samples, Hann", (_tone(64, 8, 0.5, 0.3), windows.get_window("hann", 64))),
        Case("256 samples, Blackman", (_tone(256, 31, 0.2, -1.0), windows.get_window("blackman", 256))),
        Case(
            "255 samples, flat top, between two bins", (_tone(255, 40.5, 0.8, 2.0), windows.get_window("flattop", 255))
        ),
        Case("a Hann window three times as high", (_tone(64, 8, 0.5, 0.3), 3.0 * windows.get_window("hann", 64))),
    ),
    (
        Mistake(
            "an amplitude without correction for the window",
            lambda x, w: 2.0 * _peak(x, w) / len(w),
            "Dividing by N is right for a boxcar only; a Hann window makes it 6 dB too small. Divide by Σw.",
        ),
        Mistake(
            "the correction for noise (ENBW) on a tone",
            lambda x, w: 2.0 * _peak(x, w) / math.sqrt(len(w) * np.sum(w**2)),
            "√(N·Σw²) is for noise power; with a Hann window it makes a tone 1.76 dB too small. Divide by Σw.",
        ),
        Mistake(
            "half the amplitude",
            lambda x, w: _peak(x, w) / np.sum(w),
            "A real tone has two lines, at +f and −f, half its amplitude each: multiply by 2.",
        ),
        Mistake(
            "a spectrum of the sound without the window",
            lambda x, w: 2.0 * _peak(x, np.ones(len(w))) / np.sum(w),
            "Multiply the samples by the window before the transform.",
        ),
        Mistake(
            "the height of the spectrum, not divided at all",
            lambda x, w: 2.0 * _peak(x, w),
            "The transform adds up all samples: divide by the sum of their weights.",
        ),
        Mistake(
            "power where amplitude was asked",
            lambda x, w: _tone_amplitude(x, w) ** 2,
            "Take the magnitude, without the square.",
        ),
        Mistake(
            "the RMS of the tone, amplitude over √2",
            lambda x, w: _tone_amplitude(x, w) / math.sqrt(2.0),
            "Amplitude is the peak value of the sine.",
        ),
        Mistake(
            "the largest sample",
            lambda x, w: float(np.max(np.abs(x))),
            "Samples rarely hit the top of the wave, and another sound in them would count too. Ask the spectrum.",
        ),
    ),
)
