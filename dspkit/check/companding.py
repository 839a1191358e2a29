"""Checks for ``notebooks/homework/13_companding.ipynb``."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .. import companding
from ._check import Case, Check, Mistake

__all__ = ["codes_of_pcm16", "g711_encode", "mu_compress", "mu_expand", "mu_law_decode", "mu_law_encode"]

Law = Callable[[np.ndarray], np.ndarray]


def _samples(n: int, seed: int) -> np.ndarray:
    """Both signs, loud and quiet alike."""
    rng = np.random.default_rng(seed)
    return rng.choice([-1.0, 1.0], n) * 10.0 ** rng.uniform(-4, 0, n)


def _F(y: np.ndarray, mu: float = 255.0) -> np.ndarray:
    return np.sign(y) * np.log1p(mu * np.abs(y)) / np.log1p(mu)


def _y(F: np.ndarray, mu: float = 255.0) -> np.ndarray:
    return np.sign(F) * ((1 + mu) ** np.abs(F) - 1) / mu


def _quiet(wrong: Law) -> Law:
    """The same, giving NaN and −∞ without a word."""
    return np.errstate(all="ignore")(wrong)


_ENDS = np.array([-1.0, 0.0, 1.0])
_SOUND_CASES = (
    Case("−1, 0 and 1", (_ENDS,)),
    Case("0.1 and −0.1", (np.array([0.1, -0.1]),)),
    Case("100 samples, loud and quiet", (_samples(100, 1),)),
)

mu_compress = Check(
    "mu_compress",
    lambda y: companding.mu_compress(y),
    _SOUND_CASES,
    (
        Mistake(
            "log10 above, ln below",
            lambda y: np.sign(y) * np.log10(1 + 255 * np.abs(y)) / np.log(256),
            "Either base will do, as long as it is the same in numerator and denominator.",
        ),
        Mistake(
            "μ = 256",
            lambda y: _F(y, 256.0),
            "There are 256 codes, and μ is one less: 255.",
        ),
        Mistake(
            "a missing sign",
            lambda y: np.abs(_F(y)),
            "The law is odd: np.sign(y) brings the sign back that |y| has lost.",
        ),
        Mistake(
            "ln of the signed sample",
            _quiet(lambda y: np.log1p(255 * y) / np.log(256)),
            "1 + 255·y is below 0 for most negative samples, and its logarithm NaN: take |y|, and the sign after.",
        ),
        Mistake(
            "not divided by ln(1 + μ)",
            lambda y: np.sign(y) * np.log1p(255 * np.abs(y)),
            "Full scale must stay full scale: at y = 1 the fraction is ln(1 + μ)/ln(1 + μ).",
        ),
        Mistake(
            "ln μ below the line",
            lambda y: np.sign(y) * np.log1p(255 * np.abs(y)) / np.log(255),
            "At y = 1 numerator and denominator must agree: ln(1 + μ).",
        ),
        Mistake(
            "the 1 + missing",
            _quiet(lambda y: np.sign(y) * np.log(255 * np.abs(y)) / np.log(256)),
            "A logarithm alone goes to −∞ at 0; with 1 + in it, 0 stays 0.",
        ),
        Mistake(
            "the 1 + inside the product",
            _quiet(lambda y: np.sign(y) * np.log(256 * np.abs(y)) / np.log(256)),
            "(1 + μ)·|y| is not 1 + μ·|y|: at 0 it is 0, and its logarithm −∞.",
        ),
        Mistake(
            "the expander, not the compressor",
            lambda y: _y(y),
            "Small samples must come out larger. What you have undoes it.",
        ),
        Mistake(
            "the A-law",
            lambda y: companding.a_compress(y),
            "That is Europe's law; the one asked for has one formula for all samples.",
        ),
        Mistake(
            "codes 0 … 255, not the compressed samples",
            lambda y: companding.mu_law_encode(y),
            "One step too far: the compressed samples are still floats from −1 to 1.",
        ),
    ),
)

mu_expand = Check(
    "mu_expand",
    lambda F: companding.mu_expand(F),
    (
        Case("−1, 0 and 1", (_ENDS,)),
        Case("0.5 and −0.5", (np.array([0.5, -0.5]),)),
        Case("100 values", (np.random.default_rng(2).uniform(-1, 1, 100),)),
    ),
    (
        Mistake(
            "e where 1 + μ belongs",
            lambda F: np.sign(F) * np.expm1(np.abs(F)) / 255,
            "The base of the power is 1 + μ = 256, as that of the logarithm was.",
        ),
        Mistake(
            "10 where 1 + μ belongs",
            lambda F: np.sign(F) * (10 ** np.abs(F) - 1) / 255,
            "The base of the power is 1 + μ = 256.",
        ),
        Mistake(
            "μ = 256",
            lambda F: _y(F, 256.0),
            "There are 256 codes, and μ is one less: 255.",
        ),
        Mistake(
            "255 as the base",
            lambda F: np.sign(F) * (255 ** np.abs(F) - 1) / 255,
            "Turn ln(1 + μ·y)/ln(1 + μ) around step by step: the base is 1 + μ.",
        ),
        Mistake(
            "the − 1 missing",
            lambda F: np.sign(F) * 256 ** np.abs(F) / 255,
            "0 must stay 0: 256⁰ is 1.",
        ),
        Mistake(
            "not divided by μ",
            lambda F: np.sign(F) * (256 ** np.abs(F) - 1),
            "Full scale must stay full scale: 256 − 1 is μ.",
        ),
        Mistake(
            "divided by 1 + μ",
            lambda F: np.sign(F) * (256 ** np.abs(F) - 1) / 256,
            "Full scale must stay full scale: 256 − 1 is μ.",
        ),
        Mistake(
            "a missing sign",
            lambda F: np.abs(_y(F)),
            "np.sign(F) brings the sign back that |F| has lost.",
        ),
        Mistake(
            "a power of the signed value",
            lambda F: (256**F - 1) / 255,
            "A negative exponent gives less than 1 and hardly anything below 0: take |F|, and the sign after.",
        ),
        Mistake(
            "the compressor once more",
            lambda F: _F(F),
            "Small values must come out smaller: solve F = ln(1 + μ·y)/ln(1 + μ) for y.",
        ),
        Mistake(
            "the A-law's expander",
            lambda F: companding.a_expand(F),
            "That is Europe's law; the one asked for has one formula for all values.",
        ),
    ),
)


def _floor(F: np.ndarray) -> np.ndarray:
    return np.floor((F + 1) / 2 * 255 + 0.5)


# Away from thresholds by far more than a formula in floats may be off.
_ENCODE_CASES = (
    Case("−1, 0 and 1", (_ENDS,)),
    Case("0.1 and −0.1", (np.array([0.1, -0.1]),)),
    Case("four samples close to 0", (np.array([-0.0003, -0.00005, 0.00005, 0.0003]),)),
    Case("300 samples, loud and quiet", (_samples(300, 3),)),
)


def _encode_mistakes(scaled: Law) -> tuple[Mistake, ...]:
    """Wrong ways from samples to codes; ``scaled`` makes floats within ±1 of what the check hands over."""
    return (
        Mistake(
            "flooring without the + 1/2",
            lambda y: np.floor((_F(scaled(y)) + 1) / 2 * 255),
            "The nearest of 256 values was asked: add 0.5 before you cut off the fraction, or use np.round.",
        ),
        Mistake(
            "half a code too high",
            lambda y: np.floor((_F(scaled(y)) + 1) / 2 * 255 + 1),
            "One half is added before the fraction is cut off, not a whole.",
        ),
        Mistake(
            "rounded up, which is librosa's codes shifted by 128",
            lambda y: np.ceil((_F(scaled(y)) + 1) / 2 * 255),
            "The nearest value was asked, not the next one above: add 0.5 and cut off the fraction.",
        ),
        Mistake(
            "256 steps: full scale has code 256",
            lambda y: np.floor((_F(scaled(y)) + 1) / 2 * 256),
            "Between 256 values there are 255 steps: multiply by μ.",
        ),
        Mistake(
            "256 bins of equal width, the last one clipped",
            lambda y: np.minimum(np.floor((_F(scaled(y)) + 1) / 2 * 256), 255),
            "A fair code, but another one: here the first and last *values* are −1 and 1. Multiply by μ and round.",
        ),
        Mistake(
            "codes around 0 (the + 1 missing)",
            lambda y: np.floor(_F(scaled(y)) / 2 * 255 + 0.5),
            "F runs from −1 to 1: add 1 and halve, so that codes begin at 0.",
        ),
        Mistake(
            "librosa's codes, −128 … 127",
            lambda y: companding.mu_law_encode(scaled(y), convention="librosa"),
            "They begin below 0, and their steps lie elsewhere: follow the formula with floor.",
        ),
        Mistake(
            "no companding: 256 equal steps",
            lambda y: _floor(scaled(y)),
            "Compress first: the steps are equal on the scale of F, not on that of y.",
        ),
        Mistake(
            "μ = 256",
            lambda y: np.floor((_F(scaled(y), 256.0) + 1) / 2 * 256 + 0.5),
            "There are 256 codes, and μ is one less: 255.",
        ),
        Mistake(
            "a missing sign",
            lambda y: _floor(np.abs(_F(scaled(y)))),
            "Negative samples belong to the codes below 128: np.sign(y) in F.",
        ),
        Mistake(
            "upside down: 255 minus the code",
            lambda y: 255 - _floor(_F(scaled(y))),
            "−1 has code 0 and 1 has code 255. It is G.711 that counts the other way.",
        ),
    )


mu_law_encode = Check(
    "mu_law_encode",
    lambda y: companding.mu_law_encode(y),
    _ENCODE_CASES,
    _encode_mistakes(lambda y: y),
)


def _to_one(pcm: np.ndarray) -> np.ndarray:
    return pcm / 32768.0


def _at_any_size(pcm: np.ndarray, scale: float) -> np.ndarray:
    return np.clip(_floor(_F(pcm.astype(float) / scale)), 0, 255)


codes_of_pcm16 = Check(
    "codes_of_pcm16",
    lambda pcm: companding.mu_law_encode(_to_one(pcm)),
    (
        Case("the smallest, 0 and the largest", (np.array([-32768, 0, 32767], dtype="int16"),)),
        Case("1000 and −1000", (np.array([1000, -1000], dtype="int16"),)),
        Case("every seventh sample", (np.arange(-32768, 32768, 7).astype("int16"),)),
        Case(
            "400 samples, loud and quiet",
            ((32767 * np.concatenate([_samples(380, 4), np.linspace(0.9, 1, 20)])).astype("int16"),),
        ),
    ),
    (
        Mistake(
            "int16 not scaled",
            lambda pcm: np.clip(_floor(_F(pcm.astype(float))), 0, 255),
            "Full scale is 32768 in a file and 1 in the formula: divide first. As it is, all but silence is clipped.",
        ),
        Mistake(
            "int16 not scaled, and codes that run round in 8 bits",
            lambda pcm: _floor(_F(pcm.astype(float))).astype(int) % 256,
            "Full scale is 32768 in a file and 1 in the formula: divide first. And uint8 cuts codes silently.",
        ),
        Mistake(
            "int16 not scaled, and codes far beyond 255",
            lambda pcm: _floor(_F(pcm.astype(float))),
            "Full scale is 32768 in a file and 1 in the formula: divide first.",
        ),
        Mistake(
            "divided by the largest sample, not by full scale",
            lambda pcm: _floor(_F(pcm / np.max(np.abs(pcm.astype(float))))),
            "So every sound comes out equally loud. Full scale of int16 is 32768, whatever the sound.",
        ),
        Mistake(
            "divided by 65536",
            lambda pcm: _at_any_size(pcm, 65536.0),
            "16 bits have 65,536 values, half of them below 0: full scale is 32768.",
        ),
        Mistake(
            "the upper 8 bits: no companding",
            lambda pcm: (pcm.astype(int) >> 8) + 128,
            "That is linear 8-bit audio. Compress before you cut.",
        ),
        Mistake(
            "G.711's codes",
            lambda pcm: companding.g711_encode(pcm),
            "The telephone's codes are another matter. Here: divide, compress, round.",
        ),
        # 16 bits never reach 1, and the two ways with 256 are one.
        *(mistake for mistake in _encode_mistakes(_to_one) if "full scale has code 256" not in mistake.name),
    ),
)


def _from_table(values: Law) -> Law:
    """An answer for codes of any integer type, computed in floats."""
    return lambda codes: values(codes.astype(float))


mu_law_decode = Check(
    "mu_law_decode",
    lambda codes: companding.mu_law_decode(codes, dtype="float64"),
    (
        Case("the codes 0 and 255", (np.array([0, 255], dtype="uint8"),)),
        Case("the codes 127 and 128", (np.array([127, 128], dtype="uint8"),)),
        Case("all codes", (np.arange(256, dtype="uint8"),)),
    ),
    (
        Mistake(
            "2 · codes in 8 bits",
            lambda codes: _y(codes * np.uint8(2) / 255 - 1),
            "The codes are uint8, and 2 · 200 is 144 there: divide before you multiply, or make floats of them first.",
        ),
        Mistake(
            "codes − 128 in 8 bits",
            lambda codes: _y((codes - np.uint8(128)) / 128),
            "The codes are uint8, and 100 − 128 is 228 there: make floats first. And the middle lies at 127.5.",
        ),
        Mistake(
            "steps of 2/256, where code 128 is 0",
            _from_table(lambda c: _y(2 * c / 256 - 1)),
            "Code 255 must come out as 1, and 0 lies between 127 and 128: among 256 values there are 255 steps.",
        ),
        Mistake(
            "the middles of 256 bins",
            _from_table(lambda c: _y((2 * c + 1) / 256 - 1)),
            "Codes 0 and 255 stand for −1 and 1 themselves, not for the middle of a bin beside them: 2c/μ − 1.",
        ),
        Mistake(
            "code 128 taken for 0, in steps of 1/127",
            _from_table(lambda c: _y((c - 128) / 127)),
            "0 lies between 127 and 128: 2c/μ − 1. So code 0 would be below −1.",
        ),
        Mistake(
            "the expander missing",
            _from_table(lambda c: 2 * c / 255 - 1),
            "These are still the compressed values: expand them.",
        ),
        Mistake(
            "the − 1 missing",
            _from_table(lambda c: _y(c / 255)),
            "From 0 … 255 to −1 … 1: times 2, and minus 1.",
        ),
        Mistake(
            "compressed once more",
            _from_table(lambda c: _F(2 * c / 255 - 1)),
            "The way back is the power, not the logarithm.",
        ),
        Mistake(
            "a missing sign",
            _from_table(lambda c: np.abs(_y(2 * c / 255 - 1))),
            "Codes below 128 are negative samples.",
        ),
        Mistake(
            "μ = 256",
            _from_table(lambda c: _y(2 * c / 256 - 1, 256.0)),
            "There are 256 codes, and μ is one less: 255.",
        ),
        Mistake(
            "G.711's values",
            lambda codes: companding.g711_decode(codes) / 32768,
            "The telephone's codes are another matter. Here: 2c/μ − 1, then expand.",
        ),
    ),
)


def _chords(
    x: np.ndarray,
    *,
    negative: Law = np.invert,
    shift: int = 2,
    bias: int = 33,
    most: int = 8191,
    invert: int = 0xFF,
    sign: int = 0x80,
    below: int = 1,
) -> np.ndarray:
    """G.711's μ-law with each of its numbers open to be wrong."""
    x = x.astype(np.int64)
    m = np.minimum((np.where(x < 0, negative(x), x) >> shift) + bias, most)
    segment = np.zeros_like(m)
    for k in range(6, 16):  # beyond 12 only where something is wrong
        segment += m >= 1 << k
    return (np.where(x < 0, sign, 0x80 - sign) | segment << 4 | (m >> (segment + below)) & 15) ^ invert


_PCM = (32767 * _samples(300, 5)).astype("int16")

g711_encode = Check(
    "g711_encode",
    lambda x: companding.g711_encode(x.astype("int16")),
    (
        Case("0 and 1000", (np.array([0, 1000], dtype="int16"),)),
        Case("−1 and −1000", (np.array([-1, -1000], dtype="int16"),)),
        Case("every fourth sample around 0", (np.arange(-400, 400, 4).astype("int16"),)),
        Case("the smallest and the largest", (np.array([-32768, 32767], dtype="int16"),)),
        Case("300 samples, loud and quiet", (_PCM,)),
    ),
    (
        Mistake(
            "one's complement forgotten",
            lambda x: _chords(x, negative=np.negative),
            "A negative sample's magnitude is ~x, so that −1 is the partner of 0: −x is one too large.",
        ),
        Mistake(
            "bits not inverted",
            lambda x: _chords(x, invert=0),
            "On the line all eight bits are flipped: code ^ 0xFF.",
        ),
        Mistake(
            "every other bit inverted",
            lambda x: _chords(x, invert=0x55),
            "So it is in A-law. μ-law inverts all eight: code ^ 0xFF.",
        ),
        Mistake(
            "the sign bit the wrong way round, or not inverted",
            lambda x: _chords(x, sign=0),
            "Before the inversion the highest bit is 1 for a negative sample; after it, 0.",
        ),
        Mistake(
            "13 bits where μ-law has 14",
            lambda x: _chords(x, shift=3),
            "13 is A-law's. From 16 to 14 bits, shift by 2.",
        ),
        Mistake(
            "16 bits, not shifted to 14",
            lambda x: _chords(x, shift=0),
            "The Recommendation counts in 14 bits: shift by 2 before anything else.",
        ),
        Mistake(
            "32 added, not 33",
            lambda x: _chords(x, bias=32),
            "With 33 the lowest step is half as wide as the others, and 0 lies in its middle.",
        ),
        Mistake(
            "nothing added",
            lambda x: _chords(x, bias=0),
            "Add 33, so that all segments begin at a power of two.",
        ),
        Mistake(
            "the largest samples not limited",
            lambda x: _chords(x, most=1 << 20),
            "32767 becomes 8191 in 14 bits, and 33 more needs a 14th bit: limit the sum to 8191.",
        ),
        Mistake(
            "the step bits one place too high",
            lambda x: _chords(x, below=2),
            "Shift by segment + 1: the four bits *below* the leading one.",
        ),
        Mistake(
            "the step bits one place too low",
            lambda x: _chords(x, below=0),
            "Shift by segment + 1: the four bits right below the leading one.",
        ),
        Mistake(
            "A-law",
            lambda x: companding.g711_encode(x.astype("int16"), law="a"),
            "That is Europe's law. This one shifts by 2, adds 33 and inverts all bits.",
        ),
        Mistake(
            "WaveNet's codes",
            lambda x: companding.mu_law_encode(x / 32768),
            "G.711 is no logarithm: it is eight straight pieces, and its bits are inverted.",
        ),
        Mistake(
            "the logarithm, with G.711's signs and inversion",
            lambda x: _smooth(x),
            "Close, but G.711 is no logarithm: it is eight straight pieces. Segment and step come from the bits.",
        ),
    ),
)


def _smooth(x: np.ndarray) -> np.ndarray:
    size = np.floor(np.abs(_F(x / 32768)) * 127.5).astype(int).clip(max=127)
    return (np.where(x < 0, 0x80, 0) | size) ^ 0xFF
