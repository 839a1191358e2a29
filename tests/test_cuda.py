"""What a computation costs on a GPU, counted, and the simulated one: no GPU is needed."""

import math

import numpy as np
import pytest

import dspkit as dk


def test_traffic_is_what_the_arrays_hold():
    """Counted from the shapes and dtypes that NumPy itself makes of ten seconds."""
    y = np.zeros(441_000, dtype=np.float32)
    frames = np.zeros((dk.frame_count(len(y), frame_length=2048, hop_length=512), 2048), dtype=np.float32)
    D = dk.stft(y, n_fft=2048, hop_length=512)
    S, M = np.abs(D) ** 2, dk.melspectrogram(y, sr=44_100)
    moved = (y.nbytes + frames.nbytes) + (frames.nbytes + D.nbytes) + (D.nbytes + S.nbytes) + (S.nbytes + M.nbytes)
    ways = dk.cuda.mel_traffic()
    assert sum(ways["step by step"].values()) == pytest.approx(moved / len(y), rel=2e-3)  # frames at the ends
    assert sum(ways["one pass"].values()) == pytest.approx((y.nbytes + M.nbytes) / len(y), rel=2e-3)
    double = dk.cuda.mel_traffic(itemsize=8)
    assert sum(double["one pass"].values()) == 2 * sum(ways["one pass"].values())


def test_roofline_is_the_longer_time():
    rates = {"memory_rate": 1e12, "arithmetic_rate": 1e13}
    assert dk.cuda.roofline_seconds(bytes_moved=1e12, operations=1e12, **rates) == 1.0
    assert dk.cuda.roofline_seconds(bytes_moved=1e11, operations=2e13, **rates) == 2.0
    assert dk.cuda.mel_operations(n_fft=1024, hop_length=1024) == pytest.approx(1 + 25 + 7 * 513 / 1024)


def test_crossover_is_where_both_take_as_long():
    n = dk.cuda.crossover_samples(cpu_rate=1e8, gpu_rate=1e10, overhead=1e-4, bytes_there_and_back=5.0)
    assert n / 1e8 == pytest.approx(1e-4 + n / 1e10 + 5 * n / 2.5e10)
    assert dk.cuda.crossover_samples(cpu_rate=1e10, gpu_rate=1e9, overhead=0.0) == math.inf


def test_the_two_clocks():
    gpu = dk.cuda.SimulatedGPU(memory_rate=1e12, transfer_rate=1e10, launch=1e-5, compile_time=0.1)
    gpu.run("a", bytes_moved=1e9)
    assert gpu.now() == pytest.approx(0.1 + 1e-5)  # handed over
    gpu.run("a", bytes_moved=1e9)
    assert gpu.now() == pytest.approx(0.1 + 2e-5)  # compiled once
    later = gpu.copy()
    gpu.synchronize()
    assert gpu.now() == pytest.approx(0.1 + 1e-5 + 2e-3)  # one after the other
    gpu.synchronize()
    assert gpu.now() == pytest.approx(0.1 + 1e-5 + 2e-3)
    later.copy_to_host(1e8)  # waits, then 10 ms of transfer
    assert later.now() == pytest.approx(0.1 + 1e-5 + 2e-3 + 1e-5 + 0.01)
    assert later.events is not gpu.events
    assert {who for who, _, begin, end in later.events if end >= begin} == {"host", "device"}
    assert "SimulatedGPU" in repr(gpu)


def test_source_is_the_kernels():
    assert "overlap_add(" in dk.cuda.source("overlap_add")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: dk.cuda.mel_traffic(n_fft=0), "n_fft"),
        (lambda: dk.cuda.SimulatedGPU(launch=-1), "launch"),
        (lambda: dk.cuda.SimulatedGPU().copy_to_device(-1), "n_bytes"),
        (
            lambda: dk.cuda.roofline_seconds(bytes_moved=1, operations=1, memory_rate=0, arithmetic_rate=1),
            "memory_rate",
        ),
        (lambda: dk.cuda.crossover_samples(cpu_rate=0, gpu_rate=1, overhead=0), "cpu_rate"),
        (lambda: dk.cuda.source("spectrum"), "spectra"),
    ],
)
def test_refuses(call, message):
    with pytest.raises(dk.ParameterError, match=message):
        call()
