import { CheckpointError, damaged } from "@threadmark/core/storage";
import { isDamage } from "./failure.ts";
import { NewerForm } from "./leaf-packing.ts";

/** A row that is not as this package stored it. */
export class DamagedRow extends Error {
  override readonly name = "DamagedRow";
  readonly thread: string;

  constructor(thread: string, cause: unknown) {
    super("a column has a wrong form", { cause });
    this.thread = thread;
  }
}

/**
 * Runs a call of the storage. Damage found here or in the server becomes an error that names the thread.
 *
 * @param thread `undefined` when the call concerns all threads; a damaged row then names its own.
 * @param nameOf The name of the thread with a number.
 * @throws CheckpointError `CORRUPT`; `UNSUPPORTED_FORMAT` if a newer version of this package stored it.
 */
export async function namingDamaged<T>(
  thread: string | undefined,
  call: () => Promise<T>,
  nameOf?: (number: string) => Promise<string | undefined>,
): Promise<T> {
  try {
    return await call();
  } catch (cause) {
    if (cause instanceof NewerForm) {
      throw newer(thread ?? (cause.number === undefined ? undefined : await nameOf?.(cause.number)), cause);
    }
    if (cause instanceof DamagedRow) throw damaged(cause.thread, "a row", cause);
    if (!isDamage(cause)) throw cause;
    if (thread !== undefined) throw damaged(thread, "a row", cause);
    throw new CheckpointError("CORRUPT", "a row is damaged in the storage", { cause });
  }
}

/** The error for a row whose key is damaged. */
export function damagedKey(thread: string | undefined): CheckpointError {
  if (thread !== undefined) return damaged(thread, "a key");
  return new CheckpointError("CORRUPT", "a key is damaged in the storage");
}

function newer(threadId: string | undefined, cause: NewerForm): CheckpointError {
  const place = threadId === undefined ? "a thread" : `thread ${JSON.stringify(threadId)}`;
  const message = `a newer version of @threadmark/postgres has written ${place}; update the package`;
  return new CheckpointError("UNSUPPORTED_FORMAT", message, { threadId, cause });
}
