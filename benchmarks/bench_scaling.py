"""STFT and mel spectrogram over lengths, batches and settings, beside every peer that is installed; losses first."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

import dspkit as dk

from . import _measure

RUNS = 5
# A call is repeated until it has taken so many seconds: the clock and the scheduler are coarser than a short one.
LEAST = 0.1


@dataclass(frozen=True)
class Case:
    """One shape of sound, and how it is cut."""

    what: str
    shape: tuple[int, ...]
    sr: int = 16_000
    n_fft: int = 512
    hop: int = 160
    n_mels: int = 80

    def samples(self) -> np.ndarray:
        return np.random.default_rng(0).uniform(-1.0, 1.0, self.shape).astype(np.float32)


MUSIC = {"sr": 44_100, "n_fft": 2048, "hop": 512, "n_mels": 128}
CASES = [
    *(Case(f"{s:g} s, 16 kHz", (int(s * 16_000),)) for s in (0.1, 1, 10, 60, 600, 3600)),
    *(Case(f"{s:g} s, 44.1 kHz", (int(s * 44_100),), **MUSIC) for s in (0.1, 1, 10, 60, 600)),
    *(Case(f"{n} × 1 s, 16 kHz", (n, 16_000)) for n in (4, 16, 64, 256)),
    Case("256 × 1 s, n_fft 2048", (256, 16_000), n_fft=2048, hop=512, n_mels=128),
    Case("64 × 10 s, 16 kHz", (64, 160_000)),
    Case("1024 × 0.25 s, 16 kHz", (1024, 4_000)),
    *(Case(f"60 s, n_fft {n}", (60 * 16_000,), n_fft=n, hop=n // 4) for n in (256, 1024, 4096, 16384)),
    *(Case(f"60 s, {n} bands", (60 * 16_000,), n_fft=2048, hop=512, n_mels=n) for n in (40, 128, 512)),
]


# ---- Each library's way to the same numbers: a function of the samples, made beforehand as its users would ----


def _dspkit(case: Case, what: str, workers: int | None = None) -> Callable[[np.ndarray], Any]:
    how = {"n_fft": case.n_fft, "hop_length": case.hop, "workers": workers}
    if what == "stft":
        return functools.partial(dk.stft, **how)
    return functools.partial(dk.melspectrogram, sr=case.sr, n_mels=case.n_mels, **how)


def _librosa(case: Case, what: str) -> Callable[[np.ndarray], Any]:
    import librosa

    if what == "stft":
        return functools.partial(librosa.stft, n_fft=case.n_fft, hop_length=case.hop)
    how = {"sr": case.sr, "n_fft": case.n_fft, "hop_length": case.hop, "n_mels": case.n_mels}
    return lambda y: librosa.feature.melspectrogram(y=y, **how)


def _torch(case: Case, what: str) -> Callable[[np.ndarray], Any]:
    import torch

    window, pad = torch.hann_window(case.n_fft), {"pad_mode": "constant"}
    if what == "stft":
        how = {"n_fft": case.n_fft, "hop_length": case.hop, "window": window, "return_complex": True, **pad}
        return lambda y: torch.stft(torch.from_numpy(y), **how)
    import torchaudio

    mel = torchaudio.transforms.MelSpectrogram(
        case.sr, n_fft=case.n_fft, hop_length=case.hop, n_mels=case.n_mels, norm="slaney", mel_scale="slaney", **pad
    )
    return lambda y: mel(torch.from_numpy(y))


def _scipy(case: Case, what: str) -> Callable[[np.ndarray], Any]:
    from scipy.signal import stft

    if what != "stft":
        raise ImportError("SciPy has no mel spectrogram")
    return functools.partial(stft, nperseg=case.n_fft, noverlap=case.n_fft - case.hop)


PEERS = {"librosa": _librosa, "torch": _torch, "scipy": _scipy}


def measure(case: Case, what: str) -> dict[str, float]:
    """Seconds of each library, and of dspkit with one thread and with two."""
    y = case.samples()
    calls = {"default": _dspkit(case, what), "1": _dspkit(case, what, 1), "2": _dspkit(case, what, 2)}
    for name, make in PEERS.items():
        try:
            calls[name] = make(case, what)
        except ImportError:
            continue
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of filters that are empty
        timed = {name: functools.partial(call, y) for name, call in calls.items()}
        return _measure.median_seconds(timed, runs=RUNS, least=LEAST)


def main() -> None:
    print("# Scaling: float32, dspkit as it comes (default workers), peers as they come")
    print(f"{_measure.machine()}; NumPy {np.__version__}")
    print(
        f"Medians of {RUNS} runs in turns. A peer's column is its time over dspkit's: below 1 the peer is sooner done."
    )
    print("Default ÷ best: dspkit's time with the default number of threads over the better of one and two.\n")
    rows = []
    for case in CASES:
        for what in ("stft", "mel"):
            seconds = measure(case, what)
            own = seconds["default"]
            ratios = {name: seconds[name] / own for name in PEERS if name in seconds}
            rows.append((f"{what}: {case.what}", own, own / min(seconds["1"], seconds["2"]), ratios))
    head = ["", "ms", "default ÷ best", *PEERS]

    def line(row: tuple[str, float, float, dict[str, float]]) -> list[str]:
        what, own, choice, ratios = row
        return [what, f"{own * 1e3:.3f}", f"{choice:.2f}", *(f"{ratios[p]:.2f}" if p in ratios else "–" for p in PEERS)]

    lost = sorted((row for row in rows if min(row[3].values(), default=9.0) < 1), key=lambda row: min(row[3].values()))
    print(f"## Where a peer is sooner done: {len(lost)} of {len(rows)}\n")
    print(_measure.table(head, [line(row) for row in lost]) if lost else "Nowhere.")
    print("\n## All\n")
    print(_measure.table(head, [line(row) for row in rows]))
