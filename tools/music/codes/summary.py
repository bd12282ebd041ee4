"""A piece told in a few lines: bars, notes, meter, key, tempo, parts and their ranges."""

from __future__ import annotations

from tools.music.answers import plural
from tools.music.codes.model import Part, Piece
from tools.music.codes.problems import MOST_PROBLEMS, Reading
from tools.music.codes.spelling import likeliest_signature, tuned, weights_of
from tools.music.key import Key
from tools.music.pitch import Pitch

MOST_PARTS_SHOWN = 8


def told(reading: Reading, title: str) -> str:
    """Return what a reading found: problems first, then the music, then what was passed over."""
    problems = reading.problems
    lines = [f"{title}: {plural(len(problems), 'problem')}"]
    lines += [str(problem) for problem in problems[:MOST_PROBLEMS]]
    if len(problems) > MOST_PROBLEMS:
        lines.append(f"and {len(problems) - MOST_PROBLEMS} more; correct these first")
    lines += summary(reading.piece) if reading.piece is not None else []
    lines += [fact[0].upper() + fact[1:] + "." for fact in reading.facts[:MOST_PARTS_SHOWN]]
    if reading.passed_over:
        lines.append(f"Not read: {'; '.join(reading.passed_over[:MOST_PARTS_SHOWN])}.")
    return "\n".join(lines)


def summary(piece: Piece) -> list[str]:
    """Return the counts of a piece, and a line for each part."""
    first = piece.first
    meter = f"{first.meter[0]}/{first.meter[1]}" if first.meter[0] else "free time"
    changes = len({bar.meter for part in piece.parts for bar in part.bars}) > 1
    key = key_of(piece)
    sure = "in" if piece.key is not None else "most likely in"
    said = f" {sure} {key.name}" if key is not None else ""
    head = (
        f"{plural(piece.bar_count, 'bar')} of {meter}{' (the meter changes)' if changes else ''}"
        f"{said}, {piece.tempo:g} quarters a minute, {plural(piece.note_count, 'note')}, "
        f"{plural(len(piece.parts), 'part')}."
    )
    lines = [f"{piece.title}: {head}" if piece.title else head]
    if len(piece.parts) > 1 or piece.parts[0].name:
        lines += [_part(part) for part in piece.parts[:MOST_PARTS_SHOWN]]
        more = len(piece.parts) - MOST_PARTS_SHOWN
        lines += [f"and {plural(more, 'part')} more"] if more > 0 else []
    elif (span := range_of(piece.parts[0])) is not None:
        lines.append(f"Range {span[0]} to {span[1]}.")
    return lines


def key_of(piece: Piece) -> Key | None:
    """Return the key that the source names, or the one that the notes fit best."""
    named = piece.key
    if named is not None:
        return named
    notes = tuned(piece)
    return likeliest_signature(weights_of(notes), notes[-1][0]) if notes else None


def range_of(part: Part) -> tuple[Pitch, Pitch] | None:
    """Return the lowest and the highest pitch; None where there is none."""
    found = sorted(set(part.pitches), key=lambda pitch: pitch.semitones)
    return (found[0], found[-1]) if found and not part.percussion else None


def _part(part: Part) -> str:
    span = range_of(part)
    where = f", {span[0]} to {span[1]}" if span else ""
    count = sum(1 for _ in part.pitches)
    return f"- {part.name or 'Part'}: {plural(count, 'note')}{where}"
