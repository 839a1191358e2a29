"""Checks for ``notebooks/homework/04_convolution.ipynb``."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import numpy as np

from ._check import Case, Check, Mistake
from ._trial import answer_of

__all__ = [
    "block_convolution",
    "by_hand",
    "fast_convolution",
    "output_counts",
    "same_padding",
]


def _noise(n: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(n)


by_hand = Check(
    "by_hand",
    lambda: np.array([1.0, 2, 5, 4, 6]),
    (Case("[1, 0, 2] and [1, 2, 3]", ()),),
    (
        Mistake(
            "a correlation",
            lambda: np.array([3.0, 2, 7, 4, 2]),
            "Each sample launches h as it stands, its first tap first.",
        ),
        Mistake(
            "a convolution without its tail",
            lambda: np.array([1.0, 2, 5]),
            "The last sample launches a whole copy, too: there are N + K − 1 outputs.",
        ),
        Mistake(
            "a convolution on a loop of three",
            lambda: np.array([5.0, 8, 5]),
            "What runs over the end is not added to the beginning: there are N + K − 1 outputs.",
        ),
        Mistake(
            "a product place by place",
            lambda: np.array([1.0, 0, 6]),
            "Each sample launches all of h; write a row for each copy, then add up the columns.",
        ),
        Mistake(
            "one copy after the other",
            lambda: np.array([1.0, 2, 3, 0, 0, 0, 2, 4, 6]),
            "The copies overlap: the one of sample k begins at place k.",
        ),
        Mistake(
            "copies that all begin at place 0",
            lambda: np.array([3.0, 6, 9]),
            "They are delayed: the copy of sample k begins at place k.",
        ),
    ),
)


output_counts = Check(
    "output_counts",
    lambda: (98, 100),
    (Case("16,000 samples, 400 taps, stride 160", ()),),
    (
        Mistake(
            "no + 1 for valid places",
            lambda: (97, 100),
            "The place at the very beginning counts as well: after the division, add 1.",
        ),
        Mistake(
            "the division rounded up for valid places",
            lambda: (99, 100),
            "A place counts only if the whole kernel fits: round down, then add 1.",
        ),
        Mistake(
            "the stride forgotten",
            lambda: (15_601, 16_000),
            "Only every 160th place is taken.",
        ),
        Mistake(
            "as many outputs as samples for 'same'",
            lambda: (98, 16_000),
            "That is so with stride 1. With stride s, 'same' has as many outputs as strides begin in the sound.",
        ),
        Mistake(
            "the same count with padding and without",
            lambda: (98, 98),
            "'same' pads, so the kernel may hang over the ends and more places count.",
        ),
        Mistake(
            "N / s in both cases",
            lambda: (100, 100),
            "Without padding the last places do not count, because the kernel hangs over the end there.",
        ),
    ),
)


def _fast(
    x: np.ndarray,
    h: np.ndarray,
    n_fft: int,
    *,
    block: int | None = None,
    hop: int | None = None,
    kept: int | None = None,
    add: bool = True,
    whole_only: bool = False,
    conjugate: bool = False,
) -> np.ndarray:
    """Overlap-add, or what becomes of it with another block, hop, or number of each block's outputs that are kept.

    All outputs of the last block, zeros behind the end included: whoever calls cuts.
    """
    block = block or n_fft - len(h) + 1
    hop, H = hop or block, np.fft.rfft(h, n_fft)
    H = np.conj(H) if conjugate else H
    starts = range(0, len(x) // block * block if whole_only else len(x), hop)
    y = np.zeros(len(x) + len(h) + 2 * n_fft)
    for start in starts:
        out = np.fft.irfft(np.fft.rfft(x[start : start + block], n_fft) * H, n_fft)
        out = out if kept is None or (start == starts[-1] and kept > block) else out[:kept]
        here = slice(start, start + len(out))
        y[here] = y[here] + out if add else out
    return y


def _all(x: np.ndarray, h: np.ndarray) -> int:
    return len(x) + len(h) - 1


@dataclass(frozen=True, repr=False)
class _ByBlocks(Check):
    """A check that asks for the way, too: right values made without spectra of ``n_fft`` points do not pass."""

    def uses(self, function: Callable[..., Any]) -> str | None:
        case = self.cases[2]  # several blocks, the last not full
        sizes = _transform_sizes(function, case)
        if sizes == {case.args[2]}:
            return super().uses(function)
        came = f"spectra of {', '.join(map(str, sorted(sizes)))} points" if sizes else "no spectrum"
        return f"{came}, for {case.words} (cut x into blocks, and give each np.fft.rfft and np.fft.irfft n_fft points)"


def _transform_sizes(function: Callable[..., Any], case: Case) -> set[int]:
    """How many points NumPy's forward transforms have that ``function`` calls for a case."""
    sizes = set()

    def watched(transform: Callable[..., Any]) -> Callable[..., Any]:
        def call(a: Any, n: int | None = None, *args: Any, **kwargs: Any) -> Any:
            sizes.add(int(np.shape(a)[-1] if n is None else n))
            return transform(a, n, *args, **kwargs)

        return call

    with patch.multiple(np.fft, rfft=watched(np.fft.rfft), fft=watched(np.fft.fft)):
        answer_of(function, case)
    return sizes


fast_convolution = _ByBlocks(
    "fast_convolution",
    lambda x, h, n_fft: _fast(x, h, n_fft)[: _all(x, h)],
    (
        Case("6 samples, 2 taps, 5 points", (_noise(6, 1), _noise(2, 2), 5)),
        Case("blocks that fit exactly: 12 samples, 3 taps, 8 points", (_noise(12, 3), _noise(3, 4), 8)),
        Case("a last block that is not full: 23 samples, 4 taps, 11 points", (_noise(23, 5), _noise(4, 6), 11)),
        Case("an h longer than a block: 30 samples, 9 taps, 12 points", (_noise(30, 7), _noise(9, 8), 12)),
        Case("blocks of one sample: 7 samples, 5 taps, 5 points", (_noise(7, 9), _noise(5, 10), 5)),
        Case("a sound shorter than a block: 3 samples, 3 taps, 16 points", (_noise(3, 11), _noise(3, 12), 16)),
        Case("one tap: 10 samples, 4 points", (_noise(10, 13), _noise(1, 14), 4)),
    ),
    (
        Mistake(
            "blocks as long as the FFT: each wraps around",
            lambda x, h, n_fft: _fast(x, h, n_fft, block=n_fft)[: _all(x, h)],
            "A block of B samples has B + K − 1 outputs, and all of them must fit into the n_fft points.",
        ),
        Mistake(
            "blocks one sample too long: one output of each wraps around",
            lambda x, h, n_fft: _fast(x, h, n_fft, block=n_fft - len(h) + 2)[: _all(x, h)],
            "A block of B samples has B + K − 1 outputs, not B + K − 2.",
        ),
        Mistake(
            "the tail of each block dropped",
            lambda x, h, n_fft: _fast(x, h, n_fft, kept=n_fft - len(h) + 1)[: len(x)],
            "What a block rings beyond its end belongs to y as well: add it to what comes after.",
        ),
        Mistake(
            "the tail of each block dropped, and zeros at the end",
            lambda x, h, n_fft: _fast(x, h, n_fft, kept=n_fft - len(h) + 1)[: _all(x, h)],
            "What a block rings beyond its end belongs to y as well: add it to what comes after.",
        ),
        Mistake(
            "tails overwritten, not added",
            lambda x, h, n_fft: _fast(x, h, n_fft, add=False)[: _all(x, h)],
            "Where copies overlap they add: +=, not =.",
        ),
        Mistake(
            "a tail that reaches into the next block only",
            lambda x, h, n_fft: _fast(x, h, n_fft, kept=2 * (n_fft - len(h) + 1))[: _all(x, h)],
            "Where h is longer than a block, a tail rings on through several of them.",
        ),
        Mistake(
            "the last block forgotten, because it is not full",
            lambda x, h, n_fft: _fast(x, h, n_fft, whole_only=True)[: _all(x, h)],
            "range(0, len(x), block) begins it, and a slice beyond the end is shorter.",
        ),
        Mistake(
            "the last block forgotten, and its outputs cut off",
            lambda x, h, n_fft: _fast(x, h, n_fft, whole_only=True)[
                : len(x) // (n_fft - len(h) + 1) * (n_fft - len(h) + 1) + len(h) - 1
            ],
            "range(0, len(x), block) begins it, and a slice beyond the end is shorter.",
        ),
        Mistake(
            "n_fft samples from block to block: those between are lost",
            lambda x, h, n_fft: _fast(x, h, n_fft, hop=n_fft)[: _all(x, h)],
            "The next block begins where this one's samples end, not where its outputs do.",
        ),
        Mistake(
            "the kernel flipped: a correlation",
            lambda x, h, n_fft: np.convolve(x, h[::-1]),
            "The spectrum of h as it is: each sample launches its first tap first.",
        ),
        Mistake(
            "conj(H) in place of H: a correlation on a loop",
            lambda x, h, n_fft: _fast(x, h, n_fft, conjugate=True)[: _all(x, h)],
            "Without the conjugate: that belongs to kernels that are not flipped.",
        ),
        Mistake(
            "zeros left at the end",
            lambda x, h, n_fft: _fast(x, h, n_fft)[
                : -(-len(x) // (n_fft - len(h) + 1)) * (n_fft - len(h) + 1) + len(h) - 1
            ],
            "The last block was filled up with zeros: cut what they make, so that N + K − 1 outputs are left.",
        ),
        Mistake(
            "cut to the length of the sound",
            lambda x, h, n_fft: np.convolve(x, h)[: len(x)],
            "The last copies ring on behind the sound: N + K − 1 outputs.",
        ),
        Mistake(
            "one output too many",
            lambda x, h, n_fft: np.append(np.convolve(x, h), 0.0),
            "The last sample launches its copy at place N − 1, so there are N + K − 1 outputs.",
        ),
    ),
)


def _same(n: int, k: int, stride: int) -> tuple[int, int]:
    total = max((math.ceil(n / stride) - 1) * stride + k - n, 0)
    return total // 2, total - total // 2


same_padding = Check(
    "same_padding",
    _same,
    (
        Case("an odd kernel", (10, 5, 1)),
        Case("an even kernel", (10, 4, 1)),
        Case("a stride of 2, an even number of samples", (10, 5, 2)),
        Case("a stride of 3", (11, 6, 3)),
        Case("a stride longer than the kernel", (10, 2, 5)),
    ),
    (
        Mistake(
            "'same' off by one for even kernels: the odd zero before",
            lambda n, k, stride: _same(n, k, stride)[::-1],
            "Of an odd number, Keras, TensorFlow and PyTorch put the larger half behind.",
        ),
        Mistake(
            "k // 2 on both sides",
            lambda n, k, stride: (k // 2, k // 2),
            "Right for odd kernels and stride 1; an even kernel gets one output too many.",
        ),
        Mistake(
            "(k − 1) // 2 on both sides",
            lambda n, k, stride: ((k - 1) // 2, (k - 1) // 2),
            "Right for odd kernels and stride 1; an even kernel gets one output too few.",
        ),
        Mistake(
            "the stride forgotten",
            lambda n, k, stride: _same(n, k, 1),
            "With a stride, ceil(n / stride) outputs are wanted, and fewer zeros are enough.",
        ),
        Mistake(
            "all of it before (causal)",
            lambda n, k, stride: (k - 1, 0),
            "'same' shares it out: half before, half behind.",
        ),
        Mistake(
            "negative padding",
            lambda n, k, stride: (
                ((math.ceil(n / stride) - 1) * stride + k - n) // 2,
                -(-((math.ceil(n / stride) - 1) * stride + k - n) // 2),
            ),
            "Where the stride jumps over samples nothing is missing: max(…, 0).",
        ),
        Mistake(
            "outputs rounded down",
            lambda n, k, stride: (
                max((n // stride - 1) * stride + k - n, 0) // 2,
                max((n // stride - 1) * stride + k - n, 0) - max((n // stride - 1) * stride + k - n, 0) // 2,
            ),
            "'same' keeps every beginning stride: ceil(n / stride) outputs.",
        ),
    ),
)


def _block(block: np.ndarray, h: np.ndarray, tail: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    ringing = np.convolve(block, h)
    ringing[: len(tail)] += tail
    return ringing[: len(block)], ringing[len(block) :]


def _own_tail_only(block: np.ndarray, h: np.ndarray, tail: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    finished, _ = _block(block, h, tail)
    return finished, np.convolve(block, h)[len(block) :]


def _wrapped(block: np.ndarray, h: np.ndarray, tail: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    ringing = np.convolve(block, h)
    n = len(block)
    ring = np.bincount(np.arange(len(ringing)) % n, weights=ringing, minlength=n)
    added = np.zeros(n)
    added[: min(n, len(tail))] = tail[:n]
    return ring + added, ringing[n:]


block_convolution = Check(
    "block_convolution",
    _block,
    (
        Case("the first block, with no tail yet", (np.array([1.0, 2, 0]), np.array([1.0, 0.5]), np.zeros(1))),
        Case("a block of silence after a sound", (np.zeros(4), np.array([1.0, 0.5, 0.25]), np.array([3.0, 1.0]))),
        Case("a block longer than h", (_noise(16, 13), _noise(5, 14), _noise(4, 15))),
        Case("a block shorter than h", (_noise(3, 16), _noise(8, 17), _noise(7, 18))),
        Case("an h of one tap: the tail is empty", (_noise(4, 19), np.array([0.5]), np.zeros(0))),
    ),
    (
        Mistake(
            "the old tail forgotten",
            lambda block, h, tail: (np.convolve(block, h)[: len(block)], np.convolve(block, h)[len(block) :]),
            "Copies launched in the blocks before still ring: add their tail to the first of what comes out now.",
        ),
        Mistake(
            "a tail of this block's own copies only",
            _own_tail_only,
            "Where the block is shorter than the tail, part of the old tail is still to come: keep it in the new one.",
        ),
        Mistake(
            "a block on a loop: its end is added to its own beginning",
            _wrapped,
            "What rings beyond the block belongs to the next one, not to the beginning of this one.",
        ),
        Mistake(
            "the old tail put in front, not added",
            lambda block, h, tail: (
                np.concatenate([tail, np.convolve(block, h)])[: len(block)],
                np.concatenate([tail, np.convolve(block, h)])[len(block) :],
            ),
            "Copies overlap: the tail and the new block sound at the same time, so they are added.",
        ),
        Mistake(
            "the kernel flipped: a correlation",
            lambda block, h, tail: _block(block, h[::-1], tail),
            "Each sample launches h as it is, its first tap first: np.convolve does that.",
        ),
    ),
)
