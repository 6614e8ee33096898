/**
 * JSON as a line, or indented. Characters that `JSON.stringify` keeps but a terminal would obey become escapes of
 * JSON.
 */
export function jsonText(
  value: unknown,
  {
    indent,
    replacer,
  }: {
    readonly indent?: number;
    readonly replacer?: (this: unknown, key: string, value: unknown) => unknown;
  } = {},
): string {
  const text = JSON.stringify(value, replacer, indent);
  return `${text.replaceAll(UNSAFE, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`)}\n`;
}

/** All of these can be in strings only. */
const UNSAFE = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;
