"""Quantisation and sampling, held to their laws."""

import numpy as np
import pytest

import dspkit as dk
from dspkit import sampling


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("bits", [1, 2, 8, 16, 24])
@pytest.mark.parametrize("kind", ["mid-tread", "mid-rise"])
def test_levels(arrays, rng, kind, bits, dtype):
    y = rng.uniform(-1.2, 1.2, (2, 500)).astype(dtype)
    got = arrays.back(dk.quantize(arrays(y), bits, kind=kind))
    assert got.dtype == dtype
    step = 2.0 ** (1 - bits)
    codes = got / step - (0.5 if kind == "mid-rise" else 0.0)
    assert np.array_equal(codes, np.round(codes))
    assert codes.min() >= -(2 ** (bits - 1))
    assert codes.max() <= 2 ** (bits - 1) - 1
    if bits < 16:
        assert len(np.unique(codes)) == 2**bits or bits == 8
    inside = np.abs(y) < 1 - step
    assert np.max(np.abs(got - y)[inside], initial=0) <= step / 2 * (1 + 1e-6)


def test_sixteen_bits_are_what_a_file_has(rng):
    y = rng.uniform(-0.99, 0.99, 1000)
    assert np.array_equal(np.round(y * 32768).astype(np.int16) / 32768, dk.quantize(y, 16))


@pytest.mark.parametrize("bits", [4, 6, 8, 10, 12, 16])
def test_a_sine_has_the_textbooks_snr(bits):
    """6.02·N + 1.76 dB, within what an error that is not quite noise takes."""
    y = (1 - 2.0 ** (1 - bits)) * np.sin(2 * np.pi * 0.123456789 * np.arange(200_000))
    assert dk.snr(y, dk.quantize(y, bits)) == pytest.approx(dk.theoretical_snr(bits), abs=0.9 if bits <= 6 else 0.3)
    assert dk.theoretical_snr(bits) == pytest.approx(6.0206 * bits + 1.7609, abs=1e-3)
    assert dk.theoretical_snr(bits, headroom_db=20) == dk.theoretical_snr(bits) - 20


@pytest.mark.parametrize(("dither", "power"), [(None, 1 / 12), ("rpdf", 2 / 12), ("tpdf", 3 / 12)])
def test_dither_adds_its_power(rng, dither, power):
    y = 0.5 * rng.uniform(-1, 1, 200_000)
    error = dk.quantization_error(y, 8, dither=dither) * 2**7
    assert np.mean(error**2) == pytest.approx(power, rel=0.01)


def test_tpdf_makes_the_error_independent_of_the_sound():
    """A constant between two levels: without dither always the same error, with rpdf none on average, with tpdf not
    even its power tells where it lies."""
    constants = np.repeat([[0.0], [0.25], [0.5]], 200_000, axis=1) / 128
    plain, rpdf, tpdf = (dk.quantization_error(constants, 8, dither=d) * 128 for d in (None, "rpdf", "tpdf"))
    assert np.allclose(np.abs(plain.mean(axis=-1)), [0, 0.25, 0.5])
    assert np.max(np.abs(rpdf.mean(axis=-1))) < 0.01
    assert np.ptp(np.mean(rpdf**2, axis=-1)) > 0.2
    assert np.max(np.abs(tpdf.mean(axis=-1))) < 0.01
    assert np.ptp(np.mean(tpdf**2, axis=-1)) < 0.01


@pytest.mark.parametrize(("shape", "order"), [("first", 1), ("second", 2), ((1.0,), 1)])
def test_shaping_multiplies_the_errors_spectrum(arrays, rng, shape, order):
    y = 0.3 * rng.standard_normal(4096).clip(-2, 2)
    got = arrays.back(dk.quantize(arrays(y), 6, dither="tpdf", shape=shape))
    error = np.abs(np.fft.rfft((got - y) * 32)) ** 2 / len(y)
    f = np.arange(len(error)) / len(y)
    expected = 0.25 * (2 * np.sin(np.pi * f)) ** (2 * order)
    for low, high in [(0.05, 0.1), (0.2, 0.3), (0.4, 0.5)]:
        band = (f > low) & (f < high)
        assert 10 * np.log10(error[band].mean() / expected[band].mean()) == pytest.approx(0, abs=1.5)


def test_dither_is_the_same_everywhere(arrays, rng):
    y = rng.uniform(-1, 1, (2, 100))
    assert np.array_equal(
        arrays.back(dk.quantize(arrays(y), 8, dither="tpdf", seed=3)), dk.quantize(y, 8, dither="tpdf", seed=3)
    )
    assert not np.array_equal(dk.quantize(y, 8, dither="tpdf", seed=3), dk.quantize(y, 8, dither="tpdf", seed=4))


def test_snr(arrays):
    y = np.stack([np.ones(100), np.ones(100), np.zeros(100), np.zeros(100)])
    changed = np.stack([1.1 * np.ones(100), np.ones(100), np.ones(100), np.zeros(100)])
    got = arrays.back(dk.snr(arrays(y), arrays(changed)))
    assert got[0] == pytest.approx(20)
    assert got[1:].tolist() == [np.inf, -np.inf, np.inf]


def test_an_alias_has_the_same_samples(rng):
    sr = 8000
    f = rng.uniform(0, 50_000, 200)
    alias = dk.alias_frequency(f, sr)
    assert np.all((alias >= 0) & (alias <= sr / 2))
    n = np.arange(50)
    assert np.max(np.abs(np.cos(2 * np.pi * f[:, None] * n / sr) - np.cos(2 * np.pi * alias[:, None] * n / sr))) < 1e-9
    assert dk.alias_frequency(-3000.0, sr) == 3000


def test_sample_and_hold(arrays, rng):
    y = rng.standard_normal((2, 11))
    got = arrays.back(dk.sample_and_hold(arrays(y), 4))
    assert np.array_equal(got, np.repeat(y[:, ::4], 4, axis=1)[:, :11])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_sinc_sum_finds_what_was_between(arrays, dtype):
    """A band-limited pulse, over long before the samples end."""
    sr = 1000

    def pulse(t):
        return np.exp(-(((t - 0.2) / 0.02) ** 2)) * np.cos(2 * np.pi * 150 * (t - 0.2))

    y = pulse(np.arange(400) / sr).astype(dtype)
    t = np.linspace(0.1, 0.3, 777)
    got = arrays.back(dk.reconstruct(arrays(y), t, sr=sr))
    assert got.dtype == dtype
    assert np.max(np.abs(got - pulse(t))) < (1e-6 if dtype == "float32" else 1e-9)
    assert np.max(np.abs(arrays.back(dk.reconstruct(arrays(y), np.arange(400) / sr, sr=sr)) - y)) < 1e-6


@pytest.mark.parametrize(("shape", "factor"), [((20_000,), 2), ((2, 3, 9001), 3), ((5,), 7), ((40_000,), 25)])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_decimation_is_a_filter_and_every_so_many_th_sample(arrays, rng, shape, factor, dtype):
    y = rng.standard_normal(shape).astype(dtype)
    half = 16 * factor
    h = np.sinc(np.arange(-half, half + 1) / factor) * np.blackman(2 * half + 3)[1:-1]
    h /= h.sum()
    expected = np.apply_along_axis(
        lambda x: np.convolve(x, h)[half : half + shape[-1] : factor], -1, y.astype("float64")
    )
    got = arrays.back(dk.decimate(arrays(y), factor))
    assert got.dtype == dtype
    assert got.shape == expected.shape
    assert np.max(np.abs(got - expected)) < (2e-6 if dtype == "float32" else 1e-14)


@pytest.mark.parametrize("factor", [1, 2, 3, 5])
def test_decimation_keeps_what_fits_and_drops_what_would_alias(arrays, factor):
    n = np.arange(3000)
    kept, lost = np.cos(2 * np.pi * 0.7 * n / (2 * factor)), np.cos(2 * np.pi * 1.3 * n / (2 * factor))
    got = arrays.back(dk.decimate(arrays(np.stack([kept, lost])), factor))
    middle = slice(40, -40)
    assert got.shape[-1] == -(-3000 // factor)
    assert np.max(np.abs(got[0, middle] - kept[::factor][middle])) < 2e-3
    plain = arrays.back(dk.decimate(arrays(lost), factor, filtered=False))
    assert np.array_equal(plain, lost[::factor])
    if factor > 1:
        assert np.max(np.abs(got[1, middle])) < 2e-3
        assert np.max(np.abs(plain)) > 0.9


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: dk.quantize(np.ones(3), 0), "bits"),
        (lambda: dk.quantize(np.ones(3), 25), "bits=25; expected 1 to 24"),
        (lambda: dk.quantize(np.ones(3), 8, kind="midtread"), "mid-tread"),
        (lambda: dk.quantize(np.ones(3), 8, dither="gauss"), "dither"),
        (lambda: dk.quantize(np.ones(3), 8, shape=()), r"shape=\(\); expected a name"),
        (lambda: dk.quantize(np.array([np.nan]), 8), "NaN"),
        (lambda: dk.snr(np.ones(3), np.ones(4)), r"y has shape \(3,\) and changed \(4,\)"),
        (lambda: dk.alias_frequency(np.inf, 8000), "f holds"),
        (lambda: dk.sample_and_hold(np.ones(3), 0), "factor"),
        (lambda: dk.reconstruct(np.ones(3), 0.1, sr=8), "times has shape"),
        (lambda: dk.decimate(np.ones(3), -1), "factor"),
    ],
)
def test_refuses(call, message):
    with pytest.raises(dk.ParameterError, match=message):
        call()


def test_refuses_integer_samples():
    with pytest.raises(dk.SampleTypeError, match="int16"):
        dk.quantize(np.ones(3, dtype=np.int16), 8)


def test_named_shapes_are_powers_of_a_difference():
    assert np.polynomial.polynomial.polypow([1, -1], 2).tolist() == [1, *(-c for c in sampling.SHAPES["second"])]


@pytest.mark.parametrize("dither", ["rpdf", "tpdf"])
def test_dither_leaves_no_mean_error_in_single_precision_either(dither):
    y = np.full(200_000, (6e6 + 0.5) / 2**23, "float32")
    error = dk.quantization_error(y, 24, dither=dither).astype("float64") * 2**23
    assert abs(error.mean()) < 0.01
    below = np.nextafter(np.float32(0.25), np.float32(0))
    assert dk.quantize(np.array([below]), 2)[0] == 0


def test_aliases_of_huge_frequencies():
    sr = 44_100
    assert dk.alias_frequency(1e20, sr) == min(10**20 % sr, sr - 10**20 % sr)


def test_the_other_byte_order_is_refused_with_the_right_advice():
    with pytest.raises(TypeError, match="newbyteorder"):
        dk.rms(np.array([0.1, 0.2], dtype=">f4"))


def test_reconstruct_in_blocks_takes_little_memory(rng, monkeypatch):
    import tracemalloc

    y, t = rng.standard_normal((2, 3000)), rng.uniform(-0.1, 3.1, size=2000)
    tracemalloc.start()
    got = dk.reconstruct(y, t, sr=1000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20e6  # all sincs at once: 48 MB
    np.testing.assert_allclose(got, y @ np.sinc(np.arange(3000)[:, None] - t * 1000), atol=1e-12)
    monkeypatch.setattr(sampling, "_SINCS_AT_A_TIME", 700)  # also a sound longer than one block
    np.testing.assert_allclose(dk.reconstruct(y, t[:9], sr=1000), got[:, :9], atol=1e-12)
    assert dk.reconstruct(y, [], sr=1000).shape == (2, 0)
