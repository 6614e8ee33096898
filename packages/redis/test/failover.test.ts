import { setTimeout } from "node:timers/promises";
import { RedisSaver } from "@threadmark/redis";
import { countTests, hasPrivate, servers } from "@threadmark/services";
import { startPrivateGroup, type PrivateGroup } from "@threadmark/services/private";
import calculateSlot from "cluster-key-slot";
import { Cluster, Redis } from "ioredis";
import { describe, expect, it } from "vitest";
import { endWait } from "./end-wait.ts";
import { PATIENT, placesOf } from "./server.ts";
import { configOf, putTurn, turnId } from "@threadmark/storage-tests/turns";
import { checkThreads, startWriters } from "./writers.ts";

const sentinelKind = servers("redis-sentinel")[0] ?? { kind: "redis-sentinel", version: "" };
const clusterKind = servers("redis-cluster")[0] ?? { kind: "redis-cluster", version: "" };

/** Several programs start, one ends, and the others agree on it: each may take long on a busy machine. */
const timeout = 240_000;
/** Nobody is taken for dead because the machine was slow for a moment. */
const STEADY = { failAfter: 60_000 };

describe.runIf(hasPrivate("redis-sentinel"))("behind Sentinel", { timeout }, () => {
  countTests(sentinelKind);

  function optionsOf(group: PrivateGroup) {
    return { sentinels: placesOf(group.facts["sentinels"]!), name: group.facts["name"]! };
  }

  it("the primary is killed in the middle: runs continue, and what a replica has confirmed is there", async () => {
    await using group = await startPrivateGroup("redis-sentinel", { replicas: 1 });
    const redis = optionsOf(group);
    await using saver = RedisSaver.fromUrl("redis://sentinel", {
      redis,
      wait: { replicas: 1, timeoutMs: 1000 },
      retryMs: 60_000,
    });
    const writers = startWriters(saver, ["a", "b", "c"]);
    await writers.untilMore(20);
    await group.nodes[0]!.kill();
    const confirmed = new Map([...writers.acknowledged].map(([thread, done]) => [thread, [...done]]));
    // The new primary has no replica, so it must continue without waiting for one.
    await using alone = RedisSaver.fromUrl("redis://sentinel", { redis, retryMs: 60_000 });
    const later = startWriters(alone, ["d", "e"]);
    await later.untilMore(20);
    await writers.stop();
    await later.stop();
    await using reader = RedisSaver.fromUrl("redis://sentinel", { redis, blobCacheBytes: 0 });
    await checkThreads(reader, confirmed);
    await checkThreads(reader, later.acknowledged);
    expect(later.errors).toEqual([]);
  });

  it("too few replicas for `wait`: the call rejects and says so, and the primary has the write", async () => {
    await using group = await startPrivateGroup("redis-sentinel", { replicas: 1, ...STEADY });
    const redis = optionsOf(group);
    await using saver = RedisSaver.fromUrl("redis://sentinel", {
      redis: { ...redis, commandTimeout: timeout },
      wait: { replicas: 2, timeoutMs: timeout },
    });
    // A script that the server does not know yet would be sent twice, and waited for twice.
    await using other = RedisSaver.fromUrl("redis://sentinel", { redis });
    await putTurn(other, { thread: "other", id: turnId(1), values: { a: 1 } });
    const put = putTurn(saver, { thread: "t", id: turnId(1), values: { a: 1 } });
    const primary = new Redis(group.nodes[0]!.port);
    await Promise.all([
      expect(put).rejects.toMatchObject({
        code: "STORAGE_FAILED",
        message: expect.stringContaining("1 of the 2"),
      }),
      endWait(primary),
    ]);
    expect((await saver.get(configOf("t")))?.channel_values).toEqual({ a: 1 });
    primary.disconnect();
  });

  it("a manual failover: the old primary is a replica now, and the client of the user finds the new one", async () => {
    await using group = await startPrivateGroup("redis-sentinel", { replicas: 1, ...STEADY });
    const client = new Redis({ ...optionsOf(group), maxRetriesPerRequest: null });
    client.on("error", () => {});
    const saver = new RedisSaver(client, { retryMs: 60_000 });
    const writers = startWriters(saver, ["a", "b"]);
    await writers.untilMore(10);
    const sentinel = new Redis(group.sentinels[0]!.port);
    // A sentinel that was slow does not take the replica for a good one yet.
    const fail = () => sentinel.call("SENTINEL", "FAILOVER", group.facts["name"]!);
    await expect.poll(() => fail().catch((error: Error) => error.message), PATIENT).toBe("OK");
    await expect.poll(() => roleOf(group.nodes[0]!.port), PATIENT).toBe("slave");
    await writers.untilMore(10);
    await writers.stop();
    expect(writers.errors).toEqual([]);
    // Replication is asynchronous, so only what came after the failover must be there.
    const newestOf = async (thread: string) => (await saver.get(configOf(thread)))?.id;
    for (const [thread, done] of writers.acknowledged)
      expect(await newestOf(thread)).toBe(turnId(done.at(-1)!));
    client.disconnect();
    sentinel.disconnect();
  });
});

async function roleOf(port: number): Promise<string> {
  const client = new Redis(port);
  client.on("error", () => {});
  try {
    return String((await client.role())[0]);
  } finally {
    client.disconnect();
  }
}

describe.runIf(hasPrivate("redis-cluster"))("on a cluster", { timeout }, () => {
  countTests(clusterKind);
  const threads = ["a", "b", "c", "d", "e", "f"];

  it("a master is killed in the middle: runs on all threads continue", async () => {
    await using group = await startPrivateGroup("redis-cluster", { replicas: 1 });
    const nodes = placesOf(group.facts["nodes"]!);
    // Replication is asynchronous: no other master shall lose something because it was slow for a moment.
    for (const { port } of group.nodes.slice(4)) {
      const replica = new Redis(port);
      await replica.config("SET", "cluster-replica-no-failover", "yes");
      replica.disconnect();
    }
    await using saver = RedisSaver.fromCluster(nodes, {
      wait: { replicas: 1, timeoutMs: 1000 },
      retryMs: 60_000,
    });
    const writers = startWriters(saver, threads);
    await writers.untilMore(20);
    await group.nodes[0]!.kill();
    const confirmed = new Map([...writers.acknowledged].map(([thread, done]) => [thread, [...done]]));
    await using alone = RedisSaver.fromCluster(nodes, { retryMs: 60_000 });
    const later = startWriters(
      alone,
      threads.map((thread) => `later ${thread}`),
    );
    await later.untilMore(20);
    await Promise.all([writers.stop(), later.stop()]);
    await using reader = RedisSaver.fromCluster(nodes.slice(1), { blobCacheBytes: 0 });
    await checkThreads(reader, confirmed);
    await checkThreads(reader, later.acknowledged);
    expect(later.errors).toEqual([]);
    // The saver that only writes, and waits, has found the new master too, which has no replica.
    const told = writers.errors.map((error) => (error as { code?: string }).code);
    expect(told.filter((code) => code !== "STORAGE_FAILED")).toEqual([]);
    expect(told.length).toBeGreaterThan(0);
  });

  it("slots move to another node in the middle: every call is done, on one node or the other", async () => {
    await using group = await startPrivateGroup("redis-cluster", STEADY);
    const client = new Cluster(placesOf(group.facts["nodes"]!));
    const saver = new RedisSaver(client, { retryMs: 60_000 });
    const writers = startWriters(saver, threads);
    await writers.untilMore(10);
    for (const [round, thread] of threads.entries()) {
      const [key] = await keysOf(group, thread);
      const slot = calculateSlot(key!.key);
      const from = group.nodes.find(({ port }) => port === key!.port)!;
      const to = group.nodes.find(({ port }) => port !== key!.port)!;
      await moveSlot({ slot, from: from.port, to: to.port, nodes: group.nodes.map(({ port }) => port) });
      if (round % 2 === 0) await writers.untilMore(3);
    }
    await writers.untilMore(10);
    await writers.stop();
    expect(writers.errors).toEqual([]);
    await checkThreads(new RedisSaver(client, { blobCacheBytes: 0 }), writers.acknowledged);
    client.disconnect();
  });
});

async function keysOf(group: PrivateGroup, thread: string): Promise<{ key: string; port: number }[]> {
  const found: { key: string; port: number }[] = [];
  for (const { port } of group.nodes) {
    const client = new Redis(port);
    for (const key of await client.keys(`*:t:${thread}`)) found.push({ key, port });
    client.disconnect();
  }
  return found;
}

/** Moves a slot as `redis-cli --cluster reshard` does, key by key. */
async function moveSlot(move: {
  slot: number;
  from: number;
  to: number;
  nodes: readonly number[];
}): Promise<void> {
  const { slot, from, to, nodes } = move;
  const [source, target] = [new Redis(from), new Redis(to)];
  const [sourceId, targetId] = [await source.cluster("MYID"), await target.cluster("MYID")];
  await target.call("CLUSTER", "SETSLOT", slot, "IMPORTING", sourceId);
  await source.call("CLUSTER", "SETSLOT", slot, "MIGRATING", targetId);
  for (;;) {
    const keys = (await source.call("CLUSTER", "GETKEYSINSLOT", slot, 1)) as string[];
    if (keys.length === 0) break;
    await source.call("MIGRATE", "127.0.0.1", to, keys[0]!, 0, timeout);
    await setTimeout(50);
  }
  for (const port of [to, from, ...nodes.filter((other) => other !== from && other !== to)]) {
    const node = new Redis(port);
    await node.call("CLUSTER", "SETSLOT", slot, "NODE", targetId);
    node.disconnect();
  }
  for (const client of [source, target]) client.disconnect();
}
