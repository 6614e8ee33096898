import type { SerializerProtocol } from "@threadmark/core";
import { ensure, expectSame, fail, outcomeOf } from "../assertions.ts";
import { clause } from "../clause.ts";
import type { Clause } from "../clause.ts";
import { TestThread } from "../thread.ts";

/**
 * A serializer whose bytes are no text and whose type differs from value to value; without the
 * right type it cannot read them. Encrypting and compressing serializers are like that.
 */
class TypedSerializer implements SerializerProtocol {
  async dumpsTyped(data: unknown): Promise<[string, Uint8Array]> {
    const text = JSON.stringify(data ?? null);
    const key = 128 + (text.length % 100);
    await Promise.resolve();
    return [`key-${key}`, Uint8Array.from(text, (char) => char.charCodeAt(0) ^ key)];
  }

  async loadsTyped(type: string, data: Uint8Array | string): Promise<unknown> {
    ensure(typeof data !== "string", "loadsTyped got text instead of the bytes of dumpsTyped.");
    ensure(
      /^key-\d+$/.test(type),
      `loadsTyped got the type ${JSON.stringify(type)}, which dumpsTyped never returned.`,
    );
    const key = Number(type.slice(4));
    await Promise.resolve();
    const text = Array.from(data, (byte) => String.fromCharCode(byte ^ key)).join("");
    try {
      return JSON.parse(text);
    } catch {
      return fail(`loadsTyped got the type ${type} with the bytes of another value.`);
    }
  }
}

/** Makes plain JSON, and fails for one value. */
class FailingSerializer implements SerializerProtocol {
  async dumpsTyped(data: unknown): Promise<[string, Uint8Array]> {
    const text = JSON.stringify(data ?? null);
    await Promise.resolve();
    if (text.includes("fail here")) throw new Error("told to fail");
    return ["json", Uint8Array.from(text, (char) => char.charCodeAt(0))];
  }

  async loadsTyped(_type: string, data: Uint8Array | string): Promise<unknown> {
    await Promise.resolve();
    const text = typeof data === "string" ? data : String.fromCharCode(...data);
    return JSON.parse(text) as unknown;
  }
}

/** Makes plain JSON, and cannot read some of it back, as after the key of an encryption is lost. */
class ForgetfulSerializer extends FailingSerializer {
  override async loadsTyped(type: string, data: Uint8Array | string): Promise<unknown> {
    const value = await super.loadsTyped(type, data);
    if (JSON.stringify(value)?.includes("unreadable")) throw new Error("told to fail");
    return value;
  }
}

export const serdeClauses: readonly Clause[] = [
  clause("serde/type-and-bytes-are-kept", {
    rule: "Where a saver takes a serializer, values in channels and in writes are read with the type and bytes that it produced, which may differ from value to value and need not be text.",
    hint: "Store the type tag of every value with its bytes, and pass both to loadsTyped.",
    async run({ openWith, threadId }) {
      const { saver } = await openWith({ serde: new TypedSerializer() });
      const thread = new TestThread(saver, threadId());
      const text = { id: 1, values: { a: "x", b: { list: [1, 2, 3] }, c: null } };
      await thread.put({ ...text, metadata: { note: "n" } });
      await thread.write(1, [
        ["a", "written"],
        ["b", { longer: "written value" }],
      ]);
      expectSame(await thread.values(1), text.values, "The values");
      const tuple = await thread.read(1);
      const expected = [
        ["task", "a", "written"],
        ["task", "b", { longer: "written value" }],
      ];
      expectSame(tuple.pendingWrites, expected, "The pending writes");
      const metadata = { source: "loop", step: 1, parents: {}, note: "n" };
      expectSame(tuple.metadata, metadata, "The metadata");
      for await (const listed of saver.list(thread.config())) {
        expectSame(listed, tuple, "A listed tuple");
      }
    },
  }),
  clause("serde/what-cannot-be-read-is-an-error", {
    rule: "When the serializer fails to read a value of a channel or of a write, `getTuple` and `list` reject; the value is not left out.",
    hint: "Let the error through. A channel that is silently empty makes a graph start over with half of its state.",
    async run({ openWith, threadId }) {
      const { saver } = await openWith({ serde: new ForgetfulSerializer() });
      const inChannel = new TestThread(saver, threadId("channel"));
      await inChannel.put({ id: 1, values: { a: "a1", b: "unreadable" } });
      const inWrite = new TestThread(saver, threadId("write"));
      await inWrite.put({ id: 1, values: { a: "a1" } });
      await inWrite.write(1, [["b", "unreadable"]]);
      for (const [where, thread] of [
        ["channel", inChannel],
        ["write", inWrite],
      ] as const) {
        const read = await outcomeOf(() => thread.find(1));
        ensure("error" in read, `getTuple resolved although a value of a ${where} could not be read.`);
        const listed = await outcomeOf(() => thread.tuples());
        ensure("error" in listed, `list ended well although a value of a ${where} could not be read.`);
      }
    },
  }),
  clause("serde/a-failure-writes-nothing", {
    rule: "When the serializer fails for one value, the call rejects and nothing of it is stored.",
    hint: "Serialise everything first, then write everything.",
    async run({ openWith, threadId }) {
      const { saver } = await openWith({ serde: new FailingSerializer() });
      const thread = new TestThread(saver, threadId());
      await thread.put({ id: 1, values: { a: "a1" } });
      const put = await outcomeOf(() =>
        thread.put({ id: 2, parent: 1, values: { a: "a2", b: "fail here" } }),
      );
      ensure("error" in put, "put resolved although the serializer failed.");
      ensure((await thread.find(2)) === undefined, "A put whose serializer failed is stored.");
      const wrote = await outcomeOf(() =>
        thread.write(1, [
          ["a", "first"],
          ["b", "fail here"],
          ["c", "third"],
        ]),
      );
      ensure("error" in wrote, "putWrites resolved although the serializer failed.");
      expectSame(await thread.writes(1), [], "The writes of a batch whose serializer failed");
      expectSame(await thread.values(), { a: "a1" }, "The latest values");
    },
  }),
];
