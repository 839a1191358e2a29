"""What only a GPU can show: the kernels at full size, streams, and sounds beyond 2^31 samples."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import dspkit as dk
from dspkit.cuda import _launch

pytestmark = pytest.mark.gpu

# Relative to the largest value.
TOLERANCE = {"float32": 1e-5, "float64": 1e-12}


@pytest.fixture
def cupy() -> Any:
    cupy = pytest.importorskip("cupy", reason="CuPy is not installed")
    if not cupy.cuda.is_available():
        pytest.skip("no CUDA device")
    return cupy


@pytest.fixture
def launched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the kernels that were launched."""
    names: list[str] = []
    original = _launch.launch

    def launch(x: Any, name: str, kernel: str, *args: Any, **kwargs: Any) -> None:
        names.append(kernel)
        original(x, name, kernel, *args, **kwargs)

    monkeypatch.setattr(_launch, "launch", launch)
    return names


def there_and_back(y: np.ndarray, **how: Any) -> np.ndarray:
    return dk.istft(dk.stft(y, **how), length=y.shape[-1], **how)


CALLS = {
    "stft": (dk.stft, "spectra"),
    "spectrogram": (dk.spectrogram, "powers"),
    "melspectrogram": (lambda y, **how: dk.melspectrogram(y, sr=16_000, n_mels=40, **how), "bands"),
    "istft": (there_and_back, "overlap_add"),
}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("n_fft", [256, 400, 1024, 2048, 4096])
@pytest.mark.parametrize("name", CALLS)
def test_kernels_at_full_size(cupy, launched, rng, name, n_fft, dtype):
    call, kernel = CALLS[name]
    y = rng.standard_normal((3, 200_000)).astype(dtype)
    expected = call(y, n_fft=n_fft, hop_length=n_fft // 4)
    assert not launched
    got = call(cupy.asarray(y), n_fft=n_fft, hop_length=n_fft // 4)
    assert kernel in launched
    assert isinstance(got, cupy.ndarray)
    assert got.dtype == expected.dtype
    assert got.shape == expected.shape
    assert np.max(np.abs(got.get() - expected)) <= TOLERANCE[dtype] * np.max(np.abs(expected))


def test_other_lengths_go_without_a_kernel(cupy, launched, rng):
    y = rng.standard_normal(50_000)
    expected = dk.stft(y, n_fft=2 * 1021, hop_length=512)
    got = dk.stft(cupy.asarray(y), n_fft=2 * 1021, hop_length=512)
    assert not launched
    assert np.max(np.abs(got.get() - expected)) <= 1e-12 * np.max(np.abs(expected))


def test_work_stays_in_the_current_stream(cupy, rng):
    """Behind a long piece of work in another stream, the input is made late; whoever does not wait for it is wrong."""
    y = rng.standard_normal(100_000).astype(np.float32)
    expected = dk.melspectrogram(y, sr=16_000)
    stream = cupy.cuda.Stream(non_blocking=True)
    with stream:
        late = cupy.zeros(len(y), dtype=np.float32)
        busy = cupy.ones((3000, 3000), dtype=np.float32)
        for _ in range(20):
            busy = busy @ busy * 1e-4
        late += cupy.asarray(y)
        M = dk.melspectrogram(late, sr=16_000)
    stream.synchronize()
    assert np.max(np.abs(M.get() - expected)) <= 1e-5 * np.max(expected)


def test_more_than_two_to_the_31_samples(cupy):
    """A click near the end of 13 hours at 44.1 kHz: where 32-bit positions would have run over."""
    n, click = 2**31 + 10_000, 2**31 + 5_000
    if cupy.cuda.Device().mem_info[0] < 4 * n + (12 << 30):
        pytest.skip("the device has too little free memory")
    y = cupy.zeros(n, dtype=cupy.float32)
    y[click] = 1.0
    M = dk.melspectrogram(y, sr=44_100, n_mels=16)
    start = 2**31 - 512 * 8
    around = np.zeros(n - start, dtype=np.float32)
    around[click - start] = 1.0
    expected = dk.melspectrogram(around, sr=44_100, n_mels=16)
    assert float(M[:, : start // 512].max()) == 0.0
    got = M[:, start // 512 :].get()
    assert got.shape == expected.shape
    assert np.max(np.abs(got - expected)) <= 1e-5 * np.max(expected)


def test_info_names_the_device(cupy):
    info = dk.cuda.info()
    assert info["device"]
    assert info["cupy"] == cupy.__version__
    assert info["memory_bytes"] > 1 << 30
