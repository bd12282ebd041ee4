"""Sound: a score as a WAV file, from a SoundFont or, without one, from a synthesiser of our own."""

from __future__ import annotations

import functools
import importlib.util
import io
import os
import threading
import wave
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

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
_PEAK = 0.85
# Strength of the harmonics of a struck string, and how much faster each next one dies away.
_HARMONICS = (1.0, 0.5, 0.3, 0.18, 0.1, 0.06)
_DECAY_PER_SECOND = 1.6
_LOCK = threading.Lock()

Samples = NDArray[np.float32]


def to_wav(score: Score, font: Path | None = None) -> bytes:
    """Return the score as 16-bit mono PCM at 22.05 kHz, at most its first minute.

    `font` overrides `soundfont()`.
    """
    chosen = font or soundfont()
    samples = _from_font(score, chosen) if chosen else synthesise(score)
    return _pcm(samples)


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
    total = int(_length(score) * RATE)
    out = np.zeros(total, dtype=np.float32)
    for start, length, notes in _schedule(score):
        for note in notes:
            tone = _tone(note, length)[: max(0, total - start)]
            out[start : start + len(tone)] += tone
    return out


@functools.lru_cache(maxsize=1)
def _found_font() -> Path | None:
    package = importlib.util.find_spec("pretty_midi")
    shipped = Path(package.origin).parent / "TimGM6mb.sf2" if package and package.origin else None
    candidates = (*SYSTEM_FONTS, *((shipped,) if shipped else ()))
    return next((path for path in candidates if path.is_file()), None)


def _schedule(score: Score) -> list[tuple[int, int, list[int]]]:
    """Start and length in samples, and MIDI notes, of every event within the limit."""
    beat = 60.0 / score.tempo
    rows = []
    now = 0.0
    for event in score.events:
        if now >= LONGEST_SECONDS:
            break
        length = event.beats * beat
        rows.append((int(now * RATE), int(length * RATE), [p.midi for p in event.pitches]))
        now += length
    return rows


def _length(score: Score) -> float:
    beats = sum(event.beats for event in score.events)
    return min(beats * 60.0 / score.tempo, LONGEST_SECONDS) + RELEASE_SECONDS


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


def _from_font(score: Score, font: Path) -> Samples:
    with _LOCK:
        synth = _synth(font)
        parts = []
        position = 0
        for start, length, notes in _schedule(score):
            position = start + length
            for note in notes:
                synth.noteon(0, note, _VELOCITY)
            parts.append(_render(synth, length))
            for note in notes:
                synth.noteoff(0, note)
        rest = int(_length(score) * RATE) - position
        parts.append(_render(synth, max(rest, 0)))
        synth.sounds_off()
    return np.concatenate(parts)


def _render(synth: Any, samples: int) -> Samples:
    stereo = np.frombuffer(synth.generate(samples), dtype=np.float32).reshape(-1, 2)
    mono: Samples = stereo.mean(axis=1)
    return mono


@functools.lru_cache(maxsize=2)
def _synth(font: Path) -> Any:
    import tinysoundfont

    synth = tinysoundfont.Synth(gain=_GAIN_DB, samplerate=RATE)
    number = synth.sfload(str(font))
    synth.program_select(0, number, 0, 0)
    return synth


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
