import { readFile } from "node:fs/promises";
import { countTests } from "@threadmark/services";
import { MongoDBSaver, type MongoDBSaverOptions } from "@threadmark/mongodb";
import { describe, expect, it } from "vitest";
import { CommandLog, stagesIn, type Sent } from "../commands.ts";
import { standalone, useDatabase } from "../database.ts";
import { configOf, longText, putTurn, turnId } from "@threadmark/storage-tests/turns";

const readme = await readFile(new URL("../../README.md", import.meta.url), "utf8");

/** What the README lists on a line that starts with a word. */
function listed(label: string): string[] {
  const [, items] = new RegExp(`^- ${label}: (.*(?:\\n {2}.*)*)$`, "m").exec(readme)!;
  return [...items!.matchAll(/`([^`]+)`/g)].map(([, name]) => name!).sort();
}

async function callEverything(saver: MongoDBSaver, fenced: MongoDBSaver): Promise<void> {
  await saver.setup();
  const text = longText("text", 60_000);
  for (const n of [1, 2, 3]) {
    const metadata = { n, "a.b": { $gt: "" } };
    const values = { text: `${text} ${n}` };
    await putTurn(saver, { thread: "t", id: turnId(n), parent: turnId(n - 1), values, metadata });
    await saver.putWrites(
      configOf("t", turnId(n)),
      [
        ["w", text],
        ["__resume__", n],
      ],
      "task",
    );
  }
  for (const n of [1, 2])
    await putTurn(fenced, { thread: "f", id: turnId(n), parent: n > 1 ? turnId(1) : undefined });
  await expect(putTurn(fenced, { thread: "f", id: turnId(3), parent: turnId(1) })).rejects.toThrow();
  // More than a page.
  for (let n = 1; n <= 105; n++) await putTurn(saver, { thread: "pages", id: turnId(n) });
  await all(saver.list(configOf("pages")));
  await all(saver.list({}));
  await saver.getTuple(configOf("t"));
  await saver.getTuple(configOf("t", turnId(2)));
  await all(saver.list(configOf("t"), { filter: { n: 2 } }));
  await all(saver.list({}, { filter: { missing: undefined }, limit: 2 }));
  await all(saver.list({ configurable: { thread_id: "t", checkpoint_ns: "" } }));
  await saver.getDeltaChannelHistory({ config: configOf("t"), channels: ["w"] });
  await saver.copyThread("t", "copy");
  for await (const { cursor } of saver.listThreads({ filter: { n: 3 } })) {
    await all(saver.listThreads({ before: cursor }));
  }
  await saver.updateThread("t", { metadata: { user: "me", gone: undefined } });
  await all(saver.listThreads({ filter: { user: "me" } }));
  await saver.claimThread("t", { claim: "me", ttl: { seconds: 60 } });
  await saver.releaseThread("t", "me");
  await saver.setThreadTtl("copy", { seconds: 0.001 });
  await saver.sweep();
  await saver.deleteForRuns(["run"]);
  await saver.prune({ allThreads: true, keepLatest: 1 });
  await saver.deleteThread("t");
}

async function all(items: AsyncIterable<unknown>): Promise<void> {
  for await (const item of items) void item;
}

/** What the driver sends on its own account. */
const OF_THE_DRIVER = new Set(["endSessions", "killCursors", "getMore"]);

async function sentBy(options: MongoDBSaverOptions): Promise<Sent[]> {
  const { client, dbName } = useDatabaseNow();
  const log = new CommandLog(client);
  const saver = new MongoDBSaver({ client, dbName, ...options, ttl: { seconds: 1000, refreshOnRead: true } });
  const fenced = new MongoDBSaver({ client, dbName, ...options, fence: "head" });
  await callEverything(saver, fenced);
  return log.sent.filter(({ name }) => !OF_THE_DRIVER.has(name));
}

const databases = [1, 2].map(() => useDatabase(standalone, { monitorCommands: true }));

function useDatabaseNow(): (typeof databases)[number] {
  return databases.pop()!;
}

describe("what a compatible service must know", () => {
  countTests(standalone);

  it("is what the README lists: commands, stages, operators, variables, indexes", async () => {
    const sent = await sentBy({});
    expect([...new Set(sent.map(({ name }) => name))].sort()).toEqual(listed("Commands"));
    const pipelines = sent
      .filter(({ name }) => name === "aggregate")
      .map(({ command }) => command["pipeline"]);
    const updates = sent
      .filter(({ name }) => name === "update")
      .flatMap(({ command }) => (command["updates"] as { u: unknown }[]).map(({ u }) => u));
    const stages = pipelines.flatMap(stagesIn).flatMap((stage) => Object.keys(stage));
    expect([...new Set(stages)].sort()).toEqual(listed("Stages"));
    const operators = [...operatorsIn([sent.map(withoutLiterals), updates])].filter(
      (name) => !stages.includes(name) || name === "$set" || name === "$unset",
    );
    expect([...new Set(operators)].sort()).toEqual(listed("Operators"));
    const variables = JSON.stringify(sent.map(withoutLiterals)).match(/\$\$[A-Z]+/g);
    expect([...new Set(variables)].sort()).toEqual(listed("Variables"));
    const { indexes } = sent.find(({ name }) => name === "createIndexes")!.command as {
      indexes: { unique?: boolean; sparse?: boolean; partialFilterExpression?: unknown }[];
    };
    for (const index of indexes) expect(index).toMatchObject({ sparse: true });
    expect(indexes.some((index) => index.unique || index.partialFilterExpression)).toBe(false);
    expect(sent.some(({ command }) => "startTransaction" in command || "txnNumber" in command)).toBe(false);
  });

  it("is less without aggregates: no stage but those that remove and copy threads", async () => {
    const sent = await sentBy({ aggregates: false });
    const pipelines = sent
      .filter(({ name }) => name === "aggregate")
      .map(({ command }) => command["pipeline"]);
    const stages = pipelines.flatMap(stagesIn).flatMap((stage) => Object.keys(stage));
    expect([...new Set(stages)].sort()).toEqual(["$group", "$match", "$merge", "$set", "$sort"]);
  });
});

describe("the Stable API", () => {
  countTests(standalone);
  const serverApi = { version: "1", strict: true, deprecationErrors: true } as const;
  const { client, dbName } = useDatabase(standalone, { serverApi });

  it("is all that is used", async () => {
    await callEverything(
      new MongoDBSaver({ client, dbName, ttl: { seconds: 1000, refreshOnRead: true } }),
      new MongoDBSaver({ client, dbName, fence: "head" }),
    );
    expect(await new MongoDBSaver({ client, dbName }).getTuple(configOf("f"))).toBeDefined();
  });
});

function withoutLiterals({ command }: Sent): unknown {
  const { filter, pipeline, updates, deletes, query, update } = command;
  return [filter, pipeline, updates, deletes, query, update];
}

function operatorsIn(value: unknown, found = new Set<string>()): Set<string> {
  if (value instanceof Uint8Array || typeof value !== "object" || value === null) return found;
  for (const [key, inner] of Object.entries(value)) {
    if (key.startsWith("$")) found.add(key);
    if (key !== "$literal") operatorsIn(inner, found);
  }
  return found;
}
