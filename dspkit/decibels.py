"""Decibels and back, with librosa's parameters.

Lesson: ``notebooks/08_short_time.ipynb``. A decibel is ten times the logarithm (base 10) of a ratio of two
*powers*; since power goes with the square of amplitude, it is twenty times that of two amplitudes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ._arrays import Array, as_numbers, is_complex, like
from ._validate import positive_number
from .errors import ParameterError, SampleTypeError

__all__ = ["amplitude_to_db", "db_to_amplitude", "db_to_power", "power_to_db"]

Reference = float | Callable[[Array], Any]


def power_to_db(S: Array, *, ref: Reference = 1.0, amin: float = 1e-10, top_db: float | None = 80.0) -> Array:
    """Power to decibels: ``10 * log10(max(S, amin) / max(ref, amin))``, cut off ``top_db`` below its peak.

    Parameters
    ----------
    S : array, real
        Power (a squared magnitude), any shape.
    ref : float or function
        The power that reads 0 dB; a function (such as ``numpy.max``) is called with ``S``.
    amin : float
        Powers below this count as this: the logarithm of 0 is not a number.
    top_db : float or None
        Values further than this below the largest of the whole array are raised to that floor. ``None``
        keeps them. Since the floor moves with the peak, two sounds compared need ``top_db=None``. (So it
        was in librosa until 0.11; librosa 1.0 takes the peak of each spectrogram in a batch by itself.)

    Returns
    -------
    array, the shape and dtype of S, in dB

    Examples
    --------
    >>> import numpy as np
    >>> power_to_db(np.array([1.0, 0.5, 0.01])).round(4)
    array([  0.    ,  -3.0103, -20.    ])

    """
    S, xp = as_numbers(S, name="S")
    if is_complex(S):
        raise SampleTypeError("S is complex; expected power. Use S = abs(D) ** 2 (or amplitude_to_db(abs(D))).")
    if 0 in S.shape:
        raise ParameterError(f"S is empty: shape {tuple(S.shape)}; expected at least one value.")
    amin = positive_number(amin, "amin")
    reference = abs(ref(S)) if callable(ref) else abs(ref)
    floor = like(amin, S, dtype=S.dtype)
    reference = xp.maximum(like(reference, S, dtype=S.dtype), floor)
    db = 10.0 * xp.log10(xp.maximum(S, floor)) - 10.0 * xp.log10(reference)
    if top_db is not None:
        db = xp.maximum(db, xp.max(db) - positive_number(top_db, "top_db", unit="dB", zero=True))
    return db


def db_to_power(S_db: Array, *, ref: float = 1.0) -> Array:
    """Decibels to power, the inverse of :func:`power_to_db`: ``ref * 10 ** (S_db / 10)``.

    Examples
    --------
    >>> import numpy as np
    >>> db_to_power(np.array([0.0, -10.0, -20.0]))
    array([1.  , 0.1 , 0.01])

    """
    S_db, _ = as_numbers(S_db, name="S_db")
    return ref * 10.0 ** (S_db / 10.0)


def amplitude_to_db(S: Array, *, ref: Reference = 1.0, amin: float = 1e-5, top_db: float | None = 80.0) -> Array:
    """Amplitude to decibels: ``20 * log10(max(S, amin) / max(ref, amin))``, cut off ``top_db`` below its peak.

    ``S`` is a magnitude of any shape (real and not below zero; take ``abs`` of a complex spectrum first);
    ``ref``, ``amin`` and ``top_db`` are as in :func:`power_to_db`, but ``ref`` and ``amin`` are amplitudes.

    Examples
    --------
    >>> import numpy as np
    >>> amplitude_to_db(np.array([1.0, 0.5, 0.01])).round(4)
    array([  0.    ,  -6.0206, -40.    ])

    """
    S, xp = as_numbers(S, name="S")
    if is_complex(S):
        raise SampleTypeError("S is complex; expected a magnitude. Use amplitude_to_db(abs(S)): the phase is dropped.")
    amin = positive_number(amin, "amin")
    magnitude = xp.abs(S)
    reference = abs(ref(magnitude)) if callable(ref) else abs(ref)
    return power_to_db(magnitude**2, ref=reference**2, amin=amin**2, top_db=top_db)


def db_to_amplitude(S_db: Array, *, ref: float = 1.0) -> Array:
    """Decibels to amplitude, the inverse of :func:`amplitude_to_db`: ``ref * 10 ** (S_db / 20)``.

    Examples
    --------
    >>> import numpy as np
    >>> db_to_amplitude(np.array([0.0, -20.0, -40.0]))
    array([1.  , 0.1 , 0.01])

    """
    S_db, _ = as_numbers(S_db, name="S_db")
    return ref * 10.0 ** (S_db / 20.0)
