import { InvalidArgumentError } from "commander";

/** A whole number above 0. */
export function wholeFlag(text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw new InvalidArgumentError("It must be a whole number above 0.");
}

/** A whole number, 0 included. */
export function countFlag(text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number >= 0 && text.trim() !== "") return number;
  throw new InvalidArgumentError("It must be a whole number, 0 or more.");
}

/** `key=value`, repeatable. A value that is JSON is that value; anything else is text. */
export function filterFlag(text: string, before: Record<string, unknown> = {}): Record<string, unknown> {
  const at = text.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("It must be key=value.");
  return { ...before, [text.slice(0, at)]: valueOf(text.slice(at + 1)) };
}

function valueOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** `30d`, `12h`, or a date. */
export function sinceFlag(text: string): Date {
  const [, amount, unit] = /^(\d+)([smhdw])$/.exec(text) ?? [];
  if (amount && unit) return new Date(Date.now() - Number(amount) * UNITS[unit]! * 1000);
  const date = new Date(text);
  if (/^\d{4}-\d{2}/.test(text) && !Number.isNaN(date.getTime())) return date;
  throw new InvalidArgumentError("It must be a duration such as 30d or 12h, or a date such as 2026-01-31.");
}
