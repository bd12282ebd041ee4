"""Readers of how a melody, a progression or a beat is to change."""

from __future__ import annotations

import re

from tools.music.chart import is_progression
from tools.music.chart_change import CHORD, PLACE, is_chart_change
from tools.music.drum_change import DRUM, FILL
from tools.music.filling import making, playing
from tools.music.filling.asked import Asked
from tools.music.filling.rhythm import NUMBER

_VERBS = (
    r"change|replace|swap|turn|make|set|put|add|insert|use|have|want|substitute|sub|drop|delete"
    r"|remove|cut|repeat|double|move|take\sout|leave\sout"
)
_CLAUSE = re.compile(
    rf"\b(?:{_VERBS})\b[^?!;\n]*|(?:{PLACE}|(?-i:{CHORD}))\s(?:to|=|becomes|should\sbe|up|down)\s[^?!;\n]*",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"[\s,.]*(?:\b(?:please|pls|plz|thanks|thank\syou|instead|now|for\sme|and\splay\sit)\b[\s,.]*)*$",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(
    r"(?:put|play|move|have)\s(?:it|that|this|them|everything)\s(?:in|into|to)\s[A-Ga-g](?![a-z])"
    r"|drop\s[A-G]\b(?!\S)",
    re.IGNORECASE,
)
"""What only looks like a change of chords: another key, a tuning."""
_LEAD = re.compile(r"\b(?:in|of|for|on|over|to|from|with)\s*:?\s*$", re.IGNORECASE)
_RESTS = (
    rf"\b(?:make\s|turn\s)?({making.PLACE}\s(?:into\s|to\s)?(?:all\s)?"
    r"(?:(?:a\s)?(?:bar\sof\s)?rests?|a\swhole\srest|silen(?:t|ce)|empty))\b",
    rf"\b((?:mute|silence|empty|clear)\s{making.PLACE})",
)
_WITH = re.compile(
    r"\b(?:with|plus|(?:and|but|then)\sadd|,\sadd|but)\s([^?!;\n]+?)[\s.?!]*$", re.IGNORECASE
)
_GHOSTS = r"(?:some\s|a\sfew\s)?ghost(?:ed)?\s(?:notes?|strokes?|hits?)"
"""Without a drum they are the snare's."""
_LENGTH_BEHIND = re.compile(rf",\s*(?:for\s)?{NUMBER}\s(?:bars?|measures?)$", re.IGNORECASE)
_PACE = r"\b((?:(?:much|a\sbit|a\slittle|slightly)\s)?(?:slower|faster|quicker|more\sslowly))\b"


def edit(asked: Asked) -> str | None:
    """What to change in a melody, or in a progression where one was read."""
    taken = [asked.text[start:end] for start, end in asked.taken]
    if any(is_progression(text) for text in taken):
        return of_chords(asked)
    return of_line(asked)


def of_line(asked: Asked) -> str | None:
    """What to change in a melody: its marks, bars that are to be rests, notes, lengths, pace."""
    rest = Asked.of(" ".join(_without_taken(asked).split()))
    said = (
        rest.search(*_RESTS)
        or playing.marks(rest)
        or making.edit(rest)
        or rest.search(r"\b(\d{2,3}\s?bpm)\b", _PACE)
    )
    if said:
        asked.taken += [(f.start, f.end) for f in asked.found if f.text in said]
    return said


def of_chords(asked: Asked) -> str | None:
    """What to change in a progression: the clause that says it, without the progression."""
    for match in _CLAUSE.finditer(_without_taken(asked)):
        clause = " ".join(_TAIL.sub("", match[0]).split())
        if is_chart_change(clause) and not _ELSEWHERE.match(clause):
            asked.taken.append(match.span())
            return clause
    return None


def _without_taken(asked: Asked) -> str:
    """Return the request with spaces for what was read, and for "of" or "in" before it."""
    text = asked.text
    for start, end in asked.taken:
        lead = _LEAD.search(text[:start])
        start = lead.start() if lead else start
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def drums_with(asked: Asked) -> str | None:
    """How a beat in a style is to differ: what stands behind "with" and names a drum."""
    if without := asked.search(rf"\b(without\s(?:the\s|any\s)?(?:{DRUM})s?)\b"):
        return without
    match = _WITH.search(asked.text)
    if match and re.fullmatch(_GHOSTS, match[1], re.IGNORECASE):
        asked.taken.append(match.span())
        return "ghost notes on the snare"
    if match is None or not re.search(rf"\b(?:{DRUM})s?\b|{FILL}", match[1], re.IGNORECASE):
        return None
    # "with a fill, 4 bars" says also how many bars there are to be.
    length = _LENGTH_BEHIND.search(match[1])
    said = match[1][: length.start()] if length else match[1]
    asked.taken.append((match.start(), match.start(1) + len(said)))
    return str(said)


def drums(asked: Asked) -> str | None:
    """What to change in a beat: one of its drums, its tempo, a fill."""
    how = (
        r"(?:busier|busy|denser|fuller|sparser|thinner|simpler|fewer|less|more|no|with|without|remove|drop"
        r"|mute|take\sout|louder|softer|quieter|accent|add|put|ghost)"
    )
    drum = rf"(?:{DRUM})s?"
    bars = r"(?:\s(?:in|of|at|on)\s(?:the\slast\sbar|bars?\s[\w ,]+))?"
    return asked.search(
        rf"((?:{FILL}){bars})",
        rf"\b({how}\b[^.?!\n]*\b{drum}\b(?:\son\s[\d\s,and]+|\s(?:on\s)?(?:the\s)?off[\s-]?beats?)?"
        rf"{bars})",
        rf"\b({drum}\b[^.?!\n]*\b{how}{bars})\b",
        r"\b((?:double|half)[\s-]time|faster|slower|\d{2,3}\s?bpm)\b",
    )
