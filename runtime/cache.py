"""Which tokens lie in which sequence of the key/value cache, and who may use them again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass
class Slot:
    """One sequence of the cache. `reserved` is the room that its request may still grow to."""

    number: int
    adapter: str | None = None
    tokens: list[int] = field(default_factory=list)
    reserved: int = 0
    busy: bool = False
    used_at: int = 0

    @property
    def cells(self) -> int:
        """Return how many cells of the cache this sequence may take."""
        return max(len(self.tokens), self.reserved)


@dataclass(frozen=True)
class Placement:
    """Where a request runs: its slot, the slot to copy a prefix from, the prefix's length.

    The slots in `evicted` are emptied first. `source` may be the slot itself.
    """

    slot: Slot
    source: Slot
    prefix: int
    evicted: tuple[Slot, ...]


class Slots:
    """Finds the best slot for a prompt. Pure bookkeeping: the caller changes the cache."""

    def __init__(self, count: int, cells: int) -> None:
        self._slots = [Slot(number) for number in range(count)]
        self._cells = cells
        self._clock = 0

    def place(
        self, adapter: str | None, prompt: Sequence[int], usable: int, reserve: int
    ) -> Placement | None:
        """Return where a prompt should run, or None while there is no room.

        At most `usable` tokens of the prompt are taken from the cache; `reserve` is the
        number of tokens that prompt and completion may reach together.
        """
        idle = [slot for slot in self._slots if not slot.busy]
        if not idle:
            return None
        prefix, source = self._longest_prefix(adapter, prompt, usable)
        target = min(idle, key=lambda slot: (len(slot.tokens) > 0, slot.used_at))
        if not source.busy and prefix * 2 >= len(source.tokens):
            target = source  # little is lost by cutting it short
        if prefix == 0:
            source = target
        placement = self._make_room(target, source, prefix, reserve)
        if placement is None and not source.busy and target is not source:
            placement = self._make_room(source, source, prefix, reserve)
        return placement

    def take(self, placement: Placement, adapter: str | None, reserve: int) -> Slot:
        """Mark a slot as running a request that starts with the shared prefix."""
        slot = placement.slot
        self._clock += 1
        slot.tokens = placement.source.tokens[: placement.prefix]
        for other in placement.evicted:
            other.tokens = []
        slot.adapter, slot.reserved, slot.busy, slot.used_at = adapter, reserve, True, self._clock
        return slot

    def release(self, slot: Slot) -> None:
        """Mark a slot as idle; what was evaluated stays for later requests."""
        self._clock += 1
        slot.busy, slot.reserved, slot.used_at = False, 0, self._clock

    def forget(self, adapter: str) -> list[int]:
        """Forget what was evaluated with an adapter that is gone; return the slots to empty."""
        gone = [slot for slot in self._slots if slot.adapter == adapter and not slot.busy]
        for slot in gone:
            slot.adapter, slot.tokens = None, []
        return [slot.number for slot in gone]

    def _longest_prefix(
        self, adapter: str | None, prompt: Sequence[int], usable: int
    ) -> tuple[int, Slot]:
        same = [s for s in self._slots if s.adapter == adapter] or self._slots
        lengths = [
            min(common_prefix(s.tokens, prompt), usable) if s.adapter == adapter else 0
            for s in same
        ]
        best = max(range(len(same)), key=lambda i: (lengths[i], not same[i].busy))
        return lengths[best], same[best]

    def _make_room(self, target: Slot, source: Slot, prefix: int, reserve: int) -> Placement | None:
        """Evict idle slots, the least recently used first, until the request fits."""
        others = [s for s in self._slots if s is not target]
        taken = sum(s.cells for s in others)
        evicted = []
        for slot in sorted(others, key=lambda s: s.used_at):
            if taken + reserve <= self._cells:
                break
            if not slot.busy and slot is not source and slot.tokens:
                evicted.append(slot)
                taken -= slot.cells
        if taken + reserve > self._cells:
            return None
        return Placement(target, source, prefix, tuple(evicted))


def common_prefix(a: Sequence[int], b: Sequence[int]) -> int:
    """Return how many first tokens two sequences share.

    >>> common_prefix([1, 2, 3], [1, 2, 4])
    2
    """
    for i, (left, right) in enumerate(zip(a, b, strict=False)):
        if left != right:
            return i
    return min(len(a), len(b))
