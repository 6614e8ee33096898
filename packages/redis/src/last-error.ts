interface Emitter {
  on(event: "error" | "node error", listener: (error: unknown) => void): unknown;
}

const listening = new WeakMap<object, () => unknown>();

/**
 * Remembers what a client reports as the event `error`, which its calls do not tell, with one listener however many
 * savers share the client. Without a listener ioredis writes a lost connection to the console, and node-redis ends
 * the process. No call is lost with it.
 */
export function lastErrorOf(client: object): () => unknown {
  const known = listening.get(client);
  if (known) return known;
  let last: unknown;
  let ofNode: unknown;
  const lastError = (): unknown => ofNode ?? last;
  const emitter = client as Emitter;
  emitter.on("error", (error) => (last = error));
  // A cluster of ioredis says of itself only that no node can be reached, and here why.
  emitter.on("node error", (error) => (ofNode = error));
  listening.set(client, lastError);
  return lastError;
}
