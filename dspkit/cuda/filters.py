"""Second-order sections in parallel along time: a block scan over their states, ``biquads.cu``.

The plain twin is the difference equation in :mod:`dspkit.filters`, and the tests hold this to it.
"""

from __future__ import annotations

import math

import numpy as np

from .._arrays import Array, empty, namespace
from . import _launch
from ._launch import constant, real_type

TILE = 32  # samples that a block reads at once for each piece; pieces are whole numbers of tiles
PIECES_PER_BLOCK = 128
CARRY_THREADS = 256
# Enough pieces to fill a large GPU, of some hundred samples at least, so that the scan over them is the lesser work.
PIECES = 1 << 17
SHORTEST, LONGEST = 8 * TILE, 128 * TILE


def filter_sos(y: Array, sos: np.ndarray, state: Array) -> tuple[Array, Array]:
    """Filter ``y`` (channels, n) by ``sos`` (n_sections, 6) from ``state`` (channels, n_sections, 2), float64.

    Returns the filtered samples (dtype of ``y``) and the state after the last one.
    """
    xp = namespace(y)
    channels, n = y.shape
    sections = len(sos)
    length = _piece_length(channels * n)
    n_pieces = -(-n // length)
    run_length = -(-n_pieces // CARRY_THREADS)
    constants = {
        "REAL": real_type(y),
        "SECTIONS": sections,
        "LENGTH": length,
        "THREADS": PIECES_PER_BLOCK,
        "CARRY_THREADS": CARRY_THREADS,
    }
    y, state = xp.ascontiguousarray(y), xp.ascontiguousarray(state)
    table = constant(np.asarray(sos, dtype=np.float64), y)
    states = empty(y, (channels, n_pieces, 2 * sections), dtype=xp.float64)
    out, final = empty(y, y.shape), empty(state, state.shape)
    sizes = [np.int64(n), np.int64(n_pieces)]
    grid = channels * -(-n_pieces // PIECES_PER_BLOCK)

    def run(kernel: str, blocks: int, threads: int, arguments: list[object]) -> None:
        _launch.launch(
            y, "biquads", kernel, constants, blocks=blocks, threads=(threads, 1),
            arguments=arguments,
        )  # fmt: skip

    run("from_rest", grid, PIECES_PER_BLOCK, [y, *sizes, table, states])
    matrices = constant(_matrices(np.asarray(sos), length, run_length), y)
    run("carry", channels, CARRY_THREADS, [states, np.int64(n_pieces), np.int64(run_length), matrices, state])
    run("from_states", grid, PIECES_PER_BLOCK, [y, *sizes, table, states, out, final])
    return out, final


def _piece_length(samples: int) -> int:
    """Samples in a piece: all the work over :data:`PIECES`, in whole tiles."""
    return min(max(SHORTEST, TILE * math.ceil(samples / PIECES / TILE)), LONGEST)


def _matrices(sos: np.ndarray, length: int, run_length: int) -> np.ndarray:
    """What silence does to the states: over one piece, then over ``run_length`` pieces times 1, 2, 4, …"""
    piece = transition(sos, length)
    powers = [piece, np.linalg.matrix_power(piece, run_length)]
    for _ in range(int(math.log2(CARRY_THREADS)) - 1):
        powers.append(powers[-1] @ powers[-1])
    return np.stack(powers).astype(np.float64)


def transition(sos: np.ndarray, length: int) -> np.ndarray:
    """The matrix that takes the states (two for each section, direct form II transposed) over ``length`` zeros.

    Computed in extended precision: with poles near 1 (a high-pass at some hertz), the powers of a rounded matrix are
    soon worse than rounded themselves.

    >>> transition(np.array([[1.0, 0.0, 0.0, 1.0, -0.5, 0.25]]), 1).astype(float)
    array([[ 0.5 ,  1.  ],
           [-0.25,  0.  ]])

    """
    size = 2 * len(sos)
    matrix = np.zeros((size, size), dtype=np.longdouble)
    x = np.zeros(size)  # the section's input, as a row of weights on all states
    for i, (b0, b1, b2, _, a1, a2) in enumerate(sos):
        s1, s2 = np.eye(size)[2 * i], np.eye(size)[2 * i + 1]
        y = b0 * x + s1
        matrix[2 * i] = b1 * x - a1 * y + s2
        matrix[2 * i + 1] = b2 * x - a2 * y
        x = y
    return np.linalg.matrix_power(matrix, length)
