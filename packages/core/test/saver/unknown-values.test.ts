import { type CheckpointSaver, type ConvertedInfo, Serializer } from "@threadmark/core";
import { JsonPlusSerializer } from "@langchain/langgraph-checkpoint";
import { describe, expect, it } from "vitest";
import { memorySaver } from "./memory-saver.ts";

class User {
  readonly name = "ann";
}

const config = { configurable: { thread_id: "1", checkpoint_ns: "" } };
const checkpoint = (value: unknown): never =>
  ({
    v: 4,
    id: "1",
    ts: "2026-01-01T00:00:00.000Z",
    channel_values: { user: value },
    channel_versions: { user: 1 },
    versions_seen: {},
  }) as never;
const metadata = { source: "loop", step: 0, parents: {} } as never;
const user = {
  name: "user",
  match: (value: unknown) => value instanceof User,
  encode: () => 1,
  decode: () => new User(),
};

async function stored(saver: CheckpointSaver, value: unknown): Promise<unknown> {
  await saver.put(config, checkpoint(value), metadata);
  return (await saver.get(config))!.channel_values["user"];
}

describe("the options of a saver about values", () => {
  it("are those of its serializer", async () => {
    const reports: ConvertedInfo[] = [];
    const onConverted = (info: ConvertedInfo): number => reports.push(info);
    expect(await stored(memorySaver({ onConverted }), [new User()])).toEqual([{ name: "ann" }]);
    expect(reports).toMatchObject([{ path: "$[0]", class: "User" }]);
    expect(await stored(memorySaver({ types: [user] }), new User())).toBeInstanceOf(User);
    expect(await stored(memorySaver({ onUnknown: () => "x" }), new User())).toBe("x");
    await expect(stored(memorySaver({ onUnknown: "refuse" }), new User())).rejects.toMatchObject({
      code: "NOT_SERIALIZABLE",
      channel: "user",
      path: "$",
    });
  });

  it.each([
    { part: "channel", channel: "user", says: 'channel "user": $[0] is an instance of class User' },
    { part: "write", channel: "notes", says: 'write to channel "notes": $.by is an instance of class User' },
    { part: "metadata", channel: undefined, says: "metadata: $.by is an instance of class User" },
  ] as const)("say of a conversion in what it was: $part", async ({ part, channel, says }) => {
    const reports: ConvertedInfo[] = [];
    const saver = memorySaver({ onConverted: (info) => reports.push(info) });
    const by = new User();
    const at = await saver.put(
      config,
      checkpoint(part === "channel" ? [by] : 1),
      (part === "metadata" ? { ...(metadata as object), by } : metadata) as never,
    );
    if (part === "write") await saver.putWrites(at, [["notes", { by }]], "task");
    expect(reports).toMatchObject([{ part, channel, class: "User" }]);
    expect(reports[0]!.message.startsWith(says)).toBe(true);
  });

  it("are refused together with a serializer", () => {
    for (const options of [{ types: [user] }, { onUnknown: "refuse" as const }, { onConverted: () => {} }]) {
      for (const serde of [new Serializer(), new JsonPlusSerializer()]) {
        expect(() => memorySaver({ serde, ...options })).toThrow(
          expect.objectContaining({ code: "INVALID_ARGUMENT", field: Object.keys(options)[0] }),
        );
      }
    }
  });

  it("leave metadata with functions and instances filterable by the rest", async () => {
    const saver = memorySaver({ onConverted: () => {} });
    const given = {
      source: "loop",
      step: 0,
      parents: {},
      user: new User(),
      f: () => 1,
      list: [() => 1, { f: () => 1 }],
    };
    await saver.put(config, checkpoint(1), given as never);
    const found: unknown[] = [];
    for await (const tuple of saver.list(config, { filter: { step: 0, user: new User() } }))
      found.push(tuple.metadata);
    expect(found).toEqual([
      { source: "loop", step: 0, parents: {}, user: { name: "ann" }, list: [undefined, {}] },
    ]);
  });

  it("may be LangGraph.js's own serializer instead", async () => {
    expect(
      await stored(memorySaver({ serde: new JsonPlusSerializer() }), { user: new User(), f: () => 1 }),
    ).toEqual({
      user: { name: "ann" },
    });
  });
});
