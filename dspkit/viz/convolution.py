"""Figures of lesson 04: copies that add, a kernel that slides, filters, what wraps around, how far back a layer sees.

One thing has one colour in all of them: the sound is blue, the kernel (impulse response) orange, what comes out green,
and what went wrong pink.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.axes import Axes

from .._arrays import as_numbers
from .._validate import positive_int
from ..convolution import _MODES, Padding, conv1d, conv1d_output_length, conv1d_padding
from ..errors import ParameterError
from ..frames import extend
from ._movie import Movie, movie
from ._style import COLOURS, STYLE, Figure, figure, headline, host, label, mark, styled
from .sounds import _BOX, _draw, _sound

__all__ = [
    "channel_links",
    "copies_add",
    "error_map",
    "filters",
    "flip_and_slide",
    "kernel_steps",
    "padded_sounds",
    "receptive_field",
    "response",
    "three_views",
    "wrapped",
]

SOUND, KERNEL, RESULT, WRONG = COLOURS[0], COLOURS[1], COLOURS[2], COLOURS[3]
GREY = "0.55"


@styled
def response(
    x: Any,
    h: Any,
    y: Any,
    sr: float,
    *,
    zoom: float | None = None,
    marks: Mapping[str, tuple[float, float]] | None = None,
    title: str = "What goes in, the answer to a click, and what comes out",
) -> Figure:
    """A sound, the impulse response of what it went through, and what came out: on one time axis, each with its scale.

    Dotted lines show where the sound ends.

    Parameters
    ----------
    x, h, y : arrays (n,)
        Samples: what goes in, the impulse response, what comes out.
    sr : float
        Their rate in hertz.
    zoom : float, optional
        Beside these, the first ``zoom`` seconds of the impulse response alone, in milliseconds.
    marks : words: (seconds, amplitude), optional
        Arrows at places of the impulse response; in the enlarged part, if there is one.

    """
    rows = {"sound x": (x, SOUND), "impulse response h": (h, KERNEL), "what comes out, y": (y, RESULT)}
    sounds = {name: (np.atleast_2d(_sound(each))[0], colour) for name, (each, colour) in rows.items()}
    if zoom is None:
        fig, axes = figure(3, height=1.55, sharex=True)
    else:
        fig, grid = figure(3, 2, height=1.45, sharex="col", gridspec_kw={"width_ratios": [1.25, 1]})
        axes, place = grid[:, 0], grid[0, 1].get_gridspec()[:, 1]
        for ax in grid[:, 1]:
            ax.remove()
        close = fig.add_subplot(place)
        first = sounds["impulse response h"][0][: round(zoom * sr)]
        close.plot(np.arange(first.size) / sr * 1000, first, color=KERNEL, lw=1.2)
        close.set_ylim(1.15 * min(float(np.min(first)), -1e-6), 1.25 * max(float(np.max(first)), 1e-6))
        close.set_xlim(-0.03 * 1000 * zoom, 1000 * zoom)
        label(close, title=f"The first {1000 * zoom:g} ms of h", x="Time [ms]", y="Amplitude")
    for ax, (name, (each, colour)) in zip(axes, sounds.items(), strict=True):
        _draw(ax, each, sr, 0.0, None, colour=colour)
        ax.set_ylim(*(1.15 * min(float(np.min(each)), -1e-6), 1.15 * max(float(np.max(each)), 1e-6)))
        ax.text(0.995, 0.96, name, transform=ax.transAxes, ha="right", va="top", bbox=_BOX, color=colour)
        label(ax, y="Amplitude")
    end = max(each.size for each, _ in sounds.values()) / sr
    axes[0].set_xlim(-0.006 * end, end)
    in_time = sorted((marks or {}).items(), key=lambda item: item[1])
    for i, (words, (seconds, amplitude)) in enumerate(in_time):
        if zoom is None:
            mark(axes[1], words, (seconds, amplitude), to=(44 + 56 * i, 16 - 3 * i))
        else:
            mark(close, words, (1000 * seconds, amplitude), to=(20, 26 + 22 * (i % 2)))  # neighbours at two heights
    axes[2].set_xlabel("Time [s]")
    ends = sounds["sound x"][0].size / sr
    for ax in (axes[0], axes[2]):
        ax.axvline(ends, color="0.4", lw=1.0, ls=":")
    if ends < 0.8 * end:
        mark(axes[0], "x ends", (ends, 0.0), to=(40, 16))
    if zoom is None:
        label(axes[0], title=title, y="Amplitude")
    else:
        headline(fig, title)
    return fig


# --- A table: the sound above, a row for each copy, their sum below -----------------------------------------------


class _Stems:
    """Stems with heads on a base line of their own; ``height`` axis units are 1."""

    def __init__(self, ax: Axes, colour: str, height: float, *, size: float = 6.5, alpha: float = 1.0) -> None:
        self.height = height
        self.sticks = ax.vlines([], [], [], color=colour, lw=2.2, alpha=alpha)
        (self.heads,) = ax.plot([], [], "o", color=colour, ms=size, alpha=alpha)

    def set(self, n: Any, values: Any, base: float) -> None:
        n, values = np.asarray(n, "float64"), np.asarray(values, "float64")
        tips = base + self.height * values
        self.sticks.set_segments([[(i, base), (i, tip)] for i, tip in zip(n, tips, strict=True)])
        self.heads.set_data(n, tips)

    @property
    def artists(self) -> list[Any]:
        return [self.sticks, self.heads]


def _number(value: float) -> str:
    """A few digits, and a minus sign that is one."""
    return f"{value:.3g}".replace("-", "−")


def _bracketed(value: float) -> str:
    """As a factor or a term: a negative one in brackets."""
    return f"({_number(value)})" if value < 0 else _number(value)


def _numbers(ax: Axes, n: Any, values: Any, base: float, height: float, colour: str) -> list[Any]:
    """Each stem's value beside its head."""
    texts = []
    for i, value in zip(n, values, strict=True):
        texts.append(
            ax.text(i + 0.13, base + height * value, _number(value), color=colour, fontsize=10, ha="left", va="center")
        )
    return texts


def _table(
    names: Sequence[str], columns: tuple[float, float], lines: tuple[float, float], *, height: float
) -> tuple[Figure, Axes]:
    """One axes in which each row has a name and a base line of its own, from ``lines[0]`` to ``lines[1]``."""
    n_rows = len(names)
    fig, ax = figure(height=height)
    ax.hlines(-np.arange(n_rows), *lines, color="0.75", lw=0.8, zorder=0)
    ax.set_yticks([-row for row in range(n_rows)], names)
    ax.set_ylim(-n_rows + 0.35, 0.95)
    ax.set_xlim(*columns)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.grid(False)
    ax.xaxis.get_major_locator().set_params(integer=True)
    return fig, ax


def copies_add(x: Any, h: Any, *, at: int | None = None) -> Movie:
    """Each sample launches a copy of the impulse response, scaled and delayed, and the copies add up: a movie.

    Parameters
    ----------
    x, h : arrays (n,) and (k,)
        A few samples (at most 8), and a few of the impulse response (at most 6).
    at : int, optional
        The output whose column is marked in the last picture; the largest one if not given.

    """
    x, h = _few(x, "x", 8), _few(h, "h", 6)
    y = np.convolve(x, h)
    at = int(np.argmax(np.abs(y))) if at is None else positive_int(at, "at", minimum=0)
    if at >= y.size:
        raise ParameterError(f"at={at}; expected one of the {y.size} outputs, 0 to {y.size - 1}.")
    step, scale = 9, 0.72 / max(np.max(np.abs(x)), np.max(np.abs(y)), np.max(np.abs(np.outer(x, h))))
    names = ["sound  x[n]", *(f"x[{k}]·h[n{f'−{k}' if k else ''}]" for k in range(x.size)), "sum  y[n]"]
    bottom = -(x.size + 1)
    with rc_context(STYLE):
        away = y.size + 0.4  # where the impulse response stands, at the right of the table
        right = away + max(h.size, 3) - 0.2
        fig, ax = _table(names, (-0.5, right), (-0.5, y.size - 0.4), height=0.64 * (x.size + 2) + 1.2)
        ax.set_ylim(bottom - 1.05, 0.95)
        ax.set_xticks(range(y.size))
        ax.spines["bottom"].set_bounds(-0.5, y.size - 0.4)
        label(ax, title="Each sample launches a copy of h, scaled by the sample", x="n [samples]")
        for row, colour in ((0, SOUND), (-bottom, RESULT)):
            ax.get_yticklabels()[row].set_color(colour)
        first = _Stems(ax, SOUND, scale)
        first.set(np.arange(x.size), x, 0.0)
        _numbers(ax, np.arange(x.size), x, 0.0, scale, SOUND)
        ax.xaxis.set_label_coords((y.size / 2) / (right + 0.5), -0.07)
        answer = _Stems(ax, KERNEL, scale)
        answer.set(away + np.arange(h.size), h, -1.0)
        _numbers(ax, away + np.arange(h.size), h, -1.0, scale, KERNEL)
        ax.text(away - 0.1, -1.3, "h[n], the response\nto a single 1", color=KERNEL, fontsize=10, va="top")
        (ring,) = ax.plot([], [], "o", mfc="none", mec="black", ms=13, mew=1.4)
        copies = [_Stems(ax, KERNEL, scale) for _ in x]
        values = [
            _numbers(ax, k + np.arange(h.size), x[k] * h, -(k + 1.0), scale, KERNEL) if x[k] else []
            for k in range(x.size)
        ]
        total = _Stems(ax, RESULT, scale)
        sums = _numbers(ax, np.arange(y.size), y, bottom, scale, RESULT)
        band = ax.axvspan(at - 0.38, at + 0.62, ymin=0.14, ymax=0.86, color=COLOURS[4], alpha=0.22, lw=0)
        terms = [x[k] * h[at - k] for k in range(x.size) if 0 <= at - k < h.size and x[k]]
        said = " + ".join(_bracketed(term) for term in terms)
        column = f"y[{at}] = {said} = {_number(y[at])}: the sum of its column"
        pointed = mark(ax, column, (at, bottom - 0.06), to=(26, -18))
    frames = x.size * step + 1
    texts = [text for row in values for text in row]

    def update(frame: int) -> list[Any]:
        done, phase = min(frame // step, x.size), frame % step
        end = frame >= frames - 1
        partial = np.zeros(y.size)
        for k, copy in enumerate(copies):
            landing = 1.0 if k < done else min(phase, 5) / 5 if k == done and not end else -1.0
            shown = landing >= 0.0 and (x[k] != 0 or landing == 1.0)
            eased = landing * landing * (3 - 2 * landing)
            height = -0.45 - (k + 0.55) * eased  # from below the sound down to its own line
            copy.set(k + np.arange(h.size) if shown else [], x[k] * h if shown else [], height)
            arrived = 1.0 if k < done else (phase - 5) / (step - 5) if k == done and phase > 5 and not end else 0.0
            partial[k : k + h.size] += arrived * x[k] * h
            for text in values[k]:
                text.set_visible(k < done or (k == done and phase >= 5 and not end))
        total.set(np.arange(y.size), partial, bottom)
        ring.set_data([done] if done < x.size else [], [scale * x[done]] if done < x.size else [])
        for text in sums:
            text.set_visible(end)
        band.set_visible(end)
        pointed.set_visible(end)
        ax.set_title(
            "Every sample launches a scaled, delayed copy of h; the copies add up"
            if end
            else "Each sample launches a copy of h, scaled by the sample"
        )
        moving = [each for stems in (*copies, total) for each in stems.artists]
        return [*moving, ring, *texts, *sums, band, pointed, ax._left_title]  # type: ignore[attr-defined]

    what = f"each of {x.size} samples launches a copy of the impulse response; the copies add up to {y.size} outputs"
    return movie(fig, update, frames, what=what, seconds=5.8, hold=2.2)


def flip_and_slide(x: Any, h: Any) -> Movie:
    """The impulse response, flipped, slides along the sound: at each place products are added, one output: a movie.

    ``x`` (n,) has at most 8 samples, ``h`` (k,) at most 6.
    """
    x, h = _few(x, "x", 8), _few(h, "h", 6)
    y, k = np.convolve(x, h), h.size
    step, scale = 6, 0.72 / max(np.max(np.abs(x)), np.max(np.abs(h)), np.max(np.abs(y)))
    padded = np.pad(x, (k - 1, k - 1))
    n = np.arange(1 - k, y.size)
    names = ["sound  x[k]", "flipped  h[n−k]", "output  y[n]"]
    with rc_context(STYLE):
        fig, ax = _table(names, (0.4 - k, y.size - 0.2), (0.4 - k, y.size - 0.2), height=3.5)
        ax.set_ylim(-2.75, 0.95)
        for row, colour in enumerate((SOUND, KERNEL, RESULT)):
            ax.get_yticklabels()[row].set_color(colour)
        ax.set_xticks(n)
        label(ax, title="The flipped kernel slides along the sound", x="k, n [samples]")
        outside = n[(n < 0) | (n >= x.size)]
        ax.plot(outside, np.zeros(outside.size), "s", mfc="white", mec=GREY, ms=7)
        sound = _Stems(ax, SOUND, scale)
        sound.set(np.arange(x.size), x, 0.0)
        heard = _numbers(ax, np.arange(x.size), x, 0.0, scale, SOUND)
        kernel, total = _Stems(ax, KERNEL, scale), _Stems(ax, RESULT, scale)
        taps = _numbers(ax, np.zeros(k), h[::-1], -1.0, scale, KERNEL)
        sums = _numbers(ax, np.arange(y.size), y, -2.0, scale, RESULT)
        band = ax.axvspan(0.0, float(k), ymin=0.4, ymax=0.99, color=COLOURS[4], alpha=0.2, lw=0, zorder=0)
        said = ax.text(0.995, 0.06, "", transform=ax.transAxes, ha="right", va="center", fontsize=11, bbox=_BOX)
        back = int(np.argmax(np.abs(y)))  # where the last picture stands
        terms = [(h[j], padded[back - j + k - 1]) for j in reversed(range(k)) if 0 <= back - j < x.size]
        products = " + ".join(f"{_number(a)}·{_bracketed(b)}" for a, b in terms)
        pointed = mark(ax, f"y[{back}] = {products} = {_number(y[back])}", (back, -2.06), to=(26, -16))
    frames = y.size * step + 1

    def update(frame: int) -> list[Any]:
        end = frame >= frames - 1
        here = back if end else min(frame // step, y.size - 1)  # the output that is made
        moved = 1.0 if end or not here else min(frame % step, 4) / 4
        at = here - 1 + moved * moved * (3 - 2 * moved)
        taken = at - k + 1 + np.arange(k)
        kernel.set(taken, h[::-1], -1.0)
        for i, text in enumerate(taps):
            text.set_x(taken[i] + 0.13)
        band.set_xy((at - k + 0.6, 0.4))
        made = y.size if end else here + 1 if moved == 1.0 else here
        total.set(np.arange(made), y[:made], -2.0)
        for i, text in enumerate(sums):
            text.set_visible(i < made)
        last = made - 1
        terms = [(h[j], padded[last - j + k - 1]) for j in reversed(range(k)) if 0 <= last - j < x.size]
        products = " + ".join(f"{_number(a)}·{_bracketed(b)}" for a, b in terms)
        said.set_text(f"y[{last}] = {products} = {_number(y[last])}" if made and not end else "")
        pointed.set_visible(end)
        ax.set_title(
            "Flip, slide, multiply, add: the same numbers, one column at a time"
            if end
            else "The flipped kernel slides along the sound"
        )
        moving = [
            band,
            *sound.artists,
            *heard,
            *kernel.artists,
            *total.artists,
            *taps,
            *sums,
            said,
            pointed,
        ]  # band behind
        return [*moving, ax._left_title]  # type: ignore[attr-defined]

    what = f"a flipped kernel of {k} taps slides along {x.size} samples and makes {y.size} outputs, one at a time"
    return movie(fig, update, frames, what=what, seconds=5.8, hold=2.2)


@styled
def three_views(
    x: Any,
    h: Any,
    at: int,
    strengths: Mapping[str, Any],
    *,
    title: str = "One convolution: by rows, by columns, by partials",
) -> Figure:
    """One convolution seen three ways: copies that add, a flipped kernel at one place, and partials that are scaled.

    ``x`` (n,) and ``h`` (k,) are a few numbers, ``at`` is the output that the second panel makes. ``strengths`` maps
    "X", "H" and "Y" to the magnitudes of their partials, one for each bin. The same output is shaded in the first two
    panels, one product in the third.
    """
    x, h = _few(x, "x", 8), _few(h, "h", 6)
    y = np.convolve(x, h)
    if not 0 <= at < y.size or set(strengths) != {"X", "H", "Y"}:
        raise ParameterError(f"{at=} and {list(strengths)}; expected an output below {y.size}, and X, H, Y.")
    fig, (rows, column, bins) = figure(1, 3, height=3.9, gridspec_kw={"width_ratios": [1.15, 1.15, 1]})
    scale = 0.75 / max(np.max(np.abs(np.outer(x, h))), np.max(np.abs(y)), np.max(np.abs(x)))
    for k, value in enumerate(x):
        _Stems(rows, KERNEL, scale, size=4).set(k + np.arange(h.size), value * h, -k)
    _Stems(rows, RESULT, scale, size=5).set(np.arange(y.size), y, -x.size)
    rows.set_xlim(-0.6, y.size - 0.4)
    rows.axvspan(at - 0.4, at + 0.4, ymin=0.02, color=COLOURS[4], alpha=0.2, lw=0)
    rows.set_yticks([*range(-x.size, 1)], ["y", *(f"x[{k}]·h" for k in reversed(range(x.size)))])
    label(rows, title="Rows: copies of h add up", x="n [samples]")
    taken = at - h.size + 1 + np.arange(h.size)
    _Stems(column, SOUND, scale, size=5).set(np.arange(x.size), x, 0.0)
    _Stems(column, KERNEL, scale, size=5).set(taken, h[::-1], -1.3)
    _Stems(column, RESULT, scale, size=5).set(np.arange(y.size), y, -2.9)
    column.set_xlim(-0.6, y.size - 0.4)
    column.axvspan(taken[0] - 0.4, at + 0.4, ymin=0.42, color=COLOURS[4], alpha=0.2, lw=0)
    column.annotate(
        "", (at, -2.9 + scale * max(y[at], 0.0) + 0.08), (at, -1.4), arrowprops={"arrowstyle": "-|>", "color": "black"}
    )
    column.set_yticks([-2.9, -1.3, 0.0], ["y", "h flipped", "x"])
    label(column, title="Columns: flip, slide, add", x="n [samples]")
    for ax, n_rows, low, high in ((rows, x.size + 1, -x.size, 0.0), (column, 3, -2.9, 0.0)):
        for base in range(n_rows) if ax is rows else (0.0, 1.3, 2.9):
            ax.axhline(-base, color="0.75", lw=0.8, zorder=0)
        ax.set_ylim(low - 0.5, high + 0.95)
        ax.tick_params(axis="y", length=0)
        ax.grid(False)
        ax.xaxis.get_major_locator().set_params(integer=True)
    bases = {"X": 0.0, "H": -1.45, "Y": -2.9}
    values = {name: host(strengths[name]).astype("float64") for name in bases}
    high = 0.75 / max(float(np.max(each)) for each in values.values())
    for (name, base), colour in zip(bases.items(), (SOUND, KERNEL, RESULT), strict=True):
        bins.axhline(base, color="0.75", lw=0.8, zorder=0)
        _Stems(bins, colour, high, size=5).set(np.arange(values[name].size), values[name], base)
        _numbers(bins, np.arange(values[name].size), np.round(values[name], 2), base, high, colour)
    bins.axvspan(-0.25, 0.75, ymin=0.02, color=COLOURS[4], alpha=0.2, lw=0)
    for sign, base in (("×", -0.36), ("=", -1.82)):
        bins.text(0.25, base, sign, ha="center", va="center", fontsize=14)
    bins.set_xlim(-0.6, values["X"].size - 0.2)
    bins.set_ylim(-3.4, 0.95)
    bins.set_yticks([*bases.values()], ["|X|", "|H|", "|Y|"])
    bins.tick_params(axis="y", length=0)
    bins.grid(False)
    bins.xaxis.get_major_locator().set_params(integer=True)
    label(bins, title="Partials: strengths multiply", x="m [number of the partial]")
    headline(fig, title)
    return fig


# --- Filters -----------------------------------------------------------------------------------------------------


@styled
def filters(
    responses: Mapping[str, Any],
    freqs: Any,
    gains: Mapping[str, Any],
    *,
    marks: Mapping[str, tuple[str, float, float]] | None = None,
    chains: Mapping[str, float] | None = None,
    sr: float | None = None,
    title: str = "Where the delayed copies are out of step, partials weaken or cancel",
) -> Figure:
    """Impulse responses on the left; on the right how much of each frequency they leave.

    Parameters
    ----------
    responses : name: array (k,)
        Kernels of a few taps, each in a row.
    freqs : array (m,)
        Frequencies in hertz.
    gains : name: array (m,)
        Amplitude out over amplitude in, at those frequencies.
    marks : name: (words, frequency in Hz, gain), optional
        What an arrow points at.
    chains : name: frequency in Hz, optional
        Between the two, for every name: what each tap makes of a tone of that frequency, as arrows one behind the
        other (a tap's length, turned by its delay). From start to end it is the gain. Needs ``sr``.
    sr : float, optional
        The sample rate in hertz, for ``chains``.

    """
    if not responses or set(responses) != set(gains):
        raise ParameterError(f"responses {list(responses)} and gains {list(gains)}; expected the same names, some.")
    if chains is not None and (sr is None or set(chains) != set(responses)):
        raise ParameterError(f"chains for {list(chains)}, {sr=}; expected one for each of {list(responses)}, and sr.")
    widths = [1, 1.5] if chains is None else [1, 0.75, 1.5]
    fig, axes = figure(len(responses), len(widths), height=1.5, squeeze=False, gridspec_kw={"width_ratios": widths})
    for i, ((name, h), (left, *middle, right)) in enumerate(zip(responses.items(), axes, strict=True)):
        h, last = host(h).astype("float64"), i == len(responses) - 1
        if chains is not None and sr is not None:
            _chain(middle[0], h, chains[name], sr, name)
        left.vlines(np.arange(h.size), 0.0, h, color=KERNEL, lw=2.0)
        left.plot(np.arange(h.size), h, "o", color=KERNEL, ms=4)
        left.margins(x=0.08, y=0.15)
        left.xaxis.get_major_locator().set_params(integer=True)
        left.axhline(0.0, color="0.6", lw=0.8)
        label(left, title=name, x="j [samples]" if last else "", y="h[j]")
        right.plot(host(freqs) / 1000, host(gains[name]), color=KERNEL, lw=1.5)
        right.axhline(1.0, color="0.4", lw=0.9, ls=":")
        right.set_ylim(0.0, 1.55 * max(1.0, float(np.max(host(gains[name])))))
        right.set_xlim(0.0, float(host(freqs)[-1]) / 1000)
        said = "" if i else "amplitude out / amplitude in"
        label(right, title=said, x="Frequency [kHz]" if last else "", y="Gain")
        if marks and name in marks:
            words, freq, gain = marks[name]
            mark(right, words, (freq / 1000, gain), to=(16, 38))
    headline(fig, title)
    return fig


def _chain(ax: Axes, h: np.ndarray, f: float, sr: float, name: str) -> None:
    """Arrows one behind the other: tap j as long as h[j], turned by 2πfj/sr; dashed, from start to end, the gain."""
    turned = 2 * np.pi * f * np.arange(h.size) / sr
    steps = np.stack([h * np.cos(turned), h * np.sin(turned)], axis=1)[h != 0]
    corners = np.concatenate([np.zeros((1, 2)), np.cumsum(steps, axis=0)])
    for start, end in itertools.pairwise(corners):
        style = {"arrowstyle": "-|>", "color": KERNEL, "lw": 1.6, "shrinkA": 0, "shrinkB": 0}
        ax.annotate("", end, start, arrowprops=style)
    ends = corners[[0, -1]]
    ax.plot(ends[:, 0], ends[:, 1], "--", color="black", lw=1.4, label=name)
    ax.plot(*ends[0], "o", color="black", ms=4)
    middle, half = (corners.max(axis=0) + corners.min(axis=0)) / 2, 0.62 * np.ptp(corners, axis=0).max()
    ax.set_xlim(middle[0] - 1.5 * half, middle[0] + 1.5 * half)
    ax.set_ylim(middle[1] - half, middle[1] + half)
    ax.set_aspect("equal")
    ax.set_xticks([])
    ax.set_yticks([])
    ax.spines[["left", "bottom"]].set_visible(False)
    ax.grid(False)
    label(ax, title=f"{f:.0f} Hz: gain {np.hypot(*ends[1]):.2f}")


@styled
def wrapped(y: Any, n: int, *, title: str = "On a loop that is too short, the end is added to the beginning") -> Figure:
    """A convolution's outputs beside what a product of DFTs of ``n`` points gives: what is too long lands in front.

    ``y`` (m,) are all outputs, at most 40; of them those from ``n`` on wrap around.
    """
    y = _few(y, "y", 40)
    n = positive_int(n, "n", unit="samples")
    if not y.size / 2 <= n < y.size:
        raise ParameterError(f"n={n} for {y.size} outputs; expected fewer, and half of them at least.")
    tail = y.size - n
    fig, (whole, ring) = figure(1, 2, height=3.0, sharey=True, gridspec_kw={"width_ratios": [y.size, n + 1]})
    i = np.arange(y.size)
    whole.bar(i[:n], y[:n], 0.6, color=RESULT)
    whole.bar(i[n:], y[n:], 0.6, color=WRONG, hatch="//", ec="white")
    ring.bar(i[:n], y[:n], 0.6, color=RESULT)
    ring.bar(i[:tail], y[n:], 0.6, bottom=y[:tail], color=WRONG, hatch="//", ec="white")
    high = 1.3 * max(float(np.max(y)), float(np.max(y[:tail] + y[n:])))
    for ax in (whole, ring):
        ax.axhline(0.0, color="0.4", lw=0.8)
        ax.set_axisbelow(True)
        ax.set_ylim(min(0.0, 1.2 * float(np.min(y))), high)
        ax.xaxis.get_major_locator().set_params(integer=True)
    whole.axvline(n - 0.5, color="0.4", ls=":")
    mark(whole, f"the last {tail} outputs", (n + (tail - 1) / 2, float(np.max(y[n:]))), to=(0, 34))
    mark(ring, f"the last {tail}, added to the first", (0.1, float(y[0] + y[n])), to=(16, 50))
    label(whole, title=f"{y.size} points: room for all", x="n [samples]", y="y[n]")
    label(ring, title=f"{n} points: the end wraps around", x="n [samples]")
    headline(fig, title)
    return fig


# --- A layer's options --------------------------------------------------------------------------------------------


@styled
def kernel_steps(
    x: Any,
    kernel: Any,
    *,
    at: Sequence[int] | None = None,
    stride: int = 1,
    padding: Padding = "valid",
    dilation: int = 1,
    title: str = "",
) -> Figure:
    """A kernel on its way along a sound: a row for each place, the sound on the left, what has come out on the right.

    Parameters
    ----------
    x, kernel : arrays (n,) and (k,)
        A few samples and taps: each product is written out.
    at : sequence of int, optional
        Which outputs get a row; the first four if not given.
    stride, padding, dilation
        As for :func:`dspkit.conv1d`; padding is drawn as empty boxes of zeros.

    """
    x, w = _row(x, "x"), _row(kernel, "kernel")
    how: dict[str, Any] = {"stride": stride, "padding": padding, "dilation": dilation}
    n_out = conv1d_output_length(x.size, w.size, **how)
    places = list(range(min(4, n_out))) if at is None else [positive_int(i, "at", minimum=0) for i in at]
    if not places or max(places) >= n_out:
        raise ParameterError(f"at={places}; expected some of the {n_out} outputs, 0 to {n_out - 1}.")
    left, right = conv1d_padding(x.size, w.size, **how)
    y = conv1d(x, w, **how)
    low, high = min(0.0, x.min()), max(x.max(), 0.0)
    fig, axes = figure(
        len(places),
        2,
        height=1.5 if len(places) > 1 else 2.6,
        squeeze=False,
        sharex="col",
        gridspec_kw={"width_ratios": [2.2, 1]},
    )
    n = np.arange(-left, x.size + right)
    padded = np.pad(x, (left, right))
    for row, (place, (ax, out)) in enumerate(zip(places, axes, strict=True)):
        seen = place * stride - left + dilation * np.arange(w.size)
        inside = (n >= 0) & (n < x.size)
        ax.bar(n, padded, color=[SOUND if i in seen else "#9CC5E0" for i in n], width=0.6)
        ax.plot(n[~inside], np.zeros(np.sum(~inside)), "s", mfc="white", mec="0.4", ms=7)
        above = high * 1.12 + 0.05
        ax.plot([seen[0], seen[-1]], [above, above], color=KERNEL, lw=1.2, ls=":")
        for j, i in enumerate(seen):
            ax.plot([i], [above], "v", color=KERNEL, ms=7)
            ax.text(i, above + 0.06 * high, f"×{_number(w[j])}", ha="center", va="bottom", color=KERNEL)
        ax.set_ylim(low * 1.2, high * 1.65 + 0.1)
        out.bar(np.arange(place), y[:place], color="#9FD6C4", width=0.6)
        out.bar([place], [y[place]], color=RESULT, width=0.6)
        products = " + ".join(f"{_number(w[j])}·{_bracketed(padded[i + left])}" for j, i in enumerate(seen))
        out.set_title(f"{products} = {_number(y[place])}", fontsize=10, fontweight="normal", loc="right")
        out.set_xlim(-0.6, n_out - 0.4)
        out.set_ylim(min(0.0, 1.1 * y.min()), 1.1 * max(y.max(), 0.1))
        last = row == len(places) - 1
        for each in (ax, out):
            each.xaxis.get_major_locator().set_params(integer=True)
        label(ax, title=title if row == 0 else "", x="n [samples]" if last else "", y="x[n]")
        out.set_xlabel("n [outputs]" if last else "")
        out.set_ylabel("y[n]")
    return fig


@styled
def padded_sounds(x: Any, pad: int, *, modes: Sequence[str] = tuple(_MODES), title: str = "") -> Figure:
    """The same few samples, continued on both sides by each ``padding_mode``: a row for each, the own samples filled.

    ``x`` (n,); ``pad`` is the number of samples on either side, fewer than n.
    """
    x, pad = _row(x, "x"), positive_int(pad, "pad", unit="samples")
    if pad >= x.size:
        raise ParameterError(f"pad={pad} samples for a sound of {x.size}; expected fewer.")
    unknown = [mode for mode in modes if mode not in _MODES]
    if unknown or not modes:
        raise ParameterError(f"modes={list(modes)}; expected some of {', '.join(_MODES)}.")
    fig, axes = figure(len(modes), height=1.1, squeeze=False, sharex=True, sharey=True)
    n = np.arange(-pad, x.size + pad)
    inside = (n >= 0) & (n < x.size)
    low, high = min(0.0, x.min()), max(0.0, x.max())
    for i, (ax, mode) in enumerate(zip(axes[:, 0], modes, strict=True)):
        longer = extend(x, -pad, x.size + pad, _MODES[mode], pad)
        ax.axhline(0, color="black", lw=0.8)
        ax.vlines(n, 0, longer, color="0.7", lw=1.0)
        ax.plot(n[inside], longer[inside], "o", color=SOUND, ms=6)
        ax.plot(n[~inside], longer[~inside], "o", mfc="white", mec=SOUND, ms=6)
        ax.set_ylim(low - 0.1 * (high - low), high + 0.7 * (high - low))  # room for the name
        ax.text(0.995, 0.95, mode, transform=ax.transAxes, ha="right", va="top", bbox=_BOX)
        label(ax, title=title if i == 0 else "", x="n [samples]" if i == len(modes) - 1 else "", y="x[n]")
    return fig


@styled
def receptive_field(
    layers: Mapping[str, tuple[Sequence[int], Sequence[int]]],
    *,
    title: str = "The further apart its layers' taps, the further back a stack sees",
) -> Figure:
    """Stacks of causal layers: which samples the last output sees, and through which nodes.

    ``layers`` maps a name to (kernel sizes, dilations), the first layer first. The sound is at the bottom.
    """
    if not layers:
        raise ParameterError("layers is empty; expected names and (kernel sizes, dilations).")
    fig, axes = figure(1, len(layers), height=3.3, squeeze=False, sharey=True)
    widest = max(1 + sum(d * (k - 1) for k, d in zip(*stack, strict=True)) for stack in layers.values())
    for ax, (name, (sizes, dilations)) in zip(axes[0], layers.items(), strict=True):
        depth, alive = len(sizes), {0}
        for level in range(depth, 0, -1):
            k, d = sizes[level - 1], dilations[level - 1]
            below = {i - d * j for i in alive for j in range(k)}
            for i in sorted(alive):
                for j in range(k):
                    ax.plot([i, i - d * j], [level, level - 1], color=KERNEL, lw=1.2, zorder=1)
            colour = RESULT if level == depth else GREY
            ax.plot(sorted(alive), [level] * len(alive), "o", color=colour, ms=7 if level == depth else 5)
            alive = below
        seen = sorted(alive)
        ax.plot(range(-widest + 1, 1), [0] * widest, "o", mfc="white", mec="0.5", ms=5)
        ax.plot(seen, [0] * len(seen), "o", color=SOUND, ms=5)
        ax.set_yticks(range(depth + 1), ["sound", *(f"layer {i + 1}" for i in range(depth))])
        ax.set_xlim(-widest + 0.2, 0.8)
        ax.set_ylim(-0.5, depth + 0.4)
        ax.xaxis.get_major_locator().set_params(integer=True)
        ax.grid(False)
        label(ax, title=f"{name}: {len(seen)} samples", x="Time before now [samples]")
    if title:
        headline(fig, title)
    return fig


@styled
def channel_links(
    channels: int,
    kernel_size: int,
    *,
    title: str = "A line is a kernel: groups cut lines, a pointwise layer mixes again (dotted: 1 tap)",
) -> Figure:
    """Which input channels an output channel sees: a full layer, two groups, depthwise, and depthwise then pointwise.

    A line is one kernel; ``channels`` in and as many out (an even number).
    """
    c, k = positive_int(channels, "channels"), positive_int(kernel_size, "kernel_size", unit="samples")
    if c % 2 or c > 8:
        raise ParameterError(f"channels={c}; expected an even number, 8 at most.")
    kinds = {"full": [1], "groups=2": [2], f"groups={c}: depthwise": [c], "depthwise, then\npointwise": [c, 1]}
    fig, axes = figure(1, 4, height=3.4, gridspec_kw={"width_ratios": [1, 1, 1, 1.5]})
    for ax, (name, stages) in zip(axes, kinds.items(), strict=True):
        weights = 0
        for stage, groups in enumerate(stages):
            taps = 1 if stage else k
            size = c // groups
            for i in range(c):
                for o in range(i // size * size, (i // size + 1) * size):
                    style = {"lw": 1.8} if taps > 1 else {"lw": 1.2, "ls": ":"}
                    ax.plot([stage, stage + 1], [-i, -o], color=KERNEL, zorder=1, **style)
                    weights += taps
        for stage in range(len(stages) + 1):
            colour = SOUND if stage == 0 else RESULT if stage == len(stages) else GREY
            ax.plot([stage] * c, -np.arange(c), "o", color=colour, ms=10)
        ax.set_xticks(range(len(stages) + 1), ["in", *[""] * (len(stages) - 1), "out"])
        ax.set_yticks([])
        ax.set_xlim(-0.25, len(stages) + 0.25)
        ax.set_ylim(-c + 0.5, 0.5)
        ax.spines[["left", "bottom"]].set_visible(False)
        ax.tick_params(length=0)
        ax.grid(False)
        label(ax, title=name, x=f"{k * c} + {c * c} = {weights} weights" if len(stages) > 1 else f"{weights} weights")
    headline(fig, title)
    return fig


@styled
def error_map(
    first: Any,
    second: Any,
    error: Any,
    path: Any,
    *,
    goal: tuple[float, float],
    title: str = "Across the valley in a few leaps, then slowly along it",
) -> Figure:
    """The error for each choice of two taps, as a contour map, and the path that gradient descent took on it.

    Parameters
    ----------
    first, second : arrays (p,) and (q,)
        Values of the two taps.
    error : array (q, p)
        The mean squared error at each of them, positive somewhere.
    path : array (steps, 2)
        The taps after each step, the start first.
    goal : (float, float)
        Where the error is zero.

    """
    first, second, error, path = (host(v).astype("float64") for v in (first, second, error, path))
    if error.shape != (second.size, first.size) or path.ndim != 2 or path.shape[1] != 2:
        raise ParameterError(
            f"error has shape {error.shape} and path {path.shape}; expected ({second.size}, {first.size}) "
            f"and (steps, 2)."
        )
    fig, ax = figure(width=7.2, height=5.6)
    levels = 10.0 ** np.arange(-2.0, np.log10(np.max(error)), 0.5)
    lines = ax.contour(first, second, error, levels, colors="0.55", linewidths=0.9)
    ax.clabel(lines, lines.levels[4::2], fmt=lambda v: f"{v:g}", fontsize=9)
    ax.plot(path[:, 0], path[:, 1], "o-", color=KERNEL, ms=3.5, lw=1.3)
    ax.plot(*path[0], "s", color=KERNEL, ms=9)
    ax.plot(*goal, "*", color=RESULT, ms=18, mec="white", zorder=5)
    ax.text(0.01, 0.015, "on each line: the mean squared error E", transform=ax.transAxes, bbox=_BOX, fontsize=9)
    mark(ax, "start", (path[0, 0], path[0, 1]), to=(-30, 0))
    mark(ax, f"error 0: the kernel [{_number(goal[0])}, {_number(goal[1])}]", goal, to=(30, 24))
    ax.set_aspect("equal")
    ax.grid(False)
    label(ax, title=title, x="First tap w[0]", y="Second tap w[1]")
    return fig


def _few(values: Any, name: str, most: int) -> np.ndarray:
    row = host(as_numbers(values, name=name)[0]).astype("float64")
    if row.ndim != 1 or not 0 < row.size <= most or not np.any(row):
        raise ParameterError(f"{name} has shape {row.shape}; expected one row of 1 to {most} numbers, not all zero.")
    return row


def _row(values: Any, name: str) -> np.ndarray:
    row = host(as_numbers(values, name=name)[0]).astype("float64")
    if row.ndim != 1 or not 0 < row.size <= 200:
        raise ParameterError(f"{name} has shape {row.shape}; expected one row of 1 to 200 numbers.")
    return row
