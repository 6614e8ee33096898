const PIECES = [
  "a",
  "Z",
  "0",
  "_",
  " ",
  "\u0000",
  "é",
  "ß",
  "漢",
  "😀",
  "\ud800",
  "\udfff",
  "\ufeff",
  "\u2028",
  '"',
];

/** Text of any length up to some hundreds, mostly ASCII, sometimes such as UTF-8 cannot carry. */
export function randomText(random: () => number): string {
  const below = (limit: number): number => Math.floor(random() * limit);
  const length = below(random() < 0.1 ? 300 : 20);
  if (random() < 0.6) return "x".repeat(length).replace(/x/g, () => String.fromCharCode(32 + below(95)));
  return Array.from({ length }, () => PIECES[below(PIECES.length)]).join("");
}
