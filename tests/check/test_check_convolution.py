"""The homework checks of lesson 04: libraries pass, mistakes are named however they are written."""

import numpy as np
import pytest
import scipy.signal

import dspkit as dk


def overlap_add(x, h, n_fft):
    block = n_fft - len(h) + 1
    y = np.zeros(len(x) + len(h) - 1)
    for start in range(0, len(x), block):
        piece = x[start : start + block]
        out = np.fft.ifft(np.fft.fft(piece, n_fft) * np.fft.fft(h, n_fft)).real[: len(piece) + len(h) - 1]
        y[start : start + len(out)] += out
    return y


def overlap_save(x, h, n_fft):
    """The other way: blocks that overlap, of whose outputs those that wrapped are thrown away."""
    k = len(h)
    padded, step = np.pad(x, (k - 1, n_fft)), n_fft - k + 1
    outs = [
        np.fft.irfft(np.fft.rfft(padded[i : i + n_fft]) * np.fft.rfft(h, n_fft), n_fft)[k - 1 :]
        for i in range(0, len(x) + k - 1, step)
    ]
    return np.concatenate(outs)[: len(x) + k - 1]


def tail_of_one_block(x, h, n_fft):
    """Keeps a tail from block to block, but only as much of it as the next block is long."""
    block, tail, outs = n_fft - len(h) + 1, np.zeros(0), []
    for start in range(0, len(x), block):
        piece = x[start : start + block]
        out = np.convolve(np.pad(piece, (0, block - len(piece))), h)
        out[: min(len(tail), block)] += tail[:block]
        outs.append(out[:block])
        tail = np.convolve(np.pad(piece, (0, block - len(piece))), h)[block:]
    return np.concatenate([*outs, tail])[: len(x) + len(h) - 1]


def without_tails(x, h, n_fft):
    block = n_fft - len(h) + 1
    return np.concatenate([scipy.signal.lfilter(h, 1.0, x[i : i + block]) for i in range(0, len(x), block)])


def assigned(x, h, n_fft):
    block, y = n_fft - len(h) + 1, np.zeros(len(x) + n_fft)
    for start in range(0, len(x), block):
        out = np.convolve(x[start : start + block], h)
        y[start : start + n_fft] = np.pad(out, (0, n_fft - len(out)))
    return y[: len(x) + len(h) - 1]


def by_scipy_of(x, h, n):
    return scipy.signal.oaconvolve(x[: len(x) // n * n], h) if len(x) >= n else np.zeros(len(h) - 1)


def by_spectra(x, h, n_fft, block, H=None):
    y, H = np.zeros(len(x) + 2 * n_fft), np.fft.fft(h, n_fft) if H is None else H
    for start in range(0, len(x), block):
        y[start : start + n_fft] += np.fft.ifft(np.fft.fft(x[start : start + block], n_fft) * H).real
    return y[: len(x) + len(h) - 1]


def first_outputs(x, h, n_fft):
    block, y = n_fft - len(h) + 1, np.zeros(len(x) + len(h) - 1)
    for start in range(0, len(x), block):
        here = y[start : start + block]
        here[:] = np.pad(np.convolve(x[start : start + block], h), (0, block))[: len(here)]
    return y


def lfilter_block(block, h, tail):
    """SciPy's filter with its state, which is the tail: transposed direct form II keeps exactly that."""
    return scipy.signal.lfilter(h, 1.0, block, zi=tail)


def forgetful(block, h, tail):
    return lfilter_block(block, h, 0 * tail)


RIGHT = [
    (dk.check.by_hand, lambda: np.convolve([1, 0, 2], [1, 2, 3])),
    (dk.check.by_hand, lambda: [1, 2, 5, 4, 6]),
    (
        dk.check.output_counts,
        lambda: tuple(dk.conv1d_output_length(16_000, 400, stride=160, padding=p) for p in ("valid", "same")),
    ),
    (dk.check.fast_convolution, overlap_add),
    (dk.check.fast_convolution, overlap_save),
    (dk.check.same_padding, lambda n, k, stride: dk.conv1d_padding(n, k, stride=stride, padding="same")),
    (dk.check.block_convolution, lfilter_block),
]

WRONG = [
    (dk.check.by_hand, lambda: np.correlate([1, 0, 2], [1, 2, 3], "full"), "a correlation"),
    (dk.check.by_hand, lambda: scipy.signal.lfilter([1.0, 2, 3], 1.0, [1.0, 0, 2]), "without its tail"),
    (dk.check.by_hand, lambda: np.fft.irfft(np.fft.rfft([1, 0, 2]) * np.fft.rfft([1, 2, 3]), 3), "on a loop of three"),
    (dk.check.by_hand, lambda: np.array([1, 0, 2]) * [1, 2, 3], "place by place"),
    (dk.check.by_hand, lambda: np.kron([1, 0, 2], [1, 2, 3]), "one copy after the other"),
    (dk.check.by_hand, lambda: np.outer([1, 0, 2], [1, 2, 3]).sum(axis=0), "all begin at place 0"),
    (dk.check.output_counts, lambda: (15_600 // 160, 16_000 // 160), "no + 1"),
    (dk.check.output_counts, lambda: (len(range(0, 15_601, 160)) + 1, 100), "rounded up"),
    (dk.check.output_counts, lambda: (16_000 - 400 + 1, 16_000), "the stride forgotten"),
    (dk.check.output_counts, lambda: (98, 16_000), "as many outputs as samples"),
    (dk.check.output_counts, lambda: (98, 98), "the same count"),
    (dk.check.output_counts, lambda: (16_000 // 160, 16_000 // 160), "N / s"),
    (dk.check.fast_convolution, lambda x, h, n: by_spectra(x, h, n, n), "as long as the FFT"),
    (dk.check.fast_convolution, lambda x, h, n: by_spectra(x, h, n, n - len(h) + 2), "one sample too long"),
    (dk.check.fast_convolution, without_tails, "tail of each block dropped"),
    (dk.check.fast_convolution, first_outputs, "dropped, and zeros"),
    (dk.check.fast_convolution, assigned, "tails overwritten"),
    (dk.check.fast_convolution, tail_of_one_block, "into the next block only"),
    (
        dk.check.fast_convolution,
        lambda x, h, n: np.append(y := by_scipy_of(x, h, n - len(h) + 1), np.zeros(len(x) + len(h) - 1 - len(y))),
        "because it is not full",
    ),
    (dk.check.fast_convolution, lambda x, h, n: by_scipy_of(x, h, n - len(h) + 1), "its outputs cut off"),
    (
        dk.check.fast_convolution,
        lambda x, h, n: np.convolve(np.where(np.arange(len(x)) % n <= n - len(h), x, 0.0), h),
        "those between are lost",
    ),
    (dk.check.fast_convolution, lambda x, h, n: scipy.signal.correlate(x, h), "the kernel flipped"),
    (
        dk.check.fast_convolution,
        lambda x, h, n: by_spectra(x, h, n, n - len(h) + 1, np.conj(np.fft.fft(h, n))),
        "conj(H)",
    ),
    (
        dk.check.fast_convolution,
        lambda x, h, n: np.convolve(np.pad(x, (0, -len(x) % (n - len(h) + 1))), h),
        "zeros left at the end",
    ),
    (dk.check.fast_convolution, lambda x, h, n: scipy.signal.lfilter(h, 1.0, x), "cut to the length"),
    (dk.check.fast_convolution, lambda x, h, n: np.convolve(np.append(x, 0.0), h), "one output too many"),
    (dk.check.same_padding, lambda n, k, stride: (k // 2, k // 2), "k // 2 on both sides"),
    (dk.check.block_convolution, forgetful, "the old tail forgotten"),
    (dk.check.block_convolution, lambda b, h, t: (lfilter_block(b, h, t)[0], forgetful(b, h, t)[1]), "own copies only"),
]


@pytest.mark.parametrize(("check", "function"), RIGHT)
def test_right_answers_pass(check, function):
    verdict = check(function)
    assert verdict, verdict


@pytest.mark.parametrize(("check", "function", "name"), WRONG)
def test_mistakes_are_named_however_they_are_written(check, function, name):
    verdict = check(function)
    assert verdict.status == "recognised", verdict
    assert name in verdict.mistake


@pytest.mark.parametrize(
    ("function", "came"),
    [
        (lambda x, h, n_fft: np.convolve(x, h), "no spectrum"),
        (lambda x, h, n_fft: scipy.signal.oaconvolve(x, h), "no spectrum"),
        (lambda x, h, n_fft: np.fft.irfft(np.fft.rfft(x, 64) * np.fft.rfft(h, 64))[: len(x) + len(h) - 1], "64 points"),
    ],
)
def test_a_fast_convolution_without_blocks_does_not_pass(function, came):
    """Right values in one line: the exercise is the blocks."""
    rfft = np.fft.rfft
    verdict = dk.check.fast_convolution(function)
    assert verdict.status == "failed"
    assert "the values are right" in verdict.text
    assert came in verdict.text
    assert np.fft.rfft is rfft
