"""Checks of previews and undo, for every sandbox that offers them."""

from __future__ import annotations

import uuid

from sandboxes.preview import Previewing
from sandboxes.probe import Check, Probe

PREPARE = "cd /workspace; echo one >a; echo two >b; mkdir c; echo three >c/d; chmod 750 c"
COMMAND = "echo $RANDOM$RANDOM >>a; rm b; chmod 700 c; mv c/d e; cat a"
STATE = "cd /workspace; find . -printf '%y %m %T@ %p\\n' | sort; cat a b c/d 2>&1"


def preview_changes_nothing(probe: Probe) -> str | None:
    """A preview shows what a command changes and leaves everything as it was."""
    box = probe.sandbox
    assert isinstance(box, Previewing)
    probe.run(PREPARE)
    before = probe.run(STATE).output
    found = box.preview(COMMAND, conversation=probe.conversation, call_id=uuid.uuid4().hex)
    box.discard(probe.conversation)
    kinds = {change.path.removeprefix("/workspace/"): change.kind for change in found.changes}
    expected = {
        "a": "changed", "b": "deleted", "c": "permissions", "c/d": "deleted", "e": "added",
    }  # fmt: skip
    if kinds != expected:
        return f"it showed {kinds}"
    return None if probe.run(STATE).output == before else "the sandbox was changed"


def preview_is_taken_over(probe: Probe) -> str | None:
    """Taking a preview over makes its result real without a second run."""
    box = probe.sandbox
    assert isinstance(box, Previewing)
    probe.run(PREPARE)
    call = uuid.uuid4().hex
    shown = box.preview(COMMAND, conversation=probe.conversation, call_id=call)
    if not box.commit(COMMAND, conversation=probe.conversation, call_id=call):
        return "the preview was gone"
    result = box.run(COMMAND, conversation=probe.conversation, call_id=call)
    if not result.replayed or result.output != shown.result.output:
        return "it ran a second time"
    return probe.expect("cat /workspace/a", shown.result.output.strip())


def undo_restores(probe: Probe) -> str | None:
    """Undoing a command puts all its files back, with permissions and times."""
    box = probe.sandbox
    assert isinstance(box, Previewing)
    probe.run(PREPARE)
    before = probe.run(STATE).output
    call = uuid.uuid4().hex
    box.preview(COMMAND, conversation=probe.conversation, call_id=call)
    box.commit(COMMAND, conversation=probe.conversation, call_id=call)
    box.undo(probe.conversation)
    after = probe.run(STATE).output
    return None if after == before else f"after it:\n{after[:300]}"


CHECKS: tuple[Check, ...] = (preview_changes_nothing, preview_is_taken_over, undo_restores)
