"""Levels, limits and ranges: what each promises, measured."""

import numpy as np
import pytest

import dspkit as dk
from dspkit import normalization


def db(x):
    return 20 * np.log10(x)


@pytest.fixture
def sound(rng):
    return 0.1 * rng.standard_normal((2, 8000)) * np.array([[1.0], [0.3]])


# ---- Gains ----


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_peak_and_rms_come_to_their_level(arrays, sound, dtype):
    y = arrays(sound.astype(dtype))
    limit = 1e-5 if dtype == "float32" else 1e-12
    peaked, levelled = arrays.back(dk.normalize_peak(y, -3.0)), arrays.back(dk.normalize_rms(y, -26.0))
    assert peaked.dtype == levelled.dtype == dtype
    assert db(np.max(np.abs(peaked))) == pytest.approx(-3.0, abs=limit)
    assert db(np.sqrt(np.mean(levelled.astype(np.float64) ** 2))) == pytest.approx(-26.0, abs=limit)
    ratio = peaked / sound
    assert np.ptp(ratio) <= 1e-6 * np.max(ratio)  # one gain for both channels


def test_silence_stays_silence(arrays):
    for normalize in (dk.normalize_peak, dk.normalize_rms):
        assert np.all(arrays.back(normalize(arrays(np.zeros((2, 10))))) == 0)
    with pytest.raises(dk.ParameterError, match="y has no loudness: it is silent"):
        dk.normalize_loudness(np.zeros(8000), 8000)


def test_loudness_comes_to_its_target(sound):
    found = dk.normalize_loudness(sound, 8000, -30.0)
    assert not found.ceiling_won
    assert dk.integrated_loudness(found.y, 8000) == pytest.approx(-30.0, abs=1e-9)
    assert found.loudness == pytest.approx(-30.0, abs=1e-9)
    assert np.max(dk.true_peak(found.y, 8000)) == pytest.approx(found.true_peak, abs=1e-9)
    assert np.allclose(found.y, sound * 10 ** (found.gain_db / 20), rtol=1e-12)


def test_the_ceiling_wins_and_says_so(sound):
    sound[0, 4000] = 0.9
    found = dk.normalize_loudness(sound, 8000, -10.0, ceiling=-1.0)
    assert found.ceiling_won
    assert np.max(dk.true_peak(found.y, 8000)) == pytest.approx(-1.0, abs=1e-9)
    assert found.loudness < -10.0
    assert dk.integrated_loudness(found.y, 8000) == pytest.approx(found.loudness, abs=1e-9)
    free = dk.normalize_loudness(sound, 8000, -10.0, ceiling=None)
    assert not free.ceiling_won
    assert free.loudness == pytest.approx(-10.0, abs=1e-9)
    assert free.true_peak > 0


def test_the_ceiling_does_not_win_over_a_sound_that_is_turned_down(sound):
    """Its peak lies above the ceiling before, and well below it afterwards."""
    sound[0, 4000] = 0.95
    found = dk.normalize_loudness(sound, 8000, -40.0, ceiling=-1.0)
    assert np.max(dk.true_peak(sound, 8000)) > -1.0
    assert not found.ceiling_won
    assert found.loudness == pytest.approx(-40.0, abs=1e-9)


def test_loudness_in_every_namespace(arrays, sound):
    got = dk.normalize_loudness(arrays(sound), 8000, -30.0)
    assert np.max(np.abs(arrays.back(got.y) - dk.normalize_loudness(sound, 8000, -30.0).y)) < 1e-9


# ---- Clipping ----


def test_clip_report_counts(arrays):
    y = np.zeros((3, 100))
    y[0, 10:14] = 1.0  # a flat top of 4
    y[0, 20:22] = 1.0  # two are none
    y[0, 30:33], y[0, 33:36] = 1.0, -1.0  # two of 3, side by side
    y[1, 5:9] = [1.2, -1.5, 0.5, 1.00001]
    y[1, 50:53] = 32767 / 32768  # the largest int16
    found = dk.clip_report(arrays(y))
    assert found.beyond.tolist() == [0, 3, 0]
    assert found.flat.tolist() == [10, 3, 0]
    assert found.longest.tolist() == [4, 3, 0]
    assert not found.clean
    assert dk.clip_report(y[2]).clean
    assert dk.clip_report(0.5 * y[0], full_scale=0.5).longest == 4


# ---- The limiter ----


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("attack", "release"), [(0.005, 0.05), (0.0001, 0.0001), (0.05, 0.3)])
def test_no_sample_exceeds_the_ceiling(arrays, rng, attack, release, dtype):
    y = (0.7 * rng.standard_normal((2, 4000))).astype(dtype)
    got = arrays.back(dk.limit(arrays(y), 8000, ceiling=-3.0, attack=attack, release=release))
    assert got.dtype == dtype
    assert np.max(np.abs(got)) <= 10 ** (-3 / 20)
    assert np.max(np.abs(got)) > 0.99 * 10 ** (-3 / 20)
    gain = got / y
    assert np.all((gain > 0) & (gain <= 1 + 1e-6))
    assert np.max(np.abs(gain[0] - gain[1])) < 1e-5  # one gain for both channels


def test_below_the_ceiling_nothing_changes(arrays, sound):
    y = sound / np.max(np.abs(sound)) * 0.5
    assert np.array_equal(arrays.back(dk.limit(arrays(y), 8000, ceiling=-6.0)), y)


def test_the_gain_moves_before_a_peak_and_after_it():
    y = np.full(8000, 0.25)
    y[4000] = 1.0
    gain = dk.limit(y, 8000, ceiling=-6.0206, attack=0.01, release=0.05) / y
    assert np.all(gain[: 4000 - 81] == 1)  # not before the look-ahead of 80 samples
    assert gain[4000] == pytest.approx(0.5, abs=1e-5)
    assert np.all(np.diff(gain[3919:4001]) <= 1e-12)
    assert np.all(np.diff(gain[4001:]) >= -1e-12)
    reduction = -db(gain)
    assert reduction[4000 + 40 + 400] == pytest.approx(6.0206 / np.e, rel=0.05)  # one release later
    assert gain[-1] == pytest.approx(1, abs=1e-4)
    assert np.max(np.abs(np.diff(np.delete(gain, 4000)))) < 0.02  # no steps


def test_released_is_the_recursion(rng):
    from dspkit.normalization import _released

    needed = np.maximum(0, rng.standard_normal(300) - 1)
    expected, last = [], 0.0
    for x in needed:
        last = max(x, last * np.exp(-0.01))
        expected.append(last)
    first, last = _released(needed[:100], 0.01, np.array([-np.inf]))
    second, _ = _released(needed[100:], 0.01, last)
    assert np.max(np.abs(np.concatenate([first, second]) - expected)) < 1e-12


def limited_at_once(y, sr, *, ceiling, attack, release):
    """The limiter by its definition, for the whole sound."""
    top, ahead, n = 10 ** (ceiling / 20), max(1, round(attack * sr)), y.shape[-1]
    highest = np.max(np.abs(np.atleast_2d(y)), axis=0)
    needed = 20 * np.log10(np.maximum(highest, top) / top)
    held, last = np.zeros(n + 2 * ahead), 0.0
    for i, x in enumerate(needed):
        last = max(x, last * np.exp(-1 / (release * sr)))
        held[ahead + i] = last if last > 1e-6 else 0.0
    latest = np.max(np.lib.stride_tricks.sliding_window_view(held, ahead + 1), axis=-1)
    window = np.sin(np.pi * np.arange(1, ahead + 2) / (ahead + 2)) ** 2
    reduction = np.maximum(np.convolve(latest, window / window.sum(), mode="valid"), needed)
    return y * np.where(reduction > 1e-6, 10 ** (-reduction / 20), 1)


@pytest.mark.parametrize("n", [1, 3, 900, 1000, 5000])
@pytest.mark.parametrize("channels", [(), (2,)])
@pytest.mark.parametrize(("attack", "release"), [(0.005, 0.05), (0.1, 0.002), (0.0001, 3.0), (0.3, 0.5)])
def test_limit_in_blocks_equals_the_definition(arrays, rng, monkeypatch, n, channels, attack, release):
    monkeypatch.setattr(normalization, "_LIMIT_BLOCK", 1024)
    y = rng.standard_normal((*channels, n)) * (np.arange(n) // 700 % 3 == 0)  # with silences in which the gain recovers
    got = arrays.back(dk.limit(arrays(y), 2000, ceiling=-6.0, attack=attack, release=release))
    expected = limited_at_once(y, 2000, ceiling=-6.0, attack=attack, release=release)
    assert np.max(np.abs(got - expected)) < 1e-12


def test_limit_of_minutes_takes_little_memory(rng):
    import tracemalloc

    y = rng.standard_normal(4_000_000, dtype="float32")
    dk.limit(y[:1000], 22050)
    tracemalloc.start()
    dk.limit(y, 22050)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < y.nbytes + 12e6  # the result, and some blocks


# ---- Ranges ----


@pytest.mark.parametrize(
    ("source", "to"), [((-80, 0), (0, 80)), ((-120, 0), (-120, 0)), ((-80, 0), (-1, 1)), ((-100, 20), (0, 1))]
)
def test_decibels_to_a_range_and_back(arrays, rng, source, to):
    S = rng.uniform(*source, (4, 50))
    x = arrays.back(dk.scale_db(arrays(S), source=source, to=to))
    assert to[0] <= x.min() < x.max() <= to[1]
    assert np.max(np.abs(dk.unscale_db(x, source=source, to=to) - S)) < 1e-12
    ends = arrays.back(dk.scale_db(arrays(np.array([source[0] - 9.0, source[1] + 9.0])), source=source, to=to))
    assert np.allclose(ends, to)


def test_zscore_is_each_files_own(arrays, rng):
    X = 5 + 3 * rng.standard_normal((2, 4, 200))
    X[0, 1] = 0.1 * 7
    Z = arrays.back(dk.zscore(arrays(X)))
    assert np.all(Z[0, 1] == 0)
    rest = np.delete(Z.reshape(8, 200), 1, axis=0)
    assert np.max(np.abs(rest.mean(axis=-1))) < 1e-12
    assert np.max(np.abs(rest.std(axis=-1) - 1)) < 1e-12
    assert np.max(np.abs(dk.zscore(X) - dk.zscore(9 * X + 1))) < 1e-9  # how loud the file was is gone


# ---- Standardizer ----


def test_standardizer_joins_files_exactly(arrays, rng):
    offset = np.array([1e6, -3.0, 0.0])[:, None]  # a large mean: totals of squares would lose everything
    files = [offset + rng.standard_normal((3, n)) for n in (1, 7, 500, 33)]
    standard = dk.Standardizer().fit([arrays(X) for X in files])
    joined = np.concatenate(files, axis=-1)
    assert standard.count == joined.shape[-1]
    assert np.allclose(standard.mean, joined.mean(axis=-1), rtol=1e-14)
    assert np.allclose(standard.deviation, joined.std(axis=-1), rtol=1e-9)
    Z = arrays.back(standard.transform(arrays(files[2])))
    assert np.allclose(Z, (files[2] - joined.mean(axis=-1)[:, None]) / joined.std(axis=-1)[:, None], atol=1e-9)
    back = arrays.back(standard.inverse_transform(arrays(Z)))
    assert np.allclose(back, files[2], rtol=1e-12)


def test_standardizer_keeps_dtype_and_other_axes(rng):
    X = rng.standard_normal((5, 20, 3)).astype(np.float32)
    standard = dk.Standardizer(axis=-1).fit(X)
    assert standard.count == 100
    assert standard.transform(X).dtype == np.float32
    assert np.allclose(standard.transform(X).mean(axis=(0, 1)), 0, atol=1e-6)


def test_a_constant_feature_is_only_centred():
    X = np.array([[2.0, 2.0, 2.0], [1.0, 2.0, 3.0]])
    Z = dk.Standardizer().fit(X).transform(X + 1)
    assert np.allclose(Z[0], 1.0)


def test_standardizer_is_saved_without_pickle(tmp_path, monkeypatch, rng):
    standard = dk.Standardizer().fit(rng.standard_normal((3, 40)))
    path = tmp_path / "train.npz"
    standard.save(path)
    monkeypatch.setattr("pickle.load", None)
    back = dk.Standardizer.load(path)
    assert np.array_equal(back.mean, standard.mean)
    assert np.array_equal(back.deviation, standard.deviation)
    assert (back.count, back.axis) == (40, -2)
    assert [p.name for p in tmp_path.iterdir()] == ["train.npz"]


def test_a_save_that_fails_leaves_the_old_file(tmp_path, monkeypatch, rng):
    standard = dk.Standardizer().fit(rng.standard_normal((3, 40)))
    path = tmp_path / "train.npz"
    standard.save(path)
    before = path.read_bytes()

    def full(*_args, **_kwargs):
        raise OSError("no space left")

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(OSError, match="no space"):
        standard.save(path)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["train.npz"]


def test_load_refuses_what_it_did_not_write(tmp_path):
    (tmp_path / "x.npz").write_bytes(b"nonsense")
    with pytest.raises(dk.ParameterError, match=r"x\.npz is not a file that Standardizer\.save wrote"):
        dk.Standardizer.load(tmp_path / "x.npz")
    np.savez(tmp_path / "y.npz", a=1)
    with pytest.raises(dk.ParameterError, match=r"y\.npz is not"):
        dk.Standardizer.load(tmp_path / "y.npz")


# ---- Magnitude and phase ----


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("n_fft", [128, 129])
def test_magnitude_and_phase_come_back(arrays, rng, n_fft, dtype):
    y = rng.standard_normal((2, 6400)).astype(dtype)
    D = dk.stft(y, n_fft=n_fft, hop_length=40)
    x = dk.log_magnitude_phase(arrays(D), hop_length=40, n_fft=n_fft)
    values = arrays.back(x)
    assert values.dtype == dtype
    assert values.shape == (2, 2, *D.shape[1:])
    assert np.max(np.abs(values)) <= 1
    back = arrays.back(dk.from_log_magnitude_phase(x, hop_length=40, n_fft=n_fft))
    assert back.dtype == D.dtype
    assert np.max(np.abs(back - D) / np.maximum(np.abs(D), 1e-3)) < (1e-3 if dtype == "float32" else 1e-11)


def test_the_frequency_of_a_steady_tone_is_steady():
    """A tone an eighth of a bin above bin 16: its frequency there is the same in all frames."""
    n_fft, hop = 256, 64
    y = np.cos(2 * np.pi * 16.125 / n_fft * np.arange(6400))
    x = dk.log_magnitude_phase(dk.stft(y, n_fft=n_fft, hop_length=hop, center=False), hop_length=hop)
    assert np.allclose(x[1, 16, 1:], 2 * 0.125 * hop / n_fft, atol=1e-4)


BAD = np.zeros((2, 3, 10))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: dk.normalize_peak(np.ones(3), "loud"), "target_db='loud'; expected a level in dB"),
        (lambda: dk.normalize_loudness(BAD, 8000), r"y has shape \(2, 3, 10\); expected one programme"),
        (lambda: dk.normalize_rms(np.array([1.0, np.nan])), "NaN"),
        (lambda: dk.limit(BAD, 8000), "expected one sound"),
        (lambda: dk.limit(np.ones(9), 8000, attack=0), "attack"),
        (lambda: dk.limit(np.ones(9), 8000, ceiling=np.inf), "ceiling=inf"),
        (
            lambda: dk.scale_db(np.ones(3), source=(0, -80)),
            r"source=\(0, -80\); expected two numbers, the lower one first",
        ),
        (lambda: dk.scale_db(np.ones(3), to=3), "to=3; expected two numbers"),
        (lambda: dk.Standardizer().transform(np.ones((2, 3))), "has not been fitted; call fit"),
        (lambda: dk.Standardizer().fit([]), "files is empty"),
        (lambda: dk.Standardizer().fit(np.ones((2, 3))).transform(np.ones((3, 3))), "X has 3 features.*fitted on 2"),
        (lambda: dk.Standardizer().fit(np.ones(3)), "expected features along axis -2"),
        (lambda: dk.Standardizer().fit(np.full((2, 3), np.nan)), "NaN"),
        (lambda: dk.Standardizer(axis=None), "axis=None; expected an integer"),
        (
            lambda: dk.log_magnitude_phase(np.ones((5, 4), complex), hop_length=2, n_fft=16),
            "5 bins belong to n_fft=8 or 9",
        ),
        (lambda: dk.from_log_magnitude_phase(np.ones((5, 4)), hop_length=2), r"expected real, \(\.\.\., 2, n_bins"),
        (lambda: dk.clip_report(np.ones(4), full_scale=0), "full_scale"),
    ],
)
def test_refuses(call, message):
    with pytest.raises(dk.ParameterError, match=message):
        call()


def test_refuses_a_spectrum_without_phase():
    with pytest.raises(dk.SampleTypeError, match="D has dtype float64"):
        dk.log_magnitude_phase(np.ones((5, 4)), hop_length=2)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_constants_are_only_centred_and_small_changes_are_kept(rng, dtype):
    for value in rng.uniform(-1e3, 1e3, 50):
        S = dk.Standardizer().fit([np.full((1, 1000), value, dtype), np.full((1, 77), value, dtype)])
        assert np.max(np.abs(S.transform(np.full((1, 3), value, dtype)))) < 1e-6 * abs(value)
    kept = dk.zscore(np.array([[1e6, 1e6 + 1, 1e6, 1e6 + 1]], dtype))
    np.testing.assert_allclose(kept, [[-1, 1, -1, 1]], rtol=1e-6)
    for size in (1e25, 1e-25):
        z = dk.zscore(np.array([[1.0, 2.0, 3.0]], dtype) * np.array(size, dtype))
        np.testing.assert_allclose(z, [[-1.2247449, 0, 1.2247449]], atol=1e-5)


def test_a_programme_about_the_absolute_gate_gets_its_target():
    """Half of it lies below -70 LUFS, and counts only once the gain has lifted it."""
    n = np.arange(5 * 48_000)
    y = np.concatenate([10 ** (level / 20) * np.sin(2 * np.pi * 997 * n / 48_000) for level in (-65, -69)])
    found = dk.normalize_loudness(y, 48_000, -23.0)
    assert found.loudness == pytest.approx(-23.0, abs=1e-3)
    assert float(dk.integrated_loudness(found.y, 48_000)) == pytest.approx(-23.0, abs=1e-3)
    silent = dk.normalize_loudness(y, 48_000, -100.0)
    assert silent.loudness == -np.inf  # all of it lies below the gate now, and the result says so


@pytest.mark.parametrize("ceiling", [-0.1, -0.3, -1.0, -3.3])
def test_the_ceiling_holds_to_the_last_digit_of_float32(ceiling):
    y = dk.limit(np.full(100, 2.0, "float32"), 8000, ceiling=ceiling)
    assert np.max(np.abs(y.astype("float64"))) <= 10 ** (ceiling / 20)


def test_files_that_are_none_are_refused(tmp_path):
    path = tmp_path / "standard.npz"
    dk.Standardizer().fit([np.zeros((2, 3))]).save(path)
    whole = path.read_bytes()
    for content in (whole[: len(whole) // 2], b"PK" + whole[2:60], b"text"):
        path.write_bytes(content)
        with pytest.raises(dk.ParameterError, match=r"standard.npz is not a file that Standardizer.save wrote"):
            dk.Standardizer.load(path)


# ---- What attacks found ----


@pytest.mark.parametrize("scale", [1e-40, 1e-30, 1e30])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_very_quiet_and_very_loud_sounds_come_to_their_level(arrays, scale, dtype):
    y = (np.array([1.0, -0.5, 0.0, 0.25]) * scale).astype(dtype)
    peaked = arrays.back(dk.normalize_peak(arrays(y), -6.0))
    levelled = arrays.back(dk.normalize_rms(arrays(y), -20.0))
    assert np.max(np.abs(peaked)) == pytest.approx(10 ** (-6 / 20), rel=1e-6)
    assert np.sqrt(np.mean(np.square(levelled, dtype=np.float64))) == pytest.approx(0.1, rel=1e-4)


def test_an_attack_longer_than_any_peak_is_refused():
    with pytest.raises(ValueError, match=r"attack=10000 s; expected at most 10 s"):
        dk.limit(np.ones(10), 8000, attack=1e4)


@pytest.mark.parametrize("function", [dk.zscore, dk.scale_db, dk.unscale_db])
def test_complex_numbers_are_refused(function):
    with pytest.raises(TypeError, match="complex; expected real"):
        function(np.array([[1, 1j, -1, -1j]]))


def test_statistics_that_are_none_are_refused(tmp_path):
    for name, changed in {"count": -5, "mean": [np.nan] * 3, "squares": [-1.0] * 3}.items():
        good = {"axis": -2, "count": 5, "mean": np.zeros(3), "squares": np.ones(3)}
        np.savez(tmp_path / "x.npz", **{**good, name: changed})
        with pytest.raises(ValueError, match=r"not a file that Standardizer\.save wrote"):
            dk.Standardizer.load(tmp_path / "x.npz")


def test_statistics_into_a_folder_that_is_missing(tmp_path):
    with pytest.raises(dk.AudioFileError, match=r"the folder .*no does not exist; make it first"):
        dk.Standardizer().fit(np.ones((3, 9))).save(tmp_path / "no" / "x.npz")
