// Reads rows {section, text, key} as JSON from standard input with tonal and writes the notes of
// each, with the microseconds that one reading takes.
import { readFileSync } from "node:fs";
import { Chord, Progression, Scale } from "tonal";

const readers = {
  chords: ({ text }) => Chord.get(text).notes,
  scales: ({ text }) => Scale.get(text).notes,
  numerals: ({ text, key }) => {
    const [symbol] = Progression.fromRomanNumerals(key.split(" ")[0], [text]);
    return Chord.get(symbol).notes;
  },
};

const rows = JSON.parse(readFileSync(0, "utf8"));
const start = process.hrtime.bigint();
const notes = rows.map((row) => {
  try {
    return readers[row.section](row);
  } catch {
    return [];
  }
});
const spent = Number(process.hrtime.bigint() - start) / 1000;
process.stdout.write(JSON.stringify({ notes, microseconds: spent / rows.length }));
