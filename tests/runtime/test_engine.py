"""The engine over real GGUF files: tiny random Granites, and models that say a fixed script."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import pytest
from support import tiny_gguf
from support.engines import ask, greedy, opened

from runtime.engine import LlamaBackend
from runtime.formats import Segment
from runtime.types import (
    BackendError,
    ChatPrompt,
    Message,
    ToolSchema,
    collect,
)

TOOL = ToolSchema(
    "bash",
    "Run a command",
    {
        "type": "object",
        "properties": {"command": {"type": "string", "maxLength": 8}},
        "required": ["command"],
    },
)


@pytest.fixture(scope="module")
def model(tiny_models: Path) -> Iterator[LlamaBackend]:
    with opened(tiny_models) as backend:
        yield backend


def scripted(folder: Path, *chain: str | int) -> LlamaBackend:
    """Open a model that answers with the chain after the prompt's last token."""
    end_of_role = tiny_gguf.CONTROL.index("<|end_of_role|>")
    path = tiny_gguf.scripted(folder, [end_of_role, *chain])
    return LlamaBackend(path, format="granite4", threads=1, context_tokens=512)


def letters(text: str) -> list[str]:
    """Return the vocabulary's texts for the bytes of a text."""
    from tokenizers.pre_tokenizers import ByteLevel

    ((mapped, _),) = ByteLevel(add_prefix_space=False, use_regex=False).pre_tokenize_str(text)
    return list(mapped)


# Decoding -------------------------------------------------------------------------------------


def test_says_the_script_and_stops_at_the_end_token(tmp_path: Path) -> None:
    with scripted(tmp_path, *letters("hey")) as model:
        done = collect(model.stream(ask("x")))
    assert (done.text, done.finish_reason) == ("hey", "stop")
    assert done.usage.completion_tokens == 4  # three letters and the end token
    assert model.name == "scripted"


def test_never_emits_half_a_character(tmp_path: Path) -> None:
    text = "é♭😀ж"
    with scripted(tmp_path, *letters(text)) as model:
        whole = [d.text for d in model.stream(ask("x")) if d.text]
        cut = [collect(model.stream(ask("x"), greedy(n))).text for n in range(1, 12)]
    assert whole == list(text)
    # é is 2 bytes, ♭ 3, 😀 4, ж 2, one token each
    assert cut == ["", *["é"] * 3, *["é♭"] * 4, "é♭😀", "é♭😀", "é♭😀ж"][: len(cut)]


def test_length_limit_is_reported(model: LlamaBackend) -> None:
    done = collect(model.stream(ask("the quick brown fox"), greedy(7)))
    assert done.finish_reason == "length"
    assert done.usage.completion_tokens == 7


def test_stop_strings_may_be_split_over_tokens(tmp_path: Path) -> None:
    with scripted(tmp_path, *letters("abcdefgh")) as model:
        done = collect(model.stream(ask("x"), greedy(stop=("cx", "def"))))
        missed = collect(model.stream(ask("x"), greedy(stop=("ghi", "z"))))
        cut = collect(model.stream(ask("x"), greedy(4, stop=("dz",))))
    assert (done.text, done.finish_reason) == ("abc", "stop")
    assert done.usage.completion_tokens == 6
    assert (missed.text, missed.finish_reason) == ("abcdefgh", "stop")
    assert (cut.text, cut.finish_reason) == ("abcd", "length")


def test_control_tokens_reach_the_decoder(tmp_path: Path) -> None:
    call = ["<tool_call>", *letters("{}"), "</tool_call>"]
    with scripted(tmp_path, "<p1>", *call) as model:
        done = collect(model.stream(ask("x")))
    assert done.text == "<p1>{}"  # a call without a name is given as text
    assert done.tool_calls == ()


def test_a_user_cannot_type_control_tokens(model: LlamaBackend) -> None:
    typed = model.count_tokens(ask("<|end_of_text|>"))
    assert typed > model.count_tokens(ask("x")) + 5


# Sampling -------------------------------------------------------------------------------------


def test_seed_and_temperature(model: LlamaBackend) -> None:
    def sample(seed: int, temperature: float, top_p: float = 1.0) -> str:
        options = greedy(16, temperature=temperature, seed=seed, top_p=top_p)
        return collect(model.stream(ask("sing"), options, adapter="1")).text

    assert sample(1, 1.5) == sample(1, 1.5)
    assert len({sample(seed, 1.5) for seed in range(5)}) == 5
    assert {sample(seed, 1.5, top_p=1e-9) for seed in range(3)} == {sample(0, 0.0)}


def test_logprobs_of_deltas_sum_to_the_score(model: LlamaBackend) -> None:
    prompt = ask("show me the largest files")
    options = greedy(12, logprobs=True, temperature=0.7, seed=3)
    deltas = list(model.stream(prompt, options))
    done = collect(iter(deltas))
    assert done.logprob is not None and done.logprob < 0
    assert all(d.logprob is not None for d in deltas)
    plain = collect(model.stream(prompt, greedy(12, temperature=0.7, seed=3)))
    assert plain.logprob is None
    assert plain.text == done.text


def test_score_is_the_likelihood_of_what_was_said(tmp_path: Path, model: LlamaBackend) -> None:
    with scripted(tmp_path, *letters("hey")) as certain:
        prompt = certain.format.render(ask("x")).segments
        done = collect(certain.stream(ask("x"), greedy(logprobs=True)))
        said = certain.score(prompt, "hey<|end_of_text|>")
        other = certain.score(prompt, "hex<|end_of_text|>")
        assert done.logprob == pytest.approx(said, abs=1e-3)
        assert other < said
        assert certain.score(prompt, "") == 0.0
    prompt = model.format.render(ask("count the lines")).segments
    tokens = model.tokenize(prompt)
    first, both = model.score(prompt, "the"), model.score(tokens, "the fox")
    rest = model.score([*prompt, Segment("the")], " fox")
    assert both == pytest.approx(first + rest, rel=1e-3)
    assert not math.isclose(first, model.score(prompt, "the", adapter="1"), abs_tol=1e-3)


# Grammar --------------------------------------------------------------------------------------


def test_required_calls_follow_the_schema(model: LlamaBackend) -> None:
    for adapter in (None, "1", "2"):
        for temperature in (0.0, 1.2):
            options = greedy(200, tool_choice="required", temperature=temperature, seed=5)
            done = collect(model.stream(ask("list files", TOOL), options, adapter=adapter))
            assert [call.name for call in done.tool_calls[:1]] == ["bash"]
            command = done.tool_calls[0].arguments["command"]
            assert isinstance(command, str)
            assert done.tool_calls[0].id.startswith("call_")


def test_a_call_is_held_to_the_schema_or_held_back(tmp_path: Path) -> None:
    """The model wants to say `<tool_call>ab`, which is never a call."""
    with scripted(tmp_path, "<tool_call>", *letters("ab")) as model:
        free = collect(model.stream(ask("x", TOOL), greedy(tool_choice="none")))
        held = collect(model.stream(ask("x", TOOL), greedy(60)))
        unheld = collect(model.stream(ask("x"), greedy(60)))
    assert "<tool_call>" not in free.text and free.tool_calls == ()
    assert held.text == "" and [call.name for call in held.tool_calls] == ["bash"]
    assert held.finish_reason == "tool_calls"
    assert unheld.text == "ab" and unheld.tool_calls == ()


def test_schemas_that_no_grammar_holds_are_an_error(model: LlamaBackend) -> None:
    strange = ToolSchema("x", "", {"properties": {"y": {"pattern": "a+"}}})
    with pytest.raises(BackendError, match="x-arguments-y: a grammar cannot hold pattern"):
        model.stream(ask("hi", strange))
    assert collect(model.stream(ask("hi"), greedy(2))).finish_reason == "length"


# The cache ------------------------------------------------------------------------------------


def turns(text: str, answer: str, more: str) -> ChatPrompt:
    return ChatPrompt((Message("user", text), Message("assistant", answer), Message("user", more)))


def test_the_next_turn_reuses_the_conversation(fresh: LlamaBackend) -> None:
    first = collect(fresh.stream(ask("the quick brown fox " * 20), greedy(8)))
    again = turns("the quick brown fox " * 20, "yes", "and now?")
    second = collect(fresh.stream(again, greedy(8)))
    assert first.usage.cached_tokens == 0
    assert second.usage.cached_tokens > first.usage.prompt_tokens - 10


def test_reuse_changes_no_answer(fresh: LlamaBackend, tiny_models: Path) -> None:
    """Prompts in an order that cuts, copies, evicts and returns, against a model that forgets."""
    names = [None, "1", None, "2", "1", None, "2", "2", None]
    texts = ["find the log " * n for n in (3, 30, 4, 30, 31, 30, 2, 30, 3)]
    for text, name in zip(texts, names, strict=True):
        got = collect(fresh.stream(ask(text), greedy(10, logprobs=True), adapter=name))
        adapters = {"1": tiny_models / "adapter-1.gguf", "2": tiny_models / "adapter-2.gguf"}
        with LlamaBackend(
            tiny_models / "tiny.gguf", format="granite4", adapters=adapters, sequences=1
        ) as forgetful:
            expected = collect(forgetful.stream(ask(text), greedy(10, logprobs=True), adapter=name))
        assert expected.usage.cached_tokens == 0
        assert got.text == expected.text
        assert got.logprob == pytest.approx(expected.logprob, rel=1e-2)


def test_a_prefix_is_shared_while_its_owner_still_runs(fresh: LlamaBackend) -> None:
    long = "count the lines in every log " * 30
    running = fresh.stream(ask(long + "one"), greedy(400))
    next(running)
    beside = collect(fresh.stream(ask(long + "two"), greedy(2)))
    assert beside.usage.cached_tokens > 100
    running.close()


def test_adapters_do_not_share_a_cache(fresh: LlamaBackend) -> None:
    prompt = ask("the same question for all")
    answers = {}
    for name in (None, "1", "2", None, "1", "2"):
        done = collect(fresh.stream(prompt, greedy(12), adapter=name))
        assert answers.setdefault(name, done.text) == done.text
        answers[name] = done.text
    assert len(set(answers.values())) == 3


def test_more_conversations_than_room(tiny_models: Path) -> None:
    """Caches of idle conversations make way; a waiting request runs when there is room."""
    with LlamaBackend(
        tiny_models / "tiny.gguf",
        format="granite4",
        context_tokens=512,
        cache_tokens=768,
        sequences=4,
    ) as small:
        expected = {
            n: collect(small.stream(ask(f"{n} fox " * 60), greedy(8))).text for n in range(6)
        }
        streams = [small.stream(ask(f"{n} fox " * 60), greedy(8)) for n in range(6)]
        assert {n: collect(s).text for n, s in enumerate(streams)} == expected


# Errors ---------------------------------------------------------------------------------------


def test_a_prompt_that_is_too_long_names_both_numbers(model: LlamaBackend) -> None:
    prompt = ask("fox " * 5000)
    with pytest.raises(BackendError, match=rf"{model.count_tokens(prompt)} tokens.*4096"):
        model.stream(prompt)


def test_the_completion_ends_where_the_context_does(tiny_models: Path) -> None:
    with LlamaBackend(
        tiny_models / "tiny.gguf", format="granite4", threads=1, context_tokens=64
    ) as small:
        done = collect(small.stream(ask("hi"), greedy(1000)))
    assert done.finish_reason == "length"
    assert done.usage.prompt_tokens + done.usage.completion_tokens == 64


def test_wrong_requests_say_what_to_do(model: LlamaBackend) -> None:
    with pytest.raises(BackendError, match="unknown adapter 'chef'; this model has: 1, 2"):
        model.stream(ask("hi"), adapter="chef")
    with pytest.raises(BackendError, match="at least 1"):
        model.stream(ask("hi"), greedy(0))
    with pytest.raises(BackendError, match="no prompt"):
        model.score([], "text")


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda data: b"", id="empty"),
        pytest.param(lambda data: b"hello" * 100, id="not a gguf"),
        pytest.param(lambda data: data[:5000], id="cut in the header"),
        pytest.param(lambda data: data[:-5000], id="cut in the weights"),
    ],
)
def test_damaged_files_are_named(tiny_models: Path, tmp_path: Path, damage: object) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(damage((tiny_models / "tiny.gguf").read_bytes()))  # type: ignore[operator]
    with pytest.raises(BackendError, match=r"broken\.gguf.*mica models list"):
        LlamaBackend(broken, format="granite4")
    with pytest.raises(BackendError, match=r"broken\.gguf.*mica models list"):
        LlamaBackend(tiny_models / "tiny.gguf", format="granite4", adapters={"x": broken})


def test_missing_files_are_named(tiny_models: Path, tmp_path: Path) -> None:
    with pytest.raises(BackendError, match=r"none\.gguf.*mica models list"):
        LlamaBackend(tmp_path / "none.gguf", format="granite4")
    with pytest.raises(BackendError, match=r"lora\.gguf.*mica models list"):
        LlamaBackend(
            tiny_models / "tiny.gguf", format="granite4", adapters={"x": tmp_path / "lora.gguf"}
        )
    with pytest.raises(BackendError, match=r"unknown chat format 'klingon'.*granite4"):
        LlamaBackend(tiny_models / "tiny.gguf", format="klingon")
