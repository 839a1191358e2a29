"""The figures of lesson 01 draw the numbers that they are given."""

import numpy as np
import pytest

import dspkit as dk
from dspkit.viz import sampling


def title(ax):
    return ax.get_title(loc="left")


def test_thinned_dots_are_samples():
    y = np.sin(np.arange(800) / 5)
    fig = dk.viz.thinned(y, 8000, 4, views={"here": 0.03, "there": 0.06}, width=0.005, title="the finding")
    here, _, whole = fig.axes
    assert np.array_equal(whole.lines[0].get_ydata(), y)
    x, dots = here.lines[1].get_data()
    n = np.round(x * 8 + 220).astype(int)  # the view begins 2.5 ms before 30 ms
    assert np.array_equal(dots, y[n])
    assert np.all(n % 4 == 0)
    assert (title(here), fig.get_suptitle()) == ("A: here", "the finding")
    assert here.lines[1].get_label() == "every fourth"
    through = here.lines[2].get_data()
    assert np.allclose(np.interp(x, *through), dots, atol=2e-3)
    with pytest.raises(dk.ParameterError, match="outside the sound"):
        dk.viz.thinned(y, 8000, 4, views={"late": 3.0})
    with pytest.raises(dk.ParameterError, match="views is empty"):
        dk.viz.thinned(y, 8000, 4, views={})


def test_dots_lie_on_their_tones():
    (ax,) = dk.viz.samples_of_tones(7000, sr=8000, n=5).axes
    assert title(ax) == "Two tones, one set of samples"
    assert title(dk.viz.samples_of_tones([500, 1000], sr=8000).axes[0]) == "Tones and their samples"
    assert len(dk.viz.samples_of_tones(1000, sr=8000).axes[0].lines) == 2
    tone, alias, first, second = ax.lines
    assert np.allclose(first.get_ydata(), second.get_ydata())
    assert np.allclose(first.get_xdata(), np.arange(5) / 8)
    assert np.allclose(tone.get_ydata(), np.cos(2 * np.pi * 7 * tone.get_xdata()))
    assert (tone.get_color(), alias.get_color()) == (sampling.SOUND, sampling.FALSE)


def test_the_fold_is_where_aliases_are():
    left, right = dk.viz.tone_and_alias(7000, 1000, sr=8000, fmax=14_000).axes
    for line in right.lines[:2]:
        f, lands = line.get_data()
        assert np.allclose(lands, dk.alias_frequency(f, 8000))
        between = (f[1:] + f[:-1]) / 2
        assert np.allclose((lands[1:] + lands[:-1]) / 2, dk.alias_frequency(between, 8000))
    assert right.lines[0].get_xdata()[0] == 4000  # false from the fold on
    assert [v[0] for v in right.lines[3].get_data()] == [7000, 1000]
    assert len(left.lines) == 4
    assert len(dk.viz.tone_and_alias(3000, 3000, sr=8000).axes[0].lines) == 2


def test_the_glide_under_its_rule():
    S_db = np.full((5, 10), -100.0)
    S_db[1] = 0.0
    rule, seen = dk.viz.glide_folds(S_db, sr=8000, hop_length=64, start=500, stop=11_500, duration=0.08).axes
    assert rule.get_xlim() == (500, 11_500)
    (image,) = seen.images
    assert image.get_extent() == pytest.approx([-0.004, 0.076, -500, 4500])
    assert rule.get_xticks()[0] == 500
    assert seen.lines[0].get_xdata()[0] == pytest.approx(0.08 * 3500 / 11_000)  # the fold
    assert seen.get_ylim() == (0, 4000)
    (bar,) = seen.child_axes
    assert bar.get_ylabel().startswith("Level")
    arrow = rule.texts[-1]
    assert arrow.xy[1] == dk.alias_frequency(arrow.xy[0], 8000)


def test_impostors_are_pointed_at_in_the_second_picture():
    plane = np.full((5, 10), 3.0)
    fig = dk.viz.impostors(
        {"a": plane, "b": plane}, sr=8000, hop_length=64, at=[(0.02, 1000)], words="here", title="finding"
    )
    arrow, words = fig.axes[1].texts
    assert (arrow.xy, words.get_text()) == ((0.02, 1000), "here")
    assert fig.get_suptitle() == "finding"
    assert np.all(fig.axes[0].images[0].get_array() == 0.0)
    assert fig.axes[-1].get_ylabel() == "Level [dB re strongest bin]"
    fig = dk.viz.two_players({"a": plane, "b": plane}, sr=8000, hop_length=64, at=[(0.02, 1000)])
    assert fig.axes[1].texts[1].get_text() == "images"
    assert "images" in fig.get_suptitle()
    assert not fig.axes[0].texts
    more = plane.copy()
    more[3, 1], more[2, 8] = 30.0, 20.0  # images at 3 kHz and 8 ms, at 2 kHz and 64 ms
    fig = dk.viz.two_players({"a": plane, "b": more}, sr=8000, hop_length=64)
    assert [arrow.xy for arrow in fig.axes[1].texts[:2]] == [(0.008, 3000), (0.064, 2000)]
    fig = dk.viz.impostors(dict.fromkeys("abcd", plane), sr=8000, hop_length=64, at=[(0.02, 1000)])
    assert [ax.texts[-1].get_text() for ax in (fig.axes[1], fig.axes[3])] == ["impostor", "still there"]
    assert not fig.axes[2].texts
    several = dk.viz.impostors({"a": plane, "b": plane}, sr=8000, hop_length=64, at=[(0.02, 1000), (0.03, 1000)])
    assert several.axes[1].texts[-1].get_text() == "impostors"
    assert not dk.viz.impostors({"a": plane, "b": plane}, sr=8000, hop_length=64, at=[]).axes[1].texts


@pytest.fixture(scope="module")
def band_limited():
    """A pulse without what 1000 samples a second cannot hold, four times as fine as its samples."""
    t = np.arange(400) / 4000
    return t, np.exp(-(((t - 0.05) / 0.004) ** 2)) * np.cos(2 * np.pi * 200 * (t - 0.05))


def test_sincs_add_up_to_the_sound(band_limited):
    t, y = band_limited
    movie = dk.viz.sinc_sum(y[::4], sr=1000, view=(45, 57), truth=(t, y))
    (ax,) = movie.figure.axes
    before, total, dots = ax.lines[:3]
    movie.update(0)
    assert len(total.get_xdata()) == 0
    assert len(before.get_xdata()) == 0
    movie.update(movie.frames - 1)
    x, got = total.get_data()
    assert np.allclose(got, np.interp(x + 45, 1000 * t, y), atol=0.03)  # straight lines between 4000 points a second
    assert np.allclose(np.interp(dots.get_xdata(), x, got), dots.get_ydata(), atol=1e-3)
    assert np.array_equal(dots.get_ydata(), y[::4][45:57])
    assert np.allclose(before.get_ydata(), y[(t >= 0.0444) & (t <= 0.0566)])
    assert "nothing was lost" in title(ax)


def test_each_sinc_goes_through_its_own_dot_and_through_zero_at_the_others(band_limited):
    _, y = band_limited
    movie = dk.viz.sinc_sum(y[::4], sr=1000, view=(45, 57))
    movie.update(3 + 3 * 8 + 9 * 2)
    sincs = movie.figure.axes[0].lines[3:15]
    x = sincs[0].get_xdata()
    for k, sinc in enumerate(sincs):
        at_samples = np.interp(np.arange(12), x, sinc.get_ydata())
        assert np.allclose(at_samples, np.where(np.arange(12) == k, y[::4][45 + k], 0), atol=5e-3)


def test_the_sum_goes_through_the_dots_that_have_come(band_limited):
    _, y = band_limited
    movie = dk.viz.sinc_sum(y[::4], sr=1000, view=(45, 57))
    movie.update(4)
    assert title(movie.figure.axes[0]) == "One sample brings a sinc: at all other samples it is zero"
    movie.update(3 + 3 * 8 + 3 * 2 - 1)  # six sincs are there
    x, got = movie.figure.axes[0].lines[1].get_data()
    expected = np.where(np.arange(12) < 6, y[::4][45:57], 0)
    assert np.allclose(np.interp(np.arange(12), x, got), expected, atol=5e-3)
    assert len(movie.png()) < 300_000
    with pytest.raises(dk.ParameterError, match="at most 24"):
        dk.viz.sinc_sum(y, sr=1000, view=(0, 30))


def test_stairs_and_their_edge():
    y = np.array([0.0, 0.1, 0.2, 0.3, 0.9, 0.8, 0.7, 0.6])
    held = dk.sample_and_hold(y, 2)
    (ax,) = dk.viz.stairs(y, held, sr=1000, factor=2).axes
    sound, steps, dots = ax.lines
    assert np.array_equal(sound.get_ydata(), y)
    assert np.array_equal(steps.get_ydata(), held)
    assert steps.get_drawstyle() == "steps-post"
    assert np.array_equal(dots.get_ydata(), y[::2])
    assert ax.texts[0].xy == (4.0, (0.9 + 0.2) / 2)
    with pytest.raises(dk.ParameterError, match="expected the same"):
        dk.viz.stairs(y, held[:-1], sr=1000, factor=2)


@pytest.mark.parametrize("kind", ["mid-tread", "mid-rise"])
def test_rounding_draws_levels_where_they_are(kind):
    y = np.sin(np.arange(160) / 10)
    q = dk.quantize(y, 3, kind=kind)
    left, right = dk.viz.rounding(y, {kind: q}, bits=3, every=16).axes
    levels = [segment[0, 1] for segment in left.collections[0].get_segments()]
    assert len(levels) == 8
    assert set(q) <= set(levels)
    bars = [ends for drawn in left.collections[-2:] for ends in drawn.get_segments()]  # Δ and Δ/2, from one level up
    assert [np.ptp(ends[:, 1]) for ends in bars] == [0.25, 0.125]
    assert bars[0][0, 1] == bars[1][0, 1]
    assert bars[0][0, 1] in levels
    assert np.array_equal(left.lines[2].get_ydata(), y[8::16])
    assert np.array_equal(left.lines[1].get_ydata(), q[8::16])
    x, out = right.lines[1].get_data()
    assert np.array_equal(dk.quantize(x, 3, kind=kind), out)
    assert right.texts[0].xy == (0.0, 0.0 if kind == "mid-tread" else 0.125)
    with pytest.raises(dk.ParameterError, match="expected the same"):
        dk.viz.rounding(y, {kind: q[:-1]}, bits=3)


def test_staircases():
    y = np.linspace(-1, 1, 9)
    (ax,) = dk.viz.levels_of({"y": y, "q": dk.quantize(y, 2)}, sr=1000).axes
    assert np.array_equal(ax.lines[1].get_ydata(), dk.quantize(y, 2))
    assert ax.lines[1].get_drawstyle() == "steps-post"
    with pytest.raises(dk.ParameterError, match="sounds have shapes"):
        dk.viz.levels_of({"y": y, "q": y[:3]}, sr=1000)


def test_a_tone_of_the_error_has_its_level():
    error = 0.01 * np.cos(2 * np.pi * 64 / 1024 * np.arange(8192))
    (ax,) = dk.viz.error_spectra({"e": error, "f": 0.1 * error}, sr=8000, tone=100).axes
    assert np.max(ax.lines[0].get_ydata()) == pytest.approx(-40, abs=0.01)
    assert ax.lines[0].get_xdata()[np.argmax(ax.lines[0].get_ydata())] == pytest.approx(0.5)
    arrow = next(text for text in ax.texts if "5 × 100 Hz" in text.get_text())
    assert arrow.xy == pytest.approx((0.5, -40), abs=0.01)
    assert "7.8 Hz" in ax.get_ylabel()
    with pytest.raises(dk.ParameterError, match="n of 1024 or more"):
        dk.viz.error_spectra({"e": error[:10]}, sr=8000)


def test_snr_over_bits():
    measured, theory = {"a": [7.0, 13.0, 19.0], "b": [1.0, 7.0, 13.0]}, {"a": [8.0, 14.0, 20.0], "b": [2.0, 8.0, 14.0]}
    (ax,) = dk.viz.snr_over_bits([1, 2, 3], measured, theory).axes
    drawn = [list(line.get_ydata()) for line in ax.lines]
    assert drawn == [theory["a"], measured["a"], theory["b"], measured["b"]]
    assert {text.get_text() for text in ax.texts} >= {"6.0 dB more\nfor each bit", "6 dB"}


def test_the_chain():
    t = np.arange(80) / 1000
    y, z = np.sin(300 * t), np.sin(200 * t)
    q = dk.quantize(z[::4], 3)
    titles = ["one", "two", "three", "four"]
    axes = dk.viz.sampling_chain(y, z, sr=1000, factor=4, bits=3, rounded=q, played=z, titles=titles).axes
    assert [title(ax) for ax in axes] == titles
    assert np.array_equal(axes[1].lines[1].get_ydata(), z[::4])
    assert np.array_equal(axes[2].lines[0].get_ydata(), q)
    assert np.array_equal(axes[2].lines[1].get_ydata(), z[::4])
    levels = [segment[0, 1] for segment in axes[2].collections[0].get_segments()]
    assert set(q) <= set(levels)
    assert np.allclose(np.diff(levels), 0.25)
    with pytest.raises(dk.ParameterError, match="expected three of"):
        dk.viz.sampling_chain(y, z, sr=1000, factor=4, bits=3, rounded=q[:-1], played=z, titles=titles)
    with pytest.raises(dk.ParameterError, match="one channel"):
        dk.viz.sampling_chain(np.stack([y, y]), z, sr=1000, factor=4, bits=3, rounded=q, played=z, titles=titles)
