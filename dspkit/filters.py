"""Recursive filters: the difference equation, second-order sections (biquads), pre-emphasis.

Lesson: ``notebooks/11_loudness.ipynb``. The textbook form is :func:`difference_equation`, a loop over samples. The
fast forms below it give the same numbers: SciPy's compiled loop for NumPy arrays, and for other arrays a scan over
pieces (G. E. Blelloch, "Prefix sums and their applications", 1990, section 1.4), since a filter's state is linear.
"""

from __future__ import annotations

import contextlib
import functools
import importlib.machinery
import importlib.util
import math
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from ._arrays import Array, as_numbers, as_samples, check_finite, is_cupy, is_numpy, like, namespace, zeros
from ._threads import scratch
from ._validate import one_of, positive_number
from .cuda import filters as kernels
from .errors import ParameterError

__all__ = ["deemphasis", "difference_equation", "filter_sos", "frequency_response", "preemphasis"]

# Samples that are filtered at once, for each channel: what float64 copies are made stays in the cache.
BLOCK = 1 << 15
FIRST = ("zero", "edge", "librosa")


def difference_equation(x: Array, b: Any, a: Any) -> Array:
    r"""Filter by the definition, sample by sample, from rest.

    .. math:: a_0·y[n] = Σ_k b_k·x[n-k] - Σ_{k≥1} a_k·y[n-k]

    This is the textbook form: a Python loop. :func:`filter_sos` gives the same numbers, sooner.

    Parameters
    ----------
    x : float array (..., n)
        Samples, time last.
    b, a : sequence of float
        The coefficients of what comes in and of what went out, ``a[0]`` not zero.

    Returns
    -------
    float array (..., n), of the dtype of x

    Examples
    --------
    >>> import numpy as np
    >>> difference_equation(np.array([1.0, 0.0, 0.0, 0.0]), [1.0], [1.0, -0.5])
    array([1.   , 0.5  , 0.25 , 0.125])

    """
    x, xp = as_samples(x, name="x")
    b, a = _coefficients(b, "b"), _coefficients(a, "a")
    if a[0] == 0:
        raise ParameterError("a[0] is 0; it divides every output: leave out the leading zeros of a.")
    y: list[Array] = []
    for n in range(x.shape[-1]):
        now = sum(b[k] * x[..., n - k] for k in range(min(len(b), n + 1)))
        back = sum((a[k] * y[n - k] for k in range(1, min(len(a), n + 1))), 0.0)
        y.append((now - back) / a[0])
    return xp.astype(xp.stack(y, axis=-1), x.dtype)


def _coefficients(values: Any, name: str) -> list[float]:
    try:
        coefficients = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        coefficients = np.zeros((0, 0))
    if coefficients.ndim != 1 or not len(coefficients) or not np.all(np.isfinite(coefficients)):
        raise ParameterError(f"{name}={values!r}; expected a sequence of finite numbers.")
    return [float(c) for c in coefficients]


def _sections(sos: Any) -> np.ndarray:
    """``sos`` as float64 (n_sections, 6), each row divided by its a0."""
    table = np.asarray(sos, dtype=np.float64)
    if table.ndim != 2 or table.shape[-1] != 6 or not len(table):
        raise ParameterError(
            f"sos has shape {table.shape}; expected (n_sections, 6): b0, b1, b2, a0, a1, a2 in each row."
        )
    if not np.all(np.isfinite(table)) or np.any(table[:, 3] == 0):
        raise ParameterError("sos holds values that are not finite, or an a0 (fourth column) of 0.")
    return table / table[:, 3:4]


def filter_sos(y: Array, sos: Any, *, state: Array | None = None, return_state: bool = False) -> Any:
    """Filter along time through second-order sections, one after another.

    The state is kept in double precision whatever ``y`` is: with poles near 1 (a high-pass at some hertz) float32
    would drift.

    Parameters
    ----------
    y : float array (..., n)
        Samples, time last.
    sos : array (n_sections, 6)
        A row ``b0, b1, b2, a0, a1, a2`` for each section, as SciPy has them.
    state : float64 array (..., n_sections, 2), optional
        Where an earlier call stopped; from rest if not given. (SciPy's ``zi`` has the sections first.)
    return_state : bool
        Whether to return the state after the last sample, too.

    Returns
    -------
    float array (..., n), of the dtype of y; with ``return_state`` also float64 (..., n_sections, 2)

    Examples
    --------
    >>> import numpy as np
    >>> one_pole = [[1.0, 0.0, 0.0, 1.0, -0.5, 0.0]]
    >>> y, state = filter_sos(np.array([1.0, 0.0, 0.0]), one_pole, return_state=True)
    >>> y
    array([1.  , 0.5 , 0.25])
    >>> filter_sos(np.zeros(2), one_pole, state=state)
    array([0.125 , 0.0625])

    """
    y, xp = as_samples(y)
    check_finite(y)
    table = _sections(sos)
    shape = (*y.shape[:-1], len(table), 2)
    if state is None:
        state = zeros(y, shape, dtype=xp.float64)
    else:
        state, _ = as_numbers(state, name="state")
        if tuple(state.shape) != shape:
            raise ParameterError(f"state has shape {tuple(state.shape)}; expected {shape}, as filter_sos returned it.")
        state = xp.astype(state, xp.float64)
    channels = math.prod(y.shape[:-1])
    flat = xp.reshape(y, (channels, y.shape[-1]))
    flat_state = xp.reshape(state, (channels, len(table), 2))
    if is_numpy(y):
        out, last = _by_scipy(flat, table, flat_state)
    elif is_cupy(y):
        out, last = kernels.filter_sos(flat, table, flat_state)
    else:
        out, last = _by_scan(flat, table, flat_state)
    out = xp.reshape(out, y.shape)
    return (out, xp.reshape(last, shape)) if return_state else out


def forget(state: np.ndarray) -> np.ndarray:
    """A filter's state without what is too small to matter: in silence it would sink to numbers on which arithmetic is
    twenty times slower.
    """
    return np.where(np.abs(state) < 1e-200, 0.0, state)


def _by_scipy(y: np.ndarray, sos: np.ndarray, state: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """SciPy's compiled loop, in double precision, block by block."""
    out, state, run = np.empty_like(y), np.array(state, order="C"), in_place()
    for start in range(0, y.shape[-1], BLOCK):
        block = scratch("double", (len(y), min(BLOCK, y.shape[-1] - start)), np.float64)
        block[...] = y[:, start : start + BLOCK]
        run(sos, block, state)
        out[:, start : start + BLOCK] = block
        state = forget(state)
    return out, state


@functools.cache
def in_place() -> Callable[[np.ndarray, np.ndarray, np.ndarray], None]:
    """A function ``(sos, x, state)`` that filters the rows of x (m, n), and carries state (m, n_sections, 2) on.

    All float64 and contiguous. It is SciPy's compiled loop, taken from its file: to import ``scipy.signal`` around it
    takes most of a second, longer than to measure a song. Where it is not what it was, the public function is called.
    """
    sos, x, state = np.array([[1.0, 0.5, 0.25, 1.0, -0.5, 0.25]]), np.arange(6.0).reshape(2, 3), np.ones((2, 1, 2))
    expected = difference_equation(x, sos[0, :3], sos[0, 3:])
    with contextlib.suppress(ImportError, AttributeError, TypeError, ValueError):
        loop = _compiled_loop()
        done = x.copy()
        loop(sos, done, 0 * state)
        if np.allclose(done, expected, rtol=0, atol=1e-12):
            return loop
    return _by_the_public_function


def _compiled_loop() -> Callable[[np.ndarray, np.ndarray, np.ndarray], None]:
    import scipy

    name = "scipy.signal._sosfilt"
    if name not in sys.modules:
        spec = importlib.machinery.PathFinder.find_spec(name, [str(Path(scipy.__file__).parent / "signal")])
        if spec is None or spec.loader is None:
            raise ImportError(name)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        sys.modules[name] = module  # where scipy.signal finds it, if it is imported later
    return sys.modules[name]._sosfilt


def _by_the_public_function(sos: np.ndarray, x: np.ndarray, state: np.ndarray) -> None:
    from scipy.signal import sosfilt

    x[...], last = sosfilt(sos, x, axis=-1, zi=state.transpose(1, 0, 2))
    state[...] = last.transpose(1, 0, 2)


def _step(x: Array, state: list[Array], section: np.ndarray) -> Array:
    """One sample through one section (direct form II transposed): returns the output, and changes ``state``."""
    b0, b1, b2, _, a1, a2 = (float(c) for c in section)
    y = b0 * x + state[0]
    state[0] = b1 * x - a1 * y + state[1]
    state[1] = b2 * x - a2 * y
    return y


def _by_scan(y: Array, sos: np.ndarray, state: Array) -> tuple[Array, Array]:
    """All pieces at once from rest, their ends carried on from piece to piece, all pieces again from there."""
    xp = namespace(y)
    channels, n = y.shape
    length = max(1, math.isqrt(n))  # as many steps within the pieces as from piece to piece
    pieces = -(-n // length)
    padded = xp.concat([xp.astype(y, xp.float64), zeros(y, (channels, pieces * length - n), dtype=xp.float64)], axis=-1)
    x = xp.reshape(padded, (channels, pieces, length))
    silence = like(kernels.transition(sos, length).astype(np.float64), y)

    def run(starts: Array, stop: int) -> tuple[list[Array], list[Array]]:
        """The outputs and the states (one array for each number in the state) of the first ``stop`` samples."""
        states = [starts[..., i] for i in range(starts.shape[-1])]
        outputs = []
        for j in range(stop):
            sample = x[..., j]
            for i, section in enumerate(sos):
                pair = states[2 * i : 2 * i + 2]
                sample = _step(sample, pair, section)
                states[2 * i : 2 * i + 2] = pair
            outputs.append(sample)
        return outputs, states

    first = xp.reshape(state, (channels, 2 * len(sos)))
    ends = xp.stack(run(zeros(y, (channels, pieces, 2 * len(sos)), dtype=xp.float64), length)[1], axis=-1)
    starts = [first]
    for k in range(pieces - 1):
        starts.append(starts[-1] @ silence.T + ends[:, k, :])
    begun = xp.stack(starts, axis=1)
    outputs = xp.stack(run(begun, length)[0], axis=-1)
    # The last piece may be shorter: its state is that after its own last sample.
    rest = n - (pieces - 1) * length
    last = xp.stack([s[:, pieces - 1] for s in run(begun, rest)[1]], axis=-1)
    out = xp.reshape(outputs, (channels, pieces * length))[:, :n]
    return xp.astype(out, y.dtype), xp.reshape(last, (channels, len(sos), 2))


def frequency_response(sos: Any, freqs: Any, sr: float) -> np.ndarray:
    r"""The complex gain of second-order sections for a tone of each frequency.

    .. math:: H(f) = Π \frac{b_0 + b_1 z^{-1} + b_2 z^{-2}}{a_0 + a_1 z^{-1} + a_2 z^{-2}}, \quad z = e^{2πjf/sr}

    Parameters
    ----------
    sos : array (n_sections, 6)
    freqs : float or array
        Frequencies in hertz.
    sr : float
        Sample rate in hertz.

    Returns
    -------
    complex128 array of the shape of freqs

    Examples
    --------
    >>> import numpy as np
    >>> mean_of_two = [[0.5, 0.5, 0.0, 1.0, 0.0, 0.0]]
    >>> np.round(abs(frequency_response(mean_of_two, [0.0, 2000.0, 4000.0], sr=8000)), 3)
    array([1.   , 0.707, 0.   ])

    """
    sr = positive_number(sr, "sr", unit="hertz")
    f = np.asarray(freqs, dtype=np.float64)
    z = np.exp(-2j * np.pi * f[..., None] / sr)
    b, a = _sections(sos)[:, :3], _sections(sos)[:, 3:]
    over = b[:, 0] + (b[:, 1] + b[:, 2] * z) * z
    under = a[:, 0] + (a[:, 1] + a[:, 2] * z) * z
    return np.prod(over / under, axis=-1)


def _check_coef(coef: Any) -> float:
    coef = float(coef) if isinstance(coef, int | float | np.number) and not isinstance(coef, bool) else math.nan
    if not -1.0 < coef < 1.0:
        raise ParameterError(f"coef={coef}; expected a number between -1 and 1, such as 0.97.")
    return coef


def preemphasis(y: Array, *, coef: float = 0.97, first: str = "zero") -> Array:
    """Raise the high frequencies: each sample less ``coef`` times the one before it.

    Parameters
    ----------
    y : float array (..., n)
        Samples, time last.
    coef : float
        Between -1 and 1. With 0.97 constant parts are 30 dB down, and sr/2 is 6 dB up.
    first : {"zero", "edge", "librosa"}
        What stands before the first sample: silence; the first sample once more (HTK, Kaldi: y[0]·(1 - coef)); or
        what librosa adds there (2·y[0] - y[1], not multiplied by -coef).

    Returns
    -------
    float array (..., n), of the dtype of y

    Examples
    --------
    >>> import numpy as np
    >>> preemphasis(np.array([1.0, 1.0, 1.0]), coef=0.5)
    array([1. , 0.5, 0.5])

    """
    y, xp = as_samples(y)
    coef, first = _check_coef(coef), one_of(first, FIRST, "first")
    start = y[..., :1]
    if first == "edge":
        start = (1.0 - coef) * start
    elif first == "librosa":
        start = 3.0 * start - _second(y)
    return xp.concat([start, y[..., 1:] - coef * y[..., : y.shape[-1] - 1]], axis=-1)


def _second(y: Array) -> Array:
    if y.shape[-1] < 2:
        raise ParameterError("first='librosa' needs two samples in time (last axis), and y has one.")
    return y[..., 1:2]


def deemphasis(y: Array, *, coef: float = 0.97, first: str = "zero") -> Array:
    """The inverse of :func:`preemphasis` with the same ``coef`` and ``first``.

    Examples
    --------
    >>> import numpy as np
    >>> deemphasis(np.array([1.0, 0.5, 0.5]), coef=0.5)
    array([1., 1., 1.])

    """
    y, xp = as_samples(y)
    coef, first = _check_coef(coef), one_of(first, FIRST, "first")
    start = y[..., :1]
    if first == "edge":
        start = start / (1.0 - coef)
    elif first == "librosa":  # 3·x[0] - x[1] and x[1] - coef·x[0] came: solved for x[0]
        start = (start + _second(y)) / (3.0 - coef)
    return filter_sos(xp.concat([start, y[..., 1:]], axis=-1), [[1.0, 0.0, 0.0, 1.0, -coef, 0.0]])
