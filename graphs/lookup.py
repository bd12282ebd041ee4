"""What is looked up for a request: for each of its parts, and with the turn before in mind."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

from graphs.composing.composed import composed
from graphs.filling import one_call
from graphs.parts import Library
from graphs.reading.deriving import asks_of_result
from graphs.reading.ellipsis import Reading
from graphs.reading.places import in_repository, placed, typed
from graphs.reading.saving import Saving, saved, saving, writes
from graphs.repeating import not_the_same, own, repeats, same_is_pointless
from runtime.types import Document
from runtime.values import shell
from tools.knowledge.asking import mood
from tools.knowledge.binding import likeliest, settled
from tools.knowledge.splitting import Cut, cuts, made_first, refers

FIRST, SECOND, SECOND_BEHIND, WHOLE, AGAINST = 11.0, 4.0, 3.0, 4.0, -2.3
"""How much nearer to recipes the parts of a request must be than its whole, to count as parts:
log odds, fitted like those of `tools.knowledge.splitting`. A second part counts by itself and
behind the first. At this, 0.82 of the development requests of two parts are cut, nearly all where
they should be, and 0.05 of the single ones."""
LEANS, REFERS, SECOND_CUT = 3.0, 1.0, 0.5
"""What it says for a cut that the second part only asks for something of what the first printed;
that it is an order or a question about something named before; and what the words at a cut must
say for one more behind it."""
LESS = 0.1
"""How much farther a recipe for both may be from the whole than one is from the first part."""
_ASKED_TWICE = re.compile(
    r"^\W*(?:what|which|who|how|when|where|show|list|print|display|give me)\b.*\b(?:and|then) "
    r"(?:(?:(?:tell|show) me )?(?:what|which|who|how|when|where)\b|count (?:them|those|it)\b)",
    re.IGNORECASE,
)
_LISTS = re.compile(r"\W*(?:please |first )?(?:show|list|print|display|which|give me)\b", re.I)
_COUNTS = re.compile(
    r"\W*(?:(?:tell|show|give) me )?(?:count|how (?:many|much|big)|the (?:number|total))\b", re.I
)
_ONLY_COUNTS = re.compile(r"\| wc -l\s*$|^grep -\w*c|\bEND \{+ *printf? [^;]*\}+'[^|]*$")
"""What a first part lists, a second counts, and a command counts that shows nothing else."""
PARTS = 3
"""Into how many parts a request is cut, at most."""
NEARLY = 0.05
"""How much farther than one that prints a recipe may be that saves, to be taken by itself; it must
be nearer by twice as much where what is to be printed has parts."""
VERBATIM = 0.92
"""How near a recipe is whose wording is nearly the very request; that is not composed then."""
SURER = 2.0
"""How much likelier, in nats, a recipe must be filled where a request is told what it is about."""
JOINED = 0.1
"""How much better than the recipe before another must fit a request joined to the one before."""
SECONDS = 5
"""How many of the recipes nearest to a second part may be what it means."""


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
    desk = _Desk(library, shelf, count, learned, folders, repo)
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


def _of(parts: Sequence[str], text: str, desk: _Desk) -> list[Document]:
    """Return what each part of a request may mean, a later one behind the one before."""
    if len(parts) == 1 or one_call(text, desk.search(text)):
        return desk.bound(text, desk.search(text))
    halves = [desk.meant(parts[0])]
    for part in parts[1:]:
        found = desk.search(part, _context(halves[-1]))
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
    if writes(whole, wish.file) and _nearest(whole) >= _nearest(printing) - farther:
        parts, halves = (wish.whole,), [whole]
    else:
        halves = _into_file(parts, printing, wish, desk)
    if not all(any(document.acts for document in half) for half in halves):
        return []
    if wish.tail:
        parts = (*parts, wish.tail)
        halves.append(desk.search(wish.tail, _context(halves[-1])))
    return _in_parts(parts, halves) if len(parts) > 1 else halves[0]


def _into_file(
    parts: Sequence[str], printing: list[Document], wish: Saving, desk: _Desk
) -> list[list[Document]]:
    """Return what each part may mean, with what is printed in the file that is wished for."""
    halves: list[list[Document]] = []
    for number, part in enumerate(parts):
        found = printing
        if number:
            found = desk.composed(part, later=True) or desk.search(part, _context(halves[-1]))
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

    def search(self, text: str, context: str | None = None) -> list[Document]:
        """Return what is nearest to a text, and to the text behind `context`."""
        text = placed(text, self._folders)
        key = (text, context)
        if key not in self._found:
            found = self._library.search(
                text, shelf=self._shelf, k=self._count, context=context, learned=self._learned
            )
            self._found[key] = list(found)
        return self._found[key]

    def bound(self, text: str, found: Sequence[Document]) -> list[Document]:
        """Return documents with the values that a text gives them."""
        documents = settled(placed(text, self._folders), found)
        if self._folders:
            ways = ([typed(way, self._folders) for way in d.bindings] for d in documents)
            pairs = zip(documents, ways, strict=True)
            documents = [replace(d, bindings=tuple(each)) for d, each in pairs]
        return [in_repository(document, self._repo) for document in documents]

    def told(self, text: str, about: str) -> str:
        """Return a text with the place it is about, where recipes lack that much; else nothing."""
        named = shell.find(placed(text, self._folders))
        if not about or any(found.kind in "pfg" for found in named):
            return ""
        full = f"{text.rstrip('?.! ')} in {about}"
        if self._best(full) <= self._best(text) + SURER:
            return ""
        # What only asks must not write to the file that it asks about.
        return "" if mood(text) != "orders" and self._changes(full) else full

    def joined(self, text: str, before: Document) -> list[Document]:
        """Return what a request means with the one before it, if that is another recipe's business.

        "How big is docs" and "without the drafts" are one request that a recipe of its own does.
        """
        found = [d for d in self.bound(text, self.search(text)) if d.acts]
        if not found or found[0].id == before.id:
            return []
        again = next((d.score for d in found if d.id == before.id), 0.0)
        return found if found[0].score - again >= JOINED else []

    def _best(self, text: str) -> float:
        """Return how likely the likeliest filling of a recipe is for a text."""
        return likeliest(placed(text, self._folders), self.search(text))

    def composed(self, text: str, *, later: bool = False) -> list[Document]:
        """Return the one command that a text comes to; nothing where a recipe says the very same.

        A shelf of tools has none, for commands run in bash.
        """
        # "How many lines has a.txt and what is the last" is no count of the last line.
        twice = _ASKED_TWICE.search(text)
        made = None if twice else composed(placed(text, self._folders), later=later)
        found = self.search(text) if made is not None else []
        acts = [document for document in found if document.acts]
        if made is None or any(d.tool for d in acts) or _nearest(acts) >= VERBATIM:
            return []
        return [made]

    def meant(self, text: str) -> list[Document]:
        """Return what a text may mean: one composed command, or the recipes nearest to it."""
        return self.composed(text) or self.bound(text, self.search(text))

    def parts(self, text: str) -> tuple[str, ...]:
        """Return the request in as many parts as it is likelier meant in."""
        if self.composed(text):
            return (text,)
        parts: tuple[str, ...] = made_first(text) or (text,)
        while len(parts) < PARTS:
            least = SECOND_CUT if len(parts) > 1 else None
            found = ((n, self._cut(part, least)) for n, part in enumerate(parts))
            number, cut = next(((n, cut) for n, cut in found if cut), (0, None))
            if cut is None:
                break
            parts = (*parts[:number], cut.first, cut.second, *parts[number + 1 :])
        return parts

    def _cut(self, text: str, least: float | None) -> Cut | None:
        """Return where a text is likeliest cut; `least`: what the words there must say for it."""
        odds, best = 0.0, None
        for cut in cuts(text):
            if least is not None and cut.odds < least:
                continue
            here = self._odds(cut, text)
            if here > odds and not self._one_does_both(cut, text):
                odds, best = here, cut
        return best

    def _one_does_both(self, cut: Cut, text: str) -> bool:
        """Whether a recipe is what the request means, and the second part by itself is not."""
        if _nearest(self.search(text)) < _nearest(self.search(cut.first)) - LESS:
            return False
        if self._changes(cut.first) and not self._changes(text):
            return False
        if _LISTS.match(cut.first) and _COUNTS.match(cut.second):
            best = next((d for d in self.search(text) if d.acts), None)
            if best is not None and _ONLY_COUNTS.search(best.template or ""):
                return False
        first = _context(self.search(cut.first))
        alone = [d.title for d in self.search(cut.second) if d.acts]
        means = _context(self.search(text))
        behind = _context(self.search(cut.second, first))
        return means == behind and means != first and means not in alone[:SECONDS]

    def _changes(self, text: str) -> bool:
        """Whether the likeliest recipe or tool for a text changes something."""
        found = self.bound(text, self.search(text))
        return next((document.changes for document in found if document.acts), False)

    def _odds(self, cut: Cut, text: str) -> float:
        """Return the log odds that a request is meant in two parts, cut like this."""
        whole = _nearest(self.search(text))
        first = self.search(cut.first)
        # The second often leans on the first ("and count its lines").
        behind = self.search(cut.second, _context(first))
        return (
            FIRST * (_nearest(first) - whole)
            + SECOND * (_nearest(self.search(cut.second)) - whole)
            + SECOND_BEHIND * (_nearest(behind) - whole)
            + WHOLE * whole
            + AGAINST
            + LEANS * asks_of_result(cut.second)
            + REFERS * refers(cut.second)
            + cut.odds
        )


def _read(before: Document, text: str, read: Reading, desk: _Desk) -> list[Document]:
    """Return what a request may mean that was read in full behind `before`."""
    if repeats(before, read):
        found = desk.search(read.text)
        return [d for d in found if d.id == before.id] or [replace(before, score=_nearest(found))]
    found = desk.search(text, before.title) if read.kind == "finer" else desk.search(read.text)
    return not_the_same([before], text, found)


def _after(before: Document, text: str, found: Sequence[Document]) -> list[Document]:
    """Return what a request may mean that leans on `before`: that again, or something else."""
    others = [document for document in found if document.id != before.id]
    if same_is_pointless(before, text):
        return others
    return [replace(before, score=_nearest(found), part=0), *others]


def _context(found: Sequence[Document]) -> str | None:
    """Return the title of the nearest recipe or tool."""
    return next((document.title for document in found if document.acts), None)


def _in_parts(parts: Sequence[str], halves: Sequence[Sequence[Document]]) -> list[Document]:
    """Number the documents by the part that they were found for; one may serve two parts."""
    return [
        replace(document, part=number, request=parts[number])
        for number, half in enumerate(halves)
        for document in half
        if number == 0 or document.acts
    ]


def _nearest(documents: Sequence[Document]) -> float:
    return max((d.score for d in documents if d.acts), default=0.0)
