"""A LangChain chat model over any `ChatBackend`, so that LangGraph code can use Mica's models."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, cast

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import LanguageModelInput
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    BaseMessage,
    ToolMessage,
    convert_to_openai_messages,
)
from langchain_core.messages.ai import InputTokenDetails, UsageMetadata
from langchain_core.messages.tool import tool_call, tool_call_chunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import ConfigDict, SkipValidation

from runtime.types import (
    ChatBackend,
    ChatPrompt,
    Completion,
    Delta,
    Document,
    GenerationOptions,
    Message,
    ToolSchema,
    Usage,
    collect,
)

_OPTIONS = ("max_tokens", "temperature", "top_p", "seed")


class MicaChatModel(BaseChatModel):
    """A chat model whose completions come from `backend`, with `adapter` and `options`.

    A call may give `max_tokens`, `temperature`, `top_p`, `seed`, `stop`, `adapter` and
    `documents` (runtime documents) of its own. Closing an asynchronous stream early, or
    cancelling its task, stops the model.

    Raises:
        BackendError: from every call, what the backend raises.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    backend: SkipValidation[ChatBackend]
    adapter: str | None = None
    options: GenerationOptions = GenerationOptions()

    @property
    def _llm_type(self) -> str:
        return "mica"

    @property
    def _identifying_params(self) -> dict[str, Any]:
        return {"model": self.backend.name, "adapter": self.adapter}

    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: str | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Offer tools. `tool_choice` is auto, none, any, required, or the name of one tool.

        Raises:
            ValueError: no tool is called `tool_choice`.
        """
        schemas = [convert_to_openai_tool(tool) for tool in tools]
        names = [schema["function"]["name"] for schema in schemas]
        choice = {None: "auto", "any": "required"}.get(tool_choice, tool_choice)
        if choice in names:
            schemas = [schema for schema in schemas if schema["function"]["name"] == choice]
            choice = "required"
        elif choice not in ("auto", "none", "required"):
            raise ValueError(f"no tool is called {choice!r}; there are {', '.join(names)}")
        bound = self.bind(tools=schemas, tool_choice=choice, **kwargs)
        return cast("Runnable[LanguageModelInput, AIMessage]", bound)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return _result(collect(self._deltas(messages, stop, kwargs)), self.backend.name)

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        cancel = threading.Event()
        try:
            completion = await asyncio.to_thread(
                lambda: collect(self._deltas(messages, stop, kwargs, cancel))
            )
        finally:
            cancel.set()
        return _result(completion, self.backend.name)

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        chunks = _Chunks(self.backend.name)
        for delta in self._deltas(messages, stop, kwargs):
            chunk = chunks.of(delta)
            if run_manager:
                run_manager.on_llm_new_token(delta.text, chunk=chunk)
            yield chunk

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        cancel = threading.Event()
        chunks = _Chunks(self.backend.name)
        deltas = self._deltas(messages, stop, kwargs, cancel)
        try:
            while (delta := await asyncio.to_thread(next, deltas, None)) is not None:
                chunk = chunks.of(delta)
                if run_manager:
                    await run_manager.on_llm_new_token(delta.text, chunk=chunk)
                yield chunk
        finally:
            cancel.set()

    def _deltas(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None,
        extra: dict[str, Any],
        cancel: threading.Event | None = None,
    ) -> Iterator[Delta]:
        documents: tuple[Document, ...] = tuple(extra.get("documents") or ())
        prompt = ChatPrompt(_messages(messages), _schemas(extra.get("tools") or ()), documents)
        given = {name: extra[name] for name in _OPTIONS if extra.get(name) is not None}
        options = replace(
            self.options,
            stop=tuple(stop) if stop else self.options.stop,
            tool_choice=extra.get("tool_choice") or self.options.tool_choice,
            **given,
        )
        adapter = extra.get("adapter", self.adapter)
        return self.backend.stream(prompt, options, adapter=adapter, cancel=cancel)


class _Chunks:
    """Turns deltas into chunks; tool calls are numbered in their order."""

    def __init__(self, model: str) -> None:
        self._model = model
        self._calls = 0

    def of(self, delta: Delta) -> ChatGenerationChunk:
        """Return the chunk of one delta."""
        calls = []
        if delta.tool_call is not None:
            calls.append(
                tool_call_chunk(
                    name=delta.tool_call.name,
                    args=json.dumps(dict(delta.tool_call.arguments), ensure_ascii=False),
                    id=delta.tool_call.id,
                    index=self._calls,
                )
            )
            self._calls += 1
        ended = delta.finish_reason is not None
        message = AIMessageChunk(
            content=delta.text,
            tool_call_chunks=calls,
            usage_metadata=_usage(delta.usage) if delta.usage else None,
            response_metadata=(
                {"finish_reason": delta.finish_reason, "model_name": self._model} if ended else {}
            ),
            chunk_position="last" if ended else None,
        )
        return ChatGenerationChunk(message=message)


def _messages(messages: Sequence[BaseMessage]) -> tuple[Message, ...]:
    out = []
    for message in messages:
        (data,) = convert_to_openai_messages([message], text_format="string")
        read = Message.from_openai(data)
        if isinstance(message, ToolMessage):
            read = replace(read, status="error" if message.status == "error" else "ok")
        out.append(read)
    return tuple(out)


def _schemas(tools: Sequence[dict[str, Any]]) -> tuple[ToolSchema, ...]:
    functions = [tool["function"] for tool in tools]
    return tuple(
        ToolSchema(f["name"], f.get("description", ""), f.get("parameters", {"type": "object"}))
        for f in functions
    )


def _result(completion: Completion, model: str) -> ChatResult:
    message = AIMessage(
        content=completion.text,
        tool_calls=[
            tool_call(name=call.name, args=dict(call.arguments), id=call.id)
            for call in completion.tool_calls
        ],
        usage_metadata=_usage(completion.usage),
        response_metadata={"finish_reason": completion.finish_reason, "model_name": model},
    )
    return ChatResult(generations=[ChatGeneration(message=message)])


def _usage(usage: Usage) -> UsageMetadata:
    return UsageMetadata(
        input_tokens=usage.prompt_tokens,
        output_tokens=usage.completion_tokens,
        total_tokens=usage.prompt_tokens + usage.completion_tokens,
        input_token_details=InputTokenDetails(cache_read=usage.cached_tokens),
    )
