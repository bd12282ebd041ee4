"""Whether a request only asks, or orders a change: a recipe should do no more than was said."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

BEGINNINGS = frozenset(
    """
    add analyse append archive back backup build bundle calculate change chart check chmod
    chown clean clear clone close combine commit compare compress convert copy count cp create
    cut decompress delete diff display draw drop dump duplicate echo edit empty encode end
    erase explain export extract fetch filter find fix generate get give go grep gzip harmonise
    head hide init insert install invert join keep kill leave link list locate look ls make
    mark measure merge mkdir mount move mv name number open order pack paste pause pick ping
    place play point pretty print prune pull push put read remove rename replace report reset
    restart restore reverse revert rm run save say search see send set shift show shrink shut
    sort spell split squash stage start stash stat stop store strip sum swap switch tag tail
    take tar tell terminate test throw top touch transpose trim truncate try turn uncompress
    undo unpack unzip update upgrade use verify view wipe write zip
    how what what's which who who's whose when where why is are was does do did has have can
    could would will whether i'd i'll i let let's please
    """.split()
)
"""How an order or a question begins."""
Mood = Literal["asks", "orders", ""]
_POLITE = re.compile(
    r"^\W*(?:(?:please|pls|hey|hi|hello|ok|so|now|just|and|then|kindly|quickly|also|"
    r"(?:can|could|would|will) you|i(?:'d| would)? (?:want|need|like)(?: you)? to|"
    r"(?:can|could|may) (?:i|we) have|(?:i )?need to|help me(?: to)?|"
    r"how (?:can|do|could|would|should) i|let(?:'s| us))\W+)+",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"(?:what|which|who|whose|where|when|why|how|is|are|was|were|does|do|did|has|have|any|can|"
    r"wich|show|list|print|display|count|find|tell|give (?:me|us)|see|view|look|check|read|"
    r"search|grep|compare|get|sum|whats|wheres|whos)\b",
    re.IGNORECASE,
)
_ORDERS = re.compile(
    r"(?:delete|remove|erase|create|rename|move|copy|add|append|insert|make|kill|stop|pause|"
    r"commit|stage|write|save|put|set|install|compress|pack|zip|gzip|unpack|extract|unzip|backup|"
    r"back|link|tag|merge|push|schedule|switch|disable|enable|empty|clear|wipe|undo|revert|"
    r"discard|restore|chmod|chown|get rid|change|grant|revoke|allow|forbid|deny|"
    r"lock|unlock|decompress|uncompress|archive|rotate|mirror|sync|duplicate|clone|edit|increase|"
    r"terminate|resume|restart|reload|truncate|touch|unstage|stash|checkout|reset|amend|"
    r"give\b(?=.*\b(?:access|rights?|permissions?|ownership)))\b",
    re.IGNORECASE,
)
_CHANGING = re.compile(
    r"\b(?:(?:delet|remov|eras|creat|renam|append|insert|kill|replac)(?!ed\b)|"
    r"mov(?:e|ing)\b|copy|add(?:ing)?\b|stop(?:ping)?\b|commit (?:it|them|all|every)|"
    r"sav(?:e|ing)\b|writ(?:e|ing)\b|put\b|set (?:it|them|the)\b|"
    r"chang(?:e|ing)\b(?! since)|install\b|pack\b|clean|"
    r"mak(?:e|ing)\b|get(?:ting)? rid|throw|empty (?:it|them|the)|undo|fix\b|turn\b|edit|"
    r"(?:un)?compress\b|(?:un)?zip\b|unpack\b|extract\b|swap\b|switch\b|backup\b|back up|run\b|"
    r"tar (?:it|them|up)\b|check in\b)",
    re.IGNORECASE,
)
_NAMED = re.compile(r"\S*[\w*][./]\w\S*")
"""A file's name or a path: "docs.zip" zips nothing, nor does "backup/" put anything there."""
_ABLE = re.compile(
    r"\b(?:can|could|may|able to|allowed to|permitted to|rights? to|permissions? to)\s+"
    r"(?:i\s+|we\s+|he\s+|she\s+|they\s+)?\w+(?:\s+(?:and|or)\s+\w+)?",
    re.IGNORECASE,
)


@lru_cache(maxsize=4096)
def mood(request: str) -> Mood:
    """Return whether a request only asks, orders a change, or leaves it open (an empty text).

    >>> mood("which lines of a.txt start with x"), mood("please delete a.txt")
    ('asks', 'orders')
    >>> mood("show the old files and delete them"), mood("a.txt in upper case")
    ('', '')
    >>> mood("who can write to a.txt"), mood("how big is docs.zip")
    ('asks', 'asks')
    """
    text = _POLITE.sub("", request.strip().replace("’", "'"))
    said = _ABLE.sub("", _NAMED.sub("x", text))
    if _ORDERS.match(text):
        return "orders"
    if _ASKS.match(text) and not _CHANGING.search(said):
        return "asks"
    return ""
