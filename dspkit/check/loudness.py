"""Checks for ``notebooks/homework/11_loudness.ipynb``."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .. import loudness, time_domain
from ..filters import filter_sos
from ..hearing import a_weighting as reference_a_weighting
from ..hearing import c_weighting
from ._check import Case, Check, Mistake

__all__ = ["a_weighting", "gated_loudness", "integrated_loudness", "level_dbfs", "true_peak_of"]

SR = 8000


def _noise(seed: int, shape: tuple[int, ...], scale: float = 0.1) -> np.ndarray:
    return scale * np.random.default_rng(seed).standard_normal(shape)


def _rms_db(y: np.ndarray) -> float:
    return float(20 * np.log10(time_domain.rms(y)))


level_dbfs = Check(
    "RMS level in dBFS",
    _rms_db,
    (
        Case("a sine of amplitude 1", (np.sin(2 * np.pi * np.arange(800) / 80),)),
        Case("quiet noise", (_noise(0, (500,), 0.01),)),
        Case("a sound with an offset", (0.2 + _noise(1, (500,)),)),
    ),
    (
        Mistake(
            "10·log₁₀ for an amplitude",
            lambda y: 10 * np.log10(np.sqrt(np.mean(y**2))),
            "An RMS is an amplitude: 20·log₁₀. 10·log₁₀ belongs to the mean square, a power.",
        ),
        Mistake(
            "the peak's level",
            lambda y: 20 * np.log10(np.max(np.abs(y))),
            "The peak is one sample; the RMS is the root of the mean square of all.",
        ),
        Mistake("RMS without the root", lambda y: 20 * np.log10(np.mean(y**2)), "Take the root of the mean square."),
        Mistake(
            "the mean magnitude",
            lambda y: 20 * np.log10(np.mean(np.abs(y))),
            "Square before the mean, take the root after it: magnitudes alone weight peaks too little.",
        ),
        Mistake(
            "a full-scale sine taken for 0 dBFS",
            lambda y: _rms_db(y) + 20 * math.log10(math.sqrt(2)),
            "Here 0 dBFS is an RMS of 1, a square wave's. A sine reads −3.01 (the other convention is AES17's).",
        ),
        Mistake(
            "the natural logarithm",
            lambda y: 20 * np.log(np.sqrt(np.mean(y**2))),
            "Decibels are made of the logarithm to base 10: numpy.log10.",
        ),
        Mistake(
            "the standard deviation",
            lambda y: 20 * np.log10(np.std(y)),
            "That leaves the offset out. The RMS of a sound with an offset has it in.",
        ),
    ),
)


a_weighting = Check(
    "A-weighting in dB",
    lambda f: reference_a_weighting(f),
    (
        Case("100 Hz and 1 kHz", (np.array([100.0, 1000.0]),)),
        Case("octaves from 31.25 Hz to 16 kHz", (31.25 * 2.0 ** np.arange(10),)),
    ),
    (
        Mistake(
            "a curve that is not 0 dB at 1 kHz",
            lambda f: reference_a_weighting(f) - 2.0,
            "The analogue formula reads −2.0 dB at 1 kHz: subtract its value there.",
        ),
        Mistake(
            "the C-weighting",
            lambda f: c_weighting(f),
            "C has the poles at 20.6 Hz and 12.2 kHz only. A has two more, at 107.7 and 737.9 Hz, with a root.",
        ),
        Mistake(
            "10·log₁₀ of a magnitude",
            lambda f: reference_a_weighting(f) / 2,
            "The formula gives a gain of the amplitude: 20·log₁₀.",
        ),
        Mistake("a gain, not decibels", lambda f: 10 ** (reference_a_weighting(f) / 20), "Take 20·log₁₀ of it."),
    ),
    rtol=2e-3,
)


def _gating(powers: np.ndarray, **how: Any) -> float:
    """From the windows' powers (channels, n) to LUFS, with each way to go wrong."""
    weights = np.asarray(how.get("weights", np.ones(len(powers))))
    power = weights @ powers / (len(powers) if how.get("average") else 1)
    offset = how.get("offset", -0.691)
    level = offset + 10 * np.log10(np.maximum(power, 1e-30))
    passed = level > -70 if not how.get("no_absolute") else level > -math.inf
    if how.get("mean_of_db"):
        threshold = np.mean(level[passed]) - 10
    elif how.get("ungated"):
        threshold = offset + 10 * np.log10(power.mean()) - 10
    else:
        threshold = offset + 10 * np.log10(power[passed].mean()) - how.get("below", 10)
    if not how.get("no_relative"):
        passed = passed & (level > threshold)
    if how.get("final_db"):
        return float(np.mean(level[passed]))
    return float(offset + 10 * np.log10(power[passed].mean()))


def _gate(**how: Any) -> Any:
    return lambda powers: _gating(powers, **how)


def _powers(levels: list[float], channels: int = 2) -> np.ndarray:
    power = 10 ** ((np.array(levels) + 0.691) / 10) / channels
    return np.tile(power, (channels, 1)) * np.linspace(0.7, 1.3, channels)[:, None]


gated_loudness = Check(
    "gated loudness",
    lambda powers: _gating(powers),
    (
        Case("10 windows of the same loudness, one channel", (_powers([-23.0] * 10, 1),)),
        Case("loud and quiet windows, two channels", (_powers([-20.0] * 6 + [-26.0] * 4 + [-41.0] * 5),)),
        Case("a long silence around a programme", (_powers([-90.0] * 40 + [-24.0] * 5 + [-33.0] * 5 + [-75.0] * 9),)),
        Case("levels of all kinds", (_powers([-15.0 - 0.5 * k for k in range(60)] + [-90.0] * 40),)),
        Case(
            "windows on both sides of the first gate",
            (_powers([-58.0] + [-68.0] * 3 + [-69.45] * 2 + [-69.97] * 4 + [-70.03] * 5 + [-70.6] * 6),),
        ),
        Case(
            "windows on both sides of the second gate",
            (_powers([-20.0] * 20 + [-29.5, -30.65, -30.75, -31.2, -90.0]),),
        ),
        Case("a programme close to the first gate", (_powers([-62.0] * 5 + [-66.0] * 5 + [-72.0] * 8 + [-76.0] * 5),)),
    ),
    (
        Mistake("a missing −0.691", _gate(offset=0.0), "The filter lifts 997 Hz by 0.691 dB; −0.691 takes that back."),
        Mistake("0.691 with the wrong sign", _gate(offset=0.691), "It is subtracted: −0.691 + 10·log₁₀."),
        Mistake(
            "an average over channels instead of their sum",
            _gate(average=True),
            "Powers of the channels are added: two loudspeakers are louder than one.",
        ),
        Mistake(
            "a relative gate from the ungated mean",
            _gate(ungated=True),
            "The second gate lies 10 LU below the mean of what passed the first; silence must not pull it down.",
        ),
        Mistake(
            "a relative gate from the mean of decibels",
            _gate(mean_of_db=True),
            "Take the mean of the powers, then the logarithm.",
        ),
        Mistake(
            "a mean of decibels at the end", _gate(final_db=True), "Take the mean of the powers, then the logarithm."
        ),
        Mistake(
            "no relative gate", _gate(no_relative=True), "There is a second gate: 10 LU below the mean of the first."
        ),
        Mistake(
            "no absolute gate",
            _gate(no_absolute=True),
            "Windows at or below −70 LUFS do not count, not even for the second gate.",
        ),
        Mistake(
            "no gates at all",
            _gate(no_absolute=True, no_relative=True),
            "Silence would make every programme quieter: −70 LUFS first, then 10 LU below the mean.",
        ),
        Mistake("the gate of the loudness range (20 LU)", _gate(below=20), "For integrated loudness it is 10 LU."),
        Mistake("a relative gate of 8 LU (an older edition)", _gate(below=8), "Since BS.1770-2 (2011) it is 10 LU."),
    ),
)


def _integrated(y: np.ndarray, sr: float, **how: Any) -> float:
    """The whole meter, window by window, with each way to go wrong."""
    z = np.asarray(y, dtype=np.float64)
    if how.get("swap"):
        z = z**2  # mean square before the filter
        z = filter_sos(z, loudness.k_weighting(sr))
    elif how.get("filter", "k") == "k":
        z = filter_sos(z, loudness.k_weighting(sr)) ** 2
    else:
        z = how["filter"](z, sr) ** 2
    block = round(how.get("block", 0.4) * sr)
    hop = round(how.get("hop", 0.1) * sr)
    starts = range(0, z.shape[-1] - block + 1, hop)
    powers = np.stack([z[:, s : s + block].mean(axis=-1) for s in starts], axis=-1)
    weights = how.get("weights", loudness.LAYOUTS[{1: "mono", 2: "stereo", 6: "5.1"}[len(z)]][1])
    return _gating(powers, weights=weights, **{k: v for k, v in how.items() if k in {"average", "offset", "ungated"}})


def _meter(**how: Any) -> Any:
    return lambda y, sr: _integrated(y, sr, **how)


def _cookbook(z: np.ndarray, sr: float) -> np.ndarray:
    """A shelf after the audio EQ cookbook at 1500 Hz, 4 dB, Q 0.707, and a high-pass at 38 Hz, Q 0.5."""
    A, w, Q = 10 ** (4 / 40), 2 * math.pi * 1500 / sr, 1 / math.sqrt(2)
    alpha, c = math.sin(w) / (2 * Q), math.cos(w)
    r = 2 * math.sqrt(A) * alpha
    shelf = [
        A * (A + 1 + (A - 1) * c + r), -2 * A * (A - 1 + (A + 1) * c), A * (A + 1 + (A - 1) * c - r),
        A + 1 - (A - 1) * c + r, 2 * (A - 1 - (A + 1) * c), A + 1 - (A - 1) * c - r,
    ]  # fmt: skip
    w, Q = 2 * math.pi * 38 / sr, 0.5
    alpha, c = math.sin(w) / (2 * Q), math.cos(w)
    high = [(1 + c) / 2, -(1 + c), (1 + c) / 2, 1 + alpha, -2 * c, 1 - alpha]
    return filter_sos(z, [shelf, high])


def _programme(seed: int, channels: int) -> np.ndarray:
    envelope = np.repeat([0.3, 0.004, 0.1, 0.0, 0.2], 5600)
    return _noise(seed, (channels, 28_000), 1.0) * envelope * np.linspace(1.0, 0.5, channels)[:, None]


def _fading(first: float, last: float, n: int) -> np.ndarray:
    """Noise in two channels whose level falls evenly, in dB."""
    return _noise(4, (2, n), 1.0) * 10 ** (np.linspace(first, last, n) / 20)


def _surround() -> np.ndarray:
    y = _programme(3, 6)
    y[3] *= 3
    return y


integrated_loudness = Check(
    "integrated loudness",
    lambda y, sr: float(loudness.integrated_loudness(y, sr)),
    (
        Case("mono, 27,199 samples at 8 kHz", (_programme(1, 1)[:, :27_199], SR)),
        Case("stereo, loud, quiet and silent by turns", (_programme(2, 2), SR)),
        Case("5.1 (L R C LFE Ls Rs)", (_surround(), SR)),
        Case("stereo at 12 kHz, from loud to silent", (_fading(-10.0, -60.0, 40_000), 12_000)),
        Case("a programme about as quiet as the first gate", (_fading(-73.5, -76.5, 3_200 + 60 * 800 - 1), SR)),
        Case(
            "a loud beginning, then 10 LU below the whole",
            (np.concatenate([_fading(-20.0, -20.0, 12_000), _fading(-35.5, -38.5, 48_000)], axis=1), SR),
        ),
    ),
    (
        Mistake(
            "no K-weighting", _meter(filter=lambda z, _sr: z), "Filter first: dk.filter_sos(y, dk.k_weighting(sr))."
        ),
        Mistake(
            "a shelf from the cookbook at 1500 Hz",
            _meter(filter=_cookbook),
            "The standard's shelf is none of the cookbook's: take dk.k_weighting(sr), which has its numbers.",
        ),
        Mistake(
            "the shelf without the high-pass",
            _meter(filter=lambda z, sr: filter_sos(z, loudness.k_weighting(sr)[:1])),
            "There are two sections: the shelf, and a high-pass at 38 Hz.",
        ),
        Mistake(
            "the 48 kHz filter at another rate",
            _meter(filter=lambda z, _sr: filter_sos(z, loudness.k_weighting(48_000))),
            "The printed coefficients belong to 48 kHz: dk.k_weighting(sr) has them for your rate.",
        ),
        Mistake(
            "squares before the filter",
            _meter(swap=True),
            "Filter the samples, then square: a square has other frequencies than its sound.",
        ),
        Mistake(
            "windows without overlap", _meter(hop=0.4), "Windows of 400 ms begin every 100 ms: three quarters overlap."
        ),
        Mistake(
            "windows of 3 s",
            _meter(block=3.0),
            "That is the short-term loudness's window. Integrated loudness is gated in windows of 400 ms.",
        ),
        Mistake("a missing −0.691", _meter(offset=0.0), "It is −0.691 + 10·log₁₀ of the sum."),
        Mistake(
            "an average over channels instead of their sum", _meter(average=True), "Powers of the channels are added."
        ),
        Mistake(
            "LFE counted",
            lambda y, sr: _integrated(y, sr, weights=_with_lfe(len(y))),
            "The channel for effects (LFE) does not count: weight 0.",
        ),
        Mistake(
            "surround channels with weight 1",
            lambda y, sr: _integrated(y, sr, weights=_flat(len(y))),
            "What comes from the sides counts 1.41 times: +1.5 dB.",
        ),
        Mistake(
            "a relative gate from the ungated mean", _meter(ungated=True), "Silence must not pull the second gate down."
        ),
    ),
    rtol=1e-7,
)


def _with_lfe(channels: int) -> tuple[float, ...]:
    return (1.0, 1.0, 1.0, 1.0, 1.41, 1.41) if channels == 6 else (1.0,) * channels


def _flat(channels: int) -> tuple[float, ...]:
    return (1.0, 1.0, 1.0, 0.0, 1.0, 1.0) if channels == 6 else (1.0,) * channels


def _oversampled(y: np.ndarray, factor: int = 4) -> np.ndarray:
    spectrum = np.fft.rfft(y, axis=-1)
    return np.fft.irfft(spectrum, n=factor * y.shape[-1], axis=-1) * factor


def _periodic(cycles: float, phase: float, n: int = 240) -> np.ndarray:
    return 0.8 * np.cos(2 * np.pi * cycles * np.arange(n) / n + phase)


true_peak_of = Check(
    "true peak of a periodic sound",
    lambda y: float(20 * np.log10(np.max(np.abs(_oversampled(y))))),
    (
        Case("a tone of sr/4, its peaks between the samples", (_periodic(60, np.pi / 4),)),
        Case("a tone of sr/6", (_periodic(40, 1.0),)),
        Case("a period of 90 samples", (_periodic(22, 0.5, 90),)),
        Case("two tones", (0.5 * _periodic(59, 0.3) + 0.5 * _periodic(30, 0.1),)),
    ),
    (
        Mistake(
            "the sample peak",
            lambda y: 20 * np.log10(np.max(np.abs(y))),
            "Peaks lie between the samples: put three more between any two before you look.",
        ),
        Mistake(
            "interpolation without its factor",
            lambda y: 20 * np.log10(np.max(np.abs(_oversampled(y) / 4))),
            "irfft divides by the new length: multiply by 4, or all comes out 12 dB too low.",
        ),
        Mistake(
            "twice as many samples only",
            lambda y: 20 * np.log10(np.max(np.abs(_oversampled(y, 2)))),
            "Four times as many are asked for.",
        ),
        Mistake(
            "10·log₁₀ for an amplitude",
            lambda y: 10 * np.log10(np.max(np.abs(_oversampled(y)))),
            "A peak is an amplitude: 20·log₁₀.",
        ),
    ),
)
