"""The homework checks of lesson 12: right answers pass, and mistakes are named."""

import numpy as np
import pytest

import dspkit as dk


def by_standardizer(train, test):
    return dk.Standardizer().fit(train).transform(test)


def centred(train, test):
    return test - train.mean(axis=-1, keepdims=True)


def deviation(train):
    return train.std(axis=-1, keepdims=True)


def by_mask(speakers, held_out):
    out = np.isin(speakers, held_out)
    return np.flatnonzero(~out), np.flatnonzero(out)


RIGHT = [
    (dk.check.normalize_peak, dk.normalize_peak),
    (dk.check.normalize_peak, lambda y, t: y * 10 ** (t / 20) / abs(y).max()),
    (dk.check.normalize_rms, dk.normalize_rms),
    (dk.check.normalize_rms, lambda y, t: y * 10 ** (t / 20) / np.sqrt((y**2).mean())),
    (dk.check.clipped_samples, lambda y: int(np.sum(dk.clip_report(y).beyond))),
    (dk.check.scale_decibels, dk.scale_db),
    (dk.check.scale_decibels, lambda S: np.interp(S, [-80, 0], [-1, 1])),
    (dk.check.standardize, by_standardizer),
    (dk.check.standardize, lambda train, test: centred(train, test) / (train.std(axis=-1, keepdims=True) + 1e-8)),
    (dk.check.speaker_split, by_mask),
    (
        dk.check.speaker_split,
        lambda who, out: (np.where(~np.isin(who, out))[0], np.where(np.isin(who, out))[0]),
    ),
]

WRONG = [
    (dk.check.normalize_rms, lambda y, t: np.clip(dk.normalize_rms(y, t), -1, 1), "cut off"),
    (dk.check.standardize, lambda train, test: centred(train, test) / deviation(train), "deviation of zero"),
    (dk.check.standardize, lambda train, test: np.clip(by_standardizer(train, test), -3, 3), "beyond ±3"),
    (dk.check.standardize, lambda train, test: dk.zscore(test), "own statistics"),
    (dk.check.speaker_split, lambda who, out: by_mask(who, out)[::-1], "exchanged"),
    (dk.check.speaker_split, lambda who, out: by_mask(who, out[:1]), "first held-out"),
    (dk.check.speaker_split, lambda who, out: (~np.isin(who, out), np.isin(who, out)), "masks"),
]


@pytest.mark.parametrize(("check", "function"), RIGHT)
def test_right_answers_pass(check, function):
    verdict = check(function)
    assert verdict, verdict


@pytest.mark.parametrize(("check", "function", "name"), WRONG)
@pytest.mark.filterwarnings("ignore:invalid value")
def test_wrong_answers_are_recognised(check, function, name):
    verdict = check(function)
    assert not verdict
    assert name in (verdict.mistake or ""), verdict
