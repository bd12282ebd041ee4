"""Readers of code, of its formats, and of what is looked for in real music."""

from __future__ import annotations

import re
from functools import cache

from tools.music.codes.formats import FORMATS
from tools.music.filling import theory
from tools.music.filling.asked import Asked, one_of

# Where code of each format is likely to begin.
_STARTS = (
    ("abc", r"(?:^|(?<=\s))[XMLKTQ]:\s?\S"),
    ("musicxml", r"<\?xml|<score-|<!DOCTYPE"),
    ("csound", r"<Csound|(?:^|(?<=\s))i\s?\d+\s+[\d.]+\s+[\d.]+|(?:^|(?<=\s))t\s0\s\d+"),
    ("lilypond",
     r"\\(?:relative|score|version|new|time|key|clef)\b|\{\s*(?:\\|<|[a-g](?:is|"
     r"es)?['\d,. ])|<[a-g][\w', ]*>\d?"),
    ("sonic pi",
     r"(?:^|(?<=\s))(?:play(?:_pattern\w*|_chord)?\s(?:[:\[(]|\d)|live_loop|use_bpm|"
     r"use_synth|sleep\s\d|with_fx|\d+\.times\sdo|in_thread\sdo|loop\sdo|define\s:)"),
    ("tidal", r"(?:^|(?<=\s))d\d+\s?\$|\bhush\b"),
    ("strudel", r"(?:^|(?<=\s))(?:note|sound|s|n|stack)\(|\bsetcpm"),
    ("mini", r"(?:^|(?<=\s))(?:bd|sd|hh|cp)\b[^A-Z]*|(?:^|(?<=\s))\[[^\]]+\][^A-Z]*|<[^>\n]+>"),
)  # fmt: skip
_NAMES = (
    "lilypond", "lily pond", "lily", "ly", "abc", "abc notation", "musicxml", "music xml",
    "xml", "mxl", "midi", "mid",
    "csound", "csd", "sonic pi", "sonicpi", "strudel", "tidal", "tidalcycles", "tidal cycles",
    "mini notation",
    "mini-notation", "musescore",
)  # fmt: skip
_ABC_WORD = re.compile(r"(?=\S*[A-Ga-gz|])[A-Ga-gz\d',/()|^_=~]+")
_TAIL = frozenset(
    "a abc an and any are as be bug check code convert correct csd csound does error errors "
    "fine for format from give good has "
    "have help here i in into is it it's its legal looks make need lilypond mean me midi "
    "mini-notation mistake mistakes musicxml my "
    "not notation of ok or out parse pi please pls problem problems right should sonic "
    "something strudel that "
    "the there this tidal tidalcycles to us valid verify want where what whats what's why "
    "with work works write wrong you".split()
)
COMPOSERS = (
    "j.s. bach", "js bach", "johann sebastian bach", "c.p.e. bach", "cpe bach", "bach",
    "beethoven", "ludwig van beethoven",
    "mozart", "w.a. mozart", "haydn", "joseph haydn", "handel", "händel", "palestrina",
    "monteverdi", "josquin", "corelli",
    "chopin", "clara schumann", "robert schumann", "schumann", "schubert", "schoenberg",
    "schönberg", "webern", "joplin",
    "scott joplin", "verdi", "weber", "ciconia", "vivaldi", "brahms", "mendelssohn", "debussy",
    "amy beach", "lusitano",
    "purcell", "telemann", "tchaikovsky", "liszt", "wagner", "byrd", "lasso", "machaut",
    "dufay", "scarlatti",
)  # fmt: skip
_PROGRESSIONS = (
    r"(?:neapolitan(?:\s(?:sixth|6th|chord)s?)?s?|(?:german|italian|french|"
    r"augmented)\s(?:sixth|6th)(?:\schord)?s?"
    r"|(?:deceptive|plagal|authentic|perfect|phrygian(?:\shalf)?|"
    r"interrupted)\scadences?|secondary\sdominants?"
    r"|applied\sdominants?|tritone\ssubstitutions?|picardy\s(?:third|3rd)s?|"
    r"cadential\s(?:six[\s-]four|64|6/4)"
    r"|half[\s-]diminished\s(?:seventh|7th)s?|diminished\s(?:seventh|7th)s?|"
    r"circle\sof\s(?:fifths|5ths)|lament(?:\sbass)?"
    r"|doo[\s-]wop|pachelbel)"
)
_WAY = r"(?:up|down|same|rising|falling|ascending|descending|repeated|level)"
_LENGTH = (
    r"(?:(?:dotted\s)?(?:whole|half|quarter|eighth|sixteenth|8th|16th|quaver|crotchet|"
    r"minim)s?|[whqes]\.{0,2}|\d+(?:\.\d+)?)"
)


@cache
def _formats() -> re.Pattern[str]:
    names = {format_.name.replace("-", " ") for format_ in FORMATS} | {f.title for f in FORMATS}
    return one_of((*names, *_NAMES))


def code_format(asked: Asked) -> str | None:
    """The format that is named; else the one that the code looks like."""
    return asked.search(_formats()) or _looks_like(asked.text)


def written_format(asked: Asked) -> str | None:
    """The format that is named."""
    return asked.search(_formats())


_PRINTED = re.compile(
    r"\b(?:sheet\smusic|on\s(?:a\s|the\s)?sta(?:ff|ve)|score\s(?:i|we)\scan\sprint|printable"
    r"|notation\sprogram)\b",
    re.IGNORECASE,
)


def two_formats(asked: Asked) -> tuple[str, str] | None:
    """Out of which format, and into which."""
    names = list(asked.matches(_formats()))
    asked.taken += [name.span() for name in names]
    own = _looks_like(asked.text)
    if not names:
        return None
    if _PRINTED.search(asked.text) and own and len(names) < 2:
        return own, "MusicXML"
    if len(names) > 1 and _same_format(names[0][0], names[1][0]):
        return None
    if len(names) == 1:
        other = own is not None and not _same_format(own, names[0][0])
        return (own, names[0][0]) if own and other else None
    first, second = names[:2]
    ahead = asked.text[max(0, first.start() - 14) : first.start()].lower()
    behind = asked.text[first.end() : second.start()].lower()
    if re.search(r"\b(?:into|to|as)\s(?:an?\s)?$", ahead) or re.search(
        r"\b(?:from|out of|of)\b", behind
    ):
        first, second = second, first
    return first[0], second[0]


def _same_format(one: str, other: str) -> bool:
    family = [
        {"abc", "abc notation"},
        {"musicxml", "music xml", "xml", "mxl", "musescore"},
        {"strudel", "tidal", "tidalcycles", "mini notation"},
    ]
    names = {one.lower().replace("-", " "), other.lower().replace("-", " ")}
    return len(names) == 1 or any(names <= group for group in family)


def code(asked: Asked) -> str | None:
    """The code: from where it begins to its end, without the words around it."""
    begins = _begin(asked.text)
    if begins is None:
        return _bare_code(asked)
    start = begins[0]
    text = _without_tail(asked.text[start:].rstrip())
    asked.taken.append((start, start + len(text)))
    return text


def _bare_code(asked: Asked) -> str | None:
    """Notes alone as code, where a format is named: mini-notation, a bar of ABC."""
    if not _formats().search(asked.text):
        return None
    words = list(re.finditer(r"\S+", asked.text))
    bar = [word for word in words if _ABC_WORD.fullmatch(word[0])]
    if any("|" in word[0] for word in bar):
        asked.taken.append((bar[0].start(), bar[-1].end()))
        return asked.text[bar[0].start() : bar[-1].end()]
    lists = asked.values("lh")
    return asked.take(max(lists, key=lambda f: len(f.text))) if lists else None


def _begin(text: str) -> tuple[int, str] | None:
    found = [
        (match.start(), name) for name, pattern in _STARTS if (match := re.search(pattern, text))
    ]
    return min(found, key=lambda start: start[0], default=None)


def begins_code(text: str) -> bool:
    """Whether something in a request looks like the beginning of code."""
    return _begin(text) is not None


def _looks_like(text: str) -> str | None:
    begins = _begin(text)
    return None if begins is None else "strudel" if begins[1] == "mini" else begins[1]


_LAST_SIGN = re.compile(r".*(?:\|[]:]?|[]})>\"`])", re.DOTALL)
_PROSE = re.compile(
    r"[\s,;.:?!–-]+(?=.*[h-yH-Y])(?:[A-Za-z][A-Za-z'’-]*[\s,;.?!]+)+[A-Za-z][A-Za-z'’-]*[\s?.!]*"
)


def _without_tail(text: str) -> str:
    """Drop the words of a question behind code: "…, is it right?"."""
    end = _LAST_SIGN.match(text)
    if end is not None and _PROSE.fullmatch(text, end.end()):
        text = text[: end.end()]
    lines = text.split("\n")
    while True:
        match = re.search(r"(?:^|[\s,;.(–-]+)([A-Za-z][A-Za-z'-]*)[\s?!.,)]*$", lines[-1])
        if match is None or match[1].lower() not in _TAIL or not match.start():
            break
        lines[-1] = lines[-1][: match.start()]
    return "\n".join(lines).strip()


def composer(asked: Asked) -> str | None:
    """A composer."""
    return asked.search(one_of(COMPOSERS))


def pattern(asked: Asked) -> str | None:
    """A progression to look for: by its name or in numerals."""
    named = asked.search(rf"\b{_PROGRESSIONS}\b")
    values = asked.values("v")
    return named or (asked.take(max(values, key=lambda f: len(f.text))) if values else None)


def melodic(asked: Asked) -> str | None:
    """A melody to look for: notes, steps in semitones or intervals in words."""
    steps = asked.search(r"(?<![\w+-])([+-]?\d{1,2}(?:[\s,]+[+-]\d{1,2})+)(?![\w])")
    size = r"(?:step|second|third|fourth|fifth|sixth|seventh|octave|semitone|tone)"
    words = steps or asked.search(
        rf"\b((?:up|down)\san?\s(?:\w+\s)?{size}(?:,?\s(?:and\s|then\s)?(?:up|"
        rf"down)\san?\s(?:\w+\s)?{size})+)\b"
    )
    return words or theory.melody(asked)


def rhythm(asked: Asked) -> str | None:
    """A rhythm to look for, as note lengths."""
    if not asked.says(r"\brhythm|\bdurations?\b|\blengths?\b"):
        return None
    return asked.search(
        re.compile(rf"(?<![\w.])({_LENGTH}(?:[\s,]+(?:and\s)?{_LENGTH})+)(?![\w.])")
    )


def contour(asked: Asked) -> str | None:
    """The ups and downs of a melody to look for."""
    return asked.search(
        re.compile(r"\b([UDRS]{3,})\b"),
        rf"\b({_WAY}(?:[\s,]+(?:then\s|and\s)?{_WAY}){{1,}})(?!\san?\b)\b",
    )


def piece(asked: Asked) -> str | None:
    """A piece by its name in the corpus, or its catalogue number."""
    return asked.search(
        re.compile(r"(?<![\w/])([A-Za-z][\w.]*/[\w./#-]*\w)"), r"\b(bwv\s?\d+(?:\.\d+)?[a-z]?)\b",
        r"\b((?:op\.?|opus)\s?\d+(?:\s?no\.?\s?\d+)?)\b",
    )  # fmt: skip


def bars_of_piece(asked: Asked) -> str | None:
    """Which bars of a piece."""
    said = asked.search(
        r"\b(?:bars?|measures?|mm?\.)\s?(\d{1,4}(?:\s?(?:-|–|to|through|until|and)\s?\d{1,4})?)\b",
        r"(?<![\w.])(\d{1,4}\s?(?:-|–|to)\s?\d{1,4})(?![\w.])",
        r"\b(first\s(?:\d+|two|four|eight)\sbars)\b",
    )
    return re.sub(r"\s?(?:to|through|until|and|–)\s?", "-", said) if said else None
