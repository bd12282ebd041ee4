"""Follow-ups of what was measured, matched and listed before: by the words and what was printed."""

from __future__ import annotations

import pytest
from support.again import command

from graphs.reading.about import Said, thing_of
from graphs.reading.carrying import carried
from graphs.reading.comparing import compared
from graphs.reading.deriving import derived
from graphs.reading.referring import in_full
from graphs.reading.running import about_process

COUNT = Said("count 404s in access.log", {"file": "access.log"}, "grep -cw 404 access.log", "2")
MATCHES = Said(
    "failed logins in auth.log",
    {"file": "auth.log"},
    "grep -i failed auth.log",
    "10:01:02 failed password for ann from 10.0.0.7\n10:01:09 failed password for bob from ::1",
)
PICS = Said("list pics", {"path": "pics"}, "ls pics", "a.png\nb.png")
FOLDERS = Said("list the folders here", {}, "find . -mindepth 1 -type d", "./a\n./b")
HEAD = Said(
    "first 5 lines of long.txt", {"file": "long.txt"}, "head -n 5 long.txt", "1\n2\n3\n4\n5"
)
TOP = Said(
    "which process uses most memory",
    {},
    "ps -eo pid,user,comm --sort=-rss | head",
    "  9 mica ps\n812 mysql mysqld\n  3 root sh",
)
TABLE = Said("show sales.csv", {"file": "sales.csv"}, "column -t sales.csv", "item price\npen 2")
TEAMS = Said("show s.csv", {"file": "s.csv"}, "cat s.csv", "name,team\nann,red\nbob,blue")
SHOWN = Said("show app.yml", {"file": "app.yml"}, "cat app.yml", "port: 1\nlog_level: info")


@pytest.mark.parametrize(
    ("said", "text", "again"),
    [
        (COUNT, "which ones?", "grep -w 404 access.log"),
        (MATCHES, "from which ips?", "([0-9]{{1,3}}\\.){{3}}[0-9]{{1,3}}"),
        (COUNT, "on which pages?", "grep -w 404 access.log | grep -oiE"),
        (MATCHES, "who?", "\\bfor [a-z_][a-z0-9_-]* from"),
        (MATCHES, "when was that?", "uniq -c"),
        (PICS, "delete the smallest one", "ls -1Srd -- pics/a.png pics/b.png | head -n 1 | xargs"),
        (PICS, "move the newest to old", "mkdir -p old && ls -1td --"),
        (FOLDERS, "which is the biggest?", "du -sh -- ./a ./b | sort -rh | head -n 1"),
        (TEAMS, "only team red", "cat s.csv | grep -iF -- red"),
        (HEAD, "and the last 2", "tail -n 2 long.txt"),
        (HEAD, "only the last 2", "head -n 5 long.txt | tail -n 2"),
        (HEAD, "the rest", "tail -n +6 long.txt"),
        (SHOWN, "what is the log level?", "cat app.yml | grep -iE '^[[:space:]]*log[_. -]?level"),
    ],
)
def test_what_is_asked_comes_from_the_command_before(said: Said, text: str, again: str):
    assert again in (command(text, said) or "")


@pytest.mark.parametrize("text", ["who is bob?", "when will it rain", "delete the folder old"])
def test_other_wishes_are_looked_up(text: str):
    assert command(text, MATCHES) is None


@pytest.mark.parametrize(
    ("said", "text", "full"),
    [
        (
            Said(
                "count the lines of a.txt; how many lines",
                {"file": "a.txt"},
                "wc -l a.txt",
                "3 a.txt",
            ),
            "and what is the last one?",
            "show the last line of a.txt",
        ),
        (SHOWN, "set port to 2", "set port to 2 in app.yml"),
        (HEAD, "what about lines 6 to 8", "show lines 6 to 8 of long.txt"),
        (
            TABLE,
            "which item is the most expensive",
            "which item is the most expensive in sales.csv",
        ),
        (
            Said("put x.txt in test", {"file": "test/x.txt"}, "touch test/x.txt"),
            "remove the folder again",
            "remove the folder test",
        ),
        (
            Said(
                "delete empty files in docs", {"path": "docs"}, "find docs -empty -delete", "docs/a"
            ),
            "check it's gone",
            "list the files in docs",
        ),
        (
            Said("make b.txt", {"file": "b.txt"}, "touch b.txt"),
            'add "milk"',
            'append "milk" to b.txt',
        ),
        (
            Said(
                "show app.yml, the level",
                {},
                "cat app.yml | grep -iE '^[[:space:]]*level[[:space:]]*[=:]'",
                "level: info",
            ),
            "set it to debug",
            "set level to debug in app.yml",
        ),
        (
            Said("what is the highest temp in w.csv", {"file": "w.csv"}, "awk 1 w.csv", "9"),
            "and the lowest?",
            "what is the lowest temp in w.csv",
        ),
    ],
)
def test_what_leans_is_read_in_full(said: Said, text: str, full: str):
    read = in_full(text, said)
    assert read is not None
    assert read.text == full


def test_another_program_is_asked_the_same():
    said = Said("is vim installed", {"package": "vim"}, "dpkg -s vim")
    assert in_full("and nano?", said) == ("is nano installed", "same", None)
    assert in_full("and updated?", said) is None


def test_the_original_of_an_archive_is_what_was_packed():
    said = Said("zip the docs folder", {"source": "docs"}, "zip -r docs.zip docs")
    assert carried("delete the original", said) == "delete the folder docs"


def test_what_lies_in_a_folder_that_is_named_is_not_the_thing_before():
    assert in_full("list what's inside docs", Said("unpack a.tgz", {"archive": "a.tgz"})) is None


def test_the_one_of_two_that_is_more():
    step = compared("which is bigger?", ["du -sh a", "du -sh b"], ["4K\ta", "8K\tb"])
    assert step is not None
    assert step.command == "{ du -sh a; du -sh b; } | sort -rh | head -n 1"
    assert compared("which is bigger?", ["du -sh a", "rm b"], ["4K\ta", ""]) is None
    assert compared("list them", ["du -sh a", "du -sh b"], ["4K\ta", "8K\tb"]) is None


@pytest.mark.parametrize(
    ("text", "full"),
    [
        ("who started it?", "which user owns process 812"),
        ("how long has it been running?", "how long has process 812 been running?"),
        ("what is its parent", "what is the parent of process 812"),
        ("list a.txt", "list a.txt"),
    ],
)
def test_a_process_that_was_printed_is_named_by_its_number(text: str, full: str):
    assert about_process(text, TOP) == full


def test_one_of_several_processes_is_not_named():
    assert about_process("kill it", Said("list processes", {}, "ps -e", "1 a\n2 b")) == "kill it"


def test_how_often_each_is_there():
    made = derived("count how often each appears", MATCHES, harmless=True)
    assert made is not None
    assert made.template == "grep -i failed auth.log | sort | uniq -c | sort -rn"


def test_what_was_backed_up_is_meant_and_not_its_copy():
    values = {"source": "a.conf", "target": "a.conf.bak"}
    assert (
        thing_of(Said("back up a.conf to a.conf.bak", values, "cp a.conf a.conf.bak")) == "a.conf"
    )
    assert (
        thing_of(Said("copy a.conf to a.conf.bak", values, "cp a.conf a.conf.bak")) == "a.conf.bak"
    )
