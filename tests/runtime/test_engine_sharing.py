"""Many requests at once over one engine, and requests that end before their time."""

from __future__ import annotations

import asyncio
import gc
import threading
import time
from pathlib import Path

import pytest
from support import tiny_gguf
from support.engines import Watched, ask, greedy

from runtime.engine import LlamaBackend
from runtime.formats import Segment
from runtime.llama import Batch
from runtime.types import BackendError, Completion, collect

# Many at once ---------------------------------------------------------------------------------


def test_requests_at_once_answer_as_they_would_alone(fresh: LlamaBackend) -> None:
    jobs = [(f"question number {n} about the fox", [None, "1", "2"][n % 3]) for n in range(9)]
    alone = [collect(fresh.stream(ask(t), greedy(16), adapter=a)).text for t, a in jobs]
    results: list[Completion | None] = [None] * len(jobs)

    def work(index: int) -> None:
        text, adapter = jobs[index]
        results[index] = collect(fresh.stream(ask(text), greedy(16), adapter=adapter))

    threads = [threading.Thread(target=work, args=(i,)) for i in range(len(jobs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [done.text if done else None for done in results] == alone


def test_tokens_of_requests_are_interleaved(fresh: LlamaBackend) -> None:
    pieces: list[str] = []
    both = threading.Event()

    def told(asked: str) -> None:
        pieces.append(asked)
        both.wait(60)

    fresh.format = Watched(fresh.format, told)
    slow = fresh.stream(ask("first"), greedy(60))
    quick = fresh.stream(ask("second"), greedy(5), adapter="1")
    both.set()
    assert [collect(each).finish_reason for each in (quick, slow)] == ["length", "length"]
    end = len(pieces) - pieces[::-1].index("second")
    assert pieces[end:].count("first") > 30, "the first one waited for its turns only"


async def test_asyncio_may_run_streams_in_threads(fresh: LlamaBackend) -> None:
    def run(n: int) -> Completion:
        return collect(fresh.stream(ask(f"number {n}"), greedy(6)))

    done = await asyncio.gather(*(asyncio.to_thread(run, n) for n in range(6)))
    assert all(d.usage.completion_tokens == 6 for d in done)


# Cancelling -----------------------------------------------------------------------------------


def test_cancel_ends_a_stream_before_the_next_token(fresh: LlamaBackend) -> None:
    cancel = threading.Event()
    pieces: list[str] = []

    def told(asked: str) -> None:
        pieces.append(asked)
        if len(pieces) == 3:
            cancel.set()

    fresh.format = Watched(fresh.format, told)
    last = list(fresh.stream(ask("go on"), greedy(3500), cancel=cancel))[-1]
    assert last.finish_reason == "cancelled" and len(pieces) == 3
    assert last.usage is not None and last.usage.prompt_tokens > 0


def test_cancel_while_the_prompt_is_evaluated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tiny_gguf.model_gguf(tmp_path, layers=48)
    cancel, aborted = threading.Event(), threading.Event()
    ended: list[bool] = []
    with LlamaBackend(path, format="granite4", threads=1) as deep:
        context = deep._context
        evaluate, abort = context.evaluate, context.abort

        def evaluating(batch: Batch) -> bool:
            cancel.set()  # whoever waits for the first delta is to see it and abort this
            assert aborted.wait(60)
            ended.append(evaluate(batch))
            return ended[-1]

        def aborting(on: bool = True) -> None:
            abort(on)
            if on:
                aborted.set()

        monkeypatch.setattr(context, "evaluate", evaluating)
        monkeypatch.setattr(context, "abort", aborting)
        last = list(deep.stream(ask("a quick fox " * 1000), greedy(8), cancel=cancel))[-1]
        assert last.finish_reason == "cancelled"
        # What was left of the evaluation is gone too: another request runs at once.
        monkeypatch.setattr(context, "evaluate", evaluate)
        assert collect(deep.stream(ask("hi"), greedy(1))).usage.completion_tokens == 1
        assert ended == [False]


def test_cancelled_before_it_starts(fresh: LlamaBackend) -> None:
    cancel = threading.Event()
    cancel.set()
    done = collect(fresh.stream(ask("never"), greedy(), cancel=cancel))
    assert (done.text, done.finish_reason) == ("", "cancelled")


def test_an_abandoned_stream_frees_its_sequence(tiny_models: Path) -> None:
    with LlamaBackend(tiny_models / "tiny.gguf", format="granite4", sequences=1) as single:
        stream = single.stream(ask("forever"), greedy(3900))
        next(stream)
        stream.close()
        with pytest.raises(StopIteration):
            next(stream)
        assert collect(single.stream(ask("next"), greedy(2))).usage.completion_tokens == 2
        next(single.stream(ask("dropped without a word"), greedy(3900)))
        gc.collect()
        assert collect(single.stream(ask("next"), greedy(2))).usage.completion_tokens == 2


def test_closing_ends_what_runs(tiny_models: Path) -> None:
    backend = LlamaBackend(tiny_models / "tiny.gguf", format="granite4")

    def until_closing(asked: str) -> None:
        while not backend._scheduler._closing:
            time.sleep(0.01)

    backend.format = Watched(backend.format, until_closing)
    stream = backend.stream(ask("long"), greedy(3900))
    backend.close()
    backend.close()
    assert list(stream)[-1].finish_reason == "cancelled"
    with pytest.raises(BackendError, match="closed"):
        backend.stream(ask("again"))
    with pytest.raises(BackendError, match="closed"):
        backend.tokenize([Segment("x")])
