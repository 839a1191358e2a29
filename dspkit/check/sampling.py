"""Checks for ``notebooks/homework/01_sampling.ipynb``."""

from __future__ import annotations

import numpy as np

from .. import sampling
from ._check import Case, Check, Mistake

__all__ = ["alias_of", "impostors", "noise_shaped", "quantize_tread", "recorder", "signal_to_noise", "sinc_sum"]


def _sound(seed: int, n: int = 60) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-1.1, 1.1, n)


def _levels(y: np.ndarray, bits: int) -> np.ndarray:
    return sampling.quantize(y, bits)


quantize_tread = Check(
    "quantise (mid-tread)",
    _levels,
    (
        Case("five values in 2 bits", (np.array([-1.0, -0.3, 0.1, 0.3, 1.0]), 2)),
        Case("a sound in 4 bits, with peaks beyond full scale", (_sound(0), 4)),
        Case("a sound in 8 bits", (_sound(1), 8)),
    ),
    (
        Mistake(
            "rounding down instead of to the nearest",
            lambda y, b: np.clip(np.floor(y * 2 ** (b - 1)), -(2 ** (b - 1)), 2 ** (b - 1) - 1) / 2 ** (b - 1),
            "floor(x) rounds down, and the error is half a step on average: floor(x + 0.5), or numpy.round.",
        ),
        Mistake(
            "rounding towards zero",
            lambda y, b: np.clip(np.trunc(y * 2 ** (b - 1)), -(2 ** (b - 1)), 2 ** (b - 1) - 1) / 2 ** (b - 1),
            "astype(int) cuts decimals off, so that the level 0 is twice as wide: round first.",
        ),
        Mistake(
            "mid-rise where mid-tread was asked",
            lambda y, b: sampling.quantize(y, b, kind="mid-rise"),
            "Mid-tread has a level at 0; yours has a step there.",
        ),
        Mistake(
            "levels that are not cut off at full scale",
            lambda y, b: np.floor(y * 2 ** (b - 1) + 0.5) / 2 ** (b - 1),
            "There are 2^bits levels and no more: clip the codes to -2^(bits-1) … 2^(bits-1) - 1.",
        ),
        Mistake(
            "one level too many",
            lambda y, b: np.clip(np.floor(y * 2 ** (b - 1) + 0.5), -(2 ** (b - 1)), 2 ** (b - 1)) / 2 ** (b - 1),
            "With 0 in the middle, the highest code is 2^(bits-1) - 1: there is one fewer above than below.",
        ),
        Mistake(
            "steps of 2^-bits (twice as many levels)",
            lambda y, b: sampling.quantize(y, b + 1),
            "From -1 to 1 there are 2^bits steps: each is 2 / 2^bits wide.",
        ),
        Mistake(
            "steps that are twice too wide",
            lambda y, b: np.clip(np.floor(y * 2 ** (b - 2) + 0.5), -(2 ** (b - 2)), 2 ** (b - 2) - 1) / 2 ** (b - 2),
            "There are 2^bits levels between -1 and 1, so that a step is 2^(1 - bits).",
        ),
        Mistake(
            "codes instead of levels",
            lambda y, b: np.clip(np.floor(y * 2 ** (b - 1) + 0.5), -(2 ** (b - 1)), 2 ** (b - 1) - 1),
            "Divide the codes by 2^(bits-1), so that they are samples again.",
        ),
        Mistake(
            "a scale of 2^(bits-1) - 1",
            lambda y, b: (
                np.clip(np.round(y * (2 ** (b - 1) - 1)), -(2 ** (b - 1)), 2 ** (b - 1) - 1) / (2 ** (b - 1) - 1)
            ),
            "That is another convention (32767). Here, as in soundfile and librosa, a step is 2^(1 - bits).",
        ),
    ),
)

alias_of = Check(
    "alias",
    lambda f, sr: sampling.alias_frequency(f, sr),
    (
        Case("3, 5, 7 and 11 kHz at 8 kHz", (np.array([3000.0, 5000.0, 7000.0, 11_000.0]), 8000)),
        Case("many frequencies at 44.1 kHz", (np.linspace(100.0, 200_000.0, 40), 44_100)),
    ),
    (
        Mistake(
            "the remainder, not folded",
            lambda f, sr: np.mod(f, sr),
            "Above sr/2 the remainder folds back: sr less it.",
        ),
        Mistake("folded at sr", lambda f, sr: np.abs(sr - f), "That is right between sr/2 and 3·sr/2 only."),
        Mistake(
            "folded at sr/2 once",
            lambda f, sr: np.where(f > sr / 2, sr - f, f),
            "Higher frequencies fold more than once: first the distance to the nearest multiple of sr.",
        ),
        Mistake(
            "a remainder of sr/2",
            lambda f, sr: np.mod(f, sr / 2),
            "Frequencies fold at sr/2 like paper, back and forth; they do not begin anew at 0.",
        ),
        Mistake(
            "the sign left in",
            lambda f, sr: f - sr * np.round(f / sr),
            "A cosine of -3 kHz is one of 3 kHz: take the magnitude.",
        ),
    ),
)


def _recorder(sr: float, bits: int) -> tuple[float, float, float]:
    return sr / 2, 6.02 * bits + 1.76, sr * bits / 8 * 3600


recorder = Check(
    "recorder",
    _recorder,
    (Case("44.1 kHz, 16 bits", (44_100.0, 16)), Case("8 kHz, 8 bits", (8000.0, 8))),
    (
        Mistake(
            "frequencies up to sr",
            lambda sr, bits: (sr, *_recorder(sr, bits)[1:]),
            "Where does the frequency axis fold?",
        ),
        Mistake(
            "bits an hour, not bytes",
            lambda sr, bits: (*_recorder(sr, bits)[:2], sr * bits * 3600),
            "A byte has eight bits.",
        ),
        Mistake(
            "bytes a second, not an hour",
            lambda sr, bits: (*_recorder(sr, bits)[:2], sr * bits / 8),
            "An hour has 3600 seconds.",
        ),
    ),
    rtol=1e-3,
)

signal_to_noise = Check(
    "SNR in dB",
    lambda y, changed: float(sampling.snr(y, changed)),
    (
        Case("noise a tenth of the sound", (np.ones(50), 1.1 * np.ones(50))),
        Case("a sound in 6 bits", (_sound(2, 400) * 0.8, sampling.quantize(_sound(2, 400) * 0.8, 6))),
    ),
    (
        Mistake(
            "10·log₁₀ of amplitudes",
            lambda y, c: 10 * np.log10(np.sqrt(np.mean(y**2)) / np.sqrt(np.mean((c - y) ** 2))),
            "10·log₁₀ belongs to powers (mean squares); for amplitudes it is 20·log₁₀.",
        ),
        Mistake(
            "20·log₁₀ of powers",
            lambda y, c: 20 * np.log10(np.mean(y**2) / np.mean((c - y) ** 2)),
            "20·log₁₀ belongs to amplitudes; for powers it is 10·log₁₀.",
        ),
        Mistake(
            "noise over signal",
            lambda y, c: 10 * np.log10(np.mean((c - y) ** 2) / np.mean(y**2)),
            "Signal above, noise below: the better, the larger.",
        ),
        Mistake(
            "the changed sound taken for the noise",
            lambda y, c: 10 * np.log10(np.mean(y**2) / np.mean(c**2)),
            "The noise is what was added: the changed sound less the sound.",
        ),
        Mistake(
            "the natural logarithm",
            lambda y, c: 10 * np.log(np.mean(y**2) / np.mean((c - y) ** 2)),
            "Decibels are made of the logarithm to base 10.",
        ),
    ),
    forbidden=("dspkit.sampling",),
)


def _sinc(y: np.ndarray, times: np.ndarray, sr: float) -> np.ndarray:
    return sampling.reconstruct(y, times, sr=sr)


_TIMES = np.linspace(0.0, 0.005, 23)

sinc_sum = Check(
    "sinc sum",
    _sinc,
    (
        Case("three samples", (np.array([0.0, 1.0, 0.0]), np.array([0.05, 0.1, 0.15]), 10)),
        Case("40 samples at 8 kHz", (_sound(3, 40), _TIMES, 8000)),
    ),
    (
        Mistake(
            "sin(x)/x without π",
            lambda y, t, sr: np.sinc((t[:, None] * sr - np.arange(len(y))) / np.pi) @ y,
            "numpy.sinc has the π inside: sinc(x) = sin(πx)/(πx).",
        ),
        Mistake(
            "straight lines between the samples",
            lambda y, t, sr: np.interp(t * sr, np.arange(len(y)), y),
            "That is linear interpolation; each sample brings a sinc, and all of them are added.",
        ),
        Mistake(
            "the sample held until the next",
            lambda y, t, sr: y[np.minimum((t * sr).astype(int), len(y) - 1)],
            "That is sample and hold: a staircase.",
        ),
        Mistake(
            "times in samples taken for seconds",
            lambda y, t, sr: np.sinc(t[:, None] - np.arange(len(y))) @ y,
            "Times are in seconds: times sr, they are in samples.",
        ),
        Mistake(
            "sinc squared",
            lambda y, t, sr: np.sinc(t[:, None] * sr - np.arange(len(y))) ** 2 @ y,
            "One sinc for each sample, not its square.",
        ),
    ),
)


def _impostors(f: float, sr: float, fmax: float) -> np.ndarray:
    k = np.arange(0, int(np.ceil((fmax + f) / sr)) + 1)
    found = np.unique(np.concatenate([k * sr + f, np.abs(k * sr - f)]))
    return found[found <= fmax]


impostors = Check(
    "impostors",
    lambda f, sr, fmax: _impostors(f, sr, fmax),
    (
        Case("1 kHz at 8 kHz, up to 20 kHz", (1000.0, 8000.0, 20_000.0)),
        Case("3.5 kHz at 8 kHz, up to 12 kHz", (3500.0, 8000.0, 12_000.0)),
        Case("7 kHz at 10 kHz, up to 33 kHz", (7000.0, 10_000.0, 33_000.0)),
    ),
    (
        Mistake(
            "multiples of sr added, and none taken off",
            lambda f, sr, fmax: np.arange(f, fmax + 1e-9, sr),
            "A cosine that runs backwards is the same cosine: k·sr - f has the same samples, too.",
        ),
        Mistake(
            "only k·sr - f",
            lambda f, sr, fmax: np.sort(np.abs(np.arange(0, fmax + f + 1e-9, sr) - f)),
            "k·sr + f has the same samples, too: whole turns cannot be seen.",
        ),
        Mistake(
            "negative frequencies in the list",
            lambda f, sr, fmax: np.sort(
                np.concatenate([np.arange(f, fmax + 1e-9, sr), -f - sr * np.arange(0, int(fmax // sr) + 1)])
            ),
            "A cosine of -3 kHz is one of 3 kHz: take the magnitude.",
        ),
        Mistake(
            "the tone itself left out",
            lambda f, sr, fmax: (lambda found: found[found != f])(_impostors(f, sr, fmax)),
            "The tone has its own samples: it belongs to the list.",
        ),
        Mistake(
            "multiples of sr/2",
            lambda f, sr, fmax: _impostors(f, sr / 2, fmax),
            "Half a turn more between two samples changes every second sign: only whole turns, k·sr, cannot be seen.",
        ),
    ),
    forbidden=("dspkit.sampling",),
)


def _feedback(y: np.ndarray, bits: int, weights: np.ndarray, rule: str = "") -> np.ndarray:
    """Error feedback, right or with one well-known mistake."""
    half, out = 2.0 ** (bits - 1), []
    past = [0.0] * len(weights)  # the newest error first
    for x in y:
        back = float(np.dot(weights, past[::-1] if rule == "oldest first" else past))
        wanted = x + back if rule == "added" else x - back
        level = np.floor(wanted * half + 0.5) / half
        if rule == "after":
            level = np.floor(x * half + 0.5) / half - back
            wanted = x
        past = [level - (x if rule == "of the sound" else wanted), *past[:-1]]
        out.append(level)
    return np.array(out)


_QUIET = 0.3 * np.sin(2 * np.pi * 0.013 * np.arange(80)) + 0.01

noise_shaped = Check(
    "noise shaping",
    lambda y, bits, weights: sampling.quantize(y, bits, shape=weights),
    (
        Case("a constant between two levels, in 3 bits, weights [1]", (np.full(12, 0.07), 3, np.array([1.0]))),
        Case("a slow sine in 4 bits, weights [2, −1]", (_QUIET, 4, np.array([2.0, -1.0]))),
        Case("a sound in 8 bits, weights [1.5, −0.8, 0.2]", (0.6 * _sound(4, 80), 8, np.array([1.5, -0.8, 0.2]))),
    ),
    (
        Mistake(
            "plain rounding, without feedback",
            lambda y, b, w: _levels(y, b),
            "Nothing is taken off the next samples: keep each error, and subtract its share from the next ones.",
        ),
        Mistake(
            "the errors added in place of taken off",
            lambda y, b, w: _feedback(y, b, w, "added"),
            "The error is what came out less what went into the rounding; take it OFF the next sample, or it piles up.",
        ),
        Mistake(
            "the error of the sound, not of what was rounded",
            lambda y, b, w: _feedback(y, b, w, "of the sound"),
            "Compare the level with what went into the rounding (sample less errors' share), not with the sample.",
        ),
        Mistake(
            "the errors taken off after rounding",
            lambda y, b, w: _feedback(y, b, w, "after"),
            "Take the last errors off before you round: what comes out must be a level.",
        ),
        Mistake(
            "the weights in the wrong order",
            lambda y, b, w: _feedback(y, b, w, "oldest first"),
            "weights[0] belongs to the newest error, weights[1] to the one before it.",
        ),
        Mistake(
            "only the newest error",
            lambda y, b, w: _feedback(y, b, w[:1]),
            "There are as many errors to remember as there are weights: move each one place on after every sample.",
        ),
    ),
    forbidden=("dspkit.sampling",),
)
