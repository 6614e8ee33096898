import { omit } from "./alter.ts";
import { note, patch, type Mutant } from "./mutant.ts";
import { alterThreads } from "./threads.ts";

export const threadMetadataMutants: readonly Mutant[] = [
  {
    name: "a put takes away the keys that it does not name",
    clause: "thread-metadata/is-set-with-put",
    breakStorage(storage) {
      patch(storage, "put", (put) => async (request) => {
        const { thread, entries } = request;
        const all = { thread, filter: [], after: undefined, limit: 1, pendingChannels: [] };
        const [record] = (await storage.threads(all)).threads;
        const remove = (record?.entries ?? []).map(({ key }) => key);
        if (entries.length > 0) await storage.updateThread({ thread, set: [], remove });
        return put(request);
      });
    },
  },
  {
    name: "an update sets undefined and does not remove",
    clause: "thread-metadata/is-changed-by-update",
    breakStorage(storage) {
      patch(storage, "updateThread", (updateThread) => (request) => updateThread({ ...request, remove: [] }));
    },
  },
  {
    name: "an update of an unknown thread does nothing",
    clause: "thread-metadata/an-unknown-thread-has-none",
    breakStorage(storage) {
      patch(storage, "updateThread", (updateThread) => async (request) => {
        await updateThread(request);
        return true;
      });
    },
  },
  {
    name: "long values are cut off",
    clause: "thread-metadata/values-come-back",
    breakSaver(saver) {
      patch(saver, "getThread", (getThread) => async (thread) => {
        const found = await getThread(thread);
        const cut = (value: unknown) => (typeof value === "string" ? value.slice(0, 255) : value);
        const entries = Object.entries(found?.metadata ?? {}).map(([key, value]) => [key, cut(value)]);
        return found && { ...found, metadata: Object.fromEntries(entries) as Record<string, unknown> };
      });
    },
  },
  {
    name: "a filter looks at checkpoints",
    clause: "thread-metadata/a-filter-selects-threads",
    breakSaver(saver) {
      alterThreads(saver, async (read, { filter, ...options }) => {
        const found = await read(options);
        if (filter === undefined) return found;
        const matching = new Set<unknown>();
        for await (const { config } of saver.list({}, { filter })) {
          matching.add(config.configurable?.["thread_id"]);
        }
        return found.filter(({ threadId }) => matching.has(threadId));
      });
    },
    others: 4,
  },
  {
    name: "a copy has no metadata",
    clause: "thread-metadata/goes-with-the-thread",
    breakSaver(saver, store) {
      const copies = note(store, "copies", () => new Set<string>());
      patch(saver, "copyThread", (copyThread) => async (from, to) => {
        const done = await copyThread(from, to);
        copies.add(to);
        return done;
      });
      patch(saver, "getThread", (getThread) => async (thread) => {
        const found = await getThread(thread);
        return found && copies.has(thread) ? { ...found, metadata: omit({}, "") } : found;
      });
    },
  },
];

export const deleteThreadsMutants: readonly Mutant[] = [
  {
    name: "only the first batch is deleted",
    clause: "delete-threads/by-filter",
    breakSaver(saver) {
      patch(saver, "deleteThreads", (deleteThreads) => async (options) => {
        if (!options.filter) return deleteThreads(options);
        const threadIds: string[] = [];
        for await (const { threadId } of saver.listThreads?.({ filter: options.filter, limit: 100 }) ?? []) {
          threadIds.push(threadId);
        }
        return deleteThreads({ threadIds });
      });
    },
  },
  {
    name: "unknown threads count",
    clause: "delete-threads/by-id-or-all",
    breakSaver(saver) {
      patch(saver, "deleteThreads", (deleteThreads) => async (options) => {
        const deleted = await deleteThreads(options);
        return options.threadIds?.length ?? deleted;
      });
    },
  },
  {
    name: "a filter without a key means all threads",
    clause: "delete-threads/a-choice-is-needed",
    breakSaver(saver) {
      patch(saver, "deleteThreads", (deleteThreads) => async (options) => {
        const isEmpty = options.filter !== undefined && Object.keys(options.filter).length === 0;
        return deleteThreads(isEmpty ? { allThreads: true } : options);
      });
    },
  },
];
