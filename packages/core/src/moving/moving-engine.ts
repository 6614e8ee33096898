import { BlobCache } from "../blobs/blob-cache.ts";
import { plainEngine, type Engine } from "../saver/engine.ts";

/** Enough for what successive checkpoints share. */
const CACHE_BYTES = 8 * 1024 * 1024;

/**
 * The engine that moves threads. What is known of a thread that was moved is of no use for the next one, so it
 * remembers little, and the saver's own cache keeps the threads that the application uses.
 */
export function movingEngine(engine: Engine): Engine {
  return { ...plainEngine(engine), cache: new BlobCache(CACHE_BYTES) };
}
