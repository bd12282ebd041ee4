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
from graphs.previewing import Previews
from graphs.running import Running
from graphs.state import State
from graphs.thinking import Thinking
from graphs.undoing import Undoing, first_step

Graph = CompiledStateGraph[State, None, State, State]


def compile_graph(
    parts: Parts,
    checkpointer: BaseCheckpointSaver[Any],
    cancelled: Callable[[str], threading.Event],
) -> Graph:
    """Return the graph: route, retrieve, act, judge, preview, approve, run, and back to act.

    `cancelled` returns the event that stops a conversation's turn.
    """
    notes = Notes(parts)
    thinking = Thinking(parts, notes, cancelled)
    previews = Previews(parts, notes)
    approval = Approval(parts, notes, previews)
    running = Running(parts, notes, previews)
    undoing = Undoing(parts, notes)
    graph = StateGraph(State)
    graph.add_node("route", thinking.route, destinations=("retrieve", "answer", "fail"))
    graph.add_node("retrieve", thinking.retrieve, destinations=("act", "answer", "fail"))
    graph.add_node("act", thinking.act, destinations=("judge", "answer", "fail"))
    graph.add_node("judge", approval.judge, destinations=("run", "preview", "act", "fail"))
    graph.add_node("preview", previews.preview, destinations=("approve", "fail"))
    graph.add_node("approve", approval.approve, destinations=("run", "judge", "act", "fail"))
    graph.add_node("run", running.run, destinations=("judge", "act", "fail"))
    graph.add_node("answer", thinking.answer, destinations=("fail", "__end__"))
    graph.add_node("fail", thinking.fail, destinations=("__end__",))
    graph.add_node("undo", undoing.undo, destinations=("answer", "fail"))
    graph.add_conditional_edges(START, first_step, ["route", "undo"])
    return graph.compile(checkpointer=checkpointer)
