"""Marks of expression as each format is read: its signs and words, and where slurs lie."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tools.music.codes.model import Sound
from tools.music.expression import DYNAMICS, HAIRPINS, KNOWN, PACES
from tools.music.pitch import Pitch

Marks = tuple[str, ...]
SLOWEST_BPM, FASTEST_BPM = 10, 400
_LOUDER = {"sf": "sfz", "sfz": "sfz", "fz": "sfz", "sffz": "sfz", "rfz": "sfz", "rf": "sfz"}
_DYNAMICS: dict[str, Marks] = {
    **{name: (name,) for name in DYNAMICS}, **{name: (mark,) for name, mark in _LOUDER.items()},
    "pppp": ("ppp",), "ppppp": ("ppp",), "ffff": ("fff",), "fffff": ("fff",),
    "fp": ("p", "sfz"), "sfp": ("p", "sfz"), "sfpp": ("pp", "sfz"), "sp": ("p",), "spp": ("pp",),
}  # fmt: skip
_ARTICULATIONS: dict[str, Marks] = {
    "staccato": ("staccato",), "staccatissimo": ("staccato",), "spiccato": ("staccato",),
    "wedge": ("staccato",), "tenuto": ("tenuto",), "accent": ("accent",), "emphasis": ("accent",),
    "marcato": ("marcato",), "strong-accent": ("marcato",), "fermata": ("fermata",),
    "invertedfermata": ("fermata",), "shortfermata": ("fermata",), "longfermata": ("fermata",),
    "detached-legato": ("staccato", "tenuto"), "portato": ("staccato", "tenuto"),
}  # fmt: skip
_ABC: dict[str, Marks] = {
    ".": ("staccato",), "L": ("accent",), "H": ("fermata",), ">": ("accent",), "^": ("marcato",),
    "<(": ("cresc",), "crescendo(": ("cresc",), ">(": ("dim",), "diminuendo(": ("dim",),
}  # fmt: skip
_LILYPOND: dict[str, Marks] = {
    "<": ("cresc",), ">": ("dim",), "cresc": ("cresc",), "decresc": ("dim",), "dim": ("dim",),
}  # fmt: skip
_LILYPOND_SIGNS: dict[str, Marks] = {
    ".": ("staccato",), "-": ("tenuto",), ">": ("accent",), "^": ("marcato",),
    "!": ("staccato",), "_": ("staccato", "tenuto"),
}  # fmt: skip
_WORDS = (
    (re.compile(r"\b(?:rit|ritard|ritardando|ritenuto|rall|rallentando)\b"), "rit"),
    (re.compile(r"\b(?:accel|accelerando|stringendo)\b"), "accel"),
    (re.compile(r"\b(?:a tempo|tempo primo|tempo i)\b"), "a-tempo"),
    (re.compile(r"\b(?:cresc|crescendo)\b"), "cresc"),
    (re.compile(r"\b(?:dim|diminuendo|decresc|decrescendo)\b"), "dim"),
)
_SWING = re.compile(r"\b(?:swing|swung|shuffle)\b", re.I)


def of_words(text: str) -> Marks:
    """Return the changes of pace and loudness that words over a staff ask for.

    >>> of_words("poco rit."), of_words("A tempo"), of_words("Violin")
    (('rit',), ('a-tempo',), ())
    """
    plain = text[:80].lower()
    return tuple(mark for pattern, mark in _WORDS if pattern.search(plain))


def asks_for_swing(text: str) -> bool:
    """True where words over a staff ask for swung eighths."""
    return _SWING.search(text[:80]) is not None


def of_abc(decoration: str) -> Marks:
    """Return the marks of a decoration: `!p!`, `+fermata+`, `.`.

    >>> of_abc("!mf!"), of_abc("!<(!"), of_abc("!trill!")
    (('mf',), ('cresc',), ())
    """
    name = decoration[1:-1] if decoration[0] in "!+" else decoration
    return _named(name) or _ABC.get(name, ())


def of_lilypond(command: str) -> Marks:
    """Return the marks of a command without its backslash: `mf`, `<`, `fermata`."""
    return _named(command) or _LILYPOND.get(command, ())


def of_lilypond_sign(sign: str) -> Marks:
    """Return the marks of a sign hung on a note: `-.`, `^>`."""
    return _LILYPOND_SIGNS.get(sign[1:], ())


def of_element(tag: str) -> Marks:
    """Return the marks of an element of MusicXML: a dynamic or an articulation."""
    return _named(tag)


def of_tempo(quarters: float) -> str:
    """Return the mark of a tempo in quarter notes a minute, or of the nearest that is kept.

    >>> of_tempo(90.2), of_tempo(5)
    ('90bpm', '10bpm')
    """
    return f"{min(max(round(quarters), SLOWEST_BPM), FASTEST_BPM)}bpm"


def ordered(marks: Iterable[str]) -> Marks:
    """Return marks once each, tempi first: one dynamic, one hairpin and one pace at most.

    >>> ordered(("staccato", "p", "f", "90bpm"))
    ('90bpm', 'p', 'staccato')
    """
    found = dict.fromkeys(marks)
    tempi = [mark for mark in found if mark.endswith("bpm")][-1:]
    kept: list[str] = []
    for mark in KNOWN:
        kind = next((k for k in _KINDS if mark in k), None)
        if mark in found and not (kind and any(other in kind for other in kept)):
            kept.append(mark)
    return (*tempi, *kept)


def struck(before: Sound | None, pitches: tuple[Pitch, ...]) -> bool:
    """True where a note begins: it is no rest, and not only tied over from the sound before."""
    return bool(pitches) and (before is None or not set(pitches) <= set(before.tied))


def _named(name: str) -> Marks:
    return _DYNAMICS.get(name) or _ARTICULATIONS.get(name, ())


_KINDS = (DYNAMICS.keys(), HAIRPINS.keys(), PACES.keys())
