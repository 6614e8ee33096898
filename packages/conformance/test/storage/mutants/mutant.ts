import { MemoryStorage } from "@threadmark/core/memory";

/** A storage that is broken on purpose, and the clause that must notice. */
export interface StorageMutant {
  /** What it does wrong. */
  readonly name: string;
  readonly clause: string;
  readonly breakStorage: (storage: MemoryStorage) => void;
}

/** All threads. */
export const everything = {
  thread: undefined,
  filter: [],
  after: undefined,
  limit: 1000,
  pendingChannels: [],
};

/** The greatest id by some other order than that of bytes. */
export async function newestBy(
  storage: MemoryStorage,
  thread: string,
  compare: (a: string, b: string) => number,
): Promise<string | undefined> {
  const { checkpoints } = await storage.outline({ thread, after: undefined, limit: 1000 });
  return checkpoints
    .map(({ id }) => id)
    .toSorted(compare)
    .at(-1);
}

/** A storage in memory with the defect. */
export function openStorageMutant({ breakStorage }: Pick<StorageMutant, "breakStorage">) {
  return async () => {
    const storage = new MemoryStorage();
    breakStorage(storage);
    return { storage, close: () => storage.close() };
  };
}
