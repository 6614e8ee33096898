import type { CheckpointTuple } from "@threadmark/core";
import { compareText } from "@threadmark/core/storage";
import type { TestedSaver } from "@threadmark/conformance";
import { ThreadNotes, alterGet, alterList, placeOf } from "./alter.ts";
import { note, patch, type Mutant, type Store } from "./mutant.ts";
import { decideWrites, keepByKey, rightReplaces } from "./write-log.ts";

/** What a write is sorted by. */
interface Sortable {
  readonly path: string;
  readonly task: string;
  /** Index in the batch; special channels have negative ones. */
  readonly idx: number;
  readonly arrival: number;
}

type Compare = (a: Sortable, b: Sortable) => number;
interface Arrived {
  readonly path: string;
  readonly arrival: number;
}

const SPECIAL = ["__resume__", "__interrupt__", "__scheduled__", "__error__"];

const byPath: Compare = (a, b) => compareText(a.path, b.path);
const byTask: Compare = (a, b) => compareText(a.task, b.task);
const byIndex: Compare = (a, b) => a.idx - b.idx;

/** Sorts pending writes otherwise. */
function sortBy(...compare: Compare[]): NonNullable<Mutant["breakSaver"]> {
  return (saver, store) => {
    const arrived = noteArrivals(saver, store);
    const sort = (tuple: CheckpointTuple): CheckpointTuple => {
      const { thread, namespace, id } = placeOf(tuple.config);
      const seen = new Map<string, number>();
      const keyed = (tuple.pendingWrites ?? []).map((write) => {
        const [task, channel] = write;
        const special = SPECIAL.indexOf(channel);
        const idx = special === -1 ? (seen.get(task) ?? 0) : special - 4;
        if (special === -1) seen.set(task, idx + 1);
        const known = arrived.get(thread, namespace, id, task) ?? { path: "", arrival: 0 };
        return { write, key: { ...known, task, idx } };
      });
      const sorted = keyed.toSorted((a, b) => {
        for (const one of compare) {
          const order = one(a.key, b.key);
          if (order !== 0) return order;
        }
        return 0;
      });
      return { ...tuple, pendingWrites: sorted.map(({ write }) => write) };
    };
    alterGet(saver, sort);
    alterList(saver, sort);
  };
}

function noteArrivals(saver: TestedSaver, store: Store): ThreadNotes<Arrived> {
  const arrived = note(store, "arrived", () => new ThreadNotes<Arrived>());
  let count = 0;
  patch(saver, "putWrites", (putWrites) => (config, writes, task, path) => {
    const { thread, namespace, id } = placeOf(config);
    if (arrived.get(thread, namespace, id, task) === undefined) {
      arrived.set(thread, [namespace, id, task], { path: path ?? "", arrival: count++ });
    }
    return putWrites(config, writes, task, path);
  });
  return arrived;
}

export const pendingOrderMutants: readonly Mutant[] = [
  {
    name: "paths are not looked at",
    clause: "pending-order/by-task-path-first",
    others: 5,
    breakSaver: sortBy(byTask, byIndex),
  },
  {
    name: "tasks with one path are in order of arrival",
    clause: "pending-order/then-by-task-id",
    breakSaver: sortBy(byPath, (a, b) => a.arrival - b.arrival, byIndex),
  },
  {
    name: "the index is compared as text",
    clause: "pending-order/then-by-index",
    others: 5,
    breakSaver: sortBy(byPath, byTask, (a, b) => {
      return a.idx < 0 || b.idx < 0 ? a.idx - b.idx : compareText(String(a.idx), String(b.idx));
    }),
  },
  {
    name: "writes without a path come last",
    clause: "pending-order/without-a-path-first",
    breakSaver: sortBy((a, b) => Number(a.path === "") - Number(b.path === ""), byPath, byTask, byIndex),
  },
  {
    name: "paths and tasks are compared by UTF-16 unit",
    clause: "pending-order/by-code-point",
    breakSaver: sortBy(
      (a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0),
      (a, b) => (a.task < b.task ? -1 : a.task > b.task ? 1 : 0),
      byIndex,
    ),
  },
  {
    name: "paths and tasks are compared by locale",
    clause: "pending-order/not-by-locale",
    breakSaver: sortBy(
      (a, b) => a.path.localeCompare(b.path, "en"),
      (a, b) => a.task.localeCompare(b.task, "en"),
      byIndex,
    ),
  },
  {
    name: "list does not sort the writes",
    clause: "pending-order/the-same-in-a-listing",
    breakSaver(saver) {
      alterList(saver, (tuple) => ({ ...tuple, pendingWrites: tuple.pendingWrites?.toReversed() ?? [] }));
    },
  },
  {
    name: "the path is a part of the key of a write",
    clause: "pending-order/another-path-is-the-same-write",
    breakStorage(storage, store) {
      decideWrites(storage, store, (batches) =>
        keepByKey(batches, ({ task, idx, path }) => JSON.stringify([task, idx, path]), rightReplaces),
      );
    },
  },
];
