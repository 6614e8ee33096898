import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { BaseCheckpointSaver } from "@langchain/langgraph-checkpoint";
import { PostgresSaver } from "@threadmark/postgres";
import pg from "pg";
import { at, tuplesOf } from "./threads.ts";

const PROCESSES = 8;
const program = fileURLToPath(new URL("adopting-process.ts", import.meta.url));

interface Place {
  readonly url: string;
  readonly oldSchema: string;
}

/** What was found after all processes had ended. */
export interface Round {
  /** Processes that were ended by SIGKILL. */
  readonly killed: number;
  /** Checkpoints of each thread that is here, before anyone looks again. */
  readonly here: ReadonlyMap<string, number>;
  /** All threads in the tables once every thread was read, our own notes left out. */
  readonly threads: readonly string[];
  /** The tuples of every thread, read by a saver that adopts. */
  readonly tuples: ReadonlyMap<string, unknown>;
}

/** Eight processes adopt the same threads at once, and each is killed after a random time. */
export async function killRound(
  { url, oldSchema }: Place,
  old: BaseCheckpointSaver,
  threads: readonly string[],
  random: () => number,
): Promise<Round> {
  const schema = `new_${oldSchema}`;
  const pool = new pg.Pool({ connectionString: url, max: 4 });
  try {
    await new PostgresSaver(pool, { schema }).setup();
    const killed = await Promise.all(
      Array.from({ length: PROCESSES }, () => run([url, oldSchema, schema, ...threads], random)),
    );
    const plain = new PostgresSaver(pool, { schema });
    const here = new Map<string, number>();
    for (const id of threads) here.set(id, (await tuplesOf(plain, id)).length);
    const saver = new PostgresSaver(pool, { schema, adopt: old });
    const tuples = new Map<string, unknown>();
    for (const id of threads) {
      await saver.getTuple(at(id));
      // Also removes what is left of processes that were killed after the thread had appeared.
      await saver.setThreadTtl(id, undefined);
      tuples.set(id, await tuplesOf(saver, id));
    }
    const { rows } = await pool.query<{ thread: string }>(`SELECT thread FROM ${schema}.threadmark_threads`);
    const left = rows
      .map(({ thread }) => thread)
      .filter((name) => !name.startsWith("\u0001threadmark:adopted:"));
    return { killed: killed.filter(Boolean).length, here, threads: left.toSorted(), tuples };
  } finally {
    await pool.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
    await pool.end();
  }
}

/** Whether the process was killed before it had ended. */
async function run(args: readonly string[], random: () => number): Promise<boolean> {
  const child = spawn(process.execPath, [program, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  const exit = once(child, "exit") as Promise<[number | null, NodeJS.Signals | null]>;
  await once(child.stdout, "data");
  child.stdout.resume();
  const timer = setTimeout(() => child.kill("SIGKILL"), random() * 1500);
  const [code, signal] = await exit;
  clearTimeout(timer);
  if (signal === null && code !== 0) throw new Error(`an adopting process ended with ${code}`);
  return signal === "SIGKILL";
}
