"""One thread that owns a context and shares it fairly between requests.

Each request has a sequence of its own in the cache. A step evaluates the next tokens of all
requests with the same adapter in one batch; adapters take turns. llama.cpp evaluates in this
thread only, so any number of threads may submit.
"""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from runtime.cache import Placement, Slots
from runtime.llama import Batch, Context, Model
from runtime.request import Request
from runtime.types import BackendError, Delta

BATCH_TOKENS = 512  # the most in one evaluation
SHARED_PROMPT_TOKENS = 128  # the most of prompts in one evaluation while others decode
LOGITS_READ = 64  # the most logits read from one evaluation
_POLL_SECONDS = 0.02

Reads = dict[Request, list[tuple[int, int]]]  # per request: index in the batch, position


@dataclass(eq=False)
class _Task:
    """Something to do between two evaluations, once no request uses the adapter `after`."""

    work: Callable[[], Any]
    after: str | None
    done: Future[Any] = field(default_factory=Future)


class Scheduler:
    """Runs requests over one context until it is closed."""

    def __init__(
        self,
        model: Model,
        context: Context,
        slots: Slots,
        use_adapter: Callable[[str | None], None],
    ) -> None:
        self._model, self._context, self._slots = model, context, slots
        self._use_adapter = use_adapter
        self._waiting: deque[Request] = deque()
        self._active: deque[Request] = deque()
        self._running: frozenset[Request] = frozenset()
        self._tasks: list[_Task] = []
        self._changed = threading.Condition()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="llama", daemon=True)
        self._thread.start()

    def submit(self, request: Request) -> None:
        """Queue a request.

        Raises:
            BackendError: the scheduler is closed.
        """
        with self._changed:
            if self._closing:
                raise BackendError("this model was closed; open it again")
            self._waiting.append(request)
            self._changed.notify()

    def between(self, work: Callable[[], Any], *, after: str | None = None) -> Future[Any]:
        """Do something in the context's thread between two evaluations.

        With `after` it waits until no request that was submitted uses that adapter.

        Raises:
            BackendError: the scheduler is closed.
        """
        task = _Task(work, after)
        with self._changed:
            if self._closing:
                raise BackendError("this model was closed; open it again")
            self._tasks.append(task)
            self._changed.notify()
        return task.done

    def forget(self, adapter: str) -> None:
        """Empty the cache of what was evaluated with an adapter; for the context's thread only."""
        for number in self._slots.forget(adapter):
            self._context.truncate(number, 0)

    def items(self, request: Request) -> Iterator[Delta | float]:
        """Yield what a request puts out, watching its cancel event meanwhile."""
        timeout = _POLL_SECONDS if request.cancel is not None else None
        while True:
            try:
                item = request.out.get(timeout=timeout)
            except queue.Empty:
                if request.cancelled:
                    self.drop(request)
                continue
            if item is None:
                return
            if isinstance(item, Exception):
                raise item
            yield item

    def drop(self, request: Request) -> None:
        """End a request soon, from any thread; an evaluation under way is aborted."""
        request.dropped = True
        if request in self._running:
            self._context.abort()

    def close(self) -> None:
        """Cancel all requests and end the thread."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        for request in self._running:
            self.drop(request)
        self._thread.join()

    def _run(self) -> None:
        while self._wait_for_work():
            try:
                self._leave_cancelled()
                self._do_tasks()
                self._start_waiting()
                if self._active:
                    self._step()
            except Exception as error:  # one bad batch must not end the thread for all
                self._fail(self._running or [*self._active], error)
        for request in [*self._active, *self._waiting]:
            request.end("cancelled")
        for task in self._tasks:
            task.done.set_exception(BackendError("this model was closed; open it again"))

    def _wait_for_work(self) -> bool:
        with self._changed:
            while not (self._closing or self._waiting or self._active or self._tasks):
                self._changed.wait()
            return not self._closing

    def _do_tasks(self) -> None:
        with self._changed:
            used = {request.adapter for request in (*self._waiting, *self._active)}
            ready = [task for task in self._tasks if task.after is None or task.after not in used]
            self._tasks = [task for task in self._tasks if task not in ready]
        for task in ready:
            try:
                task.done.set_result(task.work())
            except Exception as error:
                task.done.set_exception(error)

    def _leave_cancelled(self) -> None:
        for request in [r for r in self._active if r.cancelled]:
            self._leave(request)
            request.end("cancelled")
        with self._changed:
            waiting = [r for r in self._waiting if r.cancelled]
            for request in waiting:
                self._waiting.remove(request)
        for request in waiting:
            request.end("cancelled")

    def _start_waiting(self) -> None:
        """Give slots to waiting requests in order, as long as there is room."""
        while self._waiting:
            request = self._waiting[0]
            placement = self._slots.place(
                request.adapter, request.tokens, request.reusable, request.limit
            )
            if placement is None:
                return
            self._waiting.popleft()
            self._active.append(request)
            self._prepare(placement)
            request.slot = self._slots.take(placement, request.adapter, request.limit)
            request.evaluated = request.cached = placement.prefix

    def _prepare(self, placement: Placement) -> None:
        """Bring the cache into the state that a placement describes."""
        for slot in placement.evicted:
            self._context.truncate(slot.number, 0)
        target, source = placement.slot.number, placement.source.number
        if target == source:
            self._context.truncate(target, placement.prefix)
        else:
            self._context.truncate(target, 0)
            self._context.share(source, target, placement.prefix)

    def _step(self) -> None:
        """Evaluate one batch for the adapter whose turn it is."""
        adapter = self._active[0].adapter
        batch, reads = self._fill([r for r in self._active if r.adapter == adapter])
        self._use_adapter(adapter)
        self._context.abort(False)
        self._running = frozenset(reads)
        # A request dropped before this line is seen by it; a later drop aborts the evaluation.
        done = not any(r.dropped for r in reads) and self._context.evaluate(batch)
        self._running = frozenset()
        for request in reads:
            if done:
                self._active.remove(request)
                self._active.append(request)
                self._advance(request, batch.counts[request.slot_number], reads[request])
            else:
                self._context.truncate(request.slot_number, request.evaluated)

    def _fill(self, group: list[Request]) -> tuple[Batch, Reads]:
        """Take the next token of those who decode, then as much of the prompts as fits."""
        batch, reads = Batch(), Reads()
        group = sorted(group, key=lambda r: r.goal - r.evaluated > 1)
        decoding = any(r.goal - r.evaluated == 1 for r in self._active)
        room = SHARED_PROMPT_TOKENS if decoding else BATCH_TOKENS
        logits = 0
        for request in group:
            wanted: list[tuple[int, int]] = []
            for position in range(request.evaluated, request.goal):
                read = request.reads(position)
                if len(batch.tokens) >= room or logits + read > LOGITS_READ:
                    break
                token = request.tokens[position]
                index = batch.add(token, position, request.slot_number, read)
                if read:
                    wanted.append((index, position))
                    logits += 1
                reads[request] = wanted
        return batch, reads

    def _advance(self, request: Request, count: int, reads: list[tuple[int, int]]) -> None:
        """Note what was evaluated, and let the request use the logits."""
        if request.slot is not None:
            end = request.evaluated + count
            request.slot.tokens.extend(request.tokens[request.evaluated : end])
            request.evaluated = end
        try:
            finished = False
            for index, position in reads:
                finished = request.take(position, self._context.logits(index), self._model)
            if finished:
                self._leave(request)
        except Exception as error:  # a decoder's mistake concerns its own request only
            self._leave(request)
            request.fail(error)

    def _leave(self, request: Request) -> None:
        self._active.remove(request)
        if request.slot is not None:
            self._context.truncate(request.slot_number, request.evaluated)
            self._slots.release(request.slot)

    def _fail(self, requests: Iterable[Request], error: Exception) -> None:
        self._running = frozenset()
        for request in requests:
            self._leave(request)
            request.fail(error)
