"""The checks of the dataset builder, one by one, on rows made by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from graphs.build import all_tools
from tools.bash.policy.judge import judge
from training.dataset import DatasetError, Lineage, Row, contamination, formats
from training.dataset.agree import PER_TEMPLATE, agree
from training.dataset.balance import Shares, balance, cluster, split
from training.dataset.near import Near, template, words
from training.dataset.personal import Masker, detectors
from training.dataset.rerun import renewed
from training.dataset.valid import safety_problem, schema_problem
from training.evaluate import tables

STORY = "It rained all week and nobody was there."


def row(request: str, command: str, label: Any = "correction", created: str = "1") -> Row:
    function = {"name": "bash", "arguments": json.dumps({"command": command})}
    call = {"id": "call_1", "type": "function", "function": function}
    messages = (
        {"role": "user", "content": request},
        {"role": "assistant", "content": "", "tool_calls": [call]},
        {"role": "tool", "content": "x", "tool_call_id": "call_1", "status": "ok"},
        {"role": "assistant", "content": "x"},
    )
    id_ = f"{label} {request} {command} {created}"
    lineage = Lineage("c", "m", (id_,), created=created)
    kind = f"bash:{command.split()[0]}"
    return Row(id_, "sysadmin", kind, messages, 0, (), "v", label, lineage)


@pytest.mark.parametrize("detector", detectors(), ids=lambda each: each.name)
def test_each_detector_finds_its_examples_and_leaves_the_others(detector: Any) -> None:
    for text in detector.matches:
        masker = Masker()
        masked = masker.text(text)
        assert masker.found[detector.name] == 1 and masked != text
        assert Masker().text(masked) == masked, "a stand-in is not masked again"
    for text in detector.leaves:
        assert Masker().text(text) == text


def test_stand_ins_are_the_same_within_a_row_and_calls_stay_json() -> None:
    masker = Masker()
    arguments = json.dumps({"command": 'ping "84.17.50.9"', "n": 2})
    message = {"tool_calls": [{"function": {"arguments": arguments}}], "content": "84.17.50.9"}
    masked = masker.json(message)
    given = json.loads(masked["tool_calls"][0]["function"]["arguments"])
    assert given == {"command": 'ping "192.0.2.1"', "n": 2}
    assert masked["content"] == "192.0.2.1" and masker.text("84.17.50.10") == "192.0.2.2"
    assert masker.found == {"address": 3}


def test_what_music_and_shells_are_made_of_is_nobody_s() -> None:
    texts = [
        "play 0 11 3 4 8 7 9 5 6 1 2 10 as a row", "x32010 320003 022100", "C4 E4 G4 C5",
        "find /srv -size +1073741824c -mtime +30", "kill -9 1234567", "chmod 0644 a.txt",
        "1732212345123456789 ns", "at 12:30:45 on 2024-11-21", "libc6 2.36.9.1-2",
    ]  # fmt: skip
    assert [Masker().text(text) for text in texts] == texts


def test_words_and_templates() -> None:
    assert words("What's IN there?") == "what s in there"
    one, two = template("count the lines of /srv/a"), template("Count the lines of ~/notes.txt!")
    assert one == two == "count the lines of <p1>"
    assert template("spell E flat minor", music=True) == "spell <k1>"


def test_nearness_is_exact() -> None:
    near = Near(["show the size of the folder", "play a scale"])
    assert near.alike("show the size of the folder", 1.0) == [(1.0, 0)]
    ((nearness, number),) = near.alike("show the sizes of the folder", 0.5)
    assert number == 0 and nearness == pytest.approx(21 / 31, abs=0.1)
    assert near.alike("something else", 0.1) == []


@pytest.fixture(scope="module")
def sets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sets")
    (folder / "deep").mkdir()
    (folder / "deep" / "a.yaml").write_text(
        "- {id: 1, turns: [{request: paint the third fence post green}, {request: and the gate}]}"
    )
    (folder / "b.jsonl").write_text('{"request": "measure every board under /srv/yard"}\n')
    return folder


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Paint the third fence post green!",
         "same words as a request of the evaluation set deep/a"),
        ("paint the third fence posts green", "nearly the same"),
        ("measure every board under /mnt/somebody/of/old/oak", "only in its values"),
        (f"{STORY} Measure every board under /srv/yard. {STORY}", "holds a whole request"),
        ("And the gate?", "the same words"),
        ("mend the gate and the fence", None),
        ("measure the yard", None),
        ("", None),
    ],
)  # fmt: skip
def test_questions_of_evaluations_are_found(sets: Path, text: str, problem: str | None) -> None:
    found = contamination.load(sets).problem(text)
    assert problem in (found or "") if problem else found is None


def test_a_set_that_cannot_be_read_stops_the_build(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("- {ask: nothing that is called a request}")
    with pytest.raises(DatasetError, match="holds no field `request`"):
        contamination.load(tmp_path)
    (tmp_path / "a.yaml").write_text("a: [")
    with pytest.raises(DatasetError, match="cannot be read"):
        contamination.load(tmp_path)


def test_every_evaluation_set_of_this_checkout_is_compared_with() -> None:
    files = list(tables.FOLDER.rglob("*.yaml"))
    assert len(files) > 15 and len(contamination.load()) > 25 * len(files)


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ("rm -rf /", "refuses"), ("sudo ls", "other rights"), ("curl -s http://a.b/c", "network"),
        ("eval $(cat x)", "look into"), ("python3 -c 'import os'", "look into"),
        ("cat /etc/shadow", "secret"), ("cat ~/.ssh/id_rsa", "secret"),
        ("echo x >> ~/.bashrc", "what starts"), ("cat a | tee /etc/cron.d/x", "what starts"),
        ("rm -f old.log", None), ("find . -name '*.log' -delete", None), ("mkdir -p a/b", None),
        ("sed -i s/a/b/ x.txt", None), ("ls -la | sort | head -3", None),
    ],
)  # fmt: skip
def test_only_what_can_be_looked_into_is_taught(command: str, why: str | None) -> None:
    problem = safety_problem([{"name": "bash", "arguments": {"command": command}}], judge)
    assert why in (problem or "") if why else problem is None


def test_calls_must_fit_the_tools_of_today() -> None:
    tools = all_tools(None)
    allowed = ["bash", "spell_chord", "gone"]
    for name, arguments, why in [
        ("spell_chord", {"chord": "C"}, None),
        ("spel_chord", {"chord": "C"}, "the nearest is spell_chord"),
        ("gone", {}, "there is no tool gone now"),
        ("transpose", {}, "there is no tool transpose now"),
        ("bash", {"command": ""}, "bash does not take"),
        ("bash", {"command": ["ls"]}, "bash does not take"),
        ("bash", "ls", "bash does not take"),
    ]:
        problem = schema_problem([{"name": name, "arguments": arguments}], tools, allowed)
        assert why in (problem or "") if why else problem is None


def test_the_newest_word_of_the_most_careful_wins() -> None:
    up = row("count the lines of a", "wc -l a", "up", "3")
    old, new = (
        row("count the lines of a", "cat a", created="1"),
        row("Count the lines of a!", "wc -l a", created="2"),
    )
    down = row("count the lines of a", "ls", "down", "4")
    kept, rejected = agree([up, old, new, down])
    assert [each.id for each in kept] == [new.id, down.id]
    assert kept[0].lineage.feedback == (*new.lineage.feedback, *up.lineage.feedback)
    assert {r.feedback: r.reason.split(",")[0] for r in rejected} == {
        up.id: f"it says the same as {new.id}", old.id: "another answer is taken",
    }  # fmt: skip


def test_a_thumb_down_on_what_a_correction_teaches_goes() -> None:
    good, down = row("show a", "cat a"), row("show a", "cat a", "down")
    kept, rejected = agree([down, good])
    assert [each.id for each in kept] == [good.id] and rejected[0].feedback == down.id
    up, later = row("show a", "cat a", "up", "1"), row("show a", "cat a", "down", "2")
    assert [each.id for each in agree([up, later])[0]] == [later.id]


def test_what_differs_in_values_only_stays_a_few_times() -> None:
    rows = [
        row(f"count the lines of /srv/{n}", f"wc -l /srv/{n}", created=str(n)) for n in range(6)
    ]
    kept, rejected = agree(rows)
    assert len(kept) == PER_TEMPLATE and "only in its values" in rejected[0].reason
    near = [row("please show me all the hidden files in here", "ls -A"),
            row("please show me all the hidden file in here", "ls -A")]  # fmt: skip
    assert len(agree(near)[0]) == 1
    assert len(agree([near[0], row(near[1].request, "ls -lA")])[0]) == 2, "another command is news"


def test_clusters_stay_on_one_side_and_keep_their_side() -> None:
    rows = [
        row(f"{verb} the {thing} in the {place}", "ls", created=f"{n:04}")
        for n, (verb, thing, place) in enumerate(
            (v, t, p) for v in ("show", "count", "sort", "remove", "compare")
            for t in ("pictures", "letters", "invoices", "songs", "tables", "plans")
            for p in ("attic", "cellar", "kitchen", "garden")
        )
    ]  # fmt: skip
    shares = Shares(enough=5, held_out=0.3)
    parted = split(cluster(rows), shares)
    sides: dict[str, set[str]] = {}
    for each in parted:
        sides.setdefault(each.cluster, set()).add(each.split)
    assert all(len(found) == 1 for found in sides.values())
    held_out = sum(each.split == "held-out" for each in parted)
    assert 0 < held_out < 0.8 * len(rows)
    before = {each.id: each.split for each in split(cluster(rows[:60]), shares)}
    now = {each.id: each.split for each in parted}
    assert sum(before[id_] != now[id_] for id_ in before) <= len(before) / 10
    assert {each.split for each in split(cluster(rows), Shares(enough=1000))} == {"train"}


def test_what_is_held_out_is_in_no_file_to_train_on() -> None:
    train, kept = row("show the apples", "ls apples"), row("count the pears", "ls pears")
    down = row("hide the plums", "ls plums", "down")
    rows = [train, replace(kept, split="held-out"), replace(down, split="held-out")]
    found = formats.files(rows, "You help.")
    held_out = {name for name, text in found.items() if "pears" in text or "plums" in text}
    assert held_out == {
        "views/held-out/sft-messages.jsonl", "views/held-out/sft-prompt-completion.jsonl",
        "views/held-out/kto.jsonl", "views/mlx/valid.jsonl",
    }  # fmt: skip
    assert not any("apples" in found[name] for name in held_out)
    assert sum("apples" in text for text in found.values()) == 4
    assert found["views/dpo.jsonl"] == "" and "views/held-out/dpo.jsonl" not in found


def test_no_kind_takes_over() -> None:
    rows = cluster([row(f"task number {chr(97 + n)}{n * 37}", "find x") for n in range(30)])
    rows += cluster([row("another thing altogether", "ls")])
    kept, rejected = balance(rows, Shares(per_cluster=50, kind=0.2, few=10))
    kinds = [each.kind for each in kept]
    assert kinds.count("bash:find") == 10 and kinds.count("bash:ls") == 1
    assert "10 rows of bash:find already" in rejected[0].reason
    alike = cluster([row(f"show me the size of the folder {n}", "du") for n in range(9)])
    kept, rejected = balance(alike, Shares(per_cluster=4))
    assert len(kept) == 4 and len(rejected) == 5


def test_answers_follow_the_results() -> None:
    assert renewed("There are 3.", [], []) == "There are 3."
    assert renewed("`a`", ["a"], ["b"]) == "`b`"
    assert renewed("```\na\nb\n```", ["a\nb"], ["c\nd"]) == "```\nc\nd\n```"
    assert renewed("That is late.", ["12:01"], ["12:02"]) is None


def test_rows_come_back_from_json() -> None:
    one = row("show a", "cat a")
    assert Row.from_json(json.loads(json.dumps(one.to_json()))) == one
    assert one.request == "show a" and one.calls[0]["arguments"] == {"command": "cat a"}
    with pytest.raises((TypeError, KeyError)):
        Row.from_json({"id": "x"})
