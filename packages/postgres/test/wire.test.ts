import { countTests, startFaultProxy, type FaultProxy } from "@threadmark/services";
import { PostgresSaver } from "@threadmark/postgres";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newest, useSchema } from "./database.ts";
import { configOf, longText, putTurn, turnId } from "@threadmark/storage-tests/turns";

describe("round trips on the wire", () => {
  countTests(newest);
  const { schema, pool } = useSchema();
  let proxy: FaultProxy;
  let counted: pg.Pool;
  let saver: PostgresSaver;
  let roundTrips = 0;

  beforeAll(async () => {
    const url = new URL(newest.url);
    proxy = await startFaultProxy({ host: url.hostname, port: Number(url.port) });
    url.hostname = "127.0.0.1";
    url.port = String(proxy.port);
    counted = new pg.Pool({ connectionString: url.href, max: 1, idleTimeoutMillis: 0 });
    proxy.onData = countReady(() => (roundTrips += 1));
    await new PostgresSaver(pool, { schema }).setup();
    // Without what it remembers of earlier calls, so that everything is sent and read.
    saver = new PostgresSaver(counted, { schema, blobCacheBytes: 0 });
    await saver.getTuple(configOf("warm"));
  });

  afterAll(async () => {
    await counted.end();
    await proxy.close();
  });

  async function roundTripsOf(call: () => Promise<unknown>): Promise<number> {
    const before = roundTrips;
    await call();
    return roundTrips - before;
  }

  const many = Object.fromEntries(
    Array.from({ length: 30 }, (_, i) => [`channel ${i}`, longText(`value ${i}`)]),
  );

  const owned = { configurable: { ...configOf("t", turnId(1)).configurable, __threadmark_claim: "me" } };
  const hundred = Array.from({ length: 100 }, (_, i) => `thread ${i}`);

  it.each<readonly [string, () => Promise<unknown>]>([
    ["put of 30 long channels", () => putTurn(saver, { thread: "t", id: turnId(1), values: many })],
    ["putWrites of 50 writes", () => saver.putWrites(configOf("t", turnId(1)), fifty(), "task")],
    ["getTuple with channels and writes", () => saver.getTuple(configOf("t"))],
    ["getTuple by id", () => saver.getTuple(configOf("t", turnId(1)))],
    ["getTuple of nothing", () => saver.getTuple(configOf("nobody"))],
    ["copyThread", () => saver.copyThread("t", "copy")],
    ["deleteThread", () => saver.deleteThread("copy")],
    ["setThreadTtl", () => saver.setThreadTtl("t", { seconds: 1000 })],
    ["sweep", () => saver.sweep()],
    ["getThread", () => saver.getThread("t")],
    ["updateThread", () => saver.updateThread("t", { metadata: { title: "x" } })],
    ["claimThread", () => saver.claimThread("t", { claim: "me", ttl: { seconds: 1000 } })],
    ["renewThread", () => saver.renewThread("t", { claim: "me", ttl: { seconds: 1000 } })],
    ["putWrites of the owner", () => saver.putWrites(owned, [["a", 1]], "task 2")],
    ["releaseThread", () => saver.releaseThread("t", "me")],
    ["a page of listThreads with a filter", () => first(saver.listThreads({ filter: { title: "x" } }))],
    ["deleteThreads of 100", () => saver.deleteThreads({ threadIds: hundred })],
    ["a page of list", () => first(saver.list(configOf("t")))],
    ["a page of listThreads", () => first(saver.listThreads())],
  ])("one for %s", async (_, call) => {
    expect(await roundTripsOf(call)).toBe(1);
  });

  it("one for a put with a fence", async () => {
    const fenced = new PostgresSaver(counted, { schema, fence: "head" });
    await fenced.getTuple(configOf("fenced"));
    expect(await roundTripsOf(() => putTurn(fenced, { thread: "fenced", id: turnId(1), values: many }))).toBe(
      1,
    );
  });

  it("three for a list of 250 checkpoints, and one when the loop ends after the first", async () => {
    for (let i = 1; i <= 250; i++) await putTurn(saver, { thread: "long", id: turnId(i), values: { n: i } });
    const all = async (): Promise<void> => {
      const ids = new Set<string>();
      for await (const { checkpoint } of saver.list(configOf("long"))) ids.add(checkpoint.id);
      expect(ids.size).toBe(250);
    };
    expect(await roundTripsOf(all)).toBe(3);
    expect(await roundTripsOf(() => first(saver.list(configOf("long"))))).toBe(1);
  });

  it("sends and reads only what the other side does not have", async () => {
    const knowing = new PostgresSaver(counted, { schema });
    const turns = Array.from({ length: 300 }, (_, i) => `turn ${i}: ${longText(String(i), 500)}`);
    await putTurn(knowing, { thread: "grow", id: turnId(1), values: { turns } });
    await knowing.getTuple(configOf("grow"));
    const size = JSON.stringify(turns).length;
    const { sent, received } = proxy;
    turns.push("one more");
    await putTurn(knowing, { thread: "grow", id: turnId(2), parent: turnId(1), values: { turns } });
    await knowing.getTuple(configOf("grow"));
    expect(proxy.sent - sent).toBeLessThan(size / 8);
    expect(proxy.received - received).toBeLessThan(size / 8);
  });
});

function fifty(): [string, unknown][] {
  return Array.from({ length: 50 }, (_, i) => [`channel ${i}`, longText(`write ${i}`, 3000)]);
}

async function first(items: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of items) return;
}

/** Calls back at every ReadyForQuery: the end of a round trip. Every message is a letter and its length. */
function countReady(ready: () => void): (data: Buffer) => boolean {
  let rest = Buffer.alloc(0);
  return (data) => {
    rest = Buffer.concat([rest, data]);
    while (rest.length >= 5) {
      const end = 1 + rest.readInt32BE(1);
      if (rest.length < end) break;
      if (rest[0] === "Z".charCodeAt(0)) ready();
      rest = rest.subarray(end);
    }
    return false;
  };
}
