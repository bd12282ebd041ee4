"""Changing a score by request: another pitch, key, instrument, tempo, some bars or one part."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache

from tools.music.chord_text import read_chord
from tools.music.codes.model import Bar, Part, Piece, map_pitches
from tools.music.codes.summary import key_of
from tools.music.codes.wishes import plainly
from tools.music.instruments import read_instrument
from tools.music.interval import Interval, between, for_semitones, transpose
from tools.music.interval_text import read_interval
from tools.music.key import Key, fifths_of, read_key
from tools.music.pitch import MusicError, Pitch
from tools.music.text import with_article
from tools.music.transposition import nearest

# General MIDI programs (from 0) by what people call the instruments.
PROGRAMS = {
    "piano": 0, "electric piano": 4, "harpsichord": 6, "celesta": 8, "glockenspiel": 9,
    "vibraphone": 11, "marimba": 12, "xylophone": 13, "organ": 19, "accordion": 21,
    "harmonica": 22, "guitar": 24, "electric guitar": 27, "double bass": 43, "bass guitar": 33,
    "bass": 33, "violin": 40, "viola": 41, "cello": 42, "strings": 48, "harp": 46, "timpani": 47,
    "choir": 52, "voice": 53, "trumpet": 56, "trombone": 57, "tuba": 58, "horn": 60, "brass": 61,
    "soprano sax": 64, "alto sax": 65, "tenor sax": 66, "baritone sax": 67, "oboe": 68,
    "english horn": 69, "bassoon": 70, "clarinet": 71, "piccolo": 72, "flute": 73, "recorder": 74,
    "synth": 80, "banjo": 105, "sitar": 104, "fiddle": 110, "bagpipe": 109,
}  # fmt: skip
_TO_KEY = re.compile(
    r"^(?:transpose\s+)?(?:it\s+)?(?:up\s+|down\s+)?(?:from\s+.+?\s+)?(?:in)?to\s+(?:the\s+)?"
    r"(?:key\s+(?:of\s+)?)?(?P<key>.+)$", re.I
)  # fmt: skip
_TEMPO = re.compile(
    r"^(?:at|tempo|with tempo|set (?:the )?tempo(?: to)?)?\s*(?P<n>\d{2,3})\s*(?:bpm|beats.*)?$"
    r"|^tempo\s+(?:of\s+)?(?P<m>\d{2,3})$", re.I
)  # fmt: skip
_PACE = {"faster": 1.25, "slower": 0.8, "twice as fast": 2.0, "double time": 2.0,
         "double tempo": 2.0, "half as fast": 0.5, "half time": 0.5, "half tempo": 0.5}  # fmt: skip
_BARS = re.compile(
    r"^(?:only\s+|just\s+|keep\s+|show\s+)?(?:the\s+)?(?:(?P<first>first)\s+(?P<count>\d{1,4})\s+"
    r"(?:bars|measures)|(?:bars?|measures?)\s+(?P<a>\d{1,4})(?:\s*(?:-|–|to|until)\s*"
    r"(?P<b>\d{1,4}))?)$", re.I
)  # fmt: skip
_ONE_PART = re.compile(r"^(?:only|just)\s+(?:the\s+)?(?P<name>.+?)(?:\s+part)?$", re.I)
_WRITTEN_FOR = re.compile(
    r"^(?:write\s+(?:it\s+)?|a\s+part\s+)?for\s+(?:an?\s+)?(?P<name>.+)$", re.I
)
_PLAYED_ON = re.compile(
    r"^(?:play(?:ed)?\s+(?:it\s+)?(?:on|by|with)|(?:with|use|on|by|instrument:?)|change\s+(?:the\s+)?"
    r"instrument\s+to)\s+(?:an?\s+|the\s+)?(?P<name>.+?)(?:\s+instead)?$", re.I
)  # fmt: skip


@dataclass(frozen=True)
class Changed:
    """A changed piece, and what was done to it."""

    piece: Piece
    words: str


def change(piece: Piece, request: str) -> Changed:
    """Change a piece as people ask for it.

    Transposed (`up a fourth`, `down 3 semitones`, `to G major`, `to E minor`), for an instrument as
    its player reads it (`for alto sax`), played by another (`on violin`), at another tempo
    (`at 90 bpm`, `faster`), some bars (`bars 5 to 8`), one part (`only the flute`).

    Raises:
        MusicError: the request is none of these, or there is no such bar or part.
    """
    text = plainly(" ".join(request.split()))
    for pattern, work in _WAYS:
        match = pattern.match(text)
        if match:
            try:
                return work(piece, match)
            except MusicError:
                if pattern is not _TO_KEY:
                    raise
    if text.lower() in _PACE:
        return _at_tempo(piece, piece.tempo * _PACE[text.lower()])
    return _by_interval(piece, text)


def _by_interval(piece: Piece, text: str) -> Changed:
    try:
        asked = read_interval(text)
    except MusicError:
        raise MusicError(
            f"cannot read the change {text!r}; write e.g. up a step, to G major, for alto sax, on "
            "violin, at 90 bpm, bars 5 to 8, or only the flute"
        ) from None
    if abs(asked.interval.semitones) > 36:
        raise MusicError("that is more than three octaves; write a smaller interval")
    options = [asked.interval] if asked.exact else for_semitones(asked.interval.semitones)
    interval = min(options, key=lambda i: abs(piece.first.fifths + sharps_of(i)))
    return Changed(shifted(piece, interval), asked.words)


def _to_key(piece: Piece, match: re.Match[str]) -> Changed:
    target, source = read_key(match["key"]), key_of(piece)
    if source is None:
        raise MusicError("the piece has no notes whose key could change")
    named = bool(re.search(r"\b(?:major|minor|maj|min)\b|(?<=[A-Ga-g#b♯♭])m$", match["key"]))
    if not named:
        target = Key(target.tonic, source.mode)
    interval = nearest(between(source.tonic, target.tonic))
    moved = shifted(piece, interval)
    if target.minor_like != source.minor_like:
        moved = _in_mode(moved, Key(target.tonic, source.mode), target)
    return Changed(moved, f"from {source.name} to {target.name}")


def _in_mode(piece: Piece, source: Key, target: Key) -> Piece:
    """Exchange the degrees in which two keys on one tonic differ; other notes stay."""
    pairs = zip(source.scale.pitches, target.scale.pitches, strict=True)
    names = {(a.step, a.alter): b.alter for a, b in pairs}

    def move(pitch: Pitch) -> Pitch:
        return replace(pitch, alter=names.get((pitch.step, pitch.alter), pitch.alter))

    def bar(old: Bar) -> Bar:
        sounds = tuple(replace(sound, chord="") for sound in old.sounds)
        return replace(old, sounds=sounds, fifths=target.fifths)

    moved = (part.map(move) for part in piece.parts)
    parts = tuple(replace(part, bars=tuple(map(bar, part.bars))) for part in moved)
    return replace(piece, parts=parts, mode=target.mode)


def shifted(piece: Piece, interval: Interval) -> Piece:
    """Transpose a piece: notes, signatures and chord symbols.

    Where a signature would have more than seven accidentals, all is spelled enharmonically.
    """
    fifths = [bar.fifths + sharps_of(interval) for part in piece.parts for bar in part.bars]
    if any(abs(count) > 7 for count in fifths):
        options = [Interval(interval.steps + n, interval.semitones) for n in (1, -1)]
        interval = min(options, key=lambda i: abs(piece.first.fifths + sharps_of(i)))
    move = lru_cache(maxsize=256)(lambda symbol: _symbol(symbol, interval))
    moved = map_pitches(piece, interval)

    def bar(old: Bar) -> Bar:
        sounds = tuple(replace(s, chord=move(s.chord)) if s.chord else s for s in old.sounds)
        count = old.fifths + sharps_of(interval)
        return replace(old, sounds=sounds, fifths=max(-7, min(count, 7)))

    parts = (replace(p, bars=tuple(bar(b) for b in p.bars)) for p in moved.parts)
    return replace(moved, parts=tuple(parts))


def sharps_of(interval: Interval) -> int:
    """Return how many sharps an interval adds to a signature.

    >>> sharps_of(Interval.of("M2")), sharps_of(Interval.of("-m3")), sharps_of(Interval.of("P8"))
    (2, 3, 0)
    """
    return fifths_of(transpose(Pitch("C"), interval))


def _symbol(symbol: str, interval: Interval) -> str:
    try:
        return read_chord(symbol).transpose(interval).symbol
    except MusicError:
        return ""


def _for_player(piece: Piece, match: re.Match[str]) -> Changed:
    player = read_instrument(match["name"])
    moved = shifted(piece, player.written)
    program = _program(match["name"])
    named = tuple(
        replace(p, program=p.program if program is None else program) for p in moved.parts
    )
    distance = player.written
    if distance.semitones == 0:
        return Changed(replace(moved, parts=named), f"for {player.name}, which reads concert pitch")
    way = "below" if distance.descending else "above"
    words = f"for {player.name}, written {with_article(distance.name)} {way} what sounds"
    return Changed(replace(moved, parts=named), words)


def _played_on(piece: Piece, match: re.Match[str]) -> Changed:
    program = _program(match["name"])
    if program is None:
        listed = ", ".join(list(PROGRAMS)[:8])
        raise MusicError(f"unknown instrument {match['name']!r}; write one such as {listed}")
    parts = tuple(p if p.percussion else replace(p, program=program) for p in piece.parts)
    return Changed(replace(piece, parts=parts), f"played on {match['name']}")


def _program(name: str) -> int | None:
    plain = re.sub(r"saxophone", "sax", name.lower())
    found = [known for known in PROGRAMS if re.search(rf"\b{known}s?\b", plain)]
    return PROGRAMS[max(found, key=len)] if found else None


def _tempo(piece: Piece, match: re.Match[str]) -> Changed:
    return _at_tempo(piece, float(match["n"] or match["m"]))


def _at_tempo(piece: Piece, tempo: float) -> Changed:
    if not 10 <= tempo <= 1000:
        raise MusicError(f"a tempo of {tempo:g} is out of range; write 10 to 1000")
    return Changed(replace(piece, tempo=tempo), f"at {tempo:g} quarters a minute")


def _some_bars(piece: Piece, match: re.Match[str]) -> Changed:
    if match["first"]:
        first, last = 1, int(match["count"])
    else:
        first, last = int(match["a"]), int(match["b"] or match["a"])
    if not 1 <= first <= last or first > piece.bar_count:
        raise MusicError(f"there are no bars {first} to {last}; the piece has {piece.bar_count}")
    parts = tuple(replace(p, bars=p.bars[first - 1 : last]) for p in piece.parts)
    last = min(last, piece.bar_count)
    said = f"bars {first} to {last}" if last > first else f"bar {first}"
    return Changed(replace(piece, parts=parts), said)


def _one_part(piece: Piece, match: re.Match[str]) -> Changed:
    part = part_named(piece, match["name"])
    return Changed(replace(piece, parts=(part,)), f"only {part.name or 'the part'}")


def part_named(piece: Piece, name: str) -> Part:
    """Return a part by its name or its number.

    Raises:
        MusicError: there is none.
    """
    number = re.search(r"\d+", name)
    if re.match(r"(?:part|voice|track)?\s*\d+$", name.lower()) and number:
        place = int(number[0][:6]) - 1
        if 0 <= place < len(piece.parts):
            return piece.parts[place]
    for part in piece.parts:
        if name.lower() in part.name.lower():
            return part
    listed = ", ".join(part.name or f"part {n}" for n, part in enumerate(piece.parts[:8], 1))
    raise MusicError(f"there is no part {name!r}; the parts are {listed}")


_WAYS: tuple[tuple[re.Pattern[str], Callable[[Piece, re.Match[str]], Changed]], ...] = (
    (_TEMPO, _tempo),
    (_BARS, _some_bars),
    (_ONE_PART, _one_part),
    (_WRITTEN_FOR, _for_player),
    (_PLAYED_ON, _played_on),
    (_TO_KEY, _to_key),
)
