"""Reads "also the 3 lines after each one" behind a search in a file."""

from __future__ import annotations

import re

from graphs.reading.about import Said
from graphs.reading.lines import core
from graphs.reading.printed import Step

_AROUND = re.compile(
    r"(?:(?:but|and|also|with|plus|include|including|show|give|me|i need|print) )*(?:the )?"
    r"(?:next |following )?(?P<count>\d+|one|two|three|four|five|a few|few)? ?lines?"
    r"(?: (?:that|which)(?: comes?)?)?(?: (?:right|directly|just))? ?"
    r"(?P<where>before and after|around|of context|context|before|above|after|below|behind"
    r"|follow(?:s|ing)?)?(?: (?:each|every|it|them|that|those)(?: (?:one|of them|match|hit))?)?"
    r"(?: too| as well)?",
    re.IGNORECASE,
)


def of_around(text: str, said: Said) -> Step | None:
    """Return the search before with the lines beside each that it found.

    >>> of_around("also the 3 lines after each one", Said("", {}, "grep err a.log")).command
    'grep -A 3 err a.log'
    """
    wish = core(text)
    found = _AROUND.fullmatch(wish)
    plain = re.match(r"grep (?!(?:\S+ )*-\w*[colLq])", said.command)
    next_ones = re.search(r"\b(?:next|following)\b", wish, re.IGNORECASE)
    if found is None or plain is None or "|" in said.command:
        return None
    where = (found["where"] or ("after" if next_ones else "")).lower()
    if not where:
        return None
    words = {"one": "1", "two": "2", "three": "3", "four": "4", "five": "5"}
    count = (found["count"] or "1").lower()
    count = words.get(count, count if count.isdigit() else "3")
    after = where in ("after", "below", "behind") or where.startswith("follow")
    flag = "-A" if after else "-B" if where in ("before", "above") else "-C"
    end = plain.end()
    return Step(f"{said.command[:end]}{flag} {count} {said.command[end:]}", f"the same, {wish}")
