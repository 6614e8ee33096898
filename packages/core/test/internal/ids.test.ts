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
    ["a fraction", 1.5],
    ["a number that has neighbours with the same text", 2 ** 53],
    ["NaN", Number.NaN],
    ["nothing in it", ""],
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

  it("takes a safe integer as its decimal text", () => {
    const ids = [12345, 0, -0, -7, Number.MAX_SAFE_INTEGER];
    const texts = ids.map((id) => locate(at({ thread_id: id }))?.thread);
    expect(texts).toEqual(["12345", "0", "0", "-7", "9007199254740991"]);
    expect(selectionOf(at({ thread_id: 7 })).thread).toBe("7");
  });

  it("that is missing selects everything in a listing, and is refused elsewhere", () => {
    const everything = { thread: undefined, namespace: undefined, id: undefined };
    for (const nothing of [null, undefined]) {
      expect(selectionOf(nothing)).toEqual(everything);
      for (const read of [locate, locateForWriting]) {
        const refused = expect.objectContaining({ code: "INVALID_CONFIG", field: "config" }) as Error;
        expect(() => read(nothing as never)).toThrow(refused);
      }
    }
  });

  it("takes any other string for an id", () => {
    const ids = ["a:b", "{x}*[y]?", "__proto__", "constructor", "😀\uffff", "a b\n", "x".repeat(512)];
    for (const id of ids) expect(locate(at({ thread_id: id }))?.thread).toBe(id);
  });

  it("has its run in its metadata, or else next to the ids", () => {
    expect(runIdOf({ metadata: { run_id: "m" }, configurable: { run_id: "c" } })).toBe("m");
    expect(runIdOf({ configurable: { run_id: "c" } })).toBe("c");
    expect(runIdOf({})).toBeUndefined();
  });

  it("is returned with the three ids and nothing else", () => {
    expect(configOf("t", "n", "i")).toEqual(at({ thread_id: "t", checkpoint_ns: "n", checkpoint_id: "i" }));
  });
});
