"""What the tests share: the array namespaces, and the way to them and back."""

from __future__ import annotations

from collections.abc import Generator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dspkit._arrays import to_numpy

ROOT = Path(__file__).resolve().parents[1]
# What cannot even be read without a package of the course, and whose examples need one; a GPU machine has none of them.
NEEDS = {
    "soundfile": ("dspkit/audio.py", "dspkit/datasets"),
    "matplotlib": ("dspkit/viz", "dspkit/explore", "tests/viz", "tests/explore"),
    "ipywidgets": ("dspkit/explore", "tests/explore"),
    "nbformat": ("tests/test_lessons.py", "tests/lessons"),
}
MISSING = [name for name in NEEDS if find_spec(name) is None]


def pytest_configure(config: pytest.Config) -> None:
    left_out = sorted({str(ROOT / path) for name in MISSING for path in NEEDS[name]})
    config.option.ignore = [*(config.option.ignore or []), *left_out]


def pytest_report_header() -> list[str]:
    return [f"{name} is not installed: without {', '.join(NEEDS[name])}" for name in MISSING]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A reason to skip is told once, with a count, wherever it was met."""
    report = yield
    if report.skipped and isinstance(report.longrepr, tuple):
        report.longrepr = ("tests", None, report.longrepr[2])  # type: ignore[assignment]
    return report


class Arrays:
    """An array namespace as a test sees it: ``arrays(values)`` sends them there, ``arrays.back(a)`` returns them."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.device: Any = None
        if name == "numpy":
            self.xp: Any = np
        elif name == "strict":
            self.xp = pytest.importorskip("array_api_strict", reason="array-api-strict is not installed")
            # A device of its own: whatever slips through NumPy raises there, as it would on a GPU.
            self.device = self.xp.Device("device1")
        else:
            cupy = pytest.importorskip("cupy", reason="CuPy is not installed")
            if not cupy.cuda.is_available():
                pytest.skip("no CUDA device")
            self.xp = cupy

    def __call__(self, values: Any) -> Any:
        values = np.asarray(values)
        return self.xp.asarray(values, device=self.device) if self.device else self.xp.asarray(values)

    def back(self, array: Any) -> np.ndarray:
        """The array as NumPy's, after a check that it never left its namespace and device."""
        if self.name == "numpy":
            assert isinstance(array, np.ndarray | np.generic), f"{type(array)} came back for a NumPy array"
        elif self.name == "strict":
            assert type(array).__module__.startswith("array_api_strict"), f"{type(array)} came back"
            assert array.device == self.device
        else:
            assert isinstance(array, self.xp.ndarray), f"{type(array)} came back for a CuPy array"
        return to_numpy(array)


# What Python calls to make numbers of an array: on a GPU each waits for the device and copies, and nobody sees it.
# ``to_numpy`` says that it does, and may.
LOOKS = ("__bool__", "__int__", "__float__", "__complex__", "__index__", "item", "tolist")


@pytest.fixture(params=["numpy", "strict", pytest.param("cupy", marks=pytest.mark.gpu)])
def arrays(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Arrays:
    """NumPy, array-api-strict and (with ``-m gpu``, where there is one) CuPy in turn.

    On the last two a test fails when dspkit makes Python numbers of an array's values.
    """
    given = Arrays(request.param)
    if given.name != "numpy":
        kind = type(given(0.0))
        for look in LOOKS:
            if hasattr(kind, look):
                monkeypatch.setattr(kind, look, _refusing(look, getattr(kind, look), given))
    return given


def _refusing(look: str, original: Any, given: Arrays) -> Any:
    def refuse(array: Any, *args: Any, **kwargs: Any) -> Any:
        if given.device is not None and array.device != given.device:
            return original(array, *args, **kwargs)
        raise AssertionError(
            f"a hidden copy to the host: {look} of an array of shape {array.shape} on the device. Keep the values "
            f"there, look only where is_on_cpu says so, or copy openly with to_numpy."
        )

    return refuse


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(20240229)
