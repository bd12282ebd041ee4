"""Reading what a GGUF file says of itself, and which chat format that calls for."""

from __future__ import annotations

import re
import struct
from pathlib import Path
from typing import Any, BinaryIO

from runtime import formats
from runtime.models.entry import ModelError

_SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q",
            12: "d"}  # fmt: skip
_STRING, _ARRAY = 8, 9
_LONGEST = 1 << 24  # bytes of one string; a chat template has thousands
_GRANITE = ("granite", "granitemoe", "granitehybrid", "graniteswitch")


def read_metadata(path: Path) -> dict[str, Any]:
    """Return the scalar and text keys of a GGUF file's header; lists are left out.

    Raises:
        ModelError: the file is not a GGUF of version 2 or 3, or it is cut off.
    """
    try:
        with path.open("rb") as file:
            magic, version, _, count = struct.unpack("<4sIQQ", file.read(24))
            if magic != b"GGUF" or version not in (2, 3):
                raise ValueError("it is not a GGUF file of version 2 or 3")
            found = {}
            for _ in range(count):
                key, value = _text(file), _value(file, _number(file, "I"))
                if value is not None:
                    found[key] = value
            return found
    except (OSError, ValueError, struct.error, KeyError) as error:
        raise ModelError(f"{path} cannot be read as a model: {error}") from error


def guess_format(path: Path) -> str:
    """Return the name in `runtime.formats` that a GGUF file calls for.

    Raises:
        ModelError: it cannot be told; the text says how to go on.
    """
    metadata = read_metadata(path)
    named = metadata.get("mica.format")
    if named is not None:
        return _known(path, str(named))
    architecture = metadata.get("general.architecture")
    if architecture not in _GRANITE:
        raise ModelError(
            f"{path.name} is of the kind {architecture!r}, which Mica has no chat format for; "
            "serve it with llama-server and set MICA_BACKEND=remote"
        )
    return _known(path, _granite(metadata))


def _granite(metadata: dict[str, Any]) -> str:
    """Tell the Granite generation: by its template's markers, else its name, else its splitter."""
    template = str(metadata.get("tokenizer.chat_template", ""))
    if "<function=" in template:
        return "granite42"  # 4.2 calls tools in XML
    if "<tool_call>" in template or "<tools>" in template:
        return "granite4"
    if "<|tool_call|>" in template:
        return "granite3"
    called = " ".join(
        str(metadata.get(f"general.{key}", "")) for key in ("name", "basename", "version")
    )
    generation = re.search(r"(?<!\d)([34])\.\d", called)
    if generation:
        return f"granite{generation[1]}"
    return {"dbrx": "granite4", "refact": "granite3"}.get(
        str(metadata.get("tokenizer.ggml.pre")), "unknown"
    )


def _known(path: Path, name: str) -> str:
    if name in formats.names():
        return name
    raise ModelError(
        f"the chat format of {path.name} is {name}, which Mica does not speak; give one of "
        f"{', '.join(formats.names())} with --format, or serve it with llama-server and set "
        "MICA_BACKEND=remote"
    )


def _value(file: BinaryIO, kind: int) -> Any:
    if kind == _STRING:
        return _text(file)
    if kind == _ARRAY:
        inner, length = _number(file, "I"), _number(file, "Q")
        if inner in _SCALARS:
            file.seek(struct.calcsize(_SCALARS[inner]) * length, 1)
        elif inner == _STRING:
            for _ in range(length):
                file.seek(_number(file, "Q"), 1)
        else:
            raise ValueError("it has lists in lists")
        return None
    return _number(file, _SCALARS[kind])


def _text(file: BinaryIO) -> str:
    length = _number(file, "Q")
    if length > _LONGEST:
        raise ValueError("it is damaged")
    data = file.read(length)
    if len(data) != length:
        raise ValueError("it is cut off")
    return data.decode("utf-8", "replace")


def _number(file: BinaryIO, code: str) -> Any:
    return struct.unpack(f"<{code}", file.read(struct.calcsize(code)))[0]
