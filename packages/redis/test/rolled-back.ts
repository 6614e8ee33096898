import { deepStrictEqual } from "node:assert/strict";
import { RedisSaver } from "@threadmark/redis";
import { startPrivate } from "@threadmark/services/private";
import { configOf, longText, putTurn, turnId } from "@threadmark/storage-tests/turns";
import { Redis } from "ioredis";

/** A process that writes on, whatever its server loses, and what it was told is stored. */
class Writer {
  readonly #saver: RedisSaver;
  readonly #texts = new Map<string, string>();
  #count = 0;

  constructor(client: Redis) {
    this.#saver = new RedisSaver(client, { retryMs: 60_000 });
  }

  /** Puts turns of a conversation that grows, so that each leaves out most of its blobs. */
  async write(turns: number): Promise<void> {
    for (let i = 0; i < turns; i++) {
      const id = turnId(++this.#count);
      const parent = this.#count > 1 ? turnId(this.#count - 1) : undefined;
      const text = `${this.#texts.get(parent ?? "") ?? longText("start", 6000)}${longText(id, 1500)}`;
      this.#texts.set(id, text);
      await putTurn(this.#saver, { thread: "t", id, parent, values: { text, same: longText("same") } });
      await this.#saver.putWrites(configOf("t", id), [["text", text + id]], `task of ${id}`);
    }
  }

  /** Everything that a new process finds is whole, and the newest turns are all there. */
  async check(client: Redis, newest: number): Promise<void> {
    const found: string[] = [];
    for await (const { checkpoint, pendingWrites } of new RedisSaver(client).list(configOf("t"))) {
      const { id } = checkpoint;
      const text = this.#texts.get(id)!;
      deepStrictEqual(checkpoint.channel_values, { text, same: longText("same") });
      if (pendingWrites!.length > 0) deepStrictEqual(pendingWrites, [[`task of ${id}`, "text", text + id]]);
      found.push(id);
    }
    const wanted = Array.from({ length: newest }, (_, i) => turnId(this.#count - i));
    deepStrictEqual(found.slice(0, newest), wanted);
  }
}

/** How many turns come before what is kept, and how many are lost. */
export interface RollbackPoint {
  readonly kept: number;
  readonly lost: number;
}

const AFTERWARDS = 3;

/** Rounds of a server that is killed, and comes back from its last snapshot. */
export async function fromSnapshots(points: readonly RollbackPoint[]): Promise<void> {
  await using server = await startPrivate("redis:8", {
    args: ["--dbfilename", "dump.rdb", "--save", "9999 9999"],
  });
  const client = connect(server.port);
  for (const { kept, lost } of points) {
    await client.flushall();
    const writer = new Writer(client);
    await writer.write(kept);
    await client.save();
    await writer.write(lost);
    await server.kill();
    await server.start();
    await writer.write(AFTERWARDS);
    await writer.check(client, AFTERWARDS);
  }
  client.disconnect();
}

/** Rounds of a replica that has stopped to follow, and becomes the primary. */
export async function fromLaggingReplicas(points: readonly RollbackPoint[]): Promise<void> {
  await using primary = await startPrivate("redis:8");
  await using replica = await startPrivate("redis:8");
  const [toPrimary, toReplica] = [connect(primary.port), connect(replica.port)];
  for (const { kept, lost } of points) {
    await toPrimary.flushall();
    await toReplica.flushall();
    const client = connect(primary.port);
    const writer = new Writer(client);
    await writer.write(kept);
    await copyData(toPrimary, toReplica);
    await writer.write(lost);
    // As when a name leads to another address from now on.
    client.options.port = replica.port;
    client.disconnect(true);
    await writer.write(AFTERWARDS);
    await writer.check(toReplica, AFTERWARDS);
    client.disconnect();
  }
  for (const client of [toPrimary, toReplica]) client.disconnect();
}

/** What replication has brought until it stopped. */
async function copyData(from: Redis, to: Redis): Promise<void> {
  for (const key of await from.keys("*")) await to.restore(key, 0, await from.dumpBuffer(key));
}

function connect(port: number): Redis {
  const client = new Redis(port, { retryStrategy: () => 50, maxRetriesPerRequest: null });
  client.on("error", () => {});
  return client;
}
