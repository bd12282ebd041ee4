from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.values import TOKEN, ValueTable, expand, mark, music, shell

WORDS = frozenset(
    "show me the largest files under in delete every file find bigger than list lines of "
    "replace with kill process on port don't between and older days".split()
)


def marked(text: str) -> tuple[str, dict[str, str]]:
    table = ValueTable()
    return mark(text, lambda t: shell.find(t, WORDS), table), table.values


@pytest.mark.parametrize(
    ("text", "expected", "values"),
    [
        ("the five largest files under /usr/lib?", "the <n1> largest files under <p1>?",
         {"<n1>": "5", "<p1>": "/usr/lib"}),
        ("delete every .log file in /srv/app", "delete every <e1> file in <p1>",
         {"<e1>": ".log", "<p1>": "/srv/app"}),
        ("find files bigger than 100 MB", "find files bigger than <z1>", {"<z1>": "100M"}),
        ("replace \"foo bar\" with 'baz' in notes.txt", "replace <s1> with <s2> in <f1>",
         {"<s1>": "foo bar", "<s2>": "baz", "<f1>": "notes.txt"}),
        ("kill process nginx on port 8080", "kill process <w1> on port <n1>",
         {"<w1>": "nginx", "<n1>": "8080"}),
        ("lines 5-10 of /etc/passwd.", "lines <n1>-<n2> of <p1>.",
         {"<n1>": "5", "<n2>": "10", "<p1>": "/etc/passwd"}),
        ("between 2024-05-01 and 10:30", "between <t1> and <t2>",
         {"<t1>": "2024-05-01", "<t2>": "10:30"}),
        ("list *.py", "list <g1>", {"<g1>": "*.py"}),
        ("find files older than two weeks in my home folder",
         "find files older than <n1> <w1> in <p1>",
         {"<n1>": "2 weeks", "<w1>": "weeks", "<p1>": "~"}),
        ("show lines of CREATE TABLE between half past two and quarter past 9 pm",
         "show lines of <s1> between <t1> and <t2>",
         {"<s1>": "CREATE TABLE", "<t1>": "2:30", "<t2>": "9:15pm"}),
        ("list every iso in /srv", "list every <e1> in <p1>", {"<e1>": ".iso", "<p1>": "/srv"}),
        ("list the jpgs and the 404s", "list the <e1> and the <n1>s",
         {"<e1>": ".jpg", "<n1>": "404"}),
        ("list files older than a year", "list files older than <n1> <w1>",
         {"<n1>": "1 year", "<w1>": "year"}),
        ("between the 3rd of March 2025 and Dec 24", "between the <t1> and <t2>",
         {"<t1>": "3 March 2025", "<t2>": "Dec 24"}),
        ("delete lines with #, replace ; with |", "delete lines with <s1>, replace <s2> with <s3>",
         {"<s1>": "#", "<s2>": ";", "<s3>": "|"}),
        ("replace 30 6 * * 1-5 /srv/a.sh -q in mycron", "replace <s1> in <w1>",
         {"<s1>": "30 6 * * 1-5 /srv/a.sh -q", "<w1>": "mycron"}),
        ("replace {{NAME}} with __HOST__", "replace <s1> with <s2>",
         {"<s1>": "{{NAME}}", "<s2>": "__HOST__"}),
        ("replace , with ;", "replace <s1> with <s2>", {"<s1>": ",", "<s2>": ";"}),
        ("find lines of MAILTO=\"\" and [web] in .env", "find lines of <w1> and <w2> in <e1>",
         {"<w1>": 'MAILTO=""', "<w2>": "web", "<e1>": ".env"}),
        ("files with rw-r----- older than 1.10.2 and 90s and 5ms and 15 min",
         "files with <n1> older than <w1> and <n2> and <n3> and <n4> <w2>",
         {"<n1>": "640", "<w1>": "1.10.2", "<n2>": "90 seconds", "<n3>": "5",
          "<n4>": "15 minutes", "<w2>": "min"}),
        ("between 31.12.2026 and 3/12/2027", "between <t1> and <t2>",
         {"<t1>": "31.12.2026", "<t2>": "3/12/2027"}),
        ("find files ending with ~ in _test", "find files <w1> with <g1> in <w2>",
         {"<w1>": "ending", "<g1>": "*~", "<w2>": "_test"}),
        ("commit with message fix the login form", "<w1> with <w2> <s1>",
         {"<w1>": "commit", "<w2>": "message", "<s1>": "fix the login form"}),
        ("replace Anna Maria with user nobody", "replace <w1> with <w2> <w3>",
         {"<w1>": "Anna Maria", "<w2>": "user", "<w3>": "nobody"}),
        ("find a/b and a/b", "find <p1> and <p1>", {"<p1>": "a/b"}),
        ("lines of words.txt ending in s", "lines of <f1> <w1> in <s1>",
         {"<f1>": "words.txt", "<w1>": "ending", "<s1>": "s"}),
        ("replace 555-2368 in /srv/a.txt", "replace <s1> in <p1>",
         {"<s1>": "555-2368", "<p1>": "/srv/a.txt"}),
        ("show lines 100-2000", "show lines <n1>-<n2>", {"<n1>": "100", "<n2>": "2000"}),
        ("find (3 + 4) * 2 and lines (5-10)", "find <s1> and lines (<n1>-<n2>)",
         {"<s1>": "(3 + 4) * 2", "<n1>": "5", "<n2>": "10"}),
    ],
)  # fmt: skip
def test_marks_values_of_a_shell_request(text, expected, values):
    assert marked(text) == (expected, values)


def test_a_typed_slot_token_is_only_text():
    text, values = marked("show me <p1> /etc and <n2>")
    assert values["<p1>"] == "/etc"
    assert text.count("<p1>") == 1
    assert "<n2>" not in text


def test_the_ninth_value_of_a_kind_stays_as_it_is():
    text, values = marked(" ".join(f"/a/{n}" for n in range(9)))
    assert len(values) == 8
    assert text.endswith("/a/8")


@given(st.text(max_size=80))
def test_expanding_what_was_marked_gives_the_same_words(text):
    table = ValueTable()
    out = mark(text, lambda t: shell.find(t, WORDS), table)
    assert set(TOKEN.findall(out)) == {(t[1], t[2]) for t in table.values}
    assert expand(out, table.values) == expand(expand(out, table.values), {})


@given(st.text(alphabet="ABCDEFGabcdefg#b♯♭m7 ,/-°maj suspended flat", max_size=60))
def test_music_values_are_disjoint_and_lie_in_the_text(text):
    found = list(music.find(text))
    for item in found:
        assert text[item.start : item.end] == item.text
    for left, right in pairwise(found):
        assert left.end <= right.start


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("what is in E flat minor seventh, and up a fourth?", "ci"),
        ("a minor third above E flat", "im"),
        ("transpose Dm7 G7 Cmaj7 to E flat major", "hk"),
        ("ii V I in Bb", "vm"),
        ("the D dorian scale", "x"),
        ("is this a song about A?", "m"),
        ("I want a C and an A on alto sax", "mmu"),
        ("I'd like C", "m"),
        ("frequency of C sharp 4", "m"),
        ("2 5 1 in E flat", "vm"),
        ("E flat 2 5 1", "mv"),
        ("an octave and a third above C", "im"),
        ("is C E G a chord", "l"),
        ("what do C E G add up to", "l"),
        ("interval C G", "mm"),
        ("play C G", "l"),
        ("numerals of Am F C G, C major", "hk"),
    ],
)
def test_kinds_of_musical_values(text, kinds):
    assert "".join(found.kind for found in music.find(text)) == kinds


@pytest.mark.parametrize(
    ("text", "is_asked"),
    [
        ("8*9", "calculate 8*9"),
        ("what is (6 + 7)*3?", "calculate (6 + 7)*3"),
        ("2**16 = ?", "calculate 2**16"),
        ("how much is 90 / 4", "calculate 90 / 4"),
        ("lines 4-9 of a.txt", "lines 4-9 of a.txt"),
        ("5 4 * * 3", "5 4 * * 3"),
        ("2026-05-06", "2026-05-06"),
    ],
)
def test_a_bare_calculation_is_asked_in_words(text: str, is_asked: str):
    assert shell.in_words(text) == is_asked


def test_a_calculation_is_one_value_and_a_schedule_is_another():
    (found,) = shell.find("4 x 12", frozenset())
    assert (found.kind, found.text) == ("s", "4 * 12")
    (found,) = shell.find("10 3 * * 5", frozenset())
    assert found.text == "10 3 * * 5"
