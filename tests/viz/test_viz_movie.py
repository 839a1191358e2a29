"""Pictures that move: each is what the figure shows at that moment, and the whole is small, slow and steady enough."""

import io

import numpy as np
import pytest
from PIL import Image

import dspkit as dk
from dspkit.viz import _movie
from dspkit.viz._style import figure, headline, label, mark

X = np.linspace(0.0, 1.0, 50)


def dot_that_moves(frames=5, *, artists=True, **how):
    """A dot on its way to the right, drawn with or without the short way over artists."""
    fig, ax = figure(width=4.0, height=2.0)
    ax.plot(X, X)
    (dot,) = ax.plot([0.0], [0.5], "o", ms=12)
    label(ax, title="start", x="Time [s]", y="Level")

    def update(k):
        dot.set_xdata([k / (frames - 1)])
        ax.set_title(f"{k} of {frames - 1}")
        return [dot, ax.title, ax._left_title] if artists else None

    return dk.viz.movie(fig, update, frames, what="a dot goes right", **how)


def pictures(movie):
    with Image.open(io.BytesIO(movie.png())) as image:
        result = []
        for k in range(image.n_frames):
            image.seek(k)
            result.append((np.asarray(image.convert("RGB")).astype(float), image.info["duration"]))
        return result


@pytest.mark.parametrize("artists", [True, False])
def test_each_picture_is_the_figure_at_that_moment(artists):
    movie = dot_that_moves(artists=artists)
    seen = pictures(movie)
    assert len(seen) == 5
    for k, (picture, _) in enumerate(seen):
        movie.update(k)
        with Image.open(io.BytesIO(movie.figure.png())) as still:
            still = np.asarray(still.convert("RGB")).astype(float)
        assert picture.shape == still.shape
        # Palette and order of drawing differ by a few pixels at edges; a dot elsewhere differs by 200 of them.
        assert np.count_nonzero(np.abs(picture - still).max(axis=-1) > 60) < 25, k
    assert np.count_nonzero(np.abs(seen[0][0] - seen[1][0]).max(axis=-1) > 60) > 100


def test_a_series_of_figures():
    figures = [dk.viz.lines(X, {"y": X * k}, x_label="t", y_label="y", y_limits=(0, 3)) for k in (1, 2, 3)]
    movie = dk.viz.movie(figures, what="a line grows steeper")
    for (picture, _), fig in zip(pictures(movie), figures, strict=True):
        with Image.open(io.BytesIO(fig.png())) as still:
            assert np.mean(np.abs(picture - np.asarray(still.convert("RGB")))) < 1.0
    other = dk.viz.lines(X, {"y": X}, x_label="t", y_label="y")
    other.set_size_inches(3, 2)
    with pytest.raises(dk.ParameterError, match="expected one size"):
        dk.viz.movie([figures[0], other], what="").png()


def test_time_and_the_pause_on_the_last_picture():
    durations = [duration for _, duration in pictures(dot_that_moves(seconds=2.0, hold=1.5))]
    assert durations == [500.0, 500.0, 500.0, 500.0, 1500.0]


def test_says_what_moves_and_the_finding():
    movie = dot_that_moves()
    assert repr(movie) == "<Movie: a dot goes right. At the end: 4 of 4>"
    assert movie._repr_png_() is movie.png()


def test_what_stands_still_takes_no_space():
    few, many = (len(dot_that_moves(n).png()) for n in (5, 25))
    assert many < few + 20 * 1500


def test_too_large_takes_fewer_colours_then_says_so(monkeypatch):
    plain = len(dot_that_moves().png())
    monkeypatch.setattr(_movie, "LARGEST", plain - 1)
    assert len(dot_that_moves().png()) < plain
    monkeypatch.setattr(_movie, "LARGEST", 100)
    with pytest.raises(dk.ParameterError, match=r"kB with 16 colours; expected at most 0 kB.*fewer pictures"):
        dot_that_moves().png()


def test_what_flashes_is_refused():
    fig, ax = figure(width=4.0, height=2.0)
    ax.set_axis_off()
    patch = ax.axvspan(0, 1, color="white")

    def update(k):
        patch.set_color("black" if k % 2 else "white")
        return [patch]

    with pytest.raises(dk.ParameterError, match="from picture 0 to 1 more than 25 %"):
        dk.viz.movie(fig, update, 4, what="a flash").png()


REFUSED = {
    "too long": (lambda: dot_that_moves(seconds=7.0, hold=1.5), "expected at most 8 s"),
    "one picture": (lambda: dot_that_moves(1), "frames=1 is too small"),
    "no update": (lambda: dk.viz.movie(figure()[0], what=""), "without update or frames"),
    "no figures": (lambda: dk.viz.movie([], what=""), "0 pictures"),
    "figures and update": (lambda: dk.viz.movie([figure()[0]], lambda k: None, 3, what=""), "go with one figure"),
}


@pytest.mark.parametrize(("call", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_refusals(call, message):
    with pytest.raises(dk.ParameterError, match=message):
        call()


def test_arrow_points_at_its_place():
    _, ax = figure()
    arrow = mark(ax, "here", (0.25, 0.5), to=(-30, 20), colour="red")
    assert arrow.xy == (0.25, 0.5)
    assert (arrow.get_ha(), arrow.get_va()) == ("right", "bottom")
    assert arrow.arrow_patch is not None


def test_headline_makes_panel_titles_lighter():
    fig, axes = figure(1, 2)
    for ax in axes:
        label(ax, title="panel")
    headline(fig, "the finding")
    assert fig._suptitle.get_text() == "the finding"
    assert fig._suptitle.get_fontweight() == "bold"
    assert [ax._left_title.get_fontweight() for ax in axes] == ["normal", "normal"]
    assert repr(fig) == "<Figure: the finding | panel | panel>"
