"""The chat format of Granite 3.x.

Tools stand in a turn of the role `available_tools`, each document in a turn of its own; calls
are one JSON list after `<|tool_call|>`; a result is a turn of the role `tool_response`. The
roles and the layout are those that the models were trained on; the sentences are ours.
"""

from __future__ import annotations

from runtime.formats import Decoder, Rendered, Segment
from runtime.formats._calls import CallDecoder
from runtime.formats._turns import END, call_json, dumps, opening, turn
from runtime.grammar import tool_list_grammar
from runtime.types import ChatPrompt, GenerationOptions, Message

CALL = "<|tool_call|>"

_SYSTEM = "You are a helpful assistant."
_TOOLS = (
    f"You have tools. Where one is needed, answer with {CALL} and a JSON list of calls only. "
    "Where none can do what is asked, say so."
)
_DOCUMENTS = (
    "Keep to what the documents say. Where they do not hold the answer to a question, say so."
)


def render(prompt: ChatPrompt) -> Rendered:
    """Turn a prompt into segments that end where the assistant's turn begins."""
    messages = list(prompt.messages)
    named = messages.pop(0).content if messages and messages[0].role == "system" else _SYSTEM
    hints = [_TOOLS] * bool(prompt.tools) + [_DOCUMENTS] * bool(prompt.references)
    rest = "".join(f"\n{hint}" for hint in hints)
    segments = turn("system", Segment(named), Segment(rest, special=True))
    if prompt.tools:
        tools = dumps([tool.to_openai() for tool in prompt.tools], indent=4)
        segments += turn("available_tools", Segment(tools))
    for number, document in enumerate(prompt.references, start=1):
        role = "document " + dumps({"document_id": str(number)})
        segments += turn(role, Segment(f"\n{document.title}\n{document.text}"))
    for message in messages:
        segments += _turn(message)
    return Rendered((*segments, *opening("assistant")), stop=(END,))


def grammar(prompt: ChatPrompt, options: GenerationOptions) -> str | None:
    """Return GBNF under which every call is one that the prompt's tools accept."""
    return tool_list_grammar(prompt.tools, choice=options.tool_choice, opening=CALL)


def decoder(prompt: ChatPrompt, rendered: Rendered) -> Decoder:
    """Return a decoder for one completion."""
    return CallDecoder(CALL, None)


def _turn(message: Message) -> list[Segment]:
    if message.role == "tool":
        return turn("tool_response", Segment(message.content))
    if not message.tool_calls:
        return turn(message.role, Segment(message.content))
    calls = ", ".join(call_json(call) for call in message.tool_calls)
    return turn(
        "assistant", Segment(message.content), Segment(CALL, special=True), Segment(f"[{calls}]")
    )
