import { setTimeout } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { Connection } from "../../src/connection.ts";
import { Disconnection } from "../../src/disconnection.ts";

function timers(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;
}

/** A connection that is asked whether it is ready, and for its last error, and nothing else. */
function connection(state: { ready: boolean }): Connection {
  const lastError = new Error("refused");
  return { isReady: () => state.ready, lastError: () => lastError } as Partial<Connection> as Connection;
}

describe("waiting for a connection that is lost", () => {
  it("takes one timer for any number of calls, and none that keeps the process when they have ended", async () => {
    const disconnection = new Disconnection(connection({ ready: true }), 10_000);
    const ends: (() => void)[] = [];
    const before = timers();
    const calls = Array.from({ length: 50 }, () =>
      disconnection.guard(() => new Promise<void>((resolve) => ends.push(resolve))),
    );
    expect(timers()).toBe(before + 1);
    for (const end of ends) end();
    await Promise.all(calls);
    await Promise.resolve();
    expect(timers()).toBe(before);
    await disconnection.guard(async () => {
      expect(timers()).toBe(before + 1);
    });
  });

  it("ends the calls that have waited for so long, with the reason, and no others", async () => {
    const state = { ready: false };
    const disconnection = new Disconnection(connection(state), 1);
    const lost = disconnection.guard(() => new Promise(() => {}));
    await expect(lost).rejects.toThrow("refused");
    state.ready = true;
    expect(await disconnection.guard(() => setTimeout(600, "done"))).toBe("done");
  });
});
