"""Integrated loudness beside pyloudnorm's, and all that a meter shows in one pass: ten minutes of stereo."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

import dspkit as dk

from . import _measure

SR = 48_000
SECONDS = 600


def programme(seconds: int = SECONDS) -> np.ndarray:
    """Noise whose level moves, in two channels."""
    y = 0.1 * np.random.default_rng(0).standard_normal((2, seconds * SR), dtype=np.float32)
    y *= (0.6 + 0.4 * np.sin(2 * np.pi * np.arange(seconds * SR) / (20 * SR))).astype(np.float32)
    return y


def dspkit_loudness(y: np.ndarray, *, workers: int) -> np.ndarray:
    return np.asarray(dk.integrated_loudness(y, SR, workers=workers))


def dspkit_meter(y: np.ndarray, *, workers: int) -> np.ndarray:
    return np.asarray(dk.measure_loudness(y, SR, workers=workers).integrated)


def pyloudnorm_loudness(y: np.ndarray) -> np.ndarray:
    import pyloudnorm

    return np.asarray(pyloudnorm.Meter(SR).integrated_loudness(y.T))


def by_definition(y: np.ndarray) -> float:
    """BS.1770-5, Annex 1, in double precision, by SciPy's filter and nothing of dspkit's meter."""
    from scipy.signal import sosfilt

    z = sosfilt(dk.k_weighting(SR), y.astype(np.float64)) ** 2
    size = SR // 10
    steps = z[:, : z.shape[-1] // size * size].reshape(2, -1, size).mean(axis=-1)
    power = (steps[:, :-3] + steps[:, 1:-2] + steps[:, 2:-1] + steps[:, 3:]).sum(axis=0) / 4
    level = -0.691 + 10 * np.log10(power)
    passed = level > -70
    passed &= level > -0.691 + 10 * np.log10(power[passed].mean()) - 10
    return float(-0.691 + 10 * np.log10(power[passed].mean()))


def briefly(y: np.ndarray, *, call: Callable[[np.ndarray], Any]) -> Any:
    return call(y[:, : 5 * SR])


def main() -> None:
    print(f"# Loudness: {SECONDS} s of stereo at {SR} Hz, float32")
    print(f"{_measure.machine()}; NumPy {np.__version__}")
    print(f"Medians of {_measure.RUNS} runs in turns. Error: LU, against the definition in float64.")
    print("Extra MB: what the process grows beyond input and result.\n")
    calls: dict[str, Callable[[np.ndarray], Any]] = {}
    try:
        import pyloudnorm  # noqa: F401

        calls["pyloudnorm"] = pyloudnorm_loudness
    except ImportError:
        print("pyloudnorm is not installed.\n")
    for name, call in (("integrated", dspkit_loudness), ("the whole meter", dspkit_meter)):
        for workers in (1, 4):
            threads = f"{workers} thread{'s' if workers > 1 else ''}"
            calls[f"dspkit {name}, {threads}"] = functools.partial(call, workers=workers)
    y = programme()
    seconds = _measure.median_seconds({name: functools.partial(call, y) for name, call in calls.items()})
    peer = next(iter(calls))
    expected = by_definition(y)
    rows = []
    for name, call in calls.items():
        error = abs(float(call(y)) - expected)
        memory = _measure.extra_megabytes(programme, call, functools.partial(briefly, call=call))
        ratio = seconds[peer] / seconds[name]
        shown = "–" if memory is None else f"{memory:.0f}"
        rows.append([name, f"{seconds[name] * 1e3:.0f}", f"{ratio:.2f}", f"{error:.0e}", shown])
    print(_measure.table(["", "ms", f"× {peer}", "error", "extra MB"], rows))
