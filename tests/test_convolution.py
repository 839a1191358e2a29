"""Lesson 04: conv1d against the definition, NumPy, SciPy and PyTorch; its gradients; its counts."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dspkit as dk
from dspkit import convolution

METHODS = ["loops", "strides", "fft"]
MODES = {"zeros": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}


def by_hand(x, w, bias, stride, left, right, mode, dilation, groups):
    """(batch, channels, n) by NumPy's padding and Python's loops, in double precision."""
    x = np.pad(x.astype("float64"), ((0, 0), (0, 0), (left, right)), mode=MODES[mode])
    (B, _, n), (o, c, k) = x.shape, w.shape
    n_out = (n - dilation * (k - 1) - 1) // stride + 1
    y = np.zeros((B, o, n_out))
    for b, i, t, a, j in itertools.product(range(B), range(o), range(n_out), range(c), range(k)):
        y[b, i, t] += float(w[i, a, j]) * x[b, i // (o // groups) * c + a, t * stride + j * dilation]
    return y + np.asarray(bias, "float64")[:, None]


# batch, channels in, out, kernel, n, stride, padding, dilation, groups
CASES = [
    (1, 1, 1, 1, 1, 1, "valid", 1, 1),
    (1, 1, 1, 3, 20, 1, "same", 1, 1),
    (2, 3, 4, 4, 17, 1, "same", 1, 1),  # an even kernel
    (2, 2, 3, 3, 16, 3, "same", 2, 1),
    (1, 4, 6, 2, 19, 2, "causal", 3, 2),
    (3, 4, 4, 3, 12, 1, 2, 1, 4),  # depthwise
    (1, 2, 6, 3, 13, 2, (1, 4), 2, 2),  # depthwise, three of each
    (1, 1, 1, 7, 90, 1, "valid", 1, 1),  # a band
    (2, 3, 3, 40, 200, 1, "causal", 1, 3),
    (1, 1, 2, 9, 9, 4, "valid", 1, 1),  # exactly one place
    (1, 1, 1, 33, 500, 1, (3, 0), 1, 1),
    (1, 5, 2, 3, 40, 5, 0, 4, 1),
]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("B", "c", "o", "k", "n", "stride", "padding", "dilation", "groups"), CASES)
def test_every_method_is_the_definition(arrays, rng, B, c, o, k, n, stride, padding, dilation, groups, method, dtype):
    if method == "loops" and n > 100 and arrays.name != "numpy":
        pytest.skip("the definition's loops are slow there, and were checked on smaller cases")
    x, w = rng.standard_normal((B, c, n)).astype(dtype), rng.standard_normal((o, c // groups, k)).astype(dtype)
    bias = rng.standard_normal(o).astype(dtype)
    how = {"stride": stride, "padding": padding, "dilation": dilation}
    left, right = dk.conv1d_padding(n, k, **how)
    for mode in MODES:
        if (mode == "reflect" and max(left, right) >= n) or max(left, right) > n:
            continue
        given = arrays(x), arrays(w)
        got = dk.conv1d(*given, bias=arrays(bias), **how, padding_mode=mode, groups=groups, method=method)
        got = arrays.back(got)
        assert got.dtype == dtype
        expected = by_hand(x, w, bias, stride, left, right, mode, dilation, groups)
        assert got.shape == expected.shape == (B, o, dk.conv1d_output_length(n, k, **how))
        scale = np.sqrt(c // groups * k)
        np.testing.assert_allclose(got, expected, atol=scale * (3e-6 if dtype == "float32" else 1e-14))


@settings(max_examples=150, deadline=None)
@given(
    st.integers(1, 3), st.integers(1, 4), st.integers(1, 40), st.integers(1, 300), st.integers(1, 5),
    st.integers(1, 4), st.sampled_from(["valid", "same", "causal", 2, (0, 3)]), st.integers(0, 2**31),
)  # fmt: skip
def test_strides_and_fft_agree_whatever_is_asked(c, o, k, n, stride, dilation, padding, seed):
    rng = np.random.default_rng(seed)
    x, w = rng.standard_normal((c, n)), rng.standard_normal((o, c, k))
    how = {"stride": stride, "padding": padding, "dilation": dilation}
    left, right = dk.conv1d_padding(n, k, **how)
    if n + left + right < dilation * (k - 1) + 1:
        with pytest.raises(dk.ParameterError, match="no output"):
            dk.conv1d(x, w, **how)
        return
    one, other = (dk.conv1d(x, w, **how, method=method) for method in ("strides", "fft"))
    np.testing.assert_allclose(one, other, atol=1e-12)
    np.testing.assert_allclose(dk.conv1d(x, w, **how), one, atol=1e-12)


@pytest.mark.parametrize("stride", [1, 2, 5, 40])
@pytest.mark.parametrize("k", [1, 2, 31, 32, 33, 64, 100])
@pytest.mark.parametrize("n", [65, 127, 128, 129, 1000, 20_000])
def test_the_banded_product_has_no_seams(rng, k, n, stride):
    if n - k + 1 <= 64:
        pytest.skip("too short for it")
    x, w = rng.standard_normal(n), rng.standard_normal(k)
    got = dk.conv1d(x, w, stride=stride, method="strides")
    np.testing.assert_allclose(got, np.correlate(x, w, "valid")[::stride], atol=1e-12)


@pytest.mark.parametrize(("k", "n"), [(1, 5), (300, 300), (300, 5000), (1000, 100_000), (5000, 6000)])
def test_the_fft_has_no_seams(rng, k, n):
    x, w = rng.standard_normal(n), rng.standard_normal(k)
    expected = np.correlate(x, w, "valid")
    np.testing.assert_allclose(dk.conv1d(x, w, method="fft"), expected, atol=1e-13 * k + 1e-12)
    single = dk.conv1d(x.astype("float32"), w.astype("float32"), method="fft")
    assert single.dtype == np.float32
    assert np.max(np.abs(single - expected)) < 2e-6 * np.max(np.abs(expected))


@pytest.mark.parametrize(("B", "c", "o", "k", "n", "stride", "padding", "dilation", "groups"), CASES)
@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel")
@pytest.mark.parametrize("mode", MODES)
def test_pytorch_agrees(rng, B, c, o, k, n, stride, padding, dilation, groups, mode):
    torch = pytest.importorskip("torch")
    if padding == "same" and stride > 1:
        pytest.skip("PyTorch has no such padding")
    left, right = dk.conv1d_padding(n, k, stride=stride, padding=padding, dilation=dilation)
    if (mode == "reflect" and max(left, right) >= n) or max(left, right) > n:
        pytest.skip("more padding than there are samples")
    x, w, b = (rng.standard_normal(shape) for shape in ((B, c, n), (o, c // groups, k), (o,)))
    how = {"stride": stride, "dilation": dilation, "groups": groups}
    X, W, b_ = (torch.tensor(v, requires_grad=True) for v in (x, w, b))
    padded = torch.nn.functional.pad(X, (left, right), mode="constant" if mode == "zeros" else mode)
    Y = torch.nn.functional.conv1d(padded, W, b_, **how)
    np.testing.assert_allclose(
        dk.conv1d(x, w, bias=b, padding=padding, padding_mode=mode, **how), Y.detach(), atol=1e-12
    )
    if mode == "zeros" and isinstance(padding, str | int) and padding != "causal":
        theirs = torch.nn.functional.conv1d(X, W, b_, padding=padding, **how)
        assert np.allclose(theirs.detach(), Y.detach(), atol=1e-12)
    g = rng.standard_normal(tuple(Y.shape))
    Y.backward(torch.tensor(g))
    grads = dk.conv1d_gradients(x, w, g, padding=padding, padding_mode=mode, **how)
    for mine, theirs in zip(grads, (X.grad, W.grad, b_.grad), strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-11)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("B", "c", "o", "k", "n", "stride", "padding", "dilation", "groups"), CASES)
def test_gradients_are_the_slopes(arrays, rng, B, c, o, k, n, stride, padding, dilation, groups, dtype):
    """Against differences of the loss Σ g·y: it is linear in x and in the kernel, so that any step is exact."""
    left, right = dk.conv1d_padding(n, k, stride=stride, padding=padding, dilation=dilation)
    x, w = rng.standard_normal((B, c, n)), rng.standard_normal((o, c // groups, k))
    for mode in MODES:
        if (mode == "reflect" and max(left, right) >= n) or max(left, right) > n:
            continue
        how = {"stride": stride, "padding": padding, "padding_mode": mode, "dilation": dilation, "groups": groups}
        g = rng.standard_normal(dk.conv1d(x, w, **how).shape)

        def loss(x, w, how=how, g=g):
            return np.sum(g * dk.conv1d(x, w, **how, method="strides"))

        got = dk.conv1d_gradients(*(arrays(v.astype(dtype)) for v in (x, w, g)), **how)
        got = [arrays.back(v) for v in got]
        assert [v.shape for v in got] == [x.shape, w.shape, (o,)]
        assert all(v.dtype == dtype for v in got)
        tolerance = 2e-4 if dtype == "float32" else 1e-9
        for _ in range(3):
            dx, dw = rng.standard_normal(x.shape), rng.standard_normal(w.shape)
            assert np.sum(got[0] * dx) == pytest.approx(loss(dx, w), abs=tolerance)
            assert np.sum(got[1] * dw) == pytest.approx(loss(x, dw), abs=tolerance)
        np.testing.assert_allclose(got[2], g.sum(axis=(0, 2)), atol=tolerance)


def test_signal_processing_turns_the_kernel_over(rng):
    x, h = rng.standard_normal(50), rng.standard_normal(6)
    np.testing.assert_allclose(dk.conv1d(x, h[::-1], padding=5), np.convolve(x, h), atol=1e-13)
    np.testing.assert_allclose(dk.conv1d(x, h[::-1], padding="causal"), np.convolve(x, h)[:50], atol=1e-13)
    np.testing.assert_allclose(dk.conv1d(x, h), np.correlate(x, h, "valid"), atol=1e-13)


@pytest.mark.parametrize("method", METHODS)
def test_causal_does_not_look_ahead(rng, method):
    x, w = rng.standard_normal((2, 300)), rng.standard_normal((3, 2, 5))
    how = {"padding": "causal", "dilation": 7, "method": method}
    before = dk.conv1d(x, w, **how)
    x[:, 200:] = rng.standard_normal((2, 100))
    after = dk.conv1d(x, w, **how)
    np.testing.assert_allclose(after[:, :200], before[:, :200], atol=1e-12)
    assert np.max(np.abs(after[:, 200] - before[:, 200])) > 0.1


@pytest.mark.parametrize("shape", [(30, 4), (2, 30, 4)])
def test_keras_order_of_axes(rng, shape):
    """x (…, n, channels), kernel (k, channels, out): the same numbers, transposed."""
    x, w, b = rng.standard_normal(shape), rng.standard_normal((3, 2, 6)), rng.standard_normal(6)
    how = {"stride": 2, "padding": "same", "groups": 2}
    y = dk.conv1d(x, w, bias=b, data_format="NWC", **how)
    turned, kernel = np.swapaxes(x, -1, -2), np.transpose(w, (2, 1, 0))
    expected = dk.conv1d(turned, kernel, bias=b, **how)
    np.testing.assert_allclose(y, np.swapaxes(expected, -1, -2), atol=1e-13)
    g = rng.standard_normal(y.shape)
    mine = dk.conv1d_gradients(x, w, g, data_format="NWC", **how)
    other = dk.conv1d_gradients(turned, kernel, np.swapaxes(g, -1, -2), **how)
    np.testing.assert_allclose(mine.x, np.swapaxes(other.x, -1, -2), atol=1e-12)
    np.testing.assert_allclose(mine.kernel, np.transpose(other.kernel, (2, 1, 0)), atol=1e-12)
    np.testing.assert_allclose(mine.bias, other.bias, atol=1e-12)


def test_plain_sounds_and_lists(arrays):
    x, w = np.array([0.0, 3, 4, 5]), np.array([1.0, 2])
    assert arrays.back(dk.conv1d(arrays(x), arrays(w))).tolist() == [6, 11, 14]
    grads = dk.conv1d_gradients(arrays(x), arrays(w), arrays(np.array([1.0, 0, 1])))
    assert [arrays.back(v).tolist() for v in grads] == [[1, 2, 1, 2], [4, 8], 2]
    assert dk.conv1d([0, 3, 4, 5], [1, 2], bias=1).tolist() == [7, 12, 15]
    assert dk.conv1d(x.astype("float32"), w).dtype == np.float32


def test_a_kernel_from_elsewhere_is_refused(arrays):
    if arrays.name == "numpy":
        pytest.skip("NumPy is not elsewhere")
    with pytest.raises(TypeError, match="expected both of one kind"):
        dk.conv1d(arrays(np.ones(9)), np.ones(3))


def test_numpy_input_is_not_touched(rng):
    x, w = rng.standard_normal((2, 2, 40)), rng.standard_normal((4, 1, 5))
    kept = x.copy(), w.copy()
    for method in METHODS:
        y = dk.conv1d(x, w, groups=2, padding="same", method=method)
        y += 1
    g = dk.conv1d_gradients(x, w, y, groups=2, padding="same")
    g.x[:] = 0
    np.testing.assert_array_equal(x, kept[0])
    np.testing.assert_array_equal(w, kept[1])


def test_kinds_of_padding():
    assert dk.conv1d_padding(10, 3) == (0, 0)
    assert dk.conv1d_padding(10, 3, padding=4) == (4, 4)
    assert dk.conv1d_padding(10, 3, padding=(1, 0)) == (1, 0)
    for n, k, s, d in itertools.product((1, 7, 10, 33), (1, 2, 3, 4, 9), (1, 2, 3, 7), (1, 2, 5)):
        for padding in ("same", "causal"):
            left, right = dk.conv1d_padding(n, k, stride=s, padding=padding, dilation=d)
            got = dk.conv1d_output_length(n, k, stride=s, padding=padding, dilation=d)
            assert got == math.ceil(n / s)
            if padding == "same":
                assert 0 <= right - left <= 1  # the odd one stands on the right
            else:
                assert (left, right) == (d * (k - 1), 0)


@pytest.mark.parametrize(
    ("k", "d", "s"), [([3, 3], [1, 1], [1, 1]), ([5, 2, 3], [1, 4, 2], [2, 1, 3]), ([4], [3], [2])]
)
def test_receptive_field_is_what_one_output_sees(rng, k, d, s):
    field = dk.receptive_field(k, strides=s, dilations=d)

    def stack(x):
        for size, dilation, stride in zip(k, d, s, strict=True):
            x = dk.conv1d(x, np.ones(size), dilation=dilation, stride=stride)
        return x

    assert stack(np.zeros(field)).shape == (1,)
    with pytest.raises(dk.ParameterError):
        stack(np.zeros(field - 1))
    seen = [i for i in range(field) if stack(np.eye(field)[i])[0] != 0]
    assert (seen[0], seen[-1]) == (0, field - 1)


def test_counts_are_those_of_the_arrays():
    for c, o, k, groups in ((1, 1, 1, 1), (6, 4, 5, 2), (8, 8, 3, 8)):
        w = np.zeros((o, c // groups, k))
        cost = dk.conv1d_cost(c, o, k, groups=groups, n_out=10)
        assert cost == (w.size + o, 10 * w.size)
        assert dk.conv1d_cost(c, o, k, groups=groups, bias=False).parameters == w.size
    separable = dk.separable_conv1d_cost(6, 4, 5, n_out=7)
    assert separable == (6 * 5 + 4 * 6 + 4, 7 * (6 * 5 + 4 * 6))


def test_auto_takes_the_band_for_short_and_the_fft_for_long_kernels(monkeypatch, rng):
    taken = []
    for name in ("_by_strides", "_by_fft"):
        way = getattr(convolution, name)
        monkeypatch.setattr(convolution, name, lambda job, way=way, name=name: taken.append(name) or way(job))
    x = rng.standard_normal(50_000).astype("float32")
    for k in (2, 64, 2000):
        dk.conv1d(x, rng.standard_normal(k))
    dk.conv1d(rng.standard_normal((64, 500)), rng.standard_normal((64, 64, 3)))
    assert taken == ["_by_strides", "_by_strides", "_by_fft", "_by_strides"]


@pytest.mark.parametrize(
    ("B", "c", "o", "k", "n", "groups"),
    [(1, 1, 1, 20_000, 20_100, 1), (2, 512, 512, 31, 300, 1), (16, 256, 256, 500, 600, 256), (8, 64, 64, 31, 1000, 64)],
)
def test_no_way_takes_much_more_than_its_share(rng, B, c, o, k, n, groups):
    """What "auto" takes stays near what comes and goes: no matrix of taps by taps, no spectra of every kernel."""
    import tracemalloc

    x, w = (rng.standard_normal(shape).astype("float32") for shape in ((B, c, n), (o, c // groups, k)))
    tracemalloc.start()
    y = dk.conv1d(x, w, groups=groups)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * (x.nbytes + w.nbytes + y.nbytes) + 32e6


@pytest.mark.parametrize(("n", "k"), [(400, 3), (60_000, 3), (60_000, 700)])
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_is_not_finite_reaches_only_what_saw_it(n, k, bad):
    x = np.zeros(n)
    x[n // 2] = bad
    y = dk.conv1d(x, np.ones(k), padding="causal")
    np.testing.assert_array_equal(np.flatnonzero(~np.isfinite(y)), n // 2 + np.arange(k))


def test_single_precision_gradients_of_long_sounds_in_keras_order():
    g = dk.conv1d_gradients(
        np.ones((2_000_000, 1), "float32"),
        np.ones((1, 1, 2), "float32"),
        np.full((2_000_000, 2), 0.1, "float32"),
        data_format="NWC",
    )
    np.testing.assert_allclose(g.bias, 200_000, rtol=1e-6)


def test_whole_numbers_of_any_kind_will_do(rng):
    x = rng.standard_normal(700)
    assert dk.conv1d(x, [1, 2, 3], dilation=np.uint8(200), stride=np.int16(2)).shape == (150,)
    assert dk.receptive_field([3, 3], dilations=np.int64(2), strides=np.int64(1)) == 9


X, W = np.zeros((2, 10)), np.zeros((4, 2, 3))
BAD = {
    "long": (lambda: dk.conv1d(X, np.zeros((1, 2, 11))), ValueError, "spans 11 samples .* has 10: no output"),
    "dilated": (lambda: dk.conv1d(X, W, dilation=5), ValueError, r"spans 11 samples \(dilation 5 times 2, plus 1\)"),
    "channels": (lambda: dk.conv1d(X, np.zeros((4, 3, 3))), ValueError, "2 channels in 1 group, but .* takes 3"),
    "time first": (lambda: dk.conv1d(X.T, W), ValueError, "axes swapped.*x.T for one sound.*data_format='NWC'"),
    "kernel order": (lambda: dk.conv1d(X, np.zeros((3, 7, 4))), ValueError, "axes are .out, channels in, k"),
    "groups": (lambda: dk.conv1d(X, W, groups=3), ValueError, "groups=3 does not divide 2 channels in and 4 out"),
    "ndim": (lambda: dk.conv1d(X, np.zeros(3)), ValueError, r"x has shape \(2, 10\) and kernel \(3,\); expected"),
    "empty": (lambda: dk.conv1d(np.zeros(0), np.zeros(1)), ValueError, "none empty"),
    "padding": (lambda: dk.conv1d(X, W, padding="smae"), ValueError, "Did you mean 'same'"),
    "triple": (lambda: dk.conv1d(X, W, padding=(1, 2, 3)), ValueError, "a word, a number, or a pair"),
    "negative": (lambda: dk.conv1d(X, W, padding=(-1, 2)), ValueError, "padding=-1 is too small"),
    "mode": (lambda: dk.conv1d(X, W, padding_mode="constant"), ValueError, "padding_mode='constant' is not known"),
    "reflect": (lambda: dk.conv1d(X, W, padding=10, padding_mode="reflect"), ValueError, "at most 9 for 10 samples"),
    "circular": (lambda: dk.conv1d(X, W, padding=11, padding_mode="circular"), ValueError, "has at most 10"),
    "stride": (lambda: dk.conv1d(X, W, stride=0), ValueError, "stride=0"),
    "method": (lambda: dk.conv1d(X, W, method="ftt"), ValueError, "Did you mean 'fft'"),
    "format": (lambda: dk.conv1d(X, W, data_format="NHWC"), ValueError, "Did you mean 'N"),
    "complex": (lambda: dk.conv1d(X + 0j, W), TypeError, "x is complex"),
    "complex kernel": (lambda: dk.conv1d(X, W + 0j), TypeError, "kernel is complex"),
    "complex list": (lambda: dk.conv1d([1.0, 2.0], [1j, 2]), TypeError, "kernel is complex"),
    "bias": (lambda: dk.conv1d(X, W, bias=np.zeros(3)), ValueError, r"bias has shape \(3,\); expected \(4,\)"),
    "gradient": (
        lambda: dk.conv1d_gradients(X, W, np.zeros((4, 9))), ValueError, r"\(4, 9\); expected that of .*\(4, 8\)"
    ),
    "layers": (lambda: dk.receptive_field([3, 3], dilations=[1]), ValueError, "2 layers, but 2 strides and 1 d"),
    "cost": (lambda: dk.conv1d_cost(3, 4, 3, groups=2), ValueError, "groups=2 does not divide 3"),
}  # fmt: skip


@pytest.mark.parametrize(("call", "error", "message"), BAD.values(), ids=BAD.keys())
def test_refuses(call, error, message):
    with pytest.raises(error, match=message):
        call()
