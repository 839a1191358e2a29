"""Sliders above a figure that is drawn anew at every move."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from typing import Any

import ipywidgets as widgets
from PIL import Image

from ..viz._style import Figure


class Explorer(widgets.VBox):
    """Controls and a picture: ``draw(**values)`` makes the figure, and is called again when a control moves.

    Parameters
    ----------
    draw : function
        Takes the controls' values by name and returns a figure of :mod:`dspkit.viz`.
    controls : widgets by name
        ``ipywidgets`` controls with a ``value`` and a description.

    The figure is drawn into one picture widget: that is faster than a new output at every move, and nothing
    flickers. An error of ``draw`` (a setting that cannot be) is shown as text; the picture stays.

    """

    def __init__(self, draw: Callable[..., Figure], **controls: Any) -> None:
        self.draw = draw
        self.controls = controls
        self.picture = widgets.Image(format="png", layout=widgets.Layout(max_width="100%", align_self="flex-start"))
        self.message = widgets.HTML()
        super().__init__([*controls.values(), self.message, self.picture])
        for control in controls.values():
            control.observe(self._redraw, names="value")
        self._redraw()

    @property
    def values(self) -> dict[str, Any]:
        """The controls' values now, by name; a slider adds up steps such as 0.1, and the sum's last digits go."""
        values = {name: control.value for name, control in self.controls.items()}
        return {name: round(value, 9) if isinstance(value, float) else value for name, value in values.items()}

    def _repr_mimebundle_(self, **options: Any) -> dict[str, Any]:
        """The sliders where a kernel runs; where none does (a page, a stored lesson), the picture as it was drawn."""
        bundle = super()._repr_mimebundle_(**options)
        names = ", ".join(control.description for control in self.controls.values())
        bundle["text/plain"] = f"<Sliders: {names}. Run this cell to move them.>"
        bundle["image/png"] = base64.b64encode(_smaller(self.picture.value)).decode("ascii")
        return bundle

    def _redraw(self, _change: Any = None) -> None:
        try:
            self.picture.value = self.draw(**self.values).png()
            self.message.value = ""
        except ValueError as error:  # a ParameterError says what to do; show it where the student looks
            self.message.value = f"<b>{error}</b>"


def _smaller(png: bytes) -> bytes:
    """The picture in 64 colours: what a lesson stores is a third as large."""
    buffer = io.BytesIO()
    Image.open(io.BytesIO(png)).convert("RGB").quantize(64).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def slider(description: str, value: float, minimum: float, maximum: float, step: float) -> Any:
    """A slider with a readable description; whole numbers give an integer slider."""
    common = {
        "description": description,
        "style": {"description_width": "14em"},
        "layout": widgets.Layout(width="40em"),
    }
    if all(float(v).is_integer() for v in (value, minimum, maximum, step)):
        return widgets.IntSlider(value=int(value), min=int(minimum), max=int(maximum), step=int(step), **common)
    return widgets.FloatSlider(value=value, min=minimum, max=maximum, step=step, **common)


def choice(description: str, options: list[Any], value: Any) -> Any:
    """A drop-down list."""
    return widgets.Dropdown(
        description=description,
        options=options,
        value=value,
        style={"description_width": "14em"},
        layout=widgets.Layout(width="40em"),
    )
