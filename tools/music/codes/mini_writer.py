"""Writing mini-notation: a bar is a cycle, lengths are weights."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction

from tools.music.codes.mini_reader import DRUMS
from tools.music.codes.model import Bar, Part, Piece, Sound, played
from tools.music.pitch import MusicError, Pitch

_NAMES = {36: "bd", 38: "sd", 39: "cp", 37: "rim", 42: "hh", 46: "oh", 41: "lt", 47: "mt",
          50: "ht", 49: "cr", 51: "rd", 56: "cb", 70: "sh", 54: "tb"}  # fmt: skip


def write_strudel(piece: Piece) -> str:
    """Return the piece as Strudel code.

    Raises:
        MusicError: the bars are of different lengths, which cycles cannot be.
    """
    beats = _beats(piece)
    lines = [f"setcpm({piece.tempo:g}/{beats})"]
    for part in piece.parts:
        function, sound = ("s", "") if part.percussion else ("note", '.s("piano")')
        rows = "\n  ".join(_cycles(part, 4))
        lines.append(f"$: {function}(`<\n  {rows}\n>`){sound}")
    return "\n".join(lines) + "\n"


def write_tidal(piece: Piece) -> str:
    """Return the piece as TidalCycles code, whose middle C is c5.

    Raises:
        MusicError: as `write_strudel`.
    """
    lines = [f"setcps ({piece.tempo:g}/60/{_beats(piece)})"]
    for number, part in enumerate(piece.parts[:12], start=1):
        rows = " ".join(_cycles(part, 5))
        function, sound = ("s", "") if part.percussion else ("note", ' # s "superpiano"')
        lines.append(f'd{number} $ {function} "<{rows}>"{sound}')
    return "\n".join(lines) + "\n"


def _beats(piece: Piece) -> str:
    lengths = {bar.full for part in piece.parts for bar in part.bars}
    if len(lengths) > 1:
        raise MusicError("the meter changes, and a cycle has one length; write one meter")
    beats = next(iter(lengths), Fraction(4))
    return f"{float(beats):g}"


def _cycles(part: Part, middle: int) -> list[str]:
    found = []
    for bar in played(part.bars):
        sounds = _joined(_filled(bar))
        unit = Fraction(1, math.lcm(*(sound.length.denominator for sound in sounds)))
        unit *= math.gcd(*(int(sound.length / unit) for sound in sounds))
        steps = [_step(part, sound, int(sound.length / unit), middle) for sound in sounds]
        found.append(f"[{' '.join(steps)}]" if len(steps) > 1 or "@" in steps[0] else steps[0])
    return found


def _filled(bar: Bar) -> list[Sound]:
    missing = bar.full - bar.length
    return [*bar.sounds, Sound(missing)] if missing > 0 else list(bar.sounds)


def _joined(sounds: list[Sound]) -> list[Sound]:
    """Join sounds that are tied whole: a step can have any weight."""
    out: list[Sound] = []
    for sound in sounds:
        if (
            out
            and out[-1].pitches
            and set(out[-1].tied) >= set(sound.pitches) == set(out[-1].pitches)
        ):
            out[-1] = replace(sound, length=out[-1].length + sound.length)
        elif out and not out[-1].pitches and not sound.pitches:
            out[-1] = Sound(out[-1].length + sound.length)
        else:
            out.append(sound)
    return out


def _step(part: Part, sound: Sound, weight: int, middle: int) -> str:
    names = [_drum(p) if part.percussion else _name(p, middle) for p in sound.pitches]
    plain = f"[{','.join(names)}]" if len(names) > 1 else (names or ["~"])[0]
    return plain if weight == 1 else f"{plain}@{weight}"


def _name(pitch: Pitch, middle: int) -> str:
    octave = (pitch.octave if pitch.octave is not None else 4) + middle - 4
    sign = "s" * pitch.alter if pitch.alter > 0 else "f" * -pitch.alter
    return f"{pitch.step.lower()}{sign}{octave}"


def _drum(pitch: Pitch) -> str:
    near = min(_NAMES, key=lambda number: abs(number - pitch.midi))
    name = _NAMES.get(pitch.midi, _NAMES[near])
    assert name in DRUMS
    return name
