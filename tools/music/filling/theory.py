"""Readers of what theory is asked about: chords, scales, notes, rows of them, intervals."""

from __future__ import annotations

import re

from runtime.values import Found
from tools.music.chart import is_progression
from tools.music.chord_text import read_chord
from tools.music.filling import degrees, keys, misspelt
from tools.music.filling.asked import BARE_STEPS, Asked, pair_of, readable
from tools.music.pitch import MusicError, read_pitch
from tools.music.scale import read_scale

_INVERSION = (
    r"\b(?:root position|(?:first|second|third|fourth|1st|2nd|3rd|4th)(?=\W*inv)"
    r"|inversion\s(?:number\s)?\d|\b\d(?=\.?\sinv))",
    r"\b(?:first|second|third|1st|2nd|3rd)\b",
)
_UPON = r"^\W*(?:\w+\s)?(?:from|above|over|than|in\srelation\sto)\b"
_BASS_NOTE = re.compile(
    r"\bwith\s(?:an?\s|the\s)?(?P<note>[A-G](?:#|b|♯|♭)?)\s(?:in|as|at|on)\s(?:the\s)?(?:bass|bottom|lowest)"
)
_SEVERAL = "hlvckxm"
_WAY = re.compile(r"\b(?:up|down|above|below|over|under|higher|lower)\w*\b", re.IGNORECASE)
_FALLS = r"\b(?:drop|fall|descend|sink|minus|lower)(?:s|ped|ing)?\b"
"""A verb before an interval that names no direction: it goes down."""
_LOWEST = re.compile(
    r"\b(root|third|fifth|seventh|3rd|5th|7th)\s(?:is\s|comes\s)?(?:in\s(?:the\s)?bass|(?:the\s)?lowest"
    r"|(?:at|on)\s(?:the\s)?bottom|down\sbelow)\b", re.IGNORECASE
)  # fmt: skip
_INVERSION_OF = {"r": "root position", "t": "first", "3": "first", "f": "second", "5": "second"}
_NOTE = r"[A-G](?:##?|bb?|♯|♭)?\d?"
_IN_BASS = r"\s(?:is\s|comes\s)?(?:lowest|(?:in|at|on)\s(?:the\s)?(?:bass|bottom))\b"
_TWO_NOTES = re.compile(
    rf"(?<![\w#♯♭])({_NOTE})\s(?:(?:up|down)\s)?(?:to|and)\s({_NOTE})(?![\w#♯♭])"
)
_SYLLABLE = (
    r"(?:do|r[eé]|mi|fa|sol?|la|si|ti|ut)"
    r"(?:#|b|♯|♭|\s(?:b[eé]mol(?:le)?|sostenido|sustenido|diesis|di[eè]se))?"
)
_TWO_SYLLABLES = re.compile(
    rf"(?<!\w)({_SYLLABLE})\s(?:to|and|up\sto|down\sto|a|y|e|et|à|und|bis|hasta|zu|vers)\s({_SYLLABLE})(?!\w)",
    re.IGNORECASE,
)
_OF_INTERVALS = r"\binterval|\bdistan|\bhow\s(?:far|wide|big)|\bsemiton"
_QUALIFIED = re.compile(
    r"(?<!octave and )(?<!octaves and )(?<![\w#])(an?\s(?:major|minor|perfect|diminished|"
    r"augmented)\s(?:second|third|fourth|fifth|sixth"
    r"|seventh|octave|ninth|tenth)\s(?:above|below|under|over|higher|lower|up|down))\b",
    re.IGNORECASE,
)
"""An interval with its direction; "a major sixth" alone may be a chord on A."""
_MODES = (
    r"(?:(?:harmonic|melodic|natural|hungarian)\s(?:minor|major)|phrygian\sdominant|lydian\sdominant"
    r"|bebop(?:\s(?:dominant|major|minor))?|(?:major|minor)\s(?:pentatonic|blues)|pentatonic"
    r"|(?:major|minor)(?=\sscale)|super\slocrian|ionian|dorian|phrygian|lydian|mixolydian|aeolian"
    r"|locrian|blues|whole[\s-]tone|altered|octatonic|diminished)"
)
_TONIC_BEHIND = re.compile(
    rf"\b(?P<mode>{_MODES})(?:\s(?:scale|mode))?,?\s(?:(?:starting|beginning|built|based)\s)?"
    r"(?:from|on|at|in|of)\s(?P<tonic>(?-i:[A-G])(?:#|b|♯|♭|[\s-](?:sharp|flat))?)(?![\w#♯♭])",
    re.IGNORECASE,
)
_SYMBOL = (
    r"(?<![\w#♯♭])[A-G](?:#|b|♯|♭)?(?:maj|min|m|M|dim|aug|sus|add|°|ø|Δ|\d|/[A-G])*(?![\w#♯♭])"
)
_IN_TURN = re.compile(
    rf"{_SYMBOL}(?:\s(?:to|then|into|(?:goes|going|moves|moving|leads|resolves)\sto|followed\sby|and\sthen)\s{_SYMBOL})+"
)
_SPAN = re.compile(
    r"\b([A-G](?:#|b|♯|♭)?\d\s?(?:to|up\sto|through|-|–)\s?[A-G](?:#|b|♯|♭)?\d)(?![\w#])"
)
_FOUR_WORDS = re.compile(r"(?:[\s-]+[\w#♯♭]+){1,4}")
_BARE_SCALE = re.compile(r"scales?|modes?|the|an?|notes|of|[A-G]", re.IGNORECASE)
_HANDS = r"\b(?:hands?|bass|lowest|low|top|middle|above|under|over|below|strings?|voices?)\b"
_IS_BASS = (
    r"\s(?:being|is|as|comes)?\s?(?:the\s)?"
    r"(?:lowest|(?:in|at|on)\s(?:the\s)?(?:bass|bottom)|bass)\b"
)
_NOT_SOUNDED = re.compile(r"\b(?:in|key|key of|tonic(?:\sis)?)\s\Z", re.IGNORECASE)
_POWER_CHORDS = re.compile(r"[A-G](?:#|b|♯|♭)?5(?:\s*\|\s*[A-G](?:#|b|♯|♭)?5)+")
_BARE = re.compile(r"[A-G#b♯♭\s|,]+")


def chord(asked: Asked) -> str | None:
    """The chord that is named; a key or a note where there is none."""
    return (
        _first(asked, "c")
        or misspelt.nearly(asked)
        or _first(asked, "k", "h", "m")
        or misspelt.no_note(asked)
    )


def chord_to_invert(asked: Asked) -> str | None:
    """The chord to turn, without the note that is said to be in the bass."""
    said = chord(asked)
    return re.split(r"\swith\s", said)[0] if said else None


def named_chord(asked: Asked) -> str | None:
    """The chord that is named as one; no bare note or key."""
    return _first(asked, "c")


def scale(asked: Asked) -> str | None:
    """The scale or mode; the tonic may stand behind it ("phrygian dominant from F sharp")."""
    named = _whole_scale(asked) or _first(asked, "x")
    if named is None and (turned := asked.first(_TONIC_BEHIND)):
        return f"{turned['tonic']} {turned['mode']}"
    named = named or misspelt.nearly(asked)
    return named or _first(asked, "k", "m", "c") or misspelt.no_note(asked)


def _whole_scale(asked: Asked) -> str | None:
    """A scale with words that were not marked with it: "locrian natural 2"."""
    for found in asked.values("xkmc"):
        behind = _FOUR_WORDS.match(asked.text, found.end)
        words = list(re.finditer(r"[\w#♯♭]+", behind[0])) if behind else []
        for last in reversed(words):
            end = found.end + last.end()
            said = asked.text[found.start : end]
            if not _BARE_SCALE.fullmatch(last[0]) and readable(said, read_scale):
                asked.taken.append((found.start, end))
                return said
    return None


def notes_of_chord(asked: Asked) -> str | None:
    """The notes of a chord, also by hands or voices: "low G flat, right hand B flat D flat"."""
    for found in asked.values("l"):
        items = re.split(r"[\s,]+", found.text)
        if len(items) > 2 and re.match(_IS_BASS, asked.text[found.end :], re.I):
            asked.take(found)
            return " ".join([items[-1], *(item for item in items[:-1] if item != items[-1])])
    apart = [
        f
        for f in asked.values("lm")
        if f.kind == "l" or not _NOT_SOUNDED.search(asked.text[: f.start])
    ]
    if len(apart) > 1 and any(f.kind == "l" for f in apart) and asked.says(_HANDS):
        return " ".join(asked.take(found) for found in apart)
    return notes(asked)


def notes(asked: Asked) -> str | None:
    """Several notes; single ones that stand apart ("C2 to E5") together."""
    lists = asked.values("l")
    if lists:
        return asked.take(max(lists, key=lambda f: len(f.text)))
    single = asked.values("m")
    if len(single) > 1:
        return " ".join(asked.take(found) for found in single)
    return _first(asked, "h", "m", "c")


def span_or_notes(asked: Asked) -> str | None:
    """Notes, or a lowest and a highest one: "B3 to D7"."""
    if len(re.findall(r"\b[SATB]\s?:\s?[A-Gr]", asked.text)) > 1:
        return None  # these are voices
    span = asked.search(_SPAN)
    return re.sub(r"\s(?:up\sto|through)\s", " to ", span) if span else notes(asked)


def music(asked: Asked) -> str | None:
    """Notes, a chord or a progression: the longest that stands there."""
    found = asked.values(_SEVERAL)
    if not found:
        return None
    return asked.take(max(found, key=lambda f: (f.kind in "hlv", len(f.text))))


def melody(asked: Asked) -> str | None:
    """A line of notes, with or without lengths; no progression."""
    rows = (f for f in asked.values("h") if not is_progression(f.text) or _BARE.fullmatch(f.text))
    lists = [f for f in asked.values("l") if not _POWER_CHORDS.fullmatch(f.text)] or list(rows)
    return asked.take(max(lists, key=lambda f: len(f.text))) if lists else None


def melody_or_chords(asked: Asked) -> str | None:
    """A line of notes or a progression."""
    lists = asked.values("l") or asked.values("h")
    return asked.take(max(lists, key=lambda f: len(f.text))) if lists else None


def chords(asked: Asked) -> str | None:
    """A progression of chords, or the longest that may be meant as one."""
    for kinds in ("h", "l", "c", "k", "m"):
        found = asked.values(kinds)
        if found:
            return asked.take(max(found, key=lambda f: len(f.text)))
    return None


def chords_in_turn(asked: Asked) -> str | None:
    """A progression; also chords one by one: "from G to Am", "F then C"."""
    row = next((f for f in asked.values("h") + asked.values("l")), None)
    match = asked.first(_IN_TURN) if row is None or len(row.text.split()) < 3 else None
    if match is None:
        return chords(asked)
    return " ".join(re.findall(_SYMBOL, match[0]))


def several_chords(asked: Asked) -> str | None:
    """Chords that stand together, or one; never a bare letter or a key."""
    found = asked.values("h") or asked.values("l") or asked.values("c")
    return asked.take(max(found, key=lambda f: len(f.text))) if found else None


def numerals(asked: Asked) -> str | None:
    """Roman numerals, or degrees in words."""
    said = degrees.applied(asked)
    found = asked.values("v")
    if found and not said:
        return asked.take(max(found, key=lambda f: len(f.text)))
    return said or degrees.numerals(asked)


def chords_or_numerals(asked: Asked) -> str | None:
    """A progression, in chords or in numerals."""
    return numerals(asked) or chords(asked)


def two_notes(asked: Asked) -> tuple[str, str] | None:
    """Two notes in order: those that stand alone, or the items of a pair."""
    single = [f for f in asked.values("mk") if f.kind == "m" or " " not in f.text]
    if len(single) >= 2:
        first, second = single[:2]
        if re.search(_UPON, asked.text[first.end : second.start], re.I):
            first, second = second, first
        return asked.take(first), asked.take(second)
    for found in asked.values("l"):
        items = pair_of(found) if _and(found) else found.text.replace(",", " ").split()
        if len(items) == 2:
            asked.take(found)
            return items[0], items[1]
    both = asked.first(_TWO_NOTES) or (
        asked.first(_TWO_SYLLABLES) if asked.says(_OF_INTERVALS) else None
    )
    return (both[1], both[2]) if both else None


def _and(found: Found) -> bool:
    return bool(re.search(r"\b(?:and|to)\b|->|→|,|&", found.text))


def interval(asked: Asked) -> str | None:
    """An interval with its direction; "tones" alone is none."""
    said = asked.search(_QUALIFIED)
    if said:
        return said
    found = [f for f in asked.values("i") if not BARE_STEPS.fullmatch(f.text)]
    found = [f for f in found if not asked.before(f, r"\b(?:these|those|the|all|my)")]
    found = [f for f in found if not re.match(_IN_BASS, asked.text[f.end :], re.I)]
    if not found:
        return None
    longest = max(found, key=lambda f: len(f.text))
    way = re.search(r"\b(up|down)\s\Z", asked.text[: longest.start], re.I)
    said = asked.take(longest)
    if way:
        return f"{way[1].lower()} {said}"
    falls = not _WAY.search(said) and re.search(_FALLS, asked.text[: longest.start], re.I)
    return f"down {said}" if falls else said


def shift(asked: Asked) -> str | None:
    """How far to transpose: an interval, or the key to arrive in."""
    both = asked.first(rf"\bfrom\s({keys.KEY})\sto\s(?:the\skey\sof\s)?({keys.KEY})(?![\w#])")
    if both:
        return f"from {both[1]} to {both[2]}"
    found = interval(asked)
    if found:
        return found
    into = asked.first(rf"\b(?:in)?to\s(?:the\skey\sof\s)?({keys.KEY})(?![\w#])")
    if into:
        return f"to {into[1]}"
    goal = keys.key_behind(asked)
    return f"to {goal}" if goal else None


def pitch(asked: Asked) -> str | None:
    """A note, a MIDI number or a frequency."""
    return asked.search(
        r"\b(midi\s(?:note\s|number\s|no\.?\s|key\s|#)*\d{1,3})\b",
        r"(?<![\w.])(\d+(?:\.\d+)?\s?(?:hz|hertz))\b",
        r"\bnote\snumber\s(\d{1,3})\b",
    ) or _first(asked, "m", "c", "k", "l")


def chord_root(asked: Asked) -> str | None:
    """A single note, by itself or as a chord's or key's letter."""
    return _first(asked, "m", "k", "c")


def inversion(asked: Asked) -> str | None:
    """Which inversion: an ordinal, a number, the root position."""
    lowest = asked.first(_LOWEST)
    if lowest:
        return _INVERSION_OF.get(lowest[1][0].lower(), "third")
    said = asked.search(*_INVERSION) or _inversion_over(asked)
    if said is None and asked.says(r"\bonce\b"):
        return "first"
    return said or ("second" if asked.says(r"\btwice\b") else None)


def _inversion_over(asked: Asked) -> str | None:
    """The inversion that has a note of the chord in the bass: "with F in the bass"."""
    bass = next(asked.matches(_BASS_NOTE), None)
    named = next((f for f in asked.values("c") if bass), None)
    if bass is None or named is None:
        return None
    symbol = re.split(r"\s(?:with|over)\s|/(?=[A-G]\S?\Z)", named.text)[0]
    try:
        tones = [tone.pitch_class for tone in read_chord(symbol).pitches]
        place = tones.index(read_pitch(bass["note"]).pitch_class)
    except (MusicError, ValueError):
        return None
    asked.taken.append((max(named.end, bass.start()), bass.end()))
    return str(place)


def _first(asked: Asked, *kinds: str) -> str | None:
    """Take the first free value of the first kind that there is."""
    for kind in kinds:
        for found in asked.values(kind):
            return asked.take(found)
    return None
