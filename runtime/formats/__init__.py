"""Chat formats: one file a template family; the file's name is the format's name.

Each file has the same three functions: `render` turns a prompt into segments, `grammar`
gives the GBNF that holds a tool call to the tools' schemas, `decoder` turns the pieces of
text that the model emits into deltas.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol, cast

from runtime.types import ChatPrompt, Delta, FinishReason, GenerationOptions


@dataclass(frozen=True)
class Segment:
    """A stretch of prompt text. Control tokens are recognised only where `special` is set,

    so that a user who types `<|end_of_text|>` types ordinary characters.
    """

    text: str
    special: bool = False


@dataclass(frozen=True)
class Rendered:
    """A prompt ready for the tokenizer, with what the decoder needs to read the answer.

    `stop` lists the texts of control tokens that end a completion.
    """

    segments: tuple[Segment, ...]
    stop: tuple[str, ...] = ()
    state: Any = field(default=None, compare=False)


class Decoder(Protocol):
    """Turns emitted text into deltas. One instance a completion."""

    def feed(self, piece: str) -> Iterator[Delta]:
        """Take the next piece of text, control tokens included; yield what is certain."""
        ...

    def finish(self, reason: FinishReason) -> Iterator[Delta]:
        """Yield what was held back, then a delta with the final finish reason."""
        ...


class Format(Protocol):
    """What a file in this folder offers."""

    def render(self, prompt: ChatPrompt) -> Rendered:
        """Turn a prompt into segments that end where the assistant's turn begins."""
        ...

    def grammar(self, prompt: ChatPrompt, options: GenerationOptions) -> str | None:
        """Return GBNF for the whole completion, or None where anything may be said."""
        ...

    def decoder(self, prompt: ChatPrompt, rendered: Rendered) -> Decoder:
        """Return a decoder for one completion of `rendered`."""
        ...


def load(name: str) -> Format:
    """Return the format called `name`.

    Raises:
        ValueError: there is no such format; the text lists those that exist.
    """
    if name not in names():
        raise ValueError(f"unknown chat format {name!r}; known: {', '.join(names())}")
    return cast(Format, importlib.import_module(f"runtime.formats.{name}"))


def names() -> list[str]:
    """List the formats, by file name."""
    from pathlib import Path

    return sorted(p.stem for p in Path(__file__).parent.glob("[a-z]*.py"))


def text_of(segments: Iterable[Segment]) -> str:
    """Return the text of all segments, for logs, snapshots and training."""
    return "".join(segment.text for segment in segments)
