"""`dk.fft` beside NumPy's and SciPy's, over lengths: time, error, and the operations of the textbook's FFT."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import scipy.fft

import dspkit as dk
from benchmarks import _measure

# Powers of two, round lengths, many factors, a large prime factor, primes.
LENGTHS = (64, 512, 1000, 1024, 4096, 4099, 16384, 44100, 65536, 65537, 1 << 18, 1 << 20, 10**6, 1048573)
BATCH = (512, 2048)  # so many frames of so many samples: what an STFT asks for
LARGEST_NAIVE = 2048

WHY = """\
Why slower where it is: short lengths pay for Python's calls, a tenth of a millisecond a transform; batches in
double precision for walking through memory once a stage, where a compiled FFT keeps a frame in the cache; primes
for two transforms of more than twice the length. A long single transform is a few products with small matrices,
which BLAS does at full speed: there NumPy comes close to the compiled transform.\
"""


def main() -> None:
    print("# The FFT at any length: dk.fft (NumPy and BLAS) beside NumPy's and SciPy's compiled transforms")
    print(f"{_measure.machine()}; NumPy {np.__version__}, SciPy {scipy.__version__}")
    print("Medians of runs in turns, ms. Ratio: dk.fft over numpy, above 1 is slower. Error: largest, relative to the")
    print("largest bin, against NumPy in double precision. Operations: real ones, of the textbook's split into primes.")
    for dtype in ("complex128", "complex64"):
        print(f"\n## {dtype}\n\n{compare(dtype)}")
    print(f"\n## Textbook's forms, complex128\n\n{textbook()}")
    print(f"\n{WHY}")


def signal(shape: tuple[int, ...], dtype: str) -> np.ndarray:
    rng = np.random.default_rng(6)
    return (rng.standard_normal(shape) + 1j * rng.standard_normal(shape)).astype(dtype)


def compare(dtype: str) -> str:
    """A row for each length, and one for a batch."""
    rows = []
    for shape in (*((n,) for n in LENGTHS), BATCH):
        n, x = shape[-1], signal(shape, dtype)
        calls = {
            "ours": lambda x=x: dk.fft(x),
            "numpy": lambda x=x: np.fft.fft(x),
            "scipy": lambda x=x: scipy.fft.fft(x),
        }
        taken = _measure.median_seconds(calls, runs=25 if x.size <= 1 << 14 else 5)
        exact = np.fft.fft(x.astype("complex128"))
        error = np.max(np.abs(dk.fft(x) - exact)) / np.max(np.abs(exact))
        count = dk.operation_count(n)
        rows.append(
            [
                " × ".join(f"{size:,}" for size in shape),
                *(f"{1e3 * taken[name]:.3f}" for name in calls),
                f"{taken['ours'] / taken['numpy']:.2f}",
                f"{error:.0e}",
                f"{count.flops * (x.size // n):,}",
                f"{dk.dft_operations(n).flops / count.flops:,.0f}",
                count.method,
            ]
        )
    head = ["n", "dk.fft", "numpy", "scipy", "ratio", "error", "operations", "fewer than DFT", "method"]
    return _measure.table(head, rows)


def textbook() -> str:
    """How the readable forms compare with the fast one."""
    forms: dict[str, Callable[[np.ndarray], np.ndarray]] = {
        "dk.dft": dk.dft,
        "dk.fft_recursive": dk.fft_recursive,
        "dk.fft_in_place": lambda x: dk.fft_in_place(x.copy()),
        "dk.fft_bluestein": dk.fft_bluestein,
        "dk.fft": dk.fft,
    }
    rows = []
    for n in (256, 1024, LARGEST_NAIVE):
        x = signal((n,), "complex128")
        taken = _measure.median_seconds({name: lambda f=f, x=x: f(x) for name, f in forms.items()})
        rows.append([f"{n:,}", *(f"{1e3 * taken[name]:.3f}" for name in forms)])
    return _measure.table(["n", *forms], rows)


if __name__ == "__main__":
    main()
