"""Figures of lesson 07: where a tone's energy goes, windows and their spectra, and how to choose among them."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from scipy.signal import find_peaks

from .._arrays import as_samples
from .._validate import positive_int, positive_number
from ..errors import ParameterError
from ..windows import get_window, window_figures
from ._movie import Movie, movie
from ._style import COLOURS, LINE_STYLES, Figure, figure, headline, host, label, mark, styled

__all__ = [
    "amplitude_and_density",
    "kernel_sum",
    "leakage",
    "overlap_gain",
    "scalloping",
    "sliding_tone",
    "spectrum_copies",
    "through_windows",
    "window_choices",
    "window_family",
    "window_map",
    "window_overlay",
    "window_spectra",
]

FINE = 32  # points drawn between two bins

# One thing, one colour, in all figures of the lesson. What is seen through a window has the window's colour.
SOUND, REPEATED, KERNEL = "0.2", "0.65", "0.55"
WINDOW = {
    "boxcar": "#D55E00",
    "hann": "#0072B2",
    "hamming": "#8C6BB1",
    "blackmanharris": "#009E73",
    "flattop": "#B8860B",
    "kaiser": "#7A3B00",
}
SEAM = WINDOW["boxcar"]  # the seam and its smear are one thing
DASHES = {"boxcar": "-", "hann": (0, (6, 1.5)), "blackmanharris": (0, (3, 1, 1, 1)), "flattop": (0, (1, 1))}


def _colour(name: str) -> str:
    """A window's colour; of a name such as "hann, 4096 samples" the first word counts."""
    return WINDOW.get(name.replace(",", " ").split()[0] if name.strip() else "", "black")


@styled
def leakage(
    frames: Mapping[str, Any],
    *,
    sr: float,
    w: Any = None,
    floor: float = -80.0,
    fmax: float | None = None,
    repeat: bool = True,
    title: str | None = None,
) -> Figure:
    """Frames of sound, one beside the other: above, what the transform takes them for; below, their spectra.

    Parameters
    ----------
    frames : name: array (n,)
        Each frame of samples gets a column, with its name as the column's title.
    sr : float
        Sample rate in hertz.
    w : str or array (n,), optional
        The window that weights the frames, by name or as samples; without it all samples count alike.
    floor : float
        The lowest level shown, in dB; dots that lie below stand on it.
    fmax : float, optional
        Highest frequency shown, in hertz.
    repeat : bool
        Whether to draw the frame's repetitions before and after it, in grey, and the seams between them.
    title : str, optional
        The finding, above all columns; without it, how many bins of each frame lie above −60 dB.

    Notes
    -----
    The dots are the bins, the curve is the continuous spectrum (DTFT). Levels are those of a tone's amplitude
    (2·|X| / Σw), relative to 1.

    """
    if not frames:
        raise ParameterError("frames is empty; expected names and samples, such as {'440 Hz': y}.")
    sr = positive_number(sr, "sr", unit="hertz")
    fig, axes = figure(2, len(frames), height=2.4, sharey="row", squeeze=False)
    colour = _colour(w if isinstance(w, str) else "boxcar" if w is None else "")
    filled = []
    for (name, y), (top, low) in zip(frames.items(), axes.T, strict=True):
        y = _frame(y)
        weights = get_window(w or "boxcar", y.size) if w is None or isinstance(w, str) else _frame(w)
        if weights.shape != y.shape:
            raise ParameterError(f"w has {weights.size} samples and the frame {name!r} has {y.size}; expected as many.")
        _draw_frame(top, y * weights, repeat)
        _draw_spectrum(low, y, weights, sr, floor, fmax or sr / 2, colour)
        filled.append(f"{np.sum(_levels(y, weights, y.size, -100.0) > -60.0)} of {y.size // 2 + 1}")
        label(top, title=name, x="Sample")
        label(low, x="Frequency [Hz]")
    axes[1, 0].legend(loc="lower left", bbox_to_anchor=(0.0, 0.98), ncols=2, borderaxespad=0.0)
    axes[0, 0].set_ylabel("Amplitude")
    axes[1, 0].set_ylabel("Level [dB re amplitude 1]")
    if title is None:
        where = (" (left)", " (right)") if len(filled) == 2 else [""] * len(filled)
        title = "Bins above −60 dB: " + ", ".join(f"{k}{side}" for k, side in zip(filled, where, strict=True))
    if title:
        headline(fig, title)
    return fig


def _frame(y: Any) -> np.ndarray:
    y = host(as_samples(y)[0])
    if y.ndim != 1:
        raise ParameterError(f"a frame has shape {y.shape}; expected one row of samples, (n,).")
    return y


def _draw_frame(ax: Axes, y: np.ndarray, repeat: bool) -> None:
    n = y.size
    jumps = abs(y[0] - y[-1]) > 1.5 * np.max(np.abs(np.diff(y)), initial=0.0)  # by more than the wave itself does
    if repeat:
        around = np.arange(-(n // 2), n + n // 2)
        ax.plot(around, y[around % n], color=REPEATED, lw=1.2)
        for seam in (0, n):  # where one repetition meets the next
            style: dict[str, Any] = {"color": SEAM, "lw": 4, "zorder": 3} if jumps else {"color": REPEATED, "lw": 1.2}
            ax.plot([seam - 1, seam], [y[-1], y[0]], **style)
    dots: dict[str, Any] = {"marker": "o", "markersize": 3} if n <= 100 else {}
    ax.plot(np.arange(n), y, color=SOUND, lw=1.4, **dots)
    if repeat and jumps:
        ax.set_ylim(None, 1.55 * np.max(y))
        mark(ax, "seam", (n - 0.5, max(y[0], y[-1])), to=(-22, 12), colour=SEAM)
    for edge in (-0.5, n - 0.5):
        ax.axvline(edge, color="black", lw=1, ls=":")
    ax.margins(x=0.01)


def _levels(y: np.ndarray, w: np.ndarray, points: int, floor: float) -> np.ndarray:
    """The level of a tone in dB, at the bins of a transform of ``points`` samples."""
    amplitude = 2.0 * np.abs(np.fft.rfft(y * w, n=points)) / abs(np.sum(w))
    return 20.0 * np.log10(np.maximum(amplitude, 10.0 ** (floor / 20.0)))


def _draw_spectrum(ax: Axes, y: np.ndarray, w: np.ndarray, sr: float, floor: float, fmax: float, colour: str) -> None:
    n = y.size
    curve, bins = _levels(y, w, FINE * n, floor), _levels(y, w, n, floor)
    ax.plot(np.arange(curve.size) * sr / (FINE * n), curve, color=KERNEL, lw=1.0, label="continuous spectrum")
    frequencies = np.arange(bins.size) * sr / n
    frequencies = frequencies[frequencies <= fmax]
    bins = bins[: frequencies.size]
    ax.vlines(frequencies, floor, bins, color=colour, lw=1.2)
    ax.plot(frequencies, bins, "o", color=colour, markersize=4, label="bins of the DFT", clip_on=False, zorder=3)
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
            "color": WINDOW.get(name.split()[0], COLOURS[i % len(COLOURS)]),
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
    label(right, title=title or "Its spectrum", x="Distance from the tone [bins]", y="Level [dB re peak]")
    return fig


def _window_levels(w: np.ndarray, bins: float, floor: float) -> tuple[np.ndarray, np.ndarray]:
    """The spectrum of a window on both sides of 0: distances in bins, levels in dB."""
    n = w.size
    half = np.abs(np.fft.rfft(w, n=FINE * n))[: int(FINE * min(bins, n / 2)) + 1]
    level = 20.0 * np.log10(np.maximum(half / half[0], 10.0 ** (floor / 20.0)))
    distance = np.arange(half.size) / FINE
    return np.concatenate((-distance[:0:-1], distance)), np.concatenate((level[:0:-1], level))


def main_lobe(w: Any) -> tuple[float, float, float]:
    """A window's main lobe from foot to foot [bins]; its highest side lobe [dB re peak], and where that is [bins]."""
    w = _frame(w)
    half = _window_levels(w, w.size / 2, -300.0)[1]
    half = half[half.size // 2 :]
    slope = int(np.argmax(half < -6.0))  # a flat top may rise a little before it falls
    foot = slope + int(np.argmax(np.diff(half[slope:]) > 0))
    peak = foot + int(np.argmax(half[foot:]))
    return 2 * foot / FINE, float(half[peak]), peak / FINE


@styled
def sliding_tone(*, n: int = 64, start: float = 8.5, stop: float = 10.0, frames: int = 25) -> Movie:
    """A movie: a tone slides from between two bins to a whole one, under bins that stay where they are.

    Above, the seam of the repeated frame of n samples; below, the bins on the continuous spectrum of the frame.
    ``start`` and ``stop`` are in bins, ``stop`` a whole number. The spectrum is that of one phasor, as if the mirror's
    were far away, so the curve keeps its shape.
    """
    n = positive_int(n, "n", minimum=32, unit="samples")
    if stop <= start or stop != int(stop):
        raise ParameterError(f"{start=:g} and {stop=:g}; expected a whole bin for the second, above the first.")
    floor, reach = -60.0, 6.0
    fig, (top, low) = figure(2, 1, width=7.5, height=2.4, height_ratios=[2, 3])
    before, after = np.linspace(-20.0, 0.0, 121), np.linspace(0.0, 20.0, 121)  # samples from the seam
    (end,) = top.plot(before, 0.0 * before, color=SOUND, lw=1.8)
    (again,) = top.plot(after, 0.0 * after, color=REPEATED, lw=1.8)
    (seam,) = top.plot([0.0, 0.0], [0.0, 0.0], color=SEAM, lw=4, zorder=3, solid_capstyle="butt")
    top.set(ylim=(-1.5, 1.5), xlim=(-20.0, 20.0))
    bins = np.arange(int(start - reach), int(stop + reach) + 1)
    low.vlines(bins, floor, 6.0, color="0.85", lw=1.0)
    (curve,) = low.plot([], [], color=KERNEL, lw=1.4, label="continuous spectrum of the frame")
    stems = [low.plot([k, k], [floor, floor], color=WINDOW["boxcar"], lw=1.6)[0] for k in bins]
    (dots,) = low.plot(
        bins, 0.0 * bins, "o", color=WINDOW["boxcar"], markersize=5, clip_on=False, label="bins", zorder=4
    )
    tone = low.plot([start], [3.0], "v", color=SOUND, markersize=9, label="the tone", zorder=5)[0]
    low.set(ylim=(floor, 7.0), xlim=(bins[0] - 0.5, bins[-1] + 0.5), xticks=bins)
    low.legend(loc="upper left", bbox_to_anchor=(0.0, 1.16), ncols=3, borderaxespad=0.0)
    label(top, title="The seam: the frame's end, and its beginning again", x="Samples from the seam", y="Amplitude")
    label(low, x="Frequency [bins]", y="Level [dB re the tone]")
    headline(fig, "A tone on a bin hides its side lobes: they are there all the time")
    heading = fig.texts[0]
    finding = heading.get_text()
    note = mark(low, "still there, between the bins", (stop + 2.5, -17.8), to=(6, 24))
    names = [mark(low, "main lobe", (start, -7.0), to=(-62, 6)), mark(low, "side lobes", (start, -17.8), to=(24, 22))]
    distance = np.linspace(-2.0 * reach, 2.0 * reach, int(4 * reach * FINE) + 1)
    kernel = _boxcar_level(distance, n, floor)

    def update(k: int) -> Sequence[Artist]:
        at = start + (stop - start) * k / (frames - 1)
        end.set_ydata(np.cos(2 * np.pi * at * (n + before) / n))
        again.set_ydata(np.cos(2 * np.pi * at * after / n))
        seam.set_ydata([np.cos(2 * np.pi * at), 1.0])
        curve.set_data(at + distance, kernel)
        levels = _boxcar_level(bins - at, n, floor)
        dots.set_ydata(levels)
        for stem, level in zip(stems, levels, strict=True):
            stem.set_ydata([floor, level])
        tone.set_xdata([at])
        last = k == frames - 1
        heading.set_text(finding if last else f"The tone is at {at:.2f} bins")
        note.set_visible(last)
        for name, place in zip(names, ((at - 0.7, -8.1), (at + 2.46, -17.8)), strict=True):
            name.xy = place
            name.set_visible(not last)
        return [end, again, seam, curve, *stems, dots, tone, heading, note, *names]

    return movie(
        fig, update, frames, what="a tone slides from bin to bin under the bins of a DFT", seconds=5.5, hold=2.5
    )


def _boxcar_level(distance: np.ndarray, n: int, floor: float) -> np.ndarray:
    """|W|/N of n equal weights in dB, at distances in bins (Dirichlet's kernel)."""
    whole = np.abs(np.round(distance)) % n == 0
    below = np.where(whole & (np.abs(distance - np.round(distance)) < 1e-9), 1.0, n * np.sin(np.pi * distance / n))
    gain = np.where(np.abs(distance) < 1e-9, 1.0, np.abs(np.sin(np.pi * distance) / np.where(below == 0, 1.0, below)))
    return 20.0 * np.log10(np.maximum(gain, 10.0 ** (floor / 20.0)))


@styled
def spectrum_copies(frequencies: Any, copies: Mapping[str, Any], *, title: str = "") -> Figure:
    """The copies of a window's spectrum that add up to the spectrum of a frame, each in magnitude.

    Parameters
    ----------
    frequencies : array (k,)
        In hertz, negative ones too.
    copies : name: array (k,)
        Complex spectra; the peak of each is marked with its name.
    title : str
        The finding.

    """
    if not copies:
        raise ParameterError("copies is empty; expected names and spectra, such as {'½ W(ω − ω₀)': 0.5 * W}.")
    x = host(frequencies)
    fig, ax = figure(width=7.5, height=2.9)
    shades = itertools.cycle(((WINDOW["boxcar"], "-"), ("#8A3B00", "--")))
    highest = 0.0
    for (name, values), (shade, dashes) in zip(copies.items(), shades, strict=False):
        height = np.abs(host(values))
        top = int(np.argmax(height))
        highest = max(highest, float(height[top]))
        ax.plot(x, height, color=shade, linestyle=dashes, lw=1.6, label=name)
        aside = 24 if x[top] > 0 else -130
        mark(ax, f"{name}\nat {x[top]:g} Hz".replace("-", "−"), (x[top], height[top]), to=(aside, -16))
    ax.set(xlim=(x[0], x[-1]), ylim=(0.0, 1.15 * highest))
    label(ax, x="Frequency [Hz]", y="Magnitude")
    headline(fig, title or "One tone, two copies of the window's spectrum: at +f and at −f")
    return fig


@styled
def kernel_sum(distance: Any, parts: Mapping[str, Any], *, at: float | None = None, title: str = "") -> Figure:
    """Spectra that add up: the shifted parts above, their sum below.

    Parameters
    ----------
    distance : array (k,)
        Distance from the tone, in bins.
    parts : name: array (k,)
        Real values; their sum is drawn below.
    at : float, optional
        A distance at which every part's value is written: there they cancel.
    title : str
        The finding.

    """
    if not parts:
        raise ParameterError("parts is empty; expected names and values, such as {'½ D(x)': 0.5 * D}.")
    x = host(distance)
    values = {name: np.real(host(part)) for name, part in parts.items()}
    total = np.sum(list(values.values()), axis=0)
    fig, (top, low) = figure(2, 1, width=8, height=2.7, sharex=True)
    shades = (WINDOW["boxcar"], "#F0A070", "#8A3B00")
    for (name, part), shade, dashes in zip(values.items(), shades, ("-", "--", "-."), strict=False):
        top.plot(x, part, color=shade, linestyle=dashes, label=name)
    low.plot(x, total, color=WINDOW["hann"], lw=2.4, label="the sum: Hann")
    first, part = next(iter(values.items()))
    low.plot(x, part, color=WINDOW["boxcar"], lw=1.0, label=f"{first} alone: boxcar")
    for ax in (top, low):
        ax.axhline(0.0, color="black", lw=0.8)
        ax.set_xlim(x[0], x[-1])
        ax.legend(loc="upper left")
    if at is not None:
        i = int(np.argmin(np.abs(x - at)))
        for ax in (top, low):
            ax.axvline(x[i], color="black", lw=1, ls=":")
        here = [float(part[i]) for part in values.values()]
        terms = " ".join(f"{v:+.3f}".replace("-", "− ").replace("+", "+ ") for v in here).removeprefix("+ ")
        mark(top, f"at {at:g} bins:\n{terms}", (x[i], here[0]), to=(6, 46))
        mark(low, f"= {total[i]:.3f}".replace("-", "−"), (x[i], total[i]), to=(6, 60))
    label(top, title="Three kernels, one bin apart", y="Gain")
    label(low, title="Their sum", x="Distance from the tone [bins]", y="Gain")
    headline(fig, title or "One bin apart, side lobes have opposite signs: they cancel")
    return fig


@styled
def window_family(windows: Mapping[str, Any], *, bins: float = 10.0, floor: float = -120.0, title: str = "") -> Figure:
    """One panel for each window: its spectrum, its shape, how wide its main lobe is and where its side lobes begin.

    ``windows`` maps names to periodic windows (n,); ``bins`` is how far to draw on either side of the tone.
    """
    if not windows:
        raise ParameterError("windows is empty; expected names and windows, such as {'hann': w}.")
    bins = positive_number(bins, "bins", unit="bins")
    rows = -(-len(windows) // 2)
    fig, axes = figure(rows, min(2, len(windows)), height=2.6, sharex=True, sharey=True, squeeze=False)
    for ax in axes.flat[len(windows) :]:
        ax.set_visible(False)
    for ax, (name, w) in zip(axes.flat, windows.items(), strict=False):
        w = _frame(w)
        distance, level = _window_levels(w, bins, floor)
        colour = _colour(name)
        ax.fill_between(distance, floor, level, color=colour, alpha=0.25, lw=0)
        ax.plot(distance, level, color=colour, lw=1.4)
        width, top, where = main_lobe(w)
        ax.axhline(top, color="black", lw=1.4, ls=":", zorder=4)
        ax.annotate("", (-width / 2, floor + 8), (width / 2, floor + 8), arrowprops={"arrowstyle": "<|-|>"})
        ax.text(0, floor + 12, f"{width:.0f} bins", ha="center", bbox=_PAPER, fontsize=10)
        mark(
            ax,
            f"{top:.1f} dB".replace("-", "−"),
            (min(where, 0.7 * bins), top),
            to=(16 if where < 0.7 * bins else 0, 18),
        )
        shape = ax.inset_axes((0.02, 0.78, 0.2, 0.2))
        shape.fill_between(np.arange(w.size), 0.0, w / np.max(w), color=colour, alpha=0.5, lw=0)
        shape.set(xticks=[], yticks=[], ylim=(-0.1, 1.05))
        label(ax, title=name)
    axes[0, 0].set(ylim=(floor, 25.0), xlim=(-bins, bins))
    for ax in axes[-1]:
        ax.set_xlabel("Distance from the tone [bins]")
    for ax in axes[:, 0]:
        ax.set_ylabel("Level [dB re peak]")
    headline(fig, title or "Low side lobes are paid for with a wide main lobe")
    return fig


_PAPER = {"facecolor": "white", "alpha": 0.85, "edgecolor": "none", "pad": 1.5}


@styled
def through_windows(
    frequencies: Any,
    levels: Mapping[str, Any],
    *,
    marks: Mapping[str, tuple[float, float]] | None = None,
    x_limits: tuple[float, float] | None = None,
    y_limits: tuple[float, float] | None = None,
    reference: str = "full scale",
    title: str | None = None,
) -> Figure:
    """One spectrum seen through several windows: a panel for each, with marks at what is to be found.

    Parameters
    ----------
    frequencies : array (k,)
        In hertz.
    levels : name: array (k,)
        In dB, for each window; a window's name chooses its colour.
    marks : name: (hertz, dB), optional
        What is there; marked in every panel, with an arrow and its name in the first: from below, where the only
        panel's curve lies far above it. A name that ends in a question mark gets its arrow and no ring.
    x_limits, y_limits : (float, float), optional
    reference : str
        What 0 dB is.
    title : str, optional
        The finding; without it, through which windows everything marked stands out as a peak, by 6 dB or more.

    """
    if not levels:
        raise ParameterError("levels is empty; expected names and values in dB, such as {'hann': level}.")
    marks = dict(marks or {})
    wide = len(levels) == 1
    fig, axes = figure(1, len(levels), width=9.0, height=3.6, sharey=True, squeeze=False)
    x = host(frequencies)
    if title is None and marks:
        places = [place[0] for place in marks.values()]
        free = [name for name, level in levels.items() if all(_stands_out(x, host(level), at) for at in places)]
        title = "What is marked stands out only through: " + (", ".join(free) or "none of these windows")
    title = title or ""
    for i, (ax, (name, values)) in enumerate(zip(axes[0], levels.items(), strict=True)):
        level = host(values)
        shown = np.ones(x.size, dtype=bool) if x_limits is None else (x >= x_limits[0]) & (x <= x_limits[1])
        dots: dict[str, Any] = {"marker": "o", "markersize": 3} if np.sum(shown) <= 60 else {}
        ax.plot(x, level, color=_colour(name), lw=1.2, **dots)
        ax.set_xlim(x_limits or (x[0], x[-1]))
        ax.set_ylim(y_limits)
        for said, (hertz, db) in marks.items():
            ring: dict[str, Any] = {"marker": "o", "markersize": 13} if wide else {"marker": "_", "markersize": 26}
            asked = said.endswith("?")
            if not asked:
                ax.plot([hertz], [db], markerfacecolor="none", color="black", markeredgewidth=1.4, **ring)
            if i == 0:
                buried = wide and not asked and level[np.argmin(np.abs(x - hertz))] > db + 10
                to = (16, 34) if asked else (0, -34) if buried else (0, 34)
                mark(ax, said, (hertz, db - 2 if buried else db + 2), to=to if wide else (10, 44))
        label(ax, title="" if wide else name, x="Frequency [Hz]")
    axes[0, 0].set_ylabel(f"Level [dB re {reference}]")
    if wide:
        label(axes[0, 0], title=title, x="Frequency [Hz]", y=f"Level [dB re {reference}]")
    else:
        headline(fig, title)
    return fig


def _stands_out(x: np.ndarray, level: np.ndarray, hertz: float, dip: float = 6.0) -> bool:
    """Whether there is a peak at a frequency, or a bin beside it, with a dip on either side within 8 bins."""
    at = int(np.argmin(np.abs(x - hertz)))
    near = range(max(at - 1, 0), min(at + 2, level.size))
    peak = max(near, key=lambda i: float(level[i]))
    left, right = level[max(peak - 8, 0) : peak + 1], level[peak : peak + 9]
    return bool(level[peak] - max(np.min(left), np.min(right)) >= dip)


@styled
def window_overlay(
    frequencies: Any,
    levels: Mapping[str, Any],
    *,
    at: Sequence[float] = (),
    x_limits: tuple[float, float] | None = None,
    y_limits: tuple[float, float] | None = None,
    title: str | None = None,
) -> Figure:
    """One spectrum seen through two windows, one curve over the other.

    Parameters
    ----------
    frequencies : array (k,)
        In hertz.
    levels : name: array (k,)
        In dB, for each of the two windows; a window's name chooses its colour.
    at : hertz, ...
        Where arrows point at the second curve, with its level.
    x_limits, y_limits : (float, float), optional
    title : str, optional
        The finding; without it, by how much half of the bins differ.

    """
    if len(levels) != 2:
        raise ParameterError(f"levels has {len(levels)} windows; expected two, such as {{'boxcar': a, 'hann': b}}.")
    x, (first, second), (a, b) = host(frequencies), levels, [host(level) for level in levels.values()]
    fig, ax = figure(width=9.0, height=4.4)
    for name, level, width in ((first, a, 1.2), (second, b, 1.4)):
        ax.plot(x, level, color=_colour(name), lw=width, label=name)
    ax.set_xlim(x_limits or (x[0], x[-1]))
    ax.set_ylim(y_limits)
    for hertz, to in zip(at, itertools.cycle(((0, 64), (26, 56), (0, 60)))):
        i = int(np.argmin(np.abs(x - hertz)))
        said = f"{hertz / 1000:.1f} kHz: {b[i]:.0f} dB".replace("-", "−")
        mark(ax, said, (x[i], b[i]), to=to)
    ax.legend(loc="upper right")
    if title is None:
        down = float(np.median(a - b))
        lower = f"Through {second}, half of the bins lie at least {down:.0f} dB lower than through {first}"
        alike = f"Half of the bins differ by less than {max(float(np.median(np.abs(a - b))), 0.1):.1f} dB"
        title = lower if down >= 1.0 else alike
    label(ax, title=title, x="Frequency [Hz]", y="Level [dB re full scale]")
    return fig


@styled
def scalloping(position: Any, readings: Mapping[str, Any], *, title: str | None = None) -> Figure:
    """What a bin reads for a tone, against where the tone lies between two bins: one curve for each window.

    ``position`` is in bins; ``readings`` maps a window's name to levels in dB relative to the tone's own.
    Without a title, the figure says the largest and the smallest error.
    """
    if not readings:
        raise ParameterError("readings is empty; expected names and levels in dB, such as {'hann': reading}.")
    fig, ax = figure(width=7.0, height=4.2)
    x = host(position)
    worst = {name: float(-np.min(host(r))) for name, r in readings.items()}
    for k, (name, reading) in enumerate(readings.items()):
        y = host(reading)
        ax.plot(x, y, color=_colour(name), lw=2.2, linestyle=DASHES.get(name, "-"))
        worst_places = [i for i in np.flatnonzero(y <= np.min(y) + 1e-9) if 0 < i < x.size - 1]
        i = int(worst_places[k % len(worst_places)] if worst_places else np.argmin(y))
        deepest = -float(np.min(y)) == max(worst.values())  # its name stands below, the others above all curves
        to = (0.0, -24.0) if deepest else (0.0, 24.0 - 40.0 * float(y[i]))
        mark(ax, f"{name}: {y[i]:.2f} dB".replace("-", "−"), (x[i], y[i]), to=to, colour=_colour(name))
    ax.set_xlim(x[0], x[-1])
    ax.set_ylim(-max(worst.values()) - 1.0, 1.2)
    if title is None:
        most, least = max(worst, key=worst.__getitem__), min(worst, key=worst.__getitem__)
        title = f"A {most} reads up to {worst[most]:.1f} dB too low, a {least} {worst[least]:.2f} dB"
    label(ax, title=title, x="Frequency of the tone [bins]", y="Highest bin [dB re the tone]")
    return fig


@styled
def amplitude_and_density(
    spectra: Mapping[int, tuple[Any, Any, Any]],
    *,
    tone: tuple[float, float] | None = None,
    density: float | None = None,
    x_limits: tuple[float, float] | None = None,
    y_limits: tuple[float, float] = (-100.0, 0.0),
    title: str = "Each scale is true for one of the two",
) -> Figure:
    """The same sound scaled in both ways, for several frame lengths: left amplitude of a tone, right density of noise.

    Parameters
    ----------
    spectra : frame length: (frequencies, amplitude in dB, density in dB)
        In hertz, dB relative to full scale, and dB relative to full scale squared a hertz.
    tone : (hertz, dB), optional
        The tone's own amplitude, marked on the left.
    density : float, optional
        The noise's own density, marked on the right.

    """
    if not spectra:
        raise ParameterError("spectra is empty; expected {512: (frequencies, amplitude, density)}.")
    fig, (left, right) = figure(1, 2, height=3.8, sharex=True)
    shades = ("#00304D", "#6FB1DA", WINDOW["hann"])  # dark and dashed in front of light: readable in grey
    for (n, (frequencies, amplitude, power)), shade, width, dashes in zip(
        spectra.items(), shades, (2.4, 1.0, 0.8), ((0, (4, 1.2)), "-", ":"), strict=False
    ):
        for ax, values in ((left, amplitude), (right, power)):
            front = {"color": shade, "lw": width, "linestyle": dashes, "zorder": 2 + width}  # the thick one in front
            ax.plot(host(frequencies), host(values), label=f"N = {n}", **front)
    left.set_xlim(x_limits)
    for ax in (left, right):
        ax.set_ylim(y_limits)
    if tone is not None:
        left.axhline(tone[1], color="black", lw=1, ls=":")
        mark(left, f"the tone's own\n{tone[1]:.0f} dB".replace("-", "−"), tone, to=(14, 8))
    if density is not None:
        right.axhline(density, color="black", lw=1.2, ls=":")
        low, high = right.get_xlim()
        said = f"the noise's own\n{density:.0f} dB".replace("-", "−")
        mark(right, said, (low + 0.1 * (high - low), density), to=(4, 30))
    right.legend(loc="upper right")
    label(left, title="Scaled for a tone", x="Frequency [Hz]", y="Amplitude [dB re full scale]")
    label(right, title="Scaled for noise", x="Frequency [Hz]", y="Density [dB re full scale² / Hz]")
    headline(fig, title)
    return fig


@styled
def overlap_gain(overlap: Any, scatter: Mapping[str, Any], *, title: str | None = None) -> Figure:
    """How much an averaged spectrum of noise still scatters, against how far its frames overlap.

    Parameters
    ----------
    overlap : array (k,)
        In percent of the frame, rising.
    scatter : window's name: array (k,)
        Standard deviation of a bin over its mean, in percent. An arrow points at the least overlap that comes within
        5 % of what the largest gives.
    title : str, optional
        The finding.

    """
    if not scatter:
        raise ParameterError("scatter is empty; expected names and values in percent, such as {'hann': scatter}.")
    fig, ax = figure(width=7.0, height=4.2)
    x = host(overlap)
    for i, (name, values) in enumerate(scatter.items()):
        y = host(values)
        style: dict[str, Any] = {"color": _colour(name), "linestyle": DASHES.get(name, "-"), "label": name}
        ax.plot(x, y, lw=2, marker="o", markersize=5, **style)
        k = int(np.argmax(y <= 1.05 * y[-1]))
        to = ((16, 24), (-30, -40), (-10, -40))[i % 3]
        mark(ax, f"{name}: {x[k]:.0f} %", (float(x[k]), float(y[k])), to=to, colour=_colour(name))
    ax.legend(loc="lower left")
    ax.set_ylim(
        0.75 * min(float(np.min(host(v))) for v in scatter.values()),
        1.05 * max(float(np.max(host(v))) for v in scatter.values()),
    )
    title = "Overlap helps, up to a point (arrows: within 5 % of the best)" if title is None else title
    label(ax, title=title, x="Overlap of neighbouring frames [%]", y="Scatter of a bin [% of its mean]")
    return fig


# The lesson's three recordings: a window that fails its question, and one that answers it.
CHOICES = {"bell": ("boxcar", "blackmanharris"), "guitar": ("hann", "boxcar"), "piano": ("boxcar", "flattop")}


@styled
def window_choices(tasks: Mapping[str, Mapping[str, Any]], *, title: str | None = None) -> Figure:
    """One row for each task, one column for each window: what each shows of the same frame.

    ``tasks`` maps a task's name to a mapping with ``frequencies`` in hertz, ``levels`` (window's name: values in dB),
    ``x_limits``, ``y_limits`` and ``read`` ("frequencies" or "levels": what is written at the peaks). Of the windows of
    the lesson's three recordings, two are drawn: one that fails, one that answers. Arrows point at peaks, rings show
    where the other window has one. Where there are few bins and the task has its ``frame`` of samples, the continuous
    spectrum is drawn as well, and frequencies are those of its peaks.
    """
    if not tasks:
        raise ParameterError("tasks is empty; expected names and what to draw.")
    shown = {
        task: {w: host(given["levels"][w]) for w in CHOICES.get(task, given["levels"]) if w in given["levels"]}
        for task, given in tasks.items()
    }
    columns = max(len(levels) for levels in shown.values())
    fig, axes = figure(len(tasks), columns, height=2.6, squeeze=False, sharey="row")
    for row, (task, given) in zip(axes, tasks.items(), strict=True):
        x = host(given["frequencies"])
        low, high = given["x_limits"]
        inside = (x >= low) & (x <= high)
        peaks = {name: _peaks(level, inside) for name, level in shown[task].items()}
        for ax, (name, level) in zip(row, shown[task].items(), strict=False):
            dots: dict[str, Any] = {"marker": "o", "markersize": 4} if np.sum(inside) <= 60 else {}
            fine = _continuous(given["frame"], name, x) if dots and "frame" in given else None
            if fine is not None:
                ax.plot(*fine, color=KERNEL, lw=1.2)
            ax.plot(x[inside], level[inside], color=_colour(name), lw=0.0 if fine else 1.2, **dots)
            ax.set_xlim(low, high)
            ax.set_ylim(given["y_limits"])
            others = [i for other, found in peaks.items() if other != name for i in found]
            for i in others:
                if all(abs(i - j) > 1 for j in peaks[name]):
                    ax.plot([x[i]], [level[i]], "o", markersize=11, markerfacecolor="none", color="black")
            for i in peaks[name]:
                place = (float(x[i]), float(level[i]))
                if fine is not None and given.get("read") != "levels":
                    place = _highest(*fine, x[i - 1], x[i + 1])
                said = f"{place[1]:.1f} dB".replace("-", "−") if given.get("read") == "levels" else f"{place[0]:.0f}"
                mark(ax, said, place, to=(0, 14))
            label(ax, title=f"{task}: {name}", x="Frequency [Hz]")
        row[0].set_ylabel("Level [dB re full scale]")
    if title is None:
        title = (
            "Left: a window that fails its question. Right: one that answers it" if set(tasks) <= set(CHOICES) else ""
        )
    headline(fig, title)
    return fig


def _continuous(frame: Any, window: str, frequencies: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The continuous spectrum of a frame through a window: hertz, and the level of a tone in dB."""
    y = _frame(frame)
    level = _levels(y, get_window(window, y.size), FINE * y.size, -140.0)
    return np.arange(level.size) * float(frequencies[1] - frequencies[0]) / FINE, level


def _highest(x: np.ndarray, level: np.ndarray, low: float, high: float) -> tuple[float, float]:
    """Where a curve is highest between two frequencies, and how high."""
    near = np.flatnonzero((x >= low) & (x <= high))
    i = int(near[np.argmax(level[near])])
    return float(x[i]), float(level[i])


def _peaks(level: np.ndarray, inside: np.ndarray) -> list[int]:
    """The peaks in a part of a spectrum: at most 56 dB below the highest, with a dip of 8 dB on either side."""
    places = np.flatnonzero(inside)
    highest = float(np.max(level[places], initial=-np.inf))
    found = find_peaks(level[places], height=highest - 56.0, prominence=8.0)[0]
    return [int(places[i]) for i in found]


@styled
def window_map(
    windows: Mapping[str, Any],
    *,
    uses: Mapping[str, str] | None = None,
    corner: str = "",
    title: str = "",
) -> Figure:
    """Windows as points: how wide the main lobe is against how low the side lobes lie; in parentheses, their fall-off.

    Parameters
    ----------
    windows : name: array (n,)
        From :func:`dspkit.get_window`.
    uses : name: words, optional
        What the window is for, written beside its name.
    corner : str
        What to write into the lower left corner, which would be the best of both.
    title : str
        The finding.

    """
    if not windows:
        raise ParameterError("windows is empty; expected names and windows, such as {'hann': w}.")
    uses = dict(uses or {})
    fig, ax = figure(width=8.0, height=4.8)
    points = {name: main_lobe(w)[:2] for name, w in windows.items()}
    falls = {name: f" (−{-window_figures(w).fall_off:.0f})" for name, w in windows.items()}
    for name, (x, y) in points.items():
        ax.plot(x, y, "o", color=_colour(name), markersize=8)
        crowded = any(abs(x - a) < 0.5 and 0 < b - y < 8 for a, b in points.values())  # a point close above
        beside = any(0 < a - x < 3 and abs(b - y) < 4 for a, b in points.values())  # a point close to the right
        ax.annotate(
            (f"{name}: {uses[name]}" if name in uses else name) + falls[name],
            (x, y),
            xytext=(-8 if beside else 8, -14 if crowded else 4),
            ha="right" if beside else "left",
            textcoords="offset points",
            fontsize=10,
            fontweight="bold" if name in uses else "normal",
        )
    ax.margins(x=0.12, y=0.12)
    if uses:
        ax.set_xlim(0.0, 1.36 * max(x for x, _ in points.values()))
    if corner:
        ax.text(0.03, 0.05, corner, transform=ax.transAxes, fontsize=11, style="italic", va="bottom")
    ax.text(0.98, 0.96, "in parentheses: fall-off [dB/octave]", transform=ax.transAxes, ha="right", va="top")
    label(
        ax,
        title=title or "No window is narrow and low at once: choose by the question",
        x="Width of the main lobe, foot to foot [bins]",
        y="Highest side lobe [dB re peak]",
    )
    return fig
