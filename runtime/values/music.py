"""What counts as a value in a request about music: notes, chords, scales, intervals."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from runtime.values import Found, music_forms

_SIGN = (
    r"(?:\#\#|\#|♯♯|♯|♭♭|♭|bb(?![a-z])|b(?![a-zA-Z])|b(?=m|M|dim|aug|sus|add|maj|min|alt|ø|°)"
    r"|x(?![a-z]))"
)
_SIGN_WORD = r"[\s-](?:double[\s-])?(?:sharp|flat|natural)\b"
_SYMBOL = (
    r"(?:maj|Maj|MAJ|min|mi|ma|dim|aug|sus|add|alt|omit|no|m|M|Δ|∆|°|ø|Ø|\+|\^|[-−](?=\d)"
    r"|\d|[\#b♯♭](?=\d)|\([^)\s]*\))"
)
_QUALITY = (
    r"(?:major|minor|maj|min|dominant|dim|diminished|augmented|aug|half[\s-]dim(?:inished)?"
    r"|fully[\s-]diminished|suspended|sus[24]?|add(?:ed)?(?!\sup\b)|add\d+|flat|sharp|natural|altered|power|five|5|m7♭5"
    r"|six|sixth"
    r"|seven|seventh|nine|ninth|eleven|eleventh|thirteen|thirteenth|6/9|5th|6th|7th|9th|11th"
    r"|13th|6|7|9|11|13|m7|maj7|m7b5)"
)
_MODE = (
    r"(?:ionian|dorian|phrygian|lydian|mixolydian|aeolian|locrian|natural|harmonic|melodic"
    r"|pentatonic|blues|whole[\s-]tone|octatonic|half[\s-]whole|whole[\s-]half|bebop|chromatic"
    r"|hungarian|diminished|double|altered|super|dominant|major|minor"
    r"|b\d|\#\d|♭\d|♯\d|flat\s\d|sharp\s\d)"
)
_NOTE = (
    rf"(?:[A-G](?:{_SIGN}|{_SIGN_WORD})?|[b-g](?:{_SIGN}|{_SIGN_WORD})?"
    rf"|a(?:[\#♯♭]|b(?![a-z])|{_SIGN_WORD}))"
)
_OCTAVE = r"(?:(?<=flat)|(?<=sharp))\s[0-4](?![\w.]|\s?[-–\d])"
_END = r"(?![\w\#♯♭°øØΔ∆^+])"

_ITEM = re.compile(
    rf"""(?<![\w\#♯♭/])(?<!\w['’])(?:
      (?P<x>(?:{_NOTE}|a)(?=(?:[\s-]{_MODE})*[\s-](?:ionian|dorian|phrygian|lydian|mixolydian|aeolian
        |locrian|natural|harmonic|melodic|pentatonic|blues|whole[\s-]tone|octatonic|half[\s-]whole
        |whole[\s-]half|bebop|chromatic|hungarian|altered|super))(?:[\s-]{_MODE})+{_END}
        (?!\s(?:above|below|lower|higher|up|down|over|under)))
    | (?P<k>(?:{_NOTE}|a)[\s-](?:major|minor|maj|min){_END}(?![\s-]{_QUALITY}{_END}))
    | (?P<m>(?:middle\s)?(?:{_NOTE}|a)(?:-?[0-58]|{_OCTAVE})?{_END}(?!/[A-G])
        (?![\s-]{_QUALITY}{_END}))
    | (?P<c>(?:{_NOTE}|a(?=\s(?:minor|major|dom|dim|half|aug)))(?:[\s-]{_QUALITY}{_END})+
        | (?:[A-G]{_SIGN}?|[a-g]{_SIGN}?(?=\d|m|dim|aug|sus|add|maj)){_SYMBOL}*
          (?:/(?:[A-G]{_SIGN}?|[a-g]{_SIGN}?(?![a-z])|9))?{_END})
    )""",
    re.VERBOSE,
)

_ROMAN = (
    r"(?:[b\#♭♯]?(?:VII|VI|IV|V|III|II|I|vii|vi|iv|v|iii|ii|i|N|Ger|Fr|It)"
    r"(?:maj7|M7|°7|ø7|o7|°|ø|o|\+|sus4)?\d{0,2}(?:/\d)?"
    r"(?:/[b\#♭♯]?(?:VII|VI|IV|V|III|II|vii|vi|iv|v|iii|ii))?)"
)
_ROMANS = re.compile(
    rf"(?<![\w/]){_ROMAN}(?:[\s,–—>|-]+{_ROMAN})+(?!\w)"
    rf"|(?<![\w/'’])(?:(?![Ii](?![\w°ø+/]))(?!v\b){_ROMAN}){_END}(?!['’])"
)

_SIZE = (
    r"(?:unison|prime|second|third|fourth|fifth|sixth|seventh|octave|ninth|tenth|eleventh|twelfth"
    r"|thirteenth|fifteenth|tritone|2nd|3rd|4th|5th|6th|7th|8ve|9th|10th|11th|12th|13th)s?"
)
_DIRECTION = r"(?:up|down|higher|lower|above|below|under|over|upwards?|downwards?)"
_COUNT = r"(?:\d+|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
_INTERVAL = re.compile(
    rf"""\b(?:(?:{_DIRECTION})\s+)?(?:by\s+)?(?:
      (?:(?:an|one|two)\s+octaves?\s+(?:and|plus)\s+)?
      (?:an?\s+|the\s+|two\s+)?(?:(?:perfect|major|minor|augmented|diminished|compound|doubly|double
        |(?:perf|maj|min|aug|dim)\.?)[\s-])*{_SIZE}
        (?!\s+(?:chords?|inversion|fret|degree|mode|position|bar|note\b|beat))
    | (?:{_COUNT}[\s-])?(?:whole[\s-]|half[\s-]|semi)?(?:tones?|steps?)(?<!\bstep)
    | (?:{_COUNT}\s)(?:whole[\s-]|half[\s-])?steps?
    | (?:an?\s)?(?:[Pp](?:1|4|5|8|11|12)\b
        | [Mm](?:2|3|6|7|9|10)\b | [Aa]ug?[24568]\b | dim?[2-8]\b)
    )(?:\s+{_DIRECTION}\b)?""",
    re.VERBOSE,
)

_INVERSION = re.compile(
    r"\b(?:root position|(?:first|second|third|fourth|1st|2nd|3rd|4th)(?=[\s-]inv)"
    r"|(?:first|second|third|fourth|fifth|sixth|seventh|1st|2nd|3rd|[4-9]th)(?=[\s-]fret))"
)
_NUMBER = re.compile(r"(?<![\w.#])\d+(?:\.\d+)?(?=bpm|BPM|(?!\w|\.\d))")
_DEGREES = re.compile(
    r"(?<![\w.])[1-7](?:\s?[-–]\s?[1-7]){2,}(?!\w)|(?<![\w.])[1-7](?: [1-7]){2,}(?!\w)"
)
_NUMBER_WORD = re.compile(r"\b(?:two|three|four|five|six|seven|eight|nine|ten)(?=\s+frets?\b)")
_INSTRUMENT = re.compile(
    r"\b(?:(?:[BEFADCG](?:\s?flat|[b♭])?\s)?"
    r"(?:(?i:alto|tenor|soprano|baritone|bari|bass|piccolo|french)\s)?"
    r"(?i:clarinet|trumpet|horn|sax(?:ophone)?|cornet|flugelhorn|euphonium|flute|oboe|bassoon|piccolo"
    r"|english horn|cor anglais|trombone|tuba|violin|viola|cello|guitar|double bass|recorder)s?"
    r"(?:\sin\s(?:[A-G](?:\s?flat|[b♭])?))?|tenor|baritone|bari)\b"
)
_WORDS = frozenset(
    ("am", "be", "Be", "add", "Add", "dim", "Dim", "aug", "Aug", "bad", "Bad", "fa", "Fa")
)
_JOIN = re.compile(r"[\s,;|–—>→-]+\Z")
_DESCRIBED = re.compile(
    r"\s(?:(?:real|known|common|good|nice|proper|perfect|major|minor)\s)?"
    r"(?:chord|triad|interval|key|scale|mode|consonance|cluster)s?\b(?!\sname)"
)
_MEASURED = re.compile(
    r"\b(?:interval|distance|gap|how far|semitones|half (?:steps|tones))\b", re.I
)
_GOES = re.compile(
    r"\b(?:drop|go|goes|going|move|climb|fall|rise|leap|jump|descend|ascend|transpose|shift|walk|step"
    r"|up|down|by)(?:s|ped|ing)?\s\Z",
    re.I,
)
_LAST = re.compile(r",?\s+(?:and|&)\s+\Z")


def find(text: str) -> Iterator[Found]:
    """Yield the musical values in a request, left to right.

    >>> [(f.kind, f.text) for f in find("what is in E flat minor seventh, and up a fourth?")]
    [('c', 'E flat minor seventh'), ('i', 'up a fourth')]
    >>> [(f.kind, f.text) for f in find("name the chord C, E and G")]
    [('l', 'C, E and G')]
    """
    plain = music_forms.plain(text)
    taken: list[Found] = []
    for found in _candidates(plain):
        if all(found.end <= other.start or found.start >= other.end for other in taken):
            taken.append(found)
    taken = music_forms.widened(plain, taken)
    for found in _joined(plain, sorted(taken, key=lambda found: found.start)):
        yield music_forms.placed(text, replace(found, text=text[found.start : found.end]))


def _candidates(text: str) -> Iterator[Found]:
    """Yield possible values, the surest shapes first."""
    for pattern, kind in (
        (_INSTRUMENT, "u"),
        (_ROMANS, "v"),
        (_DEGREES, "v"),
        (_INVERSION, "n"),
        (_NUMBER_WORD, "n"),
    ):
        for match in pattern.finditer(text):
            if kind != "v" or not re.fullmatch(r"[IiVv]|[iI] ", match[0]):
                yield Found(*match.span(), kind, match[0])
    chords = [m for m in _ITEM.finditer(text) if not _article(text, m)]
    intervals = [Found(*m.span(), "i", m[0]) for m in _INTERVAL.finditer(text)]
    for match in chords:
        inside = [i for i in intervals if i.start < match.start() < i.end]
        inside += [i for i in intervals if i.start == match.start() and match[0] in ("a", "A")]
        if not inside:
            yield Found(*match.span(), match.lastgroup or "m", match[0])
    yield from intervals
    for match in _NUMBER.finditer(text):
        yield Found(*match.span(), "n", match[0])


def _article(text: str, match: re.Match[str]) -> bool:
    """Tell whether a match is English ("am", "a minor third above") rather than music."""
    word, before = match[0], text[: match.start()]
    if word in _WORDS:
        return word.lower() != "am" or not _single_a(text, match)
    if word[0] == "a" and re.match(r"a (?:major|minor|aug|dim)", word):
        phrase = text[match.start() :]
        if re.match(
            rf"a \w+ {_SIZE}\s*(?:above|below|up|down|from|higher|lower|over|\?|$)", phrase
        ) or (re.match(rf"a \w+ {_SIZE}\b", phrase) and _GOES.search(before)):
            return True
        noun = (
            r"a (?:major|minor|augmented|diminished|aug|dim)\s*"
            r"(?:triad|chord|scale|key|interval|something|one|or|version|kind|mode|variant|variation|$)"
        )
        return bool(re.match(noun, phrase)) and not re.search(r"(?:of|in|is|to|for)\s\Z", before)
    if word in ("A", "a"):
        return not _single_a(text, match)
    return bool(
        re.fullmatch(r"a (?:sharp|flat)", word)
        and re.match(r"\s(?:key|note|or)", rest(text, match))
    )


def rest(text: str, match: re.Match[str]) -> str:
    """Return what follows a match."""
    return text[match.end() :]


def _single_a(text: str, match: re.Match[str]) -> bool:
    """Tell whether a lone "a" is the note: it stands in a list, or no noun can follow it."""
    after, before = rest(text, match), text[: match.start()]
    if _DESCRIBED.match(after):
        return False
    item = r"[A-Ga-g](?:[#♯♭]|b(?![a-z]))?(?:m|maj|min|dim|sus|\d)*(?![A-Za-z])"
    if re.match(rf"\s?,\s?{item}|[\s-]+{item}[\s,-]+{item}", after):
        return True
    if re.search(rf"(?<![A-Za-z]){item}[\s,–-]+(?:and\s)?\Z", before):
        # "Cm6 a walking bass": a small letter behind capitals, with a word behind it.
        listed = match[0] == "A" or not re.search(r"[A-G]\S*\s\Z", before)
        return listed or not re.match(r"\s(?!and\b|then\b|to\b|in\b|on\b|for\b)[a-z]{3,}", after)
    if re.match(r"\s*(?:$|[?.,!;:)]|(?:and|with|to|up|down|is|by|for|then)\b)", after):
        return bool(before.strip()) or not re.match(r"\s+(?:is|by|for|then)\b", after)
    named = re.search(r"(?:note|key of|notes)\s\Z", before)
    return bool(named) or (
        match[0] == "A" and bool(before.strip()) and before.strip()[-1] not in ".!?"
    )


def _joined(text: str, found: list[Found]) -> Iterator[Found]:
    """Join neighbouring notes or chords into one list."""
    groups: list[list[Found]] = []
    for item in found:
        if groups and _follows(text, groups[-1], item):
            groups[-1].append(item)
        else:
            groups.append([item])
    for group in [part for whole in groups for part in _split(text, whole)]:
        if len(group) == 1:
            yield group[0]
            continue
        kind = "l" if all(item.kind == "m" for item in group) else "h"
        span = group[0].start, group[-1].end
        yield Found(*span, kind, text[slice(*span)])


def _split(text: str, group: list[Found]) -> list[list[Found]]:
    """Part a list from what only stands beside it.

    A first item set off by the only comma ("in F, C Am F G") is none of the list, nor is a last
    one that is a key in words ("Am F C, C major"). Two notes whose interval is asked for are two.
    """
    gaps = [text[a.end : b.start] for a, b in pairwise(group)]
    if len(group) == 2 and {item.kind for item in group} == {"m"} and _MEASURED.search(text):
        return [group[:1], group[1:]]
    only_last_is_key = group[-1].kind == "k" and all(item.kind != "k" for item in group[:-1])
    plain = len(gaps) > 1 and all(gap.strip(" -–") == "" for gap in gaps[:-1])
    if plain and only_last_is_key and "," in gaps[-1]:
        return [group[:-1], group[-1:]]
    if len(gaps) > 1 and "," in gaps[0] and all(gap.strip(" -–") == "" for gap in gaps[1:]):
        return [group[:1], group[1:]]
    return [group]


def _follows(text: str, group: list[Found], item: Found) -> bool:
    if item.kind not in "mck" or group[-1].kind not in "mck":
        return False
    gap = text[group[-1].end : item.start]
    listed = len(group) > 1 and bool(_LAST.match(gap))
    return bool(_JOIN.match(gap)) or listed
