import { isCheckpointError } from "@threadmark/core";
import { expect, it } from "vitest";
import { memorySaver } from "./memory-saver.ts";

const FRAGMENTS =
  "a b : :: | \\ / % _ ' \" * ? [ ] { } $ . .. # ; -- é ß \uffff 😀 ‮ \n \t \0 \ud800 \udc00 __proto__ constructor prototype toString $gt null undefined".split(
    " ",
  );

/** The same hostile strings every time. */
function* hostileStrings(count: number): Generator<string> {
  let state = 20_261;
  const next = (below: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (state >>> 8) % below;
  };
  for (let i = 0; i < count; i++) {
    yield Array.from({ length: next(6) }, () => FRAGMENTS[next(FRAGMENTS.length)]).join("");
  }
}

it("10,000 hostile ids are each refused or a thread, namespace and checkpoint of their own", async () => {
  const saver = memorySaver();
  const stored = new Set<string>();
  let refused = 0;
  for (const id of hostileStrings(10_000)) {
    const config = { configurable: { thread_id: id, checkpoint_ns: id } };
    const values = { [`channel ${id}`]: id };
    const versions = { v: 4, ts: "", channel_versions: {}, versions_seen: {} };
    const checkpoint = { ...versions, id: `c${id}`, channel_values: values };
    try {
      await saver.put(config, checkpoint, { source: "input", step: -1, parents: { [id]: id } }, {});
      stored.add(id);
    } catch (error) {
      if (!isCheckpointError(error, "INVALID_CONFIG")) throw error;
      refused++;
    }
  }
  expect(refused).toBeGreaterThan(100);
  for (const id of stored) {
    const config = { configurable: { thread_id: id, checkpoint_ns: id } };
    const tuple = await saver.getTuple(config);
    expect(tuple?.config.configurable).toEqual({ ...config.configurable, checkpoint_id: `c${id}` });
    expect(Object.entries(tuple?.checkpoint.channel_values ?? {})).toEqual([[`channel ${id}`, id]]);
    expect(Object.entries(tuple?.metadata?.parents ?? {})).toEqual([[id, id]]);
  }
  let threads = 0;
  for await (const { threadId } of saver.listThreads()) {
    expect(stored.has(threadId)).toBe(true);
    threads++;
  }
  expect(threads).toBe(stored.size);
  expect(({} as Record<string, unknown>)["a"]).toBeUndefined();
});
