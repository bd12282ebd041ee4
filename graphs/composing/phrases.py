"""Reads the words of a language from a file beside the modules.

`words` names parts of phrases, `phrases` lists them in the order in which they are looked for: what
a phrase is about, what it gives, and the ways to say it. A way is a regular expression, but that

- `[the|my]` may be left out, with the space beside it,
- `{over}` is a named part, `{z}` a value of these kinds, and `<pw>` one that is not kept,
- `(a|b)` keeps nothing, and `(=a|b)` keeps what was said.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from graphs.composing.reading import POLITE, Language, Phrase
from runtime.yaml_files import read_yaml

_NAMED = re.compile(r"\{([a-z][a-z ]*)\}")
_BEGINS = re.compile(r"(?:(?<=^)|(?<=[(|]))(?:\[[^][]+\] )+")
_MAY_BE = re.compile(r"\[([^][]+)\] ")
_GROUP = re.compile(r"\((?![?=])")
_KINDS = re.compile(r"<([a-z]+)>")
_WORD = {"name": r"[A-Za-z][\w-]*"}


@cache
def load(name: str) -> Language:
    """Return the language in a file of this folder.

    >>> any(phrase.part == "size" for phrase in load("files.yaml").phrases)
    True
    """
    told = read_yaml(Path(__file__).parent / name)
    words = dict(_WORD)
    for key, way in told["words"].items():
        words[key] = _pattern((way,), words)
    phrases = [Phrase(part, _pattern(ways, words), gives) for part, gives, *ways in told["phrases"]]
    fillers = POLITE - frozenset(told["no_fillers"].split()) | frozenset(told["fillers"].split())
    return Language(phrases, fillers)


def _pattern(ways: tuple[str, ...], words: Mapping[str, str]) -> str:
    """Return the ways to say something as one regular expression."""
    return f"(?:{'|'.join(_way(' '.join(way.split()), words) for way in ways)})"


def _way(way: str, words: Mapping[str, str]) -> str:
    way = _GROUP.sub("(?:", way)
    way = _BEGINS.sub(lambda found: _MAY_BE.sub(r"(?:(?:\1) )?", found[0]), way)
    way = re.sub(r" \[([^][]+)\]", r"(?: (?:\1))?", way).replace("(=", "(")
    way = _KINDS.sub(r"<[\1]\\d+>", way)
    return _NAMED.sub(lambda found: words.get(found[1], found[0]), way)
