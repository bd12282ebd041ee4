"""The format of the shipped models: Granite's turns, with values as tokens.

A turn of the conversation is rendered from its last user message on; where that leans on the
turn before, the earlier request and its call come first:

    system     the domain
    user       the request, its values replaced by slot tokens
    assistant  <tool_call>{"name": "bash", "arguments": {"command":
                   "largest files under a folder | path=<p1> count=-"}}</tool_call>
    tool       how the call ended, and a token for its output: ok <o1>
    assistant  the answer; <o1> stands for the output, <r1> for the phrase of the recipe used

A request of two parts gets a second call after the first one's result, and <o2> and <r2>.

A command is the title of a retrieved recipe with a value for each of its slots (`-` is the
default), or, where none was found, `$ ` and a command written out. An answer of `? ` and a title
quotes that passage.
What was retrieved is not spelled out in the prompt: it is what the grammar lets the model name.
The decoder turns titles and tokens into what a shell runs and a person reads.
"""

from __future__ import annotations

import json
import re
import shlex
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from runtime import recipes
from runtime.formats import Rendered, Segment
from runtime.formats.mica_grammar import CALL, CALL_END, State, bound_words, rules
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
MAX_DOCUMENTS = 16
MARGIN = 0.03
"""How much farther from the request than the nearest a recipe or tool may be and still be named."""
SURE = 0.95
"""How near a tool must be, its arguments counted, for the answer to be a call and not words."""
RARE = 12
"""How often training must have met a word for it to be only a word."""
_LINES_SHOWN = 40
_LONGEST_MADE = 4000
_POINTING = re.compile(
    r"\b(?:it|its|them|their|there|that|this|these|those|here|both|result|same)\b", re.IGNORECASE
)
_WORD = re.compile(r"[^\W_][\w.+-]*")
_OF_WRITTEN = {
    "ok": "Here is what the command printed:\n{output}",
    "empty": "The command printed nothing.",
    "error": "The command failed:\n{output}",
    "timeout": "The command took too long and was stopped:\n{output}",
}
"""What is said of a command that no recipe gives: training knows short ones only."""


def render(prompt: ChatPrompt) -> Rendered:
    """Turn the prompt's last turn into segments. Documents past the sixteenth are left out."""
    before, last = _turns(prompt)
    documents: dict[str, Document] = {}
    calls = sum(bool(message.tool_calls) for message in last)
    for document in _offered(prompt.documents, calls):
        documents.setdefault(title_of(document), document)
    known = {title_of(document): document for document in prompt.documents}
    parts = [document.part for document in prompt.documents if document.acts]
    done = bool(parts) and calls > max(parts)
    state = State(documents, known, ValueTable(), done=done, carries=bool(before))
    well = all(m.status in ("ok", "empty") for m in last if m.role == "tool")
    state.owed = bool(parts) and 0 < calls <= max(parts) and well
    state.shell = _is_shell(prompt.tools)
    find: Finder = shell.find if state.shell else music.find
    text = [_role("system"), "shell" if state.shell else "music"]
    for message in before:
        if message.role == "user" or message.tool_calls:
            text += [END, "\n", _role(message.role), _content(message, state, find)]
    state.phrases.clear()
    state.carries = False
    for message in last:
        text += [END, "\n", _role(message.role), _content(message, state, find)]
    text += [END, "\n", _role("assistant")]
    if state.written and last and last[-1].role == "tool":
        told = _OF_WRITTEN.get(last[-1].status or "ok", "")
        state.told = told.format(output=f"<o{min(len(state.outputs), 8)}>")
    if done and not state.shell and [m.status for m in last if m.role == "tool"] == ["ok"]:
        # What one tool made of music is the whole answer, whatever the request is about.
        state.told = "<o1>"
    asked = next((d.request for d in documents.values() if d.acts), "")
    asked = asked or (last[0].content if last else "")
    made = "" if state.shell else _made(prompt.messages, state.values)
    state.own, state.near = _near(state.values.values, asked, find)
    if made and made not in state.own:
        # What was made is what is to be changed, not what it was made from.
        state.near = {**state.own, made: state.values.values[made]}
    state.words = {word: typed for word, typed in state.words.items() if typed in asked}
    state.owed |= calls == 0 and _sure(state.documents, prompt.tools)
    state.bound = {
        d.tool: _bound(d.bindings[0], state) for d in documents.values() if d.tool and d.bindings
    }
    return Rendered(tuple(_segments("".join(text))), stop=(END,), state=state)


def _sure(documents: Mapping[str, Document], tools: Sequence[ToolSchema]) -> bool:
    """Whether the nearest tool is near enough, and all read that it needs, to be called at once."""
    acting = [document for document in documents.values() if document.acts]
    best = max(acting, key=lambda document: document.score, default=None)
    if best is None or best.tool is None or not best.bindings or best.score < SURE:
        return False
    needed = next((t.parameters.get("required", ()) for t in tools if t.name == best.tool), ())
    return bool(best.bindings[0]) and all(name in best.bindings[0] for name in needed)


def _bound(arguments: Mapping[str, str], state: State) -> dict[str, str]:
    """Return a token for each argument that was read for a tool."""
    tokens = state.values.tokens()
    read = {n: tokens.get(v) or state.values.token("s", v) for n, v in arguments.items()}
    return {name: token for name, token in read.items() if token}


def _made(messages: Sequence[Message], table: ValueTable) -> str:
    """Return a token for the melody or chords that the turn before made; empty where it made none.

    Tools that make music write it as the first line of their result, and nothing beside it.
    """
    users = [i for i, message in enumerate(messages) if message.role == "user"]
    before = messages[users[-2] : users[-1]] if len(users) > 1 else ()
    results = [m.content for m in before if m.role == "tool" and m.status == "ok"]
    line = results[-1].split("\n", 1)[0].strip() if results else ""
    found = list(music.find(line[:_LONGEST_MADE]))
    if len(found) != 1 or found[0].text != line or found[0].kind not in "lh":
        return ""
    return table.token(found[0].kind, line) or ""


def _near(
    values: Mapping[str, str], asked: str, find: Finder
) -> tuple[dict[str, str], dict[str, str]]:
    """Return the values that a part of a request, or a request after another, names and is about.

    A value from elsewhere is left out where the part names one of the same kind: in "sharps in
    E? and in B?" each part has its key. Where it points back ("move a.txt into it"), all stay.
    """
    named = {(found.kind, found.text) for found in find(" ".join(asked.split()))}
    own = {token: text for token, text in values.items() if (token[1], text) in named}
    if _POINTING.search(asked):
        return own, dict(values)
    kinds = {token[1] for token in own}
    others = {t: text for t, text in values.items() if t not in own and t[1] not in kinds}
    return own, own | others


def _offered(documents: Sequence[Document], calls: int) -> list[Document]:
    """Return the passages, and the recipes or tools for the part of the request that is next.

    `calls` were made for it so far. Of a part's recipes those are offered that are nearly as
    near as the nearest; so it is with tools.
    """
    acting = [d for d in documents if d.acts]
    part = min(calls, max((d.part for d in acting), default=0))
    nearest = max((d.score for d in acting if d.part == part), default=0.0)
    offered = [
        document
        for document in documents
        if not document.acts or (document.part == part and document.score >= nearest - MARGIN)
    ]
    return offered[:MAX_DOCUMENTS]


def title_of(document: Document) -> str:
    """Return the name by which the model calls a document: its title, in plain lower case."""
    return " ".join(re.sub(r'[<>|="\\\\?$]', " ", document.title.lower()).split())


def grammar(prompt: ChatPrompt, options: GenerationOptions) -> str | None:
    """Hold the completion to a call of a known tool, or to text, with the tokens there are."""
    if options.tool_choice == "none" or not prompt.tools:
        return None
    return rules(render(prompt).state, prompt.tools, required=options.tool_choice == "required")


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
        if self._held.startswith("?"):  # a passage's title: known only when it is whole
            return
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
        if self._held.startswith("?"):
            passage = self._state.documents.get(self._held[1:].strip())
            yield Delta(text=passage.text if passage else self._held)
        elif self._held:
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
        values = self._state.values.values
        title, _, rest = text.partition(" |")
        recipe = self._state.documents.get(title)
        if recipe is None or recipe.template is None:
            return expand(text.removeprefix("$ "), values, shlex.quote)
        given = dict(pair.split("=", 1) for pair in rest.split() if "=" in pair)
        words = bound_words(recipe) | self._state.words
        arguments = [
            expand(words.get(value, value), values)
            for value in (given.get(slot, recipes.DEFAULT) for slot in recipe.slots)
        ]
        return recipes.fill(recipe, arguments)

    def _expand(self, text: str) -> str:
        state = self._state
        return expand(text, {**state.values.values, **state.phrases, **state.outputs})


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


def _turns(prompt: ChatPrompt) -> tuple[Sequence[Message], Sequence[Message]]:
    """Return the turn that the last one leans on, empty where it does not, and the last turn."""
    messages = prompt.messages
    users = [i for i, message in enumerate(messages) if message.role == "user"]
    if not users:
        return (), ()
    before = messages[users[-2] : users[-1]] if prompt.follows and len(users) > 1 else ()
    return before, messages[users[-1] :]


def _content(message: Message, state: State, find: Finder) -> str:
    if message.role == "user":
        text = re.sub(r"<(?=\|)", "< ", message.content)
        text = " ".join(text.split())
        marked = mark(text, find, state.values)
        typed = {word.lower(): word for word in _WORD.findall(text)}
        plain = _WORD.findall(TOKEN.sub(" ", marked))
        kept = plain if not state.shell else filter(_may_be_value, plain)
        state.words |= {word: typed.get(word, word) for word in kept}
        return marked
    if message.role == "tool":
        token = f"<o{min(len(state.outputs) + 1, 8)}>"
        state.outputs[token] = shown(message.content) if state.shell else message.content
        return f"{message.status or 'ok'} {token}"
    calls = [encode_call(call, state) for call in message.tool_calls]
    return "".join(calls) or re.sub(r"<(?=[|a-z/])", "< ", message.content)


def _may_be_value(word: str) -> bool:
    """Tell whether a word that was not marked may still be meant as a value: it is a rare one."""
    return shell.vocabulary().get(word, 0) < RARE


def encode_call(call: ToolCall, state: State) -> str:
    """Write a call the way the model writes it: values as tokens, recipes by their titles."""
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
    for title, recipe in state.known.items():
        found = recipes.recognise(recipe, command)
        if found is None:
            continue
        state.written = False
        state.phrases[f"<r{min(len(state.phrases) + 1, 8)}>"] = recipes.phrase(recipe, found)
        pairs = (
            f" {slot}={_slot_word(slot, value, recipe.slots[slot], state)}"
            for slot, value in zip(recipe.slots, found, strict=True)
        )
        return f"{title} |{''.join(pairs)}"
    state.written = True
    return f"$ {_to_tokens(command, state.values, shlex.quote)}"


def _slot_word(slot: str, value: str, default: str, state: State) -> str:
    for token, known in state.values.values.items():
        if recipes.fit(slot, known) == value:
            return token
    if value == default:
        return recipes.DEFAULT
    return _carried(value, state.values) if state.carries else value


def _carried(value: str, table: ValueTable) -> str:
    """Return a token for a value that an earlier turn took over from the one before it."""
    found = next(shell.find(value), None)
    whole = found is not None and (found.start, found.end) == (0, len(value))
    return table.token(found.kind if found and whole else "w", value) or value


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
