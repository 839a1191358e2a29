"""Figures of lesson 09: the mel scale, its triangles, the gaps between bins, spectrograms in mel bands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from .._validate import positive_int, positive_number
from ..errors import ParameterError
from ..mel import hz_to_mel, mel_frequencies
from ._style import COLOURS, LINE_STYLES, MAP, Figure, figure, host, label, styled
from .short_time import side_by_side

__all__ = [
    "band_levels",
    "mel_filterbanks",
    "mel_gaps",
    "mel_scale",
    "mel_spectrogram",
    "mel_spectrograms",
    "mel_triangles",
]


@styled
def mel_scale(
    *,
    fmax: float = 8000.0,
    n_steps: int = 8,
    htk: bool = False,
    title: str = "Equal steps in mel (up) are wider and wider steps in hertz (right)",
) -> Figure:
    """Mel over hertz for both scales, each in units of its value at 1000 Hz; ``n_steps`` equal steps as stairs.

    The stairs stand on Slaney's scale, or with ``htk`` on HTK's.
    """
    f = np.linspace(0.0, positive_number(fmax, "fmax", unit="hertz"), 801)
    fig, ax = figure(height=3.4)
    for i, (words, scale) in enumerate((("Slaney", False), ("HTK", True))):
        m = hz_to_mel(f, htk=scale) / hz_to_mel(1000.0, htk=scale)
        ax.plot(f, m, color=COLOURS[i], ls=LINE_STYLES[i], lw=2.2, label=words)
    edges = mel_frequencies(positive_int(n_steps, "n_steps") + 1, fmax=fmax, htk=htk)
    height = hz_to_mel(edges, htk=htk) / hz_to_mel(1000.0, htk=htk)
    ax.step(edges, height, where="post", color="0.45", lw=1)
    ax.vlines(edges, 0, height, color="0.45", lw=1, ls=":")
    ax.set(xlim=(0, fmax), ylim=(0, None))
    ax.legend(loc="upper left")
    label(ax, title=title, x="Frequency [Hz]", y="Mel [value at 1 kHz]")
    return fig


@styled
def mel_triangles(
    *,
    sr: float,
    n_fft: int,
    n_mels: int,
    counts: Sequence[int] = (1, 2),
    fmin: float = 0.0,
    fmax: float | None = None,
    htk: bool = False,
    title: str = "Each filter ends where the next but one begins",
) -> Figure:
    """Triangles of height 1, some more in each row: first those of ``counts``, at last all of them.

    Dots are the weights that the bins get, ``sr / n_fft`` hertz apart; ticks below are the edges.
    """
    fmax = sr / 2 if fmax is None else fmax
    edges = mel_frequencies(n_mels + 2, fmin=fmin, fmax=fmax, htk=htk)
    rows = [*(min(positive_int(n, "counts"), n_mels) for n in counts), n_mels]
    fig, axes = figure(len(rows), height=1.35, sharex=True, squeeze=False)
    for ax, count in zip(axes[:, 0], rows, strict=True):
        for i in range(count):
            newest = i == count - 1 and count < n_mels
            _triangle(ax, i, edges, sr, n_fft, width=2.4 if newest else 1.4)
        ax.plot(edges, np.zeros_like(edges), "|", color="black", ms=12, clip_on=False)
        ax.set(ylim=(0, 1.12), yticks=(0, 1), xlim=(fmin, fmax))
        label(ax, title=f"{count} filter{'s' if count > 1 else ''}" if count < n_mels else title, y="Weight")
    axes[-1, 0].set_xlabel("Frequency [Hz]")
    return fig


def _triangle(ax: Axes, i: int, edges: np.ndarray, sr: float, n_fft: int, *, width: float = 1.4) -> bool:
    """Draw filter ``i`` with its bins as dots, and say whether it has any."""
    left, middle, right = edges[i : i + 3]
    bins = np.fft.rfftfreq(n_fft, 1.0 / sr)
    inside = bins[(bins > left) & (bins < right)]
    weights = np.interp(inside, [left, middle, right], [0.0, 1.0, 0.0])
    colour, style = COLOURS[i % 4], LINE_STYLES[i % 4]
    ax.plot([left, middle, right], [0, 1, 0], color=colour, ls=style, lw=width)
    ax.plot(inside, weights, "o", color=colour, ms=5, clip_on=False)
    return len(inside) > 0


@styled
def mel_gaps(
    *,
    sr: float,
    n_fft: int,
    n_mels: int,
    fmin: float = 0.0,
    fmax: float | None = None,
    htk: bool = False,
    upto: float = 500.0,
    title: str = "",
) -> Figure:
    """The lowest filters up to ``upto`` hertz, over the bins as upright lines: an empty one stands between two.

    Empty filters are filled, hatched and numbered.
    """
    fmax = sr / 2 if fmax is None else fmax
    edges = mel_frequencies(n_mels + 2, fmin=fmin, fmax=fmax, htk=htk)
    bins = np.fft.rfftfreq(n_fft, 1.0 / sr)
    fig, ax = figure(height=2.9)
    ax.vlines(bins[bins <= upto], 0, 1.28, color="0.3", lw=1, ls="--", label=f"bins, {sr / n_fft:g} Hz apart")
    empty = []
    for i in np.flatnonzero(edges[:-2] < upto).tolist():
        if not _triangle(ax, i, edges, sr, n_fft):
            empty.append(i)
            ax.fill(
                edges[i : i + 3], [0, 1, 0], facecolor="none", edgecolor=COLOURS[1], hatch="////", lw=2,
                label="empty filters" if len(empty) == 1 else None,
            )  # fmt: skip
            ax.text(edges[i + 1], 1.05, str(i), ha="center", color=COLOURS[1], fontweight="bold")
    ax.set(xlim=(fmin, upto), ylim=(0, 1.75), yticks=(0, 1))
    ax.grid(False)
    ax.legend(loc="upper right", ncols=2)
    finding = f"Filters {', '.join(map(str, empty))} fall between two bins" if empty else "Every filter has a bin"
    label(ax, title=title or finding, x="Frequency [Hz]", y="Weight")
    return fig


@styled
def mel_filterbanks(
    filterbanks: Mapping[str, Any],
    *,
    sr: float,
    every: int = 1,
    upto: float | None = None,
    crosses: Any = (),
    title: str = "",
) -> Figure:
    """Filterbanks below each other: the weight of each filter over frequency.

    Parameters
    ----------
    filterbanks : mapping
        From a title (the finding of that picture) to weights (n_mels, n_bins).
    sr : float
        Sample rate in hertz.
    every : int
        Draw every so-manieth filter.
    upto : float, optional
        Highest frequency shown, in hertz.
    crosses : array
        Frequencies that are marked on the axis, in hertz: the middles of empty filters.
    title : str
        Stands above all.

    """
    if not filterbanks:
        raise ParameterError("filterbanks is empty; expected at least one.")
    fig, axes = figure(len(filterbanks), height=2.3 if len(filterbanks) > 1 else 3.0, sharex=True, squeeze=False)
    for ax, (words, fb) in zip(axes[:, 0], filterbanks.items(), strict=True):
        fb = _plane(fb, "a filterbank", "(n_mels, n_bins)")
        f = np.linspace(0.0, sr / 2, fb.shape[1])
        for i in range(0, fb.shape[0], positive_int(every, "every")):
            support = np.flatnonzero(fb[i])
            if len(support):
                shown = slice(max(support[0] - 1, 0), support[-1] + 2)
                ax.plot(f[shown], fb[i, shown], color=COLOURS[i // every % 4], ls=LINE_STYLES[i // every % 4], lw=1.2)
        marked = host(crosses)
        if marked.size:
            ax.plot(
                marked, np.zeros(marked.size), "x", color="black", ms=8, mew=2, clip_on=False, label="empty filters"
            )
            ax.legend(loc="upper right")
        ax.set(xlim=(0.0, upto or sr / 2), ylim=(0, None))
        label(ax, title=words, y="Weight")
    axes[-1, 0].set_xlabel("Frequency [Hz]")
    if title:
        fig.suptitle(title, x=0.01, ha="left", fontweight="bold")
    return fig


@styled
def band_levels(
    levels: Mapping[str, Any], frequencies: Any, *, title: str = "", quantity: str = "Level [dB]"
) -> Figure:
    """Levels of mel bands over their middle frequencies (hertz, logarithmic), a line for each entry."""
    f = host(frequencies)
    fig, ax = figure(height=2.9)
    for i, (words, level) in enumerate(levels.items()):
        ax.plot(f, host(level), color=COLOURS[i % 7], ls=LINE_STYLES[i % 7], lw=2, label=words)
    _hertz(ax)
    ax.set_xlim(float(f[0]), float(f[-1]))
    ax.legend()
    label(ax, title=title, x="Middle of the band [Hz]", y=quantity)
    return fig


def _hertz(ax: Axes) -> None:
    """A logarithmic axis with round numbers of hertz."""
    ax.set_xscale("log")
    ax.xaxis.set_major_locator(FixedLocator(_ROUND))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_major_formatter(FuncFormatter(lambda f, _: f"{f:g}"))


_ROUND = (31.25, 62.5, 125, 250, 500, 1000, 2000, 4000, 8000, 16000)


@styled
def mel_spectrogram(
    M_db: Any,
    *,
    sr: float,
    hop_length: int,
    fmin: float = 0.0,
    fmax: float | None = None,
    htk: bool = False,
    range_db: float | None = 80.0,
    title: str = "Low frequencies get the room that the ear gives them",
    quantity: str = "Level [dB]",
) -> Figure:
    """A spectrogram in mel bands: one row for each band, labelled with hertz.

    Parameters
    ----------
    M_db : real array (n_mels, n_frames)
        Levels, such as ``dk.power_to_db(dk.melspectrogram(y, sr=sr))``.
    sr, hop_length
        Sample rate in hertz, hop in samples.
    fmin, fmax, htk
        As the filters were made; they say where the hertz stand.
    range_db : float or None
        How far below the maximum the darkest colour stands; None for the least value.
    title, quantity : str
        The finding; the words beside the colours.

    """
    M_db = _plane(M_db, "M_db", "(n_mels, n_frames)")
    fig, ax = figure(height=3.4)
    image = _bands(ax, M_db, sr, hop_length, (fmin, fmax, htk), float(M_db.max()), range_db)
    fig.colorbar(image, ax=ax, label=quantity, pad=0.015)
    label(ax, title=title, x="Time [s]", y="Frequency [Hz], mel")
    return fig


@styled
def mel_spectrograms(
    M_db: Mapping[str, Any],
    *,
    sr: float,
    hop_length: int,
    fmin: float = 0.0,
    fmax: float | None = None,
    htk: bool = False,
    range_db: float | None = 80.0,
    columns: int = 2,
    title: str = "",
) -> Figure:
    """Several mel spectrograms of one sound side by side, with the same colours; the number of bands may differ."""
    planes = {words: _plane(M, "M_db", "(n_mels, n_frames)") for words, M in M_db.items()}
    if not planes:
        raise ParameterError("M_db is empty; expected at least one mel spectrogram.")
    top = max(float(M.max()) for M in planes.values())

    def draw(ax: Axes, M: np.ndarray) -> Any:
        return _bands(ax, M, sr, hop_length, (fmin, fmax, htk), top, range_db)

    return side_by_side(planes, draw, columns=columns, y="Frequency [Hz], mel", title=title, height=2.7)


def _plane(x: Any, name: str, shape: str) -> np.ndarray:
    x = host(x)
    if x.ndim != 2 or 0 in x.shape or np.iscomplexobj(x):
        raise ParameterError(f"{name} has shape {x.shape}, dtype {x.dtype}; expected real {shape}, one channel.")
    return x


def _bands(
    ax: Axes, M_db: np.ndarray, sr: float, hop_length: int, scale: tuple[float, float | None, bool],
    top: float, range_db: float | None,
) -> Any:  # fmt: skip
    """The picture alone: row i is band i, column t stands at t·hop/sr; ticks at round numbers of hertz."""
    n_mels, n_frames = M_db.shape
    hop = positive_int(hop_length, "hop_length", unit="samples") / positive_number(sr, "sr", unit="hertz")
    fmin, fmax, htk = scale
    fmax = sr / 2 if fmax is None else fmax
    low, high = hz_to_mel(fmin, htk=htk), hz_to_mel(fmax, htk=htk)
    ticks = [f for f in (250, 500, 1000, 2000, 4000, 8000, 16000) if fmin <= f <= fmax]
    # The middle of band i is edge i + 1 of n_mels + 2 edges at equal distances.
    rows = [(hz_to_mel(float(f), htk=htk) - low) / (high - low) * (n_mels + 1) - 1 for f in ticks]
    kept = [i for i, row in enumerate(rows) if row <= n_mels]
    ax.grid(False)
    image = ax.imshow(
        M_db, origin="lower", aspect="auto", cmap=MAP, interpolation="nearest",
        extent=(-hop / 2, (n_frames - 0.5) * hop, -0.5, n_mels - 0.5),
        vmin=float(M_db.min()) if range_db is None else top - range_db, vmax=top,
    )  # fmt: skip
    ax.set_yticks([min(rows[i], n_mels - 0.5) for i in kept], [str(ticks[i]) for i in kept])
    return image
