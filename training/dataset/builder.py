"""Makes a dataset of one specialist from the feedback in the records."""

from __future__ import annotations

import hashlib
import json
import logging
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from agents.router import Router
from agents.specialist import Specialist, load_all
from graphs import routing
from graphs.state import tools_hash
from records.feedback import FeedbackItem
from records.store import Store
from sandboxes import Sandbox
from tools import Tool
from tools.bash.policy.decision import Decision
from tools.bash.policy.judge import judge
from training.dataset import agree, balance, card, contamination, folder, formats, leaning, rows
from training.dataset.balance import SHARES, Shares
from training.dataset.candidate import Call, Candidate, Leans, Turn, candidate
from training.dataset.folder import Dataset, DatasetError, as_lines
from training.dataset.personal import Masker
from training.dataset.rerun import Rerun, RunError
from training.dataset.row import Rejected, Row
from training.dataset.valid import control_problem, safety_problem, schema_problem
from training.evaluate.tables import FOLDER

_log = logging.getLogger("mica.training")
FORMAT = 2
"""Goes up when the same feedback gives other rows or files."""
Progress = Callable[[int, int], None]


def build(
    store: Store,
    specialist: str,
    out: Path | None = None,
    *,
    sandbox: Sandbox | None,
    tools: Mapping[str, Tool],
    judge: Callable[[str], Decision] = judge,
    evaluations: Path = FOLDER,
    shares: Shares = SHARES,
    progress: Progress | None = None,
) -> Dataset:
    """Make the dataset of a specialist, or return the one that the same feedback gave before.

    `tools` are those of today by name, with a bash that runs in `sandbox`; `out` is the folder of
    datasets (default `$MICA_HOME/datasets`), `evaluations` that of the sets to keep out of it.
    `progress` is called with how many pieces of feedback are done, and of how many.

    Raises:
        DatasetError: there is no such specialist, no sandbox to run its commands in, no
            evaluation set, another build goes on, or the dataset cannot be written.
        RecordsError: the feedback cannot be read.
    """
    known = load_all()
    if specialist not in known:
        raise DatasetError(f"there is no specialist {specialist}; there are {', '.join(known)}")
    if "bash" in known[specialist].tools and sandbox is None:
        raise DatasetError(
            f"what {specialist} learns is run again first, and there is no sandbox to run commands "
            "in; `mica doctor` says how to get one"
        )
    builder = _Builder(known[specialist], tools, sandbox, judge, contamination.load(evaluations))
    out = out or folder.default_folder()
    with folder.alone(out):
        items = [item for item in store.feedback() if meant_for(item, known) == specialist]
        made, rejected = builder.rows(items, progress)
        agreed, more = agree.agree(made)
        kept, excess = balance.balance(balance.cluster(agreed), shares)
        final = sorted(balance.split(kept, shares), key=lambda row: (row.lineage.created, row.id))
        kept_out = sorted([*rejected, *more, *excess], key=lambda each: (each.step, each.feedback))
        return _saved(builder, items, final, kept_out, out)


def meant_for(item: FeedbackItem, known: Mapping[str, Specialist]) -> str:
    """Return the name of the specialist that should learn from a piece of feedback.

    It is the one that has the tools of the corrected calls: whoever answered, even nobody, was the
    wrong one then. Else it is the one that answered.
    """
    called = {str(call["name"]) for call in item.corrected_calls}
    able = [name for name, each in known.items() if called and called <= set(each.tools)]
    return able[0] if able else item.specialist


@dataclass
class _Builder:
    specialist: Specialist
    tools: Mapping[str, Tool]
    sandbox: Sandbox | None
    judge: Callable[[str], Decision]
    contamination: contamination.Contamination

    def __post_init__(self) -> None:
        self.masked: Counter[str] = Counter()
        self._router = Router()
        self._rerun = Rerun(self.tools, self.sandbox, self.judge)
        self._corrected: dict[tuple[str, str], tuple[Call, ...]] = {}

    @cached_property
    def schema_version(self) -> str:
        """The hash of the specialist's tools of today."""
        names = [name for name in self.specialist.tools if name in self.tools]
        return tools_hash([self.tools[name].schema for name in names])

    def rows(
        self, items: list[FeedbackItem], progress: Progress | None
    ) -> tuple[list[Row], list[Rejected]]:
        """Return a row for each piece of feedback that passes every check; the others, and why."""
        self._corrected = {
            (item.conversation, item.request): item.corrected_calls
            for item in items
            if item.corrected_calls and not item.excluded
        }
        made: list[Row] = []
        rejected: list[Rejected] = []
        for number, item in enumerate(items, start=1):
            result = self._one(item)
            if isinstance(result, Row):
                made.append(result)
            else:
                step, reason = result
                request = Masker().text(item.request)
                rejected.append(Rejected(item.id, item.conversation, step, reason, request))
            if progress is not None:
                progress(number, len(items))
        return made, rejected

    def _one(self, item: FeedbackItem) -> Row | tuple[str, str]:
        """Return a row, or the step that keeps it out and why; one odd piece stops no build."""
        try:
            row = self._row(item)
            if isinstance(row, Row):
                json.dumps(row.to_json(), ensure_ascii=False).encode()
            return row
        except DatasetError:
            raise
        except Exception as error:
            _log.exception("feedback %s cannot be made into a row", item.id)
            return "format", f"it cannot be made into a row ({type(error).__name__}: {error})"

    def _row(self, item: FeedbackItem) -> Row | tuple[str, str]:
        if problem := rows.unusable(item):
            return problem
        found = self._candidate(item, self._leans)
        made = self._made(*found)
        if isinstance(made, Row) or made[0] != "run":
            return made
        # It may need the turn before after all, and that as it should have been.
        again = self._candidate(item, self._may_lean)
        second = self._made(*again) if again[0].context != found[0].context else made
        return second if isinstance(second, Row) else made

    def _candidate(self, item: FeedbackItem, leans: Leans) -> tuple[Candidate, Masker]:
        masker = Masker()
        return candidate(item, leans, self._corrected, masker), masker

    def _made(self, found: Candidate, masker: Masker) -> Row | tuple[str, str]:
        problem = self._problem(found)
        if problem:
            return problem
        turns = [*found.context, found.turn]
        if found.label != "down":
            try:
                turns = self._rerun.run(found)
            except RunError as error:
                return "run", str(error)
            if why := rows.unsupported_problem(found, turns[-1]):
                return "run", why
        row = rows.row_of(found, turns, self.specialist, self.tools, self.schema_version, masker)
        if why := control_problem([str(row.messages), str(row.rejected)]):
            return "format", why
        self.masked += masker.found
        return row

    def _problem(self, found: Candidate) -> tuple[str, str] | None:
        """Return the first check that keeps a candidate out, and why."""
        for text in found.texts:
            if why := self.contamination.problem(text):
                return "evaluation", f"it {why}, which could not be measured any more"
        if why := rows.secret_problem(found):
            return "secrets", why
        calls = [call for turn in (*found.context, found.turn) for call in turn.calls]
        if why := schema_problem(calls, self.tools, self.specialist.tools):
            return "schema", why
        if found.label != "down" and (why := safety_problem(calls, self.judge)):
            return "safety", why
        return None

    def _leans(self, turn: Turn, before: Turn) -> bool:
        return leaning.leans(turn, before, self._router.route(turn.request))

    def _may_lean(self, turn: Turn, before: Turn) -> bool:
        return routing.leans(self._router.route(turn.request), turn.request)


def _saved(
    builder: _Builder,
    items: list[FeedbackItem],
    final: list[Row],
    rejected: list[Rejected],
    out: Path,
) -> Dataset:
    name, system = builder.specialist.name, builder.specialist.system
    facts: dict[str, Any] = {
        "format": FORMAT,
        "schema_version": builder.schema_version,
        "feedback": len(items),
        "until": max((item.created for item in items), default=""),
        "rows": len(final),
        "evaluation_requests": len(builder.contamination),
        "labels": dict(sorted(Counter(row.label for row in final).items())),
        "splits": dict(sorted(Counter(row.split for row in final).items())),
        "rejected": dict(sorted(Counter(each.step for each in rejected).items())),
        "masked": dict(sorted(builder.masked.items())),
    }
    version = version_of(name, builder.schema_version, final, rejected)
    files = {
        "rows.jsonl": as_lines(row.to_json() for row in final),
        "rejected.jsonl": as_lines(asdict(each) for each in rejected),
        **formats.files(final, system),
    }
    files["card.md"] = card.card(builder.specialist, version, final, rejected, facts)
    path = folder.save(name, version, files, facts, out)
    return Dataset.load(path)


def version_of(
    specialist: str, schema_version: str, final: list[Row], rejected: list[Rejected]
) -> str:
    """Return the version: 12 hex digits of the hash of what the dataset teaches and keeps out.

    The results of commands do not count, as a clock or a process id is another one each time; a
    row's `id` stands for its requests, calls and given answer. Wordings of reasons do not count
    either.
    """
    essence = [
        {key: value for key, value in row.to_json().items() if key not in ("messages", "tools")}
        for row in final
    ]
    kept_out = sorted((each.feedback, each.step) for each in rejected)
    text = json.dumps([FORMAT, specialist, schema_version, essence, kept_out], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]
