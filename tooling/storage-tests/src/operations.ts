import { CLAIM, type CheckpointSaver } from "@threadmark/core";
import { all } from "./parts.ts";
import { configOf, longText, putTurn, turnId } from "./turns.ts";

/** Whom thread "one" belongs to. */
export const OWNER = "an owner";

/**
 * What an application does to threads, other than reading: each on its own, on threads "one", which has an owner and
 * expires, and "two". What it returns is the same each time.
 */
export const operations: Readonly<Record<string, (saver: CheckpointSaver) => Promise<unknown>>> = {
  "put to one": (saver) => put(saver, "one"),
  "put to two": (saver) => put(saver, "two"),
  "put of the owner": (saver) => put(saver, "one", { claim: OWNER }),
  "put of somebody else": (saver) => refusedWith("FENCED", () => put(saver, "one", { claim: "somebody" })),
  putWrites: (saver) => saver.putWrites(configOf("one", turnId(3)), [["text", "short"]], "late"),
  updateThread: (saver) => saver.updateThread("one", { metadata: { name: "changed" } }),
  "setThreadTtl of one": (saver) => saver.setThreadTtl("one", { seconds: 5000 }),
  "setThreadTtl of two": (saver) => saver.setThreadTtl("two", null),
  "claim of what is free": (saver) => saver.claimThread("two", { claim: "new", ttl: { seconds: 60 } }),
  "claim of what is held": async (saver) =>
    (await saver.claimThread("one", { claim: "new", ttl: { seconds: 60 } })).claimed,
  renew: (saver) => saver.renewThread("one", { claim: OWNER, ttl: { seconds: 900 } }),
  release: (saver) => saver.releaseThread("one", OWNER),
  "release of somebody else": (saver) => saver.releaseThread("one", "somebody"),
  sweep: (saver) => saver.sweep(),
  "copy of one": (saver) => saver.copyThread("one", "copy"),
  "copy to one": (saver) => refusedWith("THREAD_EXISTS", () => saver.copyThread("two", "one")),
  prune: (saver) => saver.prune({ threadIds: ["one"], keepLatest: 2 }),
  deleteForRuns: (saver) => saver.deleteForRuns(["run 1"]),
  "the newest thread": async (saver) =>
    (await all(saver.listThreads({ limit: 1 }))).map(({ threadId }) => threadId),
  "the claim of one": async (saver) => (await saver.getThread("one"))?.claim,
  "times of one": async (saver) => {
    const found = await saver.getThread("one");
    return [found?.createdAt, found?.updatedAt, found?.expiresAt];
  },
  "times of two": async (saver) => {
    const found = await saver.getThread("two");
    return [found?.createdAt, found?.updatedAt, found?.expiresAt];
  },
};

function put(saver: CheckpointSaver, thread: string, own: Record<string, unknown> = {}): Promise<unknown> {
  const values = { text: longText(`${thread} 4`) };
  const { claim } = own;
  if (claim === undefined) return putTurn(saver, { thread, id: turnId(4), parent: turnId(3), values });
  const checkpoint = {
    v: 4,
    id: turnId(4),
    ts: "2026-01-01T00:00:00.000Z",
    channel_values: values,
    channel_versions: { text: 4 },
    versions_seen: {},
  };
  const config = { configurable: { thread_id: thread, checkpoint_id: turnId(3), [CLAIM]: claim } };
  return saver.put(config, checkpoint, { source: "loop", step: 4, parents: {} }, { text: 4 });
}

/** The code, for an operation that is refused when nothing is damaged. */
async function refusedWith(code: string, operation: () => Promise<unknown>): Promise<unknown> {
  try {
    return await operation();
  } catch (error) {
    if ((error as { code?: unknown }).code === code) return code;
    throw error;
  }
}
