/** Numbers between 0 and 1, always the same for a seed. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const SYLLABLES =
  "a al an ar be ca co con de di e en er es fi for ga ge ho i in is ja la le li lo ma me mo na ne ni no o or pa per po pre ra re ri ro sa se si so sta ta te ter ti to tra tu un ve vi wa wi".split(
    " ",
  );
const WORDS = wordsOf(2000);

/** Distinct words; common ones first and short. */
function wordsOf(count: number): string[] {
  const random = randomOf(7);
  const words = new Set<string>();
  while (words.size < count) {
    const syllables = 1 + Math.floor(random() * Math.min(4, 1 + words.size / 100));
    const parts = Array.from({ length: syllables }, () => SYLLABLES[Math.floor(random() * SYLLABLES.length)]);
    words.add(parts.join(""));
  }
  return [...words];
}

/** Text that compresses about as well as English does, and is always the same for a seed. */
export function prose(seed: number, length: number): string {
  const random = randomOf(seed);
  let text = "";
  // As in any language, the word of rank n is used about 1/n times as often as the first.
  while (text.length < length) text += `${WORDS[Math.floor(WORDS.length ** random()) - 1]} `;
  return text.slice(0, length);
}
