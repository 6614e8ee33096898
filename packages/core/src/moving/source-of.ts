import { engineOf } from "../saver/engine.ts";
import { anySource } from "./any-source.ts";
import { engineSource } from "./engine-source.ts";
import { mongoSource } from "./mongodb-source.ts";
import { objectSource } from "./object-source.ts";
import type { OldSaver } from "./old-saver.ts";
import { postgresSource } from "./postgres-source.ts";
import { redisSource } from "./redis-source.ts";
import { sqliteSource } from "./sqlite-source.ts";
import type { ThreadSource } from "./thread-source.ts";

const KNOWN = [postgresSource, mongoSource, sqliteSource, redisSource, objectSource];

/**
 * Finds the source for a saver by its fields, never by the name of its class, which bundlers change. A saver with
 * none of the known fields is read through the contract alone.
 */
export function sourceOf(saver: OldSaver): ThreadSource {
  const engine = engineOf(saver);
  if (engine) return engineSource(engine);
  for (const known of KNOWN) {
    const source = known(saver);
    if (source) return source;
  }
  return anySource(saver);
}
