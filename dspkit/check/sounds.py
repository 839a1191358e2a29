"""Checks for ``notebooks/homework/00_start_here.ipynb``."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .. import audio, signals
from ._check import Case, Check, Mistake

__all__ = ["heard_frequency", "level_db", "sample_count", "sine", "to_float"]


sample_count = Check(
    "sample_count",
    lambda duration, sr: round(duration * sr),
    (
        Case("1 s at 44100 Hz", (1.0, 44100)),
        Case("0.25 s at 8000 Hz", (0.25, 8000)),
        Case("0.4999 s at 22050 Hz, which is 11022.795 samples", (0.4999, 22050)),
        Case("0.29 s at 100 Hz, which a computer multiplies to 28.999999999999996", (0.29, 100)),
        Case("0.0101 s at 1000 Hz, which is 10.1 samples", (0.0101, 1000)),
    ),
    (
        Mistake(
            "a product cut off where it should be rounded",
            lambda duration, sr: int(duration * sr),
            "int() drops everything after the point, and 0.29 · 100 comes out a hair below 29: use round().",
        ),
        Mistake(
            "a product rounded up",
            lambda duration, sr: math.ceil(duration * sr),
            "The nearest whole number is asked: 10.1 samples are 10.",
        ),
        Mistake(
            "one sample too many",
            lambda duration, sr: round(duration * sr) + 1,
            "Samples stand at the starts of the steps: a second at 8000 Hz has the samples 0 … 7999.",
        ),
        Mistake(
            "a division where a product was asked",
            lambda duration, sr: round(sr / duration),
            "The sample rate is samples in one second: multiply it by the seconds.",
        ),
    ),
)


heard_frequency = Check(
    "heard_frequency",
    lambda freq, sr, played_at: freq * played_at / sr,
    (
        Case("440 Hz, sampled at 22050 Hz, played at 44100 Hz", (440.0, 22050, 44100)),
        Case("440 Hz, sampled at 44100 Hz, played at 22050 Hz", (440.0, 44100, 22050)),
        Case("1000 Hz, sampled at 48000 Hz, played at 44100 Hz", (1000.0, 48000, 44100)),
        Case("300 Hz, sampled and played at 8000 Hz", (300.0, 8000, 8000)),
    ),
    (
        Mistake(
            "the ratio upside down",
            lambda freq, sr, played_at: freq * sr / played_at,
            "Played faster, everything gets shorter and higher: the rate of playing stands above the line.",
        ),
        Mistake(
            "the frequency unchanged",
            lambda freq, sr, played_at: freq,
            "The samples know nothing of hertz: the wave's periods pass as fast as the samples do.",
        ),
        Mistake(
            "the difference of the rates added",
            lambda freq, sr, played_at: freq + played_at - sr,
            "Speed multiplies: twice the rate is twice the frequency, one octave up, for every tone.",
        ),
    ),
)


def _tone(*, amplitude: float = 0.3, offset: float = 0.0) -> np.ndarray:
    return offset + signals.sine(100, sr=8000, duration=0.1, amplitude=amplitude, dtype="float64")


def _rms(y: np.ndarray) -> Any:
    return np.sqrt(np.mean(y**2, axis=-1))


level_db = Check(
    "level_db",
    lambda y: 20 * np.log10(_rms(y)),
    (
        Case("a sine with peak 0.3", (_tone(),)),
        Case("the four samples 0.5, 0.5, 0.1, 0.1", (np.array([0.5, 0.5, 0.1, 0.1]),)),
        Case("a sine with peak 0.3 on an offset of 0.2", (_tone(offset=0.2),)),
        Case("noise", (signals.noise(sr=8000, duration=0.1, dtype="float64"),)),
        Case("a sine in float32", (_tone().astype("float32"),)),
        Case("two channels, shape (2, 800): one level for each", (np.stack([_tone(), _tone(amplitude=0.05)]),)),
    ),
    (
        Mistake(
            "10·log₁₀ where 20·log₁₀ was asked",
            lambda y: 10 * np.log10(_rms(y)),
            "10·log₁₀ is for powers. RMS is an amplitude: take 20·log₁₀ of it, or 10·log₁₀ of its square.",
        ),
        Mistake(
            "20·log₁₀ of the mean square, a power",
            lambda y: 20 * np.log10(np.mean(y**2, axis=-1)),
            "Either take the root first, or 10·log₁₀ of the mean square.",
        ),
        Mistake(
            "the level of the peak",
            lambda y: 20 * np.log10(np.max(np.abs(y), axis=-1)),
            "RMS was asked: square, mean, root. The peak of a sine lies 3.01 dB higher.",
        ),
        Mistake(
            "the mean of the magnitudes",
            lambda y: 20 * np.log10(np.mean(np.abs(y), axis=-1)),
            "RMS squares the samples before it takes the mean, and takes the root after.",
        ),
        Mistake(
            "the natural logarithm",
            lambda y: 20 * np.log(_rms(y)),
            "np.log is the natural one. Decibels are made with base 10: np.log10.",
        ),
        Mistake(
            "the sum of the squares where their mean was asked",
            lambda y: 20 * np.log10(np.sqrt(np.sum(y**2, axis=-1))),
            "A longer sound is not louder: divide by the number of samples.",
        ),
        Mistake(
            "the level against a sine at full scale (AES17)",
            lambda y: 20 * np.log10(_rms(y) * math.sqrt(2)),
            "Some meters call a full-scale sine 0 dB. Here 0 dB is an RMS of 1, and that sine reads −3.01 dB.",
        ),
        Mistake(
            "the level without the offset (standard deviation)",
            lambda y: 20 * np.log10(np.std(y, axis=-1)),
            "np.std takes the mean away first. RMS keeps it: square, mean, root.",
        ),
        Mistake(
            "one level for all channels together",
            lambda y: 20 * np.log10(np.sqrt(np.mean(y**2))),
            "Each channel has its own level: take the mean along the last axis, axis=-1.",
        ),
        Mistake(
            "a level for each moment instead of each channel",
            lambda y: 20 * np.log10(np.maximum(np.sqrt(np.mean(y**2, axis=0)), 1e-30)),
            "Time is the last axis here: take the mean along axis=-1.",
        ),
    ),
)


def _sine(
    freq: float, sr: float, duration: float, level: float, phase: float, *, n: int | None = None, start: int = 0
) -> np.ndarray:
    n = round(duration * sr) if n is None else n
    m = np.arange(start, start + n)
    return math.sqrt(2) * 10 ** (level / 20) * np.sin(2 * np.pi * freq * m / sr + math.radians(phase))


def _linspace(freq: float, sr: float, duration: float, level: float, phase: float) -> np.ndarray:
    t = np.linspace(0, duration, round(duration * sr))
    return math.sqrt(2) * 10 ** (level / 20) * np.sin(2 * np.pi * freq * t + math.radians(phase))


sine = Check(
    "sine",
    lambda freq, sr, duration, level, phase: _sine(freq, sr, duration, level, phase),
    (
        Case("1000 Hz at 8000 Hz, 1 ms, −20 dB, 0°", (1000.0, 8000, 0.001, -20.0, 0.0)),
        Case("1000 Hz at 8000 Hz, 1 ms, −20 dB, 90°", (1000.0, 8000, 0.001, -20.0, 90.0)),
        Case("440 Hz at 22050 Hz, 0.0999 s, −26 dB, 30°", (440.0, 22050, 0.0999, -26.0, 30.0)),
        Case("0 Hz at 8000 Hz, 10 ms, −12 dB, 45°", (0.0, 8000, 0.01, -12.0, 45.0)),
        Case("300 Hz at 8000 Hz, 5.03 ms (40.24 samples), −20 dB, 0°", (300.0, 8000, 0.00503, -20.0, 0.0)),
    ),
    (
        Mistake(
            "a phase in degrees, taken for radians",
            lambda f, sr, d, lv, p: _sine(f, sr, d, lv, math.degrees(p)),
            "np.sin wants radians: a whole turn is 2π, not 360. np.deg2rad(phase) converts.",
        ),
        Mistake(
            "2π missing",
            lambda f, sr, d, lv, p: _sine(f / (2 * math.pi), sr, d, lv, p),
            "A period is one turn, 2π radians: the angle is 2π·freq·n/sr + phase.",
        ),
        Mistake(
            "π for 2π",
            lambda f, sr, d, lv, p: _sine(f / 2, sr, d, lv, p),
            "A period is one turn, 2π radians; with π, the tone is an octave low.",
        ),
        Mistake(
            "a last sample too many",
            lambda f, sr, d, lv, p: _sine(f, sr, d, lv, p, n=round(d * sr) + 1),
            "The sample at time `duration` already belongs to what follows: samples are 0 … n − 1.",
        ),
        Mistake(
            "a time axis that includes its end (linspace)",
            _linspace,
            "linspace puts the last sample at `duration`, so the steps come out longer than 1/sr and the pitch too "
            "low. Use np.arange(n) / sr, or endpoint=False.",
        ),
        Mistake(
            "a number of samples cut off where it should be rounded",
            lambda f, sr, d, lv, p: _sine(f, sr, d, lv, p, n=int(d * sr)),
            "0.0999 s at 22050 Hz is 2202.795 samples, so 2203: round, then convert.",
        ),
        Mistake(
            "samples counted from 1 instead of 0",
            lambda f, sr, d, lv, p: _sine(f, sr, d, lv, p, start=1),
            "The first sample is at time 0, where the phase is the one asked for.",
        ),
        Mistake(
            "a peak level where an RMS level was asked",
            lambda f, sr, d, lv, p: _sine(f, sr, d, lv, p) / math.sqrt(2),
            "The RMS of a sine is its peak over √2: multiply by √2 to reach the level.",
        ),
        Mistake(
            "10·log₁₀ where 20·log₁₀ was asked",
            lambda f, sr, d, lv, p: _sine(f, sr, d, 2 * lv, p),
            "Amplitude is 10^(level/20); 10^(level/10) is a ratio of powers.",
        ),
        Mistake(
            "a peak level by 10·log₁₀ where an RMS level by 20·log₁₀ was asked",
            lambda f, sr, d, lv, p: _sine(f, sr, d, 2 * lv, p) / math.sqrt(2),
            "Two steps are wrong: amplitude is 10^(level/20), and the peak of a sine is √2 times its RMS.",
        ),
        Mistake(
            "a cosine",
            lambda f, sr, d, lv, p: _sine(f, sr, d, lv, p + 90),
            "At phase 0 a sine starts at 0 and rises; the cosine is the sine at 90°.",
        ),
    ),
)


def _centred(x: np.ndarray, divisor: float, unsigned: float) -> np.ndarray:
    x64 = x.astype("float64")
    return (x64 - 128) / unsigned if x.dtype == np.uint8 else x64 / divisor


def _uncentred(x: np.ndarray, unsigned: float) -> np.ndarray:
    return x / unsigned if x.dtype == np.uint8 else x / 32768


_PCM = np.array([-32768, -16384, -1, 0, 1, 20000, 32767], dtype="int16")

to_float = Check(
    "to_float",
    lambda x: audio.to_float(x, dtype="float64"),
    (
        Case("int16 samples from −32768 to 32767", (_PCM,)),
        Case("quiet int16 samples", (np.array([0, 100, -50], dtype="int16"),)),
        Case("int16 samples, none of them negative", (np.array([0, 128, 255], dtype="int16"),)),
        Case("int16 samples in two channels", (np.array([[0, 8192], [-8192, 1]], dtype="int16"),)),
        Case("uint8 samples from 0 to 255, where 128 is silence", (np.array([0, 64, 128, 255], dtype="uint8"),)),
    ),
    (
        Mistake(
            "the samples unscaled",
            lambda x: x.astype("float64"),
            "Changing the type leaves 32767 at 32767. Full scale must become 1: divide by 32768.",
        ),
        Mistake(
            "division by 32767",
            lambda x: _centred(x, 32767.0, 127.0),
            "int16 reaches from −32768 to 32767: divided by 32767, the lowest lands below −1, and what comes back is "
            "not what was stored. Full scale is the power of two.",
        ),
        Mistake(
            "division by 32767 for int16",
            lambda x: _centred(x, 32767.0, 128.0),
            "int16 reaches from −32768 to 32767: full scale is the power of two, 32768.",
        ),
        Mistake(
            "division by 127 for uint8",
            lambda x: _centred(x, 32768.0, 127.0),
            "With 128 as silence, uint8 reaches from −128 to 127: full scale is the power of two, 128.",
        ),
        Mistake(
            "division by 65536, the number of codes",
            lambda x: _centred(x, 65536.0, 256.0),
            "Half of the codes are negative: full scale is half their number.",
        ),
        Mistake(
            "normalisation to the loudest sample",
            lambda x: x / np.max(np.abs(x.astype("float64"))),
            "A quiet sound must stay quiet: divide by what full scale is, not by the loudest sample.",
        ),
        Mistake(
            "uint8 taken as if 0 were silence",
            lambda x: _uncentred(x, 128.0),
            "In 8-bit WAV files silence is 128: take it away before dividing.",
        ),
        Mistake(
            "uint8 divided by 255",
            lambda x: _uncentred(x, 255.0),
            "That is the way with pictures, from 0 to 1. In 8-bit sound 128 is silence: (x − 128) / 128.",
        ),
        Mistake(
            "uint8 divided like int16",
            lambda x: x / 32768,
            "The types have different full scales, and in uint8 silence is 128: (x − 128) / 128.",
        ),
        Mistake(
            "128 taken away in uint8, where it wraps around",
            lambda x: (x - np.uint8(128)) / 128 if x.dtype == np.uint8 else x / 32768,
            "uint8 has no numbers below 0: 64 − 128 becomes 192. Convert to float first, then take 128 away.",
        ),
    ),
)
