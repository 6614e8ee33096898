interface Emitter {
  on(event: "error" | "node error", listener: (error: unknown) => void): unknown;
}

const listening = new WeakMap<object, () => unknown>();

/**
 * Remembers what a client reports in the event `error`, which its calls do not mention. There is one listener, however
 * many savers share the client. Without a listener, ioredis writes a lost connection to the console, and node-redis
 * ends the process. No call is lost by listening.
 */
export function lastErrorOf(client: object): () => unknown {
  const known = listening.get(client);
  if (known) return known;
  let last: unknown;
  let ofNode: unknown;
  const lastError = (): unknown => ofNode ?? last;
  const emitter = client as Emitter;
  emitter.on("error", (error) => (last = error));
  // A cluster of ioredis only says that no node can be reached; this event says why.
  emitter.on("node error", (error) => (ofNode = error));
  listening.set(client, lastError);
  return lastError;
}
