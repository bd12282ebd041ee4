"""Second turns that want the same narrower, of another value, or of a table that was printed."""

from __future__ import annotations

import pytest
from support.again import command

from graphs.reading.about import Said
from graphs.reading.carrying import carried
from graphs.reading.correcting import corrected
from graphs.reading.ellipsis import elliptic
from graphs.reading.referring import in_full
from graphs.reading.saying import said_plainly

PS = Said(
    "processes of app in tasks.txt",
    {"file": "tasks.txt", "user": "app"},
    "grep app tasks.txt",
    "USER PID %CPU %MEM COMMAND\napp 20 1.0 9.5 ruby web.rb\napp 31 8.0 2.1 redis",
)
STOCK = Said("show stock.csv", {"file": "stock.csv"}, "cat stock.csv", "item,qty\nnail,90\nsaw,4")
LOG = Said(
    "lines with denied in fw.log",
    {"file": "fw.log", "text": "denied"},
    "grep -i denied fw.log",
    "2025-03-07 01:02:03 denied user=kim\n2025-03-08 04:05:06 denied user=lou",
)
FOUND = Said("python files in app", {"path": "app"}, "find app -name '*.py'", "app/a.py\napp/b.py")
COMMITS = Said("last 3 commits", {"count": "3"}, "git log --oneline -n 3", "1a x\n2b y\n3c z")
PORT = Said(
    "what is the port in web.ini", {"file": "web.ini"}, "grep -n port web.ini", "4:port = 80"
)
RIGHTS = Said(
    "who may write to /srv/in.txt", {"file": "/srv/in.txt"}, "stat -c %A /srv/in.txt", "-"
)


@pytest.mark.parametrize(
    ("said", "text", "again"),
    [
        (PS, "which one takes the most cpu?", "v($3) > m"),
        (PS, "sorted by memory", "sort -k 4,4hr"),
        (PS, "only the pid and command", 'printf "%s ", $2; for (i = 5;'),
        (PS, "what's the pid of the redis one?", "-v w=redis"),
        (STOCK, "which has the least qty?", "v($2) < m"),
        (STOCK, "the average qty", "s * n ^ -1"),
        (LOG, "plus 2 lines before each one", "grep -B 2 -i denied fw.log"),
        (LOG, "only those of the 8th", "[0-9]-08([T ]|$)"),
        (LOG, "by which users? each once", "sort -u"),
        (LOG, "when was the last one?", "| tail -n 1"),
        (FOUND, "and if i leave out vendor?", "find app ! -path '*/vendor/*' ! -name vendor"),
        (FOUND, "is there a file called b.py", "grep -iF -- b.py || echo"),
        (FOUND, "delete the older of them", "ls -1trd -- app/a.py app/b.py | head -n 1 | xargs"),
        (COMMITS, "who made them?", "git log --format='%h %an: %s' -n 3"),
        (COMMITS, "only those by Kim", "git log --author=Kim --oneline -n 3"),
    ],
)
def test_the_command_before_runs_once_more(said: Said, text: str, again: str):
    assert again in (command(text, said) or "").replace("{{", "{").replace("}}", "}")


@pytest.mark.parametrize(
    "text",
    ["and 5 hours?", "which of them is the tallest?", "the last 2 weeks", "where is the log"],
)
def test_what_nothing_printed_answers_is_looked_up(text: str):
    assert command(text, STOCK) is None


@pytest.mark.parametrize(
    ("text", "before", "values", "full"),
    [
        ("and 2023-02-28?", "week of 2024-02-29", {"date": "2024-02-29"}, "week of 2023-02-28"),
        ("and of 80?", "what is 5% of 40", {"n": "5", "of": "40"}, "what is 5% of 80"),
        ("and 2 weeks?", "how long are 3 days", {"count": "3"}, "how long are 2 weeks"),
        ("and the median?", "min and max of x in a.csv", {}, "median of x in a.csv"),
        ("and how much is used there?", "free room on /data", {}, "used room on /data"),
        ("and minutes?", "hours from 8:00 to 9:00", {}, "minutes from 8:00 to 9:00"),
        ("and from Nice?", "rows from Lyon in a.csv", {"v": "Lyon"}, "rows from Nice in a.csv"),
        ("and of perl?", "newest version of lua", {}, "newest version of perl"),
        ("and older than 9 days?", "logs older than 2 days", {}, "logs older than 9 days"),
        ("and mysqld?", "is apache running", {"name": "apache"}, "is mysqld running"),
    ],
)
def test_another_value_takes_the_place_of_the_one_like_it(
    text: str, before: str, values: dict[str, str], full: str
):
    read = elliptic(text, before, values)
    assert read is not None
    assert read.text == full


def test_a_measure_is_no_place():
    assert elliptic("in percent", "free space on /data", {"path": "/data"}) is None


@pytest.mark.parametrize(
    ("said", "text", "full"),
    [
        (PORT, "set it to 8443", "set port to 8443 in web.ini"),
        (
            Said("is tls on in web.ini", {"file": "web.ini"}, "awk x", "no: tls = off"),
            "switch it on",
            "set tls to on in web.ini",
        ),
        (RIGHTS, "open it for everybody, 666", "chmod 666 /srv/in.txt"),
        (RIGHTS, "only me please", "chmod go-rwx /srv/in.txt"),
    ],
)
def test_what_was_asked_for_is_set(said: Said, text: str, full: str):
    read = in_full(text, said)
    assert read is not None
    assert read.text == full


@pytest.mark.parametrize(
    ("said", "text", "plain"),
    [
        (Said("unpack x.tar", {}, "tar -xf x.tar"), "ok, the tar can go", "delete x.tar"),
        (Said("zip pics", {}, 'zip -r "$s.zip"', "p.zip"), "move the zip to b", "move p.zip to b"),
        (
            Said("how many rows of a.csv are red?", {}, "awk x", "3"),
            "show them",
            "which rows of a.csv are red",
        ),
    ],
)
def test_an_order_is_said_plainly(said: Said, text: str, plain: str):
    assert said_plainly(text, said) == plain


def test_a_wrong_name_is_put_right_and_changes_are_thrown_away():
    renamed = Said(
        "rename a.txt to b.txt", {"source": "a.txt", "target": "b.txt"}, "f=a.txt; mv -nT -- a b"
    )
    read = corrected("no, i meant c.txt", renamed)
    assert read is not None
    assert read.recipe is not None
    assert read.recipe.template == "mv -nT -- b.txt c.txt"
    status = Said("what changed", {}, "git status", " M a")
    assert carried("throw it away", status) == "discard all uncommitted changes"
