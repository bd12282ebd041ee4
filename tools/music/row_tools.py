"""Tools for post-tonal music: twelve-tone rows and pitch-class sets."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tools import Tool, ToolResult, tool
from tools.music import set_theory
from tools.music.answers import musical, names
from tools.music.music_text import Music
from tools.music.pitch_classes import number_text, read_pitch_classes
from tools.music.presentation import show_if_playable
from tools.music.twelve_tone import FORMS, Row, read_form, read_row


@tool
@musical
def tone_row(row: str, form: str) -> ToolResult:
    """Give a form of a twelve-tone row, e.g. form "P0", "I7", "retrograde", "RI", "matrix"."""
    found = read_row(row)
    if re.search(r"matrix|all|square|48", form, re.I):
        return ToolResult(_matrix(found))
    kind, number = read_form(form)
    classes = found.form(kind, number)
    # The number of a form is the first note of the row that it reads forwards or backwards.
    start = classes[-1] if kind in ("R", "RI") else classes[0]
    spelled = found.spelled(classes)
    title = f"{kind}{start}"
    lines = [
        f"{title} ({FORMS[kind]}): {names(spelled)}",
        f"Numbers from C: {_written(classes)}. The row itself is P{found.classes[0]}.",
        _about(found),
    ]
    return ToolResult("\n".join(lines), show_if_playable(Music("notes", notes=spelled), title))


@tool
@musical
def set_class(notes: str) -> ToolResult:
    """Give normal form, prime form, Forte number and interval vector, e.g. C E G, 0 1 4 6."""
    given = read_pitch_classes(notes)
    spelled = {note.pitch_class: note for note in reversed(given)}
    found = set_theory.set_class(spelled)
    said = f" ({found.name})" if found.name else ""
    ordered = " ".join(spelled[pc].name for pc in found.normal)
    lines = [
        f"{names(given)}: {found.forte}, prime form ({_compact(found.prime)}){said}",
        f"Normal form: [{' '.join(map(str, found.normal))}] {ordered}.",
        f"Interval vector: <{''.join(map(str, found.vector))}>.",
        *_more(found),
    ]
    return ToolResult("\n".join(lines))


def _matrix(row: Row) -> str:
    def line(head: str, cells: Iterable[str], tail: str = "") -> str:
        return head.ljust(5) + "".join(cell.ljust(6) for cell in cells) + tail

    lines = [line("", (f"I{pc}" for pc in row.classes))]
    for start, classes in zip(row.form("I"), row.matrix, strict=True):
        notes = row.spelled(classes)
        lines.append(line(f"P{start}", (note.name for note in notes), f"R{start}"))
    lines.append(line("", (f"RI{pc}" for pc in row.classes)))
    table = "\n".join(text.rstrip() for text in lines)
    return f"{names(row.spelled(row.classes))}: the matrix\n```\n{table}\n```\n{_about(row)}"


def _about(row: Row) -> str:
    first, second = row.hexachords
    halves = first if first == second else f"{first} and {second}"
    facts = [f"Hexachords: {halves}."]
    if row.is_all_interval:
        facts.append("An all-interval row.")
    partners = [form for form in row.combinatorial() if not form.startswith("R")]
    if partners:
        facts.append(f"Combinatorial with {', '.join(partners)}.")
    return " ".join(facts)


def _more(found: set_theory.SetClass) -> list[str]:
    lines = []
    if found.rahn != found.prime:
        lines.append(f"Rahn's prime form: ({_compact(found.rahn)}).")
    moved, turned = set_theory.symmetries(found.normal)
    if len(moved) > 1 or turned:
        same = [f"T{n}" for n in moved if n] + [f"T{n}I" for n in turned]
        lines.append(f"It maps onto itself under {', '.join(same)}.")
    else:
        lines.append("It has no symmetry.")
    way = "an inversion" if found.inverted else "a transposition"
    lines.append(f"This set is {way} of the prime form. Complement: {found.complement}.")
    return lines


def _compact(classes: tuple[int, ...]) -> str:
    return "".join(map(number_text, classes))


def _written(classes: tuple[int, ...]) -> str:
    return " ".join(map(str, classes))


ROW_TOOLS: tuple[Tool, ...] = (tone_row, set_class)
