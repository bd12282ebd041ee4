"""Scales: a tonic and a kind; which scales go with a chord."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from functools import lru_cache

from tools.music.chord import Chord
from tools.music.interval import Interval, transpose
from tools.music.pitch import MusicError, Pitch, charted, read_pitch
from tools.music.quality import degree
from tools.music.scale_types import FIRST_CHOICES, SCALES
from tools.music.text import check_length, corrected, nearest, plain_accidentals, strip_article

_NOTE = r"[A-Ga-g](?:##?|bb?|x)?"
_FIRST = re.compile(rf"^({_NOTE})(?:[\s-]+(.*))?$")
_LAST = re.compile(rf"^(.+?)\s+(?:scale\s+|mode\s+)?(?:on|of|in|from|starting on)\s+({_NOTE})$")
_SHORT_TONIC = re.compile(rf"^({_NOTE})(m|min|maj|M|-)(?=$|\s+)")
_TONIC_KINDS = {"m": "minor", "min": "minor", "-": "minor", "maj": "major", "M": "major"}
_BARE = re.compile(r"\b(?:scale|mode|the|a|an|notes|of)\b", re.IGNORECASE)
# Letters that stand for words, before H is read as a German note.
_LETTERS = (
    (re.compile(r"\bh[\s-]?w\b", re.I), "half whole"),
    (re.compile(r"\bw[\s-]?h\b", re.I), "whole half"),
    (re.compile(r"(?<=\s)HM\b"), "harmonic minor"), (re.compile(r"(?<=\s)MM\b"), "melodic minor"),
    (re.compile(r"(?<=\s)WT\b"), "whole tone"),
)  # fmt: skip
_WORDS = {
    "flat": "b", "sharp": "#", "two": "2", "second": "2", "three": "3", "third": "3", "four": "4",
    "fourth": "4", "five": "5", "fifth": "5", "six": "6", "sixth": "6", "seven": "7",
    "seventh": "7", "nine": "9",
    "maj": "major", "min": "minor", "m": "minor", "nat": "natural", "harm": "harmonic",
    "mel": "melodic", "pent": "pentatonic", "penta": "pentatonic", "ion": "ionian", "dor": "dorian",
    "phryg": "phrygian", "phr": "phrygian", "lyd": "lydian", "mixo": "mixolydian",
    "mix": "mixolydian", "aeol": "aeolian", "loc": "locrian", "dom": "dominant", "alt": "altered",
    "dim": "diminished", "aug": "augmented", "chrom": "chromatic", "step": "",
    "hirajōshi": "hirajoshi",
}  # fmt: skip


_ORDINALS = {
    **{"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7},
    **{"1st": 1, "2nd": 2, "3rd": 3, "4th": 4, "5th": 5, "6th": 6, "7th": 7},
}
_NUMBERED = re.compile(
    rf"^(?:the\s+)?(?P<number>{'|'.join(_ORDINALS)})\s+mode\s+of\s+(?:the\s+)?(?P<parent>.+)$", re.I
)


@dataclass(frozen=True)
class Scale:
    """A scale on a tonic; `kind` is its usual name."""

    tonic: Pitch
    kind: str

    @property
    def name(self) -> str:
        """The name: `D dorian`."""
        return f"{self.tonic.name} {_pretty(self.kind)}"

    @property
    def intervals(self) -> tuple[Interval, ...]:
        """The intervals above the tonic, within an octave."""
        return _intervals(self.kind)

    @property
    def pitches(self) -> tuple[Pitch, ...]:
        """The notes from the tonic up, without its octave.

        >>> [p.name for p in Scale(Pitch("D"), "dorian").pitches]
        ['D', 'E', 'F', 'G', 'A', 'B', 'C']
        """
        notes = tuple(transpose(self.tonic, interval) for interval in self.intervals)
        if len({note.step for note in notes}) == len(notes) == 7:
            return notes
        # Only scales of seven letters have one right spelling; elsewhere plain names read best.
        return tuple(charted(note) for note in notes)

    @property
    def minor_like(self) -> bool:
        """True where the third is minor."""
        return any(interval.short == "m3" for interval in self.intervals)

    @property
    def degrees(self) -> tuple[str, ...]:
        """The degrees against the major scale: `1 2 ♭3 ...`."""
        return tuple(degree(interval) for interval in self.intervals)


def read_scale(text: str) -> Scale:
    """Read a scale's name, the tonic first or last; a bare note is its major scale.

    >>> read_scale("d dorian scale").name, read_scale("F# harmonic minor").name
    ('D dorian', 'F♯ harmonic minor')
    >>> read_scale("blues scale in A").name, read_scale("Bb mixolydian flat six").name
    ('A blues', 'B♭ mixolydian ♭6')

    Raises:
        MusicError: there is no tonic, or no scale of that name.
    """
    check_length(text, "a scale")
    try:
        return _read(text)
    except _UnreadError as problem:
        near = nearest(scale_candidates(text), _read)
        hint = near or "; write a tonic and a kind, e.g. D dorian, F# harmonic minor, A blues"
        raise MusicError(f"cannot read {text!r} as a scale{problem}{hint}") from None


class _UnreadError(MusicError):
    """A text that names no scale."""


def _read(text: str) -> Scale:
    for pattern, words in _LETTERS:
        text = pattern.sub(words, text)
    plain = strip_article(plain_accidentals(text)).strip(" .?!,;:'\"")
    mode = _NUMBERED.match(plain)
    if mode:
        return _mode(_read(mode["parent"]), _ORDINALS[mode["number"].lower()])
    plain = re.sub(r"\b(?:ascending|descending)\b", " ", plain, flags=re.I).strip()
    plain = re.sub(r"^(?:the\s+)?(?:scale|mode|key)\s+of\s+", "", plain, flags=re.I).strip()
    plain = re.sub(r"\s*\b(?:scale|mode|key)\b\s*(?!of\b|on\b|in\b|from\b)", " ", plain, flags=re.I)
    plain = plain.strip()
    short, first, last = _SHORT_TONIC.match(plain), _FIRST.match(plain), _LAST.match(plain)
    if short:
        kind = f"{_TONIC_KINDS[short[2]]} {plain[short.end() :]}"
        # "Am blues" names the blues, not a kind of minor of its own.
        return Scale(
            read_pitch(short[1]), _kind(kind) or _kind(plain[short.end() :]) or _no_kind(kind)
        )
    if first:
        tonic, kind = first[1], first[2] or "major"
    elif last:
        tonic, kind = last[2], last[1]
    else:
        raise _UnreadError(": it has no tonic" if _kind(plain) else "")
    return Scale(read_pitch(tonic), _kind(kind) or _no_kind(kind))


def _no_kind(said: str) -> str:
    raise _UnreadError(f": there is no scale {said.strip()!r}")


def scale_candidates(text: str) -> list[str]:
    """Return texts that may have been meant, the nearest first; not all of them can be read."""
    names = [name for kind, _, others in SCALES for name in (kind, *others)]
    plain = plain_accidentals(text).strip()
    first = _FIRST.match(plain)
    tonic, said = (first[1], first[2] or "") if first else ("C", plain)
    close = difflib.get_close_matches(said.lower().strip(), names, n=3, cutoff=0.6)
    words = {word for name in names for word in name.split()} | {"scale", "mode", "sharp", "flat"}
    return [
        f"C {said}",
        *(f"{tonic} {name}" for name in close),
        *corrected(
            plain, words | {"first", "second", "third", "fourth", "fifth", "sixth", "seventh"}
        ),
        *(f"{tonic} {word}" for word in said.lower().split() if _kind(word)),
    ]


def scales_for(chord: Chord, most: int = 6) -> list[Scale]:
    """Return scales on the chord's root that hold its tones, the usual choice first.

    Over a dominant with an altered ninth some leave its fifth, or its major third, to the chord.

    >>> [s.name for s in scales_for(Chord(Pitch("C")), 2)]
    ['C major', 'C lydian']
    """
    quality = chord.quality
    sounds = {interval.semitones % 12 for interval in quality.intervals}
    first = FIRST_CHOICES.get((quality.third, quality.fifth, quality.seventh), ())
    if quality.sus or quality.power:
        first = ("mixolydian", "dorian", "major", "natural minor")
    if quality.third == "M3" and quality.seventh == "m7" and sounds & {1, 3}:
        first = (*first, *(kind for kind in ("minor pentatonic", "blues") if kind not in first))
    others = [kind for kind, _, _ in SCALES if kind not in (*first, "chromatic")]
    found = [kind for kind in (*first, *others) if _in_scale(kind, sounds) <= _sounds(kind)]
    known = [kind for kind in found if kind in first]
    # Rarer scales are worth a word only where the usual ones do not fit.
    return [Scale(chord.root, kind) for kind in (known if len(known) > 1 else found)[:most]]


def _in_scale(kind: str, sounds: set[int]) -> set[int]:
    """Return a chord's sounds without what players of a scale leave to the chord.

    Over a dominant with an altered ninth they play the altered scale against its plain fifth, and
    that with both thirds as a blues.
    """
    if kind == "altered" and sounds & {1, 3} and {4, 10} <= sounds:
        return sounds - {7}
    return sounds - {4} if kind in ("minor pentatonic", "blues") and {3, 4} <= sounds else sounds


def _mode(parent: Scale, number: int) -> Scale:
    """Return the mode that starts on a degree of the parent scale."""
    notes = parent.pitches
    if number > len(notes):
        raise MusicError(
            f"{parent.name} has {len(notes)} notes and no mode {number}; did you mean "
            f"fifth mode of {parent.name}?"
        )
    turned = notes[number - 1 :] + notes[: number - 1]
    for kind, _, _ in SCALES:
        if Scale(turned[0], kind).pitches == turned:
            return Scale(turned[0], kind)
    names = " ".join(note.name for note in turned)
    raise MusicError(f"mode {number} of {parent.name} ({names}) has no name of its own here")


def _sounds(kind: str) -> set[int]:
    return {interval.semitones % 12 for interval in _intervals(kind)}


@lru_cache(maxsize=128)
def _intervals(kind: str) -> tuple[Interval, ...]:
    text = next(degrees for name, degrees, _ in SCALES if name == kind)
    return tuple(_of_degree(item) for item in text.split())


def _of_degree(text: str) -> Interval:
    number = int(text.lstrip("b#"))
    natural = Interval.of(f"{'P' if number in (1, 4, 5) else 'M'}{number}")
    return Interval(natural.steps, natural.semitones + text.count("#") - text.count("b"))


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    known: dict[str, str] = {}
    for kind, _, others in SCALES:
        for name in (kind, *others):
            known.setdefault(_key(_BARE.sub(" ", name)), kind)
    return known


@lru_cache(maxsize=1)
def _reordered() -> dict[str, str]:
    """Names by their words in any order, where these can mean one scale only."""
    known: dict[str, set[str]] = {}
    for kind, _, others in SCALES:
        for name in (kind, *others):
            known.setdefault(_sorted(_BARE.sub(" ", name)), set()).add(kind)
    return {words: next(iter(kinds)) for words, kinds in known.items() if len(kinds) == 1}


def _key(name: str) -> str:
    words = re.sub(r"[-_().]", " ", name.lower()).split()
    joined = "".join(_WORDS.get(word, word) for word in words)
    return joined.replace("natural6", "6") if "locrian" in joined else joined


def _sorted(name: str) -> str:
    return " ".join(sorted(_key(word) for word in re.sub(r"[-_().]", " ", name).split()))


def _kind(said: str) -> str | None:
    """The usual name of a kind of scale, or nothing."""
    bare = _BARE.sub(" ", said)
    if said.strip() == "M":
        return "major"
    return _names().get(_key(bare)) or _reordered().get(_sorted(bare))


def _pretty(kind: str) -> str:
    return re.sub(r"b(?=b*\d)", "♭", kind).replace("#", "♯")
