import type { CheckpointTuple } from "@threadmark/core";
import { difference, show } from "@threadmark/core/comparison";
import { describeError, outcomeOf } from "../assertions.ts";
import type { TestedSaver } from "../saver.ts";
import { collect, configOf, parentOf } from "../thread.ts";
import { apply } from "./generate.ts";
import { NAMESPACES, THREADS, type ListOperation, type Operation } from "./operations.ts";
import { ReferenceModel, type Expected } from "./reference.ts";

/** A sequence on a saver and on the model side by side. */
class SideBySide {
  readonly #saver: TestedSaver;
  readonly #model = new ReferenceModel();
  readonly #prefix: string;

  constructor(saver: TestedSaver, prefix: string) {
    this.#saver = saver;
    this.#prefix = prefix;
  }

  /** Does one operation on both, and returns the difference. */
  async step(operation: Operation): Promise<string | undefined> {
    if (operation.kind === "get") {
      return this.#compareGet(operation.thread, operation.namespace, operation.id);
    }
    if (operation.kind === "list") return this.#compareList(operation);
    if (operation.kind === "copy") return this.#copy(operation.thread, operation.to);
    await this.#change(operation);
    apply(this.#model, operation);
    return undefined;
  }

  /** Compares everything. */
  async compareAll(): Promise<string | undefined> {
    const all = { namespace: undefined, id: undefined, before: undefined, limit: undefined };
    for (const thread of THREADS.keys()) {
      const list: ListOperation = { kind: "list", thread, ...all, filter: undefined };
      const different = await this.#compareList(list);
      if (different !== undefined) return different;
      for (const { namespace, id } of this.#model.list(list)) {
        const found = await this.#compareGet(thread, namespace, id);
        if (found !== undefined) return found;
      }
      for (const namespace of NAMESPACES) {
        const found = await this.#compareGet(thread, namespace, undefined);
        if (found !== undefined) return found;
      }
    }
    return undefined;
  }

  #threadId(thread: number): string {
    return `${this.#prefix}-${THREADS[thread] ?? ""}`;
  }

  async #change(operation: Exclude<Operation, { kind: "get" | "list" | "copy" }>): Promise<void> {
    const saver = this.#saver;
    const threadId = this.#threadId(operation.thread);
    if (operation.kind === "delete") {
      await saver.deleteThread(threadId);
    } else if (operation.kind === "prune") {
      await saver.prune?.({ threadIds: [threadId], keepLatest: operation.keepLatest });
    } else if (operation.kind === "write") {
      const { namespace, id, task, path, writes } = operation;
      const config = configOf(threadId, namespace, id);
      const batch = writes.map(([channel, value]): [string, unknown] => [channel, value]);
      await (path === undefined
        ? saver.putWrites(config, batch, task)
        : saver.putWrites(config, batch, task, path));
    } else {
      const { namespace, parent, newVersions } = operation;
      const checkpoint = {
        v: 4,
        id: operation.id,
        ts: "2026-01-02T03:04:05.678Z",
        channel_values: operation.values,
        channel_versions: operation.versions,
        versions_seen: {},
      };
      const metadata = operation.metadata as never;
      await saver.put(configOf(threadId, namespace, parent), checkpoint, metadata, newVersions);
    }
  }

  async #copy(thread: number, to: number): Promise<string | undefined> {
    const copied = await outcomeOf(
      async () => await this.#saver.copyThread?.(this.#threadId(thread), this.#threadId(to)),
    );
    const possible = this.#model.has(thread) && !this.#model.has(to);
    apply(this.#model, { kind: "copy", thread, to });
    if (possible === "value" in copied) return undefined;
    return "error" in copied
      ? `copyThread was refused: ${describeError(copied.error)}`
      : "copyThread was not refused";
  }

  async #compareGet(thread: number, namespace: string, id: string | undefined): Promise<string | undefined> {
    const tuple = await this.#saver.getTuple(configOf(this.#threadId(thread), namespace, id));
    const found = tuple === undefined ? undefined : this.#comparable(tuple);
    const different = difference(found, this.#withThread(this.#model.get(thread, namespace, id)));
    if (different === undefined) return undefined;
    const what = `getTuple of thread ${thread}, namespace ${show(namespace)}, id ${show(id)}`;
    return `${what}, at ${different.path}: ${different.message}`;
  }

  async #compareList(list: ListOperation): Promise<string | undefined> {
    const thread = list.thread === undefined ? undefined : this.#threadId(list.thread);
    const { filter } = list;
    const tuples = await collect(
      this.#saver.list(configOf(thread, list.namespace, list.id), {
        ...(list.limit === undefined ? {} : { limit: list.limit }),
        ...(list.before === undefined ? {} : { before: configOf(undefined, undefined, list.before) }),
        ...(filter === undefined ? {} : { filter }),
      }),
    );
    const found = tuples.map((tuple) => this.#comparable(tuple));
    const wanted = this.#model.list(list).map((expected) => this.#withThread(expected));
    const limited = wanted.slice(0, list.limit ?? wanted.length);
    const ids = difference(
      found.map(({ id }) => id),
      limited.map((expected) => expected?.["id"]),
    );
    if (ids !== undefined) return `list ${show(list)}, ids at ${ids.path}: ${ids.message}`;
    // Checkpoints with the same id have no order, so each may be any of these.
    for (const one of found) {
      const place = wanted.findIndex((other) => difference(one, other) === undefined);
      if (place === -1) {
        const near = difference(
          one,
          wanted.find((other) => other?.["id"] === one.id),
        );
        return `list ${show(list)} yielded ${show(one.id)} wrong, at ${near?.path}: ${near?.message}`;
      }
      wanted.splice(place, 1);
    }
    return undefined;
  }

  #comparable(tuple: CheckpointTuple): Record<string, unknown> & { id: string } {
    const { checkpoint, config, metadata, pendingWrites } = tuple;
    return {
      thread: config.configurable?.["thread_id"] as unknown,
      namespace: config.configurable?.["checkpoint_ns"] as unknown,
      id: checkpoint.id,
      parent: parentOf(tuple),
      values: { ...checkpoint.channel_values },
      versions: { ...checkpoint.channel_versions },
      metadata: { ...metadata },
      writes: pendingWrites,
    };
  }

  #withThread(expected: Expected | undefined): Record<string, unknown> | undefined {
    if (expected === undefined) return undefined;
    return { ...expected, thread: this.#threadId(expected.thread) };
  }
}

/**
 * Removes every thread of a sequence, so that the next one has the store for itself. Listings are compared over all
 * threads: a store whose deletion leaves something is found out there.
 */
export async function cleanUp(saver: TestedSaver, prefix: string): Promise<void> {
  for (const thread of THREADS) await saver.deleteThread(`${prefix}-${thread}`);
}

/** Runs a sequence and says where saver and model part, and after how many operations. */
export async function runSequence(
  saver: TestedSaver,
  operations: readonly Operation[],
  prefix: string,
): Promise<{ readonly message: string; readonly length: number } | undefined> {
  const both = new SideBySide(saver, prefix);
  for (const [index, operation] of operations.entries()) {
    const step = await outcomeOf(() => both.step(operation));
    const message = "error" in step ? `${operation.kind}: ${describeError(step.error)}` : step.value;
    if (message !== undefined) return { message, length: index + 1 };
  }
  const end = await outcomeOf(() => both.compareAll());
  const message = "error" in end ? describeError(end.error) : end.value;
  if (message !== undefined) return { message, length: operations.length };
  return undefined;
}
