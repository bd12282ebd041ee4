"""Prime forms of two to six pitch classes in the order of Forte's numbers, and usual names.

The order is a convention (Forte 1973, appendix 1) and cannot be computed; everything else about a
set is computed from its notes. T is ten, E eleven.
"""

from __future__ import annotations

FORTE: dict[int, tuple[str, ...]] = {
    2: tuple("01 02 03 04 05 06".split()),
    3: tuple("012 013 014 015 016 024 025 026 027 036 037 048".split()),
    4: tuple(
        "0123 0124 0134 0125 0126 0127 0145 0156 0167 0235 0135 0236 0136 0237 0146 0157 0347 0147 "
        "0148 0158 0246 0247 0257 0248 0268 0358 0258 0369 0137".split()
    ),
    5: tuple(
        "01234 01235 01245 01236 01237 01256 01267 02346 01246 01346 02347 01356 01248 01257 01268 "
        "01347 01348 01457 01367 01378 01458 01478 02357 01357 02358 02458 01358 02368 01368 01468 "
        "01369 01469 02468 02469 02479 01247 03458 01258".split()
    ),
    6: tuple(
        "012345 012346 012356 012456 012367 012567 012678 023457 012357 013457 012457 012467 "
        "013467 013458 012458 014568 012478 012578 013478 014589 023468 012468 023568 013468 "
        "013568 013578 013469 013569 013689 013679 013589 024579 023579 013579 02468T 012347 "
        "012348 012378 023458 012358 012368 012369 012568 012569 023469 012469 012479 012579 "
        "013479 014679".split()
    ),
}
NAMES: dict[str, str] = {
    "012": "chromatic trichord", "016": "Viennese trichord", "024": "whole-tone trichord",
    "025": "incomplete minor seventh", "026": "incomplete dominant seventh",
    "027": "quartal trichord, sus chord", "036": "diminished triad",
    "037": "major or minor triad", "048": "augmented triad",
    "0123": "chromatic tetrachord", "0137": "all-interval tetrachord",
    "0146": "all-interval tetrachord", "0134": "octatonic tetrachord",
    "0135": "phrygian tetrachord", "0235": "minor tetrachord", "0246": "whole-tone tetrachord",
    "0158": "major seventh chord", "0148": "minor chord with a major seventh",
    "0247": "major chord with an added second", "0257": "quartal tetrachord",
    "0248": "augmented seventh chord", "0258": "dominant or half-diminished seventh",
    "0268": "French sixth", "0358": "minor seventh or added-sixth chord",
    "0369": "diminished seventh", "02479": "major or minor pentatonic",
    "02469": "dominant ninth", "02458": "minor ninth chord with a flat fifth",
    "01358": "major ninth or minor ninth chord",
    "012345": "chromatic hexachord", "014589": "hexatonic scale", "013579": "mystic chord",
    "02468T": "whole-tone scale", "024579": "Guidonian hexachord", "013679": "Petrushka chord",
    "012569": "Schoenberg's signature hexachord", "013469": "octatonic hexachord",
    "023579": "dorian hexachord",
    "013568T": "diatonic scale and its modes", "013468T": "melodic minor scale and its modes",
    "0134689": "harmonic minor or major scale", "0134679T": "octatonic (diminished) scale",
}  # fmt: skip
