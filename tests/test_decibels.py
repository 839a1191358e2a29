"""Decibels and back (lesson 08)."""

import numpy as np
import pytest

import dspkit as dk


@pytest.fixture
def librosa():
    return pytest.importorskip("librosa")


@pytest.mark.parametrize(("power", "db"), [(1.0, 0.0), (10.0, 10.0), (0.001, -30.0), (2.0, 3.010299956639812)])
def test_power_and_amplitude_are_tens_and_twenties(arrays, power, db):
    x = arrays(np.array([power]))
    np.testing.assert_allclose(arrays.back(dk.power_to_db(x)), [db], atol=1e-14)
    np.testing.assert_allclose(arrays.back(dk.amplitude_to_db(x)), [2 * db], atol=1e-13)
    np.testing.assert_allclose(arrays.back(dk.db_to_power(arrays(np.array([db])))), [power], rtol=1e-14)
    np.testing.assert_allclose(arrays.back(dk.db_to_amplitude(arrays(np.array([2 * db])))), [power], rtol=1e-14)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("top_db", [None, 80.0, 20.0, 0.0])
@pytest.mark.parametrize("ref", [1.0, 0.01, np.max, np.median], ids=["1", "0.01", "max", "median"])
@pytest.mark.parametrize("amin", [1e-10, 1e-3])
def test_to_decibels_equals_librosa(librosa, rng, ref, amin, top_db, dtype):
    S = (rng.standard_normal((30, 20)) ** 2).astype(dtype)
    S[:5] = 0.0
    how = {"ref": ref, "amin": amin, "top_db": top_db}
    limit = 2e-5 if dtype == "float32" else 1e-12
    for ours, theirs in ((dk.power_to_db, librosa.power_to_db), (dk.amplitude_to_db, librosa.amplitude_to_db)):
        got = ours(S, **how)
        assert got.dtype == dtype
        np.testing.assert_allclose(got, theirs(S, **how), atol=limit)


def test_in_a_batch_the_peak_is_that_of_the_whole_array(arrays):
    # As in librosa 0.11. librosa 1.0 takes the peak of each spectrogram, and so does a loop over the batch.
    S = np.array([[[1.0, 1e-3]], [[1e-4, 1e-9]]])
    expected = [[[0.0, -20.0]], [[-20.0, -20.0]]]
    np.testing.assert_allclose(arrays.back(dk.power_to_db(arrays(S), top_db=20.0)), expected, atol=1e-12)
    alone = dk.power_to_db(S[1], ref=np.max, top_db=20.0)
    np.testing.assert_allclose(alone, [[0.0, -20.0]], atol=1e-12)


@pytest.mark.parametrize("ref", [1.0, 0.5])
def test_from_decibels_equals_librosa(librosa, rng, ref):
    S_db = rng.uniform(-80, 20, (3, 40))
    np.testing.assert_allclose(dk.db_to_power(S_db, ref=ref), librosa.db_to_power(S_db, ref=ref), rtol=1e-13)
    np.testing.assert_allclose(dk.db_to_amplitude(S_db, ref=ref), librosa.db_to_amplitude(S_db, ref=ref), rtol=1e-13)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_there_and_back_on_every_array_kind(arrays, rng, dtype):
    S = rng.uniform(1e-4, 1.0, (3, 40)).astype(dtype)
    x = arrays(S)
    limit = 1e-5 if dtype == "float32" else 1e-13
    for there, back in ((dk.power_to_db, dk.db_to_power), (dk.amplitude_to_db, dk.db_to_amplitude)):
        db = there(x, ref=arrays.xp.max)
        got = arrays.back(db)
        assert got.dtype == dtype
        assert got.max() == 0.0
        np.testing.assert_allclose(arrays.back(back(db, ref=float(S.max()))), S, rtol=limit)


def test_amin_is_the_floor_and_top_db_the_range(arrays):
    x = arrays(np.array([1.0, 1e-5, 0.0]))
    np.testing.assert_allclose(arrays.back(dk.power_to_db(x, top_db=None)), [0, -50, -100], atol=1e-12)
    np.testing.assert_allclose(arrays.back(dk.power_to_db(x, top_db=30.0)), [0, -30, -30], atol=1e-12)
    np.testing.assert_allclose(arrays.back(dk.amplitude_to_db(x, top_db=None)), [0, -100, -100], atol=1e-12)


def test_a_sine_of_amplitude_1_has_a_power_of_minus_3_decibels():
    y = np.sin(2 * np.pi * np.arange(1000) / 100)
    assert dk.power_to_db(np.mean(y**2)[None]).item() == pytest.approx(-10 * np.log10(2), abs=1e-12)


BAD = {
    "complex power": (lambda: dk.power_to_db(np.ones(3) + 0j), TypeError, r"abs\(D\) \*\* 2"),
    "complex amplitude": (lambda: dk.amplitude_to_db(np.ones(3) + 0j), TypeError, r"abs\(S\)"),
    "amin zero": (lambda: dk.power_to_db(np.ones(3), amin=0), ValueError, "amin=0"),
    "amin negative": (lambda: dk.amplitude_to_db(np.ones(3), amin=-1), ValueError, "amin=-1"),
    "top_db negative": (lambda: dk.power_to_db(np.ones(3), top_db=-1), ValueError, "top_db=-1"),
    "text": (lambda: dk.power_to_db("loud"), TypeError, "expected numbers"),
}


@pytest.mark.parametrize(("call", "error", "message"), BAD.values(), ids=BAD.keys())
def test_bad_input_is_refused_in_words(call, error, message):
    with pytest.raises(error, match=message):
        call()


@pytest.mark.parametrize("function", [dk.power_to_db, dk.amplitude_to_db])
def test_nothing_has_no_peak(function):
    with pytest.raises(ValueError, match=r"S is empty: shape \(3, 0\)"):
        function(np.zeros((3, 0)))
