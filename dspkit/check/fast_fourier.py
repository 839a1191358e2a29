"""Checks for ``notebooks/homework/06_fast_fourier.ipynb``."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from .. import fast_fourier
from ._check import Case, Check, Mistake

__all__ = ["bit_reversal", "bluestein", "butterfly_multiplications", "fast_convolve", "fft", "irfft", "rfft"]


def _noise(*shape: int, seed: int = 6, dtype: str = "float64") -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape).astype(dtype)


def _complex(n: int) -> np.ndarray:
    return _noise(n) + 1j * _noise(n, seed=7)


# ------------------------------------------------------------------------------------------------- counting

butterfly_multiplications = Check(
    "butterfly_multiplications",
    lambda n: fast_fourier.operation_count(n).multiplications,
    tuple(Case(f"n = {n}", (n,)) for n in (1, 2, 4, 8, 1024, 1 << 20)),
    (
        Mistake(
            "n·log2 n, one multiplication for each output",
            lambda n: n * int(math.log2(n)),
            "A butterfly multiplies once and uses the product twice, added and subtracted: n/2 for each stage.",
        ),
        Mistake(
            "the natural logarithm",
            lambda n: n / 2 * math.log(n),
            "How often can n be halved? That is the logarithm to base 2.",
        ),
        Mistake(
            "the count of the definition, n²",
            lambda n: n * n,
            "That is what the DFT by its definition takes. A radix-2 FFT has log2 n stages of n/2 butterflies.",
        ),
        Mistake(
            "one stage only",
            lambda n: n // 2 if n > 1 else 0,
            "That is a single stage. There are as many stages as n can be halved.",
        ),
        Mistake(
            "a stage too many",
            lambda n: n // 2 * (int(math.log2(n)) + 1),
            "Halving stops at length 1, where there is nothing to join: log2 n stages.",
        ),
    ),
)


# ----------------------------------------------------------------------------------------------- radix 2

Join = Callable[[np.ndarray, np.ndarray, int], np.ndarray]


def _wrong_fft(join: Join, *, halves: tuple[slice, slice] = (np.s_[0::2], np.s_[1::2])) -> Callable[..., Any]:
    """A radix-2 FFT with a joining line, or a way to split, of its own."""

    def transform(x: np.ndarray) -> np.ndarray:
        if len(x) == 1:
            return x.astype(complex)
        return join(transform(x[halves[0]]), transform(x[halves[1]]), len(x))

    return transform


def _W(n: int, *, turn: float = -2.0) -> np.ndarray:
    return np.exp(1j * np.pi * turn * np.arange(n // 2) / n)


def _right(E: np.ndarray, O: np.ndarray, n: int) -> np.ndarray:
    return np.concatenate([E + _W(n) * O, E - _W(n) * O])


def _interleaved(E: np.ndarray, O: np.ndarray, n: int) -> np.ndarray:
    return np.stack([E + _W(n) * O, E - _W(n) * O], axis=-1).ravel()


fft = Check(
    "fft (radix 2)",
    fast_fourier.fft,
    (
        Case("one sample", (_noise(1),)),
        Case("two samples", (_noise(2),)),
        Case("a real signal of length 4", (_noise(4),)),
        Case("a real signal of length 8", (_noise(8),)),
        Case("a complex signal of length 16", (_complex(16),)),
        Case("a float32 signal of length 64", (_noise(64, dtype="float32"),)),
    ),
    (
        Mistake(
            "the twiddle's sign",
            _wrong_fft(lambda E, O, n: _right(E, np.conj(_W(n)) ** 2 * O, n)),
            "The DFT winds backwards, and so do its twiddles: e^(−2πj·k/N).",
        ),
        Mistake(
            "a butterfly without its minus",
            _wrong_fft(lambda E, O, n: np.concatenate([E + _W(n) * O] * 2)),
            "Half a turn further the twiddle is −W^k: the upper half of the bins is E − W^k·O.",
        ),
        Mistake(
            "the halves of the butterfly the wrong way round",
            _wrong_fft(lambda E, O, n: _right(E, -O, n)),
            "Bins 0 … N/2 − 1 are E + W^k·O, bins N/2 … N − 1 are E − W^k·O.",
        ),
        Mistake(
            "even and odd swapped",
            _wrong_fft(_right, halves=(np.s_[1::2], np.s_[0::2])),
            "The even samples x[0::2] carry no twiddle; the odd ones x[1::2] are one sample late and get W^k.",
        ),
        Mistake(
            "the twiddle's exponent over N/2 instead of N",
            _wrong_fft(lambda E, O, n: _right(E, _W(n) * O, n)),
            "W^k turns by k/N, where N is the length of what is joined, not of its halves.",
        ),
        Mistake(
            "the twiddles left out",
            _wrong_fft(lambda E, O, n: np.concatenate([E + O, E - O])),
            "The odd samples come one sample later: bin k of their spectrum must be turned by W^k = e^(−2πj·k/N).",
        ),
        Mistake(
            "the bins interleaved",
            _wrong_fft(_interleaved),
            "Bin k and bin k + N/2 come out of one butterfly but are not neighbours: concatenate the two halves.",
        ),
        Mistake(
            "the samples in halves where even and odd were asked (or: the bit reversal left out)",
            lambda x: np.fft.fft(x[fast_fourier.bit_reversal(len(x))]),
            "Butterflies join the spectra of even and odd samples: split x[0::2] and x[1::2] or, in place, begin "
            "with the bit-reversed order.",
        ),
        Mistake(
            "scaled by 1/N (a half at each join)",
            lambda x: np.fft.fft(x, norm="forward"),
            "The sum is plain; 1/N belongs to the inverse.",
        ),
    ),
    forbidden=("numpy.fft", "scipy.fft", "scipy.linalg.dft", "dspkit.fourier", "dspkit.fast_fourier"),
)


def _digits(n: int) -> int:
    return n.bit_length() - 1


def _reversed_indices(n: int, width: int) -> np.ndarray:
    return np.array([int(format(i, f"0{max(width, 1)}b")[::-1], 2) for i in range(n)])


bit_reversal = Check(
    "bit_reversal",
    fast_fourier.bit_reversal,
    tuple(Case(f"n = {n}", (n,)) for n in (1, 2, 4, 8, 64)),
    (
        Mistake(
            "the indices in reverse order",
            lambda n: np.arange(n)[::-1],
            "Not the list is reversed but the binary digits of each index: 1 = 001 becomes 100 = 4.",
        ),
        Mistake(
            "even before odd once",
            lambda n: np.concatenate([np.arange(n)[0::2], np.arange(n)[1::2]]),
            "That is the first split. Each half is split again, down to single samples.",
        ),
        Mistake(
            "each index reversed without its leading zeros",
            lambda n: np.array([int(format(i, "b")[::-1], 2) for i in range(n)]),
            "All indices have log2(n) digits: 1 is 001 for n = 8, and becomes 100.",
        ),
        Mistake(
            "a digit too many",
            lambda n: _reversed_indices(n, _digits(n) + 1),
            "The largest index is n − 1, so there are log2(n) digits, not one more.",
        ),
    ),
)


# --------------------------------------------------------------------------------------------- real samples

_LENGTHS = ((1, "one sample"), (2, "two samples"), (7, "odd length 7"), (8, "length 8"), (60, "length 60"))

rfft = Check(
    "rfft",
    fast_fourier.rfft,
    (
        *(Case(f"a real signal of {words}" if n > 2 else words, (_noise(n),)) for n, words in _LENGTHS),
        Case("a float32 signal of length 16", (_noise(16, dtype="float32"),)),
    ),
    (
        Mistake(
            "the Nyquist bin missing",
            lambda x: np.fft.fft(x)[: max(1, len(x) // 2)],
            "A real transform has n // 2 + 1 bins, 0 Hz and (for even n) sr/2 both included.",
        ),
        Mistake(
            "the Nyquist bin missing for even lengths",
            lambda x: np.fft.fft(x)[: (len(x) + 1) // 2],
            "A real transform has n // 2 + 1 bins; for even n the last one, at sr/2, is no mirror of another.",
        ),
        Mistake("all n bins", np.fft.fft, "For real samples bin n − k is the conjugate of bin k: stop at n // 2."),
        Mistake(
            "an amplitude spectrum, doubled",
            lambda x: 2 * np.fft.rfft(x) / len(x),
            "The factor 2/N is for reading amplitudes; the transform itself is the plain sum.",
        ),
        Mistake(
            "the conjugate",
            lambda x: np.conj(np.fft.rfft(x)),
            "Bin k of the first half winds backwards, e^(−2πj·k·m/N).",
        ),
        Mistake(
            "zero-padding to a power of two",
            lambda x: np.fft.rfft(x, n=1 << (len(x) - 1).bit_length()),
            "Padding puts the bins at other frequencies, k·sr/M instead of k·sr/N.",
        ),
    ),
    forbidden=("numpy.fft.rfft", "scipy.fft.rfft", "dspkit.fast_fourier.rfft"),
)


def _half_spectrum(n: int) -> tuple[np.ndarray, int]:
    return np.fft.rfft(_noise(n)), n


irfft = Check(
    "irfft",
    lambda X, n: fast_fourier.irfft(X, n),
    tuple(Case(f"the half spectrum of {words}", _half_spectrum(n)) for n, words in _LENGTHS),
    (
        Mistake(
            "an even length whatever n says",
            lambda X, n: np.fft.irfft(X, n=max(1, 2 * (len(X) - 1))),
            "From the bins alone odd and even cannot be told apart: 4 bins are 6 samples or 7. Use n.",
        ),
        Mistake(
            "an odd length whatever n says",
            lambda X, n: np.fft.irfft(X, n=2 * len(X) - 1),
            "From the bins alone odd and even cannot be told apart: 4 bins are 6 samples or 7. Use n.",
        ),
        Mistake(
            "the mirrored half left out",
            lambda X, n: np.fft.ifft(X, n).real,
            "The bins above n // 2 are not zero: bin n − k is the conjugate of bin k.",
        ),
        Mistake(
            "the mirrored half without its conjugate",
            lambda X, n: np.fft.ifft(np.concatenate([X, X[1 : (n + 1) // 2][::-1]])).real,
            "The mirrored bins turn the other way: bin n − k is the *conjugate* of bin k.",
        ),
        Mistake(
            "1/√N where 1/N was asked",
            lambda X, n: np.fft.irfft(X, n=n, norm="ortho"),
            "With the forward transform unscaled, the inverse must carry all of it: 1/N.",
        ),
        Mistake(
            "the factor 1/N missing",
            lambda X, n: np.fft.irfft(X, n=n, norm="forward"),
            "The sum over N bins comes out N times too large: divide by N.",
        ),
    ),
    forbidden=("numpy.fft.irfft", "scipy.fft.irfft", "dspkit.fast_fourier.irfft"),
)


# ----------------------------------------------------------------------------------- what fast transforms are for


def _ring(x: np.ndarray, h: np.ndarray, n: int) -> np.ndarray:
    return np.fft.irfft(np.fft.rfft(x, n=n) * np.fft.rfft(h, n=n), n=n)


def _power(n: int) -> int:
    return 1 << (n - 1).bit_length()


fast_convolve = Check(
    "fast_convolve",
    np.convolve,
    (
        Case("one sample and one sample", (_noise(1), _noise(1, seed=8))),
        Case("5 samples and 2", (_noise(5), _noise(2, seed=8))),
        Case("16 samples and 4", (_noise(16), _noise(4, seed=8))),
        Case("100 samples and 31", (_noise(100), _noise(31, seed=8))),
    ),
    (
        Mistake(
            "a circular convolution: no room for the tail",
            lambda x, h: _ring(x, h, len(x)),
            "The result has len(x) + len(h) − 1 samples. On a shorter ring its tail runs into its beginning.",
        ),
        Mistake(
            "a ring one sample too long",
            lambda x, h: _ring(x, h, len(x) + len(h)),
            "The result has len(x) + len(h) − 1 samples: cut what is behind.",
        ),
        Mistake(
            "the padding returned with the result",
            lambda x, h: _ring(x, h, _power(len(x) + len(h) - 1)),
            "Padding further is fine, but the result has len(x) + len(h) − 1 samples: cut what is behind.",
        ),
        Mistake(
            "cut to the length of x",
            lambda x, h: np.convolve(x, h)[: len(x)],
            "The tail belongs to it: len(x) + len(h) − 1 samples were asked.",
        ),
        Mistake(
            "a correlation",
            lambda x, h: np.convolve(x, h[::-1]),
            "Multiply by the spectrum of h, not by its conjugate: h is not to be reversed.",
        ),
        Mistake(
            "an odd length lost on the way back",
            lambda x, h: np.fft.irfft(np.fft.rfft(x, n=(n := len(x) + len(h) - 1)) * np.fft.rfft(h, n=n)),
            "irfft takes an even length unless it is told: irfft(X, n=...).",
        ),
    ),
    forbidden=("numpy.convolve", "scipy.signal", "dspkit.convolution"),
)


def _chirp(n: int, *, turn: float = -1.0) -> np.ndarray:
    return np.exp(1j * np.pi * turn * np.arange(n) ** 2 / n)


def _wrong_bluestein(x: np.ndarray, *, length: int, turn: float = -1.0, mirrored: bool = True) -> np.ndarray:
    n, c = len(x), _chirp(len(x), turn=turn)
    ring = np.zeros(length, dtype=complex)
    ring[:n] = np.conj(c)
    if mirrored and n > 1:
        ring[-(n - 1) :] = np.conj(c[:0:-1])
    return np.fft.ifft(np.fft.fft(x * c, n=length) * np.fft.fft(ring))[:n] * c


bluestein = Check(
    "bluestein",
    fast_fourier.fft_bluestein,
    (
        Case("one sample", (_noise(1),)),
        Case("a real signal of length 3", (_noise(3),)),
        Case("a complex signal of length 6", (_complex(6),)),
        Case("a real signal of prime length 13", (_noise(13),)),
        Case("a real signal of prime length 101", (_noise(101),)),
    ),
    (
        Mistake(
            "the signal padded to a power of two, and cut",
            lambda x: np.fft.fft(x, n=_power(len(x)))[: len(x)],
            "Padding the signal itself moves the bins. Pad the *convolution* with the chirp.",
        ),
        Mistake(
            "the signal padded to a power of two",
            lambda x: np.fft.fft(x, n=_power(len(x))),
            "Padding the signal itself moves the bins, and makes more of them. Pad the *convolution* with the chirp.",
        ),
        Mistake(
            "a chirp that winds the wrong way",
            lambda x: _wrong_bluestein(x, length=_power(2 * len(x) - 1), turn=1.0),
            "The signal is multiplied by c[m] = e^(−jπ·m²/N); the conjugate is what it is convolved with.",
        ),
        Mistake(
            "the left half of the chirp missing",
            lambda x: _wrong_bluestein(x, length=_power(2 * len(x) - 1), mirrored=False),
            "k − m runs from −(N − 1) to N − 1: on the ring, the chirp's left half stands at the end.",
        ),
        Mistake(
            "a chirp twice too fast",
            lambda x: _wrong_bluestein(x, length=_power(2 * len(x) - 1), turn=-2.0),
            "k·m = (k² + m² − (k − m)²)/2: the half makes it π·m²/N, not 2π·m²/N.",
        ),
    ),
    forbidden=("scipy.signal", "dspkit.fourier.dft", "dspkit.fast_fourier.fft_bluestein"),
)
