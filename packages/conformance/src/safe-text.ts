/**
 * Text in a form that is safe for a terminal. Control characters would move the cursor, change colours or run commands
 * of the terminal; they, and marks that change the direction of text, become escapes.
 *
 * @param options `lines`: whether line breaks and tabs stay. @default false
 * @example
 * printable("\u001b[31mred"); // "\\u{1b}[31mred"
 */
export function printable(text: string, { lines = false }: { readonly lines?: boolean } = {}): string {
  return text.replaceAll(UNSAFE, (char) => {
    if (lines && (char === "\n" || char === "\t")) return char;
    return `\\u{${char.codePointAt(0)!.toString(16)}}`;
  });
}

const UNSAFE = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

/**
 * Text without the passwords in its URLs and parameters. Drivers repeat in their errors what they could not read.
 *
 * @example
 * withoutSecrets("cannot reach redis://me:secret@host"); // "cannot reach redis://***@host"
 */
export function withoutSecrets(text: string): string {
  return text.replaceAll(USER_INFO, "$1***@").replaceAll(PARAMETER, "$1***");
}

/** Up to the last @ before a space: a password that should have been encoded may hold any other character. */
const USER_INFO = /(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/?#:@]*(?::\S*)?@/gi;
const PARAMETER = /(\b\w*(?:password|passwd|pwd|secret|token)=)[^\s&;"']+/gi;

/** A message that may hold what someone else's error said. */
export function safeMessage(text: string): string {
  return printable(withoutSecrets(text), { lines: true });
}

/** An error for a test runner, which prints the stack, the causes and every field of it. */
export function safeError(error: unknown, depth = 0): unknown {
  if (typeof error === "string") return safeMessage(error);
  if (!(error instanceof Error) || depth > DEEPEST) return undefined;
  const { name, message, stack, cause } = error;
  const safe = new Error(safeMessage(message), { cause: safeError(cause, depth + 1) });
  const code: unknown = Reflect.get(error, "code");
  safe.name = name;
  safe.stack = safeMessage(stack ?? `${name}: ${message}`);
  return typeof code === "string" || typeof code === "number" ? Object.assign(safe, { code }) : safe;
}

const DEEPEST = 8;
