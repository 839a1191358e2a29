"""Figures of lesson 06: butterflies, what a length costs, and how things grow with the length."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from .. import fast_fourier
from .._validate import positive_int
from ..errors import ParameterError
from ._style import COLOURS, LINE_STYLES, Figure, figure, host, label, styled

__all__ = ["butterflies", "growth", "length_costs"]

PAPER = {"facecolor": "white", "edgecolor": "none", "pad": 0.6}  # behind a text, so that no line runs through it
MOST_SAMPLES = 32  # above so many, the lines of a butterfly diagram run together


@styled
def butterflies(n: int, *, stage: int | None = None, title: str = "") -> Figure:
    """The radix-2 FFT as a flow graph: samples in bit-reversed order on the left, bins in order on the right.

    A full line adds what it brings; a dashed line has been multiplied by the twiddle W^e that stands beside it
    (W = exp(−2πj/n)), and is added above and subtracted below.

    Parameters
    ----------
    n : int
        A power of two from 2 to 32.
    stage : int, optional
        The stage to be drawn in colour, from 1 to log2(n); without it, all of them.

    """
    order = fast_fourier.bit_reversal(n)
    if not 2 <= n <= MOST_SAMPLES:
        raise ParameterError(f"n={n}; a butterfly diagram can be read for n = 2 to {MOST_SAMPLES}.")
    stages = n.bit_length() - 1
    if stage is not None and positive_int(stage, "stage") > stages:
        raise ParameterError(f"stage={stage}; a transform of {n} samples has {stages} stages.")
    fig, ax = figure(height=1.2 + 0.28 * n)
    for s in range(stages):
        half, chosen = 1 << s, stage in (None, s + 1)
        ink = (COLOURS[0], COLOURS[1]) if chosen else ("0.8", "0.8")
        for top in (i for i in range(n) if not i & half):
            bottom, exponent = top + half, (top % half) * n // (2 * half)
            for end in (top, bottom):
                ax.plot([s, s + 1], [top, end], color=ink[0], linewidth=1.3, zorder=1 + chosen)
                ax.plot([s, s + 1], [bottom, end], color=ink[1], linestyle="--", linewidth=1.3, zorder=1 + chosen)
            if chosen and n <= 16:
                text = rf"$W^{{{exponent}}}$"
                ax.text(s + 0.06, bottom, text, va="center", fontsize=9, zorder=4, bbox=PAPER)
    columns, rows = np.meshgrid(np.arange(stages + 1), np.arange(n))
    ax.plot(columns.ravel(), rows.ravel(), "o", color="black", markersize=4, zorder=3)
    for row in range(n):
        ax.text(-0.06, row, f"x[{order[row]}]", ha="right", va="center", fontsize=10)
        ax.text(stages + 0.06, row, f"X[{row}]", ha="left", va="center", fontsize=10)
    ax.set(xlim=(-0.5, stages + 0.5), ylim=(n - 0.5, -0.7), yticks=[])
    ax.set_xticks(np.arange(stages) + 0.5, [f"stage {s + 1}:\nlength {1 << s} to {2 << s}" for s in range(stages)])
    ax.tick_params(length=0)
    ax.grid(visible=False)
    ax.spines[:].set_visible(False)
    pairs = n // 2
    label(
        ax,
        title=title
        or f"{n} samples: {stages} stage{'s' * (stages > 1)} of {pairs} butterfl{'ies' if pairs > 1 else 'y'}",
    )
    return fig


@styled
def growth(
    n: Any,
    curves: Mapping[str, Any],
    *,
    y_label: str,
    x_label: str = "Length N [samples]",
    limits: tuple[float, float] | None = None,
    title: str = "",
) -> Figure:
    """How quantities grow with the length: both axes logarithmic, so that a power of N is a straight line."""
    if not curves:
        raise ParameterError("curves is empty; expected names and values, such as {'N log N': counts}.")
    n = host(n)
    fig, ax = figure(height=3.6)
    for i, (name, values) in enumerate(curves.items()):
        style = {"color": COLOURS[i % len(COLOURS)], "linestyle": LINE_STYLES[i % len(LINE_STYLES)]}
        ax.plot(n, host(values), marker="os^Dv"[i % 5], markersize=5, label=name, **style)
    ax.set_xscale("log", base=2)
    ax.set_yscale("log")
    if limits is not None:
        ax.set_ylim(limits)
    ax.legend()
    label(ax, title=title, x=x_label, y=y_label)
    return fig


@styled
def length_costs(longest: int = 512, *, mark: int | None = None, title: str = "") -> Figure:
    """The operations that each length takes: by definition, split into its primes, or by Bluestein's chirp.

    Parameters
    ----------
    longest : int
        Lengths from 2 to this are drawn, at least 8.
    mark : int, optional
        A length to be pointed at, with its factors.

    """
    longest = positive_int(longest, "longest", minimum=8, unit="samples")
    n = np.arange(2, longest + 1)
    counts = [fast_fourier.operation_count(int(i)) for i in n]
    flops = np.array([c.flops for c in counts])
    split = np.array([c.method == "mixed radix" for c in counts])
    fig, ax = figure(height=3.8)
    ax.plot(n, [fast_fourier.dft_operations(int(i)).flops for i in n], color=COLOURS[6], label="by definition")
    ax.plot(n[split], flops[split], "o", color=COLOURS[0], markersize=3.5, label="mixed radix")
    ax.plot(n[~split], flops[~split], "^", color=COLOURS[1], markersize=3.5, label="Bluestein (a prime above 61)")
    ax.plot(n, 5 * n * np.log2(n), "--", color=COLOURS[2], label=r"$5 N\,\log_2 N$ (powers of two)")
    if mark is not None:
        mark = positive_int(mark, "mark", minimum=2)
        there = fast_fourier.operation_count(mark)
        ax.plot([mark], [there.flops], "o", markersize=13, markerfacecolor="none", color="black", markeredgewidth=2)
        factors = " · ".join(str(p) for p in fast_fourier.prime_factors(mark))
        less = fast_fourier.dft_operations(mark).flops / there.flops
        title = title or f"{mark} = {factors}: {there.flops:,} operations, {less:.1f} times fewer than the definition"
    ax.set_xscale("log", base=2)
    ax.set_yscale("log")
    ax.legend(loc="upper left")
    label(ax, title=title, x="Length N [samples]", y="Real operations")
    return fig
