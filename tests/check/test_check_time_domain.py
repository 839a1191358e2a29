"""The homework checks of lesson 03: libraries pass, every known mistake is named, as students write it."""

import numpy as np
import pytest

import dspkit as dk


def librosa_frame_rms(y, frame_length, hop_length):
    librosa = pytest.importorskip("librosa")
    sizes = {"frame_length": frame_length, "hop_length": hop_length, "center": False}
    return librosa.feature.rms(y=y, **sizes, dtype=np.float64)[0]


def dspkit_envelope(y, frame_length, hop_length):
    return dk.amplitude_envelope(y, frame_length=frame_length, hop_length=hop_length, center=False)


def envelope_by_view(y, frame_length, hop_length):
    frames = np.lib.stride_tricks.sliding_window_view(y, frame_length)[::hop_length]
    return np.abs(frames).max(axis=1)


def librosa_rate(y):
    return np.mean(pytest.importorskip("librosa").zero_crossings(y, pad=False, threshold=0.0))


def librosa_autocorrelation(y, max_size):
    return pytest.importorskip("librosa").autocorrelate(y, max_size=max_size)


def scipy_autocorrelation(y, max_size):
    import scipy.signal

    return scipy.signal.correlate(y, y, method="fft")[len(y) - 1 :][:max_size]


def pitch(y, sr, fmin, fmax):
    r = dk.autocorrelation(y)
    lags = np.arange(len(y))
    inside = (lags >= sr / fmax) & (lags <= sr / fmin)
    return sr / lags[inside][np.argmax(r[inside])]


RIGHT = [
    (dk.check.rms, dk.rms),
    (dk.check.rms, lambda y: np.linalg.norm(y) / np.sqrt(len(y))),
    (dk.check.frame_rms, librosa_frame_rms),
    (dk.check.frame_rms, lambda y, frame_length, hop_length: dk.rms(
        y, frame_length=frame_length, hop_length=hop_length, center=False)),
    (dk.check.amplitude_envelope, dspkit_envelope),
    (dk.check.amplitude_envelope, envelope_by_view),
    (dk.check.zero_crossing_rate, librosa_rate),
    (dk.check.zero_crossing_rate, lambda y: np.mean(dk.zero_crossings(y, pad=False, threshold=0.0))),
    (dk.check.zero_crossing_rate, lambda y: np.sum(np.diff(y >= 0)) / len(y)),
    (dk.check.autocorrelation, librosa_autocorrelation),
    (dk.check.autocorrelation, scipy_autocorrelation),
    (dk.check.autocorrelation, lambda y, max_size: dk.autocorrelation(y, max_size=max_size)),
    (dk.check.pitch_by_lag, pitch),
]  # fmt: skip


@pytest.mark.parametrize(("check", "function"), RIGHT)
def test_right_answers_pass(check, function):
    verdict = check(function)
    assert verdict, verdict


def loop(start_to, length):
    """A student's loop: frames from 0 to ``start_to``, each ``length`` long."""

    def frame_rms(y, frame_length, hop_length):
        values = []
        for start in range(0, start_to(len(y), frame_length), hop_length):
            frame = y[start : start + length(frame_length, hop_length)]
            values.append(np.sqrt(np.mean(frame**2)))
        return np.array(values)

    return frame_rms


def rolled(y, max_size):
    return np.array([np.sum(y * np.roll(y, lag)) for lag in range(max_size)])


def without_the_last(y, sr, fmin, fmax):
    r = np.correlate(y, y, "full")[len(y) - 1 :]
    first, last = int(np.ceil(sr / fmax)), int(np.floor(sr / fmin))
    return sr / (first + np.argmax(r[first:last]))


# Mistakes written another way than in the check's own list.
WRONG = [
    (dk.check.rms, lambda y: (y @ y) / len(y), "RMS without the root"),
    (dk.check.frame_rms, loop(lambda n, L: n - L + 1, lambda L, hop: hop), "hop in place of frame, with the right"),
    (dk.check.frame_rms, loop(lambda n, L: n, lambda L, hop: L), "short frames at the end"),
    (
        dk.check.frame_rms,
        lambda y, frame_length, hop_length: dk.rms(y, frame_length=frame_length, hop_length=hop_length),
        "centred frames",
    ),
    (
        dk.check.zero_crossing_rate,
        lambda y: np.sum(np.diff(np.sign(y)) != 0) / len(y),
        "0 counted as a sign of its own",
    ),
    (dk.check.zero_crossing_rate, lambda y: np.mean(np.diff(y < 0)), "divided by n − 1"),
    (dk.check.autocorrelation, rolled, "a circular autocorrelation"),
    (dk.check.pitch_by_lag, without_the_last, "leaves out the last lag"),
    (dk.check.pitch_by_lag, lambda y, sr, fmin, fmax: np.float64(sr) / np.argmax(dk.autocorrelation(y)), "lag 0"),
]


@pytest.mark.filterwarnings("ignore:divide by zero")
@pytest.mark.parametrize(("check", "function", "name"), WRONG)
def test_mistakes_are_named_however_they_are_written(check, function, name):
    verdict = check(function)
    assert verdict.status == "recognised", verdict
    assert name in verdict.mistake


def test_one_frame_too_few_is_said_even_when_nothing_else_is_known():
    verdict = dk.check.frame_rms(loop(lambda n, L: n - L, lambda L, hop: L))
    assert verdict.status == "failed"  # where the hop does not divide n − L, this range is right
    assert "That is one too few" in str(verdict)
