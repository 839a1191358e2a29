"""Datasets: the same bytes whatever happens on the way; no bad file, dead worker or full disk stops the rest."""

from __future__ import annotations

import dataclasses
import errno
import importlib.util
import io
import json
import os
import pickle
import re
import shutil
import signal
import socket
import subprocess
import sys
import textwrap
import time
import warnings
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import dspkit as dk
from dspkit.datasets import __main__ as command_line
from dspkit.datasets import _engines, _store, extraction, reading
from dspkit.datasets import _work as work

soundfile = pytest.importorskip("soundfile", reason="soundfile is not installed")
ds = dk.datasets

ROOT = Path(__file__).resolve().parents[1]
SR = 8000
FEATURES = ds.MelStack(sr=SR, win_lengths=(100, 200), hop_length=80, n_mels=12)
posix = pytest.mark.skipif(os.name == "nt", reason="signals and file descriptors as POSIX has them")

# What worker processes must be able to import.
FUNCTIONS = """
import os, signal, time
from pathlib import Path
import numpy as np

def loud(y, sr):
    return np.abs(y).max(keepdims=True)

def deadly(y, sr, mark=0.5):
    if np.abs(y).max() > mark:
        os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
    return loud(y, sr)

def deadly_once(y, sr, flag=""):
    if np.abs(y).max() > 0.5 and not Path(flag).exists():
        Path(flag).touch()
        os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
    return loud(y, sr)

def endless(y, sr):
    while np.abs(y).max() > 0.5:
        time.sleep(0.1)
    return loud(y, sr)

def slow(y, sr, pids=""):
    Path(pids, str(os.getpid())).touch()
    time.sleep(0.05)
    return np.repeat(loud(y, sr), 1000)

def environment(y, sr):
    names = "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"
    return np.array([int(os.environ.get(name, 0)) for name in names])
"""


@pytest.fixture(scope="module")
def functions(tmp_path_factory):
    """A module of the reader's, which workers can import."""
    folder = tmp_path_factory.mktemp("modules")
    (folder / "readers_functions.py").write_text(FUNCTIONS)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        import readers_functions

        yield readers_functions
    sys.modules.pop("readers_functions", None)


def noise(seconds=0.1, *, seed=0, channels=0, peak=0.3, sr=SR):
    shape = (round(seconds * sr), channels) if channels else round(seconds * sr)
    y = np.random.default_rng(seed).uniform(-1.0, 1.0, shape)
    return peak * y / np.abs(y).max()


def write_sounds(folder, n=6, **options):
    """Some short sounds in WAV, FLAC and MP3, in two subfolders."""
    for i in range(n):
        path = Path(folder, "ab"[i % 2], f"{i:02d}.{('wav', 'flac', 'mp3')[i % 3]}")
        path.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(path, noise(seed=i, **options), SR)
    return Path(folder)


@pytest.fixture
def sounds(tmp_path):
    return write_sounds(tmp_path / "sounds")


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out"


def run(sounds, out, features=FEATURES, **options):
    return ds.extract(sounds, out, features, **{"workers": 1, "progress": False, **options})


def tree(folder):
    """All files below a folder and what is in them."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in Path(folder).rglob("*") if p.is_file()}


def arrays_in(folder):
    return {name: data for name, data in tree(folder).items() if name.endswith(".npy")}


# --- Features as values. -----------------------------------------------------------------------------------------

VALUES = {
    "stack": (FEATURES, {"win_lengths": (100,), "n_mels": 13, "db": False, "dtype": "float64", "fmax": 3000.0}),
    "log-mel": (ds.LogMel("kaldi", sr=SR), {"preset": "htk", "sr": 16000, "dtype": "float16"}),
    "mfcc": (ds.MFCC("kaldi", sr=SR), {"preset": "htk", "n_mfcc": 5}),
    "function": (ds.Function(np.mean, sr=SR), {"function": np.max, "mono": False, "options": {"axis": 0}, "sr": None}),
}


@pytest.mark.parametrize(("features", "changes"), VALUES.values(), ids=VALUES.keys())
def test_features_are_values(features, changes, tmp_path):
    assert pickle.loads(pickle.dumps(features)) == features
    assert json.loads(json.dumps(features.settings)) == features.settings
    with pytest.raises(dataclasses.FrozenInstanceError):
        features.sr = 1
    folders = {_store.set_folder(tmp_path, features.name, _store.settings_of(features, None))}
    for key, value in changes.items():
        other = dataclasses.replace(features, **{key: value})
        assert other != features
        folders.add(_store.set_folder(tmp_path, other.name, _store.settings_of(other, None)))
    folders.add(_store.set_folder(tmp_path, features.name, _store.settings_of(features, (1.0, 0.5))))
    assert len(folders) == len(changes) + 2


def test_settings_follow_the_version_the_presets_content_and_the_functions_text(monkeypatch, functions):
    before = _store.settings_of(FEATURES, None)
    monkeypatch.setattr(dk, "__version__", "9.9")
    assert _store.settings_of(FEATURES, None) == {**before, "dspkit": "9.9"}
    assert ds.LogMel("kaldi").settings["preset"]["preemphasis"] == 0.97
    assert ds.LogMel(dk.presets.get("kaldi", preemphasis=0.5)).settings != ds.LogMel("kaldi").settings
    text = ds.Function(functions.loud).settings["text"]
    assert len(text) == 16
    assert ds.Function(functions.slow).settings["text"] != text


def test_features_are_those_of_the_lessons():
    y = noise(0.5).astype("float32")
    stack = dk.multi_resolution_mel(y, SR, win_lengths=(100, 200), hop_length=80, n_mels=12)
    np.testing.assert_array_equal(FEATURES(y), dk.power_to_db(stack, top_db=None))
    np.testing.assert_array_equal(dataclasses.replace(FEATURES, db=False)(y, SR), stack)
    np.testing.assert_array_equal(ds.LogMel("kaldi", sr=SR)(y), dk.log_mel(y, SR, preset="kaldi"))
    np.testing.assert_array_equal(ds.MFCC("htk", sr=SR, n_mfcc=7)(y), dk.mfcc(y, sr=SR, preset="htk", n_mfcc=7))
    half = dataclasses.replace(FEATURES, dtype="float16")(y)
    assert (FEATURES(y).dtype, half.dtype) == ("float32", "float16")
    assert np.max(np.abs(half - FEATURES(y))) < 0.06  # dB, as the docstring says


def test_a_loud_moment_changes_no_other_frame():
    """The decibels have no floor that follows the loudest value."""
    y = noise(1.0, peak=1e-4)
    y[-400:] *= 1e4
    np.testing.assert_array_equal(FEATURES(y)[..., :80], FEATURES(y[:-800])[..., :80])


WRONG = {
    "no such type": (lambda: ds.MelStack(dtype="int16"), dk.ParameterError, "dtype='int16'"),
    "power in 16 bits": (lambda: ds.MelStack(dtype="float16", db=False), dk.ParameterError, "db=True"),
    "one number": (lambda: ds.MelStack(win_lengths=400), dk.SampleTypeError, "win_lengths=400"),
    "no window": (lambda: ds.MelStack(win_lengths=()), dk.ParameterError, "win_lengths"),
    "hop": (lambda: ds.MelStack(hop_length=0), dk.ParameterError, "hop_length=0"),
    "preset": (lambda: ds.LogMel("kaldy"), dk.ParameterError, "kaldi"),
    "rate of a preset": (lambda: ds.LogMel("whisper", sr=8000), dk.ParameterError, "resample"),
    "rate of a sound": (lambda: FEATURES(noise(), 44100), dk.ParameterError, "resample"),
    "no function": (lambda: ds.Function(3), dk.SampleTypeError, "called"),
    "options": (lambda: ds.Function(np.mean, options={"a": object()}).settings, dk.SampleTypeError, "JSON"),
    "class": (lambda: ds.extract("x", "y", ds.MelStack), dk.SampleTypeError, r"MelStack\(\)"),
}


@pytest.mark.parametrize(("make", "error", "said"), WRONG.values(), ids=WRONG.keys())
def test_wrong_settings_are_said_at_once(make, error, said):
    with pytest.raises(error, match=said):
        make()


def test_empty_filters_are_warned_of_once_where_the_settings_are_made():
    with pytest.warns(dk.EmptyFilterWarning):
        features = ds.MelStack(sr=SR, win_lengths=(100,), n_mels=100)
    features(noise())


# --- A run. ------------------------------------------------------------------------------------------------------


def test_one_file_for_each_sound_with_its_ending_kept(sounds, out):
    soundfile.write(sounds / "a" / "00.flac", noise(seed=7), SR)  # beside 00.wav
    (sounds / "notes.txt").write_text("not a sound")
    (sounds / ".hidden.wav").write_text("nor this")
    report = run(sounds, out)
    names = ["a/00.flac", "a/00.wav", "a/02.mp3", "a/04.flac", "b/01.flac", "b/03.wav", "b/05.mp3"]
    assert sorted(arrays_in(report.folder)) == [f"{name}.npy" for name in names]
    assert set(tree(report.folder)) - set(arrays_in(report.folder)) == {"lock", "manifest.jsonl", "settings.json"}
    assert (report.done, report.reused, report.skipped, report.ignored) == (7, 0, {}, {".txt": 1})
    assert json.loads((report.folder / "settings.json").read_text()) == {
        "dspkit": dk.__version__,
        "segment": None,
        **FEATURES.settings,
    }
    for name in names:
        y, sr = dk.load(sounds / name)
        X = np.load(report.folder / f"{name}.npy")
        np.testing.assert_array_equal(X, FEATURES(y, sr))
        assert X.dtype == "float32"


def test_sounds_are_mixed_down_and_resampled(tmp_path, out):
    y = noise(0.3, channels=2, sr=44100)
    soundfile.write(tmp_path / "stereo.wav", y, 44100, subtype="FLOAT")
    report = run(tmp_path, out, pattern="*.wav")
    mono = y.astype("float32").T.mean(axis=0)
    np.testing.assert_array_equal(
        np.load(report.folder / "stereo.wav.npy"), FEATURES(dk.resample(mono, orig_sr=44100, target_sr=SR))
    )
    both = run(tmp_path, out, ds.Function(np.shape, mono=False, name="shape"), pattern="*.wav").skipped
    assert "unexpected" in both["stereo.wav"] or "argument" in both["stereo.wav"]  # np.shape takes no rate


def test_a_function_gets_samples_and_rate(sounds, out, functions):
    report = run(sounds, out, ds.Function(functions.loud, mono=False))
    assert report.folder.name.startswith("loud-")
    assert np.load(report.folder / "a/00.wav.npy") == pytest.approx(0.3, abs=1e-4)
    assert run(sounds, out, functions.loud).done == 6  # plain: mono, so other settings


def test_a_second_run_computes_and_writes_nothing(sounds, out, monkeypatch):
    first = run(sounds, out)
    before = {p: p.stat().st_mtime_ns for p in first.folder.rglob("*") if p.name != "lock" and p.is_file()}
    monkeypatch.setattr(work, "make", None)
    for hash in ("content", "stat"):
        report = run(sounds, out, hash=hash)
        assert (report.done, report.reused, report.folder) == (0, 6, first.folder)
    assert before == {p: p.stat().st_mtime_ns for p in first.folder.rglob("*") if p.name != "lock" and p.is_file()}


def test_changed_settings_go_beside(sounds, out):
    first = run(sounds, out)
    before = tree(first.folder)
    other = dataclasses.replace(FEATURES, n_mels=13)
    second = run(sounds, out, other)
    assert second.done == 6
    assert second.folder != first.folder
    assert tree(first.folder) == before
    assert run(sounds, out).reused == 6
    with pytest.raises(dk.DatasetError, match=r"2 sets.*n_mels=12.*n_mels=13|2 sets.*n_mels=13.*n_mels=12"):
        ds.FeatureDataset(out)
    assert ds.FeatureDataset(out, features=other)[0][0].shape[1] == 13
    with pytest.raises(dk.DatasetError, match="none with these settings"):
        ds.FeatureDataset(out, features=ds.MelStack())


def test_a_changed_file_is_made_anew_and_no_other(sounds, out):
    folder = run(sounds, out).folder
    before = {p: p.stat().st_mtime_ns for p in folder.rglob("*.npy")}
    soundfile.write(sounds / "a/00.wav", noise(seed=50), SR)  # of the same length
    report = run(sounds, out)
    assert (report.done, report.reused) == (1, 5)
    changed = [p.relative_to(folder).as_posix() for p, at in before.items() if p.stat().st_mtime_ns != at]
    assert changed == ["a/00.wav.npy"]
    np.testing.assert_array_equal(np.load(folder / "a/00.wav.npy"), FEATURES(dk.load(sounds / "a/00.wav")[0]))


def test_a_run_that_ends_between_file_and_line_leaves_no_line_that_lies(sounds, out, monkeypatch):
    """The sound changes, is made anew, the run is killed, the sound is changed back: the old line must not hold."""
    folder = run(sounds, out).folder
    expected = tree(folder)
    before, at = (sounds / "a/00.wav").read_bytes(), (sounds / "a/00.wav").stat()
    soundfile.write(sounds / "a/00.wav", noise(seed=50), SR)
    add = _store.Manifest.add

    def killed(manifest, record):
        if record["state"] == "done":
            raise KeyboardInterrupt
        add(manifest, record)

    with monkeypatch.context() as patch:
        patch.setattr(_store.Manifest, "add", killed)
        with pytest.raises(KeyboardInterrupt):
            run(sounds, out)
    (sounds / "a/00.wav").write_bytes(before)
    os.utime(sounds / "a/00.wav", ns=(at.st_atime_ns, at.st_mtime_ns))
    assert run(sounds, out).done == 1
    assert tree(folder) == expected


def test_how_a_changed_file_is_known(sounds, out):
    run(sounds, out)
    path = sounds / "a/00.wav"
    at = path.stat()
    os.utime(path, ns=(at.st_atime_ns, at.st_mtime_ns + 10**9))
    assert run(sounds, out).done == 0
    assert run(sounds, out, hash="stat").done == 1
    soundfile.write(path, noise(seed=51), SR)
    os.utime(path, ns=(at.st_atime_ns, at.st_mtime_ns + 10**9))
    assert run(sounds, out, hash="stat").done == 0
    assert run(sounds, out).done == 1


def test_a_missing_or_cut_array_is_made_anew(sounds, out):
    folder = run(sounds, out).folder
    before = tree(folder)
    (folder / "a/00.wav.npy").unlink()
    (folder / "b/01.flac.npy").write_bytes(b"")  # as a power cut would leave it
    assert run(sounds, out).done == 2
    assert tree(folder) == before


def test_a_removed_file_is_reported_and_left_out_and_taken_up_again(sounds, out, tmp_path):
    folder = run(sounds, out).folder
    before = tree(folder)
    shutil.move(sounds / "a/00.wav", tmp_path / "00.wav")
    report = run(sounds, out)
    assert report.removed == ("a/00.wav",)
    assert (report.done, report.reused) == (0, 5)
    assert "a/00.wav" in str(report)
    assert "a/00.wav" not in ds.FeatureDataset(out).names
    assert run(sounds, out).removed == ()
    shutil.move(tmp_path / "00.wav", sounds / "a/00.wav")
    report = run(sounds, out)
    assert (report.done, report.reused, report.removed) == (0, 6, ())
    assert tree(folder) == before


def test_a_pattern_that_leaves_sounds_out_does_not_remove_them(sounds, out):
    run(sounds, out)
    report = run(sounds, out, pattern="a/*")
    assert (report.reused, report.removed) == (3, ())
    assert len(ds.FeatureDataset(out)) == 6


def test_a_list_of_files(sounds, out, tmp_path):
    files = sorted(sounds.rglob("*.wav"))
    assert sorted(arrays_in(run([*files, files[0]], out / "1").folder)) == ["a/00.wav.npy", "b/03.wav.npy"]
    assert sorted(arrays_in(run(map(str, files[:1]), out / "2").folder)) == ["00.wav.npy"]
    assert sorted(arrays_in(run(files[:1], out / "3", root=tmp_path).folder)) == ["sounds/a/00.wav.npy"]


NOTHING = {
    "no folder": ("nowhere", {}, "does not exist"),
    "a file": ("sounds/a/00.wav", {}, "in a list"),
    "no match": ("sounds", {"pattern": "*.ogg"}, r"\*\.ogg"),
    "no sounds": ("texts", {}, "1 other"),
    "no files": ([], {}, "empty"),
    "outside": (["sounds/a/00.wav"], {"root": "sounds/b"}, "outside root"),
    "root of a folder": ("sounds", {"root": "sounds"}, "list of files"),
    "numbers": (3, {}, "expected a folder"),
    "segment": ("sounds", {"segment": 4}, r"segment=4"),
    "negative": ("sounds", {"segment": (1, 0)}, "hop"),
    "hash": ("sounds", {"hash": "md5"}, "hash='md5'"),
    "executor": ("sounds", {"executor": print}, "client.get_executor"),
    "errors": ("sounds", {"errors": "ignore"}, "errors='ignore'"),
}


@pytest.mark.parametrize(("given", "options", "said"), NOTHING.values(), ids=NOTHING.keys())
def test_nothing_to_work_on(given, options, said, sounds, out, monkeypatch):
    monkeypatch.chdir(sounds.parent)
    Path("texts").mkdir()
    Path("texts/a.txt").touch()
    with pytest.raises((dk.ParameterError, dk.SampleTypeError), match=said):
        run(given, out, **options)
    assert not out.exists()


def test_names_that_differ_only_in_case(sounds, out, monkeypatch):
    shutil.copy(sounds / "a/00.wav", sounds / "a/00.WAV")
    if len(list((sounds / "a").iterdir())) == 4:  # a file system that tells them apart
        assert run(sounds, out).done == 7
    monkeypatch.setattr(extraction, "_one_case", lambda folder: True)
    names = ["a/00.wav", "a/00.WAV"]
    with pytest.raises(dk.ParameterError, match=r"a/00.WAV and a/00.wav would be one file"):
        extraction._refuse_same_place(sorted(names), out)


@pytest.mark.skipif(sys.platform != "linux", reason="names that are no text: Linux has them")
def test_names_of_any_bytes(tmp_path, out):
    source = tmp_path / "s"
    source.mkdir()
    soundfile.write(source / "x.wav", noise(), SR)
    name = os.fsdecode(b"\xff\xe9 \xc3\xa4\n\"'.wav")
    os.rename(source / "x.wav", source / name)
    folder = run(source, out).folder
    assert run(source, out).reused == 1
    assert ds.FeatureDataset(out).names == [name]
    assert (folder / f"{name}.npy").exists()


# --- Segments. ---------------------------------------------------------------------------------------------------


def test_segments(tmp_path, out):
    y = noise(1.05).astype("float32")
    soundfile.write(tmp_path / "long.wav", y, SR, subtype="FLOAT")
    soundfile.write(tmp_path / "short.wav", noise(0.2), SR)
    folder = (report := run(tmp_path, out, pattern="*.wav", segment=(0.4, 0.3))).folder
    assert report.done == 1
    assert "too short: 0.2 s, where a segment takes 0.4 s" in report.skipped["short.wav"]
    dataset = ds.FeatureDataset(out)
    assert dataset.names == ["long.wav@000000", "long.wav@000001", "long.wav@000002"]
    assert [(r["sound"], r["start"], r["seconds"]) for r in dataset.records] == [
        ("long.wav", start, 0.4) for start in (0.0, 0.3, 0.6)
    ]
    for X, record in dataset:
        start = round(record["start"] * SR)
        np.testing.assert_array_equal(X, FEATURES(y[start : start + 3200]))
    report = run(tmp_path, out / "odd", pattern="*.wav", segment=(0.40001, 0.10006))  # in whole samples: 800 of 0.1 s
    assert [r["start"] for r in ds.FeatureDataset(report.folder).records] == [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6]
    with pytest.raises(dk.DatasetError, match="cut too short"):
        run(tmp_path, out / "tiny", pattern="*.wav", segment=(0.01, 0.01), errors="raise")
    soundfile.write(tmp_path / "long.wav", y[:4000], SR, subtype="FLOAT")
    run(tmp_path, out, pattern="*.wav", segment=(0.4, 0.3))
    assert sorted(arrays_in(folder)) == ["long.wav@000000.npy"]  # none is left of the longer one


# --- Bad files are data. -----------------------------------------------------------------------------------------


def cut(path, share=0.6):
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])


def bad_empty(path):
    path.touch()


def bad_text(path):
    path.write_text("this is no sound")


def bad_header(path):
    soundfile.write(path, noise(), SR)
    path.write_bytes(path.read_bytes()[:44])


def bad_cut(path):
    soundfile.write(path, noise(1.0), SR)
    cut(path)


def bad_nan(path):
    soundfile.write(path, np.where(np.arange(800) == 400, np.nan, noise()), SR, subtype="FLOAT")


def bad_infinite(path):
    soundfile.write(path, np.where(np.arange(800) == 400, np.inf, noise()), SR, subtype="FLOAT")


def bad_infinite_on_both_sides(path):
    both = np.stack([np.full(800, np.inf), np.full(800, -np.inf)], axis=1)
    soundfile.write(path, both, SR, subtype="FLOAT")


def bad_silent(path):
    soundfile.write(path, np.zeros(800), SR)


def bad_constant(path):
    soundfile.write(path, np.full(800, 0.25), SR)


def bad_short(path):
    soundfile.write(path, noise(0.02), SR)


def bad_folder(path):
    path.mkdir()


BAD = {
    "empty.wav": (bad_empty, "is empty"),
    "text.wav": (bad_text, "cannot be read as sound"),
    "text.m4a": (bad_text, "convert others"),
    "header.wav": (bad_header, "cut short.*there are 0"),
    "cut.wav": (bad_cut, "is cut short"),
    "cut.flac": (bad_cut, "cut short|cannot be read"),
    "cut.ogg": (bad_cut, "cut short"),
    "cut.aiff": (bad_cut, "is cut short"),
    "nan.wav": (bad_nan, "NaN or infinite"),
    "infinite.wav": (bad_infinite, "NaN or infinite"),
    "cancel.wav": (bad_infinite_on_both_sides, "NaN or infinite"),
    "silent.flac": (bad_silent, "is silent"),
    "constant.wav": (bad_constant, "is silent"),
    "short.wav": (bad_short, r"is too short: 0.02 s, where the longest window takes 0.025 s"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_files_are_listed_with_the_reason_and_remembered(name, sounds, out, monkeypatch):
    spoil, said = BAD[name]
    spoil(sounds / name)
    report = run(sounds, out)
    assert report.done == 6
    assert list(report.skipped) == [name]
    assert re.search(said, report.skipped[name]), report.skipped[name]
    assert str(sounds) not in report.skipped[name]
    assert name not in ds.FeatureDataset(out).names
    with monkeypatch.context() as patch:
        patch.setattr(work, "make", None)
        again = run(sounds, out)
    assert (again.skipped, again.reused) == (report.skipped, 6)
    for when in ("known", "new"):
        with pytest.raises(dk.DatasetError, match=f"{name}: "):
            run(sounds, out / when if when == "new" else out, errors="raise")
    soundfile.write(sounds / "good.wav", noise(seed=9), SR)
    shutil.move(sounds / "good.wav", sounds / name.replace("m4a", "wav"))
    assert run(sounds, out).done == 1


def test_a_good_file_that_went_bad_leaves_the_dataset(sounds, out):
    folder = run(sounds, out).folder
    bad_silent(sounds / "a/00.wav")
    assert list(run(sounds, out).skipped) == ["a/00.wav"]
    assert len(ds.FeatureDataset(out)) == 5
    assert not (folder / "a/00.wav.npy").exists()


def returns_nothing(y, sr):
    return np.zeros((4, 0))


def returns_nan(y, sr):
    return np.array([np.nan])


def returns_text(y, sr):
    return np.array(["a"])


def raises(y, sr):
    raise ZeroDivisionError("of mine")


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (returns_nothing, "shape"),
        (returns_nan, "NaN"),
        (returns_text, "<U1; expected numbers"),
        (raises, "ZeroDivisionError: of mine"),
    ],
)
def test_what_a_readers_function_does_wrong_is_tried_again(function, said, sounds, out):
    for _ in range(2):
        report = run(sounds, out, function)
        assert len(report.skipped) == 6
        assert said in report.skipped["a/00.wav"]
    assert list(arrays_in(report.folder)) == []


def test_a_file_that_vanishes_or_changes_while_running(sounds, out, monkeypatch):
    wanted = work.fingerprint

    def meanwhile(path):
        found = wanted(path)
        if path.endswith("00.wav"):
            os.unlink(path)
        if path.endswith("03.wav"):
            soundfile.write(path, noise(0.2, seed=3), SR)
        return found

    monkeypatch.setattr(work, "fingerprint", meanwhile)
    report = run(sounds, out)
    assert report.skipped == {"a/00.wav": "it vanished", "b/03.wav": "it changed while it was read"}
    monkeypatch.setattr(work, "fingerprint", wanted)
    assert (report := run(sounds, out)).done == 1
    assert report.removed == ("a/00.wav",)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="permissions do not hold for root")
def test_no_permission(sounds, out):
    (sounds / "a/00.wav").chmod(0)
    assert run(sounds, out).skipped == {"a/00.wav": "Permission denied"}
    (sounds / "a/00.wav").chmod(0o600)
    assert run(sounds, out).done == 1


def test_a_name_too_long(sounds, out):
    name = "x" * 250 + ".wav"  # with .npy, more than the 255 that most file systems have
    shutil.copy(sounds / "a/00.wav", sounds / name)
    report = run(sounds, out)
    assert report.done == 6
    assert list(report.skipped) == [name]
    assert not list(report.folder.glob("~*"))


def test_notes_of_the_mp3_decoder_are_not_seen(sounds, out, capfd):
    path = sounds / "a/02.mp3"
    path.write_bytes(path.read_bytes() + b"\xff\xfb\x90\x00" + bytes(range(256)) * 20)
    soundfile.read(path)
    assert capfd.readouterr().err, "nothing to be silenced"
    run(sounds, out)
    assert capfd.readouterr().err == ""
    os.write(2, b"here again")
    assert capfd.readouterr().err == "here again"


# --- No room. ----------------------------------------------------------------------------------------------------


def full(*_: Any, **__: Any) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_no_room_for_an_array(sounds, out, monkeypatch):
    expected = tree(run(sounds, out / "calm").folder)
    save, replace = np.save, os.replace

    def full_save(file, X, **options):  # where the worker writes
        save(file, X, **options)
        if file.name.endswith("1-0.npy"):
            full()

    def full_replace(a, b):  # where it gets its name
        return full() if "02.mp3" in str(b) else replace(a, b)

    for where, name, function in ((np, "save", full_save), (os, "replace", full_replace)):
        with monkeypatch.context() as patch:
            patch.setattr(where, name, function)
            report = run(sounds, out / name)
        assert report.skipped == {"a/02.mp3": os.strerror(errno.ENOSPC)}
        assert report.done == 5
        assert run(sounds, out / name).done == 1
        assert tree(report.folder) == expected


def test_no_room_for_the_manifest(sounds, out, monkeypatch):
    expected = tree(run(sounds, out / "calm").folder)
    written = []

    class Full(io.FileIO):
        def write(self, data):
            written.append(len(data))
            return super().write(data) if len(written) < 3 else super().write(data[:10])

    with monkeypatch.context() as patch:
        patch.setattr(_store.io, "FileIO", Full)
        with pytest.raises(dk.DatasetError, match=os.strerror(errno.ENOSPC)):
            run(sounds, out)
    (manifest,) = out.glob("mel*/manifest.jsonl")
    assert manifest.read_bytes().endswith(b"}\n")  # no half line
    report = run(sounds, out)
    assert (report.reused, report.done) == (2, 4)
    assert tree(report.folder) == expected


def test_room_for_the_manifest_that_comes_back(sounds, out, monkeypatch):
    expected = tree(run(sounds, out / "calm").folder)
    written = []

    class FullForAWhile(io.FileIO):
        def write(self, data):
            written.append(len(data))
            return super().write(data[:10] if len(written) in (2, 3) else data)

    monkeypatch.setattr(_store.io, "FileIO", FullForAWhile)
    assert tree(run(sounds, out).folder) == expected


def test_no_room_to_begin(sounds, out, monkeypatch):
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(dk.DatasetError, match=f"cannot be written to: {os.strerror(errno.ENOSPC)}"):
        run(sounds, out)


def test_no_place_to_write(sounds, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(dk.DatasetError, match="cannot be written to"):
        run(sounds, tmp_path / "file" / "out")


def test_each_file_is_on_the_disk_before_it_has_its_name(sounds, out, monkeypatch):
    synced, sync, replace = set(), _store.sync, os.replace

    def see(path):
        sync(path)
        synced.add(path)

    def check(a, b):
        assert a in synced or Path(b).suffix != ".npy"
        replace(a, b)

    monkeypatch.setattr(_store, "sync", see)
    monkeypatch.setattr(os, "replace", check)
    assert run(sounds, out).done == len(synced) == 6


# --- The manifest and the lock. ----------------------------------------------------------------------------------


def test_a_torn_last_line_is_dropped_and_the_last_line_counts(sounds, out):
    folder = run(sounds, out).folder
    expected = tree(folder)
    manifest = folder / "manifest.jsonl"
    lines = manifest.read_bytes().splitlines(keepends=True)
    torn = {
        "torn": [*lines[:-1], lines[-1][:20]],
        "no end": [*lines[:-1], lines[-1].rstrip(b"\n")],
        "zeros": [*lines[:-1], bytes(100)],
        "spoiled": [b"\x00\x81 no JSON\n", *lines[1:]],
        "no record": [b"[1, 2]\n", *lines[1:]],
        "twice": [lines[0].replace(b'"size": ', b'"size": 1'), *lines],
        "mixed": lines[::-1],
    }
    for what, left in torn.items():
        manifest.write_bytes(b"".join(left))
        assert run(sounds, out).done == (0 if what in ("twice", "mixed") else 1), what
        assert tree(folder) == expected, what


def test_a_line_added_behind_a_torn_one_is_whole(sounds, out):
    folder = run(sounds, out).folder
    with open(folder / "manifest.jsonl", "ab") as file:
        file.write(b'{"sound": "torn')
    manifest = _store.Manifest(folder)
    manifest.add({"sound": "next", "state": "removed"})
    manifest.close()
    assert _store.Manifest(folder).get("next") == {"sound": "next", "state": "removed"}
    run(sounds, out)
    assert _store.Manifest(folder).get("next") is None  # removed, and nothing was made of it


def test_what_a_killed_run_leaves_unfinished_is_cleared_away(sounds, out):
    folder = run(sounds, out).folder
    expected = tree(folder)
    left = folder / f"{_store.PARTS}00"
    left.mkdir()
    (left / "0-0.npy").write_bytes(b"half")
    (left / "manifest.jsonl").touch()
    run(sounds, out)
    assert tree(folder) == expected


def test_a_second_run_is_refused_with_the_owners_pid_and_host(sounds, out):
    folder = run(sounds, out).folder
    with (
        _store.locked(folder),
        pytest.raises(dk.DatasetError, match=f"process {os.getpid()} on {socket.gethostname()}"),
    ):
        run(sounds, out)
    assert run(sounds, out).reused == 6


def test_a_lock_whose_owner_is_gone_is_taken_over(sounds, out):
    folder = run(sounds, out).folder
    (folder / "lock").write_text("process 1 on elsewhere\n")
    assert run(sounds, out).reused == 6
    assert (folder / "lock").read_bytes() == b""


@posix
def test_a_file_system_without_locks_is_warned_of(sounds, out, monkeypatch):
    import fcntl

    def unknown(*_):
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", unknown)
    with pytest.warns(UserWarning, match="keeps no locks"):
        run(sounds, out)


# --- Killed. -----------------------------------------------------------------------------------------------------

KILLS = """
import hashlib, os, random, shutil, signal, sys, time
import dspkit as dk
sounds, out, seed, kills = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
draw = random.Random(seed)
import scipy.fft, scipy.sparse, soundfile, soxr

def start(out):
    child = os.fork()  # all is imported: what is killed is the run itself
    if child == 0:
        try:
            # Made here: whoever has computed may have threads, and must not fork.
            features = dk.datasets.MelStack(sr=8000, win_lengths=(100, 200), hop_length=80, n_mels=12)
            dk.datasets.extract(sounds, out, features, workers=1, progress=False)
            os._exit(0)
        finally:
            os._exit(1)
    return child

def tree(out):
    return {
        os.path.relpath(os.path.join(at, name), out): open(os.path.join(at, name), "rb").read()
        for at, _, names in os.walk(out) for name in names
    }

def whole(out):
    assert os.waitpid(start(out), 0)[1] == 0

whole(os.path.join(out, "warm"))
begin = time.perf_counter()
whole(os.path.join(out, "calm"))
takes = time.perf_counter() - begin
expected = tree(os.path.join(out, "calm"))
cut_short, complete = 0, set()
for n in range(kills):
    here = os.path.join(out, str(n))
    child = start(here)
    time.sleep(draw.uniform(0.0, takes))
    os.kill(child, signal.SIGKILL)
    cut_short += os.waitpid(child, 0)[1] == signal.SIGKILL
    complete.add(sum(name.endswith(".npy") and "~" not in name for name in tree(here)))
    whole(here)
    assert tree(here) == expected, (n, sorted(tree(here)), sorted(expected))
    shutil.rmtree(here)
print(cut_short, len(complete))
"""


def python(*command, **options):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path]), "OPENBLAS_NUM_THREADS": "1"}
    return subprocess.Popen(
        [sys.executable, *map(str, command)],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options,
    )  # fmt: skip


@posix
def test_killed_at_fifty_random_moments(tmp_path):
    sounds = write_sounds(tmp_path / "sounds", 24)
    process = python("-c", KILLS, sounds, tmp_path / "out", np.random.SeedSequence().entropy % 2**32, 50)
    said, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors
    cut_short, kinds = map(int, said.split())
    assert cut_short >= 25, "the runs were over before they were killed"
    assert kinds >= 3, "they were all killed at the same moment"


def wait_until(true, seconds=60.0):
    end = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)
    return found


def is_alive(pid):
    try:
        os.kill(pid, 0)
        state = Path(f"/proc/{pid}/stat")
        return not state.exists() or state.read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


SLOW = """
import sys, dspkit as dk, readers_functions
sounds, out, pids = sys.argv[1:]
if __name__ == "__main__":
    features = dk.datasets.Function(readers_functions.slow, options={"pids": pids})
    dk.datasets.extract(sounds, out, features, workers=2, progress=False)
"""


@posix
def test_workers_go_with_their_parent_and_a_second_run_is_refused_meanwhile(tmp_path, functions):
    sounds = write_sounds(tmp_path / "sounds", 32)
    (pids := tmp_path / "pids").mkdir()
    (script := tmp_path / "script.py").write_text(SLOW)
    features = ds.Function(functions.slow, options={"pids": str(pids)})
    process = python(script, sounds, tmp_path / "out", pids)
    wait_until(lambda: list((tmp_path / "out").rglob("*.wav.npy")) or process.poll() is not None)
    assert process.poll() is None, process.communicate()
    with pytest.raises(dk.DatasetError, match=f"process {process.pid} on"):
        run(sounds, tmp_path / "out", features)
    process.kill()
    process.communicate()
    workers = [int(p.name) for p in pids.iterdir()]
    assert workers
    wait_until(lambda: not any(map(is_alive, workers)))
    report = run(sounds, tmp_path / "out", features)
    assert report.reused > 0
    assert report.done > 0
    shutil.copytree(report.folder, tmp_path / "killed")
    shutil.rmtree(report.folder)
    run(sounds, tmp_path / "out", features)
    assert tree(tmp_path / "killed") == tree(report.folder)


def test_a_worker_that_outlives_its_run_finds_its_folder_gone(sounds, out, tmp_path):
    """It writes where nobody reads, and the next run clears that away."""
    folder = run(sounds, out).folder
    before = tree(folder)
    with _store.parts_folder(folder) as parts:
        job = work.Job(FEATURES, None, str(parts))
        (late,) = work.make(job, [work.Task(0, "a/00.wav", str(sounds / "a/00.wav"))])
        assert late.record["state"] == "done"
        run(sounds, out)
        assert not parts.exists()
        (late,) = work.make(job, [work.Task(0, "a/00.wav", str(sounds / "a/00.wav"))])
        assert late.record["state"] == "failed"
    assert tree(folder) == before


# --- Engines. ----------------------------------------------------------------------------------------------------


def test_threads_and_processes_give_the_bits_of_the_serial_run(tmp_path, out, monkeypatch):
    sounds = write_sounds(tmp_path / "sounds", 40)
    bad_text(sounds / "bad.wav")
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    expected = tree(run(sounds, out / "serial").folder)
    with ThreadPoolExecutor(3) as threads:
        report = run(sounds, out / "threads", executor=threads, workers=None)
    assert tree(report.folder) == expected
    assert (report.done, list(report.skipped)) == (40, ["bad.wav"])
    assert set(report.stages) == {"hash", "decode", "features", "write"}
    assert all(seconds > 0 for seconds in report.stages.values())
    with ds.Processes(2) as pool:
        for again in ("processes", "warm processes"):
            assert tree(run(sounds, out / again, executor=pool, workers=None).folder) == expected
    assert "OPENBLAS_NUM_THREADS" not in os.environ


def test_no_more_is_sent_ahead_than_said(tmp_path, out):
    sounds = write_sounds(tmp_path / "sounds", 100)
    ahead, most = set(), [0]

    class Counting(ThreadPoolExecutor):
        def submit(self, fn, /, *args, **kwargs):
            future = super().submit(fn, *args, **kwargs)
            if fn is work.make:
                ahead.add(future)
                most[0] = max(most[0], sum(not f.done() for f in ahead))
                assert len(args[1]) <= _engines.CHUNK
            return future

    with Counting(2) as threads:
        assert run(sounds, out, executor=threads, workers=None).done == 100
    assert most[0] <= 2 * _engines.CHUNKS_PER_WORKER


def test_a_deadly_sound_takes_nothing_along(tmp_path, out, functions):
    sounds = write_sounds(tmp_path / "sounds", 30)
    soundfile.write(sounds / "deadly.wav", noise(peak=0.9), SR)
    report = run(sounds, out, ds.Function(functions.deadly), workers=2)
    assert report.done == 30
    assert list(report.skipped) == ["deadly.wav"]
    assert "died, and again" in report.skipped["deadly.wav"]
    harmless = ds.Function(functions.deadly, options={"mark": 2.0})
    again = run(sounds, out, harmless)
    assert {n: d for n, d in arrays_in(again.folder).items() if n != "deadly.wav.npy"} == arrays_in(report.folder)


def test_a_worker_that_dies_once_loses_nothing(tmp_path, out, functions):
    sounds = write_sounds(tmp_path / "sounds", 12)
    soundfile.write(sounds / "once.wav", noise(peak=0.9), SR)
    features = ds.Function(functions.deadly_once, options={"flag": str(tmp_path / "flag")})
    report = run(sounds, out, features, workers=2)
    assert (report.done, report.skipped) == (13, {})
    assert (tmp_path / "flag").exists()


def test_a_sound_without_an_end_is_given_up(tmp_path, out, functions):
    sounds = write_sounds(tmp_path / "sounds", 4)
    soundfile.write(sounds / "endless.wav", noise(peak=0.9), SR)
    with ds.Processes(2) as pool:
        list(pool.map(abs, range(8)))  # they have started: what is waited for is the sound
        report = run(sounds, out, ds.Function(functions.endless), executor=pool, patience=10.0)
    assert report.done == 4
    assert "gave no answer for 10 s" in report.skipped["endless.wav"]


def test_a_foreign_pool_that_breaks_is_said_and_the_next_call_goes_on(tmp_path, out, functions):
    sounds = write_sounds(tmp_path / "sounds", 40)
    soundfile.write(sounds / "b/99.wav", noise(peak=0.9), SR)
    features = ds.Function(functions.deadly)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool, pytest.raises(dk.DatasetError, match="died"):
        run(sounds, out, features, executor=pool)
    report = run(sounds, out, features, workers=2)
    assert report.reused > 0
    assert report.reused + report.done == 40
    assert list(report.skipped) == ["b/99.wav"]


class KilledWorker(Exception):  # noqa: N818 (Dask's name, by which it is known)
    pass


def test_a_deadly_sound_on_dask_takes_nothing_along(sounds, out):
    """Dask gives up a task that has killed several workers, and goes on with the others."""

    class LikeDask(ThreadPoolExecutor):
        def submit(self, fn, /, *args, **kwargs):
            return super().submit(deadly if fn is work.make else fn, *args, **kwargs)

    def deadly(job, tasks):
        if any(task.sound == "a/02.mp3" for task in tasks):
            raise KilledWorker("make-1")
        return work.make(job, tasks)

    with LikeDask(1) as executor:
        report = run(sounds, out, executor=executor, workers=None)
    assert report.done == 5
    assert "died, and again" in report.skipped["a/02.mp3"]


def test_workers_that_cannot_import_are_said(sounds, out):
    def without(job, tasks):
        raise ModuleNotFoundError("No module named 'mine'")

    class Elsewhere(ThreadPoolExecutor):
        def submit(self, fn, /, *args, **kwargs):
            return super().submit(without if fn is work.make else fn, *args, **kwargs)

    with Elsewhere(1) as executor, pytest.raises(dk.DatasetError, match=r"cannot do it.*No module named 'mine'"):
        run(sounds, out, executor=executor, workers=None)


def test_each_worker_has_one_thread_for_linear_algebra(sounds, out, functions, monkeypatch):
    for name in _engines.ENVIRONMENT:
        monkeypatch.delenv(name, raising=False)
    with ds.Processes(2) as pool:
        assert [f.result() for f in [pool.submit(os.getenv, name) for name in _engines.ENVIRONMENT] * 4] == [
            *_engines.ENVIRONMENT.values()
        ] * 4
    assert not any(name in os.environ for name in _engines.ENVIRONMENT)


UNGUARDED = """
import sys, dspkit as dk
dk.datasets.extract(sys.argv[1], sys.argv[2], dk.datasets.MelStack(sr=8000, win_lengths=(200,)), workers=2)
"""
TYPED_IN = """
import sys, dspkit as dk
def mine(y, sr):
    return y[:10]
dk.datasets.extract(sys.argv[1], sys.argv[2], mine, workers=2, progress=False)
"""


def test_a_script_without_its_guard_is_told(tmp_path, sounds, out):
    (tmp_path / "script.py").write_text(UNGUARDED)
    for command in ([tmp_path / "script.py"], ["-c", TYPED_IN]):
        process = python(*command, sounds, out)
        _, errors = process.communicate(timeout=120)
        last = errors.strip().splitlines()[-1]
        assert last.startswith("dspkit.errors.DatasetError: no worker could start"), errors
        assert '`if __name__ == "__main__":`' in last
        assert "workers=1" in last


def test_what_cannot_be_sent_is_told(sounds, out):
    with pytest.raises(dk.DatasetError, match=r"no worker could start \(.*lambda"):
        run(sounds, out, ds.Function(lambda y, sr: y[:10]), workers=2)
    assert run(sounds, out, lambda y, sr: y[:10]).done == 6


@posix
def test_ctrl_c_leaves_no_worker_and_a_folder_that_goes_on(tmp_path, functions):
    sounds = write_sounds(tmp_path / "sounds", 32)
    (pids := tmp_path / "pids").mkdir()
    # A shell's background jobs ignore Ctrl-C, and so would what they start.
    listening = "import signal\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"
    (script := tmp_path / "script.py").write_text(listening + SLOW)
    process = python(script, sounds, tmp_path / "out", pids, start_new_session=True)
    wait_until(lambda: list((tmp_path / "out").rglob("*.wav.npy")) or process.poll() is not None)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to all of them
    _, errors = process.communicate(timeout=60)
    assert errors.strip().splitlines()[-1] == "KeyboardInterrupt", errors
    assert errors.count("Traceback") <= 2, errors  # none from a worker
    assert not any(is_alive(int(p.name)) for p in pids.iterdir())
    (folder,) = (tmp_path / "out").iterdir()
    assert not list(folder.glob("~*"))
    report = run(sounds, tmp_path / "out", ds.Function(functions.slow, options={"pids": str(pids)}))
    assert report.reused > 0


@posix
def test_an_error_that_ends_the_run_ends_the_workers(tmp_path, functions):
    sounds = write_sounds(tmp_path / "sounds", 32)
    bad_text(sounds / "0.wav")
    (pids := tmp_path / "pids").mkdir()
    features = ds.Function(functions.slow, options={"pids": str(pids)})
    with pytest.raises(dk.DatasetError, match=r"0\.wav") as held:  # with its traceback, which holds the frames
        run(sounds, tmp_path / "out", features, workers=2, errors="raise")
    assert held.tb
    assert not any(is_alive(int(p.name)) for p in pids.iterdir())
    assert not list((tmp_path / "out").rglob("~*"))


MANY = """
import sys, pathlib, resource, numpy as np, soundfile, dspkit as dk
out = pathlib.Path(sys.argv[1])
def one(y, sr):
    return y[:4]
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2)
def go(n):
    for i in range(n):
        soundfile.write(out / f"sounds/{i}.wav", np.array([0.1, 0.2, i % 9 / 9, 0.3]), 8000)
    assert dk.datasets.extract(out / "sounds", out / "out", one, workers=1, progress=False).done
    return peak()
(out / "sounds").mkdir()
few = go(50)
print(go(1500) - few)
"""


@posix
def test_memory_does_not_grow_with_the_number_of_files(tmp_path):
    process = python("-c", MANY, tmp_path)
    said, errors = process.communicate(timeout=240)
    assert process.returncode == 0, errors
    assert float(said) < 15.0  # MB for 1,450 more: 10,000 stay far below 200


# --- Dask. -------------------------------------------------------------------------------------------------------

ON_DASK = """
import json, sys, time
import dspkit as dk, readers_functions
from distributed import Client
if __name__ == "__main__":
    file, sounds, out, pids = sys.argv[1:]
    with Client(scheduler_file=file, timeout=60) as client:
        client.wait_for_workers(2, timeout=60)
        features = dk.datasets.Function(readers_functions.slow, options={"pids": pids})
        print("ready", flush=True)
        report = dk.datasets.extract(sounds, out, features, executor=client.get_executor(), workers=2, progress=False)
        print(json.dumps([report.done, dict(report.skipped), len(client.scheduler_info()["workers"])]))
"""


@posix
def test_on_dask_a_worker_killed_midway_loses_nothing(tmp_path, functions):
    pytest.importorskip("distributed", reason="Dask's distributed is not installed")
    sounds = write_sounds(tmp_path / "sounds", 64)
    (pids := tmp_path / "pids").mkdir()
    (script := tmp_path / "script.py").write_text(ON_DASK)
    file = tmp_path / "scheduler.json"
    common = ("--scheduler-file", file, "--no-dashboard")
    processes = [python("-m", "dask", "scheduler", "--host", "127.0.0.1", "--port", "0", *common, cwd=tmp_path)]
    try:
        wait_until(file.exists)
        for name in "ab":
            worker = ("worker", *common, "--nthreads", "1", "--no-nanny", "--name", name, "--local-directory", tmp_path)
            processes.append(python("-m", "dask", *worker, cwd=tmp_path))
        processes.append(client := python(script, file, sounds, tmp_path / "out", pids, cwd=tmp_path))
        wait_until(lambda: len(list(pids.iterdir())) == 2 or client.poll() is not None)
        wait_until(lambda: list((tmp_path / "out").rglob("*.wav.npy")) or client.poll() is not None)
        processes[1].kill()
        said, errors = client.communicate(timeout=120)
        assert client.returncode == 0, errors
        assert json.loads(said.splitlines()[-1]) == [64, {}, 1]
    finally:
        for process in processes:
            process.kill()
            process.communicate()
    (folder,) = (tmp_path / "out").iterdir()
    report = run(sounds, tmp_path / "serial", ds.Function(functions.slow, options={"pids": str(pids)}))
    assert tree(folder) == tree(report.folder)


# --- The report, the bar, the command line. ----------------------------------------------------------------------


def test_the_report_shows_itself(sounds, out):
    for i in range(25):
        bad_text(sounds / f"<{i:02d}>.wav")
    report = run(sounds, out)
    lines = str(report).splitlines()
    assert lines[0].startswith("done")
    assert "6 in" in lines[0]
    assert "  <00>.wav" in str(report)
    assert "5 more: report.skipped" in str(report)
    assert len(report.skipped) == 25
    page = report._repr_html_()
    assert page.startswith("<table>")
    assert "&lt;00&gt;.wav" in page
    assert report.per_second == pytest.approx(6 / report.seconds)
    assert "there already" in str(run(sounds, out))


def test_the_bar_goes_to_the_error_output_and_is_one_line_in_a_log(sounds, out, capfd):
    pytest.importorskip("tqdm", reason="tqdm is not installed")
    run(sounds, out, progress=True)
    said = capfd.readouterr()
    assert said.out == ""
    assert "6/6" in said.err
    assert said.err.count("\r") <= 4
    run(sounds, out, progress=True)
    assert capfd.readouterr().err == ""  # nothing to do


def test_what_is_not_installed_is_said(sounds, out, monkeypatch):
    monkeypatch.setitem(sys.modules, "tqdm", None)
    with pytest.raises(ImportError, match=r'tqdm is not installed.*pip install "dspkit\[course\]"'):
        run(sounds, out, progress=True)
    assert run(sounds, out).done == 6


@pytest.fixture
def call(sounds, out):
    return lambda *more: command_line.main([str(sounds), str(out), "--quiet", "--workers", "1", *more])


def test_command_line(call, sounds, out, capsys):
    options = ("--features", "mfcc", "--set", "preset=kaldi", "--set", "sr=8000", "--set", "n_mfcc=5")
    assert call(*options) == 0
    assert "6 in" in capsys.readouterr().out
    assert ds.FeatureDataset(out, features=ds.MFCC("kaldi", sr=8000, n_mfcc=5))[0][0].shape[0] == 5
    bad_text(sounds / "bad.wav")
    assert call(*options) == 1
    assert "bad.wav" in capsys.readouterr().out
    assert call(*options, "--raise") == 2
    assert "DatasetError: bad.wav" in capsys.readouterr().err
    assert call("--set", "n_mel=5") == 2
    assert "n_mels" in capsys.readouterr().err
    assert call("--pattern", "*.ogg") == 2
    with pytest.raises(SystemExit):
        call("--features", "mels")


def test_command_line_as_a_module(sounds, out):
    command = ("-W", "error", "-m", "dspkit.datasets", sounds, out, "--set", "sr=8000", "--workers", "2")
    process = python(*command, "--segment", "0.1", "0.05", "--set", "win_lengths=[100, 200]")
    said, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    assert "6 in" in said


# --- Reading. ----------------------------------------------------------------------------------------------------


@pytest.fixture
def dataset(tmp_path):
    """Twelve sounds of six lengths, by three speakers."""
    for i in range(12):
        path = tmp_path / "sounds" / f"speaker {i % 3}" / f"{i:02d}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(path, noise(0.1 + 0.05 * (i % 6), seed=i), SR)
    return ds.FeatureDataset(run(tmp_path / "sounds", tmp_path / "out").folder)


def test_items_by_number(dataset, tmp_path):
    assert len(dataset) == len(list(dataset)) == 12
    assert dataset.names == sorted(dataset.names)
    for i in (0, 5, np.int64(11), -1):
        X, record = dataset[i]
        np.testing.assert_array_equal(X, FEATURES(dk.load(tmp_path / "sounds" / record["sound"])[0]))
        assert record == dataset.records[i]
        assert record["name"] == record["sound"] == dataset.names[i]
        assert record["seconds"] == pytest.approx(len(dk.load(tmp_path / "sounds" / record["sound"])[0]) / SR)
    with pytest.raises(IndexError):
        dataset[12]
    assert dataset[3:9:2].names == dataset.names[3:9:2]
    assert dataset[[4, -1]].names == [dataset.names[4], dataset.names[-1]]
    assert len(dataset[[]]) == 0
    assert dataset[np.arange(12) % 2 == 0].names == dataset.names[::2]
    assert dataset[2:][1:][0][1]["name"] == dataset.names[3]
    assert "12 items" in repr(dataset)
    assert pickle.loads(pickle.dumps(dataset)).names == dataset.names
    assert dataset.settings["n_mels"] == 12


@pytest.mark.parametrize("mapped", [0, 1 << 22])
def test_large_items_are_mapped_and_the_files_are_safe(dataset, monkeypatch, mapped):
    monkeypatch.setattr(reading, "MAPPED", mapped)
    X, _ = dataset[0]
    assert isinstance(X, np.memmap) == (mapped == 0)
    X[...] = 0.0
    assert np.all(dataset[0][0] != 0.0)


def test_labels(dataset, tmp_path):
    folder = dataset._folder
    assert ds.FeatureDataset(folder, labels="folder").labels[:5] == [*["speaker 0"] * 4, "speaker 1"]
    table = {name: int(name[-6:-4]) for name in dataset.names}
    shuffled = dict(sorted(table.items(), key=lambda row: -row[1]))
    labelled = ds.FeatureDataset(folder, labels=shuffled)
    assert labelled.labels == [table[name] for name in dataset.names]
    assert labelled[3][1]["label"] == table[dataset.names[3]]
    assert labelled[4:6].labels == labelled.labels[4:6]
    file = tmp_path / "labels.csv"
    rows = [f"{name.replace('/', chr(92))},{label}" for name, label in shuffled.items()]
    file.write_text("\ufefffile,label\n" + "\n".join(rows), encoding="utf-8")
    assert ds.FeatureDataset(folder, labels=file).labels == [str(label) for label in labelled.labels]
    assert ds.FeatureDataset(folder, labels=lambda r: r["seconds"] > 0.2).labels[:2] == [False, True]
    with pytest.raises(dk.ParameterError, match="has no labels"):
        dataset.labels  # noqa: B018
    del shuffled[dataset.names[7]]
    with pytest.raises(dk.ParameterError, match=f"1 sounds have no label in the table, such as '{dataset.names[7]}'"):
        ds.FeatureDataset(folder, labels=shuffled)
    with pytest.raises(dk.ParameterError, match="No such file"):
        ds.FeatureDataset(folder, labels=tmp_path / "nowhere.csv")
    file.write_text("one column\n")
    with pytest.raises(dk.ParameterError, match="one column"):
        ds.FeatureDataset(folder, labels=file)
    with pytest.raises(dk.SampleTypeError, match="labels=3"):
        ds.FeatureDataset(folder, labels=3)


def test_nothing_to_read(tmp_path, dataset):
    with pytest.raises(dk.DatasetError, match="there are no features"):
        ds.FeatureDataset(tmp_path / "nowhere")
    (dataset._folder / f"{dataset.names[0]}.npy").unlink()
    with pytest.raises(dk.DatasetError, match="the same extract"):
        dataset[0]


def fake(n, groups=50):
    """A dataset of ``n`` records, without files."""
    one = object.__new__(ds.FeatureDataset)
    one.records = [{"name": f"{i}", "sound": f"g{i % groups}/{i}.wav"} for i in range(n)]
    one._places = list(range(n))
    return one


def test_split_keeps_groups_together_and_never_moves_one():
    small, large = fake(400, 200), fake(4000, 2000)
    parts = {}
    for dataset in (small, large):
        shares = dataset.split(groups="folder")
        assert sorted(r["name"] for part in shares for r in part.records) == sorted(r["name"] for r in dataset.records)
        for k, part in enumerate(shares):
            for record in part.records:
                group = record["sound"].partition("/")[0]
                assert parts.setdefault(group, k) == k  # also from the small to the large one
    sizes = [len(part) / 4000 for part in large.split(groups="folder")]
    np.testing.assert_allclose(sizes, [0.8, 0.1, 0.1], atol=0.03)  # four times the spread of 2,000 draws
    other = large.split(groups="folder", seed=1)
    assert [len(part) for part in other] != [len(part) for part in large.split(groups="folder")]


def test_split_by_table_function_or_sound():
    dataset = fake(60, 6)
    by_function = dataset.split(groups=lambda r: r["sound"].partition("/")[0], parts=(0.5, 0.5))
    by_table = dataset.split(
        groups={r["sound"]: r["sound"].partition("/")[0] for r in dataset.records}, parts=(0.5, 0.5)
    )
    assert [p.names for p in by_function] == [p.names for p in by_table]
    for record in dataset.records:
        record["sound"] = "one.wav"  # sixty pieces of one sound
    assert sorted(len(part) for part in dataset.split(parts=(0.5, 0.5))) == [0, 60]
    assert len(dataset.split(parts=(1.0, 0.0))[0]) == 60
    for parts in ((0.5, 0.6), (), (1.5, -0.5), 0.5):
        with pytest.raises(dk.ParameterError, match="add up to 1"):
            dataset.split(parts=parts)


def test_batches(dataset):
    whole = list(dataset.batches(5))
    assert [len(batch.records) for batch in whole] == [5, 5, 2]
    assert [r["name"] for batch in whole for r in batch.records] == dataset.names
    for batch in whole:
        assert batch.features.dtype == "float32"
        assert batch.mask.shape == (len(batch.records), batch.features.shape[-1])
        for X, mask, record in zip(batch.features, batch.mask, batch.records, strict=True):
            item = dataset[dataset.names.index(record["name"])][0]
            n = item.shape[-1]
            assert np.all(mask[:n])
            assert not np.any(mask[n:])
            np.testing.assert_array_equal(X[..., :n], item)
            assert np.all(X[..., n:] == item.min())
    cut = next(dataset.batches(12, length=20, fill=-1.0))
    assert cut.features.shape == (12, 2, 12, 20)
    for X, mask, record in zip(cut.features, cut.mask, cut.records, strict=True):
        item = dataset[dataset.names.index(record["name"])][0][..., :20]
        np.testing.assert_array_equal(X[..., mask], item)
        assert np.all(X[..., ~mask] == -1.0)


def test_batches_drawn_at_random(dataset):
    def drawn(seed):
        batches = dataset.batches(5, length=8, seed=seed)
        return [(r["name"], X.tobytes()) for X_, _, rs in batches for X, r in zip(X_, rs, strict=True)]

    assert drawn(1) == drawn(1) != drawn(2)
    assert sorted(name for name, _ in drawn(1)) == dataset.names
    assert [name for name, _ in drawn(1)] != dataset.names
    firsts = set()
    for seed in range(40):
        for batch in dataset[[5]].batches(1, length=8, seed=seed):
            item = dataset[5][0]
            (first,) = [k for k in range(item.shape[-1] - 7) if np.array_equal(item[..., k : k + 8], batch.features[0])]
            firsts.add(first)
    assert {0, item.shape[-1] - 8} <= firsts or len(firsts) > 10


def test_pack(dataset, tmp_path):
    labelled = ds.FeatureDataset(dataset._folder, labels="folder")
    file = tmp_path / "all.npy"
    makings = {
        "packed": (lambda: ds.pack(labelled, file), labelled),
        "opened": (lambda: ds.FeatureDataset(file), labelled),
        "part": (lambda: ds.pack(dataset[3:], file), dataset[3:]),
    }
    for make, expected in makings.values():
        made = make()
        assert made.records == expected.records
        assert made.settings == dataset.settings
        for i in range(len(made)):
            X = made[i][0]
            np.testing.assert_array_equal(X, expected[i][0])
            assert X.dtype == "float32"
            X[...] = 0.0
            assert np.all(made[i][0] != 0.0)
        for a, b in zip(made.batches(4, length=9, seed=3), expected.batches(4, length=9, seed=3), strict=True):
            np.testing.assert_array_equal(a.features, b.features)
    assert np.load(file).shape == (sum(X.size for X, _ in dataset[3:]),)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["all.json", "all.npy", "out", "sounds"]
    (tmp_path / "all.json").unlink()
    with pytest.raises(dk.DatasetError, match="not packed to its end"):
        ds.FeatureDataset(file)
    with pytest.raises(dk.ParameterError, match=r"\.npy"):
        ds.pack(dataset, tmp_path / "all.zip")
    with pytest.raises(dk.ParameterError, match="no items"):
        ds.pack(dataset[:0], file)


def test_pack_that_fails_leaves_the_old_one(dataset, tmp_path, monkeypatch):
    file = tmp_path / "all.npy"
    ds.pack(dataset, file)
    before = file.read_bytes(), file.with_suffix(".json").read_bytes()
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
        ds.pack(dataset[:3], file)
    assert (file.read_bytes(), file.with_suffix(".json").read_bytes()) == before


@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="PyTorch is not installed")
@pytest.mark.parametrize("workers", [0, 2])
def test_it_works_in_a_dataloader(dataset, tmp_path, workers):
    import torch

    same = ds.FeatureDataset(dataset._folder, labels="folder")[[0, 4, 1]]
    same = same[[i for i in range(3) if same[i][0].shape == same[0][0].shape]]
    for made in (same, ds.pack(same, tmp_path / "all.npy")):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            loader = torch.utils.data.DataLoader(made, batch_size=len(made), num_workers=workers)
            ((X, records),) = list(loader)
        np.testing.assert_array_equal(X.numpy(), np.stack([x for x, _ in same]))
        assert list(records["name"]) == same.names
        assert list(records["label"]) == same.labels


def test_the_readme_says_what_there_is():
    """The example in the module's docstring runs as it stands."""
    body = textwrap.dedent(dk.datasets.__doc__.partition("::\n\n")[2].partition("\n\n* ")[0])
    for name in ("extract", "MelStack", "FeatureDataset"):
        assert f"dk.datasets.{name}(" in body
        assert hasattr(dk.datasets, name)
    compile(body, "docstring", "exec")
