"""Homework checks: ``dk.check.dft(my_dft)`` says what a function does, and which convention went wrong.

A check tries a function on hidden cases and answers in one of four ways: *passed*; a mistake that it knows by
name; the smallest case that fails, with what came and what was expected in shape and kind; *not tried yet*
for an empty stub. It never shows the right values, and never breaks a run of the sheet.
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
from ._check import Check, Mistake, Verdict
from ._trial import Case
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
    "Case", "Check", "Mistake", "Verdict",
    *sounds.__all__, *harmonics.__all__, *time_domain.__all__, *convolution.__all__, *fourier.__all__,
    *fast_fourier.__all__, *windows.__all__, *short_time.__all__,
    *mel.__all__, *cepstrum.__all__, *gpu.__all__, *loudness.__all__, *sampling.__all__, *normalization.__all__,
    *companding.__all__, *datasets.__all__,
]  # fmt: skip
