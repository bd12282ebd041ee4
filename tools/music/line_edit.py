"""Changing a melody as people ask for it: `bar three up a step`, `double the note lengths`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from tools.music.expression import level_after
from tools.music.interval import between
from tools.music.key import Key, read_key
from tools.music.line import Line, Note, merged, shift
from tools.music.line_change import change
from tools.music.line_expression import kept_level
from tools.music.meter import read_meter
from tools.music.numbers import CARDINALS, ORDINALS, check_bpm
from tools.music.pitch import MusicError
from tools.music.text import plain_accidentals
from tools.music.transposition import nearest

_NUMBERS = ORDINALS | CARDINALS | {"last": -1, "final": -1}
_N = rf"(?:\d+|{'|'.join(_NUMBERS)})"
_ORDINAL = rf"(?:{_N}|\d+(?:st|nd|rd|th))"
_BARS = re.compile(
    rf"\b(?:in\s+|of\s+|to\s+)?(?:the\s+)?(?:bars?|measures?)\s+(?P<a>{_N})"
    rf"(?:\s*(?:-|–|to|through|and|until)\s*(?P<b>{_N}))?\b|"
    rf"\b(?:in\s+|of\s+)?(?:the\s+)?(?P<c>{_ORDINAL})\s+(?:bar|measure)\b"
)
_NOTES = re.compile(
    rf"\b(?:the\s+)?notes?\s+(?P<a>{_N})(?:\s*(?:-|–|to|through|and|until)\s*(?P<b>{_N}))?\b|"
    rf"\b(?:the\s+)?(?P<c>{_ORDINAL})\s+note\b"
)
_INTO_KEY = re.compile(
    r"\b(?:in)?to\s+(?:the\s+key\s+of\s+)?([A-Ga-g](?:[#b]|\s(?:flat|sharp))?(?:\s+(?:major|minor)|m)?)$"
)

_RESTS = re.compile(r"\b(?:rests?|silen(?:t|ce)|empty|mute|clear)\b")
PACES = ((r"(?:(?:much|a\s(?:bit|little)|slightly)\s)?(?:slower|more\sslowly)", 0.87),
         (r"(?:(?:much|a\s(?:bit|little)|slightly)\s)?(?:faster|quicker)", 1.15))  # fmt: skip


@dataclass(frozen=True)
class Edited:
    """The changed line and what was done, in words."""

    line: Line
    words: str


def edit(line: Line, request: str) -> Edited:
    """Carry out a request; several are joined by `then` or `;`.

    >>> from tools.music.line_text import read_line, write_line
    >>> melody = read_line("in C major: C4 D4 E4 F4 | G4:h E4:h")
    >>> write_line(edit(melody, "bar two up a step").line)
    'in C major: C4 D4 E4 F4 | A4:h F4:h'
    >>> write_line(edit(melody, "invert around C4").line)
    'in C major: C4 B♭3 A♭3 G3 | F3:h A♭3:h'

    Raises:
        MusicError: the request cannot be read, or names a bar or a note that is not there.
    """
    parts = [part for part in re.split(r"\s*;\s*|,?\s+(?:and\s+)?then\s+", request) if part.strip()]
    if not parts:
        raise MusicError("no change was given; write e.g. bar three up a step, or backwards")
    said = []
    for part in parts:
        done = _edit_once(line, part)
        line = done.line
        said.append(done.words)
    return Edited(line, ", then ".join(said))


def _edit_once(line: Line, request: str) -> Edited:
    text = re.sub(r"(?<![whqesxt.])[.?!\s]+$", "", " ".join(plain_accidentals(request).split()))
    whole = _whole_line(line, text)
    if whole is not None:
        return whole
    scope = _BARS.search(text.lower()) or _NOTES.search(text.lower())
    if scope is None:
        return Edited(*change(line, text, line.home, whole=True))
    rest = " ".join((text[: scope.start()] + " " + text[scope.end() :]).split())
    rest = re.sub(r"^(?:in|of|the|on)\s+|\s+(?:in|of|on)$", "", rest)
    if scope.re is _BARS:
        return _in_bars(line, scope, rest)
    return _in_notes(line, scope, rest)


def _whole_line(line: Line, text: str) -> Edited | None:
    """Changes that only make sense for the whole line."""
    low = text.lower()
    if match := re.search(r"\b(?:tempo|speed)\s+(?:to\s+|of\s+)?(\d+)|\b(\d+)\s*bpm\b", low):
        tempo = check_bpm(int(match[1] or match[2]))
        return Edited(replace(line, tempo=tempo), f"at {tempo} bpm")
    for pattern, factor in PACES:
        if re.fullmatch(rf"(?:(?:play|make|take)\s(?:it\s)?)?(?:an?\s)?{pattern}", low):
            tempo = check_bpm(round(line.tempo * factor))
            return Edited(replace(line, tempo=tempo), f"at {tempo} bpm")
    if match := re.search(r"\b(?:to|in|into|meter|time)\s+(\d+/\d+)", low):
        meter = read_meter(match[1])
        return Edited(replace(line, meter=meter, pickup=Fraction(0)), f"in {meter.name}")
    if _BARS.search(low) or _NOTES.search(low):
        return None
    if match := re.search(r"\b(?:repeat|play)\b.*?\b(twice|\d+ times|three times)?$", low):
        return _repeated(line, match[1] or "")
    if match := _INTO_KEY.search(text):
        return _into_key(line, match[1])
    return None


def _repeated(line: Line, times: str) -> Edited:
    count = {"": 2, "twice": 2, "three times": 3}.get(times) or int(times.split()[0])
    if not 2 <= count <= 16:
        raise MusicError(f"{count} times are too many; repeat 2 to 16 times")
    return Edited(line.with_notes(line.notes * count), f"played {count} times")


def _into_key(line: Line, text: str) -> Edited:
    target = read_key(text)
    source = line.home
    if source.minor_like != target.minor_like and not re.search(r"m", text[1:]):
        target = Key(target.tonic, source.mode)
    moved = shift(line, nearest(between(source.tonic, target.tonic)))
    return Edited(replace(moved, key=target), f"from {source.name} to {target.name}")


def _in_bars(line: Line, scope: re.Match[str], rest: str) -> Edited:
    bars = line.bars
    first_full = 1 if line.pickup else 0
    first, last = _range(scope, len(bars) - first_full, "bar")
    begin, end = first - 1 + first_full, last + first_full
    inside = merged(piece for bar in bars[begin:end] for piece in bar)
    part = Line(inside, line.meter, line.key, line.tempo)
    name = f"bar {first}" if first == last else f"bars {first} to {last}"
    before = merged(piece for bar in bars[:begin] for piece in bar)
    after = merged(piece for bar in bars[end:] for piece in bar)
    if re.fullmatch(r"(?:delete|remove|cut(?: out)?|drop|leave out|erase)", rest.lower()):
        middle: tuple[Note, ...] = ()
        words = "deleted"
    elif _RESTS.search(rest.lower()):
        middle = tuple(Note((), sum((n.beats for n in inside), Fraction(0))) for _ in inside[:1])
        words = "made a rest" if first == last else "made rests"
    elif re.search(r"\b(?:repeat|double up|copy|duplicate)\b", rest.lower()):
        middle, words = inside * 2, "repeated"
    else:
        changed, words = change(part, rest, line.home, level=_level(before))
        middle, after = changed.notes, kept_level(before, inside, changed.notes, after)
    return Edited(line.with_notes((*before, *middle, *after)), f"{name} {words}")


def _in_notes(line: Line, scope: re.Match[str], rest: str) -> Edited:
    places = [number for number, note in enumerate(line.notes) if note.pitches]
    first, last = _range(scope, len(places), "note")
    begin, end = places[first - 1], places[last - 1] + 1
    part = line.with_notes(line.notes[begin:end])
    name = f"note {first}" if first == last else f"notes {first} to {last}"
    if _RESTS.search(rest.lower()) or re.fullmatch(
        r"(?:delete|remove|cut(?: out)?|drop|leave out|erase)", rest.lower()
    ):
        notes = tuple(Note((), note.beats) for note in part.notes)
        changed, words = part.with_notes(notes), "made a rest"
    else:
        changed, words = change(part, rest, line.home, level=_level(line.notes[:begin]))
    before, after = line.notes[:begin], line.notes[end:]
    notes = (*before, *changed.notes, *kept_level(before, part.notes, changed.notes, after))
    return Edited(line.with_notes(notes), f"{name} {words}")


def _level(before: Sequence[Note]) -> str:
    """The dynamic in force after notes."""
    return level_after(note.marks for note in before)


def _range(scope: re.Match[str], count: int, what: str) -> tuple[int, int]:
    a = _number(scope["a"] or scope["c"], count)
    b = _number(scope["b"], count) if scope["b"] else a
    first, last = min(a, b), max(a, b)
    if not 1 <= first <= last <= count:
        raise MusicError(f"there is no {what} {last if first >= 1 else first}; there are {count}")
    return first, last


def _number(text: str, count: int) -> int:
    word = re.sub(r"(?<=\d)(?:st|nd|rd|th)$", "", text)
    number = int(word) if word.isdigit() else _NUMBERS[word]
    return count if number == -1 else number
