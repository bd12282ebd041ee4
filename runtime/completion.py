"""From tokens to deltas: whole characters, stop strings, log-probabilities."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import replace

from runtime.formats import Decoder
from runtime.types import Delta, FinishReason, GenerationOptions, Usage


class Assembler:
    """Puts the pieces of one completion through its format's decoder.

    `stopped` turns true when a stop string has come; it and all after it are left out.
    """

    def __init__(self, decoder: Decoder, options: GenerationOptions) -> None:
        self._decoder = decoder
        self._utf8 = codecs.getincrementaldecoder("utf-8")("replace")
        self._stops = tuple(stop for stop in options.stop if stop)
        self._held = ""
        self._logprob: float | None = 0.0 if options.logprobs else None
        self.stopped = False

    def add_logprob(self, logprob: float) -> None:
        """Count a token's log-probability towards the next delta."""
        self._logprob = (self._logprob or 0.0) + logprob

    def feed(self, piece: bytes) -> Iterator[Delta]:
        """Take a token's bytes; yield what is certain to be said."""
        text = self._utf8.decode(piece)
        if text:
            for delta in self._decoder.feed(text):
                yield from self._until_stop(delta)

    def finish(self, reason: FinishReason, usage: Usage) -> Iterator[Delta]:
        """Yield what was held back, then the delta with finish reason and usage.

        The bytes of half a character at the end are dropped.
        """
        last = Delta(finish_reason=reason)
        for delta in self._decoder.finish("stop" if self.stopped else reason):
            if delta.finish_reason is not None:
                last = replace(delta, text="")
            yield from self._until_stop(replace(delta, finish_reason=None))
        if self._held and not self.stopped:
            yield self._with_logprob(Delta(text=self._held))
        if self.stopped and last.finish_reason == "length":
            last = replace(last, finish_reason="stop")
        yield self._with_logprob(replace(last, usage=usage))

    def _until_stop(self, delta: Delta) -> Iterator[Delta]:
        if self.stopped:
            return
        if delta.text:
            text = self._visible(delta.text)
            if text:
                yield self._with_logprob(Delta(text=text))
        if delta.tool_call is not None and not self.stopped:
            if self._held:
                held, self._held = self._held, ""
                yield self._with_logprob(Delta(text=held))
            yield self._with_logprob(replace(delta, text=""))

    def _visible(self, text: str) -> str:
        """Return the text that cannot be part of a stop string any more."""
        if not self._stops:
            return text
        text = self._held + text
        found = [at for at in (text.find(stop) for stop in self._stops) if at >= 0]
        if found:
            self.stopped, self._held = True, ""
            return text[: min(found)]
        keep = max(_overlap(text, stop) for stop in self._stops)
        self._held = text[len(text) - keep :]
        return text[: len(text) - keep]

    def _with_logprob(self, delta: Delta) -> Delta:
        if self._logprob is None:
            return delta
        total, self._logprob = self._logprob, 0.0  # the next delta counts from nothing
        return replace(delta, logprob=total)


def _overlap(text: str, stop: str) -> int:
    """Return the length of the longest end of `text` that `stop` may begin with."""
    for length in range(min(len(text), len(stop) - 1), 0, -1):
        if text.endswith(stop[:length]):
            return length
    return 0
