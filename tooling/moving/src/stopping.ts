import type { CheckpointStorage } from "@threadmark/core/storage";
import type { MemoryStorage } from "@threadmark/memory";

/** An object whose calls are noted. */
export function calls<T extends object>(target: T): [watched: T, names: string[]] {
  const names: string[] = [];
  const watched = intercept(target, (name, call) => {
    names.push(name);
    return call();
  });
  return [watched, names];
}

/** What happens while a run waits before its nth call. */
interface Meanwhile {
  readonly work: () => Promise<unknown>;
  /** After how many more calls the run stops for good. @default no limit */
  readonly callsLeft?: number;
}

/**
 * Runs on a storage that stops before its nth call: for good, or until something else was done.
 *
 * @returns Whether there was such a call.
 */
export async function stopAt(
  storage: MemoryStorage,
  count: number,
  run: (storage: CheckpointStorage) => Promise<unknown>,
  meanwhile?: Meanwhile,
): Promise<boolean> {
  let made = 0;
  let kill = (): void => {};
  const killed = new Promise<void>((resolve) => {
    kill = resolve;
  });
  const last = meanwhile ? count + (meanwhile.callsLeft ?? Number.POSITIVE_INFINITY) : count;
  const stopping = intercept(storage as CheckpointStorage, async (_, call) => {
    made++;
    if (made === count) await meanwhile?.work();
    if (made < last) return call();
    kill();
    return new Promise(() => {});
  });
  await Promise.race([run(stopping), killed]);
  return made >= count;
}

function intercept<T extends object>(
  target: T,
  around: (name: string, call: () => Promise<unknown>) => unknown,
): T {
  return new Proxy(target, {
    get(object, name) {
      const value: unknown = Reflect.get(object, name, object);
      if (typeof value !== "function") return value;
      return (...args: unknown[]) =>
        around(String(name), () => Reflect.apply(value, object, args) as Promise<unknown>);
    },
  });
}

/** What there is in a storage: notes of adoptions by that name. */
export async function threadsIn(storage: MemoryStorage): Promise<string[]> {
  const { threads } = await storage.threads({
    thread: undefined,
    filter: [],
    after: undefined,
    limit: 1000,
    pendingChannels: [],
  });
  return threads
    .map(({ thread }) => (thread.startsWith("\u0001threadmark:adopted:") ? "note" : thread))
    .toSorted();
}
