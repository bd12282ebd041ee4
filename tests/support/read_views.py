"""Reads a dataset's views with the library that is to train on them, in that library's environment.

    python tests/support/read_views.py trl|unsloth|mlx|llama-factory|axolotl FOLDER_OF_VIEWS

Prints a line of JSON: how many examples of each view the library took, and a text that it made.
The tokenizer is a byte-level one without a vocabulary to speak of, the model has random weights.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

TEMPLATE = """\
{%- if tools %}<tools>{% for t in tools %}{{ t | tojson }}{% endfor %}</tools>{% endif %}
{%- for message in messages %}<{{ message.role }}>{{ message.content }}
{%- for call in message.tool_calls or [] %}
{{- '<call>' ~ call.function.name ~ ' ' ~ (call.function.arguments | tojson) ~ '</call>' }}
{%- endfor %}
{{- '</s>' }}
{%- endfor %}{% if add_generation_prompt %}<assistant>{% endif %}"""


def tokenizer() -> Any:
    """Return a byte-level tokenizer with a template that shows tools and calls."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {char: number for number, char in enumerate(["</s>", "<pad>", *alphabet])}
    plain = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    plain.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    plain.decoder = decoders.ByteLevel()
    made = PreTrainedTokenizerFast(tokenizer_object=plain, eos_token="</s>", pad_token="<pad>")
    made.chat_template = TEMPLATE
    return made


def model(words: int) -> Any:
    """Return a model with random weights."""
    from transformers import LlamaConfig, LlamaForCausalLM

    config = LlamaConfig(
        vocab_size=words, hidden_size=16, intermediate_size=16, num_hidden_layers=1,
        num_attention_heads=2, num_key_value_heads=1, max_position_embeddings=8192,
        eos_token_id=0, pad_token_id=1, bos_token_id=0,
    )  # fmt: skip
    # Trainers read a model's folder again, for the model that they compare with.
    folder = tempfile.mkdtemp(prefix="mica-views-")
    LlamaForCausalLM(config).save_pretrained(folder)
    return LlamaForCausalLM.from_pretrained(folder)


def loaded(path: Path) -> Any:
    """Return a JSON Lines file as a data set."""
    from datasets import load_dataset

    cache = tempfile.mkdtemp(prefix="mica-views-")
    return load_dataset("json", data_files=str(path), split="train", cache_dir=cache)


def trl(views: Path, *, train: bool = True) -> dict[str, Any]:
    """Give every view to TRL's trainer for it, and train one step on each."""
    from trl import DPOConfig, DPOTrainer, KTOConfig, KTOTrainer, SFTConfig, SFTTrainer

    kinds = {
        "sft-messages": (SFTTrainer, SFTConfig), "sft-prompt-completion": (SFTTrainer, SFTConfig),
        "dpo": (DPOTrainer, DPOConfig), "kto": (KTOTrainer, KTOConfig),
    }  # fmt: skip
    words = tokenizer()
    found: dict[str, Any] = {}
    for name, (trainer, config) in kinds.items():
        data = loaded(views / f"{name}.jsonl")
        settings = config(
            output_dir=tempfile.mkdtemp(prefix="mica-views-"), max_steps=1, max_length=None,
            per_device_train_batch_size=2, report_to=[], use_cpu=True, save_strategy="no",
            disable_tqdm=True, bf16=False,
        )  # fmt: skip
        runs = trainer(
            model=model(len(words)), args=settings, train_dataset=data, processing_class=words
        )
        if train:
            runs.train()
        found[name] = len(data)
        if name == "sft-prompt-completion":
            row = runs.train_dataset[0]
            found["text"] = words.decode(row["input_ids"])
            mask = row.get("completion_mask") or [int(each != -100) for each in row["labels"]]
            learned = [i for i, taught in zip(row["input_ids"], mask, strict=True) if taught]
            found["learned"] = words.decode(learned)
            found["clean"] = all(
                "null" not in words.decode(ids) for ids in runs.train_dataset["input_ids"]
            )
    return found


def unsloth(views: Path) -> dict[str, Any]:
    """Give every view to the trainers that Unsloth has patched; their kernels want a GPU."""
    import os

    os.environ |= {"UNSLOTH_ALLOW_CPU": "1", "UNSLOTH_DISABLE_STATISTICS": "1"}
    import unsloth as patches  # noqa: F401  it has to come before TRL

    return trl(views, train=False)


def mlx(views: Path) -> dict[str, Any]:
    """Load the folder for mlx-lm as `mlx_lm.lora` does, with the prompt masked."""
    from types import SimpleNamespace

    from mlx_lm.tuner.datasets import CacheDataset, load_dataset

    words = tokenizer()
    args = SimpleNamespace(
        data=str(views / "mlx"), hf_dataset=False, mask_prompt=True, train=True, test=False
    )
    train, valid, _ = load_dataset(args, words)
    taken = CacheDataset(train)
    ids, offset = taken[0]
    return {
        "train": len(taken), "valid": len(valid), "text": words.decode(ids),
        "learned": words.decode(ids[offset:]),
        "clean": all("null" not in words.decode(taken[n][0]) for n in range(len(taken))),
    }  # fmt: skip


def llama_factory(views: Path) -> dict[str, Any]:
    """Read each data set that `dataset_info.json` names and convert its examples."""
    from llamafactory.data.converter import get_dataset_converter
    from llamafactory.data.parser import get_dataset_list
    from llamafactory.hparams import DataArguments

    folder = views / "llama-factory"
    names = list(json.loads((folder / "dataset_info.json").read_text()))
    arguments = DataArguments(dataset_dir=str(folder))
    found: dict[str, Any] = {}
    for attributes in get_dataset_list(names, str(folder)):
        convert = get_dataset_converter(attributes.formatting, attributes, arguments)
        data = [convert(row) for row in loaded(folder / attributes.dataset_name)]
        found[attributes.dataset_name] = sum(bool(row["_prompt"]) for row in data)
        found.setdefault("text", json.dumps(data[0]["_response"]))
    return found


def axolotl(views: Path) -> dict[str, Any]:
    """Read the conversations, the choices and the verdicts with axolotl's strategies."""
    from axolotl.prompt_strategies.chat_template import load
    from axolotl.prompt_strategies.dpo.user_defined import default as dpo
    from axolotl.prompt_strategies.kto.user_defined import default as kto
    from axolotl.utils.dict import DictDefault

    words = tokenizer()
    asked = DictDefault({"sequence_len": 8192, "train_on_inputs": False})
    fields = DictDefault({"field_messages": "messages", "field_tools": "tools",
                          "chat_template": "tokenizer_default"})  # fmt: skip
    strategy = load(words, asked, ds_cfg=fields)
    data = loaded(views / "sft-messages.jsonl")
    rows = [strategy.tokenize_prompt(row) for row in data]
    learned = [i for i in rows[0]["labels"] if i != -100]
    found: dict[str, Any] = {"sft-messages": len(rows), "text": words.decode(rows[0]["input_ids"])}
    found["learned"] = words.decode(learned)
    found["clean"] = all("null" not in words.decode(row["input_ids"]) for row in rows)
    two = {"field_prompt": "prompt", "field_chosen": "chosen", "field_rejected": "rejected"}
    one = {"field_prompt": "prompt", "field_completion": "completion", "field_label": "label"}
    kinds = {"dpo": (dpo, two), "kto": (kto, one)}
    for name, (make, type_) in kinds.items():
        transform = make({"datasets": [{"type": type_}]})
        read = [transform(dict(row)) for row in loaded(views / "axolotl" / f"{name}.jsonl")]
        found[name] = len(read)
    return found


READERS = {"trl": trl, "unsloth": unsloth, "mlx": mlx, "llama-factory": llama_factory,
           "axolotl": axolotl}  # fmt: skip


if __name__ == "__main__":
    print(json.dumps(READERS[sys.argv[1]](Path(sys.argv[2]))))
