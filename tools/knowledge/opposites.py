"""Small words that turn a request round: not, how many, largest and smallest, before and after.

A recipe that lists what does *not* belong to a user is found for one that lists what does, since
all other words are the same. What its own wordings nearly always say, or never, is held against
what a request says.
"""

from __future__ import annotations

import re
from functools import lru_cache


def _words(words: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(words.split())})\b", re.IGNORECASE)


_NOT = re.compile(
    r"\b(?:not|no|none|never|without|except|exclud\w*|leav(?:e|ing)\b.{0,30}\bout|lack(?:s|ing)?|"
    r"missing|nobody|nothing|neither|"
    r"nor|other than|apart from|rather than|instead of|free of|outside|cannot|non|absent|"
    r"\w+n['’]t|fail(?:s|ed)?|ignor(?:e|es|ing)|skip(?:s|ping)?|hidden|hide|invalid|broken|wrong|"
    r"dead|empty|blank|un(?:used|tracked|readable|owned|mounted|signed|named|commented|merged|"
    r"finished|set))\b",
    re.IGNORECASE,
)
_COUNT = re.compile(
    r"\b(?:how (?:many|much|often)|(?:number|amount) of|count(?:s|ed|ing)?|total|times|quantity|"
    r"tally|sum|numbers?|per|each|every)\b",
    re.IGNORECASE,
)
_PAIRS = tuple(
    (_words(one), _words(other))
    for one, other in (
        (
            r"largest biggest larger bigger heaviest longest longer highest most top maximum max "
            r"greatest big large long above over more exceed\w* at\sleast",
            r"smallest smaller tiniest lightest shortest shorter lowest least minimum min fewest "
            r"less small short below under fewer at\smost",
        ),
        (
            r"newest newer latest recent(?:ly)? youngest last new",
            r"oldest older earliest first old ancient",
        ),
        (r"after since later from following behind", r"before until till earlier prior up\sto"),
        (
            r"add append insert include put set create make new enable on activate allow give "
            r"grant let start lock mount",
            r"remove delete drop erase clear unset disable off deactivate forbid deny revoke take "
            r"stop kill end unlock unmount strip rid throw comment withdraw",
        ),
        (
            r"first beginning begins? starts? starting top head front before above",
            r"last ends? ending bottom tail final behind after below",
        ),
        (r"uppercase upper capitals?", r"lowercase lower small\sletters"),
        (r"ascending a\sto\sz small\sto\slarge", r"descending reversed? backwards z\sto\sa"),
        (
            r"pack compress zip gzip archive",
            r"unpack uncompress decompress unzip gunzip extract",
        ),
        (
            r"common both same identical shared",
            r"different differs? unique only distinct missing",
        ),
        (r"running alive active listening", r"stopped dead inactive idle closed unused"),
    )
)
_ALWAYS, _COUNTS, _OFTEN, _SELDOM, _NEVER = 0.7, 0.85, 0.6, 0.2, 0.05
"""Shares of a recipe's wordings, set by hand."""
_UNSAID = 0.5
"""How much less it says that wordings lack a word of a request than that they all have one more."""
_QUOTED = re.compile(r"""["'“`][^"'”`]*["'”`]|\S*[\w*][./]\w\S*|\{\w+\}""")
Said = tuple[bool, bool, tuple[tuple[bool, bool], ...]]


@lru_cache(maxsize=4096)
def _said(text: str) -> Said:
    """Return whether a text denies, counts, and which side of each pair it has, values apart."""
    text = _QUOTED.sub("x", text)
    sides = tuple((bool(one.search(text)), bool(other.search(text))) for one, other in _PAIRS)
    return bool(_NOT.search(text)), bool(_COUNT.search(text)), sides


@lru_cache(maxsize=8192)
def _shares(wordings: tuple[str, ...]) -> tuple[float, float, list[tuple[float, float]]]:
    """Return the shares of wordings that deny, count, and have each side of each pair."""
    said = [_said(wording) for wording in wordings]
    count = max(1, len(said))
    sides = [
        (sum(s[2][at][0] for s in said) / count, sum(s[2][at][1] for s in said) / count)
        for at in range(len(_PAIRS))
    ]
    return sum(s[0] for s in said) / count, sum(s[1] for s in said) / count, sides


def opposed(request: str, wordings: tuple[str, ...]) -> dict[str, float]:
    """Return what a recipe's wordings say against a request: 0 for nothing, 1 or 2 for much.

    >>> opposed("files of ann", ("files that are not of {user}", "what is not {user}'s"))
    {'denied': 1.0, 'counted': 0.0, 'opposite': 0.0}
    >>> opposed("the oldest file", ("the newest file in {path}", "latest file of {path}"))
    {'denied': 0.0, 'counted': 0.0, 'opposite': 1.0}
    """
    denies, counts, sides = _said(request)
    denying, counting, shares = _shares(wordings)
    turned = sum(
        (one and not other and b >= _OFTEN and a <= _SELDOM)
        or (other and not one and a >= _OFTEN and b <= _SELDOM)
        for (one, other), (a, b) in zip(sides, shares, strict=True)
    )
    return {
        "denied": _against(denies, denying, _ALWAYS),
        "counted": _against(counts, counting, _COUNTS),
        "opposite": float(min(turned, 2)),
    }


def _against(said: bool, share: float, always: float) -> float:
    if said:
        return _UNSAID * (share <= _NEVER)
    return float(share >= always)
