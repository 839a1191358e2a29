"""The short-time transform and its inverse on NumPy arrays, block by block: the same numbers, sooner.

The textbook form (``short_time._transform``) makes all frames, then all windowed frames, then all spectra: each
step sends gigabytes through the memory. Here a block of frames goes through all three steps while it lies in
the processor's cache: frames of one signal, or whole signals side by side where they are short. Which frames lie in
a block depends on the shapes alone, never on how many threads there are: each has the same bits, whoever computes it.

No meaning is added here: the tests hold these functions equal to the textbook form.
"""

from __future__ import annotations

import functools
import importlib
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise, product
from typing import Any

import numpy as np

from ._arrays import Array, complex_dtype, real_dtype
from ._threads import in_threads, scratch, share_out, worth
from .frames import OverlapSum, add_rows, continued, extend, frame_rows

# Bytes of one block of frames: 128 frames of 2048 float32. Half of it costs more turns of the interpreter,
# twice as much falls out of the cache.
BLOCK_BYTES = 1 << 20
# A thread is worth waking for this many samples of frames, some tenths of a millisecond of work.
SAMPLES_PER_WORKER = 1 << 17


@dataclass(frozen=True)
class Framing:
    """How a signal is cut into windowed frames."""

    w: np.ndarray  # the window, n_fft samples
    hop_length: int
    pad: int  # samples by which the signal is continued on both sides
    pad_mode: str
    workers: int | None = 1
    n_fft: int = 0  # more than the window's length: zeros behind it; 0 for no more

    @property
    def length(self) -> int:
        return self.n_fft or len(self.w)

    @property
    def n_bins(self) -> int:
        return 1 + self.length // 2

    def n_frames(self, y: Array) -> int:
        return 1 + (y.shape[-1] + 2 * self.pad - len(self.w)) // self.hop_length

    def padded(self, y: Array) -> Array:
        """``y``, continued at both ends."""
        return extend(y, -self.pad, y.shape[-1] + self.pad, self.pad_mode, self.pad)

    def samples(self, start: int, stop: int) -> tuple[int, int]:
        """From which sample of ``y`` on, and before which, the frames start … stop - 1 reach."""
        return start * self.hop_length - self.pad, (stop - 1) * self.hop_length - self.pad + len(self.w)

    def windowed(self, rows: np.ndarray, channels: slice, frames: slice) -> np.ndarray:
        """The frames of a block, a row for each, ready to be transformed: in this thread's scratch."""
        with np.errstate(invalid="ignore"):  # infinity times zero: the caller looks for what is not finite
            return np.multiply(rows, self.w, out=scratch("windowed", rows.shape, rows.dtype))


@dataclass(frozen=True)
class Bands:
    """A filterbank without its zeros: each row is a run of weights on neighbouring bins."""

    n_bins: int
    first: np.ndarray  # (n_bands,): the bin on which the run begins
    begins: np.ndarray  # (n_bands + 1,): where it begins among all weights
    weights: np.ndarray  # float64

    @classmethod
    def of(cls, fb: np.ndarray) -> Bands:
        """The runs of the rows of ``fb`` (n_bands, n_bins).

        >>> bands = Bands.of(np.array([[0.0, 2.0, 1.0], [0.0, 0.0, 0.0], [0.0, 0.0, 3.0]]))
        >>> bands.first.tolist(), bands.begins.tolist(), bands.weights.tolist()
        ([1, 0, 2], [0, 2, 2, 3], [2.0, 1.0, 3.0])

        """
        runs = [np.flatnonzero(row) for row in fb]
        spans = [(int(run[0]), int(run[-1]) + 1) if len(run) else (0, 0) for run in runs]
        weights = np.concatenate([np.zeros(0), *(row[a:b] for row, (a, b) in zip(fb, spans, strict=True))])
        begins = np.cumsum([0, *(b - a for a, b in spans)], dtype=np.int32)
        bands = cls(fb.shape[-1], np.array([a for a, _ in spans], dtype=np.int32), begins, weights)
        for values in (bands.first, bands.begins, bands.weights):
            values.flags.writeable = False  # it is kept, and handed to whoever asks for the same
        return bands

    def __len__(self) -> int:
        return len(self.first)

    @functools.cached_property
    def bins(self) -> np.ndarray:
        """The bin of each weight."""
        lengths = np.diff(self.begins)
        return (np.arange(len(self.weights)) + np.repeat(self.first - self.begins[:-1], lengths)).astype(np.int32)

    @functools.cached_property
    def filled(self) -> np.ndarray:
        """The numbers of the rows that are not empty."""
        return np.flatnonzero(np.diff(self.begins))

    @functools.cached_property
    def empty(self) -> np.ndarray:
        """The numbers of those that are."""
        return np.flatnonzero(np.diff(self.begins) == 0)

    def dense(self, dtype: str) -> np.ndarray:
        """The filterbank with its zeros, (n_bands, n_bins)."""
        fb = np.zeros((len(self), self.n_bins), dtype=dtype)
        fb[np.repeat(np.arange(len(self)), np.diff(self.begins)), self.bins] = self.weights
        return fb


def analyse(
    y: np.ndarray, framing: Framing, power: float | None, bands: Bands | None, out: np.ndarray | None = None
) -> np.ndarray:
    """As :func:`dspkit._engine.analyse`."""
    shape = (*y.shape[:-1], len(bands) if bands else framing.n_bins, framing.n_frames(y))
    dtype = complex_dtype(y) if power is None else y.dtype
    if out is None:
        # Spectra are stored frame by frame, bands band by band.
        out = np.empty(shape, dtype) if bands else np.empty((*shape[:-2], *shape[:-3:-1]), dtype).swapaxes(-1, -2)
    signals, result = _flat(y, 1), _flat(out, 2)
    if out.size and not np.may_share_memory(result, out):  # axes that cannot be seen as one
        out[...] = analyse(y, framing, power, bands)
        return out
    keep = _kept(framing, power, bands, y)
    size = _frames_per_block(framing.w)
    blocks = list(product(_pieces(len(signals), max(1, size // shape[-1])), _pieces(shape[-1], size)))

    def run(channels: slice, frames: slice) -> None:
        rows = _rows(signals[channels], framing, frames.start, frames.stop)
        keep(framing.windowed(rows, channels, frames), result[channels, :, frames])

    samples = len(signals) * shape[-1] * len(framing.w)
    in_threads(run, blocks, worth(framing.workers, samples, SAMPLES_PER_WORKER))
    return out


def _flat(x: np.ndarray, axes: int) -> np.ndarray:
    """``x`` with one axis before its last ``axes``."""
    last = x.shape[x.ndim - axes :]
    return x.reshape(math.prod(x.shape[: x.ndim - axes]), *last)


def _pieces(n: int, most: int) -> list[slice]:
    """0 … n - 1 in pieces of nearly the same length, none longer than ``most``."""
    count = -(-n // most)
    return [slice(a, b) for a, b in pairwise(i * n // max(1, count) for i in range(count + 1))]


def _rows(y: np.ndarray, framing: Framing, start: int, stop: int) -> np.ndarray:
    """Frames start … stop - 1 of the signals ``y`` (channels, n), a row for each: (channels, stop - start, n_fft).

    They are views into ``y``, or, where they reach beyond its ends, into a padded copy of what they reach.
    """
    first, last = framing.samples(start, stop)
    if first < 0 or last > y.shape[-1]:
        copy = scratch("padded", (len(y), last - first), y.dtype)
        y = np.concatenate(continued(y, first, last, framing.pad_mode, framing.pad), axis=-1, out=copy)
    else:
        y = y[:, first:last]
    return frame_rows(y, len(framing.w), framing.hop_length)


# From the windowed frames of a block (channels, frames, n_fft) to its part of the result (channels, rows, frames).
Keep = Callable[[np.ndarray, np.ndarray], None]


def _kept(framing: Framing, exponent: float | None, bands: Bands | None, y: np.ndarray) -> Keep:
    """Transform, and keep the spectra, their power, or bands of it: in this thread's scratch whatever else there is."""
    rfft, n_bins, dtype = _rfft_into(), framing.n_bins, complex_dtype(y)

    def spectra(windowed: np.ndarray, result: np.ndarray) -> None:
        rfft(windowed, result.swapaxes(1, 2))

    def powers(windowed: np.ndarray, result: np.ndarray) -> None:
        X = scratch("spectra", (*windowed.shape[:2], n_bins), dtype)
        rfft(windowed, X)
        _add_parts(_power_in_parts(X, power), result.swapaxes(1, 2))

    def in_bands(windowed: np.ndarray, result: np.ndarray) -> None:
        # A bin's values side by side, channel by channel and frame by frame: a filter adds up such rows.
        X = scratch("spectra", (n_bins, *windowed.shape[:2]), dtype)
        rfft(windowed, X.transpose(1, 2, 0))
        parts = _power_in_parts(X, power)
        sums = scratch("bands", (len(weighted), *parts.shape[1:]), y.dtype)
        add_up(weighted, weights, parts.reshape(n_bins, -1), sums.reshape(len(weighted), -1))
        _add_parts(sums, result.swapaxes(0, 1))

    if exponent is None:
        return spectra
    power = exponent
    if bands is None:
        return powers
    weighted, weights, add_up = bands, bands.weights.astype(y.dtype), _add_up()
    return in_bands


def _power_in_parts(X: np.ndarray, power: float) -> np.ndarray:
    """|X|^power; for 2 as the squares of real and imaginary parts, side by side where ``X`` was."""
    if power == 2:
        parts = X.view(real_dtype(X))
        return np.multiply(parts, parts, out=parts)
    magnitude = np.abs(X, out=scratch("magnitude", X.shape, real_dtype(X)))
    return magnitude if power == 1 else np.power(magnitude, power, out=magnitude)


def _add_parts(parts: np.ndarray, out: np.ndarray) -> None:
    """What :func:`_power_in_parts` left in two, as one."""
    if parts.shape[-1] == out.shape[-1]:
        out[...] = parts
    else:
        np.add(parts[..., 0::2], parts[..., 1::2], out=out)


# ---- SciPy's compiled functions, writing where they are told ----
#
# ``scipy.fft.rfft`` returns a new array, and to copy it costs an eighth of the time of a whole STFT. The compiled
# functions behind it, and behind a sparse matrix, write where they are told. Those are not SciPy's public face: they
# are looked for, tried, and done without where they are not what they were.


def _compiled_fft(name: str) -> Iterator[Callable[..., Any]]:
    for library in ("_duccfft", "_pocketfft"):  # SciPy from 1.18 on, and before
        try:
            yield getattr(importlib.import_module(f"scipy.fft.{library}.basic").pfft, name)
        except (ImportError, AttributeError):
            continue


@functools.cache
def _rfft_into() -> Callable[[np.ndarray, np.ndarray], None]:
    """A function ``(x, out)`` that writes the FFT of the real rows of ``x`` to ``out``."""
    x = np.arange(8, dtype=np.float32).reshape(2, 4)
    for r2c in _compiled_fft("r2c"):
        try:
            out, copied = np.empty((2, 2, 3), dtype=np.complex64)
            r2c(x, (-1,), True, 0, out, 1)  # axes, forward, no scaling, result, threads
            _rfft_and_copy(x, copied)
            if np.array_equal(out, copied):
                return lambda x, out: r2c(x, (-1,), True, 0, out, 1)
        except (TypeError, ValueError):
            continue
    return _rfft_and_copy


def _rfft_and_copy(x: np.ndarray, out: np.ndarray) -> None:
    from scipy import fft

    out[...] = fft.rfft(x, axis=-1)


@functools.cache
def _irfft_into() -> Callable[[np.ndarray, np.ndarray], None]:
    """A function ``(X, out)`` that writes the inverse FFT of the rows of ``X``, as long as those of ``out``, there."""
    X = np.array([[4, 1 + 1j, 2], [2, 1, 1]], dtype=np.complex64)
    for c2r in _compiled_fft("c2r"):
        try:
            out, copied = np.empty((2, 2, 5), dtype=np.float32)
            c2r(X, (-1,), 5, False, 2, out, 1)  # axes, length, backward, divided by it, result, threads
            _irfft_and_copy(X, copied)
            if np.array_equal(out, copied):
                return lambda X, out: c2r(X, (-1,), out.shape[-1], False, 2, out, 1)
        except (TypeError, ValueError):
            continue
    return _irfft_and_copy


def _irfft_and_copy(X: np.ndarray, out: np.ndarray) -> None:
    from scipy import fft

    out[...] = fft.irfft(X, n=out.shape[-1], axis=-1)


@functools.cache
def _add_up() -> Callable[[Bands, np.ndarray, np.ndarray, np.ndarray], None]:
    """A function ``(bands, weights, rows, out)`` that writes what the bands make of ``rows`` (n_bins, n) to ``out``."""

    def at_once(bands: Bands, weights: np.ndarray, rows: np.ndarray, out: np.ndarray) -> None:
        out[...] = 0
        many(len(bands), bands.n_bins, rows.shape[1], bands.begins, bands.bins, weights, rows.reshape(-1),
             out.reshape(-1))  # fmt: skip

    try:
        many = importlib.import_module("scipy.sparse._sparsetools").csr_matvecs
        bands = Bands.of(np.array([[0.0, 2.0, 1.0], [1.0, 0.0, 0.0]]))
        rows, weights = np.arange(6, dtype=np.float32).reshape(3, 2), bands.weights.astype(np.float32)
        out, copied = np.empty((2, 2, 2), dtype=np.float32)
        at_once(bands, weights, rows, out)
        _add_up_and_copy(bands, weights, rows, copied)
        if np.array_equal(out, copied):
            return at_once
    except (ImportError, AttributeError, TypeError, ValueError):
        pass
    return _add_up_and_copy


def _add_up_and_copy(bands: Bands, weights: np.ndarray, rows: np.ndarray, out: np.ndarray) -> None:
    from scipy.sparse import csr_array

    out[...] = csr_array((weights, bands.bins, bands.begins), shape=(len(bands), bands.n_bins)) @ rows


# ---- The inverse ----


def synthesise(
    D: np.ndarray, w: np.ndarray, weight: OverlapSum, start: int, stop: int, workers: int | None
) -> np.ndarray:
    """As :func:`dspkit._engine.synthesise`: inverse FFT, window, overlap-add, division by ``weight``.

    A run of hops of the output belongs to one thread. The blocks of frames that reach into it from before
    are computed once more, so that no two threads write to the same sample, and all add in the same order.
    """
    irfft, n_fft, n_frames, hop, pieces = _irfft_into(), len(w), D.shape[-1], weight.hop_length, weight.pieces
    y = np.empty((*D.shape[:-2], stop - start), dtype=real_dtype(D))
    spectra, samples, w = _flat(D, 2).swapaxes(1, 2), _flat(y, 1), w.astype(y.dtype)
    most = _frames_per_block(w)
    size = min(most, -(-stop // hop))
    groups = _pieces(len(samples), max(1, most // size))
    table = weight.divisors(y.dtype)

    def run(group: tuple[int, ...], first: int, last: int) -> None:
        channels = groups[group[0]]
        rows, n = spectra[channels], channels.stop - channels.start
        # Sums on the hops from the block's first on; those that later frames will add to are carried along.
        sums = scratch("sums", (n, size + pieces - 1, hop), y.dtype)
        sums[...] = 0
        before = max(0, (first * size - pieces + 1) // size)
        for begin in range(before * size, last * size, size):
            if begin < n_frames:  # behind the last frame there are hops that only earlier frames reach
                X = rows[:, begin : begin + size]
                frames = scratch("frames", (*X.shape[:2], n_fft), y.dtype)
                irfft(X, frames)
                with np.errstate(invalid="ignore", over="ignore"):  # looked for afterwards
                    add_rows(sums, np.multiply(frames, w, out=frames), hop)
            if begin >= first * size:
                divisor = scratch("divisor", (size, hop), y.dtype)
                np.take(table, weight.row(np.arange(begin, begin + size)), axis=0, out=divisor, mode="clip")
                done = scratch("done", (n, size, hop), y.dtype)
                with np.errstate(invalid="ignore", over="ignore"):
                    np.divide(sums[:, :size], divisor, out=done)
                here = begin * hop
                low, high = max(here, start), min(here + size * hop, stop)
                samples[channels, low - start : high - start] = done.reshape(n, -1)[:, low - here : high - here]
            sums[:, : pieces - 1] = sums[:, size:].copy()
            sums[:, pieces - 1 :] = 0

    blocks = range(start // hop // size, -(-stop // (hop * size)))
    share_out(run, (len(groups),), blocks, most * n_fft, workers, SAMPLES_PER_WORKER)
    return y


def _frames_per_block(w: np.ndarray) -> int:
    return max(1, BLOCK_BYTES // w.nbytes)
