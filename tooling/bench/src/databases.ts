import type { DatabaseRecipe } from "./contestant.ts";
import { mongodb } from "./mongodb/database.ts";
import { postgres } from "./postgres/database.ts";
import { redis } from "./redis/database.ts";

/** Every database with a benchmark. */
export const DATABASES: readonly DatabaseRecipe[] = [postgres, redis, mongodb];
