"""Sliders of lesson 06: butterflies stage by stage, and what any length costs."""

from __future__ import annotations

from ..viz import fast_fourier as pictures
from ..viz._style import Figure
from ._explorer import Explorer, choice, slider

__all__ = ["butterfly_stages", "transform_length"]


def butterfly_stages(*, n: int = 8, stage: int = 1) -> Explorer:
    """The flow graph of a radix-2 FFT, one stage in colour: which samples meet, and with which twiddle."""

    def draw(n: int, stage: int) -> Figure:
        return pictures.butterflies(n, stage=min(stage, n.bit_length() - 1))

    return Explorer(draw, n=choice("samples N", [2, 4, 8, 16], n), stage=slider("stage", stage, 1, 4, 1))


def transform_length(*, n: int = 360, longest: int = 512) -> Explorer:
    """The cost of a length from 2 to ``longest``: its factors, its operations, and where it lies among the others."""

    def draw(n: int) -> Figure:
        return pictures.length_costs(longest, mark=n)

    return Explorer(draw, n=slider("length N in samples", n, 2, longest, 1))
