"""Test sounds, made from formulas: no lesson needs a download.

Lesson: ``notebooks/00_start_here.ipynb``. Every sound is the same on every run: what is random comes from a
``seed``. Samples are computed in double precision and then rounded to ``dtype``. Full scale is 1.0; levels are
exact and low (peaks up to 0.5, RMS about −20 dB below full scale), so that everything can be played as it is.

Sources: J. S. Bendat and A. G. Piersol, *Random Data* (noise); K. Karplus and A. Strong, "Digital synthesis of
plucked-string and drum timbres", and D. A. Jaffe and J. O. Smith, "Extensions of the Karplus-Strong
plucked-string algorithm", both in *Computer Music Journal* 7(2), 1983; D. H. Klatt, "Software for a
cascade/parallel formant synthesizer", *J. Acoust. Soc. Am.* 67 (1980); G. E. Peterson and H. L. Barney, "Control
methods used in a study of the vowels", *J. Acoust. Soc. Am.* 24 (1952), Table II (men).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ._arrays import Array, arange, as_samples
from ._validate import one_of, positive_int, positive_number
from .errors import ParameterError, SampleTypeError

__all__ = ["chirp", "click", "drum_loop", "fade", "harmonic_tone", "melody", "noise", "pluck", "sine", "vowels"]


def sine(
    freq: float,
    sr: float = 22050,
    *,
    duration: float = 1.0,
    amplitude: float = 0.2,
    phase: float = 0.0,
    dtype: Any = "float32",
) -> np.ndarray:
    """A sine: ``amplitude * sin(2π * freq * n / sr + phase)``.

    Parameters
    ----------
    freq : float
        Frequency in hertz, from 0 up to sr/2.
    sr : float
        Sample rate in hertz.
    duration : float
        Length in seconds; the sound has ``round(duration * sr)`` samples.
    amplitude : float
        The peak; the RMS level is ``amplitude / sqrt(2)`` (0.2 gives −17 dB below full scale).
    phase : float
        Angle at the first sample, in radians; π/2 gives a cosine.
    dtype : {"float32", "float64"}

    Returns
    -------
    array (n,)

    Examples
    --------
    >>> sine(1000, sr=8000, duration=0.001, amplitude=0.5).round(4)
    array([ 0.    ,  0.3536,  0.5   ,  0.3536,  0.    , -0.3536, -0.5   , -0.3536], dtype=float32)

    """
    n, sr = _grid(duration, sr)
    freq = _below_nyquist(freq, sr)
    turns = freq / sr * np.arange(n)
    return _finish(_amplitude(amplitude) * np.sin(2 * math.pi * turns + float(phase)), dtype)


def chirp(
    f0: float,
    f1: float,
    sr: float = 22050,
    *,
    duration: float = 1.0,
    kind: str = "linear",
    amplitude: float = 0.2,
    phase: float = 0.0,
    dtype: Any = "float32",
) -> np.ndarray:
    """A sine that glides from ``f0`` at the start to ``f1`` at time ``duration``.

    Linear: ``f(t) = f0 + (f1 - f0) * t / duration``. Exponential: ``f(t) = f0 * (f1 / f0) ** (t / duration)``,
    equal times for equal musical intervals. The phase is 2π times the integral of f, plus ``phase`` (radians).

    ``f0`` and ``f1`` are in hertz, up to sr/2; both above 0 for the exponential kind. The other parameters and
    the result are as for :func:`sine`.

    Examples
    --------
    >>> y = chirp(100, 4000, sr=8000, duration=1.0)
    >>> y.shape, y.dtype
    ((8000,), dtype('float32'))

    """
    n, sr = _grid(duration, sr)
    kind = one_of(kind, ("linear", "exponential"), "kind")
    f0, f1 = _below_nyquist(f0, sr, "f0"), _below_nyquist(f1, sr, "f1")
    t = np.arange(n) / sr
    if kind == "linear":
        turns = f0 * t + (f1 - f0) * t**2 / (2 * duration)
    elif min(f0, f1) == 0:
        raise ParameterError(
            f"{f0=:g}, {f1=:g}: an exponential chirp never reaches 0 Hz. Start higher, or kind='linear'."
        )
    elif f0 == f1:
        turns = f0 * t
    else:
        rate = math.log(f1 / f0) / duration
        turns = f0 * np.expm1(rate * t) / rate
    return _finish(_amplitude(amplitude) * np.sin(2 * math.pi * turns + float(phase)), dtype)


def click(
    times: float | Sequence[float] = 0.0,
    sr: float = 22050,
    *,
    duration: float = 1.0,
    amplitude: float = 0.5,
    dtype: Any = "float32",
) -> np.ndarray:
    """Silence with a click of one sample at each of ``times`` (seconds, rounded to the nearest sample).

    The spectrum of a single click is flat: all frequencies alike. ``amplitude`` is the value of the sample.

    Examples
    --------
    >>> click([0.0, 0.003], sr=1000, duration=0.005)
    array([0.5, 0. , 0. , 0.5, 0. ], dtype=float32)

    """
    n, sr = _grid(duration, sr)
    y = np.zeros(n)
    for time in np.atleast_1d(np.asarray(times, dtype="float64")).tolist():
        index = round(positive_number(time, "times", unit="seconds", zero=True) * sr)
        if index >= n:
            raise ParameterError(
                f"a click at {time:g} s is outside the sound of {n / sr:g} s; times must be below duration."
            )
        y[index] = _amplitude(amplitude)
    return _finish(y, dtype)


def noise(
    *,
    kind: str = "white",
    sr: float = 22050,
    duration: float = 1.0,
    rms: float = 0.1,
    seed: int = 0,
    dtype: Any = "float32",
) -> np.ndarray:
    """Gaussian noise with an RMS of exactly ``rms``: white (equal power per hertz) or pink (per octave).

    Pink noise is white noise whose spectrum is divided by √f: its power falls by 3 dB per octave, above 20 Hz;
    below it is flat, and its mean is 0.

    Parameters
    ----------
    kind : {"white", "pink"}
    sr, duration : float
        Sample rate in hertz, length in seconds.
    rms : float
        Root mean square (0.1 is −20 dB below full scale); peaks reach about 4.5 times that.
    seed : int
        The same seed gives the same noise.
    dtype : {"float32", "float64"}

    Examples
    --------
    >>> y = noise(kind="pink", sr=8000, duration=1.0)
    >>> print(f"{(y**2).mean() ** 0.5:.4f}")
    0.1000

    """
    n, sr = _grid(duration, sr)
    kind = one_of(kind, ("white", "pink"), "kind")
    y = _random(seed).standard_normal(n)
    if kind == "pink":
        if n < 2:
            raise ParameterError(f"duration={duration:g} gives {n} sample; pink noise needs at least 2.")
        import scipy.fft

        f = np.arange(1 + n // 2) * (sr / n)
        Y = scipy.fft.rfft(y) / np.sqrt(np.maximum(f, 20.0))
        Y[0] = 0.0
        y = scipy.fft.irfft(Y, n=n)
    level = positive_number(rms, "rms", unit="full scale")
    return _finish(y * (level / math.sqrt(np.mean(y**2))), dtype)


def harmonic_tone(
    freq: float,
    sr: float = 22050,
    *,
    duration: float = 1.0,
    partials: int | Sequence[float] = 8,
    amplitude: float = 0.1,
    dtype: Any = "float32",
) -> np.ndarray:
    """A tone with partials at ``k * freq``: ``amplitude * Σ_k partials[k-1] * sin(2π * k * freq * n / sr)``.

    Parameters
    ----------
    freq : float
        Fundamental frequency in hertz.
    partials : sequence of float, or int
        The strength of each partial, the fundamental first; 0 leaves one out. A number K stands for
        1, 1/2, …, 1/K, a softened sawtooth. Partials at sr/2 and above are left out: they would come back as
        other frequencies.
    amplitude : float
        The amplitude of a partial of strength 1.

    ``sr``, ``duration``, ``dtype`` and the result are as for :func:`sine`.

    Examples
    --------
    >>> y = harmonic_tone(200, sr=8000, duration=0.5, partials=(1, 0, 0.5))
    >>> import numpy as np
    >>> bool(np.allclose(y, sine(200, sr=8000, duration=0.5, amplitude=0.1)
    ...                     + sine(600, sr=8000, duration=0.5, amplitude=0.05), atol=1e-7))
    True

    """
    n, sr = _grid(duration, sr)
    freq = _below_nyquist(freq, sr)
    strengths = _strengths(partials)
    y = np.zeros(n)
    for k, strength in enumerate(strengths, start=1):
        if k * freq < sr / 2:
            y += strength * np.sin(2 * math.pi * (k * freq / sr) * np.arange(n))
    return _finish(_amplitude(amplitude) * y, dtype)


def _strengths(partials: int | Sequence[float]) -> np.ndarray:
    if isinstance(partials, int | np.integer):
        return 1.0 / np.arange(1, positive_int(partials, "partials") + 1)
    strengths = np.asarray(partials)
    if (
        strengths.dtype.kind not in "iuf"
        or strengths.ndim != 1
        or not strengths.size
        or not np.isfinite(strengths).all()
    ):
        raise ParameterError(
            f"partials={partials!r}; expected the strength of each partial, such as (1, 0.5, 0.25), or their number."
        )
    return strengths


def pluck(
    freq: float,
    sr: float = 22050,
    *,
    duration: float = 1.0,
    amplitude: float = 0.3,
    decay: float = 4.0,
    seed: int = 0,
    dtype: Any = "float32",
) -> np.ndarray:
    r"""A plucked string (Karplus and Strong): a burst of noise runs round a loop one period long.

    Each time round, the loop averages neighbouring samples: high partials die first, as on a string. A period
    is seldom a whole number of samples; an all-pass filter in the loop delays by the missing fraction, so that
    the pitch is right to a small part of a cent (Jaffe and Smith).

    .. math:: H(z) = \frac{1}{1 - ρ·\frac{1 + z^{-1}}{2}·\frac{C + z^{-1}}{1 + C z^{-1}}·z^{-N}}

    Parameters
    ----------
    freq : float
        Pitch in hertz, from 20 up to sr/4.
    amplitude : float
        The peak.
    decay : float
        Seconds until the fundamental has fallen by 60 dB; high notes die sooner than a long ``decay`` says.
    seed : int
        The noise of the pluck.

    ``sr``, ``duration``, ``dtype`` and the result are as for :func:`sine`.

    Examples
    --------
    >>> y = pluck(220, duration=0.5)
    >>> print(y.shape, f"{abs(y).max():.2f}")
    (11025,) 0.30

    """
    from scipy.signal import lfilter

    n, sr = _grid(duration, sr)
    freq = positive_number(freq, "freq", unit="hertz")
    if not 20.0 <= freq <= sr / 4:
        raise ParameterError(f"freq={freq:g} Hz; a string here sounds from 20 Hz up to sr/4 = {sr / 4:g} Hz.")
    omega = 2 * math.pi * freq / sr
    # The loop takes one period: N samples, half a sample in the average, `rest` in the all-pass filter.
    period = sr / freq
    N = math.floor(period - 0.5 - 0.1)  # rest lies in 0.1 … 1.1: there the all-pass is short
    rest = period - 0.5 - N
    C = math.sin(omega * (1 - rest) / 2) / math.sin(omega * (1 + rest) / 2)  # Jaffe and Smith, eq. 16
    per_period = 10 ** (-3 * period / (sr * positive_number(decay, "decay", unit="seconds")))
    rho = min(per_period / math.cos(omega / 2), 0.99999)  # cos(ω/2) is what the average takes; ρ < 1 is stable
    loop = np.zeros(N + 3)
    loop[:2] = 1.0, C
    loop[N:] -= rho / 2 * np.array([C, 1 + C, 1.0])
    # A finger is softer than white noise: its running sum, which ends where it began, has partials like 1/k.
    steps = _random(seed).uniform(-1.0, 1.0, size=N)
    walk = np.cumsum(steps - steps.mean())
    burst = np.zeros(n)
    burst[:N] = (walk - walk.mean())[:n]
    y = lfilter([1.0, C], loop, burst)
    return _finish(_to_peak(y, amplitude), dtype)


# Eighth notes of the melody, as MIDI numbers (69 is the A of 440 Hz); 0 is a rest. Em, C, G, D.
_TUNE = (71, 76, 74, 71, 67, 72, 76, 74, 71, 74, 79, 74, 69, 78, 74, 0)
_BASS = (52, 48, 43, 50)  # one for every four eighths


def melody(
    sr: float = 22050,
    *,
    duration: float = 4.0,
    tempo: float = 120.0,
    amplitude: float = 0.5,
    seed: int = 0,
    dtype: Any = "float32",
) -> np.ndarray:
    """Two bars of plucked strings, tune and bass; the tune begins anew when ``duration`` is longer.

    Parameters
    ----------
    sr, duration : float
        Sample rate in hertz, length in seconds (two bars at 120 beats a minute are 4 s). The last 20 ms fade.
    tempo : float
        Beats (quarter notes) in a minute.
    amplitude : float
        The peak.
    seed : int
        The noise of the plucks.
    dtype : {"float32", "float64"}

    Examples
    --------
    >>> melody(duration=2.0).shape
    (44100,)

    """
    n, sr = _grid(duration, sr)
    eighth = 30.0 / positive_number(tempo, "tempo", unit="beats in a minute")
    y = np.zeros(n)
    for step in range(math.ceil(n / sr / eighth)):
        place = step % len(_TUNE)
        if _TUNE[place]:
            _add(y, _note(_TUNE[place], sr, 4 * eighth, 1.0, seed + step), round(step * eighth * sr))
        if place % 4 == 0:
            _add(y, _note(_BASS[place // 4], sr, 5 * eighth, 0.8, seed - 1 - step), round(step * eighth * sr))
    return _finish(_to_peak(_fade_out(y, sr, 0.02), amplitude), dtype)


def _note(midi: int, sr: float, duration: float, amplitude: float, seed: int) -> np.ndarray:
    """One plucked note, ended softly; an octave lower as often as a low sample rate asks."""
    freq = 440.0 * 2.0 ** ((midi - 69) / 12)
    while freq > sr / 4:
        freq /= 2
    note = pluck(freq, sr=sr, duration=duration, amplitude=amplitude, decay=2.0, seed=abs(seed), dtype="float64")
    return _fade_out(note, sr, duration / 4)


def drum_loop(
    sr: float = 22050,
    *,
    duration: float = 2.0,
    tempo: float = 120.0,
    amplitude: float = 0.5,
    seed: int = 0,
    dtype: Any = "float32",
) -> np.ndarray:
    """A bar of bass drum, snare and hi-hat; it begins anew when ``duration`` is longer.

    Bass drum on beats 1 and 3 (and before 4), snare on 2 and 4, hi-hat on every eighth. The bass drum is a sine
    that falls from 160 to 50 Hz, the snare noise and a tone, the hi-hat differenced (high-pass) noise; each dies
    away exponentially. Parameters and result are as for :func:`melody`.

    Examples
    --------
    >>> y = drum_loop(sr=8000)
    >>> print(y.shape, f"{abs(y).max():.1f}")
    (16000,) 0.5

    """
    n, sr = _grid(duration, sr)
    eighth = 30.0 / positive_number(tempo, "tempo", unit="beats in a minute")
    random = _random(seed)
    t = np.arange(round(0.3 * sr)) / sr
    y = np.zeros(n)
    for step in range(math.ceil(n / sr / eighth)):
        start, place = round(step * eighth * sr), step % 8
        hiss = random.standard_normal((2, t.size))
        _add(y, 0.12 * np.diff(hiss[0], prepend=0.0) * np.exp(-t / 0.02), start)
        if place in {0, 4, 5}:
            turns = 50.0 * t + 110.0 * 0.03 * (1.0 - np.exp(-t / 0.03))  # f(t) = 50 + 110·e^(−t/0.03)
            _add(y, 1.0 * np.sin(2 * math.pi * turns) * np.exp(-t / 0.09), start)
        if place in {2, 6}:
            body = 0.35 * np.sin(2 * math.pi * 190.0 * t) * np.exp(-t / 0.06)
            _add(y, body + 0.25 * hiss[1] * np.exp(-t / 0.05), start)
    return _finish(_to_peak(_fade_out(y, sr, 0.02), amplitude), dtype)


# Peterson and Barney (1952), Table II, men: the first three formants in hertz; a fourth at 3300 Hz for all.
_FORMANTS = {
    "a": (730.0, 1090.0, 2440.0, 3300.0),  # as in "hod"
    "e": (530.0, 1840.0, 2480.0, 3300.0),  # "head"
    "i": (270.0, 2290.0, 3010.0, 3300.0),  # "heed"
    "o": (570.0, 840.0, 2410.0, 3300.0),  # "hawed"
    "u": (300.0, 870.0, 2240.0, 3300.0),  # "who'd"
}
_BANDWIDTHS = (60.0, 90.0, 150.0, 200.0)  # hertz


def vowels(
    text: str = "aeiou",
    sr: float = 22050,
    *,
    duration: float = 2.0,
    f0: float = 120.0,
    amplitude: float = 0.4,
    dtype: Any = "float32",
) -> np.ndarray:
    """Sung vowels, one flowing into the next: a buzzing source through the resonances of the mouth (formants).

    The source is a band-limited sawtooth whose pitch sinks by a tenth, with a slight vibrato; each formant is a
    resonance of second order (Klatt), four in a row. All vowels have the same RMS, within 1 dB.

    Parameters
    ----------
    text : str
        Vowels among a, e, i, o, u; each gets an equal part of ``duration``.
    sr, duration : float
        Sample rate in hertz (formants at sr/2 and above are left out), length in seconds.
    f0 : float
        Pitch at the start, in hertz.
    amplitude : float
        The peak.
    dtype : {"float32", "float64"}

    Examples
    --------
    >>> vowels("ai", sr=16000, duration=1.0).shape
    (16000,)

    """
    n, sr = _grid(duration, sr)
    f0 = _below_nyquist(f0, sr, "f0")
    if not isinstance(text, str) or not text:
        raise ParameterError(f"text={text!r}; expected vowels among a, e, i, o, u, such as 'aiu'.")
    for letter in text:
        one_of(letter, _FORMANTS, "a letter of text")
    t = np.arange(n) / sr
    pitch = f0 * (1.0 - 0.1 * t / (n / sr)) * (1.0 + 0.006 * np.sin(2 * math.pi * 5.0 * t))
    source = _sawtooth(np.cumsum(pitch) / sr, highest=float(np.max(pitch)) / sr)
    voiced = {letter: _mouth(source, sr, _FORMANTS[letter]) for letter in set(text)}
    # Crossfade: each vowel's weight rises and falls as a raised cosine over 60 ms; the weights sum to 1.
    edges = duration / len(text) * np.arange(1, len(text))
    steps = [0.5 - 0.5 * np.cos(math.pi * np.clip((t - edge) / 0.06 + 0.5, 0.0, 1.0)) for edge in edges]
    y = voiced[text[0]]
    for letter, weight in zip(text[1:], steps, strict=True):
        y = (1.0 - weight) * y + weight * voiced[letter]
    seconds = min(0.03, n // 2 / sr)
    return _finish(_to_peak(fade(y, sr, seconds) if n > 1 else y, amplitude), dtype)


def _sawtooth(turns: np.ndarray, *, highest: float) -> np.ndarray:
    """Partials of strength 1/k at phase ``turns``, as many as stay below sr/2 (``highest`` is f/sr)."""
    y = np.zeros(turns.size)
    for k in range(1, math.ceil(0.5 / highest)):
        y += np.sin(2 * math.pi * k * turns) / k
    return y


def _mouth(source: np.ndarray, sr: float, formants: Sequence[float]) -> np.ndarray:
    """The source through one resonance for each formant, brought to an RMS of 1."""
    from scipy.signal import lfilter

    y = source
    for freq, width in zip(formants, _BANDWIDTHS, strict=True):
        if freq < sr / 2:
            r = math.exp(-math.pi * width / sr)  # Klatt, eq. 2: T·BW is the pole's distance from the circle
            b, c = 2 * r * math.cos(2 * math.pi * freq / sr), -r * r
            y = lfilter([1.0 - b - c], [1.0, -b, -c], y)
    return y / math.sqrt(np.mean(y**2))


def fade(y: Array, sr: float, seconds: float = 0.01, *, ends: str = "both") -> Array:
    """``y`` with its ends faded by half a raised cosine, so that starting and stopping make no click.

    Parameters
    ----------
    y : array (..., n)
        Samples, float32 or float64, time last.
    sr : float
        Sample rate in hertz.
    seconds : float
        Length of each fade.
    ends : {"both", "in", "out"}

    Returns
    -------
    array (..., n) of the same kind, a copy; the outermost samples are 0.

    Examples
    --------
    >>> import numpy as np
    >>> fade(np.ones(6), sr=1000, seconds=0.002)
    array([0. , 0.5, 1. , 1. , 0.5, 0. ])

    """
    y, xp = as_samples(y)
    sr = positive_number(sr, "sr", unit="hertz")
    ends = one_of(ends, ("both", "in", "out"), "ends")
    n, length = y.shape[-1], round(positive_number(seconds, "seconds", unit="seconds") * sr)
    if length * (2 if ends == "both" else 1) > n:
        raise ParameterError(
            f"a fade of {seconds:g} s ({length} samples) {'at both ends ' if ends == 'both' else ''}"
            f"does not fit into {n} samples; take a shorter one."
        )
    here = xp.astype(arange(y, n), xp.float64)
    weight: Any = 1.0
    if ends != "out":
        weight = weight * _rise(here, length, xp)
    if ends != "in":
        weight = weight * _rise(n - 1 - here, length, xp)
    return y * xp.astype(weight, y.dtype)


def _rise(distance: Array, length: int, xp: Any) -> Array:
    """0 at the end of the sound, 1 from ``length`` samples on, half a raised cosine between."""
    inside = xp.astype(distance < length, xp.float64)
    return 1.0 - inside * (0.5 + 0.5 * xp.cos(math.pi / max(length, 1) * distance))


def _fade_out(y: np.ndarray, sr: float, seconds: float) -> np.ndarray:
    return fade(y, sr, min(seconds, y.size / sr / 2), ends="out") if y.size > 1 else y


def _grid(duration: float, sr: float) -> tuple[int, float]:
    """The number of samples, which must not be 0, and the sample rate as a float."""
    sr = positive_number(sr, "sr", unit="hertz")
    n = round(positive_number(duration, "duration", unit="seconds") * sr)
    if n == 0:
        raise ParameterError(f"duration={duration:g} s at sr={sr:g} Hz is less than one sample.")
    return n, sr


def _below_nyquist(freq: float, sr: float, name: str = "freq") -> float:
    freq = positive_number(freq, name, unit="hertz", zero=True)
    if freq > sr / 2:
        raise ParameterError(
            f"{name}={freq:g} Hz is above half the sample rate, {sr / 2:g} Hz: it would sound as another frequency."
        )
    return freq


def _amplitude(amplitude: float) -> float:
    amplitude = positive_number(amplitude, "amplitude", unit="full scale", zero=True)
    if amplitude > 1:
        raise ParameterError(f"amplitude={amplitude:g} is above full scale, 1.0; expected 0 to 1, such as 0.2.")
    return amplitude


def _random(seed: int) -> np.random.Generator:
    return np.random.default_rng(positive_int(seed, "seed", minimum=0))


def _to_peak(y: np.ndarray, amplitude: float) -> np.ndarray:
    peak = float(np.max(np.abs(y)))
    return y * (_amplitude(amplitude) / peak) if peak > 0 else y


def _add(y: np.ndarray, sound: np.ndarray, start: int) -> None:
    """Mix ``sound`` into ``y`` from sample ``start``; what does not fit is cut off."""
    stop = min(start + sound.size, y.size)
    y[start:stop] += sound[: stop - start]


def _finish(y: np.ndarray, dtype: Any) -> np.ndarray:
    """``y`` rounded to float32 or float64, as asked."""
    try:
        name = np.dtype(dtype).name
    except TypeError:
        name = str(dtype)
    if name not in {"float32", "float64"}:
        raise SampleTypeError(f"dtype={name}; sounds are float32 or float64. Use dspkit.to_pcm16(y) for int16.")
    return y.astype(name)
