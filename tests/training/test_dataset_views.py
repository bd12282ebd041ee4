"""The views of a dataset: their shapes always, and the libraries that read them where they are."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support import needs, read_views
from support.told import Told, tool

from graphs.build import all_tools
from records.store import Store
from training.backends.environment import MLX, TRL, UNSLOTH, Environment
from training.dataset import Dataset, build

AXOLOTL = Environment(
    "axolotl", "MICA_AXOLOTL_PYTHON", ("axolotl", "datasets"), "pip install axolotl"
)
FACTORY = Environment(
    "llama-factory", "MICA_LLAMA_FACTORY_PYTHON", ("llamafactory",), "pip install llamafactory"
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dataset]:
    folder = tmp_path_factory.mktemp("views")
    evaluations = folder / "evaluations"
    evaluations.mkdir()
    (evaluations / "one.yaml").write_text("- {request: whistle the anthem of the seven seas}\n")
    store = Store(folder / "mica.db")
    _fill(Told(store, "composer"))
    yield build(
        store, "composer", folder / "datasets", sandbox=None, tools=all_tools(None),
        evaluations=evaluations,
    )  # fmt: skip
    store.close()


def _fill(told: Told) -> None:
    chord = tool("spell_chord", chord="C")
    scale, up = tool("spell_scale", scale="C major"), tool("transpose", music="G", interval="M2")
    told.corrected("spell a bright C", chord, wrong=scale, documents=["tool.tone_row"])
    told.corrected(
        "spell G, then a tone up", tool("spell_chord", chord="G"), up,
        wrong=tool("spell_chord", chord="G"),
    )  # fmt: skip
    f = {"outputs": ["F: F A C"], "answer": "F: F A C"}
    told.rated("up", "spell an F", tool("spell_chord", chord="F"), **f)
    told.rated("down", "spell an A minor", tool("spell_chord", chord="A"), answer="A C# E")
    told.rated("down", "good day to you", answer="Hm.")


def lines(made: Dataset, name: str) -> list[dict[str, Any]]:
    assert made.folder is not None
    return [json.loads(line) for line in (made.folder / "views" / name).read_text().splitlines()]


def test_conversations_start_with_the_system_turn_and_end_with_the_answer(made: Dataset) -> None:
    rows = lines(made, "sft-messages.jsonl")
    assert len(rows) == 3
    for row in rows:
        roles = [message["role"] for message in row["messages"]]
        assert roles[:2] == ["system", "user"] and roles[-1] == "assistant"
        assert "status" not in json.dumps(row["messages"])
        names = [each["function"]["name"] for each in json.loads(row["tools"])]
        called = [c for m in row["messages"] for c in m.get("tool_calls", ())]
        assert {c["function"]["name"] for c in called} <= set(names)
        assert all(isinstance(c["function"]["arguments"], dict) for c in called)


def test_each_decision_is_an_example(made: Dataset) -> None:
    rows = lines(made, "sft-prompt-completion.jsonl")
    assert len(rows) == 2 + 3 + 2
    assert all(len(row["completion"]) == 1 for row in rows)
    two = [row for row in rows if row["prompt"][1]["content"] == "spell G, then a tone up"]
    assert [bool(row["completion"][0].get("tool_calls")) for row in two] == [True, True, False]
    assert [row["prompt"][-1]["role"] for row in two] == ["user", "tool", "tool"]


def test_a_choice_is_where_the_turn_went_wrong(made: Dataset) -> None:
    first, second = lines(made, "dpo.jsonl")
    assert first["prompt"][-1]["role"] == "user"
    chosen, rejected = (first[k][0]["tool_calls"][0]["function"] for k in ("chosen", "rejected"))
    assert (chosen["name"], rejected["name"]) == ("spell_chord", "spell_scale")
    # The first call was right; what was wrong is that no second one followed.
    assert second["prompt"][-1]["role"] == "tool"
    assert second["chosen"][0]["tool_calls"][0]["function"]["name"] == "transpose"
    assert second["rejected"][0]["content"] == "Here."


def test_thumbs_are_about_decisions(made: Dataset) -> None:
    rows = lines(made, "kto.jsonl")
    said = [
        (row["prompt"][1]["content"], "tool_calls" in row["completion"][0], row["label"])
        for row in rows
    ]
    assert said == [
        ("spell an F", True, True), ("spell an F", False, True),
        ("spell an A minor", True, False), ("good day to you", False, False),
    ]  # fmt: skip


def test_the_other_shapes_say_the_same(made: Dataset) -> None:
    mlx = lines(made, "mlx/train.jsonl")
    assert len(mlx) == 7 and all(isinstance(row["tools"], list) for row in mlx)
    pair = lines(made, "axolotl/dpo.jsonl")[0]
    assert pair["prompt"].endswith("<|start_of_role|>assistant<|end_of_role|>")
    assert '<tool_call>\n{"name": "spell_chord"' in pair["chosen"]
    assert pair["chosen"].endswith("<|end_of_text|>") and pair["chosen"] != pair["rejected"]
    assert [row["label"] for row in lines(made, "axolotl/kto.jsonl")] == [True, True, False, False]
    info = json.loads(
        (made.folder or Path()).joinpath("views/llama-factory/dataset_info.json").read_text()
    )
    assert set(info) == {"mica_sft", "mica_dpo", "mica_kto"}
    for name, entry in info.items():
        for row in lines(made, f"llama-factory/{entry['file_name']}"):
            assert set(entry["columns"].values()) <= set(row), name
            speakers = [said["from"] for said in row["conversations"]]
            assert set(speakers[::2]) <= {"human", "observation"}
            assert set(speakers[1::2]) <= {"gpt", "function_call"}


READERS = [
    ("trl", TRL, {"sft-messages": 3, "sft-prompt-completion": 7, "dpo": 2, "kto": 4}),
    ("unsloth", UNSLOTH, {"sft-messages": 3, "sft-prompt-completion": 7, "dpo": 2, "kto": 4}),
    ("mlx", MLX, {"train": 7, "valid": 0}),
    ("axolotl", AXOLOTL, {"sft-messages": 3, "dpo": 2, "kto": 4}),
    ("llama-factory", FACTORY, {"sft.jsonl": 7, "dpo.jsonl": 2, "kto.jsonl": 4}),
]


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("name", "environment", "counts"), READERS, ids=[r[0] for r in READERS])
def test_the_library_reads_every_example(
    made: Dataset, name: str, environment: Environment, counts: dict[str, int], tmp_path: Path
) -> None:
    needs.trainer(environment)
    views = (made.folder or Path()) / "views"
    settings = os.environ | {"HF_HUB_OFFLINE": "1", "DISABLE_VERSION_CHECK": "1"}
    done = subprocess.run(
        [str(environment.python), read_views.__file__, name, str(views)],
        capture_output=True, text=True, env=settings, timeout=280, check=False,
        cwd=tmp_path,  # some leave caches where they run
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert {key: found[key] for key in counts} == counts
    assert "spell_chord" in found["text"]
    assert found.get("clean", True), "a table of rows has put keys into calls that they lack"
    if "learned" in found:
        assert "<call>spell_chord" in found["learned"] and "<user>" not in found["learned"]
