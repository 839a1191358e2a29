"""The figures of lesson 15 show what they are given."""

import numpy as np
import pytest

import dspkit as dk

ROWS = {"killed": {"by hand": 3, "extract": 0}, "changed": {"by hand": 24, "extract": 1}}
FIGURES = {
    "lengths": lambda: dk.viz.batch_lengths([40, 90, 120], 90, title="found"),
    "counts": lambda: dk.viz.counts_beside(ROWS, x_label="Sounds", title="found"),
    "counts, pointed at": lambda: dk.viz.counts_beside(
        ROWS, x_label="Sounds", title="found", reference=5, point=("changed", "by hand", "here")
    ),
}


@pytest.mark.parametrize("draw", FIGURES.values(), ids=FIGURES.keys())
def test_figures_have_title_labels_and_pixels(draw):
    fig = draw()
    assert repr(fig) == "<Figure: found>"
    assert fig.png().startswith(b"\x89PNG")
    assert fig.axes[0].get_xlabel()


def test_bars_are_what_is_kept_cut_and_padded():
    (ax,) = dk.viz.batch_lengths([40, 90, 120], 90).axes
    kept, cut, padded = ([bar.get_width() for bar in bars] for bars in ax.containers)
    assert (kept, cut, padded) == ([40, 90, 90], [0, 0, 30], [50, 0, 0])
    assert ax.get_title(loc="left").startswith("At 90 frames, 19 % of the batch is padding, and 12 % of")


def test_counts_are_drawn_and_written():
    (ax,) = dk.viz.counts_beside(ROWS, x_label="Sounds").axes
    assert [[bar.get_width() for bar in bars] for bars in ax.containers] == [[3, 24], [0, 1]]
    assert [text.get_text().strip() for text in ax.texts] == ["3", "24", "0", "1"]


def test_the_movie_moves_every_file_into_its_place_and_says_so():
    movie = dk.viz.two_workers(48, killed=5)
    movie.update(0)
    lines = movie.figure.axes[0].lines
    assert [len(line.get_xdata()) for line in lines] == [48, 0, 0, 0]
    for k in range(movie.frames):
        movie.update(k)
        assert sum(len(line.get_xdata()) for line in lines) == 48
    assert [len(line.get_xdata()) for line in lines] == [0, 0, 0, 48]
    assert "48 of 48 files are in place, 32 of them tried again alone" in repr(movie)
    xy = np.column_stack(lines[3].get_data())
    assert len(np.unique(xy, axis=0)) == 48


BAD = {
    "no rows": (lambda: dk.viz.counts_beside({}, x_label=""), "rows is empty"),
    "no lengths": (lambda: dk.viz.batch_lengths([], 90), "one number of frames or more"),
    "length": (lambda: dk.viz.batch_lengths([40], 0), "length"),
    "killed too late": (lambda: dk.viz.two_workers(32, killed=500), "earlier tick"),
}


@pytest.mark.parametrize(("call", "words"), BAD.values(), ids=BAD.keys())
def test_errors_say_what_to_do(call, words):
    with pytest.raises(ValueError, match=words):
        call()
