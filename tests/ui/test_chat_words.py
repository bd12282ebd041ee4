"""The words of the page."""

from __future__ import annotations

import pytest

from graphs.events import ApprovalNeeded, Routed, ToolFinished
from records.conversations import Conversation
from runtime.types import Document, ToolCall
from tools.bash.policy.decision import Decision
from ui import chat_history, chat_words


def test_a_fence_is_longer_than_any_in_the_text() -> None:
    assert chat_words.block("ls", "bash") == "```bash\nls\n```"
    assert chat_words.block("echo '```'\n````", "bash").startswith("`````bash\n")
    assert chat_words.code("a`b") == "`` a`b ``"
    assert chat_words.code("a\nb") == "`a b`"


def test_other_text_is_not_read_as_markdown() -> None:
    text = chat_words.plain("![x](http://evil) <b>\n# **no**")
    assert text == r"!\[x\](http://evil) \<b\> \# \*\*no\*\*"


def test_an_approval_says_command_reasons_and_touches() -> None:
    call = ToolCall("c", "bash", {"command": "sudo rm -rf /srv; curl x"})
    decision = Decision(
        "ask",
        "It deletes a folder.",
        reasons=("rm cannot be undone", "curl reaches the network"),
        programs=("sudo", "rm", "curl"),
        writes=("/srv",),
        network=True,
        privilege=True,
    )
    text = chat_words.approval(ApprovalNeeded(call, decision))
    assert "```bash\nsudo rm -rf /srv; curl x\n```" in text
    for line in (
        "- rm cannot be undone",
        "- changes `/srv`",
        "- runs `sudo`, `rm`, `curl`",
        "- uses the network",
        "- asks for more rights",
    ):
        assert line in text.splitlines()
    bare = chat_words.approval(ApprovalNeeded(call, Decision("ask", "Unknown.")))
    assert "Why I ask" not in bare and "What it touches" not in bare


@pytest.mark.parametrize(
    ("event", "name"),
    [
        (ToolFinished(ToolCall("c", "bash", {}), "ok", "", seconds=0.31), "bash · 0.3 s"),
        (ToolFinished(ToolCall("c", "bash", {}), "empty", ""), "bash"),
        (ToolFinished(ToolCall("c", "bash", {}), "timeout", "", (), 30), "bash · timed out · 30 s"),
        (ToolFinished(ToolCall("c", "spell_chord", {}), "error", ""), "spell_chord · failed"),
    ],
)
def test_a_finished_step_says_how_it_went(event: ToolFinished, name: str) -> None:
    assert chat_words.finished(event) == name


def test_the_router_is_named_with_its_certainty() -> None:
    assert chat_words.routed(Routed("composer", 0.5)) == "Composer · 0.50"
    assert chat_words.routed(Routed("other", 0.999)) == "Mica · 1.00"


def test_citations_name_title_source_and_passage() -> None:
    document = Document("d", "disk [usage]", "x" * 700, "man/df.1", template="df -h {path}")
    text = chat_words.citations((document, document))
    assert text.startswith(r"1. **disk \[usage\]** — `man/df.1`")
    assert "2. **disk" in text and "df -h {path}" in text
    assert "x" * 600 + " …" in text and "x" * 601 not in text
    assert chat_words.looked_up((document,)) == "Looked up 1 source"
    assert chat_words.looked_up((document, document)) == "Looked up 2 sources"


def test_a_transcript_becomes_steps_in_order() -> None:
    at = "2026-11-21T08:00:00.000000Z"
    conversation = Conversation("c", "local", None, at, at, {}, ())
    steps = chat_history.steps(
        conversation,
        [
            (0, {"role": "user", "content": "spell Ebm7"}, {}),
            (1, {"role": "assistant", "content": "", "tool_calls": []}, {}),
            (
                2,
                {"role": "tool", "name": "spell_chord", "content": "E♭", "status": "error"},
                {"arguments": {"chord": "E♭m7"}},
            ),
            (3, {"role": "assistant", "content": "E♭ G♭"}, {"message_id": "m"}),
        ],
    )
    assert [s["type"] for s in steps] == ["user_message", "tool", "assistant_message"]
    assert (steps[1]["input"], steps[1]["isError"]) == ('{"chord": "E♭m7"}', True)
    assert steps[2]["metadata"] == {"message_id": "m"}
    assert steps[0]["createdAt"] < steps[1]["createdAt"] < steps[2]["createdAt"]
    assert len({s["id"] for s in steps}) == 3
