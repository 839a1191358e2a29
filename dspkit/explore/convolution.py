"""Sliders of lesson 04: a kernel that slides when you let it, and what stride, padding and dilation make of it."""

from __future__ import annotations

from typing import Any

import ipywidgets as widgets

from .._validate import one_of
from ..convolution import conv1d_output_length
from ..errors import ParameterError
from ..viz._style import Figure, host
from ..viz.convolution import kernel_steps
from ._explorer import Explorer, choice, slider

__all__ = ["sliding_kernel"]


def sliding_kernel(
    x: Any = (2, 3, 4, 5, 2, 0, 1, 3),
    kernel: Any = (1, 2),
    *,
    place: int = 0,
    stride: int = 1,
    padding: str = "valid",
    dilation: int = 1,
) -> Explorer:
    """A kernel at one place of a sound. Press play, or move it; then change stride, padding, dilation.

    ``x`` (n,) and ``kernel`` (k,) are a few numbers; ``place`` counts outputs.
    """
    x, w = host(x).astype("float64"), host(kernel).astype("float64")
    if x.ndim != 1 or w.ndim != 1 or not w.size <= x.size <= 40:
        raise ParameterError(f"x has shape {x.shape} and kernel {w.shape}; expected (n,) and (k,), k ≤ n ≤ 40.")
    padding = one_of(padding, ("valid", "same", "causal"), "padding")

    def draw(place: int, stride: int, padding: str, dilation: int) -> Figure:
        how: dict[str, Any] = {"stride": stride, "padding": padding, "dilation": dilation}
        n_out = conv1d_output_length(x.size, w.size, **how)
        here = min(place, n_out - 1)
        said = f"Output y[{here}], one of {n_out}: stride {stride}, {padding}, dilation {dilation}"
        return kernel_steps(x, w, at=[here], **how, title=said)

    explorer = Explorer(
        draw,
        place=slider("place (output)", place, 0, x.size - 1, 1),
        stride=slider("stride (samples)", stride, 1, 4, 1),
        padding=choice("padding", ["valid", "same", "causal"], padding),
        dilation=slider("dilation (samples)", dilation, 1, 4, 1),
    )
    play = widgets.Play(value=place, min=0, max=x.size - 1, interval=700, description="slide")
    widgets.jslink((play, "value"), (explorer.controls["place"], "value"))
    explorer.children = (play, *explorer.children)
    return explorer
