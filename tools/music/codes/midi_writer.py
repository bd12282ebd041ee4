"""Writing MIDI: format 1, a track for each part, repeats played out."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from tools.music.codes.limits import MOST_BARS
from tools.music.codes.marks import marked
from tools.music.codes.midi_reader import DRUMS
from tools.music.codes.model import Part, Piece, Sound, played
from tools.music.expression import Force, forces, stretches, swung
from tools.music.pitch import MusicError, Pitch

TICKS = 480
_PLAIN = Force(80, 1.0)
_EIGHTH = Fraction(1, 2)
_LARGEST = 0x0FFFFFFF
Timed = tuple[int, bytes]


def write_midi(piece: Piece) -> bytes:
    """Return the piece as a Standard MIDI File.

    Raises:
        MusicError: a pitch is outside MIDI's range.
    """
    tracks = [_track(_conductor(piece))]
    channels = [channel for channel in range(16) if channel != DRUMS]
    for number, part in enumerate(piece.parts):
        channel = DRUMS if part.percussion else channels[number % len(channels)]
        tracks.append(_track(_part(part, channel, swing=piece.swing)))
    head = b"MThd" + (6).to_bytes(4, "big")
    head += b"".join(value.to_bytes(2, "big") for value in (1, len(tracks), TICKS))
    return head + b"".join(tracks)


def _conductor(piece: Piece) -> Iterator[Timed]:
    yield 0, _meta(0x03, piece.title.encode("ascii", "ignore")[:120])
    yield 0, _tempo(piece.tempo)
    if piece.parts:
        yield from _tempo_changes(piece)
    meter = fifths = None
    now = Fraction()
    for bar in played(piece.parts[0].bars)[:MOST_BARS] if piece.parts else ():
        if bar.meter != meter and bar.meter[0]:
            data = bytes((bar.meter[0], bar.meter[1].bit_length() - 1, 24, 8))
            yield round(now * TICKS), _meta(0x58, data)
        if bar.fifths != fifths:
            minor = int(piece.mode in ("minor", "aeolian"))
            yield round(now * TICKS), _meta(0x59, bytes((bar.fifths % 256, minor)))
        meter, fifths = bar.meter, bar.fifths
        now += bar.length


def _tempo(tempo: float) -> bytes:
    return _meta(0x51, min(round(60_000_000 / tempo), 0xFFFFFF).to_bytes(3, "big"))


def _tempo_changes(piece: Piece) -> Iterator[Timed]:
    """Tempo as the marks of the first part change it, by eighths where it changes gradually."""
    for stretch in stretches(marked(piece.parts[0]), piece.tempo):
        at, length = stretch.start, stretch.end - stretch.start
        even = stretch.first == stretch.last
        if even and stretch.first == piece.tempo and not at:
            continue
        while at < stretch.end:
            way = float((at - stretch.start) / length)
            yield round(at * TICKS), _tempo(stretch.first + (stretch.last - stretch.first) * way)
            at = stretch.end if even else at + _EIGHTH


def _part(part: Part, channel: int, *, swing: bool = False) -> Iterator[Timed]:
    yield 0, _meta(0x03, part.name.encode("ascii", "ignore")[:120])
    if not part.percussion:
        yield 0, bytes((0xC0 | channel, part.program))
    found = forces(marked(part))
    for start, end, pitch in timed(part):
        number = midi_number(pitch)
        force = found.get(start, _PLAIN)
        end = start + (end - start) * Fraction(force.share)
        if swing:
            start, end = swung(start), swung(end)
        yield round(start * TICKS), bytes((0x90 | channel, number, force.velocity))
        yield round(end * TICKS), bytes((0x80 | channel, number, 0))


def timed(part: Part) -> Iterator[tuple[Fraction, Fraction, Pitch]]:
    """Yield start and end in quarter notes of every note as it is heard, ties joined."""
    held: dict[Pitch, Fraction] = {}
    now = Fraction()
    for bar in played(part.bars):
        for sound in bar.sounds:
            end = now + sound.length
            yield from _ended(held, sound, now)
            for pitch in sound.pitches:
                start = held.pop(pitch, now)
                if pitch in sound.tied:
                    held[pitch] = start
                else:
                    yield start, end, pitch
            now = end
    yield from ((start, now, pitch) for pitch, start in held.items())


def _ended(
    held: dict[Pitch, Fraction], sound: Sound, now: Fraction
) -> Iterator[tuple[Fraction, Fraction, Pitch]]:
    """End tied pitches that the next sound does not take up."""
    for pitch in [p for p in held if p not in sound.pitches]:
        yield held.pop(pitch), now, pitch


def midi_number(pitch: Pitch) -> int:
    """Return a pitch's MIDI number.

    Raises:
        MusicError: MIDI has none for it.
    """
    if not 0 <= pitch.midi <= 127:
        raise MusicError(f"{pitch} is outside MIDI's range; write notes from C-1 to G9")
    return pitch.midi


def _track(rows: Iterator[Timed]) -> bytes:
    # At one moment notes end before others begin.
    ordered = sorted(rows, key=lambda row: (row[0], row[1][0] & 0xF0 == 0x90))
    body, now = bytearray(), 0
    for tick, data in ordered:
        body += _number(min(tick - now, _LARGEST)) + data
        now = tick
    body += b"\0" + _meta(0x2F, b"")
    return b"MTrk" + len(body).to_bytes(4, "big") + bytes(body)


def _meta(kind: int, data: bytes) -> bytes:
    return bytes((0xFF, kind)) + _number(len(data)) + data


def _number(value: int) -> bytes:
    out = [value & 0x7F]
    while value := value >> 7:
        out.append(value & 0x7F | 0x80)
    return bytes(reversed(out))
