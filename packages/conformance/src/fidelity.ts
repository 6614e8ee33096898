import { show } from "@threadmark/core/comparison";
import { NotApplicable, describeError, ensure, expectSame, outcomeOf } from "./assertions.ts";
import type { ClauseContext } from "./clause.ts";
import { TestThread } from "./thread.ts";

/**
 * Puts fresh values into a channel and into pending writes and expects them back. A saver that
 * refuses them loudly breaks no rule, but neither does it keep them: then the clause does not apply.
 *
 * @param make Makes the values, by name, again with every call.
 */
export async function expectKept(
  { saver, threadId }: ClauseContext,
  make: () => Record<string, unknown>,
  options: { readonly references?: boolean } = {},
): Promise<void> {
  const thread = new TestThread(saver, threadId());
  await keptOrNotApplicable(() => thread.put({ id: 1, values: make() }));
  await keptOrNotApplicable(() => thread.write(1, Object.entries(make())));
  const expected = make();
  const found = await thread.values(1);
  for (const [name, value] of Object.entries(expected)) {
    expectSame(found[name], value, `The value of channel ${show(name)}`, options);
    expectSame(keysOf(found[name]), keysOf(value), `The order of keys in channel ${show(name)}`);
  }
  expectSame(Object.keys(found).toSorted(), Object.keys(expected).toSorted(), "The channels");
  const writes = await thread.writes(1);
  for (const [index, [name, value]] of Object.entries(make()).entries()) {
    const [task, channel, written] = writes[index] ?? [];
    expectSame([task, channel], ["task", name], `Write ${index}`);
    expectSame(written, value, `The value of a pending write to channel ${show(name)}`, options);
    expectSame(keysOf(written), keysOf(value), `The order of keys in a pending write to ${show(name)}`);
  }
}

/** The keys of a plain object, in their order, which a prompt made of it repeats. */
function keysOf(value: unknown): string[] {
  const isPlain =
    typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
  return isPlain ? Object.keys(value) : [];
}

async function keptOrNotApplicable(attempt: () => Promise<unknown>): Promise<void> {
  const outcome = await outcomeOf(attempt);
  if ("error" in outcome) {
    throw new NotApplicable(`the saver refuses these values: ${describeError(outcome.error)}`);
  }
}

/** As {@link expectKept}, for values in the metadata. */
export async function expectKeptAsMetadata(
  { saver, threadId }: ClauseContext,
  make: () => Record<string, unknown>,
): Promise<void> {
  const thread = new TestThread(saver, threadId());
  await keptOrNotApplicable(() => thread.put({ id: 1, metadata: make() }));
  const metadata = (await thread.read(1)).metadata as Record<string, unknown> | undefined;
  for (const [name, value] of Object.entries(make())) {
    expectSame(metadata?.[name], value, `The metadata key ${show(name)}`);
    ensure(metadata !== undefined && name in metadata, `The metadata key ${show(name)} is missing.`);
  }
}
