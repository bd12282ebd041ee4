"""Turns trained checkpoints into what is shipped: GGUF files, their card, the manifest.

    python -m training.package --build DIR [--out weights]

`DIR` is what `training/recipe` leaves: `tokenizer.json`, `rows.jsonl`, `base/checkpoint` and
`adapters/<specialist>/checkpoint`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import tempfile
from collections import Counter
from pathlib import Path

from training.export.gguf import export_adapter, export_model, quantize
from training.rows import ROOT
from training.tokenizer import PRE

SPECIALISTS = ("sysadmin", "composer")
QUANTISATION = "Q8_0"


def package(build: Path, out: Path) -> list[Path]:
    """Write the base and the adapters to `out` and return the files.

    Raises:
        ExportError: a checkpoint is not a dense Granite, or is missing.
    """
    out.mkdir(parents=True, exist_ok=True)
    checkpoint = build / "base" / "checkpoint"
    shutil.copy(build / "tokenizer.json", checkpoint / "tokenizer.json")
    base = out / "mica-base.gguf"
    words = hashlib.sha256((ROOT / "weights" / "words.txt").read_bytes()).hexdigest()
    metadata = {"mica.format": "mica", "mica.words_sha256": words}
    with tempfile.TemporaryDirectory() as folder:
        full = Path(folder) / "base.gguf"
        export_model(checkpoint, full, name="mica-base", metadata=metadata, pre=PRE)
        quantize(full, base, QUANTISATION)
    files = [base]
    for specialist in SPECIALISTS:
        adapter = build / "adapters" / specialist / "checkpoint"
        file = out / f"mica-{specialist}.lora.gguf"
        export_adapter(adapter, checkpoint / "config.json", file, name=f"mica-{specialist}")
        files.append(file)
    return files


def facts(build: Path) -> str:
    """Return the part of the model card that is measured: data, sizes, hashes."""
    data = (build / "rows.jsonl").read_bytes()
    rows = [json.loads(line) for line in data.decode().splitlines()]
    counts = Counter(f"{row['specialist']}/{row['kind']}" for row in rows)
    config = json.loads((build / "base" / "checkpoint" / "config.json").read_text("utf-8"))
    lines = [
        f"- rows: {len(rows)}, sha256 of `rows.jsonl` {hashlib.sha256(data).hexdigest()[:16]}",
        *(f"  - {kind}: {count}" for kind, count in sorted(counts.items())),
        f"- architecture: {config['num_hidden_layers']} layers, width {config['hidden_size']}, "
        f"{config['num_attention_heads']} heads ({config['num_key_value_heads']} for keys and "
        f"values), feed-forward {config['intermediate_size']}, vocabulary {config['vocab_size']}",
        f"- quantisation: {QUANTISATION}",
    ]
    return "\n".join(lines)


def main() -> None:
    """Package a build and print what the card needs to say of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=ROOT / "weights")
    args = parser.parse_args()
    for file in package(args.build, args.out):
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        print(f"{file.name:28} {file.stat().st_size / 1e6:6.2f} MB  {digest[:16]}")
    print(facts(args.build))


if __name__ == "__main__":
    main()
