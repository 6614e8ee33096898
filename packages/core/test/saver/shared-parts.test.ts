import type { CheckpointMetadata } from "@threadmark/core";
import { describe, expect, it } from "vitest";
import { memorySaver } from "./memory-saver.ts";

const metadata: CheckpointMetadata = { source: "loop", step: 0, parents: {} };

describe("metadata, filters and values whose parts are shared or nested deeply", () => {
  const shared = (levels: number): unknown => {
    let value: unknown = { a: 1 };
    for (let i = 0; i < levels; i++) value = [value, value];
    return value;
  };
  const nested = (depth: number): unknown => {
    let value: unknown = 1;
    for (let i = 0; i < depth; i++) value = { value };
    return value;
  };
  const checkpoint = { v: 4, id: "1", ts: "", channel_values: {}, channel_versions: {}, versions_seen: {} };
  const config = { configurable: { thread_id: "t" } };

  it("are stored and found again when they are shared over 200 levels", async () => {
    const saver = memorySaver({ threadMetadata: () => ({ d: shared(200) }) });
    const values = { d: shared(200) };
    await saver.put(
      config,
      { ...checkpoint, channel_values: values },
      { ...metadata, d: shared(200) } as never,
      {},
    );
    const ids: string[] = [];
    for await (const tuple of saver.list(config, { filter: { d: shared(200) } }))
      ids.push(tuple.checkpoint.id);
    for await (const { threadId } of saver.listThreads({ filter: { d: shared(200) } })) ids.push(threadId);
    expect(ids).toEqual(["1", "t"]);
    let depth = 0;
    for (let at = (await saver.get(config))?.channel_values["d"]; Array.isArray(at); at = at[1]) depth++;
    expect(depth).toBe(200);
  });

  it("are refused when they are nested 5000 deep, naming the thread", async () => {
    const saver = memorySaver();
    const deep = { ...metadata, d: nested(5000) } as never;
    await expect(saver.put(config, checkpoint, deep, {})).rejects.toMatchObject({
      code: "NOT_SERIALIZABLE",
      threadId: "t",
      field: "metadata",
    });
    await expect(saver.list(config, { filter: { d: nested(5000) } }).next()).rejects.toMatchObject({
      code: "INVALID_ARGUMENT",
    });
    await saver.put(config, checkpoint, metadata, {});
    await expect(saver.updateThread("t", { metadata: { d: nested(5000) } })).rejects.toMatchObject({
      code: "NOT_SERIALIZABLE",
      threadId: "t",
    });
  });
});
