"""Figures of lesson 01: samples on their sound, levels, errors and their spectra."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from .._arrays import as_samples
from .._validate import positive_number
from ..errors import ParameterError
from ._style import COLOURS, LINE_STYLES, Figure, figure, host, label, styled

__all__ = ["error_spectra", "levels_of", "samples_of_tones", "snr_over_bits"]


@styled
def samples_of_tones(freqs: Any, *, sr: float, n: int = 9, title: str = "") -> Figure:
    """Cosines of several frequencies, and what is left of them when they are sampled: the same dots, or others.

    Parameters
    ----------
    freqs : sequence of float
        In hertz.
    sr : float
        Sample rate in hertz.
    n : int
        How many samples are shown.
    title : str
        The finding.

    """
    sr = positive_number(sr, "sr", unit="hertz")
    fine = np.linspace(0, (n - 1) / sr, 600)
    at = np.arange(n) / sr
    fig, ax = figure()
    for k, f in enumerate(freqs):
        style = LINE_STYLES[k % len(LINE_STYLES)]
        ax.plot(
            1e3 * fine,
            np.cos(2 * np.pi * f * fine),
            color=COLOURS[k % len(COLOURS)],
            linestyle=style,
            label=f"{f:g} Hz",
        )
        ax.plot(
            1e3 * at, np.cos(2 * np.pi * f * at), "os^"[k % 3], color=COLOURS[k % len(COLOURS)], markersize=9 - 3 * k
        )
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    label(ax, title=title, x="Time [ms]", y="Pressure")
    return fig


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
def error_spectra(errors: Mapping[str, Any], *, sr: float, n_fft: int = 1024, title: str = "") -> Figure:
    """Mean spectra of errors, in dB relative to full scale in each bin: lines tell distortion, a floor tells noise.

    Parameters
    ----------
    errors : name: float array (n,)
    sr : float
        Sample rate in hertz.
    n_fft : int
        Length of the frames (Hann window) over which the spectrum is averaged.
    title : str
        The finding.

    """
    sr = positive_number(sr, "sr", unit="hertz")
    w = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(n_fft) / n_fft)
    f = np.arange(n_fft // 2 + 1) * sr / n_fft
    fig, ax = figure(height=3.4)
    for k, (name, error) in enumerate(errors.items()):
        e = host(as_samples(error)[0])
        if e.ndim != 1 or len(e) < n_fft:
            raise ParameterError(f"{name!r} has shape {e.shape}; expected (n,) with n of {n_fft} or more.")
        frames = np.lib.stride_tricks.sliding_window_view(e, n_fft)[:: n_fft // 2]
        power = np.mean(np.abs(np.fft.rfft(frames * w)) ** 2, axis=0) * 4 / w.sum() ** 2
        style = LINE_STYLES[k % len(LINE_STYLES)]
        ax.plot(
            f / 1e3,
            10 * np.log10(power + 1e-20),
            color=COLOURS[k % len(COLOURS)],
            linestyle=style,
            linewidth=1.2,
            label=name,
        )
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    label(ax, title=title, x="Frequency [kHz]", y="Level of the error\nin each bin [dB]")
    return fig


@styled
def snr_over_bits(bits: Any, measured: Any, theory: Any, *, title: str = "") -> Figure:
    """Signal-to-noise ratios against the number of bits: measured as dots, the textbook's line.

    Parameters
    ----------
    bits, measured, theory : sequences of the same length
        Numbers of bits; dB.
    title : str
        The finding.

    """
    fig, ax = figure()
    ax.plot(bits, theory, color=COLOURS[1], label="6.02 · bits + 1.76")
    ax.plot(bits, measured, "o", color=COLOURS[0], markersize=7, label="measured")
    ax.legend(loc="upper left")
    label(ax, title=title, x="Bits", y="SNR [dB]")
    return fig
