"""Checks for ``notebooks/homework/07_windows.ipynb``."""

from __future__ import annotations

import math

import numpy as np

from .. import windows
from ._check import Case, Check, Mistake

__all__ = ["hann", "scalloping_loss", "tone_amplitude"]


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


def _record(
    *tones: tuple[float, float, float], n: int = 256, sr: float = 8000.0, hiss: float = 0.0
) -> tuple[np.ndarray, float]:
    """``n`` samples of tones, each (place in bins, amplitude, phase), in white noise; and the sample rate."""
    m = np.arange(n)
    y = sum(a * np.cos(2 * np.pi * bins * m / n + phase) for bins, a, phase in tones)
    return y + hiss * np.random.default_rng(0).standard_normal(n), sr


def _hann(y: np.ndarray) -> np.ndarray:
    return windows.get_window("hann", len(y))


def _highest(y: np.ndarray, pad: int = 1) -> float:
    """The highest bin through a Hann window, padded to ``pad`` times the length, as an amplitude."""
    w = _hann(y)
    return float(2.0 * np.max(np.abs(np.fft.rfft(w * y, n=pad * len(y)))) / np.sum(w))


def _flat_top(y: np.ndarray) -> float:
    w = windows.get_window("flattop", len(y))
    return float(2.0 * np.max(np.abs(np.fft.rfft(w * y))) / np.sum(w))


def _finest(y: np.ndarray, w: np.ndarray) -> float:
    """The peak of the continuous spectrum of ``w * y``, by a search around the highest bin, as an amplitude."""
    n, m = len(y), np.arange(len(y))
    centre, width = float(np.argmax(np.abs(np.fft.rfft(w * y)))), 1.0  # bins
    for _ in range(8):  # each round looks closer by a factor of 8
        near = centre + width * np.linspace(-1.0, 1.0, 17)
        height = np.abs(np.exp(-2j * np.pi * np.outer(near, m) / n) @ (w * y))
        centre, width = float(near[np.argmax(height)]), width / 8
    return float(2.0 * np.max(height) / np.sum(w))


def _tone_amplitude(y: np.ndarray, sr: float) -> float:
    return _finest(y, _hann(y))


def _three_magnitudes(y: np.ndarray, sr: float) -> float:
    """The vertex of the parabola through the highest bin and its neighbours, in plain magnitude."""
    w = _hann(y)
    height = np.abs(np.fft.rfft(w * y))
    k = int(np.argmax(height[1:-1])) + 1
    left, middle, right = (float(v) for v in height[k - 1 : k + 2])
    top = middle - (right - left) ** 2 / (8 * (left - 2 * middle + right))
    return float(2.0 * top / np.sum(w))


tone_amplitude = Check(
    "tone_amplitude",
    _tone_amplitude,
    (
        Case("a tone on a bin", _record((40.0, 0.5, 0.3))),
        Case("a tone half-way between two bins", _record((40.5, 0.5, 0.3))),
        Case("a tone a quarter of a bin above one", _record((71.25, 0.2, -1.0))),
        Case("a tone far from a weaker one, in a little hiss", _record((29.9, 0.8, 2.0), (80.3, 0.2, 0.0), hiss=1e-3)),
        Case("a tone four bins from a weaker one", _record((60.5, 0.5, 0.4), (64.5, 0.2, 0.4))),
        Case("255 samples at another sample rate", _record((90.37, 12.0, 1.1), n=255, sr=44_100.0)),
    ),
    (
        Mistake(
            "the highest bin only",
            lambda y, sr: _highest(y),
            "Between two bins it reads up to 1.42 dB too low. The peak is on the continuous spectrum: look there.",
        ),
        Mistake(
            "the highest bin of the bare record",
            lambda y, sr: float(2.0 * np.max(np.abs(np.fft.rfft(y))) / len(y)),
            "Without a window it reads up to 3.92 dB too low between two bins. Search the continuous spectrum.",
        ),
        Mistake(
            "the highest bin through a flat top",
            lambda y, sr: _flat_top(y),
            "One tone alone it reads right. But its main lobe reaches five bins to each side and takes in a neighbour: "
            "keep Hann, and look between the bins.",
        ),
        Mistake(
            "half the amplitude",
            lambda y, sr: _tone_amplitude(y, sr) / 2,
            "Either the 2 is missing (a real tone has two lines, half its amplitude each), or you divided by N instead "
            "of Σw: a Hann window's weights add up to N/2.",
        ),
        Mistake(
            "a quarter of the amplitude",
            lambda y, sr: _tone_amplitude(y, sr) / 4,
            "The 2 is missing (a real tone has two lines), and you divided by N instead of Σw.",
        ),
        Mistake(
            "half the amplitude, at the highest bin only",
            lambda y, sr: _highest(y) / 2,
            "Divide by Σw, not by N, and keep the 2 (a real tone has two lines). Then look between the bins.",
        ),
        Mistake(
            "the highest bin of a record padded only twice",
            lambda y, sr: _highest(y, 2),
            "The tone may still lie a quarter of a bin from a point, where Hann reads 0.35 dB too low: look closer.",
        ),
        Mistake(
            "a parabola through three raw magnitudes",
            _three_magnitudes,
            "The main lobe is no parabola in magnitude: between bins it reads too low. Compute the spectrum there.",
        ),
        Mistake(
            "the highest bin, with the worst scalloping loss always added",
            lambda y, sr: _highest(y) * 10 ** (_scalloping_loss(_hann(y)) / 20),
            "Only half-way between two bins is the loss 1.42 dB; on a bin it is none. Find out where the tone lies.",
        ),
        Mistake(
            "the correction for noise (power) on a tone",
            lambda y, sr: _tone_amplitude(y, sr) / math.sqrt(_enbw(_hann(y))),
            "√(N·Σw²) is for noise power; with a Hann window it makes a tone 1.76 dB too small. Divide by Σw.",
        ),
        Mistake(
            "the RMS of the tone, amplitude over √2",
            lambda y, sr: _tone_amplitude(y, sr) / math.sqrt(2.0),
            "Amplitude is the peak value of the sine.",
        ),
        Mistake(
            "the largest sample",
            lambda y, sr: float(np.max(np.abs(y))),
            "Samples rarely hit the peak of the wave, and noise in the record would count too. Ask the spectrum.",
        ),
    ),
    rtol=10 ** (0.05 / 20) - 1,  # 0.05 dB
)
