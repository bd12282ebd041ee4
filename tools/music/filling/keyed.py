"""Readers that need a key: a chord by its degree, who borrows, whose dominants, where to begin."""

from __future__ import annotations

import contextlib

from tools.music.filling import keys, theory
from tools.music.filling.asked import Asked, readable
from tools.music.key import read_key
from tools.music.pitch import MusicError
from tools.music.roman import realise


def chord_or_degree(asked: Asked) -> str | None:
    """A chord by its name, or as a degree of the key that is named: "the V chord in F"."""
    named = theory.named_chord(asked)
    degree = None if named else theory.numerals(asked)
    home = keys.key(Asked.of(asked.text)) if degree else None
    if degree and home:
        with contextlib.suppress(MusicError):
            return realise(degree, read_key(home))[0].chord.symbol
    return named or theory.chord(asked)


def borrowing_key(asked: Asked) -> str | None:
    """The key that borrows; of a major key and its parallel minor, the major one."""
    named = {f.text: f for f in asked.values("k") if readable(f.text, read_key)}
    tonics = {read_key(text).tonic.name for text in named}
    if len(named) == 2 and len(tonics) == 1:
        home = next((f for text, f in named.items() if not read_key(text).minor_like), None)
        if home is not None:
            asked.taken += [(f.start, f.end) for f in named.values()]
            return home.text
    return keys.key(asked)


def key_of_dominants(asked: Asked) -> str | None:
    """The key whose dominants are asked for; the chord that one leads to is said too."""
    home = keys.key(asked)
    if home:
        for goal in asked.values("c"):
            asked.take(goal)
    return home


def circle_key(asked: Asked) -> str | None:
    """The key that the circle of fifths is gone around from; C where only the circle is named."""
    return keys.key(asked) or ("C" if asked.says(r"\bcircle\b|\bquintenzirkel\b") else None)
