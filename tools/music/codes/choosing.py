"""Which of several scores a request means: "the second one up a step", "transpose flute.mid"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePath

from tools.music.numbers import ORDINALS
from tools.music.pitch import MusicError

_ORDINAL = "|".join((*sorted(ORDINALS, key=len, reverse=True), "last", "previous", "other"))
_ONE = r"(?:one|file|score|piece|tune|upload|song)\b"
# "the first 4 bars" and "the first violin" are in a score; "the first up a step" is a score.
_ASKED = r"(?=\s*(?:$|[:,]|(?:up|down|to|for|on|at|by|faster|slower|only)\b))"
_VERB = r"(?:(?:transpose|change|move|play|show|take|write|put|make|of|in|for)\s+)?"
_WHICH = re.compile(
    rf"^{_VERB}(?:the\s+)?(?:(?P<word>{_ORDINAL})(?:\s+{_ONE}|{_ASKED})"
    r"|(?:score|file|number|no\.?|#)\s*(?P<number>\d{1,2})\b)\s*[:,]?\s*",
    re.IGNORECASE,
)
_BEHIND = re.compile(
    rf"\s+(?:of|in|for|from)\s+(?:the\s+(?P<word>{_ORDINAL})\s+{_ONE}|(?:score|file)\s+"
    r"(?P<number>\d{1,2}))$",
    re.IGNORECASE,
)


def which(request: str, names: Sequence[str], current: int) -> tuple[int, str]:
    """Return the place of the score that a request means, from 0, and the rest of the request.

    `names` are the scores' in the order in which they came; `current` is meant where none is named.

    >>> which("the second one up a step", ["a.mid", "b.abc"], 0)
    (1, 'up a step')
    >>> which("transpose the first to G major", ["a.mid", "b.abc"], 1)
    (0, 'to G major')
    >>> which("first 4 bars", ["a.mid", "b.abc"], 1), which("b.abc: faster", ["a.mid", "b.abc"], 0)
    ((1, 'first 4 bars'), (1, 'faster'))

    Raises:
        MusicError: there is no such score; names those that there are.
    """
    text = " ".join(request.split())
    for place, name in enumerate(names):
        stem = re.escape(PurePath(name).stem)
        ending = re.escape(PurePath(name).suffix)
        found = re.search(
            rf"(?:\bthe\s+)?(?<!\w){stem}{ending}(?!\w)\s*[:,]?\s*", text, re.IGNORECASE
        )
        if found:
            before = re.sub(rf"^{_VERB}$", "", text[: found.start()], flags=re.IGNORECASE)
            rest = re.sub(r"\s+(?:of|in|for|from)$", "", before.rstrip())
            return place, f"{rest} {text[found.end() :]}".strip()
    match = _WHICH.match(text) or _BEHIND.search(text)
    if match is None:
        return current, text
    place = _place(match, len(names), current)
    if not 0 <= place < len(names):
        said = ", ".join(f"{n}. {name}" for n, name in enumerate(names, 1))
        raise MusicError(f"there are {len(names)} scores in this conversation: {said}")
    return place, f"{text[: match.start()]}{text[match.end() :]}"


def _place(match: re.Match[str], count: int, current: int) -> int:
    if match["number"]:
        return int(match["number"]) - 1
    word = match["word"].lower()
    if word == "last":
        return count - 1
    if word in ("previous", "other"):
        return current - 1 if current else min(1, count - 1)
    return ORDINALS[word] - 1


def listed(names: Sequence[str], current: int) -> str:
    """Return the scores of a conversation, one a line, the one that is changed next marked.

    >>> listed(["a.mid", "b.abc"], 1)
    '1. a.mid\\n2. b.abc (changed next)'
    """
    rows = (
        f"{n}. {name}{' (changed next)' if n == current + 1 else ''}"
        for n, name in enumerate(names, 1)
    )
    return "\n".join(rows)
