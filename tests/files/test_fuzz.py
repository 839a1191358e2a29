"""Thousands of damaged files and odd requests, in a child process: samples, or one clear error, and never a crash."""

from __future__ import annotations

import functools
import io
from typing import Any

import numpy as np
import pytest

import dspkit as dk

pytest.importorskip("soundfile", reason="soundfile is not installed")
hypothesis = pytest.importorskip("hypothesis", reason="hypothesis is not installed")
st = hypothesis.strategies

# The same cases in each run: a failure in CI is the failure of the change, and not of the day.
FUZZ = hypothesis.settings(
    max_examples=1500,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(hypothesis.HealthCheck),
)
KINDS = {
    "x.wav": ("WAV", None), "f.wav": ("WAV", "FLOAT"), "i.wav": ("WAV", "IMA_ADPCM"), "m.wav": ("WAV", "MS_ADPCM"),
    "x.rf64": ("RF64", None), "x.w64": ("W64", None), "x.aiff": ("AIFF", None), "x.caf": ("CAF", None),
    "a.caf": ("CAF", "ALAC_16"), "x.au": ("AU", None), "x.flac": ("FLAC", None), "x.ogg": ("OGG", "VORBIS"),
    "x.opus": ("OGG", "OPUS"), "x.mp3": ("MP3", None), "x.avr": ("AVR", None), "x.mat": ("MAT5", None),
    "x.voc": ("VOC", None), "x.paf": ("PAF", None), "x.mpc": ("MPC2K", None), "x.sph": ("NIST", None),
}  # fmt: skip


@functools.cache
def file(name: str) -> bytes:
    kind, subtype = KINDS[name]
    out = io.BytesIO()
    y = np.random.default_rng(0).uniform(-0.3, 0.3, size=(2, 3000))
    dk.save(out, y, 8000, subtype=subtype, format=kind)
    return out.getvalue()


NUMBERS = [0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 2**34, 2**63 - 1, 2**64 - 1]


@st.composite
def damaged(draw: Any) -> tuple[str, bytes]:
    """A file with a few changes, most of them near its beginning: bytes, numbers, pieces lost, doubled, or swapped."""
    name = draw(st.sampled_from(sorted(KINDS)))
    data = bytearray(file(name))
    for _ in range(draw(st.integers(1, 4))):
        near = draw(st.integers(0, 2)) > 0
        place = draw(st.integers(0, min(len(data), 300 if near else len(data))))
        what = draw(st.sampled_from(["bytes", "number", "bit", "cut", "lose", "repeat", "zeros"]))
        if what == "bytes":
            new = draw(st.binary(min_size=1, max_size=8))
            data[place : place + len(new)] = new
        elif what == "number":
            width, order = draw(st.sampled_from([2, 4, 8])), draw(st.sampled_from(["little", "big"]))
            number = draw(st.sampled_from(NUMBERS)) & (256**width - 1)
            data[place : place + width] = number.to_bytes(width, order)
        elif what == "bit" and place < len(data):
            data[place] ^= 1 << draw(st.integers(0, 7))
        elif what == "cut":
            del data[place:]
        elif what == "lose":
            del data[place : place + draw(st.integers(1, 100))]
        elif what == "repeat":
            data[place:place] = data[place : place + draw(st.integers(1, 2000))]
        elif what == "zeros":
            data[place:place] = bytes(draw(st.integers(1, 100)))
    return name, bytes(data)


OPTIONS = st.sampled_from([{}, {}, {"offset": 0.1}, {"mono": True}, {"offset": 0.05, "duration": 0.1}])


@hypothesis.given(case=damaged(), options=OPTIONS)
@FUZZ
def test_damaged_files(child, case, options):
    answered(child("load", *case, options))


@hypothesis.given(name=st.sampled_from(["x", "x.wav", "x.mp3"]), data=st.binary(min_size=1, max_size=400))
@FUZZ
def test_bytes_that_are_no_sound(child, name, data):
    answered(child("load", name, data, {}))


MAGIC = [b"RIFF\xff\xff\0\0WAVEfmt ", b"RF64\xff\xff\xff\xffWAVEds64", b"FORM\0\0\xff\xffAIFFCOMM",
         b"fLaC\0\0\0\x22", b"OggS\0\2",
         b"caff\0\1\0\0desc", b".snd\0\0\0\x18", b"\xff\xfb\x90\xc4", b"ID3\4\0\0\0\0\0\1", b"NIST_1A\n   1024\n",
         b"riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\0\0",
         b"Creative Voice File\x1a\x1a\0", b"2BIT", b"MATLAB 5.0"]  # fmt: skip


@hypothesis.given(head=st.sampled_from(MAGIC), data=st.binary(max_size=400))
@FUZZ
def test_bytes_after_a_sound_files_first(child, head, data):
    answered(child("load", "x", head + data, {}))


def answered(found: tuple[Any, ...]) -> None:
    assert found[0] in {"samples", "refused"}, found
    if found[0] == "samples":
        y, sr = found[1:]
        assert (y.dtype, y.ndim in {1, 2}) == ("float32", True)
        assert y.shape[-1] > 0
        assert sr > 0
    else:
        assert len(found[1]) < 400


FORMATS = ["WAV", "FLAC", "OGG", "OPUS", "MP3", "AIFF", "CAF", "W64", "AU", "RF64", "SVX", "VOC", "MAT4", "NIST"]
CODINGS = [None, None, "PCM_16", "PCM_24", "PCM_S8", "FLOAT", "DOUBLE", "ULAW", "VORBIS", "OPUS", "ALAC_24",
           "IMA_ADPCM", "MS_ADPCM", "GSM610"]  # fmt: skip
ANY_RATE = st.one_of(
    st.integers(1, 2**31), st.sampled_from([8000, 11025, 16000, 44100, 48000, 96000, 192000, 200001, 384000])
)


@hypothesis.given(
    kind=st.sampled_from(FORMATS), subtype=st.sampled_from(CODINGS), sr=ANY_RATE,
    channels=st.one_of(st.integers(1, 8), st.sampled_from([9, 16, 255, 256, 1024, 1025])), n=st.integers(1, 2000),
)  # fmt: skip
@hypothesis.settings(FUZZ, max_examples=600)
def test_what_is_saved_is_read_again_or_refused(child, kind, subtype, sr, channels, n):
    y = np.random.default_rng(n).uniform(-0.5, 0.5, size=(channels, max(min(n, 20_000 // channels), channels)))
    saved = child("save", kind, y, sr, subtype)
    assert saved[0] in {"bytes", "refused"}, saved
    if saved[0] == "bytes":
        found = child("load", f"x.{kind.lower()}", saved[1], {})
        assert found[0] == "samples", found
        got = np.atleast_2d(found[1])
        assert (len(got), found[2]) == (channels, sr)
        assert got.shape[1] >= y.shape[1]
