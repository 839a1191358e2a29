"""Figures of lesson 08: frames, spectrograms, windows that add up, frequencies read from phases."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from .._validate import positive_int, positive_number
from ..errors import ParameterError
from ..windows import get_window
from ._style import COLOURS, LINE_STYLES, MAP, Figure, figure, host, label, styled

__all__ = [
    "convergence",
    "frames",
    "instantaneous_frequency",
    "overlap_add",
    "spectrogram",
    "spectrograms",
    "stft_kernels",
]


@styled
def spectrogram(
    S_db: Any,
    *,
    sr: float,
    hop_length: int,
    n_fft: int | None = None,
    start: float = 0.0,
    fmax: float | None = None,
    range_db: float = 80.0,
    title: str = "Which frequency, when, and how strong",
    quantity: str = "Level [dB]",
) -> Figure:
    """A spectrogram: time to the right, frequency upwards, level as brightness.

    Parameters
    ----------
    S_db : real array (n_bins, n_frames)
        Levels in dB, such as ``dk.power_to_db(dk.spectrogram(y))``.
    sr, hop_length, n_fft
        Sample rate in hertz, hop in samples, transform length (``2 * (n_bins - 1)`` when left out).
    start : float
        Time of the middle of the first frame in seconds: 0 for a centred STFT.
    fmax : float, optional
        Highest frequency shown, in hertz.
    range_db : float
        How many decibels below the maximum the darkest colour stands.
    title, quantity : str
        The finding; the words beside the colours.

    """
    S_db = _plane(S_db)
    fig, ax = figure(height=3.6)
    image = _image(ax, S_db, sr, hop_length, n_fft, start, float(S_db.max()), range_db)
    fig.colorbar(image, ax=ax, label=quantity, pad=0.015)
    ax.set_ylim(0, fmax or sr / 2)
    label(ax, title=title, x="Time [s]", y="Frequency [Hz]")
    return fig


@styled
def spectrograms(
    S_db: Mapping[str, Any] | Sequence[Any],
    *,
    sr: float,
    hop_length: int,
    titles: Sequence[str] | None = None,
    seconds: tuple[float, float] | None = None,
    fmin: float = 0.0,
    fmax: float | None = None,
    range_db: float = 80.0,
    columns: int = 2,
    title: str = "",
) -> Figure:
    """Several spectrograms of one sound side by side, with the same axes and the same colours.

    ``S_db`` maps a title (the finding of that picture) to levels in dB (n_bins, n_frames), or is a sequence with
    ``titles`` beside it. The number of bins may differ, the hop must not. ``seconds`` and ``fmin`` … ``fmax`` (hertz)
    say which part is shown; ``title`` stands above all.
    """
    if not isinstance(S_db, Mapping):
        S_db = dict(zip(titles or [f"picture {i + 1}" for i in range(len(S_db))], S_db, strict=True))
    planes = {words: _plane(S) for words, S in S_db.items()}
    if not planes:
        raise ParameterError("S_db is empty; expected at least one spectrogram.")
    top = max(float(S.max()) for S in planes.values())

    def draw(ax: Axes, S: np.ndarray) -> Any:
        image = _image(ax, S, sr, hop_length, None, 0.0, top, range_db)
        ax.set(xlim=seconds, ylim=(fmin, fmax or sr / 2))
        return image

    return side_by_side(planes, draw, columns=columns, y="Frequency [Hz]", title=title, height=2.9, sharey=True)


def side_by_side(
    planes: Mapping[str, np.ndarray], draw: Callable[[Axes, np.ndarray], Any], *, columns: int, y: str, title: str,
    **options: Any,
) -> Figure:  # fmt: skip
    """Pictures over one time axis, each with its title, and one scale of colours: ``draw`` returns the image."""
    rows = -(-len(planes) // columns)
    fig, axes = figure(rows, columns, sharex=True, squeeze=False, **options)
    for ax, (words, plane) in zip(axes.flat, planes.items(), strict=False):
        image = draw(ax, plane)
        label(ax, title=words)
    for ax in axes.flat[len(planes) :]:
        ax.set_visible(False)
    for ax in axes[-1]:
        ax.set_xlabel("Time [s]")
    for ax in axes[:, 0]:
        ax.set_ylabel(y)
    fig.colorbar(image, ax=axes, label="Level [dB]", pad=0.015)
    if title:
        fig.suptitle(title, x=0.01, ha="left", fontweight="bold")
    return fig


def _plane(S_db: Any) -> np.ndarray:
    S_db = host(S_db)
    if S_db.ndim != 2 or 0 in S_db.shape:
        raise ParameterError(
            f"S_db has shape {S_db.shape}; expected (n_bins, n_frames), one channel. Take S_db[0] of a stereo sound."
        )
    if np.iscomplexobj(S_db):
        raise ParameterError("S_db is complex; expected levels in dB: dk.amplitude_to_db(abs(D)).")
    return S_db


def _image(
    ax: Axes, S_db: np.ndarray, sr: float, hop_length: int, n_fft: int | None, start: float, top: float, range_db: float
) -> Any:
    """The picture alone: every bin centred on its frequency, every frame on its time."""
    n_bins, n_frames = S_db.shape
    hop = positive_int(hop_length, "hop_length", unit="samples") / positive_number(sr, "sr", unit="hertz")
    bin_width = sr / (n_fft or max(2 * (n_bins - 1), 1))
    extent = (start - hop / 2, start + (n_frames - 0.5) * hop, -bin_width / 2, (n_bins - 0.5) * bin_width)
    ax.grid(False)
    return ax.imshow(
        S_db,
        origin="lower",
        aspect="auto",
        extent=extent,
        cmap=MAP,
        vmin=top - range_db,
        vmax=top,
        interpolation="auto",
    )


@styled
def frames(
    y: Any,
    sr: float,
    *,
    n_fft: int,
    hop_length: int,
    window: Any = "hann",
    center: bool = True,
    count: int = 6,
    title: str = "",
) -> Figure:
    """The waveform, and below it the first ``count`` frames, each drawn as the window that looks at it.

    With ``center`` the zeros that the STFT puts before the sound are shaded, and the frames' middles are marked.
    """
    y = host(y)
    w = get_window(window, n_fft)
    offset = -(n_fft // 2) if center else 0
    stop = min(y.shape[-1], offset + n_fft + (count - 1) * hop_length)
    fig, (top, low) = figure(2, height=2.1, sharex=True, height_ratios=[1, 1.4])
    milliseconds = 1000 / sr
    if center:
        y = np.concatenate([np.zeros(n_fft // 2, dtype=y.dtype), y[:stop]])
        for ax in (top, low):
            ax.axvspan(offset * milliseconds, 0, color="0.88", lw=0)
        top.text(
            offset * milliseconds / 2,
            0.02,
            "zeros added",
            ha="center",
            va="bottom",
            transform=top.get_xaxis_transform(),
        )
    top.plot((np.arange(y[: stop - offset].size) + offset) * milliseconds, y[: stop - offset], color="black", lw=1)
    for t in range(count):
        begin = offset + t * hop_length
        x = (begin + np.arange(n_fft)) * milliseconds
        colour = COLOURS[t % 6]
        low.fill_between(x, -t, -t + 0.85 * w, color=colour, alpha=0.35, lw=0)
        low.plot(x, -t + 0.85 * w, color=colour, lw=1.2)
        low.plot([(begin + n_fft / 2) * milliseconds], [-t], marker="|", ms=10, color="black")
    low.set_yticks(-np.arange(count), [str(t) for t in range(count)])
    low.grid(False)
    overlap = n_fft / hop_length
    label(top, title=title or f"Every sample is seen by {overlap:g} frames, at different weights", y="Sample value")
    label(low, x="Time [ms]", y="Frame")
    return fig


@styled
def overlap_add(
    window: Any = "hann", *, win_length: int = 1024, hop_length: int = 256, count: int = 9, title: str = ""
) -> Figure:
    """Windows one hop apart, and what they add up to: w (left) and w² (right).

    The STFT can be inverted by adding frames alone where Σw is constant (COLA); by least squares wherever Σw² is
    not zero (NOLA).
    """
    w = get_window(window, win_length)
    positive_int(hop_length, "hop_length", unit="samples")
    fig, axes = figure(1, 2, height=3.2, sharex=True, sharey=False)
    length = win_length + (count - 1) * hop_length
    for ax, shape, words in ((axes[0], w, "w"), (axes[1], w**2, "w²")):
        total = np.zeros(length)
        for t in range(count):
            total[t * hop_length : t * hop_length + win_length] += shape
            ax.plot(
                np.arange(win_length) + t * hop_length,
                shape,
                color=COLOURS[5],
                lw=1,
                label=f"{words}, one frame each" if t == 0 else None,
            )
        ax.plot(total, color="black", lw=2.2, label=f"their sum, Σ{words}")
        ax.set_ylim(0, 1.45 * max(float(total.max()), 1e-12))
        ax.legend(loc="upper left", ncols=2)
        low, high = _steady(shape, hop_length)
        ripple = (high - low) / (high + low) if high > 0 else 0.0
        finding = f"Σ{words} = {high:.3g}, constant" if ripple < 1e-9 else f"Σ{words} from {low:.3g} to {high:.3g}"
        label(ax, title=finding, x="Time [samples]", y="Weight")
    if title:
        fig.suptitle(title, x=0.01, ha="left", fontweight="bold")
    return fig


def _steady(w: np.ndarray, hop_length: int) -> tuple[float, float]:
    """Least and largest sum of copies of ``w`` one hop apart, away from the ends."""
    pieces = -(-w.size // hop_length)
    folded = np.zeros(pieces * hop_length)
    folded[: w.size] = w
    total = folded.reshape(pieces, hop_length).sum(axis=0)
    return float(total.min()), float(total.max())


@styled
def instantaneous_frequency(
    frequencies: Any,
    estimate: Any,
    level_db: Any,
    *,
    tone: float | None = None,
    title: str = "Every bin that hears the tone names the same frequency",
) -> Figure:
    """One frame of an STFT: the level of each bin, and the frequency that its phase tells.

    ``frequencies``, ``estimate`` (both in hertz) and ``level_db`` have one value for each bin shown; ``tone`` is
    the frequency that was put in.
    """
    frequencies, estimate, level_db = host(frequencies), host(estimate), host(level_db)
    fig, (top, low) = figure(2, height=2.2, sharex=True)
    floor = float(level_db.min()) - 5
    top.vlines(frequencies, floor, level_db, color=COLOURS[0])
    top.plot(frequencies, level_db, "o", color=COLOURS[0])
    top.set_ylim(floor, float(level_db.max()) + 6)
    low.plot(frequencies, frequencies, "--", color="0.5", label="the bin's own frequency")
    low.plot(frequencies, estimate, "o", color=COLOURS[1], label="frequency from the phase")
    if tone is not None:
        top.axvline(tone, color="black", lw=1, ls=":")
        low.axhline(tone, color="black", lw=1, ls=":", label=f"the tone, {tone:g} Hz")
    low.legend(loc="upper left", ncols=3)
    low.set_ylim(float(min(frequencies.min(), estimate.min())), float(max(frequencies.max(), estimate.max())) * 1.02)
    label(top, title=title, y="Level [dB]")
    label(low, x="Frequency of the bin [Hz]", y="Estimate [Hz]")
    return fig


@styled
def stft_kernels(
    kernels: Any, *, bins: Sequence[int] = (1, 4, 12), sr: float = 1.0, title: str = "Each bin is a pair of filters"
) -> Figure:
    """Some of the STFT's filters: the windowed cosine (solid) and minus sine (dashed) of each bin.

    ``kernels`` is real, (2 * n_bins, n_fft), as :func:`dspkit.stft_kernels` gives it.
    """
    kernels = host(kernels)
    if kernels.ndim != 2 or kernels.shape[0] % 2 or np.iscomplexobj(kernels):
        raise ParameterError(
            f"kernels has shape {kernels.shape}, dtype {kernels.dtype}; expected real (2 * n_bins, n_fft), cosines "
            f"first, as dk.stft_kernels(n_fft) gives them."
        )
    n_bins, n_fft = kernels.shape[0] // 2, kernels.shape[1]
    if not bins or not all(0 <= k < n_bins for k in bins):
        raise ParameterError(f"bins={tuple(bins)}; expected some of 0 … {n_bins - 1}.")
    fig, axes = figure(1, len(bins), height=2.6, sharey=True, squeeze=False)
    milliseconds = 1000 * np.arange(n_fft) / sr
    for ax, k in zip(axes[0], bins, strict=True):
        ax.plot(milliseconds, kernels[k], color=COLOURS[0], label="window × cosine")
        ax.plot(milliseconds, kernels[n_bins + k], color=COLOURS[1], ls=LINE_STYLES[1], label="window × −sine")
        label(ax, title=f"Bin {k}: {k * sr / n_fft:.0f} Hz", x="Time [ms]")
    axes[0, 0].set_ylabel("Weight")
    fig.legend(handles=axes[0, 0].lines, loc="outside lower center", ncols=2)
    fig.suptitle(title, x=0.01, ha="left", fontweight="bold")
    return fig


@styled
def convergence(errors: Mapping[str, Any], *, title: str = "Each round brings the phases closer to agreeing") -> Figure:
    """How far an iterative reconstruction still is from its goal: error in dB over the number of iterations.

    ``errors`` maps a method's name to pairs (iterations, relative error), each a sequence.
    """
    fig, ax = figure(height=2.9)
    for i, (words, (iterations, error)) in enumerate(errors.items()):
        ax.plot(
            host(iterations),
            20 * np.log10(np.maximum(host(error), 1e-12)),
            color=COLOURS[i % 7],
            ls=LINE_STYLES[i % 7],
            marker="o",
            ms=5,
            label=words,
        )
    ax.legend()
    label(ax, title=title, x="Iterations", y="Spectral error [dB]")
    return fig
