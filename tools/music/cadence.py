"""Cadences: where a progression comes to rest, and how."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from tools.music.chord import Chord
from tools.music.interval import between
from tools.music.key import Key
from tools.music.music_text import read_chords
from tools.music.pitch import MusicError
from tools.music.roman import analyse_all, realise

# A phrase is mostly as long; a dominant there is a half cadence.
PHRASE_BARS = 4
_NUMERAL = re.compile(r"[b#♭♯]?[IViv1-7]|N6?\b|Ger|Fr\d|It\d?\b")


@dataclass(frozen=True)
class Cadence:
    """Two chords that make a cadence. `place` is the index of the second, from 0."""

    name: str
    place: int
    numerals: tuple[str, str]
    final: bool


@dataclass(frozen=True)
class Progression:
    """Chords and the bar (from 1) of each; `drawn` where bar lines were written."""

    chords: tuple[Chord, ...]
    bars: tuple[int, ...]
    drawn: bool

    def where(self, place: int) -> str:
        """Say where a chord stands: `bar 4` or `chord 3`."""
        return f"bar {self.bars[place]}" if self.drawn else f"chord {place + 1}"


def is_numerals(text: str) -> bool:
    """True where a progression is written in numerals.

    >>> is_numerals("ii V I"), is_numerals("N6 V"), is_numerals("Dm7 G7")
    (True, True, False)
    """
    return bool(_NUMERAL.match(text.strip()))


def read_progression(text: str, key: Key | None = None) -> Progression:
    """Read chords, or numerals in a key, with or without bar lines.

    >>> read_progression("Dm7 G7 | C").bars
    (1, 1, 2)

    Raises:
        MusicError: there are fewer than two chords, one cannot be read, or numerals have no key.
    """
    if is_numerals(text) and key is None:
        raise MusicError("numerals need a key; write it too, e.g. IV V I in D major")
    parts = [part for part in text.split("|") if part.strip(" :\n.")]
    drawn = len(parts) > 1
    rows = [(chord, bar) for bar, part in enumerate(parts, 1) for chord in _chords(part, key)]
    if len(rows) < 2:
        raise MusicError("a cadence takes two chords or more; write e.g. Dm7 G7 | C")
    bars = tuple(bar if drawn else place for place, (_, bar) in enumerate(rows, 1))
    return Progression(tuple(chord for chord, _ in rows), bars, drawn)


def _chords(text: str, key: Key | None) -> Sequence[Chord]:
    if key is not None and is_numerals(text):
        return [numeral.chord for numeral in realise(text, key)]
    return read_chords(text)


def cadences(progression: Progression, key: Key) -> list[Cadence]:
    """Return every cadence in order; the last chord's is `final`.

    Half cadences are only heard at the end of the whole and of every fourth bar. Whether an
    authentic cadence is perfect depends on the tune too: the name says so.

    >>> from tools.music.key import read_key
    >>> [c.name for c in cadences(read_progression("Dm G7 Am F C"), read_key("C"))]
    ['deceptive cadence', 'plagal cadence']
    """
    chords = progression.chords
    numerals = analyse_all(chords, key)
    last = len(chords) - 1
    found = []
    for place, (before, after) in enumerate(pairwise(chords), start=1):
        ends = place == last or _phrase_ends(progression, place)
        pair = (numerals[place - 1], numerals[place])
        name = _name(before, after, key) or (_half(before, after, key) if ends else "")
        name = name or _tonicises(before, after, pair)
        if name:
            found.append(Cadence(name, place, pair, place == last))
    return found


def _phrase_ends(progression: Progression, place: int) -> bool:
    if not progression.drawn:
        return False
    bar, after = progression.bars[place], progression.bars[place + 1]
    return bar % PHRASE_BARS == 0 and after > bar


def _name(before: Chord, after: Chord, key: Key) -> str:
    start, goal = _degree(before, key), _degree(after, key)
    if after.inversion == 2:
        return ""  # a six-four chord is no goal
    if goal == "P1" and after.quality.fifth == "P5" and not after.quality.sus:
        return _to_tonic(before, after, start, key)
    if start == "P5" and _major_third(before) and goal in ("M6", "m6") and not after.bass:
        return "deceptive cadence"
    return ""


def _to_tonic(before: Chord, after: Chord, start: str, key: Key) -> str:
    seventh = before.quality.seventh
    picardy = " with a Picardy third" if key.mode == "minor" and _major_third(after) else ""
    if start == "P5" and (_major_third(before) or before.quality.sus):
        if seventh and before.inversion == 3:
            return "evaded cadence (V42 to I6)" if after.bass else "imperfect authentic cadence"
        if before.bass or after.bass:
            return "imperfect authentic cadence" + picardy
        return "authentic cadence" + picardy
    if start == "M7" and before.quality.fifth == "d5":
        return "imperfect authentic cadence (leading-tone chord)" + picardy
    if start == "m2" and seventh == "m7" and _major_third(before):
        return "authentic cadence by tritone substitution"
    if start == "P4":
        minor = before.quality.third == "m3" and key.mode == "major"
        return ("minor plagal cadence" if minor else "plagal cadence") + picardy
    if start == "m7" and _major_third(before):
        return "backdoor cadence" if seventh == "m7" and key.mode == "major" else "modal cadence"
    if start == "P5":
        return "modal cadence (minor dominant)"
    return ""


def _half(before: Chord, after: Chord, key: Key) -> str:
    if _degree(after, key) != "P5" or not _major_third(after) or after.bass:
        return ""
    phrygian = (
        key.mode == "minor" and _degree(before, key) == "P4" and before.quality.third == "m3"
        and before.inversion == 1
    )  # fmt: skip
    return "Phrygian half cadence" if phrygian else "half cadence"


def _tonicises(before: Chord, after: Chord, numerals: tuple[str, str]) -> str:
    """Name a dominant seventh that is foreign to the key and goes to its own tonic."""
    falls = between(before.root, after.root).simple.short == "P4"
    if falls and numerals[0].startswith("V") and "/" in numerals[0]:
        return f"tonicises {after.root.name}"
    return ""


def _major_third(chord: Chord) -> bool:
    return chord.quality.third == "M3" and not chord.quality.sus and not chord.quality.power


def _degree(chord: Chord, key: Key) -> str:
    return between(key.tonic, chord.root).simple.short
