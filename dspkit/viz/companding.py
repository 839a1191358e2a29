"""Figures of lesson 13: the laws, G.711's segments, what is left of a sound at each level, which codes are used."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from .._arrays import to_numpy
from .._validate import one_of, positive_int, positive_number
from ..companding import g711_decode, mu_compress
from ..errors import ParameterError
from ._style import COLOURS, LINE_STYLES, Figure, figure, host, label, styled

__all__ = ["code_histograms", "codec_stairs", "companding_laws", "g711_segments", "snr_over_level"]

Function = Callable[[Any], Any]


@styled
def companding_laws(laws: Mapping[str, Function], *, title: str = "") -> Figure:
    """What compressors make of samples from 0 to 1: on a linear axis, and on one in decibels.

    Parameters
    ----------
    laws : name: function
        From samples to compressed samples, such as ``{"μ-law": dk.mu_compress}``.
    title : str
        The finding.

    """
    if not laws:
        raise ParameterError("laws is empty; expected names and functions, such as {'μ-law': dk.mu_compress}.")
    fig, (left, right) = figure(1, 2, height=3.4, sharey=True)
    even, decibels = np.linspace(0, 1, 1001), np.linspace(-80, 0, 801)
    for k, (name, law) in enumerate(laws.items()):
        style: Any = {"color": COLOURS[k % len(COLOURS)], "linestyle": LINE_STYLES[k % len(LINE_STYLES)]}
        left.plot(even, host(law(even)), label=name, **style)
        right.plot(decibels, host(law(10 ** (decibels / 20))), **style)
    left.legend(loc="lower right")
    for ax in (left, right):
        ax.margins(x=0.02)
        ax.set_ylim(-0.03, 1.03)
    label(left, title=title, x="Sample |y| [full scale]", y="Compressed sample |F|")
    label(right, x="Sample |y| [dB below full scale]")
    return fig


@styled
def codec_stairs(codecs: Mapping[str, Function], *, span: float = 0.001, title: str = "") -> Figure:
    """What comes out of codecs for samples around 0, a panel for each.

    Parameters
    ----------
    codecs : name: function
        Samples in, decoded samples out; up to four.
    span : float
        Samples from −span to span are shown.
    title : str
        The finding.

    """
    span = positive_number(span, "span", unit="full scale")
    if not 1 <= len(codecs) <= 4:
        raise ParameterError(f"codecs has {len(codecs)} entries; expected names and functions, one to four.")
    y = np.linspace(-span, span, 4001)
    fig, axes = figure(1, len(codecs), height=3.0, width=2.6 * len(codecs) + 0.6, sharey=True, squeeze=False)
    for k, (ax, (name, codec)) in enumerate(zip(axes[0], codecs.items(), strict=True)):
        ax.plot(1e3 * y, 1e3 * y, color="0.6", lw=1.0)
        ax.plot(1e3 * y, 1e3 * host(codec(y)), color=COLOURS[0], lw=1.8)
        ax.text(0.03, 0.97, name, transform=ax.transAxes, va="top", fontsize=10)
        ax.set_xlim(-1e3 * span, 1e3 * span)
        ax.set_ylim(-1.25e3 * span, 1.5e3 * span)
        label(ax, title=title if k == 0 else "", x="In [10⁻³ of full scale]", y="Out [10⁻³]" if k == 0 else "")
    return fig


@styled
def g711_segments(law: str = "mu", *, title: str = "") -> Figure:
    """The eight segments of G.711 for positive samples, from 0 to 127 steps up; μ-law's curve behind them.

    Parameters
    ----------
    law : {"mu", "a"}
    title : str
        The finding.

    """
    law = one_of(law, ("mu", "a"), "law")
    steps = np.arange(128)
    codes = steps ^ (0xFF if law == "mu" else 0xD5)
    middles = g711_decode(codes, law=law) / 32768
    fig, ax = figure(height=3.6)
    if law == "mu":
        y = np.linspace(0, 1, 2000)
        ax.plot(y, 128 * mu_compress(y), color="0.6", lw=1.0, label="128 · F(y), the continuous law")
    for segment in range(8):
        part = slice(16 * segment, 16 * segment + 16)
        ax.plot(
            middles[part],
            steps[part] + 0.5,
            marker=".",
            ms=5,
            lw=1.4,
            color=COLOURS[segment % 2],
            ls=LINE_STYLES[segment % 2],
            label={0: "segments 0, 2, 4, 6", 1: "segments 1, 3, 5, 7"}.get(segment),
        )
        if segment > 2:
            place = middles[part][8], 16 * segment + 8
            ax.annotate(str(segment), place, (8, -10), textcoords="offset points", fontsize=10)
    ax.set_yticks(range(0, 129, 16))
    ax.legend(loc="lower right")
    label(ax, title=title, x="Sample [full scale]", y="Step, counted from 0")
    return fig


@styled
def snr_over_level(
    levels: Sequence[float] | np.ndarray, curves: Mapping[str, Any], *, mark: float | None = None, title: str = ""
) -> Figure:
    """How far the error lies below the sound, for a sound at many levels.

    Parameters
    ----------
    levels : sequence of float
        RMS levels in dB.
    curves : name: array (len(levels),)
        Signal-to-noise ratios in dB, as :func:`dspkit.snr_against_level` gives them.
    mark : float, optional
        A level to point at.
    title : str
        The finding.

    """
    x = np.asarray(levels, dtype=float)
    if not curves or x.ndim != 1:
        raise ParameterError("expected levels (n,) and curves, such as {'μ-law': dk.snr_against_level(codec, levels)}.")
    fig, ax = figure()
    for k, (name, snr) in enumerate(curves.items()):
        values = host(snr)
        if values.shape != x.shape:
            raise ParameterError(f"{name} has shape {values.shape}; expected one value for each level, {x.shape}.")
        ax.plot(x, values, color=COLOURS[k % len(COLOURS)], ls=LINE_STYLES[k % len(LINE_STYLES)], label=name)
        if mark is not None:
            ax.plot([mark], [np.interp(mark, x, values)], "o", color=COLOURS[k % len(COLOURS)], ms=7)
    if mark is not None:
        ax.axvline(mark, color="0.6", lw=1.0)
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    label(ax, title=title, x="RMS level of the sound [dB below full scale]", y="Sound over error [dB]")
    return fig


@styled
def code_histograms(codes: Mapping[str, Any], *, n_codes: int = 256, title: str = "") -> Figure:
    """How often each code is used, a row for each sound; with the entropy, in bits a sample.

    Parameters
    ----------
    codes : name: integer array
        Codes from 0 to n_codes − 1.
    n_codes : int
        How many there are.
    title : str
        The finding.

    """
    n_codes = positive_int(n_codes, "n_codes", minimum=2, unit="codes")
    if not codes:
        raise ParameterError("codes is empty; expected names and codes, such as {'μ-law': dk.mu_law_encode(y)}.")
    fig, axes = figure(len(codes), height=1.7, squeeze=False, sharex=True)
    for k, (ax, (name, values)) in enumerate(zip(axes[:, 0], codes.items(), strict=True)):
        share = 100 * _shares(values, n_codes, name)
        ax.bar(np.arange(n_codes), share, width=1.0, color=COLOURS[0])
        p = share[share > 0] / 100
        said = f"{name}: {p.size} of {n_codes} codes used, {-np.sum(p * np.log2(p)):.1f} bits a sample"
        ax.text(0.995, 0.95, said, transform=ax.transAxes, ha="right", va="top")
        ax.set_ylim(0, 1.3 * share.max())
        ax.set_xlim(-0.5, n_codes - 0.5)
        label(ax, title=title if k == 0 else "", x="Code" if k == len(codes) - 1 else "", y="Samples [%]")
    return fig


def _shares(values: Any, n_codes: int, name: str) -> np.ndarray:
    flat = (to_numpy(values) if hasattr(values, "dtype") else np.asarray(values)).ravel()
    if flat.dtype.kind not in "iu" or flat.size == 0 or flat.min() < 0 or flat.max() >= n_codes:
        raise ParameterError(f"{name} does not hold codes; expected integers from 0 to {n_codes - 1}.")
    return np.bincount(flat.astype(np.int64), minlength=n_codes) / flat.size
