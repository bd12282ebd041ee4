"""The numpy BERT: what a text's vector depends on, and that it is the torch model's."""

import numpy as np
import pytest

from runtime.bert import LONGEST, Bert
from runtime.int8 import Weights, shortened

WIDTH, TOKENS = 24, 50


@pytest.fixture(scope="module")
def bert() -> Bert:
    """An encoder of two layers with random weights."""
    rng = np.random.default_rng(1)
    arrays: dict[str, np.ndarray] = {"heads": np.int64(4)}

    def matrix(name: str, rows: int, columns: int) -> None:
        arrays.update(shortened(name, rng.normal(size=(rows, columns)) * 0.3))

    def norm(name: str) -> None:
        arrays[f"{name}.weight"], arrays[f"{name}.bias"] = np.ones(WIDTH), np.zeros(WIDTH)

    matrix("tokens", TOKENS, WIDTH)
    arrays["positions"] = rng.normal(size=(LONGEST, WIDTH))
    norm("start")
    for layer in range(2):
        sizes = {"qkv": (3, 1), "joined": (1, 1), "up": (4, 1), "down": (1, 4)}
        for part, (rows, columns) in sizes.items():
            matrix(f"{layer}.{part}.weight", rows * WIDTH, columns * WIDTH)
            arrays[f"{layer}.{part}.bias"] = rng.normal(size=rows * WIDTH) * 0.1
        norm(f"{layer}.first")
        norm(f"{layer}.second")
    return Bert(arrays)


def test_a_vector_has_length_one_and_does_not_depend_on_what_else_is_encoded(bert: Bert):
    rng = np.random.default_rng(2)
    texts = [rng.integers(0, TOKENS, size).tolist() for size in (1, 3, 9, LONGEST)]
    together = bert.encode(texts)
    assert together.shape == (4, bert.width)
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    for row, text in zip(together, texts, strict=True):
        np.testing.assert_allclose(bert.encode([text])[0], row, atol=1e-4)
    assert bert.encode([]).shape == (0, bert.width)


def test_the_order_of_words_counts(bert: Bert):
    forth, back = bert.encode([[1, 2, 3, 4], [4, 3, 2, 1]])
    assert not np.allclose(forth, back, atol=1e-2)


def test_rows_are_kept_to_a_hundredth_of_their_largest_number():
    matrix = np.random.default_rng(3).normal(size=(20, 64)) * np.logspace(-3, 2, 20)[:, None]
    stored = shortened("a.weight", matrix) | {"a.bias": np.ones(20)}
    weights = Weights(stored)
    error = np.abs(weights["a.weight"] - matrix).max(axis=1)
    assert stored["a.weight"].dtype == np.int8
    assert (error <= 0.01 * np.abs(matrix).max(axis=1)).all()
    np.testing.assert_allclose(weights.rows("a.weight", np.array([3])), weights["a.weight"][[3]])
    row = np.ones((2, 64), np.float32)
    np.testing.assert_allclose(
        weights.linear("a", row), row @ weights["a.weight"].T + 1, rtol=1e-3, atol=1e-3
    )
    assert not Weights(shortened("none", np.zeros((2, 3))))["none"].any()
    with pytest.raises(KeyError):
        weights["b.weight"]


@pytest.mark.torch
def test_it_computes_what_transformers_does():
    import torch
    from transformers import BertConfig, BertModel

    from training.meaning import encoder_arrays

    torch.manual_seed(4)
    config = BertConfig(
        vocab_size=TOKENS, hidden_size=WIDTH, num_hidden_layers=2, num_attention_heads=4,
        intermediate_size=4 * WIDTH, initializer_range=0.3,
    )  # fmt: skip
    model = BertModel(config, add_pooling_layer=False).eval()
    kept = list(range(10, TOKENS))
    texts = [[3, 1, 2], [30], [5, 6, 7, 8, 9, 10]]
    found = Bert(encoder_arrays(model, kept)).encode(texts)
    for row, text in zip(found, texts, strict=True):
        with torch.no_grad():
            hidden = model(torch.tensor([[kept[token] for token in text]])).last_hidden_state
        wanted = torch.nn.functional.normalize(hidden.mean(1), dim=-1)[0].numpy()
        assert float(row @ wanted) > 0.999
