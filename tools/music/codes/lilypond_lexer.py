"""LilyPond's text as tokens with their places. Scheme is skipped, never run."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

from tools.music.codes.limits import LARGEST_TEXT, TooLargeError
from tools.music.codes.problems import Problem, UnreadableError

_TOKEN = re.compile(
    r"""(?P<space>\s+|%\{.*?%\}|%[^\n]*)
    | (?P<string>"(?:\\.|[^"\\])*")
    | (?P<scheme>[\#$])
    | (?P<command>\\[A-Za-z]+(?:[-_][A-Za-z]+)*)
    | (?P<sign>\\\\|\\[()<>!\[\]=0-9]|<<|>>|[-^_](?=["\\])|[-^_][.^\->_+!|]|[-^_]\d)
    | (?P<word>[A-Za-z]+(?:-[A-Za-z]+)*)
    | (?P<number>\d+(?:/\d+)?)
    | (?P<one>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_MOST_TOKENS = LARGEST_TEXT // 2


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of text. `kind` is the name of its pattern, `at` its place in the text."""

    kind: str
    text: str
    at: int
    end: int


class Lexed:
    """The tokens of a text, and where each is."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(m.end() for m in re.finditer("\n", text))]
        self.tokens: list[Token] = []
        self.scheme = False
        at = 0
        while at < len(text):
            match = _TOKEN.match(text, at)
            assert match is not None  # the last pattern takes any character
            kind, end = str(match.lastgroup), match.end()
            if kind == "scheme":
                self.scheme = True
                end = self._past_scheme(text, end)
            elif kind != "space":
                self.tokens.append(Token(kind, match[0], at, end))
            if len(self.tokens) > _MOST_TOKENS:
                raise TooLargeError("the text is too long; give a shorter piece")
            at = end
        self.tokens.append(Token("end", "", len(text), len(text)))

    def place(self, token: Token) -> tuple[int, int]:
        """Return a token's line and column."""
        line = bisect_right(self._starts, token.at)
        return line, token.at - self._starts[line - 1] + 1

    def _past_scheme(self, text: str, at: int) -> int:
        """Return where a Scheme expression ends: an atom, a string or a list."""
        while text[at : at + 1] in ("'", "`", ",", "@", "#", "~"):
            at += 1
        if text[at : at + 1] == "{":
            end = text.find("#}", at)
            return len(text) if end < 0 else end + 2
        if text[at : at + 1] == '"':
            match = re.compile(r'"(?:\\.|[^"\\])*"', re.DOTALL).match(text, at)
            return match.end() if match else len(text)
        if text[at : at + 1] != "(":
            match = re.compile(r"[^\s(){}\"<>]*").match(text, at)
            return match.end() if match else at
        return self._past_list(text, at)

    def _past_list(self, text: str, start: int) -> int:
        depth, inside = 0, False
        for match in re.compile(r'\\.|["()]|;[^\n]*', re.DOTALL).finditer(text, start):
            sign = match[0]
            if sign == '"':
                inside = not inside
            elif not inside and sign == "(":
                depth += 1
            elif not inside and sign == ")":
                depth -= 1
                if depth == 0:
                    return match.end()
        line = bisect_right(self._starts, start)
        raise UnreadableError(
            Problem(line, start - self._starts[line - 1] + 1, None, "a Scheme list is not closed",
                    "close it with )")
        )  # fmt: skip
