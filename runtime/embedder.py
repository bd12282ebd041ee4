"""Embedders: texts to unit vectors, for searching by meaning.

The embedder that Mica ships has two halves: a table of token vectors trained on requests to
machines, of which a text gets the mean, and a small encoder that was taught by a larger one what
English words mean. It needs no torch and was made by `training.embedder`. Others can be named in
the settings.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from runtime.encoder import Encoder

Vectors = npt.NDArray[np.float32]
WEIGHTS = Path(__file__).parents[1] / "weights" / "embedder.npz"


class EmbedderError(Exception):
    """An embedder cannot be loaded. The text says what to do next."""


class Embedder(Protocol):
    """Turns texts into vectors of length 1. `name` changes when the vectors would."""

    name: str
    dimensions: int

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one row for each text, shape (n, dimensions), float32, L2-normalised."""
        ...


class MicaEmbedder:
    """The shipped embedder: the mean of trained token vectors, and an encoder's vector beside it.

    Cosines are the two halves' cosines in the proportion that was kept with the weights. A text
    without a known token gives a row of zeros.
    """

    def __init__(self, path: Path | None = None) -> None:
        """Load `path` (a matrix in an .npz), and the tokenizer and the encoder beside it.

        Raises:
            EmbedderError: a file is missing or broken.
        """
        from tokenizers import Tokenizer

        path = path or WEIGHTS
        beside, second = path.with_suffix(".tokenizer.json"), path.with_name("encoder.npz")
        try:
            with np.load(path, allow_pickle=False) as stored:
                matrix, share = stored["vectors"], float(stored["share"])
            self._tokenizer = Tokenizer.from_file(str(beside))
            with np.load(second, allow_pickle=False) as stored:
                self._encoder = Encoder(dict(stored))
        except Exception as error:  # tokenizers raises plain Exception
            raise EmbedderError(
                f"the embedder {path} cannot be loaded ({error}); restore it, {beside.name} and "
                f"{second.name} from the repository, or make them with python -m training.embedder"
            ) from error
        if matrix.ndim != 2 or len(matrix) < self._tokenizer.get_vocab_size():
            raise EmbedderError(f"{path} and {beside.name} do not belong together; restore both")
        self._matrix = matrix.astype(np.float32)
        self._shares = (math.sqrt(share), math.sqrt(1 - share))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self.dimensions = int(matrix.shape[1]) + self._encoder.dimensions
        self.name = f"mica-{_digest(path, beside, second)}"

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return the texts' vectors. See `Embedder.encode`."""
        encodings = self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        tokens = [encoding.ids for encoding in encodings]
        means = np.zeros((len(texts), self._matrix.shape[1]), dtype=np.float32)
        for row, ids in zip(means, tokens, strict=True):
            if ids:
                row[:] = self._matrix[ids].mean(axis=0)
        halves = (_unit(means), _unit(self._encoder.encode(tokens)))
        return np.hstack([half * s for half, s in zip(halves, self._shares, strict=True)])


def _digest(*paths: Path) -> str:
    return hashlib.sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()[:12]


class SentenceTransformersEmbedder:
    """Any model of the `sentence-transformers` library, by name or folder."""

    def __init__(self, model: str) -> None:
        """Load the model; one that is not on this machine is fetched by that library.

        Raises:
            EmbedderError: the library is not installed, or it cannot load the model.
        """
        try:
            from sentence_transformers import SentenceTransformer
        except ImportError as error:
            raise EmbedderError(
                f"the embedder {model} needs the extra 'embeddings'; install it with "
                "uv pip install 'mica[embeddings]', or use the setting 'mica'"
            ) from error
        try:
            self._model = SentenceTransformer(model, device="cpu")
        except Exception as error:  # it raises many kinds
            raise EmbedderError(
                f"sentence-transformers cannot load {model!r} ({error}); give the name of a "
                "model that is on this machine, its folder, or use the setting 'mica'"
            ) from error
        self.name = f"sentence-transformers:{model}"
        self.dimensions = int(self.encode(["length"]).shape[1])

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return the texts' vectors. See `Embedder.encode`."""
        found = self._model.encode(list(texts), convert_to_numpy=True, show_progress_bar=False)
        return _unit(np.asarray(found, dtype=np.float32).reshape(len(texts), -1))


class GgufEmbedder:
    """An embedding model in a GGUF file, run by llama.cpp."""

    def __init__(self, path: Path) -> None:
        """Load the file.

        Raises:
            EmbedderError: there is no such file, or llama.cpp cannot load it.
        """
        from llama_cpp import LLAMA_POOLING_TYPE_MEAN, Llama

        if not path.is_file():
            raise EmbedderError(f"there is no file {path}; check the path of the embedder")
        try:
            model = Llama(
                str(path),
                embedding=True,
                n_ctx=512,
                n_batch=512,
                n_ubatch=512,
                pooling_type=LLAMA_POOLING_TYPE_MEAN,
                verbose=False,
            )
        except (ValueError, AssertionError, RuntimeError) as error:
            raise EmbedderError(f"llama.cpp cannot load {path}: {error}") from error
        self._model: Any = model
        self.dimensions = int(model.n_embd())
        self.name = f"gguf:{path.name}:{path.stat().st_size}"

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return the texts' vectors, each from its first 512 tokens at most."""
        rows = [self._model.embed(text or " ", truncate=True) for text in texts]
        return _unit(np.asarray(rows, dtype=np.float32).reshape(len(texts), self.dimensions))


def load_embedder(setting: str = "mica") -> Embedder:
    """Return the embedder that a setting names.

    `mica` is the one that Mica ships; `sentence-transformers:NAME` and `gguf:PATH` are others.

    Raises:
        EmbedderError: the setting is unknown, or the embedder cannot be loaded.
    """
    kind, _, what = setting.partition(":")
    if setting == "mica":
        return MicaEmbedder()
    if kind == "sentence-transformers" and what:
        return SentenceTransformersEmbedder(what)
    if kind == "gguf" and what:
        return GgufEmbedder(Path(what).expanduser())
    raise EmbedderError(
        f"unknown embedder {setting!r}; use mica, sentence-transformers:NAME or gguf:PATH"
    )


def _unit(rows: Vectors) -> Vectors:
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.where(length == 0, 1, length), dtype=np.float32)
