import type { OutlineRequest, ScanRequest } from "@threadmark/core/storage";
import { compareText } from "@threadmark/core/storage";
import { bound, placeOf, suffixOf } from "./place.ts";

/** A part of the order, to be read backwards. */
export interface ScanRange {
  readonly upper: Buffer;
  readonly lower: Buffer;
  /** How many bytes of a member come before the place, or before the id. */
  readonly skip: number;
  /** What follows the id in a place, when the members end with the id. */
  readonly suffix: Buffer;
}

type Place = Pick<ScanRequest, "namespace" | "id" | "before" | "after">;

/** Where the checkpoints of a scan are in the order of their thread. */
export function scanRange(thread: string, request: Place): ScanRange {
  const { namespace } = request;
  return namespace === undefined ? ofThread(thread, request) : ofNamespace(thread, namespace, request);
}

/** The upper bound of a page of an outline. */
export function outlineUpper({ thread, after }: OutlineRequest): Buffer {
  const start = after && { ...after, thread };
  return ofThread(thread, { namespace: undefined, id: undefined, before: undefined, after: start }).upper;
}

/*
 * Upper bounds are exclusive, and the lowest one counts. Text contains no NUL, so at most NUL follows a whole id, and
 * byte 1 sorts above everything that begins with that id.
 */

function ofThread(thread: string, { id, before, after }: Place): ScanRange {
  const tops = [
    "j",
    id !== undefined && `i${id}\u0001`,
    before !== undefined && `i${before}`,
    after && topBehind(thread, after),
  ];
  const lower = id === undefined ? "i" : `i${id}\0`;
  return { upper: lowest(tops), lower: bound("[", lower), skip: 1, suffix: Buffer.of() };
}

function topBehind(thread: string, after: NonNullable<Place["after"]>): string | Buffer {
  const order = compareText(thread, after.thread);
  if (order === 0) return Buffer.concat([Buffer.from("i"), placeOf(after)]);
  return order > 0 ? `i${after.id}\u0001` : `i${after.id}`;
}

function ofNamespace(thread: string, namespace: string, { id, before, after }: Place): ScanRange {
  const prefix = `n${namespace}\0`;
  const behind = after && (compareText(thread, after.thread) || compareText(namespace, after.namespace));
  const tops = [
    `n${namespace}\u0001`,
    id !== undefined && `${prefix}${id}\0`,
    before !== undefined && `${prefix}${before}`,
    after && `${prefix}${after.id}${behind! > 0 ? "\0" : ""}`,
  ];
  return {
    upper: lowest(tops),
    lower: bound("[", prefix, id ?? ""),
    skip: Buffer.byteLength(prefix),
    suffix: suffixOf(namespace),
  };
}

function lowest(tops: readonly (string | Buffer | false | undefined)[]): Buffer {
  const [lowestTop] = tops
    .filter((top) => top !== false && top !== undefined)
    .map((top) => Buffer.from(top as string))
    .sort(Buffer.compare);
  return bound("(", lowestTop!);
}
