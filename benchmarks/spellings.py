"""How many names, as people write them, Mica and other libraries read right, on one table.

    python benchmarks/spellings.py [--write] [--misses LIBRARY]

The table is the golden one of the tests (tests/tools/music/chords.yaml and spellings.yaml). Right
means the same note names, whatever their order; the number in brackets counts the same sounds
(pitch classes). Accidentals are written the way each library wants them. music21 comes with Mica;
pychord is read when it is installed (pip install pychord), tonal when `npm install` has run in
benchmarks/tonal. `--write` puts the table into docs/composer.md.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import yaml

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tools.music.chord_text import read_chord
from tools.music.key import read_key
from tools.music.pitch import MusicError, read_pitch
from tools.music.roman import realise
from tools.music.scale import read_scale

ROOT = Path(__file__).resolve().parent.parent
TABLES = ROOT / "tests" / "tools" / "music"
PAGE = ROOT / "docs" / "composer.md"
BEGIN, END = "<!-- spellings: made by benchmarks/spellings.py -->", "<!-- end of spellings -->"
# A symbol has no spaces and begins with an English note name; the rest is words.
SYMBOL = re.compile(
    r"[A-G](?!is|es|s(?!us)|a#|-?(?:Dur|flat))[b#♭♯x]{0,2}(?!:)[^\s/]*(?:/[A-G\d(]\S{0,3}|/\w*\d\S*)?"
)


@dataclass(frozen=True)
class Row:
    """One spelling: what is asked, and the names of the notes that are right."""

    section: str
    group: str
    text: str
    key: str
    notes: tuple[str, ...]


Kinds = Iterable[tuple[str, list[str]]]
Reader = Callable[[list[Row]], tuple[list[list[str]], float]]


def rows() -> Iterator[Row]:
    """The spellings of chords, scales and numerals with their notes, and of keys with theirs."""
    chords = yaml.safe_load((TABLES / "chords.yaml").read_text(encoding="utf-8"))
    for notes, spellings in chords.items():
        for text in spellings:
            group = "chord symbols" if SYMBOL.fullmatch(text) else "chords in words"
            yield Row("chords", group, text, "", tuple(notes.split()))
    table = yaml.safe_load((TABLES / "spellings.yaml").read_text(encoding="utf-8"))
    for notes, spellings in table["scales"].items():
        yield from (Row("scales", "scales", text, "", tuple(notes.split())) for text in spellings)
    for name, spellings in table["keys"].items():
        notes = tuple(pitch.name for pitch in read_key(name).scale.pitches)
        yield from (Row("keys", "keys", text, "", notes) for text in spellings)
    for key, answers in table["numerals"].items():
        for notes, spellings in answers.items():
            group = f"numerals in {key.split()[1]}"
            yield from (Row("numerals", group, t, key, tuple(notes.split())) for t in spellings)


def timed(read: Callable[[Row], list[str]], asked: list[Row]) -> tuple[list[list[str]], float]:
    """Read every row; what a library cannot read, however it says so, has no notes."""
    found = []
    start = time.perf_counter()
    for row in asked:
        try:
            found.append(read(row))
        except Exception:  # libraries raise whatever they like
            found.append([])
    return found, (time.perf_counter() - start) * 1e6 / max(1, len(asked))


def ours(row: Row) -> list[str]:
    if row.section == "chords":
        return [pitch.name for pitch in read_chord(row.text).pitches]
    if row.section == "scales":
        return [pitch.name for pitch in read_scale(row.text).pitches]
    if row.section == "keys":
        return [pitch.name for pitch in read_key(row.text).scale.pitches]
    return [tone.name for tone in realise(row.text, read_key(row.key))[0].chord.pitches]


def ascii_signs(text: str) -> str:
    return text.replace("♭", "b").replace("♯", "#")


def music21_reader() -> Reader | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import music21
    except ImportError:
        return None

    def read(row: Row) -> list[str]:
        text = ascii_signs(row.text)
        if row.section == "chords":
            sharp = re.sub(r"^([A-G])b", r"\1-", text)
            pitches = music21.harmony.ChordSymbol(re.sub(r"/([A-G])b$", r"/\1-", sharp)).pitches
        elif row.section == "keys":
            words = re.sub(r"^([A-Ga-g])b", r"\1-", text).split()
            pitches = music21.key.Key(*words).pitches[:7]
        else:
            tonic, mode = row.key.replace("♭", "-").split()
            key = music21.key.Key(tonic if mode == "major" else tonic.lower())
            pitches = music21.roman.RomanNumeral(text, key).pitches
        return [pitch.name.replace("-", "b") for pitch in pitches]

    return lambda asked: timed(read, asked)


def pychord_reader() -> Reader | None:
    try:
        import pychord  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        return None
    return lambda asked: timed(
        lambda row: list(pychord.Chord(ascii_signs(row.text)).components()), asked
    )


def tonal_reader() -> Reader | None:
    folder = ROOT / "benchmarks" / "tonal"
    if shutil.which("node") is None or not (folder / "node_modules" / "tonal").is_dir():
        return None

    def read(asked: list[Row]) -> tuple[list[list[str]], float]:
        given = json.dumps([asdict(row) | {"text": ascii_signs(row.text)} for row in asked])
        done = subprocess.run(
            ["node", "read.mjs"],
            cwd=folder,
            input=given,
            capture_output=True,
            text=True,
            check=True,
        )
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer["notes"], answer["microseconds"]

    return read


def music21_kinds() -> Kinds:
    import music21

    for kind, (_, written) in music21.harmony.CHORD_TYPES.items():
        pitches = music21.harmony.ChordSymbol(root="C", kind=kind).pitches
        for suffix in written:
            yield suffix, [pitch.name.replace("-", "b") for pitch in pitches]


def pychord_kinds() -> Kinds:
    from pychord import Chord  # type: ignore[import-not-found, unused-ignore]
    from pychord.constants.qualities import (  # type: ignore[import-not-found, unused-ignore]
        DEFAULT_QUALITIES,
    )

    for suffix, *_ in DEFAULT_QUALITIES:
        yield suffix, list(Chord(f"C{suffix}").components())


def tonal_kinds() -> Kinds:
    done = subprocess.run(
        ["node", "kinds.mjs"], cwd=ROOT / "benchmarks" / "tonal", capture_output=True, check=True
    )
    yield from json.loads(done.stdout)


def home(kinds: Kinds) -> str:
    """Of a library's own list of chord kinds: how many we read with the same sounds."""
    same, refused, total = 0, 0, 0
    for suffix, notes in kinds:
        total += 1
        try:
            read = {pitch.pitch_class for pitch in read_chord(f"C{suffix}").pitches}
        except MusicError:
            refused += 1
            continue
        same += read == sounds(names(notes))
    return f"{same} of {total} the same, {total - same - refused} otherwise, {refused} refused"


# What each library claims to read at all.
CLAIMS = {
    "music21": {
        "chord symbols",
        "chords in words",
        "keys",
        "numerals in major",
        "numerals in minor",
    },
    "pychord": {"chord symbols", "chords in words"},
    "tonal": {"chord symbols", "chords in words", "scales", "numerals in major"},
}


def names(notes: list[str]) -> set[str]:
    found = set()
    for note in notes:
        try:
            found.add(read_pitch(re.sub(r"\d+$", "", note)).name)
        except MusicError:
            found.add(note)
    return found


def sounds(notes: set[str]) -> set[int]:
    found = set()
    for note in notes:
        try:
            found.add(read_pitch(note).pitch_class)
        except MusicError:
            found.add(-1)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="put the table into docs/composer.md")
    parser.add_argument("--misses", metavar="LIBRARY", help="list what a library reads otherwise")
    options = parser.parse_args()
    table = list(rows())
    made = {"music21": music21_reader(), "pychord": pychord_reader(), "tonal": tonal_reader()}
    readers: dict[str, Reader | None] = {"Mica": lambda asked: timed(ours, asked), **made}
    columns = {
        name: measure(name, reader, table, show=options.misses == name)
        for name, reader in readers.items()
    }
    kinds = {"music21": music21_kinds, "pychord": pychord_kinds, "tonal": tonal_kinds}
    own = [f"- {name}: {home(kinds[name]()) if made[name] else 'absent'}" for name in kinds]
    text = render(table, columns) + "\n\nChord kinds of their own lists, read by Mica:\n\n"
    text += "\n".join(own)
    print(text)
    if options.write:
        write(text)


def measure(
    name: str, reader: Reader | None, table: list[Row], *, show: bool
) -> dict[str, tuple[int, int, float]] | None:
    """Right by name, right by sound and microseconds a reading, for each group it claims."""
    if reader is None:
        return None
    found = {}
    for group in dict.fromkeys(row.group for row in table):
        if name in CLAIMS and group not in CLAIMS[name]:
            continue
        asked = [row for row in table if row.group == group]
        answers, spent = reader(asked)
        named = [
            names(answer) == set(row.notes) for row, answer in zip(asked, answers, strict=True)
        ]
        heard = [
            sounds(names(answer)) == sounds(set(row.notes))
            for row, answer in zip(asked, answers, strict=True)
        ]
        found[group] = sum(named), sum(heard), spent
        if show:
            for row, answer, right in zip(asked, answers, named, strict=True):
                if not right:
                    print(f"{group}: {row.text!r} is {' '.join(row.notes)}, not {' '.join(answer)}")
    return found


def render(table: list[Row], columns: dict[str, dict[str, tuple[int, int, float]] | None]) -> str:
    lines = [
        "| spellings | all | " + " | ".join(columns) + " |",
        "|---|---|" + "---|" * len(columns),
    ]
    for group in dict.fromkeys(row.group for row in table):
        count = sum(row.group == group for row in table)
        cells = []
        for column in columns.values():
            if column is None:
                cells.append("absent")
            elif group not in column:
                cells.append("–")
            else:
                named, heard, _ = column[group]
                cells.append(f"{named} ({heard})" if heard != named else str(named))
        lines.append(f"| {group} | {count} | " + " | ".join(cells) + " |")
    speeds = []
    mine = (columns["Mica"] or {})["chord symbols"][2]
    for column in columns.values():
        spent = column["chord symbols"][2] if column else 0.0
        speeds.append(f"{spent:.0f} µs ({spent / mine:.1f}×)" if column else "absent")
    lines.append("| time for a chord symbol | | " + " | ".join(speeds) + " |")
    return "\n".join(lines)


def write(text: str) -> None:
    """Put the table between its markers.

    Raises:
        SystemExit: the page or its markers are missing.
    """
    page = PAGE.read_text(encoding="utf-8") if PAGE.is_file() else ""
    if BEGIN not in page or END not in page:
        raise SystemExit(f"{PAGE} lacks the lines {BEGIN!r} and {END!r}; add them where it goes")
    before, rest = page.split(BEGIN)
    after = rest.split(END)[1]
    PAGE.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
