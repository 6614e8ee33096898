import { filterTerms } from "../codec/index-token.ts";
import type { Engine } from "../saver/engine.ts";
import { decodeEntries } from "../saver/thread-metadata.ts";
import { updateThread } from "../saver/update-thread.ts";
import type { ThreadPosition } from "../storage/port.ts";
import { noteOf } from "./hidden-threads.ts";

/*
 * A note is marked while there may be staging threads, so that those of a process that was killed are found, by an
 * index, even if nobody touches the thread again.
 */

const MARK = "threadmark:unfinished";
const NAME = "thread";
const PAGE = 100;

/** Marks the note of a thread. The note must exist. */
export async function markUnfinished(engine: Engine, thread: string): Promise<void> {
  await updateThread(engine, noteOf(thread), { metadata: { [MARK]: true, [NAME]: thread } });
}

export async function markFinished(engine: Engine, thread: string): Promise<void> {
  await updateThread(engine, noteOf(thread), { metadata: { [MARK]: undefined, [NAME]: undefined } });
}

/** The threads whose notes are marked. */
export async function* unfinished({ storage, codec }: Engine): AsyncGenerator<string> {
  const request = {
    thread: undefined,
    filter: filterTerms({ [MARK]: true }),
    limit: PAGE,
    pendingChannels: [],
  };
  let after: ThreadPosition | undefined;
  for (;;) {
    const { threads, more } = await storage.threads({ ...request, after });
    for (const { thread, entries } of threads) {
      const { [NAME]: name } = await decodeEntries(codec, thread, entries);
      // An application may use this key, too.
      if (typeof name === "string" && thread === noteOf(name)) yield name;
    }
    after = threads.at(-1);
    if (!more || !after) return;
  }
}
