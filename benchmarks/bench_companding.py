"""8-bit codes beside librosa's and (where it is installed) PyTorch's formula: ten minutes of sound."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

import dspkit as dk

from . import _measure
from .bench_short_time import SECONDS, SR, samples, start, torch

Call = Callable[[np.ndarray], Any]


def pcm() -> np.ndarray:
    return dk.to_pcm16(samples()).samples


def codes() -> np.ndarray:
    return dk.mu_law_encode(samples())


def librosa_codes() -> np.ndarray:
    """As librosa gives them: 8 bytes each."""
    return codes().astype(np.int64) - 128


def torch_codes() -> Any:
    return torch.from_numpy(codes())


def dspkit_encode(y: np.ndarray, *, workers: int, convention: str = "wavenet") -> np.ndarray:
    return dk.mu_law_encode(y, convention=convention, workers=workers)


def dspkit_decode(c: np.ndarray, *, workers: int) -> np.ndarray:
    return dk.mu_law_decode(c, workers=workers)


def dspkit_g711_encode(x: np.ndarray, *, workers: int) -> np.ndarray:
    return dk.g711_encode(x, workers=workers)


def dspkit_g711_decode(c: np.ndarray, *, workers: int) -> np.ndarray:
    return dk.g711_decode(c, workers=workers)


def librosa_encode(y: np.ndarray) -> np.ndarray:
    import librosa

    return librosa.mu_compress(y, mu=255, quantize=True)


def librosa_encode_pcm(x: np.ndarray) -> np.ndarray:
    return librosa_encode(x / np.float32(32768))


def librosa_decode(c: np.ndarray) -> np.ndarray:
    import librosa

    return librosa.mu_expand(c, mu=255, quantize=True)


def torch_encode(y: np.ndarray) -> Any:
    """WaveNet's formula, as torchaudio has it, to bytes."""
    torch.set_num_threads(1)
    x, mu = torch.from_numpy(y), torch.tensor(255.0)
    F = torch.sign(x) * torch.log1p(mu * torch.abs(x)) / torch.log1p(mu)
    return ((F + 1) / 2 * mu + 0.5).to(torch.uint8)


def torch_decode(c: Any) -> Any:
    torch.set_num_threads(1)
    mu = torch.tensor(255.0)
    F = c / mu * 2 - 1
    return torch.sign(F) * (torch.exp(torch.abs(F) * torch.log1p(mu)) - 1) / mu


def warm(given: Any, *, call: Call) -> None:
    call(given[: 20 * SR])


def wrong_codes(got: Any, y: np.ndarray, convention: str) -> int:
    """How many codes differ from the definition: samples compared with thresholds of 50 digits."""
    t = dk.mu_law_thresholds(convention=convention, dtype="float32")
    return int(np.sum(np.asarray(got, dtype=np.int64) - (0 if convention == "wavenet" else -128)
                      != np.searchsorted(t, y, side="right")))  # fmt: skip


def groups() -> dict[str, tuple[Callable[[], Any], dict[str, tuple[Call, Callable[[], Any]]]]]:
    """What is compared: a title, and each call with what makes its input. The first one is the peer."""
    ours = {f"dspkit, {w} thread{'s' if w > 1 else ''}": w for w in (1, 4)}

    def with_ours(peers: dict[str, tuple[Call, Callable[[], Any]]], call: Any, make: Callable[[], Any]) -> Any:
        return peers | {name: (functools.partial(call, workers=w), make) for name, w in ours.items()}

    encoders: dict[str, tuple[Call, Callable[[], Any]]] = {"librosa": (librosa_encode, samples)}
    decoders: dict[str, tuple[Call, Callable[[], Any]]] = {"librosa": (librosa_decode, librosa_codes)}
    if torch is not None:
        encoders["torch's formula, 1 thread"] = (torch_encode, samples)
        decoders["torch's formula, 1 thread"] = (torch_decode, torch_codes)
    return {
        "Encode float32 (librosa: mu_compress(quantize=True))": with_ours(encoders, dspkit_encode, samples),
        "Decode to float32": with_ours(decoders, dspkit_decode, codes),
        "G.711 from int16 (librosa: mu_compress of the same samples)": with_ours(
            {"librosa": (librosa_encode_pcm, pcm)}, dspkit_g711_encode, pcm
        ),
        "G.711 to int16 (librosa: mu_expand)": with_ours(
            {"librosa": (librosa_decode, librosa_codes)}, dspkit_g711_decode, codes
        ),
    }


def main() -> None:
    import librosa

    print(f"# Companding: {SECONDS} s at {SR} Hz ({SECONDS * SR / 1e6:.1f} million samples)")
    print(f"{_measure.machine()}; NumPy {np.__version__}; librosa {librosa.__version__}; ", end="")
    print(f"PyTorch {torch.__version__ if torch else 'not installed'}")
    print(f"Medians of {_measure.RUNS} runs in turns. Extra MB: what the process grows beyond input and result.")
    for title, calls in groups().items():
        made = {make: make() for _, make in calls.values()}
        timed = {name: functools.partial(call, made[make]) for name, (call, make) in calls.items()}
        seconds = _measure.median_seconds(timed)
        rows = []
        for name, (call, make) in calls.items():
            memory = _measure.extra_megabytes(make, call, functools.partial(warm, call=call))
            ratio = seconds["librosa"] / seconds[name]
            rows.append(
                [name, f"{seconds[name] * 1e3:.0f}", f"{ratio:.1f}", "–" if memory is None else f"{memory:.0f}"]
            )
        print(f"\n{title}\n\n{_measure.table(['', 'ms', '× librosa', 'extra MB'], rows)}")
    y = start(samples())
    wrong = {
        "dspkit": wrong_codes(dspkit_encode(y, workers=1), y, "wavenet"),
        "librosa": wrong_codes(librosa_encode(y), y, "librosa"),
    }
    if torch is not None:
        wrong["torch's formula"] = wrong_codes(torch_encode(y), y, "wavenet")
    found = ", ".join(f"{name} {count}" for name, count in wrong.items())
    print(f"\nCodes beside the definition, of {y.size:,} random samples, each by its own convention: {found}.")
