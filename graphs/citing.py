"""Which of the documents that were looked up an answer rests on."""

from __future__ import annotations

from collections.abc import Sequence

from runtime import recipes
from runtime.types import Document, Message


def cited(
    documents: Sequence[Document], turn: Sequence[Message], answer: str
) -> tuple[Document, ...]:
    """Return the sources of an answer, in the order in which they were found.

    A recipe is one when a command of the turn is the recipe filled in. A passage is one when
    the answer quotes it, or when nothing was run and nothing is quoted, so that the passages
    are all that the model had.
    """
    commands = [
        str(call.arguments["command"])
        for message in turn
        for call in message.tool_calls
        if "command" in call.arguments
    ]
    passages = [document for document in documents if not document.acts]
    quoted = {document.id for document in passages if _quotes(answer, document.text)}
    ran_nothing = not any(message.tool_calls for message in turn)
    if ran_nothing and not quoted:
        quoted = {document.id for document in passages}
    used = {
        document.id: document
        for document in documents
        if document.id in quoted
        or any(recipes.recognise(document, command) is not None for command in commands)
    }
    return tuple(used.values())


def _quotes(answer: str, passage: str) -> bool:
    words, said = passage.split(), " ".join(answer.split())
    return bool(words) and " ".join(words[:12]) in said
