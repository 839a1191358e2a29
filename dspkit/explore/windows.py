"""Sliders of lesson 07: a tone between two bins, a weak one beside a strong one, Kaiser's β, a window for a task."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from .._arrays import as_samples
from .._validate import positive_int, positive_number
from ..errors import ParameterError
from ..viz._style import Figure, host
from ..viz.windows import leakage as draw_leakage
from ..viz.windows import main_lobe, through_windows, window_spectra
from ..windows import get_window
from ._explorer import Explorer, choice, slider

__all__ = ["choose_window", "kaiser", "leakage", "weak_tone"]

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
        return draw_leakage(
            {name: y}, sr=sr, w=window, title=f"{lost:.1f} % of the energy lies outside the 4 nearest bins"
        )

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
        w = get_window(window, n)
        y = _tone(20.3, n) + 10 ** (level / 20) * _tone(20.3 + distance, n)
        bins = 2.0 * np.abs(np.fft.rfft(w * y)) / np.sum(w)
        return through_windows(
            np.arange(bins.size) * sr / n,
            {window: 20.0 * np.log10(np.maximum(bins, 1e-9))},
            marks={"the weak tone": ((20.3 + distance) * sr / n, level)},
            x_limits=(14 * sr / n, 42 * sr / n),
            y_limits=(-125.0, 15.0),
            reference="the strong tone",
            title=f"{window}: a second tone at {level:.0f} dB, {distance:.1f} bins away".replace("-", "−"),
        )

    return Explorer(
        draw,
        level=slider("level of the weak tone (dB)", level, -110, 0, 5),
        distance=slider("distance (bins)", distance, 0.5, 20.0, 0.5),
        window=choice("window", NAMES, window),
    )


def kaiser(*, beta: float = 8.6, n: int = 512) -> Explorer:
    """A Kaiser window: its shape, its spectrum and its figures of merit as β moves, with the boxcar behind it."""
    n = positive_int(n, "n", minimum=256, unit="samples")

    def draw(beta: float) -> Figure:
        w = get_window(("kaiser", beta), n)
        width, lobe, _ = main_lobe(w)
        title = f"β = {beta:.1f}: {width:.1f} bins from foot to foot, side lobes {lobe:.0f} dB".replace("-", "−")
        return window_spectra({"kaiser": w, "boxcar": get_window("boxcar", n)}, bins=8.0, floor=-140.0, title=title)

    return Explorer(draw, beta=slider("β", beta, 0.0, 20.0, 0.1))


def choose_window(tasks: Mapping[str, Mapping[str, Any]], *, window: str = "boxcar") -> Explorer:
    """Tasks on sounds of your own or the course's: choose a window for each, and see what it shows.

    ``tasks`` maps a question to a mapping with ``frame`` (samples), ``sr`` in hertz, and ``x_limits`` in hertz and
    ``y_limits`` in dB for the picture.
    """
    if not tasks:
        raise ParameterError("tasks is empty; expected questions and what to look at.")

    def draw(task: str, window: str) -> Figure:
        given = tasks[task]
        y = host(as_samples(given["frame"])[0]).astype(np.float64)
        w = get_window(window, y.size)
        amplitude = 2.0 * np.abs(np.fft.rfft(w * y)) / np.sum(w)
        levels = {window: 20.0 * np.log10(np.maximum(amplitude, 1e-9))}
        return through_windows(
            np.arange(amplitude.size) * given["sr"] / y.size,
            levels,
            x_limits=given["x_limits"],
            y_limits=given["y_limits"],
            title=f"{task}, seen through {window}",
        )

    return Explorer(
        draw, task=choice("recording", list(tasks), next(iter(tasks))), window=choice("window", NAMES, window)
    )
