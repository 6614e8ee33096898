import { type CheckpointMetadata, CheckpointSaver } from "@threadmark/core";
import type { ScanPage, ScanRequest } from "@threadmark/core/storage";
import { MemoryStorage } from "@threadmark/core/memory";
import { describe, expect, it } from "vitest";
import { memorySaver } from "./memory-saver.ts";

const metadata: CheckpointMetadata = { source: "loop", step: 0, parents: {} };

interface Saved {
  readonly thread?: string;
  readonly id: string;
  readonly parent?: string;
  readonly value?: unknown;
}

async function put(saver: CheckpointSaver, { thread = "t", id, parent, value = id }: Saved) {
  const checkpoint = {
    v: 4,
    id,
    ts: "2026-01-01T00:00:00.000Z",
    channel_values: { value },
    channel_versions: { value: 1 },
    versions_seen: {},
  };
  const ids = { thread_id: thread, ...(parent !== undefined && { checkpoint_id: parent }) };
  return saver.put({ configurable: ids }, checkpoint, metadata, { value: 1 });
}

async function valueOf(saver: CheckpointSaver, thread = "t", id?: string): Promise<unknown> {
  const ids = { thread_id: thread, ...(id !== undefined && { checkpoint_id: id }) };
  return (await saver.get({ configurable: ids }))?.channel_values["value"];
}

async function idsOf(saver: CheckpointSaver, thread = "t"): Promise<string[]> {
  const ids: string[] = [];
  for await (const { checkpoint } of saver.list({ configurable: { thread_id: thread } })) {
    ids.push(checkpoint.id);
  }
  return ids;
}

const long = (seed: string): string[] => Array.from({ length: 300 }, (_, i) => `${seed} ${i} `.repeat(5));

describe("a saver in memory", () => {
  it("does not read through one serializer what another one has stored", async () => {
    const storage = new MemoryStorage();
    const plain = {
      dumpsTyped: async () => ["x", new Uint8Array()] as [string, Uint8Array],
      loadsTyped: async () => 1,
    };
    await put(memorySaver({ storage }), { id: "1" });
    await expect(valueOf(memorySaver({ storage, serde: plain }))).rejects.toMatchObject({
      code: "UNSUPPORTED_FORMAT",
    });
    await put(memorySaver({ storage, serde: plain }), { id: "2" });
    await expect(valueOf(memorySaver({ storage }))).rejects.toMatchObject({ code: "UNSUPPORTED_FORMAT" });
  });

  it("refuses every call after it was closed", async () => {
    const saver = memorySaver();
    await saver.close();
    await saver.close();
    await expect(put(saver, { id: "1" })).rejects.toMatchObject({ code: "CLOSED" });
    await expect(idsOf(saver)).rejects.toMatchObject({ code: "CLOSED" });
  });
});

describe("two savers on one storage", () => {
  it("see what the other has stored, in both directions and for long values", async () => {
    const storage = new MemoryStorage();
    const [a, b] = [memorySaver({ storage }), memorySaver({ storage })];
    const state = long("x");
    for (let i = 10; i < 30; i++) {
      state.push(`message ${i}`);
      const writer = i % 2 === 0 ? a : b;
      await put(writer, { id: String(i), parent: String(i - 1), value: state });
      expect(await valueOf(i % 2 === 0 ? b : a)).toEqual(state);
    }
  });

  it("store everything again after the other has removed what they relied on", async () => {
    const storage = new MemoryStorage();
    const [a, b] = [memorySaver({ storage }), memorySaver({ storage })];
    await put(a, { id: "1", value: long("x") });
    await put(a, { id: "2", parent: "1", value: long("y") });
    await b.prune({ allThreads: true, keepLatest: 1 });
    await put(a, { id: "3", parent: "2", value: long("x") });
    expect(await valueOf(b)).toEqual(long("x"));
    await b.deleteThread("t");
    await put(a, { id: "4", value: long("x") });
    expect(await valueOf(b)).toEqual(long("x"));
    expect(await idsOf(b)).toEqual(["4"]);
  });

  it("keep a thread complete while one prunes and both write", async () => {
    const storage = new MemoryStorage();
    const [a, b] = [memorySaver({ storage }), memorySaver({ storage })];
    const write = async (saver: CheckpointSaver, name: string) => {
      for (let i = 100; i < 160; i++) {
        await put(saver, {
          id: `${i}${name}`,
          parent: `${i - 1}${name}`,
          value: [...long(`s${i % 3}`), name],
        });
      }
    };
    const prune = async () => {
      for (let i = 0; i < 60; i++) await b.prune({ allThreads: true, keepLatest: 2 });
    };
    await Promise.all([write(a, "a"), write(b, "b"), prune()]);
    const reader = memorySaver({ storage });
    for (const id of await idsOf(reader)) {
      expect(await valueOf(reader, "t", id)).toHaveLength(301);
    }
  });
});

describe("MemoryStorage", () => {
  it("takes a copy that is sent once more for the same copy, and another one for a conflict", async () => {
    const storage = new MemoryStorage();
    await put(memorySaver({ storage }), { thread: "a", id: "1" });
    const request = { from: "a", to: "b", newEpoch: "e1", sealShift: 0 };
    expect(await storage.copyThread(request)).toBe("copied");
    expect(await storage.copyThread(request)).toBe("copied");
    expect(await storage.copyThread({ ...request, newEpoch: "e2" })).toBe("exists");
  });
});

describe("a thread with a time to live", () => {
  it("is gone as a whole, and starts again with the next put", async () => {
    const storage = new MemoryStorage();
    const saver = memorySaver({ storage, ttl: { seconds: 0.02 } });
    await put(saver, { id: "1", value: long("x") });
    await expect.poll(() => idsOf(saver), { timeout: 30_000 }).toEqual([]);
    expect(await valueOf(saver)).toBeUndefined();
    const later = memorySaver({ storage });
    await put(later, { id: "0", value: long("x") });
    expect(await idsOf(later)).toEqual(["0"]);
  });

  it("is removed from memory by `sweep`", async () => {
    const saver = memorySaver({ ttl: { seconds: 0.01 } });
    for (let i = 0; i < 250; i++) await put(saver, { thread: `t${i}`, id: "1" });
    const anyThread = async () => !(await saver.listThreads({ limit: 1 }).next()).done;
    await expect.poll(anyThread, { timeout: 30_000 }).toBe(false);
    expect(await saver.sweep()).toBe(250);
    expect(await saver.sweep()).toBe(0);
  });

  it("set for it alone is kept through later puts, and may be never", async () => {
    const storage = new MemoryStorage();
    const patient = memorySaver({ storage });
    await put(patient, { thread: "never", id: "1" });
    await patient.setThreadTtl("never", null);
    const hasty = memorySaver({ storage, ttl: { seconds: 0.02 } });
    await put(hasty, { thread: "never", id: "2" });
    await put(hasty, { thread: "soon", id: "1" });
    await expect.poll(() => valueOf(hasty, "soon"), { timeout: 30_000 }).toBeUndefined();
    expect(await valueOf(hasty, "never")).toBe("2");
    await expect(hasty.setThreadTtl("unknown", null)).rejects.toMatchObject({ code: "THREAD_NOT_FOUND" });
  });
});

describe('a saver with `fence: "head"`', () => {
  it("lets one of two runs from the same checkpoint win", async () => {
    const saver = memorySaver({ fence: "head" });
    await put(saver, { id: "1" });
    await put(saver, { id: "2", parent: "1" });
    await expect(put(saver, { id: "3", parent: "1" })).rejects.toMatchObject({
      code: "CONFLICT",
      threadId: "t",
      checkpointId: "1",
    });
    await put(saver, { id: "2", parent: "1" });
    expect(await idsOf(saver)).toEqual(["2", "1"]);
  });
});

describe("a listing of many pages", () => {
  it("reads each blob about once", async () => {
    const read: string[] = [];
    class Watched extends MemoryStorage {
      override async scan(request: ScanRequest): Promise<ScanPage> {
        const page = await super.scan(request);
        read.push(...page.blobs.map(({ id }) => id));
        return page;
      }
    }
    const saver = new CheckpointSaver(new Watched());
    const items: string[] = [];
    for (let n = 100; n < 450; n++) {
      items.push(`item ${n} `.repeat(30));
      await put(saver, { id: String(n), value: [...items] });
    }
    let length = 350;
    for await (const { checkpoint } of saver.list({ configurable: { thread_id: "t" } })) {
      expect(checkpoint.channel_values["value"]).toEqual(items.slice(0, length--));
    }
    expect(length).toBe(0);
    expect(new Set(read).size).toBeGreaterThan(400);
    expect(read.length).toBeLessThan(new Set(read).size * 1.02);
  });
});
