"""Tools: typed functions that a model may call, each with a JSON schema made from its hints."""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_type_hints

import pydantic

from runtime.types import ToolSchema, ToolStatus


class ToolError(Exception):
    """A call that cannot be carried out. The text is written for the model that will read it."""


@dataclass(frozen=True)
class ToolContext:
    """Who is calling: the conversation and the id of the tool call."""

    conversation: str
    call_id: str


class Later:
    """Bytes that are made when they are first asked for, once, however many threads ask.

    `size` tells how many they will be; without it they are made to be counted. `make` must not
    fail: what can be wrong is checked before.
    """

    def __init__(self, make: Callable[[], bytes], size: Callable[[], int] | None = None) -> None:
        self._size = size
        self._make: Callable[[], bytes] | None = make
        self._made = b""
        self._lock = threading.Lock()

    @property
    def size(self) -> int:
        """How many bytes there are."""
        return self._size() if self._size else len(self.read())

    def read(self) -> bytes:
        """Return the bytes, made by the first call."""
        with self._lock:
            if self._make is not None:
                self._made = self._make()
                self._make = None
            return self._made


@dataclass(frozen=True)
class Artifact:
    """Something to see, hear or keep beside a tool's text.

    `content` may be made later, where not everybody looks at it: a sound, a file to keep.
    """

    kind: Literal["image", "audio", "file"]
    name: str
    mime: str
    content: bytes | Later

    @property
    def data(self) -> bytes:
        """The bytes. The first reading may take a while: not for an event loop."""
        return self.content if isinstance(self.content, bytes) else self.content.read()

    @property
    def size(self) -> int:
        """How many bytes there are; a sound is not made for it."""
        return len(self.content) if isinstance(self.content, bytes) else self.content.size


@dataclass(frozen=True)
class ToolResult:
    """What a call gave: text for the model and the person, and artifacts for the person.

    `exit_code` is a command's, where it ended by itself.
    """

    text: str
    artifacts: tuple[Artifact, ...] = ()
    status: ToolStatus = "ok"
    exit_code: int | None = None


@dataclass(frozen=True)
class Tool:
    """A named function with a JSON schema. Made by `tool`."""

    name: str
    description: str
    parameters: Mapping[str, Any]
    function: Callable[..., ToolResult]
    takes_context: bool = False

    @property
    def schema(self) -> ToolSchema:
        """What a model is told of this tool."""
        return ToolSchema(self.name, self.description, self.parameters)

    def call(self, arguments: Mapping[str, Any], context: ToolContext | None = None) -> ToolResult:
        """Check `arguments` against the schema and run the function.

        Raises:
            ToolError: an argument is missing, unknown or of the wrong type, or the function
                refused; the text says which and what is expected.
        """
        problem = self.problem(arguments)
        if problem:
            raise ToolError(f"{self.name}: {problem}")
        if self.takes_context:
            return self.function(context or ToolContext("none", "none"), **arguments)
        return self.function(**arguments)

    def problem(self, arguments: Mapping[str, Any]) -> str | None:
        """Return what is wrong with arguments and which are expected; None where they fit."""
        return _first_problem(arguments, self.parameters)


def _first_problem(arguments: Mapping[str, Any], schema: Mapping[str, Any]) -> str | None:
    import jsonschema

    validator = jsonschema.Draft202012Validator(dict(schema))
    error = jsonschema.exceptions.best_match(validator.iter_errors(dict(arguments)))
    if error is None:
        return None
    where = ".".join(str(part) for part in error.absolute_path)
    expected = ", ".join(schema.get("properties", {}))
    return f"{f'argument {where}: ' if where else ''}{error.message}; arguments are: {expected}"


def tool(function: Callable[..., ToolResult]) -> Tool:
    """Make a `Tool` from a function: its name, docstring and annotated parameters.

    The first paragraph of the docstring is the description. A first parameter annotated
    `ToolContext` is filled by the caller and is not part of the schema.
    """
    hints = get_type_hints(function, include_extras=True)
    fields: dict[str, Any] = {}
    takes_context = False
    for name, parameter in inspect.signature(function).parameters.items():
        if hints[name] is ToolContext:
            takes_context = True
            continue
        required = parameter.default is inspect.Parameter.empty
        fields[name] = (hints[name], ... if required else parameter.default)
    model = pydantic.create_model(
        function.__name__, __config__=pydantic.ConfigDict(extra="forbid"), **fields
    )
    parameters = model.model_json_schema()
    for spec in (parameters, *parameters.get("properties", {}).values()):
        spec.pop("title", None)
    description = (inspect.getdoc(function) or "").split("\n\n")[0].replace("\n", " ")
    return Tool(function.__name__, description, parameters, function, takes_context)
