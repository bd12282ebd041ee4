"""Which of two is more, asked behind two turns that measured one each: "which is bigger?"."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence

from graphs.reading.lines import core
from graphs.reading.printed import Step, judged

_MORE = r"longer|bigger|larger|greater|heavier|higher|more|longest|biggest|largest|most|highest"
_LESS = r"shorter|smaller|lighter|lower|fewer|less|shortest|smallest|lowest|fewest|least"
_WHICH = re.compile(
    r"(?:tell me |so |show me )?which (?:(?:one|file|folder|of (?:the two|them|these|those|both))"
    r"(?: of (?:the two|them|these|those))? )*(?:is|has|was|takes|uses|contains|holds|had) "
    rf"(?:the )?(?:{_MORE}|(?P<less>{_LESS}))"
    r"(?: one| (?:lines|files|words|rows|errors|space|entries))*",
    re.IGNORECASE,
)
_MEASURED = re.compile(r"\s*[\d.,]+[KMGT]?i?B?(?P<name>\s+\S.*)?\s*")


def compared(text: str, commands: Sequence[str], outputs: Sequence[str]) -> Step | None:
    """Return the command that compares what the last two have measured; None for another wish.

    >>> compared("which is longer?", ["wc -l a", "wc -l b"], ["3 a", "4 b"]).command
    '{ wc -l a; wc -l b; } | sort -rh | head -n 1'
    >>> compared("which has less?", ["grep -c x a", "grep -c x b"], ["3", "4"]).command
    '{ echo "$(grep -c x a)" a; echo "$(grep -c x b)" b; } | sort -h | head -n 1'
    """
    wish = _WHICH.fullmatch(core(text))
    if wish is None or len(commands) < 2 or len(outputs) != len(commands):
        return None
    pair = list(commands[-2:])
    measured = [_MEASURED.fullmatch(output) for output in outputs[-2:]]
    names = _differing(*pair)
    if not all(measured) or not names or any(judged(each).verdict != "allow" for each in pair):
        return None
    bare = not all(found and found["name"] for found in measured)
    if bare:
        pair = [f'echo "$({c})" {shlex.quote(n)}' for c, n in zip(pair, names, strict=True)]
    order = "sort -h" if wish["less"] else "sort -rh"
    return Step(f"{{ {'; '.join(pair)}; }} | {order} | head -n 1", f"{names[0]} or {names[1]}")


def _differing(one: str, other: str) -> list[str]:
    """Return the words by which two commands differ, where it is one word in each."""
    try:
        words, others = shlex.split(one), shlex.split(other)
    except ValueError:
        return []
    if len(words) != len(others):
        return []
    pairs = [(a, b) for a, b in zip(words, others, strict=True) if a != b]
    return list(pairs[0]) if len(pairs) == 1 else []
