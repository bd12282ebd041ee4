"""Measures the engine on a GGUF file, beside llama-cpp-python's own `Llama` in the same run.

    python -m benchmarks.engine [MODEL.gguf] [--adapter LORA.gguf] [--threads N] [--tokens N]

Each figure is the best of several tries (cancelling: the median), since other programs
disturb it; the engine and its peer take turns.
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from runtime.engine import LlamaBackend
from runtime.llama import physical_cores
from runtime.types import ChatPrompt, GenerationOptions, Message, ToolSchema

TRIES = 5
PROMPT_WORDS = 300
TOOL = ToolSchema(
    "bash",
    "Run a command",
    {"type": "object", "properties": {"command": {"type": "string"}}, "required": ["command"]},
)
_numbers = itertools.count()


def main() -> None:
    """Print all figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    shipped = sorted(Path("weights").glob("*.gguf"), key=lambda file: -file.stat().st_size)
    parser.add_argument("model", type=Path, nargs="?", default=shipped[0] if shipped else None)
    parser.add_argument("--adapter", type=Path)
    parser.add_argument("--threads", type=int, default=physical_cores())
    parser.add_argument("--tokens", type=int, default=128)
    args = parser.parse_args()
    if args.model is None:
        parser.error("there is no weights/*.gguf; name a model")
    adapters = {"a": args.adapter} if args.adapter else {}
    print(f"{args.model.name}, {args.threads} threads, {args.tokens} tokens")
    with LlamaBackend(
        args.model, format="granite4", adapters=adapters, threads=args.threads
    ) as model:
        _decoding(model, Peer(args.model, args.threads), args.tokens)
        _several(model, args.tokens)
        _first_token(model)
        _cancelling(model)
        _grammar(model, args.tokens)
        if adapters:
            _adapters(model)


class Peer:
    """The high-level class of llama-cpp-python, on tokens, greedy."""

    def __init__(self, path: Path, threads: int) -> None:
        from llama_cpp import Llama

        self._llama = Llama(
            str(path), n_ctx=4096, n_threads=threads, flash_attn=True, verbose=False
        )

    def seconds(self, prompt: list[int], tokens: int) -> float:
        """Return how long so many tokens took after the first one."""
        said = self._llama.generate(prompt, temp=0.0, reset=False)
        next(said)
        start = time.perf_counter()
        for _ in itertools.islice(said, tokens):
            pass
        return time.perf_counter() - start

    def completion_seconds(self, prompt: list[int], tokens: int) -> float:
        """Return the same for `create_completion`, which turns tokens into text as well."""
        start = time.perf_counter()
        done = self._llama.create_completion(prompt, max_tokens=tokens, temperature=0.0)
        count = done["usage"]["completion_tokens"]
        return (time.perf_counter() - start) * tokens / count


def _prompt(*tools: ToolSchema, same: bool = False) -> ChatPrompt:
    """Return a prompt that no earlier one shares more than its first words with."""
    start = "0" if same else str(next(_numbers))
    words = " ".join([start] + [f"file{n % 17}" for n in range(PROMPT_WORDS)])
    return ChatPrompt((Message("user", words),), tools)


def _best(measure: Callable[[], float]) -> float:
    return min(measure() for _ in range(TRIES))


def _decoding(model: LlamaBackend, peer: Peer, tokens: int) -> None:
    prompt = _prompt(same=True)
    ids = model.tokenize(model.format.render(prompt).segments)
    mine, loop, whole = [], [], []
    for _ in range(TRIES):
        mine.append(_engine_seconds(model, prompt, tokens))
        loop.append(peer.seconds(ids, tokens))
        whole.append(peer.completion_seconds(ids, tokens))
    rate, bare, text = (tokens / min(times) for times in (mine, loop, whole))
    print(
        f"decode: {rate:.0f} tokens/s; Llama.generate {bare:.0f} (ratio {rate / bare:.2f}), ",
        end="",
    )
    print(f"Llama.create_completion {text:.0f} (ratio {rate / text:.2f})")


def _engine_seconds(model: LlamaBackend, prompt: ChatPrompt, tokens: int) -> float:
    """Decode, past any end token that the model may choose, by asking as often as needed."""
    start, said = 0.0, 0
    while said < tokens:
        stream = model.stream(prompt, GenerationOptions(max_tokens=tokens + 1, temperature=0.0))
        next(stream)
        began = time.perf_counter()
        usage = [delta.usage for delta in stream][-1]
        start += time.perf_counter() - began
        said += max((usage.completion_tokens if usage else 0) - 1, 1)
    return start * tokens / said


def _several(model: LlamaBackend, tokens: int) -> None:
    def run() -> float:
        prompts = [_prompt(same=True) for _ in range(4)]
        counts = [0] * 4

        def work(i: int) -> None:
            options = GenerationOptions(max_tokens=tokens, temperature=1.0, seed=i)
            last = list(model.stream(prompts[i], options))[-1]
            counts[i] = last.usage.completion_tokens if last.usage else 0

        threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
        start = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return (time.perf_counter() - start) / sum(counts)

    print(f"four requests at once: {1 / _best(run):.0f} tokens/s together")


def _first_token(model: LlamaBackend) -> None:
    def measure(same: bool) -> float:
        prompt = _prompt(same=same)
        start = time.perf_counter()
        stream = model.stream(prompt, GenerationOptions(max_tokens=1))
        list(stream)
        return time.perf_counter() - start

    size = model.count_tokens(_prompt())
    measure(True)
    miss, hit = _best(lambda: measure(False)), _best(lambda: measure(True))
    print(f"first token after {size}: {miss * 1e3:.0f} ms, with a prefix hit {hit * 1e3:.1f} ms")


def _cancelling(model: LlamaBackend) -> None:
    def measure(wait_for_token: bool) -> float:
        cancel = threading.Event()
        long = ChatPrompt(
            (Message("user", " ".join(_prompt().messages[0].content for _ in range(2))),)
        )
        options = GenerationOptions(max_tokens=500, temperature=1.5)
        stream = model.stream(long, options, cancel=cancel)
        if wait_for_token:
            next(stream)
        else:
            time.sleep(0.02)
        start = time.perf_counter()
        cancel.set()
        for _ in stream:
            pass
        return time.perf_counter() - start

    decoding = statistics.median(measure(True) for _ in range(TRIES))
    reading = statistics.median(measure(False) for _ in range(TRIES))
    print(f"cancel: {decoding * 1e3:.0f} ms in decoding, {reading * 1e3:.0f} ms in a prompt")


def _grammar(model: LlamaBackend, tokens: int) -> None:
    def measure(*tools: ToolSchema) -> float:
        prompt = ChatPrompt(_prompt(same=True).messages, (TOOL,))
        if not tools:
            prompt = ChatPrompt(prompt.messages)
        options = GenerationOptions(max_tokens=tokens, tool_choice="required")
        stream = model.stream(prompt, options)
        start = time.perf_counter()
        usage = list(stream)[-1].usage
        return (time.perf_counter() - start) / (usage.completion_tokens if usage else 1)

    measure(TOOL), measure()
    free, held = _best(measure), _best(lambda: measure(TOOL))
    print(f"grammar: {held * 1e3:.2f} ms/token held to a call, {free * 1e3:.2f} free")


def _adapters(model: LlamaBackend) -> None:
    prompt = _prompt(same=True)
    for name in (None, "a"):
        list(model.stream(prompt, GenerationOptions(max_tokens=1), adapter=name))
    names = itertools.cycle([None, "a"])

    def once(name: str | None) -> float:
        start = time.perf_counter()
        list(model.stream(prompt, GenerationOptions(max_tokens=1), adapter=name))
        return time.perf_counter() - start

    same, switched = _best(lambda: once("a")), _best(lambda: once(next(names)))
    print(
        f"adapter: a token {same * 1e3:.1f} ms with the same, {switched * 1e3:.1f} after a switch"
    )


if __name__ == "__main__":
    sys.exit(main())
