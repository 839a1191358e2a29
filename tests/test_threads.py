"""Work shared out to threads that wait for it, and the memory that each of them keeps."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
import warnings

import numpy as np
import pytest

import dspkit as dk
from dspkit import _threads


@pytest.mark.parametrize("workers", [1, 2, 5, 200])
@pytest.mark.parametrize("n", [0, 1, 3, 1000])
def test_every_item_is_done_once(workers, n):
    done = []
    _threads.in_threads(lambda i, twice: done.append((i, twice)), [(i, 2 * i) for i in range(n)], workers)
    assert sorted(done) == [(i, 2 * i) for i in range(n)]


def test_several_threads_work_and_are_the_same_the_next_time():
    def names():
        seen, meeting = set(), threading.Barrier(3)

        def work(i):
            meeting.wait(timeout=30)  # each of three items needs a thread of its own
            seen.add(threading.current_thread().name)

        _threads.in_threads(work, [(i,) for i in range(3)], 3)
        return seen

    first = names()
    assert len(first) == 3
    assert threading.current_thread().name in first
    assert len(first | names()) < 6


@pytest.mark.parametrize("where", ["here", "elsewhere"])
def test_an_error_comes_out_and_nothing_new_is_begun(where):
    begun, caller = [], threading.current_thread()

    def work(i):
        begun.append(i)
        time.sleep(0.01)
        if (threading.current_thread() is caller) == (where == "here"):
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        _threads.in_threads(work, [(i,) for i in range(1000)], 2)
    assert len(begun) < 900


def test_work_may_share_out_work_of_its_own():
    done = []

    def outer(i):
        _threads.in_threads(lambda j: done.append((i, j)), [(j,) for j in range(5)], 4)

    _threads.in_threads(outer, [(i,) for i in range(20)], 4)
    assert len(set(done)) == 100


def test_scratch_is_kept_for_each_thread_and_each_use():
    def address(a):
        return a.__array_interface__["data"][0]

    a = _threads.scratch("a test's", (3, 5), "float32")
    assert (a.shape, a.dtype) == ((3, 5), np.float32)
    assert address(_threads.scratch("a test's", (7,), "complex64")) == address(a)
    assert address(_threads.scratch("another's", (3, 5), "float32")) != address(a)
    assert _threads.scratch("a test's", (100, 100), "float64").shape == (100, 100)
    elsewhere = []
    thread = threading.Thread(target=lambda: elsewhere.append(_threads.scratch("a test's", (3, 5), "float32")))
    thread.start()
    thread.join()
    assert address(elsewhere[0]) != address(_threads.scratch("a test's", (3, 5), "float32"))


def test_callers_from_many_threads_do_not_meet(rng):
    sounds = rng.standard_normal((6, 60_000), dtype="float32")
    expected = [dk.melspectrogram(y, sr=16_000, n_fft=512, workers=1) for y in sounds]
    wrong = []

    def call(y, M):
        for _ in range(5):
            if not np.array_equal(dk.melspectrogram(y, sr=16_000, n_fft=512, workers=3), M):
                wrong.append(y)

    threads = [threading.Thread(target=call, args=pair) for pair in zip(sounds, expected, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_forked_child_has_threads_of_its_own(rng):
    y = rng.standard_normal(300_000, dtype="float32")
    D = dk.stft(y, workers=3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Python's own, of forking where there are threads
        child = os.fork()
    if child == 0:
        os._exit(0 if np.array_equal(dk.stft(y, workers=3), D) else 1)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            assert status == 0
            return
        time.sleep(0.05)
    os.kill(child, 9)
    pytest.fail("the child waits for threads that it does not have")


FAULTS = """
import resource
import numpy as np
import dspkit as dk
y = np.random.default_rng(0).uniform(-1, 1, 64_000).astype("float32")
D = dk.stft(y)
for name, call, pages in (
    ("multi_resolution_mel", lambda: dk.multi_resolution_mel(y, 16_000), 101),
    ("melspectrogram", lambda: dk.melspectrogram(y, sr=16_000, n_fft=512, hop_length=160, n_mels=40), 16),
    ("stft", lambda: dk.stft(y, out=D), 0),
):
    faults = 1e9
    for _ in range(8):  # a thread is warm when it has had a part of the work, which may be later
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        for _ in range(4):
            call()
        faults = min(faults, (resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before) / 4)
    assert faults <= pages + 20, f"{name}: {faults} page faults a call, {pages} of them for the result"
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="page faults are counted on Linux")
def test_short_sounds_take_no_new_memory_but_for_their_result():
    """Even where the C library gives back all that it can."""
    setting = {"MALLOC_TRIM_THRESHOLD_": "65536", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", FAULTS], env={**os.environ, **setting}, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
