"""Words around values: what stands beside each slot in a recipe's wordings, and in a request.

A wording such as "rename {source} to {target}" says that what follows *to* is the target. Counts of
these neighbours, smoothed by those of all recipes that have a slot of the same name, say how likely
a value is meant for a slot. Smoothing is by Dirichlet priors, as in hierarchical language models.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from string import ascii_lowercase
from typing import Any

from runtime.values import shell
from tools.knowledge.text import pieces

VALUE, START, END = "<v>", "<s>", "</s>"
PLACES = ("left", "before", "right")
"""Next to a value: the word to its left, the two words before it, the word to its right."""
PLAIN = "plain"
"""The kind of a word that was not marked as a value."""
_WORD = re.compile(r"[^\W_](?:[\w'.+-]*[^\W_])?")
_SHORTEST, _USUAL = 5, 30
"""How long a word must be to count as mistyped, and how often the word that was meant is met."""
_OF_RECIPE, _OF_NAME = 2.0, 5.0
"""How many wordings the prior of a recipe's slot counts for, and that of a slot's name."""
_UNSEEN = 2000.0
"""How many words a person may use beside a value that no wording has, each half as often as once"""


@dataclass(frozen=True)
class Word:
    """A value or a word of a request, with what stands beside it.

    `place` is its number in the request; `covers` are the places that it takes, two for a name and
    the folder that it lies in. `marked` says that it was found to be a value by its shape.
    """

    text: str
    kind: str
    place: int
    beside: Mapping[str, str]
    marked: bool
    capital: bool = False
    covers: frozenset[int] = frozenset()
    parts: tuple[Word, ...] = ()


def read(request: str) -> list[Word]:
    """Return the values and words of a request in order.

    >>> [(word.text, word.kind, word.beside["left"]) for word in read("move a.txt into Old")]
    [('move', 'plain', '<s>'), ('a.txt', 'f', 'move'), ('into', 'plain', '<v>'), \
('Old', 'plain', 'into')]
    """
    pieces = list(_pieces(request))
    names = [VALUE if marked else text.lower() for text, _, marked in pieces]
    return [
        Word(
            text,
            kind,
            place,
            _beside(names, place),
            marked,
            capital=place > 0 and not marked and text[:1].isupper(),
            covers=frozenset((place,)),
        )
        for place, (text, kind, marked) in enumerate(pieces)
    ]


def _pieces(request: str) -> Iterator[tuple[str, str, bool]]:
    position = 0
    for found in shell.find(request):
        if found.start >= position:
            yield from ((w, PLAIN, False) for w in _plain(request[position : found.start]))
            slip = found.kind == "w" and mistyped(request[found.start : found.end])
            yield found.text, PLAIN if slip else found.kind, not slip
            position = found.end
    yield from ((word, PLAIN, False) for word in _plain(request[position:]))


@lru_cache(maxsize=4096)
def mistyped(word: str) -> bool:
    """Tell whether a word is a usual one with one letter wrong, missing, too much or swapped.

    >>> mistyped("serach"), mistyped("seach"), mistyped("jenkins")
    (True, True, False)
    """
    if len(word) < _SHORTEST or not word.isalpha() or not word.islower():
        return False
    known = shell.vocabulary()
    if word in known:
        return False
    cuts = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    near = {a + b[1:] for a, b in cuts if b} | {
        a + b[1] + b[0] + b[2:] for a, b in cuts if len(b) > 1
    }
    for letter in ascii_lowercase:
        near |= {a + letter + b for a, b in cuts} | {a + letter + b[1:] for a, b in cuts if b}
    return any(known.get(other, 0) >= _USUAL for other in near)


def _plain(text: str) -> list[str]:
    return _WORD.findall(text.replace("’", "'"))


def _beside(names: Sequence[str], place: int) -> dict[str, str]:
    left = names[place - 1] if place else START
    farther = names[place - 2] if place > 1 else START
    right = names[place + 1] if place + 1 < len(names) else END
    return dict(zip(PLACES, (left, f"{farther} {left}", right), strict=True))


@dataclass
class Uses:
    """How often words stand beside slots, and as words, in some wordings.

    `beside` is by slot and place, `present` counts the wordings that have a slot, `first` those in
    which one slot stands before another.
    """

    wordings: int = 0
    beside: dict[tuple[str, str], Counter[str]] = field(
        default_factory=lambda: defaultdict(Counter)
    )
    words: Counter[str] = field(default_factory=Counter)
    present: Counter[str] = field(default_factory=Counter)
    first: Counter[tuple[str, str]] = field(default_factory=Counter)

    @classmethod
    def of(cls, wordings: Iterable[str]) -> Uses:
        """Count the uses in wordings with `{slots}`."""
        uses = cls()
        for wording in wordings:
            uses.add(wording)
        return uses

    def add(self, wording: str) -> None:
        """Count the uses in one more wording."""
        found: list[tuple[str, str | None]] = []
        for literal, slot in pieces(wording):
            found += [(word.lower(), None) for word in _plain(literal)]
            found += [(VALUE, slot)] if slot is not None else []
        names = [name for name, _ in found]
        self.wordings += 1
        self.words.update({name for name, slot in found if slot is None})
        seen: list[str] = []
        for place, (_, slot) in enumerate(found):
            if slot is None:
                continue
            for where, word in _beside(names, place).items():
                self.beside[slot, where][word] += 1
            if slot not in seen:
                self.first.update((other, slot) for other in seen)
                self.present[slot] += 1
                seen.append(slot)


@dataclass(frozen=True)
class General:
    """The uses in the wordings of all recipes: what a recipe's own are smoothed by.

    `slots` is by the name of a slot and the place, `values` by place alone; `words` are those that
    stand as words, in how many of `wordings`.
    """

    slots: Mapping[str, Mapping[str, Mapping[str, int]]]
    values: Mapping[str, Mapping[str, int]]
    words: Mapping[str, int]
    wordings: int
    totals: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> General:
        """Read what `count` gives."""
        totals = {where: sum(words.values()) for where, words in data["values"].items()}
        return cls(data["slots"], data["values"], data["words"], data["wordings"], totals)

    def nearness(self, uses: Uses, slot: str, where: str, word: str) -> float:
        """Return how much likelier a word stands there beside a slot than beside any, in nats."""
        usual = (self.values[where].get(word, 0) + 0.5) / (self.totals[where] + _UNSEEN)
        named = self.slots.get(slot, {}).get(where, {})
        total = sum(named.values())
        of_name = (named.get(word, 0) + _OF_NAME * usual) / (total + _OF_NAME)
        own = uses.beside.get((slot, where), Counter())
        likely = (own[word] + _OF_RECIPE * of_name) / (own.total() + _OF_RECIPE)
        return math.log(likely / usual)

    def word(self, uses: Uses, word: str) -> float:
        """Return how likely a word stands as a word in a recipe's wordings, as a logarithm."""
        usual = (self.words.get(word, 0) + 0.3) / (self.wordings + 3)
        return math.log((uses.words[word] + usual) / (uses.wordings + 1))


def count(recipes: Iterable[tuple[str, Sequence[str]]], least: int = 2) -> dict[str, Any]:
    """Return the uses in all wordings as plain data; what was met more rarely is left out.

    `recipes` are ids with their wordings.
    """
    uses = Uses.of(wording for _, wordings in recipes for wording in wordings)
    slots: dict[str, dict[str, dict[str, int]]] = {}
    values: dict[str, Counter[str]] = {where: Counter() for where in PLACES}
    for (slot, where), words in uses.beside.items():
        kept = {word: n for word, n in sorted(words.items()) if n >= least}
        slots.setdefault(slot, {})[where] = kept
        values[where].update(kept)
    return {
        "wordings": uses.wordings,
        "slots": dict(sorted(slots.items())),
        "values": {where: dict(sorted(words.items())) for where, words in values.items()},
        "words": {word: n for word, n in sorted(uses.words.items()) if n >= least},
    }
