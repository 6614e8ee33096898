import { filterTerms } from "../codec/index-token.ts";
import type { Engine } from "../saver/engine.ts";
import { decodeEntries, encodeEntries } from "../saver/thread-metadata.ts";
import { updateThread } from "../saver/update-thread.ts";
import type { ThreadEntry, ThreadPosition } from "../storage/port.ts";
import { isHidden } from "./hidden-threads.ts";

/*
 * A note is marked while there may be staging threads, so that those of a process that was killed are found, by an
 * index, even if nobody touches the thread again. A staging thread is marked itself until its attempt has won: the mark
 * of the note may go while a losing attempt is still being written.
 */

const MARK = "threadmark:unfinished";
const NAME = "thread";
const PAGE = 100;

/**
 * Marks a note or a staging thread, or removes the mark.
 *
 * @param of The thread that it is about; `undefined` removes.
 * @throws CheckpointError `THREAD_NOT_FOUND`.
 */
export async function mark(engine: Engine, marked: string, of: string | undefined): Promise<void> {
  await updateThread(engine, marked, { metadata: markOf(of) });
}

/** The mark of a staging thread as a part of everything that is written to it. */
export async function markIn(
  { codec }: Engine,
  staging: string,
  of: string,
): Promise<readonly ThreadEntry[]> {
  return (await encodeEntries(codec, staging, markOf(of), "metadata")).set;
}

function markOf(thread: string | undefined): Readonly<Record<string, unknown>> {
  return { [MARK]: thread === undefined ? thread : true, [NAME]: thread };
}

/** The threads whose notes or staging threads are marked. One may come more than once. */
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
      if (typeof name === "string" && isHidden(thread)) yield name;
    }
    after = threads.at(-1);
    if (!more || !after) return;
  }
}
