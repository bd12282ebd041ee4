"""What a request asks, with the file that it tells of: "top.txt is from ps. which uses most cpu".

What only tells how things are finds other recipes than what is asked. It is left out of what is
looked up, and the file that it names is put where the rest points at it or lacks one.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import NamedTuple

from runtime.values import Found, shell
from tools.knowledge.telling import told

_KIND = (
    r"(?:file|archive|thing|folder|directory|script|document|zip|tarball|tar|log|csv|list|dump"
    r"|backup|config|report|table|image|picture|photo|repo|repository|database|copy|package|text)"
)
_THERE = re.compile(
    r"\b(?P<in>in|into|inside|from|out of|of|under)\s+(?:there|here|it|that|this)\b"
    rf"(?!\s+(?!please\b|most\b|now\b)\w)|\bthere(?=\W*$)"
    rf"|\b(?:in(?:side)?|of|from) (?:that|this|the) {_KIND}\b(?=\W*$)",
    re.IGNORECASE,
)
_IT = re.compile(
    rf"\b(?:it(?! (?:possible|ok|okay|true|that))|(?:that|this|the) {_KIND})\b(?!['’])"
    r"(?!\s+(?:called|named|of|with|\S*[/.]\w))",
    re.IGNORECASE,
)
_ITS = re.compile(r"\bits (?P<what>(?:\w+ )?\w+)", re.IGNORECASE)
_LEANS = re.compile(
    r"\b(?:it|its|them|they|their|those|these|him|her|his|he|she|both|each one|ones"
    r"|(?:that|which|this) one|the (?:first|last|other) one|there)\b",
    re.IGNORECASE,
)
_HOW_MANY = re.compile(r"\bhow many (?=(?:are|is|were|was|do|does|did|have)\b)", re.IGNORECASE)
_PACKED = re.compile(r"(?:/|\.(?:tar|tgz|zip|gz|xz|bz2|7z|zst|t[gbx]z|deb))$", re.IGNORECASE)
_SEVERAL = re.compile(r"(?:them|they|their|those|these|both)$", re.IGNORECASE)
_PLURAL = re.compile(
    r"\b(?:all|every|the|which|what)\s+(?:\w+\s+){0,2}(?!is|was|does|this|its)\w{2,}s\b", re.I
)
_WHICH_ONES = re.compile(
    r"\b(?P<which>which|what) (?:ones|of (?:them|these|those))\b", re.IGNORECASE
)
_ENDING = re.compile(r"\.\w+$")
_PUT = re.compile(r"\b(?:in|into|to|as|under|called|named)\s+[\"'`]?$", re.IGNORECASE)
_HAS = re.compile(r"[\"'`]?\s+(?:is|are|has|have|had|contains|holds|lists)\b", re.IGNORECASE)
_QUOTED = "s"
_COUNTED = re.compile(r"\d")
"""What is told of with a number, an address or a date is hardly told for nothing."""


class Asked(NamedTuple):
    """What is asked; `about` is the file that it may mean, which it does not name."""

    text: str
    about: str = ""


def asked(text: str, folders: Collection[str] = ()) -> Asked | None:
    """Return what a request asks that tells something too; None where it needs the whole.

    >>> asked("hi, old.zip wont open on my phone. can you test if the thing is damaged")
    Asked(text='can you test if old.zip is damaged', about='')
    >>> asked("i put ps aux into top.txt. which command used the most cpu")
    Asked(text='which command used the most cpu', about='top.txt')
    >>> asked("firefox hangs. kill it"), asked("how big is /srv?")
    (None, None)
    """
    parts = told(text)
    if parts is None:
        return None
    found = list(shell.find(parts.tells))
    if any(
        value.kind == _QUOTED or _COUNTED.search(value.text)
        for value in found
        if value.kind not in "pfg"
    ):
        return None
    things = [value for value in found if value.kind in "pfg"]
    own = any(value.kind in "pfg" for value in shell.find(parts.asks))
    thing = _meant(parts.tells, things) if things else _folder(parts.tells, folders)
    pointed = _pointed(parts.asks, thing) if thing else parts.asks
    asks = _counted(pointed, thing) if thing else parts.asks
    if _leans(asks) or (things and not thing):
        return None
    if pointed != parts.asks or not thing:
        return Asked(asks)
    return None if own else Asked(asks, thing)


def _meant(tells: str, things: list[Found]) -> str:
    """Return the file that is told about; empty where there are several."""
    if len({thing.text for thing in things}) == 1:
        return things[0].text
    for sign, where in ((_HAS.match, "behind"), (_PUT.search, "before")):
        for thing in reversed(things):
            side = tells[thing.end :] if where == "behind" else tells[: thing.start]
            if sign(side):
                return thing.text
    return ""


def _folder(tells: str, folders: Collection[str]) -> str:
    """Return the folder that a text begins with, or that something is told to be in."""
    for name in folders:
        said = rf"(?:^|\b(?:in|into|folder|directory)\s+)(?:(?:my|the)\s+)?{re.escape(name)}\b"
        if re.search(said, tells, re.IGNORECASE):
            return f"{name}/"
    return ""


def _leans(asks: str) -> bool:
    """Whether what is asked points at something that it has not named before."""
    points = _LEANS.search(asks)
    if points is None:
        return False
    named = asks[: points.start()]
    several = _SEVERAL.match(points[0]) and _PLURAL.search(named)
    return not (several or any(found.kind in "pfg" for found in shell.find(named)))


def _pointed(asks: str, thing: str) -> str:
    """Return what is asked with the thing in the place of the words that point at it."""
    text = _THERE.sub(lambda m: f"{m['in'] or 'in'} {thing}", asks)
    text = _ITS.sub(lambda m: f"the {m['what']} of {thing}", text, count=1)
    return _IT.sub(lambda m: thing, text, count=1) if text == asks else text


def _counted(asks: str, thing: str) -> str:
    """Return what is asked with "how many" and "which ones" named by what the thing has."""
    rows = "rows" if thing.endswith((".csv", ".tsv")) else "lines"
    text = _WHICH_ONES.sub(
        lambda m: f"{m['which']} {rows if _ENDING.search(thing) else 'files'}", asks
    )
    many = "files" if _PACKED.search(thing) else "lines"
    return _HOW_MANY.sub(lambda m: f"{m[0]}{many} ", text)
