"""What a sound tells before any spectrum is taken: how loud, how rough, how high, frame by frame.

Lesson: ``notebooks/03_time_domain.ipynb``. Every function here cuts the sound into frames and says one number
for each: the largest sample (:func:`amplitude_envelope`), the root of the mean square (:func:`rms`), the sum of
squares (:func:`short_time_energy`), how often the sign changes (:func:`zero_crossing_rate`). The
:func:`autocorrelation` compares a sound with itself some samples later, which gives a first estimate of pitch.

Frames are librosa's: with ``center`` frame ``t`` has its middle at sample ``t * hop_length``. The result has
shape (..., n_frames), where librosa keeps one more axis, (..., 1, n_frames); ``keepdims=True`` keeps it too.

Sources: L. R. Rabiner and R. W. Schafer, *Digital Processing of Speech Signals* (Prentice-Hall 1978), sections
4.2 (energy), 4.3 (zero crossings), 4.6 (autocorrelation) and 4.8 (pitch); L. R. Rabiner, "On the use of
autocorrelation analysis for pitch detection", *IEEE Trans. ASSP* 25 (1977), 24–33.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ._arrays import Array, as_samples, check_finite, is_on_cpu, namespace
from ._validate import one_of, positive_int
from .errors import ParameterError
from .frames import PAD_MODES, extend, frame, frame_rows

__all__ = [
    "amplitude_envelope",
    "rms",
]

# --- Loudness, roughly. -------------------------------------------------------------------------------------------


def rms(
    y: Array,
    *,
    frame_length: int | None = None,
    hop_length: int | None = None,
    center: bool = True,
    pad_mode: str = "constant",
    keepdims: bool = False,
) -> Array:
    r"""The root mean square: of all samples, or of each frame.

    .. math:: \mathrm{rms}[t] = \sqrt{\frac{1}{L} Σ_{m=0}^{L-1} y[t · hop + m]^2}

    A sine of amplitude A has the RMS A/√2, in a frame of whole periods.

    Parameters
    ----------
    y : float array (..., n)
        Samples, time last; channels or a batch before it.
    frame_length : int, optional
        Length L of a frame in samples. Without it, all n samples are one frame.
    hop_length : int, optional
        Distance between two frames, in samples; ``frame_length // 4`` if not given.
    center : bool
        Whether frame ``t`` has its middle (rather than its start) at sample ``t * hop_length``; the signal is
        then continued by ``frame_length // 2`` samples on both sides.
    pad_mode : {"constant", "edge", "linear_ramp", "reflect", "symmetric", "wrap"}
        How ``center`` continues the signal, as in :func:`numpy.pad`; "constant" is zeros.
    keepdims : bool
        Whether the axis of the samples in a frame stays, with length 1: librosa's (..., 1, n_frames).

    Returns
    -------
    float array, of the dtype of y
        (..., n_frames) with a ``frame_length``, (...) without: one number for each channel. float32 samples
        are squared and added up in float64.

    Raises
    ------
    ParameterError
        For samples that are not finite, ``hop_length`` without ``frame_length``, a signal shorter than one
        frame with ``center=False``, and sizes or names that cannot be.
    SampleTypeError
        For integer (PCM) samples.

    Notes
    -----
    With the same sizes the numbers are those of ``librosa.feature.rms(y=y)``, which always gives float32.

    Examples
    --------
    >>> import numpy as np
    >>> y = 0.5 * np.sin(2 * np.pi * 100 * np.arange(8000) / 8000)
    >>> print(f"{rms(y):.4f}", rms(y, frame_length=400, center=False).shape)
    0.3536 (77,)

    """
    y, _ = as_samples(y)
    if frame_length is None:
        if hop_length is not None:
            raise ParameterError(f"hop_length={hop_length} came without frame_length; give both, or neither.")
        return _settled(_root_mean_square(_powers(y)), y, keepdims, axis=-1)
    framing = _framing(frame_length, hop_length, center, pad_mode)
    return _settled(_root_mean_square(framing.rows(_powers(framing.padded(y)))), y, keepdims)


def _root_mean_square(powers: Array) -> Array:
    """√(mean of the squares), along the last axis."""
    xp = namespace(powers)
    return xp.sqrt(xp.mean(powers, axis=-1))


def _powers(y: Array) -> Array:
    """``y²`` in float64, in which the square of no float32 number is too large or too small."""
    xp = namespace(y)
    with np.errstate(over="ignore", invalid="ignore"):
        return xp.astype(y, xp.float64) ** 2


def amplitude_envelope(
    y: Array,
    *,
    frame_length: int = 2048,
    hop_length: int | None = None,
    center: bool = True,
    pad_mode: str = "constant",
    keepdims: bool = False,
) -> Array:
    """The largest magnitude in each frame: ``max |y[t * hop + m]|`` for m = 0 … frame_length - 1.

    It jumps with every single click, where :func:`rms` hardly moves: it answers "will this clip?", not "how
    loud is this?". Never below the RMS of the same frame.

    Parameters and errors are as for :func:`rms`, but there are always frames: 2048 samples if not said.

    Returns
    -------
    float array (..., n_frames), of the dtype of y

    Examples
    --------
    >>> import numpy as np
    >>> y = np.array([0.1, -0.2, 0.1, 0.5, -0.1, 0.0])
    >>> amplitude_envelope(y, frame_length=2, hop_length=2, center=False)
    array([0.2, 0.5, 0.1])

    """
    y, xp = as_samples(y)
    framing = _framing(frame_length, hop_length, center, pad_mode)
    return _settled(xp.max(framing.rows(xp.abs(framing.padded(y))), axis=-1), y, keepdims)


# --- What all of them share. --------------------------------------------------------------------------------------


class _Framing(NamedTuple):
    """How a sound is cut into frames."""

    frame_length: int
    hop_length: int
    center: bool
    pad_mode: str

    def padded(self, y: Array) -> Array:
        """``y`` continued by half a frame on both sides, if frames are centred."""
        pad = self.frame_length // 2 if self.center else 0
        return extend(y, -pad, y.shape[-1] + pad, self.pad_mode, pad)

    def rows(self, y: Array) -> Array:
        """The frames of ``y`` (padded already) as rows: (..., n_frames, frame_length)."""
        if y.shape[-1] < self.frame_length:
            frame(y, frame_length=self.frame_length, hop_length=self.hop_length)  # its error says what to do
        return frame_rows(y, self.frame_length, self.hop_length)


def _framing(frame_length: Any, hop_length: Any, center: bool, pad_mode: str) -> _Framing:
    frame_length = positive_int(frame_length, "frame_length", unit="samples")
    if hop_length is None:
        hop_length = max(1, frame_length // 4)
    hop_length = positive_int(hop_length, "hop_length", unit="samples")
    return _Framing(frame_length, hop_length, bool(center), one_of(pad_mode, PAD_MODES, "pad_mode"))


def _settled(values: Array, y: Array, keepdims: bool, *, axis: int = -2) -> Array:
    """A feature in the dtype of ``y``, after a look whether it is finite (on a GPU, looking costs a wait)."""
    xp = namespace(values)
    if is_on_cpu(values) and not bool(xp.all(xp.isfinite(values))):
        check_finite(y)
        raise ParameterError(
            f"y holds values up to {float(xp.max(xp.abs(y))):.3g}: their squares are too large for float64. "
            f"Full scale is 1.0; divide y first."
        )
    values = xp.astype(values, y.dtype)
    return xp.expand_dims(values, axis=axis) if keepdims else values
