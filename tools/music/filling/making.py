"""Readers of what is made or changed: styles, kinds, edits, grids of drums, voices, figures."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache

from runtime.values import Found
from tools.music import bass_lines, drum_styles, progressions
from tools.music.filling import instruments, theory
from tools.music.filling.asked import Asked, Reader, one_of
from tools.music.filling.rhythm import NUMBER

_NOTE = r"[A-G](?:##?|bb?|♯|♭)?-?\d(?::[\w./]+)?~?"
_VOICE = rf"\b[SATB]\s?:\s?(?:{_NOTE}|r(?::\w+)?|\||\s)+"
_STRUCK = r"[xXgo.-](?:[xXgo.\-| ](?=[xXgo.\-|])|[xXgo.-])*[xXgo.-]"
_DRUM = (
    r"(?:kick|bass\s?drum|snare|hi-?\s?hats?|hats?|open\s?hat|ride|crash|clap|rim(?:shot)?|toms?"
    r"|(?:high|low|mid)\s?tom|floor\s?tom|cowbell|clave|shaker|tambourine|conga|bongo|"
    r"BD|SD|HH|OH|CH)"
)
_ROW = re.compile(
    rf"(?<![\w]){_DRUM}\s*[:=|]?\s*\|?[xXgo.\-][xXgo.\-| ]*[xXgo.\-]\|?(?=\s|[,;?!]|$)", re.I
)
_FIGURE = r"(?:-|n|#|b|[#b]?\d{1,2}[#b]?(?:[/-]\d|\d)*)"
_FIGURES = re.compile(
    rf"(?:\bfigur\w*|\bwith|:)\s*:?\s*((?:{_FIGURE}[\s,]+){{1,31}}{_FIGURE})(?=[\s,.?!;)]|$)", re.I
)
PLACE = (
    rf"(?:the\s)?(?:(?:bar|measure|note)s?\s{NUMBER}(?:\s?(?:-|–|to|and)\s?{NUMBER})?"
    r"|(?:last|final|first|second|third|fourth|fifth|sixth|seventh|eighth|\d+(?:st|nd|"
    r"rd|th))\s(?:bar|measure|note))"
)
_STEP = (
    r"(?:up|down|higher|lower)(?:\s(?:by\s)?(?:an?\s|one\s|two\s|three\s|"
    r"\d\s)?(?:(?:perfect|major|minor|half|whole)[\s-])?"
    r"(?:octave|second|third|fourth|fifth|sixth|seventh|semitone|half[\s-]?step|step|"
    r"tone|2nd|3rd|4th|5th|6th|7th)s?)"
)
_TURNED = (
    r"(?:an?\s)?(?:(?:perfect|major|minor|half|whole)[\s-])?(?:octave|second|third|"
    r"fourth|fifth|sixth"
    r"|seventh|semitone|step|tone)\s(?:higher|lower|up|down)"
)
_LENGTHS = (
    r"(?:double|halve|twice|half)\s(?:the\s|all\s(?:the\s)?)?(?:note\s)?(?:lengths?|"
    r"values?|durations?)"
    r"|(?:twice|half)\sas\s(?:long|fast|slow)|half\sspeed|double\s(?:speed|time)|"
    r"augment(?:ed|ation)|diminution|diminished\svalues"
)
_WHOLE = (
    r"retrograde\sinversion|retrograde|backwards?|reversed?|in\sreverse|back\sto\sfront"
    r"|(?:invert(?:ed)?|inversion|upside\sdown|mirror(?:ed)?|"
    r"flip(?:ped)?)(?:\s(?:it\s)?(?:around|about|on|at)\s[A-Ga-g](?:#|b|♯|♭)?\d?)?"
)
_KEYED = (
    r"to\s(?:the\skey\sof\s)?[A-G](?:#|b(?![a-z])|♯|♭|\s(?:flat|"
    r"sharp))?(?:\s?(?:major|minor|m(?!\w)))?(?![\w#])"
)
_OTHER = (
    rf"(?:change\s)?{PLACE}\s(?:to|=|becomes)\s{_NOTE}(?:\s{_NOTE})*"
    rf"|(?:delete|remove|drop|repeat)\s{PLACE}|(?:in|to)\s\d/\d\b|tempo\s(?:to\s)?\d+|"
    rf"{PLACE}\s(?:{_WHOLE})|(?:reverse|invert|mirror|flip)\s{PLACE}"
)
_EDIT = (
    rf"{_OTHER}|{PLACE}\s(?:{_STEP}|{_TURNED})|(?:{_STEP}|{_TURNED})\s(?:in|of)\s{PLACE}",
    _LENGTHS, _WHOLE, rf"{_STEP}|{_TURNED}", _KEYED,
)  # fmt: skip
_FIGURED = re.compile(
    rf"(?<![\w#])({_NOTE})\s(?:with|has|figured|under)\s(?:an?\s)?({_FIGURE})(?=[\s,.?!;)]|$)"
)
_KINDS: Mapping[str, str] = {
    "retrograde": r"retrograde|backwards?|reversed?",
    "inversion": r"inver\w+|upside down|mirror\w*",
    "ornaments": r"ornament\w*|embellish\w*|decorat\w*|trills?|fancy|turns",
    "running": r"running|eighths|sixteenths|passing notes|scalar|fast notes|flowing",
    "rhythm": r"rhythm\w*|syncopat\w*|dotted",
    "triplets": r"triplets?",
    "minor": r"(?<!\b(?-i:[A-G])\s)(?<!flat\s)(?<!sharp\s)minor(?: mode| key)?|sad\w*",
    "major": r"(?<!\b(?-i:[A-G])\s)(?<!flat\s)(?<!sharp\s)major(?: mode| key)?|happy|happier",
    "augmentation": r"augment\w*|twice as (?:long|slow)|slow(?:er|ly)?|longer notes|stretched",
    "diminution": r"diminution|twice as fast|faster|shorter notes",
    "octaves": r"octaves?",
    "all": r"all(?: kinds)?|every kind",
    "simple": r"simpl\w*|plain|bare|skeleton|reduced",
}

_MOODS = frozenset("slow sad happy basic standard dance".split())
_MANNER = re.compile(r"\b(\w{3,}?)p?(?:y|ier|ish)\b", re.IGNORECASE)
"""A style as a manner: jazzy, funkier, poppish."""


def style_of(
    names: Mapping[str, Iterable[str]], aliases: Mapping[str, str] | None = None
) -> Reader:
    """Return a reader of the style that is named, out of a table of names."""

    @cache
    def pattern() -> re.Pattern[str]:
        return one_of(name for style, others in names.items() for name in (style, *others))

    def read(asked: Asked) -> str | None:
        for other, meant in (aliases or {}).items():
            if asked.search(other):
                return meant
        # "12 bar blues" names both the bars and the style.
        said = list(pattern().finditer(asked.text))
        # "a slow shuffle" names a style beside how it is played.
        match = next((m for m in said if m[0].lower() not in _MOODS), said[0] if said else None)
        manner = None if match else _MANNER.search(asked.text)
        if manner and pattern().fullmatch(manner[1]):
            asked.taken.append(manner.span())
            return manner[1]
        if match is None:
            return None
        asked.taken.append(match.span())
        return match[0]

    return read


bass_style = style_of(
    bass_lines.STYLES,
    {
        r"\bjust\s(?:the\s)?roots\b|roots?\s(?:and|&|\+|n)\s(?:fifths?|5ths?)": "root-fifth",
        r"\bwalk(?:ing|s)?\b": "walking",
    },
)
drum_style = style_of(drum_styles.NAMES)
chord_style = style_of(progressions.NAMES)


def hymn_or_pop(asked: Asked) -> str | None:
    """The style of a harmonisation."""
    said = asked.search(
        r"\b(hymn|chorale|bach|church|satb|four[\s-]part|4[\s-]part|pop|song|rock|folk(?!\s(?:tune|song|melody))|jazz|swing)(?:y|ier)?\b"
    )
    if said is None:
        return None
    if said.lower() in ("jazz", "swing"):
        return "jazz"
    return "pop" if said.lower() in ("pop", "song", "rock", "folk") else "hymn"


def kind(asked: Asked) -> str | None:
    """The kind of a variation."""
    for name, pattern in _KINDS.items():
        if asked.search(rf"\b(?:{pattern})\b"):
            return name
    return None


def edit(asked: Asked) -> str | None:
    """What to change in a melody: which bars or notes, and how."""
    said = asked.search(*(rf"(?<!\w)(?:{pattern})(?!\w)" for pattern in _EDIT))
    if said and re.fullmatch(r"invert(?:ed)?|inversion|mirror(?:ed)?|flip(?:ped)?", said, re.I):
        axis = asked.search(r"\b(?:around|about)\s[A-G](?:#|b|♯|♭)?\d?(?!\w)")
        return f"{said} {axis}" if axis else said
    return said


def grid(asked: Asked) -> str | None:
    """Rows of drums, each on a line."""
    rows = [
        match for match in _ROW.finditer(asked.text) if len(re.findall(r"[xXgo.-]", match[0])) > 5
    ]
    if not rows:
        return None
    asked.taken.append((rows[0].start(), rows[-1].end()))
    return "\n".join(" ".join(row[0].split()) for row in rows)


def voices(asked: Asked) -> str | None:
    """Voices that are labelled, or chords of notes from the bass up."""
    labelled = [m for m in re.finditer(_VOICE, asked.text) if re.search(_NOTE, m[0])]
    if len(labelled) > 1:
        start, end = labelled[0].start(), labelled[-1].end()
        asked.taken.append((start, end))
        return asked.text[start:end].strip(" ,;")
    group = rf"{_NOTE}(?:\s{_NOTE})+"
    return asked.search(re.compile(rf"{group}(?:\s*[,|]\s*{group})+")) or theory.melody(asked)


def figures(asked: Asked) -> str | None:
    """The figures under a bass."""
    match = asked.first(
        re.compile(rf"[\"“]\s*((?:{_FIGURE}[\s,]+){{0,31}}{_FIGURE})\s*[\"”]"),
        _FIGURES,
        re.compile(rf"(?<=\s)((?:{_FIGURE}\s+){{1,31}}{_FIGURE})(?=[\s,.?!;)]|$)"),
    )
    return " ".join(match[1].replace(",", " ").split()) if match else None


def bass_and_figures(asked: Asked) -> tuple[str, str] | None:
    """A bass and its figures; also note by note: "C3 with a 6, G3 with a 7"."""
    pairs = list(asked.matches(_FIGURED))
    if len(pairs) > 1:
        asked.taken += [pair.span() for pair in pairs]
        return " ".join(pair[1] for pair in pairs), " ".join(pair[2] for pair in pairs)
    bass = theory.melody(asked)
    said = figures(asked) if bass else None
    return (bass, said) if bass and said else None


def cantus_and_line(asked: Asked) -> tuple[str, str] | None:
    """The cantus and the line against it, by their labels or in this order."""
    lists = [part for found in asked.values("l") for part in _halves(found)]
    if len(lists) < 2:
        return None
    first, second = lists[:2]
    between = asked.text[first.end : second.start]
    led = asked.before(first, r"(?:cantus|firmus|c\.?f\.?)\W*(?:\w+\W+){0,2}?")
    if not led and re.search(
        r"\b(?:against|over|above|to|for|under|below|cantus)\b", between, re.I
    ):
        first, second = second, first
    return asked.take(first), asked.take(second)


def _halves(found: Found) -> list[Found]:
    """Part two lines that "and" joins."""
    match = re.search(r"\s+and\s+", found.text)
    if match is None:
        return [found]
    halves = found.text[: match.start()], found.text[match.end() :]
    if any(len(half.split()) < 3 for half in halves):
        return [found]
    middle = found.start + match.end()
    return [
        Found(found.start, found.start + match.start(), "l", halves[0]),
        Found(middle, found.end, "l", halves[1]),
    ]


def position(asked: Asked) -> str | None:
    """On which side of a cantus the new line goes."""
    said = asked.search(
        r"\b(above|over|on top|upper|higher|below|under(?:neath)?|beneath|lower|bass)\b"
    )
    if said is None:
        return None
    return "above" if said.lower() in ("above", "over", "on top", "upper", "higher") else "below"


def distance(asked: Asked) -> str | None:
    """After how long the second voice enters."""
    return asked.search(rf"\b((?:{NUMBER}|half\sa|an?)\s(?:bars?|beats?|measures?))\b")


def answer_interval(asked: Asked) -> str | None:
    """At which interval a second voice answers."""
    size = (
        r"(?:(?:perfect|major|minor)\s)?(?:unison|octave|second|third|fourth|fifth|sixth|"
        r"seventh|2nd|3rd|4th|5th|6th)"
    )
    return asked.search(
        rf"\b((?:an?\s|the\s)?{size}\s(?:below|above|lower|higher|under|up|down))\b",
        rf"\b((?:down|"
        rf"up)\s(?:an?\s)?{size})\b", rf"\bat\s(?:the\s)?({size})\b", rf"\b({size})\b(?!\svoice)",
    )  # fmt: skip


def limits(asked: Asked) -> str | None:
    """The range of a melody: two notes, or an instrument."""
    return asked.search(
        re.compile(r"\b([A-G](?:#|b)?\d\s?(?:to|-|–|and)\s?[A-G](?:#|b)?\d)\b")
    ) or instruments.instrument(asked)
