"""Sliders for sounds: a tone to be set and heard, and a magnifying glass for waveforms."""

from __future__ import annotations

import ipywidgets as widgets
import numpy as np

from .. import players, signals
from .._arrays import Array, as_samples, to_numpy
from .._validate import positive_number
from ..viz._style import Figure
from ..viz.sounds import waveform
from ._explorer import Explorer, slider

__all__ = ["tone", "zoom"]


def tone(*, freq: float = 440.0, level: float = -20.0, sr: int = 22050) -> Explorer:
    """A sine with sliders for pitch, level and phase: its first 10 ms drawn, one second to be heard.

    ``freq`` is the frequency in hertz and ``level`` the RMS level in decibels below full scale (a number below
    0) at the start. The player is level-true: −40 dB sounds 20 dB softer than −20 dB.
    """
    player = widgets.Audio(format="wav", autoplay=False, loop=False)

    def draw(freq: float, level: float, phase: float) -> Figure:
        peak = 2**0.5 * 10 ** (level / 20)
        y = signals.sine(freq, sr=sr, duration=1.0, amplitude=peak, phase=np.deg2rad(phase))
        player.value = players.play(signals.fade(y, sr), sr).data
        title = f"{freq:.0f} Hz: {freq / 100:.2f} periods in 10 ms, peak {peak:.3f} for {level:.0f} dB RMS"
        return waveform(y, sr, duration=0.01, limit=0.3, title=title)

    explorer = Explorer(
        draw,
        freq=slider("frequency (Hz)", freq, 50, min(5000, sr / 2 - 25), 10),
        level=slider("level (dB RMS, full scale = 0)", level, -60, -14, 1),
        phase=slider("phase (degrees)", 0, 0, 360, 15),
    )
    explorer.children = (*explorer.children, player)
    return explorer


def zoom(y: Array, sr: float, *, at: float | None = None) -> Explorer:
    """A sound with sliders for where to look (seconds) and how closely (milliseconds)."""
    y, _ = as_samples(y)
    y = np.atleast_2d(to_numpy(y))[0]
    sr = positive_number(sr, "sr", unit="hertz")
    end = y.size / sr

    def draw(at: float, width: float) -> Figure:
        seconds = min(10**width / 1000, end)
        start = min(max(at - seconds / 2, 0.0), end - seconds)
        samples = round(seconds * sr)
        title = f"{1000 * seconds:.3g} ms, {samples} samples of 1/{sr:g} s each"
        return waveform(y, sr, start=start, duration=seconds, title=title)

    widest = float(np.ceil(10 * np.log10(1000 * end)) / 10)
    return Explorer(
        draw,
        at=slider("where (s)", round(end / 4 if at is None else at, 2), 0.0, round(end, 2), 0.01),
        width=slider("width (ms, power of ten)", min(1.5, widest), 0.0, widest, 0.1),
    )
