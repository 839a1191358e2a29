"""The homework checks of lesson 12: right answers pass."""

import numpy as np
import pytest

import dspkit as dk


def by_standardizer(train, test):
    return dk.Standardizer().fit(train).transform(test)


RIGHT = [
    (dk.check.normalize_peak, dk.normalize_peak),
    (dk.check.normalize_peak, lambda y, t: y * 10 ** (t / 20) / abs(y).max()),
    (dk.check.normalize_rms, dk.normalize_rms),
    (dk.check.normalize_rms, lambda y, t: y * 10 ** (t / 20) / np.sqrt((y**2).mean())),
    (dk.check.clipped_samples, lambda y: int(np.sum(dk.clip_report(y).beyond))),
    (dk.check.scale_decibels, dk.scale_db),
    (dk.check.scale_decibels, lambda S: np.interp(S, [-80, 0], [-1, 1])),
    (dk.check.standardize, by_standardizer),
]


@pytest.mark.parametrize(("check", "function"), RIGHT)
def test_right_answers_pass(check, function):
    verdict = check(function)
    assert verdict, verdict
