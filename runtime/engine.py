"""The embedded model: a `ChatBackend` over llama.cpp, with adapters chosen by request."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any

from runtime import formats
from runtime.cache import Slots
from runtime.completion import Assembler
from runtime.formats import Rendered, Segment
from runtime.grammar import GrammarError
from runtime.llama import Context, Grammar, Model, physical_cores
from runtime.request import Generation, Request, Scoring
from runtime.sampling import Sampler
from runtime.scheduler import BATCH_TOKENS, LOGITS_READ, Scheduler
from runtime.types import BackendError, ChatPrompt, Delta, GenerationOptions

_GREEDY = GenerationOptions()


class DeltaStream(Iterator[Delta]):
    """The deltas of one completion. Closing it, or letting it go, frees the model for others."""

    def __init__(self, scheduler: Scheduler, request: Request) -> None:
        self._scheduler, self._request = scheduler, request
        self._items = scheduler.items(request)

    def __next__(self) -> Delta:
        item = next(self._items)
        assert isinstance(item, Delta)
        return item

    def close(self) -> None:
        """End the completion; nothing more comes."""
        self._scheduler.drop(self._request)
        self._items = iter(())

    def __del__(self) -> None:
        self.close()


class LlamaBackend:
    """A GGUF model in this process, safe to use from many threads at once.

    `adapters` are LoRA GGUF files by name, more can be loaded and unloaded while it answers;
    `format` is a name of `runtime.formats`. A
    conversation may be `context_tokens` long (less where the model was trained for less), up
    to `sequences` of them are answered at once, and all share a cache of `cache_tokens`
    (twice `context_tokens` unless given), in which earlier prompts stay for the next turn.

    Raises:
        BackendError: a file is missing or damaged, or the format is unknown.
    """

    def __init__(
        self,
        model_path: Path,
        *,
        format: str,
        adapters: Mapping[str, Path] | None = None,
        context_tokens: int = 4096,
        threads: int | None = None,
        sequences: int = 4,
        cache_tokens: int | None = None,
    ) -> None:
        try:
            self.format = formats.load(format)
        except ValueError as error:
            raise BackendError(f"{error}; see `mica models list`") from error
        self.name = Path(model_path).stem
        self._lock = threading.Lock()  # nothing reads the vocabulary while it is freed
        self._closed = False
        with contextlib.ExitStack() as undo:
            self._model = Model(Path(model_path))
            undo.callback(self._model.close)
            self._handles: dict[str | None, Any] = {None: None}
            for name, path in (adapters or {}).items():
                self._handles[name] = self._model.load_adapter(Path(path))
            self._adapters: set[str | None] = set(self._handles)
            self.context_tokens = min(context_tokens, self._model.trained_context)
            cells = max(cache_tokens or 2 * self.context_tokens, self.context_tokens)
            self._context = Context(
                self._model,
                cells=cells,
                sequences=sequences,
                threads=threads or physical_cores(),
                batch=BATCH_TOKENS,
                outputs=max(LOGITS_READ, sequences),
            )
            undo.pop_all()
        slots = Slots(sequences, cells)
        self._scheduler = Scheduler(self._model, self._context, slots, self._use_adapter)

    def stream(
        self,
        prompt: ChatPrompt,
        options: GenerationOptions = _GREEDY,
        *,
        adapter: str | None = None,
        cancel: threading.Event | None = None,
    ) -> DeltaStream:
        """Start a completion at once and return its deltas; the last has a finish reason.

        Raises:
            BackendError: the prompt does not fit, the adapter is unknown, a tool's schema
                cannot be held by a grammar, or the model was closed.
        """
        self._check(adapter, options)
        rendered = self.format.render(prompt)
        tokens = self.tokenize(rendered.segments)
        self._check_length(len(tokens))
        decoder = self.format.decoder(prompt, rendered)
        grammar = self._grammar(prompt, options)
        with self._lock:
            self._check_open()
            self._check(adapter, options)  # it may have been unloaded meanwhile
            options, ends = self._ends(rendered, options)
            request = Generation(
                tokens,
                adapter,
                min(len(tokens) + options.max_tokens, self.context_tokens),
                cancel,
                sampler=Sampler(options, Grammar(self._model, grammar) if grammar else None),
                assembler=Assembler(decoder, options),
                ends=ends,
                logprobs=options.logprobs,
            )
            self._scheduler.submit(request)
        return DeltaStream(self._scheduler, request)

    @property
    def adapters(self) -> frozenset[str]:
        """The names of the adapters that may be asked for."""
        known = frozenset(self._adapters)  # a copy first: others may load meanwhile
        return frozenset(name for name in known if name is not None)

    def load_adapter(self, name: str, path: Path) -> None:
        """Load one more adapter, between two tokens of whatever is being answered.

        A name stands for one file for good: its cache is kept by name. Loading a name that is
        there does nothing.

        Raises:
            BackendError: the file is missing or damaged, belongs to another base, or the model
                was closed.
        """

        def load() -> None:
            if name not in self._handles:
                self._handles[name] = self._model.load_adapter(Path(path))
            self._adapters.add(name)  # here: nothing can free it in between

        self._scheduler.between(load).result()

    def unload_adapter(self, name: str) -> None:
        """Refuse an adapter from now on, and free it when what uses it has ended.

        Raises:
            BackendError: there is no such adapter, or the model was closed.
        """

        def free() -> None:
            if name in self._adapters:
                return  # loaded again meanwhile
            self._scheduler.forget(name)
            self._context.use_adapter(None)
            self._model.free_adapter(self._handles.pop(name))

        with self._lock:
            self._check_open()
            self._check(name, _GREEDY)
            self._adapters.discard(name)
            self._scheduler.between(free, after=name)

    def tokenize(self, segments: Sequence[Segment]) -> list[int]:
        """Return token ids; control tokens are recognised in special segments only."""
        ids: list[int] = []
        with self._lock:
            self._check_open()
            for segment in segments:
                ids += self._model.tokenize(segment.text, special=segment.special)
        return ids

    def count_tokens(self, prompt: ChatPrompt) -> int:
        """Return how many tokens a prompt takes of `context_tokens`."""
        return len(self.tokenize(self.format.render(prompt).segments))

    def score(
        self,
        prompt: Sequence[Segment] | Sequence[int],
        continuation: str,
        *,
        adapter: str | None = None,
    ) -> float:
        """Return the log-likelihood of a continuation after a prompt, in nats.

        The continuation may name control tokens. Candidates that share a prompt share its
        evaluation, so ranking many costs little more than evaluating their own tokens.

        Raises:
            BackendError: prompt and continuation do not fit, or the adapter is unknown.
        """
        self._check(adapter, _GREEDY)
        segments = [item for item in prompt if isinstance(item, Segment)]
        tokens = self.tokenize(segments) + [item for item in prompt if isinstance(item, int)]
        start = len(tokens)
        tokens += self.tokenize([Segment(continuation, special=True)])
        if not start:
            raise BackendError("there is no prompt to score a continuation after; give one")
        if len(tokens) == start:
            return 0.0
        self._check_length(len(tokens) - 1)
        request = Scoring(tokens, adapter, len(tokens), start=start)
        with self._lock:
            self._check(adapter, _GREEDY)  # it may have been unloaded meanwhile
            self._scheduler.submit(request)
        for item in self._scheduler.items(request):
            assert isinstance(item, float)
            return item
        raise BackendError("the model was closed while it scored; open it again")

    def close(self) -> None:
        """End all completions as cancelled and free the memory; may be called twice."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._scheduler.close()
                self._context.close()
                self._model.close()

    def __enter__(self) -> LlamaBackend:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _use_adapter(self, name: str | None) -> None:
        self._context.use_adapter(self._handles[name])

    def _check_open(self) -> None:
        if self._closed:
            raise BackendError(f"the model {self.name} was closed; open it again")

    def _check(self, adapter: str | None, options: GenerationOptions) -> None:
        if adapter not in self._adapters:
            known = ", ".join(sorted(name for name in self._adapters if name)) or "none"
            raise BackendError(f"unknown adapter {adapter!r}; this model has: {known}")
        if options.max_tokens < 1:
            raise BackendError(f"max_tokens is {options.max_tokens}; ask for at least 1")

    def _check_length(self, tokens: int) -> None:
        if tokens == 0:
            raise BackendError("the prompt is empty; send at least one message")
        if tokens >= self.context_tokens:
            raise BackendError(
                f"the prompt has {tokens} tokens, but {self.name} reads fewer than "
                f"{self.context_tokens}; shorten it or start a new conversation"
            )

    def _grammar(self, prompt: ChatPrompt, options: GenerationOptions) -> str | None:
        try:
            return self.format.grammar(prompt, options)
        except GrammarError as error:
            raise BackendError(f"these tools cannot be offered: {error}") from error

    def _ends(
        self, rendered: Rendered, options: GenerationOptions
    ) -> tuple[GenerationOptions, frozenset[int]]:
        """Turn the format's stop texts into tokens, or into stop strings where they are none."""
        ids, texts = set(), []
        for text in rendered.stop:
            tokens = self._model.tokenize(text, special=True)
            if len(tokens) == 1:
                ids.add(tokens[0])
            else:
                texts.append(text)
        return replace(options, stop=(*options.stop, *texts)), frozenset(ids)
