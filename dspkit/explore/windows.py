"""Sliders of lesson 07: a tone between two bins, a weak tone beside a strong one, windows with a parameter."""

from __future__ import annotations

import numpy as np

from .._validate import positive_int, positive_number
from ..viz._style import Figure
from ..viz.windows import leakage as draw_leakage
from ..viz.windows import window_spectra
from ..windows import get_window, window_figures
from ._explorer import Explorer, choice, slider

__all__ = ["leakage", "weak_tone", "window_parameter"]

NAMES = ["boxcar", "hann", "hamming", "blackman", "blackmanharris", "flattop"]


def _tone(bins: float, n: int) -> np.ndarray:
    """A cosine of amplitude 1 that turns ``bins`` times in n samples."""
    return np.cos(2 * np.pi * bins * np.arange(n) / n)


def leakage(*, bins: float = 8.5, window: str = "boxcar", n: int = 64, sr: float = 8000.0) -> Explorer:
    """One tone in one frame: move its frequency from bin to bin, change the window, and watch the bins.

    ``bins`` is the tone's frequency in bins (periods in the frame) and ``n`` the frame's length in samples.
    """
    n = positive_int(n, "n", minimum=32, unit="samples")
    sr = positive_number(sr, "sr", unit="hertz")

    def draw(bins: float, window: str) -> Figure:
        bins = round(bins, 2)
        w = get_window(window, n)
        y = _tone(bins, n)
        energy = np.abs(np.fft.rfft(w * y)) ** 2
        near = energy[int(bins) - 1 : int(bins) + 3].sum() / energy.sum()
        name = f"{bins * sr / n:.0f} Hz, {bins:.2f} periods in the frame, seen through {window}"
        lost = 100.0 * (1.0 - near)
        return draw_leakage({name: y}, sr=sr, w=w, title=f"{lost:.1f} % of the energy lies outside the 4 nearest bins")

    return Explorer(
        draw,
        bins=slider("frequency (bins)", bins, 6.0, 10.0, 0.05),
        window=choice("window", NAMES, window),
    )


def weak_tone(
    *, level: float = -60.0, distance: float = 6.5, window: str = "boxcar", n: int = 128, sr: float = 8000.0
) -> Explorer:
    """A strong tone and a weak one: when does the weak one disappear under the strong one's side lobes?

    ``level`` of the weak tone in dB below the strong one, ``distance`` between them in bins.
    """
    n = positive_int(n, "n", minimum=128, unit="samples")
    sr = positive_number(sr, "sr", unit="hertz")

    def draw(level: float, distance: float, window: str) -> Figure:
        strong = _tone(20.3, n)
        weak = 10 ** (level / 20) * _tone(20.3 + distance, n)
        frames = {"the strong tone alone": strong, "both tones": strong + weak}
        w = get_window(window, n)
        title = f"{window}: a second tone at {level:.0f} dB, {distance:.1f} bins away"
        return draw_leakage(frames, sr=sr, w=w, fmax=48 * sr / n, floor=-120.0, repeat=False, title=title)

    return Explorer(
        draw,
        level=slider("level of the weak tone (dB)", level, -110, 0, 5),
        distance=slider("distance (bins)", distance, 0.5, 20.0, 0.5),
        window=choice("window", NAMES, window),
    )


# What the slider's 0 … 100 % stands for: the parameter's name and range for each window; a Gaussian's standard
# deviation is given in frame lengths.
RANGES = {
    "kaiser": ("β", 0.0, 20.0),
    "tukey": ("α", 0.0, 1.0),
    "gaussian": ("std/n", 0.3, 0.08),
    "chebwin": ("attenuation [dB]", 45.0, 125.0),
    "dpss": ("NW [bins]", 0.5, 6.0),
}


def window_parameter(*, window: str = "kaiser", percent: int = 43, n: int = 512) -> Explorer:
    """A window with a parameter: its shape, its spectrum and its figures of merit as the parameter moves."""
    n = positive_int(n, "n", minimum=256, unit="samples")

    def draw(window: str, percent: int) -> Figure:
        name, low, high = RANGES[window]
        value = low + (high - low) * percent / 100.0
        w = get_window((window, value * n if window == "gaussian" else value), n, sym=window == "chebwin")
        f = window_figures(w)
        title = f"{name} = {value:.2f}: ENBW {f.enbw:.2f} bins, side lobe {f.highest_side_lobe:.0f} dB"
        return window_spectra({window: w, "boxcar": get_window("boxcar", n)}, bins=16.0, floor=-140.0, title=title)

    return Explorer(
        draw,
        window=choice("window", list(RANGES), window),
        percent=slider("parameter (% of its range)", percent, 0, 100, 1),
    )
