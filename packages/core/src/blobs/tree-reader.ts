import { CheckpointError } from "../errors.ts";
import type { Blob, BlobId } from "../storage/port.ts";
import type { CutValue } from "./cut.ts";
import { childrenOf, type FindBlob } from "./tree.ts";

/** Cutting at least halves every level, so no value has this many. */
const MAX_LEVELS = 64;
/** Half of the smallest leaf that cutting makes, except for the last. */
const LEAF_MIN = 256;
/** The longest array of bytes on any supported host. */
const MAX_SIZE = 2 ** 32;

/** What is below a node. */
interface Branch {
  readonly below: readonly (Branch | Blob)[];
  readonly size: number;
  readonly leaves: number;
  readonly levels: number;
}

/** Values whose leaves are known, by the id of their root. */
export type KnownValues = ReadonlyMap<BlobId, CutValue>;

/**
 * Reads values from blobs. Tampered blobs can name each other so often that a few of them expand to
 * any number of leaves. So every blob is visited once, and leaves are collected only if they have as many bytes as
 * the record says, in pieces of the lengths that cutting makes.
 */
export class TreeReader {
  readonly #find: FindBlob;
  readonly #known: KnownValues | undefined;
  readonly #branches = new Map<BlobId, Branch>();
  readonly #values = new Map<BlobId, CutValue>();

  /** @param known Values that need no walk. */
  constructor(find: FindBlob, known?: KnownValues) {
    this.#find = find;
    this.#known = known;
  }

  /**
   * The leaves of a value, from front to back.
   *
   * @throws CheckpointError `INCOMPLETE` when a blob is missing, `CORRUPT` when the blobs do not make such a value.
   */
  leavesOf(root: BlobId, size: number): readonly Blob[] {
    const known = this.#known?.get(root) ?? this.#values.get(root);
    if (known) {
      if (sizeOf(known.leaves) !== size) throw wrongSize(size);
      return known.leaves;
    }
    const tree = this.#measure(root, MAX_LEVELS);
    const isRight = sizeIn(tree) === size && size <= MAX_SIZE;
    if (!isRight || leavesIn(tree) > size / LEAF_MIN + 1) throw wrongSize(size);
    const leaves: Blob[] = [];
    gather(tree, leaves);
    this.#values.set(root, { root: this.#find(root)!, leaves, levels: undefined });
    return leaves;
  }

  /** The values that were read, by the id of their root, without those that were known. */
  get values(): KnownValues {
    return this.#values;
  }

  #measure(id: BlobId, levels: number): Branch | Blob {
    const done = this.#branches.get(id);
    if (done && done.levels > levels) throw tooDeep();
    if (done) return done;
    const blob = this.#find(id);
    if (!blob) {
      throw new CheckpointError("INCOMPLETE", `part of the value is missing from the storage (blob ${id})`);
    }
    if (blob.kind === "leaf") return blob;
    if (levels === 0) throw tooDeep();
    const below = childrenOf(blob).map((child) => this.#measure(child, levels - 1));
    const branch = {
      below,
      size: below.reduce((sum, part) => sum + sizeIn(part), 0),
      leaves: below.reduce((sum, part) => sum + leavesIn(part), 0),
      levels: 1 + below.reduce((most, part) => Math.max(most, levelsIn(part)), 0),
    };
    this.#branches.set(id, branch);
    return branch;
  }
}

function isBranch(tree: Branch | Blob): tree is Branch {
  return "below" in tree;
}

function sizeIn(tree: Branch | Blob): number {
  return isBranch(tree) ? tree.size : tree.bytes.length;
}

function leavesIn(tree: Branch | Blob): number {
  return isBranch(tree) ? tree.leaves : 1;
}

function levelsIn(tree: Branch | Blob): number {
  return isBranch(tree) ? tree.levels : 0;
}

/** Visits only nodes with leaves: nodes without any can be as numerous as leaves. */
function gather(tree: Branch | Blob, into: Blob[]): void {
  if (!isBranch(tree)) into.push(tree);
  else for (const part of tree.below) if (leavesIn(part) > 0) gather(part, into);
}

function sizeOf(leaves: readonly Blob[]): number {
  return leaves.reduce((sum, leaf) => sum + leaf.bytes.length, 0);
}

function tooDeep(): CheckpointError {
  return new CheckpointError(
    "CORRUPT",
    `the value is damaged: its parts are nested over more than ${MAX_LEVELS} levels`,
  );
}

function wrongSize(size: number): CheckpointError {
  return new CheckpointError("CORRUPT", `the value is damaged: its parts do not add up to ${size} bytes`);
}
