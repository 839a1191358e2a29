"""Checks for ``notebooks/homework/03_time_domain.ipynb``."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from .. import signals
from ._check import Case, Check, Mistake

__all__ = ["amplitude_envelope", "autocorrelation", "frame_rms", "pitch_by_lag", "rms", "zero_crossing_rate"]


def _noise(n: int, seed: int, *, offset: float = 0.0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(n) * 0.2 + offset


def _rms(y: np.ndarray) -> float:
    return math.sqrt(np.mean(y**2))


rms = Check(
    "rms",
    _rms,
    (
        Case("three samples", (np.array([0.3, -0.4, 0.0]),)),
        Case("a sine of 100 samples", (0.5 * np.sin(2 * np.pi * np.arange(100) / 25),)),
        Case("noise on a steady 0.1", (_noise(500, 1, offset=0.1),)),
    ),
    (
        Mistake(
            "the mean square: RMS without the root",
            lambda y: np.mean(y**2),
            "That is power. Its square root is back on the scale of the samples.",
        ),
        Mistake(
            "the mean of the magnitudes",
            lambda y: np.mean(np.abs(y)),
            "Square, mean, root: a square gives large samples more weight than abs does.",
        ),
        Mistake(
            "the plain mean",
            np.mean,
            "Positive and negative samples cancel: square them before the mean is taken.",
        ),
        Mistake(
            "the mean before the square (the magnitude of the mean)",
            lambda y: np.sqrt(np.mean(y) ** 2),
            "From the inside out: first the square of each sample, then the mean, then the root.",
        ),
        Mistake(
            "the root of the sum, not of the mean",
            lambda y: np.sqrt(np.sum(y**2)),
            "Twice as long a sound would be louder by √2: divide the sum by the number of samples.",
        ),
        Mistake(
            "the standard deviation",
            np.std,
            "It takes the mean away first, so that a steady offset is not counted. RMS counts it.",
        ),
        Mistake(
            "the largest magnitude (peak)",
            lambda y: np.max(np.abs(y)),
            "That is one sample; the RMS is a mean over all of them.",
        ),
        Mistake(
            "the peak over √2",
            lambda y: np.max(np.abs(y)) / np.sqrt(2),
            "That is the RMS of a sine, and of nothing else.",
        ),
        Mistake(
            "a level in decibels",
            lambda y: 20 * np.log10(_rms(y)),
            "The number is right, its logarithm was not asked.",
        ),
    ),
)


def _frames(y: np.ndarray, frame_length: int, hop_length: int, count: int | None = None) -> list[np.ndarray]:
    """Frames from the first sample on; without ``count``, all that are whole."""
    if count is None:
        count = max(0, 1 + (len(y) - frame_length) // hop_length)
    return [y[t * hop_length : t * hop_length + frame_length] for t in range(count)]


def _each(feature: Callable[[np.ndarray], Any], y: np.ndarray, frame_length: int, hop_length: int) -> np.ndarray:
    return np.array([feature(f) for f in _frames(y, frame_length, hop_length)])


def _centred(y: np.ndarray, frame_length: int) -> np.ndarray:
    return np.pad(y, frame_length // 2)


_FRAMED = (
    Case("8 samples, frames of 4, hop 2", (_noise(8, 2), 4, 2)),
    Case("11 samples, frames of 4, hop 3 (the last sample is left over)", (_noise(12, 3)[:11], 4, 3)),
    Case("9 samples, frames of 4, hop 2 (the last sample is left over)", (_noise(9, 7), 4, 2)),
    Case("one frame", (_noise(6, 4, offset=-0.3), 6, 4)),
    Case("frames of 5, hop 5 (side by side)", (_noise(23, 5), 5, 5)),
    Case("1000 samples, frames of 128, hop 50", (_noise(1000, 6, offset=-0.05), 128, 50)),
)


def _tail(feature: Callable[[np.ndarray], Any]) -> Callable[..., np.ndarray]:
    """Frames as long as there are samples: the last ones are too short."""
    return lambda y, frame_length, hop_length: np.array(
        [feature(f) for f in _frames(y, frame_length, hop_length, math.ceil(len(y) / hop_length))]
    )


frame_rms = Check(
    "frame_rms",
    lambda y, frame_length, hop_length: _each(_rms, y, frame_length, hop_length),
    _FRAMED,
    (
        Mistake(
            "hop in place of frame",
            lambda y, frame_length, hop_length: _each(_rms, y, hop_length, hop_length),
            "Each slice is hop_length samples long. The hop says where a frame starts, frame_length how long it is: "
            "y[start : start + frame_length].",
        ),
        Mistake(
            "hop in place of frame, with the right number of frames",
            lambda y, frame_length, hop_length: np.array(
                [_rms(f[:hop_length]) for f in _frames(y, frame_length, hop_length)]
            ),
            "There are as many frames as there should be, but each slice is hop_length samples long: "
            "y[start : start + frame_length].",
        ),
        Mistake(
            "frame in place of hop: frames side by side",
            lambda y, frame_length, hop_length: _each(_rms, y, frame_length, frame_length),
            "The next frame starts hop_length samples later, inside this one: they overlap.",
        ),
        Mistake(
            "frame and hop exchanged",
            lambda y, frame_length, hop_length: _each(_rms, y, hop_length, frame_length),
            "The frame is frame_length long; the next one starts hop_length later.",
        ),
        Mistake(
            "one frame too few",
            lambda y, frame_length, hop_length: _each(_rms, y, frame_length, hop_length)[:-1],
            "Count the fence posts: n_frames = 1 + (n - frame_length) // hop_length. A range needs an end "
            "of n - frame_length + 1.",
        ),
        Mistake(
            "short frames at the end",
            _tail(_rms),
            "A slice beyond the end is shorter, without a word from Python. Keep whole frames only.",
        ),
        Mistake(
            "centred frames",
            lambda y, frame_length, hop_length: _each(_rms, _centred(y, frame_length), frame_length, hop_length),
            "That is librosa's default: half a frame of zeros was put before and behind. Here frame 0 starts at "
            "sample 0 (center=False).",
        ),
        Mistake(
            "RMS without the root",
            lambda y, frame_length, hop_length: _each(lambda f: np.mean(f**2), y, frame_length, hop_length),
            "The mean square is power. Take the square root of each frame's.",
        ),
        Mistake(
            "the root of the energy, not divided by the frame length",
            lambda y, frame_length, hop_length: _each(lambda f: np.sqrt(np.sum(f**2)), y, frame_length, hop_length),
            "It grows with the frame. Divide the sum of the squares by frame_length before the root.",
        ),
        Mistake(
            "the sum divided by the hop",
            lambda y, frame_length, hop_length: _each(
                lambda f: np.sqrt(np.sum(f**2) / hop_length), y, frame_length, hop_length
            ),
            "There are frame_length squares in the sum: divide by that.",
        ),
        Mistake(
            "the energy of each frame",
            lambda y, frame_length, hop_length: _each(lambda f: np.sum(f**2), y, frame_length, hop_length),
            "Divide by frame_length and take the root.",
        ),
        Mistake(
            "the standard deviation of each frame",
            lambda y, frame_length, hop_length: _each(np.std, y, frame_length, hop_length),
            "It takes the frame's mean away first; RMS does not.",
        ),
    ),
)

amplitude_envelope = Check(
    "amplitude_envelope",
    lambda y, frame_length, hop_length: _each(lambda f: np.max(np.abs(f)), y, frame_length, hop_length),
    _FRAMED,
    (
        Mistake(
            "the largest sample, sign and all",
            lambda y, frame_length, hop_length: _each(np.max, y, frame_length, hop_length),
            "A deep trough is as loud as a high crest: take abs before max.",
        ),
        Mistake(
            "the magnitude of the largest sample",
            lambda y, frame_length, hop_length: _each(lambda f: abs(np.max(f)), y, frame_length, hop_length),
            "abs comes too late: the troughs are gone by then. First abs of all samples, then max.",
        ),
        Mistake(
            "peak to peak",
            lambda y, frame_length, hop_length: _each(np.ptp, y, frame_length, hop_length),
            "From trough to crest is up to twice the amplitude: the largest magnitude was asked.",
        ),
        Mistake(
            "half of peak to peak",
            lambda y, frame_length, hop_length: _each(lambda f: np.ptp(f) / 2, y, frame_length, hop_length),
            "It is the amplitude only if the wave lies evenly about 0: take the largest magnitude.",
        ),
        Mistake(
            "the mean magnitude",
            lambda y, frame_length, hop_length: _each(lambda f: np.mean(np.abs(f)), y, frame_length, hop_length),
            "The largest was asked, not the mean.",
        ),
        Mistake(
            "the RMS of each frame",
            lambda y, frame_length, hop_length: _each(_rms, y, frame_length, hop_length),
            "That was the exercise before: here, the largest magnitude.",
        ),
        Mistake(
            "hop in place of frame",
            lambda y, frame_length, hop_length: _each(lambda f: np.max(np.abs(f)), y, hop_length, hop_length),
            "Each slice is hop_length samples long: y[start : start + frame_length].",
        ),
        Mistake(
            "short frames at the end",
            _tail(lambda f: np.max(np.abs(f))),
            "A slice beyond the end is shorter, without a word from Python. Keep whole frames only.",
        ),
        Mistake(
            "centred frames",
            lambda y, frame_length, hop_length: _each(
                lambda f: np.max(np.abs(f)), _centred(y, frame_length), frame_length, hop_length
            ),
            "Half a frame of zeros was put before and behind. Here frame 0 starts at sample 0.",
        ),
    ),
)


def _changes(negative: np.ndarray) -> int:
    return int(np.sum(negative[1:] != negative[:-1]))


def _zero_crossing_rate(y: np.ndarray) -> float:
    return _changes(y < 0) / len(y)


zero_crossing_rate = Check(
    "zero_crossing_rate",
    _zero_crossing_rate,
    (
        Case("two samples", (np.array([0.5, -0.5]),)),
        Case("a zero on the way up", (np.array([-0.5, 0.0, 0.5, 0.6]),)),
        Case("a zero touched from below", (np.array([0.1, -0.5, 0.0, -0.5, -0.2]),)),
        Case("zeros at the end and at the start", (np.array([0.0, 0.0, -0.2, 0.3, 0.0]),)),
        Case("noise with some zeros in it", (np.round(_noise(300, 7), 1) + 0.0,)),
        Case("a sine", (np.sin(2 * np.pi * 0.0213 * np.arange(700) + 0.4),)),
    ),
    (
        Mistake(
            "the sign of zero: 0 counted as a sign of its own",
            lambda y: np.mean(np.append(np.sign(y[1:]) != np.sign(y[:-1]), False)),
            "np.sign knows three signs, so that a step from − over 0 to + counts twice. Here 0 is positive: "
            "compare y < 0 of neighbours.",
        ),
        Mistake(
            "the sign of zero: 0 counted as negative",
            lambda y: _changes(y > 0) / len(y),
            "y > 0 makes 0 a negative number. Here it is positive: y < 0 or y >= 0.",
        ),
        Mistake(
            "the sign of zero: no change where a sample is 0",
            lambda y: np.sum(y[1:] * y[:-1] < 0) / len(y),
            "A product with 0 is never below 0, and crossings through a zero are lost. Compare y < 0 of neighbours.",
        ),
        Mistake(
            "the sign of zero: every touch of 0 counted",
            lambda y: np.sum(y[1:] * y[:-1] <= 0) / len(y),
            "A product with 0 is 0, so that every zero counts twice, silence too. Compare y < 0 of neighbours.",
        ),
        Mistake(
            "half the sum of the steps of np.sign",
            lambda y: np.sum(np.abs(np.diff(np.sign(y)))) / 2 / len(y),
            "It is the textbook's formula, and counts half a crossing for every step to or from 0. Here 0 is positive.",
        ),
        Mistake(
            "each crossing counted twice",
            lambda y: 2 * _zero_crossing_rate(y),
            "The steps of a sign go from −1 to 1, which is 2: count them, or halve the sum.",
        ),
        Mistake(
            "the number of crossings, not the rate",
            lambda y: _changes(y < 0),
            "Divide by the number of samples.",
        ),
        Mistake(
            "a rate in pairs: divided by n − 1",
            lambda y: _changes(y < 0) / (len(y) - 1),
            "np.mean over the differences divides by one too few: the rate is for each of the n samples.",
        ),
        Mistake(
            "the first sample counted as a crossing",
            lambda y: (1 + _changes(y < 0)) / len(y),
            "Nothing comes before the first sample. librosa.zero_crossings counts it too, unless told pad=False.",
        ),
        Mistake(
            "upward crossings only",
            lambda y: np.sum((y[:-1] < 0) & (y[1:] >= 0)) / len(y),
            "Downward ones count too.",
        ),
        Mistake(
            "how many samples are negative",
            lambda y: np.mean(y < 0),
            "Count the places at which that changes: compare it with itself one sample later.",
        ),
    ),
)


def _lagged(y: np.ndarray, max_size: int) -> np.ndarray:
    return np.correlate(y, y, "full")[len(y) - 1 :][:max_size]


def _circular(y: np.ndarray, max_size: int) -> np.ndarray:
    return np.fft.irfft(np.abs(np.fft.rfft(y)) ** 2, n=len(y))[:max_size]


autocorrelation = Check(
    "autocorrelation",
    _lagged,
    (
        Case("[1, 2, 3], all lags", (np.array([1.0, 2.0, 3.0]), 3)),
        Case("100 samples, 20 lags", (_noise(100, 8, offset=0.05), 20)),
        Case("a sine of 99 samples, 50 lags", (np.sin(2 * np.pi * np.arange(99) / 11), 50)),
        Case("lag 0 alone", (_noise(10, 9), 1)),
    ),
    (
        Mistake(
            "a circular autocorrelation (an FFT without zeros)",
            _circular,
            "The end of the sound was multiplied with its beginning. Put at least max_size zeros behind it first: "
            "np.fft.rfft(y, n=2 * len(y)).",
        ),
        Mistake(
            "a convolution of the sound with itself",
            lambda y, max_size: np.convolve(y, y)[:max_size],
            "A convolution turns one of the two around. Here both run forwards: y[m] · y[m + lag].",
        ),
        Mistake(
            "lags counted from 1",
            lambda y, max_size: np.append(_lagged(y, len(y)), 0.0)[1 : max_size + 1],
            "Lag 0 comes first: it is the energy, Σ y².",
        ),
        Mistake(
            "negative lags first (np.correlate's 'full' from its start)",
            lambda y, max_size: np.correlate(y, y, "full")[:max_size],
            "Lag 0 stands in the middle of 'full', at index n − 1: start there.",
        ),
        Mistake(
            "means over n (the biased estimate)",
            lambda y, max_size: _lagged(y, max_size) / len(y),
            "The sums were asked, not divided.",
        ),
        Mistake(
            "means over the products there are (the unbiased estimate)",
            lambda y, max_size: _lagged(y, max_size) / (len(y) - np.arange(max_size)),
            "The sums were asked, not divided.",
        ),
        Mistake(
            "values relative to lag 0",
            lambda y, max_size: _lagged(y, max_size) / np.sum(y**2),
            "Right up to the division by the energy: leave it out.",
        ),
        Mistake(
            "the mean taken away first (autocovariance)",
            lambda y, max_size: _lagged(y - np.mean(y), max_size),
            "For pitch that is a good idea; here the samples count as they are.",
        ),
        Mistake(
            "the sum of differences, not of products",
            lambda y, max_size: np.array([np.sum((y[: len(y) - g] - y[g:]) ** 2) for g in range(max_size)]),
            "That is what YIN builds on. Autocorrelation multiplies the two.",
        ),
    ),
)


def _lags(sr: float, fmin: float, fmax: float) -> tuple[int, int]:
    return math.ceil(sr / fmax), math.floor(sr / fmin)


def _best_lag(y: np.ndarray, sr: float, fmin: float, fmax: float, height: Any = np.asarray) -> int:
    first, last = _lags(sr, fmin, fmax)
    return first + int(np.argmax(height(_lagged(y, last + 1)[first:])))


def _tone(freq: float, sr: float, n: int, partials: Any) -> np.ndarray:
    return signals.harmonic_tone(freq, sr=sr, duration=n / sr, partials=partials, amplitude=0.3, dtype="float64")


def _repeated(period: int, n: int) -> np.ndarray:
    """Noise that repeats itself after a period, in samples."""
    return np.resize(_noise(period, period), n)


pitch_by_lag = Check(
    "pitch_by_lag",
    lambda y, sr, fmin, fmax: sr / _best_lag(y, sr, fmin, fmax),
    (
        Case("a sine of 200 Hz, 800 samples", (_tone(200.0, 8000, 800, 1), 8000, 80.0, 400.0)),
        Case("a tone of 110 Hz with six partials", (_tone(110.0, 16000, 2048, 6), 16000, 70.0, 500.0)),
        Case(
            "a tone of 301 Hz with a weak fundamental", (_tone(301.0, 22050, 2048, [0.1, 1, 1, 1]), 22050, 97.0, 700.0)
        ),
        Case("the lowest pitch of the range", (_tone(80.0, 8000, 1000, 3), 8000, 80.0, 300.0)),
        Case("a pitch near the top of the range", (_tone(400.0, 8000, 500, 2), 8000, 100.0, 450.0)),
        Case("a pitch just above the range, fmax=450", (_repeated(17, 500), 8000, 150.0, 450.0)),
        Case("a pitch just below the range, fmin=75", (_repeated(107, 800), 8000, 75.0, 450.0)),
    ),
    (
        Mistake(
            "the lag in samples, not the pitch",
            lambda y, sr, fmin, fmax: _best_lag(y, sr, fmin, fmax),
            "A lag of so many samples lasts lag/sr seconds; the pitch is one over that.",
        ),
        Mistake(
            "the period in seconds, not the pitch",
            lambda y, sr, fmin, fmax: _best_lag(y, sr, fmin, fmax) / sr,
            "Turn it over: sr / lag is in hertz.",
        ),
        Mistake(
            "an index into the slice, taken for the lag",
            lambda y, sr, fmin, fmax: sr / (_best_lag(y, sr, fmin, fmax) - _lags(sr, fmin, fmax)[0]),
            "argmax counts from the start of what it is given: add the first lag of the slice.",
        ),
        Mistake(
            "a lag that is one too many",
            lambda y, sr, fmin, fmax: sr / (_best_lag(y, sr, fmin, fmax) + 1),
            "r[0] is lag 0: the index is the lag.",
        ),
        Mistake(
            "a lag that is one too few",
            lambda y, sr, fmin, fmax: sr / (_best_lag(y, sr, fmin, fmax) - 1),
            "r[0] is lag 0: the index is the lag.",
        ),
        Mistake(
            "lag 0: the sound compared with itself",
            lambda y, sr, fmin, fmax: math.inf,
            "Nothing is larger than r[0]. Look from the lag of fmax on.",
        ),
        Mistake(
            "a search that leaves out the last lag",
            lambda y, sr, fmin, fmax: sr / _best_lag(y, sr, sr / (_lags(sr, fmin, fmax)[1] - 0.5), fmax),
            "A slice ends before its second index: fmin itself needs r[first : last + 1].",
        ),
        Mistake(
            "the largest magnitude, troughs included",
            lambda y, sr, fmin, fmax: sr / _best_lag(y, sr, fmin, fmax, height=np.abs),
            "At a trough the sound is its own opposite, half a period late: take the largest value, without abs.",
        ),
        Mistake(
            "an octave too high (half the lag)",
            lambda y, sr, fmin, fmax: 2 * sr / _best_lag(y, sr, fmin, fmax),
            "The lag is a whole period, not half of one: sr / lag.",
        ),
    ),
)
