import { deepStrictEqual } from "node:assert/strict";
import { setTimeout } from "node:timers/promises";
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

  /** Everything that a new process finds is whole, and the newest turns are all there. Returns how many are not. */
  async check(client: Redis, newest: number): Promise<number> {
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
    return this.#count - found.length;
  }
}

/** How many turns come before what is kept, and how many are lost. */
export interface RollbackPoint {
  readonly kept: number;
  readonly lost: number;
  /** How much of the bytes that were written since is lost, where that can be a part. */
  readonly percent: number;
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

/**
 * Rounds of a server whose machine ends, so that the end of its log has not reached the disk: up to all that was written
 * since the kept turns.
 *
 * @returns How many turns were lost.
 */
export async function fromCutLogs(points: readonly RollbackPoint[]): Promise<number> {
  const log = ["--appendonly", "yes", "--appendfsync", "everysec", "--auto-aof-rewrite-percentage", "0"];
  await using server = await startPrivate("redis:8", { args: log });
  const client = connect(server.port);
  let lost = 0;
  for (const point of points) {
    await client.flushall();
    const writer = new Writer(client);
    await writer.write(point.kept);
    const before = await logSize(client);
    await writer.write(point.lost);
    const written = (await logSize(client)) - before;
    await server.kill();
    await server.cut(LOG, Math.ceil((written * point.percent) / 100));
    await server.start();
    await writer.write(AFTERWARDS);
    lost += await writer.check(client, AFTERWARDS);
  }
  client.disconnect();
  return lost;
}

/** What Redis calls the log that it adds to, as long as it was never rewritten. */
const LOG = "appendonlydir/appendonly.aof.1.incr.aof";

/** With all that was answered: while a sync is under way, Redis answers before it writes. */
async function logSize(client: Redis): Promise<number> {
  for (;;) {
    const info = await client.info("persistence");
    if (/aof_buffer_length:0\r/.test(info)) return Number(/aof_current_size:(\d+)/.exec(info)![1]);
    await setTimeout(10);
  }
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
