"""What every slider explorer does, whatever its topic."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("ipywidgets", reason="sliders come with the course extra")
pytest.importorskip("matplotlib", reason="figures come with the course extra")

from dspkit import ParameterError
from dspkit.explore._explorer import Explorer, choice, slider
from dspkit.viz._style import figure, label


@pytest.fixture
def drawn():
    return []


@pytest.fixture
def explorer(drawn):
    def draw(level, window):
        if level > 2:
            raise ParameterError(f"level={level} is too high")
        drawn.append((level, window))
        fig, ax = figure()
        label(ax, title=f"{window} at {level}", x="Time [s]", y="Level [dB]")
        return fig

    return Explorer(
        draw, level=slider("level", 1.0, 0.0, 5.0, 0.1), window=choice("window", ["hann", "boxcar"], "hann")
    )


def test_it_draws_at_once_and_again_at_every_move(explorer, drawn):
    before = bytes(explorer.picture.value)
    explorer.controls["level"].value = 1.5
    explorer.controls["window"].value = "boxcar"
    assert drawn == [(1.0, "hann"), (1.5, "hann"), (1.5, "boxcar")]
    assert bytes(explorer.picture.value).startswith(b"\x89PNG")
    assert explorer.picture.value != before


def test_steps_that_add_up_are_rounded(explorer, drawn):
    explorer.controls["level"].value = 0.1 + 0.1 + 0.1
    assert drawn[-1] == (0.3, "hann")


def test_a_setting_that_cannot_be_is_told_and_the_picture_stays(explorer):
    before = bytes(explorer.picture.value)
    explorer.controls["level"].value = 3.0
    assert "level=3.0 is too high" in explorer.message.value
    assert explorer.picture.value == before
    explorer.controls["level"].value = 2.0
    assert explorer.message.value == ""


def test_without_a_kernel_the_picture_and_the_names_remain(explorer):
    bundle = explorer._repr_mimebundle_()
    assert bundle["text/plain"] == "<Sliders: level, window. Run this cell to move them.>"
    stored, shown = (
        np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)
        for png in (base64.b64decode(bundle["image/png"]), bytes(explorer.picture.value))
    )
    assert stored.shape == shown.shape
    assert np.abs(stored - shown).mean() < 1  # the same picture, in fewer colours
    assert bundle["application/vnd.jupyter.widget-view+json"]["model_id"] == explorer.model_id


def test_whole_numbers_make_a_whole_slider():
    assert type(slider("n_fft", 512, 64, 4096, 64)).__name__ == "IntSlider"
    assert type(slider("freq", 440, 20, 4000, 0.5)).__name__ == "FloatSlider"
