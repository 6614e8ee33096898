import { once } from "node:events";
import { connect, createServer, type AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { databaseOf } from "../src/databases.ts";
import { startDelayingProxy } from "../src/delaying-proxy.ts";
import { measure, roundsOf } from "../src/measure.ts";
import { scenarioOf } from "../src/scenarios.ts";
import { median, ratios } from "../src/statistics.ts";

describe("a measurement", () => {
  it("has the same number of runs of every contestant, each with what it took", async () => {
    const database = databaseOf("memory");
    await using meter = await database.meter("");
    const row = await measure({ database, url: "", meter }, { ...scenarioOf("filter"), rounds: 2 });
    expect(row.costs.map(({ contestant }) => contestant)).toEqual(["ours", "official", "sqlite"]);
    const runs = row.costs[0]!.wall.length;
    expect(runs).toBeGreaterThanOrEqual(2);
    for (const { wall, client, server, stored, peak } of row.costs) {
      expect([wall.length, client.length, server.length]).toEqual([runs, runs, runs]);
      expect(Math.min(...wall, ...client)).toBeGreaterThan(0);
      expect(stored).toHaveLength(1);
      expect(peak).toBeGreaterThan(1e7);
    }
  });

  it.each([
    [3, 2000, 3],
    [3, 300, 4],
    [3, 100, 10],
    [3, 10, 15],
    [20, 10, 20],
    [1, Infinity, 1],
  ])("has at least %i runs, more if one takes only %i ms", (wanted, time, rounds) => {
    expect(roundsOf(wanted, time)).toBe(rounds);
  });

  it("fails when a contestant does", async () => {
    const database = databaseOf("memory");
    await using meter = await database.meter("");
    const broken = { ...database, contestants: [{ id: "floor", name: "there is none" }] };
    await expect(measure({ database: broken, url: "", meter }, scenarioOf("filter"))).rejects.toThrow(
      "ended with 1",
    );
  });
});

describe("numbers", () => {
  it("have a median, between two their mean", () => {
    expect([median([3, 1, 2]), median([4, 1])]).toEqual([2, 2.5]);
    expect(() => median([])).toThrow(RangeError);
  });

  it("are compared run by run", () => {
    expect(ratios([1, 2], [2, 1])).toEqual([2, 0.5]);
  });
});

describe("a delaying proxy", () => {
  it("passes on every byte in order, in both directions, and the end of a connection", async () => {
    const server = createServer((socket) => socket.pipe(socket));
    await once(server.listen(0, "127.0.0.1"), "listening");
    const { port } = server.address() as AddressInfo;
    await using proxy = await startDelayingProxy(`tcp://127.0.0.1:${port}/`, 1);
    const client = connect(Number(new URL(proxy.url).port), "127.0.0.1");
    const sent = Buffer.alloc(1e6, "0123456789abcdef!");
    client.end(sent);
    const received = Buffer.concat(await client.toArray());
    expect(received.equals(sent)).toBe(true);
    server.close();
  });
});
