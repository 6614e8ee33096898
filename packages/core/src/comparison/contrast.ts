import { show } from "./show.ts";

type Series = string | readonly unknown[];

/** Two values that differ, as text. Where both are cut to the same text, only what follows the part they share. */
export function contrast(actual: unknown, expected: unknown): string {
  const [found, wanted] = [show(actual), show(expected)];
  if (found === wanted && isSeries(actual) && isSeries(expected)) {
    const shorter = Math.min(actual.length, expected.length);
    let at = 0;
    while (at < shorter && show(actual[at]) === show(expected[at])) at++;
    const unit = typeof actual === "string" ? "character" : "item";
    return `from ${unit} ${at} on, ${show(actual.slice(at))} instead of ${show(expected.slice(at))}`;
  }
  if (found === wanted && actual instanceof Error && expected instanceof Error) {
    return `the stack ${contrast(actual.stack, expected.stack)}`;
  }
  return `${found} instead of ${wanted}`;
}

function isSeries(value: unknown): value is Series {
  return typeof value === "string" || Array.isArray(value);
}
