import { damaged, idsOf, type BlobId } from "@threadmark/core/storage";
import type { Doc } from "./driver.ts";

const ID_BYTES = 16;
const MAX_SEAL = 0xff_ff_ff_ff;

/** Reads values of a document, each of the type that it must have. Anything else is `CORRUPT` and names the thread. */
export interface Decoder {
  bytes(value: unknown): Uint8Array;
  text(value: unknown): string;
  /** `null` and a missing field are `undefined`. */
  optionalText(value: unknown): string | undefined;
  number(value: unknown): number;
  seal(value: unknown): number;
  date(value: unknown): Date;
  blobId(value: unknown): string;
  list(value: unknown): readonly unknown[];
  object(value: unknown): Doc;
}

/**
 * @param thread Whose document it is.
 * @param what What the document is, for the error.
 */
export function decoderOf(thread: string, what: string): Decoder {
  const checked = <T>(value: unknown, isRight: boolean): T => {
    if (!isRight) throw damaged(thread, what);
    return value as T;
  };
  const bytesOf = (value: unknown): Uint8Array => checked(value, value instanceof Uint8Array);
  const text = (value: unknown): string => checked(value, typeof value === "string");
  return {
    // The driver's bytes are views of the server's whole answer, which each of them would keep in memory.
    bytes: (value) => new Uint8Array(bytesOf(value)),
    text,
    optionalText: (value) => (value === undefined || value === null ? undefined : text(value)),
    number: (value) => checked(value, Number.isSafeInteger(value)),
    seal: (value) =>
      checked(value, Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= MAX_SEAL),
    date: (value) => checked(value, isDate(value)),
    blobId: (value) => {
      const id = idOf(bytesOf(value));
      return checked(id, id !== "");
    },
    list: (value) => checked(value, Array.isArray(value)),
    object: (value) => checked(value, isPlainObject(value)),
  };
}

/** The id of a blob from its bytes; with a wrong number of bytes, an id that no blob has. */
export function idOf(bytes: Uint8Array): BlobId {
  return bytes.length === ID_BYTES ? idsOf(bytes)[0]! : "";
}

/** A test clock replaces `Date` with another class, so `instanceof` cannot be relied on. */
function isDate(value: unknown): boolean {
  if (Object.prototype.toString.call(value) !== "[object Date]") return false;
  return !Number.isNaN((value as Date).getTime());
}

function isPlainObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
