import { RedisSaver } from "@threadmark/redis";
import { Redis } from "ioredis";
import { turn } from "../conversation.ts";
import { interleave, timesTable } from "../interleave.ts";
import { chat, configOf, put, threadOf } from "../scenarios.ts";
import { TrafficCounter } from "../traffic.ts";
import { keysLike } from "./memory.ts";

const ROUNDS = 400;
const TURNS = 100;

/** How long a put and a read take beside a SET and a GET of the bytes that went over the wire. */
export async function rawCommandTables(url: string): Promise<string> {
  const keyPrefix = `bench-${globalThis.crypto.randomUUID()}`;
  const traffic = new TrafficCounter();
  traffic.watch();
  const client = new Redis(url);
  await client.ping();
  traffic[Symbol.dispose]();
  const saver = new RedisSaver(client, { keyPrefix });
  const messages = Array.from({ length: TURNS }, (_, i) => turn(i)).flat();
  const grow = (round: number): Promise<void> => {
    messages.push(...turn(TURNS + round));
    return put(saver, { thread: threadOf(1), step: round + 1, values: { messages }, changed: ["messages"] });
  };
  await chat(saver, threadOf(0), TURNS);
  await grow(0);

  const sent = await bytesOf(
    () => traffic.sent,
    () => grow(1),
  );
  const puts = await interleave(
    [
      { name: "`SET`", run: (round) => client.set(`${keyPrefix}-set`, bytes(sent, round)) },
      { name: "`put`", run: (round) => grow(round + 2) },
    ],
    ROUNDS,
  );

  // One that remembers nothing gets the whole conversation each time.
  const forgetful = new RedisSaver(client, { keyPrefix, blobCacheBytes: 0 });
  const read = () => forgetful.getTuple(configOf(threadOf(0)));
  const received = await bytesOf(() => traffic.received, read);
  await client.set(`${keyPrefix}-get`, bytes(received, 0));
  const get = { name: "`GET`", run: () => client.getBuffer(`${keyPrefix}-get`) };
  const whole = await interleave([get, { name: "`getTuple`", run: read }], ROUNDS);

  for (const key of await keysLike(client, `${keyPrefix}*`)) await client.unlink(key);
  await client.quit();
  return `Compared with the least possible, alternating on one connection, with a chat of ${TURNS} turns: a put of one more turn, with
\`SET\` of as many bytes as it sends; and a read by a process that remembers nothing, with \`GET\` of as many bytes as
it receives. The read also checks and decodes what it got.

${timesTable(`put, ${sent} bytes sent`, puts)}

${timesTable(`getTuple, ${received} bytes received`, whole)}`;
}

async function bytesOf(count: () => number, work: () => Promise<unknown>): Promise<number> {
  const before = count();
  await work();
  return count() - before;
}

function bytes(length: number, seed: number): Buffer {
  return Buffer.alloc(length, `value ${seed} `);
}
