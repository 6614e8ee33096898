import type { ThreadRecord } from "@threadmark/core/storage";
import { patch } from "../../mutants/mutant.ts";
import { everything, type StorageMutant } from "./mutant.ts";

export const threadMutants: readonly StorageMutant[] = [
  {
    name: "setup begins with an empty table",
    clause: "setup/may-run-many-times",
    breakStorage: (storage) => {
      storage.setup = async () => {
        const { threads: all } = await storage.threads(everything);
        await storage.deleteThreads(all.map(({ thread }) => thread));
      };
    },
  },
  {
    name: "a copy has no time to live",
    clause: "copy/is-whole-and-apart",
    breakStorage: (storage) => {
      patch(storage, "copyThread", (copyThread) => async (request) => {
        const answer = await copyThread(request);
        if (answer === "copied") await storage.expire({ thread: request.to, ttl: null });
        return answer;
      });
    },
  },
  {
    name: "a copy ends with its original",
    clause: "copy/is-whole-and-apart",
    breakStorage: (storage) => {
      const copies = new Map<string, string>();
      patch(storage, "copyThread", (copyThread) => (request) => {
        copies.set(request.from, request.to);
        return copyThread(request);
      });
      patch(
        storage,
        "deleteThreads",
        (deleteThreads) => (all) => deleteThreads([...all, ...all.flatMap((one) => copies.get(one) ?? [])]),
      );
    },
  },
  {
    name: "writes do not move the time of a thread",
    clause: "write/moves-updated",
    breakStorage: (storage) => {
      const times = new Map<string, number>();
      patch(storage, "put", (put) => (request) => {
        times.set(request.thread, times.size + performance.now());
        return put(request);
      });
      patch(storage, "threads", (list) => async (request) => {
        const timeOf = ({ thread }: ThreadRecord): number => times.get(thread) ?? 0;
        const page = await list(request);
        return { ...page, threads: page.threads.toSorted((a, b) => timeOf(b) - timeOf(a)) };
      });
    },
  },
  {
    name: "does not tell threads apart by case",
    clause: "write/belongs-to-its-thread",
    breakStorage: (storage) => {
      patch(storage, "scan", (scan) => async (request) => {
        const page = await scan(request);
        const { threads: all } = await storage.threads(everything);
        const alike = all.filter(
          ({ thread }) => thread !== request.thread && thread.toLowerCase() === request.thread?.toLowerCase(),
        );
        const others = await Promise.all(alike.map(({ thread }) => scan({ ...request, thread })));
        return { ...page, checkpoints: [...page.checkpoints, ...others.flatMap((one) => one.checkpoints)] };
      });
    },
  },
  {
    name: "lists threads that have expired",
    clause: "expiry/takes-the-thread-as-a-whole",
    breakStorage: (storage) => {
      const seen = new Map<string, ThreadRecord>();
      patch(storage, "threads", (list) => async (request) => {
        const page = await list(request);
        for (const one of page.threads) seen.set(one.thread, one);
        const listed = new Set(page.threads.map(({ thread }) => thread));
        // Not by the time: this clock is not the storage's.
        const expired = [...seen.values()].filter(({ thread }) => !listed.has(thread));
        return { ...page, threads: [...page.threads, ...expired] };
      });
      patch(storage, "put", (put) => async (request) => {
        // Without a time to live, it is still there when it is looked at, however slow the machine is.
        await put({ ...request, ttl: undefined });
        await storage.threads({ ...everything, thread: request.thread });
        return put(request);
      });
      patch(storage, "sweep", (sweep) => (request) => {
        seen.clear();
        return sweep(request);
      });
    },
  },
  {
    name: "writes to a thread that has expired as if it were new",
    clause: "expiry/takes-the-thread-as-a-whole",
    breakStorage: (storage) => {
      patch(storage, "put", (put) => async (request) => {
        await storage.sweep({ thread: request.thread, limit: 1 });
        return put(request);
      });
    },
  },
  {
    name: "a put brings its own time to live, whatever the thread has",
    clause: "expiry/a-time-of-its-own-goes-first",
    breakStorage: (storage) => {
      patch(storage, "put", (put) => async (request) => {
        const answer = await put(request);
        if (request.ttl !== undefined) await storage.expire({ thread: request.thread, ttl: request.ttl });
        return answer;
      });
    },
  },
];
