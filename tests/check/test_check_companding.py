"""The homework checks of lesson 13: libraries pass, every known mistake is named, as students write it."""

import numpy as np
import pytest

import dspkit as dk


def librosa_compress(y):
    return pytest.importorskip("librosa").mu_compress(y, mu=255, quantize=False)


def librosa_expand(F):
    return pytest.importorskip("librosa").mu_expand(F, mu=255, quantize=False)


def librosa_codes(y):
    return pytest.importorskip("librosa").mu_compress(y, mu=255, quantize=True)


def formula(y):
    """WaveNet's paper, as everybody writes it."""
    F = np.sign(y) * np.log(1 + 255 * np.abs(y)) / np.log(1 + 255)
    return ((F + 1) / 2 * 255 + 0.5).astype("uint8")


def g711_by_loop(x):
    """Sample by sample, segment by segment."""
    codes = []
    for value in x.tolist():
        m = min(((~value if value < 0 else value) >> 2) + 33, 8191)
        segment = m.bit_length() - 6
        code = (128 if value < 0 else 0) + 16 * segment + ((m >> (segment + 1)) - 16)
        codes.append(255 - code)
    return np.array(codes)


RIGHT = [
    (dk.check.mu_compress, dk.mu_compress),
    (dk.check.mu_compress, librosa_compress),
    (dk.check.mu_compress, lambda y: np.sign(y) * np.log10(1 + 255 * np.abs(y)) / np.log10(256)),
    (dk.check.mu_expand, dk.mu_expand),
    (dk.check.mu_expand, librosa_expand),
    (dk.check.mu_expand, lambda F: np.copysign((np.exp(np.abs(F) * np.log(256)) - 1) / 255, F)),
    (dk.check.mu_law_encode, dk.mu_law_encode),
    (dk.check.mu_law_encode, formula),
    (dk.check.mu_law_encode, lambda y: np.rint((dk.mu_compress(y) + 1) / 2 * 255).astype(int)),
    (dk.check.mu_law_encode, lambda y: np.searchsorted(dk.mu_law_thresholds(), y, side="right")),
    (dk.check.codes_of_pcm16, lambda pcm: dk.mu_law_encode(dk.to_float(pcm))),
    (dk.check.codes_of_pcm16, lambda pcm: formula(pcm / 32768)),
    (dk.check.mu_law_decode, lambda codes: dk.mu_law_decode(codes, dtype="float64")),
    (dk.check.mu_law_decode, lambda codes: dk.mu_expand(2 * (codes / 255) - 1)),
    (dk.check.g711_encode, dk.g711_encode),
    (dk.check.g711_encode, g711_by_loop),
]


@pytest.mark.parametrize(("check", "function"), RIGHT)
def test_right_answers_agree(check, function):
    assert check.agrees(function), check(function)


def g711_with_abs(x):
    m = np.minimum((np.abs(x.astype(int)) >> 2) + 33, 8191)
    segment = np.floor(np.log2(m)).astype(int) - 5
    return 255 - (128 * (x < 0) + 16 * segment + (m >> (segment + 1)) % 16)


# Mistakes written another way than in the check's own list.
WRONG = [
    (dk.check.mu_compress, lambda y: np.log(1 + 255 * np.abs(y)) / np.log(256), "a missing sign"),
    (dk.check.mu_compress, lambda y: np.copysign(np.log1p(256 * abs(y)) / np.log(257), y), "μ = 256"),
    (dk.check.mu_expand, lambda F: np.copysign(np.exp(abs(F)) - 1, F) / 255, "e where 1 + μ belongs"),
    (dk.check.mu_law_encode, lambda y: ((dk.mu_compress(y) + 1) * 127.5).astype(int), "flooring without the + 1/2"),
    (dk.check.mu_law_encode, lambda y: np.floor((dk.mu_compress(y) + 1) * 127.5) + 1, "half a code too high"),
    (dk.check.mu_law_encode, librosa_codes, "librosa's codes, −128 … 127"),
    (dk.check.mu_law_encode, lambda y: librosa_codes(y) + 128, "librosa's codes shifted by 128"),
    (dk.check.mu_law_encode, lambda y: np.round(127.5 * (y + 1)), "no companding"),
    (dk.check.codes_of_pcm16, lambda pcm: dk.mu_law_encode(pcm.astype(float), clip=True), "int16 not scaled"),
    (dk.check.codes_of_pcm16, lambda pcm: formula(pcm / 65536), "divided by 65536"),
    (dk.check.codes_of_pcm16, lambda pcm: dk.mu_law_encode(pcm / 32768, convention="librosa"), "−128 … 127"),
    (dk.check.mu_law_decode, lambda codes: dk.mu_expand(codes / 255), "the − 1 missing"),
    (dk.check.mu_law_decode, lambda codes: dk.mu_expand(codes * 2 / 255 - 1), "2 · codes in 8 bits"),
    (dk.check.g711_encode, g711_with_abs, "one's complement forgotten"),
    (dk.check.g711_encode, lambda x: ~g711_by_loop(x) & 255, "bits not inverted"),
    (dk.check.g711_encode, lambda x: formula(x / 32768), "WaveNet's codes"),
]


@pytest.mark.parametrize(("check", "function", "name"), WRONG)
def test_mistakes_are_named_however_they_are_written(check, function, name):
    verdict = check(function)
    assert verdict.status == "recognised", verdict
    assert name in verdict.mistake


def test_a_wrong_number_is_never_shown_right():
    verdict = dk.check.mu_law_encode(lambda y: 0 * y + 77)
    assert verdict.status == "failed"
    assert "255" not in str(verdict)
