"""Gives the music tools that were found the arguments that the request names for them.

The readers of `tools.music.filling` find each argument in the request, or in the call before where
the request leans on that. What they find counts in the choice too: a tool whose arguments are all
there, with no value left over, comes before one that lacks some.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from runtime.types import Document, Message
from tools.knowledge.splitting import cuts
from tools.music.filling.asked import Asked
from tools.music.filling.carry import (
    POINTING,
    Before,
    changer,
    changes,
    changes_beat,
    elliptical,
    filled,
    is_change,
    renews,
)
from tools.music.filling.cues import named
from tools.music.filling.refused import refuses
from tools.music.filling.signs import (
    among_files,
    file_wish,
    holds_code,
    picked,
    picks,
    signed,
    tool_signed,
)
from tools.music.filling.table import PLANS, Filled, fill
from tools.music.filling.together import TOOL as TOGETHER
from tools.music.filling.together import gathers, together

LACKS, LEFT, NAMES, TERM, SHORT = 0.25, 0.08, 0.08, 0.2, 0.3
"""What counts against a tool that lacks an argument, and for each value that is left over; what
counts for each argument that is named, for a term of the field that names the tool, and for the
tool before where a request says nothing but values."""
REFUSED = 0.15
"""What counts against a tool that cannot read what was read for it."""
_SAME = re.compile(r"\bsame\b", re.IGNORECASE)
MOST_WORDS = 6
"""A request of so many words that names a value for the tool before goes on with that."""
_NEW_SUBJECT = re.compile(
    r"^\W*(?:thanks?|thank you|thx|ty|cheers|lol|haha|nice|great|love(?:ly)?|bye|hello|hi|hey|sorry"
    r"|who|why|when|is|are|was|were|did|does)\b"
    r"|\b(?:you|u) rock\b|\b(?:buy|recommend|listen to|favou?rite)\b",
    re.IGNORECASE,
)
"""Words of small talk, and of questions about the world."""
SIGN = 0.5
"""What counts for a tool of which a request has a sure sign, where all that it needs is read."""
_FOUND = ("find_in_corpus", "show_excerpt")
_DOUBTFUL = frozenset(
    "find_in_corpus show_excerpt check_code convert_code write_code show_drums drum_pattern "
    "show_music show_on".split()
)
"""Tools whose terms and values other fields have too."""
_CODED = frozenset("check_code convert_code write_code".split())
FAR = 0.15
"""How much farther than the nearest a tool stands that a term names and that was not found."""


def with_arguments(
    documents: Sequence[Document],
    messages: Sequence[Message],
    *,
    follows: bool,
    before: Document | None = None,
) -> tuple[Document, ...]:
    """Return the documents, those of tools with their arguments and with scores that count these.

    `before` is the tool of the turn before. It is offered too where the request follows that turn
    and names something new for it.
    """
    if not any(document.tool in PLANS for document in documents) and before is None:
        return tuple(documents)
    asked, called, earlier = _turn(messages)
    past = _calls(messages)
    leaning = follows or not any(_says_all(document, asked) for document in documents)
    leaning |= bool(earlier) and elliptical(earlier[-1].tool, asked)
    last = called[-1] if called else earlier[-1] if leaning and earlier else None
    found = list(documents)
    if last is not None and not called and _goes_on(asked, last, found):
        score = max((d.score for d in found if d.acts), default=0.0)
        found.insert(0, _of(last.tool, score))
    if last is not None and not called:
        found += _changing(asked, last, found)
        found = _again_as_file(asked, last, found)
        found += _picking(asked, past, found)
    found += _named(asked, last, found, past)
    return tuple(_with(document, asked, last, past) for document in found)


def one_call(text: str, documents: Sequence[Document]) -> bool:
    """Whether the nearest tool is filled by the whole request, with values that a cut would part.

    "How far is A from E and G" has two parts, "how far is it between A and E" has one, and so has
    a form whose sections stand behind semicolons.
    """
    if gathers(text):
        return True
    found = with_arguments(documents, [Message("user", text)], follows=False)
    best = max((d for d in found if d.acts), key=lambda d: d.score, default=None)
    if best is not None and best.tool in _CODED and holds_code(text):
        return True
    plan = PLANS.get(best.tool or "") if best is not None else None
    read = fill(best.tool or "", text) if best is not None and plan else None
    if best is None or plan is None or read is None or not read.whole:
        return False
    if read.left > bool(plan.pairs):  # "question 4: the interval between …" leaves a number
        return False
    crossed = any(_is_cut(value, text) for value in read.arguments.values())
    return bool(plan.pairs) or crossed or _takes_both(best, text) or _only_adds(best, read, text)


def _takes_both(best: Document, text: str) -> bool:
    """Whether neither part has all that the tool needs: "capo on 4 and G shapes, which key"."""
    tool = best.tool or ""
    own = [cut for cut in cuts(text, music=True) if not POINTING.search(cut.second)]
    parts = ((fill(tool, cut.first), fill(tool, cut.second)) for cut in own)
    return any(
        all(read is not None and not read.whole and read.arguments for read in pair)
        for pair in parts
    )


def _only_adds(best: Document, whole: Filled, text: str) -> bool:
    """Whether all that stands behind a cut is arguments of the same call: "…, key C, 8 bars"."""
    tool = best.tool or ""
    rest = [(cut.second, fill(tool, cut.second)) for cut in cuts(text, music=True)]
    return all(
        read is not None
        and elliptical(tool, said, besides=False)
        and not POINTING.search(said)
        and bool(read.arguments)
        and read.arguments.items() <= whole.arguments.items()
        for said, read in rest
    )


def _is_cut(value: str, text: str) -> bool:
    """Whether a value stands in neither part of a request, wherever that is cut."""
    parts = [(cut.first, cut.second) for cut in cuts(text, music=True)]
    return " " in value and all(value not in one and value not in other for one, other in parts)


def names_only_values(recipe: Mapping[str, Any] | None, text: str) -> bool:
    """Whether a request says nothing but values of the music tool that the turn before called.

    So it is with a term for what to do next, and small words ("continue it", "harmonise that"), and
    with a change of what was made ("make bar 3 a bar of rests").
    """
    tool = str((recipe or {}).get("tool") or "")
    found = fill(tool, text)
    if found is not None and bool(found.arguments) and elliptical(tool, text):
        return True
    if tool not in PLANS:
        return False
    if found is not None and found.arguments and _just_goes_on(text):
        return True
    if file_wish(text) or (tool in _FOUND and picks(text)):
        return True
    changed = is_change(text) or changes_beat(tool, text)
    return changed or any(named(it, text) and elliptical(it, text) for it in PLANS)


def tool_said(text: str) -> str:
    """Return the music tool whose terms and values are all that a request says; "" for none.

    So it is with a tool that a term names and whose arguments are all read, with no value left.

    >>> tool_said("compass of a mezzo soprano"), tool_said("range of prices")
    ('instrument_range', '')
    >>> tool_said("so what might one quintuplet quaver take when the thing goes at 63 bpm")
    'tuplet'
    """
    if sign := tool_signed(text):
        return sign
    read = [(tool, fill(tool, text)) for tool in PLANS if named(tool, text)]
    whole = [(tool, found) for tool, found in read if found and found.whole and found.arguments]
    terse = next((tool for tool, _ in whole if elliptical(tool, text)), "")
    return terse or next((tool for tool, found in whole if _sounds(tool, found, text)), "")


def _sounds(tool: str, found: Filled, text: str) -> bool:
    """Whether what was read for a tool is music beyond doubt: two arguments, or a name or a row."""
    if tool in _DOUBTFUL or found.left:
        return False
    return len(found.arguments) > 1 or any(
        one.kind in "kx"
        or (one.kind in "hl" and len(one.text.split()) > 2)
        or (one.kind == "c" and len(one.text) > 2 and one.text[0].isupper())
        for one in Asked.of(text).found
    )


def _just_goes_on(text: str) -> bool:
    """Whether a request that names a value of the tool before is too short to be a new subject."""
    return len(text.split()) <= MOST_WORDS and not _NEW_SUBJECT.search(text)


def _says_all(document: Document, asked: str) -> bool:
    """Whether a request has by itself all that a tool needs; "down a fourth" lacks what to move."""
    found = fill(document.tool or "", document.request or asked)
    return found is not None and found.whole


def _goes_on(text: str, last: Before | None, found: Sequence[Document]) -> bool:
    offered = {document.tool for document in found}
    return last is not None and last.tool not in offered and renews(last.tool, text, last)


def _named(
    asked: str, last: Before | None, found: Sequence[Document], past: Sequence[Before]
) -> list[Document]:
    """Return the tools that a term of the field names, all they need there, and were not found."""
    made = []
    for part, text in {(d.part, d.request) for d in found if d.tool}:
        here = [d for d in found if d.acts and d.part == part]
        nearest = max(d.score for d in here) - FAR
        said = text or asked
        for tool in PLANS.keys() - {d.tool for d in here}:
            meant = named(tool, said) or signed(tool, said)
            read = _filled(tool, said, last, past) if meant else None
            if read is not None and read.whole and read.arguments:
                made.append(replace(_of(tool, nearest), part=part, request=text))
    return made


def _of(tool: str, score: float) -> Document:
    title = tool.replace("_", " ")
    return Document(f"tool.{tool}", title, title, f"tool {tool}", score=score, tool=tool)


def _changing(text: str, last: Before, found: Sequence[Document]) -> list[Document]:
    """Return the tool that changes what the turn before made, where a request says a change."""
    tool = changer(last)
    if any(document.tool == tool for document in found) or not changes(text, last):
        return []
    return [_of(tool, max((d.score for d in found if d.acts), default=0.0))]


def _again_as_file(text: str, last: Before, found: list[Document]) -> list[Document]:
    """Offer the call before once more, alone, where only its files are wished for."""
    wish = file_wish(text)
    if not wish or last.tool in _CODED or not _is_wish(text, last):
        return found
    return [_of(last.tool, max((d.score for d in found if d.acts), default=0.0))]


def _is_wish(text: str, last: Before) -> bool:
    """Whether what a request wishes for is among the files of the call before."""
    wish = file_wish(text)
    one_line = bool(last.made) and last.tool != "compose_counterpoint"
    return bool(wish) and last.tool not in _CODED and among_files(wish, one_line=one_line)


def _picking(text: str, past: Sequence[Before], found: Sequence[Document]) -> list[Document]:
    """Return the tool that shows the piece of a list that a request picks."""
    if not _picked(text, past) or any(document.tool == "show_excerpt" for document in found):
        return []
    return [_of("show_excerpt", max((d.score for d in found if d.acts), default=0.0))]


def _picked(text: str, past: Sequence[Before]) -> dict[str, str]:
    listed = next((call for call in reversed(past) if call.tool == "find_in_corpus"), None)
    return picked(text, listed.result) if listed is not None else {}


def _filled(tool: str, text: str, last: Before | None, past: Sequence[Before]) -> Filled | None:
    """Read a tool's arguments behind the call before; what plays together, behind all of them."""
    if tool == "show_excerpt" and (piece := _picked(text, past)):
        return Filled(piece)
    if last is not None and last.tool == tool and _is_wish(text, last):
        return Filled(last.arguments)
    return together(text, past) if tool == TOGETHER else filled(tool, text, last)


def _with(document: Document, asked: str, last: Before | None, past: Sequence[Before]) -> Document:
    text = document.request or asked
    if document.tool is None:
        return document
    found = _filled(document.tool, text, last, past)
    if found is None:
        return document
    score = document.score + _worth(document.tool, found) + TERM * named(document.tool, text)
    if found.whole and found.arguments and signed(document.tool, text):
        score += SIGN
    if document.tool == "show_excerpt" and _picked(text, past):
        score += 2 * SHORT
    again = last is not None and last.tool == document.tool and last.arguments == found.arguments
    same = last is not None and last.tool == document.tool and not again
    if same and (named(document.tool, text) or not _another_named(text, last)):
        score += SHORT * elliptical(document.tool, text) + NAMES * bool(_SAME.search(text))
    elif found.whole and found.arguments and named(document.tool, text):
        score += SHORT / 2 * elliptical(document.tool, text)
    if last is not None and changer(last) == document.tool and changes(text, last):
        score += 2 * SHORT
    if again and last is not None and _is_wish(text, last):
        return replace(document, score=score + 2 * SHORT, bindings=(found.arguments,))
    return replace(document, score=score - SHORT * again, bindings=(found.arguments,))


def _another_named(text: str, last: Before | None) -> bool:
    """Whether a term names a tool that has all it needs: "bass line for it"."""
    found = (filled(tool, text, last) for tool in PLANS if named(tool, text))
    return any(read is not None and read.whole for read in found)


def _worth(tool: str, found: Filled) -> float:
    refused = REFUSED * refuses(tool, found.arguments)
    return NAMES * len(found.arguments) - LACKS * bool(found.missing) - LEFT * found.left - refused


def _turn(messages: Sequence[Message]) -> tuple[str, list[Before], list[Before]]:
    """Return the request, the calls that it led to so far, and those of the turn before."""
    users = [i for i, message in enumerate(messages) if message.role == "user"]
    if not users:
        return "", [], []
    here = messages[users[-1] :]
    earlier: list[Before] = []
    for first, after in zip(reversed(users[:-1]), reversed(users[1:]), strict=True):
        turn = messages[first:after]
        earlier = _calls(turn)
        # A turn whose calls all failed made nothing to lean on: the one before it did.
        if earlier or not any(message.role == "tool" for message in turn):
            break
    return here[0].content, _calls(here), earlier


def _calls(messages: Sequence[Message]) -> list[Before]:
    """Return the calls of a turn that went well, with their results."""
    results = {
        m.tool_call_id: m for m in messages if m.role == "tool" and m.status in ("ok", "empty")
    }
    return [
        Before(call.name, _texts(call.arguments), results[call.id].content)
        for message in messages
        for call in message.tool_calls
        if call.id in results
    ]


def _texts(arguments: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in arguments.items()}
