"""Settles what many people said: contradictions decided, the same said once."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from training.dataset.near import Near, slotted, template, words
from training.dataset.row import Rejected, Row, rejection

DUPLICATE = 0.8
"""Nearness of templates from which on two requests for the same kind of call are one."""
PER_TEMPLATE = 3
"""Rows that may differ in their values only."""
_RANK = {"correction": 0, "edit": 0, "preference": 1, "up": 2, "down": 2}


def agree(rows: Iterable[Row]) -> tuple[list[Row], list[Rejected]]:
    """Return the rows that stay, by worth, and what became of the others.

    What people wrote themselves comes before a thumb, the newer before the older. Of rows that
    ask the same, the first stays: one that says the same again is counted in its lineage, another
    answer contradicts it. A thumb down contradicts only a row that teaches that very answer. Of
    rows that differ in values only, `PER_TEMPLATE` stay; of those nearly the same, one.
    """
    voices = _Voices()
    for row in _by_worth(rows):
        voices.hear(row)
    return list(voices.kept.values()), voices.rejected


def _by_worth(rows: Iterable[Row]) -> list[Row]:
    newest = sorted(rows, key=lambda row: (row.lineage.created, row.id), reverse=True)
    return sorted(newest, key=lambda row: _RANK[row.label])


@dataclass
class _Group:
    """Rows for the same kind of call, to be compared by their templates."""

    near: Near = field(default_factory=Near)
    ids: list[str] = field(default_factory=list)
    shapes: Counter[str] = field(default_factory=Counter)


class _Voices:
    def __init__(self) -> None:
        self.kept: dict[str, Row] = {}
        self.rejected: list[Rejected] = []
        self._asked: defaultdict[str, list[str]] = defaultdict(list)
        self._groups: defaultdict[str, _Group] = defaultdict(_Group)

    def hear(self, row: Row) -> None:
        """Keep a row, or say why not."""
        asked = " / ".join(words(text) for text in row.requests)
        for other in (self.kept[id_] for id_ in self._asked[asked]):
            if _same(row, other) and row.teaches == other.teaches:
                self._join(other, row)
                return
            if (row.teaches and other.teaches) or _same(row, other):
                self._drop(row, "agreement", "another answer is taken, that of", other)
                return
        shape = shape_of(row)
        group = self._groups[f"{row.teaches} {row.kind} {_call_shape(row)}"]
        if group.shapes[shape] >= PER_TEMPLATE:
            first = self.kept[group.ids[group.near.alike(shape, 1.0)[0][1]]]
            self._drop(row, "duplicates", "it differs only in its values from", first)
            return
        near = [number for nearness, number in group.near.alike(shape, DUPLICATE) if nearness < 1]
        if near:
            other = self.kept[group.ids[near[0]]]
            self._drop(row, "duplicates", "it asks nearly the same as", other)
            return
        self._keep(row, asked, shape, group)

    def _keep(self, row: Row, asked: str, shape: str, group: _Group) -> None:
        self.kept[row.id] = row
        self._asked[asked].append(row.id)
        group.near.add(shape)
        group.ids.append(row.id)
        group.shapes[shape] += 1

    def _join(self, other: Row, row: Row) -> None:
        feedback = (*other.lineage.feedback, *row.lineage.feedback)
        self.kept[other.id] = replace(other, lineage=replace(other.lineage, feedback=feedback))
        self._drop(row, "duplicates", "it says the same as", other)

    def _drop(self, row: Row, step: str, why: str, other: Row) -> None:
        reason = f"{why} {other.lineage.feedback[0]}"
        self.rejected.append(rejection(row, step, reason))


def shape_of(row: Row) -> str:
    """Return what a row asks with its values as tokens, earlier requests it leans on included."""
    music = row.specialist == "composer"
    return " / ".join(template(text, music=music) for text in row.requests)


def _call_shape(row: Row) -> str:
    """Return the calls with the request's values as tokens; the answer where there are none."""
    texts = [f"{call['name']} {json.dumps(call['arguments'])}" for call in row.calls]
    music = row.specialist == "composer"
    return slotted(" ".join(texts) or row.answer, row.request, music=music)


def _same(row: Row, other: Row) -> bool:
    if row.calls or other.calls:
        return row.calls == other.calls
    return words(row.answer) == words(other.answer)
