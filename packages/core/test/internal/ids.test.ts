import { describe, expect, it } from "vitest";
import { configOf, locate, locateForWriting, MAX_ID_BYTES, runIdOf, selectionOf } from "../../src/ids.ts";

const at = (ids: Record<string, unknown>) => ({ configurable: ids });

describe("a config", () => {
  it("without a thread finds nothing, and cannot be written to", () => {
    expect(locate({})).toBeUndefined();
    expect(locate(at({}))).toBeUndefined();
    expect(() => locateForWriting({})).toThrow(
      expect.objectContaining({ code: "INVALID_CONFIG", field: "configurable.thread_id" }),
    );
  });

  it("means the root namespace and the newest checkpoint where it says nothing else", () => {
    const newest = { thread: "t", namespace: "", id: undefined };
    expect(locate(at({ thread_id: "t" }))).toEqual(newest);
    for (const nothing of [undefined, null, ""]) {
      expect(locate(at({ thread_id: "t", checkpoint_id: nothing }))).toEqual(newest);
    }
  });

  it("takes `thread_ts` for an id where there is no `checkpoint_id`", () => {
    expect(locate(at({ thread_id: "t", thread_ts: "old" }))?.id).toBe("old");
    expect(locate(at({ thread_id: "t", thread_ts: "old", checkpoint_id: "new" }))?.id).toBe("new");
  });

  it("selects everything in a listing where it says nothing", () => {
    expect(selectionOf({})).toEqual({ thread: undefined, namespace: undefined, id: undefined });
    expect(selectionOf(at({ checkpoint_ns: "" })).namespace).toBe("");
  });

  it.each([
    ["a number", 1],
    ["null", null],
    ["an object", { $gt: "" }],
    ["NUL", "a\0b"],
    ["half a surrogate pair", "\ud800"],
    ["too many bytes", "é".repeat(MAX_ID_BYTES.thread / 2 + 1)],
  ])("with %s as thread id is refused, naming the field", (_, id) => {
    for (const read of [locate, selectionOf]) {
      expect(() => read(at({ thread_id: id }))).toThrow(
        expect.objectContaining({ code: "INVALID_CONFIG", field: "configurable.thread_id" }),
      );
    }
  });

  it("takes any other string for an id", () => {
    const ids = ["", "a:b", "{x}*[y]?", "__proto__", "constructor", "😀\uffff", "a b\n", "x".repeat(512)];
    for (const id of ids) expect(locate(at({ thread_id: id }))?.thread).toBe(id);
  });

  it("has its run in its metadata, or else beside the ids", () => {
    expect(runIdOf({ metadata: { run_id: "m" }, configurable: { run_id: "c" } })).toBe("m");
    expect(runIdOf({ configurable: { run_id: "c" } })).toBe("c");
    expect(runIdOf({})).toBeUndefined();
  });

  it("is returned with the three ids and nothing else", () => {
    expect(configOf("t", "n", "i")).toEqual(at({ thread_id: "t", checkpoint_ns: "n", checkpoint_id: "i" }));
  });
});
