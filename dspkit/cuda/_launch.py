"""Compile this package's CUDA sources when they are first needed, and launch their kernels.

The kernels are the ``.cu`` files beside this one. What they leave open (sample type, sizes) is set by macros, so
that the compiler sees constants: one compiled version for each set. CuPy keeps them on disk between sessions.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

import numpy as np

from .._arrays import Array, dtype_name, like

C_TYPES = {"float32": "float", "float64": "double"}

Constants = Mapping[str, Any]


def source(name: str, constants: Constants) -> str:
    """The text of ``name``.cu, with the macros that it expects."""
    macros = "".join(f"#define {key} {value}\n" for key, value in constants.items())
    return macros + read(name)


def read(name: str) -> str:
    """The text of ``name``.cu as it stands."""
    return files(__package__).joinpath(f"{name}.cu").read_text(encoding="utf-8")


def real_type(x: Array) -> str:
    """The C type of the samples of ``x``."""
    return C_TYPES[dtype_name(x)]


def launch(
    x: Array,
    name: str,
    kernel: str,
    constants: Constants,
    *,
    blocks: int,
    threads: tuple[int, int],
    arguments: Sequence[Any],
) -> None:
    """Run ``kernel`` of ``name``.cu on the device of ``x``, in its current stream.

    ``arguments`` are arrays on that device (contiguous), or NumPy scalars of the very type that the kernel takes.
    """
    if blocks == 0:
        return
    device: Any = x.device
    with device:
        compiled = _compile(int(device.id), name, tuple(constants.items()))
        compiled.get_function(kernel)((blocks,), (*threads, 1), tuple(arguments))


@functools.cache
def _compile(device: int, name: str, constants: tuple[tuple[str, Any], ...]) -> Any:
    """The compiled source; ``device`` (the current one) only tells versions apart."""
    cupy = importlib.import_module("cupy")
    return cupy.RawModule(code=source(name, dict(constants)), options=("--std=c++17",))


def constant(values: np.ndarray, x: Array) -> Array:
    """``values`` (a small table) on the device of ``x``; equal tables are sent only once.

    Once for each stream: what one stream has sent, another might use before it is there.
    """
    values = np.ascontiguousarray(values)
    key = (type(x), str(x.device), stream(), values.dtype.str, values.shape, values.tobytes())
    if key not in _sent:
        if len(_sent) >= MOST_TABLES:
            _sent.clear()
        _sent[key] = like(values, x)
    return _sent[key]


_sent: dict[Any, Array] = {}
MOST_TABLES = 128


def stream() -> int:
    """The number of the current CUDA stream."""
    return int(importlib.import_module("cupy").cuda.get_current_stream().ptr)
