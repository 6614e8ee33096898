import { mongodbReplicaSet } from "./mongodb-replica-set.ts";
import { mongodb } from "./mongodb.ts";
import { pgbouncer } from "./pgbouncer.ts";
import { postgres } from "./postgres.ts";
import type { Recipe } from "./recipe.ts";
import { redisCluster } from "./redis-cluster.ts";
import { redisSentinel } from "./redis-sentinel.ts";
import { redis, REDIS_8 } from "./redis.ts";

/** Every server that can be asked for. A new one is a file and a line here. */
const RECIPES: readonly Recipe[] = [
  postgres(17, "POSTGRES_URL"),
  postgres(15, "POSTGRES_15_URL"),
  pgbouncer,
  redis({ name: "redis:8", kind: "redis", variable: "REDIS_URL", image: "redis:8" }, REDIS_8),
  redis(
    { name: "redis:7", kind: "redis", variable: "REDIS_7_URL", image: "redis:7" },
    { name: "redis-server", major: 7, suite: "bookworm" },
  ),
  redis(
    { name: "valkey:8", kind: "valkey", variable: "VALKEY_URL", image: "valkey/valkey:8" },
    { name: "valkey-server", major: 8, suite: "trixie" },
  ),
  redisCluster,
  redisSentinel,
  mongodb,
  mongodbReplicaSet,
];

/** @throws Error when there is none of that name. */
export function recipeOf(name: string): Recipe {
  const recipe = RECIPES.find((one) => one.name === name);
  if (recipe) return recipe;
  throw new Error(`there is no server ${name}; there are ${RECIPES.map((one) => one.name).join(", ")}`);
}
