import type { TestProject } from "vitest/node";
import { startServers } from "./start.ts";
import { keepForTable } from "./table.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** The servers that a package's tests ask for. */
    services: string[];
  }
}

/** For `globalSetup` of vitest: starts the servers that `provide.services` names. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const run = await startServers(project.config.provide.services ?? []);
  keepForTable(run);
  return run.stop;
}
