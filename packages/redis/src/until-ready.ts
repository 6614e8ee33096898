import { setTimeout } from "node:timers/promises";
import { CheckpointError } from "@threadmark/core/storage";
import type { Connection } from "./connection.ts";
import { isRefused } from "./failure.ts";

/** How long to wait for a first connection. Milliseconds. */
export interface Patience {
  /** If the server cannot be reached. */
  readonly firstMs: number;
  /** If the server is reachable and still loads its data. */
  readonly loadingMs: number;
}

const STEP = 5;

/** A client that is connecting. */
interface Connecting {
  isReady(): boolean;
  /** Whether the server is reachable, though not ready. */
  isThere(): boolean;
  /** Whether it has stopped trying. */
  hasFailed(): boolean;
  lastError(): unknown;
}

/** Waits for the first connection. Rejects with the reason when the server refuses it, or when it takes too long. */
export async function untilReady(client: Connecting, { firstMs, loadingMs }: Patience): Promise<void> {
  const start = Date.now();
  while (!client.isReady()) {
    const error = client.lastError();
    const limit = client.isThere() ? Math.max(firstMs, loadingMs) : firstMs;
    const isOver = client.hasFailed() || isRefused(error) || Date.now() - start >= limit;
    if (isOver) throw error instanceof Error ? error : noConnection(limit);
    await setTimeout(STEP);
  }
}

/** Milliseconds between two checks whether a client is still trying to connect. */
const LOOK_EVERY = 250;

/**
 * The same call, but it fails when its client has had no connection for this long. Clients that never stop trying
 * would otherwise keep the call for ever.
 */
export async function unlessDisconnected<T>(
  connection: Connection,
  ms: number,
  call: () => Promise<T>,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const disconnected = new Promise<never>((_, reject) => {
    let since: number | undefined;
    timer = setInterval(() => {
      if (connection.isReady()) since = undefined;
      else if (Date.now() - (since ??= Date.now()) >= ms) reject(connection.lastError() ?? noConnection(ms));
    }, LOOK_EVERY);
  });
  try {
    return await Promise.race([call(), disconnected]);
  } finally {
    clearInterval(timer);
  }
}

function noConnection(ms: number): CheckpointError {
  return new CheckpointError("STORAGE_FAILED", `there was no connection to Redis for ${ms} ms`);
}
