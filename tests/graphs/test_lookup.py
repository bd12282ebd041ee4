"""What is looked up: the parts of a request, follow-ups, and requests near to nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support.graph_parts import RECIPE, Shelf, World

from graphs.composing.composed import composed
from graphs.events import Answered
from graphs.lookup import look_up
from graphs.reading.ellipsis import Reading
from runtime.types import Document

MAKE = Document("make", "make a folder", "", "", template="mkdir {path}", slots={"path": ""})
MOVE = Document("move", "move a file", "", "", template="mv {file} {path}", slots={"file": ""})
BOTH = Document("both", "list a folder", "", "", template="ls {path}", slots={"path": ""})


def by_words(query: str) -> list[Document]:
    if "make" in query and "move" in query:
        return [replace(BOTH, score=0.6)]
    return [replace(document, score=0.9) for document in (MAKE, MOVE) if document.id in query]


def test_a_request_of_two_parts_is_looked_up_in_parts():
    library = Shelf(by_words)
    found = look_up(library, "make /srv/x and move a.txt there", shelf="sysadmin", count=5)
    assert [(document.id, document.part) for document in found] == [("make", 0), ("move", 1)]
    assert ("move a.txt there", "make a folder") in library.asked
    assert len(library.asked) == len(set(library.asked))


class Leaning(Shelf):
    """Knows what "how big they are" means only behind something else."""

    def __init__(self, first: Document) -> None:
        sizes = Document("sizes", "sizes of files", "", "", template="du {path}", score=0.9)
        others = [replace(MOVE, id=f"other{n}", title=f"{n}", score=0.9) for n in range(6)]
        super().__init__(lambda query: others if query.startswith("show") else [first])
        self.both = [sizes]

    def search(self, query: str, **how: Any) -> Sequence[Document]:
        found = super().search(query, **how)
        behind = how.get("context") or "pack" in query
        return self.both if "how big" in query and behind else found


@pytest.mark.parametrize(("changes", "parts"), [(True, {0, 1}), (False, {0})])
def test_a_recipe_that_only_reads_does_not_do_both_where_the_first_part_changes_something(
    changes: bool, parts: set[int]
):
    pack = replace(MAKE, id="pack", title="pack files", changes=changes, score=0.9)
    text = "pack the logs in /srv and show me how big they are"
    found = look_up(Leaning(pack), text, shelf="sysadmin", count=7)
    assert {document.part for document in found} == parts


def test_a_recipe_that_only_counts_does_not_list_as_well():
    listing = Document("list", "list logs", "", "", template="ls logs", score=0.9)
    count = replace(listing, id="count", title="count logs", template="ls logs | wc -l")
    both = "list the logs and tell me how many there are"
    found = look_up(
        Shelf(lambda query: [listing] if query == "list the logs" else [count]),
        both, shelf="s", count=5,
    )  # fmt: skip
    assert [(document.id, document.part) for document in found] == [("list", 0), ("count", 1)]


def test_two_questions_are_not_composed_into_one_command():
    one = replace(BOTH, score=0.7)
    text = "how many lines are in a.log and what is the last line"
    found = look_up(Shelf(lambda query: [one]), text, shelf="s", count=5)
    assert found[0].id == "both"


def test_a_request_whose_parts_are_no_nearer_stays_whole():
    library = Shelf(by_words)
    found = look_up(library, "make a note and say hello now", shelf="sysadmin", count=5)
    assert [(document.id, document.part) for document in found] == [("make", 0)]


def test_a_follow_up_is_looked_up_behind_the_recipe_before():
    library = Shelf(by_words)
    found = look_up(library, "move a.txt", shelf="sysadmin", count=5, before=MAKE)
    assert library.asked == [("move a.txt", "make a folder")]
    assert [(document.id, document.score) for document in found] == [("make", 0.9), ("move", 0.9)]


@pytest.mark.parametrize(
    ("text", "offered"),
    [("move it", False), ("make it 20", True), ("do it again", True), ("same for /usr", True)],
)
def test_the_same_command_is_offered_again_with_a_new_value_only(text: str, offered: bool):
    found = look_up(Shelf(by_words), text, shelf="sysadmin", count=5, before=MAKE)
    assert any(document.id == "make" for document in found) is offered


@pytest.mark.parametrize(("near", "asked"), [(0.39, True), (0.41, False)])
def test_what_is_near_to_nothing_is_asked_about(tmp_path: Path, near: float, asked: bool):
    world = World(tmp_path)
    world.shelf.recipe = replace(RECIPE, score=near)
    assistant = world.assistant(["the model's answer"], ask_below=0.4)
    *_, last = assistant.stream("c", "show me the largest files")
    assistant.close()
    assert isinstance(last, Answered)
    assert last.text.startswith("I am not sure what to do here") is asked
    assert (RECIPE.title in last.text) is asked


def test_a_request_that_is_composed_is_looked_up_as_one_command():
    text = "how many pngs over 1M are in pictures"
    found = look_up(Shelf(lambda query: [replace(BOTH, score=0.6)]), text, shelf="s", count=5)
    assert [document.id for document in found] == ["composed.files"]


def test_a_recipe_that_says_the_very_request_is_taken_before_it_is_composed():
    text = "how many pngs over 1M are in pictures"
    learned = replace(BOTH, slots={}, template="ls pictures/*.png | wc -l", score=0.97)
    found = look_up(Shelf(lambda query: [learned]), text, shelf="s", count=5)
    assert [document.id for document in found] == ["both"]


def test_a_composed_request_is_written_to_the_file_that_it_names():
    text = "count the md files over 2k in docs and save it in n.txt"
    found = look_up(Shelf(lambda query: [replace(BOTH, score=0.5)]), text, shelf="s", count=5)
    assert found[0].id == "composed.files"
    assert found[0].template.endswith("| wc -l > n.txt")


def test_a_composed_request_with_another_value_is_composed_again():
    before = composed("how many pngs over 1M are in /srv/a")
    assert before is not None
    read = Reading("how many pngs over 1M are in /srv/b", "same")
    library = Shelf(lambda query: [replace(BOTH, score=0.5)])
    found = look_up(library, "and in /srv/b?", shelf="s", count=5, before=before, read=read)
    assert found[0].template.startswith("find /srv/b ")
    read = Reading("how many red ones are in /srv/b", "same")
    found = look_up(library, "and red in /srv/b?", shelf="s", count=5, before=before, read=read)
    assert [document.id for document in found] == ["both"]
