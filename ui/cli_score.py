"""`mica score`: what a music file holds, and the file changed or in another format."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from ui.cli_common import fail


def score(
    file: Annotated[
        Path, typer.Argument(help="MIDI, MusicXML (.mxl too), ABC, LilyPond, Csound or WAV.")
    ],
    change: Annotated[
        str,
        typer.Option(
            "--change", help="'up a step', 'to E minor', 'bars 5 to 8', 'check voice leading'."
        ),
    ] = "",
    save: Annotated[
        Path | None,
        typer.Option("--save", metavar="DIR", help="Keep picture, sound, MIDI, MusicXML and ABC."),
    ] = None,
) -> None:
    """Tell what a music file holds: key, meter, tempo, parts, chords by bar, form."""
    from tools.music.pitch import MusicError
    from tools.music.upload import analyse_upload, largest
    from ui import saving

    size = file.stat().st_size
    if size > largest(file.name):
        fail(f"{file} has {size} bytes; a file may have {largest(file.name)}")
    try:
        result = analyse_upload(file.name, file.read_bytes(), change)
    except MusicError as problem:
        fail(str(problem))
    print(result.text)
    if save is not None:
        for path in saving.save(save, result.artifacts):
            print(f"saved {path}", file=sys.stderr)
