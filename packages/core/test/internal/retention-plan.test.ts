import { describe, expect, it } from "vitest";
import { planRemoval, type Kept } from "../../src/saver/retention-plan.ts";

interface Given {
  readonly parent?: string;
  /** Channels with a value. */
  readonly values?: readonly string[];
  /** Delta channels. */
  readonly delta?: readonly string[];
  /** @default 4 */
  readonly v?: number;
}

function thread(checkpoints: Record<string, Given>): Kept[] {
  return Object.entries(checkpoints).map(([id, { parent, values = [], delta = [], v = 4 }]) => ({
    namespace: "",
    id,
    parent,
    run: undefined,
    ts: "",
    version: v,
    channels: values,
    delta,
    isWorkflow: false,
  }));
}

function plan(checkpoints: Record<string, Given>, mayGo: readonly string[]) {
  const { checkpoints: gone, relink } = planRemoval("thread", thread(checkpoints), ({ id }) =>
    mayGo.includes(id),
  );
  return {
    gone: gone.map(({ id }) => id).sort(),
    relink: Object.fromEntries(relink.map(({ id, parent }) => [id, parent])),
  };
}

describe("what retention removes", () => {
  it("is all that may go when there are no delta channels", () => {
    const chain = { a: {}, b: { parent: "a" }, c: { parent: "b" } };
    expect(plan(chain, ["a", "b"])).toEqual({ gone: ["a", "b"], relink: { c: undefined } });
  });

  it("gives a survivor its nearest surviving ancestor as parent", () => {
    const chain = { a: {}, b: { parent: "a" }, c: { parent: "b" }, d: { parent: "c" } };
    expect(plan(chain, ["b", "c"])).toEqual({ gone: ["b", "c"], relink: { d: "a" } });
  });

  it("leaves both branches of a fork whole when their common ancestors go", () => {
    const fork = { a: {}, b: { parent: "a" }, c: { parent: "b" }, d: { parent: "b" } };
    expect(plan(fork, ["a", "b"])).toEqual({ gone: ["a", "b"], relink: { c: undefined, d: undefined } });
  });

  it("spares the ancestors up to the value that a delta channel starts from", () => {
    const chain = {
      a: { values: ["log"] },
      b: { parent: "a", values: ["log"] },
      c: { parent: "b", delta: ["log"] },
      d: { parent: "c", delta: ["log"] },
    };
    expect(plan(chain, ["a", "b", "c"])).toEqual({ gone: ["a"], relink: { b: undefined } });
  });

  it("spares nothing for a delta channel that has its value in the survivor itself", () => {
    const chain = { a: { values: ["log"] }, b: { parent: "a", delta: ["log"], values: ["log"] } };
    expect(plan(chain, ["a"])).toEqual({ gone: ["a"], relink: { b: undefined } });
  });

  it("spares also what a spared checkpoint needs", () => {
    const chain = {
      a: { values: ["x", "y"] },
      b: { parent: "a", values: ["x"], delta: ["x", "y"] },
      c: { parent: "b", values: ["y"], delta: ["x", "y"] },
    };
    expect(plan(chain, ["a", "b"])).toEqual({ gone: [], relink: {} });
  });

  it("spares the parent of a survivor from before format 4, which has its sends", () => {
    const chain = { a: {}, b: { parent: "a", v: 3 }, c: { parent: "b", v: 3 } };
    expect(plan(chain, ["a", "b"])).toEqual({ gone: ["a"], relink: { b: undefined } });
    expect(plan({ ...chain, c: { parent: "b" } }, ["a", "b"]).gone).toEqual(["a", "b"]);
  });

  it("ends on parents that form a circle or are missing", () => {
    const circle = { a: { parent: "b", delta: ["x"] }, b: { parent: "a", delta: ["x"] } };
    expect(plan(circle, ["a"]).gone).toEqual([]);
    expect(plan({ ...circle, c: { parent: "nowhere", delta: ["x"] } }, ["a", "b"]).gone).toEqual(["a", "b"]);
  });
});
