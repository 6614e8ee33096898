import { enough, randomFrom, seed, tell } from "@threadmark/random-tests";
import { countTests, hasPrivate } from "@threadmark/services";
import { startPrivateGroup, type PrivateGroup } from "@threadmark/services/private";
import { MongoDBSaver } from "@threadmark/mongodb";
import { configOf, longText, putTurn, turnId } from "@threadmark/storage-tests/turns";
import { MongoClient } from "mongodb";
import { describe, expect, it } from "vitest";
import { replicaSet } from "./database.ts";
import { electOneOf, STEADY } from "./elect.ts";

const random = randomFrom(seed);
const THREADS = 10;
const ROUNDS = enough(1);
const POLL = { timeout: 240_000, interval: 100 };

/** A thread with one writer, which tries each turn until it is acknowledged. */
class Life {
  readonly thread: string;
  readonly acknowledged: string[] = [];
  readonly #saver: MongoDBSaver;

  constructor(saver: MongoDBSaver, thread: string) {
    this.#saver = saver;
    this.thread = thread;
  }

  /** The state of a turn: it grows, and most of it is what the turn before had. */
  valuesOf(id: string): Record<string, unknown> {
    const turn = Number(id);
    const log = Array.from({ length: turn }, (_, n) => longText(`${this.thread} ${n} `, 1500));
    return { log, turn };
  }

  async turns(count: number): Promise<void> {
    for (let n = 0; n < count; n++) {
      const id = turnId(this.acknowledged.length + 1);
      while (!(await this.#put(id)));
      this.acknowledged.push(id);
    }
  }

  /** Whether it was acknowledged. */
  async #put(id: string): Promise<boolean> {
    const parent = this.acknowledged.at(-1);
    const turn = { thread: this.thread, id, parent, values: this.valuesOf(id) };
    return putTurn(this.#saver, turn).then(
      () => true,
      (error: Error) => {
        // Nobody was primary for longer than the driver waits.
        if (error.name.startsWith("Mongo")) return false;
        throw error;
      },
    );
  }
}

/** From 1 to a number. */
function upTo(most: number): number {
  return 1 + random(most);
}

describe.runIf(hasPrivate("mongodb-replica-set"))("a replica set that rolls back, with w: 1", () => {
  countTests(replicaSet);

  it(
    "what is acknowledged afterwards is there for a new process",
    async () => {
      await using group = await startPrivateGroup("mongodb-replica-set", STEADY);
      const client = new MongoClient(group.url, { heartbeatFrequencyMS: 500 });
      const options = { writeConcern: { w: 1 }, readConcern: "local" } as const;
      const saver = new MongoDBSaver({ client, ...options });
      let lost = 0;
      for (let round = 0; round < ROUNDS; round++) {
        await isWhole(group, client);
        const lives = Array.from({ length: THREADS }, (_, n) => new Life(saver, `${round} ${n}`));
        await Promise.all(lives.map((life) => life.turns(upTo(4))));
        lost += await rollBack(group, client, lives);
        const before = new Map(lives.map((life) => [life, life.acknowledged.length]));
        await Promise.all(lives.map((life) => life.turns(upTo(4))));
        const other = new MongoDBSaver({ client, ...options, blobCacheBytes: 0 });
        for (const [life, count] of before) {
          for (const id of life.acknowledged.slice(count)) {
            const tuple = await other.getTuple(configOf(life.thread, id));
            expect(tuple?.checkpoint.channel_values, `${life.thread}, ${id}`).toEqual(life.valuesOf(id));
          }
          for await (const { checkpoint } of other.list(configOf(life.thread))) {
            expect(checkpoint.channel_values).toEqual(life.valuesOf(checkpoint.id));
          }
        }
      }
      expect(lost).toBeGreaterThan(0);
      tell("MongoDB with w: 1", {
        rollbacks: ROUNDS,
        threads: ROUNDS * THREADS,
        "checkpoints lost by them": lost,
      });
      await client.close();
    },
    300_000 + ROUNDS * 60_000,
  );
});

/** Lets every thread lose some turns that the primary alone has acknowledged, and returns how many were lost. */
async function rollBack(group: PrivateGroup, client: MongoClient, lives: readonly Life[]): Promise<number> {
  const { primary } = (await client.db("admin").command({ hello: 1 })) as unknown as { primary: string };
  const old = group.nodes.find(({ address }) => address === primary)!;
  const others = group.nodes.filter((node) => node !== old);
  // Alone it is no longer primary when it has missed the others for a minute.
  await Promise.all(others.map((node) => node.kill()));
  await Promise.all(lives.map((life) => life.turns(upTo(4))));
  await old.kill();
  await Promise.all(others.map((node) => node.start()));
  await electOneOf(others);
  const reader = new MongoDBSaver({ client, readConcern: "local", blobCacheBytes: 0 });
  let lost = 0;
  for (const { thread, acknowledged } of lives) {
    const found = async () => (await reader.getTuple(configOf(thread)))?.checkpoint.id;
    await expect.poll(() => found().catch(() => "no primary"), POLL).not.toBe("no primary");
    lost += acknowledged.length - Number((await found()) ?? 0);
  }
  await old.start();
  return lost;
}

/** Waits until all three members are there. */
async function isWhole(group: PrivateGroup, client: MongoClient): Promise<void> {
  const states = async (): Promise<string[]> => {
    const { members } = (await client.db("admin").command({ replSetGetStatus: 1 })) as unknown as {
      members: { stateStr: string }[];
    };
    return members.map(({ stateStr }) => stateStr).sort();
  };
  const whole = ["PRIMARY", ...group.nodes.slice(1).map(() => "SECONDARY")];
  await expect.poll(() => states().catch(() => []), POLL).toEqual(whole);
}
