"""Lesson 15: what its sentences claim and its outputs do not show."""

import itertools
import os
import signal

import numpy as np
import pytest

import dspkit as dk
from dspkit.datasets import _engines
from dspkit.viz.datasets import PLACED, SENT, UNSURE, _schedule

pytest.importorskip("soundfile", reason="soundfile is not installed")
pytest.importorskip("soxr", reason="soxr is not installed")


def test_the_loop_by_hand_loses_a_sound_or_more_in_each_accident(lesson):
    assert lesson.hand == {
        "killed": 1, "other settings": 24, "a file changed": 1, "two extensions": 1, "a broken file": 4,
    }  # fmt: skip


def test_extract_loses_none(lesson):
    assert lesson.ours == dict.fromkeys(lesson.hand, 0)
    assert (lesson.report.done, len(lesson.report.skipped)) == (48, 0)


def test_the_second_python_was_killed_midway_and_what_it_had_noted_was_reused(lesson):
    """It waits at its 30th sound until it is killed, so on the slowest machine it cannot be finished before."""
    assert lesson.child.returncode == (1 if os.name == "nt" else -signal.SIGKILL)
    noted = 30 // _engines.CHUNK * _engines.CHUNK
    assert (lesson.again.reused, lesson.again.done) == (noted, 48 - noted) == (24, 24)
    assert not list(lesson.again.folder.glob("~parts-*"))  # what was written and not noted is thrown away


def test_only_what_changed_is_made(lesson):
    assert (lesson.other.done, lesson.other.reused) == (48, 0)
    assert (lesson.changed.done, lesson.changed.reused) == (1, 47)
    assert (lesson.extensions.done, lesson.extensions.reused) == (1, 48)
    assert lesson.removed == ("speech/0.flac",)
    assert lesson.other.folder != lesson.report.folder


def test_the_broken_file_is_named_and_all_others_are_made(lesson):
    assert lesson.partly.done == 47
    assert list(lesson.partly.skipped) == [lesson.broken.relative_to(lesson.sounds).as_posix()]
    assert "cannot be read as sound" in next(iter(lesson.partly.skipped.values()))


def test_split_by_sound_recognises_the_speaker_and_split_by_speaker_guesses(lesson):
    assert lesson.shares["split by sound"] > 85
    assert 40 < lesson.shares["split by speaker"] < 60
    for seed in range(5):
        train, test = lesson.data.split("folder", parts=(0.8, 0.2), seed=seed)
        speakers = [{record["sound"].split("/")[0] for record in part.records} for part in (train, test)]
        assert not speakers[0] & speakers[1]


def test_the_nearest_sound_is_mostly_the_same_speakers(lesson):
    same = []
    for seed in range(50):
        train, test = lesson.data.split(parts=(0.8, 0.2), seed=seed)
        for name, who in zip(test.names, test.labels, strict=True):
            distances = [np.sum((lesson.levels[name] - lesson.levels[other]) ** 2) for other in train.names]
            same.append(train.labels[np.argmin(distances)] == who)
    assert round(100 * np.mean(same)) == 85


def test_a_new_speaker_moves_no_old_one(lesson):
    fewer = lesson.data[: len(lesson.data) // 2]
    for part, whole in zip(fewer.split("folder"), lesson.data.split("folder"), strict=True):
        assert set(part.names) <= set(whole.names)
    first, other = (lesson.data.split("folder", seed=seed)[0].names for seed in (0, 1))
    assert first != other  # but another seed gives other parts


def test_padding_pulls_the_mean_and_the_mask_says_where(lesson):
    own = lesson.own
    assert own.tolist() == [1 + round(s * 100) for s in (0.4, 0.6, 0.7, 0.8, 1.0, 1.2, 1.5, 2.0)]
    assert not lesson.batch.mask[0, own[0] :].any()
    assert abs(lesson.shortest.mean() - lesson.shortest[lesson.batch.mask[0]].mean()) > 5
    assert np.minimum(own, 40).sum() == 8 * 40  # at 40 frames there is no padding
    assert round(100 * np.maximum(own - 40, 0).sum() / own.sum()) == 61
    assert 0.45 < 1 - own.sum() / (8 * 201) < 0.55  # at 201 half is


def test_segments_of_a_sound(lesson):
    seconds = len(lesson.mine) / lesson.my_sr
    assert len(lesson.items) == 1 + int((seconds - 0.5) / 0.25)
    parts = lesson.items.split(parts=(0.5, 0.5))
    assert sorted(map(len, parts)) == [0, len(lesson.items)]  # they stay together


def test_the_movie_follows_the_rules_of_the_package(lesson):
    states = _schedule(64, 12)
    sent = [int(np.sum(state == SENT)) for state in states]
    assert max(sent) == 2 * _engines.CHUNKS_PER_WORKER * _engines.CHUNK == 32
    assert max(int(np.sum(state == UNSURE)) for state in states) == 32
    assert np.all(states[-1] == PLACED)
    for before, after in itertools.pairwise(states):
        assert np.all(after[before == PLACED] == PLACED)


def test_stored_precisions(lesson):
    y, sr = dk.recording("speech")
    exact = dk.datasets.MelStack(dtype="float64")(y, sr)
    half = dk.datasets.MelStack(dtype="float16")(y, sr)
    assert np.max(np.abs(half - exact)) < 0.063  # what the docstring says: 0.06 dB
    assert 8 * half.size == exact.nbytes


def test_the_floor_is_fixed(lesson):
    assert lesson.stack(np.zeros(16000, dtype="float32"), 16000).max() == pytest.approx(-100)


def test_what_a_relative_floor_and_a_mean_of_all_cost(lesson):
    librosa = pytest.importorskip("librosa", reason="librosa is not installed")
    ours = dk.power_to_db(lesson.power, ref=np.max)
    assert np.max(np.abs(ours - librosa.power_to_db(lesson.power, ref=np.max))) < 1e-4
    assert round(float(np.max(np.abs(lesson.within - lesson.alone))), 1) == 7.4
    assert np.max(np.abs(lesson.of_all - lesson.of_train)) > 1
