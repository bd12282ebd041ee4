"""Which requests are learned by themselves, and which with the turn before them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.told import Told, bash, tool

from agents.router import Route, Router
from graphs import routing
from graphs.build import all_tools
from records.store import Store
from sandboxes import Sandbox
from tools.knowledge.recipes import load_recipes
from training.dataset import Row, build
from training.dataset.candidate import Turn
from training.dataset.leaning import leans
from training.learning.generalise import taught

OWES = "awk -F, -v t=7 '$1 == t {s += $2} END {print s}' /srv/shop/tables.csv"
UNSURE, SURE = Route("sysadmin", 1.0, follows=0.6), Route("sysadmin", 1.0, follows=0.97)


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Told]:
    monkeypatch.setenv("MICA_HOME", str(tmp_path))
    store = Store(tmp_path / "mica.db")
    yield Told(store)
    store.close()


def learned(told: Told, box: Sandbox, evaluations: Path) -> list[Row]:
    evaluations.mkdir()
    (evaluations / "one.yaml").write_text("- {id: x, request: whistle backwards under water}\n")
    made = build(told.store, "sysadmin", sandbox=box, tools=all_tools(box), evaluations=evaluations)
    assert not made.rejected
    return list(made.rows)


def shell(request: str, command: str, output: str = "") -> Turn:
    return Turn(request, (bash(command),), "", (output,), ("ok",))


@pytest.mark.parametrize(
    ("before", "turn", "route", "leaning"),
    [
        # It names what its command needs; the folder before is only a part of its path.
        (("make the folder /srv/shop", "mkdir /srv/shop"), ("what does table 7 owe", OWES),
         UNSURE, False),
        (("largest files in /var", "du /var"), ("count the files", "find /var | wc -l"),
         UNSURE, True),
        (("largest files in /var", "du /var"), ("count the files", "find /srv | wc -l"),
         UNSURE, False),
        # Sure: the same program, or a word that only the turn before showed.
        (("who is in", "who"), ("only root please", "who | grep root"), SURE, True),
        (("newest file here", "ls -t"), ("remove it", "rm notes.old"), SURE, True),
        (("newest file here", "ls -t"), ("the load of it all", "cat /proc/loadavg"), SURE, False),
        # The router hears nothing, a word says it.
        (("largest files in /var", "du /var"), ("the count too", "find /var | wc -l"),
         Route("sysadmin", 1.0), True),
        (("largest files in /var", "du /var"), ("the count", "find /var | wc -l"),
         Route("sysadmin", 1.0), False),
    ],
)  # fmt: skip
def test_what_a_request_takes_over_from_the_turn_before(
    before: tuple[str, str], turn: tuple[str, str], route: Route, leaning: bool
) -> None:
    assert leans(shell(*turn), shell(*before, output="notes.old"), route) is leaning


def test_music_and_answers_without_a_call() -> None:
    before = Turn("spell F G A for me", (tool("show_music", music="F G A"),), "")
    up = Turn("up a fifth", (tool("transpose", music="F G A", interval="up a fifth"),), "")
    other = Turn("spell B flat", (tool("spell_chord", chord="B flat"),), "")
    assert leans(up, before, UNSURE) and not leans(other, before, UNSURE)
    assert leans(Turn("why is that", (), "Because."), before, UNSURE)
    assert not leans(Turn("why", (), "Because."), before, Route("composer", 1.0))


def test_a_request_that_stands_by_itself_is_learned_whatever_the_router_takes_it_for(
    told: Told, box: Sandbox, tmp_path: Path
) -> None:
    request = "again what does table 7 owe"
    assert routing.leans(Router().route(request), request)
    told.turn(
        "make the folder /srv/shop",
        bash("mkdir -p /srv/shop && printf '7,8\\n7,2.50\\n4,1\\n' > /srv/shop/tables.csv"),
        conversation="talk",
    )
    told.corrected(request, bash(OWES), conversation="talk")
    (row,) = learned(told, box, tmp_path / "evaluations")
    assert not row.follows and row.requests == (request,) and row.answer == "`10.5`"
    found = taught([row], book=load_recipes(), piles={})
    assert not found.left_out
    assert [recipe["asks"] for recipe in found.learned.recipes] == [
        ["again what does table {count} owe"]
    ]


def test_what_fails_without_the_turn_before_is_learned_with_it(
    told: Told, box: Sandbox, tmp_path: Path
) -> None:
    request = "again what does table 7 owe"
    wrong, right = bash("mkdir -p /srv/shops"), bash("mkdir /srv/till && echo 5 > /srv/till/7")
    conversation, message = told.turn("put 5 into the till of table 7", wrong)
    told.store.rate(conversation, message, rating="down", calls=[right])
    told.corrected(request, bash("cat /srv/till/7"), conversation=conversation)
    rows = {row.request: row for row in learned(told, box, tmp_path / "evaluations")}
    assert rows[request].follows and rows[request].answer == "`5`"
    assert not rows["put 5 into the till of table 7"].follows
