import { compareText } from "../codec/text.ts";
import { wrongOption } from "../options.ts";
import type { Engine, HistoryBound } from "./engine.ts";
import { removeFrom, type Chooser } from "./retention.ts";
import { groupByNamespace } from "./retention-plan.ts";

/** At least this many checkpoints are removed at once: a removal reads the outline of the thread. */
const SMALLEST_BATCH = 4;

/** Checks the option. */
export function checkKeepLatest(value: unknown): void {
  if (value === undefined || (Number.isInteger(value) && (value as number) > 0)) return;
  throw wrongOption("keepLatest", "must be a whole number above 0");
}

/** Counts the checkpoints stored in each thread, and removes old ones in batches. */
export class KeepLatest implements HistoryBound {
  readonly #count: number;
  readonly #batch: number;
  /** Thread → checkpoints until its next removal. */
  readonly #left = new Map<string, number>();
  readonly #running = new Set<string>();

  constructor(count: number) {
    this.#count = count;
    this.#batch = Math.max(SMALLEST_BATCH, Math.ceil(count / 4));
  }

  /** Never rejects: the checkpoint is stored, and anything that could not be removed now is removed the next time. */
  async stored(engine: Engine, thread: string, spared: readonly (string | undefined)[]): Promise<void> {
    // The count starts anywhere in the first batch, so that many processes that each store a few checkpoints do their
    // part.
    const left = (this.#left.get(thread) ?? Math.ceil(Math.random() * this.#batch)) - 1;
    this.#remember(thread, left > 0 ? left : this.#batch);
    if (left > 0 || this.#running.has(thread)) return;
    this.#running.add(thread);
    try {
      await removeFrom(engine, thread, this.#chooser(new Set(spared)), false);
    } catch {
      // No call reports this: see above.
    } finally {
      this.#running.delete(thread);
    }
  }

  #remember(thread: string, left: number): void {
    this.#left.delete(thread);
    const [oldest] = this.#left.size < 10_000 ? [] : this.#left.keys();
    if (oldest !== undefined) this.#left.delete(oldest);
    this.#left.set(thread, left);
  }

  #chooser(spared: ReadonlySet<string | undefined>): Chooser {
    return (thread) => {
      const groups = groupByNamespace(thread);
      const oldestRoot = groups.get("")?.slice(0, this.#count).at(-1)?.id;
      const staying = new Set(
        [...groups].flatMap(([namespace, all]) => {
          const ended = oldestRoot !== undefined && isCall(namespace) && isBefore(all[0]!.id, oldestRoot);
          return ended ? [] : all.slice(0, this.#count);
        }),
      );
      return (checkpoint) => !staying.has(checkpoint) && !spared.has(checkpoint.id);
    };
  }
}

/**
 * Whether a namespace belongs to one call of a subgraph, which has the id of its task after a colon, and not to a
 * subgraph that remembers. After the run it is read only by someone who goes back to that time.
 *
 * Source: `CHECKPOINT_NAMESPACE_END` of LangGraph.js, which forbids colons in names of nodes.
 */
function isCall(namespace: string): boolean {
  return namespace.includes(":");
}

function isBefore(id: string, other: string): boolean {
  return compareText(id, other) < 0;
}
