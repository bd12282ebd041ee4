"""Builds training rows: whole turns, rendered by the same format that serves the model.

A row is a conversation (OpenAI-style messages), the document that it rests on, and the answer in
the model's own tokens.

    python -m training.rows --out DIR [--seed 1] [--copies 12]
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Formatter
from typing import Any

from runtime import recipes as recipe_code
from runtime.formats import mica, text_of
from runtime.types import ChatPrompt, Document, Message, ToolCall, ToolSchema, ToolStatus
from runtime.yaml_files import read_yaml
from tools import Tool, ToolError
from tools.knowledge.recipes import as_document
from training import noise, piles

ROOT = Path(__file__).parents[1]
BASH = ToolSchema(
    "bash",
    "Run a command.",
    {
        "type": "object",
        "properties": {"command": {"type": "string", "format": "shell"}},
        "required": ["command"],
    },
)
STATUSES: tuple[tuple[ToolStatus, float], ...] = (
    ("ok", 0.66),
    ("empty", 0.14),
    ("error", 0.08),
    ("timeout", 0.03),
    ("rejected", 0.06),
    ("refused", 0.03),
)
WRITTEN_OUT = 0.06  # the share of rows whose recipe was not found: the command in full
DECLINES = {
    "sysadmin": "That is not something I can do with a shell on this machine. "
    "Ask me about files, text, processes, disks or logs.",
    "composer": "That is not something my music tools can work out. "
    "Ask me about notes, chords, scales, keys or intervals.",
}


@dataclass(frozen=True)
class Row:
    """One turn: the prompt with all calls and results, and the final answer in tokens."""

    specialist: str
    kind: str
    prompt: ChatPrompt
    answer: str

    def text(self) -> str:
        """Return the row as the model sees it, from the system turn to the end of the answer."""
        return text_of(mica.render(self.prompt).segments) + self.answer + mica.END


class SysadminRows:
    """Rows from the recipe book."""

    def __init__(self, recipes: Sequence[Mapping[str, Any]], rng: random.Random) -> None:
        self._rng = rng
        self._recipes = recipes
        self._documents = {r["id"]: as_document(r) for r in recipes}

    def rows(self, copies: int) -> Iterator[Row]:
        """Yield `copies` rows for each ask, with fresh values and noise."""
        for _ in range(copies):
            for recipe in self._recipes:
                for ask in recipe["asks"]:
                    row = self._row(recipe, str(ask))
                    if row is not None:
                        yield row

    def _row(self, recipe: Mapping[str, Any], ask: str) -> Row | None:
        rng, document = self._rng, self._documents[recipe["id"]]
        typed = {s: piles.draw(s, document.slots[s], rng) for s in slots_of(ask)}
        request = noise.disturb(ask, rng).format(**{s: v.text for s, v in typed.items()})
        arguments = [typed[s].meant if s in typed else recipe_code.DEFAULT for s in document.slots]
        try:
            command = recipe_code.fill(document, arguments)
        except recipe_code.MissingSlotError:
            return None
        offered = (document,) if rng.random() > WRITTEN_OUT else ()
        call = ToolCall("call", "bash", {"command": command})
        status = rng.choices(*zip(*STATUSES, strict=True))[0]
        messages = (
            Message("user", request),
            Message("assistant", "", (call,)),
            Message("tool", "output", tool_call_id="call", name="bash", status=status),
        )
        prompt = ChatPrompt(messages, (BASH,), offered)
        changes = bool(recipe.get("changes"))
        answer = step_answer(status, 1, changes) if offered else _written_answer(status, changes)
        row = Row("sysadmin", "recipe" if offered else "written", prompt, answer)
        named = f'"command": "{mica.title_of(document)} |' in row.text()
        return row if named or not offered else None


def step_answer(status: ToolStatus, number: int, changes: bool) -> str:
    """Return what is said of the `number`th command of a turn, which came from a recipe."""
    phrase, output = f"<r{number}>", f"<o{number}>"
    if status == "empty" and changes:
        return f"Done. {phrase}."
    return {
        "ok": f"{phrase}:\n{output}",
        "empty": f"{phrase}: nothing was found.",
        "error": f"The command failed:\n{output}",
        "timeout": f"The command took too long and was stopped:\n{output}",
        "rejected": "All right, I did not run it, and nothing was changed. "
        "Tell me what to do differently.",
        "refused": f"I must not run that.\n{output}",
    }[status]


def _written_answer(status: ToolStatus, changes: bool) -> str:
    """Return what is said of a command that was written out, without a recipe's phrase."""
    if status == "empty":
        return "Done." if changes else "The command printed nothing."
    answer = step_answer(status, 1, changes)
    return answer.replace("<r1>:", "Here is what the command printed:")


def composer_data(root: Path = ROOT) -> list[Any]:
    """Return the wordings of each music tool, and the requests that take more than one call."""
    paths = [
        *sorted((root / "agents" / "composer" / "asks").glob("*.yaml")),
        *sorted((root / "training" / "data" / "composer").glob("*.yaml")),
    ]
    return [read_yaml(path) for path in paths]


class ComposerRows:
    """Rows from hand-written asks over the music tools."""

    def __init__(self, data: Sequence[Any], tools: Sequence[Tool], rng: random.Random) -> None:
        """Take what `composer_data` returns."""
        self._rng = rng
        self._tools = {tool.name: tool for tool in tools}
        self._schemas = tuple(tool.schema for tool in tools)
        self._works: dict[str, bool] = {}
        self._files = [each for each in data if isinstance(each, Mapping)]  # not the follow-ups

    def rows(self, copies: int) -> Iterator[Row]:
        """Yield `copies` rows for each ask, with fresh values."""
        for _ in range(copies):
            for data in self._files:
                rows = self._single(data) if "tool" in data else self._compound(data)
                yield from (row for row in rows if calls_are_marked(row.text()))

    def _single(self, data: Mapping[str, Any]) -> Iterator[Row]:
        for ask in data["asks"]:
            arguments = {name: "{" + name + "}" for name in slots_of(ask)}
            yield self._row(ask, [{"tool": data["tool"], "arguments": arguments}], data["values"])

    def _compound(self, data: Mapping[str, Any]) -> Iterator[Row]:
        for request in data["requests"]:
            yield self._row(request["ask"], request["calls"], data["values"])

    def _row(
        self, ask: str, calls: Sequence[Mapping[str, Any]], pile: Mapping[str, Sequence[Any]]
    ) -> Row:
        rng = self._rng
        chosen = {name: str(rng.choice(pile[name])) for name in slots_of(ask)}
        messages = [Message("user", noise.disturb(ask, rng).format(**chosen))]
        for call in calls:
            filled = {k: str(v).format(**chosen) for k, v in call["arguments"].items()}
            arguments = in_order(self._tools[call["tool"]], filled)
            failed = rng.random() < 0.05 or not self._run(call["tool"], arguments)
            status: ToolStatus = "error" if failed else "ok"
            messages += [
                Message("assistant", "", (ToolCall("call", call["tool"], arguments),)),
                Message("tool", "result", tool_call_id="call", name=call["tool"], status=status),
            ]
            if failed:
                break
        answer = "\n".join(f"<o{n + 1}>" for n in range(len(messages) // 2))
        if failed:
            answer = "I could not work that out: <o1>"
        return Row("composer", "tool", ChatPrompt(tuple(messages), self._schemas), answer)

    def _run(self, name: str, arguments: Mapping[str, str]) -> bool:
        """Run the call for real; tell whether it gave a result."""
        key = json.dumps([name, arguments])
        if key not in self._works:
            try:
                self._works[key] = self._tools[name].call(arguments).status == "ok"
            except ToolError:
                self._works[key] = False
        return self._works[key]


def in_order(tool: Tool, arguments: Mapping[str, str]) -> dict[str, str]:
    """Return arguments in the order of the tool's schema, in which the grammar wants them."""
    names = tool.schema.parameters["properties"]
    return {name: arguments[name] for name in names if name in arguments}


# A pitch or figure that stayed in a call as text: the value was not marked as a whole, and
# spelling it out is nothing to teach a tiny model.
_LEFT_OVER = re.compile(r": \"[^\"]*(?<![\w<])(?:[A-G](?!\w)|[a-g](?![\w])(?! \w{3})|[\d♯♭#])")


def calls_are_marked(text: str) -> bool:
    """Tell whether the calls of a row hold their values as tokens, none of them spelled out."""
    calls = " ".join(re.findall(r"<tool_call>(.*?)</tool_call>", text))
    return not _LEFT_OVER.search(calls)


def explain_rows(
    specialist: str,
    tools: Sequence[ToolSchema],
    passages: Sequence[Document],
    asks: Mapping[str, Sequence[str]],
    copies: int,
    rng: random.Random,
) -> Iterator[Row]:
    """Yield questions that a passage answers: the answer quotes it and runs nothing."""
    for _ in range(copies):
        for passage in passages:
            request = noise.disturb(rng.choice(list(asks[passage.id])), rng).replace("{{", "{")
            prompt = ChatPrompt((Message("user", request),), tuple(tools), (passage,))
            yield Row(specialist, "explain", prompt, f"? {mica.title_of(passage)}")


def decline_rows(
    specialist: str, tools: Sequence[ToolSchema], texts: Sequence[str]
) -> Iterator[Row]:
    """Yield off-topic requests that get no tool call."""
    for text in texts:
        prompt = ChatPrompt((Message("user", text),), tuple(tools))
        yield Row(specialist, "decline", prompt, DECLINES[specialist])


def slots_of(template: str) -> list[str]:
    """Return the names of a wording's slots."""
    return [name for _, name, _, _ in Formatter().parse(template) if name]


def collect_words(recipes: Sequence[Mapping[str, Any]], others: Sequence[str]) -> Counter[str]:
    """Count the words that stand in requests as words, not as values of slots."""
    words: Counter[str] = Counter()
    for text in [t for r in recipes for t in (r["title"], *map(str, r["asks"]))] + list(others):
        bare = re.sub(r"\{[^}]*\}", " ", text)
        for word in re.findall(r"[^\W\d_](?:[\w'’-]*\w)?", bare):
            shouted = len(word) > 1 and word.isupper()
            words[word if shouted else word.lower().replace("’", "'")] += 1
    return words


def main() -> None:
    """Write rows for both specialists and print how many of each kind there are."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--copies", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    from training.mixture import build

    counts: dict[str, int] = {}
    args.out.mkdir(parents=True, exist_ok=True)
    with (args.out / "rows.jsonl").open("w", encoding="utf-8") as file:
        for row in build(args.copies, args.seed):
            key = f"{row.specialist}/{row.kind}"
            counts[key] = counts.get(key, 0) + 1
            record = {"specialist": row.specialist, "kind": row.kind, "text": row.text()}
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
    for key, count in sorted(counts.items()):
        print(f"{key:24} {count:8}")


if __name__ == "__main__":
    main()
