"""Checks for ``notebooks/homework/14_gpu.ipynb``."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..cuda.model import SimulatedGPU, mel_traffic, roofline_seconds
from ._check import Case, Check, Mistake

__all__ = ["bytes_a_sample", "least_seconds", "time_on_gpu"]

GPU = SimulatedGPU
RUNS = 10


def _timed(
    gpu: Any, n_bytes: float, *, warm: bool = True, wait: bool = True, resend: bool = False, runs: int = RUNS
) -> float:
    """The benchmark, and each way to spoil it."""
    gpu.copy_to_device(n_bytes)
    if warm:
        gpu.run("mel", bytes_moved=n_bytes)
        gpu.synchronize()
    begin = gpu.now()
    for _ in range(runs):
        if resend:
            gpu.copy_to_device(n_bytes)
        gpu.run("mel", bytes_moved=n_bytes)
    if wait:
        gpu.synchronize()
    return (gpu.now() - begin) / runs


def _wrong(**how: Any) -> Any:
    return lambda gpu, n_bytes: _timed(gpu, n_bytes, **how)


def _warmed_without_waiting(gpu: Any, n_bytes: float) -> float:
    gpu.copy_to_device(n_bytes)
    gpu.run("mel", bytes_moved=n_bytes)
    begin = gpu.now()
    for _ in range(RUNS):
        gpu.run("mel", bytes_moved=n_bytes)
    gpu.synchronize()
    return (gpu.now() - begin) / RUNS


time_on_gpu = Check(
    "time on a GPU",
    lambda gpu, n_bytes: _timed(gpu, n_bytes),
    (
        Case("a long piece of work (10 ms)", (GPU(launch=1e-5, compile_time=0.4), 3e10)),
        Case("a GPU with a slow compiler", (GPU(launch=1e-5, compile_time=3.0), 6e9)),
        Case("a short piece of work (1 ms)", (GPU(launch=5e-6, compile_time=0.1), 3e9)),
    ),
    (
        Mistake(
            "a clock read before the work was done (no synchronize at the end)",
            _wrong(wait=False),
            "run comes back as soon as the work is handed over: synchronize, then read the clock.",
        ),
        Mistake(
            "the first call timed with the others (no warm-up)",
            _wrong(warm=False),
            "The first call compiles. Run once, synchronize, and only then read the clock for the first time.",
        ),
        Mistake(
            "the transfer timed with the work",
            _wrong(resend=True),
            "Send the data once, before the clock is read: the transfer is another number, to be told apart.",
        ),
        Mistake(
            "no warm-up and no synchronize",
            _wrong(warm=False, wait=False),
            "Two things at once: the first call compiles, and run comes back before the work is done.",
        ),
        Mistake(
            "no warm-up, and the transfer timed with the work",
            _wrong(warm=False, resend=True),
            "Two things at once: the first call compiles, and the data need to be sent only once.",
        ),
        Mistake(
            "all three mistakes: no warm-up, no synchronize, the transfer timed with the work",
            _wrong(warm=False, wait=False, resend=True),
            "That is the benchmark as it was given. Mend one thing at a time.",
        ),
        Mistake(
            "no synchronize, and the transfer timed with the work",
            _wrong(wait=False, resend=True),
            "Two things at once: send the data before the clock is read, and wait before it is read again.",
        ),
        Mistake(
            "a warm-up that is still running when the clock is read",
            _warmed_without_waiting,
            "The warm-up's own work falls into the timed part: synchronize after it, too.",
        ),
        Mistake(
            "the time of all runs together",
            lambda gpu, n_bytes: RUNS * _timed(gpu, n_bytes),
            "Asked was the time of one run: divide by how many there were.",
        ),
    ),
    rtol=0.01,  # so that a median of runs, each waited for, passes too: it holds every launch
)


def _traffic(n_fft: int, hop_length: int, n_mels: int) -> float:
    return sum(mel_traffic(n_fft=n_fft, hop_length=hop_length, n_mels=n_mels)["step by step"].values())


def _counted(n_fft: int, hop_length: int, n_mels: int, **how: Any) -> float:
    """The same count, with the ways to miscount."""
    frames, bins, bands = n_fft / hop_length, (1 + n_fft // 2) / hop_length, n_mels / hop_length
    if how.get("no_overlap"):
        frames, bins, bands = 1.0, (1 + n_fft // 2) / n_fft, n_mels / n_fft
    spectra = bins * (1 if how.get("real_spectra") else 2)
    once = 1 if how.get("written_only") else 2
    first = 0.0 if how.get("written_only") else frames if how.get("no_reuse") else 1.0
    values = first + once * (frames + spectra + bins) + bands
    return values * how.get("itemsize", 4)


bytes_a_sample = Check(
    "bytes a sample",
    _traffic,
    (
        Case("n_fft 2048, hop 512, 128 bands", (2048, 512, 128)),
        Case("n_fft 400, hop 160, 80 bands", (400, 160, 80)),
        Case("n_fft 512, hop 512, 40 bands", (512, 512, 40)),
        Case("n_fft 401 (odd), hop 160, 80 bands", (401, 160, 80)),
    ),
    (
        Mistake(
            "a count of what is written only",
            lambda n_fft, hop_length, n_mels: _counted(n_fft, hop_length, n_mels, written_only=True),
            "Each step also reads what the one before it wrote; and the first one reads the samples.",
        ),
        Mistake(
            "spectra counted as real numbers",
            lambda n_fft, hop_length, n_mels: _counted(n_fft, hop_length, n_mels, real_spectra=True),
            "A bin of a spectrum is complex: two numbers, 8 bytes.",
        ),
        Mistake(
            "a count without overlap",
            lambda n_fft, hop_length, n_mels: _counted(n_fft, hop_length, n_mels, no_overlap=True),
            "There is a frame for every hop, not for every n_fft samples: each sample is in n_fft / hop_length frames.",
        ),
        Mistake(
            "samples counted once for each frame that reads them",
            lambda n_fft, hop_length, n_mels: _counted(n_fft, hop_length, n_mels, no_reuse=True),
            "A sample lies in several frames, but it is to be counted as read once: the cache keeps it that long.",
        ),
        Mistake(
            "a count of numbers, not of bytes",
            lambda n_fft, hop_length, n_mels: _counted(n_fft, hop_length, n_mels, itemsize=1),
            "A float32 has 4 bytes.",
        ),
        Mistake(
            "a count in double precision",
            lambda n_fft, hop_length, n_mels: _counted(n_fft, hop_length, n_mels, itemsize=8),
            "float32 has 4 bytes; 8 is float64.",
        ),
    ),
)


def _least(bytes_moved: float, operations: float, memory_rate: float, arithmetic_rate: float) -> float:
    return roofline_seconds(
        bytes_moved=bytes_moved, operations=operations, memory_rate=memory_rate, arithmetic_rate=arithmetic_rate
    )


least_seconds = Check(
    "least seconds (roofline)",
    _least,
    (
        Case("much to move, little to compute", (1e10, 1e9, 2e12, 5e13)),
        Case("little to move, much to compute", (1e8, 1e14, 2e12, 5e13)),
        Case("a slower device", (4e9, 4e11, 5e11, 1e13)),
    ),
    (
        Mistake(
            "the sum of both times",
            lambda b, o, m, a: b / m + o / a,
            "A GPU computes while it moves: the longer of the two times hides the shorter one.",
        ),
        Mistake(
            "the shorter of both times", lambda b, o, m, a: min(b / m, o / a), "The slower part decides: the longer."
        ),
        Mistake("the memory's time alone", lambda b, o, m, a: b / m, "There may be more to compute than to move."),
        Mistake("the arithmetic's time alone", lambda b, o, m, a: o / a, "There may be more to move than to compute."),
        Mistake(
            "rates over amounts",
            lambda b, o, m, a: np.maximum(m / b, a / o),
            "Seconds are an amount over a rate, not a rate over an amount.",
        ),
    ),
)
