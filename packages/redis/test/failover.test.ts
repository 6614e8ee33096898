import { setTimeout } from "node:timers/promises";
import { RedisSaver } from "@threadmark/redis";
import { countTests, hasPrivate, servers } from "@threadmark/services";
import { startPrivateGroup, type PrivateGroup } from "@threadmark/services/private";
import calculateSlot from "cluster-key-slot";
import { Cluster, Redis } from "ioredis";
import { describe, expect, it } from "vitest";
import { placesOf } from "./server.ts";
import { configOf, longText, putTurn, turnId } from "./turns.ts";

const sentinelKind = servers("redis-sentinel")[0] ?? { kind: "redis-sentinel", version: "" };
const clusterKind = servers("redis-cluster")[0] ?? { kind: "redis-cluster", version: "" };

/** Writers of one thread each, until they are told to stop. */
class Writers {
  readonly acknowledged = new Map<string, number[]>();
  readonly errors: unknown[] = [];
  readonly #saver: RedisSaver;
  readonly #work: Promise<void>;
  #running = true;

  constructor(saver: RedisSaver, threads: readonly string[]) {
    this.#saver = saver;
    this.#work = Promise.all(threads.map((thread) => this.#write(thread))).then(() => {});
  }

  async #write(thread: string): Promise<void> {
    const done: number[] = [];
    this.acknowledged.set(thread, done);
    for (let n = 1; this.#running; n++) {
      try {
        const values = { text: longText(`${thread} ${n}`), same: longText(thread) };
        await putTurn(this.#saver, { thread, id: turnId(n), values });
        await this.#saver.putWrites(configOf(thread, turnId(n)), [["w", n]], "task");
        done.push(n);
      } catch (error) {
        this.errors.push(error);
      }
      await setTimeout(5);
    }
  }

  /** Resolves when every thread has so many more. */
  async untilMore(count: number): Promise<void> {
    const before = new Map([...this.acknowledged].map(([thread, done]) => [thread, done.length]));
    const lacking = (): string[] =>
      [...this.acknowledged].filter(([thread, done]) => done.length < before.get(thread)! + count).map(([thread]) => thread);
    await expect.poll(lacking, { timeout: 50_000 }).toEqual([]);
  }

  async stop(): Promise<void> {
    this.#running = false;
    await this.#work;
  }
}

/** Everything that was acknowledged is there, and everything that is there is whole. */
async function checkThreads(saver: RedisSaver, { acknowledged }: Writers): Promise<void> {
  for (const [thread, done] of acknowledged) {
    const found = new Map<string, unknown>();
    for await (const { checkpoint, pendingWrites } of saver.list(configOf(thread))) {
      const n = Number(checkpoint.id);
      expect(checkpoint.channel_values).toEqual({ text: longText(`${thread} ${n}`), same: longText(thread) });
      found.set(checkpoint.id, pendingWrites);
    }
    for (const n of done) expect(found.get(turnId(n))).toEqual([["task", "w", n]]);
  }
}

describe.runIf(hasPrivate("redis-sentinel"))("behind Sentinel", () => {
  countTests(sentinelKind);

  function optionsOf(group: PrivateGroup) {
    return { sentinels: placesOf(group.facts["sentinels"]!), name: group.facts["name"]! };
  }

  it("the primary is killed in the middle: runs go on, and what a replica has confirmed is there", async () => {
    await using group = await startPrivateGroup("redis-sentinel", { replicas: 1 });
    const redis = optionsOf(group);
    await using saver = RedisSaver.fromUrl("redis://sentinel", { redis, wait: { replicas: 1, timeoutMs: 1000 }, retryMs: 30_000 });
    const writers = new Writers(saver, ["a", "b", "c"]);
    await writers.untilMore(20);
    await group.nodes[0]!.kill();
    const confirmed = new Map([...writers.acknowledged].map(([thread, done]) => [thread, [...done]]));
    // The new primary has no replica, so it must go on without waiting for one.
    await using alone = RedisSaver.fromUrl("redis://sentinel", { redis, retryMs: 30_000 });
    const later = new Writers(alone, ["d", "e"]);
    await later.untilMore(20);
    await writers.stop();
    await later.stop();
    await using reader = RedisSaver.fromUrl("redis://sentinel", { redis, blobCacheBytes: 0 });
    for (const [thread, done] of confirmed) writers.acknowledged.set(thread, done);
    await checkThreads(reader, writers);
    await checkThreads(reader, later);
    expect(later.errors).toEqual([]);
  });

  it("too few replicas for `wait`: the call rejects and says so, and the primary has the write", async () => {
    await using group = await startPrivateGroup("redis-sentinel", { replicas: 1 });
    const redis = optionsOf(group);
    await using saver = RedisSaver.fromUrl("redis://sentinel", { redis, wait: { replicas: 2, timeoutMs: 100 } });
    const put = putTurn(saver, { thread: "t", id: turnId(1), values: { a: 1 } });
    await expect(put).rejects.toMatchObject({ code: "STORAGE_FAILED", message: expect.stringContaining("1 of the 2") });
    expect((await saver.get(configOf("t")))?.channel_values).toEqual({ a: 1 });
  });

  it("a manual failover: the old primary is a replica now, and the client of the user finds the new one", async () => {
    await using group = await startPrivateGroup("redis-sentinel", { replicas: 1 });
    const client = new Redis(optionsOf(group));
    client.on("error", () => {});
    const saver = new RedisSaver(client, { retryMs: 30_000 });
    const writers = new Writers(saver, ["a", "b"]);
    await writers.untilMore(10);
    const sentinel = new Redis(group.sentinels[0]!.port);
    await sentinel.call("SENTINEL", "FAILOVER", group.facts["name"]!);
    await expect.poll(() => roleOf(group.nodes[0]!.port), { timeout: 30_000 }).toBe("slave");
    await writers.untilMore(10);
    await writers.stop();
    expect(writers.errors).toEqual([]);
    // Replication is asynchronous, so only what came after the failover must be there.
    const newestOf = async (thread: string) => (await saver.get(configOf(thread)))?.id;
    for (const [thread, done] of writers.acknowledged) expect(await newestOf(thread)).toBe(turnId(done.at(-1)!));
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

describe.runIf(hasPrivate("redis-cluster"))("on a cluster", () => {
  countTests(clusterKind);
  const threads = ["a", "b", "c", "d", "e", "f"];

  it("a master is killed in the middle: runs on all threads go on", async () => {
    await using group = await startPrivateGroup("redis-cluster", { replicas: 1 });
    const nodes = placesOf(group.facts["nodes"]!);
    await using saver = RedisSaver.fromCluster(nodes, { wait: { replicas: 1, timeoutMs: 1000 }, retryMs: 30_000 });
    const writers = new Writers(saver, threads);
    await writers.untilMore(20);
    await group.nodes[0]!.kill();
    const confirmed = new Map([...writers.acknowledged].map(([thread, done]) => [thread, [...done]]));
    await using alone = RedisSaver.fromCluster(nodes, { retryMs: 30_000 });
    const later = new Writers(alone, threads.map((thread) => `later ${thread}`));
    await later.untilMore(20);
    await Promise.all([writers.stop(), later.stop()]);
    await using reader = RedisSaver.fromCluster(nodes.slice(1), { blobCacheBytes: 0 });
    for (const [thread, done] of confirmed) writers.acknowledged.set(thread, done);
    await checkThreads(reader, writers);
    await checkThreads(reader, later);
    expect(later.errors).toEqual([]);
  });

  it("slots move to another node in the middle: every call is done, on one node or the other", async () => {
    await using group = await startPrivateGroup("redis-cluster");
    const client = new Cluster(placesOf(group.facts["nodes"]!));
    const saver = new RedisSaver(client, { retryMs: 30_000 });
    const writers = new Writers(saver, threads);
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
    await checkThreads(new RedisSaver(client, { blobCacheBytes: 0 }), writers);
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
async function moveSlot(move: { slot: number; from: number; to: number; nodes: readonly number[] }): Promise<void> {
  const { slot, from, to, nodes } = move;
  const [source, target] = [new Redis(from), new Redis(to)];
  const [sourceId, targetId] = [String(await source.cluster("MYID")), String(await target.cluster("MYID"))];
  await target.call("CLUSTER", "SETSLOT", slot, "IMPORTING", sourceId);
  await source.call("CLUSTER", "SETSLOT", slot, "MIGRATING", targetId);
  for (;;) {
    const keys = (await source.call("CLUSTER", "GETKEYSINSLOT", slot, 1)) as string[];
    if (keys.length === 0) break;
    await source.call("MIGRATE", "127.0.0.1", to, keys[0]!, 0, 5000);
    await setTimeout(50);
  }
  for (const port of [to, from, ...nodes.filter((other) => other !== from && other !== to)]) {
    const node = new Redis(port);
    await node.call("CLUSTER", "SETSLOT", slot, "NODE", targetId);
    node.disconnect();
  }
  for (const client of [source, target]) client.disconnect();
}
