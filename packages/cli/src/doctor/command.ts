import { randomUUID } from "node:crypto";
import type { Command } from "commander";
import type { CheckpointSaver } from "@threadmark/core";
import { exitCodes } from "../exit-codes.ts";
import { packagesFrom } from "../load.ts";
import type { Context } from "../main.ts";
import { storeCommand, type OnStore } from "../stores/command.ts";
import { ownSaver } from "../stores/open-store.ts";
import type { Kind } from "../stores/address.ts";
import { ok, wrong, type Finding, type ServerCheck } from "./checks.ts";
import { checkMongo, checkPostgres, checkRedis } from "./servers.ts";

const SERVERS: Readonly<Partial<Record<Kind, ServerCheck>>> = {
  postgres: checkPostgres,
  redis: checkRedis,
  mongodb: checkMongo,
};

const STYLES = { ok: "green", note: "yellow", wrong: "red" } as const;

/** `threadmark doctor`: what is wrong with a set-up. */
export function doctorCommand(context: Context): Command {
  return storeCommand<{ json?: true }>(
    context,
    "doctor",
    "Say what is wrong with a set-up: the server, its durability, and whether threads can be stored.",
    ["postgres://localhost/app --schema threadmark", "redis://localhost --json"],
    examine,
  );
}

async function examine({ store, flags, context }: OnStore<{ json?: true }>): Promise<void> {
  const { terminal } = context;
  const server = SERVERS[store.address.kind];
  const findings = [
    ...((await server?.(store.address, packagesFrom(process.cwd()))) ?? []),
    await tryOut(ownSaver(store)),
  ];
  const line = ({ what, state, text }: Finding): string =>
    `${terminal.style(STYLES[state], state.padEnd(5))}  ${what.padEnd(12)} ${text}\n`;
  terminal.out(flags.json ? `${JSON.stringify(findings, undefined, 2)}\n` : findings.map(line).join(""));
  if (findings.some(({ state }) => state === "wrong")) context.exit(exitCodes.found);
}

/** Stores, reads and removes a thread of its own. */
async function tryOut(saver: CheckpointSaver): Promise<Finding> {
  const thread_id = `threadmark-doctor-${randomUUID()}`;
  const checkpoint = {
    v: 4,
    id: randomUUID(),
    ts: new Date().toISOString(),
    channel_values: { probe: "x".repeat(5000) },
    channel_versions: { probe: 1 },
    versions_seen: {},
  };
  const metadata = { source: "input" as const, step: -1, parents: {} };
  try {
    const config = await saver.put({ configurable: { thread_id, checkpoint_ns: "" } }, checkpoint, metadata, {
      probe: 1,
    });
    const found = await saver.getTuple(config);
    await saver.deleteThread(thread_id);
    return found
      ? ok("storing", "a thread was stored, read and removed")
      : wrong("storing", "what was stored was not found");
  } catch (error) {
    return wrong("storing", error instanceof Error ? error.message : String(error));
  }
}
