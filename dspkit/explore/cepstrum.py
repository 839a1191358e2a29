"""Sliders of lesson 10: where the mouth ends and the pitch begins, and how many MFCCs a spectrum needs."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import cepstrum as core
from .. import decibels, mel
from .._arrays import as_samples, to_numpy
from .._validate import positive_int, positive_number
from ..errors import ParameterError
from ..viz import cepstrum as pictures
from ..viz._style import Figure
from ..viz.mel import band_levels
from ..windows import get_window
from ._explorer import Explorer, slider

__all__ = ["cepstral_envelope", "mfcc_smoothing"]

NEPER = 20.0 / np.log(10.0)  # dB


def cepstral_envelope(y: Any, sr: float, *, cut: int = 40, at: float | None = None, n: int | None = None) -> Explorer:
    """The spectrum of one frame and what is left of it when only quefrencies below ``cut`` samples are kept.

    Parameters
    ----------
    y : array (n,)
        One channel.
    sr : float
        Sample rate in hertz.
    cut : int
        Where the first slider starts, in samples.
    at : float, optional
        Where the second slider starts: the middle of the frame in seconds; that of the sound if not given.
    n : int, optional
        The frame's length in samples; 40 ms if not given.

    """
    y, sr = _one_channel(y), positive_number(sr, "sr", unit="hertz")
    n = min(round(0.04 * sr) if n is None else positive_int(n, "n", unit="samples"), y.size)
    n_fft = 4 << n.bit_length()
    seconds = y.size / sr
    longest = max(round(0.012 * sr), 2)

    def draw(cut: int, at: float) -> Figure:
        x = _frame(y, sr, at, n) * get_window("hann", n)
        c = to_numpy(core.real_cepstrum(x, n_fft=n_fft, amin=1e-7))
        level = NEPER * np.fft.rfft(c).real
        kept = np.where(np.minimum(np.arange(n_fft), n_fft - np.arange(n_fft)) < cut, c, 0.0)
        curve = NEPER * np.fft.rfft(kept).real
        tops = np.flatnonzero((curve[1:-1] > curve[:-2]) & (curve[1:-1] >= curve[2:])) + 1
        hertz = ", ".join(f"{f:.0f}" for f in tops[:4] * sr / n_fft) or "none"
        name = f"{cut} of {n_fft // 2 + 1} numbers kept, {1000 * cut / sr:.1f} ms: lowest peaks at {hertz} Hz"
        return pictures.envelopes({name: level}, sr=sr, smooth={name: curve})

    return Explorer(
        draw,
        cut=slider("keep below (samples)", min(cut, longest), 1, longest, 1),
        at=slider("middle of the frame (s)", seconds / 2 if at is None else at, 0.0, round(seconds, 2), 0.01),
    )


def mfcc_smoothing(
    y: Any, sr: float, *, n_mfcc: int = 13, at: float | None = None, n_mels: int = 40, n_fft: int = 512
) -> Explorer:
    """The mel bands of one frame, and what the first ``n_mfcc`` coefficients still know of them.

    Parameters
    ----------
    y : array (n,)
        One channel.
    sr : float
        Sample rate in hertz.
    n_mfcc : int
        Where the first slider starts.
    at : float, optional
        Where the second slider starts, in seconds; the middle of the sound if not given.
    n_mels, n_fft : int

    """
    y, sr = _one_channel(y), positive_number(sr, "sr", unit="hertz")
    n_mels = positive_int(n_mels, "n_mels")
    seconds = y.size / sr
    middles = mel.mel_frequencies(n_mels + 2, fmax=sr / 2)[1:-1]
    fb = mel.mel_filterbank(sr=sr, n_fft=n_fft, n_mels=n_mels)

    def draw(n_mfcc: int, at: float) -> Figure:
        x = _frame(y, sr, at, n_fft) * get_window("hann", n_fft)
        L = to_numpy(decibels.power_to_db(fb @ np.abs(np.fft.rfft(x)) ** 2))
        C = to_numpy(core.dct(L, norm="ortho"))
        C[n_mfcc:] = 0.0
        kept = to_numpy(core.idct(C, norm="ortho"))
        miss = float(np.sqrt(np.mean((kept - L) ** 2)))
        title = f"{n_mfcc} of {n_mels} coefficients: {miss:.1f} dB RMS from the bands"
        return band_levels({"mel bands": L, f"c0 … c{n_mfcc - 1}" if n_mfcc > 1 else "c0": kept}, middles, title=title)

    return Explorer(
        draw,
        n_mfcc=slider("coefficients kept", min(n_mfcc, n_mels), 1, n_mels, 1),
        at=slider("middle of the frame (s)", seconds / 2 if at is None else at, 0.0, round(seconds, 2), 0.01),
    )


def _one_channel(y: Any) -> np.ndarray:
    y = to_numpy(as_samples(y)[0])
    if y.ndim != 1:
        raise ParameterError(f"y has shape {y.shape}; expected one channel, (n,). Take y[0] of a stereo sound.")
    return y.astype(np.float64)


def _frame(y: np.ndarray, sr: float, at: float, n: int) -> np.ndarray:
    """The ``n`` samples around ``at`` seconds, moved inwards where they would leave the sound; zeros if it is short."""
    start = min(max(round(at * sr) - n // 2, 0), max(y.size - n, 0))
    x = y[start : start + n]
    return np.pad(x, (0, n - x.size))
