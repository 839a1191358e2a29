"""Features read back: by number, in batches, in parts that keep groups together."""

from __future__ import annotations

import copy
import csv
import hashlib
import json
import math
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, overload

import numpy as np

from .._validate import positive_int
from ..errors import DatasetError, ParameterError, SampleTypeError
from . import _store
from .features import as_features

Record = dict[str, Any]
MAPPED = 1 << 22  # bytes: smaller files are read whole, which takes less time than to map them


class Batch(NamedTuple):
    """Some items of one length; made by :meth:`FeatureDataset.batches`."""

    features: np.ndarray
    """(size, ..., length)"""
    mask: np.ndarray
    """Booleans (size, length): whether a frame is the item's own, or was added to fill it up."""
    records: list[Record]


class FeatureDataset:
    """The features that :func:`extract` has made, read from the disk when they are asked for.

    Parameters
    ----------
    out : path
        The folder given to ``extract``, that of one set in it (``report.folder``), or a file made by :func:`pack`.
    features : optional
        Which set, where there are several: the features as they were given to ``extract``.
    labels : mapping, path, "folder" or function, optional
        What each item is: a table from a sound's name (``"a/b.wav"``) to its label; a CSV file with a line of
        headings, the name in its first column, the label in its second; "folder" for the name of the folder that
        the sound is in; or a function of the record. The records then hold it as ``record["label"]``.

    Notes
    -----
    ``dataset[i]`` is ``(features, record)``: an array, and a dictionary with the ``name`` of the item, the ``sound`` it
    was made from, ``start`` in it and ``seconds``. A large array is mapped from its file, so that only what is used is
    read; changing it changes no file. ``dataset[10:20]``, or a list of numbers, is a dataset again. The order is that
    of the names.

    Raises
    ------
    DatasetError
        If nothing is there, or several sets and it is not said which.

    Examples
    --------
    >>> import pathlib, tempfile, dspkit as dk
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for note in ("C", "E", "G"):
    ...         pathlib.Path(folder, note).mkdir()
    ...         dk.save(pathlib.Path(folder, note, "1.wav"), dk.sine(440, sr=16000), 16000)
    ...     _ = dk.datasets.extract(folder, folder, dk.datasets.MelStack(), workers=1, progress=False)
    ...     dataset = FeatureDataset(folder, labels="folder")
    ...     X, record = dataset[1]
    ...     (len(dataset), X.shape, record["sound"], dataset.labels)
    (3, (4, 64, 101), 'E/1.wav', ['C', 'E', 'G'])

    """

    def __init__(self, out: str | os.PathLike[str], *, features: Any = None, labels: Any = None) -> None:
        path = Path(out).absolute()
        self._folder = path if path.is_file() else _one_set(path, features)
        self._packed: tuple[str, np.dtype[Any]] | None = None
        if path.is_file():
            index = _index_of(path)
            self.settings: dict[str, Any] = index["settings"]
            self._packed = (str(path), np.dtype(index["dtype"]))
            self.records: list[Record] = index["records"]
            self._places: list[Any] = [(offset, tuple(shape)) for offset, shape in index["places"]]
        else:
            manifest = _store.Manifest(self._folder)
            self.settings = json.loads((self._folder / _store.SETTINGS).read_text(encoding="utf-8"))
            self.records = [record for sound in sorted(manifest) for record in _records(manifest, sound)]
            self._places = [record["name"] for record in self.records]
        if labels is not None:
            for record, label in zip(self.records, _labels(self.records, labels), strict=True):
                record["label"] = label

    # --- One by one. ---

    def __len__(self) -> int:
        return len(self.records)

    @overload
    def __getitem__(self, i: int) -> tuple[np.ndarray, Record]: ...

    @overload
    def __getitem__(self, i: slice | Sequence[int] | np.ndarray) -> FeatureDataset: ...

    def __getitem__(self, i: Any) -> Any:
        if isinstance(i, slice):
            return self._only(range(len(self))[i])
        if isinstance(i, int | np.integer):
            return self._read(int(i)), self.records[i]
        return self._only(np.arange(len(self))[np.asarray(i, dtype=None if len(i) else int)].tolist())

    def __iter__(self) -> Iterator[tuple[np.ndarray, Record]]:
        for i in range(len(self)):
            yield self[i]

    def __repr__(self) -> str:
        return f"<FeatureDataset: {len(self)} items of {self._folder}>"

    @property
    def names(self) -> list[str]:
        """The names of the items: the sound's, and behind an @ the number of the piece."""
        return [record["name"] for record in self.records]

    @property
    def labels(self) -> list[Any]:
        """The label of each item."""
        if self.records and "label" not in self.records[0]:
            raise ParameterError('this dataset has no labels; give FeatureDataset(…, labels="folder"), or a table.')
        return [record["label"] for record in self.records]

    def _only(self, numbers: Sequence[int]) -> FeatureDataset:
        part = copy.copy(self)
        part.records = [self.records[i] for i in numbers]
        part._places = [self._places[i] for i in numbers]
        return part

    def _read(self, i: int) -> np.ndarray:
        place = self._places[i]
        if self._packed:
            file, dtype = self._packed
            offset, shape = place
            return np.memmap(file, dtype, "c", offset, shape)
        path = self._folder / f"{place}.npy"
        try:
            return np.load(path, mmap_mode=None if os.path.getsize(path) < MAPPED else "c")
        except (OSError, ValueError) as error:
            raise DatasetError(f"{path} cannot be read ({error}); the same extract() call makes it anew.") from None

    def _reader(self) -> Callable[[int], np.ndarray]:
        """What reads many items: a packed file is mapped once for all, and no item may be changed."""
        if not self._packed:
            return self._read
        file, dtype = self._packed
        whole = np.memmap(file, mode="r")

        def read(i: int) -> np.ndarray:
            offset, shape = self._places[i]
            return np.frombuffer(whole, dtype, math.prod(shape), offset).reshape(shape)

        return read

    # --- Parts. ---

    def split(
        self, groups: Any = None, parts: Sequence[float] = (0.8, 0.1, 0.1), *, seed: int = 0
    ) -> tuple[FeatureDataset, ...]:
        """Parts for training, validation and test, such that no group is in two of them.

        Where a group goes follows from its name alone (a hash of it and the seed): new sounds never move old ones
        from one part to another. The shares are met on average: with few groups they differ.

        Parameters
        ----------
        groups : "folder", mapping, path or function, optional
            As ``labels`` of :class:`FeatureDataset`: whose sounds must stay together, such as a speaker's. If not
            given, the items of one sound do.
        parts : sequence of float
            Shares, which add up to 1.
        seed : int
            Another one gives other parts.

        """
        shares = np.asarray(parts, dtype=float)
        if shares.ndim != 1 or not len(shares) or np.any(shares < 0) or abs(shares.sum() - 1.0) > 1e-9:
            raise ParameterError(f"parts={parts!r}; expected shares that add up to 1, such as (0.8, 0.1, 0.1).")
        names = [r["sound"] for r in self.records] if groups is None else _labels(self.records, groups, "group")
        edges = np.cumsum(shares)
        edges[np.flatnonzero(shares)[-1] :] = 1.0  # whatever was lost in rounding is the last part's
        drawn = [_draw(f"{seed}:{name}") for name in names]
        part_of = np.searchsorted(edges, drawn, side="right")
        return tuple(self._only(np.flatnonzero(part_of == k).tolist()) for k in range(len(shares)))

    # --- Batches. ---

    def batches(
        self, size: int, *, length: int | None = None, seed: int | None = None, fill: float | None = None
    ) -> Iterator[Batch]:
        """All items, some at a time, brought to one number of frames (the last axis).

        Parameters
        ----------
        size : int
            Items in a batch; the last one has what is left.
        length : int, optional
            Frames. Longer items are cut: to their first frames, or with a seed to a run of frames drawn at random.
            Shorter ones are filled up at the end. If not given, the longest of the batch decides.
        seed : int, optional
            Draws the order and the cuts; take another one in each epoch. None: the order of the names.
        fill : float, optional
            What shorter items are filled up with; each item's own smallest value if not given (0 dB is loud).

        """
        size = positive_int(size, "size")
        length = None if length is None else positive_int(length, "length", unit="frames")
        draw = None if seed is None else np.random.default_rng(seed)
        read = self._reader()
        order = np.arange(len(self)) if draw is None else draw.permutation(len(self))
        for start in range(0, len(self), size):
            numbers = order[start : start + size].tolist()
            items = [read(i) for i in numbers]
            n = max(X.shape[-1] for X in items) if length is None else length
            features = np.empty((len(items), *items[0].shape[:-1], n), dtype=items[0].dtype)
            mask = np.zeros((len(items), n), dtype=bool)
            for X, to, real in zip(items, features, mask, strict=True):
                spare = X.shape[-1] - n
                first = int(draw.integers(spare + 1)) if draw is not None and spare > 0 else 0
                kept = X[..., first : first + n]
                to[..., : kept.shape[-1]] = kept
                if spare < 0:
                    to[..., kept.shape[-1] :] = kept.min() if fill is None else fill
                real[: kept.shape[-1]] = True
            yield Batch(features, mask, [self.records[i] for i in numbers])


def _draw(text: str) -> float:
    """A number in [0, 1) that is always the same for the same text."""
    return int.from_bytes(hashlib.sha256(text.encode("utf-8", _store.TEXT)).digest()[:6], "big") / 2.0**48


def _records(manifest: _store.Manifest, sound: str) -> Iterator[Record]:
    line = manifest.get(sound) or {}
    if line.get("state") != "done":
        return
    length, hop = line.get("segment") or (line["seconds"], 0.0)
    for k, name in enumerate(_store.item_names(line, manifest.segmented)):
        yield {"name": name, "sound": sound, "start": round(k * hop, 6), "seconds": length}


def _labels(records: Sequence[Record], given: Any, what: str = "label") -> list[Any]:
    """A label for each record, found by the sound's name, never by its place in a list."""
    if given == "folder":
        return [os.path.basename(os.path.dirname(record["sound"])) for record in records]
    if isinstance(given, str | os.PathLike):
        given = _table(Path(given))
    if isinstance(given, Mapping):
        without = sorted({record["sound"] for record in records if record["sound"] not in given})
        if without:
            raise ParameterError(
                f"{len(without)} sounds have no {what} in the table, such as {', '.join(map(repr, without[:3]))}; its "
                f"names are like {next(iter(given), '(none)')!r}: expected paths below the folder of sounds."
            )
        return [given[record["sound"]] for record in records]
    if callable(given):
        return [given(record) for record in records]
    raise SampleTypeError(f'{what}s={given!r}; expected "folder", a table, a CSV file, or a function of the record.')


def _table(path: Path) -> dict[str, str]:
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            rows = [row for row in csv.reader(file) if row]
    except OSError as error:
        raise ParameterError(f"{path} cannot be read as a table: {error.strerror}.") from None
    if any(len(row) < 2 for row in rows):
        raise ParameterError(f"{path} has lines with one column; expected the sound's name, then the label.")
    return {row[0].replace("\\", "/"): row[1] for row in rows[1:]}


def _one_set(out: Path, features: Any) -> Path:
    """The folder of the set that is meant."""
    if (out / _store.SETTINGS).exists():
        return out
    sets = sorted(path.parent for path in out.glob(f"*/{_store.SETTINGS}"))
    there = {folder: json.loads((folder / _store.SETTINGS).read_text(encoding="utf-8")) for folder in sets}
    wanted = {} if features is None else as_features(features).settings
    found = {folder: has for folder, has in there.items() if all(has.get(key) == wanted[key] for key in wanted)}
    if len(found) == 1:
        return next(iter(found))
    if not sets:
        raise DatasetError(
            f"there are no features in {out}; make some with dk.datasets.extract(sounds, {str(out)!r}, …)."
        )
    here = "; ".join(f"{folder.name}: {_brief(settings)}" for folder, settings in (found or there).items())
    said = "none with these settings" if not found else f"{len(found)} sets, made with different settings"
    raise DatasetError(f"{out} holds {said} ({here}). Give the folder of one of them, or features=.")


def _brief(settings: Mapping[str, Any]) -> str:
    return ", ".join(f"{key}={value}" for key, value in settings.items() if not isinstance(value, dict))


# --- One file. ---------------------------------------------------------------------------------------------------


def pack(dataset: FeatureDataset | str | os.PathLike[str], file: str | os.PathLike[str]) -> FeatureDataset:
    """All items in one ``.npy`` file, end to end, and beside it a ``.json`` that says where each lies.

    It reads several times as fast as a file for each item, and is easier to copy. The file is one row of numbers,
    mapped into memory as a whole.

    Parameters
    ----------
    dataset : FeatureDataset, or the path of one
    file : path
        Where to, with the ending ``.npy``. An existing file is replaced.

    Returns
    -------
    FeatureDataset
        The packed one; ``FeatureDataset(file)`` opens it again.

    """
    dataset = dataset if isinstance(dataset, FeatureDataset) else FeatureDataset(dataset)
    path = Path(file)
    if path.suffix != ".npy":
        raise ParameterError(f"file={str(file)!r}; expected a name that ends in .npy.")
    if not len(dataset):
        raise ParameterError("the dataset holds no items; expected some to pack.")
    first = dataset._read(0)
    beside, index = path.with_name(f".{path.name}"), path.with_suffix(".json")
    places: list[tuple[int, tuple[int, ...]]] = []
    try:
        with open(beside, "wb") as to:
            total = sum(dataset._read(i).size for i in range(len(dataset)))
            head = {"descr": np.lib.format.dtype_to_descr(first.dtype), "fortran_order": False, "shape": (total,)}
            np.lib.format.write_array_header_1_0(to, head)
            for i in range(len(dataset)):
                X = dataset._read(i)
                if X.dtype != first.dtype:
                    raise ParameterError(
                        f"{dataset.names[i]} holds {X.dtype}, others {first.dtype}; expected one kind."
                    )
                places.append((to.tell(), X.shape))
                np.ascontiguousarray(X).tofile(to)
            to.flush()
            os.fsync(to.fileno())
        index.unlink(missing_ok=True)  # the old one would not fit: whoever is cut off here leaves no index
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)
    text = {"settings": dataset.settings, "dtype": first.dtype.str, "records": dataset.records, "places": places}
    _store.replace_text(index, json.dumps(text), index.with_name(f".{index.name}"))
    return FeatureDataset(path)


def _index_of(path: Path) -> dict[str, Any]:
    index = path.with_suffix(".json")
    if path.suffix != ".npy" or not index.exists():
        raise DatasetError(f"{path} was not packed to its end, or not by dk.datasets.pack: {index} is not there.")
    return json.loads(index.read_text(encoding="utf-8"))
