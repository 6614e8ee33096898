import type { Checkpoint, CheckpointConfig, CheckpointTuple } from "@threadmark/core";
import type { TestedSaver } from "@threadmark/conformance";
import { patch } from "./mutant.ts";

/** The ids in a config, as text. */
export interface Place {
  readonly thread: string;
  readonly namespace: string;
  readonly id: string | undefined;
}

export function placeOf(config: CheckpointConfig): Place {
  const ids = config.configurable ?? {};
  const id: unknown = ids["checkpoint_id"];
  return {
    thread: String(ids["thread_id"]),
    namespace: String(ids["checkpoint_ns"] ?? ""),
    id: typeof id === "string" && id !== "" ? id : undefined,
  };
}

/** A config with another id, or without one. */
export function withId(config: CheckpointConfig, id: string | undefined): CheckpointConfig {
  return { ...config, configurable: { ...config.configurable, checkpoint_id: id } };
}

export type PutArguments = Parameters<TestedSaver["put"]>;

/** Changes what put is given. */
export function alterPut(saver: TestedSaver, change: (...args: PutArguments) => PutArguments): void {
  patch(
    saver,
    "put",
    (put) =>
      (...args) =>
        put(...change(...args)),
  );
}

export function alterCheckpoint(
  saver: TestedSaver,
  change: (checkpoint: Checkpoint, newVersions: PutArguments[3], place: Place) => Partial<Checkpoint>,
): void {
  alterPut(saver, (config, checkpoint, metadata, versions) => [
    config,
    { ...checkpoint, ...change(checkpoint, versions, placeOf(config)) },
    metadata,
    versions,
  ]);
}

type ChangeTuple = (tuple: CheckpointTuple) => CheckpointTuple;

/** Changes what getTuple finds. */
export function alterGet(saver: TestedSaver, change: ChangeTuple): void {
  patch(saver, "getTuple", (getTuple) => async (config) => {
    const tuple = await getTuple(config);
    return tuple && change(tuple);
  });
}

/** Changes what list yields. */
export function alterList(saver: TestedSaver, change: ChangeTuple): void {
  patch(
    saver,
    "list",
    (list) =>
      async function* altered(config, options) {
        for await (const tuple of list(config, options)) yield change(tuple);
      },
  );
}

export function alterTuples(saver: TestedSaver, change: ChangeTuple): void {
  alterGet(saver, change);
  alterList(saver, change);
}

export function alterValues(
  saver: TestedSaver,
  change: (values: Record<string, unknown>, tuple: CheckpointTuple) => Record<string, unknown>,
): void {
  alterTuples(saver, (tuple) => {
    const values = change({ ...tuple.checkpoint.channel_values }, tuple);
    return { ...tuple, checkpoint: { ...tuple.checkpoint, channel_values: values } };
  });
}

/** A list that is read whole and then changed. */
export function alterListing(
  saver: TestedSaver,
  change: (
    read: (...args: Parameters<TestedSaver["list"]>) => Promise<CheckpointTuple[]>,
    ...args: Parameters<TestedSaver["list"]>
  ) => Promise<CheckpointTuple[]>,
): void {
  patch(
    saver,
    "list",
    (list) =>
      async function* altered(config, options) {
        const read = async (...args: Parameters<TestedSaver["list"]>): Promise<CheckpointTuple[]> => {
          const found: CheckpointTuple[] = [];
          for await (const tuple of list(...args)) found.push(tuple);
          return found;
        };
        yield* await change(read, config, options);
      },
  );
}

/** Runs something before deleteThread does. */
export function beforeDelete(saver: TestedSaver, action: (thread: string) => unknown): void {
  patch(saver, "deleteThread", (deleteThread) => async (thread) => {
    await action(thread);
    return deleteThread(thread);
  });
}

export function omit<T extends object>(record: T | undefined, key: string): T {
  return Object.fromEntries(Object.entries(record ?? {}).filter(([name]) => name !== key)) as T;
}

export function keyOf(...parts: readonly unknown[]): string {
  return JSON.stringify(parts);
}

/** Values by key, forgotten with their thread, which must be the first part of the key. */
export class ThreadNotes<T> {
  readonly #notes = new Map<string, Map<string, T>>();

  get(thread: string, ...key: readonly unknown[]): T | undefined {
    return this.#notes.get(thread)?.get(keyOf(...key));
  }

  set(thread: string, key: readonly unknown[], value: T): void {
    const notes = this.#notes.get(thread) ?? new Map<string, T>();
    this.#notes.set(thread, notes);
    notes.set(keyOf(...key), value);
  }

  has(thread: string): boolean {
    return this.#notes.has(thread);
  }

  threads(): string[] {
    return [...this.#notes.keys()];
  }

  values(thread: string): T[] {
    return [...(this.#notes.get(thread)?.values() ?? [])];
  }

  delete(thread: string): void {
    this.#notes.delete(thread);
  }
}
