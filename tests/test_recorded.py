"""The recordings: what is promised of every file is measured, and who made it is written down."""

from __future__ import annotations

import re
import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy.signal import butter, sosfiltfilt

import dspkit as dk

FOLDER = Path(dk.__file__).parent / "recordings"
NAMES = [line.name for line in dk.recordings()]
SPEECH = ("speech", "speech_voiced")
SHORT = {"crow": 0.48, "snap": 0.31, "cymbal": 1.82}  # what they record is over sooner than 3 s
VOWELS = {"AA", "AE", "AH", "AO", "AW", "AY", "EH", "ER", "EY", "IH", "IY", "OW", "OY", "UH", "UW"}
HISSES = {"S", "SH"}


# --- files -------------------------------------------------------------------------------------------------


def test_there_is_what_the_lessons_ask_for():
    assert " ".join(NAMES) == "speech speech_voiced violin piano guitar tabla bell crow snap cymbal"


def test_folder_holds_what_is_listed_and_nothing_else():
    files = {path.name for path in FOLDER.iterdir()}
    assert files == {f"{name}.wav" for name in NAMES} | {f"{name}.csv" for name in SPEECH} | {"SOURCES.md"}
    assert sum((FOLDER / name).stat().st_size for name in files) <= 3_000_000


@pytest.mark.parametrize("line", dk.recordings(), ids=NAMES)
def test_file_is_plain(line: dk.Recording):
    with wave.open(str(FOLDER / f"{line.name}.wav"), "rb") as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getcomptype()) == (1, 2, "NONE")
        assert file.getframerate() == line.sr
        assert file.getnframes() == pytest.approx(line.seconds * line.sr)
    assert line.sr in (16000, 22050, 32000, 44100)
    assert line.name not in SPEECH or line.sr == 16000  # its own
    if line.name in SHORT:
        assert line.seconds == pytest.approx(SHORT[line.name], abs=0.01)
    else:
        assert 3.0 <= line.seconds <= 7.0


def test_recording_is_what_the_file_holds(soundfile):
    for name in NAMES:
        y, sr = dk.recording(name)
        z, rate = soundfile.read(FOLDER / f"{name}.wav", dtype="float32")
        assert (sr, y.dtype, y.ndim, type(sr)) == (rate, "float32", 1, int)
        np.testing.assert_array_equal(y, z)
        y[0] = 1.0  # the samples are the caller's own
        assert dk.recording(name)[0][0] != 1.0


@pytest.fixture
def soundfile():
    return pytest.importorskip("soundfile")


# --- level and shape ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_level_is_what_is_promised(name: str):
    y, sr = dk.recording(name)
    assert float(dk.integrated_loudness(y, sr)) == pytest.approx(-23.0, abs=0.1)
    assert np.max(np.abs(y)) < 10 ** (-1 / 20)


@pytest.mark.parametrize("name", [name for name in NAMES if name not in SHORT])
def test_loudness_agrees_with_another_meter(name: str):
    pyloudnorm = pytest.importorskip("pyloudnorm")
    y, sr = dk.recording(name)
    assert pyloudnorm.Meter(sr).integrated_loudness(y.astype("float64")) == pytest.approx(-23.0, abs=0.15)


@pytest.mark.parametrize("name", NAMES)
def test_no_clipping_no_offset_and_soft_ends(name: str):
    y, sr = dk.recording(name)
    y = y.astype("float64")
    top = np.flatnonzero(np.abs(y) > 0.999 * np.max(np.abs(y)))
    runs = np.split(top, np.flatnonzero(np.diff(top) > 1) + 1)
    assert max(map(len, runs)) < 3, "flat tops"
    rms = np.sqrt(np.mean(y**2))
    assert abs(np.mean(y)) < max(1e-4, 0.02 * rms)
    # The ends: at nothing, and within the millisecond beside them at least 30 dB below the whole.
    beside = round(0.001 * sr)
    assert max(abs(y[0]), abs(y[-1])) <= 2**-15
    assert np.sqrt(np.mean(y[:beside] ** 2)) < rms / 10**1.5
    assert np.sqrt(np.mean(y[-beside:] ** 2)) < rms / 10**1.5


@pytest.mark.parametrize("name", SPEECH)
def test_speech_has_a_quiet_room_and_no_rumble(name: str):
    y, sr = dk.recording(name)
    levels = 10 * np.log10(np.mean(dk.frame(y, frame_length=320, hop_length=320) ** 2, axis=-2))
    assert np.percentile(levels, 95) - np.percentile(levels, 3) > 30
    power = np.abs(np.fft.rfft(y)) ** 2
    assert np.sum(power[np.fft.rfftfreq(y.size, 1 / sr) < 20]) < 3e-4 * np.sum(power)


# --- what is heard -----------------------------------------------------------------------------------------


def spectrum(y: np.ndarray, sr: int) -> tuple[np.ndarray, np.ndarray]:
    """Frequencies in hertz, and power at each."""
    n = max(y.size, 1 << 16)
    return np.fft.rfftfreq(n, 1 / sr), np.abs(np.fft.rfft(y * np.hanning(y.size), n)) ** 2


def test_violin_plays_its_notes():
    y, sr = dk.recording("violin")
    for at, pitch in ((0.15, 440.0), (0.8, 523.25), (1.4, 659.26), (2.3, 587.33), (3.0, 440.0)):
        f, power = spectrum(y[round(at * sr) : round((at + 0.4) * sr)], sr)
        near = (f > pitch / 1.06) & (f < pitch * 1.06)  # a semitone
        found = np.sum(f[near] * power[near]) / np.sum(power[near])
        assert abs(1200 * np.log2(found / pitch)) < 25
        assert np.sum(power[near]) > 10 * np.sum(power[(f > pitch / 1.5) & (f < pitch / 1.1)])


def test_piano_rings_with_its_chord():
    y, sr = dk.recording("piano")
    f, power = spectrum(y[2 * sr : 4 * sr], sr)
    low = f < 620
    strongest = f[low][np.argsort(power[low])[::-1]]
    peaks: list[float] = []
    for frequency in strongest:
        if all(abs(frequency - known) > 20 for known in peaks):
            peaks.append(float(frequency))
        if len(peaks) == 6:
            break
    np.testing.assert_allclose(sorted(peaks), [146.8, 220.0, 293.7, 370.0, 440.0, 587.3], rtol=0.005)


# The centroid in hertz, from and to: where each has its energy.
CENTROIDS = {
    "guitar": (50, 400),
    "tabla": (50, 900),
    "crow": (1200, 2500),
    "snap": (3000, 6000),
    "bell": (5000, 8000),
    "cymbal": (6000, 10000),
}


@pytest.mark.parametrize(("name", "low", "high"), [(name, *limits) for name, limits in CENTROIDS.items()])
def test_colour(name: str, low: float, high: float):
    y, sr = dk.recording(name)
    f, power = np.fft.rfftfreq(y.size, 1 / sr), np.abs(np.fft.rfft(y)) ** 2  # no window: it would take the attack
    power[f > 16000] = 0
    assert low < np.sum(f * power) / np.sum(power) < high


def test_snap_dies_away_in_a_third_of_a_second():
    y, _ = dk.recording("snap")
    levels = 10 * np.log10(np.mean(dk.frame(y, frame_length=441, hop_length=441) ** 2, axis=-2))
    levels = levels[np.argmax(levels) :]
    slope = np.polyfit(np.arange(levels.size) * 0.01, levels, 1)[0]  # dB per second
    assert 0.25 < -60 / slope < 0.45


# --- phonemes ----------------------------------------------------------------------------------------------

SAID = {
    "speech": "AH N L EH S T AH B IY R AH DH ER K OW L D HH AA R T IH D AH N D R AE DH ER S EH L F IH SH "
    "IH Z T AH B IY IH L D IH S P OW Z D",
    "speech_voiced": "HH IY M AY T IY V IH N HH AE V B IH N M EY D EY M IY AH B AH L HH IH M S EH L F",
}


@pytest.mark.parametrize("name", SPEECH)
def test_phonemes_follow_one_another_through_the_sentence(name: str):
    y, sr = dk.recording(name)
    found = dk.phonemes(name)
    assert " ".join(sound for sound, _, _ in found if sound != "SIL") == SAID[name]
    assert found[0] == dk.Phoneme("SIL", 0.0, found[0].end)
    assert found[-1].phoneme == "SIL"
    assert found[-1].end == pytest.approx(y.size / sr, abs=0.02)
    assert found[-1].end <= y.size / sr + 1e-9
    assert all(0.02 < p.end - p.start < 0.4 for p in found if p.phoneme != "SIL")
    assert [p.end for p in found[:-1]] == [p.start for p in found[1:]]


@pytest.mark.parametrize("name", SPEECH)
def test_s_and_sh_are_high_and_vowels_are_low(name: str):
    y, sr = dk.recording(name)
    centroids: dict[bool, list[float]] = {True: [], False: []}
    for sound, start, end in dk.phonemes(name):
        if sound in VOWELS | HISSES:
            f, power = spectrum(y[round(start * sr) : round(end * sr)], sr)
            centroids[sound in HISSES].append(float(np.sum(f * power) / np.sum(power)))
    assert len(centroids[True]) == {"speech": 4, "speech_voiced": 1}[name]
    assert min(centroids[True]) > 2 * max(centroids[False])
    assert max(centroids[False]) < 800


@pytest.mark.parametrize("name", SPEECH)
def test_times_are_where_the_hiss_begins_and_ends(name: str):
    """From the middle of each S and SH outwards, to where what lies above 3 kHz has dropped by 10 dB."""
    y, sr = dk.recording(name)
    high = sosfiltfilt(butter(4, 3000, "highpass", fs=sr, output="sos"), y.astype("float64"))
    energy = np.convolve(high**2, np.ones(sr // 100), "same")  # over 10 ms
    for sound, start, end in dk.phonemes(name):
        if sound in HISSES:
            inside = np.median(energy[round((start + 0.02) * sr) : round((end - 0.02) * sr)])
            quiet = np.flatnonzero(energy < inside / 10) / sr
            middle = (start + end) / 2
            assert quiet[quiet < middle][-1] == pytest.approx(start, abs=0.025)
            assert quiet[quiet > middle][0] == pytest.approx(end, abs=0.025)


@pytest.mark.parametrize("name", SPEECH)
def test_silence_is_quiet(name: str):
    y, sr = dk.recording(name)
    first, *_, last = dk.phonemes(name)
    for p in (first, last):
        piece = y[round(p.start * sr) : round(p.end * sr)]
        assert 10 * np.log10(np.mean(piece**2)) < -40


# --- sources -----------------------------------------------------------------------------------------------


def test_sources_say_who_made_what():
    text = (FOLDER / "SOURCES.md").read_text(encoding="utf-8")
    rows = [[cell.strip() for cell in row.strip("|").split("|")] for row in text.splitlines() if row.startswith("|")]
    assert rows[0] == ["file", "title", "author", "licence", "origin", "changes"]
    table = {row[0].strip("`"): row[1:] for row in rows[2:]}
    assert list(table) == [f"{name}.wav" for name in NAMES]
    for line in dk.recordings():
        title, author, licence, origin, changes = table[f"{line.name}.wav"]
        assert licence == line.licence
        assert licence in {"public domain", "CC0", "MIT"}
        assert all((title, author, changes))
        assert re.match(r"(Debian, package|PyPI, source package) [\w-]+ \d+(\.\d+)+\S*, `[\w/.-]+`", origin), origin
    for name in SPEECH:
        assert f"`{name}.csv`" in text
    assert not re.search(r"https?://|/work/|/tmp/|/home/", text)


# --- the table ---------------------------------------------------------------------------------------------


def test_recordings_is_a_tuple_that_prints_as_a_table():
    table = dk.recordings()
    assert table[0].name == "speech"
    assert len(table) == len(list(table)) == len(NAMES)
    head, *lines = repr(table).splitlines()
    assert head.split() == ["name", "seconds", "Hz", "licence", "what"]
    assert [line.split()[0] for line in lines] == NAMES
    for line, entry in zip(lines, table, strict=True):  # the columns stand below their headings
        assert line[head.index("what") :] == entry.what
        assert line[head.index("licence") :].startswith(entry.licence)
        assert line[: head.index("Hz") + 2].endswith(str(entry.sr))
        assert line[: head.index("seconds") + 7].endswith(f"{entry.seconds:.2f}")


def test_recordings_shows_itself_in_a_notebook():
    from xml.etree import ElementTree

    table = dk.Recordings([*dk.recordings()[:2], dk.Recording("a<b", "x & y", 1.0, 8000, "CC0")])
    root = ElementTree.fromstring(table._repr_html_())
    assert root.tag == "table"
    rows = [["".join(cell.itertext()) for cell in row] for row in root.iter("tr")]
    assert rows[0] == ["name", "seconds", "Hz", "licence", "what"]
    assert rows[1][:4] == ["speech", "5.13", "16000", "public domain"]
    assert rows[3] == ["a<b", "1.00", "8000", "CC0", "x & y"]


# --- refusals ----------------------------------------------------------------------------------------------

BAD = {
    "misspelt": (lambda: dk.recording("speach"), r"name='speach' is not known\. Did you mean 'speech'.*cymbal\."),
    "unknown": (lambda: dk.recording("trombone"), r"name='trombone' is not known.*Known: speech, speech_voiced, vio"),
    "no name": (lambda: dk.recording(3), "name=3 is not known"),  # type: ignore[arg-type]
    "a path": (lambda: dk.recording("speech.wav"), "Did you mean 'speech'"),
    "phonemes of nothing": (lambda: dk.phonemes("speeches"), "Did you mean 'speech'"),
    "phonemes of music": (lambda: dk.phonemes("violin"), "violin' has no phonemes.*Choose speech or speech_voiced"),
}


@pytest.mark.parametrize(("call", "message"), BAD.values(), ids=BAD.keys())
def test_unknown_names_are_refused_in_words(call: Callable[[], object], message: str):
    with pytest.raises(dk.ParameterError, match=message):
        call()
