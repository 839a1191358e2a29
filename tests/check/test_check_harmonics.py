"""The homework checks of lesson 02: libraries pass, mistakes are named however they are written."""

import numpy as np
import pytest

import dspkit as dk


def librosa_midi(f):
    return pytest.importorskip("librosa").hz_to_midi(f)


def dspkit_tone(freqs, amplitudes, sr, n):
    return dk.additive(freqs, amplitudes, sr=sr, duration=n / sr, dtype="float64")


def interpolated_string(x, t, position):
    corners = [0, position, 2 - position, 2], [0, 1, -1, 0]
    return sum(np.interp((x + way * t) % 2, *corners) for way in (2, -2)) / 2


RIGHT = [
    (dk.check.hz_to_midi, librosa_midi),
    (dk.check.hz_to_midi, dk.hz_to_midi),
    (dk.check.interval_in_cents, dk.cents),
    (dk.check.interval_in_cents, lambda f1, f2: 100 * (dk.hz_to_midi(f2) - dk.hz_to_midi(f1))),
    (dk.check.plucked_string, interpolated_string),
    (dk.check.additive_tone, dspkit_tone),
]

WRONG = [
    (dk.check.hz_to_midi, lambda f: 69 + 12 * np.log(f / 440.0), "the natural logarithm"),
    (dk.check.hz_to_midi, lambda f: dk.hz_to_midi(f) - 12, "an octave too low"),
    (dk.check.interval_in_cents, lambda f1, f2: dk.hz_to_midi(f2) - dk.hz_to_midi(f1), "semitones"),
    (dk.check.interval_in_cents, lambda f1, f2: dk.cents(f2, f1), "the other way round"),
    (dk.check.plucked_string, lambda x, t, b: interpolated_string(x, t / 2, b), "half as fast"),
    (dk.check.plucked_string, lambda x, t, b: sum(
        np.interp((x + way * t) % 1, [0, b, 1], [0, 1, 0]) for way in (2, -2)) / 2, "repeats after one length"),
    (dk.check.plucked_string, lambda x, t, b: sum(
        np.interp(x + way * t, [0, b, 1], [0, 1, 0], left=0, right=0) for way in (2, -2)) / 2, "never come back"),
    (dk.check.additive_tone, lambda freqs, amplitudes, sr, n: sum(
        a * np.sin(2 * np.pi * f * np.arange(n) / sr) for f, a in zip(freqs, amplitudes, strict=True)),
     "partials above sr/2 left in"),
    (dk.check.additive_tone, lambda freqs, amplitudes, sr, n: sum(
        a * np.sin(2 * np.pi * f * np.linspace(0, n / sr, n))
        for f, a in zip(freqs, amplitudes, strict=True) if f < sr / 2), "time stretched to the end"),
]  # fmt: skip


@pytest.mark.parametrize(("check", "function"), RIGHT)
def test_right_answers_pass(check, function):
    verdict = check(function)
    assert verdict, verdict


@pytest.mark.parametrize(("check", "function", "name"), WRONG)
def test_mistakes_are_named_however_they_are_written(check, function, name):
    verdict = check(function)
    assert verdict.status == "recognised", verdict
    assert name in verdict.mistake
