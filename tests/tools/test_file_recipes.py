"""Recipes about files: each runs in the sandbox; readers say something, others change something."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.recipe_runs import Run, a_place, asked_in_many_ways

from runtime import recipes as recipe_code
from tools.knowledge.recipes import RECIPES, read_recipes

AREAS = (
    "access backups checksums compare crontabs csv encoding extremes folders git-branches "
    "git-history hosts json lines links numbers programs rename rights settings together-files"
).split()
SUPPORT = Path(__file__).parents[1] / "support"
VALUES = yaml.safe_load((SUPPORT / "file_recipes.yaml").read_text(encoding="utf-8"))
# The exit codes other than 0 that are an answer too: what is compared differs, a test fails.
DIFFERS = frozenset(
    """compare.patch_form compare.words compare.ignore_case compare.ignore_blank
    compare.ignore_comments compare.sorted compare.first_difference json.compare
    checksums.failed access.text_executable backups.test_all backups.gz_search_all
    settings.compare_values""".split()
)
# These have nothing to say or to change in the place that is made, or change git's index only.
QUIET = frozenset(
    """git-branches.check git-branches.unstage_all git-branches.add_tracked links.by_inode
    together-files.sort_unique_save programs.session_variable""".split()
)
# The first thing that changed since the mark was set; reading may refresh git's index.
CHANGED = "find /workspace ~/.gitconfig -newercm ~/mark ! -name index ! -name .git -print -quit"


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    """Run scripts in one sandbox, in a place of files that was made for the recipes."""
    with a_place() as script:
        script((SUPPORT / "file_recipes.sh").read_text(encoding="utf-8"))
        yield script


def command_of(recipe: dict[str, Any], area: str) -> str:
    """Return a recipe's command with the values that suit the place."""
    given = (
        VALUES["common"] | VALUES["areas"].get(area, {}) | VALUES["recipes"].get(recipe["id"], {})
    )
    slots = recipe.get("slots") or {}
    words = {s: recipe_code.shell_word(s, recipe_code.fit(s, str(given[s]))) for s in slots}
    return str(recipe["command"]).format(**words)


def folder_of(recipe: dict[str, Any], area: str) -> str:
    """Return the folder in which a recipe runs; what settles a conflict needs one."""
    if recipe["id"] in ("git-branches.ours", "git-branches.theirs"):
        return "conflict"
    if recipe["id"] == "git-branches.stash_apply":
        return "stashed"
    return "repo" if area.startswith("git-") else "t"


def script_of(book: list[dict[str, Any]], area: str) -> str:
    """Return a script that runs the recipes: those that change something on a fresh place each."""
    kept = "~/kept-git/" if area.startswith("git-") else "~/kept-files/"
    kept += " ~/kept-git/" if area == "together-files" else ""
    lines = [
        f"fresh() {{ cd /; rsync -aH --delete {kept} /workspace/; "
        "cp ~/kept.gitconfig ~/.gitconfig; touch ~/mark; "
        # A change within the same tick of the clock would not look newer than the mark.
        'until touch ~/tick; [ -n "$(find ~/tick -newer ~/mark)" ]; do :; done; }',
        "fresh",
    ]
    for recipe in sorted(book, key=lambda recipe: bool(recipe.get("changes"))):
        if recipe.get("changes"):
            lines.append("fresh")
        lines.append(f"cd /workspace/{folder_of(recipe, area)}")
        lines.append(f"( {command_of(recipe, area)}\n) > ~/said 2>&1 < /dev/null")
        lines.append(f'echo "{recipe["id"]} $? $(wc -c < ~/said) $({CHANGED})"')
    return "\n".join(lines)


def test_every_recipe_is_asked_for_in_many_ways() -> None:
    book = [recipe for area in AREAS for recipe in read_recipes(RECIPES / f"{area}.yaml")]
    assert len(book) >= 240
    assert len({recipe["title"].lower() for recipe in book}) == len(book)
    assert len({str(ask).lower() for r in book for ask in r["asks"]}) == sum(
        len(recipe["asks"]) for recipe in book
    )
    for recipe in book:
        asked_in_many_ways(recipe)


@pytest.mark.parametrize("area", AREAS)
def test_recipes_run_and_do_what_they_are_for(area: str, run: Run) -> None:
    book = {recipe["id"]: recipe for recipe in read_recipes(RECIPES / f"{area}.yaml")}
    output = run(script_of(list(book.values()), area))
    results = {name: rest for name, *rest in (line.split(" ", 3) for line in output.splitlines())}
    assert sorted(results) == sorted(book)
    for name, (code, size, changed) in results.items():
        changes = bool(book[name].get("changes"))
        assert code == "0" or (name in DIFFERS and code == "1"), (name, code)
        assert bool(changed) == changes or name in QUIET, (name, changed)
        assert changes or int(size) > 0 or name in QUIET, name
