"""Two thousand files to features and back: dspkit, serial and in parallel, beside librosa with joblib.

Run it on quiet processors (``make bench BENCH_ARGS=datasets``): every figure is a ratio of things done minutes apart.
``DSPKIT_BENCH_FILES`` takes another number of files.
"""

from __future__ import annotations

import contextlib
import functools
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

import dspkit as dk

from . import _measure

FILES = int(os.environ.get("DSPKIT_BENCH_FILES", "2000"))
TINY = 10_000
WORKERS = 2
SR, SECONDS = 16000, 4.0
FEATURES = dk.datasets.MelStack()


def make_sounds(folder: Path) -> None:
    """WAV, FLAC and MP3 in turn, 4 s each, of the course's own recordings and sounds, each at another level."""
    draw = np.random.default_rng(0)
    recorded = [
        dk.resample(y, orig_sr=sr, target_sr=SR) for y, sr in (dk.recording(line.name) for line in dk.recordings())
    ]
    n = round(SECONDS * SR)
    for i in range(FILES):
        y = np.resize(recorded[i % len(recorded)], 2 * n)[(first := int(draw.integers(n))) : first + n]
        noisy = y + 10 ** draw.uniform(-4, -2) * draw.standard_normal(n)
        path = folder / f"speaker_{i % 20:02d}" / f"{i:05d}.{('wav', 'flac', 'mp3')[i % 3]}"
        path.parent.mkdir(exist_ok=True)
        dk.save(path, noisy * (draw.uniform(0.2, 0.9) / np.abs(noisy).max()), SR)


# --- The peer: the same stack, stored in the usual way. ----------------------------------------------------------


def librosa_stack(y: np.ndarray, sr: int) -> np.ndarray:
    import librosa

    stack = [
        librosa.feature.melspectrogram(
            y=y, sr=sr, n_fft=1 << (n - 1).bit_length(), win_length=n, hop_length=160, n_mels=64
        )
        for n in (200, 400, 800, 1600)
    ]
    return librosa.power_to_db(np.stack(stack), top_db=None)


def librosa_one(path: Path, sounds: Path, out: Path) -> None:
    import librosa

    y, sr = librosa.load(path, sr=SR, mono=True)
    to = out / path.relative_to(sounds).with_suffix(path.suffix + ".npy")
    to.parent.mkdir(parents=True, exist_ok=True)
    np.save(to, librosa_stack(y, int(sr)))


def librosa_serial(paths: list[Path], sounds: Path, out: Path) -> None:
    for path in paths:
        librosa_one(path, sounds, out)


def librosa_joblib(paths: list[Path], sounds: Path, out: Path) -> None:
    from joblib import Parallel, delayed

    Parallel(n_jobs=WORKERS)(delayed(librosa_one)(path, sounds, out) for path in paths)


# --- Ours. -------------------------------------------------------------------------------------------------------


def extract(sounds: Path, out: Path, **options: Any) -> dk.datasets.Report:
    return dk.datasets.extract(sounds, out, FEATURES, progress=False, **options)


@contextlib.contextmanager
def dask_executor(folder: Path, nanny: bool) -> Iterator[Executor]:
    """A scheduler and two workers as processes of their own, started by Dask's own commands."""
    from distributed import Client

    file = folder / f"scheduler-{nanny}.json"
    common = ("--scheduler-file", str(file), "--no-dashboard")
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder}
    path = os.pathsep.join([str(Path(dk.__file__).parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])])
    environment = {**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "dask", "scheduler", "--host", "127.0.0.1", "--port", "0", *common]
    running = [subprocess.Popen(command, env=environment, **quiet)]  # type: ignore[call-overload]
    try:
        while not file.exists():
            time.sleep(0.1)
        for _ in range(WORKERS):
            more = ["--nthreads", "1", "--nanny" if nanny else "--no-nanny", "--local-directory", str(folder)]
            command = [sys.executable, "-m", "dask", "worker", *common, *more]
            running.append(subprocess.Popen(command, env=environment, **quiet))  # type: ignore[call-overload]
        with Client(scheduler_file=str(file)) as client:
            client.wait_for_workers(WORKERS)
            yield client.get_executor()
    finally:
        for process in running:
            process.terminate()
            process.wait()


# --- Controls. ---------------------------------------------------------------------------------------------------


def count(n: int = 2_000_000) -> int:
    """Plain Python that touches no memory: what two processes gain on this machine at best."""
    total = 0
    for i in range(n):
        total += i & 3
    return total


def scaling(pool: Executor) -> float:
    """How many times as fast two processes count as one."""
    begin = time.perf_counter()
    pool.submit(count, 20_000_000).result()
    one = time.perf_counter() - begin
    begin = time.perf_counter()
    for each in [pool.submit(count, 20_000_000) for _ in range(WORKERS)]:
        each.result()
    return WORKERS * one / (time.perf_counter() - begin)


def faults_per_file(path: str, trim: str | None) -> float:
    """Page faults of decoding a file and making its features, once warm, in a process of its own."""
    program = f"""
import resource, dspkit as dk
def one():
    return dk.datasets.MelStack()(*dk.load({path!r}))
def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(10): one()
before = faults()
for _ in range(50): one()
print((faults() - before) / 50)
"""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("MALLOC_")}
    if trim is not None:
        environment["MALLOC_TRIM_THRESHOLD_"] = trim
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    return float(done.stdout)


def drop_from_cache(folder: Path) -> bool:
    """Ask the system to forget what it holds of these files in memory."""
    if not hasattr(os, "posix_fadvise"):
        return False
    for path in folder.rglob("*.npy"):
        file = os.open(path, os.O_RDONLY)
        os.fsync(file)
        os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(file)
    return True


# --- The report. -------------------------------------------------------------------------------------------------


def timed(call: Callable[[], Any]) -> tuple[float, Any]:
    begin = time.perf_counter()
    result = call()
    return time.perf_counter() - begin, result


def main() -> None:
    import librosa

    print(f"# Datasets: {FILES} files of {SECONDS:g} s at {SR} Hz (WAV, FLAC, MP3), four mel spectrograms each")
    print(f"{_measure.machine()}; NumPy {np.__version__}; librosa {librosa.__version__}\n")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (sounds := folder / "sounds").mkdir()
        make_sounds(sounds)
        paths = sorted(path for path in sounds.rglob("*") if path.is_file())
        report = making(folder, sounds, paths)
        again(sounds, report)
        reading(folder, report)
        page_faults(paths)
        memory(folder)


def making(folder: Path, sounds: Path, paths: list[Path]) -> dk.datasets.Report:
    few = paths[:24]
    librosa_serial(few, sounds, folder / "warm")
    librosa_joblib(few, sounds, folder / "warm")  # its processes stay warm
    runs: dict[str, Callable[[Path], Any]] = {
        "librosa, serial": lambda out: librosa_serial(paths, sounds, out),
        "librosa, joblib (2 warm processes)": lambda out: librosa_joblib(paths, sounds, out),
        "serial": lambda out: extract(sounds, out, workers=1),
    }
    with contextlib.ExitStack() as stack:
        threads = stack.enter_context(ThreadPoolExecutor(WORKERS))
        pool = stack.enter_context(dk.datasets.Processes(WORKERS))
        extract(sounds, folder / "warm2", executor=pool, pattern="speaker_00/*")
        runs["2 threads"] = lambda out: extract(sounds, out, executor=threads)
        runs["2 processes, cold"] = lambda out: extract(sounds, out, workers=WORKERS)
        runs["2 processes, warm"] = lambda out: extract(sounds, out, executor=pool)
        try:
            for nanny in (False, True):
                executor = stack.enter_context(dask_executor(folder, nanny))
                extract(sounds, folder / f"warm-{nanny}", executor=executor, workers=WORKERS, pattern="speaker_00/*")
                title = f"Dask, 2 workers{' under a nanny' if nanny else ''}"
                runs[title] = functools.partial(extract, sounds, executor=executor, workers=WORKERS)
        except ImportError:
            print("Dask's distributed is not installed: its lines are left out.")
        scale = [scaling(pool)]
        seconds, results = {}, {}
        for number, (title, run) in enumerate(runs.items()):
            seconds[title], results[title] = timed(lambda run=run, number=number: run(folder / f"out{number}"))
        scale.append(scaling(pool))
    base = seconds["librosa, serial"]
    rows = [
        [title, f"{s:.1f}", f"{FILES / s:.0f}", f"{base / s:.2f}", f"{seconds['serial'] / s:.2f}"]
        for title, s in seconds.items()
    ]
    print(_measure.table(["", "s", "files/s", "× librosa, serial", "× serial"], rows))
    joblib, warm = seconds["librosa, joblib (2 warm processes)"], seconds["2 processes, warm"]
    print(f"\nTwo warm processes: {joblib / warm:.2f} × librosa with joblib (asked: 1.25).")
    print(f"Counting in plain Python, 2 processes: {scale[0]:.2f} × one before, {scale[1]:.2f} × after.")
    report = results["serial"]
    spent = ", ".join(f"{stage} {1e3 * s / report.done:.2f}" for stage, s in report.stages.items())
    rest = report.seconds - sum(report.stages.values())
    print(f"Serial, ms a file: {spent}, all else (onto the disk, rename, manifest) {1e3 * rest / report.done:.2f}.")
    expected = librosa_stack(*dk.load(paths[0]))
    made = np.load(report.folder / f"{paths[0].relative_to(sounds).as_posix()}.npy")
    print(f"Largest difference from librosa: {np.max(np.abs(made - expected)):.1e} dB.\n")
    return report


def again(sounds: Path, report: dk.datasets.Report) -> None:
    for how in ("content", "stat"):
        seconds, second = timed(lambda how=how: extract(sounds, report.folder.parent, hash=how))
        assert (second.done, second.reused) == (0, FILES)
        print(f"A second run with nothing to do, hash={how!r}: {seconds:.2f} s.")
    print()


def reading(folder: Path, report: dk.datasets.Report) -> None:
    """An epoch: every number of every item, in batches of 32."""
    dataset = dk.datasets.FeatureDataset(report.folder)
    packing, packed = timed(lambda: dk.datasets.pack(dataset, folder / "packed.npy"))
    compute = report.seconds

    def epoch(which: dk.datasets.FeatureDataset) -> int:
        return sum(batch.features.shape[0] for batch in which.batches(32, length=401))

    def one_by_one(which: dk.datasets.FeatureDataset) -> float:
        return sum(float(X[0, 0, 0]) for X, _ in which)

    def plain() -> float:
        return sum(float(np.load(report.folder / f"{name}.npy").ravel()[-1]) for name in dataset.names)

    def mapped() -> float:
        flat = np.load(folder / "packed.npy", mmap_mode="r")
        return sum(float(flat[a : a + (1 << 20)].sum()) for a in range(0, len(flat), 1 << 20))

    rows = []
    for title, call in {
        "np.load, file by file": plain,
        "batches, file by file": lambda: epoch(dataset),
        "batches, packed": lambda: epoch(packed),
        "packed, summed as it lies": mapped,
        "only opened, file by file": lambda: one_by_one(dataset),
        "only opened, packed": lambda: one_by_one(packed),
    }.items():
        cold = f"{timed(call)[0]:.2f}" if drop_from_cache(folder) else "–"
        warm = statistics.median(timed(call)[0] for _ in range(_measure.RUNS))
        rows.append([title, f"{warm:.2f}", cold, f"{compute / warm:.0f}"])
    print(f"Reading {FILES} items ({sum(X.nbytes for X, _ in packed) / 1e6:.0f} MB); packing took {packing:.1f} s.")
    print(_measure.table(["an epoch", "s, warm", "s, cold", "× decoding and computing"], rows))
    print()


def page_faults(paths: list[Path]) -> None:
    if sys.platform != "linux":
        return
    found = [faults_per_file(str(paths[0]), trim) for trim in (None, "65536")]
    with dk.datasets.Processes(1) as pool:
        ours = pool.submit(faults_here, str(paths[0])).result()
    print(f"Page faults a file: {found[0]:.0f}, with Dask's MALLOC_TRIM_THRESHOLD_ {found[1]:.0f}; ", end="")
    print(f"in processes of dk.datasets {ours:.0f} (asked: under 100).\n")


def faults_here(path: str) -> float:
    import resource

    def faults() -> int:
        return resource.getrusage(resource.RUSAGE_SELF).ru_minflt

    for _ in range(10):
        FEATURES(*dk.load(path))
    before = faults()
    for _ in range(50):
        FEATURES(*dk.load(path))
    return (faults() - before) / 50


def first_four(y: np.ndarray, sr: float) -> np.ndarray:
    return y[:4]


def memory(folder: Path) -> None:
    """The highest resident memory of a process that works on very many tiny files with two workers."""
    import soundfile

    (tiny := folder / "tiny").mkdir()
    for i in range(TINY):
        soundfile.write(tiny / f"{i}.wav", np.array([0.1, 0.2, 0.3, i / TINY]), 8000)
    program = (
        "import resource, dspkit as dk\n"
        "from benchmarks.bench_datasets import first_four\n"
        "if __name__ == '__main__':\n"
        f"    out = {str(folder / 'tiny-out')!r}\n"
        f"    r = dk.datasets.extract({str(tiny)!r}, out, first_four, workers=2, progress=False)\n"
        "    print(r.per_second, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6)\n"
    )
    (script := folder / "tiny.py").write_text(program)
    path = os.pathsep.join([str(Path(__file__).parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])])
    environment = {**os.environ, "PYTHONPATH": path}
    done = subprocess.run([sys.executable, str(script)], env=environment, capture_output=True, text=True, check=True)
    rate, megabytes = map(float, done.stdout.split())
    print(
        f"{TINY} tiny files: {rate:.0f} a second; the parent's memory at its highest {megabytes:.0f} MB (asked: 200)."
    )


if __name__ == "__main__":
    main()
