"""Real recordings that come with the course: speech, instruments, a bird, a snap of the fingers.

Lesson: ``notebooks/00_start_here.ipynb``. They lie in the package as 16-bit WAV files of one channel, and need
nothing but NumPy to be read. All are at −23 LUFS (:func:`dspkit.integrated_loudness`), so that one after the other
can be played without a hand on the volume. Who made them, under which licence, and what was changed is in
``dspkit/recordings/SOURCES.md``.
"""

from __future__ import annotations

import csv
import html
import wave
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ._validate import one_of
from .errors import ParameterError

__all__ = ["Phoneme", "Recording", "Recordings", "phonemes", "recording", "recordings"]

FOLDER = Path(__file__).parent / "recordings"
# What is heard, and the licence.
ABOUT = {
    "speech": ("“Unless to be rather cold hearted and rather selfish is to be ill disposed.”", "public domain"),
    "speech_voiced": ("“He might even have been made amiable himself.” Voiced but for a few sounds.", "public domain"),
    "violin": ("Five notes, legato, with vibrato: A4 C5 E5 D5 A4 (sampled instrument)", "MIT"),
    "piano": ("A broken chord of D major that rings for three seconds (sampled instrument)", "MIT"),
    "guitar": ("One chord, E minor with a ninth, strummed and left to ring", "CC0"),
    "tabla": ("Two Indian hand drums, in time: 6 strokes a second, some low, some high", "CC0"),
    "bell": ("One stroke on a small bell: four high partials that die away one by one", "CC0"),
    "crow": ("One caw", "CC0"),
    "snap": ("One snap of the fingers: nearly a click", "CC0"),
    "cymbal": ("One stroke on a cymbal: nearly noise", "CC0"),
}


class Phoneme(NamedTuple):
    """One sound of speech and when it is spoken; made by :func:`phonemes`."""

    phoneme: str
    """Its ARPAbet sign, such as S, SH or IY; SIL is silence."""
    start: float
    """Seconds from the beginning of the recording."""
    end: float
    """Seconds from the beginning of the recording."""


@dataclass(frozen=True)
class Recording:
    """A line of the table that :func:`recordings` gives."""

    name: str
    what: str
    seconds: float
    sr: int
    """Sample rate in hertz."""
    licence: str


class Recordings(tuple[Recording, ...]):
    """The recordings there are: a tuple of :class:`Recording` that shows itself as a table."""

    __slots__ = ()

    def __repr__(self) -> str:
        rows = [HEAD, *(_cells(line) for line in self)]
        widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
        return "\n".join(
            "  ".join(
                cell.rjust(width) if heading in NUMBERS else cell.ljust(width)
                for cell, width, heading in zip(row, widths, HEAD, strict=True)
            ).rstrip()
            for row in rows
        )

    def _repr_html_(self) -> str:
        def row(cells: tuple[str, ...], tag: str) -> str:
            sides = ("right" if heading in NUMBERS else "left" for heading in HEAD)
            inside = (
                f'<{tag} style="text-align:{side}">{html.escape(cell)}</{tag}>'
                for cell, side in zip(cells, sides, strict=True)
            )
            return f"<tr>{''.join(inside)}</tr>"

        lines = "".join(row(_cells(line), "td") for line in self)
        return f"<table><thead>{row(HEAD, 'th')}</thead><tbody>{lines}</tbody></table>"


HEAD = ("name", "seconds", "Hz", "licence", "what")
NUMBERS = ("seconds", "Hz")


def _cells(line: Recording) -> tuple[str, ...]:
    return (line.name, f"{line.seconds:.2f}", str(line.sr), line.licence, line.what)


def recordings() -> Recordings:
    """The recordings that come with the course, as a table.

    Returns
    -------
    Recordings
        A tuple of :class:`Recording` (name, what is heard, seconds, sample rate in hertz, licence) that prints as a
        table, and is shown as one in a notebook.

    Examples
    --------
    >>> [line.name for line in recordings() if line.sr == 16000]
    ['speech', 'speech_voiced']

    """
    lines = []
    for name, (what, licence) in ABOUT.items():
        with wave.open(str(FOLDER / f"{name}.wav"), "rb") as file:
            lines.append(Recording(name, what, file.getnframes() / file.getframerate(), file.getframerate(), licence))
    return Recordings(lines)


def recording(name: str) -> tuple[np.ndarray, int]:
    """One of the course's recordings, by its name.

    Parameters
    ----------
    name : str
        One of those that :func:`recordings` lists.

    Returns
    -------
    y : float32 array (n,)
        In [−1, 1), at −23 LUFS, with a peak below −1 dBFS.
    sr : int
        Its sample rate in hertz.

    Raises
    ------
    ParameterError
        If there is none of that name; the error says which there are.

    Examples
    --------
    >>> y, sr = recording("speech")
    >>> y.shape, y.dtype, sr
    ((82080,), dtype('float32'), 16000)

    """
    name = one_of(name, ABOUT, "name")
    with wave.open(str(FOLDER / f"{name}.wav"), "rb") as file:
        sr, codes = file.getframerate(), np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")
    return codes.astype("float32") / np.float32(2**15), sr


def phonemes(name: str = "speech") -> tuple[Phoneme, ...]:
    """When each sound of a spoken sentence begins and ends.

    The times were found by a speech recogniser that knew the text (forced alignment, by PocketSphinx), in steps of
    10 ms. The hiss of each S and SH, as measured, begins and ends within 25 ms of them.

    Parameters
    ----------
    name : {"speech", "speech_voiced"}
        A recording of speech.

    Returns
    -------
    tuple of Phoneme
        (phoneme, start, end): the ARPAbet sign, and seconds from the beginning of the recording. They follow one
        another without gaps; SIL is silence.

    Raises
    ------
    ParameterError
        If there is no such recording, or nobody speaks in it.

    Examples
    --------
    >>> [(start, end) for phoneme, start, end in phonemes("speech") if phoneme == "SH"]
    [(3.23, 3.47)]

    """
    name = one_of(name, ABOUT, "name")
    path = FOLDER / f"{name}.csv"
    if not path.exists():
        spoken = [known for known in ABOUT if (FOLDER / f"{known}.csv").exists()]
        raise ParameterError(f"{name=} has no phonemes: nobody speaks in it. Choose {' or '.join(spoken)}.")
    with path.open(newline="", encoding="ascii") as file:
        rows = list(csv.reader(file))[1:]
    return tuple(Phoneme(sound, float(start), float(end)) for sound, start, end in rows)
