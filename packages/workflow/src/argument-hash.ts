/**
 * A hash of a call's arguments that is the same before and after they were stored, also by a
 * checkpointer that gives back JSON: a date and its text, or an error and its message, are the same.
 * It only has to tell two calls at one place apart, so 64 bits of a fast hash do. A chat hands over
 * all of its messages in every turn, so nothing is built on the way.
 */
export function argumentsHash(args: readonly unknown[]): string {
  const digest = { low: 0x811c9dc5, high: 0x9747b28c, around: [] };
  add(digest, args);
  return hex(digest.high) + hex(digest.low);
}

/** Whether two values are equal once they are JSON. */
export function isSameJson(one: unknown, other: unknown): boolean {
  return argumentsHash([one]) === argumentsHash([other]);
}

interface Digest {
  low: number;
  high: number;
  /** The objects that the value is in. */
  readonly around: object[];
}

/** What a value is, so that `1`, `"1"` and `[1]` differ. */
const TEXT = 1;
const NUMBER = 2;
const TRUE = 3;
const FALSE = 4;
const NOTHING = 5;
const LIST = 6;
const RECORD = 7;
const CIRCULAR = 8;
const END = 9;

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

function addObject(digest: Digest, value: object): void {
  if (Array.isArray(value)) return addList(digest, value);
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON === "function") {
    const plain: unknown = toJSON.call(value);
    return plain === value ? addRecord(digest, value) : add(digest, plain);
  }
  if (value instanceof Map || value instanceof Set) return addList(digest, value);
  if (value instanceof Error) return addText(digest, TEXT, value.message);
  if (ArrayBuffer.isView(value)) {
    return addList(digest, new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
  }
  return addRecord(digest, value);
}

function addList(digest: Digest, items: Iterable<unknown>): void {
  addWord(digest, LIST);
  for (const item of items) add(digest, item);
  addWord(digest, END);
}

/** Fields in one order: databases that know JSON do not keep it. */
function addRecord(digest: Digest, value: object): void {
  addWord(digest, RECORD);
  for (const key of Object.keys(value).sort()) {
    const field = (value as Record<string, unknown>)[key];
    if (field === undefined || typeof field === "function" || typeof field === "symbol") continue;
    addText(digest, TEXT, key);
    add(digest, field);
  }
  addWord(digest, END);
}

function addText(digest: Digest, kind: number, text: string): void {
  let { low, high } = digest;
  low = Math.imul(low ^ kind ^ (text.length << 4), LOW);
  high = Math.imul(high ^ kind ^ (low >>> 15), HIGH);
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    low = Math.imul(low ^ unit, LOW);
    high = Math.imul(high ^ unit ^ (low >>> 15), HIGH);
  }
  digest.low = low;
  digest.high = high;
}

function addWord(digest: Digest, word: number): void {
  digest.low = Math.imul(digest.low ^ word, LOW);
  digest.high = Math.imul(digest.high ^ word ^ (digest.low >>> 15), HIGH);
}

const LOW = 0x01000193;
const HIGH = 0x85ebca6b;

function hex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, "0");
}
