"""Figures of lesson 04: a kernel that slides, what stands beyond the ends, and how far back an output sees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .._arrays import as_numbers
from .._validate import positive_int
from ..convolution import _MODES, Padding, conv1d, conv1d_output_length, conv1d_padding
from ..errors import ParameterError
from ..frames import extend
from ._style import COLOURS, Figure, figure, host, label, styled
from .sounds import _BOX

__all__ = ["kernel_steps", "padded_sounds", "receptive_field"]


@styled
def kernel_steps(
    x: Any,
    kernel: Any,
    *,
    at: Sequence[int] | None = None,
    stride: int = 1,
    padding: Padding = "valid",
    dilation: int = 1,
    title: str = "",
) -> Figure:
    """A kernel on its way along a sound: a row for each place, the sound on the left, what has come out on the right.

    Parameters
    ----------
    x, kernel : arrays (n,) and (k,)
        A few samples and taps: each product is written out.
    at : sequence of int, optional
        Which outputs get a row; the first four if not given.
    stride, padding, dilation
        As for :func:`dspkit.conv1d`; padding is drawn as empty boxes of zeros.

    """
    x, w = _row(x, "x"), _row(kernel, "kernel")
    how: dict[str, Any] = {"stride": stride, "padding": padding, "dilation": dilation}
    n_out = conv1d_output_length(x.size, w.size, **how)
    places = list(range(min(4, n_out))) if at is None else [positive_int(i, "at", minimum=0) for i in at]
    if not places or max(places) >= n_out:
        raise ParameterError(f"at={places}; expected some of the {n_out} outputs, 0 to {n_out - 1}.")
    left, right = conv1d_padding(x.size, w.size, **how)
    y = conv1d(x, w, **how)
    low, high = min(0.0, x.min(), w.min()), max(x.max(), 0.0)
    fig, axes = figure(
        len(places),
        2,
        height=1.5 if len(places) > 1 else 2.4,
        squeeze=False,
        sharex="col",
        gridspec_kw={"width_ratios": [2.2, 1]},
    )
    n = np.arange(-left, x.size + right)
    padded = np.pad(x, (left, right))
    for row, (place, (ax, out)) in enumerate(zip(places, axes, strict=True)):
        seen = place * stride - left + dilation * np.arange(w.size)
        inside = (n >= 0) & (n < x.size)
        face = [COLOURS[1] if i in seen else COLOURS[0] for i in n]
        ax.bar(n, padded, color=face, width=0.6)
        ax.plot(n[~inside], np.zeros(np.sum(~inside)), "s", mfc="white", mec="0.4", ms=7)
        for j, i in enumerate(seen):
            ax.text(i, high * 1.12 + 0.05, f"×{w[j]:g}", ha="center", va="bottom", color=COLOURS[1])
        ax.set_ylim(low * 1.2, high * 1.65 + 0.1)
        out.bar(np.arange(place), y[:place], color="0.6", width=0.6)
        out.bar([place], [y[place]], color=COLOURS[2], width=0.6)
        products = " + ".join(f"{w[j]:g}·{padded[i + left]:g}" for j, i in enumerate(seen))
        out.set_title(f"{products} = {y[place]:g}", fontsize=10, fontweight="normal", loc="right")
        out.set_xlim(-0.6, n_out - 0.4)
        out.set_ylim(min(0.0, 1.1 * y.min()), 1.1 * max(y.max(), 0.1))
        last = row == len(places) - 1
        for each in (ax, out):
            each.xaxis.get_major_locator().set_params(integer=True)
        label(ax, title=title if row == 0 else "", x="n [samples]" if last else "", y="x[n]")
        out.set_xlabel("n [outputs]" if last else "")
        out.set_ylabel("y[n]")
    return fig


@styled
def padded_sounds(x: Any, pad: int, *, modes: Sequence[str] = tuple(_MODES), title: str = "") -> Figure:
    """The same few samples, continued on both sides by each ``padding_mode``: a row for each, the own samples filled.

    ``x`` (n,); ``pad`` is the number of samples on either side, fewer than n.
    """
    x, pad = _row(x, "x"), positive_int(pad, "pad", unit="samples")
    if pad >= x.size:
        raise ParameterError(f"pad={pad} samples for a sound of {x.size}; expected fewer.")
    unknown = [mode for mode in modes if mode not in _MODES]
    if unknown or not modes:
        raise ParameterError(f"modes={list(modes)}; expected some of {', '.join(_MODES)}.")
    fig, axes = figure(len(modes), height=1.1, squeeze=False, sharex=True, sharey=True)
    n = np.arange(-pad, x.size + pad)
    inside = (n >= 0) & (n < x.size)
    low, high = min(0.0, x.min()), max(0.0, x.max())
    for i, (ax, mode) in enumerate(zip(axes[:, 0], modes, strict=True)):
        longer = extend(x, -pad, x.size + pad, _MODES[mode], pad)
        ax.axhline(0, color="black", lw=0.8)
        ax.vlines(n, 0, longer, color="0.7", lw=1.0)
        ax.plot(n[inside], longer[inside], "o", color=COLOURS[0], ms=6)
        ax.plot(n[~inside], longer[~inside], "o", mfc="white", mec=COLOURS[1], ms=6)
        ax.set_ylim(low - 0.1 * (high - low), high + 0.7 * (high - low))  # room for the name
        ax.text(0.995, 0.95, mode, transform=ax.transAxes, ha="right", va="top", bbox=_BOX)
        label(ax, title=title if i == 0 else "", x="n [samples]" if i == len(modes) - 1 else "", y="x[n]")
    return fig


@styled
def receptive_field(layers: Mapping[str, tuple[Sequence[int], Sequence[int]]], *, title: str = "") -> Figure:
    """Stacks of causal layers: which samples the last output sees, and through which nodes.

    ``layers`` maps a name to (kernel sizes, dilations), the first layer first. The sound is at the bottom.
    """
    if not layers:
        raise ParameterError("layers is empty; expected names and (kernel sizes, dilations).")
    fig, axes = figure(1, len(layers), height=3.0, squeeze=False, sharey=True)
    widest = max(1 + sum(d * (k - 1) for k, d in zip(*stack, strict=True)) for stack in layers.values())
    for ax, (name, (sizes, dilations)) in zip(axes[0], layers.items(), strict=True):
        depth, alive = len(sizes), {0}
        for level in range(depth, 0, -1):
            k, d = sizes[level - 1], dilations[level - 1]
            below = {i - d * j for i in alive for j in range(k)}
            for i in sorted(alive):
                for j in range(k):
                    ax.plot([i, i - d * j], [level, level - 1], color=COLOURS[0], lw=1.0, zorder=1)
            ax.plot(sorted(alive), [level] * len(alive), "o", color=COLOURS[0 if level < depth else 1], ms=6)
            alive = below
        seen = sorted(alive)
        ax.plot(range(-widest + 1, 1), [0] * widest, "o", mfc="white", mec="0.5", ms=5)
        ax.plot(seen, [0] * len(seen), "o", color=COLOURS[2], ms=5)
        ax.set_yticks(range(depth + 1), ["sound", *(f"layer {i + 1}" for i in range(depth))])
        ax.set_xlim(-widest + 0.2, 0.8)
        ax.xaxis.get_major_locator().set_params(integer=True)
        ax.grid(False)
        label(ax, title=f"{name}: {len(seen)} samples", x="time before now [samples]")
    if title:
        fig.suptitle(title, x=0.01, ha="left", fontweight="bold", fontsize=12)
    return fig


def _row(values: Any, name: str) -> np.ndarray:
    row = host(as_numbers(values, name=name)[0]).astype("float64")
    if row.ndim != 1 or not 0 < row.size <= 200:
        raise ParameterError(f"{name} has shape {row.shape}; expected one row of 1 to 200 numbers.")
    return row
