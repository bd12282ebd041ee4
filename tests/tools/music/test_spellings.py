"""Names as people write them, against a table written by hand; wrong ones and their correction."""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support import needs

from runtime.yaml_files import read_yaml
from tools.music.chord_text import read_chord
from tools.music.interval_text import read_interval
from tools.music.key import read_key
from tools.music.music_text import read_chords, read_notes
from tools.music.pitch import MusicError, Pitch
from tools.music.roman import realise
from tools.music.scale import read_scale

HERE = Path(__file__).parent
TABLE = read_yaml(HERE / "spellings.yaml")
WRONG = read_yaml(HERE / "wrong_spellings.yaml")
C = read_key("C major")


def _joined(pitches: tuple[Pitch, ...]) -> str:
    return " ".join(str(pitch) for pitch in pitches)


def _numeral(text: str, key: str) -> str:
    (numeral,) = realise(text, read_key(key))
    return _joined(numeral.chord.pitches)


READERS: dict[str, Callable[..., str]] = {
    "notes": lambda text: _joined(read_notes(text)),
    "lines": lambda text: _joined(read_notes(text)),
    "intervals": lambda text: read_interval(text).words,
    "scales": lambda text: _joined(read_scale(text).pitches),
    "keys": lambda text: read_key(text).name,
    "charts": lambda text: " ".join(chord.symbol for chord in read_chords(text)),
    "numerals": _numeral,
    "progressions": lambda text, key: " ".join(
        numeral.chord.symbol for numeral in realise(text, read_key(key))
    ),
    "chords": lambda text: _joined(read_chord(text).pitches),
}


def rows() -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Each spelling: its section, the right answer, and the reader's arguments."""
    for section, answers in TABLE.items():
        for answer, spellings in answers.items():
            if isinstance(spellings, dict):
                for given, texts in spellings.items():
                    yield from ((section, given, (text, answer)) for text in texts)
            else:
                yield from ((section, answer, (text,)) for text in spellings)


ROWS = list(rows())


def test_the_table_is_large_and_says_each_thing_once() -> None:
    assert len(ROWS) > 1400
    assert [row for row, count in Counter(ROWS).items() if count > 1] == []


@pytest.mark.parametrize("section", TABLE)
def test_every_spelling_gives_its_answer(section: str) -> None:
    wrong = []
    for part, answer, arguments in ROWS:
        if part != section:
            continue
        try:
            got = READERS[section](*arguments)
        except MusicError as problem:
            got = str(problem)
        if got != answer:
            wrong.append(f"{arguments}: {answer} expected, not {got}")
    assert wrong == []


@pytest.mark.parametrize(
    ("section", "text"), [(section, text) for section, texts in WRONG.items() for text in texts]
)
def test_wrong_input_is_refused_with_something_that_reads(section: str, text: str) -> None:
    read = READERS[section] if section not in ("numerals", "progressions") else _in_c(section)
    with pytest.raises(MusicError) as caught:
        read(text)
    expected = WRONG[section][text]
    suggested = re.search(r"did you mean (.+)\?", str(caught.value))
    assert suggested is not None, str(caught.value)
    meant = suggested[1].split(" or ")
    assert meant == expected
    for one in meant:
        assert read(one)


@pytest.mark.parametrize(
    ("section", "text"),
    [
        ("intervals", "an octave and " * 2000 + "a third"),
        ("scales", "first mode of " * 2000 + "C major"),
        ("keys", "first mode of " * 2000 + "C major"),
        ("numerals", "V/" * 2000 + "V"),
        ("chords", "C" + "m" * 20000),
        ("lines", "do re " * 5000 + "in C"),
        ("lines", "c' " * 5000),
    ],
)
def test_overlong_names_are_refused_at_once(section: str, text: str) -> None:
    read = _in_c(section) if section == "numerals" else READERS[section]
    start = time.process_time()
    with pytest.raises(MusicError):
        read(text)
    assert time.process_time() - start < 2


def _in_c(section: str) -> Callable[[str], str]:
    return lambda text: READERS[section](text, "C major")


def test_wrong_inputs_are_many() -> None:
    assert sum(len(texts) for texts in WRONG.values()) >= 60


def test_examples_of_the_page_are_read() -> None:
    page = (HERE.parents[2] / "docs" / "composer.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\w+) \| (`.*`) \|$", page.split("## Names")[1], re.MULTILINE)
    sections = {"notes": "lines"}
    assert {section for section, _ in rows} >= {"notes", "chords", "scales", "keys", "numerals"}
    for section, examples in rows:
        for text in re.findall(r"`([^`]+)`", examples.replace("\\|", "|")):
            if section == "numerals":
                assert READERS["progressions"](text, "C major"), text
            else:
                assert READERS[sections.get(section, section)](text), text


# Numerals of published analyses that we read otherwise than the analysts' own tool, and why.
DELIBERATE = re.compile(
    r"(?:I|IV|VI|III|bVI|bII|bIII|III\+|I\+|bVII)(?:7|65|43|42|9)(?:/.*)?"  # as in a blues
    r"|vii(?:6|64|42)?(?:/.*)?|ii(?:7|65|43|42|6|64)?(?:/.*)?"  # small numerals: the scale's fifth
    r"|b(?:VI|VII).*|#vi.*"  # in minor: the sixth and seventh degrees as they stand
    r"|.*9.*|iiø.*b9"  # a ninth is major where it is not flattened
    r"|V765|.*7642|.*742|IV765|[iV]+6?b5|iv6b5|viio6?2|V\+?642|i62|I6\+|V7b9|Vb9.*"  # rare figures
)


def _analyses() -> Counter[tuple[str, str]]:
    path = needs.data("train/when-in-rome/analyses.jsonl")
    found: Counter[tuple[str, str]] = Counter()
    for line in path.read_text(encoding="utf-8").splitlines():
        mode = "major"
        for row in json.loads(line)["text"].splitlines():
            for word in row.split()[1:] if re.match(r"m\d+", row) else ():
                key = re.fullmatch(r"([A-Ga-g])[b#]*:", word)
                if key:
                    mode = "major" if key[1].isupper() else "minor"
                elif re.fullmatch(r"(?:[#b]*[ivIV]|N|Ger|It|Fr|Cad).*", word):
                    found[word, mode] += 1
    return found


def test_numerals_of_published_analyses_are_read() -> None:
    found = _analyses()
    unread = Counter[str]()
    for (text, mode), count in found.items():
        try:
            realise(text, read_key(f"C {mode}"))
        except MusicError:
            unread[text] += count
    assert sum(unread.values()) < 0.01 * sum(found.values()), unread.most_common(20)


def test_numerals_of_published_analyses_agree(music21: Any) -> None:
    found = _analyses()
    differing = Counter[str]()
    for (text, mode), count in found.items():
        try:
            ours = {p.ascii for p in realise(text, read_key(f"C {mode}"))[0].chord.tones}
            key = music21.key.Key("C" if mode == "major" else "c")
            tones = music21.roman.RomanNumeral(text, key).pitches
        except (MusicError, music21.exceptions21.Music21Exception, ValueError):
            continue
        theirs = {p.name.replace("-", "b") for p in tones}
        if ours != theirs and not DELIBERATE.fullmatch(text):
            differing[f"{text} in {mode}: {sorted(ours)} not {sorted(theirs)}"] += count
    assert sum(differing.values()) < 60, differing.most_common(20)
