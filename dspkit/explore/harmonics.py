"""Sliders of lesson 02: partials that make a timbre, and where a string is plucked."""

from __future__ import annotations

import numpy as np

from .._validate import one_of, positive_int, positive_number
from ..harmonics import additive, string_modes
from ..viz._style import COLOURS, Figure, figure, label, styled
from ..viz.harmonics import partials as draw_partials
from ._explorer import Explorer, choice, slider

__all__ = ["partials", "pluck_position"]

WHICH = ("all", "odd", "even and the first")


def partials(freq: float = 220.0, *, n_partials: int = 8, slope: float = -6.0, which: str = "all") -> Explorer:
    """A tone from partials: how many, how fast they fall, which ones. Above the wave, below its partials.

    ``freq`` in hertz; ``n_partials`` from 1 to 20; ``slope`` in dB an octave, from −24 to 0.
    """
    freq, which = positive_number(freq, "freq", unit="hertz"), one_of(which, WHICH, "which")

    @styled
    def draw(n_partials: int, slope: float, which: str) -> Figure:
        n = np.arange(1, n_partials + 1)
        kept = {"all": n > 0, "odd": n % 2 == 1, "even and the first": (n == 1) | (n % 2 == 0)}[which]
        k = n[kept]
        a = 10 ** (slope * np.log2(k) / 20)
        sr = 4096 * freq  # 4096 samples in a period
        y = additive(freq * k, a, sr=sr, duration=2 / freq, dtype="float64")
        fig, (top, low) = figure(2, height=1.9)
        top.plot(np.arange(y.size) / sr * 1000, y / np.max(np.abs(y)), color=COLOURS[0])
        top.margins(x=0.0)
        level = np.maximum(20 * np.log10(a), -60)
        low.vlines(freq * k, -60, level, color=COLOURS[1], lw=2.5)
        low.plot(freq * k, level, "o", color=COLOURS[1], ms=5)
        low.set_xlim(0, 21 * freq)
        low.set_ylim(-60, 6)
        title = f"{k.size} partial{'s' if k.size > 1 else ''} of {freq:g} Hz, {slope:g} dB an octave: {which}"
        label(top, title=title, x="Time [ms]", y="Amplitude")
        label(low, x="Frequency [Hz]", y="Level [dB]")
        return fig

    return Explorer(
        draw,
        n_partials=slider("partials", positive_int(n_partials, "n_partials"), 1, 20, 1),
        slope=slider("fall (dB an octave)", slope, -24, 0, 1),
        which=choice("which", list(WHICH), which),
    )


def pluck_position(*, position: float = 0.2, excitation: str = "plucked") -> Explorer:
    """Where a string is plucked or struck, and which partials it gets: those with a node there stay away.

    ``position`` is a part of the string's length, from 0.02 to 0.5.
    """
    excitation = one_of(excitation, ("plucked", "struck"), "excitation")

    def draw(position: float, excitation: str) -> Figure:
        modes = string_modes(110.0, 20, position=position, excitation=excitation)
        heard = modes.amplitudes * np.arange(1, 21)  # what the bridge feels
        level = 20 * np.log10(np.maximum(np.abs(heard), 1e-9) / np.max(np.abs(heard)))
        gone = [str(n + 1) for n in np.flatnonzero(level < -40)]
        said = f"partials {', '.join(gone)} are missing" if gone else "none of the first 20 partials is missing"
        title = f"{excitation.capitalize()} at {position:g} of the length: {said}"
        return draw_partials({"force on the bridge, string of 110 Hz": (modes.freqs, heard)}, title=title)

    return Explorer(
        draw,
        position=slider("place", position, 0.02, 0.5, 0.01),
        excitation=choice("how", ["plucked", "struck"], excitation),
    )
