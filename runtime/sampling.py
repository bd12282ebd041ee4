"""Chooses the next token from logits: greedy, temperature and top-p, under a grammar."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from runtime.llama import Grammar, Logits
from runtime.types import GenerationOptions

_FIRST_GUESSES = 64


class Sampler:
    """Samples the tokens of one completion.

    A grammar over the whole vocabulary is slow (5 to 25 ms for 100,000 tokens), so a token is
    sampled first and only that one is checked; where it is not allowed, the grammar is applied
    to the candidates and a second one is drawn. That gives the same distribution as masking
    first (up to where top-p cuts). llama.cpp does likewise.
    """

    def __init__(self, options: GenerationOptions, grammar: Grammar | None = None) -> None:
        self._options = options
        self._grammar = grammar
        self._random = np.random.default_rng(options.seed)

    def sample(self, logits: Logits) -> int:
        """Return the next token and move the grammar on; `logits` has shape (vocabulary,)."""
        token = self._draw(logits)
        if self._grammar is not None:
            if not self._grammar.allowed([token])[0]:
                token = self._draw_allowed(logits, self._grammar)
            self._grammar.accept(token)
        return token

    def _draw(self, logits: Logits) -> int:
        if self._options.temperature <= 0:
            return int(logits.argmax())
        scaled = logits.astype(np.float64) / self._options.temperature
        weights = np.exp(scaled - scaled.max())
        return self._pick(weights / weights.sum())

    def _pick(self, probabilities: NDArray[np.float64]) -> int:
        tokens = np.flatnonzero(probabilities)
        if self._options.top_p < 1:
            # Tokens below this bound are together less than 1 - top_p: none is ever needed.
            bound = (1 - self._options.top_p) / len(probabilities)
            tokens = np.flatnonzero(probabilities >= bound)
            tokens = tokens[np.argsort(-probabilities[tokens], kind="stable")]
            total = np.cumsum(probabilities[tokens])
            tokens = tokens[: int(np.searchsorted(total, self._options.top_p)) + 1]
        total = np.cumsum(probabilities[tokens])
        place = int(np.searchsorted(total, self._random.random() * total[-1], side="right"))
        return int(tokens[min(place, len(tokens) - 1)])

    def _draw_allowed(self, logits: Logits, grammar: Grammar) -> int:
        """Draw among the allowed tokens, the likeliest first where that is the answer."""
        if self._options.temperature <= 0 and len(logits) > _FIRST_GUESSES:
            likely = np.argpartition(-logits, _FIRST_GUESSES)[:_FIRST_GUESSES]
            likely = likely[np.argsort(-logits[likely], kind="stable")].astype(np.int32)
            allowed = grammar.allowed(likely)
            if allowed.any():
                return int(likely[int(allowed.argmax())])
        mask = grammar.allowed(np.arange(len(logits), dtype=np.int32))
        return self._draw(np.where(mask, logits, np.float32(-np.inf)))

    def close(self) -> None:
        """Free the grammar."""
        if self._grammar is not None:
            self._grammar.close()


def log_probability(logits: Logits, token: int) -> float:
    """Return the log-probability of a token, in nats, before any temperature or grammar."""
    top = float(logits.max())
    return float(logits[token]) - top - float(np.log(np.exp(logits - top).sum(dtype=np.float64)))
