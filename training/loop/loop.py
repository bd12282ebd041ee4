"""Runs a loop, stage by stage; what a stage has done is on the disk before the next one begins."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from records.store import Store
from records.whole import is_full, write_whole
from runtime.models.entry import ModelFile, sha256_of
from runtime.models.registry import CHAMPION, Registry
from sandboxes import Sandbox
from tools import Tool
from tools.knowledge.recipes import load_recipes
from tools.knowledge.tool_asks import load_wordings
from training.dataset import Dataset, Row, build
from training.gate import config as gate_config
from training.gate.judge import judge
from training.learning import rows as lesson_rows
from training.learning.generalise import Taught, taught
from training.loop import card, state
from training.loop.config import Config
from training.loop.errors import LoopError
from training.loop.state import Loop, Stage
from training.runs.recipe import Recipe
from training.runs.runs import Runs

Say = Callable[[str], None]
LEARNED, ROWS, FEEDBACK = "learned.jsonl", "rows.jsonl", "feedback.json"


@dataclass(frozen=True)
class Looper:
    """What the stages need. `tools` are those of today by name, `say` tells how it goes."""

    store: Store
    registry: Registry
    sandbox: Sandbox | None
    tools: Mapping[str, Tool]
    config: Config
    say: Say = lambda text: None

    def run(self, specialist: str) -> Loop:
        """Run a loop for a specialist, or go on with the one that was cut short.

        Returns:
            The loop as it ended: the build serves (`served`) or is registered only (`kept`), the
            gate stopped it, or nothing was new.

        Raises:
            LoopBusyError: another loop is running.
            LoopError, DatasetError, GateError, TrainingError, BackendError, RecordsError: a stage
                failed, or the disk is full; the next run goes on there.
        """
        try:
            with state.alone():
                return self._through(self._begun(specialist))
        except OSError as error:
            what = error.filename or state.loops_folder()
            advice = "make room" if is_full(error) else "check the folder and its permissions"
            raise LoopError(f"{what}: {error.strerror or error}; {advice}") from error

    def _begun(self, specialist: str) -> Loop:
        """Return the loop of a specialist that was cut short, or a new one."""
        champion = self.registry.entry(CHAMPION).name
        loop = state.unfinished(specialist)
        if loop is None or loop.champion != champion:
            return state.begin(specialist, champion)
        if loop.stage != "dataset":
            self.say(f"going on with {loop.id} at: {loop.stage}")
        return loop

    def _through(self, loop: Loop) -> Loop:
        stages: Mapping[Stage, Callable[[Loop], Loop]] = {
            "dataset": self._dataset,
            "lessons": self._lessons,
            "train": self._train,
            "register": self._register,
            "gate": self._gate,
            "decide": self._decide,
        }
        loop = loop.at(loop.stage, ending="", error="")
        while not loop.ending:
            try:
                loop = stages[loop.stage](loop)
            except Exception as error:
                # On a full disk it stays unfinished, which goes on just as well.
                with suppress(OSError):
                    loop.end("failed", str(error))
                raise
        return loop

    def _dataset(self, loop: Loop) -> Loop:
        self.say("building the dataset: commands and calls are run again")
        made = build(self.store, loop.specialist, sandbox=self.sandbox, tools=self.tools)
        known = state.learned_before(loop.specialist)
        ids = {row.id: row.lineage.feedback for row in made.rows if row.teaches}
        fresh = tuple(row for row, feedback in ids.items() if not set(feedback) <= known)
        self.say(
            f"dataset {made.name}: {len(made.rows)} rows, {len(fresh)} of them new, "
            f"{len(made.rejected)} pieces of feedback left out"
        )
        kept = {"dataset": str(made.folder), "version": made.version, "fresh": fresh}
        if len(fresh) < self.config.least:
            wanted = f"{len(fresh)} corrections are new, and {self.config.least} are wanted"
            return loop.end("nothing new", wanted, **kept)
        if stopped := state.stopped(loop.specialist, loop.champion, made.version):
            why = (
                f"the gate stopped a build of this very feedback, in {stopped}; correct or exclude"
            )
            return loop.end("nothing new", f"{why} some of it", **kept)
        return loop.at("lessons", **kept)

    def _lessons(self, loop: Loop) -> Loop:
        dataset = Dataset.load(Path(loop.dataset))
        made = self._taught(dataset.rows)
        made.learned.write(loop.folder / LEARNED)
        feedback = sorted({each for row in dataset.rows for each in row.lineage.feedback})
        write_whole(loop.folder / FEEDBACK, json.dumps(feedback))
        learned = made.learned
        self.say(
            f"learned {len(learned.recipes)} commands, {len(learned.wordings)} wordings and "
            f"{len(learned.notes)} answers to look up"
        )
        left_out = tuple(made.left_out.items())
        if not self.config.recipe:
            return loop.at("register", left_out=left_out)
        # Everything is looked up; what is held out of the training measures the adapter.
        lessons = self._taught([row for row in dataset.rows if row.split == "train"])
        config = self.config
        found = lesson_rows.rows(
            lessons.learned,
            loop.specialist,
            copies=config.copies,
            replay=config.replay,
            seed=config.seed,
        )
        self.say(f"{lesson_rows.write(loop.folder / ROWS, found)} rows to train on")
        return loop.at("train", left_out=left_out)

    @staticmethod
    def _taught(rows: Sequence[Row]) -> Taught:
        return taught(rows, book=load_recipes(), piles=_piles())

    def _train(self, loop: Loop) -> Loop:
        runs = Runs()
        if not loop.run:
            config = self.config
            recipe = Recipe.load(
                config.recipe,
                data=str(loop.folder),
                specialist=loop.specialist,
                base=loop.champion,
                minutes=config.minutes,
                seed=config.seed,
            )
            loop = loop.at("train", run=runs.start(recipe).id)
        self.say(f"training {loop.run}")
        run = runs.execute(runs.get(loop.run), lambda seen: self.say(_progress(seen)))
        if run.state != "finished":
            reason = run.error or f"`mica train resume {run.id}` goes on"
            raise LoopError(f"the training run {run.id} is {run.state}: {reason}")
        return loop.at("register")

    def _register(self, loop: Loop) -> Loop:
        champion = self.registry.resolve(loop.champion)
        adapters = dict(champion.adapter_files)
        if loop.run:
            adapters[loop.specialist] = _file(Runs().get(loop.run).adapter)
        learned = {**champion.learned, loop.specialist: _file(loop.folder / LEARNED)}
        name = f"{loop.specialist}-{loop.version[:8]}-{loop.id[-4:]}"
        written = card.write(loop, Dataset.load(Path(loop.dataset)))
        made = self.registry.register(
            replace(
                champion,
                name=name,
                parent=champion.name,
                adapter_files=adapters,
                learned=learned,
                card=written,
            )
        )
        self.say(f"registered {made.name}, version {made.version}")
        return loop.at("gate", build=made.name)

    def _gate(self, loop: Loop) -> Loop:
        self.say(f"the gate: {loop.build} against {loop.champion}")
        dataset = Dataset.load(Path(loop.dataset))
        rows = [row for row in dataset.rows if row.id in loop.fresh]
        file = Path(self.config.gate) if self.config.gate else None
        verdict = judge(
            loop.champion,
            loop.build,
            gate_config.load(file),
            rows,
            folder=loop.folder,
            progress=None,
        )
        for check in verdict.checks:
            self.say(f"{'passed' if check.passed else 'FAILED'}  {check.name}: {check.text}")
        reasons = tuple(check.text for check in verdict.checks if not check.passed)
        return loop.at("decide", passed=verdict.passed, reasons=reasons)

    def _decide(self, loop: Loop) -> Loop:
        if not loop.passed:
            return loop.end("stopped at the gate")
        then = self.config.then
        if then == "promote":
            self.registry.promote(loop.build)
        elif then == "challenge":
            self.registry.challenge(loop.build, self.config.share)
        return loop.end("kept" if then == "nothing" else "served")


def _piles() -> dict[str, dict[str, list[Any]]]:
    """Return the values of each tool's arguments that its own wordings are filled with."""
    found: dict[str, dict[str, list[Any]]] = {}
    for wording in load_wordings():
        of_tool = found.setdefault(wording.tool, {})
        for name, values in wording.values.items():
            of_tool.setdefault(name, list(values))
    return found


def _file(path: Path) -> ModelFile:
    return ModelFile(path, path.stat().st_size, sha256_of(path))


def _progress(seen: Any) -> str:
    loss = "" if seen.loss is None else f", loss {seen.loss:.3f}"
    left = "" if seen.eta is None else f", {seen.eta:.0f} s left"
    return f"step {seen.step}, {seen.done:.0%}{loss}{left}"
