"""Sonic Pi's lines and blocks: quotes, brackets, `do` and `end`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from tools.music.codes.limits import DEEPEST, TooLargeError
from tools.music.codes.problems import Reading
from tools.music.codes.sonic_pi_words import BLOCKS

_STRING = re.compile(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'')
_OPENS = re.compile(r"^\s*(if|unless|while|until|case|def|begin|for|module|class)\b")
_MOST_LINES = 20_000


@dataclass
class Line:
    """A statement and where it begins."""

    number: int
    column: int
    text: str


@dataclass
class Block:
    """Lines between `do` and `end`; `head` is the line that opens it."""

    head: Line | None
    body: list[Line | Block] = field(default_factory=list)


class BlockReader:
    """Reads a buffer into blocks, and reports what is not closed."""

    def __init__(self, text: str, reading: Reading) -> None:
        self._text, self._reading = text, reading

    def read(self) -> Block:
        """Return the outermost block.

        Raises:
            TooLargeError: it has too many lines, or nests too deeply.
        """
        return self._tree(list(self._lines()))

    def _lines(self) -> Iterator[Line]:
        """Yield statements; texts are blanked, comments dropped, open brackets joined."""
        held, start, depth = "", None, 0
        opened: list[tuple[str, int, int]] = []
        rows = self._text.splitlines()
        if len(rows) > _MOST_LINES:
            raise TooLargeError(f"more than {_MOST_LINES} lines; give a shorter buffer")
        for number, raw in enumerate(rows, start=1):
            if re.match(r"^=begin\b|^__END__", raw):
                break
            plain = _STRING.sub(lambda m: '"' + "_" * (len(m[0]) - 2) + '"', raw)
            plain = re.sub(r"#(?!\{).*", "", plain)
            if plain.count('"') % 2 or re.search(r"(?<!\w)'[^']*$", plain):
                column = max(plain.rfind('"'), plain.rfind("'")) + 1
                self._reading.report(number, column, "a text is not closed", "close the quote")
            self._brackets(plain, number, opened)
            depth = len(opened)
            held += (" " if held else "") + raw[: len(plain)].strip()
            start = start or number
            if depth == 0 and not plain.rstrip().endswith((",", "\\")):
                if plain.strip() or held.strip():
                    column = len(raw) - len(raw.lstrip()) + 1
                    yield from (
                        Line(start, column, part.strip()) for part in _split(held) if part.strip()
                    )
                held, start = "", None
        for sign, number, column in opened[:1]:
            self._reading.report(number, column, f"{sign!r} is never closed", "close it")
        if held.strip():
            yield Line(start or 1, 1, held)

    def _brackets(self, plain: str, number: int, opened: list[tuple[str, int, int]]) -> None:
        pairs = {")": "(", "]": "[", "}": "{"}
        for match in re.finditer(
            r"[()\[\]{}]", re.sub(r'"[^"]*"', lambda m: "_" * len(m[0]), plain)
        ):
            sign = match[0]
            if sign not in pairs:
                opened.append((sign, number, match.start() + 1))
            elif opened and opened[-1][0] == pairs[sign]:
                opened.pop()
            else:
                self._reading.report(
                    number, match.start() + 1, f"{sign!r} closes nothing", "remove it"
                )

    def _tree(self, lines: list[Line]) -> Block:
        root = Block(None)
        stack_: list[Block] = [root]
        for line in lines:
            word = line.text.split("(")[0].split()[0] if line.text.split("(")[0].split() else ""
            if line.text == "end" or re.match(r"end\b", line.text):
                if len(stack_) == 1:
                    self._reading.report(
                        line.number, line.column, "this `end` closes nothing", "remove it"
                    )
                else:
                    stack_.pop()
                continue
            plain = re.sub(r'"[^"]*"', '""', line.text)
            if re.search(r"\bdo\b\s*(\|[^|]*\|)?\s*$", plain) or (
                _OPENS.match(line.text) and not re.search(r"\bend\s*$", plain)
            ):
                block = Block(line)
                stack_[-1].body.append(block)
                stack_.append(block)
                if len(stack_) > DEEPEST:
                    raise TooLargeError(f"blocks are nested more than {DEEPEST} deep")
            else:
                self._missing_do(line, word)
                stack_[-1].body.append(line)
        for block in stack_[1:]:
            head = block.head or Line(1, 1, "")
            said = head.text.split()[0]
            self._reading.report(
                head.number, head.column, f"this `{said}` block is never closed", "add `end`"
            )
        return root

    def _missing_do(self, line: Line, word: str) -> None:
        times = re.search(r"\.times\s*$", line.text)
        inline = "{" in line.text or re.search(r"\bdo\b", line.text)
        if (word in BLOCKS and word not in ("at", "density") and not inline) or times:
            self._reading.report(
                line.number,
                line.column,
                f"`{line.text[:30]}` has no `do`",
                "end the line with `do`",
            )


def _split(text: str) -> list[str]:
    """Cut a line at semicolons outside of texts and brackets."""
    if ";" not in text:
        return [text]
    plain = _STRING.sub(lambda m: "_" * len(m[0]), text)
    cuts = [m.start() for m in re.finditer(";", plain)]
    return [text[a:b] for a, b in zip([0, *(c + 1 for c in cuts)], [*cuts, len(text)], strict=True)]


def sleeps(block: Block) -> bool:
    """Tell whether a block waits somewhere, or calls what may."""
    for item in block.body:
        if isinstance(item, Block):
            if sleeps(item):
                return True
        elif not re.match(
            r"(?:play|play_chord|sample|synth|use_\w+|puts|cue|control|set)\b(?!_)", item.text
        ) or re.search(r"\b(?:sleep|sync|wait)\b", item.text):
            return True
    return False
