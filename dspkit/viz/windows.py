"""Figures of lesson 07: where a tone's energy goes, windows and their spectra, and how to choose among them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from .._arrays import as_samples
from .._validate import positive_number
from ..errors import ParameterError
from ..windows import WindowFigures
from ._style import COLOURS, LINE_STYLES, Figure, figure, host, label, styled

__all__ = ["leakage", "window_map", "window_spectra"]

FINE = 32  # points drawn between two bins


@styled
def leakage(
    frames: Mapping[str, Any],
    *,
    sr: float,
    w: Any = None,
    floor: float = -80.0,
    fmax: float | None = None,
    repeat: bool = True,
    title: str = "",
) -> Figure:
    """Frames of sound, one beside the other: above, what the transform takes them for; below, their spectra.

    Parameters
    ----------
    frames : name: array (n,)
        Each frame of samples gets a column, with its name as the column's title.
    sr : float
        Sample rate in hertz.
    w : array (n,), optional
        The window that weights the frames; without it all samples count alike.
    floor : float
        The lowest level shown, in dB; dots that lie below stand on it.
    fmax : float, optional
        Highest frequency shown, in hertz.
    repeat : bool
        Whether to draw the frame's repetitions before and after it, in grey, and the seams between them.
    title : str
        The finding, above all columns.

    Notes
    -----
    The dots are the bins, the curve is the continuous spectrum (DTFT). Levels are those of a tone's amplitude
    (2·|X| / Σw), relative to 1.

    """
    if not frames:
        raise ParameterError("frames is empty; expected names and samples, such as {'440 Hz': y}.")
    sr = positive_number(sr, "sr", unit="hertz")
    fig, axes = figure(2, len(frames), height=2.4, sharey="row", squeeze=False)
    for (name, y), (top, low) in zip(frames.items(), axes.T, strict=True):
        y = _frame(y)
        weights = np.ones(y.size) if w is None else _frame(w)
        if weights.shape != y.shape:
            raise ParameterError(f"w has {weights.size} samples and the frame {name!r} has {y.size}; expected as many.")
        _draw_frame(top, y * weights, repeat)
        _draw_spectrum(low, y, weights, sr, floor, fmax or sr / 2)
        label(top, title=name, x="Sample")
        label(low, x="Frequency [Hz]")
    axes[1, 0].legend(loc="lower left", bbox_to_anchor=(0.0, 0.98), ncols=2, borderaxespad=0.0)
    axes[0, 0].set_ylabel("Amplitude")
    axes[1, 0].set_ylabel("Level [dB]")
    if title:
        fig.suptitle(title, x=0.01, ha="left", fontweight="bold", fontsize=13)
    return fig


def _frame(y: Any) -> np.ndarray:
    y = host(as_samples(y)[0])
    if y.ndim != 1:
        raise ParameterError(f"a frame has shape {y.shape}; expected one row of samples, (n,).")
    return y


def _draw_frame(ax: Axes, y: np.ndarray, repeat: bool) -> None:
    n = y.size
    if repeat:
        around = np.arange(-(n // 2), n + n // 2)
        ax.plot(around, y[around % n], color="0.6", lw=1.2)
        for seam in (0, n):  # where one repetition meets the next
            ax.plot([seam - 1, seam], [y[-1], y[0]], color=COLOURS[1], lw=2.5, zorder=3)
    dots: dict[str, Any] = {"marker": "o", "markersize": 3} if n <= 100 else {}
    ax.plot(np.arange(n), y, color=COLOURS[0], lw=1.4, **dots)
    for edge in (-0.5, n - 0.5):
        ax.axvline(edge, color="black", lw=1, ls=":")
    ax.margins(x=0.01)


def _levels(y: np.ndarray, w: np.ndarray, points: int, floor: float) -> np.ndarray:
    """The level of a tone in dB, at the bins of a transform of ``points`` samples."""
    amplitude = 2.0 * np.abs(np.fft.rfft(y * w, n=points)) / abs(np.sum(w))
    return 20.0 * np.log10(np.maximum(amplitude, 10.0 ** (floor / 20.0)))


def _draw_spectrum(ax: Axes, y: np.ndarray, w: np.ndarray, sr: float, floor: float, fmax: float) -> None:
    n = y.size
    curve, bins = _levels(y, w, FINE * n, floor), _levels(y, w, n, floor)
    ax.plot(np.arange(curve.size) * sr / (FINE * n), curve, color="0.55", lw=1.0, label="continuous spectrum")
    frequencies = np.arange(bins.size) * sr / n
    frequencies = frequencies[frequencies <= fmax]
    bins = bins[: frequencies.size]
    ax.vlines(frequencies, floor, bins, color=COLOURS[1], lw=1.2)
    ax.plot(frequencies, bins, "o", color=COLOURS[1], markersize=4, label="bins of the DFT", clip_on=False, zorder=3)
    ax.set_ylim(floor, 6.0)
    ax.set_xlim(0.0, fmax)


@styled
def window_spectra(
    windows: Mapping[str, Any],
    *,
    bins: float = 10.0,
    floor: float = -120.0,
    title: str = "",
    shapes: bool = True,
) -> Figure:
    """Windows against time, and their spectra in dB against the distance from a tone, in bins.

    Parameters
    ----------
    windows : name: array (n,)
        The windows; each spectrum's top is 0 dB.
    bins : float
        How far to draw, in bins on either side of 0.
    floor : float
        The lowest level shown, in dB.
    title : str
        The finding.
    shapes : bool
        Whether to draw the windows themselves beside their spectra.

    """
    if not windows:
        raise ParameterError("windows is empty; expected names and windows, such as {'hann': w}.")
    bins = positive_number(bins, "bins", unit="bins")
    columns = 2 if shapes else 1
    ratios = {"width_ratios": [1, 2]} if shapes else None
    fig, axes = figure(1, columns, height=3.6, squeeze=False, gridspec_kw=ratios)
    right = axes[0, -1]
    for i, (name, w) in enumerate(windows.items()):
        w = _frame(w)
        style: dict[str, Any] = {
            "color": COLOURS[i % len(COLOURS)],
            "linestyle": LINE_STYLES[i % len(LINE_STYLES)],
            "label": name,
        }
        if shapes:
            axes[0, 0].plot(np.arange(w.size) / w.size, w / np.max(np.abs(w)), **style)
        distance, level = _window_levels(w, bins, floor)
        right.plot(distance, level, **style)
    right.set_ylim(floor, 3.0)
    right.set_xlim(-bins, bins)
    fig.legend(*right.get_legend_handles_labels(), loc="outside lower center", ncols=7)
    if shapes:
        label(axes[0, 0], title="The window", x="Time [frame lengths]", y="Weight (largest = 1)")
    label(right, title=title or "Its spectrum", x="Distance from the tone [bins]", y="Level [dB]")
    return fig


def _window_levels(w: np.ndarray, bins: float, floor: float) -> tuple[np.ndarray, np.ndarray]:
    """The spectrum of a window on both sides of 0: distances in bins, levels in dB."""
    n = w.size
    half = np.abs(np.fft.rfft(w, n=FINE * n))[: int(FINE * min(bins, n / 2)) + 1]
    level = 20.0 * np.log10(np.maximum(half / half[0], 10.0 ** (floor / 20.0)))
    distance = np.arange(half.size) / FINE
    return np.concatenate((-distance[:0:-1], distance)), np.concatenate((level[:0:-1], level))


@styled
def window_map(figures: Mapping[str, WindowFigures], *, title: str = "") -> Figure:
    """Windows as points: how wide the main lobe is against how low the side lobes lie.

    ``figures`` maps names to :func:`dspkit.window_figures`. The lower left corner would be the best of both.
    """
    if not figures:
        raise ParameterError("figures is empty; expected names and window figures, such as {'hann': f}.")
    fig, ax = figure(height=4.4)
    points = {name: (f.width_6db, f.highest_side_lobe) for name, f in figures.items()}
    for name, (x, y) in points.items():
        ax.plot(x, y, "o", color=COLOURS[0], markersize=7)
        crowded = any(abs(x - a) < 0.5 and 0 < b - y < 8 for a, b in points.values())  # a point close above
        ax.annotate(name, (x, y), xytext=(7, -13 if crowded else 4), textcoords="offset points", fontsize=10)
    ax.margins(x=0.12, y=0.12)
    label(
        ax,
        title=title or "Lower side lobes cost a wider main lobe",
        x="Width of the main lobe at −6 dB [bins]",
        y="Highest side lobe [dB]",
    )
    return fig
