import { writeSeal } from "../../../core/src/codec/seals.ts";
import type { ThreadEntry } from "@threadmark/core/storage";
import type { TestedSaver, ThreadListOptions, ThreadSummary } from "@threadmark/conformance";
import { placeOf } from "./alter.ts";
import { note, patch, type Mutant } from "./mutant.ts";

/** A listing of threads that is read whole and then changed. */
export function alterThreads(
  saver: TestedSaver,
  change: (
    read: (options?: ThreadListOptions) => Promise<ThreadSummary[]>,
    options: ThreadListOptions,
  ) => Promise<ThreadSummary[]>,
): void {
  patch(
    saver,
    "listThreads",
    (listThreads) =>
      async function* altered(options = {}) {
        const read = async (given?: ThreadListOptions): Promise<ThreadSummary[]> => {
          const found: ThreadSummary[] = [];
          for await (const summary of listThreads(given)) found.push(summary);
          return found;
        };
        yield* await change(read, options);
      },
  );
}

export const threadsMutants: readonly Mutant[] = [
  {
    name: "threads are in order of their creation",
    clause: "threads/the-last-updated-first",
    breakSaver(saver) {
      alterThreads(saver, async (read, { limit, ...options }) => {
        const found = await read(options);
        // Threads made in the same millisecond must not happen to be in the right order.
        const sorted = found.toSorted(
          (a, b) => b.createdAt.getTime() - a.createdAt.getTime() || (a.threadId < b.threadId ? 1 : -1),
        );
        return sorted.slice(0, limit);
      });
    },
  },
  {
    name: "a run that has ended stays unfinished",
    clause: "threads/found-by-whether-a-run-has-ended",
    breakStorage(storage, store) {
      const marks = note(store, "marks", () => new Map<string, ThreadEntry>());
      patch(storage, "put", (put) => (request) => {
        const entries = request.entries.map((entry) => {
          const key = `${request.thread} ${entry.key}`;
          if (entry.token === "unfinished") marks.set(key, entry);
          return marks.get(key) ?? entry;
        });
        return put({ ...request, entries });
      });
    },
  },
  {
    name: "every listing has the threads of all runs",
    clause: "threads/found-by-whether-a-run-has-ended",
    breakSaver(saver) {
      alterThreads(saver, async (read, { run: _run, ...options }) => read(options));
    },
  },
  {
    name: "createdAt moves with every put",
    clause: "threads/show-their-times",
    breakSaver(saver) {
      alterThreads(saver, async (read, options) =>
        (await read(options)).map((summary) => ({ ...summary, createdAt: summary.updatedAt })),
      );
    },
  },
  {
    name: "the cursor has the time only",
    clause: "threads/limit-and-before-page-through-all",
    breakSaver(saver) {
      alterThreads(saver, async (read, { limit, before, ...options }) => {
        const found = (await read(options)).map((summary) => ({
          ...summary,
          // Of hours, so that threads have the same time however slow the machine is.
          cursor: String(Math.floor(summary.updatedAt.getTime() / 3_600_000)),
        }));
        const rest = found.filter(({ cursor }) => before === undefined || cursor < String(before));
        return rest.slice(0, limit);
      });
    },
  },
  {
    name: "a Date counts itself in",
    clause: "threads/before-a-time",
    breakSaver(saver) {
      alterThreads(saver, async (read, { before, ...options }) => {
        const later = before instanceof Date ? new Date(before.getTime() + 1) : before;
        return read({ ...options, ...(later !== undefined && { before: later }) });
      });
    },
  },
  {
    name: "an interrupt of any checkpoint counts",
    clause: "threads/show-their-state",
    breakStorage(storage, store) {
      const asked = note(store, "asked", () => new Set<string>());
      patch(storage, "putWrites", (putWrites) => async (request) => {
        if (request.writes.some(({ channel }) => channel === "__interrupt__")) asked.add(request.thread);
        return putWrites(request);
      });
      patch(storage, "threads", (threads) => async (request) => {
        const page = await threads(request);
        const question = {
          task: "t",
          path: "",
          idx: -3,
          channel: "__interrupt__",
          refs: [],
          value: new Uint8Array(),
        };
        const told = page.threads.map((record) => {
          const { thread, head } = record;
          if (!head || !asked.has(thread)) return record;
          const seal = writeSeal(thread, "", head.id, question);
          return { ...record, head: { ...head, pending: [{ ...question, seal }] } };
        });
        return { ...page, threads: told };
      });
    },
  },
  {
    name: "getThread leaves out the head",
    clause: "threads/one-alone",
    breakSaver(saver) {
      patch(saver, "getThread", (getThread) => async (thread) => {
        const found = await getThread(thread);
        return found && { ...found, headId: undefined };
      });
    },
  },
  {
    name: "deleted threads are listed",
    clause: "threads/deleted-ones-are-gone",
    breakSaver(saver, store) {
      const deleted = note(store, "deleted", () => new Set<string>());
      patch(saver, "deleteThread", (deleteThread) => async (thread) => {
        deleted.add(thread);
        await deleteThread(thread);
      });
      alterThreads(saver, async (read, options) => {
        const found = await read(options);
        const [some] = found;
        const ghosts = [...deleted].map((threadId) => ({ ...some, threadId }) as ThreadSummary);
        return [...found, ...ghosts];
      });
    },
  },
];

export const copyMutants: readonly Mutant[] = [
  {
    name: "only the root namespace is copied",
    clause: "copy/has-everything",
    breakStorage(storage) {
      patch(storage, "copyThread", (copyThread) => async (request) => {
        const outcome = await copyThread(request);
        if (outcome !== "copied") return outcome;
        const thread = request.to;
        const page = await storage.outline({ thread, after: undefined, limit: 5000 });
        const checkpoints = page.checkpoints.filter(({ namespace }) => namespace !== "");
        if (checkpoints.length > 0) {
          const newEpoch = `${request.newEpoch} again`;
          await storage.remove({ thread, checkpoints, relink: [], newEpoch });
        }
        return outcome;
      });
    },
  },
  {
    name: "the old id is replaced in metadata as text",
    clause: "copy/values-are-not-rewritten",
    breakSaver(saver, store) {
      const copies = note(store, "copies", () => new Map<string, string>());
      patch(saver, "copyThread", (copyThread) => async (from, to) => {
        const done = await copyThread(from, to);
        copies.set(to, from);
        return done;
      });
      patch(saver, "getTuple", (getTuple) => async (config) => {
        const tuple = await getTuple(config);
        const { thread } = placeOf(config);
        const from = copies.get(thread);
        if (tuple === undefined || from === undefined) return tuple;
        const text = JSON.stringify(tuple.metadata).replaceAll(from, thread);
        return { ...tuple, metadata: JSON.parse(text) as NonNullable<typeof tuple.metadata> };
      });
    },
  },
  {
    name: "an existing target is overwritten",
    clause: "copy/an-existing-target-is-refused",
    breakSaver(saver) {
      patch(saver, "copyThread", (copyThread) => async (from, to) => {
        if (from !== to) await saver.deleteThread(to);
        return copyThread(from, to);
      });
    },
  },
  {
    name: "copying nothing is no error",
    clause: "copy/a-missing-source-is-refused",
    breakSaver(saver) {
      patch(saver, "copyThread", (copyThread) => async (from, to) => {
        try {
          return await copyThread(from, to);
        } catch (error) {
          if ((error as { code?: string }).code !== "THREAD_NOT_FOUND") throw error;
          return undefined;
        }
      });
    },
  },
  {
    name: "deleting the source deletes its copies",
    clause: "copy/the-two-go-on-apart",
    breakSaver(saver, store) {
      const copies = note(store, "copies", () => new Map<string, string[]>());
      patch(saver, "copyThread", (copyThread) => async (from, to) => {
        const done = await copyThread(from, to);
        copies.set(from, [...(copies.get(from) ?? []), to]);
        return done;
      });
      patch(saver, "deleteThread", (deleteThread) => async (thread) => {
        for (const copy of copies.get(thread) ?? []) await deleteThread(copy);
        copies.delete(thread);
        await deleteThread(thread);
      });
    },
  },
];
