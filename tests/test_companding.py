"""Lesson 13: the continuous laws, WaveNet's and librosa's codes at every threshold, G.711 on all its inputs."""

import functools
import zlib
from decimal import Decimal, localcontext

import numpy as np
import pytest

import dspkit as dk
from dspkit import companding

on_dtypes = pytest.mark.parametrize("dtype", ["float32", "float64"])
on_conventions = pytest.mark.parametrize("convention", companding.CONVENTIONS)
LAWS = {
    "mu": (dk.mu_compress, dk.mu_expand, "mu", 255.0),
    "mu 5": (dk.mu_compress, dk.mu_expand, "mu", 5.0),
    "a": (dk.a_compress, dk.a_expand, "A", 87.6),
    "a 2": (dk.a_compress, dk.a_expand, "A", 2.0),
    "a 1, straight": (dk.a_compress, dk.a_expand, "A", 1.0),
}
on_laws = pytest.mark.parametrize(("compress", "expand", "name", "value"), LAWS.values(), ids=LAWS.keys())

# --- The continuous laws ------------------------------------------------------------------------------------------


def many_samples(dtype):
    """Both signs, from the smallest float to 1, evenly and on a logarithmic scale."""
    edges = [1 / 87.6, np.finfo(dtype).tiny, 1 - np.finfo(dtype).epsneg]
    sizes = np.concatenate([np.linspace(0, 1, 1001), np.logspace(-30, 0, 500), edges])
    return np.concatenate([sizes, -sizes]).astype(dtype)


@on_dtypes
@on_laws
def test_compress_and_expand_undo_each_other(arrays, dtype, compress, expand, name, value):
    y, eps = many_samples(dtype), float(np.finfo(dtype).eps)
    F = compress(arrays(y), **{name: value})
    back = arrays.back(expand(F, **{name: value}))
    assert back.dtype == dtype
    # ln(1 + 255·y) is up to 5.5; its rounding comes back in the power.
    np.testing.assert_allclose(back, y, rtol=24 * eps, atol=np.finfo(dtype).tiny)
    again = arrays.back(compress(expand(arrays(y), **{name: value}), **{name: value}))
    np.testing.assert_allclose(again, y, rtol=24 * eps, atol=np.finfo(dtype).tiny)
    F = arrays.back(F)
    assert np.max(np.abs(F)) == 1.0 == F[1000]  # full scale stays full scale
    assert np.all(np.sign(F) == np.sign(y))
    rising = np.sort(y)
    assert np.all(np.diff(arrays.back(compress(arrays(rising), **{name: value}))) >= 0)


def test_mu_law_is_its_formula_in_50_digits():
    y = many_samples("float64")
    with localcontext(prec=50):
        exact = [float((1 + 255 * Decimal(abs(v))).ln() / Decimal(256).ln()) for v in y.tolist()]
    np.testing.assert_allclose(dk.mu_compress(y), np.copysign(exact, y), rtol=5e-16, atol=1e-300)
    with localcontext(prec=50):
        exact = [float((Decimal(256) ** Decimal(abs(v)) - 1) / 255) for v in y.tolist()]
    np.testing.assert_allclose(dk.mu_expand(y), np.copysign(exact, y), rtol=2e-15, atol=1e-300)


def test_a_law_is_its_formula_in_50_digits():
    y = many_samples("float64")
    A = Decimal.from_float(87.6)
    with localcontext(prec=50):
        scaled = [A * Decimal(abs(v)) for v in y.tolist()]
        exact = [float((v if v < 1 else 1 + v.ln()) / (1 + A.ln())) for v in scaled]
    np.testing.assert_allclose(dk.a_compress(y), np.copysign(exact, y), rtol=1e-15)


@on_dtypes
def test_continuous_mu_law_is_librosas(dtype):
    librosa = pytest.importorskip("librosa")
    y = many_samples(dtype)
    ours, theirs = dk.mu_compress(y), librosa.mu_compress(y, mu=255, quantize=False)
    np.testing.assert_allclose(ours, theirs, rtol=4 * np.finfo(dtype).eps)
    ours, theirs = dk.mu_expand(y), librosa.mu_expand(y, mu=255, quantize=False)
    # Theirs takes 1 from a power near 1: where y is small, the difference is all rounding.
    np.testing.assert_allclose(ours, theirs, rtol=24 * np.finfo(dtype).eps, atol=np.finfo(dtype).eps / 100)


def test_slopes_at_zero():
    for compress, slope in ((dk.mu_compress, 255 / np.log(256)), (dk.a_compress, 87.6 / (1 + np.log(87.6)))):
        assert compress(np.array([1e-9]))[0] / 1e-9 == pytest.approx(slope, rel=1e-6)


@on_dtypes
@on_laws
def test_clip_counts_what_is_beyond_as_full_scale(arrays, dtype, compress, expand, name, value):
    y = np.array([-7.0, -1.0, 1.0, 1.5, np.finfo(dtype).max], dtype=dtype)
    for law in (compress, expand):
        got = arrays.back(law(arrays(y), clip=True, **{name: value}))
        np.testing.assert_array_equal(got, [-1, -1, 1, 1, 1])


# --- 256 codes ----------------------------------------------------------------------------------------------------


@functools.cache
def exact_code(y, mu, convention):
    """The definition, in 60 digits or more."""
    with localcontext(prec=60 if abs(y) > 1e-25 else 700):  # 1 + 255·y needs all its digits
        v = Decimal(y)
        F = (1 + mu * abs(v)).ln() / Decimal(1 + mu).ln()
        F = -F if v < 0 else F
        if convention == "wavenet":
            return int(((F + 1) / 2 * mu + Decimal("0.5")).to_integral_value(rounding="ROUND_FLOOR"))
        below = (F + 1) * mu / 2  # how many edges −1 + 2i/μ lie below F: the integers from 0 to below, not it itself
        return int(below.to_integral_value(rounding="ROUND_CEILING")) - (mu + 1) // 2


def around(values, dtype):
    """Floats, and their neighbours on both sides, within ±1."""
    values = np.asarray(values, dtype=dtype)
    two = values.dtype.type(2)
    return np.clip(np.concatenate([np.nextafter(values, -two), values, np.nextafter(values, two)]), -1, 1)


def special(dtype):
    tiny = np.finfo(dtype).smallest_subnormal
    return np.array([0.0, -0.0, tiny, -tiny, np.finfo(dtype).tiny, -np.finfo(dtype).tiny, 1.0, -1.0], dtype=dtype)


@pytest.mark.parametrize("mu", [255, 254, 100, 15, 2, 1])
@on_conventions
@on_dtypes
def test_codes_are_exact_at_every_threshold_and_its_neighbours(arrays, dtype, convention, mu):
    thresholds = dk.mu_law_thresholds(mu=mu, convention=convention, dtype=dtype)
    assert thresholds.dtype == dtype
    assert thresholds.shape == (mu,)
    assert np.all(np.diff(thresholds) > 0)
    y = np.concatenate([around(thresholds, dtype), around(special(dtype), dtype), special(dtype)])
    expected = [exact_code(float(v), mu, convention) for v in y]
    assert set(expected) == set(range(min(expected), min(expected) + mu + 1))  # every code is there
    codes = arrays.back(dk.mu_law_encode(arrays(y), mu=mu, convention=convention))
    assert codes.dtype == ("uint8" if convention == "wavenet" else "int8")
    np.testing.assert_array_equal(codes, expected)


@on_conventions
@on_dtypes
def test_a_threshold_is_the_smallest_float_with_its_code(dtype, convention):
    thresholds = dk.mu_law_thresholds(convention=convention, dtype=dtype)
    before = np.nextafter(thresholds, thresholds.dtype.type(-2))
    first = 0 if convention == "wavenet" else -128
    np.testing.assert_array_equal(
        [exact_code(float(v), 255, convention) for v in thresholds], first + 1 + np.arange(255)
    )
    np.testing.assert_array_equal([exact_code(float(v), 255, convention) for v in before], first + np.arange(255))


@on_dtypes
def test_formula_in_floats_says_the_same_away_from_thresholds(rng, dtype):
    y = rng.uniform(-1, 1, 20_000)
    y = (y * np.abs(y) ** 3).astype(dtype)  # small ones too
    F = np.sign(y) * np.log1p(255 * np.abs(y.astype("float64"))) / np.log(256)
    formula = np.floor((F + 1) / 2 * 255 + 0.5)
    far = np.abs(y[:, None] - dk.mu_law_thresholds()).min(axis=1) > 1e-15
    assert far.mean() > 0.99
    np.testing.assert_array_equal(dk.mu_law_encode(y)[far], formula[far])


@on_conventions
@on_dtypes
@pytest.mark.parametrize("n", [1, companding.BLOCK - 1, companding.BLOCK, 3 * companding.BLOCK + 5, (1 << 22) + 77])
def test_fast_form_is_the_definition(rng, dtype, convention, n):
    y = rng.standard_cauchy(n).astype(dtype) * 0.01
    y = np.clip(y, -1, 1)
    counts = np.searchsorted(dk.mu_law_thresholds(convention=convention, dtype=dtype), y, side="right")
    expected = counts - (0 if convention == "wavenet" else 128)
    for workers in (1, 3, None):
        np.testing.assert_array_equal(dk.mu_law_encode(y, convention=convention, workers=workers), expected)


def every_float32_near_a_cells_edge():
    """The ends of all the cells that the fast form looks up, of every exponent up to 1."""
    starts = np.arange(0, 0x3F800000 >> 18, dtype=np.uint32) << 18
    bits = np.concatenate([starts, starts + 1, starts + 0x3FFFF])
    sizes = bits.view(np.float32)
    return np.concatenate([sizes, -sizes])


@on_conventions
def test_fast_form_is_the_definition_at_the_edges_of_its_cells(convention):
    y = every_float32_near_a_cells_edge()
    for dtype in ("float32", "float64"):
        counts = np.searchsorted(dk.mu_law_thresholds(convention=convention, dtype=dtype), y, side="right")
        codes = dk.mu_law_encode(y.astype(dtype), convention=convention)
        np.testing.assert_array_equal(codes, counts - (0 if convention == "wavenet" else 128))


@on_conventions
@on_dtypes
def test_shapes_and_strides_stay(arrays, rng, dtype, convention):
    y = rng.uniform(-1, 1, (3, 4, 50)).astype(dtype)
    codes = arrays.back(dk.mu_law_encode(arrays(y), convention=convention))
    assert codes.shape == y.shape
    for view in (np.s_[1, 2, :], np.s_[:, ::2, ::3], np.s_[..., ::-1]):
        np.testing.assert_array_equal(dk.mu_law_encode(y[view], convention=convention), codes[view])
    decoded = arrays.back(dk.mu_law_decode(arrays(codes), convention=convention, dtype=dtype))
    assert decoded.shape == y.shape
    np.testing.assert_array_equal(dk.mu_law_decode(codes[:, ::2, ::3], convention=convention, dtype=dtype),
                                  decoded[:, ::2, ::3])  # fmt: skip


@on_dtypes
@pytest.mark.parametrize("mu", [255, 254, 8, 1])
def test_every_wavenet_code_comes_back(arrays, dtype, mu):
    codes = np.arange(mu + 1, dtype="uint8")
    y = dk.mu_law_decode(arrays(codes), mu=mu, dtype=dtype)
    np.testing.assert_array_equal(arrays.back(dk.mu_law_encode(y, mu=mu)), codes)
    y = arrays.back(y)
    assert y.dtype == dtype
    with localcontext(prec=50):
        sizes = [((1 + Decimal(mu)) ** (abs(2 * Decimal(c) - mu) / mu) - 1) / mu for c in range(mu + 1)]
    exact = np.array([float(v) for v in sizes]) * np.sign(2.0 * codes - mu)
    np.testing.assert_array_equal(y, exact.astype(dtype))
    np.testing.assert_array_equal(y, -y[::-1])


@pytest.mark.parametrize("kind", ["uint8", "int16", "int64", "uint16"])
def test_codes_come_in_any_integers(arrays, kind):
    codes = np.arange(256)
    np.testing.assert_array_equal(arrays.back(dk.mu_law_decode(arrays(codes.astype(kind)))), dk.mu_law_decode(codes))
    np.testing.assert_array_equal(arrays.back(dk.g711_decode(arrays(codes.astype(kind)))), dk.g711_decode(codes))
    if not kind.startswith("u"):
        signed = dk.mu_law_decode(arrays((codes - 128).astype(kind)), convention="librosa")
        np.testing.assert_array_equal(arrays.back(signed), dk.mu_law_decode(codes - 128, convention="librosa"))


def test_one_code_and_lists():
    assert dk.mu_law_decode(np.uint8(255)) == 1.0
    assert dk.g711_decode(np.uint8(0)) == -32124
    np.testing.assert_array_equal(dk.mu_law_encode([-1.0, 0.0, 1.0]), [0, 128, 255])
    np.testing.assert_array_equal(dk.mu_law_decode([0, 255]), [-1, 1])


@on_conventions
@on_dtypes
def test_clip_gives_the_outermost_codes_and_never_one_outside(arrays, dtype, convention):
    largest = np.finfo(dtype).max
    sizes = np.array([1, np.nextafter(1, 2, dtype=dtype), 1.5, largest])
    y = np.concatenate([-sizes, sizes])
    codes = arrays.back(dk.mu_law_encode(arrays(y.astype(dtype)), convention=convention, clip=True))
    low, high = (0, 255) if convention == "wavenet" else (-128, 127)
    np.testing.assert_array_equal(codes, [low] * 4 + [high] * 4)


# --- Beside librosa and torchaudio --------------------------------------------------------------------------------


def librosas_tie(y):
    """Whether floating point may put y on the other side: within some last bits of one of librosa's thresholds."""
    t = dk.mu_law_thresholds(convention="librosa")
    near = t[np.clip(np.searchsorted(t, y), 1, 254)[:, None] + np.array([-1, 0])]
    return np.min(np.abs(y[:, None] - near), axis=1) < 1e-13


def test_librosas_codes_are_librosas(rng):
    librosa = pytest.importorskip("librosa")
    y = np.concatenate([rng.uniform(-1, 1, 50_000), rng.uniform(-0.01, 0.01, 50_000), [-1.0, 0.0, 1.0]])
    assert not np.any(librosas_tie(y[:-3]))
    theirs = librosa.mu_compress(y, mu=255, quantize=True)
    np.testing.assert_array_equal(dk.mu_law_encode(y, convention="librosa"), theirs)
    codes = np.arange(-128, 128)
    ours = dk.mu_law_decode(codes, convention="librosa", dtype="float64")
    np.testing.assert_allclose(ours, librosa.mu_expand(codes, mu=255, quantize=True), rtol=1e-14)


def test_librosa_gives_float32_full_scale_a_code_beyond_8_bits():
    librosa = pytest.importorskip("librosa")
    one = np.ones(1, dtype="float32")
    assert librosa.mu_compress(one, mu=255, quantize=True)[0] == 128  # so it does in 0.11 and 1.0
    assert dk.mu_law_encode(one, convention="librosa")[0] == 127


def test_full_scale_comes_back_smaller_in_librosas_convention():
    code = dk.mu_law_encode(np.ones(1), convention="librosa")
    y = dk.mu_law_decode(code, convention="librosa", dtype="float64")
    np.testing.assert_allclose(y, (256 ** (127 / 128) - 1) / 255, rtol=1e-15)
    assert y[0] == pytest.approx(0.957, abs=5e-4)


# --- G.711 --------------------------------------------------------------------------------------------------------

ALL_INPUTS = np.arange(-32768, 32768).astype("int16")
# CRC-32 of the ITU's own results on all inputs (G.191 software tools), one per little-endian 16-bit word.
ITU = {"mu": ("CD170E15", "63641C01"), "a": ("74719FE4", "ABCEAA69")}


def crc(values):
    return f"{zlib.crc32(values.astype('<i2').tobytes()):08X}"


@pytest.mark.parametrize("law", ITU)
@pytest.mark.parametrize("workers", [1, None])
def test_g711_is_the_itus_on_every_input_and_every_code(arrays, law, workers):
    assert crc(ALL_INPUTS) == "C8BA7682"
    codes = dk.g711_encode(arrays(ALL_INPUTS), law=law, workers=workers)
    decoded = dk.g711_decode(codes, law=law, workers=workers)
    codes, decoded = arrays.back(codes), arrays.back(decoded)
    assert (codes.dtype, decoded.dtype) == ("uint8", "int16")
    assert (crc(codes), crc(decoded)) == ITU[law]
    np.testing.assert_array_equal(np.unique(codes), np.arange(256))  # so the CRC of what is decoded saw every code


@pytest.mark.parametrize(("law", "first", "last", "loudest"), [("mu", 0, 128, 32124), ("a", 42, 170, 32256)])
def test_g711_ends(law, first, last, loudest):
    codes = dk.g711_encode(ALL_INPUTS, law=law)
    assert codes[:3].tolist() == [first] * 3
    assert codes[-3:].tolist() == [last] * 3
    assert dk.g711_decode(codes[[0, -1]], law=law).tolist() == [-loudest, loudest]


@pytest.mark.parametrize("law", ITU)
def test_every_g711_code_comes_back_but_the_other_zero(arrays, law):
    codes = np.arange(256, dtype="uint8")
    again = arrays.back(dk.g711_encode(dk.g711_decode(arrays(codes), law=law), law=law))
    expected = codes.copy()
    if law == "mu":
        expected[127] = 255  # −0 is +0
    np.testing.assert_array_equal(again, expected)


# Table 2a of the Recommendation: where the segments end (14-bit values), and the first steps' decoded values.
def test_mu_law_segments_are_those_of_table_2a():
    ends = np.array([31, 95, 223, 479, 991, 2015, 4063, 8159]) * 4
    codes = dk.g711_encode(np.stack([ends - 1, ends]).clip(max=32767).astype("int16"))
    segments = (~codes >> 4) & 7
    np.testing.assert_array_equal(segments[0], np.arange(8))
    np.testing.assert_array_equal(segments[1], [1, 2, 3, 4, 5, 6, 7, 7])
    values = np.unique(np.abs(dk.g711_decode(np.arange(256)))) / 4
    np.testing.assert_array_equal(values[:5], [0, 2, 4, 6, 8])
    np.testing.assert_array_equal(np.diff(values[::16]), 33 * 2 ** np.arange(7))


def test_a_law_segments_are_those_of_table_1a():
    ends = 64 * 2 ** np.arange(7) * 8  # 13-bit values; the two lowest segments have equal steps
    codes = dk.g711_encode(np.stack([ends - 1, ends]).clip(max=32767).astype("int16"), law="a")
    segments = ((codes ^ 0x55) >> 4) & 7
    np.testing.assert_array_equal(segments, [[1, 2, 3, 4, 5, 6, 7], [2, 3, 4, 5, 6, 7, 7]])


@pytest.mark.parametrize("law", ITU)
def test_g711_loses_at_most_half_a_step(law):
    decoded = dk.g711_decode(dk.g711_encode(ALL_INPUTS, law=law), law=law).astype(int)
    error, size = np.abs(decoded - ALL_INPUTS), np.abs(ALL_INPUTS.astype(int))
    # μ-law: a step is 1/16 of its segment's start, which is the sample and 33 (132 in 16 bits). A-law: the same without
    # the 33, and never below 16. One's complement makes −1 the partner of 0.
    room = (size + 133) / 32 if law == "mu" else np.maximum((size + 1) / 32, 8)
    inside = size <= (32635 if law == "mu" else 32767)
    assert np.all(error[inside] <= room[inside])


def test_g711_is_not_the_continuous_law_rounded():
    y = dk.to_float(ALL_INPUTS, dtype="float64")
    chords = dk.g711_decode(dk.g711_encode(ALL_INPUTS)) / 32768
    smooth = dk.mu_law_decode(dk.mu_law_encode(y), dtype="float64")
    assert np.mean(chords != smooth) > 0.99
    assert np.max(np.abs(chords - smooth)) > 0.01


@pytest.mark.parametrize("law", ITU)
def test_g711_keeps_shapes_and_strides(arrays, rng, law):
    y = rng.integers(-32768, 32768, (2, 3, 40)).astype("int16")
    codes = arrays.back(dk.g711_encode(arrays(y), law=law))
    assert codes.shape == y.shape
    np.testing.assert_array_equal(dk.g711_encode(y[:, 1:, ::-3], law=law), codes[:, 1:, ::-3])
    np.testing.assert_array_equal(
        dk.g711_decode(codes[:, 1:, ::-3], law=law), dk.g711_decode(codes, law=law)[:, 1:, ::-3]
    )


def test_input_is_left_as_it_was(rng):
    y = rng.uniform(-1, 1, 500)
    pcm, codes = (y * 32767).astype("int16"), rng.integers(0, 256, 500).astype("uint8")
    kept = y.copy(), pcm.copy(), codes.copy()
    dk.mu_law_encode(y), dk.mu_law_encode(y, convention="librosa"), dk.g711_encode(pcm)
    dk.mu_law_decode(codes), dk.mu_law_decode(codes.view("int8"), convention="librosa"), dk.g711_decode(codes)
    for now, before in zip((y, pcm, codes), kept, strict=True):
        np.testing.assert_array_equal(now, before)
    dk.mu_law_thresholds()[:] = 0  # a copy: the table behind it stays
    assert dk.mu_law_thresholds()[0] < 0


# --- SNR ----------------------------------------------------------------------------------------------------------


def mu_law_noise(y, mu=255.0):
    """Panter and Dite (1951): Δ²/12 · mean of 1/F'(y)², where F' = μ / (ln(1 + μ)·(1 + μ|y|)); WaveNet's Δ is 2/255."""
    slope = mu / (np.log1p(mu) * (1 + mu * np.abs(y)))
    return (2 / 255) ** 2 / 12 * np.mean(1 / slope**2)


def test_snr_of_mu_law_is_the_theorys(rng):
    y = rng.laplace(size=100_000).clip(-12, 12)  # much like speech
    levels = np.array([-20.0, -30.0, -40.0, -50.0, -60.0])
    measured = dk.snr_against_level(lambda x: dk.mu_law_decode(dk.mu_law_encode(x), dtype="float64"), levels, y=y)
    y /= dk.rms(y)
    theory = [-10 * np.log10(mu_law_noise(10 ** (level / 20) * y) / 10 ** (level / 10)) for level in levels]
    # Theory takes a step for small; at −60 dB there are some twelve of them left.
    np.testing.assert_allclose(measured, theory, atol=0.1)


def test_snr_of_a_linear_codec_falls_with_the_level(arrays, rng):
    xp = arrays.xp
    y = arrays(rng.uniform(-1, 1, 20_000))
    levels = [-10.0, -20.0, -30.0]
    got = arrays.back(dk.snr_against_level(lambda y: xp.round(y * 1024) / 1024, levels, y=y))
    noise = 20 * np.log10(1024 * np.sqrt(12))  # Δ/√12 below full scale
    np.testing.assert_allclose(got, np.array(levels) + noise, atol=0.15)
    assert got.dtype == "float64"


def test_snr_takes_the_sound_at_any_level_and_knows_infinity(rng):
    y = rng.uniform(-1, 1, 5000)
    codec = lambda y: dk.mu_law_decode(dk.mu_law_encode(y))  # noqa: E731
    loud, quiet = (dk.snr_against_level(codec, [-20.0], y=gain * y) for gain in (0.9, 1e-4))
    np.testing.assert_allclose(loud, quiet, atol=1e-9)
    assert np.isposinf(dk.snr_against_level(lambda y: y, [-20.0]))
    assert np.isfinite(dk.snr_against_level(codec, [-3.02]))  # its own sine, up to full scale


# --- What is refused ----------------------------------------------------------------------------------------------

Y = np.full(99, 0.1)
ON_SAMPLES = {
    "mu_compress": dk.mu_compress,
    "mu_expand": dk.mu_expand,
    "a_compress": dk.a_compress,
    "a_expand": dk.a_expand,
    "mu_law_encode": dk.mu_law_encode,
    "librosa's": lambda y, **k: dk.mu_law_encode(y, convention="librosa", **k),
}
BAD_SAMPLES = {
    "int16": (np.ones(99, dtype="int16"), TypeError, r"holds int16 samples.*to_float"),
    "complex": (np.ones(99, dtype="complex64"), TypeError, "Take the real part"),
    "empty": (np.zeros((2, 0)), ValueError, r"is empty: shape \(2, 0\)"),
    "a number": (np.float64(0.5), ValueError, "is a single number"),
    "NaN": (np.where(np.arange(99) == 5, np.nan, 0.1), ValueError, "holds 1 values that are NaN or infinite"),
    "infinite": (np.where(np.arange(99) == 5, -np.inf, 0.1), ValueError, "holds 1 values that are NaN or infinite"),
}
BEYOND = {
    "above": np.where(np.arange(99) < 2, np.nextafter(1, 2), 0.1),
    "below": np.where(np.arange(99) < 2, -1.25, 0.1),
    "float32": np.where(np.arange(99) < 2, np.float32(1.1), np.float32(0.1)),
}


@pytest.mark.parametrize(("y", "error", "message"), BAD_SAMPLES.values(), ids=BAD_SAMPLES.keys())
@pytest.mark.parametrize("function", ON_SAMPLES.values(), ids=ON_SAMPLES.keys())
def test_bad_samples_are_refused_with_and_without_clip(function, y, error, message):
    for clip in (False, True):
        with pytest.raises(error, match=message):
            function(y, clip=clip)


@pytest.mark.parametrize("y", BEYOND.values(), ids=BEYOND.keys())
@pytest.mark.parametrize("function", ON_SAMPLES.values(), ids=ON_SAMPLES.keys())
def test_samples_beyond_full_scale_are_refused_and_counted(function, y):
    with pytest.raises(ValueError, match=r"holds 2 samples beyond ±1, up to 1.*clip=True"):
        function(y)


def test_a_bad_sample_late_in_a_long_sound_is_found():
    y = np.zeros(5 * companding.BLOCK_SHARED, dtype="float32")
    for workers in (1, 4):
        for value, message in ((1.5, "1 samples beyond ±1, up to 1.5"), (np.nan, "1 values that are NaN")):
            y[-3] = value
            with pytest.raises(ValueError, match=message):
                dk.mu_law_encode(y, workers=workers)


BAD_SETTINGS = {
    "mu 0": (lambda: dk.mu_compress(Y, mu=0), ValueError, "mu=0; expected a positive number"),
    "mu NaN": (lambda: dk.mu_expand(Y, mu=np.nan), ValueError, "mu=nan"),
    "A below 1": (lambda: dk.a_compress(Y, A=0.5), ValueError, "A=0.5; expected 1 .no compression. or more"),
    "A text": (lambda: dk.a_expand(Y, A="x"), TypeError, "A='x' is a str; expected a number"),
    "256 steps": (lambda: dk.mu_law_encode(Y, mu=256), ValueError, "mu=256 gives 257 codes; expected at most 255"),
    "no steps": (lambda: dk.mu_law_decode([1], mu=0), ValueError, "mu=0 is too small"),
    "half a step": (lambda: dk.mu_law_thresholds(mu=25.5), TypeError, "mu=25.5 is a float"),
    "convention": (lambda: dk.mu_law_encode(Y, convention="wave"), ValueError, "Did you mean 'wavenet'"),
    "decoded": (lambda: dk.mu_law_decode([1], convention="Librosa"), ValueError, "Did you mean 'librosa'"),
    "thresholds": (lambda: dk.mu_law_thresholds(convention="x"), ValueError, "convention='x' is not known"),
    "threshold floats": (lambda: dk.mu_law_thresholds(dtype="float16"), ValueError, "dtype='float16' is not known"),
    "decoded floats": (lambda: dk.mu_law_decode([1], dtype="int16"), ValueError, "dtype='int16' is not known"),
    "no threads": (lambda: dk.mu_law_encode(Y, workers=0), ValueError, "workers=0 is too small"),
    "no threads back": (lambda: dk.mu_law_decode([1], workers=0), ValueError, "workers=0 is too small"),
    "float codes": (lambda: dk.mu_law_decode(Y), TypeError, "codes has dtype float64; expected whole numbers from 0"),
    "code 256": (lambda: dk.mu_law_decode([0, 256]), ValueError, "codes run from 0 to 256; expected 0 to 255"),
    "librosa's": (lambda: dk.mu_law_decode([-5, 3]), ValueError, "expected 0 to 255. Librosa's codes are decoded with"),
    "code 128": (lambda: dk.mu_law_decode([128], convention="librosa"), ValueError, "expected -128 to 127"),
    "uint8 in librosa's": (
        lambda: dk.mu_law_decode(np.array([200], dtype="uint8"), convention="librosa"), ValueError, "from 200 to 200"),
    "few codes": (lambda: dk.mu_law_decode(np.array([16], dtype="uint8"), mu=15), ValueError, "expected 0 to 15"),
    "no codes": (lambda: dk.mu_law_decode(np.zeros(0, dtype="uint8")), ValueError, r"codes is empty: shape \(0,\)"),
    "float for G.711": (lambda: dk.g711_encode(Y), TypeError, r"float64; G.711 takes.*dspkit.to_pcm16\(y\).samples"),
    "int32 for G.711": (lambda: dk.g711_encode(np.arange(9)), TypeError, r"int64; G.711 takes 16-bit.*astype\('int16'"),
    "empty for G.711": (lambda: dk.g711_encode(np.zeros(0, dtype="int16")), ValueError, "y is empty"),
    "law": (lambda: dk.g711_encode(ALL_INPUTS, law="ulaw"), ValueError, "law='ulaw' is not known"),
    "law back": (lambda: dk.g711_decode([1], law="A"), ValueError, "Did you mean 'a'"),
    "G.711 code": (lambda: dk.g711_decode([-1]), ValueError, "codes run from -1 to -1"),
    "no levels": (lambda: dk.snr_against_level(lambda y: y, []), ValueError, "levels is empty"),
    "silence": (lambda: dk.snr_against_level(lambda y: y, [-9.0], y=0 * Y), ValueError, "y is silent"),
    "stereo": (lambda: dk.snr_against_level(lambda y: y, [-9.0], y=np.ones((2, 9))), ValueError, r"shape \(2, 9\)"),
    "too loud": (lambda: dk.snr_against_level(lambda y: y, [-3.0]), ValueError, "level -3 dB; expected at most -3.01"),
    "NaN level": (lambda: dk.snr_against_level(lambda y: y, [np.nan]), ValueError, "level nan dB"),
    "shorter": (lambda: dk.snr_against_level(lambda y: y[1:], [-9.0], y=Y), ValueError, r"changed \(98,\)"),
}  # fmt: skip


@pytest.mark.parametrize(("call", "error", "message"), BAD_SETTINGS.values(), ids=BAD_SETTINGS.keys())
def test_what_cannot_be_is_refused_in_words(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_off_the_cpu_nothing_is_looked_at_and_no_code_is_outside(arrays):
    if arrays.name == "numpy":
        return
    y = arrays(np.array([-3.0, 0.0, 1.5, np.inf, np.nan]))
    codes = arrays.back(dk.mu_law_encode(y))
    np.testing.assert_array_equal(codes[:4], [0, 128, 255, 255])
    codes = arrays.back(dk.mu_law_encode(y, convention="librosa"))
    np.testing.assert_array_equal(codes[:4], [-128, 0, 127, 127])
    far = arrays.back(dk.mu_law_decode(arrays(np.array([-9, 0, 255, 999]))))
    np.testing.assert_array_equal(far, [-1, -1, 1, 1])


def test_levels_and_codecs_of_every_kind(arrays):
    y = arrays(np.sin(np.arange(2000.0)))
    got = arrays.back(
        dk.snr_against_level(lambda x: dk.mu_expand(dk.mu_compress(x)) + 1e-3 * x, np.array([-10.0]), y=y)
    )
    assert got == pytest.approx([60.0], abs=1e-6)


def test_a_codec_may_work_in_place():
    def codec(x):
        x *= 1.5
        return x

    assert dk.snr_against_level(codec, [-10.0]) == pytest.approx([20 * np.log10(2)])


# --- Where an index has 32 bits (wasm32, 32-bit ARM) --------------------------------------------------------------


@pytest.fixture
def indices_of_32_bits(monkeypatch):
    """NumPy's searchsorted, flatnonzero and argmax as they answer there; no table is kept from before, or for after."""
    caches = [companding._keys, companding._g711_table, companding._g711_values]
    for name in ("searchsorted", "flatnonzero", "argmax", "argmin", "argsort"):
        original = getattr(np, name)
        monkeypatch.setattr(np, name, lambda *a, _f=original, **k: np.asarray(_f(*a, **k)).astype(np.int32)[()])
    for cached in caches:
        cached.cache_clear()
    yield
    for cached in caches:
        cached.cache_clear()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("convention", ["wavenet", "librosa"])
def test_codes_are_the_same_where_an_index_has_32_bits(request, rng, dtype, convention):
    pytest.importorskip("soxr", reason="soxr is not installed")
    y = np.concatenate([[-1.0, -1e-9, 0.0, 1e-9, 1.0], rng.uniform(-1, 1, 5000)]).astype(dtype)
    pcm = np.arange(-32768, 32768).astype("int16")
    bands = {"sr": 16000, "n_fft": 400, "n_mels": 80}

    def everything():
        return [
            dk.mu_law_encode(y, convention=convention), dk.g711_encode(pcm), dk.g711_encode(pcm, law="a"),
            dk.g711_decode(dk.g711_encode(pcm)), dk.mel_filterbank(**bands), dk.largest_n_mels(sr=16000, n_fft=256),
            dk.limit(3 * y, 8000), dk.dct(y[:64]), dk.fft(y[:1000]), dk.resample(y, 8000, 11025),
        ]  # fmt: skip

    expected = everything()
    request.getfixturevalue("indices_of_32_bits")
    for got, right in zip(everything(), expected, strict=True):
        np.testing.assert_array_equal(got, right)
