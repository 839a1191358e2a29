"""Sliders of lesson 01: a tone beyond sr/2, and fewer and fewer bits."""

from __future__ import annotations

import numpy as np

from .._validate import positive_number
from ..sampling import alias_frequency, quantize, snr
from ..viz._style import Figure
from ..viz.sampling import levels_of, samples_of_tones
from ._explorer import Explorer, choice, slider

__all__ = ["alias", "bits"]


def alias(*, freq: float = 7000.0, sr: float = 8000.0) -> Explorer:
    """A tone, its samples, and the tone below sr/2 that has the same ones."""
    sr = positive_number(sr, "sr", unit="hertz")

    def draw(freq: float) -> Figure:
        heard = float(alias_frequency(freq, sr))
        same = "is what it is" if heard == freq else f"cannot be told from one of {heard:g} Hz"
        return samples_of_tones([freq, heard], sr=sr, title=f"Sampled at {sr:g} Hz, a tone of {freq:g} Hz {same}")

    return Explorer(draw, freq=slider("frequency (Hz)", freq, 500, 15_500, 500))


def bits(*, bits: int = 4, kind: str = "mid-tread", sr: float = 8000.0) -> Explorer:
    """Three periods of a sine in a few bits."""
    sr = positive_number(sr, "sr", unit="hertz")
    y = 0.9 * np.sin(2 * np.pi * 3 * np.arange(240) / 240)

    def draw(bits: int, kind: str) -> Figure:
        q = quantize(y, bits, kind=kind)
        title = f"{2**bits} levels: the error lies {float(snr(y, q)):.0f} dB below the sound"
        return levels_of({"sound": y, f"{bits} bits, {kind}": q}, sr=sr, title=title)

    return Explorer(draw, bits=slider("bits", bits, 1, 8, 1), kind=choice("kind", ["mid-tread", "mid-rise"], kind))
