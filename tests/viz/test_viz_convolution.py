"""The figures of lesson 04 show what they are given."""

import numpy as np
import pytest
from matplotlib.colors import to_hex

import dspkit as dk
from dspkit.viz.convolution import KERNEL, RESULT
from dspkit.viz.convolution import SOUND as BLUE

X, W = np.array([0.0, 3, 4, 5]), np.array([1.0, 2])
SOUND, H = np.array([2.0, 0, 3, -1, 1]), np.array([1, 0.5, 0.25])
Y = np.convolve(SOUND, H)  # 2, 1, 3.5, 0.5, 1.25, 0.25, 0.25
STRENGTHS = {name: np.abs(np.fft.rfft(v, 7)) for name, v in (("X", SOUND), ("H", H), ("Y", Y))}
FREQS, GAINS = np.array([0.0, 4000.0, 8000.0]), {"mean": [1.0, 0.7, 0.0]}

FIGURES = {
    "steps": lambda a: dk.viz.kernel_steps(a(X), a(W), title="found"),
    "padded": lambda a: dk.viz.padded_sounds(a(X), 3, title="found"),
    "response": lambda a: dk.viz.response(a(SOUND), a(H), a(Y), 8.0, title="found"),
    "three": lambda a: dk.viz.three_views(a(SOUND), a(H), 4, STRENGTHS, title="found"),
    "filters": lambda a: dk.viz.filters({"mean": a(H)}, a(FREQS), GAINS, title="found"),
    "wrapped": lambda a: dk.viz.wrapped(a(Y), 5, title="found"),
    "map": lambda a: dk.viz.error_map([0, 1], [0, 1, 2], np.ones((3, 2)), a(np.eye(2)), goal=(1, 2), title="found"),
}


@pytest.mark.parametrize("draw", FIGURES.values(), ids=FIGURES.keys())
def test_figures_have_title_units_and_pixels(arrays, draw):
    fig = draw(arrays)
    assert repr(fig).startswith("<Figure: found")
    assert fig.png().startswith(b"\x89PNG")
    assert "[" in fig.axes[-1].get_xlabel()
    assert all(
        ax.get_ylabel() or ax.get_yticklabels() or ax.get_shared_y_axes().joined(ax, fig.axes[0]) for ax in fig.axes
    )


def stems(axes, colour):
    """The heads of stems of a colour, one (n, values) for each set of stems that has any, base lines taken off."""
    found = []
    for heads, sticks in zip(
        [line for line in axes.lines if line.get_marker() == "o" and line.get_color() == colour],
        [c for c in axes.collections if c.get_colors().size and to_hex(c.get_colors()[0]) == colour.lower()],
        strict=True,
    ):
        if len(heads.get_xdata()):
            bases = [segment[0][1] for segment in sticks.get_segments()]
            found.append((heads.get_xdata().tolist(), (heads.get_ydata() - bases).tolist(), bases))
    return found


def scaled(values, shown):
    """Whether what is shown is the values times one positive number."""
    factor = np.dot(values, shown) / np.dot(values, values)
    return factor > 0 and np.allclose(shown, factor * np.asarray(values))


def test_in_the_end_each_sample_has_launched_its_copy_and_the_sum_is_the_convolution():
    movie = dk.viz.copies_add(SOUND, H, at=2)
    movie.update(movie.frames - 1)
    ax = movie.figure.axes[0]
    ((n, values, bases),) = stems(ax, RESULT)
    assert n == list(range(7))
    assert scaled(Y, values)
    response, *copies = stems(ax, KERNEL)
    assert scaled(H, response[1])
    factor = response[1][0]
    for k, (n, values, bases) in enumerate(copies):
        assert n == [k, k + 1, k + 2]
        np.testing.assert_allclose(values, factor * SOUND[k] * H, atol=1e-12)
        assert set(bases) == {-(k + 1.0)}
    assert "add up" in ax.get_title(loc="left")
    assert [t.get_text() for t in ax.texts if t.get_visible() and t.get_text().startswith("y[")] == [
        "y[2] = 0.5 + 3 = 3.5: the sum of its column"
    ]


def test_a_copy_begins_at_its_sample_falls_to_its_row_and_is_added_only_then():
    movie = dk.viz.copies_add(SOUND, H)
    ax = movie.figure.axes[0]
    movie.update(0)
    assert scaled([1], [stems(ax, KERNEL)[1][1][0]])
    assert stems(ax, RESULT)[0][1] == [0.0] * 7
    heights = []
    for k in range(9):
        movie.update(k)
        heights.append(stems(ax, KERNEL)[1][2][0])
        if k <= 5:
            assert stems(ax, RESULT)[0][1] == [0.0] * 7
    assert heights[0] == -0.45  # below the sound, so that nothing lies on its stems
    assert heights[5:] == [-1.0] * 4
    assert np.all(np.diff(heights) <= 0)
    movie.update(9)
    assert scaled([2, 1, 0.5, 0, 0, 0, 0], stems(ax, RESULT)[0][1])
    assert not any(t.get_visible() for t in ax.texts if t.get_text().startswith("y["))


def test_the_flipped_kernel_stands_where_its_output_is_made():
    movie = dk.viz.flip_and_slide(SOUND, H)
    ax = movie.figure.axes[0]
    for n in range(7):
        movie.update(6 * n + 5)
        ((places, values, _),) = stems(ax, KERNEL)
        assert places == [n - 2, n - 1, n]
        assert scaled(H[::-1], values)
        ((made, outputs, _),) = stems(ax, RESULT)
        assert made == list(range(n + 1))
        assert scaled(Y[: n + 1], outputs)
    movie.update(6 * 3 + 5)
    assert "y[3] = 0.25·0 + 0.5·3 + 1·(−1) = 0.5" in [t.get_text() for t in ax.texts]
    movie.update(movie.frames - 1)
    assert stems(ax, KERNEL)[0][0] == [0, 1, 2]
    assert "Flip, slide" in ax.get_title(loc="left")
    assert [t.get_text() for t in ax.texts if t.get_visible() and "=" in t.get_text()] == [
        "y[2] = 0.25·2 + 0.5·0 + 1·3 = 3.5"
    ]


def test_movies_are_small_and_say_what_moves():
    for movie in (dk.viz.copies_add(SOUND, H), dk.viz.flip_and_slide(SOUND, H)):
        assert len(movie.png()) < 100_000
        assert movie.seconds + movie.hold <= 8
        assert "5 samples" in movie.what
        assert "7 outputs" in movie.what


def test_three_views_show_the_same_outputs():
    rows, column, bins = dk.viz.three_views(SOUND, H, 4, STRENGTHS).axes
    assert scaled(Y, stems(rows, RESULT)[0][1])
    assert scaled(Y, stems(column, RESULT)[0][1])
    assert stems(column, KERNEL)[0][0] == [2, 3, 4]
    shown = [stems(bins, colour)[0][1] for colour in (BLUE, KERNEL, RESULT)]
    scale = STRENGTHS["X"][0] / shown[0][0]
    np.testing.assert_allclose(scale * np.array(shown), [STRENGTHS[name] for name in "XHY"], atol=1e-12)
    assert [t.get_text() for t in bins.texts].count("8.75") == 1  # 5 × 1.75, the product that is shaded


def test_response_draws_three_sounds_on_one_axis():
    fig = dk.viz.response(SOUND, H, Y, 8.0, marks={"here": (0.125, 0.5)})
    drawn = [ax.lines[0].get_ydata().tolist() for ax in fig.axes]
    assert drawn == [SOUND.tolist(), H.tolist(), Y.tolist()]
    assert fig.axes[0].get_xlim()[1] == 7 / 8
    assert [t.xy for t in fig.axes[1].texts if t.get_text() == "here"] == [(0.125, 0.5)]


def test_response_enlarges_the_beginning_and_points_into_it():
    fig = dk.viz.response(SOUND, H, Y, 8.0, zoom=0.25, marks={"here": (0.125, 0.5)})
    *rows, close = fig.axes
    assert [ax.lines[0].get_ydata().tolist() for ax in rows] == [SOUND.tolist(), H.tolist(), Y.tolist()]
    assert close.lines[0].get_xydata().tolist() == [[0.0, 1.0], [125.0, 0.5]]
    assert [t.xy for t in close.texts if t.get_text() == "here"] == [(125.0, 0.5)]
    assert "[ms]" in close.get_xlabel()


def test_filters_draw_taps_gains_and_marks():
    fig = dk.viz.filters({"mean": H}, FREQS, GAINS, marks={"mean": ("nothing left", 8000.0, 0.0)})
    taps, gains = fig.axes
    assert taps.lines[0].get_ydata().tolist() == H.tolist()
    assert gains.lines[0].get_xdata().tolist() == [0, 4, 8]
    assert gains.lines[0].get_ydata().tolist() == GAINS["mean"]
    assert gains.texts[0].xy == (8.0, 0.0)


def test_a_chain_of_arrows_ends_where_the_gain_says():
    """[1, 0, −1] at a quarter of the rate: the second copy is turned by half a turn and back, so the gain is 2."""
    taps, freqs = {"two": np.array([1.0, 0, -1]), "three": H}, {"two": 2000.0, "three": 1000.0}
    fig = dk.viz.filters(taps, FREQS, {name: [1.0, 2.0, 1.0] for name in taps}, chains=freqs, sr=8000.0)
    two, three = fig.axes[1], fig.axes[4]
    assert "2000 Hz: gain 2.00" in {two.get_title(loc=where) for where in ("left", "center")}
    np.testing.assert_allclose(two.lines[0].get_xydata(), [[0, 0], [2, 0]], atol=1e-12)
    assert [text.xyann for text in two.texts] == [(0.0, 0.0), (1.0, 0.0)]  # a zero has no arrow
    end = np.sum(H * np.exp(2j * np.pi * 1000 * np.arange(3) / 8000))
    np.testing.assert_allclose(three.lines[0].get_xydata()[1], [end.real, end.imag], atol=1e-12)


def test_what_wraps_is_stacked_on_the_first_outputs():
    whole, ring = dk.viz.wrapped(Y, 5).axes
    assert [bar.get_height() for bar in whole.patches] == Y.tolist()
    first = [(bar.get_center()[0], bar.get_y(), bar.get_height()) for bar in ring.patches[5:]]
    np.testing.assert_allclose(first, [(0.0, Y[0], Y[5]), (1.0, Y[1], Y[6])], atol=1e-12)


def test_a_line_is_a_kernel():
    fig = dk.viz.channel_links(4, 9, title="found")
    lines = [sum(line.get_color() == KERNEL for line in ax.lines) for ax in fig.axes]
    assert lines == [16, 8, 4, 4 + 16]
    assert [ax.get_xlabel() for ax in fig.axes] == ["144 weights", "72 weights", "36 weights", "36 + 16 = 52 weights"]
    assert fig.png().startswith(b"\x89PNG")


def test_the_path_runs_on_the_map():
    a = np.linspace(-1, 3, 20)
    error = (a[None, :] - 1) ** 2 + (a[:, None] - 2) ** 2
    ax = dk.viz.error_map(a, a, error, [[0, 0], [0.5, 1]], goal=(1, 2)).axes[0]
    np.testing.assert_array_equal(ax.lines[0].get_xydata(), [[0, 0], [0.5, 1]])
    assert ax.lines[2].get_xydata().tolist() == [[1, 2]]
    levels = ax.collections[0].levels
    for level, paths in zip(levels, ax.collections[0].get_paths(), strict=True):
        distance = np.hypot(*(paths.vertices - [1, 2]).T)
        if len(distance):
            np.testing.assert_allclose(distance, np.sqrt(level), atol=0.06)


def test_steps_write_out_each_product_and_draw_what_came_out():
    fig = dk.viz.kernel_steps(X, W)
    assert [ax.get_title(loc="right") for ax in fig.axes[1::2]] == ["1·0 + 2·3 = 6", "1·3 + 2·4 = 11", "1·4 + 2·5 = 14"]
    for i, out in enumerate(fig.axes[1::2]):
        assert [bar.get_height() for bar in out.patches] == [6, 11, 14][: i + 1]
    first = fig.axes[0]
    assert [bar.get_height() for bar in first.patches] == X.tolist()
    assert [(t.get_position()[0], t.get_text()) for t in first.texts] == [(0, "×1"), (1, "×2")]


def test_padding_stride_and_dilation_are_drawn_where_they_are():
    fig = dk.viz.kernel_steps(X, W, at=[1], padding="causal", stride=2, dilation=2)
    ax, out = fig.axes
    np.testing.assert_array_equal(ax.lines[0].get_xdata(), [-2, -1])  # boxes of zeros
    assert [t.get_position()[0] for t in ax.texts] == [0, 2]
    assert out.get_title(loc="right") == "1·0 + 2·4 = 8"


def test_padded_sounds_are_those_of_numpy():
    fig = dk.viz.padded_sounds(X, 2)
    for ax, mode in zip(fig.axes, ("constant", "reflect", "edge", "wrap"), strict=True):
        own, beyond = (ax.lines[i].get_data() for i in (1, 2))
        np.testing.assert_array_equal(own[1], X)
        np.testing.assert_array_equal(beyond[0], [-2, -1, 4, 5])
        np.testing.assert_array_equal(beyond[1], np.pad(X, 2, mode=mode)[[0, 1, 6, 7]])
    assert [ax.texts[0].get_text() for ax in fig.axes] == ["zeros", "reflect", "replicate", "circular"]


def test_receptive_fields_are_counted_and_drawn():
    fig = dk.viz.receptive_field({"plain": ([2, 2, 2], [1, 1, 1]), "dilated": ([2, 2, 2], [1, 2, 4])}, title="found")
    assert [ax.get_title(loc="left") for ax in fig.axes] == ["plain: 4 samples", "dilated: 8 samples"]
    assert fig.axes[1].lines[-1].get_xdata().tolist() == list(range(-7, 1))
    assert fig.axes[0].lines[-1].get_xdata().tolist() == [-3, -2, -1, 0]
    assert fig.png().startswith(b"\x89PNG")


BAD = {
    "place": (lambda: dk.viz.kernel_steps(X, W, at=[3]), r"at=\[3\]; expected some of the 3 outputs, 0 to 2"),
    "no place": (lambda: dk.viz.kernel_steps(X, W, at=[]), "expected some of"),
    "grid": (lambda: dk.viz.kernel_steps(X[None], W), r"x has shape \(1, 4\)"),
    "pad": (lambda: dk.viz.padded_sounds(X, 4), "pad=4 samples for a sound of 4"),
    "mode": (lambda: dk.viz.padded_sounds(X, 2, modes=["edge"]), "expected some of zeros, reflect"),
    "layers": (lambda: dk.viz.receptive_field({}), "layers is empty"),
    "many": (lambda: dk.viz.copies_add(np.ones(9), H), "one row of 1 to 8 numbers"),
    "silence": (lambda: dk.viz.flip_and_slide(np.zeros(3), H), "not all zero"),
    "column": (lambda: dk.viz.copies_add(SOUND, H, at=7), "one of the 7 outputs"),
    "view": (lambda: dk.viz.three_views(SOUND, H, 7, STRENGTHS), "below 7"),
    "names": (lambda: dk.viz.filters({"a": H}, FREQS, GAINS), "the same names"),
    "chains": (lambda: dk.viz.filters({"mean": H}, FREQS, GAINS, chains={"mean": 1000.0}), "and sr"),
    "loop": (lambda: dk.viz.wrapped(Y, 7), "n=7 for 7 outputs"),
    "odd": (lambda: dk.viz.channel_links(3, 9), "channels=3; expected an even"),
    "shape": (lambda: dk.viz.error_map([0, 1], [0, 1], np.ones((3, 2)), np.eye(2), goal=(1, 2)), r"shape \(3, 2\)"),
}


@pytest.mark.parametrize(("call", "message"), BAD.values(), ids=BAD.keys())
def test_what_cannot_be_drawn_is_refused_in_words(call, message):
    with pytest.raises(ValueError, match=message):
        call()
