"""Sliders of lessons 11 and 12: how loud a tone is, and what a limiter does."""

from __future__ import annotations

import numpy as np

from .._validate import positive_number
from ..hearing import a_weighting, equal_loudness_contour
from ..loudness import integrated_loudness
from ..normalization import limit
from ..viz._style import Figure
from ..viz.loudness import curves_over_frequency
from ..viz.normalization import gain_curve
from ._explorer import Explorer, slider

__all__ = ["equal_loudness", "limiter"]


def equal_loudness(*, phon: float = 40.0) -> Explorer:
    """One contour, upside down, beside the A-weighting: at which level do they fit?"""
    f = np.geomspace(20, 12_500, 150)
    A = a_weighting(f)

    def draw(phon: float) -> Figure:
        ear = phon - equal_loudness_contour(phon, f)
        off = np.max(np.abs(ear - A)[f >= 100])
        title = f"At {phon:g} phon the A-weighting is off by up to {off:.0f} dB (from 100 Hz on)"
        curves = {"A-weighting": A, f"contour of {phon:g} phon, upside down": ear}
        return curves_over_frequency(f, curves, ylim=(-80, 15), title=title)

    return Explorer(draw, phon=slider("loudness level (phon)", phon, 20, 80, 5))


def limiter(y: np.ndarray, sr: float, *, gain: float = 12.0, release: float = 50.0) -> Explorer:
    """A sound made louder by ``gain`` dB, then limited to -1 dBFS: how much louder is it?

    ``release`` in milliseconds. Drawn are the waveform before and after, and the gain between them.
    """
    sr = positive_number(sr, "sr", unit="hertz")

    def draw(gain: float, release: float) -> Figure:
        wanted = y * 10 ** (gain / 20)
        louder = limit(wanted, sr, ceiling=-1.0, release=release / 1e3)
        got = float(integrated_loudness(louder, sr)) - float(integrated_loudness(y, sr))
        title = f"Asked for {gain:g} dB, {got:.1f} dB louder"
        return gain_curve(wanted, louder, sr, title=title)

    return Explorer(
        draw,
        gain=slider("gain (dB)", gain, 0, 30, 1),
        release=slider("release (ms)", release, 5, 500, 5),
    )
