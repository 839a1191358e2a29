"""Checks for ``notebooks/homework/12_normalization.ipynb``."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import normalization
from ._check import Case, Check, Mistake

__all__ = ["clipped_samples", "normalize_peak", "normalize_rms", "scale_decibels", "speaker_split", "standardize"]


def _sound(seed: int, n: int = 300, scale: float = 0.1) -> np.ndarray:
    return scale * np.random.default_rng(seed).standard_normal((2, n)) * np.array([[1.0], [0.4]])


def _linear(db: float) -> float:
    return float(10 ** (db / 20))


normalize_peak = Check(
    "normalise to a peak",
    lambda y, target_db: normalization.normalize_peak(y, target_db),
    (
        Case("a stereo sound to −6 dBFS", (_sound(0), -6.0)),
        Case("a loud one to −20 dBFS", (_sound(1, scale=0.9), -20.0)),
        Case("whose largest sample is negative", (np.array([[0.1, -0.5, 0.2], [0.0, 0.1, 0.3]]), 0.0)),
    ),
    (
        Mistake(
            "each channel by its own peak",
            lambda y, t: y / np.max(np.abs(y), axis=-1, keepdims=True) * _linear(t),
            "One gain for all channels: or what stood at the side moves to the middle.",
        ),
        Mistake(
            "the largest sample instead of the largest magnitude",
            lambda y, t: y / np.max(y) * _linear(t),
            "A peak may be negative: take the magnitude first.",
        ),
        Mistake(
            "10 for 20 decibels in an amplitude",
            lambda y, t: y / np.max(np.abs(y)) * 10 ** (t / 10),
            "Samples are amplitudes: 10^(dB/20). 10^(dB/10) is for powers.",
        ),
        Mistake(
            "a gain added to what was there",
            lambda y, t: y * _linear(t),
            "The level is to come out at the target; divide by the peak that there is.",
        ),
        Mistake(
            "the RMS brought to the target",
            lambda y, t: y / np.sqrt(np.mean(y**2)) * _linear(t),
            "Asked was the peak: the largest magnitude.",
        ),
        Mistake(
            "the target with the wrong sign",
            lambda y, t: y / np.max(np.abs(y)) * _linear(-t),
            "Negative decibels are below full scale.",
        ),
    ),
)

normalize_rms = Check(
    "normalise to an RMS",
    lambda y, target_db: normalization.normalize_rms(y, target_db),
    (
        Case("a stereo sound to −20 dB", (_sound(2), -20.0)),
        Case("a quiet one to −30 dB", (_sound(3, scale=0.01), -30.0)),
        Case("a loud one to −3 dB, whose peaks then lie beyond full scale", (_sound(6), -3.0)),
    ),
    (
        Mistake(
            "each channel by its own RMS",
            lambda y, t: y / np.sqrt(np.mean(y**2, axis=-1, keepdims=True)) * _linear(t),
            "One gain for all channels.",
        ),
        Mistake(
            "RMS without the root",
            lambda y, t: y / np.mean(y**2) * _linear(t),
            "The root of the mean square is an amplitude; the mean square alone is a power.",
        ),
        Mistake(
            "the mean magnitude",
            lambda y, t: y / np.mean(np.abs(y)) * _linear(t),
            "Square, mean, root: in that order.",
        ),
        Mistake(
            "the root of the sum",
            lambda y, t: y / np.sqrt(np.sum(y**2)) * _linear(t),
            "The mean is missing: divide by how many samples there are.",
        ),
        Mistake(
            "10 for 20 decibels in an amplitude",
            lambda y, t: y / np.sqrt(np.mean(y**2)) * 10 ** (t / 10),
            "An RMS is an amplitude: 10^(dB/20).",
        ),
        Mistake(
            "what lies beyond full scale cut off",
            lambda y, t: np.clip(y / np.sqrt(np.mean(y**2)) * _linear(t), -1.0, 1.0),
            "A normalisation is one gain and nothing else: what to do about peaks is decided afterwards.",
        ),
    ),
)


def _clipped(y: np.ndarray) -> int:
    return int(np.sum(np.abs(y) > 1.0))


clipped_samples = Check(
    "samples beyond full scale",
    _clipped,
    (
        Case("some beyond, on both sides", (np.array([0.0, 1.2, -1.3, 1.1, 1.0, -1.0]),)),
        Case("none", (np.array([0.1, 1.0, -0.9]),)),
        Case("two channels", (np.array([[1.5, 0.2], [-1.5, -2.0]]),)),
    ),
    (
        Mistake(
            "only those above +1",
            lambda y: int(np.sum(y > 1.0)),
            "Samples below −1 are cut off, too: take the magnitude.",
        ),
        Mistake(
            "those at full scale counted, too",
            lambda y: int(np.sum(np.abs(y) >= 1.0)),
            "1.0 itself is the largest sample that fits: beyond means larger.",
        ),
        Mistake("a share, not a number", lambda y: np.mean(np.abs(y) > 1.0), "Count them: a sum, not a mean."),
        Mistake("whether there are any", lambda y: np.any(np.abs(y) > 1.0), "How many, not whether."),
    ),
)


def _scaled(S: np.ndarray, low: float = -80.0, high: float = 0.0) -> np.ndarray:
    return 2.0 * (np.clip(S, low, high) - low) / (high - low) - 1.0


_LEVELS = np.linspace(-95.0, 5.0, 21).reshape(3, 7)

scale_decibels = Check(
    "decibels to [−1, 1]",
    lambda S_db: normalization.scale_db(S_db),
    (
        Case("−80, −40 and 0 dB", (np.array([-80.0, -40.0, 0.0]),)),
        Case("levels from −95 to 5 dB", (_LEVELS,)),
        Case("levels that do not fill the range", (np.array([[-60.0, -50.0], [-30.0, -55.0]]),)),
    ),
    (
        Mistake(
            "what lies outside the range not cut off",
            lambda S: 2.0 * (S + 80.0) / 80.0 - 1.0,
            "Below −80 dB all is −1, above 0 dB all is 1: numpy.clip.",
        ),
        Mistake(
            "a range that depends on the sound (min and max of this spectrogram)",
            lambda S: 2.0 * (S - S.min()) / (S.max() - S.min()) - 1.0,
            "A quiet file would look like a loud one, and the way back is lost: the line is from −80 and 0 dB, always.",
        ),
        Mistake("[0, 1] instead of [−1, 1]", lambda S: (_scaled(S) + 1) / 2, "Twice that, less 1."),
        Mistake("the range upside down", lambda S: -_scaled(S), "−80 dB comes to −1, 0 dB to 1."),
        Mistake("[0, 80] instead of [−1, 1]", lambda S: 40 * (_scaled(S) + 1), "Divide by 40, less 1."),
    ),
)


def _standardized(train: np.ndarray, test: np.ndarray, **how: Any) -> np.ndarray:
    """Statistics per feature (row) over all frames, and each way to take them from the wrong place."""
    source = {"both": np.concatenate([train, test], axis=-1), "test": test}.get(how.get("of", ""), train)
    axis = how.get("axis", -1)
    mean = source.mean(axis=axis, keepdims=True)
    deviation = source.std(axis=axis, keepdims=True, ddof=how.get("ddof", 0))
    if how.get("only_mean"):
        deviation = np.ones_like(deviation)
    if how.get("variance"):
        deviation = deviation**2
    if not how.get("unguarded"):
        deviation = np.where(deviation == 0, 1.0, deviation)
    with np.errstate(invalid="ignore", divide="ignore"):
        return (test - mean) / deviation


def _wrong(**how: Any) -> Any:
    return lambda train, test: _standardized(train, test, **how)


def _features(seed: int, n: int, shift: float) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.array([[5.0], [-20.0], [0.1]]) + np.array([[1.0], [6.0], [0.02]]) * (rng.standard_normal((3, n)) + shift)


def _with_constant(seed: int, n: int) -> np.ndarray:
    return np.concatenate([_features(seed, n, 0.0), np.full((1, n), -0.5)])


standardize = Check(
    "standardise the test set",
    _standardized,
    (
        Case("3 features, 40 training frames, 10 test frames", (_features(0, 40, 0.0), _features(1, 10, 0.5))),
        Case("a test set of two frames", (_features(2, 30, 0.0), _features(3, 2, 0.0))),
        Case("a test set five deviations away", (_features(4, 30, 0.0), _features(5, 8, 5.0))),
        Case("a feature that never changes", (_with_constant(6, 20), _with_constant(7, 5))),
    ),
    (
        Mistake(
            "statistics of training and test set together",
            _wrong(of="both"),
            "That is a leak: the test set must not have a say. Mean and deviation of the training set alone.",
        ),
        Mistake(
            "the test set's own statistics",
            _wrong(of="test"),
            "The model was trained on features scaled by the training set's: use the same here.",
        ),
        Mistake(
            "one mean and one deviation for all features",
            _wrong(axis=None),
            "Each feature (row) has its own: axis=-1, keepdims=True.",
        ),
        Mistake(
            "statistics over the features of each frame",
            lambda train, test: (test - test.mean(axis=0)) / test.std(axis=0),
            "Over time (axis=-1), for each feature; not over features, for each frame.",
        ),
        Mistake("the deviation left out", _wrong(only_mean=True), "Divide by the standard deviation, too."),
        Mistake("divided by the variance", _wrong(variance=True), "The standard deviation is its root."),
        Mistake(
            "n − 1 in the deviation", _wrong(ddof=1), "Here it is the deviation of these data: numpy.std as it is."
        ),
        Mistake(
            "a division by a deviation of zero",
            _wrong(unguarded=True),
            "A band that never changes has deviation 0, and 0/0 is NaN: only centre it, or it spoils all that follows.",
        ),
        Mistake(
            "values beyond ±3 cut off",
            lambda train, test: np.clip(_standardized(train, test), -3.0, 3.0),
            "What is far away in the test set must stay far away: a z-score has no ends.",
        ),
    ),
    rtol=1e-6,  # (deviation + 1e-8) is a guard, too
)


def _split(speakers: np.ndarray, held_out: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    out = np.isin(speakers, held_out)
    return np.flatnonzero(~out), np.flatnonzero(out)


_TWELVE = np.array([3, 1, 1, 2, 3, 3, 0, 2, 1, 0, 0, 2])

speaker_split = Check(
    "split by speaker",
    _split,
    (
        Case("six frames of three speakers, one held out", (np.array([7, 7, 8, 9, 8, 7]), np.array([8]))),
        Case("twelve frames of four speakers, two held out", (_TWELVE, np.array([3, 1]))),
        Case("a held-out speaker who has no frame", (_TWELVE, np.array([2, 5]))),
    ),
    (
        Mistake(
            "training and test exchanged",
            lambda speakers, held_out: _split(speakers, held_out)[::-1],
            "The speakers that are held out are for the test; all others are for training.",
        ),
        Mistake(
            "speakers instead of frames",
            lambda speakers, held_out: (np.setdiff1d(speakers, held_out), np.intersect1d(speakers, held_out)),
            "Asked are the places of the frames in the array, not the names of their speakers.",
        ),
        Mistake(
            "a split by place, which divides speakers",
            lambda speakers, held_out: (
                np.arange(len(speakers) - int(np.isin(speakers, held_out).sum())),
                np.arange(len(speakers) - int(np.isin(speakers, held_out).sum()), len(speakers)),
            ),
            "Frames of one speaker lie anywhere in the array: ask each frame who speaks.",
        ),
        Mistake(
            "only the first held-out speaker",
            lambda speakers, held_out: _split(speakers, held_out[:1]),
            "There may be several: numpy.isin asks for all of them at once.",
        ),
        Mistake(
            "masks instead of places",
            lambda speakers, held_out: (~np.isin(speakers, held_out), np.isin(speakers, held_out)),
            "Asked are indices, such as [0, 3, 4]: numpy.flatnonzero makes them of a mask.",
        ),
    ),
)
