"""Figures of lesson 02: swinging, strings, bars, partials, and where notes lie."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy.signal import find_peaks

from .._arrays import as_numbers
from .._validate import positive_int, positive_number
from ..errors import ParameterError
from ..harmonics import Oscillation, standing_wave
from ._movie import Movie, movie
from ._style import COLOURS, LINE_STYLES, Figure, figure, headline, host, label, mark, styled

__all__ = ["bar_against_string", "ladders", "motions", "partials", "pitches", "plucked_string", "string_shapes"]


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
        ax.text(1.01, 0.5, said, transform=ax.transAxes, ha="left", va="center")  # beside the curves, not on them
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
    multiples_of: float | None = None,
    title: str = "",
) -> Figure:
    """Partials as lines: where they are and how strong, a row for each sound, in dB below the strongest of each.

    A cross marks a partial that is too weak for the axis.

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
    multiples_of : float, optional
        A frequency in hertz whose whole multiples are marked by dotted lines.

    """
    if not parts:
        raise ParameterError("parts is empty; expected names and (frequencies, amplitudes).")
    depth = positive_number(range_db, "range_db", unit="dB")
    base = None if multiples_of is None else positive_number(multiples_of, "multiples_of", unit="hertz")
    fig, axes = figure(len(parts), height=1.35 if len(parts) > 1 else 2.4, squeeze=False, sharex=True)
    for i, (ax, (name, (freqs, amplitudes))) in enumerate(zip(axes[:, 0], parts.items(), strict=True)):
        f, a = _row(freqs, "frequencies"), np.abs(_row(amplitudes, "amplitudes"))
        if f.shape != a.shape or not np.any(a > 0):
            raise ParameterError(f"{name}: {f.size} frequencies, {a.size} amplitudes; expected as many, not all 0.")
        level = np.maximum(20 * np.log10(np.maximum(a, 1e-30) / np.max(a)), -depth)
        ax.vlines(f, -depth, level, color=COLOURS[i % 6], lw=2.0)
        ax.plot(f[level > -depth], level[level > -depth], "o", color=COLOURS[i % 6], ms=4)
        ax.plot(f[level <= -depth], np.full(np.sum(level <= -depth), 0.12 * depth - depth), "x", color="black", ms=7)
        ax.set_ylim(-depth, 8)
        if log:
            ax.set_xscale("log")
        ax.set_xlim(None if log else 0.0, fmax)
        if base is not None:
            end = ax.get_xlim()[1]
            ax.vlines(np.arange(base, end, base), -depth, 8, color="0.45", ls=":", lw=1.0, zorder=0)
        label(ax, x="Frequency [Hz]" if i == len(parts) - 1 else "", y="Level [dB]")
        ax.set_title(name, loc="right")
    headline(fig, title)
    return fig


@styled
def plucked_string(position: float = 0.2, *, n_frames: int = 33) -> Movie:
    """A plucked string through one period: the two travelling waves that it consists of, and below them their sum.

    ``position`` is where it was plucked, a part of its length between 0 and 1.
    """
    beta = positive_number(position, "position")
    if beta >= 1:
        raise ParameterError(f"position={beta:g} is not on the string; expected a part of its length, below 1.")
    frames = positive_int(n_frames, "n_frames", minimum=2)
    x = np.linspace(0.0, 1.0, 401)

    def wave(place: np.ndarray) -> np.ndarray:
        """The triangle, continued beyond the string: flipped at each end, so that it repeats after two lengths."""
        inside = (place + 1.0) % 2.0 - 1.0
        far = np.abs(inside)
        return np.sign(inside) * np.minimum(far / beta, (1.0 - far) / (1.0 - beta))

    fig, (top, low) = figure(2, height=2.1, sharex=True)
    (right,) = top.plot(x, wave(x) / 2, color=COLOURS[0], ls="--", label="runs to the right")
    (left,) = top.plot(x, wave(x) / 2, color=COLOURS[1], ls="-.", label="runs to the left")
    low.plot(x, wave(x), color="0.6", ls=":", label="at the start")
    (string,) = low.plot(x, wave(x), color=COLOURS[6], lw=2.4, label="the string: their sum")
    low.plot([0.0, 1.0], [0.0, 0.0], "ko", ms=7)
    clock = low.text(1.03, 0.1, "", transform=low.transAxes, va="bottom")
    for ax in (top, low):
        ax.set_xlim(-0.02, 1.02)
        ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    top.set_ylim(-0.62, 0.62)
    low.set_ylim(-1.2, 1.2)
    low.set_xticks([0.0, 0.2, 0.4, 0.6, 0.8, 1.0])
    label(top, title=" ", y="Displacement")
    label(low, x="Place on the string [its length]", y="Displacement")
    (to_right,) = top.plot([], [], ">", color=COLOURS[0], ms=9)
    (to_left,) = top.plot([], [], "<", color=COLOURS[1], ms=9)
    finding = top._left_title

    def update(k: int) -> list[Any]:
        t = k / (frames - 1)  # periods; in one, a wave runs to the far end and back: two lengths
        right.set_ydata(wave(x - 2 * t) / 2)
        left.set_ydata(wave(x + 2 * t) / 2)
        string.set_ydata(right.get_ydata() + left.get_ydata())
        for heads, moved in ((to_right, 2 * t), (to_left, -2 * t)):
            corners = (np.array([beta, -beta]) + moved) % 2.0
            corners = corners[corners <= 1.0]
            heads.set_data(corners, wave(corners - moved) / 2)
        clock.set_text(f"{t:.2f} of a period")
        done = k == frames - 1
        finding.set_text("Both waves have run two lengths, and the string is where it began" if done else " ")
        return [right, left, string, clock, finding, to_right, to_left]

    update(0)
    what = f"two waves run along a string plucked at {beta:g} of its length, and add up to its motion"
    return movie(fig, update, frames, what=what, seconds=6.0, hold=2.0)


@styled
def bar_against_string(freq: float, roots: Any, *, title: str | None = None) -> Figure:
    """Where the equation of a bar with free ends is solved, and its modes above those of a string.

    ``freq`` in hertz is the first mode of both; ``roots`` (k,) are those of cos(b)·cosh(b) = 1 above 0.
    """
    f, b = positive_number(freq, "freq", unit="hertz"), _row(roots, "roots")
    ratios = (b / b[0]) ** 2
    fig, (left, right) = figure(1, 2, height=3.4, gridspec_kw={"width_ratios": (1, 1.35)})
    x = np.linspace(0.0, b[-1] + 1.0, 500)
    left.plot(x, np.cos(x), color="0.45", label="cos b")
    left.plot(x, 1 / np.cosh(x), color="black", ls="--", label="1 / cosh b")
    left.plot(b, np.cos(b), "ko", ms=6)
    left.legend(loc="upper center", bbox_to_anchor=(0.5, 1.16), ncols=2)
    label(left, x="b [rad]", y="Value")
    for height, modes, colour, said in (
        (0.0, np.arange(1, int(ratios[-1]) + 2), COLOURS[0], "string"),
        (1.0, ratios, COLOURS[1], "free bar"),
    ):
        right.plot(f * modes, np.full(modes.size, height), "|", color=colour, ms=34, mew=2.2)
        right.text(-0.01, height, said, ha="right", va="center", transform=right.get_yaxis_transform())
    for ratio in ratios:
        right.text(f * ratio, 1.38, f"{ratio:.2f}", ha="center", va="bottom")
    right.set_ylim(-0.5, 1.8)
    right.set_yticks([])
    right.set_xlim(0.0, f * (ratios[-1] + 1))
    label(right, x="Frequency of the modes [Hz]")
    whole = np.abs(ratios - np.round(ratios)) < 1e-3
    said = f"Of the bar's first {b.size} modes, {np.sum(~whole)} are no whole multiples of the first"
    headline(fig, said if title is None else title)
    return fig


@styled
def ladders(sounds: Mapping[str, tuple[Any, float, float]], *, fmax: float = 8.0, title: str | None = None) -> Figure:
    """Spectra of notes, each over its own lowest partial, so that whole multiples stand at 1, 2, 3 …

    Arrows point at strong partials (at most 20 dB below the strongest) that lie elsewhere above it.

    Parameters
    ----------
    sounds : name: (samples (n,), sample rate in hertz, lowest partial in hertz)
    fmax : float
        End of the axis, in multiples of the lowest partial.
    title : str, optional
        The finding; by default which of them have partials elsewhere.

    """
    if not sounds:
        raise ParameterError("sounds is empty; expected names and (samples, sr, lowest partial in hertz).")
    fig, axes = figure(len(sounds), height=1.75, squeeze=False, sharex=True)
    odd = []
    for i, (ax, (name, (y, sr, freq))) in enumerate(zip(axes[:, 0], sounds.items(), strict=True)):
        y = _row(y, name).astype("float64")
        w = np.blackman(y.size)
        size = 1 << int(np.ceil(np.log2(4 * y.size)))
        ratio = np.fft.rfftfreq(size, 1 / sr) / freq
        level = 20 * np.log10(np.maximum(np.abs(np.fft.rfft(w * y, size)), 1e-12))
        level = (level - np.max(level[ratio < fmax]))[ratio < fmax]
        ratio = ratio[ratio < fmax]
        ax.vlines(np.arange(1, fmax), -60, 6, color="0.45", ls=":", lw=1.0, zorder=0)
        ax.plot(ratio, np.maximum(level, -60), color=COLOURS[i % 6])
        apart = max(1, int(np.searchsorted(ratio, 0.1)))  # a tenth of the lowest partial
        peaks = find_peaks(level, height=-20.0, distance=apart)[0]  # strong ones, in dB below the strongest
        away = peaks[(np.abs(ratio[peaks] - np.round(ratio[peaks])) > 0.1) & (ratio[peaks] > 0.9)]
        for k in away:
            mark(ax, f"{ratio[k]:.2f}", (float(ratio[k]), float(level[k])), to=(28, -8))
        if away.size:
            odd.append(name)
        ax.set_ylim(-60, 8)
        ax.set_xlim(0.0, fmax)
        last = i == len(sounds) - 1
        label(ax, x="Frequency [multiples of the lowest partial]" if last else "", y="Level [dB]")
        ax.set_title(f"{name}, {freq:.0f} Hz", loc="right")
    others = [name for name in sounds if name not in odd]
    said = f"Strong partials at whole multiples: {', '.join(others) or 'none'}; elsewhere: {', '.join(odd) or 'none'}"
    headline(fig, said if title is None else title)
    return fig


@styled
def pitches(freqs: Any, names: Sequence[str], *, title: str | None = None) -> Figure:
    """The same notes on an axis of hertz, and on one of ratios.

    ``freqs`` (k,) are in hertz; ``names`` has one for each, "" for none. Without a ``title`` it says what is seen
    when all neighbours have the same ratio, or the same difference.
    """
    f = _row(freqs, "freqs")
    if len(names) != f.size or np.any(f <= 0):
        raise ParameterError(f"{f.size} frequencies, {len(names)} names; expected as many, and all hertz above 0.")
    if title is None:
        title = ""
        if np.allclose(f[2:] / f[1:-1], f[1:-1] / f[:-2]):
            title = "Equal ratios: ever wider apart in hertz, evenly apart on an axis of ratios"
        elif np.allclose(np.diff(f, 2), 0.0):
            title = "Equal differences: evenly apart in hertz, ever closer on an axis of ratios"
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
    label(axes[0], title=title, x="Frequency [Hz]; equal distances are equal differences")
    label(axes[1], x="Frequency [Hz]; equal distances are equal ratios")
    return fig


def _row(values: Any, name: str) -> np.ndarray:
    row = host(as_numbers(values, name=name)[0])
    if row.ndim != 1 or row.size == 0:
        raise ParameterError(f"{name} has shape {row.shape}; expected one row of numbers, (k,).")
    return row
