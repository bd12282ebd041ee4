"""Reading MIDI: notes are put on a grid, in bars, and spelled in their key."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TypeVar

from tools.music.codes.bars import cut, in_force, same_length
from tools.music.codes.limits import MOST_BARS, Budget, TooLargeError, check_size
from tools.music.codes.midi_bytes import META, MidiFile, read_bytes
from tools.music.codes.model import (
    COMMON_TIME,
    Meter,
    Part,
    Piece,
    Sound,
    bounded_tempo,
    full_bar,
)
from tools.music.codes.problems import Problem, Reading, UnreadableError
from tools.music.codes.spelling import likeliest_key, spell, weights_of
from tools.music.key import Key

DRUMS = 9
MOST_VOICES = 4
# Parts of a quarter note that notes may fall on, the likeliest first, and how much nearer (in
# quarter notes) the next one must lie to be taken.
_GRIDS = (4, 3, 8, 6, 12, 16, 24, 5)
_PRICE = 0.015
_EXACT = 0.004
UNITS = 240  # of a quarter note; every grid divides it

_T = TypeVar("_T")
_Row = list[tuple[int, int, list[int]]]


@dataclass(frozen=True, slots=True)
class Note:
    """A note in ticks."""

    start: int
    end: int
    number: int


@dataclass
class _Found:
    """What the tracks hold."""

    notes: dict[tuple[int, int], list[Note]] = field(default_factory=lambda: defaultdict(list))
    names: dict[int, str] = field(default_factory=dict)
    programs: dict[tuple[int, int], int] = field(default_factory=dict)
    tempos: list[tuple[int, float]] = field(default_factory=list)
    meters: list[tuple[int, Meter]] = field(default_factory=list)
    signatures: list[tuple[int, int]] = field(default_factory=list)
    mode: str = ""
    unended: int = 0


def read_midi(code: str | bytes) -> Reading:
    """Read a file.

    Raises:
        MusicError: it is no MIDI file, or too large.
    """
    check_size(code)
    if isinstance(code, str):
        raise UnreadableError(Problem(0, 0, None, "MIDI is bytes, not text", "send a .mid file"))
    file = read_bytes(code)
    reading = Reading()
    found = _collect(file)
    for said in file.damage[:10]:
        reading.report(0, 0, said, "save the file again from its program")
    if found.unended:
        reading.report(0, 0, f"{found.unended} notes never end", "they were ended with their track")
    if not found.notes:
        reading.report(0, 0, "there are no notes in the file", "save it with note events")
    else:
        reading.piece = _piece(file, found, reading)
    return reading


def _collect(file: MidiFile) -> _Found:
    found = _Found()
    budget = Budget()
    for number, track in enumerate(file.tracks):
        open_notes: dict[tuple[int, int], list[int]] = defaultdict(list)
        last = 0
        for event in track:
            last = event.tick
            if event.status == META:
                _meta(found, number, event.tick, event.kind, event.data)
                continue
            channel, kind = event.status & 15, event.status & 0xF0
            key = (number if file.form else 0, channel)
            if kind == 0xC0:
                found.programs.setdefault(key, event.data[0])
            elif kind == 0x90 and event.data[1]:
                budget.spend(notes=1)
                open_notes[channel, event.data[0]].append(event.tick)
            elif kind in (0x80, 0x90):
                started = open_notes[channel, event.data[0]]
                if started:
                    found.notes[key].append(Note(started.pop(0), event.tick, event.data[0]))
        for (channel, note), starts in open_notes.items():
            found.unended += len(starts)
            key = (number if file.form else 0, channel)
            found.notes[key] += [Note(s, max(last, s + file.ticks), note) for s in starts]
    return found


def _meta(found: _Found, track: int, tick: int, kind: int, data: bytes) -> None:
    if kind == 0x03 and data:
        found.names.setdefault(track, data[:80].decode("utf-8", "replace").strip())
    elif kind == 0x51 and len(data) == 3 and any(data):
        found.tempos.append((tick, 60_000_000 / int.from_bytes(data, "big")))
    elif kind == 0x58 and len(data) >= 2 and 0 < data[0] <= 64 and data[1] <= 6:
        found.meters.append((tick, (data[0], 2 ** data[1])))
    elif kind == 0x59 and len(data) == 2:
        fifths = data[0] - 256 if data[0] > 127 else data[0]
        if abs(fifths) <= 7:
            found.signatures.append((tick, fifths))
            found.mode = found.mode or ("minor" if data[1] else "major")


def _piece(file: MidiFile, found: _Found, reading: Reading) -> Piece:
    meters = _changes(file, found.meters)
    _refuse_endless(file, found, meters[0][1] if meters else COMMON_TIME)
    signatures, mode = _changes(file, found.signatures), found.mode
    if not signatures:
        key = _key(found)
        signatures, mode = [(Fraction(), key.fifths)], key.mode
        reading.facts.append("the file names no key: it was found from the notes")
    budget = Budget()
    parts: list[Part] = []
    for (track, channel), notes in sorted(found.notes.items()):
        drums = channel == DRUMS
        name = found.names.get(track) or ("Drums" if drums else f"Track {track + 1}")
        streams = _voices(_on_grid(notes, file.ticks), signatures, reading)
        for number, stream in enumerate(streams, start=1):
            bars = cut(stream, meters, signatures, budget=budget)
            said = name if number == 1 else f"{name}, voice {number}"
            parts.append(Part(said, bars, found.programs.get((track, channel), 0), drums))
    tempo = bounded_tempo(found.tempos[0][1]) if found.tempos else 120.0
    if len({round(tempo) for _, tempo in found.tempos}) > 1:
        reading.pass_over("changes of tempo: the first is kept")
    title = found.names.get(0, "") if file.form == 1 and not _has_notes(found, 0) else ""
    return Piece(same_length(parts), title, tempo=round(tempo, 2), mode=mode)


def _has_notes(found: _Found, track: int) -> bool:
    return any(number == track for number, _ in found.notes)


def _refuse_endless(file: MidiFile, found: _Found, meter: Meter) -> None:
    last = max(note.end for notes in found.notes.values() for note in notes)
    bars = Fraction(last, file.ticks) / full_bar(meter)
    if bars > MOST_BARS:
        raise TooLargeError(
            f"the file has {int(bars)} bars, most of them empty; give a shorter one"
        )


def _changes(file: MidiFile, rows: Sequence[tuple[int, _T]]) -> list[tuple[Fraction, _T]]:
    return [(Fraction(tick, file.ticks), value) for tick, value in sorted(rows, key=lambda r: r[0])]


def _key(found: _Found) -> Key:
    tuned = [n for (_, c), notes in found.notes.items() if c != DRUMS for n in notes]
    if not tuned:
        return likeliest_key(weights_of([(60, 1)]))
    end = max(note.end for note in tuned)
    bass = min((n.number for n in tuned if n.end == end), default=None)
    return likeliest_key(weights_of((n.number, n.end - n.start) for n in tuned), bass)


def _on_grid(notes: list[Note], ticks: int) -> list[Note]:
    """Put starts and ends on the grid of their beat; ticks become `UNITS` a quarter note."""
    by_beat: dict[int, list[int]] = defaultdict(list)
    for note in notes:
        by_beat[note.start // ticks].append(note.start % ticks)
    grids = {beat: _grid(tuple(offsets[:64]), ticks) for beat, offsets in by_beat.items()}

    def place(tick: int) -> int:
        grid = grids.get(tick // ticks, 0) or grids.get(tick // ticks - 1, 4)
        return round(tick * grid / ticks) * (UNITS // grid)

    def end(tick: int) -> int:
        """An end that lies on a grid of its own keeps it: nothing else need begin there."""
        for grid in (grids.get(tick // ticks, 4), *_GRIDS):
            if abs(tick * grid / ticks - round(tick * grid / ticks)) / grid < _EXACT:
                return round(tick * grid / ticks) * (UNITS // grid)
        return place(tick)

    placed = set()
    for note in notes:
        start = place(note.start)
        placed.add(Note(start, max(end(note.end), start + UNITS // 16), note.number))
    return sorted(placed, key=lambda n: (n.start, -n.end, -n.number))


def _grid(offsets: tuple[int, ...], ticks: int) -> int:
    """Choose how finely a beat is divided: finer grids must fit clearly better."""

    def price(rank: int, parts: int) -> float:
        off = max(
            abs(tick * parts / ticks - round(tick * parts / ticks)) / parts for tick in offsets
        )
        return off + _PRICE * rank

    return min(enumerate(_GRIDS), key=lambda row: price(*row))[1]


def _voices(
    notes: list[Note], signatures: Sequence[tuple[Fraction, int]], reading: Reading
) -> list[list[Sound]]:
    """Sort notes into as few voices as they need, at most `MOST_VOICES`; times are in `UNITS`."""
    chords: dict[tuple[int, int], list[int]] = defaultdict(list)
    for note in notes:
        chords[note.start, note.end].append(note.number)
    ends: list[int] = []
    rows: list[_Row] = []
    for (start, end), numbers in sorted(chords.items(), key=lambda kv: (kv[0][0], -max(kv[1]))):
        free = next((i for i, at in enumerate(ends) if at <= start), None)
        if free is None and len(ends) < MOST_VOICES:
            ends.append(0)
            rows.append([])
            free = len(ends) - 1
        if free is None:
            free = _shortened(rows, start, numbers, reading)
        rows[free].append((start, end, numbers))
        ends[free] = end
    return [_stream(row, signatures) for row in rows]


def _shortened(rows: list[_Row], start: int, numbers: list[int], reading: Reading) -> int:
    reading.pass_over(f"more than {MOST_VOICES} voices at once: a held note was cut short")
    free = min(range(len(rows)), key=lambda i: (rows[i][-1][0] == start, rows[i][-1][1]))
    begun, _, held = rows[free].pop()
    if begun == start:
        numbers += [n for n in held if n not in numbers]
    else:
        rows[free].append((begun, start, held))
    return free


def _stream(row: _Row, signatures: Sequence[tuple[Fraction, int]]) -> list[Sound]:
    sounds, now = [], 0
    for start, end, numbers in row:
        if start > now:
            sounds.append(Sound(Fraction(start - now, UNITS)))
        fifths = in_force(signatures, Fraction(start, UNITS), signatures[0][1])
        pitches = tuple(spell(number, fifths) for number in sorted(numbers))
        sounds.append(Sound(Fraction(end - start, UNITS), pitches))
        now = end
    return sounds
