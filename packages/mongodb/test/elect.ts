import type { Node } from "@threadmark/services";
import { MongoClient } from "mongodb";
import { expect } from "vitest";

/** For a group in which nobody is elected because the machine was slow for a moment. */
export const STEADY = { failAfter: 60_000 };

/** Makes one of these members the primary, though the others do not miss it yet. */
export async function electOneOf(nodes: readonly Pick<Node, "address">[]): Promise<void> {
  const attempt = async (): Promise<boolean> => {
    for (const { address } of nodes) if (await stepUp(address)) return true;
    return false;
  };
  await expect.poll(attempt, { timeout: 240_000, interval: 100 }).toBe(true);
}

/** Whether it is elected; another one may have more, or it is still starting. */
async function stepUp(address: string): Promise<boolean> {
  const client = new MongoClient(`mongodb://${address}/?directConnection=true`);
  try {
    await client.db("admin").command({ replSetStepUp: 1 });
    return true;
  } catch {
    return false;
  } finally {
    await client.close();
  }
}
