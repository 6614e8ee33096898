import type { CheckpointSaver, CheckpointTuple } from "@threadmark/core";
import type { Message } from "./model.ts";
import { paint } from "./screen.ts";

/** One turn of a thread, and those that followed it: several where the thread was branched. */
export interface TurnNode {
  readonly said: string;
  readonly answer: string;
  readonly isHead: boolean;
  readonly next: TurnNode[];
}

/** The first turns of a thread, with all that followed. */
export async function turnsOf(saver: CheckpointSaver, thread: string): Promise<TurnNode[]> {
  const tuples = new Map<string, CheckpointTuple>();
  for await (const tuple of saver.list({ configurable: { thread_id: thread } }))
    tuples.set(tuple.checkpoint.id, tuple);
  const nodes = new Map<string, TurnNode>();
  const first: TurnNode[] = [];
  const [head] = tuples.keys();
  // The oldest first: what came before a turn is known when the turn comes.
  for (const [id, tuple] of [...tuples].reverse()) {
    if (tuple.metadata?.source !== "loop") continue;
    const begin = tuples.get(parentOf(tuple)!)!;
    const node: TurnNode = {
      said: (begin.checkpoint.channel_values["__start__"] as Message[]).map(({ content }) => content).join(),
      answer: (tuple.checkpoint.channel_values["__end__"] as Message).content,
      isHead: id === head,
      next: [],
    };
    nodes.set(id, node);
    (nodes.get(parentOf(begin) ?? "")?.next ?? first).push(node);
  }
  return first;
}

function parentOf({ parentConfig }: CheckpointTuple): string | undefined {
  return parentConfig?.configurable?.["checkpoint_id"];
}

/** Lines of a tree. A turn is below the one before, and indented where the tree branches. */
export function drawTree(turns: readonly TurnNode[]): string[] {
  return turns.flatMap((turn, i) => {
    const isLast = i === turns.length - 1;
    const [lead, below] = turns.length === 1 ? ["", ""] : isLast ? ["└─", "  "] : ["├─", "│ "];
    const [first, ...rest] = [describe(turn), ...drawTree(turn.next)];
    return [paint("dim", lead) + first, ...rest.map((line) => paint("dim", below) + line)];
  });
}

function describe({ said, answer, isHead }: TurnNode): string {
  const head = isHead ? paint("magenta", "  ← newest") : "";
  return `${paint("magenta", "●")} ${paint("yellow", said)} ${paint("dim", "→")} ${paint("green", answer)}${head}`;
}
