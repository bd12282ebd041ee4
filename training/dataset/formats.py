"""The same views for mlx-lm, axolotl and LLaMA-Factory, where they read other shapes.

mlx-lm trains on the last message alone (`--mask-prompt`), so it gets a line for each decision.
axolotl's readers of preferences drop calls, so those are texts in Granite's own format.
LLaMA-Factory wants who speaks under names of its own, calls as JSON text, and a table of contents.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from runtime.formats import granite4, text_of
from runtime.types import ChatPrompt, Message, ToolSchema
from training.dataset.folder import as_lines
from training.dataset.row import Row
from training.dataset.views import VIEWS, Example, choice, decisions, verdicts

_ROLES = {"user": "human", "tool": "observation", "system": "system"}
AXOLOTL = """\
# For axolotl: copy the part that fits under `datasets:` of your configuration.
sft:
  - path: {folder}/sft-messages.jsonl
    ds_type: json
    type: chat_template
    field_messages: messages
    field_tools: tools
dpo:  # with `rl: dpo`; the texts are in the chat format of Granite 4
  - path: {folder}/axolotl/dpo.jsonl
    ds_type: json
    split: train
    type: {{field_prompt: prompt, field_chosen: chosen, field_rejected: rejected}}
kto:  # with `rl: kto`
  - path: {folder}/axolotl/kto.jsonl
    ds_type: json
    split: train
    type: {{field_prompt: prompt, field_completion: completion, field_label: label}}
"""


def files(rows: Sequence[Row], system: str) -> dict[str, str]:
    """Return all views: path in the dataset to text. Held-out rows are in files of their own.

    The four main views are always there; of the others, those that hold something.
    """
    train = [row for row in rows if row.split == "train"]
    held_out = [row for row in rows if row.split == "held-out"]
    main = {f"views/{name}.jsonl": as_lines(view(train, system)) for name, view in VIEWS.items()}
    out = {
        f"views/held-out/{name}.jsonl": as_lines(view(held_out, system))
        for name, view in VIEWS.items()
    }
    out["views/mlx/train.jsonl"] = as_lines(mlx(train, system))
    out["views/mlx/valid.jsonl"] = as_lines(mlx(held_out, system))
    out["views/axolotl/dpo.jsonl"] = as_lines(axolotl_dpo(train, system))
    out["views/axolotl/kto.jsonl"] = as_lines(axolotl_kto(train, system))
    out["views/axolotl/datasets.yaml"] = AXOLOTL.format(folder="views")
    out |= {f"views/llama-factory/{name}": text for name, text in _factory(train, system).items()}
    return main | {name: text for name, text in out.items() if text}


def mlx(rows: Sequence[Row], system: str) -> Iterator[Example]:
    """Yield a conversation up to each decision: `messages`, `tools`."""
    for row in rows:
        for each in decisions(row, system) if row.teaches else ():
            yield {"messages": [*each.prompt, each.said], "tools": list(row.tools)}


def axolotl_dpo(rows: Sequence[Row], system: str) -> Iterator[Example]:
    """Yield choices as texts: `prompt`, `chosen`, `rejected`."""
    for row in rows:
        found = choice(row, system)
        if found is not None:
            prompt, chosen = granite_texts(row, found.prompt, found.chosen)
            _, rejected = granite_texts(row, found.prompt, found.rejected)
            yield {"prompt": prompt, "chosen": chosen, "rejected": rejected}


def axolotl_kto(rows: Sequence[Row], system: str) -> Iterator[Example]:
    """Yield verdicts as texts: `prompt`, `completion`, `label`."""
    for row in rows:
        for each in verdicts(row, system):
            prompt, said = granite_texts(row, each.decision.prompt, each.decision.said)
            yield {"prompt": prompt, "completion": said, "label": each.good}


def granite_texts(
    row: Row, prompt: Iterable[Mapping[str, Any]], said: Mapping[str, Any]
) -> tuple[str, str]:
    """Return a prompt and what is said after it as Granite 4 reads and writes them."""
    functions = [tool["function"] for tool in row.tools]
    tools = tuple(ToolSchema(f["name"], f["description"], f["parameters"]) for f in functions)
    messages = tuple(_message(each) for each in prompt)
    rendered = granite4.render(ChatPrompt(messages, tools))
    before, (end,) = text_of(rendered.segments), rendered.stop
    more = granite4.render(ChatPrompt((*messages, _message(said)), tools))
    after = text_of(more.segments).removeprefix(before)
    return before, after.rpartition(end)[0] + end


def _message(data: Mapping[str, Any]) -> Message:
    calls = [
        {**call, "function": {**call["function"], "arguments": _text(call["function"])}}
        for call in data.get("tool_calls") or ()
    ]
    return Message.from_openai({**data, "tool_calls": calls})


def _text(function: Mapping[str, Any]) -> str:
    return json.dumps(function["arguments"], ensure_ascii=False)


def _factory(rows: Sequence[Row], system: str) -> dict[str, str]:
    texts = {
        "mica_sft": as_lines(_factory_sft(rows, system)),
        "mica_dpo": as_lines(_factory_dpo(rows, system)),
        "mica_kto": as_lines(_factory_kto(rows, system)),
    }
    info = {name: _INFO[name] for name, text in texts.items() if text}
    files = {str(_INFO[name]["file_name"]): text for name, text in texts.items()}
    return files | {"dataset_info.json": json.dumps(info, indent=2) + "\n"}


_COLUMNS = {"messages": "conversations", "system": "system", "tools": "tools"}
_INFO: dict[str, dict[str, Any]] = {
    "mica_sft": {"file_name": "sft.jsonl", "formatting": "sharegpt", "columns": _COLUMNS},
    "mica_dpo": {
        "file_name": "dpo.jsonl",
        "formatting": "sharegpt",
        "ranking": True,
        "columns": {**_COLUMNS, "chosen": "chosen", "rejected": "rejected"},
    },
    "mica_kto": {
        "file_name": "kto.jsonl",
        "formatting": "sharegpt",
        "columns": {**_COLUMNS, "kto_tag": "label"},
    },
}


def _factory_sft(rows: Sequence[Row], system: str) -> Iterator[Example]:
    for row in rows:
        for each in decisions(row, system) if row.teaches else ():
            yield _shared(row, [*each.prompt, each.said])


def _factory_dpo(rows: Sequence[Row], system: str) -> Iterator[Example]:
    for row in rows:
        found = choice(row, system)
        if found is not None:
            two = {"chosen": _spoken(found.chosen), "rejected": _spoken(found.rejected)}
            yield _shared(row, found.prompt) | two


def _factory_kto(rows: Sequence[Row], system: str) -> Iterator[Example]:
    for row in rows:
        for each in verdicts(row, system):
            messages = [*each.decision.prompt, each.decision.said]
            yield _shared(row, messages) | {"label": each.good}


def _shared(row: Row, messages: Sequence[Mapping[str, Any]]) -> Example:
    """Return messages as LLaMA-Factory has them; the system turn has a column of its own."""
    return {
        "conversations": [_spoken(message) for message in messages[1:]],
        "system": messages[0]["content"],
        "tools": json.dumps([tool["function"] for tool in row.tools], ensure_ascii=False),
    }


def _spoken(message: Mapping[str, Any]) -> Example:
    functions = [call["function"] for call in message.get("tool_calls") or ()]
    if not functions:
        return {"from": _ROLES.get(message["role"], "gpt"), "value": message["content"]}
    calls = [{"name": f["name"], "arguments": f["arguments"]} for f in functions]
    return {"from": "function_call", "value": json.dumps(calls, ensure_ascii=False)}
