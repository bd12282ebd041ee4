"""The format of the shipped models: Granite's turns, with values and documents as tokens.

A turn of the conversation is rendered from its last user message on:

    system     the domain
    user       the request, its values replaced by slot tokens
    documents  what retrieval offers, one line each: title |slot slot <r1>
    assistant  <tool_call>{"name": "bash", "arguments": {"command": "<r1> <p1> -"}}</tool_call>
    tool       how the call ended, and a token for its output: ok <o1>
    assistant  the answer, in which <o1> stands for the output and <r1> for the recipe's phrase

In a command, `<rN>` followed by values in slot order is a recipe filled in; anything else is
a command written out. The decoder turns both into what a shell runs.
"""

from __future__ import annotations

import json
import re
import shlex
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from runtime import recipes
from runtime.formats import Rendered, Segment
from runtime.types import (
    ChatPrompt,
    Delta,
    Document,
    FinishReason,
    GenerationOptions,
    Message,
    ToolCall,
    ToolSchema,
)
from runtime.values import TOKEN, Finder, ValueTable, expand, mark, music, shell

START, MIDDLE, END = "<|start_of_role|>", "<|end_of_role|>", "<|end_of_text|>"
CALL, CALL_END = "<tool_call>", "</tool_call>"
MAX_DOCUMENTS = 6
_LINES_SHOWN = 40


@dataclass
class State:
    """What the tokens of one prompt stand for."""

    documents: Mapping[str, Document]
    values: ValueTable
    outputs: dict[str, str] = field(default_factory=dict)
    phrases: dict[str, str] = field(default_factory=dict)
    shell: bool = False


def render(prompt: ChatPrompt) -> Rendered:
    """Turn the prompt's last turn into segments. Documents past the sixth are left out."""
    documents = {f"<r{n}>": d for n, d in enumerate(prompt.documents[:MAX_DOCUMENTS], start=1)}
    state = State(documents, ValueTable(), shell=_is_shell(prompt.tools))
    find: Finder = shell.find if state.shell else music.find
    text = [_role("system"), "shell" if state.shell else "music"]
    for position, message in enumerate(_last_turn(prompt.messages)):
        text += [END, "\n", _role(message.role), _content(message, state, find)]
        if position == 0 and documents:
            lines = (f"{document_line(d)} {token}" for token, d in documents.items())
            text += [END, "\n", _role("documents"), "\n".join(lines)]
    text += [END, "\n", _role("assistant")]
    return Rendered(tuple(_segments("".join(text))), stop=(END,), state=state)


def document_line(document: Document) -> str:
    """Return how a document is offered: a recipe with its slots, or a passage's title."""
    title = TOKEN.sub("", document.title.lower())
    if document.template is None:
        return f"? {title}"
    return " |".join([title, " ".join(document.slots)])


def grammar(prompt: ChatPrompt, options: GenerationOptions) -> str | None:
    """Hold the completion to a call of a known tool, or to text, with the tokens there are.

    A recipe is named with a value for each of its slots; a slot without a default gets a value
    rather than `-` where the request has any. Values are strings, whatever the schema says:
    the decoder makes numbers of them.
    """
    if options.tool_choice == "none" or not prompt.tools:
        return None
    state: State = render(prompt).state
    values = _one_of(state.values.values) if state.values.values else ""
    said = _one_of([*state.values.values, *state.documents, *state.outputs])
    calls = " | ".join(_call_rule(tool) for tool in prompt.tools)
    text = f"( [^<] {'| ' + said if said else ''} )+"
    rules = {
        "root": "call" if options.tool_choice == "required" else "text | call",
        "text": text,
        "call": f'"{CALL}" ( {calls} ) "{CALL_END}"',
        "string": f"( {values + ' | ' if values else ''}plain )+",
        "plain": r'[^<"\\\x00-\x1f] | "\\" ["\\/bfnrtu]',
        "word": r'[^ <"\\\x00-\x1f-] [^ <"\\\x00-\x1f]*',
        "value": f"{values} | word" if values else 'word | "-"',
        "default": 'value | "-"' if values else "value",
        "command": " | ".join([*_references(state), "plain string?"]),
    }
    return "\n".join(f"{name} ::= {rule}" for name, rule in rules.items())


def _one_of(tokens: Iterable[str]) -> str:
    return " | ".join(f'"{token}"' for token in tokens)


def _call_rule(tool: ToolSchema) -> str:
    members = []
    for name, spec in tool.parameters.get("properties", {}).items():
        rule = "command" if spec.get("format") == "shell" else "string"
        members.append(rf'"\"{name}\": \"" {rule} "\""')
    arguments = ' ", " '.join(members)
    return rf'"{{\"name\": \"{tool.name}\", \"arguments\": {{" {arguments} "}}}}"'


def _references(state: State) -> Iterator[str]:
    for token, document in state.documents.items():
        if document.template is not None:
            slots = (' " " value' if d == "" else ' " " default' for d in document.slots.values())
            yield f'"{token}"{"".join(slots)}'


def decoder(prompt: ChatPrompt, rendered: Rendered) -> _Decoder:
    """Return a decoder that puts values, recipes and outputs back."""
    return _Decoder(prompt, rendered.state)


class _Decoder:
    """Streams text as it comes; holds a tool call back until it is whole."""

    def __init__(self, prompt: ChatPrompt, state: State) -> None:
        self._tools = {tool.name: tool for tool in prompt.tools}
        self._state = state
        self._call: str | None = None
        self._called = False
        self._held = ""

    def feed(self, piece: str) -> Iterator[Delta]:
        """Take a piece of the completion; yield its text, or the tool call it completes."""
        if self._call is not None:
            self._call += piece
            if CALL_END in self._call:
                body, self._call = self._call.split(CALL_END, 1)[0], None
                yield self._read_call(body)
            return
        self._held += piece
        if CALL in self._held:
            before, _, after = self._held.partition(CALL)
            self._held, self._call = "", ""
            if before:
                yield Delta(text=self._expand(before))
            yield from self.feed(after) if after else ()
        elif not re.search(r"<[^>]*\Z", self._held):
            text, self._held = self._expand(self._held), ""
            yield Delta(text=text)

    def finish(self, reason: FinishReason) -> Iterator[Delta]:
        """Yield what is left; a call that was cut off is reported as text, never run."""
        if self._held:
            yield Delta(text=self._expand(self._held))
        if self._call is not None:
            yield Delta(text="The tool call was cut off before it was complete; please ask again.")
        yield Delta(finish_reason="tool_calls" if self._called and reason == "stop" else reason)

    def _read_call(self, body: str) -> Delta:
        try:
            data = json.loads(body)
            name, given = data["name"], dict(data["arguments"])
        except (ValueError, KeyError, TypeError):
            return Delta(text="I could not put that request into a tool call; please reword it.")
        parameters = self._tools[name].parameters if name in self._tools else {}
        properties = parameters.get("properties", {})
        try:
            arguments = {k: self._argument(str(v), properties.get(k, {})) for k, v in given.items()}
        except recipes.MissingSlotError as missing:
            return Delta(text=f"Which {missing.args[0]}? I need it before I can do that.")
        self._called = True
        return Delta(tool_call=ToolCall(f"call_{uuid.uuid4().hex[:16]}", name, arguments))

    def _argument(self, text: str, spec: Mapping[str, Any]) -> Any:
        if spec.get("format") == "shell":
            return self._command(text)
        value = expand(text, self._state.values.values)
        if spec.get("type") in ("integer", "number"):
            number = re.search(r"-?\d+(?:\.\d+)?", value)
            if number:
                return float(number[0]) if "." in number[0] else int(number[0])
        return value

    def _command(self, text: str) -> str:
        head, *rest = text.split()
        recipe = self._state.documents.get(head)
        if recipe is None or recipe.template is None:
            return expand(text, self._state.values.values, shlex.quote)
        return recipes.fill(recipe, [expand(word, self._state.values.values) for word in rest])

    def _expand(self, text: str) -> str:
        state = self._state
        passages = {
            token: state.phrases.get(token) or (d.text if d.template is None else d.title)
            for token, d in state.documents.items()
        }
        return expand(text, {**state.values.values, **passages, **state.outputs})


def _role(role: str) -> str:
    return f"{START}{role}{MIDDLE}"


def _segments(text: str) -> Iterator[Segment]:
    """Split at control tokens. Texts of persons were defused by `mark` and `_content`."""
    for part in re.split(r"(<\|\w+\|>|</?tool_call>|<[a-z][1-8]>)", text):
        if part:
            yield Segment(part, special=part.startswith("<") and part.endswith(">"))


def _is_shell(tools: tuple[ToolSchema, ...]) -> bool:
    return any(
        spec.get("format") == "shell"
        for tool in tools
        for spec in tool.parameters.get("properties", {}).values()
    )


def _last_turn(messages: tuple[Message, ...]) -> tuple[Message, ...]:
    users = [i for i, message in enumerate(messages) if message.role == "user"]
    return messages[users[-1] :] if users else ()


def _content(message: Message, state: State, find: Finder) -> str:
    if message.role == "user":
        text = re.sub(r"<(?=\|)", "< ", message.content)
        return mark(" ".join(text.split()), find, state.values)
    if message.role == "tool":
        token = f"<o{min(len(state.outputs) + 1, 8)}>"
        state.outputs[token] = shown(message.content) if state.shell else message.content
        return f"{message.status or 'ok'} {token}"
    calls = [encode_call(call, state) for call in message.tool_calls]
    return "".join(calls) or re.sub(r"<(?=[|a-z/])", "< ", message.content)


def encode_call(call: ToolCall, state: State) -> str:
    """Write a call the way the model writes it: values as tokens, recipes by reference."""
    arguments = {}
    for name, value in call.arguments.items():
        text = str(value)
        if state.shell and name == "command":
            arguments[name] = _encode_command(text, state)
        else:
            arguments[name] = _to_tokens(text, state.values, str)
    body = json.dumps({"name": call.name, "arguments": arguments}, ensure_ascii=False)
    return f"{CALL}{body}{CALL_END}"


def _encode_command(command: str, state: State) -> str:
    for token, recipe in state.documents.items():
        found = recipes.recognise(recipe, command)
        if found is None:
            continue
        state.phrases[token] = recipes.phrase(recipe, found)
        words = [
            _slot_word(slot, value, recipe.slots[slot], state.values)
            for slot, value in zip(recipe.slots, found, strict=True)
        ]
        return " ".join([token, *words])
    return _to_tokens(command, state.values, shlex.quote)


def _slot_word(slot: str, value: str, default: str, table: ValueTable) -> str:
    for token, known in table.values.items():
        if recipes.fit(slot, known) == value:
            return token
    return recipes.DEFAULT if value == default else value


def _to_tokens(text: str, table: ValueTable, quote: Callable[[str], str]) -> str:
    longest_first = sorted(table.values.items(), key=lambda item: -len(item[1]))
    for token, value in longest_first:
        pattern = rf"(?<![\w<]){re.escape(quote(value))}(?![\w>])"
        text = re.sub(pattern, lambda _, token=token: token, text)  # type: ignore[misc]
    return text


def shown(output: str) -> str:
    """Return a command's output as an answer shows it: fenced when it has several lines."""
    lines = output.rstrip("\n").split("\n")
    if len(lines) == 1:
        return f"`{lines[0]}`" if lines[0] and "`" not in lines[0] else lines[0]
    body = "\n".join(lines[:_LINES_SHOWN])
    more = len(lines) - _LINES_SHOWN
    note = f"\n({more} more lines are in the step above)" if more > 0 else ""
    return f"```\n{body}\n```{note}"
