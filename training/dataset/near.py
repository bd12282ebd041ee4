"""How alike requests are: the same words, the same template, or nearly the same characters.

A template is a request with its values as tokens, as the shipped format marks them, so that
"count the lines of a.txt" and "count the lines of /srv/b.csv" are one. Nearness is Jaccard's of the
sets of character 5-grams, exact, found over an inverted index: a data set of feedback has thousands
of rows, not millions, and an exact figure is the same on every machine.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable

from runtime.values import ValueTable, mark, music, shell

GRAM = 5
_WORDS = re.compile(r"<[a-z]\d>|\w+")
_FINDERS = {"shell": shell.find, "music": music.find}


def words(text: str) -> str:
    """Return the words of a text alone, in lower case.

    >>> words("Count the lines, please: a.txt!")
    'count the lines please a txt'
    """
    return " ".join(re.findall(r"\w+", text.lower()))


def template(text: str, *, music: bool = False) -> str:
    """Return the words of a text with its values as tokens.

    >>> template("count the lines of /srv/b.csv")
    'count the lines of <p1>'
    """
    find = _FINDERS["music" if music else "shell"]
    marked = mark(" ".join(text.split()), find, ValueTable())
    return " ".join(_WORDS.findall(marked))


def slotted(text: str, request: str, *, music: bool = False) -> str:
    """Return a text with the values of a request in it as tokens.

    >>> slotted("wc -l /srv/b.csv", "count the lines of /srv/b.csv")
    'wc -l <p1>'
    """
    table = ValueTable()
    mark(" ".join(request.split()), _FINDERS["music" if music else "shell"], table)
    for token, value in sorted(table.values.items(), key=lambda pair: -len(pair[1])):
        text = text.replace(value, token)
    return text


def grams(text: str) -> frozenset[str]:
    """Return the character 5-grams of a text, its ends marked by spaces."""
    padded = f" {text} "
    return frozenset(padded[i : i + GRAM] for i in range(max(1, len(padded) - GRAM + 1)))


class Near:
    """Texts that can be asked for those nearest to a new one."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self._sizes: list[int] = []
        self._holders: defaultdict[str, list[int]] = defaultdict(list)
        for text in texts:
            self.add(text)

    def add(self, text: str) -> int:
        """Take a text in and return its number, from 0."""
        own = grams(text)
        for gram in own:
            self._holders[gram].append(len(self._sizes))
        self._sizes.append(len(own))
        return len(self._sizes) - 1

    def alike(self, text: str, least: float) -> list[tuple[float, int]]:
        """Return (nearness, number) of all texts at least so near, the nearest first."""
        own = grams(text)
        shared = Counter(number for gram in own for number in self._holders.get(gram, ()))
        near = ((n / (len(own) + self._sizes[i] - n), i) for i, n in shared.items())
        return sorted((pair for pair in near if pair[0] >= least), key=lambda p: (-p[0], p[1]))
