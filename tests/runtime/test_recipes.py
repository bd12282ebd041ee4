import shlex
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime import recipes
from runtime.types import Document

LARGEST = Document(
    "files.largest", "largest files", "", "recipe",
    template="find {path} -type f | head -n {count}",
    slots={"path": ".", "count": "10"},
    phrase="The {count} largest files under {path}",
)  # fmt: skip
BY_NAME = Document(
    "find.name", "find by name", "", "recipe",
    template="find {path} -name {pattern} -printf '{{%p}}'",
    slots={"path": ".", "pattern": ""},
)  # fmt: skip


def test_fills_values_and_defaults():
    assert recipes.fill(LARGEST, ["/usr/lib", "-"]) == "find /usr/lib -type f | head -n 10"
    assert recipes.phrase(LARGEST, ["/usr/lib", "5"]) == "The 5 largest files under /usr/lib"


def test_a_script_by_itself_is_run_by_what_its_ending_says():
    timed = Document("run", "run", "", "recipe", template="timeout {seconds} bash -c {program}",
                     slots={"seconds": "10", "program": ""})  # fmt: skip
    asked = Document("help", "help", "", "recipe", template="type {program}",
                     slots={"program": ""})  # fmt: skip
    assert recipes.fill(timed, ["5 minutes", "crunch.py"]) == (
        "timeout 300 bash -c 'python3 crunch.py'"
    )
    assert recipes.fill(timed, ["-", "make -j2"]) == "timeout 10 bash -c 'make -j2'"
    assert recipes.fill(asked, ["crunch.py"]) == "type crunch.py"


def test_an_extension_becomes_a_glob_and_is_quoted():
    assert recipes.fill(BY_NAME, ["~/my docs", ".log"]) == (
        "find ~/'my docs' -name '*.log' -printf '{%p}'"
    )


def test_a_slot_without_default_must_be_given():
    with pytest.raises(recipes.MissingSlotError, match="pattern"):
        recipes.fill(BY_NAME, ["/srv", "-"])


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1))
def test_no_value_can_add_a_command(value):
    if value == recipes.DEFAULT:
        return
    command = recipes.fill(LARGEST, ["/tmp", value])
    assert shlex.split(command.split("head -n ", 1)[1]) == [value]


@pytest.mark.parametrize("value", ["a b", "it's", "$(id)", "`id`", "*.log; id", "-rf", "x\ny"])
def test_bash_sees_one_word(value):
    word = recipes.shell_word("name", value)
    done = subprocess.run(["bash", "-c", f"printf %s {word}"], capture_output=True, text=True)
    assert done.stdout == value


@given(
    st.text(alphabet="abc/._ -'", min_size=1).filter(lambda t: t.strip() == t and t != "-"),
    st.integers(1, 99),
)
def test_recognises_what_it_filled(path, count):
    command = recipes.fill(LARGEST, [path, str(count)])
    found = recipes.recognise(LARGEST, command)
    assert found is not None
    assert recipes.fill(LARGEST, found) == command


def test_does_not_recognise_another_command():
    assert recipes.recognise(LARGEST, "find . -type d | head -n 10") is None
    assert recipes.recognise(LARGEST, "find . ; id -type f | head -n 10") is None


def test_check_names_what_is_wrong():
    good = {"id": "a", "title": "t", "command": "ls {path}", "slots": {"path": "."}, "phrase": "p"}
    assert recipes.check(good) == []
    assert "slots are" in recipes.check({**good, "slots": {}})[0]
    assert "command has not" in recipes.check({**good, "asks": ["{other}"]})[0]
    assert recipes.check({"id": "a"}) == [
        "title is missing",
        "command is missing",
        "phrase is missing",
    ]
