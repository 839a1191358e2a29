"""What is asked of the speed, and what is reached: each a ratio within one run."""

from __future__ import annotations

import functools
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

import dspkit as dk

from . import _measure
from .bench_mel import only_fft
from .bench_scaling import LEAST, MUSIC, Case, measure

RUNS = 5
# What, beside whom, and the ratio asked of two cores.
SCALING = [
    (Case("10 min, 44.1 kHz", (600 * 44_100,), **MUSIC), "stft", {"librosa": 3.5, "torch": 2.5}),
    (Case("10 min, 44.1 kHz", (600 * 44_100,), **MUSIC), "mel", {"librosa": 5.0, "torch": 6.0}),
    (Case("1 s, 44.1 kHz", (44_100,), **MUSIC), "mel", {"torch": 2.5}),
    (Case("1 s, 16 kHz", (16_000,)), "mel", {"torch": 1.3}),
    (Case("256 × 1 s, 16 kHz", (256, 16_000)), "mel", {"torch": 2.5}),
    (Case("1 s, 16 kHz", (16_000,)), "stft", {"librosa": 2.0}),
    (Case("10 s, 16 kHz", (160_000,)), "stft", {"librosa": 2.0}),
]
FIRST = {
    "dspkit": "import dspkit as dk; dk.integrated_loudness(y, 48_000)",
    "pyloudnorm": "import pyloudnorm; pyloudnorm.Meter(48_000).integrated_loudness(y.T)",
}
SOUND = "import numpy as np; y = 0.1 * np.random.default_rng(0).standard_normal((2, 480_000), dtype='float32');"


def first_call() -> float:
    """The first loudness in a fresh process, over pyloudnorm's."""
    taken: dict[str, list[float]] = {name: [] for name in FIRST}
    for _ in range(RUNS + 1):
        for name, program in FIRST.items():
            begin = time.perf_counter()
            subprocess.run([sys.executable, "-c", SOUND + program], check=True)
            taken[name].append(time.perf_counter() - begin)
    medians = {name: float(np.median(seconds[1:])) for name, seconds in taken.items()}
    return medians["dspkit"] / medians["pyloudnorm"]


def ratio(slow: Callable[[], Any], fast: Callable[[], Any]) -> float:
    seconds = _measure.median_seconds({"slow": slow, "fast": fast}, runs=RUNS, least=LEAST)
    return seconds["slow"] / seconds["fast"]


def beside_the_fft() -> list[list[str]]:
    """One thread, over the FFTs of as many frames that lie ready."""
    y = Case("", (60 * 44_100,), **MUSIC).samples()
    D = dk.stft(y)
    calls = {
        "FFT": functools.partial(only_fft, y),
        "stft": lambda: dk.stft(y, workers=1),
        "stft, out=": lambda: dk.stft(y, workers=1, out=D),
        "mel": lambda: dk.melspectrogram(y, sr=44_100, workers=1),
    }
    seconds = _measure.median_seconds(calls, runs=RUNS, least=LEAST)
    asked = {"stft": 1.5, "stft, out=": 1.25, "mel": 1.5}
    return [
        [f"{name} ÷ bare FFT, 1 thread", f"≤ {most}", f"{seconds[name] / seconds['FFT']:.2f}"]
        for name, most in asked.items()
    ]


def others() -> list[list[str]]:
    import librosa
    import pyloudnorm
    from scipy.signal import decimate

    rows = []
    y = Case("", (60 * 44_100,), **MUSIC).samples()
    D = dk.stft(y)
    rows.append(["istft, 60 s: librosa", "3.8", f"{ratio(lambda: librosa.istft(D), lambda: dk.istft(D)):.2f}"])
    rows.append(
        ["decimate by 2: scipy", "0.9", f"{ratio(lambda: decimate(y, 2, ftype='fir'), lambda: dk.decimate(y, 2)):.2f}"]
    )
    stereo = 0.1 * np.random.default_rng(0).standard_normal((2, 600 * 48_000), dtype=np.float32)
    meter = pyloudnorm.Meter(48_000)
    loudness = ratio(lambda: meter.integrated_loudness(stereo.T), lambda: dk.integrated_loudness(stereo, 48_000))
    rows.append(["LUFS, 10 min stereo: pyloudnorm", "5", f"{loudness:.2f}"])
    rows.append(["first loudness ÷ pyloudnorm's", "≤ 0.4", f"{first_call():.2f}"])
    try:
        import torch
        import torchaudio.compliance.kaldi as kaldi
    except ImportError:
        return rows
    window, spectra = torch.hann_window(2048), torch.from_numpy(D)
    inverse = ratio(lambda: torch.istft(spectra, 2048, 512, window=window), lambda: dk.istft(D))
    rows.append(["istft, 60 s: torch", "2", f"{inverse:.2f}"])
    speech = y[: 60 * 16_000]
    steps = torch.from_numpy(speech)[None] * 32768
    fbank = ratio(lambda: kaldi.fbank(steps, dither=0.0), lambda: dk.log_mel(speech, 16_000, preset="kaldi"))
    rows.append(["kaldi preset, 60 s: torchaudio", "2.4", f"{fbank:.2f}"])
    return rows


def main() -> None:
    print("# What is asked of the speed on two cores, and what is reached")
    print(f"{_measure.machine()}; NumPy {np.__version__}; medians of {RUNS} runs in turns\n")
    rows = []
    worst = 0.0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for case, what, asked in SCALING:
            seconds = measure(case, what)
            worst = max(worst, seconds["default"] / min(seconds["1"], seconds["2"]))
            for peer, least in asked.items():
                reached = f"{seconds[peer] / seconds['default']:.2f}" if peer in seconds else "–"
                rows.append([f"{what}, {case.what}: {peer}", f"{least:g}", reached])
        rows += [
            ["default ÷ best number of threads, worst of these", "≤ 1.1", f"{worst:.2f}"],
            *beside_the_fft(),
            *others(),
        ]
    print(_measure.table(["peer ÷ dspkit, unless said", "asked", "reached"], rows))
