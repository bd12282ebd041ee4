"""Which build answers a conversation, over real tiny models, while the registry changes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from support import tiny_gguf
from support.builds import two_builds
from support.graph_parts import World

from graphs.assistant import Assistant
from graphs.events import Answered, Event, Routed
from graphs.serving import Local
from graphs.settings import Settings
from runtime.models.entry import ModelFile
from runtime.models.registry import Registry
from runtime.types import BackendError, ChatPrompt, GenerationOptions, Message, collect

GREEDY = GenerationOptions(max_tokens=16)
SHORT = Settings(max_tokens=16, max_steps=1, threads=1)


@pytest.fixture
def registry(tmp_path: Path, tiny_models: Path) -> Registry:
    return two_builds(tmp_path, tiny_models)


@pytest.fixture
def serving(registry: Registry) -> Iterator[Local]:
    local = Local(SHORT, registry)
    yield local
    local.close()


def said(serving: Local, name: str, specialist: str = "sysadmin") -> str:
    build = serving.build(name)
    prompt = ChatPrompt((Message("user", "hello there"),))
    with serving.opened(name) as backend:
        adapter = build.adapter(specialist)
        assert adapter is not None
        return collect(backend.stream(prompt, GREEDY, adapter=adapter)).text


def test_promote_and_rollback_reach_what_is_open(serving: Local, registry: Registry):
    first = said(serving, serving.assign("a"))
    registry.promote("second")
    assert serving.assign("a", "tiny") == "second"
    second = said(serving, "second")
    assert second != first
    registry.rollback()
    assert serving.assign("a", "second") == "tiny"
    assert said(serving, "tiny") == first


def test_builds_share_one_base_and_their_equal_adapters(serving: Local, registry: Registry):
    engine = serving.engine
    assert {name.split()[0] for name in engine.adapters} == {"sysadmin", "composer"}
    registry.challenge("second", 0.5)
    for number in range(10):
        serving.assign(f"thread-{number}")
    assert serving.engine is engine
    assert len(engine.adapters) == 3, "both builds have the same composer"
    assert said(serving, "second", "composer") == said(serving, "tiny", "composer")


def test_an_adapter_that_nobody_uses_is_let_go(serving: Local, registry: Registry):
    before = serving.engine.adapters
    registry.challenge("second", 1.0)
    assert serving.assign("new") == "second"
    assert len(serving.engine.adapters) > len(before)
    with serving.opened("second") as backend:
        registry.withdraw()
        assert serving.assign("new", "second") == "tiny"
        # A turn that began with the challenger ends with it.
        adapter = serving.build("second").adapter("sysadmin")
        assert collect(
            backend.stream(ChatPrompt((Message("user", "hi"),)), GREEDY, adapter=adapter)
        ).finish_reason
    assert serving.engine.adapters == before


def test_a_turn_that_waited_finds_its_build_again(serving: Local, registry: Registry):
    """An approval may come long after the build of its turn was let go."""
    first = said(serving, "tiny")
    registry.promote("second")
    assert serving.assign("other") == "second"
    kept = serving.engine.adapters
    assert said(serving, "tiny") == first
    assert serving.engine.adapters == kept, "it is let go again"


def test_a_build_of_another_base_gets_an_engine_of_its_own(
    serving: Local, registry: Registry, tmp_path: Path
):
    other = tiny_gguf.model_gguf(tmp_path / "other", seed=7)
    entry = replace(registry.entry("tiny"), name="other", file=ModelFile(other), adapter_files={})
    registry.register(entry)
    first, engine = said(serving, "tiny"), serving.engine
    registry.promote("other")
    assert serving.assign("a", "tiny") == "other"
    assert serving.engine is not engine
    with pytest.raises(BackendError, match="closed"):
        engine.stream(ChatPrompt((Message("user", "hi"),)))
    registry.rollback()
    assert serving.assign("a", "other") == "tiny"
    assert said(serving, "tiny") == first


def test_a_broken_build_does_not_take_the_server_down(serving: Local, registry: Registry):
    broken = registry.entry("second").adapters["sysadmin"]
    good = broken.read_bytes()
    registry.challenge("second", 1.0)
    broken.write_bytes(b"short")
    assert serving.assign("a") == "tiny"
    broken.write_bytes(good)
    registry.promote("second")
    broken.write_bytes(b"short")
    assert serving.assign("a") == "tiny", "what answered goes on"
    broken.write_bytes(good)
    assert serving.assign("a") == "second"


def test_a_broken_registry_does_not_take_the_server_down(serving: Local, registry: Registry):
    (registry.folder / "registry.json").write_text("{")
    assert serving.assign("a") == "tiny"
    assert said(serving, "tiny")


def test_a_named_model_is_served_whatever_is_promoted(registry: Registry):
    pinned = Local(SHORT.model_copy(update={"model": "tiny"}), registry)
    registry.promote("second")
    assert pinned.assign("a", "second") == "tiny"
    pinned.close()


def test_a_build_that_is_gone_is_the_champion(serving: Local):
    assert serving.build("never was").name == "tiny"
    assert serving.build(None).name == "tiny"


@pytest.fixture
def assistant(serving: Local, tmp_path: Path) -> Iterator[Assistant]:
    """An assistant whose model is the tiny one; its gibberish is the answer."""
    world = World(tmp_path)
    plain = world.assistant([], settings=SHORT)
    parts = replace(plain.parts, backend=serving.engine, serving=serving, tools={}, knowledge=None)
    made = Assistant(parts, tmp_path / "builds.db")
    yield made
    made.close()
    plain.close()


def asked(assistant: Assistant, conversation: str) -> list[Event]:
    events = list(assistant.stream(conversation, "list the files"))
    assert isinstance(events[-1], Answered), events[-1]
    return events


def answered_by(assistant: Assistant, conversation: str) -> list[tuple[str, str]]:
    """Return build and role of every answer in the transcript."""
    rows = assistant.parts.store.transcript(conversation)
    return [(meta["build"], meta["role"]) for _, _, meta in rows if "message_id" in meta]


def test_the_build_is_in_the_transcript_and_the_events(assistant: Assistant, registry: Registry):
    asked(assistant, "one")
    registry.challenge("second", 1.0)
    asked(assistant, "one")
    (routed,) = [e for e in asked(assistant, "two") if isinstance(e, Routed)]
    assert (routed.build, routed.role) == ("second", "challenger")
    registry.promote()
    asked(assistant, "one")
    assert answered_by(assistant, "one") == [
        ("tiny", "champion"),
        ("tiny", "champion"),
        ("second", "champion"),
    ]
    assert answered_by(assistant, "two") == [("second", "challenger")]
    (_, _, meta) = assistant.parts.store.transcript("two")[-1]
    adapter = registry.entry("second").adapter_files["sysadmin"].sha256
    assert adapter and meta["adapter_build"] == f"sysadmin {adapter[:16]}"


def test_a_turn_at_work_ends_with_the_build_it_began_with(assistant: Assistant, registry: Registry):
    events = assistant.stream("one", "list the files")
    first = next(events)
    assert isinstance(first, Routed) and first.build == "tiny"
    registry.promote("second")
    asked(assistant, "two")
    assert isinstance(list(events)[-1], Answered)
    assert answered_by(assistant, "one")[0][0] == "tiny"
    assert answered_by(assistant, "two") == [("second", "champion")]


def test_promotions_while_many_ask_drop_no_conversation(assistant: Assistant, registry: Registry):
    def talk(name: str) -> None:
        for _ in range(4):
            asked(assistant, name)

    threads = [threading.Thread(target=talk, args=(f"c{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        registry.promote("second")
        registry.rollback()
        threads[0].join(0.02)
    for thread in threads:
        thread.join()
    for number in range(4):
        builds = answered_by(assistant, f"c{number}")
        assert len(builds) == 4 and {name for name, _ in builds} <= {"tiny", "second"}
