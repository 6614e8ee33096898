import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { Caller } from "./calls.ts";

/** Tells the processes that are started from now on where the host of the run is. */
const VARIABLE = "TEST_SERVER_HOST";

/** The process that owns the servers of this run. */
export interface Host {
  readonly calls: Caller;
  /** Stops all its servers, and then itself. */
  stop(): Promise<void>;
}

/** Starts the host of a run. It ends, with its servers, when this process does, however that ends. */
export async function startHost(): Promise<Host> {
  // Detached, so that Ctrl-C does not reach it.
  const child = spawn(process.execPath, [fileURLToPath(new URL("host.ts", import.meta.url))], {
    stdio: ["pipe", "pipe", "inherit"],
    detached: true,
  });
  const ended = once(child, "exit");
  const started = once(createInterface({ input: child.stdout }), "line");
  const [line] = (await Promise.race([started, ended])) as unknown[];
  if (typeof line !== "string") throw new Error(`the process with the servers ended with ${String(line)}`);
  child.unref();
  (child.stdin as Socket).unref();
  (child.stdout as Socket).unref();
  process.env[VARIABLE] = line;
  return {
    calls: await callsTo(line),
    async stop() {
      child.ref();
      child.stdin.end();
      await ended;
    },
  };
}

/** Calls to the host of the run, or, outside of a run, to one that ends with this process. */
export async function callsToHost(): Promise<Caller> {
  const path = process.env[VARIABLE];
  return path ? callsTo(path) : (await startHost()).calls;
}

async function callsTo(path: string): Promise<Caller> {
  const socket = connect(path);
  await once(socket, "connect");
  return new Caller(socket);
}
