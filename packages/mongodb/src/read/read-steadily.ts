import { CheckpointError } from "@threadmark/core/storage";
import type { Doc } from "../driver.ts";
import { only, threadKey } from "../keys.ts";
import { ALL, type Session } from "../session.ts";
import { ALIVE, checkedThread, isSame, isValid, type ThreadDoc } from "../thread.ts";

const MAX_ATTEMPTS = 50;

/** Finds documents for the user. */
export type Find = (filter: Doc, options?: object) => Promise<Doc[]>;

/**
 * Reads something of a thread with several commands, again if something was removed in between. `undefined` if the
 * thread does not exist.
 */
export async function readSteadily<T>(
  session: Session,
  name: string,
  read: (find: Find, thread: ThreadDoc) => Promise<T>,
): Promise<T | undefined> {
  const find: Find = (filter, options = {}) =>
    session.read((collection) => collection.find(filter, { ...options, batchSize: ALL }).toArray());
  const findThread = async (): Promise<ThreadDoc | undefined> => {
    const [found] = await find({ ...only(threadKey(name)), ...ALIVE }, { limit: 1 });
    return found && checkedThread(name, found);
  };
  let thread = await findThread();
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    if (!thread) return undefined;
    const result = await read(find, thread);
    const after = await findThread();
    if (isSame(thread, after)) return result;
    thread = after;
  }
  throw new CheckpointError(
    "STORAGE_FAILED",
    `thread ${JSON.stringify(name)} lost checkpoints ${MAX_ATTEMPTS} times while it was read; try again later`,
    { threadId: name },
  );
}

/** How {@link findValid} finds documents. */
interface FindOptions {
  readonly sort?: Doc;
  readonly limit?: number;
  readonly projection?: Doc;
}

/**
 * The documents of a filter that count in a thread. The server is not asked which ones do: a document with a damaged
 * generation must not be passed over.
 */
export async function findValid(
  find: Find,
  { thread, valid }: Pick<ThreadDoc, "thread" | "valid">,
  filter: Doc,
  options: FindOptions = {},
): Promise<Doc[]> {
  const { limit = Number.POSITIVE_INFINITY } = options;
  const found: Doc[] = [];
  for (let skip = 0; ;) {
    const docs = await find(filter, skip > 0 ? { ...options, skip } : options);
    found.push(...docs.filter((doc) => isValid(thread, valid, doc)));
    if (docs.length < limit || found.length >= limit) return found.slice(0, limit);
    skip += docs.length;
  }
}
