"""Follow-ups of requests about music: the wordings, and the rows that are drawn from them."""

from __future__ import annotations

import random
import re

import pytest

from agents.specialist import load_all
from runtime.values import TOKEN
from runtime.yaml_files import read_yaml
from tools.music.tools import TOOLS
from training import mixture
from training.music_turns import MusicTurnRows
from training.rows import composer_data, slots_of

FOLDER = mixture.DATA / "composer"
OFFERED = load_all()["composer"].tools
ARGUMENTS = {
    tool.name: list(tool.schema.parameters["properties"]) for tool in TOOLS if tool.name in OFFERED
}


@pytest.fixture(scope="module")
def pairs():
    return read_yaml(FOLDER / "followups.yaml")


@pytest.fixture(scope="module")
def rows():
    return list(MusicTurnRows(composer_data(), TOOLS, random.Random(2)).rows(1))


def test_every_tool_is_followed_and_follows(pairs):
    assert len(pairs) >= 120
    assert sum(len(pair["says"]) for pair in pairs) >= 900
    followed = {name for pair in pairs for name in pair["from"]}
    assert followed == {pair["to"] for pair in pairs} <= set(ARGUMENTS) and len(followed) >= 18


def test_every_argument_is_said_or_taken_over_or_may_be_left_away(pairs):
    needed = {t.name: set(t.schema.parameters.get("required", ())) for t in TOOLS}
    for pair in pairs:
        inherit = pair.get("inherit") or {}
        for said in pair["says"]:
            assert set(slots_of(said)) <= set(ARGUMENTS[pair["to"]]), said
            for before in pair["from"]:
                for name in set(ARGUMENTS[pair["to"]]) - set(slots_of(said)):
                    taken = inherit.get(name, name) in ARGUMENTS[before]
                    assert taken or name not in needed[pair["to"]], (before, said)


def test_the_same_words_after_the_same_tool_mean_one_thing(pairs):
    meant = {}
    for pair in pairs:
        for said in pair["says"]:
            for before in pair["from"]:
                wanted = (pair["to"], tuple((pair.get("inherit") or {}).items()))
                assert meant.setdefault((before, said.lower()), wanted) == wanted, said


def test_rows_hold_both_requests_and_calls_of_tokens_that_they_name(rows, pairs):
    assert len(rows) > 0.9 * sum(len(pair["says"]) for pair in pairs)
    for row in rows:
        text = row.text()
        assert row.kind == "follow-up"
        assert text.count("<tool_call>") == text.count("<|start_of_role|>user") == 2
        requests = " ".join(re.findall(r"user<\|end_of_role\|>(.*?)<\|end_of_text", text))
        called = re.findall(r"<tool_call>.*?</tool_call>", text)
        assert set(TOKEN.findall(" ".join(called))) <= set(TOKEN.findall(requests)), text


def test_most_calls_gave_a_result_and_the_others_say_so(rows):
    worked = [row for row in rows if row.prompt.messages[-1].status == "ok"]
    assert len(worked) > 0.8 * len(rows)
    assert {row.answer for row in worked} == {"<o1>"}
