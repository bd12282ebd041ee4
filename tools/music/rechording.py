"""Chords named by what they are to another: its tritone substitute, a ii-V to it, a dominant."""

from __future__ import annotations

import re
from dataclasses import replace

from tools.music.borrowing import DIMINISHED_SEVENTH, DOMINANT_SEVENTH
from tools.music.chord import Chord
from tools.music.chord_symbol import read_suffix
from tools.music.interval import Interval, transpose
from tools.music.key import Key
from tools.music.pitch import MusicError, charted
from tools.music.substitution import substitutes

_KINDS = (
    (r"half[\s-]dim\w*", "m7b5"),
    (r"dim\w*", "dim7"),
    (r"aug\w*", "aug"),
    (r"dom\w*(?:\s(?:7th|seventh))?|(?:a\s)?7", "7"),
    (r"major\s(?:7th|seventh)|maj7", "maj7"),
    (r"minor\s(?:7th|seventh)|min7|m7", "m7"),
    (r"sus(?:pended)?\s?2", "sus2"),
    (r"sus(?:pended)?(?:\s?4)?", "sus4"),
    (r"minor", "m"),
    (r"major", ""),
    (r"ninth|9", "9"),
)
_REASONS = {
    "relative": r"relative", "backdoor": r"backdoor", "borrowed": r"borrowed|parallel",
    "same function": r"same\sfunction", "mediant": r"mediant",
}  # fmt: skip


def instead_of(chord: Chord, wanted: str, key: Key) -> list[Chord]:
    """Return what a chord is to become, where it is said by a relation or a kind; else nothing.

    >>> from tools.music.chord_text import read_chord
    >>> from tools.music.key import read_key
    >>> g, home = read_chord("G7"), read_key("C")
    >>> [instead_of(g, said, home)[0].symbol for said in ("its tritone sub", "minor", "a dim7")]
    ['D♭7', 'Gm', 'Gdim7']

    Raises:
        MusicError: the chord has no such substitute.
    """
    low = re.sub(r"^(?:an?|the|its|their)\s|\s(?:chords?|one|instead)$", "", wanted.lower().strip())
    if "tritone" in low:
        return [tritone_substitute(chord)]
    if re.search(r"ii[\s-]?v\b", low):
        return [*two_five(chord)]
    if re.search(r"\bsub|substitut|alternative|relative|backdoor|borrowed", low):
        return [_substitute(chord, low, key)]
    if re.fullmatch(r"(?:a\s)?(?:7ths?|sevenths?)(?:\schords?)?", low):
        return [_with_seventh(chord, key)]
    kind = next((suffix for said, suffix in _KINDS if re.fullmatch(said, low)), None)
    return [] if kind is None else [replace(chord, quality=read_suffix(kind))]


def before_it(goal: Chord, wanted: str) -> list[Chord]:
    """Return chords that lead to a chord, where they are named by that; else nothing.

    >>> from tools.music.chord_text import read_chord
    >>> [c.symbol for c in before_it(read_chord("Am"), "a ii-V")]
    ['Bm7♭5', 'E7']
    """
    low = wanted.lower()
    if re.search(r"\bii[\s/-]*v\b|\b2[\s-]5\b|\btwo[\s-]five\b", low):
        return [*two_five(goal)]
    if "tritone" in low:
        return [tritone_substitute(two_five(goal)[1])]
    if re.search(r"\bdim\w*|passing", low) and not re.search(r"[A-G][#b]?dim", wanted):
        return [Chord(charted(transpose(goal.root, Interval.of("-m2"))), DIMINISHED_SEVENTH)]
    if re.search(r"\bdominant|\bv7?\b(?!/)", low):
        return [two_five(goal)[1]]
    return []


def two_five(goal: Chord) -> tuple[Chord, Chord]:
    """Return the ii and the V that lead to a chord; to a minor one with its lowered fifth."""
    minor = goal.quality.third == "m3"
    two = transpose(goal.root, Interval.of("M2"))
    five = transpose(goal.root, Interval.of("P5"))
    suffix = "m7b5" if minor else "m7"
    return Chord(charted(two), read_suffix(suffix)), Chord(charted(five), DOMINANT_SEVENTH)


def tritone_substitute(chord: Chord) -> Chord:
    """Return the dominant seventh a tritone away, for a chord of any kind on the same root."""
    return Chord(charted(transpose(chord.root, Interval.of("d5"))), DOMINANT_SEVENTH)


def _substitute(chord: Chord, said: str, key: Key) -> Chord:
    reason = next((pattern for word, pattern in _REASONS.items() if word in said), "")
    for offer in substitutes(chord, key):
        if re.search(reason, offer.reason):
            return offer.chord
    raise MusicError(f"{chord.symbol} has no such substitute; ask for its substitutions to see all")


def _with_seventh(chord: Chord, key: Key) -> Chord:
    """Add the seventh of the key: major, or minor on the fifth degree and on minor chords."""
    quality = chord.quality
    if quality.seventh or quality.sus or quality.power:
        return chord
    if quality.fifth == "d5":
        return replace(chord, quality=read_suffix("m7b5"))
    if quality.third == "m3":
        return replace(chord, quality=read_suffix("m7"))
    major = transpose(chord.root, Interval.of("M7")).name
    names = {pitch.name for pitch in key.scale.pitches}
    return replace(chord, quality=read_suffix("maj7" if major in names else "7"))
