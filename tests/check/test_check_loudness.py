"""The homework checks of lesson 11: right answers pass."""

import numpy as np
import pytest

import dspkit as dk


def librosa_a(f):
    return pytest.importorskip("librosa").A_weighting(f, min_db=None)


def from_scratch(y, sr):
    z = dk.filter_sos(y, dk.k_weighting(sr)) ** 2
    starts = range(0, y.shape[-1] - round(0.4 * sr) + 1, round(0.1 * sr))
    z = np.stack([z[:, s : s + round(0.4 * sr)].mean(axis=-1) for s in starts])
    power = z @ np.array({1: [1], 2: [1, 1], 6: [1, 1, 1, 0, 1.41, 1.41]}[len(y)])
    level = -0.691 + 10 * np.log10(np.maximum(power, 1e-30))
    first = level > -70
    both = first & (level > -0.691 + 10 * np.log10(power[first].mean()) - 10)
    return -0.691 + 10 * np.log10(power[both].mean())


def resampled(y):
    from scipy.signal import resample

    return 20 * np.log10(np.max(np.abs(resample(y, 4 * len(y)))))


RIGHT = [
    (dk.check.level_dbfs, lambda y: dk.dbfs(dk.rms(y))),
    (dk.check.level_dbfs, lambda y: 10 * np.log10(np.mean(y**2))),
    (dk.check.a_weighting, dk.a_weighting),
    (dk.check.a_weighting, librosa_a),
    (dk.check.integrated_loudness, dk.integrated_loudness),
    (dk.check.integrated_loudness, from_scratch),
    (dk.check.true_peak_of, resampled),
]


@pytest.mark.parametrize(("check", "function"), RIGHT)
def test_right_answers_pass(check, function):
    verdict = check(function)
    assert verdict, verdict


def test_twelve_mistakes_and_more_are_known():
    checks = (dk.check.level_dbfs, dk.check.gated_loudness, dk.check.integrated_loudness, dk.check.true_peak_of)
    assert sum(len(check.mistakes) for check in checks) >= 30
