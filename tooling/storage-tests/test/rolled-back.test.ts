import { isCheckpointError } from "@threadmark/core";
import type { CheckpointStorage, WriteRequest } from "@threadmark/core/storage";
import { MemoryStorage } from "@threadmark/memory";
import { enough } from "@threadmark/random-tests";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { survivesRollback } from "../src/index.ts";
import { rollbackProperty } from "../src/rolled-back.ts";

/** A storage in memory that can be emptied, and that may be broken. */
function memory(change: (request: WriteRequest) => WriteRequest = (request) => request) {
  let inner = new MemoryStorage();
  const storage = new Proxy(inner, {
    get(_, name) {
      const value: unknown = Reflect.get(inner, name);
      if (typeof value !== "function") return value;
      const method = value.bind(inner) as (request: unknown) => unknown;
      if (name !== "put" && name !== "putWrites") return method;
      return (request: WriteRequest) => method(change(request));
    },
  }) as CheckpointStorage;
  return {
    storage,
    async clear() {
      inner = new MemoryStorage();
    },
    async close() {},
  };
}

describe("the storage in memory", () => {
  survivesRollback(memory(), { programs: enough(60) });
});

describe("a storage that is rolled back and does not look whether what is relied on is stored", () => {
  it.each([
    ["at all", (request: WriteRequest) => ({ ...request, epoch: undefined, relies: [] })],
    ["but for the epoch", (request: WriteRequest) => ({ ...request, relies: [] })],
    [
      "but for the first blob",
      (request: WriteRequest) => ({ ...request, relies: request.relies.slice(0, 1) }),
    ],
  ])("is noticed: %s", async (_, change) => {
    const { failed, errorInstance } = await fc.check(rollbackProperty(memory(change)), {
      numRuns: 1000,
      endOnFailure: true,
    });
    expect(failed).toBe(true);
    expect(isCheckpointError(errorInstance, "INCOMPLETE")).toBe(true);
  });
});
