"""Which mel is this? The settings of librosa, torchaudio, HTK, Kaldi and Whisper, side by side.

Lesson: ``notebooks/09_mel.ipynb``. A :class:`Preset` lists every convention between samples and features, in the
order in which they come: scale, frames, window, spectrum, filters, logarithm, cosine transform. ``log_mel(y, sr,
preset="kaldi")`` and ``mfcc(y, sr=sr, preset="kaldi")`` follow it; :func:`compare` changes one preset into
another, one setting at a time, and measures what each does.

Sources: librosa 0.11, ``feature.melspectrogram``, ``feature.mfcc``; torchaudio 2.11, ``transforms.MelSpectrogram``,
``transforms.MFCC``; S. Young et al., *The HTK Book* (version 3.4), sections 5.2 to 5.6, and its configuration in
section 3.1.5; Kaldi, ``feat/feature-fbank``, ``feat/feature-mfcc``, ``feat/mel-computations``; A. Radford et al.,
"Robust speech recognition via large-scale weak supervision" (2022), ``whisper.audio.log_mel_spectrogram``.
"""

from __future__ import annotations

import dataclasses
import math
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np

from . import _blocks
from ._arrays import Array, as_samples, check_finite, dtype_name, is_numpy, like, namespace, rfft, to_numpy
from ._blocks import Bands, Framing
from ._engine import powers
from ._threads import scratch
from ._validate import one_of, positive_int, positive_number
from .cepstrum import as_real, cepstra
from .decibels import power_to_db
from .errors import EmptyFilterWarning, ParameterError
from .frames import check_one_frame, extend, frame_rows
from .mel import checked_bands, mel_filterbank, melspectrogram
from .signals import melody
from .windows import get_window

__all__ = ["Preset", "log_mel", "mfcc"]


@dataclass(frozen=True)
class Preset:
    """Every convention between samples and log-mel bands or MFCCs. Make a changed one with :func:`get`.

    Attributes
    ----------
    name : str
    sr : float or None
        The only sample rate for which it is defined, in hertz; None for any.
    scale : float
        What samples (full scale 1.0) are multiplied with first; 32768 where 16-bit integers are meant.
    n_fft : int or "next_pow2"
        Length of the transform, in samples or as the next power of two from the window's length.
    win_length : int, str or None
        Length of the window: in samples, as ``"25 ms"``, or None for n_fft.
    hop_length : int or str
        Distance of frames: in samples, as ``"10 ms"``, or as ``"1/2 window"``.
    pad_mode : str or None
        How the signal is continued, so that frames are centred. None: frames begin at the first sample, are
        counted by the window's length, and zeros fill them up to n_fft.
    drop_last : bool
        Whether the last frame is left out.
    whole_nyquist : bool
        Whether half the sample rate is rounded down to a whole number of hertz before the bins are laid out to there
        (torchaudio's ``sample_rate // 2``): at 11025 Hz, all filters move by a part in ten thousand.
    remove_dc : bool
        Whether each frame's mean is subtracted.
    preemphasis : float
        The c of x[n] − c·x[n−1] within each frame; its first sample becomes x[0]·(1 − c).
    window : str
        As for :func:`dspkit.get_window`; ``"povey"`` is Kaldi's Hann window to the power 0.85.
    sym : bool
        Whether the window is symmetric (else periodic).
    power : float
        2 for power, 1 for magnitude.
    n_mels, fmin, fmax, htk, norm, triangles
        As for :func:`dspkit.mel_filterbank`.
    bins : {"all", "htk"}
        Which bins the filters may use: HTK rounds ``fmin`` and ``fmax`` to bins, and leaves those outside out.
    log : {"db", "ln", "log10"}
        10 times the logarithm of base 10, the natural logarithm, or that of base 10.
    floor : float
        Bands below this count as this.
    top : float or None
        Values further than this below the largest are raised to there, in units of the logarithm.
    offset, divisor : float
        At last, (x + offset) / divisor.
    n_mfcc : int or None
        How many coefficients, c0 included; None where there are no MFCCs.
    mfcc_top : float or None
        ``top`` for MFCCs.
    dct_norm : {"ortho", "htk"}
        The cosine transform's scale: "htk" is √(2/n) for c0 too.
    lifter, lifter_first : float, int
        As L and ``first`` of :func:`dspkit.lifter`.
    c0 : {"dct", "energy"}
        Whether c0 is the transform's, or the logarithm of the frame's energy before pre-emphasis and window.

    Examples
    --------
    >>> get("kaldi").window, get("kaldi").preemphasis
    ('povey', 0.97)

    """

    name: str
    sr: float | None = None
    scale: float = 1.0
    n_fft: int | str = 2048
    win_length: int | str | None = None
    hop_length: int | str = 512
    pad_mode: str | None = "constant"
    drop_last: bool = False
    whole_nyquist: bool = False
    remove_dc: bool = False
    preemphasis: float = 0.0
    window: Any = "hann"
    sym: bool = False
    power: float = 2.0
    n_mels: int = 128
    fmin: float = 0.0
    fmax: float | None = None
    htk: bool = False
    norm: str | float | None = "slaney"
    triangles: str = "hz"
    bins: str = "all"
    log: str = "db"
    floor: float = 1e-10
    top: float | None = None
    offset: float = 0.0
    divisor: float = 1.0
    n_mfcc: int | None = 20
    mfcc_top: float | None = None
    dct_norm: str = "ortho"
    lifter: float = 0.0
    lifter_first: int = 0
    c0: str = "dct"

    def __post_init__(self) -> None:
        one_of(self.bins, ["all", "htk"], "bins")
        one_of(self.log, _LOGS, "log")
        one_of(self.dct_norm, ["ortho", "htk"], "dct_norm")
        one_of(self.c0, ["dct", "energy"], "c0")
        positive_number(self.scale, "scale")
        positive_number(self.floor, "floor")

    def sizes(self, sr: float) -> tuple[int, int, int]:
        """``n_fft``, ``win_length`` and ``hop_length`` in samples, at the sample rate ``sr``.

        Examples
        --------
        >>> get("kaldi").sizes(16000)
        (512, 400, 160)

        """
        if self.win_length is None and isinstance(self.n_fft, str):
            raise ParameterError("win_length=None stands for n_fft, which must then be a number of samples.")
        win = _samples(self.n_fft if self.win_length is None else self.win_length, sr, None, "win_length")
        hop = _samples(self.hop_length, sr, win, "hop_length")
        if isinstance(self.n_fft, str):
            one_of(self.n_fft, ["next_pow2"], "n_fft")
            return 1 << (win - 1).bit_length(), win, hop
        n_fft = positive_int(self.n_fft, "n_fft", unit="samples")
        if win > n_fft:
            raise ParameterError(f"win_length={win} is larger than n_fft={n_fft}; the window must fit into it.")
        return n_fft, win, hop


# To each logarithm: its function's name in the array namespace, and what it is multiplied with.
_LOGS = {"db": ("log10", 10.0), "ln": ("log", 1.0), "log10": ("log10", 1.0)}

_PRESETS = {
    preset.name: preset
    for preset in (
        Preset("librosa", top=80.0, mfcc_top=80.0, lifter_first=1),
        Preset(
            "torchaudio",
            n_fft=400,
            hop_length="1/2 window",
            pad_mode="reflect",
            whole_nyquist=True,
            htk=True,
            norm=None,
            n_mfcc=40,
            mfcc_top=80.0,
        ),
        Preset(
            "htk",
            scale=32768.0,
            n_fft="next_pow2",
            win_length="25 ms",
            hop_length="10 ms",
            pad_mode=None,
            preemphasis=0.97,
            window="hamming",
            sym=True,
            power=1.0,
            n_mels=26,
            htk=True,
            norm=None,
            triangles="mel",
            bins="htk",
            log="ln",
            floor=1.0,
            n_mfcc=13,
            dct_norm="htk",
            lifter=22.0,
        ),
        Preset(
            "kaldi",
            scale=32768.0,
            n_fft="next_pow2",
            win_length="25 ms",
            hop_length="10 ms",
            pad_mode=None,
            remove_dc=True,
            preemphasis=0.97,
            window="povey",
            sym=True,
            n_mels=23,
            fmin=20.0,
            htk=True,
            norm=None,
            triangles="mel",
            log="ln",
            floor=2.0**-23,  # the machine epsilon of float32
            n_mfcc=13,
            lifter=22.0,
            c0="energy",
        ),
        Preset(
            "whisper",
            sr=16000.0,
            n_fft=400,
            hop_length=160,
            pad_mode="reflect",
            drop_last=True,
            n_mels=80,
            log="log10",
            top=8.0,
            offset=4.0,
            divisor=4.0,
            n_mfcc=None,
        ),
    )
}


def names() -> tuple[str, ...]:
    """The names of the presets.

    Examples
    --------
    >>> names()
    ('librosa', 'torchaudio', 'htk', 'kaldi', 'whisper')

    """
    return tuple(_PRESETS)


def get(preset: str | Preset, **changes: Any) -> Preset:
    """A preset by name (or one that you have), with some of its settings changed.

    Examples
    --------
    >>> large = get("whisper", n_mels=128)
    >>> large.n_mels, large.hop_length
    (128, 160)

    """
    if not isinstance(preset, Preset):
        preset = _PRESETS[one_of(preset, _PRESETS, "preset")]
    for setting in changes:
        one_of(setting, [f.name for f in dataclasses.fields(Preset)], "setting")
    return dataclasses.replace(preset, **changes)


def log_mel(y: Array, sr: float, *, preset: str | Preset = "librosa", **changes: Any) -> Array:
    """The logarithm of the energy in mel bands, with all conventions of a library.

    Parameters
    ----------
    y : float array (..., n)
        Samples, time last, full scale 1.0 (also for HTK and Kaldi, which count in 16-bit steps: the preset
        multiplies).
    sr : float
        Sample rate in hertz.
    preset : {"librosa", "torchaudio", "htk", "kaldi", "whisper"} or Preset
    **changes
        Settings of the preset to change, such as ``n_mels=40``.

    Returns
    -------
    float array (..., n_mels, n_frames), of the dtype of y

    Notes
    -----
    Kaldi adds noise to the samples (dither); here there is none, as with ``--dither=0``. A ``top`` counts from the
    largest value of all that comes in. Whisper wants 30 seconds, padded with zeros, for its model; the preset
    takes any length.

    Examples
    --------
    >>> import numpy as np
    >>> y = np.random.default_rng(0).standard_normal(16000) / 10
    >>> for name in ("librosa", "htk", "whisper"):
    ...     print(name, log_mel(y, 16000, preset=name).shape)
    librosa (128, 32)
    htk (26, 98)
    whisper (80, 100)

    """
    p = get(preset, **changes)
    return (_logarithm(_energies(y, sr, p)[0], p, p.top) + p.offset) / p.divisor


def _energies(y: Array, sr: float, p: Preset, *, with_energy: bool = False) -> tuple[Array, Array | None]:
    """Mel bands (..., n_mels, n_frames) before the logarithm, and (if wanted) each frame's own energy."""
    y, _ = as_samples(y)
    sr = positive_number(sr, "sr", unit="hertz")
    if p.sr not in (None, sr):
        raise ParameterError(f"sr={sr:g}; the preset {p.name!r} is defined for {p.sr:g} Hz: resample the sound first.")
    n_fft, win_length, hop_length = p.sizes(sr)
    if p.whole_nyquist:  # the filters are all that needs the rate from here on
        half = sr // 2
        p, sr = dataclasses.replace(p, fmax=half if p.fmax in (None, sr / 2) else p.fmax), 2.0 * half
    filters: dict[str, Any] = {
        "n_mels": p.n_mels, "fmin": p.fmin, "fmax": p.fmax, "htk": p.htk, "norm": p.norm, "triangles": p.triangles,
    }  # fmt: skip
    # Where nothing is done to a frame besides the window, it is the mel spectrogram of lesson 09.
    plain = not p.remove_dc and p.preemphasis == 0 and p.bins == "all" and not with_energy
    if plain and p.pad_mode is not None:
        E, energy = melspectrogram(
            y * p.scale, sr=sr, n_fft=n_fft, hop_length=hop_length, win_length=win_length,
            window=_window(p, win_length), pad_mode=p.pad_mode, power=p.power, **filters,
        ), None  # fmt: skip
    else:
        check_finite(y)
        y = _continued(y, n_fft, win_length, p.pad_mode)
        check_one_frame(y, win_length)
        framing = _Framing(
            w=(p.scale * _window(p, win_length)).astype(dtype_name(y)), hop_length=hop_length, pad=0,
            pad_mode="constant", workers=None, n_fft=n_fft, preset=p,
        )  # fmt: skip
        E, energy = _from_frames(y, framing, _bands(sr, p, n_fft, filters), with_energy)
    if p.drop_last:
        E = E[..., : E.shape[-1] - 1]
        energy = None if energy is None else energy[..., : E.shape[-1]]
    return E, energy


def _bands(sr: float, p: Preset, n_fft: int, filters: dict[str, Any]) -> Bands:
    """The filters that a preset describes, without their zeros."""
    if p.bins == "all":
        return checked_bands(sr=sr, n_fft=n_fft, **filters)
    return Bands.of(mel_filterbank(sr=sr, n_fft=n_fft, **filters) * _bins_of_htk(sr, n_fft, p.fmin, p.fmax))


@dataclass(frozen=True, kw_only=True)
class _Framing(Framing):
    """Frames that HTK and Kaldi do more to than to multiply them by a window."""

    preset: Preset
    energies: np.ndarray | None = None  # (channels, n_frames), to be filled

    def windowed(self, rows: np.ndarray, channels: slice, frames: slice) -> np.ndarray:
        padded = scratch("windowed", (*rows.shape[:2], self.length), rows.dtype)
        x = padded[..., : rows.shape[-1]]
        x[...], padded[..., rows.shape[-1] :] = rows, 0
        energy = _prepare(x, self.preset, with_energy=self.energies is not None)
        if self.energies is not None:
            self.energies[channels, frames] = energy
        x *= self.w
        return padded


def _prepare(x: Array, p: Preset, *, with_energy: bool) -> Array | None:
    """Mean and pre-emphasis of frames (..., n), changed in place; their energies before the latter, with the scale."""
    xp = namespace(x)
    if p.remove_dc:
        x -= xp.mean(x, axis=-1, keepdims=True)
    energy = xp.sum((p.scale * x) ** 2, axis=-1) if with_energy else None
    if p.preemphasis:
        before = x[..., : x.shape[-1] - 1]
        if is_numpy(x):
            before = np.multiply(before, p.preemphasis, out=scratch("before", before.shape, x.dtype))
        else:
            before = p.preemphasis * before
        x[..., 1:] -= before
        x[..., :1] *= 1.0 - p.preemphasis
    return energy


# So many frames go through all steps at once, where there are no blocks that fit the processor's cache.
_FRAMES_AT_A_TIME = 1024


def _from_frames(y: Array, framing: _Framing, bands: Bands, with_energy: bool) -> tuple[Array, Array | None]:
    """Mel bands (..., n_mels, n_frames) of the prepared frames, and (if wanted) their energies (..., n_frames)."""
    n_frames, power = framing.n_frames(y), framing.preset.power
    if is_numpy(y):
        if not with_energy:
            return _blocks.analyse(y, framing, power, bands), None
        energy = np.empty((math.prod(y.shape[:-1]), n_frames), dtype=y.dtype)
        E = _blocks.analyse(y, dataclasses.replace(framing, energies=energy), power, bands)
        return E, energy.reshape(*y.shape[:-1], n_frames)
    xp, w, W = namespace(y), like(framing.w, y), like(bands.dense(dtype_name(y)), y)
    found, energies = [], []
    for start in range(0, n_frames, _FRAMES_AT_A_TIME):
        first, last = framing.samples(start, min(start + _FRAMES_AT_A_TIME, n_frames))
        rows = frame_rows(y[..., first:last], len(framing.w), framing.hop_length)
        energies.append(_prepare(rows, framing.preset, with_energy=with_energy))
        S = powers(rfft(rows * w, n=framing.length, axis=-1), power)
        found.append(W @ xp.moveaxis(S, -1, -2))
    return xp.concat(found, axis=-1), xp.concat(energies, axis=-1) if with_energy else None


def _continued(y: Array, n_fft: int, win_length: int, pad_mode: str | None) -> Array:
    """``y`` continued so that frames as long as the window have their middle at the multiples of the hop."""
    if pad_mode is None:
        return y
    left = (n_fft - win_length) // 2
    right = n_fft - win_length - left
    pad = n_fft // 2
    return extend(y, left - pad, y.shape[-1] + pad - right, pad_mode, pad)


def _bins_of_htk(sr: float, n_fft: int, fmin: float, fmax: float | None) -> np.ndarray:
    """1 for the bins that HTK uses, else 0: both limits rounded as in its InitFBank, bin 0 and Nyquist never."""
    first = max(int(fmin / sr * n_fft + 2.5), 2) - 1
    last = n_fft // 2 - 1
    if fmax is not None:
        last = min(int(fmax / sr * n_fft + 0.5) - 1, last)
    k = np.arange(1 + n_fft // 2)
    return ((k >= first) & (k <= last)).astype(np.float64)


def _logarithm(E: Array, p: Preset, top: float | None) -> Array:
    xp = namespace(E)
    name, factor = _LOGS[p.log]
    L = factor * getattr(xp, name)(xp.maximum(E, like(p.floor, E, dtype=E.dtype)))
    return L if top is None else xp.maximum(L, xp.max(L) - top)


def _window(p: Preset, n: int) -> np.ndarray:
    if p.window == "povey":
        return get_window("hann", n, sym=p.sym) ** 0.85
    return get_window(p.window, n, sym=p.sym)


def _samples(length: Any, sr: float, win_length: int | None, name: str) -> int:
    """A length in samples that came as samples, as "25 ms", or as "1/2 window"."""
    if not isinstance(length, str):
        return positive_int(length, name, unit="samples")
    number, _, unit = length.partition(" ")
    try:
        if unit == "ms":
            return positive_int(int(sr * 0.001 * float(number)), name, unit="samples")  # as Kaldi: rounded down
        if unit == "window" and win_length is not None:
            over, _, under = number.partition("/")
            return max(1, int(over) * win_length // int(under or 1))
    except (ValueError, ZeroDivisionError):
        pass
    raise ParameterError(f"{name}={length!r} is no length; expected samples, such as 400, or time, such as '25 ms'.")


# --- The cosine transform of the logarithm. -------------------------------------------------------------------------


def mfcc(
    y: Array | None = None,
    sr: float | None = None,
    *,
    S: Array | None = None,
    n_mfcc: int | None = None,
    dct_type: int = 2,
    norm: str | None = "ortho",
    lifter: float | None = None,
    mel_norm: str | float | None = "slaney",
    preset: str | Preset | None = None,
    **settings: Any,
) -> Array:
    """Mel-frequency cepstral coefficients: the cosine transform of mel bands in decibels.

    Parameters
    ----------
    y : float array (..., n)
        Samples, time last. Either these (with ``sr``) or ``S``.
    sr : float
        Sample rate in hertz.
    S : float array (..., n_mels, n_frames)
        A mel spectrogram *in decibels*, to take the coefficients of.
    n_mfcc : int, optional
        How many coefficients are kept, from c0 on; 20, or the preset's number.
    dct_type, norm : as for :func:`dct`
    lifter : float, optional
        0 for none, else the L of ``1 + L/2 · sin(π(k + 1) / L)``, librosa's weights. HTK's have k for k + 1:
        see :func:`lifter`. If not given, 0 or the preset's.
    mel_norm : as ``norm`` of :func:`dspkit.mel_filterbank`
    preset : {"librosa", "torchaudio", "htk", "kaldi"} or Preset, optional
        Follow all conventions of that library. Further settings are then those of
        :class:`dspkit.presets.Preset`, in place of ``dct_type``, ``norm`` and ``mel_norm``.
    **settings
        The other settings of :func:`dspkit.melspectrogram` (with ``preset``: of the preset).

    Returns
    -------
    float array (..., n_mfcc, n_frames), of the dtype of y
        c0 first, also for HTK, which writes it last.

    Notes
    -----
    Without a preset, parameters and values are those of ``librosa.feature.mfcc``: the decibels are cut off 80 dB
    below the loudest value of all that came in.

    Examples
    --------
    >>> import numpy as np
    >>> y = np.random.default_rng(0).standard_normal(8000)
    >>> mfcc(y, sr=8000, n_mfcc=13, n_fft=256, hop_length=80, n_mels=24).shape
    (13, 101)
    >>> mfcc(y, sr=8000, preset="kaldi").shape
    (13, 98)

    """
    if (y is None) == (S is None):
        raise ParameterError(f"{'Neither' if y is None else 'Both'} y and S came; expected samples y or mel bands S.")
    if S is None and sr is None:
        raise ParameterError("sr is missing; expected the sample rate of y in hertz.")
    rate = 1.0 if sr is None else sr  # of no use to S
    if preset is not None:
        if S is not None or (dct_type, norm, mel_norm) != (2, "ortho", "slaney"):
            raise ParameterError(
                "A preset works on samples y, and has a norm and a dct_norm of its own; change them with "
                "preset=dspkit.presets.get(name, norm=…)."
            )
        given = {"n_mfcc": n_mfcc, "lifter": lifter}
        settings.update({name: value for name, value in given.items() if value is not None})
        return _mfcc_of(y, rate, get(preset, **settings))
    if S is None:
        S = power_to_db(melspectrogram(y, sr=rate, norm=mel_norm, **settings))
    elif settings:
        raise ParameterError(f"{', '.join(settings)}: of no use with S, which is a mel spectrogram already.")
    return cepstra(_levels(S), 20 if n_mfcc is None else n_mfcc, dct_type, norm, lifter or 0, 1)


def _mfcc_of(y: Array, sr: float, p: Preset) -> Array:
    """The coefficients that a preset describes."""
    if p.n_mfcc is None:
        raise ParameterError(f"The preset {p.name!r} has no MFCCs: {p.name} uses the mel bands. Give n_mfcc for some.")
    E, energy = _energies(y, sr, p, with_energy=p.c0 == "energy")
    C = cepstra(_logarithm(E, p, p.mfcc_top), p.n_mfcc, 2, "ortho", p.lifter, p.lifter_first)
    xp, c0 = namespace(C), C[..., :1, :]
    if p.dct_norm == "htk":  # √(2/n) for c0 too, where the orthogonal transform has √(1/n)
        c0 = c0 * math.sqrt(2.0)
    if energy is not None:
        c0 = _logarithm(energy[..., None, :], p, None)
    return xp.concat([c0, C[..., 1:, :]], axis=-2)


def _levels(S: Any) -> Array:
    S, _ = as_real(S, "S")
    if S.ndim < 2:
        raise ParameterError(f"S has shape {tuple(S.shape)}; expected (..., n_mels, n_frames), in decibels.")
    return S


# --- What differs, and what it does to the numbers. ---------------------------------------------------------------


@dataclass(frozen=True)
class Difference:
    """One setting in which two presets differ, and what changing it does.

    Attributes
    ----------
    setting : str
        A field of :class:`Preset`; lengths are in samples, as they are at the sample rate of the sound.
    a, b : any
        Its two values.
    stage : {"bands", "log", "mfcc"}
        What it acts on first: the mel bands before the logarithm, the logarithm, or the MFCCs alone.
    factor : float or None
        How many times larger the mean of the bands becomes; in the stage "mfcc", the root mean square of the
        coefficients. None in the stage "log", and where the numbers cannot be had.
    largest : float or None
        The largest change of one band in one frame, in dB, among those within 60 dB of the largest; None where
        the shape changes.
    mean : float
        The mean of ``log_mel`` afterwards.
    shape : tuple
        The shape of ``log_mel`` (in the stage "mfcc", of ``mfcc``) afterwards.

    """

    setting: str
    a: Any
    b: Any
    stage: str
    factor: float | None
    largest: float | None
    mean: float
    shape: tuple[int, ...]


@dataclass(frozen=True, repr=False)
class Comparison:
    """The way from one preset to another: a :class:`Difference` for each step. It shows itself as a table."""

    a: Preset
    b: Preset
    mean: float
    shape: tuple[int, ...]
    differences: tuple[Difference, ...]

    def __repr__(self) -> str:
        rows = [("setting", self.a.name, self.b.name, "factor", "largest", "mean of log_mel", "shape")]
        rows += [("", "", "", "", "", f"{self.mean:.2f}", str(self.shape))]
        for d in self.differences:
            factor = "" if d.factor is None else f"{'mfcc ' if d.stage == 'mfcc' else ''}× {d.factor:.4g}"
            largest = "" if d.largest is None else f"{d.largest:.1f} dB"
            rows.append((d.setting, _shown(d.a), _shown(d.b), factor, largest, f"{d.mean:.2f}", str(d.shape)))
        widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
        lines = ["  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in rows]
        return "\n".join([lines[0], "-" * max(len(line) for line in lines), *lines[1:]])


def compare(a: str | Preset, b: str | Preset, y: Array | None = None, sr: float = 16000, **changes: Any) -> Comparison:
    """What differs between two presets, and what each difference does to the numbers.

    Starting from ``a``, the settings are changed to those of ``b`` one after the other, in the order in which a
    sound meets them, and after each the features are measured. At the end of the way stands ``b`` itself.

    Parameters
    ----------
    a, b : str or Preset
    y : float array (n,), optional
        A sound to measure with; the built-in melody if not given.
    sr : float
        Its sample rate in hertz.
    **changes
        Settings that are made the same in both first, such as ``n_fft=400``.

    Returns
    -------
    Comparison
        Its ``differences`` is a tuple of :class:`Difference`.

    Examples
    --------
    >>> compare("librosa", "torchaudio", n_fft=400, hop_length=160, n_mels=80)
    setting   librosa   torchaudio  factor         largest  mean of log_mel  shape
    ----------------------------------------------------------------------------------
                                                            -45.29           (80, 401)
    pad_mode  constant  reflect     × 1.005        6.6 dB   -45.28           (80, 401)
    htk       False     True        × 1.002        48.4 dB  -45.58           (80, 401)
    norm      slaney    None        × 38.19        24.2 dB  -28.96           (80, 401)
    top       80        None                                -41.75           (80, 401)
    n_mfcc    20        40          mfcc × 0.7129           -41.75           (40, 401)

    """
    a, b = get(a, **changes), get(b, **changes)
    y = melody(sr=sr) if y is None else y
    now, goal = _in_samples(a, sr), _in_samples(b, sr)
    state = start = _measured(y, sr, now)
    pending = [name for name in _STAGE if getattr(now, name) != getattr(goal, name)]
    if now.lifter == goal.lifter == 0 and "lifter_first" in pending:
        pending.remove("lifter_first")  # it counts from where nothing begins
    rows = []
    while pending:
        # A window longer than the transform would be no preset: the other one of the two is changed first.
        setting = next(name for name in pending if _fits(dataclasses.replace(now, **{name: getattr(goal, name)})))
        pending.remove(setting)
        before, now = now, dataclasses.replace(now, **{setting: getattr(goal, setting)})
        previous, state = state, _measured(y, sr, now)
        rows.append(_difference(setting, before, now, previous, state))
    return Comparison(a, b, _mean(start[1]), start[1].shape, tuple(rows))


# The settings in the order in which they are changed, and what each acts on first.
_STAGE = {
    field.name: "mfcc" if field.name in {"n_mfcc", "mfcc_top", "dct_norm", "lifter", "lifter_first", "c0"}
    else "log" if field.name in {"log", "floor", "top", "offset", "divisor"}
    else "bands"
    for field in dataclasses.fields(Preset)
    if field.name not in {"name", "sr"}
}  # fmt: skip

# Bands before the logarithm, log_mel, mfcc (None where there are none).
_Features = tuple[np.ndarray, np.ndarray, np.ndarray | None]


def _in_samples(p: Preset, sr: float) -> Preset:
    """The preset with every length in samples and ``fmax`` in hertz, so that equal things look equal."""
    n_fft, win_length, hop_length = p.sizes(sr)
    fmax = sr / 2 if p.fmax is None else p.fmax
    odd = p.whole_nyquist and sr % 2 == 1  # at even rates there is nothing to round
    return dataclasses.replace(
        p, sr=None, n_fft=n_fft, win_length=win_length, hop_length=hop_length, fmax=fmax, whole_nyquist=odd
    )


def _fits(p: Preset) -> bool:
    return p.win_length <= p.n_fft  # type: ignore[operator]  # samples both, after _in_samples


def _measured(y: Array, sr: float, p: Preset) -> _Features:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", EmptyFilterWarning)
        n_mfcc = None if p.n_mfcc is None else min(p.n_mfcc, p.n_mels)
        C = None if n_mfcc is None else to_numpy(mfcc(y, sr=sr, preset=p, n_mfcc=n_mfcc))
        return to_numpy(_energies(y, sr, p)[0]), to_numpy(log_mel(y, sr, preset=p)), C


def _difference(setting: str, a: Preset, b: Preset, before: _Features, after: _Features) -> Difference:
    (E0, _, C0), (E1, L1, C1) = before, after
    stage, factor, largest, shape = _STAGE[setting], None, None, L1.shape
    if stage == "bands":
        factor = _mean(E1) / _mean(E0) if _mean(E0) else None
        if E0.shape == E1.shape:
            heard = (E0.max() / 1e6 < E0) & (E1 > 0)
            largest = float(np.max(np.abs(10.0 * np.log10(E1[heard] / E0[heard])), initial=0.0))
    elif stage == "mfcc" and C0 is not None and C1 is not None:
        factor, shape = math.sqrt(_mean(C1**2) / _mean(C0**2)) if np.any(C0) else None, C1.shape
    return Difference(setting, getattr(a, setting), getattr(b, setting), stage, factor, largest, _mean(L1), shape)


def _mean(x: np.ndarray) -> float:
    return float(np.mean(x, dtype=np.float64))


def _shown(value: Any) -> str:
    return f"{value:.7g}" if isinstance(value, float) else str(value)
