"""What a request about files asks for, put together from the phrases that were found in it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from graphs.composing.files_tests import NAMED, Test, test_of
from graphs.composing.reading import Piece, UnclearError

FOLDS = ("count", "total", "average")
KINDS = ("links", "broken", "hidden")
"""What is asked for that is a condition itself."""
MANY = 10
"""How many are meant by "the largest files"."""
_ARCHIVE = re.compile(r"\.(?:tar(?:\.(?:gz|xz|bz2|zst))?|tgz|txz|zip)$")
_NO_FOLDER = re.compile(r"\w\.[A-Za-z]\w{1,4}$|[*?\[]")
_OFTEN = frozenset(("files", "name", "newer", "shown", "without", "text", "no text", "rights"))
_ORDERS = ("order", "most", "the most", "many most")
_SIDES = frozenset(("size", "changed", "dates", "fold"))
"""Parts of which a request may say several, and those that have sides: over 1M and under 5M."""
_SAME = frozenset(
    ("take", "together", "average", "deep", "named", "but", "vague", "sort", "here", "case")
)
"""Parts of a phrase that may be said twice, or that only go with another."""


@dataclass(frozen=True)
class Query:
    """What is asked for: which files where, in what order, how many, and what of them.

    `order` is `size`, `date` or `name`, with `-` in front where the least comes first. `listed`:
    they are to be shown too where they are counted.
    """

    kind: str
    starts: tuple[str, ...]
    tests: tuple[Test, ...]
    order: str = ""
    limit: int = 0
    fold: str = ""
    per: str = ""
    shown: tuple[str, ...] = ()
    readable: bool = False
    does: str = ""
    target: str = ""
    listed: bool = False

    @property
    def wishes(self) -> int:
        """How many wishes combine; the order of "the 5 largest" is none of its own."""
        ordered = bool(self.order) or bool(self.limit)
        more = (
            bool(self.fold) + bool(self.per) + bool(self.shown or self.readable) + bool(self.does)
        )
        return len(self.tests) + (self.kind in KINDS) + ordered + more

    @property
    def picky(self) -> bool:
        """Whether it is about some of the files of a kind only."""
        return any(test.order != NAMED for test in self.tests)


def query_of(pieces: Sequence[Piece]) -> Query:
    """Return what the pieces of a request ask for together.

    Raises:
        UnclearError: they do not go together, or not to one command.
    """
    said = _Said(pieces)
    tests = tuple(sorted(said.tests(), key=lambda test: test.order))
    order, limit = said.order()
    does, target = said.action()
    query = Query(
        said.kind(),
        said.starts(does),
        tests,
        order,
        limit,
        said.fold(),
        said.gives("per"),
        tuple(dict.fromkeys(key for it in said.of("shown") for key in it.gives.split())),
        bool(said.of("readable")),
        does,
        target,
    )
    _checked(query, said)
    return query


class _Said:
    """The pieces of a request, by what they are about."""

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self._pieces = pieces
        counted = Counter(
            (piece.part, piece.gives if piece.part in _SIDES else "")
            for piece in pieces
            if piece.part not in _SAME | _OFTEN
        )
        if any(count > 1 for count in counted.values()):
            raise UnclearError
        # Some words say something together with others only: "big files, over 1M".
        with_others = {"take": ("fold",), "sort": ("order",)}
        with_others |= {f"vague {piece.gives}": (piece.gives,) for piece in self.of("vague")}
        for part, others in with_others.items():
            if self.of(part.split()[0]) and not self.of(*others):
                raise UnclearError

    def of(self, *parts: str) -> list[Piece]:
        return [piece for piece in self._pieces if piece.part in parts]

    def gives(self, part: str) -> str:
        return next((piece.gives for piece in self.of(part)), "")

    def value(self, part: str) -> str:
        return next((value for piece in self.of(part) for value in piece.values), "")

    def tests(self) -> Iterator[Test]:
        any_case = bool(self.of("case"))
        if any_case and not self.of("kinds", "name", "text"):
            raise UnclearError
        made = {"a+x": "executable", "a-w": "read only"}.get(self.gives("mode"), "")
        if made and len(self.of(made)) != 1:
            raise UnclearError
        for piece in self._pieces:
            if piece.part == made:
                continue
            test = test_of(piece, any_case=any_case)
            if test is not None:
                yield test

    def kind(self) -> str:
        """Return what is asked for; a kind of file, or a size, is said of files only."""
        kinds = {piece.gives for piece in self.of("files")}
        of_files = bool(self.of("kinds", "named file", "media", "size", "text", "no text"))
        of_files |= any("size" in piece.gives for piece in self.of(*_ORDERS, "shown"))
        if self.of("kinds") and self.of("media"):
            raise UnclearError
        if self.of("owner") and any(piece.gives == "configs" for piece in self.of("media")):
            raise UnclearError  # they may belong to a package
        if of_files and kinds - {"files", "any", "hidden"}:
            raise UnclearError
        exact = self.value("exact")
        if exact.isalpha() and exact.islower() and kinds != {"folders"}:
            raise UnclearError  # the name alone, or with any ending?
        if len(kinds - {"any"}) > 1 or not (kinds or of_files):
            raise UnclearError
        if not kinds or (of_files and kinds == {"any"}):
            kinds = {"files"}
        kind = next(iter(kinds - {"any"}), "any")
        if kind == "any" and not self.of("where", "from", "here", "everywhere"):
            raise UnclearError
        return kind

    def starts(self, does: str) -> tuple[str, ...]:
        said = self.of("where", "from")
        places = [value for piece in said for value in piece.values]
        if self.of("from") and does not in ("move", "copy", "delete", "pack"):
            raise UnclearError
        if len(said) + len(self.of("here", "everywhere")) > 1:
            raise UnclearError
        if any(_NO_FOLDER.search(place) for place in places):
            raise UnclearError
        # What is in one folder "and not in /srv/b" is a comparison, if that is no part of it.
        apart = [v for piece in self.of("without") for v in piece.values if v[0] in "/~"]
        if not all(any(path.startswith(f"{p.rstrip('/')}/") for p in places) for path in apart):
            raise UnclearError
        return tuple(places) or (("/",) if self.of("everywhere") else (".",))

    def order(self) -> tuple[str, int]:
        """Return what comes first, and how many are wanted; 0 for all."""
        most = self.of(*_ORDERS[1:])
        orders = {piece.gives for piece in self.of(*_ORDERS)}
        limits = [value for piece in self.of("limit", "most") for value in piece.values]
        limits += ["1" for _ in self.of("the most")]
        wrong = not all(re.fullmatch(r"[1-9]\d*", limit) for limit in limits)
        if wrong or len(orders) > 1 or len(most) > 1 or len(limits) > 1:
            raise UnclearError
        many = MANY if most else 0
        return next(iter(orders), ""), int(limits[0]) if limits else many

    def fold(self) -> str:
        """Return what is made of all of them: their `count`, `total` or `average`, or `both`."""
        folds = {piece.gives for piece in self.of("fold")}
        fold = "both" if folds == {"count", "total"} else "".join(folds)
        if fold not in ("", "both", *FOLDS):
            raise UnclearError
        if self.of("average"):
            if fold not in ("average", ""):
                raise UnclearError
            return "average"
        if self.of("together") and not fold and self.gives("do") != "lines":
            raise UnclearError
        return fold or ("count" if self.of("per") else "")

    def action(self) -> tuple[str, str]:
        """Return what is to be done with the files, and where to."""
        does, target = self.gives("do"), self.value("target").rstrip("/") or "/"
        if self.of("chmod", "mode"):
            if does or len(self.of("chmod", "mode")) > 1:
                raise UnclearError
            mode = self.gives("mode") or self.value("chmod") or self.value("to mode")
            if not re.fullmatch(r"[0-7]{3,4}|a[-+][wx]", mode):
                raise UnclearError
            return f"chmod {mode}", ""
        if self.of("to mode"):
            raise UnclearError
        if does == "lines" and self.of("together"):
            return "all lines", ""
        if not self.of("target"):
            if does in ("put", "pack", "move", "copy"):
                raise UnclearError
            return does, ""
        return self._moved(does, target)

    def _moved(self, does: str, target: str) -> tuple[str, str]:
        archive = _ARCHIVE.search(target)
        if archive and does in ("put", "pack", "gzip"):
            return "pack", target
        if archive or _NO_FOLDER.search(target) or does not in ("put", "move", "copy"):
            raise UnclearError
        return "move" if does == "put" else does, target


def _checked(query: Query, said: _Said) -> None:
    """Refuse what does not go together.

    Raises:
        UnclearError: no command does all of it.
    """
    of_all, some = query.fold not in ("", "count"), bool(query.limit)
    clashes = (
        bool(query.does) and (query.fold or query.per or query.shown or query.readable),
        bool(query.does or of_all) and query.kind != "files" and not _empties(query),
        bool(query.fold and query.shown),
        query.does in ("lines", "all lines", "contents")
        and any("grep" in test.find for test in query.tests),
        bool(query.does and said.of("many most")),
        some and not query.order and bool(query.does or query.fold),
        some and query.fold == "count" and not query.per,
        of_all and bool(query.order) and not (some or query.per),
        sum(test.find.startswith("-daystart") for test in query.tests) > 1,
    )
    if any(clashes):
        raise UnclearError


def _empties(query: Query) -> bool:
    """Whether empty folders are to be deleted, all of those that a test finds."""
    empty = any(test.find == "-empty" for test in query.tests)
    return query.kind == "folders" and query.does == "delete" and empty and not query.limit
