"""The chat format of Granite 4.0 and 4.1.

Tools and documents stand in the system turn inside `<tools>` and `<documents>`; a call is
JSON between `<tool_call>` and `</tool_call>`; results come back in a user turn, each inside
`<tool_response>`. The tags and the layout are those that the models were trained on; the
sentences around them are ours.
"""

from __future__ import annotations

from collections.abc import Iterator

from runtime.formats import Decoder, Rendered, Segment
from runtime.formats._calls import CallDecoder
from runtime.formats._turns import END, call_json, document_lines, opening, tool_lines, turn
from runtime.grammar import tool_call_grammar
from runtime.types import ChatPrompt, GenerationOptions, Message

CALL, CALL_END = "<tool_call>", "</tool_call>"

_SYSTEM = "You are a helpful assistant."
_TOOLS = """\
These tools are at hand. Call one or several of them where they help with what the user wants.

Their signatures stand between <tools> and </tools>:
<tools>
"""
_TOOLS_END = f"""
</tools>

Write each call as a JSON object with the tool's name and its arguments inside {CALL} tags:
{CALL}
{{"name": <function-name>, "arguments": <args-json-object>}}
{CALL_END}
Where none of the tools can do what is asked, say so."""

_DOCUMENTS = """\
These documents were found for the request, between <documents> and </documents>:
<documents>
"""
_DOCUMENTS_END = """
</documents>

Keep to what they say. Where they do not hold the answer, say so."""


def render(prompt: ChatPrompt) -> Rendered:
    """Turn a prompt into segments that end where the assistant's turn begins."""
    messages = list(prompt.messages)
    named = messages.pop(0).content if messages and messages[0].role == "system" else ""
    parts = [[Segment(named)]] if named else []
    if prompt.tools:
        parts.append(_enclosed(_TOOLS, tool_lines(prompt.tools), _TOOLS_END))
    if prompt.references:
        parts.append(_enclosed(_DOCUMENTS, document_lines(prompt.references), _DOCUMENTS_END))
    segments = turn("system", *_paragraphs(parts or [[Segment(_SYSTEM)]]))
    for before, message, after in _neighbours(messages):
        segments += _turn(before, message, after)
    return Rendered((*segments, *opening("assistant")), stop=(END,))


def grammar(prompt: ChatPrompt, options: GenerationOptions) -> str | None:
    """Return GBNF under which every call is one that the prompt's tools accept."""
    return tool_call_grammar(
        prompt.tools, choice=options.tool_choice, opening=CALL, closing=CALL_END
    )


def decoder(prompt: ChatPrompt, rendered: Rendered) -> Decoder:
    """Return a decoder for one completion."""
    return CallDecoder(CALL, CALL_END)


def _enclosed(before: str, content: str, after: str) -> list[Segment]:
    """Put content between sentences of ours, in which tags may be control tokens."""
    return [Segment(before, special=True), Segment(content), Segment(after, special=True)]


def _paragraphs(parts: list[list[Segment]]) -> list[Segment]:
    first, *rest = parts
    return [*first, *(s for part in rest for s in (Segment("\n\n"), *part))]


def _neighbours(
    messages: list[Message],
) -> Iterator[tuple[Message | None, Message, Message | None]]:
    for i, message in enumerate(messages):
        before = messages[i - 1] if i else None
        yield before, message, messages[i + 1] if i + 1 < len(messages) else None


def _turn(before: Message | None, message: Message, after: Message | None) -> list[Segment]:
    if message.role == "assistant":
        return turn("assistant", *_said(message))
    if message.role != "tool":
        return turn(message.role, Segment(message.content))
    # Results of one round of calls share a turn.
    result = [Segment("\n"), Segment("<tool_response>", special=True)]
    result += [Segment(f"\n{message.content}\n"), Segment("</tool_response>", special=True)]
    whole = turn("user", *result)
    first = len(opening("user")) if before is not None and before.role == "tool" else 0
    last = len(whole) - (2 if after is not None and after.role == "tool" else 0)
    return whole[first:last]


def _said(message: Message) -> list[Segment]:
    segments = [Segment(message.content)]
    for i, call in enumerate(message.tool_calls):
        if i or message.content:
            segments.append(Segment("\n"))
        segments.append(Segment(CALL, special=True))
        segments.append(Segment(f"\n{call_json(call)}\n"))
        segments.append(Segment(CALL_END, special=True))
    return segments
