"""What is looked up for a request: for each of its parts, and with the turn before in mind."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

from graphs.composing.composed import composed
from graphs.cutting import SECONDS, cut_up, nearest_title, nearness
from graphs.filling import one_call
from graphs.parts import Library
from graphs.reading.ellipsis import Reading
from graphs.reading.places import destinations, in_repository, placed, typed
from graphs.reading.saving import Saving, saved, saving, writes
from graphs.reading.situation import Asked, asked
from graphs.repeating import not_the_same, own, repeats, same_is_pointless
from runtime.types import Document
from runtime.values import shell
from tools.knowledge.abbreviations import spelled_out
from tools.knowledge.asking import mood
from tools.knowledge.binding import likeliest, settled
from tools.knowledge.sharing import place_shared, put_together, told_apart
from tools.knowledge.splitting import made_first

_ASKED_TWICE = re.compile(
    r"^\W*(?:what|which|who|how|when|where|show|list|print|display|give me)\b.*\b(?:and|then) "
    r"(?:(?:(?:tell|show) me )?(?:what|which|who|how|when|where)\b|count (?:them|those|it)\b)",
    re.IGNORECASE,
)
NEARLY = 0.05
"""How much farther than one that prints a recipe may be that saves, to be taken by itself; it must
be nearer by twice as much where what is to be printed has parts."""
VERBATIM = 0.92
"""How near a recipe is whose wording is nearly the very request; that is not composed then."""
WHOLE = 1.5
"""How much likelier, in nats, a recipe for all must be filled than one for a part, to be taken."""
LIKELY = 4.0
"""How much less likely, in nats, a recipe may be filled that takes the file that was told of."""
SURER = 2.0
"""How much likelier, in nats, a recipe must be filled where a request is told what it is about."""
JOINED = 0.1
"""How much better than the recipe before another must fit a request joined to the one before."""


def look_up(
    library: Library,
    text: str,
    *,
    shelf: str,
    count: int,
    before: Document | None = None,
    read: Reading | None = None,
    learned: Path | None = None,
    folders: Collection[str] = (),
    repo: str = "",
    about: str = "",
) -> list[Document]:
    """Return at most `count` documents for each part of a request, the best of a part first.

    `before` is the recipe that a request leans on ("now only the hidden ones"): it is looked up
    together with the request, and offered again where that would do something new; `read` is the
    request in full, where it could be read behind `before`, or the one command that it comes to.
    `learned` is a file of what the build that answers has learned to look up; `folders` are the
    names of those in the working folder, which may be called like usual words; `repo` is the
    repository that a request of git means which names none, `about` the file or folder that one
    may mean which names no place.
    """
    if read is not None and read.recipe is not None:
        return [read.recipe]
    there = frozenset(folders) | destinations(read.text if read is not None else text)
    desk = _Desk(library, shelf, count, learned, there, repo)
    if before is None and read is None:
        text = desk.asked(text)
        if apart := _apart(text, desk):
            return apart
    if before is None or (read is not None and not repeats(before, read)):
        whole = desk.composed(read.text if read is not None else text)
        if whole:
            return whole
    if before is not None and read is not None:
        if read.kind in ("new", "whole") and (kept := _saving(read.text, desk)):
            return kept
        if read.kind == "finer" and (joined := desk.joined(read.text, before)):
            return joined
        if read.kind not in ("same", "whole") and (full := desk.told(own(text, read), about)):
            return desk.composed(full) or desk.bound(full, desk.search(full))
        return desk.bound(read.text, _read(before, text, read, desk))
    if before is not None:
        return _after(before, text, desk.search(text, before.title))
    return _saving(text, desk) or _of(desk.parts(text), text, desk)


def _apart(text: str, desk: _Desk) -> list[Document]:
    """Return what each of several requests means that say their verb once; nothing for others."""
    parts = told_apart(text)
    found = desk.search(text) if parts else []
    if not found or any(d.tool for d in found) or nearness(found) >= VERBATIM:
        return []
    if desk.likely(text) > max(desk.likely(part) for part in parts) + WHOLE:
        return []
    return _in_parts(parts, [_saving(part, desk) or desk.meant(part) for part in parts])


def _of(parts: Sequence[str], text: str, desk: _Desk) -> list[Document]:
    """Return what each part of a request may mean, a later one behind the one before."""
    if len(parts) == 1 or one_call(text, desk.search(text)):
        return desk.bound(text, desk.search(text))
    prep, place = place_shared(parts[0], desk.spelled(parts[1]))
    parts = (desk.told(parts[0], place, prep, surer=0.0) or parts[0], *parts[1:])
    halves = [desk.meant(parts[0])]
    for part in parts[1:]:
        found = desk.search(part, nearest_title(halves[-1]))
        halves.append(desk.composed(part, later=True) or not_the_same(halves[-1], part, found))
    return _in_parts(parts, halves)


def _saving(text: str, desk: _Desk) -> list[Document]:
    """Return what a request means that wants in a file what is printed; nothing for another.

    Where one recipe is as near that writes to the file itself, that one is meant.
    """
    wish = saving(text)
    if wish is None:
        return []
    parts = desk.parts(wish.rest)
    printing = desk.meant(parts[0])
    whole = desk.bound(wish.whole, desk.search(wish.whole))
    farther = NEARLY if len(parts) == 1 else -2 * NEARLY
    if writes(whole, wish.file) and nearness(whole) >= nearness(printing) - farther:
        parts, halves = (wish.whole,), [whole]
    else:
        halves = _into_file(parts, printing, wish, desk)
    if not all(any(document.acts for document in half) for half in halves):
        return []
    if wish.tail:
        parts = (*parts, wish.tail)
        halves.append(desk.search(wish.tail, nearest_title(halves[-1])))
    return _in_parts(parts, halves) if len(parts) > 1 else halves[0]


def _into_file(
    parts: Sequence[str], printing: list[Document], wish: Saving, desk: _Desk
) -> list[list[Document]]:
    """Return what each part may mean, with what is printed in the file that is wished for."""
    halves: list[list[Document]] = []
    for number, part in enumerate(parts):
        found = printing
        if number:
            found = desk.composed(part, later=True) or desk.search(part, nearest_title(halves[-1]))
        if wish.each or number == len(parts) - 1:
            found = saved(found, part, wish.file, more=number > 0 and wish.each)
        halves.append(found)
    return halves


def parts_of(library: Library, text: str, shelf: str) -> tuple[str, ...]:
    """Return the parts of a request, or the request itself where it asks for one thing.

    It is cut where the parts are nearer to recipes than the whole is, and where the words
    between them speak for it.
    """
    return _Desk(library, shelf, SECONDS + 1).parts(text)


class _Desk:
    """Looks up one request on a shelf, each text once."""

    def __init__(
        self,
        library: Library,
        shelf: str,
        count: int,
        learned: Path | None = None,
        folders: Collection[str] = (),
        repo: str = "",
    ) -> None:
        self._library = library
        self._shelf = shelf
        self._count = count
        self._learned = learned
        self._folders = folders
        self._repo = repo
        self._found: dict[tuple[str, str | None], list[Document]] = {}
        self._spelled: dict[str, str] = {}

    def search(self, text: str, context: str | None = None) -> list[Document]:
        """Return what is nearest to a text, and to the text behind `context`."""
        text = self.spelled(text)
        key = (text, context)
        if key not in self._found:
            found = self._library.search(
                text, shelf=self._shelf, k=self._count, context=context, learned=self._learned
            )
            self._found[key] = list(found)
        return self._found[key]

    def bound(self, text: str, found: Sequence[Document]) -> list[Document]:
        """Return documents with the values that a text gives them."""
        documents = settled(self.spelled(text), found)
        if self._folders:
            ways = ([typed(way, self._folders) for way in d.bindings] for d in documents)
            pairs = zip(documents, ways, strict=True)
            documents = [replace(d, bindings=tuple(each)) for d, each in pairs]
        return [in_repository(document, self._repo) for document in documents]

    def spelled(self, text: str) -> str:
        """Return a text with abbreviations in full and the folders in it written as paths."""
        if text not in self._spelled:
            self._spelled[text] = placed(spelled_out(text, self._folders), self._folders)
        return self._spelled[text]

    def told(self, text: str, about: str, prep: str = "in", surer: float = SURER) -> str:
        """Return a text with the place it is about, where recipes lack that much; else nothing."""
        named = shell.find(self.spelled(text))
        if not about or any(found.kind in "pfg" for found in named):
            return ""
        full = f"{text.rstrip('?.! ')} {prep} {about}"
        if self.likely(full) < self.likely(text) + surer:
            return ""
        # What only asks must not write to the file that it asks about.
        return "" if mood(text) != "orders" and self.changes(full) else full

    def asked(self, text: str) -> str:
        """Return what a text asks, without what it only tells, for recipes of commands."""
        if any(document.tool for document in self.search(text)):
            return text
        text = put_together(text)
        found = None if made_first(text) else asked(text, self._folders)
        if found is None:
            return text
        full = f"{found.text.rstrip('?.! ')} in {found.about}" if found.about else ""
        asks = full if full and self._is_about(full, found) else found.text
        return asks if self.likely(asks) >= self.likely(text) - SURER else text

    def _is_about(self, full: str, found: Asked) -> bool:
        """Whether a recipe for what is asked takes the file that it is told about."""
        if mood(found.text) != "orders" and self.changes(full):
            return False
        likely = self.likely(full) >= self.likely(found.text) - LIKELY
        ways = (document.bindings[:1] for document in self.bound(full, self.search(full))[:1])
        return likely and any(found.about in way.values() for each in ways for way in each)

    def joined(self, text: str, before: Document) -> list[Document]:
        """Return what a request means with the one before it, if that is another recipe's business.

        "How big is docs" and "without the drafts" are one request that a recipe of its own does.
        """
        found = [d for d in self.bound(text, self.search(text)) if d.acts]
        if not found or found[0].id == before.id:
            return []
        again = next((d.score for d in found if d.id == before.id), 0.0)
        return found if found[0].score - again >= JOINED else []

    def likely(self, text: str) -> float:
        """Return how likely the likeliest filling of a recipe is for a text."""
        return likeliest(self.spelled(text), self.search(text))

    def composed(self, text: str, *, later: bool = False) -> list[Document]:
        """Return the one command that a text comes to; nothing where a recipe says the very same.

        A shelf of tools has none, for commands run in bash.
        """
        # "How many lines has a.txt and what is the last" is no count of the last line.
        twice = _ASKED_TWICE.search(text)
        made = None if twice else composed(self.spelled(text), later=later)
        found = self.search(text) if made is not None else []
        acts = [document for document in found if document.acts]
        if made is None or any(d.tool for d in acts) or nearness(acts) >= VERBATIM:
            return []
        return [made]

    def meant(self, text: str) -> list[Document]:
        """Return what a text may mean: one composed command, or the recipes nearest to it."""
        return self.composed(text) or self.bound(text, self.search(text))

    def parts(self, text: str) -> tuple[str, ...]:
        """Return the request in as many parts as it is likelier meant in."""
        if self.composed(text):
            return (text,)
        return cut_up(text, self)

    def changes(self, text: str) -> bool:
        """Whether the likeliest recipe or tool for a text changes something."""
        found = self.bound(text, self.search(text))
        return next((document.changes for document in found if document.acts), False)


def _read(before: Document, text: str, read: Reading, desk: _Desk) -> list[Document]:
    """Return what a request may mean that was read in full behind `before`."""
    if repeats(before, read):
        found = desk.search(read.text)
        return [d for d in found if d.id == before.id] or [replace(before, score=nearness(found))]
    found = desk.search(text, before.title) if read.kind == "finer" else desk.search(read.text)
    return not_the_same([before], text, found)


def _after(before: Document, text: str, found: Sequence[Document]) -> list[Document]:
    """Return what a request may mean that leans on `before`: that again, or something else."""
    others = [document for document in found if document.id != before.id]
    if same_is_pointless(before, text):
        return others
    return [replace(before, score=nearness(found), part=0), *others]


def _in_parts(parts: Sequence[str], halves: Sequence[Sequence[Document]]) -> list[Document]:
    """Number the documents by the part that they were found for; one may serve two parts."""
    return [
        replace(document, part=number, request=parts[number])
        for number, half in enumerate(halves)
        for document in half
        if number == 0 or document.acts
    ]
