"""Parsing mini-notation: a text becomes a pattern."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction

from tools.music.codes import mini_pattern as patterns
from tools.music.codes.limits import DEEPEST, TooLargeError
from tools.music.codes.problems import Problem, UnreadableError

_WORD = re.compile(r"[A-Za-z][\w#'.]*(?<![.])|-?\d+(?:\.\d+)?(?!\.\.)|-?\.\d+")
_NUMBER = re.compile(r"\d{1,6}(?:\.\d{1,6})?|\.\d{1,6}")
_CHANCE = re.compile(r"\?(?:\d*\.?\d+)?")
_MOST_STEPS = 512


class MiniParser:
    """Reads one pattern; `place` tells the line and column of a place in its text."""

    def __init__(self, text: str, place: Callable[[int], tuple[int, int]]) -> None:
        self._text, self._place = text, place
        self._at = self._depth = 0
        self.random = False

    def parse(self) -> patterns.Pattern:
        """Return the pattern.

        Raises:
            UnreadableError: something in it has no meaning; the problem says where.
            TooLargeError: it nests too deeply or repeats too often.
        """
        found = self._stack("")
        if self._at < len(self._text):
            raise self._stop(f"{self._text[self._at]!r} closes nothing", "remove it")
        return found

    def _stop(self, message: str, hint: str, at: int | None = None) -> UnreadableError:
        line, column = self._place(self._at if at is None else at)
        return UnreadableError(Problem(line, column, None, message, hint))

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _space(self) -> None:
        while self._peek().isspace():
            self._at += 1

    def _stack(self, closing: str) -> patterns.Pattern:
        """Read up to `closing`: patterns at once (,), chosen by chance (|), or groups (.)."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise TooLargeError(f"patterns are nested more than {DEEPEST} deep; write it flatter")
        opened = self._at - 1
        rows = [self._steps(closing)]
        chance = False
        while self._peek() in (",", "|") and self._peek():
            chance = chance or self._peek() == "|"
            self._at += 1
            rows.append(self._steps(closing))
        if closing and self._peek() != closing:
            raise self._stop(
                f"{self._text[opened]!r} is never closed", f"close it with {closing}", opened
            )
        self._at += len(closing)
        self._depth -= 1
        self.random = self.random or chance
        return rows[0] if chance or len(rows) == 1 else patterns.Stack(rows)

    def _steps(self, closing: str) -> patterns.Pattern:
        groups: list[list[tuple[patterns.Pattern, Fraction]]] = [[]]
        while True:
            self._space()
            sign = self._peek()
            if not sign or sign in ("]", ">", "}", ",", "|", ")"):
                break
            if sign == "." and re.match(r"\.\s", self._text[self._at :]):
                self._at += 1
                groups.append([])
                continue
            self._step(groups[-1])
            if len(groups[-1]) > _MOST_STEPS:
                raise TooLargeError(f"more than {_MOST_STEPS} steps in a row; write fewer")
        if len(groups) > 1:
            rows = [(_of_steps(group), Fraction(1)) for group in groups if group]
            return patterns.Sequence(rows)
        return self._alternate(groups[0]) if closing == ">" else _of_steps(groups[0])

    def _alternate(self, steps: list[tuple[patterns.Pattern, Fraction]]) -> patterns.Pattern:
        if not steps:
            return patterns.Pattern()
        if any(weight != 1 for _, weight in steps):
            total = sum((weight for _, weight in steps), Fraction())
            return patterns.Fast(patterns.Sequence(steps), 1 / total)
        return patterns.Alternation([pattern for pattern, _ in steps])

    def _step(self, row: list[tuple[patterns.Pattern, Fraction]]) -> None:
        sign = self._peek()
        if sign in ("_", "!") and re.match(r"[_!](?:\s|$|[\]>},])", self._text[self._at :]):
            if not row:
                raise self._stop(f"{sign!r} has no step before it", "begin with a name or a note")
            self._at += 1
            pattern, weight = row[-1]
            if sign == "_":
                row[-1] = (pattern, weight + 1)
            else:
                row.append(row[-1])
            return
        pattern, weight, copies = self._modified(self._term())
        row.extend([(pattern, weight)] * copies)
        self._range(row)

    def _range(self, row: list[tuple[patterns.Pattern, Fraction]]) -> None:
        """Read `0 .. 3`."""
        match = re.match(r"\s*\.\.\s*(-?\d{1,6})", self._text[self._at :])
        first = row[-1][0]
        if match is None or not isinstance(first, patterns.Atom):
            return
        if not re.fullmatch(r"-?\d{1,6}", first.value) or abs(int(match[1])) > 10_000:
            raise self._stop("a range needs whole numbers", "write 0 .. 7")
        low, high = int(first.value), int(match[1])
        if abs(high - low) > _MOST_STEPS:
            raise TooLargeError(f"a range of more than {_MOST_STEPS} steps; write a shorter one")
        self._at += match.end()
        way = 1 if high >= low else -1
        for number in range(low + way, high + way, way):
            row.append((patterns.Atom(str(number)), Fraction(1)))

    def _term(self) -> patterns.Pattern:
        sign = self._peek()
        if sign in "[<{":
            self._at += 1
            inside = self._stack({"[": "]", "<": ">", "{": "}"}[sign])
            return self._polymeter(inside) if sign == "{" else inside
        if sign == "~" or (sign == "-" and not re.match(r"-[\d.]", self._text[self._at :])):
            self._at += 1
            return patterns.Pattern()
        match = _WORD.match(self._text, self._at)
        if match is None:
            raise self._stop(f"{sign!r} has no meaning here", "write names, notes, ~ and [ ] < >")
        self._at = match.end()
        number = re.compile(r":\d+").match(self._text, self._at)
        self._at = number.end() if number else self._at
        return patterns.Atom(match[0])

    def _polymeter(self, inside: patterns.Pattern) -> patterns.Pattern:
        rows = inside.patterns if isinstance(inside, patterns.Stack) else [inside]
        counts = [len(row.steps) if isinstance(row, patterns.Sequence) else 1 for row in rows]
        steps = counts[0]
        if self._peek() == "%":
            self._at += 1
            steps = int(self._number("%"))
        fast = [patterns.Fast(r, Fraction(steps, n)) for r, n in zip(rows, counts, strict=True)]
        return patterns.Stack(list(fast))

    def _modified(self, pattern: patterns.Pattern) -> tuple[patterns.Pattern, Fraction, int]:
        weight, copies = Fraction(1), 1
        while True:
            sign = self._peek()
            if sign in ("*", "/") and sign:
                self._at += 1
                factor = self._number(sign)
                pattern = patterns.Fast(pattern, factor if sign == "*" else 1 / factor)
            elif sign == "@":
                self._at += 1
                weight = self._number(sign)
            elif sign == "!":
                self._at += 1
                has = _NUMBER.match(self._text, self._at)
                copies += int(self._number(sign)) - 1 if has else 1
            elif sign == "?":
                self.random = True
                self._at = _past(_CHANCE, self._text, self._at)
            elif sign == "(":
                pattern = self._euclid(pattern)
            else:
                break
        if copies > _MOST_STEPS:
            raise TooLargeError(f"more than {_MOST_STEPS} copies; write fewer")
        return pattern, weight, copies

    def _number(self, sign: str) -> Fraction:
        bracket = re.compile(r"[<\[]\s*(\d{1,6}(?:\.\d{1,6})?)[^\]>]*[\]>]").match(
            self._text, self._at
        )
        match = bracket or _NUMBER.match(self._text, self._at)
        if match is None:
            raise self._stop(f"{sign!r} needs a number after it", f"write e.g. {sign}2")
        self._at = match.end()
        self.random = self.random or bool(bracket and " " in bracket[0])
        value = Fraction(bracket[1] if bracket else match[0])
        if not Fraction(1, 256) <= value <= 256:
            raise self._stop(f"{value} after {sign!r}", "write a number from 1 to 256")
        return value

    def _euclid(self, pattern: patterns.Pattern) -> patterns.Pattern:
        match = re.compile(
            r"\(\s*<?(-?\d{1,3})[^,>]*>?\s*,\s*<?(\d{1,3})[^,>)]*>?\s*(?:,\s*<?(-?\d{1,3})[^)]*)?\)"
        ).match(self._text, self._at)
        if match is None or not 0 < int(match[2]) <= 128:
            raise self._stop(
                "cannot read this rhythm", "write hits and steps: bd(3,8) or bd(3,8,2)"
            )
        self._at = match.end()
        return patterns.Euclid(pattern, int(match[1]), int(match[2]), int(match[3] or 0))


def _past(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at)
    return match.end() if match else at


def _of_steps(steps: list[tuple[patterns.Pattern, Fraction]]) -> patterns.Pattern:
    if not steps:
        return patterns.Pattern()
    return patterns.Sequence(steps)
