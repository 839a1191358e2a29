"""Figures of lesson 12: what each way to equal levels leaves unequal, a limiter at work, and scores that leak."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist

from .._arrays import as_samples
from .._validate import positive_number
from ..errors import ParameterError
from ._movie import Movie, movie
from ._style import COLOURS, LINE_STYLES, Figure, figure, headline, host, label, mark, styled

__all__ = ["gain_curve", "level_kept", "limiter_steps", "nearest_sources", "riding_gain", "scores", "ways_to_level"]

MARKERS = "osD^vP"
QUIET = 1e-3  # below it a sample says nothing reliable about the gain


@styled
def ways_to_level(heard: Mapping[str, Mapping[str, float]], *, title: str | None = None) -> Figure:
    """The loudness of several sounds after each way of making them equal: a line for each sound.

    Parameters
    ----------
    heard : way: {sound: LUFS}
        Each way with the same sounds.
    title : str, optional
        The finding; by default by how much each way leaves the loudness apart.

    """
    ways = list(heard)
    sounds = list(heard[ways[0]]) if ways else []
    if not sounds or any(list(row) != sounds for row in heard.values()):
        raise ParameterError("heard is empty, or its ways have different sounds; expected {way: {sound: LUFS}}.")
    spread = [max(row.values()) - min(row.values()) for row in heard.values()]
    fig, ax = figure(width=7.0, height=4.0)
    for k, sound in enumerate(sounds):
        values = [heard[way][sound] for way in ways]
        ax.plot(
            range(len(ways)), values, color=COLOURS[k % len(COLOURS)], linestyle=LINE_STYLES[k % len(LINE_STYLES)],
            marker=MARKERS[k % len(MARKERS)], markersize=8, label=sound,
        )  # fmt: skip
    low = min(min(row.values()) for row in heard.values())
    for k, apart in enumerate(spread):
        ax.text(k, low - 1.6, f"{apart:.1f} LU apart", ha="center", va="top")
    ax.set_ylim(low - 3.0, None)
    ax.set_xlim(-0.4, len(ways) - 0.6)
    ax.set_xticks(range(len(ways)), ways)
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    if title is None:
        title = f"{ways[int(np.argmin(spread))].capitalize()} alone makes them equally loud"
    label(ax, title=title, y="Loudness [LUFS]")
    return fig


@styled
def limiter_steps(
    steps: Mapping[str, Any], *, sr: float, start: float = 0.0, duration: float | None = None, title: str | None = None
) -> Figure:
    """How far a limiter turns down, after each of its steps, around one peak.

    Parameters
    ----------
    steps : name: array (n,)
        Reductions in dB; the first, which each sample needs by itself, is drawn as thin stems.
    sr : float
        Sample rate in hertz.
    start, duration : float
        The part to draw, in seconds.
    title : str, optional
        The finding; by default that no later step lies below the first, if so.

    """
    sr = positive_number(sr, "sr", unit="hertz")
    curves = {name: host(values) for name, values in steps.items()}
    if len(curves) < 2 or len({values.shape for values in curves.values()}) != 1:
        raise ParameterError("steps has fewer than two curves, or of different lengths; expected {name: (n,)}.")
    first = round(start * sr)
    stop = None if duration is None else first + round(duration * sr)
    fig, ax = figure(height=4.0)
    names = list(curves)
    n = len(curves[names[0]][first:stop])
    t = 1e3 * np.arange(n) / sr
    needed = curves[names[0]][first:stop]
    ax.vlines(t, 0, needed, color="0.55", linewidth=1.2, label=names[0])
    for k, name in enumerate(names[1:]):
        ax.plot(t, curves[name][first:stop], color=COLOURS[k], linestyle=[":", "-.", "--"][k % 3], label=name)
    ax.lines[-1].set(linestyle="-", linewidth=2.4)
    top = int(np.argmax(needed))
    mark(ax, "the largest need", (float(t[top]), float(needed[top])), to=(34, 12))
    ax.set_ylim(0, 1.35 * max(float(values[first:stop].max()) for values in curves.values()))
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    if title is None:
        covered = np.all(curves[names[-1]] >= curves[names[0]] - 1e-9)
        title = "The gain is down in time: no need is left uncovered" if covered else "Some needs are not covered"
    label(ax, title=title, x="Time [ms]", y="Reduction [dB]")
    return fig


def _gain_db(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """By which gain ``after`` came from ``before``, in dB; between samples that are too small to say, a line."""
    heard = np.abs(before) > QUIET
    n = np.arange(before.size)
    if not heard.any():
        return np.zeros(before.size)
    ratio = np.maximum(np.abs(after[heard] / before[heard]), 1e-6)
    return np.interp(n, n[heard], 20.0 * np.log10(ratio))


def _pair(before: Any, after: Any) -> tuple[np.ndarray, np.ndarray]:
    y, z = (host(as_samples(x)[0]).astype(np.float64) for x in (before, after))
    if y.ndim != 1 or y.shape != z.shape:
        raise ParameterError(f"before and after have shapes {y.shape} and {z.shape}; expected both (n,).")
    return y, z


def _draw_gain(before: np.ndarray, after: np.ndarray, sr: float, ceiling: float) -> tuple[Figure, Any, Any, np.ndarray]:
    t = 1e3 * np.arange(before.size) / sr
    fig, (top, low) = figure(2, height=2.4, sharex=True)
    top.plot(t, before, color="0.6", linewidth=1.0, label="before")
    top.plot(t, after, color=COLOURS[0], linewidth=1.2, label="after")
    for sign in (-1, 1):
        top.axhline(sign * 10 ** (ceiling / 20), color=COLOURS[1], linestyle="--", linewidth=1.2)
    gain = _gain_db(before, after)
    low.plot(t, gain, color=COLOURS[2], linewidth=2.2)
    low.set_ylim(1.15 * min(float(gain.min()), -3.0), 1.5)
    top.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    label(top, y="Amplitude")
    label(low, x="Time [ms]", y="Gain [dB]")
    return fig, top, low, gain


@styled
def gain_curve(before: Any, after: Any, sr: float, *, ceiling: float = -1.0, title: str = "") -> Figure:
    """A waveform before and after a limiter, and below it the gain that it was turned by.

    Parameters
    ----------
    before, after : float array (n,)
        The gain is read from their ratio.
    sr : float
        Sample rate in hertz.
    ceiling : float
        In dBFS; dashed.
    title : str
        The finding.

    """
    y, z = _pair(before, after)
    fig, *_ = _draw_gain(y, z, positive_number(sr, "sr", unit="hertz"), ceiling)
    headline(fig, title)
    return fig


@styled
def riding_gain(
    before: Any, after: Any, sr: float, *, ceiling: float = -1.0, frames: int = 36, title: str | None = None
) -> Movie:
    """A movie: a limiter's gain rides on the waveform, drawn as the sound goes by.

    Parameters
    ----------
    before, after : float array (n,)
        A few tens of milliseconds before and after the limiter; the gain is read from their ratio.
    sr : float
        Sample rate in hertz.
    ceiling : float
        In dBFS; dashed.
    frames : int
        Of the movie.
    title : str, optional
        The finding, on the last picture; by default how long before the first sample beyond the ceiling the gain
        begins to fall.

    """
    y, z = _pair(before, after)
    sr = positive_number(sr, "sr", unit="hertz")
    fig, top, low, gain = _draw_gain(y, z, sr, ceiling)
    wave, curve = top.lines[1], low.lines[0]
    t = 1e3 * np.arange(y.size) / sr
    over = np.flatnonzero(np.abs(y) > 10 ** (ceiling / 20))
    if over.size == 0:
        raise ParameterError("no sample of before exceeds the ceiling: there is nothing to turn down.")
    until = gain[: over[0] + 1]
    at = int(np.flatnonzero(until > until.max() - 0.05)[-1])  # the last moment before the fall
    lead = 1e3 * (int(over[0]) - at) / sr
    if title is None:
        title = f"The gain starts to fall {lead:.1f} ms before the first sample that is too high"
    headline(fig, title)
    heading = fig.texts[0]
    heads = [ax.axvline(0.0, color="0.2", linewidth=1.0) for ax in (top, low)]
    (dot,) = low.plot([0.0], [0.0], "o", color=COLOURS[2], markersize=8, zorder=5)
    notes = [
        mark(low, "the gain starts to fall", (float(t[at]), float(gain[at])), to=(-12, -30)),
        mark(
            top,
            "first sample too high",
            (float(t[over[0]]), float(y[over[0]])),
            to=(-16, 26 if y[over[0]] > 0 else -26),
        ),
    ]

    def update(k: int) -> Sequence[Artist]:
        last = k == frames - 1
        now = round((y.size - 1) * k / (frames - 1))
        wave.set_data(t[: now + 1], z[: now + 1])
        curve.set_data(t[: now + 1], gain[: now + 1])
        for head in heads:
            head.set_xdata([t[now], t[now]])
            head.set_visible(not last)
        dot.set_data([t[now]], [gain[now]])
        dot.set_visible(not last)
        heading.set_text(title if last else f"{t[now]:.0f} ms: turned down by {max(0.0, -gain[now]):.1f} dB")
        for note in notes:
            note.set_visible(last)
        return [wave, curve, *heads, dot, heading, *notes]

    return movie(fig, update, frames, what="a limiter's gain rides on the waveform", seconds=5.5, hold=2.5)


@styled
def scores(
    accuracies: Mapping[str, Any], *, chance: float = 0.5, x: str = "Accuracy on the test set", title: str | None = None
) -> Figure:
    """Accuracies of many repetitions as dots, a row for each way, with its mean and the level of chance.

    Parameters
    ----------
    accuracies : way: array (n,)
        Between 0 and 1.
    chance : float
        What guessing gives.
    x : str
        What is drawn.
    title : str, optional
        The finding; by default the means.

    """
    if not accuracies:
        raise ParameterError("accuracies is empty; expected {way: array}.")
    rows = {way: np.sort(host(values).astype(float).ravel()) for way, values in accuracies.items()}
    fig, ax = figure(width=8.5, height=1.1 + 0.9 * len(rows))
    for k, values in enumerate(rows.values()):
        _, index, count = np.unique(np.round(values, 3), return_inverse=True, return_counts=True)
        rank = np.concatenate([np.arange(c) for c in count])
        height = 0.6 * (rank - (count[index] - 1) / 2) / max(8, count.max())
        style = {"marker": MARKERS[k % len(MARKERS)], "color": COLOURS[k % len(COLOURS)]}
        ax.plot(values, k + height, linestyle="", markersize=4, alpha=0.6, **style)
        ax.plot([values.mean()] * 2, [k - 0.4, k + 0.4], color="black", linewidth=2.4)
    ax.axvline(chance, color="0.35", linestyle="--", linewidth=1.2)
    ax.text(chance, -0.62, "guessing ", ha="right", va="center", color="0.25")
    ax.set(xlim=(0, 1.03), ylim=(-0.8, len(rows) - 0.4))
    ax.set_yticks(range(len(rows)), [f"{way}\nmean {100 * values.mean():.0f} %" for way, values in rows.items()])
    ax.set_xticks(np.arange(0, 1.1, 0.25), [f"{100 * v:.0f} %" for v in np.arange(0, 1.1, 0.25)])
    ax.grid(visible=False, axis="y")
    if title is None:
        best = max(rows, key=lambda way: float(rows[way].mean()))
        title = f"{best.capitalize()}: {100 * rows[best].mean():.0f} %, where guessing gives {100 * chance:.0f} %"
    label(ax, title=title, x=x)
    return fig


@styled
def level_kept(x: Any, features: Mapping[str, Mapping[str, Any]], *, title: str | None = None) -> Figure:
    """One feature over time, of a sound and its copies at other levels: a panel for each way to normalise it.

    Parameters
    ----------
    x : array (n,)
        Seconds.
    features : way: {sound: array (n,)}
    title : str, optional
        The finding; by default in which panels the sounds can still be told apart.

    """
    seconds = host(x)
    if not features:
        raise ParameterError("features is empty; expected {way: {sound: array}}.")
    fig, axes = figure(1, len(features), height=3.4, squeeze=False)
    kept = {}
    for ax, (way, sounds) in zip(axes[0], features.items(), strict=True):
        values = [host(v) for v in sounds.values()]
        for k, (sound, v) in enumerate(zip(sounds, values, strict=True)):
            style = {"color": COLOURS[k % len(COLOURS)], "linestyle": LINE_STYLES[k % len(LINE_STYLES)]}
            ax.plot(seconds, v, label=sound, linewidth=3.0 if k == 0 else 1.8, alpha=0.6 if k == 0 else 1.0, **style)
        kept[way] = max(float(np.max(np.abs(v - values[0]))) for v in values)
        label(ax, title=way, x="Time [s]", y="Feature" if ax is axes[0, 0] else "")
    axes[0, -1].legend(*axes[0, 0].get_legend_handles_labels(), loc="upper left", bbox_to_anchor=(1.0, 1.0))
    if title is None:
        told = [way for way, difference in kept.items() if difference > 1e-6]
        title = f"The level survives only in: {', '.join(told) if told else 'none'}"
    headline(fig, title)
    return fig


@styled
def nearest_sources(share: Any, names: Sequence[str], *, row: str, title: str | None = None) -> Figure:
    """From which recording the nearest frame comes: a row for each recording asked, its shares as grey and percent.

    Parameters
    ----------
    share : array (n, n)
        Rows add up to 1.
    names : sequence of str
        Of the n recordings.
    row : str
        The one that the title speaks of.
    title : str, optional
        The finding; by default the largest share in that row.

    """
    table = host(share)
    if table.shape != (len(names), len(names)):
        raise ParameterError(f"share has shape {table.shape} for {len(names)} names; expected a square of as many.")
    fig, ax = figure(width=7.5, height=5.0)
    ax.imshow(table, cmap="Greys", vmin=0, vmax=1.0, aspect="auto")
    for i, j in np.argwhere(table >= 0.1):
        ax.text(
            j,
            i,
            f"{100 * table[i, j]:.0f} %",
            ha="center",
            va="center",
            color="white" if table[i, j] > 0.5 else "black",
        )
    ax.set_xticks(range(len(names)), names, rotation=45, ha="right")
    ax.set_yticks(range(len(names)), names)
    ax.grid(visible=False)
    if row not in names:
        raise ParameterError(f"{row=} is not among the names; expected one of {list(names)}.")
    i = list(names).index(row)
    j = int(np.argmax(table[i]))
    if title is None:
        title = f"{100 * table[i, j]:.0f} % of the nearest frames to {names[i]} come from {names[j]}"
    label(ax, title=title, x="Recording of the nearest frame", y="Frames of")
    return fig
