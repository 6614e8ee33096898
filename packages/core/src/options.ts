import { CheckpointError } from "./errors.ts";

/** The names that an options object takes: all of `T`, which TypeScript checks. */
export type OptionNames<T> = Readonly<Record<keyof T, true>>;

/** A name that is refused, and what to use instead of it: the end of a sentence that begins with "use". */
export type UseInstead = Readonly<Record<string, string>>;

/**
 * The error for an argument that is wrong. Neither part may repeat a value: it could be a secret.
 *
 * @param field The name of the argument, with which the message begins.
 * @param problem The rest of that sentence.
 * @example
 * if (!Array.isArray(nodes)) throw wrongArgument("nodes", "must be an array of URLs");
 */
export function wrongArgument(field: string, problem: string, cause?: unknown): CheckpointError {
  return new CheckpointError("INVALID_ARGUMENT", `${field} ${problem}`, { field, cause });
}

/** The error for an option that is wrong; see {@link wrongArgument}. */
export function wrongOption(field: string, problem: string): CheckpointError {
  return new CheckpointError("INVALID_ARGUMENT", `option ${field} ${problem}`, { field });
}

/** Names that are longer or stranger are not repeated in messages: they may be anything. */
const PLAIN_NAME = /^[A-Za-z_$][\w$]{0,39}$/;

/**
 * Refuses unknown options, so that a typing error never silently changes what a call does.
 *
 * @param options The options as they were given; `undefined` is allowed.
 * @param owner Whose options they are, for the message.
 * @param names Every name that is accepted.
 * @param instead Names that other savers accept, and what to use here.
 * @throws CheckpointError `INVALID_ARGUMENT` with the unknown name as `field`. No value is repeated.
 * @example
 * checkOptions<MySaverOptions>(options, "MySaver", { ...SAVER_OPTIONS, tableName: true });
 */
export function checkOptions<T extends object>(
  options: T | undefined,
  owner: string,
  names: OptionNames<T>,
  instead: UseInstead = {},
): void {
  if (options === undefined) return;
  if (!isOptionsObject(options)) {
    throw wrongArgument("options", `of ${owner} must be an object of options, not ${kindOf(options)}`);
  }
  for (const name of Object.keys(options)) {
    if (!Object.hasOwn(names, name)) throw unknown(name, owner, Object.keys(names), instead);
  }
}

/** A list, a Map or a promise has no own keys, and would pass for options that are all left out. */
export function isOptionsObject(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return !(Symbol.iterator in value) && !("then" in value);
}

/** The kind of a value, in a word and without the value. */
export function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  const type = typeof value;
  return type === "undefined" ? type : `${type === "object" ? "an" : "a"} ${type}`;
}

function unknown(
  name: string,
  owner: string,
  names: readonly string[],
  instead: UseInstead,
): CheckpointError {
  if (!PLAIN_NAME.test(name)) {
    return new CheckpointError("INVALID_ARGUMENT", `${owner} has an option that it does not know`, {
      field: "options",
    });
  }
  return new CheckpointError(
    "INVALID_ARGUMENT",
    `${owner} has no option ${name}; ${advice(name, names, instead)}`,
    { field: name },
  );
}

function advice(name: string, names: readonly string[], instead: UseInstead): string {
  if (Object.hasOwn(instead, name)) return `use ${instead[name]}`;
  const nearest = nearestOf(name, names);
  if (nearest !== undefined) return `did you mean ${nearest}?`;
  return names.length === 0 ? "it takes none" : `it takes ${names.join(", ")}`;
}

/** The name that was most likely meant, if any is near enough. */
function nearestOf(name: string, names: readonly string[]): string | undefined {
  const given = plain(name);
  let nearest: string | undefined;
  let least = Math.max(1, Math.floor(given.length / 3)) + 1;
  for (const candidate of names) {
    const known = plain(candidate);
    const isPart = given.length > 3 && (known.startsWith(given) || given.startsWith(known));
    const distance = isPart ? Math.min(1, edits(given, known)) : edits(given, known);
    if (distance >= least) continue;
    nearest = candidate;
    least = distance;
  }
  return nearest;
}

function plain(name: string): string {
  return name.replaceAll("_", "").toLowerCase();
}

/** How many letters must be inserted, removed, replaced or swapped with their neighbour. */
function edits(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swap = swapped ? before[j - 2]! + 1 : Number.POSITIVE_INFINITY;
      row.push(Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + same, swap));
    }
    before = last;
    last = row;
  }
  return last[b.length]!;
}
