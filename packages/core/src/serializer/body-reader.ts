import {
  expect,
  expectEnd,
  meets,
  nextIs,
  openBytes,
  past,
  readBinary,
  readByte,
  readLength2,
  readLength4,
  readListLength,
  readText,
  readTextLength,
  readToken,
  view,
} from "./byte-reader.ts";
import type { CustomTypes } from "./custom-types.ts";
import { malformed } from "./malformed.ts";
import { MAX_NESTING } from "./path.ts";
import { MANY_KEYS, type Shape, shapeOf } from "./shape.ts";
import { MARK, NEEDS, TAG, TAG_HEAD, TAG_MARK } from "./tags.ts";
import type { Prototypes } from "./types/class-loading.ts";
import { READERS } from "./types/readers.ts";
import { textOfCodeUnits } from "./types/text.ts";
import { OMITTED, type ValueReader } from "./value-reader.ts";

/** The header of a checkpoint is a list around a value. */
const MAX_LEVELS = MAX_NESTING + 1;

/** What reading tagged values takes. */
export interface ReaderParts {
  readonly types: CustomTypes;
  readonly prototypes: Prototypes;
  /** Bits of `NEEDS`. */
  readonly needs: number;
}

/** Shapes of the records that were met, by id. */
let records: (Shape | undefined)[] = [];
let level = 0;
/** `undefined`: there are no tags. */
let parts: ReaderParts | undefined;
/** Objects by number; `undefined` while one is being made. Kept only where there are references. */
let numbered: (object | undefined)[] | undefined;

/**
 * Reads MessagePack with records, and refuses everything but what the encoder writes: only the closed set of types,
 * complete and not too deep, with every length correct.
 *
 * @param length Whatever follows is ignored.
 * @param tagged `undefined`: there may be no tags.
 */
export function readBody(body: Uint8Array, length: number, tagged: ReaderParts | undefined): unknown {
  // A registered type may read another value while this one is read. Nor may the bytes be kept any longer.
  const outer = { records, level, parts, numbered };
  const close = openBytes(body, length);
  records = [];
  level = 0;
  parts = tagged;
  numbered = tagged && tagged.needs & NEEDS.numbering ? [] : undefined;
  try {
    const value = valueOrNothing();
    expectEnd();
    return value;
  } finally {
    close();
    ({ records, level, parts, numbered } = outer);
  }
}

function readValue(): unknown {
  const token = readToken();
  if (token < 0x40) return token;
  if (token < 0x80) return readRecord(knownShape(token));
  if (token >= 0xe0) return token - 0x100;
  if (token >= 0x90 && token < 0xa0)
    return token === TAG_HEAD && nextIs(TAG_MARK) ? readTag() : readArray(token & 0x0f);
  if (token >= 0xa0 && token < 0xc0) return readText(token & 0x1f);
  switch (token) {
    case 0xc0:
      return null;
    case 0xc2:
      return false;
    case 0xc3:
      return true;
    case 0xca:
      return view.getFloat32(past(4));
    case 0xcb:
      return view.getFloat64(past(8));
    case 0xcc:
      return readByte();
    case 0xcd:
      return readLength2();
    case 0xce:
      return readLength4();
    case 0xcf:
      return view.getBigUint64(past(8));
    case 0xd0:
      return view.getInt8(past(1));
    case 0xd1:
      return view.getInt16(past(2));
    case 0xd2:
      return view.getInt32(past(4));
    case 0xd3:
      return view.getBigInt64(past(8));
    case 0xd4: {
      const shape = readExtension();
      return shape && readRecord(shape);
    }
    case 0xd9:
    case 0xda:
    case 0xdb:
      return readText(readTextLength(token));
    case 0xdc:
    case 0xdd:
      return readArray(readListLength(token));
    case 0xc4:
    case 0xc5:
    case 0xc6: {
      const binary = readBinary(token);
      numbered?.push(binary);
      return binary;
    }
    default:
      return malformed(`it has a value of the unknown kind ${token}`);
  }
}

function enter(): void {
  if (level === MAX_LEVELS) malformed("it is nested too deeply");
  level++;
}

function leave(): void {
  level--;
}

function valueOrNothing(): unknown {
  const value = readValue();
  return value === OMITTED ? undefined : value;
}

function readArray(length: number): unknown[] {
  expect(length);
  enter();
  // oxlint-disable-next-line unicorn/no-new-array -- much faster than `Array.from`
  const items = new Array<unknown>(length);
  numbered?.push(items);
  for (let i = 0; i < length; i++) {
    const item = readValue();
    items[i] = item === OMITTED ? undefined : item;
  }
  level--;
  return items;
}

/** `undefined` is a one-byte extension of kind 0; the first record with its keys is one of kind 0x72. */
function readExtension(): Shape | undefined {
  const kind = readByte();
  const id = readByte();
  if (kind === 0) return undefined;
  if (kind !== 0x72) malformed("it has an extension of an unknown kind");
  if (id < 0x40 || id >= 0x80) malformed("it has a record with a bad number");
  const shape = readKeys();
  records[id & 0x3f] = shape.keys.length <= MANY_KEYS ? shape : undefined;
  expect(shape.keys.length);
  return shape;
}

function readKeys(): Shape {
  const length = readListLength(readByte());
  const keys: string[] = [];
  for (let i = 0; i < length; i++) keys.push(readText(readTextLength(readByte())));
  return shapeOf(keys) ?? malformed("it has a record with a key that no record has");
}

function knownShape(token: number): Shape {
  const shape = records[token & 0x3f] ?? malformed("it has a record without keys");
  expect(shape.keys.length);
  return shape;
}

function readRecord(shape: Shape): object {
  const record = {};
  numbered?.push(record);
  readParts(shape, record);
  return record;
}

function readParts({ keys }: Shape, into: Record<string, unknown>): void {
  enter();
  for (let i = 0; i < keys.length; i++) {
    const part = readValue();
    if (part !== OMITTED) into[keys[i]!] = part;
  }
  level--;
}

function readTag(): unknown {
  readByte();
  const tag = readByte();
  if (parts === undefined) malformed("it has a tag in plain data");
  expect(1);
  if (tag === TAG.reference) return readReference();
  const read = READERS[tag] ?? malformed("it has an unknown tag");
  return read(reader);
}

function readReference(): object {
  const distance = reader.integer();
  return numbered?.[numbered.length - distance] ?? malformed("it refers to an object that does not exist");
}

const reader: ValueReader = {
  get types() {
    return parts!.types;
  },
  part: readValue,
  field() {
    if (meets(MARK.emptyRecord)) return {};
    return meets(MARK.emptyList) ? [] : readValue();
  },
  value: valueOrNothing,
  plain: () => (nextIs(TAG_HEAD) ? malformed("it has a tag in the wrong place") : readValue()),
  integer() {
    const value = reader.plain();
    return typeof value === "number" && value >= 0 && Number.isInteger(value)
      ? value
      : malformed("it has a tag without its number");
  },
  key() {
    const key = nextIs(TAG_HEAD) ? reader.text() : reader.plain();
    return typeof key === "string" || typeof key === "number" ? key : malformed("it has a bad key");
  },
  text() {
    const token = readToken();
    if (token !== TAG_HEAD || !nextIs(TAG_MARK)) return readText(readTextLength(token));
    readByte();
    if (readByte() !== TAG.text) malformed("it has a tag without its text");
    return textOfCodeUnits(readBinary(readByte()));
  },
  binary: () => readBinary(readToken()),
  list(length) {
    const found = readListLength(readToken());
    if (length !== undefined && found !== length) malformed("it has a tag with the wrong data");
    expect(found);
    return found;
  },
  pairs() {
    const count = reader.list();
    return count % 2 === 0 ? count / 2 : malformed("it has a key without a value");
  },
  record() {
    const token = readToken();
    let shape: Shape | undefined;
    if (token >= 0x40 && token < 0x80) shape = knownShape(token);
    else if (token === 0xd4) shape = readExtension();
    return shape ?? malformed("it has an instance without its fields");
  },
  meets,
  fields: (into) => readParts(reader.record(), into as Record<string, unknown>),
  number(value) {
    numbered?.push(value);
  },
  reserve() {
    const mine = numbered;
    if (mine === undefined) return () => {};
    const place = mine.push(undefined) - 1;
    return (value) => {
      mine[place] = value;
    };
  },
  prototypeOf: (name) => parts!.prototypes(name),
  enter,
  leave,
};
