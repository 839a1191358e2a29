"""Figures of lesson 10: spectra and their envelopes, cepstra, cosines, correlations, MFCCs through time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .._validate import positive_int, positive_number
from ..errors import ParameterError
from ._style import COLOURS, LINE_STYLES, MAP, Figure, figure, host, label, styled

__all__ = ["coefficient_sizes", "correlations", "cosines", "envelopes", "mfccs", "quefrencies"]

DIVERGING = "RdBu_r"  # red above zero, blue below, told apart with every kind of colour vision; white is zero


@styled
def envelopes(
    spectra: Mapping[str, Any],
    *,
    sr: float,
    smooth: Mapping[str, Any] | None = None,
    fmax: float | None = None,
    range_db: float = 80.0,
    title: str = "",
) -> Figure:
    """Spectra in dB side by side, one column for each, with their envelopes if there are any.

    Parameters
    ----------
    spectra : name: array (n_bins,)
        Levels in dB from 0 hertz to ``sr / 2``.
    sr : float
        Sample rate in hertz.
    smooth : name: array (n_bins,), optional
        For some or all of the names, the smooth curve that is drawn over the spectrum.
    fmax : float, optional
        Highest frequency shown, in hertz.
    range_db : float
        How far below the highest of all values the axes end.
    title : str
        The finding, above all columns.

    """
    rows = {name: _row(level, f"the spectrum {name!r}") for name, level in _some(spectra, "spectra").items()}
    sr, smooth = positive_number(sr, "sr", unit="hertz"), smooth or {}
    if unknown := set(smooth) - set(rows):
        raise ParameterError(f"smooth has {', '.join(sorted(unknown))}, which spectra has not; expected its names.")
    fig, axes = figure(1, len(rows), height=2.9, sharey=True, squeeze=False)
    top = max(float(level.max()) for level in rows.values())
    for ax, (name, level) in zip(axes[0], rows.items(), strict=True):
        f = np.linspace(0.0, sr / 2, level.size) / 1000.0
        covered = name in smooth
        ax.plot(f, level, color="0.6" if covered else COLOURS[0], lw=1.0)
        if covered:
            curve = _row(smooth[name], f"the envelope {name!r}")
            ax.plot(np.linspace(0.0, sr / 2, curve.size) / 1000.0, curve, color=COLOURS[1], lw=2.4)
        ax.set(xlim=(0.0, (fmax or sr / 2) / 1000.0), ylim=(top - range_db, top + 5.0))
        label(ax, title=name, x="Frequency [kHz]")
    axes[0, 0].set_ylabel("Level [dB]")
    if title:
        fig.suptitle(title, x=0.01, ha="left", fontweight="bold")
    return fig


@styled
def quefrencies(
    c: Any,
    *,
    sr: float,
    cut: int | None = None,
    peak: int | None = None,
    longest: float = 0.02,
    limit: float | None = None,
    title: str = "The mouth lies near zero, the pitch at its period",
) -> Figure:
    """A cepstrum over quefrency; what lies below ``cut`` is shaded, the lag ``peak`` marked.

    Parameters
    ----------
    c : array (n,)
        A real cepstrum, such as that of :func:`dspkit.real_cepstrum`.
    sr : float
        Sample rate in hertz.
    cut, peak : int, optional
        Quefrencies in samples.
    longest : float
        The highest quefrency shown, in seconds.
    limit : float, optional
        The axis runs from −limit to limit; the values near 0 may leave it. Without it, to the largest value
        from the third on.
    title : str
        The finding.

    """
    c, sr = _row(c, "a cepstrum"), positive_number(sr, "sr", unit="hertz")
    n = min(c.size // 2, round(positive_number(longest, "longest", unit="seconds") * sr)) + 1
    ms = 1000.0 * np.arange(n) / sr
    limit = limit or 1.15 * float(np.max(np.abs(c[2:n]), initial=1e-12))
    fig, ax = figure(height=3.0)
    ax.plot(ms, c[:n], color=COLOURS[0], lw=1.2)
    if cut is not None:
        ax.axvspan(0.0, 1000.0 * (cut - 0.5) / sr, color=COLOURS[4], alpha=0.35, lw=0, label=f"below {cut} samples")
    if peak is not None:
        words = f"{peak} samples: {sr / peak:.1f} Hz"
        ax.plot(1000.0 * peak / sr, c[peak], "o", color=COLOURS[1], ms=9, mfc="none", mew=2, label=words)
    if cut is not None or peak is not None:
        ax.legend(loc="upper right")
    ax.set(xlim=(0.0, ms[-1]), ylim=(-limit, limit))
    label(ax, title=title, x="Quefrency [ms]", y="Cepstrum [nepers]")
    return fig


@styled
def cosines(
    C: Any, rows: Sequence[int] = (0, 1, 2, 3, 12), *, title: str = "Each coefficient compares with one cosine"
) -> Figure:
    """Rows of a cosine transform's matrix (n, n): a panel for each, with a dot for each number it is multiplied by."""
    C = _square(C, "C")
    if not rows or min(rows) < 0 or max(rows) >= len(C):
        raise ParameterError(f"rows={tuple(rows)}; expected numbers from 0 to {len(C) - 1}.")
    fig, axes = figure(1, len(rows), height=2.3, sharey=True, squeeze=False)
    fine = np.linspace(-0.5, len(C) - 0.5, 400)
    for ax, k in zip(axes[0], rows, strict=True):
        wave = np.cos(np.pi * k * (2 * fine + 1) / (2 * len(C)))
        at_bands = np.cos(np.pi * k * (2 * np.arange(len(C)) + 1) / (2 * len(C)))
        ax.plot(fine, wave * (C[k] @ at_bands) / (at_bands @ at_bands), color="0.7", lw=1)  # scaled like the row
        ax.plot(np.arange(len(C)), C[k], "o", color=COLOURS[0], ms=3)
        ax.axhline(0.0, color="black", lw=0.8)
        label(ax, title=f"row {k}", x="Band")
    axes[0, 0].set_ylabel("Weight")
    fig.suptitle(title, x=0.01, ha="left", fontweight="bold")
    return fig


@styled
def correlations(matrices: Mapping[str, Any], *, axis: str = "Number", title: str = "") -> Figure:
    """Correlation matrices side by side: red is +1, white 0, blue −1.

    ``matrices`` maps a title to a matrix (n, n) with values from −1 to 1; ``axis`` says what is numbered.
    """
    planes = {words: _square(R, "a correlation matrix") for words, R in _some(matrices, "matrices").items()}
    fig, axes = figure(1, len(planes), height=3.6, squeeze=False)
    for ax, (words, R) in zip(axes[0], planes.items(), strict=True):
        image = ax.imshow(R, cmap=DIVERGING, vmin=-1.0, vmax=1.0, origin="lower", interpolation="nearest")
        ax.grid(False)
        label(ax, title=words, x=axis)
    axes[0, 0].set_ylabel(axis)
    fig.colorbar(image, ax=axes, label="Correlation", pad=0.015)
    if title:
        fig.suptitle(title, x=0.01, ha="left", fontweight="bold")
    return fig


@styled
def coefficient_sizes(sizes: Mapping[str, Any], *, title: str = "", quantity: str = "Standard deviation") -> Figure:
    """How large each coefficient is: a line for each entry, over the coefficient's number, on a logarithmic axis."""
    fig, ax = figure(height=2.9)
    for i, (words, size) in enumerate(_some(sizes, "sizes").items()):
        size = _row(size, f"the sizes {words!r}")
        ax.plot(np.arange(size.size), size, "o", ls=LINE_STYLES[i % 7], color=COLOURS[i % 7], ms=5, label=words)
    ax.set_yscale("log")
    ax.legend()
    label(ax, title=title, x="Coefficient", y=quantity)
    return fig


@styled
def mfccs(L: Any, C: Any, *, sr: float, hop_length: int, first: int = 1, title: str = "") -> Figure:
    """Mel bands through time above, their cepstral coefficients below.

    The bands are drawn from dark to bright. A coefficient is drawn in units of its own spread, red above its mean
    and blue below: the low ones are so much larger that nothing else would be seen.

    Parameters
    ----------
    L : array (n_mels, n_frames)
        Mel bands in dB.
    C : array (n_coefficients, n_frames)
        MFCCs.
    sr, hop_length
        Sample rate in hertz, hop in samples.
    first : int
        The number of the first row of C: 1 where c0 was left out.
    title : str
        The finding.

    """
    hop = positive_int(hop_length, "hop_length", unit="samples") / positive_number(sr, "sr", unit="hertz")
    L, C = _plane(L, "L"), _plane(C, "C")
    spread = np.std(C, axis=1, keepdims=True)
    C = (C - np.mean(C, axis=1, keepdims=True)) / np.where(spread > 0, spread, 1.0)
    fig, axes = figure(2, height=2.3, sharex=True)
    for ax, X, low, name, words, colours in (
        (axes[0], L, 0, "Mel band", "[dB]", {"cmap": MAP}),
        (axes[1], C, first, "Coefficient", "[standard deviations]", {"cmap": DIVERGING, "vmin": -3, "vmax": 3}),
    ):
        extent = (-hop / 2, (X.shape[1] - 0.5) * hop, low - 0.5, low + len(X) - 0.5)
        image = ax.imshow(X, origin="lower", aspect="auto", extent=extent, interpolation="nearest", **colours)
        ax.grid(False)
        fig.colorbar(image, ax=ax, label=words, pad=0.015)
        ax.set_ylabel(name)
    label(axes[0], title=title, y="Mel band")
    axes[1].set_xlabel("Time [s]")
    return fig


def _some(entries: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    if not entries:
        raise ParameterError(f"{name} is empty; expected at least one entry.")
    return entries


def _row(x: Any, name: str) -> np.ndarray:
    x = host(x)
    if x.ndim != 1 or x.size == 0 or np.iscomplexobj(x):
        raise ParameterError(f"{name} has shape {x.shape}, dtype {x.dtype}; expected real numbers of shape (n,).")
    return x


def _plane(x: Any, name: str) -> np.ndarray:
    x = host(x)
    if x.ndim != 2 or 0 in x.shape or np.iscomplexobj(x):
        raise ParameterError(f"{name} has shape {x.shape}, dtype {x.dtype}; expected real numbers (n_rows, n_columns).")
    return x


def _square(x: Any, name: str) -> np.ndarray:
    x = _plane(x, name)
    if x.shape[0] != x.shape[1]:
        raise ParameterError(f"{name} has shape {x.shape}; expected as many rows as columns.")
    return x
