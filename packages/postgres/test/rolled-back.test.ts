import { PostgresSaver } from "@threadmark/postgres";
import { enough, randomFrom, seed, tell, type Random } from "@threadmark/random-tests";
import { countTests, hasPrivate } from "@threadmark/services";
import { startPrivate } from "@threadmark/services/private";
import { configOf, longText, putTurn, turnId } from "@threadmark/storage-tests/turns";
import pg from "pg";
import { describe, expect, it } from "vitest";
import { newest, newName } from "./database.ts";

const THREADS = ["a", "b", "c"];

interface Put {
  readonly thread: string;
  readonly id: string;
  readonly text: string;
}

/** A process with threads that grow: each put shares nearly all of its value with the one before. */
class LivingProcess {
  readonly #saver: PostgresSaver;
  readonly #random: Random;
  readonly #last = new Map<string, Put>();
  #count = 0;

  constructor(saver: PostgresSaver, random: Random) {
    this.#saver = saver;
    this.#random = random;
  }

  /** Puts that were acknowledged, up to a number of them. */
  async goOn(most: number): Promise<Put[]> {
    const puts: Put[] = [];
    for (let left = 1 + this.#random(most); left > 0; left--) {
      const thread = THREADS[this.#random(THREADS.length)]!;
      const parent = this.#last.get(thread);
      const id = turnId(++this.#count);
      const text = (parent?.text ?? longText(thread)) + longText(id, 2500);
      await putTurn(this.#saver, { thread, id, parent: parent?.id, values: { text } });
      await this.#saver.putWrites(configOf(thread, id), [["text", `${text} and more`]], "task");
      const put = { thread, id, text };
      this.#last.set(thread, put);
      puts.push(put);
    }
    return puts;
  }
}

/** How many are not there; those that are must be what was put. */
async function missing(url: string, puts: readonly Put[]): Promise<number> {
  await using reader = PostgresSaver.fromConnString(url);
  const found: unknown[] = [];
  const expected: unknown[] = [];
  for (const { thread, id, text } of puts) {
    const tuple = await reader.getTuple(configOf(thread, id));
    if (!tuple) continue;
    found.push([id, tuple.checkpoint.channel_values, tuple.pendingWrites]);
    expected.push([id, { text }, [["task", "text", `${text} and more`]]]);
  }
  expect(found).toEqual(expected);
  return puts.length - found.length;
}

describe("a server that comes back without its last writes, while the process keeps running", () => {
  countTests(newest);

  it(
    "from a copy of its files: everything acknowledged afterwards is there for everybody",
    async () => {
      const [name, backup] = [newName(), newName()];
      const admin = new pg.Client({ connectionString: newest.url });
      await admin.connect();
      await admin.query(`CREATE DATABASE ${name}`);
      const url = new URL(newest.url);
      url.pathname = `/${name}`;
      await using saver = PostgresSaver.fromConnString(url.href);
      await saver.setup();
      const living = new LivingProcess(saver, randomFrom(seed));
      const copy = async (from: string, to: string): Promise<void> => {
        await admin.query(`DROP DATABASE IF EXISTS ${to} WITH (FORCE)`);
        await admin.query(
          "SELECT pg_terminate_backend(pid, 30000) FROM pg_stat_activity WHERE datname = $1",
          [from],
        );
        await admin.query(`CREATE DATABASE ${to} TEMPLATE ${from}`);
      };
      let lost = 0;
      for (let point = 0; point < enough(8); point++) {
        const before = await living.goOn(6);
        await copy(name, backup);
        const after = await living.goOn(6);
        await copy(backup, name);
        expect(await missing(url.href, before)).toBe(0);
        lost += await missing(url.href, after);
        expect(await missing(url.href, await living.goOn(6))).toBe(0);
      }
      expect(lost).toBeGreaterThan(0);
      tell("Postgres from a copy", { rollbacks: enough(8), "checkpoints lost by them": lost });
      await saver.close();
      await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
      await admin.query(`DROP DATABASE ${backup} WITH (FORCE)`);
      await admin.end();
    },
    enough(120_000),
  );

  it.runIf(hasPrivate("postgres:17"))(
    "with `synchronous_commit = off` and SIGKILL: everything acknowledged afterwards is there for everybody",
    async () => {
      // What was not written to the log within 10 seconds is lost.
      const args = ["-c", "synchronous_commit=off", "-c", "wal_writer_delay=10s"];
      await using server = await startPrivate("postgres:17", { args });
      await using saver = PostgresSaver.fromConnString(server.url);
      await saver.setup();
      const living = new LivingProcess(saver, randomFrom(seed));
      let lost = 0;
      // It may have been written just before the kill, so more rounds may be needed until something is lost.
      for (let point = 0; point < enough(2) || lost === 0; point++) {
        const before = await living.goOn(4);
        await checkpointOf(server.url);
        const after = await living.goOn(8);
        await server.kill();
        await server.start();
        expect(await missing(server.url, before)).toBe(0);
        lost += await missing(server.url, after);
        expect(await missing(server.url, await living.goOn(6))).toBe(0);
      }
      expect(lost).toBeGreaterThan(0);
      tell("Postgres without synchronous_commit", {
        rollbacks: enough(2),
        "checkpoints lost by them": lost,
      });
    },
    enough(300_000),
  );
});

async function checkpointOf(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query("CHECKPOINT");
  await client.end();
}
