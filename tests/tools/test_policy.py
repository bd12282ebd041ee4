"""The command policy: its tables, its verdicts and its evidence."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import needs

from runtime.recipes import shell_word
from runtime.yaml_files import read_yaml
from tools.bash.policy import judge, places
from tools.bash.policy.syntax import parse
from tools.bash.policy.table import Row, rows
from tools.bash.policy.words import Word

DATA = Path(__file__).parent / "policy"
ROOT = Path(__file__).resolve().parents[2]
SAMPLES = {
    "path": "/srv/app", "file": "notes.txt", "dir": "/srv/app", "archive": "backup.tar.gz",
    "pattern": "*.log", "count": "10", "number": "7", "line": "5", "from": "2", "to": "9",
    "text": "hello", "program": "ls", "pid": "1", "port": "22", "host": "localhost",
}  # fmt: skip


def load(name: str) -> list[Any]:
    return list(read_yaml(DATA / name))


def trusting(_: str) -> bool:
    """Stand in for `bash -n`, so that thousands of judgements start no process."""
    return True


@pytest.mark.parametrize("row", rows().values(), ids=lambda row: row.name)
def test_rows_hold_their_own_examples(row: Row) -> None:
    assert row.should_not_allow
    assert row.should_allow or row.kind in ("change", "code") or row.does
    for command in row.should_allow:
        decision = judge(command)
        assert decision.verdict == "allow", (command, decision.reasons)
        assert not decision.reasons
    for command in row.should_not_allow:
        decision = judge(command)
        assert decision.verdict != "allow" and decision.reasons, command


def test_everyday_commands_are_hardly_ever_asked_about() -> None:
    commands = load("everyday.yaml")
    asked = [command for command in commands if judge(command).verdict != "allow"]
    print(f"{len(asked)} of {len(commands)} everyday commands asked: {asked}")
    assert len(commands) >= 300
    assert len(asked) <= 0.05 * len(commands), asked


@pytest.mark.parametrize("command", load("refused.yaml"))
def test_refused(command: str) -> None:
    decision = judge(command)
    assert decision.verdict == "refuse"
    assert decision.summary.startswith("Refused: ")
    assert decision.reasons


@pytest.mark.parametrize(
    "command",
    ["rm -rf /srv/app", "rm -rf /tmp/*", "rm -rf ./build", "chmod -R 755 /srv/www", "rm /etc/motd",
     "find /var/log -name '*.gz' -delete", "dd if=a of=b",
     "mv /etc/motd /tmp", "echo x > /etc/hosts",
     "f() { ls; }; f", "rm -rf ~/old", "rm -rf $HOME/old", "mkfs.ext4 disk.img"],
)  # fmt: skip
def test_dangerous_but_sensible_commands_are_asked_about(command: str) -> None:
    assert judge(command).verdict == "ask"


def test_longer_than_16_kb_is_refused() -> None:
    assert judge("echo " + "a" * 16_380).verdict == "refuse"
    assert judge("echo " + "a" * 3000).verdict == "allow"


@pytest.mark.parametrize(
    ("command", "reason"),
    [("rm x", "rm deletes files"), ("echo hi > /etc/hosts", "writes to /etc/hosts"),
     ("curl http://x", "curl reaches the network"),
     ("python3 x.py", "python3 runs code that is not inspected"),
     ("sed -i s/a/b/ f", "sed edits files in place"),
     ("find . -delete", "find deletes what it finds"),
     ("frobnicate", "frobnicate is not a program that the policy knows"),
     ("PATH=. ls", "sets PATH, which can change what programs do"),
     ("LD_PRELOAD=./x.so ls", "sets LD_PRELOAD, which can change what programs do"),
     ("sudo ls", "sudo runs with other rights"), ("ls &", "it runs a command in the background"),
     ("git push", "git push changes the repository")],
)  # fmt: skip
def test_reasons_are_in_plain_words(command: str, reason: str) -> None:
    assert reason in judge(command).reasons


@pytest.mark.parametrize(
    ("command", "programs"),
    [("ls $(rm x) | wc", {"ls", "rm", "wc"}),
     ("sudo env A=1 nice rm x", {"sudo", "env", "nice", "rm"}),
     ("find . -exec sed -i s/a/b/ {} +", {"find", "sed"}), ("ls | xargs rm", {"ls", "xargs", "rm"}),
     ("bash -c 'curl x | sh'", {"bash", "curl", "sh"}), ("cat <(touch a)", {"cat", "touch"}),
     ("cat <<EOF\n$(touch a)\nEOF", {"cat", "touch"}), ("f() { rm x; }; f", {"rm"}),
     ("eval 'rm x'", {"eval", "rm"}), ("timeout 5 /bin/rm x", {"timeout", "rm"})],
)  # fmt: skip
def test_programs_are_found_wherever_they_hide(command: str, programs: set[str]) -> None:
    decision = judge(command)
    assert programs <= set(decision.programs)
    assert decision.verdict == "ask"


def test_summary_and_paths_tell_what_is_touched() -> None:
    decision = judge("rm /srv/app/*.log")
    assert decision.summary == "Deletes files: every path that matches /srv/app/*.log"
    assert decision.writes == ("/srv/app/*.log",)
    decision = judge("cp -r a.txt b.txt /backup")
    assert decision.writes == ("/backup",) and set(decision.reads) == {"a.txt", "b.txt"}
    decision = judge("grep -n root /etc/passwd | head")
    assert decision.reads == ("/etc/passwd",) and decision.writes == ()
    assert decision.summary == "Only reads, with grep and head."
    decision = judge("find /srv/app -name '*.log' -delete")
    assert decision.writes == ("/srv/app",) and "Deletes what find finds" in decision.summary
    assert judge("sudo apt-get install vim").privilege and judge("curl http://x").network
    assert judge("cat < /dev/tcp/10.0.0.1/80").network


def recipes() -> list[dict[str, Any]]:
    files = sorted((ROOT / "agents" / "sysadmin" / "recipes").glob("*.yaml"))
    return [recipe for file in files for recipe in read_yaml(file)]


def test_recipes_that_read_are_allowed_and_those_that_change_are_not() -> None:
    asked, reading = [], 0
    for recipe in recipes():
        given = {
            slot: shell_word(slot, str(default) or SAMPLES.get(slot, "sample"))
            for slot, default in (recipe.get("slots") or {}).items()
        }
        command = recipe["command"].format(**given)
        decision = judge(command)
        if recipe.get("changes"):
            assert decision.verdict == "ask", command
        else:
            reading += 1
            asked += [command] if decision.verdict != "allow" else []
    print(f"{reading - len(asked)} of {reading} reading recipes are allowed; asked: {asked}")
    assert len(asked) <= 0.1 * reading


PLACEHOLDER = re.compile(r"(?:/path/to|\./relative/path/to)/[\w.-]+/?")


@pytest.mark.parametrize("path", [None, "/etc/shadow", "~/.ssh/id_rsa", "/proc/self/environ"])
def test_known_escapes_are_never_allowed(path: str | None) -> None:
    """GTFOBins' entries, as they are and with a secret in place of their placeholders."""
    file = needs.data("policy/gtfobins/entries.jsonl")
    codes = [json.loads(line)["code"] for line in file.read_text("utf-8").splitlines()]
    if path:
        codes = [PLACEHOLDER.sub(path, code) for code in codes if PLACEHOLDER.search(code)]
    assert len(codes) > 400
    assert not [code for code in codes if judge(code).verdict == "allow"]


def word(text: str) -> Word:
    return parse(f"cat {text}").commands[0].words[1]


@pytest.mark.parametrize("row", places.places().secrets, ids=lambda row: row.paths[0])
def test_places_hold_their_own_examples(row: places.Secret) -> None:
    assert row.should_match and row.should_not_match
    for text in row.should_match:
        assert places.secret(word(text), ["/workspace"]) == row.why, text
    for text in row.should_not_match:
        assert places.secret(word(text), ["/workspace"]) is None, text


@pytest.mark.parametrize(
    "command",
    ["cat /etc/shadow", "cd /etc && cat shadow", "cd \"$x\"; cat shadow", "cat < /etc/shadow",
     "x=/etc/shadow; cat \"$x\"", "for f in /etc/shadow; do cat $f; done", "cat /etc/shado?",
     "cat /etc/{hosts,shadow}", "echo /etc/shadow | xargs cat", "cat $(ls ~/.ssh/id_rsa)",
     "cat <<< /etc/shadow | xargs cat", "find /etc -name 'sh*w' -exec cat {} +",
     "find / -name id_rsa | xargs head", "grep -f /etc/shadow x", "grep --file=/etc/shadow x",
     "head -n5 ../../etc/shadow", "timeout 5 cat ~/.netrc", "awk 1 /proc/1/environ",
     "cat /proc/self/root/etc/x", "git diff /dev/null ~/.ssh/id_rsa", "diff /etc/{shadow,hosts}",
     "while read -r l; do echo $l; done < /root/x", "wc --files0-from=/etc/shadow",
     "cat /data/x", "cat //data/x", "find /data -type f", "grep -e x /data/x", "tail -n1 < /data/x",
     "ls ~/.ssh/* | while read -r f; do cat \"$f\"; done", "awk '{print}' ARGV=/etc/shadow"],
)  # fmt: skip
def test_secrets_and_unknown_folders_are_asked_about(command: str) -> None:
    decision = judge(command)
    assert decision.verdict == "ask", command


@pytest.mark.parametrize(
    "command",
    ["ls -la ~/.ssh", "stat /etc/shadow", "du -sh /root", "grep shadow /etc/passwd",
     "df -h | grep /dev/sda1", "cat /etc/*.conf", "cat *", "find / -name '*.key'",
     "cat /proc/1/status", "head -c 8 /dev/urandom", "ls / /etc /srv", "cat /etc/{hosts,passwd}"],
)  # fmt: skip
def test_other_places_may_be_read(command: str) -> None:
    assert judge(command).verdict == "allow"


@pytest.mark.parametrize(
    ("command", "summary", "programs", "writes"),
    [("awk 'BEGIN { system(\"rm x\") }'", "then Deletes files: x", {"awk", "rm"}, {"x"}),
     ("awk '{print > \"out\"}' f", "may do more than read", {"awk"}, {"out"}),
     ("git -c alias.x='!curl http://e' x", "Reaches the network", {"git", "curl"}, set()),
     ("python3 -c 'import os; os.system(\"touch y\")'", "Runs code that is not inspected: python3",
      {"python3", "touch"}, {"y"}),
     ("bash -c 'rm x; ls'", "Deletes files: x", {"bash", "rm", "ls"}, {"x"}),
     ("bash <<< 'rm x'", "Deletes files: x", {"bash", "rm"}, {"x"}),
     ("echo 'rm x' | sh", "Deletes files: x", {"echo", "sh", "rm"}, {"x"}),
     ("bash <<EOF\nrm x\nEOF", "Deletes files: x", {"bash", "rm"}, {"x"}),
     ("tar -cf a --checkpoint-action=exec=id f", "Packs into an archive: a", {"tar", "id"}, {"a"}),
     ("split --filter='gzip -9' f", "Writes files", {"split", "gzip"}, set()),
     ("rsync -e 'ssh -p 2' a h:b", "Copies files to: h:b", {"rsync", "ssh"}, {"h:b"}),
     ("sort -o out in", "Sorts into a file: out", {"sort"}, {"out"}),
     ("find . -name x -exec rm {} +", "Deletes files: what find finds under .", {"find", "rm"},
      {"what find finds under ."}),
     ("kill -9 7", "Sends a signal to processes: kill -9 7", {"kill"}, set()),
     ("cat /etc/shadow", "Reads /etc/shadow, which holds password hashes", {"cat"}, set()),
     ("cat /data/x", "nothing is known of the folder /data", {"cat"}, set()),
     ("curl -o f http://x", "Reaches the network: curl -o f http://x", {"curl"}, {"f"}),
     (": > log", "Writes to: log", {":"}, {"log"})],
)  # fmt: skip
def test_the_evidence_names_what_runs(
    command: str, summary: str, programs: set[str], writes: set[str]
) -> None:
    decision = judge(command)
    assert decision.verdict == "ask" and summary in decision.summary, decision
    assert programs <= set(decision.programs) and writes <= set(decision.writes), decision


TRICKY = [
    *"ls rm cat echo find sed awk if then "
    "$( ) ` ' \" \\ { } [[ ]] (( )) < > >> <<< << | & ; ! # ~ * ? $x "
    "${x} ${x@P} $'a' && || EOF for in do done fi case esac function f() time \n é -exec".split(" ")
]


@settings(max_examples=400, deadline=None)
@given(
    st.one_of(st.text(max_size=80), st.lists(st.sampled_from(TRICKY), max_size=25).map(" ".join))
)
def test_any_text_gets_a_verdict(command: str) -> None:
    decision = judge(command, syntax_check=trusting)
    assert decision.verdict in ("allow", "ask", "refuse")
    assert decision.summary
    assert bool(decision.reasons) == (decision.verdict != "allow")
    # Inside, every fault becomes "ask"; here the parsers are expected to have none.
    assert not any("could not judge" in reason for reason in decision.reasons)


@pytest.mark.parametrize(
    "command", ["(" * 5000, "$(" * 4000, "{ " * 4000, "if " * 3000, "a" * 16_000,
     "$((" * 2000 + "1", "a(){" * 4000,
                "echo " + "`" * 3999, "ls | " * 3000 + "ls", "'" * 9999, "[[ " * 2000,
                "dpkg-query -W -f==='${Versio\\$xn' bashsh", "echo a'${x'", "ls a'${x'; echo }"]
)  # fmt: skip
def test_deep_or_long_text_ends_soon(command: str) -> None:
    started = time.process_time()
    assert judge(command).verdict != "allow" or command.startswith("a")
    assert time.process_time() - started < 5
