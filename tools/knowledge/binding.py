"""Which value of a request goes into which slot of a recipe, and what that says of the recipe.

Each recipe that was found is filled in the ways that its own wordings make likely: by the words
beside each value (`tools.knowledge.contexts`), by kinds, by the order of slots. A recipe that
leaves a value of the request unused, or lacks one, is less likely meant. The score of a filled
recipe is linear in what is called its signs; `python -m training.binding` fits the weights of the
signs (docs/decisions/value-binding.md).
"""

from __future__ import annotations

import itertools
import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from runtime.types import Document
from runtime.values import shell
from tools.knowledge.asking import mood
from tools.knowledge.contexts import PLAIN, General, Uses, Word, read
from tools.knowledge.opposites import opposed
from tools.knowledge.slot_kinds import likelihood
from tools.knowledge.text import DATA, data_named, stop_word

PATH = Path(__file__).parents[2] / "weights" / "binding.json"
SIGNS = (
    *("near", "left", "before", "right", "kind", "order", "plain", "capital", "word", "known"),
    *("unused", "unused word", "missing", "default", "joined", "suffix", "other suffix"),
    *("only asked", "ordered", "instead", "denied", "counted", "opposite", "usual"),
)
BOUND = 3
"""How many ways to fill a recipe's slots are left to the model, at most."""
CLOSE = 1.0
"""How much less likely than the best they may be, in nats."""
PER_NAT = 0.1
"""How far apart in score recipes are that differ by a nat: those within 0.3 nats (a margin of 0.03)
are left to the model. A wider margin loses requests (docs/decisions/value-binding.md)."""
SUITS = -1.0
"""How likely, in nats, a value must be in a slot that a word takes, to be missed there."""
ASKED = 0.3
"""From which share of wordings on that ask a recipe which changes something may be meant so."""
MOST_WORDS = 60
"""How many words of a request may be values: what is pasted is not weighed to its end."""
MIDDLE = 2
"""How usual a recipe is for which that says nothing."""
_OPTIONS, _FEWER = 4, 2
_MANY_SLOTS = 5
_CLOCK = re.compile(r"\d{1,2}(?:(?::\d{2})+(?:\s?[ap]m)?|\s?[ap]m)", re.IGNORECASE)
_ADDRESS = re.compile(
    r"\w+://\S+|[\w.+-]+@[\w-]+\.[\w.-]+|\d{1,3}(?:\.\d{1,3}){3}(?:/\d+)?", re.IGNORECASE
)
_ARCHIVE = re.compile(r"\.(?:tar|tgz|zip|gz|xz|bz2|7z|zst|t[gbx]z)\b", re.IGNORECASE)
Signs = dict[str, float]


@dataclass(frozen=True)
class Filling:
    """A way to fill a recipe's slots from a request, with the signs that speak for it."""

    values: Mapping[str, Word]
    signs: Signs
    score: float


class Binder:
    """Fills recipes from requests. Safe to share between threads."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        """Take what is in `weights/binding.json`: counts of all wordings, and weights."""
        self.general = General.of(data)
        self.weights: Mapping[str, float] = dict.fromkeys(SIGNS, 0.0) | data["weights"]

    def settle(self, request: str, found: Sequence[Document]) -> list[Document]:
        """Return the documents with the bindings of each recipe, and scores that heed them.

        The nearest keeps its score; a recipe's distance from it is that of their fillings. Passages
        and recipes without wordings stay as they are.
        """
        filled = {d.id: self.fillings(request, d) for d in found if d.wordings}
        if not filled:
            return list(found)
        best = max(ways[0].score for ways in filled.values())
        top = max(document.score for document in found if document.id in filled)
        settled = [self._settled(d, filled.get(d.id, ()), best, top) for d in found]
        acting = sorted((d for d in settled if d.acts), key=lambda d: -d.score)
        return [*acting, *(d for d in settled if not d.acts)]

    def _settled(
        self, document: Document, ways: Sequence[Filling], best: float, top: float
    ) -> Document:
        if not ways:
            return replace(document, wordings=())
        first = ways[0]
        close = [w for w in ways if w.score >= first.score - CLOSE and _spares(first, w)][:BOUND]
        bindings = tuple({slot: word.text for slot, word in way.values.items()} for way in close)
        score = top - (best - first.score) * PER_NAT
        return replace(document, score=round(score, 4), bindings=bindings, wordings=())

    def fillings(self, request: str, document: Document) -> list[Filling]:
        """Return the likeliest ways to fill a recipe from a request, the best first."""
        words, uses = request_words(request), uses_of(document.wordings)
        meant = _meant(request, document)
        choices = [self._options(words, document, uses, slot) for slot in document.slots]
        found = []
        for chosen in itertools.product(*choices):
            values = {s: w for s, (_, _, w) in zip(document.slots, chosen, strict=True) if w}
            taken = [place for word in values.values() for place in word.covers]
            if len(taken) == len(set(taken)):
                signs = [meant, *(signs for _, signs, _ in chosen)]
                found.append(self._filling(words, document, uses, values, signs))
        return sorted(found, key=lambda filling: -filling.score)

    def _filling(
        self,
        words: Sequence[Word],
        document: Document,
        uses: Uses,
        values: Mapping[str, Word],
        signs: Sequence[Signs],
    ) -> Filling:
        total: Signs = {"near": document.score, "usual": float(document.usual - MIDDLE)}
        for each in (*signs, _order(uses, values), _left(uses, words, values)):
            for sign, amount in each.items():
                total[sign] = total.get(sign, 0.0) + amount
        return Filling(values, total, self._score(total))

    def _score(self, signs: Signs) -> float:
        return sum(self.weights[sign] * amount for sign, amount in signs.items())

    def _options(
        self, words: Sequence[Word], document: Document, uses: Uses, slot: str
    ) -> list[tuple[float, Signs, Word | None]]:
        """Return the likeliest words for a slot, and that it stays empty."""
        each = ((word, self._signs(word, document, uses, slot)) for word in words)
        weighed = [(self._score(signs), signs, word) for word, signs in each]
        most = _OPTIONS if len(document.slots) < _MANY_SLOTS else _FEWER
        options = sorted(weighed, key=lambda option: -option[0])[:most]
        default = document.slots[slot]
        absent = 1 - min((uses.present[slot] + 1) / (uses.wordings + 2), 0.98)
        empty = {"default": math.log(absent / (1 - absent))} if default else {"missing": 1.0}
        return [*options, (self._score(empty), empty, None)]

    def _signs(self, word: Word, document: Document, uses: Uses, slot: str) -> Signs:
        near, lower = self.general.nearness, word.text.lower()
        first, last = (word.parts or (word,))[0], (word.parts or (word,))[-1]
        signs = {
            "left": near(uses, slot, "left", first.beside["left"]),
            "before": near(uses, slot, "before", first.beside["before"]),
            "right": near(uses, slot, "right", last.beside["right"]),
            "kind": likelihood(slot, _kind(word)),
            "joined": float(bool(word.parts)),
        } | _suffixes(word, document, uses, slot)
        if not word.marked:
            signs |= {
                "plain": 1.0,
                "capital": float(word.capital),
                "word": self.general.word(uses, lower),
                "known": math.log(1 + shell.vocabulary().get(lower, 0)),
            }
        return signs


@lru_cache(maxsize=256)
def request_words(request: str) -> tuple[Word, ...]:
    """Return what a slot may be filled with: values, words that say something, joined paths."""
    words = read(request)
    kept = [w for w in words if w.marked or _may_be_meant(w)]
    first = words[:MOST_WORDS]
    return (*kept[:MOST_WORDS], *_joined(first), *_commands(first))


def _may_be_meant(word: Word) -> bool:
    """Whether a word without the shape of a value may be one: the first says what to do."""
    said = word.capital or not stop_word(word.text)  # "replace Hello with Goodbye"
    return word.place > 0 and len(word.text) > 1 and said


def _spares(best: Filling, way: Filling) -> bool:
    """Whether a way leaves no more values of the request unused than the best does."""
    return way.signs.get("unused", 0.0) <= best.signs.get("unused", 0.0)


def _meant(request: str, document: Document) -> Signs:
    """Return what speaks against a recipe as a whole.

    It changes something where the request asks, reads where that orders, or is for the opposite.
    """
    said = mood(request)
    asked = said == "asks" and document.changes
    return {
        "only asked": asked * _never_asks(document.wordings),
        "ordered": float(said == "orders" and not document.changes),
    } | opposed(request, document.wordings)


@lru_cache(maxsize=8192)
def _never_asks(wordings: tuple[str, ...]) -> float:
    """Return 0 where people ask for what a recipe changes ("how long does a.sh take"), to 1."""
    share = sum(mood(wording) == "asks" for wording in wordings) / max(1, len(wordings))
    return 1 - min(1.0, share / ASKED)


def _joined(words: Sequence[Word]) -> Iterator[Word]:
    """Yield the paths that "a.txt in /srv" means, where one file is wanted."""
    for name, between, folder in zip(words, words[1:], words[2:], strict=False):
        if between.text.lower() in _IN and name.kind in "fw" and folder.kind == "p":
            parts = (name, folder)
            text = f"{folder.text.rstrip('/')}/{name.text}"
            covers = name.covers | folder.covers
            yield replace(name, text=text, kind="p", covers=covers, parts=parts)


def _commands(words: Sequence[Word]) -> Iterator[Word]:
    """Yield the commands that "python3 a.py" means, where a program is wanted."""
    for runner, script in itertools.pairwise(words):
        if runner.text.lower() in _RUNNERS and script.kind in "fp":
            text = f"{runner.text} {script.text}"
            covers = runner.covers | script.covers
            yield replace(runner, text=text, kind="s", covers=covers, parts=(runner, script))


_RUNNERS = frozenset("python python3 bash sh perl ruby node php".split())
_IN = frozenset(("in", "under", "inside", "within", "from", "into"))


@lru_cache(maxsize=4096)
def uses_of(wordings: tuple[str, ...]) -> Uses:
    """Count the uses in a recipe's wordings, once."""
    return Uses.of(wordings)


def _order(uses: Uses, values: Mapping[str, Word]) -> Signs:
    """Weigh the order in which the slots' values stand by that of the wordings."""
    total = 0.0
    for (one, here), (other, there) in itertools.combinations(values.items(), 2):
        ahead, behind = uses.first[one, other] + 0.5, uses.first[other, one] + 0.5
        if here.place > there.place:
            ahead, behind = behind, ahead
        total += math.log(2 * ahead / (ahead + behind))
    return {"order": total}


def _kind(word: Word) -> str:
    """Return a word's kind; a time of day, a sum and an address apart from what they look like."""
    if _CLOCK.fullmatch(word.text):
        return "clock"
    if word.kind == "s" and shell.SUM.fullmatch(word.text):
        return "sum"
    return "address" if word.kind in "wp" and _ADDRESS.fullmatch(word.text) else word.kind


def _left(uses: Uses, words: Sequence[Word], values: Mapping[str, Word]) -> Signs:
    """Count the values that no slot takes; those that the wordings say as words apart.

    `instead` counts the slots that a word takes although a value that would suit them is left.
    """
    taken = {place for word in values.values() for place in word.covers}
    left = [w for w in words if w.marked and not w.parts and w.place not in taken]
    said = sum(uses.words[word.text.lower()] > 0 for word in left)
    plain = [slot for slot, word in values.items() if word.kind == PLAIN]
    instead = sum(any(likelihood(slot, _kind(word)) > SUITS for word in left) for slot in plain)
    return {
        "unused": float(len(left) - said),
        "unused word": float(said),
        "instead": float(instead),
    }


def _suffixes(word: Word, document: Document, uses: Uses, slot: str) -> Signs:
    """Weigh the ending of a file's name: whether the wordings speak of it, or of other data.

    Of two kinds of data, as in "a JSON list as CSV", the title names first the one that is read.
    """
    ending = word.text.rpartition(".")[2].lower() if "." in word.text else ""
    spoken = bool(ending) and word.kind != PLAIN and uses.words[ending] > 0
    wrong = slot == "archive" and not _ARCHIVE.search(word.text)
    if slot == "file" and ending.isalpha() and word.kind in "fp":
        about = data_named(word.text)
        said = {data for data in DATA if 3 * uses.words[data] >= uses.wordings}
        named = [name for name in document.title.lower().split() if name in said]
        wrong = bool(said) and (about != named[0] if named else about not in said)
    return {"suffix": float(spoken), "other suffix": float(wrong)}


def settled(request: str, found: Sequence[Document]) -> list[Document]:
    """Return documents as `Binder.settle` of the shipped weights does."""
    return shipped().settle(request, found)


def likeliest(request: str, found: Sequence[Document]) -> float:
    """Return how likely the likeliest filling of recipes is, by the shipped weights; 0 for none."""
    ways = (shipped().fillings(request, document) for document in found if document.wordings)
    return max((each[0].score for each in ways if each), default=0.0)


@cache
def shipped() -> Binder:
    """Return the binder with the shipped weights.

    Raises:
        FileNotFoundError: `weights/binding.json` is missing; the checkout is incomplete.
    """
    return Binder(json.loads(PATH.read_text(encoding="utf-8")))
