"""How requests, wordings and manuals are prepared for search; the embedders."""

from __future__ import annotations

import doctest
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from support import needs

from runtime.embedder import (
    WEIGHTS,
    EmbedderError,
    GgufEmbedder,
    MicaEmbedder,
    load_embedder,
)
from sandboxes import Sandbox
from sandboxes.choose import open_sandbox
from tools.knowledge import manpages, manuals, text
from tools.knowledge.recipes import RecipeError, load_notes, load_recipes, read_recipes

PAGE = """TAR(1)                    GNU TAR Manual                    TAR(1)

NAME
       tar - an archiving utility

OPTIONS
       -c, --create
              Create a new archive.

EXAMPLES
       tar -cf a.tar b

SEE ALSO
       gzip(1)
"""


@pytest.mark.parametrize("module", [text, manpages])
def test_the_examples_in_the_documentation_hold(module: object) -> None:
    result = doctest.testmod(module)  # type: ignore[arg-type]
    assert result.attempted > 0
    assert result.failed == 0


@pytest.mark.parametrize(
    ("wording", "request_typed"),
    [
        ("the {count} largest files under {path}", "the ten largest files under ~/Downloads"),
        ("find {text} in {pattern} files", "find 'out of memory' in *.log files"),
        ("what is in {file}", "what is in notes.txt"),
        ("files over {size} in {path}", "Files over 20 MB in /srv/www"),
        ("what starts on {day} by {file}", "What starts on Thursdays by night.cron"),
        ("entries of {file} from {month}", "entries of shop.log from november"),
        ("divide {a} by {b}", "divide 90 by 7"),
    ],
)
def test_a_wording_and_a_request_made_from_it_become_alike(
    wording: str, request_typed: str
) -> None:
    assert text.normalise_template(wording) == text.normalise(request_typed)


def test_all_recipes_and_notes_are_sound() -> None:
    recipes = load_recipes()
    assert len(recipes) > 300
    for specialist, least in (("sysadmin", 50), ("composer", 70)):
        notes = load_notes(specialist)
        assert len(notes) >= least
        assert len({note["title"] for note in notes}) == len(notes)
        assert all(6 <= len(note["asks"]) <= 10 for note in notes)
        assert all(1 <= len(note["title"].split()) <= 4 for note in notes)
    assert load_notes("nobody") == []


def test_a_recipe_file_that_is_wrong_is_named(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("- {id: a, title: t, command: 'ls {x}', phrase: p, slots: {}}")
    with pytest.raises(RecipeError, match=r"mine\.yaml: a: slots are \[\]"):
        read_recipes(path)
    recipe = "- {id: a, title: t, command: ls, phrase: p, asks: [list]}\n"
    path.write_text(recipe * 2)
    with pytest.raises(RecipeError, match="must be unique"):
        load_recipes(tmp_path)


def test_a_manual_page_becomes_passages_by_section() -> None:
    found = {p.title: p for p in manuals.passages("tar", PAGE)}
    assert list(found) == ["manual of tar", "manual of tar: options", "manual of tar: examples"]
    assert found["manual of tar: options"].text == "-c, --create\nCreate a new archive."
    assert found["manual of tar: examples"].source == "tar manual#examples"


def test_programs_are_read_out_of_commands() -> None:
    commands = [
        "find {path} -xdev -type f -printf '%s' | sort -rn | head -n {count}",
        "LC_ALL=C ls {path} && grep 'a|b' {file} || true",
        "find {path} -name {glob} -exec wc -l {{}} +; du -sh {path}",
        "find {path} -print0 | xargs -0 file",
    ]
    found = manuals.programs([{"command": command} for command in commands])
    assert found == ["du", "file", "find", "grep", "head", "ls", "sort", "wc"]


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with needs.a_sandbox():
        opened = open_sandbox()
    yield opened
    opened.close()


def test_manuals_are_read_inside_the_sandbox(sandbox: Sandbox) -> None:
    found = manuals.ingest_manuals(sandbox, ["tar", "wc", "no-such-program"])
    titles = {passage.title for passage in found}
    assert {"manual of tar", "manual of tar: options", "manual of wc"} <= titles
    assert {title.split()[2].rstrip(":") for title in titles} == {"tar", "wc"}
    assert any("newline" in p.text for p in found if p.title.startswith("manual of wc"))
    assert len(manuals.fingerprint(sandbox)) == 24


def test_vectors_have_length_one_and_meaning() -> None:
    embedder = load_embedder("mica")
    rows = embedder.encode(["largest files", "biggest files", "current branch in git", ""])
    assert rows.shape == (4, embedder.dimensions)
    assert rows.dtype == np.float32
    assert np.allclose(np.linalg.norm(rows[:3], axis=1), 1, atol=1e-5)
    assert not rows[3].any()
    assert rows[0] @ rows[1] > rows[0] @ rows[2] + 0.2
    assert embedder.encode([]).shape == (0, embedder.dimensions)


def test_the_shipped_embedder_is_small() -> None:
    files = (WEIGHTS, WEIGHTS.with_suffix(".tokenizer.json"))
    assert sum(path.stat().st_size for path in files) < 16_000_000


def test_a_gguf_model_embeds(tiny_models: Path) -> None:
    embedder = load_embedder(f"gguf:{tiny_models / 'tiny.gguf'}")
    rows = embedder.encode(["largest files", "current branch", "largest files"])
    assert rows.shape == (3, embedder.dimensions)
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-4)
    assert np.allclose(rows[0], rows[2], atol=1e-4)
    assert not np.allclose(rows[0], rows[1], atol=1e-4)


def test_embedders_that_cannot_be_loaded_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(EmbedderError, match="use mica, sentence-transformers:NAME or gguf:PATH"):
        load_embedder("word2vec")
    with pytest.raises(EmbedderError, match="there is no file"):
        GgufEmbedder(tmp_path / "none.gguf")
    (tmp_path / "bad.gguf").write_bytes(b"nothing")
    with pytest.raises(EmbedderError, match=r"llama\.cpp cannot load"):
        GgufEmbedder(tmp_path / "bad.gguf")
    with pytest.raises(EmbedderError, match="restore it"):
        MicaEmbedder(tmp_path / "none.npz")


def test_a_missing_library_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(EmbedderError, match=r"mica\[embeddings\]"):
        load_embedder("sentence-transformers:all-MiniLM-L6-v2")
