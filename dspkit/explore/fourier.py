"""Sliders of lesson 05: the winding machine, and two tones that come apart or do not."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .. import fourier
from .._arrays import as_samples, to_numpy
from .._validate import positive_number
from ..errors import ParameterError
from ..viz import fourier as pictures
from ..viz._style import Figure
from ._explorer import Explorer, slider

__all__ = ["two_tones", "winding_machine"]


def winding_machine(x: Any, *, cycles: float = 2.5, highest: float = 12.0) -> Explorer:
    """Wind a signal around the origin, at a speed you choose, and see its mean move.

    Parameters
    ----------
    x : real array (n,)
        A short signal: up to some hundred samples can be seen.
    cycles : float
        Turns in the n samples, where the slider starts.
    highest : float
        Where it ends; at most n/2.

    """
    x, _ = as_samples(x, name="x")
    x = to_numpy(x)
    if x.ndim != 1:
        raise ParameterError(f"x has shape {tuple(x.shape)}; expected one channel, shape (n,).")
    highest = min(float(highest), x.size / 2)
    at = np.linspace(0.0, highest, 481)
    curve = at, np.abs(fourier.dtft(x, 2 * math.pi * at / x.size)) / x.size

    def draw(cycles: float) -> Figure:
        return pictures.winding_and_spectrum(x, round(cycles, 2), curve)

    return Explorer(draw, cycles=slider("turns in the whole sound", min(cycles, highest), 0.0, highest, 0.05))


def two_tones(*, sr: float = 8000.0, freq: float = 1000.0, distance: float = 20.0, milliseconds: int = 25) -> Explorer:
    """Two equally strong tones, ``distance`` hertz apart: seen for how long, and padded how far?

    Only the time that was listened to brings them apart. Zeros behind it draw the same curve with more points.

    Parameters
    ----------
    sr, freq : float
        Sample rate, and the frequency of the lower tone, in hertz; up to 250 Hz above it are shown.
    distance, milliseconds
        Where the sliders start: the distance of the tones in hertz, and how long they are heard.

    """
    sr = positive_number(sr, "sr", unit="hertz")
    freq = positive_number(freq, "freq", unit="hertz")
    if not 150 <= freq <= sr / 2 - 250:
        raise ParameterError(
            f"{freq=:g} Hz; expected 150 to {sr / 2 - 250:g} Hz, so that the neighbourhood can be shown."
        )

    def draw(distance: float, milliseconds: int, padding: int) -> Figure:
        tones = (freq, freq + distance)
        n = round(milliseconds / 1000 * sr)
        t = np.arange(n) / sr
        x = 0.25 * (np.sin(2 * math.pi * tones[0] * t) + np.sin(2 * math.pi * tones[1] * t))
        low, high = freq - 150, freq + 250
        at = np.linspace(low, high, 401)
        curve = 2 / n * np.abs(fourier.dtft(x, 2 * math.pi * at / sr))
        n_fft = padding * n
        freqs = np.arange(math.ceil(low * n_fft / sr), math.floor(high * n_fft / sr) + 1) * sr / n_fft
        values = 2 / n * np.abs(fourier.dtft(x, 2 * math.pi * freqs / sr))
        return pictures.bins(
            freqs,
            values,
            curve=(at, curve),
            marks={"tone 1": tones[0], "tone 2": tones[1]},
            fmin=low,
            fmax=high,
            title=f"{milliseconds} ms of sound: 1/T = {1000 / milliseconds:.0f} Hz; a bin every {sr / n_fft:.1f} Hz",
        )

    return Explorer(
        draw,
        distance=slider("distance of the tones [Hz]", distance, 5, 100, 1),
        milliseconds=slider("listening time [ms]", milliseconds, 10, 200, 5),
        padding=slider("length with zeros ÷ length", 1, 1, 8, 1),
    )
