"""Hand-written follow-ups, changes and two-step requests: each can be filled from the book."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from string import Formatter

import pytest
from support.recipe_runs import a_place, noted, read_noted

from runtime import recipes as recipe_code
from runtime.values import shell
from runtime.yaml_files import read_yaml
from tools.knowledge.recipes import RECIPES, load_recipes, read_recipes

DATA = Path(__file__).parents[2] / "training" / "data" / "sysadmin"
BOOK = {
    recipe["id"]: {slot: str(default) for slot, default in (recipe.get("slots") or {}).items()}
    for recipe in load_recipes()
}


class EveryWord(frozenset):
    """Contains every word, so that only values with a shape of their own are found."""

    def __contains__(self, word):
        return True


def read(name):
    return read_yaml(DATA / name)


def slots_of(wording):
    return [name for _, name, _, _ in Formatter().parse(wording) if name is not None]


def values_outside_slots(wording):
    """A value that stands in the wording itself: training could not say where it comes from."""
    literals = [literal for literal, _, _, _ in Formatter().parse(wording)]
    found = (f.text for literal in literals for f in shell.find(literal, EveryWord()))
    return [text for text in found if text.strip(".,?!")]


def twice(texts):
    return [text for text, count in Counter(map(str.lower, texts)).items() if count > 1]


@pytest.fixture(scope="module")
def followups():
    return read("followups.yaml")


def test_there_are_follow_ups_of_every_area(followups):
    reached = {entry["to"] for entry in followups}
    assert len({name.split(".")[0] for name in reached}) >= 17
    assert len(reached) >= 500
    assert len(followups) >= 350
    assert sum(len(entry["says"]) for entry in followups) >= 2500


def test_follow_ups_name_recipes_and_slots_that_exist(followups):
    for entry in followups:
        assert set(entry) <= {"from", "to", "inherit", "says"}, entry
        assert {*entry["from"], entry["to"]} <= set(BOOK), entry
        assert entry["to"] not in entry["from"], entry
        for slot, source in entry.get("inherit", {}).items():
            assert slot in BOOK[entry["to"]], entry
            assert all(source in BOOK[name] for name in entry["from"]), entry
        for wording in entry["says"]:
            assert set(slots_of(wording)) <= set(BOOK[entry["to"]]), wording


def test_a_follow_up_can_be_filled_from_what_it_says_and_the_turn_before(followups):
    for entry in followups:
        inherit = entry.get("inherit", {})
        needed = {slot for slot, default in BOOK[entry["to"]].items() if default == ""}
        for name in entry["from"]:
            inherited = {slot for slot in needed if inherit.get(slot, slot) in BOOK[name]}
            for wording in entry["says"]:
                assert needed <= inherited | set(slots_of(wording)), (name, wording)


def test_the_same_words_after_the_same_recipe_mean_one_thing(followups):
    meant = {}
    for entry in followups:
        assert 4 <= len(entry["says"]) <= 12, entry["says"]
        for wording in entry["says"]:
            for name in entry["from"]:
                key = (name, wording.lower())
                assert key not in meant, (key, meant[key], entry["to"])
                meant[key] = entry["to"]


def test_values_stand_only_in_slots(followups):
    for entry in followups:
        for wording in entry["says"]:
            assert not values_outside_slots(wording), wording


def test_changes_name_their_slot_and_nothing_else():
    changes = read("changes.yaml")
    used = Counter(slot for slots in BOOK.values() for slot in slots)
    assert set(changes) <= set(used)
    assert {slot for slot, _ in used.most_common(20)} <= set(changes)
    for slot, wordings in changes.items():
        assert len(wordings) >= 6, slot
        assert not twice(wordings), slot
        for wording in wordings:
            assert slots_of(wording) == [slot], wording
            assert not values_outside_slots(wording), wording


@pytest.fixture(scope="module")
def compounds():
    return read("compounds.yaml")


def parts(field):
    step, slot = field.split(".")
    return int(step), slot


def test_compounds_name_recipes_and_slots_that_exist(compounds):
    assert len(compounds) >= 200
    assert sum(len(entry["asks"]) for entry in compounds) >= 1200
    for entry in compounds:
        assert set(entry) <= {"steps", "links", "asks"}, entry
        slots = [BOOK[name] for name in entry["steps"]]
        for field in entry.get("links", {}).items():
            (later, slot), (earlier, source) = map(parts, field)
            assert earlier < later, entry
            assert slot in slots[later - 1] and source in slots[earlier - 1], entry
        for ask in entry["asks"]:
            for field in slots_of(ask):
                step, slot = parts(field)
                assert slot in slots[step - 1], ask


def test_every_step_of_a_compound_can_be_filled(compounds):
    for entry in compounds:
        linked = set(entry.get("links", {}))
        needed = {
            f"{step}.{slot}"
            for step, name in enumerate(entry["steps"], start=1)
            for slot, default in BOOK[name].items()
            if default == ""
        }
        for ask in entry["asks"]:
            named = set(slots_of(ask))
            assert needed <= linked | named, ask
            assert not linked & named, ask


def test_compounds_are_asked_in_words_of_their_own(compounds):
    assert not twice(ask for entry in compounds for ask in entry["asks"])
    single = {str(ask).lower() for recipe in load_recipes() for ask in recipe["asks"]}
    for entry in compounds:
        assert 5 <= len(entry["asks"]) <= 8, entry["steps"]
        for ask in entry["asks"]:
            assert ask.lower() not in single, ask
            assert not values_outside_slots(ask), ask


VALUES = {
    "path": "/workspace/t", "pattern": "*.log", "text": "worker", "count": "3", "days": "10",
    "size": "100k", "user": "mica", "name": "sleep", "target": "/workspace/out",
    "dir": "/workspace/d", "archive": "/workspace/a.tar.gz", "file": "/workspace/t/app.log",
    "old": "ERROR", "new": "FAULT",
}  # fmt: skip
FRESH = (
    "rm -rf /workspace/t /workspace/d /workspace/out; cp -a /srv/app /workspace/t; "
    "mkdir /workspace/d; cd /workspace"
)


def test_combined_recipes_run_and_those_that_read_say_something():
    """All in one script; those that change something on a fresh copy of the demo application."""
    book = read_recipes(RECIPES / "combined.yaml")
    # These would stop whatever is busiest, which may be the test itself.
    book = [recipe for recipe in book if not recipe["id"].endswith("_kill")]
    script = [FRESH]
    for recipe in sorted(book, key=lambda recipe: bool(recipe.get("changes"))):
        given = {s: recipe_code.shell_word(s, VALUES[s]) for s in recipe.get("slots") or {}}
        command = recipe["command"].format(**given)
        if recipe.get("changes"):
            script.append(FRESH)
        script += noted(recipe["id"], command)
    with a_place() as run:
        results = read_noted(run("\n".join(script)))
    changes = {recipe["id"] for recipe in book if recipe.get("changes")}
    assert len(book) >= 90 and sorted(results) == sorted(recipe["id"] for recipe in book)
    for name, (code, size) in results.items():
        assert code == 0, (name, code)
        assert name in changes or size > 0, name
