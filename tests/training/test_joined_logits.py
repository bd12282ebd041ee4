"""A LoRA on a dense Granite of the hybrid class says in llama.cpp what it says in transformers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support import tiny_gguf
from support.training_parts import joined

from runtime.llama import Batch, Context, Model
from training.export.dense import problem, targets
from training.export.gguf import export_adapter, export_model

IDS = list(range(10, 50))


@pytest.mark.torch
def test_logits_equal_transformers(tmp_path: Path) -> None:
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    dense = tiny_gguf.checkpoint(tmp_path / "dense")
    saved = joined(dense, tmp_path / "joined")
    base = AutoModelForCausalLM.from_pretrained(saved, dtype=torch.float32)
    config = base.config.to_dict()
    assert problem(config) == ""
    settings = LoraConfig(r=4, lora_alpha=8, target_modules=targets(config), task_type="CAUSAL_LM")
    with torch.no_grad():
        plain = base(torch.tensor([IDS])).logits[0].numpy()
        torch.manual_seed(1)
        adapted = get_peft_model(base, settings).eval()
        for name, weight in adapted.named_parameters():
            if ".lora_" in name:
                weight.copy_(torch.randn_like(weight) * 0.3)
        expected = adapted(torch.tensor([IDS])).logits[0].numpy()
    adapted.save_pretrained(tmp_path / "lora")
    export_adapter(tmp_path / "lora", saved, tmp_path / "lora.gguf", name="x")
    export_model(dense, tmp_path / "dense.gguf", name="x", metadata={})
    model = Model(tmp_path / "dense.gguf")
    context = Context(model, cells=256, sequences=1, threads=1, batch=64)
    context.use_adapter(model.load_adapter(tmp_path / "lora.gguf"))
    batch = Batch()
    for position, token in enumerate(IDS):
        batch.add(token, position, 0, True)
    assert context.evaluate(batch)
    got = np.stack([context.logits(i) for i in range(len(IDS))])
    context.close()
    model.close()
    assert np.abs(got - expected).max() < 0.02 * np.abs(expected).max()
    assert np.abs(plain - expected).max() > 0.3 * np.abs(expected).max()
