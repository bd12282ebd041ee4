"""Queries of tables are composed where each word is understood, and print what was asked for."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from support import needs

from graphs.composing.tables import compose
from graphs.composing.tables_awk import form
from graphs.reading.printed import judged

_ORDERS = """\
id,customer,City,price,status,date
1,Ada,Oslo,120,open,2026-01-05
2,Ben,Lima,80,shipped,2026-02-11
3,Cleo,Oslo,9.5,shipped,2026-02-20
4,Dan,Cairo,,open,2026-03-01
5,Eva,Lima,300,shipped,2026-03-09
"""
_HEADER = "id,customer,City,price,status,date"
_ROWS = dict(zip("12345", _ORDERS.splitlines()[1:], strict=True))


def _rows(numbers: str) -> str:
    return "\n".join([_HEADER, *(_ROWS[number] for number in numbers)])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "orders.csv").write_text(_ORDERS)
    (tmp_path / "orders.tsv").write_text(_ORDERS.replace(",", "\t"))
    (tmp_path / "orders.txt").write_text(_ORDERS.replace(",", ";"))
    (tmp_path / "windows.csv").write_text(_ORDERS.replace("\n", "\r\n"))
    return tmp_path


def _run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", command], cwd=folder, capture_output=True, text=True, timeout=20
    )


@pytest.mark.parametrize(
    ("request_", "printed"),
    [
        ("how many orders in orders.csv have status shipped and a price over 50?", "2"),
        ("rows of orders.csv where city is oslo and price is under 50", _rows("3")),
        ("show orders.csv rows with price at least 80, sorted by price, highest first",
         _rows("512")),
        ("top 2 rows of orders.csv by price where city is not Lima", _rows("13")),
        ("orders.csv: the 2 rows with the lowest price, only columns 1 and 4",
         "id,price\n3,9.5\n2,80"),
        ("the row with the highest price in orders.csv where status is open", _rows("1")),
        ("orders in orders.csv with no price, only customer and city", "customer,City\nDan,Cairo"),
        ("list customer and price of orders.csv where customer starts with A",
         "customer,price\nAda,120"),
        ("customer of the rows in orders.csv where price is between 80 and 120", "Ada\nBen"),
        ("sum of the price column in orders.csv for rows where city is Lima", "380"),
        ("average price in orders.csv where status is shipped and city is Oslo", "9.5"),
        ("max price in orders.csv where status is open", "120"),
        ("lowest price in orders.csv where city is Lima", "80"),
        ("average price per city in orders.csv", "190\tLima\n64.75\tOslo"),
        ("how many orders for each city in orders.csv, most first, top 1", "2\tOslo"),
        ("total price per status in orders.csv, lowest first", "120\topen\n389.5\tshipped"),
        ("number of rows per city in orders.csv, sorted by city", "1\tCairo\n2\tLima\n2\tOslo"),
        ("number of different cities in orders.csv where status is shipped", "2"),
        ("different cities in orders.csv where price is over 50", "Lima\nOslo"),
        ("first 2 rows of orders.csv where the status column is shipped", _rows("23")),
        ("last 2 rows of orders.csv where status is shipped", _rows("35")),
        ("rows of orders.csv where the last column contains 2026-02, without the header",
         f"{_ROWS['2']}\n{_ROWS['3']}"),
        ("orders.csv: rows where column 3 is Oslo, only columns 1 and 4", "id,price\n1,120\n3,9.5"),
        ("rows of orders.csv where date is after 2026-02-11 and price is not empty", _rows("35")),
        ("rows of orders.csv where city is Oslo or Cairo, sorted by customer descending",
         _rows("431")),
        ("which 2 cities in orders.csv have the highest total price", "380\tLima\n129.5\tOslo"),
        ("which customer in orders.csv has the lowest price? only where city is Lima", _rows("2")),
        ("average id in orders.csv for rows with more than 90 price", "3"),
        ("sum up column 4 of orders.tsv where column 5 says open", "120"),
        ("how many rows of orders.tsv have city=Lima and price>100", "1"),
        ("sum of column 4 in orders.tsv where column 5 is shipped", "389.5"),
        ("orders.txt separated by semicolons: average price per status",
         "129.8333333\tshipped\n120\topen"),
        ("how many rows in windows.csv where date is 2026-03-01 and status is open", "1"),
    ],
)  # fmt: skip
def test_prints_what_was_asked_for(request_: str, printed: str, folder: Path) -> None:
    made = compose(request_)
    assert made is not None
    done = _run(made.command, folder)
    assert done.stderr == ""
    assert done.stdout.rstrip("\n") == printed


@pytest.mark.parametrize(
    "request_",
    [
        # One wish alone: recipes are for that.
        "rows of orders.csv where city is Oslo",
        "average price in orders.csv",
        "sort orders.csv by price",
        "the row with the highest price in orders.csv",
        "orders.csv: the 2 rows with the lowest price",
        "number of different cities in orders.csv",
        # A word that is not understood.
        "red rows of orders.csv with price over 5",
        "rows of orders.csv with price over 5 euros, sorted by price",
        "rows of orders.csv older than 30 days, first 5",
        "median price per city in orders.csv",
        "delete the rows of orders.csv where price is over 100 and status is open",
        "replace Oslo by Bergen in orders.csv where status is open",
        "rows of orders.csv changed in the last 2 days, newest first",
        "number of rows with errors in orders.csv",
        "which is the most common city in orders.csv where status is open",
        "who in orders.csv lives in Oslo and paid over 50",
        "join orders.csv and people.csv on id, only customer and city",
        # Wishes that do not go together, or are not clear.
        "sum and average price per city in orders.csv",
        "top 5 rows of orders.csv sorted by price and sorted by city",
        "last 3 rows of orders.csv sorted by price",
        "how many rows of orders.csv have a price over 5, sorted by city",
        "rows of orders.csv with price over five hundred and two, first 3",
        # No table.
        "how many lines of app.log contain ERROR",
        "files with size over 5M in reports, sorted by name",
        "rows where price is over 5, sorted by price",
    ],
)
def test_is_not_composed(request_: str) -> None:
    assert compose(request_) is None


def test_a_missing_column_is_said_and_fails(folder: Path) -> None:
    made = compose("how many rows of orders.csv have colour red and price over 5")
    assert made is not None
    done = _run(made.command, folder)
    assert done.returncode == 1
    assert done.stdout == f"no column price or colour; there are {_HEADER}\n"


def test_a_quoted_cell_may_hold_a_comma(folder: Path) -> None:
    if "GNU Awk" not in _run("awk --version", folder).stdout:
        needs.lacking("the test runs the sandbox's awk: apt-get install gawk")
    (folder / "names.csv").write_text('"name","age"\n"Lovelace, Ada",36\n"Hopper, Grace","85"\n')
    made = compose("rows of names.csv with age over 40, only name and age")
    assert made is not None
    assert _run(made.command, folder).stdout == '"name","age"\n"Hopper, Grace","85"\n'


@pytest.mark.parametrize(
    "request_",
    [
        "average price per city in orders.csv, highest first, top 3",
        "rows of orders.tsv where city is Oslo, sorted by price",
        "last 2 rows of orders.csv where status is shipped",
        'rows of orders.csv where name contains "a\'; rm -rf x #", sorted by id',
    ],
)
def test_only_reads(request_: str) -> None:
    made = compose(request_)
    assert made is not None
    assert judged(made.command).verdict == "allow"


def test_what_was_understood_is_said() -> None:
    made = compose("top 3 rows of orders.csv by price where city is Oslo, only id and price")
    assert made is not None
    assert made.shows == (
        "rows of orders.csv where city is Oslo, by price, highest first, the first 3,"
        " only id, price"
    )
    assert not made.changes


@pytest.mark.parametrize(
    ("said", "header"),
    [("city", "cities"), ("cities", "city"), ("price", "prices"), ("unit price", "unit_price"),
     ("status", "status"), ("day", "days"), ("key", "key")],
)  # fmt: skip
def test_a_column_is_found_in_the_singular_and_the_plural(said: str, header: str) -> None:
    assert form(said) == form(header)
