"""How large a code may be: what is beyond is refused early, in bounded time and memory."""

from __future__ import annotations

from dataclasses import dataclass

from tools.music.pitch import MusicError

LARGEST_BYTES = 8 << 20
LARGEST_TEXT = 400_000
MOST_NOTES = 20_000
MOST_BARS = 10_000
MOST_PARTS = 64
DEEPEST = 40


class TooLargeError(MusicError):
    """A code beyond the limits of this module."""


@dataclass
class Budget:
    """Counts notes and bars while a code is read."""

    notes: int = 0
    bars: int = 0

    def spend(self, notes: int = 0, bars: int = 0) -> None:
        """Count so many more.

        Raises:
            TooLargeError: that is more than a code may have.
        """
        self.notes += notes
        self.bars += bars
        if self.notes > MOST_NOTES:
            raise TooLargeError(f"more than {MOST_NOTES} notes; give a shorter piece, or one part")
        if self.bars > MOST_BARS:
            raise TooLargeError(f"more than {MOST_BARS} bars; give a shorter piece, or one part")


def check_size(code: str | bytes) -> None:
    """Refuse a code that is too long.

    Raises:
        TooLargeError: it is.
    """
    if isinstance(code, str) and len(code) > LARGEST_TEXT:
        raise TooLargeError(f"{len(code)} characters are too many; a code may have {LARGEST_TEXT}")
    if len(code) > LARGEST_BYTES:
        raise TooLargeError(f"{len(code)} bytes are too many; a file may have {LARGEST_BYTES}")
