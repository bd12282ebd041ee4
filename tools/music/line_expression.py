"""Marking a melody as people ask for it: `bar two forte`, `crescendo`, `staccato`, `slow down`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from tools.music.expression import (
    ARTICULATIONS,
    DYNAMICS,
    HAIRPINS,
    PACES,
    USUAL,
    level_after,
    read_marks,
)
from tools.music.line import Line, Note

_LEVELS = tuple(DYNAMICS)
_KINDS: tuple[tuple[str, str], ...] = (
    (r"crescendo|cresc\b|(?:get|grow|gradually|slowly|swell)\w*\s+louder|swell", "cresc"),
    (
        r"de\s?cresc\w*|diminuendo|dim\.?$|fade(?:\s+out|\s+away)?|(?:get|grow|gradually)\w*\s+(?:softer|quieter)",
        "dim",
    ),
    (r"ritard\w*|\brit\b|rall\w*|slow(?:ing)?\s+down|slower at the end", "rit"),
    (r"accel\w*|speed(?:ing)?\s+up|get\w*\s+faster", "accel"),
    (r"\ba\s+tempo\b", "a-tempo"),
    (r"stacc\w*|detached|short and light", "staccato"),
    (r"legato|slur\w*|smooth\w*|connected", "legato"),
    (r"tenuto", "tenuto"),
    (r"marcato", "marcato"),
    (r"accent\w*|sforzando", "accent"),
    (r"fermata|\bhold\b", "fermata"),
    (r"mezzo[\s-]?piano|\bmp\b", "mp"),
    (r"mezzo[\s-]?forte|\bmf\b", "mf"),
    (r"fortississimo|\bfff\b", "fff"),
    (r"fortissimo|very loud|\bff\b", "ff"),
    (r"pianississimo|\bppp\b", "ppp"),
    (r"pianissimo|very (?:soft|quiet)\w*|\bpp\b", "pp"),
    (r"\bpiano\b|\bsoft(?:ly)?\b|\bquiet(?:ly)?\b|\bp\b", "p"),
    (r"\bforte\b|\bloud(?:ly)?\b|\bf\b", "f"),
)
_RELATIVE = re.compile(r"\b(louder|softer|quieter)\b")
_REMOVE = re.compile(
    r"\b(?:remove|no|without|delete|drop|clear)\b.*\b(?:dynamic|articulation|mark|expression)s?"
)
_SWING = re.compile(r"\b(?:swing|swung|shuffle)\b")
_STRAIGHT = re.compile(r"\bstraight(?:en)?\b|\b(?:no|without|remove the) swing\b")
_NO_MARK = re.compile(
    r"\bf(?:lat|rom)?\s+(?:sharp|flat|major|minor)\b|\b(?:to|in|into)\s+f\b", re.I
)


def express(part: Line, text: str, level: str = USUAL) -> tuple[Line, str] | None:
    """Put marks on a part of a line, as asked for; nothing where the text asks for none.

    `level` is the dynamic in force before it. A dynamic, a hairpin and a pace stand at the first
    note, an articulation at each.

    >>> from tools.music.line_text import read_line, write_line
    >>> line, words = express(read_line("C4 D4 E4"), "make it staccato and soft")
    >>> write_line(line), words
    ('(p staccato)C4 (staccato)D4 (staccato)E4', 'staccato, p')

    Raises:
        MusicError: never for what it reads; what it cannot read is another's.
    """
    low = text.lower()
    if _REMOVE.search(low):
        return part.with_notes(replace(n, marks=()) for n in part.notes), "without marks"
    if _STRAIGHT.search(low):
        return replace(part, swing=False), "in straight eighths"
    if _SWING.search(low):
        return replace(part, swing=True), "with swung eighths"
    asked = _asked(low, part, level)
    if not asked or not any(note.pitches for note in part.notes):
        return None
    notes = list(part.notes)
    for mark in asked:
        notes = _marked(notes, mark)
    return part.with_notes(notes), ", ".join(asked)


def kept_level(
    before: Sequence[Note], old: Sequence[Note], new: Sequence[Note], after: Sequence[Note]
) -> tuple[Note, ...]:
    """Return what follows a changed part, still as loud as it was."""
    was = level_after(note.marks for note in (*before, *old))
    now = level_after(note.marks for note in (*before, *new))
    if was == now or not after or set(after[0].marks) & DYNAMICS.keys():
        return tuple(after)
    return (replace(after[0], marks=(was, *after[0].marks)), *after[1:])


def _asked(low: str, part: Line, level: str) -> list[str]:
    if _NO_MARK.search(low):
        return []
    if match := _RELATIVE.search(low):
        gradual = any(re.search(pattern, low) for pattern, _ in _KINDS[:2])
        if not gradual:
            current = level_after([part.notes[0].marks] if part.notes else [], level)
            step = 2 if match[1] == "louder" else -2
            return [_LEVELS[max(0, min(_LEVELS.index(current) + step, len(_LEVELS) - 1))]]
    found: list[str] = []
    rest = low
    for pattern, mark in _KINDS:
        if re.search(pattern, rest):
            rest = re.sub(pattern, " ", rest)
            found.append(mark)
    left = re.sub(r"\b(?:with|and|an?|the|at|its?|in|make|play|all|every|each|on|be|to|more|put|add"
                  r"|notes?|them|that|this|it|is|should|tempo|end|of|little|bit|please)\b|[.,!]",
                  " ", rest)  # fmt: skip
    return found if found and not left.strip() else []


def _marked(notes: list[Note], mark: str) -> list[Note]:
    """Put a mark where it belongs, in place of others of its kind."""
    kinds = (DYNAMICS.keys(), HAIRPINS.keys(), PACES.keys())
    same = next((set(kind) for kind in kinds if mark in kind), None)
    if same is None:
        return [_with(note, mark, set(ARTICULATIONS) - {"fermata"}) for note in notes]
    place = next(n for n, note in enumerate(notes) if note.pitches)
    made = [replace(note, marks=tuple(m for m in note.marks if m not in same)) for note in notes]
    made[place] = replace(made[place], marks=(mark, *made[place].marks))
    return made


def _with(note: Note, mark: str, others: set[str]) -> Note:
    if not note.pitches:
        return note
    kept = note.marks if mark == "fermata" else tuple(m for m in note.marks if m not in others)
    return replace(note, marks=read_marks(" ".join((*kept, mark))))
