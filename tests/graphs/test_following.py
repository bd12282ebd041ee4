"""Follow-ups that are the command before once more: filtered, sorted, done to what it printed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.again import command

from graphs.reading.about import Said
from graphs.reading.correcting import corrected
from graphs.reading.following import followed
from graphs.reading.things import named

EMPTY = Said(
    "which files in /srv/spool have size zero?",
    {"path": "/srv/spool"},
    "find /srv/spool -type f -empty 2>/dev/null",
    "/srv/spool/n1.job\n/srv/spool/out/n2.job",
)
JOBS = Said(
    "show the lines of worker-3 in jobs.log",
    {"text": "worker-3", "file": "jobs.log"},
    "grep -wF worker-3 jobs.log",
    "job1 worker-3 done\njob3 worker-3 failed\njob6 worker-3 failed",
)
LISTED = Said("list /srv/data", {"path": "/srv/data"}, "ls /srv/data", "a.csv\nb.csv")
SIZES = Said(
    "size of the folders in /srv",
    {"path": "/srv"},
    "du -h --max-depth=1 /srv | sort -rh",
    "4.3M\t/srv\n3.2M\t/srv/b\n16K\t/srv/a",
)
RUNNING = Said(
    "show the processes",
    {},
    "ps aux",
    "USER PID %CPU COMMAND\nmica 1 0.0 sleep 3\nroot 2 0.0 bash",
)
FOUND = Said(
    "find *.txt in /srv", {"path": "/srv"}, "find /srv -name '*.txt'", "/srv/a.txt\n/srv/b.txt"
)
TAIL = Said("tail of a.log", {"file": "a.log"}, "tail -n 10 a.log", "1 x\n2 y\n3 z")


@pytest.mark.parametrize(
    ("said", "text", "again"),
    [
        (JOBS, "how many is that?", "grep -wF worker-3 jobs.log | wc -l"),
        (JOBS, "only count them", "grep -wF worker-3 jobs.log | wc -l"),
        (RUNNING, "how many are there", "ps aux | tail -n +2 | wc -l"),
        (JOBS, "how many failed?", "grep -wF worker-3 jobs.log | grep -c -iF -- failed"),
        (JOBS, "only the failed ones", "grep -wF worker-3 jobs.log | grep -iF -- failed"),
        (JOBS, "without the done ones", "grep -wF worker-3 jobs.log | grep -v -iF -- done"),
        (JOBS, "with line numbers", "grep -n -wF worker-3 jobs.log"),
        (JOBS, "case insensitive please", "grep -i -wF worker-3 jobs.log"),
        (JOBS, "sorted", "grep -wF worker-3 jobs.log | sort"),
        (JOBS, "just the first two", "grep -wF worker-3 jobs.log | head -n 2"),
        (TAIL, "more, 40 lines", "tail -n 40 a.log"),
        (TAIL, "and the first 3?", "head -n 3 a.log"),
        (TAIL, "the other way round", "tail -n 10 a.log | tac"),
        (LISTED, "with hidden files", "ls -A /srv/data"),
        (LISTED, "biggest first", "ls -lhS /srv/data"),
        (SIZES, "in bytes", "du -b --max-depth=1 /srv | sort -rh"),
        (SIZES, "only the sizes", "du -h --max-depth=1 /srv | sort -rh | cut -f1"),
        (RUNNING, "sort by memory", "ps aux --sort=-%mem"),
        (FOUND, "just those bigger than 10k", "find /srv -size +10k -name '*.txt'"),
        (FOUND, "only those older than 3 days", "find /srv -mtime +3 -name '*.txt'"),
        (FOUND, "without subfolders", "find /srv -maxdepth 1 -name '*.txt'"),
        (FOUND, "just the names", "find /srv -name '*.txt' | sed 's|.*/||'"),
        (FOUND, "save that list to found.txt", "find /srv -name '*.txt' > found.txt"),
        (replace(FOUND, command="find /srv -empty | wc -l"), "which ones?", "find /srv -empty"),
        (replace(JOBS, command="grep -cF -- a jobs.log"), "show them", "grep -F -- a jobs.log"),
        (JOBS, "save it as w3.txt in /srv", "grep -wF worker-3 jobs.log > /srv/w3.txt"),
    ],
)
def test_a_wish_about_what_was_printed_runs_the_command_with_it(said: Said, text: str, again: str):
    assert command(text, said) == again


@pytest.mark.parametrize(
    ("text", "deed"),
    [
        ("delete them", "rm -- /srv/spool/n1.job /srv/spool/out/n2.job"),
        ("copy both to /tmp/x", "mkdir -p /tmp/x && cp -a -t /tmp/x -- {}"),
        ("put them in a folder called trash", "mkdir -p trash && mv -t trash -- {}"),
        ("zip them into old.zip", "zip -r old.zip {}"),
        ("which one is the newest?", "ls -1td -- {} | head -n 1"),
        ("how many lines do they have", "wc -l -- {}"),
    ],
)
def test_what_is_done_to_them_is_done_to_each_path_that_was_printed(text: str, deed: str):
    paths = "/srv/spool/n1.job /srv/spool/out/n2.job"
    assert command(text, EMPTY) == deed.replace("{}", paths)


def test_many_paths_come_from_the_command_that_found_them():
    many = "\n".join(f"/srv/{number}" for number in range(40))
    said = Said("empty files", {}, "find /srv -empty", many)
    assert command("delete them", said) == r"find /srv -empty | xargs -r -d '\n' rm --"


def test_a_name_with_blanks_stays_one_name():
    said = Said("empty files", {}, "find /srv -empty", "/srv/a b\n/srv/c")
    assert command("delete them", said) == "rm -- '/srv/a b' /srv/c"


@pytest.mark.parametrize("text", ["only the hidden ones", "list /etc", "which version?", "run it"])
def test_what_the_printed_lines_do_not_show_is_left_to_the_search(text: str):
    assert followed(text, LISTED) is None


@pytest.mark.parametrize("text", ["how many?", "sorted", "save it to list.txt"])
def test_a_command_that_changes_something_is_not_run_again(text: str):
    said = Said("commit it", {}, "git commit -am x", "[main 1] x\n 1 file changed")
    assert followed(text, said) is None


def test_joined_commands_stay_together():
    said = Said("list a.zip", {}, "tar -tf a.zip 2>/dev/null || unzip -l a.zip", "x.txt\ny.png")
    read = followed("just the txt files in it", said)
    assert read is not None
    assert read.recipe is not None
    assert str(read.recipe.template).startswith(
        "{{ tar -tf a.zip 2>/dev/null || unzip -l a.zip; }} |"
    )


@pytest.mark.parametrize(
    ("text", "full"),
    [
        ("what's in the second one?", "what's in /srv/data/b.csv?"),
        ("delete the first one", "delete /srv/data/a.csv"),
        ("show the first 2 lines", "show the first 2 lines"),
    ],
)
def test_an_ordinal_names_the_path_that_was_printed(text: str, full: str):
    assert named(text, LISTED) == full


@pytest.mark.parametrize(
    ("said", "text", "full"),
    [
        (
            Said("how big is /var/log", {"path": "/var/log"}, "du -sh /var/log", "1M"),
            "sorry, i meant /srv",
            "how big is /srv",
        ),
        (
            Said("list the files in docs", {"path": "docs"}, "ls docs", "a"),
            "data, not docs",
            "list the files in data",
        ),
    ],
)
def test_a_correction_asks_for_the_same_with_the_right_value(said: Said, text: str, full: str):
    read = corrected(text, said)
    assert read is not None
    assert read.text == full


@pytest.mark.parametrize(
    ("said", "text", "right"),
    [
        (
            Said("replace foo with bar in a.ini", {}, "sed -i s#foo#bar#g a.ini"),
            "sorry, i meant replace it with baz",
            "sed -i 's#bar#baz#g' a.ini",
        ),
        (
            Said("make a folder red", {"dir": "red"}, "mkdir -p red"),
            "no, it should be called green",
            "mv -n -- red green",
        ),
    ],
)
def test_a_correction_puts_right_what_was_made(said: Said, text: str, right: str):
    read = corrected(text, said)
    assert read is not None
    assert read.recipe is not None
    assert read.recipe.template == right


@pytest.mark.parametrize(
    "text", ["list the files in /srv", "oh and move it to /srv", "how big is it"]
)
def test_what_corrects_nothing_is_no_correction(text: str):
    assert corrected(text, LISTED) is None


LONG = Said(
    "files over 10k",
    {"size": "10k"},
    "find . -type f -size +10k -exec ls -lh {} + 2>/dev/null",
    "-rw-r--r-- 1 m m 88K Nov 22 15:22 ./b.jpg\n-rw-r--r-- 1 m m 20K Nov 22 15:22 ./my c.png",
)
SETTINGS = Said("what's in app.conf", {"file": "app.conf"}, "cat app.conf", "port=8080\ndebug=true")
KEY = "grep -iE '^[[:space:]]*port[[:space:]]*[=:]'"
HEAD = Said("first 3 lines of a.log", {"file": "a.log"}, "head -n 3 a.log", "1\n2\n3")


@pytest.mark.parametrize(
    ("said", "text", "again"),
    [
        (LONG, "zip them as big.zip", "zip -r big.zip ./b.jpg './my c.png'"),
        (SETTINGS, "what is the port set to?", f"cat app.conf | {KEY}"),
        (SETTINGS, "what is the host set to?", None),
        (HEAD, "the next 3", "tail -n +4 a.log | head -n 3"),
        (RUNNING, "just the ones from root", "ps aux | awk 'NR == 1 || $1 == \"root\"'"),
        (RUNNING, "only those of nobody", "ps aux | awk 'NR == 1 || $1 == \"nobody\"'"),
        (TAIL, "in upper case", "tail -n 10 a.log | tr '[:lower:]' '[:upper:]'"),
        (TAIL, "only x and y", "tail -n 10 a.log | grep -iwE -- 'x|y'"),
        (FOUND, "count the words in them", "wc -w -- /srv/a.txt /srv/b.txt"),
    ],
)  # fmt: skip
def test_more_of_what_was_printed(said: Said, text: str, again: str | None):
    assert command(text, said) == again


def test_the_largest_of_sizes_is_one_of_these():
    made = command("the biggest one?", SIZES)
    assert made and made.endswith("| sort -rh | head -n 1")


def test_a_kind_of_file_or_a_name_alone_is_the_one_that_was_printed():
    said = Said("archives here", {}, "find . -name x", "./a.tar.gz\n./docs/b.zip")
    assert named("what is in the zip", said) == "what is in ./docs/b.zip"
    assert named("unpack b.zip", said) == "unpack ./docs/b.zip"
    assert named("what is in the csv", said) == "what is in the csv"
    assert named("unpack c.zip", said) == "unpack c.zip"


def test_a_move_is_taken_back():
    said = Said("rename a.txt to b.txt", {}, "mv -n a.txt b.txt")
    back = corrected("rename it back", said)
    assert back and back.recipe and back.recipe.template == "mv -n -- b.txt a.txt"
    assert corrected("give it back its name", said) is None
    switched = corrected("switch back", Said("switch to x", {}, "git -C repo switch x"))
    assert switched and switched.recipe and switched.recipe.template == "git -C repo switch -"
