"""Checks for ``notebooks/homework/05_fourier.ipynb``."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import fourier
from ._check import Case, Check, Mistake

__all__ = ["bin_frequencies", "dft", "goertzel", "idft"]


def _noise(*shape: int, seed: int = 5, dtype: str = "float64") -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape).astype(dtype)


_SIGNALS = (
    Case("one sample", (_noise(1),)),
    Case("two samples", (_noise(2),)),
    Case("a real signal of odd length 3", (_noise(3),)),
    Case("a real signal of length 8", (_noise(8),)),
    Case("a real signal of prime length 13", (_noise(13),)),
    Case("a complex signal of length 6", (_noise(6) + 1j * _noise(6, seed=6),)),
    Case("a float32 signal of length 16", (_noise(16, dtype="float32"),)),
)
_BATCH = Case("two channels of 8 samples, shape (2, 8): time is the last axis", (_noise(2, 8),))


def _magnitude(x: np.ndarray) -> np.ndarray:
    return np.abs(np.fft.fft(x))


def _from_one(x: np.ndarray) -> np.ndarray:
    n = np.arange(1, x.shape[-1] + 1)
    return x @ np.exp(-2j * np.pi * np.outer(n, n) / x.shape[-1])


dft = Check(
    "dft",
    fourier.dft,
    (*_SIGNALS, _BATCH),
    (
        Mistake(
            "the inverse transform's sign",
            lambda x: np.fft.ifft(x) * x.shape[-1],
            "The DFT winds backwards: the exponent is −2πj·k·n/N.",
        ),
        Mistake(
            "the inverse transform, sign and factor 1/N",
            np.fft.ifft,
            "The DFT winds backwards, exponent −2πj·k·n/N, and carries no factor; both belong to the inverse.",
        ),
        Mistake(
            "scaled by 1/N",
            lambda x: np.fft.fft(x, norm="forward"),
            "The DFT is a plain sum; in this course 1/N stands on the inverse (norm='backward').",
        ),
        Mistake(
            "scaled by 1/√N",
            lambda x: np.fft.fft(x, norm="ortho"),
            "That is norm='ortho', which keeps energy. Here the DFT is a plain sum and 1/N stands on the inverse.",
        ),
        Mistake(
            "magnitude where the complex spectrum was asked",
            _magnitude,
            "Leave out abs: without the phase the signal cannot be brought back.",
        ),
        Mistake(
            "the real part alone",
            lambda x: np.fft.fft(x).real,
            "e^(−jθ) is cos θ − j·sin θ; keep the sine too.",
        ),
        Mistake(
            "counting from 1 instead of 0",
            _from_one,
            "Bins and samples both count from 0: bin 0 is the sum of the signal.",
        ),
        Mistake(
            "the half spectrum of real input (rfft)",
            lambda x: np.fft.rfft(x.real),
            "The DFT of N samples has N bins; the upper half mirrors the lower one for real input only.",
        ),
        Mistake(
            "the spectrum with 0 Hz moved to the middle",
            lambda x: np.fft.fftshift(np.fft.fft(x), axes=-1),
            "That order is for pictures. Bin 0 comes first.",
        ),
        Mistake(
            "a transform of all axes at once",
            np.fft.fftn,
            "Each channel has its own spectrum: transform along the last axis only.",
        ),
        Mistake(
            "a transform along the first axis",
            lambda x: np.fft.fft(x, axis=0),
            "Time is the last axis here: the shape is (channels, samples).",
        ),
    ),
)

idft = Check(
    "idft",
    fourier.idft,
    tuple(Case(c.words.replace("signal", "spectrum").replace("samples", "bins"), c.args) for c in (*_SIGNALS, _BATCH)),
    (
        Mistake(
            "the factor 1/N missing",
            lambda X: np.fft.ifft(X, norm="forward"),
            "The sum over N bins comes out N times too large: divide by N.",
        ),
        Mistake(
            "the forward transform's sign",
            lambda X: np.fft.fft(X, norm="forward"),
            "To unwind, turn the other way: +2πj·k·n/N.",
        ),
        Mistake(
            "the forward transform itself",
            np.fft.fft,
            "To unwind, turn the other way (+2πj·k·n/N) and divide by N.",
        ),
        Mistake(
            "1/√N where 1/N was asked",
            lambda X: np.fft.ifft(X, norm="ortho"),
            "With the forward transform unscaled, the inverse must carry all of it: 1/N.",
        ),
        Mistake(
            "the real part alone",
            lambda X: np.fft.ifft(X).real,
            "Right for the spectrum of a real signal, wrong for any other: return the complex values.",
        ),
    ),
)


def _goertzel(x: np.ndarray, freq: float, sr: float) -> Any:
    return np.abs(fourier.goertzel(x, freq, sr))


goertzel = Check(
    "goertzel (magnitude)",
    _goertzel,
    (
        Case("8 samples, 1000 Hz at a sample rate of 8000 Hz (a bin)", (_noise(8), 1000.0, 8000.0)),
        Case("205 samples, 697 Hz at 8000 Hz (no bin)", (_noise(205), 697.0, 8000.0)),
        Case("100 samples, 0 Hz", (_noise(100), 0.0, 8000.0)),
        Case("101 samples, 440 Hz at 22050 Hz", (_noise(101), 440.0, 22050.0)),
    ),
    (
        Mistake(
            "the squared magnitude",
            lambda x, f, sr: _goertzel(x, f, sr) ** 2,
            "Magnitude was asked, not power: take the root.",
        ),
        Mistake(
            "the frequency rounded to the nearest bin",
            lambda x, f, sr: _goertzel(x, round(f * len(x) / sr) * sr / len(x), sr),
            "Goertzel's recursion takes any frequency: use ω = 2π·freq/sr as it is.",
        ),
        Mistake(
            "a frequency twice too low (π for 2π)",
            lambda x, f, sr: _goertzel(x, f / 2, sr),
            "A whole turn is 2π: ω = 2π·freq/sr.",
        ),
        Mistake(
            "scaled by 2/N",
            lambda x, f, sr: _goertzel(x, f, sr) * 2 / len(x),
            "That turns it into an amplitude; here the plain sum is asked.",
        ),
    ),
    rtol=1e-7,
)

bin_frequencies = Check(
    "bin_frequencies",
    lambda sr, n_fft: fourier.fft_frequencies(sr=sr, n_fft=n_fft),
    (
        Case("sr=8000, n_fft=8", (8000, 8)),
        Case("sr=8000, n_fft=9 (odd: no Nyquist bin)", (8000, 9)),
        Case("sr=22050, n_fft=2048", (22050, 2048)),
    ),
    (
        Mistake(
            "the Nyquist bin missing",
            lambda sr, n_fft: np.arange(n_fft // 2) * sr / n_fft,
            "A real transform has 1 + n_fft // 2 bins, 0 Hz and (for even n_fft) sr/2 both included.",
        ),
        Mistake(
            "bins spread evenly up to sr/2 (linspace)",
            lambda sr, n_fft: np.linspace(0, sr / 2, 1 + n_fft // 2),
            "Right for even n_fft only: bin k lies at k·sr/n_fft, and for odd n_fft the last lies below sr/2.",
        ),
        Mistake(
            "all n_fft bins",
            lambda sr, n_fft: np.arange(n_fft) * sr / n_fft,
            "Only the bins of a real transform were asked: 0 … n_fft // 2.",
        ),
    ),
)
