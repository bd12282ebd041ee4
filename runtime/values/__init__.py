"""Values in a request, marked as slot tokens so that a tiny model need not spell them.

A path, a number or a chord that a person typed is replaced by a token such as `<p1>`; the
model emits the token, and the value is put back after decoding. `shapes.shell` and
`shapes.music` say what counts as a value in each domain; what a token stands for is kept
in a `ValueTable`. Marking finds values; it never decides what is done with them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

PER_KIND = 8
SHELL_KINDS = {
    "p": "path",
    "f": "file name",
    "g": "glob",
    "e": "file extension",
    "z": "size",
    "n": "number",
    "t": "date or time",
    "s": "quoted text",
    "w": "word that is not in the vocabulary",
}
MUSIC_KINDS = {
    "m": "note",
    "l": "several notes",
    "c": "chord",
    "h": "several chords",
    "k": "key, or major or minor chord or scale",
    "x": "scale or mode",
    "v": "Roman numerals",
    "i": "interval",
    "u": "instrument",
}
REFERENCE_KINDS = {"r": "retrieved document", "o": "tool output"}
TOKEN = re.compile(r"<([a-z])([1-8])>")


@dataclass(frozen=True)
class Found:
    """A value found in a text: its span, its kind and the text to put back."""

    start: int
    end: int
    kind: str
    text: str


@dataclass
class ValueTable:
    """What each slot token stands for, in the order in which values were met."""

    values: dict[str, str] = field(default_factory=dict)

    def token(self, kind: str, text: str) -> str | None:
        """Return the token for a value; None when eight of its kind are taken already."""
        for token, known in self.values.items():
            if token[1] == kind and known == text:
                return token
        number = 1 + sum(token[1] == kind for token in self.values)
        if number > PER_KIND:
            return None
        token = f"<{kind}{number}>"
        self.values[token] = text
        return token

    def tokens(self) -> dict[str, str]:
        """Return the token of each value."""
        return {text: token for token, text in self.values.items()}


Finder = Callable[[str], Iterator[Found]]


def mark(text: str, find: Finder, table: ValueTable) -> str:
    """Replace the values that `find` yields by tokens; lower-case the rest.

    Angle brackets of the person's own text are spaced out, so that typing a slot token
    does not make one.
    """
    out: list[str] = []
    position = 0
    for found in find(text):
        token = table.token(found.kind, found.text)
        if token is None or found.start < position:
            continue
        out += [_plain(text[position : found.start]), token]
        position = found.end
    return "".join(out) + _plain(text[position:])


def _plain(text: str) -> str:
    return TOKEN.sub(lambda m: f"< {m[1]}{m[2]} >", text.lower())


def expand(text: str, values: Mapping[str, str], quote: Callable[[str], str] = str) -> str:
    """Put the values back; `quote` is applied to each. Unknown tokens stay as they are."""
    return TOKEN.sub(lambda m: quote(values[m[0]]) if m[0] in values else m[0], text)


def tokens() -> list[str]:
    """Return all slot tokens, in the order in which a tokenizer lists them."""
    kinds = [*SHELL_KINDS, *MUSIC_KINDS, *REFERENCE_KINDS]
    return [f"<{kind}{number}>" for kind in kinds for number in range(1, PER_KIND + 1)]
