"""Features as values: what is to be made of a sound, in an object that can be called, sent, compared and named.

A folder of features is only as good as the knowledge of how it was made. So the settings are the fields of a frozen
dataclass: two of the same settings are equal, and ``settings`` is plain JSON, whose hash is in the folder's name.
"""

from __future__ import annotations

import dataclasses
import hashlib
import inspect
import json
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from .._validate import one_of, positive_number
from ..decibels import power_to_db
from ..errors import EmptyFilterWarning, ParameterError, SampleTypeError
from ..mel import multi_resolution_mel
from ..presets import Preset, get, log_mel, mfcc

STORED = ("float32", "float16", "float64")


class Features:
    """What :class:`MelStack`, :class:`LogMel` and :class:`MFCC` have in common.

    A subclass is a frozen dataclass with a field ``sr``, and computes in ``_of(y)``. It is tried when it is made:
    a wrong setting is said there, once, and not by two thousand files.
    """

    name: ClassVar[str]
    mono: ClassVar[bool] = True
    sr: int
    dtype: str

    def __post_init__(self) -> None:
        positive_number(self.sr, "sr", unit="hertz")
        one_of(self.dtype, STORED, "dtype")
        self._of(np.zeros(self.shortest, dtype="float32"))

    def __call__(self, y: np.ndarray, sr: float | None = None) -> np.ndarray:
        """The features of samples ``y`` (n,), which must have the sample rate ``self.sr``."""
        if sr is not None and sr != self.sr:
            raise ParameterError(f"sr={sr:g}; expected {self.sr:g} Hz, as these features say: resample the sound.")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", EmptyFilterWarning)  # said when the settings were made
            return self._of(np.asarray(y, dtype="float32")).astype(self.dtype, copy=False)

    @property
    def shortest(self) -> int:
        """So many samples at least: the longest window."""
        raise NotImplementedError

    @property
    def settings(self) -> dict[str, Any]:
        """All that says what is made, as plain JSON."""
        return {"features": type(self).__name__, **_plain(dataclasses.asdict(self))}  # type: ignore[call-overload]

    def _of(self, y: np.ndarray) -> np.ndarray:
        raise NotImplementedError


@dataclass(frozen=True)
class MelStack(Features):
    """The sound at several window lengths (:func:`dspkit.multi_resolution_mel`), as decibels.

    Decibels count from a power of 1, and none are cut off below the loudest: what is stored of a sound, or of a
    piece of it, does not depend on what else it holds. (``top_db`` of the stack is not that of its layers: they
    differ by up to 21 dB.)

    Attributes
    ----------
    sr : int
        Sample rate in hertz; sounds are brought to it.
    win_lengths, hop_length, n_mels, fmin, fmax, htk, norm
        As for :func:`dspkit.multi_resolution_mel`.
    db : bool
        Decibels, or power as it is.
    dtype : {"float32", "float16", "float64"}
        How it is stored. float16 takes half the room, and keeps decibels to 0.06 dB.

    Examples
    --------
    >>> import numpy as np
    >>> features = MelStack(n_mels=40)
    >>> features(np.zeros(16000)).shape
    (4, 40, 101)
    >>> features == MelStack(n_mels=40), features == MelStack()
    (True, False)

    """

    name: ClassVar[str] = "mel-stack"
    sr: int = 16000
    win_lengths: tuple[int, ...] = (200, 400, 800, 1600)
    hop_length: int = 160
    n_mels: int = 64
    fmin: float = 0.0
    fmax: float | None = None
    htk: bool = False
    norm: str | None = "slaney"
    db: bool = True
    dtype: str = "float32"

    def __post_init__(self) -> None:
        try:
            object.__setattr__(self, "win_lengths", tuple(int(n) for n in self.win_lengths))
        except TypeError:
            raise SampleTypeError(f"win_lengths={self.win_lengths!r}; expected lengths such as (200, 400).") from None
        if self.dtype == "float16" and not self.db:
            raise ParameterError(
                "dtype='float16' cannot hold power, which goes below its smallest number; take db=True."
            )
        super().__post_init__()

    @property
    def shortest(self) -> int:
        """So many samples at least: the longest window."""
        return max(self.win_lengths, default=1)

    def _of(self, y: np.ndarray) -> np.ndarray:
        M = multi_resolution_mel(
            y, self.sr, win_lengths=self.win_lengths, hop_length=self.hop_length, n_mels=self.n_mels, fmin=self.fmin,
            fmax=self.fmax, htk=self.htk, norm=self.norm, workers=1,
        )  # fmt: skip
        return power_to_db(M, top_db=None) if self.db else M


@dataclass(frozen=True)
class LogMel(Features):
    """Mel bands with all conventions of a library (:func:`dspkit.log_mel`).

    ``preset`` is a name or a :class:`dspkit.presets.Preset`, such as ``dk.presets.get("kaldi", n_mels=40)``. A
    preset with a ``top`` (librosa's has 80 dB) raises what is further below the loudest value of the item.

    Examples
    --------
    >>> import numpy as np
    >>> LogMel("whisper")(np.zeros(16000)).shape
    (80, 100)

    """

    name: ClassVar[str] = "log-mel"
    preset: str | Preset = "librosa"
    sr: int = 16000
    dtype: str = "float32"

    @property
    def shortest(self) -> int:
        """So many samples at least: the window."""
        return get(self.preset).sizes(self.sr)[1]

    @property
    def settings(self) -> dict[str, Any]:
        """All that says what is made: the preset itself, not its name, since what a name stands for may change."""
        return {**super().settings, "preset": _plain(dataclasses.asdict(get(self.preset)))}

    def _of(self, y: np.ndarray) -> np.ndarray:
        return log_mel(y, self.sr, preset=self.preset)


@dataclass(frozen=True)
class MFCC(LogMel):
    """Mel-frequency cepstral coefficients with all conventions of a library (:func:`dspkit.mfcc`).

    ``n_mfcc`` is the preset's number if it is not given.

    Examples
    --------
    >>> import numpy as np
    >>> MFCC("kaldi", n_mfcc=20)(np.zeros(16000)).shape
    (20, 98)

    """

    name: ClassVar[str] = "mfcc"
    n_mfcc: int | None = None

    def _of(self, y: np.ndarray) -> np.ndarray:
        return mfcc(y, sr=self.sr, preset=self.preset, n_mfcc=self.n_mfcc)


@dataclass(frozen=True)
class Function:
    """A function of yours as features: ``function(y, sr, **options)`` → array.

    Parameters
    ----------
    function : callable
        At the top level of a module, so that worker processes find it by its name.
    sr : int, optional
        Sample rate in hertz that sounds are brought to; None leaves each at its own.
    mono : bool
        Whether channels are mixed to their mean first; else ``y`` is (n,) or (channels, n).
    options : mapping
        Passed on to the function. They, and the text of the function (not of others that it calls), are the settings.
    name : str
        What the folder is called; the function's name if not given.

    Examples
    --------
    >>> Function(np.mean, sr=8000, name="mean").settings["function"]
    'numpy.mean'

    """

    function: Callable[..., Any]
    sr: int | None = None
    mono: bool = True
    options: Mapping[str, Any] = field(default_factory=dict, hash=False)
    name: str = ""
    shortest: ClassVar[int] = 1

    def __post_init__(self) -> None:
        if not callable(self.function):
            raise SampleTypeError(f"{self.function!r} cannot be called; expected MelStack(…), LogMel(…), a function …")
        if self.sr is not None:
            positive_number(self.sr, "sr", unit="hertz")
        if not self.name:
            called = getattr(self.function, "__name__", type(self.function).__name__)
            object.__setattr__(self, "name", called.strip("<>"))

    def __call__(self, y: np.ndarray, sr: float) -> Any:
        """What the function makes of samples ``y`` at ``sr`` hertz."""
        return self.function(y, sr, **self.options)

    @property
    def settings(self) -> dict[str, Any]:
        """All that says what is made, as plain JSON."""
        f = self.function
        try:
            text = hashlib.sha256(inspect.getsource(f).encode()).hexdigest()[:16]
        except (OSError, TypeError):  # compiled, or typed in where no text is kept
            text = ""
        where = f"{getattr(f, '__module__', '')}.{getattr(f, '__qualname__', type(f).__name__)}"
        given = {"sr": self.sr, "mono": self.mono, "options": dict(self.options)}
        return {"features": "Function", "function": where, "text": text, **_plain(given)}


def as_features(features: Any) -> Any:
    """``features`` itself, or a plain function as :class:`Function`."""
    if isinstance(features, type):
        raise SampleTypeError(f"features={features.__name__} is a class; expected a value: {features.__name__}().")
    return features if hasattr(features, "settings") else Function(features)


def _plain(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The same as it comes back from JSON: tuples are lists."""
    try:
        return json.loads(json.dumps(settings))
    except TypeError as error:
        raise SampleTypeError(
            f"the settings {settings} are not plain JSON ({error}); expected numbers, text, lists."
        ) from None


FEATURES: dict[str, type[Features]] = {kind.name: kind for kind in (MelStack, LogMel, MFCC)}
"""By the names that the command line knows."""
