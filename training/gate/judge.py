"""The gate: challenger against champion, one verdict."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from records.database import now
from records.paths import home
from records.whole import write_whole
from runtime.models.entry import ModelEntry, write_json
from runtime.models.registry import Registry
from training.dataset.row import Row
from training.gate import learned, report, safety
from training.gate.config import Config, GateError, load
from training.gate.driving import Measured, Progress, drive
from training.gate.kept import kept, key_of
from training.gate.outcome import Outcome
from training.gate.statistics import Pairs, pairs_of
from training.gate.verdict import Check, Compared, Cost, Verdict

Both = list[tuple[Outcome, Outcome]]


def judge(
    champion: str,
    challenger: str,
    config: Config | None = None,
    rows: Sequence[Row] = (),
    *,
    folder: Path | None = None,
    progress: Progress | None = None,
) -> Verdict:
    """Compare two registered builds, and write `report.md` and `verdict.json`.

    `rows` are those just learned. The files go to `folder`, by default
    `$MICA_HOME/training/gate/CHALLENGER`. Where a comparison of the same was killed there, the
    cases that it had done are not asked again.

    Raises:
        GateError: the builds are the same, one cannot be evaluated, or another process is at it.
        ModelError: a build is unknown, missing or damaged.
        OSError: the files cannot be written.
    """
    config = config or load()
    started = time.monotonic()
    registry = Registry()
    old, new = registry.resolve(champion), registry.resolve(challenger)
    if old.name == new.name:
        raise GateError(f"{old.name} is both champion and challenger; name another build")
    folder = folder or home() / "training" / "gate" / new.name
    lessons = learned.lessons(rows)
    with kept(folder, key_of((old, new), config.sets, lessons)) as done:
        measured = drive(old.name, new.name, config.sets, lessons, progress, done)
        verdict = weigh((old, new), measured, config, time.monotonic() - started)
        write_whole(folder / "report.md", report.of(verdict))
        write_json(folder / "verdict.json", verdict.to_json())
    return verdict


def weigh(
    entries: tuple[ModelEntry, ModelEntry],
    measured: tuple[Measured, Measured],
    config: Config,
    seconds: float = 0.0,
) -> Verdict:
    """Return the verdict on what champion and challenger did."""
    both = _both(*measured)
    costs = (_cost(measured[0]), _cost(measured[1]))
    pools = tuple(
        Compared(name, _pairs(pair for pair in both if pair[0].set in pool.sets))
        for name, pool in config.pools.items()
    )
    checks = [
        *_pool_checks(pools, config),
        *_learned_checks([pair for pair in both if pair[0].set == learned.SET], config),
        _safety_check([new for _, new in both if new.set == safety.SET]),
        *_cost_checks(*costs, config),
    ]
    return Verdict(
        entries[0].name,
        entries[1].name,
        tuple(checks),
        pools,
        tuple(_by_set(both)),
        costs,
        _failures(both),
        {entry.name: entry.fingerprint() for entry in entries},
        seconds,
        now(),
    )


def _both(champion: Measured, challenger: Measured) -> Both:
    pairs = []
    for key, outcome in champion.outcomes.items():
        other = challenger.outcomes.get(key)
        if other is None:
            raise GateError(f"the builds were not asked the same: {'/'.join(key)} is missing")
        pairs.append((outcome, other))
    return pairs


def _pairs(both: Iterable[tuple[Outcome, Outcome]]) -> Pairs:
    return pairs_of((old.passed, new.passed) for old, new in both)


def _by_set(both: Both) -> Iterator[Compared]:
    names = dict.fromkeys((old.set, old.group) for old, _ in both)
    for name in dict.fromkeys(set_ for set_, _ in names):
        yield Compared(name, _pairs(pair for pair in both if pair[0].set == name))
        groups = [group for set_, group in names if set_ == name and group]
        for group in groups:
            found = _pairs(p for p in both if (p[0].set, p[0].group) == (name, group))
            yield Compared(f"{name}: {group}", found)


def _pool_checks(pools: Iterable[Compared], config: Config) -> Iterator[Check]:
    for pool in pools:
        margin, pairs = config.pools[pool.name].margin, pool.pairs
        what = f"{pool.name}: {pairs.challenger} of {pairs.count} right, champion {pairs.champion}"
        yield Check(
            f"{pool.name} not inferior",
            pool.bound > -margin,
            f"{what}; the difference is above {pool.bound:+.3f} with 95% confidence, and must be "
            f"above {-margin:+.3f}",
        )
        worse = pairs.difference < 0 and pool.p_value < config.significance
        yield Check(
            f"{pool.name} not worse",
            not worse,
            f"{what}; {pairs.champion_only} lost and {pairs.challenger_only} gained, exact "
            f"McNemar p = {pool.p_value:.3f}",
        )


def _learned_checks(both: Both, config: Config) -> Iterator[Check]:
    taught = [pair for pair in both if pair[0].group == "corrected, train"]
    if taught:
        pairs = _pairs(taught)
        wanted = config.learned.share * pairs.count
        said = f"corrections learned: {pairs.challenger} of {pairs.count} right"
        yield Check("learned", pairs.challenger >= wanted, f"{said}, {wanted:.1f} are needed")
        more = min(config.learned.more, pairs.count - pairs.champion)
        text = f"{said}, champion {pairs.champion}; {more} more are needed"
        yield Check("learned more", pairs.challenger - pairs.champion >= more, text)
    held = _pairs(pair for pair in both if pair[0].group == "corrected, held-out")
    if held.count:
        said = f"held-out corrections: {held.challenger} of {held.count} right"
        yield Check("held-out", held.difference >= 0, f"{said}, champion {held.champion}")
    liked = _pairs(pair for pair in both if pair[0].group.startswith("liked"))
    if liked.champion:
        kept = liked.both >= config.learned.share * liked.champion
        text = f"answers that people liked: {liked.both} of the champion's {liked.champion} kept"
        yield Check("liked", kept, text)


def _safety_check(outcomes: Sequence[Outcome]) -> Check:
    failed = [outcome for outcome in outcomes if not outcome.passed]
    text = f"safety: {len(outcomes) - len(failed)} of {len(outcomes)} cases passed"
    named = ", ".join(outcome.id for outcome in failed)
    return Check("safety", not failed, f"{text}; failed: {named}" if failed else text)


def _cost_checks(champion: Cost, challenger: Cost, config: Config) -> Iterator[Check]:
    limits = config.latency
    for name, old, new, ratio in (
        ("median latency", champion.median, challenger.median, limits.median),
        ("p95 latency", champion.p95, challenger.p95, limits.p95),
    ):
        allowed = max(old * ratio, old + limits.slack_seconds)
        text = f"{name}: {new:.3f} s, champion {old:.3f} s; at most {allowed:.3f} s is allowed"
        yield Check(name, new <= allowed, text)
    most = max(champion.memory * config.memory.ratio, champion.memory + config.memory.slack_mb)
    text = f"memory: {challenger.memory} MB, champion {champion.memory} MB; at most {most:.0f} MB"
    yield Check("memory", challenger.memory <= most, f"{text} is allowed")


def _cost(measured: Measured) -> Cost:
    times = sorted(o.seconds for o in measured.outcomes.values() if o.seconds) or [0.0]
    return Cost(statistics.median(times), times[int(len(times) * 0.95)], measured.memory)


def _failures(both: Both) -> dict[str, tuple[str, ...]]:
    """Return what to read of failed cases; of the frozen sets only ids, so that they stay blind."""
    told: dict[str, list[str]] = {}
    for old, new in both:
        if new.passed:
            continue
        if new.set in (learned.SET, safety.SET):
            told.setdefault(new.set, []).append(f"{new.id}: {new.why}; it did: {new.did or '-'}")
        elif old.passed:
            told.setdefault(f"{new.set}, right before", []).append(new.id)
    return {name: tuple(lines) for name, lines in told.items()}
