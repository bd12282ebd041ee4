"""Disturbs wordings the way people do: politeness, casing, typing errors, missing marks."""

from __future__ import annotations

import random
import re

OPENINGS = (
    "please ",
    "pls ",
    "hey, ",
    "hi, ",
    "can you ",
    "could you please ",
    "i need you to ",
    "i want to ",
    "ok, now ",
    "so ",
    "hello! ",
    "quick one: ",
    "would you ",
    "help me ",
    "now ",
    "and then ",
    "right, ",
)
CLOSINGS = (
    "",
    " please",
    " thanks",
    " thank you",
    ", thanks!",
    " pls",
    " for me",
    "?",
    ".",
    "!",
    " ?",
    ", ok?",
    " now",
    " if you can",
    " asap",
)
FILLERS = ["just", "really", "actually", "quickly", "maybe", "basically", "simply"]


def disturb(template: str, rng: random.Random) -> str:
    """Return the wording with small disturbances; `{slots}` stay whole.

    Half of all wordings come back as they are.
    """
    if rng.random() < 0.5:
        return template
    text = template
    if rng.random() < 0.35:
        text = rng.choice(OPENINGS) + text[0].lower() + text[1:]
    if rng.random() < 0.35:
        text = text.rstrip("?.! ") + rng.choice(CLOSINGS)
    if rng.random() < 0.15:
        text = _insert(text, rng.choice(FILLERS), rng)
    if rng.random() < 0.2:
        text = _typo(text, rng)
    if rng.random() < 0.12:
        text = _drop_small_word(text, rng)
    return text


def _insert(text: str, word: str, rng: random.Random) -> str:
    words = text.split(" ")
    words.insert(rng.randint(0, len(words)), word)
    return " ".join(words)


def _typo(text: str, rng: random.Random) -> str:
    spots = [m for m in re.finditer(r"[a-z]{5,}", text) if not _inside_slot(text, m.start())]
    if not spots:
        return text
    spot = rng.choice(spots)
    word = spot[0]
    place = rng.randint(1, len(word) - 2)
    changed = rng.choice(
        (
            word[:place] + word[place + 1] + word[place] + word[place + 2 :],
            word[:place] + word[place + 1 :],
            word[:place] + word[place] + word[place:],
        )
    )
    return text[: spot.start()] + changed + text[spot.end() :]


def _drop_small_word(text: str, rng: random.Random) -> str:
    spots = list(re.finditer(r"\b(?:the|a|an|me|of|all|my) ", text))
    if not spots:
        return text
    spot = rng.choice(spots)
    return text[: spot.start()] + text[spot.end() :]


def _inside_slot(text: str, position: int) -> bool:
    return text.rfind("{", 0, position) > text.rfind("}", 0, position)
