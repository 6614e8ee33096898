import { openContainer, openContainerHere } from "./docker.ts";
import type { Machine, OpenMachine } from "./machine.ts";
import type { Recipe, Started, Wishes } from "./recipe.ts";
import { openThisMachine } from "./this-machine.ts";

/** The ways to get a server, in the order in which they are tried. */
const WAYS = ["environment", "docker", "program"] as const;

export type Way = (typeof WAYS)[number];

/** The ways that `TEST_WAYS` names, or all, without those that are not wanted. */
export function chosenWays(except: readonly Way[] = []): readonly Way[] {
  const names = process.env["TEST_WAYS"] ? process.env["TEST_WAYS"].split(",") : WAYS;
  const unknown = names.find((name) => !WAYS.includes(name as Way));
  if (unknown !== undefined) throw new Error(`TEST_WAYS names ${unknown}; there are ${WAYS.join(", ")}`);
  return (names as Way[]).filter((way) => !except.includes(way));
}

/**
 * Gets a server by the first of the ways that works. Why others did not work is added to `reasons`.
 *
 * @returns undefined when no way works.
 */
export async function getServer(
  recipe: Recipe,
  ways: readonly Way[],
  wishes: Wishes,
  reasons: string[],
): Promise<Started | undefined> {
  for (const way of ways) {
    try {
      return await getBy[way](recipe, wishes);
    } catch (error) {
      reasons.push(`${way}: ${(error as Error).message}`);
    }
  }
  return undefined;
}

/**
 * Fetches all that is needed to start a server later. Why a way does not work is added to `reasons`.
 *
 * @returns whether it can be started.
 */
export async function prepare(recipe: Recipe, reasons: string[]): Promise<boolean> {
  const ways = chosenWays(["environment"]);
  if (ways.length === 0) reasons.push("TEST_WAYS names no way to start one");
  for (const way of ways) {
    try {
      if (way === "program") await recipe.install();
      else await (await openContainer(recipe.image, 1)).remove();
      return true;
    } catch (error) {
      reasons.push(`${way}: ${(error as Error).message}`);
    }
  }
  return false;
}

const getBy: Readonly<Record<Way, (recipe: Recipe, wishes: Wishes) => Promise<Started>>> = {
  async environment({ variable, facts, version }) {
    const url = process.env[variable];
    if (!url) throw new Error(`${variable} is not set`);
    return {
      url,
      found: variable,
      version: await version(url),
      facts: (await facts?.(url)) ?? {},
      nodes: [],
      sentinels: [],
      stop: async () => {},
    };
  },
  docker(recipe, wishes) {
    // While a program is ended, Docker's proxy keeps its port and takes connections that nobody answers, as a network
    // may do.
    const open = wishes.isPrivate ? openContainer : openContainerHere;
    return start(recipe, wishes, (ports) => open(recipe.image, ports));
  },
  async program(recipe, wishes) {
    const programs = await recipe.install();
    return start(recipe, wishes, (ports) => openThisMachine(programs, ports));
  },
};

/** Those that are there now, also of servers that are still being started. */
const openMachines = new Set<Machine>();
let isOver = false;

/** Ends everything that runs. What is being started fails by it, and nothing can be started any more. */
export async function removeMachines(): Promise<void> {
  isOver = true;
  await Promise.allSettled([...openMachines].map((machine) => machine.remove()));
}

async function start(recipe: Recipe, wishes: Wishes, open: OpenMachine): Promise<Started> {
  const machines: Machine[] = [];
  let stopped: Promise<unknown> | undefined;
  const stop = async (): Promise<void> => {
    stopped ??= Promise.all(machines.map((machine) => machine.remove()));
    await stopped;
    for (const machine of machines) openMachines.delete(machine);
  };
  try {
    const opened = async (ports: number): Promise<Machine> => {
      const machine = await open(ports);
      machines.push(machine);
      openMachines.add(machine);
      if (isOver) throw new Error("the run is over");
      return machine;
    };
    const { url, nodes, sentinels = [], facts = {} } = await recipe.start(opened, wishes);
    const { found } = machines[0]!;
    return { url, nodes, sentinels, facts, found, version: await recipe.version(url), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
