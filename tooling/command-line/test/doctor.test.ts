import { countTests, hasPrivate, servers } from "@threadmark/services";
import { startPrivate } from "@threadmark/services/private";
import { Redis } from "ioredis";
import { MongoClient } from "mongodb";
import pg from "pg";
import { describe, expect, it } from "vitest";
import { storeThreads } from "../src/conversation.ts";
import { json, run } from "../src/run-main.ts";
import { kinds, newName } from "../src/stores.ts";

interface Finding {
  readonly what: string;
  readonly state: string;
  readonly text: string;
  readonly advice?: string;
}

/** What the doctor says, by what it is about, and the exit code. */
async function doctor(...args: string[]) {
  const { code, out, err } = await run("doctor", ...args, "--json");
  const findings = JSON.parse(out) as Finding[];
  for (const { what, state, advice } of findings) expect(advice === undefined, what).toBe(state === "ok");
  expect(err).toBe("");
  return { code, found: new Map(findings.map((finding) => [finding.what, finding])) };
}

describe.each(kinds)("a setup of $name", ({ make, server }) => {
  countTests(server);

  it("is sound", async () => {
    const place = make();
    await using saver = place.open();
    await saver.setup();
    const { code, found } = await doctor(...place.args);
    expect([code, found.get("storing")?.state]).toEqual([0, "ok"]);
    for (const what of ["version", "role", "clock"]) expect(found.get(what)?.state).toBe("ok");
    expect(await json("threads", ...place.args)).toEqual([]);
    expect((await run("doctor", ...place.args)).out).toMatch(/^ok +version +\w+ \d/);
  });
});

describe.each(kinds.filter(({ unset }) => unset))("nothing that was set up, in $name", ({ make }) => {
  it("is said, and nothing is tried out", async () => {
    const { code, found } = await doctor(...make().args);
    expect([code, found.get("schema")?.state, found.has("storing")]).toEqual([1, "wrong", false]);
  });
});

describe.each(servers("postgres"))("$kind $version", (server) => {
  countTests(server);

  it("with a role that may not write, and with threads that nobody sweeps", async () => {
    const { url } = server;
    const [schema, role] = [newName(), newName()];
    const place = kinds.find(({ name }) => name === "Postgres")!.make(schema);
    await using saver = place.open({ ttl: { seconds: 60 } });
    await saver.setup();
    await storeThreads(saver);
    const pool = new pg.Pool({ connectionString: url, max: 1 });
    await pool.query(
      `UPDATE ${schema}.threadmark_threads SET expires = 1000 * 65537 + (mark & 65535) WHERE thread = 'first'`,
    );
    await pool.query(`CREATE ROLE ${role} LOGIN; GRANT USAGE ON SCHEMA ${schema} TO ${role};
      GRANT SELECT ON ALL TABLES IN SCHEMA ${schema} TO ${role}`);
    const { found } = await doctor(...place.args);
    expect(found.get("sweeping")).toMatchObject({
      state: "note",
      text: expect.stringMatching(/^1 thread expired/) as string,
    });
    const restricted = new URL(url);
    restricted.username = role;
    const { code, found: theirs } = await doctor(restricted.href, "--schema", schema);
    expect([code, theirs.get("rights")?.state]).toEqual([1, "wrong"]);
    expect(theirs.get("rights")?.text).toMatch(/lacks INSERT on .*, UPDATE on .*, DELETE on /);
    await pool.query(`ALTER ROLE ${role} SET default_transaction_read_only = on`);
    expect((await doctor(restricted.href, "--schema", schema)).found.get("role")?.state).toBe("wrong");
    await pool.end();
  });
});

describe.each(servers("pgbouncer"))("$kind $version", (server) => {
  countTests(server);

  it("in transaction mode is noticed, and works", async () => {
    const schema = newName();
    const place = kinds.find(({ name }) => name === "Postgres")!.make(schema);
    await using saver = place.open();
    await saver.setup();
    const { code, found } = await doctor(server.url, "--schema", schema);
    expect([code, found.get("pooler")?.state, found.get("storing")?.state]).toEqual([0, "note", "ok"]);
  });
});

describe.each(servers("mongodb"))("$kind $version", (server) => {
  countTests(server);

  it("with threads that nobody sweeps", async () => {
    const dbName = newName();
    const place = kinds.find(({ name }) => name === "MongoDB")!.make(dbName);
    await using saver = place.open({ ttl: { seconds: 60 } });
    await saver.setup();
    await storeThreads(saver);
    const client = new MongoClient(server.url);
    await client
      .db(dbName)
      .collection("threadmark_checkpoints")
      .updateOne({ thread: "first" }, { $set: { expires: new Date(1000) } });
    await client.close();
    expect((await doctor(...place.args)).found.get("sweeping")).toMatchObject({
      state: "note",
      text: expect.stringMatching(/^1 thread expired/) as string,
    });
  });
});

describe.each(servers("redis"))("$kind $version", (server) => {
  countTests(server);

  it("with threads that nobody sweeps", async () => {
    // A prefix with what means something to a pattern.
    const prefix = `${newName()}*[x]`;
    const place = kinds.find(({ name }) => name === "Redis")!.make(prefix);
    await using saver = place.open({ ttl: { seconds: 60 } });
    await storeThreads(saver);
    const client = new Redis(server.url);
    const escaped = prefix.replaceAll(/[*[\]]/g, String.raw`\$&`);
    for (const key of await client.keys(`${escaped}{*}:expiry`)) {
      if (await client.zscore(key, "first")) await client.zadd(key, 1000, "first");
    }
    client.disconnect();
    expect((await doctor(...place.args)).found.get("sweeping")).toMatchObject({
      state: "note",
      text: expect.stringMatching(/^1 thread expired/) as string,
    });
  });
});

describe.runIf(hasPrivate("redis:8"))("a Redis", () => {
  it("that removes keys when it is full, or keeps nothing on disk", async () => {
    const args = ["--maxmemory", "200mb", "--maxmemory-policy", "allkeys-lru"];
    await using evicting = await startPrivate("redis:8", { args });
    const { code, found } = await doctor(evicting.url);
    expect([code, found.get("eviction")?.state, found.get("durability")?.state]).toEqual([
      1,
      "wrong",
      "note",
    ]);
    const safe = ["--maxmemory", "200mb", "--maxmemory-policy", "noeviction", "--appendonly", "yes"];
    await using kept = await startPrivate("redis:8", { args: safe });
    const sound = await doctor(kept.url);
    expect([sound.code, sound.found.get("eviction")?.state]).toEqual([0, "ok"]);
    expect(sound.found.get("durability")?.text).toBe("append-only file on, appendfsync everysec");
  });
});

describe.runIf(hasPrivate("postgres:17"))("a Postgres", () => {
  it("that a crash may destroy", async () => {
    await using server = await startPrivate("postgres:17", {
      args: ["-c", "fsync=off", "-c", "synchronous_commit=off"],
    });
    const { code, found } = await doctor(server.url);
    expect([code, found.get("durability")]).toEqual([1, expect.objectContaining({ state: "wrong" })]);
  });
});
