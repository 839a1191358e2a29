"""Cutting a signal into frames and adding frames back together.

Lesson: ``notebooks/08_short_time.ipynb``. Time is the last axis on the way in; frames are laid out as in
librosa on the way out: (..., frame_length, n_frames), a column for each frame.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ._arrays import Array, arange, as_numbers, is_numpy, namespace, zeros
from ._validate import positive_int, positive_number
from .errors import ParameterError

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
    if y.ndim == 0 or y.shape[-1] < frame_length:
        raise ParameterError(
            f"y of shape {tuple(y.shape)} is shorter than one frame (frame_length={frame_length}). Time is the "
            f"last axis; pad y with zeros, or take a smaller frame_length."
        )
    if is_numpy(y):
        rows = np.lib.stride_tricks.sliding_window_view(y, frame_length, axis=-1)
        return rows[..., ::hop_length, :].swapaxes(-1, -2)
    return xp.moveaxis(_frame_rows(y, frame_length, hop_length), -1, -2)


def _frame_rows(y: Array, frame_length: int, hop_length: int) -> Array:
    """Frames as rows (..., n_frames, frame_length), gathered with one index per sample."""
    xp = namespace(y)
    n_frames = 1 + (y.shape[-1] - frame_length) // hop_length
    starts = hop_length * arange(y, n_frames)
    index = starts[:, None] + arange(y, frame_length)[None, :]
    flat = xp.take(y, xp.reshape(index, (-1,)), axis=-1)
    return xp.reshape(flat, (*y.shape[:-1], n_frames, frame_length))


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
    # Cut each frame into pieces of one hop. Piece p of frame t lands on hop t + p of the output, so
    # one addition for each p handles all frames at once: no loop over frames.
    pieces = -(-frame_length // hop_length)
    rows = zeros(frames, (*batch, n_frames, pieces * hop_length))
    rows[..., :, :frame_length] = xp.moveaxis(frames, -1, -2)
    out = zeros(frames, (*batch, n_frames + pieces - 1, hop_length))
    for p in range(pieces):
        out[..., p : p + n_frames, :] += rows[..., :, p * hop_length : (p + 1) * hop_length]
    out = xp.reshape(out, (*batch, (n_frames + pieces - 1) * hop_length))
    return out[..., : frame_length + (n_frames - 1) * hop_length]


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


def frames_to_time(frames: Any, *, sr: float, hop_length: int = 512, n_fft: int | None = None) -> Array:
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


def time_to_frames(times: Any, *, sr: float, hop_length: int = 512, n_fft: int | None = None) -> Array:
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
    samples = xp.astype(xp.round(times * sr), xp.int64)
    return (samples - offset) // hop_length
