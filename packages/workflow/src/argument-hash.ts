/**
 * A hash of a call's arguments that is the same before and after they are stored, even by a
 * checkpointer that gives back JSON: a date and its text, or an error and its message, are the same.
 * It only has to tell two calls at one place apart, so 64 bits of a fast hash are enough.
 *
 * A chat hands over all of its messages in every turn. So all text is gathered and encoded as a
 * whole, and consecutive records with the same fields name them only once.
 */
export function argumentsHash(args: readonly unknown[]): string {
  const digest: Digest = { low: 0x811c9dc5, high: 0x9747b28c, text: "", around: [], fields: [] };
  add(digest, args);
  addBytes(digest, digest.text);
  addWord(digest, digest.text.length);
  return hex(digest.high) + hex(digest.low);
}

/** Whether two values are equal once they are JSON. */
export function isSameJson(one: unknown, other: unknown): boolean {
  return argumentsHash([one]) === argumentsHash([other]);
}

interface Digest {
  low: number;
  high: number;
  /** All text of the value; how it is divided goes into the numbers. */
  text: string;
  /** The objects that the value is in. */
  readonly around: object[];
  /** The last record of each depth. */
  readonly fields: Fields[];
}

interface Fields {
  /** As they were found; `undefined` if some of them had nothing to store. */
  readonly found: readonly string[] | undefined;
  /** In a fixed order: databases with a type for JSON do not keep the original one. */
  readonly sorted: readonly string[];
}

/** The kind of a value, so that `1`, `"1"` and `[1]` differ. */
const TEXT = 1;
const NUMBER = 2;
const TRUE = 3;
const FALSE = 4;
const NOTHING = 5;
const LIST = 6;
const RECORD = 7;
const CIRCULAR = 8;
const END = 9;
const SAME_FIELDS = 10;

function add(digest: Digest, value: unknown): void {
  if (typeof value === "string") addText(digest, TEXT, value);
  else if (typeof value === "number") {
    if (Number.isFinite(value)) addText(digest, NUMBER, String(value));
    else addWord(digest, NOTHING);
  } else if (typeof value === "boolean") addWord(digest, value ? TRUE : FALSE);
  else if (typeof value === "bigint") addText(digest, TEXT, String(value));
  else if (typeof value !== "object" || value === null) addWord(digest, NOTHING);
  else if (digest.around.includes(value)) addWord(digest, CIRCULAR);
  else {
    digest.around.push(value);
    addObject(digest, value);
    digest.around.pop();
  }
}

/**
 * Fields of plain records are never read by a fixed name. Engines compile such a read for the shapes of object that
 * they have seen, and throw the code away when the last object of a shape is collected, as the messages of a turn are.
 */
function addObject(digest: Digest, value: object): void {
  if (Array.isArray(value)) addList(digest, value);
  else if (Object.getPrototypeOf(value) === Object.prototype) addPlain(digest, value);
  else addOther(digest, value);
}

function addPlain(digest: Digest, value: object): void {
  const found = Object.keys(value);
  const last = digest.fields[digest.around.length];
  if (last?.found && hasFields(value as Readonly<Record<string, unknown>>, found, last.found)) {
    addWord(digest, SAME_FIELDS);
    addValues(digest, value, last.sorted);
  } else if (found.includes("toJSON")) addOther(digest, value);
  else addRecord(digest, value, found);
}

function addOther(digest: Digest, value: object): void {
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON === "function") {
    const plain: unknown = toJSON.call(value);
    return plain === value ? addRecord(digest, value, Object.keys(value)) : add(digest, plain);
  }
  if (value instanceof Map || value instanceof Set) return addList(digest, value);
  if (value instanceof Error) return addText(digest, TEXT, value.message);
  if (ArrayBuffer.isView(value)) {
    return addList(digest, new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
  }
  return addRecord(digest, value, Object.keys(value));
}

function addList(digest: Digest, items: Iterable<unknown>): void {
  addWord(digest, LIST);
  for (const item of items) add(digest, item);
  addWord(digest, END);
}

function addRecord(digest: Digest, value: object, found: readonly string[]): void {
  const depth = digest.around.length;
  const last = digest.fields[depth];
  const sorted = found
    .filter((field) => isStored((value as Readonly<Record<string, unknown>>)[field]))
    .sort();
  digest.fields[depth] = { found: sorted.length === found.length ? found : undefined, sorted };
  if (last && areEqual(last.sorted, sorted)) addWord(digest, SAME_FIELDS);
  else {
    addWord(digest, RECORD);
    for (const field of sorted) addText(digest, TEXT, field);
    addWord(digest, END);
  }
  addValues(digest, value, sorted);
}

function addValues(digest: Digest, value: object, fields: readonly string[]): void {
  for (const field of fields) add(digest, (value as Readonly<Record<string, unknown>>)[field]);
  addWord(digest, END);
}

function areEqual(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((one, i) => one === others[i]);
}

/** Whether a record has these fields, in this order, and something to store in each. */
function hasFields(
  record: Readonly<Record<string, unknown>>,
  found: readonly string[],
  fields: readonly string[],
): boolean {
  if (found.length !== fields.length) return false;
  for (let i = 0; i < found.length; i++) {
    if (found[i] !== fields[i] || !isStored(record[found[i]!])) return false;
  }
  return true;
}

function isStored(value: unknown): boolean {
  return value !== undefined && typeof value !== "function" && typeof value !== "symbol";
}

function addText(digest: Digest, kind: number, text: string): void {
  addWord(digest, kind ^ (text.length << 4));
  digest.text += text;
}

function addWord(digest: Digest, word: number): void {
  digest.low = Math.imul(digest.low ^ word, LOW);
  digest.high = Math.imul(digest.high ^ word ^ (digest.low >>> 15), HIGH);
}

const encoder = new TextEncoder();
const buffer = new Uint8Array(32_768);
const view = new DataView(buffer.buffer);

function addBytes(digest: Digest, text: string): void {
  for (let rest = text; rest !== "";) {
    const { read, written } = encoder.encodeInto(rest, buffer);
    rest = rest.slice(read);
    // Whole words are read, so bytes left over from before must not count.
    buffer.fill(0, written, written + 8);
    let { low, high } = digest;
    for (let at = 0; at < written; at += 8) {
      low = Math.imul(low ^ view.getInt32(at, true), LOW);
      high = Math.imul(high ^ view.getInt32(at + 4, true), HIGH);
      low ^= high >>> 15;
      high ^= low >>> 13;
    }
    digest.low = low;
    digest.high = high;
  }
}

const LOW = 0x9e3779b1;
const HIGH = 0x85ebca6b;

function hex(word: number): string {
  return ((word ^ (word >>> 16)) >>> 0).toString(16).padStart(8, "0");
}
