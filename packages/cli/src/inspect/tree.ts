import { ERROR, INTERRUPT, RESUME, SCHEDULED, type CheckpointTuple } from "@threadmark/core";
import { printable } from "@threadmark/conformance";
import { bytesText } from "../sizes/bytes-text.ts";
import { counted } from "../counted.ts";
import type { Terminal } from "../terminal.ts";

/** A checkpoint without its values. */
export interface Leaf {
  readonly id: string;
  readonly parent: string | undefined;
  readonly source: string;
  readonly step: number | undefined;
  readonly time: string;
  /** Tasks with pending writes, and whether one of them waits for an answer or has failed. */
  readonly pending: readonly string[];
}

/** A checkpoint as its tuple has it, which does not say whether the run went on from there. */
interface ReadLeaf extends Leaf {
  /** The parts of `pending` that no longer matter when another checkpoint continues this one. */
  readonly unfinished: ReadonlySet<string>;
}

/** What a checkpoint holds, and how much of that no older one has, in bytes. */
export interface LeafSize {
  readonly bytes: number;
  readonly added: number;
}

/**
 * What a tree needs of tuples.
 *
 * @param tuples The newest first, and of the same namespace.
 */
export async function leavesOf(
  tuples: AsyncIterable<CheckpointTuple> | Iterable<CheckpointTuple>,
): Promise<Leaf[]> {
  const leaves: Leaf[] = [];
  const continued = new Set<string>();
  for await (const tuple of tuples) {
    const { unfinished, pending, ...leaf } = leafOf(tuple);
    if (leaf.parent !== undefined) continued.add(leaf.parent);
    // The question stays in the store when it has been answered, and so does the error when the task has run again.
    const isOver = continued.has(leaf.id);
    leaves.push({ ...leaf, pending: isOver ? pending.filter((mark) => !unfinished.has(mark)) : pending });
  }
  return leaves;
}

/** The leaf of one tuple of a listing of its namespace. */
export async function leafIn(
  listing: AsyncIterable<CheckpointTuple>,
  tuple: CheckpointTuple,
): Promise<Leaf | undefined> {
  // Only what may be over depends on newer checkpoints, which an old one has many of.
  const isSettled = leafOf(tuple).unfinished.size === 0;
  const leaves = await leavesOf(isSettled ? [tuple] : upTo(tuple.checkpoint.id, listing));
  return leaves.at(-1);
}

async function* upTo(id: string, listing: AsyncIterable<CheckpointTuple>): AsyncGenerator<CheckpointTuple> {
  for await (const tuple of listing) {
    yield tuple;
    if (tuple.checkpoint.id === id) return;
  }
}

function leafOf({ checkpoint, metadata, parentConfig, pendingWrites = [] }: CheckpointTuple): ReadLeaf {
  const parent: unknown = parentConfig?.configurable?.["checkpoint_id"];
  const done = new Set(pendingWrites.filter(([, channel]) => !SPECIAL.has(channel)).map(([task]) => task));
  const unfinished = new Set(
    pendingWrites.flatMap(([task, channel]) => {
      const mark = MARKS.get(channel);
      return mark === undefined || done.has(task) ? [] : [mark];
    }),
  );
  const tasks = new Set(pendingWrites.map(([task]) => task)).size;
  return {
    id: checkpoint.id,
    parent: typeof parent === "string" ? parent : undefined,
    source: metadata?.source ?? "",
    step: metadata?.step,
    time: checkpoint.ts,
    pending:
      tasks === 0 ? [] : [`${counted(tasks, "task")} ${tasks === 1 ? "has" : "have"} written`, ...unfinished],
    unfinished,
  };
}

const MARKS: ReadonlyMap<string, string> = new Map([
  [INTERRUPT, "waits for an answer"],
  [ERROR, "an error"],
]);

/** Channels of writes that do not show that a task has ended. */
const SPECIAL: ReadonlySet<string> = new Set([INTERRUPT, ERROR, RESUME, SCHEDULED]);

/**
 * The lines of a tree, oldest first. A checkpoint with one child is directly above it; one with several starts
 * branches.
 */
export function treeLines(
  leaves: readonly Leaf[],
  { style }: Pick<Terminal, "style">,
  sizes: ReadonlyMap<string, LeafSize> = new Map(),
): string[] {
  const ids = new Set(leaves.map(({ id }) => id));
  const children = new Map<string | undefined, Leaf[]>();
  for (const leaf of [...leaves].reverse()) {
    const under = leaf.parent !== undefined && ids.has(leaf.parent) ? leaf.parent : undefined;
    children.set(under, [...(children.get(under) ?? []), leaf]);
  }
  const lines: string[] = [];
  // A work list instead of recursion: a conversation may have thousands of steps.
  const left = (children.get(undefined) ?? []).map((leaf) => ({ leaf, indent: "" })).reverse();
  for (let next = left.pop(); next; next = left.pop()) {
    const { leaf, indent } = next;
    lines.push(`${indent}${lineOf(leaf, style, sizes.get(leaf.id))}`);
    const [main, ...branches] = (children.get(leaf.id) ?? []).reverse();
    // The newest child continues below; older ones, which end sooner, are shown first, as branches.
    if (main) left.push({ leaf: main, indent });
    for (const branch of branches) left.push({ leaf: branch, indent: `${indent}│ ` });
  }
  return lines;
}

function lineOf(
  { id, source, step, time, pending }: Leaf,
  style: Terminal["style"],
  size: LeafSize | undefined,
): string {
  const when = printable(time).replace("T", " ").slice(0, 19);
  const place = [printable(source), step === undefined ? "" : `step ${step}`]
    .filter((part) => part !== "")
    .join(" ");
  const waiting = pending.length > 0 ? style("yellow", `  (${pending.join(", ")})`) : "";
  return `${style("cyan", "●")} ${printable(id)}  ${place.padEnd(14)} ${style("dim", when)}${size ? `  ${sizeText(size)}` : ""}${waiting}`;
}

/** What only it has, and what it shares with older ones. */
function sizeText({ bytes, added }: LeafSize): string {
  return `+${bytesText(added)}, ${bytesText(bytes - added)} shared`;
}
