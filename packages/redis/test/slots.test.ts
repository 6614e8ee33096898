import { RedisSaver } from "@threadmark/redis";
import { countTests, hasPrivate, servers } from "@threadmark/services";
import { startPrivateGroup, type PrivateGroup } from "@threadmark/services/private";
import calculateSlot from "cluster-key-slot";
import { Cluster, Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { callsInSteps, callsOnAllThreads, callsOnOneThread } from "./every-call.ts";
import { startMonitor, type Monitor, type Seen } from "./monitor.ts";
import { placesOf } from "./server.ts";

describe.runIf(hasPrivate("redis-cluster"))("on a cluster with a replica of every master", () => {
  countTests(servers("redis-cluster")[0] ?? { kind: "redis-cluster", version: "" });
  let group: PrivateGroup;
  let client: Cluster;
  let saver: RedisSaver;
  const admins: Redis[] = [];
  const monitors: Monitor[] = [];

  beforeAll(async () => {
    group = await startPrivateGroup("redis-cluster", { replicas: 1, failAfter: 15_000 });
    client = new Cluster(placesOf(group.facts["nodes"]!), { scaleReads: "slave" });
    saver = new RedisSaver(client, { blobCacheBytes: 0 });
    for (const { port } of group.nodes) {
      admins.push(new Redis(port));
      monitors.push(await startMonitor(port));
    }
  });

  afterAll(async () => {
    for (const monitor of monitors) monitor.close();
    for (const admin of admins) admin.disconnect();
    client.disconnect();
    await group.stop();
  });

  /** The commands on every node: of masters first. */
  const takeAll = (): Promise<Seen[][]> => Promise.all(monitors.map((monitor) => monitor.take()));

  it.each(Object.entries({ ...callsOnOneThread, ...callsOnAllThreads, ...callsInSteps }))(
    "every script of %s has the keys of one slot, and runs on its master",
    async (_, call) => {
      await takeAll();
      await call(saver);
      const seen = await takeAll();
      const scripts = seen.flat().filter(({ name }) => name === "evalsha" || name === "eval");
      expect(scripts.length).toBeGreaterThan(0);
      for (const { args } of scripts) {
        const keys = args.slice(2, 2 + Number(args[1]));
        expect(new Set(keys.map((key) => calculateSlot(key))).size).toBe(1);
      }
      const onReplicas = seen.slice(3).flat();
      expect(onReplicas.filter(({ name }) => name.startsWith("eval"))).toEqual([]);
    },
  );

  it("threads lie on every node, about evenly", async () => {
    const threads = Array.from({ length: 300 }, (_, i) => `thread ${i}`);
    await Promise.all(
      threads.map((thread) =>
        saver.putWrites({ configurable: { thread_id: thread, checkpoint_id: "1" } }, [["a", 1]], "task"),
      ),
    );
    const sizes = await Promise.all(admins.slice(0, 3).map((admin) => admin.dbsize()));
    const total = sizes.reduce((sum, size) => sum + size);
    for (const size of sizes) expect(size).toBeGreaterThan(total / 5);
    const listed = new Set<string>();
    for await (const { threadId } of saver.listThreads()) listed.add(threadId);
    expect(threads.filter((thread) => !listed.has(thread))).toEqual([]);
  });
});
