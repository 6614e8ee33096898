import { setTimeout } from "node:timers/promises";
import { CheckpointError } from "@threadmark/core/storage";
import type { Connection } from "./connection.ts";
import { isRefused } from "./failure.ts";

/** How long a first connection is waited for. Milliseconds. */
export interface Patience {
  /** For a server that is not there. */
  readonly firstMs: number;
  /** For one that is there and loads its data. */
  readonly loadingMs: number;
}

const STEP = 5;

/** A client that is connecting. */
interface Connecting {
  isReady(): boolean;
  /** Whether the server is there, though not ready. */
  isThere(): boolean;
  /** Whether it does not try any longer. */
  hasFailed(): boolean;
  lastError(): unknown;
}

/** Waits for the first connection. Rejects with the reason when the server refuses it, or there is none in time. */
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

/** Milliseconds between two looks at whether a client still tries to connect. */
const LOOK_EVERY = 250;

/**
 * The same call, unless its client is without a connection for so long. Clients that try to connect for ever keep
 * calls for as long.
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
