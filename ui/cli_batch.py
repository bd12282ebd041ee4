"""Batch forms: one JSON object a line in and out, order kept, errors as rows."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, Literal, TextIO

from ui.cli_common import USAGE, as_json, fail, known_errors

Row = dict[str, Any]


def run_batch(source: str, target: str, field: str, answer: Callable[[str], Row]) -> int:
    """Answer each line of `source` into `target` (`-`: stdin, stdout); return the error rows.

    A line is `{"id": ..., FIELD: TEXT}`. Its row is the id and what `answer` returns, or
    `{"id", "error"}` where the line is not as it should be or `answer` fails.
    """
    failures = 0
    with _open(source, "r") as lines, _open(target, "w") as out:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            row = _answered(number, line, field, answer)
            failures += "error" in row
            print(as_json(row), file=out, flush=True)
    return failures


def _answered(number: int, line: str, field: str, answer: Callable[[str], Row]) -> Row:
    row: Row = {"id": None}
    try:
        data = json.loads(line)
        if not isinstance(data, dict):
            raise ValueError("expected a JSON object")
        row["id"] = data.get("id")
        text = data.get(field)
        if row["id"] is None or not isinstance(text, str):
            raise ValueError(f'expected "id" and a text "{field}"')
    except (ValueError, RecursionError) as error:
        return {**row, "error": f"line {number}: {error}"}
    try:
        return {**row, **answer(text)}
    except known_errors() as error:
        return {**row, "error": str(error)}
    except Exception as error:  # One bad row must not cost all the others.
        return {**row, "error": f"{type(error).__name__}: {error}"}


def _open(path: str, mode: Literal["r", "w"]) -> AbstractContextManager[TextIO]:
    if path == "-":
        return nullcontext(sys.stdin if mode == "r" else sys.stdout)
    try:
        return Path(path).open(mode, encoding="utf-8", errors="replace")
    except OSError as error:
        fail(f"cannot {'read' if mode == 'r' else 'write'} {path}: {error.strerror}", USAGE)


def both_or_neither(text: str | None, batch: str | None, out: str | None) -> None:
    """End the command unless it has either a text, or `--batch` with `--out`."""
    if (text is None) == (batch is None) or (batch is None) != (out is None):
        fail("give either a text, or --batch IN with --out OUT (- for stdin and stdout)", USAGE)
