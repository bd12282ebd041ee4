"""What several parts of a request say once for all: "move the jpgs to a and the pngs to b"."""

from __future__ import annotations

import re

from runtime.values import shell
from tools.knowledge.asking import BEGINNINGS

_TWICE = re.compile(
    r"(?P<head>.+?),?\s+(?P<way>as|on|of|in)\s+(?P<one>[^,;]{2,40}?),?\s+"
    r"(?:and|plus|&|n|as\s+well\s+as)\s+"
    r"(?:also\s+)?(?P=way)\s+(?P<other>[^,;]{2,40}?)[\s.?!]*$",
    re.IGNORECASE,
)
"""What is asked for in two ways, or of two things: both named behind "as", "on", "of" or "in"."""
_NOUN = r"(?:(?:ports?|packages?|programs?|tools?|services?|commands?|users?|files?|folders?)\s+)?"
_STATED = re.compile(
    rf"^(?P<head>.*?\b(?:is|are|have|has|got)\s+)(?:the\s+)?(?:both\s+|either\s+)?(?P<noun>{_NOUN})"
    r"(?P<items>[\w./+-]+(?:,\s*[\w./+-]+)*,?\s+(?:and|or|&)\s+[\w./+-]+)\s+"
    r"(?P<tail>(?:both\s+|already\s+)*(?:installed|available|running|enabled|active|present|defined"
    r"|open|closed|executable|readable|writable|empty|up to date|in use|there)\b[^,;.]*)$",
    re.IGNORECASE,
)
_EXIST = re.compile(
    r"^(?P<head>do(?:es)?\s+)(?:both\s+|the files?\s+|the folders?\s+)?"
    r"(?P<items>[\w./+-]+(?:,\s*[\w./+-]+)*"
    r",?\s+(?:and|or|&)\s+[\w./+-]+)\s+(?P<tail>(?:both\s+)?exist\b[^,;.]*)$",
    re.IGNORECASE,
)
_MOST = re.compile(
    r"^(?P<head>(?:which|what)\b[^,;?]*?\b(?:is|are|was|has|have|weighs?|earns?|costs?|sold|got|uses?))"
    r"\s+(?P<one>(?:the\s+)?(?:\w+est|most|least)\b[^,;?]*?)[?,]*\s+and\s+(?:(?:also\s+)?(?:which|what)"
    r"(?:\s+(?:one|file|folder))?(?:\s+(?:is|are|was|has|have|weighs?|earns?|costs?|sold|got|uses?))?\s+)?"
    r"(?P<other>(?:the\s+)?(?:\w+est|most|least)\b[^,;?]*)$",
    re.IGNORECASE,
)
_AGAIN = re.compile(
    r"^(?P<head>(?P<how>how (?:many|much|big|long|old|often))\b[^,;?]*?\s"
    r"(?P<way>in|of|on|under|from|for|is|are|has))\s+(?P<one>[\w.~/+-]+)[?,]*\s+and\s+(?P=how)\s+(?:(?:are|is)\s+)?(?:there\s+)?(?P=way)\s+"
    r"(?P<other>[\w.~/+-]+)$",
    re.IGNORECASE,
)
_IN_FRONT = re.compile(
    r"^(?:please\s+)?(?:in|inside)\s+(?P<place>(?:the\s+(?:file|folder)\s+)?[\w~-]*[./][\w./-]*\w),?\s+"
    r"(?P<rest>(?:please\s+)?[a-z].*)$",
    re.IGNORECASE,
)
_ITEM = re.compile(r",?\s+(?:and|or|&)\s+|,\s*")
_GAPPED = re.compile(
    r"^(?P<verb>(?:please\s+|pls\s+|can you\s+|could you\s+|i want to\s+)*"
    r"(?:move|mv|copy|cp|put|rename|replace|set|change|convert|add|append|write|save|link|sort|extract|unpack|pack|zip|turn))"
    r"\s+(?P<one>[^,;]+?)\s+(?P<way>to|into|in|as|with|by)\s+(?P<where>[^,;]{1,60}?),?\s+(?:and|plus)"
    r"\s+(?P<other>[^,;]{1,60}?)\s+(?P=way)\s+(?P<there>[^,;]{1,60})$",
    re.IGNORECASE,
)
_MODES = re.compile(
    r"^(?P<verb>(?:please\s+)?(?:give|set|chmod|make))\s+(?P<one>[^,;]+?)\s+(?P<mode>[0-7]{3,4}),?\s+"
    r"(?:and|plus)\s+(?P<other>[^,;]+?)\s+(?P<mode2>[0-7]{3,4})(?P<tail>\s+(?:in|under)\s+\S+)?\W*$",
    re.IGNORECASE,
)
_POINTS = re.compile(r"\b(?:it|its|them|those|these|that|this|there)\b", re.IGNORECASE)
_FIRST_OF = re.compile(r"^the (?:first|last|top|next) (?:\d+ )?(?P<rest>[a-z]+ .+)$", re.IGNORECASE)
_OF_THE_SAME = re.compile(r"^the (?:first|last|top|next|other|second)(?: \d+)?$", re.IGNORECASE)
_PLACE = re.compile(
    r"\s(?P<prep>in|of|from|under|inside|within|below)\s+(?:(?:the\s+)?(?:file|folder|directory|repo)\s+)?"
    r"[\"'`]?(?P<place>[\w.~/@+*-]+/?)[\"'`]?\W*$",
    re.IGNORECASE,
)
_UNPACKED = re.compile(
    r"^(?P<first>.*\b(?:extract|unpack|unzip|untar|decompress|clone|download|copy|out of)\b.*?)"
    r"(?:[,.;]\s*|\s+)(?:(?:and|then)\s+)*(?:put|save|store|place|drop)\s+"
    r"(?:them|it|that|those|these|everything|the (?:files?|contents?|result|copy|copies))\s+"
    r"(?:all\s+)?(?P<into>(?:in|into|to|under)\s+\S.*)$",
    re.IGNORECASE,
)


def told_apart(request: str) -> tuple[str, ...]:
    """Return requests that say their verb or state once for all, each in full; none for another.

    >>> told_apart("are git, make and gcc installed?")
    ('is package git installed', 'is package make installed', 'is package gcc installed')
    >>> told_apart("how many files are in /srv and how many in /usr?")
    ('how many files are in /srv', 'how many files are in /usr')
    >>> told_apart("replace red with blue and up with down in a.txt")
    ('replace red with blue in a.txt', 'replace up with down in a.txt')
    >>> told_apart("put the first 2 lines of a.csv in b.csv and the last 2 in c.csv")[1]
    'put the last 2 lines of a.csv in c.csv'
    """
    text = _IN_FRONT.sub(r"\g<rest> in \g<place>", request.strip().rstrip("?.! "))
    return _most(text) or _asked_again(text) or _stated(text) or _modes(text) or _gapped(text)


def told_twice(request: str) -> tuple[str, ...]:
    """Return two requests for the same thing in two ways, or of two things; none for another.

    >>> told_twice("write C E G as abc and as midi")
    ('write C E G as abc', 'write C E G as midi')
    """
    match = _TWICE.match(request.strip())
    if match is None or not (match["head"].count(" ") or match["way"].lower() == "of"):
        return ()
    way = match["way"]
    return tuple(f"{match['head']} {way} {match[part]}" for part in ("one", "other"))


def place_shared(first: str, second: str) -> tuple[str, str]:
    """Return the preposition and place behind a second part that a first without one may share.

    >>> place_shared("number of .c files", "number of .h files in /srv/fw")
    ('in', '/srv/fw')
    >>> place_shared("make a folder", "list the files in /srv")
    ('', '')
    """
    words, others = first.split(), second.split()
    alike = words[:1] == others[:1] or (others and others[0].lower() not in BEGINNINGS)
    found = _PLACE.search(second.rstrip("?.! "))
    if found is None or not alike or names_place(first):
        return "", ""
    place = found["place"]
    return (found["prep"].lower(), place) if names_place(place) or place.endswith("/") else ("", "")


def put_together(request: str) -> str:
    """Return a request that says apart where what it unpacks goes, as one order.

    >>> put_together("extract the jpgs from a.zip and put them in pics")
    'extract the jpgs from a.zip into pics'
    """
    found = _UNPACKED.match(request)
    if found is None or re.search(r"\b(?:into|to)\s+\S+\W*$", found["first"], re.IGNORECASE):
        return request
    return f"{found['first'].rstrip(' ,;.')} {re.sub(r'^in ', 'into ', found['into'])}"


def names_place(text: str) -> bool:
    """Whether a text names a file, a folder or a pattern of files."""
    return any(found.kind in "pfg" for found in shell.find(text))


def _stated(request: str) -> tuple[str, ...]:
    match = _STATED.match(request) or _EXIST.match(request)
    if match is None:
        return ()
    head = re.sub(r"\bare\s+$", "is ", match["head"], flags=re.IGNORECASE)
    head = re.sub(r"^do\s+$", "does ", head, flags=re.IGNORECASE)
    noun = re.sub(r"s(?=\s+$)", "", match.groupdict().get("noun") or "")
    tail = re.sub(r"^(?:both|already)\s+", "", match["tail"])
    if tail.lower().startswith("installed"):
        head, noun = (
            re.sub(r"\b(?:do (?:i|we|you) have|have (?:i|we) got)\b", "is", head),
            "package ",
        )
    items = _ITEM.split(match["items"])
    return tuple(f"{head}{noun}{item} {tail}" for item in items) if len(items) < 4 else ()


def _most(request: str) -> tuple[str, ...]:
    match = _MOST.match(request)
    if match is None or _POINTS.search(match["other"]):
        return ()
    first, second = (f"{match['head']} {match[name]}" for name in ("one", "other"))
    return _with_place(first, second, None), _with_place(second, first, None)


def _asked_again(request: str) -> tuple[str, ...]:
    match = _AGAIN.match(request)
    if match is None:
        return ()
    return f"{match['head']} {match['one']}", f"{match['head']} {match['other']}"


def _modes(request: str) -> tuple[str, ...]:
    match = _MODES.match(request)
    if match is None:
        return ()
    one, other = (_with_place(match[a], match[b], match["tail"]) for a, b in (
        ("one", "other"), ("other", "one")
    ))  # fmt: skip
    return f"{match['verb']} {one} {match['mode']}", f"{match['verb']} {other} {match['mode2']}"


def _gapped(request: str) -> tuple[str, ...]:
    match = _GAPPED.match(request.rstrip("?.! "))
    if match is None or _POINTS.search(match["other"]):
        return ()
    if match["other"].split()[0].lower() in BEGINNINGS - {"number", "name"}:
        return ()
    verb, way, one, other = (match[name] for name in ("verb", "way", "one", "other"))
    rest = _FIRST_OF.match(one) if _OF_THE_SAME.match(other) else None
    other = f"{other} {rest['rest']}" if rest else _with_place(other, one, None)
    first = f"{verb} {one} {way} {match['where']}"
    second = f"{verb} {other} {way} {match['there']}"
    return _with_place(first, second, None), _with_place(second, first, None)


def _with_place(text: str, like: str, tail: str | None) -> str:
    """Return a text with the place that one like it names, where it names none."""
    found = _PLACE.search(like)
    shared = tail or (found[0].rstrip() if found and _is_place(found) else "")
    return text if names_place(text) or _PLACE.search(text) else f"{text}{shared}"


def _is_place(found: re.Match[str]) -> bool:
    return found["prep"].lower() not in ("of", "from") or names_place(found["place"])
