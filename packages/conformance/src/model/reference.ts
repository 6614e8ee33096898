import type { ChannelVersions } from "@threadmark/core";
import { host } from "../host.ts";
import type { ListOperation, PutOperation, WriteOperation } from "./operations.ts";

/** A checkpoint as the contract wants it to be read back. */
export interface Expected {
  readonly thread: number;
  readonly namespace: string;
  readonly id: string;
  readonly parent: string | undefined;
  readonly values: Record<string, unknown>;
  readonly versions: ChannelVersions;
  readonly metadata: Record<string, unknown>;
  readonly writes: readonly (readonly [task: string, channel: string, value: unknown])[];
}

type StoredCheckpoint = Omit<Expected, "writes">;

interface StoredWrite {
  readonly task: string;
  readonly path: string;
  readonly index: number;
  readonly channel: string;
  readonly value: unknown;
}

interface Space {
  readonly checkpoints: Map<string, StoredCheckpoint>;
  /** Checkpoint id → writes. */
  readonly writes: Map<string, StoredWrite[]>;
}

const SPECIAL = new Map([
  ["__error__", -1],
  ["__scheduled__", -2],
  ["__interrupt__", -3],
  ["__resume__", -4],
]);

/** The contract in its plainest form: everything kept whole, in Maps, by copies. */
export class ReferenceModel {
  readonly #threads = new Map<number, Map<string, Space>>();

  put(put: PutOperation): void {
    const { thread, namespace, id, versions, metadata } = put;
    const space = this.#space(thread, namespace);
    const parent = put.parent === id ? space.checkpoints.get(id)?.parent : put.parent;
    const { values } = put;
    space.checkpoints.set(
      id,
      host.structuredClone({ thread, namespace, id, parent, values, versions, metadata }),
    );
  }

  write({ thread, namespace, id, task, path = "", writes }: WriteOperation): void {
    if (writes.length === 0) return;
    const space = this.#space(thread, namespace);
    const stored = space.writes.get(id) ?? [];
    space.writes.set(id, stored);
    for (const [position, [channel, value]] of writes.entries()) {
      const index = SPECIAL.get(channel) ?? position;
      const place = stored.findIndex((other) => other.task === task && other.index === index);
      const record = host.structuredClone({ task, path, index, channel, value });
      if (place === -1) stored.push(record);
      else if (index < 0) stored[place] = record;
    }
  }

  get(thread: number, namespace: string, id: string | undefined): Expected | undefined {
    const space = this.#threads.get(thread)?.get(namespace);
    if (space === undefined) return undefined;
    const newest = [...space.checkpoints.keys()].toSorted(compareCodePoints).at(-1);
    const found = space.checkpoints.get(id ?? newest ?? "");
    return found === undefined ? undefined : expectedOf(found, space);
  }

  /** All that match, newest first, without regard to the limit. */
  list(list: Omit<ListOperation, "kind" | "limit">): Expected[] {
    const found: Expected[] = [];
    for (const [thread, spaces] of this.#threads) {
      if (list.thread !== undefined && list.thread !== thread) continue;
      for (const [namespace, space] of spaces) {
        if (list.namespace !== undefined && list.namespace !== namespace) continue;
        for (const checkpoint of space.checkpoints.values()) {
          if (matches(checkpoint, list)) found.push(expectedOf(checkpoint, space));
        }
      }
    }
    return found.toSorted((a, b) => compareCodePoints(b.id, a.id));
  }

  delete(thread: number): void {
    this.#threads.delete(thread);
  }

  /** Whether the thread exists: it has checkpoints, or writes that wait for one. */
  has(thread: number): boolean {
    return this.#threads.has(thread);
  }

  copy(thread: number, to: number): void {
    const spaces = host.structuredClone(this.#threads.get(thread) ?? new Map<string, Space>());
    for (const space of spaces.values()) {
      for (const [id, checkpoint] of space.checkpoints) {
        space.checkpoints.set(id, { ...checkpoint, thread: to });
      }
    }
    this.#threads.set(to, spaces);
  }

  prune(thread: number, keepLatest: number): void {
    for (const { checkpoints, writes } of this.#threads.get(thread)?.values() ?? []) {
      const ids = [...checkpoints.keys()].toSorted(compareCodePoints);
      const going = new Set(ids.slice(0, Math.max(0, ids.length - keepLatest)));
      for (const [id, checkpoint] of checkpoints) {
        if (going.has(id) || !going.has(checkpoint.parent ?? "")) continue;
        let { parent } = checkpoint;
        for (const seen = new Set<string>(); going.has(parent ?? "") && !seen.has(parent ?? "");) {
          seen.add(parent ?? "");
          parent = checkpoints.get(parent ?? "")?.parent;
        }
        const survives = checkpoints.has(parent ?? "") && !going.has(parent ?? "");
        checkpoints.set(id, { ...checkpoint, parent: survives ? parent : undefined });
      }
      for (const id of going) {
        checkpoints.delete(id);
        writes.delete(id);
      }
    }
  }

  #space(thread: number, namespace: string): Space {
    const spaces = this.#threads.get(thread) ?? new Map<string, Space>();
    this.#threads.set(thread, spaces);
    const space = spaces.get(namespace) ?? { checkpoints: new Map(), writes: new Map() };
    spaces.set(namespace, space);
    return space;
  }
}

function expectedOf(checkpoint: StoredCheckpoint, space: Space): Expected {
  const writes = (space.writes.get(checkpoint.id) ?? []).toSorted(
    (a, b) => compareCodePoints(a.path, b.path) || compareCodePoints(a.task, b.task) || a.index - b.index,
  );
  const pending = writes.map(({ task, channel, value }) => [task, channel, value] as const);
  return host.structuredClone({ ...checkpoint, writes: pending });
}

function matches(
  checkpoint: StoredCheckpoint,
  list: Pick<ListOperation, "id" | "before" | "filter">,
): boolean {
  const { id, before, filter } = list;
  if (id !== undefined && id !== checkpoint.id) return false;
  if (before !== undefined && compareCodePoints(checkpoint.id, before) >= 0) return false;
  return Object.entries(filter ?? {}).every(([key, wanted]) => {
    const found = Object.hasOwn(checkpoint.metadata, key) ? checkpoint.metadata[key] : undefined;
    return canonical(found) === canonical(wanted);
  });
}

/** Text that is the same for equal JSON values, whatever the order of keys. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1))
      : inner,
  );
}

/** Order by code point, which is that of UTF-8 bytes. */
function compareCodePoints(a: string, b: string): number {
  const [left, right] = [[...a], [...b]];
  for (const [index, char] of left.entries()) {
    const other = right[index];
    if (other === undefined) return 1;
    if (char !== other) return (char.codePointAt(0) ?? 0) - (other.codePointAt(0) ?? 0);
  }
  return left.length - right.length;
}
