import { MemorySaver } from "@langchain/langgraph-checkpoint";
import {
  clauses,
  conformance,
  groupByCause,
  levelOf,
  levelsOf,
  toText,
  verify,
  type OpenStore,
  type TestedSaver,
} from "@threadmark/conformance";
import { CheckpointSaver } from "@threadmark/core";
import { MemoryStorage } from "@threadmark/core/memory";
import { describe, expect, it } from "vitest";

const name = "a saver";

/** A store whose saver was changed. */
function opening(change: (saver: TestedSaver) => void = () => {}): OpenStore {
  return async () => {
    const saver: TestedSaver = new CheckpointSaver(new MemoryStorage());
    change(saver);
    return { saver, async close() {} };
  };
}

/** Forgets every put. */
function forgetful(saver: TestedSaver): void {
  saver.getTuple = async () => undefined;
}

const official: OpenStore = async (options) => {
  if (options && Object.keys(options).length > 0) return undefined;
  return { saver: new MemorySaver() as unknown as TestedSaver, async close() {} };
};

describe("levels", () => {
  it("has every clause in one", () => {
    for (const { id } of clauses) expect(levelOf(id)).toMatch(/^(langgraph|exact|strict|legacy|extended)$/);
  });

  it("finds nothing at level langgraph in LangGraph.js's own saver for memory", async () => {
    const report = await verify({ name, open: official, levels: ["langgraph"], sizes: { listing: 300 } });
    const failed = report.clauses.filter(({ status }) => status === "failed");
    expect(failed.map(({ id, message }) => [id, message])).toEqual([]);
    expect(levelsOf(report)).toMatch(/^langgraph (\d+)\/\1$/);
  });

  it("runs and counts only those that are asked for", async () => {
    const report = await verify({ name, open: opening(), levels: ["exact"], only: ["get", "binary"] });
    expect(report.clauses.map(({ level }) => level)).toEqual(["exact", "exact", "exact", "exact"]);
    expect(report.levels).toEqual([{ level: "exact", kept: 4, of: 4 }]);
  });
});

describe("what is left out", () => {
  it("leaves out what `skip` names", async () => {
    const report = await verify({
      name,
      open: opening(),
      only: ["get"],
      skip: ["get/older-checkpoints-stay"],
    });
    expect(report.clauses.map(({ id }) => id)).not.toContain("get/older-checkpoints-stay");
    expect(report.failed).toBe(0);
  });

  it("does not open a store for what the saver lacks", async () => {
    let opened = 0;
    const open: OpenStore = async () => {
      opened++;
      return { saver: new CheckpointSaver(new MemoryStorage()), async close() {} };
    };
    const report = await verify({ name, open, only: ["copy"], without: ["copyThread"], everything: true });
    expect(report).toMatchObject({ passed: 0, failed: 0 });
    expect(report.notApplicable).toBeGreaterThan(3);
    expect(opened).toBe(0);
    const ttl = await verify({ name, open, only: ["ttl/writing-renews"], without: ["ttl"] });
    expect(ttl.clauses[0]?.message).toBe("the harness declares that it lacks ttl");
  });

  it("refuses names that do not exist", async () => {
    for (const wrong of [{ skip: ["nothing"] }, { levels: ["all" as never] }, { knownFailures: ["get"] }]) {
      await expect(verify({ name, open: opening(), ...wrong })).rejects.toThrow(/There is no/);
    }
  });
});

describe("known failures", () => {
  const only = ["get/get-is-the-checkpoint-of-the-tuple", "get/an-unknown-id-is-nothing"];
  const [known] = only as [string];

  it("are not counted as failed while they fail", async () => {
    const report = await verify({ name, only, open: opening(forgetful), knownFailures: [known] });
    expect(report).toMatchObject({ passed: 1, failed: 0, knownFailures: 1 });
  });

  it("fail when they pass, so that the list is kept short", async () => {
    const report = await verify({ name, only, open: opening(), knownFailures: [known] });
    expect(report).toMatchObject({ passed: 1, failed: 1 });
    expect(toText(report)).toContain("remove it from that list");
  });
});

describe("a harness that is broken", () => {
  const open: OpenStore = async () => {
    throw new Error("connect ECONNREFUSED 127.0.0.1:1");
  };

  it("is not blamed on the saver", async () => {
    const report = await verify({ name, open, only: ["get"] });
    expect(report).toMatchObject({ passed: 0, failed: 0, notRun: report.clauses.length });
    const text = toText(report);
    expect(text).toContain(
      `NOT RUN ${report.clauses.length} clauses: open() failed: Error: connect ECONNREFUSED 127.0.0.1:1`,
    );
    expect(text).not.toContain("What to do");
  });

  it("ends the run at once when asked to", async () => {
    expect((await verify({ name, open, only: ["get"], bail: true })).clauses).toHaveLength(1);
    const report = await verify({ name, open: opening(forgetful), bail: true });
    expect(report.clauses.at(-1)?.status).toBe("failed");
    expect(report.failed).toBe(1);
  });
});

describe("a failure", () => {
  it("of a missing method is one failure, however many clauses need it", async () => {
    const open = opening((saver) => {
      const bare: Record<string, unknown> = {};
      for (const method of ["get", "getTuple", "list", "put", "putWrites", "getNextVersion"] as const) {
        bare[method] = (saver[method] as () => unknown).bind(saver);
      }
      Object.setPrototypeOf(saver, null);
      Object.assign(saver, bare);
    });
    const report = await verify({ name, open, levels: ["langgraph"], sizes: { listing: 300 } });
    const failed = report.clauses.filter(({ status }) => status === "failed").map(({ id }) => id);
    expect(failed).toEqual(["opening/has-the-methods-of-a-checkpointer"]);
    expect(report.notApplicable).toBeGreaterThan(3);
  });

  it("does not come from a saver being a frozen object", async () => {
    const open: OpenStore = async () => {
      const inner = new CheckpointSaver(new MemoryStorage());
      const saver = Object.freeze<TestedSaver>({
        get: (config) => inner.get(config),
        getTuple: (config) => inner.getTuple(config),
        list: (config, options) => inner.list(config, options),
        put: (...args) => inner.put(...args),
        putWrites: (...args) => inner.putWrites(...args),
        deleteThread: (threadId) => inner.deleteThread(threadId),
        getNextVersion: (version) => inner.getNextVersion(version as number | undefined),
      });
      return { saver, async close() {} };
    };
    const report = await verify({ name, open, only: ["put", "opening", "reentrancy"] });
    expect(report).toMatchObject({ failed: 0, notRun: 0 });
    expect(report.passed).toBeGreaterThan(15);
  });

  it("names the calls that were made, ids included", async () => {
    const report = await verify({ name, run: "run", only: ["writes"], open: opening(forgetful) });
    const message = report.clauses.find(({ status }) => status === "failed")?.message ?? "";
    expect(message).toMatch(/The calls, the last one at the end:\n {2}put\(\{ thread_id: "run-writes/);
    expect(message.split("\n").at(-1)).toMatch(/^ {2}getTuple\(\{ thread_id: "run-writes/);
  });

  it("stands with others that probably have its cause", async () => {
    const report = await verify({ name, only: ["get", "writes"], open: opening(forgetful) });
    const groups = groupByCause(report.clauses.filter(({ status }) => status === "failed"));
    expect(groups[0]?.length).toBeGreaterThan(5);
    expect(groups.flat()).toHaveLength(report.failed);
    expect(toText(report)).toContain(`${groups[0]?.length} CLAUSES FAILED, probably for the same reason`);
  });

  it("says at which byte binary values part", async () => {
    const open = opening((saver) => {
      const { getTuple } = saver;
      saver.getTuple = async (config) => {
        const tuple = await Reflect.apply(getTuple, saver, [config]);
        const all: unknown = tuple?.checkpoint.channel_values["all"];
        if (all instanceof Uint8Array) all[200] = 0;
        return tuple;
      };
    });
    const report = await verify({ name, only: ["binary/bytes-stay-bytes"], open });
    expect(report.clauses[0]?.message).toContain("byte 200 is 0 instead of 200");
  });
});

describe("a random sequence that fails", () => {
  it("is shown as calls on an empty store, without what the failure does not need", async () => {
    const open = opening((saver) => {
      const { list } = saver;
      saver.list = async function* limited(config, options) {
        if (options?.limit === 0) yield* Reflect.apply(list, saver, [config, { ...options, limit: 1 }]);
        else yield* Reflect.apply(list, saver, [config, options]);
      };
    });
    const report = await verify({ name, only: ["model"], open });
    const message = report.clauses[0]?.message ?? "";
    const shown = message.split("\n").filter((line) => line.startsWith('  {"kind"'));
    expect(shown.map((line) => (JSON.parse(line) as { kind: string }).kind)).toEqual(["put", "list"]);
  });

  it("is not made up where a deletion left something", async () => {
    const open = opening((saver) => {
      saver.deleteThread = async () => {};
    });
    const report = await verify({ name, only: ["model"], open });
    expect(report.clauses[0]?.message).toMatch(/deleteThread has left something behind|"kind":"delete"/);
  });
});

describe("a test runner that cannot be told what does not apply", () => {
  const runner = {
    describe: (_: string, register: () => void) => register(),
    it: (title: string, test: () => Promise<void>) => tests.set(title, test),
  };
  const tests = new Map<string, () => Promise<void>>();

  it("sees a failure that says what to do, and never a pass", async () => {
    tests.clear();
    conformance({ name, only: ["reopen/two-savers-take-turns"], runner, open: opening() });
    const [test] = tests.values();
    await expect(test?.()).rejects.toThrow(/without: \["reopen"\], or skip: \["reopen\/two-savers/);
  });

  it("gets clauses that are listed in `without` as skipped tests", () => {
    const skipped: string[] = [];
    const register = Object.assign((title: string) => tests.set(title, async () => {}), {
      skip: (title: string) => skipped.push(title),
    });
    conformance({
      name,
      only: ["reopen"],
      runner: { ...runner, it: register },
      open: opening(),
      without: ["reopen"],
    });
    expect(skipped).toHaveLength(3);
  });
});
