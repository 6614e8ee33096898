import { type HostClass, hostClass } from "../host.ts";
import { malformed, notHere } from "../malformed.ts";
import { dropOwnFields } from "../own-keys.ts";
import { TAG } from "../tags.ts";
import type { ValueReader } from "../value-reader.ts";
import type { NativeClass } from "./native-class.ts";

type Pairs = Iterable<readonly [string, string]>;

interface ClassOfPairs extends HostClass {
  readonly prototype: Pairs & object;
  new (pairs: (readonly [string, string])[]): object;
}

/** Classes of the host that hold pairs of texts. Stored numbers: only append. */
const NAMES = ["URLSearchParams", "Headers"] as const;

const CLASSES = NAMES.map((name) => hostClass<ClassOfPairs>(name));

export const HOST_OBJECTS: readonly NativeClass[] = NAMES.map((name, kind) => ({
  name,
  write(writer, value) {
    const pairs = pairsIn(value, kind);
    // Some hosts keep the parts under symbols.
    dropOwnFields(writer, value, "allowed");
    writer.tag(TAG.host);
    writer.bytes.arrayHead(1 + 2 * pairs.length);
    writer.bytes.number(kind);
    for (const text of pairs.flat()) writer.text(text);
  },
  copy: (value) => new CLASSES[kind]!(pairsIn(value, kind)),
}));

function pairsIn(value: object, kind: number): (readonly [string, string])[] {
  return [...{ [Symbol.iterator]: () => CLASSES[kind]!.prototype[Symbol.iterator].call(value as Pairs) }];
}

export function readHostObject(reader: ValueReader): object {
  const count = (reader.list() - 1) / 2;
  const kind = count < 0 ? -1 : reader.integer();
  const name = NAMES[kind];
  if (name === undefined || !Number.isInteger(count)) malformed("it has a bad object of the host");
  const pairs: [string, string][] = [];
  for (let i = 0; i < count; i++) pairs.push([reader.text(), reader.text()]);
  const found = CLASSES[kind];
  if (found === undefined) throw notHere(name);
  const value = new found(pairs);
  reader.number(value);
  return value;
}
