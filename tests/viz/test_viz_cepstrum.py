"""The figures of lesson 10 show what they are given."""

import numpy as np
import pytest

import dspkit as dk

SR = 8000
LEVEL = np.linspace(0.0, -60.0, 129)
CEPSTRUM = np.r_[5.0, 3.0, np.full(398, 0.25)]
COSINES = dk.dct_matrix(8, norm="ortho")


def titles(figure):
    return [ax.get_title(loc="left") for ax in figure.axes]


def test_envelopes_are_drawn_over_their_own_spectra():
    figure = dk.viz.envelopes({"a": LEVEL, "b": LEVEL - 6}, sr=SR, smooth={"b": LEVEL[::2]}, fmax=2000, title="found")
    assert figure.get_suptitle() == "found"
    assert titles(figure) == ["a", "b"]
    left, right = figure.axes
    assert (len(left.lines), len(right.lines)) == (1, 2)
    np.testing.assert_allclose(left.lines[0].get_data(), (np.arange(129) * 8 / 256, LEVEL))  # kHz
    np.testing.assert_allclose(right.lines[1].get_data(), (np.arange(65) * 8 / 128, LEVEL[::2]))
    assert left.get_xlim() == (0.0, 2.0)
    assert left.get_ylim() == (-80.0, 5.0)
    assert figure.png().startswith(b"\x89PNG")


def test_quefrencies_are_in_milliseconds_with_the_cut_and_the_peak():
    ax = dk.viz.quefrencies(CEPSTRUM, sr=SR, cut=16, peak=80, title="found").axes[0]
    curve, peak = ax.lines
    x, y = curve.get_data()
    np.testing.assert_allclose(x, np.arange(161) / 8)
    np.testing.assert_array_equal(y, CEPSTRUM[:161])
    assert (peak.get_xdata()[0], peak.get_ydata()[0]) == (10.0, 0.25)
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["below 16 samples", "80 samples: 100.0 Hz"]
    assert ax.get_ylim() == pytest.approx((-0.2875, 0.2875))  # c[0] and c[1] may leave the picture
    assert titles(ax.figure) == ["found"]
    assert dk.viz.quefrencies(CEPSTRUM, sr=SR).axes[0].get_legend() is None
    assert dk.viz.quefrencies(CEPSTRUM, sr=SR, longest=9.0).axes[0].get_xlim() == (0.0, 25.0)  # half of it, at most


@pytest.mark.parametrize("norm", [None, "ortho"])
def test_cosines_pass_through_the_rows(norm):
    C = dk.dct_matrix(8, norm=norm)
    figure = dk.viz.cosines(C, (0, 3, 7))
    assert titles(figure) == ["row 0", "row 3", "row 7"]
    for ax, k in zip(figure.axes, (0, 3, 7), strict=True):
        curve, dots = ax.lines[:2]
        np.testing.assert_array_equal(dots.get_ydata(), C[k])
        np.testing.assert_allclose(np.interp(np.arange(8), *curve.get_data()), C[k], atol=3e-3 * np.abs(C).max())


def test_correlations_share_one_scale():
    R = {"one": np.eye(4), "other": -np.eye(3)}
    figure = dk.viz.correlations(R, axis="Band", title="found")
    assert figure.get_suptitle() == "found"
    assert titles(figure)[:2] == ["one", "other"]
    for ax, matrix in zip(figure.axes, R.values(), strict=False):
        np.testing.assert_array_equal(ax.images[0].get_array(), matrix)
        assert ax.images[0].get_clim() == (-1.0, 1.0)
        assert ax.get_xlabel() == "Band"


def test_sizes_stand_over_the_numbers_of_the_coefficients():
    ax = dk.viz.coefficient_sizes({"plain": [9.0, 3.0, 1.0], "liftered": [9.0, 8.0, 7.0]}, title="found").axes[0]
    np.testing.assert_array_equal(ax.lines[1].get_data(), ([0, 1, 2], [9.0, 8.0, 7.0]))
    assert ax.get_yscale() == "log"
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["plain", "liftered"]


def test_mfccs_are_drawn_in_units_of_their_spread():
    rng = np.random.default_rng(0)
    L, C = rng.standard_normal((20, 50)), np.array([[100.0], [1.0], [0.0]]) * rng.standard_normal((3, 50)) + 7
    figure = dk.viz.mfccs(L, C, sr=SR, hop_length=80, first=1, title="found")
    above, below = figure.axes[:2]
    np.testing.assert_array_equal(above.images[0].get_array(), L)
    drawn = below.images[0].get_array()
    np.testing.assert_allclose(drawn.mean(axis=1), 0.0, atol=1e-12)
    np.testing.assert_allclose(drawn.std(axis=1), [1, 1, 0], atol=1e-12)  # what never changes stays white
    np.testing.assert_allclose(np.corrcoef(drawn[0], C[0])[0, 1], 1.0)
    np.testing.assert_allclose(below.images[0].get_extent(), (-0.005, 0.495, 0.5, 3.5))
    assert titles(figure)[0] == "found"


BAD = {
    "no spectra": (lambda: dk.viz.envelopes({}, sr=SR), "spectra is empty"),
    "two rows": (lambda: dk.viz.envelopes({"a": np.ones((2, 9))}, sr=SR), r"spectrum 'a' has shape \(2, 9\)"),
    "another name": (lambda: dk.viz.envelopes({"a": LEVEL}, sr=SR, smooth={"b": LEVEL}), "smooth has b"),
    "rate 0": (lambda: dk.viz.envelopes({"a": LEVEL}, sr=0), "sr=0"),
    "complex": (lambda: dk.viz.quefrencies(1j * CEPSTRUM, sr=SR), "dtype complex128"),
    "no length": (lambda: dk.viz.quefrencies(CEPSTRUM, sr=SR, longest=0), "longest=0"),
    "row 8 of 8": (lambda: dk.viz.cosines(COSINES, (0, 8)), "expected numbers from 0 to 7"),
    "no rows": (lambda: dk.viz.cosines(COSINES, ()), "expected numbers from 0 to 7"),
    "not square": (lambda: dk.viz.correlations({"a": np.ones((2, 3))}), "as many rows as columns"),
    "no matrices": (lambda: dk.viz.correlations({}), "matrices is empty"),
    "no sizes": (lambda: dk.viz.coefficient_sizes({}), "sizes is empty"),
    "one frame": (lambda: dk.viz.mfccs(LEVEL, LEVEL, sr=SR, hop_length=80), r"L has shape \(129,\)"),
    "hop 0": (lambda: dk.viz.mfccs(COSINES, COSINES, sr=SR, hop_length=0), "hop_length=0"),
}


@pytest.mark.parametrize(("call", "message"), BAD.values(), ids=BAD.keys())
def test_what_cannot_be_drawn_is_refused_in_words(call, message):
    with pytest.raises(ValueError, match=message):
        call()
