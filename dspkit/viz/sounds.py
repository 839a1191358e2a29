"""Figures of sounds: waveforms from far away and from so near that samples are seen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from .._arrays import Array, as_samples
from .._validate import positive_number
from ..errors import ParameterError
from ._style import COLOURS, LINE_STYLES, Figure, figure, host, label, styled

__all__ = ["lines", "waveform", "waveforms", "zoom"]

AMPLITUDE = "Amplitude [1 = full scale]"
MANY = 4000  # above so many samples, the eye sees only the extremes of each column of pixels
FEW = 120  # up to so many, each sample gets a dot


@styled
def waveform(
    y: Array,
    sr: float,
    *,
    start: float = 0.0,
    duration: float | None = None,
    limit: float | None = None,
    mark: tuple[float, float] | None = None,
    title: str = "",
) -> Figure:
    """A sound against time: one row for each channel, dots for the samples where there are few.

    Parameters
    ----------
    y : array (n,) or (channels, n)
    sr : float
        Sample rate in hertz.
    start, duration : float
        The part to draw, in seconds.
    limit : float, optional
        The amplitude axis runs from −limit to limit; without it, to a little more than the peak.
    mark : (float, float), optional
        A stretch to shade, in seconds.

    """
    y = _sound(y)
    rows = np.atleast_2d(y)
    fig, axes = figure(len(rows), height=2.6 if len(rows) == 1 else 1.9, squeeze=False, sharex=True)
    limit = limit or _limit(rows)
    for channel, (ax, row) in enumerate(zip(axes[:, 0], rows, strict=True)):
        _draw(ax, row, sr, start, duration)
        ax.set_ylim(-limit, limit)
        if mark is not None:
            ax.axvspan(*mark, color=COLOURS[4], alpha=0.35, lw=0)
        name = AMPLITUDE if len(rows) == 1 else f"Channel {channel}"
        label(ax, title=title if channel == 0 else "", x="Time [s]" if channel == len(rows) - 1 else "", y=name)
    return fig


@styled
def waveforms(sounds: Mapping[str, Array], sr: float | Mapping[str, float], *, title: str = "") -> Figure:
    """Sounds one above the other on the same time and amplitude axes, so that lengths and levels can be compared.

    ``sounds`` maps a name to samples (n,); ``sr`` is their rate in hertz, or maps each name to its own.
    """
    if not sounds:
        raise ParameterError("sounds is empty; expected names and samples, such as {'before': y, 'after': z}.")
    rows = {name: np.atleast_2d(_sound(y))[0] for name, y in sounds.items()}
    rates = {name: sr[name] if isinstance(sr, Mapping) else sr for name in rows}
    fig, axes = figure(len(rows), height=1.7, squeeze=False, sharex=True)
    limit = max(_limit(y) for y in rows.values())
    for i, (ax, (name, y)) in enumerate(zip(axes[:, 0], rows.items(), strict=True)):
        _draw(ax, y, rates[name], 0.0, None)
        ax.set_xlim(0.0, max(y.size / rates[name] for name, y in rows.items()))
        ax.set_ylim(-limit, limit)
        ax.text(0.995, 0.97, name, transform=ax.transAxes, ha="right", va="top", bbox=_BOX)
        label(ax, title=title if i == 0 else "", x="Time [s]" if i == len(rows) - 1 else "", y="Amplitude")
    return fig


_BOX = {"facecolor": "white", "alpha": 0.85, "edgecolor": "none", "pad": 2.0}


@styled
def zoom(y: Array, sr: float, *, at: float, widths: tuple[float, ...] = (0.02, 0.002), title: str = "") -> Figure:
    """The whole sound, then narrower and narrower parts around ``at``: each shaded in the row above.

    ``at`` and ``widths`` are in seconds; of several channels the first is drawn.
    """
    y = np.atleast_2d(_sound(y))[0]
    sr = positive_number(sr, "sr", unit="hertz")
    end = y.size / sr
    if not 0 <= at <= end:
        raise ParameterError(f"at={at:g} s is outside the sound, which is {end:g} s long.")
    views = [(0.0, end)]
    for width in widths:
        width = min(positive_number(width, "widths", unit="seconds"), views[-1][1] - views[-1][0])
        left = min(max(at - width / 2, views[-1][0]), views[-1][1] - width)
        views.append((left, left + width))
    fig, axes = figure(len(views), height=1.9, squeeze=False)
    for i, (ax, (left, right)) in enumerate(zip(axes[:, 0], views, strict=True)):
        _draw(ax, y, sr, left, right - left)
        ax.set_xlim(left, right)
        if i + 1 < len(views):
            ax.axvspan(*_at_least(views[i + 1], (right - left) / 150), color=COLOURS[4], alpha=0.5, lw=0)
        label(ax, title=title if i == 0 else "", x="Time [s]" if i == len(views) - 1 else "", y="Amplitude")
    return fig


@styled
def lines(
    x: Any,
    curves: Mapping[str, Any],
    *,
    x_label: str,
    y_label: str,
    title: str = "",
    log_x: bool = False,
    x_limits: tuple[float, float] | None = None,
    y_limits: tuple[float, float] | None = None,
) -> Figure:
    """Curves over a common axis, told apart by colour and by line style, with a legend if there are several."""
    if not curves:
        raise ParameterError("curves is empty; expected names and values, such as {'measured': y}.")
    fig, ax = figure()
    x = host(x)
    for i, (name, values) in enumerate(curves.items()):
        style = {"color": COLOURS[i % len(COLOURS)], "linestyle": LINE_STYLES[i % len(LINE_STYLES)]}
        ax.plot(x, host(values), label=name, **style)
    if log_x:
        ax.set_xscale("log")
    ax.set_xlim(x_limits)
    ax.set_ylim(y_limits)
    if len(curves) > 1:
        ax.legend()
    label(ax, title=title, x=x_label, y=y_label)
    return fig


def _sound(y: Array) -> np.ndarray:
    y, _ = as_samples(y)
    y = host(y)
    if y.ndim > 2 or (y.ndim == 2 and y.shape[0] > 16):
        raise ParameterError(f"y has shape {y.shape}; expected (n,) or (channels, n), time last. Hand over y.T?")
    return y


def _limit(y: np.ndarray) -> float:
    return 1.08 * max(float(np.max(np.abs(y))), 1e-6)


def _at_least(view: tuple[float, float], width: float) -> tuple[float, float]:
    """A stretch too narrow to be seen, widened around its middle."""
    middle, half = (view[0] + view[1]) / 2, max(view[1] - view[0], width) / 2
    return middle - half, middle + half


def _draw(
    ax: Axes, y: np.ndarray, sr: float, start: float, duration: float | None, *, colour: str = COLOURS[0]
) -> None:
    """One channel from ``start`` on: as a filled outline, a line, or a line with dots."""
    sr = positive_number(sr, "sr", unit="hertz")
    first = round(positive_number(start, "start", unit="seconds", zero=True) * sr)
    if duration is not None:
        duration = positive_number(duration, "duration", unit="seconds")
    stop = y.size if duration is None else min(y.size, first + max(1, round(duration * sr) + 1))
    part = y[first:stop]
    if part.size == 0:
        raise ParameterError(f"start={start:g} s is at or after the end of the sound, which is {y.size / sr:g} s long.")
    t = (first + np.arange(part.size)) / sr
    if part.size > MANY:
        columns = 1500
        edges = np.linspace(0, part.size, columns, endpoint=False).astype(int)
        low, high = np.minimum.reduceat(part, edges), np.maximum.reduceat(part, edges)
        ax.fill_between(t[edges], low, high, color=colour, lw=0.4)
    else:
        dots: dict[str, Any] = {"marker": "o", "markersize": 4} if part.size <= FEW else {}
        ax.plot(t, part, color=colour, lw=1.0 if dots else 1.2, **dots)
        if dots:
            ax.vlines(t, 0.0, part, color=colour, lw=0.8, alpha=0.4)
    if part.size > 1:
        ax.set_xlim(t[0], t[-1])
