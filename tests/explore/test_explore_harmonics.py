"""The sliders of lesson 02 draw what their titles say."""

import numpy as np
import pytest

import dspkit as dk


def drawn(explorer, **values):
    return explorer.draw(**{**explorer.values, **values}).axes


def test_a_moved_control_changes_the_picture():
    for explorer, name, value in (
        (dk.explore.partials(), "n_partials", 3),
        (dk.explore.pluck_position(), "position", 0.5),
    ):
        assert explorer.message.value == ""
        before = explorer.picture.value
        assert bytes(before[:4]) == b"\x89PNG"
        explorer.controls[name].value = value
        assert explorer.picture.value != before


def test_the_wave_is_the_sum_of_its_partials():
    top, low = drawn(dk.explore.partials(100.0), n_partials=5, slope=-6, which="odd")
    assert top.get_title(loc="left") == "3 partials of 100 Hz, -6 dB an octave: odd"
    t, y = top.lines[0].get_data()
    k = np.array([1, 3, 5])
    a = 10 ** (-0.3 * np.log2(k))
    expected = a @ np.sin(2 * np.pi * 100 * k[:, None] * t / 1000)
    np.testing.assert_allclose(y, expected / np.max(np.abs(expected)), atol=1e-9)
    f, level = low.lines[0].get_data()
    np.testing.assert_array_equal(f, 100 * k)
    np.testing.assert_allclose(level, -6 * np.log2(k), atol=1e-9)


def test_one_partial_is_one():
    top, _ = drawn(dk.explore.partials(), n_partials=1)
    assert top.get_title(loc="left").startswith("1 partial of 220 Hz")
    top, _ = drawn(dk.explore.partials(), n_partials=4, which="even and the first")
    assert top.get_title(loc="left").startswith("3 partials")


def test_partials_with_a_node_where_it_is_plucked_are_missing():
    (ax,) = drawn(dk.explore.pluck_position(), position=0.25)
    assert ax.figure.get_suptitle() == "Plucked at 0.25 of the length: partials 4, 8, 12, 16, 20 are missing"
    (ax,) = drawn(dk.explore.pluck_position(), position=0.02, excitation="struck")
    assert ax.figure.get_suptitle() == "Struck at 0.02 of the length: none of the first 20 partials is missing"


def test_what_is_not_known_is_refused_in_words():
    with pytest.raises(ValueError, match="Did you mean 'odd'"):
        dk.explore.partials(which="od")
    with pytest.raises(ValueError, match="excitation='bowed' is not known"):
        dk.explore.pluck_position(excitation="bowed")
