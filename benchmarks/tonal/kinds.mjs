// Writes every alias of tonal's chord types with the notes that tonal gives it on C, as JSON.
import { Chord, ChordType } from "tonal";

const kinds = ChordType.all().flatMap((type) => type.aliases);
process.stdout.write(JSON.stringify(kinds.map((kind) => [kind, Chord.get(`C${kind}`).notes])));
