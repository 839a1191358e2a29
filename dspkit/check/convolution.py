"""Checks for ``notebooks/homework/04_convolution.ipynb``."""

from __future__ import annotations

import math

import numpy as np

from ._check import Case, Check, Mistake

__all__ = [
    "block_convolution",
    "causal_convolution",
    "kernel_gradient",
    "output_length",
    "same_padding",
    "valid_convolution",
]


def _noise(n: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(n)


def _valid(x: np.ndarray, w: np.ndarray) -> np.ndarray:
    return np.correlate(x, w, "valid")


def _padded(x: np.ndarray, w: np.ndarray, left: int, right: int) -> np.ndarray:
    return _valid(np.pad(x, (left, right)), w)


valid_convolution = Check(
    "valid_convolution",
    _valid,
    (
        Case("[0, 3, 4, 5] and [1, 2]", (np.array([0.0, 3, 4, 5]), np.array([1.0, 2]))),
        Case("a kernel of one tap", (_noise(6, 1), np.array([0.5]))),
        Case("30 samples, 4 taps", (_noise(30, 2), _noise(4, 3))),
        Case("a kernel as long as the sound", (_noise(5, 4), _noise(5, 5))),
    ),
    (
        Mistake(
            "the kernel flipped: convolution as signal processing has it",
            lambda x, w: np.convolve(x, w, "valid"),
            "Networks do not flip it: the first tap meets the earliest sample.",
        ),
        Mistake(
            "one output too few",
            lambda x, w: _valid(x, w)[:-1],
            "The kernel fits at n − k + 1 places: range(len(x) - len(w) + 1).",
        ),
        Mistake(
            "outputs where the kernel hangs over both ends",
            lambda x, w: np.correlate(x, w, "full"),
            "Valid places only: the whole kernel lies on the sound.",
        ),
        Mistake(
            "as many outputs as samples ('same')",
            lambda x, w: _padded(x, w, (len(w) - 1) // 2, len(w) // 2),
            "That needs padding. Valid places only: n − k + 1.",
        ),
        Mistake(
            "as many outputs as samples (np.correlate's 'same')",
            lambda x, w: np.correlate(x, w, "same"),
            "That needs padding. Valid places only: n − k + 1.",
        ),
        Mistake(
            "short products at the end",
            lambda x, w: np.array([x[i : i + len(w)] @ w[: len(x) - i] for i in range(len(x))]),
            "A slice beyond the end is shorter, without a word from Python: stop where the last whole one begins.",
        ),
        Mistake(
            "the mean of the products",
            lambda x, w: _valid(x, w) / len(w),
            "Their sum: whoever wants a mean puts 1/k into the kernel.",
        ),
        Mistake(
            "places side by side (stride k)",
            lambda x, w: _valid(x, w)[:: len(w)],
            "The kernel moves on by one sample, not by its own length.",
        ),
        Mistake(
            "the place multiplied in: the kernel moves with stride 2",
            lambda x, w: _valid(x, w)[::2],
            "Output n begins at sample n.",
        ),
    ),
)


def _length(n: int, k: int, stride: int, padding: int, dilation: int) -> int:
    return (n + 2 * padding - dilation * (k - 1) - 1) // stride + 1


output_length = Check(
    "output_length",
    _length,
    (
        Case("10 samples, 3 taps", (10, 3, 1, 0, 1)),
        Case("a stride that does not fit", (10, 3, 4, 0, 1)),
        Case("padding on both sides", (10, 3, 1, 2, 1)),
        Case("dilation", (20, 3, 1, 0, 4)),
        Case("all of it", (101, 5, 3, 7, 2)),
        Case("all of it, exactly fitting", (99, 4, 2, 3, 3)),
    ),
    (
        Mistake(
            "no + 1",
            lambda n, k, stride, padding, dilation: _length(n, k, stride, padding, dilation) - 1,
            "A kernel as long as the sound fits once: after the division, add 1.",
        ),
        Mistake(
            "the division rounded up",
            lambda n, k, stride, padding, dilation: -(-(n + 2 * padding - dilation * (k - 1) - 1) // stride) + 1,
            "A place counts only if the whole kernel fits: round down.",
        ),
        Mistake(
            "padding on one side only",
            lambda n, k, stride, padding, dilation: (n + padding - dilation * (k - 1) - 1) // stride + 1,
            "So many samples stand on both sides: 2 · padding.",
        ),
        Mistake(
            "dilation forgotten",
            lambda n, k, stride, padding, dilation: (n + 2 * padding - k) // stride + 1,
            "k taps, dilation apart, span dilation · (k − 1) + 1 samples.",
        ),
        Mistake(
            "dilation times all k taps",
            lambda n, k, stride, padding, dilation: (n + 2 * padding - dilation * k) // stride + 1,
            "Between k taps there are k − 1 gaps: the span is dilation · (k − 1) + 1.",
        ),
        Mistake(
            "dilation counted once: k − 1 + dilation",
            lambda n, k, stride, padding, dilation: (n + 2 * padding - (k - 1 + dilation)) // stride + 1,
            "Every gap is dilation wide, not only one: the span is dilation · (k − 1) + 1.",
        ),
        Mistake(
            "stride forgotten",
            lambda n, k, stride, padding, dilation: n + 2 * padding - dilation * (k - 1),
            "Only every stride-th place is taken: divide, round down, add 1.",
        ),
        Mistake(
            "divided before the kernel is taken off",
            lambda n, k, stride, padding, dilation: (n + 2 * padding) // stride - dilation * (k - 1),
            "First what is left for the kernel to move in, then the division by the stride.",
        ),
        Mistake(
            "1 added before the division",
            lambda n, k, stride, padding, dilation: (n + 2 * padding - dilation * (k - 1)) // stride,
            "The place at the start counts however large the stride: add 1 after the division.",
        ),
    ),
)


causal_convolution = Check(
    "causal_convolution",
    lambda x, w: _padded(x, w, len(w) - 1, 0),
    (
        Case("[0, 3, 4, 5] and [1, 2]", (np.array([0.0, 3, 4, 5]), np.array([1.0, 2]))),
        Case("a click", (np.eye(1, 9, 3)[0], np.array([1.0, 2, 3]))),
        Case("40 samples, 5 taps", (_noise(40, 6), _noise(5, 7))),
        Case("40 samples, 4 taps", (_noise(40, 8), _noise(4, 9))),
    ),
    (
        Mistake(
            "zeros behind, not before: it looks ahead",
            lambda x, w: _padded(x, w, 0, len(w) - 1),
            "Output n may use samples up to n, so that the zeros stand before the first one.",
        ),
        Mistake(
            "zeros on both sides ('same'): it looks ahead by half a kernel",
            lambda x, w: _padded(x, w, (len(w) - 1) // 2, len(w) - 1 - (len(w) - 1) // 2),
            "All k − 1 zeros stand before.",
        ),
        Mistake(
            "k zeros: a sample late",
            lambda x, w: _padded(x, w, len(w), 0)[: len(x)],
            "k − 1 zeros are enough: the last tap meets the sample of now.",
        ),
        Mistake(
            "the kernel flipped (np.convolve)",
            lambda x, w: np.convolve(x, w)[: len(x)],
            "A FIR filter as signal processing writes it. Here the *last* tap meets the sample of now: w[::-1].",
        ),
        Mistake(
            "no zeros: the first outputs are missing",
            lambda x, w: _valid(x, w),
            "As many outputs as samples: k − 1 zeros before.",
        ),
        Mistake(
            "as many outputs as samples and zeros",
            lambda x, w: np.correlate(x, w, "full"),
            "Outputs after the last sample are no longer of now: keep len(x) of them.",
        ),
        Mistake(
            "the sound continued by its first sample, not by zeros",
            lambda x, w: _valid(np.pad(x, (len(w) - 1, 0), mode="edge"), w),
            "Zeros stand before the sound.",
        ),
        Mistake(
            "the end of the sound put before its beginning (circular)",
            lambda x, w: _valid(np.concatenate([x[len(x) - len(w) + 1 :], x]), w),
            "np.roll and the FFT go in circles: that is the latest sample seen first. Put zeros there.",
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


kernel_gradient = Check(
    "kernel_gradient",
    lambda x, g: _valid(x, g),
    (
        Case("[0, 3, 4, 5], gradients [1, 0, 0]", (np.array([0.0, 3, 4, 5]), np.array([1.0, 0, 0]))),
        Case("30 samples, 27 outputs", (_noise(30, 10), _noise(27, 11))),
        Case("one output", (_noise(4, 12), np.array([2.0]))),
    ),
    (
        Mistake(
            "taps in the wrong order",
            lambda x, g: _valid(x, g)[::-1],
            "Tap j saw x[n + j]: its gradient is Σ g[n] · x[n + j], the first tap first.",
        ),
        Mistake(
            "the gradients flipped (np.convolve)",
            lambda x, g: np.convolve(x, g, "valid"),
            "Tap j saw x[n + j] where output n was made: both run forwards.",
        ),
        Mistake(
            "the mean over the outputs",
            lambda x, g: _valid(x, g) / len(g),
            "A sum: whatever mean the loss has is in g already.",
        ),
        Mistake(
            "a step downhill, not the gradient",
            lambda x, g: -_valid(x, g),
            "The minus belongs to the step: w − rate · gradient.",
        ),
        Mistake(
            "twice the gradient",
            lambda x, g: 2 * _valid(x, g),
            "The 2 of a squared error is in g already.",
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
