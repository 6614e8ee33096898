import { countTests } from "@threadmark/services";
import { MongoDBSaver } from "@threadmark/mongodb";
import { describe, expect, it } from "vitest";
import { CommandLog, stagesIn, type Sent } from "./commands.ts";
import { standalone, useDatabase } from "./database.ts";
import { configOf, longText, putTurn, turnId } from "@threadmark/storage-tests/turns";

describe("commands of the hot path", () => {
  countTests(standalone);
  const { client, dbName } = useDatabase(standalone, { monitorCommands: true });
  const log = new CommandLog(client);

  it("name one thread in each filter, so a cluster sharded by it sends them to one shard", async () => {
    const saver = new MongoDBSaver({ client, dbName, blobCacheBytes: 0 });
    const fenced = new MongoDBSaver({ client, dbName, blobCacheBytes: 0, fence: "head" });
    await saver.setup();
    await saver.getTuple(configOf("warm"));
    await fenced.getTuple(configOf("warm"));
    const values = { text: longText("text", 60_000) };
    const sent = await log.of(async () => {
      for (const one of [saver, fenced]) {
        const parent = one === fenced ? turnId(1) : undefined;
        await putTurn(one, { thread: "t", id: turnId(one === fenced ? 2 : 1), parent, values });
        await one.putWrites(configOf("t", turnId(2)), [["w", longText("w")]], "task");
        await one.getTuple(configOf("t"));
        await one.getTuple(configOf("t", turnId(1)));
        for await (const item of one.list(configOf("t"))) void item;
        for await (const item of one.list({ configurable: { thread_id: "t", checkpoint_ns: "" } })) void item;
      }
      await saver.getDeltaChannelHistory({ config: configOf("t"), channels: ["w"] });
      await saver.prune({ threadIds: ["t"], keepLatest: 1 });
      await saver.deleteThread("t");
    });
    const filters = sent.flatMap(filtersOf);
    expect(filters.length).toBeGreaterThan(40);
    expect(filters.filter((filter) => threadOf(filter) !== "t")).toEqual([]);
  });
});

/** The filters of a command that choose documents of the collection. */
function filtersOf({ name, command }: Sent): Record<string, unknown>[] {
  const of = (key: string): Record<string, unknown>[] =>
    (command[key] as { q: Record<string, unknown> }[]).map(({ q }) => q);
  if (name === "update") return of("updates");
  if (name === "delete") return of("deletes");
  if (name === "find") return [command["filter"] as Record<string, unknown>];
  if (name === "findAndModify") return [command["query"] as Record<string, unknown>];
  if (name !== "aggregate") return [];
  const pipeline = command["pipeline"] as {
    $match?: Record<string, unknown>;
    $unionWith?: { pipeline: unknown };
  }[];
  const parts = [
    pipeline,
    ...pipeline.flatMap(({ $unionWith }) => ($unionWith ? [$unionWith.pipeline] : [])),
  ];
  return parts.map((part) => stagesIn(part)[0]!["$match"] as Record<string, unknown>);
}

/** The thread that a filter names by equality; `undefined` if it does not. */
function threadOf(filter: Record<string, unknown>): unknown {
  const { $or } = filter as { $or?: Record<string, unknown>[] };
  if ($or && !("_id" in filter)) {
    const all = new Set($or.map(threadOf));
    return all.size === 1 ? [...all][0] : undefined;
  }
  return filter["_id.t"] ?? (filter["_id"] as { t?: unknown }).t;
}
