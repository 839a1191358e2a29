"""The homework checks of lesson 04: libraries pass, mistakes are named however they are written."""

import numpy as np
import pytest
import scipy.signal

import dspkit as dk


def loop(x, w):
    return np.array([sum(w[j] * x[n + j] for j in range(len(w))) for n in range(len(x) - len(w) + 1)])


def dspkit_length(n, k, stride, padding, dilation):
    return dk.conv1d_output_length(n, k, stride=stride, padding=padding, dilation=dilation)


def dspkit_gradient(x, g):
    return dk.conv1d_gradients(x, np.zeros(len(x) - len(g) + 1), g).kernel


def lfilter_block(block, h, tail):
    """SciPy's filter with its state, which is the tail: transposed direct form II keeps exactly that."""
    return scipy.signal.lfilter(h, 1.0, block, zi=tail)


def forgetful(block, h, tail):
    return lfilter_block(block, h, 0 * tail)


RIGHT = [
    (dk.check.valid_convolution, loop),
    (dk.check.valid_convolution, dk.conv1d),
    (dk.check.valid_convolution, lambda x, w: scipy.signal.correlate(x, w, "valid")),
    (dk.check.output_length, dspkit_length),
    (dk.check.causal_convolution, lambda x, w: dk.conv1d(x, w, padding="causal")),
    (dk.check.causal_convolution, lambda x, w: scipy.signal.lfilter(w[::-1], 1.0, x)),
    (dk.check.same_padding, lambda n, k, stride: dk.conv1d_padding(n, k, stride=stride, padding="same")),
    (dk.check.kernel_gradient, dspkit_gradient),
    (dk.check.kernel_gradient, dk.conv1d),
    (dk.check.block_convolution, lfilter_block),
]

WRONG = [
    (dk.check.valid_convolution, lambda x, w: loop(x, w[::-1]), "the kernel flipped"),
    (dk.check.valid_convolution, lambda x, w: dk.conv1d(x, w, padding="same"), "as many outputs as samples"),
    (dk.check.output_length, lambda n, k, s, p, d: (n + 2 * p - d * k) // s + 1, "dilation times all k taps"),
    (dk.check.output_length, lambda n, k, s, p, d: int(np.ceil((n + 2 * p - d * (k - 1) - 1) / s)) + 1, "rounded up"),
    (dk.check.causal_convolution, lambda x, w: dk.conv1d(x, w, padding=(0, len(w) - 1)), "zeros behind"),
    (dk.check.causal_convolution, lambda x, w: scipy.signal.lfilter(w, 1.0, x), "the kernel flipped"),
    (dk.check.same_padding, lambda n, k, stride: (k // 2, k // 2), "k // 2 on both sides"),
    (dk.check.kernel_gradient, lambda x, g: loop(x, g)[::-1], "taps in the wrong order"),
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
