"""Reading MusicXML (partwise), plain or compressed: every voice becomes a part."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from fractions import Fraction

from tools.music.codes.bars import Filling, check_bars, same_length
from tools.music.codes.limits import MOST_PARTS, Budget, TooLargeError, check_size
from tools.music.codes.marks_reading import Marks, of_tempo, ordered, struck
from tools.music.codes.model import (
    COMMON_TIME,
    Bar,
    Meter,
    Part,
    Piece,
    Sound,
    bounded_tempo,
    full_bar,
)
from tools.music.codes.musicxml_extras import chord_symbol, read_direction, read_hung
from tools.music.codes.mxl import is_zip, unpack
from tools.music.codes.problems import Reading
from tools.music.codes.xml_safe import Node, SafeXml
from tools.music.pitch import Pitch, pitch_of

_KEPT = frozenset(
    ("work", "movement-title", "identification", "score-part", "measure", "defaults", "credit")
)
_TYPES = {
    "breve": Fraction(8), "whole": Fraction(4), "half": Fraction(2), "quarter": Fraction(1),
    "eighth": Fraction(1, 2), "16th": Fraction(1, 4), "32nd": Fraction(1, 8),
    "64th": Fraction(1, 16), "128th": Fraction(1, 32),
}  # fmt: skip
Voice = tuple[int, str]


@dataclass
class _Part:
    """A part while it is read."""

    name: str
    program: int = 0
    percussion: bool = False
    divisions: int = 1
    meter: Meter = COMMON_TIME
    fifths: int = 0
    measures: list[tuple[Filling, dict[Voice, list[Sound]]]] = field(default_factory=list)
    voices: dict[Voice, None] = field(default_factory=dict)
    slurs: dict[str, Voice] = field(default_factory=dict)  # open ones, by their numbers
    last: dict[Voice, Sound] = field(default_factory=dict)


@dataclass
class _Measure:
    """A measure while it is read: where each voice has come to."""

    filling: Filling
    now: Fraction = Fraction()
    end: Fraction = Fraction()
    voices: dict[Voice, list[Sound]] = field(default_factory=dict)
    ends: dict[Voice, Fraction] = field(default_factory=dict)
    last: Voice | None = None
    chord: str = ""
    marks: Marks = ()


class MusicXmlReader:
    """Reads one score."""

    def __init__(self) -> None:
        self._reading = Reading()
        self._budget = Budget()
        self._listed: dict[str, _Part] = {}
        self._parts: list[_Part] = []
        self._piece = Piece(())
        self._tempo = 0.0
        self._root = ""

    def read(self, data: bytes) -> Reading:
        """Return the score with its problems.

        Raises:
            MusicError: it is no XML, or too large.
        """
        SafeXml(_KEPT, self._finished, self._opened).read(data)
        if self._root != "score-partwise":
            self._wrong_root()
        for part in self._parts:
            check_bars([filling for filling, _ in part.measures], self._reading)
        parts = [made for part in self._parts for made in self._voices(part)]
        if not any(part.bars for part in parts):
            self._reading.report(1, 1, "there are no notes in the score", "write <note> elements")
        if parts:
            self._reading.piece = replace(self._piece, parts=same_length(parts))
        self._reading.problems.sort()
        return self._reading

    def _wrong_root(self) -> None:
        if self._root == "score-timewise":
            self._reading.report(1, 1, "timewise scores are not read", "save it as score-partwise")
        else:
            said = f"<{self._root}>" if self._root else "another element"
            self._reading.report(
                1, 1, f"the document begins with {said}", "MusicXML begins with <score-partwise>"
            )

    def _opened(self, node: Node) -> None:
        if not self._root:
            self._root = node.tag
        elif node.tag == "part":
            name = node.attributes.get("id", "")
            if name not in self._listed:
                self._reading.report(
                    node.line, node.column, f"part {name!r} is not in the part list",
                    "add a <score-part> with this id",
                )  # fmt: skip
            if len(self._parts) >= MOST_PARTS:
                raise TooLargeError(f"more than {MOST_PARTS} parts; give a score with fewer")
            self._parts.append(self._listed.get(name, _Part(name)))

    def _finished(self, node: Node) -> None:
        if node.tag == "measure" and self._parts:
            self._measure(self._parts[-1], node)
        elif node.tag == "score-part" and len(self._listed) < 4 * MOST_PARTS:
            program = node.number("midi-instrument/midi-program", 1) - 1
            drums = node.value("midi-instrument/midi-channel") == "10"
            name = node.value("part-name") or node.attributes.get("id", "")
            part = _Part(name[:80], max(0, min(program, 127)), drums)
            self._listed[node.attributes.get("id", "")] = part
        elif node.tag in ("work", "movement-title"):
            title = node.value("work-title") if node.tag == "work" else node.text.strip()
            self._piece = replace(self._piece, title=self._piece.title or title[:200])
        elif node.tag == "identification":
            creators = [c for c in node.all("creator") if c.attributes.get("type") == "composer"]
            if creators:
                self._piece = replace(self._piece, composer=creators[0].text.strip()[:200])

    def _measure(self, part: _Part, node: Node) -> None:
        self._budget.spend(bars=1)
        filling = Filling(part.meter, part.fifths, node.line, node.column)
        filling.free = node.attributes.get("implicit") == "yes"
        measure = _Measure(filling)
        for child in node.children:
            if child.tag == "note":
                self._note(part, measure, child)
            elif child.tag in ("backup", "forward"):
                self._move(part, measure, child)
            elif child.tag == "attributes":
                self._attributes(part, measure, child)
            elif child.tag == "harmony":
                measure.chord = chord_symbol(child)
            elif child.tag in ("direction", "sound"):
                self._direction(part, measure, child)
            elif child.tag == "barline":
                _barline(filling, child)
        filling.length = measure.end
        # A part that is silent may leave its measures empty.
        filling.free = filling.free or not measure.end
        part.measures.append((filling, measure.voices))
        part.voices |= dict.fromkeys(measure.voices)

    def _attributes(self, part: _Part, measure: _Measure, node: Node) -> None:
        divisions = node.number("divisions", part.divisions)
        if not 0 < divisions <= 100_000:
            self._bad(measure, node, f"divisions cannot be {divisions}", "write a small number")
        else:
            part.divisions = divisions
        if node.find("key") is not None:
            fifths = node.number("key/fifths")
            if abs(fifths) > 7:
                self._bad(measure, node, f"a key of {fifths} fifths", "write -7 to 7")
            else:
                part.fifths = measure.filling.fifths = fifths
            mode = node.value("key/mode")
            if mode in ("major", "minor", "dorian", "phrygian", "lydian", "mixolydian", "locrian"):
                self._piece = replace(self._piece, mode=self._piece.mode or mode)
        time = node.find("time")
        if time is not None and time.find("senza-misura") is None:
            self._time(part, measure, time)
        if node.find("transpose") is not None:
            self._reading.pass_over("<transpose>: the notes are read as they are written")

    def _time(self, part: _Part, measure: _Measure, node: Node) -> None:
        beats, kind = node.value("beats"), node.value("beat-type")
        plain = re.fullmatch(r"\d{1,2}(\+\d{1,2})*", beats) and kind in "1 2 4 8 16 32 64".split()
        top = sum(map(int, beats.split("+"))) if plain else 0
        if not top:
            self._bad(measure, node, f"a meter of {beats}/{kind}", "write e.g. 4 and 4")
            return
        part.meter = measure.filling.meter = (top, int(kind))

    def _duration(self, part: _Part, measure: _Measure, node: Node) -> Fraction:
        said = node.value("duration")
        if not re.fullmatch(r"\d{1,9}(\.0*)?", said) or not float(said):
            rest = node.find("rest") is not None
            if rest and not said:
                return full_bar(part.meter)
            self._bad(measure, node, f"a duration of {said!r}", "write a whole number over 0")
            return Fraction()
        return min(Fraction(int(float(said)), part.divisions), Fraction(10_000))

    def _move(self, part: _Part, measure: _Measure, node: Node) -> None:
        length = self._duration(part, measure, node)
        if node.tag == "forward":
            measure.now += length
        elif length > measure.now:
            self._bad(measure, node, "<backup> goes before the start of the measure", "shorten it")
            measure.now = Fraction()
        else:
            measure.now -= length
        measure.last = None

    def _note(self, part: _Part, measure: _Measure, node: Node) -> None:
        if node.find("grace") is not None or node.find("cue") is not None:
            self._reading.pass_over("grace and cue notes")
            return
        self._budget.spend(notes=1)
        pitch = self._pitch(part, measure, node)
        tied = any(tie.attributes.get("type") == "start" for tie in node.all("tie"))
        if node.find("chord") is not None:
            self._chord_note(measure, node, pitch, tied)
            return
        length = self._duration(part, measure, node)
        if not length:
            return
        self._check_type(measure, node, length)
        voice = (node.number("staff", 1), node.value("voice", "1")[:20])
        sounds = measure.voices.setdefault(voice, [])
        at = measure.ends.get(voice, Fraction())
        if at < measure.now:
            sounds.append(Sound(measure.now - at))
        elif at > measure.now:
            self._bad(measure, node, f"two notes at once in voice {voice[1]}",
                      "use <backup> and another <voice>, or <chord/>")  # fmt: skip
        pitches = (pitch,) if pitch is not None else ()
        marks = self._marks(part, measure, node, voice, pitches)
        sounds.append(Sound(length, pitches, pitches if tied else (), measure.chord, marks))
        measure.chord = ""
        part.last[voice] = sounds[-1]
        measure.now = max(measure.now, at) + length
        measure.ends[voice] = measure.now
        measure.last = voice
        if measure.now > full_bar(measure.filling.meter) and measure.filling.over is None:
            measure.filling.over = (node.line, node.column)
        measure.end = max(measure.end, measure.now)

    def _chord_note(self, measure: _Measure, node: Node, pitch: Pitch | None, tied: bool) -> None:
        sounds = measure.voices.get(measure.last) if measure.last else None
        if not sounds or pitch is None:
            self._bad(measure, node, "<chord/> on a note with none before it", "remove <chord/>")
            return
        last = sounds[-1]
        if pitch not in last.pitches:
            more = (pitch,) if tied else ()
            pitches = tuple(sorted((*last.pitches, pitch), key=lambda p: p.semitones))
            sounds[-1] = replace(last, pitches=pitches, tied=(*last.tied, *more))
            self._parts[-1].last[measure.last or (1, "1")] = sounds[-1]

    def _pitch(self, part: _Part, measure: _Measure, node: Node) -> Pitch | None:
        if node.find("rest") is not None:
            return None
        found = node.find("pitch")
        if found is None and (unpitched := node.find("unpitched")) is not None:
            part.percussion = True
            step = unpitched.value("display-step", "E")
            return pitch_of(step, 0, unpitched.number("display-octave", 4)) if step else None
        step = found.value("step") if found is not None else ""
        octave = found.number("octave", 99) if found is not None else 99
        alter = found.number("alter") if found is not None else 0
        if step not in tuple("CDEFGAB") or not -1 <= octave <= 10 or abs(alter) > 3:
            self._bad(measure, node, "a note without a pitch that can be read",
                      "write <pitch> with <step> and <octave>, or <rest/>")  # fmt: skip
            return None
        return pitch_of(step, alter, octave)

    def _check_type(self, measure: _Measure, node: Node, length: Fraction) -> None:
        kind = _TYPES.get(node.value("type"))
        rest = node.find("rest")
        # A whole rest fills a bar of any meter.
        whole_bar = rest is not None and (
            node.value("type") == "whole" or rest.attributes.get("measure") == "yes"
        )
        if kind is None or whole_bar:
            return
        dots = sum(1 for _ in node.all("dot"))
        expected = kind * (2 - Fraction(1, 2**dots))
        actual = node.number("time-modification/actual-notes", 1) or 1
        expected = expected * node.number("time-modification/normal-notes", 1) / actual
        if abs(expected - length) > Fraction(1, 16) * length:
            self._bad(
                measure, node,
                f"the duration is {length} quarters, the type {node.value('type')} {expected}",
                "make <duration> (in divisions of a quarter) and <type> agree",
            )  # fmt: skip

    def _marks(
        self, part: _Part, measure: _Measure, node: Node, voice: Voice, pitches: tuple[Pitch, ...]
    ) -> Marks:
        """Return a note's marks; a note that is only tied over is under no slur."""
        hung = read_hung(node)
        found, measure.marks = (*measure.marks, *hung.marks), ()
        for number in hung.begins:
            part.slurs[number] = voice
        slurred = bool(hung.ends) or voice in part.slurs.values()
        for number in hung.ends:
            part.slurs.pop(number, None)
        if slurred and struck(part.last.get(voice), pitches):
            found += ("legato",)
        return ordered(found) if found else ()

    def _direction(self, part: _Part, measure: _Measure, node: Node) -> None:
        said = read_direction(node)
        measure.marks += said.marks
        first = part is self._parts[0]
        if said.swing:
            self._piece = replace(self._piece, swing=True)
        if said.tempo is None or not first or round(said.tempo) == round(self._tempo):
            return
        self._tempo = said.tempo
        if measure.now or part.measures:
            measure.marks += (of_tempo(said.tempo),)
        else:
            self._piece = replace(self._piece, tempo=bounded_tempo(said.tempo))

    def _bad(self, measure: _Measure, node: Node, message: str, hint: str) -> None:
        if len(self._reading.problems) < 200:
            part = self._parts[-1]
            bar = len(part.measures) + 1
            self._reading.report(node.line, node.column, message, hint, bar=bar)

    def _voices(self, part: _Part) -> list[Part]:
        made = []
        voices = list(part.voices)[:8]
        if len(part.voices) > 8:
            self._reading.pass_over("voices beyond eight of one part")
        for number, voice in enumerate(voices, start=1):
            bars = []
            for filling, sounds in part.measures:
                row = list(sounds.get(voice, ()))
                length = sum((sound.length for sound in row), Fraction())
                whole = filling.length or full_bar(filling.meter)
                if length < whole:
                    row.append(Sound(whole - length))
                bars.append(
                    Bar(tuple(row), filling.meter, filling.fifths, filling.begins, filling.ends,
                        filling.ending)
                )  # fmt: skip
            name = part.name if number == 1 else f"{part.name}, voice {number}"
            made.append(Part(name, tuple(bars), part.program, part.percussion))
        return made


def _barline(filling: Filling, node: Node) -> None:
    repeat = node.find("repeat")
    way = repeat.attributes.get("direction") if repeat is not None else ""
    filling.begins = filling.begins or way == "forward"
    filling.ends = filling.ends or way == "backward"
    style = node.value("bar-style")
    right = node.attributes.get("location", "right") == "right"
    filling.section = filling.section or (right and (bool(way) or style.startswith("light-")))
    ending = node.find("ending")
    if ending is not None and ending.attributes.get("type") == "start":
        filling.ending = re.sub(r"\D", "", ending.attributes.get("number", ""))[:4]


def read_musicxml(code: str | bytes) -> Reading:
    """Read a score, plain or compressed (.mxl).

    Raises:
        MusicError: it is no MusicXML, or too large.
    """
    data = code.encode() if isinstance(code, str) else code
    check_size(data)
    return MusicXmlReader().read(unpack(data) if is_zip(data) else data)
