"""The built-in index, search over it, and several processes on one folder."""

from __future__ import annotations

import contextlib
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from support import needs

from runtime import recipes as recipe_code
from runtime.embedder import WEIGHTS, MicaEmbedder
from sandboxes import CommandResult, Limits, SandboxError
from sandboxes.choose import open_sandbox
from tools.knowledge import KnowledgeError, manuals
from tools.knowledge import ensure as building
from tools.knowledge.base import KnowledgeBase
from tools.knowledge.ensure import ensure
from tools.knowledge.recipes import load_notes, load_recipes
from tools.knowledge.store import Store
from tools.knowledge.tool_asks import load_wordings
from training.embedder import fill

ROOT = Path(__file__).parents[2]


# Building all of it on a busy machine takes its time.
pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def home(knowledge_home: Path) -> Path:
    return knowledge_home


@pytest.fixture(scope="module")
def base(home: Path) -> Iterator[KnowledgeBase]:
    opened = KnowledgeBase(home / "knowledge")
    yield opened
    opened.close()


def test_a_second_ensure_finds_everything_done(home: Path) -> None:
    before = Store(home / "knowledge").state()
    assert "is up to date" in ensure(home)
    assert Store(home / "knowledge").state() == before


def test_known_wordings_with_new_values_find_their_recipe(base: KnowledgeBase) -> None:
    rng = random.Random(3)
    asked = rng.sample([(r, str(a)) for r in load_recipes() for a in r["asks"]], 1000)
    found = [
        recipe["id"] in [d.id for d in base.search(fill(recipe, ask, rng), shelf="sysadmin")]
        for recipe, ask in asked
    ]
    assert statistics.mean(found) >= 0.965


def test_questions_find_their_note_after_the_recipes(base: KnowledgeBase) -> None:
    for specialist in ("sysadmin", "composer"):
        for note in load_notes(specialist):
            found = base.search(str(note["asks"][0]), shelf=specialist)
            assert note["id"] in [document.id for document in found]
            kinds = [document.template is None for document in found]
            assert kinds == sorted(kinds)
            assert len(found) == 6


def test_a_recipe_comes_with_all_that_filling_it_needs(base: KnowledgeBase) -> None:
    found = base.search("show me the 5 largest files under /usr/lib", shelf="sysadmin")[0]
    assert found.id == "files.largest"
    assert found.source == "recipe files.largest"
    assert "/usr/lib" in recipe_code.fill(found, ["/usr/lib", "5"])
    assert "5" in recipe_code.phrase(found, ["/usr/lib", "5"])


def test_search_keeps_to_its_shelf_and_its_number(base: KnowledgeBase) -> None:
    composer = base.search("what is a tritone substitution", shelf="composer", k=3)
    assert {d.id.split(".")[0] for d in composer} == {"tool", "music"}
    for count in (0, 1, 2, 6, 20):
        assert len(base.search("list files", shelf="sysadmin", k=count)) == count
    assert base.search("  ", shelf="sysadmin") == []
    with pytest.raises(KnowledgeError, match="there is no shelf 'cooking'"):
        base.search("soup", shelf="cooking")


def test_odd_queries_are_answered(base: KnowledgeBase) -> None:
    for query in ("?", "🙂🙂", "{path} {", "日本語", "a" * 20_000, "<r1> <|end_of_text|>"):
        assert len(base.search(query, shelf="sysadmin")) == 6


def test_another_embedder_is_noticed_and_ensure_embeds_again(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = tmp_path / "mine"
    shutil.copytree(home, mine)
    note = tmp_path / "note.txt"
    note.write_text("The quokka smiles at tourists.")
    first = KnowledgeBase(mine / "knowledge")
    first.add(note)
    first.close()
    with np.load(WEIGHTS) as stored:
        np.savez(tmp_path / "small.npz", vectors=stored["vectors"][:, :64], share=0.5)
    shutil.copy(WEIGHTS.with_name("encoder.npz"), tmp_path)
    tokenizer = WEIGHTS.with_suffix(".tokenizer.json")
    shutil.copy(tokenizer, tmp_path / "small.tokenizer.json")
    small = MicaEmbedder(tmp_path / "small.npz")
    with pytest.raises(KnowledgeError, match="run mica knowledge ensure"):
        KnowledgeBase(mine / "knowledge", small)
    # Fewer recipes and wordings than there are, for speed.
    monkeypatch.setattr(building, "load_recipes", lambda: load_recipes()[:50])
    monkeypatch.setattr(building, "load_wordings", lambda: load_wordings()[:500])
    assert "was built" in ensure(mine, embedder=small)
    again = KnowledgeBase(mine / "knowledge", small)
    assert again.search("quokka smiles")[0].title != ""
    assert [document.id for document in again.search("zombie processes", k=6)]
    assert "note.txt#the quokka smiles at" in [d.source for d in again.search("quokka", k=6)]
    again.close()


def test_ensure_adds_the_manuals_once_there_is_a_sandbox(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with needs.a_sandbox():
        sandbox = open_sandbox()
    mine = tmp_path / "mine"
    shutil.copytree(home, mine)
    monkeypatch.setattr(manuals, "programs", lambda recipes: ["wc", "nl"])  # 2 of 128, for speed
    with contextlib.closing(sandbox):
        assert "without manuals" not in ensure(mine, sandbox)
        assert "is up to date" in ensure(mine, sandbox)
    assert "is up to date" in ensure(mine)
    with contextlib.closing(KnowledgeBase(mine / "knowledge")) as base:
        found = base.search("what does the option --max-line-length of wc print", shelf="sysadmin")
        assert "manual of wc" in {document.title.partition(":")[0] for document in found}
        assert "shell.zombie" in [d.id for d in base.search("what is a zombie process")]
        assert base.sources() == []


class _BrokenSandbox:
    """A sandbox whose engine went away after the first question; runs nothing."""

    name = "broken"
    limits = Limits()
    asked = 0

    def run(
        self, command: str, *, conversation: str, call_id: str, seconds: float | None = None
    ) -> CommandResult:
        self.asked += 1
        if self.asked == 1:
            return CommandResult(0, "0" * 64, 0.0)
        raise SandboxError("the engine went away; start it again")

    def write_file(self, conversation: str, path: str, data: bytes) -> None:
        raise SandboxError("the engine went away; start it again")

    def read_file(self, conversation: str, path: str) -> bytes:
        raise SandboxError("the engine went away; start it again")

    def forget(self, conversation: str) -> None:
        """Nothing is kept."""

    def close(self) -> None:
        """Nothing is open."""


def test_a_sandbox_that_fails_costs_only_the_manuals(home: Path, tmp_path: Path) -> None:
    shutil.copytree(home, tmp_path, dirs_exist_ok=True)
    message = ensure(tmp_path, _BrokenSandbox())
    assert "was built" in message
    assert "without manuals" in message
    assert "the engine went away" in message
    with contextlib.closing(KnowledgeBase(tmp_path / "knowledge")) as base:
        assert base.search("what is a zombie process", shelf="sysadmin")[0].template is not None


def python(code: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


HOLD = """
import sys; from pathlib import Path; from tools.knowledge.store import Store
with Store(Path(sys.argv[1])).writing() as (client, state):
    client.get_or_create_collection("half-done", embedding_function=None)
    print("writing", flush=True)
    sys.stdin.read()
    raise SystemExit(1)
"""
ADD = """
import sys; from pathlib import Path; from tools.knowledge.base import KnowledgeBase
print(KnowledgeBase(Path(sys.argv[1])).add(sys.argv[2]))
"""


def test_while_another_process_writes_search_works_and_add_says_who(tmp_path: Path) -> None:
    folder = tmp_path / "knowledge"
    first, second = tmp_path / "first.txt", tmp_path / "second.txt"
    first.write_text("Otters hold hands while they sleep.")
    second.write_text("Owls turn their heads very far.")
    base = KnowledgeBase(folder)
    base.patience = 0.1
    base.add(first)
    other = python(HOLD, str(folder))
    assert other.stdout is not None
    assert other.stdout.readline() == "writing\n"
    assert base.search("otters")[0].source.startswith("first.txt")
    with pytest.raises(KnowledgeError, match=rf"another process \(process {other.pid}\)"):
        base.add(second)
    other.communicate("")
    assert base.add(second) == 1
    assert {d.source.partition("#")[0] for d in base.search("animals")} == {
        "first.txt",
        "second.txt",
    }
    base.close()


def test_what_another_process_adds_is_found_by_the_next_search(tmp_path: Path) -> None:
    folder = tmp_path / "knowledge"
    text = tmp_path / "text.txt"
    text.write_text("Lobsters never stop growing.")
    base = KnowledgeBase(folder)
    assert base.search("lobsters") == []
    output, _ = python(ADD, str(folder), str(text)).communicate(timeout=600)
    assert output == "1\n"
    assert base.search("lobsters")[0].text == "Lobsters never stop growing."
    base.close()


def test_a_writer_that_is_killed_leaves_the_version_in_place(tmp_path: Path) -> None:
    folder = tmp_path / "knowledge"
    text = tmp_path / "text.txt"
    text.write_text("Herons stand on one leg.")
    base = KnowledgeBase(folder)
    base.add(text)
    before = Store(folder).state()
    other = python(HOLD, str(folder))
    assert other.stdout is not None
    assert other.stdout.readline() == "writing\n"
    other.kill()
    other.communicate()
    assert Store(folder).state() == before
    again = KnowledgeBase(folder)
    assert again.search("herons")[0].source.startswith("text.txt")
    assert again.add(text) == 1
    assert not (folder / "unfinished").exists()
    assert [path.name for path in folder.glob("version-*")] == ["version-2"]
    again.close()
    base.close()


def test_a_broken_state_file_says_what_to_do(tmp_path: Path) -> None:
    folder = tmp_path / "knowledge"
    folder.mkdir()
    (folder / "current.json").write_text("{")
    with pytest.raises(KnowledgeError, match=re.escape("run mica knowledge ensure")):
        KnowledgeBase(folder)


def test_closing_removes_the_private_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    text = tmp_path / "text.txt"
    text.write_text("Geckos lick their own eyes.")
    base = KnowledgeBase(tmp_path / "knowledge")
    base.add(text)
    assert len(list(scratch.iterdir())) == 1
    base.close()
    assert list(scratch.iterdir()) == []
