"""Sliders of lesson 03: what frame and hop let you see, and a sound beside itself some samples later."""

from __future__ import annotations

from typing import Any

import numpy as np

from .._arrays import as_samples
from .._validate import positive_int, positive_number
from ..errors import ParameterError
from ..signals import drum_loop, vowels
from ..time_domain import amplitude_envelope, autocorrelation, rms
from ..viz._style import Figure, host
from ..viz.time_domain import feature_curves
from ..viz.time_domain import lag as draw_lag
from ._explorer import Explorer, choice, slider

__all__ = ["frame_and_hop", "lag"]

FEATURES = {"RMS": rms, "amplitude envelope": amplitude_envelope}
HOPS = {"1/8 frame": 0.125, "1/4 frame": 0.25, "1/2 frame": 0.5, "1 frame": 1.0, "2 frames": 2.0}


def frame_and_hop(
    y: Any = None, sr: float = 22050.0, *, frame_length: int = 512, hop: str = "1/4 frame", feature: str = "RMS"
) -> Explorer:
    """A feature over the sound it comes from: change the frame, then the hop.

    ``y`` are samples (n,), a drum loop if not given; ``frame_length`` is a power of 2 from 32 to 16384.
    """
    y = drum_loop(sr=sr) if y is None else _one_channel(y)
    sr = positive_number(sr, "sr", unit="hertz")

    def draw(frame_length: int, hop: str, feature: str) -> Figure:
        step = max(1, round(HOPS[hop] * frame_length))
        values = FEATURES[feature](y, frame_length=frame_length, hop_length=step)
        seconds = f"{1000 * frame_length / sr:.1f} ms"
        title = f"{frame_length} samples ({seconds}) every {step}: {values.size} numbers for {y.size / sr:.1f} s"
        return feature_curves(y, sr, {feature: values}, hop_length=step, title=title)

    return Explorer(
        draw,
        frame_length=choice("frame (samples)", [2**k for k in range(5, 15)], frame_length),
        hop=choice("hop", list(HOPS), hop),
        feature=choice("feature", list(FEATURES), feature),
    )


def lag(y: Any = None, sr: float = 22050.0, *, lag: int = 40, max_size: int = 500) -> Explorer:
    """A frame and its late copy: move the copy until they agree, and read the pitch from the lag.

    ``y`` is a frame (n,), from a vowel if not given; the lag goes from 0 to ``max_size`` - 1 samples.
    """
    sr = positive_number(sr, "sr", unit="hertz")
    y = vowels("a", sr=sr, duration=0.5, f0=120.0)[int(0.2 * sr) :][:2048] if y is None else _one_channel(y)
    max_size = positive_int(max_size, "max_size", minimum=2, unit="lags")
    if y.size < 2 * max_size:
        raise ParameterError(
            f"y has {y.size} samples; expected {2 * max_size} or more for {max_size} lags. Take a smaller max_size."
        )
    r = autocorrelation(y.astype("float64"), max_size=max_size, scale="coeff")

    def draw(lag: int) -> Figure:
        pitch = f"{sr / lag:.1f} Hz" if lag else "no pitch"
        title = f"{lag} samples later ({pitch}) the product is {r[lag]:+.2f} of the energy"
        return draw_lag(y, lag, sr=sr, max_size=max_size, title=title)

    return Explorer(draw, lag=slider("lag (samples)", lag, 0, max_size - 1, 1))


def _one_channel(y: Any) -> np.ndarray:
    y = host(as_samples(y)[0])
    if y.ndim != 1:
        raise ParameterError(f"y has shape {y.shape}; expected one channel, (n,). Take y[0]?")
    return y
