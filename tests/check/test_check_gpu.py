"""The homework checks of lesson 14: right answers pass."""

import pytest

import dspkit as dk


def timed(gpu, n_bytes):
    gpu.copy_to_device(n_bytes)
    gpu.run("mel", bytes_moved=n_bytes)
    gpu.synchronize()
    begin = gpu.now()
    for _ in range(10):
        gpu.run("mel", bytes_moved=n_bytes)
    gpu.synchronize()
    return (gpu.now() - begin) / 10


def counted(n_fft, hop_length, n_mels):
    frames, bins = n_fft / hop_length, (n_fft // 2 + 1) / hop_length
    return 4 * (1 + frames + frames + 2 * bins + 2 * bins + bins + bins + n_mels / hop_length)


RIGHT = [
    (dk.check.time_on_gpu, timed),
    (dk.check.bytes_a_sample, counted),
    (dk.check.least_seconds, lambda b, o, m, a: max(b / m, o / a)),
]


@pytest.mark.parametrize(("check", "function"), RIGHT)
def test_right_answers_pass(check, function):
    verdict = check(function)
    assert verdict, verdict


def test_a_median_of_runs_that_are_waited_for_passes_too():
    def median(gpu, n_bytes):
        times = []
        for _ in range(11):
            begin = gpu.now()
            gpu.run("mel", bytes_moved=n_bytes)
            gpu.synchronize()
            times.append(gpu.now() - begin)
        return sorted(times[1:])[5]

    verdict = dk.check.time_on_gpu(median)
    assert verdict, verdict


def test_samples_read_once_for_each_frame_are_recognised():
    verdict = dk.check.bytes_a_sample(lambda n, hop, bands: counted(n, hop, bands) + 4 * (n / hop - 1))
    assert verdict.status == "recognised"
    assert "each frame that reads them" in str(verdict)
