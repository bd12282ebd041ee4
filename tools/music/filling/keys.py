"""Readers of keys: the one that a piece is in, one that is named, the way from one to another."""

from __future__ import annotations

import re

from tools.music.filling import misspelt
from tools.music.filling.asked import Asked, pair_of, readable
from tools.music.key import read_key

KEY = (
    r"[A-Ga-g](?:#|b(?![a-z])|♯|♭|[\s-](?:sharp|flat)\b)?"
    r"(?:[\s-]?(?:major|(?:(?:natural|harmonic|melodic)\s)?minor|maj\b|min\b|m(?![\w])"
    r"|ionian|dorian|phrygian|lydian|mixolydian|aeolian|locrian))?"
)
_IN_KEY = re.compile(
    rf"\b(?:in|key|tonality)(?:\s(?:the\s)?(?:key|tonality))?(?:\s(?:of|is))?[:,]?\s(?P<key>{KEY})"
    r"(?![\w#♯♭/]|\s(?:row|lot|few|bit|way|pop|hymn))"
)
_OF_KEY = r"\b(?:in|key|key of|key is|of|for|from|to|into|key:)"
_NOT_A_KEY = r"\b(?:clarinet|horn|trumpet|tuned)\sin\s$"


def key(asked: Asked) -> str | None:
    """The key that stands behind "in" or "key"; else the one that is named."""
    return misspelt.nearly(asked) or key_behind(asked) or named_key(asked)


def key_behind(asked: Asked) -> str | None:
    """The key that a preposition or the word key stands before, or one in words."""
    for match in asked.matches(_IN_KEY):
        said = match["key"]
        alone = re.fullmatch(r"[a-g]", said) and asked.text[match.end() :].strip(" .?!")
        listed = any(f.kind in "hl" and f.start <= match.start("key") < f.end for f in asked.found)
        other = re.search(_NOT_A_KEY, asked.text[: match.start("key")], re.I)
        verb = said == "am" and re.match(r"\sI\b", asked.text[match.end() :], re.I)
        if not (alone or listed or other or verb):
            asked.taken.append(match.span("key"))
            return said
    in_words = [f for f in asked.values("k") if readable(f.text, read_key)]
    return asked.take(in_words[-1]) if in_words else None


def named_key(asked: Asked) -> str | None:
    """The key that is named at all, rather behind a preposition."""
    named = [f for f in asked.values("kmcx") if readable(f.text, read_key)]
    named.sort(key=lambda f: (asked.before(f, _OF_KEY), f.kind == "k"))
    if named:
        return asked.take(named[-1])
    return misspelt.no_note(asked) or asked.search(
        r"\b(?:no|one|two|three|four|five|six|seven|\d)\s(?:sharps?|flats?)\b"
    )


def two_keys(asked: Asked) -> tuple[str, str] | None:
    """Two keys, the first where it goes from: "from X to Y", "to Y from X", "X -> Y"."""
    named = [f for f in asked.values("kmcx") if readable(f.text, read_key)]
    for found in asked.values("hl"):
        items = pair_of(found)
        if len(items) == 2 and all(readable(item, read_key) for item in items):
            asked.take(found)
            return items[0], items[1]
    if len(named) < 2:
        return None
    first, second = named[:2]
    between = asked.text[min(first.end, second.end) : max(first.start, second.start)]
    if _parallel(first.text, second.text) and not re.search(r"\b(?:in)?to\b|->|→", between):
        return None  # what one borrows from the other is no way into it
    if asked.before(first, r"\b(?:to|into|towards?|reach)") and asked.before(second, r"\bfrom"):
        first, second = second, first
    return asked.take(first), asked.take(second)


def _parallel(one: str, other: str) -> bool:
    return read_key(one).tonic.name == read_key(other).tonic.name


def method(asked: Asked) -> str | None:
    """A method of key finding, by one of its authors."""
    return asked.search(
        r"\b((?:krumhansl|kessler|schmuckler|temperley|kostka|payne|bellman|budge|aarden|essen)"
        r"(?:[\s-](?:and\s)?(?:kessler|schmuckler|payne|budge|essen))?)\b",
        r"\b(simple)\s(?:weights|method|profile)\b",
    )
