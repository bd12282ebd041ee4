"""Sonic Pi's arguments, lists and numbers as they are written out."""

from __future__ import annotations

import re
from fractions import Fraction

_LIST = re.compile(r"^\[(.*)\](?:\.ring|\.ramp)?$|^\(?\s*ring\s*[( ](.*?)\)?$", re.DOTALL)
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


def arguments_of(text: str) -> list[str]:
    """Split arguments at commas outside of brackets."""
    if text.endswith(")") and text.count(")") > text.count("("):
        text = text[:-1]
    found, depth, start = [], 0, 0
    for place, sign in enumerate(text):
        depth += (sign in "([{") - (sign in ")]}")
        if sign == "," and depth == 0:
            found.append(text[start:place].strip())
            start = place + 1
    return [part for part in (*found, text[start:].strip()) if part]


def items_of(text: str) -> list[str] | None:
    """Return the items of a written-out list; None where the text is none."""
    match = _LIST.match(text.strip())
    return None if match is None else arguments_of((match[1] or match[2] or "").strip())


def value_of(text: str) -> Fraction | None:
    """Read a number, or a product or quotient of numbers."""
    plain = text.strip().strip("()")
    if not re.fullmatch(r"-?\d{1,7}(?:\.\d{1,9})?(?:\s*[*/]\s*\d{1,7}(?:\.\d{1,9})?)*", plain):
        return None
    sign = -1 if plain.startswith("-") else 1
    numbers = _NUMBER.findall(plain)
    value = Fraction(numbers[0])
    for operator, number in zip(re.findall(r"[*/]", plain), numbers[1:], strict=True):
        if operator == "/" and not Fraction(number):
            return None
        value = value * Fraction(number) if operator == "*" else value / Fraction(number)
    # Beats such as 0.333 mean a third.
    return sign * value.limit_denominator(96)
