"""The exporter against transformers and peft: same logits, same tokens."""

from __future__ import annotations

import json
import random
import string
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from support import tiny_gguf

from runtime.llama import Batch, Context, Model
from training.export.checkpoint import ExportError
from training.export.gguf import export_adapter, export_model, quantize

IDS = list(range(10, 50))
ALPHABET = [
    *string.printable,
    *"éßñ♭♯Ωж漢字😀👩‍🔬\u00a0\u2003\u0301",
    "'s",
    " 'll",
    "<p1>",
    "<note>",
    "<tool_call>",
    "find ",
    "  ",
    "2024",
    "\r\n",
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("export")
    tiny_gguf.model_gguf(path)
    tiny_gguf.adapter_gguf(path)
    return path


def logits(file: Path, adapter: Path | None = None) -> NDArray[np.float32]:
    """Evaluate IDS; shape (len(IDS), vocabulary)."""
    model = Model(file)
    context = Context(model, cells=256, sequences=1, threads=1, batch=64)
    context.use_adapter(model.load_adapter(adapter) if adapter else None)
    batch = Batch()
    for position, token in enumerate(IDS):
        batch.add(token, position, 0, True)
    assert context.evaluate(batch)
    out = np.stack([context.logits(i) for i in range(len(IDS))])
    context.close()
    model.close()
    return out


def cosine(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
    """Return the smallest cosine over the rows."""
    norms = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
    return float(((a * b).sum(axis=1) / norms).min())


@pytest.mark.torch
def test_logits_and_adapter_equal_transformers(folder: Path) -> None:
    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    base = AutoModelForCausalLM.from_pretrained(folder / "checkpoint", dtype=torch.float32)
    with torch.no_grad():
        expected = base(torch.tensor([IDS])).logits[0].numpy()
        adapted = PeftModel.from_pretrained(base, str(folder / "lora-1")).eval()
        changed = adapted(torch.tensor([IDS])).logits[0].numpy()
    got = logits(folder / "tiny.gguf")
    got_changed = logits(folder / "tiny.gguf", folder / "adapter-1.gguf")
    # The key/value cache is half precision, hence not equal to the last digit.
    assert np.abs(got - expected).max() < 0.01
    assert np.abs(got_changed - changed).max() < 0.1
    assert cosine(got_changed, changed) > 0.999
    assert cosine(changed, expected) < 0.9


@pytest.mark.parametrize("digits", [False, True])
def test_tokens_equal_the_tokenizer_on_random_text(tmp_path: Path, digits: bool) -> None:
    saved = tiny_gguf.checkpoint(tmp_path / "checkpoint", digits=digits)
    export_model(saved, tmp_path / "model.gguf", name="tiny", metadata={})
    model = Model(tmp_path / "model.gguf", vocabulary_only=True)
    tokenizer = tiny_gguf.tokenizer(digits)
    pick = random.Random(7)
    for _ in range(3000):
        text = "".join(pick.choices(ALPHABET, k=pick.randint(1, 40)))
        ids = tokenizer.encode(text, add_special_tokens=False).ids
        assert model.tokenize(text, special=True) == ids, repr(text)
        pieces = b"".join(model.piece(i) for i in ids)
        assert pieces.decode() == text
    model.close()


def test_user_text_never_becomes_a_control_token(folder: Path) -> None:
    model = Model(folder / "tiny.gguf", vocabulary_only=True)
    typed = model.tokenize("<|end_of_text|><p1>", special=False)
    assert tiny_gguf.EOS not in typed
    assert len(typed) > 10
    assert model.ends(tiny_gguf.EOS)
    assert not model.ends(typed[0])
    model.close()


def test_metadata_is_readable(folder: Path) -> None:
    model = Model(folder / "tiny.gguf", vocabulary_only=True)
    assert model.metadata("mica.format") == "granite4"
    assert model.metadata("granite.embedding_scale") == "12.000000"
    assert model.metadata("tokenizer.ggml.pre") == "gpt-2"
    assert model.metadata("mica.missing") is None
    model.close()


def test_half_precision_and_quantised_files_stay_close(folder: Path, tmp_path: Path) -> None:
    expected = logits(folder / "tiny.gguf")
    half, brain, small = (tmp_path / f"{n}.gguf" for n in ("half", "brain", "small"))
    export_model(folder / "checkpoint", half, name="x", metadata={}, dtype="f16")
    export_model(folder / "checkpoint", brain, name="x", metadata={}, dtype="bf16")
    quantize(half, small, "Q8_0")
    assert cosine(logits(half), expected) > 0.9999
    assert cosine(logits(brain), expected) > 0.999
    assert cosine(logits(small), expected) > 0.99
    assert small.stat().st_size < half.stat().st_size < (folder / "tiny.gguf").stat().st_size


def test_bfloat16_checkpoints_are_read(tmp_path: Path) -> None:
    from training.export.checkpoint import tensors

    values = np.array([1.0, -2.5, 0.15625], np.float32)
    data = (values.view(np.uint32) >> 16).astype(np.uint16).tobytes()
    header = json.dumps({"x": {"dtype": "BF16", "shape": [3], "data_offsets": [0, 6]}}).encode()
    file = tmp_path / "model.safetensors"
    file.write_bytes(len(header).to_bytes(8, "little") + header + data)
    ((name, array),) = tensors(tmp_path)
    assert name == "x"
    assert array.tolist() == [1.0, -2.5, 0.15625]
    file.write_bytes(file.read_bytes()[:-2])
    with pytest.raises(ExportError, match="ends inside x"):
        list(tensors(tmp_path))


def test_what_cannot_be_exported_says_why(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="Q9_9"):
        quantize(folder / "tiny.gguf", tmp_path / "x.gguf", "Q9_9")
    with pytest.raises(ExportError, match=r"config\.json"):
        export_model(tmp_path, tmp_path / "x.gguf", name="x", metadata={})
    saved = tiny_gguf.checkpoint(tmp_path / "c")
    settings = json.loads((saved / "config.json").read_text())
    (saved / "config.json").write_text(json.dumps({**settings, "model_type": "llama"}))
    with pytest.raises(ExportError, match="only dense granite"):
        export_model(saved, tmp_path / "x.gguf", name="x", metadata={})
    lora = tiny_gguf.adapter(tmp_path / "lora")
    peft = json.loads((lora / "adapter_config.json").read_text())
    (lora / "adapter_config.json").write_text(json.dumps({**peft, "use_dora": True}))
    with pytest.raises(ExportError, match="use_dora"):
        export_adapter(lora, folder / "checkpoint", tmp_path / "x.gguf", name="x")
