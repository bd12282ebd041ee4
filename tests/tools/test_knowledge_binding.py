"""Values of a request find their slots, and recipes that do not fit them fall behind."""

from __future__ import annotations

from dataclasses import replace

import pytest

from runtime import recipes as recipe_code
from runtime.types import Document
from runtime.yaml_files import read_yaml
from tools.knowledge.binding import SIGNS, Binder, request_words, shipped
from tools.knowledge.contexts import General, Uses, count, read
from tools.knowledge.recipes import NEW, USUAL, as_document, load_recipes

BOOK = {recipe["id"]: as_document(recipe) for recipe in load_recipes()}


def best(request: str, name: str) -> dict[str, str]:
    """Return how the slots of a recipe of the book are filled."""
    filling = shipped().fillings(request, BOOK[name])[0]
    return {slot: word.text for slot, word in filling.values.items()}


@pytest.mark.parametrize(
    ("request_text", "name", "values"),
    [
        ("rename one.txt to two.txt", "files.rename", {"source": "one.txt", "target": "two.txt"}),
        ("hard link a.db as b.db", "files.hardlink", {"target": "a.db", "link": "b.db"}),
        (
            "make a link old that points to /opt/new",
            "files.symlink",
            {"target": "/opt/new", "link": "old"},
        ),
        ("rename branch red to blue", "git.branch_rename", {"branch": "red", "name": "blue"}),
        ("replace cat with dog in pets.md", "text.replace", {"old": "cat", "new": "dog"}),
        ("lower the priority of 3100 to 15", "processes.renice", {"pid": "3100", "number": "15"}),
    ],
)
def test_the_words_beside_values_say_where_they_go(
    request_text: str, name: str, values: dict[str, str]
):
    assert best(request_text, name).items() >= values.items()


def test_a_bare_word_is_a_value_where_one_is_wanted():
    assert best("make a new folder named invoices", "files.mkdir") == {"dir": "invoices"}
    assert best("the 3 newest files in Downloads", "files.newest") == {
        "path": "Downloads",
        "count": "3",
    }


def test_a_name_and_its_folder_are_joined_where_one_file_is_wanted():
    assert best("count the lines of b.txt in /srv/a/", "text.count_lines") == {
        "file": "/srv/a/b.txt"
    }
    assert best("count the lines of b.txt in /srv/a", "combined.in_folder_lines") == {
        "file": "b.txt",
        "path": "/srv/a",
    }


def test_a_value_is_taken_before_a_word_beside_the_usual_ones():
    request = "how many words has my essay got? it's thesis/chapter1.md"
    assert best(request, "text.count_words") == {"file": "thesis/chapter1.md"}


def test_a_script_and_what_runs_it_are_one_command():
    request = "start python3 server.py in the background, output goes to server.log"
    assert best(request, "jobs.background") == {
        "program": "python3 server.py",
        "output": "server.log",
    }


def test_what_is_looked_for_is_no_repository():
    request = "find the commit which introduced the function parse_date"
    assert best(request, "git.search_change") == {"text": "parse_date"}


def test_an_address_goes_where_one_is_wanted():
    found = [BOOK["logs.method"], BOOK["logs.ip_requests"]]
    ranked = shipped().settle("list the requests from 10.0.0.7 in access.log", found)
    assert ranked[0].id == "logs.ip_requests"


def test_weeks_are_days_where_days_are_wanted():
    (binding,) = (
        shipped()
        .settle("delete files older than 2 weeks in /srv/tmp", [BOOK["files.delete_old"]])[0]
        .bindings[:1]
    )
    assert (
        recipe_code.fill(
            BOOK["files.delete_old"], [binding[slot] for slot in BOOK["files.delete_old"].slots]
        )
        == "find /srv/tmp -type f -mtime +14 -delete"
    )


def test_a_default_stays_where_nothing_is_named():
    assert best("what is in this folder", "files.list") == {}


def near(score: float, name: str) -> Document:
    return Document(**{**vars(BOOK[name]), "score": score})


def test_a_recipe_that_leaves_values_unused_or_lacks_them_falls_behind():
    found = [near(0.6, "files.mkdir"), near(0.6, "files.rename"), near(0.6, "disk.free")]
    settled = shipped().settle("a.txt to b.txt", found)
    assert [document.id for document in settled] == ["files.rename", "files.mkdir", "disk.free"]
    assert settled[0].score == 0.6 and settled[-1].score < 0.55


def test_passages_and_documents_without_wordings_stay_as_they_are():
    passage = Document("note", "links", "about links", "a note", score=0.9)
    tool = Document("tool.x", "x", "x", "a tool", score=0.2, tool="x")
    found = [passage, tool, near(0.5, "files.mkdir")]
    settled = shipped().settle("make a folder named x1", found)
    assert settled[-1] == passage and tool in settled
    assert shipped().settle("anything", [passage, tool]) == [passage, tool]


def test_what_is_settled_no_longer_carries_its_wordings():
    (settled,) = shipped().settle("make a folder named x1", [near(0.5, "files.mkdir")])
    assert settled.wordings == () and settled.bindings[0] == {"dir": "x1"}


def test_a_long_request_is_weighed_in_part():
    words = request_words("copy a.txt to b.txt " + "lorem ipsum " * 500)
    assert len(words) <= 62 and words[0].text == "a.txt"


def test_every_sign_has_a_weight_and_the_shipped_counts_are_of_a_good_part_of_the_book():
    assert set(shipped().weights) == set(SIGNS)
    uses = count((d.id, d.wordings) for d in BOOK.values())
    # Counted anew they are no better, and lose a value (docs/decisions/breadth.md).
    assert 0.4 * uses["wordings"] < shipped().general.wordings <= uses["wordings"]


def test_words_are_read_with_what_stands_beside_them():
    move, name, _, folder = read("move a.txt into Old")
    assert (name.kind, name.beside["left"], name.beside["right"]) == ("f", "move", "into")
    assert folder.capital and not move.capital
    assert folder.beside["before"] == "<v> into"


def test_a_slot_is_nearer_to_the_words_of_its_own_wordings_than_of_other_recipes():
    uses = Uses.of(["copy {source} to {target}", "into {target} put {source}"])
    data = count([("x", ["copy {source} to {target}"] * 5), ("y", ["go to {path}"] * 5)])
    general = General.of(data)
    ours = general.nearness(uses, "target", "left", "into")
    assert ours > general.nearness(Uses(), "target", "left", "into")
    assert general.nearness(uses, "source", "left", "to") < 0


def test_of_recipes_that_are_as_likely_the_usual_one_comes_first():
    rare = replace(near(0.5, "disk.free"), id="rare", usual=0)
    for found in ([rare, near(0.5, "disk.free")], [near(0.5, "disk.free"), rare]):
        assert [d.id for d in shipped().settle("free disk space", found)] == ["disk.free", "rare"]
    nearer = replace(rare, score=0.7)
    settled = shipped().settle("free disk space", [near(0.5, "disk.free"), nearer])
    assert settled[0].id == "rare"


def test_every_recipe_of_the_book_says_how_usual_it_is_and_a_new_one_need_not():
    listed = read_yaml(USUAL)
    names = [name for each in listed.values() for name in each]
    assert set(listed) == set(range(5))
    assert len(names) == len(set(names)) and set(names) <= set(BOOK)
    assert len(names) > 0.95 * len(BOOK)
    recipe = {"id": "mine.new", "title": "new", "command": "true", "phrase": "New"}
    assert as_document(recipe).usual == NEW


def test_weights_decide():
    data = count((d.id, d.wordings) for d in (BOOK["files.mkdir"], BOOK["disk.free"]))
    blind = Binder({**data, "weights": {"near": 1.0, "missing": -1.0}})
    found = blind.settle("x", [near(0.4, "disk.free"), near(0.5, "files.mkdir")])
    assert [document.id for document in found] == ["disk.free", "files.mkdir"]


@pytest.mark.parametrize(
    ("request_text", "read"),
    [
        ("convert a.json to csv", "text.json_csv"),
        ("convert a.csv to json", "scripting.csv_to_json"),
        ("a.csv as json", "scripting.csv_to_json"),
        ("csv from a.json", "text.json_csv"),
    ],
)
def test_of_two_kinds_of_data_the_one_is_read_that_the_title_names_first(
    request_text: str, read: str
):
    both = [near(0.8, "text.json_csv"), near(0.8, "scripting.csv_to_json")]
    assert shipped().settle(request_text, both)[0].id == read


@pytest.mark.parametrize(
    ("request_text", "right", "wrong"),
    [
        ("which processes belong to www-data", "processes.of_user", "proc.not_user"),
        ("which processes do not belong to www-data", "proc.not_user", "processes.of_user"),
        ("which files in docs are executable", "find.executable", "modes.not_executable_files"),
        ("the oldest file in docs", "files.oldest", "files.newest"),
        ("can everyone read a.txt", "modes.who_reads", "permissions.readable_all"),
    ],
)
def test_a_recipe_for_the_opposite_falls_behind(request_text: str, right: str, wrong: str):
    alike = [replace(BOOK[name], score=0.8) for name in (wrong, right)]
    assert shipped().settle(request_text, alike)[0].id == right


def test_what_people_also_ask_for_may_change_something():
    found = replace(BOOK["scripting.exit_code"], score=0.8)
    filling = shipped().fillings("what exit code does test.sh give", found)[0]
    assert filling.signs["only asked"] == 0
    order = shipped().fillings("is a.txt readable", replace(BOOK["files.delete"], score=0.8))[0]
    assert order.signs["only asked"] > 0.7
