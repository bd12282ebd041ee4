"""Checks of a turn by what it printed and what it left behind, never by its command."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from typing import Any

from sandboxes import Sandbox
from training.evaluate.turns import Turn


def why_not(check: Mapping[str, Any], turn: Turn, sandbox: Sandbox, conversation: str) -> str:
    """Return why a turn does not pass, or an empty string.

    `tests/evals/everyday/README.md` says what a check may hold. Checks that run a command run
    it in the conversation's sandbox, after the turn.

    Raises:
        SandboxError: the sandbox did not answer.
    """
    return (
        _in_words(check, turn)
        or _in_files(check, turn, sandbox, conversation)
        or ("" if turn.tools else "no command was run")
    )


def _in_words(check: Mapping[str, Any], turn: Turn) -> str:
    said = f"{turn.output}\n{turn.answer}"
    for wanted in check.get("output_contains", ()):
        if not any(str(w) in said for w in (wanted if isinstance(wanted, list) else [wanted])):
            return f"{wanted} is not in the output"
    for pattern in check.get("output_matches", ()):
        # Apart, since an answer repeats the output: together, lines in any order look sorted.
        if not any(re.search(pattern, text, re.MULTILINE) for text in (turn.output, turn.answer)):
            return f"nothing in the output matches {pattern}"
    for unwanted in check.get("output_excludes", ()):
        if str(unwanted) in turn.output:
            return f"{unwanted} is in the output"
    return ""


def _in_files(check: Mapping[str, Any], turn: Turn, sandbox: Sandbox, conversation: str) -> str:
    if "same_output_as" in check:
        right = sandbox.run(
            check["same_output_as"], conversation=conversation, call_id=_new_id("same")
        )
        if right.output.split() != turn.output.split():
            return "the output is not the same"
    if "state" in check:
        # The turn may have left the conversation in another folder, and later turns rely on it.
        command = f"(\ncd /workspace\n{check['state']}\n)"
        after = sandbox.run(command, conversation=conversation, call_id=_new_id("state"))
        if after.exit_code != 0:
            return "the files are not as they should be"
    return ""


def _new_id(what: str) -> str:
    return f"{what}-{uuid.uuid4().hex[:12]}"
