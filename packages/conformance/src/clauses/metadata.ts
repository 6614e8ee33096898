import type { CheckpointTuple } from "@threadmark/core";
import { expectSame } from "../assertions.ts";
import { clause } from "../clause.ts";
import type { Clause } from "../clause.ts";
import { expectKeptAsMetadata } from "../fidelity.ts";
import { TestThread } from "../thread.ts";

export const metadataClauses: readonly Clause[] = [
  clause("metadata/falsy-values-are-values", {
    rule: 'Metadata values of `0`, `""`, `false` or `null` come back as they were, also in `step`.',
    hint: "Test for undefined, not for truthiness: step 0 is a step, and so is -1.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      const falsy = { step: 0, empty: "", no: false, nothing: null, list: [], object: {} };
      await thread.put({ id: 1, metadata: falsy });
      await thread.put({ id: 2, parent: 1, metadata: { step: -1 } });
      const found = { ...(await thread.read(1)).metadata };
      expectSame(found, { source: "loop", parents: {}, ...falsy }, "The metadata");
      expectSame((await thread.read(2)).metadata?.step, -1, "The step of the second checkpoint");
    },
  }),
  clause("metadata/writes-is-a-key-like-others", {
    rule: "A key `writes` in the metadata, which older releases of LangGraph set, comes back as it was.",
    hint: "Do not strip or rename keys of the metadata.",
    async run({ saver, threadId }) {
      const thread = new TestThread(saver, threadId());
      const writes = { node: { messages: ["hello"] }, other: null };
      await thread.put({ id: 1, metadata: { writes } });
      expectSame(writesIn(await thread.read()), writes, "metadata.writes");
      const [listed] = await thread.tuples();
      expectSame(writesIn(listed), writes, "metadata.writes in a listing");
    },
  }),
  clause("metadata/values-are-kept-exactly", {
    rule: "Metadata is stored as exactly as values are: Date, Map, Set, bigint, `undefined` and NaN come back as they were.",
    hint: "Store metadata through the serializer; a JSON copy is for filters only.",
    run: (context) =>
      expectKeptAsMetadata(context, () => ({
        date: new Date(1_700_000_000_000),
        map: new Map([["a", new Set([1])]]),
        bigint: 2n ** 64n,
        nothing: undefined,
        nan: NaN,
        nested: { list: [new Date(0), -0, undefined], nothing: undefined },
      })),
  }),
];

function writesIn(tuple: CheckpointTuple | undefined): unknown {
  return (tuple?.metadata as Record<string, unknown> | undefined)?.["writes"];
}
