"""The steps around the model: route, retrieve, act, answer, and how a turn fails."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, cast

from langgraph.types import Command

from agents import other
from agents.router import Route
from graphs import finding
from graphs.citing import cited
from graphs.events import Answered, Failed, Retrieved, Routed, TextDelta
from graphs.filling import with_arguments
from graphs.notes import Notes, emit, step, timed
from graphs.parts import Parts
from graphs.reading import leaning
from graphs.retrying import announced
from graphs.routing import leans
from graphs.state import (
    State,
    add_usage,
    call_id,
    call_to_json,
    document_to_json,
    documents_of,
    message_id,
    messages_of,
    recent,
    tools_hash,
    usage_of,
)
from records.store import RecordsError
from runtime.types import (
    ChatPrompt,
    Completion,
    Delta,
    Document,
    FinishReason,
    GenerationOptions,
    Message,
    ToolCall,
    ToolSchema,
    collect,
)

_log = logging.getLogger("mica.graphs")
_STOPPED = "Stopped."
_WORDLESS = {
    None: "The model gave no answer. Try to say it another way.",
    "rejected": "I did not run it, as you decided.",
    "refused": "I did not run it: the command policy refuses it, as said above.",
    "error": "It did not work; what the tool said is above.",
    "timeout": "It did not finish in time; what the tool said is above.",
}
_UNREAD = "\n\nNothing could be looked up, so this may be wrong: {reason}. See `mica doctor`."
_SILENT = "The model gave no answer in words; what the tool returned is above."


class Thinking:
    """Steps that choose, look up and ask the model.

    `cancelled` returns the event that stops a conversation's turn.
    """

    def __init__(
        self, parts: Parts, notes: Notes, cancelled: Callable[[str], threading.Event]
    ) -> None:
        self.parts = parts
        self.notes = notes
        self.cancelled = cancelled

    @step
    def route(self, state: State) -> Command[str]:
        """Write the request down and choose who answers it."""
        started = time.perf_counter()
        request = Message("user", state["text"])
        self.notes.record(state, request, "user")
        # The turn keeps this build to its end, whatever becomes champion meanwhile.
        build = self.parts.build(self.parts.assign(state["conversation"], state.get("build")))
        told = finding.told(state)
        chosen = Route("other", 1.0) if told else finding.chosen(self.parts, state, request, build)
        emit(Routed(chosen.specialist, chosen.confidence, build.name, build.role))
        update: dict[str, Any] = {
            "build": build.name,
            "messages": [*state.get("messages", []), request.to_openai()],
            "specialist": chosen.specialist,
            "confidence": chosen.confidence,
            "follows": chosen.specialist == state.get("previous") and leans(chosen, state["text"]),
        }
        if chosen.specialist == "other":
            topic = other.topic(state["text"], unsure=chosen.unsure)
            update["answer"] = told or other.answer(topic)
            emit(TextDelta(update["answer"]))
        update["timings"] = timed(state, "route", time.perf_counter() - started)
        return Command(goto="answer" if update.get("answer") else "retrieve", update=update)

    @step
    def retrieve(self, state: State) -> Command[str]:
        """Look up what may help; where that fails, the answer is given and says so."""
        started = time.perf_counter()
        documents: tuple[Document, ...] = ()
        unread = ""
        read = leaning.reading(state) if state["follows"] else leaning.evident(state)
        state = cast(State, {**state, "follows": state["follows"] or read is not None})
        about = leaning.about(state) if read else ""
        try:
            documents = tuple(finding.found(self.parts, state, state["text"], read, about=about))
        except Exception as error:
            _log.exception("looking things up failed; answering without")
            unread = str(error)
        if documents:
            emit(Retrieved(tuple({document.id: document for document in documents}.values())))
        update: dict[str, Any] = {
            "documents": [document_to_json(document) for document in documents],
            "unread": unread,
            "follows": state["follows"],
            "reading": read.text if read and documents else "",
            "timings": timed(state, "retrieve", time.perf_counter() - started),
        }
        if documents and nearness(documents) < self.parts.build(state.get("build")).ask_below:
            update["answer"] = unsure(documents)
            emit(TextDelta(update["answer"]))
        return Command(goto="answer" if "answer" in update else "act", update=update)

    @step
    def act(self, state: State) -> Command[str]:
        """Ask the model for a tool call or the answer."""
        started = time.perf_counter()
        cancel = self.cancelled(state["conversation"])
        if cancel.is_set():
            return Command(goto="answer", update={"answer": _STOPPED, "finish": "cancelled"})
        final = state["final"] or state["steps"] >= self.parts.settings.max_steps
        again = announced(state)
        if again:
            emit(TextDelta(again))
        else:
            state = cast(State, {**state, **finding.next_part(self.parts, state)})
        completion, first = self._complete(state, final, cancel, started)
        timings = timed(state, "act", time.perf_counter() - started)
        if first is not None:
            timings.setdefault("first_delta", round(first, 4))
        spent = {
            "timings": timings,
            "usage": add_usage(state, completion.usage),
            "documents": state["documents"],
            "reading": state["reading"],
        }
        calls = () if final or completion.finish_reason == "cancelled" else completion.tool_calls
        if calls and self.parts.sandbox is None:
            proposal = propose(self.parts, calls)
            if proposal:
                emit(TextDelta(proposal))
                return Command(goto="answer", update={"answer": proposal, **spent})
        if calls:
            return self._take(state, again + completion.text, calls, spent)
        text = completion.text.strip() or self._wordless(state, completion)
        finish = completion.finish_reason
        update = {"answer": text, "finish": finish, **spent}
        return Command(goto="answer", update=update)

    def _complete(
        self, state: State, final: bool, cancel: threading.Event, started: float
    ) -> tuple[Completion, float | None]:
        first: float | None = None
        deltas: list[Delta] = []
        choice = "none" if final else "required" if leaning.waits(state) else "auto"
        options = GenerationOptions(
            **{
                "max_tokens": self.parts.settings.max_tokens,
                **state["options"],
                "tool_choice": choice,
            }
        )
        build = self.parts.build(state.get("build"))
        adapter = build.adapter(self.parts.adapter(state["specialist"]))
        prompt = prompt_of(self.parts, state)
        with self.parts.opened(build) as backend:
            for delta in backend.stream(prompt, options, adapter=adapter, cancel=cancel):
                if first is None:
                    first = time.perf_counter() - started
                deltas.append(delta)
                if delta.text:
                    emit(TextDelta(delta.text))
        return collect(iter(deltas)), first

    def _take(
        self, state: State, text: str, calls: tuple[ToolCall, ...], spent: dict[str, Any]
    ) -> Command[str]:
        # Ids of our own: a model's ids repeat, and the journal and the sandbox go by them.
        named = tuple(
            ToolCall(call_id(state["turn"], state["rounds"], index), call.name, call.arguments)
            for index, call in enumerate(calls)
        )
        message = Message("assistant", text, named)
        update = {
            "messages": [*state["messages"], message.to_openai()],
            "calls": [call_to_json(call) for call in named],
            "rounds": state["rounds"] + 1,
            **spent,
        }
        return Command(goto="judge", update=update)

    def _wordless(self, state: State, completion: Completion) -> str:
        if completion.finish_reason == "cancelled":
            return _STOPPED
        last = messages_of(state)[-1]
        text = _WORDLESS.get(last.status, _SILENT)
        emit(TextDelta(text))
        return text

    @step
    def answer(self, state: State) -> Command[str]:
        """Write the answer down with what it rests on, and say that it is complete."""
        timings = dict(state["timings"])
        timings["total"] = round(sum(v for k, v in timings.items() if k != "first_delta"), 4)
        text = state["answer"]
        if unread := state.get("unread"):
            caveat = _UNREAD.format(reason=unread.rstrip("."))
            emit(TextDelta(caveat))
            text += caveat
        message = Message("assistant", text)
        self.notes.record(state, message, "answer", self._meta(state, timings))
        emit(
            Answered(
                text,
                message_id(state["turn"]),
                _sources(state),
                timings,
                usage_of(state),
                cast(FinishReason, state["finish"]),
            )
        )
        previous = state["specialist"]
        return Command(
            goto="__end__",
            update={
                "messages": [*state["messages"], message.to_openai()],
                "previous": state.get("previous") if previous == "other" else previous,
                "recipe": _recipe(state),
                "asked": leaning.asked(state),
                "timings": timings,
            },
        )

    def _meta(self, state: State, timings: dict[str, float]) -> dict[str, Any]:
        specialist = self.parts.specialists.get(state["specialist"])
        schemas = self.parts.schemas(specialist.name) if specialist else ()
        adapter = self.parts.adapter(specialist.name) if specialist else None
        build = self.parts.build(state.get("build"))
        used = adapter if build.adapter(adapter) else None
        return {
            "message_id": message_id(state["turn"]),
            "specialist": state["specialist"],
            "confidence": round(state["confidence"], 4),
            "build": build.name if specialist else None,
            "role": build.role,
            "model": build.model if specialist else None,
            "model_build": build.hashes.get("") if specialist else None,
            "adapter": used,
            "adapter_build": build.hashes.get(used) if used else None,
            "tools": tools_hash(schemas),
            "sources": [
                {"id": document.id, "title": document.title, "source": document.source}
                for document in _sources(state)
            ],
            "documents": [document.id for document in documents_of(state)],
            "finish": state["finish"],
            "usage": state.get("usage", {}),
            "timings": timings,
        }

    def fail(self, state: State) -> Command[str]:
        """End the turn with its error. What happened before stays in the conversation."""
        error = state["error"] or "the request failed; send it again"
        said = Message("assistant", f"I could not finish this: {error}")
        messages = list(state.get("messages", []))
        if "route" in state["timings"]:  # Before that, the model has not seen the request.
            messages += [*_unsettled(state, error), said.to_openai()]
        with suppress(RecordsError):  # Where the records are what failed, there is no other place.
            for data in _unsettled(state, error):
                message = Message.from_openai(data)
                self.notes.record(state, message, str(message.tool_call_id), {"failed": True})
            meta = {**self._meta(state, state["timings"]), "failed": True}
            self.notes.record(state, said, "answer", meta)
        emit(Failed(error))
        return Command(goto="__end__", update={"messages": messages, "calls": []})


def _sources(state: State) -> tuple[Document, ...]:
    messages = messages_of(state)
    starts = [i for i, message in enumerate(messages) if message.role == "user"] or [0]
    return cited(documents_of(state), messages[starts[-1] :], state["answer"])


def nearness(documents: Sequence[Document]) -> float:
    """Return how near the nearest document that a command could come from is.

    Passages alone give no command, so where there is no recipe nothing has to be near.
    """
    if all(document.template is None for document in documents):
        return 1.0
    return max(document.score for document in documents)


def unsure(documents: Sequence[Document]) -> str:
    """Return the question for a request that is near to nothing."""
    titles = [document.title for document in documents if document.template is not None]
    nearest = "\n".join(f"- {title}" for title in titles[:3])
    return (
        "I am not sure what to do here, so I have done nothing. The nearest that I know is:\n"
        f"{nearest}\n\nSay it in other words, or say what should happen to which file or program."
    )


def _recipe(state: State) -> dict[str, Any] | None:
    """Return the recipe that this turn used last; where it used none, the one before it.

    What the turn bound to its slots is this turn's.
    """
    used = [*_called(state), *(document for document in _sources(state) if document.acts)]
    return document_to_json(replace(used[-1], bindings=())) if used else state.get("recipe")


def _called(state: State) -> list[Document]:
    """Return the documents of the tools that this turn called, in order."""
    messages = messages_of(state)
    start = max((i for i, m in enumerate(messages) if m.role == "user"), default=0)
    tools = {document.tool: document for document in documents_of(state) if document.tool}
    names = [call.name for message in messages[start:] for call in message.tool_calls]
    return [tools[name] for name in names if name in tools]


def _unsettled(state: State, error: str) -> list[dict[str, Any]]:
    """Return a tool message for each call that has none: chat templates want one each."""
    return [
        Message(
            "tool",
            f"not finished: {error}",
            tool_call_id=call["id"],
            name=call["name"],
            status="error",
        ).to_openai()
        for call in state["calls"]
    ]


def prompt_of(parts: Parts, state: State) -> ChatPrompt:
    """Return what the model is given: system message, recent turns, tools, documents."""
    specialist = parts.specialists[state["specialist"]]
    messages = recent(messages_of(state), parts.settings.history)
    recipe = state.get("recipe") if state["follows"] else None
    before = Document(**recipe) if recipe and recipe.get("tool") else None
    documents = with_arguments(
        documents_of(state), messages, follows=state["follows"], before=before
    )
    messages, documents = leaning.shown(messages, documents, state["reading"])
    return ChatPrompt(
        messages=(Message("system", specialist.system), *messages),
        tools=_offered(parts.schemas(specialist.name), documents),
        documents=documents,
        follows=state["follows"] and not state["reading"],
    )


def _offered(
    schemas: Sequence[ToolSchema], documents: Sequence[Document]
) -> tuple[ToolSchema, ...]:
    """Return the tools that were found near to the request; all where none was looked up.

    Fifty schemas would fill the context of a small model, and confuse it.
    """
    near = {document.tool for document in documents if document.tool}
    return tuple(schema for schema in schemas if schema.name in near) or tuple(schemas)


def propose(parts: Parts, calls: tuple[ToolCall, ...]) -> str | None:
    """Return what is said of commands that cannot run here; None where there is no command."""
    commands = [str(call.arguments.get("command", "")) for call in calls if call.name == "bash"]
    if not commands:
        return None
    lines = ["I cannot run commands here, so this has not been run. The command would be:"]
    for command in commands:
        decision = parts.judge(command)
        lines.append(f"\n```bash\n{command}\n```\n{decision.summary}")
    return "\n".join([*lines, f"\nWhy it cannot run: {parts.sandbox_problem}".rstrip()])
