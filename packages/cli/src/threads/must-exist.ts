import { CommandError } from "../exit-codes.ts";
import type { Store } from "../stores/open-store.ts";

/**
 * A mistyped name must not look like a success.
 *
 * @throws CommandError for the first thread that is not in the store.
 */
export async function mustExist(store: Store, threads: readonly string[]): Promise<void> {
  for (const thread of threads) {
    if (await exists(store, thread)) continue;
    throw new CommandError(`there is no thread ${JSON.stringify(thread)} in ${store.address.shown}`);
  }
}

async function exists({ own, saver }: Store, thread: string): Promise<boolean> {
  if (own) return (await own.getThread(thread)) !== undefined;
  for await (const _ of saver.list({ configurable: { thread_id: thread } }, { limit: 1 })) return true;
  return false;
}
