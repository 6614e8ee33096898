import type {
  ChannelVersions,
  Checkpoint,
  CheckpointConfig,
  CheckpointListOptions,
  CheckpointMetadata,
  CheckpointPendingWrite,
  CheckpointTuple,
  PendingWrite,
} from "@threadmark/core";
import { show } from "@threadmark/core/comparison";
import { fail } from "./assertions.ts";
import type { TestedSaver } from "./saver.ts";

/** A checkpoint id; a number means the id that {@link checkpointId} makes from it. */
export type Id = number | string;

/** An id in the form that LangGraph.js makes; greater numbers give greater ids. */
export function checkpointId(id: Id): string {
  if (typeof id === "string") return id;
  return `1f0c0de0-0000-6000-8000-${id.toString(16).padStart(12, "0")}`;
}

/** What to put. Everything but the id has a default. */
export interface PutText {
  readonly id: Id;
  readonly parent?: Id | undefined;
  /** @default {} */
  readonly values?: Record<string, unknown>;
  /** @default the id's number, or 1, for every channel that has a value */
  readonly versions?: ChannelVersions;
  /** @default all versions */
  readonly newVersions?: ChannelVersions;
  /** Keys in addition to `source`, `step` and `parents`. */
  readonly metadata?: Record<string, unknown>;
  /** @default 4 */
  readonly v?: number;
  readonly versionsSeen?: Record<string, ChannelVersions>;
  /** @default a fixed time */
  readonly ts?: string;
  /** Goes into `config.metadata.run_id`, where LangGraph puts it. */
  readonly run?: string;
}

export function checkpointOf(text: PutText): Checkpoint {
  const version = typeof text.id === "number" ? Math.max(text.id, 1) : 1;
  const values = text.values ?? {};
  return {
    v: text.v ?? 4,
    id: checkpointId(text.id),
    ts: text.ts ?? "2026-01-02T03:04:05.678Z",
    channel_values: values,
    channel_versions: text.versions ?? Object.fromEntries(Object.keys(values).map((name) => [name, version])),
    versions_seen: text.versionsSeen ?? {},
  };
}

export function metadataOf(text: PutText): CheckpointMetadata {
  return {
    source: "loop",
    step: typeof text.id === "number" ? text.id : 0,
    parents: {},
    ...text.metadata,
  };
}

/** Where LangGraph puts the config's keys, with the given ones only. */
export function configOf(
  threadId: string | undefined,
  namespace: string | undefined,
  id?: Id,
): CheckpointConfig {
  const configurable: Record<string, unknown> = {};
  if (threadId !== undefined) configurable["thread_id"] = threadId;
  if (namespace !== undefined) configurable["checkpoint_ns"] = namespace;
  if (id !== undefined) configurable["checkpoint_id"] = checkpointId(id);
  return { configurable };
}

/** One thread and namespace of a saver, for short clauses. */
export class TestThread {
  readonly saver: TestedSaver;
  readonly id: string;
  readonly namespace: string;

  constructor(saver: TestedSaver, id: string, namespace = "") {
    this.saver = saver;
    this.id = id;
    this.namespace = namespace;
  }

  /** The same thread, seen by another saver. */
  on(saver: TestedSaver): TestThread {
    return new TestThread(saver, this.id, this.namespace);
  }

  /** Another namespace of the same thread. */
  in(namespace: string): TestThread {
    return new TestThread(this.saver, this.id, namespace);
  }

  config(id?: Id): CheckpointConfig {
    return configOf(this.id, this.namespace, id);
  }

  put(text: PutText): Promise<CheckpointConfig> {
    const checkpoint = checkpointOf(text);
    const config = this.config(text.parent);
    return this.saver.put(
      text.run === undefined ? config : { ...config, metadata: { run_id: text.run } },
      checkpoint,
      metadataOf(text),
      text.newVersions ?? checkpoint.channel_versions,
    );
  }

  /** Puts checkpoints 1 to `count`, each the child of the one before, with `values(n)`. */
  async chain(count: number, values: (n: number) => Record<string, unknown>): Promise<void> {
    for (let n = 1; n <= count; n++) {
      // A child follows its parent.
      await this.put({ id: n, parent: n === 1 ? undefined : n - 1, values: values(n) });
    }
  }

  write(id: Id, writes: PendingWrite[], task = "task", path?: string): Promise<void> {
    return path === undefined
      ? this.saver.putWrites(this.config(id), writes, task)
      : this.saver.putWrites(this.config(id), writes, task, path);
  }

  find(id?: Id): Promise<CheckpointTuple | undefined> {
    return this.saver.getTuple(this.config(id));
  }

  /** The tuple, which must be there. */
  async read(id?: Id): Promise<CheckpointTuple> {
    const found = await this.find(id);
    if (found !== undefined) {
      checkShape(found);
      return found;
    }
    const which = id === undefined ? "the newest checkpoint" : `checkpoint ${show(id)}`;
    return fail(
      `getTuple found nothing for ${which} of thread ${show(this.id)}, namespace ${show(this.namespace)}, although it was put.`,
    );
  }

  /** Values by channel, in a plain object whatever the saver's is. */
  async values(id?: Id): Promise<Record<string, unknown>> {
    const tuple = await this.read(id);
    return { ...tuple.checkpoint.channel_values };
  }

  async writes(id?: Id): Promise<CheckpointPendingWrite[]> {
    const tuple = await this.read(id);
    const found = tuple.pendingWrites;
    if (!Array.isArray(found)) fail(`pendingWrites is ${show(found)} instead of a list.`);
    return found;
  }

  /** The listed tuples, in order. */
  tuples(options?: CheckpointListOptions): Promise<CheckpointTuple[]> {
    return collect(this.saver.list(this.config(), options));
  }

  /** Ids of the listed checkpoints, in order. */
  async listed(options?: CheckpointListOptions): Promise<string[]> {
    return (await this.tuples(options)).map(idOf);
  }

  delete(): Promise<void> {
    return this.saver.deleteThread(this.id);
  }
}

/** Some serializers turn a whole checkpoint into a text when a part of it cannot be written. */
function checkShape({ checkpoint }: CheckpointTuple): void {
  const whole: unknown = checkpoint;
  const values: unknown = typeof whole === "object" && whole !== null && Reflect.get(whole, "channel_values");
  if (typeof values !== "object" || values === null) fail(`The whole checkpoint was read as ${show(whole)}.`);
}

export async function collect(tuples: AsyncIterable<CheckpointTuple>): Promise<CheckpointTuple[]> {
  const found: CheckpointTuple[] = [];
  for await (const tuple of tuples) found.push(tuple);
  return found;
}

export function idOf(tuple: CheckpointTuple): string {
  return tuple.checkpoint.id;
}

/** Id of the parent that a tuple names, or `undefined`. */
export function parentOf(tuple: CheckpointTuple): unknown {
  return tuple.parentConfig?.configurable?.["checkpoint_id"];
}
