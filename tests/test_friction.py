"""What one types from memory: the same words in the same places everywhere, and an answer where they are wrong."""

from __future__ import annotations

import inspect
import sys
from pathlib import Path

import numpy as np
import pytest

import dspkit as dk

# Not viz, explore and check: they are loaded when asked for, and need the course's packages.
EAGER = sorted(set(dk.__all__) - set(dk._LAZY))
FUNCTIONS = {name: getattr(dk, name) for name in EAGER if inspect.isfunction(getattr(dk, name, None))}
# Of these the first words are others, and sr is one of many.
BY_KEYWORD = {"harmonic_oscillator", "noise"}


@pytest.mark.parametrize("name", [n for n, f in FUNCTIONS.items() if "sr" in inspect.signature(f).parameters])
def test_the_sample_rate_is_taken_by_position_everywhere(name):
    kind = inspect.signature(FUNCTIONS[name]).parameters["sr"].kind
    assert kind is (inspect.Parameter.KEYWORD_ONLY if name in BY_KEYWORD else inspect.Parameter.POSITIONAL_OR_KEYWORD)


Y, SR = np.random.default_rng(0).uniform(-0.5, 0.5, 8000), 8000
FROM_MEMORY = {
    "melspectrogram": (lambda: dk.melspectrogram(Y, SR), lambda: dk.melspectrogram(Y, sr=SR)),
    "mfcc": (lambda: dk.mfcc(Y, SR, n_mels=40), lambda: dk.mfcc(Y, sr=SR, n_mels=40)),
    "mel_filterbank": (lambda: dk.mel_filterbank(SR, 1024), lambda: dk.mel_filterbank(sr=SR, n_fft=1024)),
    "sine": (lambda: dk.sine(440, SR), lambda: dk.sine(440, sr=SR)),
    "frames_to_time": (lambda: dk.frames_to_time([1, 2], SR), lambda: dk.frames_to_time([1, 2], sr=SR)),
    "n_fft from a division": (lambda: dk.stft(Y, n_fft=2048 / 2), lambda: dk.stft(Y, n_fft=1024)),
    "hop from a division": (
        lambda: dk.stft(Y, n_fft=512, hop_length=np.float64(512) / 4), lambda: dk.stft(Y, n_fft=512, hop_length=128),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("typed", "meant"), FROM_MEMORY.values(), ids=FROM_MEMORY.keys())
def test_what_is_typed_from_memory(typed, meant):
    np.testing.assert_array_equal(typed(), meant())


def test_half_a_sample_names_a_whole_number_nearby():
    with pytest.raises(
        TypeError, match=r"n_fft=1024.5 is a float; expected a whole number of samples, such as n_fft=1024\."
    ):
        dk.stft(Y, n_fft=1024.5)
    with pytest.raises(TypeError, match=r"such as frame_length=1\."):  # and where none is near, one that can be
        dk.frame(Y, frame_length=np.nan, hop_length=1)


COUNTS = {
    "stft": (dk.stft, (Y,), {"n_fft": 512, "hop_length": 100, "win_length": 400, "workers": 2}),
    "spectrogram": (dk.spectrogram, (Y,), {"n_fft": 512, "hop_length": 100, "win_length": 400}),
    "istft": (dk.istft, (dk.stft(Y, n_fft=512),), {"n_fft": 512, "hop_length": 128, "length": 8000}),
    "melspectrogram": (dk.melspectrogram, (Y, SR), {"n_fft": 512, "hop_length": 100, "n_mels": 20}),
    "mel_filterbank": (dk.mel_filterbank, (SR,), {"n_fft": 512, "n_mels": 20}),
    "mel_frequencies": (dk.mel_frequencies, (), {"n_mels": 20}),
    "largest_n_mels": (dk.largest_n_mels, (SR,), {"n_fft": 512}),
    "smallest_n_fft": (dk.smallest_n_fft, (SR,), {"n_mels": 20}),
    "mfcc": (dk.mfcc, (Y, SR), {"n_mfcc": 13, "n_fft": 512, "hop_length": 100, "n_mels": 20}),
    "log_mel": (dk.log_mel, (Y, SR), {"n_fft": 512, "hop_length": 100, "n_mels": 20}),
    "frame": (dk.frame, (Y,), {"frame_length": 512, "hop_length": 100}),
    "frame_count": (dk.frame_count, (8000,), {"frame_length": 512, "hop_length": 100}),
    "frames_to_time": (dk.frames_to_time, ([3, 4], SR), {"n_fft": 512, "hop_length": 100}),
    "time_to_frames": (dk.time_to_frames, ([0.3, 0.4], SR), {"n_fft": 512, "hop_length": 100}),
    "rms": (dk.rms, (Y,), {"frame_length": 512, "hop_length": 100}),
    "zero_crossing_rate": (dk.zero_crossing_rate, (Y,), {"frame_length": 512, "hop_length": 100}),
    "get_window": (dk.get_window, ("hann",), {"n": 512}),
    "dft_matrix": (dk.dft_matrix, (), {"n": 8}),
    "fft_frequencies": (dk.fft_frequencies, (SR,), {"n_fft": 8}),
    "roots_of_unity": (dk.roots_of_unity, ([1, 2],), {"n": 8}),
    "quantize": (dk.quantize, (Y,), {"bits": 8}),
    "decimate": (dk.decimate, (Y,), {"factor": 4, "taps_each_side": 8}),
    "sample_and_hold": (dk.sample_and_hold, (Y,), {"factor": 4}),
    "pcen": (dk.pcen, (dk.melspectrogram(Y, SR), SR), {"hop_length": 256}),
    "multi_resolution_mel": (dk.multi_resolution_mel, (Y, SR), {"n_mels": 20}),
    "conv1d": (dk.conv1d, (Y[None, None, :], np.ones((1, 1, 5))), {"stride": 2, "padding": 2, "dilation": 3}),
}


@pytest.mark.parametrize(("function", "given", "counts"), COUNTS.values(), ids=COUNTS.keys())
def test_a_count_may_come_as_a_float_that_is_whole(function, given, counts):
    expected = function(*given, **counts)
    got = function(*given, **{name: float(n) for name, n in counts.items()})
    for a, b in zip(*(x if isinstance(x, tuple) else (x,) for x in (got, expected)), strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_missing_rate_is_asked_for():
    with pytest.raises(ValueError, match=r"sr is missing; .* melspectrogram\(y, sr\)"):
        dk.melspectrogram(Y)


# --- Samples in the wrong order, or with gaps -----------------------------------------------------------------------

TIME_FIRST = np.random.default_rng(0).uniform(-0.5, 0.5, (500, 2))
TAKE_SAMPLES = {
    "stft": dk.stft, "rms": dk.rms, "resample": lambda y: dk.resample(y, 44100, 16000), "peak": dk.peak,
    "limit": lambda y: dk.limit(y, SR), "preemphasis": dk.preemphasis, "normalize_peak": dk.normalize_peak,
    "true_peak": lambda y: dk.true_peak(y, SR), "integrated_loudness": lambda y: dk.integrated_loudness(y, SR),
    "mu_compress": dk.mu_compress, "mu_law_encode": dk.mu_law_encode, "quantize": lambda y: dk.quantize(y, 8),
    "log_mel": lambda y: dk.log_mel(y, SR), "melspectrogram": lambda y: dk.melspectrogram(y, SR),
    "to_pcm16": dk.to_pcm16,
    "zero_crossing_rate": dk.zero_crossing_rate, "decimate": lambda y: dk.decimate(y, 2),
    "mfcc": lambda y: dk.mfcc(y, SR), "autocorrelation": dk.autocorrelation, "clip_report": dk.clip_report,
    "reconstruct": lambda y: dk.reconstruct(y, [0.0], SR),
    "weight": lambda y: dk.weight(y, SR), "goertzel": lambda y: dk.goertzel(y, 440, SR),
}  # fmt: skip


@pytest.mark.parametrize("take", TAKE_SAMPLES.values(), ids=TAKE_SAMPLES.keys())
def test_time_first_empty_batches_and_masks_are_refused_everywhere(take):
    with pytest.raises(dk.ParameterError, match=r"shape \(500, 2\) of \w+ looks like time first .*: pass \w+\.T"):
        take(TIME_FIRST)
    for shape in ((0,), (2, 0), (0, 4000), (3, 0, 4000)):
        with pytest.raises(dk.ParameterError, match="is empty"):
            take(np.zeros(shape))
    with pytest.raises(dk.SampleTypeError, match=r"is a masked array; .*\.filled\(0\.0\)"):
        take(np.ma.masked_greater(TIME_FIRST.T, 0.4))


@pytest.mark.parametrize("function", [dk.fft, dk.dft, dk.power_to_db, lambda x: dk.dtft(x, 0.1)])
def test_masks_are_refused_by_mathematics_too(function):
    with pytest.raises(dk.SampleTypeError, match="is a masked array"):
        function(np.ma.masked_greater(Y[:64], 0.4))


def test_a_batch_of_short_signals_is_no_sound_with_time_first():
    assert dk.rms(np.ones((31, 8))).shape == (31,)
    assert dk.rms(np.ones((500, 9))).shape == (500,)


# --- Types ----------------------------------------------------------------------------------------------------------


def test_types_complete_and_misspelt_names_are_errors(tmp_path: Path) -> None:
    api = pytest.importorskip("mypy.api", reason="mypy is not installed")
    program = tmp_path / "program.py"
    program.write_text(
        "import dspkit as dk\n"
        "D = dk.stft([0.0, 0.1])\n"  # lists are taken
        "reveal_type(D)\n"
        "reveal_type(D.shape)\n"
        "reveal_type(dk.load('x.wav')[0])\n"
        "reveal_type(dk.viz.waveform)\n"
        "dk.no_such\n"
    )
    said, errors, _ = api.run(
        ["--python-executable", sys.executable, "--cache-dir", str(tmp_path), "--ignore-missing-imports",
         "--follow-imports=silent", str(program)]
    )  # fmt: skip
    assert errors == ""
    revealed = dict(
        zip(("D", "shape", "load", "viz"), (line for line in said.splitlines() if "Revealed" in line), strict=True)
    )
    assert "ndarray" in revealed["D"]
    assert "tuple[Any, ...]" in revealed["shape"]
    assert "ndarray" in revealed["load"]
    assert "def (" in revealed["viz"]
    assert 'error: Module has no attribute "no_such"' in said
    assert said.count("error:") == 1, said
