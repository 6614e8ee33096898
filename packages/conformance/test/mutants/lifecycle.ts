import type { CheckpointTuple } from "@threadmark/core";
import { alterPut, alterTuples, beforeDelete, placeOf } from "./alter.ts";
import { haunt } from "./ghosts.ts";
import { note, patch, tick, type Mutant } from "./mutant.ts";

export const deleteMutants: readonly Mutant[] = [
  {
    name: "deleteThread leaves other namespaces",
    clause: "delete/removes-the-whole-thread",
    others: 4,
    breakStorage(storage) {
      patch(storage, "deleteThreads", (deleteThreads) => async (threads) => {
        for (const thread of threads) {
          const page = await storage.outline({ thread, after: undefined, limit: 5000 });
          const checkpoints = page.checkpoints.filter(({ namespace }) => namespace === "");
          if (checkpoints.length === page.checkpoints.length) await deleteThreads([thread]);
          else await storage.remove({ thread, checkpoints, relink: [], newEpoch: String(Math.random()) });
        }
        return threads.length;
      });
    },
  },
  {
    name: "deleteThread leaves the writes",
    clause: "delete/removes-writes-and-values",
    breakSaver(saver, store) {
      const kill = haunt(saver, store);
      beforeDelete(saver, (thread) => kill(thread));
    },
  },
  {
    name: "writes are deleted by the ids of checkpoints alone",
    clause: "delete/other-threads-stay",
    breakSaver(saver, store) {
      const lost = note(store, "lost", () => new Map<string, string>());
      beforeDelete(saver, async (thread) => {
        for await (const { checkpoint } of saver.list({ configurable: { thread_id: thread } })) {
          lost.set(checkpoint.id, thread);
        }
      });
      patch(saver, "putWrites", (putWrites) => (config, ...rest) => {
        lost.delete(placeOf(config).id ?? "");
        return putWrites(config, ...rest);
      });
      alterTuples(saver, (tuple) => {
        const by = lost.get(tuple.checkpoint.id);
        const other = by !== undefined && by !== placeOf(tuple.config).thread;
        return other ? { ...tuple, pendingWrites: [] } : tuple;
      });
    },
  },
  {
    name: "deleting a thread twice is an error",
    clause: "delete/an-unknown-thread-is-no-error",
    breakSaver(saver, store) {
      const deleted = note(store, "deleted", () => new Set<string>());
      alterPut(saver, (config, ...rest) => {
        deleted.delete(placeOf(config).thread);
        return [config, ...rest];
      });
      beforeDelete(saver, (thread) => {
        if (deleted.has(thread)) throw new Error("no such thread");
        deleted.add(thread);
      });
    },
  },
  {
    name: "deleteThread does not set the store up",
    clause: "delete/may-be-the-first-call",
    breakSaver(saver, store) {
      for (const name of ["put", "putWrites", "getTuple"] as const) {
        patch(saver, name, (original) => (...args: unknown[]) => {
          store.notes.set("set up", true);
          return Reflect.apply(original, saver, args) as never;
        });
      }
      beforeDelete(saver, () => {
        if (!store.notes.has("set up")) throw new Error("no such table: checkpoints");
      });
    },
  },
  {
    name: "a thread cannot be used after it was deleted twice",
    clause: "delete/the-thread-works-again",
    breakSaver(saver, store) {
      const counts = note(store, "counts", () => new Map<string, number>());
      beforeDelete(saver, (thread) => counts.set(thread, (counts.get(thread) ?? 0) + 1));
      patch(saver, "put", (put) => async (config, ...rest) => {
        if ((counts.get(placeOf(config).thread) ?? 0) > 1) throw new Error("the thread was deleted");
        return put(config, ...rest);
      });
    },
  },
  {
    name: "late writes make the thread unreadable",
    clause: "delete/late-writes-do-no-harm",
    breakSaver(saver, store) {
      const deleted = note(store, "deleted", () => new Set<string>());
      const broken = note(store, "broken", () => new Set<string>());
      beforeDelete(saver, (thread) => deleted.add(thread));
      alterPut(saver, (config, ...rest) => {
        deleted.delete(placeOf(config).thread);
        broken.delete(placeOf(config).thread);
        return [config, ...rest];
      });
      patch(saver, "putWrites", (putWrites) => (config, ...rest) => {
        const { thread } = placeOf(config);
        if (deleted.has(thread)) broken.add(thread);
        return putWrites(config, ...rest);
      });
      patch(saver, "getTuple", (getTuple) => async (config) => {
        if (broken.has(placeOf(config).thread)) throw new Error("writes without a checkpoint");
        return getTuple(config);
      });
    },
  },
];

export const lifecycleMutants: readonly Mutant[] = [
  {
    name: "versions are strings of growing length",
    clause: "lifecycle/next-version-grows",
    breakSaver(saver) {
      patch(saver, "getNextVersion", () => (current) => {
        const next = Number(current ?? 0) + 1;
        return next < 100 ? next : `${next}`;
      });
    },
  },
  {
    name: "getNextVersion uses this",
    clause: "lifecycle/next-version-needs-no-this",
    breakSaver(saver) {
      saver.getNextVersion = function next(current) {
        if (this.getTuple === undefined) throw new TypeError("this is not a saver");
        return Number(current ?? 0) + 1;
      };
    },
  },
  {
    name: "toJSON shows the inside",
    clause: "lifecycle/to-json-is-the-class-name",
    breakSaver(saver) {
      saver.toJSON = () => ({ ...saver });
    },
  },
  {
    name: "put throws instead of rejecting",
    clause: "lifecycle/refusals-are-rejections",
    breakSaver(saver) {
      alterPut(saver, (config, ...rest) => {
        if (config.configurable?.["thread_id"] === undefined) throw new Error("no thread_id");
        return [config, ...rest];
      });
    },
  },
  {
    name: "refused calls use up a pool",
    clause: "lifecycle/a-refusal-leaves-the-saver-usable",
    breakSaver(saver) {
      let left = 20;
      for (const name of ["put", "putWrites"] as const) {
        patch(saver, name, (original) => async (...args: unknown[]) => {
          if (left === 0) throw new Error("timeout while waiting for a connection");
          left--;
          const done: unknown = await Reflect.apply(original, saver, args);
          left++;
          return done as never;
        });
      }
    },
  },
  {
    name: "lists longer than 25 items lose their first",
    clause: "lifecycle/a-long-conversation-stays-readable",
    breakSaver(saver) {
      alterTuples(saver, (tuple) => {
        const { channel_values: values } = tuple.checkpoint;
        const cut = Object.entries(values).map(([channel, value]) => [
          channel,
          Array.isArray(value) && value.length > 25 ? value.slice(1) : value,
        ]);
        const checkpoint = { ...tuple.checkpoint, channel_values: Object.fromEntries(cut) };
        return { ...tuple, checkpoint };
      });
    },
  },
  {
    name: "after a deletion listings with a filter find nothing any more",
    clause: "model/random-sequences-agree-with-the-reference",
    breakSaver(saver, store) {
      const deleted = note(store, "deleted", () => new Set<string>());
      beforeDelete(saver, (thread) => deleted.add(thread));
      patch(saver, "list", (list) => (config, options) => {
        const stale = options?.filter !== undefined && deleted.has(placeOf(config).thread);
        return list(config, stale ? { ...options, limit: 0 } : options);
      });
    },
  },
];

export const openingMutants: readonly Mutant[] = [
  {
    name: "two setups at once collide",
    clause: "opening/setup-may-run-many-times",
    breakSaver(saver, store) {
      patch(saver, "setup", (setup) => async () => {
        if (store.notes.get("setting up") === true) throw new Error("relation exists already");
        store.notes.set("setting up", true);
        await setup();
        store.notes.set("setting up", false);
      });
    },
  },
  {
    name: "the second close is an error",
    clause: "opening/close-may-be-called-twice",
    breakSaver(saver) {
      let closed = false;
      patch(saver, "close", (close) => async () => {
        if (closed) throw new Error("called end on pool more than once");
        closed = true;
        await close();
      });
    },
  },
  {
    name: "a closed saver finds nothing",
    clause: "opening/a-closed-saver-refuses",
    breakSaver(saver) {
      let closed = false;
      patch(saver, "close", (close) => async () => {
        closed = true;
        await close();
      });
      patch(saver, "getTuple", (getTuple) => async (config): Promise<CheckpointTuple | undefined> => {
        return closed ? undefined : getTuple(config);
      });
    },
  },
  {
    name: "close does not wait for the calls under way",
    clause: "opening/close-waits-for-calls-under-way",
    breakSaver(saver) {
      patch(saver, "put", (put) => async (...args) => {
        const done = await put(...args);
        await tick();
        return done;
      });
    },
  },
  {
    name: "closing a saver closes what others use",
    clause: "opening/closing-one-saver-leaves-others-open",
    breakSaver(saver, store) {
      patch(saver, "close", (close) => async () => {
        store.notes.set("closed", true);
        await close();
      });
      patch(saver, "getTuple", (getTuple) => async (config) => {
        const tuple = await getTuple(config);
        if (store.notes.get("closed") === true) throw new Error("the pool is closed");
        return tuple;
      });
    },
  },
];
