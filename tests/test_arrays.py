"""The one place that knows about array namespaces."""

import numpy as np
import pytest

from dspkit import _arrays


@pytest.mark.parametrize(
    ("dtype", "complex_name", "real_name"),
    [
        ("float32", "complex64", "float32"),
        ("float64", "complex128", "float64"),
        ("complex64", "complex64", "float32"),
        ("complex128", "complex128", "float64"),
    ],
)
def test_precision_is_kept(arrays, dtype, complex_name, real_name):
    x = arrays(np.ones((2, 3), dtype=dtype))
    assert _arrays.dtype_name(x) == dtype
    assert _arrays.complex_dtype(x) == getattr(arrays.xp, complex_name)
    assert _arrays.real_dtype(x) == getattr(arrays.xp, real_name)
    assert _arrays.is_complex(x) == (dtype == complex_name)
    assert arrays.back(_arrays.zeros(x, (4,))).dtype == dtype
    assert arrays.back(_arrays.like(np.ones(3), x, dtype=x.dtype)).dtype == dtype
    numbers, xp = _arrays.as_numbers(x)
    assert numbers is x
    assert xp is _arrays.namespace(x)


def test_only_numpy_takes_the_fast_path(arrays):
    assert _arrays.is_numpy(arrays(np.ones(2))) == (arrays.name == "numpy")
    assert _arrays.is_on_cpu(arrays(np.ones(2))) == (arrays.name == "numpy")


def test_arange_is_on_the_device(arrays):
    assert arrays.back(_arrays.arange(arrays(np.ones(2)), 5, start=2)).tolist() == [2, 3, 4]


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int16", "int64", "bool"])
def test_integers_are_numbers_but_no_samples(arrays, dtype):
    x = arrays(np.ones(3, dtype=dtype))
    assert arrays.back(_arrays.as_numbers(x)[0]).dtype == "float64"
    with pytest.raises(TypeError, match=dtype):
        _arrays.as_samples(x)


def test_lists_become_float64():
    assert _arrays.as_samples([0.5, 1.0])[0].dtype == "float64"
    assert _arrays.as_numbers([1, 2])[0].dtype == "float64"


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("dtype", ["float32", "complex128"])
def test_what_is_not_finite_is_counted(bad, dtype):
    x = np.ones((3, 100), dtype=dtype)
    _arrays.check_finite(x)
    x[1, 5] = x[2, 7] = bad
    with pytest.raises(ValueError, match="x holds 2 values that are NaN or infinite"):
        _arrays.check_finite(x, name="x")
    x[2, 7] = -x[2, 7]  # infinities that would cancel in a sum
    with pytest.raises(ValueError, match="2 values"):
        _arrays.check_finite(x)


def test_a_sum_that_overflows_is_finite_still():
    _arrays.check_finite(np.full(100, 3e38, dtype="float32"))


@pytest.mark.parametrize("n", [8, 9])
@pytest.mark.parametrize("axis", [-1, 0])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_rfft_and_its_inverse(arrays, rng, dtype, axis, n):
    x = rng.standard_normal((n, n)).astype(dtype)
    X = _arrays.rfft(arrays(x), axis=axis)
    limit = 1e-6 if dtype == "float32" else 1e-14
    got = arrays.back(X)
    assert got.dtype == ("complex64" if dtype == "float32" else "complex128")
    np.testing.assert_allclose(got, np.fft.rfft(x, axis=axis), atol=10 * limit)
    back = arrays.back(_arrays.irfft(X, n=n, axis=axis))
    assert back.dtype == dtype
    np.testing.assert_allclose(back, x, atol=limit)
