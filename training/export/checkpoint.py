"""Reads checkpoints as numpy arrays: safetensors files without torch.

The layout of a safetensors file: eight bytes (little-endian length of a JSON header), the
header (`name -> dtype, shape, data_offsets`), then the raw tensors.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
_DTYPES = {"F64": np.float64, "F32": np.float32, "F16": np.float16}


class ExportError(Exception):
    """A checkpoint cannot be written as GGUF. The text says what to change."""


def read_json(path: Path) -> dict[str, Any]:
    """Return a JSON object from a file of a checkpoint folder.

    Raises:
        ExportError: the file is missing, or is not a JSON object.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ExportError(f"cannot read {path}: {error.strerror}; save the model there") from error
    except ValueError as error:
        raise ExportError(f"{path} is not JSON ({error}); save the model again") from error
    if not isinstance(data, dict):
        raise ExportError(f"{path} must hold a JSON object")
    return data


def tensors(folder: Path, stem: str = "model") -> Iterator[tuple[str, Array]]:
    """Yield every tensor of `{stem}*.safetensors` in a folder, as float32.

    Raises:
        ExportError: there is no such file, or it is damaged or of an unknown dtype.
    """
    files = sorted(folder.glob(f"{stem}*.safetensors"))
    if not files:
        raise ExportError(
            f"no {stem}.safetensors in {folder}; save with save_pretrained(safe_serialization=True)"
        )
    for file in files:
        yield from _read(file)


def _read(file: Path) -> Iterator[tuple[str, Array]]:
    with file.open("rb") as source:
        length = int.from_bytes(source.read(8), "little")
        try:
            header = json.loads(source.read(length))
        except ValueError as error:
            raise ExportError(f"{file} is not a safetensors file; save it again") from error
        start = 8 + length
        for name, entry in header.items():
            if name == "__metadata__":
                continue
            begin, end = entry["data_offsets"]
            source.seek(start + begin)
            data = source.read(end - begin)
            if len(data) != end - begin:
                raise ExportError(f"{file} ends inside {name}; save it again")
            yield name, _to_float32(data, entry["dtype"], name).reshape(entry["shape"])


def _to_float32(data: bytes, dtype: str, name: str) -> Array:
    if dtype == "BF16":  # the upper half of a float32
        return (np.frombuffer(data, np.uint16).astype(np.uint32) << 16).view(np.float32)
    if dtype not in _DTYPES:
        raise ExportError(f"{name} has dtype {dtype}; use bfloat16, float16 or float32")
    return np.frombuffer(data, _DTYPES[dtype]).astype(np.float32)
