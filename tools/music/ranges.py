"""What instruments and voices can play: sounding ranges, from the usual orchestration manuals.

The whole range is what a professional plays; within the comfortable one an amateur is at ease.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from tools.music.instruments import TABLE, read_instrument
from tools.music.interval import Interval, transpose
from tools.music.pitch import MusicError, Pitch, read_pitch
from tools.music.text import did_you_mean, plain_accidentals

# Name, lowest, highest, comfortable from, comfortable to (all as they sound), other names.
_ROWS = """
piccolo                   | D5  C8  G5  G7  | piccolo flute, picc
flute                     | B3  D7  E4  A6  | concert flute, c flute
alto flute                | G3  G6  A3  C6  | flute in g
bass flute                | C3  C6  D3  G5  |
oboe                      | Bb3 A6  D4  C6  |
oboe d'amore              | G3  D6  A3  A5  |
English horn              | E3  A5  G3  E5  | cor anglais
bassoon                   | Bb1 Eb5 C2  G4  | fagott
contrabassoon             | Bb0 Bb3 C1  F3  | double bassoon
B♭ clarinet               | D3  Bb6 E3  C6  | clarinet, clarinet in bb, soprano clarinet
A clarinet                | C#3 A6  D3  B5  | clarinet in a
E♭ clarinet               | G3  Eb7 B3  D6  | clarinet in eb, sopranino clarinet
alto clarinet             | G2  C6  Bb2 G5  |
bass clarinet             | Bb1 F5  D2  Bb4 |
contrabass clarinet       | Bb0 F4  D1  Bb3 |
basset horn               | F2  G5  G2  C5  |
sopranino saxophone       | Db4 A6  F4  E6  | sopranino sax
soprano saxophone         | Ab3 E6  C4  C6  | soprano sax
alto saxophone            | Db3 A5  F3  F5  | alto sax
tenor saxophone           | Ab2 E5  C3  C5  | tenor sax, sax, saxophone
baritone saxophone        | C2  A4  F2  F4  | baritone sax, bari sax
bass saxophone            | Ab1 E4  C2  Bb3 | bass sax
horn in F                 | B1  F5  E3  C5  | horn, french horn, f horn
B♭ trumpet                | E3  D6  Bb3 G5  | trumpet, trumpet in bb
C trumpet                 | F#3 D6  C4  A5  | trumpet in c
piccolo trumpet           | E4  G6  Bb4 D6  |
cornet                    | E3  Bb5 Bb3 F5  |
flugelhorn                | E3  Bb5 Bb3 Eb5 | fluegelhorn
tenor horn                | A2  Eb5 Eb3 Bb4 | alto horn
trombone                  | E2  Bb4 Bb2 F4  | tenor trombone
bass trombone             | Bb1 Bb4 E2  D4  |
euphonium                 | Bb1 Bb4 Bb2 F4  | baritone horn
tuba                      | D1  F4  G1  Bb3 | bass tuba, sousaphone
timpani                   | D2  C4  F2  G3  | kettledrums, timps
xylophone                 | F4  C8  C5  C7  |
glockenspiel              | G5  C8  C6  G7  | bells, orchestra bells
vibraphone                | F3  F6  F3  F6  | vibes
marimba                   | C2  C7  A2  C6  |
tubular bells             | C4  F5  C4  F5  | chimes
celesta                   | C4  C8  C5  C7  |
piano                     | A0  C8  C2  C7  | grand piano, keyboard, pianoforte
harpsichord               | F1  F6  C2  C6  | cembalo
organ                     | C2  C7  C2  G6  | pipe organ
accordion                 | F3  A6  G3  F6  |
harp                      | B0  G#7 C2  C6  |
guitar                    | E2  D6  E2  E5  | acoustic guitar, electric guitar
classical guitar          | E2  B5  E2  E5  | nylon guitar
bass guitar               | E1  G4  E1  G3  | electric bass
ukulele                   | C4  A5  C4  E5  | uke
mandolin                  | G3  A6  G3  E6  |
banjo                     | D3  A5  D3  D5  | 5 string banjo
violin                    | G3  A7  G3  E6  | fiddle
viola                     | C3  E6  C3  E5  |
cello                     | C2  C6  C2  G4  | violoncello
double bass               | E1  C4  E1  A2  | contrabass, upright bass, string bass
sopranino recorder        | F5  G7  G5  D7  |
descant recorder          | C5  D7  D5  A6  | soprano recorder, recorder
alto recorder             | F4  G6  G4  D6  | treble recorder
tenor recorder            | C4  D6  D4  A5  |
bass recorder             | F3  D5  G3  A4  |
tin whistle               | D5  C#7 D5  B6  | penny whistle, whistle
harmonica                 | C4  C7  G4  E6  | mouth organ, blues harp
bagpipes                  | G4  A5  G4  A5  | highland bagpipes
soprano voice             | B3  C6  C4  A5  | soprano, soprano singer, sopran
mezzo-soprano voice       | G3  A5  A3  F5  | mezzo, mezzo soprano
alto voice                | E3  F5  G3  D5  | alto, contralto, alto singer
countertenor voice        | G3  E5  A3  D5  | countertenor
tenor voice               | B2  C5  C3  G4  | tenor, tenor singer
baritone voice            | F2  G4  A2  E4  | baritone
bass voice                | E2  F4  F2  D4  | bass, bass singer, basso
"""
_OTHER = {"bass": "bass guitar and double bass", "alto": "alto saxophone",
          "tenor": "tenor saxophone", "baritone": "baritone saxophone"}  # fmt: skip


@dataclass(frozen=True)
class Range:
    """An instrument's sounding range, and how far its part is written above the sound."""

    name: str
    low: Pitch
    high: Pitch
    easy_low: Pitch
    easy_high: Pitch
    written: Interval
    others: tuple[str, ...] = ()

    def as_written(self, pitch: Pitch) -> Pitch:
        """Return the note that the player reads for a sounding pitch."""
        return transpose(pitch, self.written)

    def too_low(self, pitch: Pitch) -> bool:
        """True where a sounding pitch lies below the range."""
        return pitch.midi < self.low.midi

    def too_high(self, pitch: Pitch) -> bool:
        """True where a sounding pitch lies above the range."""
        return pitch.midi > self.high.midi

    def easy(self, pitch: Pitch) -> bool:
        """True where an amateur is at ease."""
        return self.easy_low.midi <= pitch.midi <= self.easy_high.midi


def read_range(text: str) -> Range:
    """Find the range of an instrument or a voice.

    >>> alto = read_range("alto sax")
    >>> alto.name, str(alto.low), str(alto.as_written(alto.low))
    ('alto saxophone', 'D♭3', 'B♭3')

    Raises:
        MusicError: it is unknown; says which known one is nearest.
    """
    said = _key(text)
    if not said:
        raise MusicError("no instrument was given; write one such as flute, alto sax or tenor")
    for found in ranges():
        names = (_key(found.name), *found.others)
        if said in names or re.sub(r"s$", "", said) in names:
            return found
    if said.startswith("a "):
        return read_range(said.removeprefix("a "))
    other = _known_as(text)
    for found in ranges():
        if _key(found.name) == other:
            return found
    known = [name for found in ranges() for name in (found.name.lower(), *found.others)]
    near = did_you_mean(said, known) or " write one such as flute, alto sax, cello or soprano"
    raise MusicError(f"the range of {text!r} is unknown;{near}")


def also_called(text: str) -> str:
    """Return what else a bare name such as `bass` may mean, or nothing."""
    return _OTHER.get(_key(text), "")


@lru_cache(maxsize=1)
def ranges() -> tuple[Range, ...]:
    """Return every instrument and voice."""
    return tuple(_row(line) for line in _ROWS.strip().splitlines())


def _row(line: str) -> Range:
    name, notes, others = (part.strip() for part in line.split("|"))
    low, high, easy_low, easy_high = (read_pitch(note) for note in notes.split())
    written = next((short for known, short, _ in TABLE if known == name), "P1")
    aliases = tuple(other.strip() for other in others.split(",") if other.strip())
    return Range(name, low, high, easy_low, easy_high, Interval.of(written), aliases)


def _known_as(text: str) -> str:
    """The name that the table of transposing instruments gives it, where it is there."""
    try:
        return _key(read_instrument(text).name)
    except MusicError:
        return ""


def _key(text: str) -> str:
    plain = plain_accidentals(text).lower().replace("-", " ")
    plain = re.sub(r"\b(?:the|an|my|range|of|voice range|vocal)\b(?=\s)", " ", plain)
    plain = re.sub(r"\s(?:range|player|part)$", "", " ".join(plain.split()))
    return plain.strip(" .?!,")
