"""What a rule covers never reaches beyond its scope."""

from __future__ import annotations

import importlib.util
import os
import shlex
import subprocess
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tools.bash.policy import judge
from tools.bash.policy.rule_text import ScopeError, read_scope, sentence, short
from tools.bash.policy.ruleable import table
from tools.bash.policy.scope import Scope, covering, proposed

ROOT = Path(__file__).resolve().parents[2]
ROWS = [row for row in table().values() if row.covers]
EVERY = ", ".join(f"{name} under /srv/app" for name in table())


def covered(rule: Scope | str, command: str) -> bool:
    scope = read_scope(rule, judge) if isinstance(rule, str) else rule
    return bool(covering([scope], command, judge(command)))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_each_program_by_its_examples(row):
    scope = proposed(row.covers[0], judge(row.covers[0]))
    assert scope is not None and scope.exactly is None
    for command in row.covers:
        assert covered(scope, command), command
    for command in row.leaves:
        assert not covered(scope, command), command


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("rm -f /srv/app/logs/a.log",
         "Always allow `rm -f` on paths under /srv/app/logs, with no other option."),
        ("find /srv/app -type f -name '*.log' -delete",
         "Always allow `find … -type f -name '*.log' -delete` under /srv/app."),
        ("date >> /srv/app/log",
         "Always allow appending output to files under /srv/app (`>>`)."),
        ("systemctl restart x", "Always allow exactly this command: `systemctl restart x`."),
        ("rm a", "Always allow exactly this command: `rm a` (in whatever folder the conversation "
         "is then)."),
        ("curl http://x", "Always allow exactly this command: `curl http://x` (it uses the "
         "network)."),
        ("make", "Always allow exactly this command: `make` (what it does depends on code or "
         "input that nobody looked at)."),
        ("rm /etc/hosts", "Always allow exactly this command: `rm /etc/hosts`."),
    ],
)  # fmt: skip
def test_what_is_offered(command: str, told: str):
    scope = proposed(command, judge(command))
    assert scope is not None and sentence(scope) == told
    assert covered(scope, command)
    assert read_scope(short(scope), judge) == scope
    assert Scope.from_json(scope.to_json()) == scope


@pytest.mark.parametrize(
    "command",
    ["rm $x", "rm -rf /", "ls", "for f in a b; do rm $f; done", "rm $(cat list)",
     "f() { rm a; }; f", "rm a & rm b", "rm a # b", "cat << E > f\nx\nE", "$x",
     "rm 'a", "rm $'\\x61'"],
)  # fmt: skip
def test_nothing_is_offered_without_certainty(command: str):
    assert proposed(command, judge(command)) is None


@pytest.mark.parametrize(
    "command",
    [
        "rm -f /srv/app/a; rm -f /etc/x",
        "rm -f /srv/app/a && curl http://x",
        "rm -f /srv/app/a | sudo tee /srv/app/b",
        "rm -f /srv/app/$(whoami)",
        "rm -f /srv/app/{a,../../b}",
        "rm -f ~/a",
        "rm -f a",
        "cd /srv/app && rm -f a",
        "PATH=/x rm -f /srv/app/a",
        "cd /etc && cat shadow; rm -f /srv/app/a",
        "rm -f /srv/app/a > /etc/x",
        "rm -f /srv/app/.ssh/id_rsa",
        "command rm -f /srv/app/a",
        "./rm -f /srv/app/a",
        "rm -f //srv/app/a",
        "rm -f /srv/app",
        "rm -f /srv/app/",
        "rm -f /srv/app/.",
        "rm -f /srv/app/**",
        "rm -f /srv/*/a",
        "rm -f /srv/app/[.].",
    ],
)
def test_a_folder_rule_leaves(command: str):
    assert not covered("rm -f under /srv/app", command)
    assert covered("rm -f under /srv/app", "ls /srv/app | head; rm -f /srv/app/a /srv/app/b/*.c")


def test_a_path_is_no_mode():
    assert covered("chmod under /srv/app", "chmod u+x,go-w /srv/app/a")
    assert not covered("chmod under /srv/app", "chmod /srv/app/. /srv/app/a")


def test_rules_together_cover_a_compound_command():
    scopes = [
        read_scope(t, judge) for t in ("rm under /srv/b", "> under /srv/c", "touch under /srv")
    ]
    command = "rm -f /srv/b/x && ls /srv > /srv/c/list"
    assert covering(scopes, command, judge(command)) == (0, 1)
    assert covering(scopes[:1], command, judge(command)) == ()


def test_an_exact_rule_is_about_its_text_and_rights():
    scope = read_scope("exactly kill 5", judge)
    assert covered(scope, " kill 5 ") and not covered(scope, "kill 55")
    assert not covered(scope, "kill 5; kill 6")
    network = read_scope("exactly curl http://x", judge)
    without = Scope((), "curl http://x")
    assert covered(network, "curl http://x") and not covered(without, "curl http://x")


@pytest.mark.parametrize(
    ("text", "said"),
    [("kill", "exactly COMMAND"), ("rm --foo under /x", "not rm with options"), ("", "a program"),
     ("rm under ../x", "plain folder"), ("rm under /dev", "no rule can cover"),
     ("exactly rm -rf /", "no rule can cover"), ("exactly ls", "without an approval"),
     ("exactly rm $x", "parsers are not sure"), ("rm under /a`b`", "plain folder")],
)  # fmt: skip
def test_bad_rules_say_what_to_write(text: str, said: str):
    with pytest.raises(ScopeError, match=said):
        read_scope(text, judge)


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("policy_benchmark", ROOT / "benchmarks/policy.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("start", ["", "rm -f /srv/app/a; ", "ls > /srv/app/l && "])
def test_no_rule_covers_a_hidden_command(generator: ModuleType, start: str):
    scope = read_scope(EVERY, judge)
    found = 0
    for hidden in generator.generate(500, "touch hidden", 7):
        command = start + hidden
        decision = judge(command, syntax_check=lambda _: True)
        found += decision.verdict == "ask"
        assert not covering([scope], command, decision, syntax_check=lambda _: True), command
    assert found > 300


PROGRAMS = ("rm", "touch", "mkdir", "cp", "mv", "tee", "chmod")
PLAIN = ["a", "b", "*", "a*", ".a", "...", "..a", "'*'", "?", "a\\ b", "."]
HARD = [
    "..", ".*", "[.]", "[.].", "{a,..}", "{a,b}", "$X", "${X}", "$(echo ..)", "`echo ..`", "~",
    '".."', "\\.\\.", "**", ".[!a]", "'$X'", "$'..'", "-r", ".?", "$((1))", "a b", "@(..)", "*/..",
    "$X/../..",
]  # fmt: skip
WORDS = st.one_of(st.sampled_from(PLAIN), st.sampled_from(PLAIN), st.sampled_from(PLAIN + HARD))
STARTS = st.sampled_from(["SCOPE/", "SCOPE/a", "SCOPEb", "/nowhere", "", "SCOPE/..", "//", "/"])
PATHS = st.builds(
    lambda start, parts: "/".join([start, *parts]),
    st.sampled_from(["SCOPE"] * 3) | STARTS, st.lists(WORDS, min_size=1, max_size=3),
)  # fmt: skip
TAILS = ["", "", "", " > SCOPE/out", " >> SCOPE/../out", " 2>/dev/null", " | cat", " > out"]
CALLS = st.builds(
    lambda start, paths, tail: " ".join((start, *paths)) + tail,
    st.sampled_from(
        ["rm -f", "rm -rf", "rm --", "touch", "mkdir -p", "mkdir -m 755", "cp -a", "cp -r", "mv",
         "tee", "chmod 755", "chmod -x", "chmod", "cp -t SCOPE", "rm --x", "touch -r"]
    ),
    st.lists(PATHS, min_size=1, max_size=2), st.sampled_from(TAILS),
)  # fmt: skip
COMMANDS = st.builds(
    lambda calls, glue: glue.join(calls), st.lists(CALLS, min_size=1, max_size=2),
    st.sampled_from(["; ", " && ", " | ", "\n"]),
)  # fmt: skip
NOTE = 'note() { printf "%s\\0" "$@" >> "$NOTES"; }; '
NOTE += " ".join(f'{name}() {{ note {name} "$@"; }};' for name in PROGRAMS)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with names that globs can find, inside another one."""
    outer = tmp_path_factory.mktemp("outer") / "x"
    for name in ("scope/a/b", "scope/.a", "scope/b", "scope/...", "scope/..a", "scopeb", "a"):
        (outer / name).mkdir(parents=True, exist_ok=True)
    return outer


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(command=COMMANDS, dotglob=st.booleans())
def test_bash_gives_covered_commands_only_paths_in_their_scope(
    place: Path, command: str, dotglob: bool
):
    """Bash expands what is covered; the programs only note what they are given."""
    scope_folder = place / "scope"
    command = command.replace("SCOPE", str(scope_folder))
    rule = ", ".join(f"{name} under {scope_folder}" for name in (*PROGRAMS, ">", ">>"))
    if not covered(rule, command):
        return
    notes = place / "notes"
    notes.write_bytes(b"")
    shell = f"shopt -{'s' if dotglob else 'u'} dotglob; shopt -u globskipdots; X=../..\n"
    subprocess.run(
        ["/bin/bash", "--norc", "-c", f"{NOTE}\n{shell}{command}"],
        env={"PATH": "/nowhere", "NOTES": str(notes)},
        cwd=place, stdin=subprocess.DEVNULL, capture_output=True, timeout=20, check=False,
    )  # fmt: skip
    for word in notes.read_bytes().decode().split("\0"):
        if word.startswith("/"):
            assert os.path.normpath(word).startswith(f"{scope_folder}/"), (command, word)
        else:
            assert word in ("", *PROGRAMS, "755", "--") or word.startswith("-"), (command, word)
    assert not (place / "out").exists(), command


def test_the_property_above_covers_something(place: Path):
    folder = shlex.quote(str(place / "scope"))
    assert covered(f"rm under {folder}", f"rm -f {folder}/a/* && rm {folder}/.a {folder}/a[ab]*x")
