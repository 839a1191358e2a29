"""Figures of lesson 14: what goes through a GPU's memory, how fast it could be, and who waits for whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..errors import ParameterError
from ._style import COLOURS, LINE_STYLES, Figure, figure, label, styled

__all__ = ["crossover", "roofline", "timeline", "traffic"]


@styled
def traffic(ways: Mapping[str, Mapping[str, float]], *, title: str = "") -> Figure:
    """Bytes a sample for each way to compute the same, as bars put together from their steps.

    Parameters
    ----------
    ways : name: {step: bytes a sample}
        As :func:`dspkit.cuda.mel_traffic` gives it.
    title : str
        The finding.

    """
    if not ways or not all(ways.values()):
        raise ParameterError("ways is empty; expected names and steps, such as dk.cuda.mel_traffic() gives.")
    fig, ax = figure(height=1.0 + 0.8 * len(ways))
    for row, steps in enumerate(ways.values()):
        left = 0.0
        for k, (step, amount) in enumerate(steps.items()):
            ax.barh(row, amount, left=left, height=0.6, color=COLOURS[k % len(COLOURS)], edgecolor="white")
            if amount > 0.1 * max(sum(s.values()) for s in ways.values()):
                ax.text(left + amount / 2, row, step, ha="center", va="center", color="white", fontsize=10)
            left += amount
        ax.text(left, row, f" {left:.0f}", va="center", fontweight="bold")
    ax.set_yticks(range(len(ways)), list(ways))
    ax.invert_yaxis()
    ax.grid(visible=False, axis="y")
    ax.margins(x=0.08)
    label(ax, title=title, x="Bytes read and written for each sample of the sound")
    return fig


@styled
def roofline(points: Mapping[str, float], *, memory_rate: float, arithmetic_rate: float, title: str = "") -> Figure:
    """How fast a computation can be at best, by how much it computes with each byte that it moves.

    Parameters
    ----------
    points : name: operations a byte
        Each stands on the roof, at the rate that it can reach.
    memory_rate, arithmetic_rate : float
        Bytes and operations a second: the slope of the roof, and its top.
    title : str
        The finding.

    """
    if not points or min(points.values()) <= 0:
        raise ParameterError(f"points={dict(points)}; expected names and operations a byte, above zero.")
    ridge = arithmetic_rate / memory_rate
    low, high = min(*points.values(), ridge) / 4, max(*points.values(), ridge) * 4
    intensity = np.geomspace(low, high, 200)
    fig, ax = figure(height=3.6)
    ax.loglog(intensity, np.minimum(intensity * memory_rate, arithmetic_rate) / 1e12, color="0.35")
    ax.axvline(ridge, color="0.6", linestyle=":", linewidth=1.2)
    ax.text(ridge, 1.4 * low * memory_rate / 1e12, f" ridge: {ridge:.0f} operations a byte", color="0.35", fontsize=10)
    for k, (name, x) in enumerate(points.items()):
        y = min(x * memory_rate, arithmetic_rate) / 1e12
        ax.plot([x], [y], marker="os^D"[k % 4], markersize=9, color=COLOURS[k % len(COLOURS)], linestyle="none")
        ax.annotate(
            f"{name}: {y:.3g} of {arithmetic_rate / 1e12:.3g}", (x, y), xytext=(8, -16), textcoords="offset points"
        )
    ax.margins(y=0.2)
    label(ax, title=title, x="Operations for each byte moved", y="10¹² operations\na second")
    return fig


@styled
def timeline(events: Sequence[tuple[str, str, float, float]], *, read: Sequence[float] = (), title: str = "") -> Figure:
    """Who does what, when: the host's row above, the device's below.

    Parameters
    ----------
    events : sequence of (who, what, begin, end)
        As :attr:`dspkit.cuda.SimulatedGPU.events`; times in seconds.
    read : sequence of float
        When the host read its clock: a dashed line each.
    title : str
        The finding.

    """
    if not events:
        raise ParameterError("events is empty; run something on the SimulatedGPU first.")
    kinds = list(dict.fromkeys(what for _, what, _, _ in events))
    fig, ax = figure(height=2.2)
    for who, what, begin, end in events:
        k = kinds.index(what)
        ax.barh(
            ["host", "device"].index(who), 1e3 * (end - begin), left=1e3 * begin, height=0.6,
            color=COLOURS[k % len(COLOURS)], edgecolor="white", linewidth=0.5, label=what,
            hatch=["", "//"][what == "wait"],
        )  # fmt: skip
    for when in read:
        ax.axvline(1e3 * when, color="0.2", linestyle="--", linewidth=1.4, label="clock read")
    handles, names = ax.get_legend_handles_labels()
    first = dict(reversed(list(zip(names, handles, strict=True))))
    ax.legend(list(first.values())[::-1], list(first)[::-1], loc="upper left", bbox_to_anchor=(1.0, 1.0))
    ax.set_yticks([0, 1], ["host", "device"])
    ax.invert_yaxis()
    ax.grid(visible=False, axis="y")
    label(ax, title=title, x="Time [ms]")
    return fig


@styled
def crossover(
    samples: Any,
    seconds: Mapping[str, Any],
    *,
    marks: Mapping[str, float] = {},
    title: str = "",
) -> Figure:
    """Time against length, on logarithmic axes: where the lines cross, the GPU begins to pay.

    Parameters
    ----------
    samples : sequence of float
        Lengths of the sound.
    seconds : name: sequence of float
        A line each.
    marks : name: samples
        Dotted lines, such as the crossing points; those that are infinite are left out.
    title : str
        The finding.

    """
    lengths = np.asarray(samples, dtype=float)
    fig, ax = figure(height=3.4)
    for k, (name, values) in enumerate(seconds.items()):
        taken = np.asarray(values, dtype=float)
        if taken.shape != lengths.shape:
            raise ParameterError(f"{name!r} has {taken.size} times for {lengths.size} lengths; expected as many.")
        style = LINE_STYLES[k % len(LINE_STYLES)]
        ax.loglog(lengths, 1e3 * taken, color=COLOURS[k % len(COLOURS)], linestyle=style, label=name)
    for name, where in marks.items():
        if np.isfinite(where):
            ax.axvline(where, color="0.5", linestyle=":", linewidth=1.2)
            ax.text(where, ax.get_ylim()[0] * 1.3, f" {name}", color="0.35", fontsize=10)
    ax.legend(loc="upper left")
    label(ax, title=title, x="Samples", y="Time [ms]")
    return fig
