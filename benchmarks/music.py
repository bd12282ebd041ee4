"""Time every music tool after one warm-up call: median and 95th percentile in milliseconds.

Run: python -m benchmarks.music [calls]
"""

from __future__ import annotations

import statistics
import sys
import time
from typing import Any

from tools.music.audio import soundfont
from tools.music.tools import TOOLS

CALLS: dict[str, tuple[dict[str, Any], ...]] = {
    "spell_chord": ({"chord": "E flat minor seventh"}, {"chord": "G13(#11)"}),
    "name_chord": ({"notes": "C E G A"}, {"notes": "Bb D F Ab C E G"}),
    "interval_between": ({"first": "Eb", "second": "F#"},),
    "note_at_interval": ({"note": "Eb", "interval": "a fourth up"},),
    "spell_scale": ({"scale": "D dorian"},),
    "scales_for_chord": ({"chord": "Dm7"},),
    "key_signature": ({"key": "E flat major"},),
    "diatonic_chords": ({"key": "E flat major"},),
    "find_key": ({"music": "Dm7 G7 Cmaj7"}, {"music": "E F# G# A B C# D#"}),
    "transpose": ({"music": "Ebm7", "interval": "up a fourth"},),
    "roman_numerals": ({"chords": "Dm7 G7 Cmaj7", "key": "C"},),
    "realize_numerals": ({"numerals": "ii V I", "key": "E flat"},),
    "invert_chord": ({"chord": "C7", "inversion": "second"},),
    "pitch_info": ({"pitch": "A4"},),
    "transpose_for_instrument": ({"music": "C4 E4 G4", "instrument": "alto sax"},),
    "capo_chords": ({"chords": "Eb Ab Bb7", "fret": 3},),
    "tempo_delay": ({"bpm": 120},),
    "show_music": ({"music": "Dm7 | G7 | Cmaj7 | Am7"},),
}


def main(calls: int = 60) -> None:
    print(f"sound: {soundfont() or 'our own synthesiser'}; {calls} calls each")
    for tool in TOOLS:
        for arguments in CALLS[tool.name]:
            tool.call(arguments)
            times = []
            for _ in range(calls):
                start = time.perf_counter()
                tool.call(arguments)
                times.append((time.perf_counter() - start) * 1000)
            p95 = statistics.quantiles(times, n=20)[-1]
            said = ", ".join(str(value) for value in arguments.values())
            print(f"{tool.name:26}{statistics.median(times):8.2f}{p95:8.2f}  {said}")


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:2]))
