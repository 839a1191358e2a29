"""dspkit: audio DSP from scratch, on NumPy and CuPy arrays. Hear it, derive it, trust the number.

One module for each topic of the course, one lesson for each module, with the same name. All functions are
reached flat: ``import dspkit as dk``, then ``dk.dft``, ``dk.stft``. Figures (``dk.viz``), sliders
(``dk.explore``) and homework checks (``dk.check``) are loaded when they are first used.
"""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import TYPE_CHECKING

from . import (
    agreement,
    audio,
    cepstrum,
    companding,
    convolution,
    cuda,
    datasets,
    decibels,
    errors,
    fast_fourier,
    filters,
    fourier,
    frames,
    harmonics,
    hearing,
    loudness,
    mel,
    normalization,
    players,
    presets,
    recorded,
    sampling,
    short_time,
    signals,
    time_domain,
    windows,
)
from .agreement import *
from .audio import *
from .cepstrum import *
from .companding import *
from .convolution import *
from .decibels import *
from .errors import *
from .fast_fourier import *
from .filters import *
from .fourier import *
from .frames import *
from .harmonics import *
from .hearing import *
from .loudness import *
from .mel import *
from .normalization import *
from .players import *
from .presets import *
from .recorded import *
from .sampling import *
from .short_time import *
from .signals import *
from .time_domain import *
from .windows import *

__version__ = "0.1.0"

_LAZY = ("check", "explore", "viz")

__all__ = [
    "agreement", "audio", "cepstrum", "companding", "convolution", "cuda", "datasets", "decibels", "errors",
    "fast_fourier", "filters", "fourier", "frames", "harmonics", "hearing", "loudness", "mel", "normalization",
    "players", "presets", "recorded", "sampling", "short_time", "signals", "time_domain", "windows", *agreement.__all__,
    *audio.__all__, *cepstrum.__all__, *companding.__all__, *convolution.__all__, *decibels.__all__, *errors.__all__,
    *fast_fourier.__all__, *filters.__all__, *fourier.__all__, *frames.__all__, *harmonics.__all__, *hearing.__all__,
    *loudness.__all__, *mel.__all__, *normalization.__all__, *players.__all__, *presets.__all__, *recorded.__all__,
    *sampling.__all__, *short_time.__all__, *signals.__all__, *time_domain.__all__, *windows.__all__, *_LAZY,
]  # fmt: skip


if TYPE_CHECKING:  # a checker of types is not to believe that there is every name
    from . import check as check
    from . import explore as explore
    from . import viz as viz
else:

    def __getattr__(name: str) -> ModuleType:
        if name in _LAZY:
            try:
                return importlib.import_module(f"{__name__}.{name}")
            except ModuleNotFoundError as error:
                raise ImportError(
                    f'dspkit.{name} needs {error.name}, which is not installed: pip install "dspkit[course]"',
                    name=error.name,
                ) from error
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
