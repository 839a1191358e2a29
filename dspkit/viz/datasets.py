"""Figures of lesson 15: files on their way through workers, lengths in a batch, and counts side by side."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .._validate import positive_int
from ..datasets._engines import CHUNK, CHUNKS_PER_WORKER, _chunks
from ..datasets._work import Task
from ..errors import ParameterError
from ._movie import Movie, movie
from ._style import COLOURS, Figure, figure, label, mark, styled

__all__ = ["batch_lengths", "counts_beside", "two_workers"]

WAITING, SENT, UNSURE, PLACED = range(4)
WORKERS = 2


def _schedule(n: int, killed: int) -> list[np.ndarray]:
    """Where each of ``n`` files is after each tick, in which a worker makes one file: arrays (n,) of states.

    It follows the rules of :func:`dspkit.datasets.extract` with two processes: chunks of 8, two chunks a worker sent
    ahead, smaller ones at the end; a chunk is put in its place as a whole. After ``killed`` ticks a worker dies, and
    all that was sent is made once more, each file alone.
    """
    tasks = [Task(i, str(i), "") for i in range(n)]
    chunks = deque([task.number for task in chunk] for chunk in _chunks(tasks, CHUNK, WORKERS))
    queue: deque[list[int]] = deque()
    working: list[list[int]] = [[] for _ in range(WORKERS)]
    left = [0] * WORKERS
    state = np.full(n, WAITING)
    shown = [state.copy()]
    while np.any(state != PLACED):
        while chunks and len(queue) + sum(map(bool, working)) < WORKERS * CHUNKS_PER_WORKER:
            queue.append(chunks.popleft())
            state[queue[-1]] = SENT
        for k in range(WORKERS):
            if not working[k] and queue:
                working[k] = queue.popleft()
                left[k] = len(working[k])
        shown.append(state.copy())
        if len(shown) == killed + 1:
            suspects = sorted(i for chunk in [*working, *queue] for i in chunk)
            working, left = [[] for _ in range(WORKERS)], [0] * WORKERS
            queue.clear()
            state[suspects] = UNSURE
            shown += [state.copy()] * 4  # time to see it
            for i in suspects:
                state[i] = PLACED
                shown.append(state.copy())
            continue
        for k in range(WORKERS):
            left[k] = max(0, left[k] - 1)
            if working[k] and not left[k]:
                state[working[k]] = PLACED
                working[k] = []
    return [*shown, state]


@styled
def two_workers(n: int = 64, *, killed: int = 12, title: str = "") -> Movie:
    """A movie: files flow through two workers, one of which is killed after ``killed`` files.

    Drawn from a schedule that follows the rules of :func:`dspkit.datasets.extract` (every file takes one tick), not
    from a clock: it is the same on every machine.
    """
    n, killed = positive_int(n, "n", minimum=32), positive_int(killed, "killed", minimum=1)
    states = _schedule(n, killed)
    twice = int(np.sum(np.any([state == UNSURE for state in states], axis=0)))
    if not twice:
        raise ParameterError(f"killed={killed}: all {n} files are in place by then; expected an earlier tick.")
    title = title or f"One worker was killed: {n} of {n} files are in place, {twice} of them tried again alone"
    fig, ax = figure(height=3.9)
    columns = 8
    rows = -(-n // columns)
    numbers = np.arange(n)
    cell = np.stack([numbers % columns, rows - 1 - numbers // columns], axis=1).astype(float)
    left = {WAITING: 0.0, SENT: columns + 3.0, UNSURE: columns + 3.0, PLACED: 2 * columns + 6.0}
    kinds = (
        (WAITING, "o", "0.75", "waiting"),
        (SENT, "s", COLOURS[0], "sent to a worker"),
        (UNSURE, "X", COLOURS[1], "a dead worker may have had it: again, alone"),
        (PLACED, "D", COLOURS[2], "in place"),
    )
    drawn = {
        kind: ax.plot([], [], mark, color=colour, markersize=9, label=words)[0] for kind, mark, colour, words in kinds
    }
    for kind, words in ((WAITING, "sounds"), (SENT, "with the two workers"), (PLACED, "features with their names")):
        ax.text(left[kind] + (columns - 1) / 2, rows + 0.1, words, ha="center", va="bottom")
    ax.set(xlim=(-1, 3 * columns + 6), ylim=(-2.4, rows + 1))
    ax.set_axis_off()
    ax.legend(loc="lower center", ncols=4, handletextpad=0.2)
    label(ax, title=" ")
    ax.set_title(" ")
    ax.title.set_text("")
    said = ax.set_title(" ", loc="left")

    def update(k: int) -> list[Any]:
        state = states[k]
        for kind, line in drawn.items():
            at = cell[state == kind]
            line.set_data(at[:, 0] + left[kind], at[:, 1])
        died = "A worker has died: all that was sent is made again, each file alone" if UNSURE in state else " "
        said.set_text(title if k == len(states) - 1 else died)
        return [*drawn.values(), said]

    what = f"{n} files go from a folder through two workers to their places; one worker is killed on the way"
    return movie(fig, update, len(states), what=what, seconds=5.5, hold=2.5)


@styled
def batch_lengths(lengths: Sequence[int], length: int, *, title: str = "") -> Figure:
    """What is kept, cut off and padded when items of some ``lengths`` are brought to one ``length``, in frames."""
    n = np.asarray(lengths)
    if n.ndim != 1 or not n.size or np.any(n < 1):
        raise ParameterError(f"lengths={lengths!r}; expected one number of frames or more.")
    length = positive_int(length, "length", unit="frames")
    kept, cut, padded = np.minimum(n, length), np.maximum(n - length, 0), np.maximum(length - n, 0)
    if not title:
        title = (
            f"At {length} frames, {100 * padded.sum() / (n.size * length):.0f} % of the batch is padding, "
            f"and {100 * cut.sum() / n.sum():.0f} % of the sounds is cut off"
        )
    fig, ax = figure(height=3.4, width=8.0)
    rows = np.arange(n.size)
    ax.barh(rows, kept, color=COLOURS[0], label="kept")
    ax.barh(rows, cut, left=kept, color="white", edgecolor=COLOURS[1], hatch="///", label="cut off")
    ax.barh(rows, padded, left=kept, color="0.85", hatch="..", edgecolor="0.6", label="padding (mask is false)")
    ax.axvline(length, color="black", linestyle="--")
    ax.invert_yaxis()
    ax.grid(visible=False)
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    label(ax, title=title, x="Length [frames]", y="Item of the batch")
    return fig


@styled
def counts_beside(
    rows: Mapping[str, Mapping[str, float]],
    *,
    x_label: str,
    title: str = "",
    reference: float | None = None,
    point: tuple[str, str, str] | None = None,
) -> Figure:
    """Numbers of two or three ways side by side: ``{what: {way: number}}`` as bars, a group for each ``what``.

    ``reference`` draws a dashed line; ``point`` = (what, way, words) points at one bar.
    """
    if not rows:
        raise ParameterError("rows is empty; expected {what: {way: number}}.")
    ways = list(next(iter(rows.values())))
    fig, ax = figure(height=0.9 + 0.55 * len(rows) * max(1, len(ways) / 2), width=8.0)
    thick = 0.8 / len(ways)
    for k, way in enumerate(ways):
        at = np.arange(len(rows)) + (k - (len(ways) - 1) / 2) * thick
        values = [row[way] for row in rows.values()]
        ax.barh(at, values, 0.9 * thick, color=COLOURS[1 - k if k < 2 else k], hatch=("//", "", "..")[k % 3],
                edgecolor="white", label=way)  # fmt: skip
        for y, value in zip(at, values, strict=True):
            ax.text(value, y, f" {value:g}", va="center", fontsize=10)
    if reference is not None:
        ax.axvline(reference, color="black", linestyle="--", linewidth=1.2)
    if point is not None:
        what, way, words = point
        k = ways.index(way)
        tip = (0.8 * rows[what][way], list(rows).index(what) + (k - (len(ways) - 1) / 2 + 0.5) * thick)
        mark(ax, words, tip, to=(24, -24))
    ax.set_yticks(np.arange(len(rows)), list(rows))
    ax.invert_yaxis()
    ax.grid(visible=False, axis="y")
    ax.margins(x=0.12)
    if len(ways) > 1:
        ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    label(ax, title=title, x=x_label)
    return fig
