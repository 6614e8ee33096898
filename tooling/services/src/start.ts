import { startHost } from "./host-process.ts";
import { announce } from "./server.ts";
import type { Inventory, Missing } from "./session.ts";

/** The servers of a run. */
export interface Run extends Inventory {
  stop(): Promise<void>;
}

/**
 * Finds or starts servers, in this order: a URL from the environment, Docker, a program. Only those ways
 * that `TEST_WAYS` names, when it is set: `environment`, `docker`, `program`. They end with this process.
 *
 * @param names the servers that tests share.
 * @param privateNames servers that tests start for themselves. All they need is fetched now.
 * @throws Error when a server that `TEST_REQUIRE` names cannot be had.
 */
export async function startServers(
  names: readonly string[],
  privateNames: readonly string[] = [],
): Promise<Run> {
  const { calls, stop } = await startHost();
  try {
    const inventory = (await calls.call("startAll", names, privateNames)) as Inventory;
    checkRequired(inventory.missing);
    announce(inventory);
    return { ...inventory, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function checkRequired(missing: readonly Missing[]): void {
  const required = (process.env["TEST_REQUIRE"] ?? "").split(",").filter(Boolean);
  const lacking = missing.filter(({ name }) =>
    required.some((wanted) => wanted === "all" || wanted === name || name.startsWith(`${wanted}:`)),
  );
  if (lacking.length === 0) return;
  const lines = lacking.map(({ name, reasons }) => `${name}: ${reasons.join("; ")}`);
  throw new Error(`TEST_REQUIRE names servers that cannot be had:\n${lines.join("\n")}`);
}
