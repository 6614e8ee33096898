import { dropOwnFields } from "../own-keys.ts";
import { type HostClass, hostClass } from "../host.ts";
import { malformed, listOf, notHere } from "../malformed.ts";
import { TAG } from "../tags.ts";
import type { ValueReader } from "../value-reader.ts";
import type { ValueWriter } from "../value-writer.ts";

type Pairs = Iterable<readonly [string, string]>;

interface ClassOfPairs extends HostClass {
  readonly prototype: Pairs & object;
  new (pairs: (readonly [string, string])[]): object;
}

/** Classes of the host that hold pairs of texts. Stored numbers: only append. */
const NAMES = ["URLSearchParams", "Headers"] as const;

const CLASSES = NAMES.map((name) => hostClass<ClassOfPairs>(name));

const KINDS: ReadonlyMap<object, number> = new Map(
  CLASSES.flatMap((found, kind) => (found === undefined ? [] : [[found.prototype, kind] as const])),
);

/** The number of the class that a prototype belongs to. */
export function hostKindOf(prototype: object): number | undefined {
  return KINDS.get(prototype);
}

export function writeHostObject(writer: ValueWriter, value: object, kind: number): void {
  const pairs = pairsOf(value, kind);
  // Some hosts keep the parts under symbols.
  dropOwnFields(writer, value, "allowed");
  writer.tag(TAG.host);
  writer.bytes.arrayHead(1 + 2 * pairs.length);
  writer.bytes.number(kind);
  for (const [name, text] of pairs) {
    writer.text(name);
    writer.text(text);
  }
}

/** Another object of the class with the same contents; throws for one that is not of it. */
export function copyHostObject(value: object, kind: number): object {
  return new CLASSES[kind]!(pairsOf(value, kind));
}

function pairsOf(value: object, kind: number): (readonly [string, string])[] {
  return [...{ [Symbol.iterator]: () => CLASSES[kind]!.prototype[Symbol.iterator].call(value as Pairs) }];
}

export function readHostObject(reader: ValueReader, data: unknown): object {
  const [kind, ...texts] = listOf(data);
  const name = NAMES[kind as number];
  if (name === undefined || texts.length % 2 !== 0) malformed("it has a bad object of the host");
  const pairs: [string, string][] = [];
  for (let i = 0; i < texts.length; i += 2) pairs.push([reader.text(texts[i]), reader.text(texts[i + 1])]);
  const found = CLASSES[kind as number];
  if (found === undefined) throw notHere(name);
  const value = new found(pairs);
  reader.number(value);
  return value;
}
