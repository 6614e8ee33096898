import type { WholeStorage } from "@threadmark/core/storage";

/** What a storage was asked to change, and what it answered. */
interface Change {
  readonly name: Changing;
  readonly request: unknown;
  readonly answer: unknown;
}

const CHANGING = [
  "put",
  "putWrites",
  "remove",
  "deleteThreads",
  "copyThread",
  "updateThread",
  "claim",
  "release",
  "expire",
  "sweep",
] as const;
type Changing = (typeof CHANGING)[number];

type Method = (request: unknown) => Promise<unknown>;

/** A storage that can lose its last changes, as a server does that comes back from an older state. */
export interface LosingStorage {
  /** It works one call at a time, so that the end of the sequence can be lost. */
  readonly storage: WholeStorage;
  readonly changes: readonly Change[];
  /** Loses changes, the last ones first. The users of the storage do not notice. */
  lose(changes: number): Promise<void>;
}

/** @param clear Removes everything that is stored. */
export function losing(storage: WholeStorage, clear: () => Promise<void>): LosingStorage {
  const changes: Change[] = [];
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = last.then(work);
    last = result.catch(() => {});
    return result;
  };
  const methodOf = (name: Changing): Method => (storage[name] as Method).bind(storage);
  // Not a proxy of the storage itself: that must return the very methods of one that is frozen.
  const wrapped = new Proxy({} as WholeStorage, {
    get(_, name) {
      const value: unknown = Reflect.get(storage, name);
      if (typeof value !== "function") return value;
      const method = value.bind(storage) as Method;
      const changing = CHANGING.find((one) => one === name);
      return (request: unknown) =>
        inTurn(async () => {
          const answer = await method(request);
          if (changing) changes.push({ name: changing, request, answer });
          return answer;
        });
    },
  });
  return {
    storage: wrapped,
    changes,
    lose: (count) =>
      inTurn(async () => {
        changes.splice(Math.max(0, changes.length - count));
        await clear();
        for (const { name, request } of changes) await methodOf(name)(request);
      }),
  };
}
