"""Adding, finding and removing a person's files, each type with a real file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.knowledge import KnowledgeError, loaders, manpages
from tools.knowledge.base import KnowledgeBase, Source

ROFF = """.TH FROB 1
.SH NAME
frob \\- turn a widget around
.SH OPTIONS
.TP
\\fB\\-\\-spin\\fR
Spin the widget \\fIN\\fR times before it stops.
"""
RECIPE = """
- id: mine.frobnicate
  title: frobnicate a gizmo
  command: frobnicate --gizmo {name}
  slots: {name: ""}
  phrase: What frobnicating {name} gave
  asks:
    - frobnicate the gizmo {name}
    - run the gizmo frobnicator on {name}
"""


def pdf(pages: list[str]) -> bytes:
    """Return a PDF with one line of text a page, written object by object."""
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for number, text in enumerate(pages):
        stream = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET"
        font = "/Resources << /Font << /F1 3 0 R >> >>"
        contents = f"/Contents {5 + 2 * number} 0 R"
        objects += [
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] {font} {contents} >>",
            f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream",
        ]
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode()
    table = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n"
    table += "".join(f"{place:010} 00000 n \n" for place in places)
    trailer = f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{len(out)}\n%%EOF"
    return out + table.encode() + trailer.encode()


FILES: dict[str, tuple[bytes, str, str]] = {
    "plain.txt": (
        b"The espresso machine on floor three must be descaled on Mondays.",
        "when is the espresso machine descaled",
        "plain.txt#the espresso machine on",
    ),
    "guide.md": (
        b"# Guide\n\nWelcome.\n\n## Backups\n\nBackups go to the vault server at midnight.\n",
        "where do backups go at midnight",
        "guide.md#Backups",
    ),
    "page.html": (
        b"<html><head><title>Printers</title><script>var secret = 1;</script></head><body>"
        b"<h1>Printers</h1><p>The plotter Gutenberg takes A0 paper.</p></body></html>",
        "which paper does the plotter take",
        "page.html#printers",
    ),
    "report.pdf": (
        pdf(["The first page is about whales.", "Penguins live on the second page."]),
        "where do penguins live",
        "report.pdf#page 2",
    ),
    "frob.1": (ROFF.encode(), "spin the widget several times", "frob.1#options"),
}


@pytest.fixture
def base(tmp_path: Path) -> Iterator[KnowledgeBase]:
    opened = KnowledgeBase(tmp_path / "knowledge")
    yield opened
    opened.close()


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_each_type_is_added_found_cited_and_removed(
    base: KnowledgeBase, tmp_path: Path, name: str
) -> None:
    data, question, citation = FILES[name]
    path = tmp_path / name
    path.write_bytes(data)
    other = tmp_path / "other.txt"
    other.write_text("Zebras graze in the savanna, far from any office.")
    chunks = base.add(path)
    base.add(other)
    assert chunks >= 1
    assert base.search(question)[0].source == citation
    assert Source(str(path), "user", chunks) in base.sources()
    assert base.remove(str(path)) == chunks
    assert [d.source.partition("#")[0] for d in base.search(question)] == ["other.txt"]
    assert [source.name for source in base.sources()] == [str(other)]


def test_scripts_of_a_page_are_not_text(base: KnowledgeBase, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_bytes(FILES["page.html"][0])
    base.add(path)
    assert all("secret" not in document.text for document in base.search("secret"))


def test_the_users_shelf_is_searched_with_every_shelf(base: KnowledgeBase, tmp_path: Path) -> None:
    path = tmp_path / "plain.txt"
    path.write_bytes(FILES["plain.txt"][0])
    base.add(path)
    for shelf in ("sysadmin", "composer", "user", None):
        found = base.search("espresso machine", shelf=shelf)
        assert [document.title for document in found] == [
            "The espresso machine on floor three must be"
        ]


def test_own_recipes_are_offered_to_the_sysadmin_only(base: KnowledgeBase, tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(RECIPE)
    assert base.add(path) == 1
    found = base.search("please frobnicate gizmo x42", shelf="sysadmin")[0]
    assert found.template == "frobnicate --gizmo {name}"
    assert found.slots == {"name": ""}
    assert found.source == "mine.yaml#mine.frobnicate"
    assert base.search("please frobnicate gizmo x42", shelf="composer") == []


def test_adding_again_replaces_what_the_file_gave_before(
    base: KnowledgeBase, tmp_path: Path
) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("\n\n".join(f"Paragraph {n}. " + "words " * 120 for n in range(6)))
    many = base.add(path)
    path.write_text("Only this is left.")
    assert many > 1
    assert base.add(path) == 1
    assert [source.chunks for source in base.sources()] == [1]


def test_a_folder_adds_all_its_files(base: KnowledgeBase, tmp_path: Path) -> None:
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "a.txt").write_text("Anteaters eat ants.")
    (folder / "b.md").write_text("# Badgers\n\nBadgers dig setts.")
    assert base.add(folder) == 2
    assert base.search("badgers")[0].title == "Badgers"


def test_long_text_is_cut_at_the_limit_and_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    path.write_text("\n\n".join(f"Section {n}: " + "lorem ipsum " * 60 for n in range(20)))
    passages = loaders.load(path)
    assert all(len(p.text) <= loaders.CHUNK_CHARACTERS for p in passages)
    joined = " ".join(passage.text for passage in passages)
    assert all(f"Section {n}:" in joined for n in range(20))
    assert all(len(passage.title) <= 80 for passage in passages)


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("photo.jpg", b"\xff\xd8", "type that cannot be added"),
        ("empty.txt", b"", "holds no text"),
        ("blank.md", b"\n \n", "holds no text"),
        ("latin.txt", "Größe".encode("latin-1"), "not UTF-8"),
        ("broken.pdf", b"%PDF-1.4 and nothing else", "cannot be read as a PDF"),
        ("scan.pdf", pdf([""]), "text recognition"),
        ("list.yaml", b"- id: x\n  title: t\n", "command is missing"),
        ("map.yaml", b"a: 1\n", "must be a list of recipes"),
        ("brace.yaml", RECIPE.replace("{name}\n  slots", "{name\n  slots").encode(), "brace"),
        ("bad.yaml", b"- [", "not readable YAML"),
    ],
)
def test_what_cannot_be_added_is_named_and_leaves_the_rest(
    base: KnowledgeBase, tmp_path: Path, name: str, data: bytes, message: str
) -> None:
    good = tmp_path / "good.txt"
    good.write_text("Good things come in threes.")
    base.add(good)
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(KnowledgeError, match=message) as caught:
        base.add(path)
    assert name in str(caught.value)
    assert base.search("good things")[0].source == "good.txt#good things come in"


def test_a_file_over_the_limit_is_refused_unread(base: KnowledgeBase, tmp_path: Path) -> None:
    path = tmp_path / "huge.txt"
    with path.open("wb") as file:
        file.truncate(loaders.LIMIT_BYTES + 1)
    with pytest.raises(KnowledgeError, match="more than the 50 MB"):
        base.add(path)


def test_missing_files_and_unknown_sources_are_named(base: KnowledgeBase, tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="there is no file"):
        base.add(tmp_path / "nothing.txt")
    with pytest.raises(KnowledgeError, match=r"was not added; files that were: none"):
        base.remove("nothing.txt")


def test_two_recipes_with_one_id_are_refused(base: KnowledgeBase, tmp_path: Path) -> None:
    for name in ("one.yaml", "two.yaml"):
        (tmp_path / name).write_text(RECIPE)
    base.add(tmp_path / "one.yaml")
    with pytest.raises(KnowledgeError, match=r"mine\.frobnicate are taken"):
        base.add(tmp_path / "two.yaml")
    assert base.add(tmp_path / "one.yaml") == 1


def test_roff_without_a_formatter_keeps_headings_and_words() -> None:
    found = dict(manpages.sections(manpages.strip_roff(ROFF)))
    assert found["NAME"] == "frob - turn a widget around"
    assert "--spin" in found["OPTIONS"]
    assert "Spin the widget N times" in found["OPTIONS"]
