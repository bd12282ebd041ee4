"""Datasets as texts: each example rendered by the format that will serve the model.

The chat template of a checkpoint and the format that serves it differ in a few sentences; what is
learnt must be what is asked later. So a dataset's views are rendered here, once, by
`runtime.formats`, and every trainer is given the same texts.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from records.paths import home
from runtime import formats
from runtime.formats import Format, text_of
from runtime.types import ChatPrompt, Message, ToolSchema
from training.backends import Inputs
from training.runs.errors import RecipeError
from training.runs.recipe import Recipe

VIEWS = {"sft": "sft-prompt-completion", "dpo": "dpo", "kto": "kto"}
"""The file in a dataset's `views/` that each method learns from."""

LEAST_ROWS = 4
Example = dict[str, Any]


def prepare(recipe: Recipe, folder: Path) -> Inputs:
    """Render the dataset of a recipe into `rows.jsonl` and `held-out.jsonl` of a run's folder.

    Raises:
        RecipeError: there is no such dataset or format, or too little in it for the method.
    """
    dataset = dataset_folder(recipe)
    try:
        format = formats.load(recipe.format)
    except ValueError as error:
        raise RecipeError(f"format: {error}") from error
    view = f"{VIEWS[recipe.method]}.jsonl"
    digest = hashlib.sha256()
    count = _write(dataset / "views" / view, folder / "rows.jsonl", format, digest)
    if count < LEAST_ROWS:
        raise RecipeError(
            f"{dataset} has {count} rows for {recipe.method}; training needs {LEAST_ROWS}: collect "
            "more feedback, or take another method"
        )
    held_out = dataset / "views" / "held-out" / view
    files = {"rows": "rows.jsonl", "base": recipe.base}
    measured = recipe.held_out > 0 and held_out.is_file()
    if measured and _write(held_out, folder / "held-out.jsonl", format, digest):
        files["held_out"] = "held-out.jsonl"
    return Inputs(files, digest.hexdigest(), count)


def dataset_folder(recipe: Recipe) -> Path:
    """Return the folder of a recipe's dataset: a path, or a name of `mica dataset list`.

    Raises:
        RecipeError: there is none.
    """
    for folder in (Path(recipe.data).expanduser(), home() / "datasets" / recipe.data):
        if (folder / "views").is_dir():
            return folder
    raise RecipeError(f"{recipe.data} is no dataset: `mica dataset list` shows those that exist")


def render(example: Mapping[str, Any], format: Format) -> Example | None:
    """Return an example of a view as texts, or None where it says what would be a control token.

    >>> from runtime import formats
    >>> asked = {"prompt": [{"role": "user", "content": "hi"}], "label": True,
    ...          "completion": [{"role": "assistant", "content": "Hello."}]}
    >>> render(asked, formats.load("granite4"))["completion"]
    'Hello.<|end_of_text|>'
    """
    tools = _tools(example.get("tools"))
    prompt = tuple(_message(each) for each in example["prompt"])
    out: Example = {}
    for field in ("completion", "chosen", "rejected"):
        if field in example:
            said = tuple(_message(each) for each in example[field])
            both = _texts(format, ChatPrompt(prompt, tools), said)
            if both is None:
                return None
            out["prompt"], out[field] = both
    if "label" in example:
        out["label"] = bool(example["label"])
    return out


def _texts(format: Format, prompt: ChatPrompt, said: Sequence[Message]) -> tuple[str, str] | None:
    before = format.render(prompt)
    after = format.render(prompt.with_messages(*said))
    marks = {s.text for s in after.segments if s.special and len(s.text) > 2 and "\n" not in s.text}
    if any(mark in s.text for s in after.segments if not s.special for mark in marks):
        return None
    text, end = text_of(before.segments), before.stop[0]
    completion = text_of(after.segments).removeprefix(text)
    return text, completion.rpartition(end)[0] + end


def _write(source: Path, target: Path, format: Format, digest: Any) -> int:
    count = 0
    with target.open("wb") as out:
        for example in _examples(source):
            rendered = render(example, format)
            if rendered is not None:
                line = (json.dumps(rendered, ensure_ascii=False) + "\n").encode()
                out.write(line)
                digest.update(line)
                count += 1
    return count


def _examples(source: Path) -> Iterator[Example]:
    try:
        with source.open(encoding="utf-8") as file:
            for line in file:
                yield json.loads(line)
    except (OSError, ValueError) as error:
        raise RecipeError(f"{source} cannot be read ({error}); build the dataset again") from error


def _tools(given: Any) -> tuple[ToolSchema, ...]:
    tools = json.loads(given) if isinstance(given, str) else given or ()
    functions = [tool["function"] for tool in tools]
    return tuple(ToolSchema(f["name"], f["description"], f["parameters"]) for f in functions)


def _message(data: Mapping[str, Any]) -> Message:
    calls = []
    for call in data.get("tool_calls") or ():
        function = dict(call["function"])
        if not isinstance(function["arguments"], str):
            function["arguments"] = json.dumps(function["arguments"], ensure_ascii=False)
        calls.append({**call, "function": function})
    return Message.from_openai({**data, "tool_calls": calls})
