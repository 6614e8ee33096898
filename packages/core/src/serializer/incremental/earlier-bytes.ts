import { standsAt } from "../../runtime.ts";
import { HEAD_BYTES } from "../envelope.ts";
import type { EncodedBefore } from "./trace.ts";

/** The bytes of the previous value, read from front to back. */
export class EarlierBytes {
  readonly #before: EncodedBefore;
  /** The current piece, and where it begins in the whole. */
  #piece = 0;
  #start = HEAD_BYTES;

  constructor(before: EncodedBefore) {
    this.#before = before;
  }

  /** Whether these bytes are at a place. Later calls name later places. */
  has(bytes: Uint8Array, place: number): boolean {
    if (place + bytes.length > this.#before.size) return false;
    let done = 0;
    if (place < HEAD_BYTES) {
      done = Math.min(bytes.length, HEAD_BYTES - place);
      if (!standsAt(this.#before.trace.head, place, bytes.subarray(0, done))) return false;
    }
    while (done < bytes.length) {
      const piece = this.#seek(place + done);
      const at = place + done - this.#start;
      const part = bytes.subarray(done, done + piece.length - at);
      if (!standsAt(piece, at, part)) return false;
      done += part.length;
    }
    return true;
  }

  #seek(place: number): Uint8Array {
    const { pieces } = this.#before;
    // A comparison that failed may have gone further.
    while (this.#start > place) this.#start -= pieces[--this.#piece]!.bytes.length;
    while (place - this.#start >= pieces[this.#piece]!.bytes.length) {
      this.#start += pieces[this.#piece++]!.bytes.length;
    }
    return pieces[this.#piece]!.bytes;
  }

  /** The pieces that lie before a place, and the bytes between them and it. */
  upTo(place: number): { readonly pieces: number; readonly start: number; readonly rest: Uint8Array[] } {
    const all = this.#before.pieces;
    let pieces = this.#piece;
    let start = this.#start;
    while (start > place && pieces > 0) start -= all[--pieces]!.bytes.length;
    // The last piece ends where the value ended, and may be longer now.
    while (pieces < all.length - 1 && start + all[pieces]!.bytes.length <= place) {
      start += all[pieces++]!.bytes.length;
    }
    const rest: Uint8Array[] = [];
    for (let i = pieces, at = start; at < place; i++) {
      const { bytes } = all[i]!;
      rest.push(bytes.subarray(0, place - at));
      at += bytes.length;
    }
    return { pieces, start, rest };
  }
}
