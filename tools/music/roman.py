"""Roman numerals: what chords are in a key, and which chords numerals stand for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tools.music.chord import Chord
from tools.music.chord_symbol import SuffixError, read_suffix
from tools.music.interval import Interval, between, transpose
from tools.music.key import Key, diatonic
from tools.music.pitch import MusicError, Pitch
from tools.music.quality import Quality
from tools.music.text import plain_signs

NUMERALS = ("I", "II", "III", "IV", "V", "VI", "VII")
_FIGURES = {"6": 1, "64": 2, "65": 1, "43": 2, "42": 3, "2": 3}
_PREDOMINANT = {  # Neapolitan and augmented sixths: degree, added tones above it, omitted tones
    "it": ("A6",), "ger": ("A6",), "fr": ("A4", "A6"),
}  # fmt: skip
_NASHVILLE = re.compile(
    r"(?P<sign>[b#]?)(?P<digit>[1-7])(?P<minor>m|-)?(?P<suffix>7|maj7|dim|°|o)?"
)
_WORDS = {
    "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7",
}  # fmt: skip


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

    Raises:
        MusicError: names the numeral that cannot be read.
    """
    items = _cut(text)
    if not items:
        raise MusicError("no numerals were given; write e.g. ii V I or I-vi-IV-V")
    return [Numeral(item, _realise_one(item, key)) for item in items]


def _cut(text: str) -> list[str]:
    plain = plain_signs(text).replace("6/5", "65").replace("6/4", "64").replace("4/3", "43")
    plain = plain.replace("4/2", "42").strip(" .?!\"'")
    plain = re.sub(
        r"\b(flat|sharp)\s+(?=[ivIV1-7])", lambda m: "b" if m[1] == "flat" else "#", plain
    )
    plain = re.sub(
        r"\b(?:" + "|".join(_WORDS) + r")\b", lambda m: _WORDS[m[0].lower()], plain, flags=re.I
    )
    plain = re.sub(r"\b(?:the|progression|chords|numerals)\b", " ", plain, flags=re.I)
    plain = re.sub(r"-(?=[b#]?[ivIV1-7N])|->|→|\||,|;|\band\b|\bto\b|\bthen\b", " ", plain)
    return plain.replace(" - ", " ").split()


def _realise_one(item: str, key: Key) -> Chord:
    special = _special(item, key)
    if special is not None:
        return special
    nashville = _NASHVILLE.fullmatch(item)
    if nashville:
        return _nashville(nashville, key)
    head, slash, of = item.rpartition("/")
    if slash and re.fullmatch(r"[b#]*[ivIV]+[°oø+]?", of) and head:
        target = _realise_one(of, key)
        minor = target.quality.third == "m3"
        return _realise_one(head, Key(target.root, "minor" if minor else "major"))
    match = re.fullmatch(r"([b#]*)(VII|VI|IV|V|III|II|I|vii|vi|iv|v|iii|ii|i)(.*)", item)
    if match is None:
        raise MusicError(_unread(item))
    sign, roman, suffix = match.groups()
    root = _root(sign, roman, suffix, key)
    return _with_quality(root, roman, suffix, item, key, plain=not sign)


def _root(sign: str, roman: str, suffix: str, key: Key) -> Pitch:
    place = NUMERALS.index(roman.upper())
    interval = key.scale.intervals[place]
    if sign:
        # An accidental is counted from the major scale in major and from the key's own in minor,
        # except that the common ♭VI and ♭VII of minor are simply its own sixth and seventh.
        natural = Key(key.tonic).scale.intervals[place]
        base = natural if not key.minor_like or sign.startswith("b") else interval
        interval = Interval(base.steps, base.semitones + sign.count("#") - sign.count("b"))
    elif key.mode == "minor" and place in (5, 6) and roman.islower():
        interval = Key(key.tonic).scale.intervals[place]
    return transpose(key.tonic, interval)


def _with_quality(
    root: Pitch, roman: str, suffix: str, item: str, key: Key, *, plain: bool
) -> Chord:
    figures = re.search(r"(65|64|43|42|6|(?<!7|s)2)$", suffix)
    inversion = 0
    seventh = False
    if figures and not re.search(r"sus2$|add", suffix):
        inversion = _FIGURES[figures[1]]
        seventh = figures[1] in ("65", "43", "42", "2")
        suffix = suffix[: figures.start()]
    quality = _quality(root, roman, suffix, item, key, seventh=seventh, plain=plain)
    return Chord(root, quality).invert(inversion)


def _quality(
    root: Pitch, roman: str, suffix: str, item: str, key: Key, *, seventh: bool, plain: bool
) -> Quality:
    own = _own_quality(root, key, 4 if seventh or suffix == "7" else 3) if plain else None
    third = "m3" if roman.islower() else "M3"
    if own is not None and own.third == third:
        # Figures of a seventh chord, and small numerals, mean what the key has there.
        if seventh and not suffix:
            return own
        if roman.islower() and suffix in ("", "7"):
            return own
    symbol = (
        "m" if roman.islower() and not re.match(r"[°oø]|dim|m(?!aj)|min|-", suffix) else ""
    ) + suffix
    try:
        return read_suffix(symbol + ("7" if seventh and "7" not in suffix else ""))
    except SuffixError:
        raise MusicError(_unread(item)) from None


def _own_quality(root: Pitch, key: Key, size: int) -> Quality | None:
    raised = key.mode == "minor" and root.name not in {p.name for p in key.scale.pitches}
    chords = diatonic(key, size, raised=raised) if not raised or _leading(root, key) else []
    return next((c.quality for c in chords if c.root.name == root.name), None)


def _leading(root: Pitch, key: Key) -> bool:
    return between(key.tonic, root).simple.short == "M7"


def _special(item: str, key: Key) -> Chord | None:
    match = re.fullmatch(r"(N|It|Ger|Fr|Neapolitan)(?:\+)?(6|65|43|64)?(?:/[VIvi]+)?", item)
    if match is None:
        return None
    if match[1].startswith("N"):
        return Chord(transpose(key.tonic, Interval.of("m2"))).invert(
            _FIGURES.get(match[2] or "", 0)
        )
    root = transpose(key.tonic, Interval.of("m6"))
    added = _PREDOMINANT[match[1].lower()]
    omitted = () if match[1] == "Ger" else (5,)
    return Chord(root, Quality(added=added, omitted=omitted))


def _nashville(match: re.Match[str], key: Key) -> Chord:
    roman = NUMERALS[int(match["digit"]) - 1]
    size = 4 if match["suffix"] == "7" and not match["minor"] else 3
    root = _root(match["sign"], roman, "", key)
    own = _own_quality(root, key, size) if not match["sign"] else None
    if match["minor"] or match["suffix"] in ("maj7", "dim", "°", "o") or own is None:
        return Chord(root, read_suffix(("m" if match["minor"] else "") + (match["suffix"] or "")))
    return Chord(root, own)


def _unread(item: str) -> str:
    upper = re.sub(r"[^IViv]", "", item)
    hint = (
        f"; did you mean {upper}?" if upper in {n for r in NUMERALS for n in (r, r.lower())} else ""
    )
    return (
        f"cannot read the numeral {item!r}{hint or '; write e.g. ii7 V7 I, bVII, V7/V, N6, vii°7'}"
    )


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
