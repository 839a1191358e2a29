"""Sound files made here, good ones and all kinds of bad ones: the right samples, or one clear error."""

from __future__ import annotations

import functools
import io
import struct
from typing import Any

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
    half = int(0.4 * 2 ** (bits - 1))
    codes = np.random.default_rng(channels).integers(-half, half, (channels, n))
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
                limit = 0.9 if subtype == "OPUS" else 0.25
                assert np.std(difference[:, N // 2 :]) < limit * np.std(y), (channels, sr)
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


# --- Headers that lie, files that end too early, bits that flipped --------------------------------------------------

# 2003 frames: a number that stands nowhere else in a header.
LENGTH = 2003
GOOD = {
    "wav": ("WAV", "PCM_16", 2), "wav24": ("WAV", "PCM_24", 1), "float": ("WAV", "FLOAT", 2),
    "ima": ("WAV", "IMA_ADPCM", 1),
    "gsm": ("WAV", "GSM610", 1), "wavex": ("WAVEX", "PCM_16", 2), "rf64": ("RF64", "PCM_16", 2),
    "w64": ("W64", "PCM_16", 2), "aiff": ("AIFF", "PCM_16", 2), "aifc": ("AIFF", "FLOAT", 2),
    "caf": ("CAF", "PCM_16", 2),
    "alac": ("CAF", "ALAC_16", 2), "au": ("AU", "PCM_16", 2), "flac": ("FLAC", "PCM_16", 2),
    "ogg": ("OGG", "VORBIS", 2), "opus": ("OGG", "OPUS", 2), "mp3": ("MP3", "MPEG_LAYER_III", 2),
    "avr": ("AVR", "PCM_16", 2), "htk": ("HTK", "PCM_16", 1), "svx": ("SVX", "PCM_16", 1),
    "mat4": ("MAT4", "PCM_16", 2),
    "mat5": ("MAT5", "PCM_16", 2), "mpc2k": ("MPC2K", "PCM_16", 2), "nist": ("NIST", "PCM_16", 2),
    "voc": ("VOC", "PCM_16", 2), "wve": ("WVE", "ALAW", 1), "paf": ("PAF", "PCM_16", 2), "pvf": ("PVF", "PCM_16", 2),
    "ircam": ("IRCAM", "PCM_16", 2),
}  # fmt: skip


@functools.cache
def good(name: str) -> bytes:
    kind, subtype, channels = GOOD[name]
    file = io.BytesIO()
    dk.save(file, noise(channels, n=LENGTH), 8000, subtype=subtype, format=kind)
    return file.getvalue()


def ending(name: str) -> str:
    return f"x.{GOOD[name][0].lower()}"


def verdict(child: Any, name: str, data: bytes) -> str:
    """What became of a changed file: "refused", "right" (the samples of the good one), or what else came out."""
    found = child("load", ending(name), data, {})
    if found[0] == "refused":
        assert found[1].startswith(ending(name)), found  # which file, and what is wrong with it
        assert len(found[1]) < 300, found
        return "refused"
    if found[0] != "samples":
        return str(found)
    y, sr = dk.load(io.BytesIO(good(name)))
    right = found[1].shape == y.shape and np.array_equal(found[1], y) and found[2] == sr
    return "right" if right else f"{found[1].shape} at {found[2]} Hz"


# (place, format) of each number that says how much there is.
SIZES = {
    "wav": [(4, "<I"), (16, "<I"), (40, "<I")],
    "wav24": [(4, "<I"), (16, "<I"), (40, "<I")],
    "float": [(4, "<I"), (16, "<I"), ("fact", 4, "<I"), ("fact", 8, "<I"), ("PEAK", 4, "<I"), ("data", 4, "<I")],
    "ima": [(4, "<I"), (16, "<I"), ("fact", 4, "<I"), ("fact", 8, "<I"), ("data", 4, "<I")],
    "gsm": [(4, "<I"), (16, "<I"), ("fact", 4, "<I"), ("fact", 8, "<I"), ("data", 4, "<I")],
    "wavex": [(4, "<I"), (16, "<I"), ("fact", 4, "<I"), ("fact", 8, "<I"), ("data", 4, "<I")],
    "rf64": [(4, "<I"), ("ds64", 4, "<I"), ("ds64", 8, "<Q"), ("ds64", 16, "<Q"), ("ds64", 24, "<Q"),
             ("data", 4, "<I")],
    "w64": [(16, "<Q"), ("fmt ", 16, "<Q"), ("data", 16, "<Q")],
    "aiff": [(4, ">I"), ("COMM", 4, ">I"), ("COMM", 10, ">I"), ("SSND", 4, ">I")],
    "aifc": [(4, ">I"), ("COMM", 4, ">I"), ("COMM", 10, ">I"), ("SSND", 4, ">I")],
    "caf": [("desc", 4, ">Q"), ("data", 4, ">Q")],
    "alac": [("desc", 4, ">Q"), ("kuki", 4, ">Q"), ("pakt", 12, ">Q"), ("pakt", 20, ">Q"), ("data", 4, ">Q")],
    "au": [(4, ">I"), (8, ">I")],
    "flac": [(4, ">I"), (21, ">I"), (22, ">I")],
    "mp3": [("Xing", 12, ">I")],
    "avr": [(26, ">I")],
    "htk": [(0, ">I")],
    "svx": [(4, ">I"), ("VHDR", 4, ">I"), ("VHDR", 8, ">I"), ("BODY", 4, ">I")],
    "mat5": [("wavedata", 12, "<I")],
    "mpc2k": [(26, "<I"), (30, "<I")],
    "voc": [(27, "<H")],
    "wve": [(18, ">I")],
}  # fmt: skip
LIES = (
    0,
    1,
    2**31 - 4096,
    2**31 - 1,
    2**31,
    0xF0000000,
    2**32 - 4096,
    2**32 - 1,
    2**34,
    2**36 - 1,
    2**62,
    2**63,
    2**64 - 1,
)


def lies(data: bytes, place: tuple[Any, ...]) -> list[bytes]:
    """The file with other numbers at this place: half, twice, one less, one frame more … and absurd ones."""
    where, form = sum(p if isinstance(p, int) else data.index(p.encode()) for p in place[:-1]), place[-1]
    width = struct.calcsize(form)
    (true,) = struct.unpack(form, data[where : where + width])
    others = {
        true // 2,
        true // 2 + 1,
        true - 4,
        true - 2,
        true + 1,
        true + 2,
        true + 4,
        2 * true,
        10 * true,
        *LIES,
    } - {true}
    return [
        data[:where] + struct.pack(form, lie) + data[where + width :] for lie in sorted(others) if 0 <= lie < 256**width
    ]


@pytest.mark.parametrize("name", SIZES)
def test_a_size_that_lies_costs_no_sample(child, name):
    for place in SIZES[name]:
        found = [verdict(child, name, data) for data in lies(good(name), place)]
        assert set(found) <= {"right", "refused"}, (place, found)


def ends(data: bytes) -> list[int]:
    """Every byte of the header (the first 200), and 20 places after it."""
    head = min(200, len(data))
    return [*range(1, head), *(head + (len(data) - head) * i // 20 for i in range(20)), len(data) - 2, len(data) - 1]


# What libsndfile knows of these is the size of the file: where they are cut, nobody can tell.
ENDLESS = {"paf", "pvf", "ircam"}


# And these end with one byte that holds no sound.
FILLED_UP = {"voc", "wav24", "gsm"}


@pytest.mark.parametrize("name", GOOD)
def test_a_file_cut_anywhere_is_refused(child, name):
    data = good(name)
    found = {end: verdict(child, name, data[:end]) for end in ends(data)}
    if name in ENDLESS:
        assert all(what == "refused" or "at 8000 Hz" in what for what in found.values()), found
    else:
        kept = {end for end, what in found.items() if what != "refused"}
        assert kept <= ({len(data) - 1} if name in FILLED_UP else set()), {end: found[end] for end in kept}


def pages(data: bytes) -> list[tuple[int, int]]:
    """Where each Ogg page begins and ends."""
    starts = [i for i in range(len(data)) if data.startswith(b"OggS", i)]
    return list(zip(starts, [*starts[1:], len(data)], strict=True))


@pytest.mark.parametrize("name", ["ogg", "opus"])
def test_one_flipped_bit_in_any_page_is_refused(child, rng, name):
    kind, subtype, channels = GOOD[name]
    data = child("save", kind, noise(channels, n=100_000), 8000, subtype)[1]
    assert len(pages(data)) > 6
    for start, stop in pages(data):
        for place in {start + 5, start + 10, start + 26, start + 27, *rng.integers(start, stop, size=6).tolist()}:
            flipped = bytearray(data)
            flipped[place] ^= 1 << rng.integers(8)
            found = child("load", ending(name), bytes(flipped), {})
            assert found[0] == "refused", (place, found[0])


def test_a_missing_or_repeated_page_is_refused(child):
    data = child("save", "OGG", noise(2, n=100_000), 8000, "VORBIS")[1]
    for start, stop in pages(data)[1:-1]:
        assert child("load", "x.ogg", data[:start] + data[stop:], {})[0] == "refused"
        assert child("load", "x.ogg", data[:stop] + data[start:], {})[0] == "refused"


@pytest.mark.parametrize("name", ["flac", "alac"])
def test_one_flipped_bit_in_lossless_data_is_refused(child, rng, name):
    data = good(name)
    for place in rng.integers(300, len(data), size=60).tolist():
        flipped = bytearray(data)
        flipped[place] ^= 1 << rng.integers(8)
        found = verdict(child, name, bytes(flipped))
        assert found == "refused" or name == "alac", (place, found)  # ALAC has no checksum
        assert "raised" not in found
        assert "died" not in found


# --- MP3 whose header estimates -------------------------------------------------------------------------------------


def mp3(y: np.ndarray, sr: int, *, mode: str = "VARIABLE") -> bytes:
    file = io.BytesIO()
    channels = 1 if y.ndim == 1 else len(y)
    with sf.SoundFile(file, "w", sr, channels, "MPEG_LAYER_III", format="MP3", bitrate_mode=mode) as out:
        out.write(y.T)
    return file.getvalue()


@functools.cache
def loud_then_quiet(sr: int, channels: int) -> np.ndarray:
    """A sound for which the first frame says little about how many bytes the others take."""
    y = 0.4 * np.random.default_rng(0).uniform(-1, 1, size=(channels, 3 * sr))
    y[:, sr:] *= 1e-3
    return y if channels > 1 else y[0]


def first_frame(data: bytes) -> int:
    """The length of the first frame, which holds the number of all frames."""
    from dspkit._containers import _frame

    return _frame(data[:4]).length


SOUNDS = [(44100, 1, "VARIABLE"), (44100, 2, "VARIABLE"), (8000, 1, "VARIABLE"), (22050, 2, "AVERAGE"),
          (44100, 1, "CONSTANT"), (16000, 2, "CONSTANT")]  # fmt: skip


@pytest.mark.parametrize(("sr", "channels", "mode"), SOUNDS)
def test_an_mp3_is_read_to_its_end_whatever_its_header_says(child, sr, channels, mode):
    y = loud_then_quiet(sr, channels)
    data = mp3(y, sr, mode=mode)
    assert b"Xing" in data[:100] or b"Info" in data[:100]
    whole = child("load", "x.mp3", data, {})[1]
    assert whole.shape == y.shape
    bare = data[first_frame(data) :]  # without the frame that counts the others
    got = child("load", "x.mp3", bare, {})
    assert got[0] == "samples", got
    # With it go the numbers of samples to leave out at both ends.
    extra = got[1].shape[-1] - y.shape[-1]
    assert 0 < extra < 3 * 1152
    best = min(range(extra + 1), key=lambda k: np.max(np.abs(got[1][..., k : k + y.shape[-1]] - whole)[..., : sr // 4]))
    np.testing.assert_allclose(got[1][..., best : best + y.shape[-1]], whole, atol=1e-4)
    half = child("load", "x.mp3", bare, {"offset": 1.5})[1]
    np.testing.assert_allclose(half, got[1][..., round(1.5 * sr) :], atol=1e-4)


def test_a_wrong_number_of_frames_in_an_mp3_costs_no_sample(child):
    data = good("mp3")
    whole = child("load", "x.mp3", data, {})[1]
    for changed in lies(data, ("Xing", 8, ">I")):
        found = child("load", "x.mp3", changed, {})
        if found[0] == "samples":  # with all that the frames hold, also what the encoder put around the sound
            y = found[1]
            starts = range(y.shape[1] - LENGTH + 1)
            assert min(np.max(np.abs(y[:, k : k + LENGTH] - whole)) for k in starts) < 1e-4
        else:
            assert found[0] == "refused", found
            assert "cut short" in found[1]


@pytest.mark.parametrize(("sr", "channels", "mode"), SOUNDS)
def test_joined_mp3s_give_one_sound_after_the_other(child, sr, channels, mode):
    data = mp3(loud_then_quiet(sr, channels), sr, mode=mode)
    whole = child("load", "x.mp3", data, {})[1]
    id3 = b"ID3\x04\0\0" + bytes([0, 0, 8, 0]) + bytes(1024)
    for joint in (data + data, id3 + data + b"TAG" + bytes(125) + id3 + data + b"TAG" + bytes(125)):
        got = child("load", "x.mp3", joint, {})
        assert got[0] == "samples", got
        np.testing.assert_allclose(got[1], np.concatenate([whole, whole], axis=-1), atol=1e-6)
    later = child("load", "x.mp3", data + data, {"offset": 3.5, "duration": 1.0})[1]
    np.testing.assert_allclose(later, whole[..., sr // 2 : sr // 2 + sr], atol=1e-4)


def test_joined_sounds_of_different_rates_are_refused(child):
    data = mp3(loud_then_quiet(8000, 1), 8000) + mp3(loud_then_quiet(16000, 2), 16000)
    found = child("load", "x.mp3", data, {})
    assert found[0] == "refused"


def test_an_mp3_without_its_beginning_loses_no_more(child):
    data = mp3(loud_then_quiet(44100, 1), 44100)
    got = child("load", "x.mp3", data[5000:], {})
    whole = child("load", "x.mp3", data, {})[1]
    assert got[0] == "samples", got
    np.testing.assert_allclose(got[1][-100_000:-3000], whole[-100_000 + (d := 0) : -3000 + d or None], atol=2.0)
    assert 0 < whole.size - got[1].size < 44100


def test_an_mp3_cut_in_a_frame_is_refused_where_nothing_says_how_long_it_is(child):
    data = mp3(loud_then_quiet(44100, 1), 44100)
    bare = data[first_frame(data) :]
    found = child("load", "x.mp3", bare[:-10], {})
    assert found[0] == "refused"
    assert "cut short" in found[1]


def test_a_byte_lost_inside_an_mp3_is_refused(child):
    data = mp3(loud_then_quiet(44100, 1), 44100)
    middle = len(data) // 2
    assert child("load", "x.mp3", data[:middle] + data[middle + 1 :], {})[0] == "refused"


def test_joined_ogg_files_give_one_sound_after_the_other(child):
    data = child("save", "OGG", noise(2, n=30_000), 8000, "VORBIS")[1]
    whole = child("load", "x.ogg", data, {})[1]
    got = child("load", "x.ogg", data + data, {})[1]
    np.testing.assert_array_equal(got, np.concatenate([whole, whole], axis=1))


def test_joined_flac_files_are_refused(child):
    assert child("load", "x.flac", good("flac") * 2, {})[0] == "refused"


def test_a_flac_with_tags_or_without_its_length_is_read(child):
    data = good("flac")
    (word,) = struct.unpack(">Q", data[18:26])
    assert word & (2**36 - 1) == LENGTH
    unknown = data[:18] + struct.pack(">Q", word - LENGTH) + data[26:]
    id3 = b"ID3\x04\0\0" + bytes([0, 0, 8, 0]) + bytes(1024)
    for changed in (unknown, id3 + data, data + b"TAG" + bytes(125), id3 + unknown + b"TAG" + bytes(125)):
        assert verdict(child, "flac", changed) == "right"
    part = child("load", "x.flac", unknown, {"offset": 1000 / 8000, "duration": 500 / 8000})[1]
    np.testing.assert_array_equal(part, noise(2, n=LENGTH)[:, 1000:1500])
    assert "at or after the end" in child("load", "x.flac", unknown, {"offset": 1.0})[1]


# --- Streams whose length was not known -----------------------------------------------------------------------------

# What programs write into a pipe: (riff, data). aplay, espeak-ng and SoX, mplayer, ffmpeg, GStreamer, and those that
# were stopped before they came back to the header.
PLACEHOLDERS = [
    (0x7FFFFF24, 0x7FFFFF00), (0x7FFFF024, 0x7FFFF000), (0x7FFFFFFF, 0x7FFFFFFF), (0x7FFFFFFF, 0x7FFFFFFF - 36),
    (0x80000024, 0x80000000), (0xFFFFFFFF, 0xFFFFFFFF), (0xFFFFFFFF, 0xFFFFFFFF - 36), (0, 0), (36, 0), (8, 0),
    (0xFFFFFFFC, 0xFFFFFFFC), (0xFFFFFF24, 0xFFFFFF00),
]  # fmt: skip


@pytest.mark.parametrize(("riff", "size"), PLACEHOLDERS)
@pytest.mark.parametrize("name", ["wav", "wav24", "float"])
def test_a_wav_from_a_pipe_is_read_to_its_end(child, name, riff, size):
    data = bytearray(good(name)[: -1 if name == "wav24" else None])  # its last byte only makes the length even
    data[4:8] = struct.pack("<I", riff)
    place = data.index(b"data") + 4
    data[place : place + 4] = struct.pack("<I", size)
    assert verdict(child, name, bytes(data)) == "right"


@pytest.mark.parametrize("size", [0xF0000000, 0x70000000, 0x80001000, 0x7FFF0000])
def test_a_wav_that_promises_gigabytes_is_cut_short(child, size):
    data = bytearray(good("wav"))
    data[40:44] = struct.pack("<I", size)
    found = child("load", "x.wav", bytes(data), {})
    assert found[0] == "refused"
    assert f"cut short: its header promises {size} bytes of sound, there are {4 * LENGTH}" in found[1]


def test_chunks_after_the_sound_and_zeros_are_no_sound(child):
    data = bytearray(good("wav"))
    for more in (b"LIST\x04\0\0\0abcd", b"id3 \x03\0\0\0abc\0", bytes(100), b"LIST\xff\0\0\0abcd"):
        longer = bytearray(data + more)
        longer[4:8] = struct.pack("<I", len(longer) - 8)
        assert verdict(child, "wav", bytes(longer)) == "right", more
    assert verdict(child, "wav", bytes(data) + b"appended to the file") == "right"  # outside what RIFF says is the file
    longer = bytearray(data + bytes(range(200, 212)))
    longer[4:8] = struct.pack("<I", len(longer) - 8)
    assert verdict(child, "wav", bytes(longer)) == "refused"


def test_an_au_and_a_caf_of_unknown_length_are_read(child):
    data = bytearray(good("au"))
    data[8:12] = b"\xff" * 4
    assert verdict(child, "au", bytes(data)) == "right"
    data = bytearray(good("caf"))
    place = data.index(b"data") + 4
    data[place : place + 8] = b"\xff" * 8
    assert verdict(child, "caf", bytes(data)) == "right"
