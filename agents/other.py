"""What Mica says when no specialist is asked for: short texts kept in `other.md`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

Topic = Literal["greeting", "abilities", "thanks", "off_topic", "unsure"]

_FILE = Path(__file__).with_name("other.md")
_GREETING = re.compile(
    r"\W*(hi|hello|hey|hiya|howdy|good (morning|afternoon|evening|day)|greetings)"
    r"( there| mica| again| everyone)*\W*",
    re.IGNORECASE,
)
_THANKS = re.compile(
    r"\W*(ok |okay |great |cool |perfect )*(thanks|thank you|thx|cheers)( (a lot|so much|very much"
    r"|mica|again))*\W*",
    re.IGNORECASE,
)
_ABILITIES = re.compile(
    r"\b(what|who) (are|r) (you|u)\b|\bwhat(?:'s| is) (this|mica)\b|\bwho is mica\b"
    r"|\bwhat (all )?(can|could|do) (you|i|mica|we) (do|ask|use|help)|\bhow (can|could|do) you help"
    r"|\bwhat are you (for|able)|\byour (abilities|capabilities|features|skills|purpose)\b"
    r"|\bhow do (you|i use you) work|\bintroduce yourself|\btell me about (yourself|mica)\b"
    r"|^\W*help( me)?\W*$",
    re.IGNORECASE,
)


def topic(text: str, *, unsure: bool = False) -> Topic:
    """Say which of the texts fits a request that no specialist takes.

    >>> topic("Hello!"), topic("what can you do?"), topic("what is the capital of France")
    ('greeting', 'abilities', 'off_topic')
    """
    text = text[:500]
    if _GREETING.fullmatch(text):
        return "greeting"
    if _THANKS.fullmatch(text):
        return "thanks"
    if _ABILITIES.search(text):
        return "abilities"
    return "unsure" if unsure else "off_topic"


def answer(chosen: Topic) -> str:
    """Return the text for a topic."""
    return _texts()[chosen]


def _texts() -> dict[str, str]:
    parts = re.split(r"^# (\w+)\n", _FILE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {name: body.strip() for name, body in zip(parts[1::2], parts[2::2], strict=True)}
