"""Codes made to hurt get an error, in bounded time and memory."""

from __future__ import annotations

import functools
import io
import random
import struct
import subprocess
import sys
import textwrap
import time
import zipfile

import pytest

from tools.music.codes.formats import (
    ABC,
    CSOUND,
    FORMATS,
    KERN,
    LILYPOND,
    MIDI,
    MUSICXML,
    SONIC_PI,
    STRUDEL,
    TIDAL,
)

SECONDS = 2.0
MEGABYTES = 200


@functools.cache
def zip_bomb() -> bytes:
    """300 MB of spaces in 300 kB: as large as a score could make the memory grow, and more."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("META-INF/container.xml", '<rootfile full-path="score.xml"/>')
        with archive.open("score.xml", "w") as file:
            for _ in range(300):
                file.write(b" " * (1 << 20))
    return out.getvalue()


def lying_zip_bomb() -> bytes:
    """The same, told to be small."""
    data = bytearray(zip_bomb())
    entry = data.rindex(b"PK\x01\x02", 0, data.rindex(b"score.xml"))
    data[entry + 24 : entry + 28] = struct.pack("<I", 1000)
    return bytes(data)


def nested_zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number in range(5000):
            archive.writestr(f"{number}.xml", "")
    return out.getvalue()


def laughs() -> bytes:
    """Entities that unfold to gigabytes."""
    rows = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    return (
        f'<?xml version="1.0"?><!DOCTYPE score [<!ENTITY e0 "ha">{rows}]>'
        "<score-partwise>&e11;</score-partwise>"
    ).encode()


def external_entity() -> bytes:
    return (
        b'<!DOCTYPE s [<!ENTITY x SYSTEM "file:///etc/passwd">]><score-partwise>&x;'
        b"</score-partwise>"
    )


def deep_xml() -> bytes:
    return b"<score-partwise>" + b"<a>" * 300_000 + b"</a>" * 300_000 + b"</score-partwise>"


def measures(count: int) -> bytes:
    body = b"<measure/>" * count
    return b'<score-partwise><part id="P1">' + body + b"</part></score-partwise>"


def wide_measure() -> bytes:
    note = b"<note><rest/><duration>1</duration></note>"
    head, tail = b'<score-partwise><part id="P"><measure>', b"</measure></part></score-partwise>"
    return head + note * 190_000 + tail


def track(*events: bytes) -> bytes:
    body = b"".join(events)
    return b"MTrk" + struct.pack(">I", len(body)) + body


def midi(*tracks: bytes, ticks: int = 480) -> bytes:
    return b"MThd" + struct.pack(">IHHH", 6, 1, len(tracks), ticks) + b"".join(tracks)


def billion_bars() -> bytes:
    """A note, and another after 2^28 ticks times fifty at one tick a quarter."""
    note = b"\x00\x90\x3c\x40\x01\x80\x3c\x00"
    far = b"\xff\xff\xff\x7f\xff\x01\x00" * 50
    return midi(track(note, far, note, b"\x00\xff\x2f\x00"), ticks=1)


def many_notes() -> bytes:
    return midi(track(b"\x00\x90\x3c\x40\x01\x80\x3c\x00" * 500_000, b"\x00\xff\x2f\x00"))


def overlapping() -> bytes:
    notes = b"".join(b"\x01\x90" + bytes((n % 128, 64)) for n in range(20_000))
    return midi(track(notes, b"\x00\xff\x2f\x00"))


def meter_changes() -> bytes:
    change = b"\x01\xff\x58\x04\x01\x06\x18\x08" * 100_000
    note = b"\x00\x90\x3c\x40\x01\x80\x3c\x00"
    return midi(track(note, change, note, b"\x00\xff\x2f\x00"), ticks=1)


def key_changes() -> bytes:
    change = b"\x00\xff\x59\x02\x01\x00\x01\x90\x3c\x40\x01\x80\x3c\x00"
    return midi(track(change * 9_000, b"\x00\xff\x2f\x00"), ticks=1)


ABC_HEAD = "X:1\nT:t\nM:4/4\nL:1/8\nK:C\n"
HOSTILE = {
    "zip bomb": (MUSICXML, zip_bomb),
    "lying zip bomb": (MUSICXML, lying_zip_bomb),
    "zip of many files": (MUSICXML, nested_zip),
    "entities": (MUSICXML, laughs),
    "external entity": (MUSICXML, external_entity),
    "deep xml": (MUSICXML, deep_xml),
    "many measures": (MUSICXML, lambda: measures(800_000)),
    "wide measure": (MUSICXML, wide_measure),
    "long attribute": (MUSICXML, lambda: b'<score-partwise a="' + b"x" * 7_000_000 + b'"/>'),
    "billion bars": (MIDI, billion_bars),
    "many notes": (MIDI, many_notes),
    "overlapping notes": (MIDI, overlapping),
    "meter changes": (MIDI, meter_changes),
    "key changes": (MIDI, key_changes),
    "abc rest bars": (ABC, lambda: ABC_HEAD + "Z999999999|" * 100),
    "abc notes": (ABC, lambda: ABC_HEAD + "C" * 390_000),
    "abc bars": (ABC, lambda: ABC_HEAD + "|C" * 190_000),
    "abc voices": (ABC, lambda: ABC_HEAD + "".join(f"V:{n}\nC|\n" for n in range(30_000))),
    "abc unknown signs": (ABC, lambda: ABC_HEAD + "@" * 390_000),
    "abc digits": (ABC, lambda: ABC_HEAD + "C" + "9" * 300_000 + "(3:" + "9" * 80_000),
    "abc chord": (ABC, lambda: ABC_HEAD + "[" + "C" * 300_000),
    "abc quotes": (ABC, lambda: ABC_HEAD + '"' * 390_000),
    "lilypond repeats": (
        LILYPOND, lambda: "\\repeat unfold 200 { " * 30 + "c4" + " }" * 30
    ),
    "lilypond variables": (
        LILYPOND,
        lambda: "a = { c4 }\n"
        + "".join(f"{chr(98 + n)} = {{ {f'{chr(92)}{chr(97 + n)} ' * 10}}}\n" for n in range(12))
        + "\\m",
    ),
    "lilypond itself": (LILYPOND, lambda: "a = { \\a \\a }\n\\a"),
    "lilypond meters": (
        LILYPOND,
        lambda: "<< {" + "\\time 2/4 r4 \\time 3/4 r4 " * 6_000 + "}{" + "r4 " * 9000 + "} >>",
    ),
    "lilypond deep": (LILYPOND, lambda: "{" * 150_000),
    "lilypond scheme": (LILYPOND, lambda: "#(" * 100_000),
    "lilypond skips": (LILYPOND, lambda: "{ " + "R1*4096 " * 40_000 + "}"),
    "mini factors": (STRUDEL, lambda: "bd*256" + "*256" * 50),
    "mini depth": (STRUDEL, lambda: "[" * 100_000),
    "mini products": (STRUDEL, lambda: "[" * 30 + "bd*200" + "]*200" * 30),
    "mini copies": (STRUDEL, lambda: " ".join(["bd!500"] * 5000)),
    "mini alternation": (STRUDEL, lambda: "<" * 30 + "a b c d e f g" + " x>" * 30),
    "mini slow": (STRUDEL, lambda: "c4" + "/256" * 500),
    "tidal depth": (TIDAL, lambda: 'd1 $ sound "' + "[" * 100_000 + '"'),
    "tidal channels": (TIDAL, lambda: 'd1 $ sound "bd*256*256"\n' * 10_000),
    "tidal quotes": (TIDAL, lambda: 'd1 $ sound "' * 30_000),
    "sonic pi loops": (
        SONIC_PI, lambda: "10000.times do\n" * 30 + "play 60\nsleep 1\n" + "end\n" * 30
    ),
    "sonic pi depth": (SONIC_PI, lambda: "loop do\n" * 19_000),
    "sonic pi brackets": (SONIC_PI, lambda: "play [" + "[" * 300_000),
    "sonic pi sleep": (SONIC_PI, lambda: "play 60\n" + "sleep 9999999\n" * 15_000 + "play 61"),
    "csound notes": (CSOUND, lambda: "i1 0 1\n" * 50_000),
    "csound far": (CSOUND, lambda: "i1 1e9 1e9 0 60\n" * 100),
    "csound comment": (CSOUND, lambda: "/*" * 190_000),
    "kern splits": (KERN, lambda: "".join(
        "\t".join(["**kern" if n == 0 else "*^"] * 2 ** min(n, 14)) + "\n" for n in range(18)
    )),
    "kern splits and joins": (KERN, lambda: "**kern\n" + "*^\n4c\t4c\n*v\t*v\n4c\n" * 20_000),
    "kern spines": (KERN, lambda: "\t".join(["**kern"] * 50_000) + "\n"),
    "kern headers": (KERN, lambda: "**kern\n" * 50_000),
    "kern notes": (KERN, lambda: "**kern\n" + "4c\n" * 100_000),
    "kern chord": (KERN, lambda: "**kern\n4c" + " 4c" * 120_000),
    "kern bars": (KERN, lambda: "**kern\n" + "1c\n=\n" * 60_000),
    "kern empty bars": (KERN, lambda: "**kern\n1c\n" + "=\n" * 190_000 + "*M4/4\n4"),
    "kern lengths": (KERN, lambda: "**kern\n" + "00000c\n" * 15_000 + "9999%9999...c"),
    "kern keys": (KERN, lambda: "**kern\n" + "*k[f#]\n*k[b-]\n4c\n" * 20_000),
    "kern nonsense": (KERN, lambda: "**kern\n" + "hello\n" * 60_000),
    "too long": (ABC, lambda: "C" * 2_000_000),
}  # fmt: skip

# Strange, but small when it is read.
HARMLESS = frozenset(("mini alternation", "mini slow", "csound far", "key changes"))
LARGE = ("zip bomb", "lying zip bomb", "deep xml", "wide measure", "many notes", "abc notes")


def test_every_format_is_attacked():
    assert {found.name for found, _ in HOSTILE.values()} == {found.name for found in FORMATS}


@pytest.mark.parametrize("name", HOSTILE)
def test_it_ends_soon_with_an_error(name):
    found, build = HOSTILE[name]
    code = build()
    start = time.process_time()
    problems = found.check(code)
    spent = time.process_time() - start
    assert problems or name in HARMLESS, name
    assert all(str(problem) and len(str(problem)) < 600 for problem in problems)
    assert spent < SECONDS, f"{name}: {spent:.1f} s"


def test_nothing_of_it_takes_much_memory():
    """Each is read in a process of its own: a peak would hide the smaller ones after it."""
    code = textwrap.dedent(
        f"""
        import os, resource, sys
        sys.path[:0] = {sys.path!r}
        import test_hostile_codes as these
        def peak():
            return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        for name in these.LARGE:
            found, build = these.HOSTILE[name]
            code = build()
            child = os.fork()
            if not child:
                before = peak()
                found.check(code)
                print(name, round(peak() - before), sep="\\t", flush=True)
                os._exit(0)
            assert os.waitpid(child, 0)[1] == 0
        """
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    rows = dict(line.split("\t") for line in done.stdout.splitlines())
    assert set(rows) == set(LARGE)
    assert all(int(more) < MEGABYTES for more in rows.values()), rows


@pytest.mark.parametrize("found", FORMATS, ids=lambda f: f.name)
def test_random_and_cut_codes_never_raise(found):
    rng = random.Random(7)
    good = found.write(ABC.read(ABC_HEAD + 'C D "Am"[EGc]2 (3FGA z2|:_B4- B4:|').piece)
    start = time.process_time()
    for _ in range(60):
        data = bytearray(good[: rng.randrange(len(good) + 1)])
        for _ in range(rng.randrange(6)):
            if data:
                data[rng.randrange(len(data))] = rng.randrange(256)
        reading = found.read(bytes(data))
        assert reading.piece or reading.problems or reading.passed_over or reading.facts
    for size in (0, 1, 3, 14, 100, 5000):
        found.read(rng.randbytes(size))
        found.read(b"MThd" + rng.randbytes(size))
    assert time.process_time() - start < 20


def test_damage_is_told_by_its_byte():
    good = midi(track(b"\x00\x90\x3c\x40\x83\x60\x80\x3c\x00", b"\x00\xff\x2f\x00"))
    assert MIDI.check(good) == []
    (problem, *_) = MIDI.check(good[:-6])
    assert "byte 14" in str(problem)
    assert "the event is cut off" in " ".join(map(str, MIDI.check(good[:-6])))
    assert "MThd" in str(MIDI.check(b"nothing")[0])
