"""Pictures that move: a figure and what changes in it, as an animated PNG, which plays wherever a PNG is shown."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image
from scipy.spatial import cKDTree

from .._validate import positive_int, positive_number
from ..errors import ParameterError
from ._style import STYLE, Figure

__all__ = ["Movie", "movie"]

LONGEST = 8.0  # seconds, the pause included
LARGEST = 400_000  # bytes
COLOURS = (128, 64, 32, 16)  # as many as fit into LARGEST
# Nothing flashes: from one picture to the next at most a quarter of the area changes its lightness by more than a
# tenth (WCAG 2.2, 2.3.1, takes larger changes and a smaller area together, more than three times a second).
FLASH_STEP, FLASH_AREA = 0.1, 0.25

Update = Callable[[int], Sequence[Artist] | None]


class Movie:
    """Pictures in a row that show themselves as one animated PNG; made by :func:`movie`.

    ``figure`` and ``update`` are what it was made from (tests look at what is drawn after ``movie.update(k)``),
    ``frames`` is the number of pictures.
    """

    def __init__(
        self, figure: Figure, update: Update, frames: int, *, what: str, seconds: float, hold: float, fixed: bool
    ) -> None:
        self.figure, self._change, self.frames = figure, update, frames
        self.what, self.seconds, self.hold, self.fixed = what, seconds, hold, fixed
        self._png: bytes | None = None

    def update(self, k: int) -> Sequence[Artist] | None:
        """Make the figure's picture number k."""
        with rc_context(STYLE):
            return self._change(k)

    def png(self) -> bytes:
        """The movie as an animated PNG."""
        if self._png is None:
            with rc_context(STYLE):
                pictures = self._pictures() if self.fixed else self._whole_pictures()
            _refuse_flashes(pictures)
            step = 1000.0 * self.seconds / max(1, self.frames - 1)
            self._png = _animated(pictures, [*[step] * (self.frames - 1), 1000.0 * self.hold])
        return self._png

    def _pictures(self) -> list[np.ndarray]:
        """Each picture as RGB (rows, columns, 3): what stands still is drawn once, what moves is drawn over it."""
        self.update(self.frames - 1)  # the last picture has the finding as its title: lay out for that one
        canvas = FigureCanvasAgg(self.figure)
        canvas.draw()
        self.figure.set_layout_engine("none")
        moving: list[Artist] = []
        background: Any = None
        pictures = []
        for k in range(self.frames):
            moved = self.update(k)
            if moved is None:
                for artist in moving:
                    artist.set_animated(False)
                moving, background = [], None
                canvas.draw()
            else:
                new = [artist for artist in moved if artist not in moving]
                if new or background is None:
                    moving += new
                    for artist in moving:
                        artist.set_animated(True)
                    canvas.draw()
                    background = canvas.copy_from_bbox(self.figure.bbox)
                canvas.restore_region(background)
                for artist in sorted(moving, key=lambda artist: artist.get_zorder()):
                    self.figure.draw_artist(artist)
            pictures.append(np.asarray(canvas.buffer_rgba())[..., :3].copy())
        for artist in moving:
            artist.set_animated(False)
        return pictures

    def _whole_pictures(self) -> list[np.ndarray]:
        pictures = []
        for k in range(self.frames):
            self.update(k)
            with Image.open(io.BytesIO(self.figure.png())) as image:
                pictures.append(np.asarray(image.convert("RGB")))
        if len({p.shape for p in pictures}) != 1:
            raise ParameterError(f"figures of sizes {sorted({p.shape[:2] for p in pictures})}; expected one size.")
        return pictures

    def _repr_png_(self) -> bytes:
        return self.png()

    def __repr__(self) -> str:
        self.update(self.frames - 1)
        end = repr(self.figure).removeprefix("<Figure: ").removesuffix(">")
        return f"<Movie: {self.what}. At the end: {end}>"


def movie(
    figure: Figure | Iterable[Figure],
    update: Update | None = None,
    frames: int | None = None,
    *,
    what: str,
    seconds: float = 5.0,
    hold: float = 2.0,
) -> Movie:
    """A picture that moves, in the stored notebook, on a page and in a mail, with no kernel and no script.

    Parameters
    ----------
    figure : Figure, or a sequence of them
        The figure that changes, or all pictures, ready made and of one size.
    update : function, optional
        ``update(k)`` makes the figure's picture number k, from 0 on, whichever came before, by changing what is drawn
        (``line.set_ydata``, ``text.set_text``). It returns the artists that move (always the same ones): then only
        they are drawn anew, above what stands still, which is ten times as fast. If limits or ticks change, it
        returns None, and each picture is drawn whole.
    frames : int
        How many pictures, for ``update``; 25 to 60 look smooth.
    what : str
        What moves, in words, for those who do not see it: "a kernel slides along the sound".
    seconds, hold : float
        How long the pictures take, and how long the last one, whose title says the finding, stays: 8 s together at
        most. Then it begins anew.

    Returns
    -------
    Movie
        Shows itself as the last line of a cell: an animated PNG (APNG, PNG Specification, Third Edition, W3C 2025)
        of at most 400 kB.

    Raises
    ------
    ParameterError
        For a movie that is too long or too large, or that flashes.

    Examples
    --------
    >>> import numpy as np
    >>> import dspkit as dk
    >>> figure = dk.viz.lines([0.0, 1.0], {"level": [0.0, 1.0]}, x_label="Time [s]", y_label="Level")
    >>> line = figure.axes[0].lines[0]
    >>> def update(k):
    ...     line.set_ydata([0.0, k / 9])
    ...     return [line]
    >>> dk.viz.movie(figure, update, 10, what="a line rises")
    <Movie: a line rises. At the end: >

    """
    seconds = positive_number(seconds, "seconds", unit="seconds")
    hold = positive_number(hold, "hold", unit="seconds")
    if seconds + hold > LONGEST:
        raise ParameterError(f"{seconds:g} s and a pause of {hold:g} s; expected at most {LONGEST:g} s together.")
    if isinstance(figure, Figure):
        if update is None or frames is None:
            raise ParameterError("one figure without update or frames; expected movie(figure, update, frames, …).")
        n = positive_int(frames, "frames", minimum=2)
        return Movie(figure, update, n, what=what, seconds=seconds, hold=hold, fixed=True)
    if update is not None or frames is not None:
        raise ParameterError("update and frames go with one figure; several figures are the pictures themselves.")
    figures = list(figure)
    if len(figures) < 2 or not all(isinstance(f, Figure) for f in figures):
        raise ParameterError(f"{len(figures)} pictures; expected two figures of dspkit.viz or more.")
    made = Movie(figures[0], lambda k: None, len(figures), what=what, seconds=seconds, hold=hold, fixed=False)

    def choose(k: int) -> None:
        made.figure = figures[k]

    made._change = choose
    return made


def _refuse_flashes(pictures: Sequence[np.ndarray]) -> None:
    before = None
    for k, picture in enumerate(pictures):
        light = picture @ np.array([0.2126, 0.7152, 0.0722], dtype="float32") / 255.0  # Rec. 709, not linearised
        if before is not None and np.mean(np.abs(light - before) > FLASH_STEP) > FLASH_AREA:
            raise ParameterError(
                f"from picture {k - 1} to {k} more than {100 * FLASH_AREA:.0f} % of the area becomes lighter or darker "
                f"at once: it would flash. Take smaller steps, or change less at a time."
            )
        before = light


def _animated(pictures: Sequence[np.ndarray], durations: Sequence[float]) -> bytes:
    """The pictures as an animated PNG, with as many colours as fit; ``durations`` in milliseconds."""
    size = 0
    for colours in COLOURS:
        data = _encoded(pictures, durations, colours)
        if len(data) <= LARGEST:
            return data
        size = len(data)
    raise ParameterError(
        f"the movie takes {size / 1000:.0f} kB with {COLOURS[-1]} colours; expected at most {LARGEST // 1000} kB. "
        f"Take fewer pictures or a smaller figure, or let less of it change."
    )


def _encoded(pictures: Sequence[np.ndarray], durations: Sequence[float], colours: int) -> bytes:
    some = np.concatenate([*pictures[:: max(1, len(pictures) // 6)], pictures[-1]])
    chosen = Image.fromarray(some).quantize(colours, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    palette = np.array(chosen.getpalette(), dtype="uint8").reshape(-1, 3)
    lightest = palette.sum(axis=1).argmax()
    if palette[lightest].min() > 245:
        palette[lightest] = 255  # paper stays white
    # Pillow finds a colour's entry to six bits only, which greys the paper: each colour that occurs is looked up here.
    codes = [p.astype("int32") @ np.array([1 << 16, 1 << 8, 1], dtype="int32") for p in pictures]
    occurs = np.zeros(1 << 24, dtype=bool)
    for code in codes:
        occurs[code] = True
    found = np.flatnonzero(occurs)
    entry = np.zeros(1 << 24, dtype="uint8")
    entry[found] = cKDTree(palette).query(np.stack([found >> 16, (found >> 8) & 255, found & 255], axis=1))[1]
    frames, before = [], None
    for code in codes:
        indices = entry[code]
        # What has not changed gets the colour after the last, which is transparent: long runs of it take no space.
        frame = Image.fromarray(indices if before is None else np.where(indices == before, np.uint8(colours), indices))
        frame.putpalette(palette.tobytes().ljust(768, b"\0"))
        frames.append(frame)
        before = indices
    buffer = io.BytesIO()
    frames[0].save(
        buffer, "PNG", save_all=True, append_images=frames[1:], duration=list(durations), loop=0, blend=1, disposal=0,
        transparency=colours, compress_level=9,
    )  # fmt: skip
    return buffer.getvalue()
