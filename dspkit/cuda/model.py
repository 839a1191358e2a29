"""What a computation costs on a GPU, counted; and a GPU made of arithmetic, to learn timing on.

Lesson: ``notebooks/14_gpu.ipynb``. Nothing here needs a GPU. The roofline is S. Williams, A. Waterman and
D. Patterson, "Roofline: an insightful visual performance model for multicore architectures", *Commun. ACM* 52 (2009).
"""

from __future__ import annotations

import copy
import math

from .._validate import positive_int, positive_number

__all__ = ["SimulatedGPU", "crossover_samples", "mel_operations", "mel_traffic", "roofline_seconds"]


def mel_traffic(
    *, n_fft: int = 2048, hop_length: int = 512, n_mels: int = 128, itemsize: int = 4
) -> dict[str, dict[str, float]]:
    """Bytes through the device's memory for each sample of a mel spectrogram, step by step.

    Parameters
    ----------
    n_fft, hop_length, n_mels : int
        As for :func:`dspkit.melspectrogram`.
    itemsize : int
        Bytes of a real number: 4 for float32, 8 for float64.

    Returns
    -------
    dict
        ``"step by step"``: each step reads what the one before it wrote. ``"one pass"``: samples in, bands out.
        Each is a dict from the step to bytes a sample, what it reads and what it writes together.

    Examples
    --------
    >>> for way, steps in mel_traffic().items():
    ...     print(way, round(sum(steps.values()), 1))
    step by step 85.0
    one pass 5.0

    """
    n_fft = positive_int(n_fft, "n_fft", unit="samples")
    hop = positive_int(hop_length, "hop_length", unit="samples")
    n_mels = positive_int(n_mels, "n_mels")
    itemsize = positive_int(itemsize, "itemsize", unit="bytes")
    samples, frames = float(itemsize), itemsize * n_fft / hop
    power, bands = itemsize * (1 + n_fft // 2) / hop, itemsize * n_mels / hop
    spectra = 2 * power
    steps = {
        "frames × window": samples + frames,
        "FFT": frames + spectra,
        "power": spectra + power,
        "bands": power + bands,
    }
    return {"step by step": steps, "one pass": {"all at once": samples + bands}}


def mel_operations(*, n_fft: int = 2048, hop_length: int = 512) -> float:
    """Floating-point operations for each sample of a mel spectrogram.

    Window, a real FFT (2.5 · n_fft · log₂ n_fft), the square of each bin, and two bands for each bin to be added to.

    Examples
    --------
    >>> round(mel_operations())
    128

    """
    n_fft = positive_int(n_fft, "n_fft", unit="samples")
    hop = positive_int(hop_length, "hop_length", unit="samples")
    bins = 1 + n_fft // 2
    return (n_fft + 2.5 * n_fft * math.log2(n_fft) + 3 * bins + 4 * bins) / hop


def roofline_seconds(*, bytes_moved: float, operations: float, memory_rate: float, arithmetic_rate: float) -> float:
    """The least time a computation can take: that of its bytes or that of its operations, whichever is longer.

    Parameters
    ----------
    bytes_moved, operations : float
        How much there is to do.
    memory_rate, arithmetic_rate : float
        Bytes and operations a second, at best.

    Examples
    --------
    >>> roofline_seconds(bytes_moved=1e9, operations=1e9, memory_rate=1e12, arithmetic_rate=1e13)
    0.001

    """
    memory = positive_number(bytes_moved, "bytes_moved", zero=True) / positive_number(memory_rate, "memory_rate")
    work = positive_number(operations, "operations", zero=True) / positive_number(arithmetic_rate, "arithmetic_rate")
    return max(memory, work)


class SimulatedGPU:
    """A GPU that keeps two clocks and computes nothing: how launches, transfers and waiting follow one another.

    Every call moves the host's clock on by what the call costs the host, and no more: :meth:`run` comes back as soon
    as the work is handed over. The device works through it in its own time, one thing after another.

    Parameters
    ----------
    memory_rate, arithmetic_rate : float
        Bytes a second and operations a second, on the device.
    transfer_rate : float
        Bytes a second between host and device.
    launch : float
        Seconds for which the host is busy handing over a piece of work.
    compile_time : float
        Seconds that the first :meth:`run` of each ``kind`` takes the host besides: compiling, planning.

    Examples
    --------
    >>> gpu = SimulatedGPU(launch=1e-5, compile_time=0.5)
    >>> gpu.run("mel", bytes_moved=3e9)
    >>> print(f"handed over after {gpu.now():.5f} s")
    handed over after 0.50001 s
    >>> gpu.synchronize()
    >>> print(f"done after {gpu.now():.5f} s")
    done after 0.50101 s

    """

    def __init__(
        self,
        *,
        memory_rate: float = 3e12,
        arithmetic_rate: float = 5e13,
        transfer_rate: float = 2.5e10,
        launch: float = 1e-5,
        compile_time: float = 0.5,
    ) -> None:
        self.memory_rate = positive_number(memory_rate, "memory_rate", unit="bytes a second")
        self.arithmetic_rate = positive_number(arithmetic_rate, "arithmetic_rate", unit="operations a second")
        self.transfer_rate = positive_number(transfer_rate, "transfer_rate", unit="bytes a second")
        self.launch = positive_number(launch, "launch", unit="seconds")
        self.compile_time = positive_number(compile_time, "compile_time", unit="seconds", zero=True)
        self._host = 0.0
        self._device = 0.0
        self._compiled: set[str] = set()
        # What was done: who ("host" or "device"), what, from when, to when (seconds).
        self.events: list[tuple[str, str, float, float]] = []

    def now(self) -> float:
        """The host's clock in seconds, as ``time.perf_counter()`` would read it."""
        return self._host

    def run(self, kind: str, *, bytes_moved: float = 0.0, operations: float = 0.0) -> None:
        """Hand over a piece of work and come back at once; the first of its ``kind`` is compiled before."""
        seconds = roofline_seconds(
            bytes_moved=bytes_moved,
            operations=operations,
            memory_rate=self.memory_rate,
            arithmetic_rate=self.arithmetic_rate,
        )
        if kind not in self._compiled:
            self._compiled.add(kind)
            self._on_host(f"compile {kind}", self.compile_time)
        self._on_host("launch", self.launch)
        begin = max(self._host, self._device)
        self._device = begin + seconds
        self.events.append(("device", kind, begin, self._device))

    def copy_to_device(self, n_bytes: float) -> None:
        """Send ``n_bytes`` there; the host waits until they are."""
        self._copy("to the device", n_bytes)

    def copy_to_host(self, n_bytes: float) -> None:
        """Fetch ``n_bytes``: what is still being computed is waited for first."""
        self.synchronize()
        self._copy("to the host", n_bytes)

    def synchronize(self) -> None:
        """Wait until the device has done all that it was handed."""
        if self._device > self._host:
            self._on_host("wait", self._device - self._host)

    def copy(self) -> SimulatedGPU:
        """One like it, at the same time of day."""
        return copy.deepcopy(self)

    def _copy(self, what: str, n_bytes: float) -> None:
        n_bytes = positive_number(n_bytes, "n_bytes", unit="bytes", zero=True)
        self.synchronize()
        self._on_host(what, self.launch + n_bytes / self.transfer_rate)
        self._device = self._host

    def _on_host(self, what: str, seconds: float) -> None:
        self.events.append(("host", what, self._host, self._host + seconds))
        self._host += seconds

    def __repr__(self) -> str:
        return f"<SimulatedGPU: {self._host:.6f} s by the host's clock>"


def crossover_samples(
    *,
    cpu_rate: float,
    gpu_rate: float,
    overhead: float,
    bytes_there_and_back: float = 0.0,
    transfer_rate: float = 2.5e10,
) -> float:
    """From how many samples on a GPU is sooner done: its overhead is paid back; infinity where it never is.

    Parameters
    ----------
    cpu_rate, gpu_rate : float
        Samples a second.
    overhead : float
        Seconds that a call on the GPU takes for no samples at all.
    bytes_there_and_back : float
        For each sample, where it has to be sent and the result to be fetched; 0 where all stays there.
    transfer_rate : float
        Bytes a second between host and device.

    Examples
    --------
    >>> round(crossover_samples(cpu_rate=1e8, gpu_rate=1e10, overhead=99e-6))
    10000

    """
    for name, value in (("cpu_rate", cpu_rate), ("gpu_rate", gpu_rate), ("transfer_rate", transfer_rate)):
        positive_number(value, name, unit="a second")
    positive_number(overhead, "overhead", unit="seconds", zero=True)
    positive_number(bytes_there_and_back, "bytes_there_and_back", unit="bytes", zero=True)
    saved = 1 / cpu_rate - 1 / gpu_rate - bytes_there_and_back / transfer_rate
    return overhead / saved if saved > 0 else math.inf
