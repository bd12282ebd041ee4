"""What the readers of LilyPond share: tokens, voices, and the state that holds for notes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field, replace
from fractions import Fraction

from tools.music.codes.lilypond_lexer import Lexed, Token
from tools.music.codes.limits import Budget, TooLargeError
from tools.music.codes.marks_reading import Marks, ordered, struck
from tools.music.codes.model import Meter, Piece, Sound
from tools.music.codes.problems import Problem, Reading, UnreadableError
from tools.music.interval import Interval
from tools.music.pitch import Pitch, pitch_of

_MOST_STEPS = 400_000
_MIDDLE = pitch_of("C", 0, 3)


@dataclass
class Stream:
    """One voice: its sounds, and what was checked so far."""

    name: str = ""
    sounds: list[Sound] = field(default_factory=list)
    now: Fraction = field(default_factory=Fraction)
    bar_start: Fraction = field(default_factory=Fraction)
    bar: int = 1
    last_place: tuple[int, int] = (1, 1)
    slur: bool = False
    marks: Marks = ()  # which wait for the next note

    def mark(self, marks: Marks) -> None:
        """Put marks on the last sound."""
        if marks and self.sounds:
            last = self.sounds[-1]
            self.sounds[-1] = replace(last, marks=ordered((*last.marks, *marks)))

    def add(self, sound: Sound) -> None:
        """Put a sound at the end, with the marks that waited for it, under the slur that is open.

        A tie's second note gets none: its marks stand on the first.
        """
        found, self.marks = self.marks, ()
        if self.slur and struck(self.sounds[-1] if self.sounds else None, sound.pitches):
            found += ("legato",)
        self.sounds.append(replace(sound, marks=found) if found else sound)
        self.now += sound.length


@dataclass
class State:
    """What holds for the notes to come."""

    mode: str = "absolute"
    reference: Pitch = _MIDDLE
    length: Fraction = Fraction(1)
    scale: Fraction = Fraction(1)
    moved: tuple[Interval, ...] = ()
    last: Sound | None = None


class LilyPondBase(ABC):
    """A text's tokens, and the music that is made of them."""

    def __init__(self, text: str) -> None:
        self._lexed = Lexed(text)
        self._tokens = self._lexed.tokens
        self._at = self._steps = self._depth = 0
        self._reading = Reading()
        self._budget = Budget()
        self._language = "nederlands"
        self._variables: dict[str, tuple[int, int]] = {}
        self._streams: list[Stream] = []
        self._state = State()
        self._piece = Piece(())
        self._mode = ""
        self._meters: list[tuple[Fraction, Meter]] = []
        self._signatures: list[tuple[Fraction, int]] = []
        self._shorts: dict[Fraction, Fraction] = {}
        self._chords: list[tuple[Fraction, str]] = []

    def _peek(self, ahead: int = 0) -> Token:
        return self._tokens[min(self._at + ahead, len(self._tokens) - 1)]

    def _next(self) -> Token:
        self._steps += 1
        if self._steps > _MOST_STEPS:
            raise TooLargeError("the music unfolds without end; use fewer repeats and variables")
        token = self._peek()
        self._at += token.kind != "end"
        return token

    def _take(self, text: str) -> bool:
        if self._peek().text == text and self._peek().kind != "string":
            self._next()
            return True
        return False

    def _bad(self, token: Token, message: str, hint: str, stream: Stream | None = None) -> None:
        line, column = self._lexed.place(token)
        if len(self._reading.problems) < 100:
            bar = stream.bar if stream else None
            self._reading.report(line, column, message, hint, bar=bar)

    def _stop(self, token: Token, message: str, hint: str) -> UnreadableError:
        return UnreadableError(Problem(*self._lexed.place(token), None, message, hint))

    def _skip_block(self) -> None:
        """Pass over `{...}` and what stands before it."""
        while self._peek().kind != "end" and self._peek().text not in ("{", "<<", "}", ">>"):
            self._next()
        if self._peek().text not in ("{", "<<"):
            return
        opened, depth = self._peek(), 0
        while True:
            token = self._next()
            if token.kind == "end":
                raise self._stop(opened, f"this {opened.text} is never closed", "close it")
            if token.kind != "string":
                depth += {"{": 1, "<<": 1, "}": -1, ">>": -1}.get(token.text, 0)
            if depth == 0:
                return

    @abstractmethod
    def _music(self, stream: Stream | None) -> None:
        """Read one piece of music into a voice; a new one where there is none yet."""

    def _voice(self, stream: Stream | None) -> Stream:
        if stream is None:
            stream = Stream()
            self._streams.append(stream)
        return stream
