"""The mel spectrogram beside librosa's and (where it is installed) PyTorch's: ten minutes of sound."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

import dspkit as dk

from . import _measure
from .bench_short_time import HOP, N_FFT, SECONDS, SR, exact_power, on_start, samples, start, torch, torch_power

N_MELS = 128
FRAMES_AT_A_TIME = 128  # as in dspkit: 1 MB of samples


def dspkit_mel(y: np.ndarray, *, workers: int) -> np.ndarray:
    return dk.melspectrogram(y, sr=SR, n_fft=N_FFT, hop_length=HOP, n_mels=N_MELS, workers=workers)


def librosa_mel(y: np.ndarray) -> np.ndarray:
    import librosa

    return librosa.feature.melspectrogram(y=y, sr=SR, n_fft=N_FFT, hop_length=HOP, n_mels=N_MELS)


def torch_mel(y: np.ndarray, *, workers: int) -> Any:
    """A transform, its power, and a product with all of the matrix, as in torchaudio."""
    filters = dk.mel_filterbank(sr=SR, n_fft=N_FFT, n_mels=N_MELS, dtype="float32")
    return torch.from_numpy(filters) @ torch_power(y, workers=workers)


def only_fft(y: np.ndarray) -> None:
    """As many FFTs as a mel spectrogram of ``y`` has frames, of a block that lies ready, and nothing else."""
    from scipy.fft import rfft

    block = y[: FRAMES_AT_A_TIME * N_FFT].reshape(FRAMES_AT_A_TIME, N_FFT)
    for _ in range(dk.frame_count(len(y), frame_length=N_FFT, hop_length=HOP) // FRAMES_AT_A_TIME):
        rfft(block)


def main() -> None:
    import librosa

    print(f"# Mel spectrogram: {SECONDS} s at {SR} Hz, float32, n_fft {N_FFT}, hop {HOP}, {N_MELS} bands")
    print(f"{_measure.machine()}; NumPy {np.__version__}; PyTorch {torch.__version__ if torch else 'not installed'}")
    print(f"Medians of {_measure.RUNS} runs in turns. Error: largest, relative to the largest value, against float64.")
    print("Extra MB: what the process grows beyond input and result.\n")
    peer = f"librosa {librosa.__version__}"
    calls: dict[str, Callable[[np.ndarray], Any]] = {peer: librosa_mel}
    for library, call in (("torch", torch_mel), ("dspkit", dspkit_mel)):
        if library == "dspkit" or torch is not None:
            calls[f"{library}, 1 thread"] = functools.partial(call, workers=1)
            calls[f"{library}, 4 threads"] = functools.partial(call, workers=4)
    y = samples()
    timed = {name: functools.partial(call, y) for name, call in calls.items()}
    seconds = _measure.median_seconds({**timed, "FFT": functools.partial(only_fft, y)})
    expected = dk.mel_filterbank(sr=SR, n_fft=N_FFT, n_mels=N_MELS) @ exact_power(start(y))
    rows = []
    for name, call in calls.items():
        error = np.max(np.abs(np.asarray(call(start(y))) - expected)) / np.max(expected)
        memory = _measure.extra_megabytes(samples, call, functools.partial(on_start, call=call))
        ratio = seconds[peer] / seconds[name]
        shown = "–" if memory is None else f"{memory:.0f}"
        rows.append([name, f"{seconds[name] * 1e3:.0f}", f"{ratio:.2f}", f"{error:.0e}", shown])
    print(_measure.table(["", "ms", f"× {peer}", "error", "extra MB"], rows))
    share = seconds["FFT"] / seconds["dspkit, 1 thread"]
    print(
        f"\nThe FFTs alone, of frames that lie ready: {seconds['FFT'] * 1e3:.0f} ms, {share:.0%} of one thread's time."
    )
