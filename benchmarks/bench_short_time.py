"""The STFT and its inverse beside librosa's and (where it is installed) PyTorch's: ten minutes of sound."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

import dspkit as dk

from . import _measure

SR = 44_100
SECONDS = 600
N_FFT, HOP = 2048, 512
SHORT = 20 * SR  # for the error, and to warm up

try:
    import torch
except ImportError:
    torch = None


def samples(n: int = SECONDS * SR) -> np.ndarray:
    return np.random.default_rng(0).uniform(-1.0, 1.0, n).astype(np.float32)


def spectrum() -> np.ndarray:
    return dk.stft(samples(), n_fft=N_FFT, hop_length=HOP)


def dspkit_stft(y: np.ndarray, *, workers: int) -> np.ndarray:
    return dk.stft(y, n_fft=N_FFT, hop_length=HOP, workers=workers)


def dspkit_istft(D: np.ndarray, *, workers: int) -> np.ndarray:
    return dk.istft(D, hop_length=HOP, workers=workers)


def dspkit_power(y: np.ndarray, *, workers: int) -> np.ndarray:
    return dk.spectrogram(y, n_fft=N_FFT, hop_length=HOP, workers=workers)


def librosa_stft(y: np.ndarray) -> np.ndarray:
    import librosa

    return librosa.stft(y, n_fft=N_FFT, hop_length=HOP)


def librosa_istft(D: np.ndarray) -> np.ndarray:
    import librosa

    return librosa.istft(D, hop_length=HOP)


def librosa_power(y: np.ndarray) -> np.ndarray:
    return np.abs(librosa_stft(y)) ** 2


def torch_stft(y: np.ndarray, *, workers: int) -> Any:
    torch.set_num_threads(workers)
    how = {"window": torch.hann_window(N_FFT), "pad_mode": "constant", "return_complex": True}
    return torch.stft(torch.from_numpy(y), N_FFT, HOP, **how)


def torch_istft(D: np.ndarray, *, workers: int) -> Any:
    torch.set_num_threads(workers)
    return torch.istft(torch.from_numpy(D), N_FFT, HOP, window=torch.hann_window(N_FFT))


def torch_power(y: np.ndarray, *, workers: int) -> Any:
    return torch_stft(y, workers=workers).abs() ** 2


def exact_stft(y: np.ndarray) -> np.ndarray:
    """The definition, in double precision, by NumPy alone."""
    padded = np.pad(y.astype(np.float64), N_FFT // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, N_FFT)[::HOP]
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(N_FFT) / N_FFT)
    return np.fft.rfft(frames * window).T


def exact_power(y: np.ndarray) -> np.ndarray:
    return np.abs(exact_stft(y)) ** 2


def start(given: np.ndarray) -> np.ndarray:
    """The first seconds of samples, or the first frames of a spectrum."""
    return given[..., : SHORT if given.ndim == 1 else SHORT // HOP]


def on_start(given: np.ndarray, *, call: Callable[[np.ndarray], Any]) -> Any:
    return call(start(given))


def compare(make: Callable[[], np.ndarray], peer: str, exact: Callable[[np.ndarray], np.ndarray], topic: str) -> str:
    """A table: every implementation of ``topic`` on the same input."""
    here = globals()
    calls: dict[str, Callable[[np.ndarray], Any]] = {peer: here[f"librosa_{topic}"]}
    for library in ("torch", "dspkit"):
        if library == "dspkit" or torch is not None:
            for workers in (1, 4):
                name = f"{library}, {workers} thread{'s' if workers > 1 else ''}"
                calls[name] = functools.partial(here[f"{library}_{topic}"], workers=workers)
    given = make()
    seconds = _measure.median_seconds({name: functools.partial(call, given) for name, call in calls.items()})
    expected = exact(start(given))
    rows = []
    for name, call in calls.items():
        got = np.asarray(on_start(given, call=call))
        error = np.max(np.abs(got - expected[..., : got.shape[-1]])) / np.max(np.abs(expected))
        memory = _measure.extra_megabytes(make, call, functools.partial(on_start, call=call))
        rows.append(
            [
                name,
                f"{seconds[name] * 1e3:.0f}",
                f"{seconds[peer] / seconds[name]:.2f}",
                f"{error:.0e}",
                "–" if memory is None else f"{memory:.0f}",
            ]
        )
    return _measure.table(["", "ms", f"× {peer}", "error", "extra MB"], rows)


def exact_signal(D: np.ndarray) -> np.ndarray:
    return samples(SECONDS * SR)[: (D.shape[-1] - 1) * HOP].astype(np.float64)


def main() -> None:
    import librosa

    print(f"# Short-time transform: {SECONDS} s at {SR} Hz, float32, n_fft {N_FFT}, hop {HOP}")
    print(f"{_measure.machine()}; NumPy {np.__version__}; PyTorch {torch.__version__ if torch else 'not installed'}")
    print(f"Medians of {_measure.RUNS} runs in turns. Error: largest, relative to the largest value, against float64.")
    print("Extra MB: what the process grows beyond input and result.")
    peer = f"librosa {librosa.__version__}"
    for title, make, exact, topic in (
        ("stft", samples, exact_stft, "stft"),
        ("spectrogram (power)", samples, exact_power, "power"),
        ("istft", spectrum, exact_signal, "istft"),
    ):
        print(f"\n## {title}\n\n{compare(make, peer, exact, topic)}")
