import { CheckpointError } from "@threadmark/core/storage";
import { isDamage } from "./failure.ts";

/** A row that is not what this package has stored. */
export class DamagedRow extends Error {
  override readonly name = "DamagedRow";
  readonly thread: string;

  constructor(thread: string, cause: unknown) {
    super("a column has a wrong form", { cause });
    this.thread = thread;
  }
}

/**
 * Runs a call of the storage. Damage that it meets, here or in the server, becomes an error that names the thread.
 *
 * @param thread `undefined` when the call concerns all of them; a damaged row then names its own.
 * @throws CheckpointError `CORRUPT`.
 */
export async function namingDamaged<T>(thread: string | undefined, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    if (!isDamage(cause) && !(cause instanceof DamagedRow)) throw cause;
    const threadId = cause instanceof DamagedRow ? cause.thread : thread;
    const place = threadId === undefined ? "" : ` of thread ${JSON.stringify(threadId)}`;
    throw new CheckpointError("CORRUPT", `a stored row${place} is damaged`, { threadId, cause });
  }
}
