import { patch } from "../../mutants/mutant.ts";
import type { StorageMutant } from "./mutant.ts";

export const choosingMutants: readonly StorageMutant[] = [
  {
    name: "before includes the id that it names",
    clause: "reading/scan-takes-what-fits-all-conditions",
    breakStorage: (storage) => {
      patch(
        storage,
        "scan",
        (scan) => (request) => scan({ ...request, before: request.before && `${request.before}\u0001` }),
      );
    },
  },
  {
    name: "before is ignored where there is an id",
    clause: "reading/scan-takes-what-fits-all-conditions",
    breakStorage: (storage) => {
      patch(
        storage,
        "scan",
        (scan) => (request) => scan(request.id === undefined ? request : { ...request, before: undefined }),
      );
    },
  },
  {
    name: "of a filter the first term counts",
    clause: "reading/scan-takes-what-fits-all-conditions",
    breakStorage: (storage) => {
      patch(storage, "scan", (scan) => (request) => scan({ ...request, filter: request.filter.slice(0, 1) }));
    },
  },
  {
    name: "a term without a token is no term",
    clause: "reading/scan-takes-what-fits-all-conditions",
    breakStorage: (storage) => {
      patch(
        storage,
        "scan",
        (scan) => (request) =>
          scan({ ...request, filter: request.filter.filter(({ token }) => token !== undefined) }),
      );
    },
  },
  {
    name: "of several runs the first counts",
    clause: "reading/threads-of-a-run-come-in-pages",
    breakStorage: (storage) => {
      patch(storage, "runs", (runs) => (request) => runs({ ...request, runs: request.runs.slice(0, 1) }));
    },
  },
  {
    name: "ancestors know no limit",
    clause: "reading/ancestors-are-those-of-the-branch",
    breakStorage: (storage) => {
      patch(storage, "ancestors", (ancestors) => (request) => ancestors({ ...request, limit: 1000 }));
    },
  },
  {
    name: "the ancestors of an unknown id are those of the newest",
    clause: "reading/ancestors-are-those-of-the-branch",
    breakStorage: (storage) => {
      patch(storage, "ancestors", (ancestors) => async (request) => {
        const line = await ancestors(request);
        return line.length > 0 ? line : ancestors({ ...request, id: undefined });
      });
    },
  },
  {
    name: "ancestors have the first write of a task",
    clause: "reading/ancestors-are-those-of-the-branch",
    breakStorage: (storage) => {
      patch(storage, "ancestors", (ancestors) => async (request) => {
        const line = await ancestors(request);
        return line.map((one) => ({ ...one, writes: one.writes.slice(0, 1) }));
      });
    },
  },
  {
    name: "a special write stays as it was first",
    clause: "write/each-write-by-its-index",
    breakStorage: (storage) => {
      const seen = new Set<string>();
      patch(storage, "putWrites", (putWrites) => (request) => {
        const writes = request.writes.filter(({ task, idx }) => !seen.has(`${task} ${idx}`));
        for (const { task, idx } of writes) seen.add(`${task} ${idx}`);
        return putWrites({ ...request, writes });
      });
      patch(storage, "deleteThreads", (deleteThreads) => (threads) => {
        seen.clear();
        return deleteThreads(threads);
      });
    },
  },
  {
    name: "a header has at most 65,535 bytes",
    clause: "write/may-be-large",
    breakStorage: (storage) => {
      patch(storage, "put", (put) => (request) => {
        const header = request.checkpoint.header.slice(0, 65_535);
        return put({ ...request, checkpoint: { ...request.checkpoint, header } });
      });
    },
  },
  {
    name: "a task has at most a thousand writes",
    clause: "write/may-be-large",
    breakStorage: (storage) => {
      patch(
        storage,
        "putWrites",
        (putWrites) => (request) => putWrites({ ...request, writes: request.writes.slice(0, 1000) }),
      );
    },
  },
  {
    name: "a thread takes no bytes",
    clause: "write/may-be-large",
    breakStorage: (storage) => {
      patch(storage, "stats", (stats) => async (thread) => {
        const found = await stats(thread);
        return found && { ...found, bytes: 0 };
      });
    },
  },
];
