import {
  clauses,
  conformance,
  difference,
  toJSON,
  toJUnit,
  toMarkdown,
  toText,
  verify,
  type OpenStore,
  type TestedSaver,
} from "@threadmark/core/conformance";
import { MemorySaver } from "@threadmark/memory";
import { describe, expect, it } from "vitest";

/** A store whose saver was changed. */
function opening(change: (saver: TestedSaver) => void = () => {}): OpenStore {
  return async () => {
    const saver: TestedSaver = new MemorySaver();
    change(saver);
    return { saver, async close() {} };
  };
}

const name = 'a <saver> & "more"';
const only = ["list/limit-zero-is-nothing", "reopen/two-savers-take-turns", "copy"];

async function reportOfBroken() {
  const open = opening((saver) => {
    saver.list = async function* broken() {};
    delete (saver as Partial<TestedSaver>).copyThread;
    Object.defineProperty(saver, "copyThread", { value: undefined });
    saver.put = async () => {
      throw new Error("disk | full\nat line 2");
    };
  });
  return verify({ name, only, open, run: "run" });
}

describe("the conformance suite", () => {
  it("has ids, titles and rules that can be cited", () => {
    for (const { id, title, rule, hint } of clauses) {
      expect(id).toMatch(/^[a-z0-9-]+\/[a-z0-9-]+$/);
      expect(title.length).toBeGreaterThan(10);
      expect(rule).toMatch(/\.$/);
      expect(hint).toMatch(/[.)]$/);
    }
    expect(new Set(clauses.map(({ id }) => id)).size).toBe(clauses.length);
    expect(new Set(clauses.map(({ rule }) => rule)).size).toBe(clauses.length);
  });

  it("reports what failed, what does not apply and what passed", async () => {
    const report = await reportOfBroken();
    expect(report).toMatchObject({ name, passed: 0, failed: 1, notApplicable: 6 });
    expect(report.clauses[0]?.message).toBe(
      [
        "Unexpected: Error: disk | full",
        "The contract: `limit` 0 yields nothing.",
        "What to do: Test limit !== undefined; 0 is not absent.",
        "The calls, the last one at the end:",
        `  put({ thread_id: "run-list-limit-zero-is-nothing-thread", checkpoint_ns: "" }, { id: "1f0c0de0-0000-6000-8000-000000000001", channel_values: {} }, { "source", "step", "parents" }, {})`,
      ].join("\n"),
    );
    expect(report.clauses.at(-1)?.message).toBe("the saver has no method copyThread");
  });

  it("writes reports as text, JSON, Markdown and JUnit XML", async () => {
    const report = await reportOfBroken();
    expect(toText(report)).toContain(
      "FAILED  list/limit-zero-is-nothing\n        Unexpected: Error: disk | full",
    );
    expect(toText(report)).toContain(`${name}: 0 passed, 1 failed, 6 not applicable (seed `);
    expect(JSON.parse(toJSON(report))).toEqual(report);
    expect(toMarkdown(report)).toContain(
      "| `list/limit-zero-is-nothing` | failed: Unexpected: Error: disk \\| full |",
    );
    const junit = toJUnit(report);
    expect(junit).toContain(
      '<testsuite name="a &lt;saver&gt; &amp; &quot;more&quot;" tests="7" failures="1" errors="0" skipped="6"',
    );
    expect(junit).toContain("<failure>Unexpected: Error: disk | full&#10;The contract:");
    expect(junit.match(/<testcase /g)).toHaveLength(7);
  });

  it("counts what does not apply as failed, where everything is asked for", async () => {
    const report = await verify({ name, only: ["reopen"], open: opening(), everything: true });
    expect(report).toMatchObject({ passed: 0, failed: 3, notApplicable: 0 });
  });

  it("ends a clause whose call never settles, and goes on", async () => {
    const open = opening((saver) => {
      saver.deleteThread = () => new Promise(() => {});
    });
    const report = await verify({ name, only: ["delete/may-be-the-first-call", "get"], open, timeout: 100 });
    expect(report.clauses.map(({ status }) => status)).toContain("failed");
    expect(report.passed).toBeGreaterThan(3);
    const hanging = report.clauses.find(({ status }) => status === "failed");
    expect(hanging?.message).toContain("some promise never settles");
  });

  it("opens a store per clause, or one for all that can share", async () => {
    const counts: number[] = [];
    for (const share of [false, true]) {
      let opened = 0;
      let closed = 0;
      const open: OpenStore = async () => {
        opened++;
        return {
          saver: new MemorySaver(),
          async close() {
            closed++;
          },
        };
      };
      const report = await verify({ name, only: ["list"], open, share });
      expect(report.failed).toBe(0);
      expect(closed).toBe(opened);
      counts.push(opened);
    }
    const alone = clauses.filter((clause) => clause.alone && clause.id.startsWith("list/")).length;
    const all = clauses.filter(({ id }) => id.startsWith("list/")).length;
    expect(counts).toEqual([all, alone + 1]);
  });

  it("refuses names of clauses that do not exist", async () => {
    await expect(verify({ name, only: ["list/nothing"], open: opening() })).rejects.toThrow("list/nothing");
  });

  it("registers a test per clause, and tells the runner what does not apply", async () => {
    const tests = new Map<string, (context?: unknown) => Promise<void>>();
    const runner = {
      describe: (_: string, register: () => void) => register(),
      it: (title: string, test: () => Promise<void>) => tests.set(title, test),
    };
    conformance({ name, only: ["get", "reopen"], runner, open: opening(), share: true });
    const ids = [...tests.keys()].map((title) => title.split(":", 1)[0]);
    const wanted = clauses.map(({ id }) => id).filter((id) => /^(get|reopen)\//.test(id));
    expect(ids).toEqual([...wanted, "closes the shared store"]);
    const skipped: unknown[] = [];
    for (const test of tests.values()) {
      await test({ skip: (reason: unknown) => skipped.push(reason) });
    }
    expect(skipped).toEqual(Array.from({ length: 3 }, () => "the harness cannot reopen the store"));
  });
});

describe("the comparison of values", () => {
  class Other {
    readonly a = 1;
  }

  it.each([
    [0, -0],
    [NaN, 0],
    [null, undefined],
    [1, "1"],
    [1, 1n],
    [{}, { a: undefined }],
    [{ a: 1 }, new Other()],
    [[1], [1, 2]],
    [[undefined], Array.from({ length: 1 })],
    [new Map([["a", 1]]), new Map([["a", 2]])],
    [
      new Map([
        ["a", 1],
        ["b", 2],
      ]),
      new Map([
        ["b", 2],
        ["a", 1],
      ]),
    ],
    [new Set([1, 2]), new Set([2, 1])],
    [new Date(0), new Date(1)],
    [new Date(0), new Date(0).toISOString()],
    [/a/g, /a/],
    [new Error("a"), new Error("b")],
    [new TypeError("a"), new Error("a")],
    [Object.assign(new Error("a"), { code: 1 }), new Error("a")],
    [Uint8Array.of(1), Uint8Array.of(2)],
    [Uint8Array.of(1), Int8Array.of(1)],
    [Uint8Array.of(1), Buffer.of(1)],
    [new URL("http://a"), new URL("http://b")],
    [Object.create(null), {}],
    [{ deep: [{ list: [1] }] }, { deep: [{ list: [2] }] }],
  ])("tells %o from %o", (a, b) => {
    const sparse: unknown[] = [];
    sparse.length = 1;
    const expected: unknown = Array.isArray(b) && b.length === 1 && b[0] === undefined ? sparse : b;
    expect(difference(a, expected)).toBeDefined();
    expect(difference(expected, a)).toBeDefined();
  });

  it("takes equal values for equal, cycles included", () => {
    const make = (): unknown => {
      const loop: Record<string, unknown> = { list: [NaN, -0, null, undefined, 1n] };
      loop["self"] = { again: loop };
      const error = new Error("e", { cause: new Date(NaN) });
      error.stack = "";
      return [loop, new Map([[{ a: 1 }, new Set([loop])]]), error, new URL("http://a"), /a/g, Buffer.of(1)];
    };
    expect(difference(make(), make())).toBeUndefined();
    expect(difference(make(), make(), { references: true })).toBeUndefined();
  });

  it("tells one object from two where it is asked to", () => {
    const one = { a: 1 };
    expect(difference([one, one], [{ a: 1 }, { a: 1 }])).toBeUndefined();
    expect(difference([one, one], [{ a: 1 }, { a: 1 }], { references: true })).toBeDefined();
    expect(difference([{ a: 1 }, { a: 1 }], [one, one], { references: true })).toBeDefined();
  });

  it("says where the difference is", () => {
    const found = difference({ a: [{ "b c": 1 }] }, { a: [{ "b c": 2 }] });
    expect(found).toEqual({ path: '$.a[0]["b c"]', message: "1 instead of 2" });
  });
});
