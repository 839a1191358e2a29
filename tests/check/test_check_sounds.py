"""The homework checks of lesson 00: right answers pass, every known mistake is named."""

import math

import numpy as np
import pytest

import dspkit as dk

CHECKS = (dk.check.sample_count, dk.check.heard_frequency, dk.check.level_db, dk.check.sine, dk.check.to_float)


def _level_by_decibels(y):
    return dk.power_to_db(np.mean(y**2, axis=-1), top_db=None)


def _sine_by_the_package(freq, sr, duration, level, phase):
    peak = dk.db_to_amplitude(np.array(level)) * math.sqrt(2)
    return dk.sine(freq, sr=sr, duration=duration, amplitude=float(peak), phase=np.deg2rad(phase), dtype="float64")


RIGHT = [
    (dk.check.sample_count, lambda duration, sr: int(np.rint(duration * sr))),
    (dk.check.sample_count, lambda duration, sr: dk.sine(1, sr=sr, duration=duration).size),
    (dk.check.heard_frequency, lambda freq, sr, played_at: freq / sr * played_at),
    (dk.check.level_db, lambda y: 10 * np.log10(np.mean(y**2, axis=-1))),
    (dk.check.level_db, _level_by_decibels),
    (dk.check.sine, _sine_by_the_package),
    (dk.check.to_float, dk.to_float),
    (dk.check.to_float, lambda x: dk.to_float(x, dtype="float64")),
]


@pytest.mark.parametrize(("check", "function"), RIGHT)
def test_right_answers_pass(check, function):
    verdict = check(function)
    assert verdict, verdict


@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_U8"])
def test_what_soundfile_reads_is_what_to_float_should_give(tmp_path, subtype):
    soundfile = pytest.importorskip("soundfile", reason="soundfile is not installed")
    case = next(c for c in dk.check.to_float.cases if c.args[0].dtype == ("int16" if subtype == "PCM_16" else "uint8"))
    y = dk.check.to_float.reference(*case.args)
    dk.save(tmp_path / "x.wav", y, 8000, subtype=subtype)
    np.testing.assert_array_equal(soundfile.read(tmp_path / "x.wav")[0], y)


def test_librosas_tone_and_rms_pass():
    librosa = pytest.importorskip("librosa", reason="librosa is not installed")

    def tone(freq, sr, duration, level, phase):
        n, peak = round(duration * sr), math.sqrt(2) * 10 ** (level / 20)
        return peak * librosa.tone(frequency=freq, sr=sr, length=n, phi=np.deg2rad(phase) - np.pi / 2)

    def level(y):
        n = y.shape[-1]
        whole = librosa.feature.rms(y=y, frame_length=n, hop_length=n, center=False, dtype=y.dtype)
        return librosa.amplitude_to_db(whole[..., 0, 0], top_db=None)

    assert dk.check.sine(tone)
    assert dk.check.level_db(level)
    assert not dk.check.to_float(librosa.util.buf_to_float)  # for int16 alone: it knows nothing of uint8


MISTAKES = [pytest.param(check, m, id=f"{check.name}: {m.name}") for check in CHECKS for m in check.mistakes]


@pytest.mark.parametrize(("check", "mistake"), MISTAKES)
def test_every_mistake_is_named(check, mistake):
    verdict = check(mistake.wrong)
    assert verdict.status == "recognised"
    assert verdict.mistake == mistake.name
    assert mistake.advice in str(verdict)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_an_empty_stub_is_not_tried_yet(check):
    assert check(lambda *args: ...).status == "not tried yet"
