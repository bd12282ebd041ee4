"""Sources are what an answer rests on, not all that was looked up."""

from __future__ import annotations

import pytest

from graphs.citing import cited
from runtime.types import Document, Message, ToolCall

RECIPE = Document("r", "largest", "", "recipe r", "du {path} | sort", {"path": "."}, "Largest")
OTHER = Document("o", "smallest", "", "recipe o", "du {path} | sort -r", {"path": "."}, "Smallest")
LINK = Document("p", "hard link", "A hard link is another name for the same file.", "note p")
FIFTH = Document("q", "fifth", "A fifth spans seven semitones.", "note q")
FOUND = (RECIPE, OTHER, LINK, FIFTH)


def _turn(*commands: str) -> list[Message]:
    calls = tuple(ToolCall(str(i), "bash", {"command": c}) for i, c in enumerate(commands))
    return [Message("user", "?"), Message("assistant", "", calls)]


@pytest.mark.parametrize(
    ("commands", "answer", "expected"),
    [
        (("du /srv | sort",), "Here.", ["r"]),
        (("du . | sort", "du . | sort -r"), "Here.", ["r", "o"]),
        (("ls",), "Here.", []),
        ((), "A hard link is another\nname for the same file.", ["p"]),
        (("ls",), "A fifth spans seven semitones.", ["q"]),
        ((), "Two names for one file.", ["p", "q"]),
    ],
)
def test_sources(commands: tuple[str, ...], answer: str, expected: list[str]):
    assert [d.id for d in cited(FOUND, _turn(*commands), answer)] == expected
