"""Sliders of lesson 14: from which length on a GPU pays."""

from __future__ import annotations

import numpy as np

from .._validate import positive_number
from ..cuda.model import crossover_samples
from ..viz._style import Figure
from ..viz.gpu import crossover as draw_crossover
from ._explorer import Explorer, choice, slider

__all__ = ["crossover"]

SAMPLES = np.geomspace(1e3, 1e9, 60)


def crossover(
    *, cpu_rate: float = 5e7, speedup: float = 100.0, overhead_us: float = 50.0, transfers: str = "there and back"
) -> Explorer:
    """A model of a mel spectrogram on both: change the GPU's speed and overhead, and what has to be carried.

    ``cpu_rate`` in samples a second; ``speedup`` is the GPU's rate over it; ``overhead_us`` in microseconds a call.
    """
    cpu_rate = positive_number(cpu_rate, "cpu_rate", unit="samples a second")
    carried = {"none": 0.0, "there": 4.0, "there and back": 5.0}  # bytes a sample, float32

    def draw(speedup: float, overhead_us: float, transfers: str) -> Figure:
        gpu_rate, overhead, rate = speedup * cpu_rate, overhead_us * 1e-6, 2.5e10
        cost = carried[transfers]
        where = crossover_samples(
            cpu_rate=cpu_rate, gpu_rate=gpu_rate, overhead=overhead, bytes_there_and_back=cost, transfer_rate=rate
        )
        gpu = overhead + SAMPLES * (1 / gpu_rate + cost / rate)
        most = (1 / cpu_rate) / (1 / gpu_rate + cost / rate)
        title = f"Simulated: the GPU pays from {where:,.0f} samples on; {most:.0f} times faster at most"
        lines = {"CPU": SAMPLES / cpu_rate, "GPU" if transfers == "none" else f"GPU, {transfers}": gpu}
        return draw_crossover(SAMPLES, lines, marks={"equal": where}, title=title)

    return Explorer(
        draw,
        speedup=slider("GPU's speed over the CPU's", speedup, 2, 500, 1),
        overhead_us=slider("overhead of a call (µs)", overhead_us, 5, 500, 5),
        transfers=choice("carried to and fro", list(carried), transfers),
    )
