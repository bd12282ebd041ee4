"""A command without a conversation: what the sysadmin would run, and nothing is run."""

from __future__ import annotations

from graphs.approval import COMMANDS
from graphs.lookup import look_up
from graphs.parts import Parts
from graphs.state import State, document_to_json, new_turn
from graphs.thinking import prompt_of
from runtime.types import BackendError, GenerationOptions, Message, collect


def problem_of(text: str, longest: int) -> str | None:
    """Return why a request cannot be answered: empty, or over `longest` characters."""
    if not text.strip():
        return "the message is empty; write what you want to know or to have done"
    if len(text) > longest:
        return f"the message has {len(text)} characters; the longest allowed is {longest}"
    return None


def proposed_command(parts: Parts, text: str, specialist: str = "sysadmin") -> str:
    """Return the first command that the model asks for.

    Raises:
        BackendError: the request is empty or too long, or the model asked for no command.
    """
    if problem := problem_of(text, parts.settings.max_request):
        raise BackendError(problem)
    chosen, build = parts.specialists[specialist], parts.build()
    documents = []
    if parts.knowledge is not None and chosen.shelf and parts.settings.retrieved:
        found = look_up(
            parts.knowledge,
            text,
            shelf=chosen.shelf,
            count=parts.settings.retrieved,
            learned=build.learned.get(specialist),
        )
        documents = [document_to_json(document) for document in found]
    state: State = {
        **new_turn("none", "none", text),
        "specialist": specialist,
        "documents": documents,
        "messages": [Message("user", text).to_openai()],
    }
    options = GenerationOptions(max_tokens=parts.settings.max_tokens)
    adapter = build.adapter(parts.adapter(specialist))
    with parts.opened(build) as backend:
        completion = collect(backend.stream(prompt_of(parts, state), options, adapter=adapter))
    for call in completion.tool_calls:
        command = call.arguments.get("command")
        if call.name == COMMANDS and isinstance(command, str):
            return command
    raise BackendError(f"the model asked for no command; it said: {completion.text.strip()[:200]}")
