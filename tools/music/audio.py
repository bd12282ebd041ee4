"""Sound: a score as a WAV file, from a SoundFont or, without one, from a synthesiser of our own."""

from __future__ import annotations

import functools
import importlib.util
import io
import logging
import os
import threading
import wave
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tools import Later
from tools.music.pitch import A4_HERTZ, A4_MIDI
from tools.music.score import Score

RATE = 22_050
LONGEST_SECONDS = 60.0
RELEASE_SECONDS = 0.9
SYSTEM_FONTS = (
    Path("/usr/share/sounds/sf2/TimGM6mb.sf2"),
    Path("/usr/share/sounds/sf2/default-GM.sf2"),
    Path("/usr/share/sounds/sf2/FluidR3_GM.sf2"),
    Path("/usr/share/soundfonts/default.sf2"),
)
_GAIN_DB = -6.0
_VELOCITY = 90
_DRUM_CHANNEL, _DRUM_BANK = 9, 128
_PEAK = 0.85
# Strength of the harmonics of a struck string, and how much faster each next one dies away.
_HARMONICS = (1.0, 0.5, 0.3, 0.18, 0.1, 0.06)
_DECAY_PER_SECOND = 1.6
_WAV_HEAD = 44
_LOCK = threading.Lock()
_log = logging.getLogger("mica.music")

Samples = NDArray[np.float32]


@dataclass(frozen=True)
class Sound:
    """A note in time: `start` and `seconds` in seconds, `note` a MIDI number.

    `program` is a General MIDI program from 0 (piano); with `drum` the note is a percussion sound.
    """

    start: float
    seconds: float
    note: int
    velocity: int = _VELOCITY
    program: int = 0
    drum: bool = False


def to_wav(score: Score, font: Path | None = None) -> bytes:
    """Return the score as 16-bit mono PCM at 22.05 kHz, at most its first minute.

    `font` overrides `soundfont()`.
    """
    return play(sounds(score), font)


def play(notes: Sequence[Sound], font: Path | None = None) -> bytes:
    """Return notes, which may overlap, as 16-bit mono PCM at 22.05 kHz, at most a minute.

    Without a SoundFont that can be read every program sounds alike and drums are short noises.
    """
    heard = [note for note in notes if note.start < LONGEST_SECONDS]
    chosen = font or soundfont()
    loaded = _synth(chosen) if chosen else None
    return _pcm(_from_font(heard, *loaded) if loaded else _synthesised(heard))


def played_later(notes: Callable[[], Sequence[Sound]]) -> Later:
    """Return what `play` returns, made when it is first listened to or saved."""

    @functools.cache
    def kept() -> tuple[Sound, ...]:
        return tuple(note for note in notes() if note.start < LONGEST_SECONDS)

    return Later(lambda: play(kept()), lambda: _WAV_HEAD + 2 * int(_length(kept()) * RATE))


def sounds(score: Score) -> list[Sound]:
    """Return the notes of a score in time."""
    beat = 60.0 / score.tempo
    rows = []
    now = 0.0
    for event in score.events:
        length = event.beats * beat
        rows += [Sound(now, length, pitch.midi) for pitch in event.pitches]
        now += length
    return rows


def soundfont() -> Path | None:
    """Return the SoundFont to play with: `$MICA_SOUNDFONT`, Debian's, or pretty_midi's.

    An empty or missing `$MICA_SOUNDFONT` file means the synthesiser of our own.
    """
    named = os.environ.get("MICA_SOUNDFONT")
    if named is not None:
        path = Path(named).expanduser()
        return path if named and path.is_file() else None
    return _found_font()


def synthesise(score: Score) -> Samples:
    """Return the score played by adding harmonics that die away, -1 to 1."""
    return _synthesised([note for note in sounds(score) if note.start < LONGEST_SECONDS])


def _synthesised(notes: Sequence[Sound]) -> Samples:
    out = np.zeros(int(_length(notes) * RATE), dtype=np.float32)
    for note in notes:
        start = int(note.start * RATE)
        made = _hit(note.note) if note.drum else _tone(note.note, int(note.seconds * RATE))
        tone = made[: max(0, len(out) - start)]
        out[start : start + len(tone)] += tone * np.float32(note.velocity / _VELOCITY)
    return out


@functools.lru_cache(maxsize=1)
def _found_font() -> Path | None:
    package = importlib.util.find_spec("pretty_midi")
    shipped = Path(package.origin).parent / "TimGM6mb.sf2" if package and package.origin else None
    candidates = (*SYSTEM_FONTS, *((shipped,) if shipped else ()))
    return next((path for path in candidates if path.is_file()), None)


def _length(notes: Sequence[Sound]) -> float:
    end = max((note.start + note.seconds for note in notes), default=0.0)
    return min(end, LONGEST_SECONDS) + RELEASE_SECONDS


@functools.lru_cache(maxsize=64)
def _hit(note: int) -> Samples:
    """A short noise; the lower the drum, the duller and longer."""
    length = int(RATE * (0.25 if note < 42 else 0.12))
    noise = np.random.default_rng(note).uniform(-1, 1, length).astype(np.float32)
    width = max(1, 60 - note)
    dull = np.convolve(noise, np.ones(width, dtype=np.float32) / width**0.5, "same")
    hit: Samples = (0.2 * dull * np.exp(-np.arange(length) / (0.04 * RATE))).astype(np.float32)
    return hit


@functools.lru_cache(maxsize=512)
def _tone(note: int, length: int) -> Samples:
    held = length + int(RELEASE_SECONDS * RATE / 3)
    time = np.arange(held, dtype=np.float32) / RATE
    hertz = A4_HERTZ * 2.0 ** ((note - A4_MIDI) / 12)
    tone = np.zeros(held, dtype=np.float32)
    for number, strength in enumerate(_HARMONICS, start=1):
        if hertz * number < RATE / 2:
            decay = np.exp(-_DECAY_PER_SECOND * (1 + 0.4 * number) * time)
            tone += strength * decay * np.sin(2 * np.pi * hertz * number * time, dtype=np.float32)
    attack, release = int(0.005 * RATE), held - length
    tone[:attack] *= np.linspace(0, 1, attack, dtype=np.float32)
    tone[-release:] *= np.linspace(1, 0, release, dtype=np.float32)
    return tone * np.float32(0.2)


def _from_font(notes: Sequence[Sound], synth: Any, number: int) -> Samples:
    total = int(_length(notes) * RATE)
    with _LOCK:
        channels = _channels(synth, number, notes)
        parts = []
        position = 0
        for moment, changes in _changes(notes, total):
            if moment > position:
                parts.append(_render(synth, moment - position))
                position = moment
            for on, note in changes:
                channel = channels[note.program, note.drum]
                if on:
                    synth.noteon(channel, note.note, note.velocity)
                else:
                    synth.noteoff(channel, note.note)
        parts.append(_render(synth, total - position))
        synth.sounds_off()
    return np.concatenate(parts)


def _changes(notes: Sequence[Sound], total: int) -> list[tuple[int, list[tuple[bool, Sound]]]]:
    """Group what begins and ends by the sample at which it does; ends come before beginnings."""
    found: dict[int, list[tuple[bool, Sound]]] = {}
    for note in notes:
        start = int(note.start * RATE)
        end = int((note.start + note.seconds) * RATE)
        found.setdefault(start, []).append((True, note))
        found.setdefault(min(end, total), []).append((False, note))
    return [(when, sorted(found[when], key=lambda row: row[0])) for when in sorted(found)]


def _channels(synth: Any, number: int, notes: Sequence[Sound]) -> dict[tuple[int, bool], int]:
    """Give each program a channel of its own; MIDI has 16, the tenth is for drums."""
    free = [channel for channel in range(16) if channel != _DRUM_CHANNEL]
    chosen: dict[tuple[int, bool], int] = {}
    for note in notes:
        kind = (note.program, note.drum)
        if kind in chosen:
            continue
        if note.drum:
            synth.program_select(_DRUM_CHANNEL, number, _DRUM_BANK, 0)
            chosen[kind] = _DRUM_CHANNEL
        else:
            channel = free[len([1 for known in chosen if not known[1]]) % len(free)]
            synth.program_select(channel, number, 0, note.program)
            chosen[kind] = channel
    return chosen


def _render(synth: Any, samples: int) -> Samples:
    stereo = np.frombuffer(synth.generate(samples), dtype=np.float32).reshape(-1, 2)
    mono: Samples = stereo.mean(axis=1)
    return mono


@functools.lru_cache(maxsize=2)
def _synth(font: Path) -> tuple[Any, int] | None:
    """Return a synthesiser and the number of the font in it; None for a file that is no font."""
    import tinysoundfont

    synth = tinysoundfont.Synth(gain=_GAIN_DB, samplerate=RATE)
    try:
        return synth, synth.sfload(str(font))
    except RuntimeError as problem:
        _log.warning("%s; playing with our own synthesiser instead", problem)
        return None


def _pcm(samples: Samples) -> bytes:
    peak = float(np.abs(samples).max()) if samples.size else 0.0
    scaled = samples * (_PEAK / peak) if peak > 0 else samples
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((scaled * 32767).astype("<i2").tobytes())
    return out.getvalue()
