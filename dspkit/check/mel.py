"""Checks for ``notebooks/homework/09_mel.ipynb``."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from .. import decibels, mel, short_time
from ..errors import EmptyFilterWarning
from ._check import Case, Check, Mistake

__all__ = ["empty_filters", "hz_to_mel", "log_mel", "mel_filterbank", "mel_to_hz", "melspectrogram"]


def _noise(*shape: int, seed: int = 9, dtype: str = "float64") -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape).astype(dtype)


# librosa's filters are float32, whatever the samples are.
_FLOAT32 = 1e-6

# ------------------------------------------------------------------------------------------------- the scale

_HZ = np.array([0.0, 100.0, 440.0, 999.5, 1000.0, 1000.5, 4000.0, 11025.0])
_MELS = np.array([0.0, 1.5, 6.6, 14.9, 15.0, 15.1, 35.0, 49.9])

hz_to_mel = Check(
    "hz_to_mel (Slaney)",
    lambda frequencies: mel.hz_to_mel(frequencies),
    (
        Case("eight frequencies from 0 to 11025 Hz", (_HZ,)),
        Case("five frequencies below 1000 Hz", (_HZ[:4],)),
        Case("an array of shape (2, 4)", (_HZ.reshape(2, 4),)),
    ),
    (
        Mistake(
            "HTK's scale where Slaney's was asked",
            lambda f: mel.hz_to_mel(f, htk=True),
            "2595·log₁₀(1 + f/700) is HTK's. Slaney's is straight, 3f/200, up to 1000 Hz and logarithmic above.",
        ),
        Mistake(
            "the straight part used for all frequencies",
            lambda f: 3.0 * f / 200.0,
            "Above 1000 Hz go on from 15 mels with a logarithm: 15 + 27·ln(f/1000)/ln 6.4.",
        ),
        Mistake(
            "the logarithmic part used for all frequencies",
            lambda f: 15.0 + 27.0 * np.log(np.maximum(f, 1e-300) / 1000.0) / np.log(6.4),
            "Below 1000 Hz the scale is straight: 3f/200. A logarithm would go to minus infinity at 0 Hz.",
        ),
        Mistake(
            "a logarithm of base 10 for the natural one",
            lambda f: np.where(f < 1000, 3 * f / 200, 15 + 27 * np.log10(np.maximum(f, 1.0) / 1000) / np.log(6.4)),
            "Both logarithms must have the same base: ln(f/1000)/ln 6.4.",
        ),
        Mistake(
            "200/3 multiplied where it divides",
            lambda f: np.where(
                f < 1000, f * (200.0 / 3.0), 15 + 27 * np.log(np.maximum(f, 1.0) / 1000.0) / np.log(6.4)
            ),
            "A mel is 200/3 Hz wide there: mels are f divided by 200/3.",
        ),
        Mistake(
            "the way back: mel to hertz",
            lambda f: mel.mel_to_hz(np.minimum(f, 1e4)),
            "Hertz come in, mels go out.",
        ),
    ),
)

mel_to_hz = Check(
    "mel_to_hz (Slaney)",
    lambda mels: mel.mel_to_hz(mels),
    (
        Case("eight points from 0 to 49.9 mel", (_MELS,)),
        Case("four points below 15 mel", (_MELS[:4],)),
    ),
    (
        Mistake(
            "HTK's scale where Slaney's was asked",
            lambda m: mel.mel_to_hz(m, htk=True),
            "700·(10^(m/2595) − 1) is HTK's. Slaney's is straight, 200m/3, up to 15 mel.",
        ),
        Mistake(
            "the straight part used for all mels",
            lambda m: 200.0 * m / 3.0,
            "Above 15 mel frequencies grow by the same factor with each mel: 1000·6.4^((m − 15)/27).",
        ),
        Mistake(
            "the way there: hertz to mel",
            lambda m: mel.hz_to_mel(m),
            "Mels come in, hertz go out.",
        ),
    ),
)

# ----------------------------------------------------------------------------------------------- the filters


def _bank(
    sr: float,
    n_fft: int,
    n_mels: int,
    *,
    htk: bool = False,
    norm: Any = "slaney",
    triangles: str = "hz",
    floored: bool = False,
    points: str = "mel",
) -> np.ndarray:
    """A mel filterbank with its conventions as switches, for the wrong implementations below."""
    edges = mel.mel_frequencies(n_mels + 2, fmax=sr / 2, htk=htk)
    if points == "hz":
        edges = np.linspace(0.0, sr / 2, n_mels + 2)
    bins = np.arange(1 + n_fft // 2) * sr / n_fft
    widths = edges[2:] - edges[:-2]
    if triangles == "mel":
        bins, edges = mel.hz_to_mel(bins, htk=htk), mel.hz_to_mel(edges, htk=htk)
    fb = _between_bins(n_fft, np.floor((n_fft + 1) * edges / sr)) if floored else mel._triangles(bins, edges)
    if norm == "slaney":
        return fb * (2.0 / widths)[:, None]
    if norm is None:
        return fb
    size = fb.sum(axis=1) if norm == 1 else fb.max(axis=1)
    return fb / np.where(size > 0, size, 1.0)[:, None]


def _between_bins(n_fft: int, edges: np.ndarray) -> np.ndarray:
    """Triangles from bin to bin, as python_speech_features has them."""
    k, left, middle, right = np.arange(1 + n_fft // 2), edges[:-2, None], edges[1:-1, None], edges[2:, None]
    rising = (k - left) / np.maximum(middle - left, 1.0)
    falling = (right - k) / np.maximum(right - middle, 1.0)
    return np.where((k >= left) & (k < middle), rising, np.where((k >= middle) & (k < right), falling, 0.0))


def _quiet_bank(sr: float, n_fft: int, n_mels: int) -> np.ndarray:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", EmptyFilterWarning)
        return mel.mel_filterbank(sr=sr, n_fft=n_fft, n_mels=n_mels)


_GRIDS = ((8000, 256, 10), (16000, 512, 40), (22050, 1024, 64), (8000, 255, 10), (16000, 256, 128))

mel_filterbank = Check(
    "mel_filterbank (Slaney's scale and norm)",
    _quiet_bank,
    tuple(
        Case(f"sr={sr}, n_fft={n_fft}, n_mels={n_mels}" + note, (), {"sr": sr, "n_fft": n_fft, "n_mels": n_mels})
        for (sr, n_fft, n_mels), note in zip(
            _GRIDS, ("", "", "", " (an odd n_fft)", " (some filters are empty)"), strict=True
        )
    ),
    (
        Mistake(
            "HTK's scale where Slaney's was asked",
            lambda sr, n_fft, n_mels: _bank(sr, n_fft, n_mels, htk=True),
            "Use dk.hz_to_mel(f), without htk=True: straight up to 1000 Hz, logarithmic above.",
        ),
        Mistake(
            "HTK's scale and no norm (torchaudio's default)",
            lambda sr, n_fft, n_mels: _bank(sr, n_fft, n_mels, htk=True, norm=None),
            "Two things: Slaney's scale, and each filter times 2/(its width in hertz).",
        ),
        Mistake(
            "a filterbank without norm: triangles of height 1",
            lambda sr, n_fft, n_mels: _bank(sr, n_fft, n_mels, norm=None),
            "Give every triangle the area 1: multiply it by 2/(edges[i + 2] − edges[i]), in hertz.",
        ),
        Mistake(
            "weights that add up to 1 in place of triangles of area 1",
            lambda sr, n_fft, n_mels: _bank(sr, n_fft, n_mels, norm=1),
            "The area counts in hertz: multiply by 2/(edges[i + 2] − edges[i]), whatever bins there are.",
        ),
        Mistake(
            "each filter divided by its largest weight",
            lambda sr, n_fft, n_mels: _bank(sr, n_fft, n_mels, norm=np.inf),
            "The top rarely falls on a bin. Multiply by 2/(edges[i + 2] − edges[i]) and leave the weights as they are.",
        ),
        Mistake(
            "1/width for 2/width: triangles of area 1/2",
            lambda sr, n_fft, n_mels: 0.5 * _bank(sr, n_fft, n_mels),
            "A triangle's area is half of width times height: the height for area 1 is 2/width.",
        ),
        Mistake(
            "band edges floored to bins",
            lambda sr, n_fft, n_mels: _bank(sr, n_fft, n_mels, floored=True),
            "That is python_speech_features' way. Keep the edges in hertz, and ask for the line's value at each bin.",
        ),
        Mistake(
            "band edges floored to bins, and no norm",
            lambda sr, n_fft, n_mels: _bank(sr, n_fft, n_mels, floored=True, norm=None),
            "Keep the edges in hertz, ask for the line's value at each bin, and multiply by 2/(width in hertz).",
        ),
        Mistake(
            "triangles that are straight over mel",
            lambda sr, n_fft, n_mels: _bank(sr, n_fft, n_mels, triangles="mel"),
            "That is HTK's and Kaldi's way. Here the points are spaced on the mel scale, the lines drawn over hertz.",
        ),
        Mistake(
            "filters at equal distances in hertz",
            lambda sr, n_fft, n_mels: _bank(sr, n_fft, n_mels, points="hz"),
            "Space the n_mels + 2 points equally in mel, then go back to hertz with dk.mel_to_hz.",
        ),
        Mistake(
            "the Nyquist bin missing",
            lambda sr, n_fft, n_mels: _bank(sr, n_fft, n_mels)[:, : n_fft // 2],
            "A real spectrum has 1 + n_fft // 2 bins: keep the last one.",
        ),
        Mistake(
            "all n_fft bins where half of them were asked",
            lambda sr, n_fft, n_mels: np.pad(
                _bank(sr, n_fft, n_mels), [(0, 0), (0, n_fft - 1 - n_fft // 2)], mode="constant"
            ),
            "The frames are real: 1 + n_fft // 2 bins, from 0 Hz up to half the sample rate.",
        ),
        Mistake(
            "bins before bands: the matrix is transposed",
            lambda sr, n_fft, n_mels: _bank(sr, n_fft, n_mels).T,
            "A row for each filter: (n_mels, 1 + n_fft // 2), so that fb @ S gives bands.",
        ),
        Mistake(
            "only the rising sides",
            lambda sr, n_fft, n_mels: _rising(sr, n_fft, n_mels),
            "A triangle is the smaller of the rising and the falling line, where that is above zero.",
        ),
    ),
    rtol=_FLOAT32,
)


def _rising(sr: float, n_fft: int, n_mels: int) -> np.ndarray:
    edges = mel.mel_frequencies(n_mels + 2, fmax=sr / 2)
    bins = np.arange(1 + n_fft // 2) * sr / n_fft
    left, middle, right = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    rising = np.where((bins >= left) & (bins <= middle), (bins - left) / (middle - left), 0.0)
    return rising * 2.0 / (right - left)


_CROWDED = tuple(_quiet_bank(*grid) for grid in ((16000, 256, 128), (8000, 64, 40), (16000, 512, 40)))

empty_filters = Check(
    "empty_filters",
    lambda fb: mel.empty_filters(fb),
    (
        Case("a filterbank of shape (128, 129), as it is", (_CROWDED[0],)),
        Case("a filterbank of shape (40, 33)", (_CROWDED[1],)),
        Case("a filterbank of shape (40, 257), none empty", (_CROWDED[2],)),
    ),
    (
        Mistake(
            "how many there are, not which",
            lambda fb: np.array(len(mel.empty_filters(fb))),
            "Return their numbers: np.flatnonzero of a condition.",
        ),
        Mistake(
            "the bins that no filter uses",
            lambda fb: np.flatnonzero(~np.any(fb != 0, axis=0)),
            "Look along the bins, axis=1: a filter is a row.",
        ),
        Mistake(
            "the filters that are not empty",
            lambda fb: np.flatnonzero(np.any(fb != 0, axis=1)),
            "Turn the condition round: all weights of an empty filter are zero.",
        ),
        Mistake(
            "True and False where numbers were asked",
            lambda fb: ~np.any(fb != 0, axis=1),
            "np.flatnonzero gives the places where a condition is True.",
        ),
        Mistake(
            "counted from 1",
            lambda fb: mel.empty_filters(fb) + 1,
            "The first filter is number 0.",
        ),
    ),
)

# --------------------------------------------------------------------------------------------- mel spectrogram

_MEL: dict[str, Any] = {"n_fft": 256, "hop_length": 64}


def _mel_of(y: np.ndarray, sr: float, n_mels: int, *, power: float = 2.0, **settings: Any) -> np.ndarray:
    """A mel spectrogram of the checks' frames, for the wrong implementations below."""
    framing = {**_MEL, **{k: v for k, v in settings.items() if k in {"hop_length", "center", "window", "pad_mode"}}}
    bank = {k: v for k, v in settings.items() if k not in framing and k != "center"}
    S = short_time.spectrogram(y, power=power, **framing)
    return _bank(sr, _MEL["n_fft"], n_mels, **bank) @ S


def _reference(y: np.ndarray, sr: float, n_mels: int) -> np.ndarray:
    return mel.melspectrogram(y, sr=sr, n_mels=n_mels, **_MEL)


_MEL_CASES = (
    Case("1024 samples at 8000 Hz, 10 bands", (_noise(1024), 8000, 10)),
    Case("1500 samples at 16000 Hz, 20 bands", (_noise(1500), 16000, 20)),
    Case("two channels, shape (2, 900), 10 bands", (_noise(2, 900), 8000, 10)),
    Case("1024 samples of float32, 10 bands", (_noise(1024, dtype="float32"), 8000, 10)),
)

melspectrogram = Check(
    "melspectrogram (n_fft=256, hop_length=64, power)",
    _reference,
    _MEL_CASES,
    (
        Mistake(
            "magnitude where power was asked",
            lambda y, sr, n_mels: _mel_of(y, sr, n_mels, power=1.0),
            "Bands add energies: square the magnitudes first, abs(D) ** 2.",
        ),
        Mistake(
            "bands of magnitudes, squared afterwards",
            lambda y, sr, n_mels: _mel_of(y, sr, n_mels, power=1.0) ** 2,
            "Square before the filters add up, not after: (a + b)² is not a² + b².",
        ),
        Mistake(
            "HTK's scale where Slaney's was asked",
            lambda y, sr, n_mels: _mel_of(y, sr, n_mels, htk=True),
            "Use Slaney's scale, the default of dk.mel_filterbank.",
        ),
        Mistake(
            "a filterbank without norm",
            lambda y, sr, n_mels: _mel_of(y, sr, n_mels, norm=None),
            "Multiply each filter by 2/(its width in hertz): norm='slaney'.",
        ),
        Mistake(
            "HTK's scale and no norm (torchaudio's default)",
            lambda y, sr, n_mels: _mel_of(y, sr, n_mels, htk=True, norm=None),
            "Slaney's scale and norm are asked for: the defaults of librosa and of dk.mel_filterbank.",
        ),
        Mistake(
            "band edges floored to bins",
            lambda y, sr, n_mels: _mel_of(y, sr, n_mels, floored=True),
            "Keep the edges in hertz, and ask for the triangle's value at each bin.",
        ),
        Mistake(
            "decibels where power was asked",
            lambda y, sr, n_mels: decibels.power_to_db(_mel_of(y, sr, n_mels)),
            "Leave out the logarithm here; it comes as a step of its own.",
        ),
        Mistake(
            "frames too few: no centring",
            lambda y, sr, n_mels: _mel_of(y, sr, n_mels, center=False),
            "Did you centre? Add n_fft // 2 zeros on both sides first: 1 + len(y) // hop_length frames.",
        ),
        Mistake(
            "reflected samples where zeros were asked",
            lambda y, sr, n_mels: _mel_of(y, sr, n_mels, pad_mode="reflect"),
            "torchaudio and older librosa reflect; here the ends are padded with zeros. Only the outer frames differ.",
        ),
        Mistake(
            "no window",
            lambda y, sr, n_mels: _mel_of(y, sr, n_mels, window="boxcar"),
            "Multiply each frame with a periodic Hann window before the FFT.",
        ),
        Mistake(
            "time axis first",
            lambda y, sr, n_mels: _mel_of(y, sr, n_mels).swapaxes(-1, -2),
            "Bands stand before frames: (..., n_mels, n_frames).",
        ),
        Mistake(
            "power divided by n_fft",
            lambda y, sr, n_mels: _mel_of(y, sr, n_mels) / _MEL["n_fft"],
            "No factor here: the power of the plain STFT.",
        ),
    ),
    rtol=_FLOAT32,
)


def _log_mel(y: np.ndarray, sr: float, n_mels: int, ref: float) -> np.ndarray:
    """Decibels of the checks' mel spectrogram, for the wrong implementations below."""
    return decibels.power_to_db(_mel_of(y, sr, n_mels), ref=ref, top_db=None)


_FADING = Case("a sound that fades to nothing, 10 bands", (_noise(2000) * np.logspace(0, -8, 2000), 8000, 10))

log_mel = Check(
    "log_mel (10·log₁₀ of mel power over ref, not below 1e-10)",
    lambda y, sr, n_mels, ref: decibels.power_to_db(_reference(y, sr, n_mels), ref=ref, top_db=None),
    tuple(
        Case(f"{case.words}, ref={ref}", (*case.args, ref))
        for case, ref in zip((*_MEL_CASES, _FADING), (1.0, 0.1, 4.0, 2.0, 0.1), strict=True)
    ),
    (
        Mistake(
            "20·log₁₀ where 10·log₁₀ was asked",
            lambda y, sr, n_mels, ref: 2.0 * _log_mel(y, sr, n_mels, ref),
            "20·log₁₀ is for amplitudes. Mel bands here are power: 10·log₁₀(M / ref).",
        ),
        Mistake(
            "10·log₁₀ taken twice",
            lambda y, sr, n_mels, ref: decibels.power_to_db(np.abs(_log_mel(y, sr, n_mels, ref)), top_db=None),
            "The bands are decibels after the first logarithm: take it once.",
        ),
        Mistake(
            "the natural logarithm, without the 10",
            lambda y, sr, n_mels, ref: _log_mel(y, sr, n_mels, ref) * np.log(10.0) / 10.0,
            "That is HTK's and Kaldi's unit. A decibel is a tenth of a power of ten: 10·log₁₀.",
        ),
        Mistake(
            "10 times the natural logarithm",
            lambda y, sr, n_mels, ref: _log_mel(y, sr, n_mels, ref) * np.log(10.0),
            "np.log is the natural logarithm; a decibel counts in powers of ten: np.log10.",
        ),
        Mistake(
            "the logarithm of base 10 without the factor 10: bels",
            lambda y, sr, n_mels, ref: _log_mel(y, sr, n_mels, ref) / 10.0,
            "log₁₀ gives bels; there are ten decibels in one.",
        ),
        Mistake(
            "ref left unused",
            lambda y, sr, n_mels, ref: _log_mel(y, sr, n_mels, 1.0),
            "Divide by ref first: the power ref reads 0 dB.",
        ),
        Mistake(
            "the loudest band as reference, whatever ref says",
            lambda y, sr, n_mels, ref: decibels.power_to_db(_mel_of(y, sr, n_mels), ref=np.max, top_db=None),
            "ref is the power that reads 0 dB. Against the maximum, a whisper and a shout both peak at 0 dB.",
        ),
        Mistake(
            "multiplied by ref where it divides",
            lambda y, sr, n_mels, ref: _log_mel(y, sr, n_mels, 1.0 / ref),
            "A larger reference makes the reading smaller: 10·log₁₀(M / ref).",
        ),
        Mistake(
            "the mean of decibels: the logarithm before the filters",
            lambda y, sr, n_mels, ref: (
                _bank(sr, 256, n_mels) @ decibels.power_to_db(short_time.spectrogram(y, **_MEL), ref=ref, top_db=None)
            ),
            "First the filters add up energies, then comes the logarithm.",
        ),
        Mistake(
            "magnitude where power was asked",
            lambda y, sr, n_mels, ref: decibels.power_to_db(_mel_of(y, sr, n_mels, power=1.0), ref=ref, top_db=None),
            "10·log₁₀ is for power: square the magnitudes before the filters.",
        ),
        Mistake(
            "mel power itself, without a logarithm",
            lambda y, sr, n_mels, ref: _mel_of(y, sr, n_mels),
            "Decibels are asked for: 10·log₁₀(M / ref).",
        ),
    ),
    rtol=_FLOAT32,
)
