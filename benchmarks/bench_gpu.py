"""On a GPU: dspkit on CuPy arrays beside PyTorch, torchaudio and CuPy's own functions, and the way to the roofline.

``python -m benchmarks.bench_gpu --save FILE`` keeps the figures as JSON, with the device's name and the date.
"""

from __future__ import annotations

import argparse
import datetime
import importlib
import json
import math
import statistics
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

import dspkit as dk

from . import _measure

RUNS = 25
SR = 44_100


@dataclass(frozen=True)
class Row:
    """One call, measured."""

    task: str
    call: str
    milliseconds: float
    error: float  # largest, relative to the largest value of the result in double precision
    peak_megabytes: float | None  # beyond the input, at its highest
    roofline_share: float | None  # the least time that its bytes or operations take, over the time it took


class Device:
    """CuPy and PyTorch on one GPU: the clock, the memory, and how fast they can be at best."""

    def __init__(self) -> None:
        self.info = dk.cuda.info()  # says what is missing, where something is
        self.cupy = importlib.import_module("cupy")
        self.torch = _optional("torch")
        self.torchaudio = _optional("torchaudio")
        self.bytes_per_second = self._copy_rate()
        self.operations_per_second = self._arithmetic_rate()

    def seconds(self, call: Callable[[], Any], runs: int = RUNS) -> float:
        """The median time of ``call`` on the device: between two events, all work before it done."""
        taken = []
        for _ in range(runs + 2):
            begin, end = self.cupy.cuda.Event(), self.cupy.cuda.Event()
            self.synchronize()
            begin.record()
            result = call()
            if self.torch is not None:  # its kernels go to the same (default) stream
                assert self.torch.cuda.current_stream().cuda_stream == self.cupy.cuda.get_current_stream().ptr
            end.record()
            end.synchronize()
            taken.append(self.cupy.cuda.get_elapsed_time(begin, end) / 1e3)
            del result
        return statistics.median(taken[2:])  # the first two compile and plan

    def synchronize(self) -> None:
        self.cupy.cuda.Device().synchronize()

    def peak_megabytes(self, call: Callable[[], Any], library: str) -> float | None:
        """How much more memory the library holds at the highest point of ``call`` than before it."""
        if library == "torch":
            self.torch.cuda.empty_cache()
            self.torch.cuda.reset_peak_memory_stats()
            before = self.torch.cuda.memory_allocated()
            call()
            return (self.torch.cuda.max_memory_allocated() - before) / 1e6
        pool = self.cupy.get_default_memory_pool()
        pool.free_all_blocks()
        before = pool.used_bytes()
        highest = _Highest(self.cupy, pool)
        with highest:
            call()
        return (highest.bytes - before) / 1e6

    def _copy_rate(self) -> float:
        """Bytes a second, read and written, of a copy within the device's memory."""
        source = self.cupy.ones(1 << 28, dtype=self.cupy.float32)
        target = self.cupy.empty_like(source)
        return 2 * source.nbytes / self.seconds(lambda: self.cupy.copyto(target, source))

    def _arithmetic_rate(self) -> float:
        """Float32 operations a second of a kernel that does nothing but multiply and add, in registers."""
        turns, size = 4096, 1 << 22
        kernel = self.cupy.ElementwiseKernel(
            "float32 x, int32 turns",
            "float32 y",
            """
            float a = x, b = x + 1, c = x + 2, d = x + 3;
            for (int i = 0; i < turns; ++i) {
                a = a * 0.999f + 0.5f; b = b * 0.999f + 0.5f; c = c * 0.999f + 0.5f; d = d * 0.999f + 0.5f;
            }
            y = a + b + c + d;
            """,
            "multiply_and_add",
        )
        x = self.cupy.zeros(size, dtype=self.cupy.float32)
        return 8.0 * turns * size / self.seconds(lambda: kernel(x, turns), runs=5)


class _Highest:
    """The most bytes that CuPy's memory pool held: asked at each allocation."""

    def __init__(self, cupy: Any, pool: Any) -> None:
        self.bytes = pool.used_bytes()

        class Hook(cupy.cuda.MemoryHook):  # type: ignore[misc]
            name = "highest"

            def malloc_postprocess(hook, **_: Any) -> None:  # noqa: N805
                self.bytes = max(self.bytes, pool.used_bytes())

        self.hook = Hook()

    def __enter__(self) -> None:
        self.hook.__enter__()

    def __exit__(self, *error: Any) -> None:
        self.hook.__exit__(*error)


def _optional(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


@dataclass
class Task:
    """Calls on the same input, what it should give, and the least work that it takes."""

    name: str
    calls: dict[str, Callable[[], Any]]
    exact: Callable[[], np.ndarray]
    part: Callable[[Any], Any]  # of a result: what ``exact`` has
    bytes: float
    operations: float


def fft_operations(n_fft: int) -> float:
    """Of a real FFT: half of the usual 5 N log2 N."""
    return 2.5 * n_fft * math.log2(n_fft)


def short_time_tasks(device: Device) -> list[Task]:
    cupy, torch, torchaudio = device.cupy, device.torch, device.torchaudio
    n_fft, hop, n_mels, seconds, check = 2048, 512, 128, 3600, 4 * SR
    rng = np.random.default_rng(0)
    host = rng.uniform(-1, 1, seconds * SR).astype(np.float32)
    y = cupy.asarray(host)
    n_frames = dk.frame_count(len(host), frame_length=n_fft, hop_length=hop)
    frames = check // hop - 4  # these lie inside the first seconds, whatever is beyond
    start = host[:check].astype(np.float64)
    spectrum_bytes = n_frames * (1 + n_fft // 2) * 8
    transform = n_frames * (n_fft + fft_operations(n_fft))

    stft = Task(
        "STFT, 1 h at 44.1 kHz, 2048/512",
        {"dspkit": lambda: dk.stft(y, n_fft=n_fft, hop_length=hop)},
        lambda: dk.stft(start, n_fft=n_fft, hop_length=hop)[:, :frames],
        lambda D: D[:, :frames],
        y.nbytes + spectrum_bytes,
        transform,
    )
    mel = Task(
        "mel, 1 h at 44.1 kHz, 2048/512/128",
        {"dspkit": lambda: dk.melspectrogram(y, sr=SR, n_fft=n_fft, hop_length=hop, n_mels=n_mels)},
        lambda: dk.melspectrogram(start, sr=SR, n_fft=n_fft, hop_length=hop, n_mels=n_mels)[:, :frames],
        lambda M: M[:, :frames],
        y.nbytes + n_frames * n_mels * 4,
        transform + n_frames * (3 * (1 + n_fft // 2) + 4 * n_fft // 2),
    )
    D = dk.stft(y, n_fft=n_fft, hop_length=hop)
    inverse = Task(
        "ISTFT, 1 h at 44.1 kHz, 2048/512",
        {"dspkit": lambda: dk.istft(D, hop_length=hop)},
        lambda: start[: frames * hop],
        lambda s: s[: frames * hop],
        y.nbytes + spectrum_bytes,
        transform,
    )
    batch_host = rng.uniform(-1, 1, (256, 160_000)).astype(np.float32)
    batch = cupy.asarray(batch_host)
    batch_frames = dk.frame_count(160_000, frame_length=400, hop_length=160)
    batch_how = {"sr": 16_000, "n_fft": 400, "hop_length": 160, "n_mels": 80}
    batches = Task(
        "mel, 256 × 10 s at 16 kHz, 400/160/80",
        {"dspkit": lambda: dk.melspectrogram(batch, **batch_how)},
        lambda: dk.melspectrogram(batch_host[:4].astype(np.float64), **batch_how),
        lambda M: M[:4],
        batch.nbytes + 256 * batch_frames * 80 * 4,
        256 * batch_frames * (400 + fft_operations(400) + 3 * 201 + 4 * 201),
    )
    if torch is not None:
        t, t_batch, window = torch.from_dlpack(y), torch.from_dlpack(batch), torch.hann_window(n_fft, device="cuda")
        torch_stft = {"window": window, "pad_mode": "constant", "return_complex": True}
        stft.calls["torch.stft"] = lambda: torch.stft(t, n_fft, hop, **torch_stft)
        t_D = torch.from_dlpack(D)
        inverse.calls["torch.istft"] = lambda: torch.istft(t_D, n_fft, hop, window=window)
        if torchaudio is not None:
            how = {"power": 2.0, "norm": "slaney", "mel_scale": "slaney", "pad_mode": "constant"}
            module = torchaudio.transforms.MelSpectrogram(SR, n_fft, hop_length=hop, n_mels=n_mels, **how).cuda()
            mel.calls["torchaudio.transforms.MelSpectrogram"] = lambda: module(t)
            small = torchaudio.transforms.MelSpectrogram(16_000, 400, hop_length=160, n_mels=80, **how).cuda()
            batches.calls["torchaudio.transforms.MelSpectrogram"] = lambda: small(t_batch)
    signal = _optional("cupyx.scipy.signal")
    if signal is not None:
        w = cupy.asarray(dk.get_window("hann", n_fft))
        # CuPy scales by the window's sum; one minute of the hour, since it walks from frame to frame in Python.
        minute = D[:, : 60 * SR // hop]
        inverse.calls["dspkit, 1 min"] = lambda: dk.istft(minute, hop_length=hop)
        inverse.calls["cupyx.scipy.signal.istft, 1 min"] = lambda: signal.istft(
            minute / w.sum(), SR, window=w, nperseg=n_fft, noverlap=n_fft - hop
        )[1]
    return [stft, mel, batches, inverse]


def loudness_task(device: Device) -> Task:
    cupy, torch, torchaudio = device.cupy, device.torch, device.torchaudio
    sr = 48_000
    # Seldom above full scale, and yet: torchaudio's filters clip at 1.0, so that loud programmes read too low.
    host = 0.25 * np.random.default_rng(0).standard_normal((64, 2, 180 * sr), dtype=np.float32)
    y = cupy.asarray(host)
    task = Task(
        "integrated loudness, 64 × 3 min stereo at 48 kHz",
        {"dspkit": lambda: dk.integrated_loudness(y, sr)},
        lambda: np.asarray([dk.integrated_loudness(one.astype(np.float64), sr) for one in host[:2]]),
        lambda L: L[:2],
        y.nbytes,
        y.size * 2 * 9,
    )
    if torchaudio is not None:
        t = torch.from_dlpack(y)
        task.calls["torchaudio.functional.loudness"] = lambda: torchaudio.functional.loudness(t, sr)
    return task


def measure(device: Device, task: Task) -> list[Row]:
    least = max(task.bytes / device.bytes_per_second, task.operations / device.operations_per_second)
    expected = task.exact()
    rows = []
    for name, call in task.calls.items():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torchaudio's, of what it will drop
            got = task.part(call())
            got = got.get() if hasattr(got, "get") else got.cpu().numpy()
            error = float(np.max(np.abs(got - expected)) / np.max(np.abs(expected)))
            seconds = device.seconds(call, runs=3 if "1 min" in name else RUNS)
            library = "torch" if name.startswith("torch") else "cupy"
            memory = device.peak_megabytes(call, library)
        share = None if "1 min" in name else least / seconds
        rows.append(Row(task.name, name, seconds * 1e3, error, memory, share))
        del got
    return rows


def crossover(device: Device) -> list[dict[str, float]]:
    """The mel spectrogram of ever longer sounds: on the CPU, on the GPU, and on the GPU with the way there and back."""

    def mel(y: Any) -> Any:
        return dk.melspectrogram(y, sr=SR)

    def mel_and_transfers(y: np.ndarray) -> np.ndarray:
        return mel(device.cupy.asarray(y)).get()

    def milliseconds(call: Callable[[Any], Any], y: Any) -> float:
        call(y)
        taken = []
        for _ in range(7):
            device.synchronize()
            begin = time.perf_counter()
            call(y)
            device.synchronize()
            taken.append(time.perf_counter() - begin)
        return 1e3 * statistics.median(taken)

    rows = []
    for n in (1 << k for k in range(12, 27, 2)):
        host = np.random.default_rng(0).uniform(-1, 1, n).astype(np.float32)
        rows.append(
            {
                "samples": n,
                "cpu_ms": milliseconds(mel, host),
                "gpu_ms": milliseconds(mel, device.cupy.asarray(host)),
                "gpu_with_transfers_ms": milliseconds(mel_and_transfers, host),
            }
        )
    return rows


def main(given: Sequence[str] = ()) -> int:
    """0, or 1 where there is nothing to measure on."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bench_gpu", description=__doc__)
    parser.add_argument("--save", type=Path, help="write the figures there, as JSON")
    wanted = parser.parse_args(given)
    try:
        device = Device()
    except dk.DeviceError as error:
        print(f"# On a GPU\n\nNothing measured: {error}")
        return 1
    print(f"# On a GPU: {device.info['device']}, float32, medians of {RUNS} runs, transfers apart")
    versions = [f"CuPy {device.info['cupy']}", f"driver {device.info['driver']}"]
    versions += [f"{lib.__name__} {lib.__version__}" for lib in (device.torch, device.torchaudio) if lib is not None]
    print("; ".join(versions))
    print(
        f"Ceilings, measured: {device.bytes_per_second / 1e9:.0f} GB/s (a copy, read and written), "
        f"{device.operations_per_second / 1e12:.1f} TFLOP/s (float32 multiply and add)\n"
    )
    rows: list[Row] = []
    for task in [*short_time_tasks(device), loudness_task(device)]:
        measured = measure(device, task)
        rows += measured
        lines = []
        for row in measured:
            own = next(r for r in measured if r.call == ("dspkit, 1 min" if "1 min" in row.call else "dspkit"))
            lines.append(
                [
                    row.call,
                    f"{row.milliseconds:.3f}",
                    f"{row.milliseconds / own.milliseconds:.2f}",
                    f"{row.error:.0e}",
                    "–" if row.peak_megabytes is None else f"{row.peak_megabytes:.0f}",
                    "–" if row.roofline_share is None else f"{row.roofline_share:.0%}",
                ]
            )
        print(f"## {task.name}\n")
        print(_measure.table(["", "ms", "× dspkit's time", "error", "peak MB", "of the roofline"], lines) + "\n")
        device.cupy.get_default_memory_pool().free_all_blocks()
    crossing = crossover(device)
    print("## Mel spectrogram at 44.1 kHz: from which length on the GPU pays\n")
    head = ["samples", "CPU ms", "GPU ms", "GPU with transfers ms"]
    print(_measure.table(head, [[str(r["samples"]), *(f"{v:.3f}" for v in list(r.values())[1:])] for r in crossing]))
    if wanted.save:
        today = datetime.datetime.now(datetime.UTC).date().isoformat()
        ceilings = {
            "bytes_per_second": device.bytes_per_second,
            "operations_per_second": device.operations_per_second,
        }
        found = {"date": today, "device": device.info, "ceilings": ceilings}
        found |= {"rows": [asdict(row) for row in rows], "crossover": crossing}
        wanted.save.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
