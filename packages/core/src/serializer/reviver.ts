import type { CustomTypes } from "./custom-types.ts";
import { malformed } from "./malformed.ts";
import { NEEDS, TAG } from "./tags.ts";
import { readArrayBuffer } from "./types/array-buffer.ts";
import { readBigInt } from "./types/bigint.ts";
import type { Prototypes } from "./types/class-loading.ts";
import { type ClassName, classOfTag, hasNoTagsInside, isMessageTag } from "./types/class-table.ts";
import { readDate } from "./types/date.ts";
import { readIrregularArray } from "./types/irregular-array.ts";
import { readMap } from "./types/map.ts";
import { readCustom } from "./types/custom.ts";
import { readError } from "./types/error.ts";
import { readHostObject } from "./types/host-object.ts";
import { readInstance } from "./types/instance.ts";
import { readMessage } from "./types/message.ts";
import { readBranded, readObject } from "./types/object.ts";
import { readOddText } from "./types/odd-text.ts";
import { readRegExp } from "./types/regexp.ts";
import { readSet } from "./types/set.ts";
import { readUrl } from "./types/url.ts";
import { readView } from "./types/view.ts";
import type { ValueReader } from "./value-reader.ts";

type TagReader = (reader: ValueReader, data: unknown) => unknown;

const READERS = new Map<number, TagReader>([
  [TAG.text, readOddText],
  [TAG.bigint, readBigInt],
  [TAG.date, readDate],
  [TAG.regexp, readRegExp],
  [TAG.url, readUrl],
  [TAG.map, readMap],
  [TAG.set, readSet],
  [TAG.object, (reader, data) => readObject(reader, data, Object.prototype)],
  [TAG.nullObject, (reader, data) => readObject(reader, data, null)],
  [TAG.array, readIrregularArray],
  [TAG.arrayBuffer, readArrayBuffer],
  [TAG.view, readView],
  [TAG.error, readError],
  [TAG.omitted, () => undefined],
  [TAG.branded, readBranded],
  [TAG.host, readHostObject],
]);

/** Turns the tree of a tagged body into the value, in place where that is possible. */
export class Reviver implements ValueReader {
  readonly #types: CustomTypes;
  readonly #prototypes: Prototypes;
  readonly #known = new Map<ClassName, object>();
  readonly #mark: unknown;
  /** Objects by number; `undefined` while one is being made. Kept only where there are references. */
  readonly #numbered: (object | undefined)[] | undefined;

  /** @param mark What the decoder gives for `TAG_MARK`. */
  constructor(types: CustomTypes, prototypes: Prototypes, needs: number, mark: unknown) {
    this.#mark = mark;
    this.#types = types;
    this.#prototypes = prototypes;
    this.#numbered = needs & NEEDS.numbering ? [] : undefined;
  }

  value(node: unknown): unknown {
    if (typeof node !== "object" || node === null) return node;
    if (Array.isArray(node)) {
      if (node[0] === this.#mark) return this.#tagged(node[1] as number, node[2]);
      this.#numbered?.push(node);
      this.#array(node);
      return node;
    }
    this.#numbered?.push(node);
    if (!(node instanceof Uint8Array)) this.#record(node as Record<string, unknown>);
    return node;
  }

  isOmitted(node: unknown): boolean {
    return Array.isArray(node) && node[0] === this.#mark && node[1] === TAG.omitted;
  }

  text(node: unknown): string {
    const text = typeof node === "string" ? node : this.value(node);
    return typeof text === "string" ? text : malformed("it has a tag without its text");
  }

  number(value: object): void {
    this.#numbered?.push(value);
  }

  reserve(): (value: object) => void {
    const numbered = this.#numbered;
    if (numbered === undefined) return () => {};
    const place = numbered.push(undefined) - 1;
    return (value) => {
      numbered[place] = value;
    };
  }

  prototypeOf(name: ClassName): object {
    let prototype = this.#known.get(name);
    if (prototype === undefined) this.#known.set(name, (prototype = this.#prototypes(name)));
    return prototype;
  }

  #array(nodes: unknown[]): void {
    for (let i = 0; i < nodes.length; i++) {
      const node = nodes[i];
      if (typeof node !== "object" || node === null) continue;
      const value = this.value(node);
      if (value !== node) nodes[i] = value;
    }
  }

  #record(record: Record<string, unknown>): void {
    for (const key of Object.keys(record)) {
      const node = record[key];
      if (typeof node !== "object" || node === null) continue;
      const value = this.value(node);
      if (value === undefined && this.isOmitted(node)) delete record[key];
      else if (value !== node) record[key] = value;
    }
  }

  #tagged(tag: number, data: unknown): unknown {
    if (tag === TAG.reference) return this.#reference(data);
    if (tag === TAG.custom) return readCustom(this, this.#types, data);
    const reader = READERS.get(tag);
    if (reader !== undefined) return reader(this, data);
    const name = classOfTag(tag);
    if (name === undefined) malformed("it has an unknown tag");
    const read = isMessageTag(tag) ? readMessage : readInstance;
    return read(this, name, data, this.#numbered === undefined && hasNoTagsInside(tag));
  }

  #reference(distance: unknown): object {
    const numbered = this.#numbered ?? [];
    const found = typeof distance === "number" ? numbered[numbered.length - distance] : undefined;
    return found ?? malformed("it refers to an object that does not exist");
  }
}
