import { setTimeout } from "node:timers/promises";
import { CheckpointError } from "@threadmark/core/storage";
import { isRefused } from "./failure.ts";

/** How long to wait for a first connection, in milliseconds. */
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

/** The error for a call that has waited this long for a connection. */
export function noConnection(ms: number): CheckpointError {
  return new CheckpointError("STORAGE_FAILED", `no connection to Redis for ${ms} ms`);
}
