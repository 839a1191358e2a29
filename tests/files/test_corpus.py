"""Sound files made here, good ones and all kinds of bad ones: the right samples, or one clear error."""

from __future__ import annotations

import functools

import numpy as np
import pytest

import dspkit as dk

sf = pytest.importorskip("soundfile", reason="soundfile is not installed")

FORMATS = [(kind, subtype) for kind in sf.available_formats() if kind not in {"RAW", "SD2"}
           for subtype in sf.available_subtypes(kind)]  # fmt: skip
RATES = (7999, 8000, 11025, 12345, 44100, 48000, 65535, 96000, 200001)
N = 2000  # samples
BITS = {"PCM_S8": 8, "PCM_U8": 8, "PCM_16": 16, "ALAC_16": 16}
# Of each sample not more than this is lost, for noise of amplitude 0.4.
LOSS = {"ULAW": 1 / 64, "ALAW": 1 / 64, "DPCM_8": 1 / 64, "DWVW_12": 1 / 2000, "DPCM_16": 1e-4}
LOSSY = ("IMA_ADPCM", "MS_ADPCM", "GSM610", "G721_32", "G723_24", "G723_40", "NMS_ADPCM_16", "NMS_ADPCM_24",
         "NMS_ADPCM_32", "VORBIS", "OPUS", "MPEG_LAYER_III")  # fmt: skip


@functools.cache
def noise(channels: int, bits: int = 16, n: int = N) -> np.ndarray:
    """Noise (channels, n) whose samples are codes of so many bits."""
    codes = np.random.default_rng(channels).integers(
        -(0.4 * 2 ** (bits - 1)) // 1, 0.4 * 2 ** (bits - 1), (channels, n)
    )
    return codes / 2.0 ** (bits - 1)


# --- What is written is what is read, in every format, or is refused -----------------------------------------------


@pytest.mark.parametrize(("kind", "subtype"), FORMATS, ids=map("-".join, FORMATS))
def test_every_format_keeps_the_sound_or_is_refused(child, kind, subtype):
    kept = set()
    for channels in (1, 2, 8):
        y = noise(channels, BITS.get(subtype, 16))
        if subtype in LOSSY:
            y = np.stack([dk.sine(300, sr=8000, duration=N / 8000, amplitude=0.4)] * channels)
        for sr in RATES:
            saved = child("save", kind, y, sr, subtype)
            assert saved[0] in {"bytes", "refused"}, (channels, sr, saved)
            if saved[0] == "refused":
                continue
            found = child("load", f"x.{kind.lower()}", saved[1], {})
            assert found[0] == "samples", (channels, sr, found)
            got, rate = np.atleast_2d(found[1]), found[2]
            assert rate == sr
            # Some codings come in blocks, and the last one is filled up.
            assert (len(got), got.shape[1] >= N) == (channels, True)
            assert got.shape[1] == N or subtype in LOSSY or kind == "VOC", got.shape
            difference = got[:, :N] - y
            if subtype in LOSSY:  # they adapt: the second half is what they can do
                assert np.std(difference[:, N // 2 :]) < 0.25 * np.std(y), (channels, sr)
            else:
                assert np.max(np.abs(difference)) <= LOSS.get(subtype, 0.0), (channels, sr)
            kept.add((channels, sr))
    assert kept or (kind, subtype) in NEVER, "all refused"
    if kind in EVERYTHING and (kind, subtype) not in NEVER and subtype not in LOSSY:
        assert kept == {(channels, sr) for channels in (1, 2, 8) for sr in RATES}


EVERYTHING = {"WAV", "WAVEX", "RF64", "W64", "AIFF", "AU", "CAF", "MAT4", "MAT5", "NIST"}
# What libsndfile lists, and does not write.
NEVER = {
    ("AIFF", "DWVW_12"), ("AIFF", "DWVW_16"), ("AIFF", "DWVW_24"), ("MP3", "MPEG_LAYER_I"), ("MP3", "MPEG_LAYER_II"),
    ("WAV", "MPEG_LAYER_III"), ("CAF", "ALAC_20"), ("CAF", "ALAC_24"), ("CAF", "ALAC_32"),
    ("SDS", "PCM_S8"), ("SDS", "PCM_16"), ("SDS", "PCM_24"),
}  # fmt: skip
