"""The words of the page: pure functions from events to Markdown."""

from __future__ import annotations

import json
from collections.abc import Sequence

from graphs.events import ApprovalNeeded, Resume, Routed, ToolFinished
from runtime.types import Document, ToolCall

COMMAND = "bash"


def routed(event: Routed) -> str:
    """Name the chosen specialist and how sure the router is.

    >>> routed(Routed("sysadmin", 0.9712))
    'Sysadmin · 0.97'
    """
    title = "Mica" if event.specialist == "other" else event.specialist.capitalize()
    by = f" · challenger {event.build}" if event.role == "challenger" else ""
    return f"{title} · {event.confidence:.2f}{by}"


def looked_up(documents: Sequence[Document]) -> str:
    """Say how much was looked up."""
    return f"Looked up {len(documents)} source{'s' if len(documents) != 1 else ''}"


def citations(documents: Sequence[Document]) -> str:
    """List what was looked up: title, where it comes from, and the passage."""
    return "\n\n".join(
        f"{number}. **{plain(document.title)}** — {code(document.source)}\n\n"
        f"{block(passage(document), 'text')}"
        for number, document in enumerate(documents, 1)
    )


def passage(document: Document) -> str:
    """Return a source's text, cut where it is long, with its command template."""
    text = document.text if len(document.text) <= 600 else f"{document.text[:600].rstrip()} …"
    return f"{text}\n{document.template}" if document.template else text


def plain(text: str) -> str:
    """Keep Markdown from reading a text as anything else."""
    return "".join(f"\\{c}" if c in "\\`*_[]<>#|~" else c for c in " ".join(text.split()))


def command_of(call: ToolCall) -> str:
    """Return the command of a call of the shell, else its arguments as JSON."""
    if call.name == COMMAND and isinstance(call.arguments.get("command"), str):
        return str(call.arguments["command"])
    return json.dumps(dict(call.arguments), ensure_ascii=False)


def shown_input(call: ToolCall) -> tuple[str, str]:
    """Return the language and text that a step shows of a call."""
    return (COMMAND if call.name == COMMAND else "json"), command_of(call)


def finished(event: ToolFinished) -> str:
    """Name a finished step: the tool, how it ended unless well, how long it took."""
    ends = {"error": "failed", "timeout": "timed out", "rejected": "rejected", "refused": "refused"}
    parts = [event.call.name, ends.get(event.status, ""), seconds(event.seconds)]
    return " · ".join(part for part in parts if part)


def seconds(value: float) -> str:
    """Say how long something took; nothing where it took no time worth a word.

    >>> seconds(0.004), seconds(0.31), seconds(12.3)
    ('', '0.3 s', '12 s')
    """
    if value < 0.05:
        return ""
    return f"{value:.1f} s" if value < 10 else f"{value:.0f} s"


def approval(needed: ApprovalNeeded) -> str:
    """Ask about a command: what it is, why it asks, and what it touches."""
    decision = needed.decision
    lines = [
        f"**May I run this?** {plain(decision.summary)}",
        block(command_of(needed.call), "bash"),
    ]
    if decision.reasons:
        lines.append(
            "\n".join(["Why I ask:", *(f"- {plain(reason)}" for reason in decision.reasons)])
        )
    touched = [
        f"- {verb} {', '.join(code(path) for path in paths)}"
        for verb, paths in (
            ("changes", decision.writes),
            ("reads", decision.reads),
            ("runs", decision.programs),
        )
        if paths
    ]
    touched += ["- uses the network"] if decision.network else []
    touched += ["- asks for more rights"] if decision.privilege else []
    if touched:
        lines.append("\n".join(["What it touches:", *touched]))
    if needed.rule:
        lines.append(f"Approving beyond this once would make a rule: {plain(needed.rule)}")
    return "\n\n".join(lines)


def decided(resume: Resume, command: str) -> str:
    """Say what the person decided, in place of the question."""
    shown = block(command, "bash")
    if resume.decision == "edit":
        return f"**Edited**\n\n{block(resume.command or '', 'bash')}\n\ninstead of\n\n{shown}"
    if resume.decision == "reject":
        return f"**Rejected**\n\n{shown}" + (f"\n\n{plain(resume.reason)}" if resume.reason else "")
    lasting = {"once": "", "conversation": " for this conversation", "always": " for always"}
    return f"**Approved{lasting[resume.scope]}**\n\n{shown}"


def block(text: str, language: str) -> str:
    """Fence a text so that nothing in it can end the fence."""
    longest = max((len(run) for run in _backticks(text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def code(text: str) -> str:
    """Mark a short text as code, whatever backticks are in it."""
    text = " ".join(text.split())
    longest = max((len(run) for run in _backticks(text)), default=0)
    if not longest:
        return f"`{text}`"
    fence = "`" * (longest + 1)
    return f"{fence} {text} {fence}"


def _backticks(text: str) -> list[str]:
    cleaned = "".join(character if character == "`" else " " for character in text)
    return cleaned.split()
