"""Figures of lesson 03: features over the sound they come from, sign changes, a sound beside itself, pitch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from .._arrays import as_numbers
from .._validate import positive_int, positive_number
from ..errors import ParameterError
from ..time_domain import autocorrelation, zero_crossings
from ._style import COLOURS, LINE_STYLES, Figure, figure, host, label, styled
from .sounds import _BOX, AMPLITUDE, _draw, _sound

__all__ = ["feature_curves", "lag", "pitch_tracks", "sign_changes"]


@styled
def feature_curves(
    y: Any,
    sr: float,
    curves: Mapping[str, Any],
    *,
    hop_length: int | Mapping[str, int],
    panels: bool = False,
    start: float = 0.0,
    duration: float | None = None,
    title: str = "",
) -> Figure:
    """A sound in grey and what was measured on it, frame by frame, on the same axes.

    Parameters
    ----------
    y : array (n,)
        Samples.
    sr : float
        Sample rate in hertz.
    curves : name: array (n_frames,)
        Values of the unit of the samples, from centred frames: frame ``t`` stands at ``t * hop_length / sr``.
    hop_length : int, or name: int
        Distance between frames in samples, for all curves or for each.
    panels : bool
        Whether each curve gets a row of its own.
    start, duration : float
        The part to draw, in seconds.

    """
    y, rate = _line(_sound(y)), positive_number(sr, "sr", unit="hertz")
    if not curves:
        raise ParameterError(
            "curves is empty; expected names and values, such as {'RMS': dk.rms(y, frame_length=512)}."
        )
    fig, axes = figure(len(curves) if panels else 1, height=1.5 if panels else 3.0, squeeze=False, sharex=True)
    rows = axes[:, 0]
    for ax in rows:
        _draw(ax, y, rate, start, duration, colour="0.7")
    limits = rows[0].get_xlim()
    for i, (name, values) in enumerate(curves.items()):
        ax = rows[i if panels else 0]
        hop = hop_length[name] if isinstance(hop_length, Mapping) else hop_length
        values = _line(values, name)
        t = np.arange(values.size) * positive_int(hop, "hop_length", unit="samples") / rate
        k = 0 if panels else i
        ax.plot(t, values, color=COLOURS[1 - k if k < 2 else k], ls=LINE_STYLES[k], lw=2.0, label=name)
        if panels:
            ax.text(0.995, 0.95, name, transform=ax.transAxes, ha="right", va="top", bbox=_BOX)
    if not panels and len(curves) > 1:
        low, high = rows[0].get_ylim()
        rows[0].set_ylim(low, high + 0.15 * (high - low))  # room for the legend
        rows[0].legend(loc="upper right", ncols=len(curves), frameon=True, framealpha=0.85, edgecolor="none")
    for i, ax in enumerate(rows):
        ax.set_xlim(limits)
        name = "Amplitude" if panels else AMPLITUDE
        label(ax, title=title if i == 0 else "", x="Time [s]" if i == len(rows) - 1 else "", y=name)
    return fig


@styled
def sign_changes(sounds: Mapping[str, Any], sr: float, *, title: str = "") -> Figure:
    """Short sounds one above the other, each change of sign marked by a dot, and counted.

    Parameters
    ----------
    sounds : name: array (n,)
        Some hundred samples each; every row has its own amplitude axis.
    sr : float
        Sample rate in hertz.

    """
    rate = positive_number(sr, "sr", unit="hertz")
    if not sounds:
        raise ParameterError("sounds is empty; expected names and samples, such as {'hiss': y}.")
    fig, axes = figure(len(sounds), height=1.45, squeeze=False, sharex=True)
    for i, (ax, (name, y)) in enumerate(zip(axes[:, 0], sounds.items(), strict=True)):
        y = _line(y)
        m = np.flatnonzero(zero_crossings(y, pad=False))
        # The straight line between two neighbours crosses 0 at this part of the step.
        between = m - 1 + y[m - 1] / (y[m - 1] - y[m])
        ax.axhline(0, color="black", lw=0.8)
        ax.plot(np.arange(y.size) * 1000 / rate, y, color=COLOURS[0], lw=1.2)
        ax.plot(between * 1000 / rate, np.zeros(m.size), "o", color=COLOURS[1], ms=4, zorder=3)
        said = f"{name}: {m.size} changes of sign, rate {m.size / y.size:.3f}"
        ax.text(0.995, 0.96, said, transform=ax.transAxes, ha="right", va="top", bbox=_BOX)
        peak = max(float(np.max(np.abs(y))), 1e-6)
        ax.set_ylim(-1.1 * peak, 1.5 * peak)
        ax.margins(x=0.0)
        label(ax, title=title if i == 0 else "", x="Time [ms]" if i == len(sounds) - 1 else "", y="Amplitude")
    return fig


@styled
def lag(
    y: Any,
    lag: int,
    *,
    sr: float,
    max_size: int | None = None,
    scale: str = "biased",
    marks: Mapping[str, float] | None = None,
    title: str = "",
) -> Figure:
    """A frame and the same frame some samples later; below, the autocorrelation with that lag marked.

    Parameters
    ----------
    y : array (n,)
        The frame.
    lag : int
        By how many samples the copy is late.
    sr : float
        Sample rate in hertz.
    max_size : int, optional
        How many lags are drawn; half a frame if not given.
    scale : {"biased", "unbiased"}
        As for :func:`dspkit.autocorrelation`; drawn relative to lag 0.
    marks : name: lag in samples, optional
        Further lags to point at.

    """
    y, rate = _line(y), positive_number(sr, "sr", unit="hertz")
    lag = positive_int(lag, "lag", minimum=0, unit="samples")
    size = y.size // 2 if max_size is None else positive_int(max_size, "max_size", unit="lags")
    if lag >= min(size, y.size):
        raise ParameterError(f"lag={lag} lies outside the {min(size, y.size)} lags drawn; expected less.")
    r = autocorrelation(y.astype("float64"), max_size=size, scale=scale)
    r = r / (r[0] if r[0] > 0 else 1.0)
    fig, (top, low) = figure(2, height=2.1)
    milliseconds = 1000 / rate
    shown = min(y.size, 2 * size)
    top.plot(np.arange(shown) * milliseconds, y[:shown], color=COLOURS[0], label="the frame")
    late = y[: max(shown - lag, 0)]
    top.plot((lag + np.arange(late.size)) * milliseconds, late, color=COLOURS[1], ls="--", label=f"{lag} samples later")
    limit = 1.1 * max(float(np.max(np.abs(y))), 1e-6)
    top.set_ylim(-limit, 1.5 * limit)
    top.legend(loc="upper right", ncols=2, frameon=True, framealpha=0.85, edgecolor="none", borderaxespad=0.1)
    low.axhline(0, color="black", lw=0.8)
    low.plot(np.arange(r.size), r, color=COLOURS[0])
    low.plot([lag], [r[lag]], "o", color=COLOURS[1], ms=8, zorder=3)
    for name, place in (marks or {}).items():
        height = float(np.interp(place, np.arange(r.size), r))
        low.annotate(name, (place, height), (0, 12), textcoords="offset points", ha="center", bbox=_BOX)
        low.plot([place], [height], "v", color="black", ms=6, zorder=3)
    low.set_ylim(min(-0.25, 1.15 * float(np.min(r))), 1.35)
    for ax in (top, low):
        ax.margins(x=0.0)
    label(top, title=title or f"{lag} samples later: {r[lag]:.2f} of the energy", x="Time [ms]", y="Amplitude")
    label(low, x="Lag [samples]", y="r / r[0]")
    return fig


@styled
def pitch_tracks(
    tracks: Mapping[str, Any],
    *,
    sr: float,
    hop_length: int,
    expected: Any = None,
    fmin: float | None = None,
    fmax: float | None = None,
    title: str = "",
) -> Figure:
    """Pitch against time on a logarithmic axis, one dot for each frame: octaves are equally far apart.

    Parameters
    ----------
    tracks : name: array (n_frames,)
        Pitch in hertz of centred frames; NaN is not drawn.
    sr, hop_length : float, int
        Sample rate in hertz, distance between frames in samples.
    expected : array (n_frames,), optional
        The true pitch, drawn as a line.
    fmin, fmax : float, optional
        Ends of the axis in hertz.

    """
    rate, hop = positive_number(sr, "sr", unit="hertz"), positive_int(hop_length, "hop_length", unit="samples")
    if not tracks:
        raise ParameterError("tracks is empty; expected names and pitches, such as {'biased': f0}.")
    fig, ax = figure()
    if expected is not None:
        expected = _line(expected, "expected")
        ax.plot(np.arange(expected.size) * hop / rate, expected, color="0.6", lw=5, label="true", zorder=1)
    for i, (name, f0) in enumerate(tracks.items()):
        f0 = _line(f0, name)
        face = {"markerfacecolor": COLOURS[0]} if i == 0 else {"markerfacecolor": "none"}
        shape, size = "osD^"[i % 4], 4 + 3 * i
        ax.plot(np.arange(f0.size) * hop / rate, f0, shape, ms=size, color=COLOURS[i % 6], label=name, **face)
    ax.set_yscale("log")
    ax.set_ylim(fmin, fmax)
    low, high = ax.get_ylim()
    ticks = [f for f in (25, 50, 100, 200, 400, 800, 1600, 3200) if low <= f <= high]
    ax.set_yticks(ticks, [str(f) for f in ticks])
    ax.set_yticks([], minor=True)
    if len(tracks) > 1 or expected is not None:
        ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    label(ax, title=title, x="Time [s]", y="Pitch [Hz]")
    return fig


def _line(y: Any, name: str = "y") -> np.ndarray:
    y = host(as_numbers(y, name=name)[0])
    if y.ndim != 1 or y.size == 0:
        raise ParameterError(f"{name} has shape {y.shape}; expected one row of values, (n,).")
    return y
