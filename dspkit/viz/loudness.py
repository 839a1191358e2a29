"""Figures of lesson 11: contours, weightings, loudness over time, and what lies between samples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .._arrays import as_samples
from .._validate import positive_number
from ..errors import ParameterError
from ..hearing import equal_loudness_contour
from ._style import COLOURS, LINE_STYLES, Figure, figure, host, label, styled

__all__ = ["curves_over_frequency", "equal_loudness", "loudness_over_time", "samples_and_between"]


@styled
def equal_loudness(phons: Sequence[float] = (20, 40, 60, 80), *, title: str = "") -> Figure:
    """Equal-loudness contours of both editions of ISO 226: 2023 drawn through, 2003 dashed.

    Parameters
    ----------
    phons : sequence of float
        Loudness levels, 20 to 80.
    title : str
        The finding.

    """
    f = np.geomspace(20, 12_500, 200)
    fig, ax = figure(height=4.2)
    for k, phon in enumerate(phons):
        colour = COLOURS[k % len(COLOURS)]
        ax.semilogx(f, equal_loudness_contour(phon, f), color=colour)
        ax.semilogx(f, equal_loudness_contour(phon, f, edition=2003), color=colour, linestyle="--", linewidth=1.1)
        ax.plot([1000], [phon], "o", color=colour, markersize=5)
        ax.annotate(f"{phon:g} phon", (1000, phon), xytext=(4, 6), textcoords="offset points", color=colour)
    ax.set_xticks([31.5, 125, 500, 2000, 8000], ["31.5", "125", "500", "2000", "8000"])
    label(ax, title=title, x="Frequency [Hz]", y="Level for equal loudness\n[dB SPL]")
    return fig


@styled
def curves_over_frequency(
    freqs: Any,
    curves: Mapping[str, Any],
    *,
    y: str = "Gain [dB]",
    ylim: tuple[float, float] | None = None,
    title: str = "",
) -> Figure:
    """Curves in decibels over log frequency, such as weightings or filters' gains.

    Parameters
    ----------
    freqs : array (n,)
        In hertz, above 0.
    curves : name: array (n,)
    y : str
        What the vertical axis shows.
    ylim : (float, float), optional
    title : str
        The finding.

    """
    f = host(freqs)
    fig, ax = figure(height=3.4)
    for k, (name, values) in enumerate(curves.items()):
        values = host(values)
        if values.shape != f.shape:
            raise ParameterError(f"{name!r} has {values.size} values for {f.size} frequencies; expected as many.")
        style = LINE_STYLES[k % len(LINE_STYLES)]
        ax.semilogx(f, values, color=COLOURS[k % len(COLOURS)], linestyle=style, label=name)
    ticks = [t for t in (31.5, 125, 500, 2000, 8000) if f[0] <= t <= f[-1]]
    ax.set_xticks(ticks, [f"{t:g}" for t in ticks])
    if ylim:
        ax.set_ylim(*ylim)
    ax.legend(loc="best")
    label(ax, title=title, x="Frequency [Hz]", y=y)
    return fig


@styled
def loudness_over_time(
    series: Mapping[str, tuple[Any, Any]], *, lines: Mapping[str, float] = {}, floor: float = -80.0, title: str = ""
) -> Figure:
    """Loudness curves over time, with lines for gates and for the integrated value.

    Parameters
    ----------
    series : name: (seconds, LUFS)
        When each window ends, and what it reads; what lies below ``floor`` is drawn there.
    lines : name: LUFS
    floor : float
        The lowest loudness shown.
    title : str
        The finding.

    """
    fig, ax = figure(height=3.4)
    for k, (name, (seconds, values)) in enumerate(series.items()):
        shown = np.maximum(host(values), floor)
        ax.plot(
            host(seconds),
            shown,
            color=COLOURS[k % len(COLOURS)],
            linestyle=LINE_STYLES[k % len(LINE_STYLES)],
            label=name,
        )
    for k, (name, level) in enumerate(lines.items()):
        ax.axhline(level, color="0.35", linestyle=["--", ":", "-."][k % 3], linewidth=1.4, label=f"{name}: {level:.1f}")
    ax.set_ylim(floor, 0)
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    label(ax, title=title, x="Time [s]", y="Loudness [LUFS]")
    return fig


@styled
def samples_and_between(y: Any, *, sr: float, title: str = "") -> Figure:
    """Samples as dots, and the sound between them as a curve (by the sinc sum): where a true peak lies.

    Parameters
    ----------
    y : float array (n,)
        A few dozen samples.
    sr : float
        Sample rate in hertz.
    title : str
        The finding.

    """
    samples = host(as_samples(y)[0])
    sr = positive_number(sr, "sr", unit="hertz")
    if samples.ndim != 1:
        raise ParameterError(f"y has shape {samples.shape}; expected one channel, (n,).")
    n = np.arange(samples.size)
    fine = np.linspace(0, samples.size - 1, 32 * samples.size)
    between = np.sinc(fine[:, None] - n) @ samples
    fig, ax = figure()
    ax.plot(1e3 * fine / sr, between, color=COLOURS[0], label="the sound between the samples")
    ax.plot(1e3 * n / sr, samples, "o", color=COLOURS[1], markersize=5, label="samples")
    for sign in (-1, 1):
        ax.axhline(sign, color="0.35", linestyle="--", linewidth=1.2)
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    label(ax, title=title, x="Time [ms]", y="Amplitude")
    return fig
