"""Checks for ``notebooks/homework/10_cepstrum.ipynb``."""

from __future__ import annotations

import math

import numpy as np

from .. import cepstrum, presets, signals, windows
from ._check import Case, Check, Mistake

__all__ = ["dct", "delta", "lifter", "mfcc", "pitch", "real_cepstrum"]


def _numbers(*shape: int, seed: int = 10) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape)


def _dct(x: np.ndarray, *, type: int = 2, norm: str | None = "ortho", axis: int = -1) -> np.ndarray:
    return cepstrum.dct(x, type=type, norm=norm, axis=axis)


def _cosines(x: np.ndarray, angle: str) -> np.ndarray:
    """Orthonormal scale, but another angle in the cosine."""
    n = x.shape[-1]
    k, m = np.arange(n)[:, None], np.arange(n)[None, :]
    turns = {"2π": 2 * k * (2 * m + 1) / (2 * n), "no half": k * m / n, "n − 1": k * (2 * m + 1) / (2 * (n - 1))}
    scale = np.sqrt(np.where(k == 0, 1, 2) / n)
    return x @ (scale * np.cos(math.pi * turns[angle])).T


def _first(C: np.ndarray, factor: float) -> np.ndarray:
    """The first coefficient times a factor, the others as they are."""
    C = C.copy()
    C[..., 0] *= factor
    return C


dct = Check(
    "dct (type 2, orthonormal)",
    lambda x: cepstrum.dct(x, norm="ortho"),
    (
        Case("4 numbers", (np.array([1.0, 2.0, 3.0, 5.0]),)),
        Case("5 numbers (odd)", (_numbers(5),)),
        Case("a constant", (np.ones(8),)),
        Case("40 mel bands", (_numbers(40),)),
        Case("three frames of 26 bands, the bands last", (_numbers(3, 26),)),
    ),
    (
        Mistake(
            "the DCT without scale (a factor 2 in the sums)",
            lambda x: _dct(x, norm=None),
            "Orthonormal: row 0 times √(1/n), the others times √(2/n). SciPy's default, norm=None, has the plain sums, "
            "doubled.",
        ),
        Mistake("the sums without scale", lambda x: _dct(x, norm=None) / 2, "Row 0 times √(1/n), the others √(2/n)."),
        Mistake(
            "HTK's scale: √(2/n) for coefficient 0 too",
            lambda x: _first(_dct(x), math.sqrt(2.0)),
            "The first row consists of ones and is longer than the others: it needs √(1/n), not √(2/n).",
        ),
        Mistake(
            "√(1/n) for all coefficients",
            lambda x: _first(_dct(x), math.sqrt(2.0)) / math.sqrt(2.0),
            "Only row 0 has √(1/n): the squares of a cosine add up to n/2, so the others need √(2/n).",
        ),
        Mistake(
            "a DCT divided by n (norm='forward')",
            lambda x: _dct(x, norm="forward"),
            "Orthonormal means divided by a root of n: √(1/n) for row 0, √(2/n) for the others.",
        ),
        Mistake(
            "type 3, the inverse",
            lambda x: _dct(x, type=3),
            "Type 2 has (2m + 1) on the side of the numbers and k on that of the coefficients. You have them swapped.",
        ),
        Mistake("type 1", lambda x: _dct(x, type=1), "Type 2 has the angle π·k·(2m + 1)/2n."),
        Mistake("type 4", lambda x: _dct(x, type=4), "In type 2 only the numbers lie at half steps: k, not k + 1/2."),
        Mistake(
            "2π in the angle where π was asked",
            lambda x: _cosines(x, "2π"),
            "The cosine of coefficient k makes k half turns over the n numbers, not k turns: π·k·(2m + 1)/2n.",
        ),
        Mistake(
            "the half step left out: k·m/n in the angle",
            lambda x: _cosines(x, "no half"),
            "The numbers stand at half steps, m + 1/2: π·k·(2m + 1)/2n.",
        ),
        Mistake(
            "n − 1 for n in the angle",
            lambda x: _cosines(x, "n − 1"),
            "The mirror lies half a step behind the last number, so the period is 2n: π·k·(2m + 1)/2n.",
        ),
        Mistake(
            "the DCT along the first axis",
            lambda x: _dct(x, axis=0),
            "Of an array with several axes, transform the last: shape (…, n).",
        ),
        Mistake(
            "coefficient 0 dropped",
            lambda x: _dct(x)[..., 1:],
            "Return all n coefficients, the first (the sum of all) too.",
        ),
    ),
)


def _frame(f0: float, n: int, sr: float = 16000.0, letter: str = "a") -> np.ndarray:
    y = signals.vowels(letter, sr=sr, duration=0.2, f0=f0, dtype="float64")
    return windows.get_window("hann", n) * y[800 : 800 + n]


def _magnitude(x: np.ndarray, n_fft: int) -> np.ndarray:
    return np.abs(np.fft.rfft(x, n=n_fft))


real_cepstrum = Check(
    "real_cepstrum",
    lambda x, n_fft: cepstrum.real_cepstrum(x, n_fft=n_fft),
    (
        Case("a click and its echo, n_fft=64", (np.array([1.0, 0, 0, 0, 0, 0.5, 0, 0]), 64)),
        Case("a click of 2, n_fft=16", (np.array([2.0, 0, 0, 0]), 16)),
        Case("noise, n_fft as long as the frame", (_numbers(32), 32)),
        Case("noise, n_fft=65 (odd)", (_numbers(32), 65)),
        Case("a frame of a sung vowel, n_fft=2048", (_frame(110.0, 640), 2048)),
    ),
    (
        Mistake(
            "the inverse transform of the magnitude, without a logarithm",
            lambda x, n_fft: np.fft.irfft(_magnitude(x, n_fft), n=n_fft),
            "Only the logarithm turns the product of source and filter into a sum.",
        ),
        Mistake(
            "the autocorrelation (the power's inverse transform)",
            lambda x, n_fft: np.fft.irfft(_magnitude(x, n_fft) ** 2, n=n_fft),
            "The cepstrum takes the logarithm of the magnitude before it goes back.",
        ),
        Mistake(
            "the logarithm of the power where that of the magnitude was asked",
            lambda x, n_fft: np.fft.irfft(2 * np.log(_magnitude(x, n_fft)), n=n_fft),
            "ln|X|² is 2·ln|X|: everything is twice too large.",
        ),
        Mistake(
            "a logarithm to base 10",
            lambda x, n_fft: np.fft.irfft(np.log10(_magnitude(x, n_fft)), n=n_fft),
            "The cepstrum is defined with the natural logarithm: np.log.",
        ),
        Mistake(
            "a cepstrum in decibels",
            lambda x, n_fft: np.fft.irfft(20 * np.log10(_magnitude(x, n_fft)), n=n_fft),
            "The cepstrum is defined with the natural logarithm, without a factor: np.log.",
        ),
        Mistake(
            "n_fft left unused: the transform is as long as the frame",
            lambda x, n_fft: np.fft.irfft(np.log(_magnitude(x, len(x))), n=len(x)),
            "Pad with zeros first: np.fft.rfft(x, n=n_fft).",
        ),
        Mistake(
            "an inverse of even length where n_fft was odd",
            lambda x, n_fft: np.fft.irfft(np.log(_magnitude(x, n_fft))),
            "From the bins alone irfft cannot tell whether n_fft was odd: np.fft.irfft(…, n=n_fft).",
        ),
        Mistake(
            "half of the cepstrum",
            lambda x, n_fft: np.fft.irfft(np.log(_magnitude(x, n_fft)), n=n_fft)[: 1 + n_fft // 2],
            "Return all n_fft values, the mirrored half too.",
        ),
        Mistake(
            "a forward transform where the inverse was asked (1/N missing)",
            lambda x, n_fft: np.fft.fft(np.log(np.abs(np.fft.fft(x, n=n_fft)))).real,
            "Both give the same shape for an even spectrum, but the inverse carries 1/N.",
        ),
    ),
    rtol=1e-9,
)


def _pitch(c: np.ndarray, sr: float, *, low: float = 60.0, high: float = 400.0) -> float:
    lags = np.arange(math.ceil(sr / high), math.floor(sr / low) + 1)
    return float(sr / lags[np.argmax(c[lags])])


def _lag(c: np.ndarray, sr: float) -> int:
    return round(sr / _pitch(c, sr))


_VOICES = tuple(
    Case(words, (cepstrum.real_cepstrum(_frame(f0, round(0.04 * sr), sr, letter), n_fft=4096), sr))
    for words, f0, sr, letter in (
        ("a low voice at 16 kHz", 105.0, 16000.0, "a"),
        ("a high voice at 16 kHz", 245.0, 16000.0, "o"),
        ("a voice at 8 kHz", 150.0, 8000.0, "e"),
        ("a voice at 22.05 kHz", 180.0, 22050.0, "a"),
    )
)


def _peaks(sr: float, *lags: int) -> np.ndarray:
    """No voice's cepstrum: peaks at some lags, each higher than the one before."""
    c = np.zeros(1024)
    c[list(lags)] = 1 + np.arange(len(lags))
    return c


_EDGES = tuple(
    Case(f"peaks on both sides of a limit of the range, at {sr:g} Hz, and a low one between", (_peaks(sr, *lags), sr))
    for sr, lags in (
        (16000.0, (100, 40, 39)),
        (16000.0, (100, 266, 267)),
        (22050.0, (100, 56, 55)),
        (22050.0, (100, 367, 368)),
    )
)

pitch = Check(
    "pitch from a cepstrum, 60 to 400 Hz",
    _pitch,
    (*_VOICES, *_EDGES),
    (
        Mistake(
            "the lag in samples where hertz were asked",
            lambda c, sr: float(_lag(c, sr)),
            "A period of T samples is a pitch of sr / T hertz.",
        ),
        Mistake("the period in seconds", lambda c, sr: _lag(c, sr) / sr, "Pitch is one over the period: sr / T."),
        Mistake(
            "the number within the range searched, not the lag",
            lambda c, sr: sr / (_lag(c, sr) - math.ceil(sr / 400)),
            "argmax counts from the start of the piece that you gave it: add the first lag.",
        ),
        Mistake(
            "the lag read as a bin of a spectrum",
            lambda c, sr: _lag(c, sr) * sr / len(c),
            "k·sr/N is the frequency of bin k. In a cepstrum the axis is time: lag T is a period of T samples.",
        ),
        Mistake(
            "the highest value from lag 1 on: the mouth",
            lambda c, sr: sr / (1 + int(np.argmax(c[1 : len(c) // 2]))),
            "Near zero lies the mouth, which is higher than any pitch. Begin at sr/400 samples.",
        ),
        Mistake(
            "the value of the cepstrum, not where it stands",
            lambda c, sr: float(c[_lag(c, sr)]),
            "max gives how high the line is; argmax where.",
        ),
        Mistake(
            "the lowest value instead of the highest",
            lambda c, sr: _pitch(-c, sr),
            "The line of a voice points up: argmax.",
        ),
    ),
)


def _weights(n: int, L: float, first: int = 0) -> np.ndarray:
    return 1 + L / 2 * np.sin(math.pi * (np.arange(n) + first) / L)


def _weighted(w: np.ndarray, C: np.ndarray) -> np.ndarray:
    return w[:, None] * C


lifter = Check(
    "lifter (HTK's)",
    lambda C, L: cepstrum.lifter(C, L),
    (
        Case("4 ones, L=22", (np.ones((4, 1)), 22)),
        Case("13 coefficients, 7 frames, L=22", (_numbers(13, 7), 22)),
        Case("13 coefficients, 5 frames, L=12", (_numbers(13, 5), 12)),
        Case("13 coefficients, 5 frames, L=15 (odd)", (_numbers(13, 5), 15)),
    ),
    (
        Mistake(
            "librosa's lifter: k + 1 for k",
            lambda C, L: _weighted(_weights(len(C), L, 1), C),
            "HTK leaves c0 as it is: the sine begins at 0, with k = 0.",
        ),
        Mistake(
            "1 + L·sin where 1 + L/2·sin was asked",
            lambda C, L: _weighted(2 * _weights(len(C), L) - 1, C),
            "The sine is multiplied by half of L.",
        ),
        Mistake(
            "the 1 left out: c0 becomes 0",
            lambda C, L: _weighted(_weights(len(C), L) - 1, C),
            "The weight is 1 + …: it is added to the sine, so that c0 stays.",
        ),
        Mistake(
            "2π in the sine where π was asked",
            lambda C, L: _weighted(1 + L / 2 * np.sin(2 * math.pi * np.arange(len(C)) / L), C),
            "The sine makes half a turn up to k = L, and is largest at k = L/2.",
        ),
        Mistake(
            "degrees where radians were asked",
            lambda C, L: _weighted(1 + L / 2 * np.sin(180 * np.arange(len(C)) / L), C),
            "np.sin takes radians: π·k/L.",
        ),
        Mistake(
            "a lifter that divides",
            lambda C, L: C / _weights(len(C), L)[:, None],
            "Liftering makes the high coefficients larger: multiply.",
        ),
        Mistake(
            "the number of coefficients for L in the sine",
            lambda C, L: _weighted(1 + L / 2 * np.sin(math.pi * np.arange(len(C)) / len(C)), C),
            "L is a parameter, 22 as a rule, and does not depend on how many coefficients there are.",
        ),
        Mistake(
            "the other liftering: coefficients cut off",
            lambda C, L: C * (np.arange(len(C)) < L / 2)[:, None],
            "Nothing is dropped here; every coefficient gets the weight 1 + L/2·sin(πk/L).",
        ),
    ),
)


def _mfcc(S: np.ndarray, n_mfcc: int) -> np.ndarray:
    return presets.mfcc(S=S, n_mfcc=n_mfcc)


_BANDS = -30.0 + 20.0 * _numbers(26, 6, seed=3) - np.arange(26.0)[:, None]

mfcc = Check(
    "mfcc",
    _mfcc,
    (
        Case("3 bands, 2 frames, all 3 coefficients", (_BANDS[:3, :2], 3)),
        Case("26 bands, 6 frames, 13 coefficients", (_BANDS, 13)),
        Case("26 bands, one frame, 20 coefficients", (_BANDS[:, :1], 20)),
    ),
    (
        Mistake(
            "a cosine transform along time",
            lambda S, n_mfcc: _dct(S)[:n_mfcc],
            "Each frame is transformed on its own: along the bands, axis 0 of (n_mels, n_frames).",
        ),
        Mistake(
            "a DCT without scale",
            lambda S, n_mfcc: _dct(S, norm=None, axis=0)[:n_mfcc],
            "norm='ortho': SciPy's default is the plain sum.",
        ),
        Mistake(
            "HTK's c0, √2 too large",
            lambda S, n_mfcc: _first(_mfcc(S, n_mfcc).T, math.sqrt(2.0)).T,
            "In the orthonormal transform row 0 has √(1/B), the others √(2/B).",
        ),
        Mistake(
            "c0 dropped: c1 comes first",
            lambda S, n_mfcc: _dct(S, axis=0)[1 : n_mfcc + 1],
            "librosa's MFCCs begin with c0.",
        ),
        Mistake(
            "c0 dropped, and one coefficient too few",
            lambda S, n_mfcc: _mfcc(S, n_mfcc)[1:],
            "Return n_mfcc coefficients, c0 the first of them.",
        ),
        Mistake(
            "c0 last, as HTK writes it",
            lambda S, n_mfcc: np.roll(_mfcc(S, n_mfcc), -1, axis=0),
            "librosa's order is c0, c1, c2 and so on.",
        ),
        Mistake(
            "all coefficients",
            lambda S, n_mfcc: _dct(S, axis=0),
            "Keep the first n_mfcc; the fine detail in the others is what MFCCs leave out.",
        ),
        Mistake(
            "the last coefficients instead of the first",
            lambda S, n_mfcc: _dct(S, axis=0)[-n_mfcc:],
            "The slow cosines come first, and hold the shape: keep [:n_mfcc].",
        ),
        Mistake(
            "a logarithm taken twice",
            lambda S, n_mfcc: _mfcc(10 * np.log10(np.maximum(S, 1e-10)), n_mfcc),
            "S is in decibels already: go straight to the cosine transform.",
        ),
        Mistake(
            "decibels turned back into power",
            lambda S, n_mfcc: _mfcc(10.0 ** (S / 10), n_mfcc),
            "The cosine transform is taken of the decibels themselves.",
        ),
        Mistake(
            "the bands cut off before the transform",
            lambda S, n_mfcc: _dct(S[:n_mfcc], axis=0),
            "Transform all bands, then keep the first n_mfcc coefficients.",
        ),
        Mistake(
            "the inverse transform (type 3)",
            lambda S, n_mfcc: _dct(S, type=3, axis=0)[:n_mfcc],
            "MFCCs are a DCT of type 2.",
        ),
        Mistake(
            "a Fourier transform's real part",
            lambda S, n_mfcc: np.fft.fft(S, axis=0).real[:n_mfcc],
            "The bands are half of an even curve: the cosines make k half turns, and stand at half steps.",
        ),
        Mistake(
            "the frames first: (n_frames, n_mfcc)",
            lambda S, n_mfcc: _mfcc(S, n_mfcc).T,
            "Time is the last axis: (n_mfcc, n_frames).",
        ),
    ),
)


def _delta(c: np.ndarray, reach: int) -> np.ndarray:
    return cepstrum.delta(c, width=2 * reach + 1, method="regression")


def _slope(c: np.ndarray, reach: int, *, mode: str = "edge", sign: float = 1.0, weight: str = "θ") -> np.ndarray:
    """HTK's formula with another end, sign or weight."""
    padded = np.pad(c, ((0, 0), (reach, reach)), mode=mode)  # type: ignore[call-overload]
    t = np.arange(c.shape[1]) + reach
    total = np.zeros_like(c)
    for i in range(1, reach + 1):
        total = total + (i if weight == "θ" else 1) * sign * (padded[:, t + i] - padded[:, t - i])
    return total / (2 * sum(i * i for i in range(1, reach + 1)))


delta = Check(
    "delta (the ends repeated)",
    _delta,
    (
        Case("a ramp of 7 frames, reach 1", (3.0 * np.arange(7.0)[None, :], 1)),
        Case("13 coefficients, 20 frames, reach 2", (_numbers(13, 20), 2)),
        Case("2 coefficients, 30 frames, reach 4", (_numbers(2, 30), 4)),
    ),
    (
        Mistake(
            "a delta with its sign turned round",
            lambda c, reach: -_delta(c, reach),
            "What rises has a positive slope: c[t + θ] − c[t − θ].",
        ),
        Mistake(
            "twice too large: the 2 is missing below",
            lambda c, reach: 2 * _delta(c, reach),
            "θ counts frames on both sides, 2·Σθ² together.",
        ),
        Mistake(
            "not divided at all",
            lambda c, reach: _delta(c, reach) * 2 * sum(i * i for i in range(1, reach + 1)),
            "Divide by 2·Σθ², else a ramp of 3 a frame has not the slope 3.",
        ),
        Mistake(
            "the weight θ left out",
            lambda c, reach: _slope(c, reach, weight="1"),
            "In a least-squares line frames further away count more: θ·(c[t + θ] − c[t − θ]).",
        ),
        Mistake(
            "zeros at the ends where the ends were to be repeated",
            lambda c, reach: _slope(c, reach, mode="constant"),
            "Before the first frame comes the first frame again: np.pad(…, mode='edge').",
        ),
        Mistake(
            "the ends reflected",
            lambda c, reach: _slope(c, reach, mode="reflect"),
            "Before the first frame comes the first frame again: np.pad(…, mode='edge').",
        ),
        Mistake(
            "the difference to the frame before",
            lambda c, reach: np.diff(c, axis=1, prepend=c[:, :1]),
            "That looks at two frames and is noisy. Fit a line to 2·reach + 1 frames.",
        ),
        Mistake(
            "np.gradient: the neighbours only",
            lambda c, reach: np.gradient(c, axis=1),
            "That looks at one frame on either side. Fit a line to 2·reach + 1 frames.",
        ),
        Mistake(
            "librosa's ends: the line continued",
            lambda c, reach: cepstrum.delta(c, width=2 * reach + 1),
            "Inside you are right. At the ends, repeat the first and the last frame.",
        ),
        Mistake(
            "the slope along the coefficients",
            lambda c, reach: _delta(c.T, reach).T,
            "Time is the last axis: each coefficient is followed from frame to frame.",
        ),
        Mistake(
            "the ends lost",
            lambda c, reach: _delta(c, reach)[:, reach:-reach],
            "One slope for every frame: repeat the first and the last frame reach times.",
        ),
    ),
)
