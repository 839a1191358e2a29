"""Make the course's recordings anew from the packages they come from.

Usage: ``.venv/bin/python tools/recordings.py SOURCES [OUT]``

SOURCES is a folder in which three packages have been unpacked; OUT is where the sounds go, ``dspkit/recordings`` if
not given. On Debian or Ubuntu, in that folder::

    apt-get download sonic-pi-samples fluid-soundfont-gm
    for package in *.deb; do dpkg -x $package .; done
    pip download --no-deps --no-binary :all: pocketsphinx
    tar -xf pocketsphinx-*.tar.gz

``fluidsynth`` must be installed: it plays the violin and the piano. Versions that gave the stored bytes:
pocketsphinx 5.1.1, sonic-pi-samples 3.2.2~repack-8, fluid-soundfont-gm 3.1-5.3, fluidsynth 2.3.1, soxr 1.1.0.

Each sound goes the same way: one channel, cut, constant offset taken away, resampled, ends faded, level; from speech
the rumble below 25 Hz is taken first. Who made what, and what was changed, is in ``dspkit/recordings/SOURCES.md``.
"""

from __future__ import annotations

import csv
import json
import math
import subprocess
import sys
import tempfile
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from scipy.signal import butter, sosfiltfilt

import dspkit as dk

OUT = Path(__file__).resolve().parents[1] / "dspkit" / "recordings"
SPEECH = "pocketsphinx-*/test/data/librivox/sense_and_sensibility_01_austen_64kb-{}.wav"
SAMPLE = "usr/share/sonic-pi/samples/{}.flac"
SOUNDFONT = "usr/share/sounds/sf2/FluidR3_GM.sf2"
LOUDNESS, CEILING = -23.0, -1.1  # LUFS, dBFS
FADE = 0.010  # seconds


@dataclass(frozen=True)
class Plan:
    """From which file, from when to when (seconds), which channel ("mean" or a number), at which rate."""

    file: str
    start: float
    end: float | None
    sr: int
    channel: str | int = "mean"
    lead: float = 0.0  # seconds of silence put in front, where the attack is at the first sample
    fade_in: float = FADE
    fade_out: float = FADE
    rumble: float = 0.0  # hertz: what lies below is filtered out


PLANS = {
    "speech": Plan(SPEECH.format("0890"), 0.12, 5.25, 16000, rumble=25.0),
    "speech_voiced": Plan(SPEECH.format("0930"), 0.12, 3.27, 16000, rumble=25.0),
    "violin": Plan("violin", 0.0, 5.0, 32000, fade_out=0.05),
    "piano": Plan("piano", 0.0, 5.5, 32000, fade_out=0.5),
    "guitar": Plan(SAMPLE.format("guit_em9"), 0.0, 7.0, 32000, fade_out=0.5),
    "tabla": Plan(SAMPLE.format("loop_tabla"), 0.0, 5.333, 44100),
    "bell": Plan(SAMPLE.format("perc_bell"), 0.0, 6.5, 32000, channel=0, fade_out=0.5),
    "crow": Plan(SAMPLE.format("misc_crow"), 0.0, None, 22050),
    "snap": Plan(SAMPLE.format("perc_snap"), 0.0, None, 44100),
    "cymbal": Plan(SAMPLE.format("drum_cymbal_open"), 0.0, None, 44100, lead=0.020, fade_in=0.0),
}

# --- from a file to a clip ---------------------------------------------------------------------------------


def make(name: str, sources: Path, folder: Path) -> np.ndarray:
    """The clip as 16-bit samples."""
    plan = PLANS[name]
    path = play(name, sources, folder) if name in PHRASES else one(sources, plan.file)
    y, rate = soundfile.read(path, dtype="float64", always_2d=True)
    y = y.mean(axis=1) if plan.channel == "mean" else y[:, plan.channel]
    if plan.rumble:  # forwards and backwards: no phase is turned
        y = sosfiltfilt(butter(2, plan.rumble, "highpass", fs=rate, output="sos"), y)
    y = y[round(plan.start * rate) : None if plan.end is None else round(plan.end * rate)]
    y = y - y.mean()
    y = dk.resample(y, orig_sr=rate, target_sr=plan.sr, quality="VHQ")
    y = faded(y, round(plan.fade_in * plan.sr), round(plan.fade_out * plan.sr))
    y = np.concatenate([np.zeros(round(plan.lead * plan.sr)), y])
    gain = LOUDNESS - float(dk.integrated_loudness(y, plan.sr))
    gain = min(gain, CEILING - 20 * math.log10(np.max(np.abs(y))))
    return dk.to_pcm16(y * 10 ** (gain / 20)).samples


def one(sources: Path, pattern: str) -> Path:
    found = sorted(sources.glob(pattern))
    if len(found) != 1:
        raise SystemExit(f"{sources} holds {len(found)} files {pattern}; expected one: see the top of this program.")
    return found[0]


def faded(y: np.ndarray, begin: int, end: int) -> np.ndarray:
    """Raised-cosine fades of so many samples: the first and the last sample become 0."""
    y = y.copy()
    y[:begin] *= 0.5 - 0.5 * np.cos(np.pi * np.arange(begin) / max(begin, 1))
    y[y.size - end :] *= 0.5 + 0.5 * np.cos(np.pi * np.arange(1, end + 1) / max(end, 1))
    return y


def write(path: Path, codes: np.ndarray, sr: int) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(sr)
        file.writeframes(codes.astype("<i2").tobytes())


# --- when which phoneme is spoken --------------------------------------------------------------------------


def phonemes(name: str, sources: Path) -> Iterator[tuple[str, float, float]]:
    """Phoneme, start and end in seconds of the clip, from the alignment that lies beside the original."""
    plan = PLANS[name]
    words = json.loads(one(sources, plan.file.replace(".wav", ".phone.json")).read_text())["w"]
    for sound in (sound for word in words for sound in word["w"]):
        start, end = sound["b"] - plan.start, sound["b"] + sound["d"] - plan.start
        start, end = max(start, 0.0), min(end, plan.end - plan.start)
        if end > start:
            yield sound["t"], start, end


def write_phonemes(path: Path, rows: Iterator[tuple[str, float, float]]) -> None:
    with path.open("w", newline="", encoding="ascii") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(("phoneme", "start_s", "end_s"))
        out.writerows((sound, f"{start:.2f}", f"{end:.2f}") for sound, start, end in rows)


# --- phrases that fluidsynth plays -------------------------------------------------------------------------

# Notes as (start, end, MIDI number, velocity), in milliseconds. The violin's overlap by 40 ms: legato.
VIOLIN = [(100, 740, 69, 90), (700, 1340, 72, 92), (1300, 2240, 76, 100), (2200, 2840, 74, 92), (2800, 4500, 69, 88)]
PIANO = [(100 + 250 * i, 4800, note, 84 - 3 * i) for i, note in enumerate((50, 57, 62, 66, 69, 74))]
PHRASES = {"violin": (40, VIOLIN), "piano": (0, PIANO)}  # General MIDI programs: violin, grand piano
VIBRATO_HZ, VIBRATO_CENTS, VIBRATO_AFTER, VIBRATO_RISE = 5.5, 30.0, 150.0, 200.0  # the last two in milliseconds


def play(name: str, sources: Path, folder: Path) -> Path:
    program, notes = PHRASES[name]
    events = [(0, bytes((0xC0, program)))]
    for start, end, note, velocity in notes:
        events += [(start, bytes((0x90, note, velocity))), (end, bytes((0x80, note, 0)))]
    if name == "violin":
        events += vibrato(notes)
    midi, sound = folder / f"{name}.mid", folder / f"{name}.wav"
    midi.write_bytes(midi_file(events))
    command = ["fluidsynth", "-ni", "-q", "-r", "44100", "-g", "0.6", "-C", "0", "-R", "1", "-T", "wav", "-O", "float"]
    subprocess.run([*command, "-F", str(sound), str(one(sources, SOUNDFONT)), str(midi)], check=True)
    return sound


def vibrato(notes: list[tuple[int, int, int, int]]) -> list[tuple[int, bytes]]:
    """A sine of 30 cents at 5.5 Hz by pitch bend, every 10 ms; it sets in a moment after each note begins."""
    events = []
    starts = [start for start, *_ in notes]
    for begin, until in zip(starts, [*starts[1:], notes[-1][1]], strict=True):
        for t in range(begin, until, 10):
            depth = VIBRATO_CENTS * min(max((t - begin - VIBRATO_AFTER) / VIBRATO_RISE, 0.0), 1.0)
            cents = depth * math.sin(2 * math.pi * VIBRATO_HZ * (t - begin) / 1000)
            bend = 8192 + round(cents / 200 * 8192)  # the wheel reaches two semitones
            events.append((t, bytes((0xE0, bend & 127, bend >> 7))))
    return events


def midi_file(events: list[tuple[int, bytes]]) -> bytes:
    """A Standard MIDI File of one track in which a tick is a millisecond."""
    track, now = b"\x00\xff\x51\x03" + (1_000_000).to_bytes(3, "big"), 0  # a quarter note is a second ...
    for time, message in sorted(events, key=lambda event: event[0]):
        track += variable_length(time - now) + message
        now = time
    track += variable_length(500) + b"\xff\x2f\x00"
    header = b"MThd" + (6).to_bytes(4, "big") + bytes((0, 0, 0, 1)) + (1000).to_bytes(2, "big")  # ... of 1000 ticks
    return header + b"MTrk" + len(track).to_bytes(4, "big") + track


def variable_length(number: int) -> bytes:
    """Seven bits a byte, the highest first; all but the last byte have bit 7 set."""
    low = bytes((number & 127,))
    while number := number >> 7:
        low = bytes((128 | number & 127,)) + low
    return low


def main(sources: Path, out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for name, plan in PLANS.items():
            codes = make(name, sources, Path(folder))
            write(out / f"{name}.wav", codes, plan.sr)
            y = dk.to_float(codes)
            loudness, peak = float(dk.integrated_loudness(y, plan.sr)), 20 * math.log10(np.max(np.abs(y)))
            print(f"{name:14}{y.size / plan.sr:6.2f} s {plan.sr:6} Hz {loudness:7.2f} LUFS  peak {peak:6.2f} dBFS")
    for name in PLANS:
        if name.startswith("speech"):
            write_phonemes(out / f"{name}.csv", phonemes(name, sources))


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) == 3 else OUT)
