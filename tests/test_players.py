"""Players: the samples as they are, or at one loudness; the sounds, captions and levels that a reader meets."""

import io
import re
import wave

import numpy as np
import pytest

import dspkit as dk

SR = 22_050
TONE = dk.sine(440, sr=SR, duration=1.0, amplitude=0.25)


def decoded(player):
    with wave.open(io.BytesIO(player.data)) as file:
        data = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        return data.reshape(-1, file.getnchannels()).T, file.getframerate()


@pytest.mark.parametrize("shape", [(1000,), (1, 1000), (2, 1000)])
def test_play_holds_the_samples_as_they_are(arrays, rng, shape):
    y = rng.uniform(-0.1, 0.1, size=shape)
    player = dk.play(arrays(y), SR)
    samples, sr = decoded(player)
    assert sr == SR
    np.testing.assert_array_equal(samples, np.atleast_2d(dk.to_pcm16(y).samples))
    assert player.seconds == 1000 / SR


def test_ipythons_own_player_normalises():
    # The reason for dk.play: everything is brought to full scale, whatever its level was.
    display = pytest.importorskip("IPython.display", reason="IPython is not installed")
    quiet = dk.sine(440, sr=SR, duration=0.1, amplitude=0.01)
    theirs, _ = decoded(display.Audio(quiet, rate=SR))
    ours, _ = decoded(dk.play(quiet, SR))
    assert np.max(theirs) == 32767
    assert np.max(ours) == round(0.01 * 32768)


def test_a_page_shows_caption_and_level_above_a_player_without_script():
    html = dk.play(TONE, SR, "A tone <a>, 440 Hz")._repr_html_()
    level = float(dk.integrated_loudness(TONE, SR))
    assert html.index("A tone &lt;a&gt;, 440 Hz") < html.index(f"−{-level:.1f} LUFS") < html.index("<audio")
    assert 'src="data:audio/wav;base64,' in html
    assert not re.search(r"autoplay|<script|onclick", html)
    assert repr(dk.play(TONE, SR)) == f"<Player: 1.00 s, −{-level:.1f} LUFS>"
    assert repr(dk.play(np.zeros(SR), SR)) == "<Player: 1.00 s, silent>"


def test_short_sounds_have_the_level_of_the_same_sound_repeated():
    short, long = TONE[: SR // 10], TONE  # 0.1 s are 44 periods: nothing but the length differs
    assert dk.play(short, SR).loudness == pytest.approx(dk.play(long, SR).loudness, abs=0.02)


def test_slow_sounds_have_the_level_of_the_same_sound_at_a_usual_rate():
    slow, usual = (dk.sine(440, sr=sr, duration=1.0, amplitude=0.25) for sr in (4000, 48_000))
    assert dk.play(slow, 4000).loudness == pytest.approx(dk.play(usual, 48_000).loudness, abs=0.1)
    players = dk.listen({"slow": (0.1 * slow, 4000), "usual": (usual, 48_000)}, equal_loudness=True)
    assert [player.level for player in players] == ["−23.0 LUFS"] * 2
    samples, sr = decoded(players["slow"])
    assert (sr, samples.shape) == (4000, (1, 4000))


@pytest.mark.parametrize("target", [True, -30.0, -23])
def test_equal_loudness_brings_all_to_one_value_and_says_which(arrays, target):
    sounds = {"soft": arrays(0.01 * TONE), "loud": arrays(TONE), "stereo": (arrays(np.stack([TONE, TONE])), 44_100)}
    players = dk.listen(sounds, SR, "Mid-tread", equal_loudness=target)
    wanted = -23.0 if target is True else target
    assert players.caption == f"Mid-tread (all at −{-wanted:.1f} LUFS)"
    for player in players:
        samples, sr = decoded(player)
        assert float(dk.integrated_loudness(samples / 32768, sr)) == pytest.approx(wanted, abs=0.05)
        assert player.loudness == pytest.approx(wanted, abs=0.01)
    assert players["stereo"].seconds == 0.5
    assert players["soft"].data == players["loud"].data


def test_equal_loudness_never_clips():
    clicks = np.where(np.arange(SR) % 2000 == 0, 0.5, 0.0)
    players = dk.listen({"clicks": clicks, "tone": TONE}, SR, equal_loudness=-10.0)
    loudness = {player.loudness for player in players}
    assert max(loudness) - min(loudness) < 0.01
    assert max(loudness) < -10.5
    samples, sr = decoded(players["clicks"])
    assert -1.2 < float(dk.true_peak(samples[0] / 32768, sr)) <= -0.99
    assert players.caption == f"(all at −{-max(loudness):.1f} LUFS)"


def test_sounds_of_different_loudness_are_refused_unless_that_is_the_point():
    near, far = {"a": TONE, "b": 0.95 * TONE}, {"a": TONE, "b": 0.9 * TONE}  # 0.45 and 0.92 LU apart
    dk.listen(near, SR)
    with pytest.raises(dk.ParameterError, match=r"a −\d\d\.\d LUFS, b −\d\d\.\d LUFS: the louder one.*level_matters"):
        dk.listen(far, SR)
    with pytest.raises(dk.ParameterError, match="silent"):
        dk.listen({"a": TONE, "nothing": 0 * TONE}, SR)
    players = dk.listen(far, SR, level_matters=True)
    assert repr(players).endswith("at levels of their own>")
    assert repr(dk.listen(near, SR)).endswith("LUFS)>")
    np.testing.assert_array_equal(decoded(players["b"])[0][0], dk.to_pcm16(0.9 * TONE).samples)
    dk.listen({"a": 0 * TONE, "b": 0 * TONE}, SR)


def test_a_page_shows_the_players_side_by_side():
    html = dk.listen({"8 bits": TONE, "4 & 3": TONE}, SR, "Which?", captions={"8 bits": "smooth"})._repr_html_()
    assert html.count("<audio") == html.count("<figcaption") == 2
    order = [html.index(word) for word in ("Which?", "8 bits", "smooth", "<audio", "4 &amp; 3")]
    assert order == sorted(order)
    assert "flex-wrap:wrap" in html


REFUSED = {
    "play too loud": (lambda: dk.play(5 * TONE, 8000), ValueError, r"peak 1.25.*y \* 0.4.*quieter copy"),
    "play integers": (lambda: dk.play(np.arange(9, dtype="int16"), 8000), TypeError, "to_float"),
    "play three channels": (lambda: dk.play(np.zeros((3, 9)), 8000), ValueError, "y has 3 channels"),
    "play time first": (lambda: dk.play(np.zeros((9, 2)), 8000), ValueError, "Hand over y.T"),
    "play too slowly": (lambda: dk.play(TONE, 2000), ValueError, "below 3000 Hz"),
    "play at 0 Hz": (lambda: dk.play(TONE, 0), ValueError, "sr=0"),
    "nothing to listen to": (lambda: dk.listen({}, SR), ValueError, "sounds is empty"),
    "no rate": (lambda: dk.listen({"a": TONE}), ValueError, r"no sample rate for \['a'\]"),
    "caption of nothing": (lambda: dk.listen({"a": TONE}, SR, captions={"b": ""}), ValueError, r"captions has \['b'\]"),
    "silence made loud": (lambda: dk.listen({"a": 0 * TONE}, SR, equal_loudness=True), ValueError, "is silent"),
    "one clips": (lambda: dk.listen({"a": 5 * TONE}, SR, level_matters=True), ValueError, "peak 1.25"),
}


@pytest.mark.parametrize(("call", "kind", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_refusals(call, kind, message):
    with pytest.raises(kind, match=message):
        call()


def test_a_name_that_is_not_there():
    with pytest.raises(KeyError, match="the players are a"):
        dk.listen({"a": TONE}, SR)["b"]
