import {
  clauses,
  conformance,
  toJSON,
  toJUnit,
  toMarkdown,
  toText,
  verify,
  type OpenStore,
  type TestedSaver,
} from "@threadmark/conformance";
import { CheckpointSaver } from "@threadmark/core";
import { MemoryStorage } from "@threadmark/core/memory";
import { describe, expect, it } from "vitest";

/** A store whose saver was changed. */
function opening(change: (saver: TestedSaver) => void = () => {}): OpenStore {
  return async () => {
    const saver: TestedSaver = new CheckpointSaver(new MemoryStorage());
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
    for (const { id, title, rule, reason, hint } of clauses) {
      expect(id).toMatch(/^[a-z0-9-]+\/[a-z0-9-]+$/);
      expect(title.length).toBeGreaterThan(10);
      expect(rule).toMatch(/\.$/);
      expect(hint).toMatch(/[.)]$/);
      expect(reason).toMatch(/\.$/);
    }
    expect(new Set(clauses.map(({ id }) => id)).size).toBe(clauses.length);
    expect(new Set(clauses.map(({ rule }) => rule)).size).toBe(clauses.length);
  });

  it("reports what failed, what does not apply and what passed", async () => {
    const report = await reportOfBroken();
    expect(report).toMatchObject({ name, passed: 0, failed: 1, notApplicable: 8 });
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
    expect(toText(report)).toContain(`${name}: 0 passed, 1 failed, 8 not applicable (seed `);
    expect(JSON.parse(toJSON(report))).toEqual(report);
    expect(toMarkdown(report)).toContain(
      "| `list/limit-zero-is-nothing` | failed: Unexpected: Error: disk \\| full |",
    );
    const junit = toJUnit(report);
    expect(junit).toContain(
      '<testsuite name="a &lt;saver&gt; &amp; &quot;more&quot;" tests="9" failures="1" errors="0" skipped="8"',
    );
    expect(junit).toContain("<failure>Unexpected: Error: disk | full&#10;The contract:");
    expect(junit.match(/<testcase /g)).toHaveLength(9);
  });

  it("counts what does not apply as failed when everything is required", async () => {
    const report = await verify({ name, only: ["reopen"], open: opening(), everything: true });
    expect(report).toMatchObject({ passed: 0, failed: 3, notApplicable: 0 });
  });

  it("ends a clause whose call never settles, and continues", async () => {
    const open = opening((saver) => {
      saver.deleteThread = () => new Promise(() => {});
    });
    const report = await verify({ name, only: ["delete/may-be-the-first-call", "get"], open, timeout: 2000 });
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
          saver: new CheckpointSaver(new MemoryStorage()),
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
