"""Sliders of lesson 09: which filters a setting gives, which of them are empty, and how a sound looks through them."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from .. import decibels, mel
from ..errors import EmptyFilterWarning
from ..viz import mel as pictures
from ..viz._style import Figure
from ._explorer import Explorer, choice, slider

__all__ = ["mel_filterbank", "melspectrogram"]

SCALES = ["Slaney", "HTK"]
NORMS: list[tuple[str, Any]] = [("area 1 (slaney)", "slaney"), ("height 1 (None)", None), ("sum 1 (1)", 1)]


def mel_filterbank(*, sr: float = 16000, n_fft: int = 256, n_mels: int = 128) -> Explorer:
    """The filters under four controls: n_fft, n_mels, scale and norm.

    The picture ends at 2 kHz, and crosses mark the empty filters there. The title says how many filters are empty,
    and compares the distance of the bins with the narrowest filter.

    Parameters
    ----------
    sr : float
        Sample rate in hertz.
    n_fft, n_mels : int
        Where the controls start; ``n_fft`` is a power of two from 64 to 4096.

    """

    def draw(log2_n_fft: int, n_mels: int, scale: str, norm: Any) -> Figure:
        n_fft, htk = 2**log2_n_fft, scale == "HTK"
        fb = _filters(sr, n_fft, n_mels, htk, norm)
        upto = min(2000.0, sr / 2)
        middles = mel.mel_frequencies(n_mels + 2, fmax=sr / 2, htk=htk)[1:-1][mel.empty_filters(fb)]
        crosses = middles[middles <= upto]
        return pictures.mel_filterbanks({_finding(fb, sr, n_fft, n_mels, htk): fb}, sr=sr, upto=upto, crosses=crosses)

    return Explorer(draw, **_controls(n_fft, n_mels))


def melspectrogram(y: Any, sr: float, *, n_fft: int = 512, n_mels: int = 64, hop_length: int | None = None) -> Explorer:
    """One sound's mel spectrogram under the same four controls; the frames are ``hop_length`` (10 ms) apart.

    Parameters
    ----------
    y : real array (n,)
        One channel; a second or two redraw in about 100 ms.
    sr : float
        Sample rate in hertz.
    n_fft, n_mels : int
        Where the controls start.
    hop_length : int, optional
        In samples; 10 ms if not given.

    """
    hop = round(0.01 * sr) if hop_length is None else hop_length

    def draw(log2_n_fft: int, n_mels: int, scale: str, norm: Any) -> Figure:
        n_fft, htk = 2**log2_n_fft, scale == "HTK"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", EmptyFilterWarning)  # the title says it
            M = mel.melspectrogram(y, sr=sr, n_fft=n_fft, hop_length=hop, n_mels=n_mels, htk=htk, norm=norm)
        finding = _finding(_filters(sr, n_fft, n_mels, htk, norm), sr, n_fft, n_mels, htk)
        return pictures.mel_spectrogram(decibels.power_to_db(M), sr=sr, hop_length=hop, htk=htk, title=finding)

    return Explorer(draw, **_controls(n_fft, n_mels))


def _filters(sr: float, n_fft: int, n_mels: int, htk: bool, norm: Any) -> np.ndarray:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", EmptyFilterWarning)
        return mel.mel_filterbank(sr=sr, n_fft=n_fft, n_mels=n_mels, htk=htk, norm=norm)


def _finding(fb: np.ndarray, sr: float, n_fft: int, n_mels: int, htk: bool) -> str:
    edges = mel.mel_frequencies(n_mels + 2, fmax=sr / 2, htk=htk)
    narrowest = float(np.min(edges[2:] - edges[:-2]))
    empty = len(mel.empty_filters(fb))
    return (
        f"{empty or 'None'} of {n_mels} filters {'is' if empty == 1 else 'are'} empty: bins {sr / n_fft:.1f} Hz apart, "
        f"narrowest filter {narrowest:.1f} Hz"
    )


def _controls(n_fft: int, n_mels: int) -> dict[str, Any]:
    return {
        "log2_n_fft": slider("n_fft = 2 to the power", n_fft.bit_length() - 1, 6, 12, 1),
        "n_mels": slider("n_mels", n_mels, 8, 160, 1),
        "scale": choice("mel scale", SCALES, "Slaney"),
        "norm": choice("norm", NORMS, "slaney"),
    }
