"""Sound files, PCM codes and resampling, all level-true.

Lesson: ``notebooks/00_start_here.ipynb``. Inside the course a sound is an array of float samples ``y`` with full
scale at 1.0, shape (n,) or (channels, n), and its sample rate ``sr`` in hertz. Nothing here normalises: a quiet
sound stays quiet, in the file and in the array.

Files are read and written by libsndfile, resampling is done by soxr; both come with ``pip install
"dspkit[course]"``. Everything else works without them.
"""

from __future__ import annotations

import importlib
import math
import os
import re
import secrets
from fractions import Fraction
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

from ._arrays import Array, as_samples, check_finite, dtype_name, is_on_cpu, like, to_numpy
from ._arrays import namespace as _namespace
from ._validate import one_of, positive_int, positive_number
from .errors import AudioFileError, ParameterError, SampleTypeError
from .recorded import recording

__all__ = ["Pcm16", "bring", "load", "resample", "save", "to_float", "to_pcm16"]


# --- PCM codes ---------------------------------------------------------------------------------------------


class Pcm16(NamedTuple):
    """16-bit samples, and how many of them had to be clipped to fit."""

    samples: Array
    clipped: int


_ZERO_AND_SCALE = {"uint8": (128, 7), "int8": (0, 7), "int16": (0, 15), "int32": (0, 31)}


def to_float(x: Array, *, bits: int | None = None, dtype: str = "float32") -> Array:
    """Integer (PCM) samples as floats in [−1, 1): divided by the power of two that is full scale.

    Parameters
    ----------
    x : integer array, any shape
        int16 is divided by 2^15, int32 by 2^31, int8 by 2^7; uint8 (as in WAV files of 8 bits, where silence is
        128) has 128 subtracted first, then is divided by 2^7.
    bits : int, optional
        How many bits of ``x`` are used, if not all of them: 24 for 24-bit samples that lie in the lower part of
        int32. (``scipy.io.wavfile`` puts 24 bits into the *upper* part: leave ``bits`` out.)
    dtype : {"float32", "float64"}
        float32 holds up to 24 bits exactly; all 32 bits of int32 need float64 (the largest rounds to 1.0).

    Returns
    -------
    array of the shape and kind of ``x``

    Examples
    --------
    >>> import numpy as np
    >>> to_float(np.array([-32768, 0, 16384], dtype="int16"))
    array([-1. ,  0. ,  0.5], dtype=float32)

    """
    x = x if hasattr(x, "dtype") else np.asarray(x)
    kind, xp = dtype_name(x), _namespace(x)
    dtype = one_of(dtype, ("float32", "float64"), "dtype")
    if kind not in _ZERO_AND_SCALE:
        raise SampleTypeError(
            f"x has dtype {kind}; expected integer samples: uint8, int8, int16 or int32. "
            + (
                "Float samples need no conversion if their full scale is 1.0; if they are integers stored as floats, "
                "convert back first, for example with x.astype('int16')."
                if kind.startswith("float")
                else "Convert to the type the file had, for example with x.astype('int16')."
            )
        )
    zero, scale = _ZERO_AND_SCALE[kind]
    if bits is not None:
        scale = positive_int(bits, "bits", minimum=2) - 1
        if scale > _ZERO_AND_SCALE[kind][1]:
            raise ParameterError(f"{bits=} does not fit into {kind}; expected at most {_ZERO_AND_SCALE[kind][1] + 1}.")
        _check_fits(x, scale, kind, xp)
    # In float64 first: it holds every int32, so that the only rounding is the last step's.
    y = (xp.astype(x, xp.float64) - zero) / 2.0**scale
    return xp.astype(y, getattr(xp, dtype))


def _check_fits(x: Array, scale: int, kind: str, xp: ModuleType) -> None:
    if is_on_cpu(x) and math.prod(x.shape):
        low, high = int(xp.min(x)), int(xp.max(x))
        if low < -(2**scale) or high >= 2**scale:
            raise ParameterError(
                f"x reaches from {low} to {high}, more than {scale + 1} bits hold. "
                f"Samples in the upper part of {kind} need no bits=: leave it out."
            )


def to_pcm16(y: Array) -> Pcm16:
    """Float samples as int16, and how many were clipped: ``round(32768 * y)``, limited to −32768 … 32767.

    The factor is the one of :func:`to_float`, so that ``to_float(to_pcm16(y).samples) == y`` for every ``y`` that
    came from 16 bits. (Who multiplies by 32767 makes it 0.003 % quieter each time; who cuts off the fraction, with
    ``astype`` alone, adds distortion.) Ties go to the even neighbour.

    Parameters
    ----------
    y : array, float32 or float64, any shape with time last
        Full scale at 1.0.

    Returns
    -------
    Pcm16 : ``samples``, an int16 array of the shape and kind of y; ``clipped``, the number of samples beyond −1 or 1.
        Exactly 1.0 becomes 32767, one step low, and is not counted.

    Examples
    --------
    >>> import numpy as np
    >>> to_pcm16(np.array([0.5, -1.0, 1.5]))
    Pcm16(samples=array([ 16384, -32768,  32767], dtype=int16), clipped=1)

    """
    y, xp = as_samples(y)
    check_finite(y)
    codes = xp.clip(xp.round(32768.0 * y), -32768.0, 32767.0)
    clipped = int(to_numpy(xp.sum(xp.astype(xp.abs(y) > 1.0, xp.int64))))
    return Pcm16(xp.astype(codes, xp.int16), clipped)


# --- files -------------------------------------------------------------------------------------------------


def load(
    path: str | os.PathLike[str],
    *,
    sr: float | None = None,
    mono: bool = False,
    offset: float = 0.0,
    duration: float | None = None,
) -> tuple[np.ndarray, int | float]:
    """Read a sound file: WAV, FLAC, OGG, MP3, AIFF and whatever else libsndfile knows.

    Unlike ``librosa.load``, the file's own sample rate and channels are kept unless you ask otherwise.

    Parameters
    ----------
    path : str or path
    sr : float, optional
        Sample rate in hertz to resample to (soxr, high quality); ``None`` keeps the file's.
    mono : bool
        Take the mean of the channels.
    offset, duration : float
        Where to begin and how much to read, in seconds of the file, each rounded to the nearest of its samples.
        ``duration=None`` reads to the end; so does a duration that reaches past it.

    Returns
    -------
    y : float32 array, (n,) for one channel, else (channels, n)
        In [−1, 1) for integer formats. Float files and lossy ones (MP3, OGG) may go beyond.
    sr : number
        The sample rate of ``y`` in hertz.

    Raises
    ------
    AudioFileError
        If the file is missing, a folder, empty, no sound file, damaged, or cut short.
    ParameterError
        If ``offset`` is at or after the end.

    Examples
    --------
    >>> y, sr = load("song.flac", offset=10.0, duration=5.0)      # doctest: +SKIP
    >>> y, sr = load("song.mp3", sr=16000, mono=True)             # doctest: +SKIP

    """
    offset = positive_number(offset, "offset", unit="seconds", zero=True)
    if duration is not None:
        duration = positive_number(duration, "duration", unit="seconds")
    if sr is not None:
        sr = positive_number(sr, "sr", unit="hertz")
    path = _existing_file(path)
    soundfile = _course_package("soundfile")
    try:
        # soundfile would refuse a name that is no valid text, as Linux allows.
        with soundfile.SoundFile(path if os.name == "nt" else os.fsencode(path)) as file:
            rate = file.samplerate
            start = round(offset * rate)
            if file.frames == 0:
                raise AudioFileError(f"{path} holds no samples: it is empty or cut short. Get the file again.")
            if start >= file.frames:
                raise ParameterError(
                    f"offset={offset:g} s is at or after the end of {path}, which is {file.frames / rate:g} s long."
                )
            wanted = file.frames - start
            if duration is not None:
                wanted = min(wanted, max(1, round(duration * rate)))
            _refuse_cut_header(path, file)
            file.seek(start)
            y = file.read(wanted, dtype="float32", always_2d=True)
            slack = 2 * 1152 if file.format == "MP3" else 0  # encoders disagree about a frame of padding
            _refuse_short(path, len(y), wanted, slack)
    except soundfile.LibsndfileError as error:
        raise AudioFileError(_cannot_read(path, error)) from None
    y = np.ascontiguousarray(y.T)
    y = y[0] if len(y) == 1 else y.mean(axis=0) if mono else y
    if sr is not None and sr != rate:
        return resample(y, orig_sr=rate, target_sr=sr), int(sr) if sr == int(sr) else sr
    return y, rate


def _existing_file(path: Any) -> Path:
    if not isinstance(path, str | os.PathLike):
        raise SampleTypeError(f"path is a {type(path).__name__}; expected the name of a sound file, as text.")
    file = Path(path)
    if file.is_dir():
        raise AudioFileError(f"{file} is a folder; expected a sound file.")
    if not file.exists():
        near = [f"Its folder, {file.parent}, does not exist either.", f"It was looked for in {file.parent.resolve()}."]
        raise AudioFileError(f"{file} does not exist. {near[file.parent.is_dir()]}")
    if file.stat().st_size == 0:
        raise AudioFileError(f"{file} is empty (0 bytes). Get the file again.")
    return file


def _refuse_cut_header(path: Path, file: Any) -> None:
    """Raise if the header promises more than the file holds; libsndfile only notes it in its log."""
    log = file.extra_info
    for promised, there in re.findall(r"(?:data|SSND|Data Size|riff|Riff size) *: (\d+) \(should be (\d+)\)", log):
        unknown = int(promised) >= 2**31 - 1  # written to a pipe: the length was not known yet
        if not unknown and int(promised) > int(there):
            raise AudioFileError(
                f"{path} is cut short: its header promises {promised} bytes of sound, there are {there}. Get it again."
            )
    if file.format == "OGG" and not _ogg_is_complete(path):
        raise AudioFileError(f"{path} is cut short: the Ogg stream has no last page. Get the file again.")


def _ogg_is_complete(path: Path) -> bool:
    """Whether the last Ogg page is whole and carries the end-of-stream flag (RFC 3533, section 6)."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 2**17))  # a page has at most 65,307 bytes
        tail = file.read()
    page = tail[tail.rfind(b"OggS") :]
    if len(page) < 27 or not page[5] & 4:
        return False
    segments = page[26]
    return len(page) >= 27 + segments + sum(page[27 : 27 + segments])


def _refuse_short(path: Path, got: int, wanted: int, slack: int) -> None:
    if got < max(wanted - slack, 1):
        raise AudioFileError(f"{path} is cut short: {wanted} frames were promised, {got} could be read. Get it again.")


def _cannot_read(path: Path, error: Exception) -> str:
    text = str(getattr(error, "error_string", error)).strip().rstrip(".")
    return (
        f"{path} cannot be read as sound{f' ({text})' if text else ''}: it is damaged, cut short, or of a kind that "
        f"libsndfile does not know. WAV, FLAC, OGG, MP3 and AIFF work; convert others (M4A, WMA, video) first."
    )


def save(path: str | os.PathLike[str], y: Array, sr: float, *, subtype: str | None = None) -> None:
    """Write a sound file; its format follows from the name's ending (.wav, .flac, .ogg, .mp3, .aiff …).

    The file is first written beside its place and then renamed: a crash leaves the old file, or none, never half
    of one. Formats of whole numbers get the nearest code, as in :func:`to_pcm16`.

    Parameters
    ----------
    path : str or path
        An existing file is replaced.
    y : array (n,) or (channels, n), float32 or float64
        Full scale at 1.0. Beyond it, only ``subtype="FLOAT"`` or ``"DOUBLE"`` can hold the samples.
    sr : int
        Sample rate in hertz.
    subtype : str, optional
        Coding as libsndfile names it: ``"PCM_16"`` (the default of WAV and FLAC), ``"PCM_24"``, ``"FLOAT"`` …

    Raises
    ------
    ParameterError
        If samples would be clipped, are not finite, or time does not seem to be the last axis.
    AudioFileError
        If the ending or the subtype is unknown, or the place cannot be written to.

    Examples
    --------
    >>> import pathlib, tempfile, dspkit as dk
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "tone.flac")
    ...     save(file, dk.sine(440, sr=22050), 22050, subtype="PCM_24")
    ...     y, sr = load(file)
    >>> y.shape, sr
    ((22050,), 22050)

    """
    y = _channels(y)
    sr = _whole_rate(sr)
    path = Path(path)
    soundfile = _course_package("soundfile")
    kind = _format(path, soundfile)
    known = sorted(soundfile.available_subtypes(kind))
    usual = "OPUS" if path.suffix.lower() == ".opus" else soundfile.default_subtype(kind)
    subtype = one_of(subtype.upper() if subtype else usual, known, f"subtype of {kind}")
    if subtype not in {"FLOAT", "DOUBLE"}:
        _refuse_clipping(y, "save it with subtype='FLOAT'" if "FLOAT" in known else "use a .wav with subtype='FLOAT'")
    data = _coded(y, subtype).T
    channels = 1 if y.ndim == 1 else y.shape[0]
    if not path.parent.is_dir():
        raise AudioFileError(f"the folder {path.parent} does not exist; make it first.")
    temporary = path.with_name(f".{path.stem}-{secrets.token_hex(4)}{path.suffix}")
    try:
        with soundfile.SoundFile(temporary, "w", sr, channels, subtype, format=kind) as file:
            for start in range(0, len(data), _BLOCK):  # the Vorbis encoder crashes on minutes at a time
                file.write(data[start : start + _BLOCK])
        temporary.replace(path)
    except (soundfile.LibsndfileError, OSError, ValueError) as error:
        raise AudioFileError(f"{path} could not be written: {error}") from None
    finally:
        temporary.unlink(missing_ok=True)


_BLOCK = 1 << 16  # frames


def _format(path: Path, soundfile: ModuleType) -> str:
    ending = path.suffix.lstrip(".").upper()
    kind = {"OGA": "OGG", "OPUS": "OGG", "AIF": "AIFF"}.get(ending, ending)
    known = [k for k in soundfile.available_formats() if k != "RAW"]
    if kind not in known:
        raise AudioFileError(
            f"{path.name}: {'no ending' if not ending else f'the ending .{ending.lower()} is unknown'}; "
            f"a sound file's format follows from it. Use .wav, .flac, .ogg, .mp3 or .aiff."
        )
    return kind


def _coded(y: np.ndarray, subtype: str) -> np.ndarray:
    """The samples as libsndfile should get them.

    Given floats, it rounds *down* into WAV (every sample half a step lower on average: a constant offset) and to the
    nearest into FLAC. Integers it stores as they are: the upper bits of int32 where the format has fewer.
    """
    bits = {"PCM_S8": 8, "PCM_U8": 8, "PCM_16": 16, "PCM_24": 24, "PCM_32": 32}.get(subtype)
    if bits is None:
        return y
    full = 2.0 ** (bits - 1)
    codes = np.clip(np.round(full * y.astype("float64")), -full, full - 1.0)
    return (codes * 2.0 ** (32 - bits)).astype("int32")


# --- resampling --------------------------------------------------------------------------------------------

QUALITIES = ("QQ", "LQ", "MQ", "HQ", "VHQ")


def resample(y: Array, *, orig_sr: float, target_sr: float, quality: str = "HQ") -> Array:
    """``y`` at another sample rate, same pitch and duration (soxr).

    Parameters
    ----------
    y : array (..., n), float32 or float64
    orig_sr, target_sr : float
        Sample rates in hertz. What lies above ``target_sr / 2`` cannot be kept and is filtered out.
    quality : {"HQ", "VHQ", "MQ", "LQ", "QQ"}
        soxr's recipes, from high to quick.

    Returns
    -------
    array (..., ceil(n * target_sr / orig_sr)) of the same kind. soxr runs on the CPU: an array on a GPU goes there
        and back.

    Examples
    --------
    >>> import dspkit as dk
    >>> dk.resample(dk.sine(440, sr=44100), orig_sr=44100, target_sr=16000).shape
    (16000,)

    """
    y, _ = as_samples(y)
    check_finite(y)
    orig_sr = positive_number(orig_sr, "orig_sr", unit="hertz")
    target_sr = positive_number(target_sr, "target_sr", unit="hertz")
    quality = one_of(quality, QUALITIES, "quality")
    if orig_sr == target_sr:
        return y
    soxr = _course_package("soxr")
    # In exact fractions: 44100 · (16000 / 44100) in floats can come out a hair above 16000.
    n = math.ceil(y.shape[-1] * Fraction(target_sr) / Fraction(orig_sr))
    rows = to_numpy(y).reshape(-1, y.shape[-1])
    out = np.zeros((len(rows), n), dtype=rows.dtype)
    for row, target in zip(rows, out, strict=True):
        z = soxr.resample(row, orig_sr, target_sr, quality=quality)[:n]
        target[: z.size] = z
    return like(out.reshape(*y.shape[:-1], n), y)


# --- your own sound ---------------------------------------------------------------------------------------

BRING_VARIABLE = "DSPKIT_SOUND"


def bring(path: str | os.PathLike[str] | None = None) -> tuple[np.ndarray, int]:
    """A sound to try a lesson on: yours, or the sentence that the course works with.

    Parameters
    ----------
    path : str or path, optional
        Any file that :func:`load` reads. Without it, the file named by the environment variable ``DSPKIT_SOUND``;
        without that either, the recording ``"speech"`` (:func:`dspkit.recording`).

    Returns
    -------
    y : float32 array (n,)
        The mean of the channels, at most the first 10 s. A sound shorter than 1 s is followed by silence up to 1 s,
        and one with a peak above 0.5 is turned down to 0.5, so that what a lesson makes of it can be played too.
    sr : int
        The file's own sample rate in hertz.

    Examples
    --------
    >>> y, sr = bring()         # doctest: +SKIP
    >>> y, sr = bring("me.wav") # doctest: +SKIP

    """
    path = path or os.environ.get(BRING_VARIABLE) or None
    y, sr = recording("speech") if path is None else load(path, mono=True, duration=10.0)
    check_finite(y, name="the sound")
    y = np.pad(y, (0, max(0, int(sr) - y.size)))
    peak = float(np.max(np.abs(y)))
    return (y * np.float32(0.5 / peak) if peak > 0.5 else y), int(sr)


# --- checks shared by what writes and plays ----------------------------------------------------------------


def _channels(y: Array) -> np.ndarray:
    """``y`` on the host, finite, (n,) or (channels, n)."""
    y, _ = as_samples(y)
    if y.ndim > 2 or (y.ndim == 2 and y.shape[0] > y.shape[1]):
        raise ParameterError(
            f"y has shape {tuple(y.shape)}; expected (n,) or (channels, n), time last. "
            + ("Hand over y.T if time comes first." if y.ndim == 2 else "Choose one sound of the batch, such as y[0].")
        )
    y = to_numpy(y)
    check_finite(y)
    return y


def _whole_rate(sr: float) -> int:
    number = positive_number(sr, "sr", unit="hertz")
    if number != int(number):
        raise ParameterError(f"{sr=}: a sound file's rate is a whole number of hertz; resample first, or round it.")
    return int(number)


def _refuse_clipping(y: np.ndarray, instead: str) -> None:
    clipped = int(np.sum(np.abs(y) > 1.0))
    if clipped:
        peak = float(np.max(np.abs(y)))
        raise ParameterError(
            f"{clipped} of {y.size} samples are beyond full scale (peak {peak:.4g}) and would be clipped. "
            f"Turn it down with y * {0.5 / peak:.2g}, or {instead}."
        )


def _course_package(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise ImportError(
            f'{name.split(".")[0]} is not installed; sound files need it: pip install "dspkit[course]"'
        ) from error
