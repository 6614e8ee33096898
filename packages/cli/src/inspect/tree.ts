import type { CheckpointTuple } from "@threadmark/core";
import { bytesText } from "../sizes/bytes-text.ts";
import { counted } from "../counted.ts";
import { printable } from "../printable.ts";
import type { Terminal } from "../terminal.ts";

/** A checkpoint without its values. */
export interface Leaf {
  readonly id: string;
  readonly parent: string | undefined;
  readonly source: string;
  readonly step: number | undefined;
  readonly time: string;
  /** Tasks with pending writes, and whether they ask a question or have failed. */
  readonly pending: readonly string[];
}

/** What a checkpoint holds, and how much of that no older one has, in bytes. */
export interface LeafSize {
  readonly bytes: number;
  readonly added: number;
}

/** What a tree needs of a tuple. */
export function leafOf({ checkpoint, metadata, parentConfig, pendingWrites = [] }: CheckpointTuple): Leaf {
  const parent: unknown = parentConfig?.configurable?.["checkpoint_id"];
  const marks = new Set(
    pendingWrites.map(([, channel]) => MARKS[channel]).filter((mark) => mark !== undefined),
  );
  const tasks = new Set(pendingWrites.map(([task]) => task)).size;
  return {
    id: checkpoint.id,
    parent: typeof parent === "string" ? parent : undefined,
    source: metadata?.source ?? "",
    step: metadata?.step,
    time: checkpoint.ts,
    pending:
      tasks === 0 ? [] : [`${counted(tasks, "task")} ${tasks === 1 ? "has" : "have"} written`, ...marks],
  };
}

const MARKS: Readonly<Record<string, string>> = {
  __interrupt__: "waits for an answer",
  __error__: "an error",
};

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
