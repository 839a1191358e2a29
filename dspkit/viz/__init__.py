"""All figures of the course: one file for each topic, all functions reached as ``dk.viz.name``.

Each function draws what it is given (NumPy or CuPy arrays) and returns a :class:`Figure`, which shows itself
as the last line of a notebook cell. Titles say the finding, axes the quantity and the unit.
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
    normalization,
    sampling,
    short_time,
    sounds,
    time_domain,
    windows,
)
from ._movie import Movie, movie
from ._style import Figure
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
from .normalization import *
from .sampling import *
from .short_time import *
from .sounds import *
from .time_domain import *
from .windows import *

__all__ = [
    "Figure",
    "Movie",
    "movie",
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
    *normalization.__all__,
    *sampling.__all__,
]
