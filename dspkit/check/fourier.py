"""Checks for ``notebooks/homework/05_fourier.ipynb``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .. import fourier
from ._check import Case, Check, Mistake

__all__ = ["amplitudes", "bin_frequencies", "dft", "goertzel", "idft", "phone_number"]


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


def _dft_angle_over(x: np.ndarray, turn: float) -> np.ndarray:
    """The DFT with another angle per k·n than −2π/N."""
    n = np.arange(x.shape[-1])
    return x @ np.exp(1j * turn * np.outer(n, n))


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
            "half the angle (π for 2π)",
            lambda x: _dft_angle_over(x, -np.pi / x.shape[-1]),
            "A whole turn is 2π: the exponent is −2πj·k·n/N.",
        ),
        Mistake(
            "N − 1 where N was asked (linspace with its endpoint)",
            lambda x: _dft_angle_over(x, -2 * np.pi / max(x.shape[-1] - 1, 1)),
            "Bin k turns k times in N samples, not in N − 1: the angle of a step is −2π·k/N.",
        ),
        Mistake(
            "the factor 2π missing",
            lambda x: _dft_angle_over(x, -1 / x.shape[-1]),
            "A whole turn is 2π: the exponent is −2πj·k·n/N.",
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
    forbidden=("numpy.fft", "scipy.fft", "scipy.linalg.dft", "dspkit.fourier", "dspkit.fast_fourier"),
)

_SPECTRA = tuple(
    Case(
        c.words.replace("signal", "spectrum").replace("two samples", "two bins").replace("one sample", "one bin"),
        c.args,
    )
    for c in _SIGNALS
)

idft = Check(
    "idft",
    fourier.idft,
    (*_SPECTRA, Case("the spectra of two channels, shape (2, 8): bins are the last axis", (_noise(2, 8),))),
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
    forbidden=("numpy.fft", "scipy.fft", "scipy.linalg.dft", "dspkit.fourier", "dspkit.fast_fourier"),
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
    forbidden=("numpy.fft", "scipy.fft", "dspkit.fourier", "dspkit.fast_fourier"),
)

bin_frequencies = Check(
    "bin_frequencies",
    lambda sr, n_fft: fourier.fft_frequencies(sr=sr, n_fft=n_fft),
    (
        Case("sr=8000, n_fft=8", (8000, 8)),
        Case("sr=8000, n_fft=9 (odd: no Nyquist bin)", (8000, 9)),
        Case("sr=22050, n_fft=2048", (22050, 2048)),
        Case("sr=22050, n_fft=65536", (22050, 65536)),
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
            "every bin twice too high (counted up to sr)",
            lambda sr, n_fft: np.arange(1 + n_fft // 2) * 2 * sr / n_fft,
            "Bin k turns k times in n_fft samples, which last n_fft/sr seconds: it lies at k·sr/n_fft.",
        ),
        Mistake(
            "bin numbers, not hertz",
            lambda sr, n_fft: np.arange(1 + n_fft // 2),
            "Multiply by the distance of two bins, sr/n_fft.",
        ),
        Mistake(
            "all n_fft bins",
            lambda sr, n_fft: np.arange(n_fft) * sr / n_fft,
            "Only the bins of a real transform were asked: 0 … n_fft // 2.",
        ),
    ),
)


def _tone_frame(n: int, cycles: float, *, offset: float = 0.1) -> np.ndarray:
    return offset + 0.5 * np.cos(2 * np.pi * cycles * np.arange(n) / n + 0.7) + 0.01 * _noise(n)


def _amplitudes(x: np.ndarray) -> np.ndarray:
    X = np.fft.rfft(x)
    return _weights(x) * np.abs(X)


def _weights(x: np.ndarray, *, first: int = 1, last: int = 1) -> np.ndarray:
    """2/N for bins that stand for two, ``first``/N for 0 Hz and ``last``/N for the Nyquist bin of an even N."""
    n = x.shape[-1]
    w = np.full(1 + n // 2, 2.0)
    w[0] = first
    if n % 2 == 0:
        w[-1] = last
    return w / n


def _last_halved_always(x: np.ndarray) -> np.ndarray:
    a = np.abs(np.fft.rfft(x)) * 2 / x.shape[-1]
    a[..., 0] /= 2
    a[..., -1] /= 2
    return a


amplitudes = Check(
    "amplitudes",
    _amplitudes,
    (
        Case("8 samples: a constant and a cosine of 2 cycles", (_tone_frame(8, 2),)),
        Case("9 samples (odd: no Nyquist bin)", (_tone_frame(9, 2),)),
        Case("8 samples of alternating sign (the Nyquist bin)", (_tone_frame(8, 4),)),
        Case("two channels of 64 samples, shape (2, 64)", (np.stack([_tone_frame(64, 5), _tone_frame(64, 9)]),)),
    ),
    (
        Mistake(
            "0 Hz and the Nyquist bin doubled like all the others",
            lambda x: np.abs(np.fft.rfft(x)) * 2 / x.shape[-1],
            "Bins 0 and N/2 have no mirror image: their amplitude is |X|/N.",
        ),
        Mistake(
            "0 Hz doubled like the others",
            lambda x: _weights(x, first=2) * np.abs(np.fft.rfft(x)),
            "Bin 0 has no mirror image: its amplitude, the mean, is |X[0]|/N.",
        ),
        Mistake(
            "the Nyquist bin doubled like the others",
            lambda x: _weights(x, last=2) * np.abs(np.fft.rfft(x)),
            "For even N, bin N/2 has no mirror image: its amplitude is |X[N/2]|/N.",
        ),
        Mistake(
            "the last bin halved for odd N too",
            _last_halved_always,
            "Only for even N is the last bin the Nyquist bin; for odd N it has a mirror image like the others.",
        ),
        Mistake(
            "half the amplitude (1/N for every bin)",
            lambda x: np.abs(np.fft.rfft(x)) / x.shape[-1],
            "A real wave is shared by bin k and its mirror image N − k: the amplitude is 2·|X|/N.",
        ),
        Mistake(
            "no scale at all",
            lambda x: np.abs(np.fft.rfft(x)),
            "The sum over N samples grows with N: divide by N, and by 2 less where a bin has a mirror image.",
        ),
        Mistake(
            "the power, not the amplitude",
            lambda x: _amplitudes(x) ** 2,
            "Amplitude was asked: leave out the square.",
        ),
    ),
)

_KEY_ROWS, _KEY_COLUMNS, _KEYS = (697, 770, 852, 941), (1209, 1336, 1477), "123456789*0#"


def _dial(keys: str, *, sr: int = 8000, seconds: float = 0.1, noise: float = 0.02) -> list[np.ndarray]:
    """One sound for each key, made here so that the check needs no other topic."""
    t = np.arange(round(seconds * sr)) / sr
    sounds = []
    for position, key in enumerate(keys):
        row, column = divmod(_KEYS.index(key), 3)
        tones = [np.sin(2 * np.pi * f * t) for f in (_KEY_ROWS[row], _KEY_COLUMNS[column])]
        sounds.append(0.25 * tones[0] + 0.2 * tones[1] + noise * _noise(t.size, seed=position))
    return sounds


def _decode(
    sounds: list[np.ndarray],
    sr: float,
    *,
    pick: Callable[..., int] = max,
    key: Callable[[int, int], int] = lambda row, column: 3 * row + column,
) -> str:
    def found(y: np.ndarray, freqs: tuple[int, ...]) -> int:
        return pick(range(len(freqs)), key=lambda i: abs(fourier.goertzel(y, freqs[i], sr)))

    return "".join(_KEYS[key(found(y, _KEY_ROWS), found(y, _KEY_COLUMNS))] for y in sounds)


phone_number = Check(
    "phone_number",
    lambda sounds, sr: _decode(sounds, sr),
    (
        Case("the keys of the first row", (_dial("123"), 8000)),
        Case("every key once", (_dial(_KEYS), 8000)),
        Case("a number at a sample rate of 22050 Hz", (_dial("0198*64#", sr=22050), 22050)),
        Case("short keys of 50 ms in noise", (_dial("7302", seconds=0.05, noise=0.1), 8000)),
    ),
    (
        Mistake(
            "rows and columns of the keypad swapped",
            lambda sounds, sr: _decode(sounds, sr, key=lambda row, column: 3 * column + row),
            "The low tone (697 … 941 Hz) names the row, the high one (1209 … 1477 Hz) the column.",
        ),
        Mistake(
            "a sample rate of 8000 Hz for every sound",
            lambda sounds, sr: _decode(sounds, 8000),
            "Use the rate that is handed over: the same samples at another rate are other frequencies.",
        ),
        Mistake(
            "the weakest tone taken for the strongest",
            lambda sounds, sr: _decode(sounds, sr, pick=min),
            "A key's two tones are where the magnitude is largest.",
        ),
    ),
)
