import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type ConvertedInfo, Serializer } from "@threadmark/core";
import { describe, expect, it } from "vitest";

import { failure } from "../round-trip.ts";
import { stored } from "./converting.ts";

class Order {
  readonly number = "secret-7";
}
class Other {}

describe("a conversion is reported", () => {
  it("with its path, its class, what comes back and what to do about it", async () => {
    const { reports } = await stored({ list: [{ order: new Order() }], f: () => 1 });
    expect(reports).toEqual([
      {
        path: "$.list[0].order",
        kind: "fields",
        class: "Order",
        becomes: "comes back as a plain object of its own enumerable properties",
        message: expect.stringMatching(
          /^\$\.list\[0\]\.order is an instance of class Order.*comes back as a plain object.*class: Order, encode, decode.*match.*onUnknown: "refuse"/,
        ),
      },
      expect.objectContaining({ path: "$.f", kind: "left out", class: "a function" }),
    ]);
    for (const { message } of reports) expect(message).not.toContain("secret");
  });

  it("once for every class and kind, though classes are made again and again", async () => {
    const reports: ConvertedInfo[] = [];
    const serializer = new Serializer({ onConverted: (info) => reports.push(info) });
    for (let i = 0; i < 10; i++) {
      class Made {
        readonly i = 1;
      }
      serializer.encode([new Made(), new Order(), new Order(), new Other(), () => 1]);
    }
    expect(reports.map((report) => report.class)).toEqual(["Made", "Order", "Other", "a function"]);
  });

  it("by a warning where the listener fails", async () => {
    const warnings: Error[] = [];
    const listen = (warning: Error): number => warnings.push(warning);
    process.on("warning", listen);
    const failing = new Serializer({
      onConverted: () => {
        throw new Error("no");
      },
    });
    failing.encode(new Order());
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    process.off("warning", listen);
    expect(warnings).toMatchObject([{ code: "THREADMARK_CONVERTED", name: "ThreadmarkWarning" }]);
  });

  const program = (before: string): string => `
    ${before}
    const { Serializer } = await import("@threadmark/core");
    class Order { number = 1 }
    for (let i = 0; i < 3; i++) new Serializer().encode({ order: new Order() });
    new Serializer({ onUnknown: (value) => ({ ...value }) }).encode(new Order());
  `;
  const run = (before: string): string => {
    const code = `await (async () => {${program(before)}})()`;
    const file = fileURLToPath(import.meta.url);
    const shell = ["-c", 'exec "$0" --input-type=module -e "$1" 2>&1', process.execPath, code];
    return execFileSync("sh", shell, {
      cwd: fileURLToPath(new URL(".", `file://${file}`)),
      encoding: "utf8",
    });
  };

  it("by one warning of the process, which has a code", () => {
    const output = run("");
    expect(
      output.match(/\[THREADMARK_CONVERTED\] ThreadmarkWarning: \$\.order is an instance of class Order/g),
    ).toHaveLength(1);
  });

  it("on the console where the host has no warnings", () => {
    const output = run(
      "delete process.emitWarning; Object.defineProperty(process, 'emitWarning', { value: undefined });",
    );
    expect(output.match(/\[THREADMARK_CONVERTED\] \$\.order is an instance of class Order/g)).toHaveLength(1);
  });
});

describe("the advice about a class", () => {
  const advice = async (value: unknown, types: unknown[] = []): Promise<string> => {
    const refusing = new Serializer({ onUnknown: "refuse", types: types as never });
    return ((await failure(() => refusing.encode({ a: value }))) as Error).message;
  };

  it("names the class only where that can help", async () => {
    expect(await advice(new Order())).toContain("class: Order");
    expect(await advice(new (class t {})())).not.toContain("class: t");
    expect(await advice(new (class {})())).toContain("match:");
    expect(await advice(Object.create({ a: 1 }))).toContain("match:");
  });

  it("says that a class of the same name is registered", async () => {
    const imposter = Object.defineProperty(class {}, "name", { value: "Order" });
    const type = { name: "o", class: imposter, encode: () => 1, decode: () => new imposter() };
    expect(await advice(new Order(), [type])).toMatch(/registered class of this name is another one.*match:/);
  });

  it("works: the value that it names is then stored exactly", async () => {
    const byClass = { name: "o", class: Order, encode: () => 1, decode: () => new Order() };
    const byMatch = { ...byClass, class: undefined, match: (value: unknown) => value instanceof Order };
    for (const type of [byClass, byMatch]) {
      const { result, reports } = await stored(new Order(), { types: [type as never] });
      expect(result).toBeInstanceOf(Order);
      expect(reports).toEqual([]);
    }
  });
});

describe("the option onUnknown", () => {
  it("may be a function, which gets value and path, and whose result is stored", async () => {
    const seen: unknown[] = [];
    const { result, reports } = await stored(
      { a: new Order(), list: [() => 1, Symbol("s")], other: new Other() },
      {
        onUnknown(value, { path }) {
          seen.push([path, typeof value]);
          if (typeof value === "function") return "a function";
          if (typeof value === "symbol") return { symbol: String(value), order: new Order() };
          return value instanceof Order ? new Map([["number", value.number]]) : value;
        },
      },
    );
    const order = new Map([["number", "secret-7"]]);
    expect(result).toEqual({ a: order, list: ["a function", { symbol: "Symbol(s)", order }], other: {} });
    expect(seen).toEqual([
      ["$.a", "object"],
      ["$.list[0]", "function"],
      ["$.list[1]", "symbol"],
      ["$.list[1].order", "object"],
      ["$.other", "object"],
    ]);
    expect(reports.map((report) => report.class)).toEqual(["Other"]);
  });

  it("may be a function that refuses by throwing", async () => {
    const cause = new Error("not this");
    const refusing = new Serializer({
      onUnknown() {
        throw cause;
      },
    });
    expect(await failure(() => refusing.encode({ a: [new Order()] }))).toMatchObject({
      code: "NOT_SERIALIZABLE",
      path: "$.a[0]",
      cause,
    });
  });

  it("may give something for a function that is the whole value", async () => {
    expect((await stored(() => 1, { onUnknown: () => "f" })).result).toBe("f");
  });

  it("is checked, and so is onConverted", () => {
    for (const options of [{ onUnknown: "ignore" }, { onUnknown: null }, { onConverted: "log" }]) {
      expect(() => new Serializer(options as never)).toThrow(
        expect.objectContaining({ code: "INVALID_ARGUMENT" }),
      );
    }
  });
});
