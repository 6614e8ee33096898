import {
  CheckpointSaver,
  isCheckpointError,
  type CheckpointTuple,
  type PendingWrite,
} from "@threadmark/core";
import type { WholeStorage } from "@threadmark/core/storage";
import fc from "fast-check";
import { expectSame } from "../assertions.ts";
import { configOf } from "../thread.ts";
import { losing, type LosingStorage } from "./losing-storage.ts";
import { longText } from "./small-world.ts";
import { newestFirst, pruneIn, putInto, writeInto, type Model } from "./thread-model.ts";
import { putTurn, turnId } from "./turn.ts";

/** A value that never changes, too long for the checkpoint itself. */
const OTHER = longText("o", 20_000);

const THREADS = ["a", "b", "copy of a", "copy of b"];

const thread = fc.constantFrom(...THREADS);
const saver = fc.nat(1);
const change = fc.constantFrom("append", "append", "edit", "same", "new");
const keepLatest = fc.integer({ min: 1, max: 3 });
const kind = <T extends string>(name: T) => fc.constant(name);

interface On {
  readonly thread: string;
  /** Which of the two savers. */
  readonly saver: number;
}

/** One thing that a process does, or that happens to the storage under it. */
export type Step =
  | ({ readonly kind: "put"; readonly change: string; readonly back: number } & On)
  | ({ readonly kind: "two puts"; readonly change: string } & On)
  | ({ readonly kind: "write" } & On)
  | ({ readonly kind: "read" } & On)
  | ({ readonly kind: "copy" } & On)
  | ({ readonly kind: "delete" } & On)
  | ({ readonly kind: "prune"; readonly keepLatest: number } & On)
  | { readonly kind: "lose"; readonly changes: number };

export const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 10, arbitrary: fc.record({ kind: kind("put"), thread, saver, change, back: fc.nat(2) }) },
  { weight: 2, arbitrary: fc.record({ kind: kind("two puts"), thread, saver, change }) },
  { weight: 4, arbitrary: fc.record({ kind: kind("write"), thread, saver }) },
  { weight: 4, arbitrary: fc.record({ kind: kind("read"), thread, saver }) },
  { weight: 1, arbitrary: fc.record({ kind: kind("prune"), thread, saver, keepLatest }) },
  { weight: 1, arbitrary: fc.record({ kind: kind("copy"), thread: fc.constantFrom("a", "b"), saver }) },
  { weight: 1, arbitrary: fc.record({ kind: kind("delete"), thread, saver }) },
  { weight: 5, arbitrary: fc.record({ kind: kind("lose"), changes: fc.integer({ min: 1, max: 8 }) }) },
);
type Put = Omit<Extract<Step, { kind: "put" }>, "kind">;

/** Something that was acknowledged, and how many changes the storage had made by then. */
interface Fact {
  readonly at: number;
  readonly apply: (model: Model) => void;
}

/** A process with two savers, which keeps running whatever its storage loses, and what was acknowledged to it. */
export class LivingProgram {
  readonly #losing: LosingStorage;
  readonly #savers: readonly CheckpointSaver[];
  #facts: Fact[] = [];
  /** By checkpoint; ids are never used twice. */
  readonly #texts = new Map<string, string>();
  /** The checkpoints that the process knows of, lost ones too: its own memory is not rolled back. */
  readonly #ids = new Map<string, string[]>();
  #count = 0;
  #hasLost = false;

  constructor(storage: WholeStorage, clear: () => Promise<void>) {
    this.#losing = losing(storage, clear);
    // One that remembers all, and one that must forget.
    this.#savers = [this.#open(64 * 1024 * 1024), this.#open(40_000)];
  }

  async run(chosen: Step): Promise<void> {
    if (chosen.kind === "put") await this.#put(chosen);
    else if (chosen.kind === "two puts") {
      await Promise.all([0, 1].map((back) => this.#put({ ...chosen, back })));
    } else if (chosen.kind === "write") await this.#write(chosen.thread, this.#savers[chosen.saver]!);
    else if (chosen.kind === "read") await this.#checkThread(this.#savers[chosen.saver]!, chosen.thread);
    else if (chosen.kind === "lose") await this.#lose(chosen.changes);
    else await this.#change(chosen, this.#savers[chosen.saver]!);
    if (this.#hasLost && chosen.kind !== "read" && chosen.kind !== "lose") await this.check();
  }

  /** A process without any knowledge finds everything that was acknowledged and not lost, and nothing else. */
  async check(): Promise<void> {
    const reader = this.#open(64 * 1024 * 1024);
    for (const name of THREADS) await this.#checkThread(reader, name);
  }

  #open(blobCacheBytes: number): CheckpointSaver {
    return new CheckpointSaver(this.#losing.storage, { blobCacheBytes });
  }

  async #lose(changes: number): Promise<void> {
    await this.#losing.lose(changes);
    this.#facts = this.#facts.filter(({ at }) => at <= this.#losing.changes.length);
    this.#hasLost = true;
  }

  async #put({ thread: name, saver: index, change: how, back }: Put): Promise<void> {
    const known = this.#ids.get(name) ?? [];
    const parent = known.at(-1 - back);
    const id = turnId(++this.#count);
    const text = this.#textAfter(parent, how, id);
    this.#texts.set(id, text);
    this.#ids.set(name, [...known, id]);
    await putTurn(this.#savers[index]!, { thread: name, id, parent, values: { text, other: OTHER } });
    this.#learn((model) => putInto(model, name, id, parent), id);
  }

  #textAfter(parent: string | undefined, how: string, id: string): string {
    const text = parent === undefined ? undefined : this.#texts.get(parent);
    if (text === undefined || how === "new") return longText(`new ${id}`, 8000);
    if (how === "append") return text + longText(id, 3000);
    return how === "same" ? text : text.slice(0, 4000) + id + text.slice(4010);
  }

  async #write(name: string, by: CheckpointSaver): Promise<void> {
    const id = this.#ids.get(name)?.at(-1);
    if (id === undefined) return;
    const task = turnId(++this.#count);
    await by.putWrites(configOf(name, undefined, id), this.#writesOf(id, task), task);
    this.#learn((model) => writeInto(model, name, id, task));
  }

  #writesOf(id: string, task: string): PendingWrite[] {
    return [
      ["text", this.#texts.get(id)! + longText(task, 2000)],
      ["task", task],
    ];
  }

  async #change(
    chosen: Extract<Step, { kind: "prune" | "copy" | "delete" }>,
    by: CheckpointSaver,
  ): Promise<void> {
    const name = chosen.thread;
    if (chosen.kind === "prune") {
      await by.prune({ threadIds: [name], keepLatest: chosen.keepLatest });
      this.#learn((model) => pruneIn(model, name, chosen.keepLatest));
    } else if (chosen.kind === "delete") {
      await by.deleteThread(name);
      this.#learn((model) => model.delete(name));
    } else {
      const to = `copy of ${name}`;
      try {
        await by.copyThread(name, to);
      } catch (error) {
        if (isCheckpointError(error, "THREAD_EXISTS") || isCheckpointError(error, "THREAD_NOT_FOUND")) return;
        throw error;
      }
      this.#ids.set(to, [...(this.#ids.get(name) ?? [])]);
      this.#learn((model) => model.set(to, new Map(model.get(name))));
    }
  }

  /** @param id The checkpoint that was put: something else may have been changed since. */
  #learn(apply: Fact["apply"], id?: string): void {
    const { changes } = this.#losing;
    const isPut = ({ name, request }: (typeof changes)[number]): boolean =>
      name === "put" && (request as { checkpoint: { id: string } }).checkpoint.id === id;
    const at = id === undefined ? changes.length : changes.findLastIndex(isPut) + 1;
    this.#facts.push({ at, apply });
  }

  #model(): Model {
    const model: Model = new Map();
    for (const { apply } of this.#facts.toSorted((a, b) => a.at - b.at)) apply(model);
    return model;
  }

  async #checkThread(reader: CheckpointSaver, name: string): Promise<void> {
    const checkpoints = this.#model().get(name);
    const ids = newestFirst(checkpoints);
    const listed: CheckpointTuple[] = [];
    for await (const tuple of reader.list(configOf(name, undefined))) listed.push(tuple);
    const newest = await reader.getTuple(configOf(name, undefined));
    expectSame(newest?.checkpoint.id, ids[0], `The newest checkpoint of thread ${name}`);
    expectSame(
      listed.map(({ checkpoint }) => checkpoint.id),
      ids,
      `The checkpoints of thread ${name}`,
    );
    for (const tuple of [...listed, ...(newest ? [newest] : [])]) {
      const { id, channel_values: values } = tuple.checkpoint;
      const { parent, tasks } = checkpoints!.get(id)!;
      const what = `of checkpoint ${id} of thread ${name}`;
      expectSame(values, { text: this.#texts.get(id), other: OTHER }, `The values ${what}`);
      expectSame(tuple.parentConfig?.configurable?.["checkpoint_id"], parent, `The parent ${what}`);
      const writes = tasks.flatMap((task) =>
        this.#writesOf(id, task).map(([channel, value]) => [task, channel, value]),
      );
      expectSame(tuple.pendingWrites, writes, `The writes ${what}`);
      await this.#checkHistory(
        reader,
        configOf(name, undefined, id),
        parent !== undefined && checkpoints!.has(parent) ? parent : undefined,
      );
    }
  }

  async #checkHistory(
    reader: CheckpointSaver,
    config: ReturnType<typeof configOf>,
    parent: string | undefined,
  ): Promise<void> {
    const { text } = await reader.getDeltaChannelHistory({ config, channels: ["text"] });
    const before = parent === undefined ? undefined : this.#texts.get(parent);
    expectSame(text?.seed, before, "The value that a delta channel starts from");
  }
}
