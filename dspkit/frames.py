"""Cutting a signal into frames and adding frames back together.

Lesson: ``notebooks/08_short_time.ipynb``. Time is the last axis on the way in; frames are laid out as in
librosa on the way out: (..., frame_length, n_frames), a column for each frame.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ._arrays import Array, arange, as_numbers, check_finite, is_complex, is_numpy, namespace, zeros
from ._validate import positive_int, positive_number
from .errors import ParameterError, SampleTypeError

__all__ = ["frame", "frame_count", "frames_to_time", "overlap_add", "time_to_frames"]


def frame(y: Array, *, frame_length: int, hop_length: int) -> Array:
    """Cut ``y`` into overlapping frames; a tail that does not fill a frame is left out.

    Frame ``t`` is ``y[..., t * hop_length : t * hop_length + frame_length]``.

    Parameters
    ----------
    y : array (..., n), real or complex
        Samples, time last.
    frame_length, hop_length : int
        Length of a frame and distance between the starts of two frames, in samples.

    Returns
    -------
    array (..., frame_length, 1 + (n - frame_length) // hop_length)
        For NumPy a read-only view that costs no memory; elsewhere a copy.

    Raises
    ------
    ParameterError
        If ``y`` is shorter than one frame, or a length is below 1.

    Examples
    --------
    >>> import numpy as np
    >>> frame(np.arange(6.0), frame_length=4, hop_length=2)
    array([[0., 2.],
           [1., 3.],
           [2., 4.],
           [3., 5.]])

    """
    y, xp = as_numbers(y, name="y")
    frame_length = positive_int(frame_length, "frame_length", unit="samples")
    hop_length = positive_int(hop_length, "hop_length", unit="samples")
    check_one_frame(y, frame_length)
    return xp.moveaxis(frame_rows(y, frame_length, hop_length), -1, -2)


def check_one_frame(y: Array, frame_length: int) -> None:
    """Refuse what has no whole frame."""
    if y.ndim == 0 or y.shape[-1] < frame_length:
        raise ParameterError(
            f"y of shape {tuple(y.shape)} is shorter than one frame (frame_length={frame_length}). Time is the "
            f"last axis; pad y with zeros, or take a smaller frame_length."
        )


def frame_rows(y: Array, frame_length: int, hop_length: int) -> Array:
    """Frames as rows (..., n_frames, frame_length): a read-only view for NumPy, else gathered by index."""
    n_frames = 1 + (y.shape[-1] - frame_length) // hop_length
    if is_numpy(y):
        shape, step = (*y.shape[:-1], n_frames, frame_length), y.strides[-1]
        return np.lib.stride_tricks.as_strided(y, shape, (*y.strides[:-1], hop_length * step, step), writeable=False)
    xp = namespace(y)
    starts = hop_length * arange(y, n_frames)
    index = starts[:, None] + arange(y, frame_length)[None, :]
    flat = xp.take(y, xp.reshape(index, (-1,)), axis=-1)
    return xp.reshape(flat, (*y.shape[:-1], n_frames, frame_length))


# Which of the n samples of y stands at position i, when y is continued beyond its ends.
_CONTINUED: dict[str, Callable[[Array, int], Array]] = {
    "edge": lambda i, n: _nearest(i, n),
    "wrap": lambda i, n: i % n,
    "reflect": lambda i, n: n - 1 - abs(n - 1 - i % max(1, 2 * n - 2)),
    "symmetric": lambda i, n: (2 * n - 1 - abs(2 * n - 1 - 2 * (i % (2 * n)))) // 2,
}
PAD_MODES = ("constant", "linear_ramp", *_CONTINUED)


def _nearest(i: Array, n: int) -> Array:
    return namespace(i).clip(i, 0, n - 1)


def extend(y: Array, start: int, stop: int, pad_mode: str, pad: int) -> Array:
    """Samples ``start … stop - 1`` of ``y`` continued by ``pad`` samples on both sides: sample 0 is y's first."""
    if start >= 0 and stop <= y.shape[-1]:
        return y[..., start:stop]
    return namespace(y).concat(continued(y, start, stop, pad_mode, pad), axis=-1)


def continued(y: Array, start: int, stop: int, pad_mode: str, pad: int) -> list[Array]:
    """The pieces of :func:`extend`: what is before the first sample, of the samples, and behind the last."""
    n = y.shape[-1]
    before = _beyond(y, min(start, 0), min(stop, 0), pad_mode, pad)
    inside = y[..., min(max(start, 0), n) : min(max(stop, 0), n)]
    return [before, inside, _beyond(y, max(start, n), max(stop, n), pad_mode, pad)]


def _beyond(y: Array, start: int, stop: int, pad_mode: str, pad: int) -> Array:
    """The samples at the positions ``start … stop - 1``, all before 0 or all after the end of ``y``."""
    if pad_mode == "constant" or start == stop:
        return zeros(y, (*y.shape[:-1], stop - start))
    xp, n, i = namespace(y), y.shape[-1], arange(y, stop, start=start)
    if pad_mode == "linear_ramp":  # from the first or last sample down to zero at the far end
        left = xp.where(i < 0, pad + i, n + pad - 1 - i)
        return xp.take(y, _nearest(i, n), axis=-1) * (xp.astype(left, y.dtype) / pad)
    return xp.take(y, _CONTINUED[pad_mode](i, n), axis=-1)


def overlap_add(frames: Array, *, hop_length: int) -> Array:
    """Add frames up where they overlap: the transpose of :func:`frame`.

    Parameters
    ----------
    frames : array (..., frame_length, n_frames), real or complex
    hop_length : int
        Distance between the starts of two frames, in samples.

    Returns
    -------
    array (..., frame_length + (n_frames - 1) * hop_length), of the same dtype

    Examples
    --------
    >>> import numpy as np
    >>> overlap_add(np.ones((4, 3)), hop_length=2)
    array([1., 1., 2., 2., 2., 2., 1., 1.])

    """
    frames, xp = as_numbers(frames, name="frames")
    hop_length = positive_int(hop_length, "hop_length", unit="samples")
    if frames.ndim < 2 or 0 in frames.shape[-2:]:
        raise ParameterError(
            f"frames has shape {tuple(frames.shape)}; expected (..., frame_length, n_frames), neither of them 0."
        )
    *batch, frame_length, n_frames = frames.shape
    hops = n_frames + -(-frame_length // hop_length) - 1
    sums = zeros(frames, (*batch, hops, hop_length))
    add_rows(sums, xp.moveaxis(frames, -1, -2), hop_length)
    return xp.reshape(sums, (*batch, hops * hop_length))[..., : frame_length + (n_frames - 1) * hop_length]


def add_rows(sums: Array, rows: Array, hop_length: int) -> None:
    """Add frames, as ``rows`` (..., n_frames, frame_length), to ``sums``, which has a row for each hop.

    Piece p of frame t falls on hop t + p, so that one addition for each p does for all frames.
    """
    n_frames, frame_length = rows.shape[-2:]
    for p in range(-(-frame_length // hop_length)):
        piece = rows[..., :, p * hop_length : min((p + 1) * hop_length, frame_length)]
        sums[..., p : p + n_frames, : piece.shape[-1]] += piece


class OverlapSum:
    """What ``n_frames`` copies of one frame ``v`` add up to, ``hop_length`` samples apart.

    Kept hop by hop. All hops under as many frames as there can be are alike, so that only one of them is
    stored, and those near the two ends: little memory for any length.
    """

    def __init__(self, v: np.ndarray, hop_length: int, n_frames: int) -> None:
        self.hop_length = hop_length
        self.pieces = -(-len(v) // hop_length)  # hops that a frame reaches
        parts = np.pad(v, (0, self.pieces * hop_length - len(v))).reshape(self.pieces, hop_length)
        self.distinct = min(n_frames, self.pieces)  # so many frames make every kind of hop
        self.repeated = n_frames - self.distinct
        h, p = np.arange(self.distinct + self.pieces)[:, None], np.arange(self.pieces)[None, :]
        present = (p <= h) & (h < p + self.distinct)  # piece p of frame h - p lies on hop h
        self.table = present.astype(np.float64) @ parts  # the last row, behind all frames, is zero
        self.inner = parts.sum(axis=0)

    def row(self, hop: np.ndarray) -> np.ndarray:
        """Which row of ``table`` holds the hops of these numbers."""
        inner = np.minimum(hop, self.distinct - 1)
        return np.minimum(np.maximum(inner, hop - self.repeated), len(self.table) - 1)

    def divisors(self, dtype: Any) -> np.ndarray:
        """``table``, with 1 where the sum is zero: nothing was added there, and 0 / 1 is what it should be."""
        return np.where(self.table > 0, self.table, 1.0).astype(dtype)

    def divisor(self, dtype: Any) -> Callable[[int, int], np.ndarray]:
        """A function ``(first, last)`` → the :meth:`divisors` on hops first … last - 1, (last - first, hop_length)."""
        table = self.divisors(dtype)
        return lambda first, last: table[self.row(np.arange(first, last))]

    def vanishing(self, tolerance: float, start: int, stop: int) -> np.ndarray:
        """Where in samples ``start … stop - 1`` the sum is at most ``tolerance`` of its maximum; from start on."""
        low = self.table <= tolerance * self.table.max()
        hops = np.arange(start // self.hop_length, -(-stop // self.hop_length))
        hops = hops[low.any(axis=1)[self.row(hops)]]
        which, offset = np.nonzero(low[self.row(hops)])
        samples = hops[which] * self.hop_length + offset
        return samples[(samples >= start) & (samples < stop)] - start


def frame_count(n_samples: int, *, frame_length: int, hop_length: int, center: bool = True) -> int:
    """How many frames an STFT of ``n_samples`` samples has.

    With ``center`` the signal is first padded with ``frame_length // 2`` samples on both sides, which gives
    ``1 + n_samples // hop_length`` frames for an even and ``1 + (n_samples - 1) // hop_length`` for an odd
    frame length; without, ``1 + (n_samples - frame_length) // hop_length`` (and 0 if not one fits).

    Examples
    --------
    >>> frame_count(16000, frame_length=512, hop_length=128)
    126
    >>> frame_count(16000, frame_length=512, hop_length=128, center=False)
    122

    """
    n_samples = positive_int(n_samples, "n_samples", minimum=0, unit="samples")
    frame_length = positive_int(frame_length, "frame_length", unit="samples")
    hop_length = positive_int(hop_length, "hop_length", unit="samples")
    padded = n_samples + 2 * (frame_length // 2) if center else n_samples
    return max(0, 1 + (padded - frame_length) // hop_length)


def frames_to_time(frames: Any, sr: float, *, hop_length: int = 512, n_fft: int | None = None) -> Array:
    """The time in seconds of frame numbers: ``frames * hop_length / sr``.

    For a centred STFT that is the middle of the frame. For one made with ``center=False``, give ``n_fft``:
    half a frame is added, so that the time is again the middle.

    Examples
    --------
    >>> import numpy as np
    >>> frames_to_time(np.array([0, 1, 2]), sr=8000, hop_length=256)
    array([0.   , 0.032, 0.064])

    """
    frames, _ = as_numbers(frames, name="frames")
    sr = positive_number(sr, "sr", unit="hertz")
    hop_length = positive_int(hop_length, "hop_length", unit="samples")
    offset = 0 if n_fft is None else positive_int(n_fft, "n_fft", unit="samples") // 2
    return (frames * hop_length + offset) / sr


def time_to_frames(times: Any, sr: float, *, hop_length: int = 512, n_fft: int | None = None) -> Array:
    """The number of the last frame whose time (:func:`frames_to_time`) is not after ``times`` (seconds).

    The time is first rounded to the nearest sample, so that ``time_to_frames(frames_to_time(t)) == t``
    for every frame; librosa truncates, and comes out one frame early for some.

    Examples
    --------
    >>> import numpy as np
    >>> time_to_frames(np.array([0.0, 0.033, 0.064]), sr=8000, hop_length=256)
    array([0, 1, 2])

    """
    times, xp = as_numbers(times, name="times")
    sr = positive_number(sr, "sr", unit="hertz")
    hop_length = positive_int(hop_length, "hop_length", unit="samples")
    offset = 0 if n_fft is None else positive_int(n_fft, "n_fft", unit="samples") // 2
    if is_complex(times):
        raise SampleTypeError("times are complex; expected seconds.")
    check_finite(times, name="times")
    samples = xp.astype(xp.round(times * sr), xp.int64)
    return (samples - offset) // hop_length
