"""Reads a request that only gives another value as the one before with that value: "and /tmp?"."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Literal, NamedTuple

from graphs.reading.about import FILES, FOLDERS
from runtime.types import Document
from runtime.values import Found, shell

_LEANING = frozenset(
    """
    and now then what about how the same for with in to do it that too as well please pls also
    again instead hmm better actually no not sorry oops i meant mean wanted try ok okay one
    called named file files folder directory top under of lines from next on a an rather or branch
    by say thanks thing is be but only just there put at line column columns ones those should did
    hey well yes inside
    """.split()
)
_CUE = (
    r"\b(?:in|for|about|called|named|under|of)\s+(?:the\s+)?{0}\b"
    r"|\bthe\s+{0}\s+(?:folder|directory|file|branch)\b"
)
"""What must stand beside a plain word for it to be meant as a value."""
_POINTING = re.compile(
    r"\b(?:in|into|inside|inside of|(?<!next )to|of|from) (?:it|that)\b|\b(?:them|there|put)\b",
    re.IGNORECASE,
)
_MAKE_IT = re.compile(r"\bmake (?:it|that|them)\b|\bnext to it\b")
_NARROWING = frozenset("only just over under above below more less than bigger smaller".split())
_ORDINALS = {
    word: str(number)
    for number, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth".split(), start=1
    )
}
_MOST = "largest|biggest|smallest|newest|oldest|longest|shortest"
_NTH = rf"(?:{'|'.join(_ORDINALS)}|last|{_MOST})"
_NTH_WORD = re.compile(rf"\b{_NTH}\b", re.IGNORECASE)
_OTHER_NTH = re.compile(
    rf"\W*(?:(?:and|now|then|what about|how about|same for)\W+)*(?:the\s+)?(?P<nth>{_NTH})"
    r"(?:\s+(?:one|column|field|line|row|word|too|as well))*\W*",
    re.IGNORECASE,
)
_DAY = (
    r"(?:today|yesterday|tomorrow|(?:mon|tues|wednes|thurs|fri|satur|sun)day"
    r"|(?:this|last|next) (?:week|month|year|hour|night)"
    r"|(?:january|february|march|april|june|july|august|september|october|november|december))"
)
_ALIKE = (
    _DAY,
    r"(?:errors?|warnings?|infos?|debugs?|criticals?)",
    r"(?:lines?|words?|characters?|bytes)",
    r"(?:cpu|memory|ram|swap)",
    r"(?:users|groups)",
    r"(?:highest|lowest|cheapest|most expensive|min(?:imum)?|max(?:imum)?|smallest|largest|biggest"
    r"|sum|total|average|avg|mean|median)",
    r"(?:oldest|youngest|newest|latest|earliest)",
    r"(?:most|least|fewest)",
    r"(?:seconds|minutes|hours|days|weeks|months|years)",
    r"(?:used|free|available)",
    r"(?:readable|writable|writeable|executable)",
    r"(?:added|removed|deleted|modified|changed|renamed)",
    r"(?:enabled|disabled|running|stopped|failed|successful|accepted)",
    r"(?:files|folders|directories)",
    r"(?:tcp|udp)",
    r"(?:get|post|put|delete|head) requests",
)
"""Words of which one may stand for another: "and the warnings?" behind a count of errors."""
_OTHER_WORD = (
    r"\W*(?:(?:and|now|then|what about|how about|(?:the )?same(?: thing)?|for|with|of|on|in|from)"
    r"\W+)+"
    r"(?:the\s+)?(?P<new>{0})(?:\s+(?:too|as well|please|now))*\W*"
)
_OPENS = re.compile(
    r"\W*(?:and|what about|how about|now|(?:the )?[\w ]+ (?:too|as well)\W*$)", re.I
)
_ASKING_WORDS = frozenset("how much many what which is are was were there who long often".split())
_BEHIND = re.compile(
    r"\W*(?:and|what about|how about)\s+(?P<word>of|from|by|with|for)"
    r"\s+(?P<new>[A-Za-z][\w+-]*)\W*",
    re.IGNORECASE,
)
_OPENED = re.compile(r"\W*(?:(?:and|or|what about|how about|the ones|those|which are)\b\W*)+", re.I)
_BOUNDS = (
    r"bigger|larger|smaller|over|under|above|below|more|less|longer|shorter|higher|lower",
    r"older|newer|younger",
    r"before|after|since|until",
)
"""What a value is a bound of; one of a row may stand for another of it."""
_NAMES = ("package", "program", "user")
USUAL = 60
"""How often a word is met at least that is no name."""
_OTHER_NAME = re.compile(
    r"\W*(?:and|what about|how about)\W+(?P<name>(?![\w.+-]*(?:ed|ing|able|ions?|groups?|size|owner"
    r"|home|shell|status|updates?|files?|version)\b)[a-z0-9][\w.+-]+)\W*",
    re.IGNORECASE,
)
"""Another name for the one before, and not something else that may be asked of it."""
_WORD = re.compile(r"[\w./~@+*-]*\w")
_LIKEWISE = re.compile(r"\b(?:same|what about|how about)\b", re.IGNORECASE)
_ALSO = re.compile(r"\W*and\b", re.IGNORECASE)
_BEFORE = re.compile(
    r"\b(?P<word>of|for|from|to|by|on|with|at|until|since|in|than|over|under|between)\s+(?:the\s+)?$",
    re.IGNORECASE,
)
"""The word before a value that says what it is for: "and of 3100?" behind "17% of 2400"."""
_MEASURES = frozenset(
    """percent percentage bytes kb mb gb kilobytes megabytes gigabytes total detail details reverse
    order seconds minutes hours days weeks months years json csv binary hex which what where
    who whom when""".split()
)
"""What stands behind "in" and is no place."""
_IN_IT = re.compile(
    r"\b(?:in|under|below|inside|within|from)\s+(?:the\s+)?(?:folder\s+|directory\s+)?$",
    re.IGNORECASE,
)
_UNIT = re.compile(
    r"[\s-](?:seconds?|minutes?|hours?|days?|weeks?|months?|years?|secs?|mins?|hrs?)\b", re.I
)
_LIKE = {"p": "pfwg", "f": "fpwg", "w": "wsfp", "s": "sw", "e": "eg", "g": "gef"}


class Reading(NamedTuple):
    """A request in full.

    `kind`: the `same` as before of something else, the same `finer`, or something `new`; a `whole`
    one is new and lacks nothing that the turn before could add.
    `recipe` is there where the reading comes to one command, and nothing has to be looked up.
    """

    text: str
    kind: Literal["same", "finer", "new", "whole"]
    recipe: Document | None = None


def elliptic(text: str, before: str, values: Mapping[str, str]) -> Reading | None:
    """Return the request before with the values that a text names instead; None where it says more.

    `values` are those that the command before was given: they tell which of its words were values.
    A name alone is taken for a neighbour of a path that it replaces.

    >>> elliptic("and /tmp?", "how big is /var/log?", {"path": "/var/log"})
    Reading(text='how big is /tmp?', kind='same', recipe=None)
    >>> elliptic("make it 20", "the 5 largest files in /var", {"count": "5", "path": "/var"})
    Reading(text='the 20 largest files in /var', kind='same', recipe=None)
    >>> elliptic("and the third?", "the first column of a.csv", {}).text
    'the third column of a.csv'
    >>> elliptic("and fig with plum", "replace kiwi with pear in b.txt", {"old": "kiwi"}).text
    'replace fig with plum in b.txt'
    >>> elliptic("same for yesterday", "errors of today in a.log", {}).text
    'errors of yesterday in a.log'
    >>> elliptic("count its lines", "show a.txt", {"file": "a.txt"})
    """
    if sibling := _other_word(text, before):
        return Reading(sibling, "whole")
    if sibling := _other_name(text, before, values):
        return Reading(sibling, "same")
    if sibling := _other_behind(text, before) or _other_bound(text, before):
        return Reading(sibling, "whole")
    other = _OTHER_NTH.fullmatch(text)
    places = list(_NTH_WORD.finditer(before)) if other else []
    if other and len(places) == 1 and places[0][0].lower() != other["nth"].lower():
        start, end = places[0].span()
        return Reading(f"{before[:start]}{other['nth']}{before[end:]}", "whole")
    new = _new_values(text, before)
    if not new:
        return None
    old = _old_values(before, values)
    changed: list[tuple[Found, str]] = []
    slots = True
    for found in new:
        place = _counterpart(found, _placed(found, text, old, before))
        if place is None:
            return None
        old.remove(place)
        given = place.text.strip("*.").split(" ")[0]
        slots = slots and any(given in value for value in values.values())
        unit = place.text.partition(" ")[2] if place.kind == "n" and found.text.isdigit() else ""
        changed.append((place, _sibling(place.text, f"{found.text} {unit}".strip())))
    out = before
    for place, value in sorted(changed, key=lambda each: -each[0].start):
        out = _replaced(out, place, value)
    return Reading(out, "same" if slots else "whole") if out != before else None


def _other_word(text: str, before: str) -> str:
    """Return the request before with another word of a kind: "and yesterday?"; or nothing."""
    shared = {word.lower() for word in _WORD.findall(before)} | _ASKING_WORDS
    for alike in _ALIKE:
        new = re.fullmatch(_OTHER_WORD.format(alike), text, re.IGNORECASE)
        new = new or _framed(text, alike, shared)
        # "The min and max of x" is one thing to be asked for.
        both = rf"\b{alike}(?:(?:,| and| or)+ (?:the )?{alike})*\b"
        old = list(re.finditer(both, before, re.IGNORECASE)) if new else []
        if new and len(old) == 1 and old[0][0].lower() != new["new"].lower():
            start, end = old[0].span()
            return f"{before[:start]}{new['new']}{before[end:]}"
    return ""


def _framed(text: str, alike: str, shared: Collection[str]) -> re.Match[str] | None:
    """Return a word of a kind among words of the request before: "and how much is used there"."""
    if not _OPENS.match(text):
        return None
    found = list(re.finditer(rf"\b(?P<new>{alike})\b", text, re.IGNORECASE))
    if len(found) != 1:
        return None
    rest = f"{text[: found[0].start()]} {text[found[0].end() :]}".lower()
    known = all(word in shared or word in _LEANING for word in _WORD.findall(rest))
    return found[0] if known else None


def _other_name(text: str, before: str, values: Mapping[str, str]) -> str:
    """Return the request before of another package, program or user: "and nano?"; or nothing."""
    new = _OTHER_NAME.fullmatch(text)
    old = next((values[slot] for slot in _NAMES if values.get(slot)), "")
    if not old and new and shell.vocabulary().get(new["name"].lower(), 0) < USUAL:
        others = [value for slot, value in values.items() if slot not in (*FILES, *FOLDERS)]
        names = [value for value in others if re.fullmatch(r"[A-Za-z][\w+-]*", value)]
        old = names[0] if len(names) == 1 else ""
    place = re.search(rf"(?<![\w./-]){re.escape(old)}(?![\w/-])", before) if new and old else None
    if new is None or place is None or new["name"].lower() in _LEANING:
        return ""
    return f"{before[: place.start()]}{new['name']}{before[place.end() :]}"


def _other_behind(text: str, before: str) -> str:
    """Return the request before with the word behind "of": "and of sed?"; or nothing."""
    new = _BEHIND.fullmatch(text)
    if new is None or new["new"].lower() in _MEASURES | _LEANING:
        return ""
    old = list(re.finditer(rf"\b{new['word']} (?P<old>[\w+-]+)\b(?![./])", before, re.IGNORECASE))
    if len(old) != 1 or old[0]["old"].lower() in ("the", "a", "all", new["new"].lower()):
        return ""
    start, end = old[0].span("old")
    return f"{before[:start]}{new['new']}{before[end:]}"


def _other_bound(text: str, before: str) -> str:
    """Return the request before with another bound: "and smaller than 5k?"; or nothing."""
    opened = _OPENED.match(text)
    for words in _BOUNDS:
        clause = (
            rf"\b(?:{words})(?: than)? (?P<value>\S*\w(?: (?:days?|weeks?|months?|hours?|[KMG]B))?)"
        )
        new = re.fullmatch(rf"{clause}\W*", text[opened.end() :], re.IGNORECASE) if opened else None
        old = list(re.finditer(clause, before, re.IGNORECASE)) if new else []
        if new and len(old) == 1 and any(each.kind in "znt" for each in shell.find(new["value"])):
            start, end = old[0].span()
            return f"{before[:start]}{new[0].rstrip('?.! ')}{before[end:]}"
    return ""


def _new_values(text: str, before: str) -> list[Found]:
    """Return the values of a text that holds nothing else but words that lean; else nothing."""
    found = [_with_unit(each, text) for each in shell.find(text)]
    rest, position = "", 0
    for value in found:
        rest += text[position : value.start] + " "
        position = value.end
    words = _WORD.findall(_MAKE_IT.sub(" ", (rest + text[position:]).lower()))
    sizes = any(value.kind in "zt" for value in found)
    sizes = sizes and not (_LIKEWISE.search(text) or _ALSO.match(text))
    if sizes or _NARROWING & set(words) or len(found) > 2 or _POINTING.search(text):
        return []
    unknown = [word for word in words if word not in _LEANING]
    if not found and len(unknown) == 1:
        start = text.lower().index(unknown[0])
        word = text[start : start + len(unknown[0])]
        ordinal = _ORDINALS.get(word.lower())
        if word.lower() in _MEASURES:
            return []
        from_it = _word_before(Found(start, start, "w", word), text)
        if from_it and not re.search(rf"\b{from_it} ", before, re.IGNORECASE):
            from_it = ""
        if (
            not ordinal
            and not from_it
            and not re.search(_CUE.format(re.escape(word)), text, re.IGNORECASE)
        ):
            return []
        return [Found(start, start + len(word), "n" if ordinal else "w", ordinal or word)]
    return found if not unknown else []


def _with_unit(value: Found, text: str) -> Found:
    """Return a number of days or hours with its unit, as it was typed."""
    unit = _UNIT.match(text, value.end) if value.kind == "n" else None
    if unit is None:
        return value
    return replace(value, end=unit.end(), text=text[value.start : unit.end()])


def _old_values(before: str, values: Mapping[str, str]) -> list[Found]:
    """Return the values of a request, words that its command was given among them."""
    found = [_with_unit(each, before) for each in shell.find(before)]
    for value in values.values():
        place = re.search(rf"(?<![\w./-]){re.escape(value)}(?![\w/-])", before)
        if place and not any(f.start < place.end() and place.start() < f.end for f in found):
            found.append(Found(place.start(), place.end(), "w", value))
    return sorted(found, key=lambda each: each.start)


def _placed(new: Found, text: str, old: Sequence[Found], before: str) -> Sequence[Found]:
    """Return the values that a plain name may replace: places for a place, names for a name."""
    word = _BEFORE.search(text[: new.start])
    likewise = [f for f in old if word and _word_before(f, before) == word["word"].lower()]
    if len(likewise) == 1 and likewise[0].kind in _LIKE.get(new.kind, new.kind):
        return likewise
    if re.search(r"[/.]", new.text) or new.kind in "nzts" or _LIKEWISE.search(text):
        return old
    place = bool(_IN_IT.search(text[: new.start]))
    alike = [each for each in old if each.kind in _LIKE.get(new.kind, new.kind)]
    same = [each for each in alike if bool(_IN_IT.search(before[: each.start])) == place]
    return same or old


def _word_before(value: Found, text: str) -> str:
    found = _BEFORE.search(text[: value.start])
    return found["word"].lower() if found else ""


def _counterpart(new: Found, old: Sequence[Found]) -> Found | None:
    """Return the value that a new one replaces: of its kind and ending, else of one like it."""
    ending = posixpath.splitext(new.text)[1]
    same = [f for f in old if f.kind == new.kind]
    alike = [f for f in old if f.kind in _LIKE.get(new.kind, new.kind)]
    with_ending = [f for f in alike if ending and posixpath.splitext(f.text)[1] == ending]
    files = [f for f in alike if bool(posixpath.splitext(f.text)[1]) == bool(ending)]
    for choice in (with_ending, same, files, alike):
        if choice:
            return choice[0] if new.kind in "wsn" else choice[-1]
    return None


def _sibling(old: str, new: str) -> str:
    """Return a name alone as a neighbour of the path in whose place it stands."""
    folder = posixpath.dirname(old.rstrip("/"))
    named = "/" not in new and folder and not new.isdigit() and new not in (".", "~")
    return posixpath.join(folder, new) if named else new


def _replaced(text: str, place: Found, value: str) -> str:
    """Put a value into a text where another stood, as it was typed there."""
    typed = text[place.start : place.end]
    quoted = typed[:1] in "\"'" and len(typed) > 1
    written = f"{typed[0]}{value}{typed[0]}" if quoted else value
    if place.kind == "e" and not typed.startswith("."):
        written = written.lstrip(".")
    return text[: place.start] + written + text[place.end :]
