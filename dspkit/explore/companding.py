"""Sliders of lesson 13: a sound made quieter under two codecs, and the choice of μ."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .._arrays import as_samples
from .._validate import one_of
from ..companding import a_compress, a_expand, mu_compress, mu_expand, snr_against_level
from ..errors import ParameterError
from ..sampling import quantize
from ..signals import vowels
from ..viz._style import Figure, host
from ..viz.companding import snr_over_level
from ..viz.sampling import levels_of
from ._explorer import Explorer, choice, slider

__all__ = ["companding_level", "companding_strength"]

LEVELS = np.arange(-80.0, -19.9, 2.0)
STRENGTHS = [1, 5, 15, 50, 100, 255, 1000, 5000]


def _linear(y: np.ndarray) -> np.ndarray:
    return quantize(y, 8)


def _mu_law(y: np.ndarray, mu: float = 255.0) -> np.ndarray:
    return mu_expand(_linear(mu_compress(y, mu=mu)), mu=mu)


def _a_law(y: np.ndarray) -> np.ndarray:
    return a_expand(_linear(a_compress(y)))


LAWS = {"μ-law": _mu_law, "A-law": _a_law}


def companding_level(y: Any = None, *, level: float = -40.0, law: str = "μ-law") -> Explorer:
    """A piece of a sound in 8 bits, with equal steps and companded: turn the sound down, and see who loses it.

    ``y`` are samples (n,) at 8000 Hz, a vowel if not given; ``level`` is its RMS in dB below full scale, from −70 to
    −20 (or less, where peaks would be above full scale).
    """
    y = _one_channel(y)
    law, highest = one_of(law, LAWS, "law"), _highest_level(y)

    def draw(level: float, law: str) -> Figure:
        x = y * (10 ** (level / 20) / np.sqrt(np.mean(y**2)))
        codecs = {"8 bits, equal steps": _linear, f"8 bits, {law}": LAWS[law]}
        ratios = [float(snr_against_level(codec, [level], y=y)[0]) for codec in codecs.values()]
        title = (
            f"At {level:g} dB the error lies {ratios[0]:.0f} dB below the sound with equal steps, {ratios[1]:.0f} dB"
        )
        piece = slice(y.size // 3, y.size // 3 + 160)
        sounds = {"the sound": x[piece], **{name: codec(x)[piece] for name, codec in codecs.items()}}
        return levels_of(sounds, sr=8000, title=f"{title} with {law}")

    return Explorer(
        draw, level=slider("level (dB)", min(level, highest), -70, highest, 1), law=choice("law", list(LAWS), law)
    )


def companding_strength(y: Any = None, *, mu: int = 255) -> Explorer:
    """Sound over error against level, in 8 bits: the choice of μ, between flat and high.

    ``y`` are samples (n,), a vowel if not given; ``mu`` is one of 1, 5, 15, 50, 100, 255, 1000, 5000.
    """
    y = _one_channel(y)
    highest = _highest_level(y)
    levels = LEVELS[: np.searchsorted(LEVELS, highest, side="right")]
    linear = snr_against_level(_linear, levels, y=y)

    def draw(mu: int) -> Figure:
        curve = snr_against_level(lambda x: _mu_law(x, mu), levels, y=y)
        within = np.ptp(curve[levels >= -50])
        best, top = np.max(curve), -levels[-1]
        title = f"μ = {mu}: best {best:.0f} dB, and {within:.0f} dB between levels of −50 and −{top:.0f} dB"
        return snr_over_level(levels, {"equal steps": linear, f"μ = {mu}": curve}, title=title)

    return Explorer(draw, mu=choice("μ", STRENGTHS, mu))


def _one_channel(y: Any) -> np.ndarray:
    y = host(as_samples(vowels("a", sr=8000, duration=0.5) if y is None else y)[0]).astype(np.float64)
    if y.ndim != 1 or y.size < 500 or not np.any(y):
        raise ParameterError(
            f"y has shape {y.shape}; expected one channel of a sound, 500 samples or more, not silent."
        )
    return y


def _highest_level(y: np.ndarray) -> int:
    """The level in dB, −20 at most, at which no peak of ``y`` is above full scale."""
    return min(-20, math.floor(20 * math.log10(np.sqrt(np.mean(y**2)) / np.max(np.abs(y)))))
