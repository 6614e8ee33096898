import { standsAt } from "../runtime.ts";
import type { Blob, BlobId } from "../storage/port.ts";

interface Place {
  readonly value: number;
  readonly leaf: number;
}

/** After this many new leaves the known ones are looked up. What is appended to a value is usually shorter. */
const PATIENCE = 4;

/**
 * Guesses the next leaf of a value from the leaves of earlier ones: a conversation that grew begins
 * with the leaves that it had. Comparing bytes is many times faster than hashing them.
 */
export class LeafGuess {
  readonly #earlier: readonly (readonly Blob[])[];
  #next: Place | undefined;
  #places: Map<BlobId, Place> | undefined;
  #patience = PATIENCE;

  /** @param before Leaves that come before the bytes, of one of the earlier values. */
  constructor(earlier: readonly (readonly Blob[])[], before: readonly Blob[]) {
    this.#earlier = earlier;
    const last = before.length - 1;
    const value = earlier.findIndex((leaves) => last >= 0 && leaves[last] === before[last]);
    if (value >= 0) this.#next = { value, leaf: before.length };
  }

  /** The earlier leaf that a cut at `start` would make, if there is one. */
  at(bytes: Uint8Array, start: number): Blob | undefined {
    const places =
      start === 0 && !this.#next ? this.#earlier.map((_, value) => ({ value, leaf: 0 })) : [this.#next];
    for (const place of places) {
      const leaf = place && this.#leafAt(place, bytes, start);
      if (!leaf) continue;
      this.#next = place;
      return leaf;
    }
    return undefined;
  }

  /** Continues after the leaf that was cut. */
  follow(id: BlobId): void {
    if (this.#earlier.length === 0) return;
    const expected = this.#next && this.#earlier[this.#next.value]?.[this.#next.leaf];
    const found = expected?.id === id ? this.#next : this.#placeOf(id);
    this.#next = found && { value: found.value, leaf: found.leaf + 1 };
  }

  #leafAt({ value, leaf: index }: Place, bytes: Uint8Array, start: number): Blob | undefined {
    const leaves = this.#earlier[value]!;
    const leaf = leaves[index];
    if (!leaf || !standsAt(bytes, start, leaf.bytes)) return undefined;
    // The last leaf ended where its value did, not where its content said so.
    const isLast = index === leaves.length - 1;
    return isLast && start + leaf.bytes.length < bytes.length ? undefined : leaf;
  }

  #placeOf(id: BlobId): Place | undefined {
    if (!this.#places) {
      if (this.#patience-- > 0) return undefined;
      this.#places = new Map();
      for (const [value, leaves] of this.#earlier.entries()) {
        for (const [leaf, blob] of leaves.entries()) this.#places.set(blob.id, { value, leaf });
      }
    }
    return this.#places.get(id);
  }
}
