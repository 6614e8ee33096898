import { randomUUID } from "node:crypto";
import type { Command } from "commander";
import type { CheckpointSaver } from "@threadmark/core";
import { printable } from "@threadmark/conformance";
import { jsonText } from "../json-text.ts";
import { exitCodes } from "../exit-codes.ts";
import { packagesFrom } from "../load.ts";
import type { Context } from "../main.ts";
import { storeCommand, type OnStore } from "../stores/command.ts";
import { ownSaver, type PlaceFlags } from "../stores/open-store.ts";
import type { Kind } from "../stores/address.ts";
import type { Terminal } from "../terminal.ts";
import { ok, wrong, type Finding, type ServerCheck } from "./checks.ts";
import { checkMongo } from "./mongodb.ts";
import { checkPostgres } from "./postgres.ts";
import { checkRedis } from "./redis.ts";

const SERVERS: Readonly<Partial<Record<Kind, ServerCheck>>> = {
  postgres: checkPostgres,
  redis: checkRedis,
  mongodb: checkMongo,
};

interface Flags extends PlaceFlags {
  readonly json?: true;
}

const STYLES = { ok: "green", note: "yellow", wrong: "red" } as const;

/** `threadmark doctor`: what is wrong with a setup. */
export function doctorCommand(context: Context): Command {
  return storeCommand<Flags>(
    context,
    "doctor",
    "Find what is wrong with a setup: the server, its durability, and whether threads can be stored.",
    ["postgres://localhost/app --schema threadmark", "redis://localhost --json"],
    examine,
  );
}

async function examine({ store, flags, context }: OnStore<Flags>): Promise<void> {
  const { terminal } = context;
  const server = SERVERS[store.address.kind];
  const found = (await server?.(store.address, flags, packagesFrom(process.cwd()))) ?? [];
  // Trying out a store that is not set up would set it up, or fail again.
  const broken = found.some(({ what, state }) => what === "schema" && state === "wrong");
  const findings = broken ? found : [...found, await tryOut(ownSaver(store), context)];
  terminal.out(
    flags.json
      ? jsonText(findings, { indent: 2 })
      : findings.map((finding) => lineOf(finding, terminal)).join(""),
  );
  if (findings.some(({ state }) => state === "wrong")) context.exit(exitCodes.found);
}

function lineOf({ what, state, text, advice }: Finding, { style }: Terminal): string {
  const line = `${style(STYLES[state], state.padEnd(5))}  ${what.padEnd(10)}  ${printable(text)}\n`;
  return advice === undefined ? line : `${line}${" ".repeat(19)}${style("dim", printable(advice))}\n`;
}

/** Stores, reads and removes a test thread. */
async function tryOut(saver: CheckpointSaver, { messageOf }: Context): Promise<Finding> {
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
      : wrong("storing", "the stored thread was not found", "read from the primary");
  } catch (error) {
    return wrong("storing", messageOf(error), "the findings above may say why");
  }
}
