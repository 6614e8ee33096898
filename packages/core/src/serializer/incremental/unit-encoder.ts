import { isPlain } from "../own-keys.ts";
import type { ValuePlace } from "../conversion/on-unknown.ts";
import { Encoder } from "../encoder.ts";
import type { EncoderParts } from "../value-writer.ts";
import { PLAIN, TAGGED } from "../envelope.ts";
import { SameUnit } from "./same-unit.ts";
import type { EncodedAfter, EncodedBefore } from "./trace.ts";
import { UnitWriter } from "./unit-writer.ts";

/** Encodes a value that is mostly like the previous one, into the same bytes as an {@link Encoder} would. */
export class UnitEncoder extends Encoder {
  readonly #writer: UnitWriter;
  readonly #same: SameUnit;
  #units = 0;
  #isInUnit = false;
  #isList = false;

  /** @param before The previous value. Its trace cannot be used again. */
  constructor(parts: EncoderParts, place: ValuePlace | undefined, before: EncodedBefore | undefined) {
    const writer = new UnitWriter(before);
    super(parts, place, writer);
    this.#writer = writer;
    this.#same = new SameUnit(writer.units, this.scratch.numbers);
  }

  /**
   * Encodes the value as `run` does.
   *
   * @param take Gets the bytes, which are gone when it returns.
   */
  runAfter<T>(value: unknown, take: (after: EncodedAfter) => T): T {
    this.root(value);
    const isTagged = this.tags > 0;
    const last = isTagged ? this.needed : undefined;
    const after = this.#writer.finishAfter(this.#units, last, isTagged ? TAGGED : PLAIN);
    try {
      return take(after);
    } finally {
      this.release();
    }
  }

  protected override part(value: unknown): void {
    if (this.#isInUnit || !this.#writer.hasSpine || this.#hasUnits(value)) this.value(value);
    else this.#unit(value);
  }

  #hasUnits(value: unknown): boolean {
    if (typeof value !== "object" || value === null) return false;
    try {
      if (this.depth === 0) {
        this.#isList = Array.isArray(value);
        return this.#isList || isPlain(value);
      }
      return this.depth === 1 && !this.#isList && Array.isArray(value);
    } catch {
      return false;
    }
  }

  #unit(value: unknown): void {
    const unit = this.#units++;
    const writer = this.#writer;
    if (this.depth === 0 || (this.depth === 1 && !this.#isList)) writer.placeUnit();
    if (writer.follows(unit) && this.#same.holds(unit, value)) {
      for (const { shape, id } of writer.units.definitions(unit)) this.scratch.shapes.set(shape, id);
      if (this.#same.needs !== 0) {
        this.tags++;
        this.needs(this.#same.needs);
      }
      return writer.skip(unit);
    }
    writer.begin();
    this.#isInUnit = true;
    this.value(value);
    this.#isInUnit = false;
    writer.end(unit);
  }
}
