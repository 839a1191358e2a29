r"""Companding: compress the range of the samples, store few bits, expand again.

Lesson: ``notebooks/13_companding.ipynb``. Four things go by the name of μ-law, and they differ in every number:

* the *continuous* law (:func:`mu_compress`, :func:`mu_expand`): floats in, floats out, nothing is lost;
* *WaveNet's codes* (:func:`mu_law_encode`): the compressed range cut into 256 classes, 0 … 255;
* *librosa's codes* (``convention="librosa"``): cut at other places, −128 … 127;
* *ITU-T G.711* (:func:`g711_encode`): eight straight segments of 16 steps on each side, sign and inverted bits.

A-law is there twice: continuous (:func:`a_compress`) and as G.711 (``law="a"``).

Sources: B. Smith, "Instantaneous companding of quantized signals", *Bell Syst. Tech. J.* 36 (1957), 653–709;
Recommendation ITU-T G.711 (11/1988), tables 1 and 2; A. van den Oord et al., "WaveNet: a generative model for raw
audio" (2016), section 2.2.

A code is exact here: where the step from one code to the next lies is computed with 50 digits, and the code of a
sample is the number of steps that it has reached. The formula in floating point says the same, except within some
last bits of a step. The fast form below looks the code up by the leading bits of the sample.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from decimal import Decimal, localcontext
from typing import Any, NamedTuple

import numpy as np

from ._arrays import Array, as_samples, check_finite, dtype_name, is_numpy, is_on_cpu, like, namespace
from ._threads import share_out
from ._validate import one_of, positive_int, positive_number, threads
from .errors import ParameterError, SampleTypeError
from .sampling import snr
from .signals import sine
from .time_domain import rms

__all__ = [
    "a_compress",
    "a_expand",
    "g711_decode",
    "g711_encode",
    "mu_compress",
    "mu_expand",
    "mu_law_decode",
    "mu_law_encode",
    "mu_law_thresholds",
    "snr_against_level",
]

# --- The continuous laws ------------------------------------------------------------------------------------------


def mu_compress(y: Array, *, mu: float = 255.0, clip: bool = False) -> Array:
    r"""The continuous μ-law: small samples are raised, full scale stays.

    .. math:: F(y) = \mathrm{sgn}(y) \frac{\ln(1 + μ|y|)}{\ln(1 + μ)}

    Parameters
    ----------
    y : float array, any shape with time last
        Samples from −1 to 1.
    mu : float
        How strongly: at 0 the slope is μ / ln(1 + μ), 46 (33 dB) for μ = 255.
    clip : bool
        Whether samples beyond ±1 count as ±1; if not, they are an error.

    Returns
    -------
    float array of the shape and dtype of y, from −1 to 1

    Raises
    ------
    ParameterError
        For samples beyond ±1 (without ``clip``) and samples that are not finite. (On a GPU, where looking costs
        a wait, samples beyond ±1 count as ±1.)
    SampleTypeError
        For integer (PCM) samples.

    Notes
    -----
    The numbers are those of ``librosa.mu_compress(y, mu=255, quantize=False)``.

    Examples
    --------
    >>> import numpy as np
    >>> mu_compress(np.array([-1.0, 0.0, 0.01, 0.1])).round(4)
    array([-1.    ,  0.    ,  0.2285,  0.591 ])

    """
    y, mu = _in_range(y, clip, "y"), positive_number(mu, "mu")
    return _odd(lambda m, xp: xp.log1p(mu * m) / math.log1p(mu), y)


def mu_expand(F: Array, *, mu: float = 255.0, clip: bool = False) -> Array:
    r"""The inverse of :func:`mu_compress`.

    .. math:: y = \mathrm{sgn}(F) \frac{(1 + μ)^{|F|} - 1}{μ}

    Parameters, result and errors are as there; ``F`` are compressed samples, from −1 to 1.

    Examples
    --------
    >>> import numpy as np
    >>> mu_expand(np.array([-1.0, 0.0, 0.5])).round(4)
    array([-1.    ,  0.    ,  0.0588])

    """
    F, mu = _in_range(F, clip, "F"), positive_number(mu, "mu")
    # (1 + μ)^m − 1 = e^(m·ln(1 + μ)) − 1, without the loss of digits where the power is near 1.
    return _odd(lambda m, xp: xp.expm1(m * math.log1p(mu)) / mu, F)


def a_compress(y: Array, *, A: float = 87.6, clip: bool = False) -> Array:
    r"""The continuous A-law: straight below 1/A, logarithmic above.

    .. math:: F(y) = \frac{\mathrm{sgn}(y)}{1 + \ln A} · \begin{cases} A|y| & |y| < 1/A \\ 1 + \ln(A|y|) &
        |y| ≥ 1/A \end{cases}

    Parameters, result and errors are as for :func:`mu_compress`; ``A`` is 1 (straight) or more. At 0 the slope
    is A / (1 + ln A), 16 (24 dB) for A = 87.6.

    Examples
    --------
    >>> import numpy as np
    >>> a_compress(np.array([-1.0, 0.0, 0.01, 0.1])).round(4)
    array([-1.    ,  0.    ,  0.1601,  0.5793])

    """
    y, A = _in_range(y, clip, "y"), _law_a(A)
    scale = 1.0 + math.log(A)

    def compressed(m: Array, xp: Any) -> Array:
        logarithmic = 1.0 + xp.log(xp.maximum(A * m, xp.ones_like(m)))
        return xp.where(m < 1.0 / A, A * m, logarithmic) / scale

    return _odd(compressed, y)


def a_expand(F: Array, *, A: float = 87.6, clip: bool = False) -> Array:
    r"""The inverse of :func:`a_compress`.

    .. math:: y = \frac{\mathrm{sgn}(F)}{A} · \begin{cases} v & v < 1 \\ e^{v - 1} & v ≥ 1 \end{cases},
        \qquad v = |F|·(1 + \ln A)

    Examples
    --------
    >>> import numpy as np
    >>> a_expand(np.array([-1.0, 0.0, 0.1, 0.5])).round(4)
    array([-1.    ,  0.    ,  0.0062,  0.0648])

    """
    F, A = _in_range(F, clip, "F"), _law_a(A)
    scale = 1.0 + math.log(A)

    def expanded(m: Array, xp: Any) -> Array:
        v = m * scale
        return xp.where(v < 1.0, v, xp.exp(xp.maximum(v, xp.ones_like(v)) - 1.0)) / A

    return _odd(expanded, F)


def _odd(law: Callable[[Array, Any], Array], y: Array) -> Array:
    """``sgn(y) · law(|y|)``, where full scale stays full scale: ln(256)/ln(256) may come out a bit beside 1."""
    xp = namespace(y)
    one = xp.ones_like(y)
    size = xp.minimum(xp.abs(y), one)
    return xp.sign(y) * xp.where(size < 1.0, xp.minimum(law(size, xp), one), one)


def _law_a(A: Any) -> float:
    A = positive_number(A, "A")
    if A < 1:
        raise ParameterError(f"A={A:g}; expected 1 (no compression) or more, such as 87.6.")
    return A


def _in_range(y: Any, clip: bool, name: str) -> Array:
    """``y`` as samples, after a look (not on a GPU) whether they are finite and, without ``clip``, within ±1."""
    y, _ = as_samples(y, name=name)
    check_finite(y, name=name)
    if not clip:
        _check_range(y, name)
    return y


def _check_range(y: Array, name: str) -> None:
    xp = namespace(y)
    if not is_on_cpu(y) or (float(xp.max(y)) <= 1.0 and float(xp.min(y)) >= -1.0):
        return
    beyond = int(xp.sum(xp.astype(xp.abs(y) > 1.0, xp.int64)))
    raise ParameterError(
        f"{name} holds {beyond} samples beyond ±1, up to {float(xp.max(xp.abs(y))):.4g}; expected full scale at 1.0. "
        f"Turn the sound down, or clip it with clip=True."
    )


# --- 256 codes: WaveNet's and librosa's ---------------------------------------------------------------------------

CONVENTIONS = ("wavenet", "librosa")


def mu_law_encode(
    y: Array, *, mu: int = 255, convention: str = "wavenet", clip: bool = False, workers: int | None = None
) -> Array:
    r"""Samples as μ-law codes of 8 bits: the compressed range cut into μ + 1 classes.

    .. math:: \text{wavenet: } c = \left\lfloor \frac{F(y) + 1}{2}·μ + \frac12 \right\rfloor
        \qquad \text{librosa: } c = \#\{i : -1 + 2i/μ < F(y)\} - \left\lfloor\frac{μ + 1}{2}\right\rfloor

    Parameters
    ----------
    y : float array, any shape with time last
        Samples from −1 to 1.
    mu : int
        From 1 to 255; there are μ + 1 codes.
    convention : {"wavenet", "librosa"}
        "wavenet": 0 … 255, the nearest of 256 values that are equally far apart on the compressed scale; 0 lies on
        the step between 127 and 128, and has code 128. Also torchaudio's.
        "librosa": −128 … 127, as ``librosa.mu_compress(y, mu=255)``; 0 lies in the middle of code 0, and −128
        belongs to −1 alone.
    clip : bool
        Whether samples beyond ±1 get the outermost codes; if not, they are an error.
    workers : int, optional
        Threads, on NumPy arrays; as many as help, up to 4, if not given.

    Returns
    -------
    array of the shape of y: uint8 ("wavenet") or int8 ("librosa")
        Exact: no rounding in ln moves a sample to a neighbouring code. Beside the result no more memory is taken
        than two megabytes for each thread (NumPy arrays).

    Raises
    ------
    ParameterError
        For samples beyond ±1 (without ``clip``), NaN, and settings that cannot be. (On a GPU, where looking costs a
        wait, samples beyond ±1 get the outermost codes, and so does NaN. No code is ever outside the range.)
    SampleTypeError
        For integer (PCM) samples.

    Examples
    --------
    >>> import numpy as np
    >>> y = np.array([-1.0, -0.1, -0.00005, 0.0, 0.00005, 0.1, 1.0])
    >>> mu_law_encode(y)
    array([  0,  52, 127, 128, 128, 203, 255], dtype=uint8)
    >>> mu_law_encode(y, convention="librosa")
    array([-128,  -75,    0,    0,    0,   75,  127], dtype=int8)

    """
    y, _ = as_samples(y)
    mu, convention = _steps(mu), one_of(convention, CONVENTIONS, "convention")
    if is_numpy(y):
        codes = _encode_by_key(y, mu, convention, clip, _threads(workers))
    else:
        _in_range(y, clip, "y")
        codes = _count_reached(y, like(_thresholds(mu, convention, dtype_name(y)), y))
    return codes if convention == "wavenet" else _from_middle(codes, mu)


def _count_reached(y: Array, thresholds: Array) -> Array:
    """The definition: the code of a sample is the number of thresholds that it has reached."""
    xp = namespace(y)
    return xp.astype(xp.searchsorted(thresholds, y, side="right"), xp.uint8)


def _from_middle(codes: Array, mu: int) -> Array:
    """Codes 0 … μ counted from the middle instead: −128 … 127 for μ = 255."""
    xp, half = namespace(codes), (mu + 1) // 2
    if is_numpy(codes):
        codes -= np.uint8(half)  # modulo 256: the same bits
        return codes.view(np.int8)
    return xp.astype(xp.astype(codes, xp.int16) - half, xp.int8)


def mu_law_decode(
    codes: Array,
    *,
    mu: int = 255,
    convention: str = "wavenet",
    dtype: str = "float32",
    workers: int | None = None,
) -> Array:
    r"""The samples that μ-law codes stand for.

    .. math:: \text{wavenet: } F = \frac{2c}{μ} - 1 \qquad \text{librosa: } F = \frac{2c}{μ + 1}
        \qquad y = \mathrm{sgn}(F) \frac{(1 + μ)^{|F|} - 1}{μ}

    Parameters
    ----------
    codes : integer array, any shape
        What :func:`mu_law_encode` gives, in any integer type.
    mu, convention, workers : as for :func:`mu_law_encode`
    dtype : {"float32", "float64"}

    Returns
    -------
    float array of the shape of codes
        The exact value, rounded. Encoded again, each WaveNet code is itself. Librosa's codes are not: it compresses
        with steps of 2/255 and expands with steps of 2/256, so that full scale, code 127, comes back as 0.957.

    Raises
    ------
    ParameterError
        For codes outside the range. (On a GPU, where looking costs a wait, they count as the outermost codes.)
    SampleTypeError
        For arrays that do not hold integers.

    Examples
    --------
    >>> import numpy as np
    >>> mu_law_decode(np.array([0, 127, 128, 255]), dtype="float64").round(6)
    array([-1.0e+00, -8.6e-05,  8.6e-05,  1.0e+00])
    >>> mu_law_decode(np.array([-128, 0, 127]), convention="librosa").round(3)
    array([-1.   ,  0.   ,  0.957], dtype=float32)

    """
    mu, convention = _steps(mu), one_of(convention, CONVENTIONS, "convention")
    dtype = one_of(dtype, ("float32", "float64"), "dtype")
    first = 0 if convention == "wavenet" else -((mu + 1) // 2)
    codes = _checked_codes(codes, first, first + mu)
    return _look_up(_code_values(mu, convention, dtype), codes, _threads(workers))


def mu_law_thresholds(*, mu: int = 255, convention: str = "wavenet", dtype: str = "float64") -> np.ndarray:
    r"""Where one code ends and the next begins: the smallest float that has it, for each code but the lowest.

    WaveNet's code reaches k where (F + 1)/2 · μ + 1/2 = k, at F = p/μ with p = 2k − 1 − μ. Librosa's goes up from
    where F exceeds p/μ with p = −μ, −μ + 2, … μ − 2. Either way, :math:`|y| = ((1 + μ)^{|p|/μ} - 1)/μ`.

    Parameters
    ----------
    mu, convention : as for :func:`mu_law_encode`
    dtype : {"float32", "float64"}
        Among which floats it is the smallest.

    Returns
    -------
    float NumPy array (mu,), rising

    Examples
    --------
    >>> t = mu_law_thresholds()
    >>> print(t.shape, t[127], f"{t[128]:.6f} {t[254]:.6f}")
    (255,) 0.0 0.000174 0.978405

    """
    mu, convention = _steps(mu), one_of(convention, CONVENTIONS, "convention")
    return _thresholds(mu, convention, one_of(dtype, ("float32", "float64"), "dtype")).copy()


@functools.cache
def _thresholds(mu: int, convention: str, dtype: str) -> np.ndarray:
    wavenet = convention == "wavenet"
    numerators = range(1 - mu, mu, 2) if wavenet else range(-mu, mu - 1, 2)
    # WaveNet rounds half a step up: the threshold itself has the upper code. In librosa it has the lower one.
    return np.array([_first_float(_exact(p, mu, mu), dtype, itself=wavenet) for p in numerators])


@functools.cache
def _code_values(mu: int, convention: str, dtype: str) -> np.ndarray:
    """A table of 256: the sample that code c stands for, at place c modulo 256."""
    table = np.zeros(256)
    if convention == "wavenet":
        table[: mu + 1] = [float(_exact(2 * c - mu, mu, mu)) for c in range(mu + 1)]
    else:
        half = (mu + 1) // 2
        for c in range(-half, mu + 1 - half):
            table[c] = float(_exact(2 * c, mu + 1, mu))
    return table.astype(dtype)


def _exact(p: int, q: int, mu: int) -> Decimal:
    """The sample whose compressed value is p/q, to 50 digits: sgn(p) · ((1 + μ)^(|p|/q) − 1)/μ."""
    with localcontext(prec=60):
        size = (Decimal(1 + mu) ** (Decimal(abs(p)) / q) - 1) / mu
        return size if p >= 0 else -size


def _first_float(value: Decimal, dtype: str, *, itself: bool) -> np.floating:
    """The smallest float of ``dtype`` that is above ``value`` (or, with ``itself``, is ``value``)."""
    kind = np.dtype(dtype).type
    near = kind(float(value))
    candidates = (np.nextafter(near, kind(-2)), near, np.nextafter(near, kind(2)))  # rounding went to a neighbour
    return next(c for c in candidates if Decimal(float(c)) > value or (itself and Decimal(float(c)) == value))


def _steps(mu: Any) -> int:
    mu = positive_int(mu, "mu", unit="steps")
    if mu > 255:
        raise ParameterError(f"mu={mu} gives {mu + 1} codes; expected at most 255, so that a code fits into 8 bits.")
    return mu


def _threads(workers: Any) -> int | None:
    return threads(workers)


def _checked_codes(codes: Any, first: int, last: int) -> Array:
    """``codes`` as an integer array from ``first`` to ``last``."""
    codes = codes if hasattr(codes, "dtype") else np.asarray(codes)
    codes = np.asarray(codes) if isinstance(codes, np.generic) else codes
    kind, xp = dtype_name(codes), namespace(codes)
    if not kind.startswith(("int", "uint")):
        raise SampleTypeError(f"codes has dtype {kind}; expected whole numbers from {first} to {last}, such as uint8.")
    if math.prod(codes.shape) == 0:
        raise ParameterError(f"codes is empty: shape {tuple(codes.shape)}; expected at least one code.")
    if (kind, first, last) in {("uint8", 0, 255), ("int8", -128, 127)}:
        return codes
    if not is_on_cpu(codes):
        return xp.clip(xp.astype(codes, xp.int64), first, last)
    lowest, highest = int(xp.min(codes)), int(xp.max(codes))
    if lowest < first or highest > last:
        raise ParameterError(
            f"codes run from {lowest} to {highest}; expected {first} to {last}. "
            + ("Librosa's codes are decoded with convention='librosa'." if lowest < first == 0 else "")
        )
    return codes


# --- ITU-T G.711 --------------------------------------------------------------------------------------------------


def g711_encode(y: Array, *, law: str = "mu", workers: int | None = None) -> Array:
    """16-bit samples as the 8-bit codes of ITU-T G.711, bit for bit.

    Both laws are chords: eight segments on each side of 0, 16 equal steps in each, and (from the second on) steps
    twice as large as in the segment before. A code is sign, segment (3 bits) and step (4 bits).

    Parameters
    ----------
    y : int16 array, any shape with time last
        μ-law looks at their upper 14 bits, A-law at their upper 13.
    law : {"mu", "a"}
        "mu": North America and Japan; "a": elsewhere.
    workers : int, optional
        Threads, on NumPy arrays; as many as help, up to 4, if not given.

    Returns
    -------
    uint8 array of the shape of y
        As sent: μ-law with all bits inverted, A-law with every other bit inverted.

    Raises
    ------
    SampleTypeError
        For samples that are not int16.

    Examples
    --------
    >>> import numpy as np
    >>> y = np.array([-32768, -1, 0, 1000, 32767], dtype="int16")
    >>> g711_encode(y)
    array([  0, 127, 255, 206, 128], dtype=uint8)
    >>> g711_encode(y, law="a")
    array([ 42,  85, 213, 250, 170], dtype=uint8)

    """
    y = y if hasattr(y, "dtype") else np.asarray(y)
    law, kind = one_of(law, _LAWS, "law"), dtype_name(y)
    if kind != "int16":
        hint = "dspkit.to_pcm16(y).samples" if kind.startswith("float") else "y.astype('int16')"
        raise SampleTypeError(f"y has dtype {kind}; G.711 takes 16-bit samples, int16. Convert them with {hint}.")
    if math.prod(y.shape) == 0:
        raise ParameterError(f"y is empty: shape {tuple(y.shape)}; expected at least one sample.")
    return _look_up(_g711_table(law), y, _threads(workers))


def g711_decode(codes: Array, *, law: str = "mu", workers: int | None = None) -> Array:
    """The 16-bit samples of ITU-T G.711 codes: the middle of the step that a code stands for.

    Parameters
    ----------
    codes : integer array, any shape
        From 0 to 255, as :func:`g711_encode` gives them.
    law, workers : as for :func:`g711_encode`

    Returns
    -------
    int16 array of the shape of codes
        From −32124 to 32124 (μ-law; codes 127 and 255 are both 0) or −32256 to 32256 (A-law, which has no 0). For
        floats use :func:`dspkit.to_float`.

    Raises
    ------
    ParameterError, SampleTypeError
        As for :func:`mu_law_decode`.

    Examples
    --------
    >>> import numpy as np
    >>> g711_decode(np.array([0, 127, 128, 255], dtype="uint8"))
    array([-32124,      0,  32124,      0], dtype=int16)

    """
    law = one_of(law, _LAWS, "law")
    codes = _checked_codes(codes, 0, 255)
    return _look_up(_g711_values(law), codes, _threads(workers))


def _mu_code(x: np.ndarray) -> np.ndarray:
    """G.711, tables 2a and 2b: integers of 16 bits → codes."""
    magnitude = np.where(x < 0, ~x, x) >> 2  # 14 bits, the negative ones in one's complement: −1 is another 0
    m = np.minimum(magnitude + 33, 8191)  # with 33 added, segments begin at powers of two: 64, 128, … 4096
    segment = np.searchsorted(2 ** np.arange(6, 13), m, side="right")
    step = (m >> (segment + 1)) & 15  # the four bits below the leading one
    return 0xFF ^ ((x < 0) << 7 | segment << 4 | step)


def _mu_value(codes: np.ndarray) -> np.ndarray:
    """G.711, tables 2a and 2b, the other way: the middle of the step."""
    bits = 0xFF ^ codes
    segment, step = bits >> 4 & 7, bits & 15
    magnitude = ((2 * step + 33) << segment) - 33
    return np.where(bits & 0x80, -4, 4) * magnitude  # back to 16 bits


def _a_code(x: np.ndarray) -> np.ndarray:
    """G.711, tables 1a and 1b: integers of 16 bits → codes."""
    m = np.where(x < 0, ~x, x) >> 4  # 13 bits with the sign; segments begin at 16, 32, … 1024
    segment = np.searchsorted(2 ** np.arange(4, 11), m, side="right")
    step = (m >> np.maximum(segment - 1, 0)) & 15  # the two lowest segments have the same steps
    return 0x55 ^ ((x >= 0) << 7 | segment << 4 | step)


def _a_value(codes: np.ndarray) -> np.ndarray:
    """G.711, tables 1a and 1b, the other way: the middle of the step."""
    bits = 0x55 ^ codes
    segment, step = bits >> 4 & 7, bits & 15
    magnitude = np.where(segment > 0, (2 * step + 33) << np.maximum(segment - 1, 0), 2 * step + 1)
    return np.where(bits & 0x80, 8, -8) * magnitude  # half a step in 13 bits is 8 in 16


_LAWS: dict[str, tuple[Callable[[np.ndarray], np.ndarray], Callable[[np.ndarray], np.ndarray]]] = {
    "mu": (_mu_code, _mu_value),
    "a": (_a_code, _a_value),
}


@functools.cache
def _g711_table(law: str) -> np.ndarray:
    """A table of 65,536: the code of sample x, at place x modulo 65,536."""
    return _LAWS[law][0](np.arange(1 << 16).astype(np.int16).astype(np.int64)).astype(np.uint8)


@functools.cache
def _g711_values(law: str) -> np.ndarray:
    """A table of 256: the sample of each code."""
    return _LAWS[law][1](np.arange(256)).astype(np.int16)


# --- What is left of the sound ------------------------------------------------------------------------------------


def snr_against_level(
    codec: Callable[[Array], Array], levels: Sequence[float] | np.ndarray, *, y: Array | None = None
) -> Array:
    r"""The signal-to-noise ratio of a codec, for the same sound at several levels.

    .. math:: \mathrm{SNR} = 10 \log_{10} \frac{Σ y^2}{Σ (\mathrm{codec}(y) - y)^2}

    Parameters
    ----------
    codec : function
        Samples in, decoded samples out, such as ``lambda y: dk.mu_law_decode(dk.mu_law_encode(y))``.
    levels : sequence of float
        RMS levels in dB below full scale (20·log₁₀ of the RMS): a sine of amplitude 1 has −3.01.
    y : float array (n,), optional
        The sound, at any level. If not given, a sine of 16,384 samples, whose period is no whole number of samples
        (so that its samples take many values).

    Returns
    -------
    float64 array (len(levels),), of the kind of y, in dB
        Infinity where nothing is lost.

    Raises
    ------
    ParameterError
        For a silent ``y``, levels at which its peak is above 1, and a codec whose result has another shape.

    Examples
    --------
    >>> eight_bits = lambda y: mu_law_decode(mu_law_encode(y), dtype="float64")
    >>> snr_against_level(eight_bits, [-10.0, -40.0]).round(1)
    array([37.2, 34.6])

    """
    y, xp = as_samples(_slow_sine() if y is None else y)
    check_finite(y)
    if y.ndim != 1:
        raise ParameterError(f"y has shape {tuple(y.shape)}; expected one channel, (n,).")
    y = xp.astype(y, xp.float64)
    size, peak = rms(y), xp.max(xp.abs(y))
    levels = [float(level) for level in levels]
    if is_on_cpu(y):
        _check_levels(levels, float(size), float(peak))
    sounds = [y * (10.0 ** (level / 20.0) / size) for level in levels]
    return xp.stack([snr(x, codec(xp.asarray(x, copy=True))) for x in sounds])


def _check_levels(levels: Sequence[float] | np.ndarray, size: float, peak: float) -> None:
    if len(levels) == 0:
        raise ParameterError("levels is empty; expected RMS levels in dB, such as [-10, -20, -30].")
    if size == 0:
        raise ParameterError("y is silent: it cannot be brought to a level.")
    highest = 20.0 * math.log10(size / peak)
    for level in levels:
        if not math.isfinite(level) or level > highest + 1e-9:
            raise ParameterError(f"level {level:g} dB; expected at most {highest:.2f} dB, where the peak of y is at 1.")


def _slow_sine() -> np.ndarray:
    golden = (math.sqrt(5.0) - 1.0) / 2.0
    return sine(golden / 10.0, sr=1.0, duration=16384.0, amplitude=1.0, dtype="float64")


# --- The same codes, sooner ---------------------------------------------------------------------------------------

# Samples in a block: large enough that NumPy's calls cost little, small enough that its scratch stays in the cache.
BLOCK = 1 << 15
# Threads wait for each other between two calls: with several, the calls must be longer.
BLOCK_SHARED = 1 << 17
# A thread is worth waking for so many samples.
SAMPLES_PER_WORKER = 1 << 22

Run = Callable[[int, int], None]


def _share_out_blocks(start_run: Callable[[int], Run], n: int, workers: int | None) -> None:
    """Call ``run(start, stop)`` for all blocks of ``n`` samples, in as many threads as asked, or as help.

    ``start_run(size)`` gives a ``run`` with scratch of its own for blocks of up to ``size`` samples: memory taken
    anew for each block would cost half as much again as the work.
    """
    size = BLOCK if workers == 1 or n < SAMPLES_PER_WORKER else BLOCK_SHARED

    def blocks(_channel: tuple[int, ...], first: int, last: int) -> None:
        run = start_run(min(size, n))
        for start in range(first * size, min(last * size, n), size):
            run(start, min(start + size, n))

    share_out(blocks, (), range(-(-n // size)), size, workers, SAMPLES_PER_WORKER)


class _Keys(NamedTuple):
    """The table behind :func:`_encode_by_key`."""

    integer: str  # signed integers as long as the floats
    shift: int  # what is left of a float's bits after this shift is its key
    table: np.ndarray


@functools.cache
def _keys(mu: int, convention: str, dtype: str) -> _Keys:
    """Table and shift for which ``abs((bits + table[bits >> shift]) >> shift)`` is the code.

    Floats of one sign are ordered as the integers that their bits are, so that a key (sign, exponent and five bits of
    the fraction) is a *cell*: 32 to the octave. Thresholds are farther apart than cells are wide, so that a cell
    holds one at most. Its table entry is the code at the cell's start, shifted, and what is missing from the
    threshold's bits to the next carry: adding the sample's bits carries 1 into the code from the threshold on.
    Negative floats grow downwards: their entries begin at −code, a carry adds 1, and abs makes it a code again.
    """
    bits, fraction = (32, 23) if dtype == "float32" else (64, 52)
    integer, shift = f"int{bits}", fraction - 5
    thresholds = _thresholds(mu, convention, dtype)
    at_zero = int(np.sum(thresholds <= 0))  # the code of 0, and of −0
    # The magnitudes at which the code goes one up (y > 0), or one down (y < 0: below the threshold, not at it).
    upwards = thresholds[at_zero:]
    downwards = np.nextafter(-thresholds[:at_zero][::-1], thresholds.dtype.type(2))
    half = 1 << (bits - 1 - shift)
    starts = np.arange(half, dtype=np.int64) << shift
    entries = []
    for magnitudes, code in ((upwards, at_zero), (downwards, -at_zero)):
        steps = magnitudes.view(integer).astype(np.int64)
        # Of 64 bits also where an index has 32: it is shifted by up to 47. A step at the very start counts as before.
        before = np.searchsorted(steps, starts, side="right").astype(np.int64)
        inside = np.searchsorted(steps, starts + ((1 << shift) - 1), side="right").astype(np.int64) - before
        assert inside.max() <= 1, "two thresholds in a cell"
        step = np.append(steps, 0)[before]
        missing = np.where(inside == 1, starts + (1 << shift) - step, 0)
        entries.append(((code + before) << shift) + missing - starts)
    entries[1] = entries[1] + np.int64(-(1 << (bits - 1)))  # the sign bit, which the sample's bits bring along
    return _Keys(integer, shift, np.concatenate(entries).astype(integer))


def _encode_by_key(y: np.ndarray, mu: int, convention: str, clip: bool, workers: int | None) -> np.ndarray:
    keys = _keys(mu, convention, dtype_name(y))
    signed, unsigned = np.dtype(keys.integer), np.dtype("u" + keys.integer)
    samples = np.ascontiguousarray(y).reshape(-1)
    codes = np.empty(samples.shape, dtype=np.uint8)

    def start_run(size: int) -> Run:
        key, index = np.empty(size, dtype=unsigned), np.empty(size, dtype=np.intp)
        total = np.empty(size, dtype=signed)

        def run(start: int, stop: int) -> None:
            x, n = samples[start:stop], stop - start
            _check_block(x, y, clip)
            np.right_shift(x.view(unsigned), keys.shift, out=key[:n])
            np.copyto(index[:n], key[:n], casting="unsafe")  # take wants integers of its own kind
            t = np.take(keys.table, index[:n], out=total[:n], mode="wrap")  # any mode but "raise" spares it a look
            np.add(t, x.view(signed), out=t)
            np.right_shift(t, keys.shift, out=t)
            np.abs(t, out=t)
            np.copyto(codes[start:stop], t, casting="unsafe")

        return run

    _share_out_blocks(start_run, samples.size, workers)
    return codes.reshape(y.shape)


def _check_block(x: np.ndarray, y: np.ndarray, clip: bool) -> None:
    """Look whether the block ``x`` of ``y`` may be encoded; if not, say what is wrong with all of ``y``."""
    lowest, highest = np.minimum.reduce(x), np.maximum.reduce(x)  # NaN if there is one
    limit = np.finfo(x.dtype).max if clip else 1.0
    if not (lowest >= -limit and highest <= limit):
        _in_range(y, clip, "y")


def _look_up(table: np.ndarray, codes: Array, workers: int | None) -> Array:
    """``table[codes modulo its length]``, which is a power of two: a negative code counts from the end."""
    last = len(table) - 1
    if not is_numpy(codes):
        xp = namespace(codes)
        index = xp.bitwise_and(xp.astype(codes, xp.int64), like(last, codes, dtype=xp.int64))
        return xp.reshape(xp.take(like(table, codes), xp.reshape(index, (-1,)), axis=0), codes.shape)
    flat = np.ascontiguousarray(codes).reshape(-1).view(f"u{codes.dtype.itemsize}")
    values = np.empty(flat.shape, dtype=table.dtype)

    def start_run(size: int) -> Run:
        index = np.empty(size, dtype=np.intp)

        def run(start: int, stop: int) -> None:
            i = index[: stop - start]
            np.copyto(i, flat[start:stop], casting="unsafe")
            if np.iinfo(flat.dtype).max > last:
                np.bitwise_and(i, last, out=i)
            np.take(table, i, out=values[start:stop], mode="wrap")

        return run

    _share_out_blocks(start_run, flat.size, workers)
    return values.reshape(codes.shape)
