"""Rarer forms of musical names, which widen what `runtime.values.music` found.

Each is used only where it takes in whole values and none that was found by itself: a sentence
that was marked before is marked in the same way, unless a longer name stands there.
"""

from __future__ import annotations

import re
from dataclasses import replace

from runtime.values import Found

_CAPITALISED = re.compile(
    r"\b(?:Major|Minor|Flat|Sharp|Perfect|Augmented|Diminished|Dominant|Suspended|Half|Ionian|Dorian"
    r"|Phrygian|Lydian|Mixolydian|Aeolian|Locrian|Natural|Harmonic|Melodic|Pentatonic|Blues|Seventh"
    r"|Ninth|Third|Fourth|Fifth|Sixth|Second|Octave|Hungarian|Altered|Bebop|Chromatic)\b"
)
_SIGNS = str.maketrans("−△⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉", "-Δ01234567890123456789")

_END = r"(?![\w#♯♭°øΔ∆^+])"
_START = r"(?<![\w#♯♭/'’])"
_SIGN = r"(?:##?|bb(?![a-z])|b(?![a-z])|♯♯?|♭♭?)"
_NOTE = rf"(?:[A-G](?:{_SIGN}|[\s-](?:double[\s-])?(?:flat|sharp)\b)?)"
# Parts of a chord symbol; a lone o or minus is one only before a figure or at the end.
_PART = (
    r"(?:[Mm]aj|MAJ|[Mm]in|MIN|mi|MI|ma(?!n)|MA|m|M|h?dim|aug|sus(?:\d(?:/\d)?)?|add|alt|omit|no(?=\d)"
    r"|dom|o(?=[79])|[ø°Δ∆^+]|-(?=\d|Δ|∆|\^|[Mm]aj)|-(?=[\s,.?!;)|]|$)|j(?=7|9|1[13])|h(?=7)|1[13]"
    r"|[2-9]|[#b♯♭](?=\d)|\([^()\n]{1,16}\)|/(?=[Mm]aj|M7|[269]\b|\())"
)
_BASS = r"(?:/(?:[A-H](?:[#b♯♭]|is|es)?|[EA]s))?"
_SYMBOL = rf"[A-G]{_SIGN}?:?{_PART}+{_BASS}"
_NAMED = (
    rf"(?:{_SYMBOL}|{_NOTE}(?:\s(?:major|minor|dominant|diminished|augmented|half[\s-]diminished)\b)?"
    r"(?:\s(?:sixth|seventh|ninth|6th|7th|9th)\b)?)"
)
_CHORD = (
    rf"(?:{_SYMBOL}|{_NOTE}(?:\s(?:major|minor|dominant|diminished|augmented|half[\s-]diminished)\b)"
    r"(?:\s(?:sixth|seventh|ninth|6th|7th|9th)\b)?)"
)
_TONE = r"(?:five|fifth|nine|ninth|eleven|eleventh|thirteen|thirteenth|5|9|11|13)(?:th)?"
_SIZE = r"(?:second|third|fourth|fifth|sixth|seventh|ninth|tenth|2nd|3rd|4th|5th|6th|7th)"
_WAY = r"(?:\s(?:up|down|higher|lower|above|below))?"

_GERMAN = r"(?:[CDFGA]is|[Hh]is|[cdfga]is|[CDFG]es|[cdfg]es|[EA]s|[ea]s|[Hh])"
_GERMAN_SURE = r"(?:[CFGA]is|[cfga]is|[CFG]es|[cfg]es)"
_GERMAN_ITEM = rf"(?:{_GERMAN}|[A-Ga-g](?:[#♯♭]|b(?![a-z]))?)"
_SYLLABLE = r"(?:[Dd]o|[Rr][eé]|[Mm]i|[Ff]a|[Ss]ol?|[Ll]a|[SsTt]i|[Dd]i|[Ff]i|[Mm]e|[Ll]e|[Tt]e)"
_ACCIDENTAL = r"(?:[#♯♭]|b(?![a-z])|\s(?:b[eé]mol(?:le)?|sostenido|sustenido|diesis|dièse)\b)?"
_MODE_WORD = r"(?:mayor|menor|majeur|mineur|maggiore|minore|maior)"
_KEY = rf"{_NOTE}(?:\s(?:major|minor)\b)?"

_ROMAN = r"[b#♭♯]?(?:VII|VI|IV|V|III|II|I|vii|vi|iv|v|iii|ii|i)"
_ROMAN_PART = (
    r"(?:maj|M(?=[79])|min|m(?=\d)|dim|aug|sus|add|alt|dom|[ø°Δ∆^+]|o(?![a-z])|-(?=\d)"
    r"|\d(?:/\d)?|[#b♯♭](?=\d)|\([^()\s]*\)|\[[^\]\s]*\]|/o(?=\d)|/[b#♭♯]?(?=[ivIV])[ivIV]+)"
)
_ROMAN_ITEM = (
    rf"(?:(?:sub)?{_ROMAN}{_ROMAN_PART}*|(?:VII|VI|IV|V|III|II|I)m(?![a-z\d])|Cad6/?4|N6?"
    r"|(?:Ger|Gr|It|Fr)\.?\+?6)"
)
_NEXT = r"(?>\s*[,–—|→>-]\s*|\s+and\s+(?!I\b)|\s+)"

_SCALE = (
    r"(?:ionian|dorian|phrygian(?:\sdominant)?|lydian(?:\sdominant)?|mixolydian|aeolian|locrian"
    r"|(?:natural|harmonic|melodic|jazz)\sminor|harmonic\smajor|(?:major|minor)\spentatonic|blues"
    r"|pentatonic(?:\s(?:major|minor))?|whole[\s-]tone|octatonic|altered|chromatic"
    r"|(?:major|minor)(?=\sscale))"
)
_RARE_SCALE = (
    r"(?:(?:nat|harm|mel)\.?\s(?:minor|major|min|maj)|(?:harmonic|melodic|natural)\smin|jazz\sminor"
    r"|(?:maj|min|major|minor)\spent(?:atonic)?|pent(?:atonic)?\s(?:major|minor)|dor|phryg(?:\sdom)?"
    r"|lyd(?:\sdom)?|mixo|loc|aeol|alt|super[\s-]?locrian|hirajoshi|in-?sen|iwato"
    r"|kumoi|pelog|egyptian|chinese|prometheus|persian|enigmatic|byzantine|arabic|arabian|bhairav"
    r"|freygish|gypsy\sminor|neapolitan(?:\s(?:major|minor))?|double\sharmonic(?:\s(?:major|minor))?"
    r"|spanish\sphrygian|phrygian\smajor|romanian\sminor|ukrainian\sdorian|ultralocrian"
    r"|leading\swhole\stone|minor\shexatonic|lydian\sdiminished|lydian\saugmented"
    r"|dorisch|phrygisch|lydisch|mixolydisch|lokrisch|ionisch)"
)
_ORDINAL = r"(?:first|second|third|fourth|fifth|sixth|seventh|[1-7](?:st|nd|rd|th))"


_ROWS = (
    (rf"{_START}{_SYMBOL}{_END}", "c"),
    (rf"{_START}{_NAMED}\s(?:suspended|sus)[\s-](?:fourth|second|four|two|4th|2nd|4|2)\b", "c"),
    (rf"{_START}{_NOTE}\sdom(?:inant)?\.?\s?(?:7|9|11|13)(?:th)?\b", "c"),
    (rf"{_START}{_NOTE}\s(?:min|maj)\.7\b", "c"),
    (rf"{_START}{_NOTE}\sminus\s?(?:[679]|1[13])\b", "c"),
    (rf"{_START}{_NOTE}\s(?:with\sa\s)?(?:triangle|delta)(?:\s(?:and\s)?(?:an?\s)?(?:[79]|1[13]))?\b",
     "c"),
    (rf"{_START}{_SYMBOL}\s(?:add|omit|no)\s?(?:[2-79]|1[13]){_END}"
     r"(?!\s(?:more\s)?(?:bars?|beats?|notes?|measures?|chords?|times))", "c"),
    (rf"\bpower\schord\son\s{_NOTE}{_END}", "c"),
    (rf"{_START}{_NAMED}(?:\s(?:flat|sharp)\s{_TONE}\b)+", "c"),
    (rf"{_START}{_NAMED}\swith\san?\s(?:flat|sharp|major)\s(?:{_TONE}|seventh)\b", "c"),
    (rf"{_START}{_NAMED}\sno\s(?:3rd|5th|third|fifth)\b", "c"),
    # Two bare notes, one over the other, may be an interval.
    (rf"{_START}(?:(?![A-G]{_SIGN}?[1-58]\b){_CHORD}\sover|{_NOTE}\sslash)\s{_NOTE}{_END}",
     "c"),
    (rf"{_START}{_NAMED}\swith\s(?:an?\s)?{_NOTE}\s(?:(?:in|as|at)\sthe\s)?(?:bass|bottom)\b",
     "c"),
    (rf"\b(?:dom|dominant|half[\s-]diminished)(?:\s(?:7th|9th|seventh|ninth))?\son\s{_NOTE}{_END}",
     "c"),
    (r"\b(?:major|minor|diminished|augmented|dominant|fully\sdiminished)(?:\s(?:seventh|ninth|7th))?"
     rf"\s(?:chord|triad)\son\s{_NOTE}{_END}", "c"),
    (rf"{_START}(?:{_GERMAN}|[A-Ga-g])[-\s](?:Dur|Moll|dur|moll)\b", "k"),
    (rf"{_START}(?:[CDFGA]is|[CDFG]es|[EA]s|H(?![2-5])|h(?=m?7)){_PART}+{_BASS}{_END}(?!,\s[a-z]|\.\.|…)",
     "c"),
    (rf"{_START}{_GERMAN_SURE}{_END}", "m"),
    (rf"{_START}(?:[Rr][eé]|[Mm]i|[Ff]a|[Ss]ol|[Ll]a|[Ss]i|[Dd]o){_ACCIDENTAL}\s{_MODE_WORD}\b",
     "k"),
    (r"\b(?:I|II|III|IV|V|VI|VII)m(?:7|9)\b", "v"),
    (rf"{_START}(?:R[eé]|Mi|Fa|Sol|La|Si)(?:[#♯♭]|b(?=\d|m))?(?!m{_END}){_PART}+{_END}", "c"),
    (rf"{_START}(?:[Dd]o|[Rr][eé]|[Mm]i|[Ff]a|[Ss]ol|[Ll]a|[Ss]i)(?:[#♯♭]|\s(?:b[eé]mol(?:le)?"
     r"|sostenido|sustenido|diesis|dièse)\b)(?!\w)", "m"),
    (rf"(?<![\w/]){_ROMAN}{_ROMAN_PART}+(?![\w#♯♭])", "v"),
    (r"\b(?:subV7?|Cad6/?4|(?:Ger|Gr|It|Fr)\.?\+6)(?!\w)", "v"),
    (r"\b(?:German|Italian|French)\s(?:augmented\s)?sixth\b", "v"),
    (rf"(?<![\w/]){_ROMAN_ITEM}(?:{_NEXT}{_ROMAN_ITEM})+(?![\w#♯♭'’])", "v"),
    (r"(?<![\w.])[b♭]?[1-7](?:m7?|-7?|maj7|7|°)?(?:\s?[-–\s]\s?[b♭]?[1-7](?:m7?|maj7|7|°)?){3,}(?!\w)",
     "v"),
    (rf"\b(?:the\s)?(?:{_SCALE}|(?i:{_RARE_SCALE}))(?:\s(?:scale|mode))?\s(?:on|in|from|starting\son)\s{_NOTE}{_END}"
     r"(?!\s(?:major|minor))", "x"),
    (rf"\b(?:the\s)?{_ORDINAL}\smode\sof\s(?:the\s)?{_NOTE}(?:\s(?:(?:harmonic|melodic|natural)\s)?"
     r"(?:major|minor)\b)?", "x"),
    (rf"{_START}{_NOTE}m?\s(?i:{_RARE_SCALE})(?!\w)", "x"),
    (rf"\b(?:double\s)?(?:flat|sharp|raised)\s{_SIZE}\b(?!\s(?:chord|degree))", "i"),
    (r"(?:\b(?:an?|one|two|three|\d)\s)?\boctaves?\s(?:and|plus)\s(?:an?\s)?"
     r"(?:(?:perfect|major|minor|augmented|diminished)\s)?"
     rf"(?:{_SIZE}|(?:whole|half)\sstep|semitone|tone|tritone)\b{_WAY}", "i"),
    (rf"(?:\b(?:up|down)\s)?\b(?:\d|two|three|one)\soctaves?\b{_WAY}", "i"),
    (rf"(?:\b(?:up|down)\s)?\b(?:an?|one)\sstep\sand\sa\shalf\b{_WAY}", "i"),
    (r"\b(?:kleine|große|grosse|reine|übermäßige|verminderte)\s(?:Prime|Sekunde|Terz|Quarte|Quinte"
     r"|Sexte|Septime|Oktave)\b(?:\s(?:aufwärts|abwärts))?", "i"),
    (r"\b(?:tierce|sixte|septième|seconde)\s(?:mineure|majeure)\b", "i"),
    (r"\b(?:tercera|sexta|segunda|séptima)\s(?:menor|mayor)\b", "i"),
    (r"\b(?:quarte|quinte)\sjuste\b|\b(?:cuarta|quinta)\sjusta\b", "i"),
)  # fmt: skip
# A melody with lengths, as tools write it: `in C major: "C"E4:e F4:q. | G4:h r`.
_LENGTH = r":(?:\d{1,2}(?:/\d{1,2})?|[whqesx])(?:[.t]{1,2})?(?!\w)"
# Marks of expression before a note: `(mf staccato)`, `(90bpm)`.
_MARK = r"(?:[a-z]{1,9}(?:-tempo)?|[.>^<'-]|\d{2,3}bpm)"
_MARKS = rf"(?:\({_MARK}(?:,?\s{_MARK})*\)\s?)?"
_PLAYED = (
    rf"{_MARKS}(?:\"[^\"\n]{{1,16}}\")?(?:\[[^\[\]\n]{{2,80}}\]"
    r"|[A-G](?:##?|bb?|♯♯?|♭♭?)?-?\d|[A-G](?:#|b|♯|♭)?(?=:[\dwhqesx])"
    rf"|r(?=:[\dwhqesx]|\s[|A-G\"]))(?:{_LENGTH})?~?"
)
_MELODY_HEAD = (
    rf"(?:\d{{1,2}}/\d{{1,2}},?\s)?(?:in\s{_KEY},?\s)?(?:\d{{2,3}}\sbpm)?(?:(?:,\s)?swing)?"
)
_MELODY = re.compile(
    rf"(?:(?=\d|in\s|swing){_MELODY_HEAD}(?<=\S):\s|(?:\d{{1,2}}/\d{{1,2}}\s)?in\s{_KEY}:\s)?"
    rf"(?<![\w#♯♭]){_PLAYED}(?:\s*\|\s*{_PLAYED}|\s+{_PLAYED})+"
)
_COUNT = r"(?:\d{1,3}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
_PLACE = (
    rf"(?:the\s)?(?:(?:bar|measure|note)s?\s{_COUNT}(?:\s?(?:-|–|to|and)\s?{_COUNT})?"
    rf"|(?:last|{_ORDINAL}|eighth)\s(?:bar|measure|note))"
)
_MOVE = (
    r"(?:up|down)\s(?:an?\s|one\s|two\s|three\s)?(?:(?:perfect|major|minor|half|whole)[\s-])?"
    rf"(?:{_SIZE}|octave|semitone|step|tone)s?\b"
)
_EDIT = re.compile(rf"\b(?:{_PLACE}\s{_MOVE}|{_MOVE}\s(?:in|of)\s{_PLACE})\b")
_FORMS = tuple((re.compile(pattern), kind) for pattern, kind in _ROWS)
_GERMAN_LIST = re.compile(
    rf"{_START}{_GERMAN_ITEM}(?:(?:\s*[,–-]\s*|\s+){_GERMAN_ITEM})+{_END}(?!['’])"
)
_SYLLABLES = re.compile(
    rf"{_START}(?>{_SYLLABLE}{_ACCIDENTAL}{_PART}*(?:\s*[,–-]\s*|\s+(?:et\s|y\s)?)){{2,}}"
    rf"{_SYLLABLE}{_ACCIDENTAL}{_PART}*(?:\sin\s{_KEY})?{_END}"
)


def plain(text: str) -> str:
    """Write a text in fewer forms of the same length, so that spans stay.

    >>> plain("C−7 in F Minor, V⁷")
    'C-7 in F minor, V7'
    """
    return _CAPITALISED.sub(lambda match: match[0].lower(), text.translate(_SIGNS))


def widened(text: str, found: list[Found]) -> list[Found]:
    """Return what was found, with longer names in place of the parts of them.

    >>> widened("Am7 over G", [Found(0, 3, "c", "Am7"), Found(9, 10, "m", "G")])
    [Found(start=0, end=10, kind='c', text='Am7 over G')]
    """
    for pattern, kind in _FORMS:
        for match in pattern.finditer(text):
            found = _with(found, match, kind)
    for match in _MELODY.finditer(text):
        if re.search(_LENGTH, match[0]):
            found = _with(found, match, "l")
    for match in _GERMAN_LIST.finditer(text):
        if _is_german(match[0]):
            found = _with(found, match, "l")
    for match in _SYLLABLES.finditer(text):
        chords = re.search(rf"(?:{_SYLLABLE}){_ACCIDENTAL}(?:m|\d|maj|sus|dim)", match[0])
        found = _with(found, match, "h" if chords else "l")
    return found


def placed(text: str, found: Found) -> Found:
    """Let a step or an interval stand for the bars or notes too that it is asked for.

    Only what the value means grows, not the words that it takes: they tell what is wanted.

    >>> placed("bar two up a step", Found(8, 17, "i", "up a step")).text
    'bar two up a step'
    """
    for match in _EDIT.finditer(text):
        if found.kind == "i" and match.start() <= found.start and found.end <= match.end():
            return replace(found, text=match[0])
    return found


def _is_german(text: str) -> bool:
    """True for a list with a German name in it that is no English word."""
    words = re.findall(r"\w+", text)
    sure = [word for word in words if re.fullmatch(rf"{_GERMAN_SURE}|[Dd]is|H|Es|Des", word)]
    sure += ["h"] if "h" in words and "as" not in words else []
    return bool(sure) and (words[0][0].isupper() or len(words) > 2)


def _with(found: list[Found], match: re.Match[str], kind: str) -> list[Found]:
    """Add a match that takes in whole what it touches, and more than one value that is there."""
    start, end = match.span()
    touched = [one for one in found if one.start < end and start < one.end]
    if any(one.start < start or one.end > end for one in touched):
        return found
    if any((one.start, one.end) == (start, end) for one in touched):
        return found
    kept = [one for one in found if one not in touched]
    return [*kept, Found(start, end, kind, match[0])]
