"""Sliders for sounds: every setting draws, and the tone's player holds the level that the slider says."""

import io
import wave

import numpy as np
import pytest

pytest.importorskip("ipywidgets", reason="ipywidgets is not installed")
pytest.importorskip("matplotlib", reason="matplotlib is not installed")

import dspkit as dk


def ends(explorer):
    """Each control at its lowest and highest value, the others as they are."""
    for control in explorer.controls.values():
        before = control.value
        for value in (control.min, control.max):
            control.value = value
            yield explorer
        control.value = before


@pytest.mark.parametrize(
    "make",
    [
        dk.explore.tone,
        lambda: dk.explore.tone(sr=4000),
        lambda: dk.explore.zoom(dk.melody(duration=1.0), 22050),
        lambda: dk.explore.zoom(np.zeros((2, 1000), dtype="float32"), 8000, at=0.1),
    ],
)
def test_every_slider_draws_from_end_to_end(make):
    explorer = make()
    assert bytes(explorer.picture.value).startswith(b"\x89PNG")
    for moved in ends(explorer):
        assert moved.message.value == ""


def test_the_player_is_level_true():
    explorer = dk.explore.tone(freq=1000, level=-20)
    player = explorer.children[-1]
    for level in (-20, -40):
        explorer.controls["level"].value = level
        with wave.open(io.BytesIO(bytes(player.value))) as file:
            y = np.frombuffer(file.readframes(file.getnframes()), "<i2")[2000:-2000] / 32768
        assert 20 * np.log10(np.std(y)) == pytest.approx(level, abs=0.02)


def test_the_title_counts_the_samples():
    fig = dk.explore.zoom(dk.melody(duration=1.0), 22050).draw(at=0.5, width=1.0)
    assert repr(fig) == "<Figure: 10 ms, 220 samples of 1/22050 s each>"
