"""What a build has learned, searched beside the built-in knowledge and taken away with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.knowledge import KnowledgeError
from tools.knowledge.base import KnowledgeBase
from tools.knowledge.learned import Learned, read

BACKLOG = {
    "id": "learned.backlog",
    "title": "how many orders wait in a queue",
    "command": "ls {path}/orders | wc -l",
    "slots": {"path": ""},
    "phrase": "Orders that wait in {path}",
    "asks": ["how big is the order backlog in {path}", "orders waiting in {path}?"],
}
WORDING = {"tool": "transpose", "asks": ["shove {music} up by {interval}"]} | {
    "values": {"music": ["C E G", "Dm7"], "interval": ["a fifth", "a tone"]}
}
NOTE = {
    "id": "learned.oncall",
    "title": "who is on call",
    "text": "The rota is in /srv/rota.txt; it changes on Mondays at nine.",
    "asks": ["who has the pager this week", "who is on call now"],
}
ALL = Learned((BACKLOG,), (WORDING,), (NOTE,))


@pytest.fixture
def base(tmp_path: Path) -> Iterator[KnowledgeBase]:
    opened = KnowledgeBase(tmp_path / "knowledge")
    yield opened
    opened.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    ALL.write(tmp_path / "learned.jsonl")
    return tmp_path / "learned.jsonl"


def test_the_file_is_read_as_it_was_written(file: Path):
    assert read(file) == ALL


def test_a_recipe_is_found_with_the_file_and_only_with_it(base: KnowledgeBase, file: Path):
    found = base.search(
        "what is the backlog of orders in /srv/shop", shelf="sysadmin", learned=file
    )
    assert found[0].id == BACKLOG["id"] and found[0].template == BACKLOG["command"]
    assert found[0].source == "learned learned.backlog"
    assert not base.search("what is the backlog of orders in /srv/shop", shelf="sysadmin")


def test_a_wording_finds_its_tool_and_a_note_is_quoted(base: KnowledgeBase, file: Path):
    (tool,) = base.search("shove Fmaj7 up by a third", shelf="composer", k=1, learned=file)
    assert tool.tool == "transpose" and tool.kinds["interval"] == "i"
    found = base.search("who has the pager", shelf="sysadmin", learned=file)
    assert NOTE["text"] in [document.text for document in found]


def test_how_near_the_nearest_is(base: KnowledgeBase, file: Path):
    assert base.nearness("How big is the order backlog in /srv/a?", file) > 0.8
    assert base.nearness("shove Gm7 up by a fourth", file) > 0.8
    assert base.nearness("sing me a lullaby", file) < 0.4


def test_more_files_than_stay_open_are_all_found(base: KnowledgeBase, tmp_path: Path):
    files = [tmp_path / f"{n}.jsonl" for n in range(7)]
    for number, file in enumerate(files):
        Learned(({**BACKLOG, "id": f"learned.{number}"},)).write(file)
    for number, file in [*enumerate(files), (0, files[0])]:
        found = base.search("orders waiting in /srv?", shelf="sysadmin", learned=file)
        assert [d.id for d in found if d.template] == [f"learned.{number}"]


@pytest.mark.parametrize(
    "line",
    ["no json", '{"recipe": {"id": "x"}}', '{"poem": {}}', "[]", '{"recipe": {}, "note": {}}'],
)
def test_a_damaged_file_is_named_with_what_to_do(base: KnowledgeBase, tmp_path: Path, line: str):
    (tmp_path / "bad.jsonl").write_text(line + "\n")
    with pytest.raises(KnowledgeError, match=r"bad.jsonl cannot be read .*mica models rollback"):
        base.search("anything", shelf="sysadmin", learned=tmp_path / "bad.jsonl")
