// A program can load the ES modules of a package and, through something else that it uses, the CommonJS format. What
// goes from one to the other is known there.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import * as modules from "@threadmark/core";
import { MemorySaver, MemoryStorage } from "@threadmark/memory";

const require = createRequire(import.meta.url);
const common = { ...require("@threadmark/core"), ...require("@threadmark/memory") };
assert.notEqual(common.Serializer, modules.Serializer, "these are one copy, so there is nothing to test");

class Money {
  static of(amount) {
    return Object.assign(new Money(), { amount });
  }

  get text() {
    return `${this.amount} EUR`;
  }
}
const types = [
  {
    name: "Money",
    class: Money,
    encode: ({ amount }) => amount,
    decode: (amount) => Money.of(amount),
  },
];
const config = { configurable: { thread_id: "1", checkpoint_ns: "" } };
const price = Money.of(3);
const checkpoint = {
  v: 4,
  id: "1efd4a2c-0000-6000-8000-000000000000",
  ts: "2026-01-01T00:00:00.000Z",
  channel_values: { price, text: "x".repeat(5000) },
  channel_versions: { price: 1, text: 1 },
  versions_seen: {},
};

for (const [writer, reader] of [
  [modules, common],
  [common, modules],
]) {
  // Saver and serializer of one format, storage of the other; then the other way round.
  const storage = writer === modules ? new common.MemoryStorage() : new MemoryStorage();
  const [Writer, Reader] =
    writer === modules ? [MemorySaver, common.MemorySaver] : [common.MemorySaver, MemorySaver];
  const mixed = new Writer({ storage, serde: new reader.Serializer({ types }) });
  await mixed.put(
    config,
    checkpoint,
    { source: "input", step: -1, parents: {} },
    checkpoint.channel_versions,
  );
  const found = await new Reader({ storage, serde: new writer.Serializer({ types }) }).getTuple(config);
  assert.deepEqual(found.checkpoint.channel_values, checkpoint.channel_values);

  const error = await new Reader({ storage })
    .getTuple({ configurable: { thread_id: "\0" } })
    .then(assert.fail, (reason) => reason);
  assert(error instanceof writer.CheckpointError && error instanceof reader.CheckpointError);
  assert(writer.isCheckpointError(error, "INVALID_CONFIG"));
}
assert(!(new Error("x") instanceof common.CheckpointError));
