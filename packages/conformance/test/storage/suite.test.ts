import { toText } from "@threadmark/conformance";
import { storageClauses, storageConformance, verifyStorage } from "@threadmark/conformance/storage";
import { MemoryStorage } from "@threadmark/core/memory";
import type { CheckpointStorage } from "@threadmark/core/storage";
import { enough, seed, tell } from "@threadmark/random-tests";
import { afterAll, describe, expect, it } from "vitest";

const [sequences, programs] = [enough(40), enough(60)];

storageConformance({
  name: "MemoryStorage",
  runner: { describe, it, afterAll },
  seed,
  sequences,
  programs,
  open: async () => ({ storage: new MemoryStorage(), close: async () => {} }),
});

afterAll(() => {
  tell("the suite for storages", { sequences, programs });
});

/** A storage whose methods are its own and cannot be replaced. */
function frozen(storage: MemoryStorage): CheckpointStorage {
  const names = Object.getOwnPropertyNames(MemoryStorage.prototype) as (keyof CheckpointStorage)[];
  const methods = names.map((method) => {
    const member: unknown = storage[method];
    return [method, typeof member === "function" ? (member.bind(storage) as unknown) : member];
  });
  const { port, capabilities } = storage;
  return Object.freeze({ ...Object.fromEntries(methods), port, capabilities }) as CheckpointStorage;
}

const name = "MyStorage";
const open = async () => ({ storage: new MemoryStorage(), close: async () => {} });

describe("the suite for storages", () => {
  it("has ids, titles and rules that can be cited", () => {
    for (const { id, title, rule, hint } of storageClauses) {
      expect(id).toMatch(/^[a-z0-9-]+\/[a-z0-9-]+$/);
      expect(title.length).toBeGreaterThan(10);
      expect(rule).toMatch(/\.$/);
      expect(hint).toMatch(/[.)]$/);
    }
    expect(new Set(storageClauses.map(({ id }) => id)).size).toBe(storageClauses.length);
  });

  it("opens one storage, empties it, and closes it", async () => {
    const events: string[] = [];
    await verifyStorage({
      name,
      only: ["setup", "claims"],
      onEnd: ({ id }) => events.push(id),
      async open() {
        events.push("open");
        const storage = new MemoryStorage();
        return {
          storage,
          async clear() {
            events.push("clear");
          },
          async close() {
            events.push("close");
          },
        };
      },
    });
    const [setup, claims] = ["setup/may-run-many-times", "claims/have-one-owner"];
    expect(events).toEqual(["open", "clear", setup, "clear", claims, "close"]);
  });

  it("says what failed, the rule and the cure, and shows the calls", async () => {
    const report = await verifyStorage({
      name,
      only: ["answers"],
      async open() {
        const storage = new MemoryStorage();
        storage.runs = async () => ({ threads: ["nobody"], more: false });
        return { storage, close: async () => {} };
      },
    });
    expect(report).toMatchObject({ passed: 0, failed: 1, levels: [] });
    const text = toText(report);
    expect(text).toMatch(/The answer of the last runs, at \$\.threads/);
    expect(text).toMatch(/The calls, on an empty storage:\n {10}runs\(/);
    expect(text).toContain("The port: Random calls get the same answers");
    expect(text).toMatch(/MyStorage: 0 passed, 1 failed, 0 not applicable \(seed \d+\)\n$/);
  });

  it("takes a storage that is a frozen object", async () => {
    const report = await verifyStorage({
      name,
      programs: 5,
      sequences: 5,
      open: async () => ({ storage: frozen(new MemoryStorage()), close: async () => {} }),
    });
    expect(report).toMatchObject({ failed: 0, notRun: 0 });
  });

  it("does not blame the storage for one that cannot be opened", async () => {
    const report = await verifyStorage({
      name,
      only: ["write"],
      open: () => Promise.reject(new Error("connection refused")),
    });
    expect(report).toMatchObject({ passed: 0, failed: 0, notRun: 8 });
    expect(report.clauses[0]?.message).toBe("open() or setup() failed: Error: connection refused");
  });

  it("refuses options and names that it does not know", async () => {
    await expect(verifyStorage({ name, open, colour: 1 } as never)).rejects.toMatchObject({
      field: "colour",
    });
    await expect(verifyStorage({ name, open, only: ["write/nothing"] })).rejects.toThrow("write/nothing");
    expect(() => {
      storageConformance({
        name,
        open,
        skip: ["nothing"],
        runner: { describe: (_, run) => run(), it: () => {} },
      });
    }).toThrow("nothing");
  });
});
