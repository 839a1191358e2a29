"""Launch the CUDA kernels of dspkit on NumPy arrays, compiled by g++: their logic, tested where there is no GPU."""

from __future__ import annotations

import ctypes
import functools
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dspkit.cuda import _launch

HERE = Path(__file__).parent
COMPILER = shutil.which("g++")


@functools.cache
def compiled(name: str, constants: tuple[tuple[str, Any], ...]) -> ctypes.CDLL:
    text = _launch.source(name, dict(constants))
    kernels = re.findall(r'extern "C" __global__ void\s+(?:__launch_bounds__\([^)]*\)\s+)?(\w+)\(', text)
    assert kernels, f"{name}.cu has no kernels"
    entries = [
        f'extern "C" void launch_{k}(unsigned b, unsigned x, unsigned y, void **a) {{ launch({k}, b, x, y, a); }}\n'
        for k in kernels
    ]
    # The library stays loaded until the end, and its folder with it.
    folder = Path(tempfile.mkdtemp(prefix="dspkit_cuda_"))
    try:
        (folder / "k.cpp").write_text(f'#include "{HERE / "on_cpu.hpp"}"\n{text}\n{"".join(entries)}', encoding="utf-8")
        flags = ["-std=c++20", "-O1", "-shared", "-fPIC", "-pthread", "-Wno-unknown-pragmas"]
        subprocess.run([str(COMPILER), *flags, "k.cpp", "-o", "k.so"], cwd=folder, check=True)
        return ctypes.CDLL(str(folder / "k.so"))
    finally:
        shutil.rmtree(folder)


def launch(
    x: np.ndarray,
    name: str,
    kernel: str,
    constants: _launch.Constants,
    *,
    blocks: int,
    threads: tuple[int, int],
    arguments: Sequence[Any],
) -> None:
    """As :func:`dspkit.cuda._launch.launch`."""
    addresses, kept = [], []
    for value in arguments:
        if isinstance(value, np.ndarray):
            assert value.flags.c_contiguous
            kept.append(ctypes.c_void_p(value.ctypes.data))
            addresses.append(ctypes.cast(ctypes.pointer(kept[-1]), ctypes.c_void_p))
        else:
            assert isinstance(value, np.generic), f"{value!r} says nothing of its C type"
            kept.append(np.array(value))
            addresses.append(ctypes.c_void_p(kept[-1].ctypes.data))
    entry = compiled(name, tuple(constants.items()))[f"launch_{kernel}"]
    entry(blocks, *threads, (ctypes.c_void_p * len(addresses))(*addresses))


@pytest.fixture
def on_cpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernels run on NumPy arrays."""
    if COMPILER is None:
        pytest.skip("g++ is not installed: the kernels cannot be run on the processor")
    monkeypatch.setattr(_launch, "launch", launch)
    monkeypatch.setattr(_launch, "stream", lambda: 0)
