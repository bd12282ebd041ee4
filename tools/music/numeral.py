"""Reading one Roman or Nashville numeral in a key: `V65/V`, `iiø7`, `bVII`, `Ger+6`, `6m`."""

from __future__ import annotations

import difflib
import re

from tools.music.chord import Chord
from tools.music.chord_symbol import SuffixError, read_suffix
from tools.music.interval import Interval, between, transpose
from tools.music.key import Key, diatonic
from tools.music.pitch import MusicError, Pitch
from tools.music.quality import Quality
from tools.music.text import check_length, nearest, plain_signs

_LONGEST = 24
NUMERALS = ("I", "II", "III", "IV", "V", "VI", "VII")
_ROMAN = r"(?:VII|VI|IV|V|III|II|I|vii|vi|iv|v|iii|ii|i)"
# Figures of a triad and of a seventh chord: the number of the inversion.
_TRIADS = {"53": 0, "6": 1, "63": 1, "64": 2}
_SEVENTHS = {"65": 1, "43": 2, "42": 3, "2": 3}
# Augmented sixths: tones above the lowered sixth degree beside its third and fifth.
_SIXTHS = {"It": ("A6",), "Ger": ("A6",), "Gr": ("A6",), "Fr": ("A4", "A6")}

_SECONDARY = re.compile(rf"(?P<head>.+)/(?P<of>[b#]*{_ROMAN}[°oø+]?)")
_SIXTH = re.compile(r"(?P<kind>It|Ger|Gr|Fr)\.?\+?(?:6|65|64|43|42|53|7)?")
_NEAPOLITAN = re.compile(r"N(?P<figures>53|63|64|6)?")
_NUMERAL = re.compile(
    rf"(?P<sign>[b#]*)(?P<roman>{_ROMAN})(?P<rest>[^\[]*)(?P<extra>(?:\[[^\]]*\])*)"
)
_FIGURED = re.compile(
    r"(?P<mark>°|o|ø|/o|\+|dim|aug|m|-)?(?P<figures>53|63|64|65|43|42|6|2)(?![/\d])"
)
_NASHVILLE = re.compile(r"(?P<sign>[b#]?)(?P<digit>[1-7])(?P<rest>.*?)(?:/(?P<bass>[b#]?[1-7]))?")
_COMMON = (
    *("I", "ii", "iii", "IV", "V", "vi", "vii°", "i", "III", "iv", "v", "VI", "VII", "ii°"),
    *("I6", "I64", "ii7", "ii65", "IV6", "V6", "V7", "V65", "V43", "V42", "vi7", "vii°7", "viiø7"),
    *("iiø7", "iiø65", "V9", "V13", "Vsus4", "Imaj7", "IVmaj7", "III+", "V+", "bII", "bIII", "bVI"),
    *("bVII", "#iv°7", "V/V", "V7/ii", "V7/iii", "V7/IV", "V7/V", "V7/vi", "vii°7/V", "N6"),
    *("Ger6", "It6", "Fr6", "Cad64", "subV7"),
)


def read_numeral(item: str, key: Key) -> Chord:
    """Read one numeral; figures and small numerals mean what the key has there.

    >>> c = Key(Pitch("C"))
    >>> [read_numeral(n, c).symbol for n in ("V65/V", "iiø65", "IIm7", "6m", "1/3", "subV7")]
    ['D7/F♯', 'Dm7♭5/F', 'Dm7', 'Am', 'C/E', 'D♭7']
    >>> [p.name for p in read_numeral("Fr+6", c).tones]
    ['A♭', 'C', 'D', 'F♯']

    Raises:
        MusicError: the numeral cannot be read; names the nearest one that can.
    """
    check_length(item, "a numeral", _LONGEST)
    try:
        return _read(item, key)
    except MusicError:
        near = nearest(_candidates(item), lambda text: _read(text, key), most=2)
        hint = near or "; write e.g. ii7 V7 I, bVII, V7/V, N6, vii°7"
        raise MusicError(f"cannot read the numeral {item!r}{hint}") from None


def _candidates(item: str) -> list[str]:
    """Numerals that may have been meant, the nearest first."""
    item = re.sub(r"(?<=[ivIV])o", "°", item[:_LONGEST])
    base = re.sub(r"(.)\1{2,}", r"\1\1\1", item)
    doubled = re.sub(r"([vV])\1+", r"\1", base)
    prefixes = [base[:end] for end in range(len(base) - 1, 0, -1)]
    close = difflib.get_close_matches(item, _COMMON, n=4, cutoff=0.6)
    octave = re.sub("8", "1", item) if item.isdigit() else doubled
    return [doubled, octave, *close[:1], *prefixes[:2], *close[1:], *prefixes[2:]]


def _read(item: str, key: Key) -> Chord:
    secondary = _SECONDARY.fullmatch(item)
    if secondary:
        target = _read(secondary["of"], key)
        minor = target.quality.third == "m3"
        return _read(secondary["head"], Key(target.root, "minor" if minor else "major"))
    special = _special(item, key)
    if special is not None:
        return special
    nashville = _NASHVILLE.fullmatch(item)
    if nashville:
        return _nashville(nashville, key)
    match = _NUMERAL.fullmatch(item)
    if match is None:
        raise MusicError(item)
    root = _root(match["sign"], match["roman"], key)
    chord = _with_figures(root, match, key)
    return _with_extra(chord, match["extra"]) if match["extra"] else chord


def _special(item: str, key: Key) -> Chord | None:
    """Augmented sixths, the Neapolitan, the cadential six-four and the tritone substitute."""
    sixth = _SIXTH.fullmatch(item)
    if sixth:
        root = transpose(key.tonic, Interval.of("m6"))
        omitted = () if sixth["kind"].startswith("G") else (5,)
        return Chord(root, Quality(added=_SIXTHS[sixth["kind"]], omitted=omitted))
    above = Chord(transpose(key.tonic, Interval.of("m2")))
    neapolitan = _NEAPOLITAN.fullmatch(item)
    if neapolitan:
        return above.invert(_TRIADS[neapolitan["figures"] or "53"])
    if re.fullmatch(r"sub\s?V7?", item):
        return Chord(above.root, read_suffix("7"))
    if re.fullmatch(r"Cad?64", item):
        return _read("i64" if key.minor_like else "I64", key)
    return None


def _root(sign: str, roman: str, key: Key) -> Pitch:
    place = NUMERALS.index(roman.upper())
    interval = key.scale.intervals[place]
    natural = Key(key.tonic).scale.intervals[place]
    if sign:
        # An accidental is counted from the major scale in major and from the key's own in minor,
        # except that the common ♭VI and ♭VII of minor are simply its own sixth and seventh, and
        # ♯vi and ♯vii its raised ones.
        base = natural if not key.minor_like or sign.startswith("b") else interval
        interval = Interval(base.steps, base.semitones + sign.count("#") - sign.count("b"))
    elif key.mode == "minor" and place in (5, 6) and roman.islower():
        interval = natural
    return transpose(key.tonic, interval)


def _with_figures(root: Pitch, match: re.Match[str], key: Key) -> Chord:
    roman, rest, plain = match["roman"], match["rest"], not match["sign"]
    if rest == "54":
        return Chord(root, read_suffix("sus4"))
    figured = _FIGURED.fullmatch(rest)
    if figured is None:
        return Chord(root, _quality(root, roman, rest, key, seventh=False, plain=plain))
    mark, figures = (figured["mark"] or "").replace("/o", "ø"), figured["figures"]
    seventh = figures in _SEVENTHS
    if mark == "ø" and not seventh:
        mark = "°"
    quality = _quality(root, roman, mark, key, seventh=seventh, plain=plain)
    return Chord(root, quality).invert(_SEVENTHS[figures] if seventh else _TRIADS[figures])


def _quality(
    root: Pitch, roman: str, suffix: str, key: Key, *, seventh: bool, plain: bool
) -> Quality:
    suffix = re.sub("^/o", "ø", suffix)
    own = _own_quality(root, key, 4 if seventh or suffix == "7" else 3) if plain else None
    third = "m3" if roman.islower() else "M3"
    if own is not None and own.third == third:
        # Figures of a seventh chord, and small numerals, mean what the key has there.
        if seventh and not suffix:
            return own
        if roman.islower() and suffix in ("", "7"):
            return own
    small = roman.islower() and not re.match(r"[°oø]|dim|m(?!aj)|min|-", suffix)
    try:
        symbol = ("m" if small else "") + suffix
        return read_suffix(symbol + ("7" if seventh and "7" not in suffix else ""))
    except SuffixError as problem:
        raise MusicError(str(problem)) from None


def _own_quality(root: Pitch, key: Key, size: int) -> Quality | None:
    raised = key.mode == "minor" and root.name not in {p.name for p in key.scale.pitches}
    leading = between(key.tonic, root).simple.short == "M7"
    chords = diatonic(key, size, raised=raised) if not raised or leading else []
    return next((c.quality for c in chords if c.root.name == root.name), None)


def _with_extra(chord: Chord, extra: str) -> Chord:
    """Add what stands in brackets: `V65[no3]`, `I[add9]`."""
    quality = read_suffix(plain_signs(chord.quality.symbol) + re.sub(r"[\[\]]", "", extra))
    changed = Chord(chord.root, quality)
    bass = chord.bass if chord.bass in changed.tones else None
    return Chord(chord.root, quality, bass)


def _nashville(match: re.Match[str], key: Key) -> Chord:
    roman, rest = NUMERALS[int(match["digit"]) - 1], match["rest"]
    root = _root(match["sign"], roman, key)
    own = None
    if not match["sign"] and rest in ("", "7"):
        own = _own_quality(root, key, 4 if rest else 3)
    quality = own or read_suffix(rest)
    bass = None
    if match["bass"]:
        sign, digit = match["bass"][:-1], match["bass"][-1]
        bass = _root(sign, NUMERALS[int(digit) - 1], key)
    return Chord(root, quality, None if bass == root else bass)
