"""All sliders of the course: one file for each topic, all functions reached as ``dk.explore.name``.

Each function returns an :class:`Explorer`, which shows itself as the last line of a notebook cell.
"""

from . import (
    cepstrum,
    companding,
    convolution,
    datasets,
    fast_fourier,
    fourier,
    gpu,
    harmonics,
    loudness,
    mel,
    sampling,
    short_time,
    sounds,
    time_domain,
    windows,
)
from ._explorer import Explorer
from .cepstrum import *
from .companding import *
from .convolution import *
from .datasets import *
from .fast_fourier import *
from .fourier import *
from .gpu import *
from .harmonics import *
from .loudness import *
from .mel import *
from .sampling import *
from .short_time import *
from .sounds import *
from .time_domain import *
from .windows import *

__all__ = [
    "Explorer",
    *sounds.__all__,
    *harmonics.__all__,
    *time_domain.__all__,
    *convolution.__all__,
    *fourier.__all__,
    *fast_fourier.__all__,
    *windows.__all__,
    *short_time.__all__,
    *mel.__all__,
    *cepstrum.__all__,
    *companding.__all__,
    *gpu.__all__,
    *datasets.__all__,
    *loudness.__all__,
    *sampling.__all__,
]
