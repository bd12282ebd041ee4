"""How likely a slot is filled with each kind of value, by the slot's name.

The shares are set by hand: people put bare words into slots for folders and names more often than
the values that wordings are filled with for training.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache

from tools.knowledge.text import slot_kind

_SHARES: Mapping[str, Mapping[str, float]] = {
    "p": {"p": 0.55, "f": 0.12, "w": 0.12, "plain": 0.15, "g": 0.02, "s": 0.04},
    "f": {"f": 0.5, "p": 0.28, "w": 0.1, "plain": 0.06, "g": 0.02, "s": 0.04, "e": 0.03},
    "g": {"g": 0.4, "e": 0.35, "f": 0.08, "s": 0.05, "w": 0.06, "plain": 0.06},
    "n": {"n": 0.97, "z": 0.01, "t": 0.01, "w": 0.01},
    "z": {"z": 0.9, "n": 0.1},
    "t": {"t": 0.6, "clock": 0.3, "n": 0.05, "w": 0.05},
    "s": {"s": 0.4, "w": 0.25, "plain": 0.22, "n": 0.04, "f": 0.03, "p": 0.02, "t": 0.01}
    | {"address": 0.04},
    "w": {"w": 0.5, "plain": 0.38, "f": 0.06, "s": 0.02, "p": 0.02, "n": 0.02, "e": 0.02}
    | {"address": 0.03},
}
_ADDRESS = {"address": 0.9, "w": 0.05, "plain": 0.03}
_PAGE = {"address": 0.8, "w": 0.1, "p": 0.05, "f": 0.05}
_NAMED_DAY = {"w": 0.5, "plain": 0.4, "n": 0.06, "t": 0.04}
_HOST = {"address": 0.35, "w": 0.35, "plain": 0.25, "f": 0.05}
_OF_NAME: Mapping[str, Mapping[str, float]] = {
    **dict.fromkeys(("ip", "address"), _ADDRESS),
    **dict.fromkeys(("url", "email", "network"), _PAGE),
    **dict.fromkeys(("host", "server", "remote", "domain"), _HOST),
    "date": {"t": 0.88, "clock": 0.02, "n": 0.05, "w": 0.05},
    "time": {"t": 0.02, "clock": 0.88, "n": 0.05, "w": 0.05},
    "mode": {"n": 0.75, "w": 0.2, "plain": 0.03},
    **dict.fromkeys(("day", "month"), _NAMED_DAY),
    # A repository is hardly ever named by a bare word, which then is what is looked for in it.
    "repo": {"p": 0.78, "f": 0.06, "w": 0.08, "plain": 0.03, "s": 0.04},
    "value": {"w": 0.46, "plain": 0.38, "n": 0.1, "f": 0.03, "s": 0.02, "t": 0.02},
    "expression": {"sum": 0.7, "w": 0.1, "p": 0.15, "s": 0.03, "n": 0.02},
    "program": {"w": 0.35, "plain": 0.25, "f": 0.15, "p": 0.15, "s": 0.08, "g": 0.02},
}
_OF_TWO = {"f": 0.4, "p": 0.35, "w": 0.1, "plain": 0.1, "s": 0.05}
_USUAL = {
    **{"p": 0.2, "f": 0.2, "n": 0.15, "w": 0.12, "plain": 0.1, "s": 0.08},
    **{"e": 0.05, "g": 0.04, "t": 0.03, "clock": 0.02, "z": 0.03, "address": 0.03},
    "sum": 0.05,
}
_UNSEEN = 0.003


@lru_cache(maxsize=4096)
def likelihood(slot: str, kind: str) -> float:
    """Return how much likelier a value of a kind fills a slot than any slot, in nats.

    `clock` is the kind of a time of day; `t` is then a date. `address` is that of what names a
    machine, a page or a mailbox by its shape.
    """
    shares = _OF_NAME.get(slot.rstrip("0123456789")) or _SHARES[slot_kind(slot)]
    if slot in ("source", "target"):
        shares = _OF_TWO
    return math.log((shares.get(kind, 0.0) + _UNSEEN) / _USUAL[kind])
