"""Reading a score of the corpus with music21; runs in the worker only."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tools.music.corpus.entry import TICKS, BarMark, Entry, Line, Note
from tools.music.corpus.place import COMPOSERS
from tools.music.key import Key
from tools.music.pitch import Pitch
from tools.music.scale_types import MODE_FIFTHS

SHORTEST_SCORE = 4


def read_score(folder: Path, source: str) -> list[Entry]:
    """Return the score in a file, or each tune of a collection, without harmony.

    Raises:
        Exception: whatever music21 raises of a file that it cannot read.
    """
    from music21 import converter

    parsed = converter.parse(str(folder / source), forceSource=True, storePickle=False)
    scores = list(parsed.scores) if hasattr(parsed, "scores") else [parsed]
    entries = []
    for place, score in enumerate(scores):
        name = f"{source}#{place + 1}" if len(scores) > 1 else source
        entry = _entry(name, score)
        if entry.note_count >= SHORTEST_SCORE:
            entries.append(entry)
    return entries


def _entry(source: str, score: Any) -> Entry:
    parts = list(score.parts) or [score]
    bars = _bars(parts[0])
    lines: list[Line] = []
    for number, part in enumerate(parts, 1):
        lines += _lines(part, str(part.partName or f"part {number}").strip() or f"part {number}")
    collection = source.split("/")[0]
    composer = COMPOSERS.get(collection) or _said(score, "composer") or collection
    title, key = _title(source, score), _declared(source, parts[0])
    return Entry(source, collection, composer, title, tuple(lines), bars, key)


def _declared(source: str, part: Any) -> str:
    """Return the key that the file names. Only ABC does so reliably; others have signatures."""
    if ".abc" not in source:
        return ""
    found = next(iter(part.recurse().getElementsByClass("Key")), None)
    if found is None or found.mode not in MODE_FIFTHS:
        return ""
    return Key(Pitch(found.tonic.step, int(found.tonic.alter)), found.mode).name


def _title(source: str, score: Any) -> str:
    stem = Path(source.split("#")[0]).stem
    if source.startswith("bach/bwv"):
        return _chorale_title(stem) or stem.upper().replace("BWV", "BWV ")
    said = _said(score, "title") or _said(score, "movementName")
    folders = source.split("/")[1:-1]
    if not said or said.startswith(stem):
        return " ".join([*folders, stem]).replace("_", " ")
    return said if not folders else f"{said} ({' '.join([*folders, stem])})"


def _chorale_title(stem: str) -> str:
    number = stem.removeprefix("bwv")
    title = _chorale_titles().get(number, "")
    return f"{title} (BWV {number})" if title else ""


@functools.lru_cache(maxsize=1)
def _chorale_titles() -> dict[str, str]:
    """The titles of Bach's chorales by their BWV numbers."""
    from music21.corpus import chorales

    return {str(bwv): row["title"] for bwv, row in chorales.ChoraleListRKBWV().byBWV.items()}


def _said(score: Any, field: str) -> str:
    return str(getattr(score.metadata, field, None) or "").strip() if score.metadata else ""


def _bars(part: Any) -> tuple[BarMark, ...]:
    marks = []
    meter, fifths = (4, 4), 0
    for measure in _measures(part):
        if measure.timeSignature is not None:
            meter = (measure.timeSignature.numerator, measure.timeSignature.denominator)
        if measure.keySignature is not None:
            fifths = measure.keySignature.sharps
        marks.append(BarMark(_ticks(measure.offset), int(measure.number), meter, fifths))
    return tuple(marks)


def _measures(part: Any) -> list[Any]:
    found = list(part.getElementsByClass("Measure"))
    return found or list(part.makeMeasures().getElementsByClass("Measure"))


def _lines(part: Any, name: str) -> Iterator[Line]:
    """Yield the voices of a part; the first voice takes what stands outside of voices."""
    voices: dict[int, list[tuple[int, Any]]] = {}
    for measure in _measures(part):
        start = measure.offset
        for number, voice in enumerate(measure.voices):
            offset = start + voice.offset
            voices.setdefault(number, []).extend(
                (_ticks(offset + n.offset), n) for n in voice.notes
            )
        voices.setdefault(0, []).extend((_ticks(start + n.offset), n) for n in measure.notes)
    instrument = part.getInstrument(returnDefault=False)
    program = getattr(instrument, "midiProgram", None) or 0
    for number, found in voices.items():
        notes = tuple(_joined(found))
        if notes:
            yield Line(name if number == 0 else f"{name} {number + 1}", notes, program)


def _joined(found: list[tuple[int, Any]]) -> Iterator[Note]:
    """Yield notes in order, tied ones as one; what overlaps is cut, ornaments are left out."""
    last: Note | None = None
    for start, element in sorted(found, key=lambda row: row[0]):
        ticks, pitches = _ticks(element.duration.quarterLength), _pitches(element)
        if ticks <= 0 or not pitches:
            continue
        tie = element.tie if not element.isChord else element.notes[0].tie
        continues = tie is not None and tie.type in ("stop", "continue")
        if last is not None and continues and last.end == start and last.pitches == pitches:
            last = Note(last.start, last.ticks + ticks, pitches)
            continue
        if last is not None and start <= last.start:
            continue
        if last is not None:
            yield Note(last.start, min(last.ticks, start - last.start), last.pitches)
        last = Note(start, ticks, pitches)
    if last is not None:
        yield last


def _pitches(element: Any) -> tuple[Pitch, ...]:
    if "Harmony" in element.classes or "Unpitched" in element.classes:
        return ()
    found = {Pitch(p.step, int(p.alter), p.implicitOctave): None for p in element.pitches}
    return tuple(sorted(found, key=lambda pitch: pitch.midi))


def _ticks(quarters: Any) -> int:
    ticks: int = round(quarters * TICKS)
    return ticks
