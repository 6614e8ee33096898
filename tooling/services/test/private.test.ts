import { hasPrivate } from "@threadmark/services";
import { startPrivate, startPrivateGroup } from "@threadmark/services/private";
import type { Redis } from "ioredis";
import { MongoClient } from "mongodb";
import pg from "pg";
import { describe, expect, it } from "vitest";
import { until } from "../src/patience.ts";
import { redisOn, roundTrip } from "./clients.ts";

/** While it starts, a member must not count as dead because the machine was slow for a moment. */
const STEADY = { failAfter: 60_000 };

describe.skipIf(!hasPrivate("redis:8"))("a private Redis", () => {
  it("has its data after a kill when its arguments say so, on the same port", async () => {
    await using server = await startPrivate("redis:8", {
      args: ["--appendonly", "yes", "--appendfsync", "always"],
    });
    const client = redisOn(server);
    await client.set("a", "1");
    await server.kill();
    await server.start();
    expect(await client.get("a")).toBe("1");
    client.disconnect();
  });

  it("has lost what was cut off the end of its log", async () => {
    // With "everysec", Redis answers before it writes while a sync is in progress, so "b" may not be in the log yet.
    await using server = await startPrivate("redis:8", {
      args: ["--appendonly", "yes", "--appendfsync", "always"],
    });
    const client = redisOn(server);
    await client.set("a", "1");
    await client.set("b", "2");
    await server.kill();
    await server.cut("appendonlydir/appendonly.aof.1.incr.aof", 1);
    await server.start();
    expect(await client.mget("a", "b")).toEqual(["1", null]);
    client.disconnect();
  });

  it("has lost its data after a kill when its arguments do not say otherwise", async () => {
    await using server = await startPrivate("redis:8");
    const client = redisOn(server);
    await client.set("a", "1");
    await server.kill();
    await server.start();
    expect(await client.get("a")).toBeNull();
    client.disconnect();
  });

  it("is silent while it is paused, and answers afterwards", async () => {
    await using server = await startPrivate("redis:8");
    const client = redisOn(server);
    await client.ping();
    await server.pause();
    let answered = false;
    const answer = client.ping().then(() => (answered = true));
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(answered).toBe(false);
    await server.resume();
    expect(await answer).toBe(true);
    client.disconnect();
  });

  it("says what is wrong with its arguments", async () => {
    const started = startPrivate("redis:8", { args: ["--maxmemory", "nonsense"] });
    await expect(started).rejects.toThrow(/argument must be a memory value/);
  });

  it("a group is not started as a single server", async () => {
    await expect(startPrivate("redis-cluster")).rejects.toThrow("use startPrivateGroup");
  });
});

describe.skipIf(!hasPrivate("redis-cluster"))("a private Redis Cluster", () => {
  it("goes on with the replica of a master that is killed", async () => {
    await using group = await startPrivateGroup("redis-cluster", { replicas: 1, ...STEADY });
    const clients = group.nodes.map(redisOn);
    await Promise.all(clients.map((client) => client.config("SET", "cluster-node-timeout", "1000")));
    await group.nodes[0]!.kill();
    const replica = clients[3]!;
    await until("the replica is master", async () => expect(await replica.role()).toContain("master"));
    for (const client of clients) client.disconnect();
  });
});

describe.skipIf(!hasPrivate("redis-sentinel"))("a private group of Sentinel", () => {
  it("fails over when the primary is killed", async () => {
    await using group = await startPrivateGroup("redis-sentinel", STEADY);
    const facts = { kind: "redis-sentinel", url: group.url, facts: group.facts };
    const [primary, replica] = group.nodes.map(redisOn) as [Redis, Redis];
    expect(await roundTrip(facts, "before")).toBe("before");
    // The replica has what was written before, too, though the client was answered without it.
    await primary.set("later", "1");
    expect(await primary.wait(1, 0)).toBe(1);
    const sentinels = group.sentinels.map(redisOn);
    const times = ["down-after-milliseconds", "500", "failover-timeout", "1500"];
    await Promise.all(sentinels.map((one) => one.call("SENTINEL", "SET", group.facts["name"]!, ...times)));
    await group.nodes[0]!.kill();
    await until("the replica is primary", async () => expect(await replica.role()).toContain("master"));
    expect(await replica.get("threadmark")).toBe("before");
    expect(sentinels).toHaveLength(3);
    for (const client of [primary, replica, ...sentinels]) client.disconnect();
  });
});

describe.skipIf(!hasPrivate("mongodb"))("a private MongoDB", () => {
  it("has what it acknowledged after a kill", async () => {
    await using server = await startPrivate("mongodb");
    expect(await roundTrip({ kind: "mongodb", url: server.url, facts: {} }, "kept")).toBe("kept");
    await server.kill();
    await server.start();
    await using client = await MongoClient.connect(server.url);
    expect(await client.db("threadmark").collection("values").findOne()).toMatchObject({ value: "kept" });
  });
});

describe.skipIf(!hasPrivate("mongodb-replica-set"))("a private replica set", () => {
  it("elects another primary when the primary is killed", async () => {
    await using group = await startPrivateGroup("mongodb-replica-set", { failAfter: 1000 });
    const server = { kind: "mongodb-replica-set", url: group.url, facts: {} };
    // Members that were slow for a moment may be electing somebody.
    expect(await until("it takes writes", () => roundTrip(server, "before"))).toBe("before");
    await group.nodes[0]!.kill();
    expect(await until("it takes writes", () => roundTrip(server, "after"))).toBe("after");
    await group.nodes[0]!.start();
  });
});

describe.skipIf(!hasPrivate("postgres:17"))("a private Postgres", () => {
  it("has what it acknowledged after a kill", async () => {
    await using server = await startPrivate("postgres:17", { args: ["-c", "shared_buffers=16MB"] });
    const ask = async (text: string): Promise<unknown[]> => {
      await using client = await connected(server.url);
      return (await client.query(text)).rows;
    };
    await ask("CREATE TABLE value AS SELECT 1 AS value");
    await server.kill();
    await server.start();
    expect(await ask("SELECT value FROM value")).toEqual([{ value: 1 }]);
    expect(await ask("SHOW shared_buffers")).toEqual([{ shared_buffers: "16MB" }]);
  });
});

async function connected(connectionString: string): Promise<pg.Client & AsyncDisposable> {
  const client = new pg.Client({ connectionString });
  client.on("error", () => {});
  await client.connect();
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.end() });
}
