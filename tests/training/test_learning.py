"""What corrections are made into: recipes with slots, wordings of tools, notes, training rows."""

from __future__ import annotations

import random
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime import recipes as recipe_code
from runtime.formats import mica
from tools.knowledge.learned import Learned
from tools.knowledge.recipes import as_document, load_recipes
from tools.knowledge.tool_asks import read_wordings
from training.dataset import Lineage, Row
from training.learning.calls import wording_of
from training.learning.commands import recipe_of
from training.learning.generalise import taught
from training.learning.rows import rows

BOOK = load_recipes()


def row(request: str, *calls: dict, answer: str = "", **changes) -> Row:
    called = [{"id": f"c{n}", "type": "function", "function": c} for n, c in enumerate(calls)]
    asked = [{"role": "user", "content": request}]
    if called:
        asked.append({"role": "assistant", "content": None, "tool_calls": called})
        asked += [{"role": "tool", "tool_call_id": c["id"], "content": "x"} for c in called]
    messages = (*asked, {"role": "assistant", "content": answer or "There."})
    lineage = Lineage("talk", "m", ("rating:1",))
    fields = {"specialist": "sysadmin", "kind": "bash", "schema_version": "s", "tools": ()}
    fields |= {"label": "correction", "turn": 0, "id": request, "lineage": lineage}
    return Row(messages=messages, **(fields | changes))


def bash(command: str) -> dict:
    return {"name": "bash", "arguments": {"command": command}}


@pytest.mark.parametrize(
    ("request_", "command", "template", "wording"),
    [
        ("label of order 1042", "cat /srv/labels/1042.txt", "cat /srv/labels/{count}.txt",
         "label of order {count}"),
        ("who came on 2024-05-01?", "grep ^2024-05-01 /srv/door.log | awk '{print $2}'",
         "grep ^{date} /srv/door.log | awk '{{print $2}}'", "who came on {date}?"),
        ("first 5 guests", "head -n5 /srv/guests", "head -n{count} /srv/guests",
         "first {count} guests"),
        ('is "old rye" sold out', "grep -c 'old rye' /srv/sold", "grep -c {text} /srv/sold",
         "is {text} sold out"),
        ("guests of /srv/inn", "wc -l < /srv/inn/guests", "wc -l < {path}/guests",
         "guests of {path}"),
        # Quotes do not nest, and a program's name is no value.
        ("guests called 1042", "awk '$1 == 1042 {print $2}' /srv/guests",
         "awk '$1 == 1042 {{print $2}}' /srv/guests", "guests called 1042"),
        ("what does tills.sh say", "tills.sh", "tills.sh", "what does tills.sh say"),
    ],
)  # fmt: skip
def test_values_that_request_and_command_share_become_slots(
    request_: str, command: str, template: str, wording: str
):
    recipe = recipe_of(request_, command, BOOK)
    assert recipe["command"] == template and recipe["asks"] == [wording]
    assert not recipe_code.check(recipe) and recipe["id"].startswith("learned.")


def test_a_command_that_a_recipe_gives_teaches_it_one_more_wording():
    recipe = recipe_of("tally up how long notes.txt is", "wc -l notes.txt", BOOK)
    assert recipe["id"] == "text.count_lines" and recipe["asks"] == ["tally up how long {file} is"]
    other = recipe_of("tally up my notes", "wc -l notes.txt", BOOK)
    assert other["id"].startswith("learned."), "the request does not name the recipe's value"


@given(
    st.lists(st.sampled_from(["cat", "-n", "7", "'a b'", "/srv/7/x", "|", "x=7", "{}", "$(echo 7)",
                              '"it is 7"', "'7'", "7.txt", "\\7", ";", "sort"]), min_size=1),
    st.sampled_from(["7", "/srv/7/x", "'a b'", "7.txt", '"7"']),
)  # fmt: skip
def test_a_recipe_gives_back_the_very_command_it_was_made_of(words: list[str], value: str):
    command = " ".join(words)
    recipe = recipe_of(f"please do something with {value} for me", command, ())
    document = as_document(recipe)
    values = recipe_code.recognise(document, command) if recipe["slots"] else []
    assert values is not None and recipe_code.fill(document, values) == command


def test_a_value_cannot_add_a_command(tmp_path):
    recipe = recipe_of("label of order 1042", "echo 'label' /srv/labels/1042.txt", ())
    evil = "1'; touch pwned; echo '"
    command = recipe_code.fill(as_document(recipe), [evil])
    done = subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True)
    assert done.stdout == f"label /srv/labels/{evil}.txt\n" and not list(tmp_path.iterdir())


def test_calls_of_a_music_tool_become_a_wording_that_finds_it():
    calls = [{"name": "transpose", "arguments": {"music": "Dm7", "interval": "a fifth"}}]
    piles = {"transpose": {"music": ["C E G", "Dm7"], "interval": ["a tone"]}}
    wording = wording_of("shove Dm7 up by a fifth", calls, piles)
    (request,) = wording["requests"]
    assert request["ask"] == "shove {music} up by {interval}"
    assert request["calls"][0]["arguments"] == {"music": "{music}", "interval": "{interval}"}
    assert wording["values"] == {"music": ["Dm7", "C E G"], "interval": ["a fifth", "a tone"]}
    (read,) = read_wordings(wording)
    assert read.tool == "transpose" and read.slots == ["music", "interval"]


def test_what_the_request_does_not_name_stays_a_constant():
    calls = [{"name": "play", "arguments": {"music": "C", "tempo": 90, "note": "{x}"}}]
    wording = wording_of("play C slowly", calls, {})
    assert wording["requests"][0]["calls"][0]["arguments"] == {
        "music": "{music}", "tempo": "90", "note": "{{x}}",
    }  # fmt: skip


def test_rows_become_recipes_and_notes_or_are_left_out_with_a_reason():
    found = taught(
        [
            row("orders of /srv/a", bash("ls /srv/a/orders")),
            row("which orders has /srv/b", bash("ls /srv/b/orders")),
            row("who is on call", answer="Ines, until Monday."),
            row("now the other one", bash("ls /srv/c/orders"), follows=True),
            row("both", bash("ls /a"), bash("ls /b")),
            row("bad", bash("ls"), label="down"),
        ],
        book=BOOK,
        piles={},
    )
    (recipe,) = found.learned.recipes
    assert recipe["asks"] == ["orders of {path}", "which orders has {path}"]
    (note,) = found.learned.notes
    assert note["text"] == "Ines, until Monday." and note["asks"] == ["who is on call"]
    assert set(found.left_out) == {"now the other one", "both", "bad"}
    assert "leans on the turn before" in found.left_out["now the other one"]


def test_recipes_of_one_title_are_told_apart():
    same = "what is on today"
    found = taught(
        [row(same, bash("cat /srv/a")), row(same, bash("cat /srv/b"))], book=(), piles={}
    )
    assert [recipe["title"] for recipe in found.learned.recipes] == [same, f"{same} 2"]


def test_rows_name_the_learned_recipe_with_other_values_and_keep_old_ones():
    recipe = recipe_of("label of order 1042", "cat /srv/labels/1042.txt", ())
    made = list(rows(Learned((recipe,)), "sysadmin", copies=20, replay=2.0, seed=3))
    new = [each for each in made if "label of order count |" in each.text()]
    assert len(made) == 60 and len(new) >= 15, "a few teach to write it without looking it up"
    commands = {call.arguments["command"] for each in new for m in each.prompt.messages
                for call in m.tool_calls}  # fmt: skip
    assert len(commands) > 5 and all(c.startswith("cat /srv/labels/") for c in commands)
    assert {each.kind for each in made[20:]} > {"recipe", "follow-up"}
    again = list(rows(Learned((recipe,)), "sysadmin", copies=20, replay=2.0, seed=3))
    assert [each.text() for each in again] == [each.text() for each in made]


def test_titles_can_be_written_by_the_model():
    texts = ["Größte <b>Datei</b>?", "a|b = c", "{x} {y}", "", "…", "very " * 40 + "long"]
    for text in texts:
        title = recipe_of(text, f"echo {random.Random(text).random()}", ())["title"]
        document = as_document({"id": "x", "title": title, "command": "ls", "phrase": "x"})
        assert mica.title_of(document) and len(title) <= 60
