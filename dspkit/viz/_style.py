"""The look of every figure of the course, in one place.

Figures are made without pyplot: no global state, no figure left open, nothing drawn twice. A
:class:`Figure` shows itself when it is the last line of a notebook cell.
"""

from __future__ import annotations

import functools
import io
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

import numpy as np
from cycler import cycler
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as _MatplotlibFigure
from matplotlib.text import Annotation

from .._arrays import to_numpy

# Okabe and Ito's palette (2008): told apart with every kind of colour vision. In grey the lines differ by
# style as well: use LINE_STYLES in the same order.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
LINE_STYLES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (3, 1, 1, 1)), "-")
MAP = "magma"  # perceptually uniform: equal steps in value are equal steps in lightness
MAP_PHASE = "twilight"  # cyclic: −π and π have the same colour

P = ParamSpec("P")
R = TypeVar("R")

STYLE: Any = {
    "font.family": "DejaVu Sans",
    "font.size": 11,
    "axes.titlesize": 12,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": 11,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.prop_cycle": cycler(color=COLOURS),
    "grid.alpha": 0.25,
    "lines.linewidth": 1.6,
    "legend.frameon": False,
    "legend.fontsize": 10,
    "figure.dpi": 80,
}


class Figure(_MatplotlibFigure):
    """A Matplotlib figure that shows itself in a notebook, and says its title where it cannot."""

    def png(self) -> bytes:
        """The figure as a PNG picture."""
        buffer = io.BytesIO()
        with rc_context(STYLE):
            FigureCanvasAgg(self).print_png(buffer)
        return buffer.getvalue()

    def _repr_png_(self) -> bytes:
        return self.png()

    def __repr__(self) -> str:
        titles = [self.get_suptitle(), *(ax.get_title(loc="left") for ax in self.axes)]
        return f"<Figure: {' | '.join(filter(None, titles)).replace(chr(10), ' ')}>"


def figure(
    rows: int = 1, columns: int = 1, *, width: float = 9.0, height: float = 3.2, **options: Any
) -> tuple[Figure, Any]:
    """A figure and its axes (one Axes, or an array of them); ``height`` in inches is for each row.

    ``options`` go to Matplotlib's ``Figure.subplots`` (``sharex``, ``width_ratios`` through gridspec_kw).
    """
    with rc_context(STYLE):
        fig = Figure(figsize=(width, height * rows), layout="constrained")
        axes = fig.subplots(rows, columns, **options)
    return fig, axes


def label(ax: Axes, *, title: str = "", x: str = "", y: str = "") -> None:
    """Title (the finding) and axis labels (quantity and unit)."""
    with rc_context(STYLE):  # Matplotlib asks for the style when a text is made, not when it is drawn
        ax.set_title(title)
        ax.set_xlabel(x)
        ax.set_ylabel(y)


def headline(fig: Figure, title: str) -> None:
    """The finding above several panels, whose own titles (:func:`label`) then say only what each shows."""
    with rc_context(STYLE):
        fig.suptitle(title, x=0.01, ha="left", fontweight="bold", fontsize=13)
        for ax in fig.axes:
            for where in ("left", "center", "right"):
                ax.set_title(ax.get_title(loc=where), loc=where, fontsize=11, fontweight="normal")


def mark(
    ax: Axes, text: str, at: tuple[float, float], *, to: tuple[float, float] = (24, 24), colour: str = "black"
) -> Annotation:
    """An arrow to what a sentence speaks of: from a word to the place ``at`` (data), the word ``to`` points away."""
    with rc_context(STYLE):
        return ax.annotate(
            text,
            at,
            xytext=to,
            textcoords="offset points",
            color=colour,
            fontsize=10,
            ha="center" if to[0] == 0 else "left" if to[0] > 0 else "right",
            va="center" if to[1] == 0 else "bottom" if to[1] > 0 else "top",
            arrowprops={"arrowstyle": "-|>", "color": colour, "shrinkA": 1, "shrinkB": 3, "linewidth": 1.2},
            bbox={"facecolor": "white", "alpha": 0.85, "edgecolor": "none", "pad": 1.5},
            zorder=10,
        )


def styled(draw: Callable[P, R]) -> Callable[P, R]:
    """Make everything that a figure function draws (lines, legends, colour bars) in the course's style."""

    @functools.wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> R:
        with rc_context(STYLE):
            return draw(*args, **kwargs)

    return drawn


def host(x: Any) -> np.ndarray:
    """What is to be drawn as a NumPy array, wherever it lay."""
    return to_numpy(x) if hasattr(x, "dtype") else np.asarray(x)
