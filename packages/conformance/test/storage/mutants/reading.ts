import type { PutRequest } from "@threadmark/core/storage";
import { patch } from "../../mutants/mutant.ts";
import { newestBy, type StorageMutant } from "./mutant.ts";

export const readingMutants: readonly StorageMutant[] = [
  {
    name: "compares ids as UTF-16",
    clause: "reading/ids-are-compared-as-bytes",
    breakStorage: (storage) => {
      patch(storage, "get", (get) => async (request) => {
        const id = request.id ?? (await newestBy(storage, request.thread, (a, b) => (a < b ? -1 : 1)));
        return get({ ...request, id });
      });
    },
  },
  {
    name: "begins a page after the last id, not after the last place",
    clause: "reading/pages-have-everything-once",
    breakStorage: (storage) => {
      patch(
        storage,
        "scan",
        (scan) => (request) =>
          scan({ ...request, after: request.after && { ...request.after, namespace: "\u{10ffff}" } }),
      );
    },
  },
  {
    name: "says that there is no more where a page is full",
    clause: "reading/pages-have-everything-once",
    breakStorage: (storage) => {
      patch(storage, "outline", (outline) => async (request) => ({
        ...(await outline(request)),
        more: false,
      }));
    },
  },
  {
    name: "names a thread once for every checkpoint of the run",
    clause: "reading/threads-of-a-run-come-in-pages",
    breakStorage: (storage) => {
      patch(storage, "runs", (runs) => async (request) => {
        const page = await runs(request);
        return { ...page, threads: page.threads.flatMap((thread) => [thread, thread]) };
      });
    },
  },
  {
    name: "never removes a blob",
    clause: "remove/frees-what-nothing-refers-to",
    breakStorage: (storage) => {
      const leaked = new Map<string, PutRequest["blobs"]>();
      patch(storage, "put", (put) => (request) => {
        leaked.set(request.thread, [...(leaked.get(request.thread) ?? []), ...request.blobs]);
        return put(request);
      });
      patch(storage, "blobs", (blobs) => async (request) => {
        const found = await blobs(request);
        const more = (leaked.get(request.thread) ?? []).filter(
          ({ id }) => request.refs.includes(id) && !found.some((one) => one.id === id),
        );
        return [...found, ...more];
      });
    },
  },
  {
    name: "takes a reference that leads nowhere for none",
    clause: "remove/keeps-all-blobs-while-one-is-missing",
    breakStorage: (storage) => {
      patch(storage, "put", (put) => async (request) => {
        const { thread, checkpoint, blobs } = request;
        const stored = await storage.blobs({ thread, refs: checkpoint.refs, have: [] });
        const known = new Set([...stored, ...blobs].map(({ id }) => id));
        const refs = checkpoint.refs.filter((id) => known.has(id));
        return put({ ...request, checkpoint: { ...checkpoint, refs } });
      });
    },
  },
  {
    name: "forgets the third write of a task",
    clause: "answers/are-those-of-the-reference",
    breakStorage: (storage) => {
      patch(storage, "scan", (scan) => async (request) => {
        const page = await scan(request);
        const checkpoints = page.checkpoints.map((one) => ({
          ...one,
          writes: one.writes.filter(({ idx }) => idx !== 2),
        }));
        return { ...page, checkpoints };
      });
    },
  },
];
