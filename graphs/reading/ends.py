"""Reads "the next 3", "only the last two": another end of what was printed."""

from __future__ import annotations

import re

from graphs.reading.about import Said
from graphs.reading.picking import SHOW
from graphs.reading.printed import Step, headed, lines_of, piped
from runtime.values import shell

_ENDS = re.compile(
    rf"{SHOW}(?:only|just|no more than|at most|limit (?:it|that|them) to|cut (?:it|that) to|keep"
    r"|more|make (?:it|that))?\s*"
    r"(?:only |just )?(?:the\s+)?(?P<end>first|top|last|bottom|final)?\s*(?P<count>\d+|[a-z]+)?"
    r"(?:\s+(?:ones?|lines?|of (?:them|those|these)|entries|rows|results|files|commits|items"
    r"|processes|hits|matches|folders|is enough|are enough))*",
    re.IGNORECASE,
)
_NEXT = re.compile(
    rf"(?:and )?{SHOW}(?:the\s+)?(?:next|following)(?:\s+(?:\d+|[a-z]+))?(?:\s+(?:ones?|lines?))?"
    rf"|{SHOW}more"
    r"|(?:go on|continue|keep going)"
    rf"|{SHOW}(?P<rest>(?:all )?(?:the )?rest(?: of (?:it|them|the (?:file|lines)))?)",
    re.IGNORECASE,
)
_SHOWN = re.compile(
    r"head -n ?(?P<first>\d+) (?:-- )?(?P<of>[^\s|;&<>]+)"
    r"|tail -n \+(?P<skipped>\d+) (?P<file>[^\s|;&<>]+) \| head -n ?(?P<count>\d+)"
)
_ONE_END = re.compile(r"\b(?:first|last|top) (?:one|line|entry|row|result|match)?$", re.IGNORECASE)


def next_lines(wish: str, said: Said) -> Step | None:
    """Read "the next 3" behind the first lines of something."""
    found = _NEXT.fullmatch(wish)
    shown = _SHOWN.fullmatch(said.command) if found else None
    if found is None or shown is None or not lines_of(said):
        return None
    past = int(shown["skipped"] or 1) - 1 + int(shown["count"] or shown["first"])
    found_numbers = [value.text for value in shell.find(wish) if value.kind == "n"]
    numbers = [number for number in found_numbers if number.isdigit()]
    count = numbers[0] if numbers else shown["count"] or shown["first"]
    file = shown["file"] or shown["of"]
    if found["rest"]:
        return Step(f"tail -n +{past + 1} {file}", f"the rest of {file}")
    command = f"tail -n +{past + 1} {file} | head -n {count}"
    return Step(command, f"the next {count} lines of {file}")


def ends(wish: str, said: Said) -> Step | None:
    """Read "the first 3", "only the last two", "top 5", "40 lines"."""
    wish = wish.replace(",", " ")
    found = _ENDS.fullmatch(wish)
    lines = lines_of(said)
    values = list(shell.find(wish))
    numbers = [value.text for value in values if value.kind == "n" and value.text.isdigit()]
    count = int(numbers[0]) if len(numbers) == 1 and len(values) == 1 else 0
    if not values and _ONE_END.search(wish):
        count = 1
    if (
        not found
        or not count
        or not lines
        or not (found["end"] or re.search(r"lines?|only|just|more|top|make", wish))
    ):
        return None
    last = (found["end"] or "").lower() in ("last", "bottom", "final")
    limited = re.fullmatch(
        r"(?P<before>.*\b(?:(?P<program>head|tail)(?: -n)? ?|git (?:-C \S+ )?log .*?-n ?)-?)"
        r"(?P<count>\d+)(?P<after>(?: .*)?)",
        said.command,
    )
    if limited and (
        not found["end"] or (limited["program"] == "tail") == last or not limited["program"]
    ):
        command = f"{limited['before']}{count}{limited['after']}"
        return Step(command, f"the same, {count} of them")
    # "And the last 2" behind the first lines means the file's; "the last one" is one of them.
    of_these = re.search(r"\b(?:only|just|ones?|of (?:them|those|these))\b", wish, re.IGNORECASE)
    other = limited and limited["program"] and " | " not in said.command
    if limited and other and found["end"] and (count >= len(lines) or not of_these):
        program = "tail" if last else "head"
        command = f"{program} -n {count}{limited['after']}"
        return Step(command, f"the {'last' if last else 'first'} {count} instead")
    if not found["end"] and count > len(lines):
        return None
    which = f"{'last' if last else 'first'} {count if count > 1 else 'one'}"
    if headed(said.command) and not last:
        return Step(piped(said.command, f"head -n {count + 1}"), f"the {which} of what was printed")
    program = "tail" if last else "head"
    return Step(piped(said.command, f"{program} -n {count}"), f"the {which} of what was printed")
