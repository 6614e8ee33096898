import { concatBytes } from "../codec/bytes.ts";
import { sameBytes } from "../runtime.ts";
import type { Blob, BlobId } from "../storage/port.ts";
import { chunkEnd } from "./chunk.ts";
import { blobIdOf, ID_BYTES, writeHex } from "./hash.ts";
import { LeafGuess } from "./leaf-guess.ts";

/** A node has at least two children, so that every level is at most half as long as the one below. */
const NODE_MIN = 2;
const NODE_MAX = 64;
/** One id in four ends a node. */
const NODE_END = 4;

/** A value of up to this many bytes is one leaf: three blobs for it would cost more than they could share. */
const WHOLE_MAX = 2048;

/** A value that was cut. */
export interface CutValue {
  readonly root: Blob;
  /** From front to back. */
  readonly leaves: readonly Blob[];
  /** The nodes below the root, from the lowest level up; `undefined` for a value that was read. */
  readonly levels: readonly Level[] | undefined;
}

/** The nodes above one level of blobs. What follows the last of them belongs to the root. */
interface Level {
  readonly nodes: readonly Blob[];
  /** How many blobs of the level below come before the end of each node. */
  readonly ends: readonly number[];
}

/**
 * Cuts bytes into leaves and the nodes above them. A node ends where the id of its last child says so; the blobs at the
 * end of each level, which no such id follows, are children of the root. So appending to a value makes a new root, and
 * occasionally a node, whatever its length.
 *
 * @param emit Gets the blobs that are not known from `earlier`.
 * @param earlier Values that were cut before. They only save time: where one of their leaves occurs again, nothing is
 * hashed.
 * @param kept Leaves of one of them that come before the bytes.
 */
export function cutTree(
  bytes: Uint8Array,
  emit: (blob: Blob) => unknown,
  earlier: readonly CutValue[] = [],
  kept: readonly Blob[] = [],
): CutValue {
  const keptBytes = kept.reduce((sum, leaf) => sum + leaf.bytes.length, 0);
  if (keptBytes + bytes.length <= WHOLE_MAX) {
    const whole = kept.length === 0 ? bytes : concatBytes([...kept.map((leaf) => leaf.bytes), bytes]);
    return cutWhole(whole, emit, earlier);
  }
  const leaves = [...kept, ...cutLeaves(bytes, emit, earlier, kept)];
  const { value: before, shared } = longestPrefix(leaves, earlier);
  if (before?.levels && shared === leaves.length && shared === before.leaves.length) return before;
  return { ...growTree(leaves, before?.levels ?? [], shared, emit), leaves };
}

function cutWhole(whole: Uint8Array, emit: (blob: Blob) => unknown, earlier: readonly CutValue[]): CutValue {
  const before = earlier.find(({ root }) => root.kind === "leaf" && sameBytes(root.bytes, whole));
  if (before) return before;
  const root = leafOf(whole.slice());
  emit(root);
  return { root, leaves: [root], levels: [] };
}

/** Every blob of a value, each at least once. */
export function* blobsOf({ root, leaves, levels = [] }: CutValue): Generator<Blob> {
  yield* leaves;
  for (const { nodes } of levels) yield* nodes;
  yield root;
}

function cutLeaves(
  bytes: Uint8Array,
  emit: (blob: Blob) => unknown,
  earlier: readonly CutValue[],
  kept: readonly Blob[],
): Blob[] {
  const leaves: Blob[] = [];
  const guess = new LeafGuess(
    earlier.map((value) => value.leaves),
    kept,
  );
  for (let start = 0; start < bytes.length || kept.length + leaves.length === 0;) {
    let leaf = guess.at(bytes, start);
    if (!leaf) {
      leaf = cutLeaf(bytes, start);
      emit(leaf);
    }
    guess.follow(leaf.id);
    leaves.push(leaf);
    start += leaf.bytes.length;
  }
  return leaves;
}

function cutLeaf(bytes: Uint8Array, start: number): Blob {
  return leafOf(bytes.slice(start, chunkEnd(bytes, start)));
}

function leafOf(bytes: Uint8Array): Blob {
  return { id: blobIdOf("leaf", bytes), kind: "leaf", bytes };
}

/** The earlier value that shares the most leaves from the front, and how many. */
function longestPrefix(
  leaves: readonly Blob[],
  earlier: readonly CutValue[],
): { readonly value: CutValue | undefined; readonly shared: number } {
  let best: { value: CutValue | undefined; shared: number } = { value: undefined, shared: 0 };
  for (const value of earlier) {
    const first = leaves.findIndex((leaf, i) => leaf !== value.leaves[i]);
    const shared = first === -1 ? leaves.length : first;
    if (shared > best.shared) best = { value, shared };
  }
  return best;
}

/** @param before The levels of a value that has `shared` leaves in common with this one. */
function growTree(
  leaves: readonly Blob[],
  before: readonly Level[],
  shared: number,
  emit: (blob: Blob) => unknown,
): { root: Blob; levels: Level[] } {
  const levels: Level[] = [];
  const behind: (readonly Blob[])[] = [];
  let below = leaves;
  let same = shared;
  for (;;) {
    const known = before[levels.length];
    const reused = known?.ends.findLastIndex((end) => end <= same) ?? -1;
    const level = groupLevel(below, known, reused + 1, emit);
    if (level.nodes.length === 0) break;
    levels.push(level);
    behind.unshift(below.slice(level.ends.at(-1)));
    below = level.nodes;
    same = reused + 1;
  }
  const top = [...below, ...behind.flat()];
  if (top.length === 1) return { root: top[0]!, levels };
  const root = nodeOf(top, 0, top.length);
  emit(root);
  return { root, levels };
}

/** @param reused How many nodes of `known` are taken as they are. */
function groupLevel(
  below: readonly Blob[],
  known: Level | undefined,
  reused: number,
  emit: (blob: Blob) => unknown,
): Level {
  const nodes = known?.nodes.slice(0, reused) ?? [];
  const ends = known?.ends.slice(0, reused) ?? [];
  let start = ends.at(-1) ?? 0;
  for (let end = start + NODE_MIN; end <= below.length; end++) {
    if (end - start < NODE_MIN || !endsNode(below[end - 1]!.id, end - start)) continue;
    const node = nodeOf(below, start, end);
    emit(node);
    nodes.push(node);
    ends.push(end);
    start = end;
  }
  return { nodes, ends };
}

function endsNode(id: BlobId, children: number): boolean {
  return children >= NODE_MAX || Number.parseInt(id.slice(0, 4), 16) % NODE_END === 0;
}

function nodeOf(children: readonly Blob[], start: number, end: number): Blob {
  const bytes = new Uint8Array((end - start) * ID_BYTES);
  for (let i = start; i < end; i++) writeHex(children[i]!.id, bytes, (i - start) * ID_BYTES);
  return { id: blobIdOf("node", bytes), kind: "node", bytes };
}
