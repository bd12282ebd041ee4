"""A preview in words: for the page, for a terminal and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from graphs.events import ApprovalNeeded
from sandboxes.changes import Change, visible
from sandboxes.preview import Preview
from ui.chat_words import block, code
from ui.chat_words import plain as escaped

MOST_LINES = 120
"""Lines of differences that a question shows; the API gives more."""
MOST_OUTPUT = 2_000


def markdown(needed: ApprovalNeeded) -> str:
    """Say what a command would change, for the page; empty where previews are off."""
    preview = needed.preview
    if preview is None:
        known = f"What it changes is not known: {escaped(needed.no_preview)}."
        return known if needed.no_preview else ""
    parts = [f"**Tried in a copy:** {_ended(preview)}; {preview.summary}. Nothing is changed yet."]
    left = MOST_LINES
    for change in preview.changes:
        parts.append(f"- {code(change.path)} {escaped(_what(change))}")
        if change.diff and left > 0:
            shown = change.diff.split("\n")[:left]
            left -= len(shown)
            parts.append(block("\n".join(shown), "diff"))
    if preview.more:
        parts.append(f"- and {preview.more} more")
    if output := _output(preview):
        parts += ["It wrote:", block(output, "text")]
    if preview.problem:
        parts.append(f"It could not be undone: {escaped(preview.problem)}.")
    return "\n\n".join(parts)


def plain(needed: ApprovalNeeded) -> Iterator[str]:
    """Yield the lines that a terminal shows of what a command would change."""
    preview = needed.preview
    if preview is None:
        if needed.no_preview:
            yield f"  what it changes is not known: {needed.no_preview}"
        return
    yield f"  tried in a copy, nothing is changed yet: {_ended(preview)}; {preview.summary}"
    left = MOST_LINES
    for change in preview.changes:
        yield f"  - {change.path} {_what(change)}"
        shown = (change.diff or "").split("\n")[: max(left, 0)] if change.diff else []
        left -= len(shown)
        yield from (f"      {line}" for line in shown)
    if preview.more:
        yield f"  - and {preview.more} more"
    if output := _output(preview):
        yield "  it wrote:"
        yield from (f"      {line}" for line in output.split("\n"))
    if preview.problem:
        yield f"  it could not be undone: {preview.problem}"


def as_json(needed: ApprovalNeeded) -> dict[str, Any] | None:
    """Return a preview as the API and `--json` give it; None where previews are off."""
    preview = needed.preview
    if preview is None:
        return {"failed": needed.no_preview} if needed.no_preview else None
    result = preview.result
    return {
        "exit_code": result.exit_code,
        "timed_out": result.timed_out,
        "output": result.output,
        "summary": preview.summary,
        "counts": dict(preview.counts),
        "changes": [asdict(change) for change in preview.changes],
        "more": preview.more,
        "undo_problem": preview.problem or None,
    }


def _ended(preview: Preview) -> str:
    result = preview.result
    if result.timed_out:
        return f"stopped after {result.seconds:.0f} s"
    return "it works" if result.exit_code == 0 else f"exit code {result.exit_code}"


def _what(change: Change) -> str:
    what = {"permissions": "other permissions"}.get(change.kind, change.kind)
    kind = f" ({change.type})" if change.type != "file" else ""
    sizes = [size for size in (change.size_before, change.size_after) if size is not None]
    size = f", {' → '.join(f'{s:,}' for s in dict.fromkeys(sizes))} bytes" if sizes else ""
    note = f"; {change.note}" if change.note else ""
    return f"{what}{kind}{size}{note}"


def _output(preview: Preview) -> str:
    text = preview.result.output.strip("\n")
    if len(text) > MOST_OUTPUT:
        text = f"{text[: MOST_OUTPUT // 2]}\n[...]\n{text[-MOST_OUTPUT // 2 :]}"
    return visible(text, "\n\t")
