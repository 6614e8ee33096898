/**
 * Text that every database can hold and sorts in the same order.
 */

// oxlint-disable-next-line no-control-regex -- NUL is what Postgres cannot hold
const UNSAFE = /[\\\u0000\p{Surrogate}]/u;

/** Whether a string is well-formed and free of NUL. */
export function isStorableText(text: string): boolean {
  return text.isWellFormed() && !text.includes("\0");
}

/** Makes any string storable; different strings stay different. */
export function escapeText(text: string): string {
  return UNSAFE.test(text) ? JSON.stringify(text).slice(1, -1) : text;
}

/** The string that {@link escapeText} was given. */
export function unescapeText(text: string): string {
  return text.includes("\\") ? (JSON.parse(`"${text}"`) as string) : text;
}

/** Bytes of a well-formed string in UTF-8. */
export function utf8Length(text: string): number {
  let length = text.length;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0x7f) length += code > 0x7ff && (code < 0xd800 || code > 0xdfff) ? 2 : 1;
  }
  return length;
}

/**
 * Compares as UTF-8 bytes do, which is by code point: the order of every database. JavaScript's own `<` puts U+FFFF
 * after all characters above it.
 *
 * Source: `compareWritesSortKeys` of `@langchain/langgraph-checkpoint` 1.2.
 */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return codePointRank(x) - codePointRank(y);
  }
  return a.length - b.length;
}

/** Moves surrogates after the rest of the basic plane. */
function codePointRank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
