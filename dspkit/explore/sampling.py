"""Sliders of lesson 01: a tone beyond sr/2, and fewer and fewer bits."""

from __future__ import annotations

import numpy as np

from .._validate import positive_number
from ..sampling import alias_frequency, quantize
from ..viz._style import Figure
from ..viz.sampling import rounding, tone_and_alias
from ._explorer import Explorer, choice, slider

__all__ = ["alias", "bits"]


def alias(*, freq: float = 7000.0, sr: float = 8000.0) -> Explorer:
    """A tone, its samples, and the tone up to sr/2 that has the same ones; beside it, the fold."""
    sr = positive_number(sr, "sr", unit="hertz")

    def draw(freq: float) -> Figure:
        heard = float(alias_frequency(freq, sr))
        same = "is heard as it is" if heard == freq else f"has the samples of one of {heard:g} Hz"
        title = f"Sampled at {sr:g} Hz, a tone of {freq:g} Hz {same}"
        return tone_and_alias(freq, heard, sr=sr, title=title)

    return Explorer(draw, freq=slider("frequency (Hz)", freq, 500, 15_500, 500))


def bits(*, bits: int = 3, kind: str = "mid-tread", amplitude: float = 1.0) -> Explorer:
    """A sine in a few bits: where its samples go, and which value becomes which."""

    def draw(bits: int, kind: str, amplitude: float) -> Figure:
        y = amplitude * np.sin(2 * np.pi * 1.5 * np.arange(480) / 480)
        q = quantize(y, bits, kind=kind)
        used = len(np.unique(q))
        title = f"{used} of {2**bits} levels {'is' if used == 1 else 'are'} used"
        return rounding(y, {kind: q}, bits=bits, every=16, title=title)

    return Explorer(
        draw,
        bits=slider("bits", bits, 1, 8, 1),
        kind=choice("kind", ["mid-tread", "mid-rise"], kind),
        amplitude=slider("amplitude (1 = full scale)", amplitude, 0.05, 1.0, 0.05),
    )
