/** A value, or a promise of it if something has to be waited for. */
export type Soon<T> = T | Promise<T>;

/** Continues with a value, at once if it is available. */
export function chain<T, U>(value: Soon<T>, work: (value: T) => Soon<U>): Soon<U> {
  return value instanceof Promise ? value.then(work) : work(value);
}

type Settled<T extends readonly unknown[]> = { -readonly [K in keyof T]: Awaited<T[K]> };

/** All of some values. */
export function all<const T extends readonly unknown[]>(values: T): Soon<Settled<T>> {
  const isReady = !values.some((value) => value instanceof Promise);
  return isReady ? (values as Settled<T>) : Promise.all(values);
}
