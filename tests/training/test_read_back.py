"""Reading GGUF files back: what was exported comes back, and goes out again as it was."""

from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
import pytest
from support import tiny_gguf
from tokenizers import Tokenizer

from runtime.llama import Batch, Context, Model
from runtime.models.registry import Registry
from training.export.checkpoint import ExportError, tensors
from training.export.gguf import export_adapter, export_model, quantize
from training.export.reader import import_adapter, import_model


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return the shipped base's GGUF and what is read of it."""
    entry = Registry(tmp_path_factory.mktemp("models")).resolve("mica")
    return entry.path, import_model(entry.path, tmp_path_factory.mktemp("read") / "base")


def test_a_checkpoint_comes_back_as_it_was(tmp_path: Path) -> None:
    saved = tiny_gguf.checkpoint(tmp_path / "saved")
    export_model(saved, tmp_path / "model.gguf", name="tiny", metadata={})
    read = import_model(tmp_path / "model.gguf", tmp_path / "read")
    before, after = dict(tensors(saved)), dict(tensors(read))
    assert before.keys() == after.keys()
    for name, array in before.items():
        assert np.array_equal(array, after[name]), name
    was = json.loads((saved / "config.json").read_text())
    now = json.loads((read / "config.json").read_text())
    for key, value in was.items():
        assert now[key] == pytest.approx(value), key


def test_an_adapter_comes_back_as_it_was(tmp_path: Path) -> None:
    saved = tiny_gguf.checkpoint(tmp_path / "saved")
    lora = tiny_gguf.adapter(tmp_path / "lora")
    export_model(saved, tmp_path / "model.gguf", name="tiny", metadata={})
    export_adapter(lora, saved, tmp_path / "lora.gguf", name="tiny")
    base = import_model(tmp_path / "model.gguf", tmp_path / "base")
    read = import_adapter(tmp_path / "lora.gguf", base, tmp_path / "read")
    before, after = dict(tensors(lora, "adapter_model")), dict(tensors(read, "adapter_model"))
    assert before.keys() == after.keys()
    assert all(np.array_equal(array, after[name]) for name, array in before.items())
    settings = json.loads((read / "adapter_config.json").read_text())
    assert (settings["r"], settings["lora_alpha"]) == (tiny_gguf.RANK, 6)


def test_the_shipped_base_goes_out_again_as_the_same_bytes(
    shipped: tuple[Path, Path], tmp_path: Path
) -> None:
    original, read = shipped
    export_model(read, tmp_path / "full.gguf", name="x", metadata={}, pre="refact")
    quantize(tmp_path / "full.gguf", tmp_path / "small.gguf", "Q8_0")
    again = import_model(tmp_path / "small.gguf", tmp_path / "again")
    first, second = dict(tensors(read)), dict(tensors(again))
    worst = max(np.abs(array - second[name]).max() for name, array in first.items())
    assert worst < 1e-3
    model = Model(original, vocabulary_only=True)
    copy = Model(tmp_path / "small.gguf", vocabulary_only=True)
    assert copy.metadata("tokenizer.ggml.pre") == model.metadata("tokenizer.ggml.pre")
    model.close()
    copy.close()


def test_its_tokenizer_splits_as_llama_cpp_does(shipped: tuple[Path, Path]) -> None:
    original, read = shipped
    tokenizer = Tokenizer.from_file(str(read / "tokenizer.json"))
    model = Model(original, vocabulary_only=True)
    words = [*"aé♭Ω漢😀 \t\n'\"{}|<>", "find ", "2024", " 'll", "<p1>", "<tool_call>", "path="]
    pick = random.Random(3)
    for _ in range(2000):
        text = "".join(pick.choices(words, k=pick.randint(1, 30)))
        ids = tokenizer.encode(text, add_special_tokens=False).ids
        assert ids == model.tokenize(text, special=True), repr(text)
    model.close()


def test_what_does_not_read_back_says_why(tmp_path: Path) -> None:
    (tmp_path / "no.gguf").write_bytes(b"no GGUF at all, but long enough to be looked at")
    with pytest.raises(ExportError, match="cannot be read"):
        import_model(tmp_path / "no.gguf", tmp_path / "x")
    file = tiny_gguf.model_gguf(tmp_path)
    lora = tiny_gguf.adapter_gguf(tmp_path)
    with pytest.raises(ExportError, match="wanted type model"):
        import_model(lora, tmp_path / "x")
    with pytest.raises(ExportError, match="wanted type adapter"):
        import_adapter(file, tmp_path, tmp_path / "x")


@pytest.mark.torch
def test_logits_of_the_shipped_specialist_equal_llama_cpp(
    shipped: tuple[Path, Path], tmp_path: Path
) -> None:
    import torch
    from peft import PeftModel
    from transformers import GraniteForCausalLM

    original, read = shipped
    lora = Registry(tmp_path / "models").resolve("mica").adapters["sysadmin"]
    ids = [*range(300, 380), *range(3, 40)]
    model = Model(original)
    context = Context(model, cells=256, sequences=1, threads=1, batch=256)
    context.use_adapter(model.load_adapter(lora))
    batch = Batch()
    for position, token in enumerate(ids):
        batch.add(token, position, 0, True)
    assert context.evaluate(batch)
    got = np.stack([context.logits(i) for i in range(len(ids))])
    context.close()
    model.close()
    base = GraniteForCausalLM.from_pretrained(read, dtype=torch.float32)
    with torch.no_grad():
        plain = base(torch.tensor([ids])).logits[0].numpy()
        peft = PeftModel.from_pretrained(base, str(import_adapter(lora, read, tmp_path / "lora")))
        expected = peft.eval()(torch.tensor([ids])).logits[0].numpy()
    # llama.cpp rounds activations to eight bits where weights have eight.
    assert np.abs(got - expected).mean() < 0.1 < np.abs(plain - expected).mean()
    agreeing = (got.argmax(axis=1) == expected.argmax(axis=1)).mean()
    assert agreeing > 0.95
