"""Players for notebook cells: sounds as they are, or brought to one loudness, each with a caption and its level.

Lesson: ``notebooks/00_start_here.ipynb``. The players are plain HTML (``<audio>``, no script), so a stored lesson
plays on a page and without a kernel. The samples go in as 16-bit WAV, and nothing is scaled unless it is asked for.
"""

from __future__ import annotations

import base64
import html
import io
import math
import wave
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ._arrays import Array, to_numpy
from .audio import _channels, _refuse_clipping, _whole_rate, to_pcm16
from .errors import ParameterError
from .loudness import integrated_loudness, true_peak

__all__ = ["Player", "Players", "listen", "play"]

WITHIN = 0.5  # LU: sounds offered for comparison differ by no more
TARGET = -23.0  # LUFS (EBU R 128)
CEILING = -1.0  # dBTP (EBU R 128)
LOWEST_RATE = 8000  # hertz: K-weighting is known from here on
BLOCK = 0.4  # seconds: below, BS.1770 knows no loudness


@dataclass(frozen=True)
class Player:
    """One sound to be heard; made by :func:`play`, or one of the players of :func:`listen`."""

    data: bytes
    """A WAV file, 16 bits."""
    seconds: float
    loudness: float
    """Integrated loudness in LUFS; −inf for silence."""
    name: str = ""
    caption: str = ""

    @property
    def level(self) -> str:
        """The loudness as people write it."""
        return _lufs(self.loudness) if math.isfinite(self.loudness) else "silent"

    def _repr_html_(self) -> str:
        return f'<div style="{ROW}">{self._figure()}</div>'

    def __repr__(self) -> str:
        name = f"{self.name}: " if self.name else ""
        return f"<Player: {name}{self.seconds:.2f} s, {self.level}>"

    def _figure(self) -> str:
        name = f"<b>{html.escape(self.name)}</b><br>" if self.name else ""
        said = f"{html.escape(self.caption)}<br>" if self.caption else ""
        spoken = html.escape(self.name or self.caption or "sound", quote=True)
        source = base64.b64encode(self.data).decode("ascii")
        return (
            f'<figure style="{EACH}"><figcaption style="{ABOVE}">{name}{said}<small>{self.level}</small></figcaption>'
            f'<audio controls="controls" style="width:100%" aria-label="{spoken}" '
            f'src="data:audio/wav;base64,{source}"></audio></figure>'
        )


def _lufs(level: float) -> str:
    return f"{level:.1f} LUFS".replace("-", "−")


ROW = "display:flex;flex-wrap:wrap;gap:8px 20px;align-items:flex-end;max-width:60em"
EACH = "margin:0;flex:1 1 15em;max-width:24em"
ABOVE = "margin:0 0 4px 0;line-height:1.35"


@dataclass(frozen=True)
class Players:
    """Sounds side by side, to be compared; made by :func:`listen`. ``players["name"]`` is one of them."""

    players: tuple[Player, ...]
    caption: str = ""
    level_matters: bool = False
    """Whether their different levels are the point."""

    def __iter__(self) -> Iterator[Player]:
        return iter(self.players)

    def __len__(self) -> int:
        return len(self.players)

    def __getitem__(self, name: str) -> Player:
        found = {player.name: player for player in self.players}
        if name not in found:
            raise KeyError(f"{name!r}; the players are {', '.join(found)}")
        return found[name]

    def _repr_html_(self) -> str:
        said = f'<p style="margin:0 0 6px 0">{html.escape(self.caption)}</p>' if self.caption else ""
        return f'{said}<div style="{ROW}">{"".join(player._figure() for player in self.players)}</div>'

    def __repr__(self) -> str:
        each = "; ".join(f"{p.name} ({p.seconds:.2f} s, {p.level})" for p in self.players)
        how = ", at levels of their own" if self.level_matters else ""
        return f"<Players: {each}{how}>"


def play(y: Array, sr: float, caption: str = "") -> Player:
    """A player for a notebook cell: the samples as they are, never normalised.

    ``IPython.display.Audio(y, rate=sr)`` scales a sound up to full scale unless it is told ``normalize=False``, so
    that quiet and loud sound alike. Here 0.1 plays at 0.1, as 16-bit samples (:func:`dspkit.to_pcm16`).

    Parameters
    ----------
    y : array (n,) or (2, n), float32 or float64
        Full scale at 1.0.
    sr : float
        Sample rate in hertz, at least 3000 (browsers play nothing below).
    caption : str
        What to listen for; it stands above the player. Its level stands there, too.

    Returns
    -------
    Player
        Shows itself as the last line of a cell; ``data`` is the WAV file that it plays.

    Raises
    ------
    ParameterError
        If a sample is beyond full scale: it would be clipped.

    Examples
    --------
    >>> import dspkit as dk
    >>> dk.play(dk.sine(997, sr=48000, amplitude=0.1), 48000)
    <Player: 1.00 s, −23.0 LUFS>

    """
    return _player("", y, sr, caption)


def listen(
    sounds: Mapping[str, Any],
    sr: float | None = None,
    caption: str = "",
    *,
    captions: Mapping[str, str] | None = None,
    equal_loudness: bool | float = False,
    level_matters: bool = False,
) -> Players:
    """Players side by side, to compare sounds: each with its name, its caption and its level.

    Of two sounds the louder is taken for the better one, so they should be equally loud: within 0.5 LU, or the
    function says so. Where the difference in level is what there is to hear, say ``level_matters=True``.

    Parameters
    ----------
    sounds : name: array (n,) or (2, n), or name: (array, sample rate)
        Full scale at 1.0.
    sr : float, optional
        The sample rate in hertz of those that bring none of their own.
    caption : str
        What to listen for; above all of them.
    captions : name: str, optional
        What to listen for in one of them.
    equal_loudness : bool or float
        True gives each a gain that brings it to −23 LUFS (or lower, where one of them would exceed −1 dBTP); a
        number is the target in LUFS. The caption says which.
    level_matters : bool
        Leave the levels as they are, however different.

    Returns
    -------
    Players
        Shows itself as the last line of a cell.

    Raises
    ------
    ParameterError
        For sounds of different loudness, silence that should be brought to a level, clipping, a caption without
        sound.

    Notes
    -----
    Loudness is the integrated one of ITU-R BS.1770-5; a sound of less than 0.4 s is measured as if it were repeated.

    Examples
    --------
    >>> import dspkit as dk
    >>> tone = dk.sine(440, sr=8000)
    >>> dk.listen({"soft": 0.1 * tone, "loud": tone}, 8000, equal_loudness=-30.0)
    <Players: soft (1.00 s, −30.0 LUFS); loud (1.00 s, −30.0 LUFS)>

    """
    if not sounds:
        raise ParameterError("sounds is empty; expected names and samples, such as {'before': y, 'after': z}.")
    captions = dict(captions or {})
    if unknown := [name for name in captions if name not in sounds]:
        raise ParameterError(f"captions has {unknown}, which sounds has not; it has {list(sounds)}.")
    pairs = {name: given if isinstance(given, tuple) else (given, sr) for name, given in sounds.items()}
    if without := [name for name, (_, rate) in pairs.items() if rate is None]:
        raise ParameterError(f"no sample rate for {without}: give sr, or (samples, sample rate) for each.")
    if equal_loudness is not False:
        pairs, target = _to_one_loudness(pairs, TARGET if equal_loudness is True else float(equal_loudness))
        caption = f"{caption} (all at {_lufs(target)})".strip()
    players = tuple(_player(name, y, rate, captions.get(name, "")) for name, (y, rate) in pairs.items())
    levels = [player.loudness for player in players]
    if not level_matters and len(set(levels)) > 1 and not max(levels) - min(levels) <= WITHIN:
        each = ", ".join(f"{player.name} {player.level}" for player in players)
        raise ParameterError(
            f"{each}: the louder one would be taken for the better one. Give equal_loudness=True, or "
            f"level_matters=True if the difference is what there is to hear."
        )
    return Players(players, caption, level_matters)


def _to_one_loudness(pairs: dict[str, tuple[Any, Any]], target: float) -> tuple[dict[str, tuple[Any, Any]], float]:
    """Each sound with the gain that brings it to the target, or to the most that the ceiling allows all of them."""
    now = {name: _loudness(_channels(y), _whole_rate(rate)) for name, (y, rate) in pairs.items()}
    if silent := [name for name, level in now.items() if math.isinf(level)]:
        raise ParameterError(f"{silent} is silent: no gain brings it to {target:g} LUFS. Leave it out.")
    top = {name: CEILING - float(np.max(to_numpy(true_peak(_channels(y), rate)))) for name, (y, rate) in pairs.items()}
    allowed = min(now[name] + top[name] for name in pairs)
    if allowed < target:
        target = math.floor(10 * allowed) / 10
    gain = {name: 10 ** ((target - level) / 20) for name, level in now.items()}
    return {name: (gain[name] * _channels(y), rate) for name, (y, rate) in pairs.items()}, target


def _player(name: str, y: Array, sr: Any, caption: str) -> Player:
    y = _channels(y)
    sr = _whole_rate(sr)
    which = f"{name}: " if name else ""
    if y.ndim == 2 and y.shape[0] > 2:
        raise ParameterError(
            f"{which}y has {y.shape[0]} channels; browsers play one or two. Take y[:2], or y.mean(axis=0)."
        )
    if sr < 3000:
        raise ParameterError(f"{which}{sr=} Hz: browsers play nothing below 3000 Hz. Use dspkit.resample first.")
    _refuse_clipping(y, "play a quieter copy")
    return Player(_wav(to_pcm16(y).samples, sr), y.shape[-1] / sr, _loudness(y, sr), name, caption)


def _loudness(y: np.ndarray, sr: int) -> float:
    """Integrated loudness in LUFS, of a short sound as if it were repeated."""
    if sr < LOWEST_RATE:
        from scipy.signal import resample_poly  # half a second to import, and hardly ever needed

        factor = math.ceil(LOWEST_RATE / sr)
        y, sr = resample_poly(y, factor, 1, axis=-1), factor * sr
    repeats = math.ceil(BLOCK * sr / y.shape[-1]) if y.shape[-1] < BLOCK * sr else 1
    return float(to_numpy(integrated_loudness(np.concatenate([y] * repeats, axis=-1), sr)))


def _wav(samples: np.ndarray, sr: int) -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1 if samples.ndim == 1 else samples.shape[0])
        file.setsampwidth(2)
        file.setframerate(sr)
        file.writeframes(samples.T.astype("<i2").tobytes())
    return buffer.getvalue()
