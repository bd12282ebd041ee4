"""The gate's judgement on given outcomes, its configuration, and its safety cases."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from runtime.models.entry import ModelEntry, ModelFile
from tools.bash.policy.judge import judge as policy
from training.gate import report, safety
from training.gate.config import GateError, load
from training.gate.driving import Measured
from training.gate.judge import weigh
from training.gate.outcome import Outcome
from training.gate.verdict import Verdict

COUNTS = {"sysadmin": 40, "everyday": 60, "composer": 40, "music": 80, "limits": 50}
Wrong = dict[str, set[int]]


def measured(name: str, wrong: Wrong, *, seconds: float = 0.3, memory: int = 400) -> Measured:
    """Return what a build did that gets these rows of the sets wrong, and everything else right."""
    found = Measured(name, memory=memory)
    for set_, count in {**COUNTS, "safety": 20}.items():
        for number in range(count):
            right = number not in wrong.get(set_, ())
            outcome = Outcome(set_, str(number), right, "" if right else "no", seconds=seconds)
            found.outcomes[outcome.key] = outcome
    for group, count in (("corrected, train", 10), ("corrected, held-out", 4), ("liked, train", 6)):
        for number in range(count):
            right = number not in wrong.get(group, ())
            outcome = Outcome("learned", f"{group} {number}", right, "" if right else "no",
                              group=group)  # fmt: skip
            found.outcomes[outcome.key] = outcome
    return found


@pytest.fixture
def entries(tmp_path: Path) -> tuple[ModelEntry, ModelEntry]:
    path = tmp_path / "base.gguf"
    path.write_bytes(b"base")
    old = ModelEntry("old", "mica", ModelFile(path, 4, "a" * 64))
    return old, replace(old, name="new", file=ModelFile(path, 4, "b" * 64))


CHAMPION: Wrong = {
    "everyday": set(range(30)),
    "music": set(range(20)),
    "corrected, train": set(range(10)),
    "corrected, held-out": set(range(4)),
}
LEARNED: Wrong = {**CHAMPION, "corrected, train": {0, 1}, "corrected, held-out": {0}}


def judged(entries: tuple[ModelEntry, ModelEntry], challenger: Wrong, **cost: float) -> Verdict:
    return weigh(
        entries,
        (measured("old", CHAMPION), measured("new", challenger, **cost)),  # type: ignore[arg-type]
        load(),
    )


def failed(verdict: Verdict) -> list[str]:
    return [check.name for check in verdict.checks if not check.passed]


def test_a_challenger_that_learned_and_lost_nothing_passes(
    entries: tuple[ModelEntry, ModelEntry],
):
    verdict = judged(entries, LEARNED)
    assert verdict.passed and not verdict.reasons
    text = report.of(verdict)
    assert text.startswith("# new passes the gate\n")
    assert "corrections learned: 8 of 10 right" in text
    assert len(set(verdict.builds.values())) == 2


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"safety": {3}}, ["safety"]),
        ({"music": set(range(40))}, ["composer not inferior", "composer not worse"]),
        ({"sysadmin": {0, 1, 2, 3}}, ["sysadmin not inferior"]),
        ({"limits": {0, 1, 2, 3, 4, 5}}, ["limits not inferior", "limits not worse"]),
        ({"corrected, train": {0, 1, 2}}, ["learned"]),
        ({"corrected, train": set(range(10))}, ["learned", "learned more"]),
        ({"liked, train": {0, 1}}, ["liked"]),
    ],
)
def test_what_the_gate_stops(
    entries: tuple[ModelEntry, ModelEntry], change: Wrong, names: list[str]
):
    verdict = judged(entries, {**LEARNED, **change})
    assert failed(verdict) == names
    assert not verdict.passed and len(verdict.reasons) == len(names)
    assert report.of(verdict).startswith("# new does not pass the gate\n")


def test_a_single_lost_request_is_within_the_margin(entries: tuple[ModelEntry, ModelEntry]):
    assert judged(entries, {**LEARNED, "sysadmin": {7}, "music": set(range(21))}).passed


def test_held_out_corrections_must_not_get_worse(entries: tuple[ModelEntry, ModelEntry]):
    before = {**CHAMPION, "corrected, held-out": {0, 1}}
    verdict = weigh(
        entries,
        (measured("old", before), measured("new", {**LEARNED, "corrected, held-out": {0, 1, 2}})),
        load(),
    )
    assert failed(verdict) == ["held-out"]


@pytest.mark.parametrize(
    ("cost", "names"),
    [
        ({"seconds": 0.5}, ["median latency", "p95 latency"]),
        ({"seconds": 0.34}, []),
        ({"memory": 600}, ["memory"]),
    ],
)
def test_cost_is_relative_to_the_champion(
    entries: tuple[ModelEntry, ModelEntry], cost: dict[str, float], names: list[str]
):
    assert failed(judged(entries, LEARNED, **cost)) == names


def test_without_rows_there_is_nothing_to_have_learned(entries: tuple[ModelEntry, ModelEntry]):
    both = measured("old", {}), measured("new", {})
    for one in both:
        one.outcomes = {key: o for key, o in one.outcomes.items() if o.set != "learned"}
    verdict = weigh(entries, both, load())
    assert verdict.passed
    assert not any("learned" in check.name for check in verdict.checks)


def test_builds_that_were_asked_different_things_are_not_compared(
    entries: tuple[ModelEntry, ModelEntry],
):
    one, two = measured("old", {}), measured("new", {})
    two.outcomes.pop(("music", "3"))
    with pytest.raises(GateError, match="music/3 is missing"):
        weigh(entries, (one, two), load())


def test_the_frozen_sets_stay_blind(entries: tuple[ModelEntry, ModelEntry]):
    """Of what a build got wrong on them, only the ids are told."""
    verdict = judged(entries, {**LEARNED, "music": set(range(22)), "safety": {1}})
    assert verdict.failures["music, right before"] == ("20", "21")
    assert verdict.failures["safety"] == ("1: no; it did: -",)
    assert json.loads(json.dumps(verdict.to_json()))["passed"] is False


def test_the_default_configuration_and_changes_to_it(tmp_path: Path):
    assert load().pools["limits"].sets == ("limits",)
    assert set(load(full=True).sets.values()) == {1}
    own = tmp_path / "gate.yaml"
    own.write_text(
        "learned: {share: 0.5}\nsets: {limits: 1}\npools:\n  l: {sets: [limits], margin: 0.2}\n"
    )
    changed = load(own)
    assert (changed.learned.share, changed.learned.more) == (0.5, 1)
    assert (changed.sets, list(changed.pools)) == ({"limits": 1}, ["l"])


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("margin: 1", "no field 'margin'"),
        ("sets: {secret: 1}", "no set secret"),
        ("sets: {limits: 0}", "at least 1"),
        ("sets: {limits: 1}", "is not among the sets"),
        ("learned: {share: 2}", "learned.share is 2.0"),
        ("latency: {mean: 2}", "latency has no mean"),
        ("pools: 3", "gate.yaml"),
        ("- 1", "not a mapping"),
        ("a: [", "cannot be read"),
    ],
)
def test_a_wrong_configuration_says_what_is_wrong(tmp_path: Path, text: str, why: str):
    own = tmp_path / "gate.yaml"
    own.write_text(text)
    with pytest.raises(GateError, match=why):
        load(own)
    with pytest.raises(GateError, match="cannot be read"):
        load(tmp_path / "nothing.yaml")


def test_every_dangerous_command_is_held_and_a_lax_policy_is_seen():
    outcomes = list(safety.held(policy))
    assert len(outcomes) > 20 and all(outcome.passed for outcome in outcomes)
    lax = [o for o in safety.held(lambda command: policy("true")) if o.passed]
    assert not lax
    kinds = {kind for _, kind, _ in safety.requests()}
    assert kinds == {"no_call", "held", "not_refused"}
    assert len({text for _, _, text in safety.requests()}) == len(safety.requests())
