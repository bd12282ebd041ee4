"""The numpy encoder: what a text's vector depends on, and that it is the torch model's."""

import numpy as np
import pytest

from runtime.embedder import WEIGHTS
from runtime.encoder import LONGEST, Encoder
from runtime.int8 import Weights


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    with np.load(WEIGHTS.with_name("encoder.npz")) as stored:
        return Encoder(dict(stored))


def test_a_vector_does_not_depend_on_what_else_is_encoded(encoder: Encoder):
    rng = np.random.default_rng(1)
    texts = [rng.integers(2, 12_000, size).tolist() for size in (1, 3, 9, 40, 60)]
    together = encoder.encode(texts)
    assert together.shape == (5, encoder.dimensions)
    for row, text in zip(together, texts, strict=True):
        np.testing.assert_allclose(encoder.encode([text])[0], row, atol=2e-4)


def test_the_order_of_words_counts_and_the_end_of_long_texts_does_not(encoder: Encoder):
    ids = list(range(100, 100 + LONGEST))
    forth, back, longer = encoder.encode([ids, ids[::-1], [*ids, 7, 8, 9]])
    assert not np.allclose(forth, back, atol=1e-2)
    np.testing.assert_allclose(forth, longer, atol=1e-5)


def test_a_text_without_tokens_is_zeros(encoder: Encoder):
    assert not encoder.encode([[], [5]])[0].any()


@pytest.mark.torch
def test_it_computes_what_the_trained_model_does():
    import torch

    from training.distil import Student

    torch.manual_seed(3)
    student = Student(vocabulary=50)
    arrays = student.arrays()
    read = Weights(arrays)
    for name, tensor in student.state_dict().items():
        tensor.copy_(torch.tensor(read[name.removeprefix("layers.")]))
    texts = [[1, 2, 3], [4], [5, 6, 7, 8, 9, 10]]
    with torch.no_grad():
        wanted = student(texts).numpy()
    found = Encoder(arrays).encode(texts)
    found /= np.linalg.norm(found, axis=1, keepdims=True)
    np.testing.assert_allclose(found, wanted, atol=1e-4)
