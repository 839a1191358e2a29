"""The CUDA kernels, run on the processor: each is held to its plain twin. And their sources, compiled for GPUs."""

from __future__ import annotations

import math
import shutil
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from scipy.signal import butter, sosfilt

import dspkit as dk
from dspkit._blocks import Bands, Framing
from dspkit.cuda import _launch, filters, inverse, spectra
from dspkit.frames import OverlapSum

# The error of an FFT grows with the logarithm of its length; all sums here are of some hundred values at most.
TOLERANCE = {"float32": 2e-6, "float64": 4e-15}


def framing(y: np.ndarray, n_fft: int, hop: int, pad_mode: str = "constant", *, center: bool = True) -> Framing:
    w = dk.get_window("hann", n_fft).astype(y.dtype)
    return Framing(w=w, hop_length=hop, pad=n_fft // 2 if center else 0, pad_mode=pad_mode)


def assert_close(got: np.ndarray, expected: np.ndarray, dtype: str) -> None:
    assert got.shape == expected.shape
    assert got.dtype == expected.dtype
    assert np.max(np.abs(got - expected)) <= TOLERANCE[dtype] * np.max(np.abs(expected))


# Between them: all radices, one frame and eight in a block, idle threads, and every way to continue the signal.
FRAMINGS = [
    (16, 4, 100, "constant"),
    (18, 5, 90, "reflect"),
    (256, 64, 700, "symmetric"),
    (400, 160, 3000, "reflect"),
    (630, 200, 1500, "edge"),
    (2048, 512, 9000, "constant"),
    (4096, 1024, 9000, "reflect"),
]


@pytest.mark.usefixtures("on_cpu")
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("n_fft", "hop", "n", "pad_mode"), FRAMINGS)
def test_spectra_powers_and_bands_are_those_of_the_plain_twin(rng, n_fft, hop, n, pad_mode, dtype):
    y = rng.standard_normal((2, n)).astype(dtype)
    how = framing(y, n_fft, hop, pad_mode)
    given = {"n_fft": n_fft, "hop_length": hop, "pad_mode": pad_mode}
    assert_close(spectra.stft(y, how), dk.stft(y, **given), dtype)
    for power in (1.0, 2.0, 3.0):
        assert_close(spectra.spectrogram(y, how, power), dk.spectrogram(y, power=power, **given), dtype)
    n_mels = max(3, n_fft // 40)
    fb = dk.mel_filterbank(sr=16000, n_fft=n_fft, n_mels=n_mels, fmin=300.0)
    expected = dk.melspectrogram(y, sr=16000, n_mels=n_mels, fmin=300.0, **given)
    assert_close(spectra.melspectrogram(y, how, Bands.of(fb), 2.0), expected, dtype)


@pytest.mark.usefixtures("on_cpu")
@pytest.mark.parametrize("n", [1, 2, 9, 33])
@pytest.mark.parametrize("pad_mode", ["constant", "reflect"])
def test_a_signal_shorter_than_its_padding(rng, n, pad_mode):
    y = rng.standard_normal(n)
    given = {"n_fft": 64, "hop_length": 16, "pad_mode": pad_mode}
    assert_close(spectra.stft(y, framing(y, 64, 16, pad_mode)), dk.stft(y, **given), "float64")


@pytest.mark.usefixtures("on_cpu")
def test_batches_of_any_shape_and_frames_without_centring(rng):
    y = rng.standard_normal((2, 1, 3, 900))[..., ::2]  # not contiguous either
    how = framing(y, 128, 50, center=False)
    expected = dk.stft(y, n_fft=128, hop_length=50, center=False)
    assert_close(spectra.stft(y, how), expected, "float64")
    assert spectra.stft(y[:0], how).shape == (0, *expected.shape[1:])


@pytest.mark.usefixtures("on_cpu")
def test_silence_beside_a_loud_frame_stays_silent():
    """Two frames in one complex transform would be cheaper, and leak rounding noise into each other."""
    y = np.zeros(2048, dtype=np.float32)
    y[:256] = 1.0
    S = spectra.spectrogram(y, framing(y, 256, 256, center=False), 2.0)
    assert np.all(S[:, 0] >= 0)
    assert S[0, 0] > 1000
    assert np.all(S[:, 1:] == 0)


@pytest.mark.usefixtures("on_cpu")
def test_an_empty_band_is_zero(rng):
    y = rng.standard_normal(1000)
    fb = np.zeros((3, 65))
    fb[1, 10:12] = 1.0
    M = spectra.melspectrogram(y, framing(y, 128, 32), Bands.of(fb), 2.0)
    assert np.all(M[[0, 2]] == 0)
    assert_close(M[1], dk.spectrogram(y, n_fft=128, hop_length=32)[10:12].sum(axis=0), "float64")


def test_lengths_that_have_a_kernel():
    for n_fft in range(1, 4200):
        radices = spectra._radices(n_fft // 2) if n_fft > 1 else None
        if radices is not None:
            assert math.prod(radices) == n_fft // 2
            assert set(radices) <= {2, 3, 4, 5, 7, 8}
        has = spectra.can_transform(n_fft, "float32")
        rest = n_fft
        for factor in (2, 3, 5, 7):
            while rest % factor == 0:
                rest //= factor
        assert has == (n_fft % 2 == 0 and 16 <= n_fft <= 4096 and rest == 1), n_fft
        if has:
            threads, frames = spectra._layout(n_fft, "float64")
            assert threads % 32 == 0
            assert 1 <= frames * threads <= 256
    assert all(spectra.can_transform(n, "float64") for n in (400, 512, 2048, 4096))


# ---- The inverse ----


@pytest.mark.usefixtures("on_cpu")
@pytest.mark.parametrize("chunk_bytes", [1 << 28, 60_000, 1])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    ("n_fft", "hop", "n", "center"),
    [(512, 128, 5000, True), (400, 160, 3000, True), (63, 20, 683, False), (100, 50, 999, True)],
)
def test_the_inverse_is_that_of_the_plain_twin_to_the_bit(monkeypatch, rng, n_fft, hop, n, center, dtype, chunk_bytes):
    """Both add the same products in the same order."""
    monkeypatch.setattr(inverse, "CHUNK_BYTES", chunk_bytes)
    y = rng.standard_normal((2, 3, n)).astype(dtype)
    given = {"n_fft": n_fft, "hop_length": hop, "center": center, "window": "hamming"}
    D = dk.stft(y, **given)
    w = dk.get_window("hamming", n_fft)
    weight = OverlapSum(w**2, hop, D.shape[-1])
    start = n_fft // 2 if center else 0
    for length in (n, n // 2, 37):
        got = inverse.overlap_add_spectra(D, w, weight, start, start + length)
        expected = dk.istft(D, length=length, **given)
        assert got.dtype == dtype
        assert np.array_equal(got, expected)


@pytest.mark.usefixtures("on_cpu")
def test_the_inverse_beyond_the_last_frame_is_silence(rng):
    D = dk.stft(rng.standard_normal(1000), n_fft=128, hop_length=32)
    w = dk.get_window("hann", 128)
    y = inverse.overlap_add_spectra(D, w, OverlapSum(w**2, 32, D.shape[-1]), 64, 64 + 2000)
    assert y.shape == (2000,)
    assert np.all(y[1100:] == 0)


# ---- Biquads ----

CASES = {
    "one section": butter(2, 0.1, output="sos"),
    "a high-pass with poles near 1, after a shelf": np.array(
        [
            [1.53512485958697, -2.69169618940638, 1.19839281085285, 1.0, -1.69065929318241, 0.73248077421585],
            [1.0, -2.0, 1.0, 1.0, -1.99004745483398, 0.99007225036621],
        ]
    ),
    "three sections": butter(6, 0.3, output="sos"),
}


@pytest.mark.usefixtures("on_cpu")
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("case", CASES)
def test_biquads_in_pieces_are_the_difference_equation(rng, case, dtype):
    sos = CASES[case]
    # All in one piece; whole pieces; a last piece of one sample; more pieces than one thread of the scan has.
    for n in (1, 255, 256, 257, 150_000):
        y = rng.standard_normal((2, n)).astype(dtype)
        # As some sound has left it: numbers that have nothing to do with one another would cancel badly near a pole.
        state = sosfilt(sos, rng.standard_normal((2, 999)), zi=np.zeros((len(sos), 2, 2)))[1].transpose(1, 0, 2)
        got, end = filters.filter_sos(y, sos, state)
        expected, end_expected = sosfilt(sos, y.astype(np.float64), zi=state.transpose(1, 0, 2))
        assert got.dtype == dtype
        assert end.dtype == np.float64
        limit = 1e-12 if dtype == "float64" else np.finfo(np.float32).eps
        assert np.max(np.abs(got - expected)) <= limit * np.max(np.abs(expected))
        assert np.max(np.abs(end - end_expected.transpose(1, 0, 2))) <= 1e-11 * np.max(np.abs(end_expected))


# ---- The sources, compiled for GPUs ----

NVCC = shutil.which("nvcc")
BIQUADS = {"LENGTH": 1024, "THREADS": filters.PIECES_PER_BLOCK, "CARRY_THREADS": filters.CARRY_THREADS}


def spectra_constants(n_fft: int, dtype: str) -> dict[str, Any]:
    threads, frames = spectra._layout(n_fft, dtype)
    radices = ", ".join(map(str, spectra._radices(n_fft // 2) or ()))
    return {"N_FFT": n_fft, "RADICES": radices, "THREADS": threads, "FRAMES": frames, "REFLECT": 1}


@pytest.mark.skipif(NVCC is None, reason="nvcc is not installed")
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("architecture", [75, 90])
def test_every_source_compiles_for_every_gpu(tmp_path, architecture, dtype):
    """To machine code: what a block shares must fit, which only the assembler says."""
    sources = {
        "overlap_add": [{}],
        "biquads": [{**BIQUADS, "SECTIONS": sections} for sections in (1, 4)],
        "spectra": [spectra_constants(n_fft, dtype) for n_fft in (400, 4096)],
    }
    assert set(sources) == {path.stem for path in files_of_the_package()}
    for name, all_constants in sources.items():
        for constants in all_constants:
            text = _launch.source(name, {"REAL": _launch.C_TYPES[dtype], **constants})
            (tmp_path / "k.cu").write_text(text, encoding="utf-8")
            command = [str(NVCC), "-std=c++17", f"-arch=sm_{architecture}", "-cubin", "-o", "k.cubin", "k.cu"]
            done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
            assert done.returncode == 0, done.stderr
            assert "warning" not in done.stderr


def files_of_the_package() -> list[Any]:
    from pathlib import Path

    return sorted(Path(_launch.__file__).parent.glob("*.cu"))


def test_tables_are_sent_once(monkeypatch):
    monkeypatch.setattr(_launch, "stream", lambda: 7)
    x = np.zeros(3)
    first = _launch.constant(np.arange(5.0), x)
    assert _launch.constant(np.arange(5.0), x) is first
    assert _launch.constant(np.arange(5.0, dtype=np.float32), x) is not first
    monkeypatch.setattr(_launch, "stream", lambda: 8)
    assert _launch.constant(np.arange(5.0), x) is not first


def test_info_without_cupy_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "cupy", None)
    with pytest.raises(dk.DeviceError, match=r"CuPy is not installed.*dspkit\[gpu\]"):
        dk.cuda.info()
