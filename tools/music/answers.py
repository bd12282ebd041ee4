"""Turning theory into tool results: errors as ToolError, music as artifacts."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import ParamSpec

from tools import ToolError, ToolResult
from tools.music.chord import Chord
from tools.music.pitch import MusicError, Pitch

P = ParamSpec("P")


def musical(function: Callable[P, ToolResult]) -> Callable[P, ToolResult]:
    """Let a function's MusicError reach the model as a ToolError."""

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> ToolResult:
        try:
            return function(*args, **kwargs)
        except MusicError as problem:
            raise ToolError(str(problem)) from problem

    return run


def names(pitches: Iterable[Pitch]) -> str:
    """Join the names of notes with spaces."""
    return " ".join(str(pitch) for pitch in pitches)


def symbols(chords: Iterable[Chord]) -> str:
    """Join the symbols of chords with spaces."""
    return " ".join(chord.symbol for chord in chords)


def spelled(chords: Iterable[Chord], most: int = 16) -> str:
    """List each different chord with its notes: `Dm7: D F A C · G7: G B D F`."""
    distinct = list(dict.fromkeys(chords))
    return " · ".join(f"{c.symbol}: {names(c.pitches)}" for c in distinct[:most])


def plural(count: int, noun: str) -> str:
    """Return the count with its noun: `1 flat`, `3 flats`, `no flats`."""
    return f"{count or 'no'} {noun}{'' if count == 1 else 's'}"
