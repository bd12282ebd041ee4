"""The words of a preview."""

from __future__ import annotations

from graphs.events import ApprovalNeeded
from runtime.types import ToolCall
from sandboxes import CommandResult
from sandboxes.changes import Change
from sandboxes.preview import Preview
from tools.bash.policy.decision import Decision
from ui import preview_words

CALL = ToolCall("c", "bash", {"command": "make"})
ASK = Decision("ask", "builds")
CHANGES = (
    Change("/workspace/a", "changed", "file", 3, 5, "@@ -1 +1 @@\n-```\n+b"),
    Change("/workspace/![x](http://e)", "added", "link", note="points to <b>"),
    Change("/workspace/m", "permissions", "file", 2, 2, note="permissions 644 → 755"),
)
COUNTS = {"changed": 1, "added": 60, "permissions": 1}


def needed(preview: Preview | None = None, problem: str = "") -> ApprovalNeeded:
    return ApprovalNeeded(CALL, ASK, preview=preview, no_preview=problem)


def test_the_page_shows_differences_and_output() -> None:
    result = CommandResult(0, "built\x1b[2J\n", 0.1)
    text = preview_words.markdown(needed(Preview(result, CHANGES, COUNTS, "too much")))
    assert text.startswith("**Tried in a copy:** it works; 60 files added, 1 file changed, ")
    assert "````diff\n@@ -1 +1 @@\n-```\n+b\n````" in text
    assert "- `/workspace/a` changed, 3 → 5 bytes" in text
    assert "- `/workspace/![x](http://e)` added (link); points to \\<b\\>" in text
    assert "- `/workspace/m` other permissions, 2 bytes; permissions 644 → 755" in text
    assert "- and 59 more" in text and "built\\x1b[2J" in text and "\x1b" not in text
    assert text.endswith("It could not be undone: too much.")


def test_a_terminal_shows_the_same() -> None:
    result = CommandResult(None, "", 2.0, timed_out=True)
    lines = list(preview_words.plain(needed(Preview(result, CHANGES, COUNTS))))
    assert "stopped after 2 s; 60 files added" in lines[0]
    assert lines[1:5] == [
        "  - /workspace/a changed, 3 → 5 bytes",
        "      @@ -1 +1 @@",
        "      -```",
        "      +b",
    ]
    assert lines[-1] == "  - and 59 more"


def test_long_differences_and_outputs_are_cut() -> None:
    diff = "\n".join(f"+{n}" for n in range(300))
    change = Change("/workspace/a", "added", "file", None, 900, diff)
    preview = Preview(CommandResult(1, "x" * 5000, 0.1), (change,), {"added": 1})
    text = preview_words.markdown(needed(preview))
    assert "+119" in text and "+120" not in text and "exit code 1" in text
    assert "\n[...]\n" in text and len(text) < 4000
    assert preview_words.as_json(needed(preview))["changes"][0]["diff"] == diff


def test_no_preview_says_why() -> None:
    assert preview_words.markdown(needed()) == "" and not list(preview_words.plain(needed()))
    assert preview_words.as_json(needed()) is None
    assert preview_words.markdown(needed(problem="no room")) == (
        "What it changes is not known: no room."
    )
    assert list(preview_words.plain(needed(problem="no room"))) == [
        "  what it changes is not known: no room"
    ]
    assert preview_words.as_json(needed(problem="no room")) == {"failed": "no room"}
