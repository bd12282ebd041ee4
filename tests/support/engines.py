"""Engines over tiny random models, and a look into what they do while they do it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from runtime.engine import LlamaBackend
from runtime.formats import Decoder, Format, Rendered
from runtime.types import ChatPrompt, Delta, GenerationOptions, Message, ToolSchema


def opened(models: Path) -> LlamaBackend:
    """Open `tiny.gguf` with its adapters 1 and 2 and room for three conversations."""
    adapters = {name: models / f"adapter-{name}.gguf" for name in ("1", "2")}
    return LlamaBackend(models / "tiny.gguf", format="granite4", adapters=adapters, sequences=3)


def ask(text: str, *tools: ToolSchema) -> ChatPrompt:
    """Return a prompt of one request."""
    return ChatPrompt((Message("user", text),), tools)


def greedy(tokens: int = 24, **more: object) -> GenerationOptions:
    """Return options that take the likeliest token."""
    return GenerationOptions(max_tokens=tokens, **more)  # type: ignore[arg-type]


class Watched:
    """A format that tells of each piece of text, in the engine's thread: it waits meanwhile."""

    def __init__(self, real: Format, told: Callable[[str], object]) -> None:
        self._real, self._told = real, told

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def decoder(self, prompt: ChatPrompt, rendered: Rendered) -> Decoder:
        """Return the real decoder; `told` is called with the request before each piece."""
        real = self._real.decoder(prompt, rendered)
        told, asked = self._told, prompt.messages[-1].content

        class Telling:
            finish = staticmethod(real.finish)

            def feed(self, piece: str) -> Iterator[Delta]:
                told(asked)
                return real.feed(piece)

        return Telling()
