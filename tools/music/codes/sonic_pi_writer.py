"""Writing Sonic Pi: a thread for each part, notes with their lengths as releases."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from tools.music.codes.model import Part, Piece, Sound, played
from tools.music.pitch import Pitch, simplest

_DRUMS = {36: "drum_bass_hard", 38: "drum_snare_hard", 42: "drum_cymbal_closed",
          46: "drum_cymbal_open", 49: "drum_splash_hard", 39: "perc_snap"}  # fmt: skip


def write_sonic_pi(piece: Piece) -> str:
    """Return the piece as a buffer; repeats and ties are played out."""
    lines = [f"# {_comment(piece.title)}"] if piece.title else []
    lines += [f"use_bpm {piece.tempo:g}", "use_synth :piano", ""]
    single = len(piece.parts) == 1
    for part in piece.parts:
        body = list(_part(part))
        if single:
            lines += body
        else:
            lines += [
                f"in_thread do  # {_comment(part.name)}",
                *(f"  {row}" for row in body),
                "end",
            ]
    return "\n".join(lines) + "\n"


def _part(part: Part) -> Iterator[str]:
    sounds = [sound for bar in played(part.bars) for sound in bar.sounds]
    for place, sound in enumerate(sounds):
        if sound.pitches:
            yield from _play(part, _heard(sounds, place))
        yield f"sleep {_number(sound.length)}"


def _heard(sounds: list[Sound], place: int) -> list[tuple[Pitch, Fraction]]:
    """Return the pitches that are struck here, with their whole lengths."""
    before = sounds[place - 1].tied if place else ()
    found = []
    for pitch in sounds[place].pitches:
        if pitch in before:
            continue
        length, at = sounds[place].length, place
        while pitch in sounds[at].tied and at + 1 < len(sounds) and pitch in sounds[at + 1].pitches:
            at += 1
            length += sounds[at].length
        found.append((pitch, length))
    return found


def _play(part: Part, heard: list[tuple[Pitch, Fraction]]) -> Iterator[str]:
    if part.percussion:
        for pitch, _ in heard:
            near = min(_DRUMS, key=lambda number: abs(number - pitch.midi))
            yield f"sample :{_DRUMS[near]}"
        return
    for length in sorted({length for _, length in heard}):
        names = [_name(pitch) for pitch, own in heard if own == length]
        what = f"[{', '.join(names)}]" if len(names) > 1 else names[0]
        yield f"play {what}, release: {_number(length)}"


def _name(pitch: Pitch) -> str:
    plain = simplest(pitch) if abs(pitch.alter) > 1 else pitch
    sign = {1: "s", -1: "b"}.get(plain.alter, "")
    return f":{plain.step.lower()}{sign}{plain.octave}"


def _number(value: Fraction) -> str:
    if value.denominator in (1, 2, 4, 8, 16, 32):
        return f"{float(value):g}"
    return f"{value.numerator}.0/{value.denominator}"


def _comment(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
