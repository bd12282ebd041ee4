"""All music tools, by name."""

from __future__ import annotations

from tools import Tool
from tools.music.band_tools import BAND_TOOLS
from tools.music.code_tools import CODE_TOOLS
from tools.music.comping_tools import COMPING_TOOLS
from tools.music.corpus_tools import CORPUS_TOOLS
from tools.music.counterpoint_tools import COUNTERPOINT_TOOLS
from tools.music.form_tools import FORM_TOOLS
from tools.music.fret_tools import FRET_TOOLS
from tools.music.generate_tools import GENERATE_TOOLS
from tools.music.harmony_tools import HARMONY_TOOLS
from tools.music.line_tools import LINE_TOOLS
from tools.music.part_writing_tools import PART_WRITING_TOOLS
from tools.music.picture_tools import PICTURE_TOOLS
from tools.music.range_tools import RANGE_TOOLS
from tools.music.rhythm_tools import RHYTHM_TOOLS
from tools.music.row_tools import ROW_TOOLS
from tools.music.theory_tools import THEORY_TOOLS
from tools.music.writing_tools import WRITING_TOOLS

TOOLS: tuple[Tool, ...] = (
    *THEORY_TOOLS,
    *WRITING_TOOLS,
    *FRET_TOOLS,
    *PICTURE_TOOLS,
    *HARMONY_TOOLS,
    *ROW_TOOLS,
    *RHYTHM_TOOLS,
    *CODE_TOOLS,
    *RANGE_TOOLS,
    *LINE_TOOLS,
    *GENERATE_TOOLS,
    *COMPING_TOOLS,
    *BAND_TOOLS,
    *FORM_TOOLS,
    *PART_WRITING_TOOLS,
    *COUNTERPOINT_TOOLS,
    *CORPUS_TOOLS,
)
