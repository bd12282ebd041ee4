"""Whether a request only asks, or orders a change: a recipe should do no more than was said."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

Mood = Literal["asks", "orders", ""]
_POLITE = re.compile(
    r"^\W*(?:(?:please|pls|hey|hi|hello|ok|so|now|just|and|then|kindly|quickly|also|"
    r"(?:can|could|would|will) you|i(?:'d| would)? (?:want|need|like)(?: you)? to|"
    r"(?:i )?need to|help me(?: to)?|how (?:can|do|could|would|should) i|let(?:'s| us))\W+)+",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"(?:what|which|who|whose|where|when|why|how|is|are|was|were|does|do|did|has|have|any|"
    r"wich|show|list|print|display|count|find|tell|give|see|view|look|check|read|search|grep|"
    r"compare|get|sum|whats|wheres|whos)\b",
    re.IGNORECASE,
)
_ORDERS = re.compile(
    r"(?:delete|remove|erase|create|rename|move|copy|add|append|insert|make|kill|stop|pause|"
    r"commit|stage|write|save|put|set|install|compress|pack|zip|gzip|unpack|extract|unzip|backup|"
    r"back|link|tag|merge|push|schedule|switch|disable|enable|empty|clear|wipe|undo|revert|"
    r"discard|restore|chmod|chown|get rid)\b",
    re.IGNORECASE,
)
_CHANGING = re.compile(
    r"\b(?:delet|remov|eras|creat|renam|mov(?:e|ing)\b|copy|copi|add(?:ing)?\b|append|insert|"
    r"kill|stop(?:ping)?\b|commit (?:it|them|all|every)|sav(?:e|ing)\b|writ(?:e|ing)\b|"
    r"put\b|set (?:it|them|the)\b|chang(?:e|ing)\b(?! since)|replac|install\b|pack\b|clean|"
    r"mak(?:e|ing)\b|get(?:ting)? rid|throw|empty (?:it|them|the)|undo|fix\b|turn\b|edit|"
    r"(?:un)?compress\b|(?:un)?zip\b|unpack\b|extract\b|swap\b|switch\b|backup\b|back up|run\b)",
    re.IGNORECASE,
)


@lru_cache(maxsize=4096)
def mood(request: str) -> Mood:
    """Return whether a request only asks, orders a change, or leaves it open (an empty text).

    >>> mood("which lines of a.txt start with x"), mood("please delete a.txt")
    ('asks', 'orders')
    >>> mood("show the old files and delete them"), mood("a.txt in upper case")
    ('', '')
    """
    text = _POLITE.sub("", request.strip().replace("’", "'"))
    if _ORDERS.match(text):
        return "orders"
    if _ASKS.match(text) and not _CHANGING.search(text):
        return "asks"
    return ""
