import * as fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { uuid5 as officialUuid5 } from "@langchain/langgraph-checkpoint";
import { bodyIdentity, callIdentity, interruptId, pathText } from "../../src/identity.ts";
import { checkpointId, uuid5 } from "../../src/uuid.ts";
import { xxh3 } from "../../src/xxh3.ts";

/** LangGraph.js's own hash, which it does not export. */
const { XXH3 } = (await import(new URL("hash.js", import.meta.resolve("@langchain/langgraph")).href)) as {
  XXH3(text: string): string;
};

describe("hashes", () => {
  it.each([
    ["", "99aa06d3014798d86001c324468d497f"],
    ["a", "a96faf705af16834e6c632b61e964e1f"],
    ["abcd", "8d6b60383dfa90c21be79eecd1b1353d"],
    ["x".repeat(130), "af00c891c1d5dcd6815b9d465d7cc79b"],
    ["y".repeat(250), "99472d6f3044ca6d6ea35af886d2172f"],
    ["é|ü", "8c84fb8ca58804e873aeeb0abf144e2a"],
  ])("%j has the XXH3 that the specification says", (text, hash) => {
    expect(xxh3(text)).toBe(hash);
  });

  it("are those of LangGraph.js for texts of every length that a namespace can have", () => {
    for (let length = 17; length < 2200; length += length < 300 ? 1 : 53) {
      const text = Array.from({ length }, (_, i) =>
        String.fromCodePoint(33 + ((i * 31 + length * 7) % 90)),
      ).join("");
      expect(xxh3(text), `length ${length}`).toBe(XXH3(text));
    }
  });

  it("are those of LangGraph.js for any name of a workflow", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 300 }), (name) => {
        const namespace = `${name}:1189f7fa-aa68-5123-a9c5-c81241adb36b`;
        expect(xxh3(namespace)).toBe(XXH3(namespace));
      }),
      { numRuns: 50 },
    );
  });

  it("name tasks as the official UUID 5 does", () => {
    const namespace = "1f1e9e7a-0d24-6cd0-ffff-4e3a9b30c3c7";
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 200 }), (name) => {
        expect(uuid5(name, namespace)).toBe(officialUuid5(name, namespace));
      }),
    );
    for (const length of [3, 500, 1100, 40_000]) {
      const name = "é".repeat(length);
      expect(uuid5(name, namespace)).toBe(officialUuid5(name, namespace));
      expect(uuid5("a", crypto.randomUUID())).not.toBe(uuid5("a", namespace));
    }
  });
});

describe("identities that LangGraph.js stored", () => {
  const turn = { namespace: "", checkpointId: "1f1e9e7a-0d24-6cd0-ffff-4e3a9b30c3c7", step: 0 };
  const nested = { namespace: "", checkpointId: "1f1e9e7b-2206-6260-ffff-b451ff626795", step: 0 };

  it("of a workflow and the task that it called", () => {
    const body = bodyIdentity(turn, "workflow");
    expect(body.id).toBe("b2f4ec21-d178-5a86-a89b-f3a3568bee1b");
    expect(pathText(body.path)).toBe("~__pregel_pull, workflow");
    const call = callIdentity(turn, body, "callModel", 0);
    expect(call.id).toBe("8ae63dcc-6427-5786-bdb2-f54b99423ab7");
    expect(pathText(call.path)).toBe("~__pregel_push, ~__pregel_pull, workflow, 0000000000, 0000000001");
  });

  it("of a task that a task called", () => {
    const mid = callIdentity(nested, bodyIdentity(nested, "parent"), "mid", 0);
    const leaf = callIdentity(nested, mid, "leaf", 0);
    expect([mid.id, leaf.id]).toEqual([
      "99621693-e623-574a-bbb0-ac1e3bb693fb",
      "0f4f7dac-1e11-5bc8-bb11-4bbe27a5a9f5",
    ]);
    expect(pathText(leaf.path)).toBe(
      "~__pregel_push, ~__pregel_push, ~__pregel_pull, parent, 0000000000, 0000000001, 0000000000, 0000000001",
    );
  });

  it("of a workflow that a workflow called", () => {
    const run = {
      namespace: bodyIdentity(nested, "parent").namespace,
      checkpointId: "1f1e9e7b-224f-6640-ffff-bd20d23ff16d",
      step: 0,
    };
    expect(run.namespace).toBe("parent:1189f7fa-aa68-5123-a9c5-c81241adb36b");
    const child = bodyIdentity(run, "child");
    expect(child.id).toBe("772cb4ba-811b-5186-af05-3a71ba840a55");
    expect(callIdentity(run, child, "leaf", 0).id).toBe("f103e2d8-8a9d-5c0f-a8fa-16c215cdf955");
  });

  it("of questions", () => {
    const run = { namespace: "", checkpointId: "1f1e9e7a-86f9-6c40-ffff-e09cb1387396", step: 0 };
    const { namespace } = bodyIdentity(run, "wf");
    expect([interruptId(namespace, 0), interruptId(namespace, 1)]).toEqual([
      "5b7cf59b862f9a2c883129d74e91b0ab",
      "7bb5f618fbe4c8faa82b947c146be47b",
    ]);
  });
});

describe("checkpoint ids", () => {
  it("sort after their parents, also when the clock of the parent was ahead", () => {
    let last = checkpointId(-1, undefined);
    for (let step = 0; step < 5000; step++) {
      const next = checkpointId(step, last);
      expect(next > last).toBe(true);
      last = next;
    }
    const ahead = "2f1e9e7a-0d24-6cd0-8000-4e3a9b30c3c7";
    expect(checkpointId(1, ahead) > ahead).toBe(true);
    // Other threads do not follow.
    expect(checkpointId(1, undefined) < ahead).toBe(true);
  });

  it("show the time as LangGraph.js's do", () => {
    const ticks = (id: string) => BigInt(`0x${id.slice(0, 8)}${id.slice(9, 13)}${id.slice(15, 18)}`);
    vi.useFakeTimers({ now: Date.UTC(2100, 0, 1, 2, 3, 4, 567) });
    const later = ticks(checkpointId(0, undefined));
    vi.useRealTimers();
    expect(Number((later - 0x01b21dd213814000n) / 10_000n)).toBe(Date.UTC(2100, 0, 1, 2, 3, 4, 567));
  });

  it("show the step as LangGraph.js's do", () => {
    expect([-1, 0, 7].map((step) => checkpointId(step, undefined).split("-")[3])).toEqual([
      "ffff",
      "8000",
      "8007",
    ]);
  });
});
