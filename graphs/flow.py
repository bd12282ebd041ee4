"""The wiring of the steps: which one follows which."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import START, StateGraph
from langgraph.graph.state import CompiledStateGraph

from graphs.approval import Approval
from graphs.notes import Notes
from graphs.parts import Parts
from graphs.running import Running
from graphs.state import State
from graphs.thinking import Thinking

Graph = CompiledStateGraph[State, None, State, State]


def compile_graph(
    parts: Parts,
    checkpointer: BaseCheckpointSaver[Any],
    cancelled: Callable[[str], threading.Event],
) -> Graph:
    """Return the graph: route, retrieve, act, judge, approve, run, and back to act.

    `cancelled` returns the event that stops a conversation's turn.
    """
    notes = Notes(parts)
    thinking = Thinking(parts, notes, cancelled)
    approval = Approval(parts, notes)
    running = Running(parts, notes)
    graph = StateGraph(State)
    graph.add_node("route", thinking.route, destinations=("retrieve", "answer", "fail"))
    graph.add_node("retrieve", thinking.retrieve, destinations=("act", "fail"))
    graph.add_node("act", thinking.act, destinations=("judge", "answer", "fail"))
    graph.add_node("judge", approval.judge, destinations=("run", "approve", "act", "fail"))
    graph.add_node("approve", approval.approve, destinations=("run", "judge", "act", "fail"))
    graph.add_node("run", running.run, destinations=("judge", "act", "fail"))
    graph.add_node("answer", thinking.answer, destinations=("fail", "__end__"))
    graph.add_node("fail", thinking.fail, destinations=("__end__",))
    graph.add_edge(START, "route")
    return graph.compile(checkpointer=checkpointer)
