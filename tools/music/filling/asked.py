"""A request, and which parts of it are taken as values already."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache

from runtime.values import Found, music

LONGEST, MOST = 2000, 64
"""How much of a request is looked through for musical values: a file's code may be longer."""
_TRAILING_KEY = re.compile(
    r"(?P<list>.+?)[,;.]?\s*[,;]\s*(?P<key>[A-Ga-g](?:#|b|♯|♭|\s(?:flat|sharp))?\s(?:major|minor))"
)
BARE_STEPS = re.compile(
    r"(?:(?:whole|half|twelve|12)[\s-]|semi)?(?:tones?|steps?)|seconds|thirds|fourths|fifths|5ths|sixths"
    r"|sevenths|7ths|octaves|tritone",
    re.IGNORECASE,
)
"""Words that are read as intervals and say nothing of how far."""
_ORDINAL = re.compile(
    r"(?:first|second|third|fourth|fifth|1st|2nd|3rd|4th|5th)s?\s(?:voice|part|line|one|time|turn|species"
    r"|singer|player|guitar|violin|clarinet|trumpet|horn|trombone|version|take|verse|try|attempt)s?\b",
    re.I,
)
_NATURAL = re.compile(r"[A-Ga-g][\s-]natural", re.IGNORECASE)
_WITHOUT = re.compile(r"(?<!\S)w/o(?!\S)", re.IGNORECASE)
_PAIR = re.compile(r"\s*(?:->|→|,|&|\band\b|\bto\b)\s*")


@dataclass
class Asked:
    """The words of a request. A value that was read is taken, and read only once."""

    text: str
    found: tuple[Found, ...] = ()
    taken: list[tuple[int, int]] = field(default_factory=list)

    @classmethod
    def of(cls, text: str) -> Asked:
        """Return a request with the musical values that stand in it."""
        text = _WITHOUT.sub("without", text)
        return cls(text, _found(text))

    def free(self, start: int, end: int) -> bool:
        """Whether nothing of a span is taken."""
        return all(end <= first or start >= last for first, last in self.taken)

    def values(self, kinds: str) -> list[Found]:
        """Return the values of some kinds (letters of `runtime.values`) that are free."""
        return [f for f in self.found if f.kind in kinds and self.free(f.start, f.end)]

    def take(self, found: Found) -> str:
        """Take a value that was found; return its text."""
        self.taken.append((found.start, found.end))
        return found.text

    def matches(self, pattern: str | re.Pattern[str]) -> Iterator[re.Match[str]]:
        """Yield the matches of a pattern, in any case, that are free."""
        for match in re.finditer(
            pattern, self.text, 0 if isinstance(pattern, re.Pattern) else re.I
        ):
            if self.free(*match.span()):
                yield match

    def first(self, *patterns: str | re.Pattern[str]) -> re.Match[str] | None:
        """Take the first free match of the first pattern that has one."""
        for pattern in patterns:
            for match in self.matches(pattern):
                self.taken.append(match.span())
                return match
        return None

    def search(self, *patterns: str | re.Pattern[str]) -> str | None:
        """Take what `first` takes; return its group or all."""
        match = self.first(*patterns)
        if match is None:
            return None
        group = next((n for n in range(1, len(match.groups()) + 1) if match[n]), 0)
        return str(match[group]).strip()

    def says(self, pattern: str) -> bool:
        """Whether the request has such words, taken or not."""
        return re.search(pattern, self.text, re.I) is not None

    def before(self, found: Found, pattern: str) -> bool:
        """Whether such words stand right before a value."""
        return re.search(rf"(?:{pattern})\s*\Z", self.text[: found.start], re.I) is not None

    @property
    def left(self) -> list[Found]:
        """The values that no argument took."""
        left = [f for f in self.found if self.free(f.start, f.end)]
        return [f for f in left if f.kind != "i" or not BARE_STEPS.fullmatch(f.text)]


Reader = Callable[[Asked], str | None]


def readable(text: str, read: Callable[[str], object]) -> bool:
    """Whether a reader of the tools takes a text."""
    from tools.music.pitch import MusicError

    try:
        read(text)
    except MusicError:
        return False
    return True


def one_of(names: Iterable[str], plural: bool = False) -> re.Pattern[str]:
    """Return a pattern for any of some names, the longest first, hyphens as spaces."""
    words = sorted({name.lower() for name in names}, key=len, reverse=True)
    forms = "|".join(
        re.escape(word).replace(r"\ ", r"[\s-]").replace(r"\-", r"[\s-]") for word in words
    )
    return re.compile(rf"(?<![\w/])(?:{forms}){'s?' if plural else ''}(?![\w/])", re.IGNORECASE)


def pair_of(found: Found) -> list[str]:
    """Return the two items of a short list ("F -> E", "B and D")."""
    return [item for item in _PAIR.split(found.text) if item] or [found.text]


@lru_cache(maxsize=16)
def _found(text: str) -> tuple[Found, ...]:
    """Find the values of a request once for all tools; not "second" in "second voice"."""
    found = _rejoined(text, [o for whole in music.find(text[:LONGEST]) for o in _parted(whole)])
    return tuple(one for one in found if not _ORDINAL.match(text, one.start))[:MOST]


def _rejoined(text: str, found: list[Found]) -> list[Found]:
    """Join "F natural" to the row of notes that it ends."""
    joined: list[Found] = []
    for one in found:
        last = joined[-1] if joined else None
        natural = one.kind == "m" and _NATURAL.fullmatch(one.text)
        if natural and last and last.kind in "lm" and not text[last.end : one.start].strip(" ,"):
            joined[-1] = Found(last.start, one.end, "l", text[last.start : one.end])
        else:
            joined.append(one)
    return joined


def _parted(found: Found) -> Iterator[Found]:
    """Part a list of chords from the key that is named behind it; "B natural" is a note."""
    if found.kind == "x" and _NATURAL.fullmatch(found.text):
        found = replace(found, kind="m")
    match = _TRAILING_KEY.fullmatch(found.text) if found.kind in "hl" else None
    if match is None or " " not in match["list"].strip():
        yield found
        return
    end = found.start + match.end("list")
    yield replace(found, end=end, text=match["list"])
    yield Found(found.start + match.start("key"), found.end, "k", match["key"])
