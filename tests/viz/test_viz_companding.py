"""The figures of lesson 13 show what they are given."""

import numpy as np
import pytest

import dspkit as dk

LEVELS = np.array([-60.0, -40.0, -20.0])
CURVES = {"linear": LEVELS + 53.0, "μ-law": np.array([25.0, 35.0, 38.0])}


def same(y):
    return y


FIGURES = {
    "laws": lambda to: dk.viz.companding_laws({"μ": dk.mu_compress, "A": dk.a_compress}, title="found"),
    "stairs": lambda to: dk.viz.codec_stairs({"a": same, "b": np.round}, title="found"),
    "μ segments": lambda to: dk.viz.g711_segments(title="found"),
    "A segments": lambda to: dk.viz.g711_segments("a", title="found"),
    "snr": lambda to: dk.viz.snr_over_level(LEVELS, {k: to(v) for k, v in CURVES.items()}, mark=-40, title="found"),
    "histogram": lambda to: dk.viz.code_histograms({"c": to(np.arange(256, dtype="uint8"))}, title="found"),
}


@pytest.mark.parametrize("draw", FIGURES.values(), ids=FIGURES.keys())
def test_figures_have_title_labels_and_pixels(arrays, draw):
    fig = draw(arrays)
    assert repr(fig) == "<Figure: found>"
    assert fig.png().startswith(b"\x89PNG")
    assert fig.axes[0].get_ylabel()
    assert fig.axes[-1].get_xlabel()


def test_laws_are_drawn_over_samples_and_over_decibels():
    left, right = dk.viz.companding_laws({"μ": dk.mu_compress}).axes
    y, F = left.lines[0].get_data()
    np.testing.assert_allclose(F, dk.mu_compress(y))
    level, F = right.lines[0].get_data()
    assert (level[0], level[-1]) == (-80, 0)
    np.testing.assert_allclose(F, dk.mu_compress(10 ** (level / 20)))


def test_stairs_are_the_codecs():
    fig = dk.viz.codec_stairs({"halves": lambda y: y / 2, "same": same}, span=0.01)
    for ax, factor in zip(fig.axes, (0.5, 1.0), strict=True):
        y, out = ax.lines[1].get_data()
        np.testing.assert_allclose(out, factor * y)
        assert ax.get_xlim() == (-10, 10)
    assert [ax.texts[0].get_text() for ax in fig.axes] == ["halves", "same"]


@pytest.mark.parametrize(("law", "loudest", "curves"), [("mu", 32124, 9), ("a", 32256, 8)])
def test_segments_are_sixteen_values_each_and_rise_to_the_loudest(law, loudest, curves):
    (ax,) = dk.viz.g711_segments(law).axes
    assert len(ax.lines) == curves
    x = np.concatenate([line.get_xdata() for line in ax.lines[-8:]])
    assert x.size == 128
    assert np.all(np.diff(x) > 0)
    np.testing.assert_allclose(x[[0, -1]] * 32768, [0 if law == "mu" else 8, loudest])
    for line in ax.lines[-8:]:
        np.testing.assert_allclose(np.diff(line.get_xdata(), 2), 0, atol=1e-12)  # straight
    if law == "mu":  # the chords follow the curve to one step and a half
        steps = np.concatenate([line.get_ydata() for line in ax.lines[-8:]])
        assert np.max(np.abs(steps - 128 * dk.mu_compress(x))) < 1.5


def test_snr_is_drawn_and_marked():
    (ax,) = dk.viz.snr_over_level(LEVELS, CURVES, mark=-30).axes
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), CURVES["linear"])
    assert ax.lines[1].get_data() == ([-30], [pytest.approx(23.0)])
    assert [t.get_text() for t in ax.get_legend().get_texts()] == list(CURVES)


def test_histograms_count_and_say_the_entropy():
    codes = np.repeat(np.array([3, 5], dtype="uint8"), [30, 10])
    fig = dk.viz.code_histograms({"two": codes, "all": np.arange(8)}, n_codes=8)
    heights = [bar.get_height() for bar in fig.axes[0].patches]
    np.testing.assert_allclose(heights, [0, 0, 0, 75, 0, 25, 0, 0])
    assert fig.axes[0].texts[0].get_text() == "two: 2 of 8 codes used, 0.8 bits a sample"
    assert fig.axes[1].texts[0].get_text() == "all: 8 of 8 codes used, 3.0 bits a sample"


BAD = {
    "no laws": (lambda: dk.viz.companding_laws({}), "laws is empty"),
    "no codecs": (lambda: dk.viz.codec_stairs({}), "codecs has 0 entries"),
    "five codecs": (lambda: dk.viz.codec_stairs(dict.fromkeys("abcde", same)), "codecs has 5 entries"),
    "no span": (lambda: dk.viz.codec_stairs({"a": same}, span=0), "span=0; expected a positive number"),
    "law": (lambda: dk.viz.g711_segments("mü"), "law='mü' is not known"),
    "no curves": (lambda: dk.viz.snr_over_level(LEVELS, {}), "expected levels"),
    "another size": (lambda: dk.viz.snr_over_level(LEVELS, {"a": [1.0]}), r"a has shape \(1,\); expected one value"),
    "no codes": (lambda: dk.viz.code_histograms({}), "codes is empty"),
    "floats": (lambda: dk.viz.code_histograms({"a": np.ones(3)}), "a does not hold codes; expected integers from 0 to"),
    "code 256": (lambda: dk.viz.code_histograms({"a": np.array([256])}), "a does not hold codes"),
    "code −1": (lambda: dk.viz.code_histograms({"a": np.array([-1])}), "a does not hold codes"),
    "silent": (lambda: dk.viz.code_histograms({"a": np.zeros(0, dtype=int)}), "a does not hold codes"),
    "one code": (lambda: dk.viz.code_histograms({"a": np.zeros(3, dtype=int)}, n_codes=1), "n_codes=1 is too small"),
}


@pytest.mark.parametrize(("call", "message"), BAD.values(), ids=BAD.keys())
def test_what_cannot_be_drawn_is_refused_in_words(call, message):
    with pytest.raises(ValueError, match=message):
        call()
