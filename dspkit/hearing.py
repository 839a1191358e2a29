"""What the ear makes of a level: equal-loudness contours, and the weightings A, C and Z.

Lesson: ``notebooks/11_loudness.ipynb``. Sources: ISO 226:2023 and ISO 226:2003, *Normal equal-loudness-level
contours*, clause 4 and Table 1; IEC 61672-1:2013, *Sound level meters*, 5.5, Table 3 and Annex E.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from ._arrays import Array
from ._validate import one_of, positive_number
from .errors import ParameterError
from .filters import filter_sos, frequency_response

__all__ = [
    "a_weighting",
    "c_weighting",
    "equal_loudness_contour",
    "iso226_frequencies",
    "loudness_level",
    "spl_at",
    "weight",
    "weighting_sos",
    "z_weighting",
]

# ---- Equal-loudness contours ----


class _Table(NamedTuple):
    """Table 1 of an edition of ISO 226, for its 29 frequencies."""

    alpha: Any  # exponent of loudness perception
    L_U: Any  # magnitude of the transfer to the ear, dB
    T_f: Any  # threshold of hearing, dB


# fmt: off
_FREQUENCIES = (
    20, 25, 31.5, 40, 50, 63, 80, 100, 125, 160, 200, 250, 315, 400, 500, 630, 800, 1000, 1250, 1600, 2000, 2500, 3150,
    4000, 5000, 6300, 8000, 10000, 12500,
)
_THRESHOLD = (
    78.1, 68.7, 59.5, 51.1, 44.0, 37.5, 31.5, 26.5, 22.1, 17.9, 14.4, 11.4, 8.6, 6.2, 4.4, 3.0, 2.2, 2.4, 3.5, 1.7,
    -1.3, -4.2, -6.0, -5.4, -1.5, 6.0, 12.6, 13.9, 12.3,
)
_EDITIONS = {
    2023: _Table(
        (0.635, 0.602, 0.569, 0.537, 0.509, 0.482, 0.456, 0.433, 0.412, 0.391, 0.373, 0.357, 0.343, 0.330, 0.320, 0.311,
         0.303, 0.300, 0.295, 0.292, 0.290, 0.290, 0.289, 0.289, 0.289, 0.293, 0.303, 0.323, 0.354),
        (-31.5, -27.2, -23.1, -19.3, -16.1, -13.1, -10.4, -8.2, -6.3, -4.6, -3.2, -2.1, -1.2, -0.5, 0.0, 0.4, 0.5, 0.0,
         -2.7, -4.2, -1.2, 1.4, 2.3, 1.0, -2.3, -7.2, -11.2, -10.9, -3.5),
        _THRESHOLD,
    ),
    2003: _Table(
        (0.532, 0.506, 0.480, 0.455, 0.432, 0.409, 0.387, 0.367, 0.349, 0.330, 0.315, 0.301, 0.288, 0.276, 0.267, 0.259,
         0.253, 0.250, 0.246, 0.244, 0.243, 0.243, 0.243, 0.242, 0.242, 0.245, 0.254, 0.271, 0.301),
        (-31.6, -27.2, -23.0, -19.1, -15.9, -13.0, -10.3, -8.1, -6.2, -4.5, -3.1, -2.0, -1.1, -0.4, 0.0, 0.3, 0.5, 0.0,
         -2.7, -4.1, -1.0, 1.7, 2.5, 1.2, -2.1, -7.1, -11.2, -10.7, -3.1),
        (78.5, *_THRESHOLD[1:]),
    ),
}
# fmt: on
# Clause 4.1: up to 90 phon as far as 4 kHz, 80 phon above; from 20 phon on.
_LOWEST, _HIGHEST, _HIGHEST_ABOVE, _ABOVE = 20.0, 90.0, 80.0, 4000.0


def iso226_frequencies() -> np.ndarray:
    """The 29 frequencies of ISO 226, Table 1, in hertz: thirds of an octave from 20 Hz to 12.5 kHz.

    Examples
    --------
    >>> f = iso226_frequencies()
    >>> len(f), float(f[0]), float(f[-1])
    (29, 20.0, 12500.0)

    """
    return np.array(_FREQUENCIES, dtype=np.float64)


def _parameters(freqs: np.ndarray, edition: int) -> _Table:
    """αf, LU and Tf at any frequency from 20 Hz to 12.5 kHz.

    The standard has its table and no more: between its frequencies, a cubic spline over the logarithm of frequency
    goes through the table's values.
    """
    if edition not in _EDITIONS:
        raise ParameterError(
            f"edition={edition!r}; expected 2023 or 2003, the editions of ISO 226 with these contours."
        )
    outside = freqs[~((freqs >= _FREQUENCIES[0]) & (freqs <= _FREQUENCIES[-1]))]
    if outside.size:
        raise ParameterError(
            f"{outside.size} of the frequencies lie outside 20 to 12500 Hz (the first: {outside.flat[0]:g} Hz), where "
            f"ISO 226 says nothing. Leave them out."
        )
    from scipy.interpolate import CubicSpline

    curves = (CubicSpline(np.log(_FREQUENCIES), column)(np.log(freqs)) for column in _EDITIONS[edition])
    return _Table(*curves)


def _refuse_levels(phon: np.ndarray, freqs: np.ndarray, what: str) -> None:
    """Refuse loudness levels for which the standard's equation does not hold."""
    highest = np.where(freqs > _ABOVE, _HIGHEST_ABOVE, _HIGHEST)
    # A rounding's width beyond, so that a contour's own levels lead back to it.
    bad = ~((phon >= _LOWEST - 1e-9) & (phon <= highest + 1e-9))
    if np.any(bad):
        first, at = np.broadcast_to(phon, bad.shape)[bad][0], np.broadcast_to(freqs, bad.shape)[bad][0]
        raise ParameterError(
            f"{what} {first:.4g} phon at {at:g} Hz; ISO 226 (clause 4.1) holds for 20 to 90 phon up to 4 kHz and for "
            f"20 to 80 phon above."
        )


def equal_loudness_contour(phon: Any, freqs: Any = None, *, edition: int = 2023) -> np.ndarray:
    r"""The sound pressure levels at which pure tones are as loud as one of 1 kHz at ``phon`` dB.

    .. math::

        L_f = \frac{10}{α_f} \log_{10}\left\{(4·10^{-10})^{0.3 - α_f} \left[10^{0.03 L_N} - 10^{0.072}\right]
        + 10^{α_f (T_f + L_U) / 10}\right\} - L_U

    (ISO 226:2023, equation 1). The edition of 2003 has another equation, and another exponent.

    Parameters
    ----------
    phon : float
        Loudness level: 20 to 90, up to 80 where a frequency lies above 4 kHz.
    freqs : float or array, optional
        Frequencies in hertz, 20 to 12500; the standard's 29 if not given (for which 80 phon is the highest). Between
        them the table's parameters are interpolated by a cubic spline over log frequency.
    edition : {2023, 2003}
        They differ by up to some tenths of a decibel. Do not mix them.

    Returns
    -------
    float64 array of the shape of freqs
        Levels in dB SPL (relative to 20 µPa).

    Examples
    --------
    >>> round(float(equal_loudness_contour(40, 1000.0)), 3)
    40.0
    >>> round(float(equal_loudness_contour(40, 63.0)), 1)
    73.0

    """
    f = iso226_frequencies() if freqs is None else np.asarray(freqs, dtype=np.float64)
    L_N = _number(phon, "phon")
    alpha, L_U, T_f = _parameters(f, edition)
    _refuse_levels(L_N, f, "phon asks for")
    if edition == 2023:
        heard = (4e-10) ** (0.3 - alpha) * (10 ** (0.03 * L_N) - 10**0.072) + 10 ** (alpha * (T_f + L_U) / 10)
        return 10 / alpha * np.log10(heard) - L_U
    A_f = 4.47e-3 * (10 ** (0.025 * L_N) - 1.15) + (0.4 * 10 ** ((T_f + L_U) / 10 - 9)) ** alpha
    return 10 / alpha * np.log10(A_f) - L_U + 94


def loudness_level(spl: Any, freqs: Any, *, edition: int = 2023) -> np.ndarray:
    """How loud a pure tone is, in phon: the inverse of :func:`equal_loudness_contour`.

    Parameters
    ----------
    spl : float or array
        Sound pressure levels in dB SPL.
    freqs : float or array
        Their frequencies in hertz, 20 to 12500.
    edition : {2023, 2003}

    Returns
    -------
    float64 array, of the shape that spl and freqs have together

    Examples
    --------
    >>> round(float(loudness_level(60.0, 63.0)), 1)  # 60 dB at 63 Hz is a whisper
    21.6

    """
    f = np.asarray(freqs, dtype=np.float64)
    L = _number(spl, "spl")
    alpha, L_U, T_f = _parameters(f, edition)
    # Equation 1 of either edition, solved for L_N. (The 2003 edition prints an equation 2 of its own, whose rounded
    # constants make it 0.04 phon off as an inverse.)
    with np.errstate(invalid="ignore", divide="ignore"):
        if edition == 2023:
            heard = 10 ** (alpha * (L + L_U) / 10) - 10 ** (alpha * (T_f + L_U) / 10)
            phon = np.log10(heard / (4e-10) ** (0.3 - alpha) + 10**0.072) / 0.03
        else:
            heard = 10 ** (alpha * (L + L_U - 94) / 10) - (0.4 * 10 ** ((T_f + L_U) / 10 - 9)) ** alpha
            phon = np.log10(heard / 4.47e-3 + 1.15) / 0.025
    _refuse_levels(phon, f, "spl comes to")
    return phon


def _number(value: Any, name: str) -> np.ndarray:
    x = np.asarray(value, dtype=np.float64)
    if not np.all(np.isfinite(x)):
        raise ParameterError(f"{name} holds values that are NaN or infinite; expected levels in dB.")
    return x


# ---- Weightings ----

# IEC 61672-1:2013, Annex E: where the poles lie, in hertz.
_F1, _F2, _F3, _F4 = 20.598997, 107.65265, 737.86223, 12194.217


def _gain(f: np.ndarray, curve: str) -> np.ndarray:
    """The magnitude of a weighting, not normalised yet (Annex E, equations E.1 and E.6)."""
    C = _F4**2 * f**2 / ((f**2 + _F1**2) * (f**2 + _F4**2))
    return C if curve == "C" else C * f**2 / np.sqrt((f**2 + _F2**2) * (f**2 + _F3**2))


def _decibels(freqs: Any, curve: str) -> np.ndarray:
    f = np.asarray(freqs, dtype=np.float64)
    if not np.all(f >= 0) or not np.all(np.isfinite(f)):
        raise ParameterError("freqs holds values that are negative, infinite or NaN; expected hertz.")
    with np.errstate(divide="ignore"):
        return 20 * np.log10(_gain(f, curve) / _gain(np.array(1000.0), curve))


def a_weighting(freqs: Any) -> np.ndarray:
    """The A-weighting in dB, 0 at 1 kHz; −∞ at 0 Hz.

    The 40-phon contour of long ago, upside down. IEC 61672-1:2013, Annex E (equation E.6).

    Parameters
    ----------
    freqs : float or array
        Frequencies in hertz. The standard's table holds for the *exact* frequencies 1000·10^(n/10), whose nominal names
        (31.5, 63, 125 …) are rounded.

    Examples
    --------
    >>> import numpy as np
    >>> np.round(a_weighting([100.0, 1000.0, 10000.0]), 1)
    array([-19.1,   0. ,  -2.5])

    """
    return _decibels(freqs, "A")


def c_weighting(freqs: Any) -> np.ndarray:
    """The C-weighting in dB, 0 at 1 kHz: nearly flat from 50 Hz to 5 kHz. IEC 61672-1:2013, Annex E (E.1).

    Examples
    --------
    >>> import numpy as np
    >>> np.round(c_weighting([31.62, 1000.0, 10000.0]), 1)
    array([-3. ,  0. , -4.4])

    """
    return _decibels(freqs, "C")


def z_weighting(freqs: Any) -> np.ndarray:
    """The Z-weighting in dB: 0 at every frequency ("zero"). IEC 61672-1:2013, 5.5.6.

    Examples
    --------
    >>> z_weighting([20.0, 20000.0])
    array([0., 0.])

    """
    return np.zeros_like(_decibels(freqs, "C"))


NUMERATOR = 4  # order of the part of the numerator that is fitted


@lru_cache(maxsize=32)
def _weighting_sos(curve: str, sr: float) -> np.ndarray:
    poles = np.exp(-2 * np.pi * np.array([_F1, _F1, _F4, _F4, *((_F2, _F3) if curve == "A" else ())]) / sr)
    n_zeros = 4 if curve == "A" else 2  # at 0 Hz
    top = min(20_500.0, 0.4999 * sr)
    f = np.concatenate([np.geomspace(min(10.0, top / 10), min(1000.0, top / 2), 60), np.linspace(top / 40, top, 400)])
    w = 2 * np.pi * f / sr
    z = np.exp(-1j * w)
    rest = (1 - z) ** n_zeros / np.prod(1 - poles[:, None] * z, axis=0)
    target = (10 ** (_decibels(f, curve) / 20) / np.abs(rest)) ** 2
    # |B|² is a sum of cosines: least squares of the relative error; then its zeros inside the unit circle.
    cosines = np.cos(np.outer(w, np.arange(NUMERATOR + 1))) * np.array([1.0, *[2.0] * NUMERATOR])
    c = np.linalg.lstsq(cosines / target[:, None], np.ones_like(w), rcond=None)[0]
    roots = np.roots(np.concatenate([c[::-1], c[1:]]))
    zeros = np.concatenate([np.ones(n_zeros), roots[np.argsort(np.abs(roots))][:NUMERATOR]])
    from scipy.signal import zpk2sos

    sos = zpk2sos(zeros, poles, 1.0)
    at = min(1000.0, sr / 4)
    sos[0, :3] *= 10 ** (float(_decibels(at, curve)) / 20) / np.abs(frequency_response(sos, at, sr=sr))
    return sos


def weighting_sos(curve: str, sr: float) -> np.ndarray:
    """Second-order sections of a weighting at a sample rate.

    The poles are the analogue ones, taken over exactly (``e^{-2πf/sr}``), as are the zeros at 0 Hz; four more zeros
    are fitted to the definition's magnitude up to 20 kHz (or sr/2), and the gain is exact at 1 kHz. The bilinear
    transform, which squeezes all frequencies up to infinity under sr/2, is 6.4 dB too low at 16 kHz (sr = 48 kHz).

    Worst deviation from the definition, up to 20 kHz: 0.05 dB at 44.1 kHz, 0.02 dB at 48 kHz, less above; 0.4 dB at
    16 to 32 kHz, close to sr/2. Class 1 of IEC 61672-1 allows 0.7 dB at 1 kHz, and more elsewhere.

    Parameters
    ----------
    curve : {"A", "C"}
    sr : float
        Sample rate in hertz, 4000 or more.

    Returns
    -------
    float64 array (n_sections, 6)

    Examples
    --------
    >>> import numpy as np
    >>> H = frequency_response(weighting_sos("A", 48000), [100.0, 1000.0, 16000.0], sr=48000)
    >>> np.round(20 * np.log10(abs(H)) - a_weighting([100.0, 1000.0, 16000.0]), 1) + 0.0
    array([0., 0., 0.])

    """
    curve = one_of(curve, ("A", "C"), "curve")
    sr = positive_number(sr, "sr", unit="hertz")
    if sr < 4000:
        raise ParameterError(f"sr={sr:g} Hz; a weighting needs 4000 Hz or more, so that 1 kHz is well below sr/2.")
    return _weighting_sos(curve, sr).copy()


def weight(y: Array, sr: float, curve: str = "A") -> Array:
    """Samples as the ear (A) or a nearly flat meter (C) takes them; "Z" leaves them alone.

    Parameters
    ----------
    y : float array (..., n)
        Samples, time last.
    sr : float
        Sample rate in hertz.
    curve : {"A", "C", "Z"}

    Returns
    -------
    float array (..., n), of the dtype of y
        Filtered by :func:`weighting_sos`.

    Examples
    --------
    >>> import numpy as np
    >>> y = np.sin(2 * np.pi * 100 * np.arange(48000) / 48000)
    >>> print(f"{20 * np.log10(np.std(weight(y, 48000)[4800:]) / np.std(y)):.1f} dB")
    -19.1 dB

    """
    if one_of(curve, ("A", "C", "Z"), "curve") == "Z":
        return filter_sos(y, [[1.0, 0.0, 0.0, 1.0, 0.0, 0.0]])
    return filter_sos(y, weighting_sos(curve, sr))


def spl_at(dbfs: Any, *, full_scale_spl: float = 100.0) -> np.ndarray:
    """The sound pressure level that a digital level stands for: an assumption about the loudspeaker, made in the open.

    Parameters
    ----------
    dbfs : float or array
        Level in dB relative to full scale.
    full_scale_spl : float
        Which level in dB SPL 0 dBFS is taken to be played at.

    Examples
    --------
    >>> float(spl_at(-40.0))
    60.0

    """
    full = float(full_scale_spl)
    if not np.isfinite(full):
        raise ParameterError(f"full_scale_spl={full_scale_spl}; expected a level in dB SPL, such as 100.0.")
    return np.asarray(dbfs, dtype=np.float64) + full
