"""Questions about Mica's own use with music: how a score is sent, how what was made is kept.

Their texts are notes of the composer, so that they are found there too.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from runtime.yaml_files import read_yaml

_NOTES = Path(__file__).with_name("composer") / "notes.yaml"
_CAN = (
    r"(?:can|could|may|do|should|must|how|where|is|are|which|what|i'?d like|i want|i have)\b.*?\b"
)
_SCORE = (
    r"(?:midi|musicxml|mxl|abc|krn|kern|lily ?pond|pdf|sheet music|scores?|music files?|tunes?"
    r"|songs?|my (?:own )?(?:music|tune|song|piece))"
)
_HEARD = r"(?:recordings?|audio(?: files?)?|mp3|wav(?: files?)?)"
_FILES = r"(?:formats?|files?|file types?|kinds? of files?)"
_MADE = r"(?:this|that|it|what you|the (?:music|sound|picture|result|sheet music|score|notes))"
_PROGRAM = r"(?:lily ?pond|csound|abc2midi|musescore|sonic pi)"
_KINDS = {
    "mica.recordings": (
        rf"{_CAN}{_HEARD}\b.*\b(?:chords?|key|tempo|bpm|hear|listen|find out|work out)\b",
        rf"\b(?:hear|listen to|transcribe|analy[sz]e|detect\w*|find out)\b.*\b{_HEARD}\b",
    ),
    "mica.sending_scores": (
        rf"{_CAN}(?:upload|import|send|give you|drop|attach|load|hand you|feed)\b.*\b{_SCORE}\b",
        r"\b(?:you|mica) (?:read|open|analy[sz]e|load|accept)\b.*\b(?:files?|formats?|mxl|pdf)\b",
        rf"\b{_FILES} (?:can|could|do) i (?:upload|send)",
        rf"\b{_FILES} (?:can|could|do) you (?:read|open|take|accept|load)",
    ),
    "mica.saving_files": (
        rf"\b(?:save|download|export|keep|print)\b.*\b(?:{_MADE}|you (?:made|wrote))\b",
        r"\bwhere\b.*\b(?:files?|midi|wav|downloads?)\b.*\b(?:made|wrote|saved|go|went)\b",
        rf"\b{_FILES} (?:can|could|do) you (?:export|write|save|make)",
        r"\b(?:can|could|do) you (?:make|export|write|produce|give me) (?:an? )?(?:pdf|mp3)\b",
        r"\bhow (?:do|can|would) i (?:get|open|import|bring) (?:this|that|it)\b.*\b(?:in|to)",
    ),
    "mica.real_music": (
        r"\b(?:corpus|index)\b.*\b(?:build|install|made?|have|contain|far|in it)\b",
        r"\b(?:build|install|make|set up|update)\b.*\bcorpus\b",
        r"\bwhat\b.*\bin (?:the|your) corpus\b",
        r"\bwhich composers (?:can|do|are)\b|\bwhich (?:pieces|scores) (?:can|do) you\b",
        r"\b(?:real|old|classical) music (?:do you|can you|come|comes)\b",
        r"\bwhere does your (?:real )?music come",
    ),
    "mica.other_programs": (
        rf"\b{_PROGRAM}\b.*\b(?:needed|required|installed?|necessary)\b",
        rf"\b(?:need|install|run|require)\b.*\b{_PROGRAM}\b.*"
        r"\b(?:you|computer|machine|this|pdf|check)\b",
        rf"\b(?:can|could|do|will) you (?:use|run|start|have)\b.*\b{_PROGRAM}\b",
    ),
}
_ASKS = re.compile(
    r"^\W*(?:(?:hi|hello|ok|so|and|please|hey|sorry)\W+)*(?:can|could|may|do|does|should|how|where|is|are"
    r"|which|what|i'?d like|i want|i have|must|will)\b",
    re.IGNORECASE,
)
_OTHERS = re.compile(
    r"[/~]\w|\b\w+\.(?:txt|log|conf|py|sh|csv|json)\b|\bdisk|\bprocess", re.IGNORECASE
)


def note_for(text: str) -> str:
    """Return the id of the note that answers a question about Mica itself; "" for others.

    >>> note_for("can I upload a midi file?"), note_for("which file formats can you export?")
    ('mica.sending_scores', 'mica.saving_files')
    >>> note_for("save C E G as midi"), note_for("where are the log files in /var/log?")
    ('', '')
    """
    text = " ".join(text[:400].replace("’", "'").split())
    if not _ASKS.search(text) or _OTHERS.search(text):
        return ""
    found = (
        note
        for note, kinds in _KINDS.items()
        for kind in kinds
        if re.search(kind, text, re.IGNORECASE)
    )
    return next(found, "")


@cache
def text_of(note: str) -> str:
    """Return the text of a note."""
    return next(str(each["text"]) for each in read_yaml(_NOTES) if each["id"] == note)
