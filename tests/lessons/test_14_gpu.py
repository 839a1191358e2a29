"""Lesson 14: what its sentences claim and its outputs do not show. Nothing here is a time: those are not compared."""

import sys
from types import ModuleType, SimpleNamespace

import nbformat
import numpy as np
import pytest

import dspkit as dk


def mb(array):
    return array.nbytes / 1e6


# --- the bytes ---


def test_the_arrays_are_as_large_as_the_text_says(lesson):
    frames, spectra, power = lesson.between
    assert lesson.y.size == 82_080
    assert round(mb(lesson.y), 2) == 0.33
    assert round(mb(lesson.bands), 2) == 0.08
    moved = lesson.y.nbytes + 2 * (frames.nbytes + spectra.nbytes + power.nbytes) + lesson.bands.nbytes
    assert round(moved / 1e6) == 7  # seven MB
    assert round(moved / lesson.one_pass) == 17
    assert frames.nbytes / lesson.y.nbytes == pytest.approx(4, abs=0.1)
    assert spectra.nbytes == pytest.approx(frames.nbytes, rel=0.001)
    assert {frames.dtype, power.dtype, lesson.bands.dtype} == {np.dtype("float32")}
    assert spectra.dtype == np.complex64


def test_the_count_of_arrays_is_the_count_by_formula(lesson):
    frames, spectra, power = lesson.between
    moved = lesson.y.nbytes + 2 * (frames.nbytes + spectra.nbytes + power.nbytes) + lesson.bands.nbytes
    # 161 frames, and not 82,080 / 512 = 160.3: the last one is not full
    assert moved / lesson.y.size == pytest.approx(lesson.bytes_of["step by step"], rel=0.005)
    assert lesson.one_pass / lesson.y.size == pytest.approx(lesson.bytes_of["one pass"], rel=0.005)
    assert lesson.bytes_of["one pass"] == 5
    assert round(lesson.bytes_of["step by step"]) == 85


def test_when_the_one_pass_is_done_the_steps_have_just_begun_to_write_frames(lesson):
    assert 4 < lesson.bytes_of["one pass"] < 4 + 16  # the sound is read, the frames are being written
    steps = dk.cuda.mel_traffic(**lesson.sizes)["step by step"]
    assert steps["frames × window"] == 4 + 16
    movie = dk.viz.bytes_moving(**lesson.sizes)
    movie.update(movie.frames - 1)
    assert movie.figure.axes[1].get_title(loc="left") == "The steps move 17 times as many bytes"


def test_without_reuse_each_sample_is_fetched_four_times(lesson):
    assert lesson.n_fft / lesson.hop_length == 4
    assert lesson.B[lesson.names.index("no reuse")] == 4 * 4 + 1


# --- the arithmetic ---


def test_a_bin_lies_in_two_triangles_at_most_and_few_weights_are_not_zero(lesson):
    assert np.count_nonzero(lesson.bank, axis=0).max() == 2
    assert round(100 * np.count_nonzero(lesson.bank) / lesson.bank.size, 1) == 1.5
    assert lesson.dense / lesson.sparse == pytest.approx(65, abs=0.5)
    assert lesson.dense / lesson.before == pytest.approx(4.3, abs=0.05)
    assert lesson.dense == 2 * 128 * 1025


def test_librosa_multiplies_by_a_full_matrix(lesson):
    assert type(lesson.full) is np.ndarray
    assert lesson.full.shape == (128, 1025)


def test_of_the_steps_only_the_dense_product_is_limited_by_arithmetic(lesson):
    ridge = lesson.arithmetic_rate / lesson.memory_rate
    assert round(ridge) == 17
    at = lesson.intensity
    assert {name for name in at if at[name] > ridge} == {"dense product", "one pass, dense", "one pass, sparse"}
    assert round(at["dense product"]) == 57
    assert round(at["FFT"], 1) == 3.4
    assert at["power"] / at["window"] < 1.3  # close by, and not drawn
    assert set(lesson.shown) == set(at) - {"power", "no reuse"}
    operations = lesson.F * lesson.hop_length
    assert operations[:3].sum() == lesson.before == 2048 + 2.5 * 2048 * 11 + 3 * 1025


def test_times_of_steps_that_run_one_after_another_add(lesson):
    moved = dk.cuda.mel_traffic(**lesson.sizes)["step by step"].values()
    counts = [lesson.window, lesson.fft, lesson.power, lesson.dense]
    device = {"memory_rate": lesson.memory_rate, "arithmetic_rate": lesson.arithmetic_rate}
    total = sum(
        dk.cuda.roofline_seconds(bytes_moved=b * lesson.hour, operations=f * lesson.hour / lesson.hop_length, **device)
        for b, f in zip(moved, counts, strict=True)
    )
    assert lesson.floor["steps, dense"] == pytest.approx(total)


def test_gains_are_those_of_the_answer(lesson):
    t = lesson.floor
    assert 1 - t["steps, sparse"] / t["steps, dense"] == pytest.approx(1 / 5, abs=0.01)
    assert t["one pass, dense"] / t["one pass, sparse"] == pytest.approx(5, abs=0.5)
    assert t["steps, sparse"] / t["one pass, sparse"] == pytest.approx(11, abs=0.5)
    assert t["steps, sparse"] / t["no reuse"] == pytest.approx(5, abs=0.1)
    assert round(lesson.bytes_of["step by step"] * lesson.minute.size / 1e6) == 84


# --- the clocks and the transfers ---


def test_the_first_call_measures_the_compiler_the_second_the_launch(lesson):
    assert lesson.first[1] - lesson.first[0] == pytest.approx(0.5, abs=1e-4)
    assert lesson.second[1] - lesson.second[0] == pytest.approx(1e-5)
    assert round(1e3 * (lesson.second[2] - lesson.second[1]), 3) == 0.028


def test_the_transfer_there_takes_longest(lesson):
    there, work, back = (
        lesson.times[name] for name in ("the transfer there", "the work, one pass", "the transfer back")
    )
    assert 60 < there / work < 65
    assert round(1e3 * there, 1) == 9.2
    assert back > work
    assert back / 2 > work  # at twice the rate
    assert max(lesson.times, key=lesson.times.get) == "the transfer there"
    assert lesson.memory_rate / lesson.road == 120
    assert lesson.in_turn - lesson.in_two_streams == pytest.approx(1e3 * lesson.steps)  # the shorter one is saved


def test_dlpack_copies_nothing(lesson):
    assert np.shares_memory(lesson.handed_over, lesson.M)
    again = dk.melspectrogram(lesson.y, sr=lesson.sr, **lesson.sizes)
    assert np.array_equal(again, lesson.M)  # doubled and halved again


def test_the_crossing_and_its_two_settings(lesson):
    rates = {"cpu_rate": lesson.cpu_rate, "gpu_rate": lesson.gpu_rate}
    bound = lesson.memory_rate / lesson.bytes_of["step by step"]
    assert 0.98 * bound < lesson.gpu_rate < bound  # rounded down
    there = lesson.crossing
    assert 0.3 < there / 16_000 < 0.36  # a third of a second
    assert there / lesson.cpu_rate == pytest.approx(5e-5, rel=0.05)  # as long as the overhead
    none = dk.cuda.crossover_samples(overhead=5e-5, **rates)
    assert there / none < 1.05
    assert dk.cuda.crossover_samples(overhead=5e-4, **rates) == pytest.approx(10 * none)
    per_sample = 1 / lesson.gpu_rate
    assert (per_sample + 5 / lesson.road) * lesson.gpu_rate == pytest.approx(8, abs=0.05)


# --- the training loop ---


def test_the_loop_learns(lesson):
    assert lesson.right > 0.9
    rng = np.random.default_rng(1)
    x, labels = lesson.features(rng, lesson.test_part, 16)
    assert x.shape == (16, 40)
    assert set(labels) <= {0, 1, 2, 3}


def test_training_and_test_share_no_sample(lesson):
    for whole, first, last in zip(lesson.sounds, lesson.train_part, lesson.test_part, strict=True):
        assert first.size + last.size == whole.size
        assert not np.shares_memory(first, last)
        assert last.size > 8000


def test_the_gradients_are_the_slopes_of_the_cross_entropy(lesson):
    rng, step = np.random.default_rng(2), 1e-6
    x, labels = rng.standard_normal((5, 3)), np.array([0, 3, 1, 2, 2])
    W = [rng.standard_normal((3, 6)), rng.standard_normal((6, 4))]

    def loss():
        scores = np.maximum(0, x @ W[0]) @ W[1]
        return np.mean(np.log(np.sum(np.exp(scores), axis=-1)) - scores[np.arange(5), labels])

    for matrix, gradient in zip(W, lesson.gradients(x, labels, *W), strict=True):
        slopes = np.zeros_like(matrix)
        for at in np.ndindex(matrix.shape):
            before = matrix[at]
            matrix[at] = before + step
            above = loss()
            matrix[at] = before - step
            slopes[at] = (above - loss()) / (2 * step)
            matrix[at] = before
        np.testing.assert_allclose(gradient, slopes, atol=1e-8)


# --- the cards ---


def test_cards_cost_what_they_say(lesson):
    assert lesson.looking.now() / lesson.blind.now() == pytest.approx(3, abs=0.2)
    assert lesson.loop.now() / lesson.at_once.now() > 100
    assert lesson.varied.now() == pytest.approx(10, abs=0.1)


# --- on the GPU ---


def test_the_draft_says_that_there_is_no_gpu_where_cupy_and_torch_are(lesson, monkeypatch, capsys):
    (draft,) = (c.source for c in nbformat.read("14_gpu.ipynb", as_version=4).cells if "import cupy" in c.source)
    cupy = ModuleType("cupy")
    cupy.__version__, cupy.cuda = "14.0", SimpleNamespace(is_available=lambda: False)
    monkeypatch.setitem(sys.modules, "cupy", cupy)
    monkeypatch.setitem(sys.modules, "torch", ModuleType("torch"))
    exec(draft, vars(lesson).copy())
    assert capsys.readouterr().out.startswith("no GPU here: CuPy 14.0 finds no CUDA device")
