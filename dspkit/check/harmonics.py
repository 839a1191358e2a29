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


def _plucked(n_modes: int, position: float) -> np.ndarray:
    n = np.arange(1, n_modes + 1)
    return 2 * np.sin(n * np.pi * position) / (n**2 * np.pi**2 * position * (1 - position))


plucked_string = Check(
    "plucked_string",
    _plucked,
    (
        Case("one mode, in the middle", (1, 0.5)),
        Case("ten modes, a fifth from the end", (10, 0.2)),
        Case("seven modes, near the end", (7, 0.03)),
        Case("six modes, past the middle", (6, 0.7)),
    ),
    (
        Mistake(
            "modes counted from 0",
            lambda n_modes, position: np.append(0.0, _plucked(n_modes, position))[:-1],
            "Mode 0 would be no motion. The first has n = 1: np.arange(1, n_modes + 1).",
        ),
        Mistake(
            "n in place of n²",
            lambda n_modes, position: _plucked(n_modes, position) * np.arange(1, n_modes + 1),
            "Displacements of a plucked string fall with n². With n alone it is the force on the bridge.",
        ),
        Mistake(
            "no π in the sine",
            lambda n_modes, position: (
                2
                * np.sin(np.arange(1, n_modes + 1) * position)
                / (np.arange(1, n_modes + 1) ** 2 * np.pi**2 * position * (1 - position))
            ),
            "The sine must be 0 at both ends of the string: sin(n·π·position).",
        ),
        Mistake(
            "2π in the sine",
            lambda n_modes, position: (
                2
                * np.sin(2 * np.pi * np.arange(1, n_modes + 1) * position)
                / (np.arange(1, n_modes + 1) ** 2 * np.pi**2 * position * (1 - position))
            ),
            "The first mode is half a period long on the string: sin(n·π·position).",
        ),
        Mistake(
            "a cosine",
            lambda n_modes, position: (
                2
                * np.cos(np.pi * np.arange(1, n_modes + 1) * position)
                / (np.arange(1, n_modes + 1) ** 2 * np.pi**2 * position * (1 - position))
            ),
            "A string is held at its ends; a cosine is largest there. Take the sine.",
        ),
        Mistake(
            "π, not π², below",
            lambda n_modes, position: np.pi * _plucked(n_modes, position),
            "n and π stand there squared, both.",
        ),
        Mistake(
            "the factor 2 forgotten",
            lambda n_modes, position: _plucked(n_modes, position) / 2,
            "The mean of sin² over the string is 1/2; the 2 above makes up for it.",
        ),
        Mistake(
            "the triangle's height forgotten",
            lambda n_modes, position: _plucked(n_modes, position) * position * (1 - position),
            "position · (1 − position) below makes the plucked point stand at 1.",
        ),
        Mistake(
            "sizes without signs",
            lambda n_modes, position: np.abs(_plucked(n_modes, position)),
            "A negative amplitude is a mode that starts the other way up: keep the sign.",
        ),
        Mistake(
            "a struck string",
            lambda n_modes, position: (
                2 * np.sin(np.pi * np.arange(1, n_modes + 1) * position) / (np.arange(1, n_modes + 1) * np.pi)
            ),
            "That falls with n, as after a blow. A pluck falls with n².",
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
