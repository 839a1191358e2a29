"""Sound files, PCM codes, and resampling: exact to the sample, beside soundfile, SciPy and librosa."""

import io
import math
import os
import stat
import struct
import sys
import warnings

import numpy as np
import pytest

import dspkit as dk
from dspkit import audio

INT16 = np.arange(-32768, 32768).astype("int16")


@pytest.fixture
def soundfile():
    return pytest.importorskip("soundfile", reason="soundfile is not installed")


@pytest.fixture
def sound(rng):
    """0.4 s in two channels at 44.1 kHz, on the grid of 16 bits."""
    codes = rng.integers(-16384, 16384, size=(2, 17640)).astype("int16")
    return codes / np.float32(32768)


# librosa.load imports audioread, which imports what Python 3.13 has no more.
old_modules = pytest.mark.filterwarnings("ignore:.*slated for removal:DeprecationWarning")


# --- PCM codes ---------------------------------------------------------------------------------------------

CODES = {
    "int16": (INT16, None, 32768.0, 0),
    "uint8": (np.arange(256).astype("uint8"), None, 128.0, 128),
    "int8": (np.arange(-128, 128).astype("int8"), None, 128.0, 0),
    "int32": (np.array([-(2**31), -1, 0, 1, 2**30, 2**31 - 1], dtype="int32"), None, 2.0**31, 0),
    "24 bits in int32": (np.array([-(2**23), -1, 0, 1, 2**22, 2**23 - 1], dtype="int32"), 24, 2.0**23, 0),
    "12 bits in int16": (np.array([-2048, 0, 2047], dtype="int16"), 12, 2048.0, 0),
    "stereo": (np.array([[1, 2], [3, 4]], dtype="int16"), None, 32768.0, 0),
    "nothing": (np.zeros(0, dtype="int16"), 12, 2048.0, 0),
}


@pytest.mark.parametrize(("codes", "bits", "scale", "zero"), CODES.values(), ids=CODES.keys())
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_to_float_divides_by_the_power_of_two(arrays, codes, bits, scale, zero, dtype):
    got = arrays.back(dk.to_float(arrays(codes), bits=bits, dtype=dtype))
    assert (got.shape, got.dtype) == (codes.shape, dtype)
    np.testing.assert_array_equal(got, ((codes.astype("float64") - zero) / scale).astype(dtype))
    below_one = got < 1.0 if dtype == "float64" else got <= 1.0  # in float32, 1 − 2^−31 is 1
    assert np.all(below_one & (got >= -1.0))


def test_to_float_equals_librosas_conversion():
    librosa = pytest.importorskip("librosa", reason="librosa is not installed")
    np.testing.assert_array_equal(dk.to_float(INT16), librosa.util.buf_to_float(INT16))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_sixteen_bits_come_back_as_they_were(arrays, dtype):
    samples, clipped = dk.to_pcm16(dk.to_float(arrays(INT16), dtype=dtype))
    samples = arrays.back(samples)
    assert (samples.dtype, clipped) == ("int16", 0)
    np.testing.assert_array_equal(samples, INT16)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_to_pcm16_rounds_and_counts_what_it_clips(arrays, dtype):
    steps = np.array([0.4, 0.5, 0.6, 1.5, 2.5, -0.5, -1.5, 32767.4, 32768, -32768, 32769, -32769, 1e9], dtype=dtype)
    result = dk.to_pcm16(arrays(steps / 32768))
    expected = [0, 0, 1, 2, 2, 0, -2, 32767, 32767, -32768, 32767, -32768, 32767]
    np.testing.assert_array_equal(arrays.back(result.samples), expected)
    assert result.clipped == 3


# --- files: what is written is what is read ---------------------------------------------------------------

LOSSLESS = [
    ("wav", None, 16), ("wav", "PCM_24", 24), ("wav", "PCM_32", 24), ("wav", "FLOAT", 24), ("wav", "DOUBLE", 24),
    ("wav", "PCM_U8", 8), ("flac", None, 16), ("flac", "PCM_24", 24), ("flac", "PCM_S8", 8), ("aiff", None, 16),
    ("aiff", "PCM_24", 24), ("w64", None, 16), ("caf", None, 16), ("au", None, 16),
]  # fmt: skip


@pytest.mark.parametrize(("ending", "subtype", "bits"), LOSSLESS)
@pytest.mark.parametrize("channels", [1, 2])
def test_every_code_survives_a_file(soundfile, tmp_path, rng, ending, subtype, bits, channels):
    full = 2 ** (bits - 1)
    codes = np.concatenate([[-full, full - 1, 0, -1], rng.integers(-full, full, size=4996)])
    y = (codes / full).astype("float32").reshape(channels, -1)
    y = y[0] if channels == 1 else y
    path = tmp_path / f"x.{ending}"
    dk.save(path, y, 22050, subtype=subtype)
    got, sr = dk.load(path)
    assert (got.dtype, sr) == ("float32", 22050)
    np.testing.assert_array_equal(got, y)


LOSSY = [("ogg", None, 48000), ("mp3", None, 44100), ("opus", None, 48000), ("wav", "ULAW", 8000)]


@pytest.mark.parametrize(("ending", "subtype", "sr"), LOSSY)
def test_lossy_formats_keep_length_and_level(soundfile, tmp_path, ending, subtype, sr):
    y = dk.sine(440, sr=sr, duration=1.0)
    dk.save(tmp_path / f"x.{ending}", np.stack([y, y / 2]), sr, subtype=subtype)
    got, rate = dk.load(tmp_path / f"x.{ending}")
    assert (got.shape, rate) == ((2, y.size), sr)
    np.testing.assert_allclose(np.std(got, axis=1), np.std([y, y / 2], axis=1), rtol=0.02)


def test_save_rounds_where_soundfile_rounds_down(soundfile, tmp_path, rng):
    y = rng.uniform(-0.5, 0.5, size=50000)
    errors = {}
    soundfile.write(tmp_path / "theirs.wav", y, 22050)
    dk.save(tmp_path / "ours.wav", y, 22050)
    for name in ("theirs", "ours"):
        errors[name] = (soundfile.read(tmp_path / f"{name}.wav")[0] - y) * 32768
    assert np.mean(errors["theirs"]) == pytest.approx(-0.5, abs=0.01)  # a constant offset of half a step
    assert np.max(np.abs(errors["theirs"])) > 0.99
    assert np.mean(errors["ours"]) == pytest.approx(0.0, abs=0.01)
    assert np.max(np.abs(errors["ours"])) <= 0.5


@pytest.mark.parametrize("ending", ["wav", "flac", "ogg", "mp3"])
@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("mono", [False, True])
@old_modules
def test_load_equals_librosa_and_soundfile(soundfile, tmp_path, sound, ending, channels, mono):
    librosa = pytest.importorskip("librosa", reason="librosa is not installed")
    path = tmp_path / f"x.{ending}"
    soundfile.write(path, sound[:channels].T, 44100)
    got, sr = dk.load(path, mono=mono)
    theirs, theirs_sr = librosa.load(path, sr=None, mono=mono)
    assert (got.dtype, sr) == (theirs.dtype, theirs_sr)
    np.testing.assert_array_equal(got, theirs)
    raw = soundfile.read(path, dtype="float32", always_2d=True)[0].T
    np.testing.assert_array_equal(got, raw.mean(axis=0) if mono else raw[0] if channels == 1 else raw)


@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT"])
@pytest.mark.parametrize("channels", [1, 2])
def test_load_equals_scipys_reader_after_to_float(soundfile, tmp_path, sound, subtype, channels):
    import scipy.io.wavfile

    dk.save(tmp_path / "x.wav", sound[:channels], 44100, subtype=subtype)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", scipy.io.wavfile.WavFileWarning)  # it does not know the PEAK chunk
        sr, codes = scipy.io.wavfile.read(tmp_path / "x.wav")  # (n, channels), 24 bits in the upper part of int32
    y, our_sr = dk.load(tmp_path / "x.wav")
    theirs = codes.T if subtype == "FLOAT" else dk.to_float(codes.T)
    assert sr == our_sr
    np.testing.assert_array_equal(y, theirs)


@pytest.mark.parametrize("ending", ["wav", "flac", "ogg", "mp3"])
@pytest.mark.parametrize(
    ("offset", "duration", "first", "stop"),
    [
        (0.0, None, 0, 17640),
        (0.1, 0.1, 4410, 8820),
        (100.4 / 44100, 10.4 / 44100, 100, 110),
        (100.6 / 44100, 10.6 / 44100, 101, 112),
        (0.3, 5.0, 13230, 17640),
        (0.0, 1e-9, 0, 1),
    ],
)
def test_offset_and_duration_are_exact_to_the_sample(soundfile, tmp_path, sound, ending, offset, duration, first, stop):
    soundfile.write(tmp_path / f"x.{ending}", sound.T, 44100)
    whole, _ = dk.load(tmp_path / f"x.{ending}")
    part, _ = dk.load(tmp_path / f"x.{ending}", offset=offset, duration=duration)
    np.testing.assert_allclose(part, whole[:, first:stop], atol=0 if ending in {"wav", "flac"} else 1e-5)


@old_modules
def test_librosa_truncates_the_offset_where_we_round(soundfile, tmp_path, sound):
    librosa = pytest.importorskip("librosa", reason="librosa is not installed")
    k = next(k for k in range(1, 17640) if int(k / 44100 * 44100) != k)
    dk.save(tmp_path / "x.wav", sound[0], 44100)
    np.testing.assert_array_equal(dk.load(tmp_path / "x.wav", offset=k / 44100)[0], sound[0, k:])
    assert librosa.load(tmp_path / "x.wav", sr=None, offset=k / 44100)[0].size == 17640 - k + 1  # one too early


def test_load_resamples_when_asked(soundfile, tmp_path, sound):
    dk.save(tmp_path / "x.wav", sound, 44100)
    y, sr = dk.load(tmp_path / "x.wav", sr=16000, offset=0.1)
    assert (y.dtype, y.shape, sr) == ("float32", (2, 4800), 16000)
    np.testing.assert_array_equal(y, dk.resample(sound[:, 4410:], orig_sr=44100, target_sr=16000))
    same, sr = dk.load(tmp_path / "x.wav", sr=44100)
    np.testing.assert_array_equal(same, sound)


def test_float_files_may_exceed_full_scale(soundfile, tmp_path):
    y = np.array([0.0, 2.5, -3.0], dtype="float32")
    dk.save(tmp_path / "x.wav", y, 8000, subtype="FLOAT")
    np.testing.assert_array_equal(dk.load(tmp_path / "x.wav")[0], y)


def test_save_takes_arrays_of_every_kind(soundfile, tmp_path, arrays):
    y = dk.to_float(np.array([[1, -2, 3], [4, 5, -6]], dtype="int16"))
    dk.save(tmp_path / "x.wav", arrays(y), 8000)
    np.testing.assert_array_equal(dk.load(tmp_path / "x.wav")[0], y)


def test_ten_minutes_of_vorbis(soundfile, tmp_path):
    # libsndfile's Vorbis encoder crashes the process on minutes written at once.
    y = np.tile(dk.melody(sr=8000), 150)
    dk.save(tmp_path / "x.ogg", y, 8000)
    assert dk.load(tmp_path / "x.ogg", offset=599.0)[0].size == 8000


def test_a_crash_while_saving_leaves_the_old_file(soundfile, tmp_path, monkeypatch):
    path = tmp_path / "x.wav"
    dk.save(path, np.zeros(10), 8000)
    before = path.read_bytes()

    def disk_full(*_):
        raise OSError("No space left on device")

    monkeypatch.setattr(soundfile.SoundFile, "write", disk_full)
    with pytest.raises(dk.AudioFileError, match="could not be written: No space left"):
        dk.save(path, np.ones(10) / 2, 8000)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["x.wav"]


# --- files that are open, links, permissions, names -----------------------------------------------------------------


@pytest.mark.parametrize("kind", ["WAV", "flac", "OGG", "mp3", "AIFF", "opus"])
def test_open_files_are_read_and_written(soundfile, sound, tmp_path, kind):
    sr = 48000
    memory = io.BytesIO(b"before")
    memory.seek(6)
    dk.save(memory, sound, sr, format=kind)
    dk.save(tmp_path / f"x.{kind.lower()}", sound, sr)
    # Ogg streams have a random number, MP3 and AIFF none.
    if kind not in {"OGG", "opus"}:
        assert memory.getvalue() == b"before" + (tmp_path / f"x.{kind.lower()}").read_bytes()
    expected, _ = dk.load(tmp_path / f"x.{kind.lower()}")
    y, rate = dk.load(io.BytesIO(memory.getvalue()[6:]))
    assert rate == sr
    np.testing.assert_array_equal(y, expected)
    with (tmp_path / f"x.{kind.lower()}").open("rb") as file:
        np.testing.assert_array_equal(dk.load(file, duration=0.1)[0], expected[:, :4800])
        assert not file.closed


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has neither")
def test_save_follows_a_link_and_keeps_permissions(soundfile, tmp_path):
    file, link = tmp_path / "x.wav", tmp_path / "link.wav"
    dk.save(file, TONE, 8000)
    file.chmod(0o600)
    link.symlink_to(file)
    dk.save(link, TONE / 2, 8000)
    assert link.is_symlink()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    np.testing.assert_allclose(dk.load(file)[0], TONE / 2, atol=1e-4)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no umask")
def test_a_new_file_has_the_permissions_of_any_new_file(soundfile, tmp_path):
    (tmp_path / "other").write_bytes(b"")
    dk.save(tmp_path / "x.wav", TONE, 8000)
    dk.Standardizer().fit(np.ones((3, 9))).save(tmp_path / "x.npz")
    expected = (tmp_path / "other").stat().st_mode
    assert (tmp_path / "x.wav").stat().st_mode == (tmp_path / "x.npz").stat().st_mode == expected


def test_any_name_that_a_file_can_have(soundfile, tmp_path):
    names: list = [tmp_path / ("n" * 246 + ".wav"), os.fsencode(tmp_path / "bytes.wav"), str(tmp_path / "text.wav")]
    if sys.platform == "linux":  # elsewhere names are Unicode
        names.append(os.fsencode(tmp_path) + b"/\xff\xfe.wav")
        names.append(os.fsdecode(names[-1]))
    for name in names:
        dk.save(name, TONE, 8000)
        np.testing.assert_array_equal(dk.load(name if isinstance(name, str) else os.fsdecode(name))[0], TONE)


def test_nine_channels_of_wav_and_an_odd_rate(soundfile, tmp_path, rng):
    y = dk.to_float(rng.integers(-9999, 9999, size=(9, 500)).astype("int16"))
    dk.save(tmp_path / "x.wav", y, 12345)
    np.testing.assert_array_equal(dk.load(tmp_path / "x.wav")[0], y)


@pytest.mark.parametrize("subtype", ["GSM610", "G721_32", "NMS_ADPCM_16", "IMA_ADPCM", "MS_ADPCM"])
def test_codings_that_cannot_be_sought_in_are_read(soundfile, tmp_path, subtype):
    path = tmp_path / "x.wav"
    dk.save(path, dk.sine(300, sr=8000, duration=2.0), 8000, subtype=subtype)
    y, _ = dk.load(path)
    np.testing.assert_array_equal(y, soundfile.read(path, frames=y.size, dtype="float32")[0])
    part, _ = dk.load(path, offset=1.0, duration=0.25)
    np.testing.assert_array_equal(part, y[8000:10000])


@pytest.mark.parametrize("subtype", ["ALAC_16", "PCM_16"])
def test_alac_gets_the_nearest_code(soundfile, tmp_path, rng, subtype):
    y = rng.uniform(-0.5, 0.5, size=20000)
    dk.save(tmp_path / "x.caf", y, 22050, subtype=subtype)
    np.testing.assert_array_equal(dk.load(tmp_path / "x.caf")[0], np.round(y * 32768) / 32768)


@pytest.mark.parametrize("subtype", ["ALAC_20", "ALAC_24", "ALAC_32"])
def test_where_libsndfiles_alac_is_wrong_the_file_is_not_kept(soundfile, tmp_path, rng, subtype):
    dk.save(tmp_path / "x.caf", dk.sine(300, sr=8000), 8000, subtype=subtype)
    before = (tmp_path / "x.caf").read_bytes()
    with pytest.raises(dk.AudioFileError, match=r"writes wrong samples .* Use \.flac"):
        dk.save(tmp_path / "x.caf", rng.uniform(-0.5, 0.5, size=(2, 5000)), 8000, subtype=subtype)
    assert (tmp_path / "x.caf").read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize(("subtype", "kind"), [("PCM_16", "RF64"), ("FLOAT", "RF64"), ("ULAW", "RF64")])
def test_a_wav_that_is_too_long_becomes_an_rf64(soundfile, tmp_path, monkeypatch, subtype, kind):
    y = np.zeros((2, 4000))
    monkeypatch.setattr(audio, "_FOUR_GIGABYTES", 7999)
    dk.save(tmp_path / "x.wav", y, 8000, subtype=subtype)
    assert soundfile.info(tmp_path / "x.wav").format == kind
    assert dk.load(tmp_path / "x.wav")[0].shape == y.shape
    with pytest.raises(ValueError, match="more than the 4 GiB of a AIFF"):
        dk.save(tmp_path / "x.aiff", y, 8000)
    dk.save(tmp_path / "x.flac", y, 8000)
    monkeypatch.setattr(audio, "_FOUR_GIGABYTES", 32000)
    dk.save(tmp_path / "x.wav", y, 8000, subtype="FLOAT")
    assert soundfile.info(tmp_path / "x.wav").format == "WAV"


# --- files that cannot be read ----------------------------------------------------------------------------


@pytest.mark.parametrize("part", [0.02, 0.5, 0.9])
@pytest.mark.parametrize("ending", ["wav", "flac", "ogg", "mp3", "aiff", "au", "w64", "caf", "opus"])
def test_a_file_cut_short_is_refused(soundfile, tmp_path, ending, part):
    sr = 48000
    path = tmp_path / f"x.{ending}"
    dk.save(path, np.tile(dk.noise(sr=sr, duration=1.0), (2, 2)), sr)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * part)])
    with pytest.raises(dk.AudioFileError, match=r"cut short|holds no samples"):
        dk.load(path)


def test_an_ogg_file_without_its_last_page_is_refused(soundfile, tmp_path):
    path = tmp_path / "x.ogg"
    dk.save(path, dk.noise(duration=3.0), 22050)
    whole = path.read_bytes()
    path.write_bytes(whole[: whole.rfind(b"OggS")])  # cut between two pages
    with pytest.raises(dk.AudioFileError, match="no last page"):
        dk.load(path)


def _wav(samples, *, promised):
    data = samples.astype("<i2").tobytes()
    head = struct.pack(
        "<4sI4s4sIHHIIHH4sI", b"RIFF", 0, b"WAVE", b"fmt ", 16, 1, 1, 8000, 16000, 2, 16, b"data", promised
    )
    return head + data


def test_a_file_from_a_pipe_is_no_file_cut_short(soundfile, tmp_path):
    # ffmpeg, writing to a pipe, cannot know the length and promises 2^32 − 1 bytes.
    (tmp_path / "x.wav").write_bytes(_wav(INT16[:100], promised=2**32 - 1))
    np.testing.assert_array_equal(dk.load(tmp_path / "x.wav")[0], dk.to_float(INT16[:100]))
    (tmp_path / "y.wav").write_bytes(_wav(INT16[:100], promised=202))
    with pytest.raises(dk.AudioFileError, match="promises 202 bytes of sound, there are 200"):
        dk.load(tmp_path / "y.wav")


def test_a_damaged_flac_is_refused(soundfile, tmp_path):
    path = tmp_path / "x.flac"
    dk.save(path, dk.noise(duration=2.0), 22050)
    data = bytearray(path.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 2000] = bytes(2000)
    path.write_bytes(data)
    with pytest.raises(dk.AudioFileError, match="damaged"):
        dk.load(path)


UNREADABLE = {
    "missing": (lambda d: d / "missing.wav", "missing.wav does not exist. It was looked for in"),
    "missing folder": (lambda d: d / "no" / "x.wav", "no, does not exist either"),
    "folder": (lambda d: d, "is a folder"),
    "empty": (lambda d: _written(d / "empty.wav", b""), r"empty \(0 bytes\)"),
    "text": (lambda d: _written(d / "notes.txt", b"do re mi " * 99), "notes.txt cannot be read as sound"),
    "text named wav": (lambda d: _written(d / "x.wav", b"do re mi " * 99), "WAV, FLAC, OGG, MP3 and AIFF work"),
    "no frames": (lambda d: _written(d / "x.wav", _wav(INT16[:0], promised=0)), "holds no samples"),
}


def _written(path, data):
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(("make", "message"), UNREADABLE.values(), ids=UNREADABLE.keys())
def test_what_is_no_sound_file_is_refused_in_words(soundfile, tmp_path, make, message):
    path = make(tmp_path)
    with pytest.raises(dk.AudioFileError, match=message):
        dk.load(path)
    with pytest.raises(OSError, match=message):  # as one would expect of a file
        dk.load(str(path))


@pytest.mark.parametrize("package", ["soundfile", "soxr"])
def test_a_missing_package_says_what_to_install(tmp_path, monkeypatch, package):
    monkeypatch.setitem(sys.modules, package, None)
    calls = {
        "soundfile": lambda: dk.save(tmp_path / "x.wav", np.zeros(9), 8000),
        "soxr": lambda: dk.resample(np.zeros(9), orig_sr=8000, target_sr=4000),
    }
    with pytest.raises(ImportError, match=r'pip install "dspkit\[course\]"'):
        calls[package]()


# --- resampling --------------------------------------------------------------------------------------------


@pytest.fixture
def soxr():
    return pytest.importorskip("soxr", reason="soxr is not installed")


RATES = [(44100, 16000), (22050, 44100), (48000, 44100), (8000, 22050), (44100, 44100)]


@pytest.mark.parametrize(("orig_sr", "target_sr"), RATES)
@pytest.mark.parametrize("shape", [(5000,), (2, 4999), (2, 3, 1000)])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_resample_equals_librosa(soxr, arrays, rng, orig_sr, target_sr, shape, dtype):
    librosa = pytest.importorskip("librosa", reason="librosa is not installed")
    y = 0.1 * rng.standard_normal(shape).astype(dtype)
    got = arrays.back(dk.resample(arrays(y), orig_sr=orig_sr, target_sr=target_sr))
    theirs = librosa.resample(y, orig_sr=orig_sr, target_sr=target_sr, res_type="soxr_hq")
    assert (got.dtype, got.shape) == (dtype, theirs.shape)
    # Where soxr rounds the length down, librosa fills up with a zero.
    n = math.ceil(shape[-1] * target_sr / orig_sr - 0.5)
    np.testing.assert_array_equal(got[..., :n], theirs[..., :n])
    assert np.all(theirs[..., n:] == 0)
    assert np.all(got[..., n:] != 0)


@pytest.mark.parametrize("n", [1, 2, 3000, 3001, 3002])
@pytest.mark.parametrize(("orig_sr", "target_sr"), [(48000, 22050), (44100, 16000), (48000, 16000), (8000, 11025)])
def test_the_last_sample_is_one_of_the_sound(soxr, rng, n, orig_sr, target_sr):
    y = rng.standard_normal(n)
    got = dk.resample(y, orig_sr, target_sr)
    longer = dk.resample(np.concatenate([y, np.zeros(5000)]), orig_sr, target_sr)
    assert got.size == math.ceil(n * target_sr / orig_sr)
    np.testing.assert_array_equal(got, longer[: got.size])


def test_resampled_length_is_exact_where_floats_round_up(soxr):
    # n · (target / orig) in floats can be a hair above a whole number, and librosa then adds a sample.
    orig, target = 44100, 48000
    n = next(n for n in range(147, 10**6, 147) if math.ceil(n * (target / orig)) != n * target // orig)
    assert dk.resample(np.zeros(n), orig_sr=orig, target_sr=target).size == n * target // orig


@pytest.mark.parametrize("quality", ["HQ", "VHQ"])
def test_resampling_keeps_pitch_and_level_and_removes_what_does_not_fit(soxr, quality):
    low = dk.sine(1000, sr=44100, duration=1.0, dtype="float64")
    high = dk.sine(9500, sr=44100, duration=1.0, dtype="float64")  # above 8 kHz: would fold to 6500 Hz
    expected = dk.sine(1000, sr=16000, duration=1.0, dtype="float64")
    got = dk.resample(low + high, orig_sr=44100, target_sr=16000, quality=quality)
    inside = slice(2000, -2000)  # away from the ends, where the high tone starts and stops
    assert np.max(np.abs(got - expected)[inside]) < 2e-5


@pytest.mark.parametrize("n", [1, 2, 3])
def test_resampling_very_short_sounds(soxr, n):
    assert dk.resample(np.ones(n), orig_sr=44100, target_sr=8000).shape == (1,)
    assert dk.resample(np.ones(n), orig_sr=8000, target_sr=16000).shape == (2 * n,)


# --- your own sound ---------------------------------------------------------------------------------------


def test_bring_gives_the_speech_without_a_file(monkeypatch):
    monkeypatch.delenv("DSPKIT_SOUND", raising=False)
    y, sr = dk.bring()
    speech, rate = dk.recording("speech")
    assert (sr, y.dtype) == (rate, "float32")
    np.testing.assert_allclose(y, 0.5 * speech / np.max(np.abs(speech)), rtol=1e-6)
    np.testing.assert_array_equal(dk.bring(None)[0], y)


def test_bring_takes_the_argument_then_the_environment(soundfile, tmp_path, monkeypatch):
    quiet = dk.to_float(np.arange(-8000, 8000).astype("int16"))
    dk.save(tmp_path / "a.flac", quiet, 8000)
    dk.save(tmp_path / "b.wav", np.stack([quiet, np.zeros_like(quiet)]), 11025)
    monkeypatch.setenv("DSPKIT_SOUND", str(tmp_path / "a.flac"))
    y, sr = dk.bring()
    assert (sr, y.dtype) == (8000, "float32")
    np.testing.assert_array_equal(y, quiet)
    y, sr = dk.bring(tmp_path / "b.wav")
    assert sr == 11025
    np.testing.assert_array_equal(y, quiet / 2)
    monkeypatch.setenv("DSPKIT_SOUND", str(tmp_path / "gone.wav"))
    with pytest.raises(dk.AudioFileError, match=r"gone\.wav does not exist"):
        dk.bring()


def test_bring_cuts_pads_and_turns_down_but_never_up(soundfile, tmp_path):
    loud = np.tile(dk.to_float(np.array([0, 32767, 0, -16384], dtype="int16")), 30000)
    dk.save(tmp_path / "long.wav", loud, 8000)
    y, _ = dk.bring(tmp_path / "long.wav")
    assert y.size == 80000
    assert np.max(np.abs(y)) == pytest.approx(0.5, rel=1e-6)
    np.testing.assert_allclose(y, loud[:80000] * 0.5 / np.max(loud), rtol=1e-6)
    dk.save(tmp_path / "short.wav", loud[:10] / 100, 8000)
    y, _ = dk.bring(tmp_path / "short.wav")
    assert y.size == 8000
    np.testing.assert_allclose(y[:10], loud[:10] / 100, atol=2**-16)
    assert not y[10:].any()


# --- refusals ---------------------------------------------------------------------------------------------

TONE = np.full(100, 0.25)
BAD = {
    "float to_float": (lambda d: dk.to_float(TONE), TypeError, "x has dtype float64; .* stored as floats"),
    "int64 to_float": (lambda d: dk.to_float(np.arange(3)), TypeError, r"int64; .*astype\('int16'\)"),
    "too many bits": (lambda d: dk.to_float(INT16, bits=24), ValueError, "bits=24 does not fit into int16"),
    "bits exceeded": (lambda d: dk.to_float(INT16, bits=12), ValueError, "from -32768 to 32767, more than 12 bits"),
    "zero bits": (lambda d: dk.to_float(INT16, bits=0), ValueError, "bits=0"),
    "float16 result": (lambda d: dk.to_float(INT16, dtype="float16"), ValueError, "dtype='float16' is not known"),
    "pcm of integers": (lambda d: dk.to_pcm16(INT16), TypeError, "holds int16 samples.*to_float"),
    "pcm of NaN": (lambda d: dk.to_pcm16(np.array([0.0, np.nan])), ValueError, "1 values that are NaN"),
    "pcm of nothing": (lambda d: dk.to_pcm16(np.zeros(0)), ValueError, "y is empty"),
    "path of the wrong kind": (lambda d: dk.load(3), TypeError, "path is a int"),
    "offset beyond": (lambda d: dk.load(_tone(d), offset=1.0), ValueError, "offset=1 s is at or after the end"),
    "negative offset": (lambda d: dk.load(_tone(d), offset=-1), ValueError, "offset=-1"),
    "no duration": (lambda d: dk.load(_tone(d), duration=0), ValueError, "duration=0"),
    "rate 0": (lambda d: dk.load(_tone(d), sr=0), ValueError, "sr=0"),
    "save integers": (lambda d: dk.save(d / "x.wav", INT16, 8000), TypeError, "int16 samples"),
    "save nothing": (lambda d: dk.save(d / "x.wav", np.zeros((2, 0)), 8000), ValueError, "empty"),
    "save NaN": (lambda d: dk.save(d / "x.wav", TONE * np.nan, 8000), ValueError, "100 values that are NaN"),
    "save too loud": (lambda d: dk.save(d / "x.wav", 8 * TONE, 8000), ValueError, r"100 of 100 .*peak 2\).*y \* 0.25"),
    "time first": (lambda d: dk.save(d / "x.wav", np.zeros((9, 2)), 8000), ValueError, r"\(9, 2\).*Hand over y.T"),
    "batch": (lambda d: dk.save(d / "x.wav", np.zeros((2, 2, 9)), 8000), ValueError, r"such as y\[0\]"),
    "half a hertz": (lambda d: dk.save(d / "x.wav", TONE, 8000.5), ValueError, "whole number of hertz"),
    "no ending": (lambda d: dk.save(d / "x", TONE, 8000), dk.AudioFileError, "x: no ending"),
    "unknown ending": (lambda d: dk.save(d / "x.m4a", TONE, 8000), dk.AudioFileError, "ending .m4a is unknown"),
    "unknown subtype": (lambda d: dk.save(d / "x.wav", TONE, 8000, subtype="PCM16"), ValueError, "'PCM_16'"),
    "no folder": (lambda d: dk.save(d / "no" / "x.wav", TONE, 8000), dk.AudioFileError, "make it first"),
    "onto a folder": (lambda d: dk.save(_folder(d), TONE, 8000), dk.AudioFileError, "could not be written"),
    "nine channels": (lambda d: dk.save(d / "x.flac", np.zeros((9, 99)), 8000), ValueError, "hold at most 8"),
    "odd MP3 rate": (lambda d: dk.save(d / "x.mp3", TONE, 12345), ValueError, "Resample to 12000 Hz"),
    "sr true": (lambda d: dk.save(d / "x.wav", TONE, True), TypeError, "sr=True is a bool"),
    "sr in text": (lambda d: dk.save(d / "x.wav", TONE, "8000"), TypeError, "sr='8000' is a str"),
    "sr of 32 bits": (lambda d: dk.save(d / "x.wav", TONE, 2**31), ValueError, "at most 2147483647"),
    "Vorbis too fast": (lambda d: dk.save(d / "x.ogg", TONE, 200_001), ValueError, "VORBIS files go up to 200000 Hz"),
    "Vorbis too wide": (lambda d: dk.save(d / "x.ogg", np.zeros((256, 999)), 8000), ValueError, "at most 255"),
    "Opus at 44100 Hz": (lambda d: dk.save(d / "x.opus", TONE, 44100), ValueError, "Resample to 48000 Hz"),
    "FLAC above 655350 Hz": (lambda d: dk.save(d / "x.flac", TONE, 655_360), ValueError, "up to 655350 Hz"),
    "FLAC at 65537 Hz": (lambda d: dk.save(d / "x.flac", TONE, 65_537), ValueError, "multiples of 10 Hz"),
    "a format that rounds rates": (lambda d: dk.save(d / "x.htk", TONE, 44100), dk.AudioFileError, "cannot hold"),
    "no format": (lambda d: dk.save(io.BytesIO(), TONE, 8000), ValueError, "format='WAV'"),
    "unknown format": (lambda d: dk.save(io.BytesIO(), TONE, 8000, format="M4A"), ValueError, "'M4A' is not known"),
    "a name too long": (lambda d: dk.save(d / ("n" * 300 + ".wav"), TONE, 8000), dk.AudioFileError, "long"),
    "a name too long to load": (lambda d: dk.load("n" * 300 + ".wav"), dk.AudioFileError, "long"),
    "a name with a zero": (lambda d: dk.load("a\0b.wav"), dk.AudioFileError, "a.*b.wav"),
    "number as a path": (lambda d: dk.save(3, TONE, 8000), TypeError, "path is a int"),
    "a file opened for text": (lambda d: dk.load(io.StringIO("x")), TypeError, "opened for text"),
    "an empty file in memory": (lambda d: dk.load(io.BytesIO()), dk.AudioFileError, "is empty"),
    "text in memory": (lambda d: dk.load(io.BytesIO(b"do re mi" * 99)), dk.AudioFileError, "the file cannot be read"),
    "resample integers": (lambda d: dk.resample(INT16, orig_sr=1, target_sr=2), TypeError, "int16"),
    "resample NaN": (lambda d: dk.resample(TONE * np.nan, orig_sr=1, target_sr=2), ValueError, "NaN"),
    "resample to 0": (lambda d: dk.resample(TONE, orig_sr=8000, target_sr=0), ValueError, "target_sr=0"),
    "resample from -1": (lambda d: dk.resample(TONE, orig_sr=-1, target_sr=8000), ValueError, "orig_sr=-1"),
    "resample to next to nothing": (lambda d: dk.resample(TONE, 8000, 1e-7), ValueError, "factor of more than 1024"),
    "load at a rate out of reach": (lambda d: dk.load(_slow(d), sr=48000), ValueError, "factor of more than 1024"),
    "no quality": (lambda d: dk.resample(TONE, orig_sr=2, target_sr=1, quality="XQ"), ValueError, "Did you mean"),
}  # fmt: skip


def _tone(folder):
    dk.save(folder / "tone.wav", TONE, 8000)
    return folder / "tone.wav"


def _slow(folder):
    dk.save(folder / "slow.wav", np.zeros(8000), 1)
    return folder / "slow.wav"


def _folder(folder):
    (folder / "x.wav").mkdir()
    return folder / "x.wav"


@pytest.mark.parametrize(("call", "error", "message"), BAD.values(), ids=BAD.keys())
def test_bad_input_is_refused_in_words(soundfile, soxr, tmp_path, call, error, message):
    with pytest.raises(error, match=message):
        call(tmp_path)
    assert not [p for p in tmp_path.glob(".*") if p.is_file()]  # no temporary file stays behind
