"""What is wrong with a code, where, and how to put it right; and what reading it gave."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from tools.music.codes.model import Piece
from tools.music.pitch import MusicError

MOST_PROBLEMS = 20


@dataclass(frozen=True, order=True)
class Problem:
    """Something wrong at a place. Lines and columns count from 1, 0 where there are none (MIDI
    tells bytes in its message); `bar` counts from 1.
    """

    line: int
    column: int
    bar: int | None
    message: str
    hint: str = ""

    def __str__(self) -> str:
        where = [f"line {self.line}, column {self.column}"] if self.line else []
        where += [f"bar {self.bar}"] if self.bar is not None else []
        start = f"{', '.join(where)}: " if where else ""
        return f"{start}{self.message}{f'; {self.hint}' if self.hint else ''}"


@dataclass
class Reading:
    """What reading a code gave: problems, what was passed over, and the music, where there is any.

    `facts` are counts that a format can give besides those of the piece.
    """

    problems: list[Problem] = field(default_factory=list)
    passed_over: list[str] = field(default_factory=list)
    piece: Piece | None = None
    facts: list[str] = field(default_factory=list)

    def report(
        self, line: int, column: int, message: str, hint: str = "", *, bar: int | None = None
    ) -> None:
        """Add a problem, once."""
        found = Problem(line, column, bar, message, hint)
        if found not in self.problems[-MOST_PROBLEMS:]:
            self.problems.append(found)

    def pass_over(self, what: str) -> None:
        """Note, once, what is in the code and is not read."""
        if what not in self.passed_over:
            self.passed_over.append(what)


class UnreadableError(MusicError):
    """A code in which nothing can be read; `problem` says where it stopped."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def text_of(code: str | bytes) -> str:
    """Return a code as text.

    Raises:
        UnreadableError: it is not text.
    """
    if isinstance(code, str):
        return code
    try:
        return code.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = code.decode("latin-1")
    if "\0" in text:
        raise UnreadableError(
            Problem(0, 0, None, "this is not text", "is it the file of another format?")
        )
    return text


def quarters(length: Fraction) -> str:
    """Say a length: `3 quarters`, `1/2 quarter`.

    >>> quarters(Fraction(7, 2)), quarters(Fraction(1))
    ('3 1/2 quarters', '1 quarter')
    """
    whole, rest = divmod(length, 1)
    said = " ".join(str(part) for part in (whole, rest) if part) or "0"
    return f"{said} quarter{'' if 0 < length <= 1 else 's'}"
