"""One voice of an ABC tune while it is read: its bars, and what waits for its next note."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fractions import Fraction

from tools.music.codes.abc_fields import FREE
from tools.music.codes.bars import Filling
from tools.music.codes.limits import Budget
from tools.music.codes.marks_reading import Marks, ordered, struck
from tools.music.codes.model import Meter, Sound
from tools.music.pitch import Pitch


@dataclass
class Voice:
    """What was read of a voice, and what holds for the notes to come.

    `marks` and `chord` wait for the next note; `slurs` are those that are open.
    """

    name: str
    meter: Meter
    fifths: int
    unit: Fraction
    fillings: list[Filling] = field(default_factory=list)
    bar: Filling | None = None
    accidentals: dict[tuple[str, int], int] = field(default_factory=dict)
    chord: str = ""
    tuplet: tuple[Fraction, int] = (Fraction(1), 0)
    broken: Fraction | None = None
    begins: bool = False
    ending: str = ""
    program: int = 0
    marks: Marks = ()
    slurs: int = 0

    @property
    def begun(self) -> bool:
        """True where it has sounds."""
        return bool(self.fillings or (self.bar and self.bar.sounds))

    @property
    def last(self) -> Sound | None:
        """The sound that was read last."""
        fillings = [*self.fillings[-1:], *([self.bar] if self.bar else [])]
        return next((filling.sounds[-1] for filling in fillings[::-1] if filling.sounds), None)

    def slur(self, sign: str) -> None:
        """Open or close a slur; one that was never opened is passed over."""
        self.slurs = max(0, self.slurs + (1 if sign == "(" else -1))

    def marks_of(self, pitches: tuple[Pitch, ...]) -> Marks:
        """Return the marks of the next sound, which wait no longer."""
        found, self.marks = self.marks, ()
        if self.slurs and struck(self.last, pitches):
            found += ("legato",)
        return ordered(found) if found else ()

    def filling(self, budget: Budget, line: int, column: int) -> Filling:
        """Return the bar that is being read; a new one where there is none.

        Raises:
            TooLargeError: that is more bars than a code may have.
        """
        if self.bar is None:
            budget.spend(bars=1)
            self.bar = Filling(self.meter, self.fifths, line, column)
            self.bar.begins, self.begins = self.begins, False
            self.bar.ending, self.ending = self.ending, ""
            self.bar.free = self.meter == FREE
        return self.bar

    def bar_line(self, sign: str, ending: str) -> None:
        """End the bar at a bar line, with the repeat sign or the volta bracket on it."""
        number = re.sub(r"\D+", "", ending)[:4]
        plain = re.sub(r"\s*\[?\d.*", "", sign)
        if self.bar is not None and plain:
            self.bar.ends = plain.startswith(":")
            self.bar.section = ":" in plain or "||" in plain or "]" in plain or plain == "[|"
            self.close()
        elif self.fillings and plain.startswith(":"):
            self.fillings[-1].ends = True
        self.begins = self.begins or (plain.endswith(":") and plain not in (":",))
        self.ending = number or self.ending

    def close(self) -> None:
        """End the bar that is being read."""
        if self.bar is not None:
            self.fillings.append(self.bar)
        self.bar = None
        self.accidentals.clear()
