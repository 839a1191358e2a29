"""A child process that reads and writes files for the tests, with limited memory and time."""

from __future__ import annotations

import os
import pickle
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

MEMORY = 2 << 30  # bytes of address space: what a header's promise of 2**34 samples would need is far above
SECONDS = 20  # for one file


class Child:
    """Runs tasks in a process of its own, and starts another where that one dies."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None

    def __call__(self, *task: Any) -> tuple[Any, ...]:
        """The answer: ("samples", y, sr), ("bytes", data), ("refused", message), ("raised", …) or ("died", …)."""
        if self.process is None:
            self.process = subprocess.Popen(
                [sys.executable, str(Path(__file__).with_name("child.py")), str(MEMORY)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": str(Path(__file__).parents[2])},
            )
        process = self.process
        watch = threading.Timer(SECONDS, process.kill)
        watch.start()
        try:
            message = pickle.dumps(task)
            process.stdin.write(struct.pack("<Q", len(message)) + message)
            process.stdin.flush()
            head = process.stdout.read(8)
            if len(head) == 8:
                return pickle.loads(process.stdout.read(struct.unpack("<Q", head)[0]))
        except BrokenPipeError:
            pass
        finally:
            watch.cancel()
        self.close()
        return ("died", f"exit status {process.returncode}")

    def close(self) -> None:
        if self.process is not None:
            process, self.process = self.process, None
            process.kill()
            process.wait()
            process.stdin.close()
            process.stdout.close()


@pytest.fixture(scope="session")
def child() -> Iterator[Child]:
    pytest.importorskip("soundfile", reason="soundfile is not installed")
    child = Child()
    yield child
    child.close()
