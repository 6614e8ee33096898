import type { Recipe, Started } from "./recipe.ts";
import { recipeOf } from "./recipes.ts";
import { announce, type Server } from "./server.ts";
import { chosenWays, getServer } from "./ways.ts";

/** Nobody kills a shared server, so one that is only slow on a busy machine shall not be taken for dead. */
const FAIL_AFTER = 15_000;

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
  const stop = async (): Promise<void> => {
    await Promise.all([...started.values()].map((server) => server.stop()));
  };
  try {
    const recipes = names.map(recipeOf);
    const waves = [recipes.filter(({ after }) => !after), recipes.filter(({ after }) => after)];
    const results = new Map<Recipe, Server | Missing>();
    for (const wave of waves) {
      await Promise.all(wave.map(async (recipe) => results.set(recipe, await startOne(recipe, started))));
    }
    const inOrder = recipes.map((recipe) => results.get(recipe)!);
    const servers = inOrder.filter((result) => "url" in result);
    const missing = inOrder.filter((result) => "reasons" in result);
    checkRequired(missing);
    announce(servers);
    return { servers, missing, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startOne(recipe: Recipe, started: Map<string, Started>): Promise<Server | Missing> {
  const { name, kind } = recipe;
  const reasons: string[] = [];
  const server = await getServer(
    recipe,
    chosenWays(),
    { args: [], failAfter: FAIL_AFTER, others: started },
    reasons,
  );
  if (!server) return { name, reasons };
  started.set(name, server);
  const { url, found, version, facts } = server;
  return { kind, version, url, found, facts };
}

function checkRequired(missing: readonly Missing[]): void {
  const required = (process.env["TEST_REQUIRE"] ?? "").split(",").filter(Boolean);
  const lacking = missing.filter(({ name }) =>
    required.some((wanted) => wanted === name || name.startsWith(`${wanted}:`)),
  );
  if (lacking.length === 0) return;
  const lines = lacking.map(({ name, reasons }) => `${name}: ${reasons.join("; ")}`);
  throw new Error(`TEST_REQUIRE names servers that cannot be had:\n${lines.join("\n")}`);
}
