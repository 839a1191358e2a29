"""conv1d beside scipy.signal's convolutions and (where it is installed) PyTorch's conv1d, all on one thread."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import scipy.signal

import dspkit as dk

from . import _measure
from .bench_short_time import torch

N = 1 << 20
KERNELS = (2, 5, 16, 64, 128, 256, 512, 2048, 16384)
# in, out, kernel, samples, options
LAYERS: dict[str, tuple[int, int, int, int, dict[str, int]]] = {
    "first layer on raw sound": (1, 16, 80, 441_000, {"stride": 4}),
    "stereo": (2, 8, 5, 441_000, {}),
    "mel image, 12 s": (128, 128, 3, 376, {}),
    "wide": (64, 64, 9, 20_000, {}),
    "dilated": (64, 64, 3, 20_000, {"dilation": 8}),
    "depthwise": (64, 64, 9, 20_000, {"groups": 64}),
    "narrowing": (128, 8, 9, 20_000, {}),
}


def random(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).standard_normal(shape).astype(np.float32)


@contextlib.contextmanager
def one_thread() -> Iterator[None]:
    """NumPy's matrix products and PyTorch on one thread."""
    from threadpoolctl import threadpool_limits

    if torch is not None:
        torch.set_num_threads(1)
    with threadpool_limits(1):
        yield


def single_channel() -> list[list[str]]:
    x, rows = random(N), []
    for k in KERNELS:
        w = random(k)
        calls: dict[str, Callable[[], Any]] = {
            "fftconvolve": functools.partial(scipy.signal.fftconvolve, x, w[::-1], "valid"),
            "oaconvolve": functools.partial(scipy.signal.oaconvolve, x, w[::-1], "valid"),
            "strides": functools.partial(dk.conv1d, x, w, method="strides"),
            "fft": functools.partial(dk.conv1d, x, w, method="fft"),
            "auto": functools.partial(dk.conv1d, x, w),
        }
        if k > 512:
            del calls["strides"]
        seconds = _measure.median_seconds(calls)
        exact = scipy.signal.oaconvolve(x.astype("float64"), w[::-1].astype("float64"), "valid")
        error = np.max(np.abs(calls["auto"]() - exact)) / np.max(np.abs(exact))
        ns = {name: f"{s / N * 1e9:.1f}" for name, s in seconds.items()}
        ratio = seconds["fftconvolve"] / seconds["auto"]
        rows.append([str(k), *(ns.get(name, "–") for name in ("fftconvolve", "oaconvolve", "strides", "fft", "auto")),
                     f"{ratio:.1f}", f"{error:.0e}"])  # fmt: skip
    return rows


def layers() -> list[list[str]]:
    rows = []
    for name, (c, o, k, n, how) in LAYERS.items():
        x, w = random(1, c, n), random(o, c // how.get("groups", 1), k)
        calls = {"dspkit": functools.partial(dk.conv1d, x, w, **how)}
        if torch is not None:
            calls["torch"] = functools.partial(
                torch.nn.functional.conv1d, torch.from_numpy(x), torch.from_numpy(w), **how
            )
        seconds = _measure.median_seconds(calls, runs=5)
        size = f"{c} → {o}, k = {k}, n = {n}" + "".join(f", {key} {value}" for key, value in how.items())
        theirs = f"{seconds['torch'] * 1e3:.2f}" if torch is not None else "–"
        ratio = f"{seconds['dspkit'] / seconds['torch']:.2f}" if torch is not None else "–"
        rows.append([name, size, f"{seconds['dspkit'] * 1e3:.2f}", theirs, ratio])
    return rows


def main() -> None:
    print("# Convolution, float32, one thread")
    print(f"{_measure.machine()}; NumPy {np.__version__}; SciPy {scipy.__version__}; ", end="")
    print(f"PyTorch {torch.__version__ if torch else 'not installed'}")
    print(
        f"\nOne channel of {N:,} samples: nanoseconds a sample; error of conv1d beside float64, of the largest value\n"
    )
    with one_thread():
        head = ["taps", "fftconvolve", "oaconvolve", "strides", "fft", "auto", "fftconvolve / auto", "error"]
        print(_measure.table(head, single_channel()))
        print("\nLayers: milliseconds\n")
        print(_measure.table(["layer", "size", "dspkit", "torch", "dspkit / torch"], layers()))
