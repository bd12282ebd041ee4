"""Standard MIDI Files as bytes: chunks and events, each with its place in the file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from tools.music.codes.limits import MOST_NOTES, TooLargeError
from tools.music.codes.problems import Problem, UnreadableError

MOST_TRACKS = 128
MOST_EVENTS = 8 * MOST_NOTES
META, SYSEX = 0xFF, (0xF0, 0xF7)
_DATA_BYTES = {0x80: 2, 0x90: 2, 0xA0: 2, 0xB0: 2, 0xC0: 1, 0xD0: 1, 0xE0: 2}


@dataclass(frozen=True, slots=True)
class MidiEvent:
    """An event at `tick`. `status` is the status byte; a meta event has its type in `kind`."""

    tick: int
    status: int
    kind: int
    data: bytes
    place: int


@dataclass
class MidiFile:
    """The tracks of a file; `ticks` are those of a quarter note. `damage` is what is wrong."""

    form: int
    ticks: int
    tracks: list[list[MidiEvent]] = field(default_factory=list)
    damage: list[str] = field(default_factory=list)


def read_bytes(data: bytes) -> MidiFile:
    """Read a file; a track that is cut keeps what came before.

    Raises:
        UnreadableError: it is no MIDI file, or nothing can be read of it.
        TooLargeError: it has too many events.
    """
    if data[:4] != b"MThd" or len(data) < 14:
        raise _broken("this is no MIDI file: it does not begin with MThd", "send a .mid file")
    size = int.from_bytes(data[4:8], "big")
    form, count, division = (int.from_bytes(data[at : at + 2], "big") for at in (8, 10, 12))
    if form > 2 or size < 6:
        raise _broken(f"the header is damaged (byte 8: format {form})", "formats are 0, 1 and 2")
    if division & 0x8000 or division == 0:
        raise _broken(
            "the file counts SMPTE frames, not beats (byte 12)", "save it with ticks per quarter"
        )
    file = MidiFile(form, division)
    _tracks(file, data, 8 + size)
    if len(file.tracks) != count:
        file.damage.append(f"the header tells {count} tracks, there are {len(file.tracks)}")
    return file


def _tracks(file: MidiFile, data: bytes, at: int) -> None:
    events = 0
    while at + 8 <= len(data) and len(file.tracks) < MOST_TRACKS:
        kind, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "big")
        end = at + 8 + size
        if end > len(data):
            file.damage.append(
                f"byte {at}: the chunk should have {size} bytes, the file ends after "
                f"{len(data) - at - 8}"
            )
            end = len(data)
        if kind == b"MTrk":
            track = _Track(data, at + 8, end, file.damage, len(file.tracks) + 1)
            file.tracks.append(list(track.events(MOST_EVENTS - events)))
            events += len(file.tracks[-1])
        at = end


class _Track:
    """Reads the events of one track."""

    def __init__(self, data: bytes, at: int, end: int, damage: list[str], number: int) -> None:
        self._data, self._at, self._end = data, at, end
        self._damage, self._number = damage, number

    def events(self, room: int) -> Iterator[MidiEvent]:
        tick, status, ended = 0, 0, False
        while self._at < self._end and not ended:
            start = self._at
            if room <= 0:
                raise TooLargeError(f"more than {MOST_EVENTS} MIDI events; give a shorter file")
            room -= 1
            try:
                tick += self._number_at()
                event, status = self._event(tick, status, start)
            except (IndexError, ValueError) as error:
                said = str(error) if isinstance(error, ValueError) else "the event is cut off"
                self._damage.append(f"track {self._number}, byte {start}: {said}")
                return
            ended = (event.status, event.kind) == (META, 0x2F)
            yield event
        if not ended:
            self._damage.append(f"track {self._number}: there is no end-of-track event")

    def _event(self, tick: int, status: int, start: int) -> tuple[MidiEvent, int]:
        first = self._byte()
        if first == META:
            kind = self._byte()
            return MidiEvent(tick, META, kind, self._take(self._number_at()), start), status
        if first in SYSEX:
            return MidiEvent(tick, first, 0, self._take(self._number_at()), start), status
        if first >= 0xF0:
            raise ValueError(f"status byte {first:#x} does not belong in a file")
        if first >= 0x80:
            status, first = first, self._byte()
        elif status == 0:
            raise ValueError(f"data byte {first} with no status byte before it")
        count = _DATA_BYTES[status & 0xF0]
        rest = self._take(count - 1)
        if first > 127 or any(byte > 127 for byte in rest):
            raise ValueError("a data byte is over 127")
        return MidiEvent(tick, status, 0, bytes((first,)) + rest, start), status

    def _byte(self) -> int:
        if self._at >= self._end:
            raise IndexError
        self._at += 1
        return self._data[self._at - 1]

    def _take(self, count: int) -> bytes:
        if self._at + count > self._end:
            raise IndexError
        self._at += count
        return self._data[self._at - count : self._at]

    def _number_at(self) -> int:
        """Read a number of seven bits a byte, at most four bytes."""
        value = 0
        for _ in range(4):
            byte = self._byte()
            value = value << 7 | byte & 0x7F
            if byte < 0x80:
                return value
        raise ValueError("a length has more than four bytes")


def _broken(message: str, hint: str) -> UnreadableError:
    return UnreadableError(Problem(0, 0, None, message, hint))
