"""Slider of lesson 15: one length for the items of a batch."""

from __future__ import annotations

from collections.abc import Sequence

from ..errors import ParameterError
from ..viz._style import Figure
from ..viz.datasets import batch_lengths
from ._explorer import Explorer, slider

__all__ = ["batch_length"]


def batch_length(lengths: Sequence[int] = (42, 61, 75, 80, 98, 120, 150, 201), *, length: int = 90) -> Explorer:
    """Bring items of some ``lengths`` (in frames) to one ``length``: how much is cut off, and how much is padding?"""
    lengths = [int(n) for n in lengths]
    if not lengths or min(lengths) < 1:
        raise ParameterError(f"lengths={lengths}; expected one number of frames or more.")
    most = max(lengths)

    def draw(length: int) -> Figure:
        return batch_lengths(lengths, length)

    return Explorer(draw, length=slider("length (frames)", min(length, most), 1, most, 1))
