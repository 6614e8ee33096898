import { pgbouncer } from "./pgbouncer.ts";
import { postgres } from "./postgres.ts";
import type { Recipe, Started } from "./recipe.ts";
import { announce, type Server } from "./server.ts";

/** Every server that can be asked for. A new one is a file and a line here. */
const RECIPES: readonly Recipe[] = [postgres(17, "POSTGRES_URL"), postgres(15, "POSTGRES_15_URL"), pgbouncer];

/** A server that could not be had, and why, way by way. */
export interface Missing {
  readonly name: string;
  readonly reasons: readonly string[];
}

/** The servers of a run. */
export interface Run {
  readonly servers: readonly Server[];
  readonly missing: readonly Missing[];
  stop(): Promise<void>;
}

/**
 * Finds or starts servers, in this order: a URL from the environment, Docker, a program. Only those ways
 * that `TEST_WAYS` names, when it is set: `environment`, `docker`, `program`.
 *
 * @throws Error when a server that `TEST_REQUIRE` names cannot be had.
 */
export async function startServers(names: readonly string[]): Promise<Run> {
  const started = new Map<string, Started>();
  const servers: Server[] = [];
  const missing: Missing[] = [];
  const stop = stopper(started);
  try {
    for (const name of names) {
      const recipe = RECIPES.find((one) => one.name === name);
      if (!recipe) throw new Error(`there is no recipe for the server ${name}`);
      const reasons: string[] = [];
      const server = await startOne(recipe, started, reasons);
      if (server) servers.push(server);
      else missing.push({ name, reasons });
    }
    checkRequired(missing);
  } catch (error) {
    await stop();
    throw error;
  }
  announce(servers);
  return { servers, missing, stop };
}

async function startOne(
  recipe: Recipe,
  started: Map<string, Started>,
  reasons: string[],
): Promise<Server | undefined> {
  const ways: Readonly<Record<string, () => Promise<Started>>> = {
    environment: () => fromEnvironment(recipe.variable),
    docker: () => recipe.container(started),
    program: () => recipe.program(started),
  };
  const chosen = process.env["TEST_WAYS"]?.split(",") ?? Object.keys(ways);
  for (const way of chosen) {
    try {
      const server = await ways[way]!();
      started.set(recipe.name, server);
      const version = await recipe.version(server.url);
      return { kind: recipe.kind, version, url: server.url, found: server.found, facts: server.facts ?? {} };
    } catch (error) {
      reasons.push(`${way}: ${(error as Error).message.split("\n")[0]}`);
    }
  }
  return undefined;
}

async function fromEnvironment(variable: string): Promise<Started> {
  const url = process.env[variable];
  if (!url) throw new Error(`${variable} is not set`);
  return { url, found: variable, stop: async () => {} };
}

/** Stops everything once, in the opposite order; also when the run is interrupted. */
function stopper(started: ReadonlyMap<string, Started>): () => Promise<void> {
  let stopped: Promise<void> | undefined;
  const stopAll = async (): Promise<void> => {
    for (const server of [...started.values()].reverse()) await server.stop();
  };
  const stop = (): Promise<void> => {
    for (const signal of SIGNALS) process.off(signal, interrupted);
    stopped ??= stopAll();
    return stopped;
  };
  const interrupted = (signal: NodeJS.Signals): void => {
    void stop().finally(() => process.kill(process.pid, signal));
  };
  for (const signal of SIGNALS) process.on(signal, interrupted);
  return stop;
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

function checkRequired(missing: readonly Missing[]): void {
  const required = (process.env["TEST_REQUIRE"] ?? "").split(",").filter(Boolean);
  const lacking = missing.filter(({ name }) =>
    required.some((wanted) => wanted === name || name.startsWith(`${wanted}:`)),
  );
  if (lacking.length === 0) return;
  const lines = lacking.map(({ name, reasons }) => `${name}: ${reasons.join("; ")}`);
  throw new Error(`TEST_REQUIRE names servers that cannot be had:\n${lines.join("\n")}`);
}
