"""Reads and writes files for the tests in a process of its own: a crash there is a finding, not the end of the run.

Tasks come on stdin as pickles ("load", name, bytes) and ("save", …); each answer goes to stdout.
"""

import io
import os
import pickle
import struct
import sys
import zlib

import numpy as np

import dspkit as dk


class Named(io.BytesIO):
    name = "x"


def load(name: str, data: bytes, options: dict) -> tuple:
    file = Named(data)
    file.name = name
    y, sr = dk.load(file, **options)
    return "samples", y, sr


def save(kind: str, y: np.ndarray, sr: int, subtype: str | None) -> tuple:
    file = io.BytesIO()
    dk.save(file, y, sr, subtype=subtype, format=kind)
    return "bytes", file.getvalue()


def limit_memory(size: int) -> None:
    try:
        import resource
    except ImportError:  # Windows
        return
    resource.setrlimit(resource.RLIMIT_AS, (size, size))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> None:
    import soundfile  # noqa: F401  # before memory is limited

    limit_memory(int(sys.argv[1]))
    tasks, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not come between the answers
    while head := tasks.read(8):
        what, *arguments = pickle.loads(tasks.read(struct.unpack("<Q", head)[0]))
        try:
            answer = {"load": load, "save": save, "crc": lambda data: zlib.crc32(data)}[what](*arguments)
        except (dk.AudioFileError, dk.ParameterError) as error:
            answer = ("refused", str(error))
        except BaseException as error:
            answer = ("raised", f"{type(error).__name__}: {error}")
        message = pickle.dumps(answer)
        answers.write(struct.pack("<Q", len(message)) + message)
        answers.flush()


if __name__ == "__main__":
    main()
