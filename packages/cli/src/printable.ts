/**
 * Stored text in a form that is safe for a terminal. Control characters would move the cursor, change colours or run
 * commands of the terminal; they, and marks that change the direction of text, become escapes.
 *
 * @param lines Whether line breaks stay.
 */
export function printable(text: string, { lines = false }: { readonly lines?: boolean } = {}): string {
  return text.replaceAll(UNSAFE, (char) => {
    if (lines && char === "\n") return char;
    return `\\u{${char.codePointAt(0)!.toString(16)}}`;
  });
}

const UNSAFE = /[\p{Cc}\u2028-\u202e\u2066-\u2069]/gu;
