"""The LangChain model: inside a LangGraph graph with a tool node, streaming, asyncio."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from langchain_core.messages import AIMessageChunk, HumanMessage, SystemMessage, ToolMessage
from langchain_core.tools import tool
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode, tools_condition

from runtime.fake import ScriptedBackend
from runtime.langchain import MicaChatModel
from runtime.types import BackendError, ChatPrompt, Delta, Document, GenerationOptions, ToolCall


@tool
def semitones(interval: str) -> int:
    """Count the semitones of an interval."""
    return {"perfect fourth": 5}[interval]


def graph(backend: ScriptedBackend) -> Any:
    model = MicaChatModel(backend=backend, adapter="composer").bind_tools([semitones])

    def ask(state: MessagesState) -> dict[str, Any]:
        return {"messages": [model.invoke(state["messages"])]}

    async def aask(state: MessagesState) -> dict[str, Any]:
        return {"messages": [await model.ainvoke(state["messages"])]}

    from langchain_core.runnables import RunnableLambda

    building = StateGraph(MessagesState)
    building.add_node("ask", RunnableLambda(ask, aask))
    building.add_node("tools", ToolNode([semitones]))
    building.add_edge(START, "ask")
    building.add_conditional_edges("ask", tools_condition)
    building.add_edge("tools", "ask")
    return building.compile()


SCRIPT = [ToolCall("call_1", "semitones", {"interval": "perfect fourth"}), "It has five."]


async def test_a_graph_with_a_tool_node():
    asked = {"messages": [HumanMessage("how wide is a perfect fourth")]}
    for run in (graph(ScriptedBackend(SCRIPT)).invoke, graph(ScriptedBackend(SCRIPT)).ainvoke):
        done = run(asked)
        messages = (done if isinstance(done, dict) else await done)["messages"]
        assert [message.type for message in messages] == ["human", "ai", "tool", "ai"]
        assert messages[1].tool_calls[0]["args"] == {"interval": "perfect fourth"}
        assert messages[1].response_metadata["finish_reason"] == "tool_calls"
        assert messages[2].content == "5"
        assert messages[3].content == "It has five."
        assert messages[3].usage_metadata["output_tokens"] == 3


def test_what_the_backend_is_asked():
    backend = ScriptedBackend(SCRIPT)
    graph(backend).invoke({"messages": [SystemMessage("be brief"), HumanMessage("how wide")]})
    first, second = backend.prompts
    assert [message.role for message in first.messages] == ["system", "user"]
    (schema,) = first.tools
    assert schema.name == "semitones"
    assert schema.parameters["properties"]["interval"]["type"] == "string"
    assert second.messages[2].tool_calls == (SCRIPT[0],)
    assert second.messages[3].tool_call_id == "call_1"
    assert backend.adapters == ["composer", "composer"]


def test_a_failed_tool_is_told_as_such():
    backend = ScriptedBackend(["sorry"])
    failed = ToolMessage("no such interval", tool_call_id="call_1", status="error")
    MicaChatModel(backend=backend).invoke([HumanMessage("x"), failed])
    assert backend.prompts[0].messages[-1].status == "error"


def test_options_and_documents_of_a_call():
    backend = ScriptedBackend(["one", "two"])
    model = MicaChatModel(backend=backend, options=GenerationOptions(max_tokens=9, seed=4))
    document = Document("d", "Title", "Text", "file")
    model.invoke("x", stop=["\n"], temperature=0.5, documents=[document], adapter="sysadmin")
    model.invoke("x")
    assert backend.options[0] == GenerationOptions(9, temperature=0.5, seed=4, stop=("\n",))
    assert backend.options[1] == GenerationOptions(9, seed=4)
    assert backend.prompts[0].documents == (document,)
    assert backend.adapters == ["sysadmin", None]


@pytest.mark.parametrize(
    ("choice", "meant", "offered"),
    [(None, "auto", 2), ("any", "required", 2), ("none", "none", 2), ("semitones", "required", 1)],
)
def test_tool_choice(choice: str | None, meant: str, offered: int):
    other = {"type": "function", "function": {"name": "other", "description": "Other."}}
    backend = ScriptedBackend(["x"])
    MicaChatModel(backend=backend).bind_tools([semitones, other], tool_choice=choice).invoke("x")
    assert backend.options[0].tool_choice == meant
    assert len(backend.prompts[0].tools) == offered
    with pytest.raises(ValueError, match="there are semitones"):
        MicaChatModel(backend=backend).bind_tools([semitones], tool_choice="octaves")


async def test_streams_add_up_to_the_message():
    calls = [ToolCall(f"c{i}", "semitones", {"interval": str(i)}) for i in range(2)]

    def streaming() -> MicaChatModel:
        return MicaChatModel(backend=ScriptedBackend([["Let me see.", *calls]]))

    chunks = list(streaming().stream("x"))
    later = [chunk async for chunk in streaming().astream("x")]
    for found in (chunks, later):
        whole = found[0]
        for chunk in found[1:]:
            whole += chunk
        assert isinstance(whole, AIMessageChunk)
        assert whole.content == "Let me see."
        assert [call["args"] for call in whole.tool_calls] == [{"interval": "0"}, {"interval": "1"}]
        assert whole.usage_metadata["total_tokens"] == 6
        assert whole.response_metadata["finish_reason"] == "tool_calls"
    assert [chunk.content for chunk in chunks if chunk.content] == ["Let", " me", " see."]


class EndlessBackend:
    """Goes on until it is cancelled."""

    name = "endless"

    def __init__(self) -> None:
        self.begun, self.cancelled = threading.Event(), threading.Event()

    def stream(
        self,
        prompt: ChatPrompt,
        options: GenerationOptions = GenerationOptions(),  # noqa: B008
        *,
        adapter: str | None = None,
        cancel: threading.Event | None = None,
    ) -> Iterator[Delta]:
        assert cancel is not None
        self.begun.set()
        yield Delta(text="on and on")
        if cancel.wait(300):
            self.cancelled.set()
        yield Delta(finish_reason="cancelled")

    def close(self) -> None: ...


async def test_leaving_an_asynchronous_call_stops_the_model():
    import asyncio

    backend = EndlessBackend()
    call = asyncio.create_task(MicaChatModel(backend=backend).ainvoke("x"))
    assert await asyncio.to_thread(backend.begun.wait, 300)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert await asyncio.to_thread(backend.cancelled.wait, 300)


async def test_errors_come_through():
    with pytest.raises(BackendError, match="too long"):
        MicaChatModel(backend=ScriptedBackend([BackendError("too long")])).invoke("x")
    with pytest.raises(BackendError, match="too long"):
        await MicaChatModel(backend=ScriptedBackend([BackendError("too long")])).ainvoke("x")
