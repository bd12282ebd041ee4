"""What stands around notes in MusicXML: chord symbols, and marks of expression."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tools.music.codes.marks_reading import Marks, asks_for_swing, of_element, of_words
from tools.music.codes.xml_safe import Node
from tools.music.expression import PACES

_KINDS = {
    "major": "", "minor": "m", "augmented": "aug", "diminished": "dim", "dominant": "7",
    "major-seventh": "maj7", "minor-seventh": "m7", "diminished-seventh": "dim7",
    "augmented-seventh": "7#5", "half-diminished": "m7b5", "major-minor": "mMaj7",
    "major-sixth": "6", "minor-sixth": "m6", "dominant-ninth": "9", "major-ninth": "maj9",
    "minor-ninth": "m9", "dominant-11th": "11", "minor-11th": "m11", "dominant-13th": "13",
    "major-13th": "maj13", "minor-13th": "m13", "suspended-second": "sus2",
    "suspended-fourth": "sus4", "power": "5",
}  # fmt: skip
_WEDGES = {"crescendo": "cresc", "diminuendo": "dim"}
_HUNG = ("articulations", "dynamics")


@dataclass(frozen=True)
class Direction:
    """What a direction asks for: marks, a tempo in quarter notes a minute, swung eighths."""

    marks: Marks = ()
    tempo: float | None = None
    swing: bool = False


@dataclass(frozen=True)
class Hung:
    """What is hung on a note: marks, and the numbers of slurs that begin and end there."""

    marks: Marks = ()
    begins: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()


def read_direction(node: Node) -> Direction:
    """Read a `<direction>` or a `<sound>`; a tempo beside "a tempo" or "rit." is that word's."""
    marks: Marks = ()
    words = ""
    for kind in node.all("direction-type"):
        for child in kind.children:
            if child.tag == "words":
                words += f" {child.text[:80]}"
            elif child.tag == "wedge":
                found = _WEDGES.get(child.attributes.get("type", ""))
                marks += (found,) if found else ()
            elif child.tag == "dynamics":
                marks += tuple(mark for each in child.children for mark in of_element(each.tag))
    marks += of_words(words)
    sound = node if node.tag == "sound" else node.find("sound")
    said = sound.attributes.get("tempo", "") if sound is not None else ""
    tempo = float(said) if re.fullmatch(r"\d{1,4}(\.\d+)?", said) else None
    if set(marks) & PACES.keys():
        tempo = None
    return Direction(marks, tempo, asks_for_swing(words))


def read_hung(note: Node) -> Hung:
    """Read the `<notations>` of a note."""
    marks: Marks = ()
    begins: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()
    for notations in note.all("notations"):
        for child in notations.children:
            if child.tag in _HUNG:
                marks += tuple(mark for each in child.children for mark in of_element(each.tag))
            elif child.tag == "fermata":
                marks += ("fermata",)
            elif child.tag == "slur":
                number = (child.attributes.get("number", "1")[:3],)
                way = child.attributes.get("type")
                begins += number if way == "start" else ()
                ends += number if way == "stop" else ()
    return Hung(marks, begins, ends)


def chord_symbol(node: Node) -> str:
    """Return the symbol of a `<harmony>`; an empty text where it has no root."""
    step = node.value("root/root-step")
    if step not in tuple("CDEFGAB"):
        return ""
    kind = node.find("kind")
    suffix = _KINDS.get(kind.text.strip(), "") if kind is not None else ""
    if kind is not None and kind.text.strip() in ("other", "none"):
        suffix = kind.attributes.get("text", "")[:20]
    bass = node.value("bass/bass-step")
    over = f"/{bass}{_sign(node.number('bass/bass-alter'))}" if bass in tuple("CDEFGAB") else ""
    return f"{step}{_sign(node.number('root/root-alter'))}{suffix}{over}"


def _sign(alter: int) -> str:
    return "#" * alter if 0 <= alter <= 2 else "b" * min(-alter, 2)
