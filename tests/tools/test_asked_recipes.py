"""Recipes that come with a place of their own: each runs there, and does what it is for.

`tests/support/recipe_places/NAME.yaml` belongs to the recipe file of that name:

- `setup`: bash, run first in /workspace;
- `common`: values for slots by name; `values`: by recipe and slot;
- `exit_1`: recipes whose exit code 1 is an answer too; `quiet`: those that have nothing to say or
  to change there.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.recipe_runs import Run, a_place, asked_in_many_ways

from runtime import recipes as recipe_code
from tools.knowledge.recipes import RECIPES, read_recipes

PLACES = Path(__file__).parents[1] / "support" / "recipe_places"
NAMES = sorted(path.stem for path in PLACES.glob("*.yaml"))
# The first thing that changed since the mark was set; reading may refresh git's index.
CHANGED = (
    "find /workspace ~ -newercm ~/mark "
    "! -name index ! -name .git ! -path ~ ! -name said -print -quit"
)


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    """Run scripts in one sandbox."""
    with a_place() as script:
        yield script


def command_of(recipe: dict[str, Any], place: dict[str, Any]) -> str:
    """Return a recipe's command with the values that suit the place."""
    given = (place.get("common") or {}) | (place.get("values") or {}).get(recipe["id"], {})
    words = {
        slot: recipe_code.shell_word(
            slot, recipe_code.fit(slot, str(given.get(slot, default)))
        ).replace("'$$'", "$$")
        for slot, default in (recipe.get("slots") or {}).items()
    }
    return str(recipe["command"]).format(**words)


def script_of(book: list[dict[str, Any]], place: dict[str, Any]) -> str:
    """Return a script that runs the recipes: those that change something on a fresh place each."""
    setup = place.get("setup") or ":"
    lines = [
        # A change within the same tick of the clock would not look newer than the mark.
        "marked() { touch ~/mark; until touch ~/tick; "
        '[ -n "$(find ~/tick -newer ~/mark)" ]; do :; done; rm ~/tick; }',
        "made() { cd /workspace && find . -mindepth 1 -delete",
        f"( {setup}\n) > /dev/null 2>&1; marked; }}",
        "made",
    ]
    for recipe in sorted(book, key=lambda recipe: bool(recipe.get("changes"))):
        lines += ["made"] * bool(recipe.get("changes"))
        lines += [
            "cd /workspace",
            f"( {command_of(recipe, place)}\n) > ~/said 2>&1 < /dev/null",
            f'echo "{recipe["id"]} $? $(wc -c < ~/said) $({CHANGED})"',
        ]
    return "\n".join(lines)


@pytest.mark.parametrize("name", NAMES)
def test_every_recipe_is_asked_for_in_many_ways(name: str) -> None:
    book = read_recipes(RECIPES / f"{name}.yaml")
    asks = [str(ask).lower() for recipe in book for ask in recipe["asks"]]
    assert len(set(asks)) == len(asks)
    for recipe in book:
        asked_in_many_ways(recipe)


@pytest.mark.parametrize("name", NAMES)
def test_recipes_run_and_do_what_they_are_for(name: str, run: Run) -> None:
    book = {recipe["id"]: recipe for recipe in read_recipes(RECIPES / f"{name}.yaml")}
    place = yaml.safe_load((PLACES / f"{name}.yaml").read_text(encoding="utf-8"))
    output = run(script_of(list(book.values()), place))
    results = {key: rest for key, *rest in (line.split(" ", 3) for line in output.splitlines())}
    assert sorted(results) == sorted(book)
    faults = []
    for key, (code, size, changed) in results.items():
        changes, quiet = bool(book[key].get("changes")), key in (place.get("quiet") or ())
        if code != "0" and not (code == "1" and key in (place.get("exit_1") or ())):
            faults.append(f"{key}: exit code {code}")
        if bool(changed) != changes and not quiet:
            faults.append(f"{key}: changed {changed or 'nothing'}")
        if not changes and not int(size) and not quiet:
            faults.append(f"{key}: said nothing")
    assert not faults, f"{command_of(book[faults[0].split(':')[0]], place)}\n" + "\n".join(faults)
