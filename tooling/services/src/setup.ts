import type { TestProject } from "vitest/node";
import { startServers } from "./start.ts";
import { keepForTable } from "./table.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** The servers that a package's tests ask for. */
    services: string[];
    /** The servers that tests of the package start for themselves. */
    privateServices: string[];
  }
}

/** For `globalSetup` of vitest: starts the servers that `provide.services` names, and makes ready those of `provide.privateServices`. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { services = [], privateServices = [] } = project.config.provide;
  const run = await startServers(services, privateServices);
  keepForTable(run);
  // A file whose only server is missing has no tests. That is not a failure: the table says what is missing.
  if (run.missing.length > 0) project.config.passWithNoTests = true;
  return run.stop;
}
