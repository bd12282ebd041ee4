"""What a scheduler runs: a completion to generate, or a continuation to score."""

from __future__ import annotations

import queue
import threading
from abc import ABC, abstractmethod
from dataclasses import dataclass, field

from runtime.cache import Slot
from runtime.completion import Assembler
from runtime.llama import Logits, Model
from runtime.sampling import Sampler, log_probability
from runtime.types import Delta, FinishReason, Usage

Item = Delta | float | Exception | None  # None: there is no more


@dataclass(eq=False)
class Request(ABC):
    """Tokens to evaluate. `out` receives deltas or a score, then None; or an error.

    `limit` is the most that prompt and completion may reach together; the first `evaluated`
    tokens lie in the cache, of which `cached` were there before.
    """

    tokens: list[int]
    adapter: str | None
    limit: int
    cancel: threading.Event | None = None
    out: queue.SimpleQueue[Item] = field(default_factory=queue.SimpleQueue)
    slot: Slot | None = None
    evaluated: int = 0
    cached: int = 0
    dropped: bool = False

    @property
    def cancelled(self) -> bool:
        """Say whether nobody waits for this request any more."""
        return self.dropped or (self.cancel is not None and self.cancel.is_set())

    @property
    def slot_number(self) -> int:
        """Return the number of the slot that a running request has."""
        assert self.slot is not None
        return self.slot.number

    @property
    @abstractmethod
    def reusable(self) -> int:
        """Return how many tokens may come from the cache."""

    @property
    @abstractmethod
    def goal(self) -> int:
        """Return how many tokens are to be evaluated before the next logits decide."""

    @abstractmethod
    def reads(self, position: int) -> bool:
        """Say whether the logits at a position are needed."""

    @abstractmethod
    def take(self, position: int, logits: Logits, model: Model) -> bool:
        """Use the logits of a position; True when the request is done."""

    def end(self, reason: FinishReason) -> None:
        """Put the last items into `out`."""
        self.out.put(None)

    def fail(self, error: Exception) -> None:
        """Put an error into `out`."""
        self.out.put(error)


@dataclass(eq=False, kw_only=True)
class Generation(Request):
    """A completion. `ends` are tokens that end it, besides the model's own."""

    sampler: Sampler
    assembler: Assembler
    ends: frozenset[int] = frozenset()
    logprobs: bool = False
    prompt: int = field(init=False)

    def __post_init__(self) -> None:
        self.prompt = len(self.tokens)

    @property
    def reusable(self) -> int:
        """Return all of the prompt but its last token, whose logits are needed."""
        return self.prompt - 1

    @property
    def goal(self) -> int:
        """Return the number of tokens there are."""
        return len(self.tokens)

    def reads(self, position: int) -> bool:
        """Say whether this is the last token."""
        return position == len(self.tokens) - 1

    def take(self, position: int, logits: Logits, model: Model) -> bool:
        """Sample the next token and say it."""
        token = self.sampler.sample(logits)
        self.tokens.append(token)
        if self.logprobs:
            self.assembler.add_logprob(log_probability(logits, token))
        if token in self.ends or model.ends(token):
            self.end("stop")
            return True
        for delta in self.assembler.feed(model.piece(token)):
            self.out.put(delta)
        if self.assembler.stopped:
            self.end("stop")
        elif len(self.tokens) >= self.limit:
            self.end("length")
        else:
            return False
        return True

    def end(self, reason: FinishReason) -> None:
        """Say what was held back, and why the completion ends."""
        self.sampler.close()
        usage = Usage(self.prompt, len(self.tokens) - self.prompt, self.cached)
        for delta in self.assembler.finish(reason, usage):
            self.out.put(delta)
        self.out.put(None)

    def fail(self, error: Exception) -> None:
        """Free the grammar and report the error."""
        self.sampler.close()
        self.out.put(error)


@dataclass(eq=False, kw_only=True)
class Scoring(Request):
    """The log-likelihood of the tokens from `start` on, in nats."""

    start: int
    total: float = 0.0

    @property
    def reusable(self) -> int:
        """Return all before the token whose logits give the first score."""
        return self.start - 1

    @property
    def goal(self) -> int:
        """Return the number of tokens but the last, after which nothing is scored."""
        return len(self.tokens) - 1

    def reads(self, position: int) -> bool:
        """Say whether the token after this one is scored."""
        return position >= self.start - 1

    def take(self, position: int, logits: Logits, model: Model) -> bool:
        """Add the log-probability of the token that follows."""
        self.total += log_probability(logits, self.tokens[position + 1])
        if position + 1 < self.goal:
            return False
        self.out.put(self.total)
        self.end("stop")
        return True
