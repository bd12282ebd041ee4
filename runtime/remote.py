"""A `ChatBackend` over any OpenAI-compatible server: llama-server, vLLM, Ollama and others."""

from __future__ import annotations

import contextlib
import json
import queue
import socket
import threading
import uuid
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from runtime.types import (
    BackendError,
    ChatPrompt,
    Delta,
    Document,
    FinishReason,
    GenerationOptions,
    Message,
    ToolCall,
    Usage,
)

if TYPE_CHECKING:
    from openai import OpenAI

_GREEDY = GenerationOptions()
_LOOK = 0.05  # seconds between looks at `cancel`
_REASONS: dict[str, FinishReason] = {
    "stop": "stop",
    "length": "length",
    "tool_calls": "tool_calls",
    "function_call": "tool_calls",
    "content_filter": "stop",
}


class RemoteBackend:
    """A model on a server at `url` (which ends in `/v1`), called `model` there.

    `key` is the server's API key; empty where it asks for none. `seconds` is how long a
    silent server is waited for. Safe to use from many threads at once.
    """

    def __init__(self, url: str, model: str, key: str = "", *, seconds: float = 300.0) -> None:
        from openai import OpenAI, Timeout

        self.name = model
        self._url = url
        self._seconds = seconds
        # No retries: a completion that was begun would be paid for twice.
        self._client: OpenAI = OpenAI(
            base_url=url,
            api_key=key or "none",
            timeout=Timeout(seconds, connect=10.0),
            max_retries=0,
        )

    def stream(
        self,
        prompt: ChatPrompt,
        options: GenerationOptions = _GREEDY,
        *,
        adapter: str | None = None,
        cancel: threading.Event | None = None,
    ) -> Iterator[Delta]:
        """Yield deltas; a tool call comes when it is whole, calls after all text.

        Raises:
            BackendError: the server cannot be reached, refuses, or breaks off; or an adapter
                is asked for, which no such server can be asked for by request.
        """
        if adapter is not None:
            raise BackendError(
                f"the server's model {self.name} has no adapter {adapter!r}; serve the adapter "
                "under a name of its own and set MICA_REMOTE_MODEL to that"
            )
        reading = _Reading(self._client, self._request(prompt, options))
        answer = _Answer()
        try:
            for chunk in reading.chunks(cancel):
                yield from answer.take(chunk)
            stopped = cancel is not None and cancel.is_set() and answer.reason is None
            yield from answer.end("cancelled" if stopped else None)
        except BackendError:
            raise
        except Exception as error:
            raise self._explained(error) from error
        finally:
            reading.close()

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _request(self, prompt: ChatPrompt, options: GenerationOptions) -> dict[str, Any]:
        request: dict[str, Any] = {
            "model": self.name,
            "messages": _messages(prompt),
            "max_tokens": options.max_tokens,
            "temperature": options.temperature,
            "top_p": options.top_p,
            "seed": options.seed,
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        if options.stop:
            request["stop"] = list(options.stop)
        if prompt.tools:
            request["tools"] = [schema.to_openai() for schema in prompt.tools]
            request["tool_choice"] = options.tool_choice
        if options.logprobs:
            request["logprobs"] = True
        return request

    def _explained(self, error: Exception) -> BackendError:
        import openai

        where = f"the model server {self._url}"
        # While a stream is read, the errors are those of the client's HTTP library.
        if isinstance(error, openai.APITimeoutError) or "Timeout" in type(error).__name__:
            return BackendError(
                f"{where} said nothing for {self._seconds:g} s; ask again, or see whether it hangs"
            )
        if isinstance(error, openai.AuthenticationError | openai.PermissionDeniedError):
            return BackendError(f"{where} refuses the key; set MICA_REMOTE_KEY")
        if isinstance(error, openai.NotFoundError):
            return BackendError(
                f"{where} has no model {self.name!r}, or its address is not right; set "
                "MICA_REMOTE_MODEL, and MICA_REMOTE_URL to an address that ends in /v1"
            )
        if isinstance(error, openai.RateLimitError):
            return BackendError(f"{where} is busy; ask again later")
        if isinstance(error, openai.APIStatusError):
            return BackendError(f"{where} answers {error.status_code}: {_first_line(error)}")
        if isinstance(error, openai.APIConnectionError):
            return BackendError(
                f"{where} cannot be reached; start it, or set MICA_REMOTE_URL ({_cause(error)})"
            )
        return BackendError(f"{where} broke off: {_first_line(error)}; ask again")


class _Reading:
    """Reads a completion in a thread, so that a silent server can be left at once."""

    def __init__(self, client: OpenAI, request: dict[str, Any]) -> None:
        self._client, self._request = client, request
        self._items: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._left = False
        self._response: Any = None

    def chunks(self, cancel: threading.Event | None) -> Iterator[Any]:
        """Yield chunks until the stream ends or `cancel` is set."""
        threading.Thread(target=self._run, name="mica-remote", daemon=True).start()
        while cancel is None or not cancel.is_set():
            try:
                item = self._items.get(timeout=None if cancel is None else _LOOK)
            except queue.Empty:
                continue
            if item is None:
                return
            if isinstance(item, Exception):
                raise item
            yield item

    def close(self) -> None:
        """Leave the stream: the server sees the connection close."""
        with self._lock:
            self._left = True
            response = self._response
        if response is not None:
            _hang_up(response)

    def _run(self) -> None:
        try:
            with self._client.chat.completions.create(**self._request) as stream:
                with self._lock:
                    self._response = stream.response
                    left = self._left
                if left:
                    return
                for chunk in stream:
                    self._items.put(chunk)
            with self._lock:
                self._response = None
        except Exception as error:
            self._items.put(error)
        finally:
            self._items.put(None)


def _hang_up(response: Any) -> None:
    """Shut the socket down; closing it would not wake the thread that reads from it."""
    stream = response.extensions.get("network_stream")
    connection = stream.get_extra_info("socket") if stream is not None else None
    if connection is not None:
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)


class _Answer:
    """Puts the pieces of tool calls together and keeps how the completion ended."""

    def __init__(self) -> None:
        self.reason: FinishReason | None = None
        self._calls: dict[int, dict[str, str]] = {}
        self._usage: Usage | None = None

    def take(self, chunk: Any) -> Iterator[Delta]:
        """Read one chunk of the stream."""
        if chunk.usage is not None:
            details = chunk.usage.prompt_tokens_details
            cached = (details.cached_tokens if details else None) or 0
            self._usage = Usage(chunk.usage.prompt_tokens, chunk.usage.completion_tokens, cached)
        for choice in chunk.choices[:1]:
            for piece in (choice.delta.tool_calls if choice.delta else None) or ():
                self._add(piece)
            text = (choice.delta.content if choice.delta else None) or ""
            logprob = _logprob(choice)
            if text or logprob is not None:
                yield Delta(text=text, logprob=logprob)
            if choice.finish_reason:
                self.reason = _REASONS.get(choice.finish_reason, "stop")

    def end(self, reason: FinishReason | None) -> Iterator[Delta]:
        """Yield the tool calls and the last delta.

        Raises:
            BackendError: the server closed the stream before the completion had ended.
        """
        reason = reason or self.reason
        if reason is None:
            raise BackendError("the model server closed the stream too early; ask again")
        called = False
        for _, call in sorted(self._calls.items()) if reason != "cancelled" else ():
            delta = _whole(call)
            called |= delta.tool_call is not None
            yield delta
        if reason in ("stop", "tool_calls"):
            reason = "tool_calls" if called else "stop"  # Some servers say "stop" for both.
        yield Delta(finish_reason=reason, usage=self._usage or Usage())

    def _add(self, piece: Any) -> None:
        call = self._calls.setdefault(piece.index or 0, {"id": "", "name": "", "arguments": ""})
        call["id"] = call["id"] or piece.id or ""
        if piece.function is not None:
            call["name"] += piece.function.name or ""
            call["arguments"] += piece.function.arguments or ""


def _whole(call: dict[str, str]) -> Delta:
    """Return a finished call; what cannot be read as one is given as text."""
    try:
        arguments = json.loads(call["arguments"] or "{}")
    except ValueError:
        arguments = None
    if not call["name"] or not isinstance(arguments, dict):
        return Delta(text=f"{call['name']} {call['arguments']}".strip())
    return Delta(
        tool_call=ToolCall(call["id"] or f"call_{uuid.uuid4().hex[:24]}", call["name"], arguments)
    )


def _logprob(choice: Any) -> float | None:
    tokens = choice.logprobs.content if choice.logprobs is not None else None
    return sum(token.logprob for token in tokens) if tokens else None


def _messages(prompt: ChatPrompt) -> list[dict[str, Any]]:
    """Return OpenAI messages; all that is for the system stands in one message at the start.

    Many chat templates take a system message at the start only, and none knows documents.
    """
    system = [message.content for message in prompt.messages if message.role == "system"]
    system += [_passage(document) for document in prompt.references]
    out = [Message("system", "\n\n".join(system)).to_openai()] if system else []
    for message in prompt.messages:
        if message.role != "system":
            fields = message.to_openai()
            fields.pop("status", None)
            fields.pop("name", None)
            out.append(fields)
    return out


def _passage(document: Document) -> str:
    lines = [f"Reference: {document.title} ({document.source})", document.text]
    if document.template is not None:
        lines.append(f"Command: {document.template}")
    return "\n".join(lines)


def _first_line(error: Exception) -> str:
    return next(iter(_lines(str(error))), type(error).__name__)[:300]


def _lines(text: str) -> Iterable[str]:
    return (line for line in text.splitlines() if line.strip())


def _cause(error: Exception) -> str:
    return _first_line(error.__cause__ if isinstance(error.__cause__, Exception) else error)
