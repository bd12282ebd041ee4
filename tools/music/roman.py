"""Roman numerals: what chords are in a key, and which chords numerals stand for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tools.music.chord import Chord
from tools.music.interval import Interval, between, transpose
from tools.music.key import Key, diatonic, read_key
from tools.music.numbers import CARDINALS
from tools.music.numeral import NUMERALS as NUMERALS
from tools.music.numeral import read_numeral
from tools.music.pitch import MusicError, Pitch
from tools.music.quality import Quality
from tools.music.text import plain_signs

_WORDS = {word: str(number) for word, number in CARDINALS.items() if number <= 7}
_COUNTED = re.compile(rf"(?:\b|(?<=\bb))(?:{'|'.join(_WORDS)})\b", re.IGNORECASE)
# Romans that are one character, the longest names first in each row.
_SINGLE = dict(zip("ⅠⅡⅢⅣⅤⅥⅦ", NUMERALS, strict=True)) | dict(
    zip("ⅰⅱⅲⅳⅴⅵⅶ", (numeral.lower() for numeral in NUMERALS), strict=True)
)
# Words and figures in the one form that `read_numeral` reads.
_WRITTEN = tuple(
    (re.compile(pattern, re.IGNORECASE), written)
    for pattern, written in (
        (r"\b(ger|it|fr)(?:man|alian|ench)(?:\s+augmented)?\s+sixths?(?:\s+chord)?", r"\g<1>6"),
        (r"\bneapolitan(?:\s+sixth)?(?=\s+in\s+root)", "N"),
        (r"\bneapolitan(?:\s+sixth)?(?:\s+chord)?", "N6"),
        (rf"\bflat\s+(?=[iv1-7]|(?:{'|'.join(_WORDS)})\b)", "b"),
        (r"\bsharp\s+(?=[iv1-7])", "#"),
        (r"(?<=[a-z°ø+])([654])/([5432])(?!\d)", r"\1\2"),
        (r"(?<=[iv])\s+half[\s-]dim(?:inished)?\s*7?", "ø7"),
        (r"(?<=[iv])\s+(?:diminished|dim)\s*(?=7?)", "dim"),
        (r"(?<=[iv])\s+(?:major|maj)\s*(?=7)", "maj"),
        (r"(?<=[iv])\s+(?:minor|min)\s*(?=7)", "min"),
        (r"(?<=[iv°ø7])\s+of\s+(?:the\s+)?(?=[iv])", "/"),
        (r"\b(?:the|progression|chords?|numerals)\b", " "),
    )
)
_BETWEEN = re.compile(
    r"\s-\s|-(?=[b#]?[ivIVNGFC])|->|→|>|\||,|;|:|\band\b|\bto\b|\bthen\b", re.IGNORECASE
)
_TAIL_KEY = re.compile(r"\s+in\s+(?:the\s+key\s+of\s+)?(?P<key>[A-Ha-h][^,;|]*)$")


@dataclass(frozen=True)
class Numeral:
    """A numeral and the chord it stands for."""

    text: str
    chord: Chord


def analyse_all(chords: Sequence[Chord], key: Key) -> list[str]:
    """Return the numerals of a progression, where each chord is heard before the next.

    >>> from tools.music.music_text import read_chords
    >>> analyse_all(read_chords("C7 F7 C7 F"), Key(Pitch("C")))
    ['I7', 'IV7', 'V7/IV', 'IV']
    """
    nexts: list[Chord | None] = [*chords[1:], None]
    return [analyse(chord, key, after) for chord, after in zip(chords, nexts, strict=True)]


def analyse(chord: Chord, key: Key, after: Chord | None = None) -> str:
    """Return the numeral of a chord in a key, before the chord `after`.

    >>> from tools.music.chord_text import read_chord
    >>> c = Key(Pitch("C"))
    >>> [analyse(read_chord(s), c) for s in ("Dm7", "G7/B", "D7", "Bb", "Db/F", "F#dim7", "Fm")]
    ['ii7', 'V65', 'V7/V', '♭VII', 'N6', 'vii°7/V', 'iv']
    """
    plain = replace(chord, bass=None)
    if _is_neapolitan(plain, key):
        return "N" + _figures(chord, triad=True)
    special = _secondary(chord, key)
    if special and not _blues_tonic(chord, key, after):
        return special
    sign, place = _degree(chord.root, key)
    return sign + _written(chord, place)


def realise(text: str, key: Key) -> list[Numeral]:
    """Return the chords of a line of numerals.

    >>> [n.chord.symbol for n in realise("ii V I", Key(Pitch("C")))]
    ['Dm', 'G', 'C']
    >>> [n.chord.symbol for n in realise("V7/ii bVII N6 vii°7 V65", Key(Pitch("C")))]
    ['A7', 'B♭', 'D♭/F', 'Bdim7', 'G7/B']

    A key named in the line ("ii V I in C") goes before `key`.

    Raises:
        MusicError: names the numeral that cannot be read and the nearest that can.
    """
    tail = _TAIL_KEY.search(text)
    if tail:
        text, key = text[: tail.start()], read_key(tail["key"])
    items = _cut(text)
    if not items:
        raise MusicError("no numerals were given; write e.g. ii V I or I-vi-IV-V")
    return [Numeral(item, read_numeral(item, key)) for item in items]


def _cut(text: str) -> list[str]:
    """Cut a line into numerals, each written in one form."""
    plain = re.sub("|".join(_SINGLE), lambda m: _SINGLE[m[0]], plain_signs(text)).strip(" .?!\"'")
    for pattern, written in _WRITTEN:
        plain = pattern.sub(written, plain)
    plain = _COUNTED.sub(lambda m: _WORDS[m[0].lower()], plain)
    if re.fullmatch(r"[1-7]{3,}", plain):
        return list(plain)
    if not re.search("[ivIVN]", plain):
        plain = re.sub(r"(?<=\S)-(?=[b#]?[1-7])", " ", plain)
    return _BETWEEN.sub(" ", plain).split()


def _degree(root: Pitch, key: Key) -> tuple[str, int]:
    """Return the accidental and the place of a root in the key."""
    interval = between(key.tonic, root).simple
    own = key.scale.intervals[interval.steps]
    difference = interval.semitones - own.semitones
    if key.mode == "minor" and interval.short in ("M6", "M7"):
        difference = 0
    return ("♯" * difference if difference > 0 else "♭" * -difference), interval.steps


def _written(chord: Chord, place: int) -> str:
    quality = chord.quality
    small = quality.third == "m3" and not quality.sus and not quality.power
    roman = NUMERALS[place].lower() if small else NUMERALS[place]
    mark = ""
    if (quality.third, quality.fifth) == ("m3", "d5"):
        mark = "ø" if quality.seventh == "m7" else "°"
    elif (quality.third, quality.fifth) == ("M3", "A5") and not quality.seventh:
        mark = "+"
    return roman + mark + _tail(chord, marked=bool(mark))


def _tail(chord: Chord, *, marked: bool) -> str:
    """Everything after the numeral and its mark: sevenths, extensions, figures."""
    quality = chord.quality
    inverted = chord.bass is not None and chord.inversion is not None
    simple = len(quality.intervals) <= 4 and not quality.added and not quality.sus
    if inverted and simple and (quality.seventh or len(quality.intervals) == 3):
        return _figures(chord, triad=quality.seventh is None)
    tail = quality.symbol
    if marked:
        tail = str(quality.extent) if quality.seventh else ""
        if quality.seventh == "M7":
            tail = f"(maj{tail})"
    elif quality.third == "m3" and not quality.sus:
        tail = tail.removeprefix("m")
    if quality.sixth and quality.extent == 0:
        # A plain 6 is the figure of an inversion.
        tail = tail.replace("6", "add6", 1)
    if chord.bass is None:
        return tail
    return f"{tail}/{chord.bass.name}"


def _figures(chord: Chord, *, triad: bool) -> str:
    number = chord.inversion or 0
    return (("", "6", "64") if triad else ("7", "65", "43", "42"))[number]


def _is_neapolitan(chord: Chord, key: Key) -> bool:
    above = between(key.tonic, chord.root).simple.short
    return above == "m2" and chord.quality == Quality()


def _secondary(chord: Chord, key: Key) -> str | None:
    """Return V/x, V7/x or vii°7/x where the chord is foreign to the key and leads to x."""
    quality = chord.quality
    if _native(chord, key):
        return None
    dominant = quality.third == "M3" and quality.fifth == "P5" and quality.seventh in (None, "m7")
    leading = (quality.third, quality.fifth) == ("m3", "d5") and quality.seventh != "M7"
    if not (dominant or leading) or quality.sus or quality.sixth or quality.power:
        return None
    way = Interval.of("P4") if dominant else Interval.of("m2")
    target = transpose(chord.root, way)
    goals = [c for c in diatonic(key, 3) if c.quality.fifth == "P5" and c.root != key.tonic]
    goal = next((c for c in goals if c.root.name == target.name), None)
    if goal is None or (dominant and quality.seventh is None and not _chromatic(chord, key)):
        return None
    _, place = _degree(goal.root, key)
    return f"{_written(chord, 4 if dominant else 6)}/{_written(goal, place)}"


def _blues_tonic(chord: Chord, key: Key, after: Chord | None) -> bool:
    """True for a seventh on the tonic that does not lead to a plain fourth degree."""
    if chord.root.name != key.tonic.name or chord.quality.third != "M3":
        return False
    fourth = transpose(key.tonic, Interval.of("P4"))
    return after is None or after.root.name != fourth.name or after.quality.seventh == "m7"


def _native(chord: Chord, key: Key) -> bool:
    names = {p.name for p in key.scale.pitches}
    if key.mode == "minor":
        names.add(transpose(key.tonic, Interval.of("M7")).name)
    return all(tone.name in names for tone in chord.tones)


def _chromatic(chord: Chord, key: Key) -> bool:
    """True where the third of the chord leads up into its goal from outside the key."""
    third = transpose(chord.root, Interval.of("M3"))
    return third.name not in {p.name for p in key.scale.pitches}
