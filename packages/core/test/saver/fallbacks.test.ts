import { CheckpointSaver, threadStats } from "@threadmark/core";
import { MemoryStorage } from "@threadmark/core/memory";
import { withFallbacks, type CheckpointStorage, type ThreadsRequest } from "@threadmark/core/storage";
import { describe, expect, it } from "vitest";

type Methods = { readonly [Name in keyof CheckpointStorage]?: CheckpointStorage[Name] | undefined };

/** The storage without some methods, or with others in their place. */
function changed(storage: MemoryStorage, methods: Methods): CheckpointStorage {
  return new Proxy(storage, {
    get(target, name) {
      const changes = Object.hasOwn(methods, name);
      const member: unknown = Reflect.get(changes ? methods : target, name);
      return typeof member === "function" && !changes ? member.bind(target) : member;
    },
  });
}

async function put(saver: CheckpointSaver, thread: string, id: string, run: string): Promise<void> {
  const channel_values = { text: `${thread} `.repeat(1000) };
  const checkpoint = { v: 4, id, ts: "", channel_values, channel_versions: { text: 1 }, versions_seen: {} };
  const config = { configurable: { thread_id: thread, checkpoint_ns: "" }, metadata: { run_id: run } };
  await saver.put(config, checkpoint, { source: "loop", step: 0, parents: {} }, { text: 1 });
}

describe("the optional methods of the port", () => {
  it("are the storage's own if it has all of them", () => {
    const storage = new MemoryStorage();
    expect(withFallbacks(storage)).toBe(storage);
  });

  it("give the same sizes", async () => {
    const storage = new MemoryStorage();
    const saver = new CheckpointSaver(storage);
    const least = new CheckpointSaver(changed(storage, { stats: undefined }));
    for (let index = 0; index < 250; index++) await put(saver, "t", String(index).padStart(4, "0"), "r");
    const stats = await threadStats(saver, "t");
    expect(stats?.checkpoints).toBe(250);
    expect(await threadStats(least, "t")).toEqual(stats);
    expect(await threadStats(least, "none")).toBeUndefined();
  });

  it("find the threads of a run, though one moves to the front of the listing meanwhile", async () => {
    const storage = new MemoryStorage();
    const saver = new CheckpointSaver(storage);
    await put(saver, "moving", "1", "mine");
    for (let index = 0; index < 150; index++) await put(saver, `other ${index}`, "1", "another");
    let pages = 0;
    const least = changed(storage, {
      runs: undefined,
      async threads(request: ThreadsRequest) {
        const page = await storage.threads(request);
        if (pages++ === 0) await put(saver, "moving", "2", "another");
        return page;
      },
    });
    expect(await new CheckpointSaver(least).deleteForRuns(["mine"])).toEqual({ threads: 1, checkpoints: 1 });
    expect(pages).toBeGreaterThan(2);
  });
});
