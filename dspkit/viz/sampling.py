"""Figures of lesson 01: samples on their sound, where frequencies fold to, sincs that add up, levels and errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from scipy.interpolate import CubicSpline

from .._arrays import as_samples
from .._validate import positive_int, positive_number
from ..errors import ParameterError
from ..sampling import alias_frequency
from ._movie import Movie, movie
from ._style import COLOURS, LINE_STYLES, MAP, Figure, figure, headline, host, label, mark, styled
from .short_time import spectrograms

__all__ = [
    "error_spectra",
    "glide_folds",
    "impostors",
    "levels_of",
    "rounding",
    "samples_of_tones",
    "sampling_chain",
    "sinc_sum",
    "snr_over_bits",
    "stairs",
    "thinned",
    "tone_and_alias",
    "two_players",
]

# One thing has one colour in all figures of the lesson.
SOUND = COLOURS[0]  # the sound itself, a curve
SAMPLES = "black"  # its samples, dots
FALSE = COLOURS[1]  # what nobody played: aliases, rounding errors
LEVELS = COLOURS[2]  # samples rounded to levels
SINC = "0.65"  # one sample's curve; while it grows:
GROWING = COLOURS[4]
SLOW = 3  # the first sincs grow slowly
ERRORS = (FALSE, COLOURS[3], COLOURS[6])  # without dither, with it, shaped


# ---- In time ----


@styled
def thinned(
    y: Any, sr: float, factor: int, *, views: Mapping[str, float], width: float = 0.006, title: str = ""
) -> Figure:
    """A recording, and short views of it in which every ``factor``-th sample is a dot, with a curve through the dots.

    Parameters
    ----------
    y : float array (n,)
    sr : float
        Sample rate in hertz.
    factor : int
        Which samples are dots: every second, third …
    views : finding: time
        The panels below, each with what is seen there, and its middle in seconds.
    width : float
        Of each view, in seconds.
    title : str
        The finding.

    """
    y, sr, factor = _one(y, "y"), positive_number(sr, "sr", unit="hertz"), positive_int(factor, "factor")
    if not views:
        raise ParameterError("views is empty; expected what is seen and when, such as {'a vowel': 0.3}.")
    fig, axes = figure(2, len(views), height=2.4, squeeze=False)
    grid = axes[0, 0].get_gridspec()
    for ax in axes[0]:
        ax.remove()
    whole = fig.add_subplot(grid[0, :])
    whole.plot(np.arange(len(y)) / sr, y, color=SOUND, linewidth=0.5)
    label(whole, x="Time [s]", y="Amplitude")
    for k, (ax, (words, middle)) in enumerate(zip(axes[1], views.items(), strict=True)):
        begin = max(0, round((middle - width / 2) * sr))
        n = np.arange(begin, min(len(y), begin + round(width * sr) + 1))
        if len(n) < 2:
            raise ParameterError(f"{words!r} is at {middle:g} s, outside the sound, which is {len(y) / sr:g} s long.")
        whole.axvspan(n[0] / sr - 0.008, n[-1] / sr + 0.008, color=COLOURS[4], alpha=0.6, lw=0)
        whole.text(n[0] / sr, 0.98, "AB"[k] if k < 2 else str(k), transform=whole.get_xaxis_transform(), va="top",
                   ha="right", fontweight="bold")  # fmt: skip
        ax.plot(1e3 * (n - begin) / sr, y[n], ".-", color=SOUND, linewidth=1.1, markersize=3, label="all samples")
        kept = n[n % factor == 0]
        ax.plot(1e3 * (kept - begin) / sr, y[kept], "o", color=SAMPLES, markersize=6, label=_ordinal(factor))
        if len(kept) > 3:
            fine = np.linspace(kept[0], kept[-1], 20 * len(kept))
            through = CubicSpline(kept, y[kept])(fine)
            ax.plot(1e3 * (fine - begin) / sr, through, "--", color=FALSE, linewidth=1.8, label="through the dots")
            if k and k == len(views) - 1:
                top = int(np.argmax(through))
                ax.set_ylim(None, ax.get_ylim()[1] + 0.35 * np.ptp(y[n]))
                at = (1e3 * (fine[top] - begin) / sr, through[top])
                mark(ax, "a slower wave", at, to=(14, 10), colour=FALSE)
        label(ax, title=f"{'AB'[k] if k < 2 else k}: {words}", x="Time [ms]", y="Amplitude" if k == 0 else "")
    axes[1, -1].legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    headline(fig, title)
    return fig


def _ordinal(factor: int) -> str:
    names = {2: "every second", 3: "every third", 4: "every fourth", 5: "every fifth"}
    return names.get(factor, f"every {factor}th")


@styled
def samples_of_tones(freqs: Any, *, sr: float, n: int = 9, title: str | None = None) -> Figure:
    """Cosines of several frequencies, and what is left of them when they are sampled: the same dots, or others.

    Parameters
    ----------
    freqs : float, or sequence of float
        In hertz: a tone, beside which its alias is drawn; or all tones.
    sr : float
        Sample rate in hertz.
    n : int
        How many samples are shown.
    title : str, optional
        The finding; left out, it says whether the tones share their samples.

    """
    freqs = np.atleast_1d(host(freqs)).astype("float64")
    if len(freqs) == 1 and float(alias_frequency(freqs[0], sr)) != freqs[0]:
        freqs = np.append(freqs, alias_frequency(freqs[0], sr))
    if title is None:
        aliases = alias_frequency(freqs, sr)
        title = (
            "Two tones, one set of samples" if len(freqs) > 1 and np.ptp(aliases) == 0 else "Tones and their samples"
        )
    fig, ax = figure()
    _tones(ax, freqs, sr, n)
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    label(ax, title=title, x="Time [ms]", y="Amplitude")
    return fig


def _tones(ax: Axes, freqs: Any, sr: float, n: int) -> None:
    """Curves first, then the dots of each tone."""
    sr = positive_number(sr, "sr", unit="hertz")
    fine, at = np.linspace(0, (n - 1) / sr, 600), np.arange(n) / sr
    for k, f in enumerate(freqs):
        colour, style = (SOUND, FALSE, *COLOURS[2:])[k % 7], LINE_STYLES[k % len(LINE_STYLES)]
        ax.plot(1e3 * fine, np.cos(2 * np.pi * f * fine), color=colour, linestyle=style, label=f"{f:g} Hz")
    for k, f in enumerate(freqs):
        words = "samples" if k == 0 else None
        ax.plot(1e3 * at, np.cos(2 * np.pi * f * at), "os^"[k % 3], color=SAMPLES, markersize=9 - 3 * k, label=words)


@styled
def tone_and_alias(freq: float, alias: float, *, sr: float, fmax: float = 16_000.0, title: str = "") -> Figure:
    """A tone with its samples and the tone that they are taken for; beside it the fold: where each frequency lands.

    Parameters
    ----------
    freq, alias : float
        In hertz: the tone, and the frequency up to sr/2 that has the same samples.
    sr : float
        Sample rate in hertz.
    fmax : float
        The fold is drawn up to here, in hertz.
    title : str
        The finding.

    """
    fig, (left, right) = figure(1, 2, height=3.6, gridspec_kw={"width_ratios": [1.25, 1.0]})
    _tones(left, [freq] if alias == freq else [freq, alias], sr, 9)
    left.set_ylim(-1.15, 1.75)
    left.legend(loc="upper left", ncols=3, columnspacing=1.0, handlelength=1.6)
    label(left, title="in time", x="Time [ms]", y="Amplitude")
    _fold(right, sr, fmax)
    right.plot([freq, freq, 0], [0, alias, alias], color=SAMPLES, linewidth=1.0, linestyle=":")
    right.plot([freq], [alias], "o", color=SAMPLES, markersize=8)
    label(right, title="in frequency", x="Frequency of the tone [kHz]", y="Frequency heard [kHz]")
    headline(fig, title)
    return fig


def _fold(ax: Axes, sr: float, fmax: float) -> None:
    """The zigzag, in hertz, with ticks in kilohertz: folds at every multiple of sr/2."""
    sr = positive_number(sr, "sr", unit="hertz")
    corners = np.append(np.arange(0.0, fmax, sr / 2), fmax)
    lands = np.abs(corners - sr * np.round(corners / sr))
    inside = corners <= sr / 2
    ax.plot(corners[~inside | (corners == sr / 2)], lands[~inside | (corners == sr / 2)], color=FALSE, linestyle="--")
    ax.plot(corners[inside], lands[inside], color=SOUND)
    ax.set_xlim(0, fmax)
    ax.set_ylim(0, 0.56 * sr)
    ax.set_xticks(corners, [f"{f / 1e3:g}" for f in corners])
    ax.set_yticks([0, sr / 4, sr / 2], [f"{f / 1e3:g}" for f in (0, sr / 4, sr / 2)])


@styled
def glide_folds(
    S_db: Any,
    *,
    sr: float,
    hop_length: int,
    start: float,
    stop: float,
    duration: float,
    title: str = "What you hear follows a zigzag: frequencies fold at half the sample rate",
) -> Figure:
    """Where each frequency lands when it is sampled, above the spectrogram of a glide that went through all of them.

    Parameters
    ----------
    S_db : real array (n_bins, n_frames)
        Levels in dB of the sampled glide.
    sr, hop_length
        Sample rate in hertz, hop in samples.
    start, stop : float
        The glide's first and last frequency in hertz.
    duration : float
        Of the glide, in seconds.
    title : str
        The finding.

    """
    S_db = host(S_db)
    fig, (top, low) = figure(2, width=7.5, height=2.7)
    _fold(top, sr, stop)
    top.set(xlim=(start, stop), ylim=(0, 0.68 * sr))
    ticks = [start, *[f for f in top.get_xticks() if f > start]]
    top.set_xticks(ticks, [f"{f / 1e3:g}" for f in ticks])
    top.plot([sr / 2, sr / 2], [0, sr / 2], color=SAMPLES, linewidth=1.0, linestyle=":")
    mark(top, "half the sample rate: the fold", (sr / 2, sr / 2), to=(26, 7))
    f, lands = 0.875 * sr, 0.125 * sr
    if start < f < stop:
        mark(top, f"{f / 1e3:g} kHz comes out\nas {lands / 1e3:g} kHz", (f, lands), to=(26, 34), colour=FALSE)
    label(top, title="the rule", x="Frequency of the tone [kHz]", y="Frequency\nheard [kHz]")
    step, bin_width = hop_length / sr, sr / (2 * (S_db.shape[0] - 1))
    peak = float(S_db.max())
    low.grid(False)
    image = low.imshow(
        S_db - peak, origin="lower", aspect="auto", cmap=MAP, vmin=-70, vmax=0,
        extent=(-step / 2, (S_db.shape[1] - 0.5) * step, -bin_width / 2, sr / 2 + bin_width / 2),
    )  # fmt: skip
    if start < sr / 2 < stop:
        turn = duration * (sr / 2 - start) / (stop - start)
        low.plot([turn, turn], [0, sr / 2], color="0.7", linewidth=1.0, linestyle=":")
    low.set(xlim=(0, duration), ylim=(0, sr / 2))
    low.set_yticks([0, sr / 4, sr / 2], [f"{f / 1e3:g}" for f in (0, sr / 4, sr / 2)])
    beside = low.inset_axes((1.02, 0.0, 0.025, 1.0))  # as high as its panel
    fig.colorbar(image, cax=beside, label="Level\n[dB re strongest bin]")
    label(low, title="the glide that you heard: its spectrogram", x="Time [s]", y="Frequency\nheard [kHz]")
    headline(fig, title)
    return fig


@styled
def impostors(
    S_db: Mapping[str, Any],
    *,
    sr: float,
    hop_length: int,
    at: Sequence[tuple[float, float]],
    words: str = "",
    again: str = "still there",
    fmax: float | None = None,
    title: str = "Without a filter, what lay above half the rate comes back below it",
) -> Figure:
    """Spectrograms one beside the other; arrows in the second point at what was not there in the first.

    Parameters
    ----------
    S_db : name: real array (n_bins, n_frames)
        Levels in dB.
    sr, hop_length
        Sample rate in hertz, hop in samples.
    at : sequence of (seconds, hertz)
        What the arrows point at; if there is nothing, no arrow is drawn.
    words : str
        What they point at, in words; left out, these are "impostors", or one "impostor".
    again : str
        Of more than two pictures, arrows in the last point at the same places with these words.
    fmax : float, optional
        The highest frequency shown, in hertz.
    title : str
        The finding.

    """
    highest = max(float(np.max(host(S))) for S in S_db.values())
    S_db = {name: host(S) - highest for name, S in S_db.items()}
    fig = spectrograms(S_db, sr=sr, hop_length=hop_length, fmax=fmax, range_db=60.0, columns=2, title=title)
    fig.axes[-1].set_ylabel("Level [dB re strongest bin]")
    height = (fmax or sr / 2) * 0.86
    words = words or ("impostors" if len(at) > 1 else "impostor")
    middle = float(np.mean([x for x, _ in at])) if at else 0.0
    arrow = {"arrowstyle": "-|>", "color": "white", "linewidth": 1.4, "shrinkB": 0}
    box = {"facecolor": "black", "alpha": 0.6, "edgecolor": "none", "pad": 1.5}
    for ax, said in ((fig.axes[1], words), (fig.axes[len(S_db) - 1], again))[: 2 if len(S_db) > 2 else 1]:
        for x, y in at:
            ax.annotate("", (x, y), (middle + 0.25 * (x - middle), 0.96 * height), arrowprops=arrow)
        if at:
            ax.text(middle, height, said, color="white", ha="center", va="bottom", fontsize=10, bbox=box)
    headline(fig, title)
    return fig


# ---- Between the samples ----


def two_players(
    S_db: Mapping[str, Any],
    *,
    sr: float,
    hop_length: int,
    at: Sequence[tuple[float, float]] | None = None,
    title: str = "The edges of stairs bring images of the voice above half the sample rate",
) -> Figure:
    """Spectrograms of the same samples played in two ways; arrows point at the images in the second.

    All as in :func:`impostors`, but ``at`` may be left out: the arrows then point at the two places (not close in time)
    where the second has most that the first lacks.
    """
    if at is None:
        first, second = (10 ** (host(S) / 10) for S in list(S_db.values())[:2])
        extra = np.maximum(second - first, 0.0)
        frames, at = np.arange(extra.shape[1]), []
        for _ in range(2):
            k, m = np.unravel_index(int(np.argmax(extra)), extra.shape)
            at = [*at, (float(m * hop_length / sr), float(k * sr / 2 / (extra.shape[0] - 1)))]
            extra[:, np.abs(frames - m) <= len(frames) // 6] = 0.0
    return impostors(S_db, sr=sr, hop_length=hop_length, at=at, words="images", title=title)


def sinc_sum(
    y: Any, *, sr: float, view: tuple[int, int], truth: tuple[Any, Any] | None = None, seconds: float = 6.0
) -> Movie:
    """The signature picture: each sample brings a sinc, and the sincs add up to the curve through all samples.

    Parameters
    ----------
    y : float array (n,)
        Samples.
    sr : float
        Sample rate in hertz.
    view : (int, int)
        The samples shown, from the first to before the last: at most 24. Their sincs come one by one, those of all
        others together, after them.
    truth : (times, values), optional
        The sound before it was sampled, in seconds, drawn at the end.
    seconds : float
        How long the movie runs.

    Returns
    -------
    Movie
        ``axes[0].lines`` are: the sound before (at the end), the sum, the dots, and one sinc for each sample shown.

    """
    y, sr = _one(y, "y"), positive_number(sr, "sr", unit="hertz")
    first, stop = (positive_int(v, "view", minimum=0) for v in view)
    if not (first < stop <= len(y) and stop - first <= 24):
        raise ParameterError(f"view={view}; expected the first and the last of at most 24 of {len(y)} samples.")
    shown = np.arange(first, stop)
    x = np.linspace(first - 0.6, stop - 0.4, 40 * len(shown))
    sincs = y[shown, None] * np.sinc(x - shown[:, None])
    others = np.delete(np.arange(len(y)), shown)
    rest = y[others] @ np.sinc(x - others[:, None])
    ms = 1e3 / sr
    dots, fine = ms * (shown - first), ms * (x - first)
    fig = _dots_alone(dots, y[shown], (fine[0], fine[-1]), f"Time from {first / sr:.3g} s on [ms]")
    ax: Any = fig.axes[0]
    before, total, _, *curves = ax.lines
    if truth is not None:
        times, values = (host(v) for v in truth)
        inside = (times * sr >= x[0]) & (times * sr <= x[-1])
        where = int(np.argmax(values[inside]))
        times, values = 1e3 * times[inside] - ms * first, values[inside]
        arrow = mark(
            ax, "pale, under the blue: the sound before it was sampled", (times[where], values[where]), to=(30, 22)
        )
        arrow.set_visible(False)
    grow = np.where(np.arange(len(shown)) < SLOW, 8, 2)  # pictures for each sinc: the first ones to be watched
    settle, still = 6, 3  # for all others, for the dots alone
    starts, grown = np.cumsum(grow) - grow, int(np.sum(grow))
    last = still + grown + settle + (2 if truth is not None else 0)

    def update(k: int) -> list[Any]:
        share = np.clip((k - still + 1 - starts) / (grow // 2), 0.0, 1.0)
        outside = float(np.clip((k - still + 1 - grown) / settle, 0.0, 1.0))
        for curve, sinc, part, begin, slot in zip(curves, sincs, share, starts, grow, strict=True):
            growing = part > 0.0 and k - still < begin + slot
            curve.set_data((fine, part * sinc) if part else ([], []))
            curve.set_linewidth(2.6 if growing else 1.3)
            curve.set_color(GROWING if growing else SINC)
        total.set_data((fine, share @ sincs + outside * rest) if share[0] else ([], []))
        end = k >= last - 1
        if truth is not None:
            before.set_data((times, values) if end else ([], []))
            arrow.set_visible(end)
        if k < still:
            words = f"{len(shown)} samples. What lies between them?"
        elif k < still + grow[0]:
            words = "One sample brings a sinc: at all other samples it is zero"
        elif share[-1] < 1:
            words = "Each sample brings a sinc (yellow: the newest), and their sum is blue"
        elif not end:
            words = "The samples outside the picture bring theirs, too (not drawn)"
        else:
            words = "The sum of the sincs is the sound: nothing was lost between the dots"
        ax.set_title(words)
        moving = [before, total, *curves, ax._left_title]
        return moving if truth is None else [*moving, arrow]

    what = "one sinc after another grows up to its sample, and their sum becomes the curve through all samples"
    return movie(fig, update, last + 1, what=what, seconds=seconds)


@styled
def stairs(
    y: Any,
    held: Any,
    *,
    sr: float,
    factor: int,
    title: str = "Stairs go through the same samples, but they have edges",
) -> Figure:
    """A sound, every ``factor``-th of its samples as a dot, and what holding these makes of it.

    ``y`` and ``held`` are float arrays (n,) at the rate ``sr`` in hertz.
    """
    y, held = _one(y, "y"), _one(held, "held")
    if y.shape != held.shape:
        raise ParameterError(f"held has shape {held.shape} and y {y.shape}; expected the same.")
    t = 1e3 * np.arange(len(y)) / positive_number(sr, "sr", unit="hertz")
    fig, ax = figure(height=2.9)
    ax.plot(t, y, color=SOUND, label="sinc sum")
    ax.step(t, held, where="post", color=FALSE, linestyle="--", label="stairs")
    ax.plot(t[::factor], y[::factor], "o", color=SAMPLES, markersize=6, label="samples")
    edge = factor * (1 + int(np.argmax(np.abs(np.diff(held[::factor])))))
    mark(ax, "an edge", (t[edge], (held[edge] + held[edge - 1]) / 2), to=(24, 10), colour=FALSE)
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    label(ax, title=title, x="Time [ms]", y="Amplitude")
    return fig


@styled
def _dots_alone(x: np.ndarray, y: np.ndarray, limits: tuple[float, float], words: str) -> Figure:
    """The first picture of the sinc sum; the lines still to come are empty."""
    fig, ax = figure(width=8.0, height=4.0)
    ax.plot([], [], color=SOUND, linewidth=7, alpha=0.3, solid_capstyle="butt")
    ax.plot([], [], color=SOUND, linewidth=3.0, zorder=3)
    ax.plot(x, y, "o", color=SAMPLES, markersize=7, zorder=4)
    for _ in x:
        ax.plot([], [], color=SINC, linewidth=1.3)
    reach = float(np.max(np.abs(y)))
    ax.set(xlim=limits, ylim=(-1.35 * reach, 1.5 * reach))
    label(ax, x=words, y="Amplitude")
    return fig


# ---- In value ----


@styled
def rounding(y: Any, rounded: Mapping[str, Any], *, bits: int, every: int = 24, title: str = "") -> Figure:
    """Samples on their way to the nearest level, and beside them, for each input, what comes out.

    Parameters
    ----------
    y : float array (n,)
        A sound with many samples: it is drawn as a curve, and every ``every``-th of its samples as a dot.
    rounded : kind: float array (n,)
        What quantising made of it, one row of panels for each; the levels are drawn where the kind's levels are.
    bits : int
        2^bits levels.
    every : int
        Every which sample is a dot.
    title : str
        The finding.

    """
    y, bits = _one(y, "y"), positive_int(bits, "bits")
    step = 2.0 ** (1 - bits)
    fig, axes = figure(len(rounded), 2, height=3.3, squeeze=False, gridspec_kw={"width_ratios": [1.9, 1.0]})
    for row, (kind, q) in enumerate(rounded.items()):
        q = _one(q, kind)
        if q.shape != y.shape:
            raise ParameterError(f"{kind!r} has shape {q.shape} and y {y.shape}; expected the same.")
        left, right = axes[row]
        shift = float(np.round(q[0] / step * 2) % 2) / 2  # half a step for mid-rise
        levels = step * (np.arange(-(2 ** (bits - 1)), 2 ** (bits - 1)) + shift)
        last = row == len(rounded) - 1
        at = np.arange(every // 2, len(y), every)
        t = np.arange(len(y))
        if bits <= 5:
            left.hlines(levels, t[0], t[-1], color="0.75", linewidth=0.8)
        left.plot(t, y, color=SOUND, linewidth=1.2, label="sound")
        left.plot(t[at], q[at], "s", color=LEVELS, markersize=6, markerfacecolor="white", markeredgewidth=1.6,
                  label="rounded")  # fmt: skip
        left.vlines(t[at], np.minimum(y[at], q[at]), np.maximum(y[at], q[at]), color=FALSE, linewidth=3, zorder=4,
                    label="error")  # fmt: skip
        left.plot(t[at], y[at], "o", color=SAMPLES, markersize=4, zorder=5, label=_ordinal(every))
        left.grid(False)
        label(left, title=kind, x="Sample number" if last else "", y="Amplitude [1 = full scale]")
        left.set_ylim(-1.12, 1.12 if row else 1.5)
        worst = int(at[::-1][np.argmax(np.round(np.abs(y[at] - q[at]), 9)[::-1])])
        if not np.any(q):
            mark(left, "never reaches Δ/2", (worst, y[worst]), to=(-20, 24))
        elif abs(y[worst] - q[worst]) > 0.51 * step:
            mark(left, "clipped: more than Δ/2 off", (worst, (y[worst] + q[worst]) / 2), to=(36, 10), colour=FALSE)
        order = np.argsort(y)
        right.plot(y[order], y[order], color=SOUND, linewidth=0.9, label="unrounded")
        right.plot(y[order], q[order], ".", color=LEVELS, markersize=3)
        ramp = np.linspace(-1, 1, 801)
        stair = levels[np.argmin(np.abs(ramp[:, None] - levels), axis=1)]
        right.plot(ramp, stair, color=LEVELS, linewidth=0.9, zorder=1)
        right.set(xlim=(-1.12, 1.12), ylim=(-1.12, 1.12), aspect="equal")
        if bits <= 4:
            _one_step(left, t[-1], levels)
            words = "0 becomes 0" if shift == 0 else "0 becomes Δ/2"
            mark(right, words, (0.0, step * shift), to=(-2, 34))
        label(right, title="output against input", x="In [1 = full scale]" if last else "", y="Out [1 = full scale]")
    axes[0, 0].legend(loc="upper right", ncols=4, columnspacing=1.0, handlelength=1.2)
    axes[0, 1].legend(loc="lower right", handlelength=1.2)
    headline(fig, title)
    return fig


def _one_step(ax: Axes, end: float, levels: np.ndarray) -> None:
    """Beside the curve, upwards from a level in the middle: how far it is to the next level; and half of it."""
    low, high = levels[len(levels) // 2 - 1 :][:2]
    step = high - low
    base = high if high + step <= 1 else low
    ax.hlines([base, base + step, base + step / 2], end, 1.3 * end, color="0.75", linewidth=0.8,
              linestyle=["-", "-", ":"])  # fmt: skip
    for x, part, words in ((1.06, step, "Δ"), (1.17, step / 2, "Δ/2")):
        ax.vlines(x * end, base, base + part, color="black", linewidth=4.0)
        ax.text((x + 0.02) * end, base + part / 2, words, va="center", fontsize=12)
    ax.set_xlim(-0.03 * end, 1.3 * end)
    ax.set_xticks([tick for tick in ax.get_xticks() if 0 <= tick <= end + 1])


@styled
def levels_of(sounds: Mapping[str, Any], *, sr: float, title: str = "") -> Figure:
    """Short pieces of sound as staircases over the first one, drawn as a curve: what quantising or holding does.

    Parameters
    ----------
    sounds : name: float array (n,)
        All of the same length; the first is the one that the others were made of.
    sr : float
        Sample rate in hertz.
    title : str
        The finding.

    """
    sr = positive_number(sr, "sr", unit="hertz")
    pieces = {name: host(as_samples(y)[0]) for name, y in sounds.items()}
    if len({y.shape for y in pieces.values()}) != 1:
        raise ParameterError(f"sounds have shapes {[y.shape for y in pieces.values()]}; expected one, (n,).")
    fig, ax = figure()
    for k, (name, y) in enumerate(pieces.items()):
        t = 1e3 * np.arange(len(y)) / sr
        if k == 0:
            ax.plot(t, y, color="0.5", linewidth=1.2, label=name)
        else:
            ax.step(
                t, y, where="post", color=COLOURS[k - 1], linestyle=LINE_STYLES[(k - 1) % len(LINE_STYLES)], label=name
            )
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    label(ax, title=title, x="Time [ms]", y="Amplitude")
    return fig


@styled
def error_spectra(
    errors: Mapping[str, Any],
    *,
    sr: float,
    n_fft: int = 1024,
    tone: float | None = None,
    title: str = "Rounding makes lines; dither puts a floor in their place",
) -> Figure:
    """Mean spectra of errors, in dB relative to a full-scale sine: lines tell distortion, a floor tells noise.

    Parameters
    ----------
    errors : name: float array (n,)
        At most three: without dither, with it, shaped.
    sr : float
        Sample rate in hertz.
    n_fft : int
        Length of the frames (Hann window) over which the power is averaged; the bins are sr/n_fft apart.
    tone : float, optional
        The frequency in hertz of the sound that was rounded: an arrow says which harmonic of it the first error's
        strongest line is, and how far it stands above the second error's floor (its median).
    title : str
        The finding.

    """
    sr = positive_number(sr, "sr", unit="hertz")
    w = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n_fft) / n_fft)
    f = np.arange(n_fft // 2 + 1) * sr / n_fft
    fig, ax = figure(height=4.2)
    drawn: list[np.ndarray] = []
    for k, (name, error) in enumerate(errors.items()):
        e = host(as_samples(error)[0])
        if e.ndim != 1 or len(e) < n_fft:
            raise ParameterError(f"{name!r} has shape {e.shape}; expected (n,) with n of {n_fft} or more.")
        frames = np.lib.stride_tricks.sliding_window_view(e, n_fft)[:: n_fft // 2]
        power = np.mean(np.abs(np.fft.rfft(frames * w)) ** 2, axis=0) * 4 / w.sum() ** 2
        level = 10 * np.log10(np.maximum(power, 1e-12))
        ax.plot(f / 1e3, level, color=ERRORS[k % 3], linestyle=("-", "-", "--")[k % 3], linewidth=1.2, label=name)
        drawn.append(level)
    peak = int(np.argmax(drawn[0]))
    x, top = f[peak] / 1e3, float(drawn[0][peak])
    if tone is not None:
        words = f"{round(f[peak] / tone)} × {tone:g} Hz"
        if len(drawn) > 1:
            floor = float(np.median(drawn[1]))
            words += f": {top - floor:.0f} dB above the floor,\nin bins of {sr / n_fft:.1f} Hz"
            ax.annotate(
                "", (x, floor), (x, top), arrowprops={"arrowstyle": "<->", "shrinkA": 0, "shrinkB": 0}, zorder=9
            )
        mark(ax, words, (x, top), to=(26, 6))
    lowest = min(float(level.min()) for level in drawn)
    ax.set_ylim(-110 if lowest < -110 else None, max(float(level.max()) for level in drawn) + 14)
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    label(ax, title=title, x="Frequency [kHz]", y=f"Error in bins of {sr / n_fft:.1f} Hz\n[dB re full-scale sine]")
    return fig


@styled
def snr_over_bits(
    bits: Any, measured: Mapping[str, Any], theory: Mapping[str, Any], *, title: str = "Six decibels for every bit"
) -> Figure:
    """Signal-to-noise ratios against the number of bits: measured as dots, the formula as lines.

    Parameters
    ----------
    bits : sequence of int
        Numbers of bits.
    measured, theory : name: sequence of the same length
        In dB; the same names in both.
    title : str
        The finding.

    """
    bits = np.asarray(bits)
    fig, ax = figure(width=6.5, height=4.4)
    for k, name in enumerate(theory):
        colour = (COLOURS[5], SOUND, *COLOURS[3:5])[k % 4]
        ax.plot(bits, theory[name], color=colour, linestyle=LINE_STYLES[k % 6], label=f"{name}, formula")
        ax.plot(bits, measured[name], "os^"[k % 3], color=colour, markersize=7, label=f"{name}, measured")
    lines = list(theory.values())
    if len(bits) > 2:
        m = len(bits) // 2
        rise = (lines[0][m + 1] - lines[0][m]) / (bits[m + 1] - bits[m])
        mark(ax, f"{rise:.1f} dB more\nfor each bit", (bits[m], lines[0][m]), to=(-26, 22))
    if len(lines) > 1:
        x, high, low = bits[-1], lines[0][-1], lines[1][-1]
        ax.annotate("", (x, low), (x, high), arrowprops={"arrowstyle": "<->", "shrinkA": 5, "shrinkB": 5})
        ax.text(x + 0.2, (high + low) / 2, f"{high - low:.0f} dB", ha="left", va="center")
    ax.set_xticks(bits)
    ax.set_xlim(bits[0] - 0.8, bits[-1] + 2.0)
    ax.legend(loc="lower right")
    label(ax, title=title, x="Bits", y="SNR [dB]")
    return fig


# ---- All of it ----


@styled
def sampling_chain(
    sound: Any,
    filtered: Any,
    *,
    sr: float,
    factor: int,
    bits: int,
    rounded: Any,
    played: Any,
    titles: Sequence[str],
    title: str = "",
) -> Figure:
    """One stretch of sound on its way: filtered, sampled, rounded, played.

    Parameters
    ----------
    sound, filtered, played : float array (n,)
        As it came, without what lies above half the new rate, and as it comes out of the sinc sum; at sr.
    sr : float
        Sample rate in hertz of these.
    factor : int
        Every ``factor``-th of ``filtered`` is a sample.
    bits : int
        The levels are 2^(1 - bits) apart, one of them at zero.
    rounded : float array (ceil(n / factor),)
        Those samples on their levels.
    titles : four str
        What each step loses.
    title : str
        The finding.

    """
    sound, filtered, rounded, played = (_one(v, "sound") for v in (sound, filtered, rounded, played))
    t = 1e3 * np.arange(len(sound)) / positive_number(sr, "sr", unit="hertz")
    dots = t[::factor]
    if dots.shape != rounded.shape or not sound.shape == filtered.shape == played.shape:
        raise ParameterError(
            f"shapes {sound.shape}, {filtered.shape}, {played.shape}, rounded {rounded.shape}; expected three of (n,) "
            f"and {dots.shape}."
        )
    fig, axes = figure(2, 2, height=2.5, sharex=True, sharey=True)
    for ax, words in zip(axes.flat, titles, strict=True):
        label(ax, title=words)
    one, two, three, four = axes.flat
    one.plot(t, sound, color="0.65", linewidth=1.0, label="sound as it came")
    one.plot(t, filtered, color=SOUND, label="filtered")
    two.plot(t, filtered, color=SOUND, linewidth=0.8)
    two.plot(dots, filtered[::factor], "o", color=SAMPLES, markersize=4, label="samples")
    step = 2.0 ** (1 - bits)
    reach = np.ceil(np.max(np.abs(rounded)) / step) * step
    three.hlines(np.arange(-reach, reach + step / 2, step), t[0], 1.06 * t[-1], color="0.75", linewidth=0.8)
    three.vlines(dots, np.minimum(filtered[::factor], rounded), np.maximum(filtered[::factor], rounded), color=FALSE,
                 linewidth=2.5, zorder=4, label="error")  # fmt: skip
    three.plot(dots, rounded, "s", color=LEVELS, markersize=5, markerfacecolor="white", label="rounded")
    three.plot(dots, filtered[::factor], "o", color=SAMPLES, markersize=3, zorder=5, label="samples")
    three.grid(False)
    beside = 1.04 * t[-1]
    three.annotate("", (beside, 0), (beside, step), arrowprops={"arrowstyle": "<->", "shrinkA": 0, "shrinkB": 0})
    three.text(beside + 0.02 * t[-1], step / 2, "Δ", va="center")
    one.set_xlim(t[0] - 0.03 * t[-1], 1.1 * t[-1])
    four.plot(t, filtered, color=SOUND, linewidth=5, alpha=0.3, label="filtered")
    four.plot(t, played, color=LEVELS, linewidth=1.3, label="played")
    for ax in axes.flat:
        ax.legend(loc="upper right", ncols=3, columnspacing=1.0, handlelength=1.2)
    gone = int(np.argmax(np.abs(sound - filtered)))
    mark(one, "lost", (t[gone], sound[gone]), to=(20, -8), colour="0.3")
    wrong = int(np.argmax(np.abs(played - filtered)))
    mark(four, "still off", (t[wrong], played[wrong]), to=(14, -20), colour=FALSE)
    peak = 1.1 * float(np.max(np.abs(sound)))
    one.set_ylim(-peak, 1.5 * peak)
    for ax in axes[1]:
        ax.set_xlabel("Time [ms]")
    for ax in axes[:, 0]:
        ax.set_ylabel("Amplitude")
    headline(fig, title)
    return fig


def _one(y: Any, name: str) -> np.ndarray:
    y = host(as_samples(y)[0])
    if y.ndim != 1:
        raise ParameterError(f"{name} has shape {y.shape}; expected one channel, (n,).")
    return y
