import type { MemoryStorage } from "@threadmark/core/memory";
import type { ThreadRecord } from "@threadmark/core/storage";
import { patch } from "../../mutants/mutant.ts";
import { everything, newestBy, type StorageMutant } from "./mutant.ts";

function alterThreads(
  storage: MemoryStorage,
  change: (record: ThreadRecord) => Promise<ThreadRecord> | ThreadRecord,
): void {
  patch(storage, "threads", (list) => async (request) => {
    const page = await list(request);
    return { ...page, threads: await Promise.all(page.threads.map(async (one) => change(one))) };
  });
}

export const listingMutants: readonly StorageMutant[] = [
  {
    name: "the head is the greatest id by UTF-16",
    clause: "threads/name-their-head-and-what-waits-there",
    breakStorage: (storage) => {
      alterThreads(storage, async (record) => {
        const id = await newestBy(storage, record.thread, (a, b) => (a < b ? -1 : 1));
        return { ...record, head: record.head && { ...record.head, id: id ?? record.head.id } };
      });
    },
  },
  {
    name: "the head is the greatest id of all namespaces",
    clause: "threads/name-their-head-and-what-waits-there",
    breakStorage: (storage) => {
      alterThreads(storage, async (record) => {
        const { checkpoints } = await storage.outline({ thread: record.thread, after: undefined, limit: 1 });
        const [newest] = checkpoints;
        return { ...record, head: newest && { ...newest, pending: [] } };
      });
    },
  },
  {
    name: "the head has no parent",
    clause: "threads/name-their-head-and-what-waits-there",
    breakStorage: (storage) => {
      alterThreads(storage, (record) => ({
        ...record,
        head: record.head && { ...record.head, parent: undefined },
      }));
    },
  },
  {
    name: "of several writes to a channel one waits",
    clause: "threads/name-their-head-and-what-waits-there",
    breakStorage: (storage) => {
      alterThreads(storage, (record) => ({
        ...record,
        head: record.head && { ...record.head, pending: record.head.pending.slice(0, 1) },
      }));
    },
  },
  {
    name: "of a filter of threads the first term counts",
    clause: "threads/are-found-by-their-entries",
    breakStorage: (storage) => {
      patch(
        storage,
        "threads",
        (list) => (request) => list({ ...request, filter: request.filter.slice(0, 1) }),
      );
    },
  },
  {
    name: "a term without a token is no term",
    clause: "threads/are-found-by-their-entries",
    breakStorage: (storage) => {
      patch(
        storage,
        "threads",
        (list) => (request) =>
          list({ ...request, filter: request.filter.filter(({ token }) => token !== undefined) }),
      );
    },
  },
  {
    name: "the writes of tasks set no entries",
    clause: "threads/are-found-by-their-entries",
    breakStorage: (storage) => {
      patch(storage, "putWrites", (putWrites) => (request) => putWrites({ ...request, entries: [] }));
    },
  },
  {
    name: "updateThread removes nothing",
    clause: "threads/are-found-by-their-entries",
    breakStorage: (storage) => {
      patch(storage, "updateThread", (update) => (request) => update({ ...request, remove: [] }));
    },
  },
  {
    name: "there are never more threads",
    clause: "threads/come-in-pages",
    breakStorage: (storage) => {
      patch(storage, "threads", (list) => async (request) => ({ ...(await list(request)), more: false }));
    },
  },
  {
    name: "a page of threads begins after all that have the time of the last one",
    clause: "threads/come-in-pages",
    breakStorage: (storage) => {
      // All at one time, as on a server with a coarse clock.
      alterThreads(storage, (record) => ({ ...record, updated: 1 }));
      patch(storage, "threads", (list) => async (request) => {
        const page = await list({ ...request, after: undefined, limit: 1000 });
        const left = request.after === undefined ? page.threads : [];
        return { threads: left.slice(0, request.limit), more: left.length > request.limit };
      });
    },
  },
  {
    name: "a page of threads has one too many",
    clause: "threads/come-in-pages",
    breakStorage: (storage) => {
      patch(storage, "threads", (list) => (request) => list({ ...request, limit: request.limit + 1 }));
    },
  },
  {
    name: "every put creates the thread again",
    clause: "threads/tell-their-times-in-milliseconds",
    breakStorage: (storage) => {
      alterThreads(storage, (record) => ({ ...record, created: record.updated }));
    },
  },
  {
    name: "expires is in seconds",
    clause: "threads/tell-their-times-in-milliseconds",
    breakStorage: (storage) => {
      alterThreads(storage, (record) => ({ ...record, expires: record.expires && record.expires / 1000 }));
    },
  },
  {
    name: "a claim is not renewed while it holds",
    clause: "threads/tell-their-times-in-milliseconds",
    breakStorage: (storage) => {
      patch(storage, "claim", (claim) => async (request) => {
        const [record] = (await storage.threads({ ...everything, thread: request.thread })).threads;
        return record?.claim?.id === request.claim ? { outcome: "claimed" } : claim(request);
      });
    },
  },
];
