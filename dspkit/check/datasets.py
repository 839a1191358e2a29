"""Checks for ``notebooks/homework/15_datasets.ipynb``."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

import numpy as np

from ._check import Case, Check, Mistake

__all__ = [
    "epoch_seconds",
    "feature_path",
    "hashed_split",
    "labels_by_name",
    "masked_level",
    "standardize_train",
    "still_to_do",
    "stored_bytes",
]


def _path(sound: str, settings: str) -> str:
    return f"{settings}/{sound}.npy"


feature_path = Check(
    "feature path",
    _path,
    (
        Case("a sound in no folder", ("a.wav", "mel-1f3a")),
        Case("a sound in two folders", ("anna/monday/a.flac", "mel-1f3a")),
        Case("a name with two dots", ("ben/take.2.wav", "mfcc-77b0")),
    ),
    (
        Mistake(
            "a path without the sound's own file extension",
            lambda sound, settings: f"{settings}/{PurePosixPath(sound).with_suffix('.npy')}",
            "a.wav and a.flac then get one and the same file: append .npy, do not replace the extension.",
        ),
        Mistake(
            "a path without the sound's folders",
            lambda sound, settings: f"{settings}/{PurePosixPath(sound).name}.npy",
            "anna/1.wav and ben/1.wav then get one and the same file: keep the path below the folder of sounds.",
        ),
        Mistake(
            "a path with neither folders nor file extension",
            lambda sound, settings: f"{settings}/{PurePosixPath(sound).stem}.npy",
            "Both distinguish sounds: keep the path below the folder of sounds, and the extension.",
        ),
        Mistake(
            "a path without the settings",
            lambda sound, settings: f"{sound}.npy",
            "After the next change of settings, old and new features lie in one folder: begin with the settings' name.",
        ),
        Mistake(
            "two names joined without a slash",
            lambda sound, settings: f"{settings}{sound}.npy",
            "A folder and what is in it are joined by a slash; `pathlib` does it for you.",
        ),
    ),
)

Lines = Sequence[tuple[str, str]]


def _missing(sounds: Sequence[str], done: set[str]) -> np.ndarray:
    return np.array([i for i, sound in enumerate(sounds) if sound not in done], dtype=int)


def _to_do(sounds: Sequence[str], lines: Lines) -> np.ndarray:
    return _missing(sounds, {sound for sound, state in dict(lines).items() if state == "done"})


def _first_line(sounds: Sequence[str], lines: Lines) -> np.ndarray:
    return _missing(sounds, {sound for sound, state in dict(reversed(lines)).items() if state == "done"})


still_to_do = Check(
    "still to do",
    _to_do,
    (
        Case("nothing noted yet", (["a.wav", "b.wav", "c.wav"], [])),
        Case("a file that was begun and not finished", (["a.wav", "b.wav"], [("a.wav", "done"), ("b.wav", "begun")])),
        Case(
            "a sound with several lines",
            (
                ["d.wav", "a.wav", "b.wav", "c.wav"],
                [("a.wav", "begun"), ("a.wav", "done"), ("b.wav", "done"), ("c.wav", "begun"), ("b.wav", "begun")],
            ),
        ),
    ),
    (
        Mistake(
            "half-written files taken for finished",
            lambda sounds, lines: _missing(sounds, {sound for sound, _ in lines}),
            "A line, like a file, only says that somebody began. Look at the state.",
        ),
        Mistake(
            "a list in which a sound's first line counts",
            _first_line,
            "Lines are only ever added, so the last one of a sound is the newest.",
        ),
        Mistake(
            'a list in which any "done" counts, however old',
            lambda sounds, lines: _missing(sounds, {sound for sound, state in lines if state == "done"}),
            "A sound that was done may have been begun again since: its last line counts.",
        ),
        Mistake(
            "a list of what is finished",
            lambda sounds, lines: np.setdiff1d(np.arange(len(sounds)), _to_do(sounds, lines)),
            "The question was what is left to do.",
        ),
    ),
)


def _in_test(names: Sequence[str]) -> np.ndarray:
    return np.array([zlib.crc32(name.encode()) % 5 == 0 for name in names])


def _speakers(sounds: Sequence[str]) -> list[str]:
    return [sound.partition("/")[0] for sound in sounds]


def _by_order(sounds: Sequence[str]) -> np.ndarray:
    order = sorted(set(_speakers(sounds)))
    return np.array([order.index(speaker) % 5 == 0 for speaker in _speakers(sounds)])


PEOPLE = ("anna", "ben", "carla", "dan", "eva", "finn", "gina", "hans", "ida", "jon", "kim", "lea")
CLIPS = [f"{person}/{k}.wav" for k in range(4) for person in PEOPLE]

hashed_split = Check(
    "split by speaker",
    lambda sounds: _in_test(_speakers(sounds)),
    (Case("twelve speakers with four clips each", (CLIPS,)), Case("six speakers", (CLIPS[1::2],))),
    (
        Mistake(
            "groups torn apart: a draw for each clip",
            lambda sounds: _in_test(sounds),
            "One speaker's clips then land in both parts, and the test asks about voices that training has heard.",
        ),
        Mistake(
            "every fifth clip of the list",
            lambda sounds: np.arange(len(sounds)) % 5 == 0,
            "The order of a list (of `glob`!) is no property of a sound, and clips of a speaker are torn apart.",
        ),
        Mistake(
            "every fifth speaker of the sorted list",
            _by_order,
            "No group is torn apart, but one new speaker moves others from one part to another. Hash the name.",
        ),
        Mistake(
            "the training part",
            lambda sounds: ~_in_test(_speakers(sounds)),
            "The question was who is in the test part.",
        ),
    ),
)


def _scaled(X: np.ndarray, of: np.ndarray) -> np.ndarray:
    return (X - of.mean(axis=0)) / of.std(axis=0)


_rng = np.random.default_rng(15)
TABLE = _rng.normal(size=(8, 3)) * np.array([1.0, 5.0, 0.2]) + 4.0
TRAIN = np.array([True, True, False, True, False, True, True, False])

standardize_train = Check(
    "z-score",
    lambda X, train: _scaled(X, X[train]),
    (
        Case("four items, one of them for the test", (TABLE[:4], TRAIN[:4])),
        Case("eight items, three of them for the test", (TABLE, TRAIN)),
    ),
    (
        Mistake(
            "a z-score over all files before the split",
            lambda X, train: _scaled(X, X),
            "Mean and deviation then know the test part. Take both from the training items alone, use them for all.",
        ),
        Mistake(
            "a z-score of each part by itself",
            lambda X, train: np.where(train[:, None], _scaled(X, X[train]), _scaled(X, X[~train])),
            "The test part's own mean is not known when a single new sound comes: use that of the training items.",
        ),
        Mistake(
            "a z-score of each item by itself",
            lambda X, train: (X - X.mean(axis=1, keepdims=True)) / X.std(axis=1, keepdims=True),
            "The task was one mean and one deviation for each column, over the training items.",
        ),
        Mistake(
            "one mean and one deviation for all columns",
            lambda X, train: (X - X[train].mean()) / X[train].std(),
            "Each column has its own: axis=0.",
        ),
    ),
)


def _labels(names: Sequence[str], table: Mapping[str, int]) -> np.ndarray:
    return np.array([table[name] for name in names])


labels_by_name = Check(
    "labels",
    _labels,
    (
        Case("a table in another order", (["b.wav", "a.wav"], {"a.wav": 3, "b.wav": 7})),
        Case("ten names, 10 after 9", ([f"{k}.wav" for k in (9, 10, 1)], {"10.wav": 6, "9.wav": 2, "1.wav": 5})),
    ),
    (
        Mistake(
            "labels by position",
            lambda names, table: np.array(list(table.values())[: len(names)]),
            "The table's third line is not the third file. Look each name up.",
        ),
        Mistake(
            "names sorted, so that the order of a listing decides",
            lambda names, table: np.array([table[name] for name in sorted(names)]),
            "The labels must stay in the order of the names that came in, whatever order that is.",
        ),
    ),
)


def _level(X: np.ndarray, mask: np.ndarray) -> np.ndarray:
    power = np.where(mask, 10 ** (X / 10), 0.0)
    return np.asarray(10 * np.log10(power.sum(axis=-1) / mask.sum(axis=-1)))


LEVELS = np.array([[-20.0, -40.0, -10.0, -90.0, -90.0], [-30.0, -35.0, -60.0, -25.0, -28.0]])
OWN = np.array([[True, True, True, False, False], [True, True, True, True, True]])

masked_level = Check(
    "level of an item",
    _level,
    (Case("one item, filled up", (LEVELS[:1], OWN[:1])), Case("two items", (LEVELS, OWN))),
    (
        Mistake(
            "a mean over time of decibels, with the padding in it",
            lambda X, mask: X.mean(axis=-1),
            "Two things at once: leave out the frames that the mask says were added, and take the mean of powers.",
        ),
        Mistake(
            "a mean with the padding in it",
            lambda X, mask: 10 * np.log10(np.mean(10 ** (X / 10), axis=-1)),
            "Short items become quiet ones. Leave out the frames that the mask says were added.",
        ),
        Mistake(
            "a mean over time of decibels",
            lambda X, mask: np.where(mask, X, 0.0).sum(axis=-1) / mask.sum(axis=-1),
            "A mean of decibels is a mean of logarithms: back to power, mean, and to decibels again.",
        ),
        Mistake(
            "a mean of amplitudes",
            lambda X, mask: 20 * np.log10(np.where(mask, 10 ** (X / 20), 0.0).sum(axis=-1) / mask.sum(axis=-1)),
            "The mean is taken of powers: 10 to the X / 10.",
        ),
        Mistake(
            "a sum, not a mean",
            lambda X, mask: 10 * np.log10(np.where(mask, 10 ** (X / 10), 0.0).sum(axis=-1)),
            "Divide by how many frames are the item's own.",
        ),
    ),
)

stored_bytes = Check(
    "bytes on the disk",
    lambda items, bands, frames: 4 * items * bands * frames,
    (Case("one small item", (1, 40, 101)), Case("2,000 items", (2000, 256, 401))),
    (
        Mistake(
            "float64 stored",
            lambda items, bands, frames: 8 * items * bands * frames,
            "Twice the room and twice the time to read, for digits that no microphone has: float32 has 4 bytes.",
        ),
        Mistake(
            "a count of numbers, not of bytes",
            lambda items, bands, frames: items * bands * frames,
            "A float32 has 4 bytes.",
        ),
        Mistake(
            "a count in bits", lambda items, bands, frames: 32 * items * bands * frames, "Eight bits are one byte."
        ),
    ),
)

epoch_seconds = Check(
    "seconds for all epochs",
    lambda files, epochs, make, read: files * (make + epochs * read),
    (Case("one epoch", (100, 1, 0.02, 0.001)), Case("fifty epochs", (2000, 50, 0.01, 0.0002))),
    (
        Mistake(
            "decoding in the training loop without need",
            lambda files, epochs, make, read: files * epochs * (make + read),
            "Features that never change are made once, and read in every epoch.",
        ),
        Mistake(
            "features that are made anew instead of read",
            lambda files, epochs, make, read: files * epochs * make,
            "That is the loop without a store. Make once, then read in every epoch.",
        ),
        Mistake(
            "a store that fills itself",
            lambda files, epochs, make, read: files * epochs * read,
            "Somebody must make the features, once.",
        ),
        Mistake(
            "the time of one file",
            lambda files, epochs, make, read: make + epochs * read,
            "Times the number of files.",
        ),
    ),
)
