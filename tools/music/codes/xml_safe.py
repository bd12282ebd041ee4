"""XML read in bounded memory: no entities, no depth without end, no tree of the whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from xml.parsers import expat

from tools.music.codes.limits import DEEPEST, TooLargeError
from tools.music.codes.problems import Problem, UnreadableError

MOST_ELEMENTS, MOST_IN_ONE = 400_000, 60_000
_LONGEST_TEXT = 10_000


class Node:
    """An element with its place in the text."""

    __slots__ = ("attributes", "children", "column", "line", "tag", "text")

    def __init__(self, tag: str, attributes: dict[str, str], line: int, column: int) -> None:
        self.tag, self.attributes = tag, attributes
        self.line, self.column = line, column
        self.children: list[Node] = []
        self.text = ""

    def find(self, path: str) -> Node | None:
        """Return the first element on a path of tags."""
        node = self
        for tag in path.split("/"):
            for child in node.children:
                if child.tag == tag:
                    node = child
                    break
            else:
                return None
        return node

    def all(self, tag: str) -> Iterator[Node]:
        """Yield the children of a tag."""
        return (child for child in self.children if child.tag == tag)

    def value(self, path: str, default: str = "") -> str:
        """Return the text of the first element on a path."""
        node = self.find(path)
        return node.text.strip() if node is not None else default

    def number(self, path: str, default: int = 0) -> int:
        """Return the whole number of the first element on a path; the default where it is none."""
        try:
            return int(float(self.value(path, str(default))))
        except (ValueError, OverflowError):
            return default


class SafeXml:
    """Calls `finished` with every element of a tag in `kept`, whole, and then drops it.

    `opened` is told every start tag outside of those.
    """

    def __init__(
        self,
        kept: frozenset[str],
        finished: Callable[[Node], None],
        opened: Callable[[Node], None],
    ) -> None:
        self._kept, self._finished, self._opened = kept, finished, opened
        self._stack: list[Node] = []
        self._depth = self._elements = self._inside = 0
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters
        self._parser.EntityDeclHandler = self._entity

    def read(self, data: bytes) -> None:
        """Read a document.

        Raises:
            UnreadableError: it is not well-formed, or declares entities.
            TooLargeError: it has too many elements, or they are nested too deeply.
        """
        try:
            self._parser.Parse(data, True)
        except expat.ExpatError as error:
            said = expat.errors.messages.get(error.code, str(error))
            raise UnreadableError(
                Problem(error.lineno, error.offset + 1, None, f"the XML is broken: {said}",
                        "close every element that was opened, and nothing twice")
            ) from None  # fmt: skip

    def _entity(self, *_: object) -> None:
        raise UnreadableError(
            Problem(self._parser.CurrentLineNumber, self._parser.CurrentColumnNumber + 1, None,
                    "the file declares XML entities, which are not read", "remove the DTD")
        )  # fmt: skip

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        self._elements += 1
        if self._depth > DEEPEST:
            raise TooLargeError(f"XML elements are nested more than {DEEPEST} deep; no score is")
        if self._elements > MOST_ELEMENTS:
            raise TooLargeError(f"more than {MOST_ELEMENTS} XML elements; give a shorter score")
        parser = self._parser
        node = Node(tag, attributes, parser.CurrentLineNumber, parser.CurrentColumnNumber + 1)
        if self._stack:
            self._inside += 1
            if self._inside > MOST_IN_ONE:
                raise TooLargeError(f"more than {MOST_IN_ONE} XML elements in one measure")
            self._stack[-1].children.append(node)
            self._stack.append(node)
        elif tag in self._kept:
            self._inside = 0
            self._stack.append(node)
        else:
            self._opened(node)

    def _end(self, tag: str) -> None:
        self._depth -= 1
        if self._stack:
            node = self._stack.pop()
            if not self._stack:
                self._finished(node)

    def _characters(self, text: str) -> None:
        if self._stack and len(self._stack[-1].text) < _LONGEST_TEXT:
            self._stack[-1].text += text[:_LONGEST_TEXT]
