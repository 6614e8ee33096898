import type { OpenOptions, OpenedStore, TestedSaver } from "@threadmark/conformance";
import { CheckpointSaver } from "@threadmark/core";
import { MemoryStorage } from "@threadmark/core/memory";

/** One store under test, for mutants that need more than one saver or call to go wrong. */
export interface Store {
  readonly storage: MemoryStorage;
  readonly options: OpenOptions;
  /** What mutated savers on the store share. */
  readonly notes: Map<string, unknown>;
}

/** A saver that is broken on purpose, and the clause that must notice. */
export interface Mutant {
  /** What it does wrong. */
  readonly name: string;
  readonly clause: string;
  /** How many other clauses may fail with it. @default 3 */
  readonly others?: number;
  readonly breakSaver?: (saver: TestedSaver, store: Store) => void;
  readonly breakStorage?: (storage: MemoryStorage, store: Store) => void;
  readonly breakOptions?: (options: OpenOptions) => OpenOptions;
}

/** Opens a store whose savers have the defect. */
export async function openMutant(mutant: Mutant, given: OpenOptions = {}): Promise<OpenedStore> {
  const options = mutant.breakOptions?.(given) ?? given;
  const storage = new MemoryStorage();
  const store: Store = { storage, options, notes: new Map() };
  mutant.breakStorage?.(storage, store);
  const open = async (): Promise<TestedSaver> => {
    const saver: TestedSaver = new CheckpointSaver(storage, options);
    mutant.breakSaver?.(saver, store);
    return saver;
  };
  return { saver: await open(), reopen: open, async close() {} };
}

/** Puts another method in the place of one; the original comes bound to its object. */
export function patch<T extends object, K extends keyof T>(
  target: T,
  name: K,
  make: (original: NonNullable<T[K]>) => NonNullable<T[K]>,
): void {
  const original = target[name] as (...args: unknown[]) => unknown;
  const bound = original.bind(target) as NonNullable<T[K]>;
  Object.defineProperty(target, name, { value: make(bound), writable: true, configurable: true });
}

/** A note of a store, made at first use. */
export function note<T>(store: Store, name: string, make: () => T): T {
  if (!store.notes.has(name)) store.notes.set(name, make());
  return store.notes.get(name) as T;
}

/** Lets other calls run in between. */
export async function tick(): Promise<void> {
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
}
