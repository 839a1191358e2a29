"""Figures of lesson 05: a sound compared with waves, phasors that wind, bins and the curve behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from .._validate import positive_int, positive_number
from ..errors import ParameterError
from ._style import COLOURS, LINE_STYLES, Figure, figure, host, label, styled

__all__ = ["bin_panels", "bins", "inner_product", "phasor_matrix", "winding", "winding_and_spectrum"]


@styled
def inner_product(
    x: Any, waves: Mapping[str, Any], *, title: str = "Same frequency: the product leans to one side"
) -> Figure:
    """A signal compared with waves: for each, the two curves above, their product below, and its sum.

    Parameters
    ----------
    x : real array (n,)
        The signal.
    waves : mapping of str to real array (n,)
        The waves it is compared with, by the names that head the columns; one to three of them.
    title : str
        The finding, above the first column; the others are headed by their names.

    """
    x = _line(x, "x")
    if not 1 <= len(waves) <= 3:
        raise ParameterError(f"got {len(waves)} waves; expected one to three: more are too small to read.")
    fig, axes = figure(2, len(waves), height=1.9, sharex=True, sharey="row", squeeze=False)
    m = np.arange(x.size)
    for (name, wave), top, bottom in zip(waves.items(), axes[0], axes[1], strict=True):
        wave = _line(wave, name)
        if wave.size != x.size:
            raise ParameterError(f"{name} has {wave.size} samples, the signal {x.size}; expected as many of each.")
        top.plot(m, x, color=COLOURS[0], label="signal")
        top.plot(m, wave, color=COLOURS[1], linestyle=LINE_STYLES[1], label="wave")
        product = x * wave
        bottom.fill_between(m, product, where=product >= 0, color=COLOURS[0], alpha=0.7, linewidth=0, step="mid")
        bottom.fill_between(m, product, where=product < 0, color=COLOURS[1], alpha=0.7, linewidth=0, step="mid")
        bottom.axhline(0, color="black", linewidth=0.8)
        label(top, title=name)
        label(bottom, title=f"sum of the products: {round(float(np.sum(product)), 1) + 0.0:.1f}", x="Sample")
    axes[0, 0].set_ylabel("Value")
    axes[1, 0].set_ylabel("Product")
    axes[0, 0].legend(loc="upper right", ncols=2, handlelength=1.5)
    low, high = axes[0, 0].get_ylim()
    axes[0, 0].set_ylim(low, high + 0.35 * (high - low))  # room for the legend
    fig.suptitle(title, x=0.01, ha="left", fontweight="bold")
    return fig


@styled
def winding(
    x: Any, cycles: float | Sequence[float], *, title: str = "Only the right speed gathers on one side"
) -> Figure:
    """A signal wound around the origin, one sample after the other, and the mean of all its points.

    Sample m is drawn at ``x[m] * exp(-2j * pi * cycles * m / n)``. The arrow goes to the mean: the value of the
    Fourier transform at that many cycles, over n.

    Parameters
    ----------
    x : real array (n,)
        The signal.
    cycles : float or sequence of float
        How many turns are made in the n samples; one picture for each.

    """
    x = _line(x, "x")
    turns = np.atleast_1d(np.asarray(cycles, dtype="float64"))
    fig, axes = figure(1, turns.size, width=min(9.0, 3.3 * turns.size), height=3.4, squeeze=False)
    for ax, c in zip(axes[0], turns, strict=True):
        mean = _wind(ax, x, c)
        label(ax, title=f"{c:g} turns: |mean| = {abs(mean):.2f}", x="Real part", y="Imaginary part")
    fig.suptitle(title, x=0.01, ha="left", fontweight="bold")
    return fig


@styled
def winding_and_spectrum(x: Any, cycles: float, curve: Any, *, title: str = "") -> Figure:
    """The signal wound ``cycles`` times, beside the curve that the length of the arrow draws.

    Parameters
    ----------
    x : real array (n,)
        The signal.
    cycles : float
        Turns in the n samples.
    curve : pair of real arrays (k,)
        Turns, and the distance of the mean from the origin at each: ``abs(dtft(x, omega)) / n``.

    """
    x = _line(x, "x")
    at, distance = (_line(c, "curve") for c in curve)
    fig, (left, right) = figure(1, 2, height=3.8, width_ratios=(1, 1.6))
    mean = _wind(left, x, cycles)
    label(left, title="The sound, wound up", x="Real part", y="Imaginary part")
    right.plot(at, distance, color=COLOURS[0])
    right.plot([cycles], [abs(mean)], "o", color=COLOURS[1], markersize=9)
    right.vlines([cycles], 0, [abs(mean)], color=COLOURS[1])
    right.set_ylim(0, None)
    label(
        right,
        title=title or f"{cycles:g} turns: the mean lies {abs(mean):.3f} from 0",
        x="Turns in the whole sound",
        y="Distance of the mean from 0",
    )
    return fig


def _wind(ax: Axes, x: np.ndarray, cycles: float) -> complex:
    z = x * np.exp(-2j * np.pi * cycles * np.arange(x.size) / x.size)
    mean = complex(np.mean(z))
    reach = 1.1 * max(float(np.max(np.abs(x))), 1e-12)
    ax.plot(z.real, z.imag, color=COLOURS[0], linewidth=0.9, alpha=0.6)
    ax.plot(z.real, z.imag, ".", color=COLOURS[0], markersize=3.5)
    ax.annotate(
        "", (mean.real, mean.imag), (0, 0), arrowprops={"arrowstyle": "-|>", "color": COLOURS[1], "linewidth": 2.4}
    )
    ax.plot([mean.real], [mean.imag], "o", color=COLOURS[1], markeredgecolor="black", markersize=8)
    ax.set(xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal")
    return mean


@styled
def phasor_matrix(W: Any, *, title: str = "Row k of the DFT's matrix turns k times, clockwise") -> Figure:
    """A matrix of phasors as clock hands: row k is the wave that bin k compares the signal with.

    Parameters
    ----------
    W : complex array (rows, columns)
        Numbers of magnitude 1, such as ``dk.dft_matrix(8)``; up to 32 × 32, or nothing can be seen.

    """
    W = host(W)
    if W.ndim != 2 or max(W.shape) > 32:
        raise ParameterError(f"W has shape {tuple(W.shape)}; expected a matrix of at most 32 rows and columns.")
    rows, columns = W.shape
    fig, ax = figure(width=max(0.45 * columns + 1.6, 6.2), height=0.45 * rows + 1.2)
    k, m = np.mgrid[:rows, :columns]
    angle = np.linspace(0, 2 * np.pi, 41)
    for row, column in zip(k.flat, m.flat, strict=True):
        ax.plot(column + 0.42 * np.cos(angle), row + 0.42 * np.sin(angle), color="0.8", linewidth=0.8)
    ax.quiver(
        m, k, W.real, W.imag, color=COLOURS[0], angles="uv", scale_units="x", scale=1 / 0.42, width=0.035,
        units="x", headwidth=3.2, headlength=3.5, headaxislength=3.2,
    )  # fmt: skip
    ax.set(
        xlim=(-0.6, columns - 0.4), ylim=(rows - 0.4, -0.6), aspect="equal", xticks=range(columns), yticks=range(rows)
    )
    ax.grid(visible=False)
    label(ax, title=title, x="Sample m", y="Bin k")
    return fig


@styled
def bins(
    freqs: Any,
    values: Any,
    *,
    curve: Any = None,
    marks: Mapping[str, float] | None = None,
    fmin: float = 0.0,
    fmax: float | None = None,
    title: str = "Where the sound has its energy",
    quantity: str = "Amplitude",
    unit: str = "Hz",
) -> Figure:
    """Values at the bins of a DFT, as stems; the continuous curve they lie on can be drawn behind them.

    Parameters
    ----------
    freqs, values : real arrays (n_bins,)
        Frequencies of the bins, and what is drawn there.
    curve : pair of real arrays (k,), optional
        Frequencies and values of the curve.
    marks : mapping of str to float, optional
        Frequencies to be marked, by the words that are written there.
    fmin, fmax : float, optional
        The part that is shown.

    """
    fig, ax = figure()
    _stems(ax, freqs, values, curve, marks or {}, fmin, fmax)
    label(ax, title=title, x=f"Frequency [{unit}]" if unit else "Bin", y=quantity)
    return fig


@styled
def bin_panels(
    panels: Mapping[str, Sequence[Any]],
    *,
    marks: Mapping[str, float] | None = None,
    fmin: float = 0.0,
    fmax: float | None = None,
    title: str = "",
    quantity: str = "Amplitude",
) -> Figure:
    """Several :func:`bins` one below the other, on the same axes: what changes and what does not.

    Parameters
    ----------
    panels : mapping of str to (freqs, values) or (freqs, values, curve)
        One panel for each, headed by its name.

    """
    fig, axes = figure(
        positive_int(len(panels), "number of panels"), 1, height=1.9, sharex=True, sharey=True, squeeze=False
    )
    for (name, (freqs, values, *curve)), ax in zip(panels.items(), axes[:, 0], strict=True):
        _stems(ax, freqs, values, curve[0] if curve else None, marks or {}, fmin, fmax)
        label(ax, title=name, y=quantity)
    axes[-1, 0].set_xlabel("Frequency [Hz]")
    if title:
        fig.suptitle(title, x=0.01, ha="left", fontweight="bold")
    return fig


def _stems(
    ax: Axes, freqs: Any, values: Any, curve: Any, marks: Mapping[str, float], fmin: float, fmax: float | None
) -> None:
    freqs, values = _line(freqs, "freqs"), _line(values, "values")
    if freqs.size != values.size:
        raise ParameterError(f"{freqs.size} frequencies came with {values.size} values; expected as many of each.")
    fmax = float(freqs[-1]) if fmax is None else positive_number(fmax, "fmax", unit="hertz")
    shown = (freqs >= fmin) & (freqs <= fmax)
    if curve is not None:
        at, height = (_line(c, "curve") for c in curve)
        inside = (at >= fmin) & (at <= fmax)
        ax.plot(at[inside], height[inside], color=COLOURS[4], linewidth=1.4, label="the curve behind the bins")
    for i, (word, f) in enumerate(marks.items()):  # neighbours on two heights, so that they do not cover each other
        ax.axvline(f, color="0.45", linewidth=1.0, linestyle=":")
        ax.annotate(
            word, (f, 1.0), (3, -3 - 13 * (i % 2)), xycoords=("data", "axes fraction"), textcoords="offset points",
            va="top", fontsize=10,
        )  # fmt: skip
    few = np.count_nonzero(shown) <= 400
    if few:
        ax.vlines(freqs[shown], 0, values[shown], color=COLOURS[0], linewidth=1.4)
    ax.plot(freqs[shown], values[shown], "o" if few else "-", color=COLOURS[0], markersize=4)
    margin = 0.01 * (fmax - fmin)
    ax.set_xlim(fmin - margin, fmax + margin)
    if not np.any(values < 0):
        ax.set_ylim(0, (1.25 if marks else 1.05) * ax.get_ylim()[1] / 1.05)


def _line(values: Any, name: str) -> np.ndarray:
    """One row of real numbers to be drawn."""
    array = np.atleast_1d(host(values))
    if array.ndim != 1 or array.size == 0 or np.iscomplexobj(array):
        kind = "complex" if np.iscomplexobj(array) else "real"
        raise ParameterError(
            f"{name} is {kind} of shape {tuple(array.shape)}; expected one row of real numbers: choose a channel, "
            f"or take abs()."
        )
    return array
