"""A thin layer over the C API of llama.cpp, as llama-cpp-python binds it.

It turns null pointers and error codes into `BackendError`, and C arrays into numpy arrays.
Nothing here locks: a `Context` belongs to one thread; a `Model` may be read by many.
"""

from __future__ import annotations

import collections
import ctypes
import functools
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runtime.types import BackendError

Logits = NDArray[np.float32]
_ERROR_LEVEL = 4
_errors: collections.deque[str] = collections.deque(maxlen=32)
_TOKEN_DATA = np.dtype([("id", np.int32), ("logit", np.float32), ("p", np.float32)])


@functools.cache
def library() -> Any:
    """Import and start llama.cpp once; its log is kept quiet unless `MICA_DEBUG` is set.

    Raises:
        BackendError: llama-cpp-python is missing or was built for another machine.
    """
    _never_spin()
    try:
        import llama_cpp
    except (ImportError, OSError, RuntimeError) as error:
        raise BackendError(
            f"llama-cpp-python cannot be loaded ({error}); run `make setup` again"
        ) from error
    debug = bool(os.environ.get("MICA_DEBUG"))

    @llama_cpp.llama_log_callback  # type: ignore[untyped-decorator]
    def log(level: int, text: bytes, _: object) -> None:
        line = text.decode("utf-8", "replace")
        if level == _ERROR_LEVEL:
            _errors.append(line.strip())
        if debug:
            sys.stderr.write(line)

    _keep.append(log)  # C keeps only the pointer
    llama_cpp.llama_log_set(log, ctypes.c_void_p(0))
    llama_cpp.llama_backend_init()
    return llama_cpp


_keep: list[Any] = []


def _never_spin() -> None:
    """Let threads that wait for each other sleep; libgomp reads this when it is loaded.

    By default they spin for milliseconds. Where something else runs on the same two cores,
    that made a 30M model take about 200 ms a token instead of 5 (measured).
    """
    if "OMP_WAIT_POLICY" not in os.environ:
        os.environ.setdefault("GOMP_SPINCOUNT", "0")


def _reason() -> str:
    """Return the first error logged by the call that failed, without the C function's name."""
    if not _errors:
        return "llama.cpp gave no reason"
    head, _, rest = _errors[0].partition(": ")
    return rest if rest and " " not in head else _errors[0]


def physical_cores() -> int:
    """Count the physical cores that this process may use; hyperthreads slow decoding down."""
    allowed = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()
    cores = set()
    for cpu in allowed:
        file = Path(f"/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list")
        try:
            cores.add(file.read_text())
        except OSError:
            cores.add(str(cpu))
    return len(cores) or os.cpu_count() or 1


def quantize_file(src: Path, dst: Path, kind: str) -> None:
    """Write a quantised copy of a GGUF file; `kind` is a name such as `Q8_0` or `Q4_K_M`.

    Raises:
        BackendError: the kind is unknown, or llama.cpp refused the file.
    """
    lib = library()
    ftype = getattr(lib, f"LLAMA_FTYPE_MOSTLY_{kind.upper()}", None)
    if ftype is None:
        raise BackendError(f"unknown quantisation {kind!r}; try Q8_0, Q6_K or Q4_K_M")
    params = lib.llama_model_quantize_default_params()
    params.ftype = ftype
    _errors.clear()
    code = lib.llama_model_quantize(os.fsencode(src), os.fsencode(dst), ctypes.byref(params))
    if code != 0:
        raise BackendError(f"cannot quantise {src} to {kind}: {_reason()}")


class Model:
    """A GGUF file in memory: weights, vocabulary and LoRA adapters."""

    def __init__(self, path: Path, *, vocabulary_only: bool = False) -> None:
        self._lib = library()
        self.path = path
        if not path.is_file():
            raise BackendError(f"no model file {path}; see `mica models list` for what there is")
        params = self._lib.llama_model_default_params()
        params.vocab_only = vocabulary_only
        _errors.clear()
        self.pointer = self._lib.llama_model_load_from_file(os.fsencode(path), params)
        if not self.pointer:
            raise BackendError(
                f"cannot load {path}: {_reason()}; it may be damaged or of a newer format: "
                "check it with `mica models list` and fetch it again"
            )
        self.vocabulary = self._lib.llama_model_get_vocab(self.pointer)
        self.size = int(self._lib.llama_vocab_n_tokens(self.vocabulary))
        self.trained_context = int(self._lib.llama_model_n_ctx_train(self.pointer))
        self._pieces: dict[int, bytes] = {}

    def metadata(self, key: str) -> str | None:
        """Return a metadata value of the file as text, or None."""
        buffer = ctypes.create_string_buffer(65536)
        length = self._lib.llama_model_meta_val_str(self.pointer, key.encode(), buffer, len(buffer))
        return buffer.value.decode("utf-8", "replace") if length >= 0 else None

    def tokenize(self, text: str, *, special: bool) -> list[int]:
        """Return token ids; control tokens are recognised only with `special`."""
        data = text.encode("utf-8", "replace")
        capacity = len(data) + 8
        while True:
            tokens = (ctypes.c_int32 * capacity)()
            count = self._lib.llama_tokenize(
                self.vocabulary, data, len(data), tokens, capacity, False, special
            )
            if count >= 0:
                return list(tokens[:count])
            capacity = -count

    def piece(self, token: int) -> bytes:
        """Return the bytes of a token, control tokens as their text."""
        if token not in self._pieces:
            buffer = ctypes.create_string_buffer(512)
            length = self._lib.llama_token_to_piece(
                self.vocabulary, token, buffer, len(buffer), 0, True
            )
            self._pieces[token] = buffer.raw[: max(length, 0)]
        return self._pieces[token]

    def ends(self, token: int) -> bool:
        """Say whether a token ends the generation."""
        return bool(self._lib.llama_vocab_is_eog(self.vocabulary, token))

    def load_adapter(self, path: Path) -> Any:
        """Load a LoRA GGUF and return its handle, which lives as long as the model.

        Once there is a context, only its thread may do this, between two evaluations.

        Raises:
            BackendError: the file is missing, damaged, or made for another base.
        """
        if not path.is_file():
            raise BackendError(f"no adapter file {path}; see `mica models list` for what there is")
        _errors.clear()
        handle = self._lib.llama_adapter_lora_init(self.pointer, os.fsencode(path))
        if not handle:
            raise BackendError(
                f"cannot load the adapter {path}: {_reason()}; "
                "see `mica models list` for the base it belongs to"
            )
        return handle

    def free_adapter(self, handle: Any) -> None:
        """Free an adapter that no context applies; only the context's thread may do this."""
        self._lib.llama_adapter_lora_free(handle)

    def close(self) -> None:
        """Free the model and its adapters; contexts must be closed before."""
        if self.pointer:
            self._lib.llama_model_free(self.pointer)
            self.pointer = None


@dataclass
class Batch:
    """Tokens for one evaluation, as parallel lists, and how many each sequence has.

    `wanted` marks the tokens whose logits are read.
    """

    tokens: list[int] = field(default_factory=list)
    positions: list[int] = field(default_factory=list)
    sequences: list[int] = field(default_factory=list)
    wanted: list[bool] = field(default_factory=list)
    counts: collections.Counter[int] = field(default_factory=collections.Counter)

    def add(self, token: int, position: int, sequence: int, wanted: bool) -> int:
        """Append a token; return its index, by which its logits are read."""
        self.tokens.append(token)
        self.positions.append(position)
        self.sequences.append(sequence)
        self.wanted.append(wanted)
        self.counts[sequence] += 1
        return len(self.tokens) - 1


class Context:
    """The key/value cache of several sequences, and evaluation over it."""

    def __init__(
        self,
        model: Model,
        *,
        cells: int,
        sequences: int,
        threads: int,
        batch: int,
        outputs: int = 0,
    ) -> None:
        self._lib = model._lib
        self._model = model
        self._abort = ctypes.create_string_buffer(2)
        params = self._lib.llama_context_default_params()
        params.n_ctx, params.n_batch = cells, batch
        params.n_ubatch = min(batch, 128)  # an abort waits for one matrix of so many tokens
        params.n_seq_max, params.kv_unified = sequences, True
        params.n_outputs_max = outputs  # more would end the process; 0 means `batch`
        params.n_threads = params.n_threads_batch = threads
        params.flash_attn_type = self._lib.LLAMA_FLASH_ATTN_TYPE_ENABLED
        params.abort_callback = self._abort_callback()
        params.abort_callback_data = ctypes.addressof(self._abort)
        _errors.clear()
        self.pointer = self._lib.llama_init_from_model(model.pointer, params)
        if not self.pointer:
            raise BackendError(f"no room for {cells} tokens of context: {_reason()}; ask for fewer")
        self._memory = self._lib.llama_get_memory(self.pointer)
        self._batch = self._lib.llama_batch_init(batch, 0, 1)

    def _abort_callback(self) -> Any:
        """Return a C function that reads the abort flag without taking Python's lock.

        llama.cpp asks it before every node of the graph. `strlen` of a two-byte buffer is
        0 or 1, which is what `bool (*)(void *)` has to return.
        """
        import llama_cpp.llama_cpp as bindings

        return ctypes.cast(ctypes.CDLL(None).strlen, bindings.ggml_abort_callback)

    def abort(self, on: bool = True) -> None:
        """Make the evaluation that runs now stop within one node (from any thread)."""
        self._abort[0] = b"\x01" if on else b"\x00"

    def evaluate(self, batch: Batch) -> bool:
        """Evaluate a batch; False when it was aborted.

        Raises:
            BackendError: llama.cpp failed, or the cache is full.
        """
        raw, count = self._batch, len(batch.tokens)
        raw.n_tokens = count
        ctypes.memmove(raw.token, (ctypes.c_int32 * count)(*batch.tokens), 4 * count)
        ctypes.memmove(raw.pos, (ctypes.c_int32 * count)(*batch.positions), 4 * count)
        for i, (sequence, wanted) in enumerate(zip(batch.sequences, batch.wanted, strict=True)):
            raw.n_seq_id[i] = 1
            raw.seq_id[i][0] = sequence
            raw.logits[i] = wanted
        code = self._lib.llama_decode(self.pointer, raw)
        if code == 2:
            return False
        if code != 0:
            raise BackendError(f"evaluation failed (code {code}): {_reason()}; ask again")
        return True

    def logits(self, index: int) -> Logits:
        """Return a copy of the logits of one token of the last batch, shape (vocabulary,)."""
        pointer = self._lib.llama_get_logits_ith(self.pointer, index)
        return np.ctypeslib.as_array(pointer, (self._model.size,)).copy()

    def truncate(self, sequence: int, length: int) -> None:
        """Forget all of a sequence from position `length` on."""
        self._lib.llama_memory_seq_rm(self._memory, sequence, length, -1)

    def share(self, source: int, target: int, length: int) -> None:
        """Let `target`, which is empty, start with the first `length` tokens of `source`."""
        self._lib.llama_memory_seq_cp(self._memory, source, target, 0, length)

    def use_adapter(self, handle: Any | None) -> None:
        """Apply one adapter, or none, to the evaluations that follow."""
        if handle is None:
            self._lib.llama_set_adapters_lora(self.pointer, None, 0, None)
            return
        handles = (type(handle) * 1)(handle)
        self._lib.llama_set_adapters_lora(self.pointer, handles, 1, (ctypes.c_float * 1)(1.0))

    def close(self) -> None:
        """Free the cache."""
        if self.pointer:
            self._lib.llama_batch_free(self._batch)
            self._lib.llama_free(self.pointer)
            self.pointer = None


class Grammar:
    """The state of a GBNF grammar over the tokens of one completion.

    Raises:
        BackendError: the grammar does not parse.
    """

    def __init__(self, model: Model, gbnf: str) -> None:
        self._lib = model._lib
        _errors.clear()
        self._pointer = self._lib.llama_sampler_init_grammar(
            model.vocabulary, gbnf.encode(), b"root"
        )
        if not self._pointer:
            raise BackendError(f"the grammar of this request is invalid: {_reason()}")

    def allowed(self, tokens: NDArray[Any] | Sequence[int]) -> NDArray[np.bool_]:
        """Say for each token whether it may come next."""
        data = np.zeros(len(tokens), _TOKEN_DATA)
        data["id"] = tokens
        array = self._lib.llama_token_data_array(
            data=data.ctypes.data_as(self._lib.llama_token_data_p),
            size=len(data),
            selected=-1,
            sorted=False,
        )
        self._lib.llama_sampler_apply(self._pointer, ctypes.byref(array))
        return np.asarray(np.isfinite(data["logit"]), np.bool_)

    def accept(self, token: int) -> None:
        """Move on by a token that is allowed; any other would end the process."""
        self._lib.llama_sampler_accept(self._pointer, token)

    def close(self) -> None:
        """Free the grammar."""
        if self._pointer:
            self._lib.llama_sampler_free(self._pointer)
            self._pointer = None
