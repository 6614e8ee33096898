import { RedisSaver } from "@threadmark/redis";
import { Redis } from "ioredis";
import { turn } from "../conversation.ts";
import { chat, configOf, put, readHistory, threadOf } from "../scenarios.ts";
import { markdownTable } from "../table.ts";
import { keysLike } from "./memory.ts";

const TURNS = 1000;

/** How long the server is busy with the longest script of each call, on a long thread. */
export async function scriptTimes(url: string): Promise<string> {
  const keyPrefix = `bench-${globalThis.crypto.randomUUID()}`;
  const client = new Redis(url);
  const saver = new RedisSaver(client, { keyPrefix });
  const forgetful = () => new RedisSaver(client, { keyPrefix });
  const thread = threadOf(0);
  await chat(saver, thread, TURNS);
  const messages = Array.from({ length: TURNS + 1 }, (_, i) => turn(i + 1)).flat();
  const last = configOf(thread);
  const writes = { configurable: { ...last.configurable, checkpoint_id: "f".repeat(36) } };
  const grown = { thread, step: TURNS + 1, values: { messages }, changed: ["messages"] };

  const calls: readonly (readonly [string, () => Promise<unknown>])[] = [
    ["`put` of one turn more", () => put(saver, grown)],
    ["`put` by a new process, which sends everything", () => put(forgetful(), grown)],
    ["`putWrites` of 10 writes", () => saver.putWrites(writes, tenWrites(), "task")],
    ["`getTuple` by a new process", () => forgetful().getTuple(last)],
    ["`getTuple` by one that knows the thread", () => saver.getTuple(last)],
    ["`list` of all checkpoints", () => readHistory(forgetful(), thread, TURNS + 1)],
    ["`copyThread`", () => saver.copyThread(thread, threadOf(1))],
    ["`prune` of all but 10", () => saver.prune({ threadIds: [thread], keepLatest: 10 })],
    ["`deleteThread`", () => saver.deleteThread(thread)],
  ];
  await loadScripts(saver);
  const rows: string[][] = [];
  for (const [name, call] of calls) {
    const { longest, count } = await scriptsOf(client, call);
    rows.push([name, String(count), `${(longest / 1000).toFixed(2)} ms`]);
  }
  for (const key of await keysLike(client, `${keyPrefix}*`)) await client.unlink(key);
  await client.quit();
  return `How long the server is busy, by its own clock (\`SLOWLOG\`), on a thread of ${TURNS} turns:

${markdownTable(["call", "scripts", "the longest"], rows)}`;
}

/** Runs every script once, so that the server has it. */
async function loadScripts(saver: RedisSaver): Promise<void> {
  const [thread, copy] = [threadOf(2), threadOf(3)];
  await chat(saver, thread, 3);
  await saver.putWrites({ configurable: { thread_id: thread, checkpoint_id: "x" } }, tenWrites(), "task");
  await saver.getTuple(configOf(thread));
  await readHistory(saver, thread, 3);
  await saver.copyThread(thread, copy);
  await saver.prune({ threadIds: [thread], keepLatest: 1 });
  for (const one of [thread, copy]) await saver.deleteThread(one);
}

function tenWrites(): [string, unknown][] {
  return Array.from({ length: 10 }, (_, i) => [`channel ${i}`, turn(i)[0].content]);
}

/** The scripts that a call runs: how many, and the microseconds of the longest. */
async function scriptsOf(
  client: Redis,
  call: () => Promise<unknown>,
): Promise<{ longest: number; count: number }> {
  const settings = await client.config("GET", "slowlog-*");
  await client.config("SET", "slowlog-max-len", 100_000);
  await client.config("SET", "slowlog-log-slower-than", 0);
  await client.slowlog("RESET");
  try {
    await call();
    const entries = (await client.slowlog("GET", 100_000)) as [number, number, number, string[]][];
    const scripts = entries.filter(([, , , [name]]) => /^EVAL/i.test(name ?? ""));
    return { longest: Math.max(...scripts.map(([, , time]) => time)), count: scripts.length };
  } finally {
    for (let i = 0; i < settings.length; i += 2) await client.config("SET", settings[i]!, settings[i + 1]!);
  }
}
