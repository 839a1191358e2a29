"""Sliders of lesson 08: what n_fft, hop and window buy, and when frames add up."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import decibels, short_time
from ..viz import short_time as pictures
from ..viz._style import Figure
from ..windows import get_window, window_figures
from ._explorer import Explorer, choice, slider

__all__ = ["overlap_add", "spectrogram"]

WINDOWS = ["hann", "hamming", "blackmanharris", "boxcar"]


def spectrogram(y: Any, sr: float, *, fmax: float | None = None, n_fft: int = 1024) -> Explorer:
    """One sound's spectrogram under three controls: window length, hop and window.

    The title says what the setting buys: the width of a tone in hertz, that of a click in milliseconds (both where
    the window's picture has fallen by 6 dB), and how many values are kept for each sample.

    Parameters
    ----------
    y : real array (n,)
        One channel; a second or two redraw in about 100 ms.
    sr : float
        Sample rate in hertz.
    fmax : float, optional
        Highest frequency shown.
    n_fft : int
        Where the first control starts: a power of two from 64 to 8192.

    """

    def draw(log2_n_fft: int, hop: int, window: str) -> Figure:
        n_fft = 2**log2_n_fft
        hop_length = max(n_fft // hop, 1)
        S = short_time.spectrogram(y, n_fft=n_fft, hop_length=hop_length, window=window)
        hertz, seconds = resolution(window, n_fft, sr)
        return pictures.spectrogram(
            decibels.power_to_db(S),
            sr=sr,
            hop_length=hop_length,
            n_fft=n_fft,
            fmax=fmax,
            title=f"n_fft {n_fft}, hop {hop_length}: a tone is {hertz:.0f} Hz wide, a click {1000 * seconds:.1f} ms, "
            f"{S.size / y.shape[-1]:.1f} values a sample",
        )

    return Explorer(
        draw,
        log2_n_fft=slider("n_fft = 2 to the power", n_fft.bit_length() - 1, 6, 13, 1),
        hop=choice("hop = n_fft divided by", [1, 2, 4, 8], 4),
        window=choice("window", WINDOWS, "hann"),
    )


def resolution(window: Any, n_fft: int, sr: float) -> tuple[float, float]:
    """How wide a steady tone is drawn, in hertz, and a click, in seconds: full width at −6 dB.

    A tone is drawn as the window's spectrum, a click as the window itself, so one is measured on each.
    """
    w = get_window(window, n_fft)
    return window_figures(w).width_6db * sr / n_fft, float(np.sum(w >= w.max() / 2)) / sr


def overlap_add(*, win_length: int = 512, hop_length: int = 128) -> Explorer:
    """Windows one hop apart and their sums, Σw and Σw², with a slider for the hop.

    The title says whether plain overlap-add inverts the STFT (COLA) and whether least squares does (NOLA).
    """

    def draw(hop_length: int, window: str) -> Figure:
        cola = short_time.check_cola(window, win_length=win_length, hop_length=hop_length)
        nola = short_time.check_nola(window, win_length=win_length, hop_length=hop_length)
        words = f"COLA {'holds' if cola else 'fails'}, NOLA {'holds' if nola else 'fails'}"
        return pictures.overlap_add(
            window, win_length=win_length, hop_length=hop_length, title=f"hop {hop_length} of {win_length}: {words}"
        )

    return Explorer(
        draw,
        hop_length=slider("hop_length [samples]", hop_length, 32, win_length + 64, 16),
        window=choice("window", WINDOWS, "hann"),
    )
