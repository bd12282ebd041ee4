"""Words of a command line: literal text and the expansions in it.

The reader here is a third opinion beside the two parsers: it walks over a word's characters
by bash's quoting rules and accepts an expansion only where tree-sitter saw one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

Kind = Literal["text", "glob", "brace", "tilde", "variable", "substitution", "arithmetic", "opaque"]

_RUN = re.compile(r"[\w./:=,+@%^-]+")
_ANSI = {"n": "\n", "t": "\t", "\\": "\\", "'": "'", '"': '"'}
_SPECIAL = "*@#?-$!"
# Output that is one or more plain words, none of which starts with a dash.
_FIELD = "%[YmdFTHMSsjVAaBbyeDR]"
_TAME = re.compile(
    r"\$\(\s*(?:command -v [\w.+]+|nproc|whoami|hostname|uname -[rsmn]|id -[ug]n?|arch"
    rf"|date (?:-u )?(?:-d [\w@+]+ )?\+['\"]?{_FIELD}(?:[\w%:./-]| (?={_FIELD}))*['\"]?)\s*\)"
)
# Set at login and by bash itself; a command that assigns one of them is asked about.
_SHELL_VARIABLES = frozenset(
    "HOME USER LOGNAME SHELL HOSTNAME LANG UID EUID PPID RANDOM SECONDS ? $ #".split()
)


@dataclass(frozen=True)
class Piece:
    """A part of a word. `tame`: its expansion is one plain word without a leading dash."""

    kind: Kind
    text: str
    quoted: bool = False
    tame: bool = False


@dataclass(frozen=True)
class Word:
    """A word with its place in the source (characters)."""

    raw: str
    start: int
    end: int
    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str | None:
        """The word's value where it is certain before anything runs, else None."""
        if all(piece.kind in ("text", "tilde") for piece in self.pieces):
            return "".join(piece.text for piece in self.pieces)
        return None

    @property
    def prefix(self) -> str:
        """The literal text that the word is certain to start with."""
        out = ""
        for piece in self.pieces:
            if piece.kind not in ("text", "tilde"):
                break
            out += piece.text
        return out

    @property
    def shown(self) -> str:
        """The word as a person would write it, quotes left out."""
        return "".join(piece.text for piece in self.pieces)

    @property
    def opaque(self) -> bool:
        """Whether the word holds something that no table covers."""
        return any(piece.kind == "opaque" for piece in self.pieces)

    @property
    def splits(self) -> bool:
        """Whether the word may become none or several."""
        return any(
            piece.kind in ("glob", "brace", "opaque")
            or (piece.kind in ("variable", "substitution") and not (piece.quoted or piece.tame))
            for piece in self.pieces
        )

    @property
    def free(self) -> bool:
        """Whether the word may become an option, or several words of which one is an option."""
        solid = [piece for piece in self.pieces if piece.kind != "text" or piece.text]
        for position, piece in enumerate(solid):
            if piece.kind == "opaque":
                return True
            if piece.kind in ("variable", "substitution") and not piece.tame:
                if not piece.quoted or position == 0:
                    return True
            elif piece.kind in ("glob", "brace", "arithmetic") and position == 0:
                return True
        return False

    def variables(self) -> set[str]:
        """Return the names of variables that are expanded plainly."""
        return {piece.text[1:] for piece in self.pieces if piece.kind == "variable"}

    def with_value(self, name: str, value: str) -> Word:
        """Return the word with a variable's value in place of the variable."""
        pieces = tuple(
            Piece("text", value, True)
            if piece.kind == "variable" and piece.text == f"${name}"
            else piece
            for piece in self.pieces
        )
        return replace(self, pieces=pieces)

    def after(self, count: int) -> Word:
        """Return the word without its first `count` characters, which must be literal."""
        pieces = list(self.pieces)
        while count and pieces:
            head = pieces[0]
            pieces[0] = replace(head, text=head.text[count:])
            count -= min(count, len(head.text))
            if not pieces[0].text:
                pieces.pop(0)
        return replace(self, pieces=tuple(pieces))


def literal(text: str) -> Word:
    """Return a word of which nothing is expanded."""
    return Word(text, 0, 0, (Piece("text", text, True),))


@dataclass(frozen=True)
class Hole:
    """An expansion that the parser saw: where it ends and what it is."""

    end: int
    kind: Kind
    known: bool = True


def read_word(
    source: str, start: int, end: int, holes: Mapping[int, Hole], tame: frozenset[str]
) -> Word:
    """Read the word at `source[start:end]`; `tame` names variables with plain values."""
    reader = _Reader(source, start, end, holes, tame)
    return Word(source[start:end], start, end, tuple(_joined(reader.read())))


class _Reader:
    def __init__(
        self, source: str, start: int, end: int, holes: Mapping[int, Hole], tame: frozenset[str]
    ) -> None:
        self.source, self.start, self.end = source, start, end
        self.holes, self.tame = holes, tame
        self.at = start
        self.pieces: list[Piece] = []
        self.double = False

    def read(self) -> list[Piece]:
        while self.at < self.end:
            hole = self.holes.get(self.at)
            if hole is not None and self.start <= self.at and hole.end <= self.end:
                self._expansion(hole)
            elif self.double:
                self._in_double()
            else:
                self._outside()
        if self.double:
            self._add("opaque", "")
        return self.pieces

    def _add(self, kind: Kind, text: str, *, quoted: bool = False, tame: bool = False) -> None:
        self.pieces.append(Piece(kind, text, quoted, tame))

    def _expansion(self, hole: Hole) -> None:
        text = self.source[self.at : hole.end]
        kind: Kind = hole.kind if hole.known else "opaque"
        tame = False
        if kind == "variable":
            name = text[1:].strip("{}")
            plain = text in (f"${name}", f"${{{name}}}")
            text = f"${name}" if plain else text
            tame = plain and (name in self.tame or name in _SHELL_VARIABLES)
            tame = tame or (plain and self.double and f'"{name}' in self.tame)
            tame = tame or (plain and self.double and name in ("PWD", "OLDPWD"))
            tame = tame or bool(re.fullmatch(r"\$\{#\w+\}", text))
        elif kind == "substitution":
            tame = _TAME.fullmatch(text) is not None or text.startswith("<(")
        elif kind == "arithmetic":
            tame = True
        self._add(kind, text, quoted=self.double, tame=tame)
        self.at = hole.end

    def _dollar(self) -> None:
        following = self.source[self.at + 1 : min(self.at + 2, self.end)]
        bad = following.isalnum() or (following and following in "_{([" + _SPECIAL)
        if following == '"' and not self.double:
            bad = True
        self._add("opaque" if bad else "text", "$", quoted=self.double)
        self.at += 1

    def _in_double(self) -> None:
        char = self.source[self.at]
        if char == '"':
            self.double = False
            self._add("text", "", quoted=True)
        elif char == "\\" and self.at + 1 < self.end and self.source[self.at + 1] in '$`"\\\n':
            following = self.source[self.at + 1]
            self._add("opaque" if following == "\n" else "text", following, quoted=True)
            self.at += 1
        elif char == "$":
            return self._dollar()
        else:
            self._add("opaque" if char == "`" else "text", char, quoted=True)
        self.at += 1
        return None

    def _outside(self) -> None:
        char = self.source[self.at]
        if char == "'":
            self._single()
        elif char == '"':
            self.double = True
            self.at += 1
        elif char == "\\":
            following = self.source[self.at + 1 : min(self.at + 2, self.end)]
            kind: Kind = "opaque" if following in ("", "\n") else "text"
            self._add(kind, following, quoted=True)
            self.at += 2
        elif char == "$" and self.source[self.at + 1 : self.at + 2] == "'":
            self._ansi()
        elif char == "$":
            self._dollar()
        elif run := _RUN.match(self.source, self.at, self._next_hole()):
            self._add("text", run[0])
            self.at = run.end()
        else:
            self._plain(char)
            self.at += 1

    def _next_hole(self) -> int:
        """Return where the next expansion starts, so that plain text is taken up to there."""
        return min((at for at in self.holes if self.at < at < self.end), default=self.end)

    def _plain(self, char: str) -> None:
        if char in "`<>()|&; \t\n\r":
            self._add("opaque", char)
        elif (char in "*?[" and (self.start, self.end) != (self.at, self.at + 1)) or char in "*?":
            self._add("glob", char)
        elif char == "{" and self.source[self.at + 1 : self.at + 2] != "}":
            self._add("brace", char)
        elif char == "~" and self.at == self.start:
            self._add("tilde", char)
        else:
            self._add("text", char)

    def _single(self) -> None:
        stop = self.source.find("'", self.at + 1, self.end)
        if stop < 0:
            self._add("opaque", "'")
            self.at = self.end
            return
        self._add("text", self.source[self.at + 1 : stop], quoted=True)
        self.at = stop + 1

    def _ansi(self) -> None:
        match = re.compile(r"\$'((?:[^'\\]|\\[nt\\'\"])*)'").match(self.source, self.at, self.end)
        if match is None:
            self._add("opaque", "$'")
            self.at = self.end
            return
        text = re.sub(r"\\(.)", lambda escape: _ANSI[escape[1]], match[1])
        self._add("text", text, quoted=True)
        self.at = match.end()


def _joined(pieces: list[Piece]) -> list[Piece]:
    out: list[Piece] = []
    for piece in pieces:
        last = out[-1] if out else None
        if last and piece.kind == last.kind == "text" and last.quoted == piece.quoted:
            out[-1] = replace(last, text=last.text + piece.text)
        else:
            out.append(piece)
    return out
