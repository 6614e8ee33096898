import type { TestedSaver } from "@threadmark/conformance";
import { alterCheckpoint, alterList, alterTuples, beforeDelete, omit, placeOf } from "./alter.ts";
import { degradePut, degradeWrites, KEEP } from "./degrade.ts";
import { note, patch, type Mutant } from "./mutant.ts";

/** Names end after so many characters, as in a column of that width. */
const WIDTH = 255;

/** The text that JSON has, parsed where it is some. */
function parsed(value: unknown): unknown {
  if (typeof value !== "string" || !/^[[{]/.test(value)) return KEEP;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return KEEP;
  }
}

function alterWrites(
  saver: TestedSaver,
  change: (task: string, path: string | undefined) => [string, string | undefined],
): void {
  patch(
    saver,
    "putWrites",
    (putWrites) =>
      (config, writes, ...[task, path]) =>
        putWrites(config, writes, ...change(task, path)),
  );
}

/** What is cut, sorted or parsed on its way to a column, and what one row too few or too many answers. */
export const truncatedMutants: readonly Mutant[] = [
  {
    name: "channel names are cut",
    clause: "hostile-ids/long-ids",
    breakSaver(saver) {
      alterCheckpoint(saver, ({ channel_values: values }) => ({
        channel_values: Object.fromEntries(
          Object.entries(values).map(([name, value]) => [name.slice(0, WIDTH), value]),
        ),
      }));
    },
  },
  {
    name: "task ids are cut at 100 characters",
    clause: "hostile-ids/long-ids",
    breakSaver: (saver) => alterWrites(saver, (task, path) => [task.slice(0, 100), path]),
  },
  {
    name: "task paths are cut",
    clause: "pending-order/by-task-path-first",
    breakSaver: (saver) => alterWrites(saver, (task, path) => [task, path?.slice(0, WIDTH)]),
  },
  {
    name: "namespaces are cut",
    clause: "hostile-ids/long-ids",
    breakSaver(saver) {
      patch(saver, "put", (put) => (config, ...rest) => {
        const { namespace } = placeOf(config);
        const configurable = { ...config.configurable, checkpoint_ns: namespace.slice(0, WIDTH) };
        return put(namespace.length > WIDTH ? { configurable } : config, ...rest);
      });
    },
  },
  {
    name: "JSON in strings is parsed",
    clause: "values/strings",
    breakSaver: (saver) => degradePut(saver, parsed),
  },
  {
    name: "JSON in strings of pending writes is parsed",
    clause: "values/strings",
    breakSaver: (saver) => degradeWrites(saver, parsed),
  },
  {
    name: "keys of objects are sorted",
    clause: "values/plain-data",
    breakSaver(saver) {
      degradePut(saver, (value) => {
        const isPlain =
          typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
        return isPlain
          ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
          : KEEP;
      });
    },
  },
  {
    name: "a listing has at most a hundred writes of a checkpoint",
    clause: "writes/a-large-batch",
    breakSaver(saver) {
      alterList(saver, (tuple) => ({ ...tuple, pendingWrites: (tuple.pendingWrites ?? []).slice(0, 100) }));
    },
  },
  {
    name: "a checkpoint has one interrupt, of whatever task",
    clause: "writes/the-last-special-write-wins",
    breakSaver(saver) {
      alterTuples(saver, (tuple) => {
        const writes = tuple.pendingWrites ?? [];
        const first = writes.find(([, channel]) => channel === "__interrupt__");
        const pendingWrites = writes.filter((write) => write[1] !== "__interrupt__" || write === first);
        return { ...tuple, pendingWrites };
      });
    },
  },
  {
    name: "deleteThread deletes threads whose id ends with it",
    clause: "delete/other-threads-stay",
    breakSaver(saver, store) {
      const threads = note(store, "threads", () => new Set<string>());
      const remove = saver.deleteThread.bind(saver);
      patch(saver, "put", (put) => (config, ...rest) => {
        threads.add(placeOf(config).thread);
        return put(config, ...rest);
      });
      beforeDelete(saver, async (thread) => {
        for (const other of threads) if (other.endsWith(`:${thread}`)) await remove(other);
      });
    },
  },
  {
    name: "an id without a namespace is looked for in all",
    clause: "config/no-namespace-means-root",
    breakSaver(saver) {
      patch(saver, "getTuple", (getTuple) => async (config) => {
        const found = await getTuple(config);
        const { id } = placeOf(config);
        if (found || id === undefined || config.configurable?.["checkpoint_ns"] !== undefined) return found;
        const anywhere = { configurable: omit(config.configurable, "checkpoint_id") };
        for await (const tuple of saver.list(anywhere)) if (tuple.checkpoint.id === id) return tuple;
        return undefined;
      });
    },
  },
];
