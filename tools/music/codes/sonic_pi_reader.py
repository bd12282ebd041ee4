"""Reading Sonic Pi: its Ruby is parsed line by line, never run.

Read are notes and waits that are written out, inside threads, live loops, effects and `n.times`
blocks; variables, conditions and functions are checked for their brackets and `end`s only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fractions import Fraction

from tools.music.chord import stack
from tools.music.chord_text import read_chord
from tools.music.codes.bars import cut, same_length, stream
from tools.music.codes.limits import Budget, TooLargeError, check_size
from tools.music.codes.model import Part, Piece, bounded_tempo
from tools.music.codes.problems import Reading, text_of
from tools.music.codes.sonic_pi_blocks import Block, BlockReader, Line, sleeps
from tools.music.codes.sonic_pi_values import arguments_of, items_of, value_of
from tools.music.codes.sonic_pi_words import BLOCKS, COMMANDS, EFFECTS, QUIET, SYNTHS
from tools.music.codes.spelling import spell, with_key
from tools.music.pitch import MusicError, Pitch, pitch_of
from tools.music.scale import read_scale
from tools.music.text import did_you_mean

_NOTE = re.compile(r":?([A-Ga-g])(ss|s|b|bb|f)?(-?\d)?$")
_CALL = re.compile(r"(\w+[!?]?)[\s(]*(.*)$", re.DOTALL)
_CHORD = re.compile(r"^\(?\s*(chord|scale)\s*[( ]\s*(:?\w+)\s*,?\s*[:'\"]?([\w+#]*)['\"]?")
_Event = tuple[Fraction, Fraction | None, tuple[Pitch, ...]]
_DRUMS = {"bd": 36, "sn": 38, "drum": 38, "hat": 42, "perc": 76, "elec": 39}


@dataclass
class _Thread:
    """What a thread plays: starts in beats, pitches and, where they are written, lengths."""

    name: str
    now: Fraction
    events: list[_Event] = field(default_factory=list)
    drums: list[_Event] = field(default_factory=list)
    synth: str = ""
    slept: bool = False


class SonicPiReader:
    """Reads one buffer."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._reading = Reading()
        self._budget = Budget()
        self._threads: list[_Thread] = []
        self._tempo = 60.0
        self._steps = 0

    def read(self) -> Reading:
        """Return what is played, loops once, and the problems.

        Raises:
            TooLargeError: it plays too many notes or nests too deeply.
        """
        tree = BlockReader(self._text, self._reading).read()
        main = self._thread("Main", Fraction())
        self._run(tree, main, 0)
        self._finish()
        return self._reading

    # Playing

    def _thread(self, name: str, at: Fraction) -> _Thread:
        made = _Thread(name, at)
        self._threads.append(made)
        return made

    def _run(self, block: Block, thread: _Thread, depth: int) -> None:
        for item in block.body:
            self._steps += 1
            if self._steps > 200_000:
                raise TooLargeError("the loops play too much; use fewer repetitions")
            if isinstance(item, Line):
                self._statement(item, thread)
            else:
                self._block(item, thread, depth + 1)

    def _block(self, block: Block, thread: _Thread, depth: int) -> None:
        head = block.head or Line(1, 1, "")
        text = head.text
        times = re.match(r"(\d+)\.times\b", text)
        word = re.split(r"[\s(]", text, maxsplit=1)[0]
        if times:
            for _ in range(min(int(times[1][:6]), 10_000)):
                self._run(block, thread, depth)
        elif word in ("live_loop", "loop"):
            self._loop(block, head, thread, word, depth)
        elif word == "in_thread":
            name = re.search(r"name:\s*:(\w+)", text)
            fresh = self._thread(name[1] if name else "Thread", thread.now)
            fresh.synth = thread.synth
            self._run(block, fresh, depth)
        elif word == "with_fx":
            self._known(head, "effect", EFFECTS)
            self._run(block, thread, depth)
        elif word == "with_synth":
            self._known(head, "synth", SYNTHS)
            self._run(block, thread, depth)
        elif word in BLOCKS and word not in ("define", "at", "time_warp", "density"):
            self._run(block, thread, depth)
        else:
            self._reading.pass_over(f"`{word}` blocks: they are not run")

    def _loop(self, block: Block, head: Line, thread: _Thread, word: str, depth: int) -> None:
        name = re.search(r"live_loop[\s(]+:(\w+)", head.text)
        if word == "live_loop" and name is None:
            self._reading.report(
                head.number, head.column, "the live_loop has no name",
                "write live_loop :name do",
            )  # fmt: skip
        if not sleeps(block):
            self._reading.report(
                head.number, head.column, "the loop never sleeps: Sonic Pi stops it",
                "add `sleep 1` or `sync` inside",
            )  # fmt: skip
        fresh = (
            self._thread(name[1] if name else "Loop", thread.now) if word == "live_loop" else thread
        )
        fresh.synth = thread.synth
        self._reading.pass_over("loops are played once")
        self._run(block, fresh, depth)

    def _statement(self, line: Line, thread: _Thread) -> None:
        text = re.sub(r"\s+(?:if|unless)\s.*$", "", line.text)
        match = _CALL.match(text)
        word = match[1] if match else ""
        if match is None or re.match(r"\w+\s*(?:[-+*/]?=)(?!=)", text):
            self._reading.pass_over("variables: their values are not known")
            return
        arguments = arguments_of(match[2].strip())
        handler = getattr(self, f"_on_{word}", None) if word in COMMANDS else None
        if handler is not None:
            handler(line, arguments, thread)
        elif word not in QUIET and word not in BLOCKS:
            near = did_you_mean(word, COMMANDS | BLOCKS | QUIET)
            if near and not re.search(rf"\b(?:define|def)\s+:?{re.escape(word)}\b", self._text):
                self._reading.report(
                    line.number, line.column, f"unknown command `{word}`", near.strip()
                )
            else:
                self._reading.pass_over(f"`{word}`: not read")

    def _on_play(self, line: Line, arguments: list[str], thread: _Thread) -> None:
        if not arguments:
            self._reading.report(line.number, line.column, "play without a note", "write play :c4")
            return
        pitches = self._pitches(line, arguments[0])
        if pitches:
            self._event(thread, pitches, _sounding(arguments[1:]))

    _on_play_chord = _on_play

    def _on_synth(self, line: Line, arguments: list[str], thread: _Thread) -> None:
        self._known(line, "synth", SYNTHS)
        note = next((a for a in arguments if re.match(r"note:", a)), "")
        pitches = self._pitches(line, note.partition(":")[2].strip()) if note else None
        if pitches:
            self._event(thread, pitches)

    def _on_play_pattern(self, line: Line, arguments: list[str], thread: _Thread) -> None:
        self._pattern(line, arguments[:1], ["1"], thread)

    def _on_play_pattern_timed(self, line: Line, arguments: list[str], thread: _Thread) -> None:
        times = items_of(arguments[1]) or [arguments[1]] if len(arguments) > 1 else ["1"]
        self._pattern(line, arguments[:1], times, thread)

    def _pattern(self, line: Line, notes: list[str], times: list[str], thread: _Thread) -> None:
        items = items_of(notes[0]) if notes else None
        if items is None and notes:
            items = [f":{p.step.lower()}{'s' * p.alter or 'b' * -p.alter}{p.octave}"
                     for p in self._pitches(line, notes[0]) or ()]  # fmt: skip
        for place, item in enumerate(items or ()):
            pitches = self._pitches(line, item)
            if pitches:
                self._event(thread, pitches)
            length = value_of(times[place % len(times)])
            thread.now += length if length is not None else Fraction(1)
        thread.slept = True

    def _on_sample(self, line: Line, arguments: list[str], thread: _Thread) -> None:
        name = re.match(r":(\w+)", arguments[0]) if arguments else None
        number = _DRUMS.get(name[1].split("_")[0]) if name else None
        if name and "hat" in name[1]:
            number = 42
        if number is None:
            self._reading.pass_over("samples that are no drums")
            return
        self._budget.spend(notes=1)
        thread.drums.append((thread.now, None, (spell(number, 0),)))

    def _on_sleep(self, line: Line, arguments: list[str], thread: _Thread) -> None:
        value = value_of(arguments[0]) if arguments else None
        if value is None and arguments and re.match(r"[a-z_]", arguments[0]):
            self._reading.pass_over("waits by a variable or by chance: taken as 1")
            value = Fraction(1)
        if value is None or value < 0:
            said = arguments[0] if arguments else ""
            self._reading.report(
                line.number, line.column, f"cannot read `sleep {said}`", "write e.g. sleep 0.5"
            )
            return
        thread.now += min(value, Fraction(10_000))
        thread.slept = True

    _on_wait = _on_sleep

    def _on_sync(self, line: Line, arguments: list[str], thread: _Thread) -> None:
        thread.slept = True

    def _on_use_bpm(self, line: Line, arguments: list[str], thread: _Thread) -> None:
        value = value_of(arguments[0]) if arguments else None
        if value is None or not 1 <= value <= 2000:
            self._reading.report(
                line.number, line.column, "cannot read the tempo", "write e.g. use_bpm 120"
            )
        else:
            self._tempo = bounded_tempo(float(value))

    def _on_use_synth(self, line: Line, arguments: list[str], thread: _Thread) -> None:
        name = self._known(line, "synth", SYNTHS)
        thread.synth = name or thread.synth

    def _known(self, line: Line, what: str, names: frozenset[str]) -> str | None:
        match = re.search(r"\w+[\s(]+:(\w+)", line.text)
        if match is None:
            return None
        if match[1] not in names:
            near = did_you_mean(match[1], names, ":").strip() or "see Sonic Pi's help for its names"
            column = line.column + match.start(1)
            self._reading.report(line.number, column, f"there is no {what} :{match[1]}", near)
            return None
        return match[1]

    def _event(
        self, thread: _Thread, pitches: tuple[Pitch, ...], length: Fraction | None = None
    ) -> None:
        self._budget.spend(notes=len(pitches))
        thread.events.append((thread.now, length, pitches))

    def _pitches(self, line: Line, text: str) -> tuple[Pitch, ...] | None:
        """Return the pitches of a note, a list or a chord; () for a rest, None where unknown."""
        text = text.strip()
        text = text[1:-1].strip() if text.startswith("(") and text.endswith(")") else text
        if text in (":r", ":rest", "nil"):
            return ()
        chord = _CHORD.match(text)
        if chord:
            return self._named(line, chord)
        items = items_of(text)
        if items is not None:
            found = [self._pitches(line, item) for item in items[:64]]
            return tuple(dict.fromkeys(p for row in found if row for p in row))
        match = _NOTE.match(text) if text.startswith(":") else None
        if match:
            sign = match[2] or ""
            alter = sign.count("s") - sign.count("b") - sign.count("f")
            return (pitch_of(match[1].upper(), alter, int(match[3] or 4)),)
        value = value_of(text)
        if value is not None and 0 <= value <= 127:
            return (spell(round(value), 0),)
        if text.startswith(":") or value is not None:
            self._reading.report(
                line.number, line.column, f"there is no note {text}", "write :c4, :eb3, :fs5 or 60"
            )
        else:
            self._reading.pass_over("notes by a variable, a function or chance")
        return None

    def _named(self, line: Line, match: re.Match[str]) -> tuple[Pitch, ...] | None:
        root = self._pitches(line, match[2] if match[2][0] in ":0123456789" else f":{match[2]}")
        if not root:
            return None
        name = match[3] or "major"
        try:
            if match[1] == "scale":
                found = read_scale(f"{root[0].ascii} {name.replace('_', ' ')}").pitches
            else:
                found = read_chord(root[0].ascii + _CHORDS.get(name, name)).pitches
        except MusicError:
            self._reading.report(
                line.number, line.column, f"there is no {match[1]} :{name}", "write e.g. :minor7"
            )
            return None
        placed = stack(found)
        shift = (root[0].octave or 4) - (placed[0].octave or 4)
        return tuple(p.at((p.octave or 4) + shift) for p in placed)

    # The end

    def _finish(self) -> None:
        parts = []
        for thread in self._threads:
            for rows, percussion in ((thread.events, False), (thread.drums, True)):
                if rows:
                    bars = cut(stream(rows, thread.now), budget=self._budget)
                    name = f"{thread.name}, drums" if percussion and thread.events else thread.name
                    parts.append(Part(name, bars, percussion=percussion))
        if parts:
            self._reading.piece = with_key(Piece(same_length(parts), tempo=self._tempo))
        elif not self._reading.problems and not self._reading.passed_over:
            self._reading.report(1, 1, "nothing is played", "write e.g. play :c4 and sleep 1")
        self._reading.problems.sort()


_CHORDS = {
    "major": "", "M": "", "maj": "", "minor": "m", "min": "m", "m": "m", "major7": "maj7",
    "minor7": "m7", "dom7": "7", "dim": "dim", "diminished": "dim", "augmented": "aug", "a": "aug",
    "dim7": "dim7", "diminished7": "dim7", "i": "dim", "i7": "dim7", "halfdim": "m7b5",
    "halfdiminished": "m7b5", "1": "", "m7b5": "m7b5", "7": "7", "m7": "m7",
}  # fmt: skip


def _sounding(options: list[str]) -> Fraction | None:
    """Add up attack, sustain and release where any is written."""
    found = Fraction()
    for option in options:
        name, _, value = option.partition(":")
        if name.strip() in ("attack", "decay", "sustain", "release"):
            found += value_of(value) or 0
    return found or None


def read_sonic_pi(code: str | bytes) -> Reading:
    """Read a buffer with its problems.

    Raises:
        MusicError: it is no text, or too large.
    """
    check_size(code)
    return SonicPiReader(text_of(code)).read()
