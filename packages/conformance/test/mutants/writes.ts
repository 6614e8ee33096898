import type { CheckpointPendingWrite, PendingWrite } from "@threadmark/core";
import { alterList, alterTuples, beforeDelete, omit, placeOf, ThreadNotes } from "./alter.ts";
import { note, patch, type Mutant } from "./mutant.ts";
import { decideWrites, keepByKey, rightKey, rightReplaces } from "./write-log.ts";

/** A batch, and the namespace that it was written to. */
interface LoggedWrites {
  readonly namespace: string;
  readonly writes: readonly CheckpointPendingWrite[];
}

function isSpecial([channel]: PendingWrite): boolean {
  return ["__error__", "__scheduled__", "__interrupt__", "__resume__"].includes(channel);
}

export const writesMutants: readonly Mutant[] = [
  {
    name: "one write for every channel of a checkpoint is kept, of whatever task",
    clause: "writes/come-back-with-their-checkpoint",
    others: 19,
    breakStorage(storage, store) {
      decideWrites(storage, store, (batches) => {
        const channel = (write: { channel: string }): string => write.channel;
        const regular = keepByKey(batches, channel, rightReplaces).filter(({ idx }) => idx >= 0);
        const special = keepByKey(batches, rightKey, rightReplaces).filter(({ idx }) => idx < 0);
        return [...special, ...regular];
      });
    },
  },
  {
    name: "list leaves pendingWrites out where there are none",
    clause: "writes/none-is-an-empty-list",
    breakSaver(saver) {
      alterList(saver, (tuple) => {
        const { pendingWrites, ...rest } = tuple;
        return pendingWrites?.length === 0 ? rest : tuple;
      });
    },
  },
  {
    name: "putWrites without a namespace is dropped",
    clause: "writes/no-namespace-means-root",
    breakSaver(saver) {
      patch(saver, "putWrites", (putWrites) => async (config, ...rest) => {
        const ids = config.configurable ?? {};
        const lost = ids["checkpoint_ns"] === undefined && ids["thread_id"] !== undefined;
        if (!lost) await putWrites(config, ...rest);
      });
    },
  },
  {
    name: "writes to an unknown checkpoint are dropped",
    clause: "writes/may-arrive-before-the-checkpoint",
    others: 5,
    breakStorage(storage) {
      patch(storage, "putWrites", (putWrites) => async (request) => {
        const { thread, namespace, checkpoint: id } = request;
        const stored = await storage.get({ thread, namespace, id, have: [], ttl: undefined });
        const epoch = request.epoch ?? request.newEpoch;
        return stored === undefined ? { outcome: "stored", epoch } : putWrites(request);
      });
    },
  },
  {
    name: "writes to an unknown checkpoint make an empty one",
    clause: "writes/need-no-checkpoint",
    breakSaver(saver) {
      patch(saver, "putWrites", (putWrites) => async (config, writes, task, path) => {
        const done = putWrites(config, writes, task, path);
        await done;
        if ((await saver.getTuple(config)) !== undefined || writes.length === 0) return;
        const id = placeOf(config).id ?? "";
        const ids = omit(config.configurable, "checkpoint_id");
        const none = { channel_values: {}, channel_versions: {}, versions_seen: {} };
        const metadata = { source: "input" as const, step: 0, parents: {} };
        await saver.put({ configurable: ids }, { v: 4, id, ts: "", ...none }, metadata, {});
      });
    },
  },
  {
    name: "putting a checkpoint again removes its writes",
    clause: "writes/stay-when-the-checkpoint-is-put-again",
    breakStorage(storage) {
      patch(storage, "put", (put) => async (request) => {
        const { thread, checkpoint, newEpoch } = request;
        const { namespace, id } = checkpoint;
        const place = { thread, namespace, id, have: [], ttl: undefined };
        if (!request.keepParent && !request.fence && (await storage.get(place)) !== undefined) {
          await storage.remove({ thread, checkpoints: [{ namespace, id }], relink: [], newEpoch });
        }
        return put(request);
      });
    },
  },
  {
    name: "the last of a regular write wins",
    clause: "writes/the-first-regular-write-wins",
    others: 6,
    breakStorage(storage, store) {
      decideWrites(storage, store, (batches) => keepByKey(batches, rightKey, () => true));
    },
  },
  {
    name: "the first of a special write wins where it comes alone",
    clause: "writes/the-last-special-write-wins",
    breakStorage(storage, store) {
      decideWrites(storage, store, (batches) =>
        keepByKey(batches, rightKey, ({ idx }, batch) => idx < 0 && batch.length > 1),
      );
    },
  },
  {
    name: "special writes are replaced only by batches of nothing else",
    clause: "writes/mixed-batches-are-decided-write-by-write",
    breakStorage(storage, store) {
      decideWrites(storage, store, (batches) =>
        keepByKey(batches, rightKey, (_, batch) => batch.every(({ idx }) => idx < 0)),
      );
    },
  },
  {
    name: "positions are counted without special writes",
    clause: "writes/the-index-counts-the-whole-batch",
    breakSaver(saver) {
      patch(saver, "putWrites", (putWrites) => (config, writes, ...rest) => {
        const [regular, special] = [writes.filter((write) => !isSpecial(write)), writes.filter(isSpecial)];
        return putWrites(config, [...regular, ...special], ...rest);
      });
    },
  },
  {
    name: "a channel has one write of a task",
    clause: "writes/one-channel-may-occur-twice",
    others: 5,
    breakStorage(storage, store) {
      decideWrites(storage, store, (batches) => {
        const key = ({ task, channel }: { task: string; channel: string }): string =>
          JSON.stringify([task, channel]);
        return keepByKey(batches, key, rightReplaces);
      });
    },
  },
  {
    name: "members of Object.prototype count as special channels",
    clause: "writes/names-of-object-members-are-ordinary-channels",
    breakStorage(storage, store) {
      decideWrites(storage, store, (batches) =>
        keepByKey(batches, rightKey, ({ idx, channel }) => idx < 0 || channel in {}),
      );
    },
  },
  {
    name: "an empty batch is an error",
    clause: "writes/an-empty-batch-is-nothing",
    breakSaver(saver) {
      patch(saver, "putWrites", (putWrites) => async (config, writes, task, path) => {
        if (writes.length === 0) throw new Error("no operations given");
        await putWrites(config, writes, task, path);
      });
    },
  },
  {
    name: "the writes of a task are replaced as a whole by a shorter batch",
    clause: "writes/a-retry-with-fewer-removes-nothing",
    breakStorage(storage, store) {
      decideWrites(storage, store, (batches) => {
        const right = keepByKey(batches, rightKey, rightReplaces);
        const last = new Map(batches.map((batch) => [batch[0]?.task, batch.length]));
        return right.filter(({ task, idx }) => idx < (last.get(task) ?? 0));
      });
    },
  },
  {
    name: "writes are read without regard to the namespace",
    clause: "writes/belong-to-one-checkpoint",
    others: 7,
    breakSaver(saver, store) {
      const log = note(store, "writes", () => new ThreadNotes<LoggedWrites[]>());
      beforeDelete(saver, (thread) => log.delete(thread));
      patch(saver, "putWrites", (putWrites) => (config, writes, task, ...rest) => {
        const { thread, namespace, id } = placeOf(config);
        const logged = writes.map(([channel, value]): CheckpointPendingWrite => [task, channel, value]);
        log.set(thread, [id], [...(log.get(thread, id) ?? []), { namespace, writes: logged }]);
        return putWrites(config, writes, task, ...rest);
      });
      alterTuples(saver, (tuple) => {
        const { thread, namespace, id } = placeOf(tuple.config);
        const others = (log.get(thread, id) ?? []).filter((one) => one.namespace !== namespace);
        return {
          ...tuple,
          pendingWrites: [...(tuple.pendingWrites ?? []), ...others.flatMap(({ writes }) => writes)],
        };
      });
    },
  },
  {
    name: "putWrites takes at most a thousand writes",
    clause: "writes/a-large-batch",
    breakSaver(saver) {
      patch(saver, "putWrites", (putWrites) => async (config, writes, task, path) => {
        if (writes.length > 1000) throw new Error("too many parameters");
        await putWrites(config, writes, task, path);
      });
    },
  },
];
