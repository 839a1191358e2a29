"""From pressure to numbers: samples in time (aliasing, reconstruction) and in value (quantisation, dither).

Lesson: ``notebooks/01_sampling.ipynb``. Sources: C. E. Shannon, "Communication in the presence of noise", *Proc.
IRE* 37 (1949), theorem 1, for the sinc sum; W. R. Bennett, "Spectra of quantized signals", *Bell Syst. Tech. J.* 27
(1948), for the noise of Δ²/12; S. P. Lipshitz, R. A. Wannamaker and J. Vanderkooy, "Quantization and dither: a
theoretical survey", *J. Audio Eng. Soc.* 40 (1992), for dither and noise shaping.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ._arrays import Array, arange, as_samples, check_finite, dtype_name, like, namespace, zeros
from ._validate import one_of, positive_int, positive_number
from .errors import ParameterError

__all__ = [
    "alias_frequency",
    "decimate",
    "quantization_error",
    "quantize",
    "reconstruct",
    "sample_and_hold",
    "snr",
    "theoretical_snr",
]

# ---- In value ----

MOST_BITS = 24
# Named noise shapers: what of the last errors is taken back (Lipshitz et al., section 5).
SHAPES: dict[str, tuple[float, ...]] = {"first": (1.0,), "second": (2.0, -1.0)}


def quantize(
    y: Array,
    bits: int,
    *,
    kind: str = "mid-tread",
    dither: str | None = None,
    shape: str | Sequence[float] | None = None,
    seed: int = 0,
) -> Array:
    r"""Round samples to the levels that ``bits`` bits can tell apart.

    .. math:: Δ = 2^{1 - bits}, \qquad Q(y) = Δ · \lfloor y/Δ + 1/2 \rfloor \text{ (mid-tread)}, \quad
        Δ · (\lfloor y/Δ \rfloor + 1/2) \text{ (mid-rise)}

    Parameters
    ----------
    y : float array (..., n)
        Samples, time last, full scale at 1.0. What lies beyond the levels is cut off.
    bits : int
        1 to 24; float32 has no more.
    kind : {"mid-tread", "mid-rise"}
        Mid-tread has a level at 0 (codes -2^(bits-1) … 2^(bits-1) - 1, as in files: the highest level is 1 - Δ);
        mid-rise has a step there, and levels ±Δ/2, ±3Δ/2 … up to ±(1 - Δ/2).
    dither : {"rpdf", "tpdf"}, optional
        Noise added before rounding: rectangular (one step wide, mean error gone) or triangular (two steps wide, the
        error's power no longer depends on the sound either).
    shape : {"first", "second"} or sequence of float, optional
        Noise shaping: so much of the last errors is taken off the next sample, which moves the error's power to high
        frequencies. With "first" its spectrum is multiplied by \|1 - z⁻¹\|.
    seed : int
        Of the dither.

    Returns
    -------
    float array of the shape and dtype of y

    Examples
    --------
    >>> import numpy as np
    >>> quantize(np.array([-1.0, -0.3, 0.1, 0.3, 1.0]), 2)
    array([-1. , -0.5,  0. ,  0.5,  0.5])
    >>> quantize(np.array([-1.0, -0.3, 0.1, 0.3, 1.0]), 2, kind="mid-rise")
    array([-0.75, -0.25,  0.25,  0.25,  0.75])

    """
    y, _ = as_samples(y)
    check_finite(y)
    bits = _bits(bits)
    kind = one_of(kind, ("mid-tread", "mid-rise"), "kind")
    xp = namespace(y)
    noise, wide = _dither(y, dither, seed), xp.astype(y, xp.float64)  # half a step of 24 bits is nothing to float32
    levels = _to_levels(wide, bits, kind, noise) if shape is None else _shaped(wide, bits, kind, noise, _taps(shape))
    return xp.astype(levels, y.dtype)


def _bits(bits: Any) -> int:
    bits = positive_int(bits, "bits", unit="bits")
    if bits > MOST_BITS:
        raise ParameterError(f"bits={bits}; expected 1 to {MOST_BITS}: float32 samples have no more.")
    return bits


def _to_levels(y: Array, bits: int, kind: str, noise: Array) -> Array:
    """The nearest level: of the samples with dither, in steps."""
    xp, steps = namespace(y), 2 ** (bits - 1)
    scaled = y * steps + noise
    if kind == "mid-tread":
        return xp.clip(xp.floor(scaled + 0.5), -steps, steps - 1) / steps
    return (xp.clip(xp.floor(scaled), -steps, steps - 1) + 0.5) / steps


def _dither(y: Array, dither: str | None, seed: int) -> Array:
    """Noise in steps, of the shape of ``y`` (drawn on the host, so that it is the same everywhere)."""
    if dither is None:
        return zeros(y, (), dtype=namespace(y).float64)
    width = {"rpdf": 1, "tpdf": 2}[one_of(dither, ("rpdf", "tpdf"), "dither")]
    rng = np.random.default_rng(positive_int(seed, "seed", minimum=0))
    drawn = sum(rng.random(tuple(y.shape)) - 0.5 for _ in range(width))
    return like(drawn, y)


def _taps(shape: Any) -> list[float]:
    if isinstance(shape, str):
        return list(SHAPES[one_of(shape, SHAPES, "shape")])
    taps = [float(c) for c in np.atleast_1d(np.asarray(shape, dtype=np.float64))]
    if not taps or not all(math.isfinite(c) for c in taps):
        raise ParameterError(f"shape={shape!r}; expected a name ({', '.join(SHAPES)}) or finite coefficients.")
    return taps


def _shaped(y: Array, bits: int, kind: str, noise: Array, taps: list[float]) -> Array:
    """Sample by sample, since each needs the errors before it: a loop over time, all channels at once."""
    xp, n = namespace(y), y.shape[-1]
    noise = noise + zeros(y, tuple(y.shape))
    errors = [zeros(y, tuple(y.shape[:-1])) for _ in taps]
    out = []
    for i in range(n):
        wanted = y[..., i]
        for tap, error in zip(taps, errors, strict=True):
            wanted = wanted - tap * error
        level = _to_levels(wanted, bits, kind, noise[..., i])
        # A sample that was cut off would leave an error that grows and grows: no more than a few steps are kept.
        most = 4.0 * 2.0 ** (1 - bits)
        errors = [xp.clip(level - wanted, -most, most), *errors[:-1]]
        out.append(level)
    return xp.stack(out, axis=-1)


def quantization_error(y: Array, bits: int, **how: Any) -> Array:
    """What :func:`quantize` (with the same arguments) adds to the samples: its result less ``y``.

    Examples
    --------
    >>> import numpy as np
    >>> error = quantization_error(np.array([0.1, 0.3]), 3)
    >>> error.round(2)
    array([-0.1 , -0.05])

    """
    y, _ = as_samples(y)
    return quantize(y, bits, **how) - y


def snr(y: Array, changed: Array) -> Array:
    """Signal-to-noise ratio in dB: the power of ``y`` over that of ``changed - y``.

    Parameters
    ----------
    y, changed : float arrays (..., n), of the same shape
        The sound as it was, and what was made of it.

    Returns
    -------
    float array (...)
        inf where nothing has changed, -inf for silence that has.

    Examples
    --------
    >>> import numpy as np
    >>> y = np.sin(2 * np.pi * np.arange(1000) / 100.1)
    >>> print(f"{snr(y, 1.01 * y):.1f} dB")
    40.0 dB

    """
    y, xp = as_samples(y)
    changed, _ = as_samples(changed, name="changed")
    if tuple(y.shape) != tuple(changed.shape):
        raise ParameterError(
            f"y has shape {tuple(y.shape)} and changed {tuple(changed.shape)}; expected the same, sample for sample."
        )
    check_finite(y)
    check_finite(changed, name="changed")
    wide, other = xp.astype(y, xp.float64), xp.astype(changed, xp.float64)
    signal, noise = xp.sum(wide**2, axis=-1), xp.sum((other - wide) ** 2, axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = 10.0 * xp.log10(signal / noise)
    return xp.where(noise == 0, xp.full_like(noise, math.inf), ratio)


def theoretical_snr(bits: int, *, headroom_db: float = 0.0) -> float:
    """The SNR of a full-scale sine in ``bits`` bits, in dB: 6.02 · bits + 1.76.

    A power of 1/2 over Δ²/12 (Bennett 1948), if the error is as good as noise.

    Parameters
    ----------
    bits : int
    headroom_db : float
        By how much the sine lies below full scale: so much less.

    Examples
    --------
    >>> print(f"{theoretical_snr(16):.2f}")
    98.09

    """
    return 10.0 * math.log10(1.5 * 4.0 ** _bits(bits)) - float(headroom_db)


# ---- In time ----


def alias_frequency(f: Any, sr: float) -> np.ndarray:
    """The frequency below sr/2 whose samples are those of a tone of ``f`` hertz.

    Parameters
    ----------
    f : float or array
        Frequencies in hertz.
    sr : float
        Sample rate in hertz.

    Returns
    -------
    float64 array of the shape of f, 0 to sr/2

    Examples
    --------
    >>> alias_frequency([3000.0, 5000.0, 7000.0, 11000.0], 8000)
    array([3000., 3000., 1000., 3000.])

    """
    sr = positive_number(sr, "sr", unit="hertz")
    f = np.asarray(f, dtype=np.float64)
    if not np.all(np.isfinite(f)):
        raise ParameterError("f holds values that are NaN or infinite; expected hertz.")
    f = np.fmod(f, sr)  # exact, however many turns
    return np.abs(f - sr * np.round(f / sr))


def sample_and_hold(y: Array, factor: int) -> Array:
    """Every ``factor``-th sample, held until the next one: a staircase of the same length.

    Examples
    --------
    >>> import numpy as np
    >>> sample_and_hold(np.array([1.0, 2.0, 3.0, 4.0, 5.0]), 2)
    array([1., 1., 3., 3., 5.])

    """
    y, xp = as_samples(y)
    factor = positive_int(factor, "factor", unit="samples")
    held = arange(y, y.shape[-1]) // factor * factor
    return xp.take(y, held, axis=-1)


def reconstruct(y: Array, times: Any, sr: float) -> Array:
    r"""The sound between its samples: the sinc sum.

    .. math:: y(t) = Σ_n y[n] · \mathrm{sinc}(t · sr - n)

    Exact for what has no frequency at or above sr/2 and is zero outside the samples; near the ends of a sound that is
    cut off there the terms that are missing show.

    Parameters
    ----------
    y : float array (..., n)
        Samples, time last, the first at time 0.
    times : float array (m,)
        In seconds.
    sr : float
        Sample rate in hertz.

    Returns
    -------
    float array (..., m), of the dtype of y

    Examples
    --------
    >>> import numpy as np
    >>> y = np.array([0.0, 1.0, 0.0])
    >>> reconstruct(y, np.array([0.125, 0.1875]), sr=8).round(3)
    array([1.   , 0.637])

    """
    y, xp = as_samples(y)
    check_finite(y)
    sr = positive_number(sr, "sr", unit="hertz")
    t = np.asarray(times, dtype=np.float64)
    if t.ndim != 1 or not np.all(np.isfinite(t)):
        raise ParameterError(f"times has shape {t.shape}; expected (m,), in seconds, all finite.")
    n, parts = np.arange(y.shape[-1]), []
    step = max(1, _SINCS_AT_A_TIME // len(n))
    for first in range(0, max(1, len(t)), step):
        here = t[first : first + step] * sr
        total = zeros(y, (*y.shape[:-1], len(here)), dtype=xp.float64)
        for some in range(0, len(n), _SINCS_AT_A_TIME):
            piece = y[..., some : min(some + _SINCS_AT_A_TIME, len(n))]
            kernel = np.sinc(n[some : some + _SINCS_AT_A_TIME, None] - here)
            total = total + xp.astype(piece, xp.float64) @ like(kernel, y)
        parts.append(total)
    return xp.astype(xp.concat(parts, axis=-1), y.dtype)


# One second at 22,050 Hz, between all its samples: 4 GB of sincs. So many (2 MB) are made and used at a time.
_SINCS_AT_A_TIME = 1 << 18


def decimate(y: Array, factor: int, *, filtered: bool = True, taps_each_side: int = 16) -> Array:
    """Every ``factor``-th sample, what would alias taken away before (or, to hear it, not).

    Parameters
    ----------
    y : float array (..., n)
        Samples, time last.
    factor : int
        Down to sr / factor.
    filtered : bool
        Whether to filter first: a sinc of ``taps_each_side`` zero crossings on each side under a Blackman window, -6 dB
        at the new sr/2.
    taps_each_side : int
        More is steeper.

    Returns
    -------
    float array (..., ceil(n / factor)), of the dtype of y

    Examples
    --------
    >>> import numpy as np
    >>> alternating = np.array([1.0, -1.0] * 200)  # at sr/2
    >>> float(decimate(alternating, 2, filtered=False)[100]), bool(abs(decimate(alternating, 2)[100]) < 1e-3)
    (1.0, True)

    """
    y, xp = as_samples(y)
    check_finite(y)
    factor = positive_int(factor, "factor", unit="samples")
    if filtered and factor > 1:
        from .convolution import conv1d  # looks ahead to lesson 04

        half = positive_int(taps_each_side, "taps_each_side") * factor
        t = np.arange(-half, half + 1)
        h = np.sinc(t / factor) * np.blackman(2 * half + 3)[1:-1]
        kernel = like((h / h.sum()).astype(dtype_name(y)), y)
        signals = xp.reshape(y, (-1, 1, y.shape[-1]))
        # Only those that are kept are computed.
        kept = conv1d(signals, kernel[None, None, :], stride=factor, padding=(half, half))
        return xp.reshape(kept, (*y.shape[:-1], kept.shape[-1]))
    return xp.take(y, arange(y, -(-y.shape[-1] // factor)) * factor, axis=-1)
