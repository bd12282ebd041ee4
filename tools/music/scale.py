"""Scales: a tonic and a kind; which scales go with a chord."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from tools.music.chord import Chord
from tools.music.interval import Interval, transpose
from tools.music.pitch import MusicError, Pitch, read_pitch, simplest
from tools.music.quality import degree
from tools.music.scale_types import FIRST_CHOICES, SCALES
from tools.music.text import did_you_mean, plain_accidentals, strip_article

_NOTE = r"[A-Ga-g](?:##?|bb?|x)?"
_FIRST = re.compile(rf"^({_NOTE})(?:[\s-]+(.*))?$")
_LAST = re.compile(rf"^(.+?)\s+(?:scale\s+|mode\s+)?(?:on|of|in|from|starting on)\s+({_NOTE})$")
_WORDS = {
    "flat": "b", "sharp": "#", "two": "2", "second": "2", "four": "4", "fourth": "4", "five": "5",
    "fifth": "5", "six": "6", "sixth": "6", "seven": "7", "seventh": "7", "nine": "9",
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
        if len(notes) == 7:
            return notes
        # Only scales of seven letters have one right spelling; elsewhere plain names read best.
        return tuple(simplest(n) if abs(n.alter) > 1 or _odd(n) else n for n in notes)

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
    plain = strip_article(plain_accidentals(text)).strip(" .?!,;:'\"")
    mode = _NUMBERED.match(plain)
    if mode:
        return _mode(read_scale(mode["parent"]), _ORDINALS[mode["number"].lower()])
    plain = re.sub(r"\b(?:ascending|descending)\b", " ", plain, flags=re.I).strip()
    plain = re.sub(r"\s*\b(?:scale|mode|key)\b\s*(?!of\b|on\b|in\b|from\b)", " ", plain, flags=re.I)
    plain = re.sub(r"^(?:the\s+)?(?:scale|mode|key)\s+of\s+", "", plain.strip(), flags=re.I).strip()
    first, last = _FIRST.match(plain), _LAST.match(plain)
    if first:
        tonic, kind = first[1], first[2] or "major"
    elif last:
        tonic, kind = last[2], last[1]
    else:
        minor = re.match(rf"^({_NOTE})m(?:in)?$", plain)
        if minor is None:
            raise MusicError(_no_tonic(plain))
        tonic, kind = minor[1], "minor"
    return Scale(read_pitch(tonic), _kind(kind, text))


def scales_for(chord: Chord, most: int = 6) -> list[Scale]:
    """Return scales on the chord's root that hold all its tones, the usual choice first.

    >>> [s.name for s in scales_for(Chord(Pitch("C")), 2)]
    ['C major', 'C lydian']
    """
    quality = chord.quality
    sounds = {interval.semitones % 12 for interval in quality.intervals}
    first = FIRST_CHOICES.get((quality.third, quality.fifth, quality.seventh), ())
    if quality.sus or quality.power:
        first = ("mixolydian", "dorian", "major", "natural minor")
    others = [kind for kind, _, _ in SCALES if kind not in (*first, "chromatic")]
    found = [kind for kind in (*first, *others) if sounds <= _sounds(kind)]
    known = [kind for kind in found if kind in first]
    # Rarer scales are worth a word only where the usual ones do not fit.
    return [Scale(chord.root, kind) for kind in (known if len(known) > 1 else found)[:most]]


def _mode(parent: Scale, number: int) -> Scale:
    """Return the mode that starts on a degree of the parent scale."""
    notes = parent.pitches
    if number > len(notes):
        raise MusicError(f"{parent.name} has {len(notes)} notes and no mode {number}")
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
            known.setdefault(_key(name), kind)
    return known


def _key(name: str) -> str:
    words = re.sub(r"[-_]", " ", name.lower()).split()
    joined = "".join(_WORDS.get(word, word) for word in words)
    return (
        joined.replace("natural6", "6") if "locrian" in joined and "natural6" in joined else joined
    )


def _kind(said: str, text: str) -> str:
    known = _names()
    key = _key(re.sub(r"\b(scale|mode|the|a|an|notes|of)\b", " ", said, flags=re.I))
    if key in known:
        return known[key]
    if said.strip() in ("m", "M"):
        return "natural minor" if said.strip() == "m" else "major"
    names = [name for kind, _, others in SCALES for name in (kind, *others)]
    near = did_you_mean(said.lower().strip(), names)
    raise MusicError(
        f"cannot read {text!r} as a scale: there is no scale {said.strip()!r};"
        + (near or " write e.g. D dorian, F# harmonic minor, A blues")
    )


def _no_tonic(plain: str) -> str:
    if _key(plain) in _names():
        return f"{plain!r} has no tonic; did you mean C {plain.lower()}?"
    return f"cannot read {plain!r} as a scale; write a tonic and a kind, e.g. D dorian"


def _odd(pitch: Pitch) -> bool:
    return (pitch.step, pitch.alter) in {("E", 1), ("B", 1), ("C", -1), ("F", -1)}


def _pretty(kind: str) -> str:
    return re.sub(r"b(?=b*\d)", "♭", kind).replace("#", "♯")
