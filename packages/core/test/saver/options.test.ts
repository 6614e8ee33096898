import { CheckpointSaver, Serializer } from "@threadmark/core";
import { checkOptions } from "@threadmark/core/storage";
import { MemoryStorage } from "@threadmark/core/memory";
import { describe, expect, it } from "vitest";
import { memorySaver } from "./memory-saver.ts";

const names = { threadIds: true, keepLatest: true, olderThan: true, schema: true } as const;

function refusal(options: object, instead?: Record<string, string>): { message: string; field: string } {
  try {
    checkOptions<object>(options, "prune", names, instead);
  } catch (error) {
    return error as { message: string; field: string };
  }
  throw new Error("nothing was refused");
}

describe("options that nobody reads", () => {
  it.each([
    ["threadId", "threadIds"],
    ["thread_ids", "threadIds"],
    ["keeplatest", "keepLatest"],
    ["keepLatests", "keepLatest"],
    ["shcema", "schema"],
    ["scheme", "schema"],
    ["older", "olderThan"],
  ])("%s is refused, and %s is named", (given, meant) => {
    const { message, field } = refusal({ [given]: 1 });
    expect(message).toBe(`prune has no option ${given}; did you mean ${meant}?`);
    expect(field).toBe(given);
  });

  it("are refused with all existing names when none is similar", () => {
    expect(refusal({ color: 1 }).message).toBe(
      "prune has no option color; it takes threadIds, keepLatest, olderThan, schema",
    );
  });

  it("are refused though they are undefined, and though they are named like members of objects", () => {
    for (const name of ["color", "constructor", "toString"]) {
      expect(refusal({ [name]: undefined }).field).toBe(name);
    }
    expect(refusal(JSON.parse('{"__proto__": 1}') as object).field).toBe("__proto__");
  });

  it("say what to use instead, where another saver takes them", () => {
    const { message } = refusal({ defaultTTL: 5 }, { defaultTTL: "ttl" });
    expect(message).toBe("prune has no option defaultTTL; use ttl");
  });

  it("are refused as a whole where they are a list, a Map or a promise", () => {
    for (const options of [[], new Map(), Promise.resolve({ keepLatest: 1 }), new Set(["keepLatest"])]) {
      expect(refusal(options).message).toMatch(
        /^options of prune must be an object of options, not an (array|object)$/,
      );
    }
  });

  it("are never repeated with their value, nor with a name that may be one", () => {
    const secret = "postgres://user:secret@host/db";
    for (const options of [{ schmea: secret }, { [secret]: 1 }, secret as unknown as object, [secret]]) {
      const { message, field } = refusal(options);
      expect(message + field).not.toContain("secret");
    }
  });
});

describe("every options object of the core", () => {
  const saver = memorySaver();
  const list = async (listing: AsyncIterable<unknown>) => {
    const found: unknown[] = [];
    for await (const item of listing) found.push(item);
    return found;
  };
  const calls: Record<string, (options: never) => unknown> = {
    "a saver": (options) => new CheckpointSaver(new MemoryStorage(), options),
    MemoryStorage: (options) => new MemoryStorage(options),
    ttl: (ttl) => memorySaver({ ttl: { seconds: 1, ...(ttl as object) } }),
    setThreadTtl: (ttl) => saver.setThreadTtl("t", { seconds: 1, ...(ttl as object) }),
    prune: (options) => saver.prune({ threadIds: [], keepLatest: 1, ...(options as object) }),
    list: (options) => list(saver.list({}, options)),
    listThreads: (options) => list(saver.listThreads(options)),
    Serializer: (options) => new Serializer(options),
  };

  it.each(Object.entries(calls))("%s refuses a name that it does not know", async (_, call) => {
    const refused = { code: "INVALID_ARGUMENT", field: "colour" };
    await expect((async () => call({ colour: 1 } as never))()).rejects.toMatchObject(refused);
  });

  it.each([
    { ttl: 60 },
    { ttl: null },
    { ttl: "60" },
    { ttl: { seconds: "60" } },
    { ttl: { seconds: 0 } },
    { ttl: { seconds: Number.NaN } },
    { ttl: { seconds: Number.POSITIVE_INFINITY } },
    { ttl: { defaultTTL: 60 } },
    { ttl: { default_ttl: 60, refresh_on_read: true } },
    { ttl: { seconds: 60, refreshOnRead: "yes" } },
    { defaultTTL: 60 },
    { default_ttl: 60 },
    { refreshOnRead: true },
    { blobCacheBytes: "1" },
    { fence: true },
    { serde: null },
  ])("a saver refuses %o, naming it", (options) => {
    expect(() => new CheckpointSaver(new MemoryStorage(), options as never)).toThrow(
      expect.objectContaining({ code: "INVALID_ARGUMENT", field: expect.any(String) as string }),
    );
  });

  it.each([
    ["list", { limit: "1" }],
    ["list", { filter: "source" }],
    ["listThreads", { limit: "1" }],
    ["listThreads", { filter: [] }],
    ["listThreads", { after: 1 }],
  ] as const)("%s refuses %o", async (method, options) => {
    const listing =
      method === "list" ? saver.list({}, options as never) : saver.listThreads(options as never);
    await expect(list(listing)).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
  });
});
