import vm from "node:vm";
import { describe, expect, it } from "vitest";

import { difference } from "../exact.ts";
import { stored } from "./converting.ts";
import { Ring, unknownKinds, User } from "./unknown-kinds.ts";

describe("values of unknown classes", () => {
  it.each(Object.entries(unknownKinds))(
    "come back as the table says: %s",
    async (_name, [value, expected, kind]) => {
      const { result, reports } = await stored({ before: 1, value, after: [2] });
      expect(difference({ before: 1, value: expected, after: [2] }, result)).toBeUndefined();
      expect(reports.map((report) => report.kind)).toContain(kind);
      for (const { path, message } of reports) expect(message).toContain(path);
    },
  );

  it("that are met twice are one afterwards, and share what they shared", async () => {
    const shared = { deep: new User() };
    const holder = Object.assign(new User(), { shared });
    const { result } = await stored([holder, holder, { shared, user: shared.deep }, new Set([holder])]);
    const [first, second, third, set] = result as [
      { shared: { deep: object } },
      unknown,
      { shared: unknown; user: unknown },
      Set<unknown>,
    ];
    expect(second).toBe(first);
    expect(third.shared).toBe(first.shared);
    expect(third.user).toBe(first.shared.deep);
    expect(set.has(first)).toBe(true);
  });

  it("may contain themselves", async () => {
    const { result } = await stored({
      ring: new Ring(),
      node: Object.assign(new User(), { list: [] as unknown[] }),
    });
    const { ring } = result as { ring: { self: unknown } };
    expect(ring.self).toBe(ring);
  });

  it("get the key from which toJSON is asked", async () => {
    const keys: string[] = [];
    class Asked {
      toJSON(key: string): number {
        return keys.push(key);
      }
    }
    await stored({ a: new Asked(), list: [new Asked()], map: new Map([["k", new Asked()]]) });
    await stored(new Asked());
    expect(keys).toEqual(["a", "0", "", ""]);
  });

  it("as a whole are stored, but for functions and symbols", async () => {
    expect((await stored(new User())).result).toEqual({ name: "ann" });
    expect((await stored(Promise.resolve())).result).toEqual({});
    for (const value of [() => 1, User, Symbol("s")]) {
      await expect(stored(value)).rejects.toMatchObject({ code: "NOT_SERIALIZABLE", path: "$" });
    }
  });

  it("of another realm are recognised by what they are", async () => {
    const value: unknown = vm.runInNewContext(`
      class Mine extends Map {}
      class Own { a = 1 }
      class Oops extends TypeError { code = 5 }
      ({ map: new Mine([[1, 2]]), own: new Own(), oops: new Oops("x"), f() {}, list: [() => 1] })
    `);
    const { result } = await stored(value);
    expect(result).toMatchObject({ map: new Map([[1, 2]]), own: { a: 1 }, list: [undefined] });
    expect((result as { oops: Error }).oops).toBeInstanceOf(TypeError);
    expect((result as { oops: Error }).oops).toMatchObject({ message: "x", code: 5 });
    expect(result).not.toHaveProperty("f");
  });
});
