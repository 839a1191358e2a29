"""Figures of lesson 02: swinging, strings, partials, and where notes lie."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .._arrays import as_numbers
from .._validate import positive_int, positive_number
from ..errors import ParameterError
from ..harmonics import Oscillation, standing_wave
from ._style import COLOURS, LINE_STYLES, Figure, figure, host, label, styled
from .sounds import _BOX

__all__ = ["motions", "partials", "pitches", "string_shapes"]


@styled
def motions(runs: Mapping[str, Oscillation], *, sr: float, title: str = "") -> Figure:
    """Oscillations from :func:`dspkit.harmonic_oscillator`: position above, energy below.

    ``runs`` maps names to oscillations; ``sr`` is their rate in hertz.
    """
    if not runs:
        raise ParameterError("runs is empty; expected names and what harmonic_oscillator returns.")
    rate = positive_number(sr, "sr", unit="hertz")
    fig, (top, low) = figure(2, height=2.0, sharex=True)
    for i, (name, run) in enumerate(runs.items()):
        t = np.arange(len(run.position)) / rate
        look = {"color": COLOURS[i % 6], "ls": LINE_STYLES[i % 6]}
        top.plot(t, run.position, **look)
        low.plot(t, run.energy, label=name, **look)
    low.set_ylim(0.0, None)
    low.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    label(top, title=title, y="Position [m]")
    label(low, x="Time [s]", y="Energy [J]")
    return fig


@styled
def string_shapes(n_modes: int = 4, *, freq: float | None = None, title: str = "") -> Figure:
    """The first modes of a string, at both ends of their swing, their nodes marked by dots.

    ``freq`` is the first mode's frequency in hertz; with it, each row says its own.
    """
    n = positive_int(n_modes, "n_modes")
    freq = None if freq is None else positive_number(freq, "freq", unit="hertz")
    fig, axes = figure(n, height=0.95, squeeze=False, sharex=True)
    x = np.linspace(0.0, 1.0, 301)
    for k, ax in enumerate(axes[:, 0], start=1):
        there, back = standing_wave(x, np.array([0.0, 1.0 / k]), mode=k).T
        ax.plot(x, there, color=COLOURS[0])
        ax.plot(x, back, color=COLOURS[1], ls="--")
        nodes = np.arange(k + 1) / k
        ax.plot(nodes, np.zeros(k + 1), "ko", ms=5)
        said = f"mode {k}" if freq is None else f"mode {k}: {k * freq:g} Hz"
        ax.text(0.995, 0.93, said, transform=ax.transAxes, ha="right", va="top", bbox=_BOX)
        ax.set_ylim(-1.3, 1.3)
        ax.set_yticks([])
        label(ax, title=title if k == 1 else "", x="Place on the string [its length]" if k == n else "")
    return fig


@styled
def partials(
    parts: Mapping[str, tuple[Any, Any]],
    *,
    fmax: float | None = None,
    range_db: float = 60.0,
    log: bool = False,
    title: str = "",
) -> Figure:
    """Partials as lines: where they are and how strong, a row for each sound, in dB below the strongest of each.

    Parameters
    ----------
    parts : name: (frequencies (k,) in hertz, amplitudes (k,))
        The sign of an amplitude does not matter.
    fmax : float, optional
        End of the frequency axis in hertz.
    range_db : float
        How far down the axis goes.
    log : bool
        Whether equal ratios are equally far apart.

    """
    if not parts:
        raise ParameterError("parts is empty; expected names and (frequencies, amplitudes).")
    depth = positive_number(range_db, "range_db", unit="dB")
    fig, axes = figure(len(parts), height=1.35 if len(parts) > 1 else 2.4, squeeze=False, sharex=True)
    for i, (ax, (name, (freqs, amplitudes))) in enumerate(zip(axes[:, 0], parts.items(), strict=True)):
        f, a = _row(freqs, "frequencies"), np.abs(_row(amplitudes, "amplitudes"))
        if f.shape != a.shape or not np.any(a > 0):
            raise ParameterError(f"{name}: {f.size} frequencies, {a.size} amplitudes; expected as many, not all 0.")
        level = np.maximum(20 * np.log10(np.maximum(a, 1e-30) / np.max(a)), -depth)
        ax.vlines(f, -depth, level, color=COLOURS[i % 6], lw=2.0)
        ax.plot(f[level > -depth], level[level > -depth], "o", color=COLOURS[i % 6], ms=4)
        ax.text(0.995, 0.95, name, transform=ax.transAxes, ha="right", va="top", bbox=_BOX)
        ax.set_ylim(-depth, 8)
        if log:
            ax.set_xscale("log")
        ax.set_xlim(None if log else 0.0, fmax)
        label(ax, title=title if i == 0 else "", x="Frequency [Hz]" if i == len(parts) - 1 else "", y="Level [dB]")
    return fig


@styled
def pitches(freqs: Any, names: Sequence[str], *, title: str = "") -> Figure:
    """The same notes on an axis of hertz, and on one of ratios.

    ``freqs`` (k,) are in hertz; ``names`` has one for each, "" for none.
    """
    f = _row(freqs, "freqs")
    if len(names) != f.size or np.any(f <= 0):
        raise ParameterError(f"{f.size} frequencies, {len(names)} names; expected as many, and all hertz above 0.")
    fig, axes = figure(2, height=1.15)
    for ax, scale in zip(axes, ("linear", "log"), strict=True):
        ax.set_xscale(scale)
        ax.plot(f, np.zeros(f.size), "|", color=COLOURS[0], ms=22, mew=1.6)
        for place, name in zip(f, names, strict=True):
            ax.text(place, 0.55, name, ha="center", va="bottom")
        ax.set_ylim(-0.6, 1.5)
        ax.set_yticks([])
        if scale == "log":
            named = [float(place) for place, name in zip(f, names, strict=True) if name]
            ax.set_xticks(named, [f"{place:.0f}" for place in named])
            ax.set_xticks([], minor=True)
    label(axes[0], title=title, x="Frequency [Hz], equal differences")
    label(axes[1], x="Frequency [Hz], equal ratios")
    return fig


def _row(values: Any, name: str) -> np.ndarray:
    row = host(as_numbers(values, name=name)[0])
    if row.ndim != 1 or row.size == 0:
        raise ParameterError(f"{name} has shape {row.shape}; expected one row of numbers, (k,).")
    return row
