"""Checks for ``notebooks/homework/08_short_time.ipynb``."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import decibels, frames, short_time
from ..windows import get_window
from ._check import Case, Check, Mistake

__all__ = ["frame", "frame_count", "istft", "power_to_db", "spectrogram", "stft"]


def _noise(*shape: int, seed: int = 8, dtype: str = "float64") -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape).astype(dtype)


def _columns(y: np.ndarray, frame_length: int, hop_length: int) -> np.ndarray:
    """Frames as columns, the plain way."""
    starts = range(0, y.shape[-1] - frame_length + 1, hop_length)
    return np.stack([y[..., s : s + frame_length] for s in starts], axis=-1)


# ------------------------------------------------------------------------------------------------ frames

frame = Check(
    "frame",
    lambda y, frame_length, hop_length: np.array(frames.frame(y, frame_length=frame_length, hop_length=hop_length)),
    (
        Case("8 samples, frame_length=4, hop_length=2", (_noise(8),), {"frame_length": 4, "hop_length": 2}),
        Case("9 samples, frame_length=4, hop_length=2", (_noise(9),), {"frame_length": 4, "hop_length": 2}),
        Case(
            "11 samples, frame_length=4, hop_length=3 (a tail is left)",
            (_noise(11),),
            {"frame_length": 4, "hop_length": 3},
        ),
        Case("two channels of 20 samples, shape (2, 20)", (_noise(2, 20),), {"frame_length": 8, "hop_length": 4}),
    ),
    (
        Mistake(
            "frames as rows, time first",
            lambda y, frame_length, hop_length: _columns(y, frame_length, hop_length).swapaxes(-1, -2),
            "Each frame is a column here: the shape is (..., frame_length, n_frames).",
        ),
        Mistake(
            "one frame too few",
            lambda y, frame_length, hop_length: _columns(y, frame_length, hop_length)[..., :-1],
            "Between the first start and the last there are (n − frame_length) // hop_length hops, and one frame more "
            "than hops.",
        ),
        Mistake(
            "hop_length taken for the frame's length",
            lambda y, frame_length, hop_length: _columns(y, hop_length, hop_length),
            "A frame is frame_length samples long; hop_length is only how far the next one starts.",
        ),
        Mistake(
            "frames that do not overlap",
            lambda y, frame_length, hop_length: _columns(y, frame_length, frame_length),
            "The next frame starts hop_length samples later, not frame_length.",
        ),
        Mistake(
            "the tail filled up with zeros",
            lambda y, frame_length, hop_length: _columns(
                np.concatenate([y, np.zeros((*y.shape[:-1], hop_length))], axis=-1), frame_length, hop_length
            ),
            "Here a tail that does not fill a frame is left out; padding is a step of its own.",
        ),
    ),
)


def _count(n_samples: int, n_fft: int, hop_length: int, center: bool) -> int:
    return frames.frame_count(n_samples, frame_length=n_fft, hop_length=hop_length, center=center)


frame_count = Check(
    "frame_count",
    _count,
    tuple(
        Case(f"n_samples={n}, n_fft={n_fft}, hop_length={hop}, center={center}", (n, n_fft, hop, center))
        for n, n_fft, hop, center in (
            (1024, 256, 64, True),
            (1024, 256, 64, False),
            (16000, 512, 128, True),
            (1000, 256, 100, False),
            (1000, 255, 100, True),
        )
    ),
    (
        Mistake(
            "one frame too few",
            lambda n, n_fft, hop, center: _count(n, n_fft, hop, center) - 1,
            "There is one frame more than there are hops: 1 + ….",
        ),
        Mistake(
            "one frame too few where center=True: the padding is not counted",
            lambda n, n_fft, hop, center: _count(n, n_fft, hop, False),
            "A centred STFT first adds n_fft // 2 samples on both sides.",
        ),
        Mistake(
            "the centred count where center=False",
            lambda n, n_fft, hop, center: _count(n, n_fft, hop, True),
            "Without centring nothing is added: the last frame must end inside the signal.",
        ),
        Mistake(
            "the formula for even n_fft used for odd n_fft too",
            lambda n, n_fft, hop, center: 1 + n // hop if center else 1 + (n - n_fft) // hop,
            "For odd n_fft, 2·(n_fft // 2) is one less than n_fft: the centred count is 1 + (n − 1) // hop_length.",
        ),
        Mistake(
            "rounded up where it must be rounded down",
            lambda n, n_fft, hop, center: 1 - (-(n + (2 * (n_fft // 2) if center else 0) - n_fft) // hop),
            "A frame that would reach past the end is not made: use //.",
        ),
    ),
)

# -------------------------------------------------------------------------------------------------- STFT


def _stft(
    y: np.ndarray,
    n_fft: int,
    hop_length: int,
    win_length: int,
    *,
    window: str = "hann",
    sym: bool = False,
    ahead: int | None = None,
    pads: tuple[int, int] | None = None,
    pad_mode: Any = "constant",
) -> np.ndarray:
    """The STFT with its conventions as switches, for the wrong implementations below.

    ``ahead``: how many zeros stand before the window in its frame; ``pads``: samples added before and after.
    """
    w = get_window(window, win_length, sym=sym)
    before = (n_fft - win_length) // 2 if ahead is None else ahead
    w = np.pad(w, (before, n_fft - win_length - before))
    around = (n_fft // 2, n_fft // 2) if pads is None else pads
    y = np.pad(y, [(0, 0)] * (y.ndim - 1) + [around], mode=pad_mode)
    return np.fft.rfft(_columns(y, n_fft, hop_length) * w[:, None], axis=-2)


def _full(y: np.ndarray, n_fft: int, hop_length: int, win_length: int) -> np.ndarray:
    """All n_fft bins: the upper half mirrors the lower."""
    D = _stft(y, n_fft, hop_length, win_length)
    mirrored = np.conj(D[..., 1 : n_fft - n_fft // 2, :][..., ::-1, :])
    return np.concatenate([D, mirrored], axis=-2)


def _settings(n_fft: int, hop_length: int, win_length: int) -> dict[str, int]:
    return {"n_fft": n_fft, "hop_length": hop_length, "win_length": win_length}


stft = Check(
    "stft",
    short_time.stft,
    (
        Case("1024 samples, n_fft=256, hop_length=64", (_noise(1024),), _settings(256, 64, 256)),
        Case(
            "1000 samples, n_fft=256, hop_length=100 (the hop does not divide the length)",
            (_noise(1000),),
            _settings(256, 100, 256),
        ),
        Case(
            "1024 samples, n_fft=256, win_length=200 (the window is shorter than the frame)",
            (_noise(1024),),
            _settings(256, 64, 200),
        ),
        Case("1024 samples, n_fft=256, win_length=201", (_noise(1024),), _settings(256, 64, 201)),
        Case("900 samples, n_fft=255 (odd), hop_length=50", (_noise(900),), _settings(255, 50, 255)),
        Case("two channels, shape (2, 800): time is the last axis", (_noise(2, 800),), _settings(128, 32, 128)),
        Case("1024 samples of float32", (_noise(1024, dtype="float32"),), _settings(256, 64, 256)),
    ),
    (
        Mistake(
            "an STFT without centring: frames too few",
            lambda y, **s: _stft(y, **s, pads=(0, 0)),
            "Did you centre? Add n_fft // 2 zeros on both sides first, so that frame t has its middle at sample "
            "t·hop_length.",
        ),
        Mistake(
            "an STFT padded at the end only",
            lambda y, n_fft, **s: _stft(y, n_fft, **s, pads=(0, 2 * (n_fft // 2))),
            "The number of frames is right, their times are half a frame off: put n_fft // 2 zeros on each side.",
        ),
        Mistake(
            "reflected samples where zeros were asked",
            lambda y, **s: _stft(y, **s, pad_mode="reflect"),
            "Older librosa and torch.stft pad by reflection; here the ends are padded with zeros. Only the frames at "
            "the ends differ.",
        ),
        Mistake(
            "a symmetric window where a periodic one was asked",
            lambda y, **s: _stft(y, **s, sym=True),
            "For spectra the window is one period of a longer one: make win_length + 1 values and drop the last, or "
            "dk.get_window('hann', win_length).",
        ),
        Mistake(
            "an STFT without a window (boxcar)",
            lambda y, **s: _stft(y, **s, window="boxcar"),
            "Multiply each frame with the window before the FFT; without it every tone leaks over all bins.",
        ),
        Mistake(
            "a Hamming window where Hann was asked",
            lambda y, **s: _stft(y, **s, window="hamming"),
            "Hann is 0.5 − 0.5·cos(2πm/M); 0.54 and 0.46 make a Hamming window, which does not reach zero.",
        ),
        Mistake(
            "win_length left unused",
            lambda y, n_fft, hop_length, win_length: _stft(y, n_fft, hop_length, n_fft),
            "The window has win_length samples, with zeros on both sides up to n_fft.",
        ),
        Mistake(
            "zeros appended behind the window, where it belongs in the middle of the frame",
            lambda y, **s: _stft(y, **s, ahead=0),
            "That is scipy's way; librosa and torch put (n_fft − win_length) // 2 zeros before the window. "
            "Without them every frame looks at an earlier moment.",
        ),
        Mistake(
            "the frame's length taken for the hop",
            lambda y, n_fft, hop_length, win_length: _stft(y, n_fft, n_fft, win_length),
            "Frames start hop_length samples apart, so that they overlap.",
        ),
        Mistake(
            "scaled by 1/Σw (scipy.signal.stft's convention)",
            lambda y, win_length, **s: _stft(y, win_length=win_length, **s) / get_window("hann", win_length).sum(),
            "Here, as in librosa and torch, the STFT is the plain sum. Divided by Σw a sine reads half its amplitude.",
        ),
        Mistake(
            "magnitude where the complex STFT was asked",
            lambda y, **s: np.abs(_stft(y, **s)),
            "Leave out abs: the phase is needed to come back.",
        ),
        Mistake(
            "power where the complex STFT was asked",
            lambda y, **s: np.abs(_stft(y, **s)) ** 2,
            "Leave out abs(…)²: that is the spectrogram.",
        ),
        Mistake(
            "the Nyquist bin missing",
            lambda y, n_fft, **s: _stft(y, n_fft, **s)[..., : n_fft // 2, :],
            "A real FFT has 1 + n_fft // 2 bins: keep the last one.",
        ),
        Mistake(
            "all n_fft bins where half of them were asked",
            _full,
            "The frames are real, the upper half of the bins mirrors the lower: use rfft, 1 + n_fft // 2 bins.",
        ),
        Mistake(
            "time axis first",
            lambda y, **s: _stft(y, **s).swapaxes(-1, -2),
            "Bins stand before frames: the shape is (..., 1 + n_fft // 2, n_frames).",
        ),
        Mistake(
            "the inverse transform's sign",
            lambda y, **s: np.conj(_stft(y, **s)),
            "The DFT winds backwards: e^(−2πj·k·m/n_fft).",
        ),
    ),
)


def _power(y: np.ndarray, n_fft: int, hop_length: int) -> np.ndarray:
    return short_time.spectrogram(y, n_fft=n_fft, hop_length=hop_length)


def _complex(y: np.ndarray, n_fft: int, hop_length: int) -> np.ndarray:
    return short_time.stft(y, n_fft=n_fft, hop_length=hop_length)


spectrogram = Check(
    "spectrogram (power)",
    _power,
    (
        Case("1024 samples, n_fft=256, hop_length=64", (_noise(1024),), {"n_fft": 256, "hop_length": 64}),
        Case("900 samples, n_fft=255 (odd), hop_length=50", (_noise(900),), {"n_fft": 255, "hop_length": 50}),
        Case("two channels, shape (2, 800)", (_noise(2, 800),), {"n_fft": 128, "hop_length": 32}),
    ),
    (
        Mistake(
            "magnitude where power was asked",
            lambda y, **s: np.abs(_complex(y, **s)),
            "Power is the squared magnitude: abs(D) ** 2.",
        ),
        Mistake(
            "the square of the complex numbers, not of their magnitudes",
            lambda y, **s: _complex(y, **s) ** 2,
            "D ** 2 is still complex and doubles the phase: take abs first.",
        ),
        Mistake(
            "the real part squared",
            lambda y, **s: _complex(y, **s).real ** 2,
            "The power of a + jb is a² + b²: the imaginary part counts as much.",
        ),
        Mistake(
            "the complex STFT itself",
            _complex,
            "A spectrogram is real: its power is abs(D) ** 2.",
        ),
        Mistake(
            "decibels where power was asked",
            lambda y, **s: decibels.power_to_db(_power(y, **s)),
            "Leave out the logarithm here; it comes as a step of its own.",
        ),
        Mistake(
            "power divided by n_fft",
            lambda y, n_fft, hop_length: _power(y, n_fft, hop_length) / n_fft,
            "No factor here: the power of the plain STFT.",
        ),
        Mistake(
            "power of an STFT scaled by 1/Σw",
            lambda y, n_fft, hop_length: _power(y, n_fft, hop_length) / get_window("hann", n_fft).sum() ** 2,
            "That is scipy's scale. Here the STFT is the plain sum.",
        ),
    ),
)

# ------------------------------------------------------------------------------------------------ decibels


def _db(S: np.ndarray, ref: float, top_db: float | None) -> np.ndarray:
    return decibels.power_to_db(S, ref=ref, top_db=top_db)


def _log_of_zero(S: np.ndarray, ref: float, top_db: float | None) -> np.ndarray:
    with np.errstate(divide="ignore"):
        db = 10 * np.log10(S / ref)
    return db if top_db is None else np.maximum(db, db.max() - top_db)


def _floor_below_zero(S: np.ndarray, ref: float, top_db: float | None) -> np.ndarray:
    db = _db(S, ref, None)
    return db if top_db is None else np.maximum(db, -top_db)


_POWERS = np.array([4.0, 1.0, 0.5, 1e-3, 1e-7, 1e-12, 0.0])

power_to_db = Check(
    "power_to_db",
    _db,
    (
        Case("powers from 4 down to 0, ref=1.0, top_db=None", (_POWERS,), {"ref": 1.0, "top_db": None}),
        Case("powers from 4 down to 0, ref=1.0, top_db=60.0", (_POWERS,), {"ref": 1.0, "top_db": 60.0}),
        Case("powers from 4 down to 0, ref=2.0, top_db=80.0", (_POWERS,), {"ref": 2.0, "top_db": 80.0}),
        Case("powers from 4 down to 0, ref=2.0, top_db=None", (_POWERS,), {"ref": 2.0, "top_db": None}),
        Case("powers of shape (3, 5), ref=0.1, top_db=20.0", (_noise(3, 5) ** 2,), {"ref": 0.1, "top_db": 20.0}),
    ),
    (
        Mistake(
            "20·log₁₀ where 10·log₁₀ was asked",
            lambda S, ref, top_db: decibels.amplitude_to_db(S, ref=ref, amin=1e-10, top_db=top_db),
            "20·log₁₀ is for amplitudes. These are powers: 10·log₁₀(S / ref).",
        ),
        Mistake(
            "the natural logarithm",
            lambda S, ref, top_db: np.maximum(
                10 * np.log(np.maximum(S, 1e-10) / ref),
                -np.inf if top_db is None else 10 * np.log(S.max() / ref) - top_db,
            ),
            "A decibel counts in tenths of powers of ten: np.log10.",
        ),
        Mistake(
            "the loudest value as reference, whatever ref says",
            lambda S, ref, top_db: _db(S, S.max(), top_db),
            "ref is the power that reads 0 dB. Against the maximum, a whisper and a shout both peak at 0 dB.",
        ),
        Mistake(
            "ref left unused",
            lambda S, ref, top_db: _db(S, 1.0, top_db),
            "Divide by ref first: the power ref reads 0 dB.",
        ),
        Mistake(
            "top_db counted from 0 dB, not from the peak",
            _floor_below_zero,
            "The floor lies top_db below the largest value, wherever that is: max(db, db.max() − top_db).",
        ),
        Mistake(
            "top_db left unused",
            lambda S, ref, top_db: _db(S, ref, None),
            "With top_db, raise everything lower than db.max() − top_db to that floor.",
        ),
        Mistake(
            "the logarithm of zero",
            _log_of_zero,
            "Silence has power 0, and log₁₀ 0 is −∞: powers below 1e-10 count as 1e-10.",
        ),
        Mistake(
            "1e-10 added to the power",
            lambda S, ref, top_db: _db(S + 1e-10, ref, top_db),
            "Take the larger of S and 1e-10: adding it changes quiet values too.",
        ),
        Mistake(
            "a minus sign too many: decibels below the reference",
            lambda S, ref, top_db: -_db(S, ref, top_db),
            "More power, more decibels: 10·log₁₀(S / ref).",
        ),
    ),
    rtol=1e-11,
)

# ----------------------------------------------------------------------------------------------- inverse


def _istft(
    D: np.ndarray,
    n_fft: int,
    hop_length: int,
    length: int,
    *,
    synthesis: int = 1,
    divisor: int | None = 2,
    start: int | None = None,
) -> np.ndarray:
    """The inverse STFT, its conventions as switches: Σ w^synthesis·frame / Σ w^divisor, cut from ``start``."""
    w = get_window("hann", n_fft)[:, None]
    pieces = np.fft.irfft(D, n=n_fft, axis=-2)
    total = frames.overlap_add(pieces * w**synthesis, hop_length=hop_length)
    if divisor is not None:
        weight = frames.overlap_add(np.repeat(w**divisor, D.shape[-1], axis=-1), hop_length=hop_length)
        total = total / np.where(weight > 1e-12, weight, 1.0)
    start = n_fft // 2 if start is None else start
    return total[..., start : start + length]


def _spectrum(n: int, n_fft: int, hop_length: int, *, changed: bool) -> np.ndarray:
    D = short_time.stft(_noise(n), n_fft=n_fft, hop_length=hop_length)
    if changed:  # no longer the STFT of any sound: half of the bins are silenced
        D = D * (np.arange(D.shape[0]) % 2)[:, None]
    return D


istft = Check(
    "istft",
    short_time.istft,
    tuple(
        Case(
            words,
            (_spectrum(n, n_fft, hop, changed=changed),),
            {"n_fft": n_fft, "hop_length": hop, "length": n},
        )
        for words, n, n_fft, hop, changed in (
            ("the STFT of 1024 samples, n_fft=256, hop_length=64", 1024, 256, 64, False),
            (
                "the STFT of 1050 samples (length= is needed for the tail), n_fft=256, hop_length=100",
                1050,
                256,
                100,
                False,
            ),
            ("the STFT of 900 samples, n_fft=255 (odd), hop_length=60", 900, 255, 60, False),
            ("an STFT that was changed (every other bin set to 0): least squares is asked", 1024, 256, 64, True),
        )
    ),
    (
        Mistake(
            "overlap-add without dividing by Σw²",
            lambda D, **s: _istft(D, **s, divisor=None),
            "Every sample was counted several times: divide by the sum of the squared windows.",
        ),
        Mistake(
            "frames added up as they are: no window, no division",
            lambda D, **s: _istft(D, **s, synthesis=0, divisor=None),
            "Multiply each frame with the window once more, add, and divide by Σw².",
        ),
        Mistake(
            "divided by Σw where Σw² was asked",
            lambda D, **s: _istft(D, **s, divisor=1),
            "The window acts twice, on the way in and on the way out: the weights are w².",
        ),
        Mistake(
            "plain overlap-add divided by Σw",
            lambda D, **s: _istft(D, **s, synthesis=0, divisor=1),
            "It inverts an STFT that nobody touched. For one that was changed, the sound closest to it in the least-"
            "squares sense is Σ w·frame / Σ w².",
        ),
        Mistake(
            "the window missing on the way back",
            lambda D, **s: _istft(D, **s, synthesis=0),
            "The numerator is Σ w·frame: multiply each frame with the window before adding.",
        ),
        Mistake(
            "half a frame late: the padding was left on",
            lambda D, **s: _istft(D, **s, start=0),
            "The centred STFT put n_fft // 2 zeros before the sound: drop them before you cut to length.",
        ),
        Mistake(
            "the tail lost: length left unused",
            lambda D, n_fft, hop_length, length: _istft(D, n_fft, hop_length, hop_length * (D.shape[-1] - 1)),
            "Cut to length samples after dropping the first n_fft // 2; some of the tail lies in the last half frame.",
        ),
    ),
)
