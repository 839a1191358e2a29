"""What nbval does not compare: figures by their pixels, sounds by their samples; and every cell must have run.

Plain nbval skips pictures, passes a notebook whose outputs were cleared, and compares a sound byte for byte, although
processors differ in the last bit of a sine. Here a figure must agree in every small tile (an average over the
whole picture would not see a thin curve that moved), a moving one in every picture, and a sound within two steps of
16 bits. A printed difference must keep the limit printed beside it; its digits are rounding noise.
"""

from __future__ import annotations

import base64
import binascii
import copy
import io
import os
import re
import sys
import wave
from pathlib import Path
from typing import Any

import numpy as np

try:
    from nbval.plugin import IPyNbCell
except ImportError:  # the GPU machines run the unit tests without Jupyter
    IPyNbCell = None

# librosa's compiled functions are kept in a folder beside it. Where it is new, several workers write there at once,
# and one that reads what another is just writing crashes: each gets its own (and so do the kernels that it starts).
if worker := os.environ.get("PYTEST_XDIST_WORKER"):
    os.environ.setdefault("NUMBA_CACHE_DIR", str(Path(sys.prefix) / "numba-cache" / worker))

TILE = 16  # pixels
# Grey levels of 255, as the root mean square of a tile. Agg's own rounding gives less than 1; a line that moves by a
# tenth of a pixel gives about 8.
TILE_LIMIT = 8.0
SOUND_LIMIT = 2  # steps of 16 bits
SOUND = re.compile(r"data:audio/[\w.+-]+;base64,([A-Za-z0-9+/=\s]+)")


def figure_difference(stored: str, fresh: str) -> str | None:
    """How two PNG pictures (base64; moving ones picture by picture) differ, in words, or None if they agree."""
    if stored == fresh:
        return None
    (a, durations), (b, fresh_durations) = _pictures(stored), _pictures(fresh)
    if durations != fresh_durations:
        return (
            f"stored {len(durations)} pictures in {sum(durations):.0f} ms, now {len(fresh_durations)} in "
            f"{sum(fresh_durations):.0f} ms"
        )
    found = ((k, _tile_difference(p, q)) for k, (p, q) in enumerate(zip(a, b, strict=True)))
    return next((f"picture {k}: {said}" if len(durations) > 1 else said for k, said in found if said), None)


def _tile_difference(a: np.ndarray, b: np.ndarray) -> str | None:
    if a.shape != b.shape:
        return f"stored {a.shape[1]} × {a.shape[0]} pixels, now {b.shape[1]} × {b.shape[0]}"
    squares = np.mean((a - b) ** 2, axis=-1)
    rows, columns = (-(-n // TILE) for n in squares.shape)
    padded = np.zeros((rows * TILE, columns * TILE))
    padded[: squares.shape[0], : squares.shape[1]] = squares
    rms = np.sqrt(padded.reshape(rows, TILE, columns, TILE).mean(axis=(1, 3)))
    if rms.max() <= TILE_LIMIT:
        return None
    row, column = np.unravel_index(rms.argmax(), rms.shape)
    return (
        f"pixels differ in {np.count_nonzero(rms > TILE_LIMIT)} of {rms.size} tiles, most around "
        f"x = {column * TILE + TILE // 2}, y = {row * TILE + TILE // 2}: RMS {rms.max():.1f} of 255 > {TILE_LIMIT:g}"
    )


def _pictures(data: str) -> tuple[list[np.ndarray], list[float]]:
    """The pictures of a PNG (base64) as RGB on white, as a page shows them, and how long each stays, in ms."""
    from PIL import Image, ImageSequence

    pictures, durations = [], []
    with Image.open(io.BytesIO(base64.b64decode(data))) as image:
        for frame in ImageSequence.Iterator(image):
            paper = Image.new("RGBA", frame.size, "white")
            pictures.append(np.asarray(Image.alpha_composite(paper, frame.convert("RGBA")))[..., :3].astype(np.float64))
            durations.append(round(frame.info.get("duration", 0.0), 3))
    return pictures, durations


def sound_difference(stored: str, fresh: str) -> str | None:
    """How two WAV files (base64) differ, in words, or None if they agree."""
    if stored == fresh:
        return None
    try:
        (form, a), (fresh_form, b) = _samples(stored), _samples(fresh)
    except (wave.Error, EOFError, binascii.Error, ValueError) as error:
        return f"not the same bytes, and not 16-bit WAV that could be compared by its samples ({error})"
    if form != fresh_form:
        return "stored {} channels, {} Hz, {} frames; now {}, {}, {}".format(*form, *fresh_form)
    steps = int(np.max(np.abs(a - b), initial=0))
    return f"samples differ by up to {steps} steps of 16 bits > {SOUND_LIMIT}" if steps > SOUND_LIMIT else None


def _samples(sound: str) -> tuple[tuple[int, int, int], np.ndarray]:
    with wave.open(io.BytesIO(base64.b64decode(sound))) as file:
        if file.getsampwidth() != 2:
            raise ValueError(f"{8 * file.getsampwidth()} bits")
        form = (file.getnchannels(), file.getframerate(), file.getnframes())
        return form, np.frombuffer(file.readframes(form[2]), dtype="<i2").astype(np.int64)


def _figures(outputs: list[Any]) -> list[str]:
    return [o["data"]["image/png"] for o in outputs if "image/png" in o.get("data", {})]


def _without_sounds(outputs: list[Any]) -> tuple[list[Any], list[str]]:
    """The outputs with each sound's bytes taken out of the text, and those sounds."""
    outputs, sounds = copy.deepcopy(outputs), []
    for output in outputs:
        html = output.get("data", {}).get("text/html")
        if html is not None:
            sounds += SOUND.findall(html)
            output["data"]["text/html"] = SOUND.sub("data:audio", html)
    return outputs, sounds


# What tools/lessons.py puts before the folded answer of a prediction.
FIRST_LINE = "Your prediction first. Then run this cell, or click here."
# A difference that is printed beside its limit is compared with the limit: rounding noise has other digits elsewhere.
DIFFERENCE = re.compile(r"largest difference ([^\s,]+), allowed ([^\s,;)]+)")


def _without_differences(outputs: list[Any]) -> list[Any]:
    """The outputs with each printed difference that keeps its printed limit taken out of the text."""

    def shorten(found: re.Match[str]) -> str:
        try:
            kept = float(found[1]) <= float(found[2])
        except ValueError:
            kept = False
        return f"largest difference within the allowed {found[2]}" if kept else found[0]

    outputs = copy.deepcopy(outputs)
    for output in outputs:
        if "text" in output:
            output["text"] = DIFFERENCE.sub(shorten, output["text"])
        for kind in ("text/plain", "text/html"):
            if kind in output.get("data", {}):
                output["data"][kind] = DIFFERENCE.sub(shorten, output["data"][kind])
    return outputs


if IPyNbCell is not None:
    compare_text, run_cell = IPyNbCell.compare_outputs, IPyNbCell.runtest

    def compare_outputs(self: Any, test: list[Any], ref: list[Any], skip_compare: Any = None) -> bool:
        ref = [output for output in ref if output.get("data") != {"text/plain": FIRST_LINE}]
        test_text, fresh_sounds = _without_sounds(test)
        ref_text, stored_sounds = _without_sounds(ref)
        test_text, ref_text = _without_differences(test_text), _without_differences(ref_text)
        if not compare_text(self, test_text, ref_text, skip_compare):
            return False
        for what, stored, fresh, difference in (
            ("figure", _figures(ref), _figures(test), figure_difference),
            ("sound", stored_sounds, fresh_sounds, sound_difference),
        ):
            if len(stored) != len(fresh):
                self.comparison_traceback.append(f"number of {what}s: stored {len(stored)}, now {len(fresh)}")
                return False
            for number, (a, b) in enumerate(zip(stored, fresh, strict=True), start=1):
                if found := difference(a, b):
                    self.comparison_traceback.append(f"{what} {number}: {found}")
                    return False
        return True

    def runtest(self: Any) -> None:
        run_cell(self)
        if self.cell.execution_count is None:
            self.raise_cell_error("this cell was never executed: there is nothing to compare with")
        if self.test_outputs and not self.cell.outputs:
            self.raise_cell_error("this cell's outputs were cleared: there is nothing to compare with")

    IPyNbCell.compare_outputs, IPyNbCell.runtest = compare_outputs, runtest
