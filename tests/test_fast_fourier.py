"""Lesson 06: the fast Fourier transform, for any length."""

import math

import numpy as np
import pytest

import dspkit as dk
from dspkit import fast_fourier


def relative_error(got, expected):
    return np.max(np.abs(got - expected)) / np.max(np.abs(expected))


def signal(rng, shape, dtype):
    x = rng.standard_normal(shape)
    if "complex" in dtype:
        x = x + 1j * rng.standard_normal(shape)
    return x.astype(dtype)


# For sizes up to 2^20, the limits that the issue of precision comes down to: eps·log2(n), with room for 4.
LIMIT = {"float32": 2e-6, "complex64": 2e-6, "float64": 5e-15, "complex128": 5e-15}
RESULT = {"float32": "complex64", "complex64": "complex64", "float64": "complex128", "complex128": "complex128"}

# One sample, two, radix 2, odd, prime below and above Bluestein's limit, prime squared, mixed, a prime factor of 67.
LENGTHS = [1, 2, 3, 4, 5, 8, 15, 16, 31, 32, 49, 60, 61, 64, 67, 97, 101, 128, 134, 360, 1000, 1009, 1024]


@pytest.mark.parametrize("dtype", LIMIT)
@pytest.mark.parametrize("n", LENGTHS)
def test_the_four_equal_numpy_at_any_length(arrays, rng, n, dtype):
    x = signal(rng, (2, n), dtype)
    wide = x.astype(complex)
    bins = signal(rng, (2, n // 2 + 1), RESULT[dtype])
    cases = [(dk.fft, np.fft.fft, x, {}), (dk.ifft, np.fft.ifft, x, {})]
    cases += [(dk.irfft, np.fft.irfft, bins, {"n": n})]
    if "complex" not in dtype:
        cases += [(dk.rfft, lambda a: np.fft.rfft(a.real), x, {})]
    for ours, numpys, a, options in cases:
        got = arrays.back(ours(arrays(a), **options))
        assert got.dtype == (RESULT[dtype] if ours is not dk.irfft else np.real(bins).dtype)
        assert relative_error(got, numpys(a.astype(wide.dtype), **options)) < LIMIT[dtype], ours.__name__


@pytest.mark.parametrize("dtype", ["complex64", "complex128"])
def test_every_length_from_1_to_1000_equals_numpy(rng, dtype):
    for n in range(1, 1001):
        x = signal(rng, n, dtype)
        assert relative_error(dk.fft(x), np.fft.fft(x.astype(complex))) < LIMIT[dtype], n
        assert relative_error(dk.rfft(x.real), np.fft.rfft(x.real.astype(float))) < LIMIT[dtype], n
        half = x[: n // 2 + 1]
        assert relative_error(dk.irfft(half, n=n), np.fft.irfft(half.astype(complex), n=n)) < LIMIT[dtype], n


@pytest.mark.parametrize("dtype", ["float32", "float64", "complex64", "complex128"])
@pytest.mark.parametrize("n", [1 << 20, 3**11, 2 * 3 * 5 * 7 * 11 * 13, 100003, (1 << 19) - 1])
def test_long_transforms_equal_numpy(rng, n, dtype):
    x = signal(rng, n, dtype)
    expected = np.fft.fft(x.astype(complex))
    assert relative_error(dk.fft(x), expected) < LIMIT[dtype]
    if "complex" not in dtype:
        X = dk.rfft(x)
        assert relative_error(X, expected[: n // 2 + 1]) < LIMIT[dtype]
        assert relative_error(dk.irfft(X, n=n), x) < LIMIT[dtype]


@pytest.mark.parametrize("n", [1, 2, 3, 12, 64, 71, 100])
def test_fast_equals_the_definition(arrays, rng, n):
    x = arrays(signal(rng, (3, n), "complex128"))
    for fast, plain in ((dk.fft, dk.dft), (dk.ifft, dk.idft)):
        for norm in ("backward", "ortho", "forward"):
            assert relative_error(arrays.back(fast(x, norm=norm)), arrays.back(plain(x, norm=norm))) < 1e-14


@pytest.mark.parametrize("form", [dk.fft_recursive, dk.fft_in_place, dk.fft_bluestein])
@pytest.mark.parametrize("dtype", ["complex64", "complex128"])
@pytest.mark.parametrize("shape", [(1,), (2,), (4,), (256,), (3, 2, 16)])
def test_every_textbook_form_equals_fft(arrays, rng, form, dtype, shape):
    x = signal(rng, shape, dtype)
    expected = np.fft.fft(x.astype(complex))
    got = arrays.back(form(arrays(x)))
    assert got.dtype == dtype
    assert relative_error(got, expected) < LIMIT[dtype]


@pytest.mark.parametrize("n", [1, 2, 3, 7, 10, 100, 257, 1000])
def test_bluestein_takes_any_length(arrays, rng, n):
    x = rng.standard_normal(n)
    assert relative_error(arrays.back(dk.fft_bluestein(arrays(x))), np.fft.fft(x)) < 5e-15


def test_recursive_keeps_float32_and_takes_lists(arrays):
    assert arrays.back(dk.fft_recursive(arrays(np.ones(8, dtype="float32")))).dtype == "complex64"
    np.testing.assert_array_equal(dk.fft_recursive([1, 0, 0, 0]), np.ones(4))


def test_in_place_uses_the_memory_of_its_input(arrays, rng):
    x = signal(rng, (2, 8), "complex128")
    there = arrays(x.copy())
    assert dk.fft_in_place(there) is there
    every_other = np.repeat(x, 2, axis=-1)[:, ::2]  # a view with gaps: what lies between stays as it was
    dk.fft_in_place(every_other)
    assert relative_error(every_other, np.fft.fft(x)) < 1e-15
    np.testing.assert_array_equal(every_other.base[:, 1::2], x)


def test_bit_reversal_reverses_binary_digits():
    for n in (1, 2, 16, 256):
        width = n.bit_length() - 1
        expected = [int(format(i, f"0{width}b")[::-1], 2) if width else 0 for i in range(n)]
        np.testing.assert_array_equal(dk.bit_reversal(n), expected)


@pytest.mark.parametrize("norm", ["backward", "ortho", "forward"])
@pytest.mark.parametrize("n", [None, 5, 8, 12, 67])
@pytest.mark.parametrize("axis", [0, 1, -1, -2])
def test_n_axis_and_norm_as_in_numpy(arrays, rng, n, axis, norm):
    x, z = rng.standard_normal((8, 9)), signal(rng, (8, 9), "complex128")
    for name, a in (("fft", z), ("ifft", z), ("rfft", x), ("irfft", z), ("fft", x)):
        got = arrays.back(getattr(dk, name)(arrays(a), n, axis, norm))
        assert relative_error(got, getattr(np.fft, name)(a, n, axis, norm)) < 5e-15, name


def test_non_contiguous_integer_and_single_bin_input(rng):
    x = rng.standard_normal((40, 3))[::2].T
    assert relative_error(dk.fft(x), np.fft.fft(x)) < 1e-15
    assert relative_error(dk.rfft(x), np.fft.rfft(x)) < 1e-15
    assert relative_error(dk.rfft(np.arange(10, dtype="int16")), np.fft.rfft(np.arange(10))) < 1e-15
    assert dk.irfft(np.array([3.0 + 1j]), n=1) == pytest.approx([3.0])
    np.testing.assert_allclose(dk.irfft(np.array([3.0 + 1j]), n=4), np.full(4, 0.75))
    assert dk.fft(np.zeros((0, 4))).shape == (0, 4)


def test_the_input_is_left_as_it_was(rng):
    for n in (1, 8, 12, 64, 67, 1024, 4096):
        x = signal(rng, n, "complex128")
        before = x.copy()
        for function in (dk.fft, dk.ifft, dk.fft_recursive if n & (n - 1) == 0 else dk.fft, dk.irfft):
            if n > 1:
                result = function(x)
                result *= 0
        np.testing.assert_array_equal(x, before)


def test_bins_of_a_real_transform_that_have_no_imaginary_part(rng):
    x = rng.standard_normal(48)
    X = dk.rfft(x)
    assert X[0].imag == 0
    assert X[-1].imag == 0
    X[0] += 5j  # as numpy: what a real signal cannot have there is left out
    X[-1] -= 7j
    np.testing.assert_allclose(dk.irfft(X), x, atol=1e-14)


def test_roots_of_unity_are_exact_where_they_can_be_and_for_large_k():
    np.testing.assert_array_equal(dk.roots_of_unity(np.arange(8) * 3, 12), np.array([1, -1j, -1, 1j] * 2))
    n, k = 1 << 20, (1 << 40) + 3
    expected = complex(math.cos(2 * math.pi * 3 / n), -math.sin(2 * math.pi * 3 / n))
    assert abs(dk.roots_of_unity(k, n) - expected) < 2e-16
    big = (1 << 62) + 1  # 4·k would not fit into 64 bits
    assert dk.roots_of_unity(big, 1000) == dk.roots_of_unity(big % 1000, 1000)


@pytest.mark.parametrize("n", [1, 2, 4, 8, 1024, 1 << 20])
def test_operations_of_radix_2_are_the_textbooks(n):
    # Oppenheim and Schafer, section 9.2: (N/2)·log2 N complex multiplications, N·log2 N additions.
    count = dk.operation_count(n)
    assert (count.multiplications, count.additions) == (n // 2 * (n.bit_length() - 1), n * (n.bit_length() - 1))
    assert count.flops == 5 * n * (n.bit_length() - 1)


def test_operations_of_other_lengths():
    # A prime alone is split no further: p·(p − 1), the definition less the products with 1.
    assert dk.operation_count(31) == dk.Operations("mixed radix", 31 * 30, 31 * 30)
    assert dk.operation_count(15) == dk.Operations("mixed radix", 15 * (2 + 4), 15 * (2 + 4))
    # 127: the convenient length is 256 ≥ 253; two transforms of 256 and 2·127 + 256 products.
    assert dk.operation_count(127) == dk.Operations("Bluestein", 2 * 128 * 8 + 510, 2 * 256 * 8)
    assert dk.dft_operations(31) == dk.Operations("definition", 31 * 31, 31 * 30)
    assert all(dk.operation_count(n).flops < dk.dft_operations(n).flops for n in range(2, 61))
    assert all(dk.operation_count(n).flops < dk.dft_operations(n).flops for n in range(62, 2000))


@pytest.mark.parametrize("n", [1, 2, 36, 97, 1001, 2**20, 1048573])
def test_prime_factors_multiply_to_n(n):
    factors = dk.prime_factors(n)
    assert math.prod(factors) == n
    assert factors == sorted(factors)
    assert all(p % d for p in factors for d in range(2, math.isqrt(p) + 1))


def test_radices_are_few_and_lengths_for_bluestein_convenient():
    for n in range(1, 3000):
        if max(dk.prime_factors(n), default=1) <= fast_fourier.LARGEST_RADIX_PRIME:
            assert math.prod(fast_fourier._radices(n)) == n
        m = fast_fourier._convenient_length(n)
        assert n <= m <= 1.25 * n + 1
        assert max(dk.prime_factors(m), default=1) <= 5


def test_the_tables_that_are_remembered_stay_few():
    for n in range(1, 200):
        dk.fft(np.ones(n))
    for n in (1 << 15, 1 << 16, 1 << 17):
        dk.fft(np.ones(n))
    for cache, limit in ((fast_fourier._short_plan, 32), (fast_fourier._long_plan, 2), (fast_fourier._half_turns, 32)):
        assert cache.cache_info().currsize <= limit


BAD = {
    "empty": (lambda: dk.fft(np.zeros(0)), ValueError, "empty along axis -1"),
    "empty batch axis": (lambda: dk.rfft(np.zeros((3, 0))), ValueError, r"\(3, 0\)"),
    "no bins": (lambda: dk.irfft(np.zeros(0), n=4), ValueError, "X of shape .* empty"),
    "a number": (lambda: dk.fft(3.0), ValueError, "x is a single number"),
    "a bin": (lambda: dk.irfft(3.0), ValueError, "X is a single number"),
    "n = 0": (lambda: dk.fft(np.ones(4), n=0), ValueError, "n=0 is too small"),
    "n negative": (lambda: dk.irfft(np.ones(4), n=-2), ValueError, "n=-2 is too small"),
    "n = 2.5": (lambda: dk.ifft(np.ones(4), n=2.5), TypeError, "whole number"),
    "one bin, n unknown": (lambda: dk.irfft(np.ones(1)), ValueError, "say which, with n="),
    "no such axis": (lambda: dk.fft(np.ones(4), axis=1), ValueError, "axis=1 is outside"),
    "no such axis of bins": (lambda: dk.irfft(np.ones(4), axis=1), ValueError, "axis=1 is outside"),
    "unknown norm": (lambda: dk.fft(np.ones(4), norm="backwards"), ValueError, "Did you mean 'backward'"),
    "complex rfft": (lambda: dk.rfft(np.ones(4) + 0j), TypeError, r"Use fft\(x\)"),
    "text": (lambda: dk.fft(np.array(["a"])), TypeError, "expected numbers"),
    "float16": (lambda: dk.fft(np.ones(4, dtype="float16")), TypeError, "float16"),
    "recursive, 12": (lambda: dk.fft_recursive(np.ones(12)), ValueError, r"n=12 is not a power of two \(12 = 2·2·3\)"),
    "recursive, 7": (lambda: dk.fft_recursive(np.ones(7)), ValueError, r"7 is prime.*zero-padding to 8"),
    "recursive, empty": (lambda: dk.fft_recursive(np.ones(0)), ValueError, "transform of nothing"),
    "recursive, a number": (lambda: dk.fft_recursive(1.0), ValueError, "single number"),
    "in place, 6": (lambda: dk.fft_in_place(np.ones(6) + 0j), ValueError, "zero-padding to 8"),
    "in place, real": (lambda: dk.fft_in_place(np.ones(4)), TypeError, "not a complex array"),
    "in place, list": (lambda: dk.fft_in_place([1j, 2j]), TypeError, "not a complex array"),
    "bit reversal of 6": (lambda: dk.bit_reversal(6), ValueError, "not a power of two"),
    "bit reversal of 0": (lambda: dk.bit_reversal(0), ValueError, "n=0 is too small"),
    "roots at 0.5": (lambda: dk.roots_of_unity(0.5, 4), TypeError, "whole numbers"),
    "factors of 0": (lambda: dk.prime_factors(0), ValueError, "n=0 is too small"),
    "operations of 0": (lambda: dk.operation_count(0), ValueError, "n=0 is too small"),
    "Bluestein of nothing": (lambda: dk.fft_bluestein([]), ValueError, "empty"),
}


@pytest.mark.parametrize(("call", "error", "message"), BAD.values(), ids=BAD.keys())
def test_bad_input_is_refused_in_words(call, error, message):
    with pytest.raises(error, match=message):
        call()


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"])
@pytest.mark.parametrize("n", [3, 8, 100, 256, 1000, 2**31 + 1])
def test_roots_of_unity_of_integers_of_any_size(dtype, n):
    info = np.iinfo(dtype)
    k = np.array([0, 1, 3, 97, info.max - 1, info.max, info.min], dtype=dtype)
    expected = dk.roots_of_unity([int(i) % n for i in k], n)
    turns = np.array([int(i) % n / n for i in k])
    np.testing.assert_array_equal(dk.roots_of_unity(k, n), expected)
    np.testing.assert_allclose(expected, np.exp(-2j * np.pi * turns), atol=1e-14)


def test_more_steps_than_can_be_counted_are_refused():
    with pytest.raises(ValueError, match=r"less than 2\^61"):
        dk.roots_of_unity(1, 2**61)
