"""Figured bass: what the figures under a bass mean, suspensions among them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from tools.music.chord import Chord
from tools.music.key import Key
from tools.music.naming import name_notes
from tools.music.part_writing import LONGEST
from tools.music.parts import Voice
from tools.music.pitch import STEPS, MusicError, Pitch
from tools.music.text import plain_signs
from tools.music.voice_leading import is_dominant, leading_tone
from tools.music.voicing import Slot, slot_of

# What short figures leave out, by the numbers that are written.
_FULL = {
    (): (3, 5), (3,): (3, 5), (5,): (3, 5), (8,): (3, 5), (6,): (3, 6), (4, 6): (4, 6),
    (4,): (4, 5), (7,): (3, 5, 7), (5, 7): (3, 5, 7), (3, 7): (3, 5, 7), (5, 6): (3, 5, 6),
    (3, 4): (3, 4, 6), (2, 4): (2, 4, 6), (2,): (2, 4, 6), (9,): (3, 5, 9), (7, 9): (3, 7, 9),
    (4, 7): (4, 5, 7), (4, 9): (4, 5, 9), (2, 5): (2, 5),
}  # fmt: skip
_PART = re.compile(r"(?P<sign>[#bn+x]*)(?P<number>[2-9])(?P<after>[#+]*)|(?P<third>[#bn]+)")
_NONE = frozenset(("", "-", "_", "–", "0", ".", "none", "5", "53", "5/3", "8", "root"))


@dataclass(frozen=True)
class Realised:
    """One chord over the bass: the figure as written, how long it lasts, what it asks."""

    figure: str
    beats: Fraction
    slot: Slot


def realise_figures(bass: Voice, figures: str, key: Key) -> list[Realised]:
    """Return the chords that figures ask for, one or more for each bass note.

    >>> from tools.music.key import read_key
    >>> from tools.music.voices_text import read_line
    >>> rows = realise_figures(read_line("C3 D3 G3"), "- 6 4-3", read_key("C"))
    >>> [(row.figure, [p.name for p in row.slot.tones]) for row in rows][1:]
    [('6', ['B', 'D', 'F']), ('4', ['G', 'C', 'D']), ('3', ['G', 'B', 'D'])]

    Raises:
        MusicError: there are not as many figures as bass notes, or one cannot be read.
    """
    notes = [note for note in bass if note.pitch is not None]
    if len(notes) > LONGEST:
        raise MusicError(f"{len(notes)} bass notes are too many; give at most {LONGEST}")
    said = read_figures(figures)
    said += [""] * (len(notes) - len(said)) if len(said) in (0, len(notes) - 1) else []
    if len(said) != len(notes):
        raise MusicError(
            f"{len(notes)} bass notes have {len(said)} figures; write one for each note, - for "
            "none, e.g. - 6 65 - 4-3 -"
        )
    rows = []
    for note, text in zip(notes, said, strict=True):
        steps = text.split(">") if text else [""]
        for place, step in enumerate(steps):
            moving = len(steps) > 1 and place < len(steps) - 1
            tones, numbers = _tones(_placed(note.pitch), step, key)
            slot = _slot(tones, numbers, key, moving=moving)
            rows.append(Realised(step, note.beats / len(steps), slot))
    return rows


def read_figures(text: str) -> list[str]:
    """Cut figures into one text for each note; `>` stands between those over one note.

    >>> read_figures("- 6 6/5 #6, 4-3")
    ['', '6', '65', '#6', '4>3']
    """
    plain = plain_signs(text).replace("♮", "n").strip()
    items = [item for item in re.split(r"[\s,;|]+", plain) if item]
    found = []
    for item in items:
        if item.lower() in _NONE:
            found.append("")
            continue
        found.append(">".join(re.sub(r"[/\\.]", "", part) for part in item.strip("-").split("-")))
    return found


def _placed(pitch: Pitch | None) -> Pitch:
    if pitch is None:
        raise MusicError("the bass has a rest; write a note for each figure")
    return pitch


def _tones(bass: Pitch, figure: str, key: Key) -> tuple[list[Pitch], list[int]]:
    """Return the bass and the tones over it, with their numbers (1 for the bass)."""
    signs: dict[int, str] = {}
    rest = figure
    while rest:
        match = _PART.match(rest)
        if match is None:
            raise MusicError(
                f"cannot read the figure {figure!r}; write e.g. 6, 65, 4-3, #6, # or - for none"
            )
        number = int(match["number"]) if match["number"] else 3
        signs[number] = (match["sign"] or "") + (match["after"] or "") + (match["third"] or "")
        rest = rest[match.end() :]
    # A lone accidental alters the third of a plain triad.
    written = tuple(sorted(signs))
    numbers = _FULL.get(written, _completed(written))
    tones = [bass]
    for number in numbers:
        tones.append(_above(bass, number, signs.get(number, ""), key))
    return tones, [1, *numbers]


def _completed(written: tuple[int, ...]) -> tuple[int, ...]:
    missing = (3,) if not {2, 3, 4} & set(written) else ()
    return tuple(sorted({*written, *missing}))


def _above(bass: Pitch, number: int, sign: str, key: Key) -> Pitch:
    step = STEPS[(STEPS.index(bass.step) + number - 1) % 7]
    natural = next((p.alter for p in key.scale.pitches if p.step == step), 0)
    if "n" in sign:
        return Pitch(step, 0)
    # A single sharp or flat over a tone that the key has so already only reminds of it.
    if (sign in ("#", "+") and natural > 0) or (sign == "b" and natural < 0):
        return Pitch(step, natural)
    raised = sign.count("#") + sign.count("+") + sign.count("x") * 2
    return Pitch(step, natural + raised - sign.count("b"))


def _slot(tones: Sequence[Pitch], numbers: Sequence[int], key: Key, *, moving: bool) -> Slot:
    bass = tones[0]
    names = [tone.at(None) for tone in tones]
    suspended = _suspended(names, numbers, moving=moving)
    if not suspended:
        named = _named(names)
        if named is not None:
            return slot_of(named, key, bass=bass)
    rises = leading_tone(key) if is_dominant(names, key) else None
    degrees = tuple((number - 1) % 7 + 1 for number in numbers)
    tonic = rises is None and key.tonic.name in {tone.name for tone in names}
    required = tuple(
        tone for tone, number in zip(names, numbers, strict=True) if number != 5 or len(names) < 4
    )
    return Slot(
        tuple(names), required, bass, names[0].name + "*", degrees, 0, tuple(suspended),
        tuple(suspended), tuple({*suspended, *((rises,) if rises else ())}), rises, tonic,
        names[0].name == key.tonic.name,
    )  # fmt: skip


def _suspended(tones: Sequence[Pitch], numbers: Sequence[int], *, moving: bool) -> list[Pitch]:
    """The tones that are held over and must fall: a fourth, a ninth, a seventh that moves on."""
    found = []
    for tone, number in zip(tones, numbers, strict=True):
        fourth = number == 4 and 6 not in numbers and 3 not in numbers
        seventh = number == 7 and moving
        if fourth or number == 9 or seventh:
            found.append(tone)
    return found


def _named(tones: Sequence[Pitch]) -> Chord | None:
    """The chord that has exactly these tones, as they are spelled."""
    names = {tone.name for tone in tones}
    for chord in name_notes(tones, 6) if len(names) > 2 else []:
        plain = not chord.quality.sus and not chord.quality.added and not chord.quality.sixth
        if plain and {tone.name for tone in chord.tones} == names and chord.inversion is not None:
            return chord
    return None


def chord_of(slot: Slot) -> Chord | str:
    """Return the chord that a slot sounds, or its notes where they have no name."""
    tones = [slot.bass.at(None), *slot.tones]
    chord = None if slot.root.endswith("*") else _named(tones)
    if chord is None:
        chord = next(iter(name_notes(tones, 1)), None)
    return chord or "-".join(tone.name for tone in slot.tones)
