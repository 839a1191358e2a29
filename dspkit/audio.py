"""Sound files, PCM codes and resampling, all level-true.

Lesson: ``notebooks/00_start_here.ipynb``. Inside the course a sound is an array of float samples ``y`` with full
scale at 1.0, shape (n,) or (channels, n), and its sample rate ``sr`` in hertz. Nothing here normalises: a quiet
sound stays quiet, in the file and in the array.

Files are read and written by libsndfile, resampling is done by soxr; both come with ``pip install
"dspkit[course]"``. Everything else works without them.
"""

from __future__ import annotations

import importlib
import io
import math
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from types import ModuleType
from typing import Any, BinaryIO, NamedTuple

import numpy as np

from ._arrays import Array, as_samples, check_finite, dtype_name, is_on_cpu, like, to_numpy
from ._arrays import namespace as _namespace
from ._containers import Stream, streams
from ._files import name_of, replacing
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
    path: str | os.PathLike[str] | BinaryIO,
    sr: float | None = None,
    *,
    mono: bool = False,
    offset: float = 0.0,
    duration: float | None = None,
) -> tuple[np.ndarray, int | float]:
    """Read a sound file: WAV, FLAC, OGG, MP3, AIFF and whatever else libsndfile knows.

    Unlike ``librosa.load``, the file's own sample rate and channels are kept unless you ask otherwise.

    Parameters
    ----------
    path : str, path, or a file opened for reading bytes (:class:`io.BytesIO`)
        A file is read from its first byte on, and stays open.
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

    Notes
    -----
    All samples come, or an error. What a header says about the length is held against the file: sizes that stand for
    "not known" (written into a pipe) are told from sizes that are wrong, the frames of an MP3 are counted, and each
    page of an Ogg file must have its checksum. Files that were joined (``cat a.mp3 b.mp3``) give one sound after the
    other.

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
    soundfile = _course_package("soundfile")
    with _opened(path) as (file, name):
        try:
            y, rate = _read(streams(file, name), name, offset, duration, soundfile)
        except soundfile.LibsndfileError as error:
            raise AudioFileError(_cannot_read(name, error)) from None
    y = y[0] if len(y) == 1 else y.mean(axis=0) if mono else y
    if sr is not None and sr != rate:
        return resample(y, orig_sr=rate, target_sr=sr), int(sr) if sr == int(sr) else sr
    return y, rate


@contextmanager
def _opened(path: Any) -> Iterator[tuple[BinaryIO, str]]:
    """The file to read, and what to call it in an error."""
    if hasattr(path, "read") and hasattr(path, "seek"):
        name = str(getattr(path, "name", "the file"))
        if isinstance(path, io.TextIOBase):
            raise SampleTypeError(f"{name} was opened for text; expected a file of bytes: open(…, 'rb').")
        if path.seek(0, io.SEEK_END) == 0:
            raise AudioFileError(f"{name} is empty (0 bytes).")
        yield path, name
        return
    file = _existing_file(path)
    try:
        with file.open("rb") as opened:
            yield opened, str(file).encode(errors="replace").decode()
    except PermissionError as error:
        raise AudioFileError(f"{file} may not be read: {error.strerror}.") from None


def _existing_file(path: Any) -> Path:
    if not isinstance(path, str | os.PathLike):
        raise SampleTypeError(
            f"path is a {type(path).__name__}; expected the name of a sound file, as text, or a file of bytes."
        )
    file = Path(os.fsdecode(path))
    try:
        if file.is_dir():
            raise AudioFileError(f"{file} is a folder; expected a sound file.")
        if not file.exists():
            near = [
                f"Its folder, {file.parent}, does not exist either.",
                f"It was looked for in {file.parent.resolve()}.",
            ]
            raise AudioFileError(f"{file} does not exist. {near[file.parent.is_dir()]}")
        if file.stat().st_size == 0:
            raise AudioFileError(f"{file} is empty (0 bytes). Get the file again.")
    except (OSError, ValueError) as error:  # a name too long, or with a byte 0 in it
        if isinstance(error, AudioFileError):
            raise
        raise AudioFileError(f"{path!r} is no name that a file can have: {error}.") from None
    return file


# Codings in which a seek lands where it should. In the others what comes before is read, and dropped.
_SEEKABLE = ("PCM_", "FLOAT", "DOUBLE", "ULAW", "ALAW", "VORBIS", "OPUS", "MPEG_")
_BLOCK = 1 << 18  # samples


def _read(
    parts: list[Stream], name: str, offset: float, duration: float | None, soundfile: ModuleType
) -> tuple[np.ndarray, int]:
    """The samples (channels, n) and the rate of all streams of a file, read in blocks until no more come."""
    rate = channels = before = 0  # frames before this stream
    start, stop = 0, math.inf
    sound = _Growing()
    for part in parts:
        with soundfile.SoundFile(part.file) as file:
            if rate == 0:
                rate, channels = file.samplerate, file.channels
                start = round(offset * rate)
                stop = math.inf if duration is None else start + max(1, round(duration * rate))
            elif (rate, channels) != (file.samplerate, file.channels):
                raise AudioFileError(
                    f"{name} holds sounds of different kinds, one after the other: {channels} channels at {rate} Hz, "
                    f"then {file.channels} at {file.samplerate} Hz. Take them apart first."
                )
            _refuse_cut_header(name, file)
            promised = file.frames if part.frames is None and not part.at_least else part.frames or 0
            promised = max(promised, _promised_by_log(file))
            at = 0
            skipped = min(max(0, start - before), promised)
            if 0 < skipped < promised and file.subtype.startswith(_SEEKABLE):
                at = file.seek(skipped)
            file.seekable = lambda: False  # or soundfile seeks after each read, and believes the header
            buffer = np.empty((max(1, _BLOCK // channels), channels), dtype=np.float32)
            sound.expect(channels, min(promised - at, stop - max(start, before + at)), part.size)
            last = math.inf if part.frames is None or part.at_least else part.frames
            while before + at < stop and at < last:
                dropping = before + at < start
                left = min((start if dropping else stop) - before, last) - at
                block = file.read(out=buffer[: int(min(len(buffer), left))])
                if not len(block):
                    break
                if not dropping:
                    sound.append(block.T)
                at += len(block)
            if at < promised and before + at < stop:
                raise AudioFileError(
                    f"{name} is cut short: {promised} frames were promised, {at} could be read. Get it again."
                )
            before += at
    if before == 0:
        raise AudioFileError(f"{name} holds no samples: it is empty or cut short. Get the file again.")
    if not sound.parts:
        raise ParameterError(
            f"offset={offset:g} s is at or after the end of {name}, which is {before / rate:g} s long."
        )
    return sound.whole(), rate


class _Growing:
    """Samples (channels, n) that come block by block."""

    def __init__(self) -> None:
        self.parts: list[np.ndarray] = []  # each filled, but for the last one
        self.filled = 0  # samples of the last

    def expect(self, channels: int, n: float, size: int) -> None:
        """Make room for ``n`` samples at once if ``size`` bytes could hold as many: a header's word is not enough."""
        self._trim()
        self.channels, self.room = channels, int(n) if 0 < n * channels < 32 * size else 0

    def append(self, block: np.ndarray) -> None:
        while block.shape[1]:
            if not self.parts or self.filled == self.parts[-1].shape[1]:
                self.parts.append(np.empty((self.channels, max(self.room, block.shape[1])), dtype=np.float32))
                self.room, self.filled = 0, 0
            here = min(block.shape[1], self.parts[-1].shape[1] - self.filled)
            self.parts[-1][:, self.filled : self.filled + here] = block[:, :here]
            self.filled, block = self.filled + here, block[:, here:]

    def _trim(self) -> None:
        if self.parts:
            self.parts[-1] = self.parts[-1][:, : self.filled]

    def whole(self) -> np.ndarray:
        self._trim()
        return np.ascontiguousarray(self.parts[0] if len(self.parts) == 1 else np.concatenate(self.parts, axis=1))


def _refuse_cut_header(name: str, file: Any) -> None:
    """Raise if the header promises more than the file holds; libsndfile only notes it in its log."""
    for promised, there in re.findall(r"(?:Data Size|size) *: (\d+) \(should be (\d+)\)", file.extra_info):
        if int(promised) > int(there):
            raise AudioFileError(
                f"{name} is cut short: its header promises {promised} bytes of sound, there are {there}. Get it again."
            )
    if file.format in _IN_LOG and "truncated" in file.extra_info:
        raise AudioFileError(f"{name} is cut short: its header promises more than there is. Get it again.")


# Where libsndfile counts what is there, and writes what the header promises into its log only.
_IN_LOG = {"AVR": r"Frames +: (\d+)", "MPC2K": r"Frames +: (\d+)", "MAT4": r"Cols +: (\d+)", "MAT5": r"Cols +: (\d+)",
           "WVE": r"Data length (\d+)", "VOC": "(?!)"}  # fmt: skip


def _promised_by_log(file: Any) -> int:
    found = re.findall(_IN_LOG.get(file.format, "(?!)"), file.extra_info)
    return int(found[-1]) if found else 0


def _cannot_read(path: str, error: Exception) -> str:
    text = str(getattr(error, "error_string", error)).strip().rstrip(".")
    return (
        f"{path} cannot be read as sound{f' ({text})' if text else ''}: it is damaged, cut short, or of a kind that "
        f"libsndfile does not know. WAV, FLAC, OGG, MP3 and AIFF work; convert others (M4A, WMA, video) first."
    )


def save(
    path: str | os.PathLike[str] | BinaryIO,
    y: Array,
    sr: float,
    *,
    subtype: str | None = None,
    format: str | None = None,
) -> None:
    """Write a sound file; its format follows from the name's ending (.wav, .flac, .ogg, .mp3, .aiff …).

    The file is first written beside its place and then renamed: a crash leaves the old file, or none, never half
    of one. Formats of whole numbers get the nearest code, as in :func:`to_pcm16`.

    Parameters
    ----------
    path : str, path, or a file opened for writing bytes (:class:`io.BytesIO`)
        An existing file is replaced, and its permissions stay; a link is followed. A file that is open already gets
        the bytes where it stands.
    y : array (n,) or (channels, n), float32 or float64
        Full scale at 1.0. Beyond it, only ``subtype="FLOAT"`` or ``"DOUBLE"`` can hold the samples.
    sr : int
        Sample rate in hertz.
    subtype : str, optional
        Coding as libsndfile names it: ``"PCM_16"`` (the default of WAV and FLAC), ``"PCM_24"``, ``"FLOAT"`` …
    format : str, optional
        Instead of the name's ending: ``"WAV"``, ``"FLAC"`` … A WAV of more than 4 GiB becomes an RF64, which is the
        same with longer sizes, under the same name.

    Raises
    ------
    ParameterError
        If samples would be clipped, are not finite, or time does not seem to be the last axis; if the format does not
        know the sample rate, or not so many channels.
    AudioFileError
        If the ending or the format is unknown, or the place cannot be written to.

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
    soundfile = _course_package("soundfile")
    is_open = hasattr(path, "write")
    target = Path() if is_open else name_of(path)
    kind, usual = _format(target, format, soundfile)
    known = sorted(soundfile.available_subtypes(kind))
    subtype = one_of(subtype.upper() if subtype else usual, known, f"subtype of {kind}")
    if subtype not in {"FLOAT", "DOUBLE"}:
        _refuse_clipping(y, "save it with subtype='FLOAT'" if "FLOAT" in known else "use a .wav with subtype='FLOAT'")
    channels = 1 if y.ndim == 1 else y.shape[0]
    _refuse_beyond_limits(kind, subtype, sr, channels)
    kind = _with_room(kind, subtype, y.size)
    data = y.reshape(channels, -1)
    if is_open:
        memory = io.BytesIO()
        _write(memory, data, sr, kind, subtype, soundfile)
        path.write(memory.getbuffer())  # type: ignore[union-attr]  # it has "write"
        return
    with replacing(target) as temporary, temporary.open("xb+") as file:
        _write(file, data, sr, kind, subtype, soundfile)


def _write(file: BinaryIO, data: np.ndarray, sr: int, kind: str, subtype: str, soundfile: ModuleType) -> None:
    """Write ``data`` (channels, n), and look whether the file says what it should."""
    size = max(1, _BLOCK // len(data))

    def blocks() -> Iterator[np.ndarray]:
        for start in range(0, data.shape[1], size):
            yield _coded(data[:, start : start + size], subtype).T

    try:
        with soundfile.SoundFile(file, "w", sr, len(data), subtype, format=kind) as out:
            for block in blocks():  # the Vorbis encoder crashes on minutes at a time
                out.write(block)
        file.seek(0)
        with soundfile.SoundFile(file) as written:
            got = (written.samplerate, written.channels, min(written.frames, data.shape[1]))
            # libsndfile 1.2 writes wrong codes where ALAC cannot compress, and loses the last block of SDS.
            doubtful = subtype.startswith("ALAC") or kind == "SDS"
            same = not doubtful or all(
                np.array_equal(written.read(len(b), "int32", always_2d=True), b) for b in blocks()
            )
    except (soundfile.LibsndfileError, ValueError) as error:
        raise AudioFileError(
            f"libsndfile could not write {kind} with {subtype}: {getattr(error, 'error_string', error)}"
        ) from None
    wanted = (sr, *data.shape)
    if got != wanted:
        raise AudioFileError(
            f"{kind} with {subtype} cannot hold this sound: of (rate, channels, samples) = {wanted} it keeps {got}. "
            f"Choose another format, such as .wav or .flac."
        )
    if not same:
        raise AudioFileError(f"libsndfile writes wrong samples as {kind} with {subtype}. Use .flac or .wav.")


def _format(target: Path, given: str | None, soundfile: ModuleType) -> tuple[str, str]:
    """The format's name, and its usual coding."""
    ending = given.upper() if given is not None else target.suffix.lstrip(".").upper()
    kind = {"OGA": "OGG", "OPUS": "OGG", "AIF": "AIFF"}.get(ending, ending)
    # RAW says nothing about itself, and SD2 puts what it says into a second file.
    known = [k for k in soundfile.available_formats() if k not in {"RAW", "SD2"}]
    if kind in known:
        return kind, "OPUS" if ending == "OPUS" else soundfile.default_subtype(kind)
    if given is not None:
        one_of(given, known, "format")
    if not target.name:
        raise ParameterError("a file that is open has no ending; say which format it is to have: format='WAV'.")
    raise AudioFileError(
        f"{target.name}: {'no ending' if not ending else f'the ending .{ending.lower()} is unknown'}; "
        f"a sound file's format follows from it. Use .wav, .flac, .ogg, .mp3 or .aiff."
    )


# What libsndfile 1.2 writes, found by trying. Beyond these limits it refuses without a reason, writes what cannot be
# read, or (Vorbis) crashes.
_MOST_CHANNELS = {
    "AVR": 2, "FLAC": 8, "HTK": 1, "IRCAM": 256, "MP3": 2, "MPC2K": 2, "OGG": 255, "SDS": 1, "SVX": 1, "VOC": 2,
    "WVE": 1, "XI": 1, "ALAC": 8, "DPCM": 1, "DWVW": 1, "G721": 1, "G723": 1, "GSM610": 1, "IMA": 2, "MS": 2, "NMS": 1,
}  # fmt: skip
_RATES = {
    "MP3": (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000),
    "OPUS": (8000, 12000, 16000, 24000, 48000),
    "WVE": (8000,),
}
_HIGHEST_RATE = {"VORBIS": 200_000, "FLAC": 655_350, "SVX": 65_535, "MPC2K": 65_535, "AIFF": 800_000_000}


def _refuse_beyond_limits(kind: str, subtype: str, sr: int, channels: int) -> None:
    """Raise before libsndfile is called: what it makes of such numbers is no error one could read."""
    names = (kind, subtype, subtype.partition("_")[0])
    what = f"{subtype if kind in {'OGG', 'CAF'} else kind} files"
    most = min([1024, *(_MOST_CHANNELS[name] for name in names if name in _MOST_CHANNELS)])
    if channels > most:
        raise ParameterError(f"y has {channels} channels; {what} hold at most {most}. Use .wav, or take y[:{most}].")
    rates = next((_RATES[name] for name in names if name in _RATES), None)
    highest = min([2**31 - 1, *(_HIGHEST_RATE[name] for name in names if name in _HIGHEST_RATE)])
    if rates is not None and sr not in rates:
        nearest = min(rates, key=lambda rate: abs(rate - sr))
        raise ParameterError(
            f"sr={sr} Hz; {what} have one of {', '.join(map(str, rates))} Hz. Resample to {nearest} Hz, or use .wav."
        )
    if sr > highest:
        raise ParameterError(f"sr={sr} Hz is too much; {what} go up to {highest} Hz. Resample first, or use .wav.")
    if kind == "FLAC" and sr > 65_535 and sr % 10:
        raise ParameterError(f"sr={sr} Hz; above 65535 Hz, FLAC knows multiples of 10 Hz only. Use .wav.")


_LONG_FORMATS = {"RF64", "W64", "CAF", "FLAC", "OGG", "MP3"}
_FOUR_GIGABYTES = 2**32 - 2**20  # of samples; the rest is for what else is in the file


def _with_room(kind: str, subtype: str, size: int) -> str:
    """The format that can hold ``size`` samples: sizes of 32 bits end at 4 GiB."""
    bits = _BITS.get(subtype, 8)
    if kind in _LONG_FORMATS or size * bits // 8 <= _FOUR_GIGABYTES:
        return kind
    if kind in {"WAV", "WAVEX"} and (subtype in {"ULAW", "ALAW"} or subtype in _BITS):
        return "RF64"
    raise ParameterError(
        f"y has {size} samples, more than the 4 GiB of a {kind} file hold. Use .wav (which becomes an RF64) or .flac."
    )


_BITS = {
    "PCM_S8": 8, "PCM_U8": 8, "PCM_16": 16, "PCM_24": 24, "PCM_32": 32,
    "ALAC_16": 16, "ALAC_20": 20, "ALAC_24": 24, "ALAC_32": 32, "FLOAT": 32, "DOUBLE": 64,
}  # fmt: skip


def _coded(y: np.ndarray, subtype: str) -> np.ndarray:
    """The samples as libsndfile should get them.

    Given floats, it rounds *down* into WAV (every sample half a step lower on average: a constant offset) and to the
    nearest into FLAC. Integers it stores as they are: the upper bits of int32 where the format has fewer.
    """
    if subtype in {"FLOAT", "DOUBLE"} or subtype not in _BITS:
        return y
    bits = _BITS[subtype]
    full = 2.0 ** (bits - 1)
    codes = np.clip(np.round(full * y.astype("float64")), -full, full - 1.0)
    return (codes * 2.0 ** (32 - bits)).astype("int32")


# --- resampling --------------------------------------------------------------------------------------------

QUALITIES = ("QQ", "LQ", "MQ", "HQ", "VHQ")


MOST_CHANGE = 1024


def resample(y: Array, orig_sr: float, target_sr: float, *, quality: str = "HQ") -> Array:
    """``y`` at another sample rate, same pitch and duration (soxr).

    Parameters
    ----------
    y : array (..., n), float32 or float64
    orig_sr, target_sr : float
        Sample rates in hertz, one at most 1024 times the other. What lies above ``target_sr / 2`` cannot be kept and is
        filtered out.
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
    if not 1 / MOST_CHANGE <= target_sr / orig_sr <= MOST_CHANGE:
        raise ParameterError(
            f"from orig_sr={orig_sr:g} to target_sr={target_sr:g} Hz is a factor of more than {MOST_CHANGE}: one of "
            f"the two is not what was meant."
        )
    if orig_sr == target_sr:
        return y
    soxr = _course_package("soxr")
    # In exact fractions: 44100 · (16000 / 44100) in floats can come out a hair above 16000.
    n = math.ceil(y.shape[-1] * Fraction(target_sr) / Fraction(orig_sr))
    rows = to_numpy(y).reshape(-1, y.shape[-1])
    out = np.empty((len(rows), n), dtype=rows.dtype)
    # soxr gives n · target / orig samples, rounded, and here it is rounded up: zeros after the end bring the last one.
    after = np.zeros(2 + math.ceil(2 * orig_sr / target_sr), dtype=rows.dtype)
    for row, target in zip(rows, out, strict=True):
        target[:] = soxr.resample(np.concatenate([row, after]), orig_sr, target_sr, quality=quality)[:n]
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
    if number >= 2**31:
        raise ParameterError(f"{sr=} Hz is too much; a sound file's rate is at most {2**31 - 1} Hz.")
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
