"""Hand-written CUDA kernels: only where the plain twin is not fast enough, and each held to its twin by tests.

Nobody calls them by name: :func:`dspkit.stft` and the others come here when they are given a CuPy array of a size
that there is a kernel for. :func:`info` says what there is on this machine.
"""

from __future__ import annotations

import importlib
from typing import Any

from .._validate import one_of
from ..errors import DeviceError
from ._launch import read as _read
from .model import SimulatedGPU, crossover_samples, mel_operations, mel_traffic, roofline_seconds

__all__ = ["SimulatedGPU", "crossover_samples", "info", "mel_operations", "mel_traffic", "roofline_seconds", "source"]

INSTALL = 'pip install "dspkit[gpu]" (CUDA 13 drivers) or "dspkit[gpu-cuda12]" (older ones)'


def info() -> dict[str, Any]:
    """What this machine's GPU is, and what CuPy found of it.

    Returns
    -------
    dict
        ``device`` (its name), ``compute_capability`` such as ``"9.0"``, ``memory_bytes``, ``multiprocessors``,
        ``driver`` and ``runtime`` (CUDA versions such as ``"13.0"``), ``cupy`` (its version).

    Raises
    ------
    DeviceError
        Where CuPy is not installed, or finds no device; it says what to do.

    Examples
    --------
    >>> import dspkit as dk
    >>> try:
    ...     found = sorted(dk.cuda.info())
    ... except dk.DeviceError as error:
    ...     found = "install" in str(error) or "device" in str(error)
    >>> found is True or "device" in found
    True

    """
    try:
        cupy = importlib.import_module("cupy")
    except ImportError:
        raise DeviceError(
            f"CuPy is not installed, so that there are no arrays on a GPU. Install it: {INSTALL}."
        ) from None
    if not cupy.cuda.is_available():
        raise DeviceError(
            f"CuPy {cupy.__version__} finds no CUDA device. Look whether nvidia-smi lists one; if it does, CuPy and "
            f"the driver do not fit together: {INSTALL}."
        )
    runtime = cupy.cuda.runtime
    properties = runtime.getDeviceProperties(cupy.cuda.Device().id)
    return {
        "device": properties["name"].decode(),
        "compute_capability": f"{properties['major']}.{properties['minor']}",
        "memory_bytes": int(properties["totalGlobalMem"]),
        "multiprocessors": int(properties["multiProcessorCount"]),
        "driver": _version(runtime.driverGetVersion()),
        "runtime": _version(runtime.runtimeGetVersion()),
        "cupy": cupy.__version__,
    }


def source(name: str) -> str:
    """The CUDA C of a kernel file, to read: "spectra", "overlap_add" or "biquads".

    Examples
    --------
    >>> print(source("overlap_add").splitlines()[0])
    // The inverse of framing: every sample of the output gathers what the frames over it hold.

    """
    return _read(one_of(name, ("biquads", "overlap_add", "spectra"), "name"))


def _version(number: int) -> str:
    """CUDA's way of writing versions, undone.

    >>> _version(12080)
    '12.8'

    """
    return f"{number // 1000}.{number % 1000 // 10}"
