"""How people word the change of a score, in the words that `changing` reads."""

from __future__ import annotations

import re

from tools.music.instruments import read_instrument
from tools.music.numbers import CARDINALS
from tools.music.pitch import MusicError

_LEAD = re.compile(
    r"^(?:(?:please|now|and|then|ok(?:ay)?|so|also|can|could|would|will|you|i|we|i'd|need|want|like"
    r"|let's|let|me|us|have|give|make|get)\b[\s,]*)+(?=\S)",
    re.IGNORECASE,
)
_TAIL = re.compile(r"(?:[\s,]+(?:please|pls|instead|now|thanks|for me))+$", re.IGNORECASE)
_IT = (
    r"(?:it|this|that|them|everything|(?:the|my|this) (?:score|piece|tune|song|music|file|whole "
    r"thing))"
)
_MOVED = r"(?:put|transpose|move|shift|change|play|write|bring|take|set|rewrite)"
_KEYS = re.compile(
    rf"^(?:{_MOVED}\s+)?(?:{_IT}\s+)?(?:(?:the\s+)?key\s+)?(?:in|into|to)\s+(?:the\s+key\s+of\s+)?"
    r"(?P<key>[A-Ga-g](?:\s?(?:#|b|♯|♭|flat|sharp))?(?:\s?(?:m|major|minor|maj|min))?)$",
    re.IGNORECASE,
)
_BPM = re.compile(r"\b(?:(?P<n>\d{2,3})\s*bpm|tempo\s+(?:to|of)\s+(?P<m>\d{2,3}))\b", re.IGNORECASE)
_PACES = (
    (r"\bhalf (?:the )?(?:speed|tempo)|\bhalf as fast", "half tempo"),
    (r"\b(?:double|twice) (?:the )?(?:speed|tempo)|\btwice as fast", "double tempo"),
    (r"\b(?:faster|quicker)\b|\bspeed (?:it|this) up|\bspeed up", "faster"),
    (r"\bslower\b|\bslow (?:it|this) down|\bslow down", "slower"),
)
_PLAYER = re.compile(r"\bfor\s+(?:an?\s+|the\s+|my\s+)?(?P<name>[\w♭♯ -]+)$", re.IGNORECASE)
_SOME_BARS = re.compile(
    rf"^(?:only|just|keep|show|take)?\s*(?:me\s+)?(?:the\s+)?first\s+(?P<n>{'|'.join(CARDINALS)}|\d+)\s+"
    r"(?:bars|measures)(?:\s+only)?$",
    re.IGNORECASE,
)


def plainly(request: str) -> str:
    """Return a request in the plain words for a change; as it is where it is none of these.

    >>> plainly("can you put this in B flat for my trumpet"), plainly("make it slower, 80 bpm")
    ('for trumpet', 'at 80 bpm')
    >>> plainly("put it in C minor please"), plainly("just the first two bars")
    ('to C minor', 'first 2 bars')
    """
    text = _TAIL.sub("", _LEAD.sub("", request.strip().strip(".!?")))
    if match := _BPM.search(text):
        return f"at {match['n'] or match['m']} bpm"
    if match := _SOME_BARS.match(text):
        number = match["n"].lower()
        return f"first {CARDINALS.get(number, number)} bars"
    if (match := _PLAYER.search(text)) and _is_instrument(match["name"]):
        return f"for {match['name']}"
    if match := _KEYS.match(text):
        return f"to {match['key']}"
    return next((plain for said, plain in _PACES if re.search(said, text, re.IGNORECASE)), text)


def _is_instrument(name: str) -> bool:
    try:
        read_instrument(name)
    except MusicError:
        return False
    return True
