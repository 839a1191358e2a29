"""Figures of lesson 14: what goes through a GPU's memory, how fast it could be, and who waits for whom."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..cuda.model import mel_traffic
from ..errors import ParameterError
from ._movie import Movie, movie
from ._style import COLOURS, LINE_STYLES, Figure, figure, label, styled

__all__ = ["bytes_moving", "crossover", "least_times", "roofline", "timeline"]


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
        The finding; by default how many of the points memory limits.

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
    taken: list[float] = []
    for k, (name, x) in enumerate(points.items()):
        y = min(x * memory_rate, arithmetic_rate) / 1e12
        ax.plot([x], [y], marker="os^D"[k % 4], markersize=9, color=COLOURS[k % len(COLOURS)], linestyle="none")
        to = (8, (-16, 10, -32, 26)[taken.count(y) % 4])  # on the flat part, labels above the roof and below in turn
        taken.append(y)
        ax.annotate(f"{name}: {y:.3g} of {arithmetic_rate / 1e12:.3g}", (x, y), xytext=to, textcoords="offset points")
    ax.margins(y=0.2)
    ax.set_xlim(right=8 * high)
    slow = sum(x < ridge for x in points.values())
    finding = f"Simulated: memory limits {slow} of {len(points)}, arithmetic the others"
    label(ax, title=title or finding, x="Operations for each byte moved", y="10¹² operations\na second")
    return fig


@styled
def timeline(events: Sequence[tuple[str, str, float, float]], *, read: Sequence[float] = (), title: str = "") -> Figure:
    """Who does what, when: the host's row above, the device's below.

    Parameters
    ----------
    events : sequence of (who, what, begin, end)
        As :attr:`dspkit.cuda.SimulatedGPU.events`; times in seconds.
    read : sequence of float
        When the host read its clock: a dashed line each, numbered from 1.
    title : str
        The finding; by default, where there are three readings (before a call, after it, and after waiting for the
        device), what they show.

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
    for number, when in enumerate(read, 1):
        ax.axvline(1e3 * when, color="0.2", linestyle="--", linewidth=1.4)
        ax.text(1e3 * when, -0.62, f" {number}", ha="left", va="center", fontweight="bold")
    handles, names = ax.get_legend_handles_labels()
    first = dict(reversed(list(zip(names, handles, strict=True))))
    ax.legend(list(first.values())[::-1], list(first)[::-1], loc="upper left", bbox_to_anchor=(1.0, 1.0))
    ax.set_yticks([0, 1], ["host", "device"])
    ax.set_ylim(1.5, -0.9)
    ax.grid(visible=False, axis="y")
    finding = "Simulated: the call returns at 2, the work is done at 3" if len(read) == 3 else ""
    label(ax, title=title or finding, x="Time [ms]")
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


@styled
def least_times(times: Mapping[str, float], *, title: str = "") -> Figure:
    """The least time of each part of a computation, as bars.

    Parameters
    ----------
    times : name: seconds
        A bar each, from above.
    title : str
        The finding; by default the longest one's share of the sum, and that the times are simulated.

    """
    if not times or min(times.values()) <= 0:
        raise ParameterError(f"times={dict(times)}; expected names and seconds, above zero.")
    longest = max(times, key=lambda k: times[k])
    share = 100 * times[longest] / sum(times.values())
    fig, ax = figure(height=0.9 + 0.45 * len(times), width=7.5)
    for row, seconds in enumerate(times.values()):
        ax.barh(row, 1e3 * seconds, height=0.6, color=COLOURS[row % len(COLOURS)], edgecolor="black")
        ax.text(1e3 * seconds, row, f" {1e3 * seconds:.3g} ms", va="center")
    ax.set_xlim(0, 1.2e3 * times[longest])
    ax.set_yticks(range(len(times)), list(times))
    ax.invert_yaxis()
    ax.grid(visible=False, axis="y")
    label(ax, title=title or f"Simulated: {longest} takes {share:.0f} % of the time", x="Time [ms]")
    return fig


@styled
def bytes_moving(*, n_fft: int = 2048, hop_length: int = 512, n_mels: int = 128, frames: int = 44) -> Movie:
    """A mel spectrogram's bytes on their way between a device's memory and its chip, step by step and in one pass.

    Both move bytes at one rate, so that a bar's length is time, too. The counts are those of
    :func:`dspkit.cuda.mel_traffic`; the last picture's title says how many times as many bytes the steps move.

    Parameters
    ----------
    n_fft, hop_length, n_mels : int
        As for :func:`dspkit.melspectrogram`.
    frames : int
        How many pictures.

    """
    ways = {
        name: _journeys(name, n_fft=n_fft, hop_length=hop_length, n_mels=n_mels)
        for name in ("step by step", "one pass")
    }
    totals = {name: sum(amount for _, amount in trips) for name, trips in ways.items()}
    longest = max(totals.values())
    fig, axes = figure(2, 2, width=9.0, height=1.7, gridspec_kw={"width_ratios": [1, 2.2]})
    parts: list[Any] = []
    steps_of = (["window", "FFT", "power", "bands"], ["all"])
    for (place, bar), (name, trips), labels in zip(axes, ways.items(), steps_of, strict=True):
        for x, what in ((0.0, "memory"), (1.0, "chip")):
            place.text(x, 0.5, what, ha="center", va="center", bbox={"facecolor": "0.92", "edgecolor": "0.3", "pad": 9})
        place.set(xlim=(-0.45, 1.35), ylim=(0, 1.35))
        place.set_axis_off()
        dot = place.plot([0.5], [0.5], "s", markersize=11, color=COLOURS[1])[0]
        said = place.text(0.45, 1.0, "", ha="center", fontsize=11)
        filled = [
            bar.barh(
                0, 0, left=0, height=0.5, color=COLOURS[k // 2 % 4], edgecolor="white", hatch="//" if k % 2 else ""
            )[0]
            for k in range(len(trips))
        ]
        names = [bar.text(0, -0.29, "", fontsize=9, ha="center", va="top") for _ in trips[::2]]
        count = bar.text(0, 0.3, "", fontweight="bold", va="bottom")
        bar.set(xlim=(0, 1.12 * longest), ylim=(-0.65, 1.0), yticks=[])
        bar.text(0.01 * longest, 0.98, name, fontsize=11, va="top")
        bar.grid(visible=False)
        begin = 0.0
        for k, text in enumerate(names):
            wide = trips[2 * k][1] + trips[2 * k + 1][1]
            text.set_x(begin + wide / 2)
            begin += wide
        parts.append((trips, dot, said, filled, count, names, labels))
    label(axes[0, 1], title=" ")
    label(axes[1, 1], x="Bytes moved for each sample (plain: read; hatched: written)")

    def update(k: int) -> list[Any]:
        moved = longest * k / (frames - 1)
        for trips, dot, said, filled, count, names, labels in parts:
            _travel(trips, moved, dot, said, filled, count)
            for text, what, bar in zip(names, labels, filled[1::2], strict=True):
                text.set_text(what if bar.get_width() > 0 else "")  # a step's name, once it writes
        last = k == frames - 1
        ratio = totals["step by step"] / totals["one pass"]
        axes[0, 1].set_title(f"The steps move {ratio:.0f} times as many bytes" if last else " ", loc="left")
        return [axes[0, 1].title, axes[0, 1]._left_title, *(a for p in parts for a in (p[1], p[2], *p[3], p[4], *p[5]))]

    what = "bytes go from memory to chip and back, eight times in steps, and twice in one pass"
    return movie(fig, update, frames, what=what, seconds=6.0, hold=2.0)


def _journeys(way: str, **settings: int) -> list[tuple[str, float]]:
    """What is read, what is written, in this order: the words and the bytes a sample."""
    steps = mel_traffic(**settings)[way]
    if way == "one pass":
        (total,) = steps.values()
        return [("reads the sound", 4.0), ("writes the bands", total - 4.0)]
    frames = steps["frames × window"] - 4.0
    spectra = steps["FFT"] - frames
    power = steps["power"] - spectra
    values = {"sound": 4.0, "frames": frames, "spectra": spectra, "powers": power, "bands": steps["bands"] - power}
    names = list(values)
    return [
        trip
        for read, written in itertools.pairwise(names)
        for trip in ((f"reads the {read}", values[read]), (f"writes the {written}", values[written]))
    ]


def _travel(
    trips: Sequence[tuple[str, float]], moved: float, dot: Any, said: Any, filled: Sequence[Any], count: Any
) -> None:
    """Draw one way when so many bytes have moved."""
    begin, now = 0.0, ("done", 1.0)
    for k, (what, amount) in enumerate(trips):
        done = min(max(moved - begin, 0.0), amount)
        filled[k].set_x(begin)
        filled[k].set_width(done)
        if begin <= moved < begin + amount:
            there = done / amount
            now = what, there if what.startswith("reads") else 1.0 - there
        begin += amount
    finished = moved >= begin
    said.set_text("done" if finished else now[0])
    dot.set_xdata([0.5 if finished else 0.28 + 0.5 * now[1]])
    dot.set_visible(not finished)
    count.set_text(f"{min(moved, begin):.0f} bytes")
    count.set_x(min(moved, begin))
