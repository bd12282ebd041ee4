"""The index of the corpus: built by a worker, resumed after a kill, asked and shown."""

from __future__ import annotations

import os
import subprocess
import sys
import wave
from io import BytesIO
from pathlib import Path

import pytest

from tools import ToolError
from tools.music.corpus.build import _alone, build, is_building
from tools.music.corpus.entry import TICKS, BarMark, Entry, Line, Note
from tools.music.corpus.index import Index, Status
from tools.music.corpus.place import CorpusError, corpus_folder, index_path, scores_in
from tools.music.corpus.search import Query, find
from tools.music.corpus_tools import find_in_corpus, show_excerpt
from tools.music.pitch import Pitch

TUNE = "X:1\nT:{}\nM:3/4\nL:1/4\nK:{}\nG A B|c d e|d c B|A B G|\n"
OPUS = "X:1\nT:One\nM:2/4\nL:1/4\nK:D\nD E|F G|A2|\n\nX:2\nT:Two\nM:2/4\nL:1/4\nK:Am\nA B|c d|e2|\n"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Status]:
    """A data folder with an index of some of the corpus's own chorales."""
    folder = tmp_path_factory.mktemp("home")
    told: list[Status] = []
    ended = build(folder / "corpus.db", corpus_folder(), told.append, only="bach/bwv26")
    assert [status.done for status in told] == list(range(1, ended.done + 1))
    return folder, ended


@pytest.fixture
def home(built: tuple[Path, Status], monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MICA_HOME", str(built[0]))
    return built[0]


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A small corpus: tunes, a collection of tunes, and a file that is no score."""
    folder = tmp_path / "corpus"
    for place, name in enumerate(("a", "b", "c")):
        path = folder / "miscFolk" / f"{name}.abc"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(TUNE.format(f"Tune {name}", "G" if place else "Em"))
    (folder / "miscFolk" / "opus.abc").write_text(OPUS)
    (folder / "bach").mkdir()
    (folder / "bach" / "broken.mxl").write_bytes(b"PK\x03\x04 no score")
    (folder / "demos").mkdir()
    (folder / "demos" / "left_out.abc").write_text(TUNE.format("Demo", "C"))
    return folder


def test_a_small_corpus_is_read_and_failures_are_named(corpus: Path, tmp_path: Path) -> None:
    path = tmp_path / "index.db"
    ended = build(path, corpus)
    assert (ended.files, ended.done, ended.failed, ended.scores) == (5, 4, 1, 5)
    assert [source for source, _ in ended.errors] == ["bach/broken.mxl"]
    with Index(path) as index:
        rows = {row.source: row for row in index.rows()}
        assert {row.title for row in rows.values()} == {"Tune a", "Tune b", "Tune c", "One", "Two"}
        assert rows["miscFolk/b.abc"].key == "G major" and rows["miscFolk/b.abc"].meter == "3/4"
        assert rows["miscFolk/opus.abc#2"].key == "A minor"
        assert rows["miscFolk/b.abc"].melody == "oonookklkoi||"
    assert not is_building(path)


def test_a_tune_of_a_collection_is_found_by_the_name_that_answers_give(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MICA_HOME", str(tmp_path))
    build(index_path(), corpus)
    found = find_in_corpus.call({"key": "A minor"})
    assert "[miscFolk/opus#2]" in found.text
    for name in ("miscFolk/opus#2", "miscFolk/opus.abc#2", "opus#2", "Two"):
        assert show_excerpt.call({"piece": name}).text.startswith("traditional, Two,")


def test_a_killed_build_goes_on_where_it_was(corpus: Path, tmp_path: Path) -> None:
    path = tmp_path / "index.db"
    with Index(path, make=True) as index:
        index.plan(scores_in(corpus))
    command = [sys.executable, "-m", "tools.music.corpus.worker", str(path), str(corpus)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdout is not None
        ends = (line for line in worker.stdout if line.startswith("end"))
        first = [next(ends).split()[1], next(ends).split()[1]]
        worker.kill()
    with Index(path) as index:
        halfway = index.status()
        assert halfway.done + halfway.failed >= 2 and halfway.waiting >= 1
        kept = {row.source: row.id for row in index.rows()}
    ended = build(path, corpus)
    assert (ended.waiting, ended.scores) == (0, 5)
    with Index(path) as index:
        after = {row.source: row.id for row in index.rows()}
    assert kept.items() <= after.items() and first[0] == "bach/broken.mxl"


def test_a_file_that_takes_too_long_is_given_up(corpus: Path, tmp_path: Path) -> None:
    # Whoever opens a pipe that nobody writes to waits for ever.
    os.mkfifo(corpus / "miscFolk" / "hangs.abc")
    ended = build(tmp_path / "index.db", corpus, file_seconds=2, only="miscFolk/h")
    assert ended.failed == 1 and "longer than 2 s" in ended.errors[0][1]


def test_one_build_at_a_time(corpus: Path, tmp_path: Path) -> None:
    path = tmp_path / "index.db"

    def second(status: Status) -> None:
        assert is_building(path)
        with pytest.raises(CorpusError, match="being built already"):
            build(path, corpus)

    assert build(path, corpus, second).done == 4


def test_nothing_to_read_and_nothing_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MICA_HOME", str(tmp_path))
    with pytest.raises(ToolError, match="mica corpus build"):
        find_in_corpus.call({"composer": "Bach"})
    with pytest.raises(CorpusError, match="no scores"):
        build(index_path(), tmp_path)
    index_path().write_bytes(b"this is no database, but long enough to be looked at" * 100)
    with pytest.raises(ToolError, match="--again"):
        find_in_corpus.call({"composer": "Bach"})


def test_scores_are_read_once_however_often_the_index_is_opened(corpus: Path, tmp_path: Path):
    path = tmp_path / "index.db"
    build(path, corpus)
    seen = []
    for _ in range(3):
        with Index(path) as index:
            seen.append(index.rows())
    assert seen[0] is seen[1] is seen[2] and len(seen[0]) == 5
    (corpus / "miscFolk" / "more.abc").write_text(TUNE.format("More", "G"))
    build(path, corpus)
    with Index(path) as index:
        assert len(index.rows()) == 6


def test_the_index_is_small(built: tuple[Path, Status]) -> None:
    _, ended = built
    assert ended.scores >= 10 and ended.failed == 0
    assert ended.size < 20_000 * ended.scores


def test_a_persons_analysis_is_kept(home: Path) -> None:
    found = show_excerpt.call({"piece": "BWV 269", "bars": "12-15"})
    assert found.text.splitlines()[0].endswith("bars 12 to 15 of 21")
    assert "G major: I6 V7 | I I6 V7/IV | IV | I V6 V65 I vii°6 (by Andrew Jones)" in found.text
    assert [artifact.name for artifact in found.artifacts] == [
        f"bwv269-bars-12-15.{ending}" for ending in ("svg", "wav", "mid", "musicxml", "abc")
    ]
    with wave.open(BytesIO(found.artifacts[1].data)) as file:
        assert 8 < file.getnframes() / file.getframerate() < 11


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ({"composer": "Bach", "progression": "V7 I"}, "V7 I, by Bach: "),
        ({"key": "G major", "meter": "3/4"}, "in G major, meter 3/4: "),
        ({"contour": "down down down down"}, "contour down down down down: "),
        ({"intervals": "-2 -2 -1", "rhythm": "q q q"}, "steps -2 -2 -1, rhythm q q q: "),
    ],
)
def test_questions(home: Path, asked: dict[str, str], first: str) -> None:
    found = find_in_corpus.call(asked)
    assert found.status == "ok" and found.text.startswith(first)
    assert "[bach/bwv26" in found.text


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("Bach", "Johann Sebastian Bach"),
        ("J.S. Bach", "Johann Sebastian Bach"),
        ("something by C.P.E. Bach", "Carl Philipp Emanuel Bach"),
        ("CPE Bach", "Carl Philipp Emanuel Bach"),
        ("johann sebastian bach", "Johann Sebastian Bach"),
        ("Clara Schumann", "Clara Schumann"),
        ("R. Schumann", "Robert Schumann"),
    ],
)
def test_composers_of_one_name_are_told_apart(tmp_path: Path, said: str, name: str) -> None:
    people = ["Johann Sebastian Bach"] * 2 + [
        "Carl Philipp Emanuel Bach", "Clara Schumann", "Robert Schumann", "Robert Schumann",
    ]  # fmt: skip
    notes = tuple(Note(n * TICKS, TICKS, (Pitch("C", 0, 4 + n),)) for n in range(4))
    with Index(tmp_path / "index.db", make=True) as index:
        for number, person in enumerate(people):
            source = f"x/{number}.mxl"
            index.plan([source])
            entry = Entry(source, "x", person, "T", (Line("a", notes),), (BarMark(0, 1),))
            index.keep(source, [entry], 0.1)
        found, _ = find(index, Query(composer=said))
    assert {row.composer for row in found} == {name}


def test_melodies_are_where_they_are_said_to_be(home: Path) -> None:
    found = find_in_corpus.call({"intervals": "-2 -2 -1", "rhythm": "q q q q"})
    assert found.artifacts and "; bar" in found.text
    with Index(index_path()) as index:
        for row in index.rows():
            entry = index.stored(row.id).whole()
            starts = sum(len(line.notes) + 1 for line in entry.lines)
            assert len(row.melody) == len(row.rhythm) == starts


def test_an_index_that_is_being_built_answers_at_once_and_says_how_far_it_is(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MICA_HOME", str(tmp_path))
    path = tmp_path / "corpus.db"
    with _alone(path):
        for _ in range(2):  # before the file is there, and before anything is in it
            with pytest.raises(ToolError, match="begun a moment ago"):
                find_in_corpus.call({"key": "G major"})
            with Index(path, make=True) as index:
                index.plan(["bach/a.abc", "bach/b.abc", "palestrina/c.krn"])
        with pytest.raises(ToolError, match="begun a moment ago"):
            show_excerpt.call({"piece": "bach/a"})
        with Index(home / "corpus.db") as whole, Index(path, make=True) as index:
            index.keep("bach/a.abc", [whole.stored(whole.rows()[0].id).whole()], 0.1)
        found = find_in_corpus.call({"composer": "Bach", "contour": "up down"})
        assert "is being built: 1 of 3 files are read; not yet all by Johann" in found.text
        assert found.artifacts
        with pytest.raises(ToolError, match="nothing yet by Giovanni Pierluigi da Palestrina"):
            find_in_corpus.call({"composer": "Palestrina"})
        assert "nothing yet by Giovanni" in find_in_corpus.call({"meter": "4/4"}).text
    stopped = find_in_corpus.call({"meter": "4/4"}).text
    assert "is not complete: 1 of 3" in stopped and "`mica corpus build` reads the rest" in stopped


def test_nothing_found_is_said(home: Path) -> None:
    found = find_in_corpus.call({"intervals": "+11 -11 +11 -11"})
    assert found.status == "empty" and ": 0 of " in found.text and not found.artifacts


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({}, "say what to look for"),
        ({"composer": "Bahc"}, "did you mean Bach"),
        ({"composer": "Palestrina"}, "nothing by"),
        ({"progression": "Q"}, "cannot read the numeral"),
        ({"meter": "seven"}, "as a meter"),
    ],
)
def test_questions_that_cannot_be_answered(home: Path, asked: dict[str, str], said: str) -> None:
    with pytest.raises(ToolError, match=said):
        find_in_corpus.call(asked)


@pytest.mark.parametrize(
    ("piece", "bars", "said"),
    [
        ("bach/bwv269", "90", "bars 0 to 21"),
        ("bach/bwv9999", "", "there is no piece"),
        ("", "", "no piece was named"),
    ],
)
def test_excerpts_that_do_not_exist(home: Path, piece: str, bars: str, said: str) -> None:
    with pytest.raises(ToolError, match=said):
        show_excerpt.call({"piece": piece, "bars": bars})


def test_serving_does_not_import_music21() -> None:
    code = (
        "import sys, tools.music.tools, tools.music.corpus_tools; print('music21' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
