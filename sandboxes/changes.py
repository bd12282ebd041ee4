"""What a command changed: two lists of a sandbox's files compared, and shown with text diffs.

`Entry` is a file as `copying.sh` lists it; `Change` is what a person is shown. All that comes out
of a sandbox is untrusted: what is shown has no control characters, and sizes are capped.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from difflib import SequenceMatcher
from typing import Any, Literal, NamedTuple, cast

Kind = Literal["added", "changed", "deleted", "permissions"]

MOST_CHANGES = 50
MOST_LINES = 400
MOST_WIDTH = 400
DIFF_BYTES = 256 * 1024
DIFF_LINES = 1500
"""Differing lines (after equal ones at both ends are left away) that are still compared."""
CONTEXT = 3

_Opcode = tuple[Literal["replace", "delete", "insert", "equal"], int, int, int, int]
_TYPES = {"f": "file", "d": "folder", "l": "link", "p": "pipe", "s": "socket"}


class Entry(NamedTuple):
    """One file of a sandbox. Times are as `find` prints them; `locked`: closed to its owner."""

    type: str
    mode: str
    size: int
    mtime: str
    ctime: str
    links: int
    inode: int
    target: str
    locked: bool = False

    def same(self, other: Entry | None) -> bool:
        """Whether `other` is like this file in all that a copy keeps (content by its time)."""
        return other is not None and self.look() == other.look()

    def look(self) -> tuple[str, str, int, str, str]:
        """Return what a copy keeps of a file."""
        return (self.type, self.mode, self.size, self.mtime, self.target)


Files = Mapping[str, Entry]


@dataclass(frozen=True)
class Change:
    """One file that a command added, changed or deleted, or whose permissions it changed.

    Sizes are in bytes, None where there is no such file. `diff` is a unified diff of text;
    `note` says what it does not show.
    """

    path: str
    kind: Kind
    type: str = "file"
    size_before: int | None = None
    size_after: int | None = None
    diff: str | None = None
    note: str = ""


def change_to_json(change: Change) -> dict[str, Any]:
    """Return a change as plain JSON."""
    return asdict(change)


def change_from_json(data: Mapping[str, Any]) -> Change:
    """Read what `change_to_json` wrote."""
    return Change(**data)


def parse_files(data: bytes) -> dict[str, Entry]:
    """Read the list that `copying.sh` prints.

    Raises:
        ValueError: it is not such a list.
    """
    head, _, rest = b"\0".join([b"", data]).partition(b"\0\0")
    opened: dict[bytes, bytes] = {}
    for record in head.split(b"\0"):
        mode, _, path = record.partition(b" ")
        if path:
            opened.setdefault(path, mode)
    fields = rest.split(b"\0")
    if fields.pop() != b"" or len(fields) % 2:
        raise ValueError("the list of files is cut")
    found = {}
    for line, path in zip(fields[::2], fields[1::2], strict=True):
        type_, mode, size, mtime, ctime, links, inode, target = line.split(b" ", 7)
        found[_text(path)] = Entry(
            type_.decode(),
            opened.get(path, mode).decode(),
            0 if type_ == b"d" else int(size),
            mtime.decode(),
            ctime.decode(),
            1 if type_ == b"d" else int(links),
            int(inode),
            _text(target),
            path in opened,
        )
    return found


def touched(before: Files, after: Files) -> list[str]:
    """Return the paths that a command may have changed, in order: folders before content.

    A file written to has another change time even where its size and time were put back.
    """
    return sorted(
        path
        for path in before.keys() | after.keys()
        if path not in before or path not in after or _moved_on(before[path], after[path])
    )


def _moved_on(before: Entry, after: Entry) -> bool:
    if before.type == "d" and after.type == "d":
        return not before.same(after)
    return before._replace(locked=False) != after._replace(locked=False)


def with_parents(paths: Sequence[str], files: Files) -> list[str]:
    """Return `paths` and the folders they lie in, as far as they are in `files`, in order.

    Putting a file back changes its folder's time, so that folder is put back as well.
    """
    wanted = {path for path in paths if path in files}
    wanted |= {parent for path in paths if (parent := path.rpartition("/")[0]) in files}
    return sorted(wanted)


def classify(before: Entry | None, after: Entry | None, equal: bool | None) -> Kind | None:
    """Return what happened to a file, None where a person need not know.

    `equal` says whether the content is the same, None where it was not read. A folder whose
    content changed is no change of its own.
    """
    if before is None or after is None:
        return "added" if before is None else "deleted"
    if before.type != after.type or before.target != after.target:
        return "changed"
    moved = before.type != "d" and (before.size, before.mtime) != (after.size, after.mtime)
    if before.type == "f" and (equal is False or (equal is None and moved)):
        return "changed"
    if before.mode != after.mode:
        return "permissions"
    # A file whose change time alone moved on may have been written and its time put back.
    unknown = before.type == "f" and equal is None
    return "changed" if moved or unknown else None


def describe(
    path: str,
    before: Entry | None,
    after: Entry | None,
    old: bytes | None,
    new: bytes | None,
    lines: int = MOST_LINES,
) -> Change | None:
    """Return what a person is shown of a file, None where nothing of note changed.

    `old` and `new` are its contents where they were read; the diff has at most `lines` lines.
    """
    equal = old == new if old is not None and new is not None else None
    kind = classify(before, after, equal)
    if kind is None:
        return None
    entry = after or before
    assert entry is not None
    notes, diff = [], None
    if before is not None and after is not None:
        notes += _differences(before, after, equal)
    if (before is None or before.type == "f") and (after is None or after.type == "f"):
        diff, note = _diff(before, after, old, new, lines)
        notes += [note] if note else []
    if entry.type == "l" and kind != "permissions":
        notes.append(f"points to {visible(entry.target)}")
    return Change(
        visible(path),
        kind,
        _TYPES.get(entry.type, "file"),
        before.size if before and before.type == "f" else None,
        after.size if after and after.type == "f" else None,
        diff,
        "; ".join(notes),
    )


def _differences(before: Entry, after: Entry, equal: bool | None) -> list[str]:
    notes = []
    if before.type != after.type:
        was, now = _TYPES.get(before.type, "file"), _TYPES.get(after.type, "file")
        notes.append(f"was a {was}, is a {now}")
    elif before.target != after.target:
        notes.append(f"pointed to {visible(before.target)}")
    elif before.type == "f" and equal and before.mtime != after.mtime and before.mode == after.mode:
        notes.append("only its time")
    if before.mode != after.mode:
        notes.append(f"permissions {before.mode} → {after.mode}")
    return notes


def _diff(
    before: Entry | None, after: Entry | None, old: bytes | None, new: bytes | None, lines: int
) -> tuple[str | None, str]:
    """Return a unified diff, or None and why there is none."""
    sizes = [entry.size for entry in (before, after) if entry is not None]
    if not any(sizes):
        return None, "empty"
    old = b"" if before is None else old
    new = b"" if after is None else new
    if old is None or new is None:
        return None, "too large to compare" if max(sizes) > DIFF_BYTES else "not read"
    if b"\0" in old or b"\0" in new:
        return None, "binary"
    if old == new:
        return None, ""
    if lines <= 0:
        return None, "its difference is left out"
    found = unified(_lines(old), _lines(new), lines)
    return (found, "") if found is not None else (None, "too many lines differ")


def _lines(data: bytes) -> list[str]:
    lines = data.decode("utf-8", "replace").split("\n")
    if lines[-1] == "":
        return lines[:-1]
    return [*lines[:-1], lines[-1] + "\n\\ No newline at end of file"]


def unified(old: Sequence[str], new: Sequence[str], most: int) -> str | None:
    """Return a unified diff of at most `most` lines, None where too many lines differ.

    >>> print(unified(["a", "b"], ["a", "c"], 9))
    @@ -1,2 +1,2 @@
     a
    -b
    +c
    """
    head = 0
    while head < min(len(old), len(new)) and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    a, b = old[head : len(old) - tail], new[head : len(new) - tail]
    if a and b and max(len(a), len(b)) > DIFF_LINES:
        return None
    shifted: list[_Opcode] = [
        (tag, i1 + head, i2 + head, j1 + head, j2 + head)
        for tag, i1, i2, j1, j2 in SequenceMatcher(None, a, b).get_opcodes()
    ]
    codes: list[_Opcode] = [*shifted]
    if head:
        codes.insert(0, ("equal", 0, head, 0, head))
    if tail:
        codes.append(("equal", len(old) - tail, len(old), len(new) - tail, len(new)))
    out: list[str] = []
    for group in _Known(codes).get_grouped_opcodes(CONTEXT):
        out += _hunk(cast(list[_Opcode], group), old, new)
    left_out = len(out) - most
    if left_out > 0:
        out = [*out[:most], f"[... {left_out:,} more lines of this difference ...]"]
    return "\n".join(visible(line[:MOST_WIDTH], "\t\n") for line in out)


class _Known(SequenceMatcher[str]):
    """Groups steps that are known: equal ends are found without its cost for long files."""

    def __init__(self, codes: list[_Opcode]) -> None:
        super().__init__(None, "", "")
        self._codes = codes

    def get_opcodes(self) -> list[_Opcode]:
        return self._codes


def _hunk(group: Sequence[_Opcode], old: Sequence[str], new: Sequence[str]) -> list[str]:
    i1, i2, j1, j2 = group[0][1], group[-1][2], group[0][3], group[-1][4]
    out = [f"@@ -{_range(i1, i2)} +{_range(j1, j2)} @@"]
    for tag, a1, a2, b1, b2 in group:
        if tag == "equal":
            out += [" " + line for line in old[a1:a2]]
            continue
        out += ["-" + line for line in old[a1:a2]]
        out += ["+" + line for line in new[b1:b2]]
    return out


def _range(start: int, stop: int) -> str:
    length = stop - start
    first = start if length == 0 else start + 1
    return str(first) if length == 1 else f"{first},{length}"


def visible(text: str, kept: str = "") -> str:
    """Return `text` with what could move a cursor or hide something written out.

    >>> visible("a\\x1b[2Jb\\u202e")
    'a\\\\x1b[2Jb\\\\u202e'
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        char
        if char in kept or unicodedata.category(char)[0] not in "CZ" or char == " "
        else char.encode("unicode_escape").decode()
        for char in text
    )


def _text(path: bytes) -> str:
    return path.decode("utf-8", "surrogateescape")
