"""From a mass on a spring to a note: oscillators, strings, partials, pitch, and the course's instruments.

Lesson: ``notebooks/02_harmonics.ipynb``. Oscillators and waves are formulas of time, in SI units; notes are
counted as MIDI does (69 is the A of 440 Hz, 12 to the octave).

Sources: N. H. Fletcher and T. D. Rossing, *The Physics of Musical Instruments*, 2nd ed. (1998), chapters 1
(oscillators), 2 (strings; bars: section 2.15) and 12 (stiff strings); E. Hairer, C. Lubich and G. Wanner,
"Geometric numerical integration illustrated by the Störmer–Verlet method", *Acta Numerica* 12 (2003); MIDI 1.0
(note numbers); D. H. Klatt (formants, as in :func:`dspkit.vowels`).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from ._arrays import Array, arange, as_numbers, dtype_name, is_complex, is_on_cpu, like, plain, to_numpy, zeros
from ._validate import one_of, positive_int, positive_number
from .errors import ParameterError, SampleTypeError
from .signals import _BANDWIDTHS, _FORMANTS, _finish, _grid, _random, _rise, noise

__all__ = [
    "INSTRUMENTS",
    "Instrument",
    "Modes",
    "Oscillation",
    "additive",
    "cents",
    "equal_temperament",
    "harmonic_oscillator",
    "hz_to_midi",
    "hz_to_note",
    "instrument",
    "midi_to_hz",
    "midi_to_note",
    "note_to_hz",
    "note_to_midi",
    "standing_wave",
    "string_modes",
    "travelling_wave",
]


# --- Things that swing --------------------------------------------------------------------------------------------


class Oscillation(NamedTuple):
    """What :func:`harmonic_oscillator` returns; each a float64 array (n,)."""

    position: np.ndarray  # metres from rest
    velocity: np.ndarray  # metres per second
    energy: np.ndarray  # joules, of motion and of the spring together


def harmonic_oscillator(
    *,
    stiffness: float,
    mass: float = 1.0,
    damping: float = 0.0,
    position: float = 1.0,
    velocity: float = 0.0,
    sr: float = 22050,
    duration: float = 1.0,
    method: str = "exact",
) -> Oscillation:
    r"""A mass on a spring: ``mass·x'' = −stiffness·x − damping·x'``, let go at ``position`` with ``velocity``.

    .. math:: f = \frac{1}{2π}\sqrt{k/m}, \qquad E = \tfrac12 m v^2 + \tfrac12 k x^2

    Parameters
    ----------
    stiffness : float
        Of the spring, in newtons per metre.
    mass : float
        In kilograms.
    damping : float
        Friction, in newtons per metre per second. At ``2·√(mass·stiffness)`` and above, nothing swings any more.
    position, velocity : float
        At time 0, in metres and metres per second.
    sr, duration : float
        Steps in a second (hertz), and length in seconds: ``round(duration * sr)`` values.
    method : {"exact", "verlet", "euler"}
        The closed form; or step by step: Störmer and Verlet's (its energy wobbles, let go from rest by up to
        ``(π·f/sr)²`` of it, and never runs away; its pitch is sharp: ``sin(π·f'/sr) = π·f/sr``); or Euler's, whose
        energy grows by ``1 + (2π·f/sr)²`` at every step when nothing damps it.

    Returns
    -------
    Oscillation
        ``position``, ``velocity`` and ``energy``, each (n,).

    Raises
    ------
    ParameterError
        Verlet's method with ``sr`` not above π·f: the steps are too long, and it would fly apart.

    Examples
    --------
    >>> swing = harmonic_oscillator(stiffness=(2 * math.pi) ** 2, sr=4, duration=1)  # 1 Hz
    >>> swing.position.round(9) + 0.0
    array([ 1.,  0., -1.,  0.])
    >>> swing.energy.round(3)
    array([19.739, 19.739, 19.739, 19.739])

    """
    k = positive_number(stiffness, "stiffness", unit="newtons per metre")
    m = positive_number(mass, "mass", unit="kilograms")
    c = positive_number(damping, "damping", unit="newtons per metre per second", zero=True)
    start = _finite(position, "position"), _finite(velocity, "velocity")
    n, sr = _grid(duration, sr)
    method = one_of(method, ("exact", "verlet", "euler"), "method")
    if method == "exact":
        x, v = _swing(np.arange(n) / sr, *start, k / m, c / (2 * m))
    else:
        omega = math.sqrt(k / m)
        if method == "verlet" and omega >= 2 * sr:
            raise ParameterError(
                f"sr={sr:g} Hz is too slow for a spring of {omega / (2 * math.pi):g} Hz: Verlet's method flies apart. "
                f"Take more than π·f = {omega / 2:g} steps a second."
            )
        x, v = (_verlet if method == "verlet" else _euler)(n, 1 / sr, *start, k / m, c / m)
    return Oscillation(x, v, 0.5 * m * v**2 + 0.5 * k * x**2)


def _swing(t: np.ndarray, x0: float, v0: float, square: float, loss: float) -> tuple[np.ndarray, np.ndarray]:
    """Position and velocity for ``x'' = −square·x − 2·loss·x'``."""
    left = square - loss**2
    # ``one`` is the solution let go at 1, at rest; ``speed`` the one let go at 0 with speed 1 (and loss taken apart).
    if left > 0:
        omega = math.sqrt(left)
        one, speed = np.exp(-loss * t) * np.cos(omega * t), np.exp(-loss * t) * np.sin(omega * t) / omega
    elif left == 0:
        one, speed = np.exp(-loss * t), t * np.exp(-loss * t)
    else:
        s = math.sqrt(-left)
        slow = np.exp(-square / (s + loss) * t)  # s − loss, without the difference of two numbers that may be near
        one, speed = slow * (1 + np.exp(-2 * s * t)) / 2, -slow * np.expm1(-2 * s * t) / (2 * s)
    return x0 * one + (v0 + loss * x0) * speed, v0 * one - (square * x0 + loss * v0) * speed


def _euler(n: int, h: float, x: float, v: float, square: float, loss: float) -> tuple[np.ndarray, np.ndarray]:
    xs, vs = np.empty(n), np.empty(n)
    for i in range(n):
        xs[i], vs[i] = x, v
        x, v = x + h * v, v + h * (-square * x - loss * v)
    return xs, vs


def _verlet(n: int, h: float, x: float, v: float, square: float, loss: float) -> tuple[np.ndarray, np.ndarray]:
    """Half a step of velocity, a step of position, half a step of velocity; friction, exactly, before and after."""
    kept = math.exp(-loss * h / 2)
    xs, vs = np.empty(n), np.empty(n)
    for i in range(n):
        xs[i], vs[i] = x, v
        half = kept * v - h / 2 * square * x
        x += h * half
        v = kept * (half - h / 2 * square * x)
    return xs, vs


def travelling_wave(
    x: Any, t: Any, *, wavelength: float, speed: float, amplitude: float = 1.0, direction: int = 1
) -> Array:
    r"""A sine that moves along: :math:`A\sin(2π(x - ct)/λ)` to the right, with :math:`x + ct` to the left.

    Parameters
    ----------
    x : array (n_x,)
        Places in metres.
    t : array (n_t,), of the same kind
        Times in seconds.
    wavelength, speed : float
        λ in metres and c in metres per second; the frequency is c/λ.
    amplitude : float
    direction : {1, −1}
        Towards larger x, or towards smaller.

    Returns
    -------
    array (n_x, n_t): time is the last axis

    Examples
    --------
    >>> travelling_wave([0.25], [0.0, 0.25, 0.5], wavelength=1.0, speed=1.0).round(9) + 0.0
    array([[ 1.,  0., -1.]])

    """
    x, t, xp = _places_and_times(x, t)
    wavelength = positive_number(wavelength, "wavelength", unit="metres")
    if direction not in (1, -1):
        raise ParameterError(f"direction={direction!r}; expected 1 (towards larger x) or -1.")
    turns = (x - direction * positive_number(speed, "speed", unit="metres per second") * t) / wavelength
    return _finite(amplitude, "amplitude") * xp.sin(2 * math.pi * turns)


def standing_wave(
    x: Any, t: Any, *, mode: int = 1, length: float = 1.0, speed: float = 1.0, amplitude: float = 1.0
) -> Array:
    r"""A mode of a string held at 0 and at ``length``: :math:`A\sin(nπx/L)\cos(nπct/L)`.

    It is the sum of two travelling waves of half the amplitude and wavelength 2L/n, one in each direction.

    Parameters
    ----------
    x : array (n_x,)
        Places in metres, from 0 to ``length``.
    t : array (n_t,), of the same kind
        Times in seconds.
    mode : int
        n: the number of bellies. Its frequency is ``mode * speed / (2 * length)``.
    length, speed : float
        L in metres; c in metres per second (the root of tension over mass per metre).

    Returns
    -------
    array (n_x, n_t): time is the last axis

    Examples
    --------
    >>> import numpy as np
    >>> standing_wave(np.array([0.25, 0.5]), np.array([0.0, 1.0]), mode=1).round(3)  # half a period later
    array([[ 0.707, -0.707],
           [ 1.   , -1.   ]])

    """
    x, t, xp = _places_and_times(x, t)
    length = positive_number(length, "length", unit="metres")
    n, c = positive_int(mode, "mode"), positive_number(speed, "speed", unit="metres per second")
    if is_on_cpu(x) and bool(xp.any((x < -1e-9 * length) | (x > (1 + 1e-9) * length))):
        raise ParameterError(f"x has places off the string; expected 0 to length={length:g} metres.")
    turns = n / (2 * length)
    return _finite(amplitude, "amplitude") * xp.sin(2 * math.pi * turns * x) * xp.cos(2 * math.pi * turns * c * t)


def _places_and_times(x: Any, t: Any) -> tuple[Array, Array, Any]:
    """Places as a column, times as a row, and their namespace."""
    (x, xp), (t, _) = as_numbers(x), as_numbers(t, name="t")
    for name, values in (("x", x), ("t", t)):
        if is_complex(values) or values.ndim != 1:
            raise ParameterError(
                f"{name} has shape {tuple(values.shape)} and dtype {dtype_name(values)}; expected real numbers, (n,)."
            )
    return x[:, None], t[None, :], xp


class Modes(NamedTuple):
    """What :func:`string_modes` returns; each a float64 array (n_modes,)."""

    freqs: np.ndarray  # hertz
    amplitudes: np.ndarray  # of the displacement; negative: the other way up


def string_modes(
    freq: float, n_modes: int = 10, *, position: float = 0.2, excitation: str = "plucked", inharmonicity: float = 0.0
) -> Modes:
    r"""The modes of a string, and how strongly each one swings after a pluck or a blow.

    .. math::

        f_n &= n f_1 \sqrt{\frac{1 + B n^2}{1 + B}} \quad\text{(a stiff string; } B = 0 \text{: ideal)}

        a_n &= \frac{2 \sin(nπβ)}{n^2 π^2 β (1 - β)} \text{ plucked}, \quad
        \frac{2 \sin(nπβ)}{π f_n / f_1} \text{ struck}

    Parameters
    ----------
    freq : float
        The first mode, in hertz.
    n_modes : int
    position : float
        β, where the string is plucked or struck: a part of its length, between 0 and 1.
    excitation : {"plucked", "struck"}
        Let go from a triangle of height 1 at β; or at rest, and hit at the point β (impulse over mass
        per metre and wave speed: 1).
    inharmonicity : float
        B: some 0.0001 for a guitar, 0.0004 in the middle of a piano.

    Returns
    -------
    Modes
        Frequencies in hertz and amplitudes; a mode with a node at β is not moved.

    Examples
    --------
    >>> string_modes(110.0, 4, position=0.5).amplitudes.round(3) + 0.0  # no even ones
    array([ 0.811,  0.   , -0.09 ,  0.   ])

    """
    freq, n = positive_number(freq, "freq", unit="hertz"), np.arange(1, positive_int(n_modes, "n_modes") + 1)
    beta = positive_number(position, "position")
    if beta >= 1:
        raise ParameterError(
            f"position={beta:g} is not on the string; expected a part of its length, above 0 and below 1."
        )
    B = positive_number(inharmonicity, "inharmonicity", zero=True)
    there = 2 * np.sin(n * math.pi * beta)
    if one_of(excitation, ("plucked", "struck"), "excitation") == "plucked":
        amplitudes = there / ((n * math.pi) ** 2 * beta * (1 - beta))
    else:
        amplitudes = there / (math.pi * _stiff(n, B))  # the mode's velocity over its frequency
    return Modes(freq * _stiff(n, B), amplitudes)


def _stiff(n: np.ndarray, B: float) -> np.ndarray:
    """Ratios of a stiff string's modes to its first."""
    return n * np.sqrt((1 + B * n**2) / (1 + B))


# --- Partials, added ----------------------------------------------------------------------------------------------


def additive(
    freqs: Any,
    amplitudes: Any = 1.0,
    sr: float = 22050,
    *,
    duration: float | None = None,
    phases: Any = 0.0,
    dtype: Any = "float32",
) -> Array:
    r"""Additive synthesis: :math:`\sum_k a_k[n] \sin(φ_k + 2π\sum_{m<n} f_k[m]/sr)`.

    Parameters
    ----------
    freqs : array (k,) or (k, n)
        The partials' frequencies in hertz: steady, or for each sample.
    amplitudes : float, or array (k,) or (k, n)
        Steady, or envelopes.
    sr : float
        Sample rate in hertz.
    duration : float, optional
        In seconds; needed where nothing is given for each sample.
    phases : float or array (k,)
        At the first sample, in radians.
    dtype : {"float32", "float64"}
        Of the result. Phases are computed in double precision.

    Returns
    -------
    array (n,) of the kind of ``freqs``
        A partial is silent while its frequency is sr/2 or more: it would come back as another one.

    Examples
    --------
    >>> import numpy as np
    >>> y = additive([200.0, 400.0, 5000.0], [0.2, 0.1, 0.3], sr=8000, duration=0.5)  # 5000 Hz is left out
    >>> t = np.arange(4000) / 8000
    >>> z = 0.2 * np.sin(2 * np.pi * 200 * t) + 0.1 * np.sin(2 * np.pi * 400 * t)
    >>> bool(np.allclose(y, z, atol=1e-6))
    True

    """
    f, xp = as_numbers(freqs, name="freqs")
    a, phi = (_of_partials(v, f, name) for v, name in ((amplitudes, "amplitudes"), (phases, "phases")))
    sr = positive_number(sr, "sr", unit="hertz")
    if is_complex(f) or is_complex(a) or is_complex(phi):
        raise SampleTypeError("freqs, amplitudes or phases are complex; expected real numbers.")
    if f.ndim not in (1, 2) or 0 in f.shape:
        raise ParameterError(
            f"freqs has shape {tuple(f.shape)}; expected a frequency for each partial, (k,) or (k, n)."
        )
    if is_on_cpu(f) and not bool(xp.all(xp.isfinite(f) & (f >= 0))):
        raise ParameterError("freqs holds values that are negative or not finite; expected hertz, 0 or more.")
    if a.ndim > 2 or phi.ndim > 1 or any(v.ndim and v.shape[0] != f.shape[0] for v in (a, phi)):
        raise ParameterError(
            f"{f.shape[0]} partials, but amplitudes of shape {tuple(a.shape)} and phases of shape {tuple(phi.shape)}; "
            "expected one value for all, or one for each partial (the first axis)."
        )
    n = _length(f, a, duration, sr)
    double, k = xp.float64, f.shape[0]
    f, a, phi = (xp.astype(v, double) for v in (f, a, phi))
    a, phi = (xp.broadcast_to(v, (k,)) if v.ndim == 0 else v for v in (a, phi))
    here, y = xp.astype(arange(f, n), double), zeros(f, (n,), dtype=double)
    for i in range(k):
        if f.ndim == 1:
            turns, heard = f[i] / sr * here, f[i] < sr / 2
        else:
            turns, heard = (xp.cumulative_sum(f[i, :]) - f[i, :]) / sr, f[i, :] < sr / 2
        y = y + xp.astype(heard, double) * a[i, ...] * xp.sin(2 * math.pi * turns + phi[i])
    return xp.astype(y, getattr(xp, _float_name(dtype)))


def _of_partials(values: Any, f: Array, name: str) -> Array:
    return as_numbers(values, name=name)[0] if hasattr(values, "dtype") else like(np.asarray(values, "float64"), f)


def _length(f: Array, a: Array, duration: float | None, sr: float) -> int:
    """The number of samples: of the arrays that have one for each sample, or from the duration; they must agree."""
    lengths = {v.shape[1] for v in (f, a) if v.ndim == 2}
    if duration is not None:
        lengths.add(_grid(duration, sr)[0])
    if not lengths:
        raise ParameterError("duration is missing: nothing is given for each sample. Say how many seconds.")
    if len(lengths) > 1:
        raise ParameterError(f"freqs, amplitudes and duration ask for {sorted(lengths)} samples; expected one length.")
    return lengths.pop()


def _float_name(dtype: Any) -> str:
    return _finish(np.zeros(1), dtype).dtype.name


# --- Pitch --------------------------------------------------------------------------------------------------------

_NAMES = ("C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B")
_STEPS = {name: midi for midi, name in enumerate(_NAMES) if len(name) == 1}
_ACCIDENTALS = {"#": 1, "♯": 1, "x": 2, "𝄪": 2, "b": -1, "♭": -1, "!": -1, "𝄫": -2, "♮": 0}
_NOTE = re.compile(r"([A-Ga-g])([#♯x𝄪b♭!𝄫♮]*)(-?\d+)?([+-]\d+)?")


def hz_to_midi(frequencies: Any) -> Array:
    """Hertz to MIDI's count of semitones: ``69 + 12·log2(f / 440)``. Fractions are parts of a semitone.

    Parameters
    ----------
    frequencies : number or array, above 0

    Returns
    -------
    number or array of the same shape and dtype

    Examples
    --------
    >>> import numpy as np
    >>> hz_to_midi(np.array([220.0, 440.0, 466.1637615]))
    array([57., 69., 70.])

    """
    f, xp = _above_zero(frequencies, "frequencies")
    return plain(69.0 + 12.0 * xp.log2(f / 440.0))


def midi_to_hz(notes: Any) -> Array:
    """MIDI's count of semitones to hertz: ``440 · 2^((m − 69)/12)``.

    Parameters
    ----------
    notes : number or array

    Returns
    -------
    number or array of the same shape; integers give float64

    Examples
    --------
    >>> import numpy as np
    >>> midi_to_hz(np.array([57, 60, 69])).round(2)
    array([220.  , 261.63, 440.  ])

    """
    m, _ = as_numbers(notes, name="notes")
    if is_complex(m):
        raise SampleTypeError("notes is complex; expected real numbers.")
    return plain(440.0 * 2.0 ** ((m - 69.0) / 12.0))


def cents(f1: Any, f2: Any) -> Array:
    """The interval from ``f1`` up to ``f2``: ``1200·log2(f2 / f1)``. An octave is 1200 cents, a semitone 100.

    Parameters
    ----------
    f1, f2 : numbers or arrays of shapes that go together, in hertz, above 0

    Returns
    -------
    number or array, in cents; negative where ``f2`` is the lower one

    Examples
    --------
    >>> print(round(float(cents(440.0, 660.0)), 3))  # a pure fifth
    701.955

    """
    f1, _ = _above_zero(f1, "f1")
    f2, xp = _above_zero(f2, "f2")
    return plain(1200.0 * xp.log2(f2 / f1))


def equal_temperament(n_steps: int = 12, *, freq: float = 440.0, octaves: int = 1) -> np.ndarray:
    """A scale of equal ratios from ``freq`` up: ``freq · 2^(i / n_steps)``.

    Parameters
    ----------
    n_steps : int
        Steps to an octave.
    freq : float
        The first note, in hertz.
    octaves : int

    Returns
    -------
    float64 array (n_steps * octaves + 1,), in hertz; the last is ``freq · 2^octaves``

    Examples
    --------
    >>> equal_temperament(4, freq=100.0).round(1)
    array([100. , 118.9, 141.4, 168.2, 200. ])

    """
    n, freq = positive_int(n_steps, "n_steps"), positive_number(freq, "freq", unit="hertz")
    return freq * 2.0 ** (np.arange(n * positive_int(octaves, "octaves") + 1) / n)


def midi_to_note(notes: Any, *, octave: bool = True, cents: bool = False, unicode: bool = True) -> Any:
    """Names of notes, with sharps: 60 is C4, and C4 to B4 are one octave.

    Parameters
    ----------
    notes : number or sequence of numbers
        Rounded to the nearest semitone.
    octave : bool
        Whether to write the octave's number.
    cents : bool
        Whether to write what rounding took away, as in "A4+30".
    unicode : bool
        "♯", or "#".

    Returns
    -------
    str, or list of str for a sequence

    Examples
    --------
    >>> midi_to_note([60, 61, 69.3], unicode=False), midi_to_note(69.3, cents=True)
    (['C4', 'C#4', 'A4'], 'A4+30')

    """
    if cents and not octave:
        raise ParameterError("cents=True with octave=False: 'A+30' would be read as an octave. Ask for octave=True.")
    m, _ = as_numbers(notes, name="notes")
    if is_complex(m) or m.ndim > 1:
        raise ParameterError(
            f"notes has shape {tuple(m.shape)} and dtype {dtype_name(m)}; expected real numbers, (n,)."
        )
    if m.ndim:
        return [midi_to_note(float(v), octave=octave, cents=cents, unicode=unicode) for v in to_numpy(m)]
    value = _finite(to_numpy(m), "notes")
    nearest = round(value)
    name = _NAMES[nearest % 12] if unicode else _NAMES[nearest % 12].replace("♯", "#")
    rest = f"{round(100 * (value - nearest)):+d}" if cents else ""
    return f"{name}{nearest // 12 - 1 if octave else ''}{rest}"


def note_to_midi(notes: Any, *, round_midi: bool = True) -> Any:
    """MIDI numbers of names such as "A4", "C#3", "B♭2", "A4+30": a letter, accidentals, an octave, cents.

    Parameters
    ----------
    notes : str or sequence of str
        Without an octave, octave 0 is meant.
    round_midi : bool
        Whether to round cents away, to an integer.

    Returns
    -------
    int (float without rounding), or array for a sequence

    Examples
    --------
    >>> note_to_midi("A4"), note_to_midi(["C4", "Bb2", "E♯-1"])
    (69, array([60, 46,  5]))

    """
    if not isinstance(notes, str):
        return np.array([note_to_midi(note, round_midi=round_midi) for note in notes])
    found = _NOTE.fullmatch(notes.strip())
    if not found:
        raise ParameterError(
            f"note {notes!r} is not known; expected a letter A to G, then # or b, then an octave: 'C#4'."
        )
    letter, accidentals, octave, rest = found.groups()
    midi = 12 * (int(octave or 0) + 1) + _STEPS[letter.upper()] + sum(_ACCIDENTALS[sign] for sign in accidentals)
    exact = midi + int(rest or 0) / 100
    return round(exact) if round_midi else exact


def note_to_hz(notes: Any) -> Any:
    """Hertz of names of notes, as :func:`note_to_midi` reads them; cents count (librosa rounds them away unless told).

    Examples
    --------
    >>> print(note_to_hz("A4"), note_to_hz(["A3", "C4"]).round(2))
    440.0 [220.   261.63]

    """
    return midi_to_hz(note_to_midi(notes, round_midi=False))


def hz_to_note(frequencies: Any, *, octave: bool = True, cents: bool = False, unicode: bool = True) -> Any:
    """The names of the nearest notes, as :func:`midi_to_note` writes them.

    Examples
    --------
    >>> hz_to_note(445.0, cents=True)
    'A4+20'

    """
    return midi_to_note(hz_to_midi(frequencies), octave=octave, cents=cents, unicode=unicode)


def _above_zero(values: Any, name: str) -> tuple[Array, Any]:
    f, xp = as_numbers(values, name=name)
    if is_complex(f):
        raise SampleTypeError(f"{name} is complex; expected real numbers.")
    if is_on_cpu(f) and not bool(xp.all(f > 0)):
        raise ParameterError(f"{name} holds values that are NaN, 0 or less: no pitch; expected hertz above 0.")
    return f, xp


def _finite(value: Any, name: str) -> float:
    number = float(value)
    if not math.isfinite(number):
        raise ParameterError(f"{name}={value!r}; expected a finite number.")
    return number


# --- The course's instruments -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Instrument:
    """How one of the course's instruments sounds; see :func:`instrument`."""

    partials: Callable[[float, float, float], tuple[np.ndarray, np.ndarray]]  # freq, sr, position → ratios, strengths
    attack: float  # seconds until the first partial is there
    spread: float = 0.0  # by how much of it each further partial comes later
    decay: float = math.inf  # seconds in which the first partial falls by 60 dB
    damping: float = 0.0  # partial k dies (f_k / f_1)^damping times sooner
    vibrato: float = 0.0  # cents up and down, 5.3 times a second
    breath: float = -math.inf  # level of the noise in dB beside the tone
    release: float = 0.06  # seconds of fading at the end


def _plucked(freq: float, sr: float, position: float) -> tuple[np.ndarray, np.ndarray]:
    """What a plucked string does to its bridge: the slope there, n times the displacement."""
    n = _below(freq, sr)
    modes = string_modes(1.0, len(n), position=position, inharmonicity=1e-4)
    return modes.freqs, n * modes.amplitudes


def _bowed(freq: float, sr: float, position: float) -> tuple[np.ndarray, np.ndarray]:
    """A sawtooth (the string sticks to the bow and slips) through a wooden body's resonances."""
    n = _below(freq, sr)
    centres, widths = np.array([[280.0], [460.0], [1100.0], [2600.0]]), np.array([[60.0], [90.0], [400.0], [1200.0]])
    peaks = _resonances(n * freq, centres, widths) * widths * n * freq / centres**2  # 1 at the centre, less around it
    return 1.0 * n, (0.4 + peaks.sum(axis=0)) / n


def _blown(freq: float, sr: float, position: float) -> tuple[np.ndarray, np.ndarray]:
    """A tube closed at one end: odd partials, and even ones only where the tube's holes spoil it, high up."""
    n = _below(freq, sr)
    even = np.minimum(1.0, 0.03 + (n * freq / 4000.0) ** 2)
    return 1.0 * n, np.where(n % 2 == 1, 1.0, even) / n / (1.0 + (n * freq / 2500.0) ** 2)


# Roots of cosh(b)·cos(b) = 1: a bar that is free at both ends. Frequencies go with b².
_FREE_BAR = np.array([4.730040745, 7.853204624, 10.995607838, 14.137165491, 17.278759657, 20.420352246])


def _struck(freq: float, sr: float, position: float) -> tuple[np.ndarray, np.ndarray]:
    """A metal bar: its modes are no multiples of the first."""
    ratios = (_FREE_BAR / _FREE_BAR[0]) ** 2
    return ratios, 0.75 ** np.arange(len(ratios))


def _sung(freq: float, sr: float, position: float) -> tuple[np.ndarray, np.ndarray]:
    """The vocal cords' partials (1/n, as heard in front of the mouth) through the formants of an "a"."""
    n = _below(freq, sr)
    formants, widths = np.array([_FORMANTS["a"], _BANDWIDTHS])[:, :, None]
    return 1.0 * n, _resonances(n * freq, formants, widths).prod(axis=0) / n


def _below(freq: float, sr: float) -> np.ndarray:
    """The numbers of the partials below sr/2, 60 at most."""
    return np.arange(1, min(60, math.ceil(sr / 2 / freq) - 1) + 1)


def _resonances(f: np.ndarray, centres: np.ndarray, widths: np.ndarray) -> np.ndarray:
    """The gain of resonances of second order, a column of hertz each, at ``f`` (k,): 1 at 0 Hz, centre/width on top."""
    return centres**2 / np.hypot(centres**2 - f**2, widths * f)


INSTRUMENTS: Mapping[str, Instrument] = MappingProxyType(
    {
        "plucked": Instrument(_plucked, attack=0.003, decay=4.0, damping=0.5),
        "bowed": Instrument(_bowed, attack=0.10, spread=0.02, vibrato=14.0, breath=-42.0, release=0.10),
        "blown": Instrument(_blown, attack=0.05, spread=0.10, vibrato=3.0, breath=-32.0),
        "struck": Instrument(_struck, attack=0.001, decay=3.0, damping=0.5),
        "sung": Instrument(_sung, attack=0.07, vibrato=28.0, breath=-45.0, release=0.08),
    }
)


def instrument(
    name: str,
    freq: float,
    sr: float = 22050,
    *,
    duration: float = 1.0,
    rms: float = 0.05,
    seed: int = 0,
    variation: float = 0.0,
    dtype: Any = "float32",
) -> np.ndarray:
    """One note of one of the course's instruments: same pitch, level and length, another sound.

    ============ ==================================== ========= =========== ========== =======
    name         partials                             attack    decay       vibrato    noise
    ============ ==================================== ========= =========== ========== =======
    ``plucked``  a stiff string, plucked at 1/5         3 ms    4 s         –          –
    ``bowed``    all, 1/n, a body's resonances        100 ms    –           14 cents   −42 dB
    ``blown``    the odd ones, 1/n and softer          50 ms    –           3 cents    −32 dB
    ``struck``   a bar's: 1, 2.76, 5.40, 8.93 …         1 ms    3 s         –          –
    ``sung``     all, 1/n, the formants of an "a"      70 ms    –           28 cents   −45 dB
    ============ ==================================== ========= =========== ========== =======

    All parameters stand in ``INSTRUMENTS``. Decay is the time in which the first partial falls by 60 dB; higher ones
    die sooner. Vibrato begins after 0.2 s. No more than 60 partials are added, and none at sr/2 or above.

    Parameters
    ----------
    name : {"plucked", "bowed", "blown", "struck", "sung"}
    freq : float
        The pitch in hertz, from 20 up to sr/4.
    sr, duration : float
        Sample rate in hertz; length in seconds, 0.1 or more.
    rms : float
        Root mean square of the whole note (0.05 is 26 dB below full scale).
    seed : int
        For phases, noise and variation.
    variation : float
        0: always the same player. Up to 1: strengths vary by 3 dB (one standard deviation), attack and decay by half
        an octave, as does the vibrato's depth, its speed by a tenth, the plucking point by a tenth of the string.
    dtype : {"float32", "float64"}

    Returns
    -------
    array (n,)

    Raises
    ------
    ParameterError
        For peaks above full scale: then a smaller ``rms`` is named.

    Examples
    --------
    >>> y = instrument("bowed", 220.0, duration=0.5)
    >>> print(y.shape, f"{(y**2).mean() ** 0.5:.3f}")
    (11025,) 0.050

    """
    kind = INSTRUMENTS[one_of(name, INSTRUMENTS, "name")]
    n, sr = _grid(duration, sr)
    freq = positive_number(freq, "freq", unit="hertz")
    level = positive_number(rms, "rms", unit="full scale")
    vary = positive_number(variation, "variation", zero=True)
    if not 20.0 <= freq <= sr / 4:
        raise ParameterError(f"freq={freq:g} Hz; an instrument here plays from 20 Hz up to sr/4 = {sr / 4:g} Hz.")
    if vary > 1:
        raise ParameterError(f"variation={vary:g}; expected 0 (none) to 1.")
    if n < round(0.1 * sr):
        raise ParameterError(f"duration={duration:g} s is too short for a note; expected 0.1 s or more.")
    random = _random(seed)
    at = float(np.clip(0.2 + 0.1 * vary * random.uniform(-1, 1), 0.02, 0.5))
    slower = 2.0 ** (0.5 * vary * random.standard_normal(3))  # attack, decay, depth of the vibrato
    rate = 5.3 * (1 + 0.1 * vary * random.standard_normal())
    ratios, strengths = kind.partials(freq, sr, at)
    strengths = strengths * 10 ** (3 * vary * random.standard_normal(len(ratios)) / 20)
    t = np.arange(n) / sr
    swing = np.clip((t - 0.2) / 0.3, 0.0, 1.0) * np.sin(2 * math.pi * rate * t)
    pitch = freq * 2.0 ** (kind.vibrato * slower[2] / 1200 * swing)
    turns = (np.cumsum(pitch) - pitch) / sr
    rise = 0.5 - 0.5 * np.cos(math.pi * np.clip(t / (kind.attack * slower[0]), 0.0, 1.0))
    y = np.zeros(n)
    for k, phase in enumerate(random.uniform(0, 2 * math.pi, len(ratios))):
        attack = kind.attack * slower[0] * (1 + kind.spread * k)
        envelope = strengths[k] * (0.5 - 0.5 * np.cos(math.pi * np.clip(t / attack, 0.0, 1.0)))
        if math.isfinite(kind.decay):
            envelope *= 10 ** (-3 * t * ratios[k] ** kind.damping / (kind.decay * slower[1]))
        envelope[ratios[k] * pitch >= sr / 2] = 0.0
        y += envelope * np.sin(2 * math.pi * ratios[k] * turns + phase)
    if math.isfinite(kind.breath):
        breath = math.sqrt(np.mean(y**2)) * 10 ** (kind.breath / 20)
        y += rise * noise(kind="pink", sr=sr, duration=n / sr, rms=breath, seed=seed, dtype="float64")
    y *= _rise(n - 1 - np.arange(n), round(min(kind.release, duration / 4) * sr), np)
    y *= level / math.sqrt(np.mean(y**2))
    peak = float(np.max(np.abs(y)))
    if peak > 1:
        raise ParameterError(
            f"rms={level:g} gives a peak of {peak:.2f}, above full scale: take rms={0.99 * level / peak:.3g} or "
            "less, or a shorter note."
        )
    return _finish(y, dtype)
