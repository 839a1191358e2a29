"""Windows: the weights through which a finite transform looks at a sound, and their figures of merit.

Lesson: ``notebooks/07_windows.ipynb``. Every window here is a formula on one coordinate that runs from −1 to 1.
That is the symmetric form, for filters. The periodic form, for spectra, is made from it in one place,
:func:`get_window`: one sample more, the last one dropped.

Sources: F. J. Harris, "On the use of windows for harmonic analysis with the discrete Fourier transform",
*Proceedings of the IEEE* 66 (1978), 51–83; A. H. Nuttall, "Some windows with very good sidelobe behavior",
*IEEE Transactions on Acoustics, Speech, and Signal Processing* 29 (1981), 84–91; G. Heinzel, A. Rüdiger and
R. Schilling, *Spectrum and spectral density estimation by the DFT*, Max Planck Institute (2002).
"""

from __future__ import annotations

import inspect
import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from numbers import Real
from typing import Any

import numpy as np

from ._arrays import Array, as_numbers, check_finite, is_complex, rfft, to_numpy
from ._validate import one_of, outside, positive_int, positive_number
from .errors import ParameterError, SampleTypeError

__all__ = ["WindowFigures", "get_window", "window_figures", "window_names"]


def get_window(window: Any, n: int, *, sym: bool = False, xp: Any = None) -> Array:
    """A window of ``n`` samples, by name.

    Parameters
    ----------
    window : str, tuple, float, array (n,) or function
        A name (:func:`window_names` lists them); a tuple of a name and its parameters, such as
        ``("kaiser", 8.6)`` or ``("tukey", 0.25)``; a number, which is the β of a Kaiser window; or a window of
        your own, which is checked and handed back as it is, or a function that makes it from ``n``. The function alone
        says whether it is periodic.
    n : int
        Length in samples.
    sym : bool
        False (the default) gives the periodic window, for spectra: the next period would start at sample n.
        True gives the symmetric one, for filters: the last sample equals the first.
    xp : array namespace, optional
        Where the window is wanted: ``numpy`` (the default) or ``cupy``. It is always computed by NumPy.

    Returns
    -------
    float64 array (n,); an array of your own keeps its kind and dtype

    Raises
    ------
    ParameterError
        If the name is unknown, a parameter is missing or out of range, or an array has another length than n.

    Warns
    -----
    UserWarning
        If the name is what another library calls it, such as "hanning": it is taken, and its name here is said.

    Notes
    -----
    The names, parameters and values are those of ``scipy.signal.get_window``, whose ``fftbins`` is ``not sym``.
    One window is not in SciPy: ``"hft90d"``, with the coefficients as Heinzel prints them, so that its mean (and
    not its largest value) is 1.

    Examples
    --------
    >>> get_window("hann", 4)
    array([0. , 0.5, 1. , 0.5])
    >>> get_window("hann", 5, sym=True)
    array([0. , 0.5, 1. , 0.5, 0. ])
    >>> get_window(("kaiser", 8.6), 4).round(4)
    array([0.0013, 0.3404, 1.    , 0.3404])

    """
    n = positive_int(n, "n", unit="samples")
    if hasattr(window, "shape") or isinstance(window, list):
        w = _given(window, n)
    elif callable(window):
        w = _given(window(n), n)
    else:
        make, parameters = _recipe(window)
        w = _sampled(make, parameters, n, sym=sym)
    return w if xp is None else xp.asarray(w)


def window_names() -> tuple[str, ...]:
    """The names that :func:`get_window` knows, the simplest shapes first.

    Examples
    --------
    >>> window_names()[:4]
    ('boxcar', 'triang', 'bartlett', 'hann')

    """
    return tuple(_FAMILY)


def _sampled(make: Callable[..., np.ndarray], parameters: tuple[Any, ...], n: int, *, sym: bool) -> np.ndarray:
    """The symmetric window of n samples, or the periodic one: the first n samples of a symmetric n + 1."""
    if n == 1:
        return np.ones(1)
    return make(n if sym else n + 1, *parameters)[:n]


# --- The family: each function gives the symmetric window of n ≥ 2 samples. ------------------------------------


def _coordinate(n: int) -> np.ndarray:
    """``n`` points from −1 (first sample) to 1 (last sample), exactly symmetric about 0."""
    return (2 * np.arange(n) - (n - 1)) / (n - 1)


def _boxcar(n: int) -> np.ndarray:
    return np.ones(n)


def _bartlett(n: int) -> np.ndarray:
    """The triangle whose ends are zero."""
    return 1.0 - np.abs(_coordinate(n))


def _triang(n: int) -> np.ndarray:
    """The triangle whose zeros lie just outside: the convolution of two boxcars."""
    return 1.0 - np.abs(2 * np.arange(n) - (n - 1)) / (n + n % 2)


def _cosine(n: int) -> np.ndarray:
    """Half a period of a sine, sampled in the middle of n equal pieces."""
    return np.sin(np.pi * (np.arange(n) + 0.5) / n)


def _general_cosine(n: int, coefficients: Any) -> np.ndarray:
    """``w(x) = Σ a_k cos(k·π·x)``: every term is one more pair of neighbouring bins in the spectrum."""
    a = _coefficients(coefficients)
    return np.cos(np.pi * np.outer(_coordinate(n), np.arange(len(a)))) @ a


def _general_hamming(n: int, alpha: float) -> np.ndarray:
    alpha = _between(alpha, "alpha", 0.0, 1.0)
    return _general_cosine(n, (alpha, 1.0 - alpha))


def _cosine_sum(*coefficients: float) -> Callable[[int], np.ndarray]:
    """A member of the cosine family with fixed coefficients."""

    def make(n: int) -> np.ndarray:
        return _general_cosine(n, coefficients)

    return make


def _tukey(n: int, alpha: float = 0.5) -> np.ndarray:
    """A boxcar whose ends are tapered: half a Hann window over the fraction alpha of the length."""
    alpha = _between(alpha, "alpha", 0.0, 1.0)
    if alpha == 0.0:
        return np.ones(n)
    from_edge = (1.0 - np.abs(_coordinate(n))) / alpha  # 0 at the edge, 1 where the taper ends
    return 0.5 * (1.0 - np.cos(np.pi * np.minimum(from_edge, 1.0)))


def _gaussian(n: int, std: float) -> np.ndarray:
    """``std`` is the standard deviation in samples."""
    std = positive_number(std, "std", unit="samples")
    return np.exp(-0.5 * ((np.arange(n) - (n - 1) / 2) / std) ** 2)


def _kaiser(n: int, beta: float) -> np.ndarray:
    """``w(x) = I₀(β·√(1 − x²)) / I₀(β)`` (Kaiser and Schafer 1980); Harris' α is β/π."""
    beta = _between(beta, "beta", 0.0, 700.0)  # I₀(714) is beyond the largest float64
    return np.i0(beta * np.sqrt(1.0 - _coordinate(n) ** 2)) / np.i0(np.array(beta))


def _chebwin(n: int, at: float) -> np.ndarray:
    r"""All side lobes ``at`` dB down: the spectrum is the Chebyshev polynomial of degree n − 1 (Dolph 1946).

    .. math:: W[k] = T_{n-1}(x_0·cos(πk/n)), \qquad T_{n-1}(x_0) = 10^{at/20}
    """
    at = _between(at, "at", 0.0, 600.0)
    degree = n - 1
    # x0 is so near 1 that its last bit is worth up to 1e-11 in the result: computed in SciPy's order, to agree.
    x0 = np.cosh(1.0 / degree * np.arccosh(10.0 ** (at / 20.0)))
    k = np.arange(n)
    W = _chebyshev(degree, x0 * np.cos(np.pi * k / n))
    # The inverse DFT about the middle, (n − 1)/2, so that w comes out centred. The phase, πk(n − 1)/n, is
    # reduced to one turn in whole numbers first: that keeps it exact for large n.
    w = np.fft.fft(W * np.exp(1j * np.pi / n * (k * (n - 1) % (2 * n)))).real
    return w / np.max(w)


def _chebyshev(degree: int, x: np.ndarray) -> np.ndarray:
    """The Chebyshev polynomial T(x): a cosine between −1 and 1, growing like cosh outside."""
    inside = np.cos(degree * np.arccos(np.clip(x, -1.0, 1.0)))
    outside = np.sign(x) ** degree * np.cosh(degree * np.arccosh(np.maximum(np.abs(x), 1.0)))
    return np.where(np.abs(x) <= 1.0, inside, outside)


def _taylor(n: int, nbar: int = 4, sll: float = 30.0, norm: bool = True) -> np.ndarray:
    """The first ``nbar`` − 1 side lobes about ``sll`` dB down, the others falling (Taylor 1955; Carrara 1995).

    ``norm`` divides by the value in the middle; without, the mean is 1.
    """
    nbar = positive_int(nbar, "nbar")
    A = math.acosh(10.0 ** (positive_number(sll, "sll", unit="dB") / 20.0)) / math.pi
    m = np.arange(1, nbar)
    spread = nbar**2 / (A**2 + (nbar - 0.5) ** 2)
    F = np.empty(nbar - 1)
    for i in range(nbar - 1):
        zeros = 1.0 - m[i] ** 2 / (spread * (A**2 + (m - 0.5) ** 2))
        others = 1.0 - m[i] ** 2 / np.delete(m, i) ** 2
        F[i] = -((-1.0) ** m[i]) * np.prod(zeros) / (2.0 * np.prod(others))
    # Taylor's coordinate puts the edges half a sample outside: (n − 1)/n of the one used here.
    x = _coordinate(n) * (n - 1) / n
    w = 1.0 + 2.0 * np.cos(np.pi * np.outer(x, m)) @ F
    return w / (1.0 + 2.0 * np.sum(F)) if norm else w


def _dpss(n: int, NW: float) -> np.ndarray:
    """The window with most of its energy within ±NW bins (Slepian 1978), largest value 1.

    It is an eigenvector of the matrix of that energy, and of a tridiagonal matrix too, which is the way to
    compute it (Percival and Walden 1993, section 8.3).
    """
    from scipy.linalg import eigh_tridiagonal

    half_width = positive_number(NW, "NW", unit="bins")
    if half_width >= n / 2:
        raise ParameterError(f"NW={NW:g} of a dpss window is too large for {n} samples; expected less than {n / 2:g}.")
    t = np.arange(n)
    diagonal = ((n - 1 - 2 * t) / 2.0) ** 2 * np.cos(2.0 * np.pi * half_width / n)
    beside = t[1:] * (n - t[1:]) / 2.0
    _, v = eigh_tridiagonal(diagonal, beside, select="i", select_range=(n - 1, n - 1))
    w = np.abs(v[:, 0])
    # For even n the top lies between two samples: SciPy's estimate of how far they are below it.
    top = 1.0 if n % 2 else n**2 / (n**2 + half_width)
    return w / np.max(w) * top


_FAMILY: dict[str, Callable[..., np.ndarray]] = {
    "boxcar": _boxcar,
    "triang": _triang,
    "bartlett": _bartlett,
    "hann": _cosine_sum(0.5, 0.5),
    "hamming": _cosine_sum(0.54, 0.46),
    "blackman": _cosine_sum(0.42, 0.5, 0.08),
    # Nuttall 1981, table II, minimum 4-term; Harris 1978, "minimum 4-sample Blackman-Harris".
    "nuttall": _cosine_sum(0.3635819, 0.4891775, 0.1365995, 0.0106411),
    "blackmanharris": _cosine_sum(0.35875, 0.48829, 0.14128, 0.01168),
    # D'Antona and Ferrero 2006, section 5.3; Heinzel 2002, section D.4 (signs: here x = 0 is the middle).
    "flattop": _cosine_sum(0.21557895, 0.41663158, 0.277263158, 0.083578947, 0.006947368),
    "hft90d": _cosine_sum(1.0, 1.942604, 1.340318, 0.440811, 0.043097),
    "cosine": _cosine,
    "tukey": _tukey,
    "gaussian": _gaussian,
    "kaiser": _kaiser,
    "chebwin": _chebwin,
    "taylor": _taylor,
    "dpss": _dpss,
    "general_cosine": _general_cosine,
    "general_hamming": _general_hamming,
}

# What other libraries call them.
_ELSEWHERE = {
    "rect": "boxcar",
    "rectangular": "boxcar",
    "rectangle": "boxcar",
    "ones": "boxcar",
    "hanning": "hann",
    "von hann": "hann",
    "triangle": "triang",
    "triangular": "triang",
    "sine": "cosine",
    "slepian": "dpss",
    "dolph-chebyshev": "chebwin",
}


# --- Checks of the arguments. -------------------------------------------------------------------------------------


def _given(window: Any, n: int) -> Array:
    """A window that came as an array: real, finite, one axis, ``n`` samples."""
    w, _ = as_numbers(window, name="window")
    if is_complex(w):
        raise SampleTypeError("window is complex; expected real weights.")
    if tuple(w.shape) != (n,):
        raise ParameterError(f"window is an array of shape {tuple(w.shape)}; expected ({n},), one weight for a sample.")
    check_finite(w, name="window")
    return w


def _recipe(window: Any) -> tuple[Callable[..., np.ndarray], tuple[Any, ...]]:
    """The function and the parameters that ``window`` (a name, a tuple or a number) stands for."""
    if isinstance(window, Real) and not isinstance(window, bool):
        window = ("kaiser", window)
    name, *parameters = window if isinstance(window, tuple) and window else (window,)
    if not isinstance(name, str):
        raise SampleTypeError(
            f"window={window!r} is not a window; expected a name such as 'hann', a tuple such as ('kaiser', 8.6), "
            f"a number (the beta of a Kaiser window), an array or a function."
        )
    if name.lower() in _ELSEWHERE:
        here = _ELSEWHERE[name.lower()]
        warnings.warn(
            f"window={name!r} is called {here!r} here, and is periodic unless sym=True.", stacklevel=outside()
        )
        name = here
    make = _FAMILY[one_of(name, _FAMILY, "window")]
    known = list(inspect.signature(make).parameters.values())[1:]
    missing = [p.name for p in known[len(parameters) :] if p.default is p.empty]
    if missing:
        raise ParameterError(f"window={name!r} needs {' and '.join(missing)}: give ({name!r}, {', '.join(missing)}).")
    if len(parameters) > len(known):
        takes = ", ".join(p.name for p in known) or "none"
        raise ParameterError(f"window={window!r} has {len(parameters)} parameters; {name!r} takes {takes}.")
    return make, tuple(parameters)


def _between(value: Any, name: str, low: float, high: float) -> float:
    number = positive_number(value, name, zero=True)
    if not low <= number <= high:
        raise ParameterError(f"{name}={number:g} is out of range; expected {low:g} to {high:g}.")
    return number


def _coefficients(values: Any) -> np.ndarray:
    """The coefficients of a cosine sum as a float64 array (k,)."""
    try:
        a = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        a = np.empty(0)
    if a.ndim != 1 or a.size == 0 or not np.all(np.isfinite(a)):
        raise ParameterError(f"coefficients={values!r}; expected a sequence of numbers, such as (0.5, 0.5) for Hann.")
    return a


# --- Figures of merit (Harris 1978, section IV and table 1). -------------------------------------------------------


def _figure(label: str, unit: str, digits: int) -> Any:
    return field(metadata={"label": label, "unit": unit, "digits": digits})


@dataclass(frozen=True, repr=False)
class WindowFigures:
    """What a window does to a spectrum, in eleven numbers: :func:`window_figures` computes them.

    Levels are in dB relative to the top of the window's own spectrum; a bin is sr/n hertz.
    """

    n: int = _figure("length", "samples", 0)
    coherent_gain: float = _figure("coherent gain", "", 4)
    enbw: float = _figure("equivalent noise bandwidth", "bins", 3)
    scalloping_loss: float = _figure("scalloping loss", "dB", 2)
    worst_case_loss: float = _figure("worst-case processing loss", "dB", 2)
    highest_side_lobe: float = _figure("highest side lobe", "dB", 1)
    fall_off: float = _figure("side-lobe fall-off", "dB/octave", 0)
    width_3db: float = _figure("−3 dB width", "bins", 2)
    width_6db: float = _figure("−6 dB width", "bins", 2)
    overlap_50: float = _figure("overlap correlation, 50 %", "", 3)
    overlap_75: float = _figure("overlap correlation, 75 %", "", 3)

    def __repr__(self) -> str:
        rows = [(f.metadata["label"], getattr(self, f.name), f.metadata) for f in fields(self)]
        # Adding 0.0 turns a rounded −0.0 into 0.0.
        return "\n".join(
            f"{label:27}{round(value, m['digits']) + 0.0:>10.{m['digits']}f} {m['unit']}".rstrip()
            for label, value, m in rows
        )


def window_figures(w: Array) -> WindowFigures:
    """The figures of merit of a window.

    Parameters
    ----------
    w : real array (n,)
        The window; periodic for spectra. Its scale does not matter, but for the coherent gain.

    Returns
    -------
    WindowFigures
        ``coherent_gain``: the mean of the window, by which a tone on a bin comes out too small.
        ``enbw``: equivalent noise bandwidth [bins], n·Σw² / (Σw)²: how many bins of white noise one bin collects.
        ``scalloping_loss``: how much lower [dB] a tone half-way between two bins comes out than one on a bin.
        ``worst_case_loss``: that loss plus the noise bandwidth in dB: the worst loss of signal against noise.
        ``highest_side_lobe`` [dB], and ``fall_off``, the slope of the side lobes far away [dB/octave].
        ``width_3db``, ``width_6db``: the main lobe's width [bins] at half power and at half amplitude.
        ``overlap_50``, ``overlap_75``: how much (0 to 1) noise in two frames agrees when they overlap by half, or
        by three quarters; the shift, n/2 or n/4, is rounded to a whole number of samples.

    Raises
    ------
    ParameterError
        If ``w`` sums to zero, or is too short to have side lobes.

    Notes
    -----
    Harris 1978, section IV. Side lobes and widths are those of the continuous spectrum (:func:`dspkit.dtft`),
    found on a grid of 1/16 bin and then refined. The fall-off is measured between the highest lobes of two
    octaves around n/16 bins; it is a property of long windows.

    Examples
    --------
    >>> window_figures(get_window("hann", 1024))
    length                           1024 samples
    coherent gain                  0.5000
    equivalent noise bandwidth      1.500 bins
    scalloping loss                  1.42 dB
    worst-case processing loss       3.18 dB
    highest side lobe               -31.5 dB
    side-lobe fall-off                -18 dB/octave
    −3 dB width                      1.44 bins
    −6 dB width                      2.00 bins
    overlap correlation, 50 %       0.167
    overlap correlation, 75 %       0.659

    """
    w = _weights(w)
    n = len(w)
    grid = _relative(np.abs(rfft(w, n=_STEPS * n)))
    half = _first(grid < 0.5, n)
    null = half + _first(np.diff(grid[half:]) >= 0.0, n)
    enbw = n * np.sum(w**2) / np.sum(w) ** 2
    scalloping = -_db(_gain(w, 0.5))
    return WindowFigures(
        n=n,
        coherent_gain=float(np.mean(w)),
        enbw=float(enbw),
        scalloping_loss=scalloping,
        worst_case_loss=scalloping + 10.0 * math.log10(enbw),
        highest_side_lobe=_peak(w, grid, null, len(grid))[1],
        fall_off=_fall_off(w, grid, null),
        width_3db=2.0 * _crossing(w, math.sqrt(0.5), grid),
        width_6db=2.0 * _crossing(w, 0.5, grid),
        overlap_50=_overlap(w, 0.50),
        overlap_75=_overlap(w, 0.75),
    )


_STEPS = 16  # grid points in a bin


def _weights(w: Array) -> np.ndarray:
    """``w`` as a float64 array on the host: the figures are a few numbers, whatever device the window is on."""
    w, _ = as_numbers(w, name="w")
    if w.ndim != 1:
        raise ParameterError(f"w has shape {tuple(w.shape)}; expected one window, (n,).")
    w = to_numpy(_given(w, w.shape[0])).astype(np.float64)
    if abs(np.sum(w)) <= 1e-12 * np.sum(np.abs(w)):
        raise ParameterError("w sums to zero (or is empty); a window must let a constant through.")
    return w


def _first(condition: np.ndarray, n: int) -> int:
    """The first index where ``condition`` holds."""
    if not np.any(condition):
        raise ParameterError(f"w of {n} samples has no side lobes that could be measured; expected a longer window.")
    return int(np.argmax(condition))


def _relative(magnitude: np.ndarray) -> np.ndarray:
    return magnitude / magnitude[0]


def _gain(w: np.ndarray, bins: Any) -> np.ndarray:
    """|W| at ``bins`` (fractions allowed) relative to |W(0)|: the DTFT, as two real sums.

    (Sums, and not matrix products: for these few frequencies a threaded library spends 10 ms on waking up.)
    """
    turn = 2.0 * np.pi * np.multiply.outer(bins, np.arange(len(w)) / len(w))
    return np.hypot(np.sum(w * np.cos(turn), axis=-1), np.sum(w * np.sin(turn), axis=-1)) / abs(np.sum(w))


def _db(gain: Any) -> float:
    return 20.0 * math.log10(gain)


def _crossing(w: np.ndarray, level: float, grid: np.ndarray) -> float:
    """Where |W| first falls below ``level``, in bins: the grid's answer, refined."""
    high = _first(grid < level, len(w)) / _STEPS
    step = 1.0 / _STEPS
    for _ in range(7):  # look sixteen times closer, at the piece in which the level is crossed
        pieces = high - step + step * np.linspace(0.0, 1.0, 17)
        high = float(pieces[max(int(np.argmax(_gain(w, pieces) < level)), 1)])
        step /= 16.0
    return high - 0.5 * step


def _peak(w: np.ndarray, grid: np.ndarray, start: int, stop: int) -> tuple[float, float]:
    """The highest point of |W| on the grid from ``start`` to ``stop``, refined: its place in bins, its level in dB."""
    place = (start + int(np.argmax(grid[start:stop]))) / _STEPS
    reach = 1.0 / _STEPS
    for _ in range(5):  # seventeen points across, keep the best and look eight times closer
        around = place + reach * np.linspace(-1.0, 1.0, 17)
        gains = _gain(w, around)
        place, gain = float(around[np.argmax(gains)]), float(np.max(gains))
        reach /= 8.0
    return place, _db(gain)


def _fall_off(w: np.ndarray, grid: np.ndarray, null: int) -> float:
    """The slope in dB/octave between the highest lobes of two neighbouring octaves, up to n/8 bins."""
    start = max(null, len(grid) // 16)
    if 4 * start > len(grid):
        raise ParameterError(
            f"w of {len(w)} samples is too short: its main lobe, {null / _STEPS:.1f} bins to a side, leaves no "
            f"two octaves of side lobes to measure. Take the same window with {-(-8 * null // _STEPS)} samples or more."
        )
    near, level_near = _peak(w, grid, start, 2 * start)
    far, level_far = _peak(w, grid, 2 * start, 4 * start)
    return (level_far - level_near) / math.log2(far / near)


def _overlap(w: np.ndarray, fraction: float) -> float:
    """How far noise seen in two frames that overlap by ``fraction`` is correlated (Harris, equation 17)."""
    shift = round(len(w) * (1.0 - fraction))
    return float(np.sum(w[shift:] * w[: len(w) - shift]) / np.sum(w**2))
