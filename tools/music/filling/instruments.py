"""Readers of what plays or shows music: instruments, fretted ones, keyboards, tunings."""

from __future__ import annotations

import re
from functools import cache

from tools.music.filling.asked import Asked, one_of
from tools.music.filling.cues import named
from tools.music.instruments import TABLE
from tools.music.ranges import ranges
from tools.music.tunings import INSTRUMENTS, TUNINGS

_TRANSPOSING = re.compile(
    r"(?<![\w#♭])(?:(?-i:[A-G](?:[b♭]|[\s-]flat)?)\s)?(?:(?:alto|tenor|soprano|baritone|bari|bass|french"
    r"|english|basset)\s)?"
    r"(?:clarinet|trumpet|horn|sax(?:ophone)?|cornet|flugelhorn)s?(?:\sin\s[A-G](?:[b♭]|[\s-]flat)?)?(?![\w#])",
    re.IGNORECASE,
)
_KEYBOARD = r"\b(?:piano[\s-]?roll|piano(?:\skeyboard)?|keyboard|keys\b|klavier|synth|organ)\b"


@cache
def _instruments() -> re.Pattern[str]:
    names = {name for found in ranges() for name in (found.name, *found.others)}
    names |= {n for name, _, others in TABLE for n in (name.replace("♭", "b"), *others)}
    return one_of(names, plural=True)


@cache
def _fretted() -> re.Pattern[str]:
    return one_of((n for name, others, *_ in INSTRUMENTS for n in (name, *others)), plural=True)


def instrument(asked: Asked) -> str | None:
    """An instrument or a voice, with the key it stands in."""
    return asked.search(_TRANSPOSING, _instruments())


def transposing(asked: Asked) -> str | None:
    """An instrument to write for; one with frets only where its part is spoken of."""
    if _fretted().search(asked.text) and not named("transpose_for_instrument", asked.text):
        return None
    return instrument(asked)


def fretted(asked: Asked) -> str | None:
    """An instrument with frets."""
    return asked.search(_fretted())


def shown_on(asked: Asked) -> str | None:
    """What music is drawn on: a keyboard, a neck, a piano roll."""
    if asked.search(r"\b(?:daw\W*s?\s\w+|sequencer)\b"):
        return "piano roll"
    where = asked.search(r"\bpiano[\s-]?roll\b") or fretted(asked) or asked.search(_KEYBOARD)
    if where is None and asked.says(r"\bfret\s?board|\bneck\b|\btab(?:s|lature)?\b"):
        return "guitar"
    how = tuning(asked) if where and "piano" not in where else None
    return f"{where} in {how}" if how else where


@cache
def _tunings() -> re.Pattern[str]:
    names = {n for _, name, others, _ in TUNINGS for n in (name, *others) if len(n) > 3}
    return one_of(names - {"fourths", "celtic", "english", "linear", "e flat"})


def tuning(asked: Asked) -> str | None:
    """A tuning by its name; the instrument where it stands for one with its own strings."""
    return asked.search(_tunings())


def tuning_of_frets(asked: Asked) -> str | None:
    """A tuning, or an instrument other than the guitar: each says how the strings sound."""
    found = tuning(asked)
    player = fretted(asked)
    return found or (player if player and "guitar" not in player.lower() else None)
