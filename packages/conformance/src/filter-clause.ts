import { show } from "@threadmark/core/comparison";
import { expectSame } from "./assertions.ts";
import { clause } from "./clause.ts";
import type { Clause, ClauseContext } from "./clause.ts";
import { TestThread, collect } from "./thread.ts";

export type Metadata = Record<string, unknown>;

/** Some metadata, and filters with the labels of the metadata that each must find. */
interface Table {
  readonly metadata: Record<string, Metadata>;
  readonly finds: readonly (readonly [filter: Metadata, labels: readonly string[]])[];
}

async function expectFinds({ saver, threadId }: ClauseContext, table: Table): Promise<void> {
  const thread = new TestThread(saver, threadId());
  const labels = Object.keys(table.metadata);
  for (const [index, label] of labels.entries()) {
    const metadata = table.metadata[label] ?? {};
    await thread.put({ id: index + 1, values: { label }, metadata });
  }
  for (const [filter, wanted] of table.finds) {
    const tuples = await collect(saver.list(thread.config(), { filter }));
    const found = tuples.map((tuple) => tuple.checkpoint.channel_values["label"]);
    const what = `A listing with the filter ${show(filter)} over ${show(table.metadata)}`;
    expectSame(found.map(String).toSorted(), wanted.toSorted(), what);
  }
}

/** A clause that is a table of metadata and filters. */
export function filterClause(name: string, rule: string, hint: string, table: () => Table): Clause {
  const run = (context: ClauseContext): Promise<void> => expectFinds(context, table());
  return clause(`filter/${name}`, { rule, hint, run });
}
