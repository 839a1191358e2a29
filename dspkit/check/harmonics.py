"""Checks for ``notebooks/homework/02_harmonics.ipynb``."""

from __future__ import annotations

from typing import Any

import numpy as np

from ._check import Case, Check, Mistake

__all__ = ["additive_tone", "hz_to_midi", "interval_in_cents", "plucked_string"]

hz_to_midi = Check(
    "hz_to_midi",
    lambda f: 69 + 12 * np.log2(f / 440),
    (
        Case("the A of 440 Hz", (np.array([440.0]),)),
        Case("octaves of it", (np.array([110.0, 220.0, 880.0]),)),
        Case("notes between the keys", (np.array([27.5, 261.6, 1000.0, 15000.0]),)),
    ),
    (
        Mistake(
            "the natural logarithm",
            lambda f: 69 + 12 * np.log(f / 440),
            "An octave is a doubling: np.log2 counts doublings, np.log does not.",
        ),
        Mistake(
            "the logarithm to base 10",
            lambda f: 69 + 12 * np.log10(f / 440),
            "An octave is a doubling: np.log2 counts doublings, np.log10 counts tenfolds.",
        ),
        Mistake(
            "an octave too low",
            lambda f: 57 + 12 * np.log2(f / 440),
            "The A of 440 Hz is A4, number 69; 57 is A3, of 220 Hz.",
        ),
        Mistake(
            "an octave too high",
            lambda f: 81 + 12 * np.log2(f / 440),
            "The A of 440 Hz is number 69; 81 is the A of 880 Hz.",
        ),
        Mistake(
            "counted from 60, middle C",
            lambda f: 60 + 12 * np.log2(f / 440),
            "60 is a C, of 261.63 Hz. 440 Hz is 69.",
        ),
        Mistake(
            "counted from 0 at 440 Hz",
            lambda f: 12 * np.log2(f / 440),
            "Those are semitones above 440 Hz, which itself is number 69: add it.",
        ),
        Mistake(
            "8 steps to the octave",
            lambda f: 69 + 8 * np.log2(f / 440),
            "An octave is named after the eighth white key; black ones counted, it has 12 steps.",
        ),
        Mistake(
            "7 steps to the octave",
            lambda f: 69 + 7 * np.log2(f / 440),
            "There are 7 white keys and 5 black ones: 12 equal steps.",
        ),
        Mistake(
            "rounded to whole keys",
            lambda f: np.round(69 + 12 * np.log2(f / 440)),
            "Right, and then rounded: fractions were asked.",
        ),
        Mistake(
            "a straight line through 440 Hz",
            lambda f: 69 + 12 * (f / 440 - 1),
            "Equal ratios are equal steps, not equal differences: take log2 of the ratio.",
        ),
    ),
)

interval_in_cents = Check(
    "interval_in_cents",
    lambda f1, f2: 1200 * np.log2(f2 / f1),
    (
        Case("an octave up", (220.0, 440.0)),
        Case("a fifth up", (300.0, 450.0)),
        Case("a little down", (441.0, 440.0)),
        Case("two octaves and a bit down", (1000.0, 240.0)),
    ),
    (
        Mistake(
            "the natural logarithm",
            lambda f1, f2: 1200 * np.log(f2 / f1),
            "1200 cents are a doubling: np.log2.",
        ),
        Mistake(
            "the logarithm to base 10",
            lambda f1, f2: 1200 * np.log10(f2 / f1),
            "1200 cents are a doubling: np.log2.",
        ),
        Mistake(
            "semitones",
            lambda f1, f2: 12 * np.log2(f2 / f1),
            "A semitone has 100 cents.",
        ),
        Mistake(
            "octaves",
            lambda f1, f2: np.log2(f2 / f1),
            "An octave has 1200 cents.",
        ),
        Mistake(
            "the other way round",
            lambda f1, f2: 1200 * np.log2(f1 / f2),
            "From f1 to f2: positive when f2 is the higher one, so f2 stands above.",
        ),
        Mistake(
            "the size without the sign",
            lambda f1, f2: abs(1200 * np.log2(f2 / f1)),
            "An interval down is negative: no abs.",
        ),
        Mistake(
            "a difference in hertz",
            lambda f1, f2: f2 - f1,
            "Ten hertz are much at 100 Hz and nothing at 10,000. Take the ratio, then log2.",
        ),
        Mistake(
            "percent",
            lambda f1, f2: 100 * (f2 / f1 - 1),
            "That is by how many percent f2 is higher. Cents are a logarithm: 1200·log2 of the ratio.",
        ),
        Mistake(
            "a ratio without the logarithm",
            lambda f1, f2: 1200 * f2 / f1,
            "log2 of the ratio is what adds up from interval to interval.",
        ),
    ),
)


def _corner(x: np.ndarray, position: float) -> np.ndarray:
    """The triangle of height 1, its corner at ``position``; ``x`` from 0 to 1."""
    return np.minimum(x / position, (1 - x) / (1 - position))


def _flipped(x: np.ndarray, position: float) -> np.ndarray:
    """The triangle continued beyond the string: upside down, so that it repeats after two lengths."""
    inside = (x + 1) % 2 - 1
    return np.sign(inside) * _corner(np.abs(inside), position)


def _waves(x: np.ndarray, t: float, position: float, wave: Any = _flipped, speed: float = 2.0) -> np.ndarray:
    return (wave(x - speed * t, position) + wave(x + speed * t, position)) / 2


plucked_string = Check(
    "plucked_string",
    lambda x, t, position: _waves(x, t, position),
    (
        Case("a string that has not been let go yet", (np.array([0.0, 0.1, 0.2, 0.6, 1.0]), 0.0, 0.2)),
        Case("a moment when nothing has come back from an end", (np.linspace(0.2, 0.8, 7), 0.05, 0.5)),
        Case("a quarter of a period", (np.linspace(0.0, 1.0, 12), 0.25, 0.3)),
        Case("half a period", (np.linspace(0.0, 1.0, 12), 0.5, 0.2)),
        Case("many periods later", (np.linspace(0.0, 1.0, 9), 7.15, 0.35)),
    ),
    (
        Mistake(
            "waves that come back the right way up",
            lambda x, t, position: _waves(x, t, position, lambda p, b: np.abs(_flipped(p, b))),
            "A fixed end throws a wave back upside down: only then do the two add up to 0 there.",
        ),
        Mistake(
            "waves that never come back",
            lambda x, t, position: _waves(
                x, t, position, lambda p, b: np.where((p >= 0) & (p <= 1), _flipped(p, b), 0.0)
            ),
            "Beyond its ends the triangle goes on: upside down, and again after every two lengths.",
        ),
        Mistake(
            "a triangle that repeats after one length",
            lambda x, t, position: _waves(x, t, position, lambda p, b: _corner(p % 1, b)),
            "Between 1 and 2 the wave is the triangle upside down and mirrored; it repeats after two lengths.",
        ),
        Mistake(
            "a flipped triangle that is not mirrored",
            lambda x, t, position: _waves(
                x, t, position, lambda p, b: np.where(p % 2 <= 1, _corner(p % 1, b), -_corner(p % 1, b))
            ),
            "An end is a mirror, too: at p beyond it stands what stood at p before it, with the other sign.",
        ),
        Mistake(
            "two whole triangles",
            lambda x, t, position: 2 * _waves(x, t, position),
            "Each wave is half of the triangle: at the start the two must add up to it.",
        ),
        Mistake(
            "only the wave to the right",
            lambda x, t, position: _flipped(x - 2 * t, position),
            "Half of the triangle runs to the right, the other half to the left.",
        ),
        Mistake(
            "only the wave to the left",
            lambda x, t, position: _flipped(x + 2 * t, position),
            "Half of the triangle runs to the right, the other half to the left.",
        ),
        Mistake(
            "half as fast",
            lambda x, t, position: _waves(x, t, position, speed=1.0),
            "In one period a wave runs there and back, two lengths: it moves by 2·t.",
        ),
        Mistake(
            "an angle in place of a distance",
            lambda x, t, position: _waves(x, t, position, speed=2 * np.pi),
            "x and t count lengths and periods: in one period a wave runs two lengths, no 2π.",
        ),
        Mistake(
            "the corner at the other end",
            lambda x, t, position: _waves(x, t, 1 - position),
            "The triangle is highest at position, counted from x = 0.",
        ),
        Mistake(
            "a corner that is not at 1",
            lambda x, t, position: _waves(x, t, position) * position * (1 - position),
            "The triangle rises as x/position and falls as (1 − x)/(1 − position): its corner stands at 1.",
        ),
        Mistake(
            "a triangle that swings where it is",
            lambda x, t, position: _corner(x, position) * np.cos(2 * np.pi * t),
            "That would be right for one mode. A triangle splits into two waves, which run apart.",
        ),
    ),
)


def _sum(
    freqs: np.ndarray, amplitudes: np.ndarray, sr: float, n: int, wave: Any = np.sin, turn: float = 2 * np.pi
) -> np.ndarray:
    angles = turn * freqs[:, None] * np.arange(n) / sr
    return amplitudes @ wave(angles)


def _below(freqs: np.ndarray, amplitudes: np.ndarray, sr: float) -> tuple[np.ndarray, np.ndarray]:
    return freqs[freqs < sr / 2], amplitudes[freqs < sr / 2]


additive_tone = Check(
    "additive_tone",
    lambda freqs, amplitudes, sr, n: _sum(*_below(freqs, amplitudes, sr), sr, n),
    (
        Case("one partial", (np.array([100.0]), np.array([0.5]), 8000, 50)),
        Case("three partials", (np.array([110.0, 220.0, 331.0]), np.array([0.3, -0.2, 0.1]), 8000, 100)),
        Case("one of three lies above sr/2", (np.array([900.0, 3600.0, 4500.0]), np.array([0.3, 0.2, 0.1]), 8000, 60)),
        Case("one lies at sr/2", (np.array([1000.0, 2000.0]), np.array([0.3, 0.2]), 4000, 40)),
    ),
    (
        Mistake(
            "partials above sr/2 left in",
            lambda freqs, amplitudes, sr, n: _sum(freqs, amplitudes, sr, n),
            "They come back as other frequencies (lesson 01). Leave out what is at sr/2 or above.",
        ),
        Mistake(
            "cosines",
            lambda freqs, amplitudes, sr, n: _sum(*_below(freqs, amplitudes, sr), sr, n, np.cos),
            "Every partial starts at 0, going up: a sine.",
        ),
        Mistake(
            "no 2π",
            lambda freqs, amplitudes, sr, n: _sum(*_below(freqs, amplitudes, sr), sr, n, np.sin, 1.0),
            "np.sin counts angles in radians: a whole turn is 2π.",
        ),
        Mistake(
            "π in place of 2π",
            lambda freqs, amplitudes, sr, n: _sum(*_below(freqs, amplitudes, sr), sr, n, np.sin, np.pi),
            "A whole turn is 2π: this sounds an octave too low.",
        ),
        Mistake(
            "time counted from the second sample",
            lambda freqs, amplitudes, sr, n: _sum(*_below(freqs, amplitudes, sr), sr, n + 1)[1:],
            "Sample 0 is at time 0: np.arange(n) / sr.",
        ),
        Mistake(
            "time stretched to the end (np.linspace)",
            lambda freqs, amplitudes, sr, n: _sum(*_below(freqs, amplitudes, sr), sr * (n - 1) / n, n),
            "np.linspace(0, n/sr, n) counts its end: its steps are n/(n−1) too long. Use np.arange(n) / sr.",
        ),
        Mistake(
            "the mean of the partials",
            lambda freqs, amplitudes, sr, n: _sum(*_below(freqs, amplitudes, sr), sr, n) / len(freqs),
            "Add them: no division by their number.",
        ),
        Mistake(
            "amplitudes ignored",
            lambda freqs, amplitudes, sr, n: _sum(*_below(freqs, np.ones_like(amplitudes), sr), sr, n),
            "Each sine is multiplied by its own amplitude.",
        ),
        Mistake(
            "scaled to a peak of 1",
            lambda freqs, amplitudes, sr, n: (lambda y: y / np.max(np.abs(y)))(
                _sum(*_below(freqs, amplitudes, sr), sr, n)
            ),
            "The amplitudes say how loud it is: leave it so.",
        ),
    ),
)
