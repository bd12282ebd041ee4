"""Adapters that come and go while the engine answers."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from runtime.engine import LlamaBackend
from runtime.types import BackendError, ChatPrompt, GenerationOptions, Message, collect

GREEDY = GenerationOptions(max_tokens=24)


@pytest.fixture
def engine(tiny_models: Path) -> Iterator[LlamaBackend]:
    """An engine that starts without adapters."""
    with LlamaBackend(tiny_models / "tiny.gguf", format="granite4", sequences=3) as backend:
        yield backend


def said(engine: LlamaBackend, adapter: str | None, text: str = "hello there") -> str:
    prompt = ChatPrompt((Message("user", text),))
    return collect(engine.stream(prompt, GREEDY, adapter=adapter)).text


@pytest.fixture(scope="module")
def expected(tiny_models: Path) -> dict[str | None, str]:
    """What engines say that had their one adapter from the start."""
    found: dict[str | None, str] = {}
    for name in (None, "1", "2"):
        adapters = {name: tiny_models / f"adapter-{name}.gguf"} if name else {}
        with LlamaBackend(
            tiny_models / "tiny.gguf", format="granite4", adapters=adapters
        ) as backend:
            found[name] = said(backend, name)
    assert len(set(found.values())) == 3, "the adapters make no difference"
    return found


def test_a_loaded_adapter_answers_as_if_it_had_always_been_there(
    engine: LlamaBackend, tiny_models: Path, expected: dict[str | None, str]
):
    assert said(engine, None) == expected[None]
    for name in ("1", "2"):
        engine.load_adapter(name, tiny_models / f"adapter-{name}.gguf")
    assert engine.adapters == {"1", "2"}
    for name in ("1", "2", None, "1", "1", "2"):
        assert said(engine, name) == expected[name]


def test_an_unloaded_adapter_is_refused_and_its_name_leaves_nothing_behind(
    engine: LlamaBackend, tiny_models: Path, expected: dict[str | None, str]
):
    engine.load_adapter("a", tiny_models / "adapter-1.gguf")
    assert said(engine, "a") == expected["1"]
    engine.unload_adapter("a")
    with pytest.raises(BackendError, match="unknown adapter 'a'"):
        said(engine, "a")
    with pytest.raises(BackendError, match="unknown adapter 'a'"):
        engine.score([1, 2, 3], "x", adapter="a")
    with pytest.raises(BackendError, match="unknown adapter"):
        engine.unload_adapter("a")
    assert said(engine, None) == expected[None]
    engine.load_adapter("a", tiny_models / "adapter-2.gguf")
    assert said(engine, "a") == expected["2"]


def test_what_is_being_answered_keeps_its_adapter_to_the_end(
    engine: LlamaBackend, tiny_models: Path, expected: dict[str | None, str]
):
    engine.load_adapter("1", tiny_models / "adapter-1.gguf")
    stream = engine.stream(ChatPrompt((Message("user", "hello there"),)), GREEDY, adapter="1")
    first = next(stream)
    engine.unload_adapter("1")
    assert "1" not in engine.adapters
    assert first.text + collect(stream).text == expected["1"]
    assert said(engine, None) == expected[None]


def test_an_adapter_that_is_loaded_again_before_it_was_freed_stays(
    engine: LlamaBackend, tiny_models: Path, expected: dict[str | None, str]
):
    engine.load_adapter("1", tiny_models / "adapter-1.gguf")
    stream = engine.stream(ChatPrompt((Message("user", "hello there"),)), GREEDY, adapter="1")
    engine.unload_adapter("1")
    engine.load_adapter("1", tiny_models / "adapter-1.gguf")
    assert collect(stream).text == expected["1"]
    assert said(engine, "1") == expected["1"]


def test_a_broken_adapter_is_an_error_and_the_engine_goes_on(
    engine: LlamaBackend, tmp_path: Path, expected: dict[str | None, str]
):
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"GGUF nonsense")
    with pytest.raises(BackendError, match="cannot load the adapter"):
        engine.load_adapter("b", broken)
    with pytest.raises(BackendError, match="no adapter file"):
        engine.load_adapter("c", tmp_path / "missing.gguf")
    assert engine.adapters == frozenset()
    assert said(engine, None) == expected[None]


def test_loading_and_unloading_while_others_answer(
    engine: LlamaBackend, tiny_models: Path, expected: dict[str | None, str]
):
    engine.load_adapter("1", tiny_models / "adapter-1.gguf")
    begun, done = threading.Event(), threading.Event()

    def change() -> None:
        while not done.is_set():
            engine.load_adapter("2", tiny_models / "adapter-2.gguf")
            begun.set()
            assert said(engine, "2") == expected["2"]
            engine.unload_adapter("2")

    with ThreadPoolExecutor(3) as pool:
        changing = pool.submit(change)
        try:
            assert begun.wait(300)
            others = [pool.submit(said, engine, name) for name in ("1", None) * 15]
            for future, name in zip(others, ("1", None) * 15, strict=True):
                assert future.result() == expected[name]
        finally:
            done.set()
        changing.result()


def test_a_closed_engine_loads_nothing(tiny_models: Path):
    engine = LlamaBackend(tiny_models / "tiny.gguf", format="granite4")
    engine.close()
    with pytest.raises(BackendError, match="closed"):
        engine.load_adapter("1", tiny_models / "adapter-1.gguf")
