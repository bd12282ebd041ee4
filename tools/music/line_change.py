"""Changes of a melody: inversion, retrograde, other lengths, other notes, steps and intervals."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from tools.music.expression import USUAL
from tools.music.interval import Interval, between, transpose
from tools.music.interval_text import read_interval
from tools.music.key import Key
from tools.music.line import Line, Note, shift, step_in
from tools.music.line_expression import express
from tools.music.line_text import read_line
from tools.music.music_text import Music, read_notes
from tools.music.numbers import CARDINALS
from tools.music.pitch import MusicError, Pitch
from tools.music.text import with_article
from tools.music.transposition import best_spelling

_STEPS = {"step": 1, "tone": 1, "degree": 1, "third": 2, "fourth": 3, "fifth": 4, "sixth": 5,
          "seventh": 6, "second": 1, "octave": 7}  # fmt: skip
_COUNT = rf"(?:an?\s+|(?P<n>\d+|{'|'.join(CARDINALS)})\s+)?"
_WHAT = r"(?P<what>step|degree|second|third|fourth|fifth|sixth|seventh|octave)s?\b"
_UP = r"\b(?P<way>up|down|higher|lower|above|below)\b"
_DIATONIC = (
    re.compile(rf"{_UP}\s+(?:by\s+)?(?:just\s+)?{_COUNT}(?:scale\s+|diatonic\s+)?{_WHAT}"),
    re.compile(rf"\b{_COUNT}(?:scale\s+|diatonic\s+)?{_WHAT}\s+{_UP}"),
)
_QUALITY = re.compile(
    r"\b(?:major|minor|perfect|augmented|diminished|half|whole|semitones?|semi|tritone|chromatic\w*|"
    r"half-?steps?|whole-?steps?)\b"
)
_FACTORS = (
    (r"\b(?:quadruple|four times (?:as )?(?:long|slow))", Fraction(4)),
    (r"\b(?:triple|three times (?:as )?(?:long|slow))", Fraction(3)),
    (r"\b(?:double(?! ?-?time| the (?:speed|tempo))|augment\w*|twice (?:as )?(?:long|slow)\w*|"
     r"half (?:the )?(?:speed|tempo|time))", Fraction(2)),
    (r"\b(?:halve|half(?![\s-]*(?:steps?|tones?))|diminish\w*|diminution|"
     r"twice (?:as )?(?:fast|short|quick)\w*|double ?-?time|double the (?:speed|tempo))",
     Fraction(1, 2)),
    (r"\b(?:dot(?:ted)? )", Fraction(3, 2)),
)  # fmt: skip
_BEGIN_ON = re.compile(r"\b(?:transpose|move|shift).*\bto\s+(?:start on\s+)?([A-Ga-g]\S*)$")
_AXIS = re.compile(
    r"\b(?:around|about|on|at|from|over)\s+(?:the\s+(?:note|axis)\s+)?(middle c|[A-Ga-g]\S*)", re.I
)


def change(
    part: Line, text: str, home: Key, *, whole: bool = False, level: str = USUAL
) -> tuple[Line, str]:
    """Turn a line or a part of one, stretch it, move it, mark it, or put other notes there.

    Returns the changed line and what was done. Steps are those of `home`; where the `whole` line
    is moved by an exact interval, its key moves too. `level` is the dynamic before the part.

    >>> from tools.music.key import read_key
    >>> from tools.music.line_text import write_line
    >>> line, words = change(read_line("C4 D4 E4"), "up a step", read_key("C"))
    >>> write_line(line), words
    ('D4 E4 F4', 'up a step in C major')

    Raises:
        MusicError: the text names no change.
    """
    done = express(part, text, level)
    if done is not None:
        return done
    low = text.lower()
    backwards = re.search(r"retrograd|backward|revers|crab|back to front", low)
    if re.search(r"\binver|\bupside down|\bflip|\bmirror|\bturn.* over", low):
        line, words = _inverted(part, text, home)
        if backwards:
            return line.with_notes(_backwards(line.notes)), f"{words}, backwards"
        return line, words
    if backwards:
        return part.with_notes(_backwards(part.notes)), "backwards"
    for pattern, factor in _FACTORS:
        if re.search(pattern, low):
            return _stretched(part, factor)
    if match := _BEGIN_ON.search(text):
        axis = read_notes(match[1])[0]
        first = part.pitches[0] if part.pitches else axis
        axis = axis if axis.octave is not None else _nearest_octave(axis, first)
        return part.map(lambda p: transpose(p, between(first, axis))), f"moved to begin on {axis}"
    if match := re.search(
        r"^(?:change|replace|set|make|turn)?\s*(?:it\s+)?(?:to|with|into|by|=|->)\s+(.+)$", text
    ):
        return _other_notes(part, match[1])
    return _moved(part, text, home, whole)


def _backwards(notes: Sequence[Note]) -> tuple[Note, ...]:
    """Return notes in the other order; each harmony still begins with the first note over it.

    Where the first notes have none, its symbols stay with their notes.
    """
    if not notes or not notes[0].chord:
        return tuple(reversed(notes))
    harmonies: list[list[Note]] = []
    for note in notes:
        if note.chord or not harmonies:
            harmonies.append([])
        harmonies[-1].append(note)
    turned: list[Note] = []
    for harmony in reversed(harmonies):
        last, *others = (replace(note, chord="") for note in reversed(harmony))
        turned += [replace(last, chord=harmony[0].chord), *others]
    return tuple(turned)


def _inverted(part: Line, text: str, home: Key) -> tuple[Line, str]:
    if not part.pitches:
        return part, "inverted"
    match = _AXIS.search(text)
    axis = part.pitches[0]
    if match:
        named = read_notes(match[1])[0]
        axis = named if named.octave is not None else _nearest_octave(named, axis)
    if re.search(r"\btonal|diatonic|in (?:the )?key|scale", text.lower()):
        turned = part.map(lambda p: step_in(axis, axis.index - p.index, home))
        return turned, f"inverted around {axis} in {home.name}"
    turned = part.map(lambda p: transpose(axis, -between(axis, p)))
    return turned, f"inverted around {axis}"


def _nearest_octave(name: Pitch, near: Pitch) -> Pitch:
    options = [name.at((near.octave or 4) + move) for move in (-1, 0, 1)]
    return min(options, key=lambda option: abs(option.midi - near.midi))


def _stretched(part: Line, factor: Fraction) -> tuple[Line, str]:
    said = {Fraction(2): "in double lengths", Fraction(1, 2): "in half lengths"}
    return part.stretched(factor), said.get(factor, f"in {factor} of the lengths")


def _other_notes(part: Line, text: str) -> tuple[Line, str]:
    """Put other notes in place; names alone take over the lengths that were there."""
    octave = next((pitch.octave for pitch in part.pitches), 4)
    new = read_line(text)
    bare = not re.search(r"\d", text)
    given = list(new.notes)
    if bare:
        near = part.pitches[0] if part.pitches else Pitch("C", 0, octave)
        given = []
        for note in new.notes:
            placed = tuple(_nearest_octave(pitch.at(None), near) for pitch in note.pitches)
            given.append(replace(note, pitches=placed))
            near = placed[0] if placed else near
    if not re.search(r":\S", text) and len(given) == len(part.notes):
        given = [replace(n, beats=o.beats) for n, o in zip(given, part.notes, strict=True)]
    elif not re.search(r":\S", text) and len(given) == 1:
        given = [replace(given[0], beats=part.length)]
    names = " ".join(str(pitch) for note in given for pitch in note.pitches)
    return part.with_notes(given), f"changed to {names}"


def _moved(part: Line, text: str, home: Key, whole: bool) -> tuple[Line, str]:
    low = text.lower()
    match = next((m for pattern in _DIATONIC if (m := pattern.search(low))), None)
    exact = whole and re.search(r"\b(?:transpose\b|fourth|fifth)", low) and "step" not in low
    if match and not exact and not _QUALITY.search(low):
        way, count, what = match["way"], _count(match["n"]), match["what"]
        steps = _STEPS[what] * count * (1 if way in ("up", "higher", "above") else -1)
        amount = with_article(what) if count == 1 else f"{count} {what}s"
        said = f"{'up' if steps > 0 else 'down'} {amount}"
        where = "" if what == "octave" else f" in {home.name}"
        if what == "octave":
            return shift(part, Interval(steps, steps // 7 * 12)), said
        return part.map(lambda p: step_in(p, steps, home)), said + where
    try:
        asked = read_interval(text)
    except MusicError:
        raise MusicError(
            f"cannot read {text!r} as a change; write e.g. up a step, down a minor third, invert "
            "around C4, backwards, double the note lengths, bar 2 to C4 D4 E4, note 3 to G4, bar 2 "
            "forte, staccato, crescendo, slow down, swing"
        ) from None
    interval = asked.interval
    if not asked.exact:
        interval = best_spelling(Music("notes", notes=part.pitches), asked.interval.semitones)
    moved = shift(part, interval) if whole else part.map(lambda p: transpose(p, interval))
    return moved, asked.words


def _count(text: str | None) -> int:
    if text is None:
        return 1
    return int(text) if text.isdigit() else CARDINALS[text]
